/*
 * coverage_encode.c - from the runs of all samples to a chunk: the template, and what differs.
 *
 * The template is at each base the commonest call. Where the template says something else than a
 * run of a sample, the bases of that are a run of the sample's own; those of all samples are
 * sorted, so that one which several have is stored once.
 */
#include <stdlib.h>

#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/coverage/cover_entries.h"
#include "storage/coverage/coverage_int.h"
#include "storage/coverage/numbers.h"

typedef struct encoding {
    const skr_cover_place *place;
    skr_cover_run *template; /* without a gap */
    uint32_t n_template;
    uint32_t n_template_max;
    uint8_t background;
    skr_cover_entries own; /* keys: key_of a run; values: samples */
    skr_buffer columns[SKR_COVER_BITS];
    skr_numbers_bits bits;
} encoding;

/* ------------------------------------------------------------------ the template */

static int add_template(encoding *e, uint32_t start0, uint32_t end0, uint8_t call, skr_err *err)
{
    if (start0 == end0)
        return SKR_OK;
    if (e->n_template > 0 && e->template[e->n_template - 1].call == call) {
        e->template[e->n_template - 1].end0 = end0;
        return SKR_OK;
    }
    SKR_TRY(
        SKR_ARRAY_RESERVE(&e->template, &e->n_template_max, e->n_template + 1, "coverage", err));
    e->template[e->n_template++] = (skr_cover_run){start0, end0, call};
    return SKR_OK;
}

/* The template of one sample is the sample. */
static int template_of_one(encoding *e, const skr_cover_run *runs, uint32_t n, skr_err *err)
{
    uint32_t last_end0 = e->place->start0;
    for (uint32_t i = 0; i < n; i++) {
        SKR_TRY(add_template(e, last_end0, runs[i].start0, SKR_CALL_NO_STATEMENT, err));
        SKR_TRY(add_template(e, runs[i].start0, runs[i].end0, runs[i].call, err));
        last_end0 = runs[i].end0;
    }
    return add_template(e, last_end0, e->place->end0, SKR_CALL_NO_STATEMENT, err);
}

/* How many samples have each call, and the calls that occur at all. */
typedef struct census {
    uint32_t n_of[256];
    uint8_t seen[256];
    unsigned n_seen;
    bool is_seen[256];
} census;

static void note(census *all, uint8_t call)
{
    if (!all->is_seen[call])
        all->seen[all->n_seen++] = call;
    all->is_seen[call] = true;
}

/* The commonest call; of two that are as common the one before stays. */
static uint8_t commonest(const census *all, uint8_t before)
{
    uint8_t best = before;
    for (unsigned i = 0; i < all->n_seen; i++)
        if (all->n_of[all->seen[i]] > all->n_of[best])
            best = all->seen[i];
    return best;
}

/* What is added where a call begins, and where it ends: -1, since unsigned numbers wrap around. */
#define BEGINS 1u
#define ENDS UINT32_MAX

/* The template, from where calls begin and end, sorted. */
static int template_of_changes(encoding *e, const skr_cover_entries *changes, census *all,
                               skr_err *err)
{
    uint8_t call = SKR_CALL_NO_STATEMENT;
    uint32_t last0 = e->place->start0;
    for (size_t i = 0; i < changes->n;) {
        uint32_t at0 = (uint32_t)changes->list[i].key;
        SKR_TRY(add_template(e, last0, at0, call, err));
        last0 = at0;
        for (; i < changes->n && changes->list[i].key == at0; i++) {
            all->n_of[changes->list[i].call] += changes->list[i].value;
            all->n_of[SKR_CALL_NO_STATEMENT] -= changes->list[i].value;
        }
        call = commonest(all, call);
    }
    return add_template(e, last0, e->place->end0, call, err);
}

static int template_of_many(encoding *e, const skr_cover_run *runs, uint32_t n, skr_err *err)
{
    census all = {.n_of = {[SKR_CALL_NO_STATEMENT] = e->place->n_samples}};
    skr_cover_entries changes = {0};
    int status =
        SKR_ARRAY_RESERVE(&changes.list, &changes.n_max, 2 * (size_t)n + 1, "coverage", err);
    note(&all, SKR_CALL_NO_STATEMENT);
    for (uint32_t i = 0; i < n && status == SKR_OK; i++) {
        changes.list[changes.n++] = (skr_cover_entry){runs[i].start0, BEGINS, runs[i].call};
        changes.list[changes.n++] = (skr_cover_entry){runs[i].end0, ENDS, runs[i].call};
        note(&all, runs[i].call);
    }
    if (status == SKR_OK)
        status = skr_cover_entries_sort(&changes, err);
    if (status == SKR_OK)
        status = template_of_changes(e, &changes, &all, err);
    free(changes.list);
    return status;
}

/* The call that most bases of the template have. */
static uint8_t find_background(const encoding *e)
{
    uint64_t n_of[256] = {0};
    uint8_t best = e->template[0].call;
    for (uint32_t i = 0; i < e->n_template; i++) {
        uint8_t call = e->template[i].call;
        n_of[call] += e->template[i].end0 - e->template[i].start0;
        if (n_of[call] > n_of[best])
            best = call;
    }
    return best;
}

