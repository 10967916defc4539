/*
 * ticket_fuzz.c - any bytes as a ticket of htsget: read or refused, and what was read keeps to its
 * limits; its "data:" parts are base64 or refused.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/import/fetch/fetch_ticket.h"
#include "storage/base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

static void check_part(const skr_fetch_part *part)
{
    uint8_t *data = NULL;
    size_t n = 0;
    skr_err err = {0};
    SKR_CHECK(part->url != NULL && part->n_headers <= SKR_FETCH_HEADERS_MAX);
    for (size_t i = 0; i < part->n_headers; i++) {
        SKR_CHECK(strchr(part->headers[i], ':') != NULL);
        SKR_CHECK(strpbrk(part->headers[i], "\r\n") == NULL);
        SKR_CHECK(strncasecmp(part->headers[i], "Host:", 5) != 0);
    }
    if (skr_fetch_data_open("fuzzed", part->url, &data, &n, &err) != SKR_OK)
        return;
    SKR_CHECK(n <= strlen(part->url));
    free(data);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    skr_fetch_ticket ticket = {0};
    skr_err err = {0};
    int status = skr_fetch_ticket_read("fuzzed", (const char *)bytes, n_bytes, &ticket, &err);
    SKR_CHECK(status == SKR_OK || status == SKR_ERR_INPUT);
    SKR_CHECK(status == SKR_OK || strncmp(err.message, "fuzzed", 6) == 0);
    SKR_CHECK(status != SKR_OK || ticket.n > 0);
    for (size_t i = 0; i < ticket.n; i++)
        check_part(&ticket.parts[i]);
    skr_fetch_ticket_done(&ticket);
    return 0;
}
