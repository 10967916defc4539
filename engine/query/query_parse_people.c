/*
 * query_parse_people.c - questions about individuals: terms, carries(...), sex, age ...
 */
#include <string.h>
#include <strings.h>

#include "engine/query/query_int.h"
#include "index/contigs/contig.h"
#include "index/keys/variant_key.h"
#include "index/terms/curie.h"
#include "storage/base/suggest.h"

static const skr_field fields[] = {
    {"sex", SKR_E_SEX, SKR_VALUE_SEX},          {"karyotype", SKR_E_KARYOTYPE, SKR_VALUE_KARYOTYPE},
    {"country", SKR_E_COUNTRY, SKR_VALUE_TEXT}, {"ancestry", SKR_E_ANCESTRY, SKR_VALUE_TEXT},
    {"dataset", SKR_E_DATASET, SKR_VALUE_TEXT}, {"id", SKR_E_ID, SKR_VALUE_TEXT},
    {"age", SKR_E_AGE, SKR_VALUE_AGE},
};
#define N_FIELDS (sizeof fields / sizeof *fields)

static const skr_field onset_field = {"onset", SKR_E_ONSET, SKR_VALUE_AGE};
static const skr_field value_field = {"a measure", SKR_E_VALUE, SKR_VALUE_NUMBER};

const skr_field *skr_find_people_field(const char *name)
{
    return skr_find_field(fields, N_FIELDS, name);
}

static int make_node(skr_parser *parser, skr_expr *node, const skr_token *token,
                     const void **ret_node, skr_err *err)
{
    const skr_expr *made = NULL;
    node->source = parser->source;
    node->at = token->at;
    node->n_at = token->n_at;
    int status = skr_query_expr(parser->query, node, &made, err);
    if (status == SKR_OK)
        *ret_node = made;
    return status;
}

static int join(skr_parser *parser, skr_joint joint, const void *left, const void *right,
                const void **ret_node, skr_err *err)
{
    static const skr_expr_op ops[] = {SKR_E_AND, SKR_E_OR, SKR_E_NOT};
    skr_expr node = {.op = ops[joint], .left = left, .right = right};
    const skr_expr *made = NULL;
    int status = skr_query_expr(parser->query, &node, &made, err);
    if (status == SKR_OK)
        *ret_node = made;
    return status;
}

static int read_karyotype(skr_parser *parser, const skr_comparison *comparison,
                          const char **ret_text, skr_err *err)
{
    char text[16];
    char shown[64];
    skr_karyotype karyotype;
    if (skr_karyotype_parse(comparison->value.text, &karyotype, NULL) < 0)
        return skr_parser_fail(parser, &comparison->value, SKR_ERR_QUERY, err,
                               "karyotype is XX, XY, XXY, XO ... or unknown, not %s",
                               skr_token_show(&comparison->value, shown));
    skr_karyotype_text(karyotype, text);
    return skr_query_text(parser->query, text, strlen(text), ret_text, err);
}

/* A sex by any of its words and codes. */
static int make_sex(skr_parser *parser, const skr_comparison *comparison, const void **ret_node,
                    skr_err *err)
{
    const skr_token *value = &comparison->value;
    const skr_expr *made = NULL;
    skr_sex_word sex;
    skr_expr at = {.compare = comparison->compare,
                   .source = parser->source,
                   .at = value->at,
                   .n_at = value->n_at};
    const char *word = NULL;
    if (!skr_words_sex(value->text, &sex))
        return skr_parse_choice(parser, comparison, &word, err); /* says which there are */
    int status = skr_query_sex(parser->query, &sex, &at, &made, err);
    if (status == SKR_OK)
        *ret_node = made;
    return status;
}

