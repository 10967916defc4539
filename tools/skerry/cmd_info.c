/* cmd_info.c - skerry info: what the store holds and what its imports left out. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "tools/skerry/command.h"
#include "tools/skerry/deliveries.h"
#include "tools/skerry/info_samples.h"
#include "tools/skerry/interrupt.h"
#include "tools/skerry/output.h"

/* ------------------------------------------------------------------ JSON */

static void json_datasets(skr_out *json, const skr_info *info)
{
    skr_out_key(json, "datasets");
    skr_out_open(json, '[');
    for (size_t i = 0; i < info->n_datasets; i++) {
        skr_out_open(json, '{');
        skr_out_member_text(json, "id", info->datasets[i].id);
        skr_out_member_number(json, "version", info->datasets[i].version);
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
        skr_out_member_text(json, "name", assembly->name);
        skr_out_member_number(json, "rows", assembly->n_rows);
        skr_out_member_number(json, "segments", assembly->n_segments);
        skr_out_member_boolean(json, "reference", assembly->has_reference);
        skr_out_member_boolean(json, "raw_indels", assembly->has_raw_indels);
        skr_out_member_boolean(json, "genes", assembly->has_genes);
        skr_out_close(json, '}');
    }
    skr_out_close(json, ']');
}

static void json_ontologies(skr_out *json, const skr_info *info)
{
    skr_out_key(json, "ontologies");
    skr_out_open(json, '[');
    for (size_t i = 0; i < info->n_ontologies; i++) {
        skr_out_open(json, '{');
        skr_out_member_text(json, "prefix", info->ontologies[i].prefix);
        skr_out_member_text(json, "name", info->ontologies[i].name);
        skr_out_member_text(json, "version", info->ontologies[i].version);
        skr_out_member_number(json, "terms", info->ontologies[i].n_terms);
        skr_out_close(json, '}');
    }
    skr_out_close(json, ']');
}

static void json_annotations(skr_out *json, const skr_info *info)
{
    skr_out_key(json, "annotations");
    skr_out_open(json, '[');
    for (size_t i = 0; i < info->n_annotations; i++) {
        skr_out_open(json, '{');
        skr_out_member_text(json, "assembly", info->annotations[i].assembly);
        skr_out_member_text(json, "source", info->annotations[i].source);
        skr_out_member_text(json, "release", info->annotations[i].release);
        skr_out_member_number(json, "alleles", info->annotations[i].n_alleles);
        skr_out_close(json, '}');
    }
    skr_out_close(json, ']');
}

/* Withdrawals whose people are still in files. */
static void json_due(skr_out *json, const skr_info *info)
{
    char day[SKR_OUTPUT_DAY_MAX];
    skr_out_key(json, "deletions");
    skr_out_open(json, '{');
    skr_out_member_number(json, "due", info->n_deletions_due);
    skr_out_member_number(json, "overdue", info->n_deletions_overdue);
    if (info->deletions_due_s > 0) {
        skr_output_day(info->deletions_due_s, day);
        skr_out_member_text(json, "by", day);
    }
    skr_out_close(json, '}');
}

static void print_json(const skr_info *info)
{
    skr_out json = {.out = stdout};
    skr_out_open(&json, '{');
    skr_out_member_number(&json, "generation", info->generation);
    skr_out_member_number(&json, "bytes", info->n_bytes);
    skr_out_member_text(&json, "io", info->io);
    json_datasets(&json, info);
    json_assemblies(&json, info);
    skr_deliveries_put_json(&json, info);
    json_ontologies(&json, info);
    json_annotations(&json, info);
    skr_out_member_number(&json, "sex_conflicts", info->n_sex_conflicts);
    json_due(&json, info);
    skr_out_key(&json, "warnings");
    skr_out_open(&json, '[');
    skr_out_close(&json, ']');
    skr_out_close(&json, '}');
    skr_out_end(&json);
}

/* ------------------------------------------------------------------ text */

static void print_due(const skr_info *info)
{
    char day[SKR_OUTPUT_DAY_MAX];
    if (info->n_deletions_due == 0)
        return;
    skr_output_day(info->deletions_due_s, day);
    printf("%-12s people of %" PRIu32 " %s are still in files, to be gone by %s", "withdrawn",
           info->n_deletions_due, info->n_deletions_due == 1 ? "withdrawal" : "withdrawals", day);
    if (info->n_deletions_overdue > 0)
        printf("; OVERDUE: %" PRIu32, info->n_deletions_overdue);
    printf(" (skerry compact)\n");
}

