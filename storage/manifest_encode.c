/*
 * manifest_encode.c - a manifest as stored bytes; docs/format.md, "Manifest".
 */
#include <string.h>

#include "storage/base/check.h"
#include "storage/base/crc32c.h"
#include "storage/base/limits.h"
#include "storage/block/format.h"
#include "storage/manifest.h"

/* ------------------------------------------------------------------ writing
 * The first failure stays: from then on nothing is put, so that the order of the fields can be
 * read off the code.
 */
typedef struct encoder {
    skr_buffer *bytes;
    skr_err *err;
    int status;
} encoder;

static void put_number(encoder *out, uint64_t value)
{
    if (out->status == SKR_OK)
        out->status = skr_buffer_put_varint(out->bytes, value, out->err);
}

static void put_u32(encoder *out, uint32_t value)
{
    if (out->status == SKR_OK)
        out->status = skr_buffer_put_u32(out->bytes, value, out->err);
}

static void put_bytes(encoder *out, const void *bytes, size_t n)
{
    if (out->status == SKR_OK)
        out->status = skr_buffer_put(out->bytes, bytes, n, out->err);
}

static void put_text(encoder *out, const char *text)
{
    if (out->status == SKR_OK)
        out->status = skr_buffer_put_text(out->bytes, text, strlen(text), out->err);
}

static void put_file(encoder *out, const skr_file_id *file)
{
    put_text(out, file->name);
    if (file->name[0] == '\0')
        return;
    put_number(out, file->n_bytes);
    put_u32(out, file->directory_crc);
}

/* Ascending numbers, each as how many it leaves out. */
static void put_ascending(encoder *out, const uint32_t *values, uint32_t n)
{
    put_number(out, n);
    uint32_t next = 0;
    for (uint32_t i = 0; i < n; i++) {
        SKR_CHECK(values[i] >= next);
        put_number(out, values[i] - next);
        next = values[i] + 1;
    }
}

static void put_assembly(encoder *out, const skr_assembly *assembly)
{
    put_text(out, assembly->name);
    put_number(out, assembly->n_contigs);
    for (uint32_t i = 0; i < assembly->n_contigs; i++) {
        put_text(out, assembly->contigs[i].name);
        put_number(out, assembly->contigs[i].length);
    }
    put_file(out, &assembly->reference);
    put_file(out, &assembly->genes);
    put_number(out, assembly->n_annotations);
    for (uint32_t i = 0; i < assembly->n_annotations; i++) {
        const skr_annotation_entry *annotation = &assembly->annotations[i];
        put_text(out, annotation->source);
        put_text(out, annotation->release);
        put_number(out, annotation->n_alleles);
        put_number(out, annotation->has_raw_indels);
        put_file(out, &annotation->file);
    }
}

static void put_delivery(encoder *out, const skr_delivery *delivery)
{
    put_number(out, delivery->generation);
    put_number(out, delivery->time_s);
    put_number(out, delivery->dataset);
    put_number(out, delivery->assembly);
    put_text(out, delivery->options == NULL ? "" : delivery->options);
    put_number(out, delivery->n_samples);
    put_number(out, delivery->n_alleles);
    put_number(out, delivery->n_sources);
    for (uint32_t i = 0; i < delivery->n_sources; i++) {
        const skr_source *source = &delivery->sources[i];
        put_text(out, source->name);
        put_bytes(out, source->digest, sizeof source->digest);
        put_bytes(out, source->options, sizeof source->options);
        put_ascending(out, source->contigs, source->n_contigs);
        put_ascending(out, source->silent, source->n_silent);
        put_ascending(out, source->samples, source->n_samples);
        put_number(out, source->is_live);
    }
    put_number(out, delivery->n_counters);
    for (uint32_t i = 0; i < delivery->n_counters; i++) {
        put_text(out, delivery->counters[i].name);
        put_number(out, delivery->counters[i].value);
    }
}

static void put_tombstones(encoder *out, const skr_tombstone *tombstones, uint32_t n)
{
    put_number(out, n);
    for (uint32_t i = 0; i < n; i++) {
        put_number(out, tombstones[i].contig == SKR_NONE ? 0 : (uint64_t)tombstones[i].contig + 1);
        put_ascending(out, tombstones[i].samples, tombstones[i].n_samples);
    }
}

static void put_part(encoder *out, const skr_segment_part *part)
{
    put_number(out, part->delivery);
    put_number(out, part->n_runs);
    for (uint32_t i = 0; i < part->n_runs; i++) {
        put_number(out, part->runs[i].n);
        put_number(out, part->runs[i].first == SKR_NONE ? 0 : (uint64_t)part->runs[i].first + 1);
    }
    put_tombstones(out, part->left_out, part->n_left_out);
}

