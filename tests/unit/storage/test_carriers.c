/*
 * Carriers read back are the carriers written, in every form; tally and mark on the stored bytes
 * agree with counting over plain arrays; hostile bytes give an error or valid lists.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/carriers/carriers.h"
#include "storage/carriers/carriers_form.h"

#define SEED UINT64_C(20240229)

static uint64_t state = SEED;
static skr_err err;

/* Here the head of a row stands before its bytes. */
static void encode(const skr_carriers *carriers, uint32_t n_samples, skr_buffer *bytes)
{
    uint8_t head = 0;
    bytes->n = 0;
    cr_assert(eq(int, skr_buffer_put_u8(bytes, 0, &err), 0));
    cr_assert(eq(int, skr_carriers_encode(carriers, n_samples, bytes, &head, &err), 0));
    bytes->bytes[0] = head;
}

static skr_stored_carriers stored_of(const uint8_t *bytes, size_t n, uint32_t n_samples)
{
    return (skr_stored_carriers){
        .bytes = bytes + 1, .n_bytes = n - 1, .n_samples = n_samples, .head = bytes[0]};
}

/* xorshift64*: the same numbers on every machine. */
static uint64_t draw(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * UINT64_C(2685821657736338717);
}

static double draw_share(void)
{
    return (double)(draw() >> 11) / 9007199254740992.0;
}

/* The model: one entry a sample. n_this 0: no carrier; zygosity 255: plain, of that dosage. */
typedef struct model {
    uint32_t n_samples;
    uint8_t *n_this;
    uint8_t *zygosity;
    uint8_t *expected;
    uint64_t *cohort;
} model;

static model model_new(uint32_t n_samples, double share, double share_hom, double share_bag)
{
    model m = {.n_samples = n_samples};
    m.n_this = calloc(n_samples, 1);
    m.zygosity = calloc(n_samples, 1);
    m.expected = calloc(n_samples, 1);
    m.cohort = calloc((n_samples + 63) / 64, 8);
    for (uint32_t i = 0; i < n_samples; i++) {
        m.expected[i] = draw() % 3 == 0 ? 1 : 2;
        if (draw() % 10 == 0)
            m.cohort[i / 64] |= UINT64_C(1) << i % 64;
        if (draw_share() >= share)
            continue;
        m.zygosity[i] = 255;
        m.n_this[i] = m.expected[i] == 2 && draw_share() < share_hom ? 2 : 1;
        if (draw_share() < share_bag) {
            m.n_this[i] = (uint8_t)(1 + draw() % 200);
            m.zygosity[i] = (uint8_t)(draw() % 4);
        }
    }
    return m;
}

static void model_free(model *m)
{
    free(m->n_this);
    free(m->zygosity);
    free(m->expected);
    free(m->cohort);
}

static void carriers_of_model(const model *m, skr_carriers *carriers)
{
    skr_carriers_clear(carriers);
    for (uint32_t i = 0; i < m->n_samples; i++) {
        if (m->n_this[i] == 0)
            continue;
        int status =
            m->zygosity[i] == 255
                ? skr_carriers_add(carriers, i, m->n_this[i], &err)
                : skr_carriers_add_bag(carriers, (skr_bag){i, m->n_this[i], m->zygosity[i]}, &err);
        cr_assert(eq(int, status, SKR_OK));
    }
}

static skr_carrier_tally tally_of_model(const model *m, const uint64_t *cohort, bool has_haploids)
{
    skr_carrier_tally t = {0};
    for (uint32_t i = 0; i < m->n_samples; i++) {
        if (m->n_this[i] == 0 || (cohort != NULL && (cohort[i / 64] >> i % 64 & 1) == 0))
            continue;
        unsigned zygosity = m->zygosity[i];
        if (zygosity == 255)
            zygosity = m->n_this[i] == 2                     ? SKR_HOM
                       : has_haploids && m->expected[i] == 1 ? SKR_HEMI
                                                             : SKR_HET;
        t.ac += m->n_this[i];
        t.n_carriers++;
        t.n_hom += zygosity == SKR_HOM;
        t.n_hemi += zygosity == SKR_HEMI;
        t.n_partial += zygosity == SKR_PARTIAL;
    }
    return t;
}

