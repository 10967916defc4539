/*
 * import_block.c - from reference blocks to runs of the coverage layer.
 *
 * Callers write blocks in many ways: GATK and DRAGEN <NON_REF> with END, DeepVariant <*> with END,
 * bcftools and Strelka no ALT and END, VCF 4.5 <*> and a length for each sample. A block is judged
 * by the gate like any genotype.
 */
#include "engine/import/genomes/import_block.h"

#include <stdlib.h>
#include <string.h>

#include "engine/import/genomes/import_coverage.h"
#include "engine/import/genomes/import_facts.h"
#include "index/contigs/contig.h"

bool skr_import_is_block(const skr_place *at)
{
    const skr_vcf_record *record = at->record;
    bool has_length =
        record->has_len || (record->has_end && record->end1 != (uint64_t)at->start0 + at->n_ref);
    for (uint32_t i = 0; i < record->n_alts; i++) {
        skr_alt_class class = skr_variant_alt_classify(record->ref, record->alts[i]);
        bool is_star = class == SKR_ALT_STAR && record->n_alts == 1 && has_length;
        if (class != SKR_ALT_NON_REF && !is_star)
            return false;
    }
    return record->n_alts > 0 || has_length;
}

/* ------------------------------------------------------------------ adding runs */

/* The ploidy of a base, and the first after it that is in another one. */
static skr_ploidy zone_at(const skr_place *at, uint32_t at0, uint32_t *ret_end0)
{
    *ret_end0 = UINT32_MAX;
    if (at->contig->is_one_zone)
        return SKR_PLOIDY_DIPLOID;
    *ret_end0 = skr_contig_ploidy_end0(at->build, at->contig->name, at0);
    return skr_contig_ploidy(at->build, at->contig->name, at0);
}

/* Adds [place0[0], place0[1]) of one sample, as far as it lies in the ploidy. */
static int cover(const skr_place *at, uint32_t sample, const uint32_t place0[2], skr_ploidy ploidy,
                 uint8_t call, skr_err *err)
{
    skr_cover_claim claim = {.sample = at->import->files[at->file].local[sample],
                             .contig = at->contig->index,
                             .ploidy = (uint8_t)ploidy,
                             .call = call};
    for (uint32_t start0 = place0[0]; start0 < place0[1];) {
        uint32_t end0 = 0;
        skr_ploidy here = zone_at(at, start0, &end0);
        claim.start0 = start0;
        claim.end0 = end0 < place0[1] ? end0 : place0[1];
        if (here == ploidy)
            SKR_TRY(skr_import_coverage_add(at->import, &claim, err));
        start0 = claim.end0;
    }
    return SKR_OK;
}

/* The calls of all samples of the file, one by one; they belong to the import. */
static int spread(const skr_place *at, const skr_call_set *calls, const uint8_t **ret_calls,
                  skr_err *err)
{
    skr_import *import = at->import;
    uint32_t n = import->files[at->file].columns.n;
    SKR_TRY(SKR_ARRAY_RESERVE(&import->record.spread, &import->record.n_spread_max, n + 1u,
                              "calls of a record", err));
    skr_call_set_to_calls(calls, n, import->record.spread);
    *ret_calls = import->record.spread;
    return SKR_OK;
}

int skr_import_block_cover(const skr_place *at, const uint32_t place0[2], skr_ploidy ploidy,
                           const skr_call_set *calls, skr_err *err)
{
    const uint8_t *spoken = NULL;
    SKR_TRY(spread(at, calls, &spoken, err));
    for (uint32_t i = 0; i < at->import->files[at->file].columns.n; i++)
        SKR_TRY(cover(at, i, place0, ploidy, spoken[i], err));
    return SKR_OK;
}

/* ------------------------------------------------------------------ the length of a block */

/* How far the block of each sample reaches. */
typedef struct reach {
    bool has_bad_end;
    bool is_clipped;
} reach;

/* The end of the block of a sample; its start where the block is refused. */
static uint32_t end_of(const skr_place *at, uint32_t sample, reach *found)
{
    const skr_vcf_record *record = at->record;
    const skr_columns *columns = &at->import->files[at->file].columns;
    uint32_t column = columns->column != NULL ? columns->column[sample] : sample;
    uint32_t length = at->contig->length_max;
    uint64_t end0 = (uint64_t)at->start0 + at->n_ref;
    int64_t n_bases = record->has_len ? skr_vcf_block_length(at->vcf, column) : SKR_VCF_NO_LENGTH;
    bool is_bad = n_bases != SKR_VCF_NO_LENGTH ? n_bases <= 0
                                               : record->has_end && record->end1 < record->pos1;
    uint64_t said0 = end0;
    if (is_bad) {
        found->has_bad_end = true;
        return at->start0;
    }
    if (n_bases != SKR_VCF_NO_LENGTH)
        said0 = (uint64_t)at->start0 + (uint64_t)n_bases;
    else if (record->has_end)
        said0 = record->end1;
    end0 = said0 > end0 ? said0 : end0;
    uint32_t max = length > 0 ? length : SKR_CONTIG_LENGTH_MAX;
    if (end0 > max) {
        found->is_clipped = true;
        end0 = max > at->start0 ? max : at->start0;
    }
    return (uint32_t)end0;
}

