/*
 * reads_snv.c - single bases that differ, by two models that have to agree.
 *
 * The first model takes qualities as they are; the second lowers those of bases that may be aligned
 * wrongly (BAQ). It is asked only where bases are likely to be: near indels, and where differences
 * crowd. Where the models disagree, or the likelier genotype is not likely enough, the place is
 * undecided.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/import/reads/reads_chunk_int.h"
#include "storage/base/array.h"

#define CROWD 20u          /* differences this near to each other are a crowd */
#define NEAR_INDEL 60u     /* and this near to an indel bases may be aligned wrongly */
#define HET_PRIOR 30.0     /* phred: one place in a thousand */
#define QUALITY_MAX 60u    /* of one base */
#define NEIGHBOUR_MORE 30u /* a base is not better than its neighbours by more than this */
#define DISAGREEING 0.8    /* of mates that contradict each other, the better one counts so much */

static const char letters[] = "ACGT";
static const char *const texts[] = {"A", "C", "G", "T"};

static int code_of(char base)
{
    const char *at = base == '\0' ? NULL : strchr(letters, base);
    return at == NULL ? -1 : (int)(at - letters);
}

/* Do enough reads differ at a place that is deep enough? */
static bool is_candidate(skr_reads_chunk *chunk, uint32_t place0)
{
    uint32_t i = place0 - chunk->window.start0;
    int64_t depth = chunk->depth[i];
    return chunk->differ[i] >= 2 && (int64_t)chunk->differ[i] * 10 >= depth &&
           depth >= (int64_t)skr_reads_chunk_min_depth(chunk, place0);
}

/* Are bases near a place likely to be aligned wrongly? */
static bool is_doubtful(skr_reads_chunk *chunk, uint32_t place0)
{
    uint32_t from0 = place0 > CROWD ? place0 - CROWD : 0;
    from0 = from0 > chunk->window.start0 ? from0 : chunk->window.start0;
    for (uint32_t i = from0; i <= place0 + CROWD && i < chunk->window.end0; i++)
        if (i != place0 && chunk->differ[i - chunk->window.start0] >= 2 &&
            (int64_t)chunk->differ[i - chunk->window.start0] * 10 >=
                chunk->depth[i - chunk->window.start0])
            return true;
    if (skr_reads_is_gone(chunk, place0 + NEAR_INDEL) || skr_reads_is_gone(chunk, place0) ||
        skr_reads_is_gone(chunk, place0 > NEAR_INDEL ? place0 - NEAR_INDEL : 0))
        return true;
    uint32_t reach = NEAR_INDEL + SKR_READS_LENGTH_MAX;
    unsigned n_indels = 0;
    uint32_t i = skr_reads_find_indel(chunk, place0 > reach ? place0 - reach : 0);
    for (; i < chunk->n_indels && n_indels < 2; i++) {
        const skr_reads_indel *one = &chunk->indels[i];
        if (one->anchor0 >= place0 + NEAR_INDEL)
            break;
        n_indels +=
            place0 < one->anchor0 + NEAR_INDEL + (one->length < 0 ? (uint32_t)-one->length : 0);
    }
    return n_indels >= 2;
}

/* ------------------------------------------------------------------ observations */

/* Makes the qualities of the second model, once a read. */
static int adjust(skr_reads_chunk *chunk, skr_read *read, skr_err *err)
{
    bam1_t *record = chunk->scratch;
    if (read->is_adjusted)
        return SKR_OK;
    read->is_adjusted = true;
    if (bam_set1(record, 1, "r", 0, 0, read->start0, read->mapq, read->n_cigar, read->cigar, -1, -1,
                 0, read->n_bases, read->bases, (const char *)read->qualities,
                 read->n_bases + 16u) < 0)
        return skr_fail_nomem(err, "reads");
    int status = sam_prob_realn(record, chunk->contig->bases.bases, chunk->contig->bases.n,
                                BAQ_APPLY | BAQ_EXTEND);
    if (status == -4)
        return skr_fail_nomem(err, "reads");
    if (status != 0)
        return SKR_OK; /* there is nothing that it could say: both models are one */
    read->baq = malloc(read->n_bases);
    if (read->baq == NULL)
        return skr_fail_nomem(err, "reads");
    memcpy(read->baq, bam_get_qual(record), read->n_bases);
    return SKR_OK;
}

