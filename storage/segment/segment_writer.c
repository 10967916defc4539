/*
 * segment_writer.c - from ordered rows and spans to a segment file.
 *
 * Rows and spans advance over a contig each at its own pace, so a few tiles may be open at a time.
 * A tile is stored when both have passed it, when it is full, or when its place is needed: then
 * what still comes for it makes another piece. The directory sorts the pieces at the end.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/carriers/kernel.h"
#include "storage/segment/open_tile_int.h"
#include "storage/segment/segment_phase.h"
#include "storage/segment/segment_steps_int.h"

#define OPEN_TILES_MAX 4u

/* Rows that a tile should hold at most when they are spread evenly. */
#define ROWS_A_TILE 4096u

/* A tile that is stored. */
typedef struct piece {
    skr_tile map;
    skr_tile_refs refs;
    size_t number; /* in the order of writing */
} piece;

/* A row longer than a tile; which tile it lies in is known at the end. */
typedef struct wide_row {
    skr_wide_row row;
    uint64_t number; /* in the segment */
} wide_row;

#define NO_CONTIG UINT32_MAX

struct skr_segment_writer {
    skr_block_writer *file;
    const skr_sample *samples;
    bool names_are_ids;
    skr_facts_source facts;
    bool wants_steps;
    uint32_t tiles_a_group;
    uint32_t n_samples;
    uint32_t n_contigs;
    uint32_t tile_shift;
    uint8_t *copies_expected[SKR_N_PLOIDIES];
    uint64_t n_copies_expected[SKR_N_PLOIDIES];

    uint32_t contig; /* that rows and spans come for now; NO_CONTIG before the first */
    uint32_t row_start0;
    uint32_t span_start0;
    skr_allele last; /* its texts lie in last_texts */
    skr_buffer last_texts;
    bool has_last;

    skr_open_tile *open[OPEN_TILES_MAX]; /* ascending by number */
    size_t n_open;
    skr_open_tile *spare[OPEN_TILES_MAX];
    size_t n_spare;
    skr_open_tile *wide; /* spans longer than a tile */
    uint32_t wide_min_start0;

    skr_order_writer *orders;
    skr_order_writer *phase_orders; /* of first haplotypes */
    uint32_t order_carriers_min;
    const skr_haplotypes *phased; /* of the row that comes next; NULL: nobody */
    skr_carriers firsts;          /* scratch: their first haplotypes */

    piece *pieces;
    size_t n_pieces;
    size_t n_pieces_max;
    uint64_t n_rows;
    wide_row *wide_rows;
    size_t n_wide_rows;
    size_t n_wide_rows_max;
    skr_wide_spans *wide_spans;
    size_t n_wide_spans;
    size_t n_wide_spans_max;
    skr_cover_chunk *chunks;
    size_t n_chunks;
    size_t n_chunks_max;
    skr_buffer chunk_bytes;
};

/* Rows spread evenly would fill tiles of this span with ROWS_A_TILE at most. */
static uint32_t choose_tile_shift(const skr_segment_plan *plan)
{
    uint32_t shift = SKR_TILE_SHIFT_MAX;
    double rows_a_base = (double)(plan->n_rows_expected + 1) / (double)(plan->n_bases_expected + 1);
    while (shift > SKR_TILE_SHIFT_MIN && rows_a_base * (double)(1u << shift) > ROWS_A_TILE)
        shift--;
    return shift;
}

static int make_orders(skr_segment_writer *writer, const skr_segment_plan *plan, skr_err *err)
{
    uint32_t n_rows_max = plan->order_rows_max == 0 ? SKR_ORDER_ROWS_MAX : plan->order_rows_max;
    writer->order_carriers_min = plan->order_carriers_min;
    if (plan->order_carriers_min == 0)
        writer->order_carriers_min = skr_order_carriers_min(plan->n_samples);
    SKR_TRY(skr_order_writer_new(writer->file, writer->n_samples, n_rows_max, plan->wants_orders,
                                 &writer->orders, err));
    return skr_order_writer_new(writer->file, writer->n_samples, n_rows_max, plan->wants_orders,
                                &writer->phase_orders, err);
}

