/* The text holds what was added, buckets add up, and every metric has its type. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/http/metrics_int.h"

static const char *const names[] = {"other", "/metrics", "/individuals"};

static char *print_list(const skr_metrics_list *list, const skr_engine_stats *engine)
{
    skr_buffer text = {0};
    skr_err err;
    cr_assert(eq(int, skr_metrics_print(list, engine, &text, &err), SKR_OK));
    cr_assert(eq(int, skr_buffer_put_u8(&text, 0, &err), SKR_OK));
    return (char *)text.bytes;
}

static char *print(skr_metrics *metrics, const skr_engine_stats *engine)
{
    skr_metrics *const of[] = {metrics};
    const skr_metrics_list list = {of, 1, names, 3};
    return print_list(&list, engine);
}

static void expect(const char *text, const char *line)
{
    cr_expect(ne(ptr, (void *)(uintptr_t)strstr(text, line), NULL), "%s is not in %s", line, text);
}

Test(metrics, prints_what_was_added)
{
    static skr_metrics metrics;
    skr_engine_stats engine = {.generation = 7, .n_bytes_read = 12345678901, .is_io_uring = false};
    skr_metrics_add(&metrics, 2, 200, 10000);
    skr_metrics_add(&metrics, 2, 200, 10001);
    skr_metrics_add(&metrics, 2, 503, 11u * UINT64_C(1000000000));
    skr_metrics_add(&metrics, 0, 418, 0);
    char *text = print(&metrics, &engine);
    expect(text, "\nskerry_requests_total{path=\"/individuals\",status=\"200\"} 2\n");
    expect(text, "\nskerry_requests_total{path=\"/individuals\",status=\"503\"} 1\n");
    expect(text, "\nskerry_requests_total{path=\"other\",status=\"other\"} 1\n");
    expect(text, "\nskerry_request_seconds_bucket{le=\"1e-05\"} 2\n");
    expect(text, "\nskerry_request_seconds_bucket{le=\"2.5e-05\"} 3\n");
    expect(text, "\nskerry_request_seconds_bucket{le=\"10\"} 3\n");
    expect(text, "\nskerry_request_seconds_bucket{le=\"+Inf\"} 4\n");
    expect(text, "\nskerry_request_seconds_sum 11.000020001\n");
    expect(text, "\nskerry_request_seconds_count 4\n");
    expect(text, "\nskerry_generation 7\n");
    expect(text, "\nskerry_read_bytes_total 12345678901\n");
    expect(text, "\nskerry_io{by=\"io_uring\"} 0\nskerry_io{by=\"pread\"} 1\n");
    free(text);
}

Test(metrics, says_the_type_of_every_line)
{
    static skr_metrics metrics;
    skr_engine_stats engine = {0};
    skr_metrics_add(&metrics, 1, 200, 1);
    char *text = print(&metrics, &engine);
    char *rest = text;
    char type[100] = "";
    cr_expect(eq(int, strncmp(text, "# HELP ", 7), 0));
    for (char *line = strsep(&rest, "\n"); line != NULL && *line != '\0';
         line = strsep(&rest, "\n")) {
        char name[100];
        if (strncmp(line, "# TYPE ", 7) == 0) {
            (void)snprintf(type, sizeof type, "%.*s", (int)strcspn(line + 7, " "), line + 7);
            continue;
        }
        if (line[0] == '#')
            continue;
        (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(line, " {"), line);
        cr_expect(eq(int, strncmp(name, type, strlen(type)), 0), "%s below %s", line, type);
    }
    free(text);
}

Test(metrics, of_several_servers_are_together)
{
    static skr_metrics one = {.name = "one"};
    static skr_metrics two = {.name = "two"};
    skr_metrics *const of[] = {&one, &two};
    const skr_metrics_list list = {of, 2, names, 3};
    skr_engine_stats engine = {.generation = 7};
    skr_metrics_add(&one, 2, 200, 10000);
    skr_metrics_add(&two, 2, 200, 10000);
    atomic_store(&one.n_connections, 2);
    atomic_store(&two.n_connections, 3);
    char *text = print_list(&list, &engine);
    expect(text, "skerry_requests_total{mount=\"one\",path=\"/individuals\",status=\"200\"} 1\n");
    expect(text, "skerry_requests_total{mount=\"two\",path=\"/individuals\",status=\"200\"} 1\n");
    expect(text, "skerry_request_seconds_count 2\n");
    expect(text, "skerry_connections 5\n");
    free(text);
}
