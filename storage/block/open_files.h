/*
 * open_files.h - how many files of a store are open at once: no more than the system allows,
 * however many files there are.
 *
 * A file that was opened with one of these is open while somebody reads it (between pin and unpin)
 * and for as long as there is room; whoever comes for one that was closed opens it again by its
 * name. So its name must lead to it for as long as somebody may read it: skr_store_is_held.
 *
 * Threads: any number. An skr_open_files must outlive the files that were opened with it.
 */
#ifndef SKR_STORAGE_BLOCK_OPEN_FILES_H
#define SKR_STORAGE_BLOCK_OPEN_FILES_H

#include <stdint.h>

#include "storage/base/err.h"

typedef struct skr_open_files skr_open_files;

/*
 * Raises the process's soft limit of descriptors as far as it wants and the hard limit allows, and
 * takes a share of it; n_max: no more than so many files, 0: as many as are good. The caller owns
 * *ret_files. Errors: NOMEM.
 */
SKR_MUST_USE int skr_open_files_new(unsigned n_max, skr_open_files **ret_files, skr_err *err);

/* Frees; no file of it may be there any more. NULL is allowed. */
void skr_open_files_free(skr_open_files *files);

typedef struct skr_open_files_state {
    unsigned n_max;      /* files that may be open */
    unsigned n_open;     /* and are */
    uint64_t n_given_up; /* files that were closed to make room for others */
    uint64_t n_limit;    /* the process's limit of descriptors */
    uint64_t n_refused;  /* times that the system refused one more */
} skr_open_files_state;

/* How things are now. */
void skr_open_files_look(skr_open_files *files, skr_open_files_state *ret_state);

#endif
