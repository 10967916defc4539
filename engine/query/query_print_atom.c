/*
 * query_print_atom.c - the canonical text of single conditions.
 */
#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/query/query_print_int.h"
#include "index/contigs/contig.h"
#include "index/keys/variant_key.h"
#include "index/keys/variant_spelling.h"
#include "index/keys/variant_type.h"
#include "storage/base/limits.h"

static int put(skr_buffer *text, const char *more, skr_err *err)
{
    return skr_buffer_put(text, more, strlen(more), err);
}

int skr_query_put_word(skr_buffer *text, const char *word, skr_err *err)
{
    bool is_plain = word[0] != '\0';
    for (const char *at = word; *at != '\0' && is_plain; at++)
        is_plain = skr_query_is_word_byte(*at);
    if (is_plain)
        return put(text, word, err);
    int status = put(text, "\"", err);
    for (const char *at = word; *at != '\0' && status == SKR_OK; at++) {
        if (*at == '"' || *at == '\\')
            status = put(text, "\\", err);
        if (status == SKR_OK)
            status = skr_buffer_put(text, at, 1, err);
    }
    return status < 0 ? status : put(text, "\"", err);
}

/* The shortest decimal that reads back as the same number; ages are read without exponents. */
static int put_number(skr_buffer *text, double number, skr_err *err)
{
    char digits[64];
    bool is_plain = number == 0 || (fabs(number) >= 1e-9 && fabs(number) < 1e15);
    for (int precision = is_plain ? 0 : 1; precision <= 30; precision++) {
        (void)snprintf(digits, sizeof digits, is_plain ? "%.*f" : "%.*g", precision, number);
        if (strtod(digits, NULL) == number)
            break;
    }
    return put(text, digits, err);
}

static const char *compare_text(skr_compare compare)
{
    static const char *const texts[] = {"=", "!=", "<", "<=", ">", ">="};
    return texts[compare];
}

static int put_field(skr_buffer *text, const char *name, skr_compare compare, const char *word,
                     skr_err *err)
{
    int status = put(text, name, err);
    if (status == SKR_OK)
        status = put(text, compare_text(compare), err);
    return status < 0 ? status : skr_query_put_word(text, word, err);
}

static int put_comparison(skr_buffer *text, const char *name, skr_compare compare, double number,
                          skr_err *err)
{
    int status = put(text, name, err);
    if (status == SKR_OK)
        status = put(text, compare_text(compare), err);
    return status < 0 ? status : put_number(text, number, err);
}

/* A contig that has no canonical name is printed as written: planning will refuse it. */
static const char *canonical_contig(const char *contig, char *canonical, size_t n_canonical)
{
    return skr_contig_canonical(NULL, contig, canonical, n_canonical, NULL) < 0 ? contig
                                                                                : canonical;
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
    int status = put(&word, canonical_contig(name, contig, sizeof contig), err);
    if (status == SKR_OK)
        status = skr_buffer_put(&word, change, n_change, err);
    if (status == SKR_OK)
        status = put_bases(&word, span->alt, span->n_alt, err);
    if (status == SKR_OK)
        status = skr_buffer_put_u8(&word, 0, err);
    if (status == SKR_OK)
        status = put_field(text, "variant", SKR_EQ, (const char *)word.bytes, err);
    skr_buffer_done(&word);
    return status;
}

