#!/usr/bin/env python3
"""What programs of annotation say of alleles is read, kept by the key of the allele, told and asked for.

Files are made here after the public documents of VEP, SnpEff, bcftools csq and ClinVar; questions drawn at
random are answered again by a naive evaluator, which multiplies brackets out and looks at every line.
"""
import gzip
import itertools
import os
import random
import shutil
import subprocess
import sys

import beacon_http
import format_reader
import harness

CSQ = '##INFO=<ID=CSQ,Number=.,Type=String,Description="Consequence annotations from Ensembl VEP. Format: ' \
      'Allele|Consequence|IMPACT|SYMBOL|Gene|Feature_type|Feature|HGVSc|HGVSp|Protein_position|Amino_acids|' \
      'ALLELE_NUM">'
ANN = '##INFO=<ID=ANN,Number=.,Type=String,Description="Functional annotations: \'Allele | Annotation | ' \
      'Annotation_Impact | Gene_Name | Gene_ID | Feature_Type | Feature_ID | Transcript_BioType | Rank | HGVS.c | ' \
      'HGVS.p | cDNA.pos / cDNA.length | CDS.pos / CDS.length | AA.pos / AA.length | Distance | ERRORS / WARNINGS' \
      ' / INFO\'">'
BCSQ = '##INFO=<ID=BCSQ,Number=.,Type=String,Description="Local consequence annotation from BCFtools/csq. ' \
       'Format: Consequence|gene|transcript|biotype|strand|amino_acid_change|dna_change">'
CLNSIG = "".join(f'##INFO=<ID={tag},Number=.,Type=String,Description="ClinVar">\n'
                 for tag in ("CLNSIG", "GENEINFO", "MC")).rstrip()
LISTS = ("genes", "effects", "proteins", "impacts", "significances", "names")


def vcf(declared, rows, samples=(), length=200000, ids=None):
    """A VCF of records (contig, pos, ref, alt, info, *genotypes); ids: by the first four."""
    head = ["##fileformat=VCFv4.3", *declared, f"##contig=<ID=1,length={length}>", f"##contig=<ID=2,length={length}>",
            '##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">']
    columns = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO"]
    columns += ["FORMAT", *samples] if samples else []
    body = []
    for contig, pos, ref, alt, info, *calls in rows:
        row = [contig, str(pos), (ids or {}).get((contig, pos, ref, alt), "."), ref, alt, ".", "PASS", info]
        body.append("\t".join(row + (["GT", *calls] if samples else [])))
    return "\n".join(head + ["\t".join(columns)] + body) + "\n"


def said(suite, store, name, *more):
    """The lists of one allele, those that are empty left out."""
    row = suite.allele(store, name, *more)
    return {k: row[k] for k in LISTS if row.get(k)} if isinstance(row, dict) else row


def alleles(suite, store, question):
    done = suite.run("alleles", "-d", store, "--json", question)
    return sorted(row["variant"] for row in done.objects()) if done.code == 0 else done.said()


def refused(suite, name, store, words, *must):
    done = suite.run(*words, "-d", store)
    suite.check(f"{name}: refused", 2, done.code, done.said())
    for one in must:
        suite.check(f"{name}: says {one}", True, one in done.err, done.err)


# ------------------------------------------------------------------ one file of each program

RECORDS = [("1", 1000, "A", "G"), ("1", 1010, "AC", "A,ACT"), ("1", 1020, "C", "T,CA"), ("1", 1030, "AG", "TC"),
           ("1", 1040, "G", "A"), ("1", 1050, "GAAA", "G,GA"), ("2", 500, "T", "C"), ("2", 600, "C", "<DEL>"),
           ("1", 1060, "C", "G,*"), ("1", 1070, "T", "A"), ("1", 1072, "C", "G")]


def make_store(suite, name, more=()):
    """People who carry each allele of the records."""
    store = suite.path(name)
    rows = [(c, p, r, a, "END=700;SVTYPE=DEL" if a == "<DEL>" else ".", "0/1", "1/2" if "," in a else "1/1", "0/0")
            for c, p, r, a in RECORDS]
    declared = ['##ALT=<ID=DEL,Description="deletion">',
                '##INFO=<ID=END,Number=1,Type=Integer,Description="end">',
                '##INFO=<ID=SVTYPE,Number=1,Type=String,Description="type">']
    path = suite.write(f"{name}.vcf", vcf(declared, rows, ("S1", "S2", "S3")))
    done = suite.run("import", "-d", store, "--dataset", "a", "--assembly", "none-such", "--gate", "none", path, *more)
    suite.check(f"{name}: import", 0, done.code, done.said())
    return store


def annotate(suite, store, name, text, *more, counters=None):
    path = suite.write(f"{name}.vcf", text)
    done = suite.run("annotate", "-d", store, "--json", *more, path)
    suite.check(f"{name}: annotate", 0, done.code, done.said())
    if done.code == 0 and counters is not None:
        suite.check(f"{name}: counters", counters, done.objects()[0]["counters"])
    return done


