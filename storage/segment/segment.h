/*
 * segment.h - an immutable run of stored samples of one dataset and one assembly.
 *
 * Samples are numbered locally, 0 to n_samples - 1, and name individuals. By contig and tile (a
 * span of 2^tile_shift bases) a segment holds rows, one a canonical allele that some record names,
 * and spans, which say who was called where a record of a joint file lies. Beside them lies the
 * coverage layer, which says it base by base: storage/coverage/coverage.h. A row lies in the tile
 * of its start, a span too. Rows longer than a tile are also in the list of wide rows, and spans
 * longer than a tile are in the contig's list of wide spans instead, so that whatever reaches into
 * a tile is in that tile, in the one before it, or in those lists. A tile that holds much comes in
 * several pieces: entries of skr_segment_tiles with the same contig and number, in the order of
 * their rows; "tile" below means such an entry.
 *
 * What a sample is for an allele K that has a row here:
 *   its call in the row's call set, if that is not NO_STATEMENT: a direct claim (rule 4);
 *   otherwise, and for every sample when there is no row: what spans and coverage over its REF span
 *   say (rule 5, skr_segment_view_called). Rows of structural alleles have direct claims only (8).
 *   A row that is complete has no NO_STATEMENT, so spans are never asked.
 *
 * docs/format.md, "Segment", says every byte.
 *
 * Threads: a writer has one owner. An open segment may be read by any number of threads, each with
 * a skr_segment_view of its own.
 */
#ifndef SKR_STORAGE_SEGMENT_SEGMENT_H
#define SKR_STORAGE_SEGMENT_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/err.h"
#include "storage/block/block_file.h"
#include "storage/carriers/call_set.h"
#include "storage/carriers/carriers.h"
#include "storage/carriers/copies.h"
#include "storage/segment/sample_table.h"
#include "storage/segment/segment_tiles.h"

/* ------------------------------------------------------------------ what a segment holds */

typedef enum skr_allele_kind {
    SKR_ALLELE_SNV = 0,
    SKR_ALLELE_INS = 1,
    SKR_ALLELE_DEL = 2,
    SKR_ALLELE_MNV = 3, /* equal lengths above 1, as a record wrote it; its atoms have rows too */
    SKR_ALLELE_DELINS = 4, /* unequal lengths, neither an insertion nor a deletion */
    SKR_ALLELE_SV = 5,     /* structural: alt is its type, length and mate, ref is empty */
    SKR_ALLELE_SV_ANY = 6, /* never stored: all of kind SV at a place that a type, alt, holds */
} skr_allele_kind;

/*
 * A canonical allele. [start0, end0) is the REF span, anchor base included; for a structural allele
 * POS to END (INS: the base at POS). Texts are not NUL-terminated.
 */
typedef struct skr_allele {
    uint32_t contig; /* index in the assembly */
    uint32_t start0;
    uint32_t end0;
    skr_allele_kind kind;
    skr_ploidy ploidy;
    uint32_t n_ref;
    uint32_t n_alt;
    const char *ref; /* upper case; empty for a structural allele */
    const char *alt; /* upper case; for a structural allele as in docs/format.md: DEL, INS+50 */
} skr_allele;

/* The order of rows: contig, start0, end0, small kinds before SV, ref, alt. <0, 0, >0 as strcmp. */
int skr_segment_allele_compare(const skr_allele *a, const skr_allele *b);

/* What the row says in sum, over all samples of the segment. */
typedef struct skr_row_totals {
    uint64_t ac;
    uint64_t an; /* direct claims only where the row is not complete */
    uint32_t n_carriers;
    uint32_t n_hom;
    uint32_t n_hemi;
    uint32_t n_partial;
} skr_row_totals;

/* ------------------------------------------------------------------ writing */

typedef struct skr_segment_writer skr_segment_writer;

typedef struct skr_segment_plan {
    const skr_sample *samples; /* kept by the caller until the writer is freed */
    uint32_t n_samples;
    uint32_t n_contigs;          /* of the assembly, at this time */
    uint64_t n_rows_expected;    /* about how many rows, over */
    uint64_t n_bases_expected;   /* about how many bases: they choose the tile's span */
    bool names_are_ids;          /* each sample is named as its individual */
    skr_facts_source facts;      /* asked when the file ends; none: no facts are stored */
    uint32_t order_carriers_min; /* plain carriers that bring a row into an order; 0: as measured */
    uint32_t order_rows_max;     /* of an order; 0: as measured */
    uint32_t tiles_a_group;      /* of a directory; 0: as measured */
    bool wants_orders;           /* also where other forms are smaller: for tests */
    bool wants_steps;            /* also where a sweep is as fast: for tests */
} skr_segment_plan;

