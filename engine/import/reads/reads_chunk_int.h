/*
 * reads_chunk_int.h - a chunk: a stretch of a contig that is judged by itself.
 */
#ifndef SKR_ENGINE_IMPORT_READS_READS_CHUNK_INT_H
#define SKR_ENGINE_IMPORT_READS_READS_CHUNK_INT_H

#include "engine/import/reads/reads_int.h"

/* Such a read as a chunk has it. */
typedef struct skr_read {
    uint64_t number;
    uint32_t start0;
    uint32_t end0;
    uint32_t n_bases;
    uint32_t n_cigar;
    uint8_t mapq;
    bool is_reverse;
    bool is_adjusted;      /* whether baq was asked for */
    bool is_second;        /* its mate was met before it */
    uint32_t site;         /* the last place of an indel that it was asked for, and where its */
    uint32_t seen;         /* word is among the observations */
    struct skr_read *mate; /* the other one of its template where both overlap, or NULL */
    const uint32_t *cigar;
    const char *bases;
    const uint8_t *qualities;
    uint8_t *baq; /* qualities of the second model; NULL: those of the first */
} skr_read;

/* An insertion or deletion of one read, moved left as far as it goes. */
typedef struct skr_reads_indel {
    uint32_t anchor0; /* the base before it */
    int32_t length;   /* inserted bases, or minus the deleted ones */
    uint32_t text;    /* of an insertion: where its bases begin in skr_reads_pass.inserted */
} skr_reads_indel;

/* One observation: a template and the allele that it speaks for. */
typedef struct skr_reads_seen {
    uint8_t allele;
    uint8_t quality; /* phred */
    bool is_reverse;
} skr_reads_seen;

/* A run of a chunk. */
typedef struct skr_reads_told {
    skr_reads_run run;
    bool is_called; /* all copies are the reference's; or nothing is decided */
} skr_reads_told;

struct skr_reads_chunk {
    const skr_reads_contig *contig;
    skr_reads_run owned;  /* of runs; of calls, the place of their first base */
    skr_reads_run window; /* the places that are in memory */
    int32_t *depth;       /* by place of the window */
    int32_t *gone;        /* or NULL */
    uint32_t *differ;     /* reads whose base is another one than the reference's */
    uint8_t *marks;       /* SKR_READS_UNDECIDED, SKR_READS_SNV */
    uint32_t stretch;     /* the last that was asked for */
    skr_reads_kept_read **kept;
    uint32_t n_kept;
    size_t n_bytes; /* that it holds */
    skr_read *reads;
    skr_reads_indel *indels; /* ascending by place once they are all there */
    uint32_t n_indels;
    uint32_t n_indels_max;
    char *inserted;
    uint32_t n_inserted;
    uint32_t n_inserted_max;
    uint32_t from; /* reads before this one end before the place that is judged */

    bam1_t *scratch; /* for the second model */
    skr_reads_seen *seen;
    uint32_t n_seen_max;
    struct skr_reads_pending *pending; /* calls of indels */
    uint32_t n_pending;
    uint32_t n_pending_max;

    skr_reads_call *calls; /* ascending by place */
    uint32_t n_calls;
    uint32_t n_calls_max;
    skr_reads_told *told;
    uint32_t n_told;
    uint32_t n_told_max;
    uint64_t n_undecided;
    int status;
    skr_err err;
};

#define SKR_READS_UNDECIDED 1u
#define SKR_READS_SNV 2u /* a call of one base, both models agreeing */

/* ------------------------------------------------------------------ reads_chunk.c */

/* How deep is deep enough at a place. */
uint32_t skr_reads_chunk_min_depth(skr_reads_chunk *chunk, uint32_t place0);

/* Marks places as undecided. */
void skr_reads_mark(skr_reads_chunk *chunk, uint32_t start0, uint32_t end0);

/* Do many reads lack a place, with very many others? */
bool skr_reads_is_gone(const skr_reads_chunk *chunk, uint32_t place0);

/* Adds a call; what it points to must outlive the chunk or be the chunk's. Errors: NOMEM. */
SKR_MUST_USE int skr_reads_chunk_call(skr_reads_chunk *chunk, const skr_reads_call *call,
                                      skr_err *err);

/* The position in its bases of the one that a read has at a place, or UINT32_MAX. */
uint32_t skr_read_base_at(const skr_read *read, uint32_t place0);

/* The first indel anchored at a place or after it. */
uint32_t skr_reads_find_indel(const skr_reads_chunk *chunk, uint32_t anchor0);

/* ------------------------------------------------------------------ reads_differ.c */

/* Compares the reads of a chunk with the reference: counts where they differ, and lists and sorts
 * their indels. Errors: NOMEM. */
SKR_MUST_USE int skr_reads_differ(skr_reads_chunk *chunk, skr_err *err);

/* Orders two indels: qsort_r, with the inserted bases. */
int skr_reads_compare_indels(const void *a, const void *b, void *inserted);

/* ------------------------------------------------------------------ reads_call.c */

/* Takes from a pass what lies up to end0, and what reaches into it. The caller owns *ret_chunk; the
 * contig must outlive it. Errors: NOMEM. */
SKR_MUST_USE int skr_reads_chunk_new(skr_reads_pass *pass, uint32_t end0,
                                     skr_reads_chunk **ret_chunk, skr_err *err);

/* Judges it, and finds its runs; sets status and err. On any thread. */
void skr_reads_chunk_work(skr_reads_chunk *chunk);

/* Its reads go back to whom they are of. NULL is allowed. */
void skr_reads_chunk_free(skr_reads_chunk *chunk, skr_reads_kept *kept);

/* ------------------------------------------------------------------ reads_genotype.c */

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

/* Judges the SNVs of a window. */
SKR_MUST_USE int skr_reads_snvs(skr_reads_chunk *chunk, skr_err *err);

/* Judges its indels, when the SNVs are judged. */
SKR_MUST_USE int skr_reads_indels(skr_reads_chunk *chunk, skr_err *err);

/* Frees the calls of indels. */
void skr_reads_indels_done(skr_reads_chunk *chunk);

#endif
