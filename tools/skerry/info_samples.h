/*
 * info_samples.h - skerry info --samples: a row for each sample.
 */
#ifndef SKR_TOOLS_INFO_SAMPLES_H
#define SKR_TOOLS_INFO_SAMPLES_H

#include "engine/face/access.h"
#include "engine/face/engine.h"
#include "storage/base/err.h"

/* Prints TSV, or an object a line. Errors: as skr_engine_samples; IO. */
SKR_MUST_USE int skr_info_samples(skr_engine *engine, const skr_access *access, bool is_json,
                                  skr_err *err);

#endif
