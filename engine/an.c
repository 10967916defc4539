/*
 * an.c - the track of AN: raw numbers of a track, told stretch by stretch.
 */
#include <math.h>
#include <string.h>

#include "engine/coverage/track.h"
#include "engine/engine_int.h"
#include "engine/face/called.h"
#include "engine/tell/disclose.h"
#include "index/contigs/contig.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"

_Static_assert((int)SKR_N_AN_CLASSES == (int)SKR_TRACK_CLASSES &&
                   (int)SKR_AN_XX == (int)SKR_SEX_CLASS_XX &&
                   (int)SKR_AN_XY == (int)SKR_SEX_CLASS_XY &&
                   (int)SKR_AN_OTHER == (int)SKR_SEX_CLASS_OTHER &&
                   (int)SKR_AN_UNKNOWN == (int)SKR_SEX_CLASS_UNKNOWN,
               "a class of people is a class");

const char *skr_an_class_name(skr_an_class class)
{
    static const char *const names[] = {"XX", "XY", "other", "unknown"};
    return names[class];
}

/* ------------------------------------------------------------------ telling */

/* What was told of one state, for the next time that it holds: in a joint file two take turns. */
typedef struct told_state {
    skr_track_state state;
    skr_ploidy ploidy;
    skr_an_numbers all;
} told_state;

#define N_TOLD_STATES 2u

/* A track that is being told. */
typedef struct teller {
    const skr_policy *policy;
    bool wants_classes;
    skr_track *track;
    skr_ploidy ploidy;
    skr_an_stretch pending;
    bool has_pending;
    told_state told[N_TOLD_STATES];
    unsigned n_told; /* so many of them are set */
    unsigned i_told; /* the one that is used next */
    skr_an_fn on_stretch;
    void *context;
} teller;

/* The numbers of some classes in one list. */
typedef struct raw_numbers {
    uint64_t n_people;
    uint64_t an;
    uint64_t an_known;  /* of those whose expected copies are known */
    uint64_t expected;  /* copies of the same */
    uint64_t n_known;   /* how many they are */
    uint64_t n_unknown; /* with a genome, and of unknown karyotype where that matters */
} raw_numbers;

static void add_class(const teller *to, const skr_track_state *state,
                      const skr_track_genomes *genomes, unsigned class, raw_numbers *sum)
{
    bool needs_sex = to->ploidy == SKR_PLOIDY_X || to->ploidy == SKR_PLOIDY_Y;
    sum->n_people += state->n_people[class];
    sum->an += state->n_copies[class];
    if (needs_sex && class == SKR_AN_UNKNOWN) {
        sum->n_unknown += genomes->n[class];
        return;
    }
    sum->an_known += state->n_copies[class];
    sum->n_known += genomes->n[class];
    sum->expected += to->ploidy == SKR_PLOIDY_X    ? genomes->n_x[class]
                     : to->ploidy == SKR_PLOIDY_Y  ? genomes->n_y[class]
                     : to->ploidy == SKR_PLOIDY_MT ? genomes->n[class]
                                                   : 2 * genomes->n[class];
}

/* The numbers of one class of a list; of all with SKR_N_AN_CLASSES. */
static raw_numbers raw_of(const teller *to, const skr_track_state *state,
                          const skr_track_genomes *genomes, unsigned class)
{
    raw_numbers sum = {0};
    bool is_all = class == SKR_N_AN_CLASSES;
    for (unsigned c = 0; c < SKR_N_AN_CLASSES; c++)
        if (is_all || c == class)
            add_class(to, state, genomes, c, &sum);
    if (is_all)
        sum.n_people = state->n_any;
    return sum;
}

static void add_told(skr_told_count *sum, skr_told_count part)
{
    if (part.is_hidden)
        return;
    sum->is_hidden = false;
    sum->exists = sum->exists || part.exists;
    sum->count += part.count;
}

/*
 * Adds what one list may tell. Where the people may not be told their copies are not either, and no
 * share hangs on anything but numbers that are told.
 */
static void add_list(const skr_policy *policy, const raw_numbers *raw, skr_an_numbers *sum,
                     double *copies, double *expected)
{
    skr_told_count people = skr_disclose(policy, raw->n_people);
    skr_told_count known = skr_disclose(policy, raw->n_known);
    bool has_known = raw->n_known > 0 || raw->n_unknown == 0;
    add_told(&sum->people, people);
    if (!people.is_hidden)
        add_told(&sum->an, skr_disclose(policy, raw->an));
    if (known.is_hidden || !has_known)
        return;
    skr_told_count told = skr_disclose(policy, raw->expected);
    add_told(&sum->expected, told);
    if (people.is_hidden || told.is_hidden)
        return;
    *copies += (double)skr_disclose_number(policy, raw->an_known);
    *expected += (double)told.count;
}

