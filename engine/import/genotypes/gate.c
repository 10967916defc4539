/*
 * gate.c - reading a gate, and the tests of rule 3.
 */
#include "engine/import/genotypes/gate.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every key that has a number, in the order in which they are told. */
static const struct {
    const char *key;
    size_t offset; /* of its number in skr_gate */
    double adj;
} keys[] = {
#define LEAST(key, tag, adj) {#key, offsetof(skr_gate, key), adj},
    SKR_GATE_LEASTS(LEAST)
#define DEPTH(key, adj) {#key, offsetof(skr_gate, key), adj},
        SKR_GATE_DEPTHS(DEPTH) SKR_GATE_READS(DEPTH)};
#define N_KEYS (sizeof keys / sizeof *keys)
#define ONE(key, adj) +1
#define N_KEYS_OF_READS (0 SKR_GATE_READS(ONE)) /* the last ones */

#define KEY_NAME(key, tag, adj) #key ", "
#define DEPTH_NAME(key, adj) #key ", "
#define KEY_NAMES SKR_GATE_LEASTS(KEY_NAME) SKR_GATE_DEPTHS(DEPTH_NAME) SKR_GATE_READS(DEPTH_NAME)

const char *const skr_gate_tags[SKR_N_GATE_TAGS] = {
#define TAG(key, tag, adj) [SKR_GATE_##tag] = #tag,
    SKR_GATE_LEASTS(TAG)[SKR_GATE_DP] = "DP",
    [SKR_GATE_MIN_DP] = "MIN_DP",
};

static double *number_at(skr_gate *gate, size_t i)
{
    return (double *)(void *)((char *)gate + keys[i].offset);
}

skr_gate skr_gate_adj(void)
{
    skr_gate gate = {0};
    for (size_t i = 0; i < N_KEYS; i++)
        *number_at(&gate, i) = keys[i].adj;
    return gate;
}

void skr_gate_done(skr_gate *gate)
{
    free(gate->pass_filters);
    free(gate->refcall_filters);
    gate->pass_filters = NULL;
    gate->refcall_filters = NULL;
}

/* The number of a key that has one, or NULL. */
static double *number_of(skr_gate *gate, const char *key, size_t n)
{
    for (size_t i = 0; i < N_KEYS; i++)
        if (strlen(keys[i].key) == n && memcmp(keys[i].key, key, n) == 0)
            return number_at(gate, i);
    return NULL;
}

/* The list of a key that has one, or NULL. */
static char **list_of(skr_gate *gate, const char *key, size_t n)
{
    if (n == 12 && memcmp(key, "pass_filters", 12) == 0)
        return &gate->pass_filters;
    if (n == 15 && memcmp(key, "refcall_filters", 15) == 0)
        return &gate->refcall_filters;
    return NULL;
}

/* Sets a list, or adds a name to it when is_first is false. */
static int add_to_list(char **list, const char *value, size_t n, bool is_first, skr_err *err)
{
    size_t n_old = is_first || *list == NULL ? 0 : strlen(*list) + 1;
    char *text = malloc(n_old + n + 1);
    if (text == NULL)
        return skr_fail_nomem(err, "gate");
    if (n_old > 0)
        (void)snprintf(text, n_old + 1, "%s,", *list);
    memcpy(text + n_old, value, n);
    text[n_old + n] = '\0';
    free(*list);
    *list = text;
    return SKR_OK;
}

static int set_number(double *number, const char *key, size_t n_key, const char *value, size_t n,
                      skr_err *err)
{
    char digits[32];
    char *end = digits;
    if (n > 0 && n < sizeof digits) {
        memcpy(digits, value, n);
        digits[n] = '\0';
        double got = strtod(digits, &end);
        if (end == digits + n && isfinite(got) && got >= 0) {
            *number = got;
            return SKR_OK;
        }
    }
    return skr_fail(err, SKR_ERR_USAGE, "gate: %.*s needs a number from 0 on, not '%.*s'",
                    (int)n_key, key, (int)n, value);
}

/* One "KEY=VALUE", or one more name of the list before it. */
static int parse_item(skr_gate *gate, char ***list, const char *item, size_t n, skr_err *err)
{
    const char *equals = memchr(item, '=', n);
    if (equals == NULL && *list != NULL && n > 0)
        return add_to_list(*list, item, n, false, err);
    size_t n_key = equals == NULL ? n : (size_t)(equals - item);
    size_t n_value = equals == NULL ? 0 : n - n_key - 1;
    double *number = number_of(gate, item, n_key);
    *list = list_of(gate, item, n_key);
    if (number != NULL && equals != NULL)
        return set_number(number, item, n_key, equals + 1, n_value, err);
    if (*list != NULL && equals != NULL && n_value > 0)
        return add_to_list(*list, equals + 1, n_value, true, err);
    return skr_fail(err, SKR_ERR_USAGE,
                    "gate: '%.*s' is not adj, not none, and no KEY=VALUE of " KEY_NAMES
                    "pass_filters, refcall_filters",
                    (int)n, item);
}