def check_vep(suite):
    store = make_store(suite, "vep")
    item = "{}|{}|{}|{}|{}|Transcript|ENST1|{}|{}|{}|{}|{}".format
    rows = [
        ("1", 1000, "A", "G", "DP=3;CSQ=" + ",".join([
            item("G", "missense_variant&splice_region_variant", "MODERATE", "G1", "ENSG1.4", "", "ENSP1:p.Val600Glu",
                 "600", "V/E", ""),
            item("G", "intron_variant", "MODIFIER", "G2", "ENSG2", "", "", "", "", ""),
            item("G", "synonymous_variant", "LOW", "", "ENSG3", "", "ENSP1:p.Gly12%3D", "12", "G", "")])),
        # the first base is left out, as all alleles share it and their lengths differ
        ("1", 1010, "AC", "A,ACT", "CSQ=" + ",".join([
            item("-", "frameshift_variant", "HIGH", "G1", "", "", "ENSP1:p.Arg97ProfsTer23", "", "", ""),
            item("CT", "inframe_insertion", "MODERATE", "G1", "", "", "p.Lys5dup", "", "", "")])),
        # C>T and C>CA do not all differ in length, but all share nothing: the bases stay
        ("1", 1020, "C", "T,CA", "CSQ=" + ",".join([
            item("T", "stop_gained", "HIGH", "G1", "", "", "p.Arg31Ter", "", "", ""),
            item("CA", "frameshift_variant", "HIGH", "G4", "", "", "p.Lys7fs", "", "", "")])),
        # of a longer replacement, which has a key of its own
        ("1", 1030, "AG", "TC", "CSQ=" + item("TC", "missense_variant", "MODERATE", "G5", "", "", "", "9", "E/D", "")),
        # what was split after it was annotated keeps the items of the other allele
        ("1", 1040, "G", "A", "CSQ=" + ",".join([
            item("T", "stop_gained", "HIGH", "G6", "", "", "p.Glu3Ter", "", "", "1"),
            item("A", "missense_variant", "MODERATE", "G6", "", "", "p.Glu3Lys", "", "", "2")])),
        # --minimal: both deletions are '-', and ALLELE_NUM tells them apart
        ("1", 1050, "GAAA", "G,GA", "CSQ=" + ",".join([
            item("-", "inframe_deletion", "MODERATE", "G7", "", "", "p.Lys8del", "", "", "1"),
            item("AA", "frameshift_variant", "HIGH", "G8", "", "", "p.?", "", "", "2")])),
        ("2", 500, "T", "C", "CSQ=."),
        ("2", 600, "C", "<DEL>", "END=700;SVTYPE=DEL;CSQ=" + item("deletion", "transcript_ablation", "HIGH", "G9", "",
                                                                 "", "", "", "", "")),
        ("1", 1060, "C", "G,*", "CSQ=" + ",".join([
            item("G", "3_prime_UTR_variant", "MODIFIER", "G1", "", "", "", "", "", ""),
            item("*", "missense_variant", "MODERATE", "G1", "", "", "p.Val1Glu", "", "", "")])),
    ]
    declared = [CSQ, '##VEP="v110" time="2026-01-01"', '##INFO=<ID=DP,Number=1,Type=Integer,Description="depth">',
                '##INFO=<ID=END,Number=1,Type=Integer,Description="end">',
                '##INFO=<ID=SVTYPE,Number=1,Type=String,Description="type">']
    text = vcf(declared, rows)
    annotate(suite, store, "vep-notes", text, "--release", "110", counters={
        "without_annotation": 1, "unmatched_items": 3})
    expect = {
        "1-1000-A-G": {"genes": ["ENSG3", "G1", "G2"], "effects": ["intron_variant", "missense_variant",
                                                                  "splice_region_variant", "synonymous_variant"],
                       "proteins": ["G12=", "V600E"], "impacts": ["low", "moderate", "modifier"]},
        "1-1010-AC-A": {"genes": ["G1"], "effects": ["frameshift_variant"], "proteins": ["R97Pfs*23"],
                        "impacts": ["high"]},
        "1-1011-C-CT": {"genes": ["G1"], "effects": ["inframe_insertion"], "proteins": ["K5dup"],
                        "impacts": ["moderate"]},
        "1-1020-C-T": {"genes": ["G1"], "effects": ["stop_gained"], "proteins": ["R31*"], "impacts": ["high"]},
        "1-1020-C-CA": {"genes": ["G4"], "effects": ["frameshift_variant"], "proteins": ["K7fs"], "impacts": ["high"]},
        "1-1030-AG-TC": {"genes": ["G5"], "effects": ["missense_variant"], "proteins": ["E9D"],
                         "impacts": ["moderate"]},
        "1-1030-A-T": {},
        "1-1040-G-A": {},
        "1-1050-GAAA-G": {"genes": ["G7"], "effects": ["inframe_deletion"], "proteins": ["K8del"],
                          "impacts": ["moderate"]},
        "2-500-T-C": {},
        "2-600-700-DEL": {"genes": ["G9"], "effects": ["transcript_ablation"], "impacts": ["high"]},
        "1-1060-C-G": {"genes": ["G1"], "effects": ["3_prime_UTR_variant"], "impacts": ["modifier"]},
    }
    for name, want in expect.items():
        suite.check(f"vep: {name}", want, said(suite, store, name))
    check_one_line(suite, store)
    check_again(suite, store, text)


