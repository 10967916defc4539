/*
 * What the language takes, what it makes of it, and where it points when it refuses.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/face/query.h"

static skr_query *query;
static skr_err err;

static void set_up(void)
{
    cr_assert(eq(int, skr_query_new(&query, &err), SKR_OK));
}

static void tear_down(void)
{
    skr_query_free(query);
}

TestSuite(query_parse, .init = set_up, .fini = tear_down);

static const skr_expr *people(const char *text)
{
    const skr_expr *expr = NULL;
    int status = skr_query_parse(query, text, false, &expr, &err);
    cr_assert(eq(int, status, SKR_OK), "%s: %s", text, err.message);
    return expr;
}

static const skr_expr *alleles(const char *text)
{
    const skr_expr *tree = NULL;
    int status = skr_query_parse_alleles(query, text, &tree, &err);
    cr_assert(eq(int, status, SKR_OK), "%s: %s", text, err.message);
    return tree;
}

Test(query_parse, reads_every_condition_on_people)
{
    const skr_expr *e = people("HP:0003473");
    cr_assert(e->op == SKR_E_TERM && strcmp(e->text, "HP:0003473") == 0);
    cr_assert(e->at == 0 && e->n_at == 10 && strcmp(e->source, "HP:0003473") == 0);
    e = people("only(HP:0003473)");
    cr_assert(e->op == SKR_E_ONLY && strcmp(e->text, "HP:0003473") == 0 && e->at == 5);
    e = people("sex = FEMALE");
    cr_assert(e->op == SKR_E_SEX && strcmp(e->text, "female") == 0 && e->compare == SKR_EQ);
    e = people("sex != male");
    cr_assert(e->op == SKR_E_SEX && e->compare == SKR_NE);
    e = people("karyotype=xx");
    cr_assert(e->op == SKR_E_KARYOTYPE && strcmp(e->text, "XX") == 0);
    e = people("country=\"United Kingdom\"");
    cr_assert(e->op == SKR_E_COUNTRY && strcmp(e->text, "United Kingdom") == 0);
    e = people("ancestry=FIN");
    cr_assert(e->op == SKR_E_ANCESTRY && strcmp(e->text, "FIN") == 0);
    e = people("dataset=good");
    cr_assert(e->op == SKR_E_DATASET && strcmp(e->text, "good") == 0);
    e = people("dataset!=good");
    cr_assert(e->op == SKR_E_NOT && e->left->op == SKR_E_DATASET && e->left->compare == SKR_EQ);
    e = people("age>=18");
    cr_assert(e->op == SKR_E_AGE && e->compare == SKR_GE && e->number == 18);
    e = people("age<P1Y6M");
    cr_assert(e->op == SKR_E_AGE && e->compare == SKR_LT && e->number == 1.5);
    e = people("onset(HP:1)<=P2Y");
    cr_assert(e->op == SKR_E_ONSET && strcmp(e->text, "HP:1") == 0 && e->number == 2);
    e = people("onset > 40");
    cr_assert(e->op == SKR_E_ONSET && e->text == NULL && e->compare == SKR_GT);
    e = people("LOINC:3141-9 > 75.3");
    cr_assert(e->op == SKR_E_VALUE && strcmp(e->text, "LOINC:3141-9") == 0 && e->number == 75.3);
    e = people("id=NA12878");
    cr_assert(e->op == SKR_E_ID && strcmp(e->text, "NA12878") == 0);
    e = people("all");
    cr_assert(e->op == SKR_E_ALL);
    e = people("carries(gene=RYR1)");
    cr_assert(e->op == SKR_E_CARRIES && e->alleles->op == SKR_A_GENE);
    e = people("absent(variant=3-45823240-T-C)");
    cr_assert(e->op == SKR_E_ABSENT && strcmp(e->text, "3-45823240-T-C") == 0 && e->at == 15);
    e = people("\"HP: 0001250\"");
    cr_assert(e->op == SKR_E_TERM && strcmp(e->text, "HP:0001250") == 0);
}

static void expect_region(const char *text, const char *contig, uint32_t start0, uint32_t end0)
{
    const skr_expr *a = alleles(text);
    cr_assert(a->op == SKR_A_REGION, "%s", text);
    cr_expect(eq(str, (char *)a->contig, (char *)contig), "%s", text);
    cr_expect(eq(u32, a->start0, start0), "%s", text);
    cr_expect(eq(u32, a->end0, end0), "%s", text);
}

Test(query_parse, reads_regions_as_people_write_them)
{
    expect_region("region=22:16,050,075-16,060,000", "22", 16050074, 16060000);
    expect_region("region=22:1,000-2,000,000", "22", 999, 2000000);
    expect_region("region=22:16050075", "22", 16050074, 16050075);
    expect_region("region=22:16,050,075", "22", 16050074, 16050075);
    expect_region("region=22:16050000-", "22", 16049999, UINT32_MAX);
    expect_region("region=22:-500", "22", 0, 500);
    expect_region("region=22:100..200", "22", 99, 200);
    expect_region("region=22-100-200", "22", 99, 200);
    expect_region("region=NC_000022.10:1-100", "NC_000022.10", 0, 100);
    expect_region("region=\"22:16,050,075-16,060,000\"", "22", 16050074, 16060000);
    expect_region("region=HLA-A*01:01:01:01:5-7", "HLA-A*01:01:01:01", 4, 7);
    expect_region("region=chr1_KI270706v1_random:7", "chr1_KI270706v1_random", 6, 7);
}

Test(query_parse, takes_alleles_in_every_spelling)
{
    static const char *const texts[] = {
        "22-16050075-A-G",     "22:16050075:A:G",  "22_16050075_A_G",
        "22:16050075A>G",      "22:16050075 A>G",  "22:16,050,075 A>G",
        "22:16,050,075:A:G",   "22:g.16050075A>G", "\"22:16050075 A>G\"",
        "\"22 16050075 A G\"", "22_16050075_A/G",  "HGVSid:22:g.16050075A>G"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char text[128];
        (void)snprintf(text, sizeof text, "variant=%s", texts[i]);
        cr_expect(eq(str, (char *)alleles(text)->text, "22-16050075-A-G"), "%s", texts[i]);
        (void)snprintf(text, sizeof text, "(variant in (%s,1-5-A-C) and af<0.5)", texts[i]);
        cr_expect(eq(str, (char *)alleles(text)->left->left->text, "22-16050075-A-G"), "%s",
                  texts[i]);
    }
}

Test(query_parse, reads_every_condition_on_alleles)
{
    const skr_expr *a = alleles("variant=chr3-45823240-T-C");
    cr_assert(a->op == SKR_A_VARIANT && strcmp(a->text, "chr3-45823240-T-C") == 0);
    cr_assert(a->at == 8 && a->n_at == 17);
    a = alleles("variant=22-100-200-DEL");
    cr_assert(a->op == SKR_A_VARIANT);
    a = alleles("region=19:38433000-38588000");
    cr_assert(a->op == SKR_A_REGION && strcmp(a->contig, "19") == 0);
    cr_assert(a->start0 == 38432999 && a->end0 == 38588000);
    a = alleles("region=HLA-A*01:01:01:01:5-7");
    cr_assert(strcmp(a->contig, "HLA-A*01:01:01:01") == 0 && a->start0 == 4 && a->end0 == 7);
    a = alleles("region=HLA-A*01:01:01:01");
    cr_assert(eq(str, (char *)a->text, "HLA-A*01:01:01:01")); /* a contig, or a base of one */
    cr_assert(strcmp(a->contig, "HLA-A*01:01:01") == 0 && a->start0 == 0 && a->end0 == 1);
    a = alleles("region=22");
    cr_assert(strcmp(a->contig, "22") == 0 && a->start0 == 0 && a->end0 == UINT32_MAX);
    a = alleles("gene=HLA-A");
    cr_assert(a->op == SKR_A_GENE && strcmp(a->text, "HLA-A") == 0);
    a = alleles("type=SNV");
    cr_assert(a->op == SKR_A_TYPE && strcmp(a->text, "snv") == 0);
    a = alleles("type != snv");
    cr_assert(a->op == SKR_E_NOT && a->left->op == SKR_A_TYPE);
    a = alleles("length>=50");
    cr_assert(a->op == SKR_A_LENGTH && a->compare == SKR_GE && a->number == 50);
    a = alleles("af<0.001");
    cr_assert(a->op == SKR_A_AF && a->compare == SKR_LT && a->number == 0.001);
    a = alleles("ac=1");
    cr_assert(a->op == SKR_A_AC && a->number == 1);
    a = alleles("copies=2");
    cr_assert(a->op == SKR_A_COPIES && a->number == 2);
    a = alleles("filter=PASS");
    cr_assert(a->op == SKR_A_FILTER && strcmp(a->text, "PASS") == 0);
    cr_assert(alleles("effect=missense_variant")->op == SKR_A_EFFECT);
    cr_assert(alleles("impact=high")->op == SKR_A_IMPACT);
    cr_assert(alleles("protein=V600E")->op == SKR_A_PROTEIN);
    cr_assert(alleles("all")->op == SKR_E_ALL);
}