/* The caller owns *ret_writer. Errors: IO, NOMEM, LIMIT. */
SKR_MUST_USE int skr_segment_writer_new(const char *folder, const char *name,
                                        const skr_segment_plan *plan,
                                        skr_segment_writer **ret_writer, skr_err *err);

/*
 * Adds a row. Rows come in strictly ascending order (checked). carriers and calls are copied. Every
 * carrier must have a call of that many copies at least (checked): plain carriers SKR_CALL_DEFAULT.
 * filter_failed: every record that names it failed FILTER. Errors: IO, NOMEM, LIMIT.
 */
SKR_MUST_USE int skr_segment_writer_add_row(skr_segment_writer *writer, const skr_allele *allele,
                                            const skr_carriers *carriers, const skr_call_set *calls,
                                            bool filter_failed, skr_err *err);

/*
 * Adds a span [start0, end0) of a contig that lies in one ploidy. Spans come in ascending order of
 * contig and start0 (checked); rows and spans may be mixed as long as each of the two is in order
 * and neither runs a whole contig ahead: all rows and spans of a contig come before any of the
 * next. calls is copied. Errors: IO, NOMEM, LIMIT.
 */
SKR_MUST_USE int skr_segment_writer_add_span(skr_segment_writer *writer, uint32_t contig,
                                             uint32_t start0, uint32_t end0, skr_ploidy ploidy,
                                             const skr_call_set *calls, skr_err *err);

/* Ends the file. *ret_n_rows may be NULL. Errors: IO, NOMEM. */
SKR_MUST_USE int skr_segment_writer_finish(skr_segment_writer *writer, skr_file_id *ret_id,
                                           uint64_t *ret_n_rows, skr_err *err);

/* Frees; an unfinished file is removed. NULL is allowed. */
void skr_segment_writer_free(skr_segment_writer *writer);

/* ------------------------------------------------------------------ reading */

/* Opens a segment and reads its directory. The caller owns it. Both, and errors: as block files. */
SKR_MUST_USE int skr_segment_open(const char *folder, const skr_file_id *id,
                                  skr_segment **ret_segment, skr_err *err);
SKR_MUST_USE int skr_segment_open_among(struct skr_open_files *files, const char *folder,
                                        const skr_file_id *id, skr_segment **ret_segment,
                                        skr_err *err);

/* One more owner; one fewer, of whom the last one closes it. NULL may be closed. */
void skr_segment_acquire(skr_segment *segment);
void skr_segment_close(skr_segment *segment);

/* How many samples and rows it holds; a tile spans 2^shift bases. */
uint32_t skr_segment_n_samples(const skr_segment *segment);
uint64_t skr_segment_n_rows(const skr_segment *segment);
uint32_t skr_segment_tile_shift(const skr_segment *segment);

/* The samples, by local number; belong to the segment. */
const skr_sample_table *skr_segment_samples(const skr_segment *segment);

/*
 * copies_expected of every sample in a ploidy, n_samples bytes; belongs to the segment. The ploidy
 * is one of a row that a view of the segment gave, DIPLOID not among them, or
 * skr_segment_need_copies was called.
 */
const uint8_t *skr_segment_copies_expected(const skr_segment *segment, skr_ploidy ploidy);

/* Makes skr_segment_copies_expected ready for a ploidy. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_segment_need_copies(const skr_segment *segment, skr_ploidy ploidy,
                                         skr_err *err);

/* The sum of those. */
uint64_t skr_segment_n_copies_expected(const skr_segment *segment, skr_ploidy ploidy);

/* Is anything on a contig from `contig` on: rows, spans or coverage? */
bool skr_segment_reaches(const skr_segment *segment, uint32_t contig);

/* Reads tiles for one thread: its decoder and the memory of what it last decoded. */
typedef struct skr_segment_view skr_segment_view;

/* segment and reader must outlive it. The caller owns *ret_view. Errors: NOMEM. */
SKR_MUST_USE int skr_segment_view_new(const skr_segment *segment, skr_block_reader *reader,
                                      skr_segment_view **ret_view, skr_err *err);

