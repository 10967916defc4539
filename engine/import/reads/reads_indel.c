/*
 * reads_indel.c - insertions and deletions: reads are aligned anew to the reference and to what it
 * would be with the indel, and speak for what they fit better.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/import/reads/reads_chunk_int.h"
#include "storage/base/array.h"

#define FLANK 55u      /* bases beside an indel that reads are aligned to */
#define SHIFT_MAX 150u /* an indel that can lie in more places than this is not judged */
#define WINDOW_MAX (2 * FLANK + SHIFT_MAX + 2 * SKR_READS_LENGTH_MAX + 2)
#define HET_PRIOR 38.2   /* phred: 1.5 places in ten thousand */
#define FIT_MIN 5        /* a read has to fit one allele better than others by so much */
#define RUN_QUALITY 500u /* a read says no more than this, times length by length of run */
#define CROWD 20u        /* three calls within so many bases are one that nobody understands */
#define CROWD_MIN 3u
#define ECHO 10u      /* an indel may appear so far from where it is */
#define ECHO_VOTES 3u /* if so many times as many reads have it there */

/* An allele beside the reference's. */
typedef struct indel_type {
    int32_t length;
    const char *inserted; /* of an insertion */
    uint32_t n_reads;
    uint32_t shift; /* how far it can be moved to the right */
} indel_type;

/* An indel that is being judged: the types there, and what the bases would be. */
typedef struct indel_site {
    uint32_t anchor0;
    indel_type types[2];
    unsigned n_types;
    uint32_t left0; /* of the window */
    uint32_t right0;
    uint32_t n_deleted_max;
    uint32_t length_max;
    uint32_t shift_max;
    uint8_t bases[3][WINDOW_MAX]; /* 0 to 3, 4: any */
    uint32_t n_bases[3];
} indel_site;

/* A call that waits for its neighbours. */
struct skr_reads_pending {
    skr_reads_call call;
    uint32_t n_deleted_max;
    char *alts[2];
};

void skr_reads_indels_done(skr_reads_chunk *chunk)
{
    for (uint32_t i = 0; i < chunk->n_pending; i++)
        for (unsigned k = 0; k < 2; k++)
            free(chunk->pending[i].alts[k]);
    free(chunk->pending);
}

/* ------------------------------------------------------------------ types */

/* How far an indel after the anchor can be moved to the right. */
static uint32_t shift_of(const skr_reads_bases *bases, uint32_t anchor0, const indel_type *type)
{
    uint32_t n = (uint32_t)abs(type->length);
    uint32_t from0 = anchor0 + 1;
    uint32_t k = 0;
    while (k <= SHIFT_MAX && from0 + k < bases->n) {
        uint32_t other0 = from0 + k + n;
        if (type->length < 0 &&
            (other0 >= bases->n || bases->bases[other0] != bases->bases[from0 + k]))
            break;
        if (type->length > 0 && type->inserted[k % n] != bases->bases[from0 + k])
            break;
        k++;
    }
    return k;
}

/* Of the indels from `from` on that have one anchor, the two types that most reads have. */
static uint32_t find_types(const skr_reads_chunk *chunk, uint32_t from, indel_site *site)
{
    uint32_t i = from;
    int64_t depth = chunk->depth[site->anchor0 - chunk->window.start0];
    site->n_types = 0;
    while (i < chunk->n_indels && chunk->indels[i].anchor0 == site->anchor0) {
        const skr_reads_indel *first = &chunk->indels[i];
        indel_type type = {.length = first->length, .inserted = chunk->inserted + first->text};
        while (i < chunk->n_indels &&
               skr_reads_compare_indels(first, &chunk->indels[i], chunk->inserted) == 0) {
            type.n_reads++;
            i++;
        }
        if (type.n_reads < 2 || (int64_t)type.n_reads * 10 < depth)
            continue;
        unsigned at = site->n_types;
        while (at > 0 && site->types[at - 1].n_reads < type.n_reads)
            at--;
        if (at == 0)
            site->types[1] = site->types[0];
        if (at < 2)
            site->types[at] = type;
        site->n_types += site->n_types < 2;
    }
    return i;
}

