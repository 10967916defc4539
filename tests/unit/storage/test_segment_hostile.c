/*
 * A segment whose checksums are right and whose contents are not: opening, reading and verifying it
 * give an error or sound values, and what verify calls sound reads to the end.
 *
 * A small segment is taken apart into its blocks; one block, or the directory, is changed; and all
 * of it is written again as a file that the container finds nothing wrong with.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage/base/limits.h"
#include "storage/segment/segment_marks.h"
#include "storage/segment/segment_view_int.h"

#define SEED UINT64_C(31415926535)
#define N_CHANGES 800
#define N_PARTS_MAX 200
#define REF_BYTES 24

static uint64_t state = SEED;
static skr_err err;
static char folder[] = "/tmp/skerry-test-hostile-XXXXXX";

static uint64_t draw(uint64_t below)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (state * UINT64_C(2685821657736338717) >> 11) % below;
}

/* ------------------------------------------------------------------ a segment with one of each */

static char names[][8] = {"ann", "bob", "cem", "dia", "eve"};
#define N_SAMPLES 5u

static void add_row(skr_segment_writer *writer, uint32_t contig, uint32_t start0, unsigned kind)
{
    static const char *const refs[] = {"A", "A", "ACCT", "AC", "AC", ""};
    static const char *const alts[] = {"G", "ATTG", "A", "GT", "GTT", "DEL"};
    uint8_t calls[N_SAMPLES] = {SKR_CALL_DEFAULT, SKR_CALL_DEFAULT, SKR_CALL_DEFAULT,
                                (uint8_t)(SKR_CALL_DEFAULT + draw(3)), 3};
    skr_carriers carriers = {0};
    skr_call_set set = {0};
    skr_allele allele = {.contig = contig,
                         .start0 = start0,
                         .kind = (skr_allele_kind)kind,
                         .n_ref = (uint32_t)strlen(refs[kind]),
                         .n_alt = (uint32_t)strlen(alts[kind]),
                         .ref = refs[kind],
                         .alt = alts[kind]};
    allele.end0 = start0 + (kind == SKR_ALLELE_SV ? 2000 : allele.n_ref);
    for (uint32_t i = 0; i < 3; i++)
        if (draw(2) == 0)
            cr_assert(eq(int, skr_carriers_add(&carriers, i, (uint8_t)(1 + draw(2)), &err), 0));
    if (draw(2) == 0)
        cr_assert(eq(int, skr_carriers_add_bag(&carriers, (skr_bag){4, 2, SKR_PARTIAL}, &err), 0));
    cr_assert(eq(int, skr_call_set_from_calls(calls, N_SAMPLES, &set, &err), 0));
    cr_assert(
        eq(int, skr_segment_writer_add_row(writer, &allele, &carriers, &set, false, &err), 0));
    skr_carriers_done(&carriers);
    skr_call_set_done(&set);
}

static void add_span(skr_segment_writer *writer, uint32_t contig, uint32_t start0, uint32_t n)
{
    uint8_t calls[N_SAMPLES] = {SKR_CALL_DEFAULT, SKR_CALL_NO_CALL, (uint8_t)draw(4),
                                SKR_CALL_NO_STATEMENT, SKR_CALL_DEFAULT};
    skr_call_set set = {0};
    cr_assert(eq(int, skr_call_set_from_calls(calls, N_SAMPLES, &set, &err), 0));
    cr_assert(eq(int,
                 skr_segment_writer_add_span(writer, contig, start0, start0 + n, SKR_PLOIDY_DIPLOID,
                                             &set, &err),
                 0));
    skr_call_set_done(&set);
}

static void add_coverage(skr_segment_writer *writer, uint32_t contig)
{
    skr_cover_run runs[3 * N_SAMPLES];
    uint32_t first[N_SAMPLES + 1];
    for (uint32_t start0 = 0; start0 < 3000; start0 += 1000) {
        const skr_cover_place place = {start0, start0 + 900, N_SAMPLES};
        for (uint32_t s = 0; s < N_SAMPLES; s++) {
            first[s] = 3 * s;
            for (uint32_t i = 0; i < 3; i++)
                runs[3 * s + i] =
                    (skr_cover_run){start0 + 300 * i, start0 + 300 * i + 1 + (uint32_t)draw(300),
                                    draw(3) == 0 ? SKR_CALL_NO_CALL : SKR_CALL_DEFAULT};
        }
        first[N_SAMPLES] = 3 * N_SAMPLES;
        cr_assert(eq(int,
                     skr_segment_writer_add_coverage(writer, contig, SKR_PLOIDY_DIPLOID, &place,
                                                     runs, first, &err),
                     0));
    }
}

