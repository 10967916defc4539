/*
 * request_fuzz.c - any bytes as the body or the words of a Beacon request: understood or refused.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/beacon/beacon_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

static void judge(int status, skr_beacon_request *request, skr_err *err)
{
    const skr_expr *expr = NULL;
    if (status == SKR_OK)
        status = skr_beacon_request_people(request, &expr, err);
    if (status != SKR_OK && status != SKR_ERR_QUERY && status != SKR_ERR_NOT_YET) {
        fprintf(stderr, "%s: %s\n", skr_err_name(status), err->message);
        abort();
    }
    skr_buffer text = {0};
    if (expr != NULL && skr_query_expr_print(expr, &text, err) < 0)
        abort();
    skr_buffer_done(&text);
    skr_beacon_request_done(request);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    skr_beacon_request request = {0};
    skr_err err = {0};
    int status = skr_beacon_request_read((const char *)bytes, n_bytes, &request, &err);
    judge(status, &request, &err);

    char *words = strndup((const char *)bytes, n_bytes);
    if (words == NULL)
        abort();
    skr_beacon_request from_get = {0};
    status = skr_beacon_request_read_get(words, &from_get, &err);
    judge(status, &from_get, &err);
    free(words);
    return 0;
}
