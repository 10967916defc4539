/*
 * A question with names for its parts has the text of the one in which the parts are written out.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/face/query.h"
#include "tests/support/random.h"

#define N_NAMES 4
#define TEXT_MAX 16384

static skr_err err;

/* The canonical text; the caller frees it. NULL when the text is refused. */
static char *canonical(const char *text)
{
    skr_query *query = NULL;
    const skr_expr *expr = NULL;
    skr_buffer out = {0};
    char *result = NULL;
    cr_assert(eq(int, skr_query_new(&query, &err), SKR_OK));
    if (skr_query_parse(query, text, false, &expr, &err) == SKR_OK) {
        cr_assert(eq(int, skr_query_expr_print(expr, &out, &err), SKR_OK));
        result = strndup((const char *)out.bytes, out.n);
    }
    skr_buffer_done(&out);
    skr_query_free(query);
    return result;
}

/* A text with names, and the same without. */
typedef struct both {
    char with[TEXT_MAX];
    char without[TEXT_MAX];
} both;

static void say(char *text, const char *more)
{
    size_t n = strlen(text);
    cr_assert(n + strlen(more) < TEXT_MAX);
    memcpy(text + n, more, strlen(more) + 1);
}

static void say_both(both *to, const char *more)
{
    say(to->with, more);
    say(to->without, more);
}

/* Draws an expression that may use the first n_names names, which stand for `parts`. */
static void draw(test_random *random, int depth, char parts[N_NAMES][TEXT_MAX], uint32_t n_names,
                 both *to)
{
    static const char *const leaves[] = {"sex=female", "HP:1", "HP:2",
                                         "age>=18",    "all",  "carries(gene=RYR1 or af<0.1)"};
    uint32_t kind = test_random_below(random, depth == 0 ? 2 : 5);
    if (kind == 0 && n_names > 0) {
        uint32_t name = test_random_below(random, n_names);
        char word[] = {test_random_below(random, 2) == 0 ? 'p' : 'P', 'a', '\0'};
        word[1] = (char)('a' + name);
        say(to->with, word);
        say(to->without, "(");
        say(to->without, parts[name]);
        say(to->without, ")");
    } else if (kind <= 1) {
        say_both(to, leaves[test_random_below(random, 6)]);
    } else {
        say_both(to, kind == 2 ? "not (" : "(");
        draw(random, depth - 1, parts, n_names, to);
        say_both(to, kind == 2 ? ")" : kind == 3 ? ") and (" : ") or (");
        if (kind != 2)
            draw(random, depth - 1, parts, n_names, to);
        say_both(to, kind == 2 ? "" : ")");
    }
}

Test(query_let, means_the_parts_written_out)
{
    static char parts[N_NAMES][TEXT_MAX];
    static both whole;
    static both part;
    test_random random = test_random_drawn("query_let");
    for (int round = 0; round < 500; round++) {
        memset(&whole, 0, sizeof whole);
        for (uint32_t i = 0; i < N_NAMES; i++) {
            char head[] = "let pa = ";
            head[5] = (char)('a' + i);
            memset(&part, 0, sizeof part);
            draw(&random, 2, parts, i, &part);
            memcpy(parts[i], part.without, sizeof parts[i]);
            say(whole.with, head);
            say(whole.with, part.with);
            say(whole.with, "; ");
        }
        draw(&random, 3, parts, N_NAMES, &whole);
        char *with = canonical(whole.with);
        cr_assert(with != NULL, "%s: %s", whole.with, err.message);
        char *without = canonical(whole.without);
        cr_assert(without != NULL, "%s: %s", whole.without, err.message);
        cr_assert(strcmp(with, without) == 0, "seed %llu: %s", (unsigned long long)random.seed,
                  whole.with);
        free(with);
        free(without);
    }
}

static const char *const refused[][2] = {
    {"let sex = all; sex", "'sex' is a word of the language"},
    {"let gene = all; gene", "'gene' is a word of the language"},
    {"let not = all; not", "is a word of the language"},
    {"let a = all; let A = all; a", "'A' is let twice"},
    {"let a all; a", "expected = after the name of let"},
    {"let a < all; a", "expected = after the name of let"},
    {"let a = all a", "expected and, or, or ';'"},
    {"let a = all;", "found the end"},
    {"let = all; all", "expected a name"},
    {"let 3-4 = all; all", "expected a name"},
    {"let \"a\" = all; all", "expected a name"},
    {"let young = all; yuong", "nearest: young"},
    {"let a = a; a", "unknown word 'a'"},
    {"all; all", "found ';'"},
    {"carries(let a = type=snv; a)", "unknown word 'let'"},
    {"let a = all; carries(a)", "unknown word 'a'"},
};

Test(query_let, refuses_what_is_no_name)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        char *text = canonical(refused[i][0]);
        cr_expect(text == NULL && strstr(err.message, refused[i][1]) != NULL, "%s: %s",
                  refused[i][0], text == NULL ? err.message : text);
        free(text);
    }
}

/* Names of names double what they stand for. */
Test(query_let, does_not_grow_without_bound)
{
    static char text[TEXT_MAX];
    for (int form = 0; form < 2; form++) {
        snprintf(text, sizeof text, "let a0 = sex=male; ");
        for (int i = 1; i < 250; i++) {
            char more[64];
            if (form == 0)
                snprintf(more, sizeof more, "let a%d = a%d and a%d; ", i, i - 1, i - 1);
            else
                snprintf(more, sizeof more, "let a%d = not a%d; ", i, i - 1);
            say(text, more);
        }
        say(text, "a249");
        char *whole = canonical(text);
        cr_expect(whole == NULL &&
                      strstr(err.message, form == 0 ? "question too long" : "question too deep"),
                  "%s", whole == NULL ? err.message : "taken");
        free(whole);
    }
}
