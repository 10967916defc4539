/*
 * A table of people, edited at random and written and opened again, says what a plain list of
 * records says.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "index/people/people_edit.h"
#include "tests/support/age_model.h"
#include "tests/support/people_ask.h"
#include "tests/support/temp_folder.h"

#define N_PEOPLE 90
#define N_DATASETS 3
#define N_TERMS 12
#define N_RECORDS (2 * N_PEOPLE) /* of a dataset: an individual's own, then biosamples */
#define N_SAID_MAX 6
#define N_FACTS_MAX 100

typedef struct naive_fact {
    int term;
    bool is_of_sample;
    skr_fact fact;
} naive_fact;

typedef struct naive_record {
    bool is_there;
    int who;
    skr_sex sex;
    skr_age age;
    uint32_t said; /* of a delivery */
    naive_fact facts[N_FACTS_MAX];
    int n_facts;
} naive_record;

typedef struct naive {
    naive_record records[N_DATASETS][N_RECORDS];
    int karyotypes[N_DATASETS][N_PEOPLE]; /* 0 no sample, else index of karyotypes[] + 1 */
    bool exists[N_PEOPLE];
} naive;

static const skr_karyotype karyotypes[] = {{255, 255}, {2, 0}, {1, 1}, {1, 0}};
static naive model;
static naive_record delivered[N_DATASETS][N_RECORDS]; /* by the edit that is being made */
static test_folder home;
static const char *const folder = home.path;
static skr_err err;
static uint64_t state;

static uint32_t draw(uint32_t below)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)((state >> 33) % below);
}

static void set_up(void)
{
    home = test_folder_make();
}

static void tear_down(void)
{
    test_folder_remove(&home);
}

TestSuite(people, .init = set_up, .fini = tear_down);

static void term_name(int term, char *name)
{
    snprintf(name, 32, term % 3 == 0 ? "HP:%07d" : "X:%d", 100 - term);
}

static void person_name(int who, char *name)
{
    snprintf(name, 32, who % 2 == 0 ? "P%d" : "\xc3\xa9t\xc3\xa9-%d", who * 37 % 101);
}

static uint32_t ordinal(skr_people_edit *edit, int who)
{
    char name[32];
    uint32_t individual = SKR_NONE;
    bool is_new = false;
    person_name(who, name);
    cr_assert(eq(int, skr_people_edit_individual(edit, name, &individual, &is_new, &err), SKR_OK));
    cr_assert(eq(int, is_new, !model.exists[who]));
    model.exists[who] = true;
    return individual;
}

/* The kind of which a fact is when kinds are replaced. */
static unsigned kind_of(const naive_fact *fact)
{
    return fact->is_of_sample ? SKR_TERM_SAMPLE : (unsigned)fact->fact.kind;
}

static bool is_same_fact(const naive_fact *a, const naive_fact *b)
{
    bool is_same_onset = skr_age_is_same(a->fact.onset, b->fact.onset);
    return a->term == b->term && a->fact.kind == b->fact.kind && is_same_onset &&
           a->is_of_sample == b->is_of_sample && a->fact.is_excluded == b->fact.is_excluded &&
           a->fact.has_value == b->fact.has_value &&
           (!a->fact.has_value || a->fact.value == b->fact.value);
}

static bool has_fact(const naive_record *record, const naive_fact *fact)
{
    for (int i = 0; i < record->n_facts; i++)
        if (is_same_fact(&record->facts[i], fact))
            return true;
    return false;
}

/* An age as such, a range, or one that is open on a side. */
static skr_age draw_age(double unit)
{
    double low = draw(6) * unit;
    double high = low + draw(4) * unit;
    unsigned form = draw(5);
    if (form < 2)
        return skr_age_at(low);
    return (skr_age){form == 3 ? NAN : low, form == 4 ? NAN : high};
}

