/*
 * contig.c - names of contigs, PAR borders and karyotypes.
 *
 * The PAR borders are those of the Genome Reference Consortium, written 0-based and half open. They
 * differ by one base from some tools' tables, on purpose: docs/counting.md, rule 6.
 */
#include "index/contig.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "storage/base/limits.h"

typedef struct par {
    uint32_t start0;
    uint32_t end0;
} par;

static const par par_x38[2] = {{10000, 2781479}, {155701382, 156030895}};
static const par par_y38[2] = {{10000, 2781479}, {56887902, 57217415}};
static const par par_x37[2] = {{60000, 2699520}, {154931043, 155260560}};
static const par par_y37[2] = {{10000, 2649520}, {59034049, 59363566}};

/* The number of a human chromosome by its RefSeq accession NC_0000NN.V, 0 for anything else. */
static unsigned accession_number(const char *name)
{
    if (strncmp(name, "NC_0000", 7) != 0 || !isdigit((unsigned char)name[7]) ||
        !isdigit((unsigned char)name[8]))
        return 0;
    const char *rest = name + 9;
    if (*rest == '.')
        rest += 1 + strspn(rest + 1, "0123456789");
    unsigned number = (unsigned)(name[7] - '0') * 10 + (unsigned)(name[8] - '0');
    return *rest == '\0' && number <= 24 ? number : 0;
}

/* The spelling of X, Y and MT in any case, or NULL. */
static const char *special_name(const char *name)
{
    if (strcasecmp(name, "X") == 0)
        return "X";
    if (strcasecmp(name, "Y") == 0)
        return "Y";
    if (strcasecmp(name, "M") == 0 || strcasecmp(name, "MT") == 0)
        return "MT";
    return NULL;
}

int skr_contig_canonical(const char *name, char *canonical, size_t n_canonical, skr_err *err)
{
    size_t n = strlen(name);
    if (n == 0)
        return skr_fail(err, SKR_ERR_INPUT, "a contig has an empty name");
    if (n > SKR_NAME_MAX)
        return skr_fail(err, SKR_ERR_INPUT, "a contig's name is longer than %u bytes",
                        SKR_NAME_MAX);
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f)
            return skr_fail(err, SKR_ERR_INPUT, "the name of contig '%s' has control characters",
                            name);

    /* All of them: a canonical name must be its own canonical name. */
    const char *bare = name;
    while (strncasecmp(bare, "chr", 3) == 0 && bare[3] != '\0')
        bare += 3;
    const char *rest = strncasecmp(bare, "refseq:", 7) == 0 ? bare + 7 : bare;
    unsigned number = accession_number(rest);
    char digits[8];
    if (number == 23) {
        rest = "X";
    } else if (number == 24) {
        rest = "Y";
    } else if (number != 0) {
        (void)snprintf(digits, sizeof digits, "%u", number);
        rest = digits;
    } else if (strncmp(rest, "NC_012920", 9) == 0 && (rest[9] == '\0' || rest[9] == '.')) {
        rest = "MT";
    } else {
        rest = bare;
        const char *special = special_name(rest);
        if (special != NULL)
            rest = special;
    }
    if (strlen(rest) >= n_canonical)
        return skr_fail(err, SKR_ERR_INPUT, "the name of contig '%s' is too long", name);
    memcpy(canonical, rest, strlen(rest) + 1);
    return SKR_OK;
}

/* 38, 37, or 0 for an assembly without PAR borders. */
static int human_release(const char *assembly)
{
    static const char *const names38[] = {"GRCh38", "hg38"};
    static const char *const names37[] = {"GRCh37", "hg19", "b37", "hs37"};
    for (size_t i = 0; i < sizeof names38 / sizeof *names38; i++)
        if (strncasecmp(assembly, names38[i], strlen(names38[i])) == 0)
            return 38;
    for (size_t i = 0; i < sizeof names37 / sizeof *names37; i++)
        if (strncasecmp(assembly, names37[i], strlen(names37[i])) == 0)
            return 37;
    return 0;
}

/* The two PARs of X or Y, or NULL. */
static const par *pars_of(const char *assembly, bool is_x)
{
    switch (human_release(assembly)) {
    case 38:
        return is_x ? par_x38 : par_y38;
    case 37:
        return is_x ? par_x37 : par_y37;
    default:
        return NULL;
    }
}

skr_zone skr_contig_zone(const char *assembly, const char *canonical_name, uint32_t pos0)
{
    if (strcmp(canonical_name, "MT") == 0)
        return SKR_ZONE_MT;
    bool is_x = strcmp(canonical_name, "X") == 0;
    if (!is_x && strcmp(canonical_name, "Y") != 0)
        return SKR_ZONE_DIPLOID;
    const par *pars = pars_of(assembly, is_x);
    for (int i = 0; pars != NULL && i < 2; i++)
        if (pos0 >= pars[i].start0 && pos0 < pars[i].end0)
            return is_x ? SKR_ZONE_DIPLOID : SKR_ZONE_Y_PAR;
    return is_x ? SKR_ZONE_X : SKR_ZONE_Y;
}

uint32_t skr_contig_zone_end0(const char *assembly, const char *canonical_name, uint32_t pos0)
{
    bool is_x = strcmp(canonical_name, "X") == 0;
    if (!is_x && strcmp(canonical_name, "Y") != 0)
        return UINT32_MAX;
    const par *pars = pars_of(assembly, is_x);
    for (int i = 0; pars != NULL && i < 2; i++) {
        if (pos0 < pars[i].start0)
            return pars[i].start0;
        if (pos0 < pars[i].end0)
            return pars[i].end0;
    }
    return UINT32_MAX;
}

int skr_karyotype_parse(const char *text, skr_karyotype *ret_karyotype, skr_err *err)
{
    skr_karyotype karyotype = {SKR_KARYOTYPE_UNKNOWN, SKR_KARYOTYPE_UNKNOWN};
    if (*text != '\0' && strcmp(text, ".") != 0 && strcasecmp(text, "unknown") != 0 &&
        strcasecmp(text, "NA") != 0) {
        unsigned n_x = 0;
        unsigned n_y = 0;
        unsigned n_none = 0;
        for (const char *at = text; *at != '\0'; at++) {
            int letter = toupper((unsigned char)*at);
            n_x += letter == 'X';
            n_y += letter == 'Y';
            n_none += letter == 'O' || letter == '0';
        }
        if (n_x == 0 || n_none > 1 || n_x + n_y + n_none != strlen(text) || n_x + n_y > 8 ||
            (n_none == 1 && n_x + n_y != 1))
            return skr_fail(err, SKR_ERR_INPUT,
                            "'%s' is no karyotype: XX, XY, XXY, XO ... or unknown", text);
        karyotype = (skr_karyotype){(uint8_t)n_x, (uint8_t)n_y};
    }
    *ret_karyotype = karyotype;
    return SKR_OK;
}

void skr_karyotype_text(skr_karyotype karyotype, char *text)
{
    if (karyotype.n_x == SKR_KARYOTYPE_UNKNOWN) {
        memcpy(text, "unknown", 8);
        return;
    }
    size_t n = 0;
    for (unsigned i = 0; i < karyotype.n_x && n < 14; i++)
        text[n++] = 'X';
    for (unsigned i = 0; i < karyotype.n_y && n < 14; i++)
        text[n++] = 'Y';
    if (n < 2)
        text[n++] = 'O';
    text[n] = '\0';
}
