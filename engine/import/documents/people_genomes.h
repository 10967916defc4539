/*
 * people_genomes.h - how the people of a delivery and the genomes of their dataset go together.
 */
#ifndef SKR_ENGINE_IMPORT_DOCUMENTS_PEOPLE_GENOMES_H
#define SKR_ENGINE_IMPORT_DOCUMENTS_PEOPLE_GENOMES_H

#include "engine/import/documents/people_reader.h"

/* Finds who has a genome in the dataset; the edit must have been made. Errors: those of segments,
 * NOMEM. */
SKR_MUST_USE int skr_people_genomes_find(skr_people_reader *reader);

/* Notes another id of the person being read, NULL for none: it may be a genome's. */
void skr_people_genomes_note_id(skr_people_reader *reader, skr_other_id which, const char *id);

/* Counts how people and genomes go together, after the edit was settled, and warns with the likely
 * reason when none do. Errors: those of segments, NOMEM. */
SKR_MUST_USE int skr_people_genomes_match(skr_people_reader *reader);

#endif
