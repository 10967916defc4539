/*
 * beacon_place.c - where an allele is, and which, in Beacon's words and back.
 *
 * Parameters say a place only together, in one of the shapes of beacon_condition.h: each condition
 * asks whether the shape says it. Positions of Beacon count from 0, like ours.
 */
#include <jansson.h>
#include <string.h>

#include "api/beacon/beacon_condition.h"
#include "engine/face/words.h"
#include "storage/base/limits.h"

static const char more_than_one_place[] = "more than one place";
static const char more_than_one_alt[] = "more than one ALT";
static const char no_canonical_contig[] = "a contig that has no canonical name";

/* ------------------------------------------------------------------ the shape of a place */

/* A place as we keep it; no contig reaches SKR_CONTIG_LENGTH_MAX, so clamping changes no answer. */
static uint32_t clamp(uint64_t place)
{
    return place < SKR_CONTIG_LENGTH_MAX ? (uint32_t)place : SKR_CONTIG_LENGTH_MAX;
}

static int shape_of_start(const skr_variant_words *words, skr_beacon_shape *ret_shape, skr_err *err)
{
    if (words->start[0] >= SKR_CONTIG_LENGTH_MAX)
        return skr_fail(err, SKR_ERR_QUERY, "start lies beyond every contig");
    if (words->alternate_bases == NULL)
        return skr_fail(err, SKR_ERR_QUERY,
                        "start without end asks for one allele: alternateBases is missing");
    *ret_shape = words->reference_bases == NULL ? SKR_SHAPE_BEGINS : SKR_SHAPE_ALLELE;
    if (words->reference_bases != NULL &&
        strcmp(words->reference_bases, words->alternate_bases) == 0)
        return skr_fail(err, SKR_ERR_QUERY, "referenceBases and alternateBases are the same");
    return SKR_OK;
}

static int shape_of_range(const skr_variant_words *words, skr_beacon_shape *ret_shape, skr_err *err)
{
    if (words->start[0] >= words->end[0])
        return skr_fail(err, SKR_ERR_QUERY,
                        "end is not after start; positions count from 0 and end is not included");
    if (words->start[0] >= SKR_CONTIG_LENGTH_MAX)
        return skr_fail(err, SKR_ERR_QUERY, "start lies beyond every contig");
    /* A client that names an allele and its end says the end twice. */
    if (words->reference_bases != NULL && words->alternate_bases != NULL &&
        words->end[0] - words->start[0] == strlen(words->reference_bases))
        return shape_of_start(words, ret_shape, err);
    if (words->reference_bases != NULL)
        return skr_fail(err, SKR_ERR_QUERY,
                        "referenceBases names one allele: leave out end, or referenceBases");
    *ret_shape = SKR_SHAPE_RANGE;
    return SKR_OK;
}

static int shape_of_bracket(const skr_variant_words *words, skr_beacon_shape *ret_shape,
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
    *ret_shape = SKR_SHAPE_BRACKET;
    return SKR_OK;
}

static int check_nowhere(const skr_variant_words *words, skr_err *err)
{
    if (words->n_start > 0 || words->n_end > 0)
        return skr_fail(err, SKR_ERR_QUERY, "start and end need a referenceName");
    if (words->reference_bases != NULL)
        return skr_fail(err, SKR_ERR_QUERY, "referenceBases needs referenceName and start");
    if (words->alternate_bases != NULL && words->gene == NULL)
        return skr_fail(err, SKR_ERR_QUERY, "alternateBases needs a place or a gene");
    return SKR_OK;
}

int skr_beacon_place_shape(skr_beacon_asked *asked, skr_err *err)
{
    const skr_variant_words *words = asked->words;
    asked->shape = SKR_SHAPE_NOWHERE;
    if (asked->contig == NULL)
        return check_nowhere(words, err);
    if (words->n_start == 1 && words->n_end == 0)
        return shape_of_start(words, &asked->shape, err);
    if (words->n_start == 1 && words->n_end == 1)
        return shape_of_range(words, &asked->shape, err);
    if (words->n_start == 2 && words->n_end == 2)
        return shape_of_bracket(words, &asked->shape, err);
    if (words->n_start > 0 || words->n_end > 0)
        return skr_fail(err, SKR_ERR_QUERY,
                        "start and end: want one start, one of each, or two of each");
    if (words->reference_bases != NULL)
        return skr_fail(err, SKR_ERR_QUERY, "referenceBases needs a start");
    asked->shape = SKR_SHAPE_CONTIG;
    return SKR_OK;
}

