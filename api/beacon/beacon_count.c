/* beacon_count.c - /individuals and /g_variants: how many people, how many alleles. */
#include <jansson.h>

#include "api/beacon/beacon_access.h"
#include "api/beacon/beacon_response_int.h"

/*
 * A test is checked like any other question and answered without looking at data: nobody, and meta
 * says that it was a test.
 */
static int ask(const skr_service *service, skr_beacon_case *one, skr_entity entity,
               skr_http_response *response, skr_count_answer *ret_count, skr_err *err)
{
    const skr_expr *people = one->request.people;
    skr_expr everything = {.op = SKR_E_ALL};
    int status = SKR_OK;
    if (entity == SKR_ENTITY_VARIANT && one->request.alleles == NULL)
        status = skr_query_expr(one->request.query, &everything, &one->request.alleles, err);
    if (status == SKR_OK && entity == SKR_ENTITY_INDIVIDUAL)
        status = skr_beacon_request_people(&one->request, &people, err);
    if (status == SKR_OK)
        status = skr_beacon_keep_canonical(
            people, entity == SKR_ENTITY_VARIANT ? one->request.alleles : NULL, response, err);
    if (status < 0)
        return status;
    if (one->request.is_test) {
        *ret_count = (skr_count_answer){0};
        return SKR_OK;
    }
    if (entity == SKR_ENTITY_INDIVIDUAL)
        return skr_engine_count(service->engine, people, &one->access, ret_count, err);
    skr_alleles_request alleles = {.alleles = one->request.alleles, .within = people};
    return skr_engine_count_alleles(service->engine, &alleles, &one->access, ret_count, err);
}

static int count(const skr_service *service, const skr_http_request *request, const char *id,
                 skr_entity entity, skr_http_response *response, skr_err *err)
{
    skr_beacon_case one = {0};
    skr_count_answer counted = {0};
    int status = skr_beacon_case_read(service, request, id, &one, response, err);
    if (status < 0)
        goto out;
    status = ask(service, &one, entity, response, &counted, err);
    if (status < 0)
        goto out;
    status = skr_beacon_count_text(service, &one.request, entity, &counted, &response->body,
                                   &response->n_body, err);
    if (status < 0)
        goto out;
    response->status = 200;
    response->has_told = !one.request.is_test;
    response->told = counted.total;
out:
    skr_engine_count_done(&counted);
    skr_beacon_case_done(&one);
    return status;
}

int skr_beacon_individuals(const skr_service *service, const skr_http_request *request,
                           const char *id, skr_http_response *response, skr_err *err)
{
    return count(service, request, id, SKR_ENTITY_INDIVIDUAL, response, err);
}

int skr_beacon_variants(const skr_service *service, const skr_http_request *request, const char *id,
                        skr_http_response *response, skr_err *err)
{
    return count(service, request, id, SKR_ENTITY_VARIANT, response, err);
}
