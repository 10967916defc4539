/*
 * sample_table_write.c - the samples of a segment, written.
 */
#include <stdlib.h>
#include <string.h>

#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/base/name_list.h"
#include "storage/segment/sample_table_int.h"

typedef struct table_write {
    skr_block_writer *writer;
    const skr_sample *samples;
    uint32_t n;
    skr_facts_source facts;
    skr_buffer *directory;
    skr_buffer bytes;
    uint32_t first;
    uint32_t last;
    bool is_identity;
    bool has_repeats;
    uint32_t codes[SKR_KARYOTYPES_MAX]; /* that occur, ascending */
    uint32_t n_with[SKR_KARYOTYPES_MAX];
    uint32_t n_codes;
    skr_err *err;
} table_write;

static int put_block(table_write *w, skr_buffer *bytes, skr_buffer *refs)
{
    skr_block_ref ref;
    SKR_TRY(skr_block_writer_put(w->writer, bytes->bytes, bytes->n, SKR_CODEC_ZSTD, &ref, w->err));
    return skr_block_ref_put(refs, &ref, w->err);
}

/* ------------------------------------------------------------------ individuals */

static int find_repeats(table_write *w)
{
    size_t n_words = (w->last - w->first) / 64u + 1;
    uint64_t *seen = calloc(n_words, sizeof *seen);
    if (seen == NULL)
        return skr_fail_nomem(w->err, "segment");
    for (uint32_t i = 0; i < w->n; i++) {
        uint32_t at = w->samples[i].individual - w->first;
        w->has_repeats |= (seen[at / 64] >> at % 64 & 1) != 0;
        seen[at / 64] |= UINT64_C(1) << at % 64;
    }
    free(seen);
    return SKR_OK;
}

static int survey_individuals(table_write *w)
{
    bool ascends = true;
    w->first = w->samples[0].individual;
    w->last = w->first;
    w->is_identity = true;
    for (uint32_t i = 1; i < w->n; i++) {
        uint32_t individual = w->samples[i].individual;
        w->is_identity = w->is_identity && individual == w->samples[i - 1].individual + 1;
        ascends = ascends && individual > w->samples[i - 1].individual;
        w->first = individual < w->first ? individual : w->first;
        w->last = individual > w->last ? individual : w->last;
    }
    return ascends ? SKR_OK : find_repeats(w);
}

/* The runs of samples [from, to) that are individuals i, i + 1, i + 2 ... */
static int put_individuals(table_write *w, uint32_t from, uint32_t to, skr_buffer *refs)
{
    uint32_t n_runs = 0;
    for (uint32_t i = from; i < to; i++)
        n_runs += i == from || w->samples[i].individual != w->samples[i - 1].individual + 1;
    w->bytes.n = 0;
    int status = skr_buffer_put_varint(&w->bytes, n_runs, w->err);
    int64_t next = 0;
    for (uint32_t i = from; i < to && status == SKR_OK;) {
        uint32_t end = i + 1;
        while (end < to && w->samples[end].individual == w->samples[end - 1].individual + 1)
            end++;
        int64_t individual = w->samples[i].individual;
        status = skr_buffer_put_varint(&w->bytes, skr_zigzag(individual - next), w->err);
        if (status == SKR_OK)
            status = skr_buffer_put_varint(&w->bytes, end - i - 1, w->err);
        next = individual + (end - i);
        i = end;
    }
    return status != SKR_OK ? status : put_block(w, &w->bytes, refs);
}

/* ------------------------------------------------------------------ karyotypes */

static uint32_t code_of(skr_karyotype karyotype)
{
    return (uint32_t)karyotype.n_x << 8 | karyotype.n_y;
}

/* The place of a karyotype among those that occur, or where it belongs. */
static uint32_t place_of(const table_write *w, uint32_t code)
{
    uint32_t place = 0;
    while (place < w->n_codes && w->codes[place] < code)
        place++;
    return place;
}

static int survey_karyotypes(table_write *w)
{
    for (uint32_t i = 0; i < w->n; i++) {
        uint32_t code = code_of(w->samples[i].karyotype);
        uint32_t place = place_of(w, code);
        if (place < w->n_codes && w->codes[place] == code) {
            w->n_with[place]++;
            continue;
        }
        if (w->n_codes == SKR_KARYOTYPES_MAX)
            return skr_fail(w->err, SKR_ERR_LIMIT, "more than %u different karyotypes",
                            SKR_KARYOTYPES_MAX);
        size_t n_after = w->n_codes - place;
        memmove(w->codes + place + 1, w->codes + place, n_after * sizeof *w->codes);
        memmove(w->n_with + place + 1, w->n_with + place, n_after * sizeof *w->n_with);
        w->codes[place] = code;
        w->n_with[place] = 1;
        w->n_codes++;
    }
    return SKR_OK;
}