static int fill_copies_expected(skr_segment_writer *writer, skr_err *err)
{
    for (unsigned ploidy = 0; ploidy < SKR_N_PLOIDIES; ploidy++) {
        uint8_t *copies = malloc(writer->n_samples);
        if (copies == NULL)
            return skr_fail_nomem(err, "segment");
        writer->copies_expected[ploidy] = copies;
        for (uint32_t i = 0; i < writer->n_samples; i++) {
            copies[i] = skr_copies_expected((skr_ploidy)ploidy, writer->samples[i].karyotype);
            writer->n_copies_expected[ploidy] += copies[i];
        }
    }
    return SKR_OK;
}

int skr_segment_writer_new(const char *folder, const char *name, const skr_segment_plan *plan,
                           skr_segment_writer **ret_writer, skr_err *err)
{
    if (plan->n_samples == 0 || plan->n_samples > SKR_SAMPLES_MAX)
        return skr_fail(err, SKR_ERR_LIMIT, "segment: %" PRIu32 " samples; 1 to %u are possible",
                        plan->n_samples, SKR_SAMPLES_MAX);
    if (plan->n_contigs > SKR_CONTIGS_MAX)
        return skr_fail(err, SKR_ERR_LIMIT, "segment: %" PRIu32 " contigs; %u are possible",
                        plan->n_contigs, SKR_CONTIGS_MAX);
    skr_segment_writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL)
        return skr_fail_nomem(err, "segment");
    writer->samples = plan->samples;
    writer->names_are_ids = plan->names_are_ids;
    writer->facts = plan->facts;
    writer->wants_steps = plan->wants_steps;
    writer->tiles_a_group = plan->tiles_a_group == 0 ? SKR_TILES_A_GROUP : plan->tiles_a_group;
    writer->n_samples = plan->n_samples;
    writer->n_contigs = plan->n_contigs;
    writer->tile_shift = choose_tile_shift(plan);
    writer->contig = NO_CONTIG;
    int status = fill_copies_expected(writer, err);
    if (status == SKR_OK)
        status = skr_block_writer_new(folder, name, SKR_FILE_SEGMENT, &writer->file, err);
    if (status == SKR_OK)
        status = make_orders(writer, plan, err);
    if (status == SKR_OK)
        status = skr_segment_open_tile_new(writer->file, writer->n_samples, &writer->wide, err);
    if (status != SKR_OK) {
        skr_segment_writer_free(writer);
        return status;
    }
    skr_segment_open_tile_start(writer->wide, 0, 0, 0);
    *ret_writer = writer;
    return SKR_OK;
}

void skr_segment_writer_free(skr_segment_writer *writer)
{
    if (writer == NULL)
        return;
    for (size_t i = 0; i < writer->n_open; i++)
        skr_segment_open_tile_free(writer->open[i]);
    for (size_t i = 0; i < writer->n_spare; i++)
        skr_segment_open_tile_free(writer->spare[i]);
    skr_segment_open_tile_free(writer->wide);
    skr_order_writer_free(writer->orders);
    skr_order_writer_free(writer->phase_orders);
    skr_carriers_done(&writer->firsts);
    for (unsigned ploidy = 0; ploidy < SKR_N_PLOIDIES; ploidy++)
        free(writer->copies_expected[ploidy]);
    skr_buffer_done(&writer->last_texts);
    free(writer->pieces);
    free(writer->wide_rows);
    free(writer->wide_spans);
    free(writer->chunks);
    skr_buffer_done(&writer->chunk_bytes);
    skr_block_writer_free(writer->file);
    free(writer);
}

/* ------------------------------------------------------------------ tiles */

