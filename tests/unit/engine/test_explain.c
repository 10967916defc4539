/*
 * What a question means here is said: what its names became, from 1 and from 0, and where it looks;
 * and a question that is refused when it is asked is refused here, too.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "tests/support/beacon_store.h"

static const skr_access exact = {.policy = {.is_exact = true, .threshold = 1, .step = 1}};

static beacon_store store;
static skr_err err;

static void set_up(void)
{
    beacon_store_init(&store);
}

static void tear_down(void)
{
    beacon_store_done(&store);
}

TestSuite(explain, .init = set_up, .fini = tear_down);

/* What is said of a question, into text, which the caller ends. */
static int explain(const char *question, skr_buffer *text, skr_warnings *warnings)
{
    skr_query *query = NULL;
    const skr_expr *expr = NULL;
    text->n = 0;
    cr_assert(eq(int, skr_query_new(&query, &err), SKR_OK));
    cr_assert(eq(int, skr_query_parse(query, question, false, &expr, &err), SKR_OK), "%s: %s",
              question, err.message);
    int status = skr_engine_explain(store.engine, expr, &exact, text, warnings, &err);
    cr_assert(eq(int, skr_buffer_put_u8(text, '\0', &err), SKR_OK));
    skr_query_free(query);
    return status;
}

Test(explain, names_are_what_they_became)
{
    static const struct {
        const char *question;
        const char *said;
    } cases[] = {
        {"sex=female", "question: sex=female\ngeneration "},
        {"sex=female", "1 dataset\n"},
        {"carries(variant=chr1:100:A:G)", "  allele 1-100-A-G (from 0: [99, 100))\n"},
        {"carries(variant=chr1:100:A:G)", "alleles of GRCh38\n"},
        {"carries(variant=1-100-A-G)", "  looks there: 1 window of "},
        {"carries(af>0.1)", "  looks everywhere: "},
        {"carries(variant=7-100-A-G)", ": its contig is not in the store"},
        {"carries(region=1:100-200)", "  region on 1\n    1:100-200 (from 0: [99, 200))\n"},
        {"carries(start=1:100-200)", "1:100-200 (from 0: [99, 200)), by start\n"},
        {"carries(region=7:1-5)", "  region on 7: not in the store\n"},
        {"not absent(variant=1-100-A-G)", "  allele 1-100-A-G"},
        {"HP:0001250", "term HP:0001250: HP:0001250 (Seizure), descendants included\n"},
        {"only(hp:0001250)", "(Seizure), that class alone\n"},
        {"HP:0001250 and not (HP:0000118 or sex=male)", "(Phenotypic abnormality)"},
    };
    skr_buffer text = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_assert(eq(int, explain(cases[i].question, &text, NULL), SKR_OK), "%s: %s",
                  cases[i].question, err.message);
        cr_assert(strstr((const char *)text.bytes, cases[i].said) != NULL, "%s:\n%s",
                  cases[i].question, (const char *)text.bytes);
    }
    skr_buffer_done(&text);
}

Test(explain, doubts_stand_in_the_text_and_are_the_callers)
{
    skr_buffer text = {0};
    skr_warnings warnings = {0};
    cr_assert(eq(int, explain("carries(type=snv and type=del)", &text, &warnings), SKR_OK));
    cr_assert(eq(sz, warnings.n, 1));
    cr_assert(warnings.items[0].code == SKR_WARN_NEVER_TRUE);
    cr_assert(strstr((const char *)text.bytes, warnings.items[0].text) != NULL);
    skr_warnings_done(&warnings);
    skr_buffer_done(&text);
}

Test(explain, what_cannot_be_asked_cannot_be_explained)
{
    static const char *const questions[] = {"HP:9999999", "dataset=none",
                                            "sex=male and dataset=none", "carries(gene=NONE)",
                                            "carries(effect=missense_variant)"};
    skr_buffer text = {0};
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        skr_warnings warnings = {0};
        cr_assert(eq(int, explain(questions[i], &text, &warnings), SKR_ERR_QUERY), "%s",
                  questions[i]);
        cr_assert(strchr(err.message, '^') != NULL, "%s", err.message);
        cr_assert(eq(sz, warnings.n, 0));
    }
    skr_buffer_done(&text);
}

/* An answer that is thrown away: what was done for it is added up. */
Test(explain, an_analysis_adds_up_what_was_done)
{
    skr_query *query = NULL;
    const skr_expr *expr = NULL;
    skr_analysis analysis = {0};
    cr_assert(eq(int, skr_query_new(&query, &err), SKR_OK));
    cr_assert(eq(int,
                 skr_query_parse(query, "carries(type=snv) and HP:0000118", false, &expr, &err),
                 SKR_OK));
    cr_assert(eq(int, skr_engine_analyze(store.engine, expr, &exact, &analysis, &err), SKR_OK),
              "%s", err.message);
    cr_assert(analysis.total_ns > 0 && analysis.n_rows == 2);
    cr_assert(eq(int, skr_query_parse(query, "id=nobody", false, &expr, &err), SKR_OK));
    analysis.n_rows = 77;
    cr_assert(
        eq(int, skr_engine_analyze(store.engine, expr, &exact, &analysis, &err), SKR_ERR_QUERY));
    cr_assert(eq(u64, analysis.n_rows, 77), "what fails leaves the result alone");
    skr_query_free(query);
}
