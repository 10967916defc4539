/*
 * What is hidden gives the bytes of nothing at all; what is told stands in every set that was asked
 * for, within 32 bits.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <jansson.h>
#include <string.h>

#include "api/beacon/beacon_response_int.h"
#include "api/http/server.h"
#include "engine/tell/disclose.h"

static skr_server_config config;
static skr_service service;

static void set_up(void)
{
    config = skr_server_config_default();
    service =
        (skr_service){.texts = &config.texts, .policy_text = "a policy", .base_url = "http://x"};
}

TestSuite(beacon_response, .init = set_up);

/* The answer to an empty request of this granularity, with these raw counts of two datasets. */
static char *answer(const char *granularity, const char *include, skr_policy policy, uint64_t one,
                    uint64_t two)
{
    char body[200];
    char *text = NULL;
    size_t n = 0;
    skr_err err;
    skr_beacon_request request;
    skr_told_count total = skr_disclose(&policy, one + two);
    skr_dataset_count datasets[] = {
        {.id = "one", .version = 1, .told = skr_disclose(&policy, one)},
        {.id = "two", .version = 3, .told = skr_disclose(&policy, two)}};
    skr_count_answer count = {
        .generation = 3, .total = total, .datasets = datasets, .n_datasets = 2};
    (void)snprintf(body, sizeof body,
                   "{\"query\":{\"requestedGranularity\":\"%s\","
                   "\"includeResultsetResponses\":\"%s\"}}",
                   granularity, include);
    cr_assert(eq(int, skr_beacon_request_read(body, strlen(body), &request, &err), SKR_OK));
    cr_assert(eq(int,
                 skr_beacon_count_text(&service, &request, SKR_ENTITY_INDIVIDUAL,
                                       SKR_GRANULARITY_COUNT, &count, &text, &n, &err),
                 SKR_OK));
    skr_beacon_request_done(&request);
    return text;
}

Test(beacon_response, hides_so_that_nobody_and_few_look_alike)
{
    static const char *const granularities[] = {"boolean", "count", "record"};
    static const char *const includes[] = {"HIT", "MISS", "ALL", "NONE"};
    for (size_t g = 0; g < 3; g++) {
        for (size_t i = 0; i < 4; i++) {
            char *nobody = answer(granularities[g], includes[i], skr_policy_default(), 0, 0);
            char *few = answer(granularities[g], includes[i], skr_policy_default(), 4, 5);
            cr_expect(eq(str, nobody, few), "%s %s", granularities[g], includes[i]);
            cr_expect(zero(ptr, strstr(few, "numTotalResults")));
            cr_expect(zero(ptr, strstr(few, "resultsCount")));
            free(few);
            free(nobody);
            /* beside a dataset that is told */
            nobody = answer(granularities[g], includes[i], skr_policy_default(), 100, 0);
            few = answer(granularities[g], includes[i], skr_policy_default(), 100, 4);
            cr_expect(eq(str, nobody, few), "%s %s", granularities[g], includes[i]);
            free(few);
            free(nobody);
        }
    }
}

static void expect_part(const char *text, const char *part)
{
    cr_expect(ne(ptr, (void *)strstr(text, part), NULL), "%s is not in %s", part, text);
}

Test(beacon_response, gives_the_sets_that_were_asked_for)
{
    char *text = answer("record", "HIT", skr_policy_exact(), 7, 0);
    expect_part(text, "\"returnedGranularity\":\"count\"");
    expect_part(text, "\"responseSummary\":{\"exists\":true,\"numTotalResults\":7,"
                      "\"countPrecision\":\"exact\"}");
    expect_part(text, "\"resultSets\":[{\"id\":\"one\",\"setType\":\"dataset\",\"exists\":true,"
                      "\"results\":[],\"info\":{\"version\":\"1\"},\"resultsCount\":7,"
                      "\"countPrecision\":\"exact\"}]");
    expect_part(text, "\"info\":{\"policy\":\"a policy\",\"generation\":3}");
    free(text);
    text = answer("count", "MISS", skr_policy_exact(), 7, 0);
    expect_part(text, "\"resultSets\":[{\"id\":\"two\",\"setType\":\"dataset\",\"exists\":false,"
                      "\"results\":[],\"info\":{\"version\":\"3\"},\"resultsCount\":0,"
                      "\"countPrecision\":\"exact\"}]");
    free(text);
    text = answer("count", "NONE", skr_policy_exact(), 7, 0);
    expect_part(text, "\"resultSets\":[]");
    free(text);
    text = answer("boolean", "ALL", skr_policy_exact(), 7, 0);
    expect_part(text, "\"responseSummary\":{\"exists\":true}");
    expect_part(text, "{\"id\":\"one\",\"setType\":\"dataset\",\"exists\":true,\"results\":[],"
                      "\"info\":{\"version\":\"1\"}},"
                      "{\"id\":\"two\",\"setType\":\"dataset\",\"exists\":false,\"results\":[],"
                      "\"info\":{\"version\":\"3\"}}");
    free(text);
}

