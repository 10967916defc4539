/*
 * query_variant.c - conditions that say an allele: variant, pattern, alt.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/query/query_syntax.h"
#include "index/contigs/contig.h"
#include "index/keys/variant_key.h"
#include "index/keys/variant_spelling.h"
#include "index/keys/variant_type.h"
#include "storage/base/limits.h"

/* ------------------------------------------------------------------ variant */

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

bool skr_query_token_is_variant(const skr_parser *parser, const skr_token *token)
{
    const char *text = NULL;
    size_t n_contig = 0;
    return (token->kind == SKR_TOKEN_WORD || token->kind == SKR_TOKEN_QUOTED) &&
           strlen(token->text) < 256 &&
           skr_query_variant(parser->query, token->text, &text, &n_contig, NULL) == SKR_OK;
}

/* What is wrong with a variant's text is said at once, not only when it is asked of a store. */
static int read_variant(skr_parser *parser, const skr_comparison *comparison, skr_expr *node,
                        skr_err *err)
{
    const skr_token *token = &comparison->value;
    size_t n_contig = 0;
    if (skr_query_is_name(token->text)) {
        node->op = SKR_A_NAME;
        return skr_query_name(parser->query, token->text, &node->text, err);
    }
    int status = skr_query_variant(parser->query, token->text, &node->text, &n_contig, err);
    if (status < 0)
        (void)skr_query_point(err, parser->source, token->at, token->n_at);
    return status;
}

static int put_bases(skr_buffer *text, const char *bases, size_t n, skr_err *err)
{
    int status = SKR_OK;
    for (size_t i = 0; i < n && status == SKR_OK; i++) {
        char base = (char)toupper((unsigned char)bases[i]);
        status = skr_buffer_put(text, &base, 1, err);
    }
    return status;
}

/* A change whose bases only a reference knows. */
static int put_span(skr_buffer *text, const skr_variant_span *span, skr_err *err)
{
    char name[SKR_NAME_MAX + 1];
    char contig[SKR_NAME_MAX + 1];
    skr_buffer word = {0};
    memcpy(name, span->contig, span->n_contig);
    name[span->n_contig] = '\0';
    const char *change = span->contig + span->n_contig;
    size_t n_change = strlen(change) - span->n_alt;
    int status = skr_query_put(&word, skr_query_contig(name, contig, sizeof contig), err);
    if (status == SKR_OK)
        status = skr_buffer_put(&word, change, n_change, err);
    if (status == SKR_OK)
        status = put_bases(&word, span->alt, span->n_alt, err);
    if (status == SKR_OK)
        status = skr_buffer_put_u8(&word, 0, err);
    if (status == SKR_OK)
        status = skr_query_put_field(text, skr_query_expr_word(SKR_A_VARIANT), SKR_EQ,
                                     (const char *)word.bytes, err);
    skr_buffer_done(&word);
    return status;
}

/* "variant=" and the place in canonical spelling; the bases stay as they are, in upper case. */
static int print_variant(const skr_expr *node, skr_buffer *text, skr_err *err)
{
    const char *written = node->text;
    char contig[SKR_NAME_MAX + 1];
    char place[64];
    skr_variant_text variant;
    skr_variant_span span;
    if (skr_variant_is_span(written, &span) && span.n_contig <= SKR_NAME_MAX)
        return put_span(text, &span, err);
    if (skr_variant_parse(written, &variant, NULL) < 0)
        return skr_query_put_field(text, skr_query_expr_word(SKR_A_VARIANT), SKR_EQ, written, err);

    skr_buffer word = {0};
    int status = skr_query_put(&word, skr_query_contig(variant.contig, contig, sizeof contig), err);
    if (variant.is_structural)
        (void)snprintf(place, sizeof place, "-%" PRIu64 "-%" PRIu32 "-",
                       (uint64_t)variant.start0 + 1, variant.end0);
    else
        (void)snprintf(place, sizeof place, "-%" PRIu64 "-", (uint64_t)variant.start0 + 1);
    if (status == SKR_OK)
        status = skr_query_put(&word, place, err);
    if (status == SKR_OK && !variant.is_structural) {
        status = put_bases(&word, variant.ref, variant.n_ref, err);
        if (status == SKR_OK)
            status = skr_query_put(&word, "-", err);
    }
    size_t n_upper = variant.is_structural ? skr_variant_symbol_length(variant.alt, variant.n_alt)
                                           : variant.n_alt;
    if (status == SKR_OK)
        status = put_bases(&word, variant.alt, n_upper, err);
    if (status == SKR_OK)
        status = skr_query_put(&word, variant.alt + n_upper, err);
    if (status == SKR_OK)
        status = skr_buffer_put_u8(&word, 0, err);
    if (status == SKR_OK)
        status = skr_query_put_field(text, skr_query_expr_word(SKR_A_VARIANT), SKR_EQ,
                                     (const char *)word.bytes, err);
    skr_buffer_done(&word);
    return status;
}

