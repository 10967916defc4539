/*
 * cohort_depth.c - a walk of depth, and four kinds of stretches that are laid over it.
 */
#include "tools/cohort/cohort_depth.h"

#include <math.h>

#define GQ_MAX 99u
#define GQ_PASSES 20u /* of the usual gate; below it a base is doubtful */
#define CLEAN_DEPTH 20u

/* One kind of stretch: bases between two, and in one, both in the mean. */
typedef struct kind {
    double between;
    double bases;
    uint32_t bases_min;
    bool is_shared;
} kind;

enum {
    HARD_REGION,
    HARD_BASE,
    OWN_DROP,
    OWN_BASE
};
_Static_assert(OWN_BASE + 1 == COHORT_N_STRETCHES, "each kind has its stretches");

static const kind kinds[] = {
    [HARD_REGION] = {100e3, 350, 60, true},
    [HARD_BASE] = {500, 1, 1, true},
    [OWN_DROP] = {60e3, 120, 10, false},
    [OWN_BASE] = {2500, 1, 1, false},
};

static double draw_normal(cohort_random *random)
{
    double radius = sqrt(-2 * log(cohort_unit(random)));
    return radius * cos(6.283185307179586 * cohort_unit(random));
}

/* ------------------------------------------------------------------ stretches */

/* Whom the stretch concerns, and with what. As many numbers are drawn whoever it is. */
static void draw_own(cohort_stretches *s, unsigned of)
{
    double share = cohort_unit(&s->shared); /* of the people who are concerned */
    uint32_t sort = cohort_below(&s->shared, 2);
    double unit = cohort_unit(&s->own);
    uint32_t number = cohort_below(&s->own, 1u << 16);
    if (of == HARD_REGION) { /* 0 to 8 reads, or reads without a certain place: 100 */
        s->is_hit = unit < 1 - 0.4 * share;
        s->drawn = sort == 0 ? 100 : number % 9;
    } else if (of == OWN_DROP) {
        s->is_hit = true;
        s->drawn = 1 + number % 9;
    } else { /* a GQ that is too low, half of them 0 */
        s->is_hit = of == OWN_BASE || unit < share * share;
        s->drawn = number % 2 == 0 ? 0 : number / 2 % GQ_PASSES;
    }
}

/* The next stretch after the one at hand. */
static void draw_stretch(cohort_stretches *s, unsigned of)
{
    const kind *k = &kinds[of];
    s->start0 = s->end0 + 1 + (uint32_t)cohort_wait(&s->shared, 1 / k->between);
    s->end0 = s->start0 + k->bases_min + (uint32_t)cohort_wait(&s->shared, 1 / k->bases);
    draw_own(s, of);
}

/* Goes to the stretch that pos0 lies in or before; *ret_end0: up to where nothing changes. */
static bool meets(cohort_stretches *s, unsigned of, uint32_t pos0, uint32_t *ret_end0)
{
    while (s->end0 <= pos0)
        draw_stretch(s, of);
    uint32_t end0 = s->start0 > pos0 ? s->start0 : s->end0;
    *ret_end0 = end0 < *ret_end0 ? end0 : *ret_end0;
    return s->start0 <= pos0 && s->is_hit;
}

/* ------------------------------------------------------------------ the walk */

/* Every 25 bases or so depth goes up or down a little, and back towards the mean. */
static void walk_on(cohort_depth *d, uint32_t pos0)
{
    while (d->walk_end0 <= pos0) {
        d->walk += 1.3 * draw_normal(&d->random) + 0.04 * (d->mean - d->walk);
        d->walk = d->walk < 0 ? 0 : d->walk;
        d->walk_end0 += 1 + (uint32_t)cohort_wait(&d->random, 1 / 24.0);
    }
}

void cohort_depth_init(cohort_depth *depth, const cohort_request *request, uint32_t person)
{
    const cohort_plan *plan = &request->plan;
    uint64_t stream = UINT64_C(3) << 32 | (plan->first_person + person);
    *depth = (cohort_depth){.random = cohort_random_new(plan->seed, stream)};
    depth->mean = request->depth * exp(0.12 * draw_normal(&depth->random));
    depth->walk = depth->mean;
    depth->walk_end0 = plan->start0;
    depth->is_clean = request->is_clean;
    for (unsigned i = 0; i < COHORT_N_STRETCHES; i++) {
        cohort_stretches *s = &depth->stretches[i];
        s->own = cohort_random_new(plan->seed, stream + ((uint64_t)(i + 1) << 40));
        s->shared = kinds[i].is_shared ? cohort_random_new(plan->seed, 10 + i) : s->own;
        s->own.state ^= 1;
        s->end0 = plan->start0;
        draw_stretch(s, i);
    }
}

cohort_quality cohort_depth_at(cohort_depth *depth, uint32_t pos0, unsigned copies)
{
    walk_on(depth, pos0);
    cohort_quality q = {.end0 = depth->walk_end0,
                        .depth = (uint32_t)(depth->walk * copies / 2 + 0.5)};
    if (depth->is_clean) {
        q.depth = q.depth < CLEAN_DEPTH ? CLEAN_DEPTH : q.depth;
        q.gq = 3 * q.depth < GQ_MAX ? 3 * q.depth : GQ_MAX;
        return q;
    }
    uint32_t gq_max = GQ_MAX;
    for (unsigned i = 0; i < COHORT_N_STRETCHES; i++) {
        cohort_stretches *s = &depth->stretches[i];
        if (!meets(s, i, pos0, &q.end0))
            continue;
        if (i == OWN_DROP || (i == HARD_REGION && s->drawn < 100))
            q.depth = s->drawn < q.depth ? s->drawn : q.depth;
        else
            gq_max = i == HARD_REGION ? 0 : s->drawn < gq_max ? s->drawn : gq_max;
    }
    q.gq = 3 * q.depth < gq_max ? 3 * q.depth : gq_max;
    return q;
}
