/*
 * seal_keys.c - key files: PEM, base64, and in it the words of a "c4gh-v1" key.
 *
 * A word is its length in two bytes, highest first, and its bytes: the derivation ("none",
 * "scrypt", "pbkdf2_hmac_sha256", "bcrypt"), unless it is none its rounds in four bytes and salt,
 * the cipher, the key, and perhaps a comment.
 */
#include "engine/import/sealed/seal_keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/import/sealed/input.h"
#include "storage/base/limits.h"

#define FILE_MAX 16384u
#define ROUNDS_MAX 10000000u
#define MAGIC "c4gh-v1"

/* A file of secrets, and what is read of it. */
typedef struct secret_file {
    const char *name;
    uint8_t bytes[FILE_MAX + 1];
    size_t n;
} secret_file;

/* Passphrases, one a line. */
typedef struct passphrases {
    secret_file file;
    bool is_read;
} passphrases;

typedef struct word {
    const uint8_t *bytes;
    size_t n;
} word;

/* The words of a key. */
typedef struct locked_key {
    word derivation;
    word salt; /* after its rounds */
    uint32_t n_rounds;
    word cipher;
    word key;
} locked_key;

/* ------------------------------------------------------------------ files */

static int read_all(secret_file *file, int fd, skr_err *err)
{
    file->n = 0;
    for (;;) {
        ssize_t n = read(fd, file->bytes + file->n, FILE_MAX + 1 - file->n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return skr_fail(err, skr_err_of_input(errno), "%s: cannot be read: %s", file->name,
                            strerror(errno));
        if (n == 0)
            return SKR_OK;
        file->n += (size_t)n;
        if (file->n > FILE_MAX)
            return skr_fail(err, SKR_ERR_INPUT, "%s: more than %u bytes: no key or passphrase",
                            file->name, FILE_MAX);
    }
}

/* Whoever may read a key can open all that is sealed for it. */
static void warn_of_readers(const char *name, int fd, const skr_watch *watch)
{
    struct stat about;
    char text[256];
    if (watch == NULL || watch->on_warning == NULL || fstat(fd, &about) < 0 ||
        !S_ISREG(about.st_mode) || (about.st_mode & (S_IRGRP | S_IROTH)) == 0)
        return;
    (void)snprintf(text, sizeof text, "%.160s: others than its owner may read this key: chmod 600",
                   name);
    watch->on_warning(watch->context, text);
}

static int read_file(secret_file *file, const char *name, const skr_watch *watch, skr_err *err)
{
    file->name = name;
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return skr_input_fail_open(name, errno, err);
    int status = read_all(file, fd, err);
    if (status == SKR_OK)
        warn_of_readers(name, fd, watch);
    (void)close(fd);
    return status;
}

/* The passphrases of a file, or of a descriptor when the name is a number. */
static int read_passphrases(passphrases *all, const char *name, skr_err *err)
{
    if (all->is_read)
        return SKR_OK;
    all->is_read = true;
    bool is_number = strspn(name, "0123456789") == strlen(name) && strlen(name) <= 6;
    if (!is_number)
        return read_file(&all->file, name, NULL, err);
    all->file.name = name;
    return read_all(&all->file, (int)strtol(name, NULL, 10), err);
}

/* ------------------------------------------------------------------ PEM */

static int base64_value(uint8_t letter)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = letter == 0 ? NULL : strchr(letters, letter);
    return at == NULL ? -1 : (int)(at - letters);
}

/* Decodes n letters in place, white space between them. false: something else is there. */
static bool decode_base64(uint8_t *bytes, size_t n, size_t *ret_n)
{
    uint32_t bits = 0;
    size_t n_letters = 0;
    size_t n_out = 0;
    bool is_padded = false;
    for (size_t i = 0; i < n; i++) {
        int value = base64_value(bytes[i]);
        if (bytes[i] == '=')
            is_padded = true;
        else if (value >= 0 && is_padded)
            return false;
        else if (value >= 0) {
            bits = bits << 6 | (uint32_t)value;
            if (n_letters++ % 4 > 0)
                bytes[n_out++] = (uint8_t)(bits >> (6 - 2 * ((n_letters - 1) % 4)));
        } else if (strchr(" \t\r\n", bytes[i]) == NULL || bytes[i] == 0)
            return false;
    }
    *ret_n = n_out;
    return n_letters % 4 != 1;
}