def check_one_line(suite, store):
    """gene, effect, impact and protein within one chain are asked of one line."""
    one = ["1-1000-A-G"]
    cases = {
        "gene=G1 and effect=missense_variant and region=1:1000": one,
        "gene=G2 and effect=missense_variant": [],
        "gene=ENSG1 and protein=V600E": one,
        "gene=g1 and impact=modifier": ["1-1060-C-G"],
        "effect=missense_variant and effect=splice_region_variant": one,
        "effect=missense_variant and effect=intron_variant": [],
        "effect=missense_variant and not effect=intron_variant": ["1-1030-AG-TC"],
        "gene=G2 and (effect=missense_variant or impact=modifier)": one,
        "gene in (G2, G5) and effect in (missense_variant, stop_gained)": ["1-1030-AG-TC"],
        "(gene=G2 or region=1:1000-1000) and effect=missense_variant": one,
        'protein="p.(Arg97ProfsTer23)"': ["1-1010-AC-A"], "protein=R97fs": ["1-1010-AC-A"],
        "effect=protein_altering_variant and gene=G4": ["1-1020-C-CA"],
        "effect=transcript_ablation": ["2-600-700-DEL"],
        "effect=SO:0001893 and type=del": ["2-600-700-DEL"],
        "variant=1-1020-C-T and effect=stop_gained": ["1-1020-C-T"],
    }
    for question, want in cases.items():
        suite.check(f"vep: {question}", want, alleles(suite, store, question))
    suite.check("people who carry it", 2, suite.count(store, "carries(gene=G5 and effect=missense)"))
    suite.check("people who do not", 1, suite.count(store, "not carries(gene=G5 and effect=missense)"))


def check_again(suite, store, text):
    """A release replaces the one of its source as a whole, and stands beside those of others."""
    done = annotate(suite, store, "vep-again", vcf([CSQ], [RECORDS[0] + ("CSQ=G|intron_variant|MODIFIER|G1||||||||",)]))
    suite.check("replaced: the same source", "VEP", done.objects()[0]["source"])
    suite.check("replaced: nothing of the other is left", [], alleles(suite, store, "impact=high"))
    suite.check("replaced: its own", ["1-1000-A-G"], alleles(suite, store, "effect=intron_variant"))
    annotate(suite, store, "vep-other", text, "--source", "other")
    suite.check("beside: both are told", ["ENSG3", "G1", "G2"],
                said(suite, store, "1-1000-A-G").get("genes"))
    suite.check("beside: both are asked", 3, len(alleles(suite, store, "impact=high and gene=G1")) + 1)


# ensembl-vep#843 is a VEP of the kind that numbers alleles; SnpEff's are of its manual
def check_snpeff(suite):
    store = make_store(suite, "snpeff")
    item = "{}|{}|{}|{}|{}|transcript|NM_1|protein_coding|1/1|c.1A>G|{}|1/10|1/10|1/3||{}".format
    rows = [
        ("1", 1000, "A", "G", "ANN=" + ",".join([
            item("G", "missense_variant&splice_region_variant", "MODERATE", "G1", "ENSG1", "p.Met1Val", ""),
            item("G", "intergenic_region", "MODIFIER", "G1-G2", "ENSG1-ENSG2", "", "")])),
        ("1", 1020, "C", "T,CA", "ANN=" + ",".join([
            item("CA", "frameshift_variant", "HIGH", "G1", "G1", "p.Leu3fs", "INFO_REALIGN_3_PRIME"),
            item("T", "stop_gained", "HIGH", "G1", "G1", "p.Arg10*", "WARNING_TRANSCRIPT_NO_START_CODON"),
            item("T", "missense_variant", "MODERATE", "G3", "G3", "p.Arg10Cys", "ERROR_OUT_OF_CHROMOSOME_RANGE")])),
        ("1", 1040, "G", "A", "ANN=" + item("A-G", "missense_variant", "MODERATE", "G1", "G1", "p.Gly4Arg", "")),
        ("1", 1070, "T", "A", "ANN=" + item("A", "sequence_feature", "LOW", "G1", "G1", "p.MetLys99ArgGlu", "")),
    ]
    annotate(suite, store, "snpeff-notes", vcf([ANN, '##SnpEffVersion="5.1d (build 2022-04-19)"'], rows),
             counters={"unmatched_items": 1, "wrong_items": 1, "unread_proteins": 1})
    suite.check("snpeff: compound effects", {
        "genes": ["G1"], "effects": ["intergenic_region", "missense_variant", "splice_region_variant"],
        "proteins": ["M1V"], "impacts": ["moderate", "modifier"]}, said(suite, store, "1-1000-A-G"))
    suite.check("snpeff: ALT as it is", {"genes": ["G1"], "effects": ["stop_gained"], "proteins": ["R10*"],
                                         "impacts": ["high"]}, said(suite, store, "1-1020-C-T"))
    suite.check("snpeff: an insertion", ["L3fs"], said(suite, store, "1-1020-C-CA").get("proteins"))
    suite.check("snpeff: the impact that is stated", ["low"], said(suite, store, "1-1070-T-A").get("impacts"))


