/*
 * model_main.c - drawn cohorts and questions: the engine against the slow evaluator.
 *
 * usage: model COHORTS QUESTIONS. SKERRY_SEED brings a run back. Each cohort goes through the real
 * importer; each question is asked with one, two and five threads, by io_uring and by pread.
 */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine_knobs_int.h"
#include "tests/model/model_import.h"
#include "tests/model/model_question.h"

#define N_ENGINES 4

typedef struct model_run {
    model_cohort cohort;
    skr_engine *engines[N_ENGINES];
    unsigned n_wrong;
    unsigned n_asked;
} model_run;

static const skr_access access_exact = {.policy = {.is_exact = true, .threshold = 1, .step = 1}};

/* Tells every number but those of the total, which is then the sum of its parts. */
static const skr_access access_parts = {.policy = {.threshold = 1, .step = 1}};

/* ------------------------------------------------------------------ people */

static void wrong(model_run *run, const model_question *question, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void wrong(model_run *run, const model_question *question, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "WRONG %s\n      ", question->text);
    (void)vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    run->n_wrong++;
}

static void count_truth(const model_run *run, const model_question *question,
                        uint64_t *ret_by_dataset, uint64_t *ret_total, uint64_t *ret_unassessed)
{
    bool is_in[MODEL_PEOPLE] = {false};
    bool is_unassessed[MODEL_PEOPLE] = {false};
    for (int d = 0; d < run->cohort.n_datasets; d++) {
        ret_by_dataset[d] = 0;
        for (int p = 0; p < run->cohort.n_people; p++) {
            bool unassessed = false;
            if (!model_person_is_in(&run->cohort, question, d, p, &unassessed))
                continue;
            ret_by_dataset[d]++;
            is_in[p] = true;
            is_unassessed[p] = is_unassessed[p] || unassessed;
        }
    }
    *ret_total = 0;
    *ret_unassessed = 0;
    for (int p = 0; p < run->cohort.n_people; p++) {
        *ret_total += is_in[p];
        *ret_unassessed += is_unassessed[p];
    }
}

static void compare_counts(model_run *run, const model_question *question, unsigned engine,
                           bool is_exact, const skr_count_answer *answer)
{
    uint64_t by_dataset[MODEL_DATASETS];
    uint64_t total = 0;
    uint64_t unassessed = 0;
    count_truth(run, question, by_dataset, &total, &unassessed);
    if (!is_exact) {
        total = 0;
        for (int d = 0; d < run->cohort.n_datasets; d++)
            total += by_dataset[d];
    }
    if (answer->total.count != total)
        wrong(run, question, "engine %u: total %" PRIu64 ", truth %" PRIu64, engine,
              answer->total.count, total);
    for (size_t i = 0; i < answer->n_datasets; i++) {
        int d = answer->datasets[i].id[1] - '0';
        if (answer->datasets[i].told.count != by_dataset[d])
            wrong(run, question, "engine %u: %s %" PRIu64 ", truth %" PRIu64, engine,
                  answer->datasets[i].id, answer->datasets[i].told.count, by_dataset[d]);
    }
    bool has = model_has_negated_carries(question);
    if (!is_exact)
        return;
    if (answer->has_unassessed != has || (has && answer->unassessed.count != unassessed))
        wrong(run, question, "engine %u: unassessed %" PRIu64 ", truth %" PRIu64, engine,
              answer->unassessed.count, unassessed);
}

static void ask_people(model_run *run, const model_question *question)
{
    skr_err err = {0};
    skr_query *query = NULL;
    const skr_expr *expr = NULL;
    model_must(skr_query_new(&query, &err), &err, "query");
    model_must(skr_query_parse(query, question->text, false, &expr, &err), &err, "parse");
    for (unsigned i = 0; i < 2 * N_ENGINES; i++) {
        skr_count_answer answer = {0};
        unsigned engine = i / 2;
        bool is_exact = i % 2 == 0;
        run->n_asked++;
        int status = skr_engine_count(run->engines[engine], expr,
                                      is_exact ? &access_exact : &access_parts, &answer, &err);
        if (status < 0)
            wrong(run, question, "engine %u: %s", engine, err.message);
        else
            compare_counts(run, question, engine, is_exact, &answer);
        skr_engine_count_done(&answer);
    }
    skr_query_free(query);
}

