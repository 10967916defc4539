/*
 * segment_marks.c - marks of samples that become bits when they are finished.
 *
 * A view notes the runs of rows in orders for one bitmap at a time; whoever turns to another one
 * ends those of the first. So several marks of one view may be used by turns.
 */
#include "storage/segment/segment_marks.h"

#include <stdlib.h>
#include <string.h>

#include "storage/base/check.h"
#include "storage/carriers/bits.h"
#include "storage/segment/segment_view_int.h"

struct skr_segment_marks {
    skr_segment_view *view;
    uint64_t *bits;
    bool is_open;     /* the view may still owe bits */
    bool is_finished; /* somebody looks at the bits */
};

int skr_segment_marks_new(skr_segment_view *view, skr_segment_marks **ret_marks, skr_err *err)
{
    skr_segment_marks *marks = calloc(1, sizeof *marks);
    if (marks == NULL)
        return skr_fail_nomem(err, "marks of samples");
    marks->view = view;
    int status = skr_bits_new(skr_segment_n_samples(view->segment), &marks->bits, err);
    if (status != SKR_OK) {
        free(marks);
        return status;
    }
    *ret_marks = marks;
    return SKR_OK;
}

/* What the view owes comes into the bits now. */
static void settle(skr_segment_marks *marks)
{
    if (marks->is_open)
        skr_segment_view_mark_end(marks->view);
    marks->is_open = false;
}

void skr_segment_marks_free(skr_segment_marks *marks)
{
    if (marks == NULL)
        return;
    settle(marks); /* the view forgets the bitmap */
    free(marks->bits);
    free(marks);
}

int skr_segment_marks_add(skr_segment_marks *marks, size_t tile, const uint32_t *rows, uint32_t n,
                          skr_err *err)
{
    SKR_CHECK(!marks->is_finished);
    marks->is_open = true; /* also when it fails halfway */
    return skr_segment_view_mark(marks->view, tile, rows, n, marks->bits, err);
}

uint64_t *skr_segment_marks_finish(skr_segment_marks *marks)
{
    settle(marks);
    marks->is_finished = true;
    return marks->bits;
}

void skr_segment_marks_clear(skr_segment_marks *marks)
{
    size_t n_words = skr_bits_words(skr_segment_n_samples(marks->view->segment));
    settle(marks);
    marks->is_finished = false;
    memset(marks->bits, 0, n_words * sizeof *marks->bits);
}
