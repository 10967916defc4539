/*
 * people_set_fuzz.c - any bytes as a stored set of people: refused, or a set that holds together.
 *
 * The first three bytes say how many people there are.
 */
#include <stdlib.h>
#include <string.h>

#include "index/people/people_set.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

static void check(bool is_right)
{
    if (!is_right)
        abort();
}

static uint32_t count_bits(const skr_people_set *set, uint32_t n_people, uint64_t *bitmap)
{
    uint32_t n = 0;
    skr_people_set_mark(set, bitmap, n_people);
    for (uint32_t i = 0; i < n_people / 64 + 1; i++)
        n += (uint32_t)__builtin_popcountll(bitmap[i]);
    return n;
}

static void try_set(skr_people_set *set, uint32_t n_people)
{
    skr_err err = {0};
    skr_people_set *again = NULL;
    skr_buffer stored = {0};
    uint64_t *bitmap = calloc(n_people / 64 + 1, sizeof *bitmap);
    check(bitmap != NULL);
    uint32_t n = skr_people_set_count(set);
    check(count_bits(set, n_people, bitmap) == n);
    for (uint32_t i = 0; i < n_people; i += 97)
        check(skr_people_set_contains(set, i) == ((bitmap[i / 64] >> i % 64 & 1) != 0));
    check(skr_people_set_encode(set, &stored, &err) == SKR_OK);
    check(skr_people_set_decode(stored.bytes, stored.n, n_people, &again, &err) == SKR_OK);
    check(skr_people_set_count_both(set, again) == n);
    skr_people_set_add(again, n_people / 2);
    skr_people_set_remove(again, n_people / 3);
    skr_people_set_add_all(again, set);
    check(skr_people_set_count_both(set, again) == n);
    skr_people_set_free(again);
    skr_buffer_done(&stored);
    free(bitmap);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    skr_people_set *set = NULL;
    skr_err err = {0};
    if (n_bytes < 3)
        return 0;
    uint32_t n_people = 1 + (bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16);
    int status = skr_people_set_decode(bytes + 3, n_bytes - 3, n_people, &set, &err);
    check(status == SKR_OK || status == SKR_ERR_CORRUPT);
    if (status == SKR_OK)
        try_set(set, n_people);
    skr_people_set_free(set);
    return 0;
}