/* The quality of a base under a model; 0: it is not to speak. */
static unsigned quality_at(const skr_reads_chunk *chunk, const skr_read *read, uint32_t i,
                           bool is_second_model)
{
    const uint8_t *all = is_second_model && read->baq != NULL ? read->baq : read->qualities;
    unsigned quality = all[i];
    if (read->qualities[i] < chunk->contig->limits->call_bq || code_of(read->bases[i]) < 0)
        return 0;
    if (i > 0 && read->qualities[i - 1] + NEIGHBOUR_MORE < quality)
        quality = read->qualities[i - 1] + NEIGHBOUR_MORE;
    if (i + 1 < read->n_bases && read->qualities[i + 1] + NEIGHBOUR_MORE < quality)
        quality = read->qualities[i + 1] + NEIGHBOUR_MORE;
    return quality;
}

/* What a template says: a read, and its mate if that covers the place too. */
static bool observe(const skr_reads_chunk *chunk, const skr_read *read, uint32_t place0,
                    bool is_second_model, skr_reads_seen *ret_seen)
{
    uint32_t i = skr_read_base_at(read, place0);
    if (i == UINT32_MAX)
        return false;
    unsigned quality = quality_at(chunk, read, i, is_second_model);
    const skr_read *best = read;
    uint32_t k = read->mate != NULL ? skr_read_base_at(read->mate, place0) : UINT32_MAX;
    if (k != UINT32_MAX) {
        unsigned other = quality_at(chunk, read->mate, k, is_second_model);
        if (quality > 0 && other > 0 && !read->is_second)
            return false; /* the second one speaks for both */
        if (quality > 0 && other > 0 && read->bases[i] == read->mate->bases[k]) {
            quality += other;
        } else if (quality > 0 && other > 0) {
            best = other > quality ? read->mate : read;
            i = other > quality ? k : i;
            quality = (unsigned)(DISAGREEING * (other > quality ? other : quality));
        }
    }
    quality = quality < QUALITY_MAX ? quality : QUALITY_MAX;
    quality = quality < best->mapq ? quality : best->mapq;
    ret_seen->allele = (uint8_t)(code_of(best->bases[i]) & 3);
    ret_seen->quality = (uint8_t)quality;
    ret_seen->is_reverse = best->is_reverse;
    return quality >= (unsigned)chunk->contig->limits->call_bq;
}

