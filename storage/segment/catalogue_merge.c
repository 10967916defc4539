/*
 * catalogue_merge.c - the rows of several segments and catalogues, each allele once.
 */
#include <stdlib.h>
#include <string.h>

#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/segment/catalogue_int.h"

/* One of the sources, and the row of it that comes next. */
typedef struct source {
    const skr_segment *segment;
    skr_segment_view *view;
    skr_block_bytes raw;
    skr_catalogue_tile who; /* of a catalogue: the members of the tile at hand */
    uint64_t *next_rows;    /* of each of those: its next row */
    uint32_t n_next_max;
    uint32_t first_member; /* the number of its first member among all */
    uint32_t first_sample;
    size_t tile;
    const skr_tile_rows *rows; /* of that tile; NULL: no more */
    uint32_t row;
    skr_allele key; /* of the row */
} source;

typedef struct merger {
    source *sources;
    uint32_t n;
    skr_block_reader *reader;
    skr_catalogue_pair *members;
    uint32_t n_members;
    size_t n_members_max;
    skr_carriers carriers; /* of the row at hand */
    skr_carriers own;      /* those of a source */
    skr_err *err;
} merger;

/* ------------------------------------------------------------------ a source */

/* The members of the tile at hand. */
static int load_who(const merger *merge, source *from)
{
    const skr_segment_directory *directory = &from->segment->directory;
    SKR_TRY(skr_block_reader_hold(merge->reader, from->segment->file,
                                  &directory->tiles.refs[from->tile].of[SKR_TILE_CALLS], &from->raw,
                                  merge->err));
    SKR_TRY(skr_catalogue_tile_decode(&from->who, from->segment, from->rows->n, from->raw.bytes,
                                      from->raw.n, merge->err));
    if (from->who.n > from->n_next_max) {
        from->n_next_max = 0;
        if (!skr_segment_room_for(&from->next_rows, from->who.n, sizeof *from->next_rows))
            return skr_fail_nomem(merge->err, "a catalogue");
        from->n_next_max = from->who.n;
    }
    for (uint32_t i = 0; i < from->who.n; i++)
        from->next_rows[i] = from->who.members[i].first_row;
    return SKR_OK;
}

/* Goes to the first row of the next tile that has rows, from from->tile on. */
static int find_tile(const merger *merge, source *from)
{
    const skr_segment_directory *directory = &from->segment->directory;
    while (from->tile < directory->tiles.n && directory->tiles.list[from->tile].n_rows == 0)
        from->tile++;
    from->rows = NULL;
    from->row = 0;
    if (from->tile == directory->tiles.n)
        return SKR_OK;
    SKR_TRY(skr_segment_view_rows(from->view, from->tile, &from->rows, merge->err));
    from->key = skr_segment_tile_rows_allele(from->rows, 0);
    return from->segment->catalogue == NULL ? SKR_OK : load_who(merge, from);
}

static int step(const merger *merge, source *from)
{
    SKR_CHECK(from->row < from->rows->n);
    if (++from->row < from->rows->n) {
        from->key = skr_segment_tile_rows_allele(from->rows, from->row);
        return SKR_OK;
    }
    from->tile++;
    return find_tile(merge, from);
}

/* ------------------------------------------------------------------ a row */

static int add_member(merger *merge, skr_catalogue_pair member)
{
    SKR_TRY(SKR_ARRAY_RESERVE(&merge->members, &merge->n_members_max, merge->n_members + 1,
                              "a catalogue", merge->err));
    merge->members[merge->n_members++] = member;
    return SKR_OK;
}

/* Is everybody in a segment called as expected? Most rows tell by their totals that not. */
static int look_at_calls(const merger *merge, const source *from, bool *ret_is_called)
{
    const skr_call_set *calls = NULL;
    skr_ploidy ploidy = (skr_ploidy)from->rows->ploidy[from->row];
    *ret_is_called = false;
    if (from->rows->is_complete[from->row] == 0 ||
        from->rows->totals[from->row].an != skr_segment_n_copies_expected(from->segment, ploidy))
        return SKR_OK;
    SKR_TRY(skr_segment_view_calls(from->view, from->tile, from->row, &calls, merge->err));
    *ret_is_called =
        calls->base == SKR_CALL_DEFAULT && calls->n_flips == 0 && calls->n_exceptions == 0;
    return SKR_OK;
}

static int add_members(merger *merge, source *from)
{
    if (from->segment->catalogue == NULL) {
        bool is_called = false;
        SKR_TRY(look_at_calls(merge, from, &is_called));
        return add_member(
            merge,
            (skr_catalogue_pair){.member = from->first_member,
                                 .is_called = is_called,
                                 .row = from->segment->directory.tiles.list[from->tile].first_row +
                                        from->row});
    }
    for (uint32_t i = 0; i < from->who.n; i++) {
        const skr_catalogue_rows *of = &from->who.members[i];
        if (!skr_catalogue_rows_has(of, SKR_ROWS_PRESENT, from->row))
            continue;
        SKR_TRY(add_member(merge, (skr_catalogue_pair){.member = from->first_member + of->member,
                                                       .is_called = skr_catalogue_rows_has(
                                                           of, SKR_ROWS_CALLED, from->row),
                                                       .row = from->next_rows[i]++}));
    }
    return SKR_OK;
}

