/*
 * Two records of one thing in an edit are one, unless they contradict each other; what was there
 * before keeps the kinds that are not said. Ids and karyotypes are what an edit lets in.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "index/people/people_edit.h"
#include "tests/support/people_ask.h"
#include "tests/support/temp_folder.h"

static test_folder home;
static const char *const folder = home.path;
static skr_err err;
static skr_file_id id;
static skr_people *people;
static skr_people_edit *edit;

static void begin(void)
{
    cr_assert(eq(int, skr_people_open(folder, &id, &people, &err), SKR_OK));
    cr_assert(eq(int, skr_people_edit_new(people, &edit, &err), SKR_OK));
}

static void end(void)
{
    skr_people_edit_free(edit);
    skr_people_close(people);
    edit = NULL;
    people = NULL;
}

static void set_up(void)
{
    home = test_folder_make();
    id = (skr_file_id){.name = ""};
    begin();
}

static void tear_down(void)
{
    end();
    test_folder_remove(&home);
}

TestSuite(people_merge, .init = set_up, .fini = tear_down);

/* Begins the record of an individual, or of a biosample of it. */
static void begin_record(const char *name, const char *biosample)
{
    uint32_t who = 0;
    cr_assert(eq(int, skr_people_edit_individual(edit, name, &who, NULL, &err), SKR_OK));
    cr_assert(eq(int,
                 skr_people_edit_record(
                     edit, 0, who, biosample == NULL ? SKR_RECORD_INDIVIDUAL : SKR_RECORD_BIOSAMPLE,
                     biosample == NULL ? name : biosample, &err),
                 SKR_OK));
}

static void say(skr_term_kind kind, const char *curie, double value)
{
    skr_fact fact = {.kind = kind,
                     .curie = curie,
                     .has_value = !isnan(value),
                     .value = isnan(value) ? 0 : value,
                     .onset = SKR_AGE_NONE};
    cr_assert(eq(int, skr_people_edit_fact(edit, &fact, &err), SKR_OK));
}

static void expect_end(int status, const char *words)
{
    skr_people_again again;
    cr_assert(eq(int, skr_people_edit_end(edit, false, &again, &err), status), "%s", err.message);
    if (status < 0)
        cr_assert(ne(ptr, strstr(err.message, words), NULL), "%s", err.message);
    else
        cr_assert(again.is_again);
}

/* Writes, and begins the next edit of what was written. */
static skr_people_replaced write_all(bool is_replacing)
{
    static int number;
    skr_people_replaced replaced;
    char name[32];
    snprintf(name, sizeof name, "people-%d.skr", ++number);
    cr_assert(eq(int, skr_people_edit_settle(edit, is_replacing, &replaced, &err), SKR_OK));
    cr_assert(eq(int, skr_people_edit_write(edit, folder, name, &id, &err), SKR_OK));
    end();
    begin();
    return replaced;
}

static uint32_t n_with(const char *curie)
{
    return n_asked(ask_of_term(people, 0, curie));
}

Test(people_merge, unites_kinds_of_one_delivery)
{
    begin_record("a", NULL);
    skr_people_edit_sex(edit, SKR_SEX_FEMALE);
    say(SKR_TERM_PHENOTYPE, "HP:1", NAN);
    begin_record("b", NULL);
    begin_record("a", NULL);
    say(SKR_TERM_COUNTRY, "Spain", NAN);
    skr_people_edit_sex(edit, SKR_SEX_UNKNOWN);
    expect_end(SKR_OK, NULL);
    begin_record("a", NULL);
    say(SKR_TERM_PHENOTYPE, "HP:1", NAN); /* the same again */
    skr_people_edit_age(edit, skr_age_at(7));
    expect_end(SKR_OK, NULL);
    (void)write_all(false);
    cr_assert(eq(u32, n_with("HP:1"), 1));
    cr_assert(eq(u32, n_with("Spain"), 1));
    cr_assert(eq(u32, skr_people_set_count(ask_of_sex(people, 0, SKR_SEX_FEMALE)), 1));
}

Test(people_merge, refuses_two_things_of_one_kind_in_one_delivery)
{
    begin_record("a", NULL);
    say(SKR_TERM_COUNTRY, "Spain", NAN);
    begin_record("a", NULL);
    say(SKR_TERM_COUNTRY, "Italy", NAN);
    expect_end(SKR_ERR_INPUT, "country: said before");
}

Test(people_merge, refuses_facts_beside_an_empty_list)
{
    begin_record("a", NULL);
    skr_people_edit_says(edit, SKR_SAID(SKR_TERM_DISEASE));
    begin_record("a", NULL);
    say(SKR_TERM_DISEASE, "OMIM:1", NAN);
    expect_end(SKR_ERR_INPUT, "diseases: said before");
}

Test(people_merge, refuses_two_ages)
{
    begin_record("a", NULL);
    skr_people_edit_age(edit, skr_age_at(7));
    begin_record("a", NULL);
    skr_people_edit_age(edit, skr_age_at(8));
    expect_end(SKR_ERR_INPUT, "age: said before");
}