# samtools/bcftools#522 (@POS), #1251 (a consequence that depends on the haplotype), #1539 (several ALTs)
def check_csq(suite):
    store = make_store(suite, "csq")
    rows = [
        ("1", 1000, "A", "G", "BCSQ=missense|G1|T1|protein_coding|+|600V>600E|1000A>G,*missense|G2|T2|"
                              "protein_coding|+|5K>5N|1000A>G,intron|G3|T3|protein_coding"),
        ("1", 1010, "AC", "A,ACT", "BCSQ=frameshift&splice_region|G1|T1|protein_coding|+|97RLK>97PRS*|1010AC>A,"
                                   "inframe_insertion|G1|T1|protein_coding|+|5KM>5KKM|1010AC>ACT,"
                                   "3_prime_utr|G4|T4|protein_coding"),
        ("1", 1070, "T", "A", "BCSQ=missense|G1|T1|protein_coding|+|9KM>9NR|1070T>A+1072C>G"),
        ("1", 1072, "C", "G", "BCSQ=@1070"),
        ("1", 1040, "G", "A", "BCSQ=@2000,synonymous|G1|T1|protein_coding|+|14G|1040G>T"),
    ]
    annotate(suite, store, "csq-notes", vcf([BCSQ, "##bcftools_csqVersion=1.16+htslib-1.16"], rows),
             counters={"behind_stop": 1, "lost_pointers": 1, "unmatched_items": 1})
    suite.check("csq: short words", {
        "genes": ["G1", "G2", "G3"], "effects": ["intron_variant", "missense_variant"],
        "proteins": ["K5N", "V600E"], "impacts": ["moderate", "modifier"]}, said(suite, store, "1-1000-A-G"))
    suite.check("csq: by dna_change", {
        "genes": ["G1", "G4"], "effects": ["3_prime_UTR_variant", "frameshift_variant", "splice_region_variant"],
        "proteins": ["R97Pfs*4"], "impacts": ["high", "modifier"]}, said(suite, store, "1-1010-AC-A"))
    suite.check("csq: the other ALT", {
        "genes": ["G1", "G4"], "effects": ["3_prime_UTR_variant", "inframe_insertion"],
        "proteins": ["K5_M6insK"], "impacts": ["moderate", "modifier"]}, said(suite, store, "1-1011-C-CT"))
    both = {"genes": ["G1"], "effects": ["missense_variant"], "proteins": ["K9_M10delinsNR"], "impacts": ["moderate"]}
    for name in ("1-1070-T-A", "1-1072-C-G"):
        suite.check(f"csq: of both records of a haplotype: {name}", both, said(suite, store, name))
    suite.check("csq: of another allele", {}, said(suite, store, "1-1040-G-A"))


def check_clinvar(suite):
    store = make_store(suite, "clinvar")
    rows = [
        ("1", 1000, "A", "G", "CLNSIG=Pathogenic/Likely_pathogenic|_risk_factor;GENEINFO=G1:11;"
                              "MC=SO:0001583|missense_variant,SO:0001627|intron_variant"),
        ("1", 1020, "C", "CA", "CLNSIG=Benign;GENEINFO=G1:11|G2:12;MC=SO:0001589|frameshift_variant"),
        ("1", 1020, "C", "T,CA", "CLNSIG=Pathogenic"),
        ("1", 1040, "G", "A", "CLNSIG=Conflicting_interpretations_of_pathogenicity"),
        ("1", 1070, "T", "A", "CLNSIG=5"),
    ]
    annotate(suite, store, "clinvar-notes", vcf([CLNSIG], rows), counters={"shared_significance": 1})
    suite.check("clinvar: words", ["likely_pathogenic", "pathogenic", "risk_factor"],
                said(suite, store, "1-1000-A-G").get("significances"))
    for question, want in {
            "significance=pathogenic": ["1-1000-A-G", "1-1070-T-A"],
            "significance='Likely pathogenic'": None,
            'significance="Likely pathogenic"': ["1-1000-A-G"],
            "significance=conflicting_classifications_of_pathogenicity": ["1-1040-G-A"],
            "significance=pathogenic and effect=missense_variant and gene=G1": ["1-1000-A-G"],
            "significance in (benign, pathogenic) and not effect=missense_variant": ["1-1020-C-CA", "1-1070-T-A"],
            "gene=G2 and effect=frameshift_variant": []}.items():
        if want is not None:
            suite.check(f"clinvar: {question}", want, alleles(suite, store, question))


def check_names(suite):
    """The ID column: one name of several alleles, several names of one, in any case; a release of its own."""
    store = make_store(suite, "names")
    ids = {RECORDS[0][:4]: "rs10;COSV7", RECORDS[2][:4]: "rs20", RECORDS[3][:4]: "RS10", RECORDS[5][:4]: "esv1;my/name",
           RECORDS[7][:4]: "nsv5"}
    records = [r + ("END=700;SVTYPE=DEL" if r[3] == "<DEL>" else ".",) for r in RECORDS]
    fields = ['##INFO=<ID=END,Number=1,Type=Integer,Description="end">']
    annotate(suite, store, "names-none", vcf([CSQ, *fields], records, ids=ids), counters={"without_annotation": 11})
    refused(suite, "names that were not asked for", store, ["count", "carries(name=rs10)"], "--names")
    annotate(suite, store, "names-list", vcf(fields, records, ids=ids), "--names", counters={"without_annotation": 6})
    for question, want in {
            "name=rs10": ["1-1000-A-G", "1-1030-AG-TC"], "variant=Rs10 and type=snv": ["1-1000-A-G"],
            "variant in (rs20, COSV7)": ["1-1000-A-G", "1-1020-C-CA", "1-1020-C-T"],
            'name="MY/Name"': ["1-1050-GAA-G", "1-1050-GAAA-G"], "variant=nsv5": ["2-600-700-DEL"], "name=rs10 and not name=cosv7": ["1-1030-AG-TC"]}.items():
        suite.check(f"names: {question}", want, alleles(suite, store, question))
    suite.check("names: as they were written", ["COSV7", "rs10"], said(suite, store, "1-1000-A-G").get("names"))
    suite.check("names: of each ALT", 2, len(alleles(suite, store, 'name=esv1')))
    refused(suite, "an unknown name", store, ["count", "carries(variant=rs11)"], "rs11", "^^^^")
    refused(suite, "a name in absent", store, ["count", "absent(variant=rs10)"], "absent takes one variant")
    bad = {RECORDS[0][:4]: "x" * 2000 + ";rs1", RECORDS[2][:4]: ";;rs2;"}
    annotate(suite, store, "names-bad", vcf(fields, records, ids=bad), "--names",
             counters={"without_annotation": 9, "unread_names": 1})
    suite.check("a release is replaced as a whole", (["1-1000-A-G"], 2), (
        alleles(suite, store, "name=rs1"), suite.run("count", "-d", store, "carries(name=rs10)").code))
    done = suite.run("compact", "-d", store)
    suite.check("names stay after a compaction", (0, ["1-1020-C-CA", "1-1020-C-T"]),
                (done.code, alleles(suite, store, "name=rs2")))


