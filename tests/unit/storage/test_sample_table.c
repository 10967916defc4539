/*
 * Sample tables give back whose samples they are, their copies and names, whatever is left out of
 * them; sets move between samples and individuals as one by one.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/segment/sample_table.h"
#include "tests/support/temp_folder.h"

#define N_MAX 900u

static const skr_karyotype karyotypes[] = {{255, 255}, {2, 0}, {1, 1}, {1, 0}, {2, 1}, {0, 3}};
static uint64_t state;
static skr_err err;
static skr_sample samples[N_MAX];
static char names[N_MAX][16];

static uint32_t draw(uint32_t below)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)((state >> 33) % below);
}

/* how: 0 in a row, 1 in a row with holes, 2 ascending in runs, 3 any, with repeats */
static void draw_samples(uint32_t n, unsigned how, uint32_t n_karyotypes)
{
    uint32_t individual = draw(200);
    for (uint32_t i = 0; i < n; i++) {
        snprintf(names[i], sizeof names[i], "n%u", draw(2) == 0 ? i : draw(9999));
        individual += how == 0 ? 1 : how == 1 ? 1 + draw(2) : how == 2 && draw(50) == 0 ? 9 : 1;
        samples[i] = (skr_sample){names[i], how == 3 ? draw(2 * n) : individual,
                                  karyotypes[draw(n_karyotypes)]};
    }
}

/* A fact that nobody else has, and that no other contradicts. */
static uint64_t fact_of(const void *context, uint32_t sample, skr_sample_fact fact)
{
    uint64_t salt = *(const uint64_t *)context;
    uint64_t n = (salt * 2654435761u + sample * 40503u + (uint64_t)fact * 97) % 1000003;
    switch (fact) {
    case SKR_FACT_SAID:
    case SKR_FACT_CALLABLE_OF:
        return 1000003 + n;
    case SKR_FACT_TOGETHER:
        return 1 + n;
    case SKR_FACT_DEPTH_SUM:
        return n << 30;
    case SKR_FACT_SEX:
        return n % SKR_N_SAMPLE_SEXES;
    default:
        return n;
    }
}

static skr_file_id write_table(const char *folder, uint32_t n, bool names_are_ids,
                               skr_facts_source facts)
{
    const skr_sample_plan plan = {samples, n, names_are_ids, facts};
    skr_block_writer *writer = NULL;
    skr_buffer directory = {0};
    skr_file_id id;
    cr_assert(zero(int, skr_block_writer_new(folder, "a.skr", SKR_FILE_SEGMENT, &writer, &err)));
    cr_assert(zero(int, skr_sample_table_write(writer, &plan, &directory, &err)));
    cr_assert(zero(int, skr_block_writer_finish(writer, directory.bytes, directory.n, &id, &err)));
    skr_block_writer_free(writer);
    skr_buffer_done(&directory);
    return id;
}

static void expect_copies(const skr_sample_table *table, uint32_t n)
{
    uint64_t *bits = calloc(n / 64 + 1, sizeof *bits);
    for (uint32_t i = 0; i < n; i++)
        bits[i / 64] |= (uint64_t)(draw(3) == 0) << i % 64;
    for (unsigned ploidy = 0; ploidy < SKR_N_PLOIDIES; ploidy++) {
        uint64_t n_all = 0;
        uint64_t n_some = 0;
        uint64_t n_found = 0;
        cr_assert(zero(int, skr_sample_table_need_copies(table, (skr_ploidy)ploidy, &err)));
        const uint8_t *copies = skr_sample_table_copies(table, (skr_ploidy)ploidy);
        for (uint32_t i = 0; i < n; i++) {
            uint8_t expected = skr_copies_expected((skr_ploidy)ploidy, samples[i].karyotype);
            cr_assert(eq(u8, copies[i], expected));
            n_all += expected;
            n_some += (bits[i / 64] >> i % 64 & 1) * expected;
        }
        cr_assert(eq(u64, skr_sample_table_n_copies(table, (skr_ploidy)ploidy), n_all));
        cr_assert(zero(
            int, skr_sample_table_count_copies(table, (skr_ploidy)ploidy, bits, &n_found, &err)));
        cr_assert(eq(u64, n_found, n_some));
    }
    free(bits);
}

