/*
 * thread.h - starting a thread that has what it needs.
 *
 * An allocator that finds no room for the first memory of a thread may end the program, or never
 * return. So a thread is started only when there is room for it, and has had its first memory when
 * the caller goes on: what fails later is an allocation like any other.
 */
#ifndef SKR_STORAGE_BASE_THREAD_H
#define SKR_STORAGE_BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

/* May n bytes more be mapped? */
bool skr_thread_has_room(size_t n_bytes);

/* As pthread_create with default attributes. False: no memory, or no thread. */
bool skr_thread_start(pthread_t *ret_thread, void *(*run)(void *context), void *context);

#endif
