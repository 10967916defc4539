/* cmd_info.c - skerry info: what the store holds and what its imports left out. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "tools/skerry/command.h"
#include "tools/skerry/interrupt.h"
#include "tools/skerry/output.h"

#define TIME_TEXT_MAX 32

/* A time in UTC, in the form of ISO 8601; NULL where it is not known. ret_text has room for
 * TIME_TEXT_MAX bytes. */
static const char *time_text(uint64_t time_s, char *ret_text)
{
    struct tm parts;
    time_t time = (time_t)time_s;
    if (time_s == 0)
        return NULL;
    if (gmtime_r(&time, &parts) == NULL ||
        strftime(ret_text, TIME_TEXT_MAX, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        ret_text[0] = '\0';
    return ret_text;
}

/* ------------------------------------------------------------------ JSON */

static void json_number(skr_out *json, const char *key, uint64_t number)
{
    skr_out_key(json, key);
    skr_out_number(json, number);
}

static void json_text(skr_out *json, const char *key, const char *text)
{
    skr_out_key(json, key);
    skr_out_text(json, text);
}

static void json_boolean(skr_out *json, const char *key, bool value)
{
    skr_out_key(json, key);
    skr_out_boolean(json, value);
}

static void json_datasets(skr_out *json, const skr_info *info)
{
    skr_out_key(json, "datasets");
    skr_out_open(json, '[');
    for (size_t i = 0; i < info->n_datasets; i++) {
        skr_out_open(json, '{');
        json_text(json, "id", info->datasets[i].id);
        skr_out_key(json, "people");
        skr_out_told(json, &info->datasets[i].people);
        skr_out_key(json, "genomes");
        skr_out_told(json, &info->datasets[i].genomes);
        skr_out_close(json, '}');
    }
    skr_out_close(json, ']');
}

static void json_assemblies(skr_out *json, const skr_info *info)
{
    skr_out_key(json, "assemblies");
    skr_out_open(json, '[');
    for (size_t i = 0; i < info->n_assemblies; i++) {
        const skr_assembly_info *assembly = &info->assemblies[i];
        skr_out_open(json, '{');
        json_text(json, "name", assembly->name);
        json_number(json, "rows", assembly->n_rows);
        json_number(json, "segments", assembly->n_segments);
        json_boolean(json, "reference", assembly->has_reference);
        json_boolean(json, "raw_indels", assembly->has_raw_indels);
        json_boolean(json, "genes", assembly->has_genes);
        skr_out_close(json, '}');
    }
    skr_out_close(json, ']');
}

static void json_delivery(skr_out *json, const skr_delivery_info *delivery)
{
    skr_out_open(json, '{');
    char time[TIME_TEXT_MAX];
    json_number(json, "generation", delivery->generation);
    json_text(json, "time", time_text(delivery->time_s, time));
    json_number(json, "bytes", delivery->n_bytes);
    json_text(json, "dataset", delivery->dataset);
    json_text(json, "assembly", delivery->assembly);
    json_text(json, "options", delivery->options);
    json_number(json, "samples", delivery->n_samples);
    json_number(json, "alleles", delivery->n_alleles);
    skr_out_key(json, "files");
    skr_out_open(json, '[');
    for (uint32_t i = 0; i < delivery->n_sources; i++) {
        skr_out_open(json, '{');
        json_text(json, "name", delivery->sources[i].name);
        json_boolean(json, "live", delivery->sources[i].is_live);
        skr_out_close(json, '}');
    }
    skr_out_close(json, ']');
    skr_out_key(json, "counters");
    skr_out_open(json, '{');
    for (uint32_t i = 0; i < delivery->n_counters; i++)
        json_number(json, delivery->counters[i].name, delivery->counters[i].value);
    skr_out_close(json, '}');
    skr_out_close(json, '}');
}

static void json_ontologies(skr_out *json, const skr_info *info)
{
    skr_out_key(json, "ontologies");
    skr_out_open(json, '[');
    for (size_t i = 0; i < info->n_ontologies; i++) {
        skr_out_open(json, '{');
        json_text(json, "prefix", info->ontologies[i].prefix);
        json_text(json, "name", info->ontologies[i].name);
        json_text(json, "version", info->ontologies[i].version);
        json_number(json, "terms", info->ontologies[i].n_terms);
        skr_out_close(json, '}');
    }
    skr_out_close(json, ']');
}

static void print_json(const skr_info *info)
{
    skr_out json = {.out = stdout};
    skr_out_open(&json, '{');
    json_number(&json, "generation", info->generation);
    json_number(&json, "bytes", info->n_bytes);
    json_text(&json, "io", info->io);
    json_datasets(&json, info);
    json_assemblies(&json, info);
    skr_out_key(&json, "deliveries");
    skr_out_open(&json, '[');
    for (size_t i = 0; i < info->n_deliveries; i++)
        json_delivery(&json, &info->deliveries[i]);
    skr_out_close(&json, ']');
    json_ontologies(&json, info);
    json_number(&json, "sex_conflicts", info->n_sex_conflicts);
    skr_out_key(&json, "warnings");
    skr_out_open(&json, '[');
    skr_out_close(&json, ']');
    skr_out_close(&json, '}');
    skr_out_end(&json);
}

/* ------------------------------------------------------------------ text */

#define SIZE_TEXT_MAX 32

/* "1.4 MB". ret_text has room for SIZE_TEXT_MAX bytes. */
static const char *size_text(uint64_t n_bytes, char *ret_text)
{
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
    double size = (double)n_bytes;
    size_t unit = 0;
    while (size >= 1000 && unit + 1 < sizeof units / sizeof *units) {
        size /= 1000;
        unit++;
    }
    (void)snprintf(ret_text, SIZE_TEXT_MAX, "%.*f %s", unit == 0 ? 0 : 1, size, units[unit]);
    return ret_text;
}

static uint32_t n_replaced(const skr_delivery_info *delivery)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < delivery->n_sources; i++)
        n += !delivery->sources[i].is_live;
    return n;
}

