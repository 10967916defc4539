/*
 * segment_reader.c - an open segment: its directory and samples, and what is found in them.
 *
 * What one thread reads of its tiles is in segment_view.c.
 */
#include <stdlib.h>
#include <string.h>

#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/segment_int.h"

/* Least bytes of a sample in its block: a name of one letter, two numbers, a karyotype. */
#define SAMPLE_BYTES_MIN 6u

static int compare_texts(const char *a, uint32_t n_a, const char *b, uint32_t n_b)
{
    uint32_t n = n_a < n_b ? n_a : n_b;
    int order = n == 0 ? 0 : memcmp(a, b, n);
    if (order != 0)
        return order;
    return n_a < n_b ? -1 : n_a > n_b;
}

int skr_allele_compare(const skr_allele *a, const skr_allele *b)
{
    if (a->contig != b->contig)
        return a->contig < b->contig ? -1 : 1;
    if (a->start0 != b->start0)
        return a->start0 < b->start0 ? -1 : 1;
    if (a->end0 != b->end0)
        return a->end0 < b->end0 ? -1 : 1;
    if ((a->kind == SKR_ALLELE_SV) != (b->kind == SKR_ALLELE_SV))
        return a->kind == SKR_ALLELE_SV ? 1 : -1;
    int order = compare_texts(a->ref, a->n_ref, b->ref, b->n_ref);
    return order != 0 ? order : compare_texts(a->alt, a->n_alt, b->alt, b->n_alt);
}

/* ------------------------------------------------------------------ samples */

/* Copies the names of a sample block, each NUL-terminated, into one piece of memory. */
static int take_names(skr_cursor *cursor, skr_sample *samples, uint32_t n, char **ret_names,
                      skr_err *err)
{
    char *names = malloc((size_t)(cursor->end - cursor->at) + n);
    if (names == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "segment: out of memory");
    *ret_names = names;
    for (uint32_t i = 0; i < n; i++) {
        size_t n_name = 0;
        const char *name = skr_cursor_text(cursor, &n_name);
        if (name == NULL || n_name == 0 || n_name > SKR_NAME_MAX ||
            memchr(name, '\0', n_name) != NULL)
            return skr_fail(err, SKR_ERR_CORRUPT, "the name of a sample is malformed");
        memcpy(names, name, n_name);
        names[n_name] = '\0';
        samples[i].name = names;
        names += n_name + 1;
    }
    return SKR_OK;
}

static bool karyotype_is_sound(skr_karyotype karyotype)
{
    if (karyotype.n_x == SKR_KARYOTYPE_UNKNOWN || karyotype.n_y == SKR_KARYOTYPE_UNKNOWN)
        return karyotype.n_x == karyotype.n_y;
    return karyotype.n_x <= SKR_PLOIDY_MAX && karyotype.n_y <= SKR_PLOIDY_MAX;
}

static int take_samples(const skr_buffer *raw, skr_sample *samples, uint32_t n, char **ret_names,
                        skr_err *err)
{
    skr_cursor cursor = skr_cursor_of(raw->bytes, raw->n);
    int status = take_names(&cursor, samples, n, ret_names, err);
    if (status < 0)
        return status;
    bool is_sound = true;
    int64_t individual = -1;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t step = skr_cursor_varint_max(&cursor, 2 * (uint64_t)SKR_INDIVIDUALS_MAX + 1);
        individual += 1 + skr_unzigzag(step);
        is_sound = is_sound && individual >= 0 && individual < SKR_INDIVIDUALS_MAX;
        samples[i].individual = (uint32_t)individual;
    }
    for (uint32_t i = 0; i < n; i++) {
        samples[i].karyotype.n_x = skr_cursor_u8(&cursor);
        samples[i].karyotype.n_y = skr_cursor_u8(&cursor);
        is_sound = is_sound && karyotype_is_sound(samples[i].karyotype);
    }
    for (uint32_t i = 0; i < n; i++)
        samples[i].source = (uint32_t)skr_cursor_varint_max(&cursor, UINT32_MAX);
    if (!is_sound || !skr_cursor_is_done(&cursor))
        return skr_fail(err, SKR_ERR_CORRUPT, "the sample table is malformed");
    return SKR_OK;
}

/* How many samples block number i of the table holds. */
static uint32_t samples_in_block(const skr_segment_directory *directory, uint32_t i)
{
    uint32_t n_left = directory->n_samples - i * SKR_SAMPLES_A_BLOCK;
    return n_left < SKR_SAMPLES_A_BLOCK ? n_left : SKR_SAMPLES_A_BLOCK;
}

