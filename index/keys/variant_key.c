/*
 * variant_key.c - the canonical form of an allele.
 *
 * A pure insertion or deletion is a run of bases after an anchor base. While the run ends with the
 * anchor base it may move one to the left: the run then is the same cyclic word begun one base
 * earlier. So moving costs one comparison a base, however long the run is.
 */
#include "index/keys/variant_key.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "storage/base/limits.h"

/* Bases fetched at once when an allele moves left. */
#define FETCH 256u

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool is_acgt(char c)
{
    return c == 'A' || c == 'C' || c == 'G' || c == 'T';
}

/* A, C, G, T in upper case as they are; anything else is N: nobody knows which base. */
static char known_base(char c)
{
    char base = upper(c);
    return is_acgt(base) ? base : 'N';
}

/* The bases that a letter of the alphabet of IUPAC may be, a bit each; 0: it is no such letter. */
static unsigned bases_of(char c)
{
    enum {
        A = 1,
        C = 2,
        G = 4,
        T = 8
    };
    static const uint8_t bases[UINT8_MAX + 1] = {
        ['A'] = A,         ['C'] = C,         ['G'] = G,
        ['T'] = T,         ['M'] = A | C,     ['R'] = A | G,
        ['W'] = A | T,     ['S'] = C | G,     ['Y'] = C | T,
        ['K'] = G | T,     ['V'] = A | C | G, ['H'] = A | C | T,
        ['D'] = A | G | T, ['B'] = C | G | T, ['N'] = A | C | G | T};
    return bases[(unsigned char)upper(c)];
}

bool skr_variant_base_agrees(char letter, char base)
{
    return (bases_of(letter) & bases_of(base)) != 0;
}

/* What is left of REF and ALT when what both share at their ends is taken off, the right end first;
 * either may come to nothing. */
typedef struct trimmed {
    const char *ref;
    const char *alt;
    size_t n_ref;
    size_t n_alt;
    uint32_t start0;
    char before; /* the shared letter in front of it, the one after it; 0: there is none */
    char behind;
} trimmed;

static void trim(trimmed *at)
{
    while (at->n_ref > 0 && at->n_alt > 0 &&
           upper(at->ref[at->n_ref - 1]) == upper(at->alt[at->n_alt - 1])) {
        at->behind = known_base(at->ref[at->n_ref - 1]);
        at->n_ref--;
        at->n_alt--;
    }
    while (at->n_ref > 0 && at->n_alt > 0 && upper(at->ref[0]) == upper(at->alt[0])) {
        at->before = known_base(at->ref[0]);
        at->ref++;
        at->alt++;
        at->n_ref--;
        at->n_alt--;
        at->start0++;
    }
}

/* Is every letter, whatever its case, A, C, G or T? */
static bool are_known(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!is_acgt(upper(text[i])))
            return false;
    return true;
}

static bool are_letters(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bases_of(text[i]) == 0)
            return false;
    return true;
}

bool skr_variant_alt_has_key(const char *ref, size_t n_ref, const char *alt, size_t n_alt)
{
    if (are_known(alt, n_alt))
        return are_letters(ref, n_ref);
    trimmed left = {.ref = ref, .alt = alt, .n_ref = n_ref, .n_alt = n_alt};
    if (!are_letters(ref, n_ref) || !are_letters(alt, n_alt))
        return false;
    trim(&left);
    return are_known(left.alt, left.n_alt);
}

static bool is_non_ref(const char *alt)
{
    return strcmp(alt, "<NON_REF>") == 0 || strcmp(alt, "<*>") == 0 || strcmp(alt, "<X>") == 0;
}

