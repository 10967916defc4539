/* htsget.c - asks for a ticket, and for what it lists. */
#include "engine/import/fetch/htsget.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "engine/import/fetch/fetch_http.h"
#include "engine/import/fetch/fetch_ticket.h"
#include "storage/block/digest.h"

#define SCHEME "htsget://"
#define TRIES_MAX 3u
#define BYTES_MAX ((uint64_t)1 << 42)
#define SPACE_LOOK_BYTES (64u << 20) /* how often the space that is left is looked at */
#define SPACE_SPARE (64u << 20)      /* bytes that stay free: the store needs some */
#define TOKEN_MAX 8192u

/* A file that is being put together. */
typedef struct fetching {
    const skr_htsget_plan *plan;
    skr_fetch_hosts hosts;
    skr_fetch_ticket ticket;
    char *text; /* of the ticket */
    size_t n_text;
    int fd;
    uint64_t n_written;
    uint64_t n_looked; /* of n_written, when the space was looked at */
} fetching;

bool skr_htsget_is(const char *name)
{
    return strncasecmp(name, SCHEME, strlen(SCHEME)) == 0;
}

static int check_stop(void *context, skr_err *err)
{
    const fetching *f = context;
    return f->plan->check_stop(f->plan->context, f->n_written, err);
}

