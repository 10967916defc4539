/*
 * catalogue_write.c - from merged rows to the file of a catalogue.
 */
#include <stdlib.h>
#include <string.h>

#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/carriers/bits.h"
#include "storage/segment/catalogue_int.h"
#include "storage/segment/open_tile_int.h"

/* Bits of the members of a tile, about; and the rows that it has at least and at most. */
#define TILE_BITS (1u << 21)
#define TILE_ROWS_MIN 256u
#define TILE_ROWS_MAX 4096u

/* A member in the tile that is open. */
typedef struct open_member {
    uint64_t first_row;
    uint32_t n[SKR_N_ROW_SETS]; /* rows in each set; none present: not in the tile */
    uint8_t *bits;              /* of the sets, one after the other; NULL: none yet */
} open_member;

typedef struct catalogue_writer {
    skr_block_writer *file;
    skr_open_tile *tile;
    skr_order_writer *orders;
    bool is_open; /* the tile has rows */
    skr_segment_directory directory;
    size_t n_tiles_max;
    size_t n_refs_max;
    size_t n_wide_max;
    skr_catalogue_member *members;
    open_member *open;
    uint32_t n;
    uint32_t n_tile_rows_max;
    size_t n_set_bytes;
    skr_sample *samples;
    uint64_t n_copies[SKR_N_PLOIDIES];
    uint64_t n_spent;
    skr_buffer bytes;
    skr_err *err;
} catalogue_writer;

/* ------------------------------------------------------------------ tiles */

static int put_members_of_tile(catalogue_writer *w)
{
    uint32_t n = 0;
    uint32_t next = 0;
    for (uint32_t m = 0; m < w->n; m++)
        n += w->open[m].n[SKR_ROWS_PRESENT] > 0;
    w->bytes.n = 0;
    SKR_TRY(skr_buffer_put_varint(&w->bytes, n, w->err));
    for (uint32_t m = 0; m < w->n; m++) {
        if (w->open[m].n[SKR_ROWS_PRESENT] == 0)
            continue;
        SKR_TRY(skr_buffer_put_varint(&w->bytes, m - next, w->err));
        next = m + 1;
    }
    for (uint32_t m = 0; m < w->n; m++)
        if (w->open[m].n[SKR_ROWS_PRESENT] > 0)
            SKR_TRY(skr_buffer_put_varint(&w->bytes, w->open[m].first_row, w->err));
    return SKR_OK;
}

static skr_catalogue_form form_of(const open_member *member, unsigned set, uint32_t n_rows)
{
    uint32_t n_all = set == SKR_ROWS_PRESENT ? n_rows : member->n[SKR_ROWS_PRESENT];
    return member->n[set] == 0       ? SKR_FORM_NONE
           : member->n[set] == n_all ? SKR_FORM_ALL
                                     : SKR_FORM_BITS;
}

static int put_sets_of_tile(catalogue_writer *w, uint32_t n_rows)
{
    for (uint32_t m = 0; m < w->n; m++) {
        unsigned code = 0;
        if (w->open[m].n[SKR_ROWS_PRESENT] == 0)
            continue;
        for (unsigned s = 0; s < SKR_N_ROW_SETS; s++)
            code |= (unsigned)form_of(&w->open[m], s, n_rows) << 2 * s;
        SKR_TRY(skr_buffer_put_u8(&w->bytes, (uint8_t)code, w->err));
    }
    for (uint32_t m = 0; m < w->n; m++)
        for (unsigned s = 0; s < SKR_N_ROW_SETS && w->open[m].n[SKR_ROWS_PRESENT] > 0; s++)
            if (form_of(&w->open[m], s, n_rows) == SKR_FORM_BITS)
                SKR_TRY(skr_buffer_put(&w->bytes, w->open[m].bits + s * w->n_set_bytes,
                                       (n_rows + 7u) / 8, w->err));
    return SKR_OK;
}

static void clear_members(catalogue_writer *w)
{
    for (uint32_t m = 0; m < w->n; m++) {
        if (w->open[m].n[SKR_ROWS_PRESENT] > 0)
            memset(w->open[m].bits, 0, SKR_N_ROW_SETS * w->n_set_bytes);
        memset(w->open[m].n, 0, sizeof w->open[m].n);
    }
}

