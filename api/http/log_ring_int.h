/*
 * log_ring_int.h - lines for the log, handed to a thread that writes them, so that nobody who
 * answers waits for whoever reads the log.
 *
 * Lines wait in a ring of fixed size. One that finds no room is lost; how many were is counted, and
 * a line says so as soon as there is room.
 *
 * Threads: any number may put lines; one thread of the ring's own writes them, in order.
 */
#ifndef SKR_API_HTTP_LOG_RING_INT_H
#define SKR_API_HTTP_LOG_RING_INT_H

#include <stddef.h>
#include <stdint.h>

#include "storage/base/err.h"

typedef struct skr_log_ring skr_log_ring;

/* Writes n bytes: whole lines with their newlines. May wait as long as it likes. */
typedef void (*skr_log_write_fn)(void *context, const char *lines, size_t n);

/* n_bytes: of lines that wait. The caller owns *ret_ring. Errors: NOMEM. */
SKR_MUST_USE int skr_log_ring_new(size_t n_bytes, skr_log_write_fn write, void *context,
                                  skr_log_ring **ret_ring, skr_err *err);

/* Hands over a line, without its newline. Never waits. */
void skr_log_ring_put(skr_log_ring *ring, const char *line);

/* How many lines were lost so far. */
uint64_t skr_log_ring_lost(skr_log_ring *ring);

/*
 * Waits at most wait_ms until all lines are written, and ends. When they are not, the thread and
 * what it holds are left to the end of the process: nobody can make it return. NULL is allowed.
 */
void skr_log_ring_free(skr_log_ring *ring, uint32_t wait_ms);

#endif
