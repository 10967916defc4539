/*
 * cohort_bgzf.c - packing blocks with htslib.
 */
#include "tools/cohort/cohort_bgzf.h"

#include <htslib/bgzf.h>
#include <string.h>

_Static_assert(COHORT_BGZF_MAX == BGZF_MAX_BLOCK_SIZE, "a packed block has room");

/* The empty block that ends every BGZF file. */
static const uint8_t end_block[28] = {0x1f, 0x8b, 8,  4, 0, 0, 0, 0, 0, 0xff, 6, 0, 'B', 'C',
                                      2,    0,    27, 0, 3, 0, 0, 0, 0, 0,    0, 0, 0,   0};

size_t cohort_bgzf_pack(const void *bytes, size_t n, int level, uint8_t *packed)
{
    size_t n_packed = COHORT_BGZF_MAX;
    return bgzf_compress(packed, &n_packed, bytes, n, level) == 0 ? n_packed : 0;
}

void cohort_bgzf_flush(cohort_bgzf *bgzf)
{
    if (bgzf->n == 0)
        return;
    size_t n = cohort_bgzf_pack(bgzf->block, bgzf->n, bgzf->level, bgzf->packed);
    if (n == 0)
        bgzf->has_failed = true;
    (void)fwrite(bgzf->packed, 1, n, bgzf->out);
    bgzf->n = 0;
}

void cohort_bgzf_put(cohort_bgzf *bgzf, const void *bytes, size_t n)
{
    const uint8_t *from = bytes;
    while (n > 0) {
        size_t n_room = COHORT_BGZF_BYTES - bgzf->n;
        size_t n_now = n_room < n ? n_room : n;
        memcpy(bgzf->block + bgzf->n, from, n_now);
        bgzf->n += n_now;
        from += n_now;
        n -= n_now;
        if (bgzf->n == COHORT_BGZF_BYTES)
            cohort_bgzf_flush(bgzf);
    }
}

bool cohort_bgzf_end(cohort_bgzf *bgzf)
{
    cohort_bgzf_flush(bgzf);
    (void)fwrite(end_block, 1, sizeof end_block, bgzf->out);
    return !bgzf->has_failed && fflush(bgzf->out) == 0 && !ferror(bgzf->out);
}
