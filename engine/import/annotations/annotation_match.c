/*
 * annotation_match.c - alleles as programs of annotation write them.
 */
#include "engine/import/annotations/annotation_match.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "storage/base/limits.h"

/* Words that VEP has for structural alleles, and how their symbols begin. */
static const struct {
    const char *word;
    const char *symbol;
} structural[] = {
    {"deletion", "<DEL"},
    {"insertion", "<INS"},
    {"duplication", "<DUP"},
    {"tandem_duplication", "<DUP"},
    {"inversion", "<INV"},
    {"copy_number_variation", "<CN"},
    {"copy_number_gain", "<CN"},
    {"copy_number_loss", "<CN"},
    {"mobile_element_insertion", "<INS:ME"},
    {"mobile_element_deletion", "<DEL:ME"},
    {"Alu_insertion", "<INS:ME:ALU"},
    {"tandem_repeat", "<CNV:TR"},
    {"sequence_alteration", "<"},
};

static bool is_symbol(const char *alt)
{
    return alt[0] == '<';
}

static bool has_star(const char *alt)
{
    return strchr(alt, '*') != NULL;
}

skr_annotation_alleles skr_annotation_match_begin(const char *ref, const char *const *alts,
                                                  uint32_t n_alts)
{
    bool differ_in_length = false;
    bool share_first = true;
    size_t n_ref = strlen(ref);
    for (uint32_t i = 0; i < n_alts; i++) {
        if (is_symbol(alts[i]))
            continue;
        differ_in_length = differ_in_length || strlen(alts[i]) != n_ref;
        share_first = share_first && (has_star(alts[i]) || toupper((unsigned char)alts[i][0]) ==
                                                               toupper((unsigned char)ref[0]));
    }
    return (skr_annotation_alleles){ref, alts, n_alts, differ_in_length && share_first};
}

static bool is_text(const char *a, const char *b, size_t n_b)
{
    return strlen(a) == n_b && strncasecmp(a, b, n_b) == 0;
}

static bool is_structural_word(const char *alt, const char *word, size_t n)
{
    for (size_t i = 0; i < sizeof structural / sizeof *structural; i++)
        if (is_text(structural[i].word, word, n) &&
            strncasecmp(alt, structural[i].symbol, strlen(structural[i].symbol)) == 0)
            return true;
    return n > 0 && is_text(alt, word, n);
}

/* Without the bases that REF and ALT share at their ends, those in front first: VEP --minimal. */
static bool is_minimal(const char *ref, const char *alt, const char *word, size_t n)
{
    size_t n_ref = strlen(ref);
    size_t n_alt = strlen(alt);
    while (n_ref > 0 && n_alt > 0 && toupper((unsigned char)*ref) == toupper((unsigned char)*alt)) {
        ref++;
        alt++;
        n_ref--;
        n_alt--;
    }
    while (n_ref > 0 && n_alt > 0 &&
           toupper((unsigned char)ref[n_ref - 1]) == toupper((unsigned char)alt[n_alt - 1])) {
        n_ref--;
        n_alt--;
    }
    if (n_alt == 0)
        return n == 1 && *word == '-';
    return n == n_alt && strncasecmp(alt, word, n) == 0;
}

/* How well an allele of VEP fits an ALT: 0 not at all. */
static unsigned fit(const skr_annotation_alleles *alleles, const char *word, size_t n, uint32_t alt)
{
    const char *text = alleles->alts[alt];
    if (is_symbol(text))
        return is_structural_word(text, word, n) ? 3 : 0;
    const char *written = alleles->is_trimmed && !has_star(text) ? text + 1 : text;
    if (*written == '\0' ? n == 1 && *word == '-' : is_text(written, word, n))
        return 3;
    if (is_text(text, word, n))
        return 2;
    return !has_star(text) && is_minimal(alleles->ref, text, word, n) ? 1 : 0;
}

/*
 * ALLELE_NUM decides where several ALTs fit. Where its own does not fit, the numbers are those of a
 * record that was split since: the item is of an allele that went elsewhere.
 */
bool skr_annotation_match_vep(const skr_annotation_alleles *alleles,
                              const skr_annotation_item *item, uint32_t alt)
{
    unsigned n_better = 0; /* and as good */
    if (item->allele == NULL && item->allele_number > 0)
        return item->allele_number == alt + 1;
    if (item->allele == NULL)
        return alleles->n_alts == 1;
    unsigned own = fit(alleles, item->allele, item->n_allele, alt);
    if (item->allele_number > 0)
        return own > 0 && item->allele_number == alt + 1;
    for (uint32_t i = 0; i < alleles->n_alts && own > 0; i++)
        n_better += i != alt && fit(alleles, item->allele, item->n_allele, i) >= own;
    return own > 0 && n_better == 0;
}

bool skr_annotation_match_snpeff(const skr_annotation_alleles *alleles,
                                 const skr_annotation_item *item, uint32_t alt)
{
    return is_text(alleles->alts[alt], item->allele, item->n_allele);
}

/* ------------------------------------------------------------------ bcftools csq */

static size_t count_bases(const char *at, const char *end)
{
    size_t n = 0;
    while (at + n < end && isalpha((unsigned char)at[n]))
        n++;
    return n;
}

bool skr_annotation_match_change(const char **at, const char *end, skr_annotation_change *ret)
{
    const char *from = *at;
    uint64_t pos1 = 0;
    if (from < end && *from == '+')
        from++;
    while (from < end && isdigit((unsigned char)*from) && pos1 < UINT32_MAX)
        pos1 = pos1 * 10 + (uint64_t)(*from++ - '0');
    ret->pos1 = (uint32_t)pos1;
    ret->ref = from;
    ret->n_ref = count_bases(from, end);
    from += ret->n_ref;
    if (pos1 == 0 || pos1 > SKR_CONTIG_LENGTH_MAX || ret->n_ref == 0 || from >= end || *from != '>')
        return false;
    ret->alt = ++from;
    const char *plus = memchr(from, '+', (size_t)(end - from));
    ret->n_alt = (size_t)((plus != NULL ? plus : end) - from);
    *at = from + ret->n_alt;
    return ret->n_alt > 0;
}
