/*
 * segment_marks.h - who carries any of some rows: marks of samples, which are bits only once they
 * are finished.
 *
 * Of rows that lie in an order only where runs begin and end is noted, for many rows at once. There
 * is no way to look at marks that are not finished.
 */
#ifndef SKR_STORAGE_SEGMENT_SEGMENT_MARKS_H
#define SKR_STORAGE_SEGMENT_SEGMENT_MARKS_H

#include "storage/segment/segment.h"

typedef struct skr_segment_marks skr_segment_marks;

/* Empty marks of the rows of a view, which must outlive them. The caller owns them. Errors: NOMEM.
 */
SKR_MUST_USE int skr_segment_marks_new(skr_segment_view *view, skr_segment_marks **ret_marks,
                                       skr_err *err);

/* Frees. NULL is allowed. */
void skr_segment_marks_free(skr_segment_marks *marks);

/*
 * Marks all carriers of n rows of a tile, as those of segment.h that ask about rows. Not between
 * finish and clear (checked). On failure some may be marked. Errors: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_segment_marks_add(skr_segment_marks *marks, size_t tile, const uint32_t *rows,
                                       uint32_t n, skr_err *err);

/*
 * Those who were marked: a bit a sample, 64 a word, none past the last. They belong to the marks;
 * the caller may change them, until clear.
 */
uint64_t *skr_segment_marks_finish(skr_segment_marks *marks);

/* Empties marks, finished or not. */
void skr_segment_marks_clear(skr_segment_marks *marks);

#endif
