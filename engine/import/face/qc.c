/*
 * qc.c - reads the limits of --qc.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/face/import.h"

#define WORD(word, tag, is_most) #word ", "
#define WORDS SKR_QUALITIES(WORD)

/* The limits of the European network for genomes. */
static const char network[] = "coverage=15,call_rate=0.95,het_hom=3.3,singletons=100000";

static skr_quality quality_of(const char *key, size_t n)
{
    unsigned i = 0;
    for (; i < SKR_N_QUALITIES; i++) {
        const char *word = skr_quality_word((skr_quality)i);
        if (strlen(word) == n && memcmp(word, key, n) == 0)
            break;
    }
    return (skr_quality)i;
}

static int read_number(const char *text, size_t n, double *ret_number)
{
    char digits[32];
    char *end = digits;
    if (n == 0 || n >= sizeof digits)
        return SKR_ERR_USAGE;
    memcpy(digits, text, n);
    digits[n] = '\0';
    if (strspn(digits, "0123456789.") != n)
        return SKR_ERR_USAGE;
    *ret_number = strtod(digits, &end);
    return end == digits + n && isfinite(*ret_number) ? SKR_OK : SKR_ERR_USAGE;
}

/* One "KEY=N". */
static int parse_item(const char *item, size_t n, skr_qc *qc, skr_err *err)
{
    const char *equals = memchr(item, '=', n);
    size_t n_key = equals == NULL ? n : (size_t)(equals - item);
    skr_quality quality = quality_of(item, n_key);
    double number = 0;
    if (equals == NULL || quality == SKR_N_QUALITIES)
        return skr_fail(err, SKR_ERR_USAGE,
                        "qc: '%.*s' is neither network nor a KEY=N; keys are " WORDS
                        "each with a number",
                        (int)n, item);
    if (read_number(equals + 1, n - n_key - 1, &number) != SKR_OK)
        return skr_fail(err, SKR_ERR_USAGE, "qc: %.*s needs a number from 0 on, not '%.*s'",
                        (int)n_key, item, (int)(n - n_key - 1), equals + 1);
    if ((quality == SKR_QUALITY_CALL_RATE || quality == SKR_QUALITY_CALLABLE) && number > 1)
        return skr_fail(err, SKR_ERR_USAGE, "qc: %.*s is a share, from 0 to 1, and cannot be %.*s",
                        (int)n_key, item, (int)(n - n_key - 1), equals + 1);
    if (qc->limits[quality].is_set)
        return skr_fail(err, SKR_ERR_USAGE, "qc: %.*s is said twice", (int)n_key, item);
    qc->limits[quality] = (skr_qc_limit){true, number};
    return SKR_OK;
}

int skr_qc_parse(const char *text, skr_qc *qc, skr_err *err)
{
    if (strcmp(text, "network") == 0)
        text = network;
    for (const char *at = text;; at++) {
        size_t n = strcspn(at, ",");
        SKR_TRY(parse_item(at, n, qc, err));
        at += n;
        if (*at == '\0')
            return SKR_OK;
    }
}