Test(query_parse, binds_not_before_and_before_or)
{
    const skr_expr *e = people("not A:1 and A:2 or A:3 AND Not A:4");
    cr_assert(e->op == SKR_E_OR);
    cr_assert(e->left->op == SKR_E_AND && e->right->op == SKR_E_AND);
    cr_assert(e->left->left->op == SKR_E_NOT && e->left->left->left->op == SKR_E_TERM);
    cr_assert(e->right->right->op == SKR_E_NOT);
    e = people("not (A:1 or A:2) and A:3");
    cr_assert(e->op == SKR_E_AND && e->left->op == SKR_E_NOT && e->left->left->op == SKR_E_OR);
    e = people("sex in (female, male, unknown)");
    cr_assert(e->op == SKR_E_OR && e->left->op == SKR_E_OR && e->right->op == SKR_E_SEX);
}

static unsigned depth(const skr_expr *a)
{
    if (a == NULL || (a->op != SKR_E_OR && a->op != SKR_E_AND))
        return 1;
    unsigned left = depth(a->left);
    unsigned right = depth(a->right);
    return 1 + (left > right ? left : right);
}

Test(query_parse, keeps_long_chains_shallow)
{
    const size_t n_max = 1u << 20;
    char *text = malloc(n_max);
    size_t n = 0;
    unsigned n_variants = 0;
    while (n + 64 < n_max && n_variants < 20000)
        n += (size_t)snprintf(text + n, n_max - n, "%svariant=3-%u-T-C", n == 0 ? "" : " or ",
                              ++n_variants);
    const skr_expr *a = alleles(text);
    cr_assert(le(uint, depth(a), 16u));
    free(text);
}