/* "variant=" and the place in canonical spelling; the bases stay as they are, in upper case. */
static int put_variant(skr_buffer *text, const char *written, skr_err *err)
{
    char contig[SKR_NAME_MAX + 1];
    char place[64];
    skr_variant_text variant;
    skr_variant_span span;
    if (skr_variant_is_span(written, &span) && span.n_contig <= SKR_NAME_MAX)
        return put_span(text, &span, err);
    if (skr_variant_parse(written, &variant, NULL) < 0)
        return put_field(text, "variant", SKR_EQ, written, err);

    skr_buffer word = {0};
    int status = put(&word, canonical_contig(variant.contig, contig, sizeof contig), err);
    if (variant.is_structural)
        (void)snprintf(place, sizeof place, "-%" PRIu64 "-%" PRIu32 "-",
                       (uint64_t)variant.start0 + 1, variant.end0);
    else
        (void)snprintf(place, sizeof place, "-%" PRIu64 "-", (uint64_t)variant.start0 + 1);
    if (status == SKR_OK)
        status = put(&word, place, err);
    if (status == SKR_OK && !variant.is_structural) {
        status = put_bases(&word, variant.ref, variant.n_ref, err);
        if (status == SKR_OK)
            status = put(&word, "-", err);
    }
    size_t n_upper =
        variant.is_structural ? skr_symbol_length(variant.alt, variant.n_alt) : variant.n_alt;
    if (status == SKR_OK)
        status = put_bases(&word, variant.alt, n_upper, err);
    if (status == SKR_OK)
        status = put(&word, variant.alt + n_upper, err);
    if (status == SKR_OK)
        status = skr_buffer_put_u8(&word, 0, err);
    if (status == SKR_OK)
        status = put_field(text, "variant", SKR_EQ, (const char *)word.bytes, err);
    skr_buffer_done(&word);
    return status;
}

static int put_region(skr_buffer *text, const skr_aexpr *node, skr_err *err)
{
    char contig[SKR_NAME_MAX + 1];
    char word[SKR_NAME_MAX + 64];
    const char *name = canonical_contig(node->contig, contig, sizeof contig);
    /* What holds several signs may be the name of a contig, which only a store knows. */
    if (node->text != NULL && strpbrk(node->contig, ":-") != NULL)
        return put_field(text, "region", SKR_EQ, node->text, err);
    if (node->start0 == 0 && node->end0 == UINT32_MAX)
        return put_field(text, "region", SKR_EQ, name, err);
    if (node->end0 == UINT32_MAX)
        (void)snprintf(word, sizeof word, "%s:%" PRIu64 "-", name, (uint64_t)node->start0 + 1);
    else
        (void)snprintf(word, sizeof word, "%s:%" PRIu64 "-%" PRIu32, name,
                       (uint64_t)node->start0 + 1, node->end0);
    return put_field(text, "region", SKR_EQ, word, err);
}

/* "name=CONTIG:FROM-TO" of places in [from0, to0). */
static int put_place(skr_buffer *text, const char *name, const char *contig, uint32_t from0,
                     uint32_t to0, skr_err *err)
{
    char canonical[SKR_NAME_MAX + 1];
    char word[SKR_NAME_MAX + 64];
    const char *shown = canonical_contig(contig, canonical, sizeof canonical);
    if (to0 >= SKR_CONTIG_LENGTH_MAX)
        (void)snprintf(word, sizeof word, "%s:%" PRIu64 "-", shown, (uint64_t)from0 + 1);
    else
        (void)snprintf(word, sizeof word, "%s:%" PRIu64 "-%" PRIu32, shown, (uint64_t)from0 + 1,
                       to0);
    return put_field(text, name, SKR_EQ, word, err);
}

/* An allele of a request: by its name, or as a pattern where N stands for any base. */
static int put_sequence(skr_buffer *text, const skr_aexpr *node, skr_err *err)
{
    char contig[SKR_NAME_MAX + 1];
    char place[32];
    skr_buffer word = {0};
    bool is_pattern = strpbrk(node->ref, "Nn") != NULL || strpbrk(node->alt, "Nn") != NULL;
    int status = put(&word, canonical_contig(node->contig, contig, sizeof contig), err);
    (void)snprintf(place, sizeof place, "-%" PRIu64 "-", (uint64_t)node->start0 + 1);
    if (status == SKR_OK)
        status = put(&word, place, err);
    if (status == SKR_OK)
        status = put_bases(&word, node->ref, strlen(node->ref), err);
    if (status == SKR_OK)
        status = put(&word, "-", err);
    if (status == SKR_OK)
        status = put_bases(&word, node->alt, strlen(node->alt), err);
    if (status == SKR_OK)
        status = skr_buffer_put_u8(&word, 0, err);
    if (status == SKR_OK)
        status = put_field(text, is_pattern ? "pattern" : "variant", SKR_EQ,
                           (const char *)word.bytes, err);
    skr_buffer_done(&word);
    return status;
}