static int read_samples(skr_segment *segment, skr_err *err)
{
    const skr_segment_directory *directory = &segment->directory;
    skr_block_reader *reader = NULL;
    skr_buffer raw = {0};

    /* before memory is taken for that many: can the blocks hold them? */
    int status = SKR_OK;
    for (uint32_t i = 0; i < directory->n_sample_blocks; i++)
        if (directory->sample_blocks[i].n_raw / SAMPLE_BYTES_MIN < samples_in_block(directory, i))
            return skr_fail(err, SKR_ERR_CORRUPT, "%s: more samples than their blocks can hold",
                            skr_block_file_name(segment->file));
    segment->samples = calloc(directory->n_samples, sizeof *segment->samples);
    segment->names = calloc(directory->n_sample_blocks, sizeof *segment->names);
    if (segment->samples == NULL || segment->names == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "segment: out of memory");
    status = skr_block_reader_new(SKR_IO_PREAD, &reader, err);
    for (uint32_t i = 0; i < directory->n_sample_blocks && status == SKR_OK; i++) {
        skr_block_wish wish = {segment->file, directory->sample_blocks[i], &raw};
        status = skr_block_reader_get(reader, &wish, 1, err);
        if (status < 0)
            break;
        status = take_samples(&raw, segment->samples + (size_t)i * SKR_SAMPLES_A_BLOCK,
                              samples_in_block(directory, i), &segment->names[i], err);
        if (status == SKR_ERR_CORRUPT)
            status = skr_fail_in(err, status, "%s", skr_block_file_name(segment->file));
    }
    skr_buffer_done(&raw);
    skr_block_reader_free(reader);
    return status;
}

static int fill_copies_expected(skr_segment *segment, skr_err *err)
{
    uint32_t n_samples = segment->directory.n_samples;
    for (unsigned zone = 0; zone < SKR_N_ZONES; zone++) {
        uint8_t *copies = malloc(n_samples);
        if (copies == NULL)
            return skr_fail(err, SKR_ERR_NOMEM, "segment: out of memory");
        segment->copies_expected[zone] = copies;
        for (uint32_t i = 0; i < n_samples; i++) {
            copies[i] = skr_copies_expected((skr_zone)zone, segment->samples[i].karyotype);
            segment->n_copies_expected[zone] += copies[i];
        }
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ opening */

int skr_segment_open(const char *folder, const skr_file_id *id, skr_segment **ret_segment,
                     skr_err *err)
{
    skr_segment *segment = calloc(1, sizeof *segment);
    if (segment == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "segment: out of memory");
    int status = skr_block_file_open(folder, id, SKR_FILE_SEGMENT, &segment->file, err);
    if (status == SKR_OK)
        status = skr_segment_directory_decode(segment->file, &segment->directory, err);
    if (status == SKR_OK)
        status = read_samples(segment, err);
    if (status == SKR_OK)
        status = fill_copies_expected(segment, err);
    if (status < 0) {
        skr_segment_close(segment);
        return status;
    }
    *ret_segment = segment;
    return SKR_OK;
}

void skr_segment_close(skr_segment *segment)
{
    if (segment == NULL)
        return;
    for (uint32_t i = 0; segment->names != NULL && i < segment->directory.n_sample_blocks; i++)
        free(segment->names[i]);
    free(segment->names);
    free(segment->samples);
    for (unsigned zone = 0; zone < SKR_N_ZONES; zone++)
        free(segment->copies_expected[zone]);
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

const skr_sample *skr_segment_samples(const skr_segment *segment)
{
    return segment->samples;
}

const uint8_t *skr_segment_copies_expected(const skr_segment *segment, skr_zone zone)
{
    SKR_CHECK(zone < (skr_zone)SKR_N_ZONES);
    return segment->copies_expected[zone];
}

uint64_t skr_segment_n_copies_expected(const skr_segment *segment, skr_zone zone)
{
    SKR_CHECK(zone < (skr_zone)SKR_N_ZONES);
    return segment->n_copies_expected[zone];
}

const skr_tile *skr_segment_tiles(const skr_segment *segment, size_t *ret_n)
{
    *ret_n = segment->directory.n_tiles;
    return segment->directory.tiles;
}

const skr_wide_row *skr_segment_wide_rows(const skr_segment *segment, size_t *ret_n)
{
    *ret_n = segment->directory.n_wide_rows;
    return segment->directory.wide_rows;
}

/* The index of the first tile that is not before (contig, number). */
static size_t lower_bound(const skr_segment_directory *directory, uint32_t contig, uint32_t number)
{
    size_t low = 0;
    size_t high = directory->n_tiles;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const skr_tile *tile = &directory->tiles[middle];
        if (tile->contig < contig || (tile->contig == contig && tile->number < number))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void skr_segment_find_tiles(const skr_segment *segment, uint32_t contig, uint32_t number0,
                            uint32_t number1, size_t *ret_from, size_t *ret_to)
{
    *ret_from = lower_bound(&segment->directory, contig, number0);
    *ret_to = lower_bound(&segment->directory, contig, number1);
    if (*ret_to < *ret_from)
        *ret_to = *ret_from;
}
