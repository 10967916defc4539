/*
 * A manifest read back is the one that was written; a changed, cut or contradictory one is refused.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "storage/base/crc32c.h"
#include "storage/block/format.h"
#include "storage/manifest.h"
#include "tests/support/random.h"

static skr_err err;

static skr_file_id make_file(const char *stem, uint32_t number)
{
    skr_file_id id = {.n_bytes = 1000 + number, .directory_crc = number * 77};
    snprintf(id.name, sizeof id.name, "%s-%u.skr", stem, number);
    return id;
}

/* Two are gone from the last dataset, which is hidden; one deletion is done, one is not. */
static void add_withdrawal(skr_manifest *manifest)
{
    static const skr_keyed_digest gone[] = {{{1, 2}}, {{1, 3}}};
    skr_dataset_entry *dataset = &manifest->datasets[manifest->n_datasets - 1];
    dataset->version = 3;
    dataset->flags = SKR_DATASET_HIDDEN;
    dataset->gone = malloc(sizeof gone);
    cr_assert(ne(ptr, dataset->gone, NULL));
    memcpy(dataset->gone, gone, sizeof gone);
    dataset->n_gone = 2;
    dataset->about = strdup("{\"id\": \"b\", \"name\": \"B\"}");
    cr_assert(ne(ptr, dataset->about, NULL));
    manifest->has_key = true;
    memset(manifest->key, 0x5a, sizeof manifest->key);
    skr_deletion done = {.generation = manifest->generation,
                         .time_s = 1796040001,
                         .dataset = manifest->n_datasets - 1,
                         .n_people = 2,
                         .reason = "consent",
                         .due_s = 1798632001,
                         .gone_generation = manifest->generation,
                         .files = (char *[]){"segment-1.skr"},
                         .n_files = 1};
    cr_assert(zero(int, skr_manifest_add_deletion(manifest, &done, NULL, &err)));
    skr_deletion open = {.generation = manifest->generation, .n_people = 1};
    uint32_t index = 9;
    cr_assert(zero(int, skr_manifest_add_deletion(manifest, &open, &index, &err)));
    cr_assert(eq(u32, index, 1));
    manifest->catalogues = calloc(1, sizeof *manifest->catalogues);
    cr_assert(ne(ptr, manifest->catalogues, NULL));
    manifest->catalogues[0] = make_file("catalogue", 8);
    manifest->n_catalogues = 1;
}

/*
 * Two datasets, an assembly of three contigs, one delivery of two files, a segment with tombstones;
 * somebody has withdrawn.
 */
static skr_manifest *make_small(void)
{
    skr_manifest *manifest = NULL;
    uint32_t index = 9;
    cr_assert(zero(int, skr_manifest_new(&manifest, &err)));
    manifest->generation = 7;
    cr_assert(zero(int, skr_manifest_add_dataset(manifest, "1000g", &index, &err)));
    cr_assert(zero(int, skr_manifest_add_dataset(manifest, "clinic", &index, &err)));
    cr_assert(zero(int, skr_manifest_add_assembly(manifest, "GRCh38", &index, &err)));
    skr_assembly *assembly = &manifest->assemblies[0];
    cr_assert(zero(int, skr_manifest_add_contig(assembly, "20", 64444167, &index, &err)));
    cr_assert(zero(int, skr_manifest_add_contig(assembly, "X", 0, &index, &err)));
    cr_assert(zero(int, skr_manifest_add_contig(assembly, "MT", 16569, &index, &err)));
    assembly->reference = make_file("reference", 3);
    uint32_t contigs[] = {0, 2};
    uint32_t samples[] = {1, 2};
    skr_source sources[2] = {
        {.name = "a.vcf.gz",
         .contigs = contigs,
         .n_contigs = 2,
         .silent = &contigs[1],
         .n_silent = 1,
         .is_live = true},
        {.name = "b.bcf", .digest = {1, 2}, .options = {3}, .samples = samples, .n_samples = 2}};
    skr_counter counters[] = {{"bad_alt", 0}, {"failed_gate", 12345678901}};
    skr_delivery delivery = {.generation = 7,
                             .time_s = 1796040000,
                             .dataset = 1,
                             .options = "format=vcf gate=adj",
                             .sources = sources,
                             .n_sources = 2,
                             .counters = counters,
                             .n_counters = 2,
                             .n_samples = 5,
                             .n_alleles = 40};
    cr_assert(zero(int, skr_manifest_add_delivery(manifest, &delivery, &index, &err)));
    cr_assert(zero(u32, index));
    skr_sample_run runs[] = {{2, 3}, {1, SKR_NONE}, {2, 0}};
    skr_tombstone left_out = {.contig = 1, .samples = samples, .n_samples = 2};
    skr_segment_part part = {.runs = runs, .n_runs = 3, .left_out = &left_out, .n_left_out = 1};
    skr_segment_entry segment = {.file = make_file("segment", 4), .dataset = 1, .n_samples = 5};
    segment.n_rows = 40;
    segment.parts = &part;
    segment.n_parts = 1;
    cr_assert(zero(int, skr_manifest_add_segment(manifest, &segment, NULL, &err)));
    skr_segment_entry *entry = &manifest->segments[0];
    cr_assert(zero(int, skr_manifest_supersede(entry, SKR_NONE, (uint32_t[]){4}, 1, &err)));
    cr_assert(zero(int, skr_manifest_supersede(entry, 2, (uint32_t[]){0, 3}, 2, &err)));
    manifest->people = make_file("people", 5);
    add_withdrawal(manifest);
    return manifest;
}

