/*
 * effect.c - finding terms of effects, and what stands above them.
 */
#include "index/effects/effect.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "index/effects/effect_int.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"

/* Words that are no name of a term: those of bcftools csq, and names that terms had before. */
static const struct {
    const char *word;
    uint32_t so;
} words[] = {
    {"3_prime_utr", 1624},
    {"5_prime_utr", 1623},
    {"coding_sequence", 1580},
    {"frameshift", 1589},
    {"inframe_altering", 1818},
    {"intergenic", 1628},
    {"intron", 1627},
    {"missense", 1583},
    {"nc_transcript_variant", 1619},
    {"non_coding", 1619},
    {"non_coding_exon_variant", 1792},
    {"non_synonymous_variant", 1992},
    {"non_synonymous_codon", 1583},
    {"regulatory_region", 1566},
    {"splice_acceptor", 1574},
    {"splice_donor", 1575},
    {"splice_region", 1630},
    {"start_retained", 2019},
    {"stop_retained", 1567},
    {"synonymous", 1819},
    {"synonymous_codon", 1819},
};

static bool is_gap(char c)
{
    return c == '_' || c == '-' || c == ' ';
}

/* The same words? */
static bool is_same(const char *name, const char *text, size_t n)
{
    if (strlen(name) != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (tolower((unsigned char)name[i]) != tolower((unsigned char)text[i]) &&
            !(is_gap(name[i]) && is_gap(text[i])))
            return false;
    return true;
}

static uint32_t find_so(uint32_t so)
{
    uint32_t from = 0;
    uint32_t to = skr_effect_n_rows;
    while (from < to) {
        uint32_t at = from + (to - from) / 2;
        if (skr_effect_rows[at].so < so)
            from = at + 1;
        else
            to = at;
    }
    return from < skr_effect_n_rows && skr_effect_rows[from].so == so ? from : SKR_NONE;
}

/* "SO:0001583", "so_0001583": SKR_NONE for what is no id of a term here. */
static uint32_t find_id(const char *text, size_t n)
{
    uint32_t so = 0;
    if (n != 10 || strncasecmp(text, "SO", 2) != 0 || (text[2] != ':' && text[2] != '_'))
        return SKR_NONE;
    for (size_t i = 3; i < n; i++) {
        if (!isdigit((unsigned char)text[i]))
            return SKR_NONE;
        so = so * 10 + (uint32_t)(text[i] - '0');
    }
    return find_so(so);
}

uint32_t skr_effect_find(const char *text, size_t n)
{
    uint32_t number = find_id(text, n);
    if (number != SKR_NONE)
        return number;
    for (uint32_t i = 0; i < skr_effect_n_rows; i++)
        if (is_same(skr_effect_rows[i].name, text, n))
            return i;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (is_same(words[i].word, text, n))
            return find_so(words[i].so);
    return SKR_NONE;
}

uint32_t skr_effect_count(void)
{
    return skr_effect_n_rows;
}

const char *skr_effect_name(uint32_t number)
{
    SKR_CHECK(number < skr_effect_n_rows);
    return skr_effect_rows[number].name;
}

uint32_t skr_effect_so(uint32_t number)
{
    SKR_CHECK(number < skr_effect_n_rows);
    return skr_effect_rows[number].so;
}

skr_impact skr_effect_impact(uint32_t number)
{
    SKR_CHECK(number < skr_effect_n_rows);
    return skr_effect_rows[number].impact;
}

/* The terms make no circle: test_effect.c goes up from each. */
bool skr_effect_is_a(uint32_t number, uint32_t above)
{
    SKR_CHECK(number < skr_effect_n_rows && above < skr_effect_n_rows);
    if (number == above)
        return true;
    const skr_effect_row *row = &skr_effect_rows[number];
    for (size_t i = 0; i < SKR_EFFECT_PARENTS_MAX && row->parents[i] != 0; i++)
        if (skr_effect_is_a(find_so(row->parents[i]), above))
            return true;
    return false;
}

void skr_effect_offer(skr_suggest *suggest)
{
    for (uint32_t i = 0; i < skr_effect_n_rows; i++)
        skr_suggest_offer(suggest, skr_effect_rows[i].name);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        skr_suggest_offer(suggest, words[i].word);
}

/* ------------------------------------------------------------------ impact */

static const char *const impacts[SKR_N_IMPACTS] = {"", "modifier", "low", "moderate", "high"};

skr_impact skr_effect_impact_find(const char *text, size_t n)
{
    for (int i = SKR_IMPACT_MODIFIER; i < SKR_N_IMPACTS; i++)
        if (strlen(impacts[i]) == n && strncasecmp(impacts[i], text, n) == 0)
            return (skr_impact)i;
    return SKR_IMPACT_UNKNOWN;
}

const char *skr_effect_impact_name(skr_impact impact)
{
    SKR_CHECK((unsigned)impact < SKR_N_IMPACTS);
    return impacts[impact];
}
