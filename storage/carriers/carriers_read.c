/*
 * carriers_read.c - answers from the stored bytes of carriers, in whatever form they are.
 *
 * A row's bytes are first taken apart (struct parts): where each of its lists or planes lies, all
 * of it inside the bytes. The loops then run over whole blocks of a list, or words of a plane.
 */
#include "storage/carriers/carriers.h"

#include <endian.h>
#include <stdbool.h>
#include <string.h>

#include "storage/base/limits.h"
#include "storage/carriers/carriers_form.h"
#include "storage/carriers/gap_list.h"
#include "storage/carriers/kernel.h"

/* Where the parts of a row's carriers lie. */
typedef struct parts {
    unsigned form;
    uint32_t n_samples;
    uint32_t n;           /* short and gaps: plain carriers */
    uint32_t n_seconds;   /* short and gaps: those with two copies */
    const uint8_t *list;  /* short: the carriers */
    uint64_t seconds;     /* short: a bit for each, set for two copies */
    skr_cursor first;     /* gaps: the samples */
    skr_cursor second;    /* gaps: ranks of those with two copies */
    const uint8_t *plane; /* planes: carriers */
    const uint8_t *twice; /* planes: carriers of two copies, or NULL */
    uint32_t n_bags;
    skr_cursor bags; /* samples, then values */
} parts;

static int fail_corrupt(skr_err *err)
{
    return skr_fail(err, SKR_ERR_CORRUPT, "carriers: malformed, or a sample out of range");
}

static void find_short(skr_cursor *cursor, unsigned head, parts *row)
{
    bool has_second = head > SKR_SHORT_MAX;
    row->n = has_second ? head - SKR_SHORT_MAX : head;
    row->list = skr_cursor_bytes(cursor, skr_short_shape_of(row->n, row->n_samples).n_bytes);
    const uint8_t *mask = skr_cursor_bytes(cursor, has_second ? (row->n + 7) / 8 : 0);
    if (!has_second || cursor->is_bad)
        return;
    memcpy(&row->seconds, mask, (row->n + 7) / 8);
    row->seconds = le64toh(row->seconds);
    row->n_seconds = (uint32_t)__builtin_popcountll(row->seconds);
    if (row->n_seconds == 0 || (row->n < 64 && row->seconds >> row->n != 0))
        cursor->is_bad = true;
}

static void find_lists(skr_cursor *cursor, bool has_second, parts *row)
{
    row->n = (uint32_t)skr_cursor_varint_max(cursor, row->n_samples);
    row->first = *cursor;
    skr_gap_list_skip(cursor, row->n);
    if (has_second) {
        row->n_seconds = (uint32_t)skr_cursor_varint_max(cursor, row->n);
        if (row->n_seconds == 0)
            cursor->is_bad = true;
        row->second = *cursor;
        skr_gap_list_skip(cursor, row->n_seconds);
    }
}

static void find_long(skr_cursor *cursor, unsigned head, parts *row)
{
    bool has_second = (head & SKR_HEAD_HAS_SECOND) != 0;
    size_t n_plane = 8 * (size_t)skr_plane_words(row->n_samples);
    row->form = head & SKR_HEAD_FORM_MASK;
    if (row->form == SKR_CARRIERS_GAPS) {
        find_lists(cursor, has_second, row);
    } else if (row->form == SKR_CARRIERS_PLANES) {
        row->plane = skr_cursor_bytes(cursor, n_plane);
        row->twice = has_second ? skr_cursor_bytes(cursor, n_plane) : NULL;
    } else {
        cursor->is_bad = row->form != SKR_CARRIERS_ORDERED || has_second;
        (void)skr_cursor_varint(cursor);
    }
    if ((head & ~SKR_HEAD_KNOWN) != 0)
        cursor->is_bad = true;
    if ((head & SKR_HEAD_HAS_BAGS) == 0)
        return;
    row->n_bags = (uint32_t)skr_cursor_varint_max(cursor, row->n_samples);
    if (row->n_bags == 0)
        cursor->is_bad = true;
    row->bags = *cursor;
    skr_gap_list_skip(cursor, row->n_bags);
    for (uint32_t i = 0; i < row->n_bags && !cursor->is_bad; i++)
        (void)skr_cursor_varint(cursor);
}

