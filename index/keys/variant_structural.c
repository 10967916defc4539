/*
 * variant_structural.c - the keys of structural alleles.
 */
#include "index/keys/variant_structural.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "index/keys/variant_key.h"
#include "index/keys/variant_type.h"

/* Upper case; what separates the parts of a key cannot stand within the first. */
static char fold_symbol(char c)
{
    return c == '+' || c == '@' ? '_' : (char)toupper((unsigned char)c);
}

/* END, 0 when nothing says one. */
static uint64_t end_of(const skr_structural *said)
{
    bool has_length = said->length > 0;
    /* the other end of a translocation: not told which contig, but not this place */
    bool is_backward = said->end1 < said->pos1 && said->end1 > 0 &&
                       skr_variant_symbol_is_breakend(said->symbol, said->n_symbol);
    if (said->is_end_elsewhere || is_backward ||
        skr_variant_symbol_is_insertion(said->symbol, said->n_symbol))
        return said->pos1;
    if (has_length && (said->is_length_first || said->end1 == 0))
        return said->length > SKR_CONTIG_LENGTH_MAX ? UINT64_MAX : said->pos1 + said->length;
    return said->end1;
}

/* Does END not say how long it is? */
static bool is_length_open(const skr_structural *said, uint64_t end1)
{
    return said->is_end_elsewhere || end1 - said->pos1 != said->length ||
           skr_variant_symbol_is_insertion(said->symbol, said->n_symbol);
}

bool skr_structural_key(const skr_structural *said, char *text, skr_allele *ret)
{
    size_t n = said->n_symbol;
    while (n > 0 && said->symbol[n - 1] == ':')
        n--;
    if (n == 0 || n > SKR_NAME_MAX || said->n_mate > SKR_NAME_MAX || said->pos1 == 0)
        return false;
    uint64_t end1 = end_of(said);
    if (end1 < said->pos1 || end1 > SKR_CONTIG_LENGTH_MAX)
        return false;
    for (size_t i = 0; i < n; i++)
        text[i] = fold_symbol(said->symbol[i]);
    if (said->length > 0 && is_length_open(said, end1))
        n += (size_t)snprintf(text + n, SKR_STRUCTURAL_TEXT_MAX - n, "+%" PRIu64, said->length);
    if (said->mate != NULL && said->n_mate > 0) {
        text[n++] = '@';
        for (size_t i = 0; i < said->n_mate; i++)
            text[n++] = isgraph((unsigned char)said->mate[i]) ? said->mate[i] : '_';
    }
    if (said->mate != NULL && said->mate_pos1 > 0)
        n += (size_t)snprintf(text + n, SKR_STRUCTURAL_TEXT_MAX - n, ":%" PRIu64, said->mate_pos1);
    text[n] = '\0';
    ret->start0 = said->pos1 - 1;
    ret->end0 = (uint32_t)end1;
    ret->kind = SKR_ALLELE_SV;
    ret->ref = "";
    ret->n_ref = 0;
    ret->alt = text;
    ret->n_alt = (uint32_t)n;
    return true;
}

/* The whole of text[0 .. n) as a number from 1 on. */
static bool take_number(const char *text, size_t n, uint64_t *ret_number)
{
    uint64_t number = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isdigit((unsigned char)text[i]) || i > 17)
            return false;
        number = number * 10 + (uint64_t)(text[i] - '0');
    }
    *ret_number = number;
    return number > 0;
}

bool skr_structural_parse(const char *text, size_t n, skr_structural *ret)
{
    const char *end = text + n;
    ret->symbol = text;
    ret->n_symbol = skr_variant_symbol_length(text, n);
    const char *at = text + ret->n_symbol;
    if (at < end && *at == '+') {
        const char *mate = memchr(at, '@', (size_t)(end - at));
        const char *to = mate == NULL ? end : mate;
        if (!take_number(at + 1, (size_t)(to - at) - 1, &ret->length))
            return false;
        at = to;
    }
    if (at < end) {
        const char *colon = memrchr(at, ':', (size_t)(end - at));
        ret->mate = at + 1;
        ret->n_mate = (size_t)(end - at) - 1;
        if (colon != NULL && take_number(colon + 1, (size_t)(end - colon) - 1, &ret->mate_pos1))
            ret->n_mate = (size_t)(colon - at) - 1;
        if (ret->n_mate == 0)
            return false;
    }
    return ret->n_symbol > 0;
}

bool skr_structural_holds(const skr_allele *place, const skr_allele *key)
{
    if (key->kind != SKR_ALLELE_SV || key->contig != place->contig ||
        key->start0 != place->start0 || key->end0 != place->end0 || key->n_alt < place->n_alt ||
        strncasecmp(key->alt, place->alt, place->n_alt) != 0)
        return false;
    return key->n_alt == place->n_alt || strchr(":+@", key->alt[place->n_alt]) != NULL;
}

bool skr_structural_length(const skr_allele *allele, uint64_t *ret_length)
{
    skr_structural said = {0};
    if (allele->kind < SKR_ALLELE_SV) {
        *ret_length = allele->n_ref > allele->n_alt ? allele->n_ref : allele->n_alt;
        return true;
    }
    if (!skr_structural_parse(allele->alt, allele->n_alt, &said))
        return false;
    bool is_span = !skr_variant_symbol_is_insertion(said.symbol, said.n_symbol) &&
                   (said.mate == NULL || allele->end0 > allele->start0 + 1);
    *ret_length = said.length > 0 ? said.length : allele->end0 - allele->start0 - 1;
    return said.length > 0 || (is_span && allele->kind == SKR_ALLELE_SV);
}