static void say_fact(skr_people_edit *edit, naive_record *record, skr_term_kind kind,
                     bool is_of_sample)
{
    char name[32];
    naive_fact fact = {.term = (int)draw(N_TERMS), .is_of_sample = is_of_sample};
    term_name(fact.term, name);
    fact.fact = (skr_fact){.kind = kind,
                           .curie = name,
                           .label = draw(2) == 0 ? "a label" : NULL,
                           .is_excluded = draw(3) == 0,
                           .has_value = draw(2) == 0,
                           .value = draw(9) - 4.0,
                           .onset = draw(2) == 0 ? SKR_AGE_NONE : draw_age(1.5)};
    skr_people_edit_within_biosample(edit, is_of_sample);
    cr_assert(eq(int, skr_people_edit_fact(edit, &fact.fact, &err), SKR_OK));
    fact.fact.curie = NULL;
    if (!has_fact(record, &fact)) {
        cr_assert(lt(int, record->n_facts, N_FACTS_MAX));
        record->facts[record->n_facts++] = fact;
    }
    if (kind != SKR_TERM_MEASURE || (record->said & SKR_SAID_SOME_MEASURES) == 0 || is_of_sample)
        record->said |= SKR_SAID(kind_of(&fact));
}

/* Sex and age; a record that comes again in an edit contradicts no sex. */
static void say_head(skr_people_edit *edit, naive_record *record, bool is_own)
{
    if (is_own && draw(3) != 0) {
        skr_sex sex = (skr_sex)draw(SKR_N_SEXES);
        if (record->sex != SKR_SEX_UNKNOWN && sex != SKR_SEX_UNKNOWN)
            sex = record->sex;
        record->sex = sex == SKR_SEX_UNKNOWN ? record->sex : sex;
        record->said |= SKR_SAID(SKR_SAID_SEX);
        skr_people_edit_sex(edit, sex);
    }
    if (draw(2) == 0) {
        skr_age age = draw_age(7.25);
        record->age = age_later(record->age, age);
        record->said |= SKR_SAID(SKR_SAID_AGE);
        skr_people_edit_age(edit, age);
    }
}

static void say_record(skr_people_edit *edit)
{
    uint32_t dataset = draw(N_DATASETS);
    int who = (int)draw(N_PEOPLE);
    bool is_own = draw(3) != 0;
    int number = is_own ? who : N_PEOPLE + (int)draw(N_PEOPLE);
    naive_record *record = &delivered[dataset][number];
    char name[32];
    if (record->is_there)
        who = record->who;
    else
        *record = (naive_record){.is_there = true, .who = who, .age = SKR_AGE_NONE};
    if (is_own)
        person_name(who, name);
    else
        snprintf(name, sizeof name, "sample %d", number);
    uint32_t individual = ordinal(edit, who);
    cr_assert(eq(int,
                 skr_people_edit_record(edit, dataset, individual,
                                        is_own ? SKR_RECORD_INDIVIDUAL : SKR_RECORD_BIOSAMPLE, name,
                                        &err),
                 SKR_OK));
    uint32_t said = draw(3) == 0 ? SKR_SAID(draw(SKR_N_TERM_KINDS)) : 0;
    said |= draw(3) == 0 ? SKR_SAID_SOME_MEASURES : 0;
    record->said |= said;
    skr_people_edit_says(edit, said);
    say_head(edit, record, is_own);
    skr_term_kind few[2] = {(skr_term_kind)draw(SKR_N_TERM_KINDS), SKR_TERM_MEASURE};
    uint32_t before = record->said;
    for (int n = (int)draw(N_SAID_MAX + 1); n > 0; n--) {
        /* what counts is what this record alone said of measures, not those before it */
        record->said = said;
        say_fact(edit, record, few[draw(2)], is_own && draw(4) == 0);
        said = record->said;
    }
    record->said = before | said;
    cr_assert(eq(int, skr_people_edit_end(edit, true, NULL, &err), SKR_OK), "%s", err.message);
}

/* ------------------------------------------------------------------ what comes of a delivery */

static bool has_term(const naive_record *record, unsigned kind, int term)
{
    for (int i = 0; i < record->n_facts; i++)
        if (kind_of(&record->facts[i]) == kind && record->facts[i].term == term)
            return true;
    return false;
}

