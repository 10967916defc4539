/*
 * variant_key.c - the canonical form of an allele.
 *
 * A pure insertion or deletion is a run of bases behind an anchor base. While the run ends with the
 * anchor base it may move one to the left: the run then is the same cyclic word begun one base
 * earlier. So moving costs one comparison a base, however long the run is.
 */
#include "index/variant_key.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "storage/base/limits.h"

/* Bases fetched at once when an allele moves left. */
#define FETCH 256u

static char upper(char c)
{
    return (char)toupper((unsigned char)c);
}

static bool is_acgt(char c)
{
    return c == 'A' || c == 'C' || c == 'G' || c == 'T';
}

/* Is every letter, whatever its case, A, C, G or T, or N where that is allowed? */
static bool are_bases(const char *text, bool allow_n)
{
    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        char c = upper(*text);
        if (!is_acgt(c) && !(allow_n && c == 'N'))
            return false;
    }
    return true;
}

static skr_alt_class classify_symbolic(const char *alt, size_t n)
{
    if (alt[n - 1] != '>' || n < 3)
        return SKR_ALT_BAD;
    if (strcmp(alt, "<NON_REF>") == 0 || strcmp(alt, "<*>") == 0 || strcmp(alt, "<X>") == 0 ||
        strncmp(alt, "<*:", 3) == 0)
        return SKR_ALT_NON_REF;
    size_t n_type = strcspn(alt + 1, ":>"); /* the rest is a subtype, and no part of the key */
    for (size_t i = 1; i <= n_type; i++)
        if (!isalnum((unsigned char)alt[i]) && strchr("_.#@*+/", alt[i]) == NULL)
            return SKR_ALT_BAD;
    return n_type == 0 || n_type > SKR_NAME_MAX ? SKR_ALT_BAD : SKR_ALT_SV;
}

skr_alt_class skr_alt_classify(const char *ref, const char *alt)
{
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
    return are_bases(alt, false) && are_bases(ref, true) ? SKR_ALT_BASES : SKR_ALT_BAD;
}

/* Copies in upper case. */
static int put_upper(skr_buffer *text, const char *bases, size_t n, skr_err *err)
{
    int status = skr_buffer_reserve(text, n, err);
    if (status < 0)
        return status;
    for (size_t i = 0; i < n; i++)
        text->bytes[text->n + i] = (uint8_t)upper(bases[i]);
    text->n += n;
    return SKR_OK;
}

/* One base of the reference; '\0' when it is past an end, or no base of A, C, G, T. */
static int base_at(const skr_base_source *source, uint32_t pos0, char *ret_base, skr_err *err)
{
    char base = '\0';
    int status = source->get(source->context, pos0, 1, &base, err);
    if (status < 0)
        return status;
    *ret_base = status == 1 && is_acgt(base) ? base : '\0';
    return SKR_OK;
}

/*
 * How far the run bases[0 .. n), which begins at start0, can move left so that a base that may be
 * an anchor still stands before it. *ret_anchor is that base, '\0' when the run does not move and
 * there is none (start of the contig, or an N).
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
            int status = source->get(source->context, here0 - n_left, n_left, window, err);
            if (status < 0)
                return status;
            if ((uint32_t)status != n_left)
                break;
        }
        char base = window[n_left - 1];
        if (!is_acgt(base))
            break;
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

/* Inserts or deletes run (n bases, begins at start0), moved left by n_moves, behind its anchor. */
static int write_indel(skr_buffer *text, const char *run, size_t n, uint32_t n_moves, char anchor,
                       bool is_insertion, skr_allele *ret, uint32_t start0, skr_err *err)
{
    size_t shift = n_moves % n; /* the run begins `shift` bases earlier in its cyclic word */
    int status = skr_buffer_reserve(text, n + 1, err);
    if (status < 0)
        return status;
    char *out = (char *)text->bytes + text->n;
    out[0] = anchor;
    memcpy(out + 1, run + (n - shift), shift);
    memcpy(out + 1 + shift, run, n - shift);
    text->n += n + 1;
    set_indel(ret, start0 - n_moves - 1, out, n, out, is_insertion);
    return SKR_OK;
}

/* A run at the very start of its contig keeps the base behind it in place of an anchor. */
static int write_indel_at_start(skr_buffer *text, const char *run, size_t n, char behind,
                                bool is_insertion, skr_allele *ret, uint32_t start0, skr_err *err)
{
    int status = skr_buffer_reserve(text, n + 1, err);
    if (status < 0)
        return status;
    char *out = (char *)text->bytes + text->n;
    memcpy(out, run, n);
    out[n] = behind;
    text->n += n + 1;
    set_indel(ret, start0, out, n, out + n, is_insertion);
    return SKR_OK;
}

/*
 * The canonical form of inserting or deleting run, which begins at start0. behind is the base that
 * follows, '\0' when the writer left it out; before is the base in front of it, if he wrote that
 * and there is no reference to ask.
 */
static int normalise_run(const skr_base_source *source, const skr_buffer *run, uint32_t start0,
                         char before, char behind, bool is_insertion, skr_buffer *text,
                         skr_allele *ret, skr_err *err)
{
    const char *bases = (const char *)run->bytes;
    uint32_t n_moves = 0;
    char anchor = before;

    if (source != NULL) {
        int status = count_moves(source, bases, run->n, start0, &n_moves, &anchor, err);
        if (status < 0)
            return status;
        if (anchor == '\0' && behind == '\0') {
            uint32_t behind0 = start0 + (is_insertion ? 0 : (uint32_t)run->n);
            status = base_at(source, behind0, &behind, err);
            if (status < 0)
                return status;
        }
    }
    /* N stands for an anchor that nobody told: whoever searches takes any base there. */
    if (anchor == '\0' && (behind != '\0' || start0 == 0))
        return write_indel_at_start(text, bases, run->n, behind != '\0' ? behind : 'N',
                                    is_insertion, ret, start0, err);
    return write_indel(text, bases, run->n, n_moves, anchor != '\0' ? anchor : 'N', is_insertion,
                       ret, start0, err);
}

