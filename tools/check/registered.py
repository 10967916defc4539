#!/usr/bin/env python3
"""Each test file registers a test, and each source has a test file of its own or says why not.

A source without one stands below, under the test that is its own in another way: "unit NAME" is
test_NAME.c, of the module that it is a part of, or through which alone it can be called; "e2e NAME"
a script of tests/e2e. With --list: those sources.
"""
import os
import re
import sys

import tree

REGISTERS = re.compile(r"^(Test|ParameterizedTest|Theory)\s*\(", re.M)

# what tests them: sources, without .c
TESTED_BY = {
    "e2e beacon_frequencies": """
        api/beacon/beacon_record_quote api/beacon/beacon_record_said
        api/beacon/beacon_record_text api/beacon/beacon_records engine/alleles/alleles_parts
        engine/people/people_labels engine/people/populations
        engine/scan/cells""",
    "e2e live_totals": """
        engine/scan/row_live""",
    "e2e export": """
        engine/alleles/genotypes engine/genotype_rows""",
    "e2e field_values": """
        engine/gene_rows engine/people/people_exclusions engine/people/people_term_label
        index/people/people_excluded""",
    "e2e people_lists": """
        engine/people_rows""",
    "e2e called_track": """
        engine/an engine/callable engine/coverage/track engine/coverage/track_who""",
    "e2e compact": """
        engine/import/compact/compact engine/import/compact/compact_publish
        engine/import/compact/merge engine/import/compact/merge_calls
        engine/import/compact/merge_coverage engine/import/compact/merge_facts
        engine/import/compact/merge_phase
        engine/import/compact/merge_samples
        engine/import/compact/merge_watch""",
    "unit upkeep": """
        storage/upkeep_tidy""",
    "e2e sealed_files": """
        engine/import/sealed/input engine/import/sealed/input_pipe
        engine/import/sealed/sealed engine/import/sealed/secret""",
    "e2e htsget": """
        engine/import/fetch/fetch_hosts engine/import/fetch/fetch_http
        engine/import/fetch/fetch_ticket engine/import/fetch/htsget""",
    "e2e beacon_assemblies": """
        engine/people/question_assembly""",
    "e2e beacon_openapi": """
        api/beacon/beacon_openapi""",
    "e2e beacon_entries": """
        api/beacon/beacon_entry_type api/beacon/beacon_cohorts api/beacon/beacon_paths engine/people/people_samples""",
    "e2e store_copy": """
        storage/store_copy""",
    "e2e phase": """
        engine/people/people_trans storage/segment/segment_phase""",
    "unit record_phase": """
        engine/import/genomes/record_haplotypes""",
    "e2e spool": """
        engine/import/genomes/import_checksums""",
    "unit segment_track": """
        storage/segment/segment_steps storage/segment/segment_steps_make
        storage/segment/segment_track_sum storage/segment/segment_view_covered
        storage/segment/segment_view_track""",
    "unit etag": """
        api/http/keyed_hash""",
    "unit route": """
        api/beacon/beacon_offer
        api/beacon/beacon_access api/beacon/beacon_count api/beacon/beacon_datasets
        api/beacon/beacon_model api/beacon/beacon_problem api/beacon/beacon_terms
        api/message/message""",
    "unit beacon_request": """
        api/beacon/beacon_filters api/beacon/beacon_get api/beacon/beacon_harmless
        api/beacon/beacon_json
        api/beacon/beacon_parameters api/beacon/beacon_variant""",
    "unit beacon_text": """
        api/beacon/beacon_effects api/beacon/beacon_kind api/beacon/beacon_people
        api/beacon/beacon_place""",
    "unit server": """
        api/http/server_answer api/http/server_client api/http/server_connection api/http/server_log
        api/http/server_pool api/http/server_watch""",
    "unit engine": """
        engine/allele_rows engine/alleles/alleles engine/alleles/alleles_find
        engine/alleles/alleles_out engine/info
        engine/people/carriers_find engine/people/people_carries engine/people/people_eval
        engine/people/question engine/people/told_terms engine/plan/access_check engine/plan/plan
        engine/plan/plan_breakends engine/plan/plan_name engine/plan/plan_silence
        engine/plan/snapshot engine/plan/snapshot_repeats engine/scan/batch_judge
        engine/scan/judge_names engine/scan/row_cursor engine/scan/sample_states engine/scan/scan
        engine/scan/scan_cut engine/scan/scan_doubt engine/scan/scan_names engine/scan/scan_part
        engine/scan/tally engine/scan/tally_batch engine/scan/tally_mark engine/scan/tally_people
        engine/scan/worker engine/store_verify engine/terms""",
    "unit disclose": """
        engine/face/policy""",
    "unit import_genes": """
        engine/import/documents/genes_contigs engine/import/documents/genes_features
        engine/import/documents/genes_table""",
    "unit import_ontology": """
        engine/import/documents/ontology_graphs engine/import/documents/ontology_obo""",
    "unit import_people": """
        engine/import/documents/people_genomes engine/import/documents/people_json
        engine/import/documents/people_reader engine/import/documents/people_tsv
        engine/import/documents/people_values""",
    "unit archive": """
        engine/import/documents/archive_paths engine/import/face/watch""",
    "unit import": """
        engine/import/genomes/identity engine/import/genomes/identity_replace
        engine/import/genomes/import_block engine/import/genomes/import_delivery
        engine/import/genomes/import_evidence engine/import/genomes/import_files
        engine/import/genomes/import_parts engine/import/genomes/import_read
        engine/import/genomes/import_record engine/import/genomes/import_reference
        engine/import/genomes/import_silence engine/import/genomes/import_source
        engine/import/genomes/import_warnings engine/import/genomes/import_watch
        engine/import/genomes/import_write""",
    "e2e withdraw": """
        engine/import/genomes/buried engine/import/genomes/import_gone
        engine/import/genomes/withdraw engine/import/genomes/withdraw_dataset
        engine/import/genomes/withdrawal index/people/people_withdraw""",
    "e2e sample_facts": """
        engine/import/genomes/import_facts engine/import/genomes/import_qc engine/samples""",
    "e2e import_cases": """
        engine/import/genomes/import_callable engine/import/genomes/import_coverage
        engine/import/genomes/import_coverage_write engine/import/vcf/vcf_bed
        engine/scan/sample_states_find""",
    "unit genotype_scan": """
        engine/import/genotypes/genotype_scan_avx2 engine/import/genotypes/genotype_scan_avx512
        engine/import/genotypes/genotype_scan_plain""",
    "unit reads": """
        engine/import/reads/reads_bytes engine/import/reads/reads_call
        engine/import/reads/reads_containers engine/import/reads/reads_differ
        engine/import/reads/reads_genotype engine/import/reads/reads_indel
        engine/import/reads/reads_kept engine/import/reads/reads_mates
        engine/import/reads/reads_pass engine/import/reads/reads_places
        engine/import/reads/reads_queue engine/import/reads/reads_reference
        engine/import/reads/reads_snv
        engine/import/reads/reads_text""",
    "unit record_claims": """
        engine/import/vcf/vcf engine/import/vcf/vcf_bcf engine/import/vcf/vcf_bcf_header
        engine/import/vcf/vcf_bytes engine/import/vcf/vcf_genotype""",
    "unit vcf_text": """
        engine/import/vcf/vcf_record""",
    "e2e packed_files": """
        engine/import/vcf/vcf_spool""",
    "unit people_condition": """
        engine/people/people_doubt engine/people/people_named engine/people/people_numbers
        engine/people/people_origin engine/people/people_prefix
        engine/people/people_sex engine/people/people_terms""",
    "unit suppress": """
        engine/tell/suppress_audit engine/tell/told_bounds""",
    "e2e batch": """
        api/beacon/beacon_row engine/people/kept_leaves""",
    "e2e breakdown": """
        api/beacon/beacon_aggregate         engine/attrition engine/count_by""",
    "unit plan_condition": """
        engine/plan/plan_judge engine/plan/plan_kind engine/plan/plan_number engine/plan/plan_place""",
    "unit query_parse": """
        engine/query/query engine/query/query_call engine/query/query_file engine/query/query_ids engine/query/query_lexer
        engine/query/query_number engine/query/query_place engine/query/query_point
        engine/query/query_syntax engine/query/query_term engine/query/query_type
        engine/query/query_variant engine/query/query_word""",
    "unit query_print": """
        engine/query/query_put""",
    "e2e structural": """
        engine/scan/held_rows engine/scan/sample_states_open""",
    "unit people": """
        index/blob index/people/people_draft index/people/people_edit index/people/people_image
        index/people/people_parse index/people/people_write""",
    "unit assembly": """
        index/contigs/assembly_table""",
    "e2e annotations": """
        engine/alleles/allele_notes engine/import/genomes/annotate_record
        engine/import/genomes/import_annotations engine/plan/plan_annotation engine/plan/plan_group
        engine/plan/plan_lines""",
    "unit effect": """
        index/effects/effect_table""",
    "unit annotation_table": """
        index/annotations/annotation_bytes index/annotations/annotation_draft
        index/annotations/annotation_find index/annotations/annotation_names
        index/annotations/annotation_verify""",
    "unit similarity": """
        index/terms/similarity_level""",
    "unit gene_table": """
        index/genes/gene_table_write""",
    "unit variant_spelling": """
        index/keys/variant_text""",
    "unit ontology": """
        index/ontology/ontology_edit index/ontology/ontology_image index/ontology/ontology_read
        index/ontology/ontology_write""",
    "unit curie": """
        index/terms/curie_prefixes""",
    "unit block_file": """
        storage/block/block_file_verify storage/block/block_writer""",
    "unit digest": """
        storage/block/digest_hex""",
    "unit io": """
        storage/block/io_pread storage/block/io_uring""",
    "unit carriers": """
        storage/carriers/carriers_form storage/carriers/carriers_rows storage/carriers/form_gaps
        storage/carriers/form_ordered storage/carriers/form_planes storage/carriers/form_short""",
    "unit kernel": """
        storage/carriers/kernel_avx2 storage/carriers/kernel_avx512 storage/carriers/kernel_plain""",
    "unit order": """
        storage/carriers/order_classes storage/carriers/order_find storage/carriers/order_runs""",
    "unit coverage": """
        storage/coverage/coverage_encode storage/coverage/coverage_places
        storage/coverage/cover_entries""",
    "unit store": """
        storage/genomes storage/store_hold storage/store_manifest storage/store_txn storage/store_wait""",
    "unit manifest": """
        storage/manifest_encode storage/manifest_segment""",
    "unit reference": """
        storage/reference/reference_writer""",
    "unit segment": """
        storage/segment/order_view storage/segment/order_writer storage/segment/row_chunks
        storage/segment/segment_coverage storage/segment/segment_directory
        storage/segment/segment_reader storage/segment/segment_rows_read
        storage/segment/segment_heard storage/segment/segment_says storage/segment/segment_tile_read
        storage/segment/segment_verify storage/segment/segment_view
        storage/segment/segment_view_called storage/segment/segment_writer storage/segment/segment_writer_tile""",
    "unit sample_table": """
        storage/segment/sample_table_karyotypes storage/segment/sample_table_write""",
    "unit catalogue": """
        storage/segment/catalogue_members storage/segment/catalogue_merge
        storage/segment/catalogue_tile storage/segment/catalogue_verify
        storage/segment/catalogue_view storage/segment/catalogue_view_members
        storage/segment/catalogue_write""",
    "e2e many_deliveries": """
        engine/plan/snapshot_segments storage/catalogues""",
    "unit segment_batch": """
        storage/segment/segment_view_carriers""",
}