/* Is this fact in the place of which the delivery speaks? */
static bool is_spoken_of(const naive_record *now, const naive_fact *fact)
{
    unsigned kind = kind_of(fact);
    if ((now->said & SKR_SAID(kind)) != 0)
        return true;
    return kind == SKR_TERM_MEASURE && (now->said & SKR_SAID_SOME_MEASURES) != 0 &&
           has_term(now, kind, fact->term);
}

/* Which kinds were there before, are spoken of, and are other now? */
static uint32_t kinds_replaced(const naive_record *before, const naive_record *now)
{
    uint32_t kinds = 0;
    for (int i = 0; i < before->n_facts; i++) {
        if (!is_spoken_of(now, &before->facts[i]))
            continue;
        unsigned kind = kind_of(&before->facts[i]);
        bool is_other = !has_fact(now, &before->facts[i]);
        for (int k = 0; k < now->n_facts; k++)
            is_other |= kind_of(&now->facts[k]) == kind && is_spoken_of(now, &now->facts[k]) &&
                        (kind != SKR_TERM_MEASURE || (now->said & SKR_SAID(kind)) != 0 ||
                         has_term(before, kind, now->facts[k].term)) &&
                        !has_fact(before, &now->facts[k]);
        kinds |= is_other ? SKR_SAID(kind) : 0;
    }
    if ((now->said & SKR_SAID(SKR_SAID_SEX)) != 0 && before->sex != SKR_SEX_UNKNOWN)
        kinds |= before->sex != now->sex ? SKR_SAID(SKR_SAID_SEX) : 0;
    if ((now->said & SKR_SAID(SKR_SAID_AGE)) != 0 && skr_age_is_said(before->age))
        kinds |= !skr_age_is_same(before->age, now->age) ? SKR_SAID(SKR_SAID_AGE) : 0;
    return kinds;
}

static void count_kinds(skr_people_replaced *replaced, int number, uint32_t kinds, bool is_moved)
{
    for (unsigned kind = 0; kind < SKR_N_SAID && number < N_PEOPLE; kind++)
        replaced->n[kind] += kinds >> kind & 1;
    replaced->n[SKR_TERM_SAMPLE] += number >= N_PEOPLE && (kinds != 0 || is_moved);
}

static void settle_record(const naive_record *before, naive_record *now)
{
    static naive_record said;
    said = *now;
    for (int i = 0; i < before->n_facts; i++) {
        if (is_spoken_of(&said, &before->facts[i]))
            continue;
        cr_assert(lt(int, now->n_facts, N_FACTS_MAX));
        now->facts[now->n_facts++] = before->facts[i];
    }
    if ((now->said & SKR_SAID(SKR_SAID_SEX)) == 0)
        now->sex = before->sex;
    if ((now->said & SKR_SAID(SKR_SAID_AGE)) == 0)
        now->age = before->age;
}

static bool is_delivered(int dataset, int who)
{
    for (int r = 0; r < N_RECORDS; r++)
        if (delivered[dataset][r].is_there && delivered[dataset][r].who == who)
            return true;
    return false;
}

static void settle_model(bool is_replacing, skr_people_replaced *replaced)
{
    for (int d = 0; d < N_DATASETS; d++) {
        for (int r = 0; r < N_RECORDS; r++) {
            naive_record *before = &model.records[d][r];
            naive_record *now = &delivered[d][r];
            bool is_dropped = is_replacing && before->is_there && is_delivered(d, before->who);
            if (now->is_there && is_replacing)
                now->said = UINT32_MAX & ~SKR_SAID_SOME_MEASURES;
            if (now->is_there && before->is_there) {
                count_kinds(replaced, r, kinds_replaced(before, now), before->who != now->who);
                settle_record(before, now);
            } else if (is_dropped) {
                naive_record nothing = {.said = UINT32_MAX, .age = SKR_AGE_NONE};
                count_kinds(replaced, r, kinds_replaced(before, &nothing), true);
                *before = (naive_record){.is_there = false};
            }
        }
        for (int r = 0; r < N_RECORDS; r++)
            model.records[d][r] = delivered[d][r].is_there ? delivered[d][r] : model.records[d][r];
    }
    memset(delivered, 0, sizeof delivered);
}

