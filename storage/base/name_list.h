/*
 * name_list.h - names in stored bytes: what a name shares with the one before it is left out, and
 * names that count upwards (S0017, S0018, S0019) are one entry.
 *
 * An entry is a run of one name or more: the first of them, and how many follow by adding 1 to the
 * number at its end, of the same width, its last 18 digits at most. docs/format.md, "Name list",
 * says every byte. Names have 1 to SKR_NAME_MAX bytes, none of them NUL.
 *
 * Threads: one owner.
 */
#ifndef SKR_STORAGE_BASE_NAME_LIST_H
#define SKR_STORAGE_BASE_NAME_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/buffer.h"
#include "storage/base/err.h"
#include "storage/base/limits.h"

/* ------------------------------------------------------------------ writing */

/* Zero-initialise; free with skr_name_writer_done. */
typedef struct skr_name_writer {
    skr_buffer shared; /* the columns, as they are stored */
    skr_buffer lengths;
    skr_buffer runs;
    skr_buffer text;
    uint32_t n_entries;
    uint32_t n_run; /* names of the last entry */
    size_t n_last;
    char last[SKR_NAME_MAX];
} skr_name_writer;

/*
 * Adds a name of n bytes, 1 to SKR_NAME_MAX (checked). may_join: it may become part of the entry
 * before; *ret_is_joined, which may be NULL, says whether it did. Errors: NOMEM.
 */
SKR_MUST_USE int skr_name_writer_add(skr_name_writer *writer, const char *name, size_t n,
                                     bool may_join, bool *ret_is_joined, skr_err *err);

/* About how many bytes the list takes so far. */
size_t skr_name_writer_size(const skr_name_writer *writer);

/* Appends the list, and empties the writer for another one. Errors: NOMEM. */
SKR_MUST_USE int skr_name_writer_end(skr_name_writer *writer, skr_buffer *bytes, skr_err *err);

/* Frees what it holds. */
void skr_name_writer_done(skr_name_writer *writer);

/* ------------------------------------------------------------------ reading */

/* Stands at one entry: name[0, n) is its first name, n_run the names that it holds. */
typedef struct skr_name_reader {
    skr_cursor shared;
    skr_cursor lengths;
    skr_cursor runs;
    skr_cursor text;
    uint32_t n_entries; /* of the list */
    uint32_t n_left;
    uint32_t n_run; /* 0 before the first entry */
    size_t n;
    size_t n_same;   /* bytes that the entry shares with the last name before it */
    size_t n_digits; /* of the number at the end, where n_run > 1 */
    uint64_t number; /* the first name's */
    bool is_bad;
    char name[SKR_NAME_MAX + 1]; /* NUL after it */
} skr_name_reader;

/* Takes a list from a cursor and stands before its first entry. The bytes must stay. False when
 * they are malformed. */
SKR_MUST_USE bool skr_name_reader_open(skr_name_reader *reader, skr_cursor *bytes);

/* Goes to the next entry; false at the end, or where the bytes are malformed: then is_bad. */
SKR_MUST_USE bool skr_name_reader_next(skr_name_reader *reader);

/* Writes name number i of the entry, below n_run, over the first one's last digits in `name`, which
 * holds a copy of the first. */
void skr_name_reader_write(const skr_name_reader *reader, uint32_t i, char *name);

/*
 * Where a name of n bytes belongs: 0 it is number *ret_i of the entry, above 0 after all of its
 * names, below 0 before the first of them, or between two of a run.
 */
int skr_name_reader_compare(const skr_name_reader *reader, const char *name, size_t n,
                            uint32_t *ret_i);

#endif