static skr_file_id write_original(void)
{
    skr_sample samples[N_SAMPLES];
    skr_segment_writer *writer = NULL;
    skr_file_id id;
    for (uint32_t i = 0; i < N_SAMPLES; i++)
        samples[i] = (skr_sample){names[i], 7 * i, {(uint8_t)(1 + i % 3), (uint8_t)(i % 2)}};
    skr_segment_plan plan = {.samples = samples,
                             .n_samples = N_SAMPLES,
                             .n_contigs = 3,
                             .n_rows_expected = 1000,
                             .n_bases_expected = 1,
                             .order_carriers_min = 2,
                             .order_rows_max = 4,
                             .wants_orders = true};
    cr_assert(eq(int, skr_segment_writer_new(folder, "a.skr", &plan, &writer, &err), 0));
    for (uint32_t contig = 0; contig < 3; contig += 2) {
        for (uint32_t at = 0; at < 12; at++) {
            add_row(writer, contig, 200 * at, at % 6);
            add_span(writer, contig, 200 * at, at % 5 == 4 ? 1500 : 20);
        }
        add_coverage(writer, contig);
    }
    cr_assert(eq(int, skr_segment_writer_finish(writer, &id, NULL, &err), 0));
    skr_segment_writer_free(writer);
    return id;
}

/* ------------------------------------------------------------------ apart and together */

typedef struct part {
    skr_block_ref *ref; /* in the directory, to be set; NULL: chunk_ref */
    uint8_t *chunk_ref; /* in stored bytes: its carriers' block's, the sample table's */
    skr_buffer raw;
} part;

static part parts[N_PARTS_MAX];
static size_t n_parts;

static part *add_part(const skr_segment *segment, skr_block_reader *reader, skr_block_ref *ref,
                      uint8_t *chunk_ref)
{
    skr_cursor cursor = skr_cursor_of(chunk_ref, REF_BYTES);
    skr_block_ref from = chunk_ref == NULL ? *ref : skr_block_ref_take(&cursor);
    cr_assert(n_parts < N_PARTS_MAX);
    if (from.n_raw == 0)
        return NULL;
    part *added = &parts[n_parts++];
    *added = (part){.ref = ref, .chunk_ref = chunk_ref};
    skr_block_wish wish = {segment->file, from, &added->raw};
    cr_assert(eq(int, skr_block_reader_get(reader, &wish, 1, &err), 0));
    return added;
}

static int count_ref(void *context, const skr_block_ref *ref, skr_err *unused)
{
    (void)ref;
    (void)unused;
    (*(uint32_t *)context)++;
    return SKR_OK;
}

/* The sample table stands after 9 numbers of the directory. */
static void copy_sample_part(const skr_segment *segment, skr_segment_directory *directory)
{
    size_t n;
    const uint8_t *bytes = skr_block_file_directory(segment->file, &n);
    skr_cursor cursor = skr_cursor_of(bytes, n);
    skr_sample_table *table = NULL;
    for (int i = 0; i < 9; i++)
        (void)skr_cursor_varint(&cursor);
    const uint8_t *from = cursor.at;
    cr_assert(eq(int, skr_sample_table_take(segment->file, &cursor, N_SAMPLES, &table, &err), 0));
    skr_sample_table_free(table);
    cr_assert(eq(
        int, skr_buffer_put(&directory->sample_part, from, (size_t)(cursor.at - from), &err), 0));
}

/* Tiles and orders this small have one chunk, whose reference lies after the number 1. */
static void add_chunk(const skr_segment *segment, skr_block_reader *reader, const part *rows)
{
    cr_assert(eq(u8, rows->raw.bytes[0], 1));
    (void)add_part(segment, reader, NULL, rows->raw.bytes + 1);
}

