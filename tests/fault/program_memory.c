/*
 * program_memory.c - deliveries of every kind, withdrawals, compactions and questions of every kind
 * while memory runs out: at the first allocation, at the second, and so on; beyond the first some
 * hundred at drawn ones.
 *
 * What is done is right or fails with the status of a machine that refuses, and after a failure the
 * store is as it was.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <unistd.h>

#include "engine/face/engine.h"
#include "engine/face/query.h"
#include "engine/import/face/compact.h"
#include "engine/import/face/withdraw.h"
#include "tests/fault/program_files.h"
#include "tests/support/random.h"
#include "tests/support/refused_memory.h"

#define N_IN_TURN 300u /* allocations that are all refused */
#define N_DRAWN 60u    /* of the rest */

/* ------------------------------------------------------------------ deliveries */

typedef struct delivery {
    const char *name;
    load_fn load; /* NULL: genomes */
    const char *files[2];
    const char *samples;
    const char *reference;
    const char *pipe; /* what standard input gives; files[0] is "-" */
    bool is_hom_ref;
    bool needs_genomes; /* come before */
} delivery;

static const delivery deliveries[] = {
    {.name = "VCF", .files = {"a.vcf"}},
    {.name = "bgzipped VCF with a reference", .files = {"a.vcf.gz"}, .reference = "ref.fa"},
    {.name = "gzipped VCF", .files = {"a.gzip.vcf.gz"}},
    {.name = "BCF", .files = {"a.bcf"}},
    {.name = "plain BCF", .files = {"plain.bcf"}},
    {.name = "two files, absent is reference", .files = {"a.vcf", "r.vcf"}, .is_hom_ref = true},
    {.name = "--samples", .files = {"a.vcf"}, .samples = "samples.tsv"},
    {.name = "VCF from a pipe", .files = {"-"}, .pipe = "a.vcf"},
    {.name = "bgzipped VCF from a pipe", .files = {"-"}, .pipe = "a.vcf.gz"},
    {.name = "phenopackets, gzipped", .load = skr_import_people, .files = {"people.json.gz"}},
    {.name = "Beacon individuals", .load = skr_import_people, .files = {"beacon.json"}},
    {.name = "a table of people", .load = skr_import_people, .files = {"people.tsv"}},
    {.name = "OBO", .load = skr_import_ontology, .files = {"x.obo"}},
    {.name = "OBO graphs", .load = skr_import_ontology, .files = {"y.json"}},
    {.name = "genes", .load = skr_import_genes, .files = {"g.gtf.gz"}, .needs_genomes = true},
};
#define N_DELIVERIES (sizeof deliveries / sizeof *deliveries)

static int deliver_genomes(const delivery *one, const char *const *files, size_t n_files)
{
    skr_import_request request = {.store = s.folder.path,
                                  .dataset = "d",
                                  .assembly = "GRCh38",
                                  .gate = skr_gate_adj(),
                                  .files = files,
                                  .n_files = n_files,
                                  .absent_is_hom_ref = one->is_hom_ref,
                                  .n_threads = 1};
    skr_import_result result = {0};
    if (one->samples != NULL)
        request.samples = path_of(one->samples);
    if (one->reference != NULL)
        request.reference = path_of(one->reference);
    if (one->pipe != NULL) {
        int fd = open(path_of(one->pipe), O_RDONLY | O_CLOEXEC);
        SKR_CHECK(fd >= 0 && dup2(fd, STDIN_FILENO) == STDIN_FILENO && close(fd) == 0);
    }
    int status = skr_import_genomes(&request, &result, &s.err);
    skr_import_result_done(&result);
    return status;
}

static int deliver(const delivery *one)
{
    const char *files[2];
    size_t n_files = 0;
    for (; n_files < 2 && one->files[n_files] != NULL; n_files++)
        files[n_files] = strcmp(one->files[n_files], "-") == 0 ? "-" : path_of(one->files[n_files]);
    if (one->load == NULL)
        return deliver_genomes(one, files, n_files);
    skr_load_request request = {.store = s.folder.path,
                                .dataset = "d",
                                .assembly = "GRCh38",
                                .files = files,
                                .n_files = n_files};
    return one->load(&request, &s.result, &s.err);
}

/* ------------------------------------------------------------------ questions */

typedef struct said {
    char text[1 << 14];
    size_t n;
} said;

