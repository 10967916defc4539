/*
 * batch_input.h - the questions of skerry batch: rows of a TSV with a header, or JSON lines.
 */
#ifndef SKR_TOOLS_BATCH_INPUT_H
#define SKR_TOOLS_BATCH_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "storage/base/err.h"

/* The values of a line, column by column; TSV and JSON lines alike. */
typedef struct skr_batch_values {
    char **names;
    char **texts;
    size_t n;
} skr_batch_values;

typedef struct skr_batch_input {
    const char *path; /* "-": standard input */
    FILE *file;
    const char *template; /* NULL: the column query */
    bool is_json;
    bool is_begun; /* the form is known, and the header read */
    char *header;  /* of a TSV; names point into it */
    char **names;  /* of its columns */
    size_t n_names;
    char **texts; /* of a row; they point into line */
    char *line;
    size_t n_line_max;
    size_t n_line;
    uint64_t number; /* of the line at hand, from 1 */
    uint64_t n_rows; /* so far */
    uint64_t n_bytes_done;
    uint64_t n_bytes; /* of the file; 0: not known */
} skr_batch_input;

/* A question; texts hold until the next one is read. */
typedef struct skr_batch_row {
    char *id;    /* its column id, or the number of the row; the row's own */
    char *query; /* the row's own */
} skr_batch_row;
void skr_batch_row_done(skr_batch_row *row);

/*
 * Opens a file and reads how its rows are written. Zeroed before; free with skr_batch_input_done,
 * also after a failure. Errors: INPUT naming file and line; IO; NOMEM.
 */
SKR_MUST_USE int skr_batch_input_open(skr_batch_input *input, const char *path,
                                      const char *template, skr_err *err);
void skr_batch_input_done(skr_batch_input *input);

/*
 * The next row, zeroed before. *ret_has false: there is none. With QUERY the row is there, has an
 * id and is at fault. Errors: QUERY; IO; NOMEM.
 */
SKR_MUST_USE int skr_batch_input_next(skr_batch_input *input, skr_batch_row *row, bool *ret_has,
                                      skr_err *err);

#endif
