/*
 * One allele has one key, however it was written, and the key still makes the same sequence.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "index/keys/variant_key.h"
#include "tests/support/random.h"

static skr_err err;
static skr_buffer text;

/* ------------------------------------------------------------------ a reference to ask */

#define N_BASES 2000u
static char reference[N_BASES + 1];

static int get_bases(void *context, uint32_t start0, uint32_t n, char *bases, skr_err *ret_err)
{
    (void)context;
    (void)ret_err;
    if (start0 >= strlen(reference))
        return 0;
    if (n > strlen(reference) - start0)
        n = (uint32_t)strlen(reference) - start0;
    memcpy(bases, reference + start0, n);
    return (int)n;
}

static const skr_base_source source = {get_bases, NULL, false};

static char *key(uint32_t pos1, const char *ref, const char *alt, const skr_base_source *from)
{
    static char out[8192];
    skr_buffer printed = {0};
    skr_allele allele = {0};
    cr_assert(eq(int,
                 skr_variant_allele_normalise(pos1 - 1, ref, strlen(ref), alt, strlen(alt), from,
                                              &text, &allele, &err),
                 0),
              "%s", err.message);
    cr_assert(eq(int, skr_variant_print("1", &allele, &printed, &err), 0));
    cr_assert(lt(sz, printed.n, sizeof out));
    memcpy(out, printed.bytes, printed.n + 1);
    skr_buffer_done(&printed);
    return out;
}