static void tell_class(const teller *to, const skr_track_state *states, unsigned class,
                       skr_an_numbers *ret_numbers)
{
    const skr_track_genomes *genomes = skr_track_people(to->track);
    const skr_told_count nothing = {.is_hidden = true,
                                    .precision = to->policy->is_exact ? SKR_PRECISION_EXACT
                                                                      : SKR_PRECISION_IMPRECISE};
    double copies = 0;
    double expected = 0;
    *ret_numbers = (skr_an_numbers){nothing, nothing, nothing, (double)NAN};
    for (uint32_t i = 0; i < skr_track_n_lists(to->track); i++) {
        raw_numbers raw = raw_of(to, &states[i], &genomes[i], class);
        add_list(to->policy, &raw, ret_numbers, &copies, &expected);
    }
    if (expected > 0)
        ret_numbers->share = copies / expected;
}

/* ------------------------------------------------------------------ stretches */

static bool same_count(skr_told_count a, skr_told_count b)
{
    return a.is_hidden == b.is_hidden && a.count == b.count;
}

static bool same_numbers(const skr_an_numbers *a, const skr_an_numbers *b)
{
    bool same_share = a->share == b->share || (isnan(a->share) && isnan(b->share));
    return same_share && same_count(a->people, b->people) && same_count(a->an, b->an) &&
           same_count(a->expected, b->expected);
}

static bool same_stretch(const skr_an_stretch *a, const skr_an_stretch *b, bool with_classes)
{
    bool is_same = a->is_counted == b->is_counted && same_numbers(&a->all, &b->all);
    for (unsigned c = 0; with_classes && c < SKR_N_AN_CLASSES; c++)
        is_same = is_same && same_numbers(&a->by_class[c], &b->by_class[c]);
    return is_same;
}

static int flush(teller *to, skr_err *err)
{
    bool has_pending = to->has_pending;
    to->has_pending = false;
    return has_pending ? to->on_stretch(to->context, &to->pending, err) : SKR_OK;
}

/* As to->pending = *stretch, but for what nobody asked about. */
static void keep(teller *to, const skr_an_stretch *stretch)
{
    to->pending.contig = stretch->contig;
    to->pending.start0 = stretch->start0;
    to->pending.end0 = stretch->end0;
    to->pending.is_counted = stretch->is_counted;
    to->pending.all = stretch->all;
    if (to->wants_classes)
        memcpy(to->pending.by_class, stretch->by_class, sizeof stretch->by_class);
}

/* Adds a stretch to the one before it, or tells that. Without wants_classes the classes of the
 * stretch need not be set. */
static int put(teller *to, const skr_an_stretch *stretch, skr_err *err)
{
    if (to->has_pending && to->pending.end0 == stretch->start0 &&
        same_stretch(&to->pending, stretch, to->wants_classes)) {
        to->pending.end0 = stretch->end0;
        return SKR_OK;
    }
    SKR_TRY(flush(to, err));
    keep(to, stretch);
    to->has_pending = true;
    return SKR_OK;
}

/* tell_class of all classes; valid until the next call. */
static const skr_an_numbers *tell_all_classes(teller *to, const skr_track_state *states)
{
    if (skr_track_n_lists(to->track) > 1) {
        to->n_told = 0;
        tell_class(to, states, SKR_N_AN_CLASSES, &to->told[0].all);
        return &to->told[0].all;
    }
    for (unsigned i = 0; i < to->n_told; i++)
        if (to->told[i].ploidy == to->ploidy &&
            memcmp(&to->told[i].state, states, sizeof *states) == 0)
            return &to->told[i].all;
    told_state *fresh = &to->told[to->i_told];
    to->i_told = (to->i_told + 1) % N_TOLD_STATES;
    to->n_told = to->n_told < N_TOLD_STATES ? to->n_told + 1 : to->n_told;
    memcpy(&fresh->state, states, sizeof *states); /* its padding too */
    fresh->ploidy = to->ploidy;
    tell_class(to, states, SKR_N_AN_CLASSES, &fresh->all);
    return &fresh->all;
}

static int on_states(void *context, uint32_t start0, uint32_t end0, const skr_track_state *states,
                     skr_err *err)
{
    teller *to = context;
    skr_an_stretch stretch;
    stretch.contig = to->pending.contig;
    stretch.start0 = start0;
    stretch.end0 = end0;
    stretch.is_counted = true;
    stretch.all = *tell_all_classes(to, states);
    for (unsigned c = 0; to->wants_classes && c < SKR_N_AN_CLASSES; c++)
        tell_class(to, states, c, &stretch.by_class[c]);
    return put(to, &stretch, err);
}

