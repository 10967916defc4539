/*
 * beacon_names.c - names of other worlds: assemblies, RefSeq accessions of chromosomes, types of
 * variants, alleles in one text.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/beacon_request_int.h"
#include "storage/base/limits.h"

/* ------------------------------------------------------------------ assemblies and contigs */

/* 37 or 38 for the spellings of the two human assemblies in use, patches included; 0: another. */
static int human_assembly(const char *name)
{
    static const struct {
        const char *prefix;
        int number;
    } known[] = {{"GRCh38", 38}, {"hg38", 38},   {"hs38", 38}, {"GRCh37", 37},
                 {"hg19", 37},   {"hs37d5", 37}, {"b37", 37},  {"hs37", 37}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t n = strlen(known[i].prefix);
        if (strncasecmp(name, known[i].prefix, n) == 0 && (name[n] == '\0' || name[n] == '.'))
            return known[i].number;
    }
    return 0;
}

bool skr_beacon_is_same_assembly(const char *a, const char *b)
{
    int number = human_assembly(a);
    return strcasecmp(a, b) == 0 || (number != 0 && number == human_assembly(b));
}

/* The version of NC_000001 .. NC_000024 in GRCh37; in GRCh38 it is one more. */
static const unsigned char versions_37[25] = {0,  10, 11, 11, 11, 9, 11, 13, 10, 11, 10, 9, 11,
                                              10, 8,  9,  9,  10, 9, 9,  10, 8,  10, 10, 9};
static const char *const chromosomes[25] = {"",   "1",  "2",  "3",  "4",  "5",  "6",  "7",  "8",
                                            "9",  "10", "11", "12", "13", "14", "15", "16", "17",
                                            "18", "19", "20", "21", "22", "X",  "Y"};

int skr_beacon_contig(const char *reference_name, const char **ret_contig,
                      const char **ret_assembly, skr_err *err)
{
    const char *name = reference_name;
    if (strncasecmp(name, "refseq:", 7) == 0)
        name += 7;
    if (strncmp(name, "NC_", 3) != 0) {
        *ret_contig = reference_name;
        return SKR_OK;
    }
    /* The specification's own examples write NC_0000017.11: the digits are a number. */
    char *end = NULL;
    unsigned long number = strtoul(name + 3, &end, 10);
    unsigned long version = *end == '.' ? strtoul(end + 1, &end, 10) : 0;
    if (*end == '\0' && number == 12920 && version == 1) {
        *ret_contig = "MT";
        return SKR_OK;
    }
    if (*end != '\0' || number < 1 || number > 24 || version < versions_37[number] ||
        version > versions_37[number] + 1u)
        return skr_fail(err, SKR_ERR_QUERY,
                        "referenceName %s is no chromosome of GRCh37 or GRCh38 with its version",
                        reference_name);
    *ret_contig = chromosomes[number];
    *ret_assembly = version == versions_37[number] ? "GRCh37" : "GRCh38";
    return SKR_OK;
}

/* ------------------------------------------------------------------ types */

int skr_beacon_read_variant_type(skr_query *query, const char *type, const skr_aexpr **ret_node,
                                 skr_err *err)
{
    skr_aexpr node = {.op = SKR_A_TYPE};
    int status = skr_query_type(query, "variantType", type, &node.text, err);
    return status < 0 ? status : skr_query_aexpr(query, &node, ret_node, err);
}

/* ------------------------------------------------------------------ alleles */

int skr_beacon_read_short_form(skr_query *query, const char *text, const skr_aexpr **ret_node,
                               const char **ret_assembly, skr_err *err)
{
    skr_aexpr node = {.op = SKR_A_VARIANT};
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
    return status < 0 ? status : skr_query_aexpr(query, &node, ret_node, err);
}
