/*
 * segment_rows_read.c - where the rows of a tile are and what they say, turned into columns;
 * nothing in the stored bytes is believed.
 *
 * A whole genome is a hundred million rows: what is the same in all rows of a tile is looked at
 * once, and the loops over the others touch few bytes. The directory has already bounded the number
 * of rows by the size of the blocks.
 */
#include <stdlib.h>
#include <string.h>

#include "storage/base/limits.h"
#include "storage/segment/segment_int.h"

/* Every base, so that an SNV's texts need no memory of their own. */
static const char letters[] = SKR_SNV_LETTERS;

static int fail_corrupt(skr_err *err, const char *what)
{
    return skr_fail(err, SKR_ERR_CORRUPT, "%s", what);
}

static bool reserve_rows(skr_row_columns *columns, uint32_t n)
{
    if (n <= columns->n_max)
        return true;
    columns->n_max = 0;
    if (!skr_segment_room_for(&columns->start0, n, sizeof *columns->start0) ||
        !skr_segment_room_for(&columns->end0, n, sizeof *columns->end0) ||
        !skr_segment_room_for(&columns->kind, n, 1) ||
        !skr_segment_room_for(&columns->ploidy, n, 1) ||
        !skr_segment_room_for(&columns->is_complete, n, 1) ||
        !skr_segment_room_for(&columns->filter_failed, n, 1) ||
        !skr_segment_room_for(&columns->n_ref, n, sizeof *columns->n_ref) ||
        !skr_segment_room_for(&columns->n_alt, n, sizeof *columns->n_alt) ||
        !skr_segment_room_for(&columns->ref, n, sizeof *columns->ref) ||
        !skr_segment_room_for(&columns->alt, n, sizeof *columns->alt) ||
        !skr_segment_room_for(&columns->totals, n, sizeof *columns->totals) ||
        !skr_segment_room_for(&columns->others, n + 1, sizeof *columns->others))
        return false;
    columns->n_max = n;
    return true;
}

void skr_segment_row_columns_done(skr_row_columns *columns)
{
    skr_buffer_done(&columns->sites);
    skr_buffer_done(&columns->counts);
    free(columns->start0);
    free(columns->end0);
    free(columns->kind);
    free(columns->ploidy);
    free(columns->is_complete);
    free(columns->filter_failed);
    free(columns->n_ref);
    free(columns->n_alt);
    free(columns->ref);
    free(columns->alt);
    free(columns->totals);
    free(columns->others);
    *columns = (skr_row_columns){0};
}

/* A start is a byte after the one before; where that is FAR, so much further as a varint says. */
static bool take_starts(skr_cursor *cursor, const skr_tile *tile, uint32_t base0,
                        skr_row_columns *columns)
{
    uint32_t n = tile->n_rows;
    const uint8_t *steps = skr_cursor_bytes(cursor, n);
    uint32_t *starts = columns->start0;
    uint64_t start0 = base0;
    if (cursor->is_bad)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        start0 += steps[i];
        if (steps[i] == SKR_STEP_FAR)
            start0 += skr_cursor_varint_max(cursor, SKR_CONTIG_LENGTH_MAX);
        starts[i] = (uint32_t)start0;
    }
    /* They only grow: if the last is sound, all are. */
    return columns->start0[0] == tile->min_start0 && start0 == tile->max_start0;
}

static bool set_code(unsigned code, uint32_t from, uint32_t n, skr_row_columns *columns)
{
    const unsigned known = SKR_CODE_KIND_MASK | SKR_CODE_PLOIDY_MASK << SKR_CODE_PLOIDY_SHIFT |
                           SKR_CODE_IS_COMPLETE | SKR_CODE_FILTER_FAILED;
    unsigned kind = code & SKR_CODE_KIND_MASK;
    memset(columns->kind + from, (int)kind, n);
    memset(columns->ploidy + from, (int)(code >> SKR_CODE_PLOIDY_SHIFT & SKR_CODE_PLOIDY_MASK), n);
    memset(columns->is_complete + from, (code & SKR_CODE_IS_COMPLETE) != 0, n);
    memset(columns->filter_failed + from, (code & SKR_CODE_FILTER_FAILED) != 0, n);
    return kind <= SKR_ALLELE_SV && (code & ~known) == 0;
}

/* The codes come in runs. Counts the SNVs. */
static bool take_codes(skr_cursor *cursor, uint32_t n, skr_row_columns *columns)
{
    columns->n_snvs = 0;
    for (uint32_t at = 0; at < n;) {
        uint64_t n_here = skr_cursor_varint_max(cursor, n - at);
        unsigned code = skr_cursor_u8(cursor);
        if (cursor->is_bad || n_here == 0 || !set_code(code, at, (uint32_t)n_here, columns))
            return false;
        if ((code & SKR_CODE_KIND_MASK) == SKR_ALLELE_SNV)
            columns->n_snvs += (uint32_t)n_here;
        at += (uint32_t)n_here;
    }
    return true;
}

