/*
 * Who has withdrawn is known again by id and by name, in the dataset that was left and in no other,
 * and by the key of the store alone.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "storage/gone.h"
#include "tests/support/random.h"

static skr_err err;
static skr_manifest *manifest;
static skr_gone *gone;

static void set_up(void)
{
    uint32_t index = 0;
    cr_assert(zero(int, skr_manifest_new(&manifest, &err)));
    cr_assert(zero(int, skr_manifest_add_dataset(manifest, "one", &index, &err)));
    cr_assert(zero(int, skr_manifest_add_dataset(manifest, "two", &index, &err)));
    cr_assert(zero(int, skr_gone_need_key(manifest, &err)));
    cr_assert(zero(int, skr_gone_new(manifest, &gone, &err)));
}

static void tear_down(void)
{
    skr_gone_free(gone);
    skr_gone_free(NULL);
    skr_manifest_free(manifest);
}

TestSuite(gone, .init = set_up, .fini = tear_down);

static bool holds(uint32_t dataset, skr_gone_kind kind, const char *text)
{
    bool is_there = false;
    cr_assert(zero(int, skr_gone_holds(gone, dataset, kind, text, &is_there, &err)));
    return is_there;
}

static skr_keyed_digest digest_of(skr_gone_kind kind, const char *text)
{
    skr_keyed_digest digest;
    cr_assert(zero(int, skr_gone_digest(gone, kind, text, &digest, &err)));
    return digest;
}

/* RFC 4231, test case 1 has this key and text; a digest of ours is of one more byte in front. */
Test(gone, digest_is_an_hmac)
{
    skr_gone *with = NULL;
    static const uint8_t expected[] = {0xb0, 0x34, 0x4c, 0x61, 0xd8, 0xdb, 0x38, 0x53};
    memset(manifest->key, 0, sizeof manifest->key);
    memset(manifest->key, 0x0b, 20);
    cr_assert(zero(int, skr_gone_new(manifest, &with, &err)));
    skr_keyed_digest digest;
    cr_assert(zero(int, skr_gone_digest(with, (skr_gone_kind)'H', "i There", &digest, &err)));
    cr_assert(zero(int, memcmp(digest.bytes, expected, sizeof expected)));
    skr_gone_free(with);
}

Test(gone, knows_who_was_added_and_nobody_else)
{
    test_random random = test_random_drawn("gone");
    char text[16];
    uint8_t is_in[100] = {0};
    cr_assert(not(holds(0, SKR_GONE_INDIVIDUAL, "P1")));
    for (int round = 0; round < 20; round++) {
        skr_keyed_digest some[8];
        uint32_t n = test_random_below(&random, 8);
        for (uint32_t i = 0; i < n; i++) {
            uint32_t who = test_random_below(&random, 100);
            snprintf(text, sizeof text, "P%u", who);
            some[i] = digest_of(SKR_GONE_INDIVIDUAL, text);
            is_in[who] = 1;
        }
        cr_assert(zero(int, skr_gone_add(manifest, 0, some, n, &err)));
        uint32_t leaves = test_random_below(&random, 100);
        snprintf(text, sizeof text, "P%u", leaves);
        skr_keyed_digest out = digest_of(SKR_GONE_INDIVIDUAL, text);
        skr_gone_drop(manifest, 0, &out);
        is_in[leaves] = 0;
        uint32_t n_in = 0;
        for (uint32_t who = 0; who < 100; who++) {
            snprintf(text, sizeof text, "P%u", who);
            cr_assert(eq(int, holds(0, SKR_GONE_INDIVIDUAL, text), is_in[who]), "seed %llu %s",
                      (unsigned long long)random.seed, text);
            cr_assert(not(holds(0, SKR_GONE_SAMPLE, text)));
            cr_assert(not(holds(1, SKR_GONE_INDIVIDUAL, text)));
            n_in += is_in[who];
        }
        cr_assert(eq(u32, manifest->datasets[0].n_gone, n_in));
    }
}

Test(gone, another_key_knows_nobody)
{
    skr_keyed_digest digest = digest_of(SKR_GONE_SAMPLE, "S1");
    cr_assert(zero(int, skr_gone_add(manifest, 0, &digest, 1, &err)));
    cr_assert(holds(0, SKR_GONE_SAMPLE, "S1"));
    uint8_t key = manifest->key[0];
    cr_assert(zero(int, skr_gone_need_key(manifest, &err)));
    cr_assert(eq(u8, manifest->key[0], key), "drawn once");
    manifest->key[0] ^= 1;
    skr_gone_free(gone);
    cr_assert(zero(int, skr_gone_new(manifest, &gone, &err)));
    cr_assert(not(holds(0, SKR_GONE_SAMPLE, "S1")));
}

Test(gone, withdrawn_dataset_takes_nothing_unless_readmitted)
{
    cr_assert(zero(int, skr_gone_check_dataset(manifest, 0, false, &err)));
    manifest->datasets[0].flags = SKR_DATASET_WITHDRAWN;
    cr_assert(eq(int, skr_gone_check_dataset(manifest, 0, false, &err), SKR_ERR_INPUT));
    cr_assert(ne(ptr, strstr(err.message, "--readmit"), NULL), "%s", err.message);
    cr_assert(not(skr_manifest_is_open(manifest, 0)));
    cr_assert(zero(int, skr_gone_check_dataset(manifest, 0, true, &err)));
    cr_assert(skr_manifest_is_open(manifest, 0));
}
