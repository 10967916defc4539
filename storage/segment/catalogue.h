/*
 * catalogue.h - many segments of one dataset and assembly that are asked as one.
 *
 * A catalogue has the rows of all its members, each allele once, with the totals of all of them
 * together; and of each row which members have it, in which of them it has carriers, and in which
 * everybody was called. An open catalogue is a segment whose samples are those of its members, one
 * after the other, and answers as such: from its own bytes where totals are enough, else from the
 * members that have to do with it. These are opened when they are first needed.
 *
 * It holds nothing that its members do not say; who is replaced or withdrawn is not its business.
 * docs/format.md, "Catalogue", says every byte.
 *
 * Threads: as segments.
 */
#ifndef SKR_STORAGE_SEGMENT_CATALOGUE_H
#define SKR_STORAGE_SEGMENT_CATALOGUE_H

#include "storage/segment/segment.h"

/* One segment of a catalogue. */
typedef struct skr_catalogue_member {
    skr_file_id file;
    uint32_t n_samples;
    uint64_t n_rows;
    bool has_spans; /* it says who was called where there is no row: spans or coverage */
} skr_catalogue_member;

/* Opens a catalogue, none of its members. The caller owns it. Errors: as block files. */
SKR_MUST_USE int skr_catalogue_open(struct skr_open_files *files, const char *folder,
                                    const skr_file_id *id, skr_segment **ret_catalogue,
                                    skr_err *err);

/* Is it a catalogue, or a segment of its own? */
bool skr_segment_is_catalogue(const skr_segment *segment);

/* Its members, in the order of their samples; NULL: it is a segment of its own. */
const skr_catalogue_member *skr_catalogue_members(const skr_segment *segment, uint32_t *ret_n);

/*
 * A member, opened if it was not; belongs to the catalogue. Errors: as block files; CORRUPT where
 * it is not what the catalogue says.
 */
SKR_MUST_USE int skr_catalogue_member_open(const skr_segment *catalogue, uint32_t member,
                                           const skr_segment **ret_member, skr_err *err);

/* Bytes of all catalogues that were written so that this one could be: it and what it replaced. */
uint64_t skr_catalogue_spent(const skr_segment *catalogue);

/*
 * Writes a catalogue of all members of the sources, which are segments and catalogues of one
 * dataset and assembly, n of them. Errors: LIMIT where they have no catalogue together; CORRUPT,
 * IO, NOMEM.
 */
SKR_MUST_USE int skr_catalogue_write(const char *folder, const char *name,
                                     skr_segment *const *sources, uint32_t n, skr_file_id *ret_id,
                                     skr_err *err);

/*
 * Reads a catalogue and all its members and compares them; reports every fault. Errors beyond
 * faults: IO, NOMEM.
 */
SKR_MUST_USE int skr_catalogue_verify(const char *folder, const skr_file_id *id,
                                      skr_fault_fn on_fault, void *context, skr_err *err);

#endif
