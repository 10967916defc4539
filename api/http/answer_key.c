/* answer_key.c - every part of a key stands after its length, so that no two are alike. */
#include "api/http/answer_key_int.h"

#include <string.h>

/* Told apart from an empty text. */
static int put_text(skr_buffer *key, const char *text, size_t n, skr_err *err)
{
    int status = skr_buffer_put_u32(key, text == NULL ? UINT32_MAX : (uint32_t)n, err);
    if (status < 0 || text == NULL || n == 0)
        return status;
    return skr_buffer_put(key, text, n, err);
}

static int put_words(skr_buffer *key, const char *text, skr_err *err)
{
    return put_text(key, text, text == NULL ? 0 : strlen(text), err);
}

static int put_access(skr_buffer *key, const skr_access *access, skr_err *err)
{
    const skr_frequency_policy *af = &access->policy.frequencies;
    const uint32_t numbers[] = {access->policy.is_exact,
                                access->policy.threshold,
                                access->policy.step,
                                access->is_remote,
                                af->is_exact,
                                af->min_people,
                                af->has_both_tails,
                                af->has_subcounts,
                                af->is_collapsed,
                                af->n_decimals,
                                access->datasets == NULL ? UINT32_MAX
                                                         : (uint32_t)access->n_datasets};
    int status = skr_buffer_put(key, numbers, sizeof numbers, err);
    if (status == SKR_OK)
        status = skr_buffer_put(key, &af->min_frequency, sizeof af->min_frequency, err);
    if (status == SKR_OK)
        status = put_words(key, access->assembly, err);
    for (size_t i = 0; status == SKR_OK && access->datasets != NULL && i < access->n_datasets; i++)
        status = put_words(key, access->datasets[i], err);
    return status;
}

bool skr_answer_key_is_for(const skr_http_request *request)
{
    return (request->method == SKR_METHOD_GET || request->method == SKR_METHOD_POST) &&
           strcmp(request->path, "/metrics") != 0;
}

int skr_answer_key_put(const skr_http_request *request, const skr_access *access, skr_buffer *key,
                       skr_err *err)
{
    int status = skr_buffer_put_u8(key, (uint8_t)request->method, err);
    if (status == SKR_OK)
        status = put_access(key, access, err);
    if (status == SKR_OK)
        status = put_words(key, request->path, err);
    if (status == SKR_OK)
        status = put_words(key, request->words, err);
    if (status == SKR_OK)
        status = put_words(key, request->content_type, err);
    if (status == SKR_OK)
        status = put_text(key, request->body, request->n_body, err);
    return status;
}
