/*
 * catalogue_view.c - questions about rows of a catalogue, asked of the members that have to do with
 * it.
 *
 * The totals and the carriers of all members are stored. Of a set of samples that has nearly all
 * members as a whole, the few others are taken out of the totals of all.
 */
#include <string.h>

#include "storage/segment/catalogue_view_int.h"
#include "storage/segment/segment_heard.h"
#include "storage/segment/segment_phase.h"

/* So many members are read to take what they have out of the totals of all; beyond, the stored
 * carriers cost less. */
#define TAKEN_OUT_MAX 4u

/* A question about rows, and the answer so far. */
typedef struct row_question {
    skr_segment_view *view;
    const skr_rows_of_tile *rows;
    const skr_sample_set *who; /* of the member at hand; NULL: all of it */
    skr_carrier_tally *tallies;
    uint64_t *ans;
    bool is_taken_out;
} row_question;

/* ------------------------------------------------------------------ carriers */

/* Collects into the scratch which of the rows a member has. Returns how many. */
static uint32_t collect(const row_question *asked, const skr_catalogue_rows *of)
{
    skr_catalogue_view *members = asked->view->members;
    const uint32_t *numbers = asked->rows->numbers;
    uint64_t row = of->first_row;
    uint32_t counted = 0;
    uint32_t n = 0;
    for (uint32_t i = 0; i < asked->rows->n; i++) {
        if (!skr_catalogue_rows_has(of, SKR_ROWS_PRESENT, numbers[i]))
            continue;
        row += skr_catalogue_rows_count(of, counted, numbers[i]);
        counted = numbers[i];
        members->rows[n] = row;
        members->at[n] = i;
        n++;
    }
    return n;
}

static const skr_sample_set everybody = {0};

static int tally_run(void *context, const skr_catalogue_run *run, skr_err *err)
{
    const row_question *asked = context;
    skr_catalogue_view *members = asked->view->members;
    const skr_sample_set *who = asked->who == NULL ? &everybody : asked->who;
    skr_carrier_tally *tallies = members->tallies;
    SKR_TRY(skr_segment_view_tally(run->view, run->tile, run->numbers, run->n, who, tallies, err));
    const uint64_t sign = asked->is_taken_out ? UINT64_MAX : 1; /* times -1 or 1 */
    for (uint32_t i = 0; i < run->n; i++) {
        skr_carrier_tally *to = &asked->tallies[members->at[run->first + i]];
        to->ac += sign * tallies[i].ac;
        to->n_carriers += (uint32_t)sign * tallies[i].n_carriers;
        to->n_hom += (uint32_t)sign * tallies[i].n_hom;
        to->n_hemi += (uint32_t)sign * tallies[i].n_hemi;
        to->n_partial += (uint32_t)sign * tallies[i].n_partial;
    }
    return SKR_OK;
}

/* Adds or takes out what a member has of some of its samples; who NULL: of all. */
static int tally_member(row_question *asked, const skr_catalogue_rows *of,
                        const skr_sample_set *who, bool is_taken_out, skr_err *err)
{
    uint32_t n = collect(asked, of);
    asked->who = who;
    asked->is_taken_out = is_taken_out;
    return n == 0 ? SKR_OK
                  : skr_catalogue_view_visit(asked->view, of->member, n, asked->rows, tally_run,
                                             asked, err);
}