/* Stores the open tile at `at`. */
static int close_tile(skr_segment_writer *writer, size_t at, skr_err *err)
{
    skr_open_tile *tile = writer->open[at];
    SKR_TRY(SKR_ARRAY_RESERVE(&writer->pieces, &writer->n_pieces_max, writer->n_pieces + 1,
                              "segment", err));
    piece *stored = &writer->pieces[writer->n_pieces];
    stored->map = *skr_segment_open_tile_map(tile);
    stored->number = writer->n_pieces;
    SKR_TRY(skr_segment_open_tile_write(tile, &stored->refs, err));
    writer->n_pieces++;
    writer->n_open--;
    memmove(&writer->open[at], &writer->open[at + 1], (writer->n_open - at) * sizeof *writer->open);
    writer->spare[writer->n_spare++] = tile;
    return SKR_OK;
}

/* Stores the wide spans collected so far. */
static int close_wide(skr_segment_writer *writer, skr_err *err)
{
    const skr_tile *map = skr_segment_open_tile_map(writer->wide);
    if (map->n_spans == 0)
        return SKR_OK;
    SKR_TRY(SKR_ARRAY_RESERVE(&writer->wide_spans, &writer->n_wide_spans_max,
                              writer->n_wide_spans + 1, "segment", err));
    skr_tile_refs refs;
    SKR_TRY(skr_segment_open_tile_write(writer->wide, &refs, err));
    writer->wide_spans[writer->n_wide_spans++] = (skr_wide_spans){
        .contig = map->contig,
        .n_spans = map->n_spans,
        .min_start0 = writer->wide_min_start0,
        .max_end0 = map->max_span_end0,
        .calls = refs.of[SKR_TILE_CALLS],
        .spans = refs.of[SKR_TILE_SPANS],
    };
    skr_segment_open_tile_start(writer->wide, map->contig, 0, 0);
    return SKR_OK;
}

/* Stores everything of the contig that comes to its end. */
static int close_contig(skr_segment_writer *writer, skr_err *err)
{
    while (writer->n_open > 0)
        SKR_TRY(close_tile(writer, 0, err));
    SKR_TRY(close_wide(writer, err));
    SKR_TRY(skr_order_writer_close(writer->orders, err));
    return skr_order_writer_close(writer->phase_orders, err);
}

static int turn_to_contig(skr_segment_writer *writer, uint32_t contig, skr_err *err)
{
    SKR_CHECK(contig < writer->n_contigs);
    if (contig == writer->contig)
        return SKR_OK;
    SKR_CHECK(writer->contig == NO_CONTIG || contig > writer->contig);
    SKR_TRY(close_contig(writer, err));
    writer->contig = contig;
    writer->row_start0 = 0;
    writer->span_start0 = 0;
    skr_segment_open_tile_start(writer->wide, contig, 0, 0);
    return SKR_OK;
}

/* The open tile of this number, opened if it was not. Makes room by storing the lowest. */
static int find_open_tile(skr_segment_writer *writer, uint32_t number, skr_open_tile **ret_tile,
                          skr_err *err)
{
    uint32_t row_tile = writer->row_start0 >> writer->tile_shift;
    uint32_t span_tile = writer->span_start0 >> writer->tile_shift;
    uint32_t passed = row_tile < span_tile ? row_tile : span_tile;
    int status = SKR_OK;
    while (writer->n_open > 0 && skr_segment_open_tile_map(writer->open[0])->number < passed &&
           status == SKR_OK)
        status = close_tile(writer, 0, err);
    size_t at = 0;
    while (at < writer->n_open && skr_segment_open_tile_map(writer->open[at])->number < number)
        at++;
    if (status != SKR_OK)
        return status;
    if (at < writer->n_open && skr_segment_open_tile_map(writer->open[at])->number == number) {
        *ret_tile = writer->open[at];
        return SKR_OK;
    }
    if (writer->n_open == OPEN_TILES_MAX) {
        status = close_tile(writer, 0, err);
        at = at > 0 ? at - 1 : 0;
    }
    skr_open_tile *tile = NULL;
    if (status == SKR_OK && writer->n_spare > 0)
        tile = writer->spare[--writer->n_spare];
    else if (status == SKR_OK)
        status = skr_segment_open_tile_new(writer->file, writer->n_samples, &tile, err);
    if (status != SKR_OK)
        return status;
    skr_segment_open_tile_start(tile, writer->contig, number, number << writer->tile_shift);
    memmove(&writer->open[at + 1], &writer->open[at], (writer->n_open - at) * sizeof *writer->open);
    writer->open[at] = tile;
    writer->n_open++;
    *ret_tile = tile;
    return SKR_OK;
}

