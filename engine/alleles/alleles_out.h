/*
 * alleles_out.h - rows of alleles from several workers, handed out in the order of the genome.
 *
 * A worker fills the list of its morsel. When the morsel is done, its list waits until those before
 * it were handed out, and the worker goes on with another one. Whoever finds that it is the turn of
 * waiting lists hands them out, one thread at a time. A worker only waits itself where too many
 * lists wait.
 *
 * Threads: a list has one owner; everything else any number.
 */
#ifndef SKR_ENGINE_ALLELES_ALLELES_OUT_H
#define SKR_ENGINE_ALLELES_ALLELES_OUT_H

#include <pthread.h>
#include <stdatomic.h>

#include "engine/alleles/allele_notes.h"
#include "engine/face/allele_rows.h"
#include "storage/base/buffer.h"
#include "storage/segment/segment.h"

/* Rows of one morsel. A row's variant is made when it is handed out, from the text at its place. */
typedef struct skr_row_list {
    skr_allele_row *rows;
    size_t n;
    size_t n_max;
    skr_buffer texts;       /* variants, each with its NUL, and what is said of it */
    skr_allele_part *parts; /* of the rows, one after the other; so the populations of the parts */
    size_t n_parts;
    size_t n_parts_max;
    skr_population_frequency *populations;
    size_t n_populations;
    size_t n_populations_max;
    skr_allele_notes notes;
    struct skr_row_list *next_free;
} skr_row_list;

typedef struct skr_rows_out {
    const skr_alleles_request *request;
    const char *assembly; /* set before the first row is added */
    skr_allele_fn on_row;
    void *context;
    skr_annotation_table *const *tables; /* of annotation: what they say is told */
    uint32_t n_tables;
    pthread_mutex_t lock;
    pthread_cond_t has_moved;
    skr_row_list *lists; /* room for all of them */
    size_t n_lists;      /* that were used */
    skr_row_list *free_lists;
    skr_row_list **of_workers; /* the list that each fills now */
    skr_row_list **waiting;    /* of morsel m at m % n_waiting_max */
    size_t n_waiting_max;
    size_t next_morsel;
    bool is_handing;
    bool has_failed;
    uint64_t n_rows;
    /* Of rows with parts, by slot: how many were handed out, or would have been if they lay in its
     * page; and those that were only counted, as all rows. */
    atomic_uint_fast64_t *n_handed;
    atomic_uint_fast64_t *n_late;
    atomic_uint_fast64_t n_rows_late;
    uint32_t n_slots;
} skr_rows_out;

/* Zero but for request, on_row and context. Errors: NOMEM. */
SKR_MUST_USE int skr_alleles_out_init(skr_rows_out *out, unsigned n_workers, uint32_t n_slots,
                                      skr_err *err);
void skr_alleles_out_done(skr_rows_out *out);

/* Adds a row to the list of a worker; its text is made from contig and key, its parts are copied.
 * Errors: NOMEM; CORRUPT and IO of annotations. */
SKR_MUST_USE int skr_alleles_out_add(skr_rows_out *out, unsigned worker, const char *contig,
                                     const skr_allele *key, const skr_allele_row *row,
                                     skr_err *err);

/*
 * Hands out what a worker has of the morsel that it is at, if all before it were handed out: then
 * its list stays small. Errors: what on_row gives.
 */
SKR_MUST_USE int skr_alleles_out_early(skr_rows_out *out, unsigned worker, size_t morsel,
                                       skr_err *err);

/*
 * A morsel is done, or has_failed: then nothing more is handed out. Every morsel must be told of.
 * Errors: what on_row gives.
 */
SKR_MUST_USE int skr_alleles_out_end(skr_rows_out *out, unsigned worker, size_t morsel,
                                     bool has_failed, skr_err *err);

/* So many rows were handed out before, in other assemblies; of those with parts by slot, unless
 * that is NULL. */
void skr_alleles_out_go_on(skr_rows_out *out, uint64_t n_rows, const uint64_t *by_slot);

/* May a row that comes now lie in the page of a slot, or before it? False for good once it may not.
 */
bool skr_alleles_out_is_open(const skr_rows_out *out, uint32_t slot);

/* Counts a row whose parts lie behind the pages of all their slots. */
void skr_alleles_out_late(skr_rows_out *out, const skr_allele_row *row);

/* After the last row: how many there were; of rows with parts also by slot, unless that is NULL. */
uint64_t skr_alleles_out_numbers(const skr_rows_out *out, uint64_t *ret_by_slot);

/* Hands out what worker 0 has added after all morsels. Errors: what on_row gives. */
SKR_MUST_USE int skr_alleles_out_rest(skr_rows_out *out, skr_err *err);

#endif
