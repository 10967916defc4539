/*
 * audit.c - one line for each request, written before its answer is sent.
 *
 *   2026-11-21T03:20:11Z POST /api/individuals 200 told=60 3.2ms carries(...) and HP:0001250
 *
 * The question stands last, in the form in which equal questions are equal. It names no individual:
 * requests cannot ask for one.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "api/route_int.h"

static const char *told_text(const skr_http_answer *answer, char *text, size_t n)
{
    if (!answer->has_told)
        (void)snprintf(text, n, "-");
    else if (answer->told.is_hidden)
        (void)snprintf(text, n, "hidden");
    else
        (void)snprintf(text, n, "%" PRIu64, answer->told.count);
    return text;
}

void skr_audit_line(const skr_http_question *question, const skr_http_answer *answer, uint64_t n_ns,
                    char *line, size_t n)
{
    static const char *const methods[] = {"GET", "POST", "OPTIONS", "other"};
    char told[32];
    char when[32];
    time_t now = time(NULL);
    struct tm parts;
    (void)strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &parts));
    (void)snprintf(line, n, "%s %s %.200s %u told=%s %.1fms %s%s%s", when,
                   methods[question->method], question->path, answer->status,
                   told_text(answer, told, sizeof told), (double)n_ns / 1e6,
                   answer->canonical == NULL ? "-" : answer->canonical,
                   answer->fault[0] == '\0' ? "" : " fault: ", answer->fault);
    for (char *at = line; *at != '\0'; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            *at = '?';
}
