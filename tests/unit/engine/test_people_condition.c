/*
 * Conditions on people, of every kind and in drawn trees, count whom a loop over the facts counts;
 * what they name and nobody has is refused, with the nearest name.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/face/engine.h"
#include "tests/support/load_store.h"
#include "tests/support/random.h"

#define N_PEOPLE 60u
#define N_DATASETS 2u
#define N_TERMS 5u

static const skr_access exact = {.policy = {.is_exact = true, .threshold = 1, .step = 1}};

static test_random draw;
static skr_err err;
static load_store store;
static skr_engine *engine;
static skr_engine *keeping; /* keeps what a few conditions found */

static uint32_t below(uint32_t n)
{
    return test_random_below(&draw, n);
}

/* ------------------------------------------------------------------ facts */

static const char *const sexes[] = {"unknown", "female", "male", "other"};
static const char *const countries[] = {".", "Spain", "Portugal", "Estonia"};
static const char *const ancestries[] = {".", "HANCESTRO:0005", "Basque", "HANCESTRO:0010"};

/* Each is below the one that `parents` says, NONE is at the top. */
#define NONE 9u
static const unsigned parents[N_TERMS] = {NONE, 0, 1, 0, NONE};

typedef struct facts {
    bool is_member;
    uint32_t sex;
    uint32_t country;
    uint32_t ancestry;
    int age;              /* -1: not said */
    int value;            /* likewise */
    uint8_t has[N_TERMS]; /* 1: stated, 2: excluded */
} facts;

static facts of[N_DATASETS][N_PEOPLE];

static void draw_facts(void)
{
    for (uint32_t d = 0; d < N_DATASETS; d++)
        for (uint32_t i = 0; i < N_PEOPLE; i++) {
            facts *one = &of[d][i];
            *one = (facts){.is_member = i < 8 || below(3) > 0, .age = -1, .value = -1};
            one->sex = below(4);
            one->country = below(4);
            one->ancestry = below(4);
            if (i < 8) { /* everything that is asked for is there */
                one->sex = i % 4;
                one->country = one->ancestry = (i + 1) % 4;
            }
            if (below(3) > 0)
                one->age = (int)below(90);
            if (i == 1 || below(2) == 0)
                one->value = (int)below(10);
            for (uint32_t t = 0; t < N_TERMS; t++)
                one->has[t] = i < N_TERMS ? i == t : below(5) == 0 ? (uint8_t)(1 + below(2)) : 0;
        }
}

static size_t put_number(char *text, size_t n, int number)
{
    if (number < 0)
        return (size_t)snprintf(text, n, "\t.");
    return (size_t)snprintf(text, n, "\t%d", number);
}

/* The table of a dataset, as it is delivered. */
static void write_table(uint32_t d, char *text, size_t n_max)
{
    size_t n = (size_t)snprintf(text, n_max,
                                "individual\tsex\tcountry\tancestry\tage\tLOINC:1-8\tphenotypes\n");
    for (uint32_t i = 0; i < N_PEOPLE; i++) {
        const facts *one = &of[d][i];
        if (!one->is_member)
            continue;
        n += (size_t)snprintf(text + n, n_max - n, "P%u\t%s\t%s\t%s", i, sexes[one->sex],
                              countries[one->country], ancestries[one->ancestry]);
        n += put_number(text + n, n_max - n, one->age);
        n += put_number(text + n, n_max - n, one->value);
        n += (size_t)snprintf(text + n, n_max - n, "\t");
        for (uint32_t t = 0; t < N_TERMS; t++)
            if (one->has[t] != 0)
                n += (size_t)snprintf(text + n, n_max - n, "%sHP:000000%u;",
                                      one->has[t] == 2 ? "!" : "", t + 1);
        n += (size_t)snprintf(text + n, n_max - n, "\n");
    }
    cr_assert(n < n_max);
}

