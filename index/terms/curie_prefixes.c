/*
 * curie_prefixes.c - the prefixes of CURIEs in their usual form, and other names of them.
 *
 * Two names stand in one line only if one number means the same under both: ORPHA:558 and
 * Orphanet:558 do, ICD10:G40 and ICD10CM:G40 do not.
 */
#include <string.h>
#include <strings.h>

#include "index/terms/curie_int.h"

/* Names are separated by blanks. */
static const struct known {
    skr_prefix prefix;
    const char *others;
} known[] = {
    {{"ATC", SKR_ID_CAPITAL}, ""},
    {{"BFO", SKR_ID_DIGITS}, ""},
    {{"BTO", SKR_ID_DIGITS}, ""},
    {{"CHEBI", SKR_ID_DIGITS}, ""},
    {{"CL", SKR_ID_DIGITS}, ""},
    {{"CMO", SKR_ID_DIGITS}, ""},
    {{"ClinGen", SKR_ID_ANY}, ""},
    {{"ClinVar", SKR_ID_ANY}, ""},
    {{"dbSNP", SKR_ID_ANY}, ""},
    {{"DOID", SKR_ID_DIGITS}, ""},
    {{"DrugBank", SKR_ID_CODE}, ""},
    {{"DrugCentral", SKR_ID_ANY}, ""},
    {{"DUO", SKR_ID_DIGITS}, ""},
    {{"ECO", SKR_ID_DIGITS}, ""},
    {{"ECTO", SKR_ID_DIGITS}, ""},
    {{"EFO", SKR_ID_DIGITS}, ""},
    {{"Ensembl", SKR_ID_ANY}, ""},
    {{"FBbt", SKR_ID_DIGITS}, ""},
    {{"FMA", SKR_ID_DIGITS}, ""},
    {{"GAZ", SKR_ID_DIGITS}, ""},
    {{"GENO", SKR_ID_DIGITS}, ""},
    {{"GO", SKR_ID_DIGITS}, ""},
    {{"GSSO", SKR_ID_DIGITS}, ""},
    {{"HANCESTRO", SKR_ID_DIGITS}, ""},
    {{"HGNC", SKR_ID_DIGITS}, ""},
    {{"HP", SKR_ID_DIGITS}, "HPO"},
    {{"HsapDv", SKR_ID_DIGITS}, ""},
    {{"ICD10", SKR_ID_CAPITAL}, "ICD-10"},
    {{"ICD10CM", SKR_ID_CAPITAL}, "ICD10-CM ICD-10-CM ICD-10CM"},
    {{"ICD11", SKR_ID_CAPITAL}, "ICD-11"},
    {{"ICD9CM", SKR_ID_CAPITAL}, "ICD9-CM ICD-9-CM ICD-9CM"},
    {{"ICDO", SKR_ID_ANY}, "ICD-O"},
    {{"LOINC", SKR_ID_CAPITAL}, ""},
    {{"MAXO", SKR_ID_DIGITS}, ""},
    {{"MedDRA", SKR_ID_DIGITS}, "MDR"},
    {{"MESH", SKR_ID_CAPITAL}, "MSH"},
    {{"MmusDv", SKR_ID_DIGITS}, ""},
    {{"MONDO", SKR_ID_DIGITS}, ""},
    {{"MP", SKR_ID_DIGITS}, ""},
    {{"NCBIGene", SKR_ID_DIGITS}, ""},
    {{"NCBITaxon", SKR_ID_ANY}, ""},
    {{"NCIT", SKR_ID_CODE}, "NCI_Thesaurus NCI-T"},
    {{"OBI", SKR_ID_DIGITS}, ""},
    {{"OMIM", SKR_ID_CODE}, "MIM"},
    {{"OMIMPS", SKR_ID_DIGITS}, ""},
    {{"Orphanet", SKR_ID_CODE}, "ORPHA ORDO ORPHACODE ORPHA.CODE ORPHANET.ORDO"},
    {{"PATO", SKR_ID_DIGITS}, ""},
    {{"pgx", SKR_ID_ANY}, ""},
    {{"PMID", SKR_ID_DIGITS}, "PubMed"},
    {{"RxNorm", SKR_ID_DIGITS}, "RXCUI"},
    {{"SNOMED", SKR_ID_DIGITS}, "SNOMEDCT SNOMED-CT SNOMED_CT SCTID SCT SNOMEDCT_US SNOMEDCT_INT"},
    {{"SO", SKR_ID_DIGITS}, ""},
    {{"UBERON", SKR_ID_DIGITS}, ""},
    {{"UCUM", SKR_ID_ANY}, ""},
    {{"UMLS", SKR_ID_CODE}, "UMLS_CUI"},
    {{"UniProtKB", SKR_ID_ANY}, "UniProt"},
    {{"UO", SKR_ID_DIGITS}, ""},
    {{"WBbt", SKR_ID_DIGITS}, ""},
    {{"WBls", SKR_ID_DIGITS}, ""},
    {{"XCO", SKR_ID_DIGITS}, ""},
};

/* Of registries of many kinds of ids the prefix is the part before the id: usual is NULL. */
static const struct host {
    const char *name;
    const char *usual;
} hosts[] = {
    {"identifiers.org", NULL},      {"bioregistry.io", NULL}, {"n2t.net", NULL},
    {"purl.bioontology.org", NULL}, {"id.nlm.nih.gov", NULL}, {"hl7.org", NULL},
    {"snomed.info", "SNOMED"},      {"loinc.org", "LOINC"},   {"omim.org", "OMIM"},
    {"ncicb.nci.nih.gov", "NCIT"},
};

static bool is_name(const char *name, const char *text, size_t n)
{
    return strlen(name) == n && strncasecmp(name, text, n) == 0;
}

static bool is_among(const char *names, const char *text, size_t n)
{
    while (*names != '\0') {
        size_t n_name = strcspn(names, " ");
        if (n_name == n && strncasecmp(names, text, n) == 0)
            return true;
        names += n_name;
        names += *names == ' ';
    }
    return false;
}

const skr_prefix *skr_curie_prefix_find(const char *text, size_t n)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (is_name(known[i].prefix.usual, text, n) || is_among(known[i].others, text, n))
            return &known[i].prefix;
    return NULL;
}

bool skr_curie_host_find(const char *host, size_t n, const char **ret_usual)
{
    if (n > 4 && strncasecmp(host, "www.", 4) == 0) {
        host += 4;
        n -= 4;
    }
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        if (is_name(hosts[i].name, host, n)) {
            *ret_usual = hosts[i].usual;
            return true;
        }
    }
    return false;
}