static skr_alt_class classify_symbolic(const char *alt, size_t n)
{
    if (alt[n - 1] != '>' || n < 3)
        return SKR_ALT_BAD;
    if (strncmp(alt, "<*:", 3) == 0)
        return SKR_ALT_NON_REF;
    size_t n_type = strcspn(alt + 1, ":>"); /* the rest is a subtype */
    for (size_t i = 1; i <= n_type; i++)
        if (!isalnum((unsigned char)alt[i]) && strchr("_.#@*+/", alt[i]) == NULL)
            return SKR_ALT_BAD;
    for (size_t i = n_type + 1; i < n - 1; i++)
        if (!isgraph((unsigned char)alt[i]))
            return SKR_ALT_BAD;
    return n_type == 0 || n > SKR_NAME_MAX ? SKR_ALT_BAD : SKR_ALT_SV;
}

skr_alt_class skr_variant_alt_classify(const char *ref, const char *alt)
{
    if (alt[0] == '<' && is_non_ref(alt)) /* as every block of a gVCF has it */
        return SKR_ALT_NON_REF;
    size_t n = strlen(alt);
    if (n == 0)
        return SKR_ALT_BAD;
    if (strcmp(alt, ".") == 0)
        return SKR_ALT_NONE;
    if (strcmp(alt, "*") == 0)
        return SKR_ALT_STAR;
    if (strpbrk(alt, "[]") != NULL || alt[0] == '.' || alt[n - 1] == '.')
        return SKR_ALT_BND;
    if (alt[0] == '<')
        return classify_symbolic(alt, n);
    if (strcasecmp(ref, alt) == 0)
        return SKR_ALT_SAME;
    return skr_variant_alt_has_key(ref, strlen(ref), alt, n) ? SKR_ALT_BASES : SKR_ALT_BAD;
}

/* Copies in upper case. */
static int put_upper(skr_buffer *text, const char *bases, size_t n, skr_err *err)
{
    SKR_TRY(skr_buffer_reserve(text, n, err));
    for (size_t i = 0; i < n; i++)
        text->bytes[text->n + i] = (uint8_t)upper(bases[i]);
    text->n += n;
    return SKR_OK;
}

/* One base of the reference; '\0' when it is past an end. */
static int base_at(const skr_base_source *source, uint32_t pos0, char *ret_base, skr_err *err)
{
    char base = '\0';
    int n_got = source->get(source->context, pos0, 1, &base, err);
    if (n_got < 0)
        return n_got;
    *ret_base = n_got == 1 ? known_base(base) : '\0';
    return SKR_OK;
}

/*
 * How far the run bases[0 .. n), which begins at start0, can move left so that a base still stands
 * before it. *ret_anchor is that base, '\0' when there is none: the run begins its contig, or lies
 * past the end of what the source knows.
 */
static int count_moves(const skr_base_source *source, const char *bases, size_t n, uint32_t start0,
                       uint32_t *ret_n_moves, char *ret_anchor, skr_err *err)
{
    char window[FETCH];
    uint32_t n_left = 0; /* bases of the window that were not looked at */
    uint32_t n_moves = 0;
    size_t last = n - 1; /* of the run as it lies now, in the run as it lay first */
    char anchor = '\0';

    for (;;) {
        if (n_left == 0) {
            uint32_t here0 = start0 - n_moves - (anchor != '\0' ? 1 : 0);
            n_left = here0 < FETCH ? here0 : FETCH;
            if (n_left == 0)
                break;
            int n_got = source->get(source->context, here0 - n_left, n_left, window, err);
            if (n_got < 0)
                return n_got;
            if ((uint32_t)n_got != n_left)
                break;
        }
        char base = known_base(window[n_left - 1]);
        if (anchor != '\0')
            n_moves++;
        anchor = base;
        n_left--;
        if (bases[last] != base)
            break;
        last = last == 0 ? n - 1 : last - 1;
    }
    *ret_n_moves = n_moves;
    *ret_anchor = anchor;
    return SKR_OK;
}

