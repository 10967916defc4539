/*
 * What tells two structural alleles apart is in their keys, and nothing else is.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "index/keys/variant_key.h"
#include "index/keys/variant_structural.h"

static skr_err err;

typedef struct told {
    uint64_t end1;
    uint64_t length;
    bool is_length_first;
    bool is_end_elsewhere;
    const char *symbol;
    const char *mate;
    uint64_t mate_pos1;
    const char *key;   /* NULL: none */
    const char *known; /* its length, or "" */
} told;

static bool make(const told *one, char *text, skr_allele *allele)
{
    const skr_structural said = {.pos1 = 1000,
                                 .end1 = one->end1,
                                 .length = one->length,
                                 .is_length_first = one->is_length_first,
                                 .is_end_elsewhere = one->is_end_elsewhere,
                                 .symbol = one->symbol,
                                 .n_symbol = strlen(one->symbol),
                                 .mate = one->mate,
                                 .n_mate = one->mate == NULL ? 0 : strlen(one->mate),
                                 .mate_pos1 = one->mate_pos1};
    return skr_structural_key(&said, text, allele);
}

/* Insertions whose END is POS, or beyond it, or that say no length: Illumina/manta#312,
 * fritzsedlazeck/SURVIVOR#196, samtools/hts-specs#672. Translocations whose END lies on CHR2:
 * kcleal/dysgu#20, talkowski-lab/gnomad-sv-pipeline#3. */
