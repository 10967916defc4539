/* beacon_response.c - meta, summaries and result sets. */
#include "api/beacon/beacon_response_int.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "api/beacon/beacon_json.h"

/* Clients keep counts in 32 bits. */
#define COUNT_MAX 2147483647u

const skr_entry_type *skr_beacon_entry_type(skr_entity entity)
{
    static const skr_entry_type types[SKR_N_ENTITIES] = {
        [SKR_ENTITY_DATASET] = {"dataset", "Dataset",
                                "What a data holder released together: people and their genomes",
                                "datasets", "ga4gh-beacon-dataset-v2.0.0", "datasets",
                                "NCIT:C47824", "Data set"},
        [SKR_ENTITY_INDIVIDUAL] = {"individual", "Individual", "A person", "individuals",
                                   "ga4gh-beacon-individual-v2.0.0", "individuals", "NCIT:C25190",
                                   "Person"},
        [SKR_ENTITY_VARIANT] = {"genomicVariant", "Genomic Variants",
                                "An allele that somebody carries", "g_variants",
                                "ga4gh-beacon-variant-v2.0.0", "genomicVariations",
                                "ENSGLOSSARY:0000092", "Variant"},
    };
    return &types[entity];
}

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

static json_t *warnings_list(const skr_warnings *warnings)
{
    json_t *list = json_array();
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

json_t *skr_beacon_answer_info(const skr_service *service, uint64_t generation,
                               const skr_warnings *warnings)
{
    json_t *info = json_pack("{s:s, s:I}", "policy", service->policy_text, "generation",
                             (json_int_t)generation);
    if (warnings->n > 0)
        skr_json_set(info, "warnings", warnings_list(warnings));
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
static json_t *result_set(const skr_dataset_count *dataset, skr_granularity granularity)
{
    json_t *set = json_pack("{s:o, s:s, s:b, s:[]}", "id", skr_json_text(dataset->id), "setType",
                            "dataset", "exists", dataset->told.exists, "results");
    if (granularity != SKR_GRANULARITY_BOOLEAN && !dataset->told.is_hidden)
        set_count(set, "resultsCount", &dataset->told);
    return set;
}

static json_t *result_sets(const skr_count_answer *count, skr_include include,
                           skr_granularity granularity)
{
    json_t *sets = json_array();
    for (size_t i = 0; i < count->n_datasets && include != SKR_INCLUDE_NONE; i++) {
        bool is_hit = count->datasets[i].told.exists;
        if ((is_hit && include != SKR_INCLUDE_MISS) || (!is_hit && include != SKR_INCLUDE_HIT))
            skr_json_append(sets, result_set(&count->datasets[i], granularity));
    }
    return json_pack("{s:o}", "resultSets", sets);
}

int skr_beacon_count_text(const skr_service *service, const skr_beacon_request *request,
                          skr_entity entity, const skr_count_answer *count, char **ret_text,
                          size_t *ret_n, skr_err *err)
{
    bool is_boolean = request->granularity == SKR_GRANULARITY_BOOLEAN || count->total.is_hidden;
    skr_granularity returned = is_boolean ? SKR_GRANULARITY_BOOLEAN : SKR_GRANULARITY_COUNT;
    json_t *summary = json_pack("{s:b}", "exists", count->total.exists);
    if (!is_boolean)
        set_count(summary, "numTotalResults", &count->total);
    json_t *answer = json_pack(
        "{s:o, s:o, s:o, s:o}", "meta", skr_beacon_meta(service, request, entity, returned),
        "responseSummary", summary, "response", result_sets(count, request->include, returned),
        "info", skr_beacon_answer_info(service, count->generation, &count->warnings));
    return skr_json_print(answer, ret_text, ret_n, err);
}