static int compare(skr_parser *parser, const skr_comparison *comparison, const void **ret_node,
                   skr_err *err)
{
    skr_expr node = {.op = (skr_expr_op)comparison->field->op,
                     .compare = comparison->compare,
                     .text = comparison->value.text};
    int status = SKR_OK;
    if (node.op == SKR_E_SEX && !comparison->is_file)
        return make_sex(parser, comparison, ret_node, err);
    if (comparison->is_file) {
        if (node.op != SKR_E_ID)
            return skr_parser_fail(parser, &comparison->value, SKR_ERR_QUERY, err,
                                   "only id takes a file");
        node.op = SKR_E_ID_FILE;
        status = skr_parse_id_file(parser, &comparison->value, &node, err);
    } else if (node.op == SKR_E_COUNTRY || node.op == SKR_E_ANCESTRY) {
        status = skr_query_origin(parser->query, node.text, &node.text, err);
    } else if (comparison->field->value == SKR_VALUE_KARYOTYPE) {
        status = read_karyotype(parser, comparison, &node.text, err);
    } else if (comparison->field->value >= SKR_VALUE_NUMBER) {
        bool is_named = node.op == SKR_E_VALUE || node.op == SKR_E_ONSET;
        node.text = is_named ? comparison->name.text : NULL;
        status = skr_parse_number(parser, comparison, &node.number, err);
    }
    if (status < 0)
        return status;
    /* Nobody is without an id or a dataset, so != is `not`. */
    bool is_not = node.compare == SKR_NE && (node.op == SKR_E_ID || node.op == SKR_E_DATASET);
    if (is_not)
        node.compare = SKR_EQ;
    bool is_measure = node.op == SKR_E_VALUE || node.op == SKR_E_ONSET;
    const skr_token *token =
        is_measure && node.text != NULL ? &comparison->name : &comparison->value;
    status = make_node(parser, &node, token, ret_node, err);
    if (status == SKR_OK && is_not)
        status = join(parser, SKR_JOINT_NOT, *ret_node, NULL, ret_node, err);
    return status;
}

static int atom(skr_parser *parser, const void **ret_node, skr_err *err);

static const skr_grammar grammar = {.atom = atom, .compare = compare, .join = join};

/* ------------------------------------------------------------------ functions */

/* "(" TERM ")" */
static int take_term(skr_parser *parser, skr_token *ret_term, skr_err *err)
{
    char shown[64];
    int status = skr_parser_expect(parser, SKR_TOKEN_OPEN, "'('", err);
    if (status < 0)
        return status;
    skr_token term = parser->token;
    if (term.kind != SKR_TOKEN_WORD && term.kind != SKR_TOKEN_QUOTED)
        return skr_parser_fail(parser, &term, SKR_ERR_QUERY, err, "expected a term, found %s",
                               skr_token_show(&term, shown));
    status = skr_parse_curie(parser, &term, err);
    if (status == SKR_OK)
        status = skr_parser_advance(parser, err);
    if (status == SKR_OK)
        status = skr_parser_expect(parser, SKR_TOKEN_CLOSE, "')'", err);
    if (status == SKR_OK)
        *ret_term = term;
    return status;
}

static int parse_carries(skr_parser *parser, const skr_token *name, const void **ret_node,
                         skr_err *err)
{
    skr_expr node = {.op = SKR_E_CARRIES};
    int status = skr_parse_alleles_in(parser, &node.alleles, err);
    return status < 0 ? status : make_node(parser, &node, name, ret_node, err);
}

/* absent takes the one kind of condition for which "called there" has a meaning. */
static int parse_absent(skr_parser *parser, const skr_token *name, const void **ret_node,
                        skr_err *err)
{
    const skr_aexpr *alleles = NULL;
    int status = skr_parse_alleles_in(parser, &alleles, err);
    if (status < 0)
        return status;
    if (alleles->op != SKR_A_VARIANT)
        return skr_parser_fail(parser, name, SKR_ERR_QUERY, err,
                               "absent takes one variant: absent(variant=3-45823240-T-C)");
    skr_expr node = {.op = SKR_E_ABSENT, .text = alleles->text};
    skr_token token = {.at = alleles->at, .n_at = alleles->n_at};
    return make_node(parser, &node, &token, ret_node, err);
}

static int parse_only(skr_parser *parser, const skr_token *name, const void **ret_node,
                      skr_err *err)
{
    skr_token term = {0};
    (void)name;
    int status = take_term(parser, &term, err);
    if (status < 0)
        return status;
    skr_expr node = {.op = SKR_E_ONLY, .text = term.text};
    return make_node(parser, &node, &term, ret_node, err);
}

/* onset(TERM) OP AGE, or onset OP AGE for any disease. */
static int parse_onset(skr_parser *parser, const skr_token *name, const void **ret_node,
                       skr_err *err)
{
    skr_token term = *name;
    term.text = NULL;
    if (parser->token.kind == SKR_TOKEN_OPEN) {
        int status = take_term(parser, &term, err);
        if (status < 0)
            return status;
    }
    return skr_parse_comparison(parser, &grammar, &onset_field, &term, ret_node, err);
}

static int parse_all(skr_parser *parser, const skr_token *name, const void **ret_node, skr_err *err)
{
    skr_expr node = {.op = SKR_E_ALL};
    return make_node(parser, &node, name, ret_node, err);
}