/* Takes the file apart; the references of directory will be those of the next file. */
static void take_apart(const skr_segment *segment, skr_segment_directory *directory)
{
    skr_block_reader *reader = NULL;
    cr_assert(eq(int, skr_block_reader_new(SKR_IO_PREAD, &reader, &err), 0));
    uint32_t n_refs = 0;
    cr_assert(eq(int, skr_sample_table_refs(directory->samples, count_ref, &n_refs, &err), 0));
    cr_assert(eq(u32, n_refs, 3)); /* individuals, karyotypes, names; they end its part */
    copy_sample_part(segment, directory);
    for (uint32_t i = 1; i <= n_refs; i++)
        (void)add_part(segment, reader, NULL,
                       directory->sample_part.bytes + directory->sample_part.n - i * REF_BYTES);
    for (size_t i = 0; i < directory->n_wide_spans; i++) {
        (void)add_part(segment, reader, &directory->wide_spans[i].calls, NULL);
        (void)add_part(segment, reader, &directory->wide_spans[i].spans, NULL);
    }
    for (size_t i = 0; i < directory->n_chunks; i++)
        (void)add_part(segment, reader, &directory->chunks[i].ref, NULL);
    for (size_t i = 0; i < directory->tiles.n; i++)
        for (unsigned j = 0; j < SKR_N_TILE_BLOCKS; j++) {
            part *added = add_part(segment, reader, &directory->tiles.refs[i].of[j], NULL);
            if (added != NULL && j == SKR_TILE_CARRIERS)
                add_chunk(segment, reader, added);
        }
    for (size_t i = 0; i < directory->n_orders; i++) {
        add_chunk(segment, reader, add_part(segment, reader, &directory->orders[i].rows, NULL));
        (void)add_part(segment, reader, &directory->orders[i].classes, NULL);
    }
    cr_assert(gt(sz, directory->n_orders, 1));
    skr_block_reader_free(reader);
}

static void change(uint8_t *bytes, size_t n)
{
    for (uint64_t i = 1 + draw(3); i > 0; i--) {
        size_t at = draw(n);
        bytes[at] = draw(3) == 0 ? (uint8_t)(bytes[at] ^ 1u << draw(8)) : (uint8_t)draw(256);
    }
}

#define TILES_A_GROUP 2u

/* Writes the tiles in groups, one of which is changed where that is wanted. */
static void put_groups(skr_tile_list *tiles, skr_block_writer *writer, bool is_bad)
{
    skr_block_writer *scratch = NULL;
    skr_buffer bytes = {0};
    (void)unlink("c.skr");
    cr_assert(eq(int, skr_block_writer_new(folder, "c.skr", SKR_FILE_SEGMENT, &scratch, &err), 0));
    cr_assert(eq(int, skr_segment_tiles_group(tiles, TILES_A_GROUP, scratch, &err), 0));
    size_t bad = is_bad ? draw(tiles->n_groups) : SIZE_MAX;
    for (size_t g = 0; g < tiles->n_groups; g++) {
        size_t from = g * TILES_A_GROUP;
        size_t n = tiles->n - from < TILES_A_GROUP ? tiles->n - from : TILES_A_GROUP;
        const skr_tile_list some = {.list = tiles->list + from, .refs = tiles->refs + from, .n = n};
        bytes.n = 0;
        cr_assert(eq(int, skr_segment_tiles_encode(&some, &bytes, &err), 0));
        if (g == bad)
            change(bytes.bytes, bytes.n);
        cr_assert(eq(int,
                     skr_block_writer_put(writer, bytes.bytes, bytes.n, SKR_CODEC_PLAIN,
                                          &tiles->groups[g].ref, &err),
                     0));
    }
    skr_block_writer_free(scratch);
    skr_buffer_done(&bytes);
}

static void forget_groups(skr_tile_list *tiles)
{
    free(tiles->groups);
    tiles->groups = NULL;
    tiles->n_groups = 0;
    tiles->n_a_group = 0;
}

/* Writes the parts as b.skr with part number `bad` changed; n_parts: the directory. Behind it: a
 * group of tiles, which are in groups then, as they are in the directory for every other one. */
