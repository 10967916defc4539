/*
 * gone.h - who has withdrawn from a dataset: known again by keyed digests, never by name.
 *
 * docs/format.md, "Manifest", says what a digest is of. Whoever has the store's files can try names
 * against them; whoever has not learns nothing from an answer.
 *
 * Threads: a skr_gone has one owner.
 */
#ifndef SKR_STORAGE_GONE_H
#define SKR_STORAGE_GONE_H

#include <stdbool.h>
#include <stdint.h>

#include "storage/base/err.h"
#include "storage/manifest.h"

/* What a digest is of; the numbers are stored. */
typedef enum skr_gone_kind {
    SKR_GONE_INDIVIDUAL = 1, /* an id */
    SKR_GONE_SAMPLE = 2,     /* a name */
} skr_gone_kind;

typedef struct skr_gone skr_gone;

/* Draws the key of a manifest that has none. Errors: IO. */
SKR_MUST_USE int skr_gone_need_key(skr_manifest *manifest, skr_err *err);

/* Makes digests by the key of the manifest, which may have none: then nobody is gone. The manifest
 * must outlive it. The caller owns *ret_gone. Errors: NOMEM. */
SKR_MUST_USE int skr_gone_new(const skr_manifest *manifest, skr_gone **ret_gone, skr_err *err);

/* Frees. NULL is allowed. */
void skr_gone_free(skr_gone *gone);

/* The digest of an id or name; the manifest has a key. Errors: NOMEM. */
SKR_MUST_USE int skr_gone_digest(skr_gone *gone, skr_gone_kind kind, const char *text,
                                 skr_keyed_digest *ret_digest, skr_err *err);

/* Has a dataset a digest of an id or name? Errors: NOMEM. */
SKR_MUST_USE int skr_gone_holds(skr_gone *gone, uint32_t dataset, skr_gone_kind kind,
                                const char *text, bool *ret_holds, skr_err *err);

/* Adds n digests to those of a dataset, in any order, also such that it has. Errors: NOMEM, LIMIT.
 */
SKR_MUST_USE int skr_gone_add(skr_manifest *manifest, uint32_t dataset,
                              const skr_keyed_digest *digests, uint32_t n, skr_err *err);

/* Takes a digest from those of a dataset; one that it has not changes nothing. */
void skr_gone_drop(skr_manifest *manifest, uint32_t dataset, const skr_keyed_digest *digest);

/* A dataset that was withdrawn as a whole takes nothing, unless it is readmitted with this
 * delivery. Errors: INPUT. */
SKR_MUST_USE int skr_gone_check_dataset(skr_manifest *manifest, uint32_t dataset,
                                        bool is_readmitting, skr_err *err);

#endif
