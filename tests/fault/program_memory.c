/*
 * program_memory.c - deliveries of every kind and questions of every kind while memory runs out: at
 * the first allocation, at the second, and so on; beyond the first some hundred at drawn ones.
 *
 * What is done is right or fails with the status of a machine that refuses, and after a failure the
 * store is as it was.
 */
#include <errno.h>
#include <fcntl.h>
#include <htslib/bgzf.h>
#include <stdarg.h>
#include <unistd.h>

#include "engine/face/engine.h"
#include "engine/face/query.h"
#include "tests/support/load_store.h"
#include "tests/support/random.h"
#include "tests/support/raw_bcf.h"
#include "tests/support/refused_memory.h"

#define N_IN_TURN 300u /* allocations that are all refused */
#define N_DRAWN 60u    /* of the rest */

/* ------------------------------------------------------------------ files */

#define N_SAMPLES 40u

static load_store s;

static const char obo[] = "ontology: xx\n[Term]\nid: XX:0\nname: all\n[Term]\nid: XX:1\nname: one\n"
                          "is_a: XX:0\nsynonym: \"uno\" EXACT []\nalt_id: XX:9\n[Term]\nid: XX:2\n"
                          "is_a: XX:0\n[Term]\nid: XX:3\nis_obsolete: true\nreplaced_by: XX:2\n";
static const char graphs[] =
    "{\"graphs\": [{\"id\": \"yy.json\", \"nodes\": [{\"id\": \"YY:1\", \"lbl\": \"one\"}, "
    "{\"id\": \"YY:2\", \"lbl\": \"two\"}], \"edges\": [{\"sub\": \"YY:2\", \"pred\": \"is_a\", "
    "\"obj\": \"YY:1\"}]}]}";
static const char gtf[] =
    "22\th\texon\t90\t200\t.\t+\t.\tgene_id \"E1\"; transcript_id \"T1\"; gene_name \"AAA\";\n"
    "22\th\texon\t220\t260\t.\t+\t.\tgene_id \"E1\"; transcript_id \"T1\"; gene_name \"AAA\";\n";
static const char beacon[] =
    "[{\"id\": \"P1\", \"sex\": {\"id\": \"NCIT:C16576\"}, \"diseases\": [{\"diseaseCode\": "
    "{\"id\": \"XX:1\", \"label\": \"one\"}, \"ageOfOnset\": {\"age\": {\"iso8601duration\": "
    "\"P3Y\"}}}]}, {\"id\": \"Q9\", \"sex\": {\"id\": \"NCIT:C20197\"}}]";
static const char tsv[] =
    "individual\tsex\tage\tphenotypes\nP0\tfemale\t40\tXX:1\nP2\tmale\t50\tXX:2\n";
static const char fasta_line[] = "ACGTACGTAC";

static char *people_json(void)
{
    size_t n_max = 1 << 16;
    size_t n = 0;
    char *text = malloc(n_max);
    SKR_CHECK(text != NULL);
    for (unsigned i = 0; i < N_SAMPLES; i++)
        n += (size_t)snprintf(
            text + n, n_max - n,
            "%s{\"id\": \"P%u\", \"subject\": {\"sex\": \"%s\", \"timeAtLastEncounter\": {\"age\": "
            "{\"iso8601duration\": \"P%uY\"}}}, \"phenotypicFeatures\": [{\"type\": {\"id\": "
            "\"XX:%u\", \"label\": \"one\"}}]}",
            i == 0 ? "[" : ", ", i, i % 3 == 0 ? "FEMALE" : "MALE", 20 + i, 1 + i % 2);
    (void)snprintf(text + n, n_max - n, "]");
    return text;
}

/* VCF of the samples named prefix0 and on; with n_places records that all have GT, GQ, DP and AD.
 */
