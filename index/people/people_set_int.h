/*
 * people_set_int.h - the proof that stored bytes are a people set.
 *
 * Threads: no state.
 */
#ifndef SKR_INDEX_PEOPLE_PEOPLE_SET_INT_H
#define SKR_INDEX_PEOPLE_PEOPLE_SET_INT_H

#include <stddef.h>
#include <stdint.h>

#include "storage/base/err.h"

/*
 * Walks stored bytes by every rule of docs/format.md ("People set"); allocates nothing. All
 * individuals must be below n_people; *ret_n_members is how many there are. Time: O(n_bytes).
 * Errors: CORRUPT, naming the broken rule.
 */
SKR_MUST_USE int skr_people_set_check(const uint8_t *bytes, size_t n_bytes, uint32_t n_people,
                                      uint32_t *ret_n_members, skr_err *err);

#endif
