/*
 * Small stores whose segments are written directly, so that every number can be counted by eye.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "engine/engine_knobs_int.h"
#include "engine/face/engine.h"
#include "index/keys/variant_key.h"
#include "index/people/people_edit.h"
#include "storage/store.h"
#include "tests/support/temp_folder.h"

static const skr_access exact = {.policy = {.is_exact = true, .threshold = 1, .step = 1}};
static const skr_access hiding = {.policy = {.threshold = 3, .step = 1}};

/* What a sample is at a site: 0 called without it, 1 or 2 copies, '.' no-call, ' ' no statement. */
typedef struct site {
    const char *variant;
    const char *samples;
} site;

typedef struct delivery {
    const char *people; /* one letter a sample: the individual's id */
    const site *sites;
    size_t n_sites;
    uint32_t span_start0; /* all samples called in [span_start0, span_end0) */
    uint32_t span_end0;
    const char *buried; /* on the first contig: samples that a later delivery replaced */
} delivery;

static void must(int status, const skr_err *err)
{
    cr_assert(eq(int, status, SKR_OK), "%s", err->message);
}

static void add_site(skr_segment_writer *writer, const site *at)
{
    skr_err err = {0};
    skr_variant_text text;
    skr_buffer bases = {0};
    skr_allele allele = {0};
    skr_carriers carriers = {0};
    skr_call_set calls = {0};
    uint8_t states[64];
    must(skr_variant_parse(at->variant, &text, &err), &err);
    must(skr_variant_allele_normalise(text.start0, text.ref, text.n_ref, text.alt, text.n_alt, NULL,
                                      &bases, &allele, &err),
         &err);
    uint32_t n = (uint32_t)strlen(at->samples);
    for (uint32_t i = 0; i < n; i++) {
        char c = at->samples[i];
        states[i] = c == '.'   ? SKR_CALL_NO_CALL
                    : c == ' ' ? SKR_CALL_NO_STATEMENT
                               : SKR_CALL_DEFAULT;
        if (c == '1' || c == '2')
            must(skr_carriers_add(&carriers, i, (uint8_t)(c - '0'), &err), &err);
    }
    must(skr_call_set_from_calls(states, n, &calls, &err), &err);
    must(skr_segment_writer_add_row(writer, &allele, &carriers, &calls, false, &err), &err);
    skr_carriers_done(&carriers);
    skr_call_set_done(&calls);
    skr_buffer_done(&bases);
}

static void add_span(skr_segment_writer *writer, const delivery *from, uint32_t n)
{
    skr_err err = {0};
    skr_call_set calls = {0};
    uint8_t states[64];
    if (from->span_end0 == 0)
        return;
    memset(states, SKR_CALL_DEFAULT, n);
    must(skr_call_set_from_calls(states, n, &calls, &err), &err);
    must(skr_segment_writer_add_span(writer, 0, from->span_start0, from->span_end0,
                                     SKR_PLOIDY_DIPLOID, &calls, &err),
         &err);
    skr_call_set_done(&calls);
}