/* Finds what stands between the lines of a PEM, and decodes it in place. */
static int open_pem(secret_file *file, word *ret_body, skr_err *err)
{
    file->bytes[file->n] = 0;
    char *text = (char *)file->bytes;
    char *begin = strstr(text, "-----BEGIN ");
    char *head = begin == NULL ? NULL : strchr(begin, '\n');
    char *end = head == NULL ? NULL : strstr(head, "-----END ");
    size_t n_line = head == NULL ? 0 : (size_t)(head - begin);
    if (strlen(text) != file->n || end == NULL)
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s: no key of Crypt4GH: it has no lines -----BEGIN and -----END",
                        file->name);
    if (memmem(begin, n_line, "PUBLIC KEY", 10) != NULL)
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s: a public key, which seals; name the secret key that belongs to it",
                        file->name);
    if (memmem(begin, n_line, "OPENSSH", 7) != NULL)
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s: a key of OpenSSH; only those of Crypt4GH's tools are read",
                        file->name);
    ret_body->bytes = (uint8_t *)head;
    if (!decode_base64((uint8_t *)head, (size_t)(end - head), &ret_body->n))
        return skr_fail(err, SKR_ERR_INPUT, "%s: a damaged key: it is no base64", file->name);
    return SKR_OK;
}

/* ------------------------------------------------------------------ words */

static bool take_word(word *body, word *ret_word)
{
    if (body->n < 2)
        return false;
    size_t n = (size_t)body->bytes[0] << 8 | body->bytes[1];
    if (n > body->n - 2)
        return false;
    *ret_word = (word){body->bytes + 2, n};
    body->bytes += 2 + n;
    body->n -= 2 + n;
    return true;
}

static bool is_word(const word *one, const char *text)
{
    return one->n == strlen(text) && memcmp(one->bytes, text, one->n) == 0;
}

static bool take_key(word body, locked_key *ret_key)
{
    size_t n_magic = strlen(MAGIC);
    *ret_key = (locked_key){0};
    if (body.n < n_magic || memcmp(body.bytes, MAGIC, n_magic) != 0)
        return false;
    body.bytes += n_magic;
    body.n -= n_magic;
    if (!take_word(&body, &ret_key->derivation))
        return false;
    if (!is_word(&ret_key->derivation, "none")) {
        word *salt = &ret_key->salt;
        if (!take_word(&body, salt) || salt->n < 4)
            return false;
        for (unsigned i = 0; i < 4; i++)
            ret_key->n_rounds = ret_key->n_rounds << 8 | salt->bytes[i];
        salt->bytes += 4;
        salt->n -= 4;
    }
    return take_word(&body, &ret_key->cipher) && take_word(&body, &ret_key->key);
}

/* ------------------------------------------------------------------ unlocking */

static int check_lock(const char *name, const locked_key *locked, bool *ret_is_scrypt, skr_err *err)
{
    *ret_is_scrypt = is_word(&locked->derivation, "scrypt");
    if (is_word(&locked->derivation, "bcrypt"))
        return skr_fail(
            err, SKR_ERR_INPUT,
            "%s: locked by bcrypt, which is not read: make a key with crypt4gh-keygen, "
            "which locks it by scrypt, and give the files to it with crypt4gh reencrypt",
            name);
    if (!*ret_is_scrypt && !is_word(&locked->derivation, "pbkdf2_hmac_sha256"))
        return skr_fail(err, SKR_ERR_INPUT, "%s: locked in a way that is not known", name);
    if (!*ret_is_scrypt && (locked->n_rounds < 1 || locked->n_rounds > ROUNDS_MAX))
        return skr_fail(err, SKR_ERR_INPUT, "%s: a damaged key: %u rounds", name, locked->n_rounds);
    if (!is_word(&locked->cipher, "chacha20_poly1305") ||
        locked->key.n != SKR_SEAL_NONCE + SKR_SEAL_KEY + SKR_SEAL_MAC)
        return skr_fail(err, SKR_ERR_INPUT, "%s: a damaged key, or one of a cipher not known",
                        name);
    return SKR_OK;
}

/* Tries one passphrase. */
static int try_passphrase(const locked_key *locked, bool is_scrypt, word phrase, skr_cipher *cipher,
                          uint8_t *ret_secret, bool *ret_fits, skr_err *err)
{
    uint8_t key[SKR_SEAL_KEY];
    const skr_cipher_derivation how = {is_scrypt, locked->n_rounds, locked->salt.bytes,
                                       locked->salt.n};
    SKR_TRY(skr_cipher_derive(&how, (const char *)phrase.bytes, phrase.n, key, err));
    const skr_cipher_message message = {.key = key,
                                        .nonce = locked->key.bytes,
                                        .bytes = locked->key.bytes + SKR_SEAL_NONCE,
                                        .n = locked->key.n - SKR_SEAL_NONCE};
    *ret_fits = skr_cipher_open(cipher, &message, ret_secret);
    skr_secret_wipe(key, sizeof key);
    return SKR_OK;
}