/* Measures the window; false: it is too long to be judged. */
static bool measure(const skr_reads_chunk *chunk, indel_site *site)
{
    site->n_deleted_max = site->length_max = site->shift_max = 0;
    for (unsigned i = 0; i < site->n_types; i++) {
        indel_type *type = &site->types[i];
        uint32_t n = (uint32_t)abs(type->length);
        type->shift = shift_of(&chunk->contig->bases, site->anchor0, type);
        site->shift_max = type->shift > site->shift_max ? type->shift : site->shift_max;
        site->length_max = n > site->length_max ? n : site->length_max;
        if (type->length < 0 && n > site->n_deleted_max)
            site->n_deleted_max = n;
    }
    uint64_t right0 = (uint64_t)site->anchor0 + 1 + site->n_deleted_max + site->shift_max + FLANK;
    site->left0 = site->anchor0 + 1 > FLANK ? site->anchor0 + 1 - FLANK : 0;
    site->right0 = right0 < chunk->contig->bases.n ? (uint32_t)right0 : chunk->contig->bases.n;
    return site->shift_max <= SHIFT_MAX && site->length_max <= SKR_READS_LENGTH_MAX;
}

static uint8_t code_of(char base)
{
    return base == 'A' ? 0 : base == 'C' ? 1 : base == 'G' ? 2 : base == 'T' ? 3 : 4;
}

/* A base of the reference; one that is called otherwise fits all. */
static uint8_t window_base(const skr_reads_chunk *chunk, uint32_t place0)
{
    bool is_near = place0 >= chunk->window.start0 && place0 < chunk->window.end0;
    if (is_near && (chunk->marks[place0 - chunk->window.start0] & SKR_READS_SNV) != 0)
        return 4;
    return code_of(chunk->contig->bases.bases[place0]);
}

/* The bases of the window: of the reference, and with each of the types. */
static void make_alleles(const skr_reads_chunk *chunk, indel_site *site)
{
    for (unsigned k = 0; k <= site->n_types; k++) {
        const indel_type *type = k == 0 ? NULL : &site->types[k - 1];
        uint8_t *out = site->bases[k];
        for (uint32_t i = site->left0; i <= site->anchor0; i++)
            *out++ = window_base(chunk, i);
        uint32_t next0 = site->anchor0 + 1;
        if (type != NULL && type->length < 0)
            next0 += (uint32_t)-type->length;
        for (int32_t i = 0; type != NULL && i < type->length; i++)
            *out++ = code_of(type->inserted[i]);
        for (uint32_t i = next0; i < site->right0; i++)
            *out++ = window_base(chunk, i);
        site->n_bases[k] = (uint32_t)(out - site->bases[k]);
    }
}

/* ------------------------------------------------------------------ reads */

/* The part of a read that lies in the window. */
typedef struct part {
    uint32_t from; /* in its bases */
    uint32_t to;
    uint32_t start0; /* on the contig */
    uint32_t end0;
} part;

static bool find_part(const indel_site *site, const skr_read *read, part *ret_part)
{
    uint32_t at0 = read->start0;
    uint32_t query = 0;
    bool is_found = false;
    for (uint32_t i = 0; i < read->n_cigar; i++) {
        uint32_t n = bam_cigar_oplen(read->cigar[i]);
        int type = bam_cigar_type(bam_cigar_op(read->cigar[i]));
        if (type == 3 && at0 < site->right0 && at0 + n > site->left0) {
            uint32_t skip = at0 < site->left0 ? site->left0 - at0 : 0;
            uint32_t stop = at0 + n > site->right0 ? site->right0 - at0 : n;
            if (!is_found) {
                ret_part->from = query + skip;
                ret_part->start0 = at0 + skip;
            }
            ret_part->to = query + stop;
            ret_part->end0 = at0 + stop;
            is_found = true;
        }
        at0 += (type & 2) != 0 ? n : 0;
        query += (type & 1) != 0 ? n : 0;
    }
    return is_found && ret_part->to - ret_part->from <= WINDOW_MAX;
}

