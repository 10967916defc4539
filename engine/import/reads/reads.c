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
/* How much observations of one kind are worth less than independent ones. */
#define DEPENDENCE 0.17

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
    int fd = -1;
    hts_set_log_level(HTS_LOG_OFF);
    SKR_TRY(skr_reads_bytes_open(reads, &fd, err));
    reads->bytes = hdopen(fd, "r");
    if (reads->bytes == NULL) {
        (void)close(fd);
        return skr_fail_nomem(err, "reads");
    }
    int status = skr_reads_check_first(reads, err);
    reads->file = status == SKR_OK ? hts_hopen(reads->bytes, "reads", "r") : NULL;
    if (reads->file == NULL) {
        hclose_abruptly(reads->bytes);
        SKR_TRY(status);
        SKR_TRY(skr_reads_bytes_check(reads, err));
        return skr_fail(err, SKR_ERR_INPUT, "%s: neither CRAM nor BAM, or damaged", plan->name);
    }
    reads->is_cram = reads->file->format.format == cram;
    if (!reads->is_cram && reads->file->format.format != bam)
        return skr_fail(err, SKR_ERR_INPUT, "%s: neither CRAM nor BAM", plan->name);
    if (reads->pipe == NULL && hts_check_EOF(reads->file) != 1)
        return skr_reads_fail_end(reads, err);
    reads->header = sam_hdr_read(reads->file);
    if (reads->header != NULL)
        return SKR_OK;
    SKR_TRY(skr_reads_bytes_check(reads, err));
    return skr_fail(err, SKR_ERR_INPUT, "%s: its header is damaged", plan->name);
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
    if (status == SKR_OK && plan->has_calls && (reads->model = errmod_init(DEPENDENCE)) == NULL)
        status = skr_fail_nomem(err, "calls of reads");
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
    skr_input_pipe_close(reads->pipe);
    skr_reads_kept_done(&reads->kept);
    if (reads->model != NULL)
        errmod_destroy(reads->model);
    if (reads->pool != NULL)
        hts_tpool_destroy(reads->pool);
    free(reads->sample);
    free(reads);
}

/* ------------------------------------------------------------------ reading */

/* What is being written, and from what. */
typedef struct writing {
    skr_reads *reads;
    skr_reads_text *text;
    skr_reads_facts facts;
    skr_reads_queue *queue; /* NULL: runs alone */
    skr_reads_pass *pass;   /* over the contig of the last read, or NULL */
    int contig;             /* of the last read; INT32_MAX: it has none */
} writing;

/* Ends the pass over a contig, if there is one. */
static int end_pass(writing *w, skr_err *err)
{
    int status = w->pass != NULL ? skr_reads_pass_finish(w->pass, err) : SKR_OK;
    const skr_reads_pass *pass = w->pass;
    if (status == SKR_OK && pass != NULL && pass->plan->on_depth != NULL)
        pass->plan->on_depth(pass->context, pass->name, pass->depth_sum, pass->contig.bases.n);
    skr_reads_pass_free(w->pass);
    w->pass = NULL;
    return status;
}

/* Begins the pass over the contig of the first read there. */
static int begin_pass(writing *w, int contig, skr_err *err)
{
    skr_reads *reads = w->reads;
    skr_reads_pass like = {.plan = &reads->plan,
                           .context = reads->context,
                           .name = sam_hdr_tid2name(reads->header, contig),
                           .contig = {.limits = &reads->limits, .model = reads->model},
                           .text = w->text,
                           .queue = w->queue,
                           .kept = &reads->kept,
                           .facts = &w->facts};
    if (contig < w->contig)
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s: its contigs are not in the order of its header: sort the file by "
                        "coordinate",
                        reads->plan.name);
    w->contig = contig;
    SKR_TRY(end_pass(w, err));
    skr_reads_reference_forget(reads, contig);
    SKR_TRY(skr_reads_reference_prepare(reads, contig, err));
    SKR_TRY(skr_reads_reference_find(reads, contig, &like.contig.bases, err));
    return skr_reads_pass_new(&like, &w->pass, err);
}

static int report(const writing *w, skr_err *err)
{
    const skr_reads *reads = w->reads;
    return reads->plan.on_progress == NULL
               ? SKR_OK
               : reads->plan.on_progress(reads->context, (uint64_t)htell(reads->bytes),
                                         w->pass != NULL ? w->pass->name : NULL, err);
}

static int fail_damaged(const skr_reads *reads, const skr_reads_facts *facts, skr_err *err)
{
    SKR_TRY(skr_reads_bytes_check(reads, err));
    return skr_fail(err, SKR_ERR_INPUT,
                    "%s: damaged behind read %" PRIu64 ", or its reference is another one",
                    reads->plan.name, facts->n_reads);
}

static int take_read(writing *w, const bam1_t *record, skr_err *err)
{
    if ((w->facts.n_reads + 1) % READS_A_REPORT == 0)
        SKR_TRY(report(w, err));
    if (record->core.tid < 0) {
        w->contig = INT32_MAX;
        w->facts.n_reads++;
        return SKR_OK;
    }
    if (record->core.tid != w->contig)
        SKR_TRY(begin_pass(w, record->core.tid, err));
    return skr_reads_pass_add(w->pass, record, err);
}

static int read_all(writing *w, skr_err *err)
{
    skr_reads *reads = w->reads;
    bam1_t *record = bam_init1();
    int got = 0;
    int status =
        record == NULL ? skr_fail_nomem(err, "reads") : skr_reads_reference_prepare(reads, -1, err);
    while (status == SKR_OK && (got = sam_read1(reads->file, reads->header, record)) >= 0)
        status = take_read(w, record, err);
    if (status == SKR_OK && got < -1)
        status = fail_damaged(reads, &w->facts, err);
    if (status == SKR_OK)
        status = skr_reads_bytes_finish(reads, err);
    if (status == SKR_OK)
        status = end_pass(w, err);
    bam_destroy1(record);
    return status;
}

int skr_reads_write_gvcf(skr_reads *reads, const char *path, void *context,
                         skr_reads_facts *ret_facts, skr_err *err)
{
    writing w = {.reads = reads, .contig = -1};
    reads->context = context;
    SKR_TRY(skr_reads_text_new(path, &w.text, err));
    int status = skr_reads_text_header(w.text, reads->header, reads->sample, err);
    if (status == SKR_OK && reads->plan.has_calls)
        status = skr_reads_queue_new(reads->pool, reads->plan.n_threads, w.text, &reads->kept,
                                     &w.facts, &w.queue, err);
    if (status == SKR_OK)
        status = read_all(&w, err);
    skr_reads_queue_free(w.queue); /* chunks and the text need the contig of the pass */
    int closed = skr_reads_text_close(w.text, status == SKR_OK ? err : NULL);
    skr_reads_pass_free(w.pass);
    status = status != SKR_OK ? status : closed;
    if (status == SKR_OK)
        *ret_facts = w.facts;
    return status;
}
