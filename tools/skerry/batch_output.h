/*
 * batch_output.h - the answers of skerry batch: a row for each row, in a file that a later run may
 * go on with.
 */
#ifndef SKR_TOOLS_BATCH_OUTPUT_H
#define SKR_TOOLS_BATCH_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "engine/face/count.h"
#include "storage/base/err.h"

typedef struct skr_batch_output {
    const char *path; /* NULL: standard output */
    FILE *file;
    bool is_json;
    FILE *before; /* the same file, read: rows that an earlier run wrote; NULL: none are left */
    char *line;
    size_t n_line_max;
    uint64_t n_rows;
    uint64_t n_errors;
    uint64_t n_hidden;
    uint64_t n_kept; /* rows of an earlier run */
    uint64_t flushed_ns;
} skr_batch_output;

/*
 * Opens it and, unless it goes on with what an earlier run wrote, writes the header. Zeroed before;
 * free with skr_batch_output_done, also after a failure. Errors: INPUT: the file is not what such a
 * run writes; IO.
 */
SKR_MUST_USE int skr_batch_output_open(skr_batch_output *output, const char *path, bool is_json,
                                       bool resumes, skr_err *err);
void skr_batch_output_done(skr_batch_output *output);

/* Did an earlier run write the row of this id, the next one? Errors: INPUT: it wrote another; IO;
 * NOMEM. */
SKR_MUST_USE int skr_batch_output_has(skr_batch_output *output, const char *id, bool *ret_has,
                                      skr_err *err);

/* Writes a row: of an answer, or of what refused it. Errors: IO. */
SKR_MUST_USE int skr_batch_output_put(skr_batch_output *output, const char *id,
                                      const skr_count_answer *answer, const skr_err *refusal,
                                      skr_err *err);

/* Makes sure that all is written. Errors: INPUT: an earlier run wrote more rows; IO. */
SKR_MUST_USE int skr_batch_output_end(skr_batch_output *output, skr_err *err);

#endif
