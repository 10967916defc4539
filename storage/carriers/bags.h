/*
 * bags.h - the carriers of a row that are no plain ones, as they are stored after those.
 *
 * Threads: no state.
 */
#ifndef SKR_STORAGE_CARRIERS_BAGS_H
#define SKR_STORAGE_CARRIERS_BAGS_H

#include "storage/carriers/carriers.h"
#include "storage/carriers/gap_list.h"

/* Appends the bags of carriers, which has some. Errors: NOMEM. */
SKR_MUST_USE int skr_bags_encode(const skr_carriers *carriers, skr_buffer *bytes, skr_err *err);

/* Where the bags of a row lie. */
typedef struct skr_bags_part {
    uint32_t n;
    uint32_t n_samples;
    skr_cursor at; /* samples, then values */
} skr_bags_part;

/* Finds bags of n_samples samples; the cursor moves after them, or says that they are not there.
 */
skr_bags_part skr_bags_find(skr_cursor *cursor, uint32_t n_samples);

/* Reads bags a block at a time. It does not move in memory while it reads. */
typedef struct skr_bags_reader {
    skr_cursor samples_at;
    skr_cursor values;
    skr_gap_reader samples;
} skr_bags_reader;

/* Puts the reader before the first bag. */
void skr_bags_reader_start(skr_bags_reader *reader, const skr_bags_part *part);

/*
 * Reads the next bags, for which there is room for SKR_GAP_BLOCK, and returns how many there are: 0
 * at the end, and when the bytes are bad, which skr_bags_reader_is_bad then says.
 */
uint32_t skr_bags_reader_next(skr_bags_reader *reader, skr_bag *bags);
bool skr_bags_reader_is_bad(const skr_bags_reader *reader);

#endif
