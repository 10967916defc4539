/*
 * coverage_places.c - reading a chunk whose runs stand place by place.
 *
 * A place is a run and the samples that have it. First places are read, and how many runs each
 * sample has is counted; then each run goes to its samples. Since places ascend, so do the runs of
 * a sample; that they do not overlap is looked at in the end.
 */
#include <stdlib.h>

#include "storage/base/array.h"
#include "storage/coverage/coverage_int.h"
#include "storage/coverage/numbers.h"

/* A chunk that is being read. */
typedef struct reading {
    skr_coverage *coverage;
    uint8_t background;
    uint32_t n_template; /* runs that differ from the background */
    uint32_t n_places;
    size_t n_numbers;
    size_t n_people;
    const uint8_t *columns[SKR_COVER_COLUMNS];
    skr_numbers_read bits;
    size_t i_number; /* the next of each */
    size_t i_person;
    uint32_t n_members;
} reading;

/* The next of the column of numbers; false: there is none. */
static bool take_number(reading *r, uint32_t *value)
{
    if (r->i_number >= r->n_numbers)
        return false;
    uint8_t symbol = r->columns[SKR_COVER_NUMBERS][r->i_number++];
    if (symbol >= SKR_SYMBOLS)
        return false;
    *value = skr_numbers_take(symbol, &r->bits);
    return true;
}

static bool take_half(reading *r, const uint8_t *halves, size_t i, uint32_t *value)
{
    uint8_t half = skr_numbers_half(halves, i);
    if (half == SKR_HALF_ESCAPE)
        return take_number(r, value);
    *value = skr_numbers_take_half(half, &r->bits);
    return true;
}

/* Reads run i of the columns, at last0 or after it; its call is still what it differs by. */
static bool take_run(reading *r, uint32_t i, uint32_t last0, skr_cover_run *run)
{
    uint32_t n_left = r->coverage->place.end0 - last0;
    uint8_t symbol = r->columns[SKR_COVER_GAPS][i];
    uint32_t n_more;
    if (symbol >= SKR_SYMBOLS)
        return false;
    uint32_t gap = skr_numbers_take(symbol, &r->bits);
    if (gap >= n_left || !take_half(r, r->columns[SKR_COVER_BASES], i, &n_more) ||
        n_more >= n_left - gap)
        return false;
    run->start0 = last0 + gap;
    run->end0 = run->start0 + n_more + 1;
    run->call = r->columns[SKR_COVER_CALLS][i];
    return true;
}

static void put_template(skr_coverage *coverage, uint32_t start0, uint32_t end0, uint8_t call)
{
    if (start0 < end0)
        coverage->runs[coverage->n_template++] = (skr_cover_run){start0, end0, call};
}

/* The runs of the template, and the background between them. */
static bool take_template(reading *r)
{
    skr_coverage *coverage = r->coverage;
    uint32_t last_end0 = coverage->place.start0;
    coverage->n_template = 0;
    for (uint32_t i = 0; i < r->n_template; i++) {
        skr_cover_run run;
        if (!take_run(r, i, last_end0, &run))
            return false;
        run.call ^= r->background;
        if (!skr_coverage_is_call(run.call))
            return false;
        put_template(coverage, last_end0, run.start0, r->background);
        put_template(coverage, run.start0, run.end0, run.call);
        last_end0 = run.end0;
    }
    put_template(coverage, last_end0, coverage->place.end0, r->background);
    return true;
}

/* Adds a sample to the place that is being read. */
static bool add_member(reading *r, uint32_t sample)
{
    skr_coverage *coverage = r->coverage;
    if (sample >= coverage->place.n_samples)
        return false;
    coverage->members[r->n_members++] = sample;
    coverage->first[sample + 1]++;
    return true;
}

/* The samples of a place that several have. */
static bool take_people(reading *r)
{
    uint32_t n;
    uint32_t next = 0;
    if (!take_number(r, &n) || n >= r->n_people - r->i_person)
        return false;
    n += 2;
    if (n > r->n_people - r->i_person)
        return false;
    unsigned n_low = skr_coverage_low_bits(r->coverage->place.n_samples, n);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t apart;
        if (!take_half(r, r->columns[SKR_COVER_PEOPLE], r->i_person++, &apart) ||
            apart > UINT32_MAX >> (n_low + 1))
            return false;
        next += (apart << n_low) + skr_numbers_take_bits(&r->bits, n_low);
        if (!add_member(r, next))
            return false;
        next++;
    }
    return true;
}

