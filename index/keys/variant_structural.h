/*
 * variant_structural.h - the keys of structural alleles (rule 8 of docs/counting.md).
 *
 * A key is contig, POS, END and a text of up to three parts: the symbol that stands in <...>, upper
 * case; "+" and the length, where END does not say it; "@" and the place of the mate, where there
 * is one: DEL, INS:ME:ALU+281, INV@22:5000. That text is the ALT of the allele.
 */
#ifndef SKR_INDEX_KEYS_VARIANT_STRUCTURAL_H
#define SKR_INDEX_KEYS_VARIANT_STRUCTURAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/limits.h"
#include "storage/segment/segment.h"

/* What a record, or the text of a question, says of a structural allele. */
typedef struct skr_structural {
    uint32_t pos1;
    uint64_t end1;         /* on the contig of pos1; 0: not said */
    uint64_t length;       /* |SVLEN| of this ALT; 0: not said */
    bool is_length_first;  /* VCF 4.4: END follows from the length */
    bool is_end_elsewhere; /* what INFO/END says lies on another contig: it is pos1 then */
    const char *symbol;    /* as written, without brackets; n_symbol bytes */
    size_t n_symbol;
    const char *mate; /* canonical contig of the mate, NULL: none; n_mate bytes */
    size_t n_mate;
    uint64_t mate_pos1; /* 0: not said */
} skr_structural;

/* Room for the text of a key: symbol, contig of the mate, two numbers, NUL. */
#define SKR_STRUCTURAL_TEXT_MAX (2u * SKR_NAME_MAX + 48u)

/*
 * The canonical allele: start0, end0, kind and alt are set, alt pointing into text
 * (SKR_STRUCTURAL_TEXT_MAX bytes); contig and ploidy are left alone. False when it has no symbol,
 * no end, or one before pos1: it has no key.
 */
bool skr_structural_key(const skr_structural *said, char *text, skr_allele *ret);

/*
 * Reads the text of a key, n bytes, into symbol, length, mate and mate_pos1, which point into it;
 * the mate's contig is as written. False when a number is none or a part is empty.
 */
bool skr_structural_parse(const char *text, size_t n, skr_structural *ret);

/*
 * Does a place and type hold a key? place is of kind SKR_ALLELE_SV_ANY: contig, POS, END and a
 * symbol. It holds that symbol and its subtypes, of all lengths and mates.
 */
bool skr_structural_holds(const skr_allele *place, const skr_allele *key);

#endif
