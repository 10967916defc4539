/* copied.h - what a copy of a store took over, and how. */
#ifndef SKR_STORAGE_BASE_COPIED_H
#define SKR_STORAGE_BASE_COPIED_H

#include <stdint.h>

typedef struct skr_copied {
    uint64_t generation;
    uint64_t n_files;  /* beside the manifest */
    uint64_t n_bytes;  /* of these files */
    uint64_t n_linked; /* files that are hard links: they share their bytes with the store */
    uint64_t n_cloned; /* files that the file system cloned: they share blocks until one changes */
} skr_copied;

#endif