/* ------------------------------------------------------------------ alleles */

typedef struct row_check {
    model_run *run;
    const model_question *question;
    const model_row *rows;
    int n_rows;
    int next;
    unsigned engine;
    uint64_t n_carried;
} row_check;

static bool is_same_row(const skr_allele_row *row, const model_row *truth, char *name, size_t n)
{
    const char *contig = model_contigs[truth->key.contig];
    if (truth->key.is_structural)
        (void)snprintf(name, n, "%s-%u-%u-%s", contig, truth->key.start0 + 1, truth->key.end0,
                       truth->key.alt);
    else
        (void)snprintf(name, n, "%s-%u-%s-%s", contig, truth->key.start0 + 1, truth->key.ref,
                       truth->key.alt);
    return strcmp(name, row->variant) == 0 && row->ac == truth->ac && row->an == truth->an &&
           row->n_carriers == truth->n_carriers && row->n_het == truth->n_by[MODEL_HET] &&
           row->n_hom == truth->n_by[MODEL_HOM] && row->n_hemi == truth->n_by[MODEL_HEMI] &&
           row->n_partial == truth->n_by[MODEL_PARTIAL] &&
           (row->an == 0 ? isnan(row->af) : row->af == (double)row->ac / (double)row->an) &&
           (row->answer == SKR_PRESENT) == (row->n_carriers > 0);
}

/* The rows come contig by contig in the order of the store; the truth is looked up by name. */
static int on_row(void *context, const skr_allele_row *row, skr_err *err)
{
    (void)err;
    row_check *check = context;
    char name[128];
    const model_row *truth = NULL;
    for (int i = 0; i < check->n_rows && truth == NULL; i++) {
        (void)is_same_row(row, &check->rows[i], name, sizeof name);
        if (strcmp(name, row->variant) == 0)
            truth = &check->rows[i];
    }
    check->next++;
    if (truth == NULL)
        wrong(check->run, check->question, "engine %u: row %s is none", check->engine,
              row->variant);
    else if (!is_same_row(row, truth, name, sizeof name))
        wrong(check->run, check->question,
              "engine %u: %s ac %" PRIu64 " an %" PRIu64 " carriers %u het %u hom %u hemi %u "
              "partial %u, truth %" PRIu64 " %" PRIu64 " %u %u %u %u %u",
              check->engine, row->variant, row->ac, row->an, row->n_carriers, row->n_het,
              row->n_hom, row->n_hemi, row->n_partial, truth->ac, truth->an, truth->n_carriers,
              truth->n_by[MODEL_HET], truth->n_by[MODEL_HOM], truth->n_by[MODEL_HEMI],
              truth->n_by[MODEL_PARTIAL]);
    return SKR_OK;
}

static void ask_alleles(model_run *run, const model_question *question,
                        const model_question *within)
{
    static model_row rows[MODEL_KEYS];
    skr_err err = {0};
    skr_query *query = NULL;
    skr_alleles_request request = {0};
    model_must(skr_query_new(&query, &err), &err, "query");
    model_must(skr_query_parse_alleles(query, question->text, &request.alleles, &err), &err,
               "parse");
    if (within != NULL)
        model_must(skr_query_parse(query, within->text, false, &request.within, &err), &err,
                   "parse");
    int n = model_rows(&run->cohort, question, within, rows);
    for (unsigned i = 0; i < N_ENGINES; i++) {
        row_check check = {.run = run, .question = question, .rows = rows, .n_rows = n};
        skr_alleles_answer listed = {0};
        uint64_t n_carried = 0;
        skr_count_answer answer = {0};
        check.engine = i;
        run->n_asked++;
        int status = skr_engine_alleles(run->engines[i], &request, &access_exact, on_row, &check,
                                        &listed, &err);
        if (status < 0)
            wrong(run, question, "engine %u: %s", i, err.message);
        else if (listed.n_rows != (uint64_t)n || check.next != n)
            wrong(run, question, "engine %u: %" PRIu64 " rows, truth %d%s%s", i, listed.n_rows, n,
                  within == NULL ? "" : ", in ", within == NULL ? "" : within->text);
        skr_engine_alleles_done(&listed);
        for (int r = 0; r < n; r++)
            n_carried += rows[r].is_counted;
        status = skr_engine_count_alleles(run->engines[i], &request, &access_exact, &answer, &err);
        if (status < 0 || answer.total.count != n_carried)
            wrong(run, question, "engine %u: %" PRIu64 " alleles, truth %" PRIu64 "%s%s", i,
                  answer.total.count, n_carried, within == NULL ? "" : ", in ",
                  within == NULL ? "" : within->text);
        skr_engine_count_done(&answer);
    }
    skr_query_free(query);
}