static void assert_same_tally(skr_carrier_tally a, skr_carrier_tally b, const char *what)
{
    cr_assert(a.ac == b.ac && a.n_carriers == b.n_carriers && a.n_hom == b.n_hom &&
                  a.n_hemi == b.n_hemi && a.n_partial == b.n_partial,
              "%s: ac %lu/%lu carriers %u/%u hom %u/%u hemi %u/%u partial %u/%u", what,
              (unsigned long)a.ac, (unsigned long)b.ac, a.n_carriers, b.n_carriers, a.n_hom,
              b.n_hom, a.n_hemi, b.n_hemi, a.n_partial, b.n_partial);
}

static void assert_bytes_say_model(const model *m, const skr_buffer *bytes, const char *what)
{
    skr_carriers back = {0};
    skr_carriers want = {0};
    const skr_stored_carriers stored = stored_of(bytes->bytes, bytes->n, m->n_samples);
    cr_assert(eq(int, skr_carriers_decode(&stored, &back, &err), 0), "%s: %s", what, err.message);
    carriers_of_model(m, &want);
    cr_assert(back.n == want.n && back.n_bags == want.n_bags, "%s", what);
    for (uint32_t i = 0; i < want.n; i++)
        cr_assert(back.samples[i] == want.samples[i] && back.dosages[i] == want.dosages[i], "%s",
                  what);
    for (uint32_t i = 0; i < want.n_bags; i++)
        cr_assert(back.bags[i].sample == want.bags[i].sample &&
                      back.bags[i].n_this == want.bags[i].n_this &&
                      back.bags[i].zygosity == want.bags[i].zygosity,
                  "%s", what);
    skr_carriers_done(&want);

    uint64_t *bitmap = calloc((m->n_samples + 63) / 64, 8);
    cr_assert(eq(int, skr_carriers_mark(&stored, bitmap, &err), 0));
    for (uint32_t i = 0; i < m->n_samples; i++) {
        bool is_marked = (bitmap[i / 64] >> i % 64 & 1) != 0;
        cr_assert(is_marked == (m->n_this[i] > 0), "%s: mark %u", what, i);
    }
    free(bitmap);

    const uint64_t *cohorts[] = {NULL, m->cohort};
    const uint8_t *expected[] = {NULL, m->expected};
    for (int i = 0; i < 4; i++) {
        skr_carrier_tally t;
        cr_assert(
            eq(int, skr_carriers_tally(&stored, cohorts[i & 1], expected[i >> 1], &t, &err), 0));
        assert_same_tally(t, tally_of_model(m, cohorts[i & 1], i >> 1), what);
    }
    skr_carriers_done(&back);
}

static const uint32_t sizes[] = {1, 2, 63, 64, 65, 127, 128, 129, 1000, 100000};
static const double shares[] = {0, 0.00002, 0.001, 0.01, 0.1, 0.3, 0.6, 1};

/* Calls each on the stored bytes of many models; returns the forms met, a bit each. */
static unsigned for_each_model(uint32_t n_samples_max,
                               void (*each)(const model *m, skr_buffer *bytes, const char *what))
{
    unsigned forms = 0;
    skr_carriers carriers = {0};
    skr_buffer bytes = {0};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes && sizes[i] <= n_samples_max; i++) {
        for (size_t j = 0; j < sizeof shares / sizeof *shares; j++) {
            for (int k = 0; k < 4; k++) {
                char what[128];
                snprintf(what, sizeof what, "seed %lu: %u samples, share %g, %s %s",
                         (unsigned long)SEED, sizes[i], shares[j], k & 1 ? "homs" : "",
                         k & 2 ? "bags" : "");
                model m = model_new(sizes[i], shares[j], k & 1 ? 0.3 : 0, k & 2 ? 0.1 : 0);
                carriers_of_model(&m, &carriers);
                encode(&carriers, sizes[i], &bytes);
                forms |= bytes.bytes[0] <= SKR_HEAD_SHORT_MAX
                             ? 1u << (bytes.bytes[0] > SKR_SHORT_MAX)
                             : 2u << (bytes.bytes[0] & SKR_HEAD_FORM_MASK);
                each(&m, &bytes, what);
                model_free(&m);
            }
        }
    }
    skr_buffer_done(&bytes);
    skr_carriers_done(&carriers);
    return forms;
}

