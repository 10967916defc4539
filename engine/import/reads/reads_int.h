/*
 * reads_int.h - what the parts of the reader of reads share.
 *
 * A pass goes over one contig, or a stretch of it, in the order of places. Five borders run along
 * it, each after the one before: reads have been met up to the front; depth is known up to
 * settled0; SNVs are judged up to snvs0, indels up to judged0; runs are written up to written0.
 * What lies between is what the next place needs of its neighbours.
 */
#ifndef SKR_ENGINE_IMPORT_READS_READS_INT_H
#define SKR_ENGINE_IMPORT_READS_READS_INT_H

#include <htslib/hts.h>
#include <htslib/sam.h>

#include "engine/import/reads/reads.h"

/* How far settled0, snvs0 and judged0 lie after the front at least, and written0 after judged0.
 */
#define SKR_READS_SNV_LAG 256u
#define SKR_READS_LAG 512u
#define SKR_READS_WRITE_LAG 64u
/* So many places are judged at a time. */
#define SKR_READS_BATCH 4096u

/* The thresholds of rule 10, from the gate. */
typedef struct skr_reads_limits {
    int min_mq;
    int min_bq;
    int call_bq; /* min_bq, of a base that is to speak for an allele: at least 10 */
    int exclude_flags;
    uint32_t min_depth;
    uint32_t min_depth_haploid;
    double min_gq;
} skr_reads_limits;

/* A stretch of the contig, half open. */
typedef struct skr_reads_run {
    uint32_t start0;
    uint32_t end0;
} skr_reads_run;

/* A read that may be asked for its bases. */
typedef struct skr_read {
    uint32_t start0;
    uint32_t end0;
    uint32_t n_bases;
    uint32_t n_cigar;
    size_t n_bytes;
    uint8_t mapq;
    bool is_reverse;
    bool is_adjusted;      /* whether baq was asked for */
    bool is_second;        /* its mate was met before it */
    uint32_t site;         /* the last place of an indel that it was asked for, and where its */
    uint32_t seen;         /* word is among the observations */
    struct skr_read *mate; /* the other one of its template where both overlap, or NULL */
    uint32_t *cigar;       /* as htslib has it */
    char *bases;           /* letters */
    uint8_t *qualities;
    uint8_t *baq; /* qualities of the second model; NULL: those of the first */
} skr_read;

/* An insertion or deletion of one read, moved left as far as it goes. */
typedef struct skr_reads_indel {
    uint32_t anchor0; /* the base before it */
    int32_t length;   /* inserted bases, or minus the deleted ones */
    uint32_t text;    /* of an insertion: where its bases begin in skr_reads_pass.inserted */
} skr_reads_indel;

/* Alleles as VCF writes them, and the genotype. */
typedef struct skr_reads_call {
    uint32_t start0;
    const char *ref;
    uint32_t n_ref;
    const char *alts[2];
    uint32_t n_alts;
    unsigned copies[2]; /* 0 REF, 1 and 2 the alts */
    double quality;     /* that not all copies are REF */
    double gq;
    uint32_t depth;
    uint32_t ad[3];
} skr_reads_call;

typedef struct skr_reads_mates skr_reads_mates;     /* reads_mates.c */
typedef struct skr_reads_text skr_reads_text;       /* reads_text.c */
typedef struct skr_reads_calling skr_reads_calling; /* reads_call.c */

typedef struct skr_reads_pass {
    const skr_reads_plan *plan;
    void *context; /* of its functions */
    const skr_reads_limits *limits;
    skr_reads_text *text;
    const char *contig;
    skr_reads_bases bases;
    skr_reads_run owned; /* what this pass writes; of calls, the place of their first base */

    uint32_t first0; /* of the places that are in memory */
    uint32_t n_room;
    int32_t *depth;     /* of settled places; of others the difference to the place before */
    uint32_t *differ;   /* reads whose base is another one than the reference's */
    uint8_t *marks;     /* SKR_READS_UNDECIDED, SKR_READS_SNV */
    int32_t last_depth; /* of the last settled place */
    uint32_t front0;    /* where the last read starts */
    uint32_t reached0;  /* no read says anything from here on */
    uint32_t settled0;
    uint32_t snvs0;
    uint32_t judged0;
    uint32_t written0;

    skr_reads_run copies; /* where min_depth holds */
    uint32_t min_depth;
    skr_reads_run open_run; /* of the runs that are being written */
    unsigned open_kind;

    skr_reads_mates *mates;
    skr_reads_run *runs; /* of the present read */
    uint32_t n_runs;
    uint32_t n_runs_max;
    skr_read **kept; /* ascending by start0 */
    uint32_t n_kept;
    uint32_t n_kept_max;
    skr_read *spare; /* reads that are no longer kept, by their mates: their memory is used again */
    uint32_t n_same_start;
    size_t n_kept_bytes;
    skr_reads_indel *indels;
    uint32_t n_indels;
    uint32_t n_indels_max;
    char *inserted;
    uint32_t n_inserted;
    uint32_t n_inserted_max;
    skr_reads_calling *calling; /* NULL: runs alone */
    skr_reads_facts *facts;
} skr_reads_pass;

