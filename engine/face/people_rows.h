/*
 * people_rows.h - the people whom a question finds, one by one.
 *
 * Threads: as engine.h.
 */
#ifndef SKR_ENGINE_FACE_PEOPLE_ROWS_H
#define SKR_ENGINE_FACE_PEOPLE_ROWS_H

#include <stddef.h>

#include "engine/face/access.h"
#include "engine/face/count.h"
#include "engine/face/query.h"

/* One individual. Texts hold until the function that is told returns. */
typedef struct skr_person_row {
    const char *individual;
    const char *const *datasets; /* in which the question finds them, in the order of the store */
    size_t n_datasets;           /* 1 or more */
} skr_person_row;
typedef int (*skr_person_fn)(void *context, const skr_person_row *row, skr_err *err);

/*
 * Whom the question finds, everyone once, in the order in which they came to the store. They are
 * single people, so they are told under an exact policy alone. *ret_answer has their number, as
 * skr_engine_count tells it, and the warnings; it is zeroed or done, free with
 * skr_engine_count_done. It is made before the first row is told, and left alone on failure.
 * Errors: POLICY; as count; those of on_person, at which it ends.
 */
SKR_MUST_USE int skr_engine_people(skr_engine *engine, const skr_expr *expr,
                                   const skr_access *access, skr_person_fn on_person, void *context,
                                   skr_count_answer *ret_answer, skr_err *err);

#endif
