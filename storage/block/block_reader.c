/*
 * block_reader.c - reads many blocks at once, checks and decodes them.
 *
 * Wishes are served in batches, so that memory stays bounded. Within a batch, blocks that follow
 * each other closely in one file become one read.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/check.h"
#include "storage/base/clock.h"
#include "storage/block/block_cache.h"
#include "storage/block/block_file.h"
#include "storage/block/block_file_int.h"
#include "storage/block/io.h"
#include "storage/block/read_ahead.h"

/* A batch: enough to keep the device busy. One block may be larger than the second figure. */
#define BATCH_WISHES_MAX 256u
#define BATCH_BYTES_MAX ((size_t)8 << 20)

/* Reading over a gap of this size costs less than another read. */
#define GAP_MAX (16u << 10)
#define MERGED_MAX ((size_t)1 << 20)

/* Where the packed bytes of a wish are after the reads. */
typedef struct placement {
    const uint8_t *ahead; /* there already, or NULL */
    size_t read;
    size_t at;     /* within that read */
    bool is_alone; /* the batch has no other wish */
} placement;

struct skr_block_reader {
    skr_io_choice choice;
    skr_io *io; /* NULL until several reads are wanted at once */
    skr_read_ahead *ahead;
    char io_name[128];
    skr_block_decoder *decoder;
    skr_buffer packed;
    skr_io_read reads[BATCH_WISHES_MAX];
    const skr_block_file *files[BATCH_WISHES_MAX]; /* that each read is of */
    placement placements[BATCH_WISHES_MAX];
    size_t n_reads;
    skr_block_cache *cache;
    skr_reader_totals totals;
};

/* The bytes of a block in the cache. */
typedef struct cached_bytes {
    skr_cached cached;
    uint8_t bytes[];
} cached_bytes;

/* Of each thread: may it not read, and was it refused since? */
static _Thread_local bool is_forbidden;
static _Thread_local bool was_refused;

void skr_block_reader_forbid(void)
{
    is_forbidden = true;
    was_refused = false;
}

bool skr_block_reader_allow(void)
{
    is_forbidden = false;
    return !was_refused;
}

int skr_block_reader_may_read(skr_err *err)
{
    if (!is_forbidden)
        return SKR_OK;
    was_refused = true;
    return skr_fail(err, SKR_ERR_NOT_HELD, "memory does not hold it");
}

/* Making a ring takes longer than a read or two. */
static int need_io(skr_block_reader *reader, skr_err *err)
{
    const skr_io_choice choice = reader->choice;
    skr_err refusal = {0};
    int status = SKR_ERR_IO;
    if (reader->io != NULL)
        return SKR_OK;
    if (choice != SKR_IO_PREAD) {
        status = skr_io_uring_new(&reader->io, &refusal);
        if (status == SKR_OK) {
            (void)snprintf(reader->io_name, sizeof reader->io_name, "io_uring");
            return SKR_OK;
        }
        if (choice == SKR_IO_URING || status != SKR_ERR_IO)
            return skr_fail(err, status, "%s", refusal.message);
    }
    status = skr_io_pread_new(&reader->io, err);
    if (status != SKR_OK)
        return status;
    if (choice == SKR_IO_PREAD)
        (void)snprintf(reader->io_name, sizeof reader->io_name, "pread");
    else
        (void)snprintf(reader->io_name, sizeof reader->io_name, "pread (%.100s)", refusal.message);
    return SKR_OK;
}

int skr_block_reader_new(skr_io_choice choice, skr_block_reader **ret_reader, skr_err *err)
{
    skr_block_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL)
        return skr_fail_nomem(err, "reader");
    reader->choice = choice;
    int status = skr_block_decoder_new(&reader->decoder, err);
    if (status == SKR_OK)
        status = skr_read_ahead_new(&reader->ahead, err);
    if (status == SKR_OK && choice != SKR_IO_AUTO)
        status = need_io(reader, err);
    if (status != SKR_OK) {
        skr_block_reader_free(reader);
        return status;
    }
    *ret_reader = reader;
    return SKR_OK;
}

const char *skr_block_reader_io_name(skr_block_reader *reader)
{
    skr_err err = {0};
    return need_io(reader, &err) != SKR_OK ? "none" : reader->io_name;
}

