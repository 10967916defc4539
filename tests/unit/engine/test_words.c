/*
 * What the face says of names and codes is what the tables of index/ say.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "engine/face/words.h"

Test(words, knows_the_four_sexes_by_name_and_code)
{
    static const char *const names[] = {"female", "male", "other", "unknown"};
    static const char *const codes[] = {"NCIT:C16576", "NCIT:C20197", "NCIT:C17649", "NCIT:C17998"};
    skr_sex_word word;
    for (size_t i = 0; i < 4; i++) {
        cr_assert(eq(str, (char *)skr_words_sex_at(i), (char *)names[i]));
        cr_assert(skr_words_sex(skr_words_sex_code(names[i]), &word), "%s", names[i]);
        cr_assert(eq(str, (char *)word.name, (char *)names[i]));
        cr_assert(word.term == NULL);
    }
    cr_assert(eq(str, (char *)skr_words_sex_code("female"), (char *)codes[0]));
    cr_assert(eq(str, (char *)skr_words_sex_code("male"), (char *)codes[1]));
    cr_assert(skr_words_sex_at(4) == NULL);
    cr_assert(skr_words_sex_code("Female") ==
              NULL); /* names are constants, not what people write */
}

Test(words, tells_a_sex_from_a_term)
{
    skr_sex_word word;
    cr_assert(skr_words_sex("Intersex", &word));
    cr_assert(eq(str, (char *)word.name, "other"));
    cr_assert(eq(str, (char *)word.term, "NCIT:C45908"));
    cr_assert(not(skr_words_sex("1", &word)));
    cr_assert(eq(str, (char *)skr_words_sex_of_term("NCIT:C16576"), "female"));
    cr_assert(skr_words_sex_of_term("NCIT:C45908") == NULL);
    cr_assert(skr_words_sex_of_term("HP:0001250") == NULL);
}

Test(words, reads_ages_and_curies)
{
    char curie[SKR_CURIE_MAX];
    double years = 0;
    cr_assert(skr_words_age("P65Y", &years) && years == 65);
    cr_assert(skr_words_age("3.5", &years) && years == 3.5);
    cr_assert(not(skr_words_age("old", &years)));
    cr_assert(skr_words_curie("hp_0001250", curie));
    cr_assert(eq(str, curie, "HP:0001250"));
    cr_assert(not(skr_words_curie("seizure", curie)));
}

Test(words, knows_assemblies_and_contigs)
{
    char contig[SKR_NAME_MAX + 1];
    cr_assert(skr_words_same_assembly("hg38", "GRCh38.p14"));
    cr_assert(not(skr_words_same_assembly("hg38", "hg19")));
    cr_assert(skr_words_contig("chrM", contig));
    cr_assert(eq(str, contig, "MT"));
    cr_assert(not(skr_words_contig("", contig)));
}

Test(words, takes_accessions_of_references_apart)
{
    skr_reference_word word = skr_words_reference("NC_000019.10");
    cr_assert(eq(str, (char *)word.contig, "19"));
    cr_assert(eq(str, (char *)word.assembly, "GRCh38"));
    cr_assert(not(word.is_stranger));
    word = skr_words_reference("NC_012920.1"); /* two assemblies have this mitochondrion */
    cr_assert(eq(str, (char *)word.contig, "MT"));
    cr_assert(word.assembly == NULL);
    word = skr_words_reference("NC_000019.77");
    cr_assert(word.is_stranger);
    word = skr_words_reference("chr19");
    cr_assert(eq(str, (char *)word.contig, "chr19"));
    cr_assert(word.assembly == NULL && !word.is_stranger);
}

Test(words, takes_the_text_of_an_allele_apart)
{
    skr_variant_word word;
    cr_assert(skr_words_variant("chr1-100-AT-G", &word));
    cr_assert(eq(str, word.contig, "1"));
    cr_assert(eq(u32, word.start0, 99));
    cr_assert(word.n_ref == 2 && memcmp(word.ref, "AT", 2) == 0);
    cr_assert(word.n_alt == 1 && word.alt[0] == 'G');
    cr_assert(not(word.is_structural));
    cr_assert(not(word.is_span));
    cr_assert(skr_words_variant("2-100-300-DEL", &word));
    cr_assert(word.is_structural && word.end0 == 300);
    cr_assert(skr_words_variant("NC_000019.10:g.100_120del", &word));
    cr_assert(word.is_span);
    cr_assert(not(skr_words_variant("a word", &word)));
}