#define SKR_READS_UNDECIDED 1u
#define SKR_READS_SNV 2u /* a call of one base, both models agreeing */

/* ------------------------------------------------------------------ reads_mates.c */

/* What is known of the mate of a read. */
typedef struct skr_reads_mate {
    const skr_reads_run *runs;
    uint32_t n_runs;
    skr_read *read; /* or NULL */
} skr_reads_mate;

/* No reads yet. The caller owns *ret_mates. Errors: NOMEM. */
SKR_MUST_USE int skr_reads_mates_new(skr_reads_mates **ret_mates, skr_err *err);

/* Frees. NULL is allowed. */
void skr_reads_mates_free(skr_reads_mates *mates);

/* May the mate of a read lie over it, and come after it? */
bool skr_reads_mates_may_come(const bam1_t *record, uint32_t end0);

/* Keeps what is known of a read until its mate comes. Errors: NOMEM. */
SKR_MUST_USE int skr_reads_mates_add(skr_reads_mates *mates, const bam1_t *record, uint32_t end0,
                                     const skr_reads_mate *mate, skr_err *err);

/* Finds the mate of a read and takes it out; *ret_mate holds until the next call. */
bool skr_reads_mates_take(skr_reads_mates *mates, const bam1_t *record, skr_reads_mate *ret_mate);

/* ------------------------------------------------------------------ reads_places.c */

/* Makes room for the places before end0. New ones are zero. Errors: NOMEM. */
SKR_MUST_USE int skr_reads_places_reserve(skr_reads_pass *pass, uint32_t end0, skr_err *err);

/* Forgets the places before keep0. */
void skr_reads_places_slide(skr_reads_pass *pass, uint32_t keep0);

/* Settles the depth up to end0. */
void skr_reads_places_settle(skr_reads_pass *pass, uint32_t end0);

/* The depth from which a place counts. */
uint32_t skr_reads_min_depth(skr_reads_pass *pass, uint32_t place0);

/* Marks places as undecided. */
void skr_reads_mark(skr_reads_pass *pass, uint32_t start0, uint32_t end0);

/* ------------------------------------------------------------------ reads_kept.c */

/* Keeps a read for calls, and notes its indels; *ret_read NULL: too many lie here already. */
SKR_MUST_USE int skr_reads_keep(skr_reads_pass *pass, const bam1_t *record, uint32_t end0,
                                skr_read **ret_read, skr_err *err);

/* Compares a stretch of a read with the reference, and counts where they differ. */
void skr_reads_compare(skr_reads_pass *pass, const skr_read *read);

/* Frees the reads that end before judged0, and the indels after it; all: every one. */
void skr_reads_forget(skr_reads_pass *pass, bool all);

/* The position in its bases of the one that a read has at a place, or UINT32_MAX. */
uint32_t skr_read_base_at(const skr_read *read, uint32_t place0);

/* ------------------------------------------------------------------ reads_pass.c */

/*
 * Begins a pass. Of `like`, plan, limits, text, contig, bases, owned and facts are taken over. The
 * caller owns *ret_pass. Errors: NOMEM.
 */
SKR_MUST_USE int skr_reads_pass_new(const skr_reads_pass *like, skr_reads_pass **ret_pass,
                                    skr_err *err);

/* Takes the next read. Errors: INPUT (out of order, or beyond the contig), IO, NOMEM. */
SKR_MUST_USE int skr_reads_pass_add(skr_reads_pass *pass, const bam1_t *record, skr_err *err);

