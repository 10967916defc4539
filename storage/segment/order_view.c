/*
 * order_view.c - reads an order for one thread, and keeps what it derives from a set of samples.
 *
 * The classes of the samples are decoded once for many rows. A set of samples is counted by class
 * and summed up from the left once for each order. Marks are made on the classes, and turned into
 * samples when the order is left.
 */
#include "storage/segment/order_view_int.h"

#include <stdlib.h>
#include <string.h>

#include "storage/base/check.h"
#include "storage/base/clock.h"
#include "storage/carriers/carriers_form.h"
#include "storage/carriers/order.h"

void skr_order_view_start(skr_order_view *view, const skr_segment *segment,
                          skr_block_reader *reader)
{
    *view = (skr_order_view){.segment = segment,
                             .reader = reader,
                             .orders = segment->directory.orders,
                             .n_orders = segment->directory.n_orders,
                             .kind = SKR_CACHED_CLASSES,
                             .order = SIZE_MAX,
                             .chunk = SIZE_MAX};
}

void skr_order_view_start_phase(skr_order_view *view, const skr_segment *segment,
                                skr_block_reader *reader)
{
    skr_order_view_start(view, segment, reader);
    view->orders = segment->directory.phase_orders;
    view->n_orders = segment->directory.n_phase_orders;
    view->kind = SKR_CACHED_PHASE_CLASSES;
}

void skr_order_view_done(skr_order_view *view)
{
    skr_segment_carrier_columns_done(&view->rows);
    skr_block_bytes_done(&view->chunk_raw);
    skr_block_bytes_done(&view->classes_raw);
    skr_block_cache_release(view->cache, view->held);
    free(view->own_classes);
    free(view->scratch);
    free(view->sums);
    for (unsigned ploidy = 0; ploidy < SKR_N_PLOIDIES; ploidy++)
        free(view->haploid[ploidy]);
    free(view->sizes);
    free(view->steps);
    free(view->dosages);
    free(view->class_bits);
    skr_carriers_done(&view->carriers);
    *view = (skr_order_view){0};
}

static const skr_order *order_of(const skr_order_view *view)
{
    SKR_ASSERT(view->order < view->n_orders);
    return &view->orders[view->order];
}

static int fail_in(const skr_order_view *view, int status, skr_err *err)
{
    if (status != SKR_ERR_CORRUPT)
        return status;
    return skr_fail_in(err, status, "%s: order %zu", skr_block_file_name(view->segment->file),
                       view->asked);
}

/* ------------------------------------------------------------------ loading */

/* Room for the classes of the order: everything that is as long as they are many. */
static int reserve_classes(skr_order_view *view, uint32_t n_classes, skr_err *err)
{
    size_t n = (size_t)n_classes + 1;
    bool has_room = true;
    if (n_classes > view->n_classes_max) {
        view->n_classes_max = 0;
        has_room =
            skr_segment_room_for(&view->scratch, skr_order_classes_scratch(n_classes),
                                 sizeof *view->scratch) &&
            skr_segment_room_for(&view->sums, n, sizeof *view->sums) &&
            skr_segment_room_for(&view->sizes, n, sizeof *view->sizes) &&
            skr_segment_room_for(&view->steps, n, sizeof *view->steps) &&
            skr_segment_room_for(&view->dosages, n, sizeof *view->dosages) &&
            skr_segment_room_for(&view->class_bits, 2 * (n / 64 + 1), sizeof *view->class_bits);
        for (unsigned ploidy = 1; ploidy < SKR_N_PLOIDIES && has_room; ploidy++)
            has_room =
                skr_segment_room_for(&view->haploid[ploidy], n, sizeof *view->haploid[ploidy]);
        if (has_room)
            view->n_classes_max = n_classes;
    }
    return has_room ? SKR_OK : skr_fail_nomem(err, "segment");
}

static int load_rows(skr_order_view *view, size_t number, skr_err *err)
{
    const skr_order *order = &view->orders[number];
    if (view->order == number)
        return SKR_OK;
    skr_order_view_mark_end(view);
    view->order = SIZE_MAX;
    view->chunk = SIZE_MAX;
    view->has_classes = false;
    view->has_sums = false;
    view->has_sizes = false;
    skr_block_wish wish = {view->segment->file, order->rows, &view->rows.raw};
    SKR_TRY(skr_block_reader_get(view->reader, &wish, 1, err));
    SKR_TRY(
        skr_segment_carrier_columns_decode(&view->rows, view->segment, NULL, order->n_rows, err));
    view->order = number;
    return SKR_OK;
}

