/*
 * beacon_datasets.c - /datasets: what was released together, and how many people it tells of.
 *
 * With filters or a variant: the datasets in which somebody matches.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/beacon/beacon_access.h"
#include "api/beacon/beacon_json.h"
#include "api/beacon/beacon_response_int.h"

void skr_beacon_put_told(json_t *object, const char *name, const skr_told_count *told)
{
    if (!told->is_hidden)
        skr_json_set(object, name, json_integer((json_int_t)told->count));
}

/*
 * A dataset as the operator describes it, and what the store knows: its version there counts
 * withdrawals, and stands in info as in the sets of answers; as the dataset's own where the
 * operator gave none. Errors: CORRUPT, NOMEM.
 */
static int collection(const skr_service *service, const skr_dataset_info *dataset,
                      json_t **ret_json, skr_err *err)
{
    char version[24];
    json_t *json = NULL;
    int status = skr_beacon_about(dataset, &json, err);
    if (status < 0)
        return status;
    (void)snprintf(version, sizeof version, "%" PRIu64, dataset->version);
    if (json_object_get(json, "version") == NULL)
        skr_json_set(json, "version", json_string(version));
    if (json_object_get(json, "info") == NULL)
        skr_json_set(json, "info", json_object());
    json_t *info = json_object_get(json, "info");
    skr_json_set(info, "version", json_string(version));
    (void)json_object_del(info, "individuals");
    (void)json_object_del(info, "genomes");
    if (skr_beacon_granularity_max(service) != SKR_GRANULARITY_BOOLEAN) {
        skr_beacon_put_told(info, "individuals", &dataset->people);
        skr_beacon_put_told(info, "genomes", &dataset->genomes);
    }
    *ret_json = json;
    return SKR_OK;
}

int skr_beacon_about(const skr_dataset_info *dataset, json_t **ret_json, skr_err *err)
{
    json_t *json = NULL;
    if (dataset->about[0] == '\0')
        json = json_object();
    else if (skr_json_parse(dataset->about, strlen(dataset->about), &json, err) < 0)
        return err->code == SKR_ERR_NOMEM
                   ? SKR_ERR_NOMEM
                   : skr_fail(err, SKR_ERR_CORRUPT, "MANIFEST: what is told of dataset '%.100s'",
                              dataset->id);
    skr_json_set(json, "id", skr_json_text(dataset->id));
    if (json_object_get(json, "name") == NULL)
        skr_json_set(json, "name", skr_json_text(dataset->id));
    *ret_json = json;
    return SKR_OK;
}

/* Is a dataset among those asked for, and does somebody in it match? */
static bool is_wanted(const skr_beacon_case *one, const skr_count_answer *matches, const char *id)
{
    for (size_t i = 0; matches->datasets != NULL && i < matches->n_datasets; i++)
        if (strcmp(matches->datasets[i].id, id) == 0)
            return matches->datasets[i].told.exists;
    if (matches->datasets != NULL)
        return false;
    bool is_named = one->access.datasets == NULL;
    for (size_t i = 0; i < one->access.n_datasets; i++)
        is_named = is_named || strcmp(one->access.datasets[i], id) == 0;
    return is_named;
}

/* Errors: as collection. */
static int list(const skr_service *service, const skr_beacon_case *one, const skr_info *info,
                const skr_count_answer *matches, json_t **ret_all, skr_err *err)
{
    json_t *all = json_array();
    int status = SKR_OK;
    for (size_t i = 0; i < info->n_datasets && !one->request.is_test && status == SKR_OK; i++) {
        json_t *dataset = NULL;
        if (!is_wanted(one, matches, info->datasets[i].id))
            continue;
        status = collection(service, &info->datasets[i], &dataset, err);
        if (status == SKR_OK)
            skr_json_append(all, dataset);
    }
    if (status < 0)
        json_decref(all);
    else
        *ret_all = all;
    return status;
}

json_t *skr_beacon_collections(const skr_service *service, const skr_beacon_request *request,
                               skr_entity entity, json_t *all, uint64_t generation,
                               const skr_warnings *warnings)
{
    size_t from = 0;
    size_t to = 0;
    size_t n = json_array_size(all);
    skr_granularity granularity =
        request->has_granularity ? request->granularity : SKR_GRANULARITY_RECORD;
    if (!request->has_granularity)
        skr_json_set(request->summary, "requestedGranularity", json_string("record"));
    json_t *summary = json_pack("{s:b}", "exists", n > 0);
    if (granularity != SKR_GRANULARITY_BOOLEAN)
        skr_json_set(summary, "numTotalResults", json_integer((json_int_t)n));
    json_t *response =
        json_pack("{s:o, s:o, s:o}", "meta", skr_beacon_meta(service, request, entity, granularity),
                  "responseSummary", summary, "info",
                  skr_beacon_answer_info(service, request, generation, warnings));
    if (granularity == SKR_GRANULARITY_RECORD) {
        json_t *page = json_array();
        skr_beacon_page(request, n, &from, &to);
        for (size_t i = from; i < to; i++)
            skr_json_append(page, json_incref(json_array_get(all, i)));
        skr_json_set(response, "response", json_pack("{s:o}", "collections", page));
    }
    json_decref(all);
    return response;
}

int skr_beacon_datasets(const skr_service *service, const skr_http_request *request,
                        const skr_beacon_path *path, skr_http_response *response, skr_err *err)
{
    skr_beacon_case one = {0};
    skr_count_answer matches = {0};
    skr_info info = {0};
    bool has_info = false;
    int status = skr_beacon_case_read(service, request, path, &one, response, err);
    if (status == SKR_OK && (one.request.people != NULL || one.request.alleles != NULL)) {
        const skr_expr *people = NULL;
        status = skr_beacon_request_people(&one.request, &people, err);
        if (status == SKR_OK)
            status = skr_beacon_keep_canonical(people, NULL, response, err);
        if (status == SKR_OK)
            status = skr_engine_count(service->engine, people, &one.access, &matches, err);
    }
    if (status < 0)
        goto out;
    skr_access everything = skr_beacon_access(service, request);
    status = skr_engine_info(service->engine, &everything, &info, err);
    if (status < 0)
        goto out;
    has_info = true;
    json_t *all = NULL;
    status = list(service, &one, &info, &matches, &all, err);
    if (status < 0)
        goto out;
    json_t *json = skr_beacon_collections(service, &one.request, SKR_ENTITY_DATASET, all,
                                          info.generation, &matches.warnings);
    status = skr_json_print(json, &response->body, &response->n_body, err);
    if (status == SKR_OK)
        response->status = 200;
out:
    if (has_info)
        skr_info_done(&info);
    skr_engine_count_done(&matches);
    skr_beacon_case_done(&one);
    return status;
}
