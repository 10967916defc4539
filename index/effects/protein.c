/*
 * protein.c - the spellings of a change of a protein.
 *
 * What stands in front of the first digit says whether amino acids have one letter or three. Behind
 * a place stand words (del, dup, ins, delins, fs, ext) or amino acids.
 */
#include "index/effects/protein.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static const struct {
    char three[4];
    char one;
} acids[] = {
    {"Ala", 'A'}, {"Arg", 'R'}, {"Asn", 'N'}, {"Asp", 'D'}, {"Asx", 'B'}, {"Cys", 'C'},
    {"Gln", 'Q'}, {"Glu", 'E'}, {"Glx", 'Z'}, {"Gly", 'G'}, {"His", 'H'}, {"Ile", 'I'},
    {"Leu", 'L'}, {"Lys", 'K'}, {"Met", 'M'}, {"Phe", 'F'}, {"Pro", 'P'}, {"Pyl", 'O'},
    {"Sec", 'U'}, {"Ser", 'S'}, {"Ter", '*'}, {"Thr", 'T'}, {"Trp", 'W'}, {"Tyr", 'Y'},
    {"Val", 'V'}, {"Xaa", 'X'},
};
#define N_ACIDS (sizeof acids / sizeof *acids)

static const char *const words[] = {"delins", "del", "dup", "ins", "fs", "ext", NULL};

/* Where a text is read, and what became of it. */
typedef struct reading {
    const char *at;
    const char *end;
    bool is_three; /* letters an amino acid */
    bool is_equal; /* "%3D" stood at the end */
    bool is_bad;
    char *to;
    size_t n;
} reading;

static size_t left(const reading *r)
{
    return (size_t)(r->end - r->at);
}

static void put(reading *r, char c)
{
    if (r->n + 1 >= SKR_PROTEIN_MAX)
        r->is_bad = true;
    else
        r->to[r->n++] = c;
}

static void put_text(reading *r, const char *text)
{
    for (; *text != '\0'; text++)
        put(r, *text);
}

/* The letter of three letters; '\0': no amino acid. */
static char three_letters(const char *at, size_t n)
{
    for (size_t i = 0; n >= 3 && i < N_ACIDS; i++)
        if (strncasecmp(at, acids[i].three, 3) == 0)
            return acids[i].one;
    return '\0';
}

static bool is_acid(char c)
{
    char upper = (char)toupper((unsigned char)c);
    return c == '*' || (upper >= 'A' && upper <= 'Z' && upper != 'J');
}

/* One amino acid or a stop; false: none stands here. X behind a place is a stop. */
static bool take_acid(reading *r, bool is_behind_place)
{
    char letter = three_letters(r->at, left(r));
    if (left(r) > 0 && *r->at == '*') {
        r->at++;
        put(r, '*');
        return true;
    }
    if (r->is_three && letter != '\0') {
        r->at += 3;
        put(r, letter);
        return true;
    }
    if (is_behind_place && letter == '*') { /* R31Ter */
        r->at += 3;
        put(r, '*');
        return true;
    }
    /* X stands for a stop beside three letters too: Arg31X */
    bool is_stop = is_behind_place && left(r) > 0 && toupper((unsigned char)*r->at) == 'X';
    if (left(r) == 0 || !is_acid(*r->at) || (r->is_three && !is_stop))
        return false;
    put(r, is_stop ? '*' : (char)toupper((unsigned char)*r->at));
    r->at++;
    return true;
}

static bool take_digits(reading *r)
{
    const char *from = r->at;
    while (left(r) > 0 && isdigit((unsigned char)*r->at))
        put(r, *r->at++);
    return r->at > from;
}

/* An amino acid and its place: V600. */
static bool take_place(reading *r)
{
    return take_acid(r, false) && take_digits(r);
}

/* The word that stands here, or NULL. */
static const char *take_word(reading *r)
{
    for (size_t i = 0; words[i] != NULL; i++) {
        size_t n = strlen(words[i]);
        if (left(r) < n || strncasecmp(r->at, words[i], n) != 0)
            continue;
        r->at += n;
        put_text(r, words[i]);
        return words[i];
    }
    return NULL;
}

/* What follows fs or ext: a stop and how far away it is, "*23", "Ter23", "X23", "*?", "-5". */
static void take_distance(reading *r, bool is_extension)
{
    if (is_extension && left(r) > 1)
        (void)take_acid(r, true);
    else if (left(r) > 0 && *r->at != '-')
        (void)take_acid(r, true);
    if (left(r) > 0 && *r->at == '-')
        put(r, *r->at++);
    if (left(r) > 0 && *r->at == '?')
        put(r, *r->at++);
    else
        (void)take_digits(r);
}

