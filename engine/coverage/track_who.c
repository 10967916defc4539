/*
 * track_who.c - who counts on a contig, by segment, and who of them has a genome.
 *
 * Where everybody counts, or nobody has samples in two segments, numbers by karyotype are enough:
 * samples are looked at one by one only where people must be told apart.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/coverage/track_int.h"
#include "storage/carriers/bits.h"
#include "storage/manifest_parts.h"

/* The individuals of a cursor: from the first to the last. */
typedef struct people_range {
    uint32_t first;
    uint32_t last;
} people_range;

static int compare_ranges(const void *a, const void *b)
{
    const people_range *x = a;
    const people_range *y = b;
    return x->first != y->first ? (x->first < y->first ? -1 : 1) : 0;
}

/* Finds out of which slots the segments have no individuals in common. */
int skr_track_who_find_apart(skr_track *track, skr_err *err)
{
    uint32_t n_slots = track->options.question->n_slots;
    people_range *ranges = malloc(((size_t)track->n_cursors + 1) * sizeof *ranges);
    track->is_apart = calloc((size_t)n_slots + 1, sizeof *track->is_apart);
    if (ranges == NULL || track->is_apart == NULL) {
        free(ranges);
        return skr_fail_nomem(err, "a track");
    }
    for (uint32_t slot = 0; slot < n_slots; slot++) {
        size_t n = 0;
        bool is_apart = true;
        for (uint32_t i = 0; i < track->n_cursors; i++) {
            const skr_segment *segment = track->cursors[i].segment;
            const skr_sample_table *samples = skr_segment_samples(segment);
            if (track->cursors[i].slot != slot)
                continue;
            is_apart = is_apart && !skr_sample_table_has_repeats(samples);
            skr_sample_table_range(samples, &ranges[n].first, &ranges[n].last);
            n++;
        }
        if (n > 1)
            qsort(ranges, n, sizeof *ranges, compare_ranges);
        for (size_t i = 1; i < n; i++)
            is_apart = is_apart && ranges[i - 1].last < ranges[i].first;
        track->is_apart[slot] = is_apart;
    }
    free(ranges);
    return SKR_OK;
}

/* Is a tombstone of the contig that was entered? */
static bool is_of_contig(const skr_track *track, const skr_tombstone *tombstone)
{
    return tombstone->contig == SKR_NONE || tombstone->contig == track->contig;
}

/* Takes out those who do not live on the contig. */
static void supersede(const skr_track *track, skr_track_cursor *at)
{
    const skr_segment_entry *entry = &track->snapshot->manifest->segments[at->number];
    for (uint32_t i = 0; i < entry->n_tombstones; i++) {
        const skr_tombstone *tombstone = &entry->tombstones[i];
        for (uint32_t k = 0; is_of_contig(track, tombstone) && k < tombstone->n_samples; k++)
            skr_bits_clear(at->bits, tombstone->samples[k]);
    }
}

/* Do all samples of a segment count? */
static bool counts_everybody(const skr_track *track, const skr_track_cursor *at)
{
    const skr_segment_entry *entry = &track->snapshot->manifest->segments[at->number];
    bool is_everybody =
        track->options.question->slots[at->slot].cohort == NULL && at->only == SKR_NONE;
    for (uint32_t i = 0; i < entry->n_tombstones; i++)
        is_everybody = is_everybody && !is_of_contig(track, &entry->tombstones[i]);
    return is_everybody;
}

/* Has a sample the contig by a delivery of reads, of which callable means depth? A deletion that
 * they called is called, but has no depth. */
static bool is_of_reads(const skr_track *track, uint32_t segment, uint32_t sample)
{
    const skr_manifest *manifest = track->snapshot->manifest;
    const skr_segment_entry *entry = &manifest->segments[segment];
    const skr_delivery *delivery = skr_manifest_part_delivery(manifest, entry, sample);
    (void)skr_manifest_part_source_on(manifest, entry, sample, track->contig, NULL, NULL,
                                      &delivery);
    const char *options = delivery->options;
    return options != NULL &&
           strncmp(options, SKR_DELIVERY_OF_READS, strlen(SKR_DELIVERY_OF_READS)) == 0;
}