/* ------------------------------------------------------------------ what differs */

/* A run of which the template says something else in more pieces than these is not cut. */
#define PIECES_MAX 8u

/* Keys are in the order of starts; of one start the shorter run is first. */
static uint64_t key_of(const skr_cover_run *run)
{
    return (uint64_t)run->start0 << 32 | run->end0;
}

/* A sample that is being compared with the template. */
typedef struct sample_state {
    uint32_t number;
    uint32_t at; /* the first run of the template that ends after what was compared */
} sample_state;

static int add_own(encoding *e, uint32_t sample, const skr_cover_run *run, skr_err *err)
{
    SKR_TRY(SKR_ARRAY_RESERVE(&e->own.list, &e->own.n_max, e->own.n + 1, "coverage", err));
    e->own.list[e->own.n++] = (skr_cover_entry){key_of(run), sample, run->call};
    return SKR_OK;
}

/* The pieces of a run of which the template says something else. */
typedef struct pieces {
    skr_cover_run list[PIECES_MAX];
    unsigned n;
} pieces;

/* Adds one; the last grows if it adjoins, or if there is no room. */
static void add_piece(pieces *all, uint32_t start0, uint32_t end0, uint8_t call)
{
    bool adjoins = all->n > 0 && all->list[all->n - 1].end0 == start0;
    if (adjoins || all->n == PIECES_MAX)
        all->list[all->n - 1].end0 = end0;
    else
        all->list[all->n++] = (skr_cover_run){start0, end0, call};
}

/* Adds the bases of a run of a sample at which the template says something else. */
static int add_difference(encoding *e, sample_state *sample, const skr_cover_run *run, skr_err *err)
{
    pieces all = {.n = 0};
    if (run->start0 == run->end0)
        return SKR_OK;
    while (e->template[sample->at].end0 <= run->start0)
        sample->at++;
    for (;; sample->at++) {
        const skr_cover_run *one = &e->template[sample->at];
        uint32_t start0 = one->start0 > run->start0 ? one->start0 : run->start0;
        uint32_t end0 = one->end0 < run->end0 ? one->end0 : run->end0;
        if (one->call != run->call)
            add_piece(&all, start0, end0, run->call);
        if (one->end0 >= run->end0)
            break;
    }
    for (unsigned i = 0; i < all.n; i++)
        SKR_TRY(add_own(e, sample->number, &all.list[i], err));
    return SKR_OK;
}

static int add_sample(encoding *e, uint32_t number, const skr_cover_run *runs, uint32_t n,
                      skr_err *err)
{
    sample_state sample = {number, 0};
    skr_cover_run silent = {.end0 = e->place->start0, .call = SKR_CALL_NO_STATEMENT};
    for (uint32_t i = 0; i < n; i++) {
        silent.start0 = silent.end0;
        silent.end0 = runs[i].start0;
        SKR_TRY(add_difference(e, &sample, &silent, err));
        SKR_TRY(add_difference(e, &sample, &runs[i], err));
        silent.end0 = runs[i].end0;
    }
    silent.start0 = silent.end0;
    silent.end0 = e->place->end0;
    return add_difference(e, &sample, &silent, err);
}

/* ------------------------------------------------------------------ columns */

static int put_run(encoding *e, uint32_t gap, uint32_t n_bases, uint8_t differs_by, skr_err *err)
{
    skr_buffer *columns = e->columns;
    SKR_CHECK(n_bases > 0 && differs_by != 0);
    SKR_TRY(skr_numbers_put(&columns[SKR_COVER_GAPS], &e->bits, gap, err));
    SKR_TRY(skr_numbers_put_half(&columns[SKR_COVER_BASES], &columns[SKR_COVER_NUMBERS], &e->bits,
                                 n_bases - 1, err));
    return skr_buffer_put_u8(&columns[SKR_COVER_CALLS], differs_by, err);
}

/* Stores the template against its background; *ret_n: how many runs. */
static int put_template(encoding *e, uint32_t *ret_n, skr_err *err)
{
    uint32_t last_end0 = e->place->start0;
    *ret_n = 0;
    for (uint32_t i = 0; i < e->n_template; i++) {
        const skr_cover_run *run = &e->template[i];
        if (run->call == e->background)
            continue;
        SKR_TRY(put_run(e, run->start0 - last_end0, run->end0 - run->start0,
                        run->call ^ e->background, err));
        last_end0 = run->end0;
        (*ret_n)++;
    }
    return SKR_OK;
}

