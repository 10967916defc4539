/*
 * catalogue_view_members.c - the members of a catalogue as a view of it reads them.
 */
#include <stdlib.h>
#include <string.h>

#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/carriers/bits.h"
#include "storage/segment/catalogue_view_int.h"

int skr_catalogue_view_new(skr_segment_view *view, skr_err *err)
{
    size_t n = view->segment->catalogue->n;
    skr_catalogue_view *members = calloc(1, sizeof *members);
    if (members == NULL)
        return skr_fail_nomem(err, "a catalogue");
    view->members = members;
    members->tile = SKR_NO_TILE;
    members->views = calloc(n, sizeof *members->views);
    members->used_at = calloc(n, sizeof *members->used_at);
    members->sets = calloc(n, sizeof *members->sets);
    bool is_whole = members->views != NULL && members->used_at != NULL && members->sets != NULL;
    return is_whole ? SKR_OK : skr_fail_nomem(err, "a catalogue");
}

void skr_catalogue_view_free(skr_segment_view *view)
{
    skr_catalogue_view *members = view->members;
    if (members == NULL)
        return;
    for (uint32_t i = 0; i < view->segment->catalogue->n; i++) {
        if (members->views != NULL)
            skr_segment_view_free(members->views[i]);
        if (members->sets != NULL)
            free(members->sets[i].bits);
    }
    skr_block_bytes_done(&members->raw);
    skr_catalogue_tile_done(&members->who);
    free(members->views);
    free(members->used_at);
    free(members->sets);
    free(members->rows);
    free(members->numbers);
    free(members->at);
    free(members->tallies);
    free(members->ans);
    free(members);
    view->members = NULL;
}

int skr_catalogue_view_reserve(skr_catalogue_view *members, uint32_t n, skr_err *err)
{
    if (n <= members->n_max)
        return SKR_OK;
    members->n_max = 0;
    if (!skr_segment_room_for(&members->rows, n, sizeof *members->rows) ||
        !skr_segment_room_for(&members->numbers, n, sizeof *members->numbers) ||
        !skr_segment_room_for(&members->at, n, sizeof *members->at) ||
        !skr_segment_room_for(&members->tallies, n, sizeof *members->tallies) ||
        !skr_segment_room_for(&members->ans, n, sizeof *members->ans))
        return skr_fail_nomem(err, "a catalogue");
    members->n_max = n;
    return SKR_OK;
}

int skr_catalogue_view_tile(skr_segment_view *view, size_t tile,
                            const skr_catalogue_tile **ret_tile, skr_err *err)
{
    skr_catalogue_view *members = view->members;
    const skr_segment_directory *directory = &view->segment->directory;
    if (members->tile != tile) {
        members->tile = SKR_NO_TILE;
        SKR_TRY(skr_block_reader_hold(view->reader, view->segment->file,
                                      &directory->tiles.refs[tile].of[SKR_TILE_CALLS],
                                      &members->raw, err));
        int status = skr_catalogue_tile_decode(&members->who, view->segment,
                                               directory->tiles.list[tile].n_rows,
                                               members->raw.bytes, members->raw.n, err);
        if (status != SKR_OK)
            return skr_segment_view_fail_in_tile(view, status, tile, err);
        members->tile = tile;
    }
    *ret_tile = &members->who;
    return SKR_OK;
}

/* Lets the view go that was not used for the longest time. */
static void let_one_go(skr_segment_view *view)
{
    skr_catalogue_view *members = view->members;
    uint32_t n = view->segment->catalogue->n;
    uint32_t oldest = n;
    for (uint32_t i = 0; i < n; i++)
        if (members->views[i] != NULL &&
            (oldest == n || members->used_at[i] < members->used_at[oldest]))
            oldest = i;
    skr_segment_view_free(members->views[oldest]);
    members->views[oldest] = NULL;
    members->n_views--;
}

int skr_catalogue_view_member(skr_segment_view *view, uint32_t member, skr_segment_view **ret_view,
                              skr_err *err)
{
    skr_catalogue_view *members = view->members;
    SKR_CHECK(member < view->segment->catalogue->n);
    if (members->views[member] == NULL) {
        const skr_segment *segment = NULL;
        SKR_TRY(skr_catalogue_member_open(view->segment, member, &segment, err));
        if (members->n_views >= SKR_MEMBER_VIEWS_MAX)
            let_one_go(view);
        SKR_TRY(skr_segment_view_new(segment, view->reader, &members->views[member], err));
        members->n_views++;
    }
    members->used_at[member] = ++members->n_uses;
    *ret_view = members->views[member];
    return SKR_OK;
}

/* ------------------------------------------------------------------ who, member by member */

/* n bits from bit `from` on; the last word is filled up with zeros. */
static void copy_bits(const uint64_t *bits, uint32_t from, uint32_t n, uint64_t *to)
{
    size_t n_words = skr_bits_words(n);
    const uint64_t *at = bits + from / 64;
    unsigned shift = from % 64;
    uint32_t n_there = (shift + n + 63) / 64;
    for (size_t w = 0; w < n_words; w++) {
        uint64_t word = at[w] >> shift;
        if (shift != 0 && w + 1 < n_there)
            word |= at[w + 1] << (64 - shift);
        to[w] = word;
    }
    if (n % 64 != 0)
        to[n_words - 1] &= (UINT64_C(1) << n % 64) - 1;
}

