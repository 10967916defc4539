/*
 * A question that is written as a Beacon request is read from it as the same question, and what no
 * request says is refused: no part of a question is lost on the way.
 *
 * Questions are drawn from everything that the language can say. Beside each goes what its request
 * may mean, in words: an allele by its parts for one by its name, a length "at least 6" for "above
 * 5". Two answers are right: that meaning, or that no request asks it; the second only where the
 * question was drawn without care for what Beacon can say.
 *
 * Numbers that 15 digits do not tell apart (jeroen/jsonlite#350) and a range without an end
 * (genome-nexus/genome-nexus#710) are among what is drawn.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/beacon/beacon_condition.h"
#include "api/beacon/beacon_json.h"
#include "api/beacon/beacon_text.h"
#include "tests/support/random.h"

#define N_DRAWN 20000
#define REQUEST "beacon: POST /api/individuals "
#define REFUSAL "beacon: no request asks this: "

#define N_TEXT 16384
typedef struct saying {
    char text[N_TEXT];    /* a question, or a part of one */
    char meaning[N_TEXT]; /* what its request says */
} saying;

/* The canonical text of a question; "" if it is none. */
static void canonical(const char *question, char *text)
{
    skr_query *query = NULL;
    skr_err err = {0};
    skr_buffer printed = {0};
    const skr_expr *expr = NULL;
    int status = skr_query_new(&query, &err);
    if (status == SKR_OK)
        status = skr_query_parse(query, question, false, &expr, &err);
    if (status == SKR_OK)
        status = skr_query_expr_print(expr, &printed, &err);
    cr_assert(status == SKR_OK && printed.n < N_TEXT, "%s: %s", question, err.message);
    (void)snprintf(text, N_TEXT, "%.*s", (int)printed.n, (char *)printed.bytes);
    skr_buffer_done(&printed);
    skr_query_free(query);
}

/* The line that says a question in Beacon. */
static void written(const char *question, char *line)
{
    skr_query *query = NULL;
    skr_err err = {0};
    skr_buffer text = {0};
    const skr_expr *expr = NULL;
    int status = skr_query_new(&query, &err);
    if (status == SKR_OK)
        status = skr_query_parse(query, question, false, &expr, &err);
    if (status == SKR_OK)
        status = skr_beacon_text(expr, NULL, &text, &err);
    cr_assert(status == SKR_OK && text.n > 0 && text.n < N_TEXT, "%s: %s", question, err.message);
    (void)snprintf(line, N_TEXT, "%.*s", (int)text.n - 1, (char *)text.bytes);
    skr_buffer_done(&text);
    skr_query_free(query);
}

/* The question that a request means; "error: ..." if it is refused. */
static void read_back(const char *body, char *text)
{
    skr_beacon_request request;
    skr_err err = {0};
    skr_buffer printed = {0};
    const skr_expr *people = NULL;
    int status = skr_beacon_request_read(body, strlen(body), &request, &err);
    if (status == SKR_OK)
        status = skr_beacon_request_people(&request, &people, &err);
    if (status == SKR_OK)
        status = skr_query_expr_print(people, &printed, &err);
    if (status == SKR_OK)
        (void)snprintf(text, N_TEXT, "%.*s", (int)printed.n, (char *)printed.bytes);
    else
        (void)snprintf(text, N_TEXT, "error: %s", err.message);
    skr_buffer_done(&printed);
    skr_beacon_request_done(&request);
}

/* Is the question written, and then read as its meaning? False: no request asks it. */
static bool comes_back(const saying *asked)
{
    char line[N_TEXT];
    char want[N_TEXT];
    char got[N_TEXT];
    written(asked->text, line);
    if (strncmp(line, REFUSAL, strlen(REFUSAL)) == 0)
        return false;
    cr_assert(eq(int, strncmp(line, REQUEST, strlen(REQUEST)), 0), "%s", line);
    canonical(asked->meaning, want);
    read_back(line + strlen(REQUEST), got);
    cr_assert(eq(str, got, want), "%s\n%s", asked->text, line);
    return true;
}

/* ------------------------------------------------------------------ drawing */

static const char *one_of(test_random *random, const char *const *words)
{
    uint32_t n = 0;
    while (words[n] != NULL)
        n++;
    return words[test_random_below(random, n)];
}
#define ONE_OF(random, ...) one_of(random, (const char *const[]){__VA_ARGS__, NULL})

static const char *contig(test_random *random)
{
    return ONE_OF(random, "1", "chr1", "X", "chrx", "MT", "22");
}

