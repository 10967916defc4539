/* beacon_records.c - the records of alleles, dataset by dataset. */
#include "api/beacon/beacon_records.h"

#include <jansson.h>
#include <stdlib.h>

#include "api/beacon/beacon_json.h"
#include "api/beacon/beacon_record_text.h"
#include "api/beacon/beacon_response_int.h"
#include "storage/base/array.h"

/* The records of each dataset so far, as they stand in its set. */
typedef struct records {
    const skr_service *service;
    skr_set_records *sets;
    size_t n_sets;
    size_t n_sets_max;
} records;

static void records_done(records *all)
{
    for (size_t i = 0; i < all->n_sets; i++) {
        skr_buffer_done(&all->sets[i].results);
        skr_buffer_done(&all->sets[i].absent);
    }
    free(all->sets);
}

static int make_room(records *all, size_t n, skr_err *err)
{
    SKR_TRY(SKR_ARRAY_RESERVE(&all->sets, &all->n_sets_max, n, "records", err));
    while (all->n_sets < n)
        all->sets[all->n_sets++] = (skr_set_records){0};
    return SKR_OK;
}

static int on_row(void *context, const skr_allele_row *row, skr_err *err)
{
    records *all = context;
    for (size_t i = 0; i < row->n_parts; i++) {
        const skr_allele_part *part = &row->parts[i];
        SKR_TRY(make_room(all, part->dataset + 1, err));
        skr_set_records *set = &all->sets[part->dataset];
        skr_buffer *text = part->is_absent ? &set->absent : &set->results;
        if (text->n > 0)
            SKR_TRY(skr_buffer_put(text, ",", 1, err));
        SKR_TRY(skr_beacon_record_text_put(all->service, row, part, text, err));
    }
    return SKR_OK;
}

/* The page as it is answered, which the echo of the request says too. */
static void settle_page(skr_beacon_request *request)
{
    if (request->n_limit > 0 && request->n_limit <= SKR_BEACON_RECORDS_MAX)
        return;
    request->n_limit = SKR_BEACON_RECORDS_MAX;
    skr_json_set(json_object_get(request->summary, "pagination"), "limit",
                 json_integer(SKR_BEACON_RECORDS_MAX));
}

static int answer_text(records *all, const skr_beacon_case *one, const skr_count_answer *count,
                       skr_http_response *response, skr_err *err)
{
    SKR_TRY(make_room(all, count->n_datasets, err));
    SKR_TRY(skr_beacon_count_text(all->service, &one->request, SKR_ENTITY_VARIANT,
                                  SKR_GRANULARITY_RECORD, count, &response->body, &response->n_body,
                                  err));
    return skr_beacon_put_records(&one->request, count, all->sets, &response->body,
                                  &response->n_body, err);
}

int skr_beacon_records_answer(const skr_service *service, skr_beacon_case *one,
                              skr_http_response *response, skr_err *err)
{
    static const skr_alleles_by by = {
        .has_sex = true, .has_country = true, .is_carried = true, .with_absent = true};
    records all = {.service = service};
    skr_alleles_answer answer = {0};
    settle_page(&one->request);
    const skr_alleles_request request = {.alleles = one->request.alleles,
                                         .within = one->request.people,
                                         .n_skip = one->request.n_skip * one->request.n_limit,
                                         .n_max = one->request.n_limit,
                                         .by = &by};
    int status = SKR_OK;
    if (!one->request.is_test)
        status =
            skr_engine_alleles(service->engine, &request, &one->access, on_row, &all, &answer, err);
    if (status == SKR_OK) {
        const skr_count_answer count = {.generation = answer.generation,
                                        .total = answer.total,
                                        .datasets = answer.datasets,
                                        .n_datasets = answer.n_datasets,
                                        .warnings = answer.warnings};
        status = answer_text(&all, one, &count, response, err);
        response->has_told = !one->request.is_test;
        response->told = count.total;
    }
    if (status == SKR_OK)
        response->status = 200;
    records_done(&all);
    skr_engine_alleles_done(&answer);
    return status;
}
