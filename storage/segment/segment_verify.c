/*
 * segment_verify.c - reads a whole segment and reports what is wrong with it.
 *
 * The view already refuses what is malformed. Here every row is added up again, zone maps and lists
 * of the directory are compared with what the tiles hold, and the container is checked between the
 * blocks. A tile that cannot be read does not hide the faults of the next.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/array.h"
#include "storage/segment/segment_phase.h"
#include "storage/segment/segment_steps_int.h"
#include "storage/segment/segment_view_int.h"

typedef struct verify {
    const skr_segment *segment;
    skr_segment_view *view;
    skr_fault_fn on_fault;
    void *context;
    skr_carriers carriers;
    skr_haplotypes phased;
    skr_carriers firsts;
    uint64_t phase_row;   /* the next row of an order of first haplotypes */
    size_t i_wide;        /* wide rows met so far */
    uint64_t order_row;   /* the next row of an order, as they should be met */
    uint32_t span_contig; /* of the last span met */
    uint32_t span_start0;
    skr_block_ref *refs;
    size_t n_refs;
    size_t n_refs_max;
    bool has_all_refs;
    skr_err *err;
} verify;

static void report(const verify *v, const char *what, const skr_tile *tile, const char *detail)
{
    skr_err text;
    (void)skr_fail(&text, SKR_ERR_CORRUPT, "%s: contig %" PRIu32 " from base %" PRIu32 ": %s%s%s",
                   skr_block_file_name(v->segment->file), tile->contig,
                   skr_tile_base0(v->segment, tile), what, detail[0] == '\0' ? "" : ": ", detail);
    v->on_fault(v->context, text.message);
}

/* Damage is reported and the checking goes on; anything else ends it. */
static int told(const verify *v, int status)
{
    if (status != SKR_ERR_CORRUPT)
        return status;
    v->on_fault(v->context, v->err->message);
    return SKR_OK;
}

static int add_ref(verify *v, const skr_block_ref *ref)
{
    if (ref->n_raw == 0)
        return SKR_OK;
    SKR_TRY(SKR_ARRAY_RESERVE(&v->refs, &v->n_refs_max, v->n_refs + 1, "verify", v->err));
    v->refs[v->n_refs++] = *ref;
    return SKR_OK;
}

/* ------------------------------------------------------------------ rows */

static void report_row(const verify *v, const skr_tile *tile, const skr_tile_rows *rows,
                       uint32_t row, const char *what)
{
    char place[64];
    (void)snprintf(place, sizeof place, "row at base %" PRIu32, rows->start0[row]);
    report(v, place, tile, what);
}

/* Rows of orders are met in their order, each once. */
static void verify_order_row(verify *v, const skr_tile *tile, const skr_tile_rows *rows,
                             uint32_t row)
{
    uint64_t number = 0;
    if (!skr_segment_view_is_ordered(v->view, row, &number))
        return;
    if (number != v->order_row)
        report_row(v, tile, rows, row, "its order has it elsewhere");
    v->order_row = number + 1;
}

/* Has a phased sample two haplotypes? A plain carrier has as many copies as are expected. */
static bool has_haplotypes(const skr_carriers *carriers, uint32_t sample, uint8_t n_expected)
{
    for (uint32_t i = 0; i < carriers->n_bags; i++)
        if (carriers->bags[i].sample == sample)
            return carriers->bags[i].zygosity != SKR_HEMI;
    return n_expected == 2;
}

static bool are_equal(const skr_carriers *a, const skr_carriers *b)
{
    if (a->n != b->n || a->n_bags != 0)
        return false;
    for (uint32_t i = 0; i < a->n; i++)
        if (a->samples[i] != b->samples[i] || a->dosages[i] != b->dosages[i])
            return false;
    return true;
}

/* What a row of an order of first haplotypes has follows from the row, and is met in its order. */
static int verify_firsts(verify *v, const skr_tile *tile, const skr_tile_rows *rows, uint32_t row)
{
    const uint8_t *bytes = NULL;
    size_t n_bytes = 0;
    uint64_t number = 0;
    SKR_TRY(skr_segment_view_phase_bytes(v->view, row, &bytes, &n_bytes, v->err));
    if (!skr_haplotypes_is_ordered(bytes, n_bytes, &number))
        return SKR_OK;
    if (number != v->phase_row)
        report_row(v, tile, rows, row, "its order of first haplotypes has it elsewhere");
    v->phase_row = number + 1;
    SKR_TRY(skr_haplotypes_firsts(&v->phased, &v->carriers, &v->firsts, v->err));
    if (!are_equal(&v->view->firsts, &v->firsts))
        report_row(v, tile, rows, row, "its first haplotypes are not those of its carriers");
    return SKR_OK;
}

