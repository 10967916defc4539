/*
 * beacon_variant.c - the variant of a request as a condition on alleles: sequence, range, bracket,
 * gene, and what narrows them.
 *
 *   one start, no end, both bases      that allele
 *   one start, no end, alternateBases  what begins there and has that ALT
 *   one start, one end                 what overlaps [start, end)
 *   two starts, two ends               start and end inside of two ranges
 *   referenceName alone                the whole contig
 *
 * Positions of Beacon count from 0, like ours.
 */
#include <stdlib.h>
#include <string.h>

#include "api/beacon/beacon_request_int.h"
#include "engine/face/words.h"
#include "storage/base/limits.h"

typedef struct allele_builder {
    skr_query *query;
    const skr_expr *all; /* what was said so far; NULL: nothing */
} allele_builder;

static int add(allele_builder *builder, const skr_expr *node, skr_err *err)
{
    const skr_expr *kept = NULL;
    int status = skr_query_expr(builder->query, node, &kept, err);
    if (status < 0)
        return status;
    return skr_query_join(builder->query, SKR_E_AND, builder->all, kept, &builder->all, err);
}

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
        return skr_fail(err, SKR_ERR_NOMEM, "out of memory for %s", what);
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

/* A place as we keep it; no contig reaches SKR_CONTIG_LENGTH_MAX, so clamping changes no answer. */
static uint32_t clamp(uint64_t place)
{
    return place < SKR_CONTIG_LENGTH_MAX ? (uint32_t)place : SKR_CONTIG_LENGTH_MAX;
}

static int add_sequence(allele_builder *builder, const skr_variant_words *words, const char *contig,
                        skr_err *err)
{
    if (words->start[0] >= SKR_CONTIG_LENGTH_MAX)
        return skr_fail(err, SKR_ERR_QUERY, "start lies beyond every contig");
    if (words->alternate_bases == NULL)
        return skr_fail(err, SKR_ERR_QUERY,
                        "start without end asks for one allele: alternateBases is missing");
    uint32_t start0 = (uint32_t)words->start[0];
    if (words->reference_bases == NULL) {
        skr_expr place = {
            .op = SKR_A_START, .contig = contig, .start0 = start0, .start_to0 = start0 + 1};
        skr_expr alt = {.op = SKR_A_ALT, .text = words->alternate_bases};
        int status = add(builder, &place, err);
        return status < 0 ? status : add(builder, &alt, err);
    }
    if (strcmp(words->reference_bases, words->alternate_bases) == 0)
        return skr_fail(err, SKR_ERR_QUERY, "referenceBases and alternateBases are the same");
    skr_expr allele = {.op = SKR_A_SEQUENCE,
                       .contig = contig,
                       .start0 = start0,
                       .ref = words->reference_bases,
                       .alt = words->alternate_bases};
    return add(builder, &allele, err);
}

static int add_range(allele_builder *builder, const skr_variant_words *words, const char *contig,
                     skr_err *err)
{
    if (words->start[0] >= words->end[0])
        return skr_fail(err, SKR_ERR_QUERY,
                        "end is not after start; positions count from 0 and end is not included");
    if (words->start[0] >= SKR_CONTIG_LENGTH_MAX)
        return skr_fail(err, SKR_ERR_QUERY, "start lies beyond every contig");
    /* A client that names an allele and its end says the end twice. */
    if (words->reference_bases != NULL && words->alternate_bases != NULL &&
        words->end[0] - words->start[0] == strlen(words->reference_bases))
        return add_sequence(builder, words, contig, err);
    if (words->reference_bases != NULL)
        return skr_fail(err, SKR_ERR_QUERY,
                        "referenceBases names one allele: leave out end, or referenceBases");
    skr_expr range = {.op = SKR_A_REGION,
                      .contig = contig,
                      .start0 = (uint32_t)words->start[0],
                      .end0 = clamp(words->end[0])};
    int status = add(builder, &range, err);
    if (status < 0 || words->alternate_bases == NULL)
        return status;
    skr_expr alt = {.op = SKR_A_ALT, .text = words->alternate_bases};
    return add(builder, &alt, err);
}

static int add_bracket(allele_builder *builder, const skr_variant_words *words, const char *contig,
                       skr_err *err)
{
    if (words->start[0] >= words->start[1] || words->end[0] >= words->end[1])
        return skr_fail(err, SKR_ERR_QUERY,
                        "the second value of start and of end must be above the first");
    if (words->reference_bases != NULL || words->alternate_bases != NULL)
        return skr_fail(err, SKR_ERR_QUERY,
                        "bases cannot be asked for with two values of start and end");
    if (words->start[0] >= SKR_CONTIG_LENGTH_MAX || words->end[0] >= SKR_CONTIG_LENGTH_MAX)
        return skr_fail(err, SKR_ERR_QUERY, "start or end lies beyond every contig");
    skr_expr begins = {.op = SKR_A_START,
                       .contig = contig,
                       .start0 = (uint32_t)words->start[0],
                       .start_to0 = clamp(words->start[1])};
    skr_expr ends = {.op = SKR_A_END,
                     .contig = contig,
                     .end0 = (uint32_t)words->end[0],
                     .end_to0 = clamp(words->end[1])};
    int status = add(builder, &begins, err);
    return status < 0 ? status : add(builder, &ends, err);
}

