/*
 * curie.c - ids of terms as CURIEs: texts out of their wrapping, addresses, prefixes, lists.
 */
#include "index/terms/curie.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "index/terms/curie_int.h"

/* A part of a text that is not changed. */
typedef struct span {
    const char *from;
    const char *end;
} span;

static size_t length_of(span text)
{
    return (size_t)(text.end - text.from);
}

static span trim(span text)
{
    while (text.from < text.end && *text.from == ' ')
        text.from++;
    while (text.from < text.end && text.end[-1] == ' ')
        text.end--;
    return text;
}

static const char *find(span text, char wanted)
{
    return memchr(text.from, wanted, length_of(text));
}

/* ------------------------------------------------------------------ wrapping */

/* What stands for a plain character, or for none, in texts that went through word processors. */
static const struct {
    const char *bytes;
    const char *plain;
} stand_ins[] = {
    {"\xc2\xa0", " "},     {"\xe2\x80\xaf", " "},  {"\xe2\x81\x9f", " "},  {"\xe3\x80\x80", " "},
    {"\xef\xbb\xbf", ""},  {"\xe2\x80\x8b", ""},   {"\xe2\x80\x8c", ""},   {"\xe2\x80\x8d", ""},
    {"\xe2\x81\xa0", ""},  {"\xe2\x80\x9c", "\""}, {"\xe2\x80\x9d", "\""}, {"\xe2\x80\x98", "'"},
    {"\xe2\x80\x99", "'"}, {"\xef\xbc\x9a", ":"},
};

