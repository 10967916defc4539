/*
 * cohort_bcf.c - a cohort as BCF, a record an allele.
 *
 * A BGZF file is a row of blocks compressed one by one. In a large cohort most blocks of a record
 * are cells of people who do not carry, all alike: they are compressed once and written many times.
 */
#include <stdlib.h>
#include <string.h>

#include "tools/cohort/cohort_bgzf.h"
#include "tools/cohort/cohort_feed.h"
#include "tools/cohort/cohort_out.h"

#define N_BLOCK COHORT_BGZF_BYTES
#define PLAIN_LEVEL 9 /* it is done once */

/* Cells are kept and changed where somebody carries or is missing, and changed back. */
typedef struct bcf_out {
    const cohort_request *request;
    cohort_bgzf to;
    uint8_t *cells; /* two bytes a person */
    size_t n_cells;
    uint8_t *is_changed;            /* by block of cells */
    uint8_t plain[COHORT_BGZF_MAX]; /* a block of cells of people who do not carry */
    size_t n_plain;
} bcf_out;

static void put_cells(bcf_out *b)
{
    for (size_t at = 0; at < b->n_cells; at += N_BLOCK) {
        size_t n = b->n_cells - at < N_BLOCK ? b->n_cells - at : N_BLOCK;
        if (n == N_BLOCK)
            cohort_bgzf_flush(&b->to);
        if (n == N_BLOCK && !b->is_changed[at / N_BLOCK])
            (void)fwrite(b->plain, 1, b->n_plain, b->to.out);
        else
            cohort_bgzf_put(&b->to, b->cells + at, n);
    }
}

/* ------------------------------------------------------------------ records */

static void put_header(bcf_out *b)
{
    char *text = NULL;
    size_t n = 0;
    FILE *to = open_memstream(&text, &n);
    if (to != NULL) {
        cohort_put_header(b->request, to);
        b->to.has_failed = fclose(to) != 0;
    }
    b->to.has_failed = b->to.has_failed || to == NULL || n >= UINT32_MAX;
    if (!b->to.has_failed) {
        uint32_t n_text = (uint32_t)n + 1;
        cohort_bgzf_put(&b->to, "BCF\2\2", 5);
        cohort_bgzf_put(&b->to, &n_text, sizeof n_text);
        cohort_bgzf_put(&b->to, text, n_text);
        cohort_bgzf_flush(&b->to);
    }
    free(text);
}

/* A string of the typed values of BCF: its length and type, then its bytes. */
static uint8_t *say_text(uint8_t *to, const char *text, uint32_t n)
{
    *to++ = (uint8_t)((n < 15 ? n : 15) << 4 | 7);
    if (n >= 15) {
        *to++ = 0x11;
        *to++ = (uint8_t)n;
    }
    memcpy(to, text, n);
    return to + n;
}

/* A 32-bit number of INFO, by its key in the order of the header's lines. */
static uint8_t *say_info(uint8_t *to, uint8_t key, uint32_t value)
{
    *to++ = 0x11;
    *to++ = key;
    *to++ = 0x13;
    memcpy(to, &value, sizeof value);
    return to + sizeof value;
}

/* What is before the cells: the fields of BCF2 in their order, little endian. */
static void put_head(bcf_out *b, const cohort_site *site, const cohort_alt *alt, uint32_t ac)
{
    uint32_t n_people = cohort_n_wanted(b->request);
    uint8_t bytes[256];
    uint8_t *to = bytes + 32;
    *to++ = 0x07; /* no ID */
    to = say_text(to, alt->ref, alt->n_ref);
    to = say_text(to, alt->alt, alt->n_alt);
    *to++ = 0x11; /* FILTER: PASS */
    *to++ = 0;
    to = say_info(to, 1, ac);
    to = say_info(to, 2, 2 * (n_people - site->missing.n));
    uint32_t head[8] = {
        (uint32_t)(to - bytes) - 8, /* of what all share */
        3 + 2 * n_people,           /* of the genotypes: key, type, cells */
        0,                          /* contig */
        site->pos0,
        alt->n_ref,
        0x7f800001,                   /* no QUAL */
        2u << 16 | 2,                 /* alleles, INFO */
        UINT32_C(1) << 24 | n_people, /* FORMAT, samples */
    };
    memcpy(bytes, head, sizeof head);
    *to++ = 0x11; /* GT: two of 8 bits */
    *to++ = 3;
    *to++ = 0x21;
    cohort_bgzf_put(&b->to, bytes, (size_t)(to - bytes));
}