static void check_round_trip(const model *m, skr_buffer *bytes, const char *what)
{
    assert_bytes_say_model(m, bytes, what);
}

Test(carriers, read_back_and_count_as_the_model_in_every_form)
{
    cr_assert(eq(u32, for_each_model(100000, check_round_trip), 1 | 2 | 4 | 8));
}

/* Whatever is accepted is a valid list, and tally says the same as the list. */
static void try_hostile(const uint8_t *bytes, size_t n, uint32_t n_samples)
{
    /* a copy of exactly that size, so that a sanitizer sees a read past its end */
    if (n == 0)
        return;
    uint8_t *copy = malloc(n);
    memcpy(copy, bytes, n);
    const skr_stored_carriers stored = stored_of(copy, n, n_samples);
    skr_carriers carriers = {0};
    uint64_t *bitmap = calloc((n_samples + 63) / 64, 8);
    skr_carrier_tally tally;
    int status = skr_carriers_decode(&stored, &carriers, &err);
    cr_assert(status == SKR_OK || status == SKR_ERR_CORRUPT);
    int mark_status = skr_carriers_mark(&stored, bitmap, &err);
    int tally_status = skr_carriers_tally(&stored, NULL, NULL, &tally, &err);
    cr_assert(mark_status == SKR_OK || mark_status == SKR_ERR_CORRUPT);
    cr_assert(tally_status == SKR_OK || tally_status == SKR_ERR_CORRUPT);
    if (status == SKR_OK) {
        uint64_t ac = 0;
        for (uint32_t i = 0; i < carriers.n; i++) {
            cr_assert(carriers.samples[i] < n_samples);
            cr_assert(i == 0 || carriers.samples[i] > carriers.samples[i - 1]);
            ac += carriers.dosages[i];
        }
        for (uint32_t i = 0; i < carriers.n_bags; i++) {
            cr_assert(carriers.bags[i].sample < n_samples);
            ac += carriers.bags[i].n_this;
        }
        cr_assert(tally_status == SKR_OK && mark_status == SKR_OK && tally.ac == ac);
    }
    free(bitmap);
    free(copy);
    skr_carriers_done(&carriers);
}

static void check_hostile(const model *m, skr_buffer *bytes, const char *what)
{
    (void)what;
    for (size_t n = 1; n < bytes->n; n++) {
        skr_carriers none = {0};
        const skr_stored_carriers stored = stored_of(bytes->bytes, n, m->n_samples);
        cr_assert(eq(int, skr_carriers_decode(&stored, &none, &err), SKR_ERR_CORRUPT));
        skr_carriers_done(&none);
        try_hostile(bytes->bytes, n, m->n_samples);
    }
    for (int i = 0; i < 200; i++) {
        size_t at = draw() % bytes->n;
        uint8_t old = bytes->bytes[at];
        bytes->bytes[at] = (uint8_t)draw();
        try_hostile(bytes->bytes, bytes->n, m->n_samples);
        bytes->bytes[at] = old;
    }
}

Test(carriers, refuse_hostile_bytes)
{
    (void)for_each_model(1000, check_hostile);
    uint8_t noise[40];
    for (int i = 0; i < 20000; i++) {
        for (size_t j = 0; j < sizeof noise; j++)
            noise[j] = (uint8_t)(draw() >> draw() % 40);
        try_hostile(noise, draw() % sizeof noise, 1 + draw() % 300);
    }
}

Test(carriers, take_few_bytes)
{
    skr_carriers carriers = {0};
    skr_buffer bytes = {0};
    encode(&carriers, 1000000, &bytes);
    cr_assert(eq(sz, bytes.n, 1));
    cr_assert(eq(int, skr_carriers_add(&carriers, 999998, 1, &err), 0));
    encode(&carriers, 1000000, &bytes);
    cr_assert(eq(sz, bytes.n, 1 + 3));
    cr_assert(eq(int, skr_carriers_add(&carriers, 999999, 2, &err), 0));
    encode(&carriers, 1000000, &bytes);
    cr_assert(eq(sz, bytes.n, 1 + 6 + 1));
    skr_carriers_clear(&carriers);
    cr_assert(eq(int, skr_carriers_add(&carriers, 0, 1, &err), 0));
    encode(&carriers, 1, &bytes);
    cr_assert(eq(sz, bytes.n, 1)); /* there is nobody else */
    skr_carriers_done(&carriers);
    skr_buffer_done(&bytes);
}

