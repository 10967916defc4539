/*
 * assembly.c - finding assemblies by their names, and chromosomes by their accessions and lengths.
 *
 * A name is cut into words of letters and digits; the words are compared with those of the table.
 */
#include "index/contigs/assembly.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "index/contigs/assembly_int.h"
#include "storage/manifest.h"

#define WORDS_MAX 64u

/* ------------------------------------------------------------------ words */

/* Letters and digits that stand together in a text. */
typedef struct word {
    const char *at;
    size_t n;
} word;

/* The words of n bytes of text; more than WORDS_MAX: WORDS_MAX + 1, which no name has. */
static unsigned split(const char *text, size_t n, word *words)
{
    unsigned n_words = 0;
    for (size_t i = 0; i < n;) {
        size_t from = i;
        while (i < n && isalnum((unsigned char)text[i]))
            i++;
        if (i == from) {
            i++;
            continue;
        }
        if (n_words == WORDS_MAX)
            return WORDS_MAX + 1;
        words[n_words++] = (word){text + from, i - from};
    }
    return n_words;
}

static bool is_word(const word *one, const char *text, size_t n)
{
    return one->n == n && strncasecmp(one->at, text, n) == 0;
}

static bool is_one_of(const word *one, const char *const *list)
{
    for (; *list != NULL; list++)
        if (is_word(one, *list, strlen(*list)))
            return true;
    return false;
}

static bool are_digits(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isdigit((unsigned char)text[i]))
            return false;
    return n > 0;
}

/* p13, the patch of a build. */
static bool is_patch(const char *text, size_t n)
{
    return n >= 2 && n <= 4 && (*text == 'p' || *text == 'P') && are_digits(text + 1, n - 1);
}

/* The word, or the word and a patch joined to it: grch38p14. */
static bool is_last_word(const word *one, const char *text, size_t n)
{
    return one->n >= n && strncasecmp(one->at, text, n) == 0 &&
           (one->n == n || is_patch(one->at + n, one->n - n));
}

/* How many of n words begin with this spelling; 0: they do not. */
static unsigned spelled(const word *words, unsigned n, const char *spelling)
{
    unsigned used = 0;
    for (const char *at = spelling;; used++) {
        size_t length = strcspn(at, " ");
        bool is_last = at[length] == '\0';
        if (used == n ||
            !(is_last ? is_last_word(&words[used], at, length) : is_word(&words[used], at, length)))
            return 0;
        if (is_last)
            return used + 1;
        at += length + 1;
    }
}

/* GCA_000001405.15 and the like: three words. */
static const skr_build *versioned(const word *words, unsigned n)
{
    if (n < 3 || (!is_word(&words[0], "gca", 3) && !is_word(&words[0], "gcf", 3)) ||
        words[2].n > 3 || !are_digits(words[2].at, words[2].n))
        return NULL;
    bool is_gca = is_word(&words[0], "gca", 3);
    unsigned version = (unsigned)strtoul(words[2].at, NULL, 10);
    for (size_t i = 0; i < skr_n_builds_versions; i++) {
        const skr_build_versions *one = &skr_builds_versions[i];
        if (is_word(&words[1], one->number, strlen(one->number)) &&
            version >= (is_gca ? one->gca_from : one->gcf_from) &&
            version <= (is_gca ? one->gca_to : one->gcf_to))
            return one->build;
    }
    return NULL;
}

/* The assembly that the first words name, and how many they are; the longest spelling wins. */
static const skr_build *named(const word *words, unsigned n, unsigned *ret_used)
{
    const skr_build *build = versioned(words, n);
    *ret_used = build == NULL ? 0 : 3;
    for (size_t i = 0; i < skr_n_build_spellings; i++) {
        unsigned used = spelled(words, n, skr_build_spellings[i].words);
        if (used > *ret_used) {
            build = skr_build_spellings[i].build;
            *ret_used = used;
        }
    }
    return build;
}

/* ------------------------------------------------------------------ names */

