/*
 * What a policy lets through, number by number, and the files that it is read from.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/tell/disclose.h"

static skr_err err;

Test(disclose, hides_small_counts_and_rounds_the_rest)
{
    skr_policy policy = skr_policy_default();
    for (uint64_t raw = 0; raw < 10; raw++) {
        skr_told_count told = skr_disclose(&policy, raw);
        skr_told_count zero = skr_disclose(&policy, 0);
        cr_assert(told.is_hidden && !told.exists && told.count == 0);
        cr_assert(told.precision == zero.precision);
    }
    const uint64_t pairs[][2] = {{10, 10}, {14, 10},   {15, 20},          {19, 20},
                                 {20, 20}, {104, 100}, {1000005, 1000010}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        skr_told_count told = skr_disclose(&policy, pairs[i][0]);
        cr_assert(not(told.is_hidden));
        cr_assert(told.exists);
        cr_assert(eq(u64, told.count, pairs[i][1]));
        cr_assert(eq(int, told.precision, SKR_PRECISION_ROUNDED));
    }
}

Test(disclose, tells_everything_when_exact)
{
    skr_policy policy = skr_policy_exact();
    for (uint64_t raw = 0; raw < 30; raw++) {
        skr_told_count told = skr_disclose(&policy, raw);
        cr_assert(not(told.is_hidden));
        cr_assert(eq(int, told.exists, raw > 0));
        cr_assert(eq(u64, told.count, raw));
        cr_assert(eq(int, told.precision, SKR_PRECISION_EXACT));
    }
}

Test(disclose, never_rounds_to_nothing)
{
    skr_policy policy = {.threshold = 1, .step = 100};
    skr_told_count told = skr_disclose(&policy, 3);
    cr_assert(told.exists && told.count == 100);
    policy = (skr_policy){0};
    told = skr_disclose(&policy, 0);
    cr_assert(told.is_hidden && !told.exists);
    policy.step = UINT32_MAX;
    told = skr_disclose(&policy, 5);
    cr_assert(told.exists && told.count == UINT32_MAX);
}

static char path[] = "/tmp/skr_policy_XXXXXX";

static int read_text(const char *text, size_t n, skr_policy *policy)
{
    FILE *file = fopen(path, "w");
    fwrite(text, 1, n, file);
    fclose(file);
    return skr_policy_read(path, policy, &err);
}

static const struct file {
    const char *text;
    const char *message; /* NULL: it is taken */
    skr_policy policy;
} files[] = {
    {"counts = exact\n", NULL, {.is_exact = true, .threshold = 1, .step = 1}},
    {"# ours\n\n  counts=exact # all\r\n", NULL, {.is_exact = true, .threshold = 1, .step = 1}},
    {"counts = \"exact\"", NULL, {.is_exact = true, .threshold = 1, .step = 1}},
    {"", NULL, {.is_exact = false, .threshold = 10, .step = 10}},
    {"counts = rounded\nthreshold = 5\nstep = 1",
     NULL,
     {.is_exact = false, .threshold = 5, .step = 1}},
    {"threshold = 20\n", NULL, {.is_exact = false, .threshold = 20, .step = 10}},
    {"counts = precise\n", ":1: counts is exact or rounded, not 'precise'", {0}},
    {"counts exact\n", ":1: expected KEY = VALUE", {0}},
    {"\ncount = exact\n", ":2: unknown key 'count'; nearest: counts", {0}},
    {"threshold = 0\n", ":1: threshold is a whole number from 1", {0}},
    {"threshold = -5\n", "whole number", {0}},
    {"threshold = 5x\n", "whole number", {0}},
    {"threshold = 99999999999999999999999\n", "whole number", {0}},
    {"step = \n", "whole number", {0}},
    {"= 5\n", "expected a key", {0}},
    {"step = 5\nstep = 6\n", ":2: 'step' stands in line 1 already", {0}},
    {"counts = exact\nthreshold = 10\n", "leaves no room for 'threshold'", {0}},
    {"counts = \"exact\n", "not closed", {0}},
};

Test(disclose, reads_policy_files_strictly)
{
    int fd = mkstemp(path);
    close(fd);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        skr_policy policy = {.threshold = 77};
        int status = read_text(files[i].text, strlen(files[i].text), &policy);
        if (files[i].message == NULL) {
            cr_assert(eq(int, status, SKR_OK), "%s: %s", files[i].text, err.message);
            cr_assert(policy.is_exact == files[i].policy.is_exact);
            cr_assert(eq(uint, policy.threshold, files[i].policy.threshold));
            cr_assert(eq(uint, policy.step, files[i].policy.step));
            continue;
        }
        cr_assert(eq(int, status, SKR_ERR_INPUT), "%s", files[i].text);
        cr_assert(strstr(err.message, files[i].message) != NULL, "%s", err.message);
        cr_assert(strstr(err.message, path) != NULL, "%s", err.message);
        cr_assert(eq(uint, policy.threshold, 77u));
    }
    skr_policy policy;
    cr_assert(eq(int, read_text("counts = exact\n\0x", 17, &policy), SKR_ERR_INPUT));
    remove(path);
    cr_assert(eq(int, skr_policy_read(path, &policy, &err), SKR_ERR_INPUT));
}

Test(disclose, says_the_policy_in_words)
{
    char text[96];
    skr_policy policy = skr_policy_default();
    skr_policy_text(&policy, text);
    cr_assert(eq(str, text, "counts below 10 hidden, rounded to 10"));
    policy = skr_policy_exact();
    skr_policy_text(&policy, text);
    cr_assert(eq(str, text, "exact"));
    policy = (skr_policy){.threshold = UINT32_MAX, .step = UINT32_MAX};
    skr_policy_text(&policy, text);
    cr_assert(strlen(text) < 96);
}