static void say_sample(skr_people_edit *edit)
{
    uint32_t dataset = draw(N_DATASETS);
    int who = (int)draw(N_PEOPLE);
    int karyotype = (int)draw(4);
    cr_assert(eq(
        int, skr_people_edit_sample(edit, dataset, ordinal(edit, who), karyotypes[karyotype], &err),
        SKR_OK));
    if (karyotype != 0 || model.karyotypes[dataset][who] == 0)
        model.karyotypes[dataset][who] = karyotype + 1;
}

/* ------------------------------------------------------------------ the naive answers */

static bool is_member(int dataset, int who)
{
    bool is_in = model.karyotypes[dataset][who] != 0;
    for (int r = 0; r < N_RECORDS; r++)
        is_in |= model.records[dataset][r].is_there && model.records[dataset][r].who == who;
    return is_in;
}

static bool naive_compare(int dataset, int who, skr_column column, int term, skr_compare compare,
                          double value)
{
    for (int r = 0; r < N_RECORDS; r++) {
        const naive_record *record = &model.records[dataset][r];
        if (!record->is_there || record->who != who)
            continue;
        if (column == SKR_COLUMN_AGE && age_is_certain(record->age, compare, value))
            return true;
        for (int i = 0; i < record->n_facts; i++) {
            const skr_fact *fact = &record->facts[i].fact;
            bool is_term = record->facts[i].term == term;
            if (fact->is_excluded)
                continue;
            if (column == SKR_COLUMN_VALUE && is_term && fact->has_value &&
                age_compares(fact->value, compare, value))
                return true;
            bool is_onset = (column == SKR_COLUMN_ONSET && is_term) ||
                            (column == SKR_COLUMN_ANY_ONSET && fact->kind == SKR_TERM_DISEASE);
            if (is_onset && age_is_certain(fact->onset, compare, value))
                return true;
        }
    }
    return false;
}

static bool states(int dataset, int who, int term, bool with_excluded)
{
    for (int r = 0; r < N_RECORDS; r++) {
        const naive_record *record = &model.records[dataset][r];
        for (int i = 0; record->is_there && (who < 0 || record->who == who) && i < record->n_facts;
             i++)
            if (record->facts[i].term == term &&
                (with_excluded || !record->facts[i].fact.is_excluded))
                return true;
    }
    return false;
}

/* Of two records about one individual, what its own says of sex counts. */
static skr_sex naive_sex(int dataset, int who)
{
    return model.records[dataset][who].is_there ? model.records[dataset][who].sex : SKR_SEX_UNKNOWN;
}

/* ------------------------------------------------------------------ comparing */

static bool has(const skr_people_set *set, uint32_t who)
{
    return set != NULL && skr_people_set_contains(set, who);
}

static void expect_person(const skr_people *people, int dataset, int who)
{
    char name[32];
    person_name(who, name);
    uint32_t individual = ask_find(people, name);
    if (!model.exists[who]) {
        cr_assert(eq(u32, individual, SKR_NONE));
        return;
    }
    cr_assert(eq(int, skr_people_load_ids(people, &err), SKR_OK));
    cr_assert(eq(str, (char *)skr_people_id(people, individual), name));
    uint32_t d = (uint32_t)dataset;
    bool is_in = is_member(dataset, who);
    cr_assert(eq(int, has(ask_of_dataset(people, d), individual), is_in));
    for (int sex = 0; sex < SKR_N_SEXES; sex++)
        cr_assert(eq(int, has(ask_of_sex(people, d, (skr_sex)sex), individual),
                     is_in && (int)naive_sex(dataset, who) == sex));
    skr_karyotype karyotype = ask_karyotype(people, d, individual);
    int code = model.karyotypes[dataset][who];
    cr_assert(eq(int, karyotype.n_x, code == 0 ? 255 : karyotypes[code - 1].n_x));
    cr_assert(eq(int, karyotype.n_y, code == 0 ? 255 : karyotypes[code - 1].n_y));
    for (int term = 0; term < N_TERMS; term++) {
        term_name(term, name);
        cr_assert(eq(int, is_asked(ask_of_term(people, d, name), individual),
                     states(dataset, who, term, false)));
    }
}

