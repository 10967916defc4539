/* fetch_ticket.c - the JSON of a ticket, its headers, and what it holds itself. */
#include "engine/import/fetch/fetch_ticket.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/import/documents/json_value.h"

#define PARTS_MAX 65536u
#define TEXT_MAX 8192u /* of a header */

static int bad(const char *name, const char *what, skr_err *err)
{
    return skr_fail(err, SKR_ERR_INPUT, "%s: its ticket %s", name, what);
}

/* ------------------------------------------------------------------ headers */

/* A name of a header that a ticket may give: the connection is ours. */
static bool may_be_given(const char *header)
{
    static const char *const ours[] = {
        "Host",    "Connection", "Content-Length", "Transfer-Encoding", "Expect",
        "Upgrade", "TE",         "Trailer",        "Keep-Alive",        "Proxy-Connection"};
    size_t n = strlen(header);
    for (size_t i = 0; i < n; i++)
        if (!isalnum((unsigned char)header[i]) && strchr("!#$%&'*+-.^_`|~", header[i]) == NULL)
            return false;
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (strcasecmp(header, ours[i]) == 0)
            return false;
    return n > 0;
}

static bool is_plain_text(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return false;
    return true;
}

/* "bytes=FIRST-LAST"; both are in it. */
static bool read_range(const char *text, uint64_t *ret_n)
{
    char *end = NULL;
    if (strncmp(text, "bytes=", 6) != 0 || !isdigit((unsigned char)text[6]))
        return false;
    uint64_t first = strtoull(text + 6, &end, 10);
    if (*end != '-')
        return false;
    if (end[1] == '\0') { /* up to the end, wherever that is */
        *ret_n = 0;
        return true;
    }
    if (!isdigit((unsigned char)end[1]))
        return false;
    uint64_t last = strtoull(end + 1, &end, 10);
    *ret_n = last - first + 1;
    return *end == '\0' && last >= first && last < INT64_MAX;
}

static int take_header(const char *name, const char *header, const char *value,
                       skr_fetch_part *part, skr_err *err)
{
    if (value == NULL || !may_be_given(header) || !is_plain_text(value) ||
        strlen(header) + strlen(value) > TEXT_MAX)
        return bad(name, "has a header that none may give", err);
    if (strcasecmp(header, "Range") == 0) {
        part->is_range = true;
        if (!read_range(value, &part->n_wanted))
            return bad(name, "has a range that is none", err);
    }
    if (asprintf(&part->headers[part->n_headers], "%s: %s", header, value) < 0) {
        part->headers[part->n_headers] = NULL;
        return skr_fail_nomem(err, name);
    }
    part->n_headers++;
    return SKR_OK;
}