static char *vcf_text(const char *prefix, unsigned n_samples, unsigned n_places)
{
    size_t n_max = 1 << 20;
    char *text = malloc(n_max);
    SKR_CHECK(text != NULL);
    size_t n = (size_t)snprintf(text, n_max,
                                "##fileformat=VCFv4.2\n##contig=<ID=22,length=1000>\n"
                                "##INFO=<ID=END,Number=1,Type=Integer,Description=\"x\">\n"
                                "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"x\">\n"
                                "##FORMAT=<ID=GQ,Number=1,Type=Integer,Description=\"x\">\n"
                                "##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"x\">\n"
                                "##FORMAT=<ID=AD,Number=R,Type=Integer,Description=\"x\">\n"
                                "##FORMAT=<ID=FT,Number=1,Type=String,Description=\"x\">\n"
                                "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT");
    for (unsigned i = 0; i < n_samples; i++)
        n += (size_t)snprintf(text + n, n_max - n, "\t%s%u", prefix, i);
    for (unsigned place = 0; place < n_places; place++) {
        /* place 100 + 10 * place holds the last base of the FASTA's line, C */
        n += (size_t)snprintf(text + n, n_max - n, "\n22\t%u\t.\tC\t%s\t.\tPASS\t.\tGT:GQ:DP:AD:FT",
                              100 + 10 * place,
                              place % 3 == 0   ? "G,CT"
                              : place % 3 == 1 ? "T"
                                               : "CA");
        for (unsigned i = 0; i < n_samples; i++)
            n += (size_t)snprintf(text + n, n_max - n, "\t%s:40:%u:%s:PASS",
                                  i % (place + 2) == 0 ? "0/1" : "0/0", 5 + (i + place) % 30,
                                  place % 3 == 0 ? "9,9,0" : "9,9");
    }
    (void)snprintf(text + n, n_max - n, "\n");
    return text;
}

/* The same as BCF, but without FT, by hand. */
static void bcf_bytes(raw_bytes *bytes, unsigned n_samples, unsigned n_places)
{
    static const char *const alleles[] = {"C", "G", "CT"};
    char *text = vcf_text("P", n_samples, 0);
    raw_header(bytes, text);
    free(text);
    for (unsigned place = 0; place < n_places; place++) {
        raw_record record = {.pos0 = (int32_t)(99 + 10 * place),
                             .alleles = alleles,
                             .n_alleles = 2 + place % 2,
                             .n_samples = n_samples,
                             .n_format = 2};
        raw_key(&record.format, 2); /* after PASS and END */
        raw_head(&record.format, 2, RAW_INT8);
        for (unsigned i = 0; i < n_samples; i++) {
            raw_u8(&record.format, 2);
            raw_u8(&record.format, i % (place + 2) == 0 ? 4 : 2);
        }
        raw_key(&record.format, 3);
        raw_head(&record.format, 1, RAW_INT8);
        for (unsigned i = 0; i < n_samples; i++)
            raw_u8(&record.format, 40);
        raw_write_record(bytes, &record);
        free(record.format.bytes);
    }
}

static const char *path_of(const char *name)
{
    static char paths[16][LOAD_PATH_MAX];
    static unsigned next;
    char *path = paths[next++ % 16];
    (void)snprintf(path, LOAD_PATH_MAX, "%s", test_folder_file(&s.files, name));
    return path;
}

static void save(const char *name, const char *mode, const void *bytes, size_t n)
{
    if (mode == NULL) {
        test_file_write(path_of(name), bytes, n);
        return;
    }
    BGZF *file = bgzf_open(path_of(name), mode);
    SKR_CHECK(file != NULL && bgzf_write(file, bytes, n) == (ssize_t)n && bgzf_close(file) == 0);
}

static void save_files(void)
{
    char *vcf = vcf_text("P", N_SAMPLES, 12);
    char *part = vcf_text("R", 3, 5);
    char *people = people_json();
    raw_bytes bcf = {0};
    bcf_bytes(&bcf, N_SAMPLES, 12);
    save("a.vcf", NULL, vcf, strlen(vcf));
    save("a.vcf.gz", "w", vcf, strlen(vcf));
    save("a.gzip.vcf.gz", "wg", vcf, strlen(vcf));
    save("a.bcf", "w", bcf.bytes, bcf.n);
    save("plain.bcf", NULL, bcf.bytes, bcf.n);
    save("r.vcf", NULL, part, strlen(part));
    save("people.json", NULL, people, strlen(people));
    save("people.json.gz", "wg", people, strlen(people));
    save("beacon.json", NULL, beacon, sizeof beacon - 1);
    save("people.tsv", NULL, tsv, sizeof tsv - 1);
    save("x.obo", NULL, obo, sizeof obo - 1);
    save("y.json", NULL, graphs, sizeof graphs - 1);
    save("g.gtf.gz", "wg", gtf, sizeof gtf - 1);
    char text[4096] = "sample\tindividual\tsex\tprimary\n";
    size_t n = strlen(text);
    for (unsigned i = 0; i < N_SAMPLES; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "P%u\tI%u\t%s\tyes\n", i, i,
                              i % 2 == 0 ? "XX" : "XY");
    save("samples.tsv", NULL, text, n);
    n = (size_t)snprintf(text, sizeof text, ">22\n");
    for (unsigned i = 0; i < 100; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s\n", fasta_line);
    save("ref.fa", NULL, text, n);
    free(vcf);
    free(part);
    free(people);
    free(bcf.bytes);
}

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
        return skr_engine_verify(s.folder.path, on_fault, to, &n_faults, &s.err);
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
