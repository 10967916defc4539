/*
 * beacon_response_int.h - the envelopes of Beacon's answers.
 */
#ifndef SKR_API_BEACON_BEACON_RESPONSE_INT_H
#define SKR_API_BEACON_BEACON_RESPONSE_INT_H

#include "api/beacon/beacon_request.h"
#include "api/beacon/beacon_service.h"

struct json_t;

/* What a path counts, or lists. */
typedef enum skr_entity {
    SKR_ENTITY_DATASET,
    SKR_ENTITY_INDIVIDUAL,
    SKR_ENTITY_VARIANT,
    SKR_N_ENTITIES,
} skr_entity;

/* Ids and texts of an entry type, as the default model of the specification has them. */
typedef struct skr_entry_type {
    const char *id;
    const char *name;
    const char *description;
    const char *path;   /* of its list: "individuals" */
    const char *schema; /* id of its default schema */
    const char *schema_file;
    const char *term;
    const char *term_label;
} skr_entry_type;

/* The entry type of an entity; a constant. */
const skr_entry_type *skr_beacon_entry_type(skr_entity entity);

/* meta of an informational answer; schema is the id of what is returned. */
struct json_t *skr_beacon_meta_info(const skr_service *service, const char *entity,
                                    const char *schema);

/* meta of an answer to a request; the summary of the request is borrowed. NULL: of none. */
struct json_t *skr_beacon_meta(const skr_service *service, const skr_beacon_request *request,
                               skr_entity entity, skr_granularity returned);

/* info of every answer: the policy that spoke, of which generation, and warnings if any. */
struct json_t *skr_beacon_answer_info(const skr_service *service, uint64_t generation,
                                      const skr_warnings *warnings);

/*
 * The answer with counts. A total that is hidden is answered with boolean granularity, so that it
 * looks like nothing at all: what is hidden and what is zero give the same bytes. The caller frees
 * *ret_text. Errors: NOMEM.
 */
SKR_MUST_USE int skr_beacon_count_text(const skr_service *service,
                                       const skr_beacon_request *request, skr_entity entity,
                                       const skr_count_answer *count, char **ret_text,
                                       size_t *ret_n, skr_err *err);

#endif
