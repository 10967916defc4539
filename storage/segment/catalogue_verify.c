/*
 * catalogue_verify.c - a catalogue beside what its members say.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/block/open_files.h"
#include "storage/segment/catalogue_view_int.h"

typedef struct comparer {
    const char *name;
    const skr_segment *catalogue;
    skr_segment_view *view;
    size_t tile;
    uint32_t row;
    skr_carriers carriers; /* of the row */
    skr_fault_fn on_fault;
    void *context;
    uint64_t n_faults;
    skr_err *err;
} comparer;

static void report(comparer *c, const char *what)
{
    char text[SKR_ERR_MESSAGE_MAX];
    (void)snprintf(text, sizeof text, "%s: %s", c->name, what);
    c->on_fault(c->context, text);
    c->n_faults++;
}

static bool totals_are_equal(const skr_row_totals *a, const skr_row_totals *b)
{
    return a->ac == b->ac && a->an == b->an && a->n_carriers == b->n_carriers &&
           a->n_hom == b->n_hom && a->n_hemi == b->n_hemi && a->n_partial == b->n_partial;
}

/* Does the tile say of each member what the merged row says? */
static bool members_are_equal(const skr_catalogue_tile *who, uint32_t number,
                              const skr_catalogue_row *row)
{
    uint32_t at = 0;
    for (uint32_t m = 0; m < who->n; m++) {
        const skr_catalogue_rows *of = &who->members[m];
        if (!skr_catalogue_rows_has(of, SKR_ROWS_PRESENT, number))
            continue;
        if (at == row->n_members)
            return false;
        const skr_catalogue_pair *member = &row->members[at++];
        if (member->member != of->member ||
            member->is_called != skr_catalogue_rows_has(of, SKR_ROWS_CALLED, number) ||
            member->row != of->first_row + skr_catalogue_rows_count(of, 0, number))
            return false;
    }
    return at == row->n_members;
}

static bool carriers_are_equal(const skr_carriers *a, const skr_carriers *b)
{
    bool are_equal = a->n == b->n && a->n_bags == b->n_bags;
    for (uint32_t i = 0; are_equal && i < a->n; i++)
        are_equal = a->samples[i] == b->samples[i] && a->dosages[i] == b->dosages[i];
    for (uint32_t i = 0; are_equal && i < a->n_bags; i++)
        are_equal = a->bags[i].sample == b->bags[i].sample &&
                    a->bags[i].n_this == b->bags[i].n_this &&
                    a->bags[i].zygosity == b->bags[i].zygosity;
    return are_equal;
}

static int compare_row(void *context, const skr_catalogue_row *row, skr_err *err)
{
    comparer *c = context;
    const skr_segment_directory *directory = &c->catalogue->directory;
    const skr_tile_rows *rows = NULL;
    const skr_catalogue_tile *who = NULL;
    if (c->n_faults > 0)
        return SKR_OK;
    if (c->tile == directory->tiles.n) {
        report(c, "it lacks rows of its members");
        return SKR_OK;
    }
    SKR_TRY(skr_segment_view_rows(c->view, c->tile, &rows, err));
    SKR_TRY(skr_catalogue_view_tile(c->view, c->tile, &who, err));
    uint32_t number = c->row;
    SKR_TRY(skr_segment_view_decode(c->view, c->tile, number, &c->carriers, err));
    const skr_allele key = skr_segment_tile_rows_allele(rows, number);
    if (skr_segment_allele_compare(&key, &row->allele) != 0 || key.kind != row->allele.kind ||
        key.ploidy != row->allele.ploidy)
        report(c, "its rows are not those of its members");
    else if (!totals_are_equal(&rows->totals[number], &row->totals) ||
             (rows->is_complete[number] != 0) != row->is_complete ||
             (rows->filter_failed[number] != 0) != row->filter_failed)
        report(c, "its totals are not those of its members");
    else if (!carriers_are_equal(&c->carriers, row->carriers))
        report(c, "its carriers are not those of its members");
    else if (!members_are_equal(who, number, row))
        report(c, "it does not say which members have a row");
    if (++c->row == rows->n) {
        c->row = 0;
        c->tile++;
    }
    return SKR_OK;
}

/* Are the samples those of the members? */
static int compare_samples(comparer *c, skr_segment *const *members, skr_err *err)
{
    skr_individuals all;
    uint32_t n_members = c->catalogue->catalogue->n;
    SKR_TRY(skr_sample_table_individuals(c->catalogue->directory.samples, &all, err));
    for (uint32_t m = 0; m < n_members; m++) {
        skr_individuals own;
        const skr_segment_directory *directory = &members[m]->directory;
        uint32_t first = c->catalogue->catalogue->first_samples[m];
        SKR_TRY(skr_sample_table_individuals(directory->samples, &own, err));
        for (uint32_t s = 0; s < directory->n_samples && c->n_faults == 0; s++)
            if (skr_individual_of(&own, s) != skr_individual_of(&all, first + s))
                report(c, "its samples are not those of its members");
        for (unsigned ploidy = SKR_PLOIDY_DIPLOID + 1; ploidy < SKR_N_PLOIDIES; ploidy++) {
            SKR_TRY(skr_segment_need_copies(members[m], (skr_ploidy)ploidy, err));
            SKR_TRY(skr_segment_need_copies(c->catalogue, (skr_ploidy)ploidy, err));
            if (memcmp(skr_segment_copies_expected(members[m], (skr_ploidy)ploidy),
                       skr_segment_copies_expected(c->catalogue, (skr_ploidy)ploidy) + first,
                       directory->n_samples) != 0 &&
                c->n_faults == 0)
                report(c, "its karyotypes are not those of its members");
        }
    }
    return SKR_OK;
}

