/*
 * What several records say of one allele, laid over each other sample by sample: the same in any
 * order of the fragments; of records of one key the least; of one record its own copies.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/genomes/import_body.h"
#include "engine/import/genomes/import_merge.h"
#include "engine/import/genomes/record_keys.h"
#include "tests/support/random.h"

#define N_SAMPLES 6u
#define N_FILES 2u
#define N_RECORDS_MAX 4u
#define N_KEYS 3u /* the allele itself, and two replacements that hold it */
#define NO_KEY 9u

static test_random draw;
static skr_err err;

static uint32_t below(uint32_t n)
{
    return test_random_below(&draw, n);
}

/* ------------------------------------------------------------------ records */

typedef struct record {
    uint32_t file;
    uint32_t keys[2];         /* NO_KEY: it has no second one */
    int copies[N_SAMPLES][2]; /* by column: a key, NO_KEY: another allele, -1: unknown */
} record;

typedef struct piece {
    uint32_t record;
    uint32_t key;
    skr_buffer body;
} piece;

static skr_import_file files[N_FILES];
static uint32_t locals[N_FILES][N_SAMPLES];
static uint8_t expected[N_SAMPLES];
static skr_karyotype karyotypes[N_SAMPLES];
static skr_import import;
static record records[N_RECORDS_MAX];
static uint32_t n_records;
static piece pieces[2 * N_RECORDS_MAX];
static uint32_t n_pieces;

static void draw_files(void)
{
    memset(expected, 2, sizeof expected);
    for (uint32_t f = 0; f < N_FILES; f++) {
        uint32_t n = 0;
        for (uint32_t s = 0; s < N_SAMPLES; s++) /* the other way round in the second file */
            if (below(3) > 0)
                locals[f][n++] = f == 0 ? s : N_SAMPLES - 1 - s;
        files[f] = (skr_import_file){.local = locals[f]};
        files[f].columns.n = files[f].columns.n_columns = n;
        files[f].columns.karyotype = karyotypes;
        files[f].columns.expected[SKR_PLOIDY_DIPLOID] = expected;
    }
    import = (skr_import){.files = files, .n_files = N_FILES};
    import.samples.names.n = N_SAMPLES;
}

static void draw_record(record *one)
{
    one->file = below(N_FILES);
    one->keys[0] = below(2) == 0 ? 0 : below(N_KEYS);
    one->keys[1] = NO_KEY;
    if (below(3) == 0)
        one->keys[1] = (one->keys[0] + 1) % N_KEYS;
    for (uint32_t j = 0; j < N_SAMPLES; j++)
        for (unsigned i = 0; i < 2; i++) {
            uint32_t kind = below(7);
            one->copies[j][i] = kind == 0   ? -1
                                : kind < 4  ? (int)NO_KEY
                                : kind == 4 ? (int)one->keys[1]
                                            : (int)one->keys[0];
        }
}

static uint32_t count(const record *one, uint32_t column, int what)
{
    return (one->copies[column][0] == what) + (one->copies[column][1] == what);
}

static uint32_t n_called(const record *one, uint32_t column)
{
    return 2 - count(one, column, -1);
}

