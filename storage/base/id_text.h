/*
 * id_text.h - a text that need not end in NUL, out of a list of ids.
 */
#ifndef SKR_STORAGE_BASE_ID_TEXT_H
#define SKR_STORAGE_BASE_ID_TEXT_H

#include <stdint.h>

/* A text of n bytes. */
typedef struct skr_id_text {
    const char *text;
    uint32_t n;
    uint32_t line; /* the asker's own: where it read the text */
} skr_id_text;

#endif