static void expect_individuals(const skr_sample_table *table, uint32_t n)
{
    skr_individuals individuals;
    uint32_t first = UINT32_MAX;
    uint32_t last = 0;
    uint32_t found[2];
    bool repeats = false;
    cr_assert(zero(int, skr_sample_table_individuals(table, &individuals, &err)));
    for (uint32_t i = 0; i < n; i++) {
        uint32_t individual = samples[i].individual;
        cr_assert(eq(u32, skr_individual_of(&individuals, i), individual));
        first = individual < first ? individual : first;
        last = individual > last ? individual : last;
        for (uint32_t k = 0; k < i; k++)
            repeats |= samples[k].individual == individual;
    }
    skr_sample_table_range(table, &found[0], &found[1]);
    cr_assert(found[0] == first && found[1] == last);
    cr_assert(eq(int, skr_sample_table_has_repeats(table), repeats));

    /* sets; people may be fewer than the individuals that samples have */
    uint32_t n_people = last + 1 + draw(70);
    uint64_t *people = calloc(n_people / 64 + 1, sizeof *people);
    uint64_t *back = calloc(n_people / 64 + 1, sizeof *back);
    uint64_t *expected = calloc(n_people / 64 + 1, sizeof *expected);
    uint64_t *bits = malloc((n / 64 + 1) * sizeof *bits);
    for (uint32_t i = 0; i < n_people; i++)
        people[i / 64] |= (uint64_t)draw(2) << i % 64;
    uint32_t n_asked = draw(4) == 0 ? draw(n_people) : n_people;
    if (n_asked % 64 != 0)
        people[n_asked / 64] &= (UINT64_C(1) << n_asked % 64) - 1;
    skr_individuals_gather(&individuals, n, people, n_asked, bits);
    for (uint32_t i = 0; i < (n + 63) / 64 * 64; i++) {
        uint32_t who = i < n ? samples[i].individual : UINT32_MAX;
        bool is_in = who < n_asked && (people[who / 64] >> who % 64 & 1) != 0;
        cr_assert(eq(int, (int)(bits[i / 64] >> i % 64 & 1), is_in));
        if (is_in)
            expected[who / 64] |= UINT64_C(1) << who % 64;
    }
    skr_individuals_scatter(&individuals, n, bits, back, n_people);
    cr_assert(zero(int, memcmp(back, expected, (n_people / 64 + 1) * sizeof *back)));
    free(people);
    free(back);
    free(expected);
    free(bits);
}

typedef struct facts_seen {
    uint64_t salt;
    uint32_t n;
} facts_seen;

static int see_facts(void *context, uint32_t sample, const uint64_t *facts, skr_err *failure)
{
    facts_seen *seen = context;
    (void)failure;
    cr_assert(eq(u32, sample, seen->n++));
    for (unsigned i = 0; i < SKR_N_SAMPLE_FACTS; i++)
        cr_assert(eq(u64, facts[i], fact_of(&seen->salt, sample, (skr_sample_fact)i)));
    return SKR_OK;
}

