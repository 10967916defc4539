/*
 * import_facts.c - the facts of each sample, counted from what a delivery has beside plain 0/0.
 *
 * How many alleles are said and called is counted for all samples together by the base of the call
 * set of each row, and for those that are exceptions as a difference.
 */
#include "engine/import/genomes/import_facts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "index/contigs/contig.h"

/* Fewer genotypes on X say nothing of the sex. */
#define X_GENOTYPES_MIN 20u
/* Of the genotypes on X that are not REF, with two alleles: at least so many in a hundred where
 * there are two X, at most so many where there is one. */
#define X_HET_PERCENT_MIN 20u
#define X_HET_PERCENT_MAX 5u
/* Alleles on Y, for each hundred on X, that a Y has at least. */
#define Y_PERCENT_MIN 1u

/* Carriers are counted by what the allele is and by how they carry it. */
enum {
    CLASS_TRANSITION,
    CLASS_TRANSVERSION,
    CLASS_OTHER,
    N_CLASSES
};
#define N_CARRIED (2u * N_CLASSES) /* het and hom of each class */

/* So many records at most until depths of 8 bits are moved to the long sums. */
#define RECORDS_A_SUM 255u

typedef struct depths {
    uint64_t *sum; /* by sample */
    uint64_t *of;
    uint16_t *short_sum; /* of the last records of one joint file */
    uint8_t *short_of;
    unsigned n_short;     /* records in those */
    uint8_t *is_of_reads; /* by sample: what records say of depth is left out; NULL: of nobody */
} depths;

typedef struct callable {
    uint64_t *n_bases; /* by sample */
    uint64_t n_of;     /* bases of the contigs that came */
    bool is_length_unknown;
    bool is_counted; /* the contig at hand is */
} callable;

struct skr_import_facts {
    uint32_t n; /* samples */
    uint64_t n_said;
    uint64_t n_called;
    int32_t *said;     /* more than n_said; by sample */
    int32_t *called;   /* more than n_called */
    uint32_t *carried; /* N_CARRIED times n */
    uint32_t *singletons;
    uint32_t *x_het;
    uint32_t *x_hom;
    uint32_t *y_alt;
    bool has_y;        /* somebody has an allele there */
    depths depths;     /* made with the first depth */
    callable callable; /* made with the first contig */
    uint32_t contig;   /* of the row before; SKR_NONE: none */
    bool is_autosome;  /* it */
    uint32_t *old_of;  /* by sample, as it was counted; NULL: as it is */
    bool is_settled;   /* nothing is counted any more */
};

/* ------------------------------------------------------------------ beginning and end */

static int add_reads(skr_import *import, skr_err *err);

int skr_import_facts_new(skr_import *import, skr_err *err)
{
    skr_import_facts *facts = calloc(1, sizeof *facts);
    if (facts == NULL)
        return skr_fail_nomem(err, "facts about samples");
    import->facts = facts;
    size_t n = import->samples.names.n;
    facts->n = (uint32_t)n;
    facts->contig = SKR_NONE;
    facts->said = calloc(n, sizeof *facts->said);
    facts->called = calloc(n, sizeof *facts->called);
    facts->carried = calloc(n, N_CARRIED * sizeof *facts->carried);
    facts->singletons = calloc(n, sizeof *facts->singletons);
    facts->x_het = calloc(n, sizeof *facts->x_het);
    facts->x_hom = calloc(n, sizeof *facts->x_hom);
    facts->y_alt = calloc(n, sizeof *facts->y_alt);
    if (facts->said == NULL || facts->called == NULL || facts->carried == NULL ||
        facts->singletons == NULL || facts->x_het == NULL || facts->x_hom == NULL ||
        facts->y_alt == NULL)
        return skr_fail_nomem(err, "facts about samples");
    return add_reads(import, err);
}

void skr_import_facts_free(skr_import_facts *facts)
{
    if (facts == NULL)
        return;
    free(facts->said);
    free(facts->called);
    free(facts->carried);
    free(facts->singletons);
    free(facts->x_het);
    free(facts->x_hom);
    free(facts->y_alt);
    free(facts->depths.sum);
    free(facts->depths.of);
    free(facts->depths.short_sum);
    free(facts->depths.short_of);
    free(facts->depths.is_of_reads);
    free(facts->callable.n_bases);
    free(facts->old_of);
    free(facts);
}

