/*
 * reads_places.c - the places of a contig that are in memory: depth, differences, marks.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/import/reads/reads_int.h"

int skr_reads_places_reserve(skr_reads_pass *pass, uint32_t end0, skr_err *err)
{
    uint32_t n = end0 - pass->first0 + 1;
    if (n <= pass->n_room)
        return SKR_OK;
    uint32_t n_room = n < UINT32_MAX / 2 ? n + n / 2 + 4 * SKR_READS_BATCH : n;
    int32_t *depth = realloc(pass->depth, n_room * sizeof *depth);
    if (depth != NULL)
        pass->depth = depth;
    uint32_t *differ = realloc(pass->differ, n_room * sizeof *differ);
    if (differ != NULL)
        pass->differ = differ;
    uint8_t *marks = realloc(pass->marks, n_room);
    if (marks != NULL)
        pass->marks = marks;
    if (depth == NULL || differ == NULL || marks == NULL)
        return skr_fail_nomem(err, "depths");
    memset(depth + pass->n_room, 0, (n_room - pass->n_room) * sizeof *depth);
    memset(differ + pass->n_room, 0, (n_room - pass->n_room) * sizeof *differ);
    memset(marks + pass->n_room, 0, n_room - pass->n_room);
    pass->n_room = n_room;
    return SKR_OK;
}

void skr_reads_places_slide(skr_reads_pass *pass, uint32_t keep0)
{
    uint32_t n = keep0 - pass->first0;
    pass->first0 = keep0;
    if (n == 0 || pass->n_room == 0)
        return;
    uint32_t n_left = n < pass->n_room ? pass->n_room - n : 0;
    n = pass->n_room - n_left;
    memmove(pass->depth, pass->depth + n, n_left * sizeof *pass->depth);
    memmove(pass->differ, pass->differ + n, n_left * sizeof *pass->differ);
    memmove(pass->marks, pass->marks + n, n_left);
    memset(pass->depth + n_left, 0, n * sizeof *pass->depth);
    memset(pass->differ + n_left, 0, n * sizeof *pass->differ);
    memset(pass->marks + n_left, 0, n);
}

void skr_reads_places_settle(skr_reads_pass *pass, uint32_t end0)
{
    int32_t depth = pass->last_depth;
    int32_t *at = pass->depth + (pass->settled0 - pass->first0);
    for (uint32_t i = pass->settled0; i < end0; i++, at++) {
        depth += *at;
        *at = depth;
    }
    pass->last_depth = depth;
    pass->settled0 = end0;
}

uint32_t skr_reads_min_depth(skr_reads_pass *pass, uint32_t place0)
{
    if (place0 < pass->copies.start0 || place0 >= pass->copies.end0) {
        pass->copies.start0 = place0;
        uint8_t copies =
            pass->plan->count_copies(pass->context, pass->contig, place0, &pass->copies.end0);
        pass->min_depth = copies == 1 ? pass->limits->min_depth_haploid : pass->limits->min_depth;
    }
    return pass->min_depth;
}

void skr_reads_mark(skr_reads_pass *pass, uint32_t start0, uint32_t end0)
{
    start0 = start0 > pass->first0 ? start0 : pass->first0;
    for (uint32_t i = start0; i < end0 && i - pass->first0 < pass->n_room; i++)
        pass->marks[i - pass->first0] |= SKR_READS_UNDECIDED;
}