static int compare_all(comparer *c, skr_err *err)
{
    uint32_t n = c->catalogue->catalogue->n;
    skr_segment **members = calloc((size_t)n + 1, sizeof(skr_segment *));
    skr_block_reader *reader = NULL;
    int status = members == NULL ? skr_fail_nomem(err, c->name) : SKR_OK;
    if (status == SKR_OK)
        status = skr_block_reader_new(SKR_IO_AUTO, &reader, err);
    if (status == SKR_OK)
        status = skr_segment_view_new(c->catalogue, reader, &c->view, err);
    for (uint32_t m = 0; m < n && status == SKR_OK; m++) {
        const skr_segment *member = NULL;
        status = skr_catalogue_member_open(c->catalogue, m, &member, err);
        members[m] = (skr_segment *)member;
    }
    if (status == SKR_OK)
        status = compare_samples(c, members, err);
    if (status == SKR_OK)
        status = skr_catalogue_merge(members, n, compare_row, c, err);
    if (status == SKR_OK && c->n_faults == 0 && c->tile != c->catalogue->directory.tiles.n)
        report(c, "it has rows that its members lack");
    skr_carriers_done(&c->carriers);
    skr_segment_view_free(c->view);
    skr_block_reader_free(reader);
    free(members);
    return status;
}

static int add_ref(void *context, const skr_block_ref *ref, skr_err *err)
{
    skr_buffer *refs = context;
    return skr_buffer_put(refs, ref, sizeof *ref, err);
}

static int add_chunks(const skr_carrier_columns *rows, skr_buffer *refs, skr_err *err)
{
    for (uint32_t i = 0; i < rows->n_chunks; i++)
        if (rows->chunks[i].ref.n_raw > 0)
            SKR_TRY(add_ref(refs, &rows->chunks[i].ref, err));
    return SKR_OK;
}

/* Where carriers are, of tiles and of orders. */
static int add_carrier_blocks(const skr_segment *catalogue, skr_segment_view *view,
                              skr_buffer *refs, skr_err *err)
{
    const skr_segment_directory *directory = &catalogue->directory;
    for (size_t t = 0; t < directory->tiles.n; t++) {
        SKR_TRY(skr_segment_view_load_carriers(view, t, err));
        SKR_TRY(add_chunks(&view->carriers, refs, err));
    }
    for (size_t i = 0; i < directory->n_orders; i++) {
        SKR_TRY(add_ref(refs, &directory->orders[i].rows, err));
        if (directory->orders[i].classes.n_raw > 0)
            SKR_TRY(add_ref(refs, &directory->orders[i].classes, err));
        SKR_TRY(skr_order_view_load(&view->order, i, err));
        SKR_TRY(add_chunks(&view->order.rows, refs, err));
    }
    return SKR_OK;
}

/* All of its blocks, and the bytes between them. */
static int verify_blocks(comparer *c, const char *folder, const skr_file_id *id, skr_err *err)
{
    const skr_segment_directory *directory = &c->catalogue->directory;
    skr_buffer refs = {0};
    skr_block_reader *reader = NULL;
    skr_segment_view *view = NULL;
    int status = skr_sample_table_refs(directory->samples, add_ref, &refs, err);
    if (status == SKR_OK)
        status = skr_block_reader_new(SKR_IO_AUTO, &reader, err);
    if (status == SKR_OK)
        status = skr_segment_view_new(c->catalogue, reader, &view, err);
    if (status == SKR_OK)
        status = skr_segment_need_tiles(c->catalogue, 0, directory->tiles.n, err);
    for (size_t g = 0; g < directory->tiles.n_groups && status == SKR_OK; g++)
        status = add_ref(&refs, &directory->tiles.groups[g].ref, err);
    for (size_t t = 0; t < directory->tiles.n; t++)
        for (unsigned i = 0; i < SKR_N_TILE_BLOCKS && status == SKR_OK; i++)
            if (directory->tiles.refs[t].of[i].n_raw > 0)
                status = add_ref(&refs, &directory->tiles.refs[t].of[i], err);
    if (status == SKR_OK)
        status = add_carrier_blocks(c->catalogue, view, &refs, err);
    if (status == SKR_OK)
        status = skr_block_file_verify(
            folder, id, SKR_FILE_CATALOGUE, (const skr_block_ref *)(const void *)refs.bytes,
            refs.n / sizeof(skr_block_ref), c->on_fault, c->context, err);
    skr_buffer_done(&refs);
    skr_segment_view_free(view);
    skr_block_reader_free(reader);
    return status;
}

int skr_catalogue_verify(const char *folder, const skr_file_id *id, skr_fault_fn on_fault,
                         void *context, skr_err *err)
{
    comparer c = {.name = id->name, .on_fault = on_fault, .context = context};
    skr_segment *catalogue = NULL;
    skr_open_files *files = NULL;
    skr_err own = {0};
    int status = skr_open_files_new(0, &files, &own);
    if (status == SKR_OK)
        status = skr_catalogue_open(files, folder, id, &catalogue, &own);
    c.catalogue = catalogue;
    if (status == SKR_OK)
        status = verify_blocks(&c, folder, id, &own);
    if (status == SKR_OK)
        status = compare_all(&c, &own);
    if (status == SKR_ERR_CORRUPT || status == SKR_ERR_MISSING || status == SKR_ERR_VERSION ||
        status == SKR_ERR_LIMIT) {
        on_fault(context, own.message);
        status = SKR_OK;
    }
    skr_segment_close(catalogue);
    skr_open_files_free(files);
    return status == SKR_OK ? SKR_OK : skr_fail(err, status, "%s", own.message);
}
