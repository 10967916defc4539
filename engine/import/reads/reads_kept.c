/*
 * reads_kept.c - the reads that calls are made from, and what they say that the reference does not.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/import/reads/reads_int.h"
#include "storage/base/array.h"

/* Where more reads than this begin at one place, or this much is kept, further reads count for
 * depth alone: what they could add to a call has long been said. */
#define SAME_START_MAX 256u
#define KEPT_BYTES_MAX ((size_t)64 << 20)

/* A read that says nothing of its qualities is as good as the least that counts. */
static void copy_qualities(skr_read *read, const bam1_t *record, int call_bq)
{
    const uint8_t *qualities = bam_get_qual(record);
    if (read->n_bases == 0 || qualities[0] == 0xff)
        memset(read->qualities, call_bq, read->n_bases);
    else
        memcpy(read->qualities, qualities, read->n_bases);
}

static void copy_bases(char *letters, const uint8_t *packed, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        letters[i] = seq_nt16_str[bam_seqi(packed, i)];
}

/* Memory of at least n bytes; *n becomes how many there are. Most reads are of one size. */
static skr_read *take_memory(skr_reads_pass *pass, size_t *n)
{
    skr_read *read = pass->spare;
    size_t n_more = *n / 8; /* room for a longer CIGAR */
    if (read == NULL || read->n_bytes < *n) {
        *n += n_more;
        return malloc(*n);
    }
    pass->spare = read->mate;
    *n = read->n_bytes;
    return read;
}

static int read_new(skr_reads_pass *pass, const bam1_t *record, uint32_t end0, skr_read **ret_read,
                    skr_err *err)
{
    uint32_t n_bases = record->core.l_qseq > 0 ? (uint32_t)record->core.l_qseq : 0;
    uint32_t n_cigar = record->core.n_cigar;
    size_t n_bytes = sizeof(skr_read) + n_cigar * sizeof(uint32_t) + 2 * (size_t)n_bases;
    skr_read *read = take_memory(pass, &n_bytes);
    if (read == NULL)
        return skr_fail_nomem(err, "reads");
    *read = (skr_read){.start0 = (uint32_t)record->core.pos,
                       .end0 = end0,
                       .n_bases = n_bases,
                       .n_cigar = n_cigar,
                       .n_bytes = n_bytes,
                       .mapq = record->core.qual,
                       .site = UINT32_MAX,
                       .is_reverse = bam_is_rev(record)};
    read->cigar = (uint32_t *)(read + 1);
    read->bases = (char *)(read->cigar + n_cigar);
    read->qualities = (uint8_t *)read->bases + n_bases;
    memcpy(read->cigar, bam_get_cigar(record), n_cigar * sizeof *read->cigar);
    copy_bases(read->bases, bam_get_seq(record), n_bases);
    copy_qualities(read, record, pass->limits->call_bq);
    *ret_read = read;
    return SKR_OK;
}

/* ------------------------------------------------------------------ indels */

static bool is_base(char c)
{
    return c == 'A' || c == 'C' || c == 'G' || c == 'T';
}

/* Moves a deletion of n bases from place0 on to the left. */
static uint32_t move_deletion(const skr_reads_bases *bases, uint32_t place0, uint32_t n)
{
    while (place0 > 0 && is_base(bases->bases[place0 - 1]) &&
           bases->bases[place0 - 1] == bases->bases[place0 + n - 1])
        place0--;
    return place0;
}

