/*
 * A digest is the one that other programs give, however its bytes come in.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage/block/digest.h"

static const char sha256_abc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

Test(digest, gives_known_digests_and_starts_anew)
{
    uint8_t bytes[SKR_DIGEST_SIZE];
    char text[2 * SKR_DIGEST_SIZE + 1];
    skr_digest *digest = NULL;
    cr_assert(zero(int, skr_digest_new(SKR_DIGEST_SHA256, &digest, NULL)));
    for (int round = 0; round < 2; round++) {
        skr_digest_update(digest, "a", 1);
        skr_digest_update(digest, "bc", 2);
        skr_digest_final(digest, bytes);
        skr_digest_hex(bytes, SKR_DIGEST_SIZE, text);
        cr_assert(eq(str, text, (char *)sha256_abc));
        cr_assert(zero(int, skr_digest_restart(digest, NULL)));
    }
    skr_digest_free(digest);

    cr_assert(zero(int, skr_digest_new(SKR_DIGEST_MD5, &digest, NULL)));
    skr_digest_update(digest, "ACGT", 4);
    skr_digest_final(digest, bytes);
    skr_digest_hex(bytes, SKR_DIGEST_MD5_SIZE, text);
    cr_assert(eq(str, text, "f1f8f4bf413b16ad135722aa4591043e"));
    skr_digest_free(digest);
    skr_digest_free(NULL);
}

Test(digest, reads_a_file_and_refuses_one_that_is_not_there)
{
    char path[] = "/tmp/skr_digest_XXXXXX";
    int fd = mkstemp(path);
    cr_assert(ge(int, fd, 0));
    cr_assert(eq(sz, (size_t)write(fd, "abc", 3), 3));
    close(fd);
    uint8_t bytes[SKR_DIGEST_SIZE];
    char text[2 * SKR_DIGEST_SIZE + 1];
    uint64_t n_bytes = 0;
    cr_assert(zero(int, skr_digest_file(path, bytes, &n_bytes, NULL)));
    skr_digest_hex(bytes, SKR_DIGEST_SIZE, text);
    cr_assert(eq(str, text, (char *)sha256_abc));
    cr_assert(eq(u64, n_bytes, 3));
    unlink(path);

    skr_err err = {0};
    cr_assert(eq(int, skr_digest_file(path, bytes, &n_bytes, &err), SKR_ERR_INPUT));
    cr_assert(ne(ptr, strstr(err.message, path), NULL));
    cr_assert(eq(int, skr_digest_file("/tmp", bytes, &n_bytes, &err), SKR_ERR_IO));
    cr_assert(eq(u64, n_bytes, 3), "untouched on failure");
}