/* Many rows in one run of bytes, and what each says alone. */
typedef struct rows {
    uint32_t n;
    uint8_t heads[2000];
    uint32_t offsets[2000];
    uint32_t lengths[2000];
    skr_buffer bytes;
} rows;

static void draw_rows(rows *all, uint32_t n_samples, bool is_hostile)
{
    static const double few[] = {0, 0, 1, 1, 1, 2, 3, 5, 10, 20, 70, 700};
    const skr_short_shapes shapes = skr_gap_list_short_shapes_of(n_samples);
    skr_carriers carriers = {0};
    all->bytes.n = 0;
    for (uint32_t i = 0; i < all->n; i++) {
        double share = few[draw() % (sizeof few / sizeof *few)] / n_samples;
        double share_bag = draw() % 20 == 0 ? 0.1 : 0;
        model m = model_new(n_samples, share, draw() % 10 == 0 ? 0.3 : 0, share_bag);
        carriers_of_model(&m, &carriers);
        all->offsets[i] = (uint32_t)all->bytes.n;
        cr_assert(eq(
            int, skr_carriers_encode(&carriers, n_samples, &all->bytes, &all->heads[i], &err), 0));
        all->lengths[i] = (uint32_t)all->bytes.n - all->offsets[i];
        uint32_t size = skr_carriers_size(all->heads[i], &shapes);
        cr_assert(size == SKR_CARRIERS_SIZE_STORED || size == all->lengths[i]);
        model_free(&m);
    }
    for (uint32_t i = 0; is_hostile && all->bytes.n > 0 && i < 1 + all->n / 50; i++)
        all->bytes.bytes[draw() % all->bytes.n] ^= (uint8_t)(1u << draw() % 8);
    skr_carriers_done(&carriers);
}

static void compare_rows(const rows *all, uint32_t n_samples, const uint32_t *which, uint32_t n)
{
    const skr_short_shapes shapes = skr_gap_list_short_shapes_of(n_samples);
    uint8_t *exact = malloc(all->bytes.n + 1);
    if (all->bytes.n > 0)
        memcpy(exact, all->bytes.bytes, all->bytes.n);
    const skr_carrier_rows stored = {.shapes = &shapes,
                                     .bytes = exact,
                                     .n_bytes = all->bytes.n,
                                     .heads = all->heads,
                                     .offsets = all->offsets,
                                     .lengths = all->lengths};
    size_t n_words = (n_samples + 63) / 64;
    uint64_t *cohort = calloc(n_words, 8), *bitmap = calloc(n_words, 8), *want = calloc(n_words, 8);
    skr_carrier_tally *tallies = calloc(n + 1, sizeof *tallies);
    for (uint32_t i = 0; i < n_samples; i++)
        cohort[i / 64] |= (uint64_t)(draw() % 4 == 0) << i % 64;
    int mark_status = skr_carrier_rows_mark(&stored, which, n, bitmap, &err);
    int tally_status = skr_carrier_rows_tally(&stored, which, n, cohort, tallies, &err);
    int want_status = SKR_OK;
    for (uint32_t i = 0; i < n && want_status == SKR_OK; i++) {
        skr_carrier_tally tally;
        skr_stored_carriers row = skr_carrier_rows_at(&stored, which[i]);
        want_status = skr_carriers_mark(&row, want, &err);
        cr_assert(eq(int, skr_carriers_tally(&row, cohort, NULL, &tally, &err), want_status));
        if (want_status == SKR_OK && tally_status == SKR_OK)
            assert_same_tally(tallies[i], tally, "rows together");
    }
    cr_assert(mark_status == want_status && tally_status == want_status);
    cr_assert(want_status != SKR_OK || memcmp(bitmap, want, n_words * 8) == 0);
    free(exact);
    free(cohort);
    free(bitmap);
    free(want);
    free(tallies);
}

