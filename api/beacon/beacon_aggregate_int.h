/*
 * beacon_aggregate_int.h - aggregations beside counts.
 */
#ifndef SKR_API_BEACON_BEACON_AGGREGATE_INT_H
#define SKR_API_BEACON_BEACON_AGGREGATE_INT_H

#include "api/beacon/beacon_access.h"

/*
 * Finds the aggregations of each dataset that a request of people asks for, into
 * request.aggregated. Errors: as skr_engine_count_by.
 */
SKR_MUST_USE int skr_beacon_aggregate(const skr_service *service, skr_beacon_case *one,
                                      const skr_expr *people, skr_err *err);

#endif