/* Reads the classes of the order at hand into room for each sample. */
static int read_classes(skr_order_view *view, uint32_t *classes, skr_err *err)
{
    const skr_order *order = order_of(view);
    SKR_TRY(skr_block_reader_hold(view->reader, view->segment->file, &order->classes,
                                  &view->classes_raw, err));
    uint64_t began_ns = skr_clock_ns();
    int status = skr_order_classes_decode(view->classes_raw.bytes, view->classes_raw.n,
                                          view->segment->directory.n_samples, order->n_classes,
                                          view->scratch, classes, err);
    skr_block_reader_totals(view->reader)->decode_ns += skr_clock_ns() - began_ns;
    return status;
}

static void free_cached_classes(skr_cached *cached)
{
    free(cached);
}

/* Reads classes into memory that the cache takes over. */
static int read_cached_classes(skr_order_view *view, skr_err *err)
{
    size_t n_bytes =
        sizeof(skr_cached_classes) + view->segment->directory.n_samples * sizeof(uint32_t);
    skr_cached_classes *of_order = malloc(n_bytes);
    if (of_order == NULL)
        return skr_fail_nomem(err, "segment");
    of_order->cached = (skr_cached){.free = free_cached_classes};
    int status = read_classes(view, of_order->classes, err);
    if (status != SKR_OK) {
        free(of_order);
        return status;
    }
    skr_block_bytes_done(&view->classes_raw); /* what is kept is enough */
    view->held = skr_block_cache_add(view->cache, skr_block_file_id(view->segment->file),
                                     view->order, view->kind, &of_order->cached, n_bytes);
    return SKR_OK;
}

static int read_own_classes(skr_order_view *view, skr_err *err)
{
    uint32_t n_samples = view->segment->directory.n_samples;
    if (view->own_classes == NULL &&
        !skr_segment_room_for(&view->own_classes, n_samples, sizeof *view->own_classes))
        return skr_fail_nomem(err, "segment");
    return read_classes(view, view->own_classes, err);
}

static int load_classes(skr_order_view *view, skr_err *err)
{
    const skr_order *order = order_of(view);
    if (view->has_classes)
        return SKR_OK;
    if (order->n_classes == 0)
        return skr_fail(err, SKR_ERR_CORRUPT, "runs without classes");
    SKR_TRY(reserve_classes(view, order->n_classes, err));
    skr_block_cache_release(view->cache, view->held);
    view->held = NULL;
    view->cache = skr_block_reader_cache(view->reader);
    if (view->cache != NULL)
        view->held = skr_block_cache_find(view->cache, skr_block_file_id(view->segment->file),
                                          view->order, view->kind);
    if (view->held != NULL)
        skr_block_reader_totals(view->reader)->n_found++;
    else
        SKR_TRY(view->cache != NULL ? read_cached_classes(view, err) : read_own_classes(view, err));
    view->classes =
        view->held == NULL ? view->own_classes : ((const skr_cached_classes *)view->held)->classes;
    memset(view->steps, 0, ((size_t)order->n_classes + 1) * sizeof *view->steps);
    view->has_classes = true;
    return SKR_OK;
}

int skr_order_view_load(skr_order_view *view, size_t order, skr_err *err)
{
    view->asked = order;
    int status = load_rows(view, order, err);
    if (status == SKR_OK && order_of(view)->n_classes > 0)
        status = load_classes(view, err);
    return fail_in(view, status, err);
}

