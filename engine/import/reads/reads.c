/*
 * reads.c - a file of reads, from its header to its last read.
 */
#include "engine/import/reads/reads.h"

#include <errno.h>
#include <fcntl.h>
#include <htslib/bgzf.h>
#include <htslib/kstring.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/import/reads/reads_file_int.h"

/* Reads between two calls of on_progress. */
#define READS_A_REPORT 16384u
#define CALL_BQ_MIN 10

bool skr_reads_is_start(const uint8_t *bytes, size_t n)
{
    return n >= 4 && (memcmp(bytes, "CRAM", 4) == 0 || memcmp(bytes, "BAM\1", 4) == 0);
}

bool skr_reads_is_file(const char *path)
{
    uint8_t start[4] = {0};
    struct stat status;
    hts_set_log_level(HTS_LOG_OFF);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    /* What a pipe gives can be read once only: it is not looked into. */
    bool is_regular = fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    BGZF *bgzf = is_regular ? bgzf_dopen(fd, "r") : NULL;
    if (bgzf == NULL) {
        if (fd >= 0)
            (void)close(fd);
        return false;
    }
    ssize_t n = bgzf_read(bgzf, start, sizeof start);
    (void)bgzf_close(bgzf);
    return n == sizeof start && skr_reads_is_start(start, sizeof start);
}

/* ------------------------------------------------------------------ opening */

static skr_reads_limits limits_of(const skr_gate *gate)
{
    int min_bq = (int)ceil(gate->min_bq);
    return (skr_reads_limits){.min_mq = (int)ceil(gate->min_mq),
                              .min_bq = min_bq,
                              .call_bq = min_bq > CALL_BQ_MIN ? min_bq : CALL_BQ_MIN,
                              .exclude_flags = (int)gate->exclude_flags,
                              .min_depth = (uint32_t)ceil(gate->min_dp),
                              .min_depth_haploid = (uint32_t)ceil(gate->min_dp_haploid),
                              .min_gq = gate->min_gq};
}

static int open_file(skr_reads *reads, skr_err *err)
{
    const skr_reads_plan *plan = &reads->plan;
    hts_set_log_level(HTS_LOG_OFF);
    int fd = open(plan->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return skr_fail(err, skr_err_of_input(errno), "%s: cannot be opened: %s", plan->name,
                        strerror(errno));
    reads->bytes = hdopen(fd, "r");
    if (reads->bytes == NULL) {
        (void)close(fd);
        return skr_fail_nomem(err, "reads");
    }
    reads->file = hts_hopen(reads->bytes, "reads", "r");
    if (reads->file == NULL) {
        hclose_abruptly(reads->bytes);
        return skr_fail(err, SKR_ERR_INPUT, "%s: neither CRAM nor BAM, or damaged", plan->name);
    }
    reads->is_cram = reads->file->format.format == cram;
    if (!reads->is_cram && reads->file->format.format != bam)
        return skr_fail(err, SKR_ERR_INPUT, "%s: neither CRAM nor BAM", plan->name);
    if (hts_check_EOF(reads->file) != 1)
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s: its end is missing, so it is cut off; fetch the file again",
                        plan->name);
    reads->header = sam_hdr_read(reads->file);
    if (reads->header == NULL)
        return skr_fail(err, SKR_ERR_INPUT, "%s: its header is damaged", plan->name);
    return SKR_OK;
}

static int check_order(const skr_reads *reads, skr_err *err)
{
    kstring_t order = {0};
    int status = SKR_OK;
    if (sam_hdr_find_tag_hd(reads->header, "SO", &order) == 0 &&
        strcmp(order.s, "coordinate") != 0 && strcmp(order.s, "unknown") != 0)
        status = skr_fail(err, SKR_ERR_INPUT,
                          "%s: its order is %s, as its header says: sort the file by coordinate",
                          reads->plan.name, order.s);
    free(order.s);
    return status;
}

/* The one sample that the read groups name. */
static int find_sample(skr_reads *reads, skr_err *err)
{
    const skr_reads_plan *plan = &reads->plan;
    int n = sam_hdr_count_lines(reads->header, "RG");
    kstring_t name = {0};
    int status = SKR_OK;
    for (int i = 0; i < n && status == SKR_OK; i++) {
        int found = sam_hdr_find_tag_pos(reads->header, "RG", i, "SM", &name);
        if (found < -1)
            status = skr_fail_nomem(err, "reads");
        if (found != 0 || name.l == 0)
            continue;
        if (reads->sample == NULL)
            reads->sample = strdup(name.s);
        else if (strcmp(reads->sample, name.s) != 0)
            status = skr_fail(err, SKR_ERR_INPUT,
                              "%s: holds reads of two samples, '%s' and '%s' (SM of @RG): split "
                              "the file",
                              plan->name, reads->sample, name.s);
    }
    free(name.s);
    if (status == SKR_OK && reads->sample == NULL && plan->sample != NULL)
        reads->sample = strdup(plan->sample);
    if (status == SKR_OK && reads->sample == NULL)
        status =
            skr_fail(err, SKR_ERR_INPUT,
                     "%s: names no sample (SM of @RG): name it in --samples, alone", plan->name);
    return status;
}

/* What of each read is unpacked. */
static int choose_fields(skr_reads *reads, skr_err *err)
{
    int fields =
        SAM_QNAME | SAM_FLAG | SAM_RNAME | SAM_POS | SAM_MAPQ | SAM_CIGAR | SAM_RNEXT | SAM_PNEXT;
    if (reads->plan.has_calls)
        fields |= SAM_SEQ | SAM_QUAL;
    else if (reads->limits.min_bq > 0)
        fields |= SAM_QUAL;
    if (reads->is_cram && (hts_set_opt(reads->file, CRAM_OPT_REQUIRED_FIELDS, fields) != 0 ||
                           hts_set_opt(reads->file, CRAM_OPT_DECODE_MD, 0) != 0))
        return skr_fail_nomem(err, "reads");
    return SKR_OK;
}

