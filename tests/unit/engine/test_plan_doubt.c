/*
 * A question of which it is said that no allele can be all of it is true of no allele, whatever its
 * numbers: drawn chains of conditions, and drawn alleles. What is plainly such a question is told.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "engine/plan/plan_condition.h"
#include "tests/support/beacon_store.h"
#include "tests/support/random.h"

static const skr_access exact = {.policy = {.is_exact = true, .threshold = 1, .step = 1}};
static const skr_access hiding = {.policy = {.threshold = 3, .step = 1}};

static test_random draw;
static skr_err err;
static load_store store;
static skr_snapshot *snapshot;

static uint32_t below(uint32_t n)
{
    return test_random_below(&draw, n);
}

static void set_up(void)
{
    load_store_init(&store);
    beacon_store_load(&store);
    cr_assert(eq(int, skr_snapshot_open(store.folder.path, NULL, NULL, &snapshot, &err), SKR_OK),
              "%s", err.message);
}

static void tear_down(void)
{
    skr_snapshot_release(snapshot);
    load_store_done(&store);
}

TestSuite(plan_doubt, .init = set_up, .fini = tear_down);

/* ------------------------------------------------------------------ plans */

typedef struct asked {
    skr_query *query;
    skr_plan *plan;
    skr_warnings warnings;
} asked;

static asked ask(const char *text, const skr_access *access)
{
    asked it = {0};
    const skr_expr *expr = NULL;
    cr_assert(eq(int, skr_query_new(&it.query, &err), SKR_OK));
    cr_assert(eq(int, skr_query_parse_alleles(it.query, text, &expr, &err), SKR_OK), "%s: %s", text,
              err.message);
    cr_assert(eq(int, skr_plan_new(snapshot, access, expr, &it.warnings, &it.plan, &err), SKR_OK),
              "%s: %s", text, err.message);
    return it;
}

static void asked_done(asked *it)
{
    skr_plan_free(it->plan);
    skr_warnings_done(&it->warnings);
    skr_query_free(it->query);
}

static bool is_warned(const asked *it, skr_warning_code code, const char *words)
{
    for (size_t i = 0; i < it->warnings.n; i++)
        if (it->warnings.items[i].code == code && strstr(it->warnings.items[i].text, words) != NULL)
            return true;
    return false;
}

/* ------------------------------------------------------------------ drawn chains */

static size_t draw_condition(char *text, size_t n)
{
    static const char *const whole[] = {"variant=1-100-A-G",  "variant=1-100-A-T",
                                        "variant=1-300-CT-C", "variant=1-102-A-AC",
                                        "region=1:90-110",    "region=1:103",
                                        "region=2:1-5",       "region=1:300-301",
                                        "type=snv",           "type=ins",
                                        "type=del",           "type=dup",
                                        "copies=1",           "copies=2",
                                        "filter=PASS",        "alt=G",
                                        "start=1:99-101",     "start=1:102-110",
                                        "end=1:100-102",      "end=1:300-305",
                                        "pattern=1-100-A-N",  "all",
                                        "start=1:1-300",      "type=mnv"};
    static const char *const numbers[] = {"length", "ac", "af"};
    static const char *const signs[] = {"=", "!=", "<", "<=", ">", ">="};
    const char *sign = below(6) == 0 ? "not " : "";
    if (below(2) == 0)
        return (size_t)snprintf(text, n, "%s%s", sign, whole[below(sizeof whole / sizeof *whole)]);
    uint32_t which = below(3);
    return (size_t)snprintf(text, n, "%s%s%s%s%u", sign, numbers[which], signs[below(6)],
                            which == 2 ? "0." : "", below(4));
}

static void draw_chain(char *text, size_t n)
{
    size_t at = draw_condition(text, n);
    for (uint32_t i = 1 + below(4); i > 0; i--) {
        at += (size_t)snprintf(text + at, n - at, " and ");
        at += draw_condition(text + at, n - at);
    }
}

static skr_allele draw_allele(void)
{
    static const char *const bases[] = {"A", "C", "G", "T", "AC", "CT", "ACG", "GT"};
    skr_allele key = {.start0 = (below(2) == 0 ? 95 : 295) + below(12),
                      .kind = (skr_allele_kind)below(SKR_ALLELE_SV + 1)};
    bool is_short = key.kind == SKR_ALLELE_SNV || key.kind == SKR_ALLELE_INS;
    key.ref = key.kind == SKR_ALLELE_SV ? "" : bases[is_short ? below(4) : 4 + below(4)];
    is_short = key.kind == SKR_ALLELE_SNV || key.kind == SKR_ALLELE_DEL;
    key.alt = key.kind == SKR_ALLELE_SV ? "DUP" : bases[is_short ? below(4) : 4 + below(4)];
    key.n_ref = (uint32_t)strlen(key.ref);
    key.n_alt = (uint32_t)strlen(key.alt);
    key.end0 = key.start0 + (key.kind == SKR_ALLELE_SV ? 1 + below(20) : key.n_ref);
    return key;
}

static void expect_never(const asked *it, const skr_allele *key, const char *text)
{
    uint64_t ac = below(5);
    uint64_t an = below(4) == 0 ? ac : ac + below(12);
    const skr_allele_facts facts = {ac, ac, an, an, true, below(2) == 0};
    for (unsigned copies = 1; copies <= 2; copies++)
        cr_assert(ne(int, skr_plan_judge(it->plan, key, &facts, copies), SKR_YES),
                  "seed %llu: %s: start %u, ac %lu, an %lu", (unsigned long long)draw.seed, text,
                  key->start0, (unsigned long)ac, (unsigned long)an);
}

