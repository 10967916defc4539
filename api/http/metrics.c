/* metrics.c - counters, and their text in the exposition format of Prometheus, version 0.0.4. */
#include "api/http/metrics_int.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define LINE_MAX_BYTES 400

/* The statuses that are answered; the last stands for any other. */
static const unsigned statuses[SKR_METRICS_STATUSES] = {200, 204, 304, 400, 403, 404, 405, 413,
                                                        414, 415, 431, 500, 501, 503, 504, 0};

/* In microseconds; each at most twice and a half the one before. */
static const uint32_t steps_us[SKR_METRICS_STEPS] = {
    10, 25, 50, 100, 250, 1000, 2500, 10000, 25000, 100000, 250000, 1000000, 2500000, 10000000};

void skr_metrics_add(skr_metrics *metrics, unsigned route, unsigned status, uint64_t took_ns)
{
    unsigned s = 0;
    unsigned step = 0;
    while (statuses[s] != status && statuses[s] != 0)
        s++;
    while (step < SKR_METRICS_STEPS && took_ns > steps_us[step] * (uint64_t)1000)
        step++;
    atomic_fetch_add_explicit(&metrics->n_requests[route][s], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&metrics->n_took[step], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&metrics->took_ns, took_ns, memory_order_relaxed);
}

/* ------------------------------------------------------------------ text */

typedef struct printer {
    skr_buffer *text;
    skr_err *err;
    int status; /* of the first failure; nothing is appended after it */
} printer;

static void print(printer *to, const char *format, ...) SKR_PRINTF(2, 3);
static void print(printer *to, const char *format, ...)
{
    char line[LINE_MAX_BYTES];
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (to->status == SKR_OK)
        to->status = skr_buffer_put(to->text, line, (size_t)n, to->err);
}

static void head(printer *to, const char *name, const char *type, const char *help)
{
    print(to, "# HELP skerry_%s %s\n# TYPE skerry_%s %s\n", name, help, name, type);
}

static void one(printer *to, const char *name, const char *type, const char *help, uint64_t value)
{
    head(to, name, type, help);
    print(to, "skerry_%s %" PRIu64 "\n", name, value);
}

static void print_request(printer *to, const skr_metrics *metrics, const char *path,
                          unsigned status, uint64_t n)
{
    char code[12];
    (void)snprintf(code, sizeof code, "%u", status);
    print(to, "skerry_requests_total{");
    if (metrics->name != NULL)
        print(to, "mount=\"%.60s\",", metrics->name);
    print(to, "path=\"%s\",status=\"%s\"} %" PRIu64 "\n", path, status == 0 ? "other" : code, n);
}

static void print_requests(printer *to, const skr_metrics_list *list)
{
    head(to, "requests_total", "counter", "Requests answered, by path and status.");
    for (size_t i = 0; i < list->n; i++)
        for (unsigned r = 0; r < list->n_routes; r++)
            for (unsigned s = 0; s < SKR_METRICS_STATUSES; s++) {
                uint64_t n =
                    atomic_load_explicit(&list->of[i]->n_requests[r][s], memory_order_relaxed);
                if (n > 0)
                    print_request(to, list->of[i], list->route_names[r], statuses[s], n);
            }
}

/* How many requests took at most the time of a step, and longer than that of the one before. */
static uint64_t count_took(const skr_metrics_list *list, unsigned step)
{
    uint64_t n = 0;
    for (size_t i = 0; i < list->n; i++)
        n += atomic_load_explicit(&list->of[i]->n_took[step], memory_order_relaxed);
    return n;
}

static void print_times(printer *to, const skr_metrics_list *list)
{
    uint64_t n = 0;
    uint64_t took_ns = 0;
    head(to, "request_seconds", "histogram",
         "Time from a whole request to its answer, before it is sent.");
    for (unsigned i = 0; i < SKR_METRICS_STEPS; i++) {
        n += count_took(list, i);
        print(to, "skerry_request_seconds_bucket{le=\"%g\"} %" PRIu64 "\n", steps_us[i] / 1e6, n);
    }
    n += count_took(list, SKR_METRICS_STEPS);
    for (size_t i = 0; i < list->n; i++)
        took_ns += atomic_load_explicit(&list->of[i]->took_ns, memory_order_relaxed);
    print(to, "skerry_request_seconds_bucket{le=\"+Inf\"} %" PRIu64 "\n", n);
    print(to, "skerry_request_seconds_sum %.9f\n", (double)took_ns / 1e9);
    print(to, "skerry_request_seconds_count %" PRIu64 "\n", n);
}

/* Of all servers together. */
typedef struct totals {
    uint64_t n_connections;
    uint64_t n_exchanges;
    uint64_t n_sent_away;
    uint64_t n_turned_away;
    uint64_t n_reload_failed;
    uint64_t n_lost;
    bool is_draining;
    skr_answer_cache_stats kept;
} totals;

