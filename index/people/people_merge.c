/*
 * people_merge.c - records that speak of the same thing: two of one delivery are united, and one of
 * an earlier delivery keeps the kinds of which this one says nothing.
 *
 * Facts are compared by their stored bytes: the same fact has the same bytes within a draft.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "index/people/people_int.h"
#include "storage/base/array.h"
#include "storage/base/check.h"

#define MEASURES SKR_SAID(SKR_TERM_MEASURE)

/* A fact where it lies. */
typedef struct fact_ref {
    const uint8_t *bytes;
    size_t n;
    uint32_t term;
    unsigned kind; /* skr_said */
} fact_ref;

/* A record and its facts, sorted, each once. */
typedef struct side {
    skr_people_record record;
    fact_ref *facts;
    size_t n;
} side;

/* ------------------------------------------------------------------ the record begun last */

void skr_people_edit_within_biosample(skr_people_edit *edit, bool is_within)
{
    (void)skr_people_draft_open(edit);
    edit->is_within_biosample = is_within;
}

static void store_sex(skr_people_draft *draft, size_t at, skr_sex sex)
{
    draft->records.bytes[at + SKR_RECORD_SEX_AT] = (uint8_t)sex;
}

static void store_age(skr_people_draft *draft, size_t at, skr_age age)
{
    uint8_t *bytes = draft->records.bytes + at + SKR_RECORD_AGE_AT;
    age.low += 0.0; /* one zero only */
    age.high += 0.0;
    memcpy(bytes, &age.low, sizeof age.low);
    memcpy(bytes + sizeof age.low, &age.high, sizeof age.high);
}

/* The greater of two ages; of ranges, the range in which it must lie. */
static skr_age greater_age(skr_age a, skr_age b)
{
    if (!skr_age_is_said(a) || !skr_age_is_said(b))
        return skr_age_is_said(a) ? a : b;
    bool is_open = isnan(a.high) || isnan(b.high);
    return (skr_age){fmax(a.low, b.low), is_open ? NAN : fmax(a.high, b.high)};
}

void skr_people_edit_sex(skr_people_edit *edit, skr_sex sex)
{
    SKR_CHECK(sex < SKR_N_SEXES);
    skr_people_draft_open(edit)->said |= SKR_SAID(SKR_SAID_SEX);
    store_sex(&edit->drafts[edit->dataset], edit->record, sex);
}

void skr_people_edit_age(skr_people_edit *edit, skr_age age)
{
    SKR_CHECK(skr_people_age_is_sound(age));
    skr_people_draft_open(edit)->said |= SKR_SAID(SKR_SAID_AGE);
    store_age(&edit->drafts[edit->dataset], edit->record, age);
}

/* ------------------------------------------------------------------ comparing */

static int compare_facts(const void *a, const void *b)
{
    const fact_ref *x = a;
    const fact_ref *y = b;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    if (x->term != y->term)
        return x->term < y->term ? -1 : 1;
    if (x->n != y->n)
        return x->n < y->n ? -1 : 1;
    return memcmp(x->bytes, y->bytes, x->n);
}

static void read_record(const skr_people_draft *draft, size_t at, skr_people_record *ret_record)
{
    skr_cursor cursor = skr_cursor_of(draft->records.bytes + at, draft->records.n - at);
    bool is_there = skr_people_record_next(&cursor, ret_record);
    SKR_CHECK(is_there);
}

/* The side borrows from the draft's records. */
static int read_side(const skr_people_draft *draft, size_t at, side *ret_side, skr_err *err)
{
    side read = {0};
    skr_stored_fact fact;
    read_record(draft, at, &read.record);
    read.facts = calloc((size_t)read.record.n_facts + 1, sizeof *read.facts);
    if (read.facts == NULL)
        return skr_fail_nomem(err, "people");
    skr_cursor facts = read.record.facts;
    for (const uint8_t *from = facts.at; skr_people_fact_next(&facts, &fact); from = facts.at)
        read.facts[read.n++] =
            (fact_ref){.bytes = from,
                       .n = (size_t)(facts.at - from),
                       .term = fact.term,
                       .kind = fact.is_of_sample ? SKR_TERM_SAMPLE : (unsigned)fact.kind};
    qsort(read.facts, read.n, sizeof *read.facts, compare_facts);
    size_t n = 0;
    for (size_t i = 0; i < read.n; i++)
        if (i == 0 || compare_facts(&read.facts[i], &read.facts[n - 1]) != 0)
            read.facts[n++] = read.facts[i];
    read.n = n;
    *ret_side = read;
    return SKR_OK;
}

