/*
 * ontology_reader.h - what the formats of ontologies say, term by term.
 *
 * Threads: one owner.
 */
#ifndef SKR_ENGINE_IMPORT_DOCUMENTS_ONTOLOGY_READER_H
#define SKR_ENGINE_IMPORT_DOCUMENTS_ONTOLOGY_READER_H

#include "engine/import/documents/archive.h"
#include "engine/import/face/import.h"
#include "index/ontology/ontology.h"
#include "index/terms/curie.h"

#define SKR_ONTOLOGY_VERSION_MAX 200

typedef struct skr_ontology_reader {
    const skr_watch *watch;
    uint64_t n_terms;    /* read, obsolete ones and repeats among them */
    uint64_t n_warnings; /* told; the rest is only counted */
    uint64_t line;       /* of the document, 0: it has none to name */
    skr_archive *archive;
    skr_ontology_edit *edit;
    skr_load_result result;
    skr_err *err;
} skr_ontology_reader;

/*
 * What a file says of its version, in short: of ".../releases/2024-04-26/hp.json" the date, of
 * anything else the text. version has room for SKR_ONTOLOGY_VERSION_MAX bytes.
 */
void skr_ontology_reader_version(const char *said, char *version);

/* Of a property of a term: says what replaced it, or is another id of it? */
typedef enum skr_ontology_property {
    SKR_PROPERTY_NONE,
    SKR_PROPERTY_REPLACED_BY, /* IAO:0100001 under any of its names; "consider" is none */
    SKR_PROPERTY_ALTERNATIVE, /* hasAlternativeId */
} skr_ontology_property;
skr_ontology_property skr_ontology_reader_property_of(const char *name);

/* Says what a property says of the term id. Errors: NOMEM. */
SKR_MUST_USE int skr_ontology_reader_property(skr_ontology_reader *reader,
                                              skr_ontology_property property, const char *id,
                                              const char *value);

/* Says one thing of the release; ids that are no CURIEs are counted as skipped, and the first are
 * told. Errors: NOMEM. */
SKR_MUST_USE int skr_ontology_reader_term(skr_ontology_reader *reader, const char *id,
                                          const char *label, bool is_obsolete);
typedef int (*skr_ontology_pair_fn)(skr_ontology_edit *edit, const char *from, const char *to,
                                    skr_err *err);
SKR_MUST_USE int skr_ontology_reader_pair(skr_ontology_reader *reader, skr_ontology_pair_fn say,
                                          const char *from, const char *to);

#endif