static void add_delivery(const char *folder, const char *dataset, const delivery *from)
{
    skr_err err = {0};
    skr_txn *txn = NULL;
    skr_people *people = NULL;
    skr_people_edit *edit = NULL;
    skr_segment_writer *writer = NULL;
    skr_sample samples[64];
    char names[64][2];
    char file[SKR_FILE_NAME_MAX];
    uint32_t n = (uint32_t)strlen(from->people);
    skr_segment_entry entry = {.n_samples = n};
    must(skr_txn_begin(folder, &txn, &err), &err);
    skr_manifest *manifest = skr_txn_manifest(txn);
    must(skr_manifest_add_dataset(manifest, dataset, &entry.dataset, &err), &err);
    must(skr_manifest_add_assembly(manifest, "GRCh38", &entry.assembly, &err), &err);
    uint32_t contig;
    must(skr_manifest_add_contig(&manifest->assemblies[entry.assembly], "1", 0, &contig, &err),
         &err);
    must(skr_people_open(folder, &manifest->people, &people, &err), &err);
    must(skr_people_edit_new(people, &edit, &err), &err);
    for (uint32_t i = 0; i < n; i++) {
        bool is_new;
        names[i][0] = from->people[i];
        names[i][1] = '\0';
        samples[i] = (skr_sample){.name = names[i],
                                  .karyotype = {SKR_KARYOTYPE_UNKNOWN, SKR_KARYOTYPE_UNKNOWN}};
        must(skr_people_edit_individual(edit, names[i], &samples[i].individual, &is_new, &err),
             &err);
        must(skr_people_edit_sample(edit, entry.dataset, samples[i].individual,
                                    samples[i].karyotype, &err),
             &err);
    }
    skr_txn_file_name(txn, "people", file);
    must(skr_people_edit_write(edit, folder, file, &manifest->people, &err), &err);
    skr_people_edit_free(edit);
    skr_people_close(people);

    skr_segment_plan plan = {.samples = samples,
                             .n_samples = n,
                             .n_contigs = 1,
                             .n_rows_expected = 1000000,
                             .n_bases_expected = 1000000};
    skr_txn_file_name(txn, "segment", file);
    must(skr_segment_writer_new(folder, file, &plan, &writer, &err), &err);
    add_span(writer, from, n);
    for (size_t i = 0; i < from->n_sites; i++)
        add_site(writer, &from->sites[i]);
    must(skr_segment_writer_finish(writer, &entry.file, &entry.n_rows, &err), &err);
    skr_segment_writer_free(writer);
    skr_delivery record = {.dataset = entry.dataset, .assembly = entry.assembly};
    char options[] = "";
    record.options = options;
    record.n_samples = entry.n_samples;
    uint32_t index;
    skr_sample_run run;
    skr_segment_part part;
    must(skr_manifest_add_delivery(manifest, &record, &index, &err), &err);
    skr_manifest_whole_part(index, entry.n_samples, &run, &part);
    entry.parts = &part;
    entry.n_parts = 1;
    must(skr_manifest_add_segment(manifest, &entry, &index, &err), &err);
    for (uint32_t i = 0; from->buried != NULL && i < n; i++)
        if (strchr(from->buried, from->people[i]) != NULL)
            must(skr_manifest_supersede(&manifest->segments[index], 0, &i, 1, &err), &err);
    must(skr_txn_commit(txn, NULL, &err), &err);
}

static skr_engine *open_engine(const char *folder)
{
    skr_err err = {0};
    skr_engine *engine = NULL;
    skr_engine_options options = {.n_threads = 2};
    must(skr_engine_open(folder, &options, &engine, &err), &err);
    return engine;
}

static uint64_t count(skr_engine *engine, const skr_access *access, const char *text)
{
    skr_err err = {0};
    skr_query *query = NULL;
    const skr_expr *expr = NULL;
    skr_count_answer answer = {0};
    must(skr_query_new(&query, &err), &err);
    must(skr_query_parse(query, text, false, &expr, &err), &err);
    must(skr_engine_count(engine, expr, access, &answer, &err), &err);
    uint64_t n = answer.total.count;
    skr_engine_count_done(&answer);
    skr_query_free(query);
    return n;
}

typedef struct lines {
    char text[2048];
} lines;

static int add_line(void *context, const skr_allele_row *row, skr_err *err)
{
    (void)err;
    lines *out = context;
    size_t n = strlen(out->text);
    (void)snprintf(out->text + n, sizeof out->text - n, "%s %u/%u %u;", row->variant,
                   (unsigned)row->ac, (unsigned)row->an, row->n_carriers);
    return SKR_OK;
}

static const char *list(skr_engine *engine, const skr_access *access, const char *text,
                        const char *within)
{
    static lines out;
    skr_err err = {0};
    skr_query *query = NULL;
    skr_alleles_request request = {0};
    memset(&out, 0, sizeof out);
    must(skr_query_new(&query, &err), &err);
    must(skr_query_parse_alleles(query, text, &request.alleles, &err), &err);
    if (within != NULL)
        must(skr_query_parse(query, within, false, &request.within, &err), &err);
    must(skr_engine_alleles(engine, &request, access, add_line, &out, NULL, &err), &err);
    skr_query_free(query);
    return out.text;
}