/* Stores who has a run: one, or several. */
static int put_people(encoding *e, const skr_cover_entry *list, uint32_t n, skr_err *err)
{
    skr_buffer *columns = e->columns;
    uint32_t next = 0;
    SKR_TRY(skr_numbers_put(&columns[SKR_COVER_WHO], &e->bits, n > 1 ? 0 : list[0].value + 1, err));
    if (n == 1)
        return SKR_OK;
    unsigned n_low = skr_coverage_low_bits(e->place->n_samples, n);
    SKR_TRY(skr_numbers_put(&columns[SKR_COVER_NUMBERS], &e->bits, n - 2, err));
    for (uint32_t i = 0; i < n; i++) {
        SKR_CHECK(list[i].value >= next && list[i].value < e->place->n_samples);
        uint32_t apart = list[i].value - next;
        SKR_TRY(skr_numbers_put_half(&columns[SKR_COVER_PEOPLE], &columns[SKR_COVER_NUMBERS],
                                     &e->bits, apart >> n_low, err));
        SKR_TRY(skr_numbers_put_bits(&e->bits, apart, n_low, err));
        next = list[i].value + 1;
    }
    return SKR_OK;
}

static bool is_same(const skr_cover_entry *a, const skr_cover_entry *b)
{
    return a->key == b->key && a->call == b->call;
}

/* Stores the runs of all samples, sorted; *ret_n: how many that differ. */
static int put_places(encoding *e, uint32_t *ret_n, skr_err *err)
{
    const skr_cover_run *template = e->template;
    const skr_cover_entry *list = e->own.list;
    uint32_t last0 = e->place->start0;
    *ret_n = 0;
    for (size_t i = 0, to; i < e->own.n; i = to) {
        uint32_t start0 = (uint32_t)(list[i].key >> 32);
        uint32_t end0 = (uint32_t)list[i].key;
        for (to = i + 1; to < e->own.n && is_same(&list[to], &list[i]);)
            to++;
        while (template->end0 <= start0)
            template ++;
        SKR_TRY(put_run(e, start0 - last0, end0 - start0, list[i].call ^ template->call, err));
        SKR_TRY(put_people(e, list + i, (uint32_t)(to - i), err));
        last0 = start0;
        (*ret_n)++;
    }
    return SKR_OK;
}

/* Puts the columns one after the other. */
static int put_columns(encoding *e, const uint32_t n[2], skr_buffer *bytes, skr_buffer_parts *parts,
                       skr_err *err)
{
    size_t n_before = bytes->n;
    size_t n_people = e->columns[SKR_COVER_PEOPLE].n;
    SKR_TRY(skr_numbers_finish(&e->bits, err));
    skr_numbers_join_halves(&e->columns[SKR_COVER_BASES]);
    skr_numbers_join_halves(&e->columns[SKR_COVER_PEOPLE]);
    SKR_TRY(skr_buffer_put_u8(bytes, SKR_COVERAGE_BY_PLACE, err));
    SKR_TRY(skr_buffer_put_u8(bytes, e->background, err));
    SKR_TRY(skr_buffer_put_varint(bytes, n[0], err));
    SKR_TRY(skr_buffer_put_varint(bytes, n[1], err));
    SKR_TRY(skr_buffer_put_varint(bytes, e->columns[SKR_COVER_NUMBERS].n, err));
    SKR_TRY(skr_buffer_put_varint(bytes, n_people, err));
    *parts = (skr_buffer_parts){.n = SKR_COVER_BITS};
    for (unsigned i = 0; i < SKR_COVER_BITS; i++) {
        if (e->columns[i].n > 0)
            SKR_TRY(skr_buffer_put(bytes, e->columns[i].bytes, e->columns[i].n, err));
        parts->end[i] = bytes->n - n_before;
    }
    if (e->bits.bytes.n == 0)
        return SKR_OK;
    return skr_buffer_put(bytes, e->bits.bytes.bytes, e->bits.bytes.n, err);
}

/* Makes the template, what differs from it, and the columns. */
static int encode(encoding *e, const skr_cover_run *runs, const uint32_t *first, uint32_t n[2],
                  skr_err *err)
{
    uint32_t n_samples = e->place->n_samples;
    SKR_TRY(n_samples == 1 ? template_of_one(e, runs, first[1], err)
                           : template_of_many(e, runs, first[n_samples], err));
    e->background = find_background(e);
    for (uint32_t i = 0; i < n_samples; i++)
        SKR_TRY(add_sample(e, i, runs + first[i], first[i + 1] - first[i], err));
    SKR_TRY(skr_cover_entries_sort(&e->own, err));
    SKR_TRY(put_template(e, &n[0], err));
    return put_places(e, &n[1], err);
}

int skr_coverage_encode(const skr_cover_place *place, const skr_cover_run *runs,
                        const uint32_t *first, skr_buffer *bytes, skr_buffer_parts *ret_parts,
                        skr_err *err)
{
    encoding e = {.place = place};
    uint32_t n[2] = {0, 0};
    SKR_CHECK(place->start0 < place->end0 && place->n_samples > 0);
    int status = encode(&e, runs, first, n, err);
    if (status == SKR_OK)
        status = put_columns(&e, n, bytes, ret_parts, err);
    free(e.template);
    free(e.own.list);
    for (unsigned i = 0; i < SKR_COVER_BITS; i++)
        skr_buffer_done(&e.columns[i]);
    skr_buffer_done(&e.bits.bytes);
    return status;
}