static int close_tile(catalogue_writer *w)
{
    skr_segment_directory *directory = &w->directory;
    if (!w->is_open)
        return SKR_OK;
    size_t at = directory->tiles.n;
    SKR_TRY(
        SKR_ARRAY_RESERVE(&directory->tiles.list, &w->n_tiles_max, at + 1, "a catalogue", w->err));
    SKR_TRY(
        SKR_ARRAY_RESERVE(&directory->tiles.refs, &w->n_refs_max, at + 1, "a catalogue", w->err));
    skr_tile *tile = &directory->tiles.list[at];
    *tile = *skr_segment_open_tile_map(w->tile);
    tile->first_row = directory->n_rows;
    SKR_TRY(put_members_of_tile(w));
    SKR_TRY(put_sets_of_tile(w, tile->n_rows));
    SKR_TRY(skr_segment_open_tile_write_members(w->tile, &w->bytes, &directory->tiles.refs[at],
                                                w->err));
    directory->n_rows += tile->n_rows;
    directory->tiles.n++;
    w->is_open = false;
    clear_members(w);
    return SKR_OK;
}

/* Makes the tile of a row the open one. */
static int turn_to_tile(catalogue_writer *w, const skr_allele *allele)
{
    uint32_t number = allele->start0 >> w->directory.tile_shift;
    const skr_tile *map = skr_segment_open_tile_map(w->tile);
    if (w->is_open && map->contig == allele->contig && map->number == number &&
        map->n_rows < w->n_tile_rows_max && !skr_segment_open_tile_is_full(w->tile))
        return SKR_OK;
    SKR_TRY(close_tile(w));
    if (map->contig != allele->contig)
        SKR_TRY(skr_order_writer_close(w->orders, w->err));
    skr_segment_open_tile_start(w->tile, allele->contig, number, number << w->directory.tile_shift);
    w->is_open = true;
    return SKR_OK;
}

/* ------------------------------------------------------------------ rows */

static int note_member(catalogue_writer *w, const skr_catalogue_pair *of, uint32_t row)
{
    SKR_CHECK(of->member < w->n && row / 8 < w->n_set_bytes);
    open_member *member = &w->open[of->member];
    const bool is_in[SKR_N_ROW_SETS] = {true, of->is_called};
    if (member->bits == NULL) {
        member->bits = calloc(SKR_N_ROW_SETS, w->n_set_bytes);
        if (member->bits == NULL)
            return skr_fail_nomem(w->err, "a catalogue");
    }
    if (member->n[SKR_ROWS_PRESENT] == 0)
        member->first_row = of->row;
    /* the rows of a member that lie in a tile are all there, one after the other */
    SKR_CHECK(of->row == member->first_row + member->n[SKR_ROWS_PRESENT]);
    for (unsigned s = 0; s < SKR_N_ROW_SETS; s++) {
        if (!is_in[s])
            continue;
        member->bits[s * w->n_set_bytes + row / 8] |= (uint8_t)(1u << row % 8);
        member->n[s]++;
    }
    return SKR_OK;
}

static int add_wide(catalogue_writer *w, const skr_allele *allele)
{
    skr_segment_directory *directory = &w->directory;
    SKR_TRY(SKR_ARRAY_RESERVE(&directory->wide_rows, &w->n_wide_max, directory->n_wide_rows + 1,
                              "a catalogue", w->err));
    directory->wide_rows[directory->n_wide_rows++] =
        (skr_wide_row){.contig = allele->contig,
                       .start0 = allele->start0,
                       .end0 = allele->end0,
                       .tile = (uint32_t)directory->tiles.n,
                       .row = skr_segment_open_tile_map(w->tile)->n_rows};
    return SKR_OK;
}

static int add_row(void *context, const skr_catalogue_row *row, skr_err *err)
{
    catalogue_writer *w = context;
    const skr_allele *allele = &row->allele;
    skr_row_values values = {.totals = row->totals,
                             .n_copies_expected = w->n_copies[allele->ploidy],
                             .is_complete = row->is_complete,
                             .filter_failed = row->filter_failed,
                             .carriers = row->carriers};
    SKR_TRY(turn_to_tile(w, allele));
    values.is_ordered = row->carriers->n >= skr_order_carriers_min(w->directory.n_samples);
    if (values.is_ordered)
        SKR_TRY(skr_order_writer_add(w->orders, row->carriers, &values.order_row, err));
    uint32_t number = skr_segment_open_tile_map(w->tile)->n_rows;
    bool is_wide = allele->end0 - allele->start0 > 1u << w->directory.tile_shift;
    if (is_wide)
        SKR_TRY(add_wide(w, allele));
    for (uint32_t i = 0; i < row->n_members; i++)
        SKR_TRY(note_member(w, &row->members[i], number));
    return skr_segment_open_tile_add_row(w->tile, allele, &values, is_wide, err);
}

