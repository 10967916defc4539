/*
 * manifest_decode.c - a manifest from stored bytes; docs/format.md, "Manifest".
 *
 * In this order: length, checksum of the header, version, checksum of the whole, then every count
 * against the bytes that are left, every index against its list, every name. The format before is
 * read as well: what it does not have is none, or follows from what it has.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/crc32c.h"
#include "storage/base/limits.h"
#include "storage/block/format.h"
#include "storage/manifest.h"

/* ------------------------------------------------------------------ reading
 * The first fault stays: from then on every number read is 0, so that the code reads like the
 * layout and stops soon.
 */
typedef struct decoder {
    skr_cursor cursor;
    skr_manifest *manifest;
    bool is_old;     /* of the format before */
    const char *why; /* the first fault, or NULL */
    bool has_no_memory;
} decoder;

static void refuse(decoder *in, const char *why)
{
    if (in->why == NULL)
        in->why = why;
    in->cursor.is_bad = true;
}

static uint64_t take_max(decoder *in, uint64_t max, const char *why)
{
    uint64_t value = skr_cursor_varint_max(&in->cursor, max);
    if (in->cursor.is_bad)
        refuse(in, why);
    return value;
}

static uint64_t take_number(decoder *in)
{
    return take_max(in, UINT64_MAX, "ends early");
}

/* An index into a list of n. */
static uint32_t take_index(decoder *in, uint32_t n, const char *why)
{
    if (n == 0)
        refuse(in, why);
    return (uint32_t)take_max(in, n - 1, why);
}

static bool take_bool(decoder *in)
{
    return take_max(in, 1, "a yes or no that is neither") == 1;
}

/* A count of things of size bytes each, with room for them, zeroed: every one takes at least
 * n_least bytes. */
static uint32_t take_list(decoder *in, size_t n_least, size_t size, void **ret_list)
{
    size_t n_left = in->cursor.is_bad ? 0 : (size_t)(in->cursor.end - in->cursor.at);
    uint64_t max = n_left / n_least < SKR_NONE - 1 ? n_left / n_least : SKR_NONE - 1;
    uint32_t n = (uint32_t)take_max(in, max, "a count above what is left");
    if (n == 0)
        return 0;
    void *list = calloc(n, size);
    if (list == NULL) {
        in->has_no_memory = true;
        refuse(in, "out of memory");
        return 0;
    }
    *ret_list = list;
    return n;
}

/* A text of n_min to n_max bytes without NUL, where it lies; NULL when there is none. */
static const char *take_text(decoder *in, size_t n_min, size_t n_max, size_t *ret_n)
{
    const char *text = skr_cursor_text(&in->cursor, ret_n);
    if (text == NULL || *ret_n < n_min || *ret_n > n_max || memchr(text, '\0', *ret_n) != NULL) {
        refuse(in, "a text that is too long, empty, cut or binary");
        return NULL;
    }
    return text;
}

/* The same in memory of its own. */
static char *copy_text(decoder *in, size_t n_min, size_t n_max)
{
    size_t n = 0;
    const char *text = take_text(in, n_min, n_max, &n);
    char *copy = text == NULL ? NULL : strndup(text, n);
    if (text != NULL && copy == NULL) {
        in->has_no_memory = true;
        refuse(in, "out of memory");
    }
    return copy;
}

static char *take_name(decoder *in)
{
    return copy_text(in, 1, SKR_NAME_MAX);
}

static bool is_plain_name(const char *name, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char c = name[i];
        bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!is_word && !(i > 0 && (c == '-' || c == '_' || c == '.')))
            return false;
    }
    return true;
}

static void take_file(decoder *in, skr_file_id *file)
{
    size_t n = 0;
    const char *name = skr_cursor_text(&in->cursor, &n);
    if (name == NULL || n >= SKR_FILE_NAME_MAX || !is_plain_name(name, n)) {
        refuse(in, "a file name that is none");
        return;
    }
    if (n == 0)
        return;
    memcpy(file->name, name, n);
    file->n_bytes = take_number(in);
    file->directory_crc = skr_cursor_u32(&in->cursor);
}

