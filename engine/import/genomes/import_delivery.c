/*
 * import_delivery.c - what the manifest keeps of a delivery: its sources, options and counters.
 */
#include "engine/import/genomes/import_delivery.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/genomes/import_qc.h"

static const char *const count_names[SKR_N_COUNTS] = {
    [SKR_COUNT_FAILED_GATE] = "failed_gate",
    [SKR_COUNT_BAD_ALT] = "bad_alt",
    [SKR_COUNT_HET_ON_HAPLOID] = "het_on_haploid",
    [SKR_COUNT_Y_PAR] = "y_par",
    [SKR_COUNT_NO_COPY] = "no_copy",
    [SKR_COUNT_BND] = "bnd",
    [SKR_COUNT_REJECTED_CONTIG] = "rejected_contig",
    [SKR_COUNT_REF_MISMATCH] = "ref_mismatch",
    [SKR_COUNT_BAD_END] = "bad_end",
    [SKR_COUNT_CLIPPED] = "clipped",
    [SKR_COUNT_TELOMERE] = "telomere",
    [SKR_COUNT_BLOCKS_WITHOUT_GT] = "blocks_without_gt",
    [SKR_COUNT_GT_CONFLICT] = "gt_conflict",
    [SKR_COUNT_DUPLICATE_KEY] = "duplicate_key",
    [SKR_COUNT_NOT_PRIMARY] = "not_primary",
    [SKR_COUNT_SET_ASIDE] = "set_aside",
    [SKR_COUNT_QC_UNKNOWN] = "qc_unknown",
    [SKR_COUNT_REPLACED] = "replaced",
    [SKR_COUNT_WITHDRAWN] = "withdrawn",
    [SKR_COUNT_SEX_CONFLICT] = "sex_conflict",
    [SKR_COUNT_SEX_DIFFERS] = "sex_differs",
    [SKR_COUNT_UNUSED_LINES] = "unused_lines",
    [SKR_COUNT_READS] = "reads",
    [SKR_COUNT_READS_LEFT_OUT] = "reads_left_out",
    [SKR_COUNT_READS_THINNED] = "reads_thinned",
    [SKR_COUNT_UNDECIDED] = "undecided",
};

static int compare_numbers(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;
    return left < right ? -1 : left > right;
}

/* The source that a file becomes. Contigs and samples are the caller's. */
static int describe_source(const skr_import *import, const skr_import_file *file,
                           skr_source *source, skr_err *err)
{
    memcpy(source->digest, file->digest, sizeof source->digest);
    memcpy(source->options, file->options, sizeof source->options);
    source->name = (char *)file->name;
    source->is_live = true;
    source->silent = file->silent;
    source->n_silent = file->n_silent;
    source->contigs = malloc((file->n_used + file->n_silent + 1u) * sizeof *source->contigs);
    if (source->contigs == NULL)
        return skr_fail_nomem(err, "a delivery");
    for (uint32_t i = 0; i < file->n_used; i++)
        source->contigs[source->n_contigs++] = import->contigs.list[file->used[i]].index;
    for (uint32_t i = 0; i < file->n_silent; i++)
        source->contigs[source->n_contigs++] = file->silent[i];
    qsort(source->contigs, source->n_contigs, sizeof *source->contigs, compare_numbers);
    if (file->columns.n == import->samples.names.n)
        return SKR_OK; /* all samples */
    source->samples = malloc((file->columns.n + 1u) * sizeof *source->samples);
    if (source->samples == NULL)
        return skr_fail_nomem(err, "a delivery");
    source->n_samples = file->columns.n;
    memcpy(source->samples, file->local, file->columns.n * sizeof *source->samples);
    qsort(source->samples, source->n_samples, sizeof *source->samples, compare_numbers);
    return SKR_OK;
}

/* How many reference blocks there were, and which caller the headers name: the first, if several.
 */
static int describe_blocks(const skr_import *import, skr_buffer *text, skr_err *err)
{
    char said[SKR_VCF_PRODUCER_MAX + 64];
    const char *producer = NULL;
    const char *more = "";
    uint64_t n_blocks = 0;
    for (uint32_t i = 0; i < import->n_files; i++) {
        const skr_import_file *file = &import->files[i];
        if (file->is_skipped || file->is_reads)
            continue;
        n_blocks += file->n_blocks;
        if (producer == NULL && file->producer[0] != '\0')
            producer = file->producer;
        else if (producer != NULL && strcmp(producer, file->producer) != 0)
            more = ",...";
    }
    if (n_blocks > 0) {
        (void)snprintf(said, sizeof said, " blocks=%" PRIu64, n_blocks);
        SKR_TRY(skr_buffer_put(text, said, strlen(said), err));
    }
    if (producer == NULL)
        return SKR_OK;
    (void)snprintf(said, sizeof said, " producer=%s%s", producer, more);
    return skr_buffer_put(text, said, strlen(said), err);
}

