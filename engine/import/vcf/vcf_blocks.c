/*
 * vcf_blocks.c - batches of bgzip blocks: one is being used while the next is unpacked.
 *
 * A block says how long it is before it is unpacked, so each of a batch has its place beforehand,
 * and threads take blocks as they come. What is remembered of blocks for later ones changes between
 * batches only.
 */
#include "engine/import/vcf/vcf_blocks.h"

#include <libdeflate.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/array.h"
#include "storage/base/check.h"

#define N_FIXED 12u  /* of a block's header: up to its extra field */
#define N_TRAILER 8u /* sum and length */
#define N_RAW_MAX 65536u
#define N_INPUT (256u << 10)
#define N_BATCH_MIN (256u << 10) /* of the first batch; they double */
#define N_BATCH_MAX (4u << 20)
#define N_BATCH_HUGE (64u << 20) /* where one record fills many batches */
#define N_HEAD_MIN 4096u
#define N_THREADS_MAX 64u

/* What is remembered: blocks that are short when packed, and came twice. */
#define N_MEMOS 16u
#define N_SEEN 1024u
#define N_PACKED_MEMO_MAX 512u

typedef struct task {
    size_t packed_at; /* of the whole block, in the batch's packed bytes */
    uint32_t n_packed;
    uint32_t n_header; /* of them, before the deflated bytes */
    size_t raw_at;
    uint32_t n_raw;
    int memo; /* that has its bytes, or -1 */
} task;

typedef struct memo {
    uint32_t n_packed; /* 0: none */
    uint32_t n_raw;
    uint32_t score;
    uint8_t packed[N_PACKED_MEMO_MAX];
    uint8_t *raw; /* room for N_RAW_MAX */
} memo;

/* A batch: packed blocks, and room for what is in them after the rest of the batch before. */
typedef struct fill {
    uint8_t *memory;
    size_t n_memory;
    size_t n_head; /* where the blocks' bytes begin */
    size_t n_raw;
    uint8_t *packed;
    size_t n_packed;
    size_t n_packed_max;
    task *tasks;
    size_t n_tasks;
    size_t n_tasks_max;
    bool is_end;
    bool is_bad;
    bool is_gzip;       /* is_bad, because a gzip member comes that is no block */
    atomic_size_t next; /* of the tasks */
    atomic_size_t bad;  /* the first task that failed */
} fill;

struct skr_blocks {
    skr_input *from;
    uint8_t *input;
    size_t n_input;
    size_t input_at;
    uint64_t n_done;    /* bytes of the input in batches */
    bool is_last_empty; /* the last block that was taken */
    fill fills[2];
    unsigned present;
    size_t n_batch; /* bytes of the next batch, about */
    size_t n_head;  /* room for the rest of the one before: as much as was ever needed */
    bool has_present;
    bool is_ahead; /* the other batch is being unpacked */
    memo memos[N_MEMOS];
    uint32_t seen[N_SEEN];
    struct libdeflate_decompressor *inflater;

    pthread_mutex_t lock;
    pthread_cond_t has_job;
    pthread_cond_t has_idle;
    pthread_t *threads;
    unsigned n_threads; /* besides the owner */
    unsigned n_busy;
    fill *job; /* NULL: none */
    bool is_quit;
};

static uint32_t u16_at(const uint8_t *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8;
}

static uint32_t u32_at(const uint8_t *bytes)
{
    return u16_at(bytes) | u16_at(bytes + 2) << 16;
}

/* ------------------------------------------------------------------ headers */

/* The flags of RFC 1952; a header with others is none that we know. */
enum {
    HAS_SUM = 2,
    HAS_EXTRA = 4,
    HAS_NAME = 8,
    HAS_COMMENT = 16,
    OTHER_FLAGS = 0xe0
};

/* The header of a block. */
typedef struct header {
    uint32_t n;        /* bytes, up to the deflated ones */
    uint32_t n_packed; /* of the whole block */
} header;

static bool is_gzip(const uint8_t *bytes, size_t n)
{
    return n >= 10 && bytes[0] == 31 && bytes[1] == 139 && bytes[2] == 8 &&
           (bytes[3] & OTHER_FLAGS) == 0;
}

/* The length that the subfield BC of an extra field tells; 0: there is none, or the field is bad.
 */