/* Tries the passphrases, line by line. */
static int unlock(const char *name, const locked_key *locked, const passphrases *all,
                  uint8_t *ret_secret, skr_err *err)
{
    bool is_scrypt = false;
    bool fits = false;
    skr_cipher *cipher = NULL;
    SKR_TRY(check_lock(name, locked, &is_scrypt, err));
    SKR_TRY(skr_cipher_new(&cipher, err));
    const uint8_t *at = all->file.bytes;
    const uint8_t *end = at + all->file.n;
    int status = SKR_OK;
    do {
        const uint8_t *newline = at == end ? NULL : memchr(at, '\n', (size_t)(end - at));
        const uint8_t *stop = newline == NULL ? end : newline;
        word phrase = {at, (size_t)(stop - at)};
        if (phrase.n > 0 && phrase.bytes[phrase.n - 1] == '\r')
            phrase.n--;
        status = try_passphrase(locked, is_scrypt, phrase, cipher, ret_secret, &fits, err);
        at = newline == NULL ? end : newline + 1;
    } while (status == SKR_OK && !fits && at < end);
    skr_cipher_free(cipher);
    if (status == SKR_OK && !fits)
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s: no passphrase given opens this key, or it is damaged", name);
    return status;
}

/* ------------------------------------------------------------------ keys */

/* What reading a request's keys needs, in memory for secrets. */
typedef struct reading {
    const skr_unsealing *how;
    const skr_watch *watch;
    secret_file file;
    passphrases phrases;
} reading;

static int read_key(reading *r, const char *name, skr_seal_key *ret_key, skr_err *err)
{
    word body = {0};
    locked_key locked;
    SKR_TRY(read_file(&r->file, name, r->watch, err));
    SKR_TRY(open_pem(&r->file, &body, err));
    if (!take_key(body, &locked))
        return skr_fail(err, SKR_ERR_INPUT, "%s: damaged, or no secret key of Crypt4GH (c4gh-v1)",
                        name);
    if (is_word(&locked.derivation, "none")) {
        if (!is_word(&locked.cipher, "none") || locked.key.n != SKR_SEAL_KEY)
            return skr_fail(err, SKR_ERR_INPUT, "%s: a damaged key", name);
        memcpy(ret_key->secret, locked.key.bytes, SKR_SEAL_KEY);
        return skr_cipher_public(ret_key->secret, ret_key->known, err);
    }
    if (r->how->passphrase == NULL)
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s: a locked key: name the file of its passphrase with "
                        "--c4gh-passphrase",
                        name);
    SKR_TRY(read_passphrases(&r->phrases, r->how->passphrase, err));
    SKR_TRY(unlock(name, &locked, &r->phrases, ret_key->secret, err));
    return skr_cipher_public(ret_key->secret, ret_key->known, err);
}

int skr_seal_keys_read(const skr_unsealing *how, const skr_watch *watch, skr_seal_keys *ret_keys,
                       skr_err *err)
{
    static const struct rlimit no_core = {0, 0};
    *ret_keys = (skr_seal_keys){0};
    if (how->n_keys == 0)
        return how->passphrase == NULL
                   ? SKR_OK
                   : skr_fail(err, SKR_ERR_USAGE, "--c4gh-passphrase without --c4gh-key");
    if (how->n_keys > SKR_SEAL_KEYS_MAX)
        return skr_fail(err, SKR_ERR_USAGE, "more than %u of --c4gh-key", SKR_SEAL_KEYS_MAX);
    (void)setrlimit(RLIMIT_CORE, &no_core);
    reading *r = skr_secret_new(sizeof *r);
    skr_seal_keys keys = {skr_secret_new(how->n_keys * sizeof *keys.keys), how->n_keys};
    int status = r == NULL || keys.keys == NULL ? skr_fail_nomem(err, "keys") : SKR_OK;
    if (status == SKR_OK) {
        r->how = how;
        r->watch = watch;
    }
    for (size_t i = 0; i < how->n_keys && status == SKR_OK; i++)
        status = read_key(r, how->keys[i], &keys.keys[i], err);
    skr_secret_free(r, sizeof *r);
    if (status != SKR_OK)
        skr_seal_keys_done(&keys);
    else
        *ret_keys = keys;
    return status;
}

void skr_seal_keys_done(skr_seal_keys *keys)
{
    skr_secret_free(keys->keys, keys->n * sizeof *keys->keys);
    *keys = (skr_seal_keys){0};
}
