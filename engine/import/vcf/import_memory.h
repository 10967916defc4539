/*
 * import_memory.h - how the memory that an import may take is shared out.
 *
 * The budget (--memory) is for what files hold, whatever they claim. Half is for fragments before
 * they are spilled; the rest for what is read in one piece, which lies in memory up to five times
 * while it grows. What samples need comes on top: a line of a million people is a hundred MiB.
 */
#ifndef SKR_ENGINE_IMPORT_VCF_IMPORT_MEMORY_H
#define SKR_ENGINE_IMPORT_VCF_IMPORT_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include "storage/base/err.h"

/* The budget of a request that names one in MiB, or none (0), in bytes. Errors: USAGE, too small.
 */
SKR_MUST_USE int skr_import_memory_of(uint32_t mib, size_t *ret_n_memory, skr_err *err);

/* Bytes of fragments in memory. */
size_t skr_import_memory_fragments(size_t n_memory);

/* Bytes of runs of coverage in memory, and as many again when they are packed. */
size_t skr_import_memory_coverage(size_t n_memory);

/* Bytes of a whole header, the names of the samples among them. */
size_t skr_import_memory_header(size_t n_memory);

/* Bytes that the tags and contigs of a header may take when they are kept. */
size_t skr_import_memory_declared(size_t n_memory);

/* Bytes of one line or record. */
size_t skr_import_memory_line(size_t n_memory, uint32_t n_samples);

/* Alleles and bases of longer ones that one record may name. */
uint32_t skr_import_memory_entries(size_t n_memory);

#endif
