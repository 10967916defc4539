/*
 * unpack_threads.c - threads unpack one batch while their owner writes to the one before.
 */
#include "engine/import/vcf/vcf_blocks.h"
#include "tests/support/bgzf_file.h"
#include "tests/support/temp_folder.h"

#define N_BYTES 12000000u

static void unpack(const char *path, unsigned n_threads, const uint8_t *want)
{
    skr_err err;
    skr_blocks *blocks = NULL;
    skr_block_batch batch = {0};
    size_t n = 0;
    size_t n_rest = 0;
    skr_input *source = NULL;
    const skr_input_plan plan = {path, path, NULL};
    SKR_CHECK(skr_input_open(&plan, &source, &err) == SKR_OK);
    SKR_CHECK(skr_blocks_new(source, n_threads, &blocks, &err) == SKR_OK);
    while (!batch.is_end) {
        SKR_CHECK(skr_blocks_next(blocks, n_rest, &batch, &err) == SKR_OK && !batch.is_bad);
        SKR_CHECK(n + batch.n <= N_BYTES && memcmp(batch.bytes, want + n, batch.n) == 0);
        n_rest = batch.is_end ? 0 : batch.n / 3;
        n += batch.n - n_rest;
        memset(batch.bytes, 0, batch.n - n_rest);
    }
    SKR_CHECK(n == N_BYTES && skr_blocks_has_end_mark(blocks));
    skr_blocks_free(blocks);
    skr_input_close(source);
}

int main(void)
{
    test_folder folder = test_folder_make();
    test_random random = test_random_drawn("unpack_threads");
    uint8_t *bytes = test_drawn_bytes(&random, N_BYTES);
    const char *path = test_folder_file(&folder, "a.gz");
    test_write_bgzf(&random, path, bytes, N_BYTES);
    for (unsigned n_threads = 1; n_threads <= 4; n_threads++)
        unpack(path, n_threads, bytes);
    free(bytes);
    test_folder_remove(&folder);
    return 0;
}