/* Frees. NULL is allowed. */
void skr_segment_view_free(skr_segment_view *view);

/* The rows of one tile: columns of n values. They belong to the view until it loads another. */
typedef struct skr_tile_rows {
    uint32_t n;
    uint32_t contig;
    const uint32_t *start0;
    const uint32_t *end0;
    const uint8_t *kind;        /* skr_allele_kind */
    const uint8_t *ploidy;      /* skr_ploidy */
    const uint8_t *is_complete; /* 1: every sample has a direct claim */
    const uint8_t *filter_failed;
    const uint32_t *n_ref; /* 0 for structural alleles */
    const uint32_t *n_alt;
    const char *const *ref; /* not NUL-terminated */
    const char *const *alt;
    const skr_row_totals *totals;
} skr_tile_rows;

/* Begins to read a tile, unless the cache has it. For skr_block_reader_pass; 0: not begun. */
uint64_t skr_segment_view_ahead(skr_segment_view *view, size_t tile, bool with_carriers);

/* Loads the rows of tile number `tile` in skr_segment_tiles. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_segment_view_rows(skr_segment_view *view, size_t tile,
                                       const skr_tile_rows **ret_rows, skr_err *err);

/* The row of the loaded tile as an allele; its texts belong to the view. */
skr_allele skr_segment_tile_rows_allele(const skr_tile_rows *rows, uint32_t row);

/* Who is asked about among the samples of a segment. serial names the set: two sets that differ
 * have different serials for as long as a view lives, so that it may keep what it derives from one.
 */
typedef struct skr_sample_set {
    const uint64_t *bits; /* a bit a sample, 64 a word, none past the last; NULL: all of them */
    uint64_t serial;
    uint32_t n;                        /* how many they are */
    uint64_t n_copies[SKR_N_PLOIDIES]; /* copies expected of them together */
} skr_sample_set;

/*
 * The functions below ask about n rows of one tile at once, their numbers ascending. They load the
 * rows first, as skr_segment_view_rows does. Errors of all: CORRUPT, IO, NOMEM.
 */

/* Tallies the carriers of each row that are in who; of all of them from the stored totals. */
SKR_MUST_USE int skr_segment_view_tally(skr_segment_view *view, size_t tile, const uint32_t *rows,
                                        uint32_t n, const skr_sample_set *who,
                                        skr_carrier_tally *ret_tallies, skr_err *err);

/* The carriers of one row, into carriers, which is cleared first. */
SKR_MUST_USE int skr_segment_view_decode(skr_segment_view *view, size_t tile, uint32_t row,
                                         skr_carriers *carriers, skr_err *err);

/* The copies called of who by the direct claims of each row; of all from the stored totals. */
SKR_MUST_USE int skr_segment_view_n_called(skr_segment_view *view, size_t tile,
                                           const uint32_t *rows, uint32_t n,
                                           const skr_sample_set *who, uint64_t *ret_an,
                                           skr_err *err);

/*
 * The direct claims of a row: the call set belongs to the view until the next call of this function
 * or of skr_segment_view_rows. Errors: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_segment_view_calls(skr_segment_view *view, size_t tile, uint32_t row,
                                        const skr_call_set **ret_calls, skr_err *err);

/*
 * The indirect claim of every sample about the bases [start0, end0) of a contig, by spans and
 * coverage (rule 5): the least number of called copies over all of them; NO_CALL where a span that
 * overlaps is undecided; NO_STATEMENT where nothing is said of a base. Numbers are resolved: no
 * SKR_CALL_DEFAULT. called has room for n_samples bytes. Costs n_samples, and n_samples a span.
 * Errors: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_segment_view_called(skr_segment_view *view, uint32_t contig, uint32_t start0,
                                         uint32_t end0, uint8_t *called, skr_err *err);

/*
 * Does any row, span or coverage lie over a base of [start0, end0)? view reads what the directory
 * does not tell, and is one of this segment; NULL: *ret_says is true only where the directory is
 * sure. Errors: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_segment_says(const skr_segment *segment, skr_segment_view *view,
                                  uint32_t contig, uint32_t start0, uint32_t end0, bool *ret_says,
                                  skr_err *err);

/* Reads a whole segment, believes nothing, reports every fault. Errors beyond faults: IO, NOMEM. */
SKR_MUST_USE int skr_segment_verify(const char *folder, const skr_file_id *id,
                                    skr_fault_fn on_fault, void *context, skr_err *err);

#endif
