/* kernel.c - the choice of the table of kernels, once in a process. */
#include "storage/carriers/kernel.h"
#include "storage/base/check.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const skr_kernels *chosen;

/* The widest that runs, up to the one that the environment names. */
static void choose(void)
{
    const skr_kernels *const tables[] = {skr_kernels_avx512(), skr_kernels_avx2(),
                                         skr_kernels_plain()};
    const char *name = getenv("SKERRY_KERNEL");
    for (size_t i = sizeof tables / sizeof *tables; i-- > 0;) {
        if (tables[i] == NULL)
            continue;
        chosen = tables[i];
        if (name != NULL && strcmp(name, chosen->name) == 0)
            return;
    }
    SKR_CHECK(chosen != NULL); /* every CPU runs the plain one */
}

const skr_kernels *skr_kernels_chosen(void)
{
    (void)pthread_once(&once, choose);
    return chosen;
}
