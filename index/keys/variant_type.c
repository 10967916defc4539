/*
 * variant_type.c - the table of types, and matching against it.
 *
 * A symbol of the table holds itself and its subtypes. CN# is CN and any number, CN2+ CN and any
 * number from 2 on.
 */
#include "index/keys/variant_type.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define KIND(kind) (1u << SKR_ALLELE_##kind)

#define MOBILE "INS:ME ME MEI ALU LINE1 L1 SVA HERV"
#define INSERTIONS "INS " MOBILE
#define DUPLICATIONS "DUP TDUP INVDUP"

/*
 * Spellings stand between bars. Case makes no difference to them, nor whether a blank, '_' or '-'
 * stands between two words. What a VCF does not tell (levels of gain and loss) is not here.
 */
static const struct {
    const char *name;
    uint32_t kinds;
    const char *symbols;
    const char *spellings;
} types[] = {
    {"snv", KIND(SNV), "",
     "SNP|SNPs|SNVs|single nucleotide variant|single nucleotide variation|"
     "single nucleotide polymorphism|point mutation|SO:0001483|SO:0000694|SO:1000008"},
    {"ins", KIND(INS), INSERTIONS, "insertion|insertions|nucleotide insertion|SO:0000667"},
    {"del", KIND(DEL), "DEL", "deletion|deletions|nucleotide deletion|SO:0000159"},
    {"mnv", KIND(MNV), "",
     "MNP|MNPs|MNVs|multiple nucleotide variant|multi nucleotide variant|"
     "multinucleotide variant|multiple nucleotide substitution|"
     "multiple nucleotide polymorphism|SO:0002007|SO:0001013"},
    {"delins", KIND(DELINS), "DELINS INDEL",
     "deletion insertion|insertion deletion|complex substitution|SO:1000032|SO:1000005"},
    {"indel", KIND(INS) | KIND(DEL) | KIND(DELINS), INSERTIONS " DEL DELINS INDEL",
     "indels|insertion or deletion|unspecified indel|SO:0002217"},
    {"substitution", KIND(SNV) | KIND(MNV), "", "substitutions|SO:1000002"},
    {"complex", KIND(DELINS), "DELINS INDEL CPX", "complex variant"},
    {"dup", 0, DUPLICATIONS, "duplication|duplications|nucleotide duplication|SO:1000035"},
    {"dup:tandem", 0, "DUP:TANDEM TDUP", "tandem duplication|tandem dup|SO:1000173"},
    {"invdup", 0, "INVDUP DUP:INV DUP:TANDEM:INV",
     "inverted duplication|inverted tandem duplication|SO:1000040"},
    {"inv", 0, "INV", "inversion|inversions|SO:1000036"},
    {"cnv", 0, "CNV# CN#",
     "CNVs|CNP|copy number variation|copy number variant|copy number polymorphism|"
     "copy number change|SO:0001019|SO:0001563"},
    {"gain", 0, DUPLICATIONS " CN2+ GAIN AMP",
     "copy number gain|amplification|SO:0001742|EFO:0030070"},
    {"loss", KIND(DEL), "DEL CN0 LOSS", "copy number loss|SO:0001743|EFO:0030067"},
    {"bnd", 0, "BND TRA CTX ITX TRANSLOCATION",
     "breakend|breakends|breakpoint|break end|translocation|translocations|chromosomal "
     "translocation|interchromosomal translocation|intrachromosomal translocation|"
     "reciprocal chromosomal translocation|adjacency|SO:0000199|SO:1000044|SO:0002060|SO:0002061|"
     "SO:1000048"},
    {"str", 0, "STR# CNV:TR TR",
     "short tandem repeat|short tandem repeat variation|STR variation|tandem repeat|"
     "microsatellite|SO:0002096|SO:0000705|SO:0000289"},
    {"me", 0, MOBILE, "mobile element insertion|mobile element|SO:0001837"},
    {"alu", 0, "INS:ME:ALU ALU", "Alu insertion|SO:0002063"},
    {"line1", 0, "INS:ME:LINE1 INS:ME:L1 LINE1 L1", "LINE1 insertion|SO:0002064"},
    {"sva", 0, "INS:ME:SVA SVA", "SVA insertion|SO:0002065"},
    {"herv", 0, "INS:ME:HERV HERV", "HERV insertion|SO:0002187"},
    {"del:me", 0, "DEL:ME", "mobile element deletion|SO:0002066"},
    {"cpx", 0, "CPX",
     "complex structural alteration|complex structural variant|complex rearrangement|"
     "complex chromosomal rearrangement|SO:0001784|SO:0002062"},
};
#define N_TYPES (sizeof types / sizeof *types)

const char *skr_variant_type_name(size_t i)
{
    return i < N_TYPES ? types[i].name : NULL;
}

/* ------------------------------------------------------------------ spellings */

static int folded(char c)
{
    return c == '_' || c == '-' ? ' ' : toupper((unsigned char)c);
}

static bool is_spelled(const char *text, size_t n, const char *spelling, size_t n_spelling)
{
    if (n != n_spelling)
        return false;
    for (size_t i = 0; i < n; i++)
        if (folded(text[i]) != folded(spelling[i]))
            return false;
    return true;
}

/* Is it one of the spellings between bars? */
static bool has_spelling(const char *spellings, const char *text, size_t n)
{
    for (const char *at = spellings; *at != '\0';) {
        size_t n_one = strcspn(at, "|");
        if (is_spelled(text, n, at, n_one))
            return true;
        at += n_one + (at[n_one] == '|' ? 1 : 0);
    }
    return false;
}

