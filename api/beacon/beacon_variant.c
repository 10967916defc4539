/*
 * beacon_variant.c - the variant of a request as conditions on alleles: each row of
 * beacon_condition.h adds what the parameters say of it.
 */
#include <stdlib.h>
#include <string.h>

#include "api/beacon/beacon_condition.h"
#include "engine/face/words.h"

/*
 * Checks bases and writes them in our form: upper case, U as T, "-" and "." as nothing. N stays:
 * it matches any base. NULL stays NULL.
 */
static int read_bases(skr_query *query, const char *what, const char *text, const char **ret_bases,
                      skr_err *err)
{
    if (text == NULL)
        return SKR_OK;
    size_t n = strcmp(text, "-") == 0 || strcmp(text, ".") == 0 ? 0 : strlen(text);
    char *bases = malloc(n + 1);
    if (bases == NULL)
        return skr_fail_nomem(err, what);
    int status = SKR_OK;
    for (size_t i = 0; i < n && status == SKR_OK; i++) {
        char c = text[i];
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        bases[i] = c == 'U' ? 'T' : c;
        if (strchr("ACGTN", bases[i]) == NULL)
            status = skr_fail(err, SKR_ERR_QUERY,
                              "%s: '%c' is not supported; use A, C, G, T, and N for any base", what,
                              text[i]);
    }
    if (status == SKR_OK)
        status = skr_query_text(query, bases, n, ret_bases, err);
    free(bases);
    return status;
}

/* One text that says it all has no other place beside it. */
static int check_short_form(const skr_variant_words *words, skr_err *err)
{
    bool has_place = words->reference_name != NULL || words->n_start > 0 || words->n_end > 0 ||
                     words->reference_bases != NULL || words->alternate_bases != NULL;
    if (words->short_form == NULL || !has_place)
        return SKR_OK;
    return skr_fail(err, SKR_ERR_QUERY,
                    "genomicAlleleShortForm says it all: leave out names, places and bases");
}

static int read_conditions(skr_beacon_asked *asked, bool are_places, skr_err *err)
{
    for (unsigned op = 0; op < SKR_N_EXPR_OPS; op++) {
        const skr_beacon_condition *row = skr_beacon_condition_of((skr_expr_op)op);
        if (row != NULL && row->read != NULL && row->is_place == are_places)
            SKR_TRY(row->read(asked, err));
    }
    return SKR_OK;
}

int skr_beacon_read_variant(skr_beacon_request *request, const skr_variant_words *words,
                            skr_err *err)
{
    skr_query *query = request->query;
    skr_variant_words clean = *words;
    skr_beacon_asked asked = {.query = query, .words = &clean};
    if (words->mate_name != NULL)
        return skr_fail(err, SKR_ERR_QUERY, "mateName is not supported");
    SKR_TRY(
        read_bases(query, "referenceBases", words->reference_bases, &clean.reference_bases, err));
    SKR_TRY(
        read_bases(query, "alternateBases", words->alternate_bases, &clean.alternate_bases, err));
    SKR_TRY(check_short_form(&clean, err));
    if (words->reference_name != NULL)
        SKR_TRY(skr_beacon_contig(words->reference_name, &asked.contig, &asked.assembly, err));
    SKR_TRY(skr_beacon_place_shape(&asked, err));
    SKR_TRY(read_conditions(&asked, true, err));
    SKR_TRY(read_conditions(&asked, false, err));
    if (asked.assembly != NULL && words->assembly != NULL &&
        !skr_words_same_assembly(asked.assembly, words->assembly))
        return skr_fail(err, SKR_ERR_QUERY, "assemblyId %s: the reference named belongs to %s",
                        words->assembly, asked.assembly);
    request->assembly = words->assembly != NULL ? words->assembly : asked.assembly;
    return skr_query_join(query, SKR_E_AND, asked.all, request->alleles, &request->alleles, err);
}
