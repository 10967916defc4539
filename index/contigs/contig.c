/*
 * contig.c - names of contigs, the ploidies of a genome, and karyotypes.
 */
#include "index/contigs/contig.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "storage/base/limits.h"

/* ------------------------------------------------------------------ names */

/* Has the text "chr" in front, and is that no part of the word chromosome? */
static bool has_chr(const char *name)
{
    return strncasecmp(name, "chr", 3) == 0 && name[3] != '\0' &&
           strncasecmp(name + 3, "om", 2) != 0;
}

/* 1 .. 999, without zeros in front. */
static bool is_number(const char *name)
{
    size_t n = strspn(name, "0123456789");
    return n > 0 && n <= 3 && name[n] == '\0' && name[0] != '0';
}

/* The spelling of a sex chromosome or a mitochondrion in any case, or NULL. */
static const char *special_name(const char *name)
{
    static const char *const letters[] = {"W", "X", "Y", "Z"};
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (strcasecmp(name, letters[i]) == 0)
            return letters[i];
    return strcasecmp(name, "M") == 0 || strcasecmp(name, "MT") == 0 ? "MT" : NULL;
}

/* The name of a chromosome as every assembly may have it; otherwise the name itself. */
static const char *plain_name(const skr_build *build, const char *name)
{
    const char *bare = has_chr(name) ? name + 3 : name;
    if (is_number(bare))
        return bare;
    const char *special = special_name(bare);
    if (special != NULL)
        return special;
    if (build != NULL && (strcasecmp(bare, "XY") == 0 || strcasecmp(bare, "PAR1") == 0 ||
                          strcasecmp(bare, "PAR2") == 0))
        return "X";
    return name;
}

static int fail_accession(const skr_build *build, const char *name, const skr_accession *found,
                          skr_err *err)
{
    const skr_chromosome *same = found->same;
    const char *at = same == NULL ? "" : same->refseq;
    const char *where = same == NULL ? "" : ", where it is ";
    if (found->n_builds == 1)
        return skr_fail(err, SKR_ERR_INPUT,
                        "accession %s is contig %s of assembly %s, not of %s%s%s", name,
                        found->chromosome->name, found->build->name, build->name, where, at);
    return skr_fail(err, SKR_ERR_INPUT, "accession %s is no contig of assembly %s; %s is %s there",
                    name, build->name, found->chromosome->name, same == NULL ? "another" : at);
}

static int check_name(const char *name, skr_err *err)
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
    return SKR_OK;
}

int skr_contig_canonical(const skr_build *build, const char *name, char *canonical,
                         size_t n_canonical, skr_err *err)
{
    const char *plain = name;
    SKR_TRY(check_name(name, err));
    skr_accession found = {0};
    if (build != NULL)
        found = skr_assembly_accession_find(name, build);
    if (found.own != NULL)
        plain = found.own->name;
    else if (found.chromosome != NULL)
        return fail_accession(build, name, &found, err);
    else
        plain = plain_name(build, name);
    if (strlen(plain) >= n_canonical)
        return skr_fail(err, SKR_ERR_INPUT, "the name of contig '%s' is too long", name);
    memcpy(canonical, plain, strlen(plain) + 1);
    return SKR_OK;
}

const char *skr_contig_numbered(const skr_build *build, const char *canonical)
{
    static const char *const names[] = {"X", "Y", "X", "MT"};
    unsigned number = 0;
    if (build == NULL || !is_number(canonical))
        return NULL;
    for (const char *at = canonical; *at != '\0'; at++)
        number = number * 10 + (unsigned)(*at - '0');
    unsigned last = build->n_chromosomes - 3; /* the last autosome */
    return number > last && number <= last + 4 ? names[number - last - 1] : NULL;
}

/* KI270706.1, and KI270706v1 or gl000191 in UCSC's names, as an accession with its version. */
static bool scaffold_accession(const char *text, char *key)
{
    size_t n_letters = 0;
    while (isalpha((unsigned char)text[n_letters]))
        n_letters++;
    size_t n_digits = strspn(text + n_letters, "0123456789");
    size_t n = n_letters + n_digits;
    const char *rest = text + n;
    if (n_letters < 2 || n_letters > 4 || n_digits < 5 || n_digits > 9)
        return false;
    unsigned version = 1; /* that of every scaffold which UCSC names without one */
    if ((*rest == '.' || *rest == 'v') && isdigit((unsigned char)rest[1])) {
        version = (unsigned)(rest[1] - '0');
        rest += 2;
    }
    if (*rest != '\0' && *rest != '_')
        return false;
    for (size_t i = 0; i < n; i++)
        key[i] = (char)toupper((unsigned char)text[i]);
    (void)snprintf(key + n, 4, ".%u", version);
    return true;
}

