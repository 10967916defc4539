/*
 * segment_steps_make.c - step functions out of a sweep: for the writer of a segment, and for
 * whoever compares what is stored with what follows.
 *
 * Steps are stored where they save work: a step that stands for a look at one or two samples costs
 * as much as what those say, and nobody would be faster for it.
 */
#include <stdlib.h>
#include <string.h>

#include "storage/base/array.h"
#include "storage/base/limits.h"
#include "storage/segment/segment_steps_int.h"

/* A block is stored if each of its steps stands for so many looks at samples, about. */
#define LOOKS_A_STEP 4u
/* Bases that are swept at a time: the more samples, the fewer, since what is said of all of them in
 * a window is in memory. */
#define WINDOW_SHIFT_MAX 20u
#define WINDOW_SHIFT_MIN 12u
#define WINDOW_SAMPLES 4096u /* up to so many samples the window is the largest */

typedef struct making {
    skr_segment_view *view;
    skr_block_writer *writer;
    skr_steps_list *list;
    bool wants_all;
    skr_track_asked asked;
    skr_called_step *steps; /* of the block at hand */
    uint32_t n_steps;
    uint64_t n_looks; /* up to the beginning of the block at hand */
    skr_buffer bytes;
} making;

/* Everybody, by sex class. */
static int ask_everybody(const skr_segment *segment, uint32_t contig, skr_track_asked *asked,
                         skr_err *err)
{
    const skr_sample_table *samples = skr_segment_samples(segment);
    SKR_TRY(skr_sample_table_need_classes(samples, err));
    *asked = (skr_track_asked){
        .contig = contig, .classes = skr_sample_table_classes(samples), .wants_changes = true};
    return SKR_OK;
}

/* Ends the block at hand before a base. */
static int end_block(making *m, uint32_t end0, skr_err *err)
{
    uint32_t n = m->n_steps;
    uint64_t n_looks = m->asked.n_looks - m->n_looks;
    m->n_steps = 0;
    m->n_looks = m->asked.n_looks;
    if (n == 0 || (!m->wants_all && n_looks < (uint64_t)n * LOOKS_A_STEP))
        return SKR_OK;
    SKR_TRY(SKR_ARRAY_RESERVE(&m->list->list, &m->list->n_max, m->list->n + 1, "segment", err));
    skr_cover_chunk *at = &m->list->list[m->list->n];
    *at = (skr_cover_chunk){.contig = m->asked.contig, .start0 = m->steps[0].start0, .end0 = end0};
    m->bytes.n = 0;
    SKR_TRY(skr_steps_encode(m->steps, n, &m->bytes, err));
    SKR_TRY(
        skr_block_writer_put(m->writer, m->bytes.bytes, m->bytes.n, SKR_CODEC_ZSTD, &at->ref, err));
    m->list->n++;
    return SKR_OK;
}

static int on_step(void *context, uint32_t start0, const skr_track_sum *sum, skr_err *err)
{
    making *m = context;
    if (m->n_steps == SKR_STEPS_MAX)
        SKR_TRY(end_block(m, start0, err));
    m->steps[m->n_steps++] = (skr_called_step){start0, *sum};
    return SKR_OK;
}

static unsigned window_shift_of(uint32_t n_samples)
{
    unsigned shift = WINDOW_SHIFT_MAX;
    for (; n_samples > WINDOW_SAMPLES && shift > WINDOW_SHIFT_MIN; n_samples /= 2)
        shift--;
    return shift;
}

