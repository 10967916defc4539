/*
 * segment_heard.c - who says something of a row: by its call set, or member by member.
 */
#include "storage/segment/segment_heard.h"

#include "storage/carriers/bits.h"
#include "storage/segment/segment_view_int.h"

static bool has_sample(const skr_sample_set *who, uint32_t sample)
{
    return who->bits == NULL || skr_bits_has(who->bits, sample);
}

bool skr_segment_calls_speak(const skr_sample_set *who, const skr_call_set *calls)
{
    uint32_t n_silent = 0;
    bool is_silent = calls->base == SKR_CALL_NO_STATEMENT;
    for (uint32_t i = 0; i < calls->n_flips; i++) {
        if (!has_sample(who, calls->flips[i]))
            continue;
        if (calls->flip != SKR_CALL_NO_STATEMENT && is_silent)
            return true;
        n_silent += calls->flip == SKR_CALL_NO_STATEMENT;
    }
    for (uint32_t i = 0; i < calls->n_exceptions; i++) {
        if (!has_sample(who, calls->exceptions[i].sample))
            continue;
        if (calls->exceptions[i].call != SKR_CALL_NO_STATEMENT && is_silent)
            return true;
        n_silent += calls->exceptions[i].call == SKR_CALL_NO_STATEMENT;
    }
    return !is_silent && n_silent < who->n;
}

/* wants_passed: only rows that passed FILTER count. */
static int hear(skr_segment_view *view, const skr_rows_of_tile *at, const skr_sample_set *who,
                bool wants_passed, bool *ret_is, skr_err *err)
{
    const skr_call_set *calls = NULL;
    uint32_t row = at->numbers[0];
    bool is_out = wants_passed && at->columns->filter_failed[row] != 0;
    bool is_catalogue = view->segment->catalogue != NULL;
    *ret_is = !is_out && who->n > 0;
    if (!*ret_is || who->bits == NULL)
        return SKR_OK;
    if (at->columns->is_complete[row] != 0 && !(is_catalogue && wants_passed))
        return SKR_OK;
    if (is_catalogue)
        return view->segment->methods->hear(view, at, who, wants_passed, ret_is, err);
    SKR_TRY(skr_segment_view_calls(view, at->tile, row, &calls, err));
    *ret_is = skr_segment_calls_speak(who, calls);
    return SKR_OK;
}

int skr_segment_view_is_spoken_of(skr_segment_view *view, size_t tile, uint32_t row,
                                  const skr_sample_set *who, bool *ret_is, skr_err *err)
{
    const skr_tile_rows *columns = NULL;
    SKR_TRY(skr_segment_view_rows(view, tile, &columns, err));
    return hear(view, &(skr_rows_of_tile){tile, &row, 1, columns}, who, false, ret_is, err);
}

int skr_segment_view_is_passed(skr_segment_view *view, size_t tile, uint32_t row,
                               const skr_sample_set *who, bool *ret_is, skr_err *err)
{
    const skr_tile_rows *columns = NULL;
    SKR_TRY(skr_segment_view_rows(view, tile, &columns, err));
    return hear(view, &(skr_rows_of_tile){tile, &row, 1, columns}, who, true, ret_is, err);
}
