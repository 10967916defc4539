/*
 * curie_list.c - CURIEs as heads and numbers: stored, proved, found and compared.
 */
#include "index/terms/curie_list.h"

#include <stdlib.h>
#include <string.h>

#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"

/* A CURIE taken apart. */
typedef struct parts {
    const char *head;
    size_t n_head;
    uint32_t n_digits;
    uint32_t number;
} parts;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static parts split(const char *curie)
{
    parts of = {.head = curie, .n_head = strlen(curie)};
    while (of.n_head > 0 && of.n_digits < SKR_CURIE_DIGITS_MAX && is_digit(curie[of.n_head - 1])) {
        of.n_head--;
        of.n_digits++;
    }
    for (const char *at = curie + of.n_head; *at != '\0'; at++)
        of.number = 10 * of.number + (uint32_t)(*at - '0');
    return of;
}

/* The order of two groups. */
static int compare_groups(const char *a, size_t n_a, uint32_t digits_a, const skr_curie_group *b)
{
    size_t n = n_a < b->n_head ? n_a : b->n_head;
    int order = n == 0 ? 0 : memcmp(a, b->head, n);
    if (order == 0)
        order = n_a < b->n_head ? -1 : n_a > b->n_head;
    if (order == 0)
        order = digits_a < b->n_digits ? -1 : digits_a > b->n_digits;
    return order;
}

int skr_curie_compare(const char *a, const char *b)
{
    parts x = split(a);
    parts y = split(b);
    const skr_curie_group group = {y.head, (uint32_t)y.n_head, y.n_digits, 0};
    int order = compare_groups(x.head, x.n_head, x.n_digits, &group);
    return order != 0 ? order : x.number < y.number ? -1 : x.number > y.number;
}

/* ------------------------------------------------------------------ stored */

static bool is_one_group(const parts *a, const parts *b)
{
    return a->n_digits > 0 && a->n_digits == b->n_digits && a->n_head == b->n_head &&
           memcmp(a->head, b->head, a->n_head) == 0;
}

/* One group, n CURIEs of it. */
static int put_group(const char *const *curies, uint32_t n, skr_buffer *bytes, skr_err *err)
{
    parts of = split(curies[0]);
    int status = skr_buffer_put_text(bytes, of.head, of.n_head, err);
    if (status == SKR_OK)
        status = skr_buffer_put_u8(bytes, (uint8_t)of.n_digits, err);
    if (status != SKR_OK || of.n_digits == 0)
        return status;
    status = skr_buffer_put_varint(bytes, n, err);
    uint32_t free_from = 0;
    for (uint32_t i = 0; status == SKR_OK && i < n; i++) {
        uint32_t number = split(curies[i]).number;
        SKR_CHECK(number >= free_from);
        status = skr_buffer_put_varint(bytes, number - free_from, err);
        free_from = number + 1;
    }
    return status;
}

int skr_curie_list_encode(const char *const *curies, uint32_t n, skr_buffer *bytes, skr_err *err)
{
    uint32_t n_groups = 0;
    int status = SKR_OK;
    for (int is_writing = 0; is_writing < 2 && status == SKR_OK; is_writing++) {
        if (is_writing)
            status = skr_buffer_put_varint(bytes, n_groups, err);
        for (uint32_t from = 0, to = 0; status == SKR_OK && from < n; from = to) {
            parts first = split(curies[from]);
            for (to = from + 1; to < n; to++) {
                parts next = split(curies[to]);
                if (!is_one_group(&first, &next))
                    break;
            }
            if (is_writing)
                status = put_group(curies + from, to - from, bytes, err);
            else
                n_groups++;
        }
    }
    return status;
}

static int damaged(const char *rule, skr_err *err)
{
    return skr_fail(err, SKR_ERR_CORRUPT, "list of CURIEs: %s", rule);
}

/* A head that has given away all the digits that it may, and is some text. */
static bool is_sound(const skr_curie_group *group)
{
    bool ends_in_digit = group->n_head > 0 && is_digit(group->head[group->n_head - 1]);
    return group->n_digits <= SKR_CURIE_DIGITS_MAX &&
           memchr(group->head, 0, group->n_head) == NULL &&
           (group->n_head > 0 || group->n_digits > 0) &&
           (!ends_in_digit || group->n_digits == SKR_CURIE_DIGITS_MAX);
}

static uint32_t next_step(skr_cursor *bytes)
{
    if (bytes->at < bytes->end && *bytes->at < 0x80 && !bytes->is_bad)
        return *bytes->at++;
    return (uint32_t)skr_cursor_varint_max(bytes, UINT32_MAX / 2);
}

/* n numbers of so many digits, each above the one before. */
static bool read_numbers(skr_cursor *bytes, uint32_t n_digits, uint32_t n, uint32_t *numbers)
{
    uint64_t end = 1;
    uint64_t next = 0;
    for (uint32_t i = 0; i < n_digits; i++)
        end *= 10;
    for (uint32_t i = 0; i < n; i++) {
        next += next_step(bytes);
        if (next >= end)
            return false;
        numbers[i] = (uint32_t)next++;
    }
    return !bytes->is_bad;
}