static int observe_all(skr_reads_chunk *chunk, uint32_t place0, bool is_second_model,
                       uint32_t *ret_n, skr_err *err)
{
    *ret_n = 0;
    SKR_TRY(SKR_ARRAY_RESERVE(&chunk->seen, &chunk->n_seen_max, chunk->n_kept + 1, "observations",
                              err));
    while (chunk->from < chunk->n_kept && chunk->reads[chunk->from].end0 <= place0)
        chunk->from++;
    for (uint32_t i = chunk->from; i < chunk->n_kept && chunk->reads[i].start0 <= place0; i++) {
        skr_read *read = &chunk->reads[i];
        if (read->end0 <= place0)
            continue;
        if (is_second_model) {
            SKR_TRY(adjust(chunk, read, err));
            if (read->mate != NULL)
                SKR_TRY(adjust(chunk, read->mate, err));
        }
        if (observe(chunk, read, place0, is_second_model, &chunk->seen[*ret_n]))
            ++*ret_n;
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ judging */

/* The reference's base and the two others that most speaks for. */
static void choose_alleles(const skr_reads_seen *seen, uint32_t n_seen, int ref,
                           skr_reads_alleles *alleles)
{
    uint64_t weight[4] = {0};
    *alleles = (skr_reads_alleles){.n = 4, .ref = ref < 0 ? -1 : 0, .het_prior = HET_PRIOR};
    for (uint32_t i = 0; i < n_seen; i++)
        weight[seen[i].allele] += seen[i].quality;
    if (ref >= 0) {
        weight[ref] = 0;
        alleles->candidates[alleles->n_candidates++] = (unsigned)ref;
    }
    for (unsigned round = 0; round < 2; round++) {
        unsigned best = 0;
        for (unsigned i = 1; i < 4; i++)
            best = weight[i] > weight[best] ? i : best;
        if (weight[best] == 0)
            break;
        weight[best] = 0;
        alleles->candidates[alleles->n_candidates++] = best;
    }
}

/* One model's word on a place. *ret_n 0: it says nothing. */
static int ask_model(skr_reads_chunk *chunk, uint32_t place0, bool is_second_model,
                     skr_reads_genotype *ret_genotype, uint32_t *ret_n, skr_err *err)
{
    skr_reads_alleles alleles;
    SKR_TRY(observe_all(chunk, place0, is_second_model, ret_n, err));
    choose_alleles(chunk->seen, *ret_n, code_of(chunk->contig->bases.bases[place0]), &alleles);
    if (alleles.n_candidates == 0)
        *ret_n = 0;
    if (*ret_n == 0)
        return SKR_OK;
    if (skr_reads_genotype_call(chunk->contig->model, &alleles, chunk->seen, *ret_n,
                                ret_genotype) != SKR_OK)
        return skr_fail_nomem(err, "genotypes");
    return SKR_OK;
}

/* Writes the call of a place; the observations are still those that it was made from. */
static int write_call(skr_reads_chunk *chunk, uint32_t place0, const skr_reads_genotype *genotype,
                      uint32_t n_seen, skr_err *err)
{
    const char *ref = chunk->contig->bases.bases + place0;
    uint32_t counts[4] = {0};
    skr_reads_call call = {.start0 = place0,
                           .ref = ref,
                           .n_ref = 1,
                           .quality = genotype->quality,
                           .gq = genotype->gq,
                           .depth = (uint32_t)chunk->depth[place0 - chunk->window.start0]};
    for (uint32_t i = 0; i < n_seen; i++)
        counts[chunk->seen[i].allele]++;
    int ref_code = code_of(*ref);
    call.ad[0] = ref_code < 0 ? 0 : counts[ref_code];
    for (unsigned i = 0; i < 2; i++) {
        unsigned allele = genotype->copies[i];
        if ((int)allele == ref_code)
            continue;
        if (i == 1 && allele == genotype->copies[0]) {
            call.copies[1] = call.copies[0];
            continue;
        }
        call.alts[call.n_alts] = texts[allele];
        call.copies[i] = ++call.n_alts;
        call.ad[call.n_alts] = counts[allele];
    }
    chunk->marks[place0 - chunk->window.start0] |= SKR_READS_SNV;
    return skr_reads_chunk_call(chunk, &call, err);
}

static bool is_same(const skr_reads_genotype *a, const skr_reads_genotype *b)
{
    return a->copies[0] + a->copies[1] == b->copies[0] + b->copies[1] &&
           a->copies[0] * a->copies[1] == b->copies[0] * b->copies[1];
}

static int judge(skr_reads_chunk *chunk, uint32_t place0, skr_err *err)
{
    skr_reads_genotype first;
    skr_reads_genotype second;
    uint32_t n_first;
    uint32_t n_second = 0;
    double least = chunk->contig->limits->min_gq;
    SKR_TRY(ask_model(chunk, place0, false, &first, &n_first, err));
    bool is_sure = n_first > 0 && first.gq >= least && (first.is_ref || first.quality >= least);
    if (is_sure && is_doubtful(chunk, place0)) {
        SKR_TRY(ask_model(chunk, place0, true, &second, &n_second, err));
        is_sure = n_second > 0 && second.gq >= least &&
                  (second.is_ref || second.quality >= least) && is_same(&first, &second);
        if (is_sure) { /* the observations are to be those of the first model again */
            SKR_TRY(observe_all(chunk, place0, false, &n_first, err));
        }
    }
    if (!is_sure)
        skr_reads_mark(chunk, place0, place0 + 1);
    else if (!first.is_ref)
        return write_call(chunk, place0, &first, n_first, err);
    return SKR_OK;
}

int skr_reads_snvs(skr_reads_chunk *chunk, skr_err *err)
{
    chunk->from = 0;
    for (uint32_t place0 = chunk->window.start0; place0 < chunk->window.end0; place0++)
        if (chunk->differ[place0 - chunk->window.start0] >= 2 && is_candidate(chunk, place0))
            SKR_TRY(judge(chunk, place0, err));
    return SKR_OK;
}
