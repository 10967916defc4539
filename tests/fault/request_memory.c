/*
 * request_memory.c - requests of every kind to a server whose memory runs out: at the first
 * allocation, at the second, and so on until all goes well.
 *
 * The answer is the right one byte for byte, an error that says so, or the end of the connection;
 * and the same request is answered rightly afterwards, so nothing that was made of half a request
 * is kept.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/http/server.h"
#include "tests/support/load_store.h"
#include "tests/support/refused_memory.h"

/* ------------------------------------------------------------------ the store */

static load_store s;

static void load_people(void)
{
    static char text[1 << 16];
    size_t n = 0;
    n += (size_t)snprintf(text + n, sizeof text - n, "[");
    for (unsigned i = 0; i < 60; i++)
        n += (size_t)snprintf(
            text + n, sizeof text - n,
            "%s{\"id\": \"P%u\", \"subject\": {\"sex\": \"%s\", \"timeAtLastEncounter\": {\"age\": "
            "{\"iso8601duration\": \"P%uY\"}}}, \"phenotypicFeatures\": [{\"type\": {\"id\": "
            "\"XX:%u\", \"label\": \"one\"}}]}",
            i == 0 ? "" : ", ", i, i % 3 == 0 ? "FEMALE" : "MALE", 20 + i, 1 + i % 2);
    (void)snprintf(text + n, sizeof text - n, "]");
    SKR_CHECK(load_text(&s, skr_import_people, "d", "people.json", text) == SKR_OK);
    SKR_CHECK(load_text(&s, skr_import_people, "e", "more.json",
                        "[{\"id\": \"Q\", \"sex\": {\"id\": \"NCIT:C16576\"}}]") == SKR_OK);
    SKR_CHECK(load_text(&s, skr_import_ontology, "d", "x.obo",
                        "ontology: xx\n[Term]\nid: XX:0\nname: all\n[Term]\nid: XX:1\nname: one\n"
                        "is_a: XX:0\n[Term]\nid: XX:2\nname: two\nis_a: XX:0\n") == SKR_OK);
}

static void load_genomes(void)
{
    static char text[1 << 16];
    size_t n = (size_t)snprintf(text, sizeof text,
                                "##fileformat=VCFv4.2\n##contig=<ID=22,length=1000>\n"
                                "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT");
    for (unsigned i = 0; i < 60; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "\tP%u", i);
    for (unsigned place = 0; place < 20; place++) {
        n += (size_t)snprintf(text + n, sizeof text - n, "\n22\t%u\t.\tA\tG\t.\tPASS\t.\tGT",
                              100 + 10 * place);
        for (unsigned i = 0; i < 60; i++)
            n += (size_t)snprintf(text + n, sizeof text - n, "\t%s",
                                  i % (place + 2) == 0 ? "0/1" : "0/0");
    }
    (void)snprintf(text + n, sizeof text - n, "\n");
    const char *path = test_folder_file(&s.files, "a.vcf");
    test_file_write(path, text, strlen(text));
    skr_import_request request = {.store = s.folder.path,
                                  .dataset = "d",
                                  .assembly = "GRCh38",
                                  .gate = skr_gate_adj(),
                                  .files = &path,
                                  .n_files = 1,
                                  .n_threads = 1};
    skr_import_result result = {0};
    request.gate.is_none = true;
    int status = skr_import_genomes(&request, &result, &s.err);
    if (status < 0)
        fprintf(stderr, "%s\n", s.err.message);
    SKR_CHECK(status == SKR_OK);
    skr_import_result_done(&result);
}

/* ------------------------------------------------------------------ asking */

#define GET(target) "GET " target " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
#define POST(target, n, body)                                                                      \
    "POST " target " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: "                   \
    "application/json\r\nContent-Length: " #n "\r\n\r\n" body

static const char *const requests[] = {
    GET("/api/info"),
    GET("/api/service-info"),
    GET("/api/configuration"),
    GET("/api/entry_types"),
    GET("/api/map"),
    GET("/api/filtering_terms"),
    GET("/api/datasets/d/filtering_terms?limit=2&skip=1"),
    GET("/api/datasets"),
    GET("/api/datasets/d?requestedGranularity=boolean"),
    GET("/api/datasets?filters=XX:1"),
    GET("/api/individuals?filters=NCIT:C20197,XX:0&includeResultsetResponses=ALL"),
    GET("/api/individuals?filters=age:%3E40,XX:1&datasetIds=d"),
    GET("/api/datasets/d/individuals?referenceName=22&start=99&referenceBases=A&alternateBases=G"),
    GET("/api/g_variants?referenceName=22&start=0&end=500&assemblyId=GRCh38"),
    POST("/api/individuals", 150,
         "{\"query\":{\"requestParameters\":{\"referenceName\":\"22\",\"start\":[99],\"end\":[300],"
         "\"datasets\":{\"datasetIds\":[\"d\",\"e\"]}},\"filters\":[[\"XX:1\",{\"id\":\"XX:2\"}]]}"
         "}"),
    POST("/api/g_variants", 115,
         "{\"meta\":{\"requestedSchemas\":[{\"schema\":\"a\"}]},\"query\":{\"requestParameters\":"
         "{\"referenceName\":\"22\"},\"testMode\":true}}"),
    GET("/api/individuals?filters=banana"),
    GET("/api/nothing"),
    POST("/api/individuals", 3, "{a}"),
    "OPTIONS /api/individuals HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "DELETE /api/individuals HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
};
#define N_REQUESTS (sizeof requests / sizeof *requests)

