/*
 * query_lexer.c - from the text of a question to its words and signs.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "engine/query/query_int.h"
#include "storage/base/utf8.h"

#define SHOWN_MAX 48u /* bytes of a word that a message shows */

bool skr_query_is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("_.:#@*+-/", c) != NULL);
}

bool skr_query_token_is(const skr_token *token, const char *keyword)
{
    return token->kind == SKR_TOKEN_WORD && strcasecmp(token->text, keyword) == 0;
}

const char *skr_query_token_show(const skr_token *token, char *text)
{
    const size_t n_text = 64;
    if (token->kind == SKR_TOKEN_END) {
        (void)snprintf(text, n_text, "the end");
        return text;
    }
    size_t n = strlen(token->text);
    size_t n_shown = 0;
    while (n_shown < n) {
        size_t n_character = skr_utf8_length(token->text + n_shown, n - n_shown);
        if (n_character == 0 || n_shown + n_character > SHOWN_MAX)
            break;
        n_shown += n_character;
    }
    (void)snprintf(text, n_text, "'%.*s%s'", (int)n_shown, token->text, n_shown < n ? "..." : "");
    return text;
}

int skr_query_parser_fail(const skr_parser *parser, const skr_token *token, int code, skr_err *err,
                          const char *format, ...)
{
    char text[SKR_ERR_MESSAGE_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    (void)skr_fail(err, code, "%s", text);
    (void)skr_query_point(err, parser->source, token->at, token->n_at > 0 ? token->n_at : 1);
    return code;
}

static int fail_at(const skr_parser *parser, uint32_t at, uint32_t n_at, skr_err *err,
                   const char *what)
{
    skr_token token = {.at = at, .n_at = n_at};
    return skr_query_parser_fail(parser, &token, SKR_ERR_QUERY, err, "%s", what);
}

static int read_word(skr_parser *parser, skr_token *token, skr_err *err)
{
    uint32_t at = parser->next;
    while (at < parser->n_source && skr_query_is_word_byte(parser->source[at]))
        at++;
    token->kind = SKR_TOKEN_WORD;
    token->n_at = at - parser->next;
    parser->next = at;
    return skr_query_text(parser->query, parser->source + token->at, token->n_at, &token->text,
                          err);
}

/* How many bytes at `at` belong to the word before: ",050", ">G" or " A>G" with what follows. */
static size_t count_more(const char *before, const char *at, bool is_variant)
{
    const char *bases = at + strspn(at, " \t");
    size_t n_ref = strspn(bases, "ACGTNacgtn");
    if (*at == ',' && isdigit((unsigned char)*before))
        return strspn(at + 1, "0123456789") == 3 ? 4 : 0;
    if (is_variant && *at == '>' && isalpha((unsigned char)*before))
        return isalpha((unsigned char)at[1]) ? 1 : 0;
    if (is_variant && bases > at && isdigit((unsigned char)*before) && n_ref > 0 &&
        (bases[n_ref] == '>' || bases[n_ref] == '/') && isalpha((unsigned char)bases[n_ref + 1]))
        return (size_t)(bases - at) + n_ref + 1;
    return 0;
}

int skr_query_parser_extend(skr_parser *parser, bool is_variant, skr_err *err)
{
    skr_token *token = &parser->token;
    const char *source = parser->source;
    uint32_t at = token->at + token->n_at;
    if (token->kind != SKR_TOKEN_WORD || at != parser->next)
        return SKR_OK;
    for (;;) {
        size_t n = count_more(source + at - 1, source + at, is_variant);
        if (n == 0)
            break;
        at += (uint32_t)n;
        while (at < parser->n_source && skr_query_is_word_byte(source[at]))
            at++;
    }
    if (at == parser->next)
        return SKR_OK;
    parser->next = at;
    token->n_at = at - token->at;
    return skr_query_text(parser->query, source + token->at, token->n_at, &token->text, err);
}

/* Within quotes \" is a quote and \\ a backslash; control characters have no business there. */
static int read_quoted(skr_parser *parser, skr_token *token, skr_err *err)
{
    const char *source = parser->source;
    void *memory = NULL;
    uint32_t at = token->at + 1;
    while (at < parser->n_source && source[at] != '"')
        at += source[at] == '\\' ? 2 : 1;
    if (at >= parser->n_source)
        return fail_at(parser, token->at, 1, err, "a quote is not closed");
    int status = skr_query_alloc(parser->query, at - token->at, &memory, err);
    if (status < 0)
        return status;

    char *text = memory;
    size_t n = 0;
    for (uint32_t i = token->at + 1; i < at;) {
        if (source[i] == '\\') {
            if (source[i + 1] != '"' && source[i + 1] != '\\')
                return fail_at(parser, i, 2, err,
                               "within quotes a backslash stands before '\"' or '\\' only");
            i++;
        }
        size_t n_character = skr_utf8_length(source + i, at - i);
        if (n_character == 0)
            return fail_at(parser, i, 1, err, "this is not UTF-8");
        if ((unsigned char)source[i] < 0x20 || source[i] == 0x7f)
            return fail_at(parser, i, 1, err, "a control character within quotes");
        memcpy(text + n, source + i, n_character);
        n += n_character;
        i += (uint32_t)n_character;
    }
    if (n == 0)
        return fail_at(parser, token->at, 2, err, "nothing stands between the quotes");
    text[n] = '\0';
    token->kind = SKR_TOKEN_QUOTED;
    token->text = text;
    token->n_at = at + 1 - token->at;
    parser->next = at + 1;
    return SKR_OK;
}

/* Takes the sign at a place: a comparison or punctuation. False: none stands there. */
static bool read_sign(const char *at, skr_token *token)
{
    static const struct {
        const char *sign;
        skr_token_kind kind;
    } marks[] = {{"(", SKR_TOKEN_OPEN},
                 {")", SKR_TOKEN_CLOSE},
                 {",", SKR_TOKEN_COMMA},
                 {";", SKR_TOKEN_SEMICOLON}};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (*at != marks[i].sign[0])
            continue;
        token->kind = marks[i].kind;
        token->text = marks[i].sign;
        token->n_at = 1;
        return true;
    }
    token->n_at = (uint32_t)skr_compare_read(at, false, &token->compare);
    if (token->n_at == 0)
        return false;
    token->kind = SKR_TOKEN_COMPARE;
    token->text = skr_compare_sign(token->compare);
    return true;
}

