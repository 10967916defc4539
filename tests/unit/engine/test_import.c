/*
 * Deliveries from text to counts: who replaces whom, what is refused, and that a refusal changes
 * nothing.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <htslib/bgzf.h>
#include <htslib/vcf.h>
#include <string.h>

#include "engine/face/engine.h"
#include "engine/import/face/import.h"
#include "storage/store.h"
#include "tests/support/temp_folder.h"

static test_folder folder;
static char store[SKR_TEST_PATH_MAX + 16];
static skr_err err;
static char warning[1024];
static skr_import_request request;
static skr_import_result result;

static void keep_warning(void *context, const char *text)
{
    (void)context;
    (void)snprintf(warning, sizeof warning, "%s", text);
}

static void set_up(void)
{
    folder = test_folder_make();
    (void)snprintf(store, sizeof store, "%s/store", folder.path);
    *warning = '\0';
    request = (skr_import_request){.store = store,
                                   .dataset = "d",
                                   .assembly = "GRCh38",
                                   .gate = skr_gate_adj(),
                                   .n_threads = 1,
                                   .watch = {.on_warning = keep_warning}};
}

static void tear_down(void)
{
    test_folder inside;
    (void)snprintf(inside.path, sizeof inside.path, "%.500s", store);
    test_folder_remove(&inside);
    test_folder_remove(&folder);
}

TestSuite(import, .init = set_up, .fini = tear_down);

/* Writes a file; a line's spaces become tabs. The path is good until the test ends. */
static const char *file_of(const char *name, const char *text)
{
    static char paths[8][SKR_TEST_PATH_MAX + 64];
    static int n;
    char *path = paths[n++ % 8];
    char *copy = strdup(text);
    for (char *at = copy; *at != '\0'; at++)
        *at = *at == ' ' ? '\t' : *at;
    (void)snprintf(path, sizeof paths[0], "%s/%s", folder.path, name);
    test_file_write(path, copy, strlen(copy));
    free(copy);
    return path;
}

/* A VCF of these samples ("S1 S2") and records. */
static const char *vcf_of(const char *name, const char *samples, const char *records)
{
    char text[4096];
    (void)snprintf(text, sizeof text,
                   "##fileformat=VCFv4.2\n##contig=<ID=chr1,length=400>\n"
                   "#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT %s\n%s",
                   samples, records);
    return file_of(name, text);
}

static int import_files(const char *const *files, size_t n)
{
    skr_import_result_done(&result);
    request.files = files;
    request.n_files = n;
    return skr_import_genomes(&request, &result, &err);
}

static int import_one(const char *file)
{
    return import_files(&file, 1);
}

static int keep_row(void *context, const skr_allele_row *row, skr_err *ret_err)
{
    (void)ret_err;
    *(skr_allele_row *)context = *row;
    return SKR_OK;
}

/* "ac/an" of an allele. */
static const char *count_of(const char *variant)
{
    static char text[64];
    static const skr_access exact = {.policy = {.is_exact = true, .threshold = 1, .step = 1}};
    char question[128];
    skr_engine *engine = NULL;
    skr_query *query = NULL;
    skr_alleles_request asked = {0};
    skr_allele_row row = {0};
    (void)snprintf(question, sizeof question, "variant=%s", variant);
    cr_assert(
        eq(int, skr_engine_open(store, &(skr_engine_options){.n_threads = 1}, &engine, &err), 0),
        "%s", err.message);
    cr_assert(eq(int, skr_query_new(&query, &err), 0));
    cr_assert(eq(int, skr_query_parse_alleles(query, question, &asked.alleles, &err), 0), "%s",
              err.message);
    skr_alleles_answer listed = {0};
    cr_assert(eq(int, skr_engine_alleles(engine, &asked, &exact, keep_row, &row, &listed, &err), 0),
              "%s", err.message);
    cr_assert(eq(u64, listed.n_rows, 1));
    (void)snprintf(text, sizeof text, "%llu/%llu", (unsigned long long)row.ac,
                   (unsigned long long)row.an);
    skr_engine_alleles_done(&listed);
    skr_query_free(query);
    skr_engine_close(engine);
    return text;
}

static uint64_t generation(void)
{
    uint64_t now = 0;
    cr_assert(eq(int, skr_store_generation_now(store, &now, &err), 0));
    return now;
}

static uint64_t counter(const char *name)
{
    for (uint32_t i = 0; i < result.n_counters; i++)
        if (strcmp(result.counters[i].name, name) == 0)
            return result.counters[i].value;
    return 0;
}

