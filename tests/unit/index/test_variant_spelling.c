/*
 * Every spelling of an allele becomes the one that we write, and what is none is left as it is or
 * refused with what would be taken.
 */
#include "index/keys/variant_spelling.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "index/keys/variant_key.h"

static const char *spell(const char *written)
{
    static char out[4096];
    skr_buffer text = {0};
    skr_err err = {0};
    int status = skr_variant_respell(written, &text, &err);
    if (status < 0)
        (void)snprintf(out, sizeof out, "error: %s", err.message);
    else
        (void)snprintf(out, sizeof out, "%s", (const char *)text.bytes);
    skr_buffer_done(&text);
    return out;
}

static void expect(const char *const (*cases)[2], size_t n)
{
    for (size_t i = 0; i < n; i++)
        cr_expect(eq(str, (char *)spell(cases[i][0]), (char *)cases[i][1]), "%s", cases[i][0]);
}
#define EXPECT(cases) expect(cases, sizeof(cases) / sizeof *(cases))

Test(variant_spelling, takes_other_signs_between_the_parts)
{
    static const char *const cases[][2] = {
        {"22-16050075-A-G", "22-16050075-A-G"},
        {"22:16050075:A:G", "22-16050075-A-G"},
        {"22_16050075_A_G", "22-16050075-A-G"},
        {"22:16050075-A-G", "22-16050075-A-G"},
        {"22:16050075A>G", "22-16050075-A-G"},
        {"chr22:16050075 A>G", "chr22-16050075-A-G"},
        {"chr22:16050075 A/G", "chr22-16050075-A-G"},
        {"22_16050075_A/G", "22-16050075-A-G"},
        {"22 16050075 A G", "22-16050075-A-G"},
        {"22:16,050,075:A:G", "22-16050075-A-G"},
        {"22-16,050,075-a-g", "22-16050075-a-g"},
        {"NC_000022.10-16050075-A-G", "NC_000022.10-16050075-A-G"},
        {"NC_000022.10:16050075A>G", "NC_000022.10-16050075-A-G"},
        {"22_124_-/T", "22-124--T"},
        {"22:124:.:T", "22-124--T"},
        {"22:124::T", "22-124--T"},
        {"22-124--T", "22-124--T"},
        {"22:124:A:-", "22-124-A-"},
        {"22:124:A:", "22-124-A-"},
        {"22:100:200:DEL", "22-100-200-DEL"},
        {"22-100-200-<DEL>", "22-100-200-DEL"},
        {"22_100_200_<DUP:TANDEM>", "22-100-200-DUP:TANDEM"},
    };
    EXPECT(cases);
}

Test(variant_spelling, leaves_signs_in_the_names_of_contigs)
{
    static const char *const cases[][2] = {
        {"HLA-A*01:01:01:01-100-A-G", "HLA-A*01:01:01:01-100-A-G"},
        {"HLA-A*01:01:01:01:100:A:G", "HLA-A*01:01:01:01-100-A-G"},
        {"chr1_KI270706v1_random_100_A_G", "chr1_KI270706v1_random-100-A-G"},
        {"chr1_KI270706v1_random:100:AC:A", "chr1_KI270706v1_random-100-AC-A"},
        {"scaffold-1-2-100-A-G", "scaffold-1-2-100-A-G"},
        {"HLA-A*01:01:01:01:g.100A>G", "HLA-A*01:01:01:01-100-A-G"},
        {"22-100-200-CNV:TR", "22-100-200-CNV:TR"},
        {"22-100-200-INS:ME", "22-100-200-INS:ME"},
        {"22-100-200-INV@22:5000", "22-100-200-INV@22:5000"},
        {"22-100-100-INS+281", "22-100-100-INS+281"},
    };
    EXPECT(cases);
}

Test(variant_spelling, counts_spdi_from_nought)
{
    static const char *const cases[][2] = {
        {"NC_000022.10:16050074:A:G", "NC_000022.10-16050075-A-G"},
        {"refseq:NC_000022.10:16050074:A:G", "refseq:NC_000022.10-16050075-A-G"},
        {"CM000684.1:16050074:A:G", "CM000684.1-16050075-A-G"},
        {"NC_000022.10:0:A:G", "NC_000022.10-1-A-G"},
        {"NC_000022.10:122::T", "NC_000022.10-123--T"},
        {"NC_000022.10:122:0:T", "NC_000022.10-123--T"},
        {"NC_000022.10:122:A:", "NC_000022.10-123-A-"},
        {"NC_000022.10:122:1:T", "NC_000022.10:g.123delinsT"},
        {"NC_000022.10:122:3:", "NC_000022.10:g.123_125del"},
        {"22:122:A:T", "22-122-A-T"},
    };
    EXPECT(cases);
}

