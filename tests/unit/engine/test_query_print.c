/*
 * Equal questions have equal texts, and the text is a question with the same text.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/face/query.h"

static skr_err err;

/* The canonical text; the caller frees it. NULL when the text is refused. */
static char *canonical(const char *text)
{
    skr_query *query = NULL;
    const skr_expr *expr = NULL;
    skr_buffer out = {0};
    cr_assert(eq(int, skr_query_new(&query, &err), SKR_OK));
    char *result = NULL;
    if (skr_query_parse(query, text, false, &expr, &err) == SKR_OK) {
        cr_assert(eq(int, skr_query_expr_print(expr, &out, &err), SKR_OK));
        result = strndup((const char *)out.bytes, out.n);
    }
    skr_buffer_done(&out);
    skr_query_free(query);
    return result;
}

static const char *const pairs[][2] = {
    {"HP:2 AND hp:1", "HP:1 and HP:2"},
    {"\"Focal seizure\" or term=Asthma", "term=\"Focal seizure\" or term=Asthma"},
    {"only(Asthma) and onset(\"a b\")<2", "only(Asthma) and onset(\"a b\")<2"},
    {"carries(alt=t and START=chr22:5-9)", "carries(alt=T and start=22:5-9)"},
    {"carries(alt!=- and alt=u)", "carries(alt=T and not alt=-)"},
    {"carries(end in (22:7, 22:9-))", "carries(end=22:7-7 or end=22:9-)"},
    {"carries(start=22)", "carries(start=22:1-)"},
    {"carries(pattern=chr22-5-a-n)", "carries(pattern=22-5-A-N)"},
    {"carries(pattern=chr22-5-a-g)", "carries(variant=22-5-A-G)"},
    {"carries(pattern=22-5--n)", "carries(pattern=22-5--N)"},
    /* bases of which only the first and the last are known, EGA-archive/beacon2-ri-api#53 */
    {"carries(pattern=22-5-A-annt)", "carries(pattern=22-5-A-ANNT)"},
    {"carries(pattern=22-5-n-)", "carries(pattern=22-5-N-)"},
    {"http://purl.obolibrary.org/obo/HP_0001250", "HP:0001250"},
    {"obo:HP_0001250 and orpha:558", "HP:0001250 and Orphanet:558"},
    {"only(HP_0001250) or onset(mondo:1)>3", "only(HP:0001250) or onset(MONDO:1)>3"},
    {"loinc:3141-9 > 75.3", "LOINC:3141-9>75.3"},
    {"country=gaz:00002459", "country=GAZ:00002459"},
    {"sex=F", "sex=female"},
    {"sex=PATO:0000384", "sex=male"},
    {"sex!=MALE", "sex!=male"},
    {"sex=\"http://purl.obolibrary.org/obo/PATO_0020002\"", "sex=female"},
    {"sex in (m, UNKNOWN_SEX)", "sex=male or sex=unknown"},
    {"sex=intersex", "NCIT:C45908"},
    {"sex!=intersex", "not NCIT:C45908 and sex!=unknown"},
    {"(A:2 or (A:1)) and A:1", "A:1 and (A:1 or A:2)"},
    {"A:1 or A:1", "A:1"},
    {"(A:1 or A:1) and A:2", "A:1 and A:2"},
    {"((A:2 and A:1) or (A:1 and A:2)) and A:0", "A:0 and A:1 and A:2"},
    {"A:3 or (A:2 or (A:1 or A:0))", "A:0 or A:1 or A:2 or A:3"},
    {"A:3 and A:2 or A:1", "A:1 or A:2 and A:3"},
    {"not not A:1", "not not A:1"},
    {"NOT (A:1)", "not A:1"},
    {"not (A:2 and A:1)", "not (A:1 and A:2)"},
    {"sex in (male, female)", "sex=female or sex=male"},
    {"age >= P18Y", "age>=18"},
    {"age >= 18.0", "age>=18"},
    {"LOINC:1 < 0.10", "LOINC:1<0.1"},
    {"LOINC:1 > -0", "LOINC:1>0"},
    {"LOINC:1 > 1e20", "LOINC:1>1e+20"},
    {"onset(HP:1) < P6M", "onset(HP:1)<0.5"},
    {"onset<5", "onset<5"},
    {"age>P70Y", "age>70"},
    {"age>PT1S", "age>0.00000003168808781402895"},
    {"LOINC:1<-0.000001", "LOINC:1<-0.000001"},
    {"LOINC:1<2.5e-12", "LOINC:1<2.5e-12"},
    {"carries(length>=1000000)", "carries(length>=1000000)"},
    {"country = \"FI\"", "country=FI"},
    {"country=\"a \\\"b\\\" \\\\c\"", "country=\"a \\\"b\\\" \\\\c\""},
    {"carries(variant=chr3-45823240-t-c)", "carries(variant=3-45823240-T-C)"},
    /* Which contig an accession is depends on the assembly that is asked. */
    {"carries(variant=NC_000003.12-5-T-C)", "carries(variant=NC_000003.12-5-T-C)"},
    {"carries(region=chrUn_KI270742v1:5-10)", "carries(region=chrUn_KI270742v1:5-10)"},
    {"absent(variant=chrM-100-A-G)", "absent(variant=MT-100-A-G)"},
    {"carries(region=chr19:005-10)", "carries(region=19:5-10)"},
    {"carries(region=chr19)", "carries(region=19)"},
    {"carries(af<1e-3 and type=SNV)", "carries(af<0.001 and type=snv)"},
    {"carries(type!=snv)", "carries(not type=snv)"},
    {"carries(copies=2.0)", "carries(copies=2)"},
    {"karyotype!=X0", "karyotype!=XO"},
    {"all", "all"},
    {"carries(all)", "carries(all)"},
};

