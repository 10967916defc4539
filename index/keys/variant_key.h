/*
 * variant_key.h - one key for one allele, however it was written: trimming, left-alignment, atoms.
 *
 * Rule 1 of docs/counting.md; the algorithm is that of Tan, Abecasis, Kang (2015), "Unified
 * representation of genetic variants". Importers and questions use the same functions.
 */
#ifndef SKR_INDEX_KEYS_VARIANT_KEY_H
#define SKR_INDEX_KEYS_VARIANT_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/buffer.h"
#include "storage/base/err.h"
#include "storage/segment/segment.h"

/* What an ALT of a record is. */
typedef enum skr_alt_class {
    SKR_ALT_BASES, /* of A, C, G, T once what it shares with REF at its ends is off: it has a key */
    SKR_ALT_STAR,  /* *: called otherwise, no key */
    SKR_ALT_NON_REF, /* <NON_REF>, <*>, <X>: unknown, no key */
    SKR_ALT_SV,      /* another <...>: a structural allele */
    SKR_ALT_BND,     /* a breakend, or a single one: counted, no key */
    SKR_ALT_BAD,     /* anything else (N, IUPAC codes ...): unknown, no key; counted bad_alt */
    SKR_ALT_SAME,    /* equal to REF: called otherwise, no key */
    SKR_ALT_NONE,    /* "." */
} skr_alt_class;

/* Classes an ALT beside its REF; texts as written, any case, NUL-terminated. */
skr_alt_class skr_variant_alt_classify(const char *ref, const char *alt);

/*
 * Where the bases of the reference come from while an allele is moved left. get writes the n bases
 * of [start0, start0 + n), upper case, and returns how many there were, or a negative status.
 */
typedef struct skr_base_source {
    int (*get)(void *context, uint32_t start0, uint32_t n, char *bases, skr_err *err);
    void *context;
    bool has_ref; /* REF was compared and is, letter for letter, what get gives */
} skr_base_source;

/*
 * Does an ALT of letters have a key beside a REF of letters (of the alphabet of IUPAC, any case)?
 * Letters that both share at their ends may be any; what is left of ALT must be A, C, G, T.
 */
bool skr_variant_alt_has_key(const char *ref, size_t n_ref, const char *alt, size_t n_alt);

/* May a letter of the alphabet of IUPAC, upper case, be this base? N, of either, agrees with all.
 */
bool skr_variant_base_agrees(char letter, char base);

/*
 * The canonical small allele: ret->contig and ret->ploidy are left alone; start0, end0, kind, ref,
 * alt are set, the texts pointing into text, which is cleared and owned by the caller. source NULL:
 * trimmed only. start0 of a record is POS - 1. One of n_ref and n_alt may be 0: a question that
 * leaves out the anchor base; then, without a source, the anchor is the letter N and stands for any
 * base. Letters of REF that are not A, C, G, T are those of the source; where that does not know,
 * REF is N, whatever was written, and the anchor is always the source's. An allele moves across an
 * N as across any other letter. n_ref and n_alt are 0 when nothing differs. Errors: those of
 * source; INPUT (beyond the limits); NOMEM.
 */
SKR_MUST_USE int skr_variant_allele_normalise(uint32_t start0, const char *ref, size_t n_ref,
                                              const char *alt, size_t n_alt,
                                              const skr_base_source *source, skr_buffer *text,
                                              skr_allele *ret, skr_err *err);

/*
 * Atom number i of a canonical allele of kind MNV: its i-th differing base, kind SNV. Texts point
 * into mnv's. False when there are no more.
 */
bool skr_variant_allele_atom(const skr_allele *mnv, uint32_t i, skr_allele *ret_atom);

/*
 * Reads CONTIG-POS-REF-ALT or CONTIG-POS-END-TYPE (1-based) into its parts; the contig is what
 * stands before the last three fields. Not normalised. contig has room for SKR_NAME_MAX + 1; ref
 * and alt point into text. For a structural allele n_ref is 0 and alt the text of its key, as
 * variant_structural.h says. Errors: QUERY, saying what.
 */
typedef struct skr_variant_text {
    char contig[1025];
    uint32_t start0;
    uint32_t end0; /* of a structural allele only */
    bool is_structural;
    const char *ref;
    size_t n_ref;
    const char *alt;
    size_t n_alt;
} skr_variant_text;
SKR_MUST_USE int skr_variant_parse(const char *text, skr_variant_text *ret, skr_err *err);

/* Appends the canonical text of an allele, NUL-terminated but the NUL not counted. Errors: NOMEM.
 */
SKR_MUST_USE int skr_variant_print(const char *contig, const skr_allele *allele, skr_buffer *text,
                                   skr_err *err);

/*
 * The length that `length` compares: of the longer allele for small ones; for structural ones what
 * the key says, else END - POS. False: it is not known, as of an insertion of which nobody said it.
 */
bool skr_structural_length(const skr_allele *allele, uint64_t *ret_length);

#endif
