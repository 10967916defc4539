/*
 * query_parse_alleles.c - questions about alleles: variant, region, gene, type, af ...
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "engine/query/query_int.h"
#include "index/keys/variant_key.h"
#include "index/keys/variant_spelling.h"
#include "storage/base/limits.h"
#include "storage/base/suggest.h"

static const skr_field fields[] = {
    {"variant", SKR_A_VARIANT, SKR_VALUE_VARIANT}, {"region", SKR_A_REGION, SKR_VALUE_REGION},
    {"gene", SKR_A_GENE, SKR_VALUE_TEXT},          {"effect", SKR_A_EFFECT, SKR_VALUE_TEXT},
    {"impact", SKR_A_IMPACT, SKR_VALUE_IMPACT},    {"protein", SKR_A_PROTEIN, SKR_VALUE_TEXT},
    {"type", SKR_A_TYPE, SKR_VALUE_TYPE},          {"filter", SKR_A_FILTER, SKR_VALUE_TEXT},
    {"copies", SKR_A_COPIES, SKR_VALUE_COPIES},    {"length", SKR_A_LENGTH, SKR_VALUE_WHOLE},
    {"af", SKR_A_AF, SKR_VALUE_FRACTION},          {"ac", SKR_A_AC, SKR_VALUE_WHOLE},
    {"start", SKR_A_BRACKET, SKR_VALUE_START},     {"end", SKR_A_BRACKET, SKR_VALUE_END},
    {"alt", SKR_A_ALT, SKR_VALUE_BASES},           {"pattern", SKR_A_SEQUENCE, SKR_VALUE_PATTERN},
};
#define N_FIELDS (sizeof fields / sizeof *fields)

const skr_field *skr_find_allele_field(const char *name)
{
    return skr_find_field(fields, N_FIELDS, name);
}

static int make_node(skr_parser *parser, skr_aexpr *node, const skr_token *token,
                     const void **ret_node, skr_err *err)
{
    const skr_aexpr *made = NULL;
    node->source = parser->source;
    node->at = token->at;
    node->n_at = token->n_at;
    int status = skr_query_aexpr(parser->query, node, &made, err);
    if (status == SKR_OK)
        *ret_node = made;
    return status;
}

static int join(skr_parser *parser, skr_joint joint, const void *left, const void *right,
                const void **ret_node, skr_err *err)
{
    static const skr_aexpr_op ops[] = {SKR_A_AND, SKR_A_OR, SKR_A_NOT};
    skr_aexpr node = {.op = ops[joint], .left = left, .right = right};
    const skr_aexpr *made = NULL;
    int status = skr_query_aexpr(parser->query, &node, &made, err);
    if (status == SKR_OK)
        *ret_node = made;
    return status;
}

int skr_query_variant(skr_query *query, const char *written, const char **ret_text,
                      size_t *ret_n_contig, skr_err *err)
{
    skr_buffer text = {0};
    skr_variant_text variant;
    skr_variant_span span;
    int status = skr_variant_respell(written, &text, err);
    if (status == SKR_OK && skr_variant_is_span((const char *)text.bytes, &span)) {
        *ret_n_contig = span.n_contig;
    } else if (status == SKR_OK) {
        status = skr_variant_parse((const char *)text.bytes, &variant, err);
        if (status == SKR_OK)
            *ret_n_contig = strlen(variant.contig);
    }
    if (status == SKR_OK)
        status = skr_query_text(query, (const char *)text.bytes, text.n, ret_text, err);
    skr_buffer_done(&text);
    return status;
}

bool skr_token_is_variant(const skr_parser *parser, const skr_token *token)
{
    const char *text = NULL;
    size_t n_contig = 0;
    return (token->kind == SKR_TOKEN_WORD || token->kind == SKR_TOKEN_QUOTED) &&
           strlen(token->text) < 256 &&
           skr_query_variant(parser->query, token->text, &text, &n_contig, NULL) == SKR_OK;
}

/* What is wrong with a variant's text is said at once, not only when it is asked of a store. */
static int read_variant(skr_parser *parser, const skr_token *token, skr_aexpr *node, skr_err *err)
{
    size_t n_contig = 0;
    int status = skr_query_variant(parser->query, token->text, &node->text, &n_contig, err);
    if (status < 0)
        (void)skr_query_point(err, parser->source, token->at, token->n_at);
    return status;
}

/* Bases in our form: upper case, U as T, "-" as none; n of them. */
static int read_bases(skr_parser *parser, const skr_token *token, const char *bases, size_t n,
                      const char **ret_bases, skr_err *err)
{
    void *memory = NULL;
    int status = skr_query_alloc(parser->query, n + 1, &memory, err);
    char *text = memory;
    for (size_t i = 0; i < n && status == SKR_OK; i++) {
        char base = (char)toupper((unsigned char)bases[i]);
        text[i] = base == 'U' ? 'T' : base;
        if (strchr("ACGTN", text[i]) == NULL)
            status =
                skr_parser_fail(parser, token, SKR_ERR_QUERY, err,
                                "expected bases A, C, G, T, and N for any, found '%c'", bases[i]);
    }
    if (status == SKR_OK)
        *ret_bases = text;
    return status;
}