static const char *bases(test_random *random)
{
    return ONE_OF(random, "A", "c", "GG", "TTTT", "ACGTA");
}

static void same(saying *drawn)
{
    memcpy(drawn->meaning, drawn->text, sizeof drawn->text);
}

#define SAY(drawn, ...) (void)snprintf((drawn)->text, sizeof(drawn)->text, __VA_ARGS__)
#define MEAN(drawn, ...) (void)snprintf((drawn)->meaning, sizeof(drawn)->meaning, __VA_ARGS__)

/* One allele, or where alleles are. */
static void draw_place(test_random *random, saying *drawn)
{
    const char *on = contig(random);
    unsigned at = 1 + test_random_below(random, 300);
    unsigned to = at + test_random_below(random, 300);
    switch (test_random_below(random, 9)) {
    case 0:
        SAY(drawn, "variant=%s-%u-%s-T", on, at, ONE_OF(random, "A", "cc", "G"));
        break;
    case 1:
        SAY(drawn, "pattern=%s-%u-%s-%s", on, at, bases(random), ONE_OF(random, "N", "TN", "nn"));
        break;
    case 2:
        SAY(drawn, "region=%s:%u-%u", on, at, to);
        break;
    case 3:
        SAY(drawn, "region=%s", on);
        break;
    case 4: /* no contig is as long as that */
        SAY(drawn, "region=%s:%u-", on, at + 1);
        MEAN(drawn, "region=%s:%u-2147483646", on, at + 1);
        return;
    case 5:
        SAY(drawn, "variant=\"%s\"",
            ONE_OF(random, "19:g.10_12del", "NM_1:g.7del", "chrX:g.5_9dup", "7:g.3_8inv"));
        break;
    case 6:
        SAY(drawn, "start=%s:%u-%u and end=%s:%u-%u", on, at, to, on, at + 5, to + 9);
        break;
    case 7:
        SAY(drawn, "start=%s:%u- and end=%s", on, at, on);
        break;
    default:
        SAY(drawn, "start=%s:%u and alt=%s", on, at, bases(random));
        break;
    }
    same(drawn);
}

/* What narrows alleles beside a place. */
static void draw_kind(test_random *random, saying *drawn)
{
    unsigned length = 1 + test_random_below(random, 9);
    switch (test_random_below(random, 4)) {
    case 0:
        SAY(drawn, "gene=%s", ONE_OF(random, "RYR1", "\"HLA-A\"", "\"a b\"", "\"\xc3\xa4\""));
        break;
    case 1:
        SAY(drawn, "type=%s",
            ONE_OF(random, "snv", "del", "\"DUP:TANDEM\"", "\"INS:ME:ALU\"", "cpx"));
        break;
    case 2:
        SAY(drawn, "length%s%u", ONE_OF(random, ">=", "<="), length);
        break;
    default:
        if (test_random_below(random, 2) == 0) {
            SAY(drawn, "length>%u", length);
            MEAN(drawn, "length>=%u", length + 1);
        } else {
            SAY(drawn, "length=%u", length);
            MEAN(drawn, "(length>=%u and length<=%u)", length, length);
        }
        return;
    }
    same(drawn);
}

/* A number that is written as it is, whatever it is. */
static double number(test_random *random)
{
    double whole = test_random_below(random, 1000);
    switch (test_random_below(random, 4)) {
    case 0:
        return whole;
    case 1:
        return whole / 10;
    case 2:
        return whole / 7;
    default:
        return whole * 1e15 + 0.1 * whole;
    }
}

static void draw_people(test_random *random, saying *drawn)
{
    const char *sign = ONE_OF(random, "=", "!=", "<", "<=", ">", ">=");
    const char *equals = ONE_OF(random, "=", "!=");
    switch (test_random_below(random, 9)) {
    case 0:
        SAY(drawn, "%s", ONE_OF(random, "HP:0001250", "MONDO:0007739", "HP:1"));
        break;
    case 1:
        SAY(drawn, "only(%s)", ONE_OF(random, "HP:0001250", "ICD10:G40.9"));
        break;
    case 2:
        SAY(drawn, "sex%s%s", equals, ONE_OF(random, "female", "male", "other", "unknown"));
        break;
    case 3:
        SAY(drawn, "age%s%.17g", sign, test_random_below(random, 1000) / 9.5);
        break;
    case 4:
        SAY(drawn, "onset%s%s", sign, ONE_OF(random, "P5Y", "0", "40.5", "P2Y6M"));
        break;
    case 5:
        SAY(drawn, "LOINC:3141-9%s%.17g", sign, number(random));
        break;
    case 6:
        SAY(drawn, "karyotype%s%s", equals, ONE_OF(random, "XX", "XY", "XXY", "unknown"));
        break;
    case 7:
        SAY(drawn, "country%s%s", equals,
            ONE_OF(random, "\"United Kingdom\"", "GAZ:00002637", "\"a\\\"b\""));
        break;
    default:
        SAY(drawn, "ancestry%s%s", equals,
            ONE_OF(random, "Finnish", "SNOMED:113170005", "NCIT:C43856"));
        break;
    }
    same(drawn);
}

