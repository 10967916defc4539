/*
 * reads_int.h - what the parts of the reader of reads share.
 *
 * A contig is gone through in the order of its places by one thread: the pass. It counts depth,
 * finds mates and keeps the reads that calls are made from. Calls are made by others, chunk by
 * chunk: a stretch of the contig that is owned, with everything that reaches to within a margin of
 * it. The margin is wider than what a call or a mark can depend on, and nothing else is handed from
 * chunk to chunk, so what is written depends neither on where chunks begin nor on who works them.
 *
 *   contig   ----------------------------------------------------------------
 *   owned                        |==================|
 *   window            |----------|==================|----------|
 */
#ifndef SKR_ENGINE_IMPORT_READS_READS_INT_H
#define SKR_ENGINE_IMPORT_READS_READS_INT_H

#include <htslib/hts.h>
#include <htslib/sam.h>
#include <htslib/thread_pool.h>

#include "engine/import/reads/reads.h"

/* Bases beside what a chunk owns. A place is marked by an indel anchored SKR_READS_LENGTH_MAX
 * before it, whose reads are aligned to at most some 610 bases after the anchor, in which SNVs
 * matter, for which indels 60 bases away matter, which were moved left by SKR_READS_MOVE_MAX. */
#define SKR_READS_MARGIN 1024u
/* An indel is moved no further to the left than this. */
#define SKR_READS_MOVE_MAX 192u
/* A longer indel is not judged. */
#define SKR_READS_LENGTH_MAX 400u
/* So many places are settled at a time. */
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

/* A read that calls may ask for its bases. Chunks share it; it does not change. */
typedef struct skr_reads_kept_read {
    uint64_t number; /* from 1 on, in the order of the file */
    uint64_t mate;   /* the number of the read before it that it overlaps as its mate, or 0 */
    uint32_t n_owners;
    uint32_t start0;
    uint32_t end0;
    uint32_t n_bases;
    uint32_t n_cigar;
    uint8_t mapq;
    bool is_reverse;
    size_t n_bytes; /* of memory */
    struct skr_reads_kept_read *next_spare;
    uint32_t cigar[]; /* as htslib has it; then the bases as letters, then the qualities */
} skr_reads_kept_read;

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
    bool is_indel;
} skr_reads_call;

typedef struct skr_reads_mates skr_reads_mates; /* reads_mates.c */
typedef struct skr_reads_text skr_reads_text;   /* reads_text.c */
typedef struct skr_reads_chunk skr_reads_chunk; /* reads_chunk_int.h */
typedef struct skr_reads_queue skr_reads_queue; /* reads_queue.c */

/* Up to where a depth is enough, from the end of the stretch before. */
typedef struct skr_reads_stretch {
    uint32_t end0;
    uint32_t min_depth;
} skr_reads_stretch;

/* The stretches of a contig. */
typedef struct skr_reads_stretches {
    skr_reads_stretch *list;
    uint32_t n;
    uint32_t n_max;
} skr_reads_stretches;

/* The reads that calls are made from, as long as chunks to come may want them. Zero-initialise, end
 * with skr_reads_kept_done. */
typedef struct skr_reads_kept {
    skr_reads_kept_read **list; /* ascending by start0 and number */
    uint32_t n;
    uint32_t n_max;
    size_t n_bytes;             /* of the list */
    skr_reads_kept_read *spare; /* that nobody owns: their memory is used again */
    bool has_start;
    uint32_t start0; /* of the last read that was offered, and how many began there */
    uint32_t n_same_start;
    bool is_full; /* too much lies over it */
} skr_reads_kept;

/* What stays the same for all chunks of a contig. */
typedef struct skr_reads_contig {
    const skr_reads_limits *limits;
    const errmod_t *model;
    skr_reads_bases bases;
    skr_reads_stretches stretches;
} skr_reads_contig;

typedef struct skr_reads_pass {
    const skr_reads_plan *plan;
    void *context; /* of its functions */
    const char *name;
    skr_reads_contig contig;
    skr_reads_text *text;
    skr_reads_queue *queue; /* NULL: runs alone */
    skr_reads_kept *kept;
    skr_reads_facts *facts;

    uint32_t first0; /* of the places that are in memory */
    uint32_t n_room;
    int32_t *depth;     /* of settled places; of others the difference to the place before */
    int32_t *gone;      /* as depth: reads in which the place is deleted with very many others; NULL
                         * where there are none */
    int32_t last_depth; /* of the last settled place */
    uint64_t depth_sum; /* of all settled places */
    int32_t last_gone;
    uint32_t front0;   /* where the last read starts */
    uint32_t reached0; /* no read says anything from here on */
    uint32_t settled0;
    uint32_t done0; /* what lies before it was written, or given to chunks */

    skr_reads_mates *mates;
    skr_reads_run *runs; /* of the present read */
    uint32_t n_runs;
    uint32_t n_runs_max;
} skr_reads_pass;

/* ------------------------------------------------------------------ reads_mates.c */

