/*
 * beacon_names.c - names of other worlds: assemblies, RefSeq accessions of chromosomes, types of
 * variants in VCF's words and as terms of the Sequence Ontology and EFO, alleles in one text.
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

/*
 * What a type means in the words of the language; CN0 .. CN9 are alleles of that many copies. A
 * term matches what its descendants match; terms finer than what a VCF says (levels of gain and
 * loss) are not here, and are refused.
 */
static const struct {
    const char *spelling;
    const char *types[10];
} types[] = {
    {"SNP", {"snv"}},
    {"SNV", {"snv"}},
    {"SO:0001483", {"snv"}},
    {"SO:0000694", {"snv"}},
    {"INS", {"ins"}},
    {"SO:0000667", {"ins"}},
    {"DEL", {"del"}},
    {"SO:0000159", {"del"}},
    {"MNV", {"mnv"}},
    {"MNP", {"mnv"}},
    {"SO:0002007", {"mnv"}},
    {"DELINS", {"delins"}},
    {"SO:1000032", {"delins"}},
    {"INDEL", {"ins", "del", "delins"}},
    {"DUP", {"dup"}},
    {"SO:1000035", {"dup"}},
    {"INV", {"inv"}},
    {"SO:1000036", {"inv"}},
    {"CNV", {"cnv"}},
    {"SO:0001019", {"cnv"}},
    {"BND", {"bnd"}},
    {"STR", {"str"}},
    {"SO:0001743", {"del", "CN0"}},
    {"EFO:0030067", {"del", "CN0"}},
    {"SO:0001742", {"dup", "CN2", "CN3", "CN4", "CN5", "CN6", "CN7", "CN8", "CN9"}},
    {"EFO:0030070", {"dup", "CN2", "CN3", "CN4", "CN5", "CN6", "CN7", "CN8", "CN9"}},
};

/* left, or left or type; the type's text is a constant. */
static int or_type(skr_query *query, const char *type, const skr_aexpr **left, skr_err *err)
{
    const skr_aexpr *node = NULL;
    skr_aexpr leaf = {.op = SKR_A_TYPE, .text = type};
    int status = skr_query_aexpr(query, &leaf, &node, err);
    if (status < 0 || *left == NULL) {
        *left = status < 0 ? *left : node;
        return status;
    }
    skr_aexpr either = {.op = SKR_A_OR, .left = *left, .right = node};
    return skr_query_aexpr(query, &either, left, err);
}

int skr_beacon_read_variant_type(skr_query *query, const char *type, const skr_aexpr **ret_node,
                                 skr_err *err)
{
    const skr_aexpr *node = NULL;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strcasecmp(type, types[i].spelling) != 0)
            continue;
        for (size_t k = 0; k < 10 && types[i].types[k] != NULL; k++) {
            int status = or_type(query, types[i].types[k], &node, err);
            if (status < 0)
                return status;
        }
        *ret_node = node;
        return SKR_OK;
    }
    if (strchr(type, ':') != NULL &&
        (strncasecmp(type, "SO:", 3) == 0 || strncasecmp(type, "EFO:", 4) == 0))
        return skr_fail(err, SKR_ERR_QUERY,
                        "variantType %s is not supported (docs/http-api.md lists the terms)", type);
    /* What stands between < and > of a VCF, as in the store: folded before the first ':'. */
    char folded[32];
    size_t n = strcspn(type, ":");
    if (n == 0 || n >= sizeof folded ||
        type[strspn(type, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklm"
                          "nopqrstuvwxyz0123456789_:")] != '\0')
        return skr_fail(err, SKR_ERR_QUERY, "variantType '%.60s' is unknown", type);
    for (size_t i = 0; i < n; i++)
        folded[i] = type[i] >= 'a' && type[i] <= 'z' ? (char)(type[i] - 'a' + 'A') : type[i];
    folded[n] = '\0';
    if (type[n] == ':')
        return skr_beacon_read_variant_type(query, folded, ret_node, err);
    const char *text = NULL;
    int status = skr_query_text(query, folded, n, &text, err);
    return status < 0 ? status : or_type(query, text, ret_node, err);
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
