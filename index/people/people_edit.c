/*
 * people_edit.c - a change of the people table: what is said now goes beside what was said before.
 *
 * A draft holds the records of one dataset in their stored form, once one of them changes: an edit
 * that only brings samples never reads them. A record that replaces another marks the old one as
 * forgotten and is appended; writing leaves the forgotten ones out. Nothing is derived until the
 * table is written.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "index/people/people_int.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"

#define RECORD_MAX (64u << 20) /* bytes of one record: nobody has a million facts */

static int fail_nomem(skr_err *err)
{
    return skr_fail(err, SKR_ERR_NOMEM, "people: out of memory");
}

uint32_t skr_people_edit_count(const skr_people_edit *edit)
{
    return skr_names_count(edit->ids);
}

/* ------------------------------------------------------------------ drafts */

static void draft_done(skr_people_draft *draft)
{
    skr_names_free(draft->terms);
    skr_names_free(draft->record_ids);
    free(draft->labels);
    free(draft->record_id_at);
    free(draft->record_at);
    free(draft->karyotypes);
    skr_buffer_done(&draft->records);
    free(draft->delivered);
    skr_people_set_free(draft->members);
}

static int draft_init(skr_people_draft *draft, skr_err *err)
{
    int status = skr_names_new(&draft->terms, err);
    if (status == SKR_OK)
        status = skr_names_new(&draft->record_ids, err);
    if (status == SKR_OK)
        status = skr_people_set_new(&draft->members, err);
    return status;
}

/* Room for everybody up to individual. */
static int reserve_people(skr_people_draft *draft, uint32_t individual, skr_err *err)
{
    if (individual < draft->n_people_max)
        return SKR_OK;
    uint32_t n_max = individual + individual / 2 + 64;
    size_t *record_at = realloc(draft->record_at, n_max * sizeof *record_at);
    if (record_at == NULL)
        return fail_nomem(err);
    draft->record_at = record_at;
    uint16_t *karyotypes = realloc(draft->karyotypes, n_max * sizeof *karyotypes);
    if (karyotypes == NULL)
        return fail_nomem(err);
    draft->karyotypes = karyotypes;
    for (uint32_t i = draft->n_people_max; i < n_max; i++) {
        record_at[i] = 0;
        karyotypes[i] = SKR_NO_SAMPLE;
    }
    draft->n_people_max = n_max;
    return SKR_OK;
}

/* The draft of a dataset, made when it is new. */
static int draft_of(skr_people_edit *edit, uint32_t dataset, skr_people_draft **ret_draft,
                    skr_err *err)
{
    if (dataset >= SKR_PEOPLE_DATASETS_MAX)
        return skr_fail(err, SKR_ERR_LIMIT, "more than %u datasets", SKR_PEOPLE_DATASETS_MAX);
    if (dataset >= edit->n_drafts) {
        skr_people_draft *drafts = realloc(edit->drafts, (dataset + 1u) * sizeof *drafts);
        if (drafts == NULL)
            return fail_nomem(err);
        edit->drafts = drafts;
        while (edit->n_drafts <= dataset) {
            memset(&drafts[edit->n_drafts], 0, sizeof *drafts);
            drafts[edit->n_drafts].has_facts = true;
            int status = draft_init(&drafts[edit->n_drafts++], err);
            if (status < 0)
                return status;
        }
    }
    *ret_draft = &edit->drafts[dataset];
    return SKR_OK;
}

/* Where the number's offset is kept; grows the list. */
static int slot_of_record_id(skr_people_draft *draft, const char *record_id, size_t **ret_slot,
                             skr_err *err)
{
    uint32_t number;
    int status = skr_names_add(draft->record_ids, record_id, &number, err);
    if (status < 0)
        return status;
    if (number >= draft->n_record_ids_max) {
        uint32_t n_max = number + number / 2 + 64;
        size_t *at = realloc(draft->record_id_at, n_max * sizeof *at);
        if (at == NULL)
            return fail_nomem(err);
        memset(at + draft->n_record_ids_max, 0, (n_max - draft->n_record_ids_max) * sizeof *at);
        draft->record_id_at = at;
        draft->n_record_ids_max = n_max;
    }
    *ret_slot = &draft->record_id_at[number];
    return SKR_OK;
}

