/*
 * input_pipe.h - the plain bytes of a sealed file as a descriptor, for a library that reads one.
 *
 * A pipe cannot say that a file is damaged: it just ends. So whoever meets its end, or bytes that
 * make no sense, asks skr_input_pipe_check before believing it.
 *
 * Threads: one owner; the bytes are made by a thread inside.
 */
#ifndef SKR_ENGINE_IMPORT_SEALED_INPUT_PIPE_H
#define SKR_ENGINE_IMPORT_SEALED_INPUT_PIPE_H

#include "engine/import/sealed/input.h"

/* The last plain bytes that are remembered. */
#define SKR_INPUT_PIPE_TAIL 64u

typedef struct skr_input_pipe skr_input_pipe;

/* Opens the file of a plan from plain byte `from` on. The caller owns *ret_pipe, and *ret_fd, which
 * the library may close. Errors: those of opening an input; IO. */
SKR_MUST_USE int skr_input_pipe_open(const skr_input_plan *plan, uint64_t from,
                                     skr_input_pipe **ret_pipe, int *ret_fd, skr_err *err);

/* Was everything right that has come so far? At the end of the pipe, and when it is damaged.
 * Errors: those of reading the input. */
SKR_MUST_USE int skr_input_pipe_check(skr_input_pipe *pipe, skr_err *err);

/* At the end of what a library reads: reads the rest, which may be anything, and checks it. Errors:
 * those of reading the input. */
SKR_MUST_USE int skr_input_pipe_finish(skr_input_pipe *pipe, skr_err *err);

/* After skr_input_pipe_finish: copies the last n plain bytes of the file, at most
 * SKR_INPUT_PIPE_TAIL, or as many as it had; returns how many. */
size_t skr_input_pipe_tail(const skr_input_pipe *pipe, uint8_t *bytes, size_t n);

/* Stops and frees, when the library has closed its descriptor. NULL is allowed. */
void skr_input_pipe_close(skr_input_pipe *pipe);

#endif
