/*
 * Claims of whole columns are what each genotype says by itself, read slowly: drawn records of BCF
 * and of text, every width and ploidy, missing copies, short vectors, numbers for the gate.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/genomes/record_claims.h"
#include "tests/support/drawn_record_write.h"
#include "tests/support/temp_folder.h"

/* ------------------------------------------------------------------ reading it slowly */

typedef struct slow {
    uint8_t calls[N_SAMPLES_MAX];
    uint8_t n_this[N_ALTS_MAX][N_SAMPLES_MAX];
    uint8_t zygosity[N_ALTS_MAX][N_SAMPLES_MAX];
    uint8_t n_copies[N_SAMPLES_MAX]; /* settled; 0: none is called */
    uint32_t ways[2][N_SAMPLES_MAX]; /* of the first two ALTs */
    uint64_t n_failed_gate;
    uint64_t n_het_on_haploid;
    uint64_t n_no_copy;
} slow;

static bool slow_passes(const skr_gate *gate, uint32_t s, const skr_genotype *as_written,
                        bool is_one_copy)
{
    static const skr_filter of_key[] = {SKR_FILTER_PASS, SKR_FILTER_FAIL, SKR_FILTER_REFCALL};
    static const skr_filter of_ft[] = {SKR_FILTER_PASS, SKR_FILTER_PASS, SKR_FILTER_FAIL,
                                       SKR_FILTER_REFCALL};
    float dp = it.has_min_dp && !isnan(it.min_dp[s]) ? it.min_dp[s] : it.has_dp ? it.dp[s] : NAN;
    skr_gate_facts facts = {.numbers[SKR_GATE_GQ] = it.has_gq ? it.gq[s] : NAN,
                            .numbers[SKR_GATE_DP] = dp,
                            .numbers[SKR_GATE_MIN_DP] = NAN,
                            .worst = of_key[it.filter],
                            .is_hom_ref = skr_genotype_is_hom_ref(as_written),
                            .is_one_copy = is_one_copy};
    if (it.has_ft && of_ft[it.ft[s]] > facts.worst)
        facts.worst = of_ft[it.ft[s]];
    if (!skr_gate_passes(gate, &facts))
        return false;
    for (uint32_t i = 0; i < as_written->n && it.has_ad && skr_genotype_is_het(as_written); i++) {
        uint16_t allele = as_written->alleles[i];
        if (allele != 0 && allele != SKR_COPY_UNKNOWN && it.n_ad[s] == it.n_alts + 1 &&
            !skr_gate_balance_passes(gate, it.ad[s][allele], dp))
            return false;
    }
    return true;
}

static void read_slowly(const skr_gate *gate, const skr_karyotype *karyotypes, skr_ploidy ploidy,
                        const uint8_t *is_unknown, slow *to)
{
    memset(to, 0, sizeof *to);
    for (uint32_t s = 0; s < it.n_samples; s++) {
        skr_genotype genotype = {0};
        uint8_t expected = skr_copies_expected(ploidy, karyotypes[s]);
        bool is_known = ploidy == SKR_PLOIDY_MT || ploidy == SKR_PLOIDY_DIPLOID ||
                        karyotypes[s].n_x != SKR_KARYOTYPE_UNKNOWN;
        bool has_called = false;
        for (uint32_t i = 0; i < it.n_ploidy && it.gt[s][i] != END; i++) {
            genotype.alleles[genotype.n++] =
                it.gt[s][i] < 0 ? SKR_COPY_UNKNOWN : (uint16_t)it.gt[s][i];
            has_called = has_called || it.gt[s][i] >= 0;
        }
        if (genotype.n == 0)
            genotype.alleles[genotype.n++] = SKR_COPY_UNKNOWN;
        bool is_het = skr_genotype_is_het(&genotype);
        bool is_passing =
            gate->is_none ||
            slow_passes(gate, s, &genotype, genotype.n == 1 || (is_known && expected == 1));
        for (uint32_t i = 0; i < genotype.n; i++)
            if (genotype.alleles[i] != SKR_COPY_UNKNOWN && is_unknown[genotype.alleles[i]])
                genotype.alleles[i] = SKR_COPY_UNKNOWN;
        skr_settled settled = skr_genotype_settle(&genotype, ploidy, karyotypes[s]);
        to->n_het_on_haploid += settled == SKR_SETTLED_HET_ON_HAPLOID;
        if (ploidy != SKR_PLOIDY_MT && is_het && genotype.n == 1)
            skr_genotype_forget(&genotype); /* one of the two may be anything, but not both */
        to->calls[s] = SKR_CALL_DEFAULT;
        if (settled == SKR_SETTLED_NO_COPY) {
            to->n_no_copy += has_called;
            continue;
        }
        if (!is_passing) {
            to->n_failed_gate += has_called;
            skr_genotype_forget(&genotype);
        }
        if (genotype.n_called != expected)
            to->calls[s] = genotype.n_called == 0 ? SKR_CALL_NO_CALL : (uint8_t)genotype.n_called;
        for (uint32_t i = 0; i < genotype.n; i++) {
            uint16_t allele = genotype.alleles[i];
            if (allele == 0 || allele == SKR_COPY_UNKNOWN)
                continue;
            uint8_t *n_this = &to->n_this[allele - 1][s];
            *n_this = (uint8_t)(ploidy == SKR_PLOIDY_MT ? 1 : *n_this + 1);
        }
        to->n_copies[s] = genotype.n_called > 0 ? (uint8_t)genotype.n : 0;
        for (uint32_t i = 0; i < genotype.n; i++)
            for (uint32_t a = 0; a < 2; a++)
                to->ways[a][s] |= (genotype.alleles[i] == SKR_COPY_UNKNOWN ? SKR_WAY_UNKNOWN
                                   : genotype.alleles[i] == a + 1          ? SKR_WAY_THIS
                                                                           : SKR_WAY_OTHER)
                                  << 2 * i;
        for (uint32_t a = 0; a < it.n_alts; a++)
            if (to->n_this[a][s] > 0)
                to->zygosity[a][s] =
                    (uint8_t)skr_genotype_zygosity(&genotype, to->n_this[a][s], ploidy);
    }
}

