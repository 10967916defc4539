/*
 * people_classes.h - the people of each dataset told apart by a field: one labelled set of them for
 * each of its values.
 *
 * A class of a field is who a condition of the language finds, so that its people are those of
 * sex=female, country=FI, age>=18 and age<40, a term with its descendants; "undefined" is who is
 * in no class. Facts are those of each dataset, and so are the sets.
 */
#ifndef SKR_ENGINE_PEOPLE_PEOPLE_CLASSES_H
#define SKR_ENGINE_PEOPLE_PEOPLE_CLASSES_H

#include "engine/face/fields.h"
#include "engine/people/question.h"

/* What a class is called. */
typedef struct skr_class_name {
    const char *text;  /* as the language takes it: a word, a CURIE; or "undefined" */
    const char *label; /* what somebody said of a CURIE; "" */
} skr_class_name;

/* Is given each class in the order of the field's values, "undefined" last; both are valid until it
 * returns. A class may have no people. A negative status ends it. */
typedef int (*skr_people_class_fn)(void *context, const skr_class_name *name,
                                   const skr_people_sets *people, skr_err *err);

/*
 * Tells apart the people of the question's slots by a field. The classes of few values are sex
 * (female, male, other), age (its bands), genotype (0, 1, 2: copies of the allele); of the others
 * those that somebody of the slots has, in the order of their letters. Only one set a slot is held
 * at a time. Errors: QUERY (of the allele), DEADLINE, INTERRUPTED, CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_people_classes_each(const skr_question *question, const skr_field *field,
                                         skr_people_class_fn on_class, void *context, skr_err *err);

/* A class that is held. */
typedef struct skr_people_class {
    char *name;
    char *label;            /* as of skr_class_name */
    skr_people_sets people; /* of each slot */
} skr_people_class;

typedef struct skr_people_classes {
    skr_people_class *items;
    size_t n;
    size_t n_max;
} skr_people_classes;

/* All of them at once, which takes a bit for each of everybody, slot and class. *ret_classes is
 * zeroed or done. Errors: as above. */
SKR_MUST_USE int skr_people_classes_find(const skr_question *question, const skr_field *field,
                                         skr_people_classes *ret_classes, skr_err *err);
void skr_people_classes_done(skr_people_classes *classes);

#endif