static void make_bytes(const skr_manifest *manifest, skr_buffer *bytes)
{
    bytes->n = 0;
    cr_assert(zero(int, skr_manifest_encode(manifest, bytes, &err)));
}

static int decode(const uint8_t *bytes, size_t n)
{
    skr_manifest *manifest = NULL;
    int status = skr_manifest_decode(bytes, n, &manifest, &err);
    bool is_written = manifest != NULL;
    cr_assert(eq(int, is_written, status == SKR_OK), "ret_ is written on success only");
    skr_manifest_free(manifest);
    return status;
}

/* Puts right checksums on bytes that were changed, so that what lies after them is reached. */
static void seal(uint8_t *bytes, size_t n)
{
    uint32_t crc = skr_crc32c(bytes, SKR_FORMAT_MANIFEST_CRC_AT);
    for (unsigned i = 0; i < 4; i++)
        bytes[SKR_FORMAT_MANIFEST_CRC_AT + i] = (uint8_t)(crc >> 8 * i);
    crc = skr_crc32c(bytes, n - 4);
    for (unsigned i = 0; i < 4; i++)
        bytes[n - 4 + i] = (uint8_t)(crc >> 8 * i);
}

/* The part that make_small makes: its samples 0 and 1 are 3 and 4, 3 and 4 are 0 and 1. */
static void check_part(const skr_segment_entry *segment)
{
    static const uint32_t in_segment[] = {3, 4, SKR_NONE, 0, 1, SKR_NONE};
    static const uint32_t in_delivery[] = {3, 4, SKR_NONE, 0, 1, SKR_NONE};
    cr_assert(eq(u32, segment->n_parts, 1));
    const skr_segment_part *part = &segment->parts[0];
    for (uint32_t i = 0; i < 6; i++) {
        cr_assert(eq(u32, skr_manifest_part_sample(part, i), in_segment[i]));
        cr_assert(eq(u32, skr_manifest_part_find(part, i), in_delivery[i]));
    }
    cr_assert(eq(u32, part->n_left_out, 1));
    cr_assert(skr_manifest_is_buried(part->left_out, 1, 1, 2));
    cr_assert(not(skr_manifest_is_buried(part->left_out, 1, 0, 2)));
    cr_assert(not(skr_manifest_is_buried(part->left_out, 1, 1, 0)));
}