def is_there(files, test):
    """Is there the test that a row names?"""
    kind, name = test.split(" ")
    if kind == "e2e":
        return f"tests/e2e/{name}.py" in files.files
    return any(re.fullmatch(rf"tests/unit/\w+/test_{name}\.c", f) for f in files.files)


def without_test(files):
    tested = {os.path.basename(f)[5:] for f in files.ending(".c") if "/test_" in f}
    for name in files.ending(".c"):
        if name.split("/")[0] in tree.FLOORS and os.path.basename(name) not in tested:
            yield name


def check_rows(files, without):
    """Rows that say something that is not so, in the project itself."""
    for test, sources in TESTED_BY.items():
        if not is_there(files, test):
            yield f"tools/check/registered.py: there is no test '{test}'"
        for source in sources.split():
            if source + ".c" not in without:
                yield (f"tools/check/registered.py: {source}.c is not there or has a test of its own; "
                       f"take it out of the list")


def check(files):
    without = set(without_test(files))
    listed = {source + ".c" for sources in TESTED_BY.values() for source in sources.split()}
    for name in files.ending(".c"):
        if not re.match(r"tests/.*/test_[a-z0-9_]+\.c$", name):
            continue
        if not REGISTERS.search(tree.code_only(files.text(name) or "")):
            yield f"{name}: registers no test; write one with Test(...) or remove the file"
    for name in sorted(without - listed):
        floor = name.split("/")[0]
        yield (f"{name}: no test of its own; write tests/unit/{floor}/test_{os.path.basename(name)}, "
               f"or name what tests it in tools/check/registered.py")
    if "tools/check/registered.py" in files.files:
        yield from check_rows(files, without)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--list"]:
        del sys.argv[1]
        here = os.path.dirname(os.path.abspath(__file__))
        root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(here, "..", "..")
        print("\n".join(without_test(tree.Tree(root))))
        sys.exit(0)
    tree.main(check)
