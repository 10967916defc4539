/*
 * people_json.h - people from JSON: phenopackets, Beacon-friendly individuals and biosamples.
 */
#ifndef SKR_ENGINE_IMPORT_DOCUMENTS_PEOPLE_JSON_H
#define SKR_ENGINE_IMPORT_DOCUMENTS_PEOPLE_JSON_H

#include "engine/import/documents/people_reader.h"

/* One JSON value, which is read and said. Errors: INPUT, NOMEM. */
SKR_MUST_USE int skr_people_json_read(skr_people_reader *reader, const char *text, size_t n);

#endif
