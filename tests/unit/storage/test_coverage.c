/*
 * A chunk of coverage says of every base and sample what it was made from; a segment with spans and
 * coverage says of every stretch what arrays of bases say; hostile bytes give an error or a sound
 * chunk.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage/base/limits.h"
#include "storage/coverage/coverage.h"
#include "storage/segment/segment_coverage.h"
#include "storage/segment/segment_track.h"

#define SEED UINT64_C(20230512)
#define N_BASES 400u
#define N_SAMPLES_MAX 40u

static uint64_t state = SEED;
static skr_err err;
static skr_buffer_parts parts;

static uint64_t draw(uint64_t n)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * UINT64_C(2685821657736338717) % n;
}

/* What is said of each base of each sample, and the same as runs. */
typedef struct drawn {
    uint32_t n_samples;
    uint8_t calls[N_SAMPLES_MAX][N_BASES];
    skr_cover_run runs[N_SAMPLES_MAX * N_BASES];
    uint32_t first[N_SAMPLES_MAX + 1];
} drawn;

static drawn it;

static uint8_t draw_call(void)
{
    static const uint8_t common[] = {SKR_CALL_DEFAULT, SKR_CALL_DEFAULT, SKR_CALL_DEFAULT,
                                     SKR_CALL_NO_CALL, SKR_CALL_NO_STATEMENT};
    return draw(12) == 0 ? (uint8_t)draw(4) : common[draw(5)];
}

/* Runs of a sample from its bases; neighbours of one call may be two runs. */
static void make_runs(uint32_t sample, uint32_t base0, uint32_t *n)
{
    it.first[sample] = *n;
    for (uint32_t from = 0, to; from < N_BASES; from = to) {
        uint8_t call = it.calls[sample][from];
        for (to = from + 1; to < N_BASES && it.calls[sample][to] == call && draw(50) != 0;)
            to++;
        if (call != SKR_CALL_NO_STATEMENT)
            it.runs[(*n)++] = (skr_cover_run){base0 + from, base0 + to, call};
    }
    it.first[sample + 1] = *n;
}

/* Some samples are alike; none, one or many, in long stretches or short. */
static void draw_bases(uint32_t base0)
{
    uint32_t n = 0;
    uint64_t stretch = 1 + draw(120);
    it.n_samples = draw(4) == 0 ? 1 : 1 + (uint32_t)draw(N_SAMPLES_MAX);
    for (uint32_t s = 0; s < it.n_samples; s++) {
        uint8_t call = draw_call();
        if (s > 0 && draw(3) != 0)
            memcpy(it.calls[s], it.calls[draw(s)], N_BASES);
        else
            for (uint32_t i = 0; i < N_BASES; i++)
                it.calls[s][i] = call = draw(stretch) == 0 ? draw_call() : call;
        for (uint64_t k = draw(4); k > 0; k--)
            it.calls[s][draw(N_BASES)] = draw_call();
        make_runs(s, base0, &n);
    }
}

/* What a stretch of one sample says, base by base. */
static skr_covered slow(const uint8_t *calls, uint32_t start, uint32_t end, uint8_t expected)
{
    skr_covered covered = {SKR_CALL_NO_STATEMENT, end};
    for (uint32_t i = start; i < end; i++) {
        uint8_t call = calls[i] == SKR_CALL_DEFAULT ? expected : calls[i];
        if (call == SKR_CALL_NO_STATEMENT && covered.uncovered0 == end)
            covered.uncovered0 = i;
        if (call == SKR_CALL_NO_CALL || covered.call == SKR_CALL_NO_CALL)
            covered.call = SKR_CALL_NO_CALL;
        else if (call < covered.call)
            covered.call = call;
    }
    return covered;
}

