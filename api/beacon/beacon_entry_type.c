/* beacon_entry_type.c - the entry types, as the default model of the specification has them. */
#include "api/beacon/beacon_response_int.h"

const skr_entry_type *skr_beacon_entry_type(skr_entity entity)
{
    static const skr_entry_type types[SKR_N_ENTITIES] = {
        [SKR_ENTITY_DATASET] = {"dataset", "Dataset",
                                "What a data holder released together: people and their genomes",
                                "datasets", "ga4gh-beacon-dataset-v2.0.0", "datasets",
                                "NCIT:C47824", "Data set"},
        [SKR_ENTITY_COHORT] = {"cohort", "Cohort", "People of whom something is true", "cohorts",
                               "ga4gh-beacon-cohort-v2.0.0", "cohorts", "NCIT:C61512", "Cohort"},
        [SKR_ENTITY_BIOSAMPLE] = {"biosample", "Biosample",
                                  "A sample of a person, of which a genome was delivered",
                                  "biosamples", "ga4gh-beacon-biosample-v2.0.0", "biosamples",
                                  "NCIT:C70699", "Biospecimen"},
        [SKR_ENTITY_RUN] = {"run", "Sequencing run", "The sequencing of a biosample", "runs",
                            "ga4gh-beacon-run-v2.0.0", "runs", "NCIT:C148088", "Sequencing run"},
        [SKR_ENTITY_ANALYSIS] = {"analysis", "Bioinformatics analysis",
                                 "The calling of a biosample's variants", "analyses",
                                 "ga4gh-beacon-analysis-v2.0.0", "analyses", "edam:operation_2945",
                                 "Analysis"},
        [SKR_ENTITY_INDIVIDUAL] = {"individual", "Individual", "A person", "individuals",
                                   "ga4gh-beacon-individual-v2.0.0", "individuals", "NCIT:C25190",
                                   "Person"},
        [SKR_ENTITY_VARIANT] = {"genomicVariant", "Genomic Variants",
                                "An allele that somebody carries", "g_variants",
                                "ga4gh-beacon-variant-v2.0.0", "genomicVariations",
                                "ENSGLOSSARY:0000092", "Variant"},
    };
    return &types[entity];
}

bool skr_beacon_is_below(skr_entity parent, skr_entity entity)
{
    bool is_collection = entity == SKR_ENTITY_DATASET || entity == SKR_ENTITY_COHORT;
    return parent != SKR_ENTITY_NONE && entity != SKR_ENTITY_NONE && !is_collection &&
           parent != entity;
}
