/*
 * segment_tiles.c - the tiles of a directory: all at once where they are few, by groups that are
 * read when they are needed where they are many.
 *
 * Reading checks everything that the rest of the reader then believes. What is asked for first by
 * several threads at once is read by one of them, under the lock of the tiles; who finds a group
 * read takes no lock.
 */
#include "storage/segment/segment_tiles_int.h"

#include <stdlib.h>

#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/segment/segment_int.h"

/* Least bytes of a span in its block, and of a tile in the directory. */
#define SPAN_BYTES_MIN 4u
#define TILE_BYTES_MIN 130u

void skr_segment_tiles_done(skr_tile_list *tiles)
{
    if (tiles->lock != NULL)
        (void)pthread_mutex_destroy(tiles->lock);
    free(tiles->lock);
    free(tiles->is_read);
    free(tiles->groups);
    free(tiles->list);
    free(tiles->refs);
    *tiles = (skr_tile_list){0};
}

static int fail(const skr_tile_list *tiles, const char *what, skr_err *err)
{
    return skr_fail(err, SKR_ERR_CORRUPT, "%s: directory: %s", skr_block_file_name(tiles->file),
                    what);
}

/* How many tiles are in front of a group; that of the one behind the last is all. */
static size_t group_start(const skr_tile_list *tiles, size_t group)
{
    size_t at = group * tiles->n_a_group;
    return at < tiles->n ? at : tiles->n;
}

/* ------------------------------------------------------------------ writing */

static int put_varints(skr_buffer *bytes, const uint64_t *values, size_t n, skr_err *err)
{
    for (size_t i = 0; i < n; i++)
        SKR_TRY(skr_buffer_put_varint(bytes, values[i], err));
    return SKR_OK;
}

static int put_tile(const skr_tile_list *tiles, size_t at, skr_buffer *bytes, skr_err *err)
{
    const skr_tile *tile = &tiles->list[at];
    const skr_tile_refs *refs = &tiles->refs[at];
    const uint64_t values[] = {
        tile->contig,     tile->number,   tile->n_rows,        tile->n_spans, tile->min_start0,
        tile->max_start0, tile->max_end0, tile->max_span_end0, tile->kinds,   tile->max_ac};
    SKR_TRY(put_varints(bytes, values, sizeof values / sizeof *values, err));
    for (unsigned i = 0; i < SKR_N_TILE_BLOCKS; i++)
        SKR_TRY(skr_block_ref_put(bytes, &refs->of[i], err));
    return tiles->has_phase ? skr_block_ref_put(bytes, &refs->phase, err) : SKR_OK;
}

static int put_tiles(const skr_tile_list *tiles, size_t from, size_t to, skr_buffer *bytes,
                     skr_err *err)
{
    for (size_t i = from; i < to; i++)
        SKR_TRY(put_tile(tiles, i, bytes, err));
    return SKR_OK;
}

static skr_tile_place place_of(const skr_tile *tile)
{
    return (skr_tile_place){tile->contig, tile->number};
}

/* Adds a tile to what its group says. */
static void add_tile(skr_tile_group *group, const skr_tile *tile, bool is_first)
{
    if (is_first) {
        group->first = place_of(tile);
        group->first_row = tile->first_row;
    }
    group->last = place_of(tile);
    group->n_rows += tile->n_rows;
    group->n_spans += tile->n_spans;
    group->n_with_rows += tile->n_rows > 0;
}

