/*
 * Every path answers with its document and refuses what is no request for it; a failure says no
 * more than its asker may know. Without a server: the request is a struct.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <jansson.h>
#include <string.h>

#include "api/beacon/beacon_json.h"
#include "api/http/route_int.h"
#include "api/http/server.h"
#include "tests/support/beacon_store.h"

static beacon_store store;
static skr_metrics metrics;
static skr_metrics *const told[] = {&metrics};
static skr_server_config config;
static skr_router router;
static skr_http_response response;

static void set_up(void)
{
    skr_json_init();
    beacon_store_init(&store);
    config = skr_server_config_default();
    router = (skr_router){.service = {.engine = store.engine,
                                      .policy = skr_policy_exact(),
                                      .policy_text = "exact",
                                      .texts = &config.texts,
                                      .base_url = "http://127.0.0.1/api"},
                          .metrics = told,
                          .n_metrics = 1,
                          .has_beacon = true};
}

static void tear_down(void)
{
    skr_message_response_done(&response);
    beacon_store_done(&store);
}

TestSuite(route, .init = set_up, .fini = tear_down);

static unsigned ask(skr_http_request request)
{
    skr_message_response_done(&response);
    skr_route_answer(&router, &request, &response);
    return response.status;
}

static unsigned get(const char *path, const char *words)
{
    return ask((skr_http_request){.path = path, .words = words});
}

static unsigned post(const char *path, const char *body)
{
    return ask((skr_http_request){.method = SKR_METHOD_POST,
                                  .path = path,
                                  .content_type = "application/json; charset=utf-8",
                                  .body = body,
                                  .n_body = strlen(body)});
}

static bool says(const char *text)
{
    return response.body != NULL && memmem(response.body, response.n_body, text, strlen(text));
}

Test(route, answers_each_document_with_json_of_its_own)
{
    static const struct {
        const char *path;
        const char *text;
    } documents[] = {
        {"/api", "\"organization\""},
        {"/api/", "\"organization\""},
        {"/api/info", "\"policy\":\"exact\""},
        {"/api/service-info", "\"artifact\":\"beacon\""},
        {"/api/configuration", "\"maturityAttributes\""},
        {"/api/map", "\"rootUrl\":\"http://127.0.0.1/api/individuals\""},
        {"/api/entry_types", "\"genomicVariant\""},
        {"/api/filtering_terms", "\"HP:0001250\""},
        {"/api/individuals/filtering_terms", "\"Seizure\""},
        {"/api/datasets", "\"collections\""},
        {"/api/datasets/d", "\"individuals\":3"},
        {"/api/datasets/d/", "\"genomes\":3"},
        {"/api/datasets/%64/individuals", "\"numTotalResults\":3"},
        {"/api/datasets/d/g_variants", "\"numTotalResults\":2"},
        {"/api/datasets/d/filtering_terms", "\"NCIT:C16576\""},
        {"/api/individuals", "\"numTotalResults\":3"},
        {"/api/g_variants", "\"numTotalResults\":2"},
    };
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        cr_expect(eq(u32, get(documents[i].path, NULL), 200), "%s", documents[i].path);
        cr_expect(says(documents[i].text), "%s: %.*s", documents[i].path, (int)response.n_body,
                  response.body);
        json_t *json = json_loadb(response.body, response.n_body, 0, NULL);
        cr_expect(eq(int, json_is_object(json), 1), "%s", documents[i].path);
        json_decref(json);
        cr_expect(ge(u32, response.route, 2));
    }
}

Test(route, counts_who_is_asked_for)
{
    cr_expect(eq(u32, get("/api/individuals", "filters=HP:0000118"), 200));
    cr_expect(says("\"numTotalResults\":2"));
    cr_expect(response.has_told && response.told.count == 2);
    cr_expect(ne(ptr, strstr(response.canonical, "HP:0000118"), NULL));
    cr_expect(eq(u32,
                 post("/api/individuals",
                      "{\"query\":{\"filters\":[{\"id\":\"sex\",\"operator\":\"=\",\"value\":"
                      "\"female\"}],\"requestParameters\":{\"assemblyId\":\"GRCh38\","
                      "\"referenceName\":\"1\",\"start\":99,\"referenceBases\":\"A\","
                      "\"alternateBases\":\"G\"}}}"),
                 200));
    cr_expect(says("\"numTotalResults\":1"));
    cr_expect(eq(u32, get("/api/datasets", "filters=NCIT:C20197"), 200));
    cr_expect(says("\"id\":\"d\""));
    cr_expect(eq(u32, get("/api/datasets", "filters=HP:0000118&testMode=true"), 200));
    cr_expect(says("\"collections\":[]"));
    cr_expect(eq(u32, get("/api/filtering_terms", "skip=1&limit=2"), 200));
    cr_expect(not(says("\"NCIT:C16576\"")));
}

Test(route, tells_what_the_policy_lets_through)
{
    router.service.policy = skr_policy_default();
    cr_expect(eq(u32, get("/api/individuals", NULL), 200));
    cr_expect(says("\"exists\":false"));
    cr_expect(not(says("numTotalResults")));
    cr_expect(eq(u32, get("/api/datasets/d", NULL), 200));
    cr_expect(not(says("\"individuals\":")));
    cr_expect(eq(u32, get("/api/filtering_terms", NULL), 200));
    cr_expect(not(says("HP:0001250")));
}

Test(route, refuses_what_is_no_request)
{
    static const struct {
        skr_method method;
        const char *path;
        const char *words;
        const char *type;
        const char *body;
        unsigned status;
    } cases[] = {
        {SKR_METHOD_GET, "/", NULL, NULL, NULL, 404},
        {SKR_METHOD_GET, "/api/individuals/P999", NULL, NULL, NULL, 404},
        {SKR_METHOD_GET, "/api/datasets//individuals", NULL, NULL, NULL, 404},
        {SKR_METHOD_GET, "/api/datasets/%", NULL, NULL, NULL, 404},
        {SKR_METHOD_GET, "/api/datasets/a%2Fb", NULL, NULL, NULL, 404},
        {SKR_METHOD_GET, "/api/datasets/a%00", NULL, NULL, NULL, 404},
        {SKR_METHOD_GET, "/api/datasets/other", NULL, NULL, NULL, 404},
        {SKR_METHOD_GET, "/api/datasets/other/individuals", NULL, NULL, NULL, 404},
        {SKR_METHOD_OTHER, "/api/info", NULL, NULL, NULL, 405},
        {SKR_METHOD_POST, "/api/info", NULL, NULL, NULL, 405},
        {SKR_METHOD_GET, "/api/individuals", NULL, NULL, "{}", 400},
        {SKR_METHOD_POST, "/api/individuals", NULL, "text/plain", "{}", 415},
        {SKR_METHOD_POST, "/api/individuals", NULL, "application/jsonx", "{}", 415},
        {SKR_METHOD_POST, "/api/individuals", "a=b", NULL, "{}", 400},
        {SKR_METHOD_POST, "/api/individuals", NULL, NULL, "{", 400},
        {SKR_METHOD_GET, "/api/info", "verbose=1", NULL, NULL, 400},
        {SKR_METHOD_GET, "/api/map", "a", NULL, NULL, 400},
        {SKR_METHOD_GET, "/api/individuals", "filters=HP:9999999", NULL, NULL, 200},
        {SKR_METHOD_GET, "/api/individuals", "datasets=nobody", NULL, NULL, 400},
        {SKR_METHOD_GET, "/api/individuals", "datasets=d,d", NULL, NULL, 400},
        {SKR_METHOD_GET, "/api/individuals", "assemblyId=GRCh37", NULL, NULL, 400},
        {SKR_METHOD_GET, "/api/filtering_terms", "filters=HP:0001250", NULL, NULL, 400},
        {SKR_METHOD_OPTIONS, "/api/individuals", NULL, NULL, NULL, 204},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *body = cases[i].body;
        unsigned status = ask((skr_http_request){.method = cases[i].method,
                                                 .path = cases[i].path,
                                                 .words = cases[i].words,
                                                 .content_type = cases[i].type,
                                                 .body = body,
                                                 .n_body = body == NULL ? 0 : strlen(body)});
        cr_expect(eq(u32, status, cases[i].status), "%s?%s: %.*s", cases[i].path,
                  cases[i].words == NULL ? "" : cases[i].words, (int)response.n_body,
                  response.body == NULL ? "" : response.body);
        cr_expect(eq(int, says("\"errorCode\""), status >= 400));
        cr_expect(eq(int, response.allow != NULL, status == 405 || status == 204));
    }
}

Test(route, says_of_its_own_faults_only_that_there_is_one)
{
    atomic_bool stop = true;
    unsigned status = ask((skr_http_request){.path = "/api/g_variants", .stop = &stop});
    cr_expect(eq(u32, status, 503));
    cr_expect(eq(u32, response.retry_after_s, 1));
    cr_expect(says(SKR_SAID_BUSY));
    cr_expect(ne(ptr, response.fault, NULL));
    status = ask((skr_http_request){.path = "/api/g_variants", .deadline_ns = 1});
    cr_expect(eq(u32, status, 504));
    cr_expect(says("took longer than it may"));
}

Test(route, tells_its_metrics_to_whom_it_may)
{
    skr_metrics_add(&metrics, 2, 200, 10);
    cr_expect(eq(u32, get("/metrics", NULL), 200));
    cr_expect(eq(u32, response.route, 1));
    cr_expect(says("skerry_requests_total{path=\"/\",status=\"200\"} 1"));
    cr_expect(eq(u32, ask((skr_http_request){.method = SKR_METHOD_POST, .path = "/metrics"}), 405));
    router.has_beacon = false; /* a listener for management */
    cr_expect(eq(u32, get("/metrics", NULL), 200));
    cr_expect(eq(u32, get("/api/info", NULL), 404));
    router.metrics = NULL;
    cr_expect(eq(u32, get("/metrics", NULL), 404));
}

