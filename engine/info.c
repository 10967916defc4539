/*
 * info.c - the state of a store: what info and Beacon's fixed documents say.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/engine_int.h"
#include "engine/plan/access_check.h"
#include "engine/tell/disclose.h"
#include "storage/carriers/bits.h"

static uint32_t slot_of(const skr_question *question, uint32_t dataset)
{
    for (uint32_t i = 0; i < question->n_slots; i++)
        if (question->slots[i].dataset == dataset)
            return i;
    return SKR_NONE;
}

static const char *about_of(const skr_dataset_entry *dataset)
{
    return dataset->about == NULL ? "" : dataset->about;
}

static int tell_datasets(const skr_question *question, skr_info *info, skr_err *err)
{
    const skr_snapshot *snapshot = question->snapshot;
    const skr_manifest *manifest = snapshot->manifest;
    skr_people_sets genomes = {0};
    info->datasets = calloc((size_t)question->n_slots + 1, sizeof *info->datasets);
    if (info->datasets == NULL)
        return skr_fail_nomem(err, "the state of a store");
    int status = skr_people_sets_new(question, &genomes, err);
    if (status < 0)
        return status;
    for (uint32_t i = 0; status == SKR_OK && i < snapshot->n_segments; i++) {
        const skr_segment_entry *entry = snapshot->entries[i];
        uint32_t slot = slot_of(question, entry->dataset);
        if (slot != SKR_NONE)
            status = skr_snapshot_mark_genomes(snapshot, i, genomes.sets[slot], err);
    }
    if (status < 0) {
        skr_people_sets_done(&genomes);
        return status;
    }
    const skr_policy *policy = &question->access->policy;
    for (uint32_t i = 0; i < question->n_slots; i++) {
        uint32_t dataset = question->slots[i].dataset;
        const skr_people_set *people = NULL;
        status = skr_people_of_dataset(snapshot->people, dataset, &people, err);
        if (status < 0)
            break;
        info->datasets[i] = (skr_dataset_info){
            .id = manifest->datasets[dataset].id,
            .version = manifest->datasets[dataset].version,
            .about = about_of(&manifest->datasets[dataset]),
            .people = skr_disclose(policy, people == NULL ? 0 : skr_people_set_count(people)),
            .genomes = skr_disclose(
                policy, skr_bits_count(genomes.sets[i], skr_bits_words(snapshot->n_people)))};
    }
    info->n_datasets = question->n_slots;
    skr_people_sets_done(&genomes);
    return status;
}

static int tell_assemblies(const skr_snapshot *snapshot, skr_info *info, skr_err *err)
{
    const skr_manifest *manifest = snapshot->manifest;
    info->assemblies = calloc((size_t)manifest->n_assemblies + 1, sizeof *info->assemblies);
    if (info->assemblies == NULL)
        return skr_fail_nomem(err, "the state of a store");
    info->n_assemblies = manifest->n_assemblies;
    for (uint32_t i = 0; i < manifest->n_assemblies; i++) {
        uint32_t n_genes = skr_gene_table_count(snapshot->genes[i]);
        info->assemblies[i] = (skr_assembly_info){.name = manifest->assemblies[i].name,
                                                  .has_reference = snapshot->references[i] != NULL,
                                                  .has_genes = n_genes > 0};
    }
    for (uint32_t i = 0; i < manifest->n_segments; i++) {
        const skr_segment_entry *entry = &manifest->segments[i];
        skr_assembly_info *assembly = &info->assemblies[entry->assembly];
        if (!skr_manifest_is_open(manifest, entry->dataset))
            continue;
        assembly->n_rows += entry->n_rows;
        assembly->n_segments++;
        assembly->has_raw_indels |= entry->has_raw_indels;
        info->n_bytes += entry->file.n_bytes;
    }
    for (uint32_t i = 0; i < manifest->n_assemblies; i++)
        info->n_bytes +=
            manifest->assemblies[i].reference.n_bytes + manifest->assemblies[i].genes.n_bytes;
    info->n_bytes += manifest->people.n_bytes + manifest->ontology.n_bytes;
    return SKR_OK;
}

/* How many samples of a segment are of a part. */
static uint64_t part_samples(const skr_segment_part *part)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < part->n_runs; i++)
        n += part->runs[i].first == SKR_NONE ? 0 : part->runs[i].n;
    return n;
}