static const struct refused {
    const char *text;
    bool is_about_alleles;
    const char *message; /* a part of the first line */
    const char *under;   /* what the carets stand under; NULL: no carets */
} refused[] = {
    {"", false, "empty question", NULL},
    {"  ", true, "empty question", NULL},
    {"sexx=female", false, "unknown word 'sexx'", "sexx"},
    {"sex=femal", false, "nearest: female", "femal"},
    {"alt=GX", true, "A, C, G, T, and N for any, found 'X'", "GX"},
    {"pattern=22-5-A", true, "pattern takes CONTIG-POS-REF-ALT", "22-5-A"},
    {"pattern=22-100-200-DEL", true, "found '2'", "22-100-200-DEL"},
    {"pattern=22-5--", true, "pattern takes CONTIG-POS-REF-ALT", "22-5--"},
    {"end=22:9-5", true, "ends where it starts or later", "22:9-5"},
    {"sex<female", false, "sex takes = or !=", "<"},
    {"sex", false, "expected = != or in after sex, found the end", " "},
    {"sex=", false, "expected a value of sex, found the end", " "},
    {"gene=RYR1", false, "write carries(gene=...)", "gene"},
    {"sex=female", true, "is about people", "sex"},
    {"carries(sex=female)", false, "is about people", "sex"},
    {"carries(gene=RYR1", false, "expected and, or, or ')', found the end", " "},
    {"carries gene=RYR1", false, "expected '(', found 'gene'", "gene"},
    {"carries()", false, "expected a condition on alleles", ")"},
    {"(HP:1", false, "expected and, or, or ')'", " "},
    {"HP:1)", false, "expected and, or, or the end, found ')'", ")"},
    {"HP:1 HP:2", false, "expected and, or, or the end, found 'HP:2'", "HP:2"},
    {"HP:1 and", false, "found the end", " "},
    {"HP:1 & HP:2", false, "the words and, or, not", "&"},
    {"HP:", false, "expected a term like HP:0000118", "HP:"},
    {":1", false, "expected a term", ":1"},
    {"only(HP:)", false, "expected a term", "HP:"},
    {"only()", false, "expected a term", ")"},
    {"Seizure", false, "or \"its label\"", "Seizure"},
    {"'HP:1'", false, "double quotes", "'"},
    {"country=\"x", false, "not closed", "\""},
    {"country=\"\"", false, "nothing stands", "\"\""},
    {"country=\"a\\b\"", false, "backslash", "\\b"},
    {"country=\"a\tb\"", false, "control character", " "},
    {"country=\xff", false, "not UTF-8", "?"},
    {"country=\"\xc3\"", false, "not UTF-8", "?"},
    {"country=\xc3\xa9", false, "double quotes", "\xc3\xa9"},
    {"karyotype=XQ", false, "karyotype is XX", "XQ"},
    {"age>=old", false, "an age", "old"},
    {"age>=-1", false, "an age", "-1"},
    {"LOINC:1>nan", false, "a number", "nan"},
    {"LOINC:1>0x10", false, "a number", "0x10"},
    {"LOINC:1>1e999", false, "a number", "1e999"},
    {"LOINC:1>", false, "expected a value", " "},
    {"biallelic(gene=RYR1)", false, "'biallelic' is not there yet", "biallelic"},
    {"similar(HP:1, hgih)", false, "expected high, medium or low", "hgih"},
    {"similar(HP:1)", false, "expected ',' and high, medium or low", ")"},
    {"similar(high, HP:1)", false, "expected a term", "high"},
    {"absent(gene=RYR1)", false, "absent takes one variant", "absent"},
    {"id in @file", false, "command line only", "@file"},
    {"sex in @file", false, "command line only", "@file"},
    {"age in @file", false, "age takes no file", "@file"},
    {"id in x", false, "expected '(' after in", "x"},
    {"id in (a b)", false, "expected ',' or ')'", "b"},
    {"id in ()", false, "expected a value of id", ")"},
    {"gen=RYR1", true, "nearest: gene", "gen"},
    {"af<1.5", true, "a number from 0 to 1", "1.5"},
    {"af<-0.1", true, "a number from 0 to 1", "-0.1"},
    {"ac=1.5", true, "a whole number", "1.5"},
    {"copies=3", true, "1 or 2", "3"},
    {"copies>1", true, "copies takes =", ">"},
    {"length>=x", true, "a whole number", "x"},
    {"type=snb", true, "nearest: SNP, snv", "snb"},
    {"type=delation", true, "nearest: deletion", "delation"},
    {"impact=strong", true, "high, moderate, low, modifier", "strong"},
    {"effect!=missense_variant", true, "not effect=", "effect"},
    {"region=22:0-5", true, "counts from 1", "22:0-5"},
    {"region=22:9-5", true, "counts from 1", "22:9-5"},
    {"region=22:1-99999999999", true, "CONTIG:START-END", "22:1-99999999999"},
    {"region=:1-5", true, "CONTIG:START-END", ":1-5"},
    {"variant=3-1-T", true, "", "3-1-T"},
    {"variant=", true, "expected a value of variant", " "},
    {"gene in @file", true, "command line only", "@file"},
    {"gene==RYR1", true, "expected a value of gene, found '='", "="},
};