static uint32_t find_length(const uint8_t *extra, size_t n)
{
    uint32_t n_packed = 0;
    while (n > 0) {
        if (n < 4 || u16_at(extra + 2) > n - 4)
            return 0;
        uint32_t n_field = u16_at(extra + 2);
        if (extra[0] == 'B' && extra[1] == 'C' && n_field == 2 && n_packed == 0)
            n_packed = u16_at(extra + 4) + 1;
        extra += 4 + n_field;
        n -= 4 + n_field;
    }
    return n_packed;
}

/*
 * Reads the header of a block: an extra field with BC and any other subfields, in any order, and
 * whatever else gzip allows. false: no block begins here, or n bytes are too few for its header.
 */
static bool read_header(const uint8_t *bytes, size_t n, header *ret_header)
{
    if (!is_gzip(bytes, n) || (bytes[3] & HAS_EXTRA) == 0 || n < N_FIXED ||
        u16_at(bytes + 10) > n - N_FIXED)
        return false;
    size_t at = N_FIXED + u16_at(bytes + 10);
    uint32_t n_packed = find_length(bytes + N_FIXED, at - N_FIXED);
    for (unsigned flag = HAS_NAME; flag <= HAS_COMMENT; flag *= 2) {
        if ((bytes[3] & flag) == 0)
            continue;
        const uint8_t *end = memchr(bytes + at, 0, n - at);
        if (end == NULL)
            return false;
        at = (size_t)(end - bytes) + 1;
    }
    if ((bytes[3] & HAS_SUM) != 0) {
        if (n - at < 2 || u16_at(bytes + at) != (libdeflate_crc32(0, bytes, at) & 0xffff))
            return false;
        at += 2;
    }
    *ret_header = (header){(uint32_t)at, n_packed};
    return n_packed >= at + N_TRAILER;
}

bool skr_blocks_is_bgzf(const uint8_t *bytes, size_t n)
{
    header first;
    return read_header(bytes, n, &first);
}

/* ------------------------------------------------------------------ unpacking */

static bool unpack(const skr_blocks *blocks, fill *batch, const task *one,
                   struct libdeflate_decompressor *inflater)
{
    const uint8_t *packed = batch->packed + one->packed_at;
    uint8_t *raw = batch->memory + batch->n_head + one->raw_at;
    if (one->memo >= 0) {
        memcpy(raw, blocks->memos[one->memo].raw, one->n_raw);
        return true;
    }
    size_t n_deflated = one->n_packed - one->n_header - N_TRAILER;
    return libdeflate_deflate_decompress(inflater, packed + one->n_header, n_deflated, raw,
                                         one->n_raw, NULL) == LIBDEFLATE_SUCCESS &&
           libdeflate_crc32(0, raw, one->n_raw) == u32_at(packed + one->n_packed - N_TRAILER);
}

/* Takes tasks until there are no more. */
static void work(const skr_blocks *blocks, fill *batch, struct libdeflate_decompressor *inflater)
{
    for (;;) {
        size_t i = atomic_fetch_add(&batch->next, 1);
        if (i >= batch->n_tasks)
            return;
        if (unpack(blocks, batch, &batch->tasks[i], inflater))
            continue;
        size_t bad = atomic_load(&batch->bad);
        while (i < bad && !atomic_compare_exchange_weak(&batch->bad, &bad, i))
            ;
    }
}

static void *worker(void *context)
{
    skr_blocks *blocks = context;
    struct libdeflate_decompressor *inflater = libdeflate_alloc_decompressor();
    (void)pthread_mutex_lock(&blocks->lock);
    while (!blocks->is_quit && inflater != NULL) {
        fill *job = blocks->job;
        if (job == NULL || atomic_load(&job->next) >= job->n_tasks) {
            (void)pthread_cond_wait(&blocks->has_job, &blocks->lock);
            continue;
        }
        blocks->n_busy++;
        (void)pthread_mutex_unlock(&blocks->lock);
        work(blocks, job, inflater);
        (void)pthread_mutex_lock(&blocks->lock);
        if (--blocks->n_busy == 0)
            (void)pthread_cond_signal(&blocks->has_idle);
    }
    (void)pthread_mutex_unlock(&blocks->lock);
    libdeflate_free_decompressor(inflater);
    return NULL;
}

/* ------------------------------------------------------------------ remembering */