/* The bytes of a segment that a delivery has, by its share of the samples; 0: it is not in it. */
static uint64_t bytes_in(const skr_segment_entry *segment, uint32_t delivery)
{
    uint64_t n_own = 0;
    uint64_t n_all = 0;
    for (uint32_t i = 0; i < segment->n_parts; i++) {
        uint64_t n = part_samples(&segment->parts[i]);
        n_all += n;
        n_own += segment->parts[i].delivery == delivery ? n : 0;
    }
    if (n_own == 0)
        return 0;
    return n_own == n_all
               ? segment->file.n_bytes
               : (uint64_t)((double)segment->file.n_bytes * (double)n_own / (double)n_all);
}

/* The bytes of the segments that a delivery has. */
static uint64_t segment_bytes(const skr_manifest *manifest, uint32_t delivery)
{
    uint64_t n_bytes = 0;
    for (uint32_t i = 0; i < manifest->n_segments; i++)
        n_bytes += bytes_in(&manifest->segments[i], delivery);
    return n_bytes;
}

/* The files of a delivery, as far as anybody is told of them. */
static int tell_sources(const skr_delivery *delivery, skr_delivery_info *info, skr_err *err)
{
    info->sources = calloc((size_t)delivery->n_sources + 1, sizeof *info->sources);
    if (info->sources == NULL)
        return skr_fail_nomem(err, "the state of a store");
    for (; info->n_sources < delivery->n_sources; info->n_sources++) {
        const skr_source *source = &delivery->sources[info->n_sources];
        skr_source_info *told = &info->sources[info->n_sources];
        *told = (skr_source_info){.name = source->name, .is_live = source->is_live};
        skr_digest_hex(source->digest, sizeof source->digest, told->sha256);
    }
    return SKR_OK;
}

/* The deliveries of permitted datasets. */
static int tell_deliveries(const skr_question *question, skr_info *info, skr_err *err)
{
    const skr_manifest *manifest = question->snapshot->manifest;
    info->deliveries = calloc((size_t)manifest->n_deliveries + 1, sizeof *info->deliveries);
    if (info->deliveries == NULL)
        return skr_fail_nomem(err, "the state of a store");
    for (uint32_t i = 0; i < manifest->n_deliveries; i++) {
        const skr_delivery *delivery = &manifest->deliveries[i];
        if (slot_of(question, delivery->dataset) == SKR_NONE)
            continue;
        skr_delivery_info *told = &info->deliveries[info->n_deliveries++];
        *told = (skr_delivery_info){.generation = delivery->generation,
                                    .time_s = delivery->time_s,
                                    .n_bytes = segment_bytes(manifest, i),
                                    .dataset = manifest->datasets[delivery->dataset].id,
                                    .assembly = manifest->assemblies[delivery->assembly].name,
                                    .options = delivery->options,
                                    .n_samples = delivery->n_samples,
                                    .n_alleles = delivery->n_alleles,
                                    .counters = delivery->counters,
                                    .n_counters = delivery->n_counters};
        int status = tell_sources(delivery, told, err);
        if (status < 0)
            return status;
    }
    return SKR_OK;
}

static int tell_ontologies(const skr_snapshot *snapshot, skr_info *info, skr_err *err)
{
    uint32_t n = 0;
    const skr_ontology_release *releases = skr_ontology_releases(snapshot->ontology, &n);
    info->ontologies = calloc((size_t)n + 1, sizeof *info->ontologies);
    if (info->ontologies == NULL)
        return skr_fail_nomem(err, "the state of a store");
    for (; info->n_ontologies < n; info->n_ontologies++) {
        const skr_ontology_release *release = &releases[info->n_ontologies];
        info->ontologies[info->n_ontologies] = (skr_ontology_info){.prefix = release->prefix,
                                                                   .name = release->name,
                                                                   .version = release->version,
                                                                   .n_terms = release->n_terms};
    }
    return SKR_OK;
}

