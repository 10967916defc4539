/*
 * audit_int.h - the line of a request in the log.
 *
 * Threads: no state.
 */
#ifndef SKR_API_HTTP_AUDIT_INT_H
#define SKR_API_HTTP_AUDIT_INT_H

#include "api/message/message.h"

/* When a request was answered, and how long that took. */
typedef struct skr_audit_times {
    uint64_t since_1970_s;
    uint64_t took_ns;
} skr_audit_times;

/* The line for the log: when, what, status, what was told, how long. line has room for n bytes;
 * what does not fit is left out. */
void skr_audit_line(const skr_http_request *request, const skr_http_response *response,
                    const skr_audit_times *times, char *line, size_t n);

#endif
