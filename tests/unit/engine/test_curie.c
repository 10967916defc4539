/*
 * Ids of terms, as files write them, become CURIEs or are told apart from them.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "index/terms/curie.h"

static const struct {
    const char *id;
    const char *curie; /* NULL: none */
} ids[] = {
    {"HP:0000118", "HP:0000118"},
    {" HP:0000118 ", "HP:0000118"},
    {"http://purl.obolibrary.org/obo/HP_0000118", "HP:0000118"},
    {"http://www.orpha.net/ORDO/Orphanet_590", "Orphanet:590"},
    {"https://example.org/x#EFO_1", "EFO:1"},
    {"HTTP://PURL.OBOLIBRARY.ORG/OBO/HP_0000118", "HP:0000118"},
    {"ICD10:E10.9", "ICD10:E10.9"},
    {"OPCS4:L46.3", "OPCS4:L46.3"},
    {"http://purl.obolibrary.org/obo/hp#layperson", NULL},
    {"http://example.org/", NULL},
    {"HP_0000118", "HP:0000118"},
    {"https://purl.obolibrary.org/obo/HP_0001250/", "HP:0001250"},
    {"http%3A%2F%2Fpurl.obolibrary.org%2Fobo%2FHP_0001250", "HP:0001250"},
    {"http://purl.obolibrary.org/obo/PR_P12345-2", "PR:P12345-2"},
    {"https://identifiers.org/hp/HP:0001250", "HP:0001250"},
    {"http://identifiers.org/omim/154700", "OMIM:154700"},
    {"https://bioregistry.io/mondo:0007915", "MONDO:0007915"},
    {"http://purl.bioontology.org/ontology/SNOMEDCT/84757009", "SNOMED:84757009"},
    {"http://snomed.info/id/84757009", "SNOMED:84757009"},
    {"http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl#C16576", "NCIT:C16576"},
    {"https://loinc.org/3141-9", "LOINC:3141-9"},
    {"https://hpo.jax.org/browse/term/HP:0001250", "HP:0001250"},
    {"https://www.ebi.ac.uk/ols4/terms?iri=http://purl.obolibrary.org/obo/HP_0001250",
     "HP:0001250"},
    {"https://example.org/patients/12", NULL},
    {"http://x.org/HP_0001250,http://x.org/HP_0000365", NULL},
    /* prefixes: any case, other names, said twice */
    {"hp:0001250", "HP:0001250"},
    {"Hp_0001250", "HP:0001250"},
    {"HPO:0003198 ", "HP:0003198"}, /* Clinical-Genomics/scout#205 */
    {"ORPHA:524", "Orphanet:524"},  /* monarch-initiative/mondo#118 */
    {"orphanet:524", "Orphanet:524"},
    {"ORDO:Orphanet_524", "Orphanet:524"},
    {"MIM:154700", "OMIM:154700"},
    {"ncit:c16576", "NCIT:C16576"},
    {"sctid:84757009", "SNOMED:84757009"},
    {"ncbitaxon:9606", "NCBITaxon:9606"},
    {"lab:x1", "LAB:x1"},
    {"obo:HP_0001250", "HP:0001250"},
    {"OBO:HP:0001250", "HP:0001250"},
    {"HGNC:HGNC:5", "HGNC:5"},
    /* blanks and quotes */
    {"HP: 0001250", "HP:0001250"},
    {"HP :0001250", "HP:0001250"},
    {"\tHP:0001250\n", "HP:0001250"},
    {"HP:0001250\xc2\xa0", "HP:0001250"},
    {"\xef\xbb\xbfHP:0001250", "HP:0001250"},
    {"\"HP:0001250\"", "HP:0001250"},
    {"\xe2\x80\x9cHP:0001250\xe2\x80\x9d", "HP:0001250"},
    {"<http://purl.obolibrary.org/obo/HP_0001250>", "HP:0001250"},
    {"HP%3A0001250", "HP:0001250"},
    {"UCUM:mg/dL", "UCUM:mg/dL"},
    {"UCUM:10*3/uL", "UCUM:10*3/uL"},
    /* what is not one CURIE */
    {"Spain: Madrid", NULL},
    {"HP:0001250,HP:0000365", NULL},
    {"HP:0001250 (Seizure)", NULL},
    {"HP:0001250(absent)", NULL},
    {"HP:0001250-absent", NULL},
    {"ORPHA:558-absent", NULL},
    {"NCIT:C16576x", NULL},
    {"OMIM:PS163950", "OMIM:PS163950"},
    {"OMIM:154700.0001", "OMIM:154700.0001"},
    {"HP:0001250:HP:0000365", NULL},
    {"!HP:0001250", NULL},
    {"-HP:0001250", NULL},
    {"56844-4", NULL}, /* phenopackets/phenopacket-tools#162 */
    {"Seizure", NULL},
    {"patient_a", NULL},
    {"sample_12", NULL},
    {"urn:oid:2.16.840", NULL},
    {"ftp://x.org/1", NULL},
    {"obo:http://x", NULL},
    {"HP1250", NULL},
    {"a_b_c", NULL},
    {"", NULL},
    {" ", NULL},
    {":1", NULL},
    {"HP:", NULL},
    {"HP:1\n2", NULL},
    {"HP:1\x01", NULL},
};