const skr_build *skr_assembly_build_find(const char *name)
{
    word words[WORDS_MAX];
    const skr_build *found = NULL;
    /* A store keeps these very names, and asks for one with every question. */
    for (size_t i = 0; i < skr_n_builds; i++)
        if (strcmp(name, skr_builds[i]->name) == 0)
            return skr_builds[i];
    unsigned n = split(name, strlen(name), words);
    if (n > WORDS_MAX)
        return NULL;
    for (unsigned i = 0; i < n;) {
        unsigned used;
        const skr_build *build = named(words + i, n - i, &used);
        if (build != NULL && found != NULL && build != found)
            return NULL;
        if (build == NULL && !is_patch(words[i].at, words[i].n) &&
            !is_one_of(&words[i], skr_build_additions))
            return NULL;
        found = build != NULL ? build : found;
        i += build != NULL ? used : 1;
    }
    return found;
}

/* The only assembly that n bytes name; *ret_is_doubtful: two, or they speak of a change. */
static const skr_build *mentioned(const char *text, size_t n_text, bool *ret_is_doubtful)
{
    word words[WORDS_MAX];
    const skr_build *found = NULL;
    unsigned n = split(text, n_text, words);
    *ret_is_doubtful = n > WORDS_MAX;
    for (unsigned i = 0; i < n && !*ret_is_doubtful;) {
        unsigned used;
        const skr_build *build = named(words + i, n - i, &used);
        *ret_is_doubtful = (build != NULL && found != NULL && build != found) ||
                           is_one_of(&words[i], skr_build_doubts);
        found = build != NULL ? build : found;
        i += build != NULL ? used : 1;
    }
    return *ret_is_doubtful ? NULL : found;
}

const skr_build *skr_assembly_build_hint(const char *text)
{
    bool is_doubtful;
    const char *slash = strrchr(text, '/');
    const char *file = slash == NULL ? text : slash + 1;
    const skr_build *found = mentioned(file, strlen(file), &is_doubtful);
    if (found != NULL || is_doubtful || slash == NULL)
        return found;
    return mentioned(text, (size_t)(slash - text), &is_doubtful);
}

const char *skr_assembly_canonical(const char *name)
{
    const skr_build *build = skr_assembly_build_find(name);
    return build == NULL ? name : build->name;
}

bool skr_assembly_is_same(const char *a, const char *b)
{
    return strcasecmp(skr_assembly_canonical(a), skr_assembly_canonical(b)) == 0;
}

/* ------------------------------------------------------------------ chromosomes */

const skr_chromosome *skr_assembly_build_chromosome(const skr_build *build, const char *canonical)
{
    for (uint32_t i = 0; build != NULL && i < build->n_chromosomes; i++)
        if (strcmp(build->chromosomes[i].name, canonical) == 0)
            return &build->chromosomes[i];
    return NULL;
}

/* The parts of NC_000022.11 or CM000684.2. */
typedef struct accession {
    char letters[4]; /* "NC_" */
    uint64_t number;
    uint64_t version; /* 0: none */
} accession;

/* NC_0000017.11 too: the digits are a number. */
static bool parse(const char *text, accession *ret)
{
    size_t n = 0;
    char *end = NULL;
    while (isalpha((unsigned char)text[n]) || text[n] == '_')
        n++;
    if (n == 0 || n > 3 || !isdigit((unsigned char)text[n]) || strlen(text) > 24)
        return false;
    *ret = (accession){.number = strtoull(text + n, &end, 10)};
    for (size_t i = 0; i < n; i++)
        ret->letters[i] = (char)toupper((unsigned char)text[i]);
    if (*end == '\0')
        return true;
    if (*end != '.' || !isdigit((unsigned char)end[1]))
        return false;
    ret->version = strtoull(end + 1, &end, 10);
    return *end == '\0' && ret->version > 0;
}

/* Does a table's accession have this number? *ret_is_equal: this version too. */
static bool has_number(const char *known, const accession *asked, bool *ret_is_equal)
{
    accession one;
    if (known == NULL || known[0] != asked->letters[0] || !parse(known, &one) ||
        strcmp(one.letters, asked->letters) != 0 || one.number != asked->number)
        return false;
    *ret_is_equal = *ret_is_equal || one.version == asked->version;
    return true;
}

