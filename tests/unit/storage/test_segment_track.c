/*
 * A sweep over spans says of every base what the view says of that base alone, class by class, also
 * where spans lie over each other or reach over tiles, where chunks of coverage lie among them, in
 * whatever pieces a stretch is swept, and where steps are stored.
 */
#include "storage/segment/segment_coverage.h"
#include "storage/segment/segment_track.h"
#include "tests/support/random.h"
#include "tests/support/segment_written.h"

TestSuite(segment_track, .init = set_up, .fini = tear_down);

/* What a sweep told, base by base. */
typedef struct told {
    uint32_t start0;
    uint32_t end0;
    uint32_t at0; /* up to where sums are filled in */
    skr_track_sum last;
    bool has_last;
    skr_track_sum *sums;
    const uint8_t *classes;
    int32_t *n_called; /* by on_sample: of each sample, 0 or 1 */
    uint32_t n_samples;
    uint32_t *n_people; /* of each base, by on_sample; NULL: nobody asked */
    uint32_t people_at0;
} told;

static void fill(told *t, uint32_t to0)
{
    cr_assert(to0 >= t->at0 && to0 <= t->end0);
    for (; t->at0 < to0; t->at0++)
        t->sums[t->at0 - t->start0] = t->last;
}

static int on_step(void *context, uint32_t start0, const skr_track_sum *sum, skr_err *step_err)
{
    told *t = context;
    (void)step_err;
    cr_assert(t->has_last ? start0 > t->at0 || start0 > t->start0 : start0 == t->start0,
              "steps ascend, and the first is at the first base");
    fill(t, start0);
    t->last = *sum;
    t->has_last = true;
    return SKR_OK;
}

static void fill_people(told *t, uint32_t to0)
{
    uint32_t n = 0;
    for (uint32_t s = 0; s < t->n_samples; s++)
        n += (uint32_t)t->n_called[s];
    for (; t->people_at0 < to0; t->people_at0++)
        t->n_people[t->people_at0 - t->start0] = n;
}

static int on_sample(void *context, uint32_t start0, uint32_t sample, bool is_called,
                     skr_err *step_err)
{
    told *t = context;
    (void)step_err;
    fill_people(t, start0);
    cr_assert(t->classes[sample] != SKR_TRACK_NONE);
    t->n_called[sample] += is_called ? 1 : -1;
    cr_assert(t->n_called[sample] == 0 || t->n_called[sample] == 1);
    return SKR_OK;
}

/* Sweeps a stretch and compares it with what is said of each base. */
static void assert_track(skr_segment_view *view, const model *m, skr_track_asked *asked,
                         uint32_t start0, uint32_t end0, bool with_people)
{
    uint8_t *called = malloc(m->n_samples);
    told t = {.start0 = start0,
              .end0 = end0,
              .at0 = start0,
              .people_at0 = start0,
              .sums = calloc(end0 - start0, sizeof *t.sums),
              .classes = asked->classes,
              .n_called = calloc(m->n_samples, sizeof *t.n_called),
              .n_samples = m->n_samples,
              .n_people = calloc(end0 - start0, sizeof *t.n_people)};
    const skr_track_visitor visitor = {
        .on_step = on_step, .on_sample = with_people ? on_sample : NULL, .context = &t};
    cr_assert(eq(int, skr_segment_view_track(view, asked, start0, end0, &visitor, &err), 0), "%s",
              err.message);
    fill(&t, end0);
    fill_people(&t, end0);
    for (uint32_t base = start0; base < end0; base++) {
        skr_track_sum want = {0};
        uint32_t n_called = 0;
        cr_assert(
            eq(int, skr_segment_view_called(view, asked->contig, base, base + 1, called, &err), 0));
        for (uint32_t s = 0; s < m->n_samples; s++) {
            uint8_t class = asked->classes[s];
            if (class == SKR_TRACK_NONE || called[s] > SKR_PLOIDY_MAX || called[s] == 0)
                continue;
            want.n_copies[class] += called[s];
            want.n_called[class]++;
            n_called++;
        }
        cr_assert(memcmp(&want, &t.sums[base - start0], sizeof want) == 0, "contig %u base %u",
                  asked->contig, base);
        cr_assert(t.n_people[base - start0] == (with_people ? n_called : 0), "people at %u", base);
    }
    free(called);
    free(t.sums);
    free(t.n_called);
    free(t.n_people);
}

/* Where the copies of a set over some bases are known without a look at everybody, they are what is
 * said of everybody; without spans they are known. */