/* Names the texts of a pure insertion or deletion: longer, n + 1 bases, and the one base kept. */
static void set_indel(skr_allele *ret, uint32_t start0, const char *longer, size_t n,
                      const char *kept, bool is_insertion)
{
    ret->start0 = start0;
    ret->kind = is_insertion ? SKR_ALLELE_INS : SKR_ALLELE_DEL;
    ret->ref = is_insertion ? kept : longer;
    ret->n_ref = is_insertion ? 1 : (uint32_t)n + 1;
    ret->alt = is_insertion ? longer : kept;
    ret->n_alt = is_insertion ? (uint32_t)n + 1 : 1;
    ret->end0 = start0 + ret->n_ref;
}

/* Inserts or deletes run (n bases, begins at start0), moved left by n_moves, after its anchor. */
static int write_indel(skr_buffer *text, const char *run, size_t n, uint32_t n_moves, char anchor,
                       bool is_insertion, skr_allele *ret, uint32_t start0, skr_err *err)
{
    size_t shift = n_moves % n; /* the run begins `shift` bases earlier in its cyclic word */
    SKR_TRY(skr_buffer_reserve(text, n + 1, err));
    char *out = (char *)text->bytes + text->n;
    out[0] = anchor;
    memcpy(out + 1, run + (n - shift), shift);
    memcpy(out + 1 + shift, run, n - shift);
    text->n += n + 1;
    set_indel(ret, start0 - n_moves - 1, out, n, out, is_insertion);
    return SKR_OK;
}

/* A run at the very start of its contig keeps the base after it in place of an anchor. */
static int write_indel_at_start(skr_buffer *text, const char *run, size_t n, char behind,
                                bool is_insertion, skr_allele *ret, uint32_t start0, skr_err *err)
{
    SKR_TRY(skr_buffer_reserve(text, n + 1, err));
    char *out = (char *)text->bytes + text->n;
    memcpy(out, run, n);
    out[n] = behind;
    text->n += n + 1;
    set_indel(ret, start0, out, n, out + n, is_insertion);
    return SKR_OK;
}

/*
 * The canonical form of inserting or deleting the run that is left, in upper case. Without a source
 * the anchor is what the writer shared, N where he left it out: whoever searches takes any base.
 */
static int normalise_run(const skr_base_source *source, const skr_buffer *run, const trimmed *left,
                         bool is_insertion, skr_buffer *text, skr_allele *ret, skr_err *err)
{
    const char *bases = (const char *)run->bytes;
    uint32_t n_moves = 0;
    char anchor = '\0';
    char behind = '\0';

    if (source != NULL) {
        SKR_TRY(count_moves(source, bases, run->n, left->start0, &n_moves, &anchor, err));
        if (left->start0 == 0)
            SKR_TRY(base_at(source, is_insertion ? 0 : (uint32_t)run->n, &behind, err));
    }
    if (anchor == '\0')
        anchor = left->before;
    if (behind == '\0')
        behind = left->behind;
    if (anchor == '\0' && (behind != '\0' || left->start0 == 0))
        return write_indel_at_start(text, bases, run->n, behind != '\0' ? behind : 'N',
                                    is_insertion, ret, left->start0, err);
    return write_indel(text, bases, run->n, n_moves, anchor != '\0' ? anchor : 'N', is_insertion,
                       ret, left->start0, err);
}

/* A replacement: nothing moves. */
static int write_replacement(const trimmed *left, skr_buffer *text, skr_allele *ret, skr_err *err)
{
    SKR_TRY(skr_buffer_reserve(text, left->n_ref + left->n_alt, err));
    char *out = (char *)text->bytes + text->n;
    SKR_TRY(put_upper(text, left->ref, left->n_ref, err));
    SKR_TRY(put_upper(text, left->alt, left->n_alt, err));
    ret->start0 = left->start0;
    ret->end0 = left->start0 + (uint32_t)left->n_ref;
    ret->kind = left->n_ref != left->n_alt ? SKR_ALLELE_DELINS
                : left->n_ref == 1         ? SKR_ALLELE_SNV
                                           : SKR_ALLELE_MNV;
    ret->ref = out;
    ret->n_ref = (uint32_t)left->n_ref;
    ret->alt = out + left->n_ref;
    ret->n_alt = (uint32_t)left->n_alt;
    return SKR_OK;
}