/* One line, with what was left out; the files and each counter on lines of their own when asked. */
static void print_delivery(const skr_delivery_info *delivery, bool is_verbose)
{
    char time[TIME_TEXT_MAX];
    char size[SIZE_TEXT_MAX];
    const char *date = time_text(delivery->time_s, time);
    printf("%-12s generation %" PRIu64 ", %s, %s, %s: %" PRIu32 " samples, %" PRIu64
           " alleles, %" PRIu32 " %s",
           "delivery", delivery->generation, date != NULL ? date : "no date", delivery->dataset,
           delivery->assembly, delivery->n_samples, delivery->n_alleles, delivery->n_sources,
           delivery->n_sources == 1 ? "file" : "files");
    if (n_replaced(delivery) > 0)
        printf(" (%" PRIu32 " replaced)", n_replaced(delivery));
    printf(", %s (%s)", size_text(delivery->n_bytes, size), delivery->options);
    if (is_verbose) {
        printf("\n");
        for (uint32_t i = 0; i < delivery->n_sources; i++)
            printf("  %s%s\n", delivery->sources[i].name,
                   delivery->sources[i].is_live ? "" : " (replaced)");
        for (uint32_t i = 0; i < delivery->n_counters; i++)
            printf("  %-20s %" PRIu64 "\n", delivery->counters[i].name,
                   delivery->counters[i].value);
        return;
    }
    for (uint32_t i = 0; i < delivery->n_counters; i++)
        printf("%s%s %" PRIu64, i == 0 ? "; " : ", ", delivery->counters[i].name,
               delivery->counters[i].value);
    printf("\n");
}

static void print_text(const skr_info *info, bool is_verbose)
{
    char people[40];
    char genomes[40];
    char size[SIZE_TEXT_MAX];
    printf("%-12s %" PRIu64 "\n", "generation", info->generation);
    printf("%-12s %s\n", "size", size_text(info->n_bytes, size));
    printf("%-12s %s\n", "reading", info->io);
    for (size_t i = 0; i < info->n_datasets; i++) {
        skr_told_text(&info->datasets[i].people, people);
        skr_told_text(&info->datasets[i].genomes, genomes);
        printf("%-12s %s: %s people, %s with genomes\n", "dataset", info->datasets[i].id, people,
               genomes);
    }
    for (size_t i = 0; i < info->n_assemblies; i++) {
        const skr_assembly_info *assembly = &info->assemblies[i];
        printf("%-12s %s: %" PRIu64 " rows in %" PRIu32 " %s; %s, %s%s\n", "assembly",
               assembly->name, assembly->n_rows, assembly->n_segments,
               assembly->n_segments == 1 ? "segment" : "segments",
               assembly->has_reference ? "reference" : "no reference",
               assembly->has_genes ? "genes" : "no genes",
               assembly->has_raw_indels ? "; indels only trimmed, not left-aligned" : "");
    }
    for (size_t i = 0; i < info->n_ontologies; i++)
        printf("%-12s %s: %" PRIu32 " terms, %s\n", "ontology", info->ontologies[i].prefix,
               info->ontologies[i].n_terms,
               info->ontologies[i].version[0] != '\0' ? info->ontologies[i].version
                                                      : "version not said");
    for (size_t i = 0; i < info->n_deliveries; i++)
        print_delivery(&info->deliveries[i], is_verbose);
    if (info->n_sex_conflicts > 0)
        printf("%-12s %" PRIu32 " people whose sex contradicts their karyotype\n", "sex_conflict",
               info->n_sex_conflicts);
}

