/*
 * reads_differ.c - what the reads of a chunk say that the reference does not.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/import/reads/reads_chunk_int.h"
#include "storage/base/array.h"

/* ------------------------------------------------------------------ indels */

static bool is_base(char c)
{
    return c == 'A' || c == 'C' || c == 'G' || c == 'T';
}

/* Moves a deletion of n bases from place0 on to the left, as far as least0. */
static uint32_t move_deletion(const skr_reads_bases *bases, uint32_t place0, uint32_t n,
                              uint32_t least0)
{
    while (place0 > least0 && is_base(bases->bases[place0 - 1]) &&
           bases->bases[place0 - 1] == bases->bases[place0 + n - 1])
        place0--;
    return place0;
}

/* Moves inserted bases, which stand before place0, to the left; they are turned on the way. */
static uint32_t move_insertion(const skr_reads_bases *bases, uint32_t place0, char *inserted,
                               uint32_t n, uint32_t least0)
{
    uint32_t turned = 0; /* the last `turned` bases, modulo n, come first */
    while (place0 > least0 && is_base(bases->bases[place0 - 1]) &&
           bases->bases[place0 - 1] == inserted[(n - 1 + n - turned % n) % n]) {
        place0--;
        turned++;
    }
    turned %= n;
    for (uint32_t i = 0; i < turned; i++) { /* reads have few inserted bases, and few turns */
        char last = inserted[n - 1];
        memmove(inserted + 1, inserted, n - 1);
        inserted[0] = last;
    }
    return place0;
}

/* Notes an insertion or deletion; at0: the first deleted base, or the base after the inserted. */
static int note_indel(skr_reads_chunk *chunk, const skr_read *read, uint32_t at0, uint32_t query,
                      int32_t length, skr_err *err)
{
    const skr_reads_bases *bases = &chunk->contig->bases;
    skr_reads_indel one = {.length = length};
    uint32_t n = (uint32_t)(length < 0 ? -length : length);
    uint32_t found0 = at0;
    uint32_t least0 = at0 > SKR_READS_MOVE_MAX ? at0 - SKR_READS_MOVE_MAX : 0;
    if (length < 0) {
        at0 = move_deletion(bases, at0, n, least0);
    } else {
        SKR_TRY(SKR_ARRAY_RESERVE(&chunk->inserted, &chunk->n_inserted_max, chunk->n_inserted + n,
                                  "inserted bases", err));
        one.text = chunk->n_inserted;
        memcpy(chunk->inserted + one.text, read->bases + query, n);
        at0 = move_insertion(bases, at0, chunk->inserted + one.text, n, least0);
        chunk->n_inserted += n;
    }
    if (at0 == 0)
        return SKR_OK; /* nothing stands before it that could anchor it */
    if (at0 == least0) {
        /* It could be moved further than anybody looks: at least nobody is called absent there. */
        skr_reads_mark(chunk, found0 - 1, found0 + (length < 0 ? n : 0));
        return SKR_OK;
    }
    one.anchor0 = at0 - 1;
    SKR_TRY(SKR_ARRAY_RESERVE(&chunk->indels, &chunk->n_indels_max, chunk->n_indels + 1, "indels",
                              err));
    chunk->indels[chunk->n_indels++] = one;
    return SKR_OK;
}

/* An indel at an end of a read has nothing after it that would prove it. What lies outside the
 * window is of no use, and very long deletions are counted place by place. */
static int note_indels(skr_reads_chunk *chunk, const skr_read *read, skr_err *err)
{
    uint32_t at0 = read->start0;
    uint32_t query = 0;
    bool is_inside = false;
    for (uint32_t i = 0; i < read->n_cigar; i++) {
        uint32_t n = bam_cigar_oplen(read->cigar[i]);
        unsigned op = bam_cigar_op(read->cigar[i]);
        bool is_followed =
            i + 1 < read->n_cigar && (bam_cigar_type(bam_cigar_op(read->cigar[i + 1])) & 3) == 3;
        bool is_indel = (op == BAM_CDEL && n <= SKR_READS_LENGTH_MAX) || op == BAM_CINS;
        bool is_near = at0 >= chunk->window.start0 && at0 < chunk->window.end0;
        if (is_inside && is_followed && n > 0 && is_indel && is_near) {
            int32_t length = op == BAM_CDEL ? -(int32_t)n : (int32_t)n;
            SKR_TRY(note_indel(chunk, read, at0, query, length, err));
        }
        is_inside = (bam_cigar_type(op) & 3) == 3;
        at0 += (bam_cigar_type(op) & 2) != 0 ? n : 0;
        query += (bam_cigar_type(op) & 1) != 0 ? n : 0;
    }
    return SKR_OK;
}

int skr_reads_compare_indels(const void *a, const void *b, void *inserted)
{
    const skr_reads_indel *left = a;
    const skr_reads_indel *right = b;
    const char *letters = inserted;
    if (left->anchor0 != right->anchor0)
        return left->anchor0 < right->anchor0 ? -1 : 1;
    if (left->length != right->length)
        return left->length < right->length ? -1 : 1;
    return left->length <= 0
               ? 0
               : memcmp(letters + left->text, letters + right->text, (size_t)left->length);
}

/* ------------------------------------------------------------------ bases */

static void compare_stretch(skr_reads_chunk *chunk, const skr_read *read, skr_reads_run stretch,
                            uint32_t query)
{
    uint32_t skip =
        stretch.start0 < chunk->window.start0 ? chunk->window.start0 - stretch.start0 : 0;
    uint32_t end0 = stretch.end0 < chunk->window.end0 ? stretch.end0 : chunk->window.end0;
    uint32_t at0 = stretch.start0 + skip;
    if (at0 >= end0)
        return;
    const char *theirs = chunk->contig->bases.bases + at0;
    const char *ours = read->bases + query + skip;
    const uint8_t *qualities = read->qualities + query + skip;
    uint32_t *differ = chunk->differ + (at0 - chunk->window.start0);
    uint32_t n = end0 - at0;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t one;
        uint64_t other;
        while (i + 8 <= n) { /* most reads differ nowhere */
            memcpy(&one, ours + i, 8);
            memcpy(&other, theirs + i, 8);
            if (one != other)
                break;
            i += 8;
        }
        if (i < n && ours[i] != theirs[i] && ours[i] != 'N' &&
            qualities[i] >= chunk->contig->limits->call_bq)
            differ[i]++;
    }
}

static void compare(skr_reads_chunk *chunk, const skr_read *read)
{
    uint32_t at0 = read->start0;
    uint32_t query = 0;
    for (uint32_t i = 0; i < read->n_cigar; i++) {
        uint32_t n = bam_cigar_oplen(read->cigar[i]);
        int type = bam_cigar_type(bam_cigar_op(read->cigar[i]));
        if (type == 3)
            compare_stretch(chunk, read, (skr_reads_run){at0, at0 + n}, query);
        at0 += (type & 2) != 0 ? n : 0;
        query += (type & 1) != 0 ? n : 0;
    }
}

int skr_reads_differ(skr_reads_chunk *chunk, skr_err *err)
{
    for (uint32_t i = 0; i < chunk->n_kept; i++) {
        compare(chunk, &chunk->reads[i]);
        SKR_TRY(note_indels(chunk, &chunk->reads[i], err));
    }
    if (chunk->n_indels > 1)
        qsort_r(chunk->indels, chunk->n_indels, sizeof *chunk->indels, skr_reads_compare_indels,
                chunk->inserted);
    return SKR_OK;
}
