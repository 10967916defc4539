/*
 * name_note.c - comparing the REF of rows with that of a name, base by base.
 */
#include "engine/scan/name_note.h"

#include <string.h>

#include "storage/base/check.h"

/* Rows before the place that are asked whether they span it. */
#define ROWS_BEFORE 32u

static bool is_base(char c)
{
    return c == 'A' || c == 'C' || c == 'G' || c == 'T';
}

uint64_t skr_name_note_bases(const skr_allele *key)
{
    uint64_t bits = 0;
    for (uint32_t i = 0; i < key->n_ref && i < SKR_NOTED_BASES; i++)
        bits |= (uint64_t)is_base(key->ref[i]) << i;
    return bits;
}

/* Notes where the REF of a row agrees with that of a key, and where not. */
static void compare_refs(skr_named_note *note, const skr_allele *key, const skr_tile_rows *rows,
                         uint32_t row)
{
    uint32_t n_key = key->n_ref < SKR_NOTED_BASES ? key->n_ref : SKR_NOTED_BASES;
    uint32_t from0 = key->start0 > rows->start0[row] ? key->start0 : rows->start0[row];
    uint32_t to0 = rows->start0[row] + rows->n_ref[row]; /* no letters of a structural one */
    uint64_t agrees = 0;
    uint64_t differs = 0;
    for (uint32_t at0 = from0; at0 < to0 && at0 < key->start0 + n_key; at0++) {
        uint32_t i = at0 - key->start0;
        char base = rows->ref[row][at0 - rows->start0[row]];
        if (!is_base(key->ref[i]) || !is_base(base))
            continue;
        agrees |= (uint64_t)(base == key->ref[i]) << i;
        differs |= (uint64_t)(base != key->ref[i]) << i;
        if (base != key->ref[i])
            atomic_store(&note->bases[i], base);
    }
    atomic_fetch_or(&note->agrees, agrees);
    atomic_fetch_or(&note->differs, differs);
}

void skr_name_note_rows(skr_named_note *note, const skr_allele *key, const skr_tile_rows *rows,
                        uint32_t row)
{
    SKR_ASSERT(row <= rows->n && (row == rows->n || rows->start0[row] >= key->start0));
    if (key->kind > SKR_ALLELE_DELINS)
        return;
    const uint64_t all = skr_name_note_bases(key);
    if (row < rows->n && rows->start0[row] == key->start0 && rows->n_ref[row] == key->n_ref &&
        memcmp(rows->ref[row], key->ref, key->n_ref) == 0) {
        atomic_fetch_or(&note->agrees, all);
        return;
    }
    for (uint32_t i = row; i < rows->n && rows->start0[i] < key->start0 + key->n_ref &&
                           i < row + ROWS_BEFORE && atomic_load(&note->agrees) != all;
         i++)
        compare_refs(note, key, rows, i);
    for (uint32_t i = row; i-- > 0 && row - i <= ROWS_BEFORE && atomic_load(&note->agrees) != all;)
        if (rows->end0[i] > key->start0)
            compare_refs(note, key, rows, i);
}
