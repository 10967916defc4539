/*
 * people_samples.c - samples of people: the condition that names one, and who has one: has(genome).
 *
 * In a dataset an individual has one sample or none; files of parts of one genome, of another
 * assembly, and a delivery that replaces another, bring the same one again.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/people/people_condition.h"
#include "storage/carriers/bits.h"
#include "storage/genomes.h"

/* Calls on_sample for each sample of a dataset that counts, those of several segments as often. */
typedef int (*sample_fn)(void *context, uint32_t individual, const char *name, skr_err *err);

static int visit_segment(const skr_question *question, uint32_t number, sample_fn on_sample,
                         void *context, skr_err *err)
{
    const skr_snapshot *snapshot = question->snapshot;
    const skr_segment_entry *entry = &snapshot->manifest->segments[number];
    const skr_segment *segment = NULL;
    skr_sample_names names = {0};
    skr_individuals individuals;
    SKR_TRY(skr_snapshot_segment(snapshot, number, &segment, err));
    const skr_sample_table *table = skr_segment_samples(segment);
    int status = skr_sample_table_individuals(table, &individuals, err);
    if (status == SKR_OK && !skr_sample_table_names_are_ids(table))
        status = skr_sample_table_names(table, &names, err);
    for (uint32_t s = 0; s < entry->n_samples && status == SKR_OK; s++) {
        uint32_t individual = skr_individual_of(&individuals, s);
        const char *name = names.offsets == NULL
                               ? skr_people_id(snapshot->people, individual)
                               : (const char *)names.text.bytes + names.offsets[s];
        if (entry->n_tombstones == 0 || !skr_manifest_is_superseded(entry, SKR_NONE, s))
            status = on_sample(context, individual, name, err);
    }
    skr_sample_names_done(&names);
    return status;
}

static int visit_dataset(const skr_question *question, uint32_t dataset, sample_fn on_sample,
                         void *context, skr_err *err)
{
    const skr_manifest *manifest = question->snapshot->manifest;
    int status = skr_people_load_ids(question->snapshot->people, err);
    for (uint32_t i = 0; i < manifest->n_segments && status == SKR_OK; i++)
        if (manifest->segments[i].dataset == dataset)
            status = visit_segment(question, i, on_sample, context, err);
    return status;
}

/* ------------------------------------------------------------------ the condition */

typedef struct sample_finder {
    const char *name;
    uint64_t *people;
    bool is_found;
} sample_finder;

static int mark_if_named(void *context, uint32_t individual, const char *name, skr_err *err)
{
    (void)err;
    sample_finder *find = context;
    if (strcmp(name, find->name) != 0)
        return SKR_OK;
    find->is_found = true;
    if (find->people != NULL)
        skr_bits_set(find->people, individual);
    return SKR_OK;
}

/* Over HTTP a name that is not there counts 0: whether it is, is not told. */
static int check_sample(const skr_question *question, const skr_expr *node, skr_err *err)
{
    sample_finder find = {.name = node->text};
    for (uint32_t i = 0; i < question->n_slots && !question->access->is_remote; i++)
        SKR_TRY(visit_dataset(question, question->slots[i].dataset, mark_if_named, &find, err));
    if (find.is_found || question->access->is_remote)
        return SKR_OK;
    skr_fail(err, SKR_ERR_QUERY, "no sample '%s'", node->text);
    return skr_people_point(node, SKR_ERR_QUERY, err);
}

static int mark_sample(const skr_question *question, const skr_expr *node,
                       const skr_people_found *found, uint32_t slot, uint64_t *bits, skr_err *err)
{
    (void)found;
    sample_finder find = {.name = node->text, .people = bits};
    SKR_TRY(visit_dataset(question, question->slots[slot].dataset, mark_if_named, &find, err));
    if (node->compare == SKR_NE)
        skr_people_complement(question, bits);
    return SKR_OK;
}

const skr_people_condition skr_people_by_sample = {.check = check_sample, .mark = mark_sample};

/* ------------------------------------------------------------------ who has one */

int skr_people_keep_sampled(const skr_question *question, uint32_t slot, uint64_t *people,
                            skr_err *err)
{
    const skr_snapshot *snapshot = question->snapshot;
    uint64_t *with = NULL;
    int status = skr_bits_new(snapshot->n_people, &with, err);
    for (uint32_t i = 0; i < snapshot->n_segments && status == SKR_OK; i++)
        if (snapshot->entries[i]->dataset == question->slots[slot].dataset)
            status = skr_snapshot_mark_genomes(snapshot, i, with, err);
    if (status == SKR_OK)
        skr_bits_and(people, with, skr_bits_words(snapshot->n_people));
    free(with);
    return status;
}

static int mark_has(const skr_question *question, const skr_expr *node,
                    const skr_people_found *found, uint32_t slot, uint64_t *bits, skr_err *err)
{
    (void)node;
    (void)found;
    skr_people_complement(question, bits);
    return skr_people_keep_sampled(question, slot, bits, err);
}

const skr_people_condition skr_people_by_has = {.mark = mark_has};
