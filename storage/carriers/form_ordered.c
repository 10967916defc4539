/*
 * form_ordered.c - the plain carriers lie elsewhere: a row of the segment's orders, by its number.
 *
 * Whoever decodes, marks or counts such a row asks storage/segment/order_view.c for them.
 */
#include "storage/carriers/form_int.h"

static int encode(const skr_form_source *source, skr_buffer *bytes, uint8_t *head, skr_err *err)
{
    (void)head;
    return skr_buffer_put_varint(bytes, source->order_row, err);
}

static void find(skr_cursor *cursor, uint8_t head, skr_form_part *part)
{
    (void)part;
    if ((head & SKR_HEAD_HAS_SECOND) != 0)
        cursor->is_bad = true;
    (void)skr_cursor_varint(cursor);
}

uint64_t skr_carriers_order_row(const skr_stored_carriers *stored)
{
    skr_cursor cursor = skr_cursor_of(stored->bytes, stored->n_bytes);
    return skr_cursor_varint(&cursor);
}

static int decode(skr_form_part *part, skr_carriers *carriers, skr_err *err)
{
    (void)part;
    (void)carriers;
    (void)err;
    return SKR_OK;
}

static int mark(skr_form_part *part, uint64_t *bitmap, skr_err *err)
{
    (void)part;
    (void)bitmap;
    (void)err;
    return SKR_OK;
}

static int tally(skr_form_part *part, const skr_form_question *question, skr_carrier_tally *tally,
                 skr_err *err)
{
    (void)part;
    (void)question;
    (void)tally;
    (void)err;
    return SKR_OK;
}

const skr_form skr_form_ordered = {
    .number = SKR_CARRIERS_ORDERED,
    .encode = encode,
    .find = find,
    .decode = decode,
    .mark = mark,
    .tally = tally,
};
