/* policy.c - the policy: what it is, how it is read and said. */
#include "engine/face/policy.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "engine/face/config_file.h"
#include "storage/base/limits.h"

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
            status =
                skr_config_number(config, line, 1, SKR_POLICY_NUMBER_MAX, &policy->threshold, err);
        } else if (strcmp(line->key, "step") == 0) {
            number = line;
            status = skr_config_number(config, line, 1, SKR_POLICY_NUMBER_MAX, &policy->step, err);
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
