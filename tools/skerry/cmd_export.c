/* cmd_export.c - skerry export: genotypes of people as VCF or BCF, alleles as sites or BED. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/face/genotype_rows.h"
#include "tools/skerry/command.h"
#include "tools/skerry/interrupt.h"
#include "tools/skerry/output.h"
#include "tools/skerry/variant_file.h"

#define FORM_WORDS "vcf|vcf.gz|bcf|bed"

typedef struct export_options {
    skr_asking asking;
    const char *within;
    const char *out;
    int form; /* -1: as the name of the file says */
    bool is_sites;
    bool is_carried;
} export_options;

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text);
    size_t n_end = strlen(end);
    return n >= n_end && strcmp(text + n - n_end, end) == 0;
}

/* The form that the name of a file asks for. Errors: USAGE. */
static int form_of(const skr_arguments *arguments, const char *path, int *ret_form, skr_err *err)
{
    static const struct {
        const char *end;
        skr_variant_form form;
    } ends[] = {{".vcf", SKR_VARIANTS_VCF},
                {".vcf.gz", SKR_VARIANTS_VCF_GZ},
                {".vcf.bgz", SKR_VARIANTS_VCF_GZ},
                {".bcf", SKR_VARIANTS_BCF},
                {".bed", SKR_VARIANTS_BED}};
    *ret_form = SKR_VARIANTS_VCF;
    if (strcmp(path, "-") == 0)
        return SKR_OK;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (!ends_with(path, ends[i].end))
            continue;
        *ret_form = (int)ends[i].form;
        return SKR_OK;
    }
    return skr_arguments_fail(
        arguments, err, "%s: its name ends in no form; say which with --format " FORM_WORDS, path);
}

static int export_rows(const skr_arguments *arguments, const export_options *options,
                       skr_variant_file *file, skr_warnings *warnings, skr_err *err)
{
    const skr_genotype_sink sink = {skr_variant_file_head, skr_variant_file_row, file};
    skr_engine *engine = NULL;
    skr_query *query = NULL;
    const skr_expr *alleles = NULL;
    const skr_expr *within = NULL;
    skr_access access;

    int status = skr_asking_access(&options->asking, &access, err);
    if (status == SKR_OK)
        status = skr_query_new(&query, err);
    if (status < 0)
        return status;
    skr_query_allow_files(query, true);
    status = skr_query_parse_alleles(query, arguments->operands[0], &alleles, err);
    if (status == SKR_OK && options->within != NULL)
        status = skr_query_parse(query, options->within, true, &within, err);
    if (status == SKR_OK)
        status = skr_open_engine(&arguments->common, SKR_CACHE_BYTES, false, &engine, err);
    if (status == SKR_OK)
        status = skr_engine_genotypes(engine, alleles, within, &access, &sink, warnings, err);
    skr_engine_close(engine);
    skr_query_free(query);
    return status;
}

static void tell(const skr_common *common, const export_options *options, uint64_t n_rows,
                 const skr_warnings *warnings)
{
    if (common->is_json) {
        skr_out json = {.out = strcmp(options->out, "-") == 0 ? stderr : stdout};
        skr_out_open(&json, '{');
        skr_out_member_text(&json, "status", "ok");
        skr_out_member_text(&json, "file", options->out);
        skr_out_member_number(&json, "alleles", n_rows);
        skr_out_warnings(&json, warnings);
        skr_out_close(&json, '}');
        skr_out_end(&json);
        return;
    }
    if (!common->is_quiet)
        skr_report_warnings(warnings);
    if (common->is_verbose)
        (void)fprintf(stderr, "skerry: %" PRIu64 " alleles\n", n_rows);
}

static int export_file(const skr_arguments *arguments, const export_options *options, skr_err *err)
{
    const skr_variant_options how = {.path = options->out,
                                     .form = (skr_variant_form)options->form,
                                     .has_genotypes =
                                         !options->is_sites && options->form != SKR_VARIANTS_BED,
                                     .is_carried = options->is_carried,
                                     .question = arguments->operands[0]};
    skr_variant_file *file = NULL;
    skr_warnings warnings = {0};
    int status = skr_variant_file_new(&how, &file, err);
    if (status < 0)
        return status;
    status = export_rows(arguments, options, file, &warnings, err);
    if (status == SKR_OK)
        status = skr_variant_file_close(file, err);
    if (status == SKR_OK)
        tell(&arguments->common, options, skr_variant_file_n_rows(file), &warnings);
    skr_variant_file_free(file);
    skr_warnings_done(&warnings);
    return status;
}

int skr_cmd_export(const skr_command *command, int argc, char **argv)
{
    export_options chosen = {.form = -1, .out = "-"};
    const skr_option options[] = {
        {"in", SKR_OPTION_TEXT, &chosen.within, "QUESTION", "only these people", 0},
        {"out", SKR_OPTION_TEXT, &chosen.out, "FILE", "(default: standard output)", 'o'},
        {"format", SKR_OPTION_CHOICE, &chosen.form, FORM_WORDS,
         "(default: as the name of FILE says, else vcf)", 0},
        {"sites", SKR_OPTION_FLAG, &chosen.is_sites, NULL, "numbers alone, no genotypes", 0},
        {"carried", SKR_OPTION_FLAG, &chosen.is_carried, NULL,
         "leave out alleles that nobody of these people has", 0},
        SKR_ASKING_OPTIONS(&chosen.asking),
    };
    skr_err err = {.message = ""};
    skr_arguments arguments = {
        .command = command, .options = options, .n_options = sizeof options / sizeof *options};
    int status = skr_arguments_read(&arguments, argc, argv, &err);
    if (status > 0)
        return 0;
    if (status == SKR_OK)
        status = skr_arguments_check(&arguments, 1, 1, "one condition on alleles in quotes", &err);
    if (status == SKR_OK && chosen.form < 0)
        status = form_of(&arguments, chosen.out, &chosen.form, &err);
    skr_interrupt_catch();
    if (status == SKR_OK)
        status = export_file(&arguments, &chosen, &err);
    return status < 0
               ? skr_report_as(arguments.common.is_json && strcmp(chosen.out, "-") != 0, &err)
               : 0;
}