bool skr_import_facts_is_autosome(const skr_import *import, const char *contig)
{
    const skr_build *build = import->build;
    return skr_contig_ploidy(build, contig, 0) == SKR_PLOIDY_DIPLOID &&
           skr_contig_ploidy_end0(build, contig, 0) == UINT32_MAX &&
           (build == NULL || skr_assembly_build_chromosome(build, contig) != NULL);
}

/* ------------------------------------------------------------------ depths */

static int need_depths(skr_import_facts *facts, skr_err *err)
{
    depths *all = &facts->depths;
    if (all->short_of != NULL)
        return SKR_OK;
    all->sum = calloc(facts->n, sizeof *all->sum);
    all->of = calloc(facts->n, sizeof *all->of);
    all->short_sum = calloc(facts->n, sizeof *all->short_sum);
    if (all->sum != NULL && all->of != NULL && all->short_sum != NULL)
        all->short_of = calloc(facts->n, sizeof *all->short_of);
    return all->short_of != NULL ? SKR_OK : skr_fail_nomem(err, "facts about samples");
}

/* Moves the short sums to the long ones. */
static void flush_depths(depths *all, uint32_t n)
{
    for (uint32_t i = 0; i < n && all->n_short > 0; i++) {
        all->sum[i] += all->short_sum[i];
        all->of[i] += all->short_of[i];
    }
    if (all->n_short > 0) {
        memset(all->short_sum, 0, n * sizeof *all->short_sum);
        memset(all->short_of, 0, n * sizeof *all->short_of);
    }
    all->n_short = 0;
}

typedef int8_t bytes_16 __attribute__((vector_size(16)));
typedef uint8_t counts_16 __attribute__((vector_size(16)));
typedef uint16_t words_8 __attribute__((vector_size(16)));

/* Depths of 8 bits, those below 0 missing, of all samples: 16 at a time. */
static void add_bytes(depths *all, const uint8_t *values, uint32_t n)
{
    const bytes_16 zero = {0};
    uint32_t i = 0;
    for (; i + 16 <= n; i += 16) {
        bytes_16 bytes;
        counts_16 of;
        words_8 sums[2];
        memcpy(&bytes, values + i, sizeof bytes);
        memcpy(&of, all->short_of + i, sizeof of);
        memcpy(sums, all->short_sum + i, sizeof sums);
        bytes_16 is_there = bytes >= zero;
        bytes &= is_there;
        of -= (counts_16)is_there; /* true is -1, which is 255 here */
        /* Each byte before a zero is a number of 16 bits. */
        sums[0] += (words_8)__builtin_shufflevector(bytes, zero, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20,
                                                    5, 21, 6, 22, 7, 23);
        sums[1] += (words_8)__builtin_shufflevector(bytes, zero, 8, 16, 9, 17, 10, 18, 11, 19, 12,
                                                    20, 13, 21, 14, 22, 15, 23);
        memcpy(all->short_of + i, &of, sizeof of);
        memcpy(all->short_sum + i, sums, sizeof sums);
    }
    for (; i < n; i++) {
        int8_t value = (int8_t)values[i];
        all->short_sum[i] = (uint16_t)(all->short_sum[i] + (value > 0 ? value : 0));
        all->short_of[i] = (uint8_t)(all->short_of[i] + (value >= 0));
    }
    all->n_short++;
}

/* The depth of a sample: DP, else MIN_DP; NAN where none is told. */
static float depth_of(const skr_vcf_record *record, uint32_t column)
{
    static const skr_gate_tag tags[] = {SKR_GATE_DP, SKR_GATE_MIN_DP};
    float depth = NAN;
    for (unsigned i = 0; i < 2 && isnan(depth); i++) {
        const skr_values *values = &record->numbers[tags[i]];
        if (values->values != NULL)
            depth = skr_genotype_scan_values(values, (size_t)column * values->n_each);
    }
    return depth;
}

static void add_depth(skr_import_facts *facts, uint32_t sample, float depth, uint64_t n)
{
    const uint8_t *is_of_reads = facts->depths.is_of_reads;
    if (isnan(depth) || depth < 0 || depth > 1e9F ||
        (is_of_reads != NULL && is_of_reads[sample] != 0))
        return;
    facts->depths.sum[sample] += (uint64_t)depth * n;
    facts->depths.of[sample] += n;
}

