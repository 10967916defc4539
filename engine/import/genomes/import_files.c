/*
 * import_files.c - the files of a delivery before their records: bytes, options, samples.
 */
#include "engine/import/genomes/import_files.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/genomes/identity.h"
#include "engine/import/genomes/import_evidence.h"
#include "engine/import/genomes/import_gone.h"
#include "engine/import/genomes/import_parts.h"
#include "engine/import/genomes/import_qc.h"
#include "engine/import/genomes/import_silence.h"
#include "engine/import/genomes/import_source.h"
#include "engine/import/genomes/import_watch.h"
#include "index/contigs/contig.h"

/* ------------------------------------------------------------------ samples */

static void add_text(skr_digest *digest, const char *text)
{
    skr_digest_update(digest, text, strlen(text) + 1);
}

/* The options that decide how the file is read, the lines of its samples among them. */
static int digest_options(skr_import *import, skr_import_file *file, const skr_names *samples,
                          const skr_sample_line *const *lines, skr_err *err)
{
    const skr_import_request *request = import->request;
    skr_buffer gate = {0}; /* and limits, which are nothing where there are none */
    skr_digest *digest = NULL;
    int status = skr_gate_print(&request->gate, &gate, err);
    if (status == SKR_OK)
        status = skr_import_qc_print(&request->qc, &gate, err);
    if (status == SKR_OK)
        status = skr_digest_new(SKR_DIGEST_SHA256, &digest, err);
    if (status != SKR_OK)
        goto out;
    add_text(digest, file->is_mask    ? "reads without calls"
                     : file->is_reads ? "reads"
                     : file->is_gvcf  ? "gvcf"
                                      : "vcf");
    skr_digest_update(digest, gate.bytes, gate.n);
    add_text(digest, request->absent_is_hom_ref ? "hom-ref" : "no-call");
    add_text(digest,
             import->reference.fasta != NULL || import->reference.old != NULL ? "aligned" : "raw");
    if (request->callable != NULL) {
        add_text(digest, "callable");
        skr_digest_update(digest, import->callable.digest, sizeof import->callable.digest);
    }
    for (uint32_t i = 0; i < samples->n; i++) {
        const skr_sample_line *line = lines[i];
        char karyotype[16];
        if (line == NULL)
            continue;
        skr_contig_karyotype_text(line->karyotype, karyotype);
        add_text(digest, samples->texts[i]);
        add_text(digest, line->individual);
        add_text(digest, line->biosample);
        add_text(digest, karyotype);
        add_text(digest, line->is_not_primary ? "no" : "yes");
        if (*line->file != '\0')
            add_text(digest, skr_sample_sheet_line_name(line));
    }
    skr_digest_final(digest, file->options);
out:
    skr_digest_free(digest);
    skr_buffer_done(&gate);
    return status;
}

static skr_karyotype karyotype_of(const skr_sample_line *line)
{
    return line != NULL ? line->karyotype
                        : (skr_karyotype){SKR_KARYOTYPE_UNKNOWN, SKR_KARYOTYPE_UNKNOWN};
}

/* The lines of --samples for the columns of a file; NULL: there is none. The caller frees. */
static int find_lines(skr_import *import, const skr_import_file *file, const skr_names *samples,
                      const skr_sample_line ***ret_lines, skr_err *err)
{
    const skr_sample_line **lines = calloc(samples->n + 1u, sizeof *lines);
    int status = lines == NULL ? skr_fail_nomem(err, "samples of a delivery") : SKR_OK;
    for (uint32_t i = 0; i < samples->n && status == SKR_OK; i++) {
        skr_sample_place place = {file->given, file->name, samples->texts[i]};
        status = skr_sample_sheet_find(&import->samples.sheet, &place, &lines[i], err);
        if (status != SKR_OK || lines[i] != NULL || import->samples.sheet.path == NULL)
            continue;
        if (import->samples.n_missing++ == 0 &&
            asprintf(&import->samples.missing, "%s: sample '%s'", file->given, place.sample) < 0) {
            import->samples.missing = NULL;
            status = skr_fail_nomem(err, "samples of a delivery");
        }
    }
    if (status != SKR_OK)
        free(lines);
    else
        *ret_lines = lines;
    return status;
}