/* Where an allele begins, where it ends, or both. */
static int put_bracket(skr_buffer *text, const skr_aexpr *node, skr_err *err)
{
    bool has_start = node->start0 > 0 || node->start_to0 < SKR_CONTIG_LENGTH_MAX;
    bool has_end = node->end0 > 1 || node->end_to0 < SKR_CONTIG_LENGTH_MAX;
    bool is_both = has_start && has_end;
    uint32_t last0 = node->end0 == 0 ? 0 : node->end0 - 1;
    uint32_t last_to0 = node->end_to0 < SKR_CONTIG_LENGTH_MAX && node->end_to0 > 0
                            ? node->end_to0 - 1
                            : SKR_CONTIG_LENGTH_MAX;
    int status = is_both ? put(text, "(", err) : SKR_OK;
    if (status == SKR_OK && (has_start || !has_end))
        status = put_place(text, "start", node->contig, node->start0, node->start_to0, err);
    if (status == SKR_OK && is_both)
        status = put(text, " and ", err);
    if (status == SKR_OK && has_end)
        status = put_place(text, "end", node->contig, last0, last_to0, err);
    return status < 0 || !is_both ? status : put(text, ")", err);
}

static int print_allele_atom(const void *of, skr_buffer *text, skr_err *err)
{
    const skr_aexpr *node = of;
    switch (node->op) {
    case SKR_A_VARIANT:
        return put_variant(text, node->text, err);
    case SKR_A_REGION:
        return put_region(text, node, err);
    case SKR_A_GENE:
        return put_field(text, "gene", SKR_EQ, node->text, err);
    case SKR_A_EFFECT:
        return put_field(text, "effect", SKR_EQ, node->text, err);
    case SKR_A_IMPACT:
        return put_field(text, "impact", SKR_EQ, node->text, err);
    case SKR_A_PROTEIN:
        return put_field(text, "protein", SKR_EQ, node->text, err);
    case SKR_A_TYPE:
        return put_field(text, "type", SKR_EQ, node->text, err);
    case SKR_A_FILTER:
        return put_field(text, "filter", SKR_EQ, node->text, err);
    case SKR_A_LENGTH:
        return put_comparison(text, "length", node->compare, node->number, err);
    case SKR_A_AF:
        return put_comparison(text, "af", node->compare, node->number, err);
    case SKR_A_AC:
        return put_comparison(text, "ac", node->compare, node->number, err);
    case SKR_A_COPIES:
        return put_comparison(text, "copies", SKR_EQ, node->number, err);
    case SKR_A_SEQUENCE:
        return put_sequence(text, node, err);
    case SKR_A_BRACKET:
        return put_bracket(text, node, err);
    case SKR_A_ALT:
        return put_field(text, "alt", SKR_EQ, node->text[0] == '\0' ? "-" : node->text, err);
    default:
        return put(text, "all", err);
    }
}

static skr_view look_at_allele(const void *of)
{
    const skr_aexpr *node = of;
    skr_view view = {.left = node->left, .right = node->right, .print = print_allele_atom};
    if (node->op == SKR_A_NOT)
        view.kind = SKR_VIEW_NOT;
    if (node->op == SKR_A_AND || node->op == SKR_A_OR) {
        view.kind = SKR_VIEW_CHAIN;
        view.joint = node->op == SKR_A_AND ? SKR_JOINT_AND : SKR_JOINT_OR;
    }
    return view;
}

int skr_aexpr_print(const skr_aexpr *aexpr, skr_buffer *text, skr_err *err)
{
    return skr_query_print(look_at_allele, aexpr, text, err);
}

/* ------------------------------------------------------------------ individuals */