static int hex_digit(char c)
{
    if (isdigit((unsigned char)c))
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What the bytes at a place stand for; *ret_n is how many they are. NULL: for nothing allowed. */
static const char *stands_for(const char *at, char *one, size_t *ret_n)
{
    unsigned char c = (unsigned char)*at;
    *ret_n = 1;
    one[0] = *at;
    one[1] = '\0';
    if (c == '\t' || c == '\n' || c == '\r')
        one[0] = ' ';
    else if (c < 0x20 || c == 0x7f)
        return NULL;
    int high = c == '%' ? hex_digit(at[1]) : -1;
    int low = high < 0 ? -1 : hex_digit(at[2]);
    if (low >= 0 && high * 16 + low >= 0x20 && high * 16 + low < 0x7f) {
        one[0] = (char)(high * 16 + low);
        *ret_n = 3;
    }
    if (c == 0xe2 && (unsigned char)at[1] == 0x80 && (unsigned char)at[2] >= 0x80 &&
        (unsigned char)at[2] <= 0x8a) {
        one[0] = ' '; /* spaces of all widths */
        *ret_n = 3;
    }
    for (size_t i = 0; c >= 0x80 && i < sizeof stand_ins / sizeof *stand_ins; i++) {
        size_t n = strlen(stand_ins[i].bytes);
        if (strncmp(at, stand_ins[i].bytes, n) == 0) {
            *ret_n = n;
            return stand_ins[i].plain;
        }
    }
    return one;
}

/* Does one pair of quotes hold all of the text? "a","b" are two. */
static bool is_pair(span text, char open, char close)
{
    if (length_of(text) < 2 || *text.from != open || text.end[-1] != close)
        return false;
    return find((span){text.from + 1, text.end - 1}, close) == NULL;
}

/* Drops blanks and pairs of quotes around a text. */
static span unwrap(span text)
{
    static const char pairs[][2] = {{'"', '"'}, {'\'', '\''}, {'`', '`'}, {'<', '>'}, {'[', ']'}};
    for (bool is_wrapped = true; is_wrapped;) {
        text = trim(text);
        is_wrapped = false;
        for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
            is_wrapped = is_wrapped || is_pair(text, pairs[i][0], pairs[i][1]);
        text.from += is_wrapped;
        text.end -= is_wrapped;
    }
    return text;
}

bool skr_curie_text_plain(const char *text, char *plain, size_t n_max)
{
    size_t n = 0;
    while (*text != '\0') {
        char one[2];
        size_t n_bytes;
        const char *meant = stands_for(text, one, &n_bytes);
        if (meant == NULL || n + 1 >= n_max)
            return false;
        if (*meant != '\0')
            plain[n++] = *meant;
        text += n_bytes;
    }
    span kept = unwrap((span){plain, plain + n});
    n = length_of(kept);
    memmove(plain, kept.from, n);
    plain[n] = '\0';
    return true;
}

/* ------------------------------------------------------------------ PREFIX:ID */

static bool is_prefix(span text)
{
    if (text.from == text.end || !isalpha((unsigned char)*text.from))
        return false;
    for (; text.from < text.end; text.from++)
        if (!isalnum((unsigned char)*text.from) && strchr("._-", *text.from) == NULL)
            return false;
    return true;
}

/* Letters, then digits and points. */
static bool is_code(span text)
{
    while (text.from < text.end && isalpha((unsigned char)*text.from))
        text.from++;
    if (text.from == text.end || *text.from == '.')
        return false;
    while (text.from < text.end && (isdigit((unsigned char)*text.from) || *text.from == '.'))
        text.from++;
    return text.from == text.end;
}

/* Letters, digits and the signs that codes are made of; no colon: what has two is no single id. */
static bool is_id(span text, const skr_prefix *prefix)
{
    bool is_number = prefix != NULL && prefix->form == SKR_ID_DIGITS;
    if (text.from == text.end)
        return false;
    if (prefix != NULL && prefix->form == SKR_ID_CODE)
        return is_code(text);
    for (; text.from < text.end; text.from++) {
        unsigned char c = (unsigned char)*text.from;
        bool is_right = is_number ? isdigit(c) : isalnum(c) || strchr("._-/+*%@=^[]{}~&", c);
        if (!is_right)
            return false;
    }
    return true;
}

static bool has_digit(span text)
{
    while (text.from < text.end && !isdigit((unsigned char)*text.from))
        text.from++;
    return text.from < text.end;
}

/* Puts a CURIE together. */
static bool write_curie(span prefix, span id, char *curie)
{
    const skr_prefix *known = skr_curie_prefix_find(prefix.from, length_of(prefix));
    size_t n_prefix = known == NULL ? length_of(prefix) : strlen(known->usual);
    if (!is_prefix(prefix) || !is_id(id, known) || n_prefix + 1 + length_of(id) >= SKR_CURIE_MAX)
        return false;
    for (size_t i = 0; i < n_prefix; i++)
        curie[i] = known == NULL ? (char)toupper((unsigned char)prefix.from[i]) : known->usual[i];
    bool is_capital =
        known != NULL && (known->form == SKR_ID_CAPITAL || known->form == SKR_ID_CODE);
    curie[n_prefix] = ':';
    for (size_t i = 0; i < length_of(id); i++)
        curie[n_prefix + 1 + i] =
            is_capital ? (char)toupper((unsigned char)id.from[i]) : id.from[i];
    curie[n_prefix + 1 + length_of(id)] = '\0';
    return true;
}

/* Are two prefixes names of one? */
static bool is_same_prefix(span a, span b)
{
    const skr_prefix *known = skr_curie_prefix_find(a.from, length_of(a));
    if (known != NULL)
        return known == skr_curie_prefix_find(b.from, length_of(b));
    return length_of(a) == length_of(b) && strncasecmp(a.from, b.from, length_of(a)) == 0;
}

/* PREFIX_ID. Outside of addresses only what looks like an id of an ontology: a known prefix, or
 * four digits and more. */
static bool read_underscored(span text, bool is_address, char *curie)
{
    const char *line = find(text, '_');
    if (line == NULL)
        return false;
    span prefix = {text.from, line};
    span id = {line + 1, text.end};
    for (const char *at = prefix.from; at < prefix.end; at++)
        if (!isalpha((unsigned char)*at))
            return false;
    for (const char *at = id.from; at < id.end; at++)
        if (!isalnum((unsigned char)*at) && !(is_address && (*at == '-' || *at == '.')))
            return false;
    bool is_ours = is_address || skr_curie_prefix_find(prefix.from, length_of(prefix)) != NULL;
    if (!is_ours && (length_of(id) < 4 || strspn(id.from, "0123456789") < length_of(id)))
        return false;
    return write_curie(prefix, id, curie);
}

/* HGNC:HGNC:5 and obo:HP_0001250 say their prefix twice, or that of a list of prefixes. */
static span drop_outer(span text)
{
    const char *colon = find(text, ':');
    if (colon == NULL)
        return text;
    span outer = trim((span){text.from, colon});
    span rest = trim((span){colon + 1, text.end});
    size_t n = 0;
    while (n < length_of(rest) && isalnum((unsigned char)rest.from[n]))
        n++;
    bool is_more = n > 0 && n < length_of(rest) && (rest.from[n] == ':' || rest.from[n] == '_');
    bool is_list = (length_of(outer) == 3 && strncasecmp(outer.from, "obo", 3) == 0) ||
                   (length_of(outer) == 5 && strncasecmp(outer.from, "curie", 5) == 0);
    if (is_more && (is_list || is_same_prefix(outer, (span){rest.from, rest.from + n})))
        return rest;
    return text;
}

static bool read_plain(span text, bool is_address, char *curie)
{
    for (const char *from = NULL; from != text.from;) {
        from = text.from;
        text = drop_outer(text);
    }
    const char *colon = find(text, ':');
    if (colon == NULL)
        return read_underscored(text, is_address, curie);
    span prefix = trim((span){text.from, colon});
    span id = trim((span){colon + 1, text.end});
    /* "HP: 0001250" is an id, "Spain: Madrid" is not. */
    bool has_blank = prefix.end != colon || id.from != colon + 1;
    if (has_blank && !has_digit(id))
        return false;
    if (length_of(id) > 1 && id.from[0] == '/' && id.from[1] == '/')
        return false; /* ftp://x */
    return write_curie(prefix, id, curie);
}

/* ------------------------------------------------------------------ addresses */

static bool is_address(span text)
{
    return (length_of(text) > 7 && strncasecmp(text.from, "http://", 7) == 0) ||
           (length_of(text) > 8 && strncasecmp(text.from, "https://", 8) == 0);
}

/* What stands after the last / # or =; *ret_before goes to what stands before it. */
static span last_part(span text, span *ret_before)
{
    span last = {text.end, text.end};
    while (last.from > text.from && strchr("/#=", last.from[-1]) == NULL)
        last.from--;
    *ret_before = (span){text.from, last.from > text.from ? last.from - 1 : last.from};
    return last;
}

static bool read_address(span text, char *curie)
{
    span before;
    span above;
    const char *usual = NULL;
    text.from = strstr(text.from, "://") + 3;
    for (const char *at = text.from; at < text.end; at++)
        if (strchr(" ,;|", *at) != NULL)
            return false; /* a list, or no address */
    while (text.from < text.end && text.end[-1] == '/')
        text.end--;
    span last = last_part(text, &before);
    if (before.from == before.end)
        return false;
    if (read_plain(last, true, curie))
        return true;
    const char *slash = find(text, '/');
    span host = {text.from, slash == NULL ? text.end : slash};
    if (!skr_curie_host_find(host.from, length_of(host), &usual))
        return false;
    if (usual != NULL)
        return write_curie((span){usual, usual + strlen(usual)}, last, curie);
    span segment = last_part(before, &above);
    return skr_curie_prefix_find(segment.from, length_of(segment)) != NULL &&
           write_curie(segment, last, curie);
}

static bool read_one(span text, char *curie)
{
    text = unwrap(text);
    return is_address(text) ? read_address(text, curie) : read_plain(text, false, curie);
}

bool skr_curie_read(const char *text, char *curie)
{
    char plain[SKR_CURIE_MAX];
    return skr_curie_text_plain(text, plain, sizeof plain) &&
           read_one((span){plain, plain + strlen(plain)}, curie);
}

/* ------------------------------------------------------------------ lists */

/* Blanks beside a colon belong to the id. */
static void close_colons(char *text)
{
    size_t n = 0;
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == ':')
            while (n > 0 && text[n - 1] == ' ')
                n--;
        if (*at == ' ' && n > 0 && text[n - 1] == ':')
            continue;
        text[n++] = *at;
    }
    text[n] = '\0';
}

