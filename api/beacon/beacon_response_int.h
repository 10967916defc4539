/*
 * beacon_response_int.h - the envelopes of Beacon's answers.
 */
#ifndef SKR_API_BEACON_BEACON_RESPONSE_INT_H
#define SKR_API_BEACON_BEACON_RESPONSE_INT_H

#include "api/beacon/beacon_request.h"
#include "api/beacon/beacon_service.h"
#include "storage/base/buffer.h"

struct json_t;

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

/* The most that a Beacon tells of people and alleles. */
skr_granularity skr_beacon_granularity_max(const skr_service *service);

/* Has an entry of one type a list of another below it: /datasets/{id}/individuals? route.c answers
 * just these. */
bool skr_beacon_is_below(skr_entity parent, skr_entity entity);

/* meta of an informational answer; schema is the id of what is returned. */
struct json_t *skr_beacon_meta_info(const skr_service *service, const char *entity,
                                    const char *schema);

/* meta of an answer to a request; the summary of the request is borrowed. NULL: of none. */
struct json_t *skr_beacon_meta(const skr_service *service, const skr_beacon_request *request,
                               skr_entity entity, skr_granularity returned);

/* info of every answer: the policy that spoke, of which generation, and warnings if any: those of
 * reading the request, and those of answering it. */
struct json_t *skr_beacon_answer_info(const skr_service *service, const skr_beacon_request *request,
                                      uint64_t generation, const skr_warnings *warnings);

/* A dataset as its operator describes it: at least id and name. The caller owns *ret_json. Errors:
 * CORRUPT, NOMEM. */
SKR_MUST_USE int skr_beacon_about(const skr_dataset_info *dataset, struct json_t **ret_json,
                                  skr_err *err);

/* Puts a count that may be told into an object. */
void skr_beacon_put_told(struct json_t *object, const char *name, const skr_told_count *told);

/* The answer with collections, of which it has a page: `all` is taken. */
struct json_t *skr_beacon_collections(const skr_service *service, const skr_beacon_request *request,
                                      skr_entity entity, struct json_t *all, uint64_t generation,
                                      const skr_warnings *warnings);

/* Does the answer to a request have the set of a dataset? */
bool skr_beacon_has_set(const skr_beacon_request *request, const skr_dataset_count *dataset);

/*
 * The answer with counts; granted: of records too, which the caller puts into the results of the
 * sets (skr_beacon_put_records). A total that is hidden is answered with boolean granularity, so
 * that it looks like nothing at all: what is hidden and what is zero give the same bytes. The
 * caller frees *ret_text. Errors: NOMEM.
 */
SKR_MUST_USE int skr_beacon_count_text(const skr_service *service,
                                       const skr_beacon_request *request, skr_entity entity,
                                       skr_granularity granted, const skr_count_answer *count,
                                       char **ret_text, size_t *ret_n, skr_err *err);

/* The texts of a set's records, with commas between them. */
typedef struct skr_set_records {
    skr_buffer results;
    skr_buffer absent; /* of alleles that nobody carries, which stand in its info */
} skr_set_records;

/*
 * Puts records into an answer's sets: records[i] are of the dataset i of count, and are emptied
 * where its set is there.
 * *text is the answer, and is made anew. Errors: NOMEM.
 */
SKR_MUST_USE int skr_beacon_put_records(const skr_beacon_request *request,
                                        const skr_count_answer *count, skr_set_records *records,
                                        char **text, size_t *n, skr_err *err);

#endif
