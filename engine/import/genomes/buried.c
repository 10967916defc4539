/* buried.c - sources and segments whose samples were replaced or withdrawn. */
#include "engine/import/genomes/buried.h"

#include <string.h>

#include "storage/manifest_parts.h"

/* Is any source of a segment alive? Marks those that are not. */
static bool mark_dead(skr_manifest *manifest, const skr_segment_entry *entry)
{
    bool is_any_alive = false;
    for (uint32_t p = 0; p < entry->n_parts; p++) {
        const skr_segment_part *part = &entry->parts[p];
        skr_delivery *delivery = &manifest->deliveries[part->delivery];
        for (uint32_t s = 0; s < delivery->n_sources; s++) {
            skr_source *source = &delivery->sources[s];
            source->is_live =
                source->is_live && skr_manifest_part_is_source_alive(manifest, entry, part, source);
            is_any_alive = is_any_alive || source->is_live;
        }
    }
    return is_any_alive;
}

void skr_buried_drop_dead(skr_manifest *manifest)
{
    for (uint32_t i = manifest->n_segments; i-- > 0;) {
        const skr_segment_entry *entry = &manifest->segments[i];
        if (entry->n_tombstones > 0 && !mark_dead(manifest, entry))
            skr_manifest_drop_segment(manifest, i);
    }
    for (uint32_t d = 0; d < manifest->n_datasets; d++)
        skr_manifest_note_gone(manifest, d);
}

/* ------------------------------------------------------------------ names of files */

/* The digest of the options goes too: it is of ids of people as well, which can be guessed and
 * tried. */
static void forget(skr_source *source)
{
    source->name[0] = '\0';
    memset(source->digest, 0, sizeof source->digest);
    memset(source->options, 0, sizeof source->options);
    source->is_live = false;
}

/* The part that a delivery is in, and its segment; NULL: in none any more. */
static const skr_segment_part *find_part(const skr_manifest *manifest, uint32_t delivery,
                                         const skr_segment_entry **ret_entry)
{
    for (uint32_t i = 0; i < manifest->n_segments; i++)
        for (uint32_t p = 0; p < manifest->segments[i].n_parts; p++)
            if (manifest->segments[i].parts[p].delivery == delivery) {
                *ret_entry = &manifest->segments[i];
                return &manifest->segments[i].parts[p];
            }
    return NULL;
}

void skr_buried_forget_names(skr_manifest *manifest, uint32_t dataset)
{
    for (uint32_t d = 0; d < manifest->n_deliveries; d++) {
        skr_delivery *delivery = &manifest->deliveries[d];
        const skr_segment_entry *entry = NULL;
        if (delivery->dataset != dataset)
            continue;
        const skr_segment_part *part = find_part(manifest, d, &entry);
        for (uint32_t s = 0; s < delivery->n_sources; s++)
            if (part == NULL ||
                skr_manifest_part_has_left(manifest, entry, part, &delivery->sources[s]))
                forget(&delivery->sources[s]);
    }
}