static void check_withdrawal(const skr_manifest *copy)
{
    const skr_dataset_entry *dataset = &copy->datasets[1];
    cr_assert(eq(u64, copy->datasets[0].version, 1));
    cr_assert(eq(u64, dataset->version, 3));
    cr_assert(eq(u32, dataset->flags, SKR_DATASET_HIDDEN));
    cr_assert(eq(u32, dataset->n_gone, 2));
    cr_assert(eq(u8, dataset->gone[1].bytes[1], 3));
    cr_assert(copy->has_key && copy->key[31] == 0x5a);
    cr_assert(eq(u32, copy->n_deletions, 2));
    const skr_deletion *deletion = &copy->deletions[0];
    cr_assert(eq(u64, deletion->time_s, 1796040001));
    cr_assert(eq(u64, deletion->due_s, 1798632001));
    cr_assert(eq(u64, deletion->gone_generation, copy->generation));
    cr_assert(eq(u32, deletion->n_people, 2));
    cr_assert(eq(str, deletion->reason, "consent"));
    cr_assert(eq(str, deletion->files[0], "segment-1.skr"));
    cr_assert(eq(str, copy->deletions[1].reason, ""));
    cr_assert(eq(u32, copy->n_catalogues, 1));
    cr_assert(eq(str, (char *)copy->catalogues[0].name, "catalogue-8.skr"));
}

Test(manifest, gives_back_what_was_written)
{
    skr_manifest *manifest = make_small();
    skr_manifest *copy = NULL;
    cr_assert(zero(int, skr_manifest_copy(manifest, &copy, &err)), "%s", err.message);
    cr_assert(eq(u64, copy->generation, 7));
    cr_assert(eq(u32, copy->n_datasets, 2));
    cr_assert(eq(str, copy->datasets[1].id, "clinic"));
    const skr_assembly *assembly = &copy->assemblies[0];
    cr_assert(eq(str, assembly->name, "GRCh38"));
    cr_assert(eq(u32, assembly->n_contigs, 3));
    cr_assert(eq(str, (char *)assembly->contigs[2].name, "MT"));
    cr_assert(eq(u32, assembly->contigs[2].length, 16569));
    cr_assert(eq(str, (char *)assembly->reference.name, "reference-3.skr"));
    cr_assert(eq(str, (char *)assembly->genes.name, ""));
    const skr_delivery *delivery = &copy->deliveries[0];
    cr_assert(eq(str, delivery->options, "format=vcf gate=adj"));
    cr_assert(eq(u32, delivery->n_sources, 2));
    cr_assert(delivery->sources[0].is_live);
    cr_assert(not(delivery->sources[1].is_live));
    cr_assert(eq(u32, delivery->sources[0].contigs[1], 2));
    cr_assert(eq(u32, delivery->sources[0].n_silent, 1));
    cr_assert(eq(u32, delivery->sources[0].silent[0], 2));
    cr_assert(eq(u32, delivery->sources[0].n_samples, 0));
    cr_assert(eq(u32, delivery->sources[1].samples[1], 2));
    cr_assert(eq(u8, delivery->sources[1].digest[1], 2));
    cr_assert(eq(u8, delivery->sources[1].options[0], 3));
    cr_assert(eq(u64, delivery->counters[1].value, 12345678901));
    const skr_segment_entry *segment = &copy->segments[0];
    cr_assert(eq(u64, segment->file.n_bytes, 1004));
    check_part(segment);
    check_withdrawal(copy);
    cr_assert(eq(u32, segment->n_tombstones, 2));
    cr_assert(eq(str, (char *)copy->people.name, "people-5.skr"));
    cr_assert(eq(str, (char *)copy->ontology.name, ""));
    skr_manifest_free(copy);
    skr_manifest_free(manifest);
    skr_manifest_free(NULL);
}

Test(manifest, finds_and_adds_names_once)
{
    skr_manifest *manifest = make_small();
    uint32_t index = 9;
    cr_assert(eq(u32, skr_manifest_find_dataset(manifest, "clinic"), 1));
    cr_assert(eq(u32, skr_manifest_find_dataset(manifest, "clini"), SKR_NONE));
    cr_assert(eq(u32, skr_manifest_find_assembly(manifest, "GRCh37"), SKR_NONE));
    cr_assert(zero(int, skr_manifest_add_dataset(manifest, "1000g", &index, &err)));
    cr_assert(eq(u32, index, 0));
    cr_assert(eq(u32, manifest->n_datasets, 2));
    skr_assembly *assembly = &manifest->assemblies[0];
    cr_assert(eq(u32, skr_manifest_find_contig(assembly, "X"), 1));
    cr_assert(zero(int, skr_manifest_add_contig(assembly, "X", 100, &index, &err)));
    cr_assert(zero(int, skr_manifest_add_contig(assembly, "X", 50, &index, &err)));
    cr_assert(zero(int, skr_manifest_add_contig(assembly, "X", 0, &index, &err)));
    cr_assert(eq(u32, assembly->contigs[1].length, 100));
    cr_assert(eq(u32, assembly->n_contigs, 3));
    cr_assert(eq(int, skr_manifest_add_dataset(manifest, "", &index, &err), SKR_ERR_LIMIT));
    const skr_file_id **files = NULL;
    size_t n = 0;
    cr_assert(zero(int, skr_manifest_files(manifest, &files, &n, &err)));
    cr_assert(eq(sz, n, 4));
    cr_assert(eq(str, (char *)files[0]->name, "catalogue-8.skr"));
    cr_assert(eq(str, (char *)files[3]->name, "segment-4.skr"));
    free(files);
    skr_manifest_free(manifest);
}

