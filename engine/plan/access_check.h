/*
 * access_check.h - may a question go on, and what may it see?
 */
#ifndef SKR_ENGINE_PLAN_ACCESS_CHECK_H
#define SKR_ENGINE_PLAN_ACCESS_CHECK_H

#include "engine/face/engine.h"
#include "storage/manifest.h"

/* May a question see a dataset: is it among those permitted, and open? */
bool skr_access_permits(const skr_access *access, const skr_manifest *manifest, uint32_t dataset);

/* Does the deadline or the stop flag end the question? Errors: DEADLINE, INTERRUPTED. */
SKR_MUST_USE int skr_access_check(const skr_access *access, skr_err *err);

/* May a loop over terms go on? Looks at the clock at every 64th i. Errors: as skr_access_check. */
static inline int skr_access_check_often(const skr_access *access, uint32_t i, skr_err *err)
{
    return i % 64 == 0 ? skr_access_check(access, err) : SKR_OK;
}

#endif