uint64_t skr_block_reader_ahead(skr_block_reader *reader, const skr_block_file *file,
                                uint64_t offset, size_t n)
{
    skr_err err = {0};
    if (is_forbidden || need_io(reader, &err) != SKR_OK)
        return 0; /* whoever needs it is refused */
    uint64_t began_ns = skr_clock_ns();
    uint64_t number = skr_read_ahead_start(reader->ahead, reader->io, file, offset, n);
    if (number > 0) {
        reader->totals.n_reads++;
        reader->totals.n_bytes += n;
    }
    reader->totals.read_ns += skr_clock_ns() - began_ns;
    return number;
}

void skr_block_reader_pass(skr_block_reader *reader, uint64_t number)
{
    if (reader->io != NULL)
        skr_read_ahead_pass(reader->ahead, reader->io, number);
}

void skr_block_reader_use_cache(skr_block_reader *reader, skr_block_cache *cache)
{
    reader->cache = cache;
}

skr_block_cache *skr_block_reader_cache(const skr_block_reader *reader)
{
    return reader->cache;
}

static void let_go(skr_block_bytes *bytes)
{
    if (bytes->held != NULL)
        skr_block_cache_release(bytes->cache, bytes->held);
    bytes->held = NULL;
    bytes->bytes = NULL;
    bytes->n = 0;
}

void skr_block_bytes_done(skr_block_bytes *bytes)
{
    let_go(bytes);
    skr_buffer_done(&bytes->own);
    *bytes = (skr_block_bytes){0};
}

/* ------------------------------------------------------------------ one batch */

/* Grows the last read so that it covers this block too, where that is worth it. */
static bool join_last_read(skr_block_reader *reader, const skr_block_wish *wish,
                           placement *ret_place)
{
    if (reader->n_reads == 0 || reader->files[reader->n_reads - 1] != wish->file)
        return false;
    skr_io_read *last = &reader->reads[reader->n_reads - 1];
    const skr_block_ref *ref = &wish->ref;
    if (ref->offset < last->offset || ref->offset > last->offset + last->n + GAP_MAX)
        return false;
    size_t n = (size_t)(ref->offset - last->offset) + ref->n_packed;
    if (n > MERGED_MAX)
        return false;
    SKR_CHECK(n >= ref->n_packed);
    if (n > last->n)
        last->n = n;
    *ret_place = (placement){.read = reader->n_reads - 1, .at = n - ref->n_packed};
    return true;
}

static const uint8_t *find_ahead(skr_block_reader *reader, const skr_block_wish *wish)
{
    if (reader->io == NULL)
        return NULL;
    return skr_read_ahead_find(reader->ahead, reader->io, wish->file, wish->ref.offset,
                               wish->ref.n_packed);
}

/* Plans the reads for the first wishes; *ret_n is how many of them. */
static int plan_batch(skr_block_reader *reader, const skr_block_wish *wishes, size_t n,
                      size_t *ret_n, skr_err *err)
{
    size_t n_taken = 0;
    size_t n_bytes = 0;
    reader->n_reads = 0;
    for (; n_taken < n && n_taken < BATCH_WISHES_MAX; n_taken++) {
        const skr_block_wish *wish = &wishes[n_taken];
        SKR_TRY(skr_block_file_check_ref(wish->file, &wish->ref, err));
        size_t n_after = n_bytes + wish->ref.n_packed + GAP_MAX;
        if (n_taken > 0 && n_after > BATCH_BYTES_MAX)
            break;
        n_bytes = n_after;
        placement *place = &reader->placements[n_taken];
        *place = (placement){.ahead = find_ahead(reader, wish)};
        if (place->ahead != NULL || join_last_read(reader, wish, place))
            continue;
        int fd = -1;
        int status = skr_block_file_pin(wish->file, &fd, n_taken > 0 ? NULL : err);
        if (status != SKR_OK && n_taken > 0)
            break; /* the next batch comes when others are read */
        if (status != SKR_OK)
            return status;
        *place = (placement){.read = reader->n_reads, .at = 0};
        reader->files[reader->n_reads] = wish->file;
        reader->reads[reader->n_reads++] =
            (skr_io_read){.fd = fd, .offset = wish->ref.offset, .n = wish->ref.n_packed};
    }
    SKR_CHECK(reader->n_reads <= n_taken && (n_taken > 0 || n == 0));
    *ret_n = n_taken;
    return SKR_OK;
}