/* Moves inserted bases, which stand before place0, to the left; they are turned on the way. */
static uint32_t move_insertion(const skr_reads_bases *bases, uint32_t place0, char *inserted,
                               uint32_t n)
{
    uint32_t turned = 0; /* the last `turned` bases, modulo n, come first */
    while (place0 > 0 && is_base(bases->bases[place0 - 1]) &&
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
static int note_indel(skr_reads_pass *pass, const skr_read *read, uint32_t at0, uint32_t query,
                      int32_t length, skr_err *err)
{
    skr_reads_indel one = {.length = length};
    uint32_t n = (uint32_t)(length < 0 ? -length : length);
    if (length < 0) {
        at0 = move_deletion(&pass->bases, at0, n);
    } else {
        SKR_TRY(SKR_ARRAY_RESERVE(&pass->inserted, &pass->n_inserted_max, pass->n_inserted + n,
                                  "inserted bases", err));
        one.text = pass->n_inserted;
        memcpy(pass->inserted + one.text, read->bases + query, n);
        at0 = move_insertion(&pass->bases, at0, pass->inserted + one.text, n);
        pass->n_inserted += n;
    }
    if (at0 == 0)
        return SKR_OK; /* nothing stands before it that could anchor it */
    one.anchor0 = at0 - 1;
    if (one.anchor0 < pass->judged0) {
        /* Moved further than what is still open: at least nobody is called absent there. */
        skr_reads_mark(pass, read->start0, read->start0 + 1);
        return SKR_OK;
    }
    SKR_TRY(
        SKR_ARRAY_RESERVE(&pass->indels, &pass->n_indels_max, pass->n_indels + 1, "indels", err));
    pass->indels[pass->n_indels++] = one;
    return SKR_OK;
}

/* An indel at an end of a read has nothing after it that would prove it. */
static int note_indels(skr_reads_pass *pass, const skr_read *read, skr_err *err)
{
    uint32_t at0 = read->start0;
    uint32_t query = 0;
    bool is_inside = false;
    for (uint32_t i = 0; i < read->n_cigar; i++) {
        uint32_t n = bam_cigar_oplen(read->cigar[i]);
        unsigned op = bam_cigar_op(read->cigar[i]);
        bool is_followed =
            i + 1 < read->n_cigar && (bam_cigar_type(bam_cigar_op(read->cigar[i + 1])) & 3) == 3;
        if (is_inside && is_followed && n > 0 && (op == BAM_CDEL || op == BAM_CINS)) {
            SKR_TRY(
                note_indel(pass, read, at0, query, op == BAM_CDEL ? -(int32_t)n : (int32_t)n, err));
        }
        is_inside = (bam_cigar_type(op) & 3) == 3;
        at0 += (bam_cigar_type(op) & 2) != 0 ? n : 0;
        query += (bam_cigar_type(op) & 1) != 0 ? n : 0;
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ bases */

static void compare_stretch(skr_reads_pass *pass, const skr_read *read, uint32_t at0,
                            uint32_t query, uint32_t n)
{
    const char *theirs = pass->bases.bases + at0;
    const char *ours = read->bases + query;
    uint32_t *differ = pass->differ + (at0 - pass->first0);
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
            read->qualities[query + i] >= pass->limits->call_bq)
            differ[i]++;
    }
}

void skr_reads_compare(skr_reads_pass *pass, const skr_read *read)
{
    uint32_t at0 = read->start0;
    uint32_t query = 0;
    for (uint32_t i = 0; i < read->n_cigar; i++) {
        uint32_t n = bam_cigar_oplen(read->cigar[i]);
        int type = bam_cigar_type(bam_cigar_op(read->cigar[i]));
        if (type == 3)
            compare_stretch(pass, read, at0, query, n);
        at0 += (type & 2) != 0 ? n : 0;
        query += (type & 1) != 0 ? n : 0;
    }
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

/* ------------------------------------------------------------------ keeping */

int skr_reads_keep(skr_reads_pass *pass, const bam1_t *record, uint32_t end0, skr_read **ret_read,
                   skr_err *err)
{
    bool is_same =
        pass->n_kept > 0 && pass->kept[pass->n_kept - 1]->start0 == (uint32_t)record->core.pos;
    pass->n_same_start = is_same ? pass->n_same_start + 1 : 1;
    *ret_read = NULL;
    if (record->core.l_qseq <= 0)
        return SKR_OK; /* no bases are given */
    if (pass->n_same_start > SAME_START_MAX || pass->n_kept_bytes > KEPT_BYTES_MAX) {
        pass->facts->n_thinned++;
        return SKR_OK;
    }
    SKR_TRY(SKR_ARRAY_RESERVE(&pass->kept, &pass->n_kept_max, pass->n_kept + 1, "reads", err));
    skr_read *read = NULL;
    SKR_TRY(read_new(pass, record, end0, &read, err));
    pass->kept[pass->n_kept++] = read;
    pass->n_kept_bytes += read->n_bytes;
    *ret_read = read;
    skr_reads_compare(pass, read);
    return note_indels(pass, read, err);
}

/* Lets go of a read; its memory is spared for the next. */
static void spare_read(skr_reads_pass *pass, skr_read *read)
{
    if (read->mate != NULL)
        read->mate->mate = NULL;
    free(read->baq);
    read->mate = pass->spare;
    pass->spare = read;
}

void skr_reads_forget(skr_reads_pass *pass, bool all)
{
    uint32_t n = 0;
    uint32_t n_indels = 0;
    for (uint32_t i = 0; i < pass->n_kept; i++) {
        skr_read *read = pass->kept[i];
        if (!all && read->end0 > pass->judged0) {
            pass->kept[n++] = read;
            continue;
        }
        pass->n_kept_bytes -= read->n_bytes;
        spare_read(pass, read);
    }
    pass->n_kept = n;
    for (uint32_t i = 0; i < pass->n_indels; i++)
        if (!all && pass->indels[i].anchor0 + SKR_READS_SNV_LAG >= pass->judged0)
            pass->indels[n_indels++] = pass->indels[i];
    pass->n_indels = n_indels;
    if (n_indels == 0)
        pass->n_inserted = 0;
    for (skr_read *next; all && pass->spare != NULL; pass->spare = next) {
        next = pass->spare->mate;
        free(pass->spare);
    }
}
