/*
 * reads_places.c - the places of a contig that are in memory, and how deep is deep enough there.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/import/reads/reads_int.h"
#include "storage/base/array.h"

/* More places of one kind; new ones are zero. */
static int reserve(int32_t **places, uint32_t n_old, uint32_t n, skr_err *err)
{
    int32_t *more = realloc(*places, n * sizeof *more);
    if (more == NULL)
        return skr_fail_nomem(err, "depths");
    memset(more + n_old, 0, (n - n_old) * sizeof *more);
    *places = more;
    return SKR_OK;
}

int skr_reads_places_reserve(skr_reads_pass *pass, uint32_t end0, skr_err *err)
{
    uint32_t n = end0 - pass->first0 + 1;
    if (n <= pass->n_room)
        return SKR_OK;
    uint32_t n_room = n < UINT32_MAX / 2 ? n + n / 2 + 4 * SKR_READS_BATCH : n;
    SKR_TRY(reserve(&pass->depth, pass->n_room, n_room, err));
    if (pass->gone != NULL)
        SKR_TRY(reserve(&pass->gone, pass->n_room, n_room, err));
    pass->n_room = n_room;
    return SKR_OK;
}

int skr_reads_places_begin_gone(skr_reads_pass *pass, skr_err *err)
{
    return pass->gone != NULL ? SKR_OK : reserve(&pass->gone, 0, pass->n_room, err);
}

/* Drops the first n of n_used places; what lies after those is zero already. */
static void slide(int32_t *places, uint32_t n, uint32_t n_used)
{
    if (places == NULL)
        return;
    uint32_t n_left = n < n_used ? n_used - n : 0;
    memmove(places, places + (n_used - n_left), n_left * sizeof *places);
    memset(places + n_left, 0, (n_used - n_left) * sizeof *places);
}

void skr_reads_places_slide(skr_reads_pass *pass, uint32_t keep0)
{
    uint32_t n = keep0 - pass->first0;
    pass->first0 = keep0;
    if (n == 0 || pass->n_room == 0)
        return;
    /* No read says anything from reached0 on, but for where the last of them end. */
    uint32_t n_used = pass->reached0 >= keep0 - n ? pass->reached0 - (keep0 - n) + 1 : 0;
    n_used = n_used < pass->n_room ? n_used : pass->n_room;
    slide(pass->depth, n, n_used);
    slide(pass->gone, n, n_used);
}

static int32_t settle(int32_t *at, uint32_t n, int32_t last)
{
    for (uint32_t i = 0; i < n; i++) {
        last += at[i];
        at[i] = last;
    }
    return last;
}

void skr_reads_places_settle(skr_reads_pass *pass, uint32_t end0)
{
    uint32_t from = pass->settled0 - pass->first0;
    uint32_t n = end0 - pass->settled0;
    pass->last_depth = settle(pass->depth + from, n, pass->last_depth);
    for (uint32_t i = 0; i < n; i++)
        pass->depth_sum += (uint32_t)pass->depth[from + i];
    if (pass->gone != NULL)
        pass->last_gone = settle(pass->gone + from, n, pass->last_gone);
    pass->settled0 = end0;
}

/* ------------------------------------------------------------------ how deep is deep enough */

int skr_reads_stretches_fill(skr_reads_pass *pass, skr_err *err)
{
    skr_reads_stretches *all = &pass->contig.stretches;
    const skr_reads_limits *limits = pass->contig.limits;
    uint32_t end0 = 0;
    do {
        uint32_t place0 = end0;
        uint8_t copies = pass->plan->count_copies(pass->context, pass->name, place0, &end0);
        end0 = end0 > place0 ? end0 : UINT32_MAX;
        SKR_TRY(SKR_ARRAY_RESERVE(&all->list, &all->n_max, all->n + 1, "a contig of reads", err));
        all->list[all->n++] =
            (skr_reads_stretch){end0, copies == 1 ? limits->min_depth_haploid : limits->min_depth};
    } while (end0 < pass->contig.bases.n);
    all->list[all->n - 1].end0 = UINT32_MAX;
    return SKR_OK;
}

uint32_t skr_reads_min_depth(const skr_reads_stretches *stretches, uint32_t place0, uint32_t *hint,
                             uint32_t *ret_end0)
{
    uint32_t i = *hint;
    while (i > 0 && place0 < stretches->list[i - 1].end0)
        i--;
    while (place0 >= stretches->list[i].end0 && i + 1 < stretches->n)
        i++;
    *hint = i;
    *ret_end0 = stretches->list[i].end0;
    return stretches->list[i].min_depth;
}
