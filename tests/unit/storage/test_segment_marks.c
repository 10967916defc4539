/*
 * Marks become bits when they are finished, by turns over one view or not, and cannot be added to
 * until they are cleared.
 */
#include <signal.h>

#include "storage/segment/segment_marks.h"
#include "tests/support/random.h"
#include "tests/support/segment_written.h"

TestSuite(segment_marks, .init = set_up, .fini = tear_down);

#define N_MARKS 3u

typedef struct written {
    model m;
    skr_segment *segment;
    skr_block_reader *reader;
    skr_segment_view *view;
    const skr_tile *tiles;
    size_t n_tiles;
} written;

static written write_drawn(uint32_t n_samples, uint32_t n_rows)
{
    written w = {.m = model_new(n_samples, n_rows, 0, 3000)};
    skr_file_id id = write_model(&w.m, ROWS_FIRST, 3000);
    open_view(&id, &w.segment, &w.reader, &w.view);
    w.tiles = all_tiles(w.segment, &w.n_tiles);
    return w;
}

static void written_done(written *w)
{
    skr_segment_view_free(w->view);
    skr_block_reader_free(w->reader);
    skr_segment_close(w->segment);
    model_free(&w->m);
}

static skr_segment_marks *marks_of(const written *w)
{
    skr_segment_marks *marks = NULL;
    cr_assert(eq(int, skr_segment_marks_new(w->view, &marks, &err), SKR_OK));
    return marks;
}

static void mark_slowly(const model_row *row, uint64_t *bits)
{
    for (uint32_t i = 0; i < row->carriers.n; i++)
        bits[row->carriers.samples[i] / 64] |= UINT64_C(1) << row->carriers.samples[i] % 64;
    for (uint32_t i = 0; i < row->carriers.n_bags; i++)
        bits[row->carriers.bags[i].sample / 64] |= UINT64_C(1) << row->carriers.bags[i].sample % 64;
}

/* Adds a drawn row of a drawn tile. */
static void add_drawn(const written *w, skr_segment_marks *marks, uint64_t *want)
{
    size_t tile = draw(w->n_tiles);
    if (w->tiles[tile].n_rows == 0)
        return;
    uint32_t row = (uint32_t)draw(w->tiles[tile].n_rows);
    cr_assert(eq(int, skr_segment_marks_add(marks, tile, &row, 1, &err), SKR_OK));
    mark_slowly(&w->m.rows[w->tiles[tile].first_row + row], want);
}

Test(segment_marks, are_those_of_the_rows_whoever_is_marked_by_turns)
{
    test_random seed = test_random_drawn("segment_marks");
    state = seed.state;
    for (unsigned turn = 0; turn < 6; turn++) {
        wants_orders = turn % 2 != 0;
        order_carriers_min = wants_orders ? 4 : 0;
        n_kinds = wants_orders ? 7 : 0;
        written w = write_drawn(1 + (uint32_t)draw(300), 150);
        uint64_t want[N_MARKS][5] = {{0}};
        skr_segment_marks *marks[N_MARKS];
        size_t n_words = (w.m.n_samples + 63) / 64;
        for (unsigned i = 0; i < N_MARKS; i++)
            marks[i] = marks_of(&w);
        for (unsigned step = 0; step < 300; step++) {
            unsigned i = (unsigned)draw(N_MARKS);
            add_drawn(&w, marks[i], want[i]);
            if (draw(20) > 0)
                continue;
            cr_assert(memcmp(skr_segment_marks_finish(marks[i]), want[i], n_words * 8) == 0,
                      "seed %llu", (unsigned long long)seed.seed);
            skr_segment_marks_clear(marks[i]);
            memset(want[i], 0, sizeof want[i]);
        }
        for (unsigned i = 0; i < N_MARKS; i++) {
            cr_assert(memcmp(skr_segment_marks_finish(marks[i]), want[i], n_words * 8) == 0,
                      "seed %llu", (unsigned long long)seed.seed);
            skr_segment_marks_free(marks[i]);
        }
        written_done(&w);
    }
}

Test(segment_marks, begin_empty_and_are_empty_when_cleared)
{
    state = 5;
    written w = write_drawn(100, 30);
    skr_segment_marks *marks = marks_of(&w);
    const uint64_t *bits = skr_segment_marks_finish(marks);
    cr_assert(eq(u64, bits[0] | bits[1], 0));
    skr_segment_marks_clear(marks);
    uint64_t unused[2] = {0};
    for (unsigned i = 0; i < 50; i++)
        add_drawn(&w, marks, unused);
    skr_segment_marks_clear(marks); /* not finished */
    bits = skr_segment_marks_finish(marks);
    cr_assert(eq(u64, bits[0] | bits[1], 0));
    skr_segment_marks_free(marks);
    skr_segment_marks_free(NULL);
    written_done(&w);
}

Test(segment_marks, none_are_added_after_they_are_finished, .signal = SIGABRT)
{
    state = 5;
    written w = write_drawn(10, 30);
    skr_segment_marks *marks = marks_of(&w);
    uint64_t unused[1] = {0};
    (void)skr_segment_marks_finish(marks);
    for (unsigned i = 0; i < 50; i++)
        add_drawn(&w, marks, unused);
    cr_assert(false);
}