/* No more reads: everything is judged and written. */
SKR_MUST_USE int skr_reads_pass_finish(skr_reads_pass *pass, skr_err *err);
void skr_reads_pass_free(skr_reads_pass *pass);

/* ------------------------------------------------------------------ reads_call.c */

/* The calls of a pass; the pass owns *ret_calling. Errors: NOMEM. */
SKR_MUST_USE int skr_reads_calling_new(skr_reads_calling **ret_calling, skr_err *err);
void skr_reads_calling_free(skr_reads_calling *calling);

/* Judges indels from judged0 up to end0, SNVs as far ahead as indels need them; is_last: nothing
 * follows. Writes calls and marks what is undecided. */
SKR_MUST_USE int skr_reads_judge(skr_reads_pass *pass, uint32_t end0, bool is_last, skr_err *err);

/* ------------------------------------------------------------------ reads_genotype.c */

/* One observation: a template and the allele that it speaks for. */
typedef struct skr_reads_seen {
    uint8_t allele;
    uint8_t quality; /* phred */
    bool is_reverse;
} skr_reads_seen;

/* What is looked for: which alleles, and how rare they are. */
typedef struct skr_reads_alleles {
    unsigned n; /* that observations may have: 4 bases, 3 alleles of an indel */
    unsigned candidates[3];
    unsigned n_candidates;
    int ref;          /* the candidate that is the reference's, or -1 */
    double het_prior; /* phred */
} skr_reads_alleles;

typedef struct skr_reads_genotype {
    unsigned copies[2]; /* alleles, ascending by candidate */
    bool is_ref;        /* both copies are the reference's */
    double quality;     /* phred: that not both copies are the reference's */
    double gq;          /* phred: that it is this genotype */
} skr_reads_genotype;

/* The likeliest genotype. Of more than 255 observations every so many-th counts. */
int skr_reads_genotype_call(const errmod_t *model, const skr_reads_alleles *alleles,
                            const skr_reads_seen *seen, uint32_t n_seen,
                            skr_reads_genotype *ret_genotype);

/* ------------------------------------------------------------------ reads_snv.c, reads_indel.c */

struct skr_reads_calling {
    errmod_t *model;
    bam1_t *scratch; /* for the second model */
    skr_reads_seen *seen;
    uint32_t n_seen_max;
    struct skr_reads_pending *pending; /* calls of indels whose neighbours are not judged yet */
    uint32_t n_pending;
    uint32_t n_pending_max;
    uint32_t from; /* kept reads before this one end before the place that is judged */
};

/* Judges the SNVs from snvs0 up to end0. */
SKR_MUST_USE int skr_reads_snvs(skr_reads_pass *pass, uint32_t end0, skr_err *err);

/* Judges the indels anchored from judged0 up to end0; is_last: no others follow. */
SKR_MUST_USE int skr_reads_indels(skr_reads_pass *pass, uint32_t end0, bool is_last, skr_err *err);

/* ------------------------------------------------------------------ reads_text.c */

/* Begins a gVCF at a path. The caller owns *ret_text. Errors: IO, NOMEM. */
SKR_MUST_USE int skr_reads_text_new(const char *path, skr_reads_text **ret_text, skr_err *err);

/* Its header: contigs as the header of the reads has them. */
SKR_MUST_USE int skr_reads_text_header(skr_reads_text *text, sam_hdr_t *header, const char *sample,
                                       skr_err *err);

/* A run of places: called, that is all copies are the reference's, or undecided. */
SKR_MUST_USE int skr_reads_text_run(skr_reads_text *text, const skr_reads_pass *pass,
                                    skr_reads_run run, bool is_called, skr_err *err);

/* A call. Errors: IO. */
SKR_MUST_USE int skr_reads_text_call(skr_reads_text *text, const char *contig,
                                     const skr_reads_call *call, skr_err *err);

/* Writes a call if it is of the stretch that the pass owns. Errors: IO. */
SKR_MUST_USE int skr_reads_call_write(skr_reads_pass *pass, const skr_reads_call *call,
                                      skr_err *err);

/* Writes what is left and closes. NULL is allowed. Errors: IO. */
SKR_MUST_USE int skr_reads_text_close(skr_reads_text *text, skr_err *err);

#endif