static void set_up(void)
{
    static char text[65536];
    static const char *const names[N_DATASETS] = {"d", "e"};
    const skr_engine_options options = {.n_threads = 1};
    draw = test_random_drawn("people_condition");
    load_store_init(&store);
    draw_facts();
    size_t n = (size_t)snprintf(text, sizeof text, "format-version: 1.2\nontology: hp\n");
    for (uint32_t t = 0; t < N_TERMS; t++) {
        n += (size_t)snprintf(text + n, sizeof text - n, "\n[Term]\nid: HP:000000%u\nname: t%u\n",
                              t + 1, t);
        if (parents[t] != NONE)
            n += (size_t)snprintf(text + n, sizeof text - n, "is_a: HP:000000%u\n", parents[t] + 1);
    }
    cr_assert(eq(int, load_text(&store, skr_import_ontology, NULL, "hp.obo", text), SKR_OK));
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
    const skr_engine_options keeps = {.n_threads = 1, .n_kept_bytes = 4096};
    cr_assert(eq(int, skr_engine_open(store.folder.path, &options, &engine, &err), SKR_OK));
    cr_assert(eq(int, skr_engine_open(store.folder.path, &keeps, &keeping, &err), SKR_OK));
}

static void tear_down(void)
{
    skr_engine_close(engine);
    skr_engine_close(keeping);
    load_store_done(&store);
}

TestSuite(people_condition, .init = set_up, .fini = tear_down);

/* ------------------------------------------------------------------ questions */

typedef enum kind {
    OF_SEX,
    OF_COUNTRY,
    OF_ANCESTRY,
    OF_AGE,
    OF_VALUE,
    OF_TERM,
    OF_ONLY,
    OF_ID,
    OF_DATASET,
    OF_ALL,
    N_LEAVES,
    AND = N_LEAVES,
    OR,
    NOT,
} kind;

typedef struct node {
    kind kind;
    skr_compare compare;
    uint32_t number;
    struct node *left;
    struct node *right;
} node;

static node nodes[64];
static uint32_t n_nodes;

static node *draw_question(unsigned depth)
{
    node *one = &nodes[n_nodes++];
    *one = (node){.kind = (kind)(depth == 0 || below(3) == 0 ? below(N_LEAVES) : AND + below(3))};
    if (one->kind >= AND) {
        one->left = draw_question(depth - 1);
        one->right = one->kind == NOT ? NULL : draw_question(depth - 1);
        return one;
    }
    bool is_number = one->kind == OF_AGE || one->kind == OF_VALUE;
    static const skr_compare compares[] = {SKR_EQ, SKR_NE, SKR_LT, SKR_LE, SKR_GT, SKR_GE};
    one->compare = compares[below(is_number ? 6 : 2)];
    one->number = below(one->kind == OF_AGE                            ? 90
                        : one->kind == OF_VALUE                        ? 10
                        : one->kind == OF_TERM || one->kind == OF_ONLY ? N_TERMS
                        : one->kind == OF_DATASET                      ? N_DATASETS
                                                                       : 4);
    if (one->kind == OF_COUNTRY || one->kind == OF_ANCESTRY)
        one->number = 1 + below(3);
    return one;
}

static size_t print(const node *one, char *text, size_t n)
{
    const char *sign = skr_compare_sign(one->compare);
    switch (one->kind) {
    case OF_SEX:
        return (size_t)snprintf(text, n, "sex%s%s", sign, sexes[one->number]);
    case OF_COUNTRY:
        return (size_t)snprintf(text, n, "country%s%s", sign, countries[one->number]);
    case OF_ANCESTRY:
        return (size_t)snprintf(text, n, "ancestry%s%s", sign, ancestries[one->number]);
    case OF_AGE:
        return (size_t)snprintf(text, n, "age%s%u", sign, one->number);
    case OF_VALUE:
        return (size_t)snprintf(text, n, "LOINC:1-8 %s %u", sign, one->number);
    case OF_TERM:
        return (size_t)snprintf(text, n, "HP:000000%u", one->number + 1);
    case OF_ONLY:
        return (size_t)snprintf(text, n, "only(HP:000000%u)", one->number + 1);
    case OF_ID:
        return (size_t)snprintf(text, n, "id%sP%u", sign, one->number);
    case OF_DATASET:
        return (size_t)snprintf(text, n, "dataset%s%c", sign, one->number == 0 ? 'd' : 'e');
    case OF_ALL:
        return (size_t)snprintf(text, n, "all");
    case AND:
    case OR:
    case NOT:
        break;
    }
    size_t at = (size_t)snprintf(text, n, one->kind == NOT ? "not (" : "(");
    at += print(one->left, text + at, n - at);
    if (one->kind != NOT) {
        at += (size_t)snprintf(text + at, n - at, one->kind == AND ? ") and (" : ") or (");
        at += print(one->right, text + at, n - at);
    }
    return at + (size_t)snprintf(text + at, n - at, ")");
}