/* The fragment of one key of a record. */
static void add_piece(uint32_t r, uint32_t key)
{
    const record *one = &records[r];
    piece *it = &pieces[n_pieces++];
    uint32_t n = files[one->file].columns.n;
    uint8_t calls[N_SAMPLES];
    skr_call_set set = {0};
    skr_carriers carriers = {0};
    *it = (piece){.record = r, .key = key};
    for (uint32_t j = 0; j < n; j++) {
        uint8_t called = (uint8_t)n_called(one, j);
        uint8_t n_this = (uint8_t)count(one, j, (int)key);
        uint8_t zygosity = called < 2 ? SKR_PARTIAL : n_this == 2 ? SKR_HOM : SKR_HET;
        calls[j] = called == 2 ? SKR_CALL_DEFAULT : called == 0 ? SKR_CALL_NO_CALL : called;
        if (n_this > 0)
            cr_assert(eq(
                int,
                skr_carriers_add_call(&carriers, (skr_bag){j, n_this, zygosity}, called, 2, &err),
                SKR_OK));
    }
    cr_assert(eq(int, skr_call_set_from_calls(calls, n, &set, &err), SKR_OK));
    cr_assert(eq(int, skr_import_body_encode(&set, &carriers, &it->body, &err), SKR_OK));
    cr_assert(eq(int, skr_buffer_put_u8(&it->body, 0, &err), SKR_OK)); /* nothing is phased */
    if (one->keys[1] != NO_KEY)
        cr_assert(eq(int, skr_buffer_put_u64(&it->body, r + 1, &err), SKR_OK));
    if (key != 0) {
        skr_spelling spelling = {{(uint8_t)key}};
        cr_assert(eq(int, skr_buffer_put(&it->body, &spelling, sizeof spelling, &err), SKR_OK));
    }
    skr_call_set_done(&set);
    skr_carriers_done(&carriers);
}

static void draw_row(void)
{
    n_records = 1 + below(N_RECORDS_MAX);
    n_pieces = 0;
    for (uint32_t r = 0; r < n_records; r++) {
        draw_record(&records[r]);
        add_piece(r, records[r].keys[0]);
        if (records[r].keys[1] != NO_KEY)
            add_piece(r, records[r].keys[1]);
    }
}

static void row_done(void)
{
    for (uint32_t i = 0; i < n_pieces; i++)
        skr_buffer_done(&pieces[i].body);
}

static skr_fragment fragment_of(const piece *it, skr_allele_kind kind)
{
    const record *one = &records[it->record];
    unsigned claim =
        (it->key != 0 ? SKR_CLAIM_ATOM : 0u) | (one->keys[1] != NO_KEY ? SKR_CLAIM_SHARED : 0u);
    return (skr_fragment){.allele = {.kind = kind},
                          .claim = (uint8_t)claim,
                          .file = one->file,
                          .body = it->body.bytes,
                          .n_body = it->body.n};
}

/* ------------------------------------------------------------------ slowly */

/* What one sample is where all its records have this one key: the least that one says. */
typedef struct least {
    uint32_t n_records;
    uint32_t n_shared; /* records of several keys */
    uint32_t n_this;
    uint32_t n_other;
    bool has_one_key;
} least;

static least least_of(uint32_t sample)
{
    least it = {.n_this = 2, .n_other = 2, .has_one_key = true};
    uint32_t key = NO_KEY;
    for (uint32_t r = 0; r < n_records; r++)
        for (uint32_t j = 0; j < files[records[r].file].columns.n; j++) {
            const record *one = &records[r];
            if (locals[one->file][j] != sample)
                continue;
            uint32_t n_this = count(one, j, (int)one->keys[0]);
            if (one->keys[1] != NO_KEY)
                n_this += count(one, j, (int)one->keys[1]);
            uint32_t n_other = n_called(one, j) - n_this;
            it.has_one_key = it.has_one_key && (key == NO_KEY || key == one->keys[0]);
            key = one->keys[0];
            it.n_records++;
            it.n_shared += one->keys[1] != NO_KEY;
            it.n_this = n_this < it.n_this ? n_this : it.n_this;
            it.n_other = n_other < it.n_other ? n_other : it.n_other;
        }
    return it;
}

/* ------------------------------------------------------------------ comparing */

static void merge_row(skr_import_merge *merge, const uint32_t *order, skr_settled_copies *settled,
                      bool *ret_has_several)
{
    skr_fragment fragments[2 * N_RECORDS_MAX];
    const skr_spellings *all = NULL;
    for (uint32_t i = 0; i < n_pieces; i++)
        fragments[i] = fragment_of(&pieces[order[i]], SKR_ALLELE_SNV);
    cr_assert(eq(int, skr_import_merge_row(merge, fragments, n_pieces, &all, ret_has_several, &err),
                 SKR_OK),
              "%s", err.message);
    for (uint32_t s = 0; s < N_SAMPLES; s++)
        settled[s] = skr_spellings_settle(&all[s], SKR_PLOIDY_DIPLOID);
}

