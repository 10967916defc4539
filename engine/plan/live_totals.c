/*
 * live_totals.c - who lives, by contig, and totals of rows over them, by tile.
 */
#include "engine/plan/live_totals.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "storage/base/check.h"

/* So much is kept of one segment: two million rows. */
#define N_BYTES_MAX ((size_t)80 << 20)

/* Rows of a tile are asked about so often before it is kept: once in so many rows. */
#define SHARE 4u

/* So many sets are kept of one segment. */
#define N_SETS_MAX 64u

/* Serials of sets that are kept; those that cursors give theirs stay far below. */
#define FIRST_SERIAL (UINT64_C(1) << 62)

/* A set that is kept. */
typedef struct kept_set {
    struct kept_set *next;
    uint32_t contig;
    skr_sample_set set;
    uint64_t *bits;
} kept_set;

struct skr_live_totals {
    _Atomic(kept_set *) sets;
    atomic_uint n_sets;
    size_t n_tiles;
    _Atomic(skr_live_tile *) *tiles;
    atomic_uint *n_asked;
    atomic_size_t n_bytes;
};

int skr_live_totals_new(size_t n_tiles, skr_live_totals **ret_all, skr_err *err)
{
    skr_live_totals *all = calloc(1, sizeof *all);
    if (all == NULL)
        return skr_fail_nomem(err, "who lives");
    all->n_tiles = n_tiles;
    all->tiles = calloc(n_tiles + 1, sizeof *all->tiles);
    all->n_asked = calloc(n_tiles + 1, sizeof *all->n_asked);
    if (all->tiles == NULL || all->n_asked == NULL) {
        skr_live_totals_free(all);
        return skr_fail_nomem(err, "who lives");
    }
    *ret_all = all;
    return SKR_OK;
}

void skr_live_totals_free(skr_live_totals *all)
{
    if (all == NULL)
        return;
    for (kept_set *set = atomic_load(&all->sets), *next; set != NULL; set = next) {
        next = set->next;
        free(set->bits);
        free(set);
    }
    for (size_t i = 0; all->tiles != NULL && i < all->n_tiles; i++)
        skr_live_tile_free(atomic_load(&all->tiles[i]));
    free(all->tiles);
    free(all->n_asked);
    free(all);
}

/* ------------------------------------------------------------------ who lives */

const skr_sample_set *skr_live_totals_who(const skr_live_totals *all, uint32_t contig)
{
    for (const kept_set *kept = atomic_load_explicit(&all->sets, memory_order_acquire);
         kept != NULL; kept = kept->next)
        if (kept->contig == contig)
            return &kept->set;
    return NULL;
}

const skr_sample_set *skr_live_totals_keep_who(skr_live_totals *all, uint32_t contig,
                                               const skr_sample_set *set, uint64_t *bits)
{
    if (atomic_fetch_add(&all->n_sets, 1) >= N_SETS_MAX) {
        (void)atomic_fetch_sub(&all->n_sets, 1);
        return NULL;
    }
    kept_set *fresh = malloc(sizeof *fresh);
    if (fresh == NULL)
        return NULL;
    *fresh = (kept_set){.contig = contig, .set = *set, .bits = bits};
    fresh->set.serial = FIRST_SERIAL + contig;
    fresh->next = atomic_load(&all->sets);
    while (!atomic_compare_exchange_weak(&all->sets, &fresh->next, fresh))
        ; /* two of one contig say the same; the one behind is found no more */
    return &fresh->set;
}

/* ------------------------------------------------------------------ tiles */

const skr_live_tile *skr_live_totals_find(const skr_live_totals *all, size_t tile)
{
    SKR_CHECK(tile < all->n_tiles);
    return atomic_load_explicit(&all->tiles[tile], memory_order_acquire);
}

static size_t n_bytes_of(uint32_t n)
{
    return sizeof(skr_live_tile) + (size_t)n * (sizeof(skr_row_totals) + 1);
}

void skr_live_totals_note(skr_live_totals *all, size_t tile, uint32_t n_asked)
{
    SKR_CHECK(tile < all->n_tiles);
    uint32_t before = atomic_load_explicit(&all->n_asked[tile], memory_order_relaxed);
    if (before < UINT32_MAX / 2 && n_asked < UINT32_MAX / 4) /* so that it never wraps */
        (void)atomic_fetch_add_explicit(&all->n_asked[tile], n_asked, memory_order_relaxed);
}

bool skr_live_totals_is_due(const skr_live_totals *all, size_t tile, uint32_t n_rows)
{
    SKR_CHECK(tile < all->n_tiles);
    uint64_t n_asked = atomic_load_explicit(&all->n_asked[tile], memory_order_relaxed);
    return n_asked > 0 && SHARE * n_asked >= n_rows &&
           atomic_load_explicit(&all->n_bytes, memory_order_relaxed) + n_bytes_of(n_rows) <=
               N_BYTES_MAX;
}

int skr_live_tile_new(uint32_t n, skr_live_tile **ret_tile, skr_err *err)
{
    skr_live_tile *tile = calloc(1, sizeof *tile);
    if (tile != NULL) {
        tile->n = n;
        tile->totals = calloc((size_t)n + 1, sizeof *tile->totals);
        tile->is_row = calloc((size_t)n + 1, 1);
    }
    if (tile == NULL || tile->totals == NULL || tile->is_row == NULL) {
        skr_live_tile_free(tile);
        return skr_fail_nomem(err, "who lives");
    }
    *ret_tile = tile;
    return SKR_OK;
}

void skr_live_tile_free(skr_live_tile *tile)
{
    if (tile == NULL)
        return;
    free(tile->totals);
    free(tile->is_row);
    free(tile);
}

const skr_live_tile *skr_live_totals_keep(skr_live_totals *all, size_t tile, skr_live_tile *fresh)
{
    skr_live_tile *kept = NULL;
    SKR_CHECK(tile < all->n_tiles);
    if (!atomic_compare_exchange_strong(&all->tiles[tile], &kept, fresh)) {
        skr_live_tile_free(fresh);
        return kept;
    }
    (void)atomic_fetch_add(&all->n_bytes, n_bytes_of(fresh->n));
    return fresh;
}
