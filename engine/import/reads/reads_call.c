/*
 * reads_call.c - what is judged in which order, and how it is told.
 */
#include <stdlib.h>

#include "engine/import/reads/reads_int.h"

/* How much observations of one kind are worth less than independent ones. */
#define DEPENDENCE 0.17

int skr_reads_calling_new(skr_reads_calling **ret_calling, skr_err *err)
{
    skr_reads_calling *calling = calloc(1, sizeof *calling);
    if (calling != NULL) {
        calling->model = errmod_init(DEPENDENCE);
        calling->scratch = bam_init1();
    }
    if (calling == NULL || calling->model == NULL || calling->scratch == NULL) {
        skr_reads_calling_free(calling);
        return skr_fail_nomem(err, "calls of reads");
    }
    *ret_calling = calling;
    return SKR_OK;
}

int skr_reads_judge(skr_reads_pass *pass, uint32_t end0, bool is_last, skr_err *err)
{
    /* Indels have to know the bases beside them that are called otherwise. */
    uint32_t snvs0 = is_last ? end0 : end0 + SKR_READS_SNV_LAG;
    if (snvs0 > pass->snvs0) {
        SKR_TRY(skr_reads_snvs(pass, snvs0, err));
        pass->snvs0 = snvs0;
    }
    return skr_reads_indels(pass, end0, is_last, err);
}
