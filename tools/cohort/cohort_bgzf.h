/*
 * cohort_bgzf.h - bytes as BGZF, a row of blocks that are compressed one by one.
 *
 * Threads: a writer has one owner.
 */
#ifndef SKR_TOOLS_COHORT_BGZF_H
#define SKR_TOOLS_COHORT_BGZF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define COHORT_BGZF_BYTES 0xff00u /* of a block before compression, as htslib has it */
#define COHORT_BGZF_MAX 0x10000u  /* of a packed block */

/* Zero-initialise but for out and level. It remembers if something failed, as does the stream. */
typedef struct cohort_bgzf {
    FILE *out;
    int level;
    bool has_failed;
    size_t n; /* bytes of block */
    uint8_t block[COHORT_BGZF_BYTES];
    uint8_t packed[COHORT_BGZF_MAX];
} cohort_bgzf;

/* Adds bytes. */
void cohort_bgzf_put(cohort_bgzf *bgzf, const void *bytes, size_t n);

/* Ends the block at hand, if it has bytes. */
void cohort_bgzf_flush(cohort_bgzf *bgzf);

/* Packs n bytes, a block's at most, for who writes them again and again; 0: that failed. packed has
 * COHORT_BGZF_MAX bytes. */
size_t cohort_bgzf_pack(const void *bytes, size_t n, int level, uint8_t *packed);

/* Ends the block at hand and the file; is everything written? */
bool cohort_bgzf_end(cohort_bgzf *bgzf);

#endif
