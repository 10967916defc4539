/* analysis.c - what a question did, as text and as JSON. */
#include "tools/skerry/analysis.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

static const struct member {
    const char *name;
    size_t offset;
} members[] = {
    {"total_ns", offsetof(skr_analysis, total_ns)},
    {"scans", offsetof(skr_analysis, n_scans)},
    {"threads", offsetof(skr_analysis, n_threads)},
    {"tiles", offsetof(skr_analysis, n_tiles)},
    {"tiles_dropped_by_place", offsetof(skr_analysis, n_dropped_place)},
    {"tiles_dropped_by_kind", offsetof(skr_analysis, n_dropped_kind)},
    {"tiles_dropped_by_ac", offsetof(skr_analysis, n_dropped_ac)},
    {"tiles_read", offsetof(skr_analysis, n_read)},
    {"rows", offsetof(skr_analysis, n_rows)},
    {"rows_left", offsetof(skr_analysis, n_rows_left)},
    {"alleles", offsetof(skr_analysis, n_keys)},
    {"alleles_judged_by_totals", offsetof(skr_analysis, n_keys_open)},
    {"alleles_tallied_to_judge", offsetof(skr_analysis, n_keys_tallied)},
    {"alleles_wanted", offsetof(skr_analysis, n_keys_wanted)},
    {"file_reads", offsetof(skr_analysis, n_file_reads)},
    {"bytes", offsetof(skr_analysis, n_bytes)},
    {"blocks", offsetof(skr_analysis, n_blocks)},
    {"bytes_unpacked", offsetof(skr_analysis, n_bytes_raw)},
    {"cache_hits", offsetof(skr_analysis, n_cache_hits)},
    {"plan_ns", offsetof(skr_analysis, plan_ns)},
    {"read_ns", offsetof(skr_analysis, read_ns)},
    {"unpack_ns", offsetof(skr_analysis, unpack_ns)},
    {"decode_ns", offsetof(skr_analysis, decode_ns)},
    {"judge_ns", offsetof(skr_analysis, judge_ns)},
    {"merge_ns", offsetof(skr_analysis, merge_ns)},
    {"tally_ns", offsetof(skr_analysis, tally_ns)},
    {"scan_ns", offsetof(skr_analysis, scan_ns)},
    {"genes_ns", offsetof(skr_analysis, genes.ns)},
    {"genes_blocks", offsetof(skr_analysis, genes.n_blocks)},
    {"genes_bytes", offsetof(skr_analysis, genes.n_bytes)},
    {"terms_ns", offsetof(skr_analysis, terms.ns)},
    {"terms_blocks", offsetof(skr_analysis, terms.n_blocks)},
    {"terms_bytes", offsetof(skr_analysis, terms.n_bytes)},
    {"people_ns", offsetof(skr_analysis, people.ns)},
    {"people_blocks", offsetof(skr_analysis, people.n_blocks)},
    {"people_bytes", offsetof(skr_analysis, people.n_bytes)},
};

static uint64_t value_of(const skr_analysis *analysis, const struct member *member)
{
    return *(const uint64_t *)(const void *)((const char *)analysis + member->offset);
}

void skr_analysis_json(skr_out *json, const skr_analysis *analysis)
{
    skr_out_open(json, '{');
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        skr_out_member_number(json, members[i].name, value_of(analysis, &members[i]));
    }
    skr_out_close(json, '}');
}

static void print_step(const char *name, uint64_t n_ns)
{
    (void)printf("  %-11s %10.3f ms\n", name, (double)n_ns / 1e6);
}

static void print_table(const char *name, const skr_table_work *done)
{
    (void)printf("  %-11s %10.3f ms, %" PRIu64 " block%s, %" PRIu64 " bytes\n", name,
                 (double)done->ns / 1e6, done->n_blocks, done->n_blocks == 1 ? "" : "s",
                 done->n_bytes);
}

void skr_analysis_print(const skr_analysis *done)
{
    (void)printf("analysis\n");
    (void)printf("  %" PRIu64 " scan%s of the genome, up to %" PRIu64 " thread%s\n", done->n_scans,
                 done->n_scans == 1 ? "" : "s", done->n_threads, done->n_threads == 1 ? "" : "s");
    (void)printf("  tiles: %" PRIu64 ", dropped %" PRIu64 " by place, %" PRIu64 " by kind, %" PRIu64
                 " by ac; read %" PRIu64 "\n",
                 done->n_tiles, done->n_dropped_place, done->n_dropped_kind, done->n_dropped_ac,
                 done->n_read);
    (void)printf("  rows: %" PRIu64 ", left %" PRIu64 "\n", done->n_rows, done->n_rows_left);
    (void)printf("  alleles: %" PRIu64 ", judged by totals %" PRIu64 ", by carriers %" PRIu64
                 ", wanted %" PRIu64 "\n",
                 done->n_keys, done->n_keys_open, done->n_keys_tallied, done->n_keys_wanted);
    (void)printf("  files: %" PRIu64 " reads, %" PRIu64 " bytes\n", done->n_file_reads,
                 done->n_bytes);
    (void)printf("  blocks: %" PRIu64 " unpacked to %" PRIu64 " bytes, %" PRIu64
                 " found in the cache\n",
                 done->n_blocks, done->n_bytes_raw, done->n_cache_hits);
    print_step("plan", done->plan_ns);
    print_step("read", done->read_ns);
    print_step("unpack", done->unpack_ns);
    print_step("decode", done->decode_ns);
    print_step("judge", done->judge_ns);
    print_step("merge", done->merge_ns);
    print_step("tally", done->tally_ns);
    print_step("scans", done->scan_ns);
    print_table("genes", &done->genes);
    print_table("terms", &done->terms);
    print_table("people", &done->people);
    print_step("in all", done->total_ns);
}
