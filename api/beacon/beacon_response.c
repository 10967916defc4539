/* beacon_response.c - meta, summaries and result sets. */
#include "api/beacon/beacon_response_int.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/beacon/beacon_json.h"
#include "storage/base/buffer.h"
#include "storage/base/check.h"

/* Clients keep counts in 32 bits. */
#define COUNT_MAX 2147483647u

static json_t *returned_schemas(const char *entity, const char *schema)
{
    return json_pack("[{s:s, s:s}]", "entityType", entity, "schema", schema);
}

json_t *skr_beacon_meta_info(const skr_service *service, const char *entity, const char *schema)
{
    return json_pack("{s:o, s:s, s:o}", "beaconId", skr_json_text(service->texts->beacon_id),
                     "apiVersion", SKR_BEACON_VERSION, "returnedSchemas",
                     returned_schemas(entity, schema));
}

static json_t *empty_summary(void)
{
    return json_pack("{s:s, s:[], s:{s:i, s:i}, s:s}", "apiVersion", SKR_BEACON_VERSION,
                     "requestedSchemas", "pagination", "skip", 0, "limit", 10,
                     "requestedGranularity", "count");
}

json_t *skr_beacon_meta(const skr_service *service, const skr_beacon_request *request,
                        skr_entity entity, skr_granularity returned)
{
    static const char *const granularities[] = {"boolean", "count", "record"};
    const skr_entry_type *type = skr_beacon_entry_type(entity);
    json_t *meta = skr_beacon_meta_info(service, type->id, type->schema);
    skr_json_set(meta, "returnedGranularity", json_string(granularities[returned]));
    if (request == NULL) {
        skr_json_set(meta, "receivedRequestSummary", empty_summary());
        return meta;
    }
    skr_json_set(meta, "receivedRequestSummary", json_incref(request->summary));
    if (request->is_test)
        skr_json_set(meta, "testMode", json_true());
    return meta;
}

static json_t *warnings_list(const skr_beacon_request *request, const skr_warnings *warnings)
{
    json_t *list = json_array();
    for (size_t i = 0; i < json_array_size(request->warnings); i++)
        skr_json_append(list, json_incref(json_array_get(request->warnings, i)));
    for (size_t i = 0; i < warnings->n; i++) {
        const skr_warning *warning = &warnings->items[i];
        json_t *figures = json_object();
        for (size_t k = 0; k < warning->n_figures; k++)
            skr_json_set(figures, warning->figures[k].name,
                         json_integer((json_int_t)warning->figures[k].value));
        skr_json_append(list, json_pack("{s:s, s:o, s:o}", "code", skr_warnings_name(warning->code),
                                        "text", skr_json_text(warning->text), "figures", figures));
    }
    return list;
}

json_t *skr_beacon_answer_info(const skr_service *service, const skr_beacon_request *request,
                               uint64_t generation, const skr_warnings *warnings)
{
    json_t *info = json_pack("{s:s, s:I}", "policy", service->policy_text, "generation",
                             (json_int_t)generation);
    json_t *list = warnings_list(request, warnings);
    if (json_array_size(list) > 0)
        skr_json_set(info, "warnings", json_incref(list));
    json_decref(list);
    return info;
}

static void set_count(json_t *object, const char *name, const skr_told_count *told)
{
    static const char *const precisions[] = {
        [SKR_PRECISION_EXACT] = "exact",
        [SKR_PRECISION_ROUNDED] = "rounded",
        [SKR_PRECISION_IMPRECISE] = "imprecise",
    };
    bool is_cut = told->count > COUNT_MAX;
    skr_json_set(object, name, json_integer(is_cut ? COUNT_MAX : (json_int_t)told->count));
    skr_json_set(object, "countPrecision",
                 json_string(precisions[is_cut ? SKR_PRECISION_IMPRECISE : told->precision]));
}

/* results is there and empty: release 2.1.1 requires it, and the European portal reads counts from
 * result sets whatever the granularity. */
static json_t *result_set(const skr_beacon_request *request, const skr_dataset_count *dataset,
                          skr_granularity granularity)
{
    char version[24];
    (void)snprintf(version, sizeof version, "%" PRIu64, dataset->version);
    json_t *set =
        json_pack("{s:o, s:s, s:b, s:[], s:{s:s}}", "id", skr_json_text(dataset->id), "setType",
                  "dataset", "exists", dataset->told.exists, "results", "info", "version", version);
    if (granularity != SKR_GRANULARITY_BOOLEAN && !dataset->told.is_hidden)
        set_count(set, "resultsCount", &dataset->told);
    json_t *aggregations = json_object_get(request->aggregated, dataset->id);
    if (aggregations != NULL && granularity != SKR_GRANULARITY_BOOLEAN && !dataset->told.is_hidden)
        skr_json_set(set, "resultsAggregation", json_incref(aggregations));
    return set;
}