/* The stored bytes of row `number` of all orders; its order is loaded, with classes for runs. */
static int find_row(skr_order_view *view, uint64_t number, const uint8_t **ret_bytes, size_t *ret_n,
                    skr_err *err)
{
    size_t order = skr_segment_directory_find_order(view->orders, view->n_orders, number);
    if (order == view->n_orders)
        return skr_fail(err, SKR_ERR_CORRUPT, "a row of an order that is not there");
    SKR_TRY(load_rows(view, order, err));
    SKR_CHECK(number - order_of(view)->first_row < order_of(view)->n_rows);
    uint32_t row = (uint32_t)(number - order_of(view)->first_row);
    size_t chunk = skr_segment_carrier_columns_find_chunk(&view->rows, row);
    if (view->chunk != chunk) {
        view->chunk = SIZE_MAX;
        SKR_TRY(skr_block_reader_hold(view->reader, view->segment->file,
                                      &view->rows.chunks[chunk].ref, &view->chunk_raw, err));
        view->chunk = chunk;
    }
    *ret_bytes = view->chunk_raw.bytes + view->rows.offsets[row];
    *ret_n = view->rows.lengths[row];
    if (*ret_n == 0)
        return skr_fail(err, SKR_ERR_CORRUPT, "a row of no bytes");
    return skr_order_row_is_runs(*ret_bytes, *ret_n) ? load_classes(view, err) : SKR_OK;
}

/* A row in another form than runs, as carriers. */
static skr_stored_carriers others_of(const skr_order_view *view, const uint8_t *bytes,
                                     size_t n_bytes)
{
    return (skr_stored_carriers){.bytes = bytes + 1,
                                 .n_bytes = n_bytes - 1,
                                 .n_samples = view->segment->directory.n_samples,
                                 .head = bytes[0]};
}

/* ------------------------------------------------------------------ sums */

static void fill_sizes(skr_order_view *view)
{
    if (view->has_sizes)
        return;
    memset(view->sizes, 0, order_of(view)->n_classes * sizeof *view->sizes);
    for (uint32_t i = 0; i < view->segment->directory.n_samples; i++)
        view->sizes[view->classes[i]]++;
    view->has_sizes = true;
}

/* Turns counts by class into sums of those below. */
static void sum_up(uint32_t *sums, uint32_t n)
{
    uint32_t below = 0;
    for (uint32_t i = 0; i <= n; i++) {
        uint32_t here = i < n ? sums[i] : 0;
        sums[i] = below;
        below += here;
    }
}

/* Counts who by class: those who are in it, or those who are not where they are fewer. */
static void fill_sums(skr_order_view *view, const skr_sample_set *who)
{
    uint32_t n_samples = view->segment->directory.n_samples;
    uint32_t n_classes = order_of(view)->n_classes;
    uint32_t n_words = skr_plane_words(n_samples);
    bool is_most = who->n > n_samples / 2;
    if (view->has_sums && view->serial == who->serial)
        return;
    if (is_most) {
        fill_sizes(view);
        memcpy(view->sums, view->sizes, n_classes * sizeof *view->sums);
    } else {
        memset(view->sums, 0, n_classes * sizeof *view->sums);
    }
    uint32_t step = is_most ? UINT32_MAX : 1;
    for (uint32_t w = 0; w < n_words; w++) {
        uint64_t word = is_most ? ~who->bits[w] : who->bits[w];
        if (w == n_words - 1 && n_samples % 64 != 0)
            word &= (UINT64_C(1) << n_samples % 64) - 1;
        for (; word != 0; word &= word - 1)
            view->sums[view->classes[w * 64 + (unsigned)__builtin_ctzll(word)]] += step;
    }
    sum_up(view->sums, n_classes);
    view->serial = who->serial;
    view->has_sums = true;
    memset(view->has_haploid, 0, sizeof view->has_haploid);
}

static void fill_haploid(skr_order_view *view, const skr_sample_set *who, uint8_t ploidy)
{
    uint32_t n_classes = order_of(view)->n_classes;
    uint32_t *sums = view->haploid[ploidy];
    const uint8_t *copies = skr_segment_copies_expected(view->segment, (skr_ploidy)ploidy);
    if (view->has_haploid[ploidy])
        return;
    memset(sums, 0, n_classes * sizeof *sums);
    for (uint32_t w = 0; w < skr_plane_words(view->segment->directory.n_samples); w++)
        for (uint64_t word = who->bits[w]; word != 0; word &= word - 1) {
            uint32_t sample = w * 64 + (unsigned)__builtin_ctzll(word);
            sums[view->classes[sample]] += skr_carriers_zygosity(1, copies[sample]) == SKR_HEMI;
        }
    sum_up(sums, n_classes);
    view->has_haploid[ploidy] = true;
}