int skr_catalogue_view_tally(skr_segment_view *view, const skr_rows_of_tile *rows,
                             const skr_sample_set *who, skr_carrier_tally *ret_tallies,
                             bool *ret_is_told, skr_err *err)
{
    row_question asked = {.view = view, .rows = rows, .tallies = ret_tallies};
    const skr_catalogue_tile *tile = NULL;
    SKR_TRY(skr_catalogue_view_cut(view, who, err));
    *ret_is_told = view->members->n_not_whole <= TAKEN_OUT_MAX &&
                   view->members->n_not_whole < view->segment->catalogue->n;
    if (!*ret_is_told)
        return SKR_OK;
    SKR_TRY(skr_catalogue_view_reserve(view->members, rows->n, err));
    SKR_TRY(skr_catalogue_view_tile(view, rows->tile, &tile, err));
    for (uint32_t i = 0; i < rows->n; i++) {
        const skr_row_totals *totals = &rows->columns->totals[rows->numbers[i]];
        ret_tallies[i] = (skr_carrier_tally){totals->ac, totals->n_carriers, totals->n_hom,
                                             totals->n_hemi, totals->n_partial};
    }
    for (uint32_t m = 0; m < tile->n; m++) {
        const skr_catalogue_rows *of = &tile->members[m];
        const skr_catalogue_part_set *set = &view->members->sets[of->member];
        if (set->part != SKR_PART_ALL)
            SKR_TRY(tally_member(&asked, of, NULL, true, err));
        if (set->part == SKR_PART_SOME)
            SKR_TRY(tally_member(&asked, of, &set->set, false, err));
    }
    return SKR_OK;
}

/* A member's carriers and their phase. */
typedef struct member_phase {
    skr_carriers carriers;
    skr_haplotypes phased;
} member_phase;

static int add_phase(skr_segment_view *member, const skr_catalogue_view *found, uint32_t first,
                     member_phase *own, skr_haplotypes *phased, skr_err *err)
{
    SKR_TRY(
        skr_segment_view_decode(member, found->found_tile, found->found_row, &own->carriers, err));
    SKR_TRY(skr_segment_view_phase(member, found->found_tile, found->found_row, &own->carriers,
                                   &own->phased, err));
    for (uint32_t i = 0; i < own->phased.n; i++) {
        skr_haplotype one = own->phased.list[i];
        one.sample += first;
        SKR_TRY(skr_haplotypes_add(phased, one, err));
    }
    return SKR_OK;
}

int skr_catalogue_view_phase(skr_segment_view *view, size_t tile, uint32_t row,
                             const skr_carriers *carriers, skr_haplotypes *phased, skr_err *err)
{
    member_phase own = {0};
    const skr_catalogue_tile *who = NULL;
    const skr_tile_rows *columns = NULL;
    (void)carriers;
    phased->n = 0;
    SKR_TRY(skr_segment_view_rows(view, tile, &columns, err));
    SKR_TRY(skr_catalogue_view_tile(view, tile, &who, err));
    int status = SKR_OK;
    for (uint32_t m = 0; m < who->n && status == SKR_OK; m++) {
        const skr_catalogue_rows *of = &who->members[m];
        skr_segment_view *member = NULL;
        uint32_t first = view->segment->catalogue->first_samples[of->member];
        if (!skr_catalogue_rows_has(of, SKR_ROWS_PRESENT, row))
            continue;
        status = skr_catalogue_view_row(view, of, row, columns, &member, err);
        if (status == SKR_OK)
            status = add_phase(member, view->members, first, &own, phased, err);
    }
    skr_carriers_done(&own.carriers);
    skr_haplotypes_done(&own.phased);
    return status;
}

/* ------------------------------------------------------------------ called */

static int add_called_run(void *context, const skr_catalogue_run *run, skr_err *err)
{
    const row_question *asked = context;
    skr_catalogue_view *members = asked->view->members;
    SKR_TRY(skr_segment_view_n_called(run->view, run->tile, run->numbers, run->n, asked->who,
                                      members->ans, err));
    for (uint32_t i = 0; i < run->n; i++)
        asked->ans[members->at[run->first + i]] += members->ans[i];
    return SKR_OK;
}

