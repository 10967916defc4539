/*
 * fields.h - what people can be told apart by: the one list of the fields of skerry count --by.
 *
 * A field has values, and the people of a dataset who have one of them are a class. Fields of
 * disjoint classes are marked; of the others somebody may be in several. Whoever has no value is
 * in the class "undefined", as in Beacon's aggregations.
 */
#ifndef SKR_ENGINE_FACE_FIELDS_H
#define SKR_ENGINE_FACE_FIELDS_H

#include <stddef.h>
#include <stdint.h>

#include "engine/face/query.h"
#include "storage/base/err.h"

/* X(kind, word, is_disjoint), in the order in which messages name them. Somebody may be said
 * to be of two countries by two records, and has as many terms as there are. */
#define SKR_FIELDS(X)                                                                              \
    X(SKR_FIELD_SEX, "sex", true)                                                                  \
    X(SKR_FIELD_AGE, "age", true)                                                                  \
    X(SKR_FIELD_COUNTRY, "country", false)                                                         \
    X(SKR_FIELD_ANCESTRY, "ancestry", false)                                                       \
    X(SKR_FIELD_DATASET, "dataset", true)                                                          \
    X(SKR_FIELD_TERM, "term", false)                                                               \
    X(SKR_FIELD_KARYOTYPE, "karyotype", false)                                                     \
    X(SKR_FIELD_GENOTYPE, "genotype", true)

typedef enum skr_field_kind {
#define SKR_FIELD_KIND(kind, word, is_disjoint) kind,
    SKR_FIELDS(SKR_FIELD_KIND)
#undef SKR_FIELD_KIND
    SKR_N_FIELD_KINDS,
} skr_field_kind;

/* The word of a field: "sex"; a constant. */
const char *skr_fields_word(skr_field_kind kind);

/* The class of those who have no value. */
#define SKR_FIELDS_UNDEFINED "undefined"

/* Where bands of ages end, unless somebody says so: 0-17, 18-39, 40-64, 65+. */
#define SKR_AGE_BOUNDS_MAX 32u
typedef struct skr_age_bounds {
    uint32_t years[SKR_AGE_BOUNDS_MAX]; /* ascending, from 1 on: each begins a band */
    size_t n;
} skr_age_bounds;
skr_age_bounds skr_fields_age_bounds(void);

typedef struct skr_field {
    skr_field_kind kind;
    skr_age_bounds bounds;  /* of AGE */
    const skr_expr *allele; /* of GENOTYPE: a node VARIANT */
} skr_field;

typedef struct skr_fields {
    skr_field items[SKR_N_FIELD_KINDS];
    size_t n;
} skr_fields;

/*
 * Reads "sex,country" or "genotype=3-45823240-T-C": fields, each once, with commas between them. A
 * comma within a place ("22:16,050,075:A:G") is not taken. The nodes live in query. Errors: QUERY,
 * naming the nearest field; NOMEM.
 */
SKR_MUST_USE int skr_fields_parse(skr_query *query, const char *text, skr_fields *ret_fields,
                                  skr_err *err);

/* Reads "18,40,65": whole years, ascending, from 1 on. Errors: QUERY. */
SKR_MUST_USE int skr_fields_parse_bounds(const char *text, skr_age_bounds *ret_bounds,
                                         skr_err *err);

#endif
