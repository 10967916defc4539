/*
 * segment_steps_int.h - the step functions of a segment: found, read, made and compared.
 */
#ifndef SKR_STORAGE_SEGMENT_SEGMENT_STEPS_INT_H
#define SKR_STORAGE_SEGMENT_SEGMENT_STEPS_INT_H

#include "storage/coverage/steps.h"
#include "storage/segment/segment_track.h"
#include "storage/segment/segment_view_int.h"

/* The first block of steps of a contig, or of a later one, that ends after a base. */
size_t skr_segment_steps_find(const skr_segment_directory *directory, uint32_t contig,
                              uint32_t start0);

/* As skr_steps_visit, of a stretch that lies in one block. Errors: as that; IO, NOMEM. */
SKR_MUST_USE int skr_segment_steps_visit(skr_segment_view *view, size_t number,
                                         const uint32_t stretch0[2], skr_step_fn visit,
                                         void *context, skr_err *err);

/* With fewer samples a sweep is fast enough. */
#define SKR_STEPS_SAMPLES_MIN 256u

/* A list of blocks of steps. Zero-initialise; the list is freed with free. */
typedef struct skr_steps_list {
    skr_cover_chunk *list;
    size_t n;
    size_t n_max;
} skr_steps_list;

/*
 * Sweeps all that a segment says, and writes blocks of steps for the stretches where each step
 * stands for many looks at samples; wants_all: for all of it. Errors: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_segment_steps_make(const skr_segment *segment, skr_block_writer *writer,
                                        bool wants_all, skr_steps_list *list, skr_err *err);

/* Does a block of steps say what a sweep says? Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_segment_steps_check(skr_segment_view *view, size_t number, bool *ret_is_right,
                                         skr_err *err);

#endif