Test(route, speaks_of_what_it_offers)
{
    config.texts.entry_types = "genomicVariant, dataset";
    config.texts.base_path = "/af/v2";
    static const struct {
        const char *path;
        unsigned status;
    } cases[] = {{"/af/v2", 200},
                 {"/af/v2/map", 200},
                 {"/af/v2/g_variants", 200},
                 {"/af/v2/datasets", 200},
                 {"/af/v2/g_variants/filtering_terms", 200},
                 {"/af/v2/individuals", 404},
                 {"/af/v2/individuals/x", 404},
                 {"/af/v2/individuals/filtering_terms", 404},
                 {"/af/v2/g_variants/1-1-A-G/individuals", 404},
                 {"/af/v2/biosamples/x/g_variants", 404},
                 {"/api/map", 404},
                 {"/af/v2map", 404}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_expect(eq(u32, get(cases[i].path, NULL), cases[i].status), "%s", cases[i].path);
    (void)get("/af/v2/map", NULL);
    cr_expect(says("genomicVariant"));
    cr_expect(not(says("individual")));
    config.texts.base_path = "";
    cr_expect(eq(u32, get("/map", NULL), 200));
    cr_expect(eq(u32, get("/", NULL), 200));
}

Test(route, tells_no_more_than_its_granularity)
{
    config.texts.granularity = "boolean";
    (void)get("/api/individuals", "requestedGranularity=count");
    cr_expect(says("\"returnedGranularity\":\"boolean\""));
    cr_expect(not(says("numTotalResults")));
    cr_expect(not(says("resultsCount")));
    (void)get("/api/datasets", NULL);
    cr_expect(not(says("individuals\":")));
    config.texts.granularity = "count";
    (void)get("/api/g_variants", "requestedGranularity=record");
    cr_expect(says("\"returnedGranularity\":\"count\""));
}
