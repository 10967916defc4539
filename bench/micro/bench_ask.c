/*
 * bench_ask.c - a question asked again and again of an engine that stays open, with serve's cache.
 *
 * Usage: bench_ask STORE N_THREADS N_ROUNDS count QUESTION
 *        bench_ask STORE N_THREADS N_ROUNDS alleles ALLELES [QUESTION]
 *        bench_ask STORE N_THREADS N_ROUNDS an PLACE [QUESTION]
 * @FILE in the place of what is asked for first: each line of the file is one, all are asked in a
 * round, and times are of one of them. So a cache that holds the last answer's rows helps nobody.
 * BENCH_CACHE in the environment: MiB of the cache of decoded blocks, 512 as serve has it.
 * One line: median and least CPU, median wall time (us), and the answers' sums: of counts; or rows,
 * AC, AN; or stretches, people, AN. Short questions are asked many times in a round. Two rounds are
 * thrown away.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/face/called.h"
#include "engine/face/engine.h"

#define N_ROUNDS_MAX 1000u
#define N_FIRST 2u
#define ROUND_US 2000.0
#define CACHE_MIB 512u

typedef struct bench {
    skr_engine *engine;
    skr_query *query;
    const skr_expr **what; /* questions for count, alleles or places otherwise */
    size_t n_what;
    const skr_expr *within;
    bool is_count;
    bool is_track; /* of the places */
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

static int on_stretch(void *context, const skr_an_stretch *stretch, skr_err *err)
{
    uint64_t *answer = context;
    (void)err;
    answer[0]++;
    answer[1] += stretch->all.people.count;
    answer[2] += stretch->all.an.count;
    return SKR_OK;
}

static int ask_one(bench *b, const skr_expr *what, skr_err *err)
{
    if (b->is_track) {
        skr_an_request request = {.place = what, .within = b->within};
        return skr_engine_an(b->engine, &request, &b->access, on_stretch, b->answer, err);
    }
    if (!b->is_count) {
        skr_alleles_request request = {.alleles = what, .within = b->within};
        return skr_engine_alleles(b->engine, &request, &b->access, on_row, b->answer, NULL, err);
    }
    skr_count_answer answer = {0};
    int status = skr_engine_count(b->engine, what, &b->access, &answer, err);
    b->answer[0] += answer.total.count;
    skr_engine_count_done(&answer);
    return status;
}

static int ask(bench *b, skr_err *err)
{
    memset(b->answer, 0, sizeof b->answer);
    for (size_t i = 0; i < b->n_what; i++)
        SKR_TRY(ask_one(b, b->what[i], err));
    return SKR_OK;
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
        double n = (double)n_asked * (double)b->n_what;
        cpu[i - N_FIRST] = taken / n;
        wall[i - N_FIRST] = (now_us(CLOCK_MONOTONIC) - start) / n;
    }
    qsort(cpu, n_rounds, sizeof *cpu, by_size);
    qsort(wall, n_rounds, sizeof *wall, by_size);
    (void)printf("%.3f %.3f %.3f %" PRIu64, cpu[n_rounds / 2], cpu[0], wall[n_rounds / 2],
                 b->answer[0]);
    if (!b->is_count)
        (void)printf(" %" PRIu64 " %" PRIu64, b->answer[1], b->answer[2]);
    (void)printf("\n");
    return SKR_OK;
}

static int parse_one(bench *b, const char *text, skr_err *err)
{
    const skr_expr **what = realloc(b->what, (b->n_what + 1) * sizeof *what);
    if (what == NULL)
        return skr_fail_nomem(err, "questions");
    b->what = what;
    what[b->n_what] = NULL;
    int status = b->is_count ? skr_query_parse(b->query, text, true, &what[b->n_what], err)
                             : skr_query_parse_alleles(b->query, text, &what[b->n_what], err);
    b->n_what++;
    return status;
}

static int parse_file(bench *b, const char *name, skr_err *err)
{
    char *line = NULL;
    size_t n_max = 0;
    int status = SKR_OK;
    FILE *in = fopen(name, "r");
    if (in == NULL)
        return skr_fail(err, SKR_ERR_INPUT, "%s cannot be opened", name);
    while (status == SKR_OK && getline(&line, &n_max, in) > 0) {
        line[strcspn(line, "\n")] = '\0';
        status = parse_one(b, line, err);
    }
    (void)fclose(in);
    free(line);
    return status;
}

static int parse(bench *b, int n_args, char **args, skr_err *err)
{
    int status = skr_query_new(&b->query, err);
    b->is_track = strcmp(args[4], "an") == 0;
    b->is_count = strcmp(args[4], "count") == 0;
    if (status == SKR_OK)
        status = args[5][0] == '@' ? parse_file(b, args[5] + 1, err) : parse_one(b, args[5], err);
    if (status == SKR_OK && n_args > 6)
        status = skr_query_parse(b->query, args[6], true, &b->within, err);
    return status;
}

int main(int n_args, char **args)
{
    bench b = {.access = {.policy = skr_policy_exact()}};
    skr_err err = {.message = ""};
    if (n_args < 6 || n_args > 7) {
        (void)fprintf(stderr, "usage: bench_ask STORE N_THREADS N_ROUNDS count|alleles|an "
                              "WHAT|@FILE [QUESTION]\n");
        return 2;
    }
    unsigned n_rounds = (unsigned)strtoul(args[3], NULL, 10);
    if (n_rounds == 0 || n_rounds > N_ROUNDS_MAX)
        n_rounds = 5;
    const char *cache = getenv("BENCH_CACHE");
    size_t n_mib = cache == NULL ? CACHE_MIB : strtoul(cache, NULL, 10);
    skr_engine_options options = {.n_threads = (unsigned)strtoul(args[2], NULL, 10),
                                  .n_cache_bytes = n_mib << 20};
    int status = parse(&b, n_args, args, &err);
    if (status == SKR_OK)
        status = skr_engine_open(args[1], &options, &b.engine, &err);
    if (status == SKR_OK)
        status = measure(&b, n_rounds, &err);
    if (status < 0)
        (void)fprintf(stderr, "bench_ask: %s\n", err.message);
    skr_engine_close(b.engine);
    skr_query_free(b.query);
    free(b.what);
    return status < 0;
}
