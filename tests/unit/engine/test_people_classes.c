/*
 * People told apart by a field are who a loop over the facts finds: by dataset, each value once,
 * "undefined" those without one; a term's people are those of the terms below it, too.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "engine/engine_int.h"
#include "engine/people/people_classes.h"
#include "storage/carriers/bits.h"
#include "tests/support/load_store.h"
#include "tests/support/random.h"

#define N_PEOPLE 130u /* more than two words of bits */
#define N_DATASETS 2u

static const skr_access exact = {.policy = {.is_exact = true, .threshold = 1, .step = 1}};
static const char *const sexes[] = {"unknown", "female", "male", "other"};
static const char *const countries[] = {".", "FI", "AX", "South Georgia"};
static const char *const terms[] = {".", "HP:0000001", "HP:0000002", "MONDO:0000007"};
/* 16-20 lies in two bands, and so in none; 40-64 in one. */
static const char *const ages[] = {".",  "0",  "17.9", "18",    "39",
                                   "40", "65", "101",  "16-20", "41-64"};
static const char *const bands[] = {"undefined", "0-17", "0-17", "18-39",     "18-39",
                                    "40-64",     "65+",  "65+",  "undefined", "40-64"};

typedef struct facts {
    bool is_member;
    uint32_t sex;
    uint32_t country;
    uint32_t term;
    uint32_t age;
} facts;

static facts of[N_DATASETS][N_PEOPLE];
static test_random draw;
static skr_err err;
static load_store store;
static skr_engine *engine;
static skr_question question;

static void write_table(uint32_t d, char *text, size_t n_max)
{
    size_t n = (size_t)snprintf(text, n_max, "individual\tsex\tcountry\tage\tterms\n");
    for (uint32_t i = 0; i < N_PEOPLE; i++) {
        facts *one = &of[d][i];
        *one = (facts){test_random_below(&draw, 4) > 0, test_random_below(&draw, 4),
                       test_random_below(&draw, 4), test_random_below(&draw, 4),
                       test_random_below(&draw, 10)};
        if (one->is_member)
            n +=
                (size_t)snprintf(text + n, n_max - n, "P%03u\t%s\t%s\t%s\t%s\n", i, sexes[one->sex],
                                 countries[one->country], ages[one->age], terms[one->term]);
    }
    cr_assert(n < n_max);
}

static void set_up(void)
{
    static char text[65536];
    static const char *const names[N_DATASETS] = {"d", "e"};
    const skr_engine_options options = {.n_threads = 1};
    draw = test_random_drawn("people_classes");
    load_store_init(&store);
    cr_assert(eq(int,
                 load_text(&store, skr_import_ontology, NULL, "hp.obo",
                           "format-version: 1.2\nontology: hp\n\n[Term]\nid: HP:0000001\nname: a\n"
                           "\n[Term]\nid: HP:0000002\nname: b\nis_a: HP:0000001\n"),
                 SKR_OK));
    for (uint32_t d = 0; d < N_DATASETS; d++) {
        char path[LOAD_PATH_MAX];
        const char *file = path;
        const skr_load_request request = {.store = store.folder.path,
                                          .dataset = names[d],
                                          .allow_shared_people = true,
                                          .files = &file,
                                          .n_files = 1};
        write_table(d, text, sizeof text);
        load_write(&store, "people.tsv", text, path);
        cr_assert(eq(int, skr_import_people(&request, &store.result, &store.err), SKR_OK), "%s",
                  store.err.message);
    }
    cr_assert(eq(int, skr_engine_open(store.folder.path, &options, &engine, &err), SKR_OK));
    cr_assert(eq(int, skr_engine_begin(engine, &exact, &question, &err), SKR_OK));
}

static void tear_down(void)
{
    skr_engine_end(&question);
    skr_engine_close(engine);
    load_store_done(&store);
}

TestSuite(people_classes, .init = set_up, .fini = tear_down);

