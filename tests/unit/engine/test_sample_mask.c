/*
 * Who lives in a segment on a contig, who of them is of a cohort, and whether a row speaks of one
 * of them: as loops over the samples say.
 */
#include "engine/scan/sample_mask.h"
#include "storage/segment/segment_heard.h"
#include "tests/support/random.h"
#include "tests/support/segment_written.h"

TestSuite(sample_mask, .init = set_up, .fini = tear_down);

#define N_SAMPLES_MAX 200u
#define N_PEOPLE 1000u /* as many as a model draws from */
#define N_CONTIGS 3u

static uint64_t seed;

static bool has(const uint64_t *bits, uint32_t i)
{
    return (bits[i / 64] >> i % 64 & 1) != 0;
}

/* ------------------------------------------------------------------ who lives */

typedef struct dead {
    uint32_t samples[4][N_SAMPLES_MAX];
    skr_tombstone tombstones[4];
    skr_segment_entry entry;
} dead;

static void draw_dead(dead *it, uint32_t n_samples)
{
    uint32_t one_in = 1 + (uint32_t)draw(6);
    it->entry = (skr_segment_entry){.n_samples = n_samples, .tombstones = it->tombstones};
    it->entry.n_tombstones = (uint32_t)draw(5);
    for (uint32_t i = 0; i < it->entry.n_tombstones; i++) {
        skr_tombstone *one = &it->tombstones[i];
        *one = (skr_tombstone){.samples = it->samples[i]};
        one->contig = draw(4) == 0 ? SKR_NONE : (uint32_t)draw(N_CONTIGS);
        for (uint32_t s = 0; s < n_samples; s++)
            if (draw(one_in) == 0)
                one->samples[one->n_samples++] = s;
    }
}

static bool is_dead(const dead *it, uint32_t contig, uint32_t sample)
{
    for (uint32_t i = 0; i < it->entry.n_tombstones; i++)
        for (uint32_t k = 0; k < it->tombstones[i].n_samples; k++)
            if (it->tombstones[i].samples[k] == sample &&
                (it->tombstones[i].contig == contig || it->tombstones[i].contig == SKR_NONE))
                return true;
    return false;
}

/* A set is of just those for whom is_in is true. */
static void compare_set(const model *m, const skr_sample_set *set, const bool *is_in)
{
    uint32_t n = 0;
    uint64_t n_copies[SKR_N_PLOIDIES] = {0};
    for (uint32_t s = 0; s < m->n_samples; s++) {
        cr_assert(eq(int, skr_sample_set_has(set, s), is_in[s]), "seed %lu, sample %u", seed, s);
        n += is_in[s];
        for (unsigned z = 0; is_in[s] && z < SKR_N_PLOIDIES; z++)
            n_copies[z] += skr_copies_expected((skr_ploidy)z, m->samples[s].karyotype);
    }
    cr_assert(eq(u32, set->n, n), "seed %lu", seed);
    for (unsigned z = 0; z < SKR_N_PLOIDIES; z++)
        cr_assert(eq(u64, set->n_copies[z], n_copies[z]), "seed %lu, ploidy %u", seed, z);
    cr_assert(set->bits == NULL || n < m->n_samples, "everybody needs no bits");
    for (uint32_t s = m->n_samples; set->bits != NULL && s % 64 != 0; s++)
        cr_assert(not(has(set->bits, s)), "nobody after the last");
}