static void refused(int status, const char *word)
{
    cr_assert(eq(int, status, SKR_ERR_INPUT), "%s", err.message);
    cr_assert(ne(ptr, strstr(err.message, word), NULL), "%s", err.message);
}

#define SNV "chr1 100 . A G . PASS . GT "

/* ------------------------------------------------------------------ rule 9 */

Test(import, takes_the_same_bytes_once)
{
    const char *file = vcf_of("a.vcf", "S1", SNV "0/1\n");
    cr_assert(eq(int, import_one(file), 0), "%s", err.message);
    cr_assert(eq(u64, result.generation, 1));
    cr_assert(eq(int, import_one(file), 0));
    cr_assert(result.is_noop && result.generation == 1 && generation() == 1);
    request.gate.min_gq = 30;
    refused(import_one(file), "--replace");
    cr_assert(eq(u64, generation(), 1));
    cr_assert(eq(str, (char *)count_of("1-100-A-G"), "1/2"));
}

Test(import, refuses_other_bytes_until_they_replace)
{
    cr_assert(eq(int, import_one(vcf_of("a.vcf", "S1 S2", SNV "0/1 1/1\n")), 0));
    const char *newer = vcf_of("b.vcf", "S1", SNV "0/0\nchr1 103 . T C . PASS . GT 0/1\n");
    refused(import_one(newer), "sample 'S1' has contig 1 already, from a.vcf");
    cr_assert(eq(str, (char *)count_of("1-100-A-G"), "3/4"));
    request.is_replacing = true;
    cr_assert(eq(int, import_one(newer), 0), "%s", err.message);
    cr_assert(eq(u64, counter("replaced"), 1));
    cr_assert(eq(str, (char *)count_of("1-100-A-G"), "2/4"));
    cr_assert(eq(str, (char *)count_of("1-103-T-C"), "1/2"));
}

Test(import, drops_a_segment_that_was_replaced_whole)
{
    const char *older = vcf_of("a.vcf", "S1", SNV "0/1\nchr2 5 . A C . . . GT 1/1\n");
    cr_assert(eq(int, import_one(older), 0));
    request.is_replacing = true;
    cr_assert(eq(int, import_one(vcf_of("b.vcf", "S1", SNV "1/1\n")), 0), "%s", err.message);
    cr_assert(eq(str, (char *)count_of("1-100-A-G"), "2/2"));
    cr_assert(eq(str, (char *)count_of("2-5-A-C"), "2/2")); /* b.vcf has nothing there */
    cr_assert(eq(int, import_one(vcf_of("c.vcf", "S1", "chr2 5 . A C . . . GT 0/1\n")), 0));
    cr_assert(eq(str, (char *)count_of("2-5-A-C"), "1/2"));
    skr_store *opened = NULL;
    cr_assert(eq(int, skr_store_open(store, &opened, &err), 0));
    cr_assert(eq(u32, skr_store_manifest(opened)->n_segments, 2));
    cr_assert(not(skr_store_manifest(opened)->deliveries[0].sources[0].is_live));
    skr_store_close(opened);
    cr_assert(eq(int, import_one(older), 0)); /* it may come back */
    cr_assert(not(result.is_noop));
    cr_assert(eq(str, (char *)count_of("1-100-A-G"), "1/2"));
    cr_assert(eq(str, (char *)count_of("2-5-A-C"), "2/2"));
}

Test(import, replaces_the_file_of_one_contig_and_no_other)
{
    const char *files[] = {vcf_of("1.vcf", "S1 S2", SNV "0/1 0/1\n"),
                           vcf_of("2.vcf", "S2 S1", "chr2 5 . A C . . . GT 0/1 1/1\n")};
    cr_assert(eq(int, import_files(files, 2), 0), "%s", err.message);
    cr_assert(eq(str, (char *)count_of("2-5-A-C"), "3/4"));
    request.is_replacing = true;
    cr_assert(eq(int, import_one(vcf_of("3.vcf", "S1", SNV "1/1\n")), 0), "%s", err.message);
    cr_assert(eq(str, (char *)count_of("1-100-A-G"), "3/4"));
    cr_assert(eq(str, (char *)count_of("2-5-A-C"), "3/4"));
}