def check_beacon(suite):
    """What annotations say, as filters and in records; a name as an id, a parameter and a short form."""
    store = make_store(suite, "beacon")
    rows = [r[:4] + (f"CSQ={r[3]}|{effect}||{gene}|{gene}||||{change}||;CLNSIG={clinical}",)
            for r, effect, gene, change, clinical in (
                (RECORDS[0], "missense_variant", "G1", "p.Val600Glu", "Pathogenic|risk_factor"),
                (RECORDS[4], "stop_gained", "G1", "p.Arg31Ter", "Benign"),
                (RECORDS[6], "missense_variant", "G2", "", "Likely_pathogenic"),
                (RECORDS[9], "intron_variant", "G2", "", "."))]
    annotate(suite, store, "beacon-notes", vcf([CSQ, CLNSIG], rows, ids={RECORDS[0][:4]: "rs10;x-1", RECORDS[6][:4]: "rs10"}),
             "--names")
    server = beacon_http.Server(suite, store, "--policy", suite.write("exact.conf", "counts = exact\n"))
    if not suite.check("beacon: the server listens", True, server.address is not None, server.said()):
        return

    def found(parameters, *filters):
        body = {"meta": {"apiVersion": "2.0"}, "query": {"requestParameters": parameters, "filters": list(filters),
                                                         "requestedGranularity": "record"}}
        status, document = server.ask("/api/g_variants", body)
        if status != 200:
            return f"{status} {document['error']['errorMessage']}"
        sets = document["response"]["resultSets"]
        people = server.ask("/api/individuals", body)[1]["responseSummary"]["numTotalResults"]
        suite.check(f"beacon: people of {parameters} {filters}", 2 if sets else 0, people)
        return [(v["variantInternalId"], v) for s in sets for v in s["results"]]

    def names(*words):
        got = found(*words)
        return got if isinstance(got, str) else [name for name, _ in got]

    one, two, three, four = ("1-1000-A-G", "1-1040-G-A", "2-500-T-C", "1-1070-T-A")
    field = lambda name, value: {"id": name, "operator": "=", "value": value}
    for filters, want in (
            (["SO:0001583"], [one, three]), ([{"id": "SO:0001818", "scope": "genomicVariations"}], [one, two, three]),
            ([field("molecularAttributes.molecularEffects.id", "SO:0001583"), field("geneIds", "G2")], [three]),
            ([field("molecularEffects", "missense variant")], [one, three]), ([["SO:0001583", "SO:0001587"]], [one, two, three]),
            ([field("clinicalRelevance", "likely pathogenic")], [three]), ([field("clinicalRelevance", "pathogenic")], [one]),
            ([field("impact", "HIGH")], [two]), ([field("aminoacidChanges", "Arg31*")], [two]),
            (["SO:0001583", "SO:0001587"], [])):
        suite.check(f"beacon: {filters}", want, names({}, *filters))
    suite.check("beacon: one line", [], names({"geneId": "G2"}, "SO:0001587"))
    suite.check("beacon: beside a place", [one], names({"referenceName": "1", "start": [990], "end": [1045]}, "SO:0001583"))
    for words in ({"genomicAlleleShortForm": "RS10"}, {"variantInternalId": "rs10"}, {"variantId": "rs10"}):
        suite.check(f"beacon: {words}", [one, three], names(words))
    for path in ("/api/g_variants/rs10?requestedGranularity=count", "/api/g_variants?allele=rs10"):
        suite.check(f"beacon: {path}", 2, server.ask(path)[1]["responseSummary"].get("numTotalResults"))
    for filters, must in ((["!SO:0001583"], "of alleles"), ([["SO:0001583", "HP:0001250"]], "two requests"),
                          ([field("impact", "hihg")], "moderate"), ([field("clinicalRelevance", "bad")], "bad"),
                          ([{"id": "molecularEffects", "operator": ">", "value": "x"}], "operator"),
                          ([{"id": "SO:0001583", "includeDescendantTerms": False}], "includeDescendantTerms")):
        got = names({}, *filters)
        suite.check(f"beacon: {filters} is refused", True, str(got).startswith("400 ") and must in str(got), str(got))
    suite.check("beacon: an unknown name", True, str(names({"variantId": "rs11"})).startswith("400 no allele is called"))
    record = dict(found({"variantId": "rs10"}))[one]
    suite.check("beacon: a record says it", (
        {"geneIds": ["G1"], "molecularEffects": [{"id": "SO:0001583", "label": "missense_variant"}], "aminoacidChanges": ["V600E"]},
        ["pathogenic"], ["pathogenic", "risk_factor"], ["dbSNP:rs10", "local:x-1"]), (
        record["molecularAttributes"], [i["clinicalRelevance"] for i in record["variantLevelData"]["clinicalInterpretations"]],
        record["info"]["clinicalSignificances"], [i["id"] for i in record["identifiers"]["variantAlternativeIds"]]))
    suite.check("beacon: an allele of which less is said", [{"id": "SO:0001627", "label": "intron_variant"}],
                dict(found({}, "SO:0001627"))[four]["molecularAttributes"]["molecularEffects"])
    suite.check("beacon: the server stops", 0, server.stop())


