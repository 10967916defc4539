/*
 * buried.h - what becomes of sources and segments whose samples do not count any more.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_BURIED_H
#define SKR_ENGINE_IMPORT_GENOMES_BURIED_H

#include "storage/manifest.h"

/* Marks sources of which nothing counts, and drops segments none of whose sources does. */
void skr_buried_drop_dead(skr_manifest *manifest);

/*
 * Forgets the names and digests of the files of a dataset whose people have all withdrawn, and of
 * files of which nothing is left: nobody can tell any more whose they were. Before segments are
 * dropped and after.
 */
void skr_buried_forget_names(skr_manifest *manifest, uint32_t dataset);

#endif
