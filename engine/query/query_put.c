/*
 * query_put.c - the pieces that canonical texts are made of: words, numbers, FIELD OP VALUE.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/query/query_int.h"
#include "index/contigs/contig.h"

int skr_query_put(skr_buffer *text, const char *more, skr_err *err)
{
    return skr_buffer_put(text, more, strlen(more), err);
}

int skr_query_put_word(skr_buffer *text, const char *word, skr_err *err)
{
    bool is_plain = word[0] != '\0';
    for (const char *at = word; *at != '\0' && is_plain; at++)
        is_plain = skr_query_is_word_byte(*at);
    if (is_plain)
        return skr_query_put(text, word, err);
    int status = skr_query_put(text, "\"", err);
    for (const char *at = word; *at != '\0' && status == SKR_OK; at++) {
        if (*at == '"' || *at == '\\')
            status = skr_query_put(text, "\\", err);
        if (status == SKR_OK)
            status = skr_buffer_put(text, at, 1, err);
    }
    return status < 0 ? status : skr_query_put(text, "\"", err);
}

/* The shortest decimal that reads back as the same number; ages are read without exponents. */
static int put_number(skr_buffer *text, double number, skr_err *err)
{
    char digits[64];
    bool is_plain = number == 0 || (fabs(number) >= 1e-9 && fabs(number) < 1e15);
    for (int precision = is_plain ? 0 : 1; precision <= 30; precision++) {
        (void)snprintf(digits, sizeof digits, is_plain ? "%.*f" : "%.*g", precision, number);
        if (strtod(digits, NULL) == number)
            break;
    }
    return skr_query_put(text, digits, err);
}

static int put_sign(skr_buffer *text, const char *name, skr_compare compare, skr_err *err)
{
    int status = skr_query_put(text, name, err);
    return status < 0 ? status : skr_query_put(text, skr_compare_sign(compare), err);
}

int skr_query_put_field(skr_buffer *text, const char *name, skr_compare compare, const char *word,
                        skr_err *err)
{
    int status = put_sign(text, name, compare, err);
    return status < 0 ? status : skr_query_put_word(text, word, err);
}

int skr_query_put_number(skr_buffer *text, const char *name, skr_compare compare, double number,
                         skr_err *err)
{
    int status = put_sign(text, name, compare, err);
    return status < 0 ? status : put_number(text, number, err);
}

int skr_query_put_term(skr_buffer *text, const char *name, const char *term, skr_err *err)
{
    int status = skr_query_put(text, name, err);
    if (status == SKR_OK)
        status = skr_query_put(text, "(", err);
    if (status == SKR_OK)
        status = skr_query_put_word(text, term, err);
    return status < 0 ? status : skr_query_put(text, ")", err);
}

const char *skr_query_contig(const char *contig, char *canonical, size_t n_canonical)
{
    return skr_contig_canonical(NULL, contig, canonical, n_canonical, NULL) < 0 ? contig
                                                                                : canonical;
}