int skr_import_facts_depths(const skr_place *at, skr_err *err)
{
    const skr_import_file *file = &at->import->files[at->file];
    const skr_columns *columns = &file->columns;
    const skr_vcf_record *record = at->record;
    const skr_values *values = &record->numbers[SKR_GATE_DP];
    skr_import_facts *facts = at->import->facts;
    if (!at->contig->is_autosome || file->is_reads ||
        (values->values == NULL && record->numbers[SKR_GATE_MIN_DP].values == NULL))
        return SKR_OK;
    SKR_TRY(need_depths(facts, err));
    if (facts->depths.is_of_reads == NULL && file->is_identity && columns->column == NULL &&
        values->values != NULL && values->type == SKR_VALUE_INT8 && values->n_each == 1 &&
        record->numbers[SKR_GATE_MIN_DP].values == NULL) {
        add_bytes(&facts->depths, values->values, facts->n);
        if (facts->depths.n_short == RECORDS_A_SUM)
            flush_depths(&facts->depths, facts->n);
        return SKR_OK;
    }
    for (uint32_t i = 0; i < columns->n; i++)
        add_depth(facts, file->local[i],
                  depth_of(record, columns->column != NULL ? columns->column[i] : i), 1);
    return SKR_OK;
}

int skr_import_facts_block(const skr_place *at, uint32_t sample, uint32_t n_bases, skr_err *err)
{
    const skr_import_file *file = &at->import->files[at->file];
    const skr_columns *columns = &file->columns;
    if (!at->contig->is_autosome || file->is_reads)
        return SKR_OK;
    float depth = depth_of(at->record, columns->column != NULL ? columns->column[sample] : sample);
    if (isnan(depth))
        depth = at->record->info_depth;
    if (isnan(depth))
        return SKR_OK;
    SKR_TRY(need_depths(at->import->facts, err));
    add_depth(at->import->facts, file->local[sample], depth, n_bases);
    return SKR_OK;
}

/* Of files of reads the depth is known before anything is read. */
static int add_reads(skr_import *import, skr_err *err)
{
    skr_import_facts *facts = import->facts;
    for (uint32_t f = 0; f < import->n_files; f++) {
        const skr_import_file *file = &import->files[f];
        if (file->depth_of == 0)
            continue;
        SKR_TRY(need_depths(facts, err));
        if (facts->depths.is_of_reads == NULL)
            facts->depths.is_of_reads = calloc(facts->n, 1);
        if (facts->depths.is_of_reads == NULL)
            return skr_fail_nomem(err, "facts about samples");
        for (uint32_t i = 0; i < file->columns.n; i++) {
            facts->depths.is_of_reads[file->local[i]] = 1;
            facts->depths.sum[file->local[i]] += file->depth_sum;
            facts->depths.of[file->local[i]] += file->depth_of;
        }
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ X and Y */

void skr_import_facts_sex(const skr_place *at, skr_ploidy ploidy)
{
    const skr_claims *claims = &at->import->record.claims;
    const uint32_t *local = at->import->files[at->file].local;
    skr_import_facts *facts = at->import->facts;
    for (uint32_t i = 0; i < claims->n_sexual; i++) {
        uint32_t sample = local[claims->sexual[i].sample];
        if (ploidy == SKR_PLOIDY_Y) {
            facts->y_alt[sample]++;
            facts->has_y = true;
        } else if (claims->sexual[i].is_het) {
            facts->x_het[sample]++;
        } else {
            facts->x_hom[sample]++;
        }
    }
}

/* What X and Y look like. Without any allele on Y in the delivery X decides alone. */
static skr_sample_sex sex_of(const skr_import_facts *facts, uint32_t sample)
{
    uint64_t n_het = facts->x_het[sample];
    uint64_t n_x = n_het + facts->x_hom[sample];
    bool has_y = (uint64_t)facts->y_alt[sample] * 100 >= n_x * Y_PERCENT_MIN;
    if (n_x < X_GENOTYPES_MIN)
        return SKR_SEX_TOO_LITTLE;
    if (n_het * 100 >= n_x * X_HET_PERCENT_MIN)
        return facts->has_y && has_y ? SKR_SEX_UNCLEAR : SKR_SEX_LIKE_XX;
    if (n_het * 100 > n_x * X_HET_PERCENT_MAX)
        return SKR_SEX_UNCLEAR;
    return !facts->has_y || has_y ? SKR_SEX_LIKE_XY : SKR_SEX_UNCLEAR;
}

/* Is it another sex than the sheet's? One X without a Y in the delivery is XY or XO. */
static bool sex_differs(const skr_import *import, uint32_t sample)
{
    skr_karyotype sheet = import->samples.list[sample].karyotype;
    uint64_t sex = skr_import_facts_of(import, sample, SKR_FACT_SEX);
    if (sheet.n_x == SKR_KARYOTYPE_UNKNOWN)
        return false;
    if (sex == SKR_SEX_LIKE_XX)
        return sheet.n_x < 2 || sheet.n_y > 0;
    return sex == SKR_SEX_LIKE_XY && (sheet.n_x != 1 || (sheet.n_y == 0 && import->facts->has_y));
}

uint32_t skr_import_facts_sex_differs(const skr_import *import, uint32_t *ret_first)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < import->samples.names.n; i++) {
        if (!sex_differs(import, i))
            continue;
        if (n++ == 0)
            *ret_first = i;
    }
    return n;
}

