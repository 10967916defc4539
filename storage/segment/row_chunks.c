/* row_chunks.c - the carriers of many rows, written as blocks. */
#include "storage/segment/row_chunks_int.h"

#include <string.h>

#include "storage/base/check.h"
#include "storage/base/limits.h"

/* One allele of one segment costs a reader one chunk. */
#define CHUNK_BYTES (256u << 10)

void skr_row_chunks_done(skr_row_chunks *chunks)
{
    skr_buffer_done(&chunks->chunk);
    skr_buffer_done(&chunks->refs);
    skr_buffer_done(&chunks->lengths);
    *chunks = (skr_row_chunks){0};
}

void skr_row_chunks_clear(skr_row_chunks *chunks)
{
    chunks->chunk.n = 0;
    chunks->refs.n = 0;
    chunks->lengths.n = 0;
    chunks->start = 0;
    chunks->n_rows = 0;
    chunks->n_chunks = 0;
}

/* Writes the first n bytes of the chunk, which are its rows so far. */
static int write_chunk(skr_row_chunks *chunks, size_t n, skr_block_writer *file, skr_err *err)
{
    skr_block_ref ref = {0};
    SKR_CHECK(n <= chunks->chunk.n && chunks->n_rows > 0);
    if (n > SKR_BLOCK_RAW_MAX)
        return skr_fail(err, SKR_ERR_LIMIT, "segment: the carriers of one allele take %zu bytes",
                        n);
    int status = SKR_OK;
    if (n > 0)
        status = skr_block_writer_put(file, chunks->chunk.bytes, n, SKR_CODEC_ZSTD, &ref, err);
    if (status == SKR_OK)
        status = skr_block_ref_put(&chunks->refs, &ref, err);
    if (status == SKR_OK)
        status = skr_buffer_put_varint(&chunks->refs, chunks->n_rows, err);
    if (n < chunks->chunk.n)
        memmove(chunks->chunk.bytes, chunks->chunk.bytes + n, chunks->chunk.n - n);
    chunks->chunk.n -= n;
    chunks->start = 0;
    chunks->n_rows = 0;
    chunks->n_chunks++;
    return status;
}

int skr_row_chunks_end_row(skr_row_chunks *chunks, bool has_length, skr_block_writer *file,
                           skr_err *err)
{
    int status = SKR_OK;
    SKR_CHECK(chunks->start <= chunks->chunk.n);
    if (has_length)
        status = skr_buffer_put_varint(&chunks->lengths, chunks->chunk.n - chunks->start, err);
    if (status == SKR_OK && chunks->start > 0 && chunks->chunk.n > CHUNK_BYTES)
        status = write_chunk(chunks, chunks->start, file, err);
    chunks->start = chunks->chunk.n;
    chunks->n_rows++;
    return status;
}

int skr_row_chunks_write(skr_row_chunks *chunks, skr_block_writer *file, skr_block_ref *ret_ref,
                         skr_err *err)
{
    skr_buffer block = {0};
    int status = SKR_OK;
    if (chunks->n_rows > 0)
        status = write_chunk(chunks, chunks->chunk.n, file, err);
    if (status == SKR_OK)
        status = skr_buffer_put_varint(&block, chunks->n_chunks, err);
    if (status == SKR_OK)
        status = skr_buffer_put(&block, chunks->refs.bytes, chunks->refs.n, err);
    if (status == SKR_OK && chunks->lengths.n > 0)
        status = skr_buffer_put(&block, chunks->lengths.bytes, chunks->lengths.n, err);
    if (status == SKR_OK && block.n > SKR_BLOCK_RAW_MAX)
        status =
            skr_fail(err, SKR_ERR_LIMIT, "segment: a tile needs a block of %zu bytes", block.n);
    if (status == SKR_OK)
        status = skr_block_writer_put(file, block.bytes, block.n, SKR_CODEC_ZSTD, ret_ref, err);
    skr_buffer_done(&block);
    return status;
}