/* ------------------------------------------------------------------ members and samples */

static int add_samples(catalogue_writer *w, const skr_segment *source, uint32_t first)
{
    skr_individuals individuals;
    uint32_t n = source->directory.n_samples;
    skr_karyotype *karyotypes = calloc(n, sizeof *karyotypes);
    if (karyotypes == NULL)
        return skr_fail_nomem(w->err, "a catalogue");
    int status = skr_sample_table_individuals(source->directory.samples, &individuals, w->err);
    if (status == SKR_OK)
        status = skr_sample_table_karyotypes(source->directory.samples, karyotypes, w->err);
    for (uint32_t s = 0; s < n && status == SKR_OK; s++)
        w->samples[first + s] = (skr_sample){.name = "",
                                             .individual = skr_individual_of(&individuals, s),
                                             .karyotype = karyotypes[s]};
    free(karyotypes);
    return status;
}

static void add_source(catalogue_writer *w, const skr_segment *source)
{
    if (source->catalogue != NULL) {
        memcpy(w->members + w->n, source->catalogue->members,
               source->catalogue->n * sizeof *w->members);
        w->n += source->catalogue->n;
        w->n_spent += source->catalogue->n_spent;
    } else {
        w->members[w->n++] = (skr_catalogue_member){.file = *skr_block_file_id(source->file),
                                                    .n_samples = source->directory.n_samples,
                                                    .n_rows = source->directory.n_rows,
                                                    .has_spans = source->has_spans};
    }
}

static int count_sources(catalogue_writer *w, skr_segment *const *sources, uint32_t n,
                         uint64_t *ret_n_members)
{
    uint64_t n_samples = 0;
    uint64_t n_members = 0;
    w->directory.tile_shift = SKR_TILE_SHIFT_MAX;
    for (uint32_t i = 0; i < n; i++) {
        const skr_segment_directory *of = &sources[i]->directory;
        n_samples += of->n_samples;
        n_members += sources[i]->catalogue == NULL ? 1 : sources[i]->catalogue->n;
        if (of->tile_shift < w->directory.tile_shift)
            w->directory.tile_shift = of->tile_shift;
        if (of->n_contigs > w->directory.n_contigs)
            w->directory.n_contigs = of->n_contigs;
    }
    if (n_samples > SKR_SAMPLES_MAX || n_members > SKR_CATALOGUE_MEMBERS_MAX)
        return skr_fail(w->err, SKR_ERR_LIMIT, "too many samples or segments for a catalogue");
    w->directory.n_samples = (uint32_t)n_samples;
    *ret_n_members = n_members;
    return SKR_OK;
}

static int take_sources(catalogue_writer *w, skr_segment *const *sources, uint32_t n)
{
    uint64_t n_members = 0;
    uint32_t first = 0;
    SKR_TRY(count_sources(w, sources, n, &n_members));
    w->members = calloc(n_members + 1, sizeof *w->members);
    w->open = calloc(n_members + 1, sizeof *w->open);
    w->samples = calloc((size_t)w->directory.n_samples + 1, sizeof *w->samples);
    if (w->members == NULL || w->open == NULL || w->samples == NULL)
        return skr_fail_nomem(w->err, "a catalogue");
    for (uint32_t i = 0; i < n; i++) {
        add_source(w, sources[i]);
        SKR_TRY(add_samples(w, sources[i], first));
        first += sources[i]->directory.n_samples;
    }
    for (uint32_t s = 0; s < w->directory.n_samples; s++)
        for (unsigned ploidy = 0; ploidy < SKR_N_PLOIDIES; ploidy++)
            w->n_copies[ploidy] += skr_copies_expected((skr_ploidy)ploidy, w->samples[s].karyotype);
    w->n_tile_rows_max = TILE_BITS / w->n;
    w->n_tile_rows_max = w->n_tile_rows_max < TILE_ROWS_MIN ? TILE_ROWS_MIN : w->n_tile_rows_max;
    w->n_tile_rows_max = w->n_tile_rows_max > TILE_ROWS_MAX ? TILE_ROWS_MAX : w->n_tile_rows_max;
    w->n_set_bytes = w->n_tile_rows_max / 8 + 1;
    return SKR_OK;
}