/* ------------------------------------------------------------------ rows */

static bool is_purine(char base)
{
    return base == 'A' || base == 'G';
}

static unsigned class_of(const skr_allele *allele)
{
    if (allele->kind != SKR_ALLELE_SNV || memchr("ACGT", allele->ref[0], 4) == NULL ||
        memchr("ACGT", allele->alt[0], 4) == NULL)
        return CLASS_OTHER;
    return is_purine(allele->ref[0]) == is_purine(allele->alt[0]) ? CLASS_TRANSITION
                                                                  : CLASS_TRANSVERSION;
}

static bool is_said(uint8_t call)
{
    return call != SKR_CALL_NO_STATEMENT;
}

/* On an autosome two copies are expected. */
static bool is_called(uint8_t call)
{
    return call == SKR_CALL_DEFAULT || (call >= 2 && call <= SKR_PLOIDY_MAX);
}

static void add_calls(skr_import_facts *facts, const skr_call_set *calls)
{
    int said = is_said(calls->flip) - is_said(calls->base);
    int called = is_called(calls->flip) - is_called(calls->base);
    facts->n_said += is_said(calls->base);
    facts->n_called += is_called(calls->base);
    for (uint32_t i = 0; i < calls->n_flips && said != 0; i++)
        facts->said[calls->flips[i]] += said;
    for (uint32_t i = 0; i < calls->n_flips && called != 0; i++)
        facts->called[calls->flips[i]] += called;
    for (uint32_t i = 0; i < calls->n_exceptions; i++) {
        const skr_call_exception *one = &calls->exceptions[i];
        facts->said[one->sample] += is_said(one->call) - is_said(calls->base);
        facts->called[one->sample] += is_called(one->call) - is_called(calls->base);
    }
}

static void add_carriers(skr_import_facts *facts, unsigned class, const skr_carriers *carriers)
{
    uint32_t *het = facts->carried + (size_t)2 * class * facts->n;
    uint32_t *by_dosage[] = {het, het + facts->n};
    for (uint32_t i = 0; i < carriers->n; i++)
        by_dosage[carriers->dosages[i] - 1][carriers->samples[i]]++;
    for (uint32_t i = 0; i < carriers->n_bags; i++) {
        const skr_bag *bag = &carriers->bags[i];
        if (bag->zygosity == SKR_HET || bag->zygosity == SKR_HOM)
            by_dosage[bag->zygosity == SKR_HOM][bag->sample]++;
    }
    if (carriers->n == 1 && carriers->n_bags == 0 && carriers->dosages[0] == 1)
        facts->singletons[carriers->samples[0]]++;
    if (carriers->n == 0 && carriers->n_bags == 1 && carriers->bags[0].n_this == 1)
        facts->singletons[carriers->bags[0].sample]++;
}

void skr_import_facts_row(skr_import *import, const skr_allele *allele,
                          const skr_carriers *carriers, const skr_call_set *calls, bool has_failed)
{
    skr_import_facts *facts = import->facts;
    if (facts->is_settled)
        return;
    if (allele->contig != facts->contig) {
        const skr_assembly *assembly = &import->manifest->assemblies[import->assembly];
        facts->contig = allele->contig;
        facts->is_autosome =
            skr_import_facts_is_autosome(import, assembly->contigs[allele->contig].name);
    }
    /* The bases of a longer replacement have rows of their own. */
    if (!facts->is_autosome || allele->kind == SKR_ALLELE_MNV || allele->kind == SKR_ALLELE_SV ||
        (has_failed && !import->request->gate.is_none))
        return;
    add_calls(facts, calls);
    add_carriers(facts, class_of(allele), carriers);
}

/* ------------------------------------------------------------------ coverage */