/* Reads the parts between separators, all of them or none. */
static size_t read_parts(span text, const char *separators, char *curies)
{
    size_t n = 0;
    size_t n_bytes = 0;
    while (text.from < text.end) {
        span part = {text.from, text.from};
        while (part.end < text.end && strchr(separators, *part.end) == NULL)
            part.end++;
        text.from = part.end + (part.end < text.end);
        if (part.from == part.end)
            continue;
        if (SKR_CURIES_MAX - n_bytes < SKR_CURIE_MAX || !read_one(part, curies + n_bytes))
            return 0;
        n_bytes += strlen(curies + n_bytes) + 1;
        n++;
    }
    return n;
}

size_t skr_curies_read(const char *text, char *curies)
{
    char plain[SKR_CURIES_MAX];
    if (!skr_curie_text_plain(text, plain, sizeof plain))
        return 0;
    span whole = {plain, plain + strlen(plain)};
    if (read_one(whole, curies))
        return 1;
    close_colons(plain);
    whole.end = plain + strlen(plain);
    size_t n = read_parts(whole, ",;| ", curies);
    return n > 0 || find(whole, ':') == NULL ? n : read_parts(whole, ",;| /+&", curies);
}

size_t skr_curie_prefix_length(const char *curie)
{
    return strcspn(curie, ":");
}
