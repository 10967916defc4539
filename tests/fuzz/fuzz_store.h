/*
 * fuzz_store.h - a scratch store for fuzz targets that import a file.
 */
#ifndef SKR_TESTS_FUZZ_STORE_H
#define SKR_TESTS_FUZZ_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "storage/base/err.h"

/* The path of a file with these bytes; its name ends as told. Overwritten by the next call. */
const char *skr_fuzz_file(const char *ending, const uint8_t *bytes, size_t n_bytes);

/* The path of a store that does not exist. */
const char *skr_fuzz_store(void);

/*
 * Judges an import: it may succeed or refuse its input, nothing else, and a store that exists
 * afterwards is sound. Stops the program otherwise.
 */
void skr_fuzz_judge(int status, const skr_err *err);

#endif
