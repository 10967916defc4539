/*
 * segment_model.h - drawn rows and spans of a segment in plain arrays: what the tests of segments
 * compare with. Criterion; for one test file at a time.
 */
#ifndef SKR_TESTS_SEGMENT_MODEL_H
#define SKR_TESTS_SEGMENT_MODEL_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/limits.h"
#include "storage/segment/segment.h"

static uint64_t state;
static skr_err err;

static inline uint64_t draw(uint64_t below)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (state * UINT64_C(2685821657736338717) >> 11) % below;
}

/* ------------------------------------------------------------------ the model */

typedef struct model_row {
    skr_allele allele;
    char *text; /* ref, then alt */
    skr_carriers carriers;
    uint8_t *calls;
    bool filter_failed;
} model_row;

typedef struct model_span {
    uint32_t contig;
    uint32_t start0;
    uint32_t end0;
    skr_ploidy ploidy;
    uint8_t *calls;
} model_span;

typedef struct model {
    uint32_t n_samples;
    skr_sample *samples;
    uint32_t n_rows;
    model_row *rows;
    uint32_t n_spans;
    model_span *spans;
} model;

static const skr_karyotype karyotypes[] = {
    {2, 0}, {1, 1}, {SKR_KARYOTYPE_UNKNOWN, SKR_KARYOTYPE_UNKNOWN}, {2, 1}, {1, 0}};

static inline void draw_text(char *text, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        text[i] = "ACGTN"[draw(40) == 0 ? 4 : draw(4)];
}

static inline skr_allele draw_allele(uint32_t n_bases, char **ret_text)
{
    skr_allele a = {.contig = 2 * (uint32_t)draw(3), .start0 = (uint32_t)draw(n_bases)};
    a.kind = draw(3) > 0 ? SKR_ALLELE_SNV : (skr_allele_kind)draw(6);
    a.ploidy = draw(2) == 0 ? SKR_PLOIDY_DIPLOID : (skr_ploidy)draw(4);
    uint32_t few = 2 + (uint32_t)draw(draw(10) == 0 ? 3000 : 5);
    a.n_ref = a.kind == SKR_ALLELE_SNV || a.kind == SKR_ALLELE_INS ? 1 : few;
    a.n_alt = a.kind == SKR_ALLELE_SNV || a.kind == SKR_ALLELE_DEL ? 1 : few;
    if (a.kind == SKR_ALLELE_DELINS)
        a.n_alt++;
    if (a.kind == SKR_ALLELE_SV) {
        a.n_ref = 0;
        a.n_alt = 3;
    }
    char *text = malloc(a.n_ref + a.n_alt + 1);
    draw_text(text, a.n_ref + a.n_alt);
    a.end0 = a.start0 + a.n_ref;
    if (a.kind == SKR_ALLELE_SV) {
        memcpy(text, draw(2) == 0 ? "DEL" : "DUP", 3);
        a.end0 = a.start0 + 1 + (uint32_t)draw(draw(2) == 0 ? 50 : 5000);
    }
    a.ref = text;
    a.alt = text + a.n_ref;
    *ret_text = text;
    return a;
}

/*
 * How many kinds of samples there are, so that samples of a kind carry alike but for one in fifty;
 * 0: all differ.
 */
static uint32_t n_kinds;

static inline uint8_t *draw_calls(uint32_t n_samples)
{
    uint8_t *calls = malloc(n_samples);
    uint64_t mix = draw(n_kinds > 0 ? 7 : 4);
    mix = mix > 3 ? 0 : mix;
    for (uint32_t i = 0; i < n_samples; i++) {
        calls[i] = mix == 0 ? SKR_CALL_DEFAULT : (uint8_t)(SKR_CALL_DEFAULT + draw(3));
        if (mix > 1 && draw(4) == 0)
            calls[i] = (uint8_t)draw(4);
        if (mix == 3 && draw(3) > 0)
            calls[i] = SKR_CALL_NO_STATEMENT;
    }
    return calls;
}

static inline void draw_carriers(const model *m, model_row *row, uint64_t one_in)
{
    uint8_t by_kind[64] = {0};
    for (uint32_t i = 0; i < n_kinds; i++)
        by_kind[i] = draw(one_in) == 0 ? (uint8_t)(1 + draw(2)) : 0;
    for (uint32_t i = 0; i < m->n_samples; i++) {
        uint8_t expected = skr_copies_expected(row->allele.ploidy, m->samples[i].karyotype);
        uint8_t call = row->calls[i] == SKR_CALL_DEFAULT ? expected : row->calls[i];
        bool is_odd = n_kinds == 0 || draw(50) == 0;
        if (call > SKR_PLOIDY_MAX || call == 0 || (is_odd && draw(one_in) > 0))
            continue;
        if (!is_odd && by_kind[i % n_kinds] == 0)
            continue;
        int status;
        if (row->calls[i] == SKR_CALL_DEFAULT && (!is_odd || draw(4) > 0)) {
            uint8_t dosage = (uint8_t)(1 + draw(call > 2 ? 2 : call));
            if (!is_odd && by_kind[i % n_kinds] <= call)
                dosage = by_kind[i % n_kinds];
            status = skr_carriers_add(&row->carriers, i, dosage, &err);
        } else {
            skr_bag bag = {i, (uint8_t)(1 + draw(call)), (uint8_t)draw(4)};
            status = skr_carriers_add_bag(&row->carriers, bag, &err);
        }
        cr_assert(eq(int, status, SKR_OK));
    }
}

