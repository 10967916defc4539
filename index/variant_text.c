/*
 * variant_text.c - alleles as people write them: CONTIG-POS-REF-ALT, and the types of the language.
 */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "index/variant_key.h"
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

static bool are_bases(const char *text, size_t n, const char *allowed)
{
    for (size_t i = 0; i < n; i++)
        if (text[i] == '\0' || strchr(allowed, toupper((unsigned char)text[i])) == NULL)
            return false;
    return true;
}

/* The last '-' in text[0 .. n), or NULL. */
static const char *last_dash(const char *text, size_t n)
{
    return memrchr(text, '-', n);
}

/* REF and ALT, or END and TYPE; fields[0 .. 4) end with a dash or the text. */
static int parse_tail(const char *text, const char *ref, size_t n_ref, const char *alt,
                      size_t n_alt, skr_variant_text *variant, skr_err *err)
{
    if (is_number(ref, n_ref)) {
        uint64_t end1 = number_of(ref, n_ref);
        if (n_alt == 0 || n_alt > SKR_NAME_MAX)
            return skr_fail(err, SKR_ERR_QUERY,
                            "'%s': a structural variant ends with its type: "
                            "DEL, DUP, INS ...",
                            text);
        if (end1 <= variant->start0 || end1 > SKR_CONTIG_LENGTH_MAX)
            return skr_fail(err, SKR_ERR_QUERY,
                            "'%s': END %" PRIu64 " lies before POS or beyond "
                            "the largest place",
                            text, end1);
        variant->is_structural = true;
        variant->end0 = (uint32_t)end1;
        variant->alt = alt;
        variant->n_alt = n_alt;
        return SKR_OK;
    }
    if (n_ref == 0 && n_alt == 0)
        return skr_fail(err, SKR_ERR_QUERY, "'%s': REF and ALT are both empty", text);
    if (n_ref > SKR_ALLELE_MAX || n_alt > SKR_ALLELE_MAX)
        return skr_fail(err, SKR_ERR_QUERY, "an allele is longer than %u bases", SKR_ALLELE_MAX);
    if (!are_bases(ref, n_ref, "ACGTN"))
        return skr_fail(err, SKR_ERR_QUERY, "'%s': REF '%.*s' is not made of A, C, G, T", text,
                        (int)n_ref, ref);
    if (!are_bases(alt, n_alt, "ACGT"))
        return skr_fail(err, SKR_ERR_QUERY, "'%s': ALT '%.*s' is not made of A, C, G, T", text,
                        (int)n_alt, alt);
    if (n_ref == n_alt && strncasecmp(ref, alt, n_ref) == 0)
        return skr_fail(err, SKR_ERR_QUERY, "'%s': REF and ALT are the same", text);
    variant->ref = ref;
    variant->n_ref = n_ref;
    variant->alt = alt;
    variant->n_alt = n_alt;
    return SKR_OK;
}

int skr_variant_parse(const char *text, skr_variant_text *ret, skr_err *err)
{
    skr_variant_text variant = {0};
    size_t n = strlen(text);
    const char *alt = last_dash(text, n);
    const char *ref = alt == NULL ? NULL : last_dash(text, (size_t)(alt - text));
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
    int status = parse_tail(text, ref + 1, (size_t)(alt - ref) - 1, alt + 1,
                            n - (size_t)(alt + 1 - text), &variant, err);
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
    int status = skr_buffer_reserve(text, n_most, err);
    if (status < 0)
        return status;
    char *from = (char *)text->bytes + text->n;
    char *at = put(from, contig, n_contig);
    at = put_number(at, allele->start0 + 1);
    if (allele->kind == SKR_ALLELE_SV) {
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

static const char *const type_names[] = {"snv", "ins", "del", "mnv", "delins",
                                         "dup", "inv", "cnv", "bnd", "str"};

bool skr_allele_type_exists(const char *type)
{
    for (size_t i = 0; i < sizeof type_names / sizeof *type_names; i++)
        if (strcasecmp(type, type_names[i]) == 0)
            return true;
    return false;
}

/* Does a structural allele's type begin with a word and go on with digits only? */
static bool is_numbered(const skr_allele *allele, const char *word)
{
    size_t n = strlen(word);
    if (allele->n_alt < n || strncasecmp(allele->alt, word, n) != 0)
        return false;
    for (size_t i = n; i < allele->n_alt; i++)
        if (!isdigit((unsigned char)allele->alt[i]))
            return false;
    return true;
}

bool skr_allele_is_type(const skr_allele *allele, const char *type)
{
    if (allele->kind != SKR_ALLELE_SV)
        return allele->kind <= SKR_ALLELE_DELINS && strcasecmp(type, type_names[allele->kind]) == 0;
    if (strcasecmp(type, "cnv") == 0)
        return is_numbered(allele, "CNV") || is_numbered(allele, "CN");
    if (strcasecmp(type, "str") == 0)
        return is_numbered(allele, "STR");
    return strlen(type) == allele->n_alt && strncasecmp(type, allele->alt, allele->n_alt) == 0;
}