/* ------------------------------------------------------------------ comparing */

static void compare_carriers(const skr_carriers *carriers, const slow *want, uint32_t key,
                             const uint8_t *expected, const char *what)
{
    static uint8_t n_this[N_SAMPLES_MAX];
    static uint8_t zygosity[N_SAMPLES_MAX];
    memset(n_this, 0, it.n_samples);
    memset(zygosity, 0, it.n_samples);
    for (uint32_t i = 0; i < carriers->n; i++) {
        uint32_t s = carriers->samples[i];
        cr_assert(s < it.n_samples && (i == 0 || carriers->samples[i - 1] < s));
        n_this[s] = carriers->dosages[i];
        zygosity[s] = expected[s] == 1 ? SKR_HEMI : carriers->dosages[i] == 2 ? SKR_HOM : SKR_HET;
        cr_assert(expected[s] <= 2 && carriers->dosages[i] <= expected[s]);
    }
    for (uint32_t i = 0; i < carriers->n_bags; i++) {
        uint32_t s = carriers->bags[i].sample;
        cr_assert(s < it.n_samples && n_this[s] == 0);
        n_this[s] = carriers->bags[i].n_this;
        zygosity[s] = carriers->bags[i].zygosity;
    }
    for (uint32_t s = 0; s < it.n_samples; s++)
        cr_assert(n_this[s] == want->n_this[key][s] && zygosity[s] == want->zygosity[key][s],
                  "%s, seed %llu: sample %u of %u, ALT %u of %u: %u copies, want %u", what,
                  (unsigned long long)draw.seed, s, it.n_samples, key + 1, it.n_alts, n_this[s],
                  want->n_this[key][s]);
}

static void compare(const skr_claims *claims, const slow *want, const uint8_t *expected,
                    const char *what)
{
    static uint8_t calls[N_SAMPLES_MAX];
    skr_call_set_to_calls(&claims->calls, it.n_samples, calls);
    for (uint32_t s = 0; s < it.n_samples; s++)
        cr_assert(calls[s] == want->calls[s], "%s, seed %llu: sample %u of %u: call %u, want %u",
                  what, (unsigned long long)draw.seed, s, it.n_samples, calls[s], want->calls[s]);
    cr_assert(claims->n_failed_gate == want->n_failed_gate, "%s, seed %llu: %llu failed, want %llu",
              what, (unsigned long long)draw.seed, (unsigned long long)claims->n_failed_gate,
              (unsigned long long)want->n_failed_gate);
    cr_assert(claims->n_het_on_haploid == want->n_het_on_haploid);
    cr_assert(claims->n_no_copy == want->n_no_copy);
    for (uint32_t key = 0; key < it.n_alts; key++)
        compare_carriers(&claims->carriers[key], want, key, expected, what);
}

typedef struct asked {
    skr_gate gate;
    skr_ploidy ploidy;
    skr_columns columns;
    skr_named named;
    uint8_t is_unknown[N_ALTS_MAX + 1];
    uint32_t first_key[N_ALTS_MAX + 2];
    uint32_t keys[N_ALTS_MAX];
} asked;

