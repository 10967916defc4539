/*
 * variant_spelling.c - the spellings of an allele that people paste, turned into the one we write.
 */
#include "index/keys/variant_spelling.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "storage/base/limits.h"

/* A piece of a text. */
typedef struct piece {
    const char *at;
    size_t n;
} piece;

static bool is_letter(char c)
{
    return isalpha((unsigned char)c) != 0;
}

static bool is_digit(char c)
{
    return isdigit((unsigned char)c) != 0;
}

static size_t count_letters(const char *at)
{
    size_t n = 0;
    while (is_letter(at[n]))
        n++;
    return n;
}

/*
 * Digits, plain or in groups of three after commas, into *ret_number. Returns how many bytes they
 * are, or 0: there are none, or the number is above every place.
 */
static size_t take_number(const char *at, uint64_t *ret_number)
{
    uint64_t number = 0;
    size_t n = 0;
    for (; is_digit(at[n]) && number <= SKR_CONTIG_LENGTH_MAX; n++)
        number = number * 10 + (uint64_t)(at[n] - '0');
    for (size_t n_first = n;
         n_first <= 3 && at[n] == ',' && is_digit(at[n + 1]) && is_digit(at[n + 2]) &&
         is_digit(at[n + 3]) && !is_digit(at[n + 4]) && number <= SKR_CONTIG_LENGTH_MAX;
         n += 4)
        number = number * 1000 + (uint64_t)(at[n + 1] - '0') * 100 +
                 (uint64_t)(at[n + 2] - '0') * 10 + (uint64_t)(at[n + 3] - '0');
    if (is_digit(at[n]) || number > SKR_CONTIG_LENGTH_MAX)
        return 0;
    *ret_number = number;
    return n;
}

static int put(skr_buffer *text, const char *bytes, size_t n, skr_err *err)
{
    return n == 0 ? SKR_OK : skr_buffer_put(text, bytes, n, err);
}

/* Ends a text: its NUL is not counted. */
static int put_end(skr_buffer *text, skr_err *err)
{
    SKR_TRY(skr_buffer_put_u8(text, 0, err));
    text->n--;
    return SKR_OK;
}

/* CONTIG-POS-REF-ALT; alt_more follows ALT. */
static int put_allele(skr_buffer *text, piece contig, uint64_t pos1, piece ref, piece alt,
                      piece alt_more, skr_err *err)
{
    char place[32];
    int n = snprintf(place, sizeof place, "-%" PRIu64 "-", pos1);
    SKR_TRY(put(text, contig.at, contig.n, err));
    SKR_TRY(put(text, place, (size_t)n, err));
    SKR_TRY(put(text, ref.at, ref.n, err));
    SKR_TRY(put(text, "-", 1, err));
    SKR_TRY(put(text, alt.at, alt.n, err));
    SKR_TRY(put(text, alt_more.at, alt_more.n, err));
    return put_end(text, err);
}

/* CONTIG:g.FROM_TOwhat, or CONTIG:g.FROMwhat. */
static int put_span(skr_buffer *text, piece contig, uint64_t from1, uint64_t to1, const char *what,
                    piece alt, skr_err *err)
{
    char places[64];
    int n = from1 == to1
                ? snprintf(places, sizeof places, ":g.%" PRIu64 "%s", from1, what)
                : snprintf(places, sizeof places, ":g.%" PRIu64 "_%" PRIu64 "%s", from1, to1, what);
    SKR_TRY(put(text, contig.at, contig.n, err));
    SKR_TRY(put(text, places, (size_t)n, err));
    SKR_TRY(put(text, alt.at, alt.n, err));
    return put_end(text, err);
}

/* ------------------------------------------------------------------ HGVS */

typedef struct hgvs {
    const char *written;
    piece contig;
    uint64_t from1; /* both included */
    uint64_t to1;
    const char *change;
} hgvs;