/* The part of a place that lies in one ploidy. */
static int tell_part(teller *to, uint32_t start0, uint32_t end0, skr_err *err)
{
    if (to->ploidy != SKR_PLOIDY_Y_PAR)
        return skr_track_sweep(to->track, start0, end0, on_states, to, err);
    const skr_told_count nothing = {.is_hidden = true};
    const skr_an_numbers none = {nothing, nothing, nothing, (double)NAN};
    skr_an_stretch stretch = {
        .contig = to->pending.contig, .start0 = start0, .end0 = end0, .all = none};
    for (unsigned c = 0; c < SKR_N_AN_CLASSES; c++)
        stretch.by_class[c] = none;
    return put(to, &stretch, err);
}

static int tell_place(teller *to, const skr_plan *plan, uint32_t start0, uint32_t end0,
                      skr_err *err)
{
    const char *contig = plan->root->contig;
    to->pending.contig = contig;
    for (uint32_t from0 = start0; from0 < end0;) {
        uint32_t edge0 = skr_contig_ploidy_end0(plan->build, contig, from0);
        uint32_t to0 = edge0 < end0 ? edge0 : end0;
        to->ploidy = skr_contig_ploidy(plan->build, contig, from0);
        SKR_TRY(tell_part(to, from0, to0, err));
        from0 = to0;
    }
    return flush(to, err);
}

/* ------------------------------------------------------------------ the place */

/* The bases of a contig; 0: nobody knows. */
static uint32_t length_of(const skr_plan *plan, uint32_t contig)
{
    const skr_chromosome *chromosome =
        skr_assembly_build_chromosome(plan->build, plan->root->contig);
    if (chromosome != NULL && chromosome->length > 0)
        return chromosome->length;
    if (contig == SKR_NONE || plan->assembly == SKR_NONE)
        return 0;
    return plan->snapshot->manifest->assemblies[plan->assembly].contigs[contig].length;
}

static int fail_beyond(const skr_expr *place, const char *contig, uint32_t length, skr_err *err)
{
    (void)skr_fail(err, SKR_ERR_QUERY, "%s has %u bases, and the place begins behind them", contig,
                   length);
    skr_query_point(err, place->source, place->at, place->n_at);
    return SKR_ERR_QUERY;
}

static int tell_all(teller *to, const skr_plan *plan, const skr_expr *place, skr_err *err)
{
    const skr_plan_node *root = plan->root;
    bool is_there = root->n_ranges > 0;
    uint32_t contig = is_there ? root->ranges[0].contig : SKR_NONE;
    uint32_t start0 = is_there ? root->ranges[0].from0 : place->start0;
    uint32_t end0 = is_there ? root->ranges[0].to0 : place->end0;
    uint32_t length = length_of(plan, contig);
    if (length > 0 && start0 >= length)
        return fail_beyond(place, root->contig, length, err);
    SKR_TRY(skr_track_enter(to->track, contig, err));
    to->n_told = 0;
    if (length == 0 && end0 > SKR_CONTIG_LENGTH_MAX)
        SKR_TRY(skr_track_said_end0(to->track, &length, err));
    else if (length == 0)
        length = SKR_CONTIG_LENGTH_MAX;
    return tell_place(to, plan, start0, end0 < length ? end0 : length, err);
}

/* ------------------------------------------------------------------ the face */

static int tell_track(const skr_question *question, const skr_an_request *request,
                      const skr_plan *plan, teller *to, skr_err *err)
{
    const skr_track_options options = {.question = question,
                                       .assembly = plan->assembly,
                                       .is_by_slot = !question->access->policy.is_exact};
    int status = skr_track_new(&options, &to->track, err);
    if (status == SKR_OK)
        status = tell_all(to, plan, request->place, err);
    skr_track_free(to->track);
    return status;
}

int skr_engine_an(skr_engine *engine, const skr_an_request *request, const skr_access *access,
                  skr_an_fn on_stretch, void *context, skr_err *err)
{
    SKR_CHECK(request->place->op == SKR_A_REGION);
    skr_question question;
    skr_people_answer people = {0};
    skr_plan *plan = NULL;
    teller to = {.policy = &access->policy,
                 .wants_classes = request->wants_classes,
                 .on_stretch = on_stretch,
                 .context = context};
    int status = skr_engine_begin(engine, access, &question, err);
    if (status < 0)
        return status;
    status = skr_engine_find_cohort(&question, request->within, &people, err);
    if (status == SKR_OK)
        status = skr_question_plan(&question, request->place, &plan, err);
    if (status == SKR_OK)
        status = tell_track(&question, request, plan, &to, err);
    skr_plan_free(plan);
    skr_people_answer_done(&people);
    skr_engine_end(&question);
    return status;
}
