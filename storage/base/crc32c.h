/*
 * crc32c.h - the checksum of every stored byte (CRC-32C, Castagnoli, RFC 3720 appendix B.4).
 */
#ifndef SKR_STORAGE_BASE_CRC32C_H
#define SKR_STORAGE_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* The CRC-32C of n bytes. Uses the processor's instruction where there is one. */
uint32_t skr_crc32c(const void *bytes, size_t n);

/* The same without the instruction: for other processors, and for tests to compare with. */
uint32_t skr_crc32c_plain(const void *bytes, size_t n);

#endif
