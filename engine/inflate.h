/*
 * inflate.h - inflates what packed well: long matches at short distances, as genotypes have.
 *
 * The library copies a match at a distance below 8 byte by byte, which is most of its work on a
 * file of genotypes. Here such a match is a pattern that is stored 16 bytes at a time.
 *
 * Pure functions; the bytes are not believed.
 */
#ifndef SKR_ENGINE_INFLATE_H
#define SKR_ENGINE_INFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes behind the packed ones that are read. */
#define SKR_INFLATE_SPARE 16u

/*
 * Inflates n_packed bytes, behind which SKR_INFLATE_SPARE more may be read, into exactly n_raw
 * bytes at raw. False: the data is damaged, or of a kind that is left to the library (codes of more
 * than 12 bits, stored blocks), and raw holds anything. The caller compares the sum of the bytes.
 */
bool skr_inflate(const uint8_t *packed, size_t n_packed, uint8_t *raw, size_t n_raw);

#endif
