/* Two questions have one key only if nothing that an answer may follow tells them apart. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "api/http/answer_key_int.h"

static const char *const one[] = {"one"};
static const char *const two[] = {"one", "two"};
static const char *const joined[] = {"onetwo"};

static const struct asked {
    skr_http_request question;
    skr_access access;
} asked[] = {
    {{.path = "/api/x"}, {.policy = {.threshold = 10, .step = 10}}},
    {{.path = "/api/x", .method = SKR_METHOD_POST}, {.policy = {.threshold = 10, .step = 10}}},
    {{.path = "/api/xy"}, {.policy = {.threshold = 10, .step = 10}}},
    {{.path = "/api/x/"}, {.policy = {.threshold = 10, .step = 10}}},
    {{.path = "/api/x", .words = ""}, {.policy = {.threshold = 10, .step = 10}}},
    {{.path = "/api/x", .words = "a=b"}, {.policy = {.threshold = 10, .step = 10}}},
    {{.path = "/api/x", .words = "a=b&"}, {.policy = {.threshold = 10, .step = 10}}},
    {{.path = "/api/xa", .words = "=b"}, {.policy = {.threshold = 10, .step = 10}}},
    {{.path = "/api/x", .content_type = ""}, {.policy = {.threshold = 10, .step = 10}}},
    {{.path = "/api/x", .content_type = "a=b"}, {.policy = {.threshold = 10, .step = 10}}},
    {{.path = "/api/x", .body = "a=b", .n_body = 3}, {.policy = {.threshold = 10, .step = 10}}},
    {{.path = "/api/x", .body = "a=b", .n_body = 2}, {.policy = {.threshold = 10, .step = 10}}},
    {{.path = "/api/x", .body = "a\0b", .n_body = 3}, {.policy = {.threshold = 10, .step = 10}}},
    {{.path = "/api/x"}, {.policy = {.threshold = 11, .step = 10}}},
    {{.path = "/api/x"}, {.policy = {.threshold = 10, .step = 1}}},
    {{.path = "/api/x"}, {.policy = {.is_exact = true, .threshold = 10, .step = 10}}},
    {{.path = "/api/x"}, {.policy = {.threshold = 10, .step = 10}, .is_remote = true}},
    {{.path = "/api/x"}, {.policy = {.threshold = 10, .step = 10}, .assembly = "GRCh38"}},
    {{.path = "/api/x"}, {.policy = {.threshold = 10, .step = 10}, .datasets = one}},
    {{.path = "/api/x"},
     {.policy = {.threshold = 10, .step = 10}, .datasets = one, .n_datasets = 1}},
    {{.path = "/api/x"},
     {.policy = {.threshold = 10, .step = 10}, .datasets = two, .n_datasets = 2}},
    {{.path = "/api/x"},
     {.policy = {.threshold = 10, .step = 10}, .datasets = joined, .n_datasets = 1}},
};

static skr_buffer key_of(const struct asked *what)
{
    skr_buffer key = {0};
    skr_err err;
    cr_assert(eq(int, skr_answer_key_put(&what->question, &what->access, &key, &err), SKR_OK));
    return key;
}

Test(answer_key, tells_apart_what_answers_may_follow)
{
    const size_t n = sizeof asked / sizeof *asked;
    for (size_t a = 0; a < n; a++) {
        for (size_t b = 0; b < n; b++) {
            skr_buffer x = key_of(&asked[a]);
            skr_buffer y = key_of(&asked[b]);
            bool are_equal = x.n == y.n && memcmp(x.bytes, y.bytes, x.n) == 0;
            cr_expect(eq(int, are_equal, a == b), "%zu and %zu", a, b);
            skr_buffer_done(&x);
            skr_buffer_done(&y);
        }
    }
}

Test(answer_key, follows_no_deadline)
{
    struct asked later = asked[0];
    later.access.deadline_ns = 99;
    later.question.deadline_ns = 99;
    skr_buffer x = key_of(&asked[0]);
    skr_buffer y = key_of(&later);
    cr_expect(eq(sz, x.n, y.n));
    cr_expect(eq(int, memcmp(x.bytes, y.bytes, x.n), 0));
    skr_buffer_done(&x);
    skr_buffer_done(&y);
    cr_expect(not(skr_answer_key_is_for(&(skr_http_request){.method = SKR_METHOD_OPTIONS})));
    cr_expect(not(skr_answer_key_is_for(&(skr_http_request){.method = SKR_METHOD_OTHER})));
}
