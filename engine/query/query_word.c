/*
 * query_word.c - conditions whose value is a word: genes, types, sexes, karyotypes, places of
 * origin.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "engine/query/query_syntax.h"
#include "index/contigs/contig.h"
#include "index/effects/effect.h"
#include "index/effects/protein.h"
#include "index/effects/significance.h"
#include "index/people/sex.h"
#include "index/terms/curie.h"
#include "storage/base/suggest.h"

static int read_text(skr_parser *parser, const skr_comparison *comparison, skr_expr *node,
                     skr_err *err)
{
    (void)parser;
    (void)err;
    node->text = comparison->value.text;
    return SKR_OK;
}

static int print_word(const skr_expr *node, skr_buffer *text, skr_err *err)
{
    return skr_query_put_field(text, skr_query_expr_word(node->op), node->compare, node->text, err);
}

const skr_syntax skr_syntax_text = {
    .read = read_text, .print = print_word, .unequal = SKR_UNEQUAL_NOT};

/* The value as a list of words, ended by NULL, spells it. Fails where it is none of them. */
static int read_choice(skr_parser *parser, const skr_comparison *comparison,
                       const char *const *words, skr_expr *node, skr_err *err)
{
    char all[128] = "";
    size_t n = 0;
    for (size_t i = 0; words[i] != NULL; i++) {
        if (strcasecmp(words[i], comparison->value.text) == 0) {
            node->text = words[i];
            return SKR_OK;
        }
        int n_more = snprintf(all + n, sizeof all - n, "%s%s", i == 0 ? "" : ", ", words[i]);
        n += n_more > 0 ? (size_t)n_more : 0;
    }
    skr_suggest suggest;
    char nearest[SKR_SUGGEST_TEXT_MAX];
    char shown[64];
    skr_suggest_init(&suggest, comparison->value.text);
    for (size_t i = 0; words[i] != NULL; i++)
        skr_suggest_offer(&suggest, words[i]);
    return skr_query_parser_fail(parser, &comparison->value, SKR_ERR_QUERY, err,
                                 "%s is one of %s, not %s%s", comparison->condition->word, all,
                                 skr_query_token_show(&comparison->value, shown),
                                 skr_suggest_text(&suggest, nearest));
}

static int read_impact(skr_parser *parser, const skr_comparison *comparison, skr_expr *node,
                       skr_err *err)
{
    static const char *const impacts[] = {"high", "moderate", "low", "modifier", NULL};
    return read_choice(parser, comparison, impacts, node, err);
}

const skr_syntax skr_syntax_impact = {
    .read = read_impact, .print = print_word, .unequal = SKR_UNEQUAL_REFUSED};

/* ------------------------------------------------------------------ annotations
 * An allele need not have any, so what is unequal is not clear.
 */

int skr_query_effect(skr_query *query, const char *word, const char **ret_text, skr_err *err)
{
    uint32_t term = skr_effect_find(word, strlen(word));
    if (term != SKR_NONE)
        word = skr_effect_name(term);
    return skr_query_text(query, word, strlen(word), ret_text, err);
}

/* A name that is no term may be one that a file of annotation has: the store is asked. */
static int read_effect(skr_parser *parser, const skr_comparison *comparison, skr_expr *node,
                       skr_err *err)
{
    return skr_query_effect(parser->query, comparison->value.text, &node->text, err);
}

const skr_syntax skr_syntax_effect = {
    .read = read_effect, .print = print_word, .unequal = SKR_UNEQUAL_REFUSED};

int skr_query_protein(skr_query *query, const char *word, const char **ret_text, skr_err *err)
{
    char change[SKR_PROTEIN_MAX];
    if (!skr_protein_read(word, strlen(word), change))
        return skr_fail(err, SKR_ERR_QUERY,
                        "'%.100s' is no change of a protein: write it as V600E, p.Val600Glu, R31* "
                        "or R97fs",
                        word);
    return skr_query_text(query, change, strlen(change), ret_text, err);
}

static int read_protein(skr_parser *parser, const skr_comparison *comparison, skr_expr *node,
                        skr_err *err)
{
    const skr_token *token = &comparison->value;
    int status = skr_query_protein(parser->query, token->text, &node->text, err);
    if (status == SKR_ERR_QUERY)
        (void)skr_query_point(err, parser->source, token->at, token->n_at);
    return status;
}

const skr_syntax skr_syntax_protein = {
    .read = read_protein, .print = print_word, .unequal = SKR_UNEQUAL_REFUSED};

int skr_query_significance(skr_query *query, const char *word, const char **ret_text, skr_err *err)
{
    char read[SKR_SIGNIFICANCE_MAX];
    const char *text = skr_significance_read(word, strlen(word), read) ? read : word;
    return skr_query_text(query, text, strlen(text), ret_text, err);
}

static int read_significance(skr_parser *parser, const skr_comparison *comparison, skr_expr *node,
                             skr_err *err)
{
    return skr_query_significance(parser->query, comparison->value.text, &node->text, err);
}

const skr_syntax skr_syntax_significance = {
    .read = read_significance, .print = print_word, .unequal = SKR_UNEQUAL_REFUSED};

/* ------------------------------------------------------------------ names of alleles */

bool skr_query_is_name(const char *text)
{
    size_t n_letters = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    const char *digits = text + n_letters;
    size_t n_digits = strspn(digits, "0123456789");
    const char *rest = digits + n_digits;
    if (n_letters < 2 || n_digits == 0)
        return false;
    if (*rest == '.') {
        size_t n_version = strspn(rest + 1, "0123456789");
        rest += n_version > 0 ? n_version + 1 : 0;
    }
    return *rest == '\0';
}