static void compare(const skr_coverage *coverage, uint32_t base0)
{
    for (uint32_t s = 0; s < it.n_samples; s++) {
        for (int k = 0; k < 60; k++) {
            uint32_t start = (uint32_t)draw(N_BASES);
            uint32_t end = start + 1 + (uint32_t)draw(k < 30 ? 3 : N_BASES);
            end = end < N_BASES ? end : N_BASES;
            uint8_t expected = (uint8_t)draw(4);
            skr_covered want = slow(it.calls[s], start, end, expected);
            skr_covered got = skr_coverage_ask(coverage, s, base0 + start, base0 + end, expected);
            cr_assert(got.call == want.call && got.uncovered0 == base0 + want.uncovered0,
                      "seed %lu, sample %u, bases %u to %u: %u up to %u, not %u up to %u",
                      (unsigned long)SEED, s, start, end, got.call, got.uncovered0 - base0,
                      want.call, want.uncovered0);
        }
    }
}

Test(coverage, says_what_it_was_made_from)
{
    skr_coverage coverage = {0};
    skr_buffer bytes = {0};
    for (int n = 0; n < 400; n++) {
        uint32_t base0 = draw(2) == 0 ? 0 : (uint32_t)draw(SKR_CONTIG_LENGTH_MAX - N_BASES);
        draw_bases(base0);
        const skr_cover_place place = {base0, base0 + N_BASES, it.n_samples};
        bytes.n = 0;
        cr_assert(eq(int, skr_coverage_encode(&place, it.runs, it.first, &bytes, &parts, &err), 0));
        cr_assert(eq(int, skr_coverage_decode(&coverage, &place, bytes.bytes, bytes.n, &err), 0),
                  "%s", err.message);
        compare(&coverage, base0);
    }
    skr_coverage_done(&coverage);
    skr_buffer_done(&bytes);
}

Test(coverage, takes_little_where_samples_are_alike)
{
    skr_buffer one = {0};
    skr_buffer many = {0};
    uint32_t n = 0;
    for (uint32_t s = 0; s < N_SAMPLES_MAX; s++) {
        for (uint32_t i = 0; i < N_BASES; i++)
            it.calls[s][i] = i % 10 == 3 ? SKR_CALL_NO_CALL : SKR_CALL_DEFAULT;
        make_runs(s, 0, &n);
    }
    const skr_cover_place of_one = {0, N_BASES, 1};
    const skr_cover_place of_many = {0, N_BASES, N_SAMPLES_MAX};
    cr_assert(eq(int, skr_coverage_encode(&of_one, it.runs, it.first, &one, &parts, &err), 0));
    cr_assert(eq(int, skr_coverage_encode(&of_many, it.runs, it.first, &many, &parts, &err), 0));
    cr_assert(le(sz, many.n, one.n + N_SAMPLES_MAX));
    skr_buffer_done(&one);
    skr_buffer_done(&many);
}

/* Of sample s, one run of a call of its own, or that of several. */
static skr_cover_run far_run(uint32_t s)
{
    uint32_t start0 = 7 + s / 4 * 300001;
    return (skr_cover_run){start0, start0 + (UINT32_C(1) << s / 4 % 27), (uint8_t)(s / 4 % 3)};
}

Test(coverage, numbers_of_any_size_are_kept)
{
    enum {
        N = 1000
    };
    static skr_cover_run runs[N];
    static uint32_t first[N + 1];
    const skr_cover_place place = {3, SKR_CONTIG_LENGTH_MAX, N};
    skr_coverage coverage = {0};
    skr_buffer bytes = {0};
    for (uint32_t s = 0; s < N; s++) {
        runs[s] = far_run(s);
        first[s + 1] = s + 1;
    }
    cr_assert(eq(int, skr_coverage_encode(&place, runs, first, &bytes, &parts, &err), 0));
    cr_assert(eq(int, skr_coverage_decode(&coverage, &place, bytes.bytes, bytes.n, &err), 0), "%s",
              err.message);
    for (uint32_t s = 0; s < N; s++) {
        skr_covered in = skr_coverage_ask(&coverage, s, runs[s].start0, runs[s].end0 + 1, 2);
        skr_covered before = skr_coverage_ask(&coverage, s, runs[s].start0 - 1, runs[s].start0, 2);
        cr_assert(eq(int, in.call, runs[s].call));
        cr_assert(eq(u32, in.uncovered0, runs[s].end0));
        cr_assert(eq(int, before.call, SKR_CALL_NO_STATEMENT));
    }
    skr_coverage_done(&coverage);
    skr_buffer_done(&bytes);
}

