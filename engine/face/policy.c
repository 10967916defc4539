/* policy.c - the policy: what it is, how it is read and said. */
#include "engine/face/policy.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/face/config_file.h"
#include "storage/base/limits.h"

/* Populations of fewer people are not told; research of what a table of frequencies gives away
 * says that no rounding helps them. */
#define AF_PEOPLE_DEFAULT 1000u

/* Rarer alleles, and rarer other alleles, point at people however many there are. */
#define AF_FREQUENCY_DEFAULT 0.01

/* More digits than a frequency has. */
#define AF_DECIMALS_MAX 15u

static skr_frequency_policy frequencies_default(void)
{
    return (skr_frequency_policy){.min_people = AF_PEOPLE_DEFAULT,
                                  .min_frequency = AF_FREQUENCY_DEFAULT,
                                  .has_both_tails = true,
                                  .has_subcounts = true,
                                  .is_collapsed = true,
                                  .n_decimals = SKR_AF_DECIMALS_ALL};
}

skr_policy skr_policy_default(void)
{
    return (skr_policy){.threshold = 10, .step = 10, .frequencies = frequencies_default()};
}

skr_policy skr_policy_exact(void)
{
    return (skr_policy){
        .is_exact = true, .threshold = 1, .step = 1, .frequencies = {.is_exact = true}};
}

static int read_counts(const skr_config_file *config, const skr_config_line *line,
                       skr_policy *policy, skr_err *err)
{
    if (strcmp(line->value, "exact") != 0 && strcmp(line->value, "rounded") != 0)
        return skr_config_fail(config, line, err, "counts is exact or rounded, not '%.40s'",
                               line->value);
    policy->is_exact = line->value[0] == 'e';
    return SKR_OK;
}

static int read_threshold(const skr_config_file *config, const skr_config_line *line,
                          skr_policy *policy, skr_err *err)
{
    return skr_config_number(config, line, 1, SKR_POLICY_NUMBER_MAX, &policy->threshold, err);
}

static int read_step(const skr_config_file *config, const skr_config_line *line, skr_policy *policy,
                     skr_err *err)
{
    return skr_config_number(config, line, 1, SKR_POLICY_NUMBER_MAX, &policy->step, err);
}

static int read_min_people(const skr_config_file *config, const skr_config_line *line,
                           skr_policy *policy, skr_err *err)
{
    return skr_config_number(config, line, 1, UINT32_MAX - 1, &policy->frequencies.min_people, err);
}

static int read_min_frequency(const skr_config_file *config, const skr_config_line *line,
                              skr_policy *policy, skr_err *err)
{
    char *end = NULL;
    double number = strtod(line->value, &end);
    bool is_number = isdigit((unsigned char)line->value[0]) || line->value[0] == '.';
    if (!is_number || *end != '\0' || strpbrk(line->value, "xXnN") != NULL ||
        !(number >= 0 && number <= 0.5))
        return skr_config_fail(config, line, err, "%s is a number from 0 to 0.5, not '%.40s'",
                               line->key, line->value);
    policy->frequencies.min_frequency = number;
    return SKR_OK;
}

/* One of two words; yes and no, on and off mean the first and the second. */
static int read_choice(const skr_config_file *config, const skr_config_line *line,
                       const char *const words[2], bool *ret_is_first, skr_err *err)
{
    const char *const first[] = {words[0], "yes", "on", "true"};
    const char *const second[] = {words[1], "no", "off", "false"};
    for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
        if (strcasecmp(line->value, first[i]) == 0 || strcasecmp(line->value, second[i]) == 0) {
            *ret_is_first = strcasecmp(line->value, first[i]) == 0;
            return SKR_OK;
        }
    }
    return skr_config_fail(config, line, err, "%s is %s or %s, not '%.40s'", line->key, words[0],
                           words[1], line->value);
}

static int read_tails(const skr_config_file *config, const skr_config_line *line,
                      skr_policy *policy, skr_err *err)
{
    static const char *const words[] = {"both", "lower"};
    return read_choice(config, line, words, &policy->frequencies.has_both_tails, err);
}

static int read_subcounts(const skr_config_file *config, const skr_config_line *line,
                          skr_policy *policy, skr_err *err)
{
    static const char *const words[] = {"all", "none"};
    return read_choice(config, line, words, &policy->frequencies.has_subcounts, err);
}

static int read_collapse(const skr_config_file *config, const skr_config_line *line,
                         skr_policy *policy, skr_err *err)
{
    static const char *const words[] = {"total", "row"};
    return read_choice(config, line, words, &policy->frequencies.is_collapsed, err);
}

static int read_decimals(const skr_config_file *config, const skr_config_line *line,
                         skr_policy *policy, skr_err *err)
{
    if (strcmp(line->value, "all") == 0) {
        policy->frequencies.n_decimals = SKR_AF_DECIMALS_ALL;
        return SKR_OK;
    }
    return skr_config_number(config, line, 1, AF_DECIMALS_MAX, &policy->frequencies.n_decimals,
                             err);
}

static const struct policy_key {
    const char *name;
    int (*read)(const skr_config_file *config, const skr_config_line *line, skr_policy *policy,
                skr_err *err);
} keys[] = {
    {"counts", read_counts},
    {"threshold", read_threshold},
    {"step", read_step},
    {"af.min_people", read_min_people},
    {"af.min_frequency", read_min_frequency},
    {"af.tails", read_tails},
    {"af.subcounts", read_subcounts},
    {"af.collapse", read_collapse},
    {"af.decimals", read_decimals},
};

#define N_KEYS (sizeof keys / sizeof *keys)

static int read_line(const skr_config_file *config, const skr_config_line *line, skr_policy *policy,
                     skr_err *err)
{
    const char *names[N_KEYS];
    for (size_t i = 0; i < N_KEYS; i++) {
        names[i] = keys[i].name;
        if (strcmp(line->key, keys[i].name) == 0)
            return keys[i].read(config, line, policy, err);
    }
    return skr_config_unknown(config, line, names, N_KEYS, err);
}

static int read_lines(const skr_config_file *config, skr_policy *policy, skr_err *err)
{
    const skr_config_line *number = NULL;
    bool has_af = false;
    for (size_t i = 0; i < config->n_lines; i++) {
        const skr_config_line *line = &config->lines[i];
        SKR_TRY(read_line(config, line, policy, err));
        if (strcmp(line->key, "threshold") == 0 || strcmp(line->key, "step") == 0)
            number = line;
        has_af = has_af || strncmp(line->key, "af.", 3) == 0;
    }
    /* Of two contradicting wishes neither is a safe guess. */
    if (policy->is_exact && number != NULL)
        return skr_config_fail(config, number, err, "counts = exact leaves no room for '%s'",
                               number->key);
    if (policy->is_exact) {
        const skr_frequency_policy frequencies = policy->frequencies;
        *policy = skr_policy_exact();
        if (has_af)
            policy->frequencies = frequencies;
    }
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
    *ret_policy = policy;
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