static void expect_columns(const skr_people *people, int dataset)
{
    for (int round = 0; round < 60; round++) {
        skr_column column = (skr_column)draw(4);
        skr_compare compare = (skr_compare)draw(6);
        int term = (int)draw(N_TERMS);
        double value = (double)draw(14) * (column == SKR_COLUMN_VALUE ? 1 : 1.25) - 4;
        char name[32];
        term_name(term, name);
        uint64_t bitmap[4] = {0};
        ask_compare(people, (uint32_t)dataset, column, name, compare, value, bitmap);
        for (int who = 0; who < N_PEOPLE; who++) {
            person_name(who, name);
            uint32_t individual = ask_find(people, name);
            if (individual == SKR_NONE)
                continue;
            int got = (int)(bitmap[individual / 64] >> individual % 64 & 1);
            cr_assert(eq(int, got, naive_compare(dataset, who, column, term, compare, value)));
        }
    }
}

static void expect_terms(const skr_people *people, int dataset)
{
    uint32_t n;
    const skr_stated_term *terms = ask_terms(people, (uint32_t)dataset, &n);
    uint32_t n_expected = 0;
    for (int term = 0; term < N_TERMS; term++)
        n_expected += states(dataset, -1, term, false);
    cr_assert(eq(u32, n, n_expected));
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0)
            cr_assert(lt(int, strcmp(terms[i - 1].curie, terms[i].curie), 0));
        asked_people asked = ask_of_term(people, (uint32_t)dataset, terms[i].curie);
        cr_assert(eq(u32, n_asked(asked), terms[i].n_people));
    }
}

static void expect_same(const skr_people *people)
{
    for (int dataset = 0; dataset < N_DATASETS; dataset++) {
        for (int who = 0; who < N_PEOPLE; who++)
            expect_person(people, dataset, who);
        expect_columns(people, dataset);
        expect_terms(people, dataset);
    }
    for (int term = 0; term < N_TERMS; term++) {
        char name[32];
        bool knows = false;
        term_name(term, name);
        for (int dataset = 0; dataset < N_DATASETS; dataset++)
            knows |= states(dataset, -1, term, true);
        cr_assert(eq(int, ask_knows_term(people, name), knows));
    }
}

static void no_fault(void *context, const char *text)
{
    cr_assert(eq(str, (char *)text, (char *)context));
}

static void edit_once(skr_file_id *id, int number)
{
    skr_people *people = NULL;
    skr_people_edit *edit = NULL;
    char name[32];
    snprintf(name, sizeof name, "people-%d.skr", number);
    cr_assert(eq(int, skr_people_open(folder, id, &people, &err), SKR_OK), "%s", err.message);
    cr_assert(eq(int, skr_people_edit_new(people, &edit, &err), SKR_OK), "%s", err.message);
    for (uint32_t i = draw(80); i > 0; i--)
        draw(3) == 0 ? say_sample(edit) : say_record(edit);
    bool is_replacing = draw(4) == 0;
    skr_people_replaced replaced;
    skr_people_replaced expected = {{0}};
    settle_model(is_replacing, &expected);
    cr_assert(eq(int, skr_people_edit_settle(edit, is_replacing, &replaced, &err), SKR_OK));
    for (unsigned kind = 0; kind < SKR_N_SAID; kind++)
        cr_assert(eq(u64, replaced.n[kind], expected.n[kind]), "%s", skr_people_said_name(kind));
    cr_assert(eq(int, skr_people_edit_write(edit, folder, name, id, &err), SKR_OK));
    skr_people_edit_free(edit);
    skr_people_close(people);
}

Test(people, say_what_was_said_of_them)
{
    for (uint64_t seed = 1; seed <= 30; seed++) {
        state = seed * 6151;
        memset(&model, 0, sizeof model);
        skr_file_id id = {.name = ""};
        fprintf(stderr, "seed %lu\n", seed);
        for (int number = 0; number < 4; number++) {
            edit_once(&id, (int)seed * 10 + number);
            skr_people *people = NULL;
            cr_assert(eq(int, skr_people_open(folder, &id, &people, &err), SKR_OK));
            expect_same(people);
            skr_people_close(people);
            cr_assert(eq(int, skr_people_verify(folder, &id, no_fault, "", &err), SKR_OK));
        }
    }
}

