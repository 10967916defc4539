/*
 * called.h - who was called where, whether or not anybody has an allele there.
 *
 * Threads: as engine.h.
 */
#ifndef SKR_ENGINE_FACE_CALLED_H
#define SKR_ENGINE_FACE_CALLED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/face/access.h"
#include "engine/face/query.h"

/* Classes of people by the karyotype of their samples. */
typedef enum skr_an_class {
    SKR_AN_XX,
    SKR_AN_XY,
    SKR_AN_OTHER, /* XXY, XO ... */
    SKR_AN_UNKNOWN,
    SKR_N_AN_CLASSES,
} skr_an_class;

/* "XX", "XY", "other", "unknown"; a constant. */
const char *skr_an_class_name(skr_an_class class);

/* What may be told of some people over a stretch. */
typedef struct skr_an_numbers {
    skr_told_count people; /* with a called copy */
    skr_told_count an; /* their called copies: what an allele without a record there has as AN */
    /*
     * The copies that the people with a genome are expected to have there, called or not. Nobody's
     * are known: hidden; somebody's unknown karyotype adds nothing.
     */
    skr_told_count expected;
    double share; /* called copies of those of whom it is known, by expected; NaN: cannot be said */
} skr_an_numbers;

/* Bases with the same numbers. */
typedef struct skr_an_stretch {
    const char *contig; /* canonical */
    uint32_t start0;
    uint32_t end0;
    bool is_counted; /* false: not counted at all, the pseudoautosomal part of Y; no numbers */
    skr_an_numbers all;
    skr_an_numbers by_class[SKR_N_AN_CLASSES]; /* only with wants_classes */
} skr_an_stretch;

/* Is given each stretch in order; it is valid until it returns. A negative status ends the track.
 */
typedef int (*skr_an_fn)(void *context, const skr_an_stretch *stretch, skr_err *err);

/*
 * The track of a place: stretches that lie end to end over all of it, also where nobody was called.
 * Where the length of the contig is not known, a place that is open ends with the last base of
 * which anything is said.
 */
typedef struct skr_an_request {
    const skr_expr *place;  /* a node REGION or GENE; the stretches of several genes follow */
    const skr_expr *within; /* count only these people; NULL: everybody */
    bool wants_classes;
} skr_an_request;

/* Errors: as count; QUERY for a place after the end of its contig. */
SKR_MUST_USE int skr_engine_an(skr_engine *engine, const skr_an_request *request,
                               const skr_access *access, skr_an_fn on_stretch, void *context,
                               skr_err *err);

/* A stretch in which a sample has this many called copies, one or more. */
typedef struct skr_callable_stretch {
    const char *contig;
    uint32_t start0;
    uint32_t end0;
    uint32_t n_copies;
} skr_callable_stretch;
typedef int (*skr_callable_fn)(void *context, const skr_callable_stretch *stretch, skr_err *err);

/*
 * The stretches in which one sample, or one individual, of the permitted datasets was called, in
 * the order of the store's contigs. It is about one person, so it is told under an exact policy
 * alone. Errors: POLICY; QUERY when no dataset has it, or several have; as count.
 */
SKR_MUST_USE int skr_engine_callable(skr_engine *engine, const char *sample,
                                     const skr_access *access, skr_callable_fn on_stretch,
                                     void *context, skr_err *err);

#endif
