/*
 * withdraw_int.h - what taking out people and taking out datasets share.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_WITHDRAW_INT_H
#define SKR_ENGINE_IMPORT_GENOMES_WITHDRAW_INT_H

#include "engine/import/face/import.h"
#include "index/people/people_edit.h"
#include "storage/gone.h"
#include "storage/store.h"

/* A withdrawal under way. Zero-initialise but for reason and n_days. */
typedef struct skr_withdrawal {
    const char *reason;
    uint32_t n_days;
    skr_txn *txn;
    skr_manifest *manifest;
    skr_people *people;
    skr_people_edit *edit;
    skr_gone *gone;
    uint32_t dataset;      /* the only one that is meant, or SKR_NONE */
    uint64_t *all;         /* a bit for each individual */
    uint64_t **by_dataset; /* the same, who leaves which dataset */
    uint32_t n_by_dataset;
    skr_keyed_digest *digests; /* of the dataset at hand */
    uint32_t n_digests;
    uint32_t n_digests_max;
    char (*files)[SKR_FILE_NAME_MAX]; /* segments that hold, or held, bytes of theirs */
    uint32_t n_files;
    uint32_t n_files_max;
    uint32_t n_people;
    uint32_t n_datasets;
    uint32_t n_samples;
    uint32_t n_left; /* segments that still hold bytes of theirs */
    uint64_t due_s;
    uint64_t generation; /* once it is published */
} skr_withdrawal;

/* A word for the note: not too long, without control characters. Errors: USAGE. */
SKR_MUST_USE int skr_withdrawal_check_reason(const char *reason, skr_err *err);

/* Opens what there is, which must be there. Errors: MISSING; as a store's and a people table's. */
SKR_MUST_USE int skr_withdrawal_begin(skr_withdrawal *w, const char *store, double wait_s,
                                      const skr_watch *watch, skr_err *err);

/* Notes that a segment has samples of theirs. Errors: NOMEM. */
SKR_MUST_USE int skr_withdrawal_note_file(skr_withdrawal *w, const skr_file_id *file, skr_err *err);

/* Notes the deletion of n people of a dataset, whose version goes up, once segments that hold
 * nobody any more are dropped. Errors: NOMEM. */
SKR_MUST_USE int skr_withdrawal_note(skr_withdrawal *w, uint32_t dataset, uint32_t n, skr_err *err);

/* Writes the people table and publishes. Errors: IO, LIMIT, NOMEM. */
SKR_MUST_USE int skr_withdrawal_commit(skr_withdrawal *w, skr_err *err);

/* Frees, and gives up what was not published. */
void skr_withdrawal_done(skr_withdrawal *w);

#endif
