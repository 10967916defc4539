/*
 * What several records of one place say of one sample: a place and type alone (rule 8), and the
 * atoms of a replacement of several bases (rule 1). Verdicts, sets of samples, and carriers counted
 * as individuals.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "engine/scan/atom_state.h"
#include "engine/scan/open_state.h"
#include "engine/scan/tally.h"
#include "storage/segment/segment_heard.h"

/* What one allele says of the sample. */
typedef struct claim {
    uint8_t called;
    uint8_t n_this;
    uint8_t zygosity;
} claim;

static skr_open_state open_of(const claim *claims, size_t n, uint8_t expected)
{
    skr_open_state state = {0};
    for (size_t i = 0; i < n; i++)
        skr_open_state_add(&state, claims[i].called, claims[i].n_this, claims[i].zygosity);
    if (state.n_claims > 1)
        skr_open_state_settle(&state, expected);
    return state;
}

Test(open_state, one_allele_says_what_it_says)
{
    const claim het = {2, 1, SKR_HET};
    skr_open_state state = open_of(&het, 1, 2);
    cr_assert(eq(u8, skr_open_state_called(&state), 2));
    cr_assert(eq(u8, state.n_this, 1));
    cr_assert(eq(u8, state.zygosity, SKR_HET));
}

Test(open_state, nobody_says_anything)
{
    const claim silent[] = {{SKR_CALL_NO_STATEMENT, 0, 0}, {SKR_CALL_NO_STATEMENT, 0, 0}};
    const claim undecided[] = {{SKR_CALL_NO_STATEMENT, 0, 0}, {SKR_CALL_NO_CALL, 0, 0}};
    skr_open_state state = open_of(silent, 2, 2);
    cr_assert(eq(u8, skr_open_state_called(&state), SKR_CALL_NO_STATEMENT));
    state = open_of(undecided, 2, 2);
    cr_assert(eq(u8, skr_open_state_called(&state), SKR_CALL_NO_CALL));
    cr_assert(eq(u8, state.n_this, 0));
}

Test(open_state, the_most_copies_count_and_no_copy_is_counted_twice)
{
    const claim two_hets[] = {{2, 1, SKR_HET}, {2, 1, SKR_HET}};
    skr_open_state state = open_of(two_hets, 2, 2);
    cr_assert(eq(u8, state.n_this, 1));
    cr_assert(eq(u8, skr_open_state_called(&state), 1), "both copies are of them: none is left");
    cr_assert(eq(u8, state.zygosity, SKR_PARTIAL));
    const claim hom_and_absent[] = {{2, 0, 0}, {2, 2, SKR_HOM}};
    state = open_of(hom_and_absent, 2, 2);
    cr_assert(eq(u8, state.n_this, 2));
    cr_assert(eq(u8, skr_open_state_called(&state), 2));
    cr_assert(eq(u8, state.zygosity, SKR_HOM));
    const claim hemi_and_absent[] = {{1, 1, SKR_HEMI}, {1, 0, 0}};
    state = open_of(hemi_and_absent, 2, 1);
    cr_assert(eq(u8, skr_open_state_called(&state), 1));
    cr_assert(eq(u8, state.zygosity, SKR_HEMI));
}

static uint8_t atoms_of(const claim *claims, size_t n, uint8_t *ret_n_this)
{
    skr_atom_state state = skr_atom_state_start();
    for (size_t i = 0; i < n; i++)
        skr_atom_state_add(&state, claims[i].called, claims[i].n_this, claims[i].zygosity);
    return skr_atom_state_called(&state, ret_n_this);
}

Test(atom_state, only_atoms_that_are_all_on_all_copies_make_a_carrier)
{
    uint8_t n_this = 9;
    const claim homs[] = {{2, 2, SKR_HOM}, {2, 2, SKR_HOM}};
    cr_assert(eq(u8, atoms_of(homs, 2, &n_this), 2));
    cr_assert(eq(u8, n_this, 2));
    const claim hom_and_het[] = {{2, 2, SKR_HOM}, {2, 1, SKR_HET}};
    cr_assert(eq(u8, atoms_of(hom_and_het, 2, &n_this), SKR_CALL_NO_CALL), "on which copy?");
    cr_assert(eq(u8, n_this, 0));
    const claim hemis[] = {{1, 1, SKR_HEMI}, {1, 1, SKR_HEMI}, {1, 1, SKR_HEMI}};
    cr_assert(eq(u8, atoms_of(hemis, 3, &n_this), 1));
    cr_assert(eq(u8, n_this, 1));
}