static void fill_ones(uint32_t *lengths, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        lengths[i] = 1;
}

/* The letters of SNVs; other letters, and what is no SNV, get their texts later (alt NULL). */
static bool take_letters(skr_cursor *cursor, uint32_t n, skr_row_columns *columns)
{
    const uint8_t *pairs = skr_cursor_bytes(cursor, (columns->n_snvs + 1) / 2);
    const uint32_t *start0 = columns->start0;
    const uint8_t *kind = columns->kind;
    uint32_t *end0 = columns->end0;
    const char **ref = columns->ref;
    const char **alt = columns->alt;
    uint32_t n_texts = 0;
    uint32_t i_snv = 0;
    uint64_t last = 0;
    bool is_ascending = true;
    if (cursor->is_bad)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        bool is_snv = kind[i] == SKR_ALLELE_SNV;
        unsigned pair = is_snv ? pairs[i_snv / 2] >> 4 * (i_snv % 2) & 15 : SKR_SNV_AS_TEXT;
        uint64_t key = (uint64_t)start0[i] << 4 | pair;
        is_ascending &= key > last;
        last = key;
        end0[i] = start0[i] + 1;
        ref[i] = letters + pair / 4;
        alt[i] = pair == SKR_SNV_AS_TEXT ? NULL : letters + pair % 4;
        n_texts += pair == SKR_SNV_AS_TEXT;
        i_snv += is_snv;
    }
    fill_ones(columns->n_ref, n);
    fill_ones(columns->n_alt, n);
    columns->n_texts = n_texts;
    columns->is_ascending = is_ascending && n_texts == 0;
    return columns->n_snvs % 2 == 0 || pairs[columns->n_snvs / 2] >> 4 == 0;
}

static bool take_lengths(skr_cursor *cursor, uint32_t n, skr_row_columns *columns)
{
    for (uint32_t i = 0; i < n && columns->n_snvs < n; i++) {
        if (columns->kind[i] == SKR_ALLELE_SNV)
            continue;
        bool is_sv = columns->kind[i] == SKR_ALLELE_SV;
        uint64_t n_bases = skr_cursor_varint_max(cursor, is_sv ? (uint64_t)SKR_CONTIG_LENGTH_MAX
                                                               : (uint64_t)SKR_ALLELE_MAX);
        uint64_t n_alt = skr_cursor_varint_max(cursor, SKR_ALLELE_MAX);
        if (n_bases == 0 || n_alt == 0 || columns->start0[i] + n_bases > SKR_CONTIG_LENGTH_MAX)
            return false;
        columns->end0[i] = (uint32_t)(columns->start0[i] + n_bases);
        columns->n_ref[i] = is_sv ? 0 : (uint32_t)n_bases;
        columns->n_alt[i] = (uint32_t)n_alt;
        columns->ref[i] = NULL;
        columns->alt[i] = NULL;
    }
    return !cursor->is_bad;
}

static bool take_texts(skr_cursor *cursor, uint32_t n, skr_row_columns *columns)
{
    const uint8_t *at = cursor->at;
    for (uint32_t i = 0; i < n && columns->n_texts > 0; i++) {
        if (columns->alt[i] != NULL)
            continue;
        columns->ref[i] = (const char *)skr_cursor_bytes(cursor, columns->n_ref[i]);
        columns->alt[i] = (const char *)skr_cursor_bytes(cursor, columns->n_alt[i]);
        if (cursor->is_bad)
            return false;
        if (columns->n_ref[i] == 0)
            columns->ref[i] = "";
    }
    bool is_printable = true;
    for (; at < cursor->at; at++)
        is_printable = is_printable && *at > 0x20 && *at < 0x7f;
    return is_printable;
}

static skr_allele allele_at(const skr_row_columns *columns, uint32_t row)
{
    return (skr_allele){
        .start0 = columns->start0[row],
        .end0 = columns->end0[row],
        .kind = (skr_allele_kind)columns->kind[row],
        .ploidy = (skr_ploidy)columns->ploidy[row],
        .n_ref = columns->n_ref[row],
        .n_alt = columns->n_alt[row],
        .ref = columns->ref[row],
        .alt = columns->alt[row],
    };
}