/* Bit p of every place, for each p: a plane of 64-bit words. */
static int put_karyotypes(table_write *w, uint32_t from, uint32_t to, skr_buffer *refs)
{
    size_t n_words = (to - from + 63u) / 64;
    unsigned n_planes = skr_karyotype_planes(w->n_codes);
    w->bytes.n = 0;
    SKR_TRY(skr_buffer_reserve(&w->bytes, n_planes * n_words * 8, w->err));
    memset(w->bytes.bytes, 0, n_planes * n_words * 8);
    w->bytes.n = n_planes * n_words * 8;
    for (uint32_t i = from; i < to; i++) {
        uint32_t place = place_of(w, code_of(w->samples[i].karyotype));
        uint32_t bit = i - from;
        for (unsigned p = 0; p < n_planes; p++)
            w->bytes.bytes[p * n_words * 8 + bit / 8] |= (uint8_t)((place >> p & 1) << bit % 8);
    }
    return put_block(w, &w->bytes, refs);
}

/* ------------------------------------------------------------------ names */

static int put_names(table_write *w, uint32_t from, uint32_t to, skr_buffer *refs)
{
    skr_name_writer names = {0};
    int status = SKR_OK;
    for (uint32_t i = from; i < to && status == SKR_OK; i++) {
        const char *name = w->samples[i].name;
        status = skr_name_writer_add(&names, name, strlen(name), true, NULL, w->err);
    }
    w->bytes.n = 0;
    if (status == SKR_OK)
        status = skr_name_writer_end(&names, &w->bytes, w->err);
    if (status == SKR_OK)
        status = put_block(w, &w->bytes, refs);
    skr_name_writer_done(&names);
    return status;
}

/* ------------------------------------------------------------------ facts */

/* Fact by fact, of every sample. */
static int put_facts(table_write *w, uint32_t from, uint32_t to, skr_buffer *refs)
{
    w->bytes.n = 0;
    for (unsigned fact = 0; fact < SKR_N_SAMPLE_FACTS; fact++)
        for (uint32_t i = from; i < to; i++)
            SKR_TRY(skr_buffer_put_varint(
                &w->bytes, w->facts.of(w->facts.context, i, (skr_sample_fact)fact), w->err));
    return put_block(w, &w->bytes, refs);
}

/* ------------------------------------------------------------------ the table */

typedef int (*put_fn)(table_write *w, uint32_t from, uint32_t to, skr_buffer *refs);

static int put_part(table_write *w, uint32_t n_a_block, put_fn put)
{
    for (uint32_t from = 0; from < w->n; from += n_a_block)
        SKR_TRY(put(w, from, w->n - from < n_a_block ? w->n : from + n_a_block, w->directory));
    return SKR_OK;
}

static int put_head(table_write *w, unsigned parts)
{
    SKR_TRY(skr_buffer_put_varint(w->directory, w->first, w->err));
    SKR_TRY(skr_buffer_put_varint(w->directory, w->last, w->err));
    SKR_TRY(skr_buffer_put_varint(w->directory, parts, w->err));
    SKR_TRY(skr_buffer_put_varint(w->directory, w->n_codes, w->err));
    for (uint32_t i = 0; i < w->n_codes; i++) {
        SKR_TRY(skr_buffer_put_u8(w->directory, (uint8_t)(w->codes[i] >> 8), w->err));
        SKR_TRY(skr_buffer_put_u8(w->directory, (uint8_t)w->codes[i], w->err));
        SKR_TRY(skr_buffer_put_varint(w->directory, w->n_with[i], w->err));
    }
    return SKR_OK;
}

int skr_sample_table_write(skr_block_writer *writer, const skr_sample_plan *plan,
                           skr_buffer *directory, skr_err *err)
{
    SKR_CHECK(plan->n_samples > 0);
    table_write w = {.writer = writer,
                     .samples = plan->samples,
                     .n = plan->n_samples,
                     .facts = plan->facts,
                     .directory = directory,
                     .err = err};
    int status = survey_individuals(&w);
    if (status == SKR_OK)
        status = survey_karyotypes(&w);
    unsigned parts = (w.has_repeats ? SKR_SAMPLES_REPEAT : 0) |
                     (w.is_identity ? 0 : SKR_SAMPLES_INDIVIDUALS) |
                     (plan->names_are_ids ? 0 : SKR_SAMPLES_NAMES) |
                     (w.facts.of == NULL ? 0 : SKR_SAMPLES_FACTS);
    if (status == SKR_OK)
        status = put_head(&w, parts);
    if (status == SKR_OK && !w.is_identity)
        status = put_part(&w, SKR_SAMPLES_A_BLOCK, put_individuals);
    if (status == SKR_OK && w.n_codes > 1)
        status = put_part(&w, SKR_SAMPLES_A_BLOCK, put_karyotypes);
    if (status == SKR_OK && !plan->names_are_ids)
        status = put_part(&w, SKR_NAMES_A_BLOCK, put_names);
    if (status == SKR_OK && w.facts.of != NULL)
        status = put_part(&w, SKR_FACTS_A_BLOCK, put_facts);
    skr_buffer_done(&w.bytes);
    return status;
}
