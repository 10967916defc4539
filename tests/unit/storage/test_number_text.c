/*
 * Numbers as text: the same as printf writes them, for borders, for all fractions of small
 * denominators, and for drawn ones.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/number_text.h"

static uint64_t state = 20240517;

static uint64_t draw(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * UINT64_C(2685821657736338717);
}

static void check_number(uint64_t number)
{
    char want[32], got[32];
    (void)snprintf(want, sizeof want, "%llu", (unsigned long long)number);
    got[skr_number_text(number, got)] = '\0';
    cr_assert(eq(str, got, want));
}

static void check_real(double number)
{
    char want[SKR_REAL_TEXT_MAX], got[SKR_REAL_TEXT_MAX + 1];
    for (int precision = 1; precision <= 17; precision++) {
        (void)snprintf(want, sizeof want, "%.*g", precision, number);
        if (strtod(want, NULL) == number)
            break;
    }
    got[skr_number_text_real(number, got)] = '\0';
    if (strcmp(got, want) != 0)
        cr_fatal("%a: %s, not %s", number, got, want);
    (void)snprintf(want, sizeof want, "%.6g", number);
    got[skr_number_text_six(number, got)] = '\0';
    if (strcmp(got, want) != 0)
        cr_fatal("%a to six digits: %s, not %s", number, got, want);
}

Test(number_text, whole_numbers)
{
    uint64_t ten = 1;
    for (int i = 0; i < 20; i++, ten *= 10) {
        check_number(ten - 1);
        check_number(ten);
        check_number(ten + 1);
    }
    check_number(UINT64_MAX);
    for (int i = 0; i < 100000; i++)
        check_number(draw() >> draw() % 64);
}

Test(number_text, fractions)
{
    for (unsigned n = 1; n <= 300; n++)
        for (unsigned i = 0; i <= n; i++)
            check_real((double)i / n);
    for (int i = 0; i < 300000; i++) {
        uint64_t n = 1 + (draw() >> (24 + draw() % 40));
        check_real((double)(draw() % n) / (double)n);
    }
}

Test(number_text, borders)
{
    static const double plain[] = {0.0, -0.0, 1.0, 2.0, 12345678.0, -0.25, 1e300, 5e-324, 1e-11};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        check_real(plain[i]);
    for (int exponent = -40; exponent <= 2; exponent++) {
        double ten = pow(10, exponent);
        double two = ldexp(1, exponent);
        for (int i = 0; i < 5; i++) {
            check_real(ten * (1 - 0.5 * i));
            check_real(two * (1 - 0.5 * i));
        }
        double above = ten, below = ten;
        for (int i = 0; i < 100; i++) {
            check_real(above = nextafter(above, 2e9));
            check_real(below = nextafter(below, 0));
        }
        above = below = two;
        for (int i = 0; i < 100; i++) {
            check_real(above = nextafter(above, 2e9));
            check_real(below = nextafter(below, 0));
        }
    }
    /* halves in the digit that is rounded away */
    for (unsigned i = 0; i < 2000; i++)
        check_real(0.5 + (2 * i + 1) / 67108864.0);
}

Test(number_text, any_bits)
{
    for (int i = 0; i < 300000; i++) {
        uint64_t bits = draw();
        bits = (bits & ((UINT64_C(1) << 52) - 1)) | (1023 - draw() % 45) << 52;
        double number;
        memcpy(&number, &bits, sizeof number);
        check_real(number);
    }
}
