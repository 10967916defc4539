/*
 * cohort_file.h - the file that the key `cohorts` of the configuration names: people whom the
 * operator names by a question.
 */
#ifndef SKR_TOOLS_COHORT_FILE_H
#define SKR_TOOLS_COHORT_FILE_H

#include "api/beacon/beacon_service.h"
#include "engine/face/config_file.h"

/* Zero-initialise before use. */
typedef struct skr_cohort_file {
    skr_config_file file;       /* the texts are its */
    skr_beacon_cohort *cohorts; /* in the order of the file */
    size_t n_cohorts;
} skr_cohort_file;

/*
 * Reads lines `ID = QUESTION`, and `ID name = TEXT` and `ID description = TEXT` behind them. What a
 * question names is looked up when it is asked. Errors: INPUT naming file and line, also for what
 * is no question; IO, NOMEM.
 */
SKR_MUST_USE int skr_cohort_file_read(const char *path, skr_cohort_file *ret_file, skr_err *err);
void skr_cohort_file_done(skr_cohort_file *file);

#endif
