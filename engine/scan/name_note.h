/*
 * name_note.h - what the rows around an allele asked for by name say of its REF.
 *
 * Noted by any thread while their tile is at hand, so that most questions pay nothing for it.
 */
#ifndef SKR_ENGINE_SCAN_NAME_NOTE_H
#define SKR_ENGINE_SCAN_NAME_NOTE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "storage/segment/segment.h"

/* Of a REF, so many bases are compared with records. */
#define SKR_NOTED_BASES 64u

/* What the rows around an allele asked for by name say. Zeroed at first. */
typedef struct skr_named_note {
    atomic_uint_fast64_t agrees; /* the bases of its REF that a record has, too */
    atomic_uint_fast64_t differs;
    atomic_char bases[SKR_NOTED_BASES]; /* that a record has where it differs */
    atomic_bool is_unassessed;          /* no record names it, and nobody was called there */
} skr_named_note;

/* A bit for each base of a key's REF that is compared. */
uint64_t skr_name_note_bases(const skr_allele *key);

/* Notes what the rows of a tile around `row` say of a key; row is the first at its place or after.
 */
void skr_name_note_rows(skr_named_note *note, const skr_allele *key, const skr_tile_rows *rows,
                        uint32_t row);

#endif