static int refuse(const hgvs *said, skr_err *err, const char *why)
{
    return skr_fail(err, SKR_ERR_QUERY,
                    "'%.200s': %s; taken are 123A>G, 123_125del, 123_124insT, 123_125delinsT, "
                    "123dup and 123_125inv",
                    said->written, why);
}

static char complement(char base)
{
    static const char from[] = "ACGTacgt";
    static const char to[] = "TGCAtgca";
    const char *at = base == '\0' ? NULL : strchr(from, base);
    return at == NULL ? base : to[at - from];
}

/* Appends the reverse complement; what is no base stays, and is refused later. */
static int put_inverse(skr_buffer *text, piece bases, skr_err *err)
{
    int status = SKR_OK;
    for (size_t i = bases.n; i-- > 0 && status == SKR_OK;) {
        char base = complement(bases.at[i]);
        status = skr_buffer_put(text, &base, 1, err);
    }
    return status;
}

/*
 * The bases, or their number, that a change says it takes away: as many as its places span.
 * *ret_bases is empty when they were left out.
 */
static int read_taken(const hgvs *said, const char **at, piece *ret_bases, skr_err *err)
{
    uint64_t n_span = said->to1 - said->from1 + 1;
    uint64_t n_said = n_span;
    size_t n_digits = strspn(*at, "0123456789");
    size_t n = strspn(*at, "ACGTNacgtn");
    if (n_digits > 0 && take_number(*at, &n_said) != n_digits)
        n_said = 0;
    if (n > 0)
        n_said = n;
    if (n_said != n_span)
        return refuse(said, err, "the bases are not as many as the places");
    *ret_bases = (piece){*at, n};
    *at += n > 0 ? n : n_digits;
    return SKR_OK;
}

static int respell_del(const hgvs *said, skr_buffer *text, skr_err *err)
{
    const char *at = said->change + 3;
    piece ref = {0};
    const piece none = {"", 0};
    SKR_TRY(read_taken(said, &at, &ref, err));
    piece alt = none;
    if (strncmp(at, "ins", 3) == 0) {
        alt = (piece){at + 3, count_letters(at + 3)};
        at += 3 + alt.n;
        if (alt.n == 0)
            return refuse(said, err, "what is inserted must be written as bases");
    }
    if (*at != '\0')
        return refuse(said, err, "this is no change that is taken");
    if (ref.n > 0)
        return put_allele(text, said->contig, said->from1, ref, alt, none, err);
    return put_span(text, said->contig, said->from1, said->to1, alt.n > 0 ? "delins" : "del", alt,
                    err);
}

static int respell_ins(const hgvs *said, skr_buffer *text, skr_err *err)
{
    const piece none = {"", 0};
    piece alt = {said->change + 3, count_letters(said->change + 3)};
    if (said->to1 != said->from1 + 1)
        return refuse(said, err, "an insertion stands between two neighbours, as in 123_124insT");
    if (alt.n == 0 || alt.at[alt.n] != '\0')
        return refuse(said, err, "what is inserted must be written as bases");
    return put_allele(text, said->contig, said->to1, none, alt, none, err);
}

/* dup and inv. */
static int respell_whole(const hgvs *said, bool is_dup, skr_buffer *text, skr_err *err)
{
    const char *at = said->change + 3;
    const piece none = {"", 0};
    piece ref = {0};
    SKR_TRY(read_taken(said, &at, &ref, err));
    if (*at != '\0')
        return refuse(said, err, "this is no change that is taken");
    if (ref.n == 0)
        return put_span(text, said->contig, said->from1, said->to1, is_dup ? "dup" : "inv", none,
                        err);
    if (is_dup) /* where the copy lies, only a reference knows: it stays a span */
        return put_span(text, said->contig, said->from1, said->to1, "dup", ref, err);
    skr_buffer inverse = {0};
    int status = put_inverse(&inverse, ref, err);
    if (status == SKR_OK)
        status = put_allele(text, said->contig, said->from1, ref,
                            (piece){(const char *)inverse.bytes, inverse.n}, none, err);
    skr_buffer_done(&inverse);
    return status;
}

