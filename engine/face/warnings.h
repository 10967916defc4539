/*
 * warnings.h - what an answer has to say beside its number: why it may not mean what was asked.
 *
 * A warning has a code for programs, a text for people, and the figures of the text. Whoever adds
 * one has thought of the policy: under one that is not exact neither text nor figures, nor whether
 * there is a warning at all, may hang on what is hidden. docs/http-api.md, "What is withheld".
 *
 * Threads: a list has one owner.
 */
#ifndef SKR_ENGINE_FACE_WARNINGS_H
#define SKR_ENGINE_FACE_WARNINGS_H

#include <stddef.h>
#include <stdint.h>

#include "storage/base/err.h"

/* Their names are in docs/query-language.md, "Warnings". */
typedef enum skr_warning_code {
    SKR_WARN_LOW_AN,     /* low-an: af of alleles for which less than half of the genomes counted */
    SKR_WARN_NEVER_TRUE, /* never-true: conditions that exclude each other */
    SKR_WARN_NOT_ASSESSED, /* not-assessed: a place where nobody was called */
    SKR_WARN_NO_VALUES,    /* no-values: a condition on what nobody of a dataset has */
    SKR_WARN_BREAKENDS,    /* breakends: type=bnd, and imports made no alleles of breakends */
    SKR_WARN_HIDDEN,       /* hidden-dataset: one that is hidden was not asked */
    SKR_WARN_ASSEMBLY,     /* assembly-left-out: datasets of an assembly that lacks what is named */
    SKR_WARN_NO_FREQUENCIES, /* no-frequencies: of people whom filters find, which are hidden */
    SKR_WARN_SIMILAR,        /* similar: which terms are taken as similar */
    SKR_WARN_UNPHASED,       /* unphased: who carries both alleles, on haplotypes nobody knows */
    SKR_WARN_MORE,           /* more-warnings: there were more than are kept */
    SKR_N_WARNING_CODES,
} skr_warning_code;

/* "low-an"; a constant. */
const char *skr_warnings_name(skr_warning_code code);

#define SKR_WARNING_FIGURES_MAX 4u

typedef struct skr_figure {
    const char *name; /* a constant: "genomes" */
    uint64_t value;
} skr_figure;

typedef struct skr_warning {
    skr_warning_code code;
    char *text; /* one line; belongs to the list */
    skr_figure figures[SKR_WARNING_FIGURES_MAX];
    size_t n_figures;
} skr_warning;

/* No more are kept: the last of so many counts those left out. */
#define SKR_ANSWER_WARNINGS_MAX 16u

typedef struct skr_warnings {
    skr_warning *items; /* in the order in which they were added, no two of one text */
    size_t n;
} skr_warnings;

/*
 * Adds a warning; texts longer than an error's message are cut. The first warning with a text is
 * kept, another with the same is not. figures may be NULL when there are none. warnings NULL:
 * nothing happens. Errors: NOMEM.
 */
SKR_MUST_USE int skr_warnings_add(skr_warnings *warnings, skr_warning_code code,
                                  const skr_figure *figures, size_t n_figures, skr_err *err,
                                  const char *format, ...) SKR_PRINTF(6, 7);

/* Frees what the list holds and empties it. */
void skr_warnings_done(skr_warnings *warnings);

#endif