static int take_headers(const char *name, const skr_json_value *all, skr_fetch_part *part,
                        skr_err *err)
{
    if (all == NULL)
        return SKR_OK;
    size_t n = skr_json_value_n_members(all);
    if (!skr_json_value_is_object(all) || n > SKR_FETCH_HEADERS_MAX)
        return bad(name, "has headers that are no object, or too many", err);
    part->headers = calloc(n + 1, sizeof *part->headers);
    if (part->headers == NULL)
        return skr_fail_nomem(err, name);
    for (size_t i = 0; i < n; i++) {
        const char *header = skr_json_value_member_name(all, i);
        const char *value = skr_json_value_text(skr_json_value_member(all, header));
        SKR_TRY(take_header(name, header, value, part, err));
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ parts */

static int take_part(const char *name, const skr_json_value *one, skr_fetch_part *part,
                     skr_err *err)
{
    const char *url = skr_json_value_text(skr_json_value_member(one, "url"));
    if (url == NULL || !is_plain_text(url))
        return bad(name, "has a part without an address", err);
    part->url = strdup(url);
    if (part->url == NULL)
        return skr_fail_nomem(err, name);
    return take_headers(name, skr_json_value_member(one, "headers"), part, err);
}

static int take_md5(const char *name, const skr_json_value *value, char md5[33], skr_err *err)
{
    const char *text = skr_json_value_text(value);
    if (value == NULL)
        return SKR_OK;
    if (text == NULL || strlen(text) != 32 || strspn(text, "0123456789abcdefABCDEF") != 32)
        return bad(name, "has an md5 that is none", err);
    for (size_t i = 0; i < 32; i++)
        md5[i] = (char)tolower((unsigned char)text[i]);
    return SKR_OK;
}

static int take_all(const char *name, const skr_json_value *htsget, skr_fetch_ticket *ticket,
                    skr_err *err)
{
    const skr_json_value *urls = skr_json_value_member(htsget, "urls");
    size_t n = skr_json_value_n_items(urls);
    if (!skr_json_value_is_array(urls) || n == 0)
        return bad(name, "lists no parts (htsget.urls)", err);
    if (n > PARTS_MAX)
        return bad(name, "lists more than 65536 parts", err);
    ticket->parts = calloc(n, sizeof *ticket->parts);
    if (ticket->parts == NULL)
        return skr_fail_nomem(err, name);
    for (size_t i = 0; i < n; i++) {
        ticket->n++;
        SKR_TRY(take_part(name, skr_json_value_item(urls, i), &ticket->parts[i], err));
    }
    return take_md5(name, skr_json_value_member(htsget, "md5"), ticket->md5, err);
}

int skr_fetch_ticket_read(const char *name, const char *text, size_t n,
                          skr_fetch_ticket *ret_ticket, skr_err *err)
{
    skr_json_value *value = NULL;
    uint64_t n_lines;
    skr_err why;
    int status = skr_json_value_parse(text, n, &value, &n_lines, &why);
    if (status != SKR_OK)
        return status == SKR_ERR_INPUT ? bad(name, "is no JSON", err) : skr_fail_nomem(err, name);
    status = take_all(name, skr_json_value_member(value, "htsget"), ret_ticket, err);
    skr_json_value_free(value);
    if (status != SKR_OK)
        skr_fetch_ticket_done(ret_ticket);
    return status;
}

void skr_fetch_ticket_done(skr_fetch_ticket *ticket)
{
    for (size_t i = 0; i < ticket->n; i++) {
        for (size_t k = 0; k < ticket->parts[i].n_headers; k++)
            free(ticket->parts[i].headers[k]);
        free(ticket->parts[i].headers);
        free(ticket->parts[i].url);
    }
    free(ticket->parts);
    *ticket = (skr_fetch_ticket){0};
}

/* ------------------------------------------------------------------ what it holds itself */

static int digit_of(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c == '\0' ? NULL : strchr(digits, c);
    return at == NULL ? -1 : (int)(at - digits);
}

/* Base64 with its padding; false: it is none. bytes has room for 3 bytes of every 4 letters. */
static bool decode(const char *text, uint8_t *bytes, size_t *ret_n)
{
    size_t n = strlen(text);
    size_t n_pad = n > 0 && text[n - 1] == '=' ? 1 + (n > 1 && text[n - 2] == '=') : 0;
    *ret_n = 0;
    if (n % 4 != 0)
        return false;
    for (size_t i = 0; i < n; i += 4) {
        uint32_t four = 0;
        size_t n_here = i + 4 < n ? 4 : 4 - n_pad;
        for (size_t k = 0; k < 4; k++) {
            int digit = k < n_here ? digit_of(text[i + k]) : 0;
            if (digit < 0)
                return false;
            four = four << 6 | (uint32_t)digit;
        }
        for (size_t k = 0; k + 1 < n_here; k++)
            bytes[(*ret_n)++] = (uint8_t)(four >> (16 - 8 * k));
        if ((four & (n_here == 2 ? 0xffffu : n_here == 3 ? 0xffu : 0)) != 0)
            return false;
    }
    return true;
}

int skr_fetch_data_open(const char *name, const char *url, uint8_t **ret_bytes, size_t *ret_n,
                        skr_err *err)
{
    const char *comma = strchr(url, ',');
    const char *mark = ";base64";
    size_t n_mark = strlen(mark);
    if (strncasecmp(url, "data:", 5) != 0 || comma == NULL || (size_t)(comma - url) < 5 + n_mark ||
        strncasecmp(comma - n_mark, mark, n_mark) != 0)
        return bad(name, "has data that are not given as base64", err);
    uint8_t *bytes = malloc(strlen(comma) / 4 * 3 + 3);
    if (bytes == NULL)
        return skr_fail_nomem(err, name);
    if (!decode(comma + 1, bytes, ret_n)) {
        free(bytes);
        return bad(name, "has data that are no base64", err);
    }
    *ret_bytes = bytes;
    return SKR_OK;
}