static void put_segment(encoder *out, const skr_segment_entry *segment)
{
    put_file(out, &segment->file);
    put_number(out, segment->dataset);
    put_number(out, segment->assembly);
    put_number(out, segment->n_samples);
    put_number(out, segment->n_parts);
    for (uint32_t i = 0; i < segment->n_parts; i++)
        put_part(out, &segment->parts[i]);
    put_number(out, segment->n_rows);
    put_number(out, segment->has_raw_indels);
    put_tombstones(out, segment->tombstones, segment->n_tombstones);
}

static void put_dataset(encoder *out, const skr_dataset_entry *dataset)
{
    put_text(out, dataset->id);
    put_number(out, dataset->version);
    put_number(out, dataset->flags);
    put_number(out, dataset->n_gone);
    put_bytes(out, dataset->gone, dataset->n_gone * sizeof dataset->gone[0]);
    put_text(out, dataset->about == NULL ? "" : dataset->about);
}

static void put_deletion(encoder *out, const skr_deletion *deletion)
{
    put_number(out, deletion->generation);
    put_number(out, deletion->time_s);
    put_number(out, deletion->dataset);
    put_number(out, deletion->n_people);
    put_text(out, deletion->reason == NULL ? "" : deletion->reason);
    put_number(out, deletion->due_s);
    put_number(out, deletion->gone_generation);
    put_number(out, deletion->n_files);
    for (uint32_t i = 0; i < deletion->n_files; i++)
        put_text(out, deletion->files[i]);
}

static void put_body(encoder *out, const skr_manifest *manifest)
{
    put_number(out, manifest->generation);
    put_number(out, manifest->next_file);
    put_number(out, manifest->has_key ? sizeof manifest->key : 0);
    put_bytes(out, manifest->key, manifest->has_key ? sizeof manifest->key : 0);
    put_number(out, manifest->n_datasets);
    for (uint32_t i = 0; i < manifest->n_datasets; i++)
        put_dataset(out, &manifest->datasets[i]);
    put_number(out, manifest->n_assemblies);
    for (uint32_t i = 0; i < manifest->n_assemblies; i++)
        put_assembly(out, &manifest->assemblies[i]);
    put_number(out, manifest->n_deliveries);
    for (uint32_t i = 0; i < manifest->n_deliveries; i++)
        put_delivery(out, &manifest->deliveries[i]);
    put_number(out, manifest->n_segments);
    for (uint32_t i = 0; i < manifest->n_segments; i++)
        put_segment(out, &manifest->segments[i]);
    put_file(out, &manifest->people);
    put_file(out, &manifest->ontology);
    put_number(out, manifest->n_deletions);
    for (uint32_t i = 0; i < manifest->n_deletions; i++)
        put_deletion(out, &manifest->deletions[i]);
    put_number(out, manifest->n_catalogues);
    for (uint32_t i = 0; i < manifest->n_catalogues; i++)
        put_file(out, &manifest->catalogues[i]);
}

static void put_header(encoder *out, uint64_t n_bytes)
{
    size_t from = out->bytes->n;
    put_bytes(out, SKR_FORMAT_MANIFEST_MAGIC, SKR_FORMAT_MAGIC_SIZE);
    put_u32(out, SKR_FORMAT_VERSION);
    put_u32(out, (uint32_t)n_bytes);
    put_u32(out, (uint32_t)(n_bytes >> 32));
    put_bytes(out, (uint8_t[8]){0}, 8);
    if (out->status == SKR_OK)
        put_u32(out, skr_crc32c(out->bytes->bytes + from, SKR_FORMAT_MANIFEST_CRC_AT));
}

int skr_manifest_encode(const skr_manifest *manifest, skr_buffer *bytes, skr_err *err)
{
    skr_buffer body = {0};
    encoder out = {.bytes = &body, .err = err};
    put_body(&out, manifest);
    out.bytes = bytes;
    size_t from = bytes->n;
    put_header(&out, SKR_FORMAT_MANIFEST_HEADER_SIZE + body.n + SKR_FORMAT_MANIFEST_END_SIZE);
    put_bytes(&out, body.bytes, body.n);
    if (out.status == SKR_OK)
        put_u32(&out, skr_crc32c(bytes->bytes + from, bytes->n - from));
    skr_buffer_done(&body);
    return out.status;
}
