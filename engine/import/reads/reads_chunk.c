/*
 * reads_chunk.c - the places, indels and calls of a chunk, for those that judge it.
 */
#include "engine/import/reads/reads_chunk_int.h"

#include "storage/base/array.h"

/* ------------------------------------------------------------------ places */

uint32_t skr_reads_chunk_min_depth(skr_reads_chunk *chunk, uint32_t place0)
{
    uint32_t end0;
    return skr_reads_min_depth(&chunk->contig->stretches, place0, &chunk->stretch, &end0);
}

void skr_reads_mark(skr_reads_chunk *chunk, uint32_t start0, uint32_t end0)
{
    start0 = start0 > chunk->window.start0 ? start0 : chunk->window.start0;
    end0 = end0 < chunk->window.end0 ? end0 : chunk->window.end0;
    for (uint32_t i = start0; i < end0; i++)
        chunk->marks[i - chunk->window.start0] |= SKR_READS_UNDECIDED;
}

bool skr_reads_is_gone(const skr_reads_chunk *chunk, uint32_t place0)
{
    if (chunk->gone == NULL || place0 < chunk->window.start0 || place0 >= chunk->window.end0)
        return false;
    int64_t n = chunk->gone[place0 - chunk->window.start0];
    return n >= 2 && n * 10 >= n + chunk->depth[place0 - chunk->window.start0];
}

uint32_t skr_read_base_at(const skr_read *read, uint32_t place0)
{
    uint32_t at0 = read->start0;
    uint32_t query = 0;
    if (place0 < read->start0 || place0 >= read->end0)
        return UINT32_MAX;
    for (uint32_t i = 0; i < read->n_cigar; i++) {
        uint32_t n = bam_cigar_oplen(read->cigar[i]);
        int type = bam_cigar_type(bam_cigar_op(read->cigar[i]));
        if ((type & 2) != 0 && place0 - at0 < n)
            return type == 3 ? query + (place0 - at0) : UINT32_MAX;
        at0 += (type & 2) != 0 ? n : 0;
        query += (type & 1) != 0 ? n : 0;
    }
    return UINT32_MAX;
}

uint32_t skr_reads_find_indel(const skr_reads_chunk *chunk, uint32_t anchor0)
{
    uint32_t low = 0;
    uint32_t high = chunk->n_indels;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (chunk->indels[middle].anchor0 < anchor0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* ------------------------------------------------------------------ what is told */

int skr_reads_chunk_call(skr_reads_chunk *chunk, const skr_reads_call *call, skr_err *err)
{
    if (call->start0 < chunk->owned.start0 || call->start0 >= chunk->owned.end0)
        return SKR_OK;
    SKR_TRY(
        SKR_ARRAY_RESERVE(&chunk->calls, &chunk->n_calls_max, chunk->n_calls + 1, "calls", err));
    chunk->calls[chunk->n_calls++] = *call;
    return SKR_OK;
}
