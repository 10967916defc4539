/*
 * The bases of a name's REF that rows around it have too, and those where they have others.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "engine/scan/name_note.h"

#define N_ROWS 3u

/* Three rows at 10, 12 and 15, with these letters of REF. */
static const uint32_t starts[N_ROWS] = {10, 12, 15};
static const char *const refs[N_ROWS] = {"ACGTA", "GT", "N"};
static uint32_t ends[N_ROWS] = {15, 14, 16};
static uint32_t n_refs[N_ROWS] = {5, 2, 1};
static const skr_tile_rows rows = {
    .n = N_ROWS, .start0 = starts, .end0 = ends, .n_ref = n_refs, .ref = refs};

static skr_allele key_of(uint32_t start0, const char *ref)
{
    uint32_t n = (uint32_t)strlen(ref);
    return (skr_allele){.start0 = start0, .end0 = start0 + n, .n_ref = n, .ref = ref};
}

Test(name_note, a_row_of_the_same_ref_agrees_with_all_of_it)
{
    skr_named_note note = {0};
    skr_allele key = key_of(12, "GT");
    skr_name_note_rows(&note, &key, &rows, 1);
    cr_assert(eq(u64, atomic_load(&note.agrees), 3));
    cr_assert(eq(u64, atomic_load(&note.differs), 0));
}

Test(name_note, a_longer_row_before_the_place_is_compared_where_it_reaches)
{
    skr_named_note note = {0};
    skr_allele key = key_of(14, "AC"); /* 14 is the A that ends the first row; nobody has 15 */
    skr_name_note_rows(&note, &key, &rows, 2);
    cr_assert(eq(u64, atomic_load(&note.agrees), 1));
    cr_assert(eq(u64, atomic_load(&note.differs), 0), "N is no base");
}

Test(name_note, another_base_is_kept)
{
    skr_named_note note = {0};
    skr_allele key = key_of(11, "T");
    skr_name_note_rows(&note, &key, &rows, 1);
    cr_assert(eq(u64, atomic_load(&note.agrees), 0));
    cr_assert(eq(u64, atomic_load(&note.differs), 1));
    cr_assert(eq(chr, (char)atomic_load(&note.bases[0]), 'C'));
}

Test(name_note, structural_alleles_have_no_letters_to_compare)
{
    skr_named_note note = {0};
    skr_allele key = key_of(12, "");
    key.kind = SKR_ALLELE_SV;
    skr_name_note_rows(&note, &key, &rows, 1);
    cr_assert(eq(u64, atomic_load(&note.agrees) | atomic_load(&note.differs), 0));
}

Test(name_note, only_so_many_bases_of_a_long_ref_are_compared)
{
    char ref[2 * SKR_NOTED_BASES + 1];
    memset(ref, 'A', sizeof ref - 1);
    ref[sizeof ref - 1] = '\0';
    ref[0] = 'N';
    skr_allele key = key_of(0, ref);
    cr_assert(eq(u64, skr_name_note_bases(&key), ~UINT64_C(1)));
}
