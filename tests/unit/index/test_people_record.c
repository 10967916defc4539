/*
 * Records and their facts are read as their bytes say; bytes that no record has, or that end too
 * early, are told, and nothing of them is believed.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "index/people/people_int.h"
#include "storage/base/buffer.h"
#include "tests/support/random.h"

static test_random draw;
static skr_err err;

static uint32_t below(uint32_t n)
{
    return test_random_below(&draw, n);
}

/* ------------------------------------------------------------------ writing */

typedef struct written {
    uint32_t individual;
    uint8_t kind;
    uint8_t sex;
    double low;
    double high;
    const char *id;
    skr_stored_fact facts[6];
    uint32_t n_facts;
} written;

static void put_f64(skr_buffer *bytes, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    cr_assert(eq(int, skr_buffer_put_u64(bytes, bits, &err), SKR_OK));
}

static void put_fact(skr_buffer *bytes, const skr_stored_fact *fact)
{
    bool has_onset = skr_age_is_said(fact->onset);
    unsigned flags = fact->kind | (fact->is_excluded ? SKR_FACT_EXCLUDED : 0) |
                     (fact->has_value ? SKR_FACT_VALUE : 0) | (has_onset ? SKR_FACT_ONSET : 0) |
                     (fact->is_of_sample ? SKR_FACT_OF_SAMPLE : 0);
    cr_assert(eq(int, skr_buffer_put_varint(bytes, fact->term, &err), SKR_OK));
    cr_assert(eq(int, skr_buffer_put_u8(bytes, (uint8_t)flags, &err), SKR_OK));
    if (fact->has_value)
        put_f64(bytes, fact->value);
    if (has_onset) {
        put_f64(bytes, fact->onset.low);
        put_f64(bytes, fact->onset.high);
    }
}

static void put_record(skr_buffer *bytes, const written *record)
{
    skr_buffer body = {0};
    cr_assert(eq(int, skr_buffer_put_u32(&body, record->individual, &err), SKR_OK));
    cr_assert(eq(int, skr_buffer_put_u8(&body, record->kind, &err), SKR_OK));
    cr_assert(eq(int, skr_buffer_put_u8(&body, record->sex, &err), SKR_OK));
    put_f64(&body, record->low);
    put_f64(&body, record->high);
    cr_assert(eq(int, skr_buffer_put_u32(&body, record->n_facts, &err), SKR_OK));
    cr_assert(eq(int, skr_buffer_put_text(&body, record->id, strlen(record->id), &err), SKR_OK));
    for (uint32_t i = 0; i < record->n_facts; i++)
        put_fact(&body, &record->facts[i]);
    cr_assert(eq(int, skr_buffer_put_u32(bytes, (uint32_t)body.n, &err), SKR_OK));
    cr_assert(eq(int, skr_buffer_put(bytes, body.bytes, body.n, &err), SKR_OK));
    skr_buffer_done(&body);
}

static skr_age draw_age(void)
{
    double low = below(4) == 0 ? (double)NAN : below(90);
    double high = below(4) == 0 ? (double)NAN : 90 + below(9);
    return (skr_age){low, high};
}

static written draw_record(void)
{
    static const char *const ids[] = {"B", "biosample-7", "x"};
    written record = {.individual = below(1000), .kind = (uint8_t)below(SKR_N_RECORD_KINDS)};
    skr_age age = draw_age();
    record.sex = (uint8_t)below(SKR_N_SEXES);
    record.low = age.low;
    record.high = age.high;
    record.id = record.kind == SKR_RECORD_INDIVIDUAL ? "" : ids[below(3)];
    record.n_facts = below(7);
    for (uint32_t i = 0; i < record.n_facts; i++) {
        skr_stored_fact *fact = &record.facts[i];
        fact->term = below(3) == 0 ? UINT32_MAX - 1 - below(3) : below(300);
        fact->kind = (skr_term_kind)below(SKR_N_TERM_KINDS);
        fact->is_excluded = below(3) == 0;
        fact->is_of_sample = below(3) == 0;
        fact->has_value = below(3) == 0;
        fact->value = fact->has_value ? (double)below(100) - 50 : 0;
        fact->onset = below(2) == 0 ? SKR_AGE_NONE : draw_age();
    }
    return record;
}

/* ------------------------------------------------------------------ comparing */

