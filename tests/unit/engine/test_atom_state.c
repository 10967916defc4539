/*
 * What the atoms of a replacement say of a sample together, in any order, is what the list of them
 * says.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "engine/scan/atom_state.h"
#include "storage/base/limits.h"
#include "storage/carriers/call_set.h"
#include "storage/carriers/carriers.h"
#include "tests/support/random.h"

#define N_ATOMS_MAX 6u

typedef struct atom {
    uint8_t called;
    uint8_t n_this;
    uint8_t zygosity;
} atom;

static bool is_called(const atom *one)
{
    return one->called > 0 && one->called <= SKR_PLOIDY_MAX;
}

static bool is_hom(const atom *one)
{
    return is_called(one) && one->n_this == one->called &&
           (one->zygosity == SKR_HOM || one->zygosity == SKR_HEMI);
}

/* Over the list: all hom, or else the least of those that somebody was called without. */
static uint8_t called_slowly(const atom *atoms, uint32_t n, uint8_t *ret_n_this)
{
    uint32_t n_hom = 0;
    uint8_t least_this = 255;
    uint8_t least_absent = 255;
    for (uint32_t i = 0; i < n; i++) {
        n_hom += is_hom(&atoms[i]);
        if (is_hom(&atoms[i]) && atoms[i].n_this < least_this)
            least_this = atoms[i].n_this;
        if (is_called(&atoms[i]) && atoms[i].n_this == 0 && atoms[i].called < least_absent)
            least_absent = atoms[i].called;
    }
    bool is_carrier = n > 0 && n_hom == n;
    *ret_n_this = is_carrier ? least_this : 0;
    return is_carrier ? least_this : least_absent < 255 ? least_absent : SKR_CALL_NO_CALL;
}

static skr_atom_state state_of(const atom *atoms, uint32_t n)
{
    skr_atom_state state = skr_atom_state_start();
    for (uint32_t i = 0; i < n; i++)
        skr_atom_state_add(&state, atoms[i].called, atoms[i].n_this, atoms[i].zygosity);
    return state;
}

static atom draw_atom(test_random *draw)
{
    static const uint8_t calls[] = {0, 1, 1, 2, 2, 2, 3, SKR_CALL_NO_CALL, SKR_CALL_NO_STATEMENT};
    atom one = {.called = calls[test_random_below(draw, sizeof calls)]};
    if (!is_called(&one))
        return one;
    one.n_this = (uint8_t)test_random_below(draw, one.called + 1u);
    one.n_this = test_random_below(draw, 2) == 0 ? one.called : one.n_this;
    one.zygosity = one.n_this < one.called ? SKR_HET : one.called == 1 ? SKR_HEMI : SKR_HOM;
    if (test_random_below(draw, 8) == 0)
        one.zygosity = SKR_PARTIAL;
    return one;
}

Test(atom_state, is_what_the_list_says_in_any_order)
{
    test_random draw = test_random_drawn("atom_state");
    for (unsigned turn = 0; turn < 20000; turn++) {
        atom atoms[N_ATOMS_MAX];
        uint32_t n = test_random_below(&draw, N_ATOMS_MAX + 1);
        for (uint32_t i = 0; i < n; i++)
            atoms[i] = draw_atom(&draw);
        uint8_t want_this;
        uint8_t got_this;
        uint8_t want = called_slowly(atoms, n, &want_this);
        for (uint32_t first = 0; first < n || first == 0; first++) {
            skr_atom_state state = state_of(atoms, n);
            uint8_t got = skr_atom_state_called(&state, &got_this);
            cr_assert(got == want && got_this == want_this, "seed %llu: %u of %u, want %u of %u",
                      (unsigned long long)draw.seed, got_this, got, want_this, want);
            for (uint32_t i = 1; i < n; i++) { /* turn the list by one */
                atom first_one = atoms[i - 1];
                atoms[i - 1] = atoms[i];
                atoms[i] = first_one;
            }
        }
    }
}

Test(atom_state, no_atom_at_all_is_no_call)
{
    skr_atom_state state = skr_atom_state_start();
    uint8_t n_this = 7;
    cr_assert(eq(u8, skr_atom_state_called(&state, &n_this), SKR_CALL_NO_CALL));
    cr_assert(eq(u8, n_this, 0));
}

Test(atom_state, what_is_no_number_of_copies_makes_no_carrier)
{
    for (unsigned called = 0; called < 256; called++) {
        skr_atom_state state = skr_atom_state_start();
        uint8_t n_this;
        skr_atom_state_add(&state, 2, 2, SKR_HOM);
        skr_atom_state_add(&state, (uint8_t)called, (uint8_t)called, SKR_HOM);
        bool is_number = called > 0 && called <= SKR_PLOIDY_MAX;
        uint8_t got = skr_atom_state_called(&state, &n_this);
        cr_assert(eq(u8, n_this, is_number ? (called < 2 ? called : 2) : 0), "%u", called);
        cr_assert(eq(u8, got, is_number ? n_this : SKR_CALL_NO_CALL), "%u", called);
    }
}
