/*
 * Words, letters and codes for a sex mean the same everywhere; nothing else means one.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "index/people/sex.h"

Test(sex, reads_words_and_codes)
{
    static const struct {
        const char *text;
        skr_sex sex;
        const char *term;
    } cases[] = {
        {"female", SKR_SEX_FEMALE, NULL},
        {" \"FEMALE\" ", SKR_SEX_FEMALE, NULL},
        {"f", SKR_SEX_FEMALE, NULL},
        {"pato:0000383", SKR_SEX_FEMALE, NULL},
        {"PATO_0020002", SKR_SEX_FEMALE, NULL},
        {"http://purl.obolibrary.org/obo/NCIT_C16576", SKR_SEX_FEMALE, NULL},
        {"M", SKR_SEX_MALE, NULL},
        {"SNOMEDCT:248153007", SKR_SEX_MALE, NULL},
        {"ncit:c20197", SKR_SEX_MALE, NULL},
        {"OTHER_SEX", SKR_SEX_OTHER, NULL},
        {"Intersex", SKR_SEX_OTHER, "NCIT:C45908"},
        {"NCIT:C45908", SKR_SEX_OTHER, "NCIT:C45908"},
        {"UNKNOWN_SEX", SKR_SEX_UNKNOWN, NULL},
        {"NCIT:C17998", SKR_SEX_UNKNOWN, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        skr_sex_meaning meaning = {SKR_N_SEXES, NULL};
        cr_assert(skr_sex_read(cases[i].text, &meaning), "%s", cases[i].text);
        cr_expect(eq(int, (int)meaning.sex, (int)cases[i].sex), "%s", cases[i].text);
        bool has_term = meaning.term != NULL;
        cr_expect(eq(int, has_term, cases[i].term != NULL), "%s", cases[i].text);
    }
}

Test(sex, refuses_everything_else)
{
    static const char *const bad[] = {
        "", ".", "1", "2", "XX", "femal", "PATO:0000047", "HP", ":", "F,M", "NCIT:", "male female"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        skr_sex_meaning meaning;
        cr_expect(not(skr_sex_read(bad[i], &meaning)), "%s", bad[i]);
    }
}

Test(sex, tells_each_sex_by_a_name_and_a_code_that_are_read_again)
{
    for (unsigned sex = 0; sex < SKR_N_SEXES; sex++) {
        skr_sex_meaning meaning;
        skr_sex by_code = SKR_N_SEXES;
        cr_assert(skr_sex_read(skr_sex_name((skr_sex)sex), &meaning));
        cr_assert(eq(int, (int)meaning.sex, (int)sex));
        cr_assert(skr_sex_of_term(skr_sex_code((skr_sex)sex), &by_code));
        cr_assert(eq(int, (int)by_code, (int)sex));
    }
    skr_sex sex;
    cr_assert(not(skr_sex_of_term("NCIT:C45908", &sex)));
    cr_assert(not(skr_sex_of_term("female", &sex)));
}