static bool is_same(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

static void compare_record(const skr_people_record *got, const written *want)
{
    skr_cursor facts = got->facts;
    skr_stored_fact fact;
    cr_assert(got->individual == want->individual && got->kind == want->kind &&
                  got->sex == want->sex && got->n_facts == want->n_facts &&
                  is_same(got->age.low, want->low) && is_same(got->age.high, want->high),
              "seed %llu", (unsigned long long)draw.seed);
    cr_assert(got->n_id == strlen(want->id) && memcmp(got->id, want->id, got->n_id) == 0);
    for (uint32_t i = 0; i < want->n_facts; i++) {
        const skr_stored_fact *asked = &want->facts[i];
        cr_assert(skr_people_fact_next(&facts, &fact), "seed %llu", (unsigned long long)draw.seed);
        cr_assert(
            fact.term == asked->term && fact.kind == asked->kind &&
                fact.is_excluded == asked->is_excluded && fact.has_value == asked->has_value &&
                fact.is_of_sample == asked->is_of_sample && is_same(fact.value, asked->value) &&
                is_same(fact.onset.low, asked->onset.low) &&
                is_same(fact.onset.high, asked->onset.high),
            "seed %llu, fact %u", (unsigned long long)draw.seed, i);
    }
    cr_assert(not(skr_people_fact_next(&facts, &fact)));
    cr_assert(not(facts.is_bad));
}

Test(people_record, is_read_as_its_bytes_say)
{
    draw = test_random_drawn("people_record");
    for (unsigned turn = 0; turn < 500; turn++) {
        written records[5];
        uint32_t n = below(6);
        skr_buffer bytes = {0};
        skr_people_record got;
        for (uint32_t i = 0; i < n; i++) {
            records[i] = draw_record();
            put_record(&bytes, &records[i]);
        }
        skr_cursor cursor = skr_cursor_of(bytes.bytes, bytes.n);
        for (uint32_t i = 0; i < n; i++) {
            cr_assert(skr_people_record_next(&cursor, &got), "seed %llu",
                      (unsigned long long)draw.seed);
            compare_record(&got, &records[i]);
        }
        cr_assert(not(skr_people_record_next(&cursor, &got)));
        cr_assert(not(cursor.is_bad));
        skr_buffer_done(&bytes);
    }
}

/* ------------------------------------------------------------------ wrong bytes */

/* Reads all that there is; returns whether all of it was sound. */
static bool read_all(const uint8_t *bytes, size_t n)
{
    skr_cursor cursor = skr_cursor_of(bytes, n);
    skr_people_record record;
    skr_stored_fact fact;
    bool is_sound = true;
    while (skr_people_record_next(&cursor, &record)) {
        cr_assert(record.kind < SKR_N_RECORD_KINDS && record.sex < SKR_N_SEXES);
        cr_assert(skr_people_age_is_sound(record.age));
        skr_cursor facts = record.facts;
        while (skr_people_fact_next(&facts, &fact))
            cr_assert(fact.kind < SKR_N_TERM_KINDS && isfinite(fact.value) &&
                      fact.term != UINT32_MAX);
        is_sound = is_sound && !facts.is_bad;
    }
    return is_sound && !cursor.is_bad;
}

Test(people_record, is_bad_wherever_it_is_cut)
{
    draw = test_random_drawn("people_record");
    for (unsigned turn = 0; turn < 100; turn++) {
        written record = draw_record();
        skr_buffer bytes = {0};
        put_record(&bytes, &record);
        for (size_t n = 1; n < bytes.n; n++) {
            uint8_t *copy = malloc(n); /* so that a sanitizer sees a step past the end */
            memcpy(copy, bytes.bytes, n);
            cr_assert(not(read_all(copy, n)), "seed %llu, cut at %zu",
                      (unsigned long long)draw.seed, n);
            free(copy);
        }
        for (unsigned i = 0; i < 200; i++) {
            size_t at = below((uint32_t)bytes.n);
            uint8_t was = bytes.bytes[at];
            bytes.bytes[at] = (uint8_t)below(256);
            (void)read_all(bytes.bytes, bytes.n); /* nothing but what is in range */
            bytes.bytes[at] = was;
        }
        cr_assert(read_all(bytes.bytes, bytes.n));
        skr_buffer_done(&bytes);
    }
}

static bool is_taken(const written *record)
{
    skr_buffer bytes = {0};
    put_record(&bytes, record);
    bool is_sound = read_all(bytes.bytes, bytes.n);
    skr_buffer_done(&bytes);
    return is_sound;
}

Test(people_record, what_nobody_can_say_is_bad)
{
    const written sound = {.kind = SKR_RECORD_INDIVIDUAL, .low = 3, .high = 4, .id = ""};
    written bad[8];
    for (unsigned i = 0; i < 8; i++)
        bad[i] = sound;
    bad[0].low = 5; /* an age that ends before it begins */
    bad[1].high = (double)INFINITY;
    bad[2].kind = SKR_N_RECORD_KINDS;
    bad[3].sex = SKR_N_SEXES;
    bad[4].id = "of an individual";
    for (unsigned i = 5; i < 8; i++) {
        bad[i].n_facts = 1;
        bad[i].facts[0].onset = SKR_AGE_NONE;
    }
    bad[5].facts[0].kind = (skr_term_kind)SKR_N_TERM_KINDS;
    bad[6].facts[0].has_value = true;
    bad[6].facts[0].value = (double)NAN;
    bad[7].facts[0].onset = (skr_age){9, 8};
    cr_assert(is_taken(&sound));
    for (unsigned i = 0; i < 8; i++)
        cr_assert(not(is_taken(&bad[i])), "%u", i);
}

Test(people_record, every_kind_of_fact_has_a_name)
{
    for (unsigned a = 0; a < SKR_N_SAID; a++) {
        cr_assert(skr_people_said_name(a) != NULL && skr_people_said_name(a)[0] != '\0', "%u", a);
        for (unsigned b = 0; b < a; b++)
            cr_assert(strcmp(skr_people_said_name(a), skr_people_said_name(b)) != 0);
    }
}