static const site first_sites[] = {
    {"1-101-A-G", "0120"}, {"1-151-AC-A", "100."}, {"1-100001-A-T", "0001"}};
static const delivery first = {
    .people = "abcd", .sites = first_sites, .n_sites = 3, .span_start0 = 90, .span_end0 = 200};
static const site second_sites[] = {{"1-101-A-G", "1 "}, {"1-121-A-C", "2."}};
static const delivery second = {
    .people = "ef", .sites = second_sites, .n_sites = 2, .span_start0 = 90, .span_end0 = 130};

Test(engine, adds_up_segments)
{
    test_folder folder = test_folder_make();
    add_delivery(folder.path, "one", &first);
    add_delivery(folder.path, "one", &second);
    skr_engine *engine = open_engine(folder.path);
    /* f says nothing of 101 but is called there by the span; a to d were called at 121. */
    cr_expect(eq(str, (char *)list(engine, &exact, "region=1:50-200", NULL),
                 "1-101-A-G 4/12 3;1-121-A-C 2/10 1;1-151-AC-A 1/6 1;"));
    cr_expect(eq(str, (char *)list(engine, &exact, "variant=1-101-A-G", "id=e or id=a"),
                 "1-101-A-G 1/4 1;"));
    cr_expect(
        eq(str, (char *)list(engine, &exact, "variant=chr1-100-TA-TG", NULL), "1-101-A-G 4/12 3;"));
    cr_expect(eq(str, (char *)list(engine, &exact, "variant=1-105-A-G or variant=Y-5-A-C", NULL),
                 "1-105-A-G 0/12 0;Y-5-A-C 0/0 0;"));
    cr_expect(eq(u64, count(engine, &exact, "carries(region=1:1-1000)"), 4));
    cr_expect(eq(u64, count(engine, &exact, "carries(af>0.3)"), 3));
    cr_expect(eq(u64, count(engine, &exact, "carries(copies=2)"), 2));
    cr_expect(eq(u64, count(engine, &exact, "absent(variant=1-151-AC-A)"), 2));
    cr_expect(eq(u64, count(engine, &exact, "not carries(variant=1-151-AC-A)"), 5));
    cr_expect(eq(str, (char *)list(engine, &hiding, "type=snv", NULL), "1-101-A-G 4/12 3;"));
    skr_engine_close(engine);
    test_folder_remove(&folder);
}

Test(engine, leaves_out_the_buried)
{
    test_folder folder = test_folder_make();
    delivery old = first;
    old.buried = "bcd";
    add_delivery(folder.path, "one", &old);
    add_delivery(folder.path, "one", &second);
    skr_engine *engine = open_engine(folder.path);
    cr_expect(eq(str, (char *)list(engine, &exact, "region=1:50-200", NULL),
                 "1-101-A-G 1/6 1;1-121-A-C 2/4 1;1-151-AC-A 1/2 1;"));
    cr_expect(eq(u64, count(engine, &exact, "carries(type=snv)"), 1));
    skr_engine_close(engine);
    test_folder_remove(&folder);
}

Test(engine, names_what_does_not_exist)
{
    static const struct {
        const char *question;
        const char *said;
    } cases[] = {
        {"carries(variant=contig9-5-A-C)", "no contig 'contig9'"},
        {"carries(gene=RYR1)", "no genes are loaded"},
        {"HP:0000118", "no term HP:0000118"},
        {"carries(effect=missense_variant)", "no annotations are loaded"},
        {"dataset=two", "no dataset 'two'"},
    };
    test_folder folder = test_folder_make();
    add_delivery(folder.path, "one", &first);
    skr_engine *engine = open_engine(folder.path);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        skr_err err = {0};
        skr_query *query = NULL;
        const skr_expr *expr = NULL;
        skr_count_answer answer = {0};
        must(skr_query_new(&query, &err), &err);
        must(skr_query_parse(query, cases[i].question, false, &expr, &err), &err);
        cr_expect(eq(int, skr_engine_count(engine, expr, &exact, &answer, &err), SKR_ERR_QUERY));
        cr_expect(strstr(err.message, cases[i].said) != NULL, "%s", err.message);
        cr_expect(strchr(err.message, '^') != NULL, "%s", err.message);
        skr_query_free(query);
    }
    skr_engine_close(engine);
    test_folder_remove(&folder);
}

