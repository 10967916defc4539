/*
 * assembly.h - assemblies and their names: the one table of those that are known.
 *
 * "hg38", "grch38" and "GRCh38.p14" are one assembly, GRCh38: the store and every answer call it by
 * its name here. A name that is not in the table is an assembly of its own, of which nothing is
 * known. Names are known exactly or with a patch or a usual addition after them
 * ("GRCh38_full_analysis_set_plus_decoy_hla"); "GRCh380" is none of them.
 */
#ifndef SKR_INDEX_CONTIGS_ASSEMBLY_H
#define SKR_INDEX_CONTIGS_ASSEMBLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/err.h"

struct skr_manifest;

typedef struct skr_chromosome {
    const char *name;    /* canonical: 1, 2 ... X, Y, MT */
    uint32_t length;     /* bases; 0: not in the table */
    const char *refseq;  /* with its version; NULL: not in the table */
    const char *genbank; /* the same */
} skr_chromosome;

typedef struct skr_par {
    uint32_t start0;
    uint32_t end0;
} skr_par;

/* What is known of an assembly. */
typedef struct skr_build {
    const char *name; /* GRCh38 */
    const skr_chromosome *chromosomes;
    uint32_t n_chromosomes; /* the autosomes in order, then X, Y, MT */
    bool has_par; /* false: no borders are in the table, so X and Y are X and Y throughout */
    skr_par par_x[2];
    skr_par par_y[2];
} skr_build;

/* The known assembly of this name, in any usual spelling and any case; NULL: none. */
const skr_build *skr_assembly_build_find(const char *name);

/*
 * The one known assembly that a text names: the path of a reference, a comment of a file of genes.
 * NULL when it names none, or two, or speaks of lifting over. The file's name counts before its
 * folders.
 */
const skr_build *skr_assembly_build_hint(const char *text);

/* The chromosome of this canonical name, or NULL; build may be NULL. */
const skr_chromosome *skr_assembly_build_chromosome(const skr_build *build, const char *canonical);

/* What the table knows of an accession. */
typedef struct skr_accession {
    unsigned n_builds;                /* that have it in this version */
    const skr_build *build;           /* the last of them */
    const skr_chromosome *chromosome; /* of some build; NULL: this is no known accession */
    const skr_chromosome *own;        /* of the build asked about, if it has it in this version */
    const skr_chromosome *same;       /* of the build asked about, in whatever version */
    bool has_version;
} skr_accession;

/*
 * Looks a RefSeq or GenBank accession of a chromosome up, also after "refseq:". One without a
 * version is that of the build asked about (NULL: none); so is that of a mitochondrion in any.
 */
skr_accession skr_assembly_accession_find(const char *name, const skr_build *build);

typedef enum skr_length_says {
    SKR_LENGTH_SILENT, /* no chromosome of the table, or no length */
    SKR_LENGTH_AGREES,
    SKR_LENGTH_STRANGE, /* another length than the table's, and that of no other assembly */
    SKR_LENGTH_OTHER,   /* the length that this chromosome has in *ret_other */
} skr_length_says;

/* What the length of a contig (canonical name) says of a build, which may be NULL. */
skr_length_says skr_assembly_length_judge(const skr_build *build, const char *canonical,
                                          uint32_t length, const skr_build **ret_other);

/* The name that the store uses: the table's, or the name itself. */
const char *skr_assembly_canonical(const char *name);

/* Do two names mean one assembly? Those that are not in the table are compared without case. */
bool skr_assembly_is_same(const char *a, const char *b);

/* The index of an assembly of the store by any of its names, or SKR_NONE. */
uint32_t skr_assembly_find(const struct skr_manifest *manifest, const char *name);

/* The same, added under its canonical name when it is new. Errors: NOMEM, LIMIT. */
SKR_MUST_USE int skr_assembly_add(struct skr_manifest *manifest, const char *name,
                                  uint32_t *ret_index, skr_err *err);

/*
 * The assembly that was named, added when it is new, or, name NULL, the only one that has genomes.
 * what: "genes", for the message. Errors: USAGE, NOMEM, LIMIT.
 */
SKR_MUST_USE int skr_assembly_choose(struct skr_manifest *manifest, const char *name,
                                     const char *what, uint32_t *ret_index, skr_err *err);

/* Refuses a manifest that has one assembly under two names. Errors: CORRUPT. */
SKR_MUST_USE int skr_assembly_check_twins(const struct skr_manifest *manifest, skr_err *err);

#endif