/* What is known of the mate of a read. */
typedef struct skr_reads_mate {
    const skr_reads_run *runs;
    uint32_t n_runs;
    uint64_t number; /* of the read, if it is kept, or 0 */
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

/* From now on there are places with many deleted bases. Errors: NOMEM. */
SKR_MUST_USE int skr_reads_places_begin_gone(skr_reads_pass *pass, skr_err *err);

/* Forgets the places before keep0. */
void skr_reads_places_slide(skr_reads_pass *pass, uint32_t keep0);

/* Settles the depth up to end0. */
void skr_reads_places_settle(skr_reads_pass *pass, uint32_t end0);

/* Asks how deep is deep enough along a contig. Errors: NOMEM. */
SKR_MUST_USE int skr_reads_stretches_fill(skr_reads_pass *pass, skr_err *err);

/* The depth from which a place counts, and where that ends. hint: zero at first, then kept. */
uint32_t skr_reads_min_depth(const skr_reads_stretches *stretches, uint32_t place0, uint32_t *hint,
                             uint32_t *ret_end0);

/* ------------------------------------------------------------------ reads_kept.c */

/* Keeps a read for calls; *ret_number 0: too many lie here already. Errors: NOMEM. */
SKR_MUST_USE int skr_reads_keep(skr_reads_pass *pass, const bam1_t *record, uint32_t end0,
                                uint64_t *ret_number, skr_err *err);

/* The last read that was kept has a mate. */
void skr_reads_kept_pair(skr_reads_kept *kept, uint64_t mate);

/* Lets go of the reads that end before a place. */
void skr_reads_kept_forget(skr_reads_kept *kept, uint32_t end0);

/* Lets go of one read of somebody's. */
void skr_reads_kept_release(skr_reads_kept *kept, skr_reads_kept_read *read);
void skr_reads_kept_done(skr_reads_kept *kept);

/* ------------------------------------------------------------------ reads_pass.c */

/*
 * Begins a pass. Of `like`, plan, context, name, contig, text, queue, kept and facts are taken
 * over, the stretches are asked for. The caller owns *ret_pass. Errors: NOMEM.
 */
SKR_MUST_USE int skr_reads_pass_new(const skr_reads_pass *like, skr_reads_pass **ret_pass,
                                    skr_err *err);

/* Takes the next read. Errors: INPUT (out of order, or beyond the contig), IO, NOMEM. */
SKR_MUST_USE int skr_reads_pass_add(skr_reads_pass *pass, const bam1_t *record, skr_err *err);

/* No more reads: everything is judged and written. */
SKR_MUST_USE int skr_reads_pass_finish(skr_reads_pass *pass, skr_err *err);
void skr_reads_pass_free(skr_reads_pass *pass);

/* ------------------------------------------------------------------ reads_queue.c */

/* Who works chunks, and writes in order what they say. pool: or NULL, the owner alone. The caller
 * owns *ret_queue. Errors: NOMEM. */
SKR_MUST_USE int skr_reads_queue_new(hts_tpool *pool, unsigned n_threads, skr_reads_text *text,
                                     skr_reads_kept *kept, skr_reads_facts *facts,
                                     skr_reads_queue **ret_queue, skr_err *err);

/* Takes a chunk over. Errors: those of working and writing it, or one before it. */
SKR_MUST_USE int skr_reads_queue_add(skr_reads_queue *queue, skr_reads_chunk *chunk, skr_err *err);

/* Waits until all chunks are written. Errors: as of adding. */
SKR_MUST_USE int skr_reads_queue_drain(skr_reads_queue *queue, skr_err *err);

/* Waits for those that are being worked, and frees. NULL is allowed. */
void skr_reads_queue_free(skr_reads_queue *queue);

/* ------------------------------------------------------------------ reads_text.c */

/* Begins a gVCF at a path. The caller owns *ret_text. Errors: IO, NOMEM. */
SKR_MUST_USE int skr_reads_text_new(const char *path, skr_reads_text **ret_text, skr_err *err);

/* Its header: contigs as the header of the reads has them. */
SKR_MUST_USE int skr_reads_text_header(skr_reads_text *text, sam_hdr_t *header, const char *sample,
                                       skr_err *err);

/* Begins a contig. Errors: IO. */
SKR_MUST_USE int skr_reads_text_begin(skr_reads_text *text, const char *contig,
                                      const skr_reads_bases *bases, skr_err *err);

/* A run, after all that begin before it: called, that is all copies are the reference's, or
 * undecided. One that goes on where the last ended is one with it. Errors: IO. */
SKR_MUST_USE int skr_reads_text_run(skr_reads_text *text, skr_reads_run run, bool is_called,
                                    skr_err *err);

/* A call, after all that begin before it. Errors: IO. */
SKR_MUST_USE int skr_reads_text_call(skr_reads_text *text, const skr_reads_call *call,
                                     skr_err *err);

/* Ends the contig: its bases are not needed any more. Errors: IO. */
SKR_MUST_USE int skr_reads_text_end(skr_reads_text *text, skr_err *err);

/* Writes what is left and closes. NULL is allowed. Errors: IO. */
SKR_MUST_USE int skr_reads_text_close(skr_reads_text *text, skr_err *err);

#endif
