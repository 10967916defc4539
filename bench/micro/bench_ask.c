/*
 * bench_ask.c - a question asked again and again of an engine that stays open, with serve's cache.
 *
 * Usage: bench_ask STORE N_THREADS N_ROUNDS count QUESTION
 *        bench_ask STORE N_THREADS N_ROUNDS alleles ALLELES [QUESTION]
 * One line: median and least CPU, median wall time (us), and the answer: the count; or rows, sum of
 * AC, sum of AN. Short questions are asked many times in a round. Two rounds are thrown away.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/face/engine.h"

#define N_ROUNDS_MAX 1000u
#define N_FIRST 2u
#define ROUND_US 2000.0
#define CACHE_BYTES ((size_t)512 << 20) /* as serve has it unless told otherwise */

typedef struct bench {
    skr_engine *engine;
    skr_query *query;
    const skr_expr *question;
    const skr_expr *alleles;
    skr_access access;
    uint64_t answer[3];
} bench;

static double now_us(clockid_t clock)
{
    struct timespec at;
    (void)clock_gettime(clock, &at);
    return (double)at.tv_sec * 1e6 + (double)at.tv_nsec / 1e3;
}

static int on_row(void *context, const skr_allele_row *row, skr_err *err)
{
    uint64_t *answer = context;
    (void)err;
    answer[0]++;
    answer[1] += row->ac;
    answer[2] += row->an;
    return SKR_OK;
}

static int ask(bench *b, skr_err *err)
{
    memset(b->answer, 0, sizeof b->answer);
    if (b->alleles != NULL) {
        skr_alleles_request request = {.alleles = b->alleles, .within = b->question};
        return skr_engine_alleles(b->engine, &request, &b->access, on_row, b->answer, NULL, err);
    }
    skr_count_answer answer = {0};
    int status = skr_engine_count(b->engine, b->question, &b->access, &answer, err);
    b->answer[0] = answer.total.count;
    skr_engine_count_done(&answer);
    return status;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static int measure(bench *b, unsigned n_rounds, skr_err *err)
{
    static double cpu[N_ROUNDS_MAX], wall[N_ROUNDS_MAX];
    unsigned n_asked = 1;
    for (unsigned i = 0; i < n_rounds + N_FIRST; i++) {
        double cpu_start = now_us(CLOCK_PROCESS_CPUTIME_ID);
        double start = now_us(CLOCK_MONOTONIC);
        for (unsigned j = 0; j < n_asked; j++) {
            int status = ask(b, err);
            if (status < 0)
                return status;
        }
        double taken = now_us(CLOCK_PROCESS_CPUTIME_ID) - cpu_start;
        if (i < N_FIRST) {
            n_asked = taken < ROUND_US ? (unsigned)(n_asked * ROUND_US / (taken + 1)) + 1 : n_asked;
            continue;
        }
        cpu[i - N_FIRST] = taken / n_asked;
        wall[i - N_FIRST] = (now_us(CLOCK_MONOTONIC) - start) / n_asked;
    }
    qsort(cpu, n_rounds, sizeof *cpu, by_size);
    qsort(wall, n_rounds, sizeof *wall, by_size);
    (void)printf("%.3f %.3f %.3f %" PRIu64, cpu[n_rounds / 2], cpu[0], wall[n_rounds / 2],
                 b->answer[0]);
    if (b->alleles != NULL)
        (void)printf(" %" PRIu64 " %" PRIu64, b->answer[1], b->answer[2]);
    (void)printf("\n");
    return SKR_OK;
}

static int parse(bench *b, int n_args, char **args, skr_err *err)
{
    int status = skr_query_new(&b->query, err);
    if (status == SKR_OK && strcmp(args[4], "alleles") == 0)
        status = skr_query_parse_alleles(b->query, args[5], &b->alleles, err);
    const char *text = b->alleles == NULL ? args[5] : n_args > 6 ? args[6] : NULL;
    if (status == SKR_OK && text != NULL)
        status = skr_query_parse(b->query, text, true, &b->question, err);
    return status;
}

int main(int n_args, char **args)
{
    bench b = {.access = {.policy = skr_policy_exact()}};
    skr_err err = {.message = ""};
    if (n_args < 6 || n_args > 7) {
        (void)fprintf(stderr, "usage: bench_ask STORE N_THREADS N_ROUNDS count|alleles WHAT "
                              "[QUESTION]\n");
        return 2;
    }
    unsigned n_rounds = (unsigned)strtoul(args[3], NULL, 10);
    if (n_rounds == 0 || n_rounds > N_ROUNDS_MAX)
        n_rounds = 5;
    skr_engine_options options = {.n_threads = (unsigned)strtoul(args[2], NULL, 10),
                                  .n_cache_bytes = CACHE_BYTES};
    int status = parse(&b, n_args, args, &err);
    if (status == SKR_OK)
        status = skr_engine_open(args[1], &options, &b.engine, &err);
    if (status == SKR_OK)
        status = measure(&b, n_rounds, &err);
    if (status < 0)
        (void)fprintf(stderr, "bench_ask: %s\n", err.message);
    skr_engine_close(b.engine);
    skr_query_free(b.query);
    return status < 0;
}
