/* beacon_access.c - names of a request looked up in the store: datasets, assemblies. */
#include "api/beacon/beacon_access.h"

#include <stdlib.h>
#include <string.h>

#include "api/beacon/beacon_request_int.h"
#include "engine/face/words.h"

skr_access skr_beacon_access(const skr_service *service, const skr_http_request *http)
{
    skr_access access = {
        .policy = service->policy,
        .is_remote = true,
        .deadline_ns = http->deadline_ns,
        .stop = http->stop,
        .is_at_once = http->is_at_once,
    };
    return access;
}

static int check_datasets(const skr_service *service, const skr_beacon_case *one, const char *id,
                          skr_http_response *response, skr_err *err)
{
    const skr_beacon_request *request = &one->request;
    if (id != NULL && !skr_engine_has_dataset(service->engine, &one->access, id)) {
        response->status = 404;
        return skr_fail(err, SKR_ERR_QUERY, "no dataset '%.200s'", id);
    }
    for (size_t i = 0; i < request->n_datasets; i++) {
        const char *asked = request->datasets[i];
        if (!skr_engine_has_dataset(service->engine, &one->access, asked))
            return skr_fail(err, SKR_ERR_QUERY, "datasetIds: no dataset '%.200s'", asked);
        if (id != NULL && strcmp(id, asked) != 0)
            return skr_fail(err, SKR_ERR_QUERY,
                            "datasetIds: '%.200s' is not the dataset of the path", asked);
        for (size_t k = 0; k < i; k++)
            if (strcmp(asked, request->datasets[k]) == 0)
                return skr_fail(err, SKR_ERR_QUERY, "datasetIds: '%.200s' stands twice", asked);
    }
    return SKR_OK;
}

/* An assembly beside a variant is looked up by the engine; one that stands alone is here. */
static int check_assembly(const skr_service *service, const skr_beacon_case *one, skr_err *err)
{
    const char *asked = one->request.assembly;
    skr_info info = {0};
    if (asked == NULL || one->request.alleles != NULL)
        return SKR_OK;
    int status = skr_engine_info(service->engine, &one->access, &info, err);
    if (status < 0)
        return status;
    bool is_here = false;
    for (size_t i = 0; i < info.n_assemblies; i++)
        is_here = is_here || skr_words_same_assembly(info.assemblies[i].name, asked);
    if (!is_here)
        status = skr_fail(err, SKR_ERR_QUERY, "no genomes of assembly '%.100s' are here", asked);
    skr_info_done(&info);
    return status;
}

/* Aggregations are of people; elsewhere the answer is a count. */
static void settle_aggregated(skr_beacon_request *request, const skr_beacon_path *path)
{
    if (request->wants_aggregated && path->entity == SKR_ENTITY_INDIVIDUAL)
        return;
    if (request->wants_aggregated)
        skr_beacon_request_warn(request, "granularity",
                                "requestedGranularity aggregated is answered with count");
    else if (request->aggregators != NULL)
        skr_beacon_request_warn(request, "ignored",
                                "query.aggregators was left out: the granularity is another");
    request->wants_aggregated = false;
}

int skr_beacon_case_read(const skr_service *service, const skr_http_request *http,
                         const skr_beacon_path *path, skr_beacon_case *ret_case,
                         skr_http_response *response, skr_err *err)
{
    skr_beacon_request *request = &ret_case->request;
    const char *id = path->parent == SKR_ENTITY_DATASET ? path->id : NULL;
    ret_case->access = skr_beacon_access(service, http);
    int status = http->method == SKR_METHOD_POST
                     ? skr_beacon_request_read(http->body, http->n_body, request, err)
                     : skr_beacon_request_read_get(http->words, request, err);
    if (status == SKR_OK)
        settle_aggregated(request, path);
    if (status == SKR_OK && http->is_at_once &&
        (request->alleles == NULL || request->wants_aggregated))
        status = skr_fail(err, SKR_ERR_NOT_HELD, "only alleles are counted at once");
    if (status == SKR_OK)
        status = check_datasets(service, ret_case, id, response, err);
    if (status == SKR_OK)
        status = skr_beacon_path_add(service, path, request, response, err);
    if (status == SKR_OK)
        status = check_assembly(service, ret_case, err);
    if (status < 0)
        return status;
    ret_case->access.assembly = request->assembly;
    ret_case->access.datasets = request->datasets;
    ret_case->access.n_datasets = request->n_datasets;
    if (id != NULL) {
        ret_case->one[0] = id;
        ret_case->access.datasets = ret_case->one;
        ret_case->access.n_datasets = 1;
    }
    return SKR_OK;
}

void skr_beacon_case_done(skr_beacon_case *one)
{
    skr_beacon_request_done(&one->request);
}

int skr_beacon_keep_canonical(const skr_expr *people, const skr_expr *alleles,
                              skr_http_response *response, skr_err *err)
{
    skr_buffer text = {0};
    int status = SKR_OK;
    if (alleles != NULL)
        status = skr_query_expr_print(alleles, &text, err);
    if (status == SKR_OK && alleles != NULL && people != NULL)
        status = skr_buffer_put(&text, " --in ", 6, err);
    if (status == SKR_OK && people != NULL)
        status = skr_query_expr_print(people, &text, err);
    if (status == SKR_OK) {
        response->canonical = strndup(text.n == 0 ? "" : (const char *)text.bytes, text.n);
        if (response->canonical == NULL)
            status = skr_fail_nomem(err, "the log");
    }
    skr_buffer_done(&text);
    return status;
}

void skr_beacon_page(const skr_beacon_request *request, size_t n, size_t *ret_from, size_t *ret_to)
{
    uint64_t limit = request->n_limit == 0 ? n : request->n_limit;
    uint64_t from = request->n_skip * limit; /* both are below 1e9 or the size of a list */
    *ret_from = from < n ? (size_t)from : n;
    *ret_to = n - *ret_from < limit ? n : *ret_from + (size_t)limit;
}