/* What Beacon has no words for, or only some. */
static void draw_more_alleles(test_random *random, saying *drawn)
{
    unsigned at = 1 + test_random_below(random, 300);
    switch (test_random_below(random, 6)) {
    case 0:
        SAY(drawn, "%s",
            ONE_OF(random, "af<0.01", "ac>=3", "copies=2", "filter=PASS", "length!=3", "length<0"));
        break;
    case 1:
        SAY(drawn, "not type=%s", ONE_OF(random, "snv", "del"));
        break;
    case 2:
        SAY(drawn, "variant=\"%s-%u-%u-%s\"", contig(random), at, at + 50,
            ONE_OF(random, "DEL", "DUP", "INS:ME:ALU+281", "TRA@22:5000"));
        break;
    case 3:
        SAY(drawn, "alt=%s", ONE_OF(random, "-", "N", "A", "tt"));
        break;
    case 4:
        SAY(drawn, "%s=%s:%u-%u", ONE_OF(random, "start", "end"), contig(random), at, at + 3);
        break;
    default:
        SAY(drawn, "region=\"%s\"",
            ONE_OF(random, "HLA-A*01:01", "HLA-A*01:01:1-9", "chr1-3-9", "foo"));
        break;
    }
    same(drawn);
}

static void draw_more_people(test_random *random, saying *drawn)
{
    SAY(drawn, "%s",
        ONE_OF(random, "id=ann", "dataset=one", "absent(variant=1-5-A-T)", "onset(HP:1)<5",
               "not sex=female", "HP:1 or HP:2", "country=\"50% here\"", "sex=intersex",
               "only(NCIT:C16576)", "NCIT:C20197", "sex!=intersex", "carries(gene=A)"));
    same(drawn);
}

/* Puts part behind what is there. */
static void append(char *text, size_t n_max, const char *with, const char *part)
{
    size_t n = strlen(text);
    int n_more = snprintf(text + n, n_max - n, "%s(%s)", n == 0 ? "" : with, part);
    cr_assert(n_more >= 0 && (size_t)n_more < n_max - n);
}

/* Joins drawn to a question. */
static void join(saying *whole, const char *with, const saying *part)
{
    append(whole->text, sizeof whole->text, with, part->text);
    append(whole->meaning, sizeof whole->meaning, with, part->meaning);
}

static void carried(saying *whole, const char *with, const saying *alleles)
{
    static saying part;
    part = (saying){.text = "carries("};
    memcpy(part.meaning, part.text, sizeof part.text);
    join(&part, "", alleles);
    memcpy(part.text + strlen(part.text), ")", 2);
    memcpy(part.meaning + strlen(part.meaning), ")", 2);
    join(whole, with, &part);
}

/* Is there one already that says something of the same? */
static bool is_twice(const saying *whole, const saying *part)
{
    char word[8];
    (void)snprintf(word, sizeof word, "%.5s", part->text[0] == '(' ? part->text + 1 : part->text);
    return strstr(whole->text, word) != NULL;
}

/* A question that a request asks. */
static void draw_sayable(test_random *random, saying *drawn)
{
    static saying alleles;
    static saying part;
    alleles = (saying){0};
    *drawn = (saying){0};
    if (test_random_below(random, 3) > 0) {
        draw_place(random, &part);
        join(&alleles, " and ", &part);
    }
    for (uint32_t n = test_random_below(random, 4); n > 0; n--) {
        draw_kind(random, &part);
        if (!is_twice(&alleles, &part))
            join(&alleles, " and ", &part);
    }
    for (uint32_t n = test_random_below(random, 4); n > 0; n--) {
        draw_people(random, &part);
        join(drawn, " and ", &part);
    }
    if (alleles.text[0] != '\0')
        carried(drawn, " and ", &alleles);
    if (drawn->text[0] == '\0')
        SAY(drawn, "all"), same(drawn);
}