Test(plan_doubt, what_is_said_to_be_never_true_is_never_true)
{
    char text[512];
    unsigned n_never = 0;
    unsigned n_others = 0;
    draw = test_random_drawn("plan_doubt");
    for (unsigned turn = 0; turn < 1500; turn++) {
        draw_chain(text, sizeof text);
        asked it = ask(text, &exact);
        bool is_never = is_warned(&it, SKR_WARN_NEVER_TRUE, "");
        n_never += is_never;
        n_others += !is_never;
        for (unsigned i = 0; is_never && i < 300; i++) {
            skr_allele key = draw_allele();
            expect_never(&it, &key, text);
        }
        for (size_t i = 0; is_never && i < it.plan->n_named; i++)
            for (unsigned k = 0; k < 20; k++)
                expect_never(&it, it.plan->named[i].key, text);
        asked_done(&it);
    }
    cr_assert(n_never > 100 && n_others > 100, "%u and %u", n_never, n_others);
}

/* ------------------------------------------------------------------ what is told */

Test(plan_doubt, what_excludes_itself_is_told)
{
    static const struct {
        const char *question;
        const char *words; /* NULL: nothing is said */
    } cases[] = {
        {"variant=1-100-A-G and variant=1-100-A-T", "who carries both"},
        {"variant=1-100-A-G and variant=1:100:A:G", NULL}, /* one allele, spelt twice */
        {"variant=1-100-A-G or variant=1-100-A-T", NULL},
        {"not (variant=1-100-A-G and variant=1-100-A-T)", "who carries both"},
        {"type=snv and type=del", "no allele is both"},
        {"type=snv or type=del", NULL},
        {"type=snv and length>1", "length"},
        {"type=snv and length>=1", NULL},
        {"af<0.1 and ac>0 and af>0.2", "af"},
        {"af<=0.1 and af>=0.1", NULL},
        {"af<0.1 and af>=0.1", "af"},
        {"af>0 and af=0.1", NULL}, /* the open end was another one */
        {"ac>0 and ac>=1 and ac<5 and ac<=1", NULL},
        {"ac>1 and ac>=1 and ac<=1", "ac"},
        {"length>1 and length<9 and length=4", NULL},
        {"ac>2 and type=ins and ac<1", "ac"},
        {"ac!=2 and ac=2", NULL}, /* != narrows nothing */
        {"copies=1 and copies=2", "no allele is both"},
        {"region=1:100-200 and region=1:300-400", NULL}, /* a long one meets both */
        {"start=1:100-200 and start=1:300-400", "no allele is both"},
        {"start=1:100-200 and start=1:200-400", NULL},
        {"end=1:100-200 and end=1:300-400", "no allele is both"},
        {"variant=1-100-A-G and region=1:300-301", "no allele is both"},
        {"variant=1-100-A-G and region=1:100", NULL},
        {"variant=1-100-A-G and type=ins", "no allele is both"},
        {"variant=1-100-A-G and af<0.5", NULL},
        {"(ac>3 and ac<2) or type=snv", "ac"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        asked it = ask(cases[i].question, &exact);
        const char *words = cases[i].words == NULL ? "" : cases[i].words;
        cr_assert(eq(int, is_warned(&it, SKR_WARN_NEVER_TRUE, words), cases[i].words != NULL),
                  "%s: %s", cases[i].question,
                  it.warnings.n > 0 ? it.warnings.items[0].text : "nothing");
        asked_done(&it);
    }
}

Test(plan_doubt, where_nobody_was_assessed_is_told_but_not_under_a_policy_that_hides)
{
    static const char *const questions[] = {"region=2:1-500", "start=2:4-9 and type=snv",
                                            "region=1:5000000-5000100"};
    static const char *const words[] = {"contig 2", "contig 2", "nobody was assessed there"};
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        asked it = ask(questions[i], &exact);
        cr_assert(is_warned(&it, SKR_WARN_NOT_ASSESSED, words[i]), "%s", questions[i]);
        asked_done(&it);
        it = ask(questions[i], &hiding);
        cr_assert(eq(int, is_warned(&it, SKR_WARN_NOT_ASSESSED, ""), 0), "%s", questions[i]);
        asked_done(&it);
    }
    asked it = ask("region=1:50-150", &exact);
    cr_assert(eq(sz, it.warnings.n, 0));
    asked_done(&it);
}

Test(plan_doubt, nobody_who_wants_no_warnings_is_in_its_way)
{
    skr_plan *plan = NULL;
    const skr_expr *expr = NULL;
    skr_query *query = NULL;
    cr_assert(eq(int, skr_query_new(&query, &err), SKR_OK));
    cr_assert(eq(int, skr_query_parse_alleles(query, "ac>3 and ac<2", &expr, &err), SKR_OK));
    cr_assert(eq(int, skr_plan_new(snapshot, &exact, expr, NULL, &plan, &err), SKR_OK));
    cr_assert(eq(int, skr_plan_doubt(plan, &exact, &err), SKR_OK));
    skr_plan_free(plan);
    skr_query_free(query);
}
