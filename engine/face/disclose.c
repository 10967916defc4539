/*
 * disclose.c - the policy: what it is, how it is read, and what it lets through.
 *
 * A count below the threshold is hidden whatever it is: 0 and 1 look alike, so that nobody learns
 * that there is exactly one.
 */
#include "engine/face/disclose.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "engine/face/config_file.h"

#define POLICY_NUMBER_MAX 1000000u

skr_policy skr_policy_default(void)
{
    return (skr_policy){.threshold = 10, .step = 10};
}

skr_policy skr_policy_exact(void)
{
    return (skr_policy){.is_exact = true, .threshold = 1, .step = 1};
}

static int read_counts(const skr_config_file *config, const skr_config_line *line, bool *ret_exact,
                       skr_err *err)
{
    if (strcmp(line->value, "exact") != 0 && strcmp(line->value, "rounded") != 0)
        return skr_config_fail(config, line, err, "counts is exact or rounded, not '%.40s'",
                               line->value);
    *ret_exact = line->value[0] == 'e';
    return SKR_OK;
}

static int read_lines(const skr_config_file *config, skr_policy *policy, skr_err *err)
{
    const skr_config_line *number = NULL;
    for (size_t i = 0; i < config->n_lines; i++) {
        const skr_config_line *line = &config->lines[i];
        int status;
        if (strcmp(line->key, "counts") == 0) {
            status = read_counts(config, line, &policy->is_exact, err);
        } else if (strcmp(line->key, "threshold") == 0) {
            number = line;
            status = skr_config_number(config, line, 1, POLICY_NUMBER_MAX, &policy->threshold, err);
        } else if (strcmp(line->key, "step") == 0) {
            number = line;
            status = skr_config_number(config, line, 1, POLICY_NUMBER_MAX, &policy->step, err);
        } else {
            static const char *const keys[] = {"counts", "threshold", "step"};
            status = skr_config_unknown(config, line, keys, 3, err);
        }
        if (status < 0)
            return status;
    }
    /* Of two contradicting wishes neither is a safe guess. */
    if (policy->is_exact && number != NULL)
        return skr_config_fail(config, number, err, "counts = exact leaves no room for '%s'",
                               number->key);
    return SKR_OK;
}

int skr_policy_read(const char *path, skr_policy *ret_policy, skr_err *err)
{
    skr_config_file config = {0};
    skr_policy policy = skr_policy_default();

    int status = skr_config_read(path, &config, err);
    if (status < 0)
        goto out;
    status = read_lines(&config, &policy, err);
    if (status < 0)
        goto out;
    *ret_policy = policy.is_exact ? skr_policy_exact() : policy;
out:
    skr_config_done(&config);
    return status;
}

void skr_policy_text(const skr_policy *policy, char *text)
{
    const size_t n_text = 96;
    if (policy->is_exact)
        (void)snprintf(text, n_text, "exact");
    else
        (void)snprintf(text, n_text, "counts below %" PRIu32 " hidden, rounded to %" PRIu32,
                       policy->threshold, policy->step);
}

skr_told_count skr_disclose(const skr_policy *policy, uint64_t raw)
{
    if (policy->is_exact)
        return (skr_told_count){.exists = raw > 0, .count = raw, .precision = SKR_PRECISION_EXACT};

    /* A policy made by hand with a 0 in it must not tell more than one with a 1. */
    uint32_t threshold = policy->threshold > 0 ? policy->threshold : 1;
    uint32_t step = policy->step > 0 ? policy->step : 1;
    skr_precision precision = step > 1 ? SKR_PRECISION_ROUNDED : SKR_PRECISION_EXACT;
    if (raw < threshold)
        return (skr_told_count){.is_hidden = true, .precision = precision};
    uint64_t n_steps = raw / step + (raw % step >= step - step / 2 ? 1 : 0);
    return (skr_told_count){
        .exists = true, .count = (n_steps > 0 ? n_steps : 1) * step, .precision = precision};
}