/* Ascending numbers below max. */
static uint32_t take_ascending(decoder *in, uint32_t max, uint32_t **ret_values)
{
    uint32_t n = take_list(in, 1, sizeof **ret_values, (void **)ret_values);
    uint32_t next = 0;
    for (uint32_t i = 0; i < n && !in->cursor.is_bad; i++) {
        if (next >= max) {
            refuse(in, "a list that runs past its range");
            break;
        }
        (*ret_values)[i] = next + (uint32_t)take_max(in, max - 1 - next, "a number out of range");
        next = (*ret_values)[i] + 1;
    }
    return n;
}

/* A contig whose number is that of its name, which shows a name that occurs twice. */
static void take_contig(decoder *in, skr_assembly *assembly, uint32_t number)
{
    size_t n = 0;
    const char *name = take_text(in, 1, SKR_NAME_MAX, &n);
    bool is_new = false;
    uint32_t of_name = 0;
    if (name == NULL)
        return;
    if (skr_names_add_n(&assembly->contig_names, name, n, &of_name, &is_new, NULL) != SKR_OK) {
        in->has_no_memory = true;
        refuse(in, "out of memory");
        return;
    }
    if (!is_new)
        refuse(in, "a contig named twice");
    assembly->contigs[number].name = skr_names_at(&assembly->contig_names, of_name);
    assembly->contigs[number].length =
        (uint32_t)take_max(in, SKR_CONTIG_LENGTH_MAX, "a contig that is too long");
}

static void take_annotation(decoder *in, const skr_assembly *assembly, uint32_t number)
{
    skr_annotation_entry *annotation = &assembly->annotations[number];
    annotation->source = take_name(in);
    annotation->release = copy_text(in, 0, SKR_NAME_MAX);
    annotation->n_alleles = take_number(in);
    annotation->has_raw_indels = take_bool(in);
    take_file(in, &annotation->file);
    if (annotation->file.name[0] == '\0')
        refuse(in, "annotations without a file");
    for (uint32_t i = 0; i < number && !in->cursor.is_bad; i++)
        if (strcmp(assembly->annotations[i].source, annotation->source) == 0)
            refuse(in, "two releases of annotations of one source");
}

static void take_assembly(decoder *in, skr_assembly *assembly)
{
    assembly->name = take_name(in);
    assembly->n_contigs =
        take_list(in, 3, sizeof assembly->contigs[0], (void **)&assembly->contigs);
    if (assembly->n_contigs > SKR_CONTIGS_MAX)
        refuse(in, "too many contigs");
    for (uint32_t i = 0; i < assembly->n_contigs && !in->cursor.is_bad; i++)
        take_contig(in, assembly, i);
    take_file(in, &assembly->reference);
    take_file(in, &assembly->genes);
    if (in->is_old)
        return;
    assembly->n_annotations =
        take_list(in, 9, sizeof assembly->annotations[0], (void **)&assembly->annotations);
    for (uint32_t i = 0; i < assembly->n_annotations && !in->cursor.is_bad; i++)
        take_annotation(in, assembly, i);
}

static void take_source(decoder *in, skr_source *source, uint32_t n_contigs, uint32_t n_samples)
{
    source->name = copy_text(in, in->is_old ? 1 : 0, SKR_NAME_MAX);
    const uint8_t *digests = skr_cursor_bytes(&in->cursor, 2 * SKR_DIGEST_SIZE);
    if (digests == NULL) {
        refuse(in, "ends early");
        return;
    }
    memcpy(source->digest, digests, SKR_DIGEST_SIZE);
    memcpy(source->options, digests + SKR_DIGEST_SIZE, SKR_DIGEST_SIZE);
    source->n_contigs = take_ascending(in, n_contigs, &source->contigs);
    source->n_silent = take_ascending(in, n_contigs, &source->silent);
    for (uint32_t i = 0, at = 0; i < source->n_silent && !in->cursor.is_bad; i++) {
        while (at < source->n_contigs && source->contigs[at] < source->silent[i])
            at++;
        if (at == source->n_contigs || source->contigs[at] != source->silent[i])
            refuse(in, "a source that is silent on a contig that it does not have");
    }
    source->n_samples = take_ascending(in, n_samples, &source->samples);
    source->is_live = take_bool(in);
}

