/*
 * The ciphers of Crypt4GH give what their specifications say: ChaCha20-Poly1305 (RFC 8439, 2.8.2),
 * PBKDF2 and scrypt (RFC 7914, 11 and 12), and for X25519 and the shared key what a writer in
 * Python comes to (tests/e2e/sealing.py, after RFC 7748).
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "engine/import/sealed/seal_cipher.h"
#include "tests/support/hex.h"

static skr_err err;

static void equals(const uint8_t *bytes, const char *digits)
{
    uint8_t wanted[512];
    size_t n = test_hex(digits, wanted);
    cr_assert(zero(memcmp(bytes, wanted, n)), "not %s", digits);
}

Test(seal_cipher, a_public_key)
{
    uint8_t secret[SKR_SEAL_KEY];
    uint8_t known[SKR_SEAL_KEY];
    test_hex("fe63c0c224ed9e23ad0785954f0668f7f58d9a0ec33d11554477c6e044eb6659", secret);
    cr_assert(eq(int, skr_cipher_public(secret, known, &err), SKR_OK));
    equals(known, "087bc5577ac47c4169fc4cd4afbc8118d8bb1f2f5a9aac4717522774ba29eb35");
}

Test(seal_cipher, a_shared_key)
{
    uint8_t secret[SKR_SEAL_KEY];
    uint8_t reader[SKR_SEAL_KEY];
    uint8_t writer[SKR_SEAL_KEY];
    uint8_t key[SKR_SEAL_KEY];
    bool is_sound = false;
    test_hex("fe63c0c224ed9e23ad0785954f0668f7f58d9a0ec33d11554477c6e044eb6659", secret);
    test_hex("087bc5577ac47c4169fc4cd4afbc8118d8bb1f2f5a9aac4717522774ba29eb35", reader);
    test_hex("24d4cd911b7efa11c2ee6a4f1606ff17b1c81329ae528df9e15ac7e9e1e68120", writer);
    cr_assert(eq(int, skr_cipher_share(secret, reader, writer, key, &is_sound, &err), SKR_OK));
    cr_assert(is_sound);
    equals(key, "ceeaf1e6f0ef65c5e655ecda1e06601c7974736663cb23c84016db957d7ea0e3");
    /* Places of small order, with which every secret comes to the same. */
    static const char *const small[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"};
    for (size_t i = 0; i < sizeof small / sizeof *small; i++) {
        test_hex(small[i], writer);
        cr_assert(eq(int, skr_cipher_share(secret, reader, writer, key, &is_sound, &err), SKR_OK));
        cr_assert(not(is_sound), "%s", small[i]);
    }
}

Test(seal_cipher, a_message)
{
    static const char said[] = "Ladies and Gentlemen of the class of '99: If I could offer you "
                               "only one tip for the future, sunscreen would be it.";
    uint8_t key[SKR_SEAL_KEY];
    uint8_t nonce[SKR_SEAL_NONCE];
    uint8_t beside[12];
    uint8_t bytes[256];
    uint8_t plain[256];
    skr_cipher *cipher = NULL;
    test_hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f", key);
    test_hex("070000004041424344454647", nonce);
    test_hex("50515253c0c1c2c3c4c5c6c7", beside);
    size_t n = test_hex("d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
                        "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
                        "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
                        "3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd060"
                        "0691",
                        bytes);
    const skr_cipher_message message = {.key = key,
                                        .nonce = nonce,
                                        .beside = beside,
                                        .n_beside = sizeof beside,
                                        .bytes = bytes,
                                        .n = n};
    cr_assert(eq(int, skr_cipher_new(&cipher, &err), SKR_OK));
    cr_assert(skr_cipher_open(cipher, &message, plain));
    cr_assert(eq(sz, n - SKR_SEAL_MAC, sizeof said - 1));
    cr_assert(zero(memcmp(plain, said, sizeof said - 1)));
    /* Every bit of the message, and of what is beside it, counts; nothing is let out. */
    for (size_t bit = 0; bit < 8 * (n + sizeof beside); bit++) {
        uint8_t *byte = bit < 8 * n ? &bytes[bit / 8] : &beside[bit / 8 - n];
        *byte ^= (uint8_t)(1u << bit % 8);
        memset(plain, 0x5a, sizeof plain);
        cr_assert(not(skr_cipher_open(cipher, &message, plain)), "bit %zu", bit);
        for (size_t i = 0; i < n - SKR_SEAL_MAC; i++)
            cr_assert(zero(u8, plain[i]));
        *byte ^= (uint8_t)(1u << bit % 8);
    }
    cr_assert(skr_cipher_open(cipher, &message, plain));
    skr_cipher_free(cipher);
}

Test(seal_cipher, keys_of_passphrases)
{
    uint8_t key[SKR_SEAL_KEY];
    const skr_cipher_derivation scrypt = {
        .is_scrypt = true, .salt = (const uint8_t *)"SodiumChloride", .n_salt = 14};
    cr_assert(eq(int, skr_cipher_derive(&scrypt, "pleaseletmein", 13, key, &err), SKR_OK));
    equals(key, "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2");
    const skr_cipher_derivation pbkdf2 = {
        .n_rounds = 1, .salt = (const uint8_t *)"salt", .n_salt = 4};
    cr_assert(eq(int, skr_cipher_derive(&pbkdf2, "passwd", 6, key, &err), SKR_OK));
    equals(key, "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc");
}
