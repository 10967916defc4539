/*
 * import_int.h - what the parts of an import of genomes share.
 *
 * Each has a header of its name: docs/architecture.md has them in the order in which a record
 * passes them.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_IMPORT_INT_H
#define SKR_ENGINE_IMPORT_GENOMES_IMPORT_INT_H

#include "engine/import/face/import.h"
#include "engine/import/genomes/fasta.h"
#include "engine/import/genomes/import_knobs_int.h"
#include "engine/import/genomes/record_claims.h"
#include "engine/import/genomes/sample_sheet.h"
#include "engine/import/genomes/site_batch.h"
#include "engine/import/sealed/seal_keys.h"
#include "engine/import/vcf/import_memory.h"
#include "engine/import/vcf/vcf.h"
#include "engine/import/vcf/vcf_bed.h"
#include "index/contigs/assembly.h"
#include "index/keys/variant_key.h"
#include "index/people/people_edit.h"
#include "storage/base/array.h"
#include "storage/base/names.h"
#include "storage/block/digest.h"
#include "storage/manifest.h"
#include "storage/reference/reference.h"
#include "storage/segment/segment.h"
#include "storage/store.h"

/* How many genotypes are read between two reports of progress: a few milliseconds. */
#define SKR_IMPORT_CELLS_A_REPORT 1000000u

typedef enum skr_import_count {
    SKR_COUNT_FAILED_GATE, /* genotypes */
    SKR_COUNT_BAD_ALT,     /* alleles */
    SKR_COUNT_HET_ON_HAPLOID,
    SKR_COUNT_Y_PAR,   /* genotypes */
    SKR_COUNT_NO_COPY, /* genotypes */
    SKR_COUNT_BND,     /* alleles */
    SKR_COUNT_REJECTED_CONTIG,
    SKR_COUNT_REF_MISMATCH,
    SKR_COUNT_BAD_END,
    SKR_COUNT_CLIPPED,
    SKR_COUNT_TELOMERE,
    SKR_COUNT_BLOCKS_WITHOUT_GT,
    SKR_COUNT_GT_CONFLICT,   /* records */
    SKR_COUNT_DUPLICATE_KEY, /* alleles that several records of one sample name */
    SKR_COUNT_NOT_PRIMARY,   /* samples */
    SKR_COUNT_SET_ASIDE,     /* samples, by --qc */
    SKR_COUNT_QC_UNKNOWN,    /* samples of which a limit of --qc could not be compared */
    SKR_COUNT_REPLACED,      /* samples */
    SKR_COUNT_WITHDRAWN,     /* samples that are left out: their people have withdrawn */
    SKR_COUNT_SEX_CONFLICT,  /* individuals */
    SKR_COUNT_SEX_DIFFERS,   /* samples whose X and Y look otherwise than --samples says */
    SKR_COUNT_UNUSED_LINES,  /* of --samples */
    SKR_COUNT_READS,
    SKR_COUNT_READS_LEFT_OUT, /* by MAPQ or flags */
    SKR_COUNT_READS_THINNED,  /* that counted for depth alone */
    SKR_COUNT_UNDECIDED,      /* places that are deep enough, and whose reads decide nothing */
    SKR_N_COUNTS,
} skr_import_count;

/* A contig that records of this delivery use. */
typedef struct skr_import_contig {
    uint32_t index;      /* in the assembly */
    const char *name;    /* canonical */
    uint32_t length;     /* 0: nobody said */
    uint32_t length_max; /* length, else that of the table of assemblies; 0: nobody knows */
    bool is_one_zone;    /* all of it is SKR_PLOIDY_DIPLOID */
    bool is_autosome;    /* facts about samples are of it */
    bool has_reference;
    uint32_t old_reference; /* number in the store's reference, or SKR_NONE: in the FASTA */
    uint32_t min_start0;
    uint32_t max_start0;
} skr_import_contig;

/* A contig as one file spells it. */
typedef struct skr_file_contig {
    uint32_t contig; /* in skr_import.contigs.list; SKR_NONE: not met yet */
    uint32_t first0; /* the first and the last place at which the file has a record there */
    uint32_t last0;
    bool is_rejected;
} skr_file_contig;

typedef struct skr_import_file {
    const char *given; /* as on the command line */
    const char *name;  /* for people: without its folder */
    char *path;        /* to read: a scratch file for a pipe */
    uint64_t n_bytes;
    uint8_t digest[SKR_DIGEST_SIZE];
    uint8_t options[SKR_DIGEST_SIZE];
    bool is_spooled;    /* path is a copy of what a pipe gave: vcf_spool.h */
    bool is_reads;      /* path is the gVCF that was made of a CRAM or BAM, once it is made */
    uint64_t depth_sum; /* of reads: over depth_of bases of autosomes */
    uint64_t depth_of;
    bool is_mask;    /* of reads: without calls, so it stands beside the calls of another file */
    bool is_gvcf;    /* what its records say of bases goes to the coverage layer */
    bool is_skipped; /* known already, bytes and options; or all of its people have withdrawn */
    bool is_gone;    /* the latter */
    bool is_aside;   /* --qc set all its samples aside */
    skr_vcf *vcf;    /* of the only file: open, its header read; otherwise NULL */
    skr_columns columns;
    uint32_t *local;  /* of each column that counts: its number in the segment, ascending or not */
    bool is_identity; /* local is 0, 1, 2 ... and the whole segment */
    skr_file_contig *contigs; /* by the reader's numbers */
    uint32_t n_contigs;
    uint32_t n_contigs_max;
    uint32_t *used; /* contigs with records of it, in skr_import.contigs.list, as they were met */
    uint32_t n_used;
    uint32_t n_used_max;
    uint32_t *silent; /* contigs of the assembly that its silence speaks of, ascending */
    uint32_t n_silent;
    uint32_t n_silent_max;
    uint32_t next_part;      /* the next file of those that share samples with it; alone: itself */
    uint32_t part;           /* of joint files that are stretches of one contig: which, from 0 */
    const skr_source *known; /* of a skipped file: the source that is it, or NULL */
    uint64_t n_records;
    uint64_t n_ref_mismatches;
    char producer[SKR_VCF_PRODUCER_MAX]; /* that the header names, or "" */
    uint64_t n_blocks;
} skr_import_file;

