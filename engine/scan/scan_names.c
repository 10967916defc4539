/*
 * scan_names.c - what a scan notes of alleles asked for by name: around all its parts.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/scan/scan_int.h"

int skr_scan_names_begin(skr_scan *scan, skr_err *err)
{
    if (scan->scope.plan->n_named == 0 || scan->warnings == NULL)
        return SKR_OK;
    if (scan->scope.plan->n_named == 1) {
        memset(&scan->one_note, 0, sizeof scan->one_note);
        scan->scope.notes = &scan->one_note;
        return SKR_OK;
    }
    scan->scope.notes = calloc(scan->scope.plan->n_named, sizeof *scan->scope.notes);
    return scan->scope.notes != NULL ? SKR_OK : skr_fail_nomem(err, "a scan");
}

int skr_scan_names_end(skr_scan *scan, skr_err *err)
{
    int status = SKR_OK;
    for (size_t i = 0;
         scan->scope.notes != NULL && status == SKR_OK && i < scan->scope.plan->n_named; i++) {
        const skr_named_allele *named = &scan->scope.plan->named[i];
        bool is_nowhere = named->key->contig == SKR_NONE && scan->scope.warns_unassessed &&
                          scan->scope.access->policy.is_exact;
        if (!is_nowhere && !atomic_load(&scan->scope.notes[i].is_unassessed))
            continue;
        status =
            skr_warnings_add(scan->warnings, SKR_WARN_NOT_ASSESSED, NULL, 0, err,
                             "%.200s: nobody was assessed there",
                             named->source->text != NULL ? named->source->text : named->contig);
    }
    return status;
}
