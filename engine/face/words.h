/*
 * words.h - names and codes of other worlds, read and written as the engine does: sexes, ages,
 * CURIEs, assemblies, contigs, alleles. Their tables are those of index/; nobody above has another.
 *
 * Threads: no state.
 */
#ifndef SKR_ENGINE_FACE_WORDS_H
#define SKR_ENGINE_FACE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/limits.h"

/* ------------------------------------------------------------------ people */

/* What a word or code for a sex means. */
typedef struct skr_sex_word {
    const char *name; /* female, male, other, unknown; a constant */
    const char *term; /* it says more than "other": the term that says it (intersex); or NULL */
} skr_sex_word;

/* Reads a word (FEMALE, woman), a letter, or a code in any form that a CURIE may have. False: none
 * of these. */
bool skr_words_sex(const char *text, skr_sex_word *ret_word);

/* The name of the sex that a CURIE in its usual form means as such; NULL: it is a term like others.
 */
const char *skr_words_sex_of_term(const char *curie);

/* The names of sexes, one after the other: female, male, other, unknown; NULL after the last. */
const char *skr_words_sex_at(size_t i);

/* The code that answers tell for a name of a sex (NCIT:C16576); NULL: it is no such name. */
const char *skr_words_sex_code(const char *name);

/* Reads an age: a duration of ISO 8601 (P65Y) or a number of years. False: neither. */
bool skr_words_age(const char *text, double *ret_years);

/* How alike a term has to be, by its word: 0 high, 1 medium, 2 low; -1: it is none of them. */
int skr_words_similarity(const char *word);

/* The word of such a level. */
const char *skr_words_similarity_name(int level);

/* Writes the CURIE that a text means, in its usual form. False: it is not one CURIE. curie has room
 * for SKR_CURIE_MAX bytes. */
bool skr_words_curie(const char *text, char *curie);

/* ------------------------------------------------------------------ genomes */

/* Do two names mean one assembly? */
bool skr_words_same_assembly(const char *a, const char *b);

/* Writes the canonical name of a contig of whatever assembly. False: it has none. canonical has
 * SKR_NAME_MAX + 1 bytes. */
bool skr_words_contig(const char *name, char *canonical);

/* What the name of a reference sequence says. */
typedef struct skr_reference_word {
    const char *contig;   /* of an accession with its version, the chromosome; else the name */
    const char *assembly; /* that the accession belongs to; NULL: none, or several have it */
    bool is_stranger;     /* an accession of a chromosome in a version that no assembly has */
} skr_reference_word;
skr_reference_word skr_words_reference(const char *name);

/* The RefSeq accession, with its version, of a contig (canonical name) of an assembly; NULL: it is
 * not known. */
const char *skr_words_accession(const char *assembly, const char *contig);

/* The parts of an allele's text as skr_query_variant gives it; ref and alt point into the text. */
typedef struct skr_variant_word {
    char contig[SKR_NAME_MAX + 1]; /* canonical */
    uint32_t start0;
    uint32_t end0;      /* of a structural allele only */
    bool is_span;       /* of HGVS, without its bases: no other part is set */
    bool is_structural; /* alt is its type, its length and mate after it */
    const char *ref;
    const char *alt;
    size_t n_ref;
    size_t n_alt;
} skr_variant_word;

/* Writes the CURIE of an effect by its name: SO:0001583 of missense_variant. False: it is no term.
 * curie has room for SKR_CURIE_MAX bytes. */
bool skr_words_effect(const char *name, char *curie);

/* False: the text has no canonical form. */
bool skr_words_variant(const char *text, skr_variant_word *ret_word);

#endif
