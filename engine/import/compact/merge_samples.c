/*
 * merge_samples.c - the samples of the merged segment, and those of each segment that goes in.
 *
 * A sample stays if anything of it may still count: a tombstone for all contigs ends it, and so do
 * tombstones on all contigs that it has. Samples of one name, individual and karyotype, which came
 * by several deliveries, become one.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/import/compact/merge_int.h"
#include "storage/base/limits.h"
#include "storage/manifest_parts.h"

/* ------------------------------------------------------------------ who stays */

/* Marks those who are left out with SKR_NONE, and the others with 0. */
static void choose(const skr_merge_request *request, skr_merge_input *input)
{
    const skr_segment_entry *entry = input->entry;
    memset(input->numbers, 0, input->n_samples * sizeof *input->numbers);
    for (uint32_t i = 0; i < entry->n_tombstones; i++) {
        const skr_tombstone *tombstone = &entry->tombstones[i];
        for (uint32_t k = 0; k < tombstone->n_samples; k++)
            if (input->numbers[tombstone->samples[k]] != SKR_NONE &&
                !skr_manifest_part_is_left(request->manifest, entry, input->segment,
                                           tombstone->samples[k]))
                input->numbers[tombstone->samples[k]] = SKR_NONE;
    }
}

/* ------------------------------------------------------------------ who is who */

/* A sample of an input. */
typedef struct entry {
    uint32_t individual;
    uint32_t input;
    uint32_t sample;
    uint32_t first; /* among all entries, the first of this name and individual */
    const char *name;
} entry;

typedef struct numbering {
    skr_merge *merge;
    skr_sample_names *names; /* of each input; without text where names are ids */
    entry *entries;          /* in the order of inputs and samples */
    uint32_t n_entries;
    uint32_t *order; /* entries by individual, then as they stand */
} numbering;

static int read_names(numbering *n, uint32_t number, skr_err *err)
{
    const skr_merge_input *input = &n->merge->inputs[number];
    const skr_sample_table *table = skr_segment_samples(input->segment);
    if (skr_sample_table_names_are_ids(table))
        return SKR_OK;
    n->merge->names_are_ids = false;
    return skr_sample_table_names(table, &n->names[number], err);
}

static int list_input(numbering *n, uint32_t number, skr_err *err)
{
    const skr_merge_input *input = &n->merge->inputs[number];
    const skr_sample_names *names = &n->names[number];
    skr_individuals individuals;
    SKR_TRY(skr_sample_table_individuals(skr_segment_samples(input->segment), &individuals, err));
    for (uint32_t i = 0; i < input->n_samples; i++) {
        entry one = {skr_individual_of(&individuals, i), number, i, n->n_entries, NULL};
        if (one.individual >= skr_people_count(n->merge->request->people))
            return skr_fail(err, SKR_ERR_CORRUPT, "a sample belongs to nobody");
        if (names->offsets != NULL)
            one.name = (const char *)names->text.bytes + names->offsets[i];
        else if (!n->merge->names_are_ids)
            one.name = skr_people_id(n->merge->request->people, one.individual);
        if (input->numbers[i] != SKR_NONE)
            n->entries[n->n_entries++] = one;
    }
    return SKR_OK;
}

static int compare_order(const void *a, const void *b, void *context)
{
    const entry *entries = context;
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;
    if (entries[left].individual != entries[right].individual)
        return entries[left].individual < entries[right].individual ? -1 : 1;
    return left < right ? -1 : left > right;
}

static skr_karyotype karyotype_of(const numbering *n, const entry *one)
{
    return n->merge->inputs[one->input].karyotypes[one->sample];
}

/*
 * Samples of one segment stay apart; those of two are the same if their names and karyotypes are.
 * Where one sheet knew the sex and another did not, each delivery keeps counting by its own.
 */
static bool is_same(const numbering *n, const entry *a, const entry *b)
{
    skr_karyotype of_a = karyotype_of(n, a);
    skr_karyotype of_b = karyotype_of(n, b);
    return a->individual == b->individual && a->input != b->input && of_a.n_x == of_b.n_x &&
           of_a.n_y == of_b.n_y && (n->merge->names_are_ids || strcmp(a->name, b->name) == 0);
}

/* Finds for each entry the first that is the same sample. */
static void find_same(numbering *n)
{
    for (uint32_t i = 0; i < n->n_entries; i++)
        n->order[i] = i;
    qsort_r(n->order, n->n_entries, sizeof *n->order, compare_order, n->entries);
    for (uint32_t i = 1; i < n->n_entries; i++) {
        entry *one = &n->entries[n->order[i]];
        for (uint32_t k = i; k-- > 0;) {
            const entry *other = &n->entries[n->order[k]];
            if (other->individual != one->individual)
                break;
            if (is_same(n, one, other)) {
                one->first = other->first;
                break;
            }
        }
    }
}