/* What one chromosome of one build says of an accession. */
static void look_at(const skr_build *candidate, const skr_chromosome *chromosome,
                    const accession *asked, const skr_build *build, skr_accession *found)
{
    bool is_equal = false;
    if (!has_number(chromosome->refseq, asked, &is_equal) &&
        !has_number(chromosome->genbank, asked, &is_equal))
        return;
    bool is_any = asked->version == 0 || strcmp(chromosome->name, "MT") == 0;
    if (found->chromosome == NULL)
        found->chromosome = chromosome;
    if (candidate == build) {
        found->same = chromosome;
        found->own = is_equal || is_any ? chromosome : NULL;
    }
    if (is_equal) {
        found->build = candidate;
        found->chromosome = chromosome;
        found->n_builds++;
    }
}

skr_accession skr_assembly_accession_find(const char *name, const skr_build *build)
{
    skr_accession found = {0};
    accession asked;
    if (isdigit((unsigned char)*name)) /* as most names of contigs begin, and no accession */
        return found;
    if (strncasecmp(name, "refseq:", 7) == 0)
        name += 7;
    if (!parse(name, &asked))
        return found;
    found.has_version = asked.version != 0;
    for (size_t i = 0; i < skr_n_builds; i++)
        for (uint32_t c = 0; c < skr_builds[i]->n_chromosomes; c++)
            look_at(skr_builds[i], &skr_builds[i]->chromosomes[c], &asked, build, &found);
    return found;
}

skr_length_says skr_assembly_length_judge(const skr_build *build, const char *canonical,
                                          uint32_t length, const skr_build **ret_other)
{
    const skr_chromosome *own = skr_assembly_build_chromosome(build, canonical);
    if (length == 0 || strcmp(canonical, "MT") == 0 || (build != NULL && own == NULL))
        return SKR_LENGTH_SILENT;
    if (own != NULL && own->length == length)
        return SKR_LENGTH_AGREES;
    for (size_t i = 0; i < skr_n_builds; i++) {
        const skr_chromosome *other = skr_assembly_build_chromosome(skr_builds[i], canonical);
        if (skr_builds[i] != build && other != NULL && other->length == length) {
            *ret_other = skr_builds[i];
            return SKR_LENGTH_OTHER;
        }
    }
    return own != NULL && own->length != 0 ? SKR_LENGTH_STRANGE : SKR_LENGTH_SILENT;
}

/* ------------------------------------------------------------------ of a store */

uint32_t skr_assembly_find(const skr_manifest *manifest, const char *name)
{
    for (uint32_t i = 0; i < manifest->n_assemblies; i++)
        if (skr_assembly_is_same(manifest->assemblies[i].name, name))
            return i;
    return SKR_NONE;
}

int skr_assembly_add(skr_manifest *manifest, const char *name, uint32_t *ret_index, skr_err *err)
{
    uint32_t at = skr_assembly_find(manifest, name);
    if (at == SKR_NONE)
        return skr_manifest_add_assembly(manifest, skr_assembly_canonical(name), ret_index, err);
    *ret_index = at;
    return SKR_OK;
}

int skr_assembly_check_twins(const skr_manifest *manifest, skr_err *err)
{
    for (uint32_t i = 0; i < manifest->n_assemblies; i++) {
        uint32_t first = skr_assembly_find(manifest, manifest->assemblies[i].name);
        if (first != i)
            return skr_fail(err, SKR_ERR_CORRUPT,
                            "MANIFEST: %s and %s are one assembly: import again into a new store",
                            manifest->assemblies[first].name, manifest->assemblies[i].name);
    }
    return SKR_OK;
}

int skr_assembly_choose(skr_manifest *manifest, const char *name, const char *what,
                        uint32_t *ret_index, skr_err *err)
{
    if (name != NULL)
        return skr_assembly_add(manifest, name, ret_index, err);
    uint32_t found = SKR_NONE;
    for (uint32_t i = 0; i < manifest->n_segments; i++) {
        uint32_t assembly = manifest->segments[i].assembly;
        if (found != SKR_NONE && found != assembly)
            return skr_fail(err, SKR_ERR_USAGE, "--assembly is missing: %s, or %s?",
                            manifest->assemblies[found].name, manifest->assemblies[assembly].name);
        found = assembly;
    }
    if (found == SKR_NONE)
        return skr_fail(err, SKR_ERR_USAGE,
                        "--assembly is missing: these %s are of GRCh37, GRCh38 ...?", what);
    *ret_index = found;
    return SKR_OK;
}