/*
 * Writes REF as the source has it into bases where one of the two names no base, and trims again:
 * REF may have come nearer to ALT. Where both name one, REF stays: contradictions are for others.
 */
static int settle_ref(const skr_base_source *source, trimmed *left, skr_buffer *bases, skr_err *err)
{
    char told[FETCH];
    uint32_t n_told = 0;
    SKR_TRY(put_upper(bases, left->ref, left->n_ref, err));
    for (size_t i = 0; i < left->n_ref; i++) {
        if (source != NULL && i % FETCH == 0) {
            size_t n = left->n_ref - i < FETCH ? left->n_ref - i : FETCH;
            int got =
                source->get(source->context, left->start0 + (uint32_t)i, (uint32_t)n, told, err);
            if (got < 0)
                return got;
            n_told = (uint32_t)got;
        }
        char base = i % FETCH < n_told ? known_base(told[i % FETCH]) : '\0';
        if (base == 'N' || !is_acgt((char)bases->bytes[i]))
            bases->bytes[i] = (uint8_t)(base != '\0' ? base : 'N');
    }
    left->ref = (const char *)bases->bytes;
    trim(left);
    return SKR_OK;
}

int skr_variant_allele_normalise(uint32_t start0, const char *ref, size_t n_ref, const char *alt,
                                 size_t n_alt, const skr_base_source *source, skr_buffer *text,
                                 skr_allele *ret, skr_err *err)
{
    trimmed left = {.ref = ref, .alt = alt, .n_ref = n_ref, .n_alt = n_alt, .start0 = start0};
    skr_buffer bases = {0};
    skr_buffer run = {0};
    int status = SKR_OK;
    text->n = 0;
    if ((n_ref == 0 && n_alt == 0) || n_ref > SKR_ALLELE_MAX || n_alt > SKR_ALLELE_MAX ||
        start0 > SKR_CONTIG_LENGTH_MAX || n_ref > SKR_CONTIG_LENGTH_MAX - start0)
        return skr_fail(err, SKR_ERR_INPUT, "an allele is empty, too long, or too far out");

    trim(&left);
    if ((source != NULL && !source->has_ref) || !are_known(left.ref, left.n_ref))
        status = settle_ref(source, &left, &bases, err);
    bool is_insertion = left.n_ref == 0;
    if (status == SKR_OK && left.n_ref > 0 && left.n_alt > 0) {
        status = write_replacement(&left, text, ret, err);
    } else if (status == SKR_OK && left.n_ref + left.n_alt > 0) {
        status = put_upper(&run, is_insertion ? left.alt : left.ref, left.n_ref + left.n_alt, err);
        if (status == SKR_OK)
            status = normalise_run(source, &run, &left, is_insertion, text, ret, err);
    } else if (status == SKR_OK) {
        ret->start0 = start0;
        ret->end0 = start0 + (uint32_t)n_ref;
        ret->n_ref = 0;
        ret->n_alt = 0;
    }
    skr_buffer_done(&run);
    skr_buffer_done(&bases);
    return status;
}

bool skr_variant_allele_atom(const skr_allele *mnv, uint32_t i, skr_allele *ret_atom)
{
    for (uint32_t at = 0; at < mnv->n_ref; at++) {
        if (mnv->ref[at] == mnv->alt[at] || i-- != 0)
            continue;
        *ret_atom = *mnv;
        ret_atom->start0 = mnv->start0 + at;
        ret_atom->end0 = ret_atom->start0 + 1;
        ret_atom->kind = SKR_ALLELE_SNV;
        ret_atom->n_ref = 1;
        ret_atom->n_alt = 1;
        ret_atom->ref = mnv->ref + at;
        ret_atom->alt = mnv->alt + at;
        return true;
    }
    return false;
}
