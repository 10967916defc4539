/*
 * serve_compact.h - compaction beside a server: a process of its own, now and then.
 *
 * Threads: the main thread alone.
 */
#ifndef SKR_TOOLS_SERVE_COMPACT_H
#define SKR_TOOLS_SERVE_COMPACT_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "storage/base/err.h"

/* What the configuration file sets; docs/http-api.md lists keys and defaults. Texts are borrowed.
 */
typedef struct skr_serve_compact_settings {
    const char *is_auto;    /* auto, off */
    const char *hours;      /* "FROM-TO", local time */
    uint32_t bandwidth_mib; /* a second; 0: no limit */
    uint32_t every_s;       /* between two runs */
} skr_serve_compact_settings;

/* The defaults. */
skr_serve_compact_settings skr_serve_compact_default(void);

typedef struct skr_serve_compact {
    skr_serve_compact_settings settings;
    const char *store;
    unsigned from_hour;
    unsigned to_hour;
    pid_t child; /* 0: none is at work */
    int64_t next_s;
} skr_serve_compact;

/* Reads the settings. Errors: USAGE, hours that are none. */
SKR_MUST_USE int skr_serve_compact_init(skr_serve_compact *compact,
                                        const skr_serve_compact_settings *settings,
                                        const char *store, skr_err *err);

/* Is anything to be done now and then? */
bool skr_serve_compact_is_on(const skr_serve_compact *compact);

/* What has changed since the last look. */
typedef enum skr_serve_compact_news {
    SKR_SERVE_COMPACT_NONE,
    SKR_SERVE_COMPACT_BEGUN,
    SKR_SERVE_COMPACT_DONE,
    SKR_SERVE_COMPACT_STOPPED, /* its hours are over; what was merged stays */
    SKR_SERVE_COMPACT_FAILED,  /* the reason is on standard error */
} skr_serve_compact_news;

/* Looks: begins a run that is due, stops one whose hours are over, takes note of one that ended. */
skr_serve_compact_news skr_serve_compact_look(skr_serve_compact *compact);

/* Stops a run that is at work, and waits for it. */
void skr_serve_compact_end(skr_serve_compact *compact);

/* Is an hour of the day among those from one to another, over midnight if the second is not above
 * the first? */
bool skr_serve_compact_is_hour(unsigned from, unsigned to, unsigned hour);

#endif