Test(sample_table, gives_back_what_was_put_in)
{
    test_folder folder = test_folder_make();
    for (uint64_t seed = 1; seed <= 120; seed++) {
        skr_block_file *file = NULL;
        skr_sample_table *table = NULL;
        state = seed * 104729;
        uint32_t n = draw(3) == 0 ? 64 * (1 + draw(4)) : 1 + draw(N_MAX);
        bool names_are_ids = draw(2) == 0;
        draw_samples(n, (unsigned)seed % 4, 1 + draw(6));
        bool has_facts = draw(2) == 0;
        skr_facts_source facts = {has_facts ? fact_of : NULL, &seed};
        skr_file_id id = write_table(folder.path, n, names_are_ids, facts);
        cr_assert(zero(int, skr_block_file_open(folder.path, &id, SKR_FILE_SEGMENT, &file, &err)));
        size_t n_bytes;
        const uint8_t *bytes = skr_block_file_directory(file, &n_bytes);
        skr_cursor directory = skr_cursor_of(bytes, n_bytes);
        cr_assert(zero(int, skr_sample_table_take(file, &directory, n, &table, &err)));
        cr_assert(skr_cursor_is_done(&directory));
        expect_individuals(table, n);
        expect_copies(table, n);
        cr_assert(eq(int, skr_sample_table_names_are_ids(table), names_are_ids));
        if (!names_are_ids) {
            skr_sample_names found;
            cr_assert(zero(int, skr_sample_table_names(table, &found, &err)));
            for (uint32_t i = 0; i < n; i++)
                cr_assert(eq(str, (char *)found.text.bytes + found.offsets[i], names[i]));
            skr_sample_names_done(&found);
        }
        cr_assert(zero(int, skr_sample_table_check(table, &err)));
        facts_seen seen = {seed, 0};
        cr_assert(eq(int, skr_sample_table_has_facts(table), has_facts));
        cr_assert(zero(int, skr_sample_table_facts(table, see_facts, &seen, &err)));
        cr_assert(eq(u32, seen.n, has_facts ? n : 0));
        skr_sample_table_free(table);
        skr_block_file_close(file);
        (void)unlink(test_folder_file(&folder, "a.skr"));
    }
    test_folder_remove(&folder);
}

/* Facts that contradict each other: more called than said, more callable than there is, a sex that
 * there is not, a delivery of nobody. */
static uint64_t wrong_fact(const void *context, uint32_t sample, skr_sample_fact fact)
{
    static const uint64_t salt = 7;
    skr_sample_fact wrong = *(const skr_sample_fact *)context;
    if (sample != 3 || fact != wrong)
        return fact_of(&salt, sample, fact);
    return wrong == SKR_FACT_TOGETHER ? 0 : UINT64_MAX;
}

static int count_facts(void *context, uint32_t sample, const uint64_t *facts, skr_err *failure)
{
    (void)sample;
    (void)facts;
    (void)failure;
    ++*(uint32_t *)context;
    return SKR_OK;
}

Test(sample_table, refuses_facts_that_contradict_each_other)
{
    static const skr_sample_fact wrong[] = {SKR_FACT_CALLED, SKR_FACT_CALLABLE, SKR_FACT_SEX,
                                            SKR_FACT_TOGETHER};
    test_folder folder = test_folder_make();
    draw_samples(9, 0, 1);
    for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        skr_block_file *file = NULL;
        skr_sample_table *table = NULL;
        size_t n_bytes;
        uint32_t n_told = 0;
        skr_file_id id =
            write_table(folder.path, 9, true, (skr_facts_source){wrong_fact, &wrong[i]});
        cr_assert(zero(int, skr_block_file_open(folder.path, &id, SKR_FILE_SEGMENT, &file, &err)));
        const uint8_t *bytes = skr_block_file_directory(file, &n_bytes);
        skr_cursor directory = skr_cursor_of(bytes, n_bytes);
        cr_assert(zero(int, skr_sample_table_take(file, &directory, 9, &table, &err)));
        cr_assert(eq(int, skr_sample_table_check(table, &err), SKR_ERR_CORRUPT));
        cr_assert(
            eq(int, skr_sample_table_facts(table, count_facts, &n_told, &err), SKR_ERR_CORRUPT));
        cr_assert(eq(u32, n_told, 3));
        skr_sample_table_free(table);
        skr_block_file_close(file);
        (void)unlink(test_folder_file(&folder, "a.skr"));
    }
    test_folder_remove(&folder);
}
