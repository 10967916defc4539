/* genotype_scan.c - the choice of the table for this CPU. */
#include "engine/import/genotypes/genotype_scan.h"

#include <string.h>

#include "storage/carriers/kernel.h"

const skr_genotype_scan *skr_genotype_scan_chosen(void)
{
    const skr_genotype_scan *const tables[] = {skr_genotype_scan_avx512(), skr_genotype_scan_avx2(),
                                               skr_genotype_scan_plain()};
    const char *name = skr_kernels_chosen()->name;
    size_t i = strcmp(name, "avx512") == 0 ? 0 : strcmp(name, "avx2") == 0 ? 1 : 2;
    while (tables[i] == NULL)
        i++;
    return tables[i];
}