static int read_batch(skr_block_reader *reader, skr_err *err)
{
    size_t n_bytes = 0;
    for (size_t i = 0; i < reader->n_reads; i++)
        n_bytes += reader->reads[i].n;
    SKR_TRY(skr_buffer_renew(&reader->packed, n_bytes > 0 ? n_bytes : 1, err));
    uint8_t *at = reader->packed.bytes;
    for (size_t i = 0; i < reader->n_reads; i++) {
        reader->reads[i].bytes = at;
        at += reader->reads[i].n;
    }
    SKR_CHECK(at == reader->packed.bytes + n_bytes);
    int status = SKR_OK;
    if (reader->n_reads > 1) {
        status = need_io(reader, err);
        if (status != SKR_OK)
            return status;
        reader->io->methods->read(reader->io, reader->reads, reader->n_reads);
    } else if (reader->n_reads == 1) {
        reader->reads[0].n_done = 0;
        skr_io_pread_rest(&reader->reads[0]);
    }
    for (size_t i = 0; i < reader->n_reads && status == SKR_OK; i++)
        status = skr_block_file_judge(reader->files[i], &reader->reads[i], err);
    reader->totals.n_bytes += n_bytes;
    reader->totals.n_reads += reader->n_reads;
    return status;
}

static void free_bytes(skr_cached *cached)
{
    free(cached);
}

/* A directory that names one place twice, with different lengths, is not believed. */
static int show_held(skr_block_reader *reader, const skr_block_ref *ref, skr_cached *cached,
                     skr_block_bytes *to, skr_err *err)
{
    to->held = cached;
    to->cache = reader->cache;
    to->bytes = ((cached_bytes *)cached)->bytes;
    to->n = ref->n_raw;
    if (cached->n_bytes == sizeof(cached_bytes) + ref->n_raw)
        return SKR_OK;
    let_go(to);
    return skr_fail(err, SKR_ERR_CORRUPT, "two blocks begin at %" PRIu64, ref->offset);
}

/* Decodes into memory that the cache takes over, or that belongs to `to`. */
static int decode_held(skr_block_reader *reader, const skr_block_wish *wish, const uint8_t *packed,
                       skr_block_bytes *to, skr_err *err)
{
    if (reader->cache == NULL) {
        int status = skr_buffer_renew(&to->own, wish->ref.n_raw + (size_t)1, err);
        if (status == SKR_OK)
            status = skr_block_decode(reader->decoder, &wish->ref, packed, to->own.bytes, err);
        to->bytes = to->own.bytes;
        return status;
    }
    size_t n_bytes = sizeof(cached_bytes) + wish->ref.n_raw;
    cached_bytes *entry = malloc(n_bytes);
    if (entry == NULL)
        return skr_fail_nomem(err, "reader");
    entry->cached = (skr_cached){.free = free_bytes};
    int status = skr_block_decode(reader->decoder, &wish->ref, packed, entry->bytes, err);
    if (status != SKR_OK) {
        free(entry);
        return status;
    }
    return show_held(reader, &wish->ref,
                     skr_block_cache_add(reader->cache, &wish->file->id, wish->ref.offset,
                                         SKR_CACHED_BLOCK, &entry->cached, n_bytes),
                     to, err);
}

/* May what was read for the only wish of a batch be given away as it is? */
static bool is_as_wanted(const skr_block_reader *reader, const skr_block_wish *wish)
{
    return wish->raw != NULL && wish->ref.codec == SKR_CODEC_PLAIN && reader->n_reads == 1 &&
           reader->reads[0].n == wish->ref.n_packed;
}

/* Gives the bytes that were read away, for those that the buffer had: nothing is copied. */
static int give_read(skr_block_reader *reader, const skr_block_wish *wish, skr_err *err)
{
    int status = skr_block_check(&wish->ref, reader->packed.bytes, err);
    if (status != SKR_OK)
        return status;
    skr_buffer given = reader->packed;
    reader->packed = *wish->raw;
    reader->packed.n = 0;
    *wish->raw = given;
    return SKR_OK;
}

