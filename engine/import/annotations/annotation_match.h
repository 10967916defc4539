/*
 * annotation_match.h - which ALT of its record an item of annotation speaks of.
 *
 * SnpEff writes ALT as it is. VEP leaves out the first base where alleles differ in length and all
 * of them share it, writes '-' for what is then empty, and words for structural alleles. A file
 * that was split after it was annotated has items of alleles that are not in the record any more.
 */
#ifndef SKR_ENGINE_IMPORT_ANNOTATIONS_ANNOTATION_MATCH_H
#define SKR_ENGINE_IMPORT_ANNOTATIONS_ANNOTATION_MATCH_H

#include "engine/import/annotations/annotation_item.h"

/* The alleles of a record, each ended by a NUL. */
typedef struct skr_annotation_alleles {
    const char *ref;
    const char *const *alts;
    uint32_t n_alts;
    bool is_trimmed; /* set by begin: VEP leaves out the first base of this record */
} skr_annotation_alleles;

/* Looks at the alleles of a record. */
skr_annotation_alleles skr_annotation_match_begin(const char *ref, const char *const *alts,
                                                  uint32_t n_alts);

/* Does the item speak of ALT number `alt` (from 0)? Of VEP, and of SnpEff. */
bool skr_annotation_match_vep(const skr_annotation_alleles *alleles,
                              const skr_annotation_item *item, uint32_t alt);
bool skr_annotation_match_snpeff(const skr_annotation_alleles *alleles,
                                 const skr_annotation_item *item, uint32_t alt);

/* One of the changes that an item of bcftools csq names: "100AC>A". */
typedef struct skr_annotation_change {
    uint32_t pos1;
    const char *ref;
    size_t n_ref;
    const char *alt;
    size_t n_alt;
} skr_annotation_change;

/* The next change, from *at on, which then stands behind it. False: there is no more, or what
 * follows is none (then *at is where it was). */
bool skr_annotation_match_change(const char **at, const char *end, skr_annotation_change *ret);

#endif