void skr_contig_key(const skr_build *build, const char *canonical, char *key)
{
    const char *under = strchr(canonical, '_');
    if (build != NULL) {
        /* chr1_KI270706v1_random, chrUn_GL000220v1, Un_gl000220; or the accession alone */
        bool is_ucsc = under != NULL && under - canonical <= 5;
        const char *at = is_ucsc ? under + 1 : canonical;
        if (scaffold_accession(at, key) && (is_ucsc || strchr(canonical, '_') == NULL))
            return;
    }
    memcpy(key, canonical, strlen(canonical) + 1);
}

/* A contig of a known assembly that has another spelling of a scaffold's name. */
static uint32_t find_scaffold(const skr_assembly *assembly, const skr_build *build,
                              const char *canonical)
{
    char key[SKR_NAME_MAX + 1];
    char other[SKR_NAME_MAX + 1];
    skr_contig_key(build, canonical, key);
    if (strchr(key, '.') == NULL)
        return SKR_NONE;
    for (uint32_t i = 0; i < assembly->n_contigs; i++) {
        skr_contig_key(build, assembly->contigs[i].name, other);
        if (strcmp(key, other) == 0)
            return i;
    }
    return SKR_NONE;
}

/* A contig whose name differs by "chr" in front. */
static uint32_t find_prefixed(const skr_assembly *assembly, const char *canonical)
{
    char other[SKR_NAME_MAX + 4];
    if (has_chr(canonical))
        return skr_manifest_find_contig(assembly, canonical + 3);
    (void)snprintf(other, sizeof other, "chr%s", canonical);
    return has_chr(other) ? skr_manifest_find_contig(assembly, other) : SKR_NONE;
}

int skr_contig_find(const skr_build *build, const skr_assembly *assembly, const char *name,
                    uint32_t *ret_contig, char *canonical, skr_err *err)
{
    SKR_TRY(skr_contig_canonical(build, name, canonical, SKR_NAME_MAX + 1, err));
    uint32_t contig = skr_manifest_find_contig(assembly, canonical);
    if (contig == SKR_NONE && build != NULL)
        contig = find_scaffold(assembly, build, canonical);
    if (contig == SKR_NONE && skr_assembly_build_chromosome(build, canonical) == NULL)
        contig = find_prefixed(assembly, canonical);
    if (contig != SKR_NONE) {
        const char *known = assembly->contigs[contig].name;
        memmove(canonical, known, strlen(known) + 1);
    }
    *ret_contig = contig;
    return SKR_OK;
}

/* ------------------------------------------------------------------ ploidies */

/* The two PARs of X or Y, or NULL. */
static const skr_par *pars_of(const skr_build *build, bool is_x)
{
    if (build == NULL || !build->has_par)
        return NULL;
    return is_x ? build->par_x : build->par_y;
}

skr_ploidy skr_contig_ploidy(const skr_build *build, const char *canonical_name, uint32_t pos0)
{
    if (strcmp(canonical_name, "MT") == 0)
        return SKR_PLOIDY_MT;
    bool is_x = strcmp(canonical_name, "X") == 0;
    if (!is_x && strcmp(canonical_name, "Y") != 0)
        return SKR_PLOIDY_DIPLOID;
    const skr_par *pars = pars_of(build, is_x);
    for (int i = 0; pars != NULL && i < 2; i++)
        if (pos0 >= pars[i].start0 && pos0 < pars[i].end0)
            return is_x ? SKR_PLOIDY_DIPLOID : SKR_PLOIDY_Y_PAR;
    return is_x ? SKR_PLOIDY_X : SKR_PLOIDY_Y;
}

uint32_t skr_contig_ploidy_end0(const skr_build *build, const char *canonical_name, uint32_t pos0)
{
    bool is_x = strcmp(canonical_name, "X") == 0;
    if (!is_x && strcmp(canonical_name, "Y") != 0)
        return UINT32_MAX;
    const skr_par *pars = pars_of(build, is_x);
    for (int i = 0; pars != NULL && i < 2; i++) {
        if (pos0 < pars[i].start0)
            return pars[i].start0;
        if (pos0 < pars[i].end0)
            return pars[i].end0;
    }
    return UINT32_MAX;
}

/* ------------------------------------------------------------------ karyotypes */

int skr_contig_karyotype_parse(const char *text, skr_karyotype *ret_karyotype, skr_err *err)
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

void skr_contig_karyotype_text(skr_karyotype karyotype, char *text)
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