Test(variant_key, is_the_one_of_the_worked_cases)
{
    snprintf(reference, sizeof reference, "AAACGTGAAAAAATTCAGCAGCAGGACGTCTGG");
    static const struct {
        uint32_t pos1;
        const char *ref;
        const char *alt;
        const char *key;
    } cases[] = {
        {1, "AA", "A", "1-1-AA-A"},       {2, "AA", "A", "1-1-AA-A"},
        {3, "AC", "C", "1-1-AA-A"},       {7, "GA", "G", "1-7-GA-G"},
        {10, "AA", "A", "1-7-GA-G"},      {13, "AT", "T", "1-7-GA-G"},
        {13, "at", "t", "1-7-GA-G"},      {15, "T", "TCAG", "1-15-T-TCAG"},
        {24, "G", "GCAG", "1-15-T-TCAG"}, {15, "TCAGCAGCAGG", "TCAGCAGCAGCAGG", "1-15-T-TCAG"},
        {26, "ACGT", "ACTT", "1-28-G-T"}, {26, "ACGT", "GCGT", "1-26-A-G"},
        {27, "CGT", "TA", "1-27-CGT-TA"}, {26, "ACGTC", "ATAC", "1-27-CGT-TA"},
        {26, "AC", "GT", "1-26-AC-GT"},   {7, "GAAAAAAT", "GAAAAAAC", "1-14-T-C"},
        {1, "A", "TA", "1-1-A-TA"},       {3, "", "A", "1-1-A-AA"},
        {3, "AC", "", "1-2-AAC-A"},       {1, "A", "", "1-1-AA-A"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert(
            eq(str, key(cases[i].pos1, cases[i].ref, cases[i].alt, &source), (char *)cases[i].key),
            "%u %s %s", cases[i].pos1, cases[i].ref, cases[i].alt);
}

Test(variant_key, is_trimmed_only_without_a_reference)
{
    cr_assert(eq(str, key(10, "AA", "A", NULL), "1-10-AA-A"));
    cr_assert(eq(str, key(3, "AC", "C", NULL), "1-3-AC-C"));
    cr_assert(eq(str, key(3, "CAC", "CC", NULL), "1-3-CA-C"));
    cr_assert(eq(str, key(5, "GATT", "GAC", NULL), "1-7-TT-C"));
    cr_assert(eq(str, key(5, "", "GG", NULL), "1-4-N-NGG"));
}

/* As bcftools norm does, to which N is a letter like others. Where the assembly has an ambiguity
 * code, callers write that, N, or the first base that it stands for: samtools/bcftools#2551. */
Test(variant_key, is_one_beside_unknown_bases)
{
    snprintf(reference, sizeof reference, "ACGNAAAATNNNNGCNT");
    static const struct {
        uint32_t pos1;
        const char *ref;
        const char *alt;
        const char *key;
    } cases[] = {
        {8, "AT", "T", "1-4-NA-N"},       {5, "AA", "A", "1-4-NA-N"},
        {4, "NA", "N", "1-4-NA-N"},       {3, "GNAAAA", "GNAAA", "1-4-NA-N"},
        {4, "N", "NA", "1-4-N-NA"},       {7, "A", "AA", "1-4-N-NA"},
        {5, "", "A", "1-4-N-NA"},         {9, "TNN", "T", "1-9-TNN-T"},
        {12, "NNG", "G", "1-9-TNN-T"},    {11, "NNN", "N", "1-9-TNN-T"},
        {4, "NA", "NG", "1-5-A-G"},       {4, "RA", "RG", "1-5-A-G"},
        {5, "R", "G", "1-5-A-G"},         {5, "N", "G", "1-5-A-G"},
        {5, "WA", "GA", "1-5-A-G"},       {4, "N", "G", "1-4-N-G"},
        {4, "R", "G", "1-4-N-G"},         {4, "A", "G", "1-4-N-G"},
        {4, "NAN", "NGN", "1-5-A-G"},     {14, "GYNT", "GYN", "1-16-NT-N"},
        {14, "GCN", "GN", "1-14-GC-G"},   {1, "NC", "C", "1-1-AC-C"},
        {13, "NGC", "NGGC", "1-13-N-NG"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert(
            eq(str, key(cases[i].pos1, cases[i].ref, cases[i].alt, &source), (char *)cases[i].key),
            "%u %s %s", cases[i].pos1, cases[i].ref, cases[i].alt);
    cr_assert(eq(str, key(4, "NA", "NG", NULL), "1-5-A-G"));
    cr_assert(eq(str, key(4, "NAA", "N", NULL), "1-4-NAA-N"));
    cr_assert(eq(str, key(4, "MKA", "MKG", NULL), "1-6-A-G"));
}

/* Where REF is N and the reference has the very base of ALT, nothing differs. */
Test(variant_key, is_none_where_the_reference_has_the_alt)
{
    skr_allele allele = {0};
    snprintf(reference, sizeof reference, "ACGNAAAAT");
    cr_assert(
        eq(int, skr_variant_allele_normalise(2, "N", 1, "G", 1, &source, &text, &allele, &err), 0));
    cr_assert(allele.n_ref == 0 && allele.n_alt == 0);
}

/* ------------------------------------------------------------------ random spellings */

static test_random dice;

static uint32_t draw(uint32_t below)
{
    return test_random_below(&dice, below);
}

/* Letters of REF as other programs would write them: where the reference has N, any code. */
static void blur(uint32_t pos1, char *ref, char *alt)
{
    size_t n_alt = strlen(alt);
    size_t n_ref = strlen(ref);
    for (size_t i = 0; i < n_ref; i++) {
        if (reference[pos1 - 1 + i] != 'N')
            continue;
        char letter = "NRYSWKMBDHVnr"[draw(13)];
        bool is_head = i < n_alt && strncmp(ref, alt, i + 1) == 0;
        bool is_tail = n_alt + i >= n_ref && strcmp(ref + i, alt + (n_alt + i - n_ref)) == 0;
        if (is_head)
            alt[i] = letter;
        else if (is_tail)
            alt[n_alt + i - n_ref] = letter;
        ref[i] = letter;
    }
}

/* Short tandem repeats of all periods up to 6, with single changes in between. */
static void make_repeats(void)
{
    size_t n = 0;
    while (n < N_BASES) {
        char unit[7];
        uint32_t n_unit = 1 + draw(6);
        for (uint32_t i = 0; i < n_unit; i++)
            unit[i] = "ACGT"[draw(4)];
        for (uint32_t times = 1 + draw(12); times > 0 && n < N_BASES; times--)
            for (uint32_t i = 0; i < n_unit && n < N_BASES; i++)
                reference[n++] = unit[i];
    }
    reference[N_BASES] = '\0';
}

/* The reference with [start0, start0 + n_ref) replaced. */
static void haplotype(uint32_t start0, size_t n_ref, const char *alt, size_t n_alt, char *out)
{
    memcpy(out, reference, start0);
    memcpy(out + start0, alt, n_alt);
    const char *rest = reference + start0 + n_ref;
    memcpy(out + start0 + n_alt, rest, strlen(rest) + 1);
}

/* Any spelling: the changed part of the haplotype in a random window around all its places. */
static void spell(const char *changed, uint32_t *ret_pos1, char *ref, char *alt)
{
    size_t n_changed = strlen(changed);
    uint32_t head = 0;
    while (head < n_changed && reference[head] == changed[head])
        head++;
    uint32_t tail = 0; /* the window must hold all bases between the longest common ends */
    while (tail < N_BASES && tail < n_changed &&
           reference[N_BASES - 1 - tail] == changed[n_changed - 1 - tail])
        tail++;
    size_t shorter = n_changed < N_BASES ? n_changed : N_BASES;
    if (head > shorter)
        head = (uint32_t)shorter;
    /* Somewhere between leftmost and rightmost: cut what both ends claim. */
    uint32_t overlap = head + tail > shorter ? head + tail - (uint32_t)shorter : 0;
    uint32_t back = overlap == 0 ? 0 : draw(overlap + 1);
    uint32_t from = head - back;
    uint32_t to_tail = tail - (overlap - back);
    uint32_t pad_left = draw(6);
    uint32_t pad_right = draw(6);
    from = from > pad_left ? from - pad_left : 0;
    to_tail = to_tail > pad_right ? to_tail - pad_right : 0;
    uint32_t n_ref = N_BASES - to_tail - from;
    uint32_t n_alt = (uint32_t)n_changed - to_tail - from;
    if (n_ref == 0 || n_alt == 0) {
        if (from > 0)
            from--;
        else
            to_tail--;
        n_ref++;
        n_alt++;
    }
    memcpy(ref, reference + from, n_ref);
    ref[n_ref] = '\0';
    memcpy(alt, changed + from, n_alt);
    alt[n_alt] = '\0';
    *ret_pos1 = from + 1;
}

/* A random allele of the reference: returns the changed sequence. */
static void draw_change(char *changed)
{
    uint32_t start0 = draw(4) == 0 ? draw(12) : draw(N_BASES - 40);
    char alt[32];
    for (;;) {
        uint32_t n_ref = draw(3) == 0 ? draw(12) : draw(3);
        uint32_t n_alt = draw(3) == 0 ? draw(12) : draw(3);
        bool copies = draw(2) == 0; /* repeat what is there, so that it can move */
        for (uint32_t i = 0; i < n_alt; i++)
            alt[i] = copies ? reference[start0 + i] : "ACGT"[draw(4)];
        haplotype(start0, n_ref, alt, n_alt, changed);
        if (strcmp(changed, reference) != 0)
            return;
    }
}

Test(variant_key, is_one_for_all_spellings_and_makes_the_same_sequence)
{
    static char changed[N_BASES + 64], again[N_BASES + 64];
    static char ref[N_BASES + 64], alt[N_BASES + 64];
    static char first[8192];
    dice = test_random_drawn("variant_key");
    for (int round = 0; round < 3000; round++) {
        if (round % 100 == 0)
            make_repeats();
        draw_change(changed);
        for (int i = 0; i < 6; i++) {
            uint32_t pos1;
            spell(changed, &pos1, ref, alt);
            char *now = key(pos1, ref, alt, &source);
            if (i == 0) {
                skr_variant_text parsed;
                snprintf(first, sizeof first, "%s", now);
                cr_assert(eq(int, skr_variant_parse(now, &parsed, &err), 0));
                haplotype(parsed.start0, parsed.n_ref, parsed.alt, parsed.n_alt, again);
                cr_assert(zero(int, strcmp(again, changed)), "%s", now);
            }
            cr_assert(eq(str, now, first), "%u %s %s", pos1, ref, alt);
        }
    }
}

/* Runs of N and single ones, between and within repeats. */
static void make_gaps(void)
{
    make_repeats();
    for (uint32_t i = 0; i < 120; i++) {
        uint32_t at = draw(N_BASES);
        uint32_t n = draw(3) == 0 ? 1 + draw(12) : 1;
        for (uint32_t k = at; k < at + n && k < N_BASES; k++)
            reference[k] = 'N';
    }
}

Test(variant_key, is_one_for_all_spellings_beside_unknown_bases)
{
    static char changed[N_BASES + 64], ref[N_BASES + 64], alt[N_BASES + 64], first[8192];
    int n_with_n = 0;
    dice = test_random_drawn("variant_key");
    for (int round = 0; round < 6000; round++) {
        if (round % 100 == 0)
            make_gaps();
        draw_change(changed);
        bool is_first = true;
        for (int i = 0; i < 8; i++) {
            uint32_t pos1;
            spell(changed, &pos1, ref, alt);
            if (!skr_variant_alt_has_key(ref, strlen(ref), alt, strlen(alt)))
                continue; /* an N that is new, or was moved away from one */
            if (i % 2 == 1)
                blur(pos1, ref, alt);
            if (!skr_variant_alt_has_key(ref, strlen(ref), alt, strlen(alt)))
                continue;
            char *now = key(pos1, ref, alt, &source);
            if (is_first)
                snprintf(first, sizeof first, "%s", now);
            is_first = false;
            n_with_n += strchr(now, 'N') != NULL;
            cr_assert(eq(str, now, first), "%u %s %s", pos1, ref, alt);
        }
    }
    cr_assert(gt(int, n_with_n, 500));
}

/* Compares with bcftools over the reference as it is now. */
static void compare_with_bcftools(void)
{
    static char changed[N_BASES + 64];
    static char ref[N_BASES + 64], alt[N_BASES + 64];
    enum {
        N = 1500
    };
    static char *keys[N];
    char folder[] = "/tmp/skr-norm-XXXXXX";
    char command[512], line[8192];

    cr_assert(ne(ptr, mkdtemp(folder), NULL));
    snprintf(command, sizeof command, "%s/r.fa", folder);
    FILE *fasta = fopen(command, "w");
    fprintf(fasta, ">1\n%s\n", reference);
    fclose(fasta);
    snprintf(command, sizeof command, "%s/v.vcf", folder);
    FILE *vcf = fopen(command, "w");
    fprintf(vcf,
            "##fileformat=VCFv4.2\n##contig=<ID=1,length=%u>\n"
            "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n",
            N_BASES);
    for (int i = 0; i < N; i++) {
        uint32_t pos1;
        do {
            draw_change(changed);
            spell(changed, &pos1, ref, alt);
        } while (!skr_variant_alt_has_key(ref, strlen(ref), alt, strlen(alt)));
        keys[i] = strdup(key(pos1, ref, alt, &source));
        fprintf(vcf, "1\t%u\t%d\t%s\t%s\t.\t.\t.\n", pos1, i, ref, alt);
    }
    fclose(vcf);
    snprintf(command, sizeof command,
             "cd %s && bcftools norm -f r.fa v.vcf 2>/dev/null | grep -v '^#' | "
             "awk '{print $3, $1\"-\"$2\"-\"$4\"-\"$5}'",
             folder);
    FILE *norm = popen(command, "r");
    int n_seen = 0;
    while (fgets(line, sizeof line, norm) != NULL) {
        char *space = strchr(line, ' ');
        line[strcspn(line, "\n")] = '\0';
        cr_assert(eq(str, keys[strtol(line, NULL, 10)], space + 1));
        n_seen++;
    }
    cr_assert(eq(int, pclose(norm), 0));
    cr_assert(eq(int, n_seen, N));
    snprintf(command, sizeof command, "rm -r %s", folder);
    cr_assert(eq(int, system(command), 0));
    for (int i = 0; i < N; i++)
        free(keys[i]);
}

Test(variant_key, is_the_one_of_bcftools_norm)
{
    if (system("command -v bcftools >/dev/null 2>&1") != 0)
        cr_skip_test("bcftools is not installed");
    dice = test_random_drawn("variant_key");
    make_repeats();
    compare_with_bcftools();
    make_gaps();
    compare_with_bcftools();
}

/* ------------------------------------------------------------------ the rest */

Test(variant_key, classifies_alts)
{
    static const struct {
        const char *ref;
        const char *alt;
        skr_alt_class class;
    } cases[] = {
        {"A", "G", SKR_ALT_BASES},
        {"a", "g", SKR_ALT_BASES},
        {"N", "G", SKR_ALT_BASES},
        {"A", "*", SKR_ALT_STAR},
        {"A", "<NON_REF>", SKR_ALT_NON_REF},
        {"A", "<*>", SKR_ALT_NON_REF},
        {"A", "<X>", SKR_ALT_NON_REF},
        {"A", "<DEL>", SKR_ALT_SV},
        {"A", "<INS:ME:ALU>", SKR_ALT_SV},
        {"A", "<BND>", SKR_ALT_SV},
        {"N", "<TRA>", SKR_ALT_SV},
        {"A", "A[1:2[", SKR_ALT_BND},
        {"A", "A.", SKR_ALT_BND},
        {"A", ".A", SKR_ALT_BND},
        {"A", "R", SKR_ALT_BAD},
        {"A", "N", SKR_ALT_BAD},
        {"R", "A", SKR_ALT_BASES},
        {"NA", "NG", SKR_ALT_BASES},
        {"RA", "RG", SKR_ALT_BASES},
        {"NAA", "N", SKR_ALT_BASES},
        {"N", "NA", SKR_ALT_BASES},
        {"AN", "GN", SKR_ALT_BASES},
        {"A", "AN", SKR_ALT_BAD},
        {"AA", "NG", SKR_ALT_BAD},
        {"ANC", "GNT", SKR_ALT_BAD},
        {"E", "A", SKR_ALT_BAD},
        {"A", "<DEL", SKR_ALT_BAD},
        {"A", "", SKR_ALT_BAD},
        {"A", "a", SKR_ALT_SAME},
        {"A", ".", SKR_ALT_NONE},
        {"A", "<>", SKR_ALT_BAD},
        {"A", "<D L>", SKR_ALT_BAD},
        {"A", "<DEL:ME:SINE|Alu>", SKR_ALT_SV},
        {"A", "<:x>", SKR_ALT_BAD},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert(eq(int, skr_variant_alt_classify(cases[i].ref, cases[i].alt), cases[i].class),
                  "%s %s", cases[i].ref, cases[i].alt);
}

Test(variant_key, gives_the_atoms_of_a_replacement)
{
    skr_allele mnv = {0}, atom = {0};
    cr_assert(eq(
        int, skr_variant_allele_normalise(99, "ACGT", 4, "GCAA", 4, NULL, &text, &mnv, &err), 0));
    cr_assert(eq(int, mnv.kind, SKR_ALLELE_MNV));
    cr_assert(skr_variant_allele_atom(&mnv, 0, &atom));
    cr_assert(atom.start0 == 99 && *atom.ref == 'A' && *atom.alt == 'G');
    cr_assert(skr_variant_allele_atom(&mnv, 1, &atom));
    cr_assert(atom.start0 == 101 && *atom.ref == 'G' && *atom.alt == 'A');
    cr_assert(skr_variant_allele_atom(&mnv, 2, &atom));
    cr_assert(atom.start0 == 102 && atom.end0 == 103 && atom.kind == SKR_ALLELE_SNV);
    cr_assert(not(skr_variant_allele_atom(&mnv, 3, &atom)));
}

Test(variant_key, reads_variants_as_people_write_them)
{
    skr_variant_text v;
    cr_assert(eq(int, skr_variant_parse("chr3-45823240-T-C", &v, &err), 0));
    cr_assert(v.start0 == 45823239 && v.n_ref == 1 && *v.alt == 'C' && !v.is_structural);
    cr_assert(eq(str, v.contig, "chr3"));
    cr_assert(eq(int, skr_variant_parse("HLA-A-01-7-g-ga", &v, &err), 0));
    cr_assert(eq(str, v.contig, "HLA-A-01"));
    cr_assert(eq(int, skr_variant_parse("1-1000-1500-DEL", &v, &err), 0));
    cr_assert(v.is_structural && v.start0 == 999 && v.end0 == 1500 && v.n_alt == 3);
    cr_assert(eq(int, skr_variant_parse("1-10-AC-", &v, &err), 0));
    cr_assert(v.n_ref == 2 && v.n_alt == 0);
    static const char *const bad[] = {"",
                                      "1",
                                      "1-2-A",
                                      "1-0-A-C",
                                      "1-x-A-C",
                                      "1-5-A-A",
                                      "1-5-A-R",
                                      "1-5--",
                                      "-5-A-C",
                                      "1-5-A-N",
                                      "1-10-9-DEL",
                                      "1-10-20-",
                                      "1-99999999999-A-C",
                                      "1-4000000000-A-C"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert(eq(int, skr_variant_parse(bad[i], &v, &err), SKR_ERR_QUERY), "%s", bad[i]);
}