/* ------------------------------------------------------------------ the end */

static int put_member(skr_buffer *bytes, const skr_catalogue_member *member, skr_err *err)
{
    size_t n_name = strlen(member->file.name);
    SKR_TRY(skr_buffer_put_varint(bytes, n_name, err));
    SKR_TRY(skr_buffer_put(bytes, member->file.name, n_name, err));
    SKR_TRY(skr_buffer_put_varint(bytes, member->file.n_bytes, err));
    SKR_TRY(skr_buffer_put_u32(bytes, member->file.directory_crc, err));
    SKR_TRY(skr_buffer_put_varint(bytes, member->n_samples, err));
    SKR_TRY(skr_buffer_put_varint(bytes, member->n_rows, err));
    return skr_buffer_put_varint(bytes, member->has_spans, err);
}

/* Ends the tile and the order that are open. The directory gets a copy of the orders. */
static int close_rows(catalogue_writer *w)
{
    SKR_TRY(close_tile(w));
    SKR_TRY(skr_order_writer_close(w->orders, w->err));
    return skr_order_writer_copy(w->orders, &w->directory.orders, &w->directory.n_orders, w->err);
}

/* What was spent is what the sources were, and what is written of this one. */
static int write_end(catalogue_writer *w, skr_file_id *ret_id)
{
    SKR_TRY(close_rows(w));
    uint64_t n_bytes = skr_block_writer_n_bytes(w->file);
    const skr_sample_plan samples = {
        .samples = w->samples, .n_samples = w->directory.n_samples, .names_are_ids = true};
    SKR_TRY(skr_sample_table_write(w->file, &samples, &w->directory.sample_part, w->err));
    SKR_TRY(skr_segment_tiles_group(&w->directory.tiles, SKR_TILES_A_GROUP, w->file, w->err));
    w->bytes.n = 0;
    SKR_TRY(skr_segment_directory_encode(&w->directory, &w->bytes, w->err));
    SKR_TRY(skr_buffer_put_varint(&w->bytes, w->n, w->err));
    SKR_TRY(skr_buffer_put_varint(&w->bytes, w->n_spent + n_bytes, w->err));
    for (uint32_t i = 0; i < w->n; i++)
        SKR_TRY(put_member(&w->bytes, &w->members[i], w->err));
    if (w->bytes.n > SKR_BLOCK_RAW_MAX)
        return skr_fail(w->err, SKR_ERR_LIMIT, "a catalogue: its directory has %zu bytes",
                        w->bytes.n);
    return skr_block_writer_finish(w->file, w->bytes.bytes, w->bytes.n, ret_id, w->err);
}

static void writer_done(catalogue_writer *w)
{
    for (uint32_t m = 0; w->open != NULL && m < w->n; m++)
        free(w->open[m].bits);
    skr_segment_open_tile_free(w->tile);
    skr_order_writer_free(w->orders);
    skr_block_writer_free(w->file);
    skr_segment_directory_done(&w->directory);
    free(w->members);
    free(w->open);
    free(w->samples);
    skr_buffer_done(&w->bytes);
}

int skr_catalogue_write(const char *folder, const char *name, skr_segment *const *sources,
                        uint32_t n, skr_file_id *ret_id, skr_err *err)
{
    catalogue_writer w = {.err = err};
    SKR_CHECK(n > 0);
    int status = take_sources(&w, sources, n);
    if (status == SKR_OK)
        status = skr_block_writer_new(folder, name, SKR_FILE_CATALOGUE, &w.file, err);
    if (status == SKR_OK)
        status = skr_segment_open_tile_new(w.file, w.directory.n_samples, &w.tile, err);
    if (status == SKR_OK)
        status = skr_order_writer_new(w.file, w.directory.n_samples, SKR_ORDER_ROWS_MAX, false,
                                      &w.orders, err);
    if (status == SKR_OK)
        status = skr_catalogue_merge(sources, n, add_row, &w, err);
    if (status == SKR_OK)
        status = write_end(&w, ret_id);
    writer_done(&w);
    return status;
}
