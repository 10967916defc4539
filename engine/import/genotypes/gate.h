/*
 * gate.h - rule 3 of docs/counting.md: which genotypes are good enough to count.
 *
 * A genotype that fails is unknown in all its copies. The gate itself is skr_gate of import.h.
 */
#ifndef SKR_ENGINE_IMPORT_GENOTYPES_GATE_H
#define SKR_ENGINE_IMPORT_GENOTYPES_GATE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/import/face/import.h"
#include "storage/base/buffer.h"

/* What a filter means to a gate. The worst of several decides. */
typedef enum skr_filter {
    SKR_FILTER_PASS = 0,
    SKR_FILTER_REFCALL = 1, /* passes where the genotype is hom-ref */
    SKR_FILTER_FAIL = 2,
} skr_filter;

/* The filters of a FILTER column or an FT field: n bytes, separated by ';'. "" is ".". */
skr_filter skr_gate_filter(const skr_gate *gate, const char *text, size_t n);

/* What a file says of one genotype. NAN where it says nothing: not tested. */
typedef struct skr_gate_facts {
    float numbers[SKR_N_GATE_TAGS];
    skr_filter worst; /* of the record and of FT */
    bool is_hom_ref;
    bool is_one_copy; /* one copy is expected or written */
} skr_gate_facts;

/* The depth of a genotype: MIN_DP, else DP. */
float skr_gate_depth(const skr_gate_facts *facts);

/* By tag: below it a genotype may fail; at it none does. For scans, of all samples at once. */
void skr_gate_limits(const skr_gate *gate, double limits[SKR_N_GATE_TAGS]);

/* The tags of FORMAT, by skr_gate_tag. */
extern const char *const skr_gate_tags[SKR_N_GATE_TAGS];

/* Does a genotype pass? Allele balance is apart, because few genotypes have to be asked. */
bool skr_gate_passes(const skr_gate *gate, const skr_gate_facts *facts);

/* Does an ALT of a heterozygote pass that has ad of dp reads? NAN: not tested. */
bool skr_gate_balance_passes(const skr_gate *gate, float ad, float dp);

/* Are the keys of reads, min_mq, min_bq and exclude_flags, as in adj? */
bool skr_gate_has_usual_reads(const skr_gate *gate);

/* Appends "adj", "none" or the keys that differ from adj. Errors: NOMEM. */
SKR_MUST_USE int skr_gate_print(const skr_gate *gate, skr_buffer *text, skr_err *err);

#endif
