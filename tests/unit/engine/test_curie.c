/*
 * Ids of terms, as files write them, become CURIEs or are told apart from them.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "engine/curie.h"

Test(curie, reads_ids)
{
    static const struct {
        const char *id;
        const char *curie; /* NULL: none */
    } cases[] = {
        {"HP:0000118", "HP:0000118"},
        {" HP:0000118 ", "HP:0000118"},
        {"http://purl.obolibrary.org/obo/HP_0000118", "HP:0000118"},
        {"http://www.orpha.net/ORDO/Orphanet_590", "Orphanet:590"},
        {"https://example.org/x#EFO_1", "EFO:1"},
        {"ICD10:E10.9", "ICD10:E10.9"},
        {"OPCS4:L46.3", "OPCS4:L46.3"},
        {"http://purl.obolibrary.org/obo/hp#layperson", NULL},
        {"http://example.org/", NULL},
        {"HP_0000118", "HP:0000118"},
        {"HP1250", NULL},
        {"a_b_c", NULL},
        {"", NULL},
        {" ", NULL},
        {":1", NULL},
        {"HP:", NULL},
        {"HP:1\n2", NULL},
    };
    char curie[SKR_CURIE_MAX];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool is_curie = skr_curie_read(cases[i].id, curie);
        cr_assert(eq(int, is_curie, cases[i].curie != NULL), "%s", cases[i].id);
        if (is_curie)
            cr_assert(eq(str, curie, (char *)cases[i].curie));
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
