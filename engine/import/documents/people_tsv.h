/*
 * people_tsv.h - people from a table: one a line, under a header (docs/people-formats.md).
 */
#ifndef SKR_ENGINE_IMPORT_DOCUMENTS_PEOPLE_TSV_H
#define SKR_ENGINE_IMPORT_DOCUMENTS_PEOPLE_TSV_H

#include "engine/import/documents/people_reader.h"

/* A whole document of lines. Errors: INPUT, NOMEM. */
SKR_MUST_USE int skr_people_tsv_read(skr_people_reader *reader);

#endif