static void draw_question(asked *q, bool is_gated)
{
    static const skr_karyotype karyotypes[] = {
        {2, 0}, {1, 1}, {SKR_KARYOTYPE_UNKNOWN, SKR_KARYOTYPE_UNKNOWN}, {3, 0}, {1, 0}};
    unsigned n_kinds = 1 + below(5);
    memset(q, 0, sizeof *q);
    q->gate = skr_gate_adj();
    q->gate.is_none = !is_gated;
    if (below(3) == 0)
        q->gate.min_gq = 12.5;
    q->ploidy = below(2) == 0 ? SKR_PLOIDY_DIPLOID : (skr_ploidy)below(SKR_N_PLOIDIES);
    if (q->ploidy == SKR_PLOIDY_Y_PAR)
        q->ploidy = SKR_PLOIDY_DIPLOID;
    q->columns.n = q->columns.n_columns = it.n_samples;
    q->columns.karyotype = malloc(it.n_samples * sizeof *q->columns.karyotype);
    for (uint32_t s = 0; s < it.n_samples; s++)
        q->columns.karyotype[s] = karyotypes[below(n_kinds)];
    for (unsigned ploidy = 0; ploidy < SKR_N_PLOIDIES; ploidy++) {
        q->columns.expected[ploidy] = malloc(it.n_samples);
        q->columns.has_plain_ploidy[ploidy] = q->columns.is_one_copy[ploidy] = true;
        for (uint32_t s = 0; s < it.n_samples; s++) {
            uint8_t expected = skr_copies_expected((skr_ploidy)ploidy, q->columns.karyotype[s]);
            q->columns.expected[ploidy][s] = expected;
            q->columns.has_plain_ploidy[ploidy] &= expected == 1 || expected == 2;
            q->columns.is_one_copy[ploidy] &= expected == 1;
        }
    }
    for (uint32_t alt = 1; alt <= it.n_alts; alt++) {
        q->first_key[alt] = q->keys[alt - 1] = alt - 1;
        q->is_unknown[alt] = below(15) == 0;
    }
    q->first_key[it.n_alts + 1] = it.n_alts;
    q->named = (skr_named){.n_keys = it.n_alts,
                           .n_alts = it.n_alts,
                           .is_unknown = q->is_unknown,
                           .first_key = q->first_key,
                           .keys = q->keys,
                           .keeps_phase = true};
}

static void question_done(asked *q)
{
    free(q->columns.karyotype);
    for (unsigned ploidy = 0; ploidy < SKR_N_PLOIDIES; ploidy++)
        free(q->columns.expected[ploidy]);
}

/* What a fragment keeps of phase reads back as the haplotypes that were drawn. */
static void compare_phase(const skr_claims *claims, const skr_phase_place *place, const asked *q,
                          const slow *want, uint32_t key, const char *what)
{
    static skr_spoken said[N_SAMPLES_MAX];
    static uint8_t calls[N_SAMPLES_MAX];
    static uint8_t has_phase[N_SAMPLES_MAX];
    skr_buffer bytes = {0};
    const uint8_t *expected = q->columns.expected[q->ploidy];
    cr_assert(skr_phase_encode(&claims->phase, place, key, &claims->carriers[key], &bytes, &err) ==
              SKR_OK);
    skr_call_set_to_calls(&claims->calls, it.n_samples, calls);
    for (uint32_t s = 0; s < it.n_samples; s++) {
        uint8_t call = calls[s] == SKR_CALL_DEFAULT ? expected[s] : calls[s];
        said[s] = (skr_spoken){.n_copies = call > SKR_PLOIDY_MAX ? 0 : call};
        has_phase[s] =
            q->ploidy == SKR_PLOIDY_DIPLOID ||
            (q->ploidy != SKR_PLOIDY_MT && q->columns.karyotype[s].n_x != SKR_KARYOTYPE_UNKNOWN);
    }
    skr_cursor cursor = skr_cursor_of(bytes.bytes, bytes.n);
    skr_phase_decode(&cursor, it.n_samples, has_phase, &claims->carriers[key], said);
    cr_assert(skr_cursor_is_done(&cursor));
    for (uint32_t s = 0; s < it.n_samples; s++) {
        if (has_phase[s] == 0 || want->n_copies[s] == 0)
            continue;
        bool is_phased = it.is_phased[s] && want->n_copies[s] > 1;
        cr_assert(said[s].is_phased == is_phased && said[s].n_copies == want->n_copies[s] &&
                      (!is_phased || said[s].ways == want->ways[key][s]),
                  "%s, seed %llu: sample %u of %u, ALT %u: phased %d of %u copies, %x", what,
                  (unsigned long long)draw.seed, s, it.n_samples, key + 1, said[s].is_phased,
                  said[s].n_copies, said[s].ways);
    }
    skr_buffer_done(&bytes);
}