static memo *memo_of(skr_blocks *blocks, const uint8_t *packed, uint32_t n_packed)
{
    return &blocks->memos[u32_at(packed + n_packed - N_TRAILER) % N_MEMOS];
}

/* The memo that has these packed bytes, or -1. */
static int find_memo(skr_blocks *blocks, const uint8_t *packed, uint32_t n_packed)
{
    memo *found = memo_of(blocks, packed, n_packed);
    if (found->n_packed != n_packed || memcmp(found->packed, packed, n_packed) != 0)
        return -1;
    found->score += found->score < 1000;
    return (int)(found - blocks->memos);
}

/* A block that came before takes a place, unless what is there is used more often. */
static int remember(skr_blocks *blocks, const fill *batch, const task *one, skr_err *err)
{
    const uint8_t *packed = batch->packed + one->packed_at;
    uint32_t sum = u32_at(packed + one->n_packed - N_TRAILER);
    memo *place = memo_of(blocks, packed, one->n_packed);
    uint32_t *seen = &blocks->seen[sum / N_MEMOS % N_SEEN];
    if (*seen != sum) {
        *seen = sum;
        return SKR_OK;
    }
    if (place->n_packed == one->n_packed && memcmp(place->packed, packed, one->n_packed) == 0)
        return SKR_OK; /* of this batch */
    if (place->score > 0) {
        place->score--;
        return SKR_OK;
    }
    if (place->raw == NULL)
        place->raw = malloc(N_RAW_MAX);
    if (place->raw == NULL)
        return skr_fail_nomem(err, "VCF");
    memcpy(place->packed, packed, one->n_packed);
    memcpy(place->raw, batch->memory + batch->n_head + one->raw_at, one->n_raw);
    place->n_packed = one->n_packed;
    place->n_raw = one->n_raw;
    place->score = 1;
    return SKR_OK;
}

/* ------------------------------------------------------------------ reading blocks */

/* Reads on until input holds n bytes, if the file has them. */
static int read_input(skr_blocks *blocks, size_t n, skr_err *err)
{
    if (blocks->n_input - blocks->input_at >= n)
        return SKR_OK;
    memmove(blocks->input, blocks->input + blocks->input_at, blocks->n_input - blocks->input_at);
    blocks->n_input -= blocks->input_at;
    blocks->input_at = 0;
    while (blocks->n_input < n) {
        size_t got = 0;
        SKR_TRY(skr_input_read(blocks->from, blocks->input + blocks->n_input,
                               N_INPUT - blocks->n_input, &got, err));
        if (got == 0)
            break;
        blocks->n_input += got;
    }
    return SKR_OK;
}

static int make_room(fill *batch, uint32_t n_packed, skr_err *err)
{
    SKR_TRY(SKR_ARRAY_RESERVE(&batch->packed, &batch->n_packed_max, batch->n_packed + n_packed,
                              "packed blocks", err));
    return SKR_ARRAY_RESERVE(&batch->tasks, &batch->n_tasks_max, batch->n_tasks + 1,
                             "packed blocks", err);
}

/* Takes one block from the file into a batch; false in *ret_is_taken: it is full, or at its end. */
static int take_block(skr_blocks *blocks, fill *batch, bool *ret_is_taken, skr_err *err)
{
    *ret_is_taken = false;
    SKR_TRY(read_input(blocks, SKR_BLOCKS_PACKED_MAX, err));
    header head;
    const uint8_t *block = blocks->input + blocks->input_at;
    size_t n_left = blocks->n_input - blocks->input_at;
    if (n_left == 0) {
        batch->is_end = true;
        return SKR_OK;
    }
    if (!read_header(block, n_left, &head)) {
        batch->is_bad = true;
        batch->is_gzip = is_gzip(block, n_left);
        return SKR_OK;
    }
    uint32_t n_packed = head.n_packed;
    if (n_packed > n_left || u32_at(block + n_packed - 4) > N_RAW_MAX) {
        batch->is_bad = true;
        return SKR_OK;
    }
    uint32_t n_raw = u32_at(block + n_packed - 4);
    if (batch->n_tasks > 0 && batch->n_raw + n_raw > blocks->n_batch)
        return SKR_OK;
    SKR_TRY(make_room(batch, n_packed, err));
    memcpy(batch->packed + batch->n_packed, block, n_packed);
    int same = n_packed <= N_PACKED_MEMO_MAX ? find_memo(blocks, block, n_packed) : -1;
    batch->tasks[batch->n_tasks++] =
        (task){batch->n_packed, n_packed, head.n, batch->n_raw, n_raw, same};
    batch->n_packed += n_packed;
    batch->n_raw += n_raw;
    blocks->input_at += n_packed;
    blocks->n_done += n_packed;
    blocks->is_last_empty = n_raw == 0;
    *ret_is_taken = true;
    return SKR_OK;
}