static bool take_places(reading *r)
{
    skr_coverage *coverage = r->coverage;
    const skr_cover_run *template = coverage->runs;
    uint32_t last0 = coverage->place.start0;
    for (uint32_t i = 0; i < r->n_places; i++) {
        skr_cover_run *run = &coverage->places[i].run;
        uint8_t symbol = r->columns[SKR_COVER_WHO][i];
        if (symbol >= SKR_SYMBOLS || !take_run(r, r->n_template + i, last0, run))
            return false;
        last0 = run->start0;
        while (template->end0 <= last0)
            template ++;
        run->call ^= template->call;
        uint32_t who = skr_numbers_take(symbol, &r->bits);
        if (!skr_coverage_is_call(run->call) ||
            !(who == 0 ? take_people(r) : add_member(r, who - 1)))
            return false;
        coverage->places[i].members_end = r->n_members;
    }
    return r->i_number == r->n_numbers && r->i_person == r->n_people;
}

/* Gives each run to its samples; false: a sample has two at once. */
static bool deal_runs(reading *r)
{
    skr_coverage *coverage = r->coverage;
    uint32_t n_samples = coverage->place.n_samples;
    uint32_t at = coverage->n_template;
    uint32_t member = 0;
    coverage->first[0] = at;
    for (uint32_t i = 1; i <= n_samples; i++) { /* how many -> where they begin */
        uint32_t n = coverage->first[i];
        coverage->first[i] = at;
        at += n;
    }
    for (uint32_t i = 0; i < r->n_places; i++)
        for (; member < coverage->places[i].members_end; member++)
            coverage->runs[coverage->first[coverage->members[member] + 1]++] =
                coverage->places[i].run;
    coverage->n_runs = at;
    for (uint32_t i = 0; i < n_samples; i++)
        for (uint32_t k = coverage->first[i] + 1; k < coverage->first[i + 1]; k++)
            if (coverage->runs[k].start0 < coverage->runs[k - 1].end0)
                return false;
    return true;
}

/* Makes room for what the columns can hold at most. */
static int reserve(skr_coverage *coverage, const reading *r, skr_err *err)
{
    uint32_t n_samples = coverage->place.n_samples;
    uint32_t n_members = (uint32_t)(r->n_places + r->n_people);
    SKR_TRY(SKR_ARRAY_RESERVE(&coverage->first, &coverage->n_first_max, n_samples + 1u, "coverage",
                              err));
    SKR_TRY(SKR_ARRAY_RESERVE(&coverage->places, &coverage->n_places_max, r->n_places, "coverage",
                              err));
    SKR_TRY(SKR_ARRAY_RESERVE(&coverage->members, &coverage->n_members_max, n_members, "coverage",
                              err));
    memset(coverage->first, 0, (n_samples + (size_t)1) * sizeof *coverage->first);
    /* Between the runs of the template there is background: twice as many, and one. */
    return SKR_ARRAY_RESERVE(&coverage->runs, &coverage->n_runs_max,
                             2 * r->n_template + 1 + n_members, "coverage", err);
}

/* Finds the columns; false: they are not there. */
static bool take_columns(reading *r, skr_cursor *cursor)
{
    size_t n_max = (size_t)(cursor->end - cursor->at);
    r->background = skr_cursor_u8(cursor);
    r->n_template = (uint32_t)skr_cursor_varint_max(cursor, n_max);
    r->n_places = (uint32_t)skr_cursor_varint_max(cursor, n_max);
    r->n_numbers = (size_t)skr_cursor_varint_max(cursor, n_max);
    r->n_people = (size_t)skr_cursor_varint_max(cursor, 2 * n_max);
    size_t n_runs = (size_t)r->n_template + r->n_places;
    const size_t sizes[] = {n_runs,      (n_runs + 1) / 2, n_runs,
                            r->n_places, r->n_numbers,     (r->n_people + 1) / 2};
    for (unsigned i = 0; i < SKR_COVER_BITS; i++)
        r->columns[i] = skr_cursor_bytes(cursor, sizes[i]);
    r->bits = (skr_numbers_read){cursor->at, (size_t)(cursor->end - cursor->at), 0};
    return !cursor->is_bad && skr_coverage_is_call(r->background);
}

int skr_coverage_decode_places(skr_coverage *coverage, skr_cursor *cursor, skr_err *err)
{
    reading r = {.coverage = coverage};
    if (!take_columns(&r, cursor))
        return skr_fail(err, SKR_ERR_CORRUPT, "coverage: malformed");
    SKR_TRY(reserve(coverage, &r, err));
    if (!take_template(&r) || !take_places(&r) || !skr_numbers_are_done(&r.bits) || !deal_runs(&r))
        return skr_fail(err, SKR_ERR_CORRUPT, "coverage: runs out of place");
    return SKR_OK;
}