Test(manifest, knows_who_is_dead_where)
{
    skr_manifest *manifest = make_small();
    skr_segment_entry *segment = &manifest->segments[0];
    cr_assert(zero(int, skr_manifest_supersede(segment, 2, (uint32_t[]){1, 3}, 2, &err)));
    cr_assert(zero(int, skr_manifest_supersede(segment, 0, (uint32_t[]){2}, 1, &err)));
    cr_assert(zero(int, skr_manifest_supersede(segment, 1, NULL, 0, &err)));
    static const char *dead[] = {"..x.x", "....x", "xx.xx"};
    for (uint32_t contig = 0; contig < 3; contig++)
        for (uint32_t s = 0; s < 5; s++)
            cr_assert(
                eq(int, skr_manifest_is_superseded(segment, contig, s), dead[contig][s] == 'x'),
                "contig %u sample %u", contig, s);
    cr_assert(eq(u32, segment->n_tombstones, 3));
    skr_manifest_free(manifest);
}

Test(manifest, refuses_any_single_flipped_bit_and_any_cut)
{
    skr_manifest *manifest = make_small();
    skr_buffer bytes = {0};
    make_bytes(manifest, &bytes);
    cr_assert(zero(int, decode(bytes.bytes, bytes.n)));
    for (size_t bit = 0; bit < 8 * bytes.n; bit++) {
        bytes.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        cr_assert(eq(int, decode(bytes.bytes, bytes.n), SKR_ERR_CORRUPT), "bit %zu", bit);
        bytes.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t n = 0; n < bytes.n; n++)
        cr_assert(eq(int, decode(bytes.bytes, n), SKR_ERR_CORRUPT), "cut to %zu", n);
    cr_assert(zero(int, skr_buffer_put_u8(&bytes, 0, NULL)));
    cr_assert(eq(int, decode(bytes.bytes, bytes.n), SKR_ERR_CORRUPT), "one byte more");
    skr_buffer_done(&bytes);
    skr_manifest_free(manifest);
}

Test(manifest, believes_nothing_behind_a_right_checksum)
{
    skr_manifest *manifest = make_small();
    skr_buffer bytes = {0};
    make_bytes(manifest, &bytes);
    size_t n_refused = 0;
    for (size_t i = 0; i < bytes.n - 4; i++) {
        uint8_t old = bytes.bytes[i];
        for (unsigned value = 0; value < 256; value++) {
            bytes.bytes[i] = (uint8_t)value;
            seal(bytes.bytes, bytes.n);
            int status = decode(bytes.bytes, bytes.n);
            cr_assert(status == SKR_OK || status == SKR_ERR_CORRUPT || status == SKR_ERR_VERSION);
            n_refused += status != SKR_OK;
        }
        bytes.bytes[i] = old;
    }
    cr_assert(gt(sz, n_refused, 50 * bytes.n));
    skr_buffer_done(&bytes);
    skr_manifest_free(manifest);
}

Test(manifest, says_that_another_version_wrote_it)
{
    skr_manifest *manifest = make_small();
    skr_buffer bytes = {0};
    make_bytes(manifest, &bytes);
    bytes.bytes[SKR_FORMAT_VERSION_AT] = SKR_FORMAT_VERSION + 1;
    seal(bytes.bytes, bytes.n);
    cr_assert(eq(int, decode(bytes.bytes, bytes.n), SKR_ERR_VERSION));
    bytes.bytes[SKR_FORMAT_VERSION_AT] = 1;
    seal(bytes.bytes, bytes.n);
    cr_assert(eq(int, decode(bytes.bytes, bytes.n), SKR_ERR_VERSION));
    cr_assert(ne(ptr, strstr(err.message, "format 1"), NULL), "%s", err.message);
    cr_assert(ne(ptr, strstr(err.message, "import again"), NULL), "%s", err.message);
    skr_buffer_done(&bytes);
    skr_manifest_free(manifest);
}

