/*
 * reads_call.c - a chunk: what it is given, in which order it is judged, what is told of it.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/import/reads/reads_chunk_int.h"
#include "storage/base/array.h"

/* ------------------------------------------------------------------ what it is given */

/* A read for the chunk, and its mate if that is there too: reads ascend by number. */
static void take_read(skr_reads_chunk *chunk, uint32_t i)
{
    const skr_reads_kept_read *kept = chunk->kept[i];
    skr_read *read = &chunk->reads[i];
    *read = (skr_read){.number = kept->number,
                       .start0 = kept->start0,
                       .end0 = kept->end0,
                       .n_bases = kept->n_bases,
                       .n_cigar = kept->n_cigar,
                       .mapq = kept->mapq,
                       .is_reverse = kept->is_reverse,
                       .site = UINT32_MAX,
                       .cigar = kept->cigar,
                       .bases = (const char *)(kept->cigar + kept->n_cigar)};
    read->qualities = (const uint8_t *)read->bases + kept->n_bases;
    uint32_t low = 0;
    uint32_t high = kept->mate > 0 ? i : 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (chunk->reads[middle].number < kept->mate)
            low = middle + 1;
        else
            high = middle;
    }
    if (kept->mate == 0 || low >= i || chunk->reads[low].number != kept->mate)
        return;
    read->mate = &chunk->reads[low];
    read->is_second = true;
    chunk->reads[low].mate = read;
}

static int take_reads(skr_reads_chunk *chunk, const skr_reads_kept *kept, skr_err *err)
{
    uint32_t n = 0;
    chunk->kept = malloc((kept->n + 1u) * sizeof *chunk->kept);
    if (chunk->kept == NULL)
        return skr_fail_nomem(err, "reads");
    for (uint32_t i = 0; i < kept->n && kept->list[i]->start0 < chunk->window.end0; i++)
        if (kept->list[i]->end0 > chunk->window.start0)
            chunk->kept[n++] = kept->list[i];
    chunk->reads = malloc((n + 1u) * sizeof *chunk->reads);
    if (chunk->reads == NULL)
        return skr_fail_nomem(err, "reads");
    chunk->n_kept = n; /* from here on they are owned */
    for (uint32_t i = 0; i < n; i++) {
        chunk->kept[i]->n_owners++;
        chunk->n_bytes += chunk->kept[i]->n_bytes + sizeof *chunk->reads;
        take_read(chunk, i);
    }
    return SKR_OK;
}

/* The places of the window. */
static int copy_places(int32_t **to, const int32_t *from, uint32_t n, skr_err *err)
{
    *to = malloc((n + 1u) * sizeof **to);
    if (*to == NULL)
        return skr_fail_nomem(err, "depths");
    memcpy(*to, from, n * sizeof **to);
    return SKR_OK;
}

int skr_reads_chunk_new(skr_reads_pass *pass, uint32_t end0, skr_reads_chunk **ret_chunk,
                        skr_err *err)
{
    skr_reads_chunk *chunk = calloc(1, sizeof *chunk);
    if (chunk == NULL)
        return skr_fail_nomem(err, "reads");
    uint32_t last0 =
        pass->settled0 - end0 < SKR_READS_MARGIN ? pass->settled0 : end0 + SKR_READS_MARGIN;
    chunk->contig = &pass->contig;
    chunk->owned = (skr_reads_run){pass->done0, end0};
    chunk->window = (skr_reads_run){pass->first0, last0};
    uint32_t n = last0 - pass->first0;
    int status = copy_places(&chunk->depth, pass->depth, n, err);
    if (status == SKR_OK && pass->gone != NULL)
        status = copy_places(&chunk->gone, pass->gone, n, err);
    if (status == SKR_OK)
        status = take_reads(chunk, pass->kept, err);
    chunk->n_bytes += n * (sizeof *chunk->depth + sizeof *chunk->differ + 1);
    if (status != SKR_OK)
        skr_reads_chunk_free(chunk, pass->kept);
    else
        *ret_chunk = chunk;
    return status;
}

