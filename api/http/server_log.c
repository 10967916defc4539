/* server_log.c - lines for the log: what the operator says, and one for each request. */
#include <time.h>

#include "api/http/audit_int.h"
#include "api/http/server_int.h"
#include "storage/base/clock.h"

/* A question may be long. */
#define LINE_MAX_BYTES 4096

void skr_server_say(skr_server *server, const char *line)
{
    if (server->metrics.log != NULL)
        skr_log_ring_put(server->metrics.log, line);
}

void skr_server_log_answered(const skr_exchange *exchange, const skr_http_request *request)
{
    skr_http_response said = exchange->ready->said;
    said.status = skr_server_answer_status(exchange);
    const skr_audit_times times = {.since_1970_s = (uint64_t)time(NULL),
                                   .took_ns = skr_clock_ns() - exchange->begin_ns};
    skr_metrics_add(&exchange->server->metrics, said.route, said.status, times.took_ns);
    if (exchange->server->metrics.log == NULL || exchange->server->config.is_quiet)
        return;
    char line[LINE_MAX_BYTES];
    skr_audit_line(request, &said, &times, line, sizeof line);
    skr_server_say(exchange->server, line);
}
