/*
 * keyed_hash_int.h - SipHash-1-3: whoever does not know the secret cannot make two texts collide.
 *
 * Threads: no state.
 */
#ifndef SKR_API_HTTP_KEYED_HASH_INT_H
#define SKR_API_HTTP_KEYED_HASH_INT_H

#include <stddef.h>
#include <stdint.h>

/* The hash of n bytes under a secret. */
uint64_t skr_keyed_hash(const uint64_t secret[2], const void *bytes, size_t n);

#endif
