/*
 * people_withdraw.c - people taken out of a dataset: their records, karyotypes and membership, and
 * the terms that nobody else states.
 */
#include <stdlib.h>
#include <string.h>

#include "index/people/people_int.h"
#include "storage/base/check.h"

bool skr_people_edit_is_member(const skr_people_edit *edit, uint32_t dataset, uint32_t individual)
{
    return dataset < edit->n_drafts &&
           skr_people_set_contains(edit->drafts[dataset].members, individual);
}

static bool is_in(const uint64_t *people, uint32_t individual)
{
    return (people[individual / 64] >> individual % 64 & 1) != 0;
}

/* ------------------------------------------------------------------ records */

/* Marks which terms the records of those who stay state. */
static uint32_t mark_terms(const skr_people_draft *draft, const uint64_t *people, uint8_t *is_used)
{
    skr_cursor cursor = skr_cursor_of(draft->records.bytes, draft->records.n);
    skr_people_record record;
    uint32_t n_used = 0;
    while (skr_people_record_next(&cursor, &record)) {
        skr_stored_fact fact;
        if (record.individual == SKR_NONE || is_in(people, record.individual))
            continue;
        while (skr_people_fact_next(&record.facts, &fact)) {
            n_used += is_used[fact.term] == 0;
            is_used[fact.term] = 1;
        }
    }
    return n_used;
}

/* New numbers for the terms that are used, in their old order; labels go with them. */
static int number_terms(skr_people_draft *draft, const uint8_t *is_used, uint32_t *numbers,
                        skr_err *err)
{
    skr_names *terms = NULL;
    SKR_TRY(skr_names_new(&terms, err));
    for (uint32_t i = 0, n = skr_names_count(draft->terms); i < n; i++) {
        if (is_used[i] == 0)
            continue;
        int status = skr_names_add(terms, skr_names_at(draft->terms, i), &numbers[i], err);
        if (status != SKR_OK) {
            skr_names_free(terms);
            return status;
        }
        if (numbers[i] < draft->n_labels_max)
            draft->labels[numbers[i]] = i < draft->n_labels_max ? draft->labels[i] : SKR_NONE;
    }
    skr_names_free(draft->terms);
    draft->terms = terms;
    return SKR_OK;
}

/* Appends a record whose facts have the new numbers of their terms. */
static int put_record(skr_buffer *kept, const uint8_t *from, const skr_people_record *record,
                      const uint32_t *numbers, skr_err *err)
{
    size_t at = kept->n;
    skr_cursor facts = record->facts;
    skr_stored_fact fact;
    SKR_TRY(skr_buffer_put(kept, from, (size_t)(facts.at - from), err));
    for (const uint8_t *begin = facts.at; skr_people_fact_next(&facts, &fact); begin = facts.at) {
        skr_cursor rest = skr_cursor_of(begin, (size_t)(facts.at - begin));
        (void)skr_cursor_varint(&rest);
        SKR_TRY(skr_buffer_put_varint(kept, numbers[fact.term], err));
        SKR_TRY(skr_buffer_put(kept, rest.at, (size_t)(rest.end - rest.at), err));
    }
    uint32_t n_bytes = (uint32_t)(kept->n - at - 4);
    memcpy(kept->bytes + at, &n_bytes, sizeof n_bytes);
    return SKR_OK;
}

/* Leaves the records of those who stay, with new numbers. */
static int keep_records(skr_people_draft *draft, const uint64_t *people, const uint32_t *numbers,
                        skr_err *err)
{
    skr_buffer kept = {0};
    skr_cursor cursor = skr_cursor_of(draft->records.bytes, draft->records.n);
    const uint8_t *from = cursor.at;
    skr_people_record record;
    int status = SKR_OK;
    while (status == SKR_OK && skr_people_record_next(&cursor, &record)) {
        if (record.individual != SKR_NONE && !is_in(people, record.individual))
            status = put_record(&kept, from, &record, numbers, err);
        from = cursor.at;
    }
    if (status != SKR_OK) {
        skr_buffer_done(&kept);
        return status;
    }
    skr_buffer_done(&draft->records);
    draft->records = kept;
    draft->n_old = kept.n;
    return SKR_OK;
}

static int withdraw_records(skr_people_draft *draft, const uint64_t *people, skr_err *err)
{
    uint32_t n_terms = skr_names_count(draft->terms);
    uint8_t *is_used = calloc(n_terms + 1u, 1);
    uint32_t *numbers = calloc(n_terms + 1u, sizeof *numbers);
    int status = is_used == NULL || numbers == NULL ? skr_fail_nomem(err, "people") : SKR_OK;
    if (status == SKR_OK) {
        (void)mark_terms(draft, people, is_used);
        status = number_terms(draft, is_used, numbers, err);
    }
    if (status == SKR_OK)
        status = keep_records(draft, people, numbers, err);
    free(is_used);
    free(numbers);
    return status;
}

/* ------------------------------------------------------------------ people */

int skr_people_edit_withdraw(skr_people_edit *edit, uint32_t dataset, const uint64_t *people,
                             skr_err *err)
{
    skr_people_draft *draft = NULL;
    SKR_CHECK(dataset < edit->n_drafts && !edit->is_open);
    draft = &edit->drafts[dataset];
    SKR_CHECK(draft->n_delivered == 0);
    SKR_TRY(skr_people_draft_need_facts(edit, draft, err));
    if (edit->has_left == NULL)
        edit->has_left = calloc(edit->base->n + 1u, 1);
    if (edit->has_left == NULL)
        return skr_fail_nomem(err, "people");
    SKR_TRY(withdraw_records(draft, people, err));
    for (uint32_t i = 0; i < edit->base->n; i++) {
        if (!is_in(people, i))
            continue;
        edit->has_left[i] = 1;
        if (i < draft->n_people_max)
            draft->karyotypes[i] = SKR_NO_SAMPLE;
        skr_people_set_remove(draft->members, i);
    }
    edit->is_settled = true; /* where records were is not known any more: nothing can be said */
    return SKR_OK;
}

bool skr_people_edit_has_id(const skr_people_edit *edit, uint32_t individual)
{
    if (individual >= edit->base->n)
        return true;
    if (skr_people_id(edit->base, individual)[0] == '\0')
        return false;
    return edit->has_left == NULL || edit->has_left[individual] == 0 ||
           skr_people_edit_is_elsewhere(edit, individual, SKR_NONE);
}
