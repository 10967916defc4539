/* sex.c - the words and codes for a sex. */
#include "index/people/sex.h"

#include <string.h>
#include <strings.h>

#include "index/terms/curie.h"
#include "storage/base/check.h"

#define INTERSEX "NCIT:C45908"
#define HERMAPHRODITE "PATO:0001340"

/* The first name of each sex is its own, the first code the one that is told. */
static const struct {
    const char *text; /* a word, or a CURIE in its usual form */
    skr_sex_meaning meaning;
} names[] = {
    {"female", {SKR_SEX_FEMALE, NULL}},
    {"f", {SKR_SEX_FEMALE, NULL}},
    {"woman", {SKR_SEX_FEMALE, NULL}},
    {"girl", {SKR_SEX_FEMALE, NULL}},
    {"female genotypic sex", {SKR_SEX_FEMALE, NULL}},
    {"NCIT:C16576", {SKR_SEX_FEMALE, NULL}},
    {"NCIT:C46110", {SKR_SEX_FEMALE, NULL}}, /* female gender */
    {"PATO:0000383", {SKR_SEX_FEMALE, NULL}},
    {"PATO:0020002", {SKR_SEX_FEMALE, NULL}}, /* female genotypic sex */
    {"SNOMED:248152002", {SKR_SEX_FEMALE, NULL}},
    {"LOINC:LA3-6", {SKR_SEX_FEMALE, NULL}},
    {"MESH:D005260", {SKR_SEX_FEMALE, NULL}},
    {"UMLS:C0086287", {SKR_SEX_FEMALE, NULL}},
    {"EFO:0001265", {SKR_SEX_FEMALE, NULL}},
    {"male", {SKR_SEX_MALE, NULL}},
    {"m", {SKR_SEX_MALE, NULL}},
    {"man", {SKR_SEX_MALE, NULL}},
    {"boy", {SKR_SEX_MALE, NULL}},
    {"male genotypic sex", {SKR_SEX_MALE, NULL}},
    {"NCIT:C20197", {SKR_SEX_MALE, NULL}},
    {"NCIT:C46109", {SKR_SEX_MALE, NULL}}, /* male gender */
    {"PATO:0000384", {SKR_SEX_MALE, NULL}},
    {"PATO:0020001", {SKR_SEX_MALE, NULL}}, /* male genotypic sex */
    {"SNOMED:248153007", {SKR_SEX_MALE, NULL}},
    {"LOINC:LA2-8", {SKR_SEX_MALE, NULL}},
    {"MESH:D008297", {SKR_SEX_MALE, NULL}},
    {"UMLS:C0086582", {SKR_SEX_MALE, NULL}},
    {"EFO:0001266", {SKR_SEX_MALE, NULL}},
    {"other", {SKR_SEX_OTHER, NULL}},
    {"other_sex", {SKR_SEX_OTHER, NULL}},
    {"o", {SKR_SEX_OTHER, NULL}},
    {"oth", {SKR_SEX_OTHER, NULL}},
    {"a", {SKR_SEX_OTHER, NULL}}, /* ambiguous, of HL7 */
    {"ambiguous", {SKR_SEX_OTHER, NULL}},
    {"NCIT:C17649", {SKR_SEX_OTHER, NULL}},
    {"LOINC:LA46-8", {SKR_SEX_OTHER, NULL}},
    {"intersex", {SKR_SEX_OTHER, INTERSEX}},
    {INTERSEX, {SKR_SEX_OTHER, INTERSEX}},
    {"hermaphrodite", {SKR_SEX_OTHER, HERMAPHRODITE}},
    {HERMAPHRODITE, {SKR_SEX_OTHER, HERMAPHRODITE}},
    {"unknown", {SKR_SEX_UNKNOWN, NULL}},
    {"unknown_sex", {SKR_SEX_UNKNOWN, NULL}},
    {"u", {SKR_SEX_UNKNOWN, NULL}},
    {"unk", {SKR_SEX_UNKNOWN, NULL}},
    {"undetermined", {SKR_SEX_UNKNOWN, NULL}},
    {"not reported", {SKR_SEX_UNKNOWN, NULL}},
    {"not known", {SKR_SEX_UNKNOWN, NULL}},
    {"NCIT:C17998", {SKR_SEX_UNKNOWN, NULL}},
    {"NCIT:C124294", {SKR_SEX_UNKNOWN, NULL}}, /* undetermined */
    {"NCIT:C43234", {SKR_SEX_UNKNOWN, NULL}},  /* not reported */
    {"SNOMED:184115007", {SKR_SEX_UNKNOWN, NULL}},
    {"LOINC:LA4489-6", {SKR_SEX_UNKNOWN, NULL}},
};

#define N_NAMES (sizeof names / sizeof *names)

static const skr_sex_meaning *find(const char *text)
{
    for (size_t i = 0; i < N_NAMES; i++)
        if (strcasecmp(text, names[i].text) == 0)
            return &names[i].meaning;
    return NULL;
}

bool skr_sex_read(const char *text, skr_sex_meaning *ret_meaning)
{
    char plain[64];
    char curie[SKR_CURIE_MAX];
    const skr_sex_meaning *found = NULL;
    if (skr_curie_text_plain(text, plain, sizeof plain))
        found = find(plain);
    if (found == NULL && skr_curie_read(text, curie))
        found = find(curie);
    if (found == NULL)
        return false;
    *ret_meaning = *found;
    return true;
}

bool skr_sex_of_term(const char *curie, skr_sex *ret_sex)
{
    const skr_sex_meaning *found = strchr(curie, ':') == NULL ? NULL : find(curie);
    if (found == NULL || found->term != NULL)
        return false;
    *ret_sex = found->sex;
    return true;
}

const char *skr_sex_code_at(size_t i, skr_sex *ret_sex)
{
    for (size_t k = 0; k < N_NAMES; k++) {
        skr_sex sex = names[k].meaning.sex;
        bool is_code = strchr(names[k].text, ':') != NULL && names[k].meaning.term == NULL;
        if (!is_code || (sex != SKR_SEX_FEMALE && sex != SKR_SEX_MALE) || i-- > 0)
            continue;
        *ret_sex = sex;
        return names[k].text;
    }
    return NULL;
}

const char *skr_sex_name(skr_sex sex)
{
    size_t i = 0;
    while (i < N_NAMES && names[i].meaning.sex != sex)
        i++;
    SKR_CHECK(i < N_NAMES);
    return names[i].text;
}

const char *skr_sex_code(skr_sex sex)
{
    size_t i = 0;
    while (i < N_NAMES && (names[i].meaning.sex != sex || strchr(names[i].text, ':') == NULL))
        i++;
    SKR_CHECK(i < N_NAMES);
    return names[i].text;
}
