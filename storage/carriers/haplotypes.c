/*
 * haplotypes.c - the phase of a row as bytes: a bit for each carrier of one copy, or a row of the
 * orders; who was not phased; and the sets, where they are not that of the whole contig.
 */
#include "storage/carriers/haplotypes.h"

#include <stdlib.h>
#include <string.h>

#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/base/zigzag.h"

enum {
    HEAD_ORDERED = 1,
    HEAD_UNPHASED = 4,
    HEAD_SETS = 8,
    HEAD_KNOWN = HEAD_ORDERED | HEAD_UNPHASED | HEAD_SETS,
    HEAD_BITS = 4, /* of the head; those behind them are the first carriers' */
};

void skr_haplotypes_done(skr_haplotypes *phased)
{
    free(phased->list);
    *phased = (skr_haplotypes){0};
}

int skr_haplotypes_add(skr_haplotypes *phased, skr_haplotype one, skr_err *err)
{
    SKR_TRY(SKR_ARRAY_RESERVE(&phased->list, &phased->n_max, phased->n + 1, "phase", err));
    phased->list[phased->n++] = one;
    return SKR_OK;
}

static int compare_samples(const void *a, const void *b)
{
    uint32_t left = ((const skr_haplotype *)a)->sample;
    uint32_t right = ((const skr_haplotype *)b)->sample;
    return left < right ? -1 : left > right;
}

void skr_haplotypes_sort(skr_haplotypes *phased)
{
    for (uint32_t i = 1; i < phased->n; i++)
        if (phased->list[i - 1].sample >= phased->list[i].sample) {
            qsort(phased->list, phased->n, sizeof *phased->list, compare_samples);
            return;
        }
}

const skr_haplotype *skr_haplotypes_find(const skr_haplotypes *phased, uint32_t sample)
{
    const skr_haplotype key = {.sample = sample};
    if (phased->n == 0)
        return NULL;
    return bsearch(&key, phased->list, phased->n, sizeof key, compare_samples);
}

/* ------------------------------------------------------------------ carriers of one copy */

uint32_t skr_haplotypes_n_ones(const skr_carriers *carriers)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < carriers->n; i++)
        n += carriers->dosages[i] == 1;
    for (uint32_t i = 0; i < carriers->n_bags; i++)
        n += carriers->bags[i].n_this == 1;
    return n;
}

/* Goes through the carriers of one copy: the plain ones, then the others; each has a place. */
typedef struct one_walk {
    const skr_carriers *carriers;
    uint32_t i_plain;
    uint32_t i_bag;
} one_walk;

static bool next_one(one_walk *walk, uint32_t *ret_sample)
{
    const skr_carriers *carriers = walk->carriers;
    while (walk->i_plain < carriers->n) {
        uint32_t i = walk->i_plain++;
        *ret_sample = carriers->samples[i];
        if (carriers->dosages[i] == 1)
            return true;
    }
    while (walk->i_bag < carriers->n_bags) {
        const skr_bag *bag = &carriers->bags[walk->i_bag++];
        *ret_sample = bag->sample;
        if (bag->n_this == 1)
            return true;
    }
    return false;
}

