/*
 * annotation_bytes.c - what the bytes of a release have in common: numbers that ascend, and how
 * damage is told.
 */
#include <stdlib.h>

#include "index/annotations/annotation_int.h"
#include "storage/base/array.h"

int skr_annotation_table_corrupt(const skr_annotation_table *table, const char *what, skr_err *err)
{
    return skr_fail(err, SKR_ERR_CORRUPT, "%s: %s", skr_block_file_name(table->file), what);
}

static int compare_numbers(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

int skr_annotation_put_ascending(skr_buffer *bytes, uint32_t *values, uint32_t n, skr_err *err)
{
    uint32_t n_kept = 0;
    if (n > 1)
        qsort(values, n, sizeof *values, compare_numbers);
    for (uint32_t i = 0; i < n; i++)
        if (n_kept == 0 || values[n_kept - 1] != values[i])
            values[n_kept++] = values[i];
    SKR_TRY(skr_buffer_put_varint(bytes, n_kept, err));
    for (uint32_t i = 0, next = 0; i < n_kept; i++) {
        SKR_TRY(skr_buffer_put_varint(bytes, values[i] - next, err));
        next = values[i] + 1;
    }
    return SKR_OK;
}

int skr_annotation_take_ascending(skr_cursor *cursor, uint32_t n_all, uint32_t **numbers,
                                  uint32_t *n, uint32_t *n_max, uint32_t *ret_n, skr_err *err)
{
    uint32_t n_here = (uint32_t)skr_cursor_varint_max(cursor, n_all);
    if (n_here > (size_t)(cursor->end - cursor->at))
        cursor->is_bad = true;
    *ret_n = cursor->is_bad ? 0 : n_here;
    SKR_TRY(SKR_ARRAY_RESERVE(numbers, n_max, (size_t)*n + *ret_n, "annotations", err));
    for (uint32_t i = 0, next = 0; i < *ret_n; i++) {
        if (next >= n_all)
            cursor->is_bad = true;
        uint32_t skipped =
            next < n_all ? (uint32_t)skr_cursor_varint_max(cursor, n_all - 1 - next) : 0;
        (*numbers)[(*n)++] = next + skipped;
        next += skipped + 1;
    }
    return SKR_OK;
}