int skr_catalogue_view_cut(skr_segment_view *view, const skr_sample_set *who, skr_err *err)
{
    skr_catalogue_view *members = view->members;
    const skr_catalogue *catalogue = view->segment->catalogue;
    SKR_CHECK(who->bits != NULL);
    if (members->has_sets && members->serial == who->serial)
        return SKR_OK;
    members->has_sets = false;
    members->n_not_whole = 0;
    for (uint32_t i = 0; i < catalogue->n; i++) {
        skr_catalogue_part_set *set = &members->sets[i];
        uint32_t n = catalogue->members[i].n_samples;
        if (set->bits == NULL)
            SKR_TRY(skr_bits_new(n, &set->bits, err));
        copy_bits(who->bits, catalogue->first_samples[i], n, set->bits);
        uint32_t n_in = (uint32_t)skr_bits_count(set->bits, skr_bits_words(n));
        set->part = n_in == 0 ? SKR_PART_NONE : n_in == n ? SKR_PART_ALL : SKR_PART_SOME;
        set->known = 0;
        set->set = (skr_sample_set){
            .bits = set->part == SKR_PART_ALL ? NULL : set->bits, .serial = who->serial, .n = n_in};
        members->n_not_whole += set->part != SKR_PART_ALL;
    }
    members->serial = who->serial;
    members->has_sets = true;
    return SKR_OK;
}

int skr_catalogue_view_copies(skr_segment_view *view, uint32_t member, uint8_t ploidy,
                              uint64_t *ret_n, skr_err *err)
{
    skr_catalogue_part_set *set = &view->members->sets[member];
    const skr_catalogue *catalogue = view->segment->catalogue;
    if ((set->known >> ploidy & 1) == 0) {
        uint64_t n = 2 * (uint64_t)set->set.n;
        if (ploidy != SKR_PLOIDY_DIPLOID) {
            SKR_TRY(skr_segment_need_copies(view->segment, (skr_ploidy)ploidy, err));
            const uint8_t *copies = skr_segment_copies_expected(view->segment, (skr_ploidy)ploidy) +
                                    catalogue->first_samples[member];
            n = 0;
            for (uint32_t s = 0; s < catalogue->members[member].n_samples; s++)
                n += skr_bits_has(set->bits, s) ? copies[s] : 0;
        }
        set->set.n_copies[ploidy] = n;
        set->known |= 1u << ploidy;
    }
    *ret_n = set->set.n_copies[ploidy];
    return SKR_OK;
}

/* ------------------------------------------------------------------ rows of a member */

static int check_starts(const skr_segment_view *view, const skr_catalogue_run *run,
                        const skr_rows_of_tile *of, skr_err *err)
{
    const skr_catalogue_view *members = view->members;
    const skr_tile_rows *rows = NULL;
    SKR_TRY(skr_segment_view_rows(run->view, run->tile, &rows, err));
    for (uint32_t i = 0; i < run->n; i++) {
        uint32_t row = run->numbers[i];
        uint32_t number = of->numbers[members->at[run->first + i]];
        if (rows->contig != of->columns->contig ||
            rows->start0[row] != of->columns->start0[number] ||
            rows->end0[row] != of->columns->end0[number])
            return skr_fail(err, SKR_ERR_CORRUPT, "%s: its rows are not those that %s describes",
                            skr_block_file_name(run->view->segment->file),
                            skr_block_file_name(view->segment->file));
    }
    return SKR_OK;
}

int skr_catalogue_view_visit(skr_segment_view *view, uint32_t member, uint32_t n,
                             const skr_rows_of_tile *of, skr_catalogue_run_fn visit, void *context,
                             skr_err *err)
{
    skr_catalogue_view *members = view->members;
    skr_catalogue_run run = {0};
    SKR_TRY(skr_catalogue_view_member(view, member, &run.view, err));
    const skr_segment_directory *directory = &run.view->segment->directory;
    for (uint32_t i = 0; i < n; i += run.n) {
        SKR_TRY(skr_segment_find_row(run.view->segment, members->rows[i], &run.tile, err));
        const skr_tile *tile = &directory->tiles.list[run.tile];
        run.first = i;
        run.numbers = members->numbers + i;
        run.n = 0;
        while (i + run.n < n && members->rows[i + run.n] - tile->first_row < tile->n_rows) {
            members->numbers[i + run.n] = (uint32_t)(members->rows[i + run.n] - tile->first_row);
            run.n++;
        }
        SKR_CHECK(run.n > 0);
        SKR_TRY(check_starts(view, &run, of, err));
        SKR_TRY(visit(context, &run, err));
    }
    return SKR_OK;
}

/* Notes where a row is. */
static int note_found(void *context, const skr_catalogue_run *run, skr_err *err)
{
    skr_catalogue_view *members = context;
    (void)err;
    members->found_tile = run->tile;
    members->found_row = run->numbers[0];
    return SKR_OK;
}

int skr_catalogue_view_row(skr_segment_view *view, const skr_catalogue_rows *of, uint32_t row,
                           const skr_tile_rows *columns, skr_segment_view **ret_member,
                           skr_err *err)
{
    skr_catalogue_view *members = view->members;
    const skr_rows_of_tile rows = {.numbers = &row, .n = 1, .columns = columns};
    SKR_TRY(skr_catalogue_view_reserve(members, 1, err));
    members->rows[0] = of->first_row + skr_catalogue_rows_count(of, 0, row);
    members->at[0] = 0;
    SKR_TRY(skr_catalogue_view_visit(view, of->member, 1, &rows, note_found, members, err));
    return skr_catalogue_view_member(view, of->member, ret_member, err);
}
