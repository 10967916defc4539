/*
 * carriers_form.c - the forms of stored carriers in a table, and what is the same for all of them.
 *
 * A row's bytes are first taken apart: where the parts of its form and its bags lie, all of it
 * inside the bytes. Then the form is asked for the plain carriers, over whole blocks of a list or
 * words of a plane, and the bags are added.
 */
#include "storage/carriers/carriers_form.h"

#include <stdlib.h>

#include "storage/base/check.h"
#include "storage/carriers/bags.h"
#include "storage/carriers/bits.h"
#include "storage/carriers/form_int.h"

/* Of two that cost the same the former is chosen. */
static const skr_form *const forms[] = {
    &skr_form_short,
    &skr_form_planes,
    &skr_form_gaps,
    &skr_form_ordered,
};

#define N_FORMS (sizeof forms / sizeof *forms)

/* The form of a row with this head, or NULL. */
static const skr_form *form_of(uint8_t head)
{
    if (head <= SKR_HEAD_SHORT_MAX)
        return &skr_form_short;
    for (size_t i = 0; i < N_FORMS; i++)
        if (forms[i] != &skr_form_short && skr_head_has_form(head, forms[i]->number))
            return forms[i];
    return NULL;
}

/* ------------------------------------------------------------------ writing */

/* The form that costs least. */
static const skr_form *choose(const skr_form_source *source)
{
    const skr_form *best = NULL;
    uint64_t least = SKR_FORM_CANNOT;
    for (size_t i = 0; i < N_FORMS && least > 0; i++) {
        uint64_t cost = forms[i]->cost == NULL ? SKR_FORM_CANNOT : forms[i]->cost(source);
        if (cost < least) {
            best = forms[i];
            least = cost;
        }
    }
    SKR_CHECK(best != NULL); /* planes can say whatever carriers there are */
    return best;
}

static int encode_as(const skr_form *form, const skr_form_source *source, skr_buffer *bytes,
                     uint8_t *ret_head, skr_err *err)
{
    bool has_bags = source->carriers->n_bags > 0;
    uint8_t head = (uint8_t)(SKR_HEAD_LONG | form->number | (has_bags ? SKR_HEAD_HAS_BAGS : 0));
    int status = form->encode(source, bytes, &head, err);
    *ret_head = head;
    if (status != SKR_OK || !has_bags)
        return status;
    return skr_bags_encode(source->carriers, bytes, err);
}

int skr_carriers_encode(const skr_carriers *carriers, uint32_t n_samples, skr_buffer *bytes,
                        uint8_t *ret_head, skr_err *err)
{
    SKR_CHECK(carriers->n == 0 || carriers->samples[carriers->n - 1] < n_samples);
    SKR_CHECK(carriers->n_bags == 0 || carriers->bags[carriers->n_bags - 1].sample < n_samples);
    uint32_t few[SKR_SHORT_MAX];
    uint32_t *many = NULL;
    if (carriers->n > SKR_SHORT_MAX) {
        many = malloc(carriers->n * sizeof *many);
        if (many == NULL)
            return skr_fail_nomem(err, "carriers");
    }
    uint32_t *twos = many != NULL ? many : few;
    skr_form_source source = {.carriers = carriers, .n_samples = n_samples, .twos = twos};
    for (uint32_t i = 0; i < carriers->n; i++)
        if (carriers->dosages[i] == 2)
            twos[source.n_two_copies++] = i;
    int status = encode_as(choose(&source), &source, bytes, ret_head, err);
    free(many);
    return status;
}

int skr_carriers_encode_ordered(const skr_carriers *carriers, uint64_t number, skr_buffer *bytes,
                                uint8_t *ret_head, skr_err *err)
{
    const skr_form_source source = {.carriers = carriers, .order_row = number};
    return encode_as(&skr_form_ordered, &source, bytes, ret_head, err);
}

/* ------------------------------------------------------------------ reading */

/* A row taken apart. */
typedef struct found_row {
    const skr_form *form;
    skr_form_part plain;
    skr_bags_part bags;
} found_row;

static int find(const skr_stored_carriers *stored, found_row *row, skr_err *err)
{
    skr_cursor cursor = skr_cursor_of(stored->bytes, stored->n_bytes);
    row->form = form_of(stored->head);
    row->plain = (skr_form_part){.n_samples = stored->n_samples};
    row->bags = (skr_bags_part){0};
    if (row->form == NULL || stored->n_samples == 0)
        return skr_form_fail(err);
    row->form->find(&cursor, stored->head, &row->plain);
    if (row->form != &skr_form_short && (stored->head & SKR_HEAD_HAS_BAGS) != 0)
        row->bags = skr_bags_find(&cursor, stored->n_samples);
    return skr_cursor_is_done(&cursor) ? SKR_OK : skr_form_fail(err);
}

