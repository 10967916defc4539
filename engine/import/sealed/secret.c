/* secret.c - memory for keys and passphrases: locked, in no core, overwritten. */
#include "engine/import/sealed/secret.h"

#include <openssl/crypto.h>
#include <sys/mman.h>

void skr_secret_wipe(void *bytes, size_t n)
{
    if (bytes != NULL)
        OPENSSL_cleanse(bytes, n);
}

void *skr_secret_new(size_t n)
{
    void *secret = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (secret == MAP_FAILED)
        return NULL;
    (void)mlock(secret, n);
    (void)madvise(secret, n, MADV_DONTDUMP);
    return secret;
}

void skr_secret_free(void *secret, size_t n)
{
    if (secret == NULL)
        return;
    OPENSSL_cleanse(secret, n);
    (void)munmap(secret, n);
}
