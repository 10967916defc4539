/*
 * import_samples.h - the TSV of --samples: who a sample column is.
 *
 * Threads: one owner.
 */
#ifndef SKR_ENGINE_IMPORT_SAMPLES_H
#define SKR_ENGINE_IMPORT_SAMPLES_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/name_map.h"
#include "storage/base/err.h"
#include "storage/copies.h"

typedef struct skr_sample_line {
    char *individual; /* "" : the sample's own name */
    char *biosample;  /* "" : none */
    skr_karyotype karyotype;
    bool is_not_primary;
    bool is_used; /* a file has the sample */
    uint32_t line;
} skr_sample_line;

/* Zero-initialise; free with skr_sample_table_done. */
typedef struct skr_sample_table {
    char *path;
    skr_name_map samples; /* numbers of lines */
    skr_sample_line *lines;
} skr_sample_table;

/*
 * Reads a table with a header line that names `sample` and any of `individual`, `biosample`, `sex`,
 * `primary`; other columns are passed over. Errors: INPUT naming file and line, NOMEM.
 */
SKR_MUST_USE int skr_sample_table_read(const char *path, skr_sample_table *ret_table, skr_err *err);

/* The line of a sample, marked as used, or NULL. */
const skr_sample_line *skr_sample_table_find(skr_sample_table *table, const char *sample);

/* Fails with INPUT if a line names a sample that no file has. */
SKR_MUST_USE int skr_sample_table_check_used(const skr_sample_table *table, skr_err *err);

/* Frees. */
void skr_sample_table_done(skr_sample_table *table);

#endif