static int respell_change(const hgvs *said, skr_buffer *text, skr_err *err)
{
    const piece none = {"", 0};
    const char *change = said->change;
    if (strncmp(change, "del", 3) == 0)
        return respell_del(said, text, err);
    if (strncmp(change, "ins", 3) == 0)
        return respell_ins(said, text, err);
    if (strncmp(change, "dup", 3) == 0 || strncmp(change, "inv", 3) == 0)
        return respell_whole(said, change[0] == 'd', text, err);
    piece ref = {change, count_letters(change)};
    if (ref.n > 0 && change[ref.n] == '>') {
        piece alt = {change + ref.n + 1, count_letters(change + ref.n + 1)};
        if (said->from1 != said->to1 && ref.n != said->to1 - said->from1 + 1)
            return refuse(said, err, "the bases are not as many as the places");
        if (alt.n > 0 && alt.at[alt.n] == '\0')
            return put_allele(text, said->contig, said->from1, ref, alt, none, err);
    }
    return refuse(said, err, "this is no change that is taken");
}

/* Where ":g." or ":m." stands, or NULL. */
static const char *find_hgvs(const char *text)
{
    for (const char *at = strchr(text, ':'); at != NULL; at = strchr(at + 1, ':'))
        if ((at[1] == 'g' || at[1] == 'm') && at[2] == '.')
            return at;
    return NULL;
}

static int respell_hgvs(const char *written, const char *colon, skr_buffer *text, skr_err *err)
{
    hgvs said = {.written = written, .contig = {written, (size_t)(colon - written)}};
    const char *at = colon + 3;
    if (strncasecmp(written, "HGVSid:", 7) == 0 && said.contig.n > 7)
        said.contig = (piece){written + 7, said.contig.n - 7};
    if (said.contig.n == 0 || said.contig.n > SKR_NAME_MAX)
        return refuse(&said, err, "the name of a contig stands before ':g.'");
    size_t n = take_number(at, &said.from1);
    at += n;
    said.to1 = said.from1;
    if (n > 0 && *at == '_') {
        n = take_number(at + 1, &said.to1);
        at += 1 + n;
    }
    if (n == 0 || said.from1 == 0)
        return refuse(&said, err, "its places are not numbers, counted from 1");
    if (said.to1 < said.from1)
        return refuse(&said, err, "it ends before it starts");
    said.change = at;
    return respell_change(&said, text, err);
}

bool skr_variant_is_span(const char *text, skr_variant_span *ret_span)
{
    uint64_t from1 = 0;
    uint64_t to1 = 0;
    const char *colon = find_hgvs(text);
    if (colon == NULL)
        return false;
    const char *at = colon + 3;
    at += take_number(at, &from1);
    to1 = from1;
    if (*at == '_')
        at += 1 + take_number(at + 1, &to1);
    skr_variant_span span = {.contig = text,
                             .n_contig = (size_t)(colon - text),
                             .start0 = (uint32_t)from1 - 1,
                             .end0 = (uint32_t)to1,
                             .alt = at + 3};
    if (from1 == 0 || to1 < from1)
        return false;
    if (strncmp(at, "dup", 3) == 0 && (at[3] == '\0' || strlen(at + 3) == to1 - from1 + 1))
        span.change = SKR_SPAN_DOUBLED;
    else if (strcmp(at, "inv") == 0)
        span.change = SKR_SPAN_INVERTED;
    else if (strncmp(at, "delins", 6) == 0)
        span.alt = at + 6;
    else if (strcmp(at, "del") != 0)
        return false;
    span.n_alt = strlen(span.alt);
    *ret_span = span;
    return true;
}