/* Everything behind the place or the range of places. */
static bool take_change(reading *r, const char *place)
{
    size_t n_place = r->n;
    const char *word = NULL;
    if (left(r) == 1 && (*r->at == '=' || *r->at == '?')) {
        put(r, *r->at++);
        return true;
    }
    /* Amino acids of one letter may spell a word; behind a place the word is meant. */
    word = take_word(r);
    if (word == NULL) {
        if (!take_acid(r, true))
            return false;
        word = take_word(r); /* R97Pfs, *97Qext */
        if (word == NULL && left(r) == 0 && r->to[n_place] == place[0])
            r->to[n_place] = '='; /* G12G */
        if (word != NULL && strcmp(word, "fs") != 0 && strcmp(word, "ext") != 0)
            return false;
    }
    if (word != NULL && (strcmp(word, "fs") == 0 || strcmp(word, "ext") == 0))
        take_distance(r, strcmp(word, "ext") == 0);
    if (word != NULL && (strcmp(word, "ins") == 0 || strcmp(word, "delins") == 0)) {
        size_t n_before = r->n;
        if (!take_digits(r)) /* how many, where they are not said */
            while (take_acid(r, left(r) == 1))
                continue;
        return r->n > n_before;
    }
    /* What was deleted or doubled may stand behind; it is in the places already. */
    if (word != NULL && (strcmp(word, "del") == 0 || strcmp(word, "dup") == 0)) {
        size_t n_before = r->n;
        while (take_acid(r, false))
            continue;
        r->n = n_before;
    }
    return true;
}

/* Drops what stands around the change. */
static void unwrap(reading *r)
{
    const char *colon = memchr(r->at, ':', left(r));
    if (colon != NULL)
        r->at = colon + 1;
    if (left(r) >= 2 && tolower((unsigned char)r->at[0]) == 'p' && r->at[1] == '.')
        r->at += 2;
    while (left(r) >= 2 &&
           ((r->at[0] == '(' && r->end[-1] == ')') || (r->at[0] == '[' && r->end[-1] == ']'))) {
        r->at++;
        r->end--;
    }
    r->is_equal = left(r) >= 3 && strncasecmp(r->end - 3, "%3D", 3) == 0;
    if (r->is_equal)
        r->end -= 3;
}

/* Have amino acids three letters? That of the first place tells, or of what a stop became. */
static bool has_three_letters(const reading *r)
{
    const char *at = r->at;
    size_t n_letters = 0;
    while (at < r->end && (*at == '*' || isdigit((unsigned char)*at)))
        at++;
    while (at + n_letters < r->end && isalpha((unsigned char)at[n_letters]))
        n_letters++;
    return three_letters(at, n_letters) != '\0' && (at > r->at || n_letters == 3);
}

bool skr_protein_read(const char *text, size_t n, char *ret)
{
    reading r = {.at = text, .end = text + n, .to = ret};
    unwrap(&r);
    r.is_three = has_three_letters(&r);
    if (!take_place(&r))
        return false;
    if (left(&r) > 0 && *r.at == '_') {
        put(&r, *r.at++);
        if (!take_place(&r))
            return false;
    }
    if (r.is_equal && left(&r) == 0)
        put(&r, '=');
    else if (!take_change(&r, ret))
        return false;
    if (r.is_bad || left(&r) > 0)
        return false;
    ret[r.n] = '\0';
    return true;
}

/* ------------------------------------------------------------------ the parts of VEP */

bool skr_protein_join(const char *letters, size_t n_letters, const char *position,
                      size_t n_position, char *ret)
{
    reading r = {.to = ret};
    const char *slash = memchr(position, '/', n_position);
    size_t n_digits = slash != NULL ? (size_t)(slash - position) : n_position;
    bool is_same = n_letters == 1;
    if ((!is_same && !(n_letters == 3 && letters[1] == '/')) || !is_acid(letters[0]) ||
        !is_acid(letters[n_letters - 1]) || n_digits == 0 || n_digits > 9)
        return false;
    put(&r, letters[0]);
    for (size_t i = 0; i < n_digits; i++) {
        if (!isdigit((unsigned char)position[i]))
            return false;
        put(&r, position[i]);
    }
    char to = letters[n_letters - 1];
    if (to == 'X' && !is_same) /* where the frame is lost VEP has X */
        return false;
    put(&r, is_same || to == letters[0] ? '=' : to);
    ret[r.n] = '\0';
    return true;
}

/* ------------------------------------------------------------------ bcftools csq */

/* Amino acids from a place on: "600VE". */
typedef struct stretch {
    unsigned long place;
    const char *acids;
    size_t n;
} stretch;