Test(import, reads_a_file_again_that_was_replaced_in_part)
{
    const char *older = vcf_of("a.vcf", "S1 S2", SNV "0/1 0/1\n");
    cr_assert(eq(int, import_one(older), 0), "%s", err.message);
    request.is_replacing = true;
    cr_assert(eq(int, import_one(vcf_of("b.vcf", "S1", SNV "1/1\n")), 0), "%s", err.message);
    cr_assert(eq(str, (char *)count_of("1-100-A-G"), "3/4"));
    request.is_replacing = false;
    refused(import_one(older), "--replace");
    request.is_replacing = true;
    cr_assert(eq(int, import_one(older), 0), "%s", err.message);
    cr_assert(not(result.is_noop));
    cr_assert(eq(str, (char *)count_of("1-100-A-G"), "2/4"));
    cr_assert(eq(int, import_one(older), 0), "%s", err.message);
    cr_assert(result.is_noop);
}

Test(import, welcomes_further_contigs)
{
    cr_assert(eq(int, import_one(vcf_of("1.vcf", "S1", SNV "0/1\n")), 0));
    cr_assert(eq(int, import_one(vcf_of("2.vcf", "S1", "chr2 5 . A C . . . GT 0/1\n")), 0), "%s",
              err.message);
    refused(import_one(vcf_of("3.vcf", "S1", "chr2 6 . A C . . . GT 0/1\n")), "2.vcf");
}

Test(import, counts_one_sample_of_an_individual)
{
    const char *file = vcf_of("a.vcf", "S1 S2", SNV "0/1 1/1\n");
    request.samples = file_of("bad.tsv", "sample individual\nS1 P\nS2 P\n");
    refused(import_one(file), "individual 'P': mark one of them primary=no");
    request.samples = file_of("good.tsv", "sample individual primary\nS1 P yes\nS2 P no\n");
    cr_assert(eq(int, import_one(file), 0), "%s", err.message);
    cr_assert(eq(str, (char *)count_of("1-100-A-G"), "1/2"));
    cr_assert(eq(u64, counter("not_primary"), 1));
    request.samples = file_of("third.tsv", "sample individual\nS3 P\n");
    refused(import_one(vcf_of("b.vcf", "S3", SNV "0/1\n")), "'S1'");
}

Test(import, keeps_the_people_of_datasets_apart)
{
    cr_assert(eq(int, import_one(vcf_of("a.vcf", "S1", SNV "0/1\n")), 0));
    request.dataset = "e";
    const char *file = vcf_of("b.vcf", "S1", SNV "1/1\n");
    refused(import_one(file), "--shared-people");
    request.allow_shared_people = true;
    cr_assert(eq(int, import_one(file), 0), "%s", err.message);
    cr_assert(eq(str, (char *)count_of("1-100-A-G"), "3/4"));
}

/* ------------------------------------------------------------------ reference */

static const char fasta[] = ">chr1\nGAAAAAATCCGTACGTACGT\n>chr2\nACGTACGTAC\n";

Test(import, aligns_later_deliveries_with_the_stored_reference)
{
    request.reference = file_of("r.fa", fasta);
    cr_assert(eq(int, import_one(vcf_of("a.vcf", "S1", "chr1 1 . GA G . . . GT 0/1\n")), 0), "%s",
              err.message);
    request.reference = NULL;
    cr_assert(eq(int, import_one(vcf_of("b.vcf", "S2", "chr1 6 . AA A . . . GT 1/1\n")), 0), "%s",
              err.message);
    cr_assert(eq(str, (char *)count_of("1-1-GA-G"), "3/4"));
    cr_assert(eq(ptr, strstr(warning, "left-aligned"), NULL), "%s", warning);
    refused(import_one(vcf_of("c.vcf", "S3", "chr2 1 . AC A . . . GT 0/1\n")), "--reference");
    request.reference = file_of("other.fa", ">1\nGAAAAAATCCGTACGTACGA\n");
    refused(import_one(vcf_of("d.vcf", "S4", "chr1 9 . C A . . . GT 0/1\n")), "MD5");
}

Test(import, refuses_a_reference_that_comes_too_late)
{
    cr_assert(eq(int, import_one(vcf_of("a.vcf", "S1", "chr1 6 . AA A . . . GT 0/1\n")), 0));
    cr_assert(ne(ptr, strstr(warning, "left-aligned"), NULL), "%s", warning);
    request.reference = file_of("r.fa", fasta);
    refused(import_one(vcf_of("b.vcf", "S2", "chr1 9 . C A . . . GT 0/1\n")), "a.vcf");
}

