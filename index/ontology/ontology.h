/*
 * ontology.h - terms, what they are kinds of, and what became of retired ones.
 *
 * Several ontologies in one graph, told apart by the prefix of their CURIEs. Loading a release of
 * an ontology replaces the one that was there. Closure is over is_a (rdfs:subClassOf) alone.
 *
 * Opening reads no terms: whoever needs them loads them, at no cost if somebody did before. So a
 * question that names no term pays for none, and one that does may learn that the file is damaged.
 *
 * Threads: an open ontology may be loaded and read by any number.
 */
#ifndef SKR_INDEX_ONTOLOGY_ONTOLOGY_H
#define SKR_INDEX_ONTOLOGY_ONTOLOGY_H

#include <stdbool.h>
#include <stdint.h>

#include "index/terms/curie_list.h"
#include "storage/base/err.h"
#include "storage/block/block_file.h"

typedef struct skr_ontology skr_ontology;

/* Opens; id->name "" gives an empty one. The caller owns it. Errors: as block files. */
SKR_MUST_USE int skr_ontology_open(const char *folder, const skr_file_id *id,
                                   skr_ontology **ret_ontology, skr_err *err);

/* Closes. NULL is allowed. */
void skr_ontology_close(skr_ontology *ontology);

/* The ontologies that are loaded. Texts belong to the ontology; "" where the file did not say. */
typedef struct skr_ontology_release {
    const char *prefix;  /* HP: that most of its terms have */
    const char *name;    /* of the file's ontology: hp */
    const char *version; /* 2024-04-26, or the version IRI */
    uint32_t n_terms;
} skr_ontology_release;
const skr_ontology_release *skr_ontology_releases(const skr_ontology *ontology, uint32_t *ret_n);

/*
 * Reads the terms and their graph, if nobody did; what failed is tried again by the next one who
 * asks. All functions below need it, where not said otherwise. Errors: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_ontology_load(const skr_ontology *ontology, skr_err *err);

/* The same, and reads texts and parents, which label, curie and ancestors need: no count does.
 * Errors: as above. */
SKR_MUST_USE int skr_ontology_load_texts(const skr_ontology *ontology, skr_err *err);

/* What loading has read so far. */
skr_reader_totals skr_ontology_totals(const skr_ontology *ontology);

/*
 * The number of the term that a CURIE means today: itself; the term of which it is an alternative
 * id; or what replaced it, when exactly one did. SKR_NONE when the ontology of its prefix does not
 * know it, or it is obsolete without a replacement.
 */
uint32_t skr_ontology_resolve(const skr_ontology *ontology, const char *curie);

/* The same for all CURIEs of a list at once; meanings has room for each. Errors: NOMEM. */
SKR_MUST_USE int skr_ontology_resolve_all(const skr_ontology *ontology,
                                          const skr_curie_list *curies, uint32_t *meanings,
                                          skr_err *err);

/* Is an ontology with this CURIE's prefix there? A few foreign terms in another one do not count.
 * Needs no load. */
bool skr_ontology_has_prefix(const skr_ontology *ontology, const char *curie);

/* Does a CURIE stand in an ontology at all, obsolete ones included? */
bool skr_ontology_knows(const skr_ontology *ontology, const char *curie);

/* Of a term number: its CURIE and label ("" when there is none). Belong to the ontology; need
 * skr_ontology_load_texts. The number of terms needs no load. */
const char *skr_ontology_curie(const skr_ontology *ontology, uint32_t term);
const char *skr_ontology_label(const skr_ontology *ontology, uint32_t term);
uint32_t skr_ontology_n_terms(const skr_ontology *ontology);

/*
 * Sets the bits of the term and of each of its descendants, of a bitmap of n_terms bits; those that
 * are set already are taken as visited. Whoever meets a CURIE resolves it and looks at the bit: so
 * what was said with an id of former times is found too. Errors: NOMEM.
 */
SKR_MUST_USE int skr_ontology_mark_below(const skr_ontology *ontology, uint32_t term,
                                         uint64_t *terms, skr_err *err);

/* Calls visit for the term and each of its ancestors, once each; needs skr_ontology_load_texts.
 * Errors: NOMEM, what visit gives. */
typedef int (*skr_term_fn)(void *context, uint32_t term, skr_err *err);
SKR_MUST_USE int skr_ontology_ancestors(const skr_ontology *ontology, uint32_t term,
                                        skr_term_fn visit, void *context, skr_err *err);

/* ------------------------------------------------------------------ making */

typedef struct skr_ontology_edit skr_ontology_edit;

/* Starts from an open ontology. The caller owns it. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_ontology_edit_new(const skr_ontology *ontology, skr_ontology_edit **ret_edit,
                                       skr_err *err);

/*
 * Begins a release, which replaces the one whose terms have the same prefix (that most of them
 * have). Where several ontologies declare one term, that of the term's own prefix speaks alone.
 * Texts are copied, here and below. Errors: INPUT (the release before it has no term; an id that is
 * none), NOMEM.
 */
SKR_MUST_USE int skr_ontology_edit_release(skr_ontology_edit *edit, const char *name,
                                           const char *version, skr_err *err);
SKR_MUST_USE int skr_ontology_edit_term(skr_ontology_edit *edit, const char *curie,
                                        const char *label, bool is_obsolete, skr_err *err);
SKR_MUST_USE int skr_ontology_edit_parent(skr_ontology_edit *edit, const char *child,
                                          const char *parent, skr_err *err);
SKR_MUST_USE int skr_ontology_edit_alternative(skr_ontology_edit *edit, const char *alternative,
                                               const char *term, skr_err *err);
SKR_MUST_USE int skr_ontology_edit_replacement(skr_ontology_edit *edit, const char *obsolete,
                                               const char *term, skr_err *err);

/* Of the releases that were begun, once they are written: terms, as skr_ontology_releases counts
 * them, and obsolete ones. */
void skr_ontology_edit_count(const skr_ontology_edit *edit, uint64_t *ret_n_terms,
                             uint64_t *ret_n_obsolete);

/* Writes a new file. Errors: INPUT when the graph has a cycle, naming a term of it, or a release
 * has no term; IO, NOMEM. */
SKR_MUST_USE int skr_ontology_edit_write(skr_ontology_edit *edit, const char *folder,
                                         const char *name, skr_file_id *ret_id, skr_err *err);

/* Frees. NULL is allowed. */
void skr_ontology_edit_free(skr_ontology_edit *edit);

/* Reports every fault of a stored ontology. Errors (beyond faults): IO, NOMEM. */
SKR_MUST_USE int skr_ontology_verify(const char *folder, const skr_file_id *id,
                                     skr_fault_fn on_fault, void *context, skr_err *err);

#endif