int skr_variant_span_bases(const skr_variant_span *span, const char *ref, skr_buffer *bases,
                           skr_err *err)
{
    const piece taken = {ref, span->end0 - span->start0};
    SKR_TRY(put(bases, taken.at, taken.n, err));
    SKR_TRY(skr_buffer_put_u8(bases, 0, err));
    size_t n_before = bases->n;
    if (span->change == SKR_SPAN_INVERTED)
        SKR_TRY(put_inverse(bases, taken, err));
    else if (span->change == SKR_SPAN_REPLACED)
        SKR_TRY(put(bases, span->alt, span->n_alt, err));
    for (int i = 0; i < 2 && span->change == SKR_SPAN_DOUBLED; i++)
        SKR_TRY(put(bases, taken.at, taken.n, err));
    SKR_TRY(skr_buffer_put_u8(bases, 0, err));
    if (strcasecmp((const char *)bases->bytes + n_before, (const char *)bases->bytes) == 0)
        return skr_fail(err, SKR_ERR_QUERY, "it leaves %" PRIu32 "-%" PRIu32 " as it is",
                        span->start0 + 1, span->end0);
    return SKR_OK;
}

/* ------------------------------------------------------------------ SPDI */

/* Letters, perhaps "_", digits, a point and a version: NC_000022.10, CM000684.2. */
static bool is_accession(piece name)
{
    const char *at = name.at;
    size_t n_prefix = name.n > 7 && strncasecmp(at, "refseq:", 7) == 0 ? 7 : 0;
    at += n_prefix;
    size_t n = count_letters(at);
    if (n < 1 || n > 4)
        return false;
    at += n;
    at += *at == '_';
    size_t n_digits = strspn(at, "0123456789");
    if (n_digits < 5 || at[n_digits] != '.')
        return false;
    at += n_digits + 1;
    return strspn(at, "0123456789") > 0 && at + strspn(at, "0123456789") == name.at + name.n;
}

/* ACCESSION:POSITION:DELETED:INSERTED, where DELETED may be a number. */
static bool find_spdi(const char *text, piece *ret_contig, uint64_t *ret_start0, piece *ret_ref,
                      piece *ret_alt)
{
    const char *colon = strchr(text, ':');
    if (colon != NULL && (size_t)(colon - text) == 6 && strncasecmp(text, "refseq", 6) == 0)
        colon = strchr(colon + 1, ':');
    if (colon == NULL || !is_accession((piece){text, (size_t)(colon - text)}))
        return false;
    size_t n = take_number(colon + 1, ret_start0);
    const char *ref = colon + 1 + n;
    if (n == 0 || *ref != ':')
        return false;
    const char *alt = strchr(ref + 1, ':');
    if (alt == NULL || alt[1 + count_letters(alt + 1)] != '\0')
        return false;
    *ret_contig = (piece){text, (size_t)(colon - text)};
    *ret_ref = (piece){ref + 1, (size_t)(alt - ref) - 1};
    *ret_alt = (piece){alt + 1, strlen(alt + 1)};
    return true;
}

static int respell_spdi(const char *written, piece contig, uint64_t start0, piece ref, piece alt,
                        skr_buffer *text, skr_err *err)
{
    const piece none = {"", 0};
    uint64_t n_ref = 0;
    if (ref.n == 0 || is_letter(*ref.at))
        return put_allele(text, contig, start0 + 1, ref, alt, none, err);
    if (take_number(ref.at, &n_ref) != ref.n)
        return skr_fail(err, SKR_ERR_QUERY,
                        "'%.200s': SPDI is ACCESSION:POSITION:DELETED:INSERTED, counted from 0",
                        written);
    if (n_ref == 0)
        return put_allele(text, contig, start0 + 1, none, alt, none, err);
    return put_span(text, contig, start0 + 1, start0 + n_ref, alt.n > 0 ? "delins" : "del", alt,
                    err);
}

/* ------------------------------------------------------------------ signs between the parts */

static bool is_sign(char c)
{
    return c != '\0' && strchr("-:_ \t", c) != NULL;
}

/* A sign, or one that stands between bases only. */
static bool is_sign_of_bases(char c)
{
    return is_sign(c) || c == '>' || c == '/';
}

