/*
 * json_split.h - the JSON values of a document, one at a time and in bounded memory: each element
 * of an array, or each value of a file that holds one or several after one another (JSON lines).
 *
 * Only brackets and strings are followed here; whether a value is sound, a parser says. Depth and
 * length of a value are bounded, so that a parser that recurses is safe.
 *
 * Threads: one owner.
 */
#ifndef SKR_ENGINE_IMPORT_DOCUMENTS_JSON_SPLIT_H
#define SKR_ENGINE_IMPORT_DOCUMENTS_JSON_SPLIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/import/documents/archive.h"
#include "storage/base/buffer.h"
#include "storage/base/err.h"

/* Zero-initialise, set archive and n_max at the beginning of a document; end with
 * skr_json_split_done. */
typedef struct skr_json_split {
    skr_archive *archive;
    size_t n_max;     /* bytes that one value may have */
    bool is_whole;    /* an array is one value, too */
    uint64_t line;    /* at which the value begins, from 1 */
    uint64_t line_at; /* at which reading is, less 1 */
    skr_buffer value;
    bool has_begun;
    bool is_array;
    bool is_over; /* the array was closed */
    bool has_element;
} skr_json_split;

/*
 * The next value, until the next call; *ret_is_there is false at the end. Errors: INPUT, naming
 * file and line (cut short, too deep, too long, no comma), and those of the archive.
 */
SKR_MUST_USE int skr_json_split_next(skr_json_split *split, const char **ret_text, size_t *ret_n,
                                     bool *ret_is_there, skr_err *err);

/* Frees what the split holds. */
void skr_json_split_done(skr_json_split *split);

#endif