static int decode_bags(const skr_bags_part *part, skr_carriers *carriers, skr_err *err)
{
    skr_bag bags[SKR_GAP_BLOCK];
    skr_bags_reader reader;
    uint32_t n;
    int status = SKR_OK;
    skr_bags_reader_start(&reader, part);
    while (status == SKR_OK && (n = skr_bags_reader_next(&reader, bags)) > 0)
        for (uint32_t i = 0; i < n && status == SKR_OK; i++)
            status = skr_carriers_add_bag(carriers, bags[i], err);
    return status == SKR_OK && skr_bags_reader_is_bad(&reader) ? skr_form_fail(err) : status;
}

int skr_carriers_decode(const skr_stored_carriers *stored, skr_carriers *carriers, skr_err *err)
{
    found_row row;
    skr_carriers_clear(carriers);
    SKR_TRY(find(stored, &row, err));
    SKR_TRY(row.form->decode(&row.plain, carriers, err));
    if (row.bags.n > 0)
        SKR_TRY(decode_bags(&row.bags, carriers, err));
    if (!skr_carriers_are_distinct(carriers))
        return skr_fail(err, SKR_ERR_CORRUPT, "carriers: a sample is named twice");
    return SKR_OK;
}

static int mark_bags(const skr_bags_part *part, uint64_t *bitmap, skr_err *err)
{
    skr_bag bags[SKR_GAP_BLOCK];
    skr_bags_reader reader;
    uint32_t n;
    skr_bags_reader_start(&reader, part);
    while ((n = skr_bags_reader_next(&reader, bags)) > 0)
        for (uint32_t i = 0; i < n; i++)
            skr_bits_set(bitmap, bags[i].sample);
    return skr_bags_reader_is_bad(&reader) ? skr_form_fail(err) : SKR_OK;
}

int skr_carriers_mark(const skr_stored_carriers *stored, uint64_t *bitmap, skr_err *err)
{
    found_row row;
    SKR_TRY(find(stored, &row, err));
    SKR_TRY(row.form->mark(&row.plain, bitmap, err));
    if (row.bags.n > 0)
        SKR_TRY(mark_bags(&row.bags, bitmap, err));
    return SKR_OK;
}

/* ------------------------------------------------------------------ tally */

static uint32_t count_in(const skr_form_question *question, const uint32_t *samples, uint32_t n)
{
    return question->cohort == NULL
               ? n
               : skr_kernels_chosen()->count_listed(question->cohort, samples, n);
}

/* How many of the samples are counted and are hemi with one copy. */
static uint32_t count_hemi(const skr_form_question *question, const uint32_t *samples, uint32_t n)
{
    uint32_t n_hemi = 0;
    for (uint32_t i = 0; i < n && question->copies_expected != NULL; i++)
        n_hemi += skr_form_counts(question, samples[i]) && skr_form_is_hemi(question, samples[i]);
    return n_hemi;
}

void skr_form_tally_lists(const skr_form_question *question, const uint32_t *samples, uint32_t n,
                          const uint32_t *twos, uint32_t n_two_copies, skr_carrier_tally *tally)
{
    tally->n_carriers += count_in(question, samples, n);
    tally->n_hom += count_in(question, twos, n_two_copies);
    tally->n_hemi += count_hemi(question, samples, n);
    tally->n_hemi -= count_hemi(question, twos, n_two_copies);
}

static int tally_bags(const skr_bags_part *part, const skr_form_question *question,
                      skr_carrier_tally *tally, skr_err *err)
{
    skr_bag bags[SKR_GAP_BLOCK];
    skr_bags_reader reader;
    uint32_t n;
    skr_bags_reader_start(&reader, part);
    while ((n = skr_bags_reader_next(&reader, bags)) > 0) {
        for (uint32_t i = 0; i < n; i++) {
            if (!skr_form_counts(question, bags[i].sample))
                continue;
            tally->ac += bags[i].n_this;
            tally->n_carriers++;
            tally->n_hom += bags[i].zygosity == SKR_HOM;
            tally->n_hemi += bags[i].zygosity == SKR_HEMI;
            tally->n_partial += bags[i].zygosity == SKR_PARTIAL;
        }
    }
    return skr_bags_reader_is_bad(&reader) ? skr_form_fail(err) : SKR_OK;
}

int skr_carriers_tally(const skr_stored_carriers *stored, const uint64_t *cohort,
                       const uint8_t *copies_expected, skr_carrier_tally *ret_tally, skr_err *err)
{
    found_row row;
    const skr_form_question question = {cohort, copies_expected};
    skr_carrier_tally tally = {0};
    SKR_TRY(find(stored, &row, err));
    SKR_TRY(row.form->tally(&row.plain, &question, &tally, err));
    /* A plain carrier has one copy, or two when it is hom. */
    tally.ac = (uint64_t)tally.n_carriers + tally.n_hom;
    if (row.bags.n > 0)
        SKR_TRY(tally_bags(&row.bags, &question, &tally, err));
    *ret_tally = tally;
    return SKR_OK;
}
