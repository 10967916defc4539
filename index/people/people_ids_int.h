/*
 * people_ids_int.h - the ids of individuals, stored in ascending order in blocks, and whose they
 * are.
 *
 * An id is found by reading one block; many ids are found in one pass over the blocks that they lie
 * in. Nothing is read when the list is opened.
 *
 * Threads: none at a time but with a list that is loaded, which any number may read; the people
 * table has the lock.
 */
#ifndef SKR_INDEX_PEOPLE_PEOPLE_IDS_INT_H
#define SKR_INDEX_PEOPLE_PEOPLE_IDS_INT_H

#include <stddef.h>
#include <stdint.h>

#include "index/blob.h"
#include "index/people/people.h"
#include "storage/block/block_file.h"

/* ------------------------------------------------------------------ writing */

typedef struct skr_id_entry {
    const char *id;
    uint32_t individual;
} skr_id_entry;

/*
 * Writes the ids, which ascend by their bytes, none twice, and appends their part of the directory.
 * Errors: IO, NOMEM.
 */
SKR_MUST_USE int skr_people_ids_write(skr_block_writer *writer, const skr_id_entry *entries,
                                      uint32_t n, skr_buffer *directory, skr_err *err);

/* ------------------------------------------------------------------ reading */

typedef struct skr_people_ids skr_people_ids;

/* Takes the ids of n_people from a directory, which must stay, as must the file. The caller owns
 * *ret_ids. Errors: CORRUPT, NOMEM. */
SKR_MUST_USE int skr_people_ids_take(const skr_block_file *file, skr_cursor *directory,
                                     uint32_t n_people, skr_people_ids **ret_ids, skr_err *err);

/* Frees. NULL is allowed. */
void skr_people_ids_free(skr_people_ids *ids);

/*
 * The individual of each of n ids, SKR_NONE for one that is not there; in any order, though
 * ascending is fastest. Errors: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_people_ids_find(skr_people_ids *ids, skr_block_reader *reader,
                                     const skr_id_text *texts, size_t n, uint32_t *ret_individuals,
                                     skr_err *err);

/* Reads all ids, once. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_people_ids_load(skr_people_ids *ids, skr_block_reader *reader, skr_err *err);

/* Was skr_people_ids_load done? Any thread may ask. */
bool skr_people_ids_are_loaded(const skr_people_ids *ids);

/* Of loaded ids: how many there are; the id of an individual, "" if it has none any more; and the
 * individual whose id has a place in ascending order. */
uint32_t skr_people_ids_count(const skr_people_ids *ids);
const char *skr_people_ids_at(const skr_people_ids *ids, uint32_t individual);
uint32_t skr_people_ids_sorted(const skr_people_ids *ids, uint32_t place);

/* Appends the references of all blocks to a list. Errors: NOMEM. */
SKR_MUST_USE int skr_people_ids_list(const skr_people_ids *ids, skr_ref_list *list, skr_err *err);

#endif