static inline int compare_rows(const void *a, const void *b)
{
    return skr_segment_allele_compare(&((const model_row *)a)->allele,
                                      &((const model_row *)b)->allele);
}

static inline int compare_spans(const void *left, const void *right)
{
    const model_span *a = left;
    const model_span *b = right;
    if (a->contig != b->contig)
        return a->contig < b->contig ? -1 : 1;
    return a->start0 < b->start0 ? -1 : a->start0 > b->start0;
}

static inline void row_done(model_row *row)
{
    free(row->text);
    free(row->calls);
    skr_carriers_done(&row->carriers);
}

static inline void sort_rows(model *m)
{
    qsort(m->rows, m->n_rows, sizeof *m->rows, compare_rows);
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->n_rows; i++) {
        if (n > 0 && compare_rows(&m->rows[n - 1], &m->rows[i]) == 0)
            row_done(&m->rows[i]);
        else
            m->rows[n++] = m->rows[i];
    }
    m->n_rows = n;
}

static inline model model_new(uint32_t n_samples, uint32_t n_rows, uint32_t n_spans,
                              uint32_t n_bases)
{
    model m = {.n_samples = n_samples, .n_rows = n_rows, .n_spans = n_spans};
    m.samples = calloc(n_samples, sizeof *m.samples);
    m.rows = calloc(n_rows + 1, sizeof *m.rows);
    m.spans = calloc(n_spans + 1, sizeof *m.spans);
    for (uint32_t i = 0; i < n_samples; i++) {
        char name[32];
        snprintf(name, sizeof name, "HG%05u", i);
        m.samples[i] = (skr_sample){strdup(name), (uint32_t)draw(1000), karyotypes[draw(5)]};
    }
    for (uint32_t i = 0; i < n_rows; i++) {
        model_row *row = &m.rows[i];
        row->allele = draw_allele(n_bases, &row->text);
        row->calls = draw_calls(n_samples);
        row->filter_failed = draw(10) == 0;
        draw_carriers(&m, row, draw(2) == 0 ? 3 : 20);
    }
    sort_rows(&m);
    for (uint32_t i = 0; i < n_spans; i++) {
        model_span *span = &m.spans[i];
        span->contig = 2 * (uint32_t)draw(3);
        span->start0 = (uint32_t)draw(n_bases);
        span->end0 = span->start0 + 1 + (uint32_t)draw(draw(8) == 0 ? 5000 : draw(2) ? 30 : 1200);
        span->ploidy = (skr_ploidy)draw(4);
        span->calls = draw_calls(n_samples);
    }
    qsort(m.spans, m.n_spans, sizeof *m.spans, compare_spans);
    return m;
}

static inline void model_free(model *m)
{
    for (uint32_t i = 0; i < m->n_samples; i++)
        free((char *)m->samples[i].name);
    for (uint32_t i = 0; i < m->n_rows; i++)
        row_done(&m->rows[i]);
    for (uint32_t i = 0; i < m->n_spans; i++)
        free(m->spans[i].calls);
    free(m->samples);
    free(m->rows);
    free(m->spans);
}

static inline uint8_t model_expected(const model *m, const model_row *row, uint32_t sample)
{
    return skr_copies_expected(row->allele.ploidy, m->samples[sample].karyotype);
}

/* What a row adds up to over the samples of a bitmap, or over all when it is NULL. */
static inline skr_row_totals model_sums(const model *m, const model_row *row, const uint64_t *who)
{
    skr_row_totals sums = {0};
    for (uint32_t s = 0; s < m->n_samples; s++) {
        uint8_t call =
            row->calls[s] == SKR_CALL_DEFAULT ? model_expected(m, row, s) : row->calls[s];
        if ((who == NULL || (who[s / 64] >> s % 64 & 1) != 0) && call <= SKR_PLOIDY_MAX)
            sums.an += call;
    }
    for (uint32_t i = 0; i < row->carriers.n; i++) {
        uint32_t s = row->carriers.samples[i];
        if (who != NULL && (who[s / 64] >> s % 64 & 1) == 0)
            continue;
        bool is_twice = row->carriers.dosages[i] == 2;
        sums.ac += row->carriers.dosages[i];
        sums.n_carriers++;
        sums.n_hom += is_twice;
        sums.n_hemi += !is_twice && model_expected(m, row, s) == 1;
    }
    for (uint32_t i = 0; i < row->carriers.n_bags; i++) {
        const skr_bag *bag = &row->carriers.bags[i];
        if (who != NULL && (who[bag->sample / 64] >> bag->sample % 64 & 1) == 0)
            continue;
        sums.ac += bag->n_this;
        sums.n_carriers++;
        sums.n_hom += bag->zygosity == SKR_HOM;
        sums.n_hemi += bag->zygosity == SKR_HEMI;
        sums.n_partial += bag->zygosity == SKR_PARTIAL;
    }
    return sums;
}

#endif
