/*
 * record_claims.h - what one record says of every sample of its file: who carries what, and who was
 * called. Rules 2, 3 and 6 of docs/counting.md, applied to whole columns.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_RECORD_CLAIMS_H
#define SKR_ENGINE_IMPORT_GENOMES_RECORD_CLAIMS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/import/genomes/record_phase.h"
#include "engine/import/genotypes/gate.h"
#include "engine/import/vcf/vcf.h"
#include "storage/base/err.h"
#include "storage/carriers/call_set.h"
#include "storage/carriers/carriers.h"
#include "storage/carriers/copies.h"

/* The sample columns of a file that count. Numbers below are positions in this list. */
typedef struct skr_columns {
    uint32_t n_columns; /* of the file */
    uint32_t n;         /* that count */
    uint32_t *column;   /* ascending; NULL: all of them */
    skr_karyotype *karyotype;
    uint8_t *expected[SKR_N_PLOIDIES];     /* copies expected in a ploidy */
    bool has_plain_ploidy[SKR_N_PLOIDIES]; /* 0/0, or 0 where all expect one, is the default call */
    bool is_one_copy[SKR_N_PLOIDIES];      /* all expect one copy */
} skr_columns;

/* A genotype on X or Y that passed the gate and has an allele that is not REF, as it is written. */
typedef struct skr_record_xy {
    uint32_t sample;
    bool is_het;
} skr_record_xy;

/* What the record says of all samples in one ploidy. Zero-initialise; free with _done. */
typedef struct skr_claims {
    skr_call_set calls;      /* the lists belong to the claims */
    skr_carriers *carriers;  /* one a key */
    uint32_t n_carriers_max; /* room for keys */
    uint32_t n_no_calls_max;
    uint32_t n_exceptions_max;
    uint32_t n_flips_max;
    uint32_t *no_calls;
    uint32_t n_no_calls;
    uint32_t *flips; /* the others, when most are no-calls */
    uint8_t *n_this; /* scratch: by key */
    uint32_t n_this_max;
    skr_phase phase;       /* how the genotypes are written: kept if named->keeps_phase */
    skr_record_xy *sexual; /* of ploidy X and Y */
    uint32_t n_sexual;
    uint32_t n_sexual_max;
    uint64_t n_failed_gate;
    uint64_t n_het_on_haploid;
    uint64_t n_no_copy;
} skr_claims;

/*
 * Reads the genotypes of the present record of vcf as they count in a ploidy. The counters are set,
 * not added to. Errors: INPUT (a genotype names an ALT that is not there), NOMEM.
 */
SKR_MUST_USE int skr_claims_read(skr_claims *claims, const skr_vcf *vcf,
                                 const skr_vcf_record *record, const skr_gate *gate,
                                 const skr_columns *columns, const skr_named *named,
                                 skr_ploidy ploidy, skr_err *err);

/* Says that nothing is known of anybody: the claims of a record that was refused. */
void skr_claims_unknown(skr_claims *claims);

/* Frees all lists. */
void skr_claims_done(skr_claims *claims);

#endif
