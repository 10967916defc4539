/*
 * populations.c - from what is said of sex and country to cells and the populations that they make.
 */
#include "engine/people/populations.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/people/people_labels.h"
#include "index/people/country.h"
#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/carriers/bits.h"

/* What cells are made of: the cell of each person is split by one label after the other. */
typedef struct splitter {
    uint32_t *cell_of;
    uint32_t n_people;
    skr_population_cell *cells;
    uint32_t n;
    uint32_t n_max;
    uint32_t *part_of; /* of each cell: where those of it go who have the label; SKR_NONE: nobody */
    uint32_t n_parts_max;
    uint32_t n_countries; /* sets of countries so far */
} splitter;

static int add_cell(splitter *split, skr_population_cell cell, skr_err *err)
{
    SKR_TRY(SKR_ARRAY_RESERVE(&split->cells, &split->n_max, (size_t)split->n + 1, "cells", err));
    split->cells[split->n++] = cell;
    return SKR_OK;
}

/* The cell that those of a cell who have the label go to. */
static int part_of(splitter *split, uint32_t from, skr_population_sex sex, uint32_t *countries,
                   skr_err *err)
{
    skr_population_cell cell = split->cells[from];
    if (sex != SKR_POPULATION_ANY)
        cell.sex = sex;
    else if (countries[cell.countries] == SKR_NONE)
        countries[cell.countries] = ++split->n_countries;
    if (sex == SKR_POPULATION_ANY)
        cell.countries = countries[cell.countries];
    split->part_of[from] = split->n;
    return add_cell(split, cell, err);
}

/* Those who have a label leave their cells, each for one of its own; sex ANY: it is a country. */
static int split_by(splitter *split, const uint64_t *bits, skr_population_sex sex, skr_err *err)
{
    uint32_t n_before = split->n;
    size_t n_sets = (size_t)split->n_countries + 1;
    uint32_t *countries = malloc(n_sets * sizeof *countries);
    int status = countries == NULL ? skr_fail_nomem(err, "cells") : SKR_OK;
    if (status == SKR_OK)
        status = SKR_ARRAY_RESERVE(&split->part_of, &split->n_parts_max, n_before, "cells", err);
    if (status < 0)
        goto out;
    memset(countries, 0xff, n_sets * sizeof *countries);
    memset(split->part_of, 0xff, n_before * sizeof *split->part_of);
    for (uint32_t i = 0; i < split->n_people && status == SKR_OK; i++) {
        if (!skr_bits_has(bits, i) || split->cell_of[i] >= n_before)
            continue;
        uint32_t from = split->cell_of[i];
        if (split->part_of[from] == SKR_NONE)
            status = part_of(split, from, sex, countries, err);
        split->cell_of[i] = split->part_of[from];
    }
out:
    free(countries);
    return status;
}

/* ------------------------------------------------------------------ populations */

static void populations_free(skr_populations *populations)
{
    for (size_t i = 0; i < populations->n; i++)
        free(populations->all[i].cells);
    free(populations->all);
    if (populations->called.of != NULL)
        skr_cells_done(&populations->called);
    free(populations->cells);
    free(populations->cell_of);
    free(populations);
}

/* Does a cell hold people of a population? has[set of countries]: the population's country is one.
 */
static bool is_of(const skr_population_cell *cell, skr_population_sex sex, const bool *has)
{
    return cell->n_people > 0 && (sex == SKR_POPULATION_ANY || cell->sex == sex) &&
           (has == NULL || has[cell->countries]);
}

