/*
 * made_bam.h - CRAM and BAM files of reads that a test lists, and what the reader makes of them.
 */
#ifndef SKR_TESTS_MADE_BAM_H
#define SKR_TESTS_MADE_BAM_H

#include <htslib/hfile.h>
#include <htslib/sam.h>
#include <stdbool.h>
#include <stdlib.h>

#include "engine/import/reads/reads.h"
#include "storage/base/check.h"
#include "storage/block/digest.h"
#include "tests/support/temp_folder.h"

typedef struct made_read {
    const char *name;
    unsigned flag;
    int contig; /* -1: none */
    uint32_t start0;
    unsigned mapq;
    const char *cigar;
    const char *bases;
    const char *qualities; /* phred itself; NULL: none are given */
    int mate_contig;
    uint32_t mate0;
} made_read;

typedef struct made_file {
    const char *path;
    const char *header; /* SAM text */
    const char *fasta;  /* of CRAM; NULL: the bases are embedded */
    bool is_cram;
} made_file;

static inline void made_bam_write(const made_file *what, const made_read *reads, size_t n)
{
    sam_hdr_t *header = sam_hdr_parse(strlen(what->header), what->header);
    samFile *file = sam_open(what->path, what->is_cram ? "wc" : "wb");
    bam1_t *record = bam_init1();
    SKR_CHECK(header != NULL && file != NULL && record != NULL);
    if (what->is_cram && what->fasta != NULL)
        SKR_CHECK(hts_set_fai_filename(file, what->fasta) == 0);
    if (what->is_cram && what->fasta == NULL)
        SKR_CHECK(hts_set_opt(file, CRAM_OPT_NO_REF, 1) == 0);
    SKR_CHECK(sam_hdr_write(file, header) == 0);
    for (size_t i = 0; i < n; i++) {
        const made_read *one = &reads[i];
        uint32_t *cigar = NULL;
        size_t n_max = 0;
        ssize_t n_cigar = sam_parse_cigar(one->cigar, NULL, &cigar, &n_max);
        SKR_CHECK(n_cigar >= 0);
        SKR_CHECK(bam_set1(record, strlen(one->name), one->name, (uint16_t)one->flag, one->contig,
                           one->contig < 0 ? -1 : (hts_pos_t)one->start0, (uint8_t)one->mapq,
                           (size_t)n_cigar, cigar, one->mate_contig,
                           one->mate_contig < 0 ? -1 : (hts_pos_t)one->mate0, 0, strlen(one->bases),
                           one->bases, one->qualities, 0) >= 0);
        SKR_CHECK(sam_write1(file, header, record) >= 0);
        free(cigar);
    }
    SKR_CHECK(sam_close(file) == 0);
    sam_hdr_destroy(header);
    bam_destroy1(record);
}

/* What the reader asks for: contigs by name, with their bases, and copies of one contig. */
typedef struct made_world {
    const char *names[4];
    const char *bases[4];
    const char *haploid; /* the contig of which one copy is expected, or NULL */
} made_world;

static inline int made_find(void *context, const char *contig, skr_reads_bases *ret_bases,
                            bool *ret_found, skr_err *err)
{
    const made_world *world = context;
    *ret_found = false;
    for (unsigned i = 0; i < 4 && world->names[i] != NULL; i++) {
        if (strcmp(world->names[i], contig) != 0)
            continue;
        uint8_t md5[SKR_DIGEST_MD5_SIZE];
        skr_digest *digest = NULL;
        SKR_TRY(skr_digest_new(SKR_DIGEST_MD5, &digest, err));
        *ret_bases =
            (skr_reads_bases){.bases = world->bases[i], .n = (uint32_t)strlen(world->bases[i])};
        skr_digest_update(digest, ret_bases->bases, ret_bases->n);
        skr_digest_final(digest, md5);
        skr_digest_free(digest);
        skr_digest_hex(md5, sizeof md5, ret_bases->md5);
        *ret_found = true;
    }
    return SKR_OK;
}

static inline uint8_t made_copies(void *context, const char *contig, uint32_t start0,
                                  uint32_t *ret_end0)
{
    const made_world *world = context;
    (void)start0;
    *ret_end0 = UINT32_MAX;
    return world->haploid != NULL && strcmp(world->haploid, contig) == 0 ? 1 : 2;
}

/* Reads a file to a gVCF; the caller frees *ret_text. */
static inline int made_bam_read(const test_folder *folder, const char *path, made_world *world,
                                skr_reads_plan plan, char **ret_text, skr_reads_facts *ret_facts,
                                skr_err *err)
{
    skr_reads *reads = NULL;
    char out[2 * SKR_TEST_PATH_MAX];
    (void)snprintf(out, sizeof out, "%s/out.vcf", folder->path);
    plan.path = path;
    plan.name = "x.cram";
    plan.reference = "x.fa";
    plan.folder = folder->path;
    plan.find_bases = made_find;
    plan.count_copies = made_copies;
    SKR_TRY(skr_reads_open(&plan, &reads, err));
    int status = skr_reads_write_gvcf(reads, out, world, ret_facts, err);
    skr_reads_close(reads);
    SKR_TRY(status);
    size_t n;
    *ret_text = (char *)test_file_read(out, &n);
    (*ret_text)[n] = '\0';
    return SKR_OK;
}

#endif