# ------------------------------------------------------------------ what is wrong, and what is not there

def check_refusals(suite):
    store = make_store(suite, "refusals")
    for question in ("effect=missense_variant", "impact=high", "protein=V600E", "significance=pathogenic"):
        refused(suite, f"without annotations: {question}", store, ["count", f"carries({question})"],
                "no annotations are loaded", "skerry annotate")
    text = vcf([CSQ], [RECORDS[0] + ("CSQ=G|missense_variant|MODERATE|G1|||||p.Val600Glu||",)])
    annotate(suite, store, "refusals-notes", text)
    refused(suite, "an unknown effect", store, ["count", "carries(effect=misense_variant)"], "missense_variant", "^^^")
    refused(suite, "an unknown gene", store, ["count", "carries(gene=GG1 and effect=missense)"], "G1")
    refused(suite, "no change", store, ["count", "carries(protein=V600)"], "V600E", "^^^")
    refused(suite, "no significance", store, ["count", "carries(significance=pathogenic)"], "CLNSIG")
    refused(suite, "no impact", store, ["count", "carries(impact=hihg)"], "high")
    refused(suite, "a gene without a place", store, ["count", "carries(gene=G1)"], "skerry genes")
    refused(suite, "unequal", store, ["count", "carries(effect!=missense_variant)"], "!=")
    before = open(os.path.join(store, "MANIFEST"), "rb").read()
    for name, text, must in (
            ("no-field", vcf([], [RECORDS[0] + (".",)]), "CSQ"),
            ("no-format", vcf(['##INFO=<ID=CSQ,Number=.,Type=String,Description="VEP">'],
                              [RECORDS[0] + ("CSQ=G|x",)]), "Format"),
            ("bad-pos", vcf([CSQ], [("1", "x", "A", "G", "CSQ=G|missense_variant")]), "line"),
            ("empty", "", "empty"), ("no-vcf", "chr\tpos\n", "VCF")):
        path = suite.write(f"{name}.vcf", text)
        refused(suite, name, store, ["annotate", path], name, must)
    refused(suite, "nobody there", store, ["annotate", suite.path("nowhere.vcf")], "nowhere.vcf")
    suite.check("the store is as before", before, open(os.path.join(store, "MANIFEST"), "rb").read())


def check_coats(suite):
    """The same file plain, gzipped, through a pipe, as BCF, and with samples says the same."""
    rows = [RECORDS[0] + ("CSQ=G|missense_variant|MODERATE|G1|ENSG1||||p.Val600Glu|||",),
            RECORDS[1] + ("CSQ=-|frameshift_variant|HIGH|G1|||||||",)]
    text = vcf([CSQ], rows)
    plain = suite.write("coat.vcf", text)
    packed = suite.path("coat.vcf.gz")
    with gzip.open(packed, "wt") as fh:
        fh.write(text)
    sampled = suite.write("sampled-coat.vcf", vcf([CSQ], [r + ("0/1", "1/1") for r in rows], ("X1", "X2")))
    files = [("plain", [plain], None), ("gzip", [packed], None), ("pipe", ["-"], plain), ("samples", [sampled], None)]
    if shutil.which("bcftools"):
        binary = suite.path("coat.bcf")
        subprocess.run(["bcftools", "view", "-Ob", "-o", binary, sampled], check=True, stderr=subprocess.DEVNULL)
        files.append(("bcf", [binary], None))
    told = []
    for name, words, stdin in files:
        store = make_store(suite, f"coat-{name}")
        with open(stdin or os.devnull, "rb") as fh:
            done = suite.run("annotate", "-d", store, *words, stdin=fh)
        suite.check(f"coat {name}: annotate", 0, done.code, done.said())
        told.append([said(suite, store, v) for v in ("1-1000-A-G", "1-1010-AC-A")])
        suite.check(f"coat {name}: says the same", told[0], told[-1])
    suite.check("coats: something is said", ["V600E"], told[0][0].get("proteins"))


def check_reference(suite):
    """Alleles of annotations are moved left as those of genomes are; REF is compared."""
    bases = "ACGT" * 10 + "C" + "AG" * 6 + "T" + "ACGT" * 30
    fasta = suite.write("ref.fa", f">1\n{bases}\n>2\n{bases}\n")
    store = suite.path("aligned")
    text = vcf([], [("1", 41, "CAG", "C", ".", "0/1"), ("2", 5, "A", "C", ".", "1/1")], ("S1",), len(bases))
    done = suite.run("import", "-d", store, "--dataset", "a", "--assembly", "toy", "--reference", fasta, "--gate", "none",
                     suite.write("aligned.vcf", text))
    suite.check("aligned: import", 0, done.code, done.said())
    notes = vcf([CSQ], [("1", 51, "GAG", "G", "CSQ=-|frameshift_variant|HIGH|G1|||||||"),
                        ("2", 5, "T", "C", "CSQ=C|missense_variant|MODERATE|G1|||||||"),
                        ("2", 5, "A", "C", "CSQ=C|stop_gained|HIGH|G1|||||||")], (), len(bases))
    annotate(suite, store, "aligned-notes", notes, counters={"ref_mismatch": 1})
    suite.check("aligned: the deletion", ["frameshift_variant"], said(suite, store, "1-41-CAG-C").get("effects"))
    suite.check("aligned: REF that is not there", ["stop_gained"], said(suite, store, "2-5-A-C").get("effects"))
    early = suite.path("early")
    done = suite.run("annotate", "-d", early, "--assembly", "toy", suite.path("aligned-notes.vcf"))
    suite.check("before genomes: annotate", 0, done.code, done.said())
    done = suite.run("import", "-d", early, "--dataset", "a", "--assembly", "toy", "--reference", fasta, "--gate",
                     "none", suite.path("aligned.vcf"))
    suite.check("before genomes: import", 0, done.code, done.said())
    refused(suite, "before the reference", early, ["count", "carries(effect=frameshift)"], "again")