static int read_group(skr_curie_list *list, skr_cursor *bytes, uint32_t number, uint32_t *at,
                      skr_err *err)
{
    skr_curie_group *group = &list->groups[number];
    size_t n_head = 0;
    group->head = skr_cursor_text(bytes, &n_head);
    group->n_digits = skr_cursor_u8(bytes);
    group->first = *at;
    uint32_t n_left = list->n - *at;
    uint32_t n = group->n_digits == 0 ? 1 : (uint32_t)skr_cursor_varint_max(bytes, n_left);
    group->n_head = (uint32_t)n_head;
    if (bytes->is_bad || n == 0 || n > n_left || n_head > UINT32_MAX / 2 || !is_sound(group))
        return damaged("a head or a number of CURIEs that cannot be", err);
    if (number > 0 &&
        compare_groups(group->head, n_head, group->n_digits, &list->groups[number - 1]) <= 0)
        return damaged("heads out of order", err);
    if (group->n_digits > 0 && !read_numbers(bytes, group->n_digits, n, list->numbers + *at))
        return damaged("a number of more digits than stated", err);
    *at += n;
    return SKR_OK;
}

int skr_curie_list_read(skr_curie_list *list, uint32_t n, skr_err *err)
{
    skr_cursor bytes = skr_cursor_of(list->bytes.bytes, list->bytes.n);
    uint32_t n_groups = (uint32_t)skr_cursor_varint_max(&bytes, list->bytes.n);
    if (bytes.is_bad || n > list->bytes.n)
        return damaged("fewer bytes than CURIEs", err);
    list->n = n;
    list->groups = calloc(n_groups + 1u, sizeof *list->groups);
    list->numbers = calloc(n + 1u, sizeof *list->numbers);
    if (list->groups == NULL || list->numbers == NULL)
        return skr_fail_nomem(err, "terms");
    list->n_groups = n_groups;
    uint32_t at = 0;
    int status = SKR_OK;
    for (uint32_t i = 0; status == SKR_OK && i < n_groups; i++)
        status = read_group(list, &bytes, i, &at, err);
    list->groups[n_groups].first = at;
    if (status == SKR_OK && (at != n || !skr_cursor_is_done(&bytes)))
        status = damaged("not as many CURIEs as stated", err);
    return status;
}

void skr_curie_list_done(skr_curie_list *list)
{
    skr_buffer_done(&list->bytes);
    free(list->groups);
    free(list->numbers);
    *list = (skr_curie_list){0};
}

/* ------------------------------------------------------------------ asked */

/* Groups of a list, and the CURIE that is looked for. */
typedef struct group_search {
    const skr_curie_group *groups;
    parts of;
} group_search;

static bool is_group_before(const void *context, size_t at)
{
    const group_search *search = context;
    const parts *of = &search->of;
    return compare_groups(of->head, of->n_head, of->n_digits, &search->groups[at]) > 0;
}

uint32_t skr_curie_list_find(const skr_curie_list *list, const char *curie)
{
    const group_search search = {list->groups, split(curie)};
    const parts *of = &search.of;
    size_t i = skr_array_search(list->n_groups, is_group_before, &search);
    if (i == list->n_groups ||
        compare_groups(of->head, of->n_head, of->n_digits, &list->groups[i]) != 0)
        return SKR_NONE;
    uint32_t first = list->groups[i].first;
    uint32_t n = list->groups[i + 1].first - first;
    uint32_t at = (uint32_t)skr_array_search_u32(list->numbers + first, n, of->number);
    return at < n && list->numbers[first + at] == of->number ? first + at : SKR_NONE;
}

/* Puts the places in one group of those of another list; the numbers of both ascend. */
static void match_group(const skr_curie_list *list, const skr_curie_group *in,
                        const skr_curie_list *asked, const skr_curie_group *of, uint32_t *places)
{
    uint32_t at = in->first;
    for (uint32_t i = of->first; i < of[1].first; i++) {
        while (at < in[1].first && list->numbers[at] < asked->numbers[i])
            at++;
        if (at < in[1].first && list->numbers[at] == asked->numbers[i])
            places[i] = at;
    }
}

void skr_curie_list_match(const skr_curie_list *list, const skr_curie_list *asked, uint32_t *places)
{
    memset(places, 0xff, asked->n * sizeof *places); /* SKR_NONE */
    for (uint32_t i = 0, k = 0; i < asked->n_groups; i++) {
        const skr_curie_group *of = &asked->groups[i];
        int order = 1;
        while (k < list->n_groups &&
               (order = compare_groups(of->head, of->n_head, of->n_digits, &list->groups[k])) > 0)
            k++;
        if (k < list->n_groups && order == 0)
            match_group(list, &list->groups[k], asked, of, places);
    }
}

static char *write_text(char *text, const skr_curie_group *group, uint32_t number)
{
    if (group->n_head > 0)
        memcpy(text, group->head, group->n_head);
    text += group->n_head + group->n_digits;
    for (uint32_t i = 1; i <= group->n_digits; i++, number /= 10)
        *(text - i) = (char)('0' + number % 10);
    *text = '\0';
    return text + 1;
}

int skr_curie_list_texts(const skr_curie_list *list, const char ***ret_texts, skr_err *err)
{
    size_t n_bytes = 0;
    for (uint32_t i = 0; i < list->n_groups; i++) {
        const skr_curie_group *group = &list->groups[i];
        size_t n = group[1].first - group->first;
        n_bytes += n * ((size_t)group->n_head + group->n_digits + 1);
    }
    const char **texts = malloc((list->n + 1u) * sizeof *texts + n_bytes);
    if (texts == NULL)
        return skr_fail_nomem(err, "terms");
    char *at = (char *)(texts + list->n + 1u);
    for (uint32_t i = 0; i < list->n_groups; i++) {
        const skr_curie_group *group = &list->groups[i];
        for (uint32_t place = group->first; place < group[1].first; place++) {
            texts[place] = at;
            at = write_text(at, group, list->numbers[place]);
        }
    }
    *ret_texts = texts;
    return SKR_OK;
}
