/*
 * form_gaps.c - plain carriers as a gap list, and who of them has two copies as a gap list of their
 * places in it.
 */
#include "storage/base/check.h"
#include "storage/carriers/bits.h"
#include "storage/carriers/form_int.h"
#include "storage/carriers/gap_list.h"

/*
 * How many times the bytes of the gap lists another form may take: planes count many times faster,
 * and what their chunk is packed to is less than the lists would be (docs/decisions/0001).
 */
#define OTHERS_PER_LIST 2u

static uint64_t cost(const skr_form_source *source)
{
    return OTHERS_PER_LIST *
           (uint64_t)(skr_gap_list_size(source->carriers->samples, source->carriers->n) +
                      skr_gap_list_size(source->twos, source->n_two_copies));
}

static int encode(const skr_form_source *source, skr_buffer *bytes, uint8_t *head, skr_err *err)
{
    const skr_carriers *carriers = source->carriers;
    SKR_CHECK(source->n_two_copies <= carriers->n);
    SKR_TRY(skr_buffer_put_varint(bytes, carriers->n, err));
    SKR_TRY(skr_gap_list_encode(carriers->samples, carriers->n, bytes, err));
    if (source->n_two_copies == 0)
        return SKR_OK;
    *head |= SKR_HEAD_HAS_SECOND;
    SKR_TRY(skr_buffer_put_varint(bytes, source->n_two_copies, err));
    return skr_gap_list_encode(source->twos, source->n_two_copies, bytes, err);
}

static void find(skr_cursor *cursor, uint8_t head, skr_form_part *part)
{
    part->n = (uint32_t)skr_cursor_varint_max(cursor, part->n_samples);
    part->first = *cursor;
    skr_gap_list_skip(cursor, part->n);
    if ((head & SKR_HEAD_HAS_SECOND) == 0)
        return;
    part->n_two_copies = (uint32_t)skr_cursor_varint_max(cursor, part->n);
    if (part->n_two_copies == 0)
        cursor->is_bad = true;
    part->second = *cursor;
    skr_gap_list_skip(cursor, part->n_two_copies);
}

/* Walks the carriers, a block at a time, and says who has two copies. */
typedef struct gap_walk {
    skr_gap_reader first;
    skr_gap_reader second;
    uint32_t rank; /* of the next block's first carrier */
    uint32_t ranks[SKR_GAP_BLOCK];
    uint32_t n_ranks;
    uint32_t i_rank;
} gap_walk;

/* The cursors of the part move with the walk. */
static void walk_start(gap_walk *walk, skr_form_part *part)
{
    walk->first = skr_gap_reader_of(&part->first, part->n, part->n_samples);
    walk->second = skr_gap_reader_of(&part->second, part->n_two_copies, part->n);
    walk->rank = 0;
    walk->n_ranks = 0;
    walk->i_rank = 0;
}

/*
 * Both arrays have room for SKR_GAP_BLOCK: the next samples, and the places among them of those
 * with two copies. Returns how many samples there are, 0 at the end.
 */
static uint32_t walk_next(gap_walk *walk, uint32_t *samples, uint32_t *places,
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
    SKR_ASSERT(n_places <= n);
    walk->rank += n;
    *ret_n_places = n_places;
    return n;
}

static bool walk_is_bad(const gap_walk *walk)
{
    return walk->first.cursor->is_bad || walk->second.cursor->is_bad;
}

static int decode(skr_form_part *part, skr_carriers *carriers, skr_err *err)
{
    uint32_t samples[SKR_GAP_BLOCK];
    uint32_t places[SKR_GAP_BLOCK];
    uint32_t n_places;
    gap_walk walk;
    walk_start(&walk, part);
    for (;;) {
        uint32_t n = walk_next(&walk, samples, places, &n_places);
        if (walk_is_bad(&walk))
            return skr_form_fail(err);
        if (n == 0)
            return SKR_OK;
        for (uint32_t i = 0, i_place = 0; i < n; i++) {
            bool has_two = i_place < n_places && places[i_place] == i;
            i_place += has_two;
            SKR_TRY(skr_carriers_add(carriers, samples[i], has_two ? 2 : 1, err));
        }
    }
}

static int mark(skr_form_part *part, uint64_t *bitmap, skr_err *err)
{
    uint32_t samples[SKR_GAP_BLOCK];
    skr_gap_reader reader = skr_gap_reader_of(&part->first, part->n, part->n_samples);
    for (;;) {
        uint32_t n = skr_gap_reader_next(&reader, samples);
        if (part->first.is_bad)
            return skr_form_fail(err);
        if (n == 0)
            return SKR_OK;
        for (uint32_t i = 0; i < n; i++)
            skr_bits_set(bitmap, samples[i]);
    }
}

static int tally(skr_form_part *part, const skr_form_question *question, skr_carrier_tally *tally,
                 skr_err *err)
{
    uint32_t samples[SKR_GAP_BLOCK];
    uint32_t twos[SKR_GAP_BLOCK];
    uint32_t n_twos;
    gap_walk walk;
    walk_start(&walk, part);
    for (;;) {
        uint32_t n = walk_next(&walk, samples, twos, &n_twos);
        if (walk_is_bad(&walk))
            return skr_form_fail(err);
        if (n == 0)
            return SKR_OK;
        for (uint32_t i = 0; i < n_twos; i++)
            twos[i] = samples[twos[i]];
        skr_form_tally_lists(question, samples, n, twos, n_twos, tally);
    }
}

const skr_form skr_form_gaps = {
    .number = SKR_CARRIERS_GAPS,
    .cost = cost,
    .encode = encode,
    .find = find,
    .decode = decode,
    .mark = mark,
    .tally = tally,
};