const char *skr_beacon_place_settle(skr_beacon_draft *draft)
{
    json_t *start = json_object_get(draft->parameters, "start");
    const json_t *end = json_object_get(draft->parameters, "end");
    bool has_alt = skr_beacon_draft_has(draft, "alternateBases");
    bool is_wide = json_array_size(start) == 2;
    if (is_wide && end == NULL && has_alt &&
        json_integer_value(json_array_get(start, 0)) + 1 ==
            json_integer_value(json_array_get(start, 1)))
        json_array_remove(start, 1);
    else if (is_wide != (json_array_size(end) == 2))
        return "where alleles begin or end, one without the other";
    else if (is_wide && has_alt)
        return "bases and where alleles begin and end";
    else if (has_alt && !skr_beacon_draft_has(draft, "referenceName") &&
             !skr_beacon_draft_has(draft, "geneId"))
        return "ALT without a place";
    return NULL;
}

/* ------------------------------------------------------------------ contigs */

/* The contig of a place; if one was named already, then by the same place's other end. */
static const char *write_contig(skr_beacon_draft *draft, const char *written)
{
    char contig[SKR_NAME_MAX + 1];
    const char *said = json_string_value(json_object_get(draft->parameters, "referenceName"));
    if (!skr_words_contig(written, contig))
        return no_canonical_contig;
    if (skr_beacon_draft_has(draft, "genomicAlleleShortForm"))
        return more_than_one_place;
    if (said != NULL && !skr_beacon_draft_has(draft, "start") &&
        !skr_beacon_draft_has(draft, "end"))
        return more_than_one_place;
    if (said != NULL)
        return strcmp(said, contig) == 0 ? NULL : more_than_one_place;
    return skr_beacon_draft_text(draft, "referenceName", contig, more_than_one_place);
}

/* The contig of what has a place of its own: nothing else may have named one. */
static const char *write_only_contig(skr_beacon_draft *draft, const char *written)
{
    return skr_beacon_draft_has(draft, "referenceName") ? more_than_one_place
                                                        : write_contig(draft, written);
}

/* ------------------------------------------------------------------ one allele, by its name */

/* genomicAlleleShortForm is HGVS's genomic form (NC_000019.10:g.45411941T>C). */
static int read_variant(skr_beacon_asked *asked, skr_err *err)
{
    skr_query *query = asked->query;
    skr_expr node = {.op = SKR_A_VARIANT};
    skr_buffer named = {0};
    const char *written = NULL;
    const char *contig = NULL;
    const char *name = NULL;
    size_t n_name = 0;
    if (asked->words->short_form == NULL || skr_query_is_name(asked->words->short_form))
        return SKR_OK;
    int status = skr_query_variant(query, asked->words->short_form, &written, &n_name, err);
    if (status < 0)
        return status == SKR_ERR_QUERY ? skr_fail_in(err, status, "genomicAlleleShortForm")
                                       : status;
    status = skr_query_text(query, written, n_name, &name, err);
    if (status == SKR_OK)
        status = skr_beacon_contig(name, &contig, &asked->assembly, err);
    if (status == SKR_OK)
        status = skr_buffer_put(&named, contig, strlen(contig), err);
    if (status == SKR_OK)
        status = skr_buffer_put(&named, written + n_name, strlen(written + n_name), err);
    if (status == SKR_OK)
        status = skr_query_text(query, (const char *)named.bytes, named.n, &node.text, err);
    skr_buffer_done(&named);
    return status < 0 ? status : skr_beacon_asked_add(asked, &node, err);
}

static const char *write_start(skr_beacon_draft *draft, uint32_t start0)
{
    return skr_beacon_draft_set(draft, "start", json_pack("[I]", (json_int_t)start0),
                                more_than_one_place);
}