/* Adds the copies of a member where everybody in it is called, and collects its other rows. */
static uint32_t add_called(row_question *asked, const skr_catalogue_rows *of,
                           const uint64_t *copies)
{
    skr_catalogue_view *members = asked->view->members;
    const skr_rows_of_tile *rows = asked->rows;
    uint64_t row = of->first_row;
    uint32_t counted = 0;
    uint32_t n = 0;
    for (uint32_t i = 0; i < rows->n; i++) {
        uint32_t number = rows->numbers[i];
        if (skr_catalogue_rows_has(of, SKR_ROWS_CALLED, number)) {
            asked->ans[i] += copies[rows->columns->ploidy[number]];
        } else if (skr_catalogue_rows_has(of, SKR_ROWS_PRESENT, number)) {
            row += skr_catalogue_rows_count(of, counted, number);
            counted = number;
            members->rows[n] = row;
            members->at[n] = i;
            n++;
        }
    }
    return n;
}

int skr_catalogue_view_n_called(skr_segment_view *view, const skr_rows_of_tile *rows,
                                const skr_sample_set *who, uint64_t *ret_an, skr_err *err)
{
    row_question asked = {.view = view, .rows = rows, .ans = ret_an};
    const skr_catalogue_tile *tile = NULL;
    unsigned ploidies = 0;
    SKR_TRY(skr_catalogue_view_reserve(view->members, rows->n, err));
    SKR_TRY(skr_catalogue_view_cut(view, who, err));
    SKR_TRY(skr_catalogue_view_tile(view, rows->tile, &tile, err));
    memset(ret_an, 0, rows->n * sizeof *ret_an);
    uint64_t whole[SKR_N_PLOIDIES] = {
        0}; /* of the members of which everybody is called throughout */
    for (uint32_t i = 0; i < rows->n; i++)
        ploidies |= 1u << rows->columns->ploidy[rows->numbers[i]];
    for (uint32_t m = 0; m < tile->n; m++) {
        const skr_catalogue_rows *of = &tile->members[m];
        skr_catalogue_part_set *set = &view->members->sets[of->member];
        uint64_t copies[SKR_N_PLOIDIES] = {0};
        if (set->part == SKR_PART_NONE)
            continue;
        for (uint8_t ploidy = 0; ploidy < SKR_N_PLOIDIES; ploidy++)
            if ((ploidies >> ploidy & 1) != 0)
                SKR_TRY(skr_catalogue_view_copies(view, of->member, ploidy, &copies[ploidy], err));
        bool is_whole = of->forms[SKR_ROWS_PRESENT] == SKR_FORM_ALL &&
                        of->forms[SKR_ROWS_CALLED] == SKR_FORM_ALL;
        for (unsigned ploidy = 0; ploidy < SKR_N_PLOIDIES && is_whole; ploidy++)
            whole[ploidy] += copies[ploidy];
        uint32_t n = is_whole ? 0 : add_called(&asked, of, copies);
        asked.who = &set->set;
        if (n > 0)
            SKR_TRY(
                skr_catalogue_view_visit(view, of->member, n, rows, add_called_run, &asked, err));
    }
    for (uint32_t i = 0; i < rows->n; i++)
        ret_an[i] += whole[rows->columns->ploidy[rows->numbers[i]]];
    return SKR_OK;
}

/* What a member says of a row directly, into the calls of its samples. */
static int take_calls(skr_segment_view *view, const skr_catalogue_rows *of, uint32_t row,
                      const skr_tile_rows *columns, uint8_t *calls, skr_err *err)
{
    skr_segment_view *member = NULL;
    const skr_call_set *set = NULL;
    uint32_t n = view->segment->catalogue->members[of->member].n_samples;
    if (skr_catalogue_rows_has(of, SKR_ROWS_CALLED, row)) {
        memset(calls, SKR_CALL_DEFAULT, n);
        return SKR_OK;
    }
    SKR_TRY(skr_catalogue_view_row(view, of, row, columns, &member, err));
    SKR_TRY(skr_segment_view_calls(member, view->members->found_tile, view->members->found_row,
                                   &set, err));
    skr_call_set_to_calls(set, n, calls);
    return SKR_OK;
}

