/*
 * text_lines.h - the lines of a document, one after the other.
 *
 * Threads: one owner.
 */
#ifndef SKR_ENGINE_IMPORT_DOCUMENTS_TEXT_LINES_H
#define SKR_ENGINE_IMPORT_DOCUMENTS_TEXT_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/import/documents/archive.h"
#include "storage/base/buffer.h"
#include "storage/base/err.h"

/* Zero-initialise, set the archive at the beginning of a document, end with skr_lines_done. */
typedef struct skr_lines {
    skr_archive *archive;
    skr_buffer line;
    uint64_t number; /* of the line read last, from 1 */
} skr_lines;

/*
 * The next line without its end (\n or \r\n), NUL after it, to be changed freely, until the next
 * call; *ret_is_there is false at the end. A byte order mark is left out. Errors: INPUT (a line
 * that is too long or holds NUL), and those of the archive.
 */
SKR_MUST_USE int skr_lines_next(skr_lines *lines, char **ret_line, bool *ret_is_there,
                                skr_err *err);

/* Cuts a line at each separator, in place, into at most n_max fields. Returns how many there are,
 * which may be more than n_max. */
size_t skr_lines_split(char *line, char separator, char **fields, size_t n_max);

/* Writes "FILE, line N: " and the message. Returns SKR_ERR_INPUT. */
int skr_lines_fail(const skr_lines *lines, skr_err *err, const char *format, ...) SKR_PRINTF(3, 4);

/* Frees what the lines hold. */
void skr_lines_done(skr_lines *lines);

#endif
