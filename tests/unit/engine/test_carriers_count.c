/*
 * How many carry an allele asked for by name, after drawn deliveries that replace some genomes, is
 * what a table of the genotypes delivered last says; also where two people are one number only as
 * sets, and of a place and type alone.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#include "engine/face/engine.h"
#include "tests/support/load_store.h"
#include "tests/support/random.h"

#define N_SAMPLES 70u
#define N_SITES 14u
#define N_DELIVERIES 3u

static const skr_access exact = {.policy = {.is_exact = true, .threshold = 1, .step = 1}};

/* Sites in the order of the genome; the fourth is a replacement, some share a place and type. */
static const struct {
    uint32_t pos1;
    const char *ref;
    const char *alt;
    const char *info;
    const char *question;
} sites[N_SITES] = {
    {100, "A", "C", ".", "variant=1-100-A-C"},
    {100, "A", "G", ".", "variant=1-100-A-G"},
    {150, "CT", "C", ".", "variant=1-150-CT-C"},
    {200, "AC", "GT", ".", "variant=1-200-AC-GT"},
    {300, "A", "AT", ".", "variant=1-300-A-AT"},
    {400, "G", "<DEL>", "END=450", "variant=1-400-450-DEL"},
    {500, "G", "<INS>", "SVLEN=40", "variant=1-500-500-INS"},
    {500, "G", "<INS>", "SVLEN=60", "variant=1-500-500-INS+60"},
    {600, "G", "<DUP>", "END=900", "variant=1-600-900-DUP"},
    {700, "T", "C", ".", "variant=1-700-T-C"},
    {800, "T", "C", ".", "variant=1-800-T-C and copies=2"},
    {900, "T", "C", ".", "variant=1-900-T-C and copies=1"},
    {950, "T", "C", ".", "variant=1-950-T-C and filter=PASS"},
    {999, "T", "C", ".", "variant=1-999-T-C and region=1:5000-5100"},
};

static test_random draw;
static skr_err err;
static load_store store;
static uint8_t copies[N_SAMPLES][N_SITES]; /* delivered last */
static bool is_failed[N_SITES][N_DELIVERIES];
static uint32_t delivery_of[N_SAMPLES];

static uint32_t below(uint32_t n)
{
    return test_random_below(&draw, n);
}

/* A joint file of some samples; of all in the first delivery. */
static void deliver(uint32_t number)
{
    static char text[1 << 17];
    char path[LOAD_PATH_MAX];
    const char *file = path;
    bool is_in[N_SAMPLES];
    size_t n = (size_t)snprintf(text, sizeof text,
                                "##fileformat=VCFv4.2\n##contig=<ID=1,length=248956422>\n#CHROM\t"
                                "POS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT");
    for (uint32_t s = 0; s < N_SAMPLES; s++) {
        is_in[s] = number == 0 || below(4) == 0 || s == number;
        if (is_in[s]) {
            n += (size_t)snprintf(text + n, sizeof text - n, "\tP%02u", s);
            delivery_of[s] = number;
        }
    }
    for (uint32_t i = 0; i < N_SITES; i++) {
        uint32_t one_in = 1 + below(20);
        is_failed[i][number] = below(3) == 0;
        n += (size_t)snprintf(text + n, sizeof text - n, "\n1\t%u\t.\t%s\t%s\t.\t%s\t%s\tGT",
                              sites[i].pos1, sites[i].ref, sites[i].alt,
                              is_failed[i][number] ? "q10" : "PASS", sites[i].info);
        for (uint32_t s = 0; s < N_SAMPLES; s++) {
            static const char *const cells[] = {"\t0/0", "\t0/1", "\t1/1"};
            if (!is_in[s])
                continue;
            copies[s][i] = below(one_in) == 0 ? (uint8_t)(1 + below(2)) : 0;
            n += (size_t)snprintf(text + n, sizeof text - n, "%s", cells[copies[s][i]]);
        }
    }
    (void)snprintf(text + n, sizeof text - n, "\n");
    load_write(&store, "a.vcf", text, path);
    skr_import_result result = {0};
    skr_import_request request = {.store = store.folder.path,
                                  .dataset = "d",
                                  .assembly = "GRCh38",
                                  .is_replacing = number > 0,
                                  .files = &file,
                                  .n_files = 1,
                                  .n_threads = 1};
    request.gate = skr_gate_adj();
    request.gate.is_none = true;
    cr_assert(eq(int, skr_import_genomes(&request, &result, &err), SKR_OK), "%s", err.message);
    skr_import_result_done(&result);
}

/* ------------------------------------------------------------------ slowly */

/* A record of somebody alive that passed FILTER. */
static bool has_passed(uint32_t site)
{
    for (uint32_t s = 0; s < N_SAMPLES; s++)
        if (!is_failed[site][delivery_of[s]])
            return true;
    return false;
}

static bool carries(uint32_t sample, uint32_t site)
{
    uint8_t n = copies[sample][site];
    switch (site) {
    case 6: /* a place and type alone holds both */
        return n > 0 || copies[sample][7] > 0;
    case 10:
        return n == 2;
    case 11:
        return n == 1;
    case 12:
        return n > 0 && has_passed(site);
    case 13: /* elsewhere */
        return false;
    default:
        return n > 0;
    }
}

/* ------------------------------------------------------------------ comparing */

static uint64_t count(skr_engine *engine, const char *format, uint32_t site)
{
    char text[256];
    skr_query *query = NULL;
    const skr_expr *expr = NULL;
    skr_count_answer answer = {0};
    (void)snprintf(text, sizeof text, "%s(%s)", format, sites[site].question);
    cr_assert(eq(int, skr_query_new(&query, &err), SKR_OK));
    cr_assert(eq(int, skr_query_parse(query, text, false, &expr, &err), SKR_OK), "%s: %s", text,
              err.message);
    cr_assert(eq(int, skr_engine_count(engine, expr, &exact, &answer, &err), SKR_OK), "%s: %s",
              text, err.message);
    uint64_t n = answer.total.count;
    skr_engine_count_done(&answer);
    skr_query_free(query);
    return n;
}

static void compare_all(void)
{
    const skr_engine_options options = {.n_threads = 2, .n_cache_bytes = 1 << 20};
    skr_engine *engine = NULL;
    cr_assert(eq(int, skr_engine_open(store.folder.path, &options, &engine, &err), SKR_OK), "%s",
              err.message);
    for (uint32_t i = 0; i < N_SITES; i++) {
        uint64_t n = 0;
        for (uint32_t s = 0; s < N_SAMPLES; s++)
            n += carries(s, i);
        cr_assert(eq(u64, count(engine, "carries", i), n), "seed %llu: %s",
                  (unsigned long long)draw.seed, sites[i].question);
        cr_assert(eq(u64, count(engine, "not carries", i), N_SAMPLES - n), "seed %llu: not %s",
                  (unsigned long long)draw.seed, sites[i].question);
        cr_assert(eq(u64, count(engine, "not not carries", i), n), "seed %llu: as a set, %s",
                  (unsigned long long)draw.seed, sites[i].question);
    }
    skr_engine_close(engine);
}

Test(carriers_count, is_of_those_whose_last_genome_has_it)
{
    draw = test_random_drawn("carriers_count");
    for (unsigned turn = 0; turn < 6; turn++) {
        load_store_init(&store);
        for (uint32_t i = 0; i < N_DELIVERIES; i++) {
            deliver(i);
            compare_all();
        }
        load_store_done(&store);
    }
}
