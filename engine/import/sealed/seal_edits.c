/* seal_edits.c - walks along an edit list. */
#include "engine/import/sealed/seal_edits.h"

void skr_seal_edits_init(skr_seal_edits *edits, const uint64_t *lengths, uint32_t n)
{
    *edits = (skr_seal_edits){.lengths = lengths, .n = n, .is_kept = true};
}

size_t skr_seal_edits_next(skr_seal_edits *edits, size_t n, bool *ret_is_kept)
{
    while (edits->n_left == 0 && edits->at < edits->n) {
        edits->is_kept = edits->at % 2 == 1;
        edits->n_left = edits->lengths[edits->at++];
    }
    if (edits->n_left == 0) { /* after the list */
        *ret_is_kept = edits->n % 2 == 1 || edits->n == 0;
        return n;
    }
    size_t n_here = edits->n_left < n ? (size_t)edits->n_left : n;
    edits->n_left -= n_here;
    *ret_is_kept = edits->is_kept;
    return n_here;
}
