/*
 * answer_key_int.h - all that the answer to a question depends on besides the state of the store.
 *
 * The bytes of the request that an answer may follow, and the terms under which it is asked: the
 * policy and the datasets permitted. Headers that no answer follows are not in it.
 */
#ifndef SKR_API_HTTP_ANSWER_KEY_INT_H
#define SKR_API_HTTP_ANSWER_KEY_INT_H

#include "api/http/route.h"
#include "engine/face/engine.h"
#include "storage/base/buffer.h"

/* Can the answer to this question be kept at all? Not the metrics. */
bool skr_answer_key_is_for(const skr_http_question *question);

/* Appends the key of a question that is asked with this access. Errors: NOMEM. */
SKR_MUST_USE int skr_answer_key_put(const skr_http_question *question, const skr_access *access,
                                    skr_buffer *key, skr_err *err);

#endif