Test(query_print, gives_equal_questions_one_text)
{
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        char *text = canonical(pairs[i][0]);
        cr_assert(text != NULL, "%s: %s", pairs[i][0], err.message);
        cr_expect(strcmp(text, pairs[i][1]) == 0, "%s: %s, not %s", pairs[i][0], text, pairs[i][1]);
        char *again = canonical(text);
        cr_assert(again != NULL && strcmp(again, text) == 0, "%s, then %s", text, again);
        free(text);
        free(again);
    }
}

/* A random question, written with random order, brackets and blanks. */
static unsigned draw(uint64_t *seed, unsigned n)
{
    *seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
    return (unsigned)(*seed >> 33) % n;
}

static void append(char *text, size_t n_text, const char *more)
{
    size_t n = strlen(text);
    snprintf(text + n, n_text - n, "%s", more);
}

static void put_random(char *text, size_t n_text, uint64_t *seed, unsigned depth)
{
    static const char *const atoms[] = {"A:1",
                                        "B:2",
                                        "sex!=male",
                                        "age<5",
                                        "carries(ac=1 or af<0.5 and not gene=X)",
                                        "id in (b, a)",
                                        "\"Q: 3\"",
                                        "onset(A:1)>1"};
    size_t n = strlen(text);
    unsigned choice = depth == 0 ? 0 : draw(seed, 5);
    if (n + 80 > n_text || choice == 0) {
        append(text, n_text, atoms[draw(seed, sizeof atoms / sizeof *atoms)]);
        return;
    }
    append(text, n_text, choice == 1 ? "not (" : "(");
    put_random(text, n_text, seed, depth - 1);
    for (unsigned i = choice == 1 ? 0 : draw(seed, 3); i > 0; i--) {
        append(text, n_text, choice % 2 == 0 ? ") or (" : ") and (");
        put_random(text, n_text, seed, depth - 1);
    }
    append(text, n_text, ")");
}

Test(query_print, parses_to_the_same_text)
{
    uint64_t seed = 11;
    for (unsigned i = 0; i < 2000; i++) {
        char text[8192] = "";
        put_random(text, 4000, &seed, 5);
        char *once = canonical(text);
        cr_assert(once != NULL, "%s: %s", text, err.message);
        char *twice = canonical(once);
        cr_assert(twice != NULL && strcmp(once, twice) == 0, "%s\n%s\n%s", text, once, twice);
        free(once);
        free(twice);
    }
}

Test(query_print, walks_trees_that_lean)
{
    skr_query *query = NULL;
    cr_assert(eq(int, skr_query_new(&query, &err), SKR_OK));
    const skr_expr *tree = NULL;
    for (unsigned i = 0; i < 200000; i++) {
        const skr_expr *gene = NULL;
        skr_expr node = {.op = SKR_A_GENE, .text = i % 2 == 0 ? "A" : "B"};
        cr_assert(eq(int, skr_query_expr(query, &node, &gene, &err), SKR_OK));
        skr_expr both = {.op = SKR_E_OR, .left = tree, .right = gene};
        if (tree == NULL)
            tree = gene;
        else
            cr_assert(eq(int, skr_query_expr(query, &both, &tree, &err), SKR_OK));
    }
    skr_buffer out = {0};
    cr_assert(eq(int, skr_query_expr_print(tree, &out, &err), SKR_OK));
    cr_assert(out.n == strlen("gene=A or gene=B"));
    skr_buffer_done(&out);
    skr_query_free(query);
}

Test(query_print, prints_requests_in_words_that_can_be_asked)
{
    const skr_expr begins = {.op = SKR_A_START, .contig = "3", .start0 = 1, .start_to0 = 2};
    const skr_expr ends = {.op = SKR_A_END, .contig = "3", .end0 = 3, .end_to0 = 4};
    const skr_expr nodes[] = {
        {.op = SKR_A_SEQUENCE, .contig = "chr3", .start0 = 5, .ref = "", .alt = "N"},
        {.op = SKR_E_AND, .left = &begins, .right = &ends},
        {.op = SKR_A_ALT, .text = "T"},
    };
    const char *const texts[] = {
        "pattern=3-6--N",
        "end=3:3-3 and start=3:2-2",
        "alt=T",
    };
    for (size_t i = 0; i < 3; i++) {
        skr_buffer out = {0};
        cr_assert(eq(int, skr_query_expr_print(&nodes[i], &out, &err), SKR_OK));
        cr_assert(out.n == strlen(texts[i]) && memcmp(out.bytes, texts[i], out.n) == 0, "%.*s",
                  (int)out.n, (char *)out.bytes);
        skr_buffer_done(&out);
    }
}
