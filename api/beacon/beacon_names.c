/*
 * beacon_names.c - names of other worlds: accessions of chromosomes, types of variants, alleles in
 * one text.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/beacon/beacon_request_int.h"
#include "engine/face/words.h"
#include "storage/base/limits.h"

/* ------------------------------------------------------------------ contigs */

int skr_beacon_contig(const char *reference_name, const char **ret_contig,
                      const char **ret_assembly, skr_err *err)
{
    skr_reference_word word = skr_words_reference(reference_name);
    if (word.is_stranger)
        return skr_fail(err, SKR_ERR_QUERY,
                        "referenceName %s is no chromosome of a known assembly with its version",
                        reference_name);
    *ret_contig = word.contig;
    if (word.assembly != NULL)
        *ret_assembly = word.assembly;
    return SKR_OK;
}

/* ------------------------------------------------------------------ types */

int skr_beacon_read_variant_type(skr_query *query, const char *type, const skr_expr **ret_node,
                                 skr_err *err)
{
    skr_expr node = {.op = SKR_A_TYPE};
    int status = skr_query_type(query, "variantType", type, &node.text, err);
    return status < 0 ? status : skr_query_expr(query, &node, ret_node, err);
}

/* ------------------------------------------------------------------ alleles */

int skr_beacon_read_short_form(skr_query *query, const char *text, const skr_expr **ret_node,
                               const char **ret_assembly, skr_err *err)
{
    skr_expr node = {.op = SKR_A_VARIANT};
    skr_buffer named = {0};
    const char *written = NULL;
    const char *contig = NULL;
    const char *name = NULL;
    size_t n_name = 0;
    int status = skr_query_variant(query, text, &written, &n_name, err);
    if (status < 0)
        return status == SKR_ERR_QUERY ? skr_fail_in(err, status, "genomicAlleleShortForm")
                                       : status;
    status = skr_query_text(query, written, n_name, &name, err);
    if (status == SKR_OK)
        status = skr_beacon_contig(name, &contig, ret_assembly, err);
    if (status == SKR_OK)
        status = skr_buffer_put(&named, contig, strlen(contig), err);
    if (status == SKR_OK)
        status = skr_buffer_put(&named, written + n_name, strlen(written + n_name), err);
    if (status == SKR_OK)
        status = skr_query_text(query, (const char *)named.bytes, named.n, &node.text, err);
    skr_buffer_done(&named);
    return status < 0 ? status : skr_query_expr(query, &node, ret_node, err);
}
