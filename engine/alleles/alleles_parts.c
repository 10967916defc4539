/*
 * alleles_parts.c - from the numbers of cells to those of populations that may be told.
 */
#include "engine/alleles/alleles_parts.h"

#include <stdlib.h>
#include <string.h>

#include "engine/tell/disclose_frequencies.h"
#include "storage/base/check.h"
#include "storage/carriers/bits.h"

/* The populations of one dataset that are asked for. */
typedef struct slot_parts {
    skr_populations *populations;
    skr_cells *cells; /* those of the populations, or own ones of a cohort */
    skr_cells own;
    uint32_t *n_people; /* of each cell: with a genome, and of the cohort if there is one */
    uint32_t *group_of; /* of each cell: cells that differ in nothing that was asked for */
    uint32_t *first_of; /* of each group: a cell of it */
    uint32_t n_groups;
    uint32_t *chosen; /* populations, by their numbers */
    uint32_t n_chosen;
} slot_parts;

/* What a worker needs for the allele at hand. */
typedef struct scratch {
    skr_cell_tally *tallies;  /* of each cell */
    skr_raw_frequency *cells; /* the same with people, and of each group, and population */
    skr_raw_frequency *groups;
    skr_raw_frequency *all;
    skr_zygosities *kinds;
    skr_zygosities *group_kinds;
    const char **tags;
    skr_allele_part *parts; /* of each slot */
    size_t n_parts;
    skr_population_frequency *told; /* of all parts */
    size_t n_told;
} scratch;

struct skr_alleles_parts {
    const skr_question *question;
    slot_parts *slots;
    scratch *workers;
    unsigned n_workers;
    bool is_silent; /* the people asked about are a cohort, and the policy tells no frequency of it
                     */
};

/* ------------------------------------------------------------------ memory */

static void slot_done(slot_parts *slot)
{
    if (slot->cells == &slot->own)
        skr_cells_done(&slot->own);
    free(slot->n_people);
    free(slot->group_of);
    free(slot->first_of);
    free(slot->chosen);
    skr_populations_release(slot->populations);
}

static void scratch_done(scratch *mine)
{
    free(mine->tallies);
    free(mine->cells);
    free(mine->groups);
    free(mine->all);
    free(mine->kinds);
    free(mine->group_kinds);
    free((void *)(uintptr_t)mine->tags);
    free(mine->parts);
    free(mine->told);
}

void skr_alleles_parts_free(skr_alleles_parts *parts)
{
    if (parts == NULL)
        return;
    for (uint32_t i = 0; parts->slots != NULL && i < parts->question->n_slots; i++)
        slot_done(&parts->slots[i]);
    for (unsigned i = 0; parts->workers != NULL && i < parts->n_workers; i++)
        scratch_done(&parts->workers[i]);
    free(parts->slots);
    free(parts->workers);
    free(parts);
}

/* ------------------------------------------------------------------ what is asked for */

static bool is_chosen(const skr_population *population, const skr_alleles_by *by)
{
    return (population->sex == SKR_POPULATION_ANY || by->has_sex) &&
           (!population->has_country || by->has_country);
}

/* Are two cells the same in what is asked for? */
static bool is_same(const skr_population_cell *a, const skr_population_cell *b,
                    const skr_alleles_by *by)
{
    return (!by->has_sex || a->sex == b->sex) && (!by->has_country || a->countries == b->countries);
}

static void find_groups(slot_parts *slot, const skr_alleles_by *by)
{
    const skr_population_cell *cells = slot->populations->cells;
    for (uint32_t i = 0; i < slot->populations->n_cells; i++) {
        uint32_t group = 0;
        while (group < slot->n_groups && !is_same(&cells[i], &cells[slot->first_of[group]], by))
            group++;
        if (group == slot->n_groups)
            slot->first_of[slot->n_groups++] = i;
        slot->group_of[i] = group;
    }
}

/* The people of each cell who are in the cohort and have a genome. */
static int count_cohort(const skr_question *question, uint32_t number, slot_parts *slot,
                        skr_err *err)
{
    uint32_t n_people = question->snapshot->n_people;
    uint64_t *people = NULL;
    SKR_TRY(skr_bits_new(n_people, &people, err));
    int status =
        skr_populations_mark_genomes(question, number, slot->populations->assembly, people, err);
    if (status == SKR_OK) {
        skr_bits_and(people, question->slots[number].cohort, skr_bits_words(n_people));
        skr_populations_count(slot->populations, people, n_people, slot->n_people);
    }
    free(people);
    return status;
}