static void count_fault(void *context, const char *text)
{
    (void)text;
    ++*(int *)context;
}

Test(engine, verifies_and_informs)
{
    test_folder folder = test_folder_make();
    skr_err err = {0};
    int n_said = 0;
    uint64_t n_faults = 1;
    add_delivery(folder.path, "one", &first);
    add_delivery(folder.path, "two", &second);
    must(skr_engine_verify(folder.path, false, count_fault, &n_said, &n_faults, &err), &err);
    cr_expect(eq(u64, n_faults, 0));
    skr_engine *engine = open_engine(folder.path);
    skr_info info = {0};
    must(skr_engine_info(engine, &exact, &info, &err), &err);
    cr_expect(eq(sz, info.n_datasets, 2));
    cr_expect(eq(u64, info.datasets[0].people.count, 4));
    cr_expect(eq(u64, info.datasets[1].genomes.count, 2));
    cr_expect(eq(sz, info.n_deliveries, 2));
    skr_info_done(&info);
    /* Under a threshold the total is the sum of what is told. */
    skr_access remote = hiding;
    remote.is_remote = true;
    cr_expect(eq(u64, count(engine, &remote, "not id=x"), 4));
    skr_engine_close(engine);
    test_folder_remove(&folder);
}

/* One dataset after the other: 4 people carry at 101 in the first, 1 in the second, who is a too.
 */
static const site third_sites[] = {{"1-101-A-G", "1"}};
static const delivery third = {.people = "b", .sites = third_sites, .n_sites = 1};

Test(engine, counts_people_of_two_datasets_once)
{
    test_folder folder = test_folder_make();
    add_delivery(folder.path, "one", &first);
    add_delivery(folder.path, "two", &third);
    skr_engine *engine = open_engine(folder.path);
    cr_expect(eq(u64, count(engine, &exact, "carries(variant=1-101-A-G)"), 2));
    cr_expect(
        eq(str, (char *)list(engine, &exact, "variant=1-101-A-G", NULL), "1-101-A-G 4/10 2;"));
    /* In a dataset only its own facts count: b of `two` has no call at 151. */
    cr_expect(eq(u64, count(engine, &exact, "dataset=two and absent(variant=1-151-AC-A)"), 0));
    cr_expect(eq(u64, count(engine, &exact, "dataset=one and absent(variant=1-151-AC-A)"), 2));
    /* Hidden parts are not in the total, nor in a row. */
    skr_access two = {.policy = {.threshold = 2, .step = 1}};
    cr_expect(eq(u64, count(engine, &two, "carries(variant=1-101-A-G)"), 2));
    cr_expect(eq(str, (char *)list(engine, &two, "variant=1-101-A-G", NULL), "1-101-A-G 3/8 2;"));
    const char *only[] = {"two"};
    skr_access of_two = exact;
    of_two.datasets = only;
    of_two.n_datasets = 1;
    cr_expect(eq(u64, count(engine, &of_two, "carries(variant=1-101-A-G)"), 1));
    cr_expect(
        eq(str, (char *)list(engine, &of_two, "variant=1-151-AC-A", NULL), "1-151-AC-A 0/0 0;"));
    skr_engine_close(engine);
    test_folder_remove(&folder);
}

