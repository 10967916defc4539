/*
 * Key files as a writer in Python makes them (tests/e2e/sealing.py) give the key that they hold,
 * open or locked; changed ones are refused, and no message holds a secret.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sys/stat.h>

#include "engine/import/sealed/seal_keys.h"
#include "tests/support/hex.h"
#include "tests/support/temp_folder.h"

#define FIRST "-----BEGIN CRYPT4GH PRIVATE KEY-----\n"
#define LAST "\n-----END CRYPT4GH PRIVATE KEY-----\n"

static const char open_key[] =
    FIRST "YzRnaC12MQAEbm9uZQAEbm9uZQAg/mPAwiTtniOtB4WVTwZo9/WNmg7DPRFVRHfG4ETrZlk=" LAST;
static const char scrypt_key[] =
    FIRST "YzRnaC12MQAGc2NyeXB0ABQAAAAAQoDMEBdWpdsUNkX3PwABNwARY2hhY2hhMjBfcG9seTEzMDUAPDgx"
          "OTMk8nlYcn2SyqR3iKXpNN5tzR8juShNXzjyt1s7rds0k0JpIAqhpgqtczyaTlKq0sKwO6H6dYj8AgAC"
          "bWU=" LAST;
static const char pbkdf2_key[] =
    FIRST "YzRnaC12MQAScGJrZGYyX2htYWNfc2hhMjU2ABQAAAPoKIy5F1vQI0KyzlbhRs3d8wARY2hhY2hhMjBf"
          "cG9seTEzMDUAPDKwcN9BIH7GWHxNz3JfWOXwsgcLZGi2iSPNQCpqe9LGYVokFDp2bUEVgu5b4EZByCIg"
          "95iQLho0dHm0iw==" LAST;

static test_folder folder;
static char key_path[2 * SKR_TEST_PATH_MAX];
static char phrase_path[2 * SKR_TEST_PATH_MAX];
static skr_seal_keys keys;
static skr_err err;

static void set_up(void)
{
    folder = test_folder_make();
    (void)snprintf(key_path, sizeof key_path, "%s/key", folder.path);
    (void)snprintf(phrase_path, sizeof phrase_path, "%s/phrase", folder.path);
    test_file_write(phrase_path, "another\nopen sesame\n", 20);
}

static void tear_down(void)
{
    test_folder_remove(&folder);
}

TestSuite(seal_keys, .init = set_up, .fini = tear_down);

static int take(const char *text, bool has_phrase)
{
    const char *path = key_path;
    const skr_unsealing how = {
        .keys = &path, .n_keys = 1, .passphrase = has_phrase ? phrase_path : NULL};
    const skr_watch watch = {NULL, NULL, NULL, NULL};
    test_file_write(key_path, text, strlen(text));
    cr_assert(zero(chmod(key_path, 0600)));
    keys = (skr_seal_keys){0};
    return skr_seal_keys_read(&how, &watch, &keys, &err);
}

static void is_the_key(void)
{
    uint8_t secret[SKR_SEAL_KEY];
    uint8_t known[SKR_SEAL_KEY];
    test_hex("fe63c0c224ed9e23ad0785954f0668f7f58d9a0ec33d11554477c6e044eb6659", secret);
    test_hex("087bc5577ac47c4169fc4cd4afbc8118d8bb1f2f5a9aac4717522774ba29eb35", known);
    cr_assert(eq(sz, keys.n, 1));
    cr_assert(zero(memcmp(keys.keys[0].secret, secret, sizeof secret)));
    cr_assert(zero(memcmp(keys.keys[0].known, known, sizeof known)));
    skr_seal_keys_done(&keys);
}

Test(seal_keys, open_and_locked)
{
    cr_assert(eq(int, take(open_key, false), SKR_OK), "%s", err.message);
    is_the_key();
    cr_assert(eq(int, take(scrypt_key, true), SKR_OK), "%s", err.message);
    is_the_key();
    cr_assert(eq(int, take(pbkdf2_key, true), SKR_OK), "%s", err.message);
    is_the_key();
    cr_assert(ne(int, take(scrypt_key, false), SKR_OK));
    test_file_write(phrase_path, "Open sesame\n", 12);
    cr_assert(eq(int, take(pbkdf2_key, true), SKR_ERR_INPUT));
    cr_assert(eq(ptr, strstr(err.message, "sesame"), NULL));
}

/* EGA-archive/crypt4gh#48: a letter that changed. Of an open key any other key may come of it, but
 * of a locked one nothing. */
Test(seal_keys, a_changed_letter_opens_nothing, .timeout = 120)
{
    char text[512];
    size_t n = strlen(pbkdf2_key);
    for (size_t i = sizeof FIRST - 1; i < n - sizeof LAST + 1; i++) {
        memcpy(text, pbkdf2_key, n + 1);
        text[i] = text[i] == 'A' ? 'B' : 'A';
        int status = take(text, true);
        cr_assert(status == SKR_ERR_INPUT || status == SKR_OK);
        if (status == SKR_OK)
            is_the_key(); /* bits of the padding say nothing */
    }
    for (size_t i = 0; i < n - sizeof LAST; i += 7) {
        memcpy(text, pbkdf2_key, i);
        text[i] = '\0';
        cr_assert(eq(int, take(text, true), SKR_ERR_INPUT), "cut after %zu", i);
    }
}