int skr_segment_tiles_group(skr_tile_list *tiles, uint32_t n_a_group, skr_block_writer *writer,
                            skr_err *err)
{
    skr_buffer bytes = {0};
    int status = SKR_OK;
    SKR_CHECK(tiles->n_a_group == 0 && n_a_group > 0 && n_a_group <= SKR_TILES_A_GROUP_MAX);
    if (tiles->n <= n_a_group)
        return SKR_OK;
    tiles->n_a_group = n_a_group;
    tiles->n_groups = (tiles->n - 1) / n_a_group + 1;
    tiles->groups = calloc(tiles->n_groups, sizeof *tiles->groups);
    if (tiles->groups == NULL)
        return skr_fail_nomem(err, "segment");
    for (size_t g = 0; g < tiles->n_groups && status == SKR_OK; g++) {
        size_t from = group_start(tiles, g);
        size_t to = group_start(tiles, g + 1);
        for (size_t i = from; i < to; i++)
            add_tile(&tiles->groups[g], &tiles->list[i], i == from);
        bytes.n = 0;
        status = put_tiles(tiles, from, to, &bytes, err);
        if (status == SKR_OK)
            status = skr_block_writer_put(writer, bytes.bytes, bytes.n, SKR_CODEC_PLAIN,
                                          &tiles->groups[g].ref, err);
    }
    skr_buffer_done(&bytes);
    return status;
}

