/*
 * import_people_values_int.h - members of JSON objects and the facts in them. `where` names an
 * object in messages ("diseases[3]"); a member that is null is not there.
 */
#ifndef SKR_ENGINE_IMPORT_DOCUMENTS_IMPORT_PEOPLE_VALUES_INT_H
#define SKR_ENGINE_IMPORT_DOCUMENTS_IMPORT_PEOPLE_VALUES_INT_H

#include "engine/import/documents/import_people_int.h"
#include "index/terms/curie.h"

struct json_t;

/* The member, also when its name is written in snake_case; NULL when it is not there. object and
 * name may be NULL. */
struct json_t *skr_member_find(const struct json_t *object, const char *name);

/* The member, which must be of this type; NULL when it is not there. Errors: INPUT. */
SKR_MUST_USE int skr_member_object(skr_people_reader *reader, const struct json_t *object,
                                   const char *where, const char *name, struct json_t **ret_member);
SKR_MUST_USE int skr_member_array(skr_people_reader *reader, const struct json_t *object,
                                  const char *where, const char *name, struct json_t **ret_member);
SKR_MUST_USE int skr_member_text(skr_people_reader *reader, const struct json_t *object,
                                 const char *where, const char *name, const char **ret_text);

/* An age in any of the forms of phenopackets and Beacon: a duration, a range, a class of onset,
 * before birth, a date and the individual's date of birth. *ret_age stays when there is none; what
 * is not understood is counted. Errors: INPUT. */
SKR_MUST_USE int skr_member_age(skr_people_reader *reader, const struct json_t *age,
                                const char *where, skr_age *ret_age);

/* The terms that an id names; usually one. */
typedef struct skr_said_terms {
    size_t n;                    /* 0: none that can be used, which was counted */
    const char *label;           /* of the only one, or NULL; belongs to the JSON */
    char curies[SKR_CURIES_MAX]; /* one after the other, each with its NUL */
} skr_said_terms;

/* Reads a term. Errors: INPUT. */
SKR_MUST_USE int skr_member_terms(skr_people_reader *reader, const struct json_t *term,
                                  const char *where, skr_said_terms *ret_terms);

/* Says a bare term. Errors: INPUT, NOMEM. */
SKR_MUST_USE int skr_say_term(skr_people_reader *reader, const struct json_t *term,
                              const char *where, skr_term_kind kind);

/* Says all that the lists of an object state: features, diseases, measures ... Errors: as above. */
SKR_MUST_USE int skr_say_lists(skr_people_reader *reader, const struct json_t *object);

#endif