static int slot_init(const skr_question *question, uint32_t number, const skr_alleles_by *by,
                     slot_parts *slot, skr_err *err)
{
    const skr_populations *populations = slot->populations;
    bool has_cohort = question->slots[number].cohort != NULL;
    size_t n = (size_t)populations->n_cells + 1;
    slot->n_people = calloc(n, sizeof *slot->n_people);
    slot->group_of = calloc(n, sizeof *slot->group_of);
    slot->first_of = calloc(n, sizeof *slot->first_of);
    slot->chosen = calloc(populations->n + 1, sizeof *slot->chosen);
    if (slot->n_people == NULL || slot->group_of == NULL || slot->first_of == NULL ||
        slot->chosen == NULL)
        return skr_fail_nomem(err, "populations");
    for (size_t i = 0; i < populations->n; i++)
        if (is_chosen(&populations->all[i], by))
            slot->chosen[slot->n_chosen++] = (uint32_t)i;
    find_groups(slot, by);
    if (!has_cohort) {
        slot->cells = &slot->populations->called;
        for (uint32_t i = 0; i < populations->n_cells; i++)
            slot->n_people[i] = populations->cells[i].n_people;
        return SKR_OK;
    }
    SKR_TRY(skr_cells_init(&slot->own, populations->cell_of, populations->n_cells, true, err));
    slot->cells = &slot->own;
    return count_cohort(question, number, slot, err);
}

static int scratch_init(const skr_alleles_parts *parts, scratch *mine, skr_err *err)
{
    size_t n_cells = 1;
    size_t n_populations = 1;
    size_t n_told = 1;
    for (uint32_t i = 0; i < parts->question->n_slots; i++) {
        const skr_populations *populations = parts->slots[i].populations;
        n_cells = populations->n_cells > n_cells ? populations->n_cells : n_cells;
        n_populations = populations->n > n_populations ? populations->n : n_populations;
        n_told += populations->n;
    }
    mine->tallies = calloc(n_cells, sizeof *mine->tallies);
    mine->cells = calloc(n_cells, sizeof *mine->cells);
    mine->groups = calloc(n_cells, sizeof *mine->groups);
    mine->group_kinds = calloc(n_cells, sizeof *mine->group_kinds);
    mine->all = calloc(n_populations, sizeof *mine->all);
    mine->kinds = calloc(n_populations, sizeof *mine->kinds);
    mine->tags = calloc(n_populations, sizeof *mine->tags);
    mine->parts = calloc((size_t)parts->question->n_slots + 1, sizeof *mine->parts);
    mine->told = calloc(n_told, sizeof *mine->told);
    bool is_whole = mine->tallies != NULL && mine->cells != NULL && mine->groups != NULL &&
                    mine->group_kinds != NULL && mine->all != NULL && mine->kinds != NULL &&
                    mine->tags != NULL && mine->parts != NULL && mine->told != NULL;
    return is_whole ? SKR_OK : skr_fail_nomem(err, "populations");
}

int skr_alleles_parts_new(const skr_question *question, uint32_t assembly, const skr_alleles_by *by,
                          const skr_alleles_sink *sink, skr_alleles_parts **ret_parts, skr_err *err)
{
    skr_alleles_parts *parts = calloc(1, sizeof *parts);
    int status = SKR_OK;
    if (parts == NULL)
        return skr_fail_nomem(err, "populations");
    parts->question = question;
    parts->slots = calloc((size_t)question->n_slots + 1, sizeof *parts->slots);
    parts->n_workers = question->tools.n_threads;
    parts->workers = calloc(parts->n_workers, sizeof *parts->workers);
    if (parts->slots == NULL || parts->workers == NULL)
        status = skr_fail_nomem(err, "populations");
    for (uint32_t i = 0; i < question->n_slots && status == SKR_OK; i++) {
        status = sink->populations(sink->populations_context, question, i, assembly,
                                   &parts->slots[i].populations, err);
        if (status == SKR_OK)
            status = slot_init(question, i, by, &parts->slots[i], err);
        parts->is_silent = parts->is_silent || (question->slots[i].cohort != NULL &&
                                                !question->access->policy.frequencies.is_exact);
    }
    if (status == SKR_OK && parts->is_silent)
        status = skr_warnings_add(question->warnings, SKR_WARN_NO_FREQUENCIES, NULL, 0, err,
                                  "frequencies among the people whom filters find are not told "
                                  "under this policy");
    for (unsigned i = 0; i < parts->n_workers && status == SKR_OK; i++)
        status = scratch_init(parts, &parts->workers[i], err);
    if (status < 0)
        skr_alleles_parts_free(parts);
    else
        *ret_parts = parts;
    return status;
}

/* ------------------------------------------------------------------ one allele */

void skr_alleles_parts_clear(skr_alleles_parts *parts, unsigned worker)
{
    parts->workers[worker].n_parts = 0;
    parts->workers[worker].n_told = 0;
}

/* Which kinds of carriers there can be of a sex at a place. */
static skr_zygosities kinds_of(skr_ploidy ploidy, skr_population_sex sex)
{
    switch (ploidy) {
    case SKR_PLOIDY_DIPLOID:
        return (skr_zygosities){.has_pairs = true};
    case SKR_PLOIDY_X:
        return (skr_zygosities){.has_pairs = sex != SKR_POPULATION_M,
                                .has_singles = sex != SKR_POPULATION_F};
    case SKR_PLOIDY_Y:
        return (skr_zygosities){.has_singles = sex != SKR_POPULATION_F};
    default:
        return (skr_zygosities){.has_singles = true};
    }
}

