/*
 * manifest_parts.h - what deliveries still give to the segment that they are in.
 *
 * A sample of a delivery has a contig in a segment as long as it is in it, the segment was not made
 * without that contig of it, and no tombstone of the segment names it there.
 *
 * Threads: as the manifest.
 */
#ifndef SKR_STORAGE_MANIFEST_PARTS_H
#define SKR_STORAGE_MANIFEST_PARTS_H

#include "storage/manifest.h"
#include "storage/segment/segment.h"

/* Has a source a sample (its number in the delivery)? */
bool skr_manifest_source_has(const skr_source *source, uint32_t of_delivery);

/* From samples of the delivery, ascending, to those of the segment. */
typedef struct skr_manifest_part_walk {
    const skr_segment_part *part;
    uint32_t run;
    uint32_t first; /* of the run at hand: sample of the delivery */
} skr_manifest_part_walk;

/* As skr_manifest_part_sample, for ascending numbers: all of them together cost the runs once. */
uint32_t skr_manifest_part_walk_to(skr_manifest_part_walk *walk, uint32_t of_delivery);

/* Has a sample of the delivery a contig in the segment, if it had it when it came? of_segment is
 * its number there, not SKR_NONE. */
bool skr_manifest_part_has(const skr_segment_entry *segment, const skr_segment_part *part,
                           uint32_t of_delivery, uint32_t of_segment, uint32_t contig);

/* Does anything of a source, of the delivery of the part, still count? One without records stays
 * until all of its samples have withdrawn. */
bool skr_manifest_part_is_source_alive(const skr_manifest *manifest,
                                       const skr_segment_entry *segment,
                                       const skr_segment_part *part, const skr_source *source);

/* Does all of it? misses_withdrawn: those who have withdrawn are missed. */
bool skr_manifest_part_is_source_whole(const skr_manifest *manifest,
                                       const skr_segment_entry *segment,
                                       const skr_segment_part *part, const skr_source *source,
                                       bool misses_withdrawn);

/* Does nobody of a source count on any contig, because all of them have withdrawn? Or is nothing of
 * it in the segment any more? */
bool skr_manifest_part_has_left(const skr_manifest *manifest, const skr_segment_entry *segment,
                                const skr_segment_part *part, const skr_source *source);

/*
 * Sets is_alive, of each sample of the segment: 1 if a live source gives it anything, be it that it
 * has no records; 0 if not.
 */
void skr_manifest_part_mark_alive(const skr_manifest *manifest, const skr_segment_entry *segment,
                                  uint8_t *is_alive);

/*
 * Does anything of a sample of the segment still count: what a live source gives it, be it that it
 * has no records, or coverage of contigs that no source names, as a BED has it? file: the
 * segment's.
 */
bool skr_manifest_part_is_left(const skr_manifest *manifest, const skr_segment_entry *segment,
                               const skr_segment *file, uint32_t of_segment);

/* The last delivery that has a sample of the segment. */
const skr_delivery *skr_manifest_part_delivery(const skr_manifest *manifest,
                                               const skr_segment_entry *segment,
                                               uint32_t of_segment);

/*
 * A live source that gives a sample of the segment its data on a contig, or NULL. It is the first
 * of which is_wanted, unless that is NULL, is true. *ret_delivery, which may be NULL, is whose it
 * is.
 */
typedef bool (*skr_source_fn)(const void *context, const skr_source *source);
const skr_source *skr_manifest_part_source_on(const skr_manifest *manifest,
                                              const skr_segment_entry *segment, uint32_t of_segment,
                                              uint32_t contig, skr_source_fn is_wanted,
                                              const void *context,
                                              const skr_delivery **ret_delivery);

#endif