static uint8_t *cell_of(bcf_out *b, uint32_t person)
{
    b->is_changed[(2u * person) / N_BLOCK] = 1;
    return &b->cells[2u * person];
}

/* What nobody carries: the reference twice, 2, or 3 if phased with the one before it. */
static void clear_cell(bcf_out *b, uint32_t person)
{
    b->cells[2u * person] = 2;
    b->cells[2u * person + 1] = b->request->is_unphased ? 2 : 3;
}

static void put_record(bcf_out *b, const cohort_site *site, const cohort_alt *alt)
{
    const cohort_list *haplotypes = &alt->haplotypes;
    bool is_unphased = b->request->is_unphased;
    uint32_t ac = haplotypes->n;
    for (uint32_t i = 0; i < haplotypes->n; i++) {
        uint32_t side = haplotypes->items[i] % 2;
        uint8_t *cell = cell_of(b, haplotypes->items[i] / 2);
        if (!is_unphased)
            cell[side] = (uint8_t)(4 + side);
        else
            cell[cell[1] == 4 ? 0 : 1] = 4;
    }
    for (uint32_t i = 0; i < site->missing.n; i++) {
        uint8_t *cell = cell_of(b, site->missing.items[i]);
        ac -= (uint32_t)(cell[0] >= 4) + (uint32_t)(cell[1] >= 4);
        cell[0] = 0;
        cell[1] = is_unphased ? 0 : 1;
    }
    put_head(b, site, alt, ac);
    put_cells(b);
    for (uint32_t i = 0; i < haplotypes->n; i++)
        clear_cell(b, haplotypes->items[i] / 2);
    for (uint32_t i = 0; i < site->missing.n; i++)
        clear_cell(b, site->missing.items[i]);
    memset(b->is_changed, 0, b->n_cells / N_BLOCK + 1);
}

/* ------------------------------------------------------------------ the file */

static int make_room(bcf_out *b, skr_err *err)
{
    uint32_t n_people = cohort_n_wanted(b->request);
    b->n_cells = 2u * (size_t)n_people;
    b->cells = malloc(b->n_cells);
    b->is_changed = calloc(b->n_cells / N_BLOCK + 1, 1);
    if (b->cells == NULL || b->is_changed == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "cohort: out of memory");
    for (uint32_t i = 0; i < n_people; i++)
        clear_cell(b, i);
    if (b->n_cells >= N_BLOCK)
        b->n_plain = cohort_bgzf_pack(b->cells, N_BLOCK, PLAIN_LEVEL, b->plain);
    b->to.has_failed = b->n_cells >= N_BLOCK && b->n_plain == 0;
    return SKR_OK;
}

int cohort_write_bcf(const cohort_request *request, FILE *out, skr_err *err)
{
    cohort_feed *feed = NULL;
    const cohort_site *site = NULL;
    bcf_out *b = calloc(1, sizeof *b);
    if (b == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "cohort: out of memory");
    b->request = request;
    b->to.out = out;
    b->to.level = request->level;
    int status = cohort_feed_new(&request->plan, &feed, err);
    if (status == SKR_OK)
        status = make_room(b, err);
    if (status == SKR_OK)
        put_header(b);
    while (status == SKR_OK && !b->to.has_failed && !ferror(out)) {
        status = cohort_feed_next(feed, &site, err);
        if (status < 0 || site == NULL)
            break;
        for (uint32_t i = 0; i < site->n_alts; i++)
            put_record(b, site, &site->alts[i]);
    }
    bool is_written = cohort_bgzf_end(&b->to);
    if (status == SKR_OK && !is_written)
        status = skr_fail(err, SKR_ERR_IO, "BCF: cannot be written");
    free(b->cells);
    free(b->is_changed);
    free(b);
    cohort_feed_free(feed);
    return status;
}
