/* age_range.c - ages as files say them: durations, ranges, groups, classes of onset, dates. */
#include "index/people/age_range.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "index/people/age.h"
#include "index/terms/curie.h"

#define TEXT_MAX 96 /* a longer text is no age */
#define AGE_MAX 200 /* 1990-2000 is no range of ages */

/* ------------------------------------------------------------------ one age */

static const struct {
    const char *words; /* separated by blanks */
    char unit;
} units[] = {
    {"y yr yrs year years yo y/o y.o.", 'Y'},
    {"m mo mos mth month months", 'M'},
    {"w wk wks week weeks", 'W'},
    {"d day days", 'D'},
};

static bool is_among(const char *words, const char *word, size_t n)
{
    while (*words != '\0') {
        size_t n_word = strcspn(words, " ");
        if (n_word == n && strncasecmp(words, word, n) == 0)
            return true;
        words += n_word;
        words += *words == ' ';
    }
    return false;
}

/* Of "18 years 6 months" P18Y6M, which skr_age_parse judges. False: a word that is no unit. */
static bool to_duration(const char *text, char *duration, size_t n_max)
{
    size_t n = 0;
    duration[n++] = 'P';
    while (*text != '\0') {
        size_t n_number = strspn(text, "0123456789.");
        if (n_number == 0 || n + n_number + 2 > n_max)
            return false;
        memcpy(duration + n, text, n_number);
        n += n_number;
        text += n_number;
        text += strspn(text, " ");
        size_t n_word = strcspn(text, " 0123456789");
        char unit = '\0';
        for (size_t i = 0; i < sizeof units / sizeof *units; i++)
            if (is_among(units[i].words, text, n_word))
                unit = units[i].unit;
        if (unit == '\0')
            return false;
        duration[n++] = unit;
        text += n_word;
        text += strspn(text, " ");
    }
    duration[n] = '\0';
    return n > 1;
}

static bool read_one(const char *text, double *ret_years)
{
    char duration[TEXT_MAX];
    size_t n = strlen(text);
    if (skr_age_parse(text, ret_years))
        return true;
    if ((text[0] == 'p' || text[0] == 'P') && n < sizeof duration) {
        for (size_t i = 0; i <= n; i++)
            duration[i] = (char)toupper((unsigned char)text[i]);
        return skr_age_parse(duration, ret_years);
    }
    return to_duration(text, duration, sizeof duration) && skr_age_parse(duration, ret_years);
}

/* A part of a text, without blanks around it, as a text of its own. */
static bool cut(const char *from, const char *end, char *part)
{
    while (from < end && *from == ' ')
        from++;
    while (from < end && end[-1] == ' ')
        end--;
    if (from == end || end - from >= TEXT_MAX)
        return false;
    memcpy(part, from, (size_t)(end - from));
    part[end - from] = '\0';
    return true;
}

/* ------------------------------------------------------------------ ranges */

static bool is_date(const char *text)
{
    double years;
    return skr_age_on_date(text, text, &years);
}

/* Two ages; the first may lack the unit of the second: "6-12 months". */
static bool read_two(const char *first, const char *second, skr_age *ret_age)
{
    char with_unit[2 * TEXT_MAX];
    skr_age age;
    if (!read_one(second, &age.high))
        return false;
    if (is_date(first)) /* of birth, and the age since */
        age.low = age.high;
    else if (strspn(first, "0123456789.") == strlen(first) &&
             toupper((unsigned char)*second) != 'P') {
        const char *unit = second + strspn(second, "0123456789.");
        (void)snprintf(with_unit, sizeof with_unit, "%s%s", first, unit);
        if (!read_one(with_unit, &age.low))
            return false;
    } else if (!read_one(first, &age.low)) {
        return false;
    }
    if (age.low > age.high || age.high > AGE_MAX)
        return false;
    *ret_age = age;
    return true;
}

/* Tries a text at each place of a separator. */
static bool read_around(const char *text, const char *separator, skr_age *ret_age)
{
    char first[TEXT_MAX];
    char second[TEXT_MAX];
    for (const char *at = strstr(text, separator); at != NULL; at = strstr(at + 1, separator))
        if (cut(text, at, first) && cut(at + strlen(separator), at + strlen(at), second) &&
            read_two(first, second, ret_age))
            return true;
    return false;
}

/* [30,40) and (30,40] leave the round end out. */
static bool read_brackets(const char *text, skr_age *ret_age)
{
    size_t n = strlen(text);
    char inner[TEXT_MAX];
    bool is_bracketed = n > 2 && strchr("[(", text[0]) != NULL && strchr("])", text[n - 1]) != NULL;
    if (!is_bracketed || !cut(text + 1, text + n - 1, inner))
        return false;
    if (!read_around(inner, ",", ret_age) && !read_around(inner, "-", ret_age))
        return false;
    if (text[0] == '(')
        ret_age->low = nextafter(ret_age->low, INFINITY);
    if (text[n - 1] == ')')
        ret_age->high = nextafter(ret_age->high, -INFINITY);
    return ret_age->low <= ret_age->high;
}