int skr_gate_parse(const char *text, skr_gate *ret_gate, skr_err *err)
{
    skr_gate gate = skr_gate_adj();
    if (strcmp(text, "none") == 0) {
        gate.is_none = true;
    } else if (strcmp(text, "adj") != 0) {
        char **list = NULL;
        for (const char *at = text;;) {
            size_t n = strcspn(at, ",");
            int status = parse_item(&gate, &list, at, n, err);
            if (status < 0) {
                skr_gate_done(&gate);
                return status;
            }
            if (at[n] == '\0')
                break;
            at += n + 1;
        }
    }
    *ret_gate = gate;
    return SKR_OK;
}

/* Is the name one of a comma list? */
static bool is_in(const char *list, const char *name, size_t n)
{
    for (const char *at = list;; at++) {
        size_t n_item = strcspn(at, ",");
        if (n_item == n && memcmp(at, name, n) == 0)
            return true;
        at += n_item;
        if (*at == '\0')
            return false;
    }
}

skr_filter skr_gate_filter(const skr_gate *gate, const char *text, size_t n)
{
    const char *passing = gate->pass_filters != NULL ? gate->pass_filters : "PASS,.";
    const char *refcall = gate->refcall_filters != NULL ? gate->refcall_filters : "RefCall";
    skr_filter worst = SKR_FILTER_PASS;
    if (n == 0)
        return skr_gate_filter(gate, ".", 1);
    for (size_t from = 0; from <= n;) {
        const char *end = memchr(text + from, ';', n - from);
        size_t n_name = end == NULL ? n - from : (size_t)(end - text) - from;
        skr_filter one = SKR_FILTER_FAIL;
        if (is_in(passing, text + from, n_name))
            one = SKR_FILTER_PASS;
        else if (is_in(refcall, text + from, n_name))
            one = SKR_FILTER_REFCALL;
        worst = one > worst ? one : worst;
        from += n_name + 1;
    }
    return worst;
}

bool skr_gate_passes(const skr_gate *gate, const skr_gate_facts *facts)
{
    if (gate->is_none)
        return true;
    if (facts->worst == SKR_FILTER_FAIL ||
        (facts->worst == SKR_FILTER_REFCALL && !facts->is_hom_ref))
        return false;
    double min_dp = facts->is_one_copy ? gate->min_dp_haploid : gate->min_dp;
    /* A comparison with NAN is false: what is absent is not tested. */
#define IS_BELOW(key, tag, adj) || (double)facts->numbers[SKR_GATE_##tag] < gate->key
    return !((double)skr_gate_depth(facts) < min_dp SKR_GATE_LEASTS(IS_BELOW));
}

float skr_gate_depth(const skr_gate_facts *facts)
{
    float least = facts->numbers[SKR_GATE_MIN_DP];
    return isnan(least) ? facts->numbers[SKR_GATE_DP] : least;
}

void skr_gate_limits(const skr_gate *gate, double limits[SKR_N_GATE_TAGS])
{
    double depth = gate->min_dp > gate->min_dp_haploid ? gate->min_dp : gate->min_dp_haploid;
#define LIMIT(key, tag, adj) limits[SKR_GATE_##tag] = gate->key;
    SKR_GATE_LEASTS(LIMIT)
    limits[SKR_GATE_DP] = depth;
    limits[SKR_GATE_MIN_DP] = depth;
}

bool skr_gate_balance_passes(const skr_gate *gate, float ad, float dp)
{
    if (gate->is_none || isnan(ad) || isnan(dp) || dp <= 0)
        return true;
    /* 6 of 30 is 0.2 and passes: the product is compared, because the quotient is rounded. */
    return !((double)ad < gate->min_ab * (double)dp - 1e-9);
}

/* Are the keys from one on as in adj? */
static bool is_adj_from(const skr_gate *gate, size_t from)
{
    skr_gate copy = *gate;
    for (size_t i = from; i < N_KEYS; i++)
        if (*number_at(&copy, i) != keys[i].adj)
            return false;
    return true;
}

bool skr_gate_has_usual_reads(const skr_gate *gate)
{
    return is_adj_from(gate, N_KEYS - N_KEYS_OF_READS);
}

/* Those of reads are told only where they are not as usual. */
static int put_numbers(const skr_gate *gate, skr_buffer *text, skr_err *err)
{
    char number[64];
    skr_gate copy = *gate;
    size_t n = skr_gate_has_usual_reads(gate) ? N_KEYS - N_KEYS_OF_READS : N_KEYS;
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(number, sizeof number, "%s%s=%.9g", i == 0 ? "" : ",", keys[i].key,
                       *number_at(&copy, i));
        SKR_TRY(skr_buffer_put(text, number, strlen(number), err));
    }
    return SKR_OK;
}

static bool is_adj(const skr_gate *gate)
{
    return is_adj_from(gate, 0) && gate->pass_filters == NULL && gate->refcall_filters == NULL;
}

int skr_gate_print(const skr_gate *gate, skr_buffer *text, skr_err *err)
{
    const char *word = gate->is_none ? "none" : is_adj(gate) ? "adj" : NULL;
    if (word != NULL)
        return skr_buffer_put(text, word, strlen(word), err);
    SKR_TRY(put_numbers(gate, text, err));
    const char *const parts[] = {gate->pass_filters ? ",pass_filters=" : "",
                                 gate->pass_filters ? gate->pass_filters : "",
                                 gate->refcall_filters ? ",refcall_filters=" : "",
                                 gate->refcall_filters ? gate->refcall_filters : ""};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        SKR_TRY(skr_buffer_put(text, parts[i], strlen(parts[i]), err));
    return SKR_OK;
}
