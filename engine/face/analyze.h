/*
 * analyze.h - what a question did: filled in by skr_engine_analyze.
 *
 * Threads: belongs to the question; its threads add under the lock of the scan.
 */
#ifndef SKR_ENGINE_FACE_ANALYZE_H
#define SKR_ENGINE_FACE_ANALYZE_H

#include <stdint.h>

/* What a question read of a table, which is among the reads, bytes and blocks of the whole; and how
 * long, by the clock, that and its use took. What an earlier question had read costs nothing. */
typedef struct skr_table_work {
    uint64_t n_blocks;
    uint64_t n_bytes; /* from the file */
    uint64_t ns;
} skr_table_work;

/* What a question did, over all threads. Times of threads add up; only total_ns, scan_ns and those
 * of tables are of the clock. */
typedef struct skr_analysis {
    uint64_t total_ns;
    uint64_t n_scans;         /* of the genome: one for each carries and absent */
    uint64_t n_threads;       /* the most that worked at once on one of them */
    uint64_t n_tiles;         /* with alleles, in the segments that were asked */
    uint64_t n_dropped_place; /* of them, never looked at: not where alleles are looked for */
    uint64_t n_dropped_kind;  /* by the kinds and places of what is in them */
    uint64_t n_dropped_ac;    /* by the largest AC in them */
    uint64_t n_read;          /* gone through; twice where two threads share one */
    uint64_t n_rows;          /* rows of those, judged over columns */
    uint64_t n_rows_left;     /* that went on to be merged */
    uint64_t n_keys;          /* alleles, merged over segments */
    uint64_t n_keys_open;     /* judged by bounds of their totals */
    uint64_t n_keys_tallied;  /* carriers read to judge them */
    uint64_t n_keys_wanted;   /* that satisfied */
    uint64_t n_file_reads;
    uint64_t n_bytes;  /* read from files */
    uint64_t n_blocks; /* decompressed */
    uint64_t n_bytes_raw;
    uint64_t n_cache_hits; /* blocks that were decoded already */
    uint64_t plan_ns;      /* names, places, tiles */
    uint64_t read_ns;
    uint64_t unpack_ns; /* checksums, decompression */
    uint64_t decode_ns; /* columns of rows */
    uint64_t judge_ns;
    uint64_t merge_ns;
    uint64_t tally_ns; /* carriers: counting and marking */
    uint64_t scan_ns;  /* of the clock: all scans, with their plans */
    skr_table_work genes;
    skr_table_work terms;  /* of ontologies */
    skr_table_work people; /* facts about them, and sets: all that is no scan, genes or terms */
} skr_analysis;

#endif
