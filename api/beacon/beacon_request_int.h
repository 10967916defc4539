/*
 * beacon_request_int.h - the parts of reading a request: parameters, filters, the words of a GET.
 */
#ifndef SKR_API_BEACON_BEACON_REQUEST_INT_H
#define SKR_API_BEACON_BEACON_REQUEST_INT_H

#include "api/beacon/beacon_request.h"

struct json_t;

/* The variant asked for, as it was written; a text that was not given is NULL. */
typedef struct skr_variant_words {
    const char *assembly;
    const char *reference_name;
    const char *reference_bases;
    const char *alternate_bases;
    const char *variant_type;
    const char *gene;
    const char *aminoacid_change;
    const char *short_form;
    const char *mate_name;
    uint64_t start[2];
    uint64_t end[2];
    size_t n_start;
    size_t n_end;
    uint64_t min_length;
    uint64_t max_length;
    bool has_min_length;
    bool has_max_length;
} skr_variant_words;

/*
 * Reads requestParameters, flat or nested, into request: alleles, assembly, datasets, and what was
 * understood into its summary. Errors: QUERY naming the parameter, NOT_YET, NOMEM.
 */
SKR_MUST_USE int skr_beacon_read_parameters(skr_beacon_request *request,
                                            const struct json_t *parameters, skr_err *err);

/*
 * Is it a word or member that clients send and that changes no count, whatever its value? Then it
 * is left out.
 */
bool skr_beacon_is_harmless(const char *name);

/* Adds a warning to the answer's. Codes: docs/http-api.md, "What an answer does not do". */
void skr_beacon_request_warn(skr_beacon_request *request, const char *code, const char *format, ...)
    SKR_PRINTF(3, 4);

/* From the words of a variant to request->alleles and request->assembly. Errors: as above. */
SKR_MUST_USE int skr_beacon_read_variant(skr_beacon_request *request,
                                         const skr_variant_words *words, skr_err *err);

/*
 * The contig that a referenceName means, and the assembly that the accession of a chromosome
 * implies; it is left alone otherwise, and for a mitochondrion, which several assemblies share.
 * *ret_contig is a constant or the name itself. Errors: QUERY for a version that nothing has.
 */
SKR_MUST_USE int skr_beacon_contig(const char *reference_name, const char **ret_contig,
                                   const char **ret_assembly, skr_err *err);

/* Reads filters into request->people and its summary. Errors: QUERY naming the filter, NOT_YET,
 * NOMEM. */
SKR_MUST_USE int skr_beacon_read_filters(skr_beacon_request *request, const struct json_t *filters,
                                         skr_err *err);

/* The words of a GET as the body of the POST that asks the same. The caller owns *ret_body.
 * Errors: QUERY, NOMEM. */
SKR_MUST_USE int skr_beacon_get_to_body(const char *words, struct json_t **ret_body, skr_err *err);

#endif
