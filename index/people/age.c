/* age.c - ages as people write them: ISO 8601 durations and plain years. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "index/people/age.h"

#define DAYS_OF_YEAR 365.25
#define YEARS_MAX 100000.0 /* far beyond any age; keeps sums finite */
#define YEARS_MIN 1e-9     /* less is 0: an age has a plain decimal of at most 30 digits */

/* Digits, and perhaps a point or comma and digits, which is all that ISO 8601 allows. */
static bool take_number(const char **at, double *ret_number)
{
    char digits[40];
    size_t n = 0;
    const char *from = *at;
    bool has_point = false;
    while (isdigit((unsigned char)*from) ||
           (!has_point && n > 0 && (*from == '.' || *from == ','))) {
        if (n + 1 == sizeof digits)
            return false;
        has_point = has_point || !isdigit((unsigned char)*from);
        digits[n++] = *from == ',' ? '.' : *from;
        from++;
    }
    if (n == 0 || digits[n - 1] == '.')
        return false;
    digits[n] = '\0';
    *ret_number = strtod(digits, NULL);
    *at = from;
    return true;
}

/* Units in the order in which they may come, and their length in days. */
static const struct unit {
    char letter;
    double days;
} date_units[] = {{'Y', DAYS_OF_YEAR}, {'M', DAYS_OF_YEAR / 12}, {'W', 7}, {'D', 1}},
  time_units[] = {{'H', 1.0 / 24}, {'M', 1.0 / 1440}, {'S', 1.0 / 86400}};

/* Components up to the end of the text or a T. False when one is malformed or there are none. */
static bool take_units(const char **at, const struct unit *units, size_t n_units, double *years)
{
    size_t next = 0;
    bool has_any = false;
    while (**at != '\0' && **at != 'T') {
        double number;
        if (!take_number(at, &number))
            return false;
        while (next < n_units && units[next].letter != **at)
            next++;
        if (next == n_units)
            return false;
        *years +=
            units[next].days == DAYS_OF_YEAR ? number : number * units[next].days / DAYS_OF_YEAR;
        next++;
        (*at)++;
        has_any = true;
    }
    return has_any;
}

bool skr_age_parse(const char *text, double *ret_years)
{
    double years = 0;
    const char *at = text;
    if (*at == 'P') {
        at++;
        if (*at != 'T' && !take_units(&at, date_units, 4, &years))
            return false;
        if (*at == 'T') {
            at++;
            if (!take_units(&at, time_units, 3, &years))
                return false;
        }
    } else if (!take_number(&at, &years)) {
        return false;
    } else if (*at == 'Y') { /* what people write who leave the P out; 6M might be minutes */
        at++;
    }
    if (*at != '\0' || !isfinite(years) || years > YEARS_MAX)
        return false;
    *ret_years = years < YEARS_MIN ? 0 : years;
    return true;
}
