/*
 * fetch_ticket.h - a ticket of htsget: which parts make a file, and from where.
 *
 * A ticket is what a stranger wrote. It says nothing that is believed without being looked at: how
 * much there is, what headers are, how long a part is.
 *
 * Threads: one owner.
 */
#ifndef SKR_ENGINE_IMPORT_FETCH_FETCH_TICKET_H
#define SKR_ENGINE_IMPORT_FETCH_FETCH_TICKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/err.h"

#define SKR_FETCH_TICKET_MAX (1u << 20) /* bytes of a ticket */
#define SKR_FETCH_HEADERS_MAX 32u       /* of a part */

/* A part of the file. */
typedef struct skr_fetch_part {
    char *url;
    char **headers; /* "Name: value" */
    size_t n_headers;
    bool is_range;     /* a header asks for bytes of a file */
    uint64_t n_wanted; /* how many; 0: it is not said */
} skr_fetch_part;

/* Zero-initialise, end with skr_fetch_ticket_done. */
typedef struct skr_fetch_ticket {
    skr_fetch_part *parts;
    size_t n;
    char md5[33]; /* of the whole, as small hexadecimal digits; "": it is not said */
} skr_fetch_ticket;

/* Reads the text of a ticket; name: for messages. Errors: INPUT, NOMEM. */
SKR_MUST_USE int skr_fetch_ticket_read(const char *name, const char *text, size_t n,
                                       skr_fetch_ticket *ret_ticket, skr_err *err);
void skr_fetch_ticket_done(skr_fetch_ticket *ticket);

/*
 * Opens the bytes of a "data:" address; the caller frees *ret_bytes. Errors:
 * INPUT (no base64, or what is no such address), NOMEM.
 */
SKR_MUST_USE int skr_fetch_data_open(const char *name, const char *url, uint8_t **ret_bytes,
                                     size_t *ret_n, skr_err *err);

#endif