Test(beacon_response, keeps_counts_within_32_bits)
{
    char *text = answer("count", "HIT", skr_policy_exact(), 3000000000u, 1);
    expect_part(text, "\"numTotalResults\":2147483647,\"countPrecision\":\"imprecise\"");
    free(text);
}

/* Records of two datasets, of which one has an allele that nobody carries, in an answer's sets. */
static json_t *answer_with_records(const char *include, uint64_t one, uint64_t two)
{
    char *text = answer("record", include, skr_policy_exact(), one, two);
    size_t n = strlen(text);
    char body[100];
    skr_err err;
    skr_beacon_request request;
    skr_dataset_count datasets[] = {{.id = "one", .told = {.exists = one > 0, .count = one}},
                                    {.id = "two", .told = {.exists = two > 0, .count = two}}};
    skr_count_answer count = {.datasets = datasets, .n_datasets = 2};
    skr_set_records records[2] = {0};
    (void)snprintf(body, sizeof body, "{\"query\":{\"includeResultsetResponses\":\"%s\"}}",
                   include);
    cr_assert(eq(int, skr_beacon_request_read(body, strlen(body), &request, &err), SKR_OK));
    cr_assert(
        eq(int, skr_buffer_put(&records[0].results, "{\"a\":1},{\"a\":2}", 15, &err), SKR_OK));
    cr_assert(eq(int, skr_buffer_put(&records[1].absent, "{\"results\":[]}", 14, &err), SKR_OK));
    cr_assert(eq(int, skr_beacon_put_records(&request, &count, records, &text, &n, &err), SKR_OK));
    cr_expect(eq(sz, n, strlen(text)));
    skr_buffer_done(&records[0].results); /* where its set is not there */
    skr_buffer_done(&records[1].absent);
    skr_beacon_request_done(&request);
    json_t *json = json_loads(text, 0, NULL);
    cr_assert(ne(ptr, json, NULL), "%s", text);
    free(text);
    return json;
}

static const json_t *set_of(const json_t *answer, size_t i)
{
    return json_array_get(json_object_get(json_object_get(answer, "response"), "resultSets"), i);
}

Test(beacon_response, puts_records_where_they_belong)
{
    json_t *all = answer_with_records("ALL", 2, 0);
    cr_expect(eq(sz, json_array_size(json_object_get(set_of(all, 0), "results")), 2));
    cr_expect(zero(sz, json_array_size(json_object_get(set_of(all, 1), "results"))));
    const json_t *info = json_object_get(set_of(all, 1), "info");
    cr_expect(eq(sz, json_array_size(json_object_get(info, "absent")), 1));
    cr_expect(eq(str, (char *)json_string_value(json_object_get(info, "version")), "3"));
    info = json_object_get(set_of(all, 0), "info");
    cr_expect(zero(ptr, json_object_get(info, "absent")));
    json_decref(all);
    all = answer_with_records("HIT", 2, 0);
    cr_expect(eq(sz, json_array_size(json_object_get(set_of(all, 0), "results")), 2));
    cr_expect(zero(ptr, (json_t *)set_of(all, 1)));
    json_decref(all);
    all = answer_with_records("MISS", 2, 0);
    info = json_object_get(set_of(all, 0), "info");
    cr_expect(eq(sz, json_array_size(json_object_get(info, "absent")), 1));
    json_decref(all);
}