int skr_import_facts_contig(skr_import *import, uint32_t contig, skr_err *err)
{
    callable *all = &import->facts->callable;
    const skr_contig *one = &import->manifest->assemblies[import->assembly].contigs[contig];
    const skr_chromosome *known = skr_assembly_build_chromosome(import->build, one->name);
    uint32_t length = one->length > 0 ? one->length : known != NULL ? known->length : 0;
    all->is_counted = !import->facts->is_settled && skr_import_facts_is_autosome(import, one->name);
    if (!all->is_counted)
        return SKR_OK;
    if (all->n_bases == NULL)
        all->n_bases = calloc(import->facts->n, sizeof *all->n_bases);
    if (all->n_bases == NULL)
        return skr_fail_nomem(err, "facts about samples");
    all->n_of += length;
    all->is_length_unknown = all->is_length_unknown || length == 0;
    return SKR_OK;
}

void skr_import_facts_cover(skr_import *import, const skr_cover_run *runs, const uint32_t *first)
{
    callable *all = &import->facts->callable;
    for (uint32_t sample = 0; sample < import->facts->n && all->is_counted; sample++)
        for (uint32_t i = first[sample]; i < first[sample + 1]; i++)
            if (runs[i].call == SKR_CALL_DEFAULT ||
                (runs[i].call >= 1 && runs[i].call <= SKR_PLOIDY_MAX))
                all->n_bases[sample] += runs[i].end0 - runs[i].start0;
}

/* ------------------------------------------------------------------ what was found */

/* Carriers of some classes, by how they carry: from and with them every `step`. */
static uint64_t sum_carried(const skr_import_facts *facts, uint32_t sample, unsigned from,
                            unsigned to, unsigned step)
{
    uint64_t n = 0;
    for (unsigned i = from; i < to; i += step)
        n += facts->carried[(size_t)i * facts->n + sample];
    return n;
}

static uint64_t depth_fact(const skr_import_facts *facts, uint32_t sample, bool is_sum)
{
    const depths *all = &facts->depths;
    if (all->short_of == NULL)
        return 0;
    return is_sum ? all->sum[sample] + all->short_sum[sample]
                  : all->of[sample] + all->short_of[sample];
}

static uint64_t callable_fact(const skr_import_facts *facts, uint32_t sample, bool is_whole)
{
    const callable *all = &facts->callable;
    if (all->n_bases == NULL || all->is_length_unknown)
        return 0;
    return is_whole ? all->n_of : all->n_bases[sample];
}

uint64_t skr_import_facts_of(const skr_import *import, uint32_t sample, skr_sample_fact fact)
{
    const skr_import_facts *facts = import->facts;
    sample = facts->old_of == NULL ? sample : facts->old_of[sample];
    switch (fact) {
    case SKR_FACT_SAID:
        return (uint64_t)((int64_t)facts->n_said + facts->said[sample]);
    case SKR_FACT_CALLED:
        return (uint64_t)((int64_t)facts->n_called + facts->called[sample]);
    case SKR_FACT_HET:
        return sum_carried(facts, sample, 0, N_CARRIED, 2);
    case SKR_FACT_HOM:
        return sum_carried(facts, sample, 1, N_CARRIED, 2);
    case SKR_FACT_TRANSITIONS:
        return sum_carried(facts, sample, 2 * CLASS_TRANSITION, 2 * CLASS_TRANSITION + 2, 1);
    case SKR_FACT_TRANSVERSIONS:
        return sum_carried(facts, sample, 2 * CLASS_TRANSVERSION, 2 * CLASS_TRANSVERSION + 2, 1);
    case SKR_FACT_SINGLETONS:
        return facts->singletons[sample];
    case SKR_FACT_TOGETHER:
        return facts->n;
    case SKR_FACT_DEPTH_SUM:
    case SKR_FACT_DEPTH_OF:
        return depth_fact(facts, sample, fact == SKR_FACT_DEPTH_SUM);
    case SKR_FACT_CALLABLE:
    case SKR_FACT_CALLABLE_OF:
        return callable_fact(facts, sample, fact == SKR_FACT_CALLABLE_OF);
    case SKR_FACT_X_HET:
        return facts->x_het[sample];
    case SKR_FACT_X_HOM:
        return facts->x_hom[sample];
    case SKR_FACT_Y_ALT:
        return facts->y_alt[sample];
    case SKR_FACT_SEX:
        return sex_of(facts, sample);
    case SKR_N_SAMPLE_FACTS:
        break;
    }
    return 0;
}

void skr_import_facts_settle(skr_import_facts *facts, uint32_t *old_of)
{
    facts->old_of = old_of;
    facts->is_settled = true;
}

static uint64_t give(const void *context, uint32_t sample, skr_sample_fact fact)
{
    return skr_import_facts_of(context, sample, fact);
}

skr_facts_source skr_import_facts_source(const skr_import *import)
{
    return (skr_facts_source){give, import};
}
