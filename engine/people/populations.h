/*
 * populations.h - the populations of a dataset: everybody, the sexes, the countries, and the sexes
 * of each country; made once in a generation.
 *
 * People are divided into cells by sex and country, and a population is some of the cells. Total
 * holds all of them; whose sex or country is not known is in no other population that says one. A
 * country is one that has a code of ISO 3166 (index/people/country.h); who has two is in both.
 *
 * Threads: populations are not changed once made; any number may use them.
 */
#ifndef SKR_ENGINE_PEOPLE_POPULATIONS_H
#define SKR_ENGINE_PEOPLE_POPULATIONS_H

#include <stdatomic.h>

#include "engine/people/question.h"
#include "engine/scan/cells.h"

/* Those of one sex: F, M, or any other and unknown. */
typedef enum skr_population_sex {
    SKR_POPULATION_ANY, /* of a population: everybody; of a cell: neither F nor M */
    SKR_POPULATION_F,
    SKR_POPULATION_M,
} skr_population_sex;

#define SKR_POPULATION_TAG_MAX 8u

typedef struct skr_population {
    char tag[SKR_POPULATION_TAG_MAX]; /* Total, F, M, FI, FI_F, FI_M */
    skr_population_sex sex;
    bool has_country;
    uint32_t *cells; /* ascending; owner */
    uint32_t n_cells;
} skr_population;

/* People of one sex and the same countries. */
typedef struct skr_population_cell {
    skr_population_sex sex;
    uint32_t countries; /* number of the set of countries, the same for cells that share it; 0: none
                         * is known */
    uint32_t n_people;  /* with a genome of the assembly */
} skr_population_cell;

typedef struct skr_populations {
    atomic_uint n_users;
    uint32_t assembly; /* whose genomes count */
    uint32_t *cell_of; /* of each individual of the store; of others than the dataset's it means
                        * nothing */
    skr_population_cell *cells;
    uint32_t n_cells;
    skr_population *all; /* Total first, then F, M, and by country; each has people */
    size_t n;
    skr_cells called; /* by cell_of */
} skr_populations;

/* Finds those of a slot, for one user. Errors: CORRUPT, IO, NOMEM, DEADLINE, INTERRUPTED. */
SKR_MUST_USE int skr_populations_find(const skr_question *question, uint32_t slot,
                                      uint32_t assembly, skr_populations **ret_populations,
                                      skr_err *err);

/* One more user. */
void skr_populations_acquire(skr_populations *populations);

/* One user fewer; the last one frees them. NULL is allowed. */
void skr_populations_release(skr_populations *populations);

/* Adds to numbers[cell] the people with a genome who are among some (n_people bits). */
void skr_populations_count(const skr_populations *populations, const uint64_t *people,
                           uint32_t n_people, uint32_t *numbers);

/* Sets the bits of the people of a slot who have a genome of the assembly. Errors: CORRUPT, IO,
 * NOMEM. */
SKR_MUST_USE int skr_populations_mark_genomes(const skr_question *question, uint32_t slot,
                                              uint32_t assembly, uint64_t *people, skr_err *err);

#endif