/* A sheet that lacks samples would leave them without sex and individual, in silence. */
static int check_missing(const skr_import *import, skr_err *err)
{
    char more[48] = "";
    if (import->samples.n_missing == 0)
        return SKR_OK;
    if (import->samples.n_missing > 1)
        (void)snprintf(more, sizeof more, ", nor have %" PRIu64 " others",
                       import->samples.n_missing - 1);
    return skr_fail(err, SKR_ERR_INPUT,
                    "%s has no line in %s%s: add them, with primary=no for those that are not to "
                    "count",
                    import->samples.missing, import->samples.sheet.path, more);
}

/* One more sample of the segment, and where it comes from. */
static int add_sample(skr_import *import, uint32_t number, skr_import_origin origin, skr_err *err)
{
    SKR_TRY(SKR_ARRAY_RESERVE(&import->samples.list, &import->samples.n_max, number + 1u, "samples",
                              err));
    SKR_TRY(SKR_ARRAY_RESERVE(&import->samples.origins, &import->samples.n_origins_max, number + 1u,
                              "samples", err));
    import->samples.list[number] = (skr_sample){.karyotype = karyotype_of(origin.line)};
    import->samples.origins[number] = origin;
    return SKR_OK;
}

/* A sample that another file has too, or another column of this one. */
static int meet_again(skr_import *import, uint32_t number, skr_import_origin origin, skr_err *err)
{
    skr_import_origin *before = &import->samples.origins[number];
    const skr_sample_line *one = before->line;
    const skr_sample_line *other = origin.line;
    const char *name = import->samples.names.texts[number];
    if (before->file == origin.file)
        return skr_fail(err, SKR_ERR_INPUT, "%s: two columns would be sample '%s', by %s",
                        import->files[origin.file].given, name, import->samples.sheet.path);
    if (one != NULL && other != NULL && one != other &&
        (strcmp(one->individual, other->individual) != 0 ||
         one->karyotype.n_x != other->karyotype.n_x || one->karyotype.n_y != other->karyotype.n_y))
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s, lines %u and %u: sample '%s' would be of two individuals or sexes",
                        import->samples.sheet.path, one->line, other->line, name);
    skr_import_parts_join(import, origin.file, before->file);
    before->file = origin.file;
    return SKR_OK;
}

/* Numbers the columns that count. */
static int number_columns(skr_import *import, uint32_t number, const skr_names *samples,
                          const skr_sample_line *const *lines, skr_err *err)
{
    skr_import_file *file = &import->files[number];
    skr_columns *columns = &file->columns;
    columns->n_columns = samples->n;
    columns->column = malloc(samples->n * sizeof *columns->column);
    columns->karyotype = malloc(samples->n * sizeof *columns->karyotype);
    file->local = malloc(samples->n * sizeof *file->local);
    if (columns->column == NULL || columns->karyotype == NULL || file->local == NULL)
        return skr_fail_nomem(err, "samples of a delivery");
    uint32_t n_gone = 0;
    for (uint32_t i = 0; i < samples->n; i++) {
        const skr_sample_line *line = lines[i];
        skr_import_origin origin = {line, number};
        const char *name = line != NULL ? skr_sample_sheet_line_name(line) : samples->texts[i];
        uint32_t *local = &file->local[columns->n];
        bool is_new;
        if (line != NULL && line->is_not_primary) {
            import->counts[SKR_COUNT_NOT_PRIMARY]++;
            continue;
        }
        bool is_gone = false;
        SKR_TRY(skr_import_gone_ask(import, name, line, &is_gone, err));
        if (is_gone) {
            n_gone++;
            continue;
        }
        SKR_TRY(skr_names_add_n(&import->samples.names, name, strlen(name), local, &is_new, err));
        SKR_TRY(is_new ? add_sample(import, *local, origin, err)
                       : meet_again(import, *local, origin, err));
        columns->column[columns->n] = i;
        columns->karyotype[columns->n++] = karyotype_of(line);
    }
    file->is_gone = columns->n == 0 && n_gone > 0;
    file->is_skipped = file->is_gone;
    if (columns->n == columns->n_columns) {
        free(columns->column);
        columns->column = NULL;
    }
    return SKR_OK;
}

