/*
 * people_set.h - a set of individuals as it is kept and stored: a roaring bitmap.
 *
 * This is the one door to CRoaring (0.2.66 in Debian 12); no other file includes its header. Only
 * operations that were verified are used, and stored bytes are checked here before the library sees
 * them (people_set_check.c). The library cannot report that memory ran out: a call that grows a set
 * may end the process.
 *
 * A query works on flat bitmaps (engine/): sets are turned into them with skr_people_set_mark.
 *
 * Threads: any number may read a const set. A set being changed has one owner.
 */
#ifndef SKR_INDEX_PEOPLE_PEOPLE_SET_H
#define SKR_INDEX_PEOPLE_PEOPLE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/buffer.h"
#include "storage/base/err.h"

typedef struct skr_people_set skr_people_set;

/* An empty set. The caller owns *ret_set. Errors: NOMEM. */
SKR_MUST_USE int skr_people_set_new(skr_people_set **ret_set, skr_err *err);

/* Adds an individual; adding it again changes nothing. */
void skr_people_set_add(skr_people_set *set, uint32_t individual);

/* Takes an individual out; one that is not in it changes nothing. */
void skr_people_set_remove(skr_people_set *set, uint32_t individual);

/* Adds every individual of other. */
void skr_people_set_add_all(skr_people_set *set, const skr_people_set *other);

/* Whether it holds the individual. */
bool skr_people_set_contains(const skr_people_set *set, uint32_t individual);

/* How many individuals it holds. */
uint32_t skr_people_set_count(const skr_people_set *set);

/* How many are in both, without making their intersection. */
uint32_t skr_people_set_count_both(const skr_people_set *a, const skr_people_set *b);

/* Sets the bits of the set in a bitmap of n_people bits; individuals from n_people on are left out.
 */
void skr_people_set_mark(const skr_people_set *set, uint64_t *bitmap, uint32_t n_people);

/* Appends the stored bytes (docs/format.md, "People set"). Errors: NOMEM. */
SKR_MUST_USE int skr_people_set_encode(skr_people_set *set, skr_buffer *bytes, skr_err *err);

/*
 * From stored bytes, which are not believed and not kept. Every individual must be below n_people.
 * The caller owns *ret_set. Errors: CORRUPT, NOMEM.
 */
SKR_MUST_USE int skr_people_set_decode(const uint8_t *bytes, size_t n_bytes, uint32_t n_people,
                                       skr_people_set **ret_set, skr_err *err);

/*
 * Sets the bits of the set that stored bytes are in a bitmap of n_people bits, and makes no set:
 * for a question that wants thousands of small ones. The bytes are not believed; where they are
 * refused some bits may be set. bitmap NULL: nothing is set. *ret_n_members is how many it has.
 * Time: O(n_bytes). Errors: CORRUPT, naming the broken rule.
 */
SKR_MUST_USE int skr_people_set_mark_stored(const uint8_t *bytes, size_t n_bytes, uint32_t n_people,
                                            uint64_t *bitmap, uint32_t *ret_n_members,
                                            skr_err *err);

/* Frees a set. NULL is allowed. */
void skr_people_set_free(skr_people_set *set);

#endif