static void take_delivery(decoder *in, skr_delivery *delivery)
{
    const skr_manifest *manifest = in->manifest;
    delivery->generation = take_max(in, manifest->generation, "a delivery after the generation");
    delivery->time_s = take_max(in, SKR_TIME_S_MAX, "a delivery after the year 9999");
    delivery->dataset = take_index(in, manifest->n_datasets, "a dataset that is not there");
    delivery->assembly = take_index(in, manifest->n_assemblies, "an assembly that is not there");
    delivery->options = copy_text(in, 0, SKR_MANIFEST_SIZE_MAX);
    delivery->n_samples = (uint32_t)take_max(in, SKR_SAMPLES_MAX, "too many samples");
    delivery->n_alleles = take_number(in);
    delivery->n_sources = take_list(in, 5 + 2 * SKR_DIGEST_SIZE, sizeof delivery->sources[0],
                                    (void **)&delivery->sources);
    for (uint32_t i = 0; i < delivery->n_sources && !in->cursor.is_bad; i++)
        take_source(in, &delivery->sources[i], manifest->assemblies[delivery->assembly].n_contigs,
                    delivery->n_samples);
    delivery->n_counters =
        take_list(in, 3, sizeof delivery->counters[0], (void **)&delivery->counters);
    for (uint32_t i = 0; i < delivery->n_counters && !in->cursor.is_bad; i++) {
        delivery->counters[i].name = take_name(in);
        delivery->counters[i].value = take_number(in);
    }
}

/* Tombstones of n_samples samples on contigs of an assembly. */
static uint32_t take_tombstones(decoder *in, uint32_t assembly, uint32_t n_samples,
                                skr_tombstone **ret_list)
{
    uint32_t n_contigs = in->manifest->assemblies[assembly].n_contigs;
    uint32_t n = take_list(in, 3, sizeof **ret_list, (void **)ret_list);
    for (uint32_t i = 0; i < n && !in->cursor.is_bad; i++) {
        skr_tombstone *tombstone = &(*ret_list)[i];
        uint32_t contig = (uint32_t)take_max(in, n_contigs, "a contig that is not there");
        tombstone->contig = contig == 0 ? SKR_NONE : contig - 1;
        tombstone->n_samples = take_ascending(in, n_samples, &tombstone->samples);
        if (tombstone->n_samples == 0)
            refuse(in, "a tombstone for nobody");
        if (i > 0 && tombstone[-1].contig >= tombstone->contig)
            refuse(in, "tombstones out of order");
    }
    return n;
}

static void take_runs(decoder *in, const skr_segment_entry *segment, skr_segment_part *part)
{
    uint32_t n_left = in->manifest->deliveries[part->delivery].n_samples;
    part->n_runs = take_list(in, 2, sizeof part->runs[0], (void **)&part->runs);
    for (uint32_t i = 0; i < part->n_runs && !in->cursor.is_bad; i++) {
        skr_sample_run *run = &part->runs[i];
        run->n = (uint32_t)take_max(in, n_left, "more samples than the delivery has");
        run->first = (uint32_t)take_max(in, segment->n_samples, "a sample that is not there") - 1;
        if (run->n == 0)
            refuse(in, "a run of no samples");
        if (run->first != SKR_NONE && run->n > segment->n_samples - run->first)
            refuse(in, "a sample that is not there");
        n_left -= run->n;
    }
    if (n_left > 0)
        refuse(in, "fewer samples than the delivery has");
}

static void take_part(decoder *in, const skr_segment_entry *segment, skr_segment_part *part)
{
    const skr_manifest *manifest = in->manifest;
    part->delivery = take_index(in, manifest->n_deliveries, "a delivery that is not there");
    if (in->cursor.is_bad)
        return;
    const skr_delivery *delivery = &manifest->deliveries[part->delivery];
    if (delivery->dataset != segment->dataset || delivery->assembly != segment->assembly)
        refuse(in, "a delivery of another dataset or assembly than its segment");
    take_runs(in, segment, part);
    part->n_left_out = take_tombstones(in, segment->assembly, delivery->n_samples, &part->left_out);
}

/* The delivery of a segment of the format before: all of it, in its order. */
static void take_whole(decoder *in, skr_segment_entry *segment)
{
    const skr_manifest *manifest = in->manifest;
    uint32_t delivery = take_index(in, manifest->n_deliveries, "a delivery that is not there");
    segment->n_samples = (uint32_t)take_max(in, SKR_SAMPLES_MAX, "too many samples");
    segment->parts = calloc(1, sizeof segment->parts[0]);
    skr_sample_run *run = calloc(1, sizeof *run);
    if (segment->parts == NULL || run == NULL) {
        free(run);
        in->has_no_memory = true;
        refuse(in, "out of memory");
        return;
    }
    segment->n_parts = 1;
    skr_manifest_whole_part(delivery, segment->n_samples, run, &segment->parts[0]);
    if (!in->cursor.is_bad && manifest->deliveries[delivery].n_samples != segment->n_samples)
        refuse(in, "a segment with other samples than its delivery");
}