static totals add_up(const skr_metrics_list *list)
{
    totals all = {0};
    for (size_t i = 0; i < list->n; i++) {
        skr_metrics *metrics = list->of[i];
        skr_answer_cache_stats kept = {0};
        if (metrics->cache != NULL)
            skr_answer_cache_stats_read(metrics->cache, &kept);
        all.n_connections += atomic_load(&metrics->n_connections);
        all.n_exchanges += atomic_load(&metrics->n_exchanges);
        all.n_sent_away += atomic_load(&metrics->n_sent_away);
        all.n_turned_away += atomic_load(&metrics->n_turned_away);
        all.n_reload_failed += atomic_load(&metrics->n_reload_failed);
        all.n_lost += metrics->log == NULL ? 0 : skr_log_ring_lost(metrics->log);
        all.is_draining = all.is_draining || atomic_load(&metrics->is_draining);
        all.kept.n_hits += kept.n_hits;
        all.kept.n_misses += kept.n_misses;
        all.kept.n_thrown_out += kept.n_thrown_out;
        all.kept.n_entries += kept.n_entries;
        all.kept.n_bytes += kept.n_bytes;
    }
    return all;
}

static void print_server(printer *to, const skr_metrics_list *list)
{
    const totals all = add_up(list);
    one(to, "connections", "gauge", "Connections that are open.", all.n_connections);
    one(to, "requests_under_way", "gauge", "Requests that are read, answered or written.",
        all.n_exchanges);
    one(to, "draining", "gauge", "1 when the server is stopping.", all.is_draining ? 1 : 0);
    one(to, "connections_sent_away_total", "counter", "Connections closed to make room for others.",
        all.n_sent_away);
    one(to, "questions_turned_away_total", "counter", "Questions that no worker had time for.",
        all.n_turned_away);
    one(to, "reloads_failed_total", "counter", "Generations that could not be taken up.",
        all.n_reload_failed);
    one(to, "log_lines_lost_total", "counter", "Lines of the log that nobody read in time.",
        all.n_lost);
    one(to, "answer_cache_hits_total", "counter", "Requests answered with what was kept.",
        all.kept.n_hits);
    one(to, "answer_cache_misses_total", "counter", "Requests that were answered anew.",
        all.kept.n_misses);
    one(to, "answer_cache_thrown_out_total", "counter", "Answers let go for lack of room.",
        all.kept.n_thrown_out);
    one(to, "answer_cache_answers", "gauge", "Answers that are kept.", all.kept.n_entries);
    one(to, "answer_cache_bytes", "gauge", "Memory of the answers that are kept.",
        all.kept.n_bytes);
}

static void print_engine(printer *to, const skr_engine_stats *engine)
{
    one(to, "generation", "gauge", "The generation of the store that is asked.",
        engine->generation);
    one(to, "generations_taken_up_total", "counter", "Generations taken up since the start.",
        engine->n_states);
    one(to, "deletions_due", "gauge", "Withdrawals whose people are still in files of the store.",
        engine->n_deletions_due);
    one(to, "deletions_overdue", "gauge", "Those that a compaction should have ended by now.",
        engine->n_deletions_overdue);
    head(to, "io", "gauge", "1 for how blocks are read.");
    print(to, "skerry_io{by=\"io_uring\"} %d\nskerry_io{by=\"pread\"} %d\n",
          engine->is_io_uring ? 1 : 0, engine->is_io_uring ? 0 : 1);
    one(to, "reads_total", "counter", "Reads of files of the store.", engine->n_reads);
    one(to, "read_bytes_total", "counter", "Bytes read from files of the store.",
        engine->n_bytes_read);
    one(to, "blocks_decoded_total", "counter", "Blocks of the store decoded.", engine->n_blocks);
    one(to, "block_cache_hits_total", "counter", "Blocks found in memory.", engine->n_found);
    one(to, "block_cache_misses_total", "counter", "Blocks not found in memory.", engine->n_missed);
    one(to, "block_cache_bytes", "gauge", "Memory of the blocks that are kept.",
        engine->n_cache_bytes);
    one(to, "block_cache_bytes_max", "gauge", "The limit of it.", engine->n_cache_bytes_max);
    one(to, "segment_files", "gauge", "Segments of the generation.", engine->n_segments);
    one(to, "segment_files_open", "gauge", "Files of segments that are open.",
        engine->n_files_open);
    one(to, "segment_files_open_max", "gauge", "The limit of it.", engine->n_files_open_max);
    one(to, "segment_files_closed_total", "counter", "Files closed to make room for others.",
        engine->n_files_given_up);
    one(to, "segment_files_refused_total", "counter",
        "Times that the system allowed no more open files.", engine->n_files_refused);
}

int skr_metrics_print(const skr_metrics_list *list, const skr_engine_stats *engine,
                      skr_buffer *text, skr_err *err)
{
    printer to = {.text = text, .err = err};
    print_requests(&to, list);
    print_times(&to, list);
    print_server(&to, list);
    print_engine(&to, engine);
    return to.status;
}
