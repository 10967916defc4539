/*
 * annotation_item.h - one item of CSQ, ANN or BCSQ: what a program of annotation says of an allele
 * and one transcript.
 *
 * Items are joined by commas, their fields by '|'; an allele may have hundreds. Which field has
 * what stands in the header (VEP) or is always the same (SnpEff, bcftools csq).
 */
#ifndef SKR_ENGINE_IMPORT_ANNOTATIONS_ANNOTATION_ITEM_H
#define SKR_ENGINE_IMPORT_ANNOTATIONS_ANNOTATION_ITEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "index/annotations/annotation_table.h"
#include "index/effects/protein.h"
#include "storage/base/limits.h"

/* Fields of VEP that are looked at. */
typedef enum skr_annotation_field {
    SKR_FIELD_ALLELE,
    SKR_FIELD_CONSEQUENCE,
    SKR_FIELD_IMPACT,
    SKR_FIELD_SYMBOL,
    SKR_FIELD_GENE,
    SKR_FIELD_HGVSP,
    SKR_FIELD_AMINO_ACIDS,
    SKR_FIELD_POSITION, /* Protein_position */
    SKR_FIELD_NUMBER,   /* ALLELE_NUM */
    SKR_N_FIELDS,
} skr_annotation_field;

/* Which column each field has; SKR_NONE: none. */
typedef struct skr_annotation_columns {
    uint32_t of[SKR_N_FIELDS];
} skr_annotation_columns;

/* Reads "... Format: Allele|Consequence|..." of a header. False: it names no Consequence. */
bool skr_annotation_columns_read(const char *description, skr_annotation_columns *ret);

/* Zero-initialise; texts point into what was read, or into the item. */
typedef struct skr_annotation_item {
    skr_annotation_said said;
    char protein[SKR_PROTEIN_MAX];
    const char *allele; /* which one, as the program writes it; NULL: it does not say */
    size_t n_allele;
    uint32_t allele_number; /* from 1; 0: not said */
    bool is_intergenic;     /* the gene is none: names of neighbours */
    bool is_wrong;          /* SnpEff says that it could not be worked out */
    bool has_lost_protein;  /* it told a change of a protein that could not be read */

    /* Of bcftools csq. */
    bool is_pointer;     /* @POS: it stands at the record of another allele of its haplotype */
    bool is_behind_stop; /* '*': a stop comes before it on the haplotype */
    const char *dna;     /* POS REF>ALT, joined by '+'; NULL: it does not say */
    size_t n_dna;

    char decoded[4 * SKR_NAME_MAX]; /* of what was percent-encoded */
    size_t n_decoded;
} skr_annotation_item;

/* The next item of a field, from *at on, which then stands behind it; false: there is no more. */
bool skr_annotation_item_next(const char **at, const char *end, const char **ret_text,
                              size_t *ret_n);

/* Reads an item; false: it says nothing (an empty one, a "."). */
bool skr_annotation_item_vep(const skr_annotation_columns *columns, const char *text, size_t n,
                             skr_annotation_item *ret);
bool skr_annotation_item_snpeff(const char *text, size_t n, skr_annotation_item *ret);
bool skr_annotation_item_csq(const char *text, size_t n, skr_annotation_item *ret);

#endif