static void take_parts(decoder *in, skr_segment_entry *segment)
{
    segment->n_samples = (uint32_t)take_max(in, SKR_SAMPLES_MAX, "too many samples");
    segment->n_parts = take_list(in, 3, sizeof segment->parts[0], (void **)&segment->parts);
    if (segment->n_parts == 0)
        refuse(in, "a segment of no delivery");
    for (uint32_t i = 0; i < segment->n_parts && !in->cursor.is_bad; i++)
        take_part(in, segment, &segment->parts[i]);
}

static void take_segment(decoder *in, skr_segment_entry *segment)
{
    const skr_manifest *manifest = in->manifest;
    take_file(in, &segment->file);
    if (segment->file.name[0] == '\0')
        refuse(in, "a segment without a file");
    segment->dataset = take_index(in, manifest->n_datasets, "a dataset that is not there");
    segment->assembly = take_index(in, manifest->n_assemblies, "an assembly that is not there");
    if (in->is_old)
        take_whole(in, segment);
    else
        take_parts(in, segment);
    segment->n_rows = take_number(in);
    segment->has_raw_indels = take_bool(in);
    if (!in->cursor.is_bad)
        segment->n_tombstones =
            take_tombstones(in, segment->assembly, segment->n_samples, &segment->tombstones);
}

static void take_dataset(decoder *in, skr_dataset_entry *dataset)
{
    dataset->id = take_name(in);
    dataset->version = 1;
    if (in->is_old)
        return;
    dataset->version = take_number(in);
    if (dataset->version == 0)
        refuse(in, "a dataset of version 0");
    dataset->flags = (uint32_t)take_max(in, SKR_DATASET_HIDDEN | SKR_DATASET_WITHDRAWN,
                                        "flags of a dataset that mean nothing");
    dataset->n_gone =
        take_list(in, sizeof dataset->gone[0], sizeof dataset->gone[0], (void **)&dataset->gone);
    for (uint32_t i = 0; i < dataset->n_gone && !in->cursor.is_bad; i++) {
        const uint8_t *bytes = skr_cursor_bytes(&in->cursor, sizeof dataset->gone[0]);
        if (bytes == NULL) {
            refuse(in, "ends early");
            return;
        }
        memcpy(&dataset->gone[i], bytes, sizeof dataset->gone[0]);
        if (i > 0 && memcmp(&dataset->gone[i - 1], bytes, sizeof dataset->gone[0]) >= 0)
            refuse(in, "digests out of order");
    }
    dataset->about = copy_text(in, 0, SKR_ABOUT_MAX);
}

static void take_deletion(decoder *in, skr_deletion *deletion)
{
    const skr_manifest *manifest = in->manifest;
    deletion->generation = take_max(in, manifest->generation, "a deletion after the generation");
    deletion->time_s = take_max(in, SKR_TIME_S_MAX, "a deletion after the year 9999");
    deletion->dataset = take_index(in, manifest->n_datasets, "a dataset that is not there");
    deletion->n_people = (uint32_t)take_max(in, SKR_SAMPLES_MAX, "too many people");
    deletion->reason = copy_text(in, 0, SKR_NAME_MAX);
    deletion->due_s = take_max(in, SKR_TIME_S_MAX, "a deletion after the year 9999");
    deletion->gone_generation =
        take_max(in, manifest->generation, "a deletion after the generation");
    deletion->n_files = take_list(in, 2, sizeof deletion->files[0], (void **)&deletion->files);
    for (uint32_t i = 0; i < deletion->n_files && !in->cursor.is_bad; i++)
        deletion->files[i] = copy_text(in, 1, SKR_FILE_NAME_MAX - 1);
}

static void take_key(decoder *in)
{
    size_t n = 0;
    const uint8_t *key = (const uint8_t *)skr_cursor_text(&in->cursor, &n);
    if (key == NULL || (n != 0 && n != sizeof in->manifest->key)) {
        refuse(in, "a key of the wrong length");
        return;
    }
    in->manifest->has_key = n > 0;
    memcpy(in->manifest->key, key, n);
}

