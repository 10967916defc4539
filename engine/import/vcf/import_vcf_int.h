/*
 * import_vcf_int.h - what the reader of VCF text and the reader of BCF share.
 */
#ifndef SKR_ENGINE_IMPORT_VCF_IMPORT_VCF_INT_H
#define SKR_ENGINE_IMPORT_VCF_IMPORT_VCF_INT_H

#include <htslib/bgzf.h>
#include <htslib/hts.h>
#include <htslib/vcf.h>
#include <stdio.h>

#include "engine/import/vcf/import_memory.h"
#include "engine/import/vcf/import_vcf.h"
#include "engine/import/vcf/import_vcf_blocks.h"
#include "storage/base/buffer.h"

/* Alleles of a record: what 16-bit genotypes can name. */
#define SKR_VCF_ALTS_MAX 16000u

/* Fields of FORMAT that are looked at. */
typedef enum skr_vcf_field {
    SKR_VCF_GT,
    SKR_VCF_GQ,
    SKR_VCF_DP,
    SKR_VCF_MIN_DP,
    SKR_VCF_AD,
    SKR_VCF_FT,
    SKR_VCF_LEN,
    SKR_VCF_PS,
    SKR_VCF_PSL,
    SKR_VCF_OTHER,
    SKR_VCF_N_FIELDS = SKR_VCF_OTHER,
} skr_vcf_field;

#define SKR_VCF_FORMAT_MAX 512u /* tags of one FORMAT */

/* A FORMAT column, read once and kept as long as the next record has the same. */
typedef struct skr_vcf_format {
    char *text;
    size_t n_text;
    uint32_t n;
    uint8_t field[SKR_VCF_FORMAT_MAX]; /* skr_vcf_field */
    bool is_number[SKR_VCF_FORMAT_MAX];
    bool has[SKR_VCF_N_FIELDS];
} skr_vcf_format;

struct skr_vcf {
    char *name;
    const skr_gate *gate;
    int fd;
    bool is_bcf;
    bool is_gvcf;
    unsigned version; /* as skr_vcf_version */
    bool has_pushed;  /* a record was read ahead and is the next */
    bool is_at_end;
    uint64_t n_lines;
    uint64_t n_records;
    size_t n_memory;   /* import_memory.h */
    size_t n_header;   /* bytes of the header's lines so far; text */
    size_t n_declared; /* bytes that what it declares takes, about */
    bool has_header;   /* it was read; text */

    /* import_vcf_bytes.c: the unpacked bytes in one piece, zeros behind them */
    skr_blocks *blocks; /* of a bgzipped file, or */
    BGZF *bgzf;         /* of another one, with room of its own */
    uint8_t *room;
    size_t n_room;
    uint8_t *bytes;
    size_t n_bytes;
    size_t bytes_at; /* where the next line or record begins */
    bool is_bytes_end;
    bool is_bytes_bad;

    /* text */
    skr_vcf_format format;
    skr_name_map numeric_tags; /* FORMAT tags that the header declares as Integer or Float */

    /* BCF */
    bcf_hdr_t *header;                    /* without samples */
    int32_t field_keys[SKR_VCF_N_FIELDS]; /* numbers of the tags, -1: not in the header */
    int32_t end_key;                      /* of INFO, likewise */
    int32_t svlen_key;
    int32_t end2_key;
    int32_t chr2_key;
    skr_buffer alleles; /* REF and ALTs */

    skr_name_map samples;
    skr_name_map contigs;
    skr_name_map header_contigs;
    skr_name_map hints;
    uint32_t *header_lengths; /* by number in header_contigs */
    uint32_t n_header_lengths_max;

    skr_vcf_record record;
    uint32_t last_contig; /* the one before, most often the same */
    const char **alts;
    uint32_t n_alts_max;
    int64_t *svlens;
    uint32_t n_svlens_max;
    uint8_t *gt;
    size_t n_gt_max; /* bytes */
    float *gq;
    float *dp;
    float *min_dp;
    uint8_t *ft;
    const char **ad; /* text: where the AD of each sample begins, NULL without one */
    skr_values bcf_ad;
    int64_t *ps; /* text: of each sample */
    skr_values bcf_ps;
};

/* One line of text without its end, NUL-terminated. *ret_line NULL: the end. */
SKR_MUST_USE int skr_vcf_line(skr_vcf *vcf, char **ret_line, size_t *ret_n, skr_err *err);