static int close_if_full(skr_segment_writer *writer, const skr_open_tile *tile, skr_err *err)
{
    if (!skr_segment_open_tile_is_full(tile))
        return SKR_OK;
    size_t at = 0;
    while (writer->open[at] != tile)
        at++;
    return close_tile(writer, at, err);
}

/* ------------------------------------------------------------------ rows */

static void check_calls(const skr_segment_writer *writer, const skr_call_set *calls)
{
    SKR_CHECK(calls->n_flips == 0 || calls->flips[calls->n_flips - 1] < writer->n_samples);
    SKR_CHECK(calls->n_exceptions == 0 ||
              calls->exceptions[calls->n_exceptions - 1].sample < writer->n_samples);
}

static void check_allele(const skr_allele *allele)
{
    SKR_CHECK(allele->start0 < allele->end0 && allele->end0 <= SKR_CONTIG_LENGTH_MAX);
    SKR_CHECK(allele->kind <= SKR_ALLELE_SV && allele->ploidy < (skr_ploidy)SKR_N_PLOIDIES);
    SKR_CHECK(allele->n_alt >= 1 && allele->n_alt <= SKR_ALLELE_MAX);
    SKR_CHECK(allele->n_ref <= SKR_ALLELE_MAX);
    SKR_CHECK(allele->n_ref == (allele->kind == SKR_ALLELE_SV ? 0 : allele->end0 - allele->start0));
    SKR_CHECK(allele->kind != SKR_ALLELE_SNV || (allele->n_ref == 1 && allele->n_alt == 1));
}

/* Keeps a copy of the allele, to compare the next one with. */
static int remember(skr_segment_writer *writer, const skr_allele *allele, skr_err *err)
{
    writer->last_texts.n = 0;
    SKR_TRY(skr_buffer_put(&writer->last_texts, allele->alt, allele->n_alt, err));
    if (allele->n_ref > 0)
        SKR_TRY(skr_buffer_put(&writer->last_texts, allele->ref, allele->n_ref, err));
    writer->last = *allele;
    writer->last.alt = (const char *)writer->last_texts.bytes;
    writer->last.ref = (const char *)writer->last_texts.bytes + allele->n_alt;
    writer->has_last = true;
    return SKR_OK;
}

/* Notes the row that is about to be added. */
static int add_wide_row(skr_segment_writer *writer, const skr_allele *allele, skr_err *err)
{
    SKR_TRY(SKR_ARRAY_RESERVE(&writer->wide_rows, &writer->n_wide_rows_max, writer->n_wide_rows + 1,
                              "segment", err));
    wide_row *wide = &writer->wide_rows[writer->n_wide_rows++];
    wide->row =
        (skr_wide_row){.contig = allele->contig, .start0 = allele->start0, .end0 = allele->end0};
    wide->number = writer->n_rows;
    return SKR_OK;
}

void skr_segment_writer_phase(skr_segment_writer *writer, const skr_haplotypes *phased)
{
    writer->phased = phased->n == 0 ? NULL : phased;
}

/*
 * Takes over what is known of the haplotypes of the row. Where its carriers are in an order, and
 * most of those of one copy were phased, its first haplotypes are in one too.
 */
