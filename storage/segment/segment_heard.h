/*
 * segment_heard.h - what some of a segment's samples say of a row: is it a row for them, and did a
 * record of theirs pass FILTER?
 *
 * A row that only samples speak of who do not count is no row. Of a catalogue each member is heard
 * by itself: what one of them says of FILTER is the word of its own samples.
 */
#ifndef SKR_STORAGE_SEGMENT_SEGMENT_HEARD_H
#define SKR_STORAGE_SEGMENT_SEGMENT_HEARD_H

#include "storage/segment/segment.h"

/* Does a call set say something of a sample of who? */
bool skr_segment_calls_speak(const skr_sample_set *who, const skr_call_set *calls);

/* Does a row of a tile say something of a sample of who? Of a member that is in who as a whole a
 * row is enough. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_segment_view_is_spoken_of(skr_segment_view *view, size_t tile, uint32_t row,
                                               const skr_sample_set *who, bool *ret_is,
                                               skr_err *err);

/* The same of a row that passed FILTER. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_segment_view_is_passed(skr_segment_view *view, size_t tile, uint32_t row,
                                            const skr_sample_set *who, bool *ret_is, skr_err *err);

#endif