static skr_file_id put_together(skr_segment_directory *directory, size_t bad)
{
    skr_block_writer *writer = NULL;
    skr_buffer bytes = {0};
    skr_file_id id;
    (void)unlink("b.skr");
    cr_assert(eq(int, skr_block_writer_new(folder, "b.skr", SKR_FILE_SEGMENT, &writer, &err), 0));
    for (size_t i = n_parts; i-- > 0;) { /* chunks before the blocks that name them */
        bytes.n = 0;
        cr_assert(eq(int, skr_buffer_put(&bytes, parts[i].raw.bytes, parts[i].raw.n, &err), 0));
        if (i == bad)
            change(bytes.bytes, bytes.n);
        skr_block_ref ref;
        cr_assert(eq(int,
                     skr_block_writer_put(writer, bytes.bytes, bytes.n, SKR_CODEC_ZSTD, &ref, &err),
                     0));
        if (parts[i].ref != NULL) {
            *parts[i].ref = ref;
        } else {
            skr_buffer stored = {0};
            cr_assert(eq(int, skr_block_ref_put(&stored, &ref, &err), 0));
            memcpy(parts[i].chunk_ref, stored.bytes, REF_BYTES);
            skr_buffer_done(&stored);
        }
    }
    bytes.n = 0;
    if (bad > n_parts || bad % 2 == 0)
        put_groups(&directory->tiles, writer, bad == n_parts + 1);
    cr_assert(eq(int, skr_segment_directory_encode(directory, &bytes, &err), 0));
    forget_groups(&directory->tiles);
    if (bad == n_parts)
        change(bytes.bytes, bytes.n);
    cr_assert(eq(int, skr_block_writer_finish(writer, bytes.bytes, bytes.n, &id, &err), 0));
    skr_block_writer_free(writer);
    skr_buffer_done(&bytes);
    return id;
}

/* ------------------------------------------------------------------ reading what was made */

static unsigned n_faults;

static void count_fault(void *context, const char *text)
{
    (void)context;
    (void)text;
    n_faults++;
}

static unsigned n_refused;

static bool is_ok(int status)
{
    cr_assert(status == SKR_OK || status == SKR_ERR_CORRUPT, "%d: %s", status, err.message);
    n_refused += status != SKR_OK;
    return status == SKR_OK;
}

static void read_row(skr_segment_view *view, size_t tile, const skr_tile_rows *rows, uint32_t row,
                     uint32_t n_samples)
{
    const skr_call_set *set;
    uint64_t *bitmap = calloc(n_samples / 64 + 1, sizeof *bitmap);
    uint64_t an;
    skr_carriers carriers = {0};
    skr_carrier_tally tally;
    skr_allele allele = skr_segment_tile_rows_allele(rows, row);
    cr_assert(allele.n_alt > 0 && allele.alt[allele.n_alt - 1] > ' ' &&
              allele.end0 > allele.start0);
    cr_assert(allele.n_ref == 0 || allele.ref[allele.n_ref - 1] > ' ');
    cr_assert(rows->totals[row].ac <= rows->totals[row].an);
    bitmap[0] = 21;
    const skr_sample_set who = {.bits = bitmap, .serial = 1, .n = 3};
    (void)is_ok(skr_segment_view_decode(view, tile, row, &carriers, &err));
    (void)is_ok(skr_segment_view_tally(view, tile, &row, 1, &who, &tally, &err));
    (void)is_ok(skr_segment_view_n_called(view, tile, &row, 1, &who, &an, &err));
    skr_segment_marks *marks = NULL;
    cr_assert(eq(int, skr_segment_marks_new(view, &marks, &err), 0));
    (void)is_ok(skr_segment_marks_add(marks, tile, &row, 1, &err));
    (void)skr_segment_marks_finish(marks);
    skr_segment_marks_free(marks);
    free(bitmap);
    (void)is_ok(skr_segment_view_calls(view, tile, row, &set, &err));
    skr_carriers_done(&carriers);
}

static void read_samples(const skr_segment *segment, uint32_t n_samples)
{
    const skr_sample_table *table = skr_segment_samples(segment);
    skr_individuals individuals;
    skr_sample_names sample_names;
    uint64_t *bitmap = calloc(n_samples / 64 + 1, sizeof *bitmap);
    uint32_t first;
    uint32_t last;
    uint64_t n;
    skr_sample_table_range(table, &first, &last);
    if (is_ok(skr_sample_table_individuals(table, &individuals, &err)))
        for (uint32_t i = 0; i < n_samples; i++)
            cr_assert(skr_individual_of(&individuals, i) >= first &&
                      skr_individual_of(&individuals, i) <= last);
    if (!skr_sample_table_names_are_ids(table) &&
        is_ok(skr_sample_table_names(table, &sample_names, &err))) {
        cr_assert(ne(u64, strlen((char *)sample_names.text.bytes + sample_names.offsets[0]), 0));
        skr_sample_names_done(&sample_names);
    }
    bitmap[0] = 1;
    if (is_ok(skr_sample_table_count_copies(table, SKR_PLOIDY_X, bitmap, &n, &err)))
        cr_assert(n <= skr_sample_table_n_copies(table, SKR_PLOIDY_X));
    free(bitmap);
}