static bool read_stretch(const char *text, size_t n, stretch *ret)
{
    size_t n_digits = 0;
    ret->place = 0;
    while (n_digits < n && isdigit((unsigned char)text[n_digits]) && n_digits < 9)
        ret->place = ret->place * 10 + (unsigned long)(text[n_digits++] - '0');
    ret->acids = text + n_digits;
    ret->n = n - n_digits;
    for (size_t i = 0; i < ret->n; i++)
        if (!is_acid(ret->acids[i]))
            return false; /* "25SHL..68": cut short */
    return n_digits > 0 && ret->n > 0;
}

static void put_number(reading *r, unsigned long number)
{
    char digits[24];
    size_t n = 0;
    do {
        digits[n++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    while (n > 0)
        put(r, digits[--n]);
}

static void put_acids(reading *r, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        put(r, text[i]);
}

static void put_shifted(reading *r, const stretch *ref, const stretch *alt, size_t i)
{
    put(r, ref->acids[i]);
    put_number(r, ref->place + i);
    put(r, alt->acids[i]);
    if (alt->acids[i] == '*')
        return; /* a stop at once is no frameshift to HGVS */
    put_text(r, "fs");
    const char *stop = memchr(alt->acids + i, '*', alt->n - i);
    put(r, '*');
    if (stop != NULL)
        put_number(r, (unsigned long)(stop - (alt->acids + i)) + 1);
    else
        put(r, '?');
}

/* What is left of two stretches between their common ends. */
static void put_middle(reading *r, const stretch *ref, const stretch *alt, size_t i)
{
    size_t n_ref = ref->n - i;
    size_t n_alt = alt->n - i;
    while (n_ref > 0 && n_alt > 0 && ref->acids[i + n_ref - 1] == alt->acids[i + n_alt - 1]) {
        n_ref--;
        n_alt--;
    }
    bool is_insertion = n_ref == 0;
    size_t first = is_insertion ? i - 1 : i;
    size_t last = is_insertion ? i : i + n_ref - 1;
    /* An insertion in front of the first amino acid that is told, or behind the last, has no two
     * neighbours. */
    if ((is_insertion && i == 0) || last >= ref->n) {
        r->is_bad = true;
        return;
    }
    put(r, ref->acids[first]);
    put_number(r, ref->place + first);
    if (n_ref == 1 && n_alt == 1) {
        put(r, alt->acids[i]);
        return;
    }
    if (last > first) {
        put(r, '_');
        put(r, ref->acids[last]);
        put_number(r, ref->place + last);
    }
    put_text(r, n_alt == 0 ? "del" : is_insertion ? "ins" : "delins");
    put_acids(r, alt->acids + i, n_alt);
}

bool skr_protein_read_csq(const char *text, size_t n, bool is_frameshift, char *ret)
{
    reading r = {.to = ret};
    stretch ref;
    stretch alt;
    const char *arrow = memchr(text, '>', n);
    size_t n_ref = arrow != NULL ? (size_t)(arrow - text) : n;
    if (!read_stretch(text, n_ref, &ref))
        return false;
    if (arrow == NULL) {
        put(&r, ref.acids[0]);
        put_number(&r, ref.place);
        put(&r, '=');
        ret[r.n] = '\0';
        return ref.n == 1;
    }
    if (!read_stretch(arrow + 1, n - n_ref - 1, &alt) || alt.place != ref.place)
        return false;
    size_t i = 0;
    while (i < ref.n && i < alt.n && ref.acids[i] == alt.acids[i])
        i++;
    if (i == ref.n && i == alt.n) {
        put(&r, ref.acids[0]);
        put_number(&r, ref.place);
        put(&r, '=');
        r.is_bad = ref.n != 1;
    } else if (is_frameshift) {
        r.is_bad = i >= ref.n || i >= alt.n;
        if (!r.is_bad)
            put_shifted(&r, &ref, &alt, i);
    } else {
        put_middle(&r, &ref, &alt, i);
    }
    ret[r.n] = '\0';
    return !r.is_bad;
}

/* ------------------------------------------------------------------ asking */

bool skr_protein_is(const char *stored, size_t n_stored, const char *asked)
{
    size_t n_asked = strlen(asked);
    if (n_stored == n_asked && memcmp(stored, asked, n_asked) == 0)
        return true;
    /* "R97fs": the letter between the place and fs, and what follows, are left open. */
    if (n_asked < 4 || strcmp(asked + n_asked - 2, "fs") != 0 ||
        !isdigit((unsigned char)asked[n_asked - 3]))
        return false;
    size_t n_place = n_asked - 2;
    return n_stored >= n_place + 3 && memcmp(stored, asked, n_place) == 0 &&
           stored[n_place + 1] == 'f' && stored[n_place + 2] == 's' &&
           !isdigit((unsigned char)stored[n_place]);
}