static int read_alt(skr_parser *parser, const skr_token *token, skr_aexpr *node, skr_err *err)
{
    size_t n = strcmp(token->text, "-") == 0 ? 0 : strlen(token->text);
    return read_bases(parser, token, token->text, n, &node->text, err);
}

static int refuse_pattern(const skr_parser *parser, const skr_token *token, skr_err *err)
{
    return skr_parser_fail(parser, token, SKR_ERR_QUERY, err,
                           "pattern takes CONTIG-POS-REF-ALT, with N for any base");
}

/* The contig and the place of CONTIG-POS-REF-ALT, whose REF begins n bytes from its start. */
static int read_pattern_place(skr_parser *parser, const skr_token *token, size_t n, skr_aexpr *node,
                              skr_err *err)
{
    skr_buffer text = {0};
    skr_variant_text place;
    int status = skr_buffer_put(&text, token->text, n, err);
    if (status == SKR_OK)
        status = skr_buffer_put(&text, "A-", 3, err); /* any bases */
    if (status == SKR_OK)
        status = skr_variant_parse((const char *)text.bytes, &place, err);
    if (status == SKR_ERR_QUERY)
        status = refuse_pattern(parser, token, err);
    if (status == SKR_OK)
        status =
            skr_query_text(parser->query, place.contig, strlen(place.contig), &node->contig, err);
    if (status == SKR_OK)
        node->start0 = place.start0;
    skr_buffer_done(&text);
    return status;
}

/* An allele in which N is any base; without an N it is that allele. */
static int read_pattern(skr_parser *parser, const skr_token *token, skr_aexpr *node, skr_err *err)
{
    const char *alt = strrchr(token->text, '-');
    const char *ref = alt == NULL ? NULL : memrchr(token->text, '-', (size_t)(alt - token->text));
    if (ref == NULL || memchr(token->text, '-', (size_t)(ref - token->text)) == NULL ||
        alt - ref > (ptrdiff_t)SKR_ALLELE_MAX || strlen(alt) > SKR_ALLELE_MAX ||
        (alt == ref + 1 && alt[1] == '\0'))
        return refuse_pattern(parser, token, err);
    size_t n_ref = (size_t)(alt - ref) - 1;
    int status = read_bases(parser, token, ref + 1, n_ref, &node->ref, err);
    if (status == SKR_OK)
        status = read_bases(parser, token, alt + 1, strlen(alt + 1), &node->alt, err);
    if (status < 0)
        return status;
    if (strchr(node->ref, 'N') == NULL && strchr(node->alt, 'N') == NULL) {
        node->op = SKR_A_VARIANT;
        return read_variant(parser, token, node, err);
    }
    node->text = NULL;
    return read_pattern_place(parser, token, (size_t)(ref - token->text) + 1, node, err);
}

/* Where the REF span begins, or where it ends. */
static int read_place(skr_parser *parser, const skr_token *token, bool is_end, skr_aexpr *node,
                      skr_err *err)
{
    int status = skr_parse_region(parser, token, node, err);
    if (status < 0)
        return status;
    uint32_t from0 = node->start0;
    uint32_t to0 = node->end0 < SKR_CONTIG_LENGTH_MAX ? node->end0 : SKR_CONTIG_LENGTH_MAX;
    node->text = NULL;
    node->start0 = is_end ? 0 : from0;
    node->start_to0 = is_end ? SKR_CONTIG_LENGTH_MAX : to0;
    node->end0 = is_end ? from0 + 1 : 0;
    node->end_to0 = is_end && to0 < SKR_CONTIG_LENGTH_MAX ? to0 + 1 : SKR_CONTIG_LENGTH_MAX;
    return SKR_OK;
}

static int read_type(skr_parser *parser, const skr_token *token, skr_aexpr *node, skr_err *err)
{
    int status = skr_query_type(parser->query, "type", token->text, &node->text, err);
    if (status < 0)
        (void)skr_query_point(err, parser->source, token->at, token->n_at);
    return status;
}

static int read_value(skr_parser *parser, const skr_comparison *comparison, skr_aexpr *node,
                      skr_err *err)
{
    node->compare = comparison->compare;
    node->text = comparison->value.text;
    switch (comparison->field->value) {
    case SKR_VALUE_VARIANT:
        return read_variant(parser, &comparison->value, node, err);
    case SKR_VALUE_REGION:
        return skr_parse_region(parser, &comparison->value, node, err);
    case SKR_VALUE_PATTERN:
        return read_pattern(parser, &comparison->value, node, err);
    case SKR_VALUE_START:
    case SKR_VALUE_END:
        return read_place(parser, &comparison->value, comparison->field->value == SKR_VALUE_END,
                          node, err);
    case SKR_VALUE_BASES:
        return read_alt(parser, &comparison->value, node, err);
    case SKR_VALUE_TYPE:
        return read_type(parser, &comparison->value, node, err);
    case SKR_VALUE_IMPACT:
        return skr_parse_choice(parser, comparison, &node->text, err);
    case SKR_VALUE_TEXT:
        return SKR_OK;
    default:
        node->text = NULL;
        return skr_parse_number(parser, comparison, &node->number, err);
    }
}