static bool has_fact(const side *of, const fact_ref *fact)
{
    return bsearch(fact, of->facts, of->n, sizeof *fact, compare_facts) != NULL;
}

/* Facts, and a kind and term that are looked for among them. */
typedef struct term_search {
    const fact_ref *facts;
    unsigned kind;
    uint32_t term;
} term_search;

static bool is_fact_before(const void *context, size_t at)
{
    const term_search *search = context;
    const fact_ref *fact = &search->facts[at];
    return fact->kind < search->kind || (fact->kind == search->kind && fact->term < search->term);
}

static bool has_term(const side *of, unsigned kind, uint32_t term)
{
    const term_search search = {of->facts, kind, term};
    size_t at = skr_array_search(of->n, is_fact_before, &search);
    return at < of->n && of->facts[at].kind == kind && of->facts[at].term == term;
}

static bool has_kind(const side *of, unsigned kind)
{
    if (kind == SKR_SAID_SEX)
        return of->record.sex != SKR_SEX_UNKNOWN;
    if (kind == SKR_SAID_AGE)
        return skr_age_is_said(of->record.age);
    for (size_t i = 0; i < of->n; i++)
        if (of->facts[i].kind == kind)
            return true;
    return false;
}

/* Has a facts of the kind that b lacks? Of terms alone that b states, if is_common. */
static bool has_more(const side *a, const side *b, unsigned kind, bool is_common)
{
    for (size_t i = 0; i < a->n; i++)
        if (a->facts[i].kind == kind && (!is_common || has_term(b, kind, a->facts[i].term)) &&
            !has_fact(b, &a->facts[i]))
            return true;
    return false;
}

static bool differs(const side *a, const side *b, unsigned kind, bool is_common)
{
    if (kind == SKR_SAID_SEX)
        return a->record.sex != b->record.sex;
    if (kind == SKR_SAID_AGE)
        return !skr_age_is_same(a->record.age, b->record.age);
    return has_more(a, b, kind, is_common) || has_more(b, a, kind, is_common);
}

/* ------------------------------------------------------------------ writing a record anew */

static void store_u32(uint8_t *at, uint32_t value)
{
    memcpy(at, &value, sizeof value);
}

static void forget(skr_people_draft *draft, size_t at)
{
    store_u32(draft->records.bytes + at + SKR_RECORD_INDIVIDUAL_AT, SKR_NONE);
}

/* What stands before the facts of a record, into the scratch. */
static int begin_scratch(skr_people_edit *edit, const skr_people_draft *draft, size_t at,
                         const skr_people_record *record, skr_err *err)
{
    edit->scratch.n = 0;
    const uint8_t *from = draft->records.bytes + at;
    return skr_buffer_put(&edit->scratch, from, (size_t)(record->facts.at - from), err);
}

static int put_fact(skr_people_edit *edit, const fact_ref *fact, uint32_t *n_facts, skr_err *err)
{
    ++*n_facts;
    return skr_buffer_put(&edit->scratch, fact->bytes, fact->n, err);
}

/* Appends the scratch as a record; *ret_at: where. */
static int put_scratch(skr_people_edit *edit, skr_people_draft *draft, uint32_t n_facts,
                       size_t *ret_at, skr_err *err)
{
    size_t at = draft->records.n;
    store_u32(edit->scratch.bytes, (uint32_t)(edit->scratch.n - 4));
    store_u32(edit->scratch.bytes + SKR_RECORD_FACTS_AT, n_facts);
    SKR_TRY(skr_buffer_put(&draft->records, edit->scratch.bytes, edit->scratch.n, err));
    *ret_at = at;
    return SKR_OK;
}

/* ------------------------------------------------------------------ twice in one edit */

