/*
 * order_writer.c - collects the alleles that many carry, and writes an order when there are enough.
 *
 * An order is written where it is smaller than the other forms; a row whose runs are longer than
 * another form has that one within the order.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/carriers/order.h"
#include "storage/segment/order_writer_int.h"
#include "storage/segment/row_chunks_int.h"

/* An order ends when its rows take so many bytes in memory. */
#define ROWS_BYTES_MAX (64u << 20)

struct skr_order_writer {
    skr_block_writer *file;
    uint32_t n_rows_max;
    bool is_forced;
    skr_order_rows rows;
    skr_order *orders;
    size_t n_orders;
    size_t n_orders_max;
    uint64_t n_rows; /* of all orders and of the rows at hand */
    skr_row_chunks chunks;
    skr_carriers carriers; /* scratch */
    skr_buffer runs;       /* of all rows, one after the other */
    skr_buffer classes;
};

/* An order while it is made. */
typedef struct making {
    uint32_t n_classes;
    uint32_t *classes; /* of each sample, as they were met */
    uint32_t *representatives;
    uint32_t *numbers; /* of each class in the order */
    uint32_t *sizes;   /* of each class as met */
    uint8_t *dosages;  /* of each class as met */
    uint8_t *ordered;  /* the same by number */
    size_t *ends;      /* of each row in the runs */
} making;

int skr_order_writer_new(skr_block_writer *file, uint32_t n_samples, uint32_t n_rows_max,
                         bool is_forced, skr_order_writer **ret_writer, skr_err *err)
{
    skr_order_writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL)
        return skr_fail_nomem(err, "order");
    writer->file = file;
    writer->n_rows_max = n_rows_max;
    writer->is_forced = is_forced;
    writer->rows.n_samples = n_samples;
    *ret_writer = writer;
    return SKR_OK;
}

void skr_order_writer_free(skr_order_writer *writer)
{
    if (writer == NULL)
        return;
    skr_order_rows_done(&writer->rows);
    free(writer->orders);
    skr_row_chunks_done(&writer->chunks);
    skr_carriers_done(&writer->carriers);
    skr_buffer_done(&writer->runs);
    skr_buffer_done(&writer->classes);
    free(writer);
}

int skr_order_writer_copy(const skr_order_writer *writer, skr_order **ret_orders, size_t *ret_n,
                          skr_err *err)
{
    skr_order *orders = malloc((writer->n_orders + 1) * sizeof *orders);
    if (orders == NULL)
        return skr_fail_nomem(err, "order");
    if (writer->n_orders > 0)
        memcpy(orders, writer->orders, writer->n_orders * sizeof *orders);
    *ret_orders = orders;
    *ret_n = writer->n_orders;
    return SKR_OK;
}

/* ------------------------------------------------------------------ what is smaller */

/*
 * About how many bytes a row takes as a gap list or as planes: a carrier costs the bits of the mean
 * gap and a half more.
 */
static uint64_t estimate(const skr_order_rows *rows, uint32_t row)
{
    uint64_t n = rows->rows[row].n;
    uint64_t n_few = n < rows->n_samples - n ? n : rows->n_samples - n;
    uint64_t n_plane = ((uint64_t)rows->n_samples + 7) / 8;
    uint64_t mean = n_few == 0 ? 0 : rows->n_samples / n_few;
    unsigned n_bits = mean == 0 ? 0 : 63u - (unsigned)__builtin_clzll(mean);
    uint64_t n_list = (n_few * (2 * n_bits + 3) / 2 + 7) / 8 + 1;
    return n_list < n_plane ? n_list : n_plane;
}

static size_t runs_of(const making *m, uint32_t row, size_t *ret_start)
{
    *ret_start = row == 0 ? 0 : m->ends[row - 1];
    SKR_CHECK(*ret_start <= m->ends[row]);
    return m->ends[row] - *ret_start;
}

/* Encodes the runs of all rows. *ret_is_told: the classes say all there is. */
static int encode_runs(skr_order_writer *writer, making *m, bool *ret_is_told, skr_err *err)
{
    const skr_order_rows *rows = &writer->rows;
    int status = SKR_OK;
    writer->runs.n = 0;
    memset(m->sizes, 0, m->n_classes * sizeof *m->sizes);
    for (uint32_t i = 0; i < rows->n_samples; i++)
        m->sizes[m->classes[i]]++;
    *ret_is_told = true;
    for (uint32_t row = 0; row < rows->n && *ret_is_told && status == SKR_OK; row++) {
        skr_order_rows_dosages(rows, row, m->representatives, m->n_classes, m->dosages);
        *ret_is_told =
            skr_order_row_is_told(rows, row, m->classes, m->dosages, m->sizes, m->n_classes);
        for (uint32_t c = 0; c < m->n_classes; c++)
            m->ordered[m->numbers[c]] = m->dosages[c];
        status = skr_order_runs_encode(m->ordered, m->n_classes, &writer->runs, err);
        m->ends[row] = writer->runs.n;
    }
    return status;
}