static int take_phase(skr_segment_writer *writer, uint32_t start0, skr_row_values *values,
                      skr_err *err)
{
    const skr_haplotypes *phased = writer->phased;
    writer->phased = NULL;
    if (phased == NULL)
        return SKR_OK;
    values->phased = phased;
    values->phase = (skr_haplotype_place){.start0 = start0};
    if (!values->is_ordered || phased->n <= skr_haplotypes_n_ones(values->carriers) / 2)
        return SKR_OK;
    values->phase.is_ordered = true;
    SKR_TRY(skr_haplotypes_firsts(phased, values->carriers, &writer->firsts, err));
    return skr_order_writer_add(writer->phase_orders, &writer->firsts, &values->phase.order_row,
                                err);
}

int skr_segment_writer_add_row(skr_segment_writer *writer, const skr_allele *allele,
                               const skr_carriers *carriers, const skr_call_set *calls,
                               bool filter_failed, skr_err *err)
{
    check_allele(allele);
    check_calls(writer, calls);
    SKR_CHECK(!writer->has_last || skr_segment_allele_compare(&writer->last, allele) < 0);
    skr_row_values values = {
        .n_copies_expected = writer->n_copies_expected[allele->ploidy],
        .is_complete = skr_call_set_is_complete(calls, writer->n_samples),
        .filter_failed = filter_failed,
        .carriers = carriers,
        .calls = calls,
    };
    SKR_CHECK(skr_segment_row_totals_of(carriers, calls, writer->copies_expected[allele->ploidy],
                                        writer->n_copies_expected[allele->ploidy],
                                        writer->n_samples, &values.totals));

    int status = turn_to_contig(writer, allele->contig, err);
    values.is_ordered = carriers->n >= writer->order_carriers_min;
    if (status == SKR_OK && values.is_ordered)
        status = skr_order_writer_add(writer->orders, carriers, &values.order_row, err);
    if (status == SKR_OK)
        status = take_phase(writer, allele->start0, &values, err);
    if (status != SKR_OK)
        return status;
    writer->row_start0 = allele->start0;
    skr_open_tile *tile = NULL;
    status = find_open_tile(writer, allele->start0 >> writer->tile_shift, &tile, err);
    bool is_wide = allele->end0 - allele->start0 > 1u << writer->tile_shift;
    if (status == SKR_OK && is_wide)
        status = add_wide_row(writer, allele, err);
    if (status == SKR_OK)
        status = skr_segment_open_tile_add_row(tile, allele, &values, is_wide, err);
    if (status == SKR_OK)
        status = remember(writer, allele, err);
    if (status != SKR_OK)
        return status;
    writer->n_rows++;
    return close_if_full(writer, tile, err);
}

/* ------------------------------------------------------------------ spans */

int skr_segment_writer_add_span(skr_segment_writer *writer, uint32_t contig, uint32_t start0,
                                uint32_t end0, skr_ploidy ploidy, const skr_call_set *calls,
                                skr_err *err)
{
    SKR_CHECK(start0 < end0 && end0 <= SKR_CONTIG_LENGTH_MAX &&
              ploidy < (skr_ploidy)SKR_N_PLOIDIES);
    check_calls(writer, calls);
    SKR_TRY(turn_to_contig(writer, contig, err));
    SKR_CHECK(start0 >= writer->span_start0);
    writer->span_start0 = start0;
    skr_span span = {.start0 = start0, .end0 = end0, .ploidy = (uint8_t)ploidy};
    if (end0 - start0 > 1u << writer->tile_shift) {
        if (skr_segment_open_tile_map(writer->wide)->n_spans == 0)
            writer->wide_min_start0 = start0;
        SKR_TRY(skr_segment_open_tile_add_span(writer->wide, &span, calls, err));
        if (skr_segment_open_tile_is_full(writer->wide))
            SKR_TRY(close_wide(writer, err));
        return SKR_OK;
    }
    skr_open_tile *tile = NULL;
    SKR_TRY(find_open_tile(writer, start0 >> writer->tile_shift, &tile, err));
    SKR_TRY(skr_segment_open_tile_add_span(tile, &span, calls, err));
    return close_if_full(writer, tile, err);
}