/* ------------------------------------------------------------------ blocks */

/* What the genotypes of the block say in a ploidy, into the import's claims. */
static int read_claims(const skr_place *at, skr_ploidy ploidy, bool is_counting, skr_err *err)
{
    skr_import *import = at->import;
    const skr_record_keys *keys = import->record.keys;
    const skr_claims *claims = &import->record.claims;
    skr_named named = {.n_alts = at->record->n_alts,
                       .is_unknown = keys->is_unknown,
                       .first_key = keys->first_key,
                       .keys = keys->keys,
                       .is_block = true};
    SKR_TRY(skr_claims_read(&import->record.claims, at->vcf, at->record, &import->request->gate,
                            &import->files[at->file].columns, &named, ploidy, err));
    if (!is_counting)
        return SKR_OK;
    import->counts[SKR_COUNT_FAILED_GATE] += claims->n_failed_gate;
    import->counts[SKR_COUNT_HET_ON_HAPLOID] += claims->n_het_on_haploid;
    import->counts[SKR_COUNT_NO_COPY] += claims->n_no_copy;
    return SKR_OK;
}

/* The ploidies that bases of the block lie in, a bit each. */
static unsigned ploidies_of(const skr_place *at, uint32_t end0)
{
    unsigned ploidies = 0;
    for (uint32_t at0 = at->start0, next0 = 0; at0 < end0; at0 = next0)
        ploidies |= 1u << zone_at(at, at0, &next0);
    return ploidies;
}

/* The largest end of any sample's block; counts what is wrong with them, once a record. */
static uint32_t measure(const skr_place *at)
{
    skr_import *import = at->import;
    reach found = {0};
    uint32_t last = at->start0;
    for (uint32_t i = 0; i < import->files[at->file].columns.n; i++) {
        uint32_t end0 = end_of(at, i, &found);
        last = end0 > last ? end0 : last;
    }
    import->counts[SKR_COUNT_BAD_END] += found.has_bad_end;
    import->counts[SKR_COUNT_CLIPPED] += found.is_clipped;
    return last;
}

/* The part of the block in one ploidy. */
static int add_ploidy(const skr_place *at, skr_ploidy ploidy, bool agrees, skr_err *err)
{
    skr_import *import = at->import;
    const skr_import_file *file = &import->files[at->file];
    const uint8_t *calls = NULL;
    reach found = {0};
    uint32_t next0 = 0;
    if (agrees)
        SKR_TRY(read_claims(at, ploidy, zone_at(at, at->start0, &next0) == ploidy, err));
    else
        skr_claims_unknown(&import->record.claims);
    SKR_TRY(spread(at, &import->record.claims.calls, &calls, err));
    for (uint32_t i = 0; i < file->columns.n; i++) {
        uint32_t end0 = end_of(at, i, &found);
        SKR_TRY(cover(at, i, (uint32_t[]){at->start0, end0}, ploidy, calls[i], err));
        if (agrees)
            SKR_TRY(skr_import_facts_block(at, i, end0 - at->start0, err));
    }
    return SKR_OK;
}

int skr_import_block(const skr_place *at, bool agrees, skr_err *err)
{
    skr_import *import = at->import;
    uint32_t end0 = measure(at);
    unsigned ploidies = ploidies_of(at, end0);
    import->files[at->file].n_blocks++;
    if (at->record->gt == NULL && agrees) {
        import->counts[SKR_COUNT_BLOCKS_WITHOUT_GT]++;
        return SKR_OK;
    }
    SKR_TRY(skr_record_keys_of_block(at, err));
    for (unsigned ploidy = 0; ploidy < SKR_N_PLOIDIES; ploidy++)
        if ((ploidies & 1u << ploidy) != 0)
            SKR_TRY(add_ploidy(at, (skr_ploidy)ploidy, agrees, err));
    return SKR_OK;
}

int skr_import_block_tails(const skr_place *at, skr_ploidy ploidy, const skr_call_set *calls,
                           skr_err *err)
{
    const skr_columns *columns = &at->import->files[at->file].columns;
    const uint8_t *spoken = NULL;
    reach found = {0};
    if (!at->record->has_len)
        return SKR_OK;
    SKR_TRY(spread(at, calls, &spoken, err));
    for (uint32_t i = 0; i < columns->n; i++) {
        uint32_t column = columns->column != NULL ? columns->column[i] : i;
        skr_genotype genotype;
        if (skr_vcf_block_length(at->vcf, column) <= (int64_t)at->n_ref)
            continue;
        SKR_TRY(skr_vcf_genotype(at->vcf, column, &genotype, err));
        if (skr_genotype_is_hom_ref(&genotype))
            SKR_TRY(cover(at, i, (uint32_t[]){at->start0, end_of(at, i, &found)}, ploidy, spoken[i],
                          err));
    }
    at->import->counts[SKR_COUNT_CLIPPED] += found.is_clipped;
    return SKR_OK;
}