/* Decodes to wish->raw, or to `held` where that is NULL. */
static int decode_wish(skr_block_reader *reader, const skr_block_wish *wish, placement place,
                       skr_block_bytes *held, skr_err *err)
{
    const uint8_t *packed =
        place.ahead != NULL ? place.ahead : reader->reads[place.read].bytes + place.at;
    int status = SKR_OK;
    if (wish->raw == NULL) {
        status = decode_held(reader, wish, packed, held, err);
        if (status == SKR_OK)
            held->n = wish->ref.n_raw;
    } else if (place.is_alone && is_as_wanted(reader, wish)) {
        status = give_read(reader, wish, err);
        if (status == SKR_OK)
            wish->raw->n = wish->ref.n_raw;
    } else {
        status = skr_buffer_renew(wish->raw, wish->ref.n_raw, err);
        if (status == SKR_OK)
            status = skr_block_decode(reader->decoder, &wish->ref, packed, wish->raw->bytes, err);
        if (status == SKR_OK)
            wish->raw->n = wish->ref.n_raw;
    }
    if (status != SKR_OK)
        return skr_fail_in(err, status, "%s", wish->file->id.name);
    reader->totals.n_blocks++;
    reader->totals.n_raw += wish->ref.n_raw;
    return SKR_OK;
}

/* Reads and decodes as many of the wishes as make a batch; *ret_n is how many. */
static int get_batch(skr_block_reader *reader, const skr_block_wish *wishes, size_t n,
                     skr_block_bytes *held, size_t *ret_n, skr_err *err)
{
    SKR_TRY(skr_block_reader_may_read(err));
    uint64_t began_ns = skr_clock_ns();
    int status = plan_batch(reader, wishes, n, ret_n, err);
    if (status == SKR_OK)
        status = read_batch(reader, err);
    for (size_t i = 0; i < reader->n_reads; i++)
        skr_block_file_unpin(reader->files[i]);
    uint64_t read_ns = skr_clock_ns();
    reader->placements[0].is_alone = *ret_n == 1;
    for (size_t i = 0; status == SKR_OK && i < *ret_n; i++)
        status = decode_wish(reader, &wishes[i], reader->placements[i], held, err);
    reader->totals.read_ns += read_ns - began_ns;
    reader->totals.unpack_ns += skr_clock_ns() - read_ns;
    return status;
}

int skr_block_reader_get(skr_block_reader *reader, const skr_block_wish *wishes, size_t n,
                         skr_err *err)
{
    size_t n_done = 0;
    while (n_done < n) {
        size_t n_batch = 0;
        SKR_TRY(get_batch(reader, wishes + n_done, n - n_done, NULL, &n_batch, err));
        n_done += n_batch;
    }
    return SKR_OK;
}

int skr_block_reader_hold(skr_block_reader *reader, const skr_block_file *file,
                          const skr_block_ref *ref, skr_block_bytes *bytes, skr_err *err)
{
    let_go(bytes);
    if (reader->cache != NULL)
        bytes->held = skr_block_cache_find(reader->cache, &file->id, ref->offset, SKR_CACHED_BLOCK);
    if (bytes->held != NULL) {
        reader->totals.n_found++;
        return show_held(reader, ref, bytes->held, bytes, err);
    }
    const skr_block_wish wish = {file, *ref, NULL};
    size_t n_batch = 0;
    return get_batch(reader, &wish, 1, bytes, &n_batch, err);
}

skr_reader_totals *skr_block_reader_totals(skr_block_reader *reader)
{
    return &reader->totals;
}

void skr_reader_totals_add(skr_reader_totals *totals, const skr_reader_totals *more)
{
    totals->n_reads += more->n_reads;
    totals->n_bytes += more->n_bytes;
    totals->n_blocks += more->n_blocks;
    totals->n_raw += more->n_raw;
    totals->n_found += more->n_found;
    totals->read_ns += more->read_ns;
    totals->unpack_ns += more->unpack_ns;
    totals->decode_ns += more->decode_ns;
}

void skr_block_reader_free(skr_block_reader *reader)
{
    if (reader == NULL)
        return;
    skr_read_ahead_free(reader->ahead, reader->io);
    skr_io_free(reader->io);
    skr_block_decoder_free(reader->decoder);
    skr_buffer_done(&reader->packed);
    free(reader);
}