int skr_query_name(skr_query *query, const char *word, const char **ret_text, skr_err *err)
{
    void *memory = NULL;
    size_t n = strlen(word);
    SKR_TRY(skr_query_alloc(query, n + 1, &memory, err));
    char *text = memory;
    for (size_t i = 0; i < n; i++)
        text[i] = (char)(word[i] >= 'A' && word[i] <= 'Z' ? word[i] - 'A' + 'a' : word[i]);
    text[n] = '\0';
    *ret_text = text;
    return SKR_OK;
}

static int read_known_as(skr_parser *parser, const skr_comparison *comparison, skr_expr *node,
                         skr_err *err)
{
    return skr_query_name(parser->query, comparison->value.text, &node->text, err);
}

const skr_syntax skr_syntax_known_as = {
    .read = read_known_as, .print = print_word, .unequal = SKR_UNEQUAL_NOT};

/* ------------------------------------------------------------------ types */

static int read_type(skr_parser *parser, const skr_comparison *comparison, skr_expr *node,
                     skr_err *err)
{
    const skr_token *token = &comparison->value;
    int status = skr_query_type(parser->query, "type", token->text, &node->text, err);
    if (status < 0)
        (void)skr_query_point(err, parser->source, token->at, token->n_at);
    return status;
}

const skr_syntax skr_syntax_type = {
    .read = read_type, .print = print_word, .unequal = SKR_UNEQUAL_NOT};

/* ------------------------------------------------------------------ sex */

int skr_query_sex(skr_query *query, const skr_sex_word *word, const skr_expr *at,
                  const skr_expr **ret_node, skr_err *err)
{
    const skr_expr *term = NULL;
    const skr_expr *known = NULL;
    skr_expr node = *at;
    bool is_term = word->term != NULL;
    node.op = is_term ? SKR_E_TERM : SKR_E_SEX;
    node.compare = is_term ? SKR_EQ : at->compare;
    node.text = is_term ? word->term : word->name;
    if (!is_term || at->compare == SKR_EQ)
        return skr_query_expr(query, &node, ret_node, err);
    /* Of another sex than intersex is whose sex is known, and not that. */
    int status = skr_query_expr(query, &node, &term, err);
    const skr_expr other = {.op = SKR_E_NOT, .left = term};
    if (status == SKR_OK)
        status = skr_query_expr(query, &other, &term, err);
    node.op = SKR_E_SEX;
    node.compare = SKR_NE;
    node.text = skr_sex_name(SKR_SEX_UNKNOWN);
    if (status == SKR_OK)
        status = skr_query_expr(query, &node, &known, err);
    return status < 0 ? status : skr_query_join(query, SKR_E_AND, known, term, ret_node, err);
}

/* A sex by any of its words and codes. */
static int read_sex(skr_parser *parser, const skr_comparison *comparison, skr_expr *node,
                    skr_err *err)
{
    const skr_token *value = &comparison->value;
    const skr_expr *made = NULL;
    const char *words[SKR_N_SEXES + 1] = {NULL};
    skr_sex_word sex;
    const skr_expr at = {.compare = comparison->compare,
                         .source = parser->source,
                         .at = value->at,
                         .n_at = value->n_at};
    for (size_t i = 0; i < SKR_N_SEXES; i++)
        words[i] = skr_words_sex_at(i);
    if (!skr_words_sex(value->text, &sex))
        return read_choice(parser, comparison, words, node, err); /* says which there are */
    int status = skr_query_sex(parser->query, &sex, &at, &made, err);
    if (status == SKR_OK)
        *node = *made;
    return status;
}

const skr_syntax skr_syntax_sex = {.read = read_sex, .print = print_word};

/* ------------------------------------------------------------------ karyotype, origin */

static int read_karyotype(skr_parser *parser, const skr_comparison *comparison, skr_expr *node,
                          skr_err *err)
{
    char text[16];
    char shown[64];
    skr_karyotype karyotype;
    if (skr_contig_karyotype_parse(comparison->value.text, &karyotype, NULL) < 0)
        return skr_query_parser_fail(parser, &comparison->value, SKR_ERR_QUERY, err,
                                     "karyotype is XX, XY, XXY, XO ... or unknown, not %s",
                                     skr_query_token_show(&comparison->value, shown));
    skr_contig_karyotype_text(karyotype, text);
    return skr_query_text(parser->query, text, strlen(text), &node->text, err);
}

const skr_syntax skr_syntax_karyotype = {.read = read_karyotype, .print = print_word};

int skr_query_curie(skr_query *query, const char *text, const char **ret_curie, skr_err *err)
{
    char curie[SKR_CURIE_MAX];
    *ret_curie = NULL;
    return skr_curie_read(text, curie) ? skr_query_text(query, curie, strlen(curie), ret_curie, err)
                                       : SKR_OK;
}

int skr_query_origin(skr_query *query, const char *name, const char **ret_text, skr_err *err)
{
    char curie[SKR_CURIE_MAX];
    const char *text = skr_curie_read(name, curie) ? curie : name;
    return skr_query_text(query, text, strlen(text), ret_text, err);
}

/* A country or an ancestry, by CURIE or label. */
static int read_origin(skr_parser *parser, const skr_comparison *comparison, skr_expr *node,
                       skr_err *err)
{
    return skr_query_origin(parser->query, comparison->value.text, &node->text, err);
}

const skr_syntax skr_syntax_origin = {.read = read_origin, .print = print_word};