Test(atom_state, one_absent_atom_makes_the_whole_absent)
{
    uint8_t n_this = 9;
    const claim absent[] = {{2, 1, SKR_HET}, {2, 0, 0}};
    cr_assert(eq(u8, atoms_of(absent, 2, &n_this), 2));
    cr_assert(eq(u8, n_this, 0));
    const claim unknown[] = {{2, 2, SKR_HOM}, {SKR_CALL_NO_CALL, 0, 0}};
    cr_assert(eq(u8, atoms_of(unknown, 2, &n_this), SKR_CALL_NO_CALL));
    cr_assert(eq(u8, n_this, 0));
    cr_assert(eq(u8, atoms_of(NULL, 0, &n_this), SKR_CALL_NO_CALL));
    cr_assert(eq(u8, n_this, 0));
}

Test(verdicts, count_carriers_of_one_copy_and_of_more_apart)
{
    cr_assert(skr_verdicts_count(SKR_COUNTS_ONE, 1) && !skr_verdicts_count(SKR_COUNTS_ONE, 2));
    cr_assert(skr_verdicts_count(SKR_COUNTS_MORE, 2) && !skr_verdicts_count(SKR_COUNTS_MORE, 1));
    cr_assert(skr_verdicts_count(SKR_COUNTS_MORE, 7));
    for (uint8_t n = 1; n < 9; n++)
        cr_assert(skr_verdicts_count(SKR_COUNTS_ALL, n) && !skr_verdicts_count(0, n));
}

Test(sample_mask, a_row_that_only_the_dead_speak_of_says_nothing)
{
    uint64_t live_bits = 0x5; /* samples 0 and 2 of four */
    const skr_sample_set live = {.bits = &live_bits, .n = 2};
    const skr_sample_set nobody = {.bits = &(uint64_t){0}, .n = 0};
    const uint8_t of_dead[] = {SKR_CALL_NO_STATEMENT, SKR_CALL_DEFAULT, SKR_CALL_NO_STATEMENT,
                               SKR_CALL_NO_CALL};
    const uint8_t of_live[] = {SKR_CALL_NO_STATEMENT, SKR_CALL_NO_STATEMENT, SKR_CALL_NO_CALL,
                               SKR_CALL_NO_STATEMENT};
    const uint8_t of_most[] = {SKR_CALL_NO_STATEMENT, SKR_CALL_DEFAULT, SKR_CALL_DEFAULT,
                               SKR_CALL_DEFAULT};
    skr_call_set calls = {0};
    cr_assert(eq(int, skr_call_set_from_calls(of_dead, 4, &calls, NULL), SKR_OK));
    cr_assert(not(skr_segment_calls_speak(&live, &calls)));
    cr_assert(eq(int, skr_call_set_from_calls(of_live, 4, &calls, NULL), SKR_OK));
    cr_assert(skr_segment_calls_speak(&live, &calls));
    cr_assert(not(skr_segment_calls_speak(&nobody, &calls)));
    cr_assert(eq(int, skr_call_set_from_calls(of_most, 4, &calls, NULL), SKR_OK));
    cr_assert(skr_segment_calls_speak(&live, &calls));
    skr_call_set_done(&calls);
}

Test(sample_mask, is_needed_where_a_tombstone_speaks_of_the_contig)
{
    const skr_tombstone everywhere = {.contig = SKR_NONE};
    const skr_tombstone there = {.contig = 3};
    const skr_segment_entry none = {0};
    skr_segment_entry entry = {.tombstones = (skr_tombstone *)&there, .n_tombstones = 1};
    cr_assert(not(skr_sample_mask_is_needed(&none, 3)));
    cr_assert(skr_sample_mask_is_needed(&entry, 3) && !skr_sample_mask_is_needed(&entry, 4));
    entry.tombstones = (skr_tombstone *)&everywhere;
    cr_assert(skr_sample_mask_is_needed(&entry, 4));
}

Test(tally_people, an_individual_with_two_samples_counts_once_with_the_most_copies)
{
    skr_carrier found[] = {
        {7, 1, SKR_HET}, {3, 1, SKR_HEMI}, {7, 2, SKR_HOM}, {5, 1, SKR_PARTIAL}, {3, 1, SKR_HEMI}};
    skr_tally tally = {.ac = 99, .n_het = 9};
    skr_tally_people(found, 5, &tally);
    cr_assert(eq(u32, tally.n_carriers, 3));
    cr_assert(eq(u32, tally.n_hom, 1));
    cr_assert(eq(u32, tally.n_het, 0));
    cr_assert(eq(u32, tally.n_hemi, 1));
    cr_assert(eq(u32, tally.n_partial, 1));
    cr_assert(eq(u64, tally.ac, 99), "copies are not people");
    skr_tally_people(NULL, 0, &tally);
    cr_assert(eq(u32, tally.n_carriers, 0));
}