int skr_segment_writer_add_coverage(skr_segment_writer *writer, uint32_t contig, skr_ploidy ploidy,
                                    const skr_cover_place *place, const skr_cover_run *runs,
                                    const uint32_t *first, skr_err *err)
{
    const skr_cover_chunk *last =
        writer->n_chunks > 0 ? &writer->chunks[writer->n_chunks - 1] : NULL;
    SKR_CHECK(place->start0 < place->end0 && place->end0 <= SKR_CONTIG_LENGTH_MAX);
    SKR_CHECK(contig < writer->n_contigs && ploidy < (skr_ploidy)SKR_N_PLOIDIES);
    SKR_CHECK(place->n_samples == writer->n_samples);
    SKR_CHECK(last == NULL || last->contig < contig ||
              (last->contig == contig && last->end0 <= place->start0));
    SKR_TRY(SKR_ARRAY_RESERVE(&writer->chunks, &writer->n_chunks_max, writer->n_chunks + 1,
                              "segment", err));
    skr_buffer_parts parts;
    writer->chunk_bytes.n = 0;
    SKR_TRY(skr_coverage_encode(place, runs, first, &writer->chunk_bytes, &parts, err));
    skr_cover_chunk *chunk = &writer->chunks[writer->n_chunks];
    *chunk = (skr_cover_chunk){contig, place->start0, place->end0, (uint8_t)ploidy, {0}};
    SKR_TRY(skr_block_writer_put_parts(writer->file, writer->chunk_bytes.bytes,
                                       writer->chunk_bytes.n, &parts, &chunk->ref, err));
    writer->n_chunks++;
    return SKR_OK;
}

/* ------------------------------------------------------------------ the end */

static int compare_pieces(const void *left, const void *right)
{
    const piece *a = left;
    const piece *b = right;
    if (a->map.contig != b->map.contig)
        return a->map.contig < b->map.contig ? -1 : 1;
    if (a->map.number != b->map.number)
        return a->map.number < b->map.number ? -1 : 1;
    return a->number < b->number ? -1 : 1;
}

/* Fills the lists of the directory from the pieces; they are allocated and of the right size. */
static void sort_pieces(skr_segment_writer *writer, skr_segment_directory *directory)
{
    if (writer->n_pieces > 0)
        qsort(writer->pieces, writer->n_pieces, sizeof *writer->pieces, compare_pieces);
    uint64_t first_row = 0;
    size_t i_wide = 0;
    for (size_t i = 0; i < writer->n_pieces; i++) {
        skr_tile *tile = &directory->tiles.list[i];
        *tile = writer->pieces[i].map;
        tile->first_row = first_row;
        first_row += tile->n_rows;
        directory->tiles.refs[i] = writer->pieces[i].refs;
        directory->tiles.has_phase |= writer->pieces[i].refs.phase.n_raw > 0;
        for (; i_wide < writer->n_wide_rows && writer->wide_rows[i_wide].number < first_row;
             i_wide++) {
            directory->wide_rows[i_wide] = writer->wide_rows[i_wide].row;
            directory->wide_rows[i_wide].tile = (uint32_t)i;
            directory->wide_rows[i_wide].row =
                (uint32_t)(writer->wide_rows[i_wide].number - tile->first_row);
        }
    }
    SKR_CHECK(first_row == writer->n_rows && i_wide == writer->n_wide_rows);
}