Test(engine, stops_when_told)
{
    test_folder folder = test_folder_make();
    add_delivery(folder.path, "one", &first);
    skr_engine *engine = open_engine(folder.path);
    skr_err err = {0};
    skr_query *query = NULL;
    const skr_expr *expr = NULL;
    atomic_bool stop = true;
    must(skr_query_new(&query, &err), &err);
    must(skr_query_parse(query, "id=a or not id=b", false, &expr, &err), &err);
    skr_access over = {.policy = exact.policy, .deadline_ns = 1};
    skr_count_answer none = {0};
    cr_expect(eq(int, skr_engine_count(engine, expr, &over, &none, &err), SKR_ERR_DEADLINE));
    must(skr_query_parse(query, "carries(af>0)", false, &expr, &err), &err);
    skr_access late = exact;
    late.deadline_ns = 1;
    skr_access stopped = exact;
    stopped.stop = &stop;
    skr_count_answer answer = {0};
    skr_alleles_request request = {.alleles = expr->alleles};
    skr_alleles_answer listed = {.n_rows = 7};
    cr_expect(eq(int, skr_engine_count(engine, expr, &late, &answer, &err), SKR_ERR_DEADLINE));
    cr_expect(
        eq(int, skr_engine_count(engine, expr, &stopped, &answer, &err), SKR_ERR_INTERRUPTED));
    cr_expect(eq(int, skr_engine_alleles(engine, &request, &late, add_line, NULL, &listed, &err),
                 SKR_ERR_DEADLINE));
    cr_expect(eq(u64, listed.n_rows, 7));
    skr_query_free(query);
    skr_engine_close(engine);
    test_folder_remove(&folder);
}

Test(engine, judges_equal_conditions_once)
{
    static const struct {
        const char *text;
        uint64_t n;
        uint64_t n_scans;
    } cases[] = {
        {"carries(af>0)", 4, 1},
        {"carries(af>0) and carries(af>0) and carries(af > 0.0)", 4, 1},
        {"carries(af>0) and not carries(af>0)", 0, 1},
        {"(carries(af>0) and id=a) or (carries(af>0) and id=b) or carries(type=snv and af>0.3)", 3,
         2},
        {"(id=a or id=b) and not (id=b or id=c) or id=a", 1, 0},
        {"not (id=a and carries(af>0)) and not (carries(af>0) and id=b)", 2, 1},
    };
    test_folder folder = test_folder_make();
    add_delivery(folder.path, "one", &first);
    skr_engine *engine = open_engine(folder.path);
    skr_err err = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        skr_query *query = NULL;
        const skr_expr *expr = NULL;
        skr_analysis analysis = {0};
        cr_expect(eq(u64, count(engine, &exact, cases[i].text), cases[i].n), "%s", cases[i].text);
        must(skr_query_new(&query, &err), &err);
        must(skr_query_parse(query, cases[i].text, false, &expr, &err), &err);
        must(skr_engine_analyze(engine, expr, &exact, &analysis, &err), &err);
        cr_expect(eq(u64, analysis.n_scans, cases[i].n_scans), "%s", cases[i].text);
        skr_query_free(query);
    }
    skr_engine_close(engine);
    test_folder_remove(&folder);
}

static int refuse(void *context, const skr_allele_row *row, skr_err *err)
{
    (void)row;
    ++*(int *)context;
    return skr_fail(err, SKR_ERR_IO, "enough");
}

Test(engine, pages_and_takes_no_for_an_answer)
{
    test_folder folder = test_folder_make();
    add_delivery(folder.path, "one", &first);
    skr_engine *engine = open_engine(folder.path);
    skr_err err = {0};
    lines out = {0};
    skr_alleles_answer listed = {0};
    int n_seen = 0;
    skr_expr all = {.op = SKR_E_ALL};
    skr_alleles_request request = {.alleles = &all, .n_skip = 1, .n_max = 1};
    must(skr_engine_alleles(engine, &request, &exact, add_line, &out, &listed, &err), &err);
    cr_expect(eq(str, out.text, "1-151-AC-A 1/6 1;"));
    cr_expect(eq(u64, listed.n_rows, 3));
    cr_expect(eq(int, skr_engine_alleles(engine, &request, &exact, refuse, &n_seen, &listed, &err),
                 SKR_ERR_IO));
    cr_expect(eq(int, n_seen, 1));
    skr_engine_close(engine);
    test_folder_remove(&folder);
}