/* Reads the file, twice: claims are used again for the next record. */
static void read_and_compare(const char *path, const asked *q, const slow *want, const char *what)
{
    skr_vcf *vcf = NULL;
    skr_claims claims = {0};
    const skr_vcf_record *record = NULL;
    skr_vcf_plan plan = {.path = path, .name = "drawn", .gate = &q->gate, .n_threads = 1};
    cr_assert(skr_vcf_open(&plan, &vcf, &err) == SKR_OK, "%s", err.message);
    cr_assert(skr_vcf_next(vcf, &record, &err) == SKR_OK && record != NULL, "%s", err.message);
    for (int i = 0; i < 2; i++) {
        cr_assert(skr_claims_read(&claims, vcf, record, &q->gate, &q->columns, &q->named, q->ploidy,
                                  &err) == SKR_OK,
                  "%s", err.message);
        compare(&claims, want, q->columns.expected[q->ploidy], what);
        const skr_phase_place place = {vcf, record, NULL, it.n_samples, &q->named};
        for (uint32_t key = 0; key < 2 && key < it.n_alts; key++)
            compare_phase(&claims, &place, q, want, key, what);
    }
    cr_assert(skr_vcf_next(vcf, &record, &err) == SKR_OK && record == NULL);
    skr_claims_done(&claims);
    skr_vcf_close(vcf);
}

static void draw_and_compare(int n_rounds, bool is_gated)
{
    static slow want;
    static asked q;
    test_folder folder = test_folder_make();
    char bcf[SKR_TEST_PATH_MAX + 16];
    char vcf[SKR_TEST_PATH_MAX + 16];
    draw = test_random_drawn("record_claims");
    (void)snprintf(bcf, sizeof bcf, "%s/a.bcf", folder.path);
    (void)snprintf(vcf, sizeof vcf, "%s/a.vcf", folder.path);
    for (int i = 0; i < n_rounds; i++) {
        draw_record(is_gated);
        draw_question(&q, is_gated);
        read_slowly(&q.gate, q.columns.karyotype, q.ploidy, q.is_unknown, &want);
        write_bcf(bcf);
        read_and_compare(bcf, &q, &want, "BCF");
        if (it.n_ploidy > 0) {
            write_vcf(vcf);
            read_and_compare(vcf, &q, &want, "text");
        }
        question_done(&q);
    }
    test_folder_remove(&folder);
}

Test(record_claims, whole_columns_say_what_each_genotype_says)
{
    draw_and_compare(120, false);
}

Test(record_claims, whole_columns_are_gated_like_each_genotype)
{
    draw_and_compare(120, true);
}

/* Opens text of 20 cells of 0/0, one of them another; what became of it. */
static int open_with_cell(const char *path, unsigned where, const char *cell, uint16_t *ret_alleles)
{
    skr_gate gate = {.is_none = true};
    skr_vcf_plan plan = {.path = path, .name = "cells", .gate = &gate, .n_threads = 1};
    skr_vcf *vcf = NULL;
    skr_genotype genotype = {0};
    FILE *file = fopen(path, "w");
    fputs("##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT", file);
    for (unsigned s = 0; s < 20; s++)
        fprintf(file, "\ts%u", s);
    fputs("\n1\t1000\t.\tA\tC\t.\tPASS\t.\tGT", file);
    for (unsigned s = 0; s < 20; s++)
        fprintf(file, "\t%s", s == where ? cell : s % 2 == 0 ? "0/0" : "0|0");
    fputc('\n', file);
    cr_assert(fclose(file) == 0);
    int status = skr_vcf_open(&plan, &vcf, &err);
    if (status == SKR_OK)
        cr_assert(skr_vcf_genotype(vcf, where, &genotype, &err) == SKR_OK);
    ret_alleles[0] = genotype.n > 0 ? genotype.alleles[0] : 77;
    ret_alleles[1] = genotype.n > 1 ? genotype.alleles[1] : 77;
    skr_vcf_close(vcf);
    return status;
}

Test(record_claims, cells_read_eight_at_a_time_are_those_read_one_by_one)
{
    test_folder folder = test_folder_make();
    char path[SKR_TEST_PATH_MAX + 16];
    (void)snprintf(path, sizeof path, "%s/a.vcf", folder.path);
    for (unsigned at = 0; at < 3; at++) {
        for (unsigned byte = 1; byte < 256; byte++) {
            if (byte == 10)
                continue; /* ends the line */
            uint16_t together[2];
            uint16_t singly[2];
            char cell[4] = "0|0";
            cell[at] = (char)byte;
            int status = open_with_cell(path, 3, cell, together);
            cr_assert(open_with_cell(path, 18, cell, singly) == status, "byte %u at %u", byte, at);
            cr_assert(together[0] == singly[0] && together[1] == singly[1], "byte %u at %u", byte,
                      at);
        }
    }
    test_folder_remove(&folder);
}
