/*
 * What files call a version and a property is understood under each of its names.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "engine/import/documents/ontology_reader.h"

Test(ontology_reader, a_version_is_the_date_of_a_release_or_the_text)
{
    static const char *const cases[][2] = {
        {"http://purl.obolibrary.org/obo/hp/releases/2024-04-26/hp.json", "2024-04-26"},
        {"hp/releases/2023-01-01", "2023-01-01"},
        {"releases/2023-01-01/", "2023-01-01"},
        {"2.4", "2.4"},
        {"", ""}};
    char version[SKR_ONTOLOGY_VERSION_MAX];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        skr_ontology_reader_version(cases[i][0], version);
        cr_assert_str_eq(version, cases[i][1]);
    }
}

Test(ontology_reader, a_long_version_is_cut)
{
    char said[500];
    char version[SKR_ONTOLOGY_VERSION_MAX];
    memset(said, 'x', sizeof said - 1);
    said[sizeof said - 1] = '\0';
    skr_ontology_reader_version(said, version);
    cr_assert_eq(strlen(version), SKR_ONTOLOGY_VERSION_MAX - 1);
}

Test(ontology_reader, a_property_has_many_names)
{
    static const char *const replaced[] = {"replaced_by", "IAO:0100001", "term_replaced_by",
                                           "http://purl.obolibrary.org/obo/IAO_0100001"};
    static const char *const alternative[] = {
        "alt_id", "http://www.geneontology.org/formats/oboInOwl#hasAlternativeId",
        "oboInOwl:hasAlternativeId"};
    static const char *const none[] = {"consider", "", "is_a", "comment", "replaced_by_nobody"};
    for (size_t i = 0; i < sizeof replaced / sizeof *replaced; i++)
        cr_assert_eq(skr_ontology_reader_property_of(replaced[i]), SKR_PROPERTY_REPLACED_BY, "%s",
                     replaced[i]);
    for (size_t i = 0; i < sizeof alternative / sizeof *alternative; i++)
        cr_assert_eq(skr_ontology_reader_property_of(alternative[i]), SKR_PROPERTY_ALTERNATIVE,
                     "%s", alternative[i]);
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        cr_assert_eq(skr_ontology_reader_property_of(none[i]), SKR_PROPERTY_NONE, "%s", none[i]);
}