/* The copies that are expected of every column that counts, ploidy by ploidy. */
static int expect_copies(skr_columns *columns, skr_err *err)
{
    for (unsigned ploidy = 0; ploidy < SKR_N_PLOIDIES; ploidy++) {
        columns->expected[ploidy] = malloc(columns->n + 1u);
        if (columns->expected[ploidy] == NULL)
            return skr_fail_nomem(err, "samples of a delivery");
        columns->has_plain_ploidy[ploidy] = true;
        columns->is_one_copy[ploidy] = true;
        for (uint32_t i = 0; i < columns->n; i++) {
            uint8_t expected = skr_copies_expected((skr_ploidy)ploidy, columns->karyotype[i]);
            columns->expected[ploidy][i] = expected;
            columns->has_plain_ploidy[ploidy] &= expected == 1 || expected == 2;
            columns->is_one_copy[ploidy] &= expected == 1;
        }
    }
    return SKR_OK;
}

/* Have two files of this delivery the same bytes and options? Then one is enough. */
static bool is_given_before(const skr_import *import, uint32_t number)
{
    const skr_import_file *file = &import->files[number];
    for (uint32_t i = 0; i < number; i++)
        if (memcmp(import->files[i].digest, file->digest, sizeof file->digest) == 0 &&
            memcmp(import->files[i].options, file->options, sizeof file->options) == 0)
            return true;
    return false;
}

/* Whose samples they are, and whether the file is known; lines: the caller frees. */
static int know_file(skr_import *import, uint32_t number, const skr_names *samples,
                     const skr_sample_line ***ret_lines, skr_err *err)
{
    skr_import_file *file = &import->files[number];
    SKR_TRY(find_lines(import, file, samples, ret_lines, err));
    SKR_TRY(digest_options(import, file, samples, *ret_lines, err));
    file->known = skr_identity_find_file(import, file);
    file->is_skipped = is_given_before(import, number) || file->known != NULL;
    return SKR_OK;
}

/* Samples become columns. */
static int take_samples(skr_import *import, uint32_t number, const skr_vcf *vcf,
                        const skr_sample_line *const *lines, skr_err *err)
{
    skr_import_file *file = &import->files[number];
    SKR_TRY(skr_import_evidence_header(import, file, vcf, err));
    SKR_TRY(skr_import_silence_check(import, file, err));
    SKR_TRY(number_columns(import, number, skr_vcf_samples(vcf), lines, err));
    return expect_copies(&file->columns, err);
}

/* The reader of the only file is kept; of many files only one can be open at a time. */
static int open_vcf(skr_import *import, const skr_import_file *file, skr_vcf **ret_vcf,
                    skr_err *err)
{
    skr_vcf_plan plan = {.path = file->path,
                         .name = file->name,
                         .gate = &import->request->gate,
                         .n_threads = import->n_files == 1 ? import->request->n_threads : 1,
                         .n_memory = import->n_memory,
                         .keys = &import->keys};
    return skr_vcf_open(&plan, ret_vcf, err);
}

/* Keeps the reader if it is of the only file, or closes it. */
static void keep_vcf(const skr_import *import, skr_import_file *file, skr_vcf *vcf, int status)
{
    if (import->n_files == 1 && status == SKR_OK)
        file->vcf = vcf;
    else
        skr_vcf_close(vcf);
}