typedef struct said {
    char text[1 << 16];
    size_t n;
} said;

/* Everything until the server closes; without its Date. */
static void ask(uint16_t port, const char *request, said *ret_said)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    SKR_CHECK(fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    (void)send(fd, request, strlen(request), MSG_NOSIGNAL);
    ret_said->n = 0;
    for (ssize_t n = 1; n > 0; ret_said->n += n > 0 ? (size_t)n : 0)
        n = recv(fd, ret_said->text + ret_said->n, sizeof ret_said->text - 1 - ret_said->n, 0);
    (void)close(fd);
    ret_said->text[ret_said->n] = '\0';
    char *date = strstr(ret_said->text, "\r\nDate: ");
    if (date != NULL)
        memset(date + 8, '-', strcspn(date + 8, "\r"));
}

/* Nothing at all, or the status of a server that could not. */
static bool is_refusal(const said *answer)
{
    return answer->n == 0 || strncmp(answer->text, "HTTP/1.1 503 ", 13) == 0 ||
           strncmp(answer->text, "HTTP/1.1 431 ", 13) == 0; /* libmicrohttpd's own */
}

static void look(const char *request, unsigned at, const said *right, const said *got, bool is_free)
{
    if (got->n == right->n && memcmp(got->text, right->text, got->n) == 0)
        return;
    if (!is_free && is_refusal(got))
        return;
    fprintf(stderr, "%s\nallocation %u%s:\n%s\ninstead of\n%s\n", request, at,
            is_free ? ", and then with memory" : "", got->text, right->text);
    exit(70); /* a wrong answer */
}

/* Every allocation of one request in turn; each time the store is taken up anew, so that nothing
 * is there yet. Returns how many were refused. */
static unsigned refuse_each(skr_engine *engine, uint16_t port, const char *request)
{
    static said right;
    static said got;
    ask(port, request, &right);
    SKR_CHECK(right.n > 0);
    printf("%.13s ", right.text);
    for (unsigned at = 1;; at++) {
        SKR_CHECK(skr_engine_reload(engine, &s.err) == SKR_OK);
        refuse_at(request, at);
        ask(port, request, &got);
        bool has_failed = refuse_end();
        look(request, at, &right, &got, !has_failed);
        ask(port, request, &got);
        look(request, at, &right, &got, true);
        if (!has_failed)
            return at - 1;
    }
}

int main(void)
{
    refuse_init();
    load_store_init(&s);
    load_people();
    load_genomes();
    skr_engine_options options = {.n_threads = 1, .n_cache_bytes = 1 << 20};
    skr_engine *engine = NULL;
    skr_server *server = NULL;
    skr_policy policy = {.is_exact = true};
    skr_server_config config = skr_server_config_default();
    config.listen = "127.0.0.1:0";
    config.base_url = "http://127.0.0.1/api";
    config.n_workers = 1;
    config.queue_wait_ms = 60000; /* only memory is refused here */
    SKR_CHECK(skr_engine_open(s.folder.path, &options, &engine, &s.err) == SKR_OK);
    SKR_CHECK(skr_server_start(engine, &policy, &config, &server, &s.err) == SKR_OK);
    const char *colon = strrchr(skr_server_address(server), ':');
    uint16_t port = (uint16_t)strtoul(colon + 1, NULL, 10);
    unsigned n_all = 0;
    for (size_t i = 0; i < N_REQUESTS; i++) {
        unsigned n = refuse_each(engine, port, requests[i]);
        printf("%.*s: %u allocations\n", (int)strcspn(requests[i], "\r"), requests[i], n);
        (void)fflush(stdout); /* how far it came, should it stand still */
        n_all += n;
    }
    printf("%u refused\n", n_all);
    (void)fflush(stdout);
    stand_guard_note("the end of the server", 0);
    skr_server_drain(server, 1000);
    skr_engine_close(engine);
    load_store_done(&s);
    return 0;
}