static int find_clash(const side *a, const side *b, uint32_t said_a, uint32_t said_b,
                      bool is_uniting, skr_err *err)
{
    uint32_t both = said_a & said_b;
    bool is_some = ((said_a | said_b) & SKR_SAID_SOME_MEASURES) != 0;
    if (is_some)
        both |= MEASURES; /* what both state must be the same, whoever speaks of some only */
    if (a->record.individual != b->record.individual)
        return skr_fail(err, SKR_ERR_INPUT, "this biosample was another individual's before");
    for (unsigned kind = 0; kind < SKR_N_SAID; kind++) {
        if ((both & SKR_SAID(kind)) == 0 || (is_uniting && kind != SKR_SAID_SEX))
            continue;
        bool is_open = kind >= SKR_N_TERM_KINDS && (!has_kind(a, kind) || !has_kind(b, kind));
        if (!is_open && differs(a, b, kind, is_some && kind == SKR_TERM_MEASURE))
            return skr_fail(err, SKR_ERR_INPUT, "%s: said before in this delivery, and differently",
                            skr_people_said_name(kind));
    }
    return SKR_OK;
}

/* Records that were delivered, and the offset of the one that is looked for. */
typedef struct delivered_search {
    const skr_people_delivered *delivered;
    size_t offset;
} delivered_search;

static bool is_delivered_before(const void *context, size_t at)
{
    const delivered_search *search = context;
    return search->delivered[at].at < search->offset;
}

static skr_people_delivered *find_delivered(skr_people_draft *draft, size_t offset)
{
    const delivered_search search = {draft->delivered, offset};
    size_t at = skr_array_search(draft->n_delivered, is_delivered_before, &search);
    SKR_CHECK(at < draft->n_delivered && draft->delivered[at].at == offset);
    return &draft->delivered[at];
}

/* The facts of both in the place of the second, which is the last record. */
static int unite_facts(skr_people_edit *edit, skr_people_draft *draft, const side *first,
                       const side *second, size_t *ret_at, skr_err *err)
{
    uint32_t n = 0;
    size_t at = draft->delivered[draft->n_delivered - 1].at;
    SKR_TRY(begin_scratch(edit, draft, at, &second->record, err));
    for (size_t i = 0; i < first->n; i++)
        SKR_TRY(put_fact(edit, &first->facts[i], &n, err));
    for (size_t i = 0; i < second->n; i++)
        if (!has_fact(first, &second->facts[i]))
            SKR_TRY(put_fact(edit, &second->facts[i], &n, err));
    draft->records.n = at;
    return put_scratch(edit, draft, n, ret_at, err);
}

static bool adds_facts(const side *first, const side *second)
{
    for (size_t i = 0; i < second->n; i++)
        if (!has_fact(first, &second->facts[i]))
            return true;
    return false;
}

/* The record begun last says again what `first` said: one record of both, in the place of the
 * second if that adds anything, else in that of the first. */
static int unite(skr_people_edit *edit, skr_people_draft *draft, size_t first_at, bool is_uniting,
                 skr_people_again *ret_again, skr_err *err)
{
    skr_people_delivered *now = &draft->delivered[draft->n_delivered - 1];
    skr_people_delivered *then = find_delivered(draft, first_at);
    side first = {0};
    side second = {0};
    bool adds = false;
    size_t at = first_at;
    int status = read_side(draft, first_at, &first, err);
    if (status == SKR_OK)
        status = read_side(draft, now->at, &second, err);
    if (status == SKR_OK)
        status = find_clash(&first, &second, then->said, now->said, is_uniting, err);
    if (status != SKR_OK)
        goto out;
    skr_sex sex = has_kind(&second, SKR_SAID_SEX) ? second.record.sex : first.record.sex;
    skr_age age = greater_age(first.record.age, second.record.age);
    bool adds_fact = adds_facts(&first, &second);
    adds = adds_fact || sex != first.record.sex || !skr_age_is_same(first.record.age, age);
    if (adds_fact)
        status = unite_facts(edit, draft, &first, &second, &at, err);
    if (status != SKR_OK)
        goto out;
    if (adds_fact) {
        forget(draft, first_at);
        now->said |= then->said;
        now->before = then->before;
    } else {
        then->said |= now->said;
        draft->records.n = now->at;
        draft->n_delivered--;
    }
    store_sex(draft, at, sex);
    store_age(draft, at, age);
    read_record(draft, at, &first.record);
    *skr_people_draft_slot(draft, &first.record) = at + 1;
    if (ret_again != NULL)
        *ret_again = (skr_people_again){.is_again = true, .adds = adds};
out:
    free(first.facts);
    free(second.facts);
    return status;
}