/* Two samples, bases 100 to 110: all are called but base 104, of the first also 102. */
static void expect_small(const void *bytes, size_t n)
{
    const skr_cover_place place = {100, 110, 2};
    skr_coverage coverage = {0};
    cr_assert(eq(int, skr_coverage_decode(&coverage, &place, bytes, n, &err), 0), "%s",
              err.message);
    for (uint32_t s = 0; s < 2; s++)
        for (uint32_t base0 = 100; base0 < 110; base0++) {
            uint8_t want = base0 == 104             ? SKR_CALL_NO_CALL
                           : s == 0 && base0 == 102 ? SKR_CALL_NO_STATEMENT
                                                    : 2;
            skr_covered got = skr_coverage_ask(&coverage, s, base0, base0 + 1, 2);
            cr_assert(eq(int, got.call, want));
        }
    skr_coverage_done(&coverage);
}

Test(coverage, both_forms_of_a_chunk_are_read)
{
    static const uint8_t by_sample[] = {0xfd, 1, 1, 0, 2, 2, 4, 2, 0, 0, 0xfe, 0xff};
    static const uint8_t by_place[] = {201, 0xfd, 1, 1, 0, 0, 4, 2, 0, 3, 2, 1};
    expect_small(by_sample, sizeof by_sample);
    expect_small(by_place, sizeof by_place);
}

