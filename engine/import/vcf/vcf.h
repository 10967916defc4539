/*
 * vcf.h - reads the records of a VCF or BCF, one after the other, and believes none.
 *
 * Text and BCF are read here byte by byte. The library's own parser takes eight kinds of damaged
 * record in silence and is several times slower; of BCF it reads the header's lines. Nothing here
 * opens a connection or prints.
 *
 * Threads: a reader has one owner; unpacking may use threads inside.
 */
#ifndef SKR_ENGINE_IMPORT_VCF_VCF_H
#define SKR_ENGINE_IMPORT_VCF_VCF_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/import/genotypes/gate.h"
#include "engine/import/genotypes/genotype.h"
#include "engine/import/genotypes/genotype_scan.h"
#include "engine/import/genotypes/spellings.h"
#include "storage/base/err.h"
#include "storage/base/names.h"

/* Fields of INFO that hold annotations, of a file that is read for them. */
typedef enum skr_vcf_note {
    SKR_VCF_NOTE_CSQ, /* VEP */
    SKR_VCF_NOTE_VEP, /* the same under the name that gnomAD gives it */
    SKR_VCF_NOTE_ANN, /* SnpEff, or VEP where the header says so */
    SKR_VCF_NOTE_BCSQ,
    SKR_VCF_NOTE_CLNSIG, /* this and the two below: ClinVar */
    SKR_VCF_NOTE_GENEINFO,
    SKR_VCF_NOTE_MC,
    SKR_VCF_N_NOTES,
} skr_vcf_note;

/* One record. All it points to belongs to the reader and holds until the next record. */
typedef struct skr_vcf_record {
    uint64_t number;   /* from 1 */
    uint32_t contig;   /* in skr_vcf_contigs */
    uint32_t pos1;     /* 0: in front of the first base */
    const char *ref;   /* NUL-terminated, as written */
    const char **alts; /* each NUL-terminated, as written; "." is left out */
    uint32_t n_alts;
    skr_filter filter;
    bool has_end;
    bool has_len;          /* FORMAT/LEN: blocks of VCF 4.5 */
    bool uses_len;         /* records of the file have it: a missing entry says nothing */
    float info_depth;      /* MIN_DP of INFO, else DP, in a file of one sample; else NAN */
    bool has_conflict;     /* GT and LGT of a sample differ */
    uint64_t end1;         /* INFO/END; 0 without one */
    const int64_t *svlens; /* INFO/SVLEN; 0 where one is missing */
    uint32_t n_svlens;
    const char *chr2; /* INFO/CHR2, n_chr2 bytes without a NUL; NULL: not said */
    uint32_t n_chr2;
    uint64_t end2_pos1; /* INFO/END2, a place on CHR2; 0: not said */

    /* Genotypes: n_ploidy values a sample, BCF's coding: (allele + 1) << 1 | phase, 0 for '.',
     * gt_end after the last copy. The phase of a copy is that of the mark in front of it. NULL: no
     * sample has one. */
    const void *gt;
    unsigned gt_width; /* bytes a value: 1, 2 or 4 */
    uint32_t n_ploidy;

    /* What the gate asks for; NULL where the record does not say or no gate asks. Of several
     * values of a sample the first counts. */
    skr_values numbers[SKR_N_GATE_TAGS];
    const uint8_t *ft; /* skr_filter, one a sample */
    bool has_ad;

    const char *notes[SKR_VCF_N_NOTES]; /* not ended by a NUL; NULL: the record has none */
    uint32_t n_notes[SKR_VCF_N_NOTES];
    const char *id; /* of a file that is read for annotations; likewise */
    uint32_t n_id;

    bool has_ps;  /* FORMAT/PS: what phase holds within, sample by sample */
    bool has_psl; /* FORMAT/PSL: the same copy by copy, which nobody reads here */
} skr_vcf_record;

typedef struct skr_vcf skr_vcf;

typedef struct skr_vcf_plan {
    const char *path; /* a regular file */
    const char *name; /* for messages */
    const skr_gate *gate;
    unsigned n_threads;
    size_t n_memory;   /* import_memory.h; 0: the usual */
    bool uses_len;     /* skr_vcf_find_len found it */
    bool is_for_notes; /* annotations are read, samples are not: there need not be any */
    const struct skr_seal_keys *keys; /* sealed/input.h; or NULL */
} skr_vcf_plan;

/*
 * Opens a file and reads its header. The caller owns *ret_vcf. Errors: INPUT naming the file: it is
 * neither VCF nor BCF, its header is damaged or too long, it has no sample column or a name twice;
 * NOT_YET for CRAM, BAM and SAM; IO; NOMEM; of what is sealed those of input.h. What plan points
 * to must outlive *ret_vcf.
 */
