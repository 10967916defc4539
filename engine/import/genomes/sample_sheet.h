/*
 * sample_sheet.h - the TSV of --samples: who a sample column is.
 *
 * Threads: one owner.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_SAMPLE_SHEET_H
#define SKR_ENGINE_IMPORT_GENOMES_SAMPLE_SHEET_H

#include <stdbool.h>
#include <stdint.h>

#include "storage/base/err.h"
#include "storage/base/names.h"
#include "storage/carriers/copies.h"

typedef struct skr_sample_line {
    char *sample;
    char *file;       /* a path, or its last part; "" : any file */
    char *individual; /* "" : the sample's own name */
    char *biosample;  /* "" : none */
    skr_karyotype karyotype;
    bool is_not_primary;
    bool is_used;      /* a file has the sample */
    const char *given; /* that file, as on the command line */
    uint32_t line;
} skr_sample_line;

/* A column of a file. */
typedef struct skr_sample_place {
    const char *given; /* the file, as on the command line */
    const char *file;  /* the same without its folder */
    const char *sample;
} skr_sample_place;

struct skr_seal_keys;

/* Zero-initialise; free with skr_sample_sheet_done. */
typedef struct skr_sample_sheet {
    char *path;
    skr_names keys; /* of lines, by number: file, tab, sample */
    bool has_files; /* a line names a file */
    skr_sample_line *lines;
} skr_sample_sheet;

/*
 * Reads a table with a header line that names `sample` and any of `file`, `individual`,
 * `biosample`, `sex`, `primary`; other columns are passed over. No two lines have the same file and
 * sample. keys open one that is sealed, and may be NULL. Errors: INPUT naming file and line; those
 * of an input; NOMEM.
 */
SKR_MUST_USE int skr_sample_sheet_read(const char *path, const struct skr_seal_keys *keys,
                                       skr_sample_sheet *ret_table, skr_err *err);

/*
 * The line of a column, marked as used, or NULL: one that names its file, as given or by its last
 * part, before one that names none. Errors: INPUT, when the last part of a path is that of two
 * files; NOMEM.
 */
SKR_MUST_USE int skr_sample_sheet_find(skr_sample_sheet *table, const skr_sample_place *place,
                                       const skr_sample_line **ret_line, skr_err *err);

/*
 * What the sample is called in the store: in a line that names a file its biosample, else its
 * individual, else the sample; in others the sample.
 */
const char *skr_sample_sheet_line_name(const skr_sample_line *line);

/* How many lines name samples that no file has, and the first of them (NULL: none). */
uint32_t skr_sample_sheet_count_unused(const skr_sample_sheet *table,
                                       const skr_sample_line **ret_first);

/* Frees. */
void skr_sample_sheet_done(skr_sample_sheet *table);

#endif
