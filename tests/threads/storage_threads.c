/*
 * storage_threads.c - many threads read one open block file, each with its own reader, while a
 * writer commits one generation after the other and others read those.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "tests/support/random.h"
#include "tests/support/small_store.h"
#include "tests/support/temp_folder.h"

#define N_READERS 4
#define N_BLOCKS 200
#define N_ROUNDS 40
#define N_GENERATIONS 30

typedef struct common {
    const skr_block_file *file;
    skr_block_ref refs[N_BLOCKS];
    char store[SKR_TEST_PATH_MAX + 16];
    atomic_bool is_over;
} common;

typedef struct worker {
    const common *all;
    uint64_t seed;
} worker;

/* What block b holds. Returns its length. */
static size_t make_block(size_t b, uint8_t *bytes)
{
    size_t n = b * 131 % 7000 + 1;
    memset(bytes, (int)(b & 0xff), n);
    return n;
}

static skr_file_id write_file(const char *folder, common *all)
{
    uint8_t bytes[7000];
    skr_block_writer *writer = NULL;
    skr_file_id id;
    SKR_CHECK(skr_block_writer_new(folder, "blocks-1.skr", SKR_FILE_GENES, &writer, NULL) == 0);
    for (size_t b = 0; b < N_BLOCKS; b++) {
        size_t n = make_block(b, bytes);
        skr_codec codec = b % 2 == 0 ? SKR_CODEC_PLAIN : SKR_CODEC_ZSTD;
        SKR_CHECK(skr_block_writer_put(writer, bytes, n, codec, &all->refs[b], NULL) == 0);
    }
    SKR_CHECK(skr_block_writer_finish(writer, "x", 1, &id, NULL) == 0);
    skr_block_writer_free(writer);
    return id;
}

static void *read_blocks(void *context)
{
    const worker *self = context;
    uint8_t expected[7000];
    test_random random = test_random_seeded(self->seed);
    skr_block_reader *reader = NULL;
    skr_buffer raw[8] = {{0}};
    SKR_CHECK(skr_block_reader_new(SKR_IO_AUTO, &reader, NULL) == 0);
    for (int round = 0; round < N_ROUNDS; round++) {
        skr_block_wish wishes[8];
        size_t blocks[8];
        for (size_t i = 0; i < 8; i++) {
            blocks[i] = test_random_below(&random, N_BLOCKS);
            wishes[i] = (skr_block_wish){self->all->file, self->all->refs[blocks[i]], &raw[i]};
        }
        SKR_CHECK(skr_block_reader_get(reader, wishes, 8, NULL) == 0);
        for (size_t i = 0; i < 8; i++) {
            size_t n = make_block(blocks[i], expected);
            SKR_CHECK(raw[i].n == n && memcmp(raw[i].bytes, expected, n) == 0);
        }
    }
    for (size_t i = 0; i < 8; i++)
        skr_buffer_done(&raw[i]);
    skr_block_reader_free(reader);
    return NULL;
}

static void *read_generations(void *context)
{
    const worker *self = context;
    uint64_t last = 0;
    while (!atomic_load(&self->all->is_over)) {
        skr_store *store = NULL;
        uint64_t value = 0;
        SKR_CHECK(skr_store_open(self->all->store, &store, NULL) == 0);
        uint64_t generation = skr_store_manifest(store)->generation;
        int status = small_store_read_file(store, &value, NULL);
        /* gone only where a writer was faster; store.h says so */
        SKR_CHECK(status == SKR_ERR_MISSING || (status == SKR_OK && value == generation));
        SKR_CHECK(generation >= last);
        last = generation;
        skr_store_close(store);
    }
    return NULL;
}

int main(void)
{
    static common all;
    test_folder folder = test_folder_make();
    test_folder store;
    (void)snprintf(store.path, sizeof store.path, "%.400s/store", folder.path);
    (void)snprintf(all.store, sizeof all.store, "%s", store.path);
    skr_file_id id = write_file(folder.path, &all);
    skr_block_file *file = NULL;
    SKR_CHECK(skr_block_file_open(folder.path, &id, SKR_FILE_GENES, &file, NULL) == 0);
    all.file = file;
    SKR_CHECK(small_store_advance(store.path, NULL) == 0);

    pthread_t threads[2 * N_READERS];
    worker workers[2 * N_READERS];
    for (size_t i = 0; i < 2 * N_READERS; i++) {
        workers[i] = (worker){&all, i + 1};
        SKR_CHECK(pthread_create(&threads[i], NULL, i < N_READERS ? read_blocks : read_generations,
                                 &workers[i]) == 0);
    }
    for (int i = 0; i < N_GENERATIONS; i++)
        SKR_CHECK(small_store_advance(store.path, NULL) == 0);
    atomic_store(&all.is_over, true);
    for (size_t i = 0; i < 2 * N_READERS; i++)
        SKR_CHECK(pthread_join(threads[i], NULL) == 0);
    skr_block_file_close(file);
    test_folder_remove(&store);
    test_folder_remove(&folder);
    return 0;
}
