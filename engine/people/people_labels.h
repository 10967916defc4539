/*
 * people_labels.h - the classes of people_classes.h that somebody of one dataset is in, under the
 * names that frequencies by population have: countries by their codes.
 *
 * A person of whom nothing is said is in no set; one of whom two countries are said is in both.
 */
#ifndef SKR_ENGINE_PEOPLE_PEOPLE_LABELS_H
#define SKR_ENGINE_PEOPLE_PEOPLE_LABELS_H

#include "engine/people/people_classes.h"

/* A label and who has it: somebody. */
typedef struct skr_people_label {
    char *text;
    uint64_t *bits; /* of the snapshot's n_people */
} skr_people_label;

/* Zero-initialise; free with skr_people_labels_done. */
typedef struct skr_people_labels {
    skr_people_label *items;
    size_t n;
    size_t n_max;
} skr_people_labels;

/*
 * Finds the labels of a slot's people by a field, of which only the kind counts: sexes are female,
 * male, other, in this order; a country is its code of ISO 3166 where what was said has one
 * (country.h), else the label or the CURIE that was said; in the order of their bytes. *ret_labels
 * is zeroed or done. Errors: CORRUPT, IO, NOMEM,
 * DEADLINE, INTERRUPTED.
 */
SKR_MUST_USE int skr_people_labels_find(const skr_question *question, skr_field_kind kind,
                                        uint32_t slot, skr_people_labels *ret_labels, skr_err *err);
void skr_people_labels_done(skr_people_labels *labels);

#endif