/* Encodes a manifest that its owner has spoilt; it must be refused, with this word. */
static void check_refused(skr_manifest *manifest, const char *word)
{
    skr_buffer bytes = {0};
    make_bytes(manifest, &bytes);
    cr_assert(eq(int, decode(bytes.bytes, bytes.n), SKR_ERR_CORRUPT), "%s", word);
    cr_assert(ne(ptr, strstr(err.message, word), NULL), "%s, expected %s", err.message, word);
    skr_buffer_done(&bytes);
}

/* Parts whose samples are not those of their delivery and segment. */
static void check_bad_parts(skr_manifest *manifest)
{
    skr_segment_part *part = &manifest->segments[0].parts[0];
    part->delivery = 1;
    check_refused(manifest, "delivery that is not there");
    part->delivery = 0;
    part->n_runs = 2;
    check_refused(manifest, "fewer samples");
    part->n_runs = 3;
    part->runs[2].n = 3;
    check_refused(manifest, "more samples");
    part->runs[2] = (skr_sample_run){0, 0};
    check_refused(manifest, "run of no samples");
    part->runs[2] = (skr_sample_run){2, 4};
    check_refused(manifest, "sample that is not there");
    part->runs[2] = (skr_sample_run){2, 0};
    part->left_out[0].samples[1] = 5;
    check_refused(manifest, "out of range");
    part->left_out[0].samples[1] = 2;
    manifest->segments[0].n_parts = 0;
    check_refused(manifest, "of no delivery");
    manifest->segments[0].n_parts = 1;
}

static void check_bad_withdrawals(skr_manifest *manifest)
{
    skr_dataset_entry *dataset = &manifest->datasets[1];
    dataset->gone[0].bytes[1] = 3;
    check_refused(manifest, "digests out of order");
    dataset->gone[0].bytes[1] = 2;
    dataset->version = 0;
    check_refused(manifest, "version 0");
    dataset->version = 3;
    dataset->flags = 4;
    check_refused(manifest, "mean nothing");
    dataset->flags = SKR_DATASET_HIDDEN;
    manifest->deletions[0].gone_generation = manifest->generation + 1;
    check_refused(manifest, "after the generation");
    manifest->deletions[0].gone_generation = 0;
    manifest->deletions[1].dataset = 2;
    check_refused(manifest, "dataset that is not there");
    manifest->deletions[1].dataset = 0;
    skr_file_id file = manifest->catalogues[0];
    manifest->catalogues[0] = (skr_file_id){0};
    check_refused(manifest, "catalogue without a file");
    manifest->catalogues[0] = file;
}

