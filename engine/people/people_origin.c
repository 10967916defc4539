/*
 * people_origin.c - conditions on the country or the ancestry of people, by CURIE or label.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "engine/people/people_condition.h"
#include "engine/plan/access_check.h"
#include "index/people/country.h"
#include "storage/base/suggest.h"
#include "storage/carriers/bits.h"

static skr_term_kind kind_of(const skr_expr *node)
{
    return node->op == SKR_E_COUNTRY ? SKR_TERM_COUNTRY : SKR_TERM_ANCESTRY;
}

/* Is a text as a pattern says, in any case, '%' standing for any letters or none? */
static bool is_like(const char *text, const char *pattern)
{
    const char *after = NULL; /* the last %, and the place from which it takes one letter more */
    const char *from = NULL;
    while (*text != '\0') {
        if (*pattern == '%') {
            after = ++pattern;
            from = text;
        } else if (tolower((unsigned char)*pattern) == tolower((unsigned char)*text)) {
            pattern++;
            text++;
        } else if (after != NULL) {
            pattern = after;
            text = ++from;
        } else {
            return false;
        }
    }
    return pattern[strspn(pattern, "%")] == '\0';
}

/* A country is meant by whatever means it: Finland is FI and GAZ:00002937. */
static bool has_name(const skr_stated_term *term, const char *name)
{
    if (term->kind == SKR_TERM_COUNTRY && skr_country_holds(name, term->curie, term->label))
        return true;
    return is_like(term->curie, name) || is_like(term->label, name);
}

static int check_origin(const skr_question *question, const skr_expr *node, skr_err *err)
{
    skr_term_kind kind = kind_of(node);
    skr_suggest suggest;
    char text[SKR_SUGGEST_TEXT_MAX];
    if (question->access->is_remote && kind == SKR_TERM_COUNTRY &&
        skr_country_code(node->text) != NULL)
        return SKR_OK;
    if (question->access->is_remote)
        return skr_people_check_prefix(question, node, err);
    skr_suggest_init(&suggest, node->text);
    for (uint32_t slot = 0; slot < question->n_slots; slot++) {
        uint32_t n = 0;
        const skr_stated_term *terms = NULL;
        int status = skr_people_terms(question->snapshot->people, question->slots[slot].dataset,
                                      &terms, &n, err);
        if (status < 0)
            return status;
        for (uint32_t i = 0; i < n; i++) {
            if (terms[i].kind != kind)
                continue;
            if (has_name(&terms[i], node->text))
                return SKR_OK;
            skr_suggest_offer(&suggest, terms[i].label);
            skr_suggest_offer(&suggest, terms[i].curie);
        }
    }
    skr_fail(err, SKR_ERR_QUERY, "nobody has the %s '%s'%s", skr_query_expr_word(node->op),
             node->text, skr_suggest_text(&suggest, text));
    return skr_people_point(node, SKR_ERR_QUERY, err);
}

/* By curie or label; != means another one that is known. */
static int mark_origin(const skr_question *question, const skr_expr *node,
                       const skr_people_found *found, uint32_t slot, uint64_t *bits, skr_err *err)
{
    uint32_t dataset = question->slots[slot].dataset;
    (void)found;
    const skr_snapshot *snapshot = question->snapshot;
    uint32_t n = 0;
    uint64_t *named = NULL;
    const skr_stated_term *terms = NULL;
    int status = skr_people_terms(snapshot->people, dataset, &terms, &n, err);
    if (status == SKR_OK)
        status = skr_bits_new(snapshot->n_people, &named, err);
    for (uint32_t i = 0; status == SKR_OK && i < n; i++) {
        if (terms[i].kind != kind_of(node))
            continue;
        status = skr_access_check_often(question->access, i, err);
        if (status == SKR_OK)
            status = skr_people_mark_stated(snapshot->people, dataset, terms[i].curie,
                                            has_name(&terms[i], node->text) ? named : bits, err);
    }
    size_t n_words = skr_bits_words(snapshot->n_people);
    if (status == SKR_OK && node->compare == SKR_NE)
        skr_bits_and_not(bits, named, n_words);
    else if (status == SKR_OK)
        memcpy(bits, named, n_words * sizeof *bits);
    free(named);
    return status;
}

static const char *country_value(const skr_expr *node, skr_expr *any)
{
    (void)node;
    any->text = "";
    return "a country";
}

static const char *ancestry_value(const skr_expr *node, skr_expr *any)
{
    (void)node;
    any->text = "";
    return "an ancestry";
}

const skr_people_condition skr_people_by_country = {
    .check = check_origin, .mark = mark_origin, .value = country_value};
const skr_people_condition skr_people_by_ancestry = {
    .check = check_origin, .mark = mark_origin, .value = ancestry_value};
