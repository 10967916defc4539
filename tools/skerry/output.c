/* output.c - JSON, numbers, errors, standard output. */
#include "tools/skerry/output.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "storage/base/number_text.h"
#include "storage/base/utf8.h"

static void begin_value(skr_out *json)
{
    if (json->has_before)
        (void)putc(',', json->out);
    json->has_before = true;
}

void skr_out_open(skr_out *json, char bracket)
{
    begin_value(json);
    (void)putc(bracket, json->out);
    json->has_before = false;
}

void skr_out_close(skr_out *json, char bracket)
{
    (void)putc(bracket, json->out);
    json->has_before = true;
}

size_t skr_json_character(const char *text, size_t n, char *ret_escaped, size_t *ret_n_escaped)
{
    static const char digits[] = "0123456789abcdef";
    size_t n_character = skr_utf8_length(text, n);
    unsigned char c = (unsigned char)text[0];
    if (n_character == 0 || c < 0x20 || c == 0x7f) {
        memcpy(ret_escaped, n_character == 0 ? "\\ufffd" : "\\u0000", 6);
        if (n_character != 0) {
            ret_escaped[4] = digits[c >> 4];
            ret_escaped[5] = digits[c & 15];
        }
        *ret_n_escaped = 6;
        return 1;
    }
    *ret_n_escaped = 0;
    if (c == '"' || c == '\\')
        ret_escaped[(*ret_n_escaped)++] = '\\';
    memcpy(ret_escaped + *ret_n_escaped, text, n_character);
    *ret_n_escaped += n_character;
    return n_character;
}

static void put_text(skr_out *json, const char *text)
{
    size_t n = strlen(text);
    (void)putc('"', json->out);
    for (size_t i = 0; i < n;) {
        char escaped[SKR_JSON_CHARACTER_MAX];
        size_t n_escaped;
        i += skr_json_character(text + i, n - i, escaped, &n_escaped);
        (void)fwrite(escaped, 1, n_escaped, json->out);
    }
    (void)putc('"', json->out);
}

void skr_out_key(skr_out *json, const char *key)
{
    begin_value(json);
    put_text(json, key);
    (void)putc(':', json->out);
    json->has_before = false;
}

void skr_out_text(skr_out *json, const char *text)
{
    begin_value(json);
    if (text == NULL)
        (void)fputs("null", json->out);
    else
        put_text(json, text);
}

void skr_out_number(skr_out *json, uint64_t number)
{
    begin_value(json);
    (void)fprintf(json->out, "%" PRIu64, number);
}

void skr_out_real(skr_out *json, double number)
{
    char text[SKR_REAL_TEXT_MAX];
    begin_value(json);
    if (!isfinite(number))
        (void)fputs("null", json->out);
    else
        (void)fwrite(text, 1, skr_number_text_real(number, text), json->out);
}

void skr_out_boolean(skr_out *json, bool value)
{
    begin_value(json);
    (void)fputs(value ? "true" : "false", json->out);
}

void skr_out_null(skr_out *json)
{
    begin_value(json);
    (void)fputs("null", json->out);
}

void skr_out_end(skr_out *json)
{
    (void)putc('\n', json->out);
    json->has_before = false;
}

void skr_out_member_text(skr_out *json, const char *key, const char *text)
{
    skr_out_key(json, key);
    skr_out_text(json, text);
}

void skr_out_member_number(skr_out *json, const char *key, uint64_t number)
{
    skr_out_key(json, key);
    skr_out_number(json, number);
}

void skr_out_member_boolean(skr_out *json, const char *key, bool value)
{
    skr_out_key(json, key);
    skr_out_boolean(json, value);
}

void skr_out_told(skr_out *json, const skr_told_count *told)
{
    if (told->is_hidden)
        skr_out_null(json);
    else
        skr_out_number(json, told->count);
}

void skr_out_warnings(skr_out *json, const skr_warnings *warnings)
{
    skr_out_key(json, "warnings");
    skr_out_open(json, '[');
    for (size_t i = 0; i < warnings->n; i++) {
        const skr_warning *warning = &warnings->items[i];
        skr_out_open(json, '{');
        skr_out_key(json, "code");
        skr_out_text(json, skr_warnings_name(warning->code));
        skr_out_key(json, "text");
        skr_out_text(json, warning->text);
        skr_out_key(json, "figures");
        skr_out_open(json, '{');
        for (size_t k = 0; k < warning->n_figures; k++) {
            skr_out_key(json, warning->figures[k].name);
            skr_out_number(json, warning->figures[k].value);
        }
        skr_out_close(json, '}');
        skr_out_close(json, '}');
    }
    skr_out_close(json, ']');
}

void skr_report_warnings(const skr_warnings *warnings)
{
    for (size_t i = 0; i < warnings->n; i++)
        (void)fprintf(stderr, "skerry: warning: %s\n", warnings->items[i].text);
}

void skr_told_text(const skr_told_count *told, char *text)
{
    if (told->is_hidden)
        (void)snprintf(text, 40, "hidden");
    else
        (void)snprintf(text, 40, "%" PRIu64, told->count);
}

int skr_report(const skr_err *err)
{
    if (err->message[0] != '\0')
        (void)fprintf(stderr, "skerry: %s\n", err->message);
    return skr_err_exit_status(err->code);
}

int skr_report_as(bool is_json, const skr_err *err)
{
    if (is_json && err->message[0] != '\0' && !ferror(stdout)) {
        skr_out json = {.out = stdout};
        skr_out_open(&json, '{');
        skr_out_key(&json, "status");
        skr_out_text(&json, "error");
        skr_out_key(&json, "code");
        skr_out_text(&json, skr_err_name(err->code));
        skr_out_key(&json, "message");
        skr_out_text(&json, err->message);
        skr_out_key(&json, "warnings");
        skr_out_open(&json, '[');
        skr_out_close(&json, ']');
        skr_out_close(&json, '}');
        skr_out_end(&json);
    }
    return skr_report(err);
}

int skr_report_writing(bool is_json, const skr_err *err)
{
    if (err->code != SKR_ERR_INTERRUPTED)
        return skr_report_as(is_json, err);
    (void)fprintf(stderr, "skerry: interrupted, the store is as it was\n");
    return skr_err_exit_status(err->code);
}

int skr_output_fail(int number, skr_err *err)
{
    if (number == EPIPE)
        return skr_fail(err, SKR_ERR_IO, "%s", "");
    return skr_fail(err, SKR_ERR_IO, "cannot write the answer: %s",
                    number != 0 ? strerror(number) : "standard output refused it");
}

int skr_output_check(skr_err *err)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return SKR_OK;
    return skr_output_fail(errno, err);
}

void skr_output_day(uint64_t time_s, char ret_text[SKR_OUTPUT_DAY_MAX])
{
    time_t time = (time_t)time_s;
    struct tm day;
    if (time_s == 0 || gmtime_r(&time, &day) == NULL ||
        strftime(ret_text, SKR_OUTPUT_DAY_MAX, "%Y-%m-%d", &day) == 0)
        memcpy(ret_text, "unknown", sizeof "unknown");
}