/* Opens vcf->fd, which stays open, from its beginning. Errors: INPUT, NOMEM. */
SKR_MUST_USE int skr_vcf_bytes_open(skr_vcf *vcf, unsigned n_threads, skr_err *err);
void skr_vcf_bytes_close(skr_vcf *vcf);

/*
 * Makes sure that n bytes from bytes_at on are in one piece, unless the end comes first: *ret_n is
 * how many there are, SKR_BLOCKS_SPARE zeros behind. Errors: INPUT, damaged before that; NOMEM.
 */
SKR_MUST_USE int skr_vcf_bytes_need(skr_vcf *vcf, size_t n, uint8_t **ret_bytes, size_t *ret_n,
                                    skr_err *err);

/* Fails with INPUT: a header, line or record, which `what` names, has more bytes than it may. */
int skr_vcf_fail_size(const skr_vcf *vcf, const char *what, size_t n_max, skr_err *err);

/* Counts n bytes that something declared in the header takes. Errors: INPUT, too many. */
SKR_MUST_USE int skr_vcf_declare(skr_vcf *vcf, size_t n, skr_err *err);

/* At the end: was the last block of a bgzipped file there? Errors: INPUT. */
SKR_MUST_USE int skr_vcf_bytes_check_end(const skr_vcf *vcf, skr_err *err);

/* The version in the text behind "##fileformat=", as skr_vcf_version. */
unsigned skr_vcf_version_of(const char *text);

/* Reads the header of VCF text. */
SKR_MUST_USE int skr_vcf_text_header(skr_vcf *vcf, skr_err *err);

/* Keeps what a line of the header says of the assembly. Errors: NOMEM. */
SKR_MUST_USE int skr_vcf_note_hint(skr_vcf *vcf, const char *line, skr_err *err);

/* Reads the line that names the columns, NUL-terminated; number n_lines. */
SKR_MUST_USE int skr_vcf_columns(skr_vcf *vcf, const char *line, skr_err *err);

/* Reads a line of text as a record; *ret_is_blank: there was nothing on it. */
SKR_MUST_USE int skr_vcf_text_record(skr_vcf *vcf, char *line, size_t n, skr_err *err);

/* Reads FORMAT and the sample columns, which begin at text (n bytes, NUL behind). */
SKR_MUST_USE int skr_vcf_text_samples(skr_vcf *vcf, char *text, size_t n, skr_err *err);

/* Header and records of BCF. *ret_is_end: there is no more. */
SKR_MUST_USE int skr_vcf_bcf_header(skr_vcf *vcf, skr_err *err);
SKR_MUST_USE int skr_vcf_bcf_record(skr_vcf *vcf, bool *ret_is_end, skr_err *err);
float skr_vcf_bcf_ad(const skr_vcf *vcf, uint32_t sample, uint32_t allele);
int64_t skr_vcf_bcf_phase_set(const skr_vcf *vcf, uint32_t sample);

/* Adds a sample column. Errors: INPUT when the name is empty, too long, or there already. */
SKR_MUST_USE int skr_vcf_add_sample(skr_vcf *vcf, const char *name, size_t n, skr_err *err);

/* Remembers the length of a contig of the header. */
SKR_MUST_USE int skr_vcf_add_contig(skr_vcf *vcf, const char *name, size_t n, uint32_t length,
                                    skr_err *err);

/* Sets the contig of the present record. Errors: INPUT when that is no name of a contig. */
SKR_MUST_USE int skr_vcf_set_contig(skr_vcf *vcf, const char *name, size_t n, skr_err *err);

/* Room for n_alts ALTs, n_svlens lengths, n_bytes of genotypes; arrays of one a sample. */
SKR_MUST_USE int skr_vcf_room_alts(skr_vcf *vcf, uint32_t n_alts, skr_err *err);
SKR_MUST_USE int skr_vcf_room_svlens(skr_vcf *vcf, uint32_t n, skr_err *err);
SKR_MUST_USE int skr_vcf_room_gt(skr_vcf *vcf, size_t n_bytes, skr_err *err);
SKR_MUST_USE int skr_vcf_room_facts(skr_vcf *vcf, skr_err *err);
SKR_MUST_USE int skr_vcf_room_ps(skr_vcf *vcf, skr_err *err);

/* Fails with INPUT, naming file and place. */
int skr_vcf_fail(const skr_vcf *vcf, skr_err *err, const char *format, ...) SKR_PRINTF(3, 4);

#endif
