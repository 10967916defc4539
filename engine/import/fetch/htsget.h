/*
 * htsget.h - a file that is fetched by htsget: from a ticket to a whole on the disk.
 *
 * Only hosts of a file that the operator wrote are asked (fetch_hosts.h). The parts of the ticket
 * are fetched in its order, each whole or not at all, and the MD5 of the whole is compared with the
 * ticket's.
 *
 * Threads: one at a time.
 */
#ifndef SKR_ENGINE_IMPORT_FETCH_HTSGET_H
#define SKR_ENGINE_IMPORT_FETCH_HTSGET_H

#include <stdbool.h>
#include <stdint.h>

#include "storage/base/err.h"

typedef struct skr_htsget_plan {
    const char *url;    /* htsget://HOST/reads/ID */
    const char *hosts;  /* the file of hosts */
    const char *path;   /* where the whole is written */
    bool is_summed;     /* somebody else knows what it must be: --checksums */
    const char *format; /* that is asked for if the address says none: "CRAM"; or NULL */
    void *context;      /* of the function */
    /* Called now and then: shall it go on? n_bytes came by now. */
    int (*check_stop)(void *context, uint64_t n_bytes, skr_err *err);
} skr_htsget_plan;

/* Is a name an address of htsget? */
bool skr_htsget_is(const char *name);

/*
 * Fetches. *ret_n: the bytes of the file. Errors: INPUT (a host that may not be asked, a ticket or
 * an answer that is none, parts that are not what they were said to be), IO, NOMEM; those of
 * check_stop.
 */
SKR_MUST_USE int skr_htsget_fetch(const skr_htsget_plan *plan, uint64_t *ret_n, skr_err *err);

#endif