static void compare_masks(const model *m, const skr_segment *segment, dead *it,
                          skr_sample_mask *live, skr_sample_mask *cohort)
{
    bool is_in[N_SAMPLES_MAX];
    uint64_t people[N_PEOPLE / 64 + 1] = {0};
    skr_individuals individuals;
    bool is_needed = false;
    uint32_t contig = (uint32_t)draw(N_CONTIGS);
    draw_dead(it, m->n_samples);
    cr_assert(eq(int,
                 skr_sample_table_individuals(skr_segment_samples(segment), &individuals, &err),
                 SKR_OK));
    for (uint32_t i = 0; i < N_PEOPLE; i++)
        people[i / 64] |= (uint64_t)(draw(2) == 0) << i % 64;
    for (uint32_t i = 0; i < it->entry.n_tombstones; i++)
        is_needed =
            is_needed || it->tombstones[i].contig == contig || it->tombstones[i].contig == SKR_NONE;
    cr_assert(eq(int, skr_sample_mask_is_needed(&it->entry, contig), is_needed));
    cr_assert(eq(int, skr_sample_mask_live(segment, &it->entry, contig, 1, live, &err), SKR_OK));
    for (uint32_t s = 0; s < m->n_samples; s++)
        is_in[s] = !is_dead(it, contig, s);
    compare_set(m, &live->set, is_in);
    cr_assert(eq(int,
                 skr_sample_mask_cohort(segment, &individuals, &live->set, people, N_PEOPLE, 2,
                                        cohort, &err),
                 SKR_OK));
    for (uint32_t s = 0; s < m->n_samples; s++)
        is_in[s] = is_in[s] && has(people, m->samples[s].individual);
    compare_set(m, &cohort->set, is_in);
    cr_assert(live->set.serial == 1 && cohort->set.serial == 2);
}

Test(sample_mask, is_of_those_who_live_and_are_asked_about)
{
    static dead it;
    test_random drawn = test_random_drawn("sample_mask");
    seed = drawn.seed;
    state = drawn.state;
    for (unsigned turn = 0; turn < 12; turn++) {
        skr_segment *segment = NULL;
        skr_block_reader *reader = NULL;
        skr_segment_view *view = NULL;
        skr_sample_mask live = {0}; /* used again, as a scan does */
        skr_sample_mask cohort = {0};
        model m = model_new(1 + (uint32_t)draw(N_SAMPLES_MAX), 5, 0, 1000);
        skr_file_id id = write_model(&m, ROWS_FIRST, 1000);
        open_view(&id, &segment, &reader, &view);
        for (unsigned i = 0; i < 40; i++)
            compare_masks(&m, segment, &it, &live, &cohort);
        free(live.bits);
        free(cohort.bits);
        skr_segment_view_free(view);
        skr_block_reader_free(reader);
        skr_segment_close(segment);
        model_free(&m);
    }
}

/* ------------------------------------------------------------------ who is spoken of */

Test(sample_mask, a_row_speaks_of_a_set_if_it_says_something_of_one_of_it)
{
    static const uint8_t of_any[] = {SKR_CALL_DEFAULT, SKR_CALL_NO_CALL, 0, 1, 2};
    test_random drawn = test_random_drawn("sample_mask");
    unsigned n_spoken = 0;
    state = drawn.state;
    for (unsigned turn = 0; turn < 4000; turn++) {
        uint8_t calls[80];
        uint64_t bits[2] = {0};
        uint32_t n = 1 + (uint32_t)draw(80);
        uint64_t silent = draw(2) == 0 ? 1 + draw(3) : draw(3) * 40;
        bool is_spoken_of = false;
        skr_call_set set = {0};
        skr_sample_set who = {.bits = draw(5) == 0 ? NULL : bits};
        for (uint32_t s = 0; s < n; s++) {
            bool is_in = who.bits == NULL || draw(8) == 0;
            bits[s / 64] |= (uint64_t)is_in << s % 64;
            who.n += is_in;
            calls[s] = silent == 0 || draw(silent) > 0 ? SKR_CALL_NO_STATEMENT : of_any[draw(5)];
            is_spoken_of = is_spoken_of || (is_in && calls[s] != SKR_CALL_NO_STATEMENT);
        }
        n_spoken += is_spoken_of;
        cr_assert(eq(int, skr_call_set_from_calls(calls, n, &set, &err), SKR_OK));
        cr_assert_eq(skr_segment_calls_speak(&who, &set), is_spoken_of, "seed %llu, turn %u",
                     (unsigned long long)drawn.seed, turn);
        skr_call_set_done(&set);
    }
    cr_assert(n_spoken > 400 && n_spoken < 3600, "%u", n_spoken);
}
