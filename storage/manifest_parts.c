/*
 * manifest_parts.c - sources of deliveries, and the samples of segments that have something by
 * them.
 */
#include "storage/manifest_parts.h"

#include <string.h>

#include "storage/base/array.h"
#include "storage/segment/segment_coverage.h"

static bool list_has(const uint32_t *list, uint32_t n, uint32_t value)
{
    size_t at = skr_array_search_u32(list, n, value);
    return at < n && list[at] == value;
}

bool skr_manifest_source_has(const skr_source *source, uint32_t of_delivery)
{
    return source->n_samples == 0 || list_has(source->samples, source->n_samples, of_delivery);
}

uint32_t skr_manifest_part_walk_to(skr_manifest_part_walk *walk, uint32_t of_delivery)
{
    const skr_segment_part *part = walk->part;
    while (walk->run < part->n_runs && of_delivery - walk->first >= part->runs[walk->run].n)
        walk->first += part->runs[walk->run++].n;
    if (walk->run == part->n_runs || part->runs[walk->run].first == SKR_NONE)
        return SKR_NONE;
    return part->runs[walk->run].first + (of_delivery - walk->first);
}

bool skr_manifest_part_has(const skr_segment_entry *segment, const skr_segment_part *part,
                           uint32_t of_delivery, uint32_t of_segment, uint32_t contig)
{
    return !skr_manifest_is_buried(part->left_out, part->n_left_out, contig, of_delivery) &&
           !skr_manifest_is_superseded(segment, contig, of_segment);
}

/* ------------------------------------------------------------------ sources */

/* The samples of a source, one after the other. */
typedef struct source_walk {
    const skr_source *source;
    skr_manifest_part_walk part;
    uint32_t n; /* of its samples */
    uint32_t i;
    uint32_t of_delivery; /* at hand */
    uint32_t of_segment;  /* SKR_NONE: it is not in it any more */
} source_walk;

static source_walk walk_of(const skr_manifest *manifest, const skr_segment_part *part,
                           const skr_source *source)
{
    return (source_walk){
        .source = source,
        .part = {.part = part},
        .n = source->n_samples == 0 ? manifest->deliveries[part->delivery].n_samples
                                    : source->n_samples,
    };
}

static bool next_sample(source_walk *walk)
{
    if (walk->i == walk->n)
        return false;
    walk->of_delivery = walk->source->n_samples == 0 ? walk->i : walk->source->samples[walk->i];
    walk->of_segment = skr_manifest_part_walk_to(&walk->part, walk->of_delivery);
    walk->i++;
    return true;
}

bool skr_manifest_part_is_source_alive(const skr_manifest *manifest,
                                       const skr_segment_entry *segment,
                                       const skr_segment_part *part, const skr_source *source)
{
    source_walk walk = walk_of(manifest, part, source);
    if (source->n_contigs == 0)
        return !skr_manifest_part_has_left(manifest, segment, part, source);
    while (next_sample(&walk))
        for (uint32_t c = 0; c < source->n_contigs && walk.of_segment != SKR_NONE; c++)
            if (skr_manifest_part_has(segment, part, walk.of_delivery, walk.of_segment,
                                      source->contigs[c]))
                return true;
    return false;
}

/* Has a sample withdrawn? Only withdrawal buries on all contigs at once; of who is not in the
 * segment any more its part says so. */
static bool is_withdrawn(const skr_segment_entry *segment, const source_walk *walk)
{
    const skr_segment_part *part = walk->part.part;
    if (walk->of_segment != SKR_NONE)
        return skr_manifest_is_superseded(segment, SKR_NONE, walk->of_segment);
    return skr_manifest_is_buried(part->left_out, part->n_left_out, SKR_NONE, walk->of_delivery);
}

bool skr_manifest_part_has_left(const skr_manifest *manifest, const skr_segment_entry *segment,
                                const skr_segment_part *part, const skr_source *source)
{
    source_walk walk = walk_of(manifest, part, source);
    while (next_sample(&walk))
        if (walk.of_segment != SKR_NONE && !is_withdrawn(segment, &walk))
            return false;
    return true;
}

bool skr_manifest_part_is_source_whole(const skr_manifest *manifest,
                                       const skr_segment_entry *segment,
                                       const skr_segment_part *part, const skr_source *source,
                                       bool misses_withdrawn)
{
    source_walk walk = walk_of(manifest, part, source);
    while (next_sample(&walk)) {
        if (!misses_withdrawn && is_withdrawn(segment, &walk))
            continue;
        for (uint32_t c = 0; c < source->n_contigs; c++)
            if (walk.of_segment == SKR_NONE ||
                !skr_manifest_part_has(segment, part, walk.of_delivery, walk.of_segment,
                                       source->contigs[c]))
                return false;
    }
    return true;
}