Test(carriers, rows_together_say_what_each_says_alone)
{
    static const uint32_t n_samples[] = {1, 5, 64, 1000, 5000};
    static const uint32_t n_rows[] = {1, 2, 100, 2000};
    rows *all = calloc(1, sizeof *all);
    uint32_t which[2000];
    for (size_t i = 0; i < 5 * 4 * 4; i++) {
        uint32_t n = 0;
        all->n = n_rows[i % 4];
        draw_rows(all, n_samples[i / 4 % 5], i >= 40 && i % 5 > 0);
        for (uint32_t k = 0; k < all->n; k++)
            if (i < 20 || draw() % 3 > 0)
                which[n++] = k;
        compare_rows(all, n_samples[i / 4 % 5], which, n);
    }
    skr_buffer_done(&all->bytes);
    free(all);
}

Test(carriers, refuses_a_bag_without_a_copy)
{
    skr_carriers carriers = {0};
    skr_buffer bytes = {0};
    uint64_t bitmap[2] = {0};
    cr_assert(eq(int, skr_carriers_add_bag(&carriers, (skr_bag){70, 1, SKR_PARTIAL}, &err), 0));
    encode(&carriers, 100, &bytes);
    cr_assert(bytes.bytes[bytes.n - 1] == (1 << 2 | SKR_PARTIAL));
    bytes.bytes[bytes.n - 1] = SKR_PARTIAL;
    const skr_stored_carriers stored = stored_of(bytes.bytes, bytes.n, 100);
    cr_assert(eq(int, skr_carriers_mark(&stored, bitmap, &err), SKR_ERR_CORRUPT));
    cr_assert(eq(int, skr_carriers_decode(&stored, &carriers, &err), SKR_ERR_CORRUPT));
    skr_buffer_done(&bytes);
    skr_carriers_done(&carriers);
}

Test(carriers, words_of_bits_add_what_one_by_one_adds)
{
    skr_carriers words = {0};
    skr_carriers singles = {0};
    for (uint32_t word = 0; word < 300; word++) {
        uint64_t bits = draw() & draw() & (word % 7 == 0 ? UINT64_MAX : draw());
        bits = word % 50 == 49 ? UINT64_MAX : word % 9 == 0 ? 0 : bits;
        uint64_t twos = bits & draw();
        cr_assert(skr_carriers_add_word(&words, 64 * word, bits, twos, &err) == SKR_OK);
        for (uint32_t i = 0; i < 64; i++)
            if ((bits >> i & 1) != 0)
                cr_assert(skr_carriers_add(&singles, 64 * word + i, 1 + (uint8_t)(twos >> i & 1),
                                           &err) == SKR_OK);
    }
    cr_assert(words.n == singles.n);
    cr_assert(memcmp(words.samples, singles.samples, words.n * sizeof *words.samples) == 0);
    cr_assert(memcmp(words.dosages, singles.dosages, words.n) == 0);
    skr_carriers_done(&words);
    skr_carriers_done(&singles);
}

Test(carriers, are_plain_where_the_expected_copies_say_it_all)
{
    for (unsigned expected = 0; expected < 4; expected++)
        for (unsigned called = 0; called < 4; called++)
            for (unsigned copies = 1; copies < 4; copies++)
                for (unsigned zygosity = SKR_HET; zygosity <= SKR_PARTIAL; zygosity++) {
                    bool is_plain = called == expected &&
                                    ((expected == 2 && copies == 1 && zygosity == SKR_HET) ||
                                     (expected == 2 && copies == 2 && zygosity == SKR_HOM) ||
                                     (expected == 1 && copies == 1 && zygosity == SKR_HEMI));
                    skr_bag carrier = {7, (uint8_t)copies, (uint8_t)zygosity};
                    skr_carriers carriers = {0};
                    cr_assert(eq(int,
                                 skr_carriers_add_call(&carriers, carrier, (uint8_t)called,
                                                       (uint8_t)expected, &err),
                                 0));
                    cr_assert(carriers.n == is_plain && carriers.n_bags == !is_plain,
                              "%u of %u copies, %u expected, zygosity %u", copies, called, expected,
                              zygosity);
                    if (is_plain)
                        cr_assert(skr_carriers_zygosity(carriers.dosages[0], (uint8_t)expected) ==
                                  zygosity);
                    skr_carriers_done(&carriers);
                }
}