static void say(said *to, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(said *to, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(to->text + to->n, sizeof to->text - to->n, format, args);
    va_end(args);
    SKR_CHECK(n >= 0 && (size_t)n < sizeof to->text - to->n);
    to->n += (size_t)n;
}

static const char *const people_questions[] = {
    "all",
    "XX:0 and age > 30",
    "sex = female or not XX:1",
    "carries(region=22:100-150)",
    "not carries(variant=22:100:C:G)",
    "absent(variant=22:110:C:T)",
};
static const char *const allele_questions[] = {"region=22", "variant=22:100:C:G",
                                               "af>0.1 and type=ins"};
#define N_PEOPLE_QUESTIONS (sizeof people_questions / sizeof *people_questions)
#define N_ALLELE_QUESTIONS (sizeof allele_questions / sizeof *allele_questions)
#define N_QUESTIONS (2 * N_PEOPLE_QUESTIONS + N_ALLELE_QUESTIONS + 2)

static int on_row(void *context, const skr_allele_row *row, skr_err *err)
{
    (void)err;
    say(context, "%s %lu/%lu %u %u %u\n", row->variant, row->ac, row->an, row->n_carriers,
        row->n_hom, row->n_het);
    return SKR_OK;
}

static void on_fault(void *context, const char *text)
{
    say(context, "fault: %s\n", text);
}

static int ask_people(skr_engine *engine, const char *question, bool explains, said *to)
{
    skr_access access = {.policy = skr_policy_exact()};
    skr_count_answer answer = {0};
    skr_query *query = NULL;
    skr_buffer text = {0};
    const skr_expr *expr = NULL;
    int status = skr_query_new(&query, &s.err);
    if (status == SKR_OK)
        status = skr_query_parse(query, question, false, &expr, &s.err);
    if (status == SKR_OK && explains)
        status = skr_engine_explain(engine, expr, &access, &text, NULL, &s.err);
    else if (status == SKR_OK)
        status = skr_engine_count(engine, expr, &access, &answer, &s.err);
    if (status == SKR_OK && explains)
        say(to, "%.*s", (int)text.n, (const char *)text.bytes);
    else if (status == SKR_OK)
        say(to, "%lu of %zu, unassessed %lu\n", answer.total.count, answer.n_datasets,
            answer.unassessed.count);
    skr_engine_count_done(&answer);
    skr_buffer_done(&text);
    skr_query_free(query);
    return status;
}

static int ask_alleles(skr_engine *engine, const char *question, said *to)
{
    skr_access access = {.policy = skr_policy_exact()};
    skr_alleles_answer answer = {0};
    skr_alleles_request request = {0};
    skr_query *query = NULL;
    int status = skr_query_new(&query, &s.err);
    if (status == SKR_OK)
        status = skr_query_parse_alleles(query, question, &request.alleles, &s.err);
    if (status == SKR_OK)
        status = skr_engine_alleles(engine, &request, &access, on_row, to, &answer, &s.err);
    if (status == SKR_OK)
        say(to, "%lu rows\n", answer.n_rows);
    skr_engine_alleles_done(&answer);
    skr_query_free(query);
    return status;
}

static int ask_info(skr_engine *engine, said *to)
{
    skr_access access = {.policy = skr_policy_exact()};
    skr_info info = {0};
    int status = skr_engine_info(engine, &access, &info, &s.err);
    for (size_t i = 0; i < info.n_datasets && status == SKR_OK; i++)
        say(to, "%s %lu %lu\n", info.datasets[i].id, info.datasets[i].people.count,
            info.datasets[i].genomes.count);
    for (size_t i = 0; i < info.n_deliveries && status == SKR_OK; i++)
        say(to, "%u %lu\n", info.deliveries[i].n_samples, info.deliveries[i].n_alleles);
    skr_info_done(&info);
    return status;
}

/* The question of this number, from opening the store on. */
static int ask(size_t number, said *to)
{
    skr_engine_options options = {.n_threads = 1, .n_cache_bytes = 1 << 20};
    skr_engine *engine = NULL;
    uint64_t n_faults = 0;
    to->n = 0;
    to->text[0] = '\0';
    if (number == N_QUESTIONS - 1)
        return skr_engine_verify(s.folder.path, false, on_fault, to, &n_faults, &s.err);
    int status = skr_engine_open(s.folder.path, &options, &engine, &s.err);
    if (status < 0)
        return status;
    if (number < 2 * N_PEOPLE_QUESTIONS)
        status = ask_people(engine, people_questions[number / 2], number % 2 == 1, to);
    else if (number < N_QUESTIONS - 2)
        status = ask_alleles(engine, allele_questions[number - 2 * N_PEOPLE_QUESTIONS], to);
    else
        status = ask_info(engine, to);
    skr_engine_close(engine);
    return status;
}

static const char *question_name(size_t number)
{
    return number == N_QUESTIONS - 1         ? "verify"
           : number == N_QUESTIONS - 2       ? "info"
           : number < 2 * N_PEOPLE_QUESTIONS ? people_questions[number / 2]
                                             : allele_questions[number - 2 * N_PEOPLE_QUESTIONS];
}

/* ------------------------------------------------------------------ refusing */

static test_random random_now;

/* The allocation to be refused after number `at`: the next, or a drawn one. */
static unsigned next_at(unsigned at)
{
    if (at < N_IN_TURN)
        return at + 1;
    static unsigned step = 1;
    step = 1 + test_random_below(&random_now, at / N_DRAWN + 1 + step / 4);
    return at + step;
}

static void look(const char *name, unsigned at, int status, bool has_failed)
{
    if (status == SKR_OK || (has_failed && skr_err_exit_status(status) == 6))
        return;
    fprintf(stderr, "%s, allocation %u: %d, %s\n", name, at, status, s.err.message);
    exit(70); /* another status */
}

static void ask_all(said *answers)
{
    for (size_t i = 0; i < N_QUESTIONS; i++) {
        answers[i].n = 0;
        int status = ask(i, &answers[i]);
        if (status < 0)
            fprintf(stderr, "%s: %s\n", question_name(i), s.err.message);
        SKR_CHECK(status == SKR_OK);
    }
}

static uint64_t generation_now(void)
{
    uint64_t generation = 0;
    SKR_CHECK(skr_store_generation_now(s.folder.path, &generation, &s.err) == SKR_OK);
    return generation;
}

/* A store with what comes before a delivery. */
static void make_store(const delivery *one)
{
    static const delivery people = {
        .name = "", .load = skr_import_people, .files = {"people.json"}};
    static const delivery terms = {.name = "", .load = skr_import_ontology, .files = {"x.obo"}};
    test_folder_remove(&s.folder);
    s.folder = test_folder_make();
    SKR_CHECK(deliver(&people) == SKR_OK);
    SKR_CHECK(deliver(&terms) == SKR_OK);
    if (one->load == NULL || one->needs_genomes)
        SKR_CHECK(one->load == NULL || deliver(&deliveries[0]) == SKR_OK);
}

static unsigned refuse_delivery(const delivery *one)
{
    static said right[N_QUESTIONS];
    static said got;
    unsigned n_refused = 0;
    make_store(one);
    int status = deliver(one);
    if (status < 0)
        fprintf(stderr, "%s: %s\n", one->name, s.err.message);
    SKR_CHECK(status == SKR_OK);
    bool has_genomes = one->load == NULL || one->needs_genomes;
    if (has_genomes)
        ask_all(right);
    make_store(one);
    for (unsigned at = 1;; at = next_at(at), n_refused++) {
        uint64_t before = generation_now();
        refuse_at(one->name, at);
        status = deliver(one);
        bool has_failed = refuse_end();
        look(one->name, at, status, has_failed);
        SKR_CHECK(generation_now() == before + (status == SKR_OK));
        for (size_t i = 0; i < N_QUESTIONS && status == SKR_OK && has_genomes; i++) {
            SKR_CHECK(ask(i, &got) == SKR_OK);
            if (strcmp(got.text, right[i].text) != 0)
                fprintf(stderr, "%s, allocation %u, then %s:\n%s\ninstead of\n%s\n", one->name, at,
                        question_name(i), got.text, right[i].text);
            SKR_CHECK(strcmp(got.text, right[i].text) == 0);
        }
        if (!has_failed)
            return n_refused;
        if (status == SKR_OK)
            make_store(one);
    }
}

/* ------------------------------------------------------------------ changes of what is there */

static int change_withdraw(void)
{
    static const char *const ids[] = {"P0", "P3"};
    skr_withdraw_request request = {.store = s.folder.path, .ids = ids, .n_ids = 2};
    skr_withdraw_result result = {0};
    return skr_withdraw_people(&request, &result, &s.err);
}

static int change_dataset(skr_dataset_change change)
{
    skr_dataset_request request = {.store = s.folder.path, .dataset = "d", .change = change};
    uint64_t generation = 0;
    bool is_noop = false;
    return skr_withdraw_dataset(&request, &generation, &is_noop, &s.err);
}

static int change_hide(void)
{
    return change_dataset(SKR_DATASET_HIDE);
}

static int change_take(void)
{
    return change_dataset(SKR_DATASET_TAKE);
}

static int change_compact(void)
{
    skr_compact_request request = {.store = s.folder.path, .is_into_one = true};
    skr_compact_result result = {0};
    return skr_compact_store(&request, &result, &s.err);
}

typedef struct change {
    const char *name;
    int (*make)(void);
    int (*before)(void); /* another change that comes first, or NULL */
} change;

static const change changes[] = {
    {.name = "withdraw", .make = change_withdraw},
    {.name = "dataset --hide", .make = change_hide},
    {.name = "dataset --withdraw", .make = change_take},
    {.name = "compact", .make = change_compact},
    {.name = "compact after a withdrawal", .make = change_compact, .before = change_withdraw},
};
#define N_CHANGES (sizeof changes / sizeof *changes)

/* A store of two segments, and of what comes before a change. */
static void make_two(const change *one)
{
    static const delivery more = {.name = "", .files = {"r.vcf"}};
    make_store(&deliveries[0]);
    SKR_CHECK(deliver(&deliveries[0]) == SKR_OK);
    SKR_CHECK(deliver(&more) == SKR_OK);
    SKR_CHECK(one->before == NULL || one->before() == SKR_OK);
}

static void expect_answers(const change *one, unsigned at, const said *right)
{
    static said got;
    for (size_t i = 0; i < N_QUESTIONS; i++) {
        SKR_CHECK(ask(i, &got) == SKR_OK);
        if (strcmp(got.text, right[i].text) != 0)
            fprintf(stderr, "%s, allocation %u, then %s:\n%s\ninstead of\n%s\n", one->name, at,
                    question_name(i), got.text, right[i].text);
        SKR_CHECK(strcmp(got.text, right[i].text) == 0);
    }
}

/* Answers after a change that failed are those of before, after one that did not those of after; a
 * failure once the generation is published leaves what was published. */
static unsigned refuse_change(const change *one)
{
    static said before[N_QUESTIONS];
    static said after[N_QUESTIONS];
    unsigned n_refused = 0;
    make_two(one);
    ask_all(before);
    SKR_CHECK(one->make() == SKR_OK);
    ask_all(after);
    make_two(one);
    for (unsigned at = 1;; at = next_at(at), n_refused++) {
        uint64_t generation = generation_now();
        refuse_at(one->name, at);
        int status = one->make();
        bool has_failed = refuse_end();
        look(one->name, at, status, has_failed);
        bool is_published = generation_now() > generation;
        SKR_CHECK(status < 0 || is_published);
        expect_answers(one, at, is_published ? after : before);
        if (!has_failed)
            return n_refused;
        if (is_published)
            make_two(one);
    }
}

static unsigned refuse_question(size_t number)
{
    static said right;
    static said got;
    unsigned n_refused = 0;
    right.n = 0;
    SKR_CHECK(ask(number, &right) == SKR_OK);
    for (unsigned at = 1;; at = next_at(at), n_refused++) {
        refuse_at(question_name(number), at);
        int status = ask(number, &got);
        bool has_failed = refuse_end();
        look(question_name(number), at, status, has_failed);
        if (status == SKR_OK && (got.n != right.n || memcmp(got.text, right.text, got.n) != 0)) {
            fprintf(stderr, "%s, allocation %u:\n%s\ninstead of\n%s\n", question_name(number), at,
                    got.text, right.text);
            exit(70); /* a wrong answer */
        }
        if (!has_failed)
            return n_refused;
    }
}

int main(void)
{
    unsigned n_all = 0;
    random_now = test_random_drawn("program_memory");
    refuse_init();
    load_store_init(&s);
    save_files();
    for (size_t i = 0; i < N_DELIVERIES; i++) {
        unsigned n = refuse_delivery(&deliveries[i]);
        printf("%s: %u refused\n", deliveries[i].name, n);
        (void)fflush(stdout);
        n_all += n;
    }
    for (size_t i = 0; i < N_CHANGES; i++) {
        unsigned n = refuse_change(&changes[i]);
        printf("%s: %u refused\n", changes[i].name, n);
        (void)fflush(stdout);
        n_all += n;
    }
    make_store(&deliveries[N_DELIVERIES - 1]);
    SKR_CHECK(deliver(&deliveries[N_DELIVERIES - 1]) == SKR_OK);
    for (size_t i = 0; i < N_QUESTIONS; i++) {
        unsigned n = refuse_question(i);
        printf("%s%s: %u refused\n", i < 2 * N_PEOPLE_QUESTIONS && i % 2 == 1 ? "explain " : "",
               question_name(i), n);
        n_all += n;
    }
    printf("%u refused\n", n_all);
    load_store_done(&s);
    return 0;
}
