/*
 * samples.c - the samples of the generation in force, and the facts about them.
 */
#include "engine/face/samples.h"

#include <stdlib.h>

#include "engine/engine_int.h"
#include "index/contigs/contig.h"
#include "storage/base/limits.h"
#include "storage/manifest_parts.h"

/* The samples of one segment, while they are told. */
typedef struct telling {
    const skr_question *question;
    const skr_segment_entry *entry;
    const skr_sample_table *table;
    uint32_t n_samples;
    skr_individuals individuals;
    skr_sample_names names; /* none: they are the ids */
    skr_karyotype *karyotypes;
    skr_sample_row row;
    skr_sample_fn on_sample;
    void *context;
} telling;

static bool is_permitted(const skr_question *question, uint32_t dataset)
{
    bool is_there = false;
    for (uint32_t i = 0; i < question->n_slots; i++)
        is_there = is_there || question->slots[i].dataset == dataset;
    return is_there;
}

static bool is_replaced_in_part(const skr_segment_entry *entry, uint32_t sample)
{
    bool is_named = false;
    for (uint32_t i = 0; i < entry->n_tombstones; i++)
        is_named =
            is_named || skr_manifest_is_superseded(entry, entry->tombstones[i].contig, sample);
    return is_named;
}

/* What does not depend on facts. False: the sample does not count any more. */
static bool begin_row(telling *t, uint32_t sample, char *ret_sex)
{
    const skr_snapshot *snapshot = t->question->snapshot;
    const skr_manifest *manifest = snapshot->manifest;
    if (t->entry->n_tombstones > 0 && skr_manifest_is_superseded(t->entry, SKR_NONE, sample))
        return false;
    const char *id = skr_people_id(snapshot->people, skr_individual_of(&t->individuals, sample));
    skr_contig_karyotype_text(t->karyotypes[sample], ret_sex);
    t->row = (skr_sample_row){
        .dataset = manifest->datasets[t->entry->dataset].id,
        .sample = t->names.offsets == NULL
                      ? id
                      : (const char *)t->names.text.bytes + t->names.offsets[sample],
        .individual = id,
        .assembly = manifest->assemblies[t->entry->assembly].name,
        .generation = skr_manifest_part_delivery(manifest, t->entry, sample)->generation,
        .sex = ret_sex,
        .is_replaced_in_part = is_replaced_in_part(t->entry, sample),
    };
    return true;
}

static int on_facts(void *context, uint32_t sample, const uint64_t *facts, skr_err *err)
{
    static const char *const looks[SKR_N_SAMPLE_SEXES] = {
        [SKR_SEX_LIKE_XX] = "XX", [SKR_SEX_LIKE_XY] = "XY", [SKR_SEX_UNCLEAR] = "unclear"};
    telling *t = context;
    char sex[16];
    if (!begin_row(t, sample, sex))
        return SKR_OK;
    t->row.has_facts = true;
    t->row.looks_like = looks[facts[SKR_FACT_SEX]];
    for (unsigned i = 0; i < SKR_N_QUALITIES; i++)
        t->row.qualities[i] = skr_sample_quality(facts, (skr_quality)i);
    t->row.n_het = facts[SKR_FACT_HET];
    t->row.n_hom = facts[SKR_FACT_HOM];
    t->row.n_transitions = facts[SKR_FACT_TRANSITIONS];
    t->row.n_transversions = facts[SKR_FACT_TRANSVERSIONS];
    t->row.n_x_het = facts[SKR_FACT_X_HET];
    t->row.n_x_hom = facts[SKR_FACT_X_HOM];
    t->row.n_y_alt = facts[SKR_FACT_Y_ALT];
    return t->on_sample(t->context, &t->row, err);
}

/* Of a segment without facts the samples are told all the same. */
static int tell_names(telling *t, skr_err *err)
{
    int status = SKR_OK;
    char sex[16];
    for (uint32_t i = 0; i < t->n_samples && status == SKR_OK; i++)
        if (begin_row(t, i, sex))
            status = t->on_sample(t->context, &t->row, err);
    return status;
}

static int tell_segment(telling *t, skr_err *err)
{
    t->karyotypes = malloc(t->n_samples * sizeof *t->karyotypes);
    int status = t->karyotypes == NULL ? skr_fail_nomem(err, "the samples")
                                       : skr_sample_table_karyotypes(t->table, t->karyotypes, err);
    if (status == SKR_OK)
        status = skr_sample_table_individuals(t->table, &t->individuals, err);
    if (status == SKR_OK && !skr_sample_table_names_are_ids(t->table))
        status = skr_sample_table_names(t->table, &t->names, err);
    if (status == SKR_OK)
        status = skr_sample_table_has_facts(t->table)
                     ? skr_sample_table_facts(t->table, on_facts, t, err)
                     : tell_names(t, err);
    skr_sample_names_done(&t->names);
    free(t->karyotypes);
    return status;
}

int skr_engine_samples(skr_engine *engine, const skr_access *access, skr_sample_fn on_sample,
                       void *context, skr_err *err)
{
    skr_question question;
    if (!access->policy.is_exact)
        return skr_fail(err, SKR_ERR_POLICY,
                        "samples are told one by one under an exact policy alone");
    SKR_TRY(skr_engine_begin(engine, access, &question, err));
    const skr_snapshot *snapshot = question.snapshot;
    int status = skr_people_load_ids(snapshot->people, err);
    for (uint32_t i = 0; i < snapshot->manifest->n_segments && status == SKR_OK; i++) {
        telling t = {.question = &question,
                     .entry = &snapshot->manifest->segments[i],
                     .n_samples = snapshot->manifest->segments[i].n_samples,
                     .on_sample = on_sample,
                     .context = context};
        const skr_segment *segment = NULL;
        if (!is_permitted(&question, t.entry->dataset))
            continue;
        status = skr_snapshot_segment(snapshot, i, &segment, err);
        if (status != SKR_OK)
            break;
        t.table = skr_segment_samples(segment);
        status = tell_segment(&t, err);
    }
    skr_engine_end(&question);
    return status;
}