/* The third line of a message has carets under exactly this text of the second. */
static bool is_under(const char *message, const char *under)
{
    const char *second = strchr(message, '\n');
    const char *third = second == NULL ? NULL : strchr(second + 1, '\n');
    if (under == NULL)
        return second == NULL;
    if (third == NULL)
        return false;
    size_t n_blank = strspn(third + 1, " ");
    size_t n_carets = strspn(third + 1 + n_blank, "^");
    if (third[1 + n_blank + n_carets] != '\0')
        return false;
    size_t n_second = (size_t)(third - second - 1);
    if (n_blank >= n_second) /* the end: a caret after the text */
        return strcmp(under, " ") == 0 && n_carets == 1;
    size_t n_under = strlen(under);
    bool is_wide = (unsigned char)under[0] >= 0x80;
    return (is_wide || n_carets == n_under) && memcmp(second + 1 + n_blank, under, n_under) == 0;
}

Test(query_parse, refuses_and_points_at_the_word)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        const struct refused *row = &refused[i];
        const skr_expr *expr = NULL;
        const skr_expr *tree = NULL;
        int status = row->is_about_alleles ? skr_query_parse_alleles(query, row->text, &tree, &err)
                                           : skr_query_parse(query, row->text, false, &expr, &err);
        cr_assert(status < 0 && expr == NULL && tree == NULL, "%s", row->text);
        cr_assert(status == SKR_ERR_QUERY || status == SKR_ERR_NOT_YET, "%s", row->text);
        cr_assert(strstr(err.message, row->message) != NULL, "%s: %s", row->text, err.message);
        cr_assert(is_under(err.message, row->under), "%s: %s", row->text, err.message);
    }
}

