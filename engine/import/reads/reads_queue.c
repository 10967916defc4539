/*
 * reads_queue.c - chunks are worked by the threads that also unpack the file, and written in their
 * order by the owner.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/import/reads/reads_chunk_int.h"

/* Chunks hold no more than this together, unless there is one alone. */
#define FLYING_BYTES_MAX ((size_t)96 << 20)

struct skr_reads_queue {
    hts_tpool_process *process; /* NULL: the owner works */
    hts_tpool *pool;
    skr_reads_text *text;
    skr_reads_kept *kept;
    skr_reads_facts *facts;
    skr_reads_chunk **flying; /* that are being worked, in a ring */
    unsigned n_flying_max;
    unsigned first;
    unsigned n_flying;
    size_t n_flying_bytes;
};

int skr_reads_queue_new(hts_tpool *pool, unsigned n_threads, skr_reads_text *text,
                        skr_reads_kept *kept, skr_reads_facts *facts, skr_reads_queue **ret_queue,
                        skr_err *err)
{
    skr_reads_queue *queue = calloc(1, sizeof *queue);
    if (queue == NULL)
        return skr_fail_nomem(err, "reads");
    queue->text = text;
    queue->kept = kept;
    queue->facts = facts;
    queue->pool = pool;
    queue->n_flying_max = 2 * n_threads;
    if (pool != NULL) {
        queue->flying = calloc(queue->n_flying_max, sizeof(skr_reads_chunk *));
        queue->process = hts_tpool_process_init(pool, (int)queue->n_flying_max, 0);
        if (queue->flying == NULL || queue->process == NULL) {
            skr_reads_queue_free(queue);
            return skr_fail_nomem(err, "reads");
        }
    }
    *ret_queue = queue;
    return SKR_OK;
}

void skr_reads_queue_free(skr_reads_queue *queue)
{
    if (queue == NULL)
        return;
    /* What is being worked ends first: results would be left behind otherwise. */
    while (queue->n_flying > 0) {
        hts_tpool_result *result = hts_tpool_next_result_wait(queue->process);
        if (result != NULL)
            hts_tpool_delete_result(result, 0);
        skr_reads_chunk_free(queue->flying[queue->first], queue->kept);
        queue->first = (queue->first + 1) % queue->n_flying_max;
        queue->n_flying--;
    }
    if (queue->process != NULL)
        hts_tpool_process_destroy(queue->process);
    free(queue->flying);
    free(queue);
}

/* Writes what a chunk says; each run after the calls before it. */
static int write_chunk(skr_reads_queue *queue, const skr_reads_chunk *chunk, skr_err *err)
{
    uint32_t k = 0;
    if (chunk->status != SKR_OK)
        return skr_fail(err, chunk->status, "%s", chunk->err.message);
    for (uint32_t i = 0; i <= chunk->n_told; i++) {
        uint32_t start0 = i < chunk->n_told ? chunk->told[i].run.start0 : UINT32_MAX;
        for (; k < chunk->n_calls && chunk->calls[k].start0 < start0; k++)
            SKR_TRY(skr_reads_text_call(queue->text, &chunk->calls[k], err));
        if (i < chunk->n_told)
            SKR_TRY(
                skr_reads_text_run(queue->text, chunk->told[i].run, chunk->told[i].is_called, err));
    }
    queue->facts->n_calls += chunk->n_calls;
    queue->facts->n_undecided += chunk->n_undecided;
    return SKR_OK;
}

/* Waits for the first of those that are being worked, and writes it. */
static int land(skr_reads_queue *queue, skr_err *err)
{
    skr_reads_chunk *chunk = queue->flying[queue->first];
    hts_tpool_result *result = hts_tpool_next_result_wait(queue->process);
    if (result == NULL)
        return skr_fail_nomem(err, "reads");
    hts_tpool_delete_result(result, 0);
    queue->first = (queue->first + 1) % queue->n_flying_max;
    queue->n_flying--;
    queue->n_flying_bytes -= chunk->n_bytes;
    int status = write_chunk(queue, chunk, err);
    skr_reads_chunk_free(chunk, queue->kept);
    return status;
}

static void *work(void *chunk)
{
    skr_reads_chunk_work(chunk);
    return chunk;
}

int skr_reads_queue_add(skr_reads_queue *queue, skr_reads_chunk *chunk, skr_err *err)
{
    int status = SKR_OK;
    if (queue->process == NULL) {
        skr_reads_chunk_work(chunk);
        status = write_chunk(queue, chunk, err);
        skr_reads_chunk_free(chunk, queue->kept);
        return status;
    }
    while (status == SKR_OK && queue->n_flying > 0 &&
           (queue->n_flying == queue->n_flying_max ||
            queue->n_flying_bytes + chunk->n_bytes > FLYING_BYTES_MAX))
        status = land(queue, err);
    if (status == SKR_OK && hts_tpool_dispatch(queue->pool, queue->process, work, chunk) != 0)
        status = skr_fail_nomem(err, "reads");
    if (status != SKR_OK) {
        skr_reads_chunk_free(chunk, queue->kept);
        return status;
    }
    queue->flying[(queue->first + queue->n_flying) % queue->n_flying_max] = chunk;
    queue->n_flying++;
    queue->n_flying_bytes += chunk->n_bytes;
    return SKR_OK;
}

int skr_reads_queue_drain(skr_reads_queue *queue, skr_err *err)
{
    while (queue->n_flying > 0)
        SKR_TRY(land(queue, err));
    return SKR_OK;
}
