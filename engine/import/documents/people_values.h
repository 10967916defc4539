/*
 * people_values.h - members of JSON objects and the facts in them. `where` names an
 * object in messages ("diseases[3]"); a member that is null is not there.
 */
#ifndef SKR_ENGINE_IMPORT_DOCUMENTS_PEOPLE_VALUES_H
#define SKR_ENGINE_IMPORT_DOCUMENTS_PEOPLE_VALUES_H

#include "engine/import/documents/json_value.h"
#include "engine/import/documents/people_reader.h"
#include "index/terms/curie.h"

/* The member, which must be of this type; NULL when it is not there. Errors: INPUT. */
SKR_MUST_USE int skr_people_values_object(skr_people_reader *reader, const skr_json_value *object,
                                          const char *where, const char *name,
                                          const skr_json_value **ret_member);
SKR_MUST_USE int skr_people_values_array(skr_people_reader *reader, const skr_json_value *object,
                                         const char *where, const char *name,
                                         const skr_json_value **ret_member);
SKR_MUST_USE int skr_people_values_text(skr_people_reader *reader, const skr_json_value *object,
                                        const char *where, const char *name, const char **ret_text);

/* An age in any of the forms of phenopackets and Beacon: a duration, a range, a class of onset,
 * before birth, a date and the individual's date of birth. *ret_age stays when there is none; what
 * is not understood is counted. Errors: INPUT. */
SKR_MUST_USE int skr_people_values_age(skr_people_reader *reader, const skr_json_value *age,
                                       const char *where, skr_age *ret_age);

/* The terms that an id names; usually one. */
typedef struct skr_said_terms {
    size_t n;                    /* 0: none that can be used, which was counted */
    const char *label;           /* of the only one, or NULL; belongs to the JSON */
    char curies[SKR_CURIES_MAX]; /* one after the other, each with its NUL */
} skr_said_terms;

/* Reads a term. Errors: INPUT. */
SKR_MUST_USE int skr_people_values_terms(skr_people_reader *reader, const skr_json_value *term,
                                         const char *where, skr_said_terms *ret_terms);

/* Says a bare term. Errors: INPUT, NOMEM. */
SKR_MUST_USE int skr_people_values_say_term(skr_people_reader *reader, const skr_json_value *term,
                                            const char *where, skr_term_kind kind);

/* Says all that the lists of an object state: features, diseases, measures ... Errors: as above. */
SKR_MUST_USE int skr_people_values_say_lists(skr_people_reader *reader,
                                             const skr_json_value *object);

#endif
