/*
 * suggest.c - edit distance with a bound, and the few best names.
 *
 * An insertion, deletion or replacement of a letter costs 2, two letters swapped 2; case costs
 * nothing, but the word itself in another case is 1 away. A name that begins with the word costs no
 * more than 2, so that RYR finds RYR1 and RYR2 before RAR.
 */
#include "storage/base/suggest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static unsigned min2(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static char lower(char c)
{
    return (char)tolower((unsigned char)c);
}

/* Optimal string alignment over three rows. */
static unsigned distance(const char *a, size_t n_a, const char *b, size_t n_b)
{
    unsigned rows[3][SKR_SUGGEST_NAME_MAX + 1];
    for (size_t j = 0; j <= n_b; j++)
        rows[0][j] = 2 * (unsigned)j;
    for (size_t i = 1; i <= n_a; i++) {
        unsigned *row = rows[i % 3];
        const unsigned *above = rows[(i + 2) % 3];
        const unsigned *above2 = rows[(i + 1) % 3];
        row[0] = 2 * (unsigned)i;
        for (size_t j = 1; j <= n_b; j++) {
            unsigned best = above[j - 1] + (lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 2);
            best = min2(best, above[j] + 2);
            best = min2(best, row[j - 1] + 2);
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                lower(a[i - 2]) == lower(b[j - 1]))
                best = min2(best, above2[j - 2] + 2);
            row[j] = best;
        }
    }
    return rows[n_a % 3][n_b];
}

void skr_suggest_init(skr_suggest *suggest, const char *word)
{
    memset(suggest, 0, sizeof *suggest);
    size_t n = strlen(word);
    if (n > SKR_SUGGEST_NAME_MAX)
        return;
    memcpy(suggest->word, word, n);
    suggest->n_word = n;
}

/* How far a name may be: a third of the longer one, one letter at least. */
static unsigned distance_max(size_t n_word, size_t n_name)
{
    size_t n = n_word > n_name ? n_word : n_name;
    return 2 * (unsigned)(n < 3 ? 1 : n / 3);
}

void skr_suggest_offer(skr_suggest *suggest, const char *name)
{
    size_t n_name = strnlen(name, SKR_SUGGEST_NAME_MAX + 1);
    size_t n_word = suggest->n_word;
    if (n_word == 0 || n_name == 0 || n_name > SKR_SUGGEST_NAME_MAX)
        return;
    unsigned far = distance_max(n_word, n_name);
    bool is_start = n_word >= 2 && n_name > n_word && strncasecmp(suggest->word, name, n_word) == 0;
    size_t n_apart = n_word > n_name ? n_word - n_name : n_name - n_word;
    if (!is_start && 2 * n_apart > far)
        return;
    unsigned found = distance(suggest->word, n_word, name, n_name);
    if (is_start)
        found = min2(found, 2);
    if (found > far)
        return;
    if (found == 0 && strcmp(suggest->word, name) != 0)
        found = 1;

    size_t at = 0;
    while (at < suggest->n &&
           (suggest->distances[at] < found ||
            (suggest->distances[at] == found && strcmp(suggest->names[at], name) < 0)))
        at++;
    if (at == SKR_SUGGEST_MAX || (at < suggest->n && strcmp(suggest->names[at], name) == 0))
        return;
    size_t n_keep = suggest->n < SKR_SUGGEST_MAX ? suggest->n : SKR_SUGGEST_MAX - 1;
    for (size_t i = n_keep; i > at; i--) {
        memcpy(suggest->names[i], suggest->names[i - 1], sizeof suggest->names[i]);
        suggest->distances[i] = suggest->distances[i - 1];
    }
    memcpy(suggest->names[at], name, n_name + 1);
    suggest->distances[at] = found;
    suggest->n = n_keep + 1;
}

const char *skr_suggest_text(const skr_suggest *suggest, char *text)
{
    size_t n = 0;
    text[0] = '\0';
    for (size_t i = 0; i < suggest->n && n < SKR_SUGGEST_TEXT_MAX; i++) {
        int n_more = snprintf(text + n, SKR_SUGGEST_TEXT_MAX - n, "%s%s",
                              i == 0 ? "; nearest: " : ", ", suggest->names[i]);
        n += n_more > 0 ? (size_t)n_more : 0;
    }
    return text;
}
