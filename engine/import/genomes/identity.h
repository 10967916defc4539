/*
 * identity.h - who the samples are, and what the store has of them already (rule 9).
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_IDENTITY_H
#define SKR_ENGINE_IMPORT_GENOMES_IDENTITY_H

#include "engine/import/genomes/import_int.h"

/* Reads what live samples of the dataset and assembly there are. */
SKR_MUST_USE int skr_identity_new(skr_import *import, skr_identity **ret_identity, skr_err *err);

/* Frees. NULL is allowed. */
void skr_identity_free(skr_identity *identity);

/* The live source of these bytes and options, which belongs to the manifest, or NULL. */
const skr_source *skr_identity_find_file(const skr_import *import, const skr_import_file *file);

/*
 * Gives every sample its individual, and refuses what contradicts: an individual of another
 * dataset, a second counted sample of one individual, another karyotype than it came with before.
 */
SKR_MUST_USE int skr_identity_individuals(skr_import *import, skr_err *err);

/*
 * A file has a first record on a contig, or speaks of it by silence: refused if one of its samples
 * has that one already. With --replace it is replaced; refused then is what another file of this
 * delivery has, which the store knew before.
 */
SKR_MUST_USE int skr_identity_check_contig(skr_import *import, const skr_import_file *file,
                                           uint32_t contig, skr_err *err);

/*
 * --replace: buries of each sample the contigs that the delivery has of it, and drops what is dead.
 * Errors: INPUT, when a sample would be of two individuals or karyotypes; NOMEM.
 */
SKR_MUST_USE int skr_identity_supersede(skr_import *import, skr_err *err);

/*
 * May a BED speak of a contig for a sample of the delivery (its number)? Not where the store has
 * the contig of that sample already.
 */
bool skr_identity_may_cover(const skr_import *import, uint32_t sample, uint32_t contig);

#endif
