/*
 * reads_text.c - what reads say, as a gVCF of one sample.
 *
 * A run is written when it is known where it ends: behind the calls that lie in it.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/reads/reads_int.h"

struct skr_reads_text {
    FILE *file;
    char *path;
    const char *contig;
    const skr_reads_bases *bases;
    skr_reads_run open; /* the last run, which may go on; empty: there is none */
    bool is_called;     /* of it */
};

int skr_reads_text_new(const char *path, skr_reads_text **ret_text, skr_err *err)
{
    skr_reads_text *text = calloc(1, sizeof *text);
    if (text == NULL || (text->path = strdup(path)) == NULL) {
        free(text);
        return skr_fail_nomem(err, "what reads say");
    }
    text->file = fopen(path, "we");
    if (text->file == NULL) {
        int status = skr_fail(err, SKR_ERR_IO, "%s: cannot be written: %s", path, strerror(errno));
        free(text->path);
        free(text);
        return status;
    }
    *ret_text = text;
    return SKR_OK;
}

/* A failure is kept by the stream and told once, when the text is closed or a line was long. */
static int check(const skr_reads_text *text, skr_err *err)
{
    if (ferror(text->file) == 0)
        return SKR_OK;
    return skr_fail(err, SKR_ERR_IO, "%s: cannot be written: %s", text->path, strerror(errno));
}

int skr_reads_text_header(skr_reads_text *text, sam_hdr_t *header, const char *sample, skr_err *err)
{
    static const char fields[] =
        "##INFO=<ID=END,Number=1,Type=Integer,Description=\"Last place of the run\">\n"
        "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n"
        "##FORMAT=<ID=GQ,Number=1,Type=Integer,Description=\"Phred that the genotype is wrong\">\n"
        "##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"Depth by rule 10\">\n"
        "##FORMAT=<ID=AD,Number=R,Type=Integer,Description=\"Templates by allele\">\n"
        "##ALT=<ID=*,Description=\"Any other allele\">\n";
    (void)fputs("##fileformat=VCFv4.2\n##source=skerry reads\n", text->file);
    for (int i = 0; i < sam_hdr_nref(header); i++)
        (void)fprintf(text->file, "##contig=<ID=%s,length=%" PRId64 ">\n",
                      sam_hdr_tid2name(header, i), (int64_t)sam_hdr_tid2len(header, i));
    (void)fputs(fields, text->file);
    (void)fprintf(text->file, "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t%s\n",
                  sample);
    return check(text, err);
}

/* Writes the run that may go on no longer. */
static int flush(skr_reads_text *text, skr_err *err)
{
    skr_reads_run run = text->open;
    text->open = (skr_reads_run){0, 0};
    if (run.start0 >= run.end0)
        return SKR_OK;
    (void)fprintf(text->file, "%s\t%" PRIu32 "\t.\t%c\t<*>\t.\t.\tEND=%" PRIu32 "\tGT\t%s\n",
                  text->contig, run.start0 + 1, text->bases->bases[run.start0], run.end0,
                  text->is_called ? "0/0" : "./.");
    return check(text, err);
}

int skr_reads_text_begin(skr_reads_text *text, const char *contig, const skr_reads_bases *bases,
                         skr_err *err)
{
    SKR_TRY(flush(text, err));
    text->contig = contig;
    text->bases = bases;
    return SKR_OK;
}

int skr_reads_text_run(skr_reads_text *text, skr_reads_run run, bool is_called, skr_err *err)
{
    if (text->open.end0 == run.start0 && text->open.start0 < text->open.end0 &&
        text->is_called == is_called) {
        text->open.end0 = run.end0;
        return SKR_OK;
    }
    SKR_TRY(flush(text, err));
    text->open = run;
    text->is_called = is_called;
    return SKR_OK;
}

int skr_reads_text_call(skr_reads_text *text, const skr_reads_call *call, skr_err *err)
{
    (void)fprintf(text->file, "%s\t%" PRIu32 "\t.\t%.*s\t%s", text->contig, call->start0 + 1,
                  (int)call->n_ref, call->ref, call->alts[0]);
    if (call->n_alts > 1)
        (void)fprintf(text->file, ",%s", call->alts[1]);
    unsigned low = call->copies[0] < call->copies[1] ? call->copies[0] : call->copies[1];
    unsigned high = call->copies[0] < call->copies[1] ? call->copies[1] : call->copies[0];
    (void)fprintf(text->file, "\t%.0f\tPASS\t.\tGT:GQ:DP:AD\t%u/%u:%.0f:%" PRIu32 ":%" PRIu32,
                  call->quality, low, high, floor(call->gq), call->depth, call->ad[0]);
    for (uint32_t i = 1; i <= call->n_alts; i++)
        (void)fprintf(text->file, ",%" PRIu32, call->ad[i]);
    (void)fputc('\n', text->file);
    return check(text, err);
}

int skr_reads_text_end(skr_reads_text *text, skr_err *err)
{
    int status = flush(text, err);
    text->contig = NULL;
    text->bases = NULL;
    return status;
}

int skr_reads_text_close(skr_reads_text *text, skr_err *err)
{
    if (text == NULL)
        return SKR_OK;
    int status = flush(text, err);
    if (status == SKR_OK)
        status = check(text, err);
    if (fclose(text->file) != 0 && status == SKR_OK)
        status =
            skr_fail(err, SKR_ERR_IO, "%s: cannot be written: %s", text->path, strerror(errno));
    free(text->path);
    free(text);
    return status;
}