static void draw_any(test_random *random, saying *drawn)
{
    static saying alleles;
    static saying part;
    *drawn = (saying){0};
    for (uint32_t n = test_random_below(random, 3); n > 0; n--) {
        alleles = (saying){0};
        for (uint32_t n_parts = 1 + test_random_below(random, 3); n_parts > 0; n_parts--) {
            uint32_t kind = test_random_below(random, 3);
            (kind == 0 ? draw_place : kind == 1 ? draw_kind : draw_more_alleles)(random, &part);
            join(&alleles, test_random_below(random, 9) == 0 ? " or " : " and ", &part);
        }
        carried(drawn, " and ", &alleles);
    }
    for (uint32_t n = test_random_below(random, 3); n > 0; n--) {
        (test_random_below(random, 2) == 0 ? draw_people : draw_more_people)(random, &part);
        join(drawn, test_random_below(random, 9) == 0 ? " or " : " and ", &part);
    }
    if (drawn->text[0] == '\0')
        SAY(drawn, "all"), same(drawn);
}

/* ------------------------------------------------------------------ the tests */

Test(beacon_text, what_beacon_can_say_comes_back_as_it_was)
{
    test_random random = test_random_drawn("beacon_text");
    static saying asked;
    for (unsigned i = 0; i < N_DRAWN; i++) {
        draw_sayable(&random, &asked);
        cr_assert(comes_back(&asked), "seed %" PRIu64 ": no request asks %s", random.seed,
                  asked.text);
    }
}

Test(beacon_text, what_is_written_of_any_question_is_all_of_it)
{
    test_random random = test_random_drawn("beacon_text");
    static saying asked;
    unsigned n_back = 0;
    for (unsigned i = 0; i < N_DRAWN; i++) {
        draw_any(&random, &asked);
        n_back += comes_back(&asked);
    }
    cr_assert(n_back > N_DRAWN / 20 && n_back < N_DRAWN, "seed %" PRIu64 ": %u", random.seed,
              n_back);
}

/* What would be lost, or be read as something else, and what it is told as. */
Test(beacon_text, what_no_request_says_is_named)
{
    static const char *const cases[][2] = {
        {"sex=male or sex=female", "or among people"},
        {"not HP:1", "not and absent"},
        {"dataset=one", "this condition on people"},
        {"onset(HP:1)<5", "this condition on people"},
        {"only(NCIT:C16576)", "a term that means a sex, as a term"},
        {"carries(gene=A) and carries(gene=B)", "more than one carries(...)"},
        {"carries(af<0.1)",
         "a condition on alleles other than place, bases, gene, type and length"},
        {"carries(gene=A or gene=B)", "or and not among alleles"},
        {"carries(gene=A and gene=B)", "more than one gene"},
        {"carries(alt=A and pattern=1-100-N-T)", "more than one ALT"},
        {"carries(variant=1-100-A-T and alt=T)", "more than one ALT"},
        {"carries(region=1 and start=1:5 and alt=A)", "more than one place"},
        {"carries(variant=\"1:g.10_12del\" and region=1)", "more than one place"},
        {"carries(type=del and variant=1-100-200-DUP)",
         "a structural variant by name: a request has a place and a type, which others share"},
        {"carries(region=\"HLA-A*01:01\")", "a region that may be the name of a contig"},
        {"carries(length>=3 and length>=5)", "this comparison of lengths"},
        {"carries(length>=5 and length<=3)", "lengths that no allele has"},
        {"carries(alt=A)", "ALT without a place"},
        {"carries(start=1:5-9)", "where alleles begin or end, one without the other"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[N_TEXT];
        char want[N_TEXT];
        written(cases[i][0], line);
        (void)snprintf(want, sizeof want, REFUSAL "%s", cases[i][1]);
        cr_expect(eq(str, line, want), "%s", cases[i][0]);
    }
}

Test(beacon_text, no_more_filters_are_written_than_a_request_may_have)
{
    static saying asked;
    char many[N_TEXT] = "HP:1000";
    size_t n = strlen(many);
    for (unsigned i = 1; i < 256; i++)
        n += (size_t)snprintf(many + n, sizeof many - n, " and HP:%u", 1000 + i);
    SAY(&asked, "%s", many);
    same(&asked);
    cr_expect(comes_back(&asked));
    memcpy(asked.text + strlen(asked.text), " and HP:1", 10);
    cr_expect(not(comes_back(&asked)));
}

Test(beacon_text, long_names_and_odd_bytes_are_not_written_as_others)
{
    static saying asked;
    char name[400];
    for (size_t n = 200; n < sizeof name; n++) {
        memset(name, 'A', n);
        name[n] = '\0';
        SAY(&asked, "carries(gene=%s)", name);
        same(&asked);
        (void)comes_back(&asked);
    }
}
