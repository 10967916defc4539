/* cmd_info.c - skerry info: what the store holds and what its imports left out. */
#include <inttypes.h>
#include <stdio.h>

#include "tools/skerry/command.h"
#include "tools/skerry/interrupt.h"
#include "tools/skerry/output.h"

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
    json_number(json, "generation", delivery->generation);
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
    skr_out_close(&json, '}');
    skr_out_end(&json);
}

/* ------------------------------------------------------------------ text */

static void print_size(uint64_t n_bytes)
{
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
    double size = (double)n_bytes;
    size_t unit = 0;
    while (size >= 1000 && unit + 1 < sizeof units / sizeof *units) {
        size /= 1000;
        unit++;
    }
    printf(unit == 0 ? "%-12s %.0f %s\n" : "%-12s %.1f %s\n", "size", size, units[unit]);
}

static void print_delivery(const skr_delivery_info *delivery)
{
    printf("%-12s generation %" PRIu64 ", %s, %s: %" PRIu32 " samples, %" PRIu64 " alleles (%s)\n",
           "delivery", delivery->generation, delivery->dataset, delivery->assembly,
           delivery->n_samples, delivery->n_alleles, delivery->options);
    for (uint32_t i = 0; i < delivery->n_sources; i++)
        printf("  %s%s\n", delivery->sources[i].name,
               delivery->sources[i].is_live ? "" : " (replaced)");
    for (uint32_t i = 0; i < delivery->n_counters; i++)
        printf("  %-20s %" PRIu64 "\n", delivery->counters[i].name, delivery->counters[i].value);
}

static void print_text(const skr_info *info)
{
    char people[40];
    char genomes[40];
    printf("%-12s %" PRIu64 "\n", "generation", info->generation);
    print_size(info->n_bytes);
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
        print_delivery(&info->deliveries[i]);
    if (info->n_sex_conflicts > 0)
        printf("%-12s %" PRIu32 " people whose sex contradicts their karyotype\n", "sex_conflict",
               info->n_sex_conflicts);
}

int skr_cmd_info(const skr_command *command, int argc, char **argv)
{
    skr_asking asking = {0};
    const skr_option options[] = {
        {"policy", SKR_OPTION_TEXT, &asking.policy, "FILE",
         "tell only what this policy allows (default: exact)", 0},
        {"callable", SKR_OPTION_NOT_YET, NULL, "SAMPLE", "", 0},
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
        status = skr_open_engine(&arguments.common, 0, &engine, &err);
    if (status == SKR_OK)
        status = skr_engine_info(engine, &access, &info, &err);
    if (status < 0) {
        skr_engine_close(engine);
        return skr_report(&err);
    }
    if (arguments.common.is_json)
        print_json(&info);
    else
        print_text(&info);
    skr_info_done(&info);
    skr_engine_close(engine);
    return 0;
}