static int add_contig(allele_builder *builder, const skr_variant_words *words, const char *contig,
                      skr_err *err)
{
    if (words->reference_bases != NULL)
        return skr_fail(err, SKR_ERR_QUERY, "referenceBases needs a start");
    skr_expr range = {.op = SKR_A_REGION, .contig = contig, .start0 = 0, .end0 = UINT32_MAX};
    int status = add(builder, &range, err);
    if (status < 0 || words->alternate_bases == NULL)
        return status;
    skr_expr alt = {.op = SKR_A_ALT, .text = words->alternate_bases};
    return add(builder, &alt, err);
}

/* The place: at most one of the shapes of the file's comment. */
static int add_place(allele_builder *builder, const skr_variant_words *words, const char *contig,
                     skr_err *err)
{
    if (contig == NULL && (words->n_start > 0 || words->n_end > 0))
        return skr_fail(err, SKR_ERR_QUERY, "start and end need a referenceName");
    if (contig == NULL && words->reference_bases != NULL)
        return skr_fail(err, SKR_ERR_QUERY, "referenceBases needs referenceName and start");
    if (contig == NULL && words->alternate_bases != NULL && words->gene == NULL)
        return skr_fail(err, SKR_ERR_QUERY, "alternateBases needs a place or a gene");
    if (contig == NULL) {
        skr_expr alt = {.op = SKR_A_ALT, .text = words->alternate_bases};
        return words->alternate_bases == NULL ? SKR_OK : add(builder, &alt, err);
    }
    if (words->n_start == 0 && words->n_end == 0)
        return add_contig(builder, words, contig, err);
    if (words->n_start == 1 && words->n_end == 0)
        return add_sequence(builder, words, contig, err);
    if (words->n_start == 1 && words->n_end == 1)
        return add_range(builder, words, contig, err);
    if (words->n_start == 2 && words->n_end == 2)
        return add_bracket(builder, words, contig, err);
    return skr_fail(err, SKR_ERR_QUERY,
                    "start and end: want one start, one of each, or two of each");
}

static int add_lengths(allele_builder *builder, const skr_variant_words *words, skr_err *err)
{
    skr_expr least = {.op = SKR_A_LENGTH, .compare = SKR_GE, .number = (double)words->min_length};
    skr_expr most = {.op = SKR_A_LENGTH, .compare = SKR_LE, .number = (double)words->max_length};
    if (words->has_min_length && words->has_max_length && words->min_length > words->max_length)
        return skr_fail(err, SKR_ERR_QUERY, "variantMinLength is above variantMaxLength");
    int status = words->has_min_length ? add(builder, &least, err) : SKR_OK;
    if (status == SKR_OK && words->has_max_length)
        status = add(builder, &most, err);
    return status;
}

/* Gene, kind, length, protein: each narrows what the place left. */
static int add_conditions(allele_builder *builder, const skr_variant_words *words, skr_err *err)
{
    int status = SKR_OK;
    if (words->gene != NULL) {
        skr_expr gene = {.op = SKR_A_GENE, .text = words->gene};
        status = add(builder, &gene, err);
    }
    if (status == SKR_OK && words->variant_type != NULL) {
        const skr_expr *type = NULL;
        status = skr_beacon_read_variant_type(builder->query, words->variant_type, &type, err);
        if (status == SKR_OK)
            status =
                skr_query_join(builder->query, SKR_E_AND, builder->all, type, &builder->all, err);
    }
    if (status == SKR_OK)
        status = add_lengths(builder, words, err);
    if (status == SKR_OK && words->aminoacid_change != NULL) {
        skr_expr protein = {.op = SKR_A_PROTEIN, .text = words->aminoacid_change};
        status = add(builder, &protein, err);
    }
    return status;
}

static int add_short_form(allele_builder *builder, const skr_variant_words *words,
                          const char **ret_assembly, skr_err *err)
{
    if (words->reference_name != NULL || words->n_start > 0 || words->n_end > 0 ||
        words->reference_bases != NULL || words->alternate_bases != NULL)
        return skr_fail(err, SKR_ERR_QUERY,
                        "genomicAlleleShortForm says it all: leave out names, places and bases");
    const skr_expr *allele = NULL;
    int status =
        skr_beacon_read_short_form(builder->query, words->short_form, &allele, ret_assembly, err);
    if (status < 0)
        return status;
    return skr_query_join(builder->query, SKR_E_AND, builder->all, allele, &builder->all, err);
}

int skr_beacon_read_variant(skr_beacon_request *request, const skr_variant_words *words,
                            skr_err *err)
{
    allele_builder builder = {.query = request->query};
    skr_variant_words clean = *words;
    const char *contig = NULL;
    const char *implied = NULL;
    if (words->mate_name != NULL)
        return skr_fail(err, SKR_ERR_QUERY, "mateName is not supported");
    int status = read_bases(request->query, "referenceBases", words->reference_bases,
                            &clean.reference_bases, err);
    if (status == SKR_OK)
        status = read_bases(request->query, "alternateBases", words->alternate_bases,
                            &clean.alternate_bases, err);
    if (status == SKR_OK && words->short_form != NULL)
        status = add_short_form(&builder, &clean, &implied, err);
    if (status == SKR_OK && words->reference_name != NULL)
        status = skr_beacon_contig(words->reference_name, &contig, &implied, err);
    if (status == SKR_OK)
        status = add_place(&builder, &clean, contig, err);
    if (status == SKR_OK)
        status = add_conditions(&builder, &clean, err);
    if (status < 0)
        return status;
    if (implied != NULL && words->assembly != NULL &&
        !skr_words_same_assembly(implied, words->assembly))
        return skr_fail(err, SKR_ERR_QUERY, "assemblyId %s: the reference named belongs to %s",
                        words->assembly, implied);
    request->assembly = words->assembly != NULL ? words->assembly : implied;
    request->alleles = builder.all;
    return SKR_OK;
}
