/*
 * annotation_item.c - cutting items of annotation into fields, and reading those.
 */
#include "engine/import/annotations/annotation_item.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "storage/base/limits.h"

/* A field within an item. */
typedef struct piece {
    const char *text;
    size_t n;
} piece;

#define PIECES_MAX 256u

/* Cuts at '|'; fields beyond the last that may be wanted are left. Returns how many there are. */
static size_t cut(const char *text, size_t n, piece *pieces)
{
    size_t n_pieces = 0;
    const char *end = text + n;
    for (const char *at = text; n_pieces < PIECES_MAX; at++) {
        const char *bar = memchr(at, '|', (size_t)(end - at));
        pieces[n_pieces++] = (piece){at, (size_t)((bar != NULL ? bar : end) - at)};
        if (bar == NULL)
            break;
        at = bar;
    }
    return n_pieces;
}

bool skr_annotation_item_next(const char **at, const char *end, const char **ret_text,
                              size_t *ret_n)
{
    if (*at >= end)
        return false;
    const char *comma = memchr(*at, ',', (size_t)(end - *at));
    *ret_text = *at;
    *ret_n = (size_t)((comma != NULL ? comma : end) - *at);
    *at = comma != NULL ? comma + 1 : end;
    return true;
}

/* ------------------------------------------------------------------ fields */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    char lower = (char)tolower((unsigned char)c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* The text of a field: blanks around it taken off, %XX decoded; "." and "" are nothing. */
static piece field_text(skr_annotation_item *item, piece field)
{
    const piece nothing = {"", 0};
    while (field.n > 0 && *field.text == ' ') {
        field.text++;
        field.n--;
    }
    while (field.n > 0 && field.text[field.n - 1] == ' ')
        field.n--;
    if (field.n == 0 || (field.n == 1 && *field.text == '.') || field.n > SKR_NAME_MAX)
        return nothing;
    if (memchr(field.text, '%', field.n) == NULL ||
        item->n_decoded + field.n > sizeof item->decoded)
        return field;
    char *to = item->decoded + item->n_decoded;
    size_t n = 0;
    for (size_t i = 0; i < field.n; i++) {
        int high = i + 2 < field.n && field.text[i] == '%' ? hex_digit(field.text[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(field.text[i + 2]) : -1;
        bool is_code = low >= 0 && high * 16 + low > ' ';
        to[n++] = is_code ? (char)(high * 16 + low) : field.text[i];
        i += is_code ? 2 : 0;
    }
    item->n_decoded += n;
    return (piece){to, n};
}

/* An id without its version: ENSG00000196218.12. */
static size_t id_length(piece id)
{
    size_t n = id.n;
    while (n > 0 && isdigit((unsigned char)id.text[n - 1]))
        n--;
    return n > 1 && n < id.n && id.text[n - 1] == '.' ? n - 1 : id.n;
}

static void take_gene(skr_annotation_item *item, piece symbol, piece id)
{
    symbol = field_text(item, symbol);
    id = field_text(item, id);
    item->said.symbol = symbol.text;
    item->said.n_symbol = symbol.n;
    item->said.id = id.text;
    item->said.n_id = id_length(id);
}

/* A change of a protein as HGVS has it. "p.?" and "p.=" say nothing. */
static void take_hgvs(skr_annotation_item *item, piece hgvs)
{
    hgvs = field_text(item, hgvs);
    if (hgvs.n == 0 || skr_protein_read(hgvs.text, hgvs.n, item->protein))
        return;
    item->protein[0] = '\0';
    char last = hgvs.text[hgvs.n - 1];
    const char *end = hgvs.text + hgvs.n - (last == ')' ? 2 : 1);
    bool says_nothing = end > hgvs.text && (*end == '?' || *end == '=' || *end == '0') &&
                        (end[-1] == '.' || end[-1] == '(');
    item->has_lost_protein = !says_nothing;
}

static bool is_one_of(piece word, const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++)
        if (strlen(words[i]) == word.n && strncasecmp(words[i], word.text, word.n) == 0)
            return true;
    return false;
}

/* Effects between genes name the genes beside them, of which nothing is said. */
static void take_effects(skr_annotation_item *item, piece effects)
{
    static const char *const between[] = {"intergenic_region", "intergenic_variant", "intergenic",
                                          NULL};
    effects = field_text(item, effects);
    item->said.effects = effects.text;
    item->said.n_effects = effects.n;
    item->is_intergenic = is_one_of(effects, between);
    if (item->is_intergenic) {
        item->said.n_symbol = 0;
        item->said.n_id = 0;
    }
}

static void begin(skr_annotation_item *item)
{
    item->said =
        (skr_annotation_said){.symbol = "", .id = "", .effects = "", .protein = item->protein};
    item->protein[0] = '\0';
    item->allele = NULL;
    item->n_allele = 0;
    item->allele_number = 0;
    item->is_intergenic = false;
    item->is_wrong = false;
    item->has_lost_protein = false;
    item->is_pointer = false;
    item->is_behind_stop = false;
    item->dna = NULL;
    item->n_dna = 0;
    item->n_decoded = 0;
}

/* ------------------------------------------------------------------ VEP */

bool skr_annotation_columns_read(const char *description, skr_annotation_columns *ret)
{
    static const char *const names[SKR_N_FIELDS] = {
        [SKR_FIELD_ALLELE] = "Allele",
        [SKR_FIELD_CONSEQUENCE] = "Consequence",
        [SKR_FIELD_IMPACT] = "IMPACT",
        [SKR_FIELD_SYMBOL] = "SYMBOL",
        [SKR_FIELD_GENE] = "Gene",
        [SKR_FIELD_HGVSP] = "HGVSp",
        [SKR_FIELD_AMINO_ACIDS] = "Amino_acids",
        [SKR_FIELD_POSITION] = "Protein_position",
        [SKR_FIELD_NUMBER] = "ALLELE_NUM",
    };
    piece columns[PIECES_MAX];
    for (int f = 0; f < SKR_N_FIELDS; f++)
        ret->of[f] = SKR_NONE;
    const char *format = strcasestr(description, "Format:");
    if (format == NULL)
        return false;
    format += strlen("Format:");
    size_t n = cut(format, strlen(format), columns);
    for (size_t i = 0; i < n; i++) {
        piece column = columns[i];
        while (column.n > 0 && (*column.text == ' ' || *column.text == '\'')) {
            column.text++;
            column.n--;
        }
        while (column.n > 0 && strchr(" '.", column.text[column.n - 1]) != NULL)
            column.n--;
        for (int f = 0; f < SKR_N_FIELDS; f++)
            if (ret->of[f] == SKR_NONE && strlen(names[f]) == column.n &&
                strncasecmp(names[f], column.text, column.n) == 0)
                ret->of[f] = (uint32_t)i;
    }
    return ret->of[SKR_FIELD_CONSEQUENCE] != SKR_NONE;
}

static uint32_t read_number(piece field)
{
    uint32_t number = 0;
    for (size_t i = 0; i < field.n; i++) {
        if (!isdigit((unsigned char)field.text[i]) || number > 100000)
            return 0;
        number = number * 10 + (uint32_t)(field.text[i] - '0');
    }
    return number;
}

bool skr_annotation_item_vep(const skr_annotation_columns *columns, const char *text, size_t n,
                             skr_annotation_item *ret)
{
    piece pieces[PIECES_MAX];
    piece of[SKR_N_FIELDS];
    size_t n_pieces = cut(text, n, pieces);
    begin(ret);
    for (int f = 0; f < SKR_N_FIELDS; f++) {
        bool is_there = columns->of[f] < n_pieces;
        of[f] = is_there ? pieces[columns->of[f]] : (piece){"", 0};
    }
    take_gene(ret, of[SKR_FIELD_SYMBOL], of[SKR_FIELD_GENE]);
    take_effects(ret, of[SKR_FIELD_CONSEQUENCE]);
    ret->said.impact = skr_effect_impact_find(of[SKR_FIELD_IMPACT].text, of[SKR_FIELD_IMPACT].n);
    take_hgvs(ret, of[SKR_FIELD_HGVSP]);
    if (ret->protein[0] == '\0' && !ret->has_lost_protein &&
        !skr_protein_join(of[SKR_FIELD_AMINO_ACIDS].text, of[SKR_FIELD_AMINO_ACIDS].n,
                          of[SKR_FIELD_POSITION].text, of[SKR_FIELD_POSITION].n, ret->protein))
        ret->protein[0] = '\0';
    if (columns->of[SKR_FIELD_ALLELE] < n_pieces) {
        ret->allele = of[SKR_FIELD_ALLELE].text;
        ret->n_allele = of[SKR_FIELD_ALLELE].n;
    }
    ret->allele_number = read_number(of[SKR_FIELD_NUMBER]);
    return ret->said.n_effects > 0;
}

/* ------------------------------------------------------------------ SnpEff */

bool skr_annotation_item_snpeff(const char *text, size_t n, skr_annotation_item *ret)
{
    enum {
        ALLELE,
        EFFECT,
        IMPACT,
        NAME,
        ID,
        HGVS_P = 10,
        MESSAGES = 15
    };
    piece pieces[PIECES_MAX];
    size_t n_pieces = cut(text, n, pieces);
    begin(ret);
    if (n_pieces <= EFFECT || pieces[ALLELE].n == 0)
        return false;
    if (n_pieces > ID)
        take_gene(ret, pieces[NAME], pieces[ID]);
    take_effects(ret, pieces[EFFECT]);
    if (n_pieces > IMPACT)
        ret->said.impact = skr_effect_impact_find(pieces[IMPACT].text, pieces[IMPACT].n);
    if (n_pieces > HGVS_P)
        take_hgvs(ret, pieces[HGVS_P]);
    ret->allele = pieces[ALLELE].text;
    ret->n_allele = pieces[ALLELE].n;
    ret->is_wrong = n_pieces > MESSAGES &&
                    memmem(pieces[MESSAGES].text, pieces[MESSAGES].n, "ERROR_", 6) != NULL;
    return ret->said.n_effects > 0;
}

/* ------------------------------------------------------------------ bcftools csq */

bool skr_annotation_item_csq(const char *text, size_t n, skr_annotation_item *ret)
{
    enum {
        EFFECT,
        GENE,
        AMINO_ACIDS = 5,
        DNA = 6
    };
    piece pieces[PIECES_MAX];
    begin(ret);
    if (n > 1 && *text == '@') {
        ret->is_pointer = true;
        return true;
    }
    if (n > 0 && *text == '*') {
        ret->is_behind_stop = true;
        text++;
        n--;
    }
    size_t n_pieces = cut(text, n, pieces);
    if (n_pieces > GENE)
        take_gene(ret, pieces[GENE], (piece){"", 0});
    take_effects(ret, pieces[EFFECT]);
    bool is_shifted = memmem(ret->said.effects, ret->said.n_effects, "frameshift", 10) != NULL;
    if (n_pieces > AMINO_ACIDS && pieces[AMINO_ACIDS].n > 0 &&
        !skr_protein_read_csq(pieces[AMINO_ACIDS].text, pieces[AMINO_ACIDS].n, is_shifted,
                              ret->protein)) {
        ret->protein[0] = '\0';
        ret->has_lost_protein = true;
    }
    if (n_pieces > DNA && pieces[DNA].n > 0) {
        ret->dna = pieces[DNA].text;
        ret->n_dna = pieces[DNA].n;
    }
    return ret->said.n_effects > 0;
}