/* Of all assemblies, in the order in which they came. */
static int tell_annotations(const skr_manifest *manifest, skr_info *info, skr_err *err)
{
    size_t n = 0;
    for (uint32_t i = 0; i < manifest->n_assemblies; i++)
        n += manifest->assemblies[i].n_annotations;
    info->annotations = calloc(n + 1, sizeof *info->annotations);
    if (info->annotations == NULL)
        return skr_fail_nomem(err, "the state of a store");
    for (uint32_t i = 0; i < manifest->n_assemblies; i++) {
        const skr_assembly *assembly = &manifest->assemblies[i];
        for (uint32_t a = 0; a < assembly->n_annotations; a++) {
            const skr_annotation_entry *entry = &assembly->annotations[a];
            info->annotations[info->n_annotations++] =
                (skr_annotation_info){.assembly = assembly->name,
                                      .source = entry->source,
                                      .release = entry->release,
                                      .n_alleles = entry->n_alleles};
        }
    }
    return SKR_OK;
}

static int count_sex_conflicts(const skr_question *question, skr_info *info, skr_err *err)
{
    int status = SKR_OK;
    for (uint32_t i = 0; i < question->n_slots && status == SKR_OK; i++) {
        uint32_t n = 0;
        status = skr_people_sex_conflicts(question->snapshot->people, question->slots[i].dataset,
                                          &n, err);
        info->n_sex_conflicts += n;
    }
    return status;
}

/* What waits for compaction is not told where the policy hides: it says when somebody left. */
static void tell_due(const skr_question *question, skr_info *info)
{
    if (!question->access->policy.is_exact)
        return;
    skr_manifest_due due =
        skr_manifest_due_at(question->snapshot->manifest, skr_manifest_time_now());
    info->n_deletions_due = due.n;
    info->n_deletions_overdue = due.n_overdue;
    info->deletions_due_s = due.due_s;
}

int skr_engine_info(skr_engine *engine, const skr_access *access, skr_info *ret_info, skr_err *err)
{
    skr_question question;
    skr_info info = {0};
    int status = skr_engine_begin(engine, access, &question, err);
    if (status < 0)
        return status;
    skr_snapshot_acquire(question.snapshot); /* the info borrows texts of it */
    info.keep = question.snapshot;
    info.generation = question.snapshot->manifest->generation;
    tell_due(&question, &info);
    status = skr_snapshot_read_tables(question.snapshot, err); /* what is damaged is not told */
    if (status == SKR_OK)
        status = skr_engine_io(engine, &info.io, err);
    if (status == SKR_OK)
        status = tell_datasets(&question, &info, err);
    if (status == SKR_OK)
        status = tell_assemblies(question.snapshot, &info, err);
    bool is_exact = access->policy.is_exact;
    if (status == SKR_OK && is_exact)
        status = tell_deliveries(&question, &info, err);
    if (status == SKR_OK)
        status = tell_ontologies(question.snapshot, &info, err);
    if (status == SKR_OK)
        status = tell_annotations(question.snapshot->manifest, &info, err);
    if (status == SKR_OK && is_exact)
        status = count_sex_conflicts(&question, &info, err);
    skr_engine_end(&question);
    if (status < 0)
        skr_info_done(&info);
    else
        *ret_info = info;
    return status;
}

void skr_info_done(skr_info *info)
{
    free(info->datasets);
    free(info->assemblies);
    for (size_t i = 0; i < info->n_deliveries; i++)
        free(info->deliveries[i].sources);
    free(info->deliveries);
    free(info->ontologies);
    free(info->annotations);
    skr_snapshot_release(info->keep);
    *info = (skr_info){0};
}

bool skr_engine_has_dataset(skr_engine *engine, const skr_access *access, const char *id)
{
    bool is_there = false;
    (void)pthread_mutex_lock(&engine->lock);
    const skr_manifest *manifest = engine->snapshot->manifest;
    for (uint32_t i = 0; i < manifest->n_datasets && !is_there; i++)
        is_there =
            strcmp(manifest->datasets[i].id, id) == 0 && skr_access_permits(access, manifest, i);
    (void)pthread_mutex_unlock(&engine->lock);
    return is_there;
}
