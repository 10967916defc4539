/*
 * variant_spelling.h - the spellings of an allele that people paste, and the one that we write.
 *
 * The one that we write is CONTIG-POS-REF-ALT (variant_key.h). Taken besides:
 *
 *   22:16050075:A:G  22_16050075_A_G  22:16050075-A-G     other signs between the parts
 *   22:16050075A>G   22:16050075 A>G  22_16050075_A/G     and between the bases
 *   22:16,050,075:A:G                                     digits in groups of three
 *   NC_000022.10:16050074:A:G                             SPDI: an accession, colons, from 0
 *   NC_000022.10:g.16050075A>G                            HGVS: del, ins, dup, inv, delins
 *
 * HGVS may leave out the bases that a change takes away: such a change is a span, and stays HGVS
 * until it meets a reference.
 */
#ifndef SKR_INDEX_KEYS_VARIANT_SPELLING_H
#define SKR_INDEX_KEYS_VARIANT_SPELLING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/buffer.h"
#include "storage/base/err.h"

/* What happens to a stretch of reference that is not written out. */
typedef enum skr_span_change {
    SKR_SPAN_REPLACED, /* by alt, which may be empty: del, delins */
    SKR_SPAN_DOUBLED,  /* dup */
    SKR_SPAN_INVERTED, /* inv */
} skr_span_change;

typedef struct skr_variant_span {
    const char *contig; /* n_contig bytes of the text */
    size_t n_contig;
    uint32_t start0;
    uint32_t end0;
    skr_span_change change;
    const char *alt; /* of REPLACED; of DOUBLED the bases if they were written; n_alt bytes */
    size_t n_alt;
} skr_variant_span;

/*
 * Appends to text, NUL-terminated but the NUL not counted, the one spelling of what is written in
 * any of them: CONTIG-POS-REF-ALT or CONTIG-POS-END-TYPE, or of a span CONTIG:g.PLACES and del,
 * delinsBASES, dup, dupBASES or inv. The contig stays as written. What is no spelling of the list
 * is appended as it is, for skr_variant_parse to refuse. Errors: QUERY for HGVS and SPDI that
 * cannot be, saying what is taken; NOMEM.
 */
SKR_MUST_USE int skr_variant_respell(const char *written, skr_buffer *text, skr_err *err);

/* Is a text of skr_variant_respell that of a span? Its parts are those of the text. */
bool skr_variant_is_span(const char *text, skr_variant_span *ret_span);

/*
 * Appends REF and ALT of a span, NUL-terminated each, to bases; ref are the bases of the reference
 * in [start0, end0), upper case. Errors: QUERY when nothing changes; NOMEM.
 */
SKR_MUST_USE int skr_variant_span_bases(const skr_variant_span *span, const char *ref,
                                        skr_buffer *bases, skr_err *err);

#endif