/* Sums and genomes by karyotype: no sample has to be looked at. */
static int count_karyotypes(skr_track *track, skr_track_cursor *at, skr_err *err)
{
    const skr_sample_table *samples = skr_segment_samples(at->segment);
    const uint64_t *bits = at->is_everybody ? NULL : at->bits;
    skr_karyotype_count count;
    at->asked = (skr_track_asked){.contig = track->contig, .classes = at->classes};
    at->is_silent = true;
    for (uint32_t k = 0; k < skr_sample_table_n_karyotypes(samples); k++) {
        SKR_TRY(skr_sample_table_karyotype_count(samples, k, bits, &count, err));
        unsigned class = skr_sex_class_of(count.karyotype);
        at->is_silent = at->is_silent && count.n == 0;
        for (unsigned ploidy = 0; ploidy < SKR_N_PLOIDIES; ploidy++) {
            unsigned copies = skr_copies_expected((skr_ploidy)ploidy, count.karyotype);
            at->asked.has_whole[ploidy] = true;
            at->asked.whole[ploidy].n_copies[class] += (uint64_t)copies * count.n;
            at->asked.whole[ploidy].n_called[class] += copies > 0 ? count.n : 0;
        }
    }
    return SKR_OK;
}

/* Those samples of a cursor that are asked about. */
static int choose_asked(const skr_track *track, const skr_track_cursor *at, uint64_t **bits,
                        skr_err *err)
{
    const uint64_t *cohort = track->options.question->slots[at->slot].cohort;
    uint32_t n_samples = skr_segment_n_samples(at->segment);
    size_t n_words = skr_bits_words(n_samples);
    if (*bits == NULL)
        SKR_TRY(skr_bits_new(n_samples, bits, err));
    if (cohort != NULL)
        skr_individuals_gather(&at->individuals, n_samples, cohort, track->snapshot->n_people,
                               *bits);
    else
        memset(*bits, 0xff, n_words * sizeof **bits);
    if (cohort == NULL && n_samples % 64 != 0)
        (*bits)[n_words - 1] = (UINT64_C(1) << n_samples % 64) - 1;
    if (at->only != SKR_NONE) {
        bool counts = skr_bits_has(*bits, at->only);
        memset(*bits, 0, n_words * sizeof **bits);
        if (counts)
            skr_bits_set(*bits, at->only);
    }
    return SKR_OK;
}

/*
 * Who of them has a genome: whoever has anything left, on whichever contig, so that it is the same
 * once the segment is compacted.
 */
static int choose_left(const skr_track *track, skr_track_cursor *at, skr_err *err)
{
    const skr_manifest *manifest = track->snapshot->manifest;
    const skr_segment_entry *entry = &manifest->segments[at->number];
    if (entry->n_tombstones == 0 || at->left != NULL)
        return SKR_OK; /* it does not depend on the contig */
    SKR_TRY(choose_asked(track, at, &at->left, err));
    for (uint32_t i = 0; i < entry->n_tombstones; i++) {
        const skr_tombstone *tombstone = &entry->tombstones[i];
        for (uint32_t k = 0; k < tombstone->n_samples; k++)
            if (skr_bits_has(at->left, tombstone->samples[k]) &&
                !skr_manifest_part_is_left(manifest, entry, at->segment, tombstone->samples[k]))
                skr_bits_clear(at->left, tombstone->samples[k]);
    }
    return SKR_OK;
}

/* Whose genomes are counted; NULL: all. */
static const uint64_t *left_of(const skr_track_cursor *at)
{
    return at->left != NULL ? at->left : at->is_everybody ? NULL : at->bits;
}

/* The classes of those who were chosen. */
static int fill_classes(skr_track_cursor *at, skr_err *err)
{
    const skr_segment *segment = at->segment;
    const uint8_t *classes = skr_sample_table_classes(skr_segment_samples(segment));
    uint32_t n_samples = skr_segment_n_samples(segment);
    if (at->own_classes == NULL)
        at->own_classes = malloc((size_t)n_samples + 1);
    if (at->own_classes == NULL)
        return skr_fail_nomem(err, "a track");
    memset(at->own_classes, SKR_TRACK_NONE, n_samples);
    for (size_t w = 0; w < skr_bits_words(n_samples); w++)
        for (uint64_t word = at->bits[w]; word != 0; word &= word - 1) {
            size_t s = w * 64 + (size_t)__builtin_ctzll(word);
            at->own_classes[s] = classes[s];
        }
    at->classes = at->own_classes;
    return SKR_OK;
}

