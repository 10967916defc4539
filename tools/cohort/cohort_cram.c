/*
 * cohort_cram.c - reads written with htslib.
 */
#include "tools/cohort/cohort_cram.h"

#include <errno.h>
#include <htslib/hfile.h>
#include <htslib/sam.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cohort/cohort_reads.h"

#define LINE_BASES 60u

static int cannot(const char *path, skr_err *err)
{
    return skr_fail(err, SKR_ERR_IO, "%s: cannot be written", path);
}

/* ------------------------------------------------------------------ the reference */

/* The bases from start0 on, N before the stretch. */
static void put_line(const cohort_plan *plan, uint32_t start0, uint32_t n, char *line)
{
    for (uint32_t i = 0; i < n; i++)
        line[i] = start0 + i < plan->start0 ? 'N' : cohort_model_base(start0 + i);
}

/* Writes it; m5 has 33 bytes for its MD5. */
static int write_reference(const cohort_request *request, const char *path, char *m5, skr_err *err)
{
    const cohort_plan *plan = &request->plan;
    uint32_t n_bases = plan->start0 + plan->n_bases;
    unsigned char digest[16];
    FILE *out = fopen(path, "we");
    if (out == NULL)
        return skr_fail(err, SKR_ERR_IO, "%s: cannot be made: %s", path, strerror(errno));
    hts_md5_context *md5 = hts_md5_init();
    (void)fprintf(out, ">%s\n", request->contig);
    for (uint32_t at0 = 0; at0 < n_bases && md5 != NULL; at0 += LINE_BASES) {
        char line[LINE_BASES + 1];
        uint32_t n = n_bases - at0 < LINE_BASES ? n_bases - at0 : LINE_BASES;
        put_line(plan, at0, n, line);
        hts_md5_update(md5, line, n);
        line[n] = '\n';
        (void)fwrite(line, 1, n + 1, out);
    }
    if (md5 != NULL) {
        hts_md5_final(digest, md5);
        hts_md5_hex(m5, digest);
        hts_md5_destroy(md5);
    }
    bool is_written = !ferror(out) && md5 != NULL;
    return fclose(out) == 0 && is_written ? SKR_OK : cannot(path, err);
}

/* ------------------------------------------------------------------ reads */

static uint32_t cigar_of(const cohort_read *read, uint32_t *cigar)
{
    for (unsigned i = 0; i < read->n_ops; i++) {
        char op = read->ops[i].op;
        unsigned code = op == 'M'   ? BAM_CMATCH
                        : op == 'I' ? BAM_CINS
                        : op == 'D' ? BAM_CDEL
                                    : BAM_CSOFT_CLIP;
        cigar[i] = bam_cigar_gen(read->ops[i].n, code);
    }
    return read->n_ops;
}

static int write_read(samFile *file, sam_hdr_t *header, const cohort_read *read, bam1_t *record)
{
    uint32_t cigar[COHORT_READ_OPS_MAX];
    uint32_t n = cigar_of(read, cigar);
    char name[32];
    uint16_t flag = BAM_FPAIRED | BAM_FPROPER_PAIR;
    flag |= read->is_second ? BAM_FREVERSE : BAM_FMREVERSE;
    flag |= read->is_second == (read->pair % 2 == 0) ? BAM_FREAD2 : BAM_FREAD1;
    (void)snprintf(name, sizeof name, "made:%u", read->pair);
    if (bam_set1(record, strlen(name), name, flag, 0, read->start0, read->mapping, n, cigar, 0,
                 read->mate_start0, 0, COHORT_READ_BASES, read->bases,
                 (const char *)read->qualities, 0) < 0)
        return -1;
    return sam_write1(file, header, record);
}

static sam_hdr_t *header_of(const cohort_request *request, uint32_t person, const char *m5)
{
    char text[SKR_NAME_MAX + 256];
    char name[COHORT_NAME_ROOM];
    cohort_name(request, person, name);
    (void)snprintf(text, sizeof text,
                   "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:%s\tLN:%u\tM5:%s\n@RG\tID:1\tSM:%s\n",
                   request->contig, request->plan.start0 + request->plan.n_bases, m5, name);
    return sam_hdr_parse(strlen(text), text);
}

static int write_person(const cohort_genomes *genomes, uint32_t person, const char *path,
                        const char *reference, const char *m5, skr_err *err)
{
    cohort_read *reads = NULL;
    size_t n = 0;
    int status = cohort_reads_make(genomes, person, &reads, &n, err);
    if (status < 0)
        return status;
    sam_hdr_t *header = header_of(genomes->request, person, m5);
    bam1_t *record = bam_init1();
    /* No path comes into the file: its id is not its name, and the reference is named after the
     * header is written. */
    hFILE *bytes = hopen(path, "w");
    samFile *file = bytes == NULL ? NULL : hts_hopen(bytes, "made", "wc");
    bool is_good = header != NULL && record != NULL && file != NULL &&
                   sam_hdr_write(file, header) == 0 && hts_set_fai_filename(file, reference) == 0;
    for (size_t i = 0; i < n && is_good; i++)
        is_good = write_read(file, header, &reads[i], record) >= 0;
    is_good = (file == NULL || sam_close(file) == 0) && is_good;
    is_good = is_good && sam_index_build(path, 0) == 0;
    sam_hdr_destroy(header);
    bam_destroy1(record);
    free(reads);
    return is_good ? SKR_OK : cannot(path, err);
}

int cohort_cram_write(const cohort_genomes *genomes, const char *folder, skr_err *err)
{
    char m5[33] = "";
    char *reference = NULL;
    int status = cohort_genomes_make_folder(folder, err);
    if (status == SKR_OK && asprintf(&reference, "%s/reference.fa", folder) < 0)
        return skr_fail(err, SKR_ERR_NOMEM, "cohort: out of memory");
    if (status == SKR_OK)
        status = write_reference(genomes->request, reference, m5, err);
    for (uint32_t i = 0; i < genomes->n_people && status == SKR_OK; i++) {
        char name[COHORT_NAME_ROOM];
        char *path = NULL;
        cohort_name(genomes->request, i, name);
        if (asprintf(&path, "%s/%s.cram", folder, name) < 0) {
            status = skr_fail(err, SKR_ERR_NOMEM, "cohort: out of memory");
            break;
        }
        status = write_person(genomes, i, path, reference, m5, err);
        free(path);
    }
    free(reference);
    return status;
}
