/*
 * number_text.c - numbers as decimal text.
 *
 * Between 1e-10 and 1 a double is m * 2^e and m * 10^k fits into 128 bits for every k that is
 * needed, so digits are those of an exact product, and so are the borders of what reads back as
 * this number. Everything else is left to printf.
 */
#include "storage/base/number_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned __int128 wide;

static const char pairs[] = "0001020304050607080910111213141516171819202122232425262728293031323334"
                            "3536373839404142434445464748495051525354555657585960616263646566676869"
                            "707172737475767778798081828384858687888990919293949596979899";

static const uint64_t tens[] = {
    1ull,
    10ull,
    100ull,
    1000ull,
    10000ull,
    100000ull,
    1000000ull,
    10000000ull,
    100000000ull,
    1000000000ull,
    10000000000ull,
    100000000000ull,
    1000000000000ull,
    10000000000000ull,
    100000000000000ull,
    1000000000000000ull,
    10000000000000000ull,
    100000000000000000ull,
    1000000000000000000ull,
    10000000000000000000ull,
};
#define N_TENS (sizeof tens / sizeof *tens)

static const uint64_t fives[] = {
    1ull,
    5ull,
    25ull,
    125ull,
    625ull,
    3125ull,
    15625ull,
    78125ull,
    390625ull,
    1953125ull,
    9765625ull,
    48828125ull,
    244140625ull,
    1220703125ull,
    6103515625ull,
    30517578125ull,
    152587890625ull,
    762939453125ull,
    3814697265625ull,
    19073486328125ull,
    95367431640625ull,
    476837158203125ull,
    2384185791015625ull,
    11920928955078125ull,
    59604644775390625ull,
    298023223876953125ull,
    1490116119384765625ull,
    7450580596923828125ull,
};

static size_t n_digits(uint64_t number)
{
    /* bits * log10(2), rounded down, is right or one too few */
    size_t n = (size_t)(64 - __builtin_clzll(number | 1)) * 1233 >> 12;
    return n + (number >= tens[n] || n == 0);
}

/* Writes eight digits; two at a time, none of which waits for the one before. */
static void put_eight(uint32_t number, char *text)
{
    uint32_t high = number / 10000;
    uint32_t low = number % 10000;
    memcpy(text, pairs + 2 * (high / 100), 2);
    memcpy(text + 2, pairs + 2 * (high % 100), 2);
    memcpy(text + 4, pairs + 2 * (low / 100), 2);
    memcpy(text + 6, pairs + 2 * (low % 100), 2);
}

/* Writes the last n digits of a number. */
static void put_digits(uint64_t number, size_t n, char *text)
{
    while (n >= 8) {
        n -= 8;
        put_eight((uint32_t)(number % 100000000), text + n);
        number /= 100000000;
    }
    uint32_t rest = (uint32_t)number;
    while (n >= 2) {
        n -= 2;
        memcpy(text + n, pairs + 2 * (rest % 100), 2);
        rest /= 100;
    }
    if (n > 0)
        text[0] = (char)('0' + rest % 10);
}

size_t skr_number_text(uint64_t number, char *text)
{
    if (number < 10) {
        text[0] = (char)('0' + number);
        return 1;
    }
    size_t n = n_digits(number);
    put_digits(number, n, text);
    return n;
}

/* number * 10^k = product / 2^shift, exactly. */
typedef struct scaled {
    wide product;
    uint64_t five; /* 5^k: half of the way to the next double is five / 2^(shift + 1) */
    unsigned shift;
    int k;
} scaled;

/* Has the double a neighbour below that is as far away as the one above, and can it be scaled? */
static bool is_simple(double number, uint64_t *ret_mantissa, int *ret_exponent)
{
    uint64_t bits;
    if (!(number >= 1e-10 && number < 1.0))
        return false;
    memcpy(&bits, &number, sizeof bits);
    *ret_mantissa = (bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1) << 52;
    *ret_exponent = (int)(bits >> 52) - 1075;
    return *ret_mantissa != UINT64_C(1) << 52;
}