static void assert_covered(skr_segment_view *view, const skr_segment *segment,
                           const skr_covered_place *place, bool has_no_spans)
{
    uint32_t n_samples = skr_segment_n_samples(segment);
    uint64_t bits[2] = {0, 0};
    skr_sample_set who = {.bits = draw(2) == 0 ? NULL : bits, .serial = 1};
    uint8_t *called = malloc(n_samples);
    uint64_t n = 0;
    uint64_t want = 0;
    bool is_known = false;
    for (uint32_t s = 0; s < n_samples; s++) {
        if (who.bits != NULL && draw(3) == 0)
            continue;
        bits[s / 64] |= UINT64_C(1) << s % 64;
        who.n++;
        for (unsigned p = 0; p < SKR_N_PLOIDIES; p++) {
            cr_assert(eq(int, skr_segment_need_copies(segment, (skr_ploidy)p, &err), 0));
            who.n_copies[p] += skr_segment_copies_expected(segment, (skr_ploidy)p)[s];
        }
    }
    cr_assert(eq(int, skr_segment_view_n_covered(view, place, &who, &n, &is_known, &err), 0));
    cr_assert(eq(
        int, skr_segment_view_called(view, place->contig, place->start0, place->end0, called, &err),
        0));
    for (uint32_t s = 0; s < n_samples; s++)
        if ((bits[s / 64] >> s % 64 & 1) != 0 && called[s] <= SKR_PLOIDY_MAX)
            want += called[s];
    cr_assert(eq(u64, is_known ? n : want, want), "contig %u bases %u to %u: %llu, not %llu",
              place->contig, place->start0, place->end0, (unsigned long long)n,
              (unsigned long long)want);
    cr_assert(is_known || has_no_spans == false);
    free(called);
}

/* ------------------------------------------------------------------ chunks of coverage */

static uint32_t covered_end0; /* of contig 2 */

/* The runs of one sample in a chunk: mostly next to each other, and some where all samples have
 * them; where none is nothing is said. */
static uint32_t draw_runs(const skr_cover_place *place, skr_cover_run *runs)
{
    static const uint8_t calls[] = {
        SKR_CALL_DEFAULT, SKR_CALL_DEFAULT, SKR_CALL_NO_CALL, SKR_CALL_NO_STATEMENT, 0, 1, 2};
    uint32_t n = 0;
    for (uint32_t at0 = place->start0; at0 < place->end0;) {
        uint32_t end0 = draw(3) == 0 ? (at0 / 128 + 1) * 128 : at0 + 1 + (uint32_t)draw(60);
        end0 = end0 < place->end0 ? end0 : place->end0;
        if (draw(5) > 0)
            runs[n++] = (skr_cover_run){at0, end0, calls[draw(sizeof calls)]};
        at0 = end0;
    }
    return n;
}

/* Chunks that touch or not, some of which say nothing, on all contigs but one. */
static void add_drawn_coverage(skr_segment_writer *writer, const model *m)
{
    skr_cover_run *runs = malloc((size_t)m->n_samples * 1024 * sizeof *runs);
    uint32_t *first = calloc((size_t)m->n_samples + 1, sizeof *first);
    covered_end0 = 0;
    for (uint32_t contig = 0; contig < 5; contig++) {
        uint32_t at0 = (uint32_t)draw(200);
        for (unsigned n = (unsigned)draw(7); n > 0 && contig != 1; n--) {
            uint32_t end0 = at0 + 1 + (uint32_t)draw(800);
            const skr_cover_place place = {at0, end0, m->n_samples};
            bool is_silent = draw(6) == 0;
            for (uint32_t s = 0; s < m->n_samples; s++)
                first[s + 1] = first[s] + (is_silent ? 0 : draw_runs(&place, runs + first[s]));
            skr_ploidy ploidy = draw(4) == 0 ? SKR_PLOIDY_X : SKR_PLOIDY_DIPLOID;
            cr_assert(zero(int, skr_segment_writer_add_coverage(writer, contig, ploidy, &place,
                                                                runs, first, &err)),
                      "%s", err.message);
            covered_end0 = contig == 2 ? end0 : covered_end0;
            at0 = end0 + (draw(3) == 0 ? (uint32_t)draw(300) : 0);
        }
    }
    free(runs);
    free(first);
}

/* ------------------------------------------------------------------ whole segments */