/* ------------------------------------------------------------------ slowly */

/* Where nothing was said nothing is true. */
static bool is_name(uint32_t said, const node *asked)
{
    return said != 0 && (said == asked->number) == (asked->compare == SKR_EQ);
}

static bool is_number(int said, const node *asked)
{
    return said >= 0 && skr_compare_is_true(said, asked->compare, asked->number);
}

static bool has_term(const facts *one, uint32_t term, bool is_below)
{
    for (uint32_t t = 0; t < N_TERMS; t++) {
        uint32_t up = t;
        while (is_below && up != term && parents[up] != NONE)
            up = parents[up];
        if (up == term && one->has[t] == 1)
            return true;
    }
    return false;
}

static bool is_true(const node *asked, uint32_t d, uint32_t person)
{
    const facts *one = &of[d][person];
    switch (asked->kind) {
    case OF_SEX: /* unknown may be asked for, too */
        return (asked->number == 0 && asked->compare == SKR_EQ) ? one->sex == 0
                                                                : is_name(one->sex, asked);
    case OF_COUNTRY:
        return is_name(one->country, asked);
    case OF_ANCESTRY:
        return is_name(one->ancestry, asked);
    case OF_AGE:
        return is_number(one->age, asked);
    case OF_VALUE:
        return is_number(one->value, asked);
    case OF_TERM:
        return has_term(one, asked->number, true);
    case OF_ONLY:
        return has_term(one, asked->number, false);
    case OF_ID:
        return (person == asked->number) == (asked->compare == SKR_EQ);
    case OF_DATASET:
        return (d == asked->number) == (asked->compare == SKR_EQ);
    case OF_ALL:
        return true;
    case AND:
        return is_true(asked->left, d, person) && is_true(asked->right, d, person);
    case OR:
        return is_true(asked->left, d, person) || is_true(asked->right, d, person);
    case NOT:
        break;
    }
    return !is_true(asked->left, d, person);
}

/* ------------------------------------------------------------------ comparing */

static skr_query *query_of(const char *text, const skr_expr **ret_expr)
{
    skr_query *query = NULL;
    cr_assert(eq(int, skr_query_new(&query, &err), SKR_OK));
    cr_assert(eq(int, skr_query_parse(query, text, false, ret_expr, &err), SKR_OK), "%s: %s", text,
              err.message);
    return query;
}

static void compare_question(skr_engine *with, const node *asked)
{
    static char text[4096];
    const skr_expr *expr = NULL;
    skr_count_answer answer = {0};
    bool is_counted[N_PEOPLE] = {false};
    (void)print(asked, text, sizeof text);
    skr_query *query = query_of(text, &expr);
    cr_assert(eq(int, skr_engine_count(with, expr, &exact, &answer, &err), SKR_OK), "%s: %s", text,
              err.message);
    for (uint32_t d = 0; d < N_DATASETS; d++) {
        uint64_t n = 0;
        for (uint32_t i = 0; i < N_PEOPLE; i++)
            if (of[d][i].is_member && is_true(asked, d, i)) {
                is_counted[i] = true;
                n++;
            }
        cr_assert(eq(u64, answer.datasets[d].told.count, n), "seed %llu: %s",
                  (unsigned long long)draw.seed, text);
    }
    uint64_t n_all = 0;
    for (uint32_t i = 0; i < N_PEOPLE; i++)
        n_all += is_counted[i];
    cr_assert(eq(u64, answer.total.count, n_all), "seed %llu: %s", (unsigned long long)draw.seed,
              text);
    skr_engine_count_done(&answer);
    skr_query_free(query);
}

Test(people_condition, counts_whom_a_loop_counts)
{
    for (unsigned turn = 0; turn < 1500; turn++) {
        n_nodes = 0;
        const node *asked = draw_question(turn % 5);
        compare_question(engine, asked);
        compare_question(keeping, asked);
    }
}

