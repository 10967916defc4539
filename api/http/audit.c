/*
 * audit.c - one line for each request, written before its answer is sent.
 *
 *   2026-11-21T03:20:11Z POST /api/individuals 200 told=60 3.2ms carries(...) and HP:0001250
 *
 * The question stands last, in the form in which equal questions are equal. It names no individual:
 * requests cannot ask for one. The library's functions for times and numbers cost as much as the
 * rest of an answer that is kept, so the line is put together by hand.
 */
#include <string.h>
#include <time.h>

#include "api/http/audit_int.h"
#include "storage/base/utf8.h"

/* A line being written; what does not fit is left out. */
typedef struct writer {
    char *at;
    char *end; /* there is room for a NUL after it */
} writer;

static void put(writer *to, const char *text, size_t n)
{
    size_t room = (size_t)(to->end - to->at);
    if (n > room)
        n = room;
    memcpy(to->at, text, n);
    to->at += n;
}

static void put_text(writer *to, const char *text)
{
    put(to, text, strlen(text));
}

/* At least n_digits_min digits. */
static void put_number(writer *to, uint64_t number, unsigned n_digits_min)
{
    char digits[20];
    unsigned n = 0;
    for (; number > 0 || n < n_digits_min; number /= 10)
        digits[sizeof digits - ++n] = (char)('0' + number % 10);
    put(to, digits + sizeof digits - n, n);
}

/* Seconds since 1970 as a date and time of day, in years from 1970 on. */
static void put_time(writer *to, uint64_t seconds)
{
    uint64_t days = seconds / 86400;
    uint64_t rest = seconds % 86400;
    /* Years here begin in March, so that the day that is there every four years is the last. */
    uint64_t day = days + 719468;
    uint64_t era = day / 146097;
    uint64_t day_of_era = day % 146097;
    uint64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    uint64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    uint64_t month = (5 * day_of_year + 2) / 153;
    const uint64_t parts[] = {era * 400 + year_of_era + (month >= 10 ? 1 : 0),
                              month < 10 ? month + 3 : month - 9,
                              day_of_year - (153 * month + 2) / 5 + 1,
                              rest / 3600,
                              rest / 60 % 60,
                              rest % 60};
    static const char *const after[] = {"-", "-", "T", ":", ":", "Z "};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        put_number(to, parts[i], i == 0 ? 4 : 2);
        put_text(to, after[i]);
    }
}

static void put_told(writer *to, const skr_http_response *response)
{
    put_text(to, " told=");
    if (!response->has_told)
        put_text(to, "-");
    else if (response->told.is_hidden)
        put_text(to, "hidden");
    else
        put_number(to, response->told.count, 1);
}

void skr_audit_line(const skr_http_request *request, const skr_http_response *response,
                    const skr_audit_times *times, char *line, size_t n)
{
    static const char *const methods[] = {"GET ", "POST ", "OPTIONS ", "other "};
    writer to = {.at = line, .end = line + n - 1};
    put_time(&to, times->since_1970_s);
    put_text(&to, methods[request->method]);
    put(&to, request->path, strnlen(request->path, 200));
    put_text(&to, " ");
    put_number(&to, response->status, 1);
    put_told(&to, response);
    put_text(&to, " ");
    uint64_t tenths = (times->took_ns + 50000) / 100000;
    put_number(&to, tenths / 10, 1);
    put_text(&to, ".");
    put_number(&to, tenths % 10, 1);
    put_text(&to, "ms ");
    put_text(&to, response->canonical == NULL ? "-" : response->canonical);
    if (response->fault != NULL) {
        put_text(&to, " fault: ");
        put_text(&to, response->fault);
    }
    *to.at = '\0';
    skr_utf8_make_printable(line);
}