Test(coverage, hostile_bytes_are_refused_or_sound)
{
    skr_coverage coverage = {0};
    skr_buffer bytes = {0};
    draw_bases(0);
    const skr_cover_place place = {0, N_BASES, it.n_samples};
    cr_assert(eq(int, skr_coverage_encode(&place, it.runs, it.first, &bytes, &parts, &err), 0));
    for (size_t n = 0; n < bytes.n; n++)
        cr_assert(
            eq(int, skr_coverage_decode(&coverage, &place, bytes.bytes, n, &err), SKR_ERR_CORRUPT));
    for (size_t bit = 0; bit < 8 * bytes.n; bit++) {
        bytes.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        int status = skr_coverage_decode(&coverage, &place, bytes.bytes, bytes.n, &err);
        cr_assert(status == SKR_OK || status == SKR_ERR_CORRUPT);
        for (uint32_t s = 0; status == SKR_OK && s < it.n_samples; s++) {
            uint32_t start = (uint32_t)draw(N_BASES);
            (void)skr_coverage_ask(&coverage, s, start, start + 1, 2);
            (void)skr_coverage_ask(&coverage, s, 0, N_BASES, 2);
        }
        bytes.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    cr_assert(eq(int, skr_coverage_decode(&coverage, &place, bytes.bytes, bytes.n, &err), 0));
    skr_coverage_done(&coverage);
    skr_buffer_done(&bytes);
}

/* ------------------------------------------------------------------ with spans */

/* Writes chunks over parts of the bases, and spans over others; laid holds what that says. */
static void write_segment(const char *folder, uint32_t n_samples, skr_file_id *ret_id,
                          uint8_t laid[][N_BASES])
{
    skr_sample samples[N_SAMPLES_MAX] = {0};
    skr_segment_writer *writer = NULL;
    uint8_t calls[N_SAMPLES_MAX];
    for (uint32_t s = 0; s < n_samples; s++)
        samples[s] = (skr_sample){.name = "x", .individual = s, .karyotype = {2, 0}};
    const skr_segment_plan plan = {.samples = samples,
                                   .n_samples = n_samples,
                                   .n_contigs = 1,
                                   .names_are_ids = true,
                                   .wants_steps = draw(2) == 0};
    cr_assert(eq(int, skr_segment_writer_new(folder, "s.skr", &plan, &writer, &err), 0));
    for (uint32_t start = 0; start < N_BASES; start += 100) {
        skr_cover_place place = {start, start + 60 + (uint32_t)draw(41), n_samples};
        skr_cover_run runs[N_SAMPLES_MAX];
        uint32_t first[N_SAMPLES_MAX + 1];
        for (uint32_t s = 0; s < n_samples; s++) {
            uint32_t from = place.start0 + (uint32_t)draw(50);
            first[s] = s;
            runs[s] = (skr_cover_run){from, from + 1 + (uint32_t)draw(place.end0 - from),
                                      draw(8) == 0 ? SKR_CALL_NO_CALL : SKR_CALL_DEFAULT};
            memset(&laid[s][from], runs[s].call, runs[s].end0 - from);
        }
        first[n_samples] = n_samples;
        cr_assert(eq(int,
                     skr_segment_writer_add_coverage(writer, 0, SKR_PLOIDY_DIPLOID, &place, runs,
                                                     first, &err),
                     0));
    }
    for (uint32_t start = 0; start + 40 < N_BASES; start += 1 + (uint32_t)draw(30)) {
        uint32_t end = start + 1 + (uint32_t)draw(40);
        skr_call_set set = {0};
        for (uint32_t s = 0; s < n_samples; s++) {
            calls[s] = draw(2) == 0 ? SKR_CALL_NO_STATEMENT : draw(9) == 0 ? SKR_CALL_NO_CALL : 1;
            for (uint32_t i = start; i < end; i++)
                laid[s][i] =
                    skr_call_least(laid[s][i] == SKR_CALL_DEFAULT ? 2 : laid[s][i], calls[s]);
        }
        cr_assert(eq(int, skr_call_set_from_calls(calls, n_samples, &set, &err), 0));
        cr_assert(eq(
            int, skr_segment_writer_add_span(writer, 0, start, end, SKR_PLOIDY_DIPLOID, &set, &err),
            0));
        skr_call_set_done(&set);
    }
    cr_assert(eq(int, skr_segment_writer_finish(writer, ret_id, NULL, &err), 0));
    skr_segment_writer_free(writer);
}

static void count_fault(void *context, const char *text)
{
    (void)text;
    ++*(unsigned *)context;
}

/* What a track told, base by base. */
typedef struct told {
    uint32_t at0;
    uint64_t n_copies;
    uint64_t bases[N_BASES];
} told;

static int on_step(void *context, uint32_t start0, const skr_track_sum *sum, skr_err *step_err)
{
    told *t = context;
    (void)step_err;
    for (; t->at0 < start0; t->at0++)
        t->bases[t->at0] = t->n_copies;
    t->n_copies = sum->n_copies[SKR_SEX_CLASS_XX];
    return SKR_OK;
}

/* The copies of everybody, by a track and stretch by stretch, from steps where there are any. */
static void ask_everybody(const skr_segment *segment, skr_segment_view *view,
                          uint8_t laid[][N_BASES])
{
    uint64_t want[N_BASES] = {0};
    uint32_t n_samples = skr_segment_n_samples(segment);
    const skr_sample_table *samples = skr_segment_samples(segment);
    const skr_sample_set who = {.n = n_samples, .n_copies = {2u * n_samples}};
    told t = {0};
    cr_assert(eq(int, skr_sample_table_need_classes(samples, &err), 0));
    skr_track_asked asked = {.classes = skr_sample_table_classes(samples), .is_everybody = true};
    const skr_track_visitor visitor = {.on_step = on_step, .context = &t};
    cr_assert(eq(int, skr_segment_view_track(view, &asked, 0, N_BASES, &visitor, &err), 0));
    cr_assert(eq(int, on_step(&t, N_BASES, &(skr_track_sum){0}, &err), 0));
    for (uint32_t at0 = 0; at0 < N_BASES; at0++) {
        for (uint32_t s = 0; s < n_samples; s++) {
            skr_covered said = slow(laid[s], at0, at0 + 1, 2);
            want[at0] += said.call <= SKR_PLOIDY_MAX ? said.call : 0;
        }
        cr_assert(eq(u64, t.bases[at0], want[at0]), "base %u", at0);
    }
    for (unsigned k = 0; k < 300; k++) {
        uint32_t start0 = (uint32_t)draw(N_BASES);
        uint32_t end0 = start0 + 1 + (uint32_t)draw(4);
        end0 = end0 < N_BASES ? end0 : N_BASES;
        const skr_covered_place place = {0, start0, end0};
        uint64_t n = 0;
        uint64_t n_want = 0;
        bool is_known = false;
        cr_assert(eq(int, skr_segment_view_n_covered(view, &place, &who, &n, &is_known, &err), 0));
        for (uint32_t s = 0; s < n_samples; s++) {
            skr_covered said = slow(laid[s], start0, end0, 2);
            n_want += said.call <= SKR_PLOIDY_MAX && said.uncovered0 == end0 ? said.call : 0;
        }
        cr_assert(eq(u64, is_known ? n : n_want, n_want), "bases %u to %u", start0, end0);
    }
}

static void ask_segment(const char *folder, const skr_file_id *id, uint8_t laid[][N_BASES])
{
    skr_segment *segment = NULL;
    skr_block_reader *reader = NULL;
    skr_segment_view *view = NULL;
    uint8_t called[N_SAMPLES_MAX];
    unsigned n_faults = 0;
    cr_assert(eq(int, skr_segment_open(folder, id, &segment, &err), 0), "%s", err.message);
    cr_assert(eq(int, skr_block_reader_new(SKR_IO_PREAD, &reader, &err), 0));
    cr_assert(eq(int, skr_segment_view_new(segment, reader, &view, &err), 0));
    for (int k = 0; k < 300; k++) {
        uint32_t start = (uint32_t)draw(N_BASES);
        uint32_t end = start + 1 + (uint32_t)draw(k % 2 == 0 ? 4 : N_BASES - start);
        end = end < N_BASES ? end : N_BASES;
        cr_assert(eq(int, skr_segment_view_called(view, 0, start, end, called, &err), 0));
        for (uint32_t s = 0; s < skr_segment_n_samples(segment); s++) {
            skr_covered want = slow(laid[s], start, end, 2);
            if (want.uncovered0 < end && want.call != SKR_CALL_NO_CALL)
                want.call = SKR_CALL_NO_STATEMENT;
            cr_assert(called[s] == want.call, "seed %lu, sample %u, bases %u to %u: %u, not %u",
                      (unsigned long)SEED, s, start, end, called[s], want.call);
        }
    }
    ask_everybody(segment, view, laid);
    cr_assert(skr_segment_covers(segment, 0) && !skr_segment_covers(segment, 1));
    cr_assert(eq(int, skr_segment_verify(folder, id, count_fault, &n_faults, &err), 0));
    cr_assert(eq(uint, n_faults, 0));
    skr_segment_view_free(view);
    skr_block_reader_free(reader);
    skr_segment_close(segment);
}

Test(coverage, and_spans_of_one_segment_are_one_statement)
{
    static uint8_t laid[N_SAMPLES_MAX][N_BASES];
    char folder[] = "/tmp/skerry-coverage-XXXXXX";
    char path[64];
    cr_assert(mkdtemp(folder) != NULL);
    (void)snprintf(path, sizeof path, "%s/s.skr", folder);
    for (int n = 0; n < 60; n++) {
        skr_file_id id;
        memset(laid, SKR_CALL_NO_STATEMENT, sizeof laid);
        write_segment(folder, 1 + (uint32_t)draw(20), &id, laid);
        ask_segment(folder, &id, laid);
        cr_assert(eq(int, unlink(path), 0));
    }
    cr_assert(eq(int, rmdir(folder), 0));
}
