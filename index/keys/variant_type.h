/*
 * variant_type.h - the types that an allele can have, and every name that is used for one.
 *
 * The only table of them: imports ask it which symbolic ALT is a breakend or an insertion, the
 * language and Beacon ask it what a word, a VCF symbol or a term of the Sequence Ontology or EFO
 * means. A type holds small alleles by their kind and structural ones by what stands in <...>: INS
 * holds INS:ME:ALU too, and a symbol of several (DEL/INV) is all of them.
 */
#ifndef SKR_INDEX_KEYS_VARIANT_TYPE_H
#define SKR_INDEX_KEYS_VARIANT_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/segment/segment.h"

/* A type. Texts are constants, or those of the text that was asked about. */
typedef struct skr_variant_type {
    const char *name;    /* in the language */
    uint32_t kinds;      /* 1 << skr_allele_kind for each kind of small allele that it holds */
    const char *symbols; /* the structural ones, a blank between two; see variant_type.c */
} skr_variant_type;

/*
 * The type that a text means: a name of the language, another spelling of it ("tandem duplication",
 * SNP, SO:0000667), or a symbol of VCF without its brackets, any case; of a symbol with a
 * subtype (INS:ME:FOO) only the first word must be known. A symbol that has no entry of its own is
 * its own name, and the text must outlive *ret_type. False when it is no type.
 */
bool skr_variant_type_find(const char *text, skr_variant_type *ret_type);

/*
 * The type above a term that says a level of gain or loss, which no VCF tells; NULL: it is none.
 * Both terms stand in the text: "EFO:0030067 (copy number loss)". A constant.
 */
const char *skr_variant_type_above(const char *curie);

/* Is it the term of every change of a sequence (SO:0001059), or its name? */
bool skr_variant_type_is_any(const char *text);

/* Does the type hold the allele? */
bool skr_variant_type_holds(const skr_variant_type *type, const skr_allele *allele);

/* Does the symbol of an ALT, such as INS:ME:ALU, without brackets, any case, say insertion? Or a
 * breakend or translocation? */
bool skr_variant_symbol_is_insertion(const char *symbol, size_t n);
bool skr_variant_symbol_is_breakend(const char *symbol, size_t n);

/* Name number i of the language, or NULL after the last. */
const char *skr_variant_type_name(size_t i);

/* Name or spelling number i that is a word or words, into word; false after the last. */
#define SKR_VARIANT_SPELLING_MAX 64
bool skr_variant_type_spelling(size_t i, char *word);

/* What stands before the length and the mate in the ALT of a structural allele. */
size_t skr_variant_symbol_length(const char *alt, size_t n);

#endif
