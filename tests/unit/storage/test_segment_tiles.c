/*
 * Tiles that lie in groups: what is found among them, from a segment of which nothing was read yet,
 * is what a look at all of them finds, and no more of them is read than that needs.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "storage/segment/segment_int.h"
#include "storage/segment/segment_marks.h"
#include "tests/support/random.h"
#include "tests/support/segment_written.h"

TestSuite(segment_tiles, .init = set_up, .fini = tear_down);

#define N_ASKED 60

static void open_segment(const skr_file_id *id, skr_segment **ret_segment)
{
    cr_assert(eq(int, skr_segment_open(folder, id, ret_segment, &err), 0), "%s", err.message);
}

/* The tiles of a contig with numbers in [numbers[0], numbers[1]), by a look at all of them. */
static void find_slowly(const skr_tile *tiles, size_t n, uint32_t contig, const uint32_t numbers[2],
                        size_t *ret_from, size_t *ret_to)
{
    size_t from = 0;
    while (from < n && (tiles[from].contig < contig ||
                        (tiles[from].contig == contig && tiles[from].number < numbers[0])))
        from++;
    size_t to = from;
    while (to < n && tiles[to].contig == contig && tiles[to].number < numbers[1])
        to++;
    *ret_from = from;
    *ret_to = to;
}

static void ask_places(const skr_file_id *id, const skr_tile *tiles, size_t n)
{
    skr_segment *fresh = NULL;
    open_segment(id, &fresh);
    for (int i = 0; i < N_ASKED; i++) {
        size_t want_from;
        size_t want_to;
        size_t from;
        size_t to;
        const skr_tile *near = &tiles[draw(n)];
        uint32_t contig = draw(4) == 0 ? (uint32_t)draw(6) : near->contig;
        uint32_t number = draw(4) == 0 ? (uint32_t)draw(500) : near->number;
        const uint32_t numbers[] = {
            number, draw(8) == 0 ? UINT32_MAX : number + (uint32_t)draw(draw(2) == 0 ? 3 : 90)};
        find_slowly(tiles, n, contig, numbers, &want_from, &want_to);
        if (draw(3) == 0) {
            skr_segment_close(fresh);
            open_segment(id, &fresh);
        }
        cr_assert(eq(int, skr_segment_find_tiles(fresh, contig, numbers, &from, &to, &err), 0));
        cr_assert(eq(sz, to - from, want_to - want_from));
        cr_assert(from == want_from || to == from);
        size_t n_again;
        const skr_tile *found = skr_segment_tiles(fresh, &n_again);
        cr_assert(eq(sz, n_again, n));
        cr_assert(to == from ||
                  memcmp(found + from, tiles + from, (to - from) * sizeof *tiles) == 0);
    }
    skr_segment_close(fresh);
}

static void ask_rows(const skr_file_id *id, const skr_tile *tiles, size_t n, uint64_t n_rows)
{
    skr_segment *fresh = NULL;
    open_segment(id, &fresh);
    for (int i = 0; i < N_ASKED && n_rows > 0; i++) {
        size_t tile = n;
        uint64_t row = draw(n_rows);
        cr_assert(eq(int, skr_segment_find_row(fresh, row, &tile, &err), 0));
        cr_assert(tile < n && tiles[tile].first_row <= row &&
                  row - tiles[tile].first_row < tiles[tile].n_rows);
    }
    skr_segment_close(fresh);
}

/* What is known without reading a group. */
static void ask_directory(const skr_file_id *id, const skr_tile *tiles, size_t n)
{
    skr_segment *fresh = NULL;
    uint64_t n_with_rows = 0;
    bool has_spans = false;
    open_segment(id, &fresh);
    for (size_t i = 0; i < n; i++) {
        n_with_rows += tiles[i].n_rows > 0;
        has_spans = has_spans || tiles[i].n_spans > 0;
    }
    cr_assert(eq(u64, skr_segment_n_tiles_with_rows(fresh), n_with_rows));
    cr_assert(eq(int, skr_segment_tiles_span(&fresh->directory.tiles), has_spans));
    for (uint32_t contig = 0; contig < 6; contig++)
        cr_assert(eq(int, skr_segment_tiles_reach(&fresh->directory.tiles, contig),
                     n > 0 && tiles[n - 1].contig >= contig));
    skr_segment_close(fresh);
}

Test(segment_tiles, are_found_where_a_look_at_all_finds_them)
{
    state = test_random_drawn("test_segment_tiles").state;
    for (unsigned i = 0; i < 12; i++) {
        skr_segment *segment = NULL;
        size_t n;
        model m = model_new(2, 20 + (uint32_t)draw(900), (uint32_t)draw(400),
                            1000 + (uint32_t)draw(300000));
        n_written = i; /* in the directory, in groups of one and of two, in turn */
        skr_file_id id = write_model(&m, (enum order)draw(N_ORDERS), 1 + draw(3));
        open_segment(&id, &segment);
        const skr_tile *tiles = all_tiles(segment, &n);
        ask_places(&id, tiles, n);
        ask_rows(&id, tiles, n, skr_segment_n_rows(segment));
        ask_directory(&id, tiles, n);
        skr_segment_close(segment);
        model_free(&m);
        (void)unlink("x.skr");
    }
}

Test(segment_tiles, are_read_when_they_are_needed)
{
    skr_segment *segment = NULL;
    size_t from;
    size_t to;
    size_t n_read = 0;
    state = 11;
    model m = model_new(1, 3000, 0, 400000);
    n_written = 0; /* in groups of as many as a rule */
    skr_file_id id = write_model(&m, ROWS_FIRST, 1);
    open_segment(&id, &segment);
    const skr_tile_list *tiles = &segment->directory.tiles;
    cr_assert(tiles->n_groups > 4 && tiles->n_a_group == SKR_TILES_A_GROUP);
    for (size_t i = 0; i < tiles->n; i++)
        cr_assert(eq(int, skr_segment_tiles_have(tiles, i), false));
    cr_assert(eq(
        int, skr_segment_find_tiles(segment, 2, (const uint32_t[]){50, 51}, &from, &to, &err), 0));
    for (size_t g = 0; g < tiles->n_groups; g++)
        n_read += skr_segment_tiles_have(tiles, g * SKR_TILES_A_GROUP);
    cr_assert(n_read == 1 && to > from && skr_segment_tiles_have(tiles, from));
    skr_block_reader_forbid();
    cr_assert(eq(
        int, skr_segment_find_tiles(segment, 2, (const uint32_t[]){50, 51}, &from, &to, &err), 0));
    cr_assert(eq(int, skr_segment_need_tiles(segment, 0, tiles->n, &err), SKR_ERR_NOT_HELD));
    cr_assert(eq(int, skr_block_reader_allow(), false));
    skr_segment_close(segment);
    model_free(&m);
    (void)unlink("x.skr");
}