bool skr_variant_type_spelling(size_t i, char *word)
{
    for (size_t t = 0; t < N_TYPES; t++) {
        if (i-- == 0) {
            (void)snprintf(word, SKR_VARIANT_SPELLING_MAX, "%s", types[t].name);
            return true;
        }
        for (const char *at = types[t].spellings; *at != '\0';) {
            size_t n_one = strcspn(at, "|");
            if (memchr(at, ':', n_one) == NULL && i-- == 0) {
                (void)snprintf(word, SKR_VARIANT_SPELLING_MAX, "%.*s", (int)n_one, at);
                return true;
            }
            at += n_one + (at[n_one] == '|' ? 1 : 0);
        }
    }
    return false;
}

/* ------------------------------------------------------------------ symbols */

/* Is symbol[0 .. n) what a word of the table means: itself, a subtype, a numbered one? */
static bool is_symbol(const char *symbol, size_t n, const char *word, size_t n_word)
{
    bool is_any = n_word > 0 && word[n_word - 1] == '#';
    bool is_from = n_word > 1 && word[n_word - 1] == '+';
    size_t n_letters = n_word - is_any;
    while (is_from && n_letters > 0 && !isalpha((unsigned char)word[n_letters - 1]))
        n_letters--;
    if (n < n_letters || strncasecmp(symbol, word, n_letters) != 0)
        return false;
    size_t at = n_letters;
    unsigned long number = 0;
    while ((is_any || is_from) && at < n && isdigit((unsigned char)symbol[at])) {
        unsigned digit = (unsigned)(symbol[at++] - '0');
        number = number < 1000000 ? number * 10 + digit : number;
    }
    if (is_from && (at == n_letters || number < strtoul(word + n_letters, NULL, 10)))
        return false;
    return at == n || symbol[at] == ':';
}

/* Does a list of words, a blank between two, hold a symbol? */
static bool has_whole(const char *words, const char *symbol, size_t n)
{
    for (const char *word = words; *word != '\0';) {
        size_t n_word = strcspn(word, " ");
        if (is_symbol(symbol, n, word, n_word))
            return true;
        word += n_word + strspn(word + n_word, " ");
    }
    return false;
}

/* Does it hold the symbol or one of its parts between slashes? */
static bool has_symbol(const char *words, const char *symbol, size_t n)
{
    if (has_whole(words, symbol, n))
        return true;
    for (size_t from = 0; memchr(symbol, '/', n) != NULL && from < n;) {
        const char *slash = memchr(symbol + from, '/', n - from);
        size_t n_part = slash == NULL ? n - from : (size_t)(slash - symbol) - from;
        if (n_part > 0 && has_whole(words, symbol + from, n_part))
            return true;
        from += n_part + 1;
    }
    return false;
}

size_t skr_variant_symbol_length(const char *alt, size_t n)
{
    size_t n_symbol = 0;
    while (n_symbol < n && alt[n_symbol] != '+' && alt[n_symbol] != '@')
        n_symbol++;
    return n_symbol;
}

bool skr_variant_symbol_is_insertion(const char *symbol, size_t n)
{
    return has_whole(INSERTIONS, symbol, n);
}

bool skr_variant_symbol_is_breakend(const char *symbol, size_t n)
{
    skr_variant_type type;
    return skr_variant_type_find("bnd", &type) && has_whole(type.symbols, symbol, n);
}

/* Is the first word of a symbol one of the table's, so that its subtypes may be asked for? */
static bool is_known_symbol(const char *symbol, size_t n)
{
    size_t n_first = 0;
    while (n_first < n && symbol[n_first] != ':')
        n_first++;
    for (size_t t = 0; t < N_TYPES; t++)
        if (has_symbol(types[t].symbols, symbol, n_first))
            return true;
    return false;
}

bool skr_variant_type_find(const char *text, skr_variant_type *ret_type)
{
    size_t n = strlen(text);
    for (size_t t = 0; t < N_TYPES; t++)
        if (is_spelled(text, n, types[t].name, strlen(types[t].name)) ||
            has_spelling(types[t].spellings, text, n)) {
            *ret_type = (skr_variant_type){types[t].name, types[t].kinds, types[t].symbols};
            return true;
        }
    if (n == 0 || strpbrk(text, " +@#") != NULL || !is_known_symbol(text, n))
        return false;
    *ret_type = (skr_variant_type){text, 0, text};
    return true;
}

const char *skr_variant_type_above(const char *curie)
{
    static const char *const losses[] = {"EFO:0030068", "EFO:0020073", "EFO:0030069"};
    static const char *const gains[] = {"EFO:0030071", "EFO:0030072"};
    for (size_t i = 0; i < sizeof losses / sizeof *losses; i++)
        if (strcasecmp(losses[i], curie) == 0)
            return "EFO:0030067 (copy number loss)";
    for (size_t i = 0; i < sizeof gains / sizeof *gains; i++)
        if (strcasecmp(gains[i], curie) == 0)
            return "EFO:0030070 (copy number gain)";
    return NULL;
}

bool skr_variant_type_is_any(const char *text)
{
    return has_spelling("SO:0001059|sequence alteration|SO:0001060|sequence variant", text,
                        strlen(text));
}

bool skr_variant_type_holds(const skr_variant_type *type, const skr_allele *allele)
{
    if (allele->kind < SKR_ALLELE_SV)
        return (type->kinds >> allele->kind & 1u) != 0;
    return has_symbol(type->symbols, allele->alt,
                      skr_variant_symbol_length(allele->alt, allele->n_alt));
}
