/*
 * by_writer.h - alleles by population on their way to standard output: a line for each allele,
 * dataset and population.
 */
#ifndef SKR_TOOLS_BY_WRITER_H
#define SKR_TOOLS_BY_WRITER_H

#include "engine/face/engine.h"
#include "tools/skerry/row_writer.h"

/* Reads the fields of --by, "sex,country". Errors: USAGE naming the word. */
SKR_MUST_USE int skr_by_read(const char *text, skr_alleles_by *ret_by, skr_err *err);

/* Zero but for form. */
typedef struct skr_by_writer {
    skr_row_form form;
    bool has_header;
    bool has_open_row; /* of JSON: its object lacks the closing brace */
} skr_by_writer;

/* Writes the lines of a row; on_row of skr_engine_alleles. Errors: IO. */
SKR_MUST_USE int skr_by_put(skr_by_writer *writer, const skr_allele_row *row, skr_err *err);

/* Ends the lines: of JSON the last one gets the member "warnings" if there are any. Errors: IO. */
SKR_MUST_USE int skr_by_end(skr_by_writer *writer, const skr_warnings *warnings, skr_err *err);

#endif
