/*
 * people_edit.c - a change of the people table: what is said now goes beside what was said before.
 *
 * What is said goes into the drafts of people_draft.c; what was said before is settled with it in
 * people_merge.c.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "index/people/people_int.h"
#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"

uint32_t skr_people_edit_count(const skr_people_edit *edit)
{
    return skr_names_count(edit->ids);
}

/* So begins what stands for the id of whoever has none any more: no id holds such a byte. */
#define NO_ID "\x01"

static int load_ids(skr_people_edit *edit, skr_err *err)
{
    int status = skr_people_load_ids(edit->base, err);
    for (uint32_t i = 0; status == SKR_OK && i < edit->base->n; i++) {
        char nobody[16];
        uint32_t number = 0;
        const char *id = skr_people_id(edit->base, i);
        (void)snprintf(nobody, sizeof nobody, NO_ID "%" PRIu32, i);
        status = skr_names_add(edit->ids, *id == '\0' ? nobody : id, &number, err);
        SKR_CHECK(status != SKR_OK || number == i); /* no id stands twice: they ascend */
    }
    return status;
}

int skr_people_edit_new(const skr_people *people, skr_people_edit **ret_edit, skr_err *err)
{
    uint64_t *bitmap = NULL;
    skr_people_edit *edit = calloc(1, sizeof *edit);
    if (edit == NULL)
        return skr_fail_nomem(err, "people");
    edit->base = people;
    edit->dataset = SKR_NONE;
    int status = skr_names_new(&edit->ids, err);
    if (status == SKR_OK)
        status = skr_names_new(&edit->labels, err);
    if (status == SKR_OK)
        status = load_ids(edit, err);
    if (status != SKR_OK)
        goto out;
    bitmap = calloc(people->n / 64 + 1u, sizeof *bitmap);
    if (bitmap == NULL) {
        status = skr_fail_nomem(err, "people");
        goto out;
    }
    for (uint32_t i = 0; status == SKR_OK && i < people->n_datasets; i++)
        status = skr_people_draft_load(edit, i, bitmap, err);
out:
    free(bitmap);
    if (status != SKR_OK) {
        skr_people_edit_free(edit);
        return status;
    }
    *ret_edit = edit;
    return SKR_OK;
}

void skr_people_edit_free(skr_people_edit *edit)
{
    if (edit == NULL)
        return;
    for (uint32_t i = 0; i < edit->n_drafts; i++)
        skr_people_draft_done(&edit->drafts[i]);
    free(edit->drafts);
    skr_names_free(edit->ids);
    skr_names_free(edit->labels);
    skr_buffer_done(&edit->scratch);
    free(edit->has_left);
    free(edit);
}

/* ------------------------------------------------------------------ saying */