static int describe_options(const skr_import *import, skr_buffer *text, skr_err *err)
{
    const skr_import_request *request = import->request;
    bool has_gvcf = false;
    bool has_reads = false;
    for (uint32_t i = 0; i < import->n_files; i++) {
        const skr_import_file *file = &import->files[i];
        has_reads = has_reads || (!file->is_skipped && file->is_reads);
        has_gvcf = has_gvcf || (!file->is_skipped && file->is_gvcf);
    }
    const char *reads = request->has_no_calls
                            ? SKR_DELIVERY_OF_READS " producer=skerry-reads calls=none gate="
                            : SKR_DELIVERY_OF_READS " producer=skerry-reads gate=";
    const char *format = has_reads ? reads : has_gvcf ? "format=gvcf gate=" : "format=vcf gate=";
    const char *absent = request->absent_is_hom_ref ? " absent-is=hom-ref" : " absent-is=no-call";
    SKR_TRY(skr_buffer_put(text, format, strlen(format), err));
    SKR_TRY(skr_gate_print(&request->gate, text, err));
    SKR_TRY(skr_buffer_put(text, absent, strlen(absent), err));
    if (request->callable != NULL)
        SKR_TRY(skr_buffer_put(text, " callable=bed", 13, err));
    SKR_TRY(skr_import_qc_print(&request->qc, text, err));
    SKR_TRY(describe_blocks(import, text, err));
    if (request->by != NULL) {
        SKR_TRY(skr_buffer_put(text, " by=", 4, err));
        SKR_TRY(skr_buffer_put(text, request->by, strlen(request->by), err));
    }
    return skr_buffer_put_u8(text, 0, err);
}

/* The counters that counted something. */
static uint32_t list_counters(const skr_import *import, skr_counter *counters)
{
    uint32_t n = 0;
    for (unsigned i = 0; i < SKR_N_COUNTS; i++)
        if (import->counts[i] > 0)
            counters[n++] = (skr_counter){(char *)count_names[i], import->counts[i]};
    return n;
}

int skr_import_delivery_add(skr_import *import, skr_err *err)
{
    skr_counter counters[SKR_N_COUNTS];
    skr_buffer options = {0};
    skr_delivery delivery = {
        .generation = import->manifest->generation + 1,
        .time_s = skr_manifest_time_now(),
        .dataset = import->dataset,
        .assembly = import->assembly,
        .counters = counters,
        .n_counters = list_counters(import, counters),
        .n_samples = import->samples.names.n,
        .n_alleles = import->n_rows,
    };
    int status = describe_options(import, &options, err);
    delivery.sources = calloc(import->n_files, sizeof *delivery.sources);
    if (delivery.sources == NULL)
        status = skr_fail_nomem(err, "a delivery");
    for (uint32_t i = 0; i < import->n_files && status == SKR_OK; i++)
        if (!import->files[i].is_skipped && !import->files[i].is_aside)
            status = describe_source(import, &import->files[i],
                                     &delivery.sources[delivery.n_sources++], err);
    delivery.options = (char *)options.bytes;
    skr_segment_entry entry = {
        .file = import->segment,
        .dataset = import->dataset,
        .assembly = import->assembly,
        .n_samples = import->samples.names.n,
        .n_rows = import->n_rows,
        .has_raw_indels = import->found.has_raw_indels,
    };
    uint32_t number = 0;
    skr_sample_run run;
    skr_segment_part part;
    if (status == SKR_OK)
        status = skr_manifest_add_delivery(import->manifest, &delivery, &number, err);
    skr_manifest_whole_part(number, entry.n_samples, &run, &part);
    entry.parts = &part;
    entry.n_parts = 1;
    if (status == SKR_OK && entry.n_samples > 0) /* of nobody: all have withdrawn */
        status = skr_manifest_add_segment(import->manifest, &entry, NULL, err);
    for (uint32_t i = 0; i < delivery.n_sources; i++) {
        free(delivery.sources[i].contigs);
        free(delivery.sources[i].samples);
    }
    free(delivery.sources);
    skr_buffer_done(&options);
    return status;
}

/* The result's counters, copied so that they outlive the import. */
int skr_import_delivery_result(const skr_import *import, skr_import_result *result, skr_err *err)
{
    skr_counter counters[SKR_N_COUNTS];
    uint32_t n = list_counters(import, counters);
    result->n_samples = import->samples.names.n;
    result->n_alleles = import->n_rows;
    result->n_spooled_read = import->n_spooled_read;
    result->n_spooled_kept = import->n_spooled_kept;
    result->n_records = import->n_records;
    result->counters = calloc(n + 1u, sizeof *result->counters);
    if (result->counters == NULL)
        return skr_fail_nomem(err, "a delivery");
    for (; result->n_counters < n; result->n_counters++) {
        skr_counter *counter = &result->counters[result->n_counters];
        *counter = counters[result->n_counters];
        counter->name = strdup(counter->name);
        if (counter->name == NULL)
            return skr_fail_nomem(err, "a delivery");
    }
    return SKR_OK;
}