/* Adds the population of these cells, if there are any. */
static int add_population(skr_populations *populations, size_t *n_max, const char *code,
                          skr_population_sex sex, const bool *has, skr_err *err)
{
    static const char *const sexes[] = {
        [SKR_POPULATION_ANY] = "", [SKR_POPULATION_F] = "F", [SKR_POPULATION_M] = "M"};
    skr_population one = {.sex = sex, .has_country = code != NULL};
    for (uint32_t i = 0; i < populations->n_cells; i++)
        one.n_cells += is_of(&populations->cells[i], sex, has);
    bool is_total = code == NULL && sex == SKR_POPULATION_ANY;
    if (one.n_cells == 0 && !is_total)
        return SKR_OK;
    SKR_TRY(SKR_ARRAY_RESERVE(&populations->all, n_max, populations->n + 1, "populations", err));
    one.cells = malloc(((size_t)one.n_cells + 1) * sizeof *one.cells);
    if (one.cells == NULL)
        return skr_fail_nomem(err, "populations");
    one.n_cells = 0;
    for (uint32_t i = 0; i < populations->n_cells; i++)
        if (is_of(&populations->cells[i], sex, has))
            one.cells[one.n_cells++] = i;
    (void)snprintf(one.tag, sizeof one.tag, "%.5s%s%s",
                   is_total       ? "Total"
                   : code != NULL ? code
                                  : "",
                   code != NULL && sex != SKR_POPULATION_ANY ? "_" : "", sexes[sex]);
    populations->all[populations->n++] = one;
    return SKR_OK;
}

static int add_sexes(skr_populations *populations, size_t *n_max, const char *code, const bool *has,
                     skr_err *err)
{
    static const skr_population_sex sexes[] = {SKR_POPULATION_ANY, SKR_POPULATION_F,
                                               SKR_POPULATION_M};
    for (size_t i = 0; i < sizeof sexes / sizeof *sexes; i++)
        SKR_TRY(add_population(populations, n_max, code, sexes[i], has, err));
    return SKR_OK;
}

/* Which sets of countries hold a country: those of its people. */
static void find_sets(const skr_populations *populations, const uint64_t *bits, uint32_t n_people,
                      bool *has)
{
    for (uint32_t i = 0; i < n_people; i++)
        if (skr_bits_has(bits, i))
            has[populations->cells[populations->cell_of[i]].countries] = true;
}

static int add_populations(skr_populations *populations, const skr_people_labels *countries,
                           uint32_t n_people, uint32_t n_sets, skr_err *err)
{
    size_t n_max = 0;
    bool *has = malloc((size_t)n_sets + 1);
    int status = has == NULL ? skr_fail_nomem(err, "populations")
                             : add_sexes(populations, &n_max, NULL, NULL, err);
    for (size_t i = 0; i < countries->n && status == SKR_OK; i++) {
        const skr_people_label *country = &countries->items[i];
        if (!skr_country_is_code(country->text))
            continue;
        memset(has, 0, (size_t)n_sets + 1);
        find_sets(populations, country->bits, n_people, has);
        status = add_sexes(populations, &n_max, country->text, has, err);
    }
    free(has);
    return status;
}

int skr_populations_mark_genomes(const skr_question *question, uint32_t slot, uint32_t assembly,
                                 uint64_t *people, skr_err *err)
{
    const skr_snapshot *snapshot = question->snapshot;
    for (uint32_t i = 0; i < snapshot->n_segments; i++) {
        const skr_segment_entry *entry = snapshot->entries[i];
        if (entry->dataset == question->slots[slot].dataset && entry->assembly == assembly)
            SKR_TRY(skr_snapshot_mark_genomes(snapshot, i, people, err));
    }
    return SKR_OK;
}

void skr_populations_count(const skr_populations *populations, const uint64_t *people,
                           uint32_t n_people, uint32_t *numbers)
{
    for (uint32_t i = 0; i < n_people; i++)
        if (skr_bits_has(people, i))
            numbers[populations->cell_of[i]]++;
}