/* Where the offset of this record is kept. */
static int slot_of(skr_people_draft *draft, uint32_t individual, skr_record_kind kind,
                   const char *record_id, size_t **ret_slot, skr_err *err)
{
    int status = reserve_people(draft, individual, err);
    if (status < 0)
        return status;
    if (kind != SKR_RECORD_INDIVIDUAL)
        return slot_of_record_id(draft, record_id, ret_slot, err);
    *ret_slot = &draft->record_at[individual];
    return SKR_OK;
}

size_t *skr_people_draft_slot(skr_people_draft *draft, const skr_people_record *record)
{
    char id[SKR_NAME_MAX + 1];
    if (record->kind == SKR_RECORD_INDIVIDUAL)
        return &draft->record_at[record->individual];
    memcpy(id, record->id, record->n_id);
    id[record->n_id] = '\0';
    return &draft->record_id_at[skr_names_find(draft->record_ids, id)];
}

/* ------------------------------------------------------------------ starting from a table */

static int corrupt(const skr_people *people, const char *what, skr_err *err)
{
    return skr_fail(err, SKR_ERR_CORRUPT, "%s: %s", skr_block_file_name(people->file), what);
}

/* Labels are shown on terminals; one that would disturb them is left out. */
static bool is_label(const char *label)
{
    if (label == NULL || label[0] == '\0' || strlen(label) > SKR_NAME_MAX)
        return false;
    for (; *label != '\0'; label++)
        if ((unsigned char)*label < 0x20 || *label == 0x7f)
            return false;
    return true;
}

static int set_label(skr_people_edit *edit, skr_people_draft *draft, uint32_t term,
                     const char *label, skr_err *err)
{
    if (term >= draft->n_labels_max) {
        uint32_t n_max = term + term / 2 + 64;
        uint32_t *labels = realloc(draft->labels, n_max * sizeof *labels);
        if (labels == NULL)
            return fail_nomem(err);
        for (uint32_t i = draft->n_labels_max; i < n_max; i++)
            labels[i] = SKR_NONE;
        draft->labels = labels;
        draft->n_labels_max = n_max;
    }
    if (draft->labels[term] != SKR_NONE || !is_label(label))
        return SKR_OK;
    return skr_names_add(edit->labels, label, &draft->labels[term], err);
}

static int load_terms(skr_people_edit *edit, skr_people_draft *draft,
                      const skr_people_dataset *dataset, skr_err *err)
{
    for (uint32_t i = 0; i < dataset->n_terms; i++) {
        uint32_t number;
        int status = skr_names_add(draft->terms, dataset->terms[i].curie, &number, err);
        if (status == SKR_OK)
            status = set_label(edit, draft, number, dataset->terms[i].label, err);
        if (status < 0)
            return status;
        if (number != i)
            return corrupt(edit->base, "a term that stands twice", err);
    }
    return SKR_OK;
}

int skr_people_draft_mark(const skr_people_edit *edit, const skr_people_draft *draft,
                          skr_lazy_set *lazy, uint64_t *bitmap, uint32_t n, skr_err *err)
{
    const skr_people_set *set = NULL;
    int status = skr_lazy_set_need(edit->base, draft->base, SKR_PART_PEOPLE, lazy, &set, err);
    if (status == SKR_OK && set != NULL)
        skr_people_set_mark(set, bitmap, n);
    return status;
}

static int load_karyotypes(skr_people_edit *edit, skr_people_draft *draft, uint64_t *bitmap,
                           skr_err *err)
{
    uint32_t n_people = edit->base->n;
    for (uint32_t k = 0; k < draft->base->n_karyotypes; k++) {
        skr_karyotype_group *group = &draft->base->karyotypes[k];
        uint16_t code = (uint16_t)(group->karyotype.n_x << 8 | group->karyotype.n_y);
        if (group->set.n_bytes == 0 || code == SKR_NO_SAMPLE)
            return corrupt(edit->base, "a karyotype that nobody can have", err);
        memset(bitmap, 0, n_people / 64 * 8 + 8);
        int status = skr_people_draft_mark(edit, draft, &group->set, bitmap, n_people, err);
        if (status < 0)
            return status;
        for (uint32_t i = 0; i < n_people; i++)
            if ((bitmap[i / 64] >> i % 64 & 1) != 0)
                draft->karyotypes[i] = code;
    }
    return SKR_OK;
}