static void compare_row(const skr_settled_copies *settled, bool has_several)
{
    bool want_several = false;
    for (uint32_t s = 0; s < N_SAMPLES; s++) {
        least want = least_of(s);
        const skr_settled_copies *got = &settled[s];
        want_several = want_several || want.n_records > 1;
        cr_assert(got->n_this <= got->n_called && got->n_called <= 2, "seed %llu",
                  (unsigned long long)draw.seed);
        bool is_plain = want.has_one_key && (want.n_shared == 0 || want.n_records == 1);
        if (want.n_records == 0)
            cr_assert(eq(u8, got->n_called, 0));
        else if (is_plain && want.n_this + want.n_other > 0)
            cr_assert(got->n_this == want.n_this && got->n_called == want.n_this + want.n_other,
                      "seed %llu: %u of %u, want %u of %u", (unsigned long long)draw.seed,
                      got->n_this, got->n_called, want.n_this, want.n_this + want.n_other);
        else if (is_plain)
            cr_assert(eq(u8, got->n_called, 0));
    }
    cr_assert(eq(int, has_several, want_several), "seed %llu", (unsigned long long)draw.seed);
}

static void shuffle(uint32_t *order)
{
    for (uint32_t i = 0; i < n_pieces; i++) {
        uint32_t other = below(i + 1);
        order[i] = order[other];
        order[other] = i;
    }
}

Test(import_merge, is_the_least_of_a_key_in_any_order)
{
    draw = test_random_drawn("import_merge");
    for (unsigned turn = 0; turn < 3000; turn++) {
        skr_import_merge *merge = NULL;
        skr_settled_copies first[N_SAMPLES];
        skr_settled_copies again[N_SAMPLES];
        uint32_t order[2 * N_RECORDS_MAX];
        bool has_several = false;
        draw_files();
        draw_row();
        cr_assert(eq(int, skr_import_merge_new(&import, &merge, &err), SKR_OK));
        shuffle(order);
        merge_row(merge, order, first, &has_several);
        compare_row(first, has_several);
        for (unsigned i = 0; i < 3; i++) {
            shuffle(order);
            merge_row(merge, order, again, &has_several);
            for (uint32_t s = 0; s < N_SAMPLES; s++)
                cr_assert(first[s].n_this == again[s].n_this &&
                              first[s].n_called == again[s].n_called &&
                              (first[s].n_this == 0 || first[s].zygosity == again[s].zygosity),
                          "seed %llu: sample %u", (unsigned long long)draw.seed, s);
        }
        skr_import_merge_free(merge);
        row_done();
    }
}

/* A scratch file that does not read back is no reason to count anything. */
Test(import_merge, bytes_that_are_cut_are_told)
{
    draw = test_random_drawn("import_merge");
    for (unsigned turn = 0; turn < 200; turn++) {
        skr_import_merge *merge = NULL;
        const skr_spellings *all = NULL;
        bool has_several = false;
        draw_files();
        n_records = n_pieces = 0;
        draw_record(&records[n_records++]);
        records[0].keys[0] = 0;
        records[0].keys[1] = NO_KEY;
        add_piece(0, 0);
        skr_fragment fragment = fragment_of(&pieces[0], SKR_ALLELE_SNV);
        cr_assert(eq(int, skr_import_merge_new(&import, &merge, &err), SKR_OK));
        for (fragment.n_body = 0; fragment.n_body < pieces[0].body.n; fragment.n_body++)
            cr_assert(eq(int, skr_import_merge_row(merge, &fragment, 1, &all, &has_several, &err),
                         SKR_ERR_IO),
                      "%zu of %zu", fragment.n_body, pieces[0].body.n);
        cr_assert(
            eq(int, skr_import_merge_row(merge, &fragment, 1, &all, &has_several, &err), SKR_OK));
        skr_import_merge_free(merge);
        row_done();
    }
}