static int compare(skr_parser *parser, const skr_comparison *comparison, const void **ret_node,
                   skr_err *err)
{
    const skr_field *field = comparison->field;
    if (comparison->is_file)
        return skr_parser_fail(parser, &comparison->value, SKR_ERR_QUERY, err,
                               "only id takes a file");
    skr_aexpr node = {.op = (skr_aexpr_op)field->op};
    int status = read_value(parser, comparison, &node, err);
    if (status < 0)
        return status;
    /* Every allele has a place and a type, so != is `not`. It need not have an annotation. */
    bool is_not = field->value < SKR_VALUE_NUMBER && node.compare == SKR_NE;
    bool is_annotation = node.op == SKR_A_EFFECT || node.op == SKR_A_IMPACT ||
                         node.op == SKR_A_PROTEIN || node.op == SKR_A_COPIES;
    if (is_not && is_annotation)
        return skr_parser_fail(parser, &comparison->name, SKR_ERR_QUERY, err,
                               "%s takes = or in (...); 'not %s=...' says what is meant by !=",
                               field->name, field->name);
    if (is_not)
        node.compare = SKR_EQ;
    status = make_node(parser, &node, &comparison->value, ret_node, err);
    if (status == SKR_OK && is_not)
        status = join(parser, SKR_JOINT_NOT, *ret_node, NULL, ret_node, err);
    return status;
}

static int fail_unknown(const skr_parser *parser, const skr_token *token, skr_err *err)
{
    char shown[64];
    char nearest[SKR_SUGGEST_TEXT_MAX];
    skr_suggest suggest;
    if (skr_token_is_variant(parser, token))
        return skr_parser_fail(parser, token, SKR_ERR_QUERY, err,
                               "%s is an allele: write variant=%.200s",
                               skr_token_show(token, shown), token->text);
    if (token->kind != SKR_TOKEN_WORD)
        return skr_parser_fail(parser, token, SKR_ERR_QUERY, err,
                               "expected a condition on alleles like gene=RYR1, found %s",
                               skr_token_show(token, shown));
    if (skr_find_people_field(token->text) != NULL || strchr(token->text, ':') != NULL)
        return skr_parser_fail(parser, token, SKR_ERR_QUERY, err,
                               "%s is about people, and here stand conditions on alleles",
                               skr_token_show(token, shown));
    skr_suggest_init(&suggest, token->text);
    for (size_t i = 0; i < N_FIELDS; i++)
        skr_suggest_offer(&suggest, fields[i].name);
    return skr_parser_fail(parser, token, SKR_ERR_QUERY, err,
                           "unknown word %s, expected a condition on alleles like gene=RYR1%s",
                           skr_token_show(token, shown), skr_suggest_text(&suggest, nearest));
}

static int atom(skr_parser *parser, const void **ret_node, skr_err *err);

static const skr_grammar grammar = {.atom = atom, .compare = compare, .join = join};

static int atom(skr_parser *parser, const void **ret_node, skr_err *err)
{
    skr_token token = parser->token;
    const skr_field *field =
        token.kind == SKR_TOKEN_WORD ? skr_find_allele_field(token.text) : NULL;
    if (field == NULL && !skr_token_is(&token, "all"))
        return fail_unknown(parser, &token, err);
    int status = skr_parser_advance(parser, err);
    if (status < 0)
        return status;
    if (field != NULL)
        return skr_parse_comparison(parser, &grammar, field, &token, ret_node, err);
    skr_aexpr node = {.op = SKR_A_ALL};
    return make_node(parser, &node, &token, ret_node, err);
}

int skr_parse_alleles_in(skr_parser *parser, const skr_aexpr **ret_aexpr, skr_err *err)
{
    const void *node = NULL;
    int status = skr_parser_expect(parser, SKR_TOKEN_OPEN, "'('", err);
    if (status == SKR_OK)
        status = skr_parse_connectives(parser, &grammar, &node, err);
    if (status == SKR_OK)
        status = skr_parser_expect(parser, SKR_TOKEN_CLOSE, "and, or, or ')'", err);
    if (status == SKR_OK)
        *ret_aexpr = node;
    return status;
}

int skr_query_parse_alleles(skr_query *query, const char *text, const skr_aexpr **ret_aexpr,
                            skr_err *err)
{
    const void *node = NULL;
    int status = skr_parse_whole(query, text, false, &grammar, &node, err);
    if (status == SKR_OK)
        *ret_aexpr = node;
    return status;
}