/* The phase of a row whose carriers are at hand. */
static int verify_phase(verify *v, size_t number, const skr_tile_rows *rows, uint32_t row)
{
    const skr_tile *tile = &v->segment->directory.tiles.list[number];
    const uint8_t *expected = skr_segment_copies_expected(v->segment, rows->ploidy[row]);
    if (v->segment->directory.tiles.refs[number].phase.n_raw == 0)
        return SKR_OK;
    int status = skr_segment_view_phase(v->view, number, row, &v->carriers, &v->phased, v->err);
    if (status == SKR_OK)
        status = verify_firsts(v, tile, rows, row);
    if (status == SKR_ERR_CORRUPT) {
        report_row(v, tile, rows, row, v->err->message);
        return SKR_OK;
    }
    if (status != SKR_OK)
        return status;
    for (uint32_t i = 0; i < v->phased.n; i++) {
        uint32_t sample = v->phased.list[i].sample;
        if (!has_haplotypes(&v->carriers, sample, expected[sample])) {
            report_row(v, tile, rows, row, "a sample of one copy was phased");
            break;
        }
    }
    return SKR_OK;
}

/* Compares a row's stored totals with its carriers and calls. */
static int verify_row(verify *v, size_t number, const skr_tile_rows *rows, uint32_t row)
{
    const skr_segment *segment = v->segment;
    const skr_tile *tile = &segment->directory.tiles.list[number];
    uint32_t n_samples = segment->directory.n_samples;
    const skr_call_set *calls = NULL;
    int status = skr_segment_view_decode(v->view, number, row, &v->carriers, v->err);
    if (status == SKR_OK)
        status = skr_segment_view_calls(v->view, number, row, &calls, v->err);
    if (status == SKR_OK)
        verify_order_row(v, tile, rows, row);
    if (status == SKR_ERR_CORRUPT) {
        report_row(v, tile, rows, row, v->err == NULL ? "damaged" : v->err->message);
        return SKR_OK;
    }
    if (status != SKR_OK)
        return status;
    skr_row_totals totals;
    skr_row_totals stored = rows->totals[row];
    uint8_t ploidy = rows->ploidy[row];
    if (!skr_segment_row_totals_of(
            &v->carriers, calls, skr_segment_copies_expected(segment, ploidy),
            skr_segment_n_copies_expected(segment, ploidy), n_samples, &totals))
        report_row(v, tile, rows, row, "a carrier is not called with that many copies");
    else if (totals.ac != stored.ac || totals.an != stored.an ||
             totals.n_carriers != stored.n_carriers || totals.n_hom != stored.n_hom ||
             totals.n_hemi != stored.n_hemi || totals.n_partial != stored.n_partial)
        report_row(v, tile, rows, row, "its totals do not follow from its carriers and calls");
    if (skr_call_set_is_complete(calls, n_samples) != (rows->is_complete[row] != 0))
        report_row(v, tile, rows, row, "it is marked complete and is not, or the reverse");
    return verify_phase(v, number, rows, row);
}

/* Is the next wide row of the directory this one? */
static void verify_wide_row(verify *v, size_t number, const skr_tile_rows *rows, uint32_t row)
{
    const skr_segment_directory *directory = &v->segment->directory;
    const skr_wide_row *wide =
        v->i_wide < directory->n_wide_rows ? &directory->wide_rows[v->i_wide] : NULL;
    if (wide != NULL && wide->tile == number && wide->row == row) {
        if (wide->start0 != rows->start0[row] || wide->end0 != rows->end0[row])
            report_row(v, &directory->tiles.list[number], rows, row,
                       "the directory has another place for this wide row");
        v->i_wide++;
        return;
    }
    report_row(v, &directory->tiles.list[number], rows, row, "a wide row that the directory lacks");
}

