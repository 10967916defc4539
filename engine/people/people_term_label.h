/* people_term_label.h - terms that a question names by their labels. */
#ifndef SKR_ENGINE_PEOPLE_PEOPLE_TERM_LABEL_H
#define SKR_ENGINE_PEOPLE_PEOPLE_TERM_LABEL_H

#include "engine/people/question.h"
#include "storage/base/suggest.h"

/*
 * The node with the CURIE that its text means; one that has a CURIE, or none, as it is. A label is
 * compared without regard to case with those of the loaded ontologies and, where counts are exact,
 * with what records of the question's datasets say. Texts belong to the node or the snapshot.
 * Errors: QUERY pointing at the word: no term has the label, or several do; CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_people_term_of(const skr_question *question, const skr_expr *node,
                                    skr_expr *ret_node, skr_err *err);

/* As skr_suggest_text, of CURIEs, each with its label: "; nearest: HP:0001250 (Seizure)". text has
 * room for n_text bytes. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_people_suggest_terms(const skr_question *question, const skr_suggest *suggest,
                                          char *text, size_t n_text, skr_err *err);

#endif
