/*
 * reads.h - CRAM and BAM: from aligned reads to a gVCF of one sample.
 *
 * A file of reads is gone through once, in the order of its coordinates. What it says is written as
 * a gVCF: runs of places that are deep enough (rule 10 of docs/counting.md), places that stay
 * undecided, and genotypes of small variants. The import then reads that as any other gVCF, so
 * that rules 2 to 7 hold for reads as they do for calls.
 *
 * Nothing is fetched: neither a server, nor REF_PATH, REF_CACHE or the UR of a header is asked for
 * bases. They come from the caller alone.
 *
 * Threads: one owner; the functions of the plan are called by the owner's thread.
 */
#ifndef SKR_ENGINE_IMPORT_READS_READS_H
#define SKR_ENGINE_IMPORT_READS_READS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/import/face/import.h"
#include "engine/import/sealed/input.h"
#include "storage/base/err.h"

typedef struct skr_reads skr_reads;

/* The bases of a contig; they hold until the next contig is asked for. */
typedef struct skr_reads_bases {
    const char *bases; /* upper case */
    uint32_t n;
    char md5[33]; /* of the upper-case bases, as hexadecimal digits */
} skr_reads_bases;

typedef struct skr_reads_plan {
    const char *path;                 /* a regular file */
    const struct skr_seal_keys *keys; /* for one that is sealed, or NULL */
    const char *name;                 /* for messages */
    const char *reference;            /* the name of the FASTA, for messages */
    const char *sample;               /* of a file whose header names none, or NULL */
    const char *folder;               /* scratch files, *.tmp, are made here, and removed again */
    const skr_gate *gate;
    unsigned n_threads;
    bool has_calls;   /* false: the runs alone */
    uint32_t n_chunk; /* places that are judged together, 0: as many as is good; for tests, because
                       * what is written does not depend on it */

    /* The caller, by the context that skr_reads_write_gvcf is given. */
    /* The bases of a contig as the header names it. *ret_found: there are some. */
    int (*find_bases)(void *context, const char *contig, skr_reads_bases *ret_bases,
                      bool *ret_found, skr_err *err);
    /* The copies that are expected at a place, and where the stretch ends for which that holds. */
    uint8_t (*count_copies)(void *context, const char *contig, uint32_t start0, uint32_t *ret_end0);
    /* Called after a contig: the sum of the depths of all its n_bases. NULL: nobody asks. */
    void (*on_depth)(void *context, const char *contig, uint64_t sum, uint32_t n_bases);
    /* Called now and then; an error ends the reading. n_bytes of the file were read. */
    int (*on_progress)(void *context, uint64_t n_bytes, const char *contig, skr_err *err);
} skr_reads_plan;

/* What was found on the way. */
typedef struct skr_reads_facts {
    uint64_t n_reads;     /* in the file */
    uint64_t n_counted;   /* that passed MAPQ and flags */
    uint64_t n_clipped;   /* of them, those that hang over the end of their contig */
    uint64_t n_undecided; /* places deep enough at which the evidence decides nothing */
    uint64_t n_calls;     /* records written */
    uint64_t n_thinned;   /* reads that counted for depth alone, because very many lay there */
} skr_reads_facts;

/* Do the first n bytes of a file say that it is CRAM or BAM? 18 bytes of BGZF are not enough for
 * BAM: give what is there unpacked. */
bool skr_reads_is_start(const uint8_t *bytes, size_t n);

/* Is a regular file CRAM or BAM, sealed or not? Of what cannot be read it is false. Errors: of a
 * sealed file those of opening an input. */
SKR_MUST_USE int skr_reads_tell(const skr_input_plan *from, bool *ret_is_reads, skr_err *err);

/*
 * Opens a file and reads its header. The plan is copied, what it points to is not. The caller owns
 * *ret_reads. Errors: INPUT naming the file: it is neither CRAM nor BAM, its header is damaged or
 * names two samples or none, it is not sorted by coordinate or its end is missing; NOMEM.
 */
SKR_MUST_USE int skr_reads_open(const skr_reads_plan *plan, skr_reads **ret_reads, skr_err *err);

/* The sample that the reads are of. */
const char *skr_reads_sample(const skr_reads *reads);

/*
 * Reads to the end and writes the gVCF. context: for the functions of the plan. Errors: INPUT (a
 * contig's M5 or length that is not that of the reference, or that the reference lacks; reads out
 * of order; damage); IO; NOMEM; those of on_progress.
 */
SKR_MUST_USE int skr_reads_write_gvcf(skr_reads *reads, const char *path, void *context,
                                      skr_reads_facts *ret_facts, skr_err *err);

/* Closes. NULL is allowed. */
void skr_reads_close(skr_reads *reads);

#endif
