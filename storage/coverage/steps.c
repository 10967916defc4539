/*
 * steps.c - blocks of steps, written and read.
 *
 * In most data a step changes one or two numbers by little, or goes back and forth between nobody
 * and nearly everybody. So a step is said by its difference from the last that was said so, and
 * the two commonest cases need no number at all.
 */
#include "storage/coverage/steps.h"

#include <string.h>

#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/base/zigzag.h"

/* Steps of a group at most. */
#define GROUP_STEPS 256u

/* What a step is. */
enum kind {
    KIND_NOBODY = 0, /* nobody is called */
    KIND_AGAIN = 1,  /* as the last NEW one of the group */
    KIND_SAME = 2,   /* as the step before */
    KIND_NEW = 3,    /* numbers follow: what differs from the last NEW one, at first from nobody */
};

/* A block's columns: of each class people called, then copies beyond `copies` of each of these. */
#define N_COLUMNS (2 * SKR_TRACK_CLASSES)

typedef struct columns {
    uint8_t mask; /* a bit for each column that is stored: it is not always 0 */
    uint8_t copies[SKR_TRACK_CLASSES];
} columns;

/* A number of a column. */
static int64_t value_of(const columns *all, const skr_track_sum *sum, unsigned column)
{
    unsigned class = column % SKR_TRACK_CLASSES;
    if (column < SKR_TRACK_CLASSES)
        return sum->n_called[class];
    return (int64_t)sum->n_copies[class] - (int64_t)sum->n_called[class] * all->copies[class];
}

/* ------------------------------------------------------------------ writing */

static columns choose_columns(const skr_called_step *steps, uint32_t n)
{
    columns all = {0};
    for (unsigned class = 0; class < SKR_TRACK_CLASSES; class ++) {
        uint64_t n_copies = 0;
        uint64_t n_called = 0;
        for (uint32_t i = 0; i < n && n_called == 0; i++) {
            n_copies = steps[i].sum.n_copies[class];
            n_called = steps[i].sum.n_called[class];
        }
        all.copies[class] = (uint8_t)(n_called == 0 ? 0 : (n_copies + n_called / 2) / n_called);
    }
    for (uint32_t i = 0; i < n; i++)
        for (unsigned column = 0; column < N_COLUMNS; column++)
            if (value_of(&all, &steps[i].sum, column) != 0)
                all.mask |= (uint8_t)(1u << column);
    return all;
}

static bool is_same(const skr_track_sum *a, const skr_track_sum *b)
{
    return memcmp(a->n_copies, b->n_copies, sizeof a->n_copies) == 0 &&
           memcmp(a->n_called, b->n_called, sizeof a->n_called) == 0;
}

/* The kinds of a group's steps. */
static void choose_kinds(const skr_called_step *steps, uint32_t n, uint8_t *kinds)
{
    static const skr_track_sum nobody;
    const skr_track_sum *last_new = &steps[0].sum;
    kinds[0] = KIND_NEW;
    for (uint32_t i = 1; i < n; i++) {
        const skr_track_sum *sum = &steps[i].sum;
        kinds[i] = is_same(sum, &steps[i - 1].sum) ? KIND_SAME
                   : is_same(sum, &nobody)         ? KIND_NOBODY
                   : is_same(sum, last_new)        ? KIND_AGAIN
                                                   : KIND_NEW;
        if (kinds[i] == KIND_NEW)
            last_new = sum;
    }
}

static int put_group(const columns *all, const skr_called_step *steps, uint32_t n,
                     skr_buffer *bytes, skr_err *err)
{
    uint8_t kinds[GROUP_STEPS];
    choose_kinds(steps, n, kinds);
    for (uint32_t i = 1; i < n; i++) {
        SKR_CHECK(steps[i - 1].start0 < steps[i].start0);
        SKR_TRY(skr_buffer_put_varint(bytes, steps[i].start0 - steps[i - 1].start0 - 1, err));
    }
    SKR_TRY(skr_buffer_put(bytes, kinds, n, err));
    for (unsigned column = 0; column < N_COLUMNS; column++) {
        int64_t last = 0;
        for (uint32_t i = 0; i < n && (all->mask >> column & 1) != 0; i++) {
            if (kinds[i] != KIND_NEW)
                continue;
            int64_t value = value_of(all, &steps[i].sum, column);
            SKR_TRY(skr_buffer_put_varint(bytes, skr_zigzag(value - last), err));
            last = value;
        }
    }
    return SKR_OK;
}

