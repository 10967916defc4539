/*
 * record_claims.c - from a matrix of genotypes to carriers and calls.
 *
 * Nearly all genotypes of a large file are 0/0, and pass the gate. genotype_scan.h tells them 64 at
 * a time; whatever is something else goes through the rules of genotype.h one by one.
 */
#include "engine/import/genomes/record_claims.h"

#include "storage/base/array.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ growing lists */

static int push_no_call(skr_claims *claims, uint32_t sample, skr_err *err)
{
    SKR_TRY(SKR_ARRAY_RESERVE(&claims->no_calls, &claims->n_no_calls_max, claims->n_no_calls + 1,
                              "calls of a record", err));
    claims->no_calls[claims->n_no_calls++] = sample;
    return SKR_OK;
}

static int push_exception(skr_claims *claims, uint32_t sample, uint8_t call, skr_err *err)
{
    skr_call_set *calls = &claims->calls;
    SKR_TRY(SKR_ARRAY_RESERVE(&calls->exceptions, &claims->n_exceptions_max,
                              calls->n_exceptions + 1, "calls of a record", err));
    calls->exceptions[calls->n_exceptions++] = (skr_call_exception){sample, call};
    return SKR_OK;
}

static int clear(skr_claims *claims, uint32_t n_keys, skr_err *err)
{
    uint32_t n_before = claims->n_carriers_max;
    SKR_TRY(SKR_ARRAY_RESERVE(&claims->carriers, &claims->n_carriers_max, n_keys,
                              "carriers of a record", err));
    if (claims->n_carriers_max > n_before) /* a record without an allele has no list at all */
        memset(claims->carriers + n_before, 0,
               (claims->n_carriers_max - n_before) * sizeof *claims->carriers);
    SKR_TRY(SKR_ARRAY_RESERVE(&claims->n_this, &claims->n_this_max, n_keys, "carriers of a record",
                              err));
    for (uint32_t i = 0; i < n_keys; i++)
        skr_carriers_clear(&claims->carriers[i]);
    claims->n_no_calls = 0;
    claims->calls.n_exceptions = 0;
    skr_phase_clear(&claims->phase);
    claims->n_sexual = 0;
    claims->n_failed_gate = 0;
    claims->n_het_on_haploid = 0;
    claims->n_no_copy = 0;
    return SKR_OK;
}

/* ------------------------------------------------------------------ one genotype */

typedef struct reading {
    skr_claims *claims;
    const skr_vcf *vcf;
    const skr_vcf_record *record;
    const skr_gate *gate;
    const skr_columns *columns;
    const skr_named *named;
    skr_ploidy ploidy;
    const skr_genotype_scan *scan; /* NULL: samples are read one by one */
} reading;

static float first_value(const skr_values *values, uint32_t column)
{
    return values->values == NULL
               ? NAN
               : skr_genotype_scan_values(values, (size_t)column * values->n_each);
}

/* Rule 3. The genotype is as written. */
static bool passes(const reading *r, uint32_t column, uint8_t expected, bool is_expected_known,
                   const skr_genotype *genotype)
{
    const skr_vcf_record *record = r->record;
    if (r->gate->is_none)
        return true;
    skr_gate_facts facts = {
        .worst = record->filter,
        .is_hom_ref = skr_genotype_is_hom_ref(genotype),
        .is_one_copy = genotype->n == 1 || (is_expected_known && expected == 1),
    };
    for (size_t tag = 0; tag < SKR_N_GATE_TAGS; tag++)
        facts.numbers[tag] = first_value(&record->numbers[tag], column);
    if (r->named->is_block && isnan(skr_gate_depth(&facts)))
        facts.numbers[SKR_GATE_DP] = record->info_depth;
    if (record->ft != NULL && record->ft[column] > facts.worst)
        facts.worst = (skr_filter)record->ft[column];
    if (!skr_gate_passes(r->gate, &facts))
        return false;
    float depth = skr_gate_depth(&facts);
    if (!record->has_ad || isnan(depth) || !skr_genotype_is_het(genotype))
        return true;
    for (uint32_t i = 0; i < genotype->n; i++) {
        uint16_t allele = genotype->alleles[i];
        if (allele != 0 && allele != SKR_COPY_UNKNOWN &&
            !skr_gate_balance_passes(r->gate, skr_vcf_ad(r->vcf, column, allele), depth))
            return false;
    }
    return true;
}