def check_upkeep(suite):
    """Annotations stay whatever becomes of segments; verify finds damage; the second reader agrees."""
    store = make_store(suite, "upkeep")
    rows = [r[:4] + (f"CSQ={r[3].split(',')[0]}|missense_variant|MODERATE|G{i}|||||p.Val{i}Glu||",)
            for i, r in enumerate(RECORDS) if len(r[2]) == len(r[3])]
    ids = {r[:4]: f"rs{i % 3};x{i}" for i, r in enumerate(rows) if "," not in r[3]}
    annotate(suite, store, "upkeep-notes", vcf([CSQ], rows, ids=ids), "--names")
    want = alleles(suite, store, "effect=missense_variant")
    more = suite.write("upkeep-more.vcf", vcf([], [r[:4] + (".", "0/1") for r in RECORDS[:1]], ("T1",)))
    for words in (["import", "--dataset", "a", "--assembly", "none-such", "--gate", "none", more], ["compact"],
                  ["withdraw", "--dataset", "a", "--individual", "T1"], ["verify"]):
        done = suite.run(words[0], "-d", store, *words[1:])
        suite.check(f"upkeep: {words[0]}", 0, done.code, done.said())
        suite.check(f"upkeep: after {words[0]}", want, alleles(suite, store, "effect=missense_variant"))
    copy = suite.path("upkeep-copy")
    done = suite.run("copy", "-d", store, copy)
    suite.check("upkeep: copy", (0, want), (done.code, alleles(suite, copy, "effect=missense_variant")))
    manifest = format_reader.read_manifest(store)
    (release,) = manifest["assemblies"][0]["annotations"]
    found = format_reader.read_annotations(store, release)
    suite.check("the second reader: as many alleles", len(rows), len(found))
    contigs = [name for name, _ in manifest["assemblies"][0]["contigs"]]
    for (contig, start, _, ref, alt), (lines, _, names) in found.items():
        name = f"{contigs[contig]}-{start + 1}-{ref}-{alt}"
        suite.check(f"the second reader: {name}", said(suite, store, name).get("proteins"),
                    sorted(line[3] for line in lines))
        suite.check(f"the second reader: names of {name}", said(suite, store, name).get("names", []), sorted(names))
    path = os.path.join(copy, release["file"][0])
    data = bytearray(open(path, "rb").read())
    for at in range(70, len(data), 97):
        data[at] ^= 1
        os.unlink(path)
        with open(path, "wb") as fh:
            fh.write(data)
        data[at] ^= 1
        suite.check(f"damage at {at} is found", 3, suite.run("verify", "-d", copy).code)


# ------------------------------------------------------------------ random questions, naive answers

GENES = {"GA": ("1", 100, 2000), "GB": ("1", 1500, 4000), "GC": ("2", 1, 900), "GD": ("2", 800, 5000)}
EFFECTS = {  # each with what stands above it
    "missense_variant": {"protein_altering_variant", "coding_sequence_variant"},
    "stop_gained": {"protein_altering_variant", "coding_sequence_variant", "feature_truncation"},
    "synonymous_variant": {"coding_sequence_variant"}, "intron_variant": set(), "splice_donor_variant": {"intron_variant",
                                                                                                      "splice_site_variant"},
    "upstream_gene_variant": set()}
ASKED = sorted(set(EFFECTS) | {"protein_altering_variant", "coding_sequence_variant", "splice_site_variant"})
IMPACTS = ("high", "moderate", "low", "modifier")
NAMES = [f"rs{n}" for n in (1, 2, 3, 10, 11, 100)]


def draw_alleles(rng):
    """{(contig, pos, ref, alt): lines}; a line is (gene, effects, impact, protein)."""
    drawn = {}
    for _ in range(60):
        key = rng.choice("12"), rng.randrange(1, 5500), "A", rng.choice("CGT")
        lines = [(rng.choice([*GENES, *GENES, "GE", ""]), set(rng.sample(sorted(EFFECTS), rng.choice((1, 1, 2)))),
                  rng.choice(IMPACTS), rng.choice(("", "", f"V{rng.randrange(1, 6)}E", f"R{rng.randrange(1, 4)}*")))
                 for _ in range(rng.choice((0, 1, 1, 2, 3)))]
        drawn[key] = lines
    return drawn


def draw_question(rng, depth=3):
    """A tree: (op, left, right), ("not", child), or a condition (field, value)."""
    if depth > 0 and rng.random() < 0.75:
        op = rng.choice(("and", "and", "and", "or", "or", "not"))
        if op == "not":
            return op, draw_question(rng, depth - 1)
        return op, draw_question(rng, depth - 1), draw_question(rng, depth - 1)
    field = rng.choice(("gene", "gene", "effect", "effect", "effect", "impact", "protein", "region", "ac", "name"))
    value = {"gene": lambda: rng.choice(list(GENES)), "effect": lambda: rng.choice(ASKED),
             "impact": lambda: rng.choice(IMPACTS), "protein": lambda: rng.choice(("V1E", "V2E", "R1*", "R2*")),
             "region": lambda: (rng.choice("12"), *sorted(rng.randrange(1, 5500) for _ in range(2))),
             "ac": lambda: rng.randrange(1, 5), "name": lambda: rng.choice(NAMES)}[field]()
    return field, value


