/*
 * annotation_int.h - what reading and writing annotations share; docs/format.md, "Annotations".
 */
#ifndef SKR_INDEX_ANNOTATIONS_ANNOTATION_INT_H
#define SKR_INDEX_ANNOTATIONS_ANNOTATION_INT_H

#include "index/annotations/annotation_table.h"
#include "index/blob.h"

#define SKR_ANNOTATIONS_FORMAT 1u

/* A chunk ends with the allele that reaches one of these. */
#define SKR_ANNOTATIONS_CHUNK_ALLELES 2048u
#define SKR_ANNOTATIONS_CHUNK_BYTES (1u << 20)

/* Appends the references of all blocks of a table. Errors: NOMEM. */
SKR_MUST_USE int skr_annotation_table_refs(const skr_annotation_table *table, skr_ref_list *list,
                                           skr_err *err);

#endif