Test(variant_structural, key_holds_what_tells_two_apart)
{
    static const told cases[] = {
        {1500, 500, false, false, "DEL", NULL, 0, "1-1000-1500-DEL", "500"},
        {0, 500, false, false, "del", NULL, 0, "1-1000-1500-DEL", "500"},
        {1500, 0, false, false, "DEL", NULL, 0, "1-1000-1500-DEL", "500"},
        {1500, 400, false, false, "DEL", NULL, 0, "1-1000-1500-DEL+400", "400"},
        {1500, 400, true, false, "DEL", NULL, 0, "1-1000-1400-DEL", "400"},
        {1500, 0, true, false, "DEL", NULL, 0, "1-1000-1500-DEL", "500"},
        {1500, 0, false, false, "DEL:ME:SINE|Alu", NULL, 0, "1-1000-1500-DEL:ME:SINE|ALU", "500"},
        {1500, 0, false, false, "DUP:TANDEM", NULL, 0, "1-1000-1500-DUP:TANDEM", "500"},
        {1000, 0, false, false, "CN0", NULL, 0, "1-1000-1000-CN0", "0"},
        {1000, 50, false, false, "INS", NULL, 0, "1-1000-1000-INS+50", "50"},
        {1060, 50, false, false, "INS", NULL, 0, "1-1000-1000-INS+50", "50"},
        {0, 50, true, false, "INS", NULL, 0, "1-1000-1000-INS+50", "50"},
        {1000, 0, false, false, "INS", NULL, 0, "1-1000-1000-INS", ""},
        {900, 0, false, false, "INS", NULL, 0, "1-1000-1000-INS", ""},
        {1000, 281, false, false, "INS:ME:Alu", NULL, 0, "1-1000-1000-INS:ME:ALU+281", "281"},
        {5000, 0, false, true, "TRA", "22", 5000, "1-1000-1000-TRA@22:5000", ""},
        {500, 0, false, true, "TRA", "22", 500, "1-1000-1000-TRA@22:500", ""},
        {500, 0, false, true, "INV", "22", 500, "1-1000-1000-INV@22:500", ""},
        {500, 70, false, true, "CTX", "22", 0, "1-1000-1000-CTX+70@22", "70"},
        {500, 0, false, false, "TRA", NULL, 0, "1-1000-1000-TRA", "0"},
        {1500, 0, false, false, "CPX", "1", 9000, "1-1000-1500-CPX@1:9000", "500"},
        {999, 0, false, false, "DEL", NULL, 0, NULL, ""},
        {0, 0, false, false, "DEL", NULL, 0, NULL, ""},
        {1ull << 40, 0, false, false, "DEL", NULL, 0, NULL, ""},
        {0, 1ull << 63, false, false, "DEL", NULL, 0, NULL, ""},
        {1500, 0, false, false, "", NULL, 0, NULL, ""},
        {1500, 0, false, false, ":", NULL, 0, NULL, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[SKR_STRUCTURAL_TEXT_MAX];
        char known[32] = "";
        skr_allele allele = {0};
        skr_buffer printed = {0};
        uint64_t length = 0;
        bool made = make(&cases[i], text, &allele);
        cr_assert(eq(int, made, cases[i].key != NULL), "%zu", i);
        if (!made)
            continue;
        cr_assert(eq(int, skr_variant_print("1", &allele, &printed, &err), 0));
        cr_assert(eq(str, (char *)printed.bytes, (char *)cases[i].key));
        if (skr_structural_length(&allele, &length))
            snprintf(known, sizeof known, "%llu", (unsigned long long)length);
        cr_assert(eq(str, known, (char *)cases[i].known), "%s", cases[i].key);
        skr_buffer_done(&printed);
    }
}

/* Every key, read back as a question does, is itself. */
Test(variant_structural, text_is_read_back)
{
    static const char *const keys[] = {"DEL",
                                       "DEL+400",
                                       "INS",
                                       "INS+50",
                                       "INS:ME:ALU+281",
                                       "INS:ME:HERV-K+8000",
                                       "DEL:ME:SINE|ALU",
                                       "TRA@22:5000",
                                       "CTX+70@22",
                                       "CPX@HLA-A*01:01:9000",
                                       "DEL/INV"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        char written[128];
        char text[SKR_STRUCTURAL_TEXT_MAX];
        skr_variant_text variant;
        skr_allele allele = {0};
        skr_structural said = {.pos1 = 1000};
        (void)snprintf(written, sizeof written, "HLA-7-1000-1000-%s", keys[i]);
        cr_assert(eq(int, skr_variant_parse(written, &variant, &err), 0), "%s", written);
        cr_assert(variant.is_structural && strcmp(variant.contig, "HLA-7") == 0, "%s", written);
        cr_assert(eq(sz, variant.n_alt, strlen(keys[i])));
        cr_assert(skr_structural_parse(variant.alt, variant.n_alt, &said), "%s", written);
        said.end1 = 1000;
        cr_assert(skr_structural_key(&said, text, &allele));
        cr_assert(eq(str, text, (char *)keys[i]));
    }
    static const char *const bad[] = {"1-5-9-DEL+",   "1-5-9-DEL+0",  "1-5-9-DEL+x",
                                      "1-5-9-DEL@",   "1-5-9-+50",    "1-5-9-@22:5",
                                      "1-5-9-INS+-5", "1-5-9-DEL@:5", "1-5-4-INS+5"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        skr_variant_text variant;
        cr_assert(eq(int, skr_variant_parse(bad[i], &variant, &err), SKR_ERR_QUERY), "%s", bad[i]);
    }
}

Test(variant_structural, place_and_type_hold_subtypes_lengths_and_mates)
{
    static const char *const held[] = {"INS", "INS+50", "INS:ME", "INS:ME:ALU+281", "INS@22:5"};
    static const char *const others[] = {"INS2", "INSX", "DEL", "IN", "DUP/INS"};
    skr_allele place = {
        .start0 = 9, .end0 = 10, .kind = SKR_ALLELE_SV_ANY, .alt = "INS", .n_alt = 3};
    for (size_t i = 0; i < sizeof held / sizeof *held; i++) {
        skr_allele key = place;
        key.kind = SKR_ALLELE_SV;
        key.alt = held[i];
        key.n_alt = (uint32_t)strlen(held[i]);
        cr_assert(skr_structural_holds(&place, &key), "%s", held[i]);
        key.end0++;
        cr_assert(not(skr_structural_holds(&place, &key)), "%s", held[i]);
        key.alt = others[i];
        key.n_alt = (uint32_t)strlen(others[i]);
        key.end0--;
        cr_assert(not(skr_structural_holds(&place, &key)), "%s", others[i]);
    }
}
