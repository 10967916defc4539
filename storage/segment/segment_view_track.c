/*
 * segment_view_track.c - a sweep over the starts and ends of spans.
 *
 * What spans say together is added up from their call sets as wholes, which costs as many steps as
 * samples differ (segment_track_sum.c). Where that is dearer it is entered sample by sample: each
 * sample has a short list of the calls that hold now, and is called with the least of them. So it
 * is where the coverage layer tells anything: its runs are of single samples, and each sample has
 * one of them at a base.
 */
#include <stdlib.h>
#include <string.h>

#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/coverage/cover_entries.h"
#include "storage/segment/segment_coverage.h"
#include "storage/segment/segment_track.h"
#include "storage/segment/segment_track_int.h"
#include "storage/segment/segment_view_int.h"

/* So many samples that differ are as good as none. */
#define FEW_LISTED 64u

/* So many spans that hold now say this of one sample. */
typedef struct claim {
    uint32_t next; /* of the sample; 0: none */
    uint32_t n;
    uint8_t call; /* copies, or SKR_CALL_NO_CALL */
} claim;

/* What the coverage layer says of one sample. */
typedef struct layer_state {
    uint32_t start0; /* since this base */
    uint8_t call;
} layer_state;

/*
 * A run of the coverage layer begins, or ends and no other follows: its base, and 0 or 1. What
 * begins comes first, and an end does nothing where something begins: who is called on both sides
 * of a base stays so.
 */
static uint64_t turn_key(uint32_t at0, bool is_begin)
{
    return (uint64_t)at0 << 1 | !is_begin;
}

typedef struct sweep {
    skr_segment_view *view;
    skr_track_asked *asked;
    const skr_track_visitor *visitor;
    uint32_t start0;
    uint32_t end0;
    uint32_t n_samples;
    skr_track_held *held; /* a heap: the one that ends first is the first */
    size_t n_held;
    size_t n_held_max;
    skr_cover_entries turns; /* ascending; values: samples; no SKR_CALL_DEFAULT */
    size_t i_turn;           /* the next */
    size_t i_chunk;          /* of the coverage layer: the next whose runs are to be read */
    size_t chunks_end;
    uint32_t read0;     /* runs were read up to this base */
    layer_state *layer; /* of each sample; NULL: the layer says nothing */
    uint32_t *heads;    /* of each sample's claims; NULL: nothing was entered yet */
    claim *claims;      /* the first is nobody's */
    uint32_t n_claims;
    uint32_t n_claims_max;
    uint32_t free_claim; /* 0: none */
    skr_track_sum entered;
    skr_track_sum told;
    bool has_told;
    bool has_changed; /* may somebody be called otherwise than when it was told? */
    uint32_t at0;     /* where the sweep stands */
    /* the next wide span */
    size_t i_group;
    uint32_t i_wide;
    skr_err *err;
} sweep;

/* ------------------------------------------------------------------ sample by sample */

/* The copies of which the claims of a sample, and the layer, leave it called. */
static uint32_t copies_of(const sweep *s, uint32_t sample)
{
    uint8_t least = s->layer == NULL ? SKR_CALL_NO_STATEMENT : s->layer[sample].call;
    for (uint32_t i = s->heads == NULL ? 0 : s->heads[sample]; i != 0; i = s->claims[i].next)
        least = skr_call_least(least, s->claims[i].call);
    return least >= SKR_CALL_DEFAULT ? 0 : least;
}

static int take_claim(sweep *s, uint32_t *ret_claim)
{
    uint32_t at = s->free_claim;
    if (at != 0) {
        s->free_claim = s->claims[at].next;
    } else {
        SKR_TRY(SKR_ARRAY_RESERVE(&s->claims, &s->n_claims_max, s->n_claims + 2, "what is called",
                                  s->err));
        at = ++s->n_claims;
    }
    *ret_claim = at;
    return SKR_OK;
}

/* One more span says this of a sample. */
static int add_claim(sweep *s, uint32_t sample, uint8_t call)
{
    uint32_t at = s->heads[sample];
    while (at != 0 && s->claims[at].call != call)
        at = s->claims[at].next;
    if (at == 0) {
        SKR_TRY(take_claim(s, &at));
        s->claims[at] = (claim){.next = s->heads[sample], .call = call};
        s->heads[sample] = at;
    }
    s->claims[at].n++;
    return SKR_OK;
}

/* One span fewer says this. */
static void drop_claim(sweep *s, uint32_t sample, uint8_t call)
{
    uint32_t *place = &s->heads[sample];
    while (*place != 0 && s->claims[*place].call != call)
        place = &s->claims[*place].next;
    uint32_t at = *place;
    SKR_CHECK(at != 0);
    if (--s->claims[at].n > 0)
        return;
    *place = s->claims[at].next;
    s->claims[at].next = s->free_claim;
    s->free_claim = at;
}