/* Is the order worth its classes? The classes are encoded into writer->classes. */
static int weigh(skr_order_writer *writer, making *m, bool *ret_is_worth, skr_err *err)
{
    const skr_order_rows *rows = &writer->rows;
    uint64_t n_saved = 0;
    for (uint32_t row = 0; row < rows->n; row++) {
        size_t start;
        uint64_t n_runs = runs_of(m, row, &start);
        uint64_t n_plain = estimate(rows, row);
        n_saved += n_runs < n_plain ? n_plain - n_runs : 0;
    }
    *ret_is_worth = false;
    if (writer->is_forced)
        n_saved = UINT64_MAX;
    if (n_saved <= skr_order_classes_size_min(rows->n_samples, m->n_classes) ||
        skr_order_classes_size_max(rows->n_samples, m->n_classes) > SKR_BLOCK_RAW_MAX)
        return SKR_OK;
    for (uint32_t i = 0; i < rows->n_samples; i++)
        m->classes[i] = m->numbers[m->classes[i]];
    writer->classes.n = 0;
    int status =
        skr_order_classes_encode(m->classes, rows->n_samples, m->n_classes, &writer->classes, err);
    *ret_is_worth = n_saved > writer->classes.n;
    return status;
}

/* ------------------------------------------------------------------ writing */

/* Appends a row in another form than runs. */
static int put_plain(skr_order_writer *writer, uint32_t row, skr_err *err)
{
    skr_buffer *bytes = &writer->chunks.chunk;
    size_t at = bytes->n;
    uint8_t head = 0;
    SKR_TRY(skr_order_rows_get(&writer->rows, row, &writer->carriers, err));
    SKR_TRY(skr_buffer_put_u8(bytes, 0, err));
    SKR_TRY(skr_carriers_encode(&writer->carriers, writer->rows.n_samples, bytes, &head, err));
    bytes->bytes[at] = head;
    return SKR_OK;
}

static int write_order(skr_order_writer *writer, const making *m, bool is_worth, skr_err *err)
{
    SKR_CHECK(writer->n_orders < writer->n_orders_max);
    skr_order *order = &writer->orders[writer->n_orders];
    const skr_order_rows *rows = &writer->rows;
    int status = SKR_OK;
    *order = (skr_order){.first_row = writer->n_rows - rows->n, .n_rows = rows->n};
    if (is_worth) {
        order->n_classes = m->n_classes;
        status = skr_block_writer_put(writer->file, writer->classes.bytes, writer->classes.n,
                                      SKR_CODEC_ZSTD, &order->classes, err);
    }
    skr_row_chunks_clear(&writer->chunks);
    for (uint32_t row = 0; row < rows->n && status == SKR_OK; row++) {
        size_t start = 0;
        size_t n = is_worth ? runs_of(m, row, &start) : SIZE_MAX;
        if (n <= estimate(rows, row) || (is_worth && writer->is_forced))
            status = skr_buffer_put(&writer->chunks.chunk, writer->runs.bytes + start, n, err);
        else
            status = put_plain(writer, row, err);
        if (status == SKR_OK)
            status = skr_row_chunks_end_row(&writer->chunks, true, writer->file, err);
    }
    if (status == SKR_OK)
        status = skr_row_chunks_write(&writer->chunks, writer->file, &order->rows, err);
    if (status == SKR_OK)
        writer->n_orders++;
    return status;
}

static void making_done(making *m)
{
    free(m->classes);
    free(m->representatives);
    free(m->numbers);
    free(m->sizes);
    free(m->dosages);
    free(m->ordered);
    free(m->ends);
}

static int make_order(skr_order_writer *writer, skr_err *err)
{
    const skr_order_rows *rows = &writer->rows;
    making m = {0};
    bool is_told = false;
    bool is_worth = false;
    m.classes = malloc(rows->n_samples * sizeof *m.classes);
    m.representatives = malloc(rows->n_samples * sizeof *m.representatives);
    m.numbers = malloc(rows->n_samples * sizeof *m.numbers);
    m.ends = malloc(rows->n * sizeof *m.ends);
    int status = SKR_OK;
    if (m.classes == NULL || m.representatives == NULL || m.numbers == NULL || m.ends == NULL) {
        status = skr_fail_nomem(err, "order");
        goto out;
    }
    status = skr_order_find(rows, m.classes, m.representatives, m.numbers, &m.n_classes, err);
    if (status != SKR_OK)
        goto out;
    m.sizes = malloc(m.n_classes * sizeof *m.sizes);
    m.dosages = malloc(m.n_classes);
    m.ordered = malloc(m.n_classes);
    if (m.sizes == NULL || m.dosages == NULL || m.ordered == NULL) {
        status = skr_fail_nomem(err, "order");
        goto out;
    }
    status = encode_runs(writer, &m, &is_told, err);
    if (status == SKR_OK && is_told)
        status = weigh(writer, &m, &is_worth, err);
    if (status == SKR_OK)
        status = write_order(writer, &m, is_worth, err);
out:
    making_done(&m);
    return status;
}

int skr_order_writer_close(skr_order_writer *writer, skr_err *err)
{
    if (writer->rows.n == 0)
        return SKR_OK;
    SKR_TRY(SKR_ARRAY_RESERVE(&writer->orders, &writer->n_orders_max, writer->n_orders + 1, "order",
                              err));
    int status = make_order(writer, err);
    writer->rows.n = 0;
    writer->rows.bytes.n = 0;
    return status;
}

int skr_order_writer_add(skr_order_writer *writer, const skr_carriers *carriers,
                         uint64_t *ret_number, skr_err *err)
{
    SKR_TRY(skr_order_rows_add(&writer->rows, carriers, err));
    *ret_number = writer->n_rows++;
    if (writer->rows.n < writer->n_rows_max && writer->rows.bytes.n < ROWS_BYTES_MAX)
        return SKR_OK;
    return skr_order_writer_close(writer, err);
}