/* ------------------------------------------------------------------ where a sample was called */

static int on_callable(void *context, const skr_callable_stretch *stretch, skr_err *err)
{
    (void)context;
    printf("%s\t%" PRIu32 "\t%" PRIu32 "\t%" PRIu32 "\n", stretch->contig, stretch->start0,
           stretch->end0, stretch->n_copies);
    return ferror(stdout) != 0 ? skr_output_fail(errno, err) : SKR_OK;
}

/* Closes the engine. Returns the exit status. */
static int print_callable(skr_engine *engine, const char *sample, const char *dataset,
                          skr_access *access, skr_err *err)
{
    int status = SKR_OK;
    if (dataset != NULL && !skr_engine_has_dataset(engine, access, dataset))
        status = skr_fail(err, SKR_ERR_QUERY, "the store has no dataset '%.60s'", dataset);
    access->datasets = dataset == NULL ? NULL : &dataset;
    access->n_datasets = dataset == NULL ? 0 : 1;
    if (status == SKR_OK && access->policy.is_exact)
        printf("#contig\tstart0\tend0\tcopies\n");
    if (status == SKR_OK)
        status = skr_engine_callable(engine, sample, access, on_callable, NULL, err);
    skr_engine_close(engine);
    return status < 0 ? skr_report(err) : 0;
}

static int check(const skr_arguments *arguments, const char *callable, const char *dataset,
                 const skr_asking *asking, skr_err *err)
{
    if (callable == NULL && (dataset != NULL || asking->assembly != NULL))
        return skr_arguments_fail(arguments, err, "--dataset and --assembly go with --callable");
    if (callable != NULL && arguments->common.is_json)
        return skr_arguments_fail(arguments, err, "--callable is told as BED, not as JSON");
    return SKR_OK;
}

int skr_cmd_info(const skr_command *command, int argc, char **argv)
{
    skr_asking asking = {0};
    const char *callable = NULL;
    const char *dataset = NULL;
    const skr_option options[] = {
        {"policy", SKR_OPTION_TEXT, &asking.policy, "FILE",
         "tell only what this policy allows (default: exact)", 0},
        {"callable", SKR_OPTION_TEXT, &callable, "SAMPLE", "where a sample was called, as BED", 0},
        {"dataset", SKR_OPTION_TEXT, &dataset, "ID", "of --callable: whose sample is meant", 0},
        {"assembly", SKR_OPTION_TEXT, &asking.assembly, "NAME",
         "of --callable: the assembly (default: the only one with genomes)", 0},
    };
    skr_err err = {.message = ""};
    skr_arguments arguments = {
        .command = command, .options = options, .n_options = sizeof options / sizeof *options};
    skr_engine *engine = NULL;
    skr_access access;
    skr_info info = {0};

    int status = skr_arguments_read(&arguments, argc, argv, &err);
    if (status > 0)
        return 0;
    if (status == SKR_OK)
        status = skr_arguments_check(&arguments, 0, 0, "no operands", &err);
    if (status == SKR_OK)
        status = skr_asking_access(&asking, &access, &err);
    if (status == SKR_OK)
        status = check(&arguments, callable, dataset, &asking, &err);
    if (status == SKR_OK)
        status = skr_open_engine(&arguments.common, 0, false, &engine, &err);
    if (status == SKR_OK && callable != NULL)
        return print_callable(engine, callable, dataset, &access, &err);
    if (status == SKR_OK)
        status = skr_engine_info(engine, &access, &info, &err);
    if (status < 0) {
        skr_engine_close(engine);
        return skr_report_as(arguments.common.is_json, &err);
    }
    if (arguments.common.is_json)
        print_json(&info);
    else
        print_text(&info, arguments.common.is_verbose);
    skr_info_done(&info);
    skr_engine_close(engine);
    return 0;
}
