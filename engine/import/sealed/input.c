/* input.c - opens files and reads them, sealed ones through sealed.h. */
#include "engine/import/sealed/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/import/sealed/sealed.h"

struct skr_input {
    skr_input_plan plan;
    int fd;
    uint64_t n_size;
    uint8_t start[SKR_SEAL_MAGIC_N]; /* of the file, read when it was opened */
    size_t start_at;
    size_t n_start;
    skr_sealed *sealed; /* NULL: it is not */
    const uint8_t *plain;
    size_t n_plain;
    uint8_t *front; /* that was looked at; NULL: nothing was */
    size_t front_at;
    size_t n_front;
};

/* ------------------------------------------------------------------ names */

/* Does a name begin like an address: "http://...", "s3:..."? */
static bool is_address(const char *name)
{
    static const char *const schemes[] = {"http", "https", "ftp", "s3",     "gs",     "data",
                                          "file", "mem",   "drs", "htsget", "preload"};
    size_t n = strcspn(name, ":");
    if (n < 2 || name[n] != ':' ||
        strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-") != n)
        return false;
    if (strncmp(name + n, "://", 3) == 0)
        return true;
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (strlen(schemes[i]) == n && strncasecmp(name, schemes[i], n) == 0)
            return true;
    return false;
}

int skr_input_fail_open(const char *name, int number, skr_err *err)
{
    if (number == ENOENT && is_address(name))
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s: an address; nothing is fetched%s: fetch it and name the file", name,
                        strncasecmp(name, "htsget:", 7) == 0 ? " without --htsget-hosts" : "");
    return skr_fail(err, skr_err_of_input(number), "%s: cannot be opened: %s", name,
                    strerror(number));
}

bool skr_input_fd_is_sealed(int fd)
{
    uint8_t start[SKR_SEAL_MAGIC_N];
    ssize_t n = pread(fd, start, sizeof start, 0);
    return n > 0 && skr_sealed_is(start, (size_t)n);
}

/* A header in memory: skr_seal_read_fn. */
typedef struct span {
    const uint8_t *bytes;
    size_t n;
    bool is_short; /* more was asked for than is there */
} span;

static int read_span(void *context, uint8_t *bytes, size_t n, size_t *ret_n, skr_err *err)
{
    span *from = context;
    (void)err;
    from->is_short |= n > from->n;
    *ret_n = n < from->n ? n : from->n;
    if (*ret_n > 0)
        memcpy(bytes, from->bytes, *ret_n);
    from->bytes += *ret_n;
    from->n -= *ret_n;
    return SKR_OK;
}

int skr_input_check_start(const char *name, const uint8_t *bytes, size_t n,
                          const struct skr_seal_keys *keys, bool *ret_is_sealed, skr_err *err)
{
    skr_sealed *sealed = NULL;
    span from = {.bytes = bytes, .n = n};
    const skr_seal_input raw = {name, read_span, &from, keys};
    *ret_is_sealed = skr_sealed_is(bytes, n);
    if (!*ret_is_sealed)
        return SKR_OK;
    int status = skr_sealed_open(&raw, &sealed, err);
    skr_sealed_free(sealed);
    return from.is_short ? SKR_OK : status;
}

/* ------------------------------------------------------------------ bytes of the file */