/* A sample who counts had so many copies called. */
static int count_sample(sweep *s, uint32_t sample, uint32_t before)
{
    uint8_t class = s->asked->classes[sample];
    uint32_t after = copies_of(s, sample);
    s->has_changed = s->has_changed || before != after;
    s->entered.n_copies[class] += (uint64_t)after - before;
    s->entered.n_called[class] += (uint32_t)(after > 0) - (uint32_t)(before > 0);
    if (s->visitor->on_sample != NULL && (before > 0) != (after > 0))
        return s->visitor->on_sample(s->visitor->context, s->at0, sample, after > 0, s->err);
    return SKR_OK;
}

/* A call of a sample who counts begins to hold, or ends. */
static int change_claim(sweep *s, uint32_t sample, uint8_t call, bool is_begin)
{
    uint32_t before = copies_of(s, sample);
    s->asked->n_looks++;
    if (is_begin)
        SKR_TRY(add_claim(s, sample, call));
    else
        drop_claim(s, sample, call);
    return count_sample(s, sample, before);
}

static int change(sweep *s, const skr_track_held *span, uint32_t sample, uint8_t call)
{
    if (call == SKR_CALL_NO_STATEMENT || s->asked->classes[sample] == SKR_TRACK_NONE)
        return SKR_OK;
    if (call == SKR_CALL_DEFAULT)
        call = skr_segment_copies_expected(s->view->segment, (skr_ploidy)span->ploidy)[sample];
    return change_claim(s, sample, call, !span->is_entered);
}

static int need_heads(sweep *s)
{
    if (s->heads == NULL)
        s->heads = calloc(s->n_samples, sizeof *s->heads);
    return s->heads == NULL ? skr_fail_nomem(s->err, "segment") : SKR_OK;
}

/* Enters a span sample by sample, or takes it out again. */
static int turn_span(sweep *s, skr_track_held *span)
{
    const skr_call_set *set = &span->set;
    SKR_TRY(need_heads(s));
    if (set->base != SKR_CALL_NO_STATEMENT) {
        skr_call_set_to_calls(set, s->n_samples, s->view->sample_calls);
        for (uint32_t i = 0; i < s->n_samples; i++)
            SKR_TRY(change(s, span, i, s->view->sample_calls[i]));
    } else {
        for (uint32_t i = 0; i < set->n_flips; i++)
            SKR_TRY(change(s, span, set->flips[i], set->flip));
        for (uint32_t i = 0; i < set->n_exceptions; i++)
            SKR_TRY(change(s, span, set->exceptions[i].sample, set->exceptions[i].call));
    }
    span->is_entered = !span->is_entered;
    return SKR_OK;
}

/* ------------------------------------------------------------------ spans as wholes */

/* The sums if everybody has the copies that a ploidy makes one expect. */
static const skr_track_sum *whole_of(const sweep *s, uint8_t ploidy, const uint8_t *expected)
{
    skr_track_sum *whole = &s->asked->whole[ploidy];
    for (uint32_t i = 0; i < s->n_samples && !s->asked->has_whole[ploidy]; i++)
        skr_track_sum_count(whole, s->asked->classes[i], expected[i], 1);
    s->asked->has_whole[ploidy] = true;
    return whole;
}

/* What the spans say that hold now, none of which is entered. */
static skr_track_sum sum_of_held(const sweep *s)
{
    if (s->n_held == 0)
        return (skr_track_sum){0};
    for (size_t i = 0; i < s->n_held; i++)
        s->asked->n_looks += skr_track_sum_n_listed(&s->held[i]);
    uint8_t ploidy = s->held[0].ploidy;
    const uint8_t *expected = skr_segment_copies_expected(s->view->segment, (skr_ploidy)ploidy);
    const skr_track_who who = {.classes = s->asked->classes, .expected = expected};
    return skr_track_sum_of(s->held, s->n_held, &who, whole_of(s, ploidy, expected));
}

/* Is it cheaper to add up the spans with one more as wholes than to enter that one? */
static bool stays_whole(const sweep *s, const skr_track_held *fresh)
{
    uint64_t n_listed = skr_track_sum_n_listed(fresh);
    uint64_t cost = fresh->set.base == SKR_CALL_NO_STATEMENT ? n_listed : s->n_samples;
    if (s->layer != NULL || s->visitor->on_sample != NULL || s->n_held >= SKR_TRACK_SUM_MAX)
        return false;
    for (size_t i = 0; i < s->n_held; i++) {
        if (s->held[i].is_entered || s->held[i].ploidy != fresh->ploidy)
            return false;
        n_listed += skr_track_sum_n_listed(&s->held[i]);
    }
    return n_listed <= FEW_LISTED || n_listed <= cost;
}

