/*
 * value_writer.h - the values of a field on their way to standard output: an id, a label, and how
 * many people have it.
 */
#ifndef SKR_TOOLS_VALUE_WRITER_H
#define SKR_TOOLS_VALUE_WRITER_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/face/policy.h"
#include "tools/skerry/options.h"
#include "tools/skerry/output.h"

/* A value that somebody has. Texts are borrowed until the writer has written it. */
typedef struct skr_value {
    const char *id;
    const char *label;            /* "" when nobody said */
    const skr_told_count *people; /* NULL: they are not counted */
    const bool *has_values;       /* of a term: has it measured values? NULL: it is no term */
} skr_value;

/* Begins as {.field = ..., .common = ..., .is_tsv = ...}. */
typedef struct skr_value_writer {
    const char *field; /* "term" */
    const skr_common *common;
    bool is_tsv;
    bool has_begun;
    skr_out json;
} skr_value_writer;

/* Writes one; what stands before them comes with the first. Errors: IO. */
SKR_MUST_USE int skr_value_put(skr_value_writer *writer, const skr_value *value, skr_err *err);

/* Ends them: {"field": ..., "values": [...], "generation": ...} of JSON; 0: of no store. */
void skr_value_end(skr_value_writer *writer, uint64_t generation);

#endif