static void read_all(const skr_file_id *id)
{
    skr_segment *segment = NULL;
    skr_block_reader *reader = NULL;
    skr_segment_view *view = NULL;
    size_t n_tiles;
    if (!is_ok(skr_segment_open(folder, id, &segment, &err)))
        return;
    cr_assert(eq(int, skr_block_reader_new(SKR_IO_PREAD, &reader, &err), 0));
    cr_assert(eq(int, skr_segment_view_new(segment, reader, &view, &err), 0));
    (void)skr_segment_tiles(segment, &n_tiles);
    uint32_t n_samples = skr_segment_n_samples(segment);
    read_samples(segment, n_samples);
    uint8_t *called = malloc(n_samples);
    for (size_t i = 0; i < n_tiles; i++) {
        const skr_tile_rows *rows;
        if (!is_ok(skr_segment_need_tiles(segment, i, i + 1, &err)))
            continue;
        if (!is_ok(skr_segment_view_rows(view, i, &rows, &err)))
            continue;
        for (uint32_t row = 0; row < rows->n; row++)
            read_row(view, i, rows, row, n_samples);
    }
    for (uint32_t contig = 0; contig < 3; contig++)
        for (uint32_t start0 = 0; start0 < 4000; start0 += 190)
            if (is_ok(skr_segment_view_called(view, contig, start0, start0 + 30, called, &err)))
                for (uint32_t i = 0; i < n_samples; i++)
                    cr_assert(called[i] <= SKR_PLOIDY_MAX || called[i] >= SKR_CALL_NO_CALL);
    free(called);
    skr_segment_view_free(view);
    skr_block_reader_free(reader);
    skr_segment_close(segment);
}

static void tear_down(void)
{
    (void)unlink("a.skr");
    (void)unlink("b.skr");
    (void)unlink("c.skr");
    (void)!chdir("/");
    (void)rmdir(folder);
}

Test(segment_hostile, gives_errors_or_sound_values, .fini = tear_down)
{
    skr_segment *segment = NULL;
    skr_segment_directory directory = {0};
    cr_assert(mkdtemp(folder) != NULL);
    cr_assert(eq(int, chdir(folder), 0));
    skr_file_id id = write_original();
    cr_assert(eq(int, skr_segment_open(folder, &id, &segment, &err), 0));
    cr_assert(eq(int, skr_segment_directory_decode(segment->file, &directory, &err), 0));
    take_apart(segment, &directory);
    skr_segment_close(segment);
    cr_assert(directory.tiles.n > 4 && directory.n_wide_rows > 0 && directory.n_wide_spans > 0);

    id = put_together(&directory, SIZE_MAX);
    cr_assert(eq(int, skr_segment_verify(folder, &id, count_fault, NULL, &err), 0));
    cr_assert(eq(u32, n_faults, 0));
    unsigned n_sound = 0;
    for (int i = 0; i < N_CHANGES; i++) {
        size_t bad = draw(4) == 0 ? n_parts + draw(2) : draw(n_parts);
        id = put_together(&directory, bad);
        n_faults = 0;
        n_refused = 0;
        cr_assert(eq(int, skr_segment_verify(folder, &id, count_fault, NULL, &err), 0));
        read_all(&id);
        cr_assert(n_faults > 0 || n_refused == 0, "seed %lu, change %d: verify found nothing",
                  (unsigned long)SEED, i);
        n_sound += n_faults == 0;
    }
    /* another base, another individual: some changes only make another sound segment */
    cr_assert(n_sound < N_CHANGES / 3, "%u", n_sound);
    for (size_t i = 0; i < n_parts; i++)
        skr_buffer_done(&parts[i].raw);
    skr_segment_directory_done(&directory);
}