/* ------------------------------------------------------------------ samples */

static bool is_given(const skr_segment_entry *segment, const skr_segment_part *part,
                     const source_walk *walk)
{
    const skr_source *source = walk->source;
    if (is_withdrawn(segment, walk))
        return false;
    if (source->n_contigs == 0 || (segment->n_tombstones == 0 && part->n_left_out == 0))
        return true;
    for (uint32_t c = 0; c < source->n_contigs; c++)
        if (skr_manifest_part_has(segment, part, walk->of_delivery, walk->of_segment,
                                  source->contigs[c]))
            return true;
    return false;
}

void skr_manifest_part_mark_alive(const skr_manifest *manifest, const skr_segment_entry *segment,
                                  uint8_t *is_alive)
{
    memset(is_alive, 0, segment->n_samples);
    for (uint32_t p = 0; p < segment->n_parts; p++) {
        const skr_segment_part *part = &segment->parts[p];
        const skr_delivery *delivery = &manifest->deliveries[part->delivery];
        for (uint32_t s = 0; s < delivery->n_sources; s++) {
            source_walk walk = walk_of(manifest, part, &delivery->sources[s]);
            while (delivery->sources[s].is_live && next_sample(&walk))
                if (walk.of_segment != SKR_NONE && is_alive[walk.of_segment] == 0)
                    is_alive[walk.of_segment] = is_given(segment, part, &walk);
        }
    }
}

/* Does a live source of the part give a sample anything? */
static bool gives(const skr_manifest *manifest, const skr_segment_entry *segment,
                  const skr_segment_part *part, uint32_t of_segment)
{
    const skr_delivery *delivery = &manifest->deliveries[part->delivery];
    source_walk walk = {.part = {.part = part},
                        .of_segment = of_segment,
                        .of_delivery = skr_manifest_part_find(part, of_segment)};
    for (uint32_t s = 0; s < delivery->n_sources && walk.of_delivery != SKR_NONE; s++) {
        walk.source = &delivery->sources[s];
        if (walk.source->is_live && skr_manifest_source_has(walk.source, walk.of_delivery) &&
            is_given(segment, part, &walk))
            return true;
    }
    return false;
}

bool skr_manifest_part_is_left(const skr_manifest *manifest, const skr_segment_entry *segment,
                               const skr_segment *file, uint32_t of_segment)
{
    uint32_t n_contigs = manifest->assemblies[segment->assembly].n_contigs;
    if (skr_manifest_is_superseded(segment, SKR_NONE, of_segment))
        return false;
    for (uint32_t p = 0; p < segment->n_parts; p++)
        if (gives(manifest, segment, &segment->parts[p], of_segment))
            return true;
    for (uint32_t contig = 0; contig < n_contigs; contig++)
        if (skr_segment_covers(file, contig) &&
            !skr_manifest_is_superseded(segment, contig, of_segment))
            return true;
    return false;
}

const skr_delivery *skr_manifest_part_delivery(const skr_manifest *manifest,
                                               const skr_segment_entry *segment,
                                               uint32_t of_segment)
{
    uint32_t last = SKR_NONE;
    for (uint32_t p = 0; p < segment->n_parts; p++) {
        uint32_t delivery = segment->parts[p].delivery;
        if ((last == SKR_NONE || delivery > last) &&
            skr_manifest_part_find(&segment->parts[p], of_segment) != SKR_NONE)
            last = delivery;
    }
    return &manifest->deliveries[last == SKR_NONE ? segment->parts[0].delivery : last];
}

const skr_source *skr_manifest_part_source_on(const skr_manifest *manifest,
                                              const skr_segment_entry *segment, uint32_t of_segment,
                                              uint32_t contig, skr_source_fn is_wanted,
                                              const void *context,
                                              const skr_delivery **ret_delivery)
{
    for (uint32_t p = 0; p < segment->n_parts; p++) {
        const skr_segment_part *part = &segment->parts[p];
        const skr_delivery *delivery = &manifest->deliveries[part->delivery];
        uint32_t of_delivery = skr_manifest_part_find(part, of_segment);
        if (of_delivery == SKR_NONE ||
            !skr_manifest_part_has(segment, part, of_delivery, of_segment, contig))
            continue;
        for (uint32_t s = 0; s < delivery->n_sources; s++) {
            const skr_source *source = &delivery->sources[s];
            if (!source->is_live || !skr_manifest_source_has(source, of_delivery) ||
                !list_has(source->contigs, source->n_contigs, contig) ||
                (is_wanted != NULL && !is_wanted(context, source)))
                continue;
            if (ret_delivery != NULL)
                *ret_delivery = delivery;
            return source;
        }
    }
    return NULL;
}