int skr_haplotypes_firsts(const skr_haplotypes *phased, const skr_carriers *carriers,
                          skr_carriers *firsts, skr_err *err)
{
    uint32_t i_plain = 0;
    skr_carriers_clear(firsts);
    for (uint32_t i = 0; i <= phased->n; i++) {
        uint32_t sample = i < phased->n ? phased->list[i].sample : UINT32_MAX;
        for (; i_plain < carriers->n && carriers->samples[i_plain] < sample; i_plain++)
            if (carriers->dosages[i_plain] == 2)
                SKR_TRY(skr_carriers_add(firsts, carriers->samples[i_plain], 1, err));
        if (i < phased->n && !phased->list[i].is_second)
            SKR_TRY(skr_carriers_add(firsts, sample, 1, err));
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ encoding */

/* What is said of each place; NULL: it was not phased. */
static uint32_t lay_out(const skr_haplotypes *phased, const skr_carriers *carriers,
                        const skr_haplotype **at, uint32_t *unphased)
{
    one_walk walk = {.carriers = carriers};
    uint32_t sample = 0;
    uint32_t n_unphased = 0;
    uint32_t next = 0;
    for (uint32_t place = 0; next_one(&walk, &sample); place++) {
        if (place > 0 && next > 0 && phased->list[next - 1].sample >= sample)
            next = 0; /* the others begin */
        while (next < phased->n && phased->list[next].sample < sample)
            next++;
        bool is_phased = next < phased->n && phased->list[next].sample == sample;
        at[place] = is_phased ? &phased->list[next] : NULL;
        if (!is_phased)
            unphased[n_unphased++] = place;
    }
    return n_unphased;
}

static int put_bits(const skr_haplotype *const *at, uint32_t n, size_t head_at, skr_buffer *bytes,
                    skr_err *err)
{
    size_t n_bytes = ((size_t)n + HEAD_BITS + 7) / 8;
    for (size_t i = 1; i < n_bytes; i++)
        SKR_TRY(skr_buffer_put_u8(bytes, 0, err));
    uint8_t *bits = bytes->bytes + head_at;
    for (uint32_t i = 0; i < n; i++)
        if (at[i] != NULL && at[i]->is_second)
            bits[(i + HEAD_BITS) / 8] |= (uint8_t)(1u << (i + HEAD_BITS) % 8);
    return SKR_OK;
}

static uint64_t set_code(int64_t set, uint32_t start0)
{
    return set == SKR_HAPLOTYPE_SET_WHOLE ? 0 : 1 + skr_zigzag(set - 1 - (int64_t)start0);
}

static int put_run(const skr_haplotype *of, uint32_t n, uint32_t start0, skr_buffer *bytes,
                   skr_err *err)
{
    SKR_TRY(skr_buffer_put_varint(bytes, n, err));
    SKR_TRY(skr_buffer_put_varint(bytes, of->part, err));
    return skr_buffer_put_varint(bytes, set_code(of->set, start0), err);
}

/* Runs of carriers of one set, those left out who were not phased. */
static int put_sets(const skr_haplotype *const *at, uint32_t n, uint32_t start0, skr_buffer *bytes,
                    skr_err *err)
{
    const skr_haplotype *of = NULL;
    uint32_t n_here = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (at[i] == NULL)
            continue;
        if (of != NULL && !skr_haplotype_is_of_set(of, at[i])) {
            SKR_TRY(put_run(of, n_here, start0, bytes, err));
            n_here = 0;
        }
        of = at[i];
        n_here++;
    }
    return put_run(of, n_here, start0, bytes, err);
}

static bool has_sets(const skr_haplotypes *phased)
{
    for (uint32_t i = 0; i < phased->n; i++)
        if (phased->list[i].part != 0 || phased->list[i].set != SKR_HAPLOTYPE_SET_WHOLE)
            return true;
    return false;
}

int skr_haplotypes_encode(const skr_haplotypes *phased, const skr_carriers *carriers,
                          const skr_haplotype_place *place, skr_buffer *bytes, skr_err *err)
{
    if (phased->n == 0)
        return SKR_OK;
    uint32_t n = skr_haplotypes_n_ones(carriers);
    SKR_CHECK(phased->n <= n); /* each is one of them */
    const skr_haplotype **at = malloc(n * sizeof *at);
    uint32_t *unphased = malloc(n * sizeof *unphased);
    int status = at == NULL || unphased == NULL ? skr_fail_nomem(err, "phase") : SKR_OK;
    uint32_t n_unphased = status == SKR_OK ? lay_out(phased, carriers, at, unphased) : 0;
    size_t head_at = bytes->n;
    SKR_CHECK(status != SKR_OK || n - n_unphased == phased->n); /* all are such carriers */
    bool is_of_sets = has_sets(phased);
    unsigned head = (place->is_ordered ? HEAD_ORDERED : 0u) |
                    (n_unphased > 0 ? HEAD_UNPHASED : 0u) | (is_of_sets ? HEAD_SETS : 0u);
    if (status == SKR_OK)
        status = skr_buffer_put_u8(bytes, (uint8_t)head, err);
    if (status == SKR_OK)
        status = place->is_ordered ? skr_buffer_put_varint(bytes, place->order_row, err)
                                   : put_bits(at, n, head_at, bytes, err);
    if (status == SKR_OK && n_unphased > 0)
        status = skr_buffer_put_varint(bytes, n_unphased, err);
    if (status == SKR_OK && n_unphased > 0)
        status = skr_gap_list_encode(unphased, n_unphased, bytes, err);
    if (status == SKR_OK && is_of_sets)
        status = put_sets(at, n, place->start0, bytes, err);
    free(at);
    free(unphased);
    return status;
}

/* ------------------------------------------------------------------ decoding */

bool skr_haplotypes_is_ordered(const uint8_t *bytes, size_t n_bytes, uint64_t *ret_order_row)
{
    skr_cursor cursor = skr_cursor_of(bytes, n_bytes);
    if (n_bytes == 0 || (skr_cursor_u8(&cursor) & HEAD_ORDERED) == 0)
        return false;
    *ret_order_row = skr_cursor_varint(&cursor);
    return !cursor.is_bad;
}

/* The bits of all places, the head among them; NULL: they are not there. */
static const uint8_t *take_bits(skr_cursor *cursor, uint32_t n)
{
    size_t n_bits = (size_t)n + HEAD_BITS;
    const uint8_t *bits = cursor->at - 1;
    if (skr_cursor_bytes(cursor, (n_bits + 7) / 8 - 1) == NULL && n_bits > 8)
        return NULL;
    if (n_bits % 8 != 0 && bits[n_bits / 8] >> n_bits % 8 != 0)
        cursor->is_bad = true;
    return bits;
}

/* A run of carriers of one set. */
typedef struct set_run {
    uint64_t n_left;
    uint32_t part;
    int64_t set;
} set_run;

static void take_run(skr_cursor *cursor, uint32_t n_left, uint32_t start0, set_run *run)
{
    uint64_t code_max = 2 * ((uint64_t)SKR_HAPLOTYPE_SET_MAX + UINT32_MAX);
    run->n_left = skr_cursor_varint_max(cursor, n_left);
    run->part = (uint32_t)skr_cursor_varint_max(cursor, UINT32_MAX);
    uint64_t code = skr_cursor_varint_max(cursor, code_max);
    run->set = code == 0 ? SKR_HAPLOTYPE_SET_WHOLE : skr_unzigzag(code - 1) + 1 + (int64_t)start0;
    if (run->n_left == 0)
        cursor->is_bad = true;
}

/* What the parts of the bytes are. */
typedef struct parts {
    skr_cursor cursor; /* at the sets */
    bool is_of_sets;
    uint32_t n;          /* places */
    const uint8_t *bits; /* NULL: firsts */
    uint32_t *unphased;
    uint32_t n_unphased;
} parts;

static int find_parts(const uint8_t *bytes, size_t n_bytes, bool has_firsts, parts *p, skr_err *err)
{
    p->cursor = skr_cursor_of(bytes, n_bytes);
    skr_cursor *cursor = &p->cursor;
    unsigned head = skr_cursor_u8(cursor);
    bool is_ordered = (head & HEAD_ORDERED) != 0;
    p->is_of_sets = (head & HEAD_SETS) != 0;
    unsigned known = is_ordered ? HEAD_KNOWN : HEAD_KNOWN | 0xf0u;
    if ((head & ~known) != 0 || is_ordered != has_firsts || p->n == 0)
        cursor->is_bad = true;
    if (is_ordered)
        (void)skr_cursor_varint(cursor);
    else if (!cursor->is_bad)
        p->bits = take_bits(cursor, p->n);
    if ((head & HEAD_UNPHASED) == 0 || cursor->is_bad)
        return SKR_OK;
    p->n_unphased = (uint32_t)skr_cursor_varint_max(cursor, p->n - 1);
    p->unphased = malloc(((size_t)p->n_unphased + SKR_GAP_BLOCK) * sizeof *p->unphased);
    if (p->unphased == NULL)
        return skr_fail_nomem(err, "phase");
    if (p->n_unphased == 0 || !skr_gap_list_decode(cursor, p->n_unphased, p->n, p->unphased))
        cursor->is_bad = true;
    return SKR_OK;
}

/* Whether firsts has a sample; samples are asked for ascending, but begin again once. */
static bool is_among(const skr_carriers *firsts, uint32_t *next, uint32_t sample)
{
    if (*next > 0 && firsts->samples[*next - 1] >= sample)
        *next = 0;
    while (*next < firsts->n && firsts->samples[*next] < sample)
        ++*next;
    return *next < firsts->n && firsts->samples[*next] == sample;
}

static int take_all(parts *p, const skr_carriers *carriers, uint32_t start0,
                    const skr_carriers *firsts, skr_haplotypes *phased, skr_err *err)
{
    one_walk walk = {.carriers = carriers};
    set_run run = {.set = SKR_HAPLOTYPE_SET_WHOLE};
    uint32_t n_left = p->n - p->n_unphased;
    uint32_t i_unphased = 0;
    uint32_t next = 0;
    uint32_t sample = 0;
    for (uint32_t i = 0; next_one(&walk, &sample) && !p->cursor.is_bad; i++) {
        if (i_unphased < p->n_unphased && p->unphased[i_unphased] == i) {
            i_unphased++;
            continue;
        }
        if (p->is_of_sets && run.n_left == 0)
            take_run(&p->cursor, n_left, start0, &run);
        bool is_second = p->bits != NULL
                             ? (p->bits[(i + HEAD_BITS) / 8] >> (i + HEAD_BITS) % 8 & 1) != 0
                             : !is_among(firsts, &next, sample);
        SKR_TRY(
            skr_haplotypes_add(phased, (skr_haplotype){sample, run.part, run.set, is_second}, err));
        run.n_left -= p->is_of_sets;
        n_left--;
    }
    return SKR_OK;
}

int skr_haplotypes_decode(const uint8_t *bytes, size_t n_bytes, const skr_carriers *carriers,
                          uint32_t start0, const skr_carriers *firsts, skr_haplotypes *phased,
                          skr_err *err)
{
    phased->n = 0;
    if (n_bytes == 0)
        return SKR_OK;
    parts p = {.n = skr_haplotypes_n_ones(carriers)};
    int status = find_parts(bytes, n_bytes, firsts != NULL, &p, err);
    if (status == SKR_OK && !p.cursor.is_bad)
        status = take_all(&p, carriers, start0, firsts, phased, err);
    if (status == SKR_OK && !skr_cursor_is_done(&p.cursor))
        status = skr_fail(err, SKR_ERR_CORRUPT, "the phase of a row is malformed");
    free(p.unphased);
    skr_haplotypes_sort(phased);
    return status;
}
