/* The line of a request: dates as the library writes them, and no byte that would end a line. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "api/http/audit_int.h"

static const char *line_of(const skr_http_response *answer, uint64_t seconds, uint64_t took_ns)
{
    static char line[200];
    skr_http_request question = {.method = SKR_METHOD_POST, .path = "/api/x"};
    skr_audit_times times = {.since_1970_s = seconds, .took_ns = took_ns};
    skr_audit_line(&question, answer, &times, line, sizeof line);
    return line;
}

Test(audit, writes_dates_as_the_library_does)
{
    skr_http_response answer = {.status = 200};
    for (uint64_t second = 0; second < UINT64_C(5000000000); second += 86399 * 7 + 3601) {
        char wanted[64];
        time_t when = (time_t)second;
        struct tm parts;
        size_t n = strftime(wanted, sizeof wanted, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&when, &parts));
        cr_assert(eq(int, strncmp(line_of(&answer, second, 0), wanted, n), 0), "%s", wanted);
    }
}

Test(audit, says_what_was_told)
{
    skr_http_response answer = {.status = 200};
    const char *date = "1970-01-01T00:00:00Z ";
    const struct {
        skr_http_response answer;
        uint64_t took_ns;
        const char *text;
    } cases[] = {
        {{.status = 404}, 0, "POST /api/x 404 told=- 0.0ms -"},
        {{.status = 200, .has_told = true, .told = {.is_hidden = true}, .canonical = "q"},
         49999,
         "POST /api/x 200 told=hidden 0.0ms q"},
        {{.status = 200, .has_told = true, .told = {.count = 4294967296}, .canonical = "q"},
         12350000,
         "POST /api/x 200 told=4294967296 12.4ms q"},
        {{.status = 500, .fault = "f\n\x7f"},
         1000000000,
         "POST /api/x 500 told=- 1000.0ms - fault: f??"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *line = line_of(&cases[i].answer, 0, cases[i].took_ns);
        cr_expect(eq(int, strncmp(line, date, strlen(date)), 0));
        cr_expect(
            eq(str, (char *)(uintptr_t)(line + strlen(date)), (char *)(uintptr_t)cases[i].text));
    }
    char question[500];
    memset(question, 'q', sizeof question - 1);
    question[sizeof question - 1] = '\0';
    answer.canonical = question;
    cr_expect(eq(sz, strlen(line_of(&answer, 0, 0)), 199), "a long question is cut");
}
