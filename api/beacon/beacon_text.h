/*
 * beacon_text.h - a question as a Beacon request, for explain.
 */
#ifndef SKR_API_BEACON_BEACON_TEXT_H
#define SKR_API_BEACON_BEACON_TEXT_H

#include "engine/face/query.h"

/*
 * Appends the path and the body of the Beacon request that asks the same, or a line that says which
 * part of the question Beacon cannot say. assembly may be NULL. Errors: NOMEM.
 */
SKR_MUST_USE int skr_beacon_text(const skr_expr *expr, const char *assembly, skr_buffer *text,
                                 skr_err *err);

#endif