static int find_parts(const skr_stored_carriers *stored, parts *row, skr_err *err)
{
    skr_cursor cursor = skr_cursor_of(stored->bytes, stored->n_bytes);
    *row = (parts){.form = SKR_CARRIERS_SHORT, .n_samples = stored->n_samples};
    if (stored->head <= SKR_HEAD_SECONDS_MAX)
        find_short(&cursor, stored->head, row);
    else
        find_long(&cursor, stored->head, row);
    return stored->n_samples > 0 && skr_cursor_is_done(&cursor) ? SKR_OK : fail_corrupt(err);
}

/* ------------------------------------------------------------------ short lists */

/*
 * Both arrays have room for SKR_GAP_BLOCK: the plain carriers, and those of them with two copies.
 */
static bool unpack_short(const parts *row, uint32_t *samples, uint32_t *twice)
{
    uint32_t n_twice = 0;
    if (!skr_short_list_decode(row->list, row->n, row->n_samples, samples))
        return false;
    for (uint64_t left = row->seconds; left != 0; left &= left - 1)
        twice[n_twice++] = samples[__builtin_ctzll(left)];
    return true;
}

/* ------------------------------------------------------------------ gap lists */

/* Walks the plain carriers of the form gaps, a block at a time, and says who has two copies. */
typedef struct gap_walk {
    skr_gap_reader first;
    skr_gap_reader second;
    uint32_t rank; /* of the next block's first carrier */
    uint32_t ranks[SKR_GAP_BLOCK];
    uint32_t n_ranks;
    uint32_t i_rank;
} gap_walk;

/* The cursors of the row move with the walk. */
static void gap_walk_start(gap_walk *walk, parts *row)
{
    walk->first = skr_gap_reader_of(&row->first, row->n, row->n_samples);
    walk->second = skr_gap_reader_of(&row->second, row->n_seconds, row->n);
    walk->rank = 0;
    walk->n_ranks = 0;
    walk->i_rank = 0;
}

/*
 * Both arrays have room for SKR_GAP_BLOCK: the next samples, and the places among them of those
 * with two copies. Returns how many samples there are, 0 at the end.
 */
static uint32_t gap_walk_next(gap_walk *walk, uint32_t *samples, uint32_t *places,
                              uint32_t *ret_n_places)
{
    uint32_t n = skr_gap_reader_next(&walk->first, samples);
    uint32_t n_places = 0;
    for (;;) {
        for (; walk->i_rank < walk->n_ranks && walk->ranks[walk->i_rank] - walk->rank < n;
             walk->i_rank++)
            places[n_places++] = walk->ranks[walk->i_rank] - walk->rank;
        if (walk->i_rank < walk->n_ranks || n == 0)
            break;
        walk->i_rank = 0;
        walk->n_ranks = skr_gap_reader_next(&walk->second, walk->ranks);
        if (walk->n_ranks == 0)
            break;
    }
    walk->rank += n;
    *ret_n_places = n_places;
    return n;
}

static bool gap_walk_is_bad(const gap_walk *walk)
{
    return walk->first.cursor->is_bad || walk->second.cursor->is_bad;
}

/* ------------------------------------------------------------------ planes */

static uint64_t word_at(const uint8_t *plane, uint32_t word)
{
    uint64_t bits;
    memcpy(&bits, plane + 8 * (size_t)word, sizeof bits);
    return le64toh(bits);
}

/* Does no bit of the plane of carriers lie past the last sample? */
static bool plane_ends_clean(const parts *row)
{
    uint32_t n_last = row->n_samples % 64;
    return n_last == 0 || word_at(row->plane, skr_plane_words(row->n_samples) - 1) >> n_last == 0;
}

/* Planes are sound when no bit lies past the last sample, and two copies are carriers. */
static bool planes_are_sound(const parts *row)
{
    return plane_ends_clean(row) &&
           (row->twice == NULL || skr_kernels_chosen()->is_within(row->twice, row->plane,
                                                                  skr_plane_words(row->n_samples)));
}

/* ------------------------------------------------------------------ bags */

/* Reads the next bags' samples through reader and their values through values. */
static bool take_bags(skr_gap_reader *samples, skr_cursor *values, skr_bag *bags, uint32_t *ret_n)
{
    uint32_t block[SKR_GAP_BLOCK];
    uint32_t n = skr_gap_reader_next(samples, block);
    uint64_t value_max = (uint64_t)SKR_PLOIDY_MAX << SKR_BAG_ZYGOSITY_BITS | SKR_PARTIAL;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t value = skr_cursor_varint_max(values, value_max);
        bags[i].sample = block[i];
        bags[i].n_this = (uint8_t)(value >> SKR_BAG_ZYGOSITY_BITS);
        bags[i].zygosity = (uint8_t)(value & ((1u << SKR_BAG_ZYGOSITY_BITS) - 1));
        if (bags[i].n_this == 0)
            values->is_bad = true;
    }
    *ret_n = n;
    return !samples->cursor->is_bad && !values->is_bad;
}

