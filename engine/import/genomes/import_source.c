/*
 * import_source.c - a file of a delivery before its header is read: what it is, its bytes, and of
 * reads what they say.
 */
#include "engine/import/genomes/import_source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/import/fetch/htsget.h"
#include "engine/import/genomes/import_facts.h"
#include "engine/import/genomes/import_watch.h"
#include "engine/import/genotypes/gate.h"
#include "engine/import/sealed/input.h"
#include "engine/import/vcf/vcf_spool.h"
#include "index/contigs/contig.h"

/* ------------------------------------------------------------------ bytes */

static bool wants_reads(const skr_import *import)
{
    return import->request->format == SKR_FORMAT_CRAM || import->request->format == SKR_FORMAT_BAM;
}

/* A pipe that is being kept. */
typedef struct keeping {
    const skr_import *import;
    const skr_import_file *file;
    skr_digest *digest;
    uint64_t n_read;
} keeping;

static int check_stop(void *context, skr_err *err)
{
    return skr_import_watch_stop(((const keeping *)context)->import, err);
}

static void take_bytes(void *context, const uint8_t *bytes, size_t n, uint64_t n_read)
{
    keeping *k = context;
    skr_digest_update(k->digest, bytes, n);
    k->n_read = n_read;
    skr_import_watch_report(k->import, k->file, n_read, NULL, "keeping the pipe");
}

/* Keeps what a pipe gives as a scratch file of the transaction. The digest is that of the bytes
 * that came. */
static int keep_pipe(skr_import *import, skr_import_file *file, int from, skr_err *err)
{
    keeping k = {.import = import, .file = file};
    SKR_TRY(skr_txn_scratch_path(import->txn, &file->path, err));
    SKR_TRY(skr_digest_new(SKR_DIGEST_SHA256, &k.digest, err));
    const skr_vcf_spool_plan plan = {.name = file->name,
                                     .from = from,
                                     .path = file->path,
                                     .n_memory = import->n_memory,
                                     .keys = &import->keys,
                                     .is_reads = wants_reads(import),
                                     .context = &k,
                                     .check_stop = check_stop,
                                     .on_bytes = take_bytes};
    int status = skr_vcf_spool(&plan, &file->n_bytes, err);
    if (status == SKR_OK) {
        skr_digest_final(k.digest, file->digest);
        file->is_spooled = true;
        import->n_spooled_read += k.n_read;
        import->n_spooled_kept += file->n_bytes;
    }
    skr_digest_free(k.digest);
    return status;
}

/* Is a file, or what a pipe gave, one of reads, and may it be? */
static int tell_reads(const skr_import *import, skr_import_file *file, skr_err *err)
{
    bool is_any = import->request->format == SKR_FORMAT_AUTO;
    const skr_input_plan input = {file->path, file->given, &import->keys};
    SKR_TRY(skr_reads_tell(&input, &file->is_reads, err));
    file->is_mask = file->is_reads && import->request->has_no_calls;
    if (file->is_reads && !is_any && !wants_reads(import))
        return skr_fail(err, SKR_ERR_INPUT, "%s: holds reads: give --format cram or bam",
                        file->given);
    if (!file->is_reads && wants_reads(import))
        return skr_fail(err, SKR_ERR_INPUT, "%s: neither CRAM nor BAM, or damaged", file->given);
    return SKR_OK;
}

/* ------------------------------------------------------------------ addresses */

/* A file that is being fetched. */
static int on_fetched(void *context, uint64_t n_bytes, skr_err *err)
{
    const keeping *k = context;
    skr_import_watch_report(k->import, k->file, n_bytes, NULL, "fetching");
    return skr_import_watch_stop(k->import, err);
}

/* Fetches an address of htsget into a scratch file of the transaction, which is then as any other
 * file. */