/* Compares the zone map with the rows, and the list of wide rows with those of the tile. */
static void verify_map(verify *v, size_t number, const skr_tile_rows *rows)
{
    const skr_segment_directory *directory = &v->segment->directory;
    const skr_tile *tile = &directory->tiles.list[number];
    uint32_t kinds = 0;
    uint32_t max_end0 = 0;
    uint64_t max_ac = 0;
    for (uint32_t i = 0; i < rows->n; i++) {
        kinds |= 1u << rows->kind[i];
        if (rows->totals[i].ac > max_ac)
            max_ac = rows->totals[i].ac;
        if (rows->end0[i] - rows->start0[i] > 1u << directory->tile_shift)
            verify_wide_row(v, number, rows, i);
        else if (rows->end0[i] > max_end0)
            max_end0 = rows->end0[i];
    }
    if (kinds != tile->kinds || max_end0 != tile->max_end0 || max_ac != tile->max_ac)
        report(v, "its zone map does not follow from its rows", tile, "");
}

/* The nearest earlier piece of the same tile that has rows, or the tile itself. */
static size_t piece_before(const skr_segment_directory *directory, size_t number)
{
    const skr_tile *tile = &directory->tiles.list[number];
    for (size_t i = number; i > 0; i--) {
        const skr_tile *before = &directory->tiles.list[i - 1];
        if (before->contig != tile->contig || before->number != tile->number)
            break;
        if (before->n_rows > 0)
            return i - 1;
    }
    return number;
}

/* The first row of a piece must follow the last of the piece before: within it the view looks. */
static int verify_order(verify *v, size_t number)
{
    const skr_tile *tile = &v->segment->directory.tiles.list[number];
    size_t before = piece_before(&v->segment->directory, number);
    if (before == number)
        return SKR_OK;
    const skr_tile_rows *rows = NULL;
    skr_buffer texts = {0};
    int status = skr_segment_view_rows(v->view, before, &rows, v->err);
    if (status != SKR_OK)
        return status == SKR_ERR_CORRUPT ? SKR_OK : status; /* reported with its own tile */
    skr_allele last = skr_segment_tile_rows_allele(rows, rows->n - 1);
    status = skr_buffer_put(&texts, last.alt, last.n_alt, v->err);
    if (status == SKR_OK)
        status = skr_buffer_put(&texts, last.ref, last.n_ref, v->err);
    if (status == SKR_OK)
        status = skr_segment_view_rows(v->view, number, &rows, v->err);
    if (status == SKR_OK) {
        last.alt = (const char *)texts.bytes;
        last.ref = (const char *)texts.bytes + last.n_alt;
        skr_allele first = skr_segment_tile_rows_allele(rows, 0);
        if (skr_segment_allele_compare(&last, &first) >= 0)
            report(v, "its rows do not follow those before", tile, "");
    }
    skr_buffer_done(&texts);
    return status == SKR_ERR_CORRUPT ? SKR_OK : status;
}

static int verify_rows(verify *v, size_t number)
{
    const skr_tile_rows *rows = NULL;
    int status = verify_order(v, number);
    if (status == SKR_OK)
        status = skr_segment_view_rows(v->view, number, &rows, v->err);
    if (status != SKR_OK) {
        /* wide rows of a tile that cannot be read are not missing from it */
        while (v->i_wide < v->segment->directory.n_wide_rows &&
               v->segment->directory.wide_rows[v->i_wide].tile == number)
            v->i_wide++;
        return told(v, status);
    }
    verify_map(v, number, rows);
    for (uint32_t i = 0; i < rows->n && status == SKR_OK; i++)
        status = verify_row(v, number, rows, i);
    return status;
}

/* ------------------------------------------------------------------ spans */

/* Decodes every call set, also those that nothing names. */
static int verify_sets(verify *v, const skr_call_columns *columns, uint32_t contig, uint32_t start0)
{
    skr_call_set set = {0};
    int status = SKR_OK;
    for (uint32_t i = 0; i < columns->n_sets && status == SKR_OK; i++) {
        status =
            skr_segment_call_columns_set(columns, i, v->segment->directory.n_samples, &set, v->err);
        status = told(v, skr_segment_view_fail_in(v->view, status, contig, start0, v->err));
    }
    skr_call_set_done(&set);
    return status;
}

static int verify_calls(verify *v, size_t number)
{
    const skr_tile *tile = &v->segment->directory.tiles.list[number];
    skr_call_slot *slot = NULL;
    int status = skr_segment_view_call_slot(v->view, number, true, &slot, v->err);
    if (status != SKR_OK)
        return told(v, status);
    const skr_call_columns *columns = &slot->columns;
    if (columns->n_spans > 0) {
        /* pieces of a tile share their bases: the view sees the order within each alone */
        if (tile->contig == v->span_contig && columns->spans[0].start0 < v->span_start0)
            report(v, "its spans do not follow those before", tile, "");
        v->span_contig = tile->contig;
        v->span_start0 = columns->spans[columns->n_spans - 1].start0;
    }
    return verify_sets(v, columns, tile->contig, skr_tile_base0(v->segment, tile));
}