Test(import, counts_records_that_contradict_the_reference)
{
    request.reference = file_of("r.fa", fasta);
    cr_assert(eq(int,
                 import_one(vcf_of("a.vcf", "S1",
                                   "chr1 9 . C A . . . GT 0/1\nchr1 11 . T A . . . GT 1/1\n")),
                 0));
    cr_assert(eq(u64, counter("ref_mismatch"), 1));
    cr_assert(eq(str, (char *)count_of("1-9-C-A"), "1/2"));
    cr_assert(eq(str, (char *)count_of("1-11-G-A"), "0/0"));
    char many[1024] = "";
    for (int i = 1; i <= 12; i++)
        (void)snprintf(many + strlen(many), sizeof many - strlen(many),
                       "chr1 %d . N%s C . . . GT 0/1\n", 8 + i % 2, i % 2 == 0 ? "A" : "T");
    refused(import_one(vcf_of("b.vcf", "S2", many)), "is this GRCh38?");
}

/* ------------------------------------------------------------------ silence */

Test(import, says_nothing_for_samples_of_other_files)
{
    const char *files[] = {vcf_of("a.vcf", "S1 S2", SNV "0/1 0/0\n"),
                           vcf_of("b.vcf", "S3", "chr1 200 . A G . . . GT 1/1\n")};
    cr_assert(eq(int, import_files(files, 2), 0), "%s", err.message);
    cr_assert(eq(str, (char *)count_of("1-100-A-G"), "1/4"));
    cr_assert(eq(str, (char *)count_of("1-200-A-G"), "2/2"));
    cr_assert(eq(str, (char *)count_of("1-100-A-T"), "0/4"));
}

Test(import, claims_reference_where_the_operator_says_so)
{
    const char *files[] = {
        vcf_of("a.vcf", "S1", SNV "0/1\n"),
        vcf_of("b.vcf", "S2", "chr1 200 . A G . Low . GT 1/1\nchr2 5 . A C . . . GT 1/1\n")};
    request.absent_is_hom_ref = true;
    cr_assert(eq(int, import_files(files, 2), 0), "%s", err.message);
    cr_assert(eq(str, (char *)count_of("1-100-A-G"), "1/4"));
    cr_assert(eq(str, (char *)count_of("1-200-A-G"), "0/2")); /* a failing record is no reference */
    cr_assert(eq(str, (char *)count_of("2-5-A-C"), "2/4"));   /* S1 is silent on all of chr2 */
    cr_assert(eq(u64, counter("failed_gate"), 1));
}

Test(import, takes_one_sample_named_in_two_records_for_the_least)
{
    cr_assert(eq(int, import_one(vcf_of("a.vcf", "S1", SNV "0/1\n" SNV "1/1\n")), 0), "%s",
              err.message);
    cr_assert(eq(str, (char *)count_of("1-100-A-G"), "1/1"));
    cr_assert(eq(u64, counter("duplicate_key"), 1));
}

/* ------------------------------------------------------------------ forms and refusals */

/* The same records as BCF. */
static const char *bcf_of(const char *name, const char *text_file)
{
    static char path[SKR_TEST_PATH_MAX + 64];
    (void)snprintf(path, sizeof path, "%s/%s", folder.path, name);
    htsFile *in = hts_open(text_file, "r");
    htsFile *out = hts_open(path, "wb");
    bcf_hdr_t *header = bcf_hdr_read(in);
    bcf1_t *record = bcf_init();
    cr_assert(eq(int, bcf_hdr_write(out, header), 0));
    while (bcf_read(in, header, record) == 0)
        cr_assert(eq(int, bcf_write(out, header, record), 0));
    bcf_destroy(record);
    bcf_hdr_destroy(header);
    hts_close(in);
    cr_assert(eq(int, hts_close(out), 0));
    return path;
}