static void count_fault(void *context, const char *text)
{
    cr_assert(ne(ptr, (void *)text, NULL));
    (*(int *)context)++;
}

/* An answer that could be given is the right one. */
static bool is_given(int status)
{
    cr_assert(status == SKR_OK || status == SKR_ERR_CORRUPT, "%d: %s", status, err.message);
    return status == SKR_OK;
}

static void expect_same_set(const skr_people_set *set, const skr_people_set *expected)
{
    uint64_t bits[2][4] = {0};
    if (set != NULL)
        skr_people_set_mark(set, bits[0], 256);
    if (expected != NULL)
        skr_people_set_mark(expected, bits[1], 256);
    cr_assert(eq(int, memcmp(bits[0], bits[1], sizeof bits[0]), 0));
}

static void expect_same_or_refused(const skr_people *people, const skr_people *sound)
{
    const skr_people_set *set = NULL;
    char name[32];
    for (int who = 0; who < N_PEOPLE; who++) {
        uint32_t individual = 0;
        person_name(who, name);
        if (is_given(skr_people_find(people, name, &individual, &err)))
            cr_assert(eq(u32, individual, ask_find(sound, name)));
    }
    for (uint32_t d = 0; d < N_DATASETS; d++) {
        if (is_given(skr_people_of_dataset(people, d, &set, &err)))
            expect_same_set(set, ask_of_dataset(sound, d));
        for (int sex = 0; sex < SKR_N_SEXES; sex++)
            if (is_given(skr_people_of_sex(people, d, (skr_sex)sex, &set, &err)))
                expect_same_set(set, ask_of_sex(sound, d, (skr_sex)sex));
        for (int term = 0; term < N_TERMS; term++) {
            uint64_t bits[2][4] = {0};
            asked_people asked = {{0}};
            term_name(term, name);
            const skr_people_comparison comparison = {SKR_COLUMN_VALUE, name, SKR_GE, 0};
            if (is_given(skr_people_mark_stated(people, d, name, asked.bits, &err))) {
                asked_people expected = ask_of_term(sound, d, name);
                cr_assert(eq(int, memcmp(&asked, &expected, sizeof asked), 0));
            }
            if (!is_given(skr_people_compare(people, d, &comparison, bits[0], &err)))
                continue;
            ask_compare(sound, d, SKR_COLUMN_VALUE, name, SKR_GE, 0, bits[1]);
            cr_assert(eq(int, memcmp(bits[0], bits[1], sizeof bits[0]), 0));
        }
    }
}

/* Any damaged byte is a fault that verify reports, and what is read nevertheless is right. */
Test(people, are_not_read_from_damaged_files)
{
    skr_file_id id = {.name = ""};
    state = 5;
    memset(&model, 0, sizeof model);
    edit_once(&id, 1);
    char path[2 * SKR_TEST_PATH_MAX];
    snprintf(path, sizeof path, "%s", test_folder_file(&home, id.name));
    skr_people *sound = NULL;
    cr_assert(eq(int, skr_people_open(folder, &id, &sound, &err), SKR_OK));
    expect_same(sound); /* and so it is read */
    for (uint64_t at = 0; at < id.n_bytes; at += 7) {
        int fd = open(path, O_RDWR);
        char byte;
        cr_assert(eq(int, (int)pread(fd, &byte, 1, (off_t)at), 1));
        char damaged = (char)(byte ^ (1 << at % 8));
        cr_assert(eq(int, (int)pwrite(fd, &damaged, 1, (off_t)at), 1));
        int n_faults = 0;
        cr_assert(eq(int, skr_people_verify(folder, &id, count_fault, &n_faults, &err), SKR_OK));
        cr_assert(gt(int, n_faults, 0), "byte %lu", at);
        skr_people *people = NULL;
        if (skr_people_open(folder, &id, &people, &err) == SKR_OK)
            expect_same_or_refused(people, sound);
        skr_people_close(people);
        cr_assert(eq(int, (int)pwrite(fd, &byte, 1, (off_t)at), 1));
        close(fd);
    }
    skr_people_close(sound);
}
