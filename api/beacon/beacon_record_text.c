/*
 * beacon_record_text.c - where an allele is, what it replaces, and how frequent it is.
 *
 * Clients of the European network read location.sequence_id, interval.start, referenceBases and
 * alternateBases as a line of a VCF has them, and the members of frequencies by these names.
 */
#include "api/beacon/beacon_record_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/face/words.h"
#include "storage/base/number_text.h"

#define PUT(text, literal, err) SKR_TRY(skr_buffer_put((text), (literal), sizeof(literal) - 1, err))

static int put_number(skr_buffer *text, uint64_t number, skr_err *err)
{
    char digits[SKR_NUMBER_TEXT_MAX];
    return skr_buffer_put(text, digits, skr_number_text(number, digits), err);
}

/* ------------------------------------------------------------------ HGVS */

static int put_span(skr_buffer *text, uint32_t first1, uint32_t last1, skr_err *err)
{
    SKR_TRY(put_number(text, first1, err));
    if (last1 == first1)
        return SKR_OK;
    PUT(text, "_", err);
    return put_number(text, last1, err);
}

/* What a structural allele does to the bases behind POS, in HGVS's words; "" where HGVS has none.
 */
static const char *structural_word(const skr_variant_word *variant)
{
    static const char *const words[][2] = {{"DEL", "del"}, {"DUP", "dup"}, {"INV", "inv"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (variant->n_alt >= 3 && strncmp(variant->alt, words[i][0], 3) == 0)
            return words[i][1];
    return "";
}

static int put_structural_change(const skr_variant_word *variant, skr_buffer *text, skr_err *err)
{
    const char *word = structural_word(variant);
    uint32_t first1 = variant->start0 + 1;
    if (word[0] != '\0' && variant->end0 > first1)
        first1++;
    SKR_TRY(put_span(text, first1, variant->end0 > first1 ? variant->end0 : first1, err));
    return skr_buffer_put(text, word, strlen(word), err);
}

/* Behind "g.": the bases that VCF writes on both sides are none of the change. */
static int put_change(const skr_variant_word *variant, skr_buffer *text, skr_err *err)
{
    const char *ref = variant->ref;
    const char *alt = variant->alt;
    size_t n_ref = variant->n_ref;
    size_t n_alt = variant->n_alt;
    uint32_t first1 = variant->start0 + 1;
    if (variant->is_structural)
        return put_structural_change(variant, text, err);
    while (n_ref > 0 && n_alt > 0 && *ref == *alt) {
        ref++;
        alt++;
        n_ref--;
        n_alt--;
        first1++;
    }
    while (n_ref > 0 && n_alt > 0 && ref[n_ref - 1] == alt[n_alt - 1]) {
        n_ref--;
        n_alt--;
    }
    if (n_ref == 0) { /* between two bases */
        SKR_TRY(put_span(text, first1 - 1, first1, err));
        PUT(text, "ins", err);
        return skr_beacon_record_bare(alt, n_alt, text, err);
    }
    SKR_TRY(put_span(text, first1, first1 + (uint32_t)n_ref - 1, err));
    if (n_ref == 1 && n_alt == 1) {
        SKR_TRY(skr_beacon_record_bare(ref, 1, text, err));
        PUT(text, ">", err);
        return skr_beacon_record_bare(alt, 1, text, err);
    }
    if (n_alt == 0) {
        PUT(text, "del", err);
        return SKR_OK;
    }
    PUT(text, "delins", err);
    return skr_beacon_record_bare(alt, n_alt, text, err);
}

/* ------------------------------------------------------------------ the variation */

static int put_type(const skr_variant_word *variant, skr_buffer *text, skr_err *err)
{
    if (variant->is_structural)
        return skr_beacon_record_bare(variant->alt, strcspn(variant->alt, "+@"), text, err);
    const char *type = variant->n_ref == 1 && variant->n_alt == 1 ? "SNP"
                       : variant->n_ref == variant->n_alt         ? "MNP"
                       : variant->n_ref == 1                      ? "INS"
                       : variant->n_alt == 1                      ? "DEL"
                                                                  : "INDEL";
    return skr_buffer_put(text, type, strlen(type), err);
}

/* Bases; of a structural allele nobody says which. */
static int put_bases(const skr_variant_word *variant, skr_buffer *text, skr_err *err)
{
    PUT(text, "\",\"referenceBases\":\"", err);
    if (variant->is_structural)
        PUT(text, "N", err);
    else
        SKR_TRY(skr_beacon_record_bare(variant->ref, variant->n_ref, text, err));
    PUT(text, "\",\"alternateBases\":\"", err);
    if (variant->is_structural)
        PUT(text, "N", err);
    else
        SKR_TRY(skr_beacon_record_bare(variant->alt, variant->n_alt, text, err));
    return SKR_OK;
}

/* The sequence as the operator wants it named; HGVS where it has no accession. */
static int put_sequence(const skr_service *service, const skr_variant_word *variant,
                        const char *accession, skr_buffer *text, skr_err *err)
{
    if (strcmp(service->texts->sequence_id, "refseq") == 0 && accession != NULL) {
        PUT(text, "refseq:", err);
        return skr_buffer_put(text, accession, strlen(accession), err);
    }
    PUT(text, "HGVSid:", err);
    SKR_TRY(skr_beacon_record_bare(variant->contig, strlen(variant->contig), text, err));
    PUT(text, ":g.", err);
    return put_change(variant, text, err);
}

/* Its names elsewhere, as far as they are known. */
static int put_identifiers(const skr_allele_row *row, const skr_variant_word *variant,
                           const char *accession, skr_buffer *text, skr_err *err)
{
    bool is_more = accession != NULL;
    if (accession == NULL && !(row->is_annotated && row->said.names.n > 0))
        return SKR_OK;
    PUT(text, ",\"identifiers\":{", err);
    if (accession != NULL) {
        PUT(text, "\"genomicHGVSId\":\"", err);
        SKR_TRY(skr_buffer_put(text, accession, strlen(accession), err));
        PUT(text, ":g.", err);
        SKR_TRY(put_change(variant, text, err));
        PUT(text, "\"", err);
    }
    SKR_TRY(skr_beacon_record_names(row, &is_more, text, err));
    PUT(text, "}", err);
    return SKR_OK;
}

static int put_variation(const skr_service *service, const skr_allele_row *row,
                         const skr_variant_word *variant, skr_buffer *text, skr_err *err)
{
    const char *accession = skr_words_accession(row->assembly, variant->contig);
    uint32_t end0 =
        variant->is_structural ? variant->end0 : variant->start0 + (uint32_t)variant->n_ref;
    PUT(text, ",\"variation\":{\"variantType\":\"", err);
    SKR_TRY(put_type(variant, text, err));
    SKR_TRY(put_bases(variant, text, err));
    PUT(text, "\",\"location\":{\"type\":\"SequenceLocation\",\"sequence_id\":\"", err);
    SKR_TRY(put_sequence(service, variant, accession, text, err));
    PUT(text,
        "\",\"interval\":{\"type\":\"SequenceInterval\",\"start\":{\"type\":\"Number\",\"value\":",
        err);
    SKR_TRY(put_number(text, variant->start0, err));
    PUT(text, "},\"end\":{\"type\":\"Number\",\"value\":", err);
    SKR_TRY(put_number(text, end0 > variant->start0 ? end0 : variant->start0 + 1, err));
    PUT(text, "}}}}", err);
    return put_identifiers(row, variant, accession, text, err);
}

/* ------------------------------------------------------------------ frequencies */

/* More than a row takes: names of members, and numbers of up to 20 digits. */
#define FREQUENCY_MAX 1024u

static char *add_text(char *at, const char *text, size_t n)
{
    memcpy(at, text, n);
    return at + n;
}

#define ADD(at, literal) add_text((at), (literal), sizeof(literal) - 1)

static char *add_member(char *at, const char *name, size_t n_name, uint64_t number)
{
    at = add_text(at, name, n_name);
    return at + skr_number_text(number, at);
}

#define MEMBER(at, name, number)                                                                   \
    add_member((at), ",\"" name "\":", sizeof(",\"" name "\":") - 1, (number))

/* There may be a hundred thousand rows in an answer: room is made once for each. */
static int put_frequency(const skr_population_frequency *told, skr_buffer *text, skr_err *err)
{
    SKR_TRY(skr_buffer_reserve(text, FREQUENCY_MAX, err));
    char *at = (char *)text->bytes + text->n;
    at = ADD(at, "{\"population\":\"");
    at = add_text(at, told->tag, strlen(told->tag));
    at = ADD(at, "\",\"alleleFrequency\":");
    at += skr_number_text_real(told->af, at);
    if (told->has_ac)
        at = MEMBER(at, "alleleCount", told->ac);
    at = MEMBER(at, "alleleNumber", told->an);
    if (told->has_subcounts) {
        at = MEMBER(at, "alleleCountHomozygous", told->n_hom_copies);
        at = MEMBER(at, "alleleCountHeterozygous", told->n_het_copies);
        at = MEMBER(at, "alleleCountHemizygous", told->n_hemi_copies);
        at = MEMBER(at, "genotypeHomozygous", told->n_hom);
        at = MEMBER(at, "genotypeHeterozygous", told->n_het);
        at = MEMBER(at, "genotypeHemizygous", told->n_hemi);
    }
    at = ADD(at, "}");
    text->n = (size_t)(at - (char *)text->bytes);
    return SKR_OK;
}

static int put_frequencies(const skr_service *service, const skr_allele_part *part,
                           skr_buffer *text, skr_err *err)
{
    const skr_beacon_texts *texts = service->texts;
    if (part->n_populations == 0)
        return SKR_OK;
    PUT(text, ",\"frequencyInPopulations\":[{\"source\":", err);
    SKR_TRY(skr_beacon_record_quote(texts->name, strlen(texts->name), text, err));
    PUT(text, ",\"sourceReference\":", err);
    SKR_TRY(skr_beacon_record_quote(service->base_url, strlen(service->base_url), text, err));
    PUT(text, ",\"frequencies\":[", err);
    for (size_t i = 0; i < part->n_populations; i++) {
        if (i > 0)
            PUT(text, ",", err);
        SKR_TRY(put_frequency(&part->populations[i], text, err));
    }
    PUT(text, "]}]", err);
    return SKR_OK;
}

int skr_beacon_record_text_put(const skr_service *service, const skr_allele_row *row,
                               const skr_allele_part *part, skr_buffer *text, skr_err *err)
{
    skr_variant_word variant;
    if (!skr_words_variant(row->variant, &variant))
        return skr_fail(err, SKR_ERR_CORRUPT, "%s is no allele", row->variant);
    PUT(text, "{\"variantInternalId\":", err);
    SKR_TRY(skr_beacon_record_quote(row->variant, strlen(row->variant), text, err));
    SKR_TRY(put_variation(service, row, &variant, text, err));
    SKR_TRY(skr_beacon_record_said(row, text, err));
    SKR_TRY(put_frequencies(service, part, text, err));
    PUT(text, "}", err);
    return SKR_OK;
}
