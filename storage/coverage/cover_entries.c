/*
 * cover_entries.c - entries sorted digit by digit, from the lowest: each pass keeps the order of
 * those before. Places of one stretch share most digits of their keys, and those need no pass.
 */
#include "storage/coverage/cover_entries.h"

#include <stdbool.h>
#include <stdlib.h>

#define DIGIT_BITS 11u
#define N_DIGITS (1u << DIGIT_BITS)
/* The shift of the call, which is a digit of its own, and the lowest. */
#define OF_CALL 64u

static size_t digit_of(const skr_cover_entry *one, unsigned shift)
{
    return shift == OF_CALL ? one->call : one->key >> shift & (N_DIGITS - 1);
}

/* Sorts by one digit; what has the same digit keeps its order. */
static void sort_digit(const skr_cover_entry *from, skr_cover_entry *to, size_t n, unsigned shift)
{
    size_t next[N_DIGITS] = {0};
    size_t at = 0;
    for (size_t i = 0; i < n; i++)
        next[digit_of(&from[i], shift)]++;
    for (unsigned digit = 0; digit < N_DIGITS; digit++) {
        size_t n_here = next[digit];
        next[digit] = at;
        at += n_here;
    }
    for (size_t i = 0; i < n; i++)
        to[next[digit_of(&from[i], shift)]++] = from[i];
}

int skr_cover_entries_sort(skr_cover_entries *all, skr_err *err)
{
    uint64_t keys = 0; /* bits that differ */
    unsigned calls = 0;
    for (size_t i = 1; i < all->n; i++) {
        keys |= all->list[i].key ^ all->list[0].key;
        calls |= (unsigned)(all->list[i].call ^ all->list[0].call);
    }
    if (keys == 0 && calls == 0)
        return SKR_OK;
    skr_cover_entry *other = malloc(all->n_max * sizeof *other);
    if (other == NULL)
        return skr_fail_nomem(err, "coverage");
    for (unsigned pass = 0; pass <= 64 / DIGIT_BITS + 1; pass++) {
        unsigned shift = pass == 0 ? OF_CALL : (pass - 1) * DIGIT_BITS;
        bool differs = pass == 0 ? calls != 0 : (keys >> shift & (N_DIGITS - 1)) != 0;
        if (!differs)
            continue;
        sort_digit(all->list, other, all->n, shift);
        skr_cover_entry *sorted = other;
        other = all->list;
        all->list = sorted;
    }
    free(other);
    return SKR_OK;
}