int skr_steps_encode(const skr_called_step *steps, uint32_t n, skr_buffer *bytes, skr_err *err)
{
    SKR_CHECK(n >= 1 && n <= SKR_STEPS_MAX);
    columns all = choose_columns(steps, n);
    skr_buffer groups = {0};
    int status = skr_buffer_put_u8(bytes, all.mask, err);
    for (unsigned class = 0; class < SKR_TRACK_CLASSES && status == SKR_OK; class ++)
        if ((all.mask >> class & 1) != 0)
            status = skr_buffer_put_u8(bytes, all.copies[class], err);
    if (status == SKR_OK)
        status = skr_buffer_put_varint(bytes, (n + GROUP_STEPS - 1) / GROUP_STEPS, err);
    for (uint32_t at = 0; at < n && status == SKR_OK; at += GROUP_STEPS) {
        uint32_t n_here = n - at < GROUP_STEPS ? n - at : GROUP_STEPS;
        size_t n_before = groups.n;
        status = put_group(&all, steps + at, n_here, &groups, err);
        if (status == SKR_OK)
            status = skr_buffer_put_varint(
                bytes, at == 0 ? 0 : steps[at].start0 - steps[at - GROUP_STEPS].start0, err);
        if (status == SKR_OK)
            status = skr_buffer_put_varint(bytes, n_here, err);
        if (status == SKR_OK)
            status = skr_buffer_put_varint(bytes, groups.n - n_before, err);
    }
    if (status == SKR_OK)
        status = skr_buffer_put(bytes, groups.bytes, groups.n, err);
    skr_buffer_done(&groups);
    return status;
}

/* ------------------------------------------------------------------ reading */

static int fail(skr_err *err)
{
    return skr_fail(err, SKR_ERR_CORRUPT, "steps: malformed");
}

/* A group that is being read. */
typedef struct group {
    uint32_t start0; /* of its first step */
    uint32_t n;
    size_t n_bytes;
} group;

static columns take_columns(skr_cursor *cursor)
{
    columns all = {.mask = skr_cursor_u8(cursor)};
    for (unsigned class = 0; class < SKR_TRACK_CLASSES; class ++)
        if ((all.mask >> class & 1) != 0)
            all.copies[class] = skr_cursor_u8(cursor);
    return all;
}

/* Adds the numbers of a column to the sums of a group; false where there can be none such. */
static bool add_column(unsigned column, uint32_t n_samples, skr_cursor *cursor,
                       const uint8_t *kinds, uint32_t n, skr_called_step *steps)
{
    unsigned class = column % SKR_TRACK_CLASSES;
    int64_t most = (int64_t)n_samples * (column < SKR_TRACK_CLASSES ? 1 : SKR_PLOIDY_MAX);
    int64_t last = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (kinds[i] != KIND_NEW)
            continue;
        int64_t by = skr_unzigzag(skr_cursor_varint(cursor));
        if (by > 2 * most || by < -2 * most)
            return false;
        last += by;
        if (last > most || last < (column < SKR_TRACK_CLASSES ? 0 : -most))
            return false;
        if (column < SKR_TRACK_CLASSES)
            steps[i].sum.n_called[class] = (uint32_t)last;
        else
            steps[i].sum.n_copies[class] = (uint64_t)last; /* what goes beyond, so far */
    }
    return !cursor->is_bad;
}

/* Copies are those of everybody who is called, and what goes beyond; false: too many or few. */
static bool add_copies(const columns *all, const uint8_t *kinds, uint32_t n, skr_called_step *steps)
{
    for (uint32_t i = 0; i < n; i++) {
        if (kinds[i] != KIND_NEW)
            continue;
        for (unsigned class = 0; class < SKR_TRACK_CLASSES; class ++) {
            skr_track_sum *sum = &steps[i].sum;
            sum->n_copies[class] += (uint64_t)sum->n_called[class] * all->copies[class];
            if (sum->n_copies[class] < sum->n_called[class] ||
                sum->n_copies[class] > (uint64_t)sum->n_called[class] * SKR_PLOIDY_MAX)
                return false;
        }
    }
    return true;
}

/* Sets the sums of steps that are not NEW; false: a kind that there is not. */
static bool fill_kinds(const uint8_t *kinds, uint32_t n, skr_called_step *steps)
{
    uint32_t last_new = 0;
    if (kinds[0] != KIND_NEW)
        return false;
    for (uint32_t i = 1; i < n; i++) {
        if (kinds[i] > KIND_NEW)
            return false;
        if (kinds[i] == KIND_NEW)
            last_new = i;
        else if (kinds[i] == KIND_AGAIN)
            steps[i].sum = steps[last_new].sum;
        else if (kinds[i] == KIND_SAME)
            steps[i].sum = steps[i - 1].sum;
    }
    return true;
}