/* Only Beacon asks so: with wildcards, by bare sequence, by brackets. */
Test(engine, finds_alleles_as_beacon_asks)
{
    const skr_expr begins = {.op = SKR_A_START, .contig = "1", .start0 = 100, .start_to0 = 151};
    const skr_expr ends = {.op = SKR_A_END, .contig = "1", .end0 = 102, .end_to0 = 153};
    const struct {
        skr_expr asked;
        const char *rows;
    } cases[] = {
        {{.op = SKR_A_SEQUENCE, .contig = "chr1", .start0 = 100, .ref = "A", .alt = "G"},
         "1-101-A-G 3/8 2;"},
        {{.op = SKR_A_SEQUENCE, .contig = "1", .start0 = 100, .ref = "A", .alt = "N"},
         "1-101-A-G 3/8 2;"},
        {{.op = SKR_A_SEQUENCE, .contig = "1", .start0 = 100, .ref = "C", .alt = "N"}, ""},
        {{.op = SKR_A_SEQUENCE, .contig = "1", .start0 = 151, .ref = "C", .alt = ""},
         "1-151-AC-A 1/6 1;"},
        {{.op = SKR_A_SEQUENCE, .contig = "1", .start0 = 151, .ref = "N", .alt = ""},
         "1-151-AC-A 1/6 1;"},
        {{.op = SKR_E_AND, .left = &begins, .right = &ends}, "1-151-AC-A 1/6 1;"},
        {begins, "1-101-A-G 3/8 2;1-151-AC-A 1/6 1;"},
        {ends, "1-151-AC-A 1/6 1;"},
        {{.op = SKR_A_ALT, .text = "N"}, "1-101-A-G 3/8 2;1-151-AC-A 1/6 1;1-100001-A-T 1/8 1;"},
        {{.op = SKR_A_ALT, .text = ""}, "1-151-AC-A 1/6 1;"},
    };
    test_folder folder = test_folder_make();
    add_delivery(folder.path, "one", &first);
    skr_engine *engine = open_engine(folder.path);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        skr_err err = {0};
        lines out = {0};
        skr_alleles_request request = {.alleles = &cases[i].asked};
        must(skr_engine_alleles(engine, &request, &exact, add_line, &out, NULL, &err), &err);
        cr_expect(eq(str, out.text, (char *)cases[i].rows), "case %zu", i);
    }
    skr_engine_close(engine);
    test_folder_remove(&folder);
}

/* ------------------------------------------------------------------ threads */

#define N_FAR_SITES 300u

typedef struct far_rows {
    unsigned n;
    unsigned n_before; /* rows until it fails */
    bool is_in_order;
} far_rows;

static int count_far(void *context, const skr_allele_row *row, skr_err *err)
{
    far_rows *rows = context;
    char expected[32];
    (void)snprintf(expected, sizeof expected, "1-%u-A-G", 1001 + 20000 * rows->n);
    rows->is_in_order = rows->is_in_order && strcmp(row->variant, expected) == 0;
    if (rows->n == rows->n_before)
        return skr_fail(err, SKR_ERR_IO, "nobody reads any more");
    rows->n++;
    return SKR_OK;
}

/* Rows of many tiles come in their order however many threads there are; and where whoever takes
 * them fails, all threads end. */
