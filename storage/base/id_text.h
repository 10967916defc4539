/* id_text.h - ids as they stand in a file that was read. */
#ifndef SKR_STORAGE_BASE_ID_TEXT_H
#define SKR_STORAGE_BASE_ID_TEXT_H

#include <stdint.h>

/* A text of n bytes, that need not end in NUL. */
typedef struct skr_id_text {
    const char *text;
    uint32_t n;
    uint32_t line; /* the asker's own: where it read the text */
} skr_id_text;

#endif
