/*
 * seal_edits.h - the edit list of a sealed file: which of its bytes are left out.
 *
 * The list has numbers of bytes, to leave out and to keep in turn. After an odd number of them all
 * the rest is kept, after an even number none of it; an empty list keeps everything.
 */
#ifndef SKR_ENGINE_IMPORT_SEALED_SEAL_EDITS_H
#define SKR_ENGINE_IMPORT_SEALED_SEAL_EDITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where in a list the bytes are that come next. */
typedef struct skr_seal_edits {
    const uint64_t *lengths;
    uint32_t n;
    uint32_t at;     /* the next of lengths */
    uint64_t n_left; /* of the run that has begun */
    bool is_kept;    /* is that run kept? */
} skr_seal_edits;

/* Begins a list, which is the caller's. */
void skr_seal_edits_init(skr_seal_edits *edits, const uint64_t *lengths, uint32_t n);

/* How many of the next n bytes, one or more, have the same fate, which *ret_is_kept is; they count
 * as passed. */
size_t skr_seal_edits_next(skr_seal_edits *edits, size_t n, bool *ret_is_kept);

#endif
