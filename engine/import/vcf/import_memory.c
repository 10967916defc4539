/* import_memory.c - the shares of an import's memory. */
#include "engine/import/vcf/import_memory.h"

#include "storage/base/limits.h"

/* A line with more is beyond what any field of 32 bits can tell. */
#define LINE_MAX_BYTES ((size_t)INT32_MAX)

/* Of an allele with its lists and claims. 60 replacements of 18,000 bases occur in real data, and
 * must fit the usual budget. */
#define ENTRY_BYTES 448u

int skr_import_memory_of(uint32_t mib, size_t *ret_n_memory, skr_err *err)
{
    if (mib == 0)
        mib = SKR_IMPORT_MEMORY_MIB;
    if (mib < SKR_IMPORT_MEMORY_MIB_MIN)
        return skr_fail(err, SKR_ERR_USAGE, "--memory %u: an import needs at least %u MiB", mib,
                        SKR_IMPORT_MEMORY_MIB_MIN);
    *ret_n_memory = (size_t)mib << 20;
    return SKR_OK;
}

size_t skr_import_memory_fragments(size_t n_memory)
{
    return n_memory / 2;
}

size_t skr_import_memory_coverage(size_t n_memory)
{
    return n_memory / 8;
}

size_t skr_import_memory_header(size_t n_memory)
{
    return n_memory / 8;
}

size_t skr_import_memory_declared(size_t n_memory)
{
    return n_memory / 4;
}

size_t skr_import_memory_line(size_t n_memory, uint32_t n_samples)
{
    size_t n = n_memory / 16 + (size_t)n_samples * SKR_SAMPLE_TEXT_MAX;
    return n < LINE_MAX_BYTES ? n : LINE_MAX_BYTES;
}

uint32_t skr_import_memory_entries(size_t n_memory)
{
    return (uint32_t)(n_memory / ENTRY_BYTES);
}