Test(import, reads_bcf_as_it_reads_text)
{
    const char *text =
        file_of("a.vcf", "##fileformat=VCFv4.2\n##contig=<ID=chr1,length=400>\n"
                         "##FILTER=<ID=Low,Description=\"x\">\n"
                         "##INFO=<ID=END,Number=1,Type=Integer,Description=\"x\">\n"
                         "##INFO=<ID=SVLEN,Number=.,Type=Integer,Description=\"x\">\n"
                         "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"x\">\n"
                         "##FORMAT=<ID=GQ,Number=1,Type=Integer,Description=\"x\">\n"
                         "##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"x\">\n"
                         "##FORMAT=<ID=AD,Number=R,Type=Integer,Description=\"x\">\n"
                         "##FORMAT=<ID=FT,Number=1,Type=String,Description=\"x\">\n"
                         "#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT S1 S2 S3\n"
                         "chr1 100 . A G . PASS . GT:GQ:DP:AD 0/1:50:30:25,5 1:50:5:. ./1:.:.:.\n"
                         "chr1 110 . A G,T . . . GT:FT 1/2:PASS 0/1:LowGQ 2|2:.\n"
                         "chr1 120 . A <DEL> . Low END=150 GT 0/1 1/1 0/0\n"
                         "chr1 130 . A <DEL>,<DUP> . . SVLEN=-20,30 GT 0/1 0/2 0/0/1\n");
    static const char *const variants[] = {"1-100-A-G",     "1-110-A-G",     "1-110-A-T",
                                           "1-120-150-DEL", "1-130-150-DEL", "1-130-160-DUP",
                                           "1-100-A-C"};
    static const char *const counts[] = {"2/2", "1/4", "3/4", "0/0", "2/7", "1/7", "0/2"};
    cr_assert(eq(int, import_one(text), 0), "%s", err.message);
    for (size_t i = 0; i < 7; i++)
        cr_assert(eq(str, (char *)count_of(variants[i]), (char *)counts[i]), "%s", variants[i]);
    request.is_replacing = true;
    cr_assert(eq(int, import_one(bcf_of("a.bcf", text)), 0), "%s", err.message);
    for (size_t i = 0; i < 7; i++)
        cr_assert(eq(str, (char *)count_of(variants[i]), (char *)counts[i]), "%s", variants[i]);
}

Test(import, refuses_damaged_records_and_names_the_line)
{
    static const char *const bad[][2] = {
        {"chr1 12x . A G . . . GT 0/1\n", "POS"},
        {"chr1 -5 . A G . . . GT 0/1\n", "POS"},
        {"chr1  . A G . . . GT 0/1\n", "POS"},
        {"chr1 10010000110 . A G . . . GT 0/1\n", "largest place"},
        {" 5 . A G . . . GT 0/1\n", "contig"},
        {"chr1 5 .  G . . . GT 0/1\n", "REF"},
        {"chr1 5 . A  . . . GT 0/1\n", "ALT"},
        {"chr1 5 . A G,,C . . . GT 0/1\n", "ALT"},
        {"chr1 5 . A G . . . GT 0/2\n", "names ALT 2"},
        {"chr1 5 . A G . . . GT 0/99999999999\n", "names ALT"},
        {"chr1 5 . A G . . . GT 0/1 0/1\n", "more sample columns"},
        {"chr1 5 . A G . . . GT\n", "sample columns"},
        {"chr1 5 . A\n", "columns"},
        {"chr1 5 . A G . . . GT 0/x\n", "no genotype"},
        {"chr1 5 . A G . . . GT -1/0\n", "no genotype"},
        {"chr1 5 . A G . . . GT 0//1\n", "no genotype"},
        {"chr1 5 . A G . . . GT 0/1:5\n", "more fields"},
        {"chr1 5 . A G . . . GT::DP 0/1\n", "empty tag"},
        {"ch<r 5 . A G . . . GT 0/1\n", "contig"},
        {"#x\n", "header"},
    };
    cr_assert(eq(int, import_one(vcf_of("a.vcf", "S1", SNV "0/1\n")), 0));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char records[256];
        (void)snprintf(records, sizeof records, "chr3 4 . A C . . . GT 0/1\n%s", bad[i][0]);
        refused(import_one(vcf_of("bad.vcf", "S2", records)), bad[i][1]);
        cr_assert(ne(ptr, strstr(err.message, "bad.vcf, line 5"), NULL), "%s", err.message);
        cr_assert(eq(u64, generation(), 1));
    }
    cr_assert(eq(str, (char *)count_of("1-100-A-G"), "1/2"));
}