/* Room for a head, the blocks and the spare bytes. */
static int size_memory(fill *batch, size_t n_head, skr_err *err)
{
    size_t n = n_head + batch->n_raw + SKR_BLOCKS_SPARE;
    if (n > batch->n_memory) {
        free(batch->memory);
        batch->n_memory = 0;
        batch->memory = malloc(n + n / 4);
        if (batch->memory == NULL)
            return skr_fail_nomem(err, "VCF");
        batch->n_memory = n + n / 4;
    }
    batch->n_head = n_head;
    return SKR_OK;
}

/* Reads the blocks of the next batch, and lets the threads begin. */
static int begin(skr_blocks *blocks, fill *batch, skr_err *err)
{
    bool is_taken = true;
    int status = SKR_OK;
    batch->n_raw = batch->n_packed = batch->n_tasks = 0;
    batch->is_end = batch->is_bad = batch->is_gzip = false;
    while (is_taken && status == SKR_OK)
        status = take_block(blocks, batch, &is_taken, err);
    if (status == SKR_OK)
        status = size_memory(batch, blocks->n_head, err);
    if (status != SKR_OK)
        return status;
    atomic_store(&batch->bad, SIZE_MAX);
    atomic_store(&batch->next, 0);
    if (blocks->n_batch < N_BATCH_MAX)
        blocks->n_batch *= 2;
    if (blocks->n_threads > 0) {
        (void)pthread_mutex_lock(&blocks->lock);
        blocks->job = batch;
        (void)pthread_cond_broadcast(&blocks->has_job);
        (void)pthread_mutex_unlock(&blocks->lock);
    }
    return SKR_OK;
}

/* Helps, and waits until the batch is whole. */
static int finish(skr_blocks *blocks, fill *batch, skr_err *err)
{
    int status = SKR_OK;
    work(blocks, batch, blocks->inflater);
    (void)pthread_mutex_lock(&blocks->lock);
    while (blocks->n_busy > 0)
        (void)pthread_cond_wait(&blocks->has_idle, &blocks->lock);
    blocks->job = NULL;
    (void)pthread_mutex_unlock(&blocks->lock);
    size_t bad = atomic_load(&batch->bad);
    if (bad < batch->n_tasks) {
        batch->n_raw = batch->tasks[bad].raw_at;
        batch->n_tasks = bad;
        batch->is_bad = true;
        batch->is_end = batch->is_gzip = false;
    }
    for (size_t i = 0; i < batch->n_tasks && status == SKR_OK; i++)
        if (batch->tasks[i].memo < 0 && batch->tasks[i].n_packed <= N_PACKED_MEMO_MAX)
            status = remember(blocks, batch, &batch->tasks[i], err);
    memset(batch->memory + batch->n_head + batch->n_raw, 0, SKR_BLOCKS_SPARE);
    return status;
}

/* Puts the rest of the batch before in front of a batch that is whole. */
static int put_rest(fill *batch, size_t n_head, const uint8_t *rest, size_t n_rest, skr_err *err)
{
    if (n_rest > batch->n_head) {
        size_t n = n_head + batch->n_raw + SKR_BLOCKS_SPARE;
        uint8_t *memory = malloc(n + n / 4);
        if (memory == NULL)
            return skr_fail_nomem(err, "VCF");
        memcpy(memory + n_head, batch->memory + batch->n_head, batch->n_raw + SKR_BLOCKS_SPARE);
        free(batch->memory);
        batch->memory = memory;
        batch->n_memory = n + n / 4;
        batch->n_head = n_head;
    }
    if (n_rest > 0)
        memcpy(batch->memory + batch->n_head - n_rest, rest, n_rest);
    return SKR_OK;
}