bool skr_beacon_has_set(const skr_beacon_request *request, const skr_dataset_count *dataset)
{
    switch (request->include) {
    case SKR_INCLUDE_HIT:
        return dataset->told.exists;
    case SKR_INCLUDE_MISS:
        return !dataset->told.exists;
    case SKR_INCLUDE_ALL:
        return true;
    case SKR_INCLUDE_NONE:
        break;
    }
    return false;
}

static json_t *result_sets(const skr_beacon_request *request, const skr_count_answer *count,
                           skr_granularity granularity)
{
    json_t *sets = json_array();
    for (size_t i = 0; i < count->n_datasets; i++)
        if (skr_beacon_has_set(request, &count->datasets[i]))
            skr_json_append(sets, result_set(request, &count->datasets[i], granularity));
    return json_pack("{s:o}", "resultSets", sets);
}

int skr_beacon_count_text(const skr_service *service, const skr_beacon_request *request,
                          skr_entity entity, skr_granularity granted, const skr_count_answer *count,
                          char **ret_text, size_t *ret_n, skr_err *err)
{
    bool is_boolean = request->granularity == SKR_GRANULARITY_BOOLEAN || count->total.is_hidden ||
                      skr_beacon_granularity_max(service) == SKR_GRANULARITY_BOOLEAN;
    skr_granularity returned = is_boolean ? SKR_GRANULARITY_BOOLEAN : granted;
    json_t *summary = json_pack("{s:b}", "exists", count->total.exists);
    if (!is_boolean)
        set_count(summary, "numTotalResults", &count->total);
    json_t *answer = json_pack(
        "{s:o, s:o, s:o, s:o}", "meta", skr_beacon_meta(service, request, entity, returned),
        "responseSummary", summary, "response", result_sets(request, count, returned), "info",
        skr_beacon_answer_info(service, request, count->generation, &count->warnings));
    return skr_json_print(answer, ret_text, ret_n, err);
}

/* Sets as result_set makes them: where their results end and their info begins, and what stands
 * before the first set. No text within quotes looks like this, and no member of what is echoed has
 * such a name. */
static const char results_begin[] = "\"results\":[";
static const char results_end[] = "],\"info\":{";
static const char first_set[] = "\"response\":{\"resultSets\":[";

#define PUT(text, literal, err) SKR_TRY(skr_buffer_put((text), (literal), sizeof(literal) - 1, err))

/* The records of a set, from its results, which are empty, into its info. */
static int put_set(const skr_set_records *records, skr_buffer *whole, skr_err *err)
{
    if (records->results.n > 0)
        SKR_TRY(skr_buffer_put(whole, records->results.bytes, records->results.n, err));
    PUT(whole, results_end, err);
    if (records->absent.n == 0)
        return SKR_OK;
    PUT(whole, "\"absent\":[", err);
    SKR_TRY(skr_buffer_put(whole, records->absent.bytes, records->absent.n, err));
    PUT(whole, "],", err); /* version stands behind it */
    return SKR_OK;
}

int skr_beacon_put_records(const skr_beacon_request *request, const skr_count_answer *count,
                           skr_set_records *records, char **text, size_t *n, skr_err *err)
{
    const size_t n_begin = sizeof results_begin - 1;
    const size_t n_end = sizeof results_end - 1;
    skr_buffer whole = {0};
    const char *at = *text;
    const char *end = *text + *n;
    const char *from = memmem(at, *n, first_set, sizeof first_set - 1);
    SKR_CHECK(from != NULL);
    size_t n_all = *n + 1;
    for (size_t i = 0; i < count->n_datasets; i++)
        n_all += records[i].results.n + records[i].absent.n;
    int status = skr_buffer_reserve(&whole, n_all, err);
    for (size_t i = 0; status == SKR_OK && i < count->n_datasets; i++) {
        if (!skr_beacon_has_set(request, &count->datasets[i]))
            continue;
        const char *found = memmem(from, (size_t)(end - from), results_begin, n_begin);
        SKR_CHECK(found != NULL && (size_t)(end - found) > n_begin + n_end); /* a set for each */
        SKR_CHECK(memcmp(found + n_begin, results_end, n_end) == 0);
        status = skr_buffer_put(&whole, at, (size_t)(found - at) + n_begin, err);
        if (status == SKR_OK)
            status = put_set(&records[i], &whole, err);
        skr_buffer_done(&records[i].results);
        skr_buffer_done(&records[i].absent);
        at = found + n_begin + n_end;
        from = at;
    }
    if (status == SKR_OK)
        status = skr_buffer_put(&whole, at, (size_t)(end - at) + 1, err); /* and its NUL */
    if (status < 0) {
        skr_buffer_done(&whole);
        return status;
    }
    free(*text);
    *text = (char *)whole.bytes;
    *n = whole.n - 1;
    return SKR_OK;
}
