/* digest.c - SHA-256 and MD5, by libcrypto. */
#include "storage/block/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage/base/check.h"

#define READ_SIZE (256u << 10)

struct skr_digest {
    EVP_MD_CTX *context;
    EVP_MD *method;
};

int skr_digest_new(skr_digest_kind kind, skr_digest **ret_digest, skr_err *err)
{
    skr_digest *digest = calloc(1, sizeof *digest);
    if (digest != NULL) {
        digest->context = EVP_MD_CTX_new();
        digest->method = EVP_MD_fetch(NULL, kind == SKR_DIGEST_MD5 ? "MD5" : "SHA256", NULL);
    }
    /* what can fail in libcrypto fails here, so that adding bytes cannot */
    if (digest == NULL || digest->context == NULL || digest->method == NULL ||
        EVP_DigestInit_ex2(digest->context, digest->method, NULL) != 1) {
        skr_digest_free(digest);
        return skr_fail(err, SKR_ERR_NOMEM, "libcrypto gives no %s: out of memory, or forbidden",
                        kind == SKR_DIGEST_MD5 ? "MD5" : "SHA-256");
    }
    *ret_digest = digest;
    return SKR_OK;
}

void skr_digest_update(skr_digest *digest, const void *bytes, size_t n)
{
    SKR_CHECK(EVP_DigestUpdate(digest->context, bytes, n) == 1);
}

void skr_digest_final(skr_digest *digest, uint8_t *ret_bytes)
{
    SKR_CHECK(EVP_DigestFinal_ex(digest->context, ret_bytes, NULL) == 1);
}

int skr_digest_restart(skr_digest *digest, skr_err *err)
{
    if (EVP_DigestInit_ex2(digest->context, digest->method, NULL) == 1)
        return SKR_OK;
    return skr_fail_nomem(err, "libcrypto");
}

void skr_digest_free(skr_digest *digest)
{
    if (digest == NULL)
        return;
    EVP_MD_CTX_free(digest->context);
    EVP_MD_free(digest->method);
    free(digest);
}

static int add_file(skr_digest *digest, int fd, const char *path, uint64_t *ret_n_bytes,
                    skr_err *err)
{
    uint8_t *bytes = malloc(READ_SIZE);
    if (bytes == NULL)
        return skr_fail_nomem(err, path);
    int status = SKR_OK;
    uint64_t n_bytes = 0;
    for (;;) {
        ssize_t n = read(fd, bytes, READ_SIZE);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            status = skr_fail(err, SKR_ERR_IO, "%s: cannot read: %s", path, strerror(errno));
        if (n <= 0)
            break;
        skr_digest_update(digest, bytes, (size_t)n);
        n_bytes += (uint64_t)n;
    }
    free(bytes);
    if (status == SKR_OK)
        *ret_n_bytes = n_bytes;
    return status;
}

int skr_digest_file(const char *path, uint8_t ret_digest[SKR_DIGEST_SIZE], uint64_t *ret_n_bytes,
                    skr_err *err)
{
    skr_digest *digest = NULL;
    uint64_t n_bytes = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int status = SKR_OK;
    if (fd < 0) {
        status =
            skr_fail(err, skr_err_of_input(errno), "%s: cannot open: %s", path, strerror(errno));
        goto out;
    }
    status = skr_digest_new(SKR_DIGEST_SHA256, &digest, err);
    if (status != SKR_OK)
        goto out;
    status = add_file(digest, fd, path, &n_bytes, err);
    if (status != SKR_OK)
        goto out;
    skr_digest_final(digest, ret_digest);
    if (ret_n_bytes != NULL)
        *ret_n_bytes = n_bytes;
out:
    skr_digest_free(digest);
    if (fd >= 0)
        (void)close(fd);
    return status;
}