static int verify_wide_spans(verify *v)
{
    const skr_segment_directory *directory = &v->segment->directory;
    int status = SKR_OK;
    for (size_t i = 0; i < directory->n_wide_spans && status == SKR_OK; i++) {
        const skr_wide_spans *wide = &directory->wide_spans[i];
        if (i > 0 && wide[-1].contig == wide->contig)
            continue;
        status = skr_segment_view_load_wide(v->view, wide->contig, v->err);
        if (status != SKR_OK) {
            status = told(v, status);
            continue;
        }
        for (size_t j = 0; j < v->view->n_groups && status == SKR_OK; j++) {
            const skr_call_columns *columns = &v->view->groups[j];
            uint32_t last_start0 = columns->spans[columns->n_spans - 1].start0;
            status = verify_sets(v, columns, wide->contig, wide[j].min_start0);
            if (j + 1 < v->view->n_groups && last_start0 > wide[j + 1].min_start0)
                v->on_fault(v->context, "groups of wide spans overlap in the order of starts");
        }
    }
    return status;
}

/* ------------------------------------------------------------------ the whole */

static int add_sample_ref(void *context, const skr_block_ref *ref, skr_err *err)
{
    (void)err;
    return add_ref(context, ref);
}

static int add_chunks(verify *v, const skr_carrier_columns *rows)
{
    for (uint32_t i = 0; i < rows->n_chunks; i++)
        SKR_TRY(add_ref(v, &rows->chunks[i].ref));
    return SKR_OK;
}

/* Reads orders, of which n_met rows were met: are their levels those of their classes, and are
 * those all rows? */
static int verify_orders(verify *v, skr_order_view *view, uint64_t n_met)
{
    uint64_t n_rows = 0;
    int status = SKR_OK;
    for (size_t i = 0; i < view->n_orders && status == SKR_OK; i++) {
        const skr_order *order = &view->orders[i];
        n_rows += order->n_rows;
        status = add_ref(v, &order->rows);
        if (status == SKR_OK)
            status = add_ref(v, &order->classes);
        if (status != SKR_OK)
            return status;
        status = skr_order_view_load(view, i, v->err);
        if (status != SKR_OK) {
            v->has_all_refs = false;
            status = told(v, status);
            continue;
        }
        if (!skr_order_view_is_right(view))
            v->on_fault(v->context,
                        "the levels of an order's classes are not those of their sizes");
        status = add_chunks(v, &view->rows);
    }
    if (status == SKR_OK && n_rows != n_met)
        v->on_fault(v->context, "orders have rows that no tile has");
    return status;
}

/* Those of the phase of a tile. */
static int add_phase_refs(verify *v, size_t number)
{
    const skr_block_ref *ref = &v->segment->directory.tiles.refs[number].phase;
    if (ref->n_raw == 0)
        return SKR_OK;
    SKR_TRY(add_ref(v, ref));
    int status = skr_segment_view_load_phase(v->view, number, v->err);
    if (status == SKR_OK)
        return add_chunks(v, &v->view->phase);
    v->has_all_refs = false;
    return status == SKR_ERR_CORRUPT ? SKR_OK : status; /* reported with its rows */
}

/* Collects the references of the directory, and those that lie in the carriers' blocks. */
static int collect_refs(verify *v)
{
    const skr_segment_directory *directory = &v->segment->directory;
    int status = skr_sample_table_refs(directory->samples, add_sample_ref, v, v->err);
    for (size_t i = 0; i < directory->n_wide_spans && status == SKR_OK; i++) {
        status = add_ref(v, &directory->wide_spans[i].calls);
        if (status == SKR_OK)
            status = add_ref(v, &directory->wide_spans[i].spans);
    }
    for (size_t i = 0; i < directory->tiles.n_groups && status == SKR_OK; i++)
        status = add_ref(v, &directory->tiles.groups[i].ref);
    for (size_t i = 0; i < directory->tiles.n && status == SKR_OK; i++)
        for (unsigned j = 0; j < SKR_N_TILE_BLOCKS && status == SKR_OK; j++)
            status = add_ref(v, &directory->tiles.refs[i].of[j]);
    for (size_t i = 0; i < directory->tiles.n && status == SKR_OK; i++) {
        if (directory->tiles.list[i].n_rows == 0)
            continue;
        status = skr_segment_view_load_carriers(v->view, i, v->err);
        if (status != SKR_OK) {
            v->has_all_refs = false;
            status = status == SKR_ERR_CORRUPT ? SKR_OK : status; /* reported with its rows */
            continue;
        }
        status = add_chunks(v, &v->view->carriers);
        if (status == SKR_OK)
            status = add_phase_refs(v, i);
    }
    return status;
}