Test(curie, reads_ids)
{
    char curie[SKR_CURIE_MAX];
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        bool is_curie = skr_curie_read(ids[i].id, curie);
        cr_assert(eq(int, is_curie, ids[i].curie != NULL), "%s", ids[i].id);
        if (is_curie)
            cr_assert(eq(str, curie, (char *)ids[i].curie));
    }
    char longest[2000];
    memset(longest, 'x', sizeof longest);
    longest[1] = ':';
    longest[SKR_CURIE_MAX - 1] = '\0';
    cr_assert(skr_curie_read(longest, curie));
    longest[SKR_CURIE_MAX - 1] = 'x';
    longest[SKR_CURIE_MAX] = '\0';
    cr_assert(not(skr_curie_read(longest, curie)));
}

/* The CURIEs of a list, with a bar after each. */
static void read_list(const char *text, char *joined)
{
    char curies[SKR_CURIES_MAX];
    size_t n = skr_curies_read(text, curies);
    const char *at = curies;
    size_t n_joined = 0;
    joined[0] = '\0';
    for (size_t i = 0; i < n; i++, at += strlen(at) + 1)
        n_joined += (size_t)snprintf(joined + n_joined, SKR_CURIES_MAX - n_joined, "%s|", at);
}

Test(curie, reads_lists_whole_or_not_at_all)
{
    static const struct {
        const char *text;
        const char *joined;
    } cases[] = {
        {"HP:0001250", "HP:0001250|"},
        {"HP:0001250,HP:0000365", "HP:0001250|HP:0000365|"},
        {"HP:0001250, HP:0000365,", "HP:0001250|HP:0000365|"},
        {"HP:0001250;HP:0000365", "HP:0001250|HP:0000365|"},
        {"HP:0001250|HP:0000365", "HP:0001250|HP:0000365|"},
        {"HP:0001250 HP:0000365", "HP:0001250|HP:0000365|"},
        {"HP: 0001250, HP : 0000365", "HP:0001250|HP:0000365|"},
        {"HP:0001250 / HP:0000365", "HP:0001250|HP:0000365|"},
        {"HP:0001250+hp_0000365", "HP:0001250|HP:0000365|"},
        {"\"HP:0001250;HP:0000365\"", "HP:0001250|HP:0000365|"},
        {"[\"HP:0001250\", \"HP:0000365\"]", "HP:0001250|HP:0000365|"},
        {"HP:0001250\nHP:0000365\xc2\xa0HP:0000118", "HP:0001250|HP:0000365|HP:0000118|"},
        {"http://purl.obolibrary.org/obo/HP_0001250,http://purl.obolibrary.org/obo/HP_0000365",
         "HP:0001250|HP:0000365|"},
        {"UCUM:mg/dL", "UCUM:mg/dL|"},
        {"HP:0001250 absent", ""},
        {"no HP:0001250", ""},
        {"HP:0001250 (Seizure)", ""},
        {"HP:0001250, Seizure", ""},
        {"HP:0001250,!HP:0000365", ""},
        {"Seizure, focal", ""},
        {",;", ""},
        {"", ""},
    };
    char joined[SKR_CURIES_MAX];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        read_list(cases[i].text, joined);
        cr_expect(eq(str, joined, (char *)cases[i].joined), "%s", cases[i].text);
    }
}

Test(curie, refuses_a_list_that_has_no_room)
{
    char text[SKR_CURIES_MAX + 100];
    char curies[SKR_CURIES_MAX];
    size_t n = 0;
    while (n < SKR_CURIES_MAX - 20)
        n += (size_t)snprintf(text + n, sizeof text - n, "HP:%07zu,", n);
    cr_assert(eq(sz, skr_curies_read(text, curies), 0));
}
