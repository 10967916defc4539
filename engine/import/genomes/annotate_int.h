/*
 * annotate_int.h - what the parts of a delivery of annotations share.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_ANNOTATE_INT_H
#define SKR_ENGINE_IMPORT_GENOMES_ANNOTATE_INT_H

#include "engine/import/annotations/annotation_item.h"
#include "engine/import/annotations/annotation_match.h"
#include "engine/import/genomes/import_int.h"
#include "engine/import/genomes/record_keys.h"
#include "index/annotations/annotation_table.h"

typedef enum skr_annotate_count {
    SKR_ANNOTATE_SILENT,       /* records without a word of annotation */
    SKR_ANNOTATE_UNMATCHED,    /* items that speak of no allele of their record */
    SKR_ANNOTATE_WRONG,        /* items that their program calls wrong */
    SKR_ANNOTATE_PROTEINS,     /* changes of proteins that could not be read */
    SKR_ANNOTATE_STOPS,        /* items behind a stop of their haplotype: taken as they are */
    SKR_ANNOTATE_POINTERS,     /* "@POS" that lead to no record */
    SKR_ANNOTATE_CLINICAL,     /* records of several ALTs whose significance is of one */
    SKR_ANNOTATE_NAMES,        /* names that could not be read */
    SKR_ANNOTATE_NO_REFERENCE, /* records on contigs that the stored reference lacks */
    SKR_ANNOTATE_N_COUNTS,
} skr_annotate_count;

/* A delivery of annotations. Places, contigs and keys are those of an import, whose files have no
 * samples here. */
typedef struct skr_annotate {
    const skr_annotate_request *request;
    skr_import import;
    skr_import_request as_import; /* what the import is asked for */
    skr_annotation_draft *draft;
    skr_annotation_columns columns[2]; /* of VEP: under CSQ or vep, and under ANN */
    bool has_columns[2];
    skr_annotation_item item;
    skr_names pointers; /* places that "@POS" leads to, "CONTIG:POS" */
    skr_names pointed;  /* places with changes of several records */
    uint64_t counts[SKR_ANNOTATE_N_COUNTS];
    char sources[256]; /* what the files hold: "VEP", "VEP+ClinVar" */
    char tools[SKR_VCF_TOOLS_MAX];
} skr_annotate;

/*
 * Adds what a record says to the draft; keys of its alleles are those of the place's import.
 * Errors: NOMEM, LIMIT, INPUT, those of the reference.
 */
SKR_MUST_USE int skr_annotate_record(skr_annotate *annotate, skr_place *place, skr_err *err);

#endif