/* What the format before does not have. */
static void take_tail(decoder *in)
{
    skr_manifest *manifest = in->manifest;
    manifest->n_deletions =
        take_list(in, 8, sizeof manifest->deletions[0], (void **)&manifest->deletions);
    for (uint32_t i = 0; i < manifest->n_deletions && !in->cursor.is_bad; i++)
        take_deletion(in, &manifest->deletions[i]);
    manifest->n_catalogues =
        take_list(in, 1, sizeof manifest->catalogues[0], (void **)&manifest->catalogues);
    for (uint32_t i = 0; i < manifest->n_catalogues && !in->cursor.is_bad; i++) {
        take_file(in, &manifest->catalogues[i]);
        if (manifest->catalogues[i].name[0] == '\0')
            refuse(in, "a catalogue without a file");
    }
}

static void take_body(decoder *in)
{
    skr_manifest *manifest = in->manifest;
    manifest->generation = take_number(in);
    manifest->next_file = take_number(in);
    if (!in->is_old)
        take_key(in);
    manifest->n_datasets =
        take_list(in, 2, sizeof manifest->datasets[0], (void **)&manifest->datasets);
    for (uint32_t i = 0; i < manifest->n_datasets && !in->cursor.is_bad; i++)
        take_dataset(in, &manifest->datasets[i]);
    manifest->n_assemblies =
        take_list(in, 5, sizeof manifest->assemblies[0], (void **)&manifest->assemblies);
    for (uint32_t i = 0; i < manifest->n_assemblies && !in->cursor.is_bad; i++)
        take_assembly(in, &manifest->assemblies[i]);
    manifest->n_deliveries =
        take_list(in, 9, sizeof manifest->deliveries[0], (void **)&manifest->deliveries);
    for (uint32_t i = 0; i < manifest->n_deliveries && !in->cursor.is_bad; i++)
        take_delivery(in, &manifest->deliveries[i]);
    manifest->n_segments =
        take_list(in, 14, sizeof manifest->segments[0], (void **)&manifest->segments);
    for (uint32_t i = 0; i < manifest->n_segments && !in->cursor.is_bad; i++)
        take_segment(in, &manifest->segments[i]);
    take_file(in, &manifest->people);
    take_file(in, &manifest->ontology);
    if (!in->is_old)
        take_tail(in);
    if (!skr_cursor_is_done(&in->cursor))
        refuse(in, "bytes behind its end, or a number cut off");
}

