/*
 * server_settings.h - the configuration file of the server.
 */
#ifndef SKR_TOOLS_SERVER_SETTINGS_H
#define SKR_TOOLS_SERVER_SETTINGS_H

#include "api/http/server.h"
#include "engine/face/config_file.h"
#include "tools/skerry/serve_compact.h"

typedef struct skr_server_settings {
    skr_server_config server;
    skr_serve_compact_settings compact;
    const char *policy;  /* a file; NULL: that of --policy */
    const char *cohorts; /* the file of cohort_file.h; NULL: none */
} skr_server_settings;

/*
 * Puts what a section of the file (NULL: what stands before the first) says into settings, whose
 * texts then point into the file. docs/http-api.md lists the keys. Errors: INPUT naming file and
 * line.
 */
SKR_MUST_USE int skr_server_settings_apply(const skr_config_file *file, const char *section,
                                           skr_server_settings *settings, skr_err *err);

#endif