/* Counts the copies of every key, and adds the carriers. */
static int add_carriers(const reading *r, uint32_t sample, uint8_t expected,
                        const skr_genotype *genotype, skr_err *err)
{
    const skr_named *named = r->named;
    uint8_t *n_this = r->claims->n_this;
    for (uint32_t i = 0; i < genotype->n; i++) {
        uint16_t allele = genotype->alleles[i];
        if (allele == 0 || allele == SKR_COPY_UNKNOWN)
            continue;
        for (uint32_t k = named->first_key[allele]; k < named->first_key[allele + 1]; k++)
            n_this[named->keys[k]] = 0;
    }
    for (uint32_t i = 0; i < genotype->n; i++) {
        uint16_t allele = genotype->alleles[i];
        if (allele == 0 || allele == SKR_COPY_UNKNOWN)
            continue;
        for (uint32_t k = named->first_key[allele]; k < named->first_key[allele + 1]; k++)
            if (r->ploidy != SKR_PLOIDY_MT || n_this[named->keys[k]] == 0)
                n_this[named->keys[k]]++;
    }
    for (uint32_t i = 0; i < genotype->n; i++) {
        uint16_t allele = genotype->alleles[i];
        if (allele == 0 || allele == SKR_COPY_UNKNOWN)
            continue;
        for (uint32_t k = named->first_key[allele]; k < named->first_key[allele + 1]; k++) {
            uint32_t key = named->keys[k];
            if (n_this[key] == 0)
                continue; /* added already */
            skr_zygosity zygosity = skr_genotype_zygosity(genotype, n_this[key], r->ploidy);
            SKR_TRY(skr_carriers_add_call(&r->claims->carriers[key],
                                          (skr_bag){sample, n_this[key], (uint8_t)zygosity},
                                          (uint8_t)genotype->n_called, expected, err));
            n_this[key] = 0;
        }
    }
    return SKR_OK;
}

/* Notes a genotype on X or Y as it is written, before the karyotype settles it. */
static int note_sexual(const reading *r, uint32_t sample, const skr_genotype *genotype,
                       skr_err *err)
{
    skr_claims *claims = r->claims;
    bool has_alt = false;
    if (r->ploidy != SKR_PLOIDY_X && r->ploidy != SKR_PLOIDY_Y)
        return SKR_OK;
    for (uint32_t i = 0; i < genotype->n; i++)
        has_alt |= genotype->alleles[i] != 0 && genotype->alleles[i] != SKR_COPY_UNKNOWN;
    if (!has_alt)
        return SKR_OK;
    SKR_TRY(SKR_ARRAY_RESERVE(&claims->sexual, &claims->n_sexual_max, claims->n_sexual + 1,
                              "calls of a record", err));
    claims->sexual[claims->n_sexual++] = (skr_record_xy){sample, skr_genotype_is_het(genotype)};
    return SKR_OK;
}

/* Reads, gates and settles the genotype of one sample. */
static int settle_one(const reading *r, uint32_t sample, skr_genotype *ret_genotype,
                      bool *ret_has_copies, skr_err *err)
{
    const skr_columns *columns = r->columns;
    skr_claims *claims = r->claims;
    skr_genotype *genotype = ret_genotype;
    uint32_t column = columns->column != NULL ? columns->column[sample] : sample;
    skr_karyotype karyotype = columns->karyotype[sample];
    bool is_expected_known = r->ploidy == SKR_PLOIDY_MT || r->ploidy == SKR_PLOIDY_DIPLOID ||
                             karyotype.n_x != SKR_KARYOTYPE_UNKNOWN;
    bool has_called = false;
    SKR_TRY(skr_vcf_genotype(r->vcf, column, genotype, err));
    bool is_het = skr_genotype_is_het(genotype);
    bool is_passing =
        passes(r, column, columns->expected[r->ploidy][sample], is_expected_known, genotype);
    for (uint32_t i = 0; i < genotype->n; i++) {
        has_called = has_called || genotype->alleles[i] != SKR_COPY_UNKNOWN;
        if (genotype->alleles[i] != SKR_COPY_UNKNOWN && r->named->is_unknown[genotype->alleles[i]])
            genotype->alleles[i] = SKR_COPY_UNKNOWN;
    }
    if (is_passing)
        SKR_TRY(note_sexual(r, sample, genotype, err));
    skr_settled settled = skr_genotype_settle(genotype, r->ploidy, karyotype);
    *ret_has_copies = settled != SKR_SETTLED_NO_COPY;
    claims->n_no_copy += settled == SKR_SETTLED_NO_COPY && has_called;
    claims->n_het_on_haploid += settled == SKR_SETTLED_HET_ON_HAPLOID;
    /* On one copy 1/2 is a contradiction, even where nobody can say what allele 2 is. */
    if (settled == SKR_SETTLED && is_het && genotype->n == 1 && r->ploidy != SKR_PLOIDY_MT)
        skr_genotype_forget(genotype);
    if (!is_passing && *ret_has_copies) {
        claims->n_failed_gate += has_called;
        skr_genotype_forget(genotype);
    }
    return SKR_OK;
}