static int fetch(skr_import *import, skr_import_file *file, skr_err *err)
{
    keeping k = {.import = import, .file = file};
    uint64_t n_bytes;
    SKR_TRY(skr_txn_scratch_path(import->txn, &file->path, err));
    const skr_htsget_plan plan = {.url = file->given,
                                  .hosts = import->request->htsget_hosts,
                                  .path = file->path,
                                  .is_summed = import->request->checksums != NULL,
                                  .format =
                                      import->request->format == SKR_FORMAT_CRAM ? "CRAM" : NULL,
                                  .context = &k,
                                  .check_stop = on_fetched};
    SKR_TRY(skr_htsget_fetch(&plan, &n_bytes, err));
    return tell_reads(import, file, err);
}

/* Finds out what the path names, and spools what cannot be read twice. */
int skr_import_source_open(skr_import *import, skr_import_file *file, skr_err *err)
{
    struct stat about;
    bool is_stdin = strcmp(file->given, "-") == 0;
    if (import->request->htsget_hosts != NULL && skr_htsget_is(file->given))
        return fetch(import, file, err);
    int fd = is_stdin ? STDIN_FILENO : open(file->given, O_RDONLY | O_CLOEXEC);
    int status = SKR_OK;
    if (fd < 0 || fstat(fd, &about) < 0)
        status = skr_input_fail_open(file->given, errno, err);
    else if (S_ISDIR(about.st_mode))
        status = skr_fail(err, SKR_ERR_INPUT, "%s: is a folder, not a file", file->given);
    else if (S_ISREG(about.st_mode) && !is_stdin)
        file->path = strdup(file->given);
    else
        status = keep_pipe(import, file, fd, err);
    if (status == SKR_OK && file->path == NULL)
        status = skr_fail_nomem(err, "samples of a delivery");
    if (fd >= 0 && !is_stdin)
        (void)close(fd);
    bool is_told = file->is_spooled && !wants_reads(import); /* the stream was looked at */
    return status != SKR_OK || is_told ? status : tell_reads(import, file, err);
}

/* ------------------------------------------------------------------ reads */

int skr_import_source_check(const skr_import *import, skr_err *err)
{
    const skr_import_request *request = import->request;
    bool has_reads = wants_reads(import);
    for (uint32_t i = 0; i < import->n_files; i++)
        has_reads = has_reads || import->files[i].is_reads;
    if (!has_reads && request->has_no_calls)
        return skr_fail(err, SKR_ERR_USAGE, "--calls none is for reads, of which none were given");
    if (!has_reads && !skr_gate_has_usual_reads(&request->gate))
        return skr_fail(err, SKR_ERR_USAGE,
                        "--gate: min_mq, min_bq and exclude_flags are for reads, of which none "
                        "were given");
    return SKR_OK;
}

/* A gate that reads can be judged by. */
static int check_gate(const skr_import_request *request, const skr_import_file *file, skr_err *err)
{
    const skr_gate *gate = &request->gate;
    if (request->reference == NULL)
        return skr_fail(err, SKR_ERR_USAGE, "%s: reads need --reference", file->given);
    if (request->absent_is_hom_ref)
        return skr_fail(err, SKR_ERR_USAGE,
                        "--absent-is hom-ref is for variant calls alone, and %s holds reads",
                        file->given);
    if (gate->is_none || !(gate->min_dp >= 1) || !(gate->min_dp_haploid >= 1))
        return skr_fail(err, SKR_ERR_USAGE,
                        "--gate: reads need min_dp and min_dp_haploid from 1 on: without a depth, "
                        "all that no read covers would be called");
    if (gate->exclude_flags != (double)(uint16_t)gate->exclude_flags || gate->min_mq > 255 ||
        gate->min_bq > 255)
        return skr_fail(err, SKR_ERR_USAGE,
                        "--gate: exclude_flags is a whole number up to 65535, min_mq and min_bq "
                        "are at most 255");
    return SKR_OK;
}

/* Who asks the functions below: the sample's karyotype decides how deep is deep enough. */
typedef struct asker {
    skr_import *import;
    skr_import_file *file;
    skr_karyotype karyotype;
} asker;