static int fill_directory(skr_segment_writer *writer, skr_segment_directory *directory,
                          skr_err *err)
{
    directory->n_samples = writer->n_samples;
    directory->n_contigs = writer->n_contigs;
    directory->tile_shift = writer->tile_shift;
    directory->n_rows = writer->n_rows;
    directory->tiles.n = writer->n_pieces;
    directory->n_wide_rows = writer->n_wide_rows;
    directory->n_wide_spans = writer->n_wide_spans;
    if (!skr_segment_room_for(&directory->tiles.list, directory->tiles.n,
                              sizeof *directory->tiles.list) ||
        !skr_segment_room_for(&directory->tiles.refs, directory->tiles.n,
                              sizeof *directory->tiles.refs) ||
        !skr_segment_room_for(&directory->wide_rows, directory->n_wide_rows,
                              sizeof *directory->wide_rows) ||
        !skr_segment_room_for(&directory->wide_spans, directory->n_wide_spans,
                              sizeof *directory->wide_spans) ||
        !skr_segment_room_for(&directory->chunks, writer->n_chunks, sizeof *directory->chunks))
        return skr_fail_nomem(err, "segment");
    SKR_TRY(skr_order_writer_copy(writer->orders, &directory->orders, &directory->n_orders, err));
    SKR_TRY(skr_order_writer_copy(writer->phase_orders, &directory->phase_orders,
                                  &directory->n_phase_orders, err));
    directory->n_chunks = writer->n_chunks;
    if (writer->n_chunks > 0)
        memcpy(directory->chunks, writer->chunks, writer->n_chunks * sizeof *writer->chunks);
    sort_pieces(writer, directory);
    SKR_TRY(skr_segment_tiles_group(&directory->tiles, writer->tiles_a_group, writer->file, err));
    if (writer->n_wide_spans > 0)
        memcpy(directory->wide_spans, writer->wide_spans,
               writer->n_wide_spans * sizeof *writer->wide_spans);
    const skr_sample_plan samples = {writer->samples, writer->n_samples, writer->names_are_ids,
                                     writer->facts};
    return skr_sample_table_write(writer->file, &samples, &directory->sample_part, err);
}

/*
 * Steps follow from what is written already, so it is read again: directory is that of a segment
 * without steps, and gets them.
 */
static int make_steps(skr_segment_writer *writer, skr_segment_directory *directory, skr_err *err)
{
    skr_segment segment = {0};
    skr_buffer bytes = {0};
    skr_steps_list list = {0};
    if (writer->n_samples < SKR_STEPS_SAMPLES_MIN && !writer->wants_steps)
        return SKR_OK;
    int status = skr_segment_directory_encode(directory, &bytes, err);
    if (status == SKR_OK)
        status = skr_block_writer_read_back(writer->file, &bytes, &segment.file, err);
    if (status == SKR_OK)
        status = skr_segment_directory_decode(segment.file, &segment.directory, err);
    if (status == SKR_OK)
        status = skr_segment_steps_make(&segment, writer->file, writer->wants_steps, &list, err);
    directory->steps = list.list;
    directory->n_steps = status == SKR_OK ? list.n : 0;
    skr_segment_directory_done(&segment.directory);
    skr_block_file_close(segment.file);
    skr_buffer_done(&bytes);
    return status;
}

int skr_segment_writer_finish(skr_segment_writer *writer, skr_file_id *ret_id, uint64_t *ret_n_rows,
                              skr_err *err)
{
    skr_segment_directory directory = {0};
    skr_buffer bytes = {0};
    int status = close_contig(writer, err);
    if (status == SKR_OK)
        status = fill_directory(writer, &directory, err);
    if (status == SKR_OK)
        status = make_steps(writer, &directory, err);
    if (status == SKR_OK)
        status = skr_segment_directory_encode(&directory, &bytes, err);
    if (status == SKR_OK && bytes.n > SKR_BLOCK_RAW_MAX)
        status =
            skr_fail(err, SKR_ERR_LIMIT, "segment: a directory of %zu bytes is too long", bytes.n);
    if (status == SKR_OK)
        status = skr_block_writer_finish(writer->file, bytes.bytes, bytes.n, ret_id, err);
    if (status == SKR_OK && ret_n_rows != NULL)
        *ret_n_rows = writer->n_rows;
    skr_segment_directory_done(&directory);
    skr_buffer_done(&bytes);
    return status;
}