/* Notes how many copies of a sample are called, unless that is the default. */
static int note_call(const reading *r, uint32_t sample, uint32_t n_called, skr_err *err)
{
    if (n_called == 0)
        return push_no_call(r->claims, sample, err);
    if (n_called != r->columns->expected[r->ploidy][sample])
        return push_exception(r->claims, sample, (uint8_t)n_called, err);
    return SKR_OK;
}

/* One sample, by all the rules. */
static int read_one(const reading *r, uint32_t sample, skr_err *err)
{
    skr_genotype genotype;
    bool has_copies;
    const skr_columns *columns = r->columns;
    if (r->record->uses_len &&
        skr_vcf_is_entry_missing(r->vcf,
                                 columns->column != NULL ? columns->column[sample] : sample))
        return push_exception(r->claims, sample, SKR_CALL_NO_STATEMENT, err);
    int status = settle_one(r, sample, &genotype, &has_copies, err);
    if (status != SKR_OK || !has_copies)
        return status; /* the default is no copy */
    status = note_call(r, sample, genotype.n_called, err);
    if (status != SKR_OK || genotype.n_called == 0)
        return status;
    status = skr_phase_add(&r->claims->phase, sample, &genotype,
                           r->columns->expected[r->ploidy][sample], err);
    return status != SKR_OK
               ? status
               : add_carriers(r, sample, r->columns->expected[r->ploidy][sample], &genotype, err);
}

/* ------------------------------------------------------------------ whole columns */

/* Fewer samples are read one by one sooner than a scan of them has begun. */
#define N_WORTH_SCANNING 4u

/* Samples that are scanned at a time: their bits stay in the nearest cache. */
#define N_SCANNED SKR_PHASE_PAIRS_MAX
#define N_SCANNED_WORDS (N_SCANNED / 64)

/* Has every sample one value of each number? */
static bool can_scan(const skr_vcf_record *record)
{
    for (size_t tag = 0; tag < SKR_N_GATE_TAGS; tag++)
        if (record->numbers[tag].values != NULL && record->numbers[tag].n_each != 1)
            return false;
    return true;
}

/* Is a genotype of REF alone, whose numbers are high enough, plainly the default? */
static bool can_skip_hom_ref(const reading *r)
{
    const skr_vcf_record *record = r->record;
    if (record->gt == NULL || r->columns->column != NULL ||
        (r->named->is_block && !isnan(record->info_depth)))
        return false;
    if (!r->gate->is_none && (record->filter == SKR_FILTER_FAIL || !can_scan(record)))
        return false;
    return (record->n_ploidy == 2 && r->columns->has_plain_ploidy[r->ploidy]) ||
           (record->n_ploidy == 1 && r->columns->is_one_copy[r->ploidy]);
}

/* Are pairs of bytes that name REF and the first ALT plain carriers, and pairs of '.' no-calls? */
static bool has_plain_pairs(const reading *r)
{
    const skr_vcf_record *record = r->record;
    bool has_balance = record->has_ad && (record->numbers[SKR_GATE_DP].values != NULL ||
                                          record->numbers[SKR_GATE_MIN_DP].values != NULL);
    return !record->uses_len && record->n_ploidy == 2 && record->gt_width == 1 &&
           r->ploidy == SKR_PLOIDY_DIPLOID && r->named->n_alts == 1 && r->named->n_keys == 1 &&
           r->named->first_key[2] - r->named->first_key[1] == 1 && !r->named->is_unknown[1] &&
           (r->gate->is_none || (record->filter == SKR_FILTER_PASS && !has_balance));
}