const skr_syntax skr_syntax_variant = {.read = read_variant,
                                       .print = print_variant,
                                       .unequal = SKR_UNEQUAL_NOT,
                                       .extends = SKR_EXTENDS_VARIANT};

/* ------------------------------------------------------------------ alt */

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
            status = skr_query_parser_fail(parser, token, SKR_ERR_QUERY, err,
                                           "expected bases A, C, G, T, and N for any, found '%c'",
                                           bases[i]);
    }
    if (status == SKR_OK)
        *ret_bases = text;
    return status;
}

static int read_alt(skr_parser *parser, const skr_comparison *comparison, skr_expr *node,
                    skr_err *err)
{
    const skr_token *token = &comparison->value;
    size_t n = strcmp(token->text, "-") == 0 ? 0 : strlen(token->text);
    return read_bases(parser, token, token->text, n, &node->text, err);
}

static int print_alt(const skr_expr *node, skr_buffer *text, skr_err *err)
{
    return skr_query_put_field(text, skr_query_expr_word(node->op), SKR_EQ,
                               node->text[0] == '\0' ? "-" : node->text, err);
}

const skr_syntax skr_syntax_alt = {
    .read = read_alt, .print = print_alt, .unequal = SKR_UNEQUAL_NOT};

/* ------------------------------------------------------------------ pattern */

static int refuse_pattern(const skr_parser *parser, const skr_token *token, skr_err *err)
{
    return skr_query_parser_fail(parser, token, SKR_ERR_QUERY, err,
                                 "pattern takes CONTIG-POS-REF-ALT, with N for any base");
}

/* The contig and the place of CONTIG-POS-REF-ALT, whose REF begins n bytes from its start. */
static int read_pattern_place(skr_parser *parser, const skr_token *token, size_t n, skr_expr *node,
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
static int read_pattern(skr_parser *parser, const skr_comparison *comparison, skr_expr *node,
                        skr_err *err)
{
    const skr_token *token = &comparison->value;
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
        return read_variant(parser, comparison, node, err);
    }
    node->text = NULL;
    return read_pattern_place(parser, token, (size_t)(ref - token->text) + 1, node, err);
}

/* An allele of a request: by its name, or as a pattern where N stands for any base. */
static int print_sequence(const skr_expr *node, skr_buffer *text, skr_err *err)
{
    char contig[SKR_NAME_MAX + 1];
    char place[32];
    skr_buffer word = {0};
    bool is_pattern = strpbrk(node->ref, "Nn") != NULL || strpbrk(node->alt, "Nn") != NULL;
    int status = skr_query_put(&word, skr_query_contig(node->contig, contig, sizeof contig), err);
    (void)snprintf(place, sizeof place, "-%" PRIu64 "-", (uint64_t)node->start0 + 1);
    if (status == SKR_OK)
        status = skr_query_put(&word, place, err);
    if (status == SKR_OK)
        status = put_bases(&word, node->ref, strlen(node->ref), err);
    if (status == SKR_OK)
        status = skr_query_put(&word, "-", err);
    if (status == SKR_OK)
        status = put_bases(&word, node->alt, strlen(node->alt), err);
    if (status == SKR_OK)
        status = skr_buffer_put_u8(&word, 0, err);
    if (status == SKR_OK)
        status = skr_query_put_field(
            text, skr_query_expr_word(is_pattern ? SKR_A_SEQUENCE : SKR_A_VARIANT), SKR_EQ,
            (const char *)word.bytes, err);
    skr_buffer_done(&word);
    return status;
}

const skr_syntax skr_syntax_pattern = {
    .read = read_pattern, .print = print_sequence, .unequal = SKR_UNEQUAL_NOT};
