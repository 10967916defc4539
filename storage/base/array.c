/* array.c - growing arrays. */
#include "storage/base/array.h"

#include "storage/base/check.h"

#include <stdlib.h>

#define N_FIRST 8 /* elements that the first call makes room for */

int skr_array_grow(void **list, size_t *n_max, size_t n, size_t size, const char *what,
                   skr_err *err)
{
    SKR_CHECK(size > 0 && n > *n_max);
    size_t n_new = *n_max < N_FIRST / 2 ? N_FIRST : *n_max;
    n_new = n_new > SIZE_MAX / 2 || n_new * 2 < n ? n : n_new * 2;
    void *room = n_new > SIZE_MAX / size ? NULL : realloc(*list, n_new * size);
    if (room == NULL)
        return skr_fail_nomem(err, what);
    *list = room;
    *n_max = n_new;
    return SKR_OK;
}

int skr_array_grow_u32(void **list, uint32_t *n_max, size_t n, size_t size, const char *what,
                       skr_err *err)
{
    size_t wide = *n_max;
    if (n > UINT32_MAX)
        return skr_fail_nomem(err, what);
    if (wide > UINT32_MAX / 2)
        wide = UINT32_MAX / 2;
    SKR_TRY(skr_array_grow(list, &wide, n, size, what, err));
    *n_max = (uint32_t)wide;
    return SKR_OK;
}
