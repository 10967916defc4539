/* words.c - the face's names and codes: each is asked of the table that has it. */
#include "engine/face/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "index/contigs/assembly.h"
#include "index/contigs/contig.h"
#include "index/effects/effect.h"
#include "index/keys/variant_key.h"
#include "index/keys/variant_spelling.h"
#include "index/people/age.h"
#include "index/people/sex.h"
#include "index/terms/curie.h"
#include "index/terms/similarity_level.h"

/* In the order in which people are told of them. */
static const skr_sex sexes[] = {SKR_SEX_FEMALE, SKR_SEX_MALE, SKR_SEX_OTHER, SKR_SEX_UNKNOWN};

bool skr_words_sex(const char *text, skr_sex_word *ret_word)
{
    skr_sex_meaning meaning;
    if (!skr_sex_read(text, &meaning))
        return false;
    *ret_word = (skr_sex_word){.name = skr_sex_name(meaning.sex), .term = meaning.term};
    return true;
}

const char *skr_words_sex_of_term(const char *curie)
{
    skr_sex sex;
    return skr_sex_of_term(curie, &sex) ? skr_sex_name(sex) : NULL;
}

const char *skr_words_sex_at(size_t i)
{
    return i < sizeof sexes / sizeof *sexes ? skr_sex_name(sexes[i]) : NULL;
}

const char *skr_words_sex_code(const char *name)
{
    for (size_t i = 0; i < sizeof sexes / sizeof *sexes; i++)
        if (strcmp(skr_sex_name(sexes[i]), name) == 0)
            return skr_sex_code(sexes[i]);
    return NULL;
}

bool skr_words_age(const char *text, double *ret_years)
{
    return skr_age_parse(text, ret_years);
}

int skr_words_similarity(const char *word)
{
    for (int i = 0; i < SKR_N_SIMILARITIES; i++)
        if (strcasecmp(word, skr_similarity_name((skr_similarity)i)) == 0)
            return i;
    return -1;
}

const char *skr_words_similarity_name(int level)
{
    return skr_similarity_name((skr_similarity)level);
}

bool skr_words_curie(const char *text, char *curie)
{
    return skr_curie_read(text, curie);
}

bool skr_words_effect(const char *name, char *curie)
{
    uint32_t term = skr_effect_find(name, strlen(name));
    if (term == SKR_NONE)
        return false;
    (void)snprintf(curie, SKR_CURIE_MAX, "SO:%07" PRIu32, skr_effect_so(term));
    return true;
}

bool skr_words_same_assembly(const char *a, const char *b)
{
    return skr_assembly_is_same(a, b);
}

bool skr_words_contig(const char *name, char *canonical)
{
    return skr_contig_canonical(NULL, name, canonical, SKR_NAME_MAX + 1, NULL) == SKR_OK;
}

skr_reference_word skr_words_reference(const char *name)
{
    skr_reference_word word = {.contig = name};
    skr_accession found = skr_assembly_accession_find(name, NULL);
    bool is_shared = found.n_builds > 1; /* a mitochondrion */
    if (found.chromosome == NULL || !found.has_version)
        return word;
    word.is_stranger = found.n_builds == 0;
    word.contig = found.chromosome->name;
    if (found.n_builds > 0 && !is_shared)
        word.assembly = found.build->name;
    return word;
}

const char *skr_words_accession(const char *assembly, const char *contig)
{
    const skr_chromosome *chromosome =
        skr_assembly_build_chromosome(skr_assembly_build_find(assembly), contig);
    return chromosome == NULL ? NULL : chromosome->refseq;
}

bool skr_words_variant(const char *text, skr_variant_word *ret_word)
{
    skr_variant_text parts;
    skr_variant_span span;
    *ret_word = (skr_variant_word){.is_span = skr_variant_is_span(text, &span)};
    if (ret_word->is_span)
        return true;
    if (skr_variant_parse(text, &parts, NULL) < 0 ||
        !skr_words_contig(parts.contig, ret_word->contig))
        return false;
    ret_word->start0 = parts.start0;
    ret_word->end0 = parts.end0;
    ret_word->is_structural = parts.is_structural;
    ret_word->ref = parts.ref;
    ret_word->alt = parts.alt;
    ret_word->n_ref = parts.n_ref;
    ret_word->n_alt = parts.n_alt;
    return true;
}