/* Calls visit for each block of bags; false when they are malformed. */
static bool visit_bags(parts *row,
                       int (*visit)(void *context, const skr_bag *bags, uint32_t n, skr_err *err),
                       void *context, int *ret_status, skr_err *err)
{
    skr_bag bags[SKR_GAP_BLOCK];
    skr_cursor values = row->bags;
    skr_gap_list_skip(&values, row->n_bags);
    skr_gap_reader samples = skr_gap_reader_of(&row->bags, row->n_bags, row->n_samples);
    uint32_t n = 0;
    *ret_status = SKR_OK;
    for (uint32_t at = 0; at < row->n_bags && *ret_status == SKR_OK; at += n) {
        if (!take_bags(&samples, &values, bags, &n) || n == 0)
            return false;
        *ret_status = visit(context, bags, n, err);
    }
    return true;
}

/* ------------------------------------------------------------------ decode */

static int decode_gaps(parts *row, skr_carriers *carriers, skr_err *err)
{
    uint32_t samples[SKR_GAP_BLOCK];
    uint32_t places[SKR_GAP_BLOCK];
    uint32_t n_places;
    gap_walk walk;
    gap_walk_start(&walk, row);
    for (;;) {
        uint32_t n = gap_walk_next(&walk, samples, places, &n_places);
        if (gap_walk_is_bad(&walk))
            return fail_corrupt(err);
        if (n == 0)
            return SKR_OK;
        for (uint32_t i = 0, i_place = 0; i < n; i++) {
            bool is_twice = i_place < n_places && places[i_place] == i;
            i_place += is_twice;
            int status = skr_carriers_add(carriers, samples[i], is_twice ? 2 : 1, err);
            if (status < 0)
                return status;
        }
    }
}

static int decode_short(const parts *row, skr_carriers *carriers, skr_err *err)
{
    uint32_t samples[SKR_GAP_BLOCK];
    int status = SKR_OK;
    if (!skr_short_list_decode(row->list, row->n, row->n_samples, samples))
        return fail_corrupt(err);
    for (uint32_t i = 0; i < row->n && status == SKR_OK; i++)
        status = skr_carriers_add(carriers, samples[i], (row->seconds >> i & 1) != 0 ? 2 : 1, err);
    return status;
}

static int decode_planes(const parts *row, skr_carriers *carriers, skr_err *err)
{
    uint32_t n_words = skr_plane_words(row->n_samples);
    for (uint32_t word = 0; word < n_words; word++) {
        uint64_t twice = row->twice == NULL ? 0 : word_at(row->twice, word);
        for (uint64_t left = word_at(row->plane, word); left != 0; left &= left - 1) {
            unsigned bit = (unsigned)__builtin_ctzll(left);
            uint8_t dosage = (twice >> bit & 1) != 0 ? 2 : 1;
            int status = skr_carriers_add(carriers, word * 64 + bit, dosage, err);
            if (status < 0)
                return status;
        }
    }
    return SKR_OK;
}

static int add_bags(void *context, const skr_bag *bags, uint32_t n, skr_err *err)
{
    int status = SKR_OK;
    for (uint32_t i = 0; i < n && status == SKR_OK; i++)
        status = skr_carriers_add_bag(context, bags[i], err);
    return status;
}

uint64_t skr_carriers_order_row(const skr_stored_carriers *stored)
{
    skr_cursor cursor = skr_cursor_of(stored->bytes, stored->n_bytes);
    return skr_cursor_varint(&cursor);
}

bool skr_carriers_are_distinct(const skr_carriers *carriers)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < carriers->n_bags; i++) {
        while (at < carriers->n && carriers->samples[at] < carriers->bags[i].sample)
            at++;
        if (at < carriers->n && carriers->samples[at] == carriers->bags[i].sample)
            return false;
    }
    return true;
}