int skr_reads_open(const skr_reads_plan *plan, skr_reads **ret_reads, skr_err *err)
{
    skr_reads *reads = calloc(1, sizeof *reads);
    if (reads == NULL)
        return skr_fail_nomem(err, "reads");
    reads->plan = *plan;
    reads->limits = limits_of(plan->gate);
    reads->folder = -1;
    int status = open_file(reads, err);
    if (status == SKR_OK)
        status = check_order(reads, err);
    if (status == SKR_OK)
        status = find_sample(reads, err);
    if (status == SKR_OK)
        status = skr_reads_reference_open(reads, err);
    if (status == SKR_OK && reads->is_cram)
        status = skr_reads_scan_containers(reads, err);
    if (status == SKR_OK)
        status = choose_fields(reads, err);
    if (status == SKR_OK)
        status = skr_reads_reference_threads(reads, err);
    if (status != SKR_OK)
        skr_reads_close(reads);
    else
        *ret_reads = reads;
    return status;
}

const char *skr_reads_sample(const skr_reads *reads)
{
    return reads->sample;
}

void skr_reads_close(skr_reads *reads)
{
    if (reads == NULL)
        return;
    skr_reads_reference_close(reads);
    sam_hdr_destroy(reads->header);
    if (reads->file != NULL)
        (void)hts_close(reads->file);
    free(reads->sample);
    free(reads);
}

/* ------------------------------------------------------------------ reading */

/* Ends the pass over a contig, if there is one. */
static int end_pass(skr_reads_pass **pass, skr_err *err)
{
    int status = *pass != NULL ? skr_reads_pass_finish(*pass, err) : SKR_OK;
    skr_reads_pass_free(*pass);
    *pass = NULL;
    return status;
}

/* Begins the pass over the contig of the first read there. */
static int begin_pass(skr_reads *reads, int contig, skr_reads_text *text, skr_reads_facts *facts,
                      skr_reads_pass **ret_pass, skr_err *err)
{
    skr_reads_pass like = {.plan = &reads->plan,
                           .context = reads->context,
                           .limits = &reads->limits,
                           .text = text,
                           .contig = sam_hdr_tid2name(reads->header, contig),
                           .facts = facts};
    skr_reads_reference_forget(reads, contig);
    SKR_TRY(skr_reads_reference_prepare(reads, contig, err));
    SKR_TRY(skr_reads_reference_find(reads, contig, &like.bases, err));
    like.owned = (skr_reads_run){0, like.bases.n};
    return skr_reads_pass_new(&like, ret_pass, err);
}

static int report(const skr_reads *reads, const skr_reads_pass *pass, skr_err *err)
{
    return reads->plan.on_progress == NULL
               ? SKR_OK
               : reads->plan.on_progress(reads->context, (uint64_t)htell(reads->bytes),
                                         pass != NULL ? pass->contig : NULL, err);
}

static int read_all(skr_reads *reads, skr_reads_text *text, skr_reads_facts *facts, skr_err *err)
{
    skr_reads_pass *pass = NULL;
    bam1_t *record = bam_init1();
    int contig = -1;
    int got = 0;
    int status =
        record == NULL ? skr_fail_nomem(err, "reads") : skr_reads_reference_prepare(reads, -1, err);
    while (status == SKR_OK && (got = sam_read1(reads->file, reads->header, record)) >= 0) {
        if ((facts->n_reads + 1) % READS_A_REPORT == 0)
            status = report(reads, pass, err);
        if (record->core.tid < 0) {
            contig = INT32_MAX;
            facts->n_reads++;
            continue;
        }
        if (status == SKR_OK && record->core.tid != contig) {
            if (record->core.tid < contig)
                status = skr_fail(err, SKR_ERR_INPUT,
                                  "%s: its contigs are not in the order of its header: sort the "
                                  "file by coordinate",
                                  reads->plan.name);
            contig = record->core.tid;
            if (status == SKR_OK)
                status = end_pass(&pass, err);
            if (status == SKR_OK)
                status = begin_pass(reads, contig, text, facts, &pass, err);
        }
        if (status == SKR_OK)
            status = skr_reads_pass_add(pass, record, err);
    }
    if (status == SKR_OK && got < -1)
        status = skr_fail(err, SKR_ERR_INPUT,
                          "%s: damaged behind read %" PRIu64 ", or its reference is another one",
                          reads->plan.name, facts->n_reads);
    if (status == SKR_OK)
        status = end_pass(&pass, err);
    skr_reads_pass_free(pass);
    bam_destroy1(record);
    return status;
}

int skr_reads_write_gvcf(skr_reads *reads, const char *path, void *context,
                         skr_reads_facts *ret_facts, skr_err *err)
{
    skr_reads_text *text = NULL;
    skr_reads_facts facts = {0};
    reads->context = context;
    SKR_TRY(skr_reads_text_new(path, &text, err));
    int status = skr_reads_text_header(text, reads->header, reads->sample, err);
    if (status == SKR_OK)
        status = read_all(reads, text, &facts, err);
    int closed = skr_reads_text_close(text, status == SKR_OK ? err : NULL);
    status = status != SKR_OK ? status : closed;
    if (status == SKR_OK)
        *ret_facts = facts;
    return status;
}