Test(variant_spelling, reads_hgvs)
{
    static const char *const cases[][2] = {
        {"NC_000022.10:g.16050075A>G", "NC_000022.10-16050075-A-G"},
        {"HGVSid:22:g.16050075A>G", "22-16050075-A-G"},
        {"22:g.16,050,075A>G", "22-16050075-A-G"},
        {"NC_012920.1:m.8993T>G", "NC_012920.1-8993-T-G"},
        {"22:g.123_124AC>TG", "22-123-AC-TG"},
        {"22:g.123_125del", "22:g.123_125del"},
        {"22:g.123del", "22:g.123del"},
        {"22:g.123_125del3", "22:g.123_125del"},
        {"22:g.123_125delACG", "22-123-ACG-"},
        {"22:g.123_124insT", "22-124--T"},
        {"22:g.123dup", "22:g.123dup"},
        {"22:g.123_125dupACG", "22:g.123_125dupACG"},
        {"22:g.123_125inv", "22:g.123_125inv"},
        {"22:g.123_125invACG", "22-123-ACG-CGT"},
        {"22:g.123_125delinsTT", "22:g.123_125delinsTT"},
        {"22:g.123_125delACGinsTT", "22-123-ACG-TT"},
        {"22:g.123_123del", "22:g.123del"},
    };
    EXPECT(cases);
}

Test(variant_spelling, refuses_hgvs_that_cannot_be)
{
    static const char *const cases[] = {
        "22:g.123_125delAC",
        "22:g.123_125del4",
        "22:g.123insT",
        "22:g.123_125insT",
        "22:g.123_124ins",
        "22:g.123_124ins3",
        "22:g.123_124insN[3]",
        "22:g.125_123del",
        "22:g.0del",
        "22:g.del",
        "22:g.(1_5)_(7_9)del",
        "22:g.123=",
        "22:g.123ACG[4]",
        "22:g.123A>",
        "22:g.123_125A>G",
        "22:g.123delinsT[2]",
        "22:g.123dupx",
        "22:g.123_125con200_202",
        ":g.123A>G",
        "22:g.9999999999A>G",
        "22:g.",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *said = spell(cases[i]);
        cr_expect(eq(int, strncmp(said, "error: ", 7), 0), "%s: %s", cases[i], said);
        cr_expect(ne(ptr, (void *)strstr(said, "123_125del"), NULL), "%s: %s", cases[i], said);
    }
}

Test(variant_spelling, leaves_what_is_none)
{
    static const char *const cases[] = {
        "",       "rs58769x", "22",         "22:16050075",      "22-16050075-A",
        "-5-A-C", "22-x-A-G", "22:1,2:A:G", "1-99999999999-A-C"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        skr_variant_text parsed;
        cr_expect(eq(str, (char *)spell(cases[i]), (char *)cases[i]));
        cr_expect(eq(int, skr_variant_parse(cases[i], &parsed, NULL), SKR_ERR_QUERY));
    }
}

Test(variant_spelling, has_no_names_of_dbsnp)
{
    cr_expect(ne(ptr, (void *)strstr(spell("rs587697622"), "is a name of dbSNP"), NULL));
}

/* What is written once is written so again. */
Test(variant_spelling, is_its_own_spelling)
{
    static const char *const cases[] = {
        "22:16050075:A:G", "22_16050075_A/G",  "22:100:200:DEL",       "22:g.123_125del",
        "22:g.123dup",     "22:g.123_124insT", "22:g.123_125delinsTT", "NC_000022.10:122:3:",
        "22:g.123_125inv", "22:g.7delA",       "chr22:5 A>G"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *once = strdup(spell(cases[i]));
        cr_expect(eq(str, (char *)spell(once), once), "%s", cases[i]);
        free(once);
    }
}

static const char *bases_of(const char *text, const char *ref)
{
    static char out[2048];
    skr_variant_span span;
    skr_buffer bases = {0};
    skr_err err = {0};
    cr_assert(skr_variant_is_span(text, &span), "%s", text);
    cr_assert(eq(sz, span.end0 - span.start0, strlen(ref)));
    if (skr_variant_span_bases(&span, ref, &bases, &err) < 0)
        (void)snprintf(out, sizeof out, "error: %s", err.message);
    else
        (void)snprintf(out, sizeof out, "%.*s %u %s>%s", (int)span.n_contig, span.contig,
                       span.start0, (const char *)bases.bytes,
                       (const char *)bases.bytes + strlen(ref) + 1);
    skr_buffer_done(&bases);
    return out;
}

Test(variant_spelling, takes_the_bases_of_a_span_from_the_reference)
{
    cr_expect(eq(str, (char *)bases_of("22:g.123_125del", "ACG"), "22 122 ACG>"));
    cr_expect(eq(str, (char *)bases_of("22:g.123_125delinsTT", "ACG"), "22 122 ACG>TT"));
    cr_expect(eq(str, (char *)bases_of("22:g.123dup", "A"), "22 122 A>AA"));
    cr_expect(eq(str, (char *)bases_of("22:g.123_125inv", "ACG"), "22 122 ACG>CGT"));
    cr_expect(eq(str, (char *)bases_of("HLA-A*01:01:g.1del", "A"), "HLA-A*01:01 0 A>"));
    cr_expect(eq(str, (char *)bases_of("22:g.1_4inv", "ACGT"), "error: it leaves 1-4 as it is"));
    cr_expect(eq(str, (char *)bases_of("22:g.1delinsA", "A"), "error: it leaves 1-1 as it is"));
    skr_variant_span span;
    cr_expect(not(skr_variant_is_span("22-100-A-G", &span)));
    cr_expect(not(skr_variant_is_span("22:g.100A>G", &span)));
}