int skr_carriers_decode(const skr_stored_carriers *stored, skr_carriers *carriers, skr_err *err)
{
    parts row;
    int bag_status = SKR_OK;
    skr_carriers_clear(carriers);
    int status = find_parts(stored, &row, err);
    if (status < 0)
        return status;
    if (row.form == SKR_CARRIERS_SHORT)
        status = decode_short(&row, carriers, err);
    else if (row.form == SKR_CARRIERS_GAPS)
        status = decode_gaps(&row, carriers, err);
    else if (row.form == SKR_CARRIERS_PLANES && planes_are_sound(&row))
        status = decode_planes(&row, carriers, err);
    else if (row.form != SKR_CARRIERS_ORDERED)
        status = fail_corrupt(err);
    if (status == SKR_OK && !visit_bags(&row, add_bags, carriers, &bag_status, err))
        status = fail_corrupt(err);
    if (status == SKR_OK)
        status = bag_status;
    if (status == SKR_OK && !skr_carriers_are_distinct(carriers))
        status = skr_fail(err, SKR_ERR_CORRUPT, "carriers: a sample is named twice");
    return status;
}

/* ------------------------------------------------------------------ mark */

static void set_bit(uint64_t *bitmap, uint32_t sample)
{
    bitmap[sample / 64] |= UINT64_C(1) << sample % 64;
}

static int mark_bags(void *context, const skr_bag *bags, uint32_t n, skr_err *err)
{
    (void)err;
    for (uint32_t i = 0; i < n; i++)
        set_bit(context, bags[i].sample);
    return SKR_OK;
}

static int mark_gaps(parts *row, uint64_t *bitmap, skr_err *err)
{
    uint32_t samples[SKR_GAP_BLOCK];
    skr_gap_reader reader = skr_gap_reader_of(&row->first, row->n, row->n_samples);
    for (;;) {
        uint32_t n = skr_gap_reader_next(&reader, samples);
        if (row->first.is_bad)
            return fail_corrupt(err);
        if (n == 0)
            return SKR_OK;
        for (uint32_t i = 0; i < n; i++)
            set_bit(bitmap, samples[i]);
    }
}

static int mark_short(const parts *row, uint64_t *bitmap, skr_err *err)
{
    uint32_t samples[SKR_GAP_BLOCK];
    if (!skr_short_list_decode(row->list, row->n, row->n_samples, samples))
        return fail_corrupt(err);
    for (uint32_t i = 0; i < row->n; i++)
        set_bit(bitmap, samples[i]);
    return SKR_OK;
}

int skr_carriers_mark(const skr_stored_carriers *stored, uint64_t *bitmap, skr_err *err)
{
    parts row;
    int bag_status = SKR_OK;
    int status = find_parts(stored, &row, err);
    if (status < 0)
        return status;
    if (row.form == SKR_CARRIERS_SHORT) {
        status = mark_short(&row, bitmap, err);
    } else if (row.form == SKR_CARRIERS_GAPS) {
        status = mark_gaps(&row, bitmap, err);
    } else if (row.form == SKR_CARRIERS_PLANES && planes_are_sound(&row)) {
        skr_kernels_chosen()->or_into(bitmap, row.plane, skr_plane_words(row.n_samples));
    } else if (row.form != SKR_CARRIERS_ORDERED) {
        status = fail_corrupt(err);
    }
    if (status == SKR_OK && !visit_bags(&row, mark_bags, bitmap, &bag_status, err))
        status = fail_corrupt(err);
    return status;
}

/* ------------------------------------------------------------------ tally */

/* What is counted, and whom. */
typedef struct tally_context {
    const uint64_t *cohort;
    const uint8_t *copies_expected;
    skr_carrier_tally tally;
} tally_context;

static bool is_counted(const tally_context *context, uint32_t sample)
{
    return context->cohort == NULL || (context->cohort[sample / 64] >> sample % 64 & 1) != 0;
}

static bool has_one_copy(const tally_context *context, uint32_t sample)
{
    return context->copies_expected != NULL && context->copies_expected[sample] == 1;
}

static uint32_t count_in(const tally_context *context, const uint32_t *samples, uint32_t n)
{
    return context->cohort == NULL
               ? n
               : skr_kernels_chosen()->count_listed(context->cohort, samples, n);
}

/* How many of the samples are counted and have one copy. */
static uint32_t count_haploid(const tally_context *context, const uint32_t *samples, uint32_t n)
{
    uint32_t n_haploid = 0;
    for (uint32_t i = 0; i < n && context->copies_expected != NULL; i++)
        n_haploid += is_counted(context, samples[i]) && has_one_copy(context, samples[i]);
    return n_haploid;
}

static int tally_short(const parts *row, tally_context *context, skr_err *err)
{
    skr_carrier_tally *tally = &context->tally;
    uint32_t samples[SKR_GAP_BLOCK];
    uint32_t twice[SKR_GAP_BLOCK];
    if (!unpack_short(row, samples, twice))
        return fail_corrupt(err);
    tally->n_carriers = count_in(context, samples, row->n);
    tally->n_hom = count_in(context, twice, row->n_seconds);
    tally->n_hemi =
        count_haploid(context, samples, row->n) - count_haploid(context, twice, row->n_seconds);
    return SKR_OK;
}