/* Gives numbers in the order of the entries. */
static void give_numbers(numbering *n)
{
    skr_merge *merge = n->merge;
    for (uint32_t i = 0; i < n->n_entries; i++) {
        const entry *one = &n->entries[i];
        skr_merge_input *input = &merge->inputs[one->input];
        if (one->first == i) {
            merge->samples[merge->n_samples] =
                (skr_sample){.individual = one->individual, .karyotype = karyotype_of(n, one)};
            merge->samples[merge->n_samples].name = one->name;
            input->numbers[one->sample] = merge->n_samples++;
            continue;
        }
        const entry *first = &n->entries[one->first];
        input->numbers[one->sample] = merge->inputs[first->input].numbers[first->sample];
    }
}

/* Copies the names of the samples, and points the samples at them. */
static int keep_names(skr_merge *merge, skr_err *err)
{
    size_t n_bytes = 1;
    for (uint32_t i = 0; i < merge->n_samples && !merge->names_are_ids; i++)
        n_bytes += strlen(merge->samples[i].name) + 1;
    merge->names = malloc(n_bytes);
    if (merge->names == NULL)
        return skr_fail_nomem(err, "samples");
    merge->names[0] = '\0';
    char *to = merge->names;
    for (uint32_t i = 0; i < merge->n_samples; i++) {
        if (!merge->names_are_ids) {
            size_t n = strlen(merge->samples[i].name) + 1;
            memcpy(to, merge->samples[i].name, n);
            merge->samples[i].name = to;
            to += n;
        } else {
            merge->samples[i].name = merge->names;
        }
    }
    return SKR_OK;
}

static int make_numbering(numbering *n, skr_err *err)
{
    skr_merge *merge = n->merge;
    size_t n_all = 1;
    for (uint32_t i = 0; i < merge->n_inputs; i++) {
        choose(merge->request, &merge->inputs[i]);
        n_all += merge->inputs[i].n_samples;
    }
    if (n_all > SKR_NONE)
        return skr_fail(err, SKR_ERR_LIMIT, "segments: too many samples together");
    n->names = calloc(merge->n_inputs + 1u, sizeof *n->names);
    n->entries = malloc(n_all * sizeof *n->entries);
    n->order = malloc(n_all * sizeof *n->order);
    merge->samples = malloc(n_all * sizeof *merge->samples);
    if (n->names == NULL || n->entries == NULL || n->order == NULL || merge->samples == NULL)
        return skr_fail_nomem(err, "samples");
    return SKR_OK;
}

int skr_merge_samples_number(skr_merge *merge, skr_err *err)
{
    numbering n = {.merge = merge};
    merge->names_are_ids = true;
    int status = make_numbering(&n, err);
    for (uint32_t i = 0; i < merge->n_inputs && status == SKR_OK; i++)
        status = read_names(&n, i, err);
    for (uint32_t i = 0; i < merge->n_inputs && status == SKR_OK; i++)
        status = list_input(&n, i, err);
    if (status == SKR_OK) {
        find_same(&n);
        give_numbers(&n);
        status = keep_names(merge, err);
    }
    for (uint32_t i = 0; n.names != NULL && i < merge->n_inputs; i++)
        skr_sample_names_done(&n.names[i]);
    free(n.names);
    free(n.entries);
    free(n.order);
    return status;
}

/* ------------------------------------------------------------------ on a contig */

/* Lists who of an input that is there counts on the contig at hand. Without them it is not. */
static void turn_input(const skr_merge *merge, skr_merge_input *input)
{
    input->n_live = 0;
    if (!input->is_there)
        return;
    memset(input->places, 0, input->n_samples * sizeof *input->places);
    for (uint32_t i = 0; i < input->entry->n_tombstones; i++) {
        const skr_tombstone *tombstone = &input->entry->tombstones[i];
        if (tombstone->contig != SKR_NONE && tombstone->contig != merge->contig)
            continue;
        for (uint32_t k = 0; k < tombstone->n_samples; k++)
            input->places[tombstone->samples[k]] = SKR_NONE;
    }
    for (uint32_t i = 0; i < input->n_samples; i++) {
        if (input->numbers[i] == SKR_NONE || input->places[i] == SKR_NONE) {
            input->places[i] = SKR_NONE;
            continue;
        }
        input->places[i] = input->n_live;
        input->live[input->n_live++] = input->numbers[i];
    }
    input->is_whole = input->n_live == input->n_samples;
    input->is_there = input->n_live > 0;
}

int skr_merge_samples_turn(skr_merge *merge, uint32_t contig, skr_err *err)
{
    merge->contig = contig;
    merge->is_shared = false;
    merge->n_silent = 0;
    if (merge->silent == NULL)
        merge->silent = malloc((merge->n_samples + 1u) * sizeof *merge->silent);
    if (merge->silent == NULL)
        return skr_fail_nomem(err, "samples");
    memset(merge->states, 0, merge->n_samples);
    for (uint32_t i = 0; i < merge->n_inputs; i++) {
        skr_merge_input *input = &merge->inputs[i];
        turn_input(merge, input);
        for (uint32_t k = 0; k < input->n_live; k++) {
            merge->is_shared = merge->is_shared || merge->states[input->live[k]] != 0;
            merge->states[input->live[k]] = 1;
        }
    }
    for (uint32_t i = 0; i < merge->n_samples; i++)
        if (merge->states[i] == 0)
            merge->silent[merge->n_silent++] = i;
    return SKR_OK;
}
