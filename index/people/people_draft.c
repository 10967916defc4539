/*
 * people_draft.c - the records of one dataset while they are edited: made from a table, found,
 * added to.
 *
 * A draft holds records in their stored form, once one of them changes: an edit that only brings
 * samples never reads them. A record that replaces another marks the old one as forgotten and is
 * appended; writing leaves the forgotten ones out. Nothing is derived until the table is written.
 */
#include <stdlib.h>
#include <string.h>

#include "index/people/people_int.h"
#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"

/* ------------------------------------------------------------------ drafts */

void skr_people_draft_done(skr_people_draft *draft)
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
    SKR_TRY(skr_names_new(&draft->terms, err));
    SKR_TRY(skr_names_new(&draft->record_ids, err));
    return skr_people_set_new(&draft->members, err);
}

/* Room for everybody up to individual. */
int skr_people_draft_reserve(skr_people_draft *draft, uint32_t individual, skr_err *err)
{
    if (individual < draft->n_people_max)
        return SKR_OK;
    uint32_t n = draft->n_people_max;
    uint32_t n_max = n; /* the two lists have the same room */
    SKR_TRY(SKR_ARRAY_RESERVE(&draft->record_at, &n_max, individual + 1, "people", err));
    SKR_TRY(
        SKR_ARRAY_RESERVE(&draft->karyotypes, &draft->n_people_max, individual + 1, "people", err));
    for (uint32_t i = n; i < draft->n_people_max; i++) {
        draft->record_at[i] = 0;
        draft->karyotypes[i] = SKR_NO_SAMPLE;
    }
    return SKR_OK;
}

/* The draft of a dataset, made when it is new. */
int skr_people_draft_of(skr_people_edit *edit, uint32_t dataset, skr_people_draft **ret_draft,
                        skr_err *err)
{
    if (dataset >= SKR_PEOPLE_DATASETS_MAX)
        return skr_fail(err, SKR_ERR_LIMIT, "more than %u datasets", SKR_PEOPLE_DATASETS_MAX);
    SKR_TRY(SKR_ARRAY_RESERVE(&edit->drafts, &edit->n_drafts_max, dataset + 1, "people", err));
    while (edit->n_drafts <= dataset) {
        skr_people_draft *draft = &edit->drafts[edit->n_drafts++];
        memset(draft, 0, sizeof *draft);
        draft->has_facts = true;
        SKR_TRY(draft_init(draft, err));
    }
    *ret_draft = &edit->drafts[dataset];
    return SKR_OK;
}

/* Where the number's offset is kept; grows the list. */
static int slot_of_record_id(skr_people_draft *draft, const char *record_id, size_t **ret_slot,
                             skr_err *err)
{
    uint32_t number;
    SKR_TRY(skr_names_add(draft->record_ids, record_id, &number, err));
    uint32_t n = draft->n_record_ids_max;
    SKR_TRY(SKR_ARRAY_RESERVE(&draft->record_id_at, &draft->n_record_ids_max, number + 1, "people",
                              err));
    for (; n < draft->n_record_ids_max; n++)
        draft->record_id_at[n] = 0;
    *ret_slot = &draft->record_id_at[number];
    return SKR_OK;
}

