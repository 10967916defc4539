/* genomes.c - the people of a segment's samples, without those that a tombstone names. */
#include "storage/genomes.h"

#include "storage/carriers/bits.h"

int skr_genomes_mark(const skr_segment_entry *entry, const skr_segment *segment, uint64_t *people,
                     skr_err *err)
{
    skr_individuals individuals;
    SKR_TRY(skr_sample_table_individuals(skr_segment_samples(segment), &individuals, err));
    for (uint32_t s = 0; s < entry->n_samples; s++)
        if (entry->n_tombstones == 0 || !skr_manifest_is_superseded(entry, SKR_NONE, s))
            skr_bits_set(people, skr_individual_of(&individuals, s));
    return SKR_OK;
}