static const char *write_bases(skr_beacon_draft *draft, const skr_variant_word *variant)
{
    const char *why = write_start(draft, variant->start0);
    if (why == NULL)
        why = skr_beacon_draft_set(draft, "referenceBases",
                                   json_stringn(variant->ref, variant->n_ref), more_than_one_place);
    if (why == NULL)
        why = skr_beacon_draft_set(draft, "alternateBases",
                                   json_stringn(variant->alt, variant->n_alt), more_than_one_alt);
    return why;
}

static const char *write_variant(const skr_expr *node, skr_beacon_draft *draft)
{
    skr_variant_word variant;
    if (!skr_words_variant(node->text, &variant))
        return "a variant that has no canonical form";
    if (variant.is_structural)
        return "a structural variant by name: a request has a place and a type, which others share";
    if (!variant.is_span) {
        const char *why = write_only_contig(draft, variant.contig);
        return why != NULL ? why : write_bases(draft, &variant);
    }
    if (skr_beacon_draft_has(draft, "referenceName") ||
        skr_beacon_draft_has(draft, "alternateBases"))
        return more_than_one_place;
    return skr_beacon_draft_text(draft, "genomicAlleleShortForm", node->text, more_than_one_place);
}

const skr_beacon_condition skr_beacon_alleles_variant = {
    .parameters = {"genomicAlleleShortForm", "referenceName", "start", "referenceBases",
                   "alternateBases"},
    .is_place = true,
    .read = read_variant,
    .write = write_variant};

/* ------------------------------------------------------------------ alleles by a name of a list */

static int read_known_as(skr_beacon_asked *asked, skr_err *err)
{
    skr_expr node = {.op = SKR_A_NAME, .compare = SKR_EQ};
    const char *written = asked->words->short_form;
    if (written == NULL || !skr_query_is_name(written))
        return SKR_OK;
    SKR_TRY(skr_query_name(asked->query, written, &node.text, err));
    return skr_beacon_asked_add(asked, &node, err);
}

static const char *write_known_as(const skr_expr *node, skr_beacon_draft *draft)
{
    if (!skr_query_is_name(node->text))
        return "a name that is not letters and digits";
    return skr_beacon_draft_text(draft, "genomicAlleleShortForm", node->text, more_than_one_place);
}

const skr_beacon_condition skr_beacon_alleles_known_as = {.parameters = {"genomicAlleleShortForm"},
                                                          .is_place = true,
                                                          .read = read_known_as,
                                                          .write = write_known_as};

/* ------------------------------------------------------------------ one allele, by its parts */

static int read_sequence(skr_beacon_asked *asked, skr_err *err)
{
    const skr_variant_words *words = asked->words;
    const skr_expr node = {.op = SKR_A_SEQUENCE,
                           .contig = asked->contig,
                           .start0 = (uint32_t)words->start[0],
                           .ref = words->reference_bases,
                           .alt = words->alternate_bases};
    return asked->shape == SKR_SHAPE_ALLELE ? skr_beacon_asked_add(asked, &node, err) : SKR_OK;
}

static const char *write_sequence(const skr_expr *node, skr_beacon_draft *draft)
{
    const char *why = write_only_contig(draft, node->contig);
    if (why == NULL)
        why = write_start(draft, node->start0);
    if (why == NULL)
        why = skr_beacon_draft_text(draft, "referenceBases", node->ref, more_than_one_place);
    if (why == NULL)
        why = skr_beacon_draft_text(draft, "alternateBases", node->alt, more_than_one_alt);
    return why;
}

const skr_beacon_condition skr_beacon_alleles_sequence = {
    .parameters = {"referenceName", "start", "referenceBases", "alternateBases"},
    .is_place = true,
    .read = read_sequence,
    .write = write_sequence};

/* ------------------------------------------------------------------ ALT beside a place */

static int read_alt(skr_beacon_asked *asked, skr_err *err)
{
    const skr_expr node = {.op = SKR_A_ALT, .text = asked->words->alternate_bases};
    bool is_said = node.text != NULL && asked->shape != SKR_SHAPE_ALLELE;
    return is_said ? skr_beacon_asked_add(asked, &node, err) : SKR_OK;
}