static int tally_runs(skr_order_view *view, const uint8_t *bytes, size_t n_bytes,
                      const skr_sample_set *who, uint8_t ploidy, skr_carrier_tally *ret_tally,
                      skr_err *err)
{
    uint32_t n_classes = order_of(view)->n_classes;
    uint32_t n_carriers = 0;
    uint32_t n_hom = 0;
    fill_sums(view, who);
    SKR_TRY(skr_order_runs_count(bytes, n_bytes, n_classes, view->sums, &n_carriers, &n_hom, err));
    *ret_tally = (skr_carrier_tally){
        .ac = (uint64_t)n_carriers + n_hom, .n_carriers = n_carriers, .n_hom = n_hom};
    if (ploidy == SKR_PLOIDY_DIPLOID)
        return SKR_OK;
    fill_haploid(view, who, ploidy);
    int status = skr_order_runs_count(bytes, n_bytes, n_classes, view->haploid[ploidy], &n_carriers,
                                      &n_hom, err);
    ret_tally->n_hemi = n_carriers - n_hom;
    return status;
}

int skr_order_view_tally(skr_order_view *view, uint64_t number, const skr_sample_set *who,
                         uint8_t ploidy, skr_carrier_tally *tally, skr_err *err)
{
    const uint8_t *bytes = NULL;
    size_t n_bytes = 0;
    skr_carrier_tally more = {0};
    int status = find_row(view, number, &bytes, &n_bytes, err);
    if (status == SKR_OK && skr_order_row_is_runs(bytes, n_bytes)) {
        status = tally_runs(view, bytes, n_bytes, who, ploidy, &more, err);
    } else if (status == SKR_OK) {
        const skr_stored_carriers stored = others_of(view, bytes, n_bytes);
        status =
            skr_carriers_tally(&stored, who->bits,
                               ploidy == SKR_PLOIDY_DIPLOID
                                   ? NULL
                                   : skr_segment_copies_expected(view->segment, (skr_ploidy)ploidy),
                               &more, err);
    }
    tally->ac += more.ac;
    tally->n_carriers += more.n_carriers;
    tally->n_hom += more.n_hom;
    tally->n_hemi += more.n_hemi;
    tally->n_partial += more.n_partial;
    return fail_in(view, status, err);
}

/* ------------------------------------------------------------------ marks and carriers */

int skr_order_view_mark(skr_order_view *view, uint64_t number, uint64_t *bitmap, skr_err *err)
{
    const uint8_t *bytes = NULL;
    size_t n_bytes = 0;
    int status = find_row(view, number, &bytes, &n_bytes, err);
    if (status == SKR_OK && skr_order_row_is_runs(bytes, n_bytes)) {
        if (view->marked != bitmap)
            skr_order_view_mark_end(view);
        view->marked = bitmap;
        status = skr_order_runs_mark(bytes, n_bytes, order_of(view)->n_classes, view->steps, err);
    } else if (status == SKR_OK) {
        const skr_stored_carriers stored = others_of(view, bytes, n_bytes);
        status = skr_carriers_mark(&stored, bitmap, err);
    }
    return fail_in(view, status, err);
}

/* Samples whose classes are looked up at once. */
#define SAMPLES_A_STEP 4096u

/* The bits of up to 64 classes whose bytes are above least. */
static uint64_t bits_above(const uint8_t *bytes, uint32_t n, uint8_t least)
{
    uint64_t bits = 0;
    for (uint32_t i = 0; i < n; i++)
        bits |= (uint64_t)(bytes[i] > least) << i;
    return bits;
}

/* Which classes have a dosage above least, as bits, from a word on. */
static uint64_t *class_bits(skr_order_view *view, uint8_t least, size_t from)
{
    uint32_t n_classes = order_of(view)->n_classes;
    uint64_t *bits = view->class_bits + from;
    for (uint32_t c = 0; c < n_classes; c += 64)
        bits[c / 64] =
            bits_above(view->dosages + c, n_classes - c < 64 ? n_classes - c : 64, least);
    return bits;
}