/* Names are shown on terminals and in answers: no control characters. */
static int check_name(const char *what, const char *name, skr_err *err)
{
    size_t n = strlen(name);
    if (n == 0)
        return skr_fail(err, SKR_ERR_INPUT, "%s is empty", what);
    if (n > SKR_NAME_MAX)
        return skr_fail(err, SKR_ERR_INPUT, "%s \"%.40s...\" is longer than %u bytes", what, name,
                        SKR_NAME_MAX);
    for (const char *at = name; *at != '\0'; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            return skr_fail(err, SKR_ERR_INPUT, "%s \"%.40s\" holds a control character", what,
                            name);
    return SKR_OK;
}

int skr_people_edit_individual(skr_people_edit *edit, const char *id, uint32_t *ret_individual,
                               bool *ret_is_new, skr_err *err)
{
    uint32_t individual = skr_people_edit_find(edit, id);
    bool is_new = individual == SKR_NONE;
    if (is_new) {
        SKR_TRY(check_name("the id of an individual", id, err));
        if (skr_people_edit_count(edit) >= SKR_INDIVIDUALS_MAX)
            return skr_fail(err, SKR_ERR_LIMIT, "more than %u individuals", SKR_INDIVIDUALS_MAX);
        SKR_TRY(skr_names_add(edit->ids, id, &individual, err));
    }
    *ret_individual = individual;
    if (ret_is_new != NULL)
        *ret_is_new = is_new;
    return SKR_OK;
}

uint32_t skr_people_edit_find(const skr_people_edit *edit, const char *id)
{
    return *id == NO_ID[0] ? SKR_NONE : skr_names_find(edit->ids, id);
}

const char *skr_people_edit_id(const skr_people_edit *edit, uint32_t individual)
{
    return skr_names_at(edit->ids, individual);
}

uint32_t skr_people_edit_other_dataset(const skr_people_edit *edit, uint32_t individual,
                                       uint32_t dataset)
{
    for (uint32_t i = 0; i < edit->n_drafts; i++)
        if (i != dataset && skr_people_set_contains(edit->drafts[i].members, individual))
            return i;
    return SKR_NONE;
}

bool skr_people_edit_is_elsewhere(const skr_people_edit *edit, uint32_t individual,
                                  uint32_t dataset)
{
    return skr_people_edit_other_dataset(edit, individual, dataset) != SKR_NONE;
}

int skr_people_edit_sample(skr_people_edit *edit, uint32_t dataset, uint32_t individual,
                           skr_karyotype karyotype, skr_err *err)
{
    SKR_CHECK(individual < skr_people_edit_count(edit));
    skr_people_draft *draft;
    SKR_TRY(skr_people_draft_of(edit, dataset, &draft, err));
    SKR_TRY(skr_people_draft_reserve(draft, individual, err));
    uint16_t code = (uint16_t)(karyotype.n_x << 8 | karyotype.n_y);
    SKR_CHECK(code != SKR_NO_SAMPLE);
    /* Another delivery of the same sample that does not know takes nothing back. */
    bool is_unknown = karyotype.n_x == SKR_KARYOTYPE_UNKNOWN;
    if (!is_unknown || draft->karyotypes[individual] == SKR_NO_SAMPLE)
        draft->karyotypes[individual] = code;
    skr_people_set_add(draft->members, individual);
    return SKR_OK;
}

static void store_u32(uint8_t *at, uint32_t value)
{
    memcpy(at, &value, sizeof value);
}

static int add_delivered(skr_people_draft *draft, size_t at, size_t before, skr_err *err)
{
    SKR_TRY(SKR_ARRAY_RESERVE(&draft->delivered, &draft->n_delivered_max, draft->n_delivered + 1,
                              "people", err));
    draft->delivered[draft->n_delivered++] = (skr_people_delivered){.at = at, .before = before};
    return SKR_OK;
}

int skr_people_edit_record(skr_people_edit *edit, uint32_t dataset, uint32_t individual,
                           skr_record_kind kind, const char *record_id, skr_err *err)
{
    SKR_CHECK(individual < skr_people_edit_count(edit));
    SKR_CHECK(!edit->is_settled);
    skr_people_draft *draft;
    size_t *slot = NULL;
    int status = check_name("the id of a record", record_id, err);
    if (status == SKR_OK)
        status = skr_people_edit_end(edit, false, NULL, err);
    if (status == SKR_OK)
        status = skr_people_draft_of(edit, dataset, &draft, err);
    if (status == SKR_OK)
        status = skr_people_draft_need_facts(edit, draft, err);
    if (status == SKR_OK)
        status = skr_people_draft_slot_of(draft, individual, kind, record_id, &slot, err);
    if (status != SKR_OK)
        return status;
    size_t n_id = kind == SKR_RECORD_INDIVIDUAL ? 0 : strlen(record_id);
    size_t begin = draft->records.n;
    uint8_t head[SKR_RECORD_FACTS_AT + 4] = {0};
    double age = NAN;
    store_u32(head + SKR_RECORD_INDIVIDUAL_AT, individual);
    head[SKR_RECORD_INDIVIDUAL_AT + 4] = (uint8_t)kind;
    memcpy(head + SKR_RECORD_AGE_AT, &age, sizeof age);
    memcpy(head + SKR_RECORD_AGE_AT + 8, &age, sizeof age);
    status = skr_buffer_put(&draft->records, head, sizeof head, err);
    if (status == SKR_OK)
        status = skr_buffer_put_text(&draft->records, record_id, n_id, err);
    if (status == SKR_OK)
        status = add_delivered(draft, begin, *slot, err);
    if (status != SKR_OK) {
        draft->records.n = begin;
        return status;
    }
    store_u32(draft->records.bytes + begin, (uint32_t)(draft->records.n - begin - 4));
    *slot = begin + 1;
    edit->dataset = dataset;
    edit->record = begin;
    edit->is_open = true;
    edit->is_within_biosample = false;
    skr_people_set_add(draft->members, individual);
    return SKR_OK;
}

static int put_double(skr_buffer *bytes, double value, skr_err *err)
{
    uint64_t bits;
    value += 0.0; /* one zero only */
    memcpy(&bits, &value, sizeof bits);
    return skr_buffer_put_u64(bytes, bits, err);
}

static int put_fact(skr_buffer *records, uint32_t term, const skr_fact *fact, bool is_of_sample,
                    skr_err *err)
{
    bool has_onset = skr_age_is_said(fact->onset);
    uint8_t flags =
        (uint8_t)((unsigned)fact->kind | (fact->is_excluded ? SKR_FACT_EXCLUDED : 0) |
                  (fact->has_value ? SKR_FACT_VALUE : 0) | (has_onset ? SKR_FACT_ONSET : 0) |
                  (is_of_sample ? SKR_FACT_OF_SAMPLE : 0));
    SKR_TRY(skr_buffer_put_varint(records, term, err));
    SKR_TRY(skr_buffer_put_u8(records, flags, err));
    if (fact->has_value)
        SKR_TRY(put_double(records, fact->value, err));
    if (has_onset)
        SKR_TRY(put_double(records, fact->onset.low, err));
    if (has_onset)
        SKR_TRY(put_double(records, fact->onset.high, err));
    return SKR_OK;
}

void skr_people_edit_says(skr_people_edit *edit, uint32_t kinds)
{
    skr_people_draft_open(edit)->said |=
        edit->is_within_biosample ? SKR_SAID(SKR_TERM_SAMPLE) : kinds;
}

int skr_people_edit_fact(skr_people_edit *edit, const skr_fact *fact, skr_err *err)
{
    SKR_CHECK(fact->kind < SKR_N_TERM_KINDS);
    bool is_some = (skr_people_draft_open(edit)->said & SKR_SAID_SOME_MEASURES) != 0;
    skr_people_draft *draft = &edit->drafts[edit->dataset];
    if ((fact->has_value && !isfinite(fact->value)) || !skr_people_age_is_sound(fact->onset))
        return skr_fail(err, SKR_ERR_INPUT, "%s: a value that is not a number", fact->curie);
    if (draft->records.n - edit->record > SKR_RECORD_MAX)
        return skr_fail(err, SKR_ERR_INPUT, "a record with more than %u bytes of facts",
                        SKR_RECORD_MAX);
    uint32_t term = 0;
    int status = check_name("a term", fact->curie, err);
    if (status == SKR_OK)
        status = skr_names_add(draft->terms, fact->curie, &term, err);
    if (status == SKR_OK)
        status = skr_people_draft_label(edit, draft, term, fact->label, err);
    if (status != SKR_OK)
        return status;
    size_t n_before = draft->records.n;
    status = put_fact(&draft->records, term, fact, edit->is_within_biosample, err);
    if (status != SKR_OK) {
        draft->records.n = n_before;
        return status;
    }
    uint8_t *head = draft->records.bytes + edit->record;
    uint32_t n_facts;
    memcpy(&n_facts, head + SKR_RECORD_FACTS_AT, sizeof n_facts);
    store_u32(head + SKR_RECORD_FACTS_AT, n_facts + 1);
    store_u32(head, (uint32_t)(draft->records.n - edit->record - 4));
    if (fact->kind != SKR_TERM_MEASURE || !is_some || edit->is_within_biosample)
        skr_people_edit_says(edit, SKR_SAID(fact->kind));
    return SKR_OK;
}