int skr_catalogue_view_calls(skr_segment_view *view, size_t tile, uint32_t row, skr_call_set *calls,
                             skr_err *err)
{
    const skr_catalogue_tile *who = NULL;
    const skr_tile_rows *columns = NULL;
    const skr_catalogue *catalogue = view->segment->catalogue;
    uint32_t n_samples = view->segment->directory.n_samples;
    SKR_TRY(skr_segment_view_rows(view, tile, &columns, err));
    SKR_TRY(skr_segment_view_reserve_scratch(view, err));
    SKR_TRY(skr_catalogue_view_tile(view, tile, &who, err));
    memset(view->sample_calls, SKR_CALL_NO_STATEMENT, n_samples);
    for (uint32_t m = 0; m < who->n; m++) {
        const skr_catalogue_rows *of = &who->members[m];
        if (skr_catalogue_rows_has(of, SKR_ROWS_PRESENT, row))
            SKR_TRY(take_calls(view, of, row, columns,
                               view->sample_calls + catalogue->first_samples[of->member], err));
    }
    skr_call_set_done(calls);
    return skr_call_set_from_calls(view->sample_calls, n_samples, calls, err);
}

int skr_catalogue_view_called(skr_segment_view *view, uint32_t contig, const uint32_t place0[2],
                              uint8_t *called, skr_err *err)
{
    const skr_catalogue *catalogue = view->segment->catalogue;
    memset(called, SKR_CALL_NO_STATEMENT, view->segment->directory.n_samples);
    for (uint32_t m = 0; m < catalogue->n; m++) {
        skr_segment_view *member = NULL;
        if (!catalogue->members[m].has_spans)
            continue;
        SKR_TRY(skr_catalogue_view_member(view, m, &member, err));
        SKR_TRY(skr_segment_view_called(member, contig, place0[0], place0[1],
                                        called + catalogue->first_samples[m], err));
    }
    return SKR_OK;
}

int skr_catalogue_view_hear(skr_segment_view *view, const skr_rows_of_tile *at,
                            const skr_sample_set *who, bool wants_passed, bool *ret_is,
                            skr_err *err)
{
    const skr_catalogue_tile *tile = NULL;
    skr_catalogue_view *members = view->members;
    uint32_t row = at->numbers[0];
    *ret_is = false;
    SKR_TRY(skr_catalogue_view_cut(view, who, err));
    SKR_TRY(skr_catalogue_view_tile(view, at->tile, &tile, err));
    for (uint32_t m = 0; m < tile->n && !*ret_is; m++) {
        const skr_catalogue_rows *of = &tile->members[m];
        const skr_catalogue_part_set *set = &members->sets[of->member];
        skr_segment_view *member = NULL;
        if (set->part == SKR_PART_NONE || !skr_catalogue_rows_has(of, SKR_ROWS_PRESENT, row))
            continue;
        *ret_is = set->part == SKR_PART_ALL && !wants_passed;
        if (*ret_is)
            continue;
        SKR_TRY(skr_catalogue_view_row(view, of, row, at->columns, &member, err));
        size_t found = members->found_tile;
        SKR_TRY(wants_passed ? skr_segment_view_is_passed(member, found, members->found_row,
                                                          &set->set, ret_is, err)
                             : skr_segment_view_is_spoken_of(member, found, members->found_row,
                                                             &set->set, ret_is, err));
    }
    return SKR_OK;
}

int skr_catalogue_view_says(skr_segment_view *view, uint32_t contig, const uint32_t place0[2],
                            bool *ret_says, skr_err *err)
{
    const skr_catalogue *catalogue = view->segment->catalogue;
    for (uint32_t m = 0; m < catalogue->n && !*ret_says; m++) {
        skr_segment_view *member = NULL;
        if (!catalogue->members[m].has_spans)
            continue;
        SKR_TRY(skr_catalogue_view_member(view, m, &member, err));
        SKR_TRY(
            skr_segment_says(member->segment, member, contig, place0[0], place0[1], ret_says, err));
    }
    return SKR_OK;
}