/* Adds marks for the samples from `from` on that the gate may refuse. */
static void mark_refused(const reading *r, uint32_t from, uint32_t n, uint64_t *marks)
{
    static const size_t sizes[] = {
        [SKR_VALUE_INT8] = 1, [SKR_VALUE_INT16] = 2, [SKR_VALUE_INT32] = 4, [SKR_VALUE_FLOAT] = 4};
    const skr_gate *gate = r->gate;
    double limits[SKR_N_GATE_TAGS];
    if (gate->is_none)
        return;
    skr_gate_limits(gate, limits);
    for (size_t tag = 0; tag < SKR_N_GATE_TAGS; tag++) {
        const skr_values *field = &r->record->numbers[tag];
        if (field->values != NULL)
            r->scan->add_below((const uint8_t *)field->values + from * sizes[field->type], n,
                               field->type, limits[tag], marks);
    }
    for (uint32_t i = 0; r->record->ft != NULL && i < n; i++)
        marks[i / 64] |= (uint64_t)(r->record->ft[from + i] != SKR_FILTER_PASS) << i % 64;
}

/* The samples of a word of marks, by all the rules. */
static int read_marked(const reading *r, uint32_t from, uint64_t marks, skr_err *err)
{
    int status = SKR_OK;
    for (; marks != 0 && status == SKR_OK; marks &= marks - 1)
        status = read_one(r, from + (uint32_t)__builtin_ctzll(marks), err);
    return status;
}

/* Whatever is not REF alone is looked at. */
static int scan_samples(const reading *r, uint32_t from, uint32_t n, skr_err *err)
{
    static const uint64_t masks[] = {0, UINT64_C(0xfefefefefefefefe), UINT64_C(0xfffefffefffefffe),
                                     0, UINT64_C(0xfffffffefffffffe)};
    static const uint64_t values[] = {0, UINT64_C(0x0202020202020202), UINT64_C(0x0002000200020002),
                                      0, UINT64_C(0x0000000200000002)};
    const skr_vcf_record *record = r->record;
    unsigned n_bytes = record->gt_width * record->n_ploidy;
    uint64_t marks[N_SCANNED_WORDS];
    (void)r->scan->mark_unlike((const uint8_t *)record->gt + (size_t)from * n_bytes, n, n_bytes,
                               masks[record->gt_width], values[record->gt_width], marks);
    mark_refused(r, from, n, marks);
    int status = SKR_OK;
    for (uint32_t i = 0; i < n && status == SKR_OK; i += 64)
        if (marks[i / 64] != 0)
            status = read_marked(r, from + i, marks[i / 64], err);
    return status;
}

/* The samples of a word that are plain carriers or plain no-calls. */
static int add_plain(const reading *r, uint32_t from, uint64_t carriers, uint64_t homs,
                     uint64_t missing, skr_err *err)
{
    int status = SKR_OK;
    if (carriers != 0)
        status = skr_carriers_add_word(&r->claims->carriers[0], from, carriers, homs, err);
    for (; missing != 0 && status == SKR_OK; missing &= missing - 1)
        status = push_no_call(r->claims, from + (uint32_t)__builtin_ctzll(missing), err);
    return status;
}

/* Pairs of bytes: what is plain needs no rule. */
static int scan_pairs(const reading *r, uint32_t from, uint32_t n, unsigned *ret_written,
                      skr_err *err)
{
    uint64_t marks[4][N_SCANNED_WORDS];
    uint64_t refused[N_SCANNED_WORDS] = {0};
    skr_pair_planes planes = {marks[0], marks[1], marks[2], marks[3]};
    (void)r->scan->sort_pairs((const uint8_t *)r->record->gt + 2 * (size_t)from, n, &planes,
                              ret_written);
    mark_refused(r, from, n, refused);
    for (uint32_t i = 0; i < (n + 63) / 64; i++) {
        uint64_t others = planes.others[i] | refused[i];
        uint64_t plain = planes.carriers[i] | planes.missing[i];
        if ((others | plain) == 0)
            continue;
        /* One by one keeps the lists in order; few words have both. */
        SKR_TRY(others == 0 ? add_plain(r, from + 64 * i, planes.carriers[i], planes.homs[i],
                                        planes.missing[i], err)
                            : read_marked(r, from + 64 * i, others | plain, err));
    }
    return SKR_OK;
}

/* Looks closer at the samples only that are not plainly the default. */
static int scan_columns(const reading *r, skr_err *err)
{
    bool is_plain = has_plain_pairs(r);
    int status = SKR_OK;
    for (uint32_t from = 0; from < r->columns->n && status == SKR_OK; from += N_SCANNED) {
        uint32_t n = r->columns->n - from < N_SCANNED ? r->columns->n - from : N_SCANNED;
        unsigned written = SKR_WRITTEN_SLASH | SKR_WRITTEN_BAR; /* nobody has looked */
        status = is_plain ? scan_pairs(r, from, n, &written, err) : scan_samples(r, from, n, err);
        if (status == SKR_OK && r->named->keeps_phase && r->record->n_ploidy == 2)
            status = skr_phase_read_pairs(&r->claims->phase, r->record, from, n, written, err);
    }
    return status;
}