Test(engine, rows_of_many_tiles_come_in_order, .timeout = 60)
{
    static site sites[N_FAR_SITES];
    static char texts[N_FAR_SITES][32];
    test_folder folder = test_folder_make();
    for (unsigned i = 0; i < N_FAR_SITES; i++) {
        (void)snprintf(texts[i], sizeof texts[i], "1-%u-A-G", 1001 + 20000 * i);
        sites[i] = (site){texts[i], i % 3 == 0 ? "0100" : "0012"};
    }
    const delivery wide = {.people = "abcd", .sites = sites, .n_sites = N_FAR_SITES};
    add_delivery(folder.path, "one", &wide);
    for (unsigned n_threads = 1; n_threads <= 40; n_threads += n_threads < 4 ? 1 : 9) {
        skr_err err = {0};
        skr_engine *engine = NULL;
        skr_query *query = NULL;
        skr_alleles_request request = {0};
        skr_engine_options options = {.n_threads = n_threads};
        must(skr_engine_open(folder.path, &options, &engine, &err), &err);
        skr_engine_knobs_batch_max(engine, 3);
        must(skr_query_new(&query, &err), &err);
        must(skr_query_parse_alleles(query, "region=1", &request.alleles, &err), &err);
        for (unsigned n = 0; n < N_FAR_SITES; n += n < 8 ? 1 : 73) {
            far_rows rows = {.n_before = n, .is_in_order = true};
            int status = skr_engine_alleles(engine, &request, &exact, count_far, &rows, NULL, &err);
            cr_assert(eq(int, status, SKR_ERR_IO), "%u threads, %u rows", n_threads, n);
            cr_assert(rows.is_in_order && rows.n == n, "%u threads, %u rows", n_threads, n);
        }
        far_rows rows = {.n_before = UINT32_MAX, .is_in_order = true};
        must(skr_engine_alleles(engine, &request, &exact, count_far, &rows, NULL, &err), &err);
        cr_assert(rows.is_in_order && rows.n == N_FAR_SITES, "%u threads", n_threads);
        skr_query_free(query);
        skr_engine_close(engine);
    }
    test_folder_remove(&folder);
}

/* ------------------------------------------------------------------ at once */

static int ask_at_once(skr_engine *engine, const char *text, uint64_t *ret_n)
{
    skr_err err = {0};
    skr_query *query = NULL;
    const skr_expr *expr = NULL;
    skr_count_answer answer = {0};
    skr_access at_once = exact;
    at_once.is_at_once = true;
    must(skr_query_new(&query, &err), &err);
    must(skr_query_parse(query, text, false, &expr, &err), &err);
    int status = skr_engine_count(engine, expr, &at_once, &answer, &err);
    *ret_n = answer.total.count;
    skr_engine_count_done(&answer);
    skr_query_free(query);
    return status;
}

/* Who may not wait is told what memory holds, and the same as others are. */
Test(engine, answers_at_once_what_memory_holds)
{
    static const char *const questions[] = {
        "carries(variant=1-101-A-G)", "carries(variant=1-151-AC-A)",
        "carries(variant=1-100001-A-T)", "carries(variant=1-121-A-C)"};
    static const char *const others[] = {"carries(region=1:50-200)",
                                         "not carries(variant=1-101-A-G)", "id=a",
                                         "carries(variant=1-101-A-G) and id=a"};
    test_folder folder = test_folder_make();
    add_delivery(folder.path, "one", &first);
    add_delivery(folder.path, "one", &second);
    skr_err err = {0};
    skr_engine *engine = NULL;
    skr_engine_options options = {.n_threads = 2, .n_cache_bytes = 1 << 20};
    must(skr_engine_open(folder.path, &options, &engine, &err), &err);
    uint64_t n = 0;
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        if (i == 0) /* nothing was read so far */
            cr_assert(eq(int, ask_at_once(engine, questions[i], &n), SKR_ERR_NOT_HELD));
        uint64_t want = count(engine, &exact, questions[i]);
        cr_assert(eq(int, ask_at_once(engine, questions[i], &n), SKR_OK), "%s", questions[i]);
        cr_assert(eq(u64, n, want), "%s", questions[i]);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        (void)count(engine, &exact, others[i]);
        cr_assert(eq(int, ask_at_once(engine, others[i], &n), SKR_ERR_NOT_HELD), "%s", others[i]);
    }
    skr_engine_close(engine);

    /* somebody counts no more: whom a mask has to leave out */
    delivery old = first;
    old.buried = "b";
    add_delivery(folder.path, "two", &old);
    must(skr_engine_open(folder.path, &options, &engine, &err), &err);
    (void)count(engine, &exact, questions[0]);
    cr_assert(eq(int, ask_at_once(engine, questions[0], &n), SKR_ERR_NOT_HELD));
    skr_engine_close(engine);
    test_folder_remove(&folder);
}