Test(import, refuses_headers_that_are_none)
{
    static const char *const bad[][2] = {
        {"", "empty"},
        {"hello\n", "neither VCF nor BCF"},
        {"##fileformat=VCFv4.2\n", "#CHROM"},
        {"##fileformat=VCFv4.2\n#CHROM POS ID REF ALT QUAL FILTER INFO\n", "annotate"},
        {"##fileformat=VCFv4.2\n#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT\n", "annotate"},
        {"##fileformat=VCFv4.2\n#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT A A\n", "'A'"},
        {"##fileformat=VCFv4.2\n#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT A  B\n", "no name"},
        {"##fileformat=VCFv4.2\n#CHROM POS REF ALT\n", "#CHROM"},
        {"CRAM\3", "--reference"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int status = import_one(file_of("bad.vcf", bad[i][0]));
        cr_assert(status == SKR_ERR_INPUT || status == SKR_ERR_USAGE, "%s", err.message);
        cr_assert(ne(ptr, strstr(err.message, bad[i][1]), NULL), "%s", err.message);
        cr_assert(ne(ptr, strstr(err.message, "bad.vcf"), NULL), "%s", err.message);
    }
    refused(import_one("/nonexistent/x.vcf"), "/nonexistent/x.vcf");
    refused(import_one(folder.path), "folder");
}

Test(import, refuses_bgzipped_data_that_was_cut)
{
    char path[SKR_TEST_PATH_MAX + 64];
    (void)snprintf(path, sizeof path, "%s/a.vcf.gz", folder.path);
    BGZF *out = bgzf_open(path, "w");
    static const char text[] =
        "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\t"
        "FORMAT\tS1\nchr1\t100\t.\tA\tG\t.\t.\t.\tGT\t0/1\n";
    cr_assert(gt(i64, bgzf_write(out, text, sizeof text - 1), 0));
    cr_assert(eq(int, bgzf_close(out), 0));
    size_t n;
    uint8_t *bytes = test_file_read(path, &n);
    cr_assert(eq(int, import_one(path), 0), "%s", err.message);
    for (size_t n_left = 20; n_left < n; n_left++) {
        test_file_write(path, bytes, n_left);
        refused(import_one(path), "a.vcf.gz");
    }
    for (size_t bit = 8 * 18; bit < 8 * (n - 28); bit++) { /* between block header and end mark */
        test_file_write(path, bytes, n);
        test_file_flip(path, bit);
        refused(import_one(path), "a.vcf.gz");
    }
    free(bytes);
    cr_assert(eq(u64, generation(), 1));
}

Test(import, stops_when_it_is_told_and_leaves_nothing)
{
    atomic_bool stop = false;
    request.watch.stop = &stop;
    cr_assert(eq(int, import_one(vcf_of("a.vcf", "S1", SNV "0/1\n")), 0));
    atomic_store(&stop, true);
    cr_assert(eq(int, import_one(vcf_of("b.vcf", "S2", SNV "0/1\n")), SKR_ERR_INTERRUPTED));
    cr_assert(eq(u64, generation(), 1));
    cr_assert(eq(str, (char *)count_of("1-100-A-G"), "1/2"));
}

Test(import, reference_blocks_are_an_assessment_of_their_bases)
{
    request.format = SKR_FORMAT_GVCF;
    cr_assert(eq(int,
                 import_one(vcf_of("a.vcf", "S1",
                                   "chr1 90 . C <NON_REF> . . END=99 GT 0/0\n" SNV "0/1\n"
                                   "chr1 101 . C . . . END=120 GT 0/0\n")),
                 0),
              "%s", err.message);
    cr_assert(eq(str, (char *)count_of("1-100-A-G"), "1/2"));
    cr_assert(eq(str, (char *)count_of("1-95-C-G"), "0/2"));
    cr_assert(eq(str, (char *)count_of("1-120-C-G"), "0/2"));
    cr_assert(eq(str, (char *)count_of("1-121-C-G"), "0/0"));
    request.format = SKR_FORMAT_CRAM;
    refused(import_one("x.cram"), "x.cram");
}

Test(import, keeps_lines_without_a_last_newline_and_odd_line_ends)
{
    cr_assert(
        eq(int, import_one(vcf_of("a.vcf", "S1", SNV "0/1\r\n\r\nchr1 103 . T C . . . GT 1/1")), 0),
        "%s", err.message);
    cr_assert(eq(str, (char *)count_of("1-100-A-G"), "1/2"));
    cr_assert(eq(str, (char *)count_of("1-103-T-C"), "2/2"));
}

Test(import, takes_two_alts_that_share_a_change_for_one_record)
{
    /* CA>TA is C>T, CA>TG is C>T and A>G: whoever has one of each has C>T twice. */
    cr_assert(
        eq(int,
           import_one(vcf_of("a.vcf", "S1 S2 S3", "chr1 100 . CA TA,TG . . . GT 0/1 1/2 0/0\n")),
           0),
        "%s", err.message);
    cr_assert(eq(str, (char *)count_of("1-100-C-T"), "3/6"));
    cr_assert(eq(str, (char *)count_of("1-101-A-G"), "1/6"));
    cr_assert(eq(str, (char *)count_of("1-100-CA-TG"), "1/6"));
}
