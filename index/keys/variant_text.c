/*
 * variant_text.c - alleles as people write them: CONTIG-POS-REF-ALT, CONTIG-POS-END-TYPE.
 */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "index/keys/variant_key.h"
#include "index/keys/variant_structural.h"
#include "storage/base/limits.h"
#include "storage/base/number_text.h"

static bool is_number(const char *text, size_t n)
{
    if (n == 0 || n > 10)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!isdigit((unsigned char)text[i]))
            return false;
    return true;
}

/* A number of at most 10 digits. */
static uint64_t number_of(const char *text, size_t n)
{
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++)
        value = value * 10 + (uint64_t)(text[i] - '0');
    return value;
}

static bool are_letters(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!skr_variant_base_agrees(text[i], 'N'))
            return false;
    return true;
}

/* The last '-' in text[0 .. n), or NULL. */
static const char *last_dash(const char *text, size_t n)
{
    return memrchr(text, '-', n);
}

/* END and TYPE. */
static int parse_structural(const char *text, uint64_t end1, const char *type,
                            skr_variant_text *variant, skr_err *err)
{
    skr_structural said = {0};
    size_t n_type = strlen(type);
    if (n_type == 0 || n_type >= SKR_STRUCTURAL_TEXT_MAX ||
        !skr_structural_parse(type, n_type, &said) || said.n_symbol > SKR_NAME_MAX)
        return skr_fail(err, SKR_ERR_QUERY,
                        "'%s': a structural variant ends with its type: DEL, INS:ME:ALU, and where "
                        "that is not enough length and mate: INS+281, INV@22:5000",
                        text);
    if (end1 <= variant->start0 || end1 > SKR_CONTIG_LENGTH_MAX)
        return skr_fail(err, SKR_ERR_QUERY,
                        "'%s': END %" PRIu64 " lies before POS or beyond the largest place", text,
                        end1);
    variant->is_structural = true;
    variant->end0 = (uint32_t)end1;
    variant->alt = type;
    variant->n_alt = n_type;
    return SKR_OK;
}

/* REF and ALT. */
static int parse_bases(const char *text, skr_variant_text *variant, skr_err *err)
{
    const char *ref = variant->ref;
    const char *alt = variant->alt;
    size_t n_ref = variant->n_ref;
    size_t n_alt = variant->n_alt;
    if (n_ref == 0 && n_alt == 0)
        return skr_fail(err, SKR_ERR_QUERY, "'%s': REF and ALT are both empty", text);
    if (n_ref > SKR_ALLELE_MAX || n_alt > SKR_ALLELE_MAX)
        return skr_fail(err, SKR_ERR_QUERY, "an allele is longer than %u bases", SKR_ALLELE_MAX);
    if (!are_letters(ref, n_ref))
        return skr_fail(err, SKR_ERR_QUERY, "'%s': REF '%.*s' is not made of A, C, G, T", text,
                        (int)n_ref, ref);
    if (!skr_variant_alt_has_key(ref, n_ref, alt, n_alt))
        return skr_fail(err, SKR_ERR_QUERY,
                        "'%s': ALT '%.*s' is not made of A, C, G, T and letters that it shares "
                        "with the ends of REF",
                        text, (int)n_alt, alt);
    if (n_ref == n_alt && strncasecmp(ref, alt, n_ref) == 0)
        return skr_fail(err, SKR_ERR_QUERY, "'%s': REF and ALT are the same", text);
    return SKR_OK;
}

/*
 * The place where CONTIG-POS-END-TYPE begins its type, when that type holds a '-' itself; NULL: it
 * does not have that form. *ret_end is where END begins.
 */
