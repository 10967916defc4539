/*
 * reads_file_int.h - a file of reads from inside: its header, its containers, its reference.
 */
#ifndef SKR_ENGINE_IMPORT_READS_READS_FILE_INT_H
#define SKR_ENGINE_IMPORT_READS_READS_FILE_INT_H

#include <htslib/hfile.h>

#include "engine/import/reads/reads_int.h"
#include "engine/import/sealed/input_pipe.h"

struct skr_reads {
    skr_reads_plan plan;
    void *context; /* of the functions of the plan */
    skr_reads_limits limits;
    hts_tpool *pool; /* of the threads that unpack and judge, or NULL */
    errmod_t *model; /* for genotypes; NULL: runs alone */
    skr_reads_kept kept;
    htsFile *file;
    hFILE *bytes;         /* file's */
    skr_input_pipe *pipe; /* from which they come if they are sealed, or NULL */
    sam_hdr_t *header;
    char *sample;
    bool is_cram;
    uint32_t *n_containers; /* of each contig alone; CRAM */
    bool is_mixed;          /* some containers are of several contigs; CRAM */
    bool *is_ready;         /* its bases lie where htslib finds them; CRAM */
    int folder;             /* of those, a descriptor; -1: there are none */
};

/* ------------------------------------------------------------------ reads_bytes.c */

/* Opens the file for the library, which owns *ret_fd; a sealed one gets a pipe. Errors: those of
 * opening an input. */
SKR_MUST_USE int skr_reads_bytes_open(skr_reads *reads, int *ret_fd, skr_err *err);

/* Where the library complains: is what is sealed at fault? Errors: those of reading an input. */
SKR_MUST_USE int skr_reads_bytes_check(const skr_reads *reads, skr_err *err);

/* After the last read: is all that is sealed sound, and its end there? Errors: INPUT, IO. */
SKR_MUST_USE int skr_reads_bytes_finish(const skr_reads *reads, skr_err *err);

/* Says that the end of the file is missing: INPUT. */
int skr_reads_fail_end(const skr_reads *reads, skr_err *err);

/* Looks at places of the plain bytes, each after the one before. */
typedef struct skr_reads_walk skr_reads_walk;

/* The caller owns *ret_walk. Errors: those of opening an input. */
SKR_MUST_USE int skr_reads_walk_open(const skr_reads *reads, skr_reads_walk **ret_walk,
                                     skr_err *err);

/* Copies up to n bytes of a place, fewer at the end of the file. Errors: those of reading an input.
 */
SKR_MUST_USE int skr_reads_walk_look(skr_reads_walk *walk, uint64_t place, uint8_t *bytes, size_t n,
                                     size_t *ret_n, skr_err *err);

/* Does the file end at a place? Errors: those of reading an input. */
SKR_MUST_USE int skr_reads_walk_is_end(skr_reads_walk *walk, uint64_t place, bool *ret_is_end,
                                       skr_err *err);

/* Frees. NULL is allowed. */
void skr_reads_walk_close(skr_reads_walk *walk);

/* ------------------------------------------------------------------ reads_containers.c */

/*
 * Before the library sees the bytes: does the first container of a CRAM say numbers that can be? It
 * would ask for as much memory as they say. Whatever is no CRAM 2 or 3 passes. Errors: INPUT.
 */
SKR_MUST_USE int skr_reads_check_first(skr_reads *reads, skr_err *err);

/*
 * Walks from container to container of a CRAM, without unpacking any, and notes in
 * n_containers and is_mixed of which contigs they are. Errors: INPUT: cut off, or no CRAM that is
 * known.
 */
SKR_MUST_USE int skr_reads_scan_containers(skr_reads *reads, skr_err *err);

/* ------------------------------------------------------------------ reads_reference.c */

/* Shuts every way by which htslib would look for bases elsewhere. Before the header is used. */
SKR_MUST_USE int skr_reads_reference_open(skr_reads *reads, skr_err *err);

/*
 * The bases of a contig that has reads, compared with its M5, or its length where there is none.
 * Errors: INPUT naming the contig.
 */
SKR_MUST_USE int skr_reads_reference_find(skr_reads *reads, int contig, skr_reads_bases *ret_bases,
                                          skr_err *err);

/* Makes the threads, and lets them unpack where nothing of theirs can be changed meanwhile. Errors:
 * NOMEM. */
SKR_MUST_USE int skr_reads_reference_threads(skr_reads *reads, skr_err *err);

/*
 * Makes the bases ready of `contig`, and of contigs after it as far as threads may unpack ahead;
 * -1: before anything is unpacked. Errors: INPUT, IO, NOMEM.
 */
SKR_MUST_USE int skr_reads_reference_prepare(skr_reads *reads, int contig, skr_err *err);

/* Removes the bases of the contigs before this one. */
void skr_reads_reference_forget(skr_reads *reads, int contig);
void skr_reads_reference_close(skr_reads *reads);

#endif