void skr_reads_chunk_free(skr_reads_chunk *chunk, skr_reads_kept *kept)
{
    if (chunk == NULL)
        return;
    for (uint32_t i = 0; i < chunk->n_kept; i++) {
        free(chunk->reads[i].baq);
        skr_reads_kept_release(kept, chunk->kept[i]);
    }
    skr_reads_indels_done(chunk);
    bam_destroy1(chunk->scratch);
    free(chunk->depth);
    free(chunk->gone);
    free(chunk->differ);
    free(chunk->marks);
    free(chunk->kept);
    free(chunk->reads);
    free(chunk->indels);
    free(chunk->inserted);
    free(chunk->seen);
    free(chunk->calls);
    free(chunk->told);
    free(chunk);
}

/* ------------------------------------------------------------------ what is told */

static int tell_run(skr_reads_chunk *chunk, skr_reads_run run, unsigned kind, skr_err *err)
{
    if (kind == 0)
        return SKR_OK;
    SKR_TRY(SKR_ARRAY_RESERVE(&chunk->told, &chunk->n_told_max, chunk->n_told + 1, "runs", err));
    chunk->told[chunk->n_told++] = (skr_reads_told){run, kind == 1};
    chunk->n_undecided += kind == 2 ? run.end0 - run.start0 : 0;
    return SKR_OK;
}

/* Finds the runs of what is owned: 0 not deep enough, 1 called, 2 undecided. */
static int find_runs(skr_reads_chunk *chunk, skr_err *err)
{
    skr_reads_run run = {chunk->owned.start0, 0};
    unsigned open = 0;
    uint32_t stop0 = chunk->owned.start0;
    int64_t least = 0;
    for (uint32_t place0 = chunk->owned.start0; place0 < chunk->owned.end0; place0++) {
        uint32_t i = place0 - chunk->window.start0;
        if (place0 >= stop0)
            least = skr_reads_min_depth(&chunk->contig->stretches, place0, &chunk->stretch, &stop0);
        unsigned kind = chunk->depth[i] < least ? 0u
                        : (chunk->marks[i] & SKR_READS_UNDECIDED) != 0 ||
                                (chunk->gone != NULL && skr_reads_is_gone(chunk, place0))
                            ? 2u
                            : 1u;
        if (kind == open)
            continue;
        run.end0 = place0;
        SKR_TRY(tell_run(chunk, run, open, err));
        run.start0 = place0;
        open = kind;
    }
    run.end0 = chunk->owned.end0;
    return tell_run(chunk, run, open, err);
}

static int compare_calls(const void *a, const void *b)
{
    const skr_reads_call *left = a;
    const skr_reads_call *right = b;
    if (left->start0 != right->start0)
        return left->start0 < right->start0 ? -1 : 1;
    return left->is_indel - right->is_indel;
}

/* ------------------------------------------------------------------ judging */

static int work(skr_reads_chunk *chunk, skr_err *err)
{
    uint32_t n = chunk->window.end0 - chunk->window.start0;
    chunk->differ = calloc(n + 1u, sizeof *chunk->differ);
    chunk->marks = calloc(n + 1u, sizeof *chunk->marks);
    chunk->scratch = bam_init1();
    if (chunk->differ == NULL || chunk->marks == NULL || chunk->scratch == NULL)
        return skr_fail_nomem(err, "reads");
    SKR_TRY(skr_reads_differ(chunk, err));
    /* Indels have to know the bases beside them that are called otherwise. */
    SKR_TRY(skr_reads_snvs(chunk, err));
    SKR_TRY(skr_reads_indels(chunk, err));
    if (chunk->n_calls > 1)
        qsort(chunk->calls, chunk->n_calls, sizeof *chunk->calls, compare_calls);
    return find_runs(chunk, err);
}

void skr_reads_chunk_work(skr_reads_chunk *chunk)
{
    chunk->status = work(chunk, &chunk->err);
}