static int tally_gaps(parts *row, tally_context *context, skr_err *err)
{
    skr_carrier_tally *tally = &context->tally;
    uint32_t samples[SKR_GAP_BLOCK];
    uint32_t twice[SKR_GAP_BLOCK];
    uint32_t n_twice;
    gap_walk walk;
    gap_walk_start(&walk, row);
    for (;;) {
        uint32_t n = gap_walk_next(&walk, samples, twice, &n_twice);
        if (gap_walk_is_bad(&walk))
            return fail_corrupt(err);
        if (n == 0)
            return SKR_OK;
        for (uint32_t i = 0; i < n_twice; i++)
            twice[i] = samples[twice[i]];
        tally->n_carriers += count_in(context, samples, n);
        tally->n_hom += count_in(context, twice, n_twice);
        tally->n_hemi += count_haploid(context, samples, n);
        tally->n_hemi -= count_haploid(context, twice, n_twice);
    }
}

/* Carriers of one copy who are counted and of whom one copy is expected. */
static uint32_t count_hemi(const parts *row, const tally_context *context)
{
    uint32_t n_hemi = 0;
    uint32_t n_words = skr_plane_words(row->n_samples);
    for (uint32_t word = 0; word < n_words; word++) {
        uint64_t once = word_at(row->plane, word);
        if (context->cohort != NULL)
            once &= context->cohort[word];
        if (row->twice != NULL)
            once &= ~word_at(row->twice, word);
        for (; once != 0; once &= once - 1)
            n_hemi += has_one_copy(context, word * 64 + (unsigned)__builtin_ctzll(once));
    }
    return n_hemi;
}

static int tally_planes(const parts *row, tally_context *context, skr_err *err)
{
    const skr_kernels *kernels = skr_kernels_chosen();
    const void *who = context->cohort == NULL ? (const void *)row->plane : context->cohort;
    uint32_t n_words = skr_plane_words(row->n_samples);
    skr_plane_counts counts = {0};
    if (!plane_ends_clean(row))
        return fail_corrupt(err);
    if (row->twice == NULL)
        counts.n_first = kernels->count_and(row->plane, who, n_words);
    else if (!kernels->count_and_pair(row->plane, row->twice, who, n_words, &counts))
        return fail_corrupt(err);
    context->tally.n_carriers = (uint32_t)counts.n_first;
    context->tally.n_hom = (uint32_t)counts.n_second;
    if (context->copies_expected != NULL)
        context->tally.n_hemi = count_hemi(row, context);
    return SKR_OK;
}

static int tally_bags(void *data, const skr_bag *bags, uint32_t n, skr_err *err)
{
    (void)err;
    tally_context *context = data;
    skr_carrier_tally *tally = &context->tally;
    for (uint32_t i = 0; i < n; i++) {
        if (!is_counted(context, bags[i].sample))
            continue;
        tally->ac += bags[i].n_this;
        tally->n_carriers++;
        tally->n_hom += bags[i].zygosity == SKR_HOM;
        tally->n_hemi += bags[i].zygosity == SKR_HEMI;
        tally->n_partial += bags[i].zygosity == SKR_PARTIAL;
    }
    return SKR_OK;
}

int skr_carriers_tally(const skr_stored_carriers *stored, const uint64_t *cohort,
                       const uint8_t *copies_expected, skr_carrier_tally *ret_tally, skr_err *err)
{
    parts row;
    tally_context context = {.cohort = cohort, .copies_expected = copies_expected};
    int bag_status = SKR_OK;
    int status = find_parts(stored, &row, err);
    if (status < 0)
        return status;
    if (row.form == SKR_CARRIERS_SHORT)
        status = tally_short(&row, &context, err);
    else if (row.form == SKR_CARRIERS_GAPS)
        status = tally_gaps(&row, &context, err);
    else if (row.form == SKR_CARRIERS_PLANES)
        status = tally_planes(&row, &context, err);
    /* A plain carrier has one copy, or two when it is hom. */
    context.tally.ac = (uint64_t)context.tally.n_carriers + context.tally.n_hom;
    if (status == SKR_OK && !visit_bags(&row, tally_bags, &context, &bag_status, err))
        status = fail_corrupt(err);
    if (status == SKR_OK)
        *ret_tally = context.tally;
    return status;
}