static void check_drawn(uint32_t n_samples, uint32_t n_spans, uint32_t n_bases, bool with_steps)
{
    n_faults = 0;
    wants_steps = with_steps;
    skr_segment *segment = NULL;
    skr_block_reader *reader = NULL;
    skr_segment_view *view = NULL;
    model m = model_new(n_samples, 50, n_spans, n_bases);
    skr_file_id id = write_model(&m, MIXED, 1);
    open_view(&id, &segment, &reader, &view);
    uint8_t *classes = malloc(n_samples);
    for (uint32_t contig = 0; contig < 5; contig++) {
        uint32_t n_classes = 1 + (uint32_t)draw(SKR_TRACK_CLASSES);
        for (uint32_t s = 0; s < n_samples; s++)
            classes[s] = draw(4) == 0 ? SKR_TRACK_NONE : (uint8_t)draw(n_classes);
        skr_track_asked asked = {
            .contig = contig, .classes = classes, .is_everybody = draw(2) == 0};
        if (asked.is_everybody) {
            cr_assert(
                eq(int, skr_sample_table_need_classes(skr_segment_samples(segment), &err), 0));
            asked.classes = skr_sample_table_classes(skr_segment_samples(segment));
        }
        for (uint32_t at0 = (uint32_t)draw(50); at0 < n_bases + 6000;) {
            uint32_t end0 = at0 + 1 + (uint32_t)draw(draw(2) == 0 ? 40 : 3000);
            assert_track(view, &m, &asked, at0, end0, draw(2) == 0);
            at0 = draw(3) == 0 ? end0 + (uint32_t)draw(500) : end0;
        }
    }
    for (unsigned i = 0; i < 2000; i++) {
        uint32_t start0 = (uint32_t)draw(n_bases + 3000);
        const skr_covered_place place = {(uint32_t)draw(5), start0,
                                         start0 + 1 + (draw(3) == 0 ? (uint32_t)draw(50) : 0)};
        assert_covered(view, segment, &place, n_spans == 0 && adds_coverage == NULL);
    }
    cr_assert(eq(int, skr_segment_verify(folder, &id, count_fault, &n_faults, &err), 0));
    cr_assert(eq(uint, n_faults, 0));
    uint32_t last0 = 0;
    for (uint32_t i = 0; i < m.n_spans; i++)
        if (m.spans[i].contig == 2 && m.spans[i].end0 > last0)
            last0 = m.spans[i].end0;
    if (adds_coverage != NULL && covered_end0 > last0)
        last0 = covered_end0;
    uint32_t end0 = 0;
    cr_assert(eq(int, skr_segment_said_end0(segment, 2, &end0, &err), 0));
    cr_assert(eq(u32, end0, last0));
    cr_assert(eq(int, skr_segment_said_end0(segment, 1, &end0, &err), 0));
    cr_assert(eq(u32, end0, 0));
    free(classes);
    skr_segment_view_free(view);
    skr_block_reader_free(reader);
    skr_segment_close(segment);
    model_free(&m);
    (void)unlink("x.skr");
}

Test(segment_track, is_what_each_base_says_alone)
{
    state = test_random_drawn("test_segment_track").state;
    for (unsigned i = 0; i < 6; i++) {
        check_drawn(1, 20, 3000, i % 2 == 0);
        check_drawn(3, 60, 3000, i % 2 == 0);
        check_drawn(70, 90, 5000, i % 2 == 0);
    }
}

Test(segment_track, may_have_no_spans_at_all)
{
    check_drawn(2, 0, 100, false);
    check_drawn(2, 0, 100, true);
}

Test(segment_track, is_what_each_base_says_alone_with_coverage)
{
    state = test_random_drawn("test_segment_track").state;
    adds_coverage = add_drawn_coverage;
    for (unsigned i = 0; i < 6; i++) {
        check_drawn(1, 20, 3000, i % 2 == 0);
        check_drawn(3, i < 2 ? 0 : 10, 3000, i % 2 == 0);
        check_drawn(70, 12, 4000, i % 2 == 0);
    }
}

static int fail_at_once(void *context, uint32_t start0, const skr_track_sum *sum, skr_err *step_err)
{
    (void)context;
    (void)start0;
    (void)sum;
    return skr_fail(step_err, SKR_ERR_INTERRUPTED, "enough");
}

Test(segment_track, ends_when_the_visitor_says_so)
{
    skr_segment *segment = NULL;
    skr_block_reader *reader = NULL;
    skr_segment_view *view = NULL;
    model m = model_new(5, 10, 80, 1000);
    skr_file_id id = write_model(&m, MIXED, 1);
    open_view(&id, &segment, &reader, &view);
    uint8_t classes[5] = {0};
    skr_track_asked asked = {.classes = classes};
    const skr_track_visitor visitor = {.on_step = fail_at_once};
    cr_assert(eq(int, skr_segment_view_track(view, &asked, 0, 1000, &visitor, &err),
                 SKR_ERR_INTERRUPTED));
    skr_segment_view_free(view);
    skr_block_reader_free(reader);
    skr_segment_close(segment);
    model_free(&m);
    (void)unlink("x.skr");
}
