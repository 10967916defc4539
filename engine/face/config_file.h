/*
 * config_file.h - files of KEY = VALUE lines: the policy, the configuration of the server.
 *
 * Blank lines are skipped; '#' as the first letter of a line, or after a blank, begins a comment. A
 * value may stand in double quotes, which are taken off. A key may stand once.
 */
#ifndef SKR_ENGINE_FACE_CONFIG_FILE_H
#define SKR_ENGINE_FACE_CONFIG_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/err.h"

typedef struct skr_config_line {
    const char *key;
    const char *value;
    const char *section; /* whose "[NAME]" stands above it; NULL: none does */
    unsigned number;     /* of the line, from 1 */
} skr_config_line;

/* Zero-initialise before use; texts belong to the file. */
typedef struct skr_config_file {
    char *path;
    char *bytes;
    skr_config_line *lines;
    size_t n_lines;
    bool has_sections; /* lines "[NAME]" are sections */
} skr_config_file;

/* Reads a file. Errors: INPUT naming file and line, IO, NOMEM. */
SKR_MUST_USE int skr_config_read(const char *path, skr_config_file *ret_config, skr_err *err);

/* The same of a file that may have sections: a key may stand once in each. Errors: as above. */
SKR_MUST_USE int skr_config_read_sections(const char *path, skr_config_file *ret_config,
                                          skr_err *err);

/* Frees what was read. */
void skr_config_done(skr_config_file *config);

/* Fails with INPUT, the message beginning "FILE:LINE: ". */
int skr_config_fail(const skr_config_file *config, const skr_config_line *line, skr_err *err,
                    const char *format, ...) SKR_PRINTF(4, 5);

/* The value as a whole number in [min, max]. Errors: INPUT. */
SKR_MUST_USE int skr_config_number(const skr_config_file *config, const skr_config_line *line,
                                   uint32_t min, uint32_t max, uint32_t *ret_number, skr_err *err);

/* Fails with INPUT because the key is none of keys, naming the nearest. */
int skr_config_unknown(const skr_config_file *config, const skr_config_line *line,
                       const char *const *keys, size_t n_keys, skr_err *err);

#endif