def text_of(tree):
    if tree[0] in ("and", "or"):
        return f"({text_of(tree[1])} {tree[0]} {text_of(tree[2])})"
    if tree[0] == "not":
        return f"not ({text_of(tree[1])})"
    if tree[0] == "region":
        return "region={}:{}-{}".format(*tree[1])
    if tree[0] == "name" and len(tree[1]) % 2:
        return f"variant={tree[1].upper()}"
    return f"ac>={tree[1]}" if tree[0] == "ac" else f"{tree[0]}={tree[1]}"


def chains(tree):
    """The brackets multiplied out: a list of lists of conditions and nots."""
    if tree[0] == "or":
        return chains(tree[1]) + chains(tree[2])
    if tree[0] == "and":
        return [a + b for a, b in itertools.product(chains(tree[1]), chains(tree[2]))]
    return [[tree]]


def line_has(line, field, value):
    gene, effects, impact, protein = line
    if field == "gene":
        return gene == value
    if field == "effect":
        return any(e == value or value in EFFECTS[e] for e in effects)
    return (impact if field == "impact" else protein) == value


def satisfies(tree, key, lines, ac, names):
    contig, pos, _, _ = key
    for chain in chains(tree):
        of_line = [c for c in chain if c[0] in ("gene", "effect", "impact", "protein")]
        good = True
        if any(c[0] != "gene" for c in of_line):
            good = any(all(line_has(line, *c) for c in of_line) for line in lines)
        else:
            for _, gene in of_line:
                at, start, end = GENES[gene]
                good = good and at == contig and start <= pos <= end
        for c in chain:
            if c[0] == "not":
                good = good and not satisfies(c[1], key, lines, ac, names)
            elif c[0] == "region":
                good = good and c[1][0] == contig and c[1][1] <= pos <= c[1][2]
            elif c[0] == "name":
                good = good and c[1] in names[key]
            elif c[0] == "ac":
                good = good and ac >= c[1]
        if good:
            return True
    return False


def check_random(suite, seed):
    rng = random.Random(seed)
    drawn = draw_alleles(rng)
    people = [f"P{i}" for i in range(8)]
    calls = {key: [rng.choice(("0/0", "0/0", "0/1", "1/1")) for _ in people] for key in drawn}
    counts = {key: sum(c.count("1") for c in calls[key]) for key in drawn}
    rows = [(*key, ".", *calls[key]) for key in sorted(drawn)]
    names = {key: set(rng.sample(NAMES, rng.choice((0, 0, 1, 1, 2)))) for key in drawn}
    names[min(drawn)] |= set(NAMES)
    ids = {key: ";".join(rng.choice((n, n.upper())) for n in sorted(names[key])) or "." for key in drawn}
    notes = [(*key, "CSQ=" + ",".join(f"{key[3]}|{'&'.join(sorted(effects))}|{impact.upper()}|{gene}|||||"
                                      f"{'p.' + protein if protein else ''}||"
                                      for gene, effects, impact, protein in lines)
             if lines else ".") for key, lines in sorted(drawn.items()) if lines or names[key]]
    rng.shuffle(notes)
    store = suite.path(f"random-{seed}")
    table = "gene\tcontig\tstart\tend\n" + "".join(f"{g}\t{c}\t{s - 1}\t{e}\n" for g, (c, s, e) in GENES.items())
    for words in (["import", "--dataset", "a", "--assembly", "none-such", "--gate", "none",
                   suite.write(f"random-{seed}.vcf", vcf([], rows, people))],
                  ["genes", "--assembly", "none-such", suite.write("random-genes.tsv", table)],
                  ["annotate", "--names", suite.write(f"random-{seed}-notes.vcf", vcf([CSQ], notes, ids=ids))]):
        done = suite.run(words[0], "-d", store, *words[1:])
        suite.check(f"seed {seed}: {words[0]}", 0, done.code, done.said())
    wrong = []
    for _ in range(60):
        tree = draw_question(rng)
        question = text_of(tree)
        if len(chains(tree)) > 200:
            continue
        want = [key for key, lines in drawn.items() if satisfies(tree, key, lines, counts[key], names)]
        got = alleles(suite, store, question)
        if got != sorted("-".join(map(str, key)) for key in want):
            wrong.append(f"{question}: {got} instead of {sorted(want)}")
        carriers = sum(any("1" in calls[key][i] for key in want) for i in range(len(people)))
        if suite.count(store, f"carries({question})") != carriers:
            wrong.append(f"people of {question}: not {carriers}")
    suite.check(f"seed {seed}: every question as the naive evaluator", [], wrong[:3], f"{len(wrong)} wrong")


def main():
    suite = harness.Suite()
    for check in (check_vep, check_snpeff, check_csq, check_clinvar, check_names, check_beacon, check_refusals, check_coats, check_reference,
                  check_upkeep):
        check(suite)
    seeds = [int(s) for s in sys.argv[1:]] or [random.SystemRandom().randrange(1 << 30) for _ in range(2)]
    print("# seeds", *seeds, flush=True)
    for seed in seeds:
        check_random(suite, seed)
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