Test(query_parse, bounds_nesting)
{
    char text[2048] = "";
    for (unsigned i = 0; i < 200; i++)
        text[i] = '(';
    memcpy(text + 200, "HP:1", 4);
    for (unsigned i = 0; i < 200; i++)
        text[204 + i] = ')';
    text[404] = '\0';
    cr_assert(people(text)->op == SKR_E_TERM);
    memmove(text + 4, text, 405);
    memcpy(text, "not ", 4);
    const skr_expr *expr = NULL;
    cr_assert(eq(int, skr_query_parse(query, text, false, &expr, &err), SKR_ERR_QUERY));
    cr_assert(strstr(err.message, "within each other") != NULL);
}

Test(query_parse, bounds_length)
{
    size_t n = (1u << 20) + 1;
    char *text = malloc(n + 1);
    memset(text, 'x', n);
    text[n] = '\0';
    const skr_expr *expr = NULL;
    cr_assert(eq(int, skr_query_parse(query, text, false, &expr, &err), SKR_ERR_QUERY));
    text[n - 1] = '\0';
    cr_assert(eq(int, skr_query_parse(query, text, false, &expr, &err), SKR_ERR_QUERY));
    cr_assert(strlen(err.message) < 1000);
    cr_assert(strstr(err.message, "\n  ") != NULL);
    free(text);
}

Test(query_parse, shows_a_window_of_a_long_question)
{
    char text[4096];
    size_t n = 0;
    for (unsigned i = 0; i < 100; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "HP:%04u or ", i);
    (void)snprintf(text + n, sizeof text - n, "sexx=female or %s",
                   "HP:1 or HP:2 or HP:3 or HP:4 or "
                   "HP:5 or HP:6 or HP:7 or HP:8");
    const skr_expr *expr = NULL;
    cr_assert(eq(int, skr_query_parse(query, text, false, &expr, &err), SKR_ERR_QUERY));
    cr_assert(is_under(err.message, "sexx"), "%s", err.message);
    cr_assert(strstr(err.message, "\n  ...") != NULL);
}

Test(query_parse, reads_a_file_of_ids)
{
    char path[] = "/tmp/skr_ids_XXXXXX";
    int fd = mkstemp(path);
    FILE *file = fdopen(fd, "w");
    fputs("NA2\r\n\nNA1\nNA2\nid with blank", file);
    fclose(file);
    char text[128];
    (void)snprintf(text, sizeof text, "id in @%s", path);
    const skr_expr *expr = NULL;
    cr_assert(eq(int, skr_query_parse(query, text, true, &expr, &err), SKR_OK), "%s", err.message);
    cr_assert(expr->op == SKR_E_ID_FILE && expr->n_ids == 4);
    cr_assert(eq(str, (char *)expr->ids[0].text, "NA2"));
    cr_assert(eq(str, (char *)expr->ids[1].text, "NA1"));
    cr_assert(expr->ids[1].n == 3 && expr->ids[1].line == 3);
    cr_assert(eq(str, (char *)expr->ids[3].text, "id with blank"));
    file = fopen(path, "w");
    fputs("NA2\nNA\t1\n", file);
    fclose(file);
    cr_assert(eq(int, skr_query_parse(query, text, true, &expr, &err), SKR_ERR_INPUT));
    cr_assert(strstr(err.message, ":2: ") != NULL);
    remove(path);
    cr_assert(eq(int, skr_query_parse(query, text, true, &expr, &err), SKR_ERR_INPUT));
}