/* Scales so that the whole part has n digits. */
static void scale(double number, uint64_t mantissa, int exponent, int n, scaled *ret)
{
    static const double borders[] = {1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10};
    int n_zeros = 0; /* between the point and the first digit */
    while (n_zeros < 10 && number < borders[n_zeros])
        n_zeros++;
    for (;; n_zeros++) {
        ret->k = n + n_zeros;
        ret->five = fives[ret->k];
        ret->product = (wide)mantissa * ret->five;
        ret->shift = (unsigned)-(exponent + ret->k);
        /* A border that is not quite its power of ten may have cost a digit. */
        if ((uint64_t)(ret->product >> ret->shift) >= tens[n - 1])
            return;
    }
}

/* The nearest whole number to (whole + rest) / unit, half to even; rest: is there a fraction? */
static uint64_t nearest(uint64_t whole, bool has_rest, uint64_t unit)
{
    uint64_t quotient = whole / unit;
    uint64_t twice = 2 * (whole % unit);
    if (twice > unit || (twice == unit && (has_rest || quotient % 2 == 1)))
        quotient++;
    return quotient;
}

static uint64_t rounded(const scaled *value)
{
    uint64_t whole = (uint64_t)(value->product >> value->shift);
    wide rest = value->product - ((wide)whole << value->shift);
    wide half = (wide)1 << (value->shift - 1);
    return whole + (rest > half || (rest == half && whole % 2 == 1));
}

/* The digits with the most zeros at their end that read back as the number; of those the nearest.
 * Of 17 digits the numbers that do are less than 25 apart. */
static uint64_t shortest(const scaled *value)
{
    uint64_t least = (uint64_t)((2 * value->product - value->five) >> (value->shift + 1)) + 1;
    uint64_t most = (uint64_t)((2 * value->product + value->five) >> (value->shift + 1));
    if (most - most % 100 >= least)
        return most - most % 100;
    uint64_t whole = (uint64_t)(value->product >> value->shift);
    bool has_rest = (value->product & (((wide)1 << value->shift) - 1)) != 0;
    uint64_t ten = 10 * nearest(whole, has_rest, 10);
    return ten >= least && ten <= most ? ten : rounded(value);
}

/* Writes digits / 10^k as %g does: trailing zeros dropped, an exponent below -4. */
static size_t put_real(uint64_t digits, int k, char *text)
{
    while (digits % 10000 == 0) {
        digits /= 10000;
        k -= 4;
    }
    while (digits % 10 == 0) {
        digits /= 10;
        k--;
    }
    size_t n = n_digits(digits);
    int exponent = (int)n - 1 - k;
    if (exponent >= 0) { /* rounded up to 1 */
        text[0] = '1';
        return 1;
    }
    if (exponent >= -4) {
        size_t n_before = (size_t)(1 - exponent);
        memcpy(text, "0.000", 5);
        put_digits(digits, n, text + n_before);
        return n_before + n;
    }
    put_digits(digits, n, text + 1);
    text[0] = text[1];
    text[1] = '.';
    size_t at = n > 1 ? n + 1 : 1;
    memcpy(text + at, "e-", 2);
    memcpy(text + at + 2, pairs + 2 * -exponent, 2);
    return at + 4;
}

static size_t put_trivial(double number, char *text)
{
    text[0] = number == 0 ? '0' : '1';
    return 1;
}

static bool is_trivial(double number)
{
    return (number == 0 && !__builtin_signbit(number)) || number == 1;
}

size_t skr_number_text_real(double number, char *text)
{
    uint64_t mantissa;
    int exponent;
    scaled value;
    if (is_trivial(number))
        return put_trivial(number, text);
    if (is_simple(number, &mantissa, &exponent)) {
        scale(number, mantissa, exponent, 17, &value);
        return put_real(shortest(&value), value.k, text);
    }
    char printed[SKR_REAL_TEXT_MAX];
    int n = 0;
    for (int precision = 1; precision <= 17; precision++) {
        n = snprintf(printed, sizeof printed, "%.*g", precision, number);
        if (strtod(printed, NULL) == number)
            break;
    }
    memcpy(text, printed, (size_t)n);
    return (size_t)n;
}

size_t skr_number_text_six(double number, char *text)
{
    uint64_t mantissa;
    int exponent;
    scaled value;
    if (is_trivial(number))
        return put_trivial(number, text);
    if (is_simple(number, &mantissa, &exponent)) {
        scale(number, mantissa, exponent, 6, &value);
        return put_real(rounded(&value), value.k, text);
    }
    char printed[SKR_REAL_TEXT_MAX];
    int n = snprintf(printed, sizeof printed, "%.6g", number);
    memcpy(text, printed, (size_t)n);
    return (size_t)n;
}