SKR_MUST_USE int skr_vcf_open(const skr_vcf_plan *plan, skr_vcf **ret_vcf, skr_err *err);

/*
 * What the first n bytes of a file, unpacked, say: is it BCF? 32 bytes are enough. Errors: INPUT,
 * NOT_YET.
 */
SKR_MUST_USE int skr_vcf_check_start(const char *name, const char *bytes, size_t n,
                                     bool *ret_is_bcf, skr_err *err);

/* The names of its sample columns, in order. */
const skr_names *skr_vcf_samples(const skr_vcf *vcf);

/* The names of contigs that records have used so far, as written, in order of first use. */
const skr_names *skr_vcf_contigs(const skr_vcf *vcf);

/* The contigs to which the header gives a length, as written. */
const skr_names *skr_vcf_header_contigs(const skr_vcf *vcf);

/* What of the header names an assembly: "assembly=b37", "reference=file:///refs/hg19.fa". */
const skr_names *skr_vcf_hints(const skr_vcf *vcf);

#define SKR_VCF_PRODUCER_MAX 48u

/* The caller that the header names, one word: "HaplotypeCaller", "DeepVariant_1.6.1"; "": none. */
const char *skr_vcf_producer(const skr_vcf *vcf);

/* What the header says of a field of annotations; "": it has none, or was not read for them. */
const char *skr_vcf_description(const skr_vcf *vcf, skr_vcf_note note);

/* The programs of annotation that the header names: "VEP v110; SnpEff 5.1"; "": none. */
#define SKR_VCF_TOOLS_MAX 256u
const char *skr_vcf_tools(const skr_vcf *vcf);

/* The length that the header gives a contig of this spelling, 0 if none. */
uint32_t skr_vcf_contig_length(const skr_vcf *vcf, const char *name);

/* Does the header, or the first record, say that this is a gVCF? */
bool skr_vcf_is_gvcf(const skr_vcf *vcf);

/* The version that the header claims, 100 major + minor: 404 of VCFv4.4; 0: it does not say. */
unsigned skr_vcf_version(const skr_vcf *vcf);

/* How many bytes of the file were read. */
uint64_t skr_vcf_position(const skr_vcf *vcf);

/*
 * The next record, or *ret_record = NULL at the end. Errors: INPUT naming file and line (VCF) or
 * record (BCF); IO; NOMEM; LIMIT.
 */
SKR_MUST_USE int skr_vcf_next(skr_vcf *vcf, const skr_vcf_record **ret_record, skr_err *err);

/*
 * Has any record that is not read yet FORMAT/LEN? Reads up to the first that has, which can be all,
 * if the header declares it. Errors: as skr_vcf_next.
 */
SKR_MUST_USE int skr_vcf_find_len(skr_vcf *vcf, bool *ret_uses_len, skr_err *err);

/* Does the header declare FORMAT/LEN? */
bool skr_vcf_declares_len(const skr_vcf *vcf);

/* The copies that a sample of the present record has, as written. Errors: INPUT. */
SKR_MUST_USE int skr_vcf_genotype(const skr_vcf *vcf, uint32_t sample, skr_genotype *ret_genotype,
                                  skr_err *err);

/*
 * AD of an allele (0 REF) of a sample of the present record; NAN when missing. As many values as
 * the record has alleles, or nobody can say which value is whose and all of them are missing.
 */
float skr_vcf_ad(const skr_vcf *vcf, uint32_t sample, uint32_t allele);

/* The length of a block that is not said. */
#define SKR_VCF_NO_LENGTH INT64_MIN

/* FORMAT/LEN of a sample of the present record; SKR_VCF_NO_LENGTH where it is missing. */
int64_t skr_vcf_block_length(const skr_vcf *vcf, uint32_t sample);

/*
 * Are all fields of a sample of the present record missing? Only where the record says uses_len;
 * else false.
 */
bool skr_vcf_is_entry_missing(const skr_vcf *vcf, uint32_t sample);

/* Is the genotype of a sample of the present record phased: '|' between all copies, two or more? */
bool skr_vcf_is_phased(const skr_vcf *vcf, uint32_t sample);

/* PS that is there, but is no number: it is equal to no other. */
#define SKR_PHASE_SET_UNKNOWN (INT64_MIN + 1)

/* PS of a sample of the present record; SKR_PHASE_SET_NONE where it names none. */
int64_t skr_vcf_phase_set(const skr_vcf *vcf, uint32_t sample);

/* The name of the reader's place for messages: "line 12" or "record 12". text has 32 bytes. */
void skr_vcf_place(const skr_vcf *vcf, char *text);

/* Closes. NULL is allowed. */
void skr_vcf_close(skr_vcf *vcf);

#endif
