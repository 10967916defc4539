/*
 * beacon_records.h - alleles as records: /g_variants of granularity record.
 *
 * skip and limit count the records of each dataset by themselves, so that every dataset keeps its
 * rows; pages have up to SKR_BEACON_RECORDS_MAX.
 */
#ifndef SKR_API_BEACON_BEACON_RECORDS_H
#define SKR_API_BEACON_BEACON_RECORDS_H

#include "api/beacon/beacon_access.h"

#define SKR_BEACON_RECORDS_MAX 1000u

/*
 * Answers a case whose alleles are set: with the alleles that somebody carries, of people who
 * satisfy the filters if there are any. Errors: those of skr_engine_alleles.
 */
SKR_MUST_USE int skr_beacon_records_answer(const skr_service *service, skr_beacon_case *one,
                                           skr_http_response *response, skr_err *err);

#endif
