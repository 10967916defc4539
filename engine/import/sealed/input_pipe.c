/* input_pipe.c - a thread that reads an input and writes a pipe. */
#include "engine/import/sealed/input_pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIPE_BYTES (1 << 20)

struct skr_input_pipe {
    skr_input *input;
    uint64_t n_skip; /* plain bytes that the library does not get */
    uint8_t *room;
    int from; /* our end to read from */
    int to;
    pthread_t thread;
    bool has_thread;
    uint8_t tail[SKR_INPUT_PIPE_TAIL]; /* the last bytes that came */
    size_t n_tail;
    atomic_bool is_done; /* status and err are set, and the tail */
    int status;
    skr_err err;
};

/* Writes n bytes. false: nobody reads any more. */
static bool write_all(int fd, const uint8_t *bytes, size_t n)
{
    while (n > 0) {
        ssize_t n_here = write(fd, bytes, n);
        if (n_here < 0 && errno == EINTR)
            continue;
        if (n_here < 0)
            return false;
        bytes += n_here;
        n -= (size_t)n_here;
    }
    return true;
}

static void note_tail(skr_input_pipe *pipe, const uint8_t *bytes, size_t n)
{
    size_t n_new = n < sizeof pipe->tail ? n : sizeof pipe->tail;
    size_t n_old = sizeof pipe->tail - n_new;
    n_old = n_old < pipe->n_tail ? n_old : pipe->n_tail;
    memmove(pipe->tail, pipe->tail + pipe->n_tail - n_old, n_old);
    memcpy(pipe->tail + n_old, bytes + n - n_new, n_new);
    pipe->n_tail = n_old + n_new;
}

static void *feed(void *context)
{
    skr_input_pipe *pipe = context;
    int status = SKR_OK;
    size_t n = 1;
    bool is_read = true;
    while (status == SKR_OK && n > 0 && is_read) {
        status = skr_input_read(pipe->input, pipe->room, SKR_INPUT_PEEK_MAX, &n, &pipe->err);
        if (status != SKR_OK)
            break;
        note_tail(pipe, pipe->room, n);
        size_t n_skipped = pipe->n_skip < n ? (size_t)pipe->n_skip : n;
        pipe->n_skip -= n_skipped;
        is_read = write_all(pipe->to, pipe->room + n_skipped, n - n_skipped);
    }
    pipe->status = status;
    atomic_store(&pipe->is_done, true);
    (void)close(pipe->to);
    return NULL;
}

/* The thread must not end the program when the library stops reading: it is told by EPIPE. */
static int start(skr_input_pipe *pipe, skr_err *err)
{
    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int number = pthread_create(&pipe->thread, NULL, feed, pipe);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    pipe->has_thread = number == 0;
    return number == 0 ? SKR_OK
                       : skr_fail(err, SKR_ERR_IO, "no thread to open what is sealed: %s",
                                  strerror(number));
}

static int open_ends(skr_input_pipe *pipe, skr_err *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return skr_fail(err, SKR_ERR_IO, "no pipe for what is sealed: %s", strerror(errno));
    pipe->from = ends[0];
    pipe->to = ends[1];
    (void)fcntl(pipe->to, F_SETPIPE_SZ, PIPE_BYTES);
    return SKR_OK;
}

int skr_input_pipe_open(const skr_input_plan *plan, uint64_t from, skr_input_pipe **ret_pipe,
                        int *ret_fd, skr_err *err)
{
    int fd = -1;
    skr_input_pipe *pipe = calloc(1, sizeof *pipe);
    if (pipe == NULL)
        return skr_fail_nomem(err, plan->name);
    pipe->from = pipe->to = -1;
    pipe->n_skip = from;
    pipe->room = malloc(SKR_INPUT_PEEK_MAX);
    int status = pipe->room == NULL ? skr_fail_nomem(err, plan->name)
                                    : skr_input_open(plan, &pipe->input, err);
    if (status == SKR_OK)
        status = open_ends(pipe, err);
    if (status == SKR_OK && (fd = fcntl(pipe->from, F_DUPFD_CLOEXEC, 3)) < 0)
        status = skr_fail(err, SKR_ERR_IO, "no pipe for what is sealed: %s", strerror(errno));
    if (status == SKR_OK)
        status = start(pipe, err);
    if (status == SKR_OK) {
        *ret_pipe = pipe;
        *ret_fd = fd;
        return SKR_OK;
    }
    if (fd >= 0)
        (void)close(fd);
    skr_input_pipe_close(pipe);
    return status;
}

int skr_input_pipe_check(skr_input_pipe *pipe, skr_err *err)
{
    if (!atomic_load(&pipe->is_done) || pipe->status == SKR_OK)
        return SKR_OK;
    return skr_fail(err, pipe->status, "%s", pipe->err.message);
}

int skr_input_pipe_finish(skr_input_pipe *pipe, skr_err *err)
{
    uint8_t rest[4096];
    ssize_t n = 1;
    while (n > 0 || (n < 0 && errno == EINTR))
        n = read(pipe->from, rest, sizeof rest);
    return skr_input_pipe_check(pipe, err);
}

size_t skr_input_pipe_tail(const skr_input_pipe *pipe, uint8_t *bytes, size_t n)
{
    n = n < pipe->n_tail ? n : pipe->n_tail;
    memcpy(bytes, pipe->tail + pipe->n_tail - n, n);
    return n;
}

void skr_input_pipe_close(skr_input_pipe *pipe)
{
    if (pipe == NULL)
        return;
    if (pipe->from >= 0)
        (void)close(pipe->from);
    if (pipe->has_thread)
        (void)pthread_join(pipe->thread, NULL);
    else if (pipe->to >= 0)
        (void)close(pipe->to);
    skr_input_close(pipe->input);
    free(pipe->room);
    free(pipe);
}