static int fail_character(const skr_parser *parser, skr_err *err)
{
    const char *at = parser->source + parser->next;
    size_t n = skr_utf8_length(at, parser->n_source - parser->next);
    const char *what = "a character that belongs in double quotes";
    if (n == 0)
        what = "this is not UTF-8";
    else if (*at == '&' || *at == '|' || *at == '!')
        what = "the connectives are the words and, or, not";
    else if (*at == '\'' || *at == '`')
        what = "quotes are double quotes";
    return fail_at(parser, parser->next, n == 0 ? 1 : (uint32_t)n, err, what);
}

static int read_token(skr_parser *parser, skr_token *token, skr_err *err)
{
    const char *source = parser->source;
    while (parser->next < parser->n_source && strchr(" \t\r\n", source[parser->next]) != NULL)
        parser->next++;
    token->at = parser->next;
    if (parser->next >= parser->n_source) {
        token->kind = SKR_TOKEN_END;
        return SKR_OK;
    }
    if (skr_query_is_word_byte(source[parser->next]))
        return read_word(parser, token, err);
    if (source[parser->next] == '"')
        return read_quoted(parser, token, err);
    if (!read_sign(source + parser->next, token))
        return fail_character(parser, err);
    parser->next += token->n_at;
    return SKR_OK;
}

int skr_query_parser_advance(skr_parser *parser, skr_err *err)
{
    skr_token token = {.kind = SKR_TOKEN_END};
    int status = read_token(parser, &token, err);
    if (status == SKR_OK)
        parser->token = token;
    return status;
}

int skr_query_parser_expect(skr_parser *parser, skr_token_kind kind, const char *what, skr_err *err)
{
    char shown[64];
    if (parser->token.kind != kind)
        return skr_query_parser_fail(parser, &parser->token, SKR_ERR_QUERY, err,
                                     "expected %s, found %s", what,
                                     skr_query_token_show(&parser->token, shown));
    return skr_query_parser_advance(parser, err);
}

int skr_query_parser_node(skr_parser *parser, skr_expr *node, const skr_token *token,
                          const skr_expr **ret_node, skr_err *err)
{
    node->source = parser->source;
    node->at = token->at;
    node->n_at = token->n_at;
    return skr_query_expr(parser->query, node, ret_node, err);
}
