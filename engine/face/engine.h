/*
 * engine.h - the face of the engine: open a store, ask (count.h, allele_rows.h, info.h), explain,
 * close.
 *
 * A raw count never leaves the engine: every answer has been through the policy of its access, and
 * no type of this room can hold one, nor people, nor carriers.
 *
 * Threads: an engine may be asked by any number of threads at once, and reloaded meanwhile; a
 * question runs to its end on the generation that it began with.
 */
#ifndef SKR_ENGINE_FACE_ENGINE_H
#define SKR_ENGINE_FACE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/face/access.h"
#include "engine/face/allele_rows.h"
#include "engine/face/analyze.h"
#include "engine/face/breakdown.h"
#include "engine/face/called.h"
#include "engine/face/count.h"
#include "engine/face/gene_rows.h"
#include "engine/face/genotype_rows.h"
#include "engine/face/info.h"
#include "engine/face/people_rows.h"
#include "engine/face/query.h"
#include "engine/face/verify.h"
#include "engine/face/warnings.h"
#include "storage/base/buffer.h"
#include "storage/base/err.h"
#include "storage/base/io_choice.h"

typedef struct skr_engine_options {
    unsigned n_threads; /* of one question; 0: as many as there are processors */
    skr_io_choice io;
    size_t
        n_cache_bytes; /* of decoded blocks that are kept between and within questions; 0: none */
    size_t
        n_kept_bytes; /* of sets of people that conditions found, kept between questions; 0: none */
    bool reads_tables; /* all genes and terms when a generation is taken up: damage shows then, and
                          no question waits for them; false: when a question needs them */
} skr_engine_options;

/* Opens a store. The caller owns *ret_engine. Errors: as skr_store_open. */
SKR_MUST_USE int skr_engine_open(const char *folder, const skr_engine_options *options,
                                 skr_engine **ret_engine, skr_err *err);

/* Takes up the generation in force now; on failure the old one stays. Errors: as open. */
SKR_MUST_USE int skr_engine_reload(skr_engine *engine, skr_err *err);

/*
 * A number that grows with every generation that is taken up, from 1 on. While it stays the same,
 * every question is answered from one generation; generations themselves may come back when an
 * operator puts an old copy in place.
 */
uint64_t skr_engine_state(skr_engine *engine);

/* How blocks are read: "io_uring" or "pread", and why. Belongs to the engine. Errors: IO, NOMEM. */
SKR_MUST_USE int skr_engine_io(skr_engine *engine, const char **ret_io, skr_err *err);

/* What an engine has done since it was opened, over all questions. */
typedef struct skr_engine_stats {
    uint64_t generation;      /* in force */
    uint64_t n_states;        /* generations taken up */
    uint64_t n_deletions_due; /* withdrawals whose people are still in files */
    uint64_t n_deletions_overdue;
    bool is_io_uring;
    uint64_t n_reads; /* of files, by scans */
    uint64_t n_bytes_read;
    uint64_t n_blocks; /* decoded */
    uint64_t n_found;  /* in the cache of decoded blocks, or not */
    uint64_t n_missed;
    uint64_t n_cache_bytes;
    uint64_t n_cache_bytes_max;
    uint64_t n_segments;   /* of the generation in force; each is a file */
    uint64_t n_files_open; /* of them, and of older ones that are still asked */
    uint64_t n_files_open_max;
    uint64_t n_files_given_up; /* that were closed to make room for others */
    uint64_t n_files_refused;  /* times that the system gave no descriptor */
    uint64_t n_descriptors;    /* that it allows the process */
} skr_engine_stats;
SKR_MUST_USE int skr_engine_stats_read(skr_engine *engine, skr_engine_stats *ret_stats,
                                       skr_err *err);

/* Closes; no question may be running. NULL is allowed. */
void skr_engine_close(skr_engine *engine);

/* ------------------------------------------------------------------ explaining */

/*
 * Appends text for people: the tree, what each name resolved to, coordinates both ways (1-based and
 * 0-based), tiles that would be visited. The warnings stand in the text, and become the caller's,
 * too, when ret_warnings is not NULL. Errors: as count.
 */
SKR_MUST_USE int skr_engine_explain(skr_engine *engine, const skr_expr *expr,
                                    const skr_access *access, skr_buffer *text,
                                    skr_warnings *ret_warnings, skr_err *err);

/* Asks the question, and says what was done; the answer is thrown away. Errors: as count. */
SKR_MUST_USE int skr_engine_analyze(skr_engine *engine, const skr_expr *expr,
                                    const skr_access *access, skr_analysis *ret_analysis,
                                    skr_err *err);

#endif
