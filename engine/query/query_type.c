/*
 * query_type.c - a word for a type of alleles, as people and other programs write it.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "engine/query/query_int.h"
#include "index/keys/variant_type.h"
#include "index/terms/curie.h"
#include "storage/base/limits.h"
#include "storage/base/suggest.h"

/* Fails: it is no type. Names the nearest spellings and all names. */
static int fail_type(const char *what, const char *word, skr_err *err)
{
    char all[256] = "";
    char spelling[SKR_VARIANT_SPELLING_MAX];
    char nearest[SKR_SUGGEST_TEXT_MAX];
    char curie[SKR_CURIE_MAX];
    skr_suggest suggest;
    size_t n = 0;
    const char *name;
    const char *above = skr_curie_read(word, curie) ? skr_variant_type_above(curie) : NULL;
    if (above != NULL)
        return skr_fail(err, SKR_ERR_QUERY,
                        "%s '%.64s' is a level of gain or loss, which no VCF tells; ask for %s",
                        what, word, above);
    for (size_t i = 0; (name = skr_variant_type_name(i)) != NULL && n < sizeof all; i++)
        n += (size_t)snprintf(all + n, sizeof all - n, "%s%s", i == 0 ? "" : ", ", name);
    skr_suggest_init(&suggest, word);
    for (size_t i = 0; skr_variant_type_spelling(i, spelling); i++)
        skr_suggest_offer(&suggest, spelling);
    return skr_fail(
        err, SKR_ERR_QUERY,
        "%s '%.64s' is no type of allele%s; there are %s, other spellings and terms for "
        "them, and symbols of VCF (INS:ME:ALU)",
        what, word, skr_suggest_text(&suggest, nearest), all);
}

bool skr_query_type_is_any(const char *word)
{
    char curie[SKR_CURIE_MAX];
    return skr_variant_type_is_any(skr_curie_read(word, curie) ? curie : word);
}

int skr_query_type(skr_query *query, const char *what, const char *word, const char **ret_text,
                   skr_err *err)
{
    size_t n = strlen(word);
    bool has_brackets = n > 2 && word[0] == '<' && word[n - 1] == '>';
    const char *text = NULL;
    skr_variant_type type;
    int status = skr_query_text(query, word + has_brackets, n - (has_brackets ? 2 : 0), &text, err);
    if (status < 0)
        return status;
    char curie[SKR_CURIE_MAX];
    bool is_found = skr_variant_type_find(text, &type) ||
                    (skr_curie_read(text, curie) && skr_variant_type_find(curie, &type));
    if (!is_found || type.name == curie) /* a CURIE of another kind is no symbol */
        return fail_type(what, word, err);
    char name[SKR_NAME_MAX + 1];
    n = strlen(type.name);
    bool is_symbol = type.name == text; /* one of VCF, in upper case then */
    if (n > SKR_NAME_MAX)
        return fail_type(what, word, err);
    for (size_t i = 0; i < n; i++)
        name[i] = is_symbol ? (char)toupper((unsigned char)text[i]) : type.name[i];
    return skr_query_text(query, name, n, ret_text, err);
}