/* Reads every chunk of the coverage layer. */
static int verify_chunks(verify *v)
{
    int status = SKR_OK;
    for (size_t i = 0; i < v->segment->directory.n_chunks && status == SKR_OK; i++) {
        const skr_coverage *coverage = NULL;
        status = told(v, skr_segment_view_chunk(v->view, i, &coverage, v->err));
        if (status == SKR_OK)
            status = add_ref(v, &v->segment->directory.chunks[i].ref);
    }
    return status;
}

/* Compares the step functions with what follows from spans and coverage. */
static int verify_steps(verify *v)
{
    const skr_segment_directory *directory = &v->segment->directory;
    int status = SKR_OK;
    for (size_t i = 0; i < directory->n_steps && status == SKR_OK; i++) {
        bool is_right = true;
        status = told(v, skr_segment_steps_check(v->view, i, &is_right, v->err));
        if (status == SKR_OK)
            status = add_ref(v, &directory->steps[i].ref);
        if (!is_right)
            v->on_fault(v->context, "steps do not follow from what is said of samples");
    }
    return status;
}

static int verify_all(verify *v)
{
    const skr_segment_directory *directory = &v->segment->directory;
    for (size_t i = 0; i < directory->tiles.n; i++) {
        if (directory->tiles.list[i].n_rows > 0)
            SKR_TRY(verify_rows(v, i));
        SKR_TRY(verify_calls(v, i));
    }
    SKR_TRY(verify_wide_spans(v));
    SKR_TRY(verify_chunks(v));
    SKR_TRY(verify_steps(v));
    if (v->i_wide != directory->n_wide_rows)
        v->on_fault(v->context, "the directory has wide rows that no tile has");
    return SKR_OK;
}

int skr_segment_verify(const char *folder, const skr_file_id *id, skr_fault_fn on_fault,
                       void *context, skr_err *err)
{
    skr_err own;
    skr_segment *segment = NULL;
    skr_block_reader *reader = NULL;
    verify v = {.on_fault = on_fault, .context = context, .has_all_refs = true, .err = &own};

    int status = skr_segment_open(folder, id, &segment, &own);
    if (status == SKR_OK)
        status = skr_segment_need_tiles(segment, 0, segment->directory.tiles.n, &own);
    if (status <= -100) {
        on_fault(context, own.message);
        skr_segment_close(segment);
        return SKR_OK;
    }
    if (status == SKR_OK)
        status = skr_block_reader_new(SKR_IO_AUTO, &reader, &own);
    if (status != SKR_OK)
        goto out;
    v.segment = segment;
    status = skr_segment_view_new(segment, reader, &v.view, &own);
    if (status == SKR_OK)
        status = told(&v, skr_sample_table_check(segment->directory.samples, &own));
    if (status == SKR_OK)
        status = skr_segment_need_copies(segment, SKR_PLOIDY_DIPLOID, &own);
    if (status == SKR_OK)
        status = verify_all(&v);
    if (status == SKR_OK)
        status = verify_orders(&v, &v.view->order, v.order_row);
    if (status == SKR_OK)
        status = verify_orders(&v, &v.view->phase_order, v.phase_row);
    if (status == SKR_OK)
        status = collect_refs(&v);
    if (status == SKR_OK && v.has_all_refs)
        status = skr_block_file_verify(folder, id, SKR_FILE_SEGMENT, v.refs, v.n_refs, on_fault,
                                       context, &own);
out:
    if (status != SKR_OK && err != NULL)
        *err = own;
    skr_carriers_done(&v.carriers);
    skr_carriers_done(&v.firsts);
    skr_haplotypes_done(&v.phased);
    free(v.refs);
    skr_segment_view_free(v.view);
    skr_block_reader_free(reader);
    skr_segment_close(segment);
    return status;
}