/* Where a sample of the delivery comes from. */
typedef struct skr_import_origin {
    const skr_sample_line *line; /* of --samples, or NULL without it */
    uint32_t file;               /* that has it, the last one so far */
} skr_import_origin;

typedef struct skr_identity skr_identity;       /* identity.c */
typedef struct skr_import_gone skr_import_gone; /* import_gone.c */

/* The samples that count, by their number in the segment. */
typedef struct skr_import_samples {
    skr_sample_sheet sheet; /* of --samples */
    skr_names names;
    skr_sample *list; /* names.n of them */
    uint32_t n_max;
    skr_import_origin *origins; /* of each */
    uint32_t n_origins_max;
    bool names_are_ids; /* each is named as its individual */
    uint64_t n_missing; /* columns that the sheet lacks */
    char *missing;      /* the first of them, with its file */
} skr_import_samples;

/* The contigs that records of this delivery use. */
typedef struct skr_import_contigs {
    skr_names names; /* canonical; its numbers are those of the list */
    skr_import_contig *list;
    uint32_t n_max;
} skr_import_contigs;

/* Where bases come from: import_reference.c. */
typedef struct skr_import_bases {
    skr_fasta *fasta;             /* of --reference, or NULL */
    skr_reference *old;           /* of the store, or NULL */
    skr_reference_writer *writer; /* of the one that this import makes, or NULL */
    char name[SKR_FILE_NAME_MAX]; /* of that one */
} skr_import_bases;

/* The BED of --callable: import_callable.c. */
typedef struct skr_import_callable {
    skr_bed bed;
    uint8_t digest[SKR_DIGEST_SIZE];
    skr_names declared; /* contigs of headers, canonical */
    uint32_t *lengths;  /* of those */
    uint32_t n_lengths_max;
    uint32_t *contigs; /* of the assembly, that the BED names */
    uint32_t n_contigs;
} skr_import_callable;

/* What the present record is turned into: import_record.c. */
typedef struct skr_import_working {
    struct skr_record_keys *keys; /* record_keys.c */
    skr_claims claims;
    skr_buffer body;
    uint8_t *spread; /* the calls of a record, sample by sample */
    uint32_t n_spread_max;
} skr_import_working;

/* The samples that --qc sets aside: import_qc.c. */
typedef struct skr_import_qc {
    uint32_t n_aside;
    uint32_t *new_of; /* of each sample as it was read: its number now, SKR_NONE: set aside; NULL:
                         all stay */
    uint32_t n_read;  /* samples as they were read */
    skr_buffer told;  /* the first of them, for a warning */
    bool is_judged;
} skr_import_qc;

/* What was found on the way and is told at the end, or told once. */
typedef struct skr_import_found {
    bool has_strange_length; /* said already */
    bool has_known_length;   /* said already: an assembly of its own looks like a known one */
    bool has_raw_indels;
    bool has_old_mitochondrion;
    bool is_of_carriers;   /* most alleles say nothing of who does not carry them */
    uint32_t n_half_known; /* samples of which one sheet knows the sex and another does not */
    uint32_t first_half_known;
    uint32_t last_half_known;
} skr_import_found;

typedef struct skr_import_coverage skr_import_coverage; /* import_coverage_int.h */
typedef struct skr_import_facts skr_import_facts;       /* import_facts.c */

typedef struct skr_import {
    const skr_import_request *request;
    const skr_import_knobs *knobs;
    size_t n_memory; /* import_memory.h */
    skr_seal_keys keys;
    skr_txn *txn;
    skr_manifest *manifest;
    uint32_t dataset;
    uint32_t assembly;
    const skr_build *build; /* what is known of the assembly; NULL: nothing */
    bool is_new_assembly;   /* the store did not have it */
    skr_import_file *files;
    uint32_t n_files;
    skr_import_samples samples;
    skr_people *people;
    skr_people_edit *edit;
    skr_identity *identity;
    skr_import_gone *gone; /* whose samples are left out */
    skr_import_contigs contigs;
    skr_import_bases reference;
    skr_import_callable callable;
    skr_import_working record;
    skr_site_batch *batch;         /* the fragments of all records */
    skr_import_coverage *coverage; /* who was called where; NULL: nothing was added yet */
    skr_import_qc qc;
    skr_import_facts *facts; /* how good the genotypes of each sample are */
    skr_import_found found;
    uint64_t counts[SKR_N_COUNTS];
    uint64_t n_records;
    uint64_t n_spooled_read; /* bytes that pipes gave */
    uint64_t n_spooled_kept; /* bytes of the scratch files that hold them */
    skr_file_id segment;
    uint64_t n_rows;
} skr_import;

/* Is a number in an ascending list? */
static inline bool skr_import_holds(const uint32_t *list, uint32_t n, uint32_t value)
{
    size_t at = skr_array_search_u32(list, n, value);
    return at < n && list[at] == value;
}

#endif
