/* genomes.c - the people of a segment's samples, without those that a tombstone names. */
#include "storage/genomes.h"

#include <stdlib.h>
#include <string.h>

#include "storage/carriers/bits.h"

/* Clears the bits of who is not there on any contig. */
static void clear_withdrawn(const skr_segment_entry *entry, uint64_t *bits)
{
    for (uint32_t i = 0; i < entry->n_tombstones; i++) {
        const skr_tombstone *tombstone = &entry->tombstones[i];
        for (uint32_t k = 0; tombstone->contig == SKR_NONE && k < tombstone->n_samples; k++)
            if (tombstone->samples[k] < entry->n_samples)
                skr_bits_clear(bits, tombstone->samples[k]);
    }
}

int skr_genomes_mark(const skr_segment_entry *entry, const skr_segment *segment, uint64_t *people,
                     skr_err *err)
{
    skr_individuals individuals;
    uint64_t *bits = NULL;
    uint32_t first = 0;
    uint32_t last = 0;
    const skr_sample_table *samples = skr_segment_samples(segment);
    SKR_TRY(skr_sample_table_individuals(samples, &individuals, err));
    SKR_TRY(skr_bits_new(entry->n_samples, &bits, err));
    memset(bits, 0xff, entry->n_samples / 64 * sizeof *bits);
    for (uint32_t s = entry->n_samples / 64 * 64; s < entry->n_samples; s++)
        skr_bits_set(bits, s);
    clear_withdrawn(entry, bits);
    skr_sample_table_range(samples, &first, &last);
    skr_individuals_scatter(&individuals, entry->n_samples, bits, people, last + 1);
    free(bits);
    return SKR_OK;
}
