/*
 * identity_int.h - the samples that a dataset has already, as those who ask and those who replace
 * see them.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_IDENTITY_INT_H
#define SKR_ENGINE_IMPORT_GENOMES_IDENTITY_INT_H

#include "engine/import/genomes/identity.h"

/* A live sample of an older segment; those of one name are chained. */
typedef struct skr_old_sample {
    uint32_t segment; /* in the manifest */
    uint32_t local;
    uint32_t individual;
    skr_karyotype karyotype; /* as the sheet said that came with it */
    uint32_t next;           /* in old, or SKR_NONE */
} skr_old_sample;

struct skr_identity {
    skr_names names;
    uint32_t *first; /* by name: in old */
    uint32_t n_first_max;
    skr_old_sample *old;
    uint32_t n_old;
    uint32_t n_old_max;
    uint8_t *
        *covers; /* by segment of the manifest and contig: the coverage layer has it; or NULL */
    uint32_t *n_covers; /* of each segment: contigs that the assembly had before this delivery */
    uint32_t n_segments;
    bool has_coverage; /* some segment has */
};

/* The samples of a name that are live, in chain order: the first in old; SKR_NONE: none. */
uint32_t skr_identity_first(const skr_identity *identity, const char *name);

/*
 * A live source that gives an old sample its data on a contig, or NULL. There may be several; with
 * is_again one that is a file of this delivery.
 */
const skr_source *skr_identity_source_on(const skr_import *import, const skr_old_sample *old,
                                         uint32_t contig, bool is_again);

/* Do two sheets contradict each other? One that does not know the sex contradicts none. */
bool skr_identity_contradicts(skr_karyotype one, skr_karyotype other);

#endif