/* ------------------------------------------------------------------ the coverage layer */

/* Whose runs are being read. */
typedef struct run_reading {
    sweep *sweep;
    uint32_t sample;
    size_t first; /* its first turn, if it has one already */
} run_reading;

static int add_run(void *context, uint32_t contig, skr_ploidy ploidy, const skr_cover_run *run,
                   skr_err *err)
{
    const run_reading *reading = context;
    sweep *s = reading->sweep;
    (void)contig;
    uint8_t call = run->call;
    if (call == SKR_CALL_DEFAULT)
        call = skr_segment_copies_expected(s->view->segment, ploidy)[reading->sample];
    SKR_TRY(SKR_ARRAY_RESERVE(&s->turns.list, &s->turns.n_max, s->turns.n + 2, "runs", err));
    if (s->turns.n > reading->first &&
        s->turns.list[s->turns.n - 1].key == turn_key(run->start0, false))
        s->turns.n--; /* what ends there goes on as this */
    s->turns.list[s->turns.n++] =
        (skr_cover_entry){turn_key(run->start0, true), reading->sample, call};
    if (run->end0 < s->end0) /* what lasts longer need not end */
        s->turns.list[s->turns.n++] =
            (skr_cover_entry){turn_key(run->end0, false), reading->sample, SKR_CALL_NO_STATEMENT};
    return SKR_OK;
}

/* Adds the turns of the next chunk to those that were not taken yet. */
static int read_chunk(sweep *s)
{
    const skr_cover_chunk *chunk = &s->view->segment->directory.chunks[s->i_chunk];
    const skr_coverage *coverage = NULL;
    SKR_TRY(skr_segment_need_copies(s->view->segment, (skr_ploidy)chunk->ploidy, s->err));
    SKR_TRY(skr_segment_view_chunk(s->view, s->i_chunk, &coverage, s->err));
    const skr_cover_part part = {chunk, coverage, s->start0, s->end0};
    s->turns.n -= s->i_turn;
    if (s->turns.n > 0)
        memmove(s->turns.list, s->turns.list + s->i_turn, s->turns.n * sizeof *s->turns.list);
    s->i_turn = 0;
    for (uint32_t sample = 0; sample < s->n_samples; sample++) {
        run_reading reading = {s, sample, s->turns.n};
        if (s->asked->classes[sample] != SKR_TRACK_NONE)
            SKR_TRY(skr_segment_chunk_visit(&part, sample, add_run, &reading, s->err));
    }
    s->i_chunk++;
    s->read0 = chunk->end0;
    return skr_cover_entries_sort(&s->turns, s->err);
}

/*
 * Sees to it that the next turn is among those that were read. What ends where a chunk ends waits
 * for the next chunk: who is called on both sides of that base stays so.
 */
static int need_turn(sweep *s)
{
    while (s->i_chunk < s->chunks_end &&
           (s->i_turn == s->turns.n || s->turns.list[s->i_turn].key >> 1 >= s->read0))
        SKR_TRY(read_chunk(s));
    return SKR_OK;
}

/* Finds the chunks of the stretch, and the first turns. */
static int find_turns(sweep *s)
{
    skr_segment_directory_find_chunks(&s->view->segment->directory, s->asked->contig,
                                      (uint32_t[]){s->start0, s->end0}, &s->i_chunk,
                                      &s->chunks_end);
    SKR_TRY(need_turn(s));
    if (s->turns.n == 0)
        return SKR_OK;
    s->layer = malloc(s->n_samples * sizeof *s->layer);
    if (s->layer == NULL)
        return skr_fail_nomem(s->err, "segment");
    for (uint32_t i = 0; i < s->n_samples; i++)
        s->layer[i] = (layer_state){0, SKR_CALL_NO_STATEMENT};
    return SKR_OK;
}

/* A run of a sample begins, or ends. */
static int take_turn(sweep *s, const skr_cover_entry *turn)
{
    layer_state *state = &s->layer[turn->value];
    uint32_t before = copies_of(s, turn->value);
    uint32_t at0 = (uint32_t)(turn->key >> 1);
    if ((turn->key & 1) != 0 && state->start0 == at0)
        return SKR_OK;
    bool goes_on = (turn->key & 1) == 0 && state->call != SKR_CALL_NO_STATEMENT;
    s->asked->n_looks += goes_on ? 2 : 1; /* one call ends, another begins */
    *state = (layer_state){at0, turn->call};
    return count_sample(s, turn->value, before);
}

