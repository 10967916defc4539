/*
 * assembly_int.h - the table after assembly.h.
 */
#ifndef SKR_INDEX_CONTIGS_ASSEMBLY_INT_H
#define SKR_INDEX_CONTIGS_ASSEMBLY_INT_H

#include "index/contigs/assembly.h"

/* A name of an assembly: words in lower case, one blank between two. */
typedef struct skr_build_spelling {
    const char *words;
    const skr_build *build;
} skr_build_spelling;

/* Versions of an assembly's accession that are one build; 0, 0: none. */
typedef struct skr_build_versions {
    const char *number; /* the digits of GCA_ and GCF_ */
    unsigned gca_from;
    unsigned gca_to;
    unsigned gcf_from;
    unsigned gcf_to;
    const skr_build *build;
} skr_build_versions;

extern const skr_build *const skr_builds[];
extern const size_t skr_n_builds;
extern const skr_build_spelling skr_build_spellings[];
extern const size_t skr_n_build_spellings;
extern const skr_build_versions skr_builds_versions[];
extern const size_t skr_n_builds_versions;

/* Words that may stand beside a name without making it another assembly's; the last is NULL. */
extern const char *const skr_build_additions[];

/* Words of a text that make clear that it speaks of more than one assembly; the last is NULL. */
extern const char *const skr_build_doubts[];

#endif
