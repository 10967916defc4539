/*
 * ontology_graphs.h - ontologies from OBO graphs JSON.
 */
#ifndef SKR_ENGINE_IMPORT_DOCUMENTS_ONTOLOGY_GRAPHS_H
#define SKR_ENGINE_IMPORT_DOCUMENTS_ONTOLOGY_GRAPHS_H

#include "engine/import/documents/ontology_reader.h"

/* Says all that the present document of the archive says. Errors: INPUT, NOMEM, and those of the
 * archive. */
SKR_MUST_USE int skr_ontology_graphs_read(skr_ontology_reader *reader);

#endif
