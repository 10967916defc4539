/*
 * segment_reader.c - an open segment: its directory, and what is found in it.
 *
 * What one thread reads of its tiles is in segment_view.c.
 */
#include <stdlib.h>
#include <string.h>

#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/segment/segment_view_int.h"

static int compare_texts(const char *a, uint32_t n_a, const char *b, uint32_t n_b)
{
    uint32_t n = n_a < n_b ? n_a : n_b;
    int order = n == 0 ? 0 : memcmp(a, b, n);
    if (order != 0)
        return order;
    return n_a < n_b ? -1 : n_a > n_b;
}

int skr_segment_allele_compare(const skr_allele *a, const skr_allele *b)
{
    if (a->contig != b->contig)
        return a->contig < b->contig ? -1 : 1;
    if (a->start0 != b->start0)
        return a->start0 < b->start0 ? -1 : 1;
    if (a->end0 != b->end0)
        return a->end0 < b->end0 ? -1 : 1;
    if (a->kind != b->kind && (a->kind >= SKR_ALLELE_SV || b->kind >= SKR_ALLELE_SV))
        return a->kind < b->kind ? -1 : 1;
    int order = compare_texts(a->ref, a->n_ref, b->ref, b->n_ref);
    return order != 0 ? order : compare_texts(a->alt, a->n_alt, b->alt, b->n_alt);
}

/* ------------------------------------------------------------------ opening */

static bool has_spans(const skr_segment_directory *directory)
{
    return directory->n_wide_spans > 0 || directory->n_chunks > 0 ||
           skr_segment_tiles_span(&directory->tiles);
}

int skr_segment_open(const char *folder, const skr_file_id *id, skr_segment **ret_segment,
                     skr_err *err)
{
    return skr_segment_open_among(NULL, folder, id, ret_segment, err);
}

int skr_segment_open_among(struct skr_open_files *files, const char *folder, const skr_file_id *id,
                           skr_segment **ret_segment, skr_err *err)
{
    skr_segment *segment = calloc(1, sizeof *segment);
    if (segment == NULL)
        return skr_fail_nomem(err, "segment");
    atomic_init(&segment->n_users, 1);
    int status =
        skr_block_file_open_among(files, folder, id, SKR_FILE_SEGMENT, &segment->file, err);
    if (status == SKR_OK)
        status = skr_segment_directory_decode(segment->file, &segment->directory, err);
    if (status == SKR_OK)
        segment->has_spans = has_spans(&segment->directory);
    if (status == SKR_OK)
        segment->shapes = skr_gap_list_short_shapes_of(segment->directory.n_samples);
    if (status != SKR_OK) {
        skr_segment_close(segment);
        return status;
    }
    *ret_segment = segment;
    return SKR_OK;
}

void skr_segment_acquire(skr_segment *segment)
{
    unsigned n_before = atomic_fetch_add(&segment->n_users, 1);
    SKR_CHECK(n_before > 0);
}

void skr_segment_close(skr_segment *segment)
{
    if (segment == NULL || atomic_fetch_sub(&segment->n_users, 1) > 1)
        return;
    if (segment->catalogue != NULL)
        segment->methods->close(segment->catalogue);
    skr_segment_directory_done(&segment->directory);
    skr_block_file_close(segment->file);
    free(segment);
}

/* ------------------------------------------------------------------ what it knows */

uint32_t skr_segment_n_samples(const skr_segment *segment)
{
    return segment->directory.n_samples;
}

uint64_t skr_segment_n_rows(const skr_segment *segment)
{
    return segment->directory.n_rows;
}

uint32_t skr_segment_tile_shift(const skr_segment *segment)
{
    return segment->directory.tile_shift;
}

const skr_sample_table *skr_segment_samples(const skr_segment *segment)
{
    return segment->directory.samples;
}

const uint8_t *skr_segment_copies_expected(const skr_segment *segment, skr_ploidy ploidy)
{
    return skr_sample_table_copies(segment->directory.samples, ploidy);
}

int skr_segment_need_copies(const skr_segment *segment, skr_ploidy ploidy, skr_err *err)
{
    return skr_sample_table_need_copies(segment->directory.samples, ploidy, err);
}

uint64_t skr_segment_n_copies_expected(const skr_segment *segment, skr_ploidy ploidy)
{
    return skr_sample_table_n_copies(segment->directory.samples, ploidy);
}

const skr_wide_row *skr_segment_wide_rows(const skr_segment *segment, size_t *ret_n)
{
    *ret_n = segment->directory.n_wide_rows;
    return segment->directory.wide_rows;
}