static int check_record(const skr_people_edit *edit, const skr_people_record *record,
                        uint32_t n_terms, skr_err *err)
{
    skr_cursor facts = record->facts;
    skr_stored_fact fact;
    uint32_t n = 0;
    bool is_known = record->individual < edit->base->n;
    while (skr_people_fact_next(&facts, &fact)) {
        is_known = is_known && fact.term < n_terms &&
                   (!fact.is_of_sample || record->kind == SKR_RECORD_INDIVIDUAL);
        n++;
    }
    if (!skr_cursor_is_done(&facts) || n != record->n_facts || !is_known)
        return corrupt(edit->base, "a record that is damaged", err);
    return SKR_OK;
}

/* Finds every record and where it begins. */
static int index_records(skr_people_edit *edit, skr_people_draft *draft, skr_err *err)
{
    skr_cursor cursor = skr_cursor_of(draft->records.bytes, draft->records.n);
    uint32_t n_terms = skr_names_count(draft->terms);
    skr_people_record record;
    size_t at = 0;
    while (skr_people_record_next(&cursor, &record)) {
        int status = check_record(edit, &record, n_terms, err);
        char id[SKR_NAME_MAX + 1];
        if (status == SKR_OK && (record.n_id > SKR_NAME_MAX || memchr(record.id, 0, record.n_id)))
            status = corrupt(edit->base, "a record whose id is damaged", err);
        if (status < 0)
            return status;
        memcpy(id, record.id, record.n_id);
        id[record.n_id] = '\0';
        size_t *slot;
        status = slot_of(draft, record.individual, record.kind, id, &slot, err);
        if (status < 0)
            return status;
        if (*slot != 0)
            return corrupt(edit->base, "a record that stands twice", err);
        *slot = at + 1;
        skr_people_set_add(draft->members, record.individual);
        at = (size_t)(cursor.at - draft->records.bytes);
    }
    return skr_cursor_is_done(&cursor) ? SKR_OK : corrupt(edit->base, "a damaged record", err);
}

int skr_people_draft_need_facts(skr_people_edit *edit, skr_people_draft *draft, skr_err *err)
{
    skr_block_reader *reader = NULL;
    if (draft->has_facts)
        return SKR_OK;
    int status = skr_people_need_terms(edit->base, draft->base, err);
    if (status == SKR_OK)
        status = load_terms(edit, draft, draft->base, err);
    if (status == SKR_OK)
        status = skr_block_reader_new(SKR_IO_PREAD, &reader, err);
    if (status == SKR_OK)
        status = skr_blob_read(reader, edit->base->file, &draft->base->blobs[SKR_PART_RECORDS],
                               &draft->records, err);
    if (status == SKR_OK)
        status = index_records(edit, draft, err);
    skr_block_reader_free(reader);
    draft->has_facts = status == SKR_OK;
    draft->n_old = draft->records.n;
    return status;
}

/* Who is in a dataset; what is said of them stays where it is. */
static int load_dataset(skr_people_edit *edit, uint32_t dataset, uint64_t *bitmap, skr_err *err)
{
    const skr_people_set *members = NULL;
    skr_people_draft *draft;
    int status = draft_of(edit, dataset, &draft, err);
    if (status < 0)
        return status;
    draft->base = &edit->base->datasets[dataset];
    draft->has_facts = false;
    status = reserve_people(draft, edit->base->n, err);
    if (status == SKR_OK)
        status = load_karyotypes(edit, draft, bitmap, err);
    if (status == SKR_OK)
        status = skr_lazy_set_need(edit->base, draft->base, SKR_PART_PEOPLE, &draft->base->members,
                                   &members, err);
    if (status == SKR_OK && members != NULL)
        skr_people_set_add_all(draft->members, members);
    return status;
}

static int load_ids(skr_people_edit *edit, skr_err *err)
{
    int status = skr_people_load_ids(edit->base, err);
    for (uint32_t i = 0; status == SKR_OK && i < edit->base->n; i++) {
        uint32_t number = 0;
        status = skr_names_add(edit->ids, skr_people_id(edit->base, i), &number, err);
        SKR_CHECK(status < 0 || number == i); /* no id stands twice: they ascend */
    }
    return status;
}

