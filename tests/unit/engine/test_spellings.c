/*
 * What several records say of an allele is one answer in any order, and what rule 4 says: the least
 * within a key, and keys laid over each other, by haplotype where all are phased.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/genotypes/spellings.h"
#include "tests/support/random.h"

/* "0|1" as what a record says of allele 1. */
static skr_spoken said(const char *gt, int64_t set)
{
    skr_spoken one = {.is_said = true, .is_phased = strchr(gt, '|') != NULL, .set = set};
    for (const char *at = gt; *at != '\0'; at++) {
        if (*at == '|' || *at == '/')
            continue;
        uint32_t way = *at == '.' ? SKR_WAY_UNKNOWN : *at == '1' ? SKR_WAY_THIS : SKR_WAY_OTHER;
        one.ways |= way << 2 * one.n_copies++;
        one.n_this += way == SKR_WAY_THIS;
        one.n_other += way == SKR_WAY_OTHER;
    }
    return one;
}

/* Keys apart by ' ', records of one key by ','. */
static skr_settled_copies settle(const char *text, skr_ploidy ploidy)
{
    char copy[128];
    char *keys_left = NULL;
    skr_spellings all = {0};
    (void)snprintf(copy, sizeof copy, "%s", text);
    for (char *key = strtok_r(copy, " ", &keys_left); key; key = strtok_r(NULL, " ", &keys_left)) {
        char *left = NULL;
        skr_spoken least = {0};
        for (char *gt = strtok_r(key, ",", &left); gt != NULL; gt = strtok_r(NULL, ",", &left)) {
            int64_t set = SKR_PHASE_SET_NONE;
            char *colon = strchr(gt, ':');
            if (colon != NULL) {
                set = strtol(colon + 1, NULL, 10);
                *colon = '\0';
            }
            skr_spoken one = said(gt, set);
            skr_spellings_add_spoken(&least, &one);
        }
        skr_spellings_add(&all, &least);
    }
    return skr_spellings_settle(&all, ploidy);
}

