/*
 * query_fuzz.c - any text as a question: parsed or refused; what is parsed prints to a text that
 * parses to the same text again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/face/query.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

/* The canonical text of a question, or false where it is refused. */
static bool canonical(const char *text, skr_buffer *printed)
{
    skr_query *query = NULL;
    const skr_expr *expr = NULL;
    skr_err err = {0};
    if (skr_query_new(&query, &err) < 0)
        abort();
    int status = skr_query_parse(query, text, false, &expr, &err);
    if (status < 0 && status != SKR_ERR_QUERY && status != SKR_ERR_NOT_YET)
        abort();
    if (status == SKR_OK && skr_query_expr_print(expr, printed, &err) < 0)
        abort();
    skr_query_free(query);
    return status == SKR_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    char *text = malloc(n_bytes + 1);
    if (text == NULL)
        return 0;
    memcpy(text, bytes, n_bytes);
    text[n_bytes] = '\0';
    skr_buffer once = {0};
    skr_buffer twice = {0};
    if (canonical(text, &once)) {
        char *again = strndup((const char *)once.bytes, once.n);
        if (again == NULL)
            abort();
        if (!canonical(again, &twice) || once.n != twice.n ||
            memcmp(once.bytes, twice.bytes, once.n) != 0) {
            fprintf(stderr, "'%s' prints as '%s'\n", text, again);
            abort();
        }
        free(again);
    }
    skr_buffer_done(&once);
    skr_buffer_done(&twice);
    free(text);
    return 0;
}