static skr_raw_frequency raw_of(const skr_cell_tally *tally, uint32_t n_people)
{
    return (skr_raw_frequency){.an = tally->called.n_copies,
                               .n_called = tally->called.n_samples,
                               .n_hom_copies = tally->n_copies[SKR_HOM],
                               .n_het_copies = tally->n_copies[SKR_HET],
                               .n_hemi_copies = tally->n_copies[SKR_HEMI],
                               .n_partial_copies = tally->n_copies[SKR_PARTIAL],
                               .n_hom = tally->n_people[SKR_HOM],
                               .n_het = tally->n_people[SKR_HET],
                               .n_hemi = tally->n_people[SKR_HEMI],
                               .n_partial = tally->n_people[SKR_PARTIAL],
                               .n_carriers = tally->n_people[SKR_HOM] + tally->n_people[SKR_HET] +
                                             tally->n_people[SKR_HEMI] +
                                             tally->n_people[SKR_PARTIAL],
                               .n_people = n_people};
}

/* Adds up the cells of each group and of each population asked for. */
static void add_up(const slot_parts *slot, scratch *mine, skr_ploidy ploidy)
{
    const skr_populations *populations = slot->populations;
    memset(mine->groups, 0, slot->n_groups * sizeof *mine->groups);
    for (uint32_t i = 0; i < populations->n_cells; i++) {
        mine->cells[i] = raw_of(&mine->tallies[i], slot->n_people[i]);
        skr_raw_frequency_add(&mine->groups[slot->group_of[i]], &mine->cells[i]);
    }
    for (uint32_t i = 0; i < slot->n_groups; i++)
        mine->group_kinds[i] = kinds_of(ploidy, populations->cells[slot->first_of[i]].sex);
    for (uint32_t i = 0; i < slot->n_chosen; i++) {
        const skr_population *one = &populations->all[slot->chosen[i]];
        mine->all[i] = (skr_raw_frequency){0};
        for (uint32_t c = 0; c < one->n_cells; c++)
            skr_raw_frequency_add(&mine->all[i], &mine->cells[one->cells[c]]);
        mine->kinds[i] = kinds_of(ploidy, one->sex);
        mine->tags[i] = one->tag;
    }
}

int skr_alleles_parts_add(skr_alleles_parts *parts, skr_worker *worker, uint32_t k, uint32_t slot,
                          bool with_populations, skr_err *err)
{
    const slot_parts *of = &parts->slots[slot];
    scratch *mine = &parts->workers[worker->number];
    skr_allele_part *part = &mine->parts[mine->n_parts++];
    SKR_CHECK(mine->n_parts <= parts->question->n_slots);
    const skr_question *question = parts->question;
    uint32_t dataset = question->slots[slot].dataset;
    *part = (skr_allele_part){.dataset = slot,
                              .id = question->snapshot->manifest->datasets[dataset].id};
    if (!with_populations || parts->is_silent)
        return SKR_OK;
    memset(mine->tallies, 0, of->populations->n_cells * sizeof *mine->tallies);
    SKR_TRY(skr_cells_tally(of->cells, &worker->tallier, skr_batch_seek(&worker->batch, k), slot,
                            mine->tallies, err));
    add_up(of, mine, worker->batch.keys[k].ploidy);
    const skr_raw_populations raw = {.all = mine->all,
                                     .tags = mine->tags,
                                     .kinds = mine->kinds,
                                     .n = of->n_chosen,
                                     .cells = mine->groups,
                                     .cell_kinds = mine->group_kinds,
                                     .n_cells = of->n_groups};
    part->n_populations =
        skr_disclose_frequencies(&parts->question->access->policy, &raw, mine->told + mine->n_told);
    mine->n_told += part->n_populations;
    return SKR_OK;
}

int skr_alleles_parts_add_absent(skr_alleles_parts *parts, skr_worker *worker, uint32_t k,
                                 uint32_t slot, bool *ret_is_added, skr_err *err)
{
    scratch *mine = &parts->workers[worker->number];
    SKR_TRY(skr_alleles_parts_add(parts, worker, k, slot, true, err));
    skr_allele_part *part = &mine->parts[mine->n_parts - 1];
    part->is_absent = true;
    *ret_is_added = part->n_populations > 0;
    if (!*ret_is_added)
        mine->n_parts--;
    return SKR_OK;
}

skr_allele_row skr_alleles_parts_row(const skr_alleles_parts *parts, unsigned worker)
{
    scratch *mine = &parts->workers[worker];
    const skr_population_frequency *told = mine->told;
    for (size_t i = 0; i < mine->n_parts; i++) {
        mine->parts[i].populations = told;
        told += mine->parts[i].n_populations;
    }
    return (skr_allele_row){.parts = mine->parts, .n_parts = mine->n_parts};
}