static int look_at_reads(skr_import *import, uint32_t number, skr_err *err)
{
    skr_import_file *file = &import->files[number];
    skr_names samples = {0};
    skr_reads *reads = NULL;
    skr_vcf *vcf = NULL;
    const skr_sample_line **lines = NULL;
    int status = skr_import_source_reads(import, file, &samples, &reads, err);
    if (status == SKR_OK)
        status = skr_digest_file(file->path, file->digest, &file->n_bytes, err);
    if (status == SKR_OK)
        status = know_file(import, number, &samples, &lines, err);
    if (status != SKR_OK || file->is_skipped)
        goto out;
    status = skr_import_source_write(import, file, reads, karyotype_of(lines[0]), err);
    if (status == SKR_OK)
        status = open_vcf(import, file, &vcf, err);
    if (status == SKR_OK)
        status = take_samples(import, number, vcf, lines, err);
    keep_vcf(import, file, vcf, status);
out:
    free(lines);
    skr_reads_close(reads);
    skr_names_done(&samples);
    return status;
}

static int look_at(skr_import *import, uint32_t number, skr_err *err)
{
    skr_import_file *file = &import->files[number];
    skr_vcf *vcf = NULL;
    const skr_sample_line **lines = NULL;
    SKR_TRY(skr_import_source_open(import, file, err));
    if (file->is_reads)
        return look_at_reads(import, number, err);
    int status = open_vcf(import, file, &vcf, err);
    /* What is no VCF is refused before all of it is read. */
    if (status == SKR_OK && !file->is_spooled)
        status = skr_digest_file(file->path, file->digest, &file->n_bytes, err);
    if (status == SKR_OK) {
        (void)snprintf(file->producer, sizeof file->producer, "%s", skr_vcf_producer(vcf));
        file->is_gvcf = import->request->format == SKR_FORMAT_GVCF ||
                        (import->request->format == SKR_FORMAT_AUTO && skr_vcf_is_gvcf(vcf));
        status = know_file(import, number, skr_vcf_samples(vcf), &lines, err);
    }
    if (status == SKR_OK && !file->is_skipped)
        status = take_samples(import, number, vcf, lines, err);
    free(lines);
    keep_vcf(import, file, vcf, status);
    return status;
}

static const char *without_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

int skr_import_files_look(skr_import *import, skr_err *err)
{
    int status = SKR_OK;
    import->files = calloc(import->request->n_files, sizeof *import->files);
    if (import->files == NULL)
        return skr_fail_nomem(err, "samples of a delivery");
    import->n_files = (uint32_t)import->request->n_files;
    for (uint32_t i = 0; i < import->n_files && status == SKR_OK; i++) {
        skr_import_file *file = &import->files[i];
        file->given = import->request->files[i];
        file->next_part = i;
        file->name = strcmp(file->given, "-") == 0 ? "standard input" : without_folder(file->given);
        status = skr_import_watch_stop(import, err);
        if (status == SKR_OK)
            status = look_at(import, i, err);
    }
    const skr_sample_line *first;
    import->counts[SKR_COUNT_UNUSED_LINES] =
        skr_sample_sheet_count_unused(&import->samples.sheet, &first);
    if (status == SKR_OK)
        status = check_missing(import, err);
    if (status == SKR_OK)
        status = skr_import_source_check(import, err);
    for (uint32_t i = 0; i < import->samples.names.n && status == SKR_OK; i++)
        import->samples.list[i].name = import->samples.names.texts[i];
    for (uint32_t i = 0; i < import->n_files && status == SKR_OK; i++) {
        skr_import_file *file = &import->files[i];
        file->is_identity = file->columns.n == import->samples.names.n;
        for (uint32_t j = 0; j < file->columns.n && file->is_identity; j++)
            file->is_identity = file->local[j] == j;
    }
    return status;
}

void skr_import_files_done(skr_import *import)
{
    for (uint32_t i = 0; i < import->n_files; i++) {
        skr_import_file *file = &import->files[i];
        for (unsigned ploidy = 0; ploidy < SKR_N_PLOIDIES; ploidy++)
            free(file->columns.expected[ploidy]);
        skr_vcf_close(file->vcf);
        free(file->columns.column);
        free(file->columns.karyotype);
        free(file->local);
        free(file->contigs);
        free(file->used);
        free(file->silent);
        free(file->path);
    }
    free(import->files);
}