/* Is the genotype of a sample plainly the default? What scan_samples asks of many, of one. */
static bool is_plain_default(const reading *r, uint32_t sample, const double *limits)
{
    const skr_vcf_record *record = r->record;
    const uint8_t *gt = (const uint8_t *)record->gt + (size_t)sample * record->n_ploidy;
    if (record->gt_width != 1)
        return false;
    for (uint32_t i = 0; i < record->n_ploidy; i++)
        if ((gt[i] & 0xfe) != 2)
            return false;
    if (r->gate->is_none)
        return true;
    for (size_t tag = 0; tag < SKR_N_GATE_TAGS; tag++)
        if ((double)first_value(&record->numbers[tag], sample) < limits[tag])
            return false;
    return record->ft == NULL || record->ft[sample] == SKR_FILTER_PASS;
}

/* Looks at few samples one by one; at those that are plainly the default no closer. */
static int read_columns(const reading *r, skr_err *err)
{
    bool can_skip = can_skip_hom_ref(r);
    double limits[SKR_N_GATE_TAGS];
    int status = SKR_OK;
    skr_gate_limits(r->gate, limits);
    for (uint32_t sample = 0; sample < r->columns->n && status == SKR_OK; sample++)
        if (!can_skip || !is_plain_default(r, sample, limits))
            status = read_one(r, sample, err);
    return status;
}

/* Turns the lists into the call set that needs the shorter one. */
static int finish(skr_claims *claims, uint32_t n, skr_err *err)
{
    skr_call_set *calls = &claims->calls;
    calls->base = SKR_CALL_DEFAULT;
    calls->flip = SKR_CALL_NO_CALL;
    calls->flips = claims->no_calls;
    calls->n_flips = claims->n_no_calls;
    uint32_t n_default = n - claims->n_no_calls - calls->n_exceptions;
    if (claims->n_no_calls <= n_default)
        return SKR_OK;

    SKR_TRY(SKR_ARRAY_RESERVE(&claims->flips, &claims->n_flips_max, n_default, "calls of a record",
                              err));
    uint32_t i = 0;
    uint32_t j = 0;
    uint32_t n_flips = 0;
    for (uint32_t sample = 0; sample < n; sample++) {
        if (i < claims->n_no_calls && claims->no_calls[i] == sample)
            i++;
        else if (j < calls->n_exceptions && calls->exceptions[j].sample == sample)
            j++;
        else
            claims->flips[n_flips++] = sample;
    }
    calls->base = SKR_CALL_NO_CALL;
    calls->flip = SKR_CALL_DEFAULT;
    calls->flips = claims->flips;
    calls->n_flips = n_flips;
    return SKR_OK;
}

int skr_claims_read(skr_claims *claims, const skr_vcf *vcf, const skr_vcf_record *record,
                    const skr_gate *gate, const skr_columns *columns, const skr_named *named,
                    skr_ploidy ploidy, skr_err *err)
{
    reading r = {claims, vcf, record, gate, columns, named, ploidy, NULL};
    SKR_TRY(clear(claims, named->n_keys, err));
    int status = SKR_OK;
    if (columns->n >= N_WORTH_SCANNING && can_skip_hom_ref(&r)) {
        r.scan = skr_genotype_scan_chosen();
        status = scan_columns(&r, err);
    } else {
        status = read_columns(&r, err);
    }
    if (status == SKR_OK && named->keeps_phase && !claims->phase.is_read)
        status = skr_phase_read(&claims->phase, vcf, record, columns->column, columns->n, err);
    return status != SKR_OK ? status : finish(claims, columns->n, err);
}

void skr_claims_unknown(skr_claims *claims)
{
    claims->calls.base = SKR_CALL_NO_CALL;
    claims->calls.flip = SKR_CALL_DEFAULT;
    claims->calls.flips = NULL;
    claims->calls.n_flips = 0;
    claims->calls.n_exceptions = 0;
}

void skr_claims_done(skr_claims *claims)
{
    for (uint32_t i = 0; i < claims->n_carriers_max; i++)
        skr_carriers_done(&claims->carriers[i]);
    free(claims->carriers);
    free(claims->n_this);
    free(claims->no_calls);
    free(claims->flips);
    free(claims->calls.exceptions);
    free(claims->sexual);
    skr_phase_done(&claims->phase);
    *claims = (skr_claims){0};
}