static int classify(skr_track *track, skr_track_cursor *at, skr_err *err)
{
    const skr_sample_table *samples = skr_segment_samples(at->segment);
    SKR_TRY(skr_sample_table_need_classes(samples, err));
    at->is_everybody = counts_everybody(track, at);
    at->classes = skr_sample_table_classes(samples);
    if (!at->is_everybody) {
        SKR_TRY(choose_asked(track, at, &at->bits, err));
        supersede(track, at);
        SKR_TRY(fill_classes(at, err));
    }
    SKR_TRY(choose_left(track, at, err));
    SKR_TRY(count_karyotypes(track, at, err));
    at->asked.is_everybody = at->is_everybody;
    at->asked.leaves_spans_out = at->only != SKR_NONE && is_of_reads(track, at->number, at->only);
    return SKR_OK;
}

static bool is_unknown(skr_karyotype karyotype)
{
    return karyotype.n_x == SKR_KARYOTYPE_UNKNOWN;
}

/* Adds n people of one karyotype. */
static void count_people(skr_track_genomes *genomes, skr_karyotype karyotype, uint32_t n)
{
    unsigned class = skr_sex_class_of(karyotype);
    genomes->n[class] += n;
    genomes->n_x[class] += is_unknown(karyotype) ? 0 : (uint64_t)n * karyotype.n_x;
    genomes->n_y[class] += is_unknown(karyotype) ? 0 : (uint64_t)n * karyotype.n_y;
}

/* Counts the people of a cursor who were not counted yet: those of known karyotype, or the others.
 */
static int count_genomes(skr_track *track, const skr_track_cursor *at, bool of_unknown,
                         skr_err *err)
{
    const skr_segment *segment = at->segment;
    uint32_t n_samples = skr_segment_n_samples(segment);
    const uint64_t *left = left_of(at);
    SKR_TRY(skr_sample_table_karyotypes(skr_segment_samples(segment), track->karyotypes, err));
    for (uint32_t s = 0; s < n_samples; s++) {
        uint32_t individual = skr_individual_of(&at->individuals, s);
        if ((left != NULL && !skr_bits_has(left, s)) ||
            is_unknown(track->karyotypes[s]) != of_unknown || skr_bits_has(track->seen, individual))
            continue;
        skr_bits_set(track->seen, individual);
        count_people(&track->genomes[at->list], track->karyotypes[s], 1);
    }
    return SKR_OK;
}

/* The same of all of a cursor, by numbers alone. */
static int count_by_numbers(skr_track *track, const skr_track_cursor *at, skr_err *err)
{
    const skr_sample_table *samples = skr_segment_samples(at->segment);
    const uint64_t *bits = left_of(at);
    skr_karyotype_count count;
    for (uint32_t k = 0; k < skr_sample_table_n_karyotypes(samples); k++) {
        SKR_TRY(skr_sample_table_karyotype_count(samples, k, bits, &count, err));
        count_people(&track->genomes[at->list], count.karyotype, count.n);
    }
    return SKR_OK;
}

/* Makes the scratch of count_genomes. */
static int need_scratch(skr_track *track, skr_err *err)
{
    if (track->karyotypes == NULL)
        track->karyotypes = calloc((size_t)track->n_samples_max + 1, sizeof *track->karyotypes);
    if (track->karyotypes == NULL)
        return skr_fail_nomem(err, "a track");
    if (track->seen == NULL)
        return skr_bits_new(track->snapshot->n_people, &track->seen, err);
    memset(track->seen, 0, skr_bits_words(track->snapshot->n_people) * sizeof *track->seen);
    return SKR_OK;
}

/* Counts those who have a genome, each once. Somebody of whom one sample says the karyotype has
 * that. */
static int count_slot(skr_track *track, uint32_t slot, skr_err *err)
{
    SKR_TRY(need_scratch(track, err));
    for (unsigned of_unknown = 0; of_unknown < 2; of_unknown++)
        for (uint32_t i = 0; i < track->n_cursors; i++)
            if (track->cursors[i].slot == slot)
                SKR_TRY(count_genomes(track, &track->cursors[i], of_unknown != 0, err));
    return SKR_OK;
}

int skr_track_who_enter(skr_track *track, uint32_t slot, skr_err *err)
{
    for (uint32_t i = 0; i < track->n_cursors; i++) {
        skr_track_cursor *at = &track->cursors[i];
        if (at->slot != slot)
            continue;
        SKR_TRY(classify(track, at, err));
        if (track->is_apart[slot])
            SKR_TRY(count_by_numbers(track, at, err));
    }
    return track->is_apart[slot] ? SKR_OK : count_slot(track, slot, err);
}