static int find_bases(void *context, const char *contig, skr_reads_bases *ret_bases,
                      bool *ret_found, skr_err *err)
{
    skr_import *import = ((asker *)context)->import;
    char canonical[SKR_NAME_MAX + 1];
    skr_sequence sequence;
    SKR_TRY(skr_contig_canonical(import->build, contig, canonical, sizeof canonical, err));
    SKR_TRY(skr_fasta_find(import->reference.fasta, canonical, &sequence, ret_found, err));
    if (*ret_found) {
        *ret_bases = (skr_reads_bases){.bases = sequence.bases, .n = sequence.n};
        memcpy(ret_bases->md5, sequence.md5, sizeof ret_bases->md5);
    }
    return SKR_OK;
}

static uint8_t count_copies(void *context, const char *contig, uint32_t start0, uint32_t *ret_end0)
{
    const asker *who = context;
    char canonical[SKR_NAME_MAX + 1];
    *ret_end0 = UINT32_MAX;
    if (skr_contig_canonical(who->import->build, contig, canonical, sizeof canonical, NULL) !=
        SKR_OK)
        return 2;
    *ret_end0 = skr_contig_ploidy_end0(who->import->build, canonical, start0);
    return skr_copies_expected(skr_contig_ploidy(who->import->build, canonical, start0),
                               who->karyotype);
}

/* Facts about samples are of autosomes. */
static void on_depth(void *context, const char *contig, uint64_t sum, uint32_t n_bases)
{
    const asker *who = context;
    char canonical[SKR_NAME_MAX + 1];
    if (skr_contig_canonical(who->import->build, contig, canonical, sizeof canonical, NULL) !=
            SKR_OK ||
        !skr_import_facts_is_autosome(who->import, canonical))
        return;
    who->file->depth_sum += sum;
    who->file->depth_of += n_bases;
}

static int on_progress(void *context, uint64_t n_bytes, const char *contig, skr_err *err)
{
    const asker *who = context;
    skr_import_watch_report(who->import, who->file, n_bytes, contig, "reading");
    return skr_import_watch_stop(who->import, err);
}

/* The only sample of --samples, for files whose header names none. */
static const char *only_sample(const skr_import *import)
{
    return import->samples.sheet.keys.n == 1 ? import->samples.sheet.lines[0].sample : NULL;
}

int skr_import_source_reads(skr_import *import, skr_import_file *file, skr_names *samples,
                            skr_reads **ret_reads, skr_err *err)
{
    SKR_TRY(check_gate(import->request, file, err));
    const skr_reads_plan plan = {.path = file->path,
                                 .keys = &import->keys,
                                 .name = file->given,
                                 .reference = import->request->reference,
                                 .sample = only_sample(import),
                                 .folder = skr_txn_folder(import->txn),
                                 .gate = &import->request->gate,
                                 .n_threads = import->request->n_threads,
                                 .has_calls = !file->is_mask,
                                 .find_bases = find_bases,
                                 .count_copies = count_copies,
                                 .on_depth = on_depth,
                                 .on_progress = on_progress};
    uint32_t number;
    SKR_TRY(skr_reads_open(&plan, ret_reads, err));
    file->is_gvcf = true;
    const char *sample = skr_reads_sample(*ret_reads);
    return skr_names_add(samples, sample, &number, err);
}

int skr_import_source_write(skr_import *import, skr_import_file *file, skr_reads *reads,
                            skr_karyotype karyotype, skr_err *err)
{
    asker who = {import, file, karyotype};
    skr_reads_facts facts;
    char *path = NULL;
    SKR_TRY(skr_txn_scratch_path(import->txn, &path, err));
    int status = skr_reads_write_gvcf(reads, path, &who, &facts, err);
    if (status != SKR_OK) {
        free(path);
        return status;
    }
    free(file->path);
    file->path = path;
    import->counts[SKR_COUNT_READS] += facts.n_reads;
    import->counts[SKR_COUNT_READS_LEFT_OUT] += facts.n_reads - facts.n_counted;
    import->counts[SKR_COUNT_CLIPPED] += facts.n_clipped;
    import->counts[SKR_COUNT_UNDECIDED] += facts.n_undecided;
    import->counts[SKR_COUNT_READS_THINNED] += facts.n_thinned;
    return SKR_OK;
}