/* A replacement: nothing moves. */
static int write_replacement(uint32_t start0, const char *ref, size_t n_ref, const char *alt,
                             size_t n_alt, skr_buffer *text, skr_allele *ret, skr_err *err)
{
    int status = skr_buffer_reserve(text, n_ref + n_alt, err);
    if (status < 0)
        return status;
    char *out = (char *)text->bytes + text->n;
    status = put_upper(text, ref, n_ref, err);
    if (status == SKR_OK)
        status = put_upper(text, alt, n_alt, err);
    if (status < 0)
        return status;
    ret->start0 = start0;
    ret->end0 = start0 + (uint32_t)n_ref;
    ret->kind = n_ref != n_alt ? SKR_ALLELE_DELINS : n_ref == 1 ? SKR_ALLELE_SNV : SKR_ALLELE_MNV;
    ret->ref = out;
    ret->n_ref = (uint32_t)n_ref;
    ret->alt = out + n_ref;
    ret->n_alt = (uint32_t)n_alt;
    return SKR_OK;
}

int skr_allele_normalise(uint32_t start0, const char *ref, size_t n_ref, const char *alt,
                         size_t n_alt, const skr_base_source *source, skr_buffer *text,
                         skr_allele *ret, skr_err *err)
{
    text->n = 0;
    if ((n_ref == 0 && n_alt == 0) || n_ref > SKR_ALLELE_MAX || n_alt > SKR_ALLELE_MAX ||
        start0 > SKR_CONTIG_LENGTH_MAX || n_ref > SKR_CONTIG_LENGTH_MAX - start0)
        return skr_fail(err, SKR_ERR_INPUT, "an allele is empty, too long, or too far out");

    while (n_ref > 1 && n_alt > 1 && upper(ref[n_ref - 1]) == upper(alt[n_alt - 1])) {
        n_ref--;
        n_alt--;
    }
    bool is_insertion = n_alt > n_ref;
    const char *longer = is_insertion ? alt : ref;
    const char *shorter = is_insertion ? ref : alt;
    size_t n_longer = is_insertion ? n_alt : n_ref;
    size_t n_shorter = is_insertion ? n_ref : n_alt;
    skr_buffer run = {0};
    int status;

    if (n_longer > n_shorter && n_shorter <= 1 &&
        (n_shorter == 0 || upper(longer[n_longer - 1]) == upper(shorter[0]))) {
        /* A run in front of the base that both share at their end, if they do. */
        char behind = n_shorter == 0 ? '\0' : upper(shorter[0]);
        bool is_anchored = n_shorter == 1 && upper(longer[0]) == behind;
        size_t skip = source == NULL && is_anchored ? 1 : 0;
        status = put_upper(&run, longer + skip, n_longer - n_shorter, err);
        if (status == SKR_OK)
            status = normalise_run(source, &run, start0 + (uint32_t)skip, skip ? behind : '\0',
                                   behind, is_insertion, text, ret, err);
        skr_buffer_done(&run);
        return status;
    }
    while (n_ref > 1 && n_alt > 1 && upper(ref[0]) == upper(alt[0])) {
        ref++;
        alt++;
        n_ref--;
        n_alt--;
        start0++;
    }
    longer = is_insertion ? alt : ref;
    n_longer = is_insertion ? n_alt : n_ref;
    if (n_ref != n_alt && (n_ref == 1 || n_alt == 1) && upper(ref[0]) == upper(alt[0])) {
        /* Anchored, and its run does not end with the anchor: it stays where it is. */
        status = put_upper(&run, longer + 1, n_longer - 1, err);
        if (status == SKR_OK)
            status = write_indel(text, (const char *)run.bytes, run.n, 0, upper(ref[0]),
                                 is_insertion, ret, start0 + 1, err);
        skr_buffer_done(&run);
        return status;
    }
    return write_replacement(start0, ref, n_ref, alt, n_alt, text, ret, err);
}

bool skr_allele_atom(const skr_allele *mnv, uint32_t i, skr_allele *ret_atom)
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

bool skr_allele_structural(uint32_t pos1, uint64_t end1, int64_t svlen, const char *symbolic,
                           char *type_text, skr_allele *ret)
{
    if (*symbolic == '<')
        symbolic++;
    size_t n = strcspn(symbolic, ":>");
    if (n == 0 || n > SKR_NAME_MAX || pos1 == 0)
        return false;
    for (size_t i = 0; i < n; i++)
        type_text[i] = upper(symbolic[i]);
    type_text[n] = '\0';

    if (strcmp(type_text, "INS") == 0)
        end1 = pos1;
    else if (end1 == 0 && svlen == 0)
        return false;
    else if (end1 == 0)
        end1 = pos1 + (svlen < 0 ? (uint64_t)0 - (uint64_t)svlen : (uint64_t)svlen);
    if (end1 < pos1 || end1 > SKR_CONTIG_LENGTH_MAX)
        return false;
    ret->start0 = pos1 - 1;
    ret->end0 = (uint32_t)end1;
    ret->kind = SKR_ALLELE_SV;
    ret->ref = "";
    ret->n_ref = 0;
    ret->alt = type_text;
    ret->n_alt = (uint32_t)n;
    return true;
}

uint32_t skr_allele_length(const skr_allele *allele)
{
    if (allele->kind == SKR_ALLELE_SV)
        return allele->end0 - allele->start0 - 1;
    return allele->n_ref > allele->n_alt ? allele->n_ref : allele->n_alt;
}