/* ------------------------------------------------------------------ the sweep */

/* Tells what holds from here on, if it is something new. */
static int tell(sweep *s)
{
    bool is_whole = s->n_held > 0 && !s->held[0].is_entered;
    skr_track_sum sum = is_whole ? sum_of_held(s) : s->entered;
    bool is_change = s->asked->wants_changes && s->has_changed;
    s->has_changed = false;
    if (s->has_told && !is_change && memcmp(&sum, &s->told, sizeof sum) == 0)
        return SKR_OK;
    s->told = sum;
    s->has_told = true;
    return s->visitor->on_step(s->visitor->context, s->at0, &sum, s->err);
}

static void swap(skr_track_held *a, skr_track_held *b)
{
    skr_track_held other = *a;
    *a = *b;
    *b = other;
}

static void sink(sweep *s)
{
    size_t at = 0;
    for (;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < s->n_held; child++)
            if (s->held[child].end0 < s->held[least].end0)
                least = child;
        if (least == at)
            return;
        swap(&s->held[at], &s->held[least]);
        at = least;
    }
}

/* Spans change as wholes: somebody may be called otherwise if they name any sample. If not, it
 * shows in the sums. */
static void note_change(sweep *s)
{
    for (size_t i = 0; i < s->n_held; i++)
        s->has_changed = s->has_changed || skr_track_sum_n_listed(&s->held[i]) > 0;
}

/* Lets go of the span that ends first. */
static int let_go(sweep *s)
{
    note_change(s);
    int status = s->held[0].is_entered ? turn_span(s, &s->held[0]) : SKR_OK;
    skr_call_set_done(&s->held[0].set);
    s->held[0] = s->held[--s->n_held];
    sink(s);
    return status;
}

/* Tells what holds up to a base, and stands there. */
static int stand_at(sweep *s, uint32_t at0)
{
    if (at0 <= s->at0)
        return SKR_OK;
    SKR_TRY(tell(s));
    s->at0 = at0;
    return SKR_OK;
}

/* Goes on to a base: what ends or begins before it, or there, does. */
static int advance(sweep *s, uint32_t to0)
{
    for (;;) {
        SKR_TRY(need_turn(s));
        const skr_cover_entry *next = s->i_turn < s->turns.n ? &s->turns.list[s->i_turn] : NULL;
        uint32_t turn0 = next == NULL ? UINT32_MAX : (uint32_t)(next->key >> 1);
        uint32_t end0 = s->n_held == 0 ? UINT32_MAX : s->held[0].end0;
        if (turn0 > to0 && end0 > to0)
            return stand_at(s, to0);
        SKR_TRY(stand_at(s, turn0 < end0 ? turn0 : end0));
        if (next == NULL || turn0 > end0) {
            SKR_TRY(let_go(s));
            continue;
        }
        s->i_turn++;
        SKR_TRY(take_turn(s, next));
    }
}

/* ------------------------------------------------------------------ spans */

/* Takes up a span that overlaps the stretch. */
static int take_up(sweep *s, const skr_call_columns *columns, const skr_span *span)
{
    if (s->asked->leaves_spans_out)
        return SKR_OK;
    SKR_TRY(advance(s, span->start0 > s->start0 ? span->start0 : s->start0));
    SKR_TRY(skr_segment_need_copies(s->view->segment, (skr_ploidy)span->ploidy, s->err));
    SKR_TRY(SKR_ARRAY_RESERVE(&s->held, &s->n_held_max, s->n_held + 1, "spans", s->err));
    skr_track_held fresh = {.end0 = span->end0, .ploidy = span->ploidy};
    int status =
        skr_segment_call_columns_set(columns, span->call_set, s->n_samples, &fresh.set, s->err);
    if (status != SKR_OK)
        return skr_segment_view_fail_in(s->view, status, s->asked->contig, span->start0, s->err);
    bool is_whole = stays_whole(s, &fresh);
    for (size_t i = 0; i < s->n_held && !is_whole && status == SKR_OK; i++)
        if (!s->held[i].is_entered)
            status = turn_span(s, &s->held[i]);
    if (status == SKR_OK && !is_whole)
        status = turn_span(s, &fresh);
    size_t at = s->n_held++;
    s->held[at] = fresh;
    note_change(s);
    for (; at > 0 && s->held[at].end0 < s->held[(at - 1) / 2].end0; at = (at - 1) / 2)
        swap(&s->held[at], &s->held[(at - 1) / 2]);
    return status;
}