/* Starts cannot descend; where they are equal the alleles must ascend. SNVs are known to. */
static bool rows_ascend(const skr_row_columns *columns, uint32_t n)
{
    for (uint32_t i = 1; i < n && !columns->is_ascending; i++) {
        if (columns->start0[i - 1] != columns->start0[i])
            continue;
        skr_allele before = allele_at(columns, i - 1);
        skr_allele allele = allele_at(columns, i);
        if (skr_segment_allele_compare(&before, &allele) >= 0)
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------ counts */

/*
 * What a row counts whose head says that so many have one copy each, of two expected, and that is
 * all. The others are collected: their counts are stored.
 */
static uint32_t take_heads(const skr_row_columns *columns, const skr_segment *segment, uint32_t n)
{
    const uint8_t *heads = columns->heads;
    const uint8_t *ploidies = columns->ploidy;
    skr_row_totals *totals = columns->totals;
    uint32_t *others = columns->others;
    uint32_t n_others = 0;
    uint64_t n_copies[SKR_N_PLOIDIES];
    for (unsigned ploidy = 0; ploidy < SKR_N_PLOIDIES; ploidy++)
        n_copies[ploidy] = skr_segment_n_copies_expected(segment, (skr_ploidy)ploidy);
    for (uint32_t i = 0; i < n; i++) {
        uint8_t head = heads[i];
        uint8_t ploidy = ploidies[i];
        totals[i] = (skr_row_totals){.ac = head, .an = n_copies[ploidy], .n_carriers = head};
        others[n_others] = i;
        n_others += !skr_head_tells_counts(head, ploidy);
    }
    return n_others;
}

static void take_others(skr_cursor *cursor, const skr_row_columns *columns, uint32_t n_others,
                        uint32_t n_max)
{
    const uint32_t *others = columns->others;
    skr_row_totals *totals = columns->totals;
    for (uint32_t i = 0; i < n_others; i++)
        totals[others[i]].n_carriers = (uint32_t)skr_cursor_varint_max(cursor, n_max);
    for (uint32_t i = 0; i < n_others; i++)
        totals[others[i]].n_hom = (uint32_t)skr_cursor_varint_max(cursor, n_max);
    for (uint32_t i = 0; i < n_others; i++)
        totals[others[i]].n_hemi = (uint32_t)skr_cursor_varint_max(cursor, n_max);
    for (uint32_t i = 0; i < n_others; i++)
        totals[others[i]].n_partial = (uint32_t)skr_cursor_varint_max(cursor, n_max);
    for (uint32_t i = 0; i < n_others; i++) {
        skr_row_totals *t = &totals[others[i]];
        t->ac = (uint64_t)skr_unzigzag(skr_cursor_varint(cursor)) + t->n_carriers + t->n_hom;
    }
}

static bool take_counts(skr_row_columns *columns, const skr_segment *segment, uint32_t n)
{
    skr_cursor cursor = skr_cursor_of(columns->counts.bytes, columns->counts.n);
    uint32_t n_max = segment->directory.n_samples;
    uint64_t copies_max = (uint64_t)n_max * SKR_PLOIDY_MAX;
    skr_row_totals *totals = columns->totals;
    columns->heads = skr_cursor_bytes(&cursor, n);
    if (cursor.is_bad)
        return false;
    uint32_t n_others = take_heads(columns, segment, n);
    take_others(&cursor, columns, n_others, n_max);
    unsigned has_an = skr_cursor_u8(&cursor);
    for (uint32_t i = 0; i < n && has_an == 1; i++)
        totals[i].an -= (uint64_t)skr_unzigzag(skr_cursor_varint(&cursor));
    bool is_sound = has_an <= 1;
    for (uint32_t i = 0; i < n; i++)
        is_sound = is_sound & (totals[i].ac <= totals[i].an) & (totals[i].an <= copies_max);
    for (uint32_t i = 0; i < n_others; i++) {
        const skr_row_totals *t = &totals[columns->others[i]];
        is_sound = is_sound && t->ac >= t->n_carriers &&
                   (uint64_t)t->n_hom + t->n_hemi + t->n_partial <= t->n_carriers;
    }
    return is_sound && skr_cursor_is_done(&cursor);
}

int skr_segment_row_columns_decode(skr_row_columns *columns, const skr_segment *segment,
                                   const skr_tile *tile, skr_err *err)
{
    uint32_t n = tile->n_rows;
    skr_cursor cursor = skr_cursor_of(columns->sites.bytes, columns->sites.n);
    if (!reserve_rows(columns, n))
        return skr_fail_nomem(err, "segment");
    if (!take_starts(&cursor, tile, skr_tile_base0(segment, tile), columns) ||
        !take_codes(&cursor, n, columns) || !take_letters(&cursor, n, columns) ||
        !take_lengths(&cursor, n, columns) || !take_texts(&cursor, n, columns) ||
        !skr_cursor_is_done(&cursor))
        return fail_corrupt(err, "rows are malformed");
    if (!rows_ascend(columns, n))
        return fail_corrupt(err, "rows are out of order");
    if (!take_counts(columns, segment, n))
        return fail_corrupt(err, "totals of rows are malformed");
    return SKR_OK;
}