Test(spellings, say_what_rule_4_says)
{
    static const struct {
        const char *text;
        unsigned n_this;
        unsigned n_called;
        skr_zygosity zygosity;
    } cases[] = {
        /* one key: the least */
        {"0/1,0/1", 1, 2, SKR_HET},
        {"0/1,1/1", 1, 1, SKR_PARTIAL},
        {"0/0,0/1", 0, 1, 0},
        {"0/0,1/1", 0, 0, 0},
        {"1/1,1/1", 2, 2, SKR_HOM},
        {"1,1", 1, 1, SKR_HEMI},
        {"1,0/1", 1, 1, SKR_PARTIAL},
        {"./1,0/1", 1, 1, SKR_PARTIAL},
        {"./.,1/1", 0, 0, 0},
        {"0|1,1|0", 1, 2, SKR_HET},
        /* several keys, unphased */
        {"0/1 0/0", 1, 2, SKR_HET},
        {"0/1 ./.", 1, 2, SKR_HET},
        {"0/1 0/1", 1, 1, SKR_PARTIAL},
        {"0/1 1/1", 2, 2, SKR_HOM},
        {"0/1 0/. 0/0", 1, 2, SKR_HET},
        {"./1 0/0", 1, 1, SKR_PARTIAL},
        {"0/0 ./.", 0, 2, 0},
        {"0/0 0/.", 0, 1, 0},
        {"1/1 1/1", 2, 2, SKR_HOM},
        {"1 0", 1, 1, SKR_HEMI},
        {"0/1,./. 0/0", 0, 2, 0},
        {"0/1,0/0 0/1", 1, 2, SKR_HET},
        {"./. ./.", 0, 0, 0},
        /* several keys, phased */
        {"0|1 0|1", 1, 2, SKR_HET},
        {"0|1 1|0", 2, 2, SKR_HOM},
        {"0|1 1|0 0|0", 2, 2, SKR_HOM},
        {"0|1 0|0 0|0", 1, 2, SKR_HET},
        {".|1 0|.", 1, 2, SKR_HET},
        {".|1 .|0", 1, 1, SKR_PARTIAL},
        {"0|1 .|.", 1, 2, SKR_HET},
        {"0|0|1 0|1|0", 2, 3, SKR_HET},
        /* phase that cannot be compared */
        {"0|1 1/0", 1, 1, SKR_PARTIAL},
        {"0|1:7 1|0:7", 2, 2, SKR_HOM},
        {"0|1:7 1|0:8", 1, 1, SKR_PARTIAL},
        {"0|1:7 1|0", 1, 1, SKR_PARTIAL},
        {"0|1 1", 1, 1, SKR_PARTIAL},
        {"0|1,1|0 1|0", 1, 1, SKR_PARTIAL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        skr_settled_copies got = settle(cases[i].text, SKR_PLOIDY_DIPLOID);
        cr_assert(got.n_this == cases[i].n_this && got.n_called == cases[i].n_called,
                  "%s: %u of %u", cases[i].text, got.n_this, got.n_called);
        if (got.n_this > 0)
            cr_assert(eq(int, got.zygosity, cases[i].zygosity), "%s", cases[i].text);
    }
}

Test(spellings, add_up_the_keys_of_one_record)
{
    const skr_spoken het = said("0/1", SKR_PHASE_SET_NONE);
    skr_spellings all = {0};
    skr_spellings_add(&all, &het);
    skr_spellings_add(&all, &het);
    skr_settled_copies apart = skr_spellings_settle(&all, SKR_PLOIDY_DIPLOID);
    cr_assert(apart.n_this == 1 && apart.n_called == 1);
    skr_spellings_add_record(&all, 2, 0); /* 1/2 of CA>TA,TG */
    skr_settled_copies together = skr_spellings_settle(&all, SKR_PLOIDY_DIPLOID);
    cr_assert(together.n_this == 2 && together.n_called == 2 && together.zygosity == SKR_HOM);
}

Test(spellings, tell_mixtures_of_mitochondria)
{
    skr_spoken mixture = said("1", SKR_PHASE_SET_NONE);
    const skr_spoken pure = mixture;
    mixture.is_mixture = true;
    for (int turn = 0; turn < 3; turn++) {
        skr_spellings all = {0};
        skr_spellings_add(&all, turn == 1 ? &mixture : &pure);
        skr_spellings_add(&all, turn == 2 ? &mixture : &pure);
        skr_settled_copies got = skr_spellings_settle(&all, SKR_PLOIDY_MT);
        cr_assert(got.n_this == 1 && got.n_called == 1);
        cr_assert(eq(int, got.zygosity, turn == 0 ? SKR_HEMI : SKR_HET));
    }
}

/* All orders of keys, and of records within them, give one answer. */
Test(spellings, give_one_answer_in_any_order)
{
    static const char *const genotypes[] = {
        "0/0", "0/1", "1/1", "./.", "./1", "0/.",   "0|0",   "0|1",   "1|0",   "1|1",
        ".|1", "0|.", "0",   "1",   ".",   "0|1:7", "1|0:7", "0|1:8", "0/0/1", "0|1|1"};
    test_random random = test_random_drawn("spellings");
    for (int round = 0; round < 20000; round++) {
        char texts[2][128] = {"", ""};
        const char *keys[3][2];
        int n_records[3];
        int n_keys = 1 + (int)test_random_below(&random, 3);
        for (int k = 0; k < n_keys; k++) {
            n_records[k] = 1 + (int)test_random_below(&random, 2);
            for (int r = 0; r < 2; r++)
                keys[k][r] = genotypes[test_random_below(&random, 20)];
        }
        for (int turn = 0; turn < 2; turn++) {
            size_t n = 0;
            for (int k = 0; k < n_keys; k++) {
                int key = turn == 0 ? k : n_keys - 1 - k;
                for (int r = 0; r < n_records[key]; r++) {
                    int record = turn == 0 ? r : n_records[key] - 1 - r;
                    n += (size_t)snprintf(texts[turn] + n, sizeof texts[turn] - n, "%s%s",
                                          r > 0   ? ","
                                          : k > 0 ? " "
                                                  : "",
                                          keys[key][record]);
                }
            }
        }
        skr_settled_copies a = settle(texts[0], SKR_PLOIDY_DIPLOID);
        skr_settled_copies b = settle(texts[1], SKR_PLOIDY_DIPLOID);
        cr_assert(a.n_this == b.n_this && a.n_called == b.n_called &&
                      (a.n_this == 0 || a.zygosity == b.zygosity),
                  "seed %llu: %s", (unsigned long long)random.seed, texts[0]);
        cr_assert(a.n_called <= 3 && a.n_this <= a.n_called, "%s", texts[0]);
    }
}