int skr_segment_tiles_encode(const skr_tile_list *tiles, skr_buffer *bytes, skr_err *err)
{
    if (tiles->n_a_group == 0)
        return put_tiles(tiles, 0, tiles->n, bytes, err);
    SKR_TRY(skr_buffer_put_varint(bytes, tiles->n_a_group, err));
    for (size_t i = 0; i < tiles->n_groups; i++) {
        const skr_tile_group *group = &tiles->groups[i];
        const uint64_t values[] = {group->first.contig, group->first.number, group->last.contig,
                                   group->last.number,  group->n_rows,       group->n_spans,
                                   group->n_with_rows};
        SKR_TRY(put_varints(bytes, values, sizeof values / sizeof *values, err));
        SKR_TRY(skr_block_ref_put(bytes, &group->ref, err));
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ a tile, read */

/* Do the numbers of a tile's zone map agree with each other? */
static bool map_is_sound(const skr_segment_directory *directory, const skr_tile *tile)
{
    uint64_t base0 = (uint64_t)tile->number << directory->tile_shift;
    uint64_t end0 = ((uint64_t)tile->number + 1) << directory->tile_shift;
    uint64_t span = UINT64_C(1) << directory->tile_shift;
    if (tile->contig >= directory->n_contigs || base0 >= SKR_CONTIG_LENGTH_MAX)
        return false;
    if (tile->n_rows == 0 && tile->n_spans == 0)
        return false;
    if (tile->n_rows == 0)
        return tile->min_start0 == 0 && tile->max_start0 == 0 && tile->max_end0 == 0 &&
               tile->kinds == 0 && tile->max_ac == 0 && tile->max_span_end0 <= end0 - 1 + span;
    if (tile->min_start0 < base0 || tile->max_start0 < tile->min_start0 ||
        tile->max_start0 >= end0 || tile->kinds == 0)
        return false;
    if (tile->max_end0 > end0 - 1 + span || tile->max_span_end0 > end0 - 1 + span)
        return false;
    return (tile->n_spans == 0) == (tile->max_span_end0 == 0);
}

static bool blocks_hold(bool is_catalogue, const skr_tile *tile, const skr_tile_refs *refs)
{
    if (refs->of[SKR_TILE_SITES].n_raw < tile->n_rows ||
        refs->of[SKR_TILE_COUNTS].n_raw < tile->n_rows)
        return false;
    if (is_catalogue)
        return tile->n_rows > 0;
    return refs->of[SKR_TILE_CALLS].n_raw >= tile->n_rows &&
           refs->of[SKR_TILE_SPANS].n_raw / SPAN_BYTES_MIN >= tile->n_spans;
}

static bool is_before(skr_tile_place a, skr_tile_place b)
{
    return a.contig < b.contig || (a.contig == b.contig && a.number < b.number);
}

static uint32_t take_u32(skr_cursor *cursor, uint32_t max)
{
    return (uint32_t)skr_cursor_varint_max(cursor, max);
}

int skr_segment_take_ref(const skr_block_file *file, skr_cursor *cursor, bool is_wanted,
                         skr_block_ref *ref, skr_err *err)
{
    static const skr_block_ref none;
    const char *what = NULL;
    *ref = skr_block_ref_take(cursor);
    if (cursor->is_bad)
        what = "it ends early";
    else if (!is_wanted && (ref->offset != 0 || ref->n_packed != 0 || ref->n_raw != 0 ||
                            ref->crc != 0 || ref->codec != none.codec))
        what = "a block that nothing needs";
    else if (is_wanted && ref->n_raw == 0)
        what = "a block of no bytes";
    if (what != NULL)
        return skr_fail(err, SKR_ERR_CORRUPT, "%s: directory: %s", skr_block_file_name(file), what);
    return is_wanted ? skr_block_file_check_ref(file, ref, err) : SKR_OK;
}

static void take_map(skr_cursor *cursor, skr_tile *tile)
{
    tile->contig = take_u32(cursor, UINT32_MAX);
    tile->number = take_u32(cursor, SKR_CONTIG_LENGTH_MAX);
    tile->n_rows = take_u32(cursor, UINT32_MAX);
    tile->n_spans = take_u32(cursor, UINT32_MAX);
    tile->min_start0 = take_u32(cursor, SKR_CONTIG_LENGTH_MAX);
    tile->max_start0 = take_u32(cursor, SKR_CONTIG_LENGTH_MAX);
    tile->max_end0 = take_u32(cursor, SKR_CONTIG_LENGTH_MAX);
    tile->max_span_end0 = take_u32(cursor, SKR_CONTIG_LENGTH_MAX);
    tile->kinds = take_u32(cursor, (2u << SKR_ALLELE_SV) - 1);
    tile->max_ac = skr_cursor_varint(cursor);
}

/* Takes tile number `at`, whose rows begin with first_row; before: the one in front, or NULL. */
/* Where the phase of a tile's rows is, if anybody was phased there. */
static int take_phase(const skr_tile_list *tiles, skr_cursor *cursor, size_t at, skr_err *err)
{
    skr_block_ref *ref = &tiles->refs[at].phase;
    uint32_t n_rows = tiles->list[at].n_rows;
    skr_cursor ahead = *cursor;
    bool is_there = skr_block_ref_take(&ahead).n_raw > 0;
    SKR_TRY(skr_segment_take_ref(tiles->file, cursor, is_there, ref, err));
    if (is_there && (n_rows == 0 || ref->n_raw < n_rows))
        return fail(tiles, "a tile has more rows than its phase can hold", err);
    return SKR_OK;
}

static int take_tile(skr_segment_directory *directory, skr_cursor *cursor, size_t at,
                     uint64_t first_row, const skr_tile *before, skr_err *err)
{
    skr_tile_list *tiles = &directory->tiles;
    skr_tile *tile = &tiles->list[at];
    skr_tile_refs *refs = &tiles->refs[at];
    take_map(cursor, tile);
    tile->first_row = first_row;
    if (cursor->is_bad || !map_is_sound(directory, tile) ||
        (before != NULL && is_before(place_of(tile), place_of(before))))
        return fail(tiles, "a tile is malformed or out of order", err);
    const bool is_wanted[SKR_N_TILE_BLOCKS] = {
        [SKR_TILE_SITES] = tile->n_rows > 0,
        [SKR_TILE_COUNTS] = tile->n_rows > 0,
        [SKR_TILE_CALLS] = true, /* of a catalogue: its members */
        [SKR_TILE_SPANS] = !tiles->is_catalogue && tile->n_spans > 0,
        [SKR_TILE_CARRIERS] = tile->n_rows > 0,
    };
    for (unsigned i = 0; i < SKR_N_TILE_BLOCKS; i++)
        SKR_TRY(skr_segment_take_ref(tiles->file, cursor, is_wanted[i], &refs->of[i], err));
    if (!blocks_hold(tiles->is_catalogue, tile, refs))
        return fail(tiles, "a tile has more rows than its blocks can hold", err);
    return tiles->has_phase ? take_phase(tiles, cursor, at, err) : SKR_OK;
}

/* Takes tiles [from, to), the first of which has row first_row. */
static int take_tiles(skr_segment_directory *directory, skr_cursor *cursor, const size_t range[2],
                      uint64_t first_row, skr_err *err)
{
    const skr_tile *before = NULL;
    for (size_t i = range[0]; i < range[1]; i++) {
        SKR_TRY(take_tile(directory, cursor, i, first_row, before, err));
        before = &directory->tiles.list[i];
        first_row += before->n_rows;
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ groups, read */

static bool group_is_sound(const skr_segment_directory *directory, const skr_tile_group *group,
                           size_t n)
{
    const skr_block_ref *ref = &group->ref;
    return !is_before(group->last, group->first) && group->last.contig < directory->n_contigs &&
           group->n_with_rows <= n && group->n_rows >= group->n_with_rows &&
           (group->n_rows > 0) == (group->n_with_rows > 0) &&
           group->n_rows <= (uint64_t)n * UINT32_MAX &&
           group->n_spans <= (uint64_t)n * UINT32_MAX && ref->codec == SKR_CODEC_PLAIN &&
           ref->n_raw / TILE_BYTES_MIN >= n;
}

/* Blocks of groups ascend: what tiles there are is bounded by the bytes of the file. */
static int take_group(skr_segment_directory *directory, skr_cursor *cursor, size_t number,
                      skr_err *err)
{
    skr_tile_list *tiles = &directory->tiles;
    skr_tile_group *group = &tiles->groups[number];
    uint64_t first_row = number == 0 ? 0 : group[-1].first_row + group[-1].n_rows;
    uint64_t end_row = 0;
    group->first.contig = take_u32(cursor, UINT32_MAX);
    group->first.number = take_u32(cursor, SKR_CONTIG_LENGTH_MAX);
    group->last.contig = take_u32(cursor, UINT32_MAX);
    group->last.number = take_u32(cursor, SKR_CONTIG_LENGTH_MAX);
    group->n_rows = skr_cursor_varint(cursor);
    group->n_spans = skr_cursor_varint(cursor);
    group->n_with_rows = take_u32(cursor, SKR_TILES_A_GROUP_MAX);
    SKR_TRY(skr_segment_take_ref(tiles->file, cursor, true, &group->ref, err));
    size_t n = (number + 1 < tiles->n_groups ? (number + 1) * tiles->n_a_group : tiles->n) -
               number * tiles->n_a_group;
    bool is_sound = group_is_sound(directory, group, n) &&
                    !__builtin_add_overflow(first_row, group->n_rows, &end_row);
    if (number > 0)
        is_sound = is_sound && !is_before(group->first, group[-1].last) &&
                   group->ref.offset >= group[-1].ref.offset + group[-1].ref.n_packed;
    if (!is_sound)
        return fail(tiles, "a group of tiles is malformed or out of order", err);
    group->first_row = first_row;
    return SKR_OK;
}

static int take_groups(skr_segment_directory *directory, skr_cursor *cursor, skr_err *err)
{
    skr_tile_list *tiles = &directory->tiles;
    size_t n_bytes = (size_t)(cursor->end - cursor->at);
    tiles->n_a_group = take_u32(cursor, SKR_TILES_A_GROUP_MAX);
    if (cursor->is_bad || tiles->n_a_group == 0 || tiles->n <= tiles->n_a_group ||
        (tiles->n - 1) / tiles->n_a_group >= n_bytes)
        return fail(tiles, "its groups of tiles are malformed", err);
    tiles->n_groups = (tiles->n - 1) / tiles->n_a_group + 1;
    tiles->groups = calloc(tiles->n_groups, sizeof *tiles->groups);
    tiles->is_read = calloc(tiles->n_groups, sizeof *tiles->is_read);
    tiles->lock = malloc(sizeof *tiles->lock);
    if (tiles->lock != NULL && pthread_mutex_init(tiles->lock, NULL) != 0) {
        free(tiles->lock);
        tiles->lock = NULL;
    }
    if (tiles->groups == NULL || tiles->is_read == NULL || tiles->lock == NULL)
        return skr_fail_nomem(err, "segment");
    for (size_t i = 0; i < tiles->n_groups; i++)
        SKR_TRY(take_group(directory, cursor, i, err));
    return SKR_OK;
}

int skr_segment_tiles_take(skr_segment_directory *directory, bool is_grouped, skr_cursor *cursor,
                           skr_err *err)
{
    skr_tile_list *tiles = &directory->tiles;
    if (is_grouped)
        SKR_TRY(take_groups(directory, cursor, err));
    else if (tiles->n > (size_t)(cursor->end - cursor->at) / TILE_BYTES_MIN)
        return fail(tiles, "its head is malformed", err);
    if (tiles->n == 0)
        return SKR_OK;
    /* of tiles in groups memory is taken as they are read: the system gives zero pages late */
    tiles->list = calloc(tiles->n, sizeof *tiles->list);
    tiles->refs = calloc(tiles->n, sizeof *tiles->refs);
    if (tiles->list == NULL || tiles->refs == NULL)
        return skr_fail_nomem(err, "segment");
    return is_grouped ? SKR_OK
                      : take_tiles(directory, cursor, (const size_t[]){0, tiles->n}, 0, err);
}

/* Are the tiles of a group what the directory says of them? */
static bool group_is_right(const skr_tile_list *tiles, size_t number)
{
    const skr_tile_group *group = &tiles->groups[number];
    skr_tile_group found = {0};
    size_t from = group_start(tiles, number);
    for (size_t i = from; i < group_start(tiles, number + 1); i++)
        add_tile(&found, &tiles->list[i], i == from);
    return found.n_rows == group->n_rows && found.n_spans == group->n_spans &&
           found.n_with_rows == group->n_with_rows && found.first.contig == group->first.contig &&
           found.first.number == group->first.number && found.last.contig == group->last.contig &&
           found.last.number == group->last.number;
}

/* Wide rows, and the tile that is looked for. */
typedef struct wide_search {
    const skr_wide_row *rows;
    size_t tile;
} wide_search;

static bool is_wide_before(const void *context, size_t at)
{
    const wide_search *search = context;
    return search->rows[at].tile < search->tile;
}

int skr_segment_tiles_check_wide(const skr_segment_directory *directory, size_t from, size_t to,
                                 skr_err *err)
{
    const wide_search search = {directory->wide_rows, from};
    size_t i = skr_array_search(directory->n_wide_rows, is_wide_before, &search);
    for (; i < directory->n_wide_rows && directory->wide_rows[i].tile < to; i++) {
        const skr_wide_row *row = &directory->wide_rows[i];
        const skr_tile *tile = &directory->tiles.list[row->tile];
        if (tile->contig != row->contig || row->row >= tile->n_rows ||
            row->start0 < tile->min_start0 || row->start0 > tile->max_start0)
            return skr_fail(err, SKR_ERR_CORRUPT,
                            "%s: directory: a wide row is not where it should be",
                            skr_block_file_name(directory->tiles.file));
    }
    return SKR_OK;
}

/* Reads a group; the lock is held. */
static int read_group(skr_segment_directory *directory, size_t number, skr_err *err)
{
    skr_tile_list *tiles = &directory->tiles;
    const size_t range[] = {group_start(tiles, number), group_start(tiles, number + 1)};
    skr_block_reader *reader = NULL;
    skr_buffer raw = {0};
    const skr_block_wish wish = {tiles->file, tiles->groups[number].ref, &raw};
    int status = skr_block_reader_new(SKR_IO_PREAD, &reader, err);
    if (status == SKR_OK)
        status = skr_block_reader_get(reader, &wish, 1, err);
    if (status == SKR_OK) {
        skr_cursor cursor = skr_cursor_of(raw.bytes, raw.n);
        status = take_tiles(directory, &cursor, range, tiles->groups[number].first_row, err);
        if (status == SKR_OK && (!skr_cursor_is_done(&cursor) || !group_is_right(tiles, number)))
            status = fail(tiles, "a group of tiles is not what the directory says", err);
    }
    if (status == SKR_OK)
        status = skr_segment_tiles_check_wide(directory, range[0], range[1], err);
    skr_buffer_done(&raw);
    skr_block_reader_free(reader);
    return status;
}

static int need_group(skr_segment_directory *directory, size_t number, skr_err *err)
{
    skr_tile_list *tiles = &directory->tiles;
    atomic_bool *is_read = &tiles->is_read[number];
    if (atomic_load_explicit(is_read, memory_order_acquire))
        return SKR_OK;
    SKR_TRY(skr_block_reader_may_read(err));
    (void)pthread_mutex_lock(tiles->lock);
    int status = atomic_load(is_read) ? SKR_OK : read_group(directory, number, err);
    if (status == SKR_OK)
        atomic_store_explicit(is_read, true, memory_order_release);
    (void)pthread_mutex_unlock(tiles->lock);
    return status;
}

/* ------------------------------------------------------------------ asking */

int skr_segment_need_tiles(const skr_segment *segment, size_t from, size_t to, skr_err *err)
{
    const skr_tile_list *tiles = &segment->directory.tiles;
    SKR_CHECK(to <= tiles->n);
    if (tiles->n_a_group == 0 || from >= to)
        return SKR_OK;
    /* what is read first becomes what it will stay, so that a segment that is asked is the same */
    skr_segment_directory *mine = (skr_segment_directory *)&segment->directory;
    for (size_t g = from / tiles->n_a_group; g <= (to - 1) / tiles->n_a_group; g++)
        SKR_TRY(need_group(mine, g, err));
    return SKR_OK;
}

bool skr_segment_tiles_have(const skr_tile_list *tiles, size_t tile)
{
    return tiles->n_a_group == 0 ||
           atomic_load_explicit(&tiles->is_read[tile / tiles->n_a_group], memory_order_acquire);
}

/* Tiles or groups, and the place that is looked for. */
typedef struct place_search {
    const skr_tile_list *tiles;
    size_t from; /* of the tiles that are looked at */
    skr_tile_place place;
} place_search;

static bool is_tile_before(const void *context, size_t at)
{
    const place_search *search = context;
    return is_before(place_of(&search->tiles->list[search->from + at]), search->place);
}

static bool ends_before(const void *context, size_t at)
{
    const place_search *search = context;
    return is_before(search->tiles->groups[at].last, search->place);
}

/* The index of the first tile that is not before a place; its group is read. */
static int find_place(const skr_segment *segment, skr_tile_place place, size_t *ret_at,
                      skr_err *err)
{
    const skr_tile_list *tiles = &segment->directory.tiles;
    place_search search = {tiles, 0, place};
    size_t to = tiles->n;
    if (tiles->n_a_group > 0) {
        size_t group = skr_array_search(tiles->n_groups, ends_before, &search);
        search.from = group_start(tiles, group);
        to = group_start(tiles, group + 1);
        if (group < tiles->n_groups && !is_before(tiles->groups[group].first, place))
            to = search.from; /* it begins there or behind: no tile of it has to be known */
    }
    SKR_TRY(skr_segment_need_tiles(segment, search.from, to, err));
    *ret_at = search.from + skr_array_search(to - search.from, is_tile_before, &search);
    return SKR_OK;
}

int skr_segment_find_tiles(const skr_segment *segment, uint32_t contig, const uint32_t numbers[2],
                           size_t *ret_from, size_t *ret_to, skr_err *err)
{
    size_t from = 0;
    size_t to = 0;
    SKR_TRY(find_place(segment, (skr_tile_place){contig, numbers[0]}, &from, err));
    SKR_TRY(find_place(segment, (skr_tile_place){contig, numbers[1]}, &to, err));
    to = to < from ? from : to;
    SKR_TRY(skr_segment_need_tiles(segment, from, to, err));
    *ret_from = from;
    *ret_to = to;
    return SKR_OK;
}

/* Tiles or groups, and the row that is looked for. */
typedef struct row_search {
    const skr_tile_list *tiles;
    size_t from;
    uint64_t row;
} row_search;

static bool is_tile_behind(const void *context, size_t at)
{
    const row_search *search = context;
    const skr_tile *tile = &search->tiles->list[search->from + at];
    return tile->first_row + tile->n_rows <= search->row;
}

static bool is_group_behind(const void *context, size_t at)
{
    const row_search *search = context;
    const skr_tile_group *group = &search->tiles->groups[at];
    return group->first_row + group->n_rows <= search->row;
}

int skr_segment_find_row(const skr_segment *segment, uint64_t row, size_t *ret_tile, skr_err *err)
{
    const skr_tile_list *tiles = &segment->directory.tiles;
    row_search search = {tiles, 0, row};
    size_t to = tiles->n;
    SKR_CHECK(row < segment->directory.n_rows);
    if (tiles->n_a_group > 0) {
        size_t group = skr_array_search(tiles->n_groups, is_group_behind, &search);
        search.from = group_start(tiles, group);
        to = group_start(tiles, group + 1);
    }
    SKR_TRY(skr_segment_need_tiles(segment, search.from, to, err));
    *ret_tile = search.from + skr_array_search(to - search.from, is_tile_behind, &search);
    SKR_CHECK(*ret_tile < to);
    return SKR_OK;
}

const skr_tile *skr_segment_tiles(const skr_segment *segment, size_t *ret_n)
{
    *ret_n = segment->directory.tiles.n;
    return segment->directory.tiles.list;
}

uint64_t skr_segment_n_tiles_with_rows(const skr_segment *segment)
{
    const skr_tile_list *tiles = &segment->directory.tiles;
    uint64_t n = 0;
    for (size_t i = 0; i < tiles->n_groups; i++)
        n += tiles->groups[i].n_with_rows;
    for (size_t i = 0; tiles->n_a_group == 0 && i < tiles->n; i++)
        n += tiles->list[i].n_rows > 0;
    return n;
}

uint64_t skr_segment_tiles_n_rows(const skr_tile_list *tiles)
{
    if (tiles->n == 0)
        return 0;
    if (tiles->n_a_group > 0)
        return tiles->groups[tiles->n_groups - 1].first_row +
               tiles->groups[tiles->n_groups - 1].n_rows;
    return tiles->list[tiles->n - 1].first_row + tiles->list[tiles->n - 1].n_rows;
}

bool skr_segment_tiles_reach(const skr_tile_list *tiles, uint32_t contig)
{
    if (tiles->n == 0)
        return false;
    if (tiles->n_a_group > 0)
        return tiles->groups[tiles->n_groups - 1].last.contig >= contig;
    return tiles->list[tiles->n - 1].contig >= contig;
}

bool skr_segment_tiles_span(const skr_tile_list *tiles)
{
    bool has = false;
    for (size_t i = 0; i < tiles->n_groups && !has; i++)
        has = tiles->groups[i].n_spans > 0;
    for (size_t i = 0; tiles->n_a_group == 0 && i < tiles->n && !has; i++)
        has = tiles->list[i].n_spans > 0;
    return has;
}
