/*
 * A block of steps says of every stretch what it was made from; what is common takes few bytes;
 * hostile bytes give an error or sound steps.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/limits.h"
#include "storage/coverage/steps.h"
#include "tests/support/random.h"

#define N_SAMPLES 5000u

static skr_err err;
static test_random seed;

static uint32_t draw(uint32_t n)
{
    return test_random_below(&seed, n);
}

/* What was written, and up to where it holds. */
typedef struct written {
    skr_called_step *steps;
    uint32_t n;
    uint32_t end0;
    skr_buffer bytes;
} written;

static void draw_sum(skr_track_sum *sum, uint32_t n_classes)
{
    for (uint32_t c = 0; c < n_classes; c++) {
        sum->n_called[c] = draw(8) == 0 ? N_SAMPLES / 4 : draw(N_SAMPLES / 4);
        sum->n_copies[c] = 2ul * sum->n_called[c];
        if (sum->n_called[c] > 0 && draw(4) == 0)
            sum->n_copies[c] -= draw(sum->n_called[c]);
    }
}

static written make(uint32_t n)
{
    written w = {.steps = calloc(n, sizeof *w.steps), .n = n};
    uint32_t at0 = draw(2) == 0 ? 0 : draw(1u << 30);
    uint32_t n_classes = 1 + draw(SKR_TRACK_CLASSES);
    uint32_t gap = 1 + draw(1000);
    for (uint32_t i = 0; i < n; i++) {
        w.steps[i].start0 = at0;
        at0 += 1 + draw(gap);
        uint32_t how = draw(5);
        if (how == 0 && i > 0)
            w.steps[i].sum = w.steps[i - 1].sum;
        else if (how == 1 && i > 1)
            w.steps[i].sum = w.steps[i - 2].sum;
        else if (how > 2)
            draw_sum(&w.steps[i].sum, n_classes);
    }
    w.end0 = at0;
    cr_assert(eq(int, skr_steps_encode(w.steps, n, &w.bytes, &err), 0));
    return w;
}

static skr_step_block block_of(const written *w)
{
    return (skr_step_block){.place = {w->steps[0].start0, w->end0, N_SAMPLES},
                            .bytes = w->bytes.bytes,
                            .n = w->bytes.n};
}

static void done(written *w)
{
    free(w->steps);
    skr_buffer_done(&w->bytes);
}

/* Compares what is told with what was written. */
typedef struct comparison {
    const written *w;
    uint32_t start0;
    uint32_t at; /* the next that should come */
} comparison;

static int compare(void *context, const skr_called_step *step, skr_err *visit_err)
{
    comparison *c = context;
    const skr_called_step *want = &c->w->steps[c->at++];
    (void)visit_err;
    cr_assert(c->at <= c->w->n);
    cr_assert(step->start0 == (want->start0 > c->start0 ? want->start0 : c->start0));
    cr_assert(memcmp(&step->sum, &want->sum, sizeof want->sum) == 0);
    return SKR_OK;
}

static void check(const written *w, uint32_t start0, uint32_t end0)
{
    comparison c = {.w = w, .start0 = start0};
    skr_step_block block = block_of(w);
    uint32_t to = 0;
    while (c.at + 1 < w->n && w->steps[c.at + 1].start0 <= start0)
        c.at++;
    while (to < w->n && w->steps[to].start0 < end0)
        to++;
    cr_assert(eq(int, skr_steps_visit(&block, start0, end0, compare, &c, &err), 0), "%s",
              err.message);
    cr_assert(eq(u32, c.at, to));
}

Test(steps, say_what_they_were_made_from)
{
    seed = test_random_drawn("test_steps");
    for (unsigned k = 0; k < 60; k++) {
        static const uint32_t sizes[] = {1, 2, 255, 256, 257, 512, 1000, SKR_STEPS_MAX};
        written w = make(k < 8 ? sizes[k] : 1 + draw(2000));
        uint32_t first0 = w.steps[0].start0;
        check(&w, first0, w.end0);
        for (unsigned i = 0; i < 40; i++) {
            uint32_t start0 = first0 + draw(w.end0 - first0);
            check(&w, start0, start0 + 1 + draw(draw(2) == 0 ? 1 : w.end0 - start0));
        }
        done(&w);
    }
}

Test(steps, of_nobody_and_everybody_in_turns_take_two_bytes)
{
    written w = {.steps = calloc(1000, sizeof *w.steps), .n = 1000, .end0 = 5000};
    for (uint32_t i = 0; i < 1000; i++) {
        w.steps[i].start0 = 5 * i;
        if (i % 2 == 1)
            w.steps[i].sum = (skr_track_sum){.n_called = {2500, 2500}, .n_copies = {5000, 5000}};
    }
    cr_assert(eq(int, skr_steps_encode(w.steps, w.n, &w.bytes, &err), 0));
    cr_assert(le(sz, w.bytes.n, 2 * w.n + 64));
    check(&w, 0, 5000);
    done(&w);
}

static int look(void *context, const skr_called_step *step, skr_err *visit_err)
{
    uint32_t *last0 = context;
    (void)visit_err;
    cr_assert(step->start0 >= *last0);
    *last0 = step->start0;
    for (unsigned c = 0; c < SKR_TRACK_CLASSES; c++) {
        cr_assert(step->sum.n_called[c] <= N_SAMPLES);
        cr_assert(step->sum.n_copies[c] >= step->sum.n_called[c]);
        cr_assert(step->sum.n_copies[c] <= (uint64_t)N_SAMPLES * SKR_PLOIDY_MAX);
    }
    return SKR_OK;
}

Test(steps, hostile_bytes_are_refused_or_sound)
{
    seed = test_random_drawn("test_steps");
    written w = make(300);
    skr_step_block block = block_of(&w);
    for (size_t n = 0; n < w.bytes.n; n++) {
        uint32_t last0 = 0;
        block.n = n;
        cr_assert(eq(int, skr_steps_visit(&block, block.place.start0, w.end0, look, &last0, &err),
                     SKR_ERR_CORRUPT));
    }
    block.n = w.bytes.n;
    for (size_t bit = 0; bit < 8 * w.bytes.n; bit++) {
        uint32_t last0 = 0;
        w.bytes.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        int status = skr_steps_visit(&block, block.place.start0, w.end0, look, &last0, &err);
        cr_assert(status == SKR_OK || status == SKR_ERR_CORRUPT);
        w.bytes.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    check(&w, w.steps[0].start0, w.end0);
    done(&w);
}