/* Is somebody in the class of this name? */
static bool is_in(skr_field_kind field, const char *name, uint32_t d, uint32_t i)
{
    const facts *one = &of[d][i];
    bool is_undefined = strcmp(name, "undefined") == 0;
    switch (field) {
    case SKR_FIELD_SEX:
        return is_undefined ? one->sex == 0 : strcmp(sexes[one->sex], name) == 0;
    case SKR_FIELD_COUNTRY:
        return is_undefined ? one->country == 0 : strcmp(countries[one->country], name) == 0;
    case SKR_FIELD_AGE:
        return strcmp(bands[one->age], name) == 0;
    case SKR_FIELD_DATASET:
        return name[0] == (d == 0 ? 'd' : 'e');
    default: /* whoever has the second term has the first */
        return is_undefined                      ? one->term == 0
               : strcmp(name, "HP:0000001") == 0 ? one->term == 1 || one->term == 2
                                                 : strcmp(terms[one->term], name) == 0;
    }
}

static void expect_classes(skr_field_kind kind, const char *const *names, size_t n)
{
    const skr_field field = {.kind = kind};
    skr_people_classes classes = {0};
    cr_assert(eq(int, skr_people_classes_find(&question, &field, &classes, &err), SKR_OK), "%s",
              err.message);
    cr_assert(eq(sz, classes.n, n));
    for (size_t c = 0; c < n; c++) {
        cr_assert(eq(str, classes.items[c].name, (char *)names[c]));
        for (uint32_t d = 0; d < N_DATASETS; d++)
            for (uint32_t i = 0; i < N_PEOPLE; i++) {
                char id[8];
                uint32_t individual = SKR_NONE;
                (void)snprintf(id, sizeof id, "P%03u", i);
                cr_assert(eq(int, skr_people_find(question.snapshot->people, id, &individual, &err),
                             SKR_OK));
                bool has = individual != SKR_NONE &&
                           skr_bits_has(classes.items[c].people.sets[d], individual);
                bool wants = of[d][i].is_member && is_in(kind, names[c], d, i);
                cr_assert(eq(int, has, wants), "seed %llu: %s %s, dataset %u, %s",
                          (unsigned long long)draw.seed, skr_fields_word(kind), names[c], d, id);
            }
    }
    skr_people_classes_done(&classes);
}

Test(people_classes, are_whom_a_loop_finds)
{
    static const char *const of_sex[] = {"female", "male", "other", "undefined"};
    static const char *const of_age[] = {"0-17", "18-39", "40-64", "65+", "undefined"};
    static const char *const of_country[] = {"AX", "FI", "South Georgia", "undefined"};
    static const char *const of_dataset[] = {"d", "e"};
    static const char *const of_term[] = {"HP:0000001", "HP:0000002", "MONDO:0000007", "undefined"};
    expect_classes(SKR_FIELD_SEX, of_sex, 4);
    expect_classes(SKR_FIELD_AGE, of_age, 5);
    expect_classes(SKR_FIELD_COUNTRY, of_country, 4);
    expect_classes(SKR_FIELD_DATASET, of_dataset, 2);
    expect_classes(SKR_FIELD_TERM, of_term, 4);
}

Test(people_classes, nobody_has_an_ancestry)
{
    const skr_field field = {.kind = SKR_FIELD_ANCESTRY};
    skr_people_classes classes = {0};
    cr_assert(eq(int, skr_people_classes_find(&question, &field, &classes, &err), SKR_OK));
    cr_assert(eq(sz, classes.n, 1));
    cr_assert(eq(str, classes.items[0].name, (char *)"undefined"));
    skr_people_classes_done(&classes);
}

Test(people_classes, bands_may_begin_elsewhere)
{
    const skr_field field = {.kind = SKR_FIELD_AGE, .bounds = {.years = {1, 100}, .n = 2}};
    static const char *const names[] = {"0-0", "1-99", "100+", "undefined"};
    skr_people_classes classes = {0};
    cr_assert(eq(int, skr_people_classes_find(&question, &field, &classes, &err), SKR_OK));
    cr_assert(eq(sz, classes.n, 4));
    for (size_t c = 0; c < 4; c++)
        cr_assert(eq(str, classes.items[c].name, (char *)names[c]));
    skr_people_classes_done(&classes);
}