Test(people_merge, refuses_a_biosample_of_two)
{
    begin_record("a", "s");
    begin_record("b", "s");
    expect_end(SKR_ERR_INPUT, "another individual");
}

Test(people_merge, unites_measures_one_by_one)
{
    begin_record("a", NULL);
    say(SKR_TERM_MEASURE, "LOINC:1", 1);
    begin_record("a", NULL);
    skr_people_edit_says(edit, SKR_SAID_SOME_MEASURES);
    say(SKR_TERM_MEASURE, "LOINC:2", 2);
    expect_end(SKR_OK, NULL);
    begin_record("a", NULL);
    skr_people_edit_says(edit, SKR_SAID_SOME_MEASURES);
    say(SKR_TERM_MEASURE, "LOINC:1", 5);
    expect_end(SKR_ERR_INPUT, "measures: said before");
}

Test(people_merge, keeps_the_measures_of_which_nothing_is_said)
{
    begin_record("a", NULL);
    say(SKR_TERM_MEASURE, "LOINC:1", 1);
    say(SKR_TERM_MEASURE, "LOINC:2", 1);
    (void)write_all(false);
    begin_record("a", NULL);
    skr_people_edit_says(edit, SKR_SAID_SOME_MEASURES);
    say(SKR_TERM_MEASURE, "LOINC:2", 3);
    skr_people_replaced replaced = write_all(false);
    cr_assert(eq(u64, replaced.n[SKR_TERM_MEASURE], 1));
    cr_assert(eq(u32, n_with("LOINC:1"), 1));
    uint64_t bits = 0;
    ask_compare(people, 0, SKR_COLUMN_VALUE, "LOINC:2", SKR_EQ, 1, &bits);
    cr_assert(eq(u64, bits, 0));
    begin_record("a", NULL);
    say(SKR_TERM_MEASURE, "LOINC:3", 3);
    (void)write_all(false);
    cr_assert(eq(u32, n_with("LOINC:1"), 0));
    cr_assert(eq(u32, n_with("LOINC:3"), 1));
}

Test(people_merge, drops_all_former_facts_on_demand)
{
    begin_record("a", NULL);
    say(SKR_TERM_PHENOTYPE, "HP:1", NAN);
    begin_record("a", "s");
    say(SKR_TERM_SAMPLE, "EFO:1", NAN);
    begin_record("b", NULL);
    say(SKR_TERM_PHENOTYPE, "HP:1", NAN);
    (void)write_all(false);
    begin_record("a", NULL);
    say(SKR_TERM_COUNTRY, "Spain", NAN);
    skr_people_replaced replaced = write_all(true);
    cr_assert(eq(u64, replaced.n[SKR_TERM_PHENOTYPE], 1));
    cr_assert(eq(u64, replaced.n[SKR_TERM_SAMPLE], 1));
    cr_assert(eq(u64, replaced.n[SKR_TERM_COUNTRY], 0));
    cr_assert(eq(u32, n_with("HP:1"), 1)); /* of b */
    cr_assert(eq(u32, n_with("EFO:1"), 0));
    cr_assert(eq(u32, n_with("Spain"), 1));
}

Test(people_merge, lets_in_ids_that_can_be_shown)
{
    uint32_t who = 7;
    cr_assert(eq(int, skr_people_edit_individual(edit, "", &who, NULL, &err), SKR_ERR_INPUT));
    cr_assert(eq(int, skr_people_edit_individual(edit, "a\tb", &who, NULL, &err), SKR_ERR_INPUT));
    char *longest = calloc(1, 2000);
    memset(longest, 'x', 1025);
    cr_assert(eq(int, skr_people_edit_individual(edit, longest, &who, NULL, &err), SKR_ERR_INPUT));
    cr_assert(eq(u32, who, 7));
    longest[1024] = '\0';
    cr_assert(eq(int, skr_people_edit_individual(edit, longest, &who, NULL, &err), SKR_OK));
    free(longest);
}

Test(people_merge, counts_who_contradicts_a_karyotype_once)
{
    const skr_karyotype xy = {1, 1};
    uint32_t who = 0;
    cr_assert(eq(int, skr_people_edit_individual(edit, "a", &who, NULL, &err), SKR_OK));
    for (uint32_t dataset = 0; dataset < 2; dataset++) {
        cr_assert(eq(int, skr_people_edit_sample(edit, dataset, who, xy, &err), SKR_OK));
        cr_assert(eq(
            int, skr_people_edit_record(edit, dataset, who, SKR_RECORD_INDIVIDUAL, "a", &err), 0));
        skr_people_edit_sex(edit, SKR_SEX_FEMALE);
    }
    cr_assert(eq(u32, ask_edit_sex_conflicts(edit), 1));
    cr_assert(skr_people_edit_is_elsewhere(edit, who, 0));
    cr_assert(skr_people_edit_is_elsewhere(edit, who, 5));
    (void)write_all(false);
    cr_assert(eq(u32, ask_sex_conflicts(people, 1), 1));
    cr_assert(eq(u32, skr_people_n_karyotypes(people, 0), 1));
}
