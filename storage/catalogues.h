/*
 * catalogues.h - which catalogues a store has: renewed whenever a generation is published.
 *
 * Deliveries come one by one, and a catalogue of all of them, written anew each time, would cost
 * more than they do. So catalogues are made in levels: of so many segments that are in none, of so
 * many catalogues of about as many members; and of everything where that is paid for by what the
 * segments themselves cost (docs/decisions/0010).
 */
#ifndef SKR_STORAGE_CATALOGUES_H
#define SKR_STORAGE_CATALOGUES_H

#include "storage/manifest.h"

/*
 * Takes out catalogues of which a member is gone, and writes those that are due into the folder;
 * all_at_once: one of each dataset and assembly. What cannot be made is left out: a store is
 * complete without; then *ret_why, which may be NULL, says of the last one why. Errors: NOMEM.
 */
SKR_MUST_USE int skr_catalogues_renew(const char *folder, skr_manifest *manifest, bool all_at_once,
                                      skr_err *ret_why, skr_err *err);

#endif