/* ------------------------------------------------------------------ a cohort */

static void count_fault(void *context, const char *text)
{
    model_run *run = context;
    fprintf(stderr, "verify: %s\n", text);
    run->n_wrong++;
}

static void open_engines(model_run *run, const char *store)
{
    /* caches: none, one in which hardly anything has room, one for everything; batches: of one
     * allele, of a few, of as many as usual */
    static const skr_engine_options options[N_ENGINES] = {
        {.n_threads = 1, .io = SKR_IO_PREAD},
        {.n_threads = 2, .n_cache_bytes = 6000},
        {.n_threads = 5, .n_cache_bytes = 64 << 20},
        {.n_threads = 1, .n_cache_bytes = 64 << 20}};
    static const uint32_t n_batch_max[N_ENGINES] = {0, 1, 3, 0};
    skr_err err = {0};
    for (unsigned i = 0; i < N_ENGINES; i++) {
        model_must(skr_engine_open(store, &options[i], &run->engines[i], &err), &err, "open");
        skr_engine_knobs_batch_max(run->engines[i], n_batch_max[i]);
    }
    uint64_t n_faults = 0;
    model_must(skr_engine_verify(store, false, count_fault, run, &n_faults, &err), &err, "verify");
}

static void run_cohort(model_run *run, test_random *random, unsigned n_questions)
{
    static model_question question;
    static model_question within;
    test_folder folder = test_folder_make();
    char store[2 * SKR_TEST_PATH_MAX];
    test_folder store_folder = {0};
    (void)snprintf(store, sizeof store, "%s/store", folder.path);
    (void)snprintf(store_folder.path, sizeof store_folder.path, "%.500s", store);
    model_draw(&run->cohort, random);
    for (int d = 0; d < run->cohort.n_deliveries; d++)
        model_import(&run->cohort, &run->cohort.deliveries[d], store, &folder);
    open_engines(run, store);
    unsigned n_wrong = run->n_wrong;
    for (unsigned i = 0; i < n_questions && run->n_wrong < n_wrong + 10; i++) {
        model_draw_one_allele(&run->cohort, random, &question);
        ask_people(run, &question);
        if (test_random_below(random, 2) == 0) {
            model_draw_people(&run->cohort, random, &question);
            ask_people(run, &question);
            continue;
        }
        bool is_cohort = test_random_below(random, 3) == 0;
        model_draw_alleles(&run->cohort, random, &question);
        if (is_cohort)
            model_draw_people(&run->cohort, random, &within);
        ask_alleles(run, &question, is_cohort ? &within : NULL);
    }
    for (unsigned i = 0; i < N_ENGINES; i++)
        skr_engine_close(run->engines[i]);
    if (run->n_wrong > n_wrong && getenv("SKERRY_KEEP") != NULL)
        fprintf(stderr, "kept: %s\n", folder.path);
    else
        test_folder_remove(&store_folder), test_folder_remove(&folder);
}

int main(int argc, char **argv)
{
    unsigned n_cohorts = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 20;
    unsigned n_questions = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 40;
    test_random first = test_random_drawn("model");
    static model_run state;
    for (unsigned i = 0; i < n_cohorts && state.n_wrong < 20; i++) {
        unsigned n_wrong = state.n_wrong;
        test_random random = test_random_seeded(first.seed + i);
        run_cohort(&state, &random, n_questions);
        if (state.n_wrong > n_wrong)
            fprintf(stderr, "repeat with SKERRY_SEED=%" PRIu64 " model 1 %u\n", first.seed + i,
                    n_questions);
    }
    printf("%u questions over %u cohorts, %u wrong\n", state.n_asked, n_cohorts, state.n_wrong);
    return state.n_wrong == 0 ? 0 : 1;
}