/* ------------------------------------------------------------------ refusals */

typedef struct refusal {
    const char *question;
    const char *said;
} refusal;

static void expect_refusals(const refusal *cases, size_t n, const skr_access *access)
{
    for (size_t i = 0; i < n; i++) {
        const skr_expr *expr = NULL;
        skr_count_answer answer = {0};
        skr_query *query = query_of(cases[i].question, &expr);
        cr_assert(eq(int, skr_engine_count(engine, expr, access, &answer, &err), SKR_ERR_QUERY),
                  "%s", cases[i].question);
        cr_assert(strstr(err.message, cases[i].said) != NULL, "%s: %s", cases[i].question,
                  err.message);
        cr_assert(strchr(err.message, '^') != NULL, "%s", err.message);
        skr_query_free(query);
    }
}

Test(people_condition, names_that_nobody_has_are_refused)
{
    static const refusal cases[] = {
        {"country=Spian", "nobody has the country 'Spian'; nearest: Spain"},
        {"country=HANCESTRO:0005", "nobody has the country"},
        {"not ancestry=basq", "nobody has the ancestry 'basq'"},
        {"HP:0000009", "HP:0000009"},
        {"only(HP:0000009)", "HP:0000009"},
        {"sex=male or HP:0000006 > 3", "HP:0000006"},
        {"onset(HP:0000099) > 3", "HP:0000099"},
        {"id=Q1", "Q1"},
        {"id in (P1, P2, P777, P778)", "no individual 'P777'"},
        {"dataset=f", "'f'"},
    };
    expect_refusals(cases, sizeof cases / sizeof *cases, &exact);
}

/* Over HTTP a term is known by its prefix alone, and by none that is not told. */
Test(people_condition, over_http_prefixes_that_mean_nothing_are_refused)
{
    static const refusal cases[] = {
        {"ZZZ:1", "the prefixes known here are HANCESTRO, HP, LOINC, NCIT, PATO"},
        {"country=ZZZ:1", "nothing here knows terms like ZZZ:1"},
    };
    static const refusal hidden[] = {{"HANCESTRO:0005", "known here are HP, NCIT, PATO"},
                                     {"LOINC:1-8 > 3", "known here are HP, NCIT, PATO"}};
    skr_access remote = exact;
    remote.is_remote = true;
    expect_refusals(cases, 2, &remote);
    remote.policy = (skr_policy){.threshold = 1000, .step = 1};
    expect_refusals(hidden, 2, &remote);
    const skr_expr *expr = NULL;
    skr_count_answer answer = {0};
    skr_query *query = query_of("HP:0000099 or country=Nowhere or NCIT:C99", &expr);
    cr_assert(eq(int, skr_engine_count(engine, expr, &remote, &answer, &err), SKR_OK), "%s",
              err.message);
    cr_assert(not(answer.total.exists));
    skr_engine_count_done(&answer);
    skr_query_free(query);
}

/* ------------------------------------------------------------------ zeros */

static void expect_warning(const char *question, const char *said)
{
    const skr_expr *expr = NULL;
    skr_count_answer answer = {0};
    skr_query *query = query_of(question, &expr);
    cr_assert(eq(int, skr_engine_count(engine, expr, &exact, &answer, &err), SKR_OK), "%s: %s",
              question, err.message);
    cr_assert(eq(u64, answer.total.count, 0), "%s", question);
    bool is_said = false;
    for (size_t i = 0; i < answer.warnings.n; i++)
        is_said = is_said || strstr(answer.warnings.items[i].text, said) != NULL;
    cr_assert(is_said, "%s: %zu warnings", question, answer.warnings.n);
    skr_engine_count_done(&answer);
    skr_query_free(query);
}

Test(people_condition, a_zero_because_nobody_has_what_is_compared_is_told)
{
    expect_warning("karyotype=XX", "a known karyotype");
    expect_warning("karyotype!=XX", "a known karyotype");
    expect_warning("onset > 3", "an age of onset");
    expect_warning("onset(HP:0000001) <= 3", "an age of onset of it");
}