/* >=18, >18, <=18, <18, 18+ */
static bool read_open(const char *text, skr_age *ret_age)
{
    static const struct {
        const char *sign;
        bool is_low;
        bool is_strict;
    } signs[] = {{">=", true, false},  {"\xe2\x89\xa5", true, false},  {">", true, true},
                 {"<=", false, false}, {"\xe2\x89\xa4", false, false}, {"<", false, true}};
    char part[TEXT_MAX];
    double years;
    size_t n = strlen(text);
    if (n > 1 && text[n - 1] == '+' && cut(text, text + n - 1, part) && read_one(part, &years)) {
        *ret_age = (skr_age){years, NAN};
        return true;
    }
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        size_t n_sign = strlen(signs[i].sign);
        if (strncmp(text, signs[i].sign, n_sign) != 0)
            continue;
        if (!cut(text + n_sign, text + n, part) || !read_one(part, &years))
            return false;
        if (signs[i].is_strict)
            years = nextafter(years, signs[i].is_low ? INFINITY : -INFINITY);
        *ret_age = signs[i].is_low ? (skr_age){years, NAN} : (skr_age){NAN, years};
        return true;
    }
    return false;
}

bool skr_age_range_parse(const char *text, skr_age *ret_age)
{
    static const char *const separators[] = {"/",  "-",   "\xe2\x80\x93", "\xe2\x80\x94",
                                             "..", " to "};
    char plain[TEXT_MAX];
    double years;
    if (strlen(text) < sizeof plain && read_brackets(text, ret_age))
        return true;
    if (!skr_curie_text_plain(text, plain, sizeof plain))
        return false;
    if (read_one(plain, &years)) {
        *ret_age = skr_age_at(years);
        return true;
    }
    if (read_open(plain, ret_age) || read_brackets(plain, ret_age))
        return true;
    for (size_t i = 0; i < sizeof separators / sizeof *separators; i++)
        if (read_around(plain, separators[i], ret_age))
            return true;
    return false;
}

/* ------------------------------------------------------------------ classes of onset */

bool skr_age_of_class(const char *curie, skr_age *ret_age)
{
    static const double days = 1 / 365.25;
    const struct {
        const char *curie;
        skr_age age;
    } classes[] = {
        {"HP:0030674", {NAN, 0}},        /* antenatal, and the four below it */
        {"HP:0011460", {NAN, 0}},        /* embryonal */
        {"HP:0011461", {NAN, 0}},        /* fetal */
        {"HP:0034199", {NAN, 0}},        /* late first trimester */
        {"HP:0034198", {NAN, 0}},        /* second trimester */
        {"HP:0034197", {NAN, 0}},        /* third trimester */
        {"HP:0003577", {0, 0}},          /* congenital: present at birth */
        {"HP:0003623", {0, 28 * days}},  /* neonatal */
        {"HP:0003593", {28 * days, 1}},  /* infantile */
        {"HP:0410280", {28 * days, 16}}, /* pediatric */
        {"HP:0011463", {1, 5}},          /* childhood */
        {"HP:0003621", {5, 15}},         /* juvenile */
        {"HP:0003581", {16, NAN}},       /* adult */
        {"HP:0011462", {16, 40}},        /* young adult */
        {"HP:0025708", {16, 19}},        /* early young adult */
        {"HP:0025709", {19, 25}},        /* intermediate young adult */
        {"HP:0025710", {25, 40}},        /* late young adult */
        {"HP:0003596", {40, 60}},        /* middle age */
        {"HP:0003584", {60, NAN}},       /* late */
        {"NCIT:C49685", {18, 65}},       /* adult, 18 to 65 years old */
    };
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        if (strcmp(curie, classes[i].curie) == 0) {
            *ret_age = classes[i].age;
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------ dates */

typedef struct date {
    int year;
    int month;
    int day;
} date;

static int days_of_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && is_leap);
}

/* YYYY-MM-DD, and perhaps a T and a time. */
static bool read_date(const char *text, date *ret_date)
{
    static const char form[] = "dddd-dd-dd";
    int parts[3] = {0, 0, 0};
    int part = 0;
    for (size_t i = 0; i < sizeof form - 1; i++) {
        if (form[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != form[i])
            return false;
        if (form[i] == 'd')
            parts[part] = 10 * parts[part] + (text[i] - '0');
        else
            part++;
    }
    const char *rest = text + sizeof form - 1;
    if (*rest != '\0' && *rest != 'T' && *rest != 't' && *rest != ' ')
        return false;
    if (parts[1] < 1 || parts[1] > 12 || parts[2] < 1 ||
        parts[2] > days_of_month(parts[0], parts[1]))
        return false;
    *ret_date = (date){parts[0], parts[1], parts[2]};
    return true;
}

static int day_of_year(date day)
{
    int n = day.day;
    for (int month = 1; month < day.month; month++)
        n += days_of_month(day.year, month);
    return n;
}

bool skr_age_on_date(const char *birth, const char *date_text, double *ret_years)
{
    date born;
    date then;
    if (!read_date(birth, &born) || !read_date(date_text, &then))
        return false;
    /* Whole years to the last birthday, so that who is 18 that day is 18, then days. */
    bool is_before = then.month < born.month || (then.month == born.month && then.day < born.day);
    int years = then.year - born.year - is_before;
    int days = day_of_year(then) - day_of_year((date){then.year, born.month, born.day});
    if (is_before)
        days += 365 + (days_of_month(then.year - 1, 2) == 29);
    if (years < 0)
        return false;
    *ret_years = years + (days < 0 ? 0 : days) / 366.0;
    return true;
}
