/*
 * reads_file_int.h - a file of reads from inside: its header, its containers, its reference.
 */
#ifndef SKR_ENGINE_IMPORT_READS_READS_FILE_INT_H
#define SKR_ENGINE_IMPORT_READS_READS_FILE_INT_H

#include <htslib/hfile.h>

#include "engine/import/reads/reads_int.h"

struct skr_reads {
    skr_reads_plan plan;
    void *context; /* of the functions of the plan */
    skr_reads_limits limits;
    htsFile *file;
    hFILE *bytes; /* file's */
    sam_hdr_t *header;
    char *sample;
    bool is_cram;
    uint32_t *n_containers; /* of each contig alone; CRAM */
    bool is_mixed;          /* some containers are of several contigs; CRAM */
    bool *is_ready;         /* its bases lie where htslib finds them; CRAM */
    int folder;             /* of those, a descriptor; -1: there are none */
};

/* ------------------------------------------------------------------ reads_containers.c */

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

/* Lets threads unpack, where nothing of theirs can be changed meanwhile. Errors: NOMEM. */
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