int skr_people_edit_end(skr_people_edit *edit, bool is_uniting, skr_people_again *ret_again,
                        skr_err *err)
{
    if (ret_again != NULL)
        *ret_again = (skr_people_again){0};
    if (!edit->is_open)
        return SKR_OK;
    skr_people_draft *draft = &edit->drafts[edit->dataset];
    size_t before = skr_people_draft_open(edit)->before;
    edit->is_open = false;
    if (before == 0 || before - 1 < draft->n_old)
        return SKR_OK;
    return unite(edit, draft, before - 1, is_uniting, ret_again, err);
}

/* ------------------------------------------------------------------ earlier deliveries */

/* Does a fact of an earlier delivery stay beside what this one says? */
static bool is_kept(const fact_ref *fact, const side *now, uint32_t said)
{
    if ((said & SKR_SAID(fact->kind)) != 0)
        return false;
    return fact->kind != SKR_TERM_MEASURE || (said & SKR_SAID_SOME_MEASURES) == 0 ||
           !has_term(now, fact->kind, fact->term);
}

static void count_replaced(const side *before, const side *now, uint32_t said,
                           skr_people_replaced *replaced)
{
    bool is_biosample = now->record.kind == SKR_RECORD_BIOSAMPLE;
    bool is_some = (said & MEASURES) == 0 && (said & SKR_SAID_SOME_MEASURES) != 0;
    bool is_any = before->record.individual != now->record.individual;
    for (unsigned kind = 0; kind < SKR_N_SAID; kind++) {
        bool is_said = (said & SKR_SAID(kind)) != 0 || (is_some && kind == SKR_TERM_MEASURE);
        bool is_replaced = is_said && has_kind(before, kind) &&
                           differs(before, now, kind, is_some && kind == SKR_TERM_MEASURE);
        is_any = is_any || is_replaced;
        replaced->n[kind] += is_replaced && !is_biosample;
    }
    replaced->n[SKR_TERM_SAMPLE] += is_biosample && is_any;
}

/* What this edit says of a record goes beside what is kept of an earlier one. */
static int settle_one(skr_people_edit *edit, skr_people_draft *draft, skr_people_delivered *one,
                      bool is_replacing, skr_people_replaced *replaced, skr_err *err)
{
    size_t before_at = one->before - 1;
    uint32_t said = is_replacing ? UINT32_MAX & ~SKR_SAID_SOME_MEASURES : one->said;
    side before = {0};
    side now = {0};
    uint32_t n_kept = 0;
    int status = read_side(draft, before_at, &before, err);
    if (status == SKR_OK)
        status = read_side(draft, one->at, &now, err);
    if (status == SKR_OK)
        status = begin_scratch(edit, draft, one->at, &now.record, err);
    for (size_t i = 0; status == SKR_OK && i < before.n; i++)
        if (is_kept(&before.facts[i], &now, said))
            status = put_fact(edit, &before.facts[i], &n_kept, err);
    if (status != SKR_OK)
        goto out;
    count_replaced(&before, &now, said, replaced);
    const skr_people_record record = now.record;
    if (n_kept > 0) {
        size_t now_at = one->at;
        status = skr_buffer_put(&edit->scratch, record.facts.at,
                                (size_t)(record.facts.end - record.facts.at), err);
        if (status == SKR_OK)
            status = put_scratch(edit, draft, n_kept + record.n_facts, &one->at, err);
        if (status != SKR_OK)
            goto out;
        read_record(draft, one->at, &now.record);
        *skr_people_draft_slot(draft, &now.record) = one->at + 1;
        forget(draft, now_at);
    }
    forget(draft, before_at);
    if ((said & SKR_SAID(SKR_SAID_SEX)) == 0)
        store_sex(draft, one->at, before.record.sex);
    if ((said & SKR_SAID(SKR_SAID_AGE)) == 0)
        store_age(draft, one->at, before.record.age);
out:
    free(before.facts);
    free(now.facts);
    return status;
}

