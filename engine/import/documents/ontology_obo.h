/*
 * ontology_obo.h - ontologies in the OBO format.
 */
#ifndef SKR_ENGINE_IMPORT_DOCUMENTS_ONTOLOGY_OBO_H
#define SKR_ENGINE_IMPORT_DOCUMENTS_ONTOLOGY_OBO_H

#include "engine/import/documents/ontology_reader.h"

/* Says all that the present document of the archive says. Errors: INPUT, NOMEM, and those of the
 * archive. */
SKR_MUST_USE int skr_ontology_obo_read(skr_ontology_reader *reader);

#endif