static int parse_not_yet(skr_parser *parser, const skr_token *name, const void **ret_node,
                         skr_err *err)
{
    char shown[64];
    (void)ret_node;
    return skr_parser_fail(parser, name, SKR_ERR_NOT_YET, err, "%s is not there yet",
                           skr_token_show(name, shown));
}

static const struct function {
    const char *name;
    int (*parse)(skr_parser *parser, const skr_token *name, const void **ret_node, skr_err *err);
} functions[] = {
    {"carries", parse_carries}, {"absent", parse_absent}, {"only", parse_only},
    {"onset", parse_onset},     {"all", parse_all},       {"biallelic", parse_not_yet},
    {"similar", parse_not_yet},
};
#define N_FUNCTIONS (sizeof functions / sizeof *functions)

/* ------------------------------------------------------------------ atoms */

static int fail_variant(const skr_parser *parser, const skr_token *token, skr_err *err)
{
    char shown[64];
    return skr_parser_fail(parser, token, SKR_ERR_QUERY, err,
                           "%s is an allele: write carries(variant=%.200s)",
                           skr_token_show(token, shown), token->text);
}

static int fail_unknown(const skr_parser *parser, const skr_token *token, skr_err *err)
{
    char shown[64];
    char nearest[SKR_SUGGEST_TEXT_MAX];
    skr_suggest suggest;
    if (token->kind != SKR_TOKEN_WORD && token->kind != SKR_TOKEN_QUOTED)
        return skr_parser_fail(parser, token, SKR_ERR_QUERY, err,
                               "expected a term, a condition or carries(...), found %s",
                               skr_token_show(token, shown));
    if (skr_token_is_variant(parser, token))
        return fail_variant(parser, token, err);
    const skr_field *field = skr_find_allele_field(token->text);
    if (field != NULL)
        return skr_parser_fail(parser, token, SKR_ERR_QUERY, err,
                               "%s is about alleles: write carries(%s=...)", field->name,
                               field->name);
    skr_suggest_init(&suggest, token->text);
    for (size_t i = 0; i < N_FIELDS; i++)
        skr_suggest_offer(&suggest, fields[i].name);
    for (size_t i = 0; i < N_FUNCTIONS; i++)
        skr_suggest_offer(&suggest, functions[i].name);
    return skr_parser_fail(parser, token, SKR_ERR_QUERY, err,
                           "unknown word %s, expected a term like HP:0000118, a condition like "
                           "sex=female, or carries(...)%s",
                           skr_token_show(token, shown), skr_suggest_text(&suggest, nearest));
}

/* A CURIE alone means a term, with an operator behind it a measured value. */
static int parse_term(skr_parser *parser, skr_token *token, const void **ret_node, skr_err *err)
{
    int status = skr_parse_curie(parser, token, err);
    if (status == SKR_OK)
        status = skr_parser_advance(parser, err);
    if (status < 0)
        return status;
    if (parser->token.kind == SKR_TOKEN_COMPARE || skr_token_is(&parser->token, "in"))
        return skr_parse_comparison(parser, &grammar, &value_field, token, ret_node, err);
    if (skr_token_is_variant(parser, token))
        return fail_variant(parser, token, err);
    skr_expr node = {.op = SKR_E_TERM, .text = token->text};
    return make_node(parser, &node, token, ret_node, err);
}

static int atom(skr_parser *parser, const void **ret_node, skr_err *err)
{
    skr_token token = parser->token;
    char curie[SKR_CURIE_MAX];
    bool is_text = token.kind == SKR_TOKEN_WORD || token.kind == SKR_TOKEN_QUOTED;
    if (is_text && (strchr(token.text, ':') != NULL || skr_curie_read(token.text, curie)))
        return parse_term(parser, &token, ret_node, err);
    const skr_field *field =
        token.kind == SKR_TOKEN_WORD ? skr_find_people_field(token.text) : NULL;
    const struct function *function = NULL;
    for (size_t i = 0; i < N_FUNCTIONS && function == NULL; i++)
        if (skr_token_is(&token, functions[i].name))
            function = &functions[i];
    if (field == NULL && function == NULL)
        return fail_unknown(parser, &token, err);
    int status = skr_parser_advance(parser, err);
    if (status < 0)
        return status;
    if (field != NULL)
        return skr_parse_comparison(parser, &grammar, field, &token, ret_node, err);
    return function->parse(parser, &token, ret_node, err);
}

int skr_query_parse(skr_query *query, const char *text, bool allow_files, const skr_expr **ret_expr,
                    skr_err *err)
{
    const void *node = NULL;
    int status = skr_parse_whole(query, text, allow_files, &grammar, &node, err);
    if (status == SKR_OK)
        *ret_expr = node;
    return status;
}
