/*
 * small_store.h - a store whose content follows from its generation, for tests of storage.
 *
 * Generation g has the datasets d1 to dg, and one file of kind PEOPLE whose only block says g.
 */
#ifndef SKR_TESTS_SMALL_STORE_H
#define SKR_TESTS_SMALL_STORE_H

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "storage/base/check.h"
#include "storage/block/block_file.h"
#include "storage/store.h"

static inline int small_store_write_file(skr_txn *txn, uint64_t generation, skr_file_id *ret_id,
                                         skr_err *err)
{
    char name[SKR_FILE_NAME_MAX];
    skr_block_writer *writer = NULL;
    skr_block_ref ref;
    skr_buffer directory = {0};
    skr_txn_file_name(txn, "people", name);
    int status = skr_block_writer_new(skr_txn_folder(txn), name, SKR_FILE_PEOPLE, &writer, err);
    if (status == SKR_OK)
        status = skr_block_writer_put(writer, &generation, sizeof generation, SKR_CODEC_PLAIN, &ref,
                                      err);
    if (status == SKR_OK)
        status = skr_block_ref_put(&directory, &ref, err);
    if (status == SKR_OK)
        status = skr_block_writer_finish(writer, directory.bytes, directory.n, ret_id, err);
    skr_buffer_done(&directory);
    skr_block_writer_free(writer);
    return status;
}

/* Goes one generation on. */
static inline int small_store_advance(const char *folder, skr_err *err)
{
    skr_txn *txn = NULL;
    char *scratch = NULL;
    int status = skr_txn_begin(folder, &txn, err);
    if (status < 0)
        return status;
    skr_manifest *manifest = skr_txn_manifest(txn);
    uint64_t generation = manifest->generation + 1;
    char id[32];
    uint32_t index = 0;
    (void)snprintf(id, sizeof id, "d%" PRIu64, generation);
    status = skr_manifest_add_dataset(manifest, id, &index, err);
    if (status == SKR_OK)
        status = skr_txn_scratch_path(txn, &scratch, err);
    FILE *file = status == SKR_OK ? fopen(scratch, "w") : NULL;
    if (file != NULL)
        (void)fclose(file);
    free(scratch);
    if (status == SKR_OK)
        status = small_store_write_file(txn, generation, &manifest->people, err);
    if (status < 0) {
        skr_txn_abort(txn);
        return status;
    }
    uint64_t published = 0;
    status = skr_txn_commit(txn, &published, err);
    SKR_CHECK(status < 0 || published == generation);
    return status;
}

static inline int small_store_read_file(const skr_store *store, uint64_t *ret_value, skr_err *err)
{
    skr_block_file *file = NULL;
    skr_block_reader *reader = NULL;
    skr_buffer raw = {0};
    int status = skr_block_file_open(skr_store_folder(store), &skr_store_manifest(store)->people,
                                     SKR_FILE_PEOPLE, &file, err);
    if (status == SKR_OK)
        status = skr_block_reader_new(SKR_IO_PREAD, &reader, err);
    if (status == SKR_OK) {
        size_t n = 0;
        const uint8_t *directory = skr_block_file_directory(file, &n);
        skr_cursor cursor = skr_cursor_of(directory, n);
        skr_block_wish wish = {file, skr_block_ref_take(&cursor), &raw};
        status = skr_block_reader_get(reader, &wish, 1, err);
    }
    if (status == SKR_OK) {
        SKR_CHECK(raw.n == sizeof *ret_value);
        memcpy(ret_value, raw.bytes, raw.n);
    }
    skr_buffer_done(&raw);
    skr_block_reader_free(reader);
    skr_block_file_close(file);
    return status;
}

/* Reads everything; *ret_generation only if all of it is of that generation. 0: no store. */
static inline int small_store_read(const char *folder, uint64_t *ret_generation, skr_err *err)
{
    skr_store *store = NULL;
    int status = skr_store_open(folder, &store, err);
    if (status == SKR_ERR_MISSING) {
        *ret_generation = 0;
        return SKR_OK;
    }
    uint64_t value = 0;
    if (status == SKR_OK)
        status = small_store_read_file(store, &value, err);
    if (status == SKR_OK) {
        const skr_manifest *manifest = skr_store_manifest(store);
        SKR_CHECK(manifest->generation == value);
        SKR_CHECK(manifest->n_datasets == value);
        *ret_generation = value;
    }
    skr_store_close(store);
    return status;
}

#endif