static int make_contig(making *m, uint32_t contig, skr_err *err)
{
    unsigned shift = window_shift_of(m->view->segment->directory.n_samples);
    const skr_track_visitor visitor = {.on_step = on_step, .context = m};
    uint32_t end0 = 0;
    SKR_TRY(skr_segment_said_end0(m->view->segment, contig, &end0, err));
    SKR_TRY(ask_everybody(m->view->segment, contig, &m->asked, err));
    m->n_looks = 0;
    for (uint32_t from0 = 0; from0 < end0;) {
        uint64_t edge0 = (((uint64_t)from0 >> shift) + 1) << shift;
        uint32_t to0 = edge0 < end0 ? (uint32_t)edge0 : end0;
        SKR_TRY(skr_segment_view_sweep(m->view, &m->asked, from0, to0, &visitor, err));
        from0 = to0;
    }
    return end_block(m, end0, err);
}

int skr_segment_steps_make(const skr_segment *segment, skr_block_writer *writer, bool wants_all,
                           skr_steps_list *list, skr_err *err)
{
    skr_block_reader *reader = NULL;
    making m = {.writer = writer, .list = list, .wants_all = wants_all};
    int status = skr_block_reader_new(SKR_IO_PREAD, &reader, err);
    if (status == SKR_OK)
        status = skr_segment_view_new(segment, reader, &m.view, err);
    m.steps = malloc(SKR_STEPS_MAX * sizeof *m.steps);
    if (status == SKR_OK && m.steps == NULL)
        status = skr_fail_nomem(err, "segment");
    for (uint32_t contig = 0; contig < segment->directory.n_contigs && status == SKR_OK; contig++)
        status = make_contig(&m, contig, err);
    free(m.steps);
    skr_buffer_done(&m.bytes);
    skr_segment_view_free(m.view);
    skr_block_reader_free(reader);
    return status;
}

/* ------------------------------------------------------------------ comparing */

/* Steps of a block, as they are stored or as a sweep makes them. */
typedef struct all_steps {
    skr_called_step *list;
    size_t n;
    size_t n_max;
} all_steps;

static int add_stored(void *context, const skr_called_step *step, skr_err *err)
{
    all_steps *all = context;
    SKR_TRY(SKR_ARRAY_RESERVE(&all->list, &all->n_max, all->n + 1, "steps", err));
    all->list[all->n++] = *step;
    return SKR_OK;
}

static int add_swept(void *context, uint32_t start0, const skr_track_sum *sum, skr_err *err)
{
    const skr_called_step step = {start0, *sum};
    return add_stored(context, &step, err);
}

static bool is_same(const skr_track_sum *a, const skr_track_sum *b)
{
    return memcmp(a->n_copies, b->n_copies, sizeof a->n_copies) == 0 &&
           memcmp(a->n_called, b->n_called, sizeof a->n_called) == 0;
}

/* A sweep makes no step that is not stored, and what is stored besides changes nothing. */
static bool agree(const all_steps *stored, const all_steps *swept)
{
    size_t at = 0;
    for (size_t i = 0; i < stored->n; i++) {
        if (at < swept->n && swept->list[at].start0 == stored->list[i].start0)
            at++;
        else if (at < swept->n && swept->list[at].start0 < stored->list[i].start0)
            return false;
        if (at == 0 || !is_same(&swept->list[at - 1].sum, &stored->list[i].sum))
            return false;
    }
    return at == swept->n;
}

int skr_segment_steps_check(skr_segment_view *view, size_t number, bool *ret_is_right, skr_err *err)
{
    const skr_cover_chunk *at = &view->segment->directory.steps[number];
    const uint32_t place0[2] = {at->start0, at->end0};
    all_steps stored = {0};
    all_steps swept = {0};
    skr_track_asked asked;
    const skr_track_visitor visitor = {.on_step = add_swept, .context = &swept};
    int status = skr_segment_steps_visit(view, number, place0, add_stored, &stored, err);
    if (status == SKR_OK)
        status = ask_everybody(view->segment, at->contig, &asked, err);
    if (status == SKR_OK)
        status = skr_segment_view_sweep(view, &asked, place0[0], place0[1], &visitor, err);
    if (status == SKR_OK)
        *ret_is_right = agree(&stored, &swept);
    free(stored.list);
    free(swept.list);
    return status;
}
