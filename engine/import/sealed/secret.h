/*
 * secret.h - memory for keys and passphrases.
 */
#ifndef SKR_ENGINE_IMPORT_SEALED_SECRET_H
#define SKR_ENGINE_IMPORT_SEALED_SECRET_H

#include <stddef.h>

/* Memory for secrets: zeroed, in no core, and not swapped where the system allows it. NULL: none.
 */
void *skr_secret_new(size_t n);

/* Overwrites and frees what skr_secret_new gave for n bytes. NULL is allowed. */
void skr_secret_free(void *secret, size_t n);

/* Overwrites. */
void skr_secret_wipe(void *bytes, size_t n);

#endif