static const char *write_alt(const skr_expr *node, skr_beacon_draft *draft)
{
    if (skr_beacon_draft_has(draft, "genomicAlleleShortForm"))
        return more_than_one_alt;
    return skr_beacon_draft_text(draft, "alternateBases", node->text, more_than_one_alt);
}

const skr_beacon_condition skr_beacon_alleles_alt = {
    .parameters = {"alternateBases"}, .is_place = true, .read = read_alt, .write = write_alt};

/* ------------------------------------------------------------------ region */

static int read_region(skr_beacon_asked *asked, skr_err *err)
{
    skr_expr node = {.op = SKR_A_REGION, .contig = asked->contig, .end0 = UINT32_MAX};
    if (asked->shape != SKR_SHAPE_CONTIG && asked->shape != SKR_SHAPE_RANGE)
        return SKR_OK;
    if (asked->shape == SKR_SHAPE_RANGE) {
        node.start0 = (uint32_t)asked->words->start[0];
        node.end0 = clamp(asked->words->end[0]);
    }
    return skr_beacon_asked_add(asked, &node, err);
}

static const char *write_region(const skr_expr *node, skr_beacon_draft *draft)
{
    bool is_whole = node->start0 == 0 && node->end0 == UINT32_MAX;
    if (node->text != NULL && strpbrk(node->contig, ":-") != NULL)
        return "a region that may be the name of a contig";
    const char *why = write_only_contig(draft, node->contig);
    if (why == NULL && !is_whole)
        why = write_start(draft, node->start0);
    if (why == NULL && !is_whole)
        why = skr_beacon_draft_set(draft, "end", json_pack("[I]", (json_int_t)clamp(node->end0)),
                                   more_than_one_place);
    return why;
}

const skr_beacon_condition skr_beacon_alleles_region = {
    .parameters = {"referenceName", "start", "end"},
    .is_place = true,
    .read = read_region,
    .write = write_region};

/* ------------------------------------------------------------------ where it begins and ends */

static int read_start(skr_beacon_asked *asked, skr_err *err)
{
    const uint64_t *start = asked->words->start;
    skr_expr node = {.op = SKR_A_START, .contig = asked->contig, .start0 = (uint32_t)start[0]};
    if (asked->shape != SKR_SHAPE_BEGINS && asked->shape != SKR_SHAPE_BRACKET)
        return SKR_OK;
    node.start_to0 = asked->shape == SKR_SHAPE_BEGINS ? node.start0 + 1 : clamp(start[1]);
    return skr_beacon_asked_add(asked, &node, err);
}

static int read_end(skr_beacon_asked *asked, skr_err *err)
{
    const skr_expr node = {.op = SKR_A_END,
                           .contig = asked->contig,
                           .end0 = (uint32_t)asked->words->end[0],
                           .end_to0 = clamp(asked->words->end[1])};
    return asked->shape == SKR_SHAPE_BRACKET ? skr_beacon_asked_add(asked, &node, err) : SKR_OK;
}

/* Two values of one parameter. */
static const char *write_places(skr_beacon_draft *draft, const char *parameter,
                                const skr_expr *node, uint32_t from0, uint32_t to0)
{
    if (skr_beacon_draft_has(draft, parameter))
        return more_than_one_place;
    const char *why = write_contig(draft, node->contig);
    return why != NULL
               ? why
               : skr_beacon_draft_set(draft, parameter,
                                      json_pack("[I, I]", (json_int_t)from0, (json_int_t)to0),
                                      more_than_one_place);
}

static const char *write_start_places(const skr_expr *node, skr_beacon_draft *draft)
{
    return write_places(draft, "start", node, node->start0, node->start_to0);
}

static const char *write_end_places(const skr_expr *node, skr_beacon_draft *draft)
{
    return write_places(draft, "end", node, node->end0, node->end_to0);
}

const skr_beacon_condition skr_beacon_alleles_start = {.parameters = {"referenceName", "start"},
                                                       .is_place = true,
                                                       .read = read_start,
                                                       .write = write_start_places};
const skr_beacon_condition skr_beacon_alleles_end = {.parameters = {"referenceName", "end"},
                                                     .is_place = true,
                                                     .read = read_end,
                                                     .write = write_end_places};
