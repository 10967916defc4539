/*
 * gate.c - reading a gate, and the tests of rule 3.
 */
#include "engine/import/genotypes/gate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

skr_gate skr_gate_adj(void)
{
    return (skr_gate){.min_gq = 20, .min_dp = 10, .min_dp_haploid = 5, .min_ab = 0.2};
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
    static const char *const names[] = {"min_gq", "min_dp", "min_dp_haploid", "min_ab"};
    double *const values[] = {&gate->min_gq, &gate->min_dp, &gate->min_dp_haploid, &gate->min_ab};
    for (size_t i = 0; i < 4; i++)
        if (strlen(names[i]) == n && memcmp(names[i], key, n) == 0)
            return values[i];
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

static bool is_of_cram(const char *key, size_t n)
{
    static const char *const names[] = {"min_mq", "min_bq", "exclude_flags"};
    for (size_t i = 0; i < 3; i++)
        if (strlen(names[i]) == n && memcmp(names[i], key, n) == 0)
            return true;
    return false;
}

/* Sets a list, or adds a name to it when is_first is false. */
static int add_to_list(char **list, const char *value, size_t n, bool is_first, skr_err *err)
{
    size_t n_old = is_first || *list == NULL ? 0 : strlen(*list) + 1;
    char *text = malloc(n_old + n + 1);
    if (text == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "gate: out of memory");
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
    if (is_of_cram(item, n_key))
        return skr_fail(err, SKR_ERR_NOT_YET, "gate: %.*s is for CRAM, which is not there yet",
                        (int)n_key, item);
    return skr_fail(err, SKR_ERR_USAGE,
                    "gate: '%.*s' is not adj, not none, and no KEY=VALUE of min_gq, min_dp, "
                    "min_dp_haploid, min_ab, pass_filters, refcall_filters",
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
    return !((double)facts->gq < gate->min_gq) && !((double)facts->dp < min_dp);
}

bool skr_gate_balance_passes(const skr_gate *gate, float ad, float dp)
{
    if (gate->is_none || isnan(ad) || isnan(dp) || dp <= 0)
        return true;
    /* 6 of 30 is 0.2 and passes: the product is compared, because the quotient is rounded. */
    return !((double)ad < gate->min_ab * (double)dp - 1e-9);
}

int skr_gate_print(const skr_gate *gate, skr_buffer *text, skr_err *err)
{
    char numbers[160];
    skr_gate adj = skr_gate_adj();
    const char *word = NULL;
    if (gate->is_none)
        word = "none";
    else if (gate->min_gq == adj.min_gq && gate->min_dp == adj.min_dp &&
             gate->min_dp_haploid == adj.min_dp_haploid && gate->min_ab == adj.min_ab &&
             gate->pass_filters == NULL && gate->refcall_filters == NULL)
        word = "adj";
    if (word != NULL)
        return skr_buffer_put(text, word, strlen(word), err);

    (void)snprintf(numbers, sizeof numbers,
                   "min_gq=%.9g,min_dp=%.9g,min_dp_haploid=%.9g,min_ab=%.9g", gate->min_gq,
                   gate->min_dp, gate->min_dp_haploid, gate->min_ab);
    const char *const parts[] = {numbers, gate->pass_filters ? ",pass_filters=" : "",
                                 gate->pass_filters ? gate->pass_filters : "",
                                 gate->refcall_filters ? ",refcall_filters=" : "",
                                 gate->refcall_filters ? gate->refcall_filters : ""};
    int status = SKR_OK;
    for (size_t i = 0; i < 5 && status == SKR_OK; i++)
        status = skr_buffer_put(text, parts[i], strlen(parts[i]), err);
    return status;
}