/* Where the offset of this record is kept. */
int skr_people_draft_slot_of(skr_people_draft *draft, uint32_t individual, skr_record_kind kind,
                             const char *record_id, size_t **ret_slot, skr_err *err)
{
    SKR_TRY(skr_people_draft_reserve(draft, individual, err));
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

int skr_people_draft_label(skr_people_edit *edit, skr_people_draft *draft, uint32_t term,
                           const char *label, skr_err *err)
{
    uint32_t n = draft->n_labels_max;
    SKR_TRY(SKR_ARRAY_RESERVE(&draft->labels, &draft->n_labels_max, term + 1, "people", err));
    for (; n < draft->n_labels_max; n++)
        draft->labels[n] = SKR_NONE;
    if (draft->labels[term] != SKR_NONE || !is_label(label))
        return SKR_OK;
    return skr_names_add(edit->labels, label, &draft->labels[term], err);
}

/* Terms by the numbers that the records have for them; places says where each stands. */
static int add_terms(skr_people_edit *edit, skr_people_draft *draft,
                     const skr_people_dataset *dataset, const uint32_t *places, skr_err *err)
{
    for (uint32_t i = 0; i < dataset->n_terms; i++) {
        uint32_t number = 0;
        SKR_TRY(skr_names_add(draft->terms, dataset->texts[places[i]], &number, err));
        SKR_CHECK(number == i); /* no term stands twice: they ascend */
        SKR_TRY(skr_people_draft_label(edit, draft, number, dataset->label_at[places[i]], err));
    }
    return SKR_OK;
}

static int load_terms(skr_people_edit *edit, skr_people_draft *draft, skr_block_reader *reader,
                      skr_err *err)
{
    skr_people_dataset *dataset = draft->base;
    SKR_TRY(skr_people_need_texts(edit->base, dataset, err));
    uint32_t *places = malloc((dataset->n_terms + 1u) * sizeof *places);
    if (places == NULL)
        return skr_fail_nomem(err, "people");
    int status = skr_people_order_read(edit->base, dataset, reader, places, err);
    if (status == SKR_OK)
        status = add_terms(edit, draft, dataset, places, err);
    free(places);
    return status;
}

int skr_people_draft_mark(const skr_people_edit *edit, const skr_people_draft *draft,
                          skr_lazy_set *lazy, uint64_t *bitmap, uint32_t n, skr_err *err)
{
    const skr_people_set *set = NULL;
    SKR_TRY(skr_people_lazy_set_need(edit->base, draft->base, SKR_PART_PEOPLE, lazy, &set, err));
    if (set != NULL)
        skr_people_set_mark(set, bitmap, n);
    return SKR_OK;
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
        SKR_TRY(skr_people_draft_mark(edit, draft, &group->set, bitmap, n_people, err));
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
        SKR_TRY(check_record(edit, &record, n_terms, err));
        char id[SKR_NAME_MAX + 1];
        if ((record.n_id > SKR_NAME_MAX || memchr(record.id, 0, record.n_id)))
            return corrupt(edit->base, "a record whose id is damaged", err);
        memcpy(id, record.id, record.n_id);
        id[record.n_id] = '\0';
        size_t *slot;
        SKR_TRY(skr_people_draft_slot_of(draft, record.individual, record.kind, id, &slot, err));
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
    int status = skr_block_reader_new(SKR_IO_PREAD, &reader, err);
    if (status == SKR_OK)
        status = load_terms(edit, draft, reader, err);
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
int skr_people_draft_load(skr_people_edit *edit, uint32_t dataset, uint64_t *bitmap, skr_err *err)
{
    const skr_people_set *members = NULL;
    skr_people_draft *draft;
    SKR_TRY(skr_people_draft_of(edit, dataset, &draft, err));
    draft->base = &edit->base->datasets[dataset];
    draft->has_facts = false;
    SKR_TRY(skr_people_draft_reserve(draft, edit->base->n, err));
    SKR_TRY(load_karyotypes(edit, draft, bitmap, err));
    SKR_TRY(skr_people_lazy_set_need(edit->base, draft->base, SKR_PART_PEOPLE,
                                     &draft->base->members, &members, err));
    if (members != NULL)
        skr_people_set_add_all(draft->members, members);
    return SKR_OK;
}

/* ------------------------------------------------------------------ the record begun last */

skr_people_delivered *skr_people_draft_open(skr_people_edit *edit)
{
    SKR_CHECK(edit->dataset != SKR_NONE && edit->is_open);
    skr_people_draft *draft = &edit->drafts[edit->dataset];
    SKR_CHECK(draft->n_delivered > 0);
    return &draft->delivered[draft->n_delivered - 1];
}
