/*
 * input.h - the one way in which the bytes of a delivered file are opened.
 *
 * A file that is sealed with Crypt4GH, which its first bytes say, is opened as it is read; whoever
 * reads sees the plain bytes. Names are names of files: nothing is fetched, whatever a name looks
 * like.
 *
 * Threads: an input has one owner.
 */
#ifndef SKR_ENGINE_IMPORT_SEALED_INPUT_H
#define SKR_ENGINE_IMPORT_SEALED_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/err.h"

struct skr_seal_keys;

/* Bytes that may be looked at before they are read. */
#define SKR_INPUT_PEEK_MAX 65536u

typedef struct skr_input skr_input;

/* What is to be opened; all of it must outlive the input. */
typedef struct skr_input_plan {
    const char *path;                 /* "-": standard input */
    const char *name;                 /* for messages */
    const struct skr_seal_keys *keys; /* or NULL */
} skr_input_plan;

/* The caller owns *ret_input. Errors: INPUT (cannot be opened, a folder, sealed and no key fits),
 * IO, NOMEM. */
SKR_MUST_USE int skr_input_open(const skr_input_plan *plan, skr_input **ret_input, skr_err *err);

/* Was it sealed? */
bool skr_input_is_sealed(const skr_input *input);

/* Its descriptor, which gives the bytes of the file as they are. It stays the input's. */
int skr_input_fd(const skr_input *input);

/* Its bytes as they are, sealed or not; 0: it is no regular file. */
uint64_t skr_input_size(const skr_input *input);

/* Lends the first n bytes that were not read, or as many as there are. n: up to
 * SKR_INPUT_PEEK_MAX. Errors: INPUT, IO, NOMEM. */
SKR_MUST_USE int skr_input_peek(skr_input *input, size_t n, const uint8_t **ret_bytes,
                                size_t *ret_n, skr_err *err);

/* Reads at least one byte and at most n; *ret_n is 0 at the end, and then all that can be shown of
 * a sealed file was. Errors: INPUT, IO, NOMEM. */
SKR_MUST_USE int skr_input_read(skr_input *input, void *bytes, size_t n, size_t *ret_n,
                                skr_err *err);

/* Closes. NULL is allowed. */
void skr_input_close(skr_input *input);

/* Copies what is left of an input into memory that has a descriptor, which the caller closes; for
 * a library that reads here and there. Errors: LIMIT, more than n_max bytes; those of reading. */
SKR_MUST_USE int skr_input_to_memory(skr_input *input, size_t n_max, int *ret_fd, skr_err *err);

/* Is this open file, from its beginning, sealed? For what cannot be read so. */
bool skr_input_fd_is_sealed(int fd);

/* Judges the first n bytes of what will be read later: is it sealed, and do the keys open it? A
 * header of which more comes is judged later. Errors: those of opening an input. */
SKR_MUST_USE int skr_input_check_start(const char *name, const uint8_t *bytes, size_t n,
                                       const struct skr_seal_keys *keys, bool *ret_is_sealed,
                                       skr_err *err);

/* Says that a named file cannot be opened; number: why. A name like an address is told that nothing
 * is fetched. Returns INPUT or IO. */
int skr_input_fail_open(const char *name, int number, skr_err *err);

#endif