Test(manifest, refuses_contradictions)
{
    skr_manifest *manifest = make_small();
    skr_segment_entry *segment = &manifest->segments[0];
    char *name = manifest->datasets[0].id;

    manifest->datasets[0].id = manifest->datasets[1].id;
    check_refused(manifest, "dataset named twice");
    manifest->datasets[0].id = name;

    skr_contig *contigs = manifest->assemblies[0].contigs;
    const char *contig = contigs[2].name;
    contigs[2].name = contigs[1].name;
    check_refused(manifest, "contig named twice");
    contigs[2].name = contig;

    segment->dataset = 2;
    check_refused(manifest, "dataset that is not there");
    segment->dataset = 0;
    check_refused(manifest, "another dataset");
    segment->dataset = 1;
    segment->assembly = 1;
    check_refused(manifest, "assembly that is not there");
    segment->assembly = 0;
    segment->n_samples = 4;
    check_refused(manifest, "sample that is not there");
    segment->n_samples = 5;
    check_bad_parts(manifest);
    segment->tombstones[0].contig = 3;
    check_refused(manifest, "contig that is not there");
    segment->tombstones[0].contig = SKR_NONE;
    check_refused(manifest, "tombstones out of order");
    segment->tombstones[0].contig = 2;

    manifest->deliveries[0].generation = 8;
    check_refused(manifest, "after the generation");
    manifest->deliveries[0].generation = 7;
    manifest->deliveries[0].sources[0].contigs[1] = 3;
    check_refused(manifest, "out of range");
    manifest->deliveries[0].sources[0].contigs[1] = 2;
    manifest->deliveries[0].sources[0].silent[0] = 1;
    check_refused(manifest, "silent on a contig");
    manifest->deliveries[0].sources[0].silent[0] = 2;

    static const char *bad_names[] = {"../segment-4.skr", "..", "a/b.skr", "-a.skr", "a b.skr"};
    skr_file_id good = segment->file;
    for (size_t i = 0; i < sizeof bad_names / sizeof bad_names[0]; i++) {
        memset(segment->file.name, 0, sizeof segment->file.name);
        strncpy(segment->file.name, bad_names[i], sizeof segment->file.name - 1);
        check_refused(manifest, "file name");
    }
    segment->file = manifest->people;
    check_refused(manifest, "file named twice");
    memset(segment->file.name, 0, sizeof segment->file.name);
    check_refused(manifest, "without a file");
    segment->file = good;
    check_bad_withdrawals(manifest);

    skr_buffer bytes = {0};
    make_bytes(manifest, &bytes);
    cr_assert(zero(int, decode(bytes.bytes, bytes.n)), "put right again: %s", err.message);
    skr_buffer_done(&bytes);
    skr_manifest_free(manifest);
}

/* A list of n ascending numbers below max, drawn; the caller frees it. */
static uint32_t *draw_list(test_random *random, uint32_t max, uint32_t *ret_n)
{
    uint32_t *list = malloc((max + 1) * sizeof *list);
    uint32_t n = 0;
    for (uint32_t i = 0; i < max; i++)
        if (test_random_below(random, 3) == 0)
            list[n++] = i;
    *ret_n = n;
    return list;
}

/* One to three deliveries of a segment, all of one dataset and assembly. */
static void draw_parts(test_random *random, const skr_manifest *manifest,
                       skr_segment_entry *segment)
{
    uint32_t first = test_random_below(random, manifest->n_deliveries);
    segment->dataset = manifest->deliveries[first].dataset;
    segment->assembly = manifest->deliveries[first].assembly;
    for (uint32_t d = first; d < manifest->n_deliveries && segment->n_parts < 3; d++) {
        const skr_delivery *delivery = &manifest->deliveries[d];
        if (delivery->dataset != segment->dataset || delivery->assembly != segment->assembly)
            continue;
        skr_segment_part *part = &segment->parts[segment->n_parts++];
        part->delivery = d;
        part->runs = calloc(delivery->n_samples + 1u, sizeof *part->runs);
        for (uint32_t left = delivery->n_samples; left > 0;) {
            uint32_t n = 1 + test_random_below(random, left);
            bool is_in = n <= segment->n_samples && test_random_below(random, 4) > 0;
            uint32_t at = is_in ? test_random_below(random, segment->n_samples - n + 1) : SKR_NONE;
            part->runs[part->n_runs++] = (skr_sample_run){n, at};
            left -= n;
        }
    }
}

static void draw_segments(test_random *random, skr_manifest *manifest)
{
    uint32_t n = test_random_below(random, 5);
    for (uint32_t i = 0; i < n && manifest->n_deliveries > 0; i++) {
        skr_segment_entry segment = {.file = make_file("segment", i)};
        skr_segment_part parts[3] = {0};
        segment.parts = parts;
        segment.n_samples = test_random_below(random, 50);
        draw_parts(random, manifest, &segment);
        segment.n_rows = (uint64_t)test_random_below(random, UINT32_MAX) << 20;
        segment.has_raw_indels = test_random_below(random, 2) == 1;
        uint32_t at = 0;
        cr_assert(zero(int, skr_manifest_add_segment(manifest, &segment, &at, &err)));
        cr_assert(eq(u32, at, i));
        for (uint32_t k = 0; k < segment.n_parts; k++)
            free(parts[k].runs);
        uint32_t n_contigs = manifest->assemblies[segment.assembly].n_contigs;
        for (uint32_t t = test_random_below(random, 4); t > 0; t--) {
            uint32_t contig = test_random_below(random, n_contigs + 1);
            uint32_t n_dead = 0;
            uint32_t *dead = draw_list(random, segment.n_samples, &n_dead);
            cr_assert(zero(int, skr_manifest_supersede(&manifest->segments[at],
                                                       contig == n_contigs ? SKR_NONE : contig,
                                                       dead, n_dead, &err)));
            free(dead);
        }
    }
}

