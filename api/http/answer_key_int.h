/*
 * answer_key_int.h - all that the answer to a request depends on besides the state of the store.
 *
 * The bytes of the request that an answer may follow, and the terms under which it is asked: the
 * policy and the datasets permitted. Headers that no answer follows are not in it.
 */
#ifndef SKR_API_HTTP_ANSWER_KEY_INT_H
#define SKR_API_HTTP_ANSWER_KEY_INT_H

#include "api/message/message.h"
#include "engine/face/engine.h"
#include "storage/base/buffer.h"

/* Can the answer to this request be kept at all? Not the metrics. */
bool skr_answer_key_is_for(const skr_http_request *request);

/* Appends the key of a request that is made with this access. Errors: NOMEM. */
SKR_MUST_USE int skr_answer_key_put(const skr_http_request *request, const skr_access *access,
                                    skr_buffer *key, skr_err *err);

#endif
