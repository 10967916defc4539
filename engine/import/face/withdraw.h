/*
 * withdraw.h - people taken out of a store, and datasets hidden, shown again or taken out. One
 * call, one generation.
 *
 * From that generation on nobody who was taken out counts in any answer. The bytes of their
 * genomes go with the next compaction that is made of their segments, or at once where a segment
 * holds nobody else; the manifest notes when they are due.
 *
 * Threads: one writer at a time in a store (the store's lock).
 */
#ifndef SKR_ENGINE_IMPORT_FACE_WITHDRAW_H
#define SKR_ENGINE_IMPORT_FACE_WITHDRAW_H

#include "engine/import/face/import.h"

#define SKR_WITHDRAW_DAYS 30u       /* until bytes are due to be gone, unless asked otherwise */
#define SKR_WITHDRAW_REASON_MAX 64u /* bytes */

typedef struct skr_withdraw_request {
    const char *store;
    const char *dataset;    /* NULL: every dataset that has them */
    const char *const *ids; /* of individuals */
    size_t n_ids;
    const char *reason; /* a word for the note of deletion, or NULL */
    uint32_t n_days;    /* 0: SKR_WITHDRAW_DAYS */
    double wait_s;      /* for another writer; 0: not at all, HUGE_VAL: as long as it takes */
    skr_watch watch;
} skr_withdraw_request;

typedef struct skr_withdraw_result {
    uint64_t generation;
    uint32_t n_people;
    uint32_t n_datasets; /* that they were taken out of */
    uint32_t n_samples;  /* in segments */
    uint32_t n_segments; /* that still hold their bytes */
    uint64_t due_s;      /* when those are to be gone: seconds since 1970, UTC */
} skr_withdraw_result;

/*
 * Takes people out. Errors: INPUT, naming those whom no dataset asked about has, and then nothing
 * is done; USAGE; LOCKED; INTERRUPTED; those of the store.
 */
SKR_MUST_USE int skr_withdraw_people(const skr_withdraw_request *request,
                                     skr_withdraw_result *ret_result, skr_err *err);

typedef enum skr_dataset_change {
    SKR_DATASET_HIDE, /* it answers nothing, as one that is not there */
    SKR_DATASET_SHOW, /* it answers again as before */
    SKR_DATASET_TAKE, /* everybody in it is taken out, and its genomes are removed */
} skr_dataset_change;

typedef struct skr_dataset_request {
    const char *store;
    const char *dataset;
    skr_dataset_change change;
    const char *reason; /* as above */
    double wait_s;
    skr_watch watch;
} skr_dataset_request;

/*
 * Changes a dataset. *ret_generation is that in force afterwards; *ret_is_noop: it was so already.
 * Errors: INPUT (no such dataset; one to be shown was withdrawn); as above.
 */
SKR_MUST_USE int skr_withdraw_dataset(const skr_dataset_request *request, uint64_t *ret_generation,
                                      bool *ret_is_noop, skr_err *err);

/* A dataset of a store, whatever its state. */
typedef struct skr_dataset_state {
    char *id;
    uint64_t version;
    bool is_hidden;
    bool is_withdrawn;
} skr_dataset_state;

/* Lists all datasets. The caller frees with skr_withdraw_list_done. Errors: as a store's. */
SKR_MUST_USE int skr_withdraw_list(const char *store, skr_dataset_state **ret_states,
                                   uint32_t *ret_n, skr_err *err);
void skr_withdraw_list_done(skr_dataset_state *states, uint32_t n);

#endif