/* How badly a read fits an allele, in phred. */
static int misfit(const indel_site *site, unsigned allele, const part *where, const uint8_t *bases,
                  const uint8_t *qualities)
{
    int32_t length = allele == 0 ? 0 : site->types[allele - 1].length;
    uint32_t more = site->length_max; /* reads may be aligned by their other end */
    uint32_t from = where->start0 - site->left0;
    uint32_t to = where->end0 - site->left0 + more + (length > 0 ? (uint32_t)length : 0);
    uint32_t n = where->to - where->from;
    from = from > more ? from - more : 0;
    to = to < site->n_bases[allele] ? to : site->n_bases[allele];
    if (to <= from)
        return 1000;
    int band = abs((int)(to - from) - (int)n) + 3;
    const probaln_par_t model = {1e-4F, 1e-2F, band > 10 ? band : 10};
    return probaln_glocal(site->bases[allele] + from, (int)(to - from), bases, (int)n, qualities,
                          &model, NULL, NULL);
}

/* The allele that a read fits best; false: it fits others as well. */
static bool ask_read(const indel_site *site, const skr_read *read, skr_reads_seen *ret_seen)
{
    uint8_t bases[WINDOW_MAX];
    uint8_t qualities[WINDOW_MAX];
    part where;
    unsigned best = 0;
    int fits[3];
    if (!find_part(site, read, &where) || where.start0 > site->anchor0)
        return false;
    uint32_t n = where.to - where.from;
    for (uint32_t i = 0; i < n; i++) {
        uint8_t quality = read->qualities[where.from + i];
        bases[i] = code_of(read->bases[where.from + i]);
        qualities[i] = quality > 30 ? 30 : quality < 7 ? 7 : quality;
    }
    for (unsigned k = 0; k <= site->n_types; k++) {
        fits[k] = misfit(site, k, &where, bases, qualities);
        best = fits[k] < fits[best] ? k : best;
    }
    int second = INT32_MAX;
    uint32_t most = 60 < read->mapq ? 60 : read->mapq;
    for (unsigned k = 0; k <= site->n_types; k++) {
        if (k != best && fits[k] < second)
            second = fits[k];
        if (k == 0)
            continue;
        const indel_type *type = &site->types[k - 1];
        uint32_t length = (uint32_t)abs(type->length);
        uint32_t limit = RUN_QUALITY * length / (length + type->shift);
        most = limit < most ? limit : most;
    }
    int quality = second - fits[best];
    ret_seen->allele = (uint8_t)best;
    ret_seen->quality = (uint8_t)((uint32_t)quality < most ? (uint32_t)quality : most);
    ret_seen->is_reverse = read->is_reverse;
    return quality >= FIT_MIN && ret_seen->quality > 0;
}

/* Two mates are one observation: the better one's. */
static bool joins_mate(skr_reads_chunk *chunk, const skr_read *read, uint32_t site,
                       const skr_reads_seen *seen)
{
    if (read->mate == NULL || read->mate->site != site)
        return false;
    skr_reads_seen *other = &chunk->seen[read->mate->seen];
    if (seen->quality > other->quality)
        *other = *seen;
    return true;
}