/* ------------------------------------------------------------------ names that occur twice */

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorts names and refuses two that are the same. */
static void refuse_twins(decoder *in, const char **names, size_t n, const char *why)
{
    qsort(names, n, sizeof names[0], compare_texts);
    for (size_t i = 1; i < n; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            refuse(in, why);
}

static void check_twin_files(decoder *in)
{
    const skr_file_id **files = NULL;
    size_t n = 0;
    if (skr_manifest_files(in->manifest, &files, &n, NULL) != SKR_OK) {
        in->has_no_memory = true;
        refuse(in, "out of memory");
        return;
    }
    for (size_t i = 1; i < n; i++)
        if (strcmp(files[i - 1]->name, files[i]->name) == 0)
            refuse(in, "a file named twice");
    free(files);
}

/* A name found twice would make two answers possible; a file named twice would count twice. */
static void check_twins(decoder *in)
{
    const skr_manifest *manifest = in->manifest;
    size_t n_max = manifest->n_datasets;
    n_max = n_max < manifest->n_assemblies ? manifest->n_assemblies : n_max;
    const char **names = malloc((n_max + 1) * sizeof names[0]);
    if (names == NULL) {
        in->has_no_memory = true;
        refuse(in, "out of memory");
        return;
    }
    for (uint32_t i = 0; i < manifest->n_datasets; i++)
        names[i] = manifest->datasets[i].id;
    refuse_twins(in, names, manifest->n_datasets, "a dataset named twice");
    for (uint32_t i = 0; i < manifest->n_assemblies; i++)
        names[i] = manifest->assemblies[i].name;
    refuse_twins(in, names, manifest->n_assemblies, "an assembly named twice");
    free(names);
    check_twin_files(in);
}

/* ------------------------------------------------------------------ the whole */

static int check_header(const uint8_t *bytes, size_t n_bytes, uint32_t *ret_version, skr_err *err)
{
    size_t n_least = SKR_FORMAT_MANIFEST_HEADER_SIZE + SKR_FORMAT_MANIFEST_END_SIZE;
    if (n_bytes < n_least)
        return skr_fail(err, SKR_ERR_CORRUPT, "MANIFEST: %zu bytes, expected at least %zu", n_bytes,
                        n_least);
    skr_cursor cursor = skr_cursor_of(bytes + SKR_FORMAT_MANIFEST_CRC_AT, 4);
    if (skr_cursor_u32(&cursor) != skr_crc32c(bytes, SKR_FORMAT_MANIFEST_CRC_AT) ||
        memcmp(bytes, SKR_FORMAT_MANIFEST_MAGIC, SKR_FORMAT_MAGIC_SIZE) != 0)
        return skr_fail(err, SKR_ERR_CORRUPT, "MANIFEST: its header is damaged, or not one");
    cursor = skr_cursor_of(bytes + SKR_FORMAT_VERSION_AT,
                           SKR_FORMAT_MANIFEST_ZERO_AT - SKR_FORMAT_VERSION_AT);
    uint32_t version = skr_cursor_u32(&cursor);
    if (version < SKR_FORMAT_VERSION_OLDEST || version > SKR_FORMAT_VERSION)
        return skr_fail(err, SKR_ERR_VERSION,
                        "MANIFEST: written in format %" PRIu32 "; this Skerry reads formats %u to "
                        "%u: import again, or use the one that wrote it",
                        version, SKR_FORMAT_VERSION_OLDEST, SKR_FORMAT_VERSION);
    uint64_t n_stated = skr_cursor_u64(&cursor);
    if (n_stated != n_bytes)
        return skr_fail(err, SKR_ERR_CORRUPT, "MANIFEST: %zu bytes, expected %" PRIu64, n_bytes,
                        n_stated);
    for (size_t i = SKR_FORMAT_MANIFEST_ZERO_AT; i < SKR_FORMAT_MANIFEST_CRC_AT; i++)
        if (bytes[i] != 0)
            return skr_fail(err, SKR_ERR_CORRUPT, "MANIFEST: byte %zu is not zero", i);
    size_t n_body = n_bytes - SKR_FORMAT_MANIFEST_END_SIZE;
    cursor = skr_cursor_of(bytes + n_body, SKR_FORMAT_MANIFEST_END_SIZE);
    if (skr_cursor_u32(&cursor) != skr_crc32c(bytes, n_body))
        return skr_fail(err, SKR_ERR_CORRUPT, "MANIFEST: wrong checksum");
    *ret_version = version;
    return SKR_OK;
}

int skr_manifest_decode(const uint8_t *bytes, size_t n_bytes, skr_manifest **ret_manifest,
                        skr_err *err)
{
    decoder in = {0};
    uint32_t version = 0;
    SKR_TRY(check_header(bytes, n_bytes, &version, err));
    in.is_old = version < 4;
    SKR_TRY(skr_manifest_new(&in.manifest, err));
    in.cursor =
        skr_cursor_of(bytes + SKR_FORMAT_MANIFEST_HEADER_SIZE,
                      n_bytes - SKR_FORMAT_MANIFEST_HEADER_SIZE - SKR_FORMAT_MANIFEST_END_SIZE);
    take_body(&in);
    if (in.why == NULL)
        check_twins(&in);
    if (in.why != NULL) {
        skr_manifest_free(in.manifest);
        return skr_fail(err, in.has_no_memory ? SKR_ERR_NOMEM : SKR_ERR_CORRUPT, "MANIFEST: %s",
                        in.why);
    }
    *ret_manifest = in.manifest;
    return SKR_OK;
}

/* What is stored is what counts: a copy is what a reader of the stored bytes would see. */
int skr_manifest_copy(const skr_manifest *manifest, skr_manifest **ret_copy, skr_err *err)
{
    skr_buffer bytes = {0};
    int status = skr_manifest_encode(manifest, &bytes, err);
    if (status == SKR_OK)
        status = skr_manifest_decode(bytes.bytes, bytes.n, ret_copy, err);
    skr_buffer_done(&bytes);
    return status;
}
