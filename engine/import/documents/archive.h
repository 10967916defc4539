/*
 * archive.h - the documents that a command was given: files, folders, .zip and .gz, standard input,
 * one after the other, each as a stream of plain bytes; files sealed with Crypt4GH too.
 *
 * This is the door to libzip and zlib. What packed files unpack to is bounded: a file that grows
 * too much is refused before it fills anything, since only a small window is ever in memory.
 * Folders are read with their subfolders, by name; in folders and .zip only files with a wanted
 * ending are taken, and those whose name begins with a dot never.
 *
 * Threads: an archive has one owner.
 */
#ifndef SKR_ENGINE_IMPORT_DOCUMENTS_ARCHIVE_H
#define SKR_ENGINE_IMPORT_DOCUMENTS_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/import/face/import.h"
#include "storage/base/err.h"

typedef struct skr_archive skr_archive;

typedef struct skr_archive_options {
    const char *const *files; /* as the user named them */
    size_t n_files;
    const char *const *endings; /* with the dot, ended by NULL: ".json"; ".gz" after one is fine */
    const skr_watch *watch;     /* is told how far reading is, and asked whether to stop */
    const skr_unsealing *unsealing; /* for what is sealed; or NULL */
} skr_archive_options;

/* What options point to must outlive the archive. The caller owns *ret_archive. Errors: NOMEM,
 * and those of reading keys. */
SKR_MUST_USE int skr_archive_new(const skr_archive_options *options, skr_archive **ret_archive,
                                 skr_err *err);

/*
 * Goes on to the next document; *ret_is_there is false when there is none. What is left of the one
 * before is not read. Errors: INPUT (no such file, damaged, encrypted, no wanted file in a folder),
 * IO, INTERRUPTED, NOMEM.
 */
SKR_MUST_USE int skr_archive_next(skr_archive *archive, bool *ret_is_there, skr_err *err);

/* Documents so far: files, those in folders and zip files one by one. */
uint64_t skr_archive_n_documents(const skr_archive *archive);

/* The name of the document for messages: "a.zip: b.json". Belongs to the archive until the next. */
const char *skr_archive_name(const skr_archive *archive);

/* Does the document's name end so, .gz and .c4gh left aside and in any case of letters? */
bool skr_archive_ends(const skr_archive *archive, const char *ending);

/*
 * Borrows the bytes that come next, at least one, until the next call; *ret_n is 0 at the end of
 * the document. Nothing counts as read until it is skipped. Errors: INPUT, IO, INTERRUPTED, NOMEM.
 */
SKR_MUST_USE int skr_archive_peek(skr_archive *archive, const uint8_t **ret_bytes, size_t *ret_n,
                                  skr_err *err);

/*
 * The first byte of the document that is neither blank nor part of a byte order mark, of those that
 * a peek gives; -1 when there is none. Nothing counts as read. Errors: those of a peek.
 */
SKR_MUST_USE int skr_archive_first(skr_archive *archive, int *ret_byte, skr_err *err);

/* Leaves the first n bytes of the last peek behind. */
void skr_archive_skip(skr_archive *archive, size_t n);

/* Counts records for the progress that is shown. */
void skr_archive_count(skr_archive *archive, uint64_t n_records);

/* Frees. NULL is allowed. */
void skr_archive_free(skr_archive *archive);

#endif