int skr_blocks_next(skr_blocks *blocks, size_t n_rest, skr_block_batch *ret_batch, skr_err *err)
{
    fill *before = &blocks->fills[blocks->present];
    fill *next = &blocks->fills[1 - blocks->present];
    const uint8_t *rest = NULL;
    int status = SKR_OK;
    SKR_CHECK(n_rest == 0 || blocks->has_present);
    if (blocks->has_present)
        rest = before->memory + before->n_head + before->n_raw - n_rest;
    if (blocks->n_head < n_rest) /* by half as much more: it is there twice */
        blocks->n_head = n_rest + n_rest / 2;
    if (!blocks->is_ahead)
        status = begin(blocks, next, err);
    blocks->is_ahead = false;
    if (status == SKR_OK)
        status = finish(blocks, next, err);
    if (status == SKR_OK)
        status = put_rest(next, blocks->n_head, rest, n_rest, err);
    if (status != SKR_OK)
        return status;
    *ret_batch = (skr_block_batch){next->memory + next->n_head - n_rest, next->n_raw + n_rest,
                                   next->is_end, next->is_bad, next->is_gzip};
    bool is_first = !blocks->has_present;
    if (2 * n_rest > blocks->n_batch)
        blocks->n_batch = 2 * n_rest < N_BATCH_HUGE ? 2 * n_rest : N_BATCH_HUGE;
    blocks->present = 1 - blocks->present;
    blocks->has_present = true;
    /* The first batch may be all that is asked for. */
    if (blocks->n_threads == 0 || is_first || next->is_end || next->is_bad)
        return SKR_OK;
    blocks->is_ahead = true;
    return begin(blocks, before, err);
}

uint64_t skr_blocks_position(const skr_blocks *blocks)
{
    return blocks->n_done;
}

bool skr_blocks_has_end_mark(const skr_blocks *blocks)
{
    return blocks->is_last_empty;
}

/* ------------------------------------------------------------------ making and freeing */

int skr_blocks_new(skr_input *from, unsigned n_threads, skr_blocks **ret_blocks, skr_err *err)
{
    skr_blocks *blocks = calloc(1, sizeof *blocks);
    if (blocks == NULL)
        return skr_fail_nomem(err, "VCF");
    blocks->from = from;
    blocks->n_batch = N_BATCH_MIN;
    blocks->n_head = N_HEAD_MIN;
    (void)pthread_mutex_init(&blocks->lock, NULL);
    (void)pthread_cond_init(&blocks->has_job, NULL);
    (void)pthread_cond_init(&blocks->has_idle, NULL);
    n_threads = n_threads < 1 ? 1 : n_threads > N_THREADS_MAX ? N_THREADS_MAX : n_threads;
    blocks->input = malloc(N_INPUT);
    blocks->inflater = libdeflate_alloc_decompressor();
    blocks->threads = calloc(n_threads, sizeof *blocks->threads);
    if (blocks->input == NULL || blocks->inflater == NULL || blocks->threads == NULL) {
        skr_blocks_free(blocks);
        return skr_fail_nomem(err, "VCF");
    }
    /* With fewer threads than asked for it is slower, and no worse. */
    while (blocks->n_threads + 1 < n_threads &&
           pthread_create(&blocks->threads[blocks->n_threads], NULL, worker, blocks) == 0)
        blocks->n_threads++;
    *ret_blocks = blocks;
    return SKR_OK;
}

void skr_blocks_free(skr_blocks *blocks)
{
    if (blocks == NULL)
        return;
    (void)pthread_mutex_lock(&blocks->lock);
    blocks->is_quit = true;
    (void)pthread_cond_broadcast(&blocks->has_job);
    (void)pthread_mutex_unlock(&blocks->lock);
    for (unsigned i = 0; i < blocks->n_threads; i++)
        (void)pthread_join(blocks->threads[i], NULL);
    (void)pthread_mutex_destroy(&blocks->lock);
    (void)pthread_cond_destroy(&blocks->has_job);
    (void)pthread_cond_destroy(&blocks->has_idle);
    for (unsigned i = 0; i < N_MEMOS; i++)
        free(blocks->memos[i].raw);
    for (unsigned i = 0; i < 2; i++) {
        free(blocks->fills[i].memory);
        free(blocks->fills[i].packed);
        free(blocks->fills[i].tasks);
    }
    libdeflate_free_decompressor(blocks->inflater);
    free(blocks->threads);
    free(blocks->input);
    free(blocks);
}