/* What may stand after POS, in the order in which it is looked for. */
typedef enum rest_kind {
    REST_BASES,      /* REF and ALT of A, C, G, T, N */
    REST_STRUCTURAL, /* END and TYPE, which may hold signs: INS:ME:ALU */
    REST_LETTERS,    /* REF and ALT of any letters: for a message about them */
    N_REST_KINDS,
} rest_kind;

/* A type may stand in < and >. */
static bool read_structural(const char *rest, piece *ret_end, piece *ret_type)
{
    size_t n_end = is_sign(*rest) ? strspn(rest + 1, "0123456789") : 0;
    if (n_end == 0 || !is_sign(rest[1 + n_end]))
        return false;
    const char *type = rest + n_end + 2;
    size_t n = strlen(type);
    bool is_bracketed = n > 2 && type[0] == '<' && type[n - 1] == '>';
    *ret_end = (piece){rest + 1, n_end};
    *ret_type = is_bracketed ? (piece){type + 1, n - 2} : (piece){type, n};
    return ret_type->n > 0 && is_letter(*ret_type->at);
}

static size_t count_bases(const char *at, rest_kind kind)
{
    return kind == REST_BASES ? strspn(at, "ACGTNacgtn") : count_letters(at);
}

/* A lone '-' or '.' is no base at all. */
static bool read_bases(const char *rest, rest_kind kind, piece *ret_ref, piece *ret_alt)
{
    bool has_sign = is_sign(*rest);
    const char *at = rest + has_sign;
    bool is_nothing = has_sign && (*at == '-' || *at == '.') && is_sign_of_bases(at[1]);
    *ret_ref = (piece){at, is_nothing ? 0 : count_bases(at, kind)};
    at += is_nothing ? 1 : ret_ref->n;
    if (!is_sign_of_bases(*at) || (!has_sign && ret_ref->n == 0))
        return false;
    at++;
    *ret_alt = (piece){at, count_bases(at, kind)};
    if (ret_alt->n == 0 && (*at == '-' || *at == '.'))
        at++;
    return at[ret_alt->n] == '\0';
}

/* The contig ends as far to the right as it can: its name may hold any sign. */
static bool find_parts(const char *text, rest_kind kind, piece *ret_contig, uint64_t *ret_pos1,
                       piece *ret_ref, piece *ret_alt)
{
    for (size_t i = strlen(text); i-- > 1;) {
        size_t n = is_sign(text[i]) ? take_number(text + i + 1, ret_pos1) : 0;
        const char *rest = text + i + 1 + n;
        if (n == 0 || !(kind == REST_STRUCTURAL ? read_structural(rest, ret_ref, ret_alt)
                                                : read_bases(rest, kind, ret_ref, ret_alt)))
            continue;
        *ret_contig = (piece){text, i};
        return true;
    }
    return false;
}

int skr_variant_respell(const char *written, skr_buffer *text, skr_err *err)
{
    const piece none = {"", 0};
    piece contig = none;
    piece ref = none;
    piece alt = none;
    uint64_t place = 0;
    const char *colon = find_hgvs(written);
    if (colon != NULL)
        return respell_hgvs(written, colon, text, err);
    if (find_spdi(written, &contig, &place, &ref, &alt))
        return respell_spdi(written, contig, place, ref, alt, text, err);
    for (rest_kind kind = 0; kind < N_REST_KINDS; kind++)
        if (find_parts(written, kind, &contig, &place, &ref, &alt))
            return put_allele(text, contig, place, ref, alt, none, err);
    if (strncasecmp(written, "rs", 2) == 0 && is_digit(written[2]) &&
        written[2 + strspn(written + 2, "0123456789")] == '\0')
        return skr_fail(err, SKR_ERR_QUERY,
                        "'%.40s' is a name of dbSNP, and names of alleles are not kept: write its "
                        "place and bases, as in 22-16050075-A-G",
                        written);
    SKR_TRY(put(text, written, strlen(written), err));
    return put_end(text, err);
}