static const char *find_type(const char *text, const char **ret_end)
{
    const char *type = last_dash(text, strlen(text));
    for (; type != NULL; type = last_dash(text, (size_t)(type - text))) {
        const char *end = last_dash(text, (size_t)(type - text));
        const char *pos = end == NULL ? NULL : last_dash(text, (size_t)(end - text));
        if (pos != NULL && pos != text && isalpha((unsigned char)type[1]) &&
            is_number(end + 1, (size_t)(type - end) - 1) &&
            is_number(pos + 1, (size_t)(end - pos) - 1)) {
            *ret_end = end;
            return type;
        }
    }
    return NULL;
}

int skr_variant_parse(const char *text, skr_variant_text *ret, skr_err *err)
{
    skr_variant_text variant = {0};
    const char *alt = last_dash(text, strlen(text));
    const char *ref = alt == NULL ? NULL : last_dash(text, (size_t)(alt - text));
    bool is_small = ref != NULL && are_letters(ref + 1, (size_t)(alt - ref) - 1);
    const char *end = NULL;
    const char *type = is_small ? NULL : find_type(text, &end);
    if (type != NULL) {
        alt = type;
        ref = end;
    }
    const char *pos = ref == NULL ? NULL : last_dash(text, (size_t)(ref - text));
    if (pos == NULL || pos == text)
        return skr_fail(err, SKR_ERR_QUERY,
                        "'%s' is no variant: write CONTIG-POS-REF-ALT, CONTIG:POS:REF:ALT, "
                        "CONTIG:POSREF>ALT, SPDI, HGVS as in 22:g.123_125del, or "
                        "CONTIG-POS-END-TYPE",
                        text);
    size_t n_contig = (size_t)(pos - text);
    if (n_contig > SKR_NAME_MAX)
        return skr_fail(err, SKR_ERR_QUERY, "the contig of a variant is longer than %u bytes",
                        SKR_NAME_MAX);
    memcpy(variant.contig, text, n_contig);

    size_t n_pos = (size_t)(ref - pos) - 1;
    uint64_t pos1 = is_number(pos + 1, n_pos) ? number_of(pos + 1, n_pos) : 0;
    if (pos1 == 0 || pos1 > SKR_CONTIG_LENGTH_MAX)
        return skr_fail(err, SKR_ERR_QUERY, "'%s': '%.*s' is no place on a contig, counted from 1",
                        text, (int)n_pos, pos + 1);
    variant.start0 = (uint32_t)pos1 - 1;
    variant.ref = ref + 1;
    variant.n_ref = (size_t)(alt - ref) - 1;
    variant.alt = alt + 1;
    variant.n_alt = strlen(alt + 1);
    bool is_structural = is_number(variant.ref, variant.n_ref);
    int status = is_structural ? parse_structural(text, number_of(variant.ref, variant.n_ref),
                                                  variant.alt, &variant, err)
                               : parse_bases(text, &variant, err);
    if (is_structural) {
        variant.ref = NULL;
        variant.n_ref = 0;
    }
    if (status == SKR_OK)
        *ret = variant;
    return status;
}

static char *put(char *at, const char *text, size_t n)
{
    memcpy(at, text, n);
    return at + n;
}

static char *put_number(char *at, uint32_t number)
{
    *at++ = '-';
    at += skr_number_text(number, at);
    *at++ = '-';
    return at;
}

int skr_variant_print(const char *contig, const skr_allele *allele, skr_buffer *text, skr_err *err)
{
    size_t n_contig = strlen(contig);
    size_t n_most = n_contig + allele->n_ref + allele->n_alt + 2 * (SKR_NUMBER_TEXT_MAX + 2) + 2;
    SKR_TRY(skr_buffer_reserve(text, n_most, err));
    char *from = (char *)text->bytes + text->n;
    char *at = put(from, contig, n_contig);
    at = put_number(at, allele->start0 + 1);
    if (allele->kind >= SKR_ALLELE_SV) {
        at = put_number(at - 1, allele->end0);
    } else {
        at = put(at, allele->ref, allele->n_ref);
        *at++ = '-';
    }
    at = put(at, allele->alt, allele->n_alt);
    *at = '\0';
    text->n += (size_t)(at - from);
    return SKR_OK;
}
