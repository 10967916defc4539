/*
 * A stretch of coverage is written in as many chunks as its runs need, and says the same in all of
 * them; the next one is longer after few runs and shorter after many.
 */
#include "storage/segment/segment_walk.h"
#include "tests/support/segment_written.h"

TestSuite(segment_stretch, .init = set_up, .fini = tear_down);

#define N_BASES 200000u

static uint32_t n_told;

static int on_run(void *context, uint32_t sample, const skr_cover_run *run, skr_err *run_err)
{
    uint32_t *end0 = context;
    (void)run_err;
    cr_assert(zero(u32, sample));
    for (uint32_t base = run->start0; base < run->end0; base++)
        cr_assert(eq(int, run->call, base % 2 == 0 ? SKR_CALL_DEFAULT : SKR_CALL_NO_CALL));
    cr_assert(eq(u32, run->start0, *end0));
    *end0 = run->end0;
    n_told++;
    return SKR_OK;
}

Test(segment_stretch, is_cut_where_it_has_too_many_runs)
{
    const skr_sample sample = {.name = "a"};
    const skr_segment_plan plan = {.samples = &sample, .n_samples = 1, .n_contigs = 1};
    const skr_cover_place place = {0, N_BASES, 1};
    const uint32_t places[] = {0};
    const skr_cover_walk asked = {0, 0, N_BASES, places};
    const uint32_t first[] = {0, N_BASES};
    const uint32_t none[] = {0, 0};
    uint32_t end0 = 0;
    const skr_walk_visitor visitor = {on_run, &end0};
    skr_segment_writer *writer = NULL;
    skr_segment *segment = NULL;
    skr_block_reader *reader = NULL;
    skr_segment_view *view = NULL;
    skr_file_id id;
    skr_cover_run *runs = malloc(N_BASES * sizeof *runs);
    for (uint32_t base = 0; base < N_BASES; base++)
        runs[base] =
            (skr_cover_run){base, base + 1, base % 2 == 0 ? SKR_CALL_DEFAULT : SKR_CALL_NO_CALL};
    cr_assert(zero(int, skr_segment_writer_new(folder, "x.skr", &plan, &writer, &err)));
    cr_assert(zero(int, skr_segment_writer_add_stretch(writer, 0, SKR_PLOIDY_DIPLOID, &place, runs,
                                                       none, &err)),
              "without runs there is no chunk");
    cr_assert(zero(int, skr_segment_writer_add_stretch(writer, 0, SKR_PLOIDY_DIPLOID, &place, runs,
                                                       first, &err)));
    cr_assert(zero(int, skr_segment_writer_finish(writer, &id, NULL, &err)));
    skr_segment_writer_free(writer);
    free(runs);
    open_view(&id, &segment, &reader, &view);
    uint32_t n_chunks = 0;
    for (uint32_t at0 = 0, next0;
         (next0 = skr_segment_next_cover(segment, 0, at0, &at0)) < N_BASES;)
        n_chunks++;
    cr_assert(n_chunks > 2 && n_chunks < 20, "%u chunks", n_chunks);
    cr_assert(zero(int, skr_segment_view_cover_all(view, &asked, &visitor, &err)));
    cr_assert(eq(u32, n_told, N_BASES));
    skr_segment_view_free(view);
    skr_block_reader_free(reader);
    skr_segment_close(segment);
}

Test(segment_stretch, follows_how_many_runs_there_are)
{
    cr_assert(eq(u32, skr_segment_stretch_next(1, 0, 1000), 4000));
    cr_assert(eq(u32, skr_segment_stretch_next(1, 16385, 1000), 1000));
    cr_assert(eq(u32, skr_segment_stretch_next(1, 32770, 1000), 500));
    cr_assert(eq(u32, skr_segment_stretch_next(1, UINT32_MAX, 1000), 250), "never by more");
    cr_assert(eq(u32, skr_segment_stretch_next(1, UINT32_MAX, 100), 64), "never fewer");
    cr_assert(eq(u32, skr_segment_stretch_next(1, 0, 1u << 27), 1u << 27), "never more");
    cr_assert(eq(u32, skr_segment_stretch_next(1000000, 1016384, 1000), 1000),
              "a run of each sample is no reason to cut");
}
