/*
 * vcf_spool.h - keeps what a pipe gives, because an import reads its files more than once.
 */
#ifndef SKR_ENGINE_IMPORT_VCF_VCF_SPOOL_H
#define SKR_ENGINE_IMPORT_VCF_VCF_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/err.h"

typedef struct skr_vcf_spool_plan {
    const char *name;                 /* of the input, for messages */
    int from;                         /* is read to its end and stays open */
    const char *path;                 /* of the file that is made */
    size_t n_memory;                  /* import_memory.h */
    const struct skr_seal_keys *keys; /* sealed/input.h; or NULL */
    bool is_reads;                    /* CRAM or BAM are awaited: they are kept as they come */
    void *context;                    /* of the two functions, which may end the reading */
    /* Called whenever the system gave something or was interrupted: shall reading go on? */
    int (*check_stop)(void *context, skr_err *err);
    /* Called with all bytes in turn, as they came. n_read: how many, these among them. */
    void (*on_bytes)(void *context, const uint8_t *bytes, size_t n, uint64_t n_read);
} skr_vcf_spool_plan;

/*
 * Copies everything that `from` gives into a file, packed unless it is; what is sealed stays
 * sealed. What shows itself to be no VCF, unless reads are awaited, or sealed for others, is
 * refused on the way: vcf_stream.h. *ret_n_kept: the bytes of that file. Errors: INPUT, NOT_YET; IO
 * (no room too; says how much came); NOMEM; those of check_stop.
 */
SKR_MUST_USE int skr_vcf_spool(const skr_vcf_spool_plan *plan, uint64_t *ret_n_kept, skr_err *err);

#endif