/* Some bytes as they are, 0 at the end. */
static int read_some(skr_input *input, uint8_t *bytes, size_t n, size_t *ret_n, skr_err *err)
{
    size_t n_left = input->n_start - input->start_at;
    if (n_left > 0) {
        *ret_n = n_left < n ? n_left : n;
        memcpy(bytes, input->start + input->start_at, *ret_n);
        input->start_at += *ret_n;
        return SKR_OK;
    }
    for (;;) {
        ssize_t got = read(input->fd, bytes, n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return skr_fail(err, skr_err_of_input(errno), "%s: cannot be read: %s",
                            input->plan.name, strerror(errno));
        *ret_n = (size_t)got;
        return SKR_OK;
    }
}

/* n bytes as they are, fewer at the end: skr_seal_read_fn. */
static int read_whole(void *context, uint8_t *bytes, size_t n, size_t *ret_n, skr_err *err)
{
    size_t n_got = 0;
    size_t n_here = 1;
    while (n_got < n && n_here > 0) {
        SKR_TRY(read_some(context, bytes + n_got, n - n_got, &n_here, err));
        n_got += n_here;
    }
    *ret_n = n_got;
    return SKR_OK;
}

/* ------------------------------------------------------------------ opening */

static int open_file(skr_input *input, skr_err *err)
{
    const skr_input_plan *plan = &input->plan;
    struct stat about;
    bool is_stdin = strcmp(plan->path, "-") == 0;
    input->fd = is_stdin ? STDIN_FILENO : open(plan->path, O_RDONLY | O_CLOEXEC);
    if (input->fd < 0 || fstat(input->fd, &about) != 0)
        return skr_input_fail_open(plan->name, errno, err);
    if (S_ISDIR(about.st_mode))
        return skr_fail(err, SKR_ERR_INPUT, "%s: a folder where a file was expected", plan->name);
    input->n_size = S_ISREG(about.st_mode) ? (uint64_t)about.st_size : 0;
    SKR_TRY(read_whole(input, input->start, sizeof input->start, &input->n_start, err));
    if (!skr_sealed_is(input->start, input->n_start))
        return SKR_OK;
    const skr_seal_input raw = {plan->name, read_whole, input, plan->keys};
    return skr_sealed_open(&raw, &input->sealed, err);
}

int skr_input_open(const skr_input_plan *plan, skr_input **ret_input, skr_err *err)
{
    skr_input *input = calloc(1, sizeof *input);
    if (input == NULL)
        return skr_fail_nomem(err, plan->name);
    input->plan = *plan;
    input->fd = -1;
    int status = open_file(input, err);
    if (status != SKR_OK)
        skr_input_close(input);
    else
        *ret_input = input;
    return status;
}

void skr_input_close(skr_input *input)
{
    if (input == NULL)
        return;
    skr_sealed_free(input->sealed);
    if (input->fd > STDIN_FILENO)
        (void)close(input->fd);
    free(input->front);
    free(input);
}

bool skr_input_is_sealed(const skr_input *input)
{
    return input->sealed != NULL;
}

int skr_input_fd(const skr_input *input)
{
    return input->fd;
}

uint64_t skr_input_size(const skr_input *input)
{
    return input->n_size;
}

/* ------------------------------------------------------------------ plain bytes */

/* Some plain bytes after those that were looked at. */
static int read_behind(skr_input *input, uint8_t *bytes, size_t n, size_t *ret_n, skr_err *err)
{
    if (input->sealed == NULL)
        return read_some(input, bytes, n, ret_n, err);
    if (input->n_plain == 0)
        SKR_TRY(skr_sealed_next(input->sealed, &input->plain, &input->n_plain, err));
    *ret_n = input->n_plain < n ? input->n_plain : n;
    if (*ret_n == 0)
        return SKR_OK;
    memcpy(bytes, input->plain, *ret_n);
    input->plain += *ret_n;
    input->n_plain -= *ret_n;
    return SKR_OK;
}

int skr_input_peek(skr_input *input, size_t n, const uint8_t **ret_bytes, size_t *ret_n,
                   skr_err *err)
{
    size_t n_here = 1;
    if (input->front == NULL && (input->front = malloc(SKR_INPUT_PEEK_MAX)) == NULL)
        return skr_fail_nomem(err, input->plan.name);
    if (input->front_at > 0) {
        input->n_front -= input->front_at;
        memmove(input->front, input->front + input->front_at, input->n_front);
        input->front_at = 0;
    }
    while (input->n_front < n && n_here > 0) {
        SKR_TRY(
            read_behind(input, input->front + input->n_front, n - input->n_front, &n_here, err));
        input->n_front += n_here;
    }
    *ret_bytes = input->front;
    *ret_n = input->n_front < n ? input->n_front : n;
    return SKR_OK;
}

int skr_input_read(skr_input *input, void *bytes, size_t n, size_t *ret_n, skr_err *err)
{
    size_t n_front = input->n_front - input->front_at;
    if (n_front == 0)
        return read_behind(input, bytes, n, ret_n, err);
    *ret_n = n_front < n ? n_front : n;
    memcpy(bytes, input->front + input->front_at, *ret_n);
    input->front_at += *ret_n;
    return SKR_OK;
}

int skr_input_to_memory(skr_input *input, size_t n_max, int *ret_fd, skr_err *err)
{
    uint8_t *room = malloc(SKR_INPUT_PEEK_MAX);
    int fd = memfd_create("sealed", MFD_CLOEXEC);
    int status = room == NULL || fd < 0 ? skr_fail_nomem(err, input->plan.name) : SKR_OK;
    size_t n_all = 0;
    size_t n = 1;
    while (status == SKR_OK && n > 0) {
        status = skr_input_read(input, room, SKR_INPUT_PEEK_MAX, &n, err);
        if (status != SKR_OK || n == 0)
            break;
        n_all += n;
        if (n_all > n_max)
            status = skr_fail(err, SKR_ERR_LIMIT,
                              "%s: more than %zu MiB in one sealed archive; seal its files one by "
                              "one",
                              input->plan.name, n_max >> 20);
        else if (write(fd, room, n) != (ssize_t)n)
            status = skr_fail_nomem(err, input->plan.name);
    }
    skr_secret_wipe(room, SKR_INPUT_PEEK_MAX);
    free(room);
    if (status != SKR_OK && fd >= 0)
        (void)close(fd);
    if (status == SKR_OK)
        *ret_fd = fd;
    return status;
}
