/* fields.c - the words of fields, and how they and the bands of ages are written. */
#include "engine/face/fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "storage/base/check.h"
#include "storage/base/suggest.h"

#define AGE_MAX 999u

#define WORD(kind, word, is_disjoint) [kind] = word,
static const char *const words[SKR_N_FIELD_KINDS] = {SKR_FIELDS(WORD)};

const char *skr_fields_word(skr_field_kind kind)
{
    SKR_CHECK((size_t)kind < SKR_N_FIELD_KINDS);
    return words[kind];
}

skr_age_bounds skr_fields_age_bounds(void)
{
    return (skr_age_bounds){.years = {18, 40, 65}, .n = 3};
}

/* ------------------------------------------------------------------ reading */

static int fail_unknown(const char *word, skr_err *err)
{
    skr_suggest suggest;
    char nearest[SKR_SUGGEST_TEXT_MAX];
    skr_suggest_init(&suggest, word);
    for (size_t k = 0; k < SKR_N_FIELD_KINDS; k++)
        skr_suggest_offer(&suggest, words[k]);
    return skr_fail(err, SKR_ERR_QUERY,
                    "no field '%.60s' to count by; there are sex, age, country, ancestry, dataset, "
                    "term, karyotype, genotype=VARIANT%s",
                    word, skr_suggest_text(&suggest, nearest));
}

/* The allele whose copies people are told apart by. */
static int parse_allele(skr_query *query, const char *text, size_t n, const skr_expr **ret_node,
                        skr_err *err)
{
    skr_buffer condition = {0};
    const skr_expr *node = NULL;
    int status = skr_buffer_put(&condition, "variant=", 8, err);
    if (status == SKR_OK)
        status = skr_buffer_put(&condition, text, n, err);
    if (status == SKR_OK)
        status = skr_buffer_put(&condition, "", 1, err);
    if (status == SKR_OK)
        status = skr_query_parse_alleles(query, (const char *)condition.bytes, &node, err);
    skr_buffer_done(&condition);
    if (status == SKR_OK && node->op != SKR_A_VARIANT)
        return skr_fail(err, SKR_ERR_QUERY, "genotype=%.60s: one allele was expected", text);
    if (status == SKR_OK)
        *ret_node = node;
    return status;
}

static int parse_field(skr_query *query, const char *text, size_t n, skr_field *ret_field,
                       skr_err *err)
{
    char word[64];
    const char *equals = memchr(text, '=', n);
    size_t n_word = equals == NULL ? n : (size_t)(equals - text);
    skr_field field = {.kind = SKR_FIELD_SEX, .bounds = skr_fields_age_bounds()};
    (void)snprintf(word, sizeof word, "%.*s", (int)(n_word < 60 ? n_word : 60), text);
    size_t kind = 0;
    while (kind < SKR_N_FIELD_KINDS && strcasecmp(words[kind], word) != 0)
        kind++;
    if (n == 0)
        return skr_fail(err, SKR_ERR_QUERY, "a field is missing: write them like sex,country");
    if (kind == SKR_N_FIELD_KINDS)
        return fail_unknown(word, err);
    field.kind = (skr_field_kind)kind;
    if (field.kind == SKR_FIELD_GENOTYPE && equals == NULL)
        return skr_fail(err, SKR_ERR_QUERY, "genotype takes an allele: genotype=3-45823240-T-C");
    if (field.kind == SKR_FIELD_GENOTYPE)
        SKR_TRY(parse_allele(query, equals + 1, n - n_word - 1, &field.allele, err));
    else if (equals != NULL)
        return skr_fail(err, SKR_ERR_QUERY, "%s takes no value here; a question does: %.60s", word,
                        text);
    *ret_field = field;
    return SKR_OK;
}

int skr_fields_parse(skr_query *query, const char *text, skr_fields *ret_fields, skr_err *err)
{
    skr_fields fields = {.n = 0};
    for (const char *at = text;; at++) {
        at += strspn(at, " ");
        size_t n = strcspn(at, ",");
        skr_field field;
        SKR_TRY(parse_field(query, at, n, &field, err));
        for (size_t i = 0; i < fields.n; i++)
            if (fields.items[i].kind == field.kind)
                return skr_fail(err, SKR_ERR_QUERY, "%s stands twice", words[field.kind]);
        fields.items[fields.n++] = field;
        at += n;
        if (*at == '\0')
            break;
    }
    *ret_fields = fields;
    return SKR_OK;
}

int skr_fields_parse_bounds(const char *text, skr_age_bounds *ret_bounds, skr_err *err)
{
    skr_age_bounds bounds = {.n = 0};
    const char *at = text;
    for (;;) {
        char *end = NULL;
        unsigned long years = *at >= '0' && *at <= '9' ? strtoul(at, &end, 10) : 0;
        unsigned long last = bounds.n == 0 ? 0 : bounds.years[bounds.n - 1];
        if (end == NULL || years <= last || years > AGE_MAX || (*end != ',' && *end != '\0'))
            return skr_fail(err, SKR_ERR_QUERY,
                            "bands of ages are whole years at which one begins, ascending from 1 "
                            "to %u, like 18,40,65; not '%.60s'",
                            AGE_MAX, text);
        if (bounds.n == SKR_AGE_BOUNDS_MAX)
            return skr_fail(err, SKR_ERR_QUERY, "more than %u bands of ages", SKR_AGE_BOUNDS_MAX);
        bounds.years[bounds.n++] = (uint32_t)years;
        if (*end == '\0')
            break;
        at = end + 1;
    }
    *ret_bounds = bounds;
    return SKR_OK;
}