/* Waits before another try, unless it is to stop. */
static int wait_a_little(fetching *f, unsigned n_tries, skr_err *err)
{
    const struct timespec tenth = {.tv_nsec = 100000000};
    for (unsigned i = 0; i < 3 * n_tries * n_tries; i++) {
        SKR_TRY(check_stop(f, err));
        (void)nanosleep(&tenth, NULL);
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ the ticket */

static int take_ticket(void *context, const uint8_t *bytes, size_t n, skr_err *err)
{
    fetching *f = context;
    (void)err;
    memcpy(f->text + f->n_text, bytes, n); /* no more than n_most comes */
    f->n_text += n;
    return SKR_OK;
}

/* The header with the bearer's token of a host, or NULL; the caller wipes and frees it. */
static int read_token(const skr_fetch_host *host, char **ret_header, skr_err *err)
{
    static const char start[] = "Authorization: Bearer ";
    *ret_header = NULL;
    if (host->token == NULL)
        return SKR_OK;
    FILE *file = fopen(host->token, "re");
    char *header = calloc(1, sizeof start + TOKEN_MAX);
    size_t n = 0;
    if (file != NULL && header != NULL) {
        memcpy(header, start, sizeof start);
        n = fread(header + sizeof start - 1, 1, TOKEN_MAX, file);
    }
    if (file != NULL)
        (void)fclose(file);
    if (file == NULL || header == NULL || n == 0 || n == TOKEN_MAX) {
        free(header);
        return skr_fail(err, SKR_ERR_INPUT, "%s: no token can be read there", host->token);
    }
    header[strcspn(header, "\r\n")] = '\0';
    *ret_header = header;
    return SKR_OK;
}

/* https://HOST/..., or http where the host's line says so. */
static int ticket_url(const fetching *f, char **ret_url, const skr_fetch_host **ret_host,
                      skr_err *err)
{
    const skr_htsget_plan *plan = f->plan;
    const char *rest = plan->url + strlen(SCHEME);
    char *url = NULL;
    const char *format = strchr(rest, '?') == NULL ? plan->format : NULL;
    for (unsigned is_plain = 0; is_plain < 2; is_plain++) {
        free(url);
        if (asprintf(&url, "%s://%s%s%s", is_plain ? "http" : "https", rest,
                     format != NULL ? "?format=" : "", format != NULL ? format : "") < 0)
            return skr_fail_nomem(err, plan->url);
        /* What is told is why https may not be. */
        int status =
            skr_fetch_http_host(&f->hosts, plan->url, url, ret_host, is_plain ? NULL : err);
        if (status == SKR_OK) {
            *ret_url = url;
            return SKR_OK;
        }
    }
    free(url);
    return SKR_ERR_INPUT;
}

static int read_ticket(fetching *f, skr_err *err)
{
    const skr_fetch_host *host = NULL;
    char *url = NULL;
    char *token = NULL;
    bool is_worth_again = true;
    SKR_TRY(ticket_url(f, &url, &host, err));
    int status = read_token(host, &token, err);
    const char *headers[] = {"Accept: application/vnd.ga4gh.htsget.v1.3.0+json, application/json",
                             token};
    const skr_fetch_request request = {.name = f->plan->url,
                                       .url = url,
                                       .hosts = &f->hosts,
                                       .headers = headers,
                                       .n_headers = token != NULL ? 2 : 1,
                                       .n_most = SKR_FETCH_TICKET_MAX,
                                       .context = f,
                                       .on_bytes = take_ticket,
                                       .check_stop = check_stop};
    f->text = malloc(SKR_FETCH_TICKET_MAX);
    if (status == SKR_OK && f->text == NULL)
        status = skr_fail_nomem(err, f->plan->url);
    for (unsigned i = 1; status == SKR_OK; i++) {
        f->n_text = 0;
        status = skr_fetch_http(&request, &is_worth_again, err);
        if (status != SKR_ERR_INPUT || !is_worth_again || i == TRIES_MAX)
            break;
        status = wait_a_little(f, i, err);
    }
    if (status == SKR_OK)
        status = skr_fetch_ticket_read(f->plan->url, f->text, f->n_text, &f->ticket, err);
    if (status == SKR_OK && f->ticket.md5[0] == '\0' && !f->plan->is_summed && !host->is_unsummed)
        status = skr_fail(err, SKR_ERR_INPUT,
                          "%s: its ticket says no md5, so nothing shows that all parts are there "
                          "and in order: give --checksums, or trust %s with 'unsummed' in %s",
                          f->plan->url, host->name, f->hosts.path);
    if (token != NULL)
        explicit_bzero(token, strlen(token));
    free(token);
    free(url);
    return status;
}

/* ------------------------------------------------------------------ the parts */

static int check_space(const fetching *f, skr_err *err)
{
    struct statvfs about;
    if (fstatvfs(f->fd, &about) != 0)
        return SKR_OK; /* a file system that does not tell: writing says when it is full */
    uint64_t n_free = (uint64_t)about.f_bavail * about.f_frsize;
    if (n_free >= SPACE_SPARE)
        return SKR_OK;
    return skr_fail(err, SKR_ERR_IO,
                    "%s: after %" PRIu64 " bytes only %" PRIu64
                    " are free where the store lies, and what is fetched is kept there: make room",
                    f->plan->url, f->n_written, n_free);
}

static int put(void *context, const uint8_t *bytes, size_t n, skr_err *err)
{
    fetching *f = context;
    while (n > 0) {
        ssize_t n_here = write(f->fd, bytes, n);
        if (n_here < 0 && errno == EINTR)
            continue;
        if (n_here <= 0)
            return skr_fail(err, SKR_ERR_IO, "%s: cannot be kept: %s", f->plan->url,
                            strerror(errno));
        bytes += n_here;
        n -= (size_t)n_here;
        f->n_written += (size_t)n_here;
    }
    if (f->n_written - f->n_looked < SPACE_LOOK_BYTES)
        return SKR_OK;
    f->n_looked = f->n_written;
    return check_space(f, err);
}

/* Takes back what was written of a part. */
static int go_back(fetching *f, uint64_t n, skr_err *err)
{
    f->n_written = f->n_looked = n;
    if (ftruncate(f->fd, (off_t)n) == 0 && lseek(f->fd, (off_t)n, SEEK_SET) == (off_t)n)
        return SKR_OK;
    return skr_fail(err, SKR_ERR_IO, "%s: cannot be kept: %s", f->plan->url, strerror(errno));
}

static int put_data(fetching *f, const skr_fetch_part *part, skr_err *err)
{
    uint8_t *bytes = NULL;
    size_t n = 0;
    SKR_TRY(skr_fetch_data_open(f->plan->url, part->url, &bytes, &n, err));
    int status = put(f, bytes, n, err);
    free(bytes);
    return status;
}

static int put_part(fetching *f, const skr_fetch_part *part, skr_err *err)
{
    if (strncasecmp(part->url, "data:", 5) == 0)
        return put_data(f, part, err);
    uint64_t before = f->n_written;
    bool is_worth_again = false;
    const skr_fetch_request request = {.name = f->plan->url,
                                       .url = part->url,
                                       .hosts = &f->hosts,
                                       .headers = (const char *const *)part->headers,
                                       .n_headers = part->n_headers,
                                       .n_most =
                                           part->n_wanted > 0 ? part->n_wanted : BYTES_MAX - before,
                                       .n_wanted = part->n_wanted,
                                       .is_part = part->is_range,
                                       .context = f,
                                       .on_bytes = put,
                                       .check_stop = check_stop};
    for (unsigned i = 1;; i++) {
        int status = skr_fetch_http(&request, &is_worth_again, err);
        if (status != SKR_ERR_INPUT || !is_worth_again || i == TRIES_MAX)
            return status;
        SKR_TRY(go_back(f, before, err));
        SKR_TRY(wait_a_little(f, i, err));
    }
}

/* No part is asked for before all of them may be. */
static int check_parts(const fetching *f, skr_err *err)
{
    const skr_fetch_host *host;
    for (size_t i = 0; i < f->ticket.n; i++)
        if (strncasecmp(f->ticket.parts[i].url, "data:", 5) != 0)
            SKR_TRY(
                skr_fetch_http_host(&f->hosts, f->plan->url, f->ticket.parts[i].url, &host, err));
    return SKR_OK;
}

static int check_sum(const fetching *f, skr_err *err)
{
    uint8_t bytes[65536];
    uint8_t md5[SKR_DIGEST_MD5_SIZE];
    char text[2 * SKR_DIGEST_MD5_SIZE + 1];
    skr_digest *digest = NULL;
    ssize_t n = 0;
    uint64_t at = 0;
    if (f->ticket.md5[0] == '\0')
        return SKR_OK;
    SKR_TRY(skr_digest_new(SKR_DIGEST_MD5, &digest, err));
    while ((n = pread(f->fd, bytes, sizeof bytes, (off_t)at)) > 0) {
        skr_digest_update(digest, bytes, (size_t)n);
        at += (uint64_t)n;
    }
    skr_digest_final(digest, md5);
    skr_digest_free(digest);
    skr_digest_hex(md5, sizeof md5, text);
    if (n < 0)
        return skr_fail(err, SKR_ERR_IO, "%s: cannot be read: %s", f->plan->path, strerror(errno));
    if (strcmp(text, f->ticket.md5) == 0)
        return SKR_OK;
    return skr_fail(err, SKR_ERR_INPUT,
                    "%s: what came has the MD5 %s, and is to have %s: parts are missing, changed "
                    "or in another order",
                    f->plan->url, text, f->ticket.md5);
}

int skr_htsget_fetch(const skr_htsget_plan *plan, uint64_t *ret_n, skr_err *err)
{
    fetching f = {.plan = plan, .fd = -1};
    SKR_TRY(skr_fetch_hosts_read(plan->hosts, &f.hosts, err));
    int status = read_ticket(&f, err);
    if (status == SKR_OK)
        status = check_parts(&f, err);
    if (status == SKR_OK) {
        f.fd = open(plan->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (f.fd < 0)
            status =
                skr_fail(err, SKR_ERR_IO, "%s: cannot be made: %s", plan->path, strerror(errno));
    }
    if (status == SKR_OK)
        status = check_space(&f, err);
    for (size_t i = 0; i < f.ticket.n && status == SKR_OK; i++)
        status = put_part(&f, &f.ticket.parts[i], err);
    if (status == SKR_OK)
        status = check_sum(&f, err);
    if (status == SKR_OK)
        *ret_n = f.n_written;
    if (f.fd >= 0)
        (void)close(f.fd);
    skr_fetch_ticket_done(&f.ticket);
    skr_fetch_hosts_done(&f.hosts);
    free(f.text);
    return status;
}