static void draw_deliveries(test_random *random, skr_manifest *manifest)
{
    for (uint32_t i = test_random_below(random, 5); i > 0; i--) {
        skr_source source = {.name = "x y.vcf", .is_live = test_random_below(random, 2) == 1};
        for (size_t b = 0; b < sizeof source.digest; b++)
            source.digest[b] = (uint8_t)test_random_below(random, 256);
        skr_counter counter = {"bad_alt", UINT64_MAX - i};
        skr_delivery delivery = {.dataset = test_random_below(random, manifest->n_datasets),
                                 .assembly = test_random_below(random, manifest->n_assemblies),
                                 .sources = &source,
                                 .n_sources = test_random_below(random, 2),
                                 .counters = &counter,
                                 .n_counters = test_random_below(random, 2),
                                 .n_samples = test_random_below(random, 40),
                                 .n_alleles = UINT64_MAX};
        delivery.generation = test_random_below(random, (uint32_t)manifest->generation + 1);
        uint32_t n_contigs = manifest->assemblies[delivery.assembly].n_contigs;
        source.contigs = draw_list(random, n_contigs, &source.n_contigs);
        source.samples = draw_list(random, delivery.n_samples, &source.n_samples);
        source.silent = source.contigs; /* the first of them */
        source.n_silent = test_random_below(random, source.n_contigs + 1);
        cr_assert(zero(int, skr_manifest_add_delivery(manifest, &delivery, NULL, &err)));
        free(source.contigs);
        free(source.samples);
    }
}

static skr_manifest *draw_manifest(test_random *random)
{
    skr_manifest *manifest = NULL;
    cr_assert(zero(int, skr_manifest_new(&manifest, &err)));
    manifest->generation = test_random_below(random, 1000);
    manifest->next_file = (uint64_t)1 << test_random_below(random, 64);
    char name[32];
    uint32_t at = 0;
    for (uint32_t i = 0; i < 1 + test_random_below(random, 4); i++) {
        snprintf(name, sizeof name, "set %u", i);
        cr_assert(zero(int, skr_manifest_add_dataset(manifest, name, &at, &err)));
    }
    for (uint32_t i = 0; i < 1 + test_random_below(random, 3); i++) {
        snprintf(name, sizeof name, "GRCh%u", i);
        cr_assert(zero(int, skr_manifest_add_assembly(manifest, name, &at, &err)));
        manifest->assemblies[at].genes = make_file("genes", i);
        for (uint32_t c = test_random_below(random, 40); c > 0; c--) {
            snprintf(name, sizeof name, "%u", c);
            cr_assert(zero(int, skr_manifest_add_contig(&manifest->assemblies[i], name,
                                                        test_random_below(random, 0x7fffffff), &at,
                                                        &err)));
        }
    }
    draw_deliveries(random, manifest);
    draw_segments(random, manifest);
    if (test_random_below(random, 2) == 1)
        add_withdrawal(manifest);
    if (test_random_below(random, 2) == 1)
        manifest->ontology = make_file("ontology", 1);
    return manifest;
}

Test(manifest, drawn_ones_come_back_byte_for_byte)
{
    test_random random = test_random_drawn("manifest");
    for (int round = 0; round < 400; round++) {
        skr_manifest *manifest = draw_manifest(&random);
        skr_manifest *copy = NULL;
        skr_buffer first = {0};
        skr_buffer second = {0};
        make_bytes(manifest, &first);
        cr_assert(zero(int, skr_manifest_decode(first.bytes, first.n, &copy, &err)),
                  "seed %llu round %d: %s", (unsigned long long)random.seed, round, err.message);
        make_bytes(copy, &second);
        cr_assert(first.n == second.n && memcmp(first.bytes, second.bytes, first.n) == 0,
                  "seed %llu round %d", (unsigned long long)random.seed, round);
        skr_buffer_done(&first);
        skr_buffer_done(&second);
        skr_manifest_free(copy);
        skr_manifest_free(manifest);
    }
}