/* Counts the people of each cell who have a genome. */
static int count_cells(const skr_question *question, uint32_t slot, skr_populations *populations,
                       skr_err *err)
{
    uint32_t n_people = question->snapshot->n_people;
    uint64_t *people = NULL;
    uint32_t *numbers = calloc((size_t)populations->n_cells + 1, sizeof *numbers);
    int status = numbers == NULL ? skr_fail_nomem(err, "populations") : SKR_OK;
    if (status == SKR_OK)
        status = skr_bits_new(n_people, &people, err);
    if (status == SKR_OK)
        status = skr_populations_mark_genomes(question, slot, populations->assembly, people, err);
    if (status == SKR_OK) {
        skr_populations_count(populations, people, n_people, numbers);
        for (uint32_t i = 0; i < populations->n_cells; i++)
            populations->cells[i].n_people = numbers[i];
    }
    free(people);
    free(numbers);
    return status;
}

/* Splits everybody by sex and by each country that has a code. */
static int split_all(splitter *split, const skr_people_labels *sexes,
                     const skr_people_labels *countries, skr_err *err)
{
    SKR_TRY(add_cell(split, (skr_population_cell){0}, err));
    for (size_t i = 0; i < sexes->n; i++) {
        const char *text = sexes->items[i].text;
        if (strcmp(text, "female") == 0)
            SKR_TRY(split_by(split, sexes->items[i].bits, SKR_POPULATION_F, err));
        else if (strcmp(text, "male") == 0)
            SKR_TRY(split_by(split, sexes->items[i].bits, SKR_POPULATION_M, err));
    }
    for (size_t i = 0; i < countries->n; i++)
        if (skr_country_is_code(countries->items[i].text))
            SKR_TRY(split_by(split, countries->items[i].bits, SKR_POPULATION_ANY, err));
    return SKR_OK;
}

/* Gives the populations the cells that were split, which are taken. */
static int take_cells(skr_populations *populations, splitter *split, skr_err *err)
{
    populations->cell_of = split->cell_of;
    populations->cells = split->cells;
    populations->n_cells = split->n;
    split->cell_of = NULL;
    split->cells = NULL;
    return skr_cells_init(&populations->called, populations->cell_of, populations->n_cells, false,
                          err);
}

int skr_populations_find(const skr_question *question, uint32_t slot, uint32_t assembly,
                         skr_populations **ret_populations, skr_err *err)
{
    uint32_t n_people = question->snapshot->n_people;
    skr_people_labels sexes = {0};
    skr_people_labels countries = {0};
    splitter split = {.n_people = n_people,
                      .cell_of = calloc((size_t)n_people + 1, sizeof *split.cell_of)};
    skr_populations *populations = calloc(1, sizeof *populations);
    int status = SKR_OK;
    if (populations == NULL || split.cell_of == NULL) {
        free(populations);
        populations = NULL;
        status = skr_fail_nomem(err, "populations");
        goto out;
    }
    atomic_init(&populations->n_users, 1);
    populations->assembly = assembly;
    status = skr_people_labels_find(question, SKR_FIELD_SEX, slot, &sexes, err);
    if (status == SKR_OK)
        status = skr_people_labels_find(question, SKR_FIELD_COUNTRY, slot, &countries, err);
    if (status == SKR_OK)
        status = split_all(&split, &sexes, &countries, err);
    if (status == SKR_OK)
        status = take_cells(populations, &split, err);
    if (status == SKR_OK)
        status = count_cells(question, slot, populations, err);
    if (status == SKR_OK)
        status = add_populations(populations, &countries, n_people, split.n_countries, err);
    if (status == SKR_OK)
        *ret_populations = populations;
    else
        populations_free(populations);
out:
    free(split.cell_of);
    free(split.cells);
    free(split.part_of);
    skr_people_labels_done(&sexes);
    skr_people_labels_done(&countries);
    return status;
}

void skr_populations_acquire(skr_populations *populations)
{
    atomic_fetch_add(&populations->n_users, 1);
}

void skr_populations_release(skr_populations *populations)
{
    if (populations != NULL && atomic_fetch_sub(&populations->n_users, 1) == 1)
        populations_free(populations);
}
