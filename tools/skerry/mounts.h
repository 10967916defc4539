/*
 * mounts.h - the Beacons of one process: each section of the configuration is one, with an address,
 * a policy and entry types of its own, and [management] is a listener for the operator.
 *
 * Threads: the main thread alone.
 */
#ifndef SKR_TOOLS_MOUNTS_H
#define SKR_TOOLS_MOUNTS_H

#include "api/http/server.h"
#include "engine/face/config_file.h"
#include "tools/skerry/cohort_file.h"
#include "tools/skerry/server_settings.h"

typedef struct skr_mount {
    const char *name; /* of its section; NULL: there are none, and this is the only one */
    skr_server_settings settings;
    skr_policy policy;
    skr_cohort_file cohorts;
    skr_server *server; /* NULL: not started */
} skr_mount;

/* Zero-initialise before use; end with skr_mounts_done. */
typedef struct skr_mounts {
    skr_config_file file; /* whose texts the mounts borrow */
    skr_mount *mounts;    /* Beacons in the order of the file, [management] last */
    size_t n;
    bool has_management;
    skr_serve_compact_settings compact;
    uint32_t n_block_cache_mib;
    skr_server **servers; /* those that [management] tells of */
} skr_mounts;

/*
 * Reads a configuration (NULL: the defaults) and the policies and cohorts that it names. policy: of
 * mounts that name none; listen: in the place of the file's; both may be NULL. Errors: INPUT naming
 * file and line; USAGE; IO; NOMEM.
 */
SKR_MUST_USE int skr_mounts_read(const char *config, const char *policy, const char *listen,
                                 skr_mounts *ret_mounts, skr_err *err);

/* Starts a server for each. Errors: as skr_server_start; what was started has to be drained. */
SKR_MUST_USE int skr_mounts_start(skr_mounts *mounts, skr_engine *engine, skr_log_fn on_log,
                                  bool is_quiet, skr_err *err);

/* Drains what was started, at most wait_ms each, and frees. */
void skr_mounts_done(skr_mounts *mounts, uint32_t wait_ms);

#endif
