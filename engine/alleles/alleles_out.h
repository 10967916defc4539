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

#include "engine/face/allele_rows.h"
#include "storage/base/buffer.h"
#include "storage/segment/segment.h"

/* Rows of one morsel. A row's variant is made when it is handed out, from the text at its place. */
typedef struct skr_row_list {
    skr_allele_row *rows;
    size_t n;
    size_t n_max;
    skr_buffer texts; /* variants, each with its NUL */
    struct skr_row_list *next_free;
} skr_row_list;

typedef struct skr_rows_out {
    const skr_alleles_request *request;
    skr_allele_fn on_row;
    void *context;
    pthread_mutex_t lock;
    pthread_cond_t has_moved;
    skr_row_list *lists; /* all of them */
    size_t n_lists;
    skr_row_list *free_lists;
    skr_row_list **of_workers; /* the list that each fills now */
    skr_row_list **waiting;    /* of morsel m at m % n_waiting_max */
    size_t n_waiting_max;
    size_t next_morsel;
    bool is_handing;
    bool has_failed;
    uint64_t n_rows;
} skr_rows_out;

/* Zero but for request, on_row and context. Errors: NOMEM. */
SKR_MUST_USE int skr_alleles_out_init(skr_rows_out *out, unsigned n_workers, skr_err *err);
void skr_alleles_out_done(skr_rows_out *out);

/* Adds a row to the list of a worker; its text is made from contig and key. Errors: NOMEM. */
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

/* Hands out what worker 0 has added after all morsels. Errors: what on_row gives. */
SKR_MUST_USE int skr_alleles_out_rest(skr_rows_out *out, skr_err *err);

#endif