/* Reads a group into steps, which have room for GROUP_STEPS; false: malformed. */
static bool take_group(const skr_step_block *block, const columns *all, const group *at,
                       const uint8_t *bytes, skr_called_step *steps)
{
    skr_cursor cursor = skr_cursor_of(bytes, at->n_bytes);
    memset(steps, 0, at->n * sizeof *steps);
    steps[0].start0 = at->start0;
    for (uint32_t i = 1; i < at->n; i++) {
        uint64_t start0 =
            (uint64_t)steps[i - 1].start0 + 1 + skr_cursor_varint_max(&cursor, UINT32_MAX);
        if (start0 >= block->place.end0)
            return false;
        steps[i].start0 = (uint32_t)start0;
    }
    const uint8_t *kinds = skr_cursor_bytes(&cursor, at->n);
    if (kinds == NULL)
        return false;
    for (unsigned column = 0; column < N_COLUMNS; column++)
        if ((all->mask >> column & 1) != 0 &&
            !add_column(column, block->place.n_samples, &cursor, kinds, at->n, steps))
            return false;
    return skr_cursor_is_done(&cursor) && add_copies(all, kinds, at->n, steps) &&
           fill_kinds(kinds, at->n, steps);
}

/* Reads the head of the next group; false: malformed. */
static bool take_head(const skr_step_block *block, skr_cursor *heads, uint32_t i, group *at)
{
    uint64_t by = skr_cursor_varint_max(heads, UINT32_MAX);
    uint64_t start0 = at->start0 + by;
    at->n = (uint32_t)skr_cursor_varint_max(heads, GROUP_STEPS);
    at->n_bytes = (size_t)skr_cursor_varint_max(heads, block->n);
    if (heads->is_bad || at->n == 0 || start0 >= block->place.end0 || (i == 0) != (by == 0))
        return false;
    at->start0 = (uint32_t)start0;
    return true;
}

/* What is asked, and who is told. */
typedef struct stretch {
    uint32_t start0;
    uint32_t end0;
    skr_step_fn visit;
    void *context;
} stretch;

/* Visits those steps of a group that matter; next0: where the last one ends. */
static int visit_group(const skr_called_step *steps, uint32_t n, uint32_t next0,
                       const stretch *asked, skr_err *err)
{
    for (uint32_t i = 0; i < n && steps[i].start0 < asked->end0; i++) {
        uint32_t end0 = i + 1 < n ? steps[i + 1].start0 : next0;
        skr_called_step step = steps[i];
        if (end0 <= asked->start0)
            continue;
        step.start0 = step.start0 > asked->start0 ? step.start0 : asked->start0;
        SKR_TRY(asked->visit(asked->context, &step, err));
    }
    return SKR_OK;
}

/* Visits what a group says of the stretch, if anything. */
static int read_group(const skr_step_block *block, const columns *all, const group *at,
                      const uint8_t *bytes, uint32_t next0, const stretch *asked, skr_err *err)
{
    skr_called_step steps[GROUP_STEPS];
    if (next0 <= asked->start0 || at->start0 >= asked->end0)
        return SKR_OK;
    if (!take_group(block, all, at, bytes, steps) || steps[at->n - 1].start0 >= next0)
        return fail(err);
    return visit_group(steps, at->n, next0, asked, err);
}

int skr_steps_visit(const skr_step_block *block, uint32_t start0, uint32_t end0, skr_step_fn visit,
                    void *context, skr_err *err)
{
    const stretch asked = {start0, end0, visit, context};
    skr_cursor heads = skr_cursor_of(block->bytes, block->n);
    columns all = take_columns(&heads);
    uint32_t n_groups = (uint32_t)skr_cursor_varint_max(&heads, SKR_STEPS_MAX / GROUP_STEPS);
    skr_cursor bodies = heads;
    group at = {.start0 = block->place.start0};
    for (uint32_t i = 0; i < 3 * n_groups; i++)
        (void)skr_cursor_varint(&bodies);
    if (heads.is_bad || n_groups == 0 || !take_head(block, &heads, 0, &at))
        return fail(err);
    for (uint32_t i = 0; i < n_groups; i++) {
        group next = {.start0 = at.start0};
        bool is_last = i + 1 == n_groups;
        const uint8_t *bytes = skr_cursor_bytes(&bodies, at.n_bytes);
        if (bytes == NULL || (!is_last && !take_head(block, &heads, i + 1, &next)))
            return fail(err);
        SKR_TRY(read_group(block, &all, &at, bytes, is_last ? block->place.end0 : next.start0,
                           &asked, err));
        at = next;
    }
    return skr_cursor_is_done(&bodies) ? SKR_OK : fail(err);
}