/* Forgets a record of an earlier edit of somebody in the bitmap. */
static int drop(skr_people_draft *draft, size_t *slot, const uint64_t *bitmap,
                skr_people_replaced *replaced, skr_err *err)
{
    side before = {0};
    if (*slot == 0 || *slot - 1 >= draft->n_old)
        return SKR_OK;
    SKR_TRY(read_side(draft, *slot - 1, &before, err));
    uint32_t who = before.record.individual;
    bool is_meant = (bitmap[who / 64] >> who % 64 & 1) != 0;
    for (unsigned kind = 0; is_meant && kind < SKR_N_SAID; kind++)
        if (before.record.kind == SKR_RECORD_INDIVIDUAL)
            replaced->n[kind] += has_kind(&before, kind);
    if (is_meant) {
        replaced->n[SKR_TERM_SAMPLE] += before.record.kind == SKR_RECORD_BIOSAMPLE;
        forget(draft, *slot - 1);
        *slot = 0;
    }
    free(before.facts);
    return SKR_OK;
}

/* Forgets what this edit did not bring of the people that it speaks of. */
static int drop_others(skr_people_edit *edit, uint32_t dataset, skr_people_replaced *replaced,
                       skr_err *err)
{
    skr_people_draft *draft = &edit->drafts[dataset];
    uint64_t *bitmap = calloc(skr_names_count(edit->ids) / 64 + 1u, sizeof *bitmap);
    if (bitmap == NULL)
        return skr_fail_nomem(err, "people");
    int status = SKR_OK;
    skr_people_edit_mark_said(edit, dataset, true, bitmap);
    for (uint32_t i = 0; status == SKR_OK && i < edit->base->n && i < draft->n_people_max; i++)
        status = drop(draft, &draft->record_at[i], bitmap, replaced, err);
    uint32_t n = skr_names_count(draft->record_ids);
    for (uint32_t i = 0; status == SKR_OK && i < n; i++)
        status = drop(draft, &draft->record_id_at[i], bitmap, replaced, err);
    free(bitmap);
    return status;
}

/* Is this what counts of a record that was delivered? */
static bool is_in_force(const skr_people_draft *draft, const skr_people_delivered *one)
{
    uint32_t who;
    memcpy(&who, draft->records.bytes + one->at + SKR_RECORD_INDIVIDUAL_AT, sizeof who);
    return who != SKR_NONE;
}

int skr_people_edit_settle(skr_people_edit *edit, bool is_replacing,
                           skr_people_replaced *ret_replaced, skr_err *err)
{
    skr_people_replaced replaced = {{0}};
    SKR_TRY(skr_people_edit_end(edit, false, NULL, err));
    for (uint32_t d = 0; !edit->is_settled && d < edit->n_drafts; d++) {
        skr_people_draft *draft = &edit->drafts[d];
        for (size_t i = 0; i < draft->n_delivered; i++)
            if (draft->delivered[i].before != 0 && is_in_force(draft, &draft->delivered[i]))
                SKR_TRY(
                    settle_one(edit, draft, &draft->delivered[i], is_replacing, &replaced, err));
        if (is_replacing && draft->n_delivered > 0)
            SKR_TRY(drop_others(edit, d, &replaced, err));
    }
    edit->is_settled = true;
    *ret_replaced = replaced;
    return SKR_OK;
}

void skr_people_edit_mark_said(const skr_people_edit *edit, uint32_t dataset, bool is_delivered,
                               uint64_t *bitmap)
{
    if (dataset >= edit->n_drafts)
        return;
    const skr_people_draft *draft = &edit->drafts[dataset];
    skr_cursor all = skr_cursor_of(draft->records.bytes, draft->records.n);
    skr_people_record record;
    while (!is_delivered && skr_people_record_next(&all, &record))
        if (record.individual != SKR_NONE)
            bitmap[record.individual / 64] |= UINT64_C(1) << record.individual % 64;
    for (size_t i = 0; is_delivered && i < draft->n_delivered; i++) {
        if (!is_in_force(draft, &draft->delivered[i]))
            continue;
        read_record(draft, draft->delivered[i].at, &record);
        bitmap[record.individual / 64] |= UINT64_C(1) << record.individual % 64;
    }
}