void skr_order_view_mark_end(skr_order_view *view)
{
    uint64_t *bitmap = view->marked;
    if (bitmap == NULL)
        return;
    uint32_t n_samples = view->segment->directory.n_samples;
    uint32_t n_classes = order_of(view)->n_classes;
    uint64_t words[SAMPLES_A_STEP / 64];
    int64_t n_runs = 0;
    for (uint32_t c = 0; c < n_classes; c++) {
        n_runs += view->steps[c];
        view->dosages[c] = n_runs > 0;
    }
    const uint64_t *carriers = class_bits(view, 0, 0);
    for (uint32_t i = 0; i < n_samples; i += SAMPLES_A_STEP) {
        uint32_t n = n_samples - i < SAMPLES_A_STEP ? n_samples - i : SAMPLES_A_STEP;
        skr_kernels_chosen()->test_listed(carriers, view->classes + i, n, words);
        skr_kernels_chosen()->or_into(bitmap + i / 64, words, (n + 63) / 64);
    }
    memset(view->steps, 0, ((size_t)n_classes + 1) * sizeof *view->steps);
    view->marked = NULL;
}

static int decode_runs(skr_order_view *view, const uint8_t *bytes, size_t n_bytes,
                       skr_carriers *carriers, skr_err *err)
{
    uint32_t n_samples = view->segment->directory.n_samples;
    uint32_t n_classes = order_of(view)->n_classes;
    uint64_t ones[SAMPLES_A_STEP / 64];
    uint64_t twos[SAMPLES_A_STEP / 64];
    SKR_TRY(skr_order_runs_decode(bytes, n_bytes, n_classes, view->dosages, err));
    const uint64_t *has_one = class_bits(view, 0, 0);
    const uint64_t *has_two = class_bits(view, 1, n_classes / 64 + 1);
    for (uint32_t i = 0; i < n_samples; i += SAMPLES_A_STEP) {
        uint32_t n = n_samples - i < SAMPLES_A_STEP ? n_samples - i : SAMPLES_A_STEP;
        skr_kernels_chosen()->test_listed(has_one, view->classes + i, n, ones);
        skr_kernels_chosen()->test_listed(has_two, view->classes + i, n, twos);
        for (uint32_t w = 0; w < (n + 63) / 64; w++)
            SKR_TRY(skr_carriers_add_word(carriers, i + 64 * w, ones[w], twos[w], err));
    }
    return SKR_OK;
}

/* A row in another form. The bags that carriers has stay. */
static int decode_others(skr_order_view *view, const uint8_t *bytes, size_t n_bytes,
                         skr_carriers *carriers, skr_err *err)
{
    skr_carriers *own = &view->carriers;
    const skr_stored_carriers stored = others_of(view, bytes, n_bytes);
    SKR_TRY(skr_carriers_decode(&stored, own, err));
    if (own->n_bags > 0)
        return skr_fail(err, SKR_ERR_CORRUPT, "a row of an order has other than plain carriers");
    skr_carriers swap = *carriers;
    carriers->samples = own->samples;
    carriers->dosages = own->dosages;
    carriers->n = own->n;
    carriers->n_max = own->n_max;
    own->samples = swap.samples;
    own->dosages = swap.dosages;
    own->n = swap.n;
    own->n_max = swap.n_max;
    return SKR_OK;
}

int skr_order_view_decode(skr_order_view *view, uint64_t number, skr_carriers *carriers,
                          skr_err *err)
{
    const uint8_t *bytes = NULL;
    size_t n_bytes = 0;
    int status = find_row(view, number, &bytes, &n_bytes, err);
    if (status == SKR_OK && skr_order_row_is_runs(bytes, n_bytes))
        status = decode_runs(view, bytes, n_bytes, carriers, err);
    else if (status == SKR_OK)
        status = decode_others(view, bytes, n_bytes, carriers, err);
    return fail_in(view, status, err);
}

bool skr_order_view_is_right(skr_order_view *view)
{
    uint32_t n_classes = order_of(view)->n_classes;
    if (n_classes == 0)
        return true;
    SKR_CHECK(view->held == NULL);
    fill_sizes(view);
    return skr_order_levels_are_right(view->classes_raw.bytes, view->sizes, n_classes);
}