static int ask_reads(skr_reads_chunk *chunk, const indel_site *site, uint32_t *ret_n, skr_err *err)
{
    *ret_n = 0;
    SKR_TRY(SKR_ARRAY_RESERVE(&chunk->seen, &chunk->n_seen_max, chunk->n_kept + 1, "observations",
                              err));
    while (chunk->from < chunk->n_kept && chunk->reads[chunk->from].end0 <= site->anchor0)
        chunk->from++;
    for (uint32_t i = chunk->from; i < chunk->n_kept && chunk->reads[i].start0 <= site->anchor0;
         i++) {
        skr_read *read = &chunk->reads[i];
        skr_reads_seen seen;
        if (read->end0 <= site->anchor0 + 1 + site->shift_max || !ask_read(site, read, &seen))
            continue;
        if (joins_mate(chunk, read, site->anchor0, &seen))
            continue;
        read->site = site->anchor0;
        read->seen = *ret_n;
        chunk->seen[(*ret_n)++] = seen;
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ calls */

/* An allele as VCF writes it: the anchor, what is inserted, what of REF is left. */
static char *alt_text(const skr_reads_chunk *chunk, uint32_t anchor0, const indel_type *type,
                      uint32_t n_ref)
{
    uint32_t n_gone = type->length < 0 ? (uint32_t)-type->length : 0;
    uint32_t n_new = type->length > 0 ? (uint32_t)type->length : 0;
    uint32_t n_left = n_ref - 1 - n_gone;
    char *text = malloc(2u + n_new + n_left);
    if (text == NULL)
        return NULL;
    text[0] = chunk->contig->bases.bases[anchor0];
    if (n_new > 0)
        memcpy(text + 1, type->inserted, n_new);
    memcpy(text + 1 + n_new, chunk->contig->bases.bases + anchor0 + 1 + n_gone, n_left);
    text[1 + n_new + n_left] = '\0';
    return text;
}

/* Keeps a call until its neighbours are judged. */
static int add_pending(skr_reads_chunk *chunk, const indel_site *site,
                       const skr_reads_genotype *genotype, uint32_t n_seen, skr_err *err)
{
    uint32_t counts[3] = {0};
    SKR_TRY(SKR_ARRAY_RESERVE(&chunk->pending, &chunk->n_pending_max, chunk->n_pending + 1,
                              "calls of indels", err));
    struct skr_reads_pending *one = &chunk->pending[chunk->n_pending];
    *one = (struct skr_reads_pending){.call = {.start0 = site->anchor0,
                                               .ref = chunk->contig->bases.bases + site->anchor0,
                                               .n_ref = 1,
                                               .quality = genotype->quality,
                                               .gq = genotype->gq,
                                               .depth = n_seen,
                                               .is_indel = true},
                                      .n_deleted_max = site->n_deleted_max};
    chunk->n_pending++;
    for (uint32_t i = 0; i < n_seen; i++)
        counts[chunk->seen[i].allele]++;
    one->call.ad[0] = counts[0];
    for (unsigned i = 0; i < 2; i++)
        if (genotype->copies[i] > 0) {
            int32_t length = site->types[genotype->copies[i] - 1].length;
            if (length < 0 && one->call.n_ref < 1 + (uint32_t)-length)
                one->call.n_ref = 1 + (uint32_t)-length;
        }
    for (unsigned i = 0; i < 2; i++) {
        unsigned allele = genotype->copies[i];
        if (allele == 0)
            continue;
        if (i == 1 && allele == genotype->copies[0]) {
            one->call.copies[1] = one->call.copies[0];
            continue;
        }
        uint32_t k = one->call.n_alts++;
        one->alts[k] = alt_text(chunk, site->anchor0, &site->types[allele - 1], one->call.n_ref);
        if (one->alts[k] == NULL)
            return skr_fail_nomem(err, "calls of indels");
        one->call.alts[k] = one->alts[k];
        one->call.copies[i] = k + 1;
        one->call.ad[k + 1] = counts[allele];
    }
    return SKR_OK;
}

/* Errors of reads beside an indel move it by a base or two in some of them. A type that a near one
 * of the same length outvotes is such an echo, or cannot be told from one. */
static bool is_outvoted(const skr_reads_chunk *chunk, const indel_site *site)
{
    const indel_type *type = &site->types[0];
    uint32_t n_others = 0;
    uint32_t least0 = site->anchor0 > ECHO ? site->anchor0 - ECHO : 0;
    for (uint32_t i = skr_reads_find_indel(chunk, least0);
         i < chunk->n_indels && chunk->indels[i].anchor0 <= site->anchor0 + ECHO; i++)
        n_others +=
            chunk->indels[i].anchor0 != site->anchor0 && chunk->indels[i].length == type->length;
    return n_others >= ECHO_VOTES * type->n_reads;
}

static int judge_site(skr_reads_chunk *chunk, indel_site *site, skr_err *err)
{
    uint32_t n_seen = 0;
    skr_reads_genotype genotype = {.gq = 0};
    double least = chunk->contig->limits->min_gq;
    bool is_measured = measure(chunk, site) && !is_outvoted(chunk, site);
    if (is_measured) {
        make_alleles(chunk, site);
        SKR_TRY(ask_reads(chunk, site, &n_seen, err));
    }
    const skr_reads_alleles alleles = {.n = 3,
                                       .candidates = {0, 1, 2},
                                       .n_candidates = 1 + site->n_types,
                                       .ref = 0,
                                       .het_prior = HET_PRIOR};
    if (n_seen > 0 && skr_reads_genotype_call(chunk->contig->model, &alleles, chunk->seen, n_seen,
                                              &genotype) != SKR_OK)
        return skr_fail_nomem(err, "genotypes");
    bool is_sure = !skr_reads_is_gone(chunk, site->anchor0) &&
                   n_seen >= skr_reads_chunk_min_depth(chunk, site->anchor0) &&
                   genotype.gq >= least && (genotype.is_ref || genotype.quality >= least);
    if (!is_sure)
        skr_reads_mark(chunk, site->anchor0, site->anchor0 + 1 + site->n_deleted_max);
    else if (!genotype.is_ref)
        return add_pending(chunk, site, &genotype, n_seen, err);
    return SKR_OK;
}

/* Is a call one of three or more that stand close together? */
static bool is_in_crowd(const skr_reads_chunk *chunk, uint32_t at)
{
    for (uint32_t i = at >= CROWD_MIN - 1 ? at - (CROWD_MIN - 1) : 0; i <= at; i++) {
        uint32_t last = i + CROWD_MIN - 1;
        if (last < chunk->n_pending &&
            chunk->pending[last].call.start0 - chunk->pending[i].call.start0 <= CROWD)
            return true;
    }
    return false;
}

/* Tells the calls, now that their neighbours are all judged. */
static int tell_pending(skr_reads_chunk *chunk, skr_err *err)
{
    for (uint32_t i = 0; i < chunk->n_pending; i++) {
        const struct skr_reads_pending *one = &chunk->pending[i];
        if (is_in_crowd(chunk, i))
            skr_reads_mark(chunk, one->call.start0, one->call.start0 + 1 + one->n_deleted_max);
        else
            SKR_TRY(skr_reads_chunk_call(chunk, &one->call, err));
    }
    return SKR_OK;
}

static int judge_sites(skr_reads_chunk *chunk, indel_site *site, skr_err *err)
{
    chunk->from = 0;
    for (uint32_t i = skr_reads_find_indel(chunk, chunk->window.start0); i < chunk->n_indels;) {
        uint32_t anchor0 = chunk->indels[i].anchor0;
        if (anchor0 >= chunk->window.end0)
            break;
        site->anchor0 = anchor0;
        i = find_types(chunk, i, site);
        if (site->n_types > 0 && chunk->depth[anchor0 - chunk->window.start0] >=
                                     (int64_t)skr_reads_chunk_min_depth(chunk, anchor0))
            SKR_TRY(judge_site(chunk, site, err));
    }
    return SKR_OK;
}

int skr_reads_indels(skr_reads_chunk *chunk, skr_err *err)
{
    if (chunk->n_indels == 0)
        return SKR_OK;
    indel_site *site = malloc(sizeof *site);
    int status = site == NULL ? skr_fail_nomem(err, "indels") : judge_sites(chunk, site, err);
    free(site);
    return status != SKR_OK ? status : tell_pending(chunk, err);
}
