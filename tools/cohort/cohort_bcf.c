/*
 * cohort_bcf.c - a cohort as BCF, a record an allele.
 *
 * A BGZF file is a row of blocks compressed one by one. In a large cohort most blocks of a record
 * are cells of people who do not carry, all alike: they are compressed once and written many times.
 */
#include <htslib/bgzf.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cohort/cohort_feed.h"
#include "tools/cohort/cohort_out.h"

#define N_BLOCK 0xff00u /* bytes before compression, as htslib has it */
#define PLAIN_LEVEL 9   /* it is done once */

/* The empty block that ends every BGZF file. */
static const uint8_t end_block[28] = {0x1f, 0x8b, 8,  4, 0, 0, 0, 0, 0, 0xff, 6, 0, 'B', 'C',
                                      2,    0,    27, 0, 3, 0, 0, 0, 0, 0,    0, 0, 0,   0};

/* Cells are kept and changed where somebody carries or is missing, and changed back. */
typedef struct bcf_out {
    const cohort_request *request;
    FILE *out;
    uint8_t *cells; /* two bytes a person */
    size_t n_cells;
    uint8_t *is_changed; /* by block of cells */
    uint8_t block[N_BLOCK];
    size_t n_block;
    uint8_t packed[BGZF_MAX_BLOCK_SIZE];
    uint8_t plain[BGZF_MAX_BLOCK_SIZE]; /* a block of cells of people who do not carry */
    size_t n_plain;
    bool has_failed;
} bcf_out;

/* ------------------------------------------------------------------ blocks */

static void flush_block(bcf_out *b)
{
    size_t n = sizeof b->packed;
    if (b->n_block == 0)
        return;
    if (bgzf_compress(b->packed, &n, b->block, b->n_block, b->request->level) != 0)
        b->has_failed = true;
    else
        (void)fwrite(b->packed, 1, n, b->out);
    b->n_block = 0;
}

static void put_bytes(bcf_out *b, const void *bytes, size_t n)
{
    const uint8_t *from = bytes;
    while (n > 0) {
        size_t n_now = N_BLOCK - b->n_block < n ? N_BLOCK - b->n_block : n;
        memcpy(b->block + b->n_block, from, n_now);
        b->n_block += n_now;
        from += n_now;
        n -= n_now;
        if (b->n_block == N_BLOCK)
            flush_block(b);
    }
}

static void put_cells(bcf_out *b)
{
    for (size_t at = 0; at < b->n_cells; at += N_BLOCK) {
        size_t n = b->n_cells - at < N_BLOCK ? b->n_cells - at : N_BLOCK;
        if (n == N_BLOCK)
            flush_block(b);
        if (n == N_BLOCK && !b->is_changed[at / N_BLOCK])
            (void)fwrite(b->plain, 1, b->n_plain, b->out);
        else
            put_bytes(b, b->cells + at, n);
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
        b->has_failed = fclose(to) != 0;
    }
    b->has_failed = b->has_failed || to == NULL || n >= UINT32_MAX;
    if (!b->has_failed) {
        uint32_t n_text = (uint32_t)n + 1;
        put_bytes(b, "BCF\2\2", 5);
        put_bytes(b, &n_text, sizeof n_text);
        put_bytes(b, text, n_text);
        flush_block(b);
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
    put_bytes(b, bytes, (size_t)(to - bytes));
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
    b->n_plain = sizeof b->plain;
    if (b->n_cells >= N_BLOCK)
        b->has_failed = bgzf_compress(b->plain, &b->n_plain, b->cells, N_BLOCK, PLAIN_LEVEL) != 0;
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
    b->out = out;
    int status = cohort_feed_new(&request->plan, &feed, err);
    if (status == SKR_OK)
        status = make_room(b, err);
    if (status == SKR_OK)
        put_header(b);
    while (status == SKR_OK && !b->has_failed && !ferror(out)) {
        status = cohort_feed_next(feed, &site, err);
        if (status < 0 || site == NULL)
            break;
        for (uint32_t i = 0; i < site->n_alts; i++)
            put_record(b, site, &site->alts[i]);
    }
    flush_block(b);
    (void)fwrite(end_block, 1, sizeof end_block, out);
    if (status == SKR_OK && (b->has_failed || fflush(out) != 0 || ferror(out)))
        status = skr_fail(err, SKR_ERR_IO, "BCF: cannot be written");
    free(b->cells);
    free(b->is_changed);
    free(b);
    cohort_feed_free(feed);
    return status;
}
