/*
 * block_file_fuzz.c - any bytes as a block file: refused, or read without running outside.
 *
 * Each input is tried as it is, and with the checksums of header, trailer and directory put right.
 * Every 24 bytes of the directory are then taken for a reference, with a right checksum. Files of
 * the kind REFERENCE are also read as a reference.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage/base/crc32c.h"
#include "storage/block/format.h"
#include "storage/reference/reference.h"

#define REFS_MAX 16u

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

static void check(bool is_right)
{
    if (!is_right)
        abort();
}

static bool is_refusal(int status)
{
    return status == SKR_ERR_CORRUPT || status == SKR_ERR_VERSION;
}

static uint64_t get(const uint8_t *bytes, unsigned n)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < n; i++)
        value |= (uint64_t)bytes[i] << 8 * i;
    return value;
}

static void put(uint8_t *bytes, uint64_t value, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        bytes[i] = (uint8_t)(value >> 8 * i);
}

static void ignore_fault(void *context, const char *text)
{
    check(strchr(text, '\n') == NULL);
    ++*(size_t *)context;
}

static void try_refs(const skr_block_file *file, const uint8_t *bytes, size_t n_bytes)
{
    skr_block_reader *reader = NULL;
    skr_buffer raw = {0};
    skr_err err = {0};
    size_t n = 0;
    const uint8_t *directory = skr_block_file_directory(file, &n);
    check(skr_block_reader_new(SKR_IO_PREAD, &reader, &err) == SKR_OK);
    skr_cursor cursor = skr_cursor_of(directory, n);
    for (size_t i = 0; i < REFS_MAX && (size_t)(cursor.end - cursor.at) >= 24; i++) {
        skr_block_ref ref = skr_block_ref_take(&cursor);
        if (ref.offset <= n_bytes && ref.n_packed <= n_bytes - ref.offset)
            ref.crc = skr_crc32c(bytes + ref.offset, ref.n_packed);
        skr_block_wish wish = {.file = file, .ref = ref, .raw = &raw};
        int status = skr_block_reader_get(reader, &wish, 1, &err);
        check(is_refusal(status) || (status == SKR_OK && raw.n == ref.n_raw));
    }
    skr_buffer_done(&raw);
    skr_block_reader_free(reader);
}

static void try_reference(const char *folder, const skr_file_id *id)
{
    skr_reference *reference = NULL;
    skr_err err = {0};
    char bases[64];
    uint32_t n = 0;
    size_t n_faults = 0;
    check(skr_reference_verify(folder, id, ignore_fault, &n_faults, &err) == SKR_OK);
    int status = skr_reference_open(folder, id, &reference, &err);
    check(status == SKR_OK || is_refusal(status));
    for (uint32_t i = 0; status == SKR_OK && i < skr_reference_n_contigs(reference); i++) {
        status = skr_reference_bases(reference, i, 3, sizeof bases, bases, &n, &err);
        check(status == SKR_OK || is_refusal(status));
        check(n <= sizeof bases);
    }
    skr_reference_close(reference);
}

static void try_file(const char *folder, const uint8_t *bytes, size_t n_bytes)
{
    static const char name[] = "fuzz-1.skr";
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *out = fopen(path, "wb");
    check(out != NULL && fwrite(bytes, 1, n_bytes, out) == n_bytes && fclose(out) == 0);

    skr_file_id id = {.n_bytes = n_bytes};
    memcpy(id.name, name, sizeof name);
    skr_file_kind kind = SKR_FILE_GENES;
    if (n_bytes >= SKR_FORMAT_FILE_SIZE_MIN) {
        const uint8_t *trailer = bytes + n_bytes - SKR_FORMAT_TRAILER_SIZE;
        id.directory_crc = (uint32_t)get(trailer + SKR_FORMAT_TRAILER_REF_AT + 16, 4);
        uint64_t stated = get(bytes + SKR_FORMAT_KIND_AT, 4);
        kind = stated == SKR_FILE_REFERENCE ? SKR_FILE_REFERENCE : SKR_FILE_GENES;
    }
    skr_block_file *file = NULL;
    skr_err err = {0};
    size_t n_faults = 0;
    int status = skr_block_file_open(folder, &id, kind, &file, &err);
    check(status == SKR_OK || is_refusal(status));
    check(skr_block_file_verify(folder, &id, kind, NULL, 0, ignore_fault, &n_faults, &err) ==
          SKR_OK);
    check(status == SKR_OK || n_faults > 0);
    if (status == SKR_OK) {
        try_refs(file, bytes, n_bytes);
        if (kind == SKR_FILE_REFERENCE)
            try_reference(folder, &id);
    }
    skr_block_file_close(file);
    (void)unlink(path);
}

/* Puts right what a forger would put right. */
static void seal(uint8_t *bytes, size_t n_bytes)
{
    uint8_t *trailer = bytes + n_bytes - SKR_FORMAT_TRAILER_SIZE;
    memcpy(bytes, SKR_FORMAT_HEADER_MAGIC, SKR_FORMAT_MAGIC_SIZE);
    put(bytes + SKR_FORMAT_VERSION_AT, SKR_FORMAT_VERSION, 4);
    memset(bytes + SKR_FORMAT_HEADER_ZERO_AT, 0, SKR_FORMAT_CRC_AT - SKR_FORMAT_HEADER_ZERO_AT);
    put(bytes + SKR_FORMAT_CRC_AT, skr_crc32c(bytes, SKR_FORMAT_CRC_AT), 4);
    uint64_t kind = get(bytes + SKR_FORMAT_KIND_AT, 4);
    memcpy(trailer, SKR_FORMAT_TRAILER_MAGIC, SKR_FORMAT_MAGIC_SIZE);
    put(trailer + SKR_FORMAT_TRAILER_N_BYTES_AT, n_bytes, 8);
    put(trailer + SKR_FORMAT_TRAILER_KIND_AT, kind, 4);
    memset(trailer + SKR_FORMAT_TRAILER_ZERO_AT, 0, SKR_FORMAT_CRC_AT - SKR_FORMAT_TRAILER_ZERO_AT);
    uint64_t offset = get(trailer + SKR_FORMAT_TRAILER_REF_AT, 8);
    uint64_t n_packed = get(trailer + SKR_FORMAT_TRAILER_REF_AT + 8, 4);
    if (offset <= n_bytes && n_packed <= n_bytes - offset)
        put(trailer + SKR_FORMAT_TRAILER_REF_AT + 16, skr_crc32c(bytes + offset, n_packed), 4);
    put(trailer + SKR_FORMAT_CRC_AT, skr_crc32c(trailer, SKR_FORMAT_CRC_AT), 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    char folder[] = "/tmp/skr_fuzz_XXXXXX";
    check(mkdtemp(folder) != NULL);
    try_file(folder, bytes, n_bytes);
    uint8_t *sealed = malloc(n_bytes + 1);
    check(sealed != NULL);
    if (n_bytes >= SKR_FORMAT_FILE_SIZE_MIN) {
        memcpy(sealed, bytes, n_bytes);
        seal(sealed, n_bytes);
        try_file(folder, sealed, n_bytes);
    }
    free(sealed);
    (void)rmdir(folder);
    return 0;
}
