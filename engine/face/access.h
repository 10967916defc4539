/*
 * access.h - who asks, under what terms: the argument of every question.
 *
 * Whatever answers people, or counts them, takes one: what may be told hangs on it alone. Who the
 * person is that asks will stand here too.
 *
 * Threads: is not changed while a question runs.
 */
#ifndef SKR_ENGINE_FACE_ACCESS_H
#define SKR_ENGINE_FACE_ACCESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/face/policy.h"

/* Opened by engine.h; nothing of it is seen from here. */
typedef struct skr_engine skr_engine;

typedef struct skr_access {
    skr_policy policy;
    const char *const *datasets; /* ids that are permitted; NULL: all of them */
    size_t n_datasets;
    const char *assembly; /* NULL: the only one that has genomes; several: QUERY names them */
    bool
        is_remote; /* HTTP: an unknown term of a known prefix counts 0; what is not told stays so */
    uint64_t deadline_ns;    /* CLOCK_MONOTONIC; 0: none */
    const atomic_bool *stop; /* set: give up with INTERRUPTED. NULL: never */
    bool is_at_once; /* a count of people: only if it is one allele asked for by name, and memory
                      * holds what tells it; otherwise NOT_HELD. Nothing is waited for */
} skr_access;

#endif
