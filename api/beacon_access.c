/* beacon_access.c - names of a request looked up in the store: datasets, assemblies. */
#include "api/beacon_access_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/beacon_request_int.h"

skr_access skr_beacon_access(const skr_service *service, const skr_http_question *question)
{
    skr_access access = {
        .policy = service->policy,
        .is_remote = true,
        .deadline_ns = question->deadline_ns,
        .stop = question->stop,
    };
    return access;
}

static bool has_dataset(const skr_info *info, const char *id)
{
    for (size_t i = 0; i < info->n_datasets; i++)
        if (strcmp(info->datasets[i].id, id) == 0)
            return true;
    return false;
}

static int check_datasets(skr_beacon_case *one, const char *id, skr_http_answer *answer,
                          skr_err *err)
{
    const skr_beacon_request *request = &one->request;
    if (id != NULL && !has_dataset(&one->info, id)) {
        answer->status = 404;
        return skr_fail(err, SKR_ERR_QUERY, "no dataset '%.200s'", id);
    }
    for (size_t i = 0; i < request->n_datasets; i++) {
        if (!has_dataset(&one->info, request->datasets[i]))
            return skr_fail(err, SKR_ERR_QUERY, "datasetIds: no dataset '%.200s'",
                            request->datasets[i]);
        if (id != NULL && strcmp(id, request->datasets[i]) != 0)
            return skr_fail(err, SKR_ERR_QUERY,
                            "datasetIds: '%.200s' is not the dataset of the path",
                            request->datasets[i]);
        for (size_t k = 0; k < i; k++)
            if (strcmp(request->datasets[i], request->datasets[k]) == 0)
                return skr_fail(err, SKR_ERR_QUERY, "datasetIds: '%.200s' stands twice",
                                request->datasets[i]);
    }
    return SKR_OK;
}

/* The assembly as the store spells it. */
static int find_assembly(skr_beacon_case *one, skr_err *err)
{
    const char *asked = one->request.assembly;
    const skr_info *info = &one->info;
    char names[300] = "";
    size_t n = 0;
    for (size_t i = 0; i < info->n_assemblies; i++) {
        if (strcmp(info->assemblies[i].name, asked) == 0)
            one->access.assembly = info->assemblies[i].name;
        if (n < sizeof names)
            n += (size_t)snprintf(names + n, sizeof names - n, "%s%s", i > 0 ? ", " : "",
                                  info->assemblies[i].name);
    }
    for (size_t i = 0; i < info->n_assemblies && one->access.assembly == NULL; i++)
        if (skr_beacon_is_same_assembly(info->assemblies[i].name, asked))
            one->access.assembly = info->assemblies[i].name;
    if (one->access.assembly == NULL)
        return skr_fail(err, SKR_ERR_QUERY, "assemblyId '%.100s' is not here; there is: %s", asked,
                        names[0] == '\0' ? "none" : names);
    return SKR_OK;
}

int skr_beacon_case_read(const skr_service *service, const skr_http_question *question,
                         const char *id, skr_beacon_case *ret_case, skr_http_answer *answer,
                         skr_err *err)
{
    skr_beacon_request *request = &ret_case->request;
    ret_case->access = skr_beacon_access(service, question);
    int status = question->method == SKR_METHOD_POST
                     ? skr_beacon_request_read(question->body, question->n_body, request, err)
                     : skr_beacon_request_read_get(question->words, request, err);
    if (status < 0)
        return status;
    if (id != NULL || request->n_datasets > 0 || request->assembly != NULL) {
        status = skr_engine_info(service->engine, &ret_case->access, &ret_case->info, err);
        ret_case->has_info = status == SKR_OK;
    }
    if (status == SKR_OK)
        status = check_datasets(ret_case, id, answer, err);
    if (status == SKR_OK && request->assembly != NULL)
        status = find_assembly(ret_case, err);
    ret_case->access.datasets = request->datasets;
    ret_case->access.n_datasets = request->n_datasets;
    if (id != NULL) {
        ret_case->one[0] = id;
        ret_case->access.datasets = ret_case->one;
        ret_case->access.n_datasets = 1;
    }
    return status;
}

void skr_beacon_case_done(skr_beacon_case *one)
{
    if (one->has_info)
        skr_info_done(&one->info);
    skr_beacon_request_done(&one->request);
}

int skr_beacon_keep_canonical(const skr_expr *people, const skr_aexpr *alleles,
                              skr_http_answer *answer, skr_err *err)
{
    skr_buffer text = {0};
    int status = SKR_OK;
    if (alleles != NULL)
        status = skr_aexpr_print(alleles, &text, err);
    if (status == SKR_OK && alleles != NULL && people != NULL)
        status = skr_buffer_put(&text, " in ", 4, err);
    if (status == SKR_OK && people != NULL)
        status = skr_expr_print(people, &text, err);
    if (status == SKR_OK) {
        answer->canonical = strndup(text.n == 0 ? "" : (const char *)text.bytes, text.n);
        if (answer->canonical == NULL)
            status = skr_fail(err, SKR_ERR_NOMEM, "out of memory for the log");
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