static void print_text(const skr_info *info, bool is_verbose)
{
    char people[40];
    char genomes[40];
    char size[SKR_SIZE_TEXT_MAX];
    printf("%-12s %" PRIu64 "\n", "generation", info->generation);
    printf("%-12s %s\n", "size", skr_size_text(info->n_bytes, size));
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
    for (size_t i = 0; i < info->n_annotations; i++) {
        const skr_annotation_info *one = &info->annotations[i];
        printf("%-12s %s: %s, %" PRIu64 " alleles, %s\n", "annotations", one->source, one->assembly,
               one->n_alleles, one->release[0] != '\0' ? one->release : "release not said");
    }
    skr_deliveries_print(info, is_verbose);
    print_due(info);
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

/* The options of its own. */
typedef struct choices {
    const char *callable;
    const char *dataset;
    bool wants_deliveries;
    bool wants_samples;
    bool is_tsv;
} choices;

static int check(const skr_arguments *arguments, const choices *chosen, const skr_asking *asking,
                 skr_err *err)
{
    if (chosen->callable == NULL && (chosen->dataset != NULL || asking->assembly != NULL))
        return skr_arguments_fail(arguments, err, "--dataset and --assembly go with --callable");
    if (chosen->callable != NULL && arguments->common.is_json)
        return skr_arguments_fail(arguments, err, "--callable is told as BED, not as JSON");
    if ((chosen->callable != NULL) + chosen->wants_samples + chosen->wants_deliveries > 1)
        return skr_arguments_fail(arguments, err,
                                  "--deliveries, --callable and --samples: one of them is meant");
    if (chosen->is_tsv && !chosen->wants_samples)
        return skr_arguments_fail(arguments, err, "--tsv goes with --samples");
    if (chosen->is_tsv && arguments->common.is_json)
        return skr_arguments_fail(arguments, err, "--json and --tsv: one of them is meant");
    return SKR_OK;
}

/* Closes the engine. Returns the exit status. */
static int print_samples(skr_engine *engine, const skr_access *access, bool is_json, skr_err *err)
{
    int status = skr_info_samples(engine, access, is_json, err);
    skr_engine_close(engine);
    return status < 0 ? skr_report(err) : 0;
}

int skr_cmd_info(const skr_command *command, int argc, char **argv)
{
    skr_asking asking = {0};
    choices chosen = {0};
    const skr_option options[] = {
        {"deliveries", SKR_OPTION_FLAG, &chosen.wants_deliveries, NULL,
         "every file that was delivered, a row each: when, what, by whom", 0},
        {"policy", SKR_OPTION_TEXT, &asking.policy, "FILE",
         "tell only what this policy allows (default: exact)", 0},
        {"callable", SKR_OPTION_TEXT, &chosen.callable, "SAMPLE",
         "where a sample was called, as BED", 0},
        {"dataset", SKR_OPTION_TEXT, &chosen.dataset, "ID", "of --callable: whose sample is meant",
         0},
        {"assembly", SKR_OPTION_TEXT, &asking.assembly, "NAME",
         "of --callable: the assembly (default: the only one with genomes)", 0},
        {"samples", SKR_OPTION_FLAG, &chosen.wants_samples, NULL,
         "a row a sample, with how good its genotypes are", 0},
        {"tsv", SKR_OPTION_FLAG, &chosen.is_tsv, NULL, "of --samples: tab-separated (default)", 0},
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
        status = check(&arguments, &chosen, &asking, &err);
    if (status == SKR_OK && chosen.wants_deliveries && !access.policy.is_exact)
        status = skr_fail(&err, SKR_ERR_POLICY,
                          "deliveries are told only where counts are exact: their numbers are raw");
    if (status == SKR_OK)
        status = skr_open_engine(&arguments.common, 0, false, &engine, &err);
    if (status == SKR_OK && chosen.callable != NULL)
        return print_callable(engine, chosen.callable, chosen.dataset, &access, &err);
    if (status == SKR_OK && chosen.wants_samples)
        return print_samples(engine, &access, arguments.common.is_json, &err);
    if (status == SKR_OK)
        status = skr_engine_info(engine, &access, &info, &err);
    if (status < 0) {
        skr_engine_close(engine);
        return skr_report_as(arguments.common.is_json, &err);
    }
    if (chosen.wants_deliveries)
        skr_deliveries_list(&info, arguments.common.is_json);
    else if (arguments.common.is_json)
        print_json(&info);
    else
        print_text(&info, arguments.common.is_verbose);
    skr_info_done(&info);
    skr_engine_close(engine);
    return 0;
}
