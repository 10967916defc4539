/*
 * import_ontology_int.h - what the readers of ontologies share.
 */
#ifndef SKR_ENGINE_IMPORT_ONTOLOGY_INT_H
#define SKR_ENGINE_IMPORT_ONTOLOGY_INT_H

#include "engine/archive.h"
#include "engine/curie.h"
#include "engine/import.h"
#include "index/ontology.h"

#define SKR_VERSION_MAX 200

typedef struct skr_ontology_reader {
    skr_archive *archive;
    skr_ontology_edit *edit;
    skr_load_result result;
    skr_err *err;
} skr_ontology_reader;

/*
 * What a file says of its version, in short: of ".../releases/2024-04-26/hp.json" the date, of
 * anything else the text. version has room for SKR_VERSION_MAX bytes.
 */
void skr_ontology_version(const char *said, char *version);

/* Says one thing of the release; ids that are no CURIEs are counted as skipped. Errors: NOMEM. */
SKR_MUST_USE int skr_reader_term(skr_ontology_reader *reader, const char *id, const char *label,
                                 bool is_obsolete);
typedef int (*skr_pair_fn)(skr_ontology_edit *edit, const char *from, const char *to, skr_err *err);
SKR_MUST_USE int skr_reader_pair(skr_ontology_reader *reader, skr_pair_fn say, const char *from,
                                 const char *to);

/* One document each. Errors: INPUT, NOMEM, and those of the archive. */
SKR_MUST_USE int skr_read_obo(skr_ontology_reader *reader);
SKR_MUST_USE int skr_read_obo_graphs(skr_ontology_reader *reader);

#endif