/* Sources ascend by their samples, and so do the carriers. */
static int add_carriers(merger *merge, const source *from)
{
    const skr_carriers *own = &merge->own;
    if (from->rows->totals[from->row].n_carriers == 0)
        return SKR_OK;
    SKR_TRY(skr_segment_view_decode(from->view, from->tile, from->row, &merge->own, merge->err));
    for (uint32_t i = 0; i < own->n; i++)
        SKR_TRY(skr_carriers_add(&merge->carriers, from->first_sample + own->samples[i],
                                 own->dosages[i], merge->err));
    for (uint32_t i = 0; i < own->n_bags; i++) {
        skr_bag bag = own->bags[i];
        bag.sample += from->first_sample;
        SKR_TRY(skr_carriers_add_bag(&merge->carriers, bag, merge->err));
    }
    return SKR_OK;
}

static void add_totals(skr_row_totals *to, const skr_row_totals *more)
{
    to->ac += more->ac;
    to->an += more->an;
    to->n_carriers += more->n_carriers;
    to->n_hom += more->n_hom;
    to->n_hemi += more->n_hemi;
    to->n_partial += more->n_partial;
}

/* The source whose row comes first. */
static const source *find_lowest(const merger *merge)
{
    const source *lowest = NULL;
    for (uint32_t i = 0; i < merge->n; i++) {
        const source *from = &merge->sources[i];
        if (from->rows != NULL &&
            (lowest == NULL || skr_segment_allele_compare(&from->key, &lowest->key) < 0))
            lowest = from;
    }
    return lowest;
}

/* Takes the row of all sources that have it. is_same[i]: the next row of source i is of the key. */
static int take_row(merger *merge, const skr_allele *key, bool *is_same, skr_catalogue_row *row)
{
    uint32_t n_complete = 0;
    *row = (skr_catalogue_row){.allele = *key, .filter_failed = true};
    merge->n_members = 0;
    skr_carriers_clear(&merge->carriers);
    for (uint32_t i = 0; i < merge->n; i++) {
        source *from = &merge->sources[i];
        is_same[i] = from->rows != NULL && skr_segment_allele_compare(&from->key, key) == 0;
        if (!is_same[i])
            continue;
        if (from->key.kind != key->kind || from->key.ploidy != key->ploidy)
            return skr_fail(merge->err, SKR_ERR_LIMIT, "two deliveries place one allele otherwise");
        SKR_TRY(add_members(merge, from));
        SKR_TRY(add_carriers(merge, from));
        add_totals(&row->totals, &from->rows->totals[from->row]);
        n_complete += from->rows->is_complete[from->row] != 0;
        row->filter_failed = row->filter_failed && from->rows->filter_failed[from->row] != 0;
    }
    row->is_complete = n_complete == merge->n;
    row->carriers = &merge->carriers;
    row->members = merge->members;
    row->n_members = merge->n_members;
    return SKR_OK;
}

/* ------------------------------------------------------------------ all of them */

static int start(merger *merge, skr_segment *const *sources)
{
    uint32_t n_members = 0;
    uint32_t n_samples = 0;
    for (uint32_t i = 0; i < merge->n; i++) {
        source *from = &merge->sources[i];
        from->segment = sources[i];
        from->first_member = n_members;
        from->first_sample = n_samples;
        n_samples += sources[i]->directory.n_samples;
        n_members += sources[i]->catalogue == NULL ? 1 : sources[i]->catalogue->n;
        SKR_TRY(skr_segment_view_new(sources[i], merge->reader, &from->view, merge->err));
        SKR_TRY(skr_segment_need_tiles(sources[i], 0, sources[i]->directory.tiles.n, merge->err));
        SKR_TRY(find_tile(merge, from));
    }
    return SKR_OK;
}

static void merger_done(merger *merge)
{
    for (uint32_t i = 0; merge->sources != NULL && i < merge->n; i++) {
        source *from = &merge->sources[i];
        skr_segment_view_free(from->view);
        skr_block_bytes_done(&from->raw);
        skr_catalogue_tile_done(&from->who);
        free(from->next_rows);
    }
    free(merge->sources);
    free(merge->members);
    skr_carriers_done(&merge->carriers);
    skr_carriers_done(&merge->own);
    skr_block_reader_free(merge->reader);
}

int skr_catalogue_merge(skr_segment *const *sources, uint32_t n, skr_catalogue_row_fn on_row,
                        void *context, skr_err *err)
{
    merger merge = {.n = n, .err = err};
    bool *is_same = calloc((size_t)n + 1, sizeof *is_same);
    merge.sources = calloc((size_t)n + 1, sizeof *merge.sources);
    int status = SKR_OK;
    if (merge.sources == NULL || is_same == NULL)
        status = skr_fail_nomem(err, "a catalogue");
    if (status == SKR_OK)
        status = skr_block_reader_new(SKR_IO_AUTO, &merge.reader, err);
    if (status == SKR_OK)
        status = start(&merge, sources);
    for (const source *lowest; status == SKR_OK && (lowest = find_lowest(&merge)) != NULL;) {
        const skr_allele key = lowest->key;
        skr_catalogue_row row;
        status = take_row(&merge, &key, is_same, &row);
        if (status == SKR_OK)
            status = on_row(context, &row, err);
        for (uint32_t i = 0; i < n && status == SKR_OK; i++)
            if (is_same[i])
                status = step(&merge, &merge.sources[i]);
    }
    merger_done(&merge);
    free(is_same);
    return status;
}
