/*
 * fetch_hosts.h - which hosts may be asked for genomes: the file of --htsget-hosts.
 *
 * A line names a host, with its port unless that is 443, and what holds for it: words as of
 * docs/import.md. Nobody else is asked, whatever a ticket says.
 *
 * Threads: read only once read.
 */
#ifndef SKR_ENGINE_IMPORT_FETCH_FETCH_HOSTS_H
#define SKR_ENGINE_IMPORT_FETCH_FETCH_HOSTS_H

#include <stdbool.h>
#include <stddef.h>

#include "storage/base/err.h"

#define SKR_FETCH_HOST_MAX 255u /* bytes of a name */

typedef struct skr_fetch_host {
    char name[SKR_FETCH_HOST_MAX + 1]; /* lower case */
    unsigned port;
    bool is_plain;    /* http, not https */
    bool is_private;  /* its address may be one of a private network, or this machine's */
    bool is_unsummed; /* a ticket of its need not say the MD5 of the whole */
    char *token;      /* the file of the bearer's token for tickets, or NULL */
    char *ca;         /* the file of the certificates that it is judged by, or NULL: the system's */
} skr_fetch_host;

/* Zero-initialise, end with skr_fetch_hosts_done. */
typedef struct skr_fetch_hosts {
    const char *path;
    skr_fetch_host *list;
    size_t n;
} skr_fetch_hosts;

/* Reads the file; path must outlive it. Errors: INPUT naming the line, NOMEM. */
SKR_MUST_USE int skr_fetch_hosts_read(const char *path, skr_fetch_hosts *ret_hosts, skr_err *err);

/* The host of a name and port, or NULL. */
const skr_fetch_host *skr_fetch_hosts_find(const skr_fetch_hosts *hosts, const char *name,
                                           unsigned port);
void skr_fetch_hosts_done(skr_fetch_hosts *hosts);

#endif
