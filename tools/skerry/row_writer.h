/*
 * row_writer.h - rows of alleles on their way to standard output, in large pieces.
 */
#ifndef SKR_TOOLS_ROW_WRITER_H
#define SKR_TOOLS_ROW_WRITER_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/face/engine.h"

typedef enum skr_row_form {
    SKR_ROW_COLUMNS,
    SKR_ROW_TSV,
    SKR_ROW_JSON,
} skr_row_form;

/* The numbers of the unrelated, row by row in the order of the rows that they stand beside. */
typedef struct skr_beside_row {
    uint64_t ac;
    uint64_t an;
    uint32_t hash; /* of the variant */
} skr_beside_row;
typedef struct skr_beside {
    skr_beside_row *rows;
    size_t n;
    size_t n_max;
    size_t next; /* to be written */
} skr_beside;

/* Keeps a row to stand beside another. Errors: NOMEM. */
SKR_MUST_USE int skr_beside_keep(skr_beside *beside, const skr_allele_row *row, skr_err *err);
void skr_beside_done(skr_beside *beside);

/* Begins as {.fd = ..., .form = ...}; whoever writes beside it through stdio flushes that first. */
typedef struct skr_row_writer {
    int fd;
    skr_row_form form;
    skr_beside *beside; /* NULL: nothing stands beside the rows */
    bool has_header;
    bool has_open_row; /* of JSON: its object lacks the closing brace */
    size_t n_piece;    /* written when as much has come together */
    char *bytes;
    size_t n;
    size_t n_max;
} skr_row_writer;

/* Adds a row; before the first comes the header, if the form has one. Errors: NOMEM; as flush. */
SKR_MUST_USE int skr_row_put(skr_row_writer *writer, const skr_allele_row *row, skr_err *err);

/* Adds the header if no row has brought it. Errors: NOMEM; as flush. */
SKR_MUST_USE int skr_row_put_header(skr_row_writer *writer, skr_err *err);

/*
 * Ends the rows. Of JSON the last row gets the member "warnings" if there are any, so that every
 * line is a row; without a row they stand on standard error alone. Errors: NOMEM; as flush.
 */
SKR_MUST_USE int skr_row_end(skr_row_writer *writer, const skr_warnings *warnings, skr_err *err);

/* Writes what has not been written. Errors: as skr_output_check; INTERRUPTED. */
SKR_MUST_USE int skr_row_flush(skr_row_writer *writer, skr_err *err);

/* Gives the memory back; what has not been written is gone. */
void skr_row_writer_done(skr_row_writer *writer);

#endif