int skr_people_edit_new(const skr_people *people, skr_people_edit **ret_edit, skr_err *err)
{
    uint64_t *bitmap = NULL;
    skr_people_edit *edit = calloc(1, sizeof *edit);
    if (edit == NULL)
        return fail_nomem(err);
    edit->base = people;
    edit->dataset = SKR_NONE;
    int status = skr_names_new(&edit->ids, err);
    if (status == SKR_OK)
        status = skr_names_new(&edit->labels, err);
    if (status == SKR_OK)
        status = load_ids(edit, err);
    if (status < 0)
        goto out;
    bitmap = calloc(people->n / 64 + 1u, sizeof *bitmap);
    if (bitmap == NULL) {
        status = fail_nomem(err);
        goto out;
    }
    for (uint32_t i = 0; status == SKR_OK && i < people->n_datasets; i++)
        status = load_dataset(edit, i, bitmap, err);
out:
    free(bitmap);
    if (status < 0) {
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
        draft_done(&edit->drafts[i]);
    free(edit->drafts);
    skr_names_free(edit->ids);
    skr_names_free(edit->labels);
    skr_buffer_done(&edit->scratch);
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
    uint32_t individual = skr_names_find(edit->ids, id);
    bool is_new = individual == SKR_NONE;
    if (is_new) {
        int status = check_name("the id of an individual", id, err);
        if (status < 0)
            return status;
        if (skr_people_edit_count(edit) >= SKR_INDIVIDUALS_MAX)
            return skr_fail(err, SKR_ERR_LIMIT, "more than %u individuals", SKR_INDIVIDUALS_MAX);
        status = skr_names_add(edit->ids, id, &individual, err);
        if (status < 0)
            return status;
    }
    *ret_individual = individual;
    if (ret_is_new != NULL)
        *ret_is_new = is_new;
    return SKR_OK;
}

uint32_t skr_people_edit_find(const skr_people_edit *edit, const char *id)
{
    return skr_names_find(edit->ids, id);
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
    int status = draft_of(edit, dataset, &draft, err);
    if (status == SKR_OK)
        status = reserve_people(draft, individual, err);
    if (status < 0)
        return status;
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
    if (draft->n_delivered == draft->n_delivered_max) {
        size_t n_max = 2 * draft->n_delivered_max + 64;
        skr_people_delivered *delivered = realloc(draft->delivered, n_max * sizeof *delivered);
        if (delivered == NULL)
            return fail_nomem(err);
        draft->delivered = delivered;
        draft->n_delivered_max = n_max;
    }
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
        status = draft_of(edit, dataset, &draft, err);
    if (status == SKR_OK)
        status = skr_people_draft_need_facts(edit, draft, err);
    if (status == SKR_OK)
        status = slot_of(draft, individual, kind, record_id, &slot, err);
    if (status < 0)
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
    if (status < 0) {
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
    int status = skr_buffer_put_varint(records, term, err);
    if (status == SKR_OK)
        status = skr_buffer_put_u8(records, flags, err);
    if (status == SKR_OK && fact->has_value)
        status = put_double(records, fact->value, err);
    if (status == SKR_OK && has_onset)
        status = put_double(records, fact->onset.low, err);
    if (status == SKR_OK && has_onset)
        status = put_double(records, fact->onset.high, err);
    return status;
}

int skr_people_edit_fact(skr_people_edit *edit, const skr_fact *fact, skr_err *err)
{
    SKR_CHECK(fact->kind < SKR_N_TERM_KINDS);
    bool is_some = (skr_people_edit_open(edit)->said & SKR_SAID_SOME_MEASURES) != 0;
    skr_people_draft *draft = &edit->drafts[edit->dataset];
    if ((fact->has_value && !isfinite(fact->value)) || !skr_age_is_sound(fact->onset))
        return skr_fail(err, SKR_ERR_INPUT, "%s: a value that is not a number", fact->curie);
    if (draft->records.n - edit->record > RECORD_MAX)
        return skr_fail(err, SKR_ERR_INPUT, "a record with more than %u bytes of facts",
                        RECORD_MAX);
    uint32_t term = 0;
    int status = check_name("a term", fact->curie, err);
    if (status == SKR_OK)
        status = skr_names_add(draft->terms, fact->curie, &term, err);
    if (status == SKR_OK)
        status = set_label(edit, draft, term, fact->label, err);
    if (status < 0)
        return status;
    size_t n_before = draft->records.n;
    status = put_fact(&draft->records, term, fact, edit->is_within_biosample, err);
    if (status < 0) {
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