static int put_call(skr_buffer *text, const char *name, const skr_aexpr *alleles, skr_err *err)
{
    int status = put(text, name, err);
    if (status == SKR_OK)
        status = put(text, "(", err);
    if (status == SKR_OK)
        status = skr_aexpr_print(alleles, text, err);
    return status < 0 ? status : put(text, ")", err);
}

static int put_term(skr_buffer *text, const char *name, const char *term, skr_err *err)
{
    int status = put(text, name, err);
    if (status == SKR_OK)
        status = put(text, "(", err);
    if (status == SKR_OK)
        status = skr_query_put_word(text, term, err);
    return status < 0 ? status : put(text, ")", err);
}

static int put_absent(skr_buffer *text, const char *variant, skr_err *err)
{
    skr_aexpr node = {.op = SKR_A_VARIANT, .text = variant};
    return put_call(text, "absent", &node, err);
}

static int put_onset(skr_buffer *text, const skr_expr *node, skr_err *err)
{
    int status = SKR_OK;
    if (node->text == NULL)
        return put_comparison(text, "onset", node->compare, node->number, err);
    status = put_term(text, "onset", node->text, err);
    return status < 0 ? status : put_comparison(text, "", node->compare, node->number, err);
}

static int put_measure(skr_buffer *text, const skr_expr *node, skr_err *err)
{
    int status = skr_query_put_word(text, node->text, err);
    return status < 0 ? status : put_comparison(text, "", node->compare, node->number, err);
}

static int print_people_atom(const void *of, skr_buffer *text, skr_err *err)
{
    const skr_expr *node = of;
    switch (node->op) {
    case SKR_E_CARRIES:
        return put_call(text, "carries", node->alleles, err);
    case SKR_E_BIALLELIC:
        return put_call(text, "biallelic", node->alleles, err);
    case SKR_E_ABSENT:
        return put_absent(text, node->text, err);
    case SKR_E_TERM:
        return skr_query_put_word(text, node->text, err);
    case SKR_E_ONLY:
        return put_term(text, "only", node->text, err);
    case SKR_E_SIMILAR:
        return put_term(text, "similar", node->text, err);
    case SKR_E_SEX:
        return put_field(text, "sex", node->compare, node->text, err);
    case SKR_E_KARYOTYPE:
        return put_field(text, "karyotype", node->compare, node->text, err);
    case SKR_E_COUNTRY:
        return put_field(text, "country", node->compare, node->text, err);
    case SKR_E_ANCESTRY:
        return put_field(text, "ancestry", node->compare, node->text, err);
    case SKR_E_DATASET:
        return put_field(text, "dataset", SKR_EQ, node->text, err);
    case SKR_E_ID:
        return put_field(text, "id", SKR_EQ, node->text, err);
    case SKR_E_AGE:
        return put_comparison(text, "age", node->compare, node->number, err);
    case SKR_E_ONSET:
        return put_onset(text, node, err);
    case SKR_E_VALUE:
        return put_measure(text, node, err);
    case SKR_E_ID_FILE:
        return put(text, "not all", err); /* a list of nobody */
    default:
        return put(text, "all", err);
    }
}

static skr_view look_at_person(const void *of)
{
    const skr_expr *node = of;
    skr_view view = {.left = node->left, .right = node->right, .print = print_people_atom};
    if (node->op == SKR_E_NOT)
        view.kind = SKR_VIEW_NOT;
    if (node->op == SKR_E_AND || node->op == SKR_E_OR) {
        view.kind = SKR_VIEW_CHAIN;
        view.joint = node->op == SKR_E_AND ? SKR_JOINT_AND : SKR_JOINT_OR;
    }
    if (node->op == SKR_E_ID_FILE && node->n_ids > 0) {
        view.kind = SKR_VIEW_IDS;
        view.ids = node->ids;
        view.n_ids = node->n_ids;
    }
    return view;
}

int skr_expr_print(const skr_expr *expr, skr_buffer *text, skr_err *err)
{
    return skr_query_print(look_at_person, expr, text, err);
}