static bool overlaps(const sweep *s, const skr_span *span)
{
    return span->start0 < s->end0 && span->end0 > s->start0;
}

/* Takes up the wide spans that start at start0_max or before and were not yet. */
static int take_up_wide(sweep *s, uint32_t start0_max)
{
    const skr_segment_view *view = s->view;
    const skr_wide_spans *groups = view->segment->directory.wide_spans + view->first_group;
    for (; s->i_group < view->n_groups; s->i_group++, s->i_wide = 0) {
        const skr_call_columns *columns = &view->groups[s->i_group];
        if (groups[s->i_group].min_start0 > start0_max)
            return SKR_OK;
        if (groups[s->i_group].max_end0 <= s->start0)
            continue;
        for (; s->i_wide < columns->n_spans; s->i_wide++) {
            const skr_span *span = &columns->spans[s->i_wide];
            if (span->start0 > start0_max)
                return SKR_OK;
            if (overlaps(s, span))
                SKR_TRY(take_up(s, columns, span));
        }
    }
    return SKR_OK;
}

static int take_up_tile(sweep *s, size_t tile)
{
    skr_call_slot *slot = NULL;
    SKR_TRY(skr_segment_view_call_slot(s->view, tile, true, &slot, s->err));
    const skr_call_columns *columns = &slot->columns;
    for (uint32_t i = 0; i < columns->n_spans && columns->spans[i].start0 < s->end0; i++) {
        const skr_span *span = &columns->spans[i];
        if (!overlaps(s, span))
            continue;
        SKR_TRY(take_up_wide(s, span->start0));
        SKR_TRY(take_up(s, columns, span));
    }
    return SKR_OK;
}

static int sweep_all(sweep *s)
{
    const skr_segment *segment = s->view->segment;
    const skr_segment_directory *directory = &segment->directory;
    uint32_t first = s->start0 >> directory->tile_shift;
    uint32_t last = (s->end0 - 1) >> directory->tile_shift;
    size_t from;
    size_t to;
    SKR_TRY(skr_segment_find_tiles(segment, s->asked->contig,
                                   (const uint32_t[]){first > 0 ? first - 1 : 0, last + 1}, &from,
                                   &to, s->err));
    for (size_t i = from; i < to; i++)
        if (directory->tiles.list[i].n_spans > 0 &&
            directory->tiles.list[i].max_span_end0 > s->start0)
            SKR_TRY(take_up_tile(s, i));
    SKR_TRY(take_up_wide(s, s->end0 - 1));
    return advance(s, s->end0);
}

int skr_segment_view_sweep(skr_segment_view *view, skr_track_asked *asked, uint32_t start0,
                           uint32_t end0, const skr_track_visitor *visitor, skr_err *err)
{
    SKR_CHECK(start0 < end0);
    sweep s = {.view = view,
               .asked = asked,
               .visitor = visitor,
               .start0 = start0,
               .end0 = end0,
               .at0 = start0,
               .n_samples = view->segment->directory.n_samples,
               .err = err};
    int status = skr_segment_view_reserve_scratch(view, err);
    if (status == SKR_OK)
        status = skr_segment_view_load_wide(view, asked->contig, err);
    if (status == SKR_OK)
        status = find_turns(&s);
    if (status == SKR_OK)
        status = sweep_all(&s);
    for (size_t i = 0; i < s.n_held; i++)
        skr_call_set_done(&s.held[i].set);
    free(s.held);
    free(s.turns.list);
    free(s.heads);
    free(s.layer);
    free(s.claims);
    return status;
}

int skr_segment_said_end0(const skr_segment *segment, uint32_t contig, uint32_t *ret_end0,
                          skr_err *err)
{
    const skr_segment_directory *directory = &segment->directory;
    uint32_t end0 = 0;
    size_t from;
    size_t to;
    SKR_TRY(skr_segment_find_tiles(segment, contig, (const uint32_t[]){0, UINT32_MAX}, &from, &to,
                                   err));
    for (size_t i = from; i < to; i++)
        if (directory->tiles.list[i].max_span_end0 > end0)
            end0 = directory->tiles.list[i].max_span_end0;
    for (size_t i = 0; i < directory->n_wide_spans; i++)
        if (directory->wide_spans[i].contig == contig && directory->wide_spans[i].max_end0 > end0)
            end0 = directory->wide_spans[i].max_end0;
    for (size_t i = 0; i < directory->n_chunks; i++)
        if (directory->chunks[i].contig == contig && directory->chunks[i].end0 > end0)
            end0 = directory->chunks[i].end0;
    *ret_end0 = end0;
    return SKR_OK;
}
