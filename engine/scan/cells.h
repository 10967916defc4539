/*
 * cells.h - people divided into cells, each in one, and the numbers of an allele in each: so those
 * of any number of populations are found in one pass.
 *
 * Where a row says of every sample that it is called as expected, but for a few, the called copies
 * of a cell are those expected of it less those few. What is expected of the samples of a segment
 * is added up once and kept, by contig where somebody was replaced or has withdrawn.
 *
 * Threads: cells may be asked by any number at once.
 */
#ifndef SKR_ENGINE_SCAN_CELLS_H
#define SKR_ENGINE_SCAN_CELLS_H

#include <pthread.h>

#include "engine/scan/tally.h"

/* Those of a cell who are called. */
typedef struct skr_cell_called {
    uint64_t n_copies;
    uint32_t n_samples; /* with a called copy */
} skr_cell_called;

/* The numbers of an allele in a cell. */
typedef struct skr_cell_tally {
    skr_cell_called called;
    uint64_t n_copies[SKR_PARTIAL + 1]; /* of the allele, by zygosity of who carries them */
    uint32_t n_people[SKR_PARTIAL + 1]; /* who carry it, by zygosity */
} skr_cell_tally;

/* What is expected of the live samples of a segment, by cell. */
typedef struct skr_cell_table {
    struct skr_cell_table *next;
    uint32_t segment;
    uint32_t contig; /* SKR_NONE: everybody lives */
    skr_ploidy ploidy;
    skr_cell_called expected[];
} skr_cell_table;

typedef struct skr_cells {
    const uint32_t *of; /* the cell of each individual, below n; borrowed */
    uint32_t n;
    bool has_cohort; /* of one question with a cohort: what is kept is of its people */
    pthread_mutex_t lock;
    skr_cell_table *tables; /* under the lock; none goes before the cells are done */
} skr_cells;

/* of has a number below n for each individual. Errors: NOMEM. */
SKR_MUST_USE int skr_cells_init(skr_cells *cells, const uint32_t *of, uint32_t n, bool has_cohort,
                                skr_err *err);
/* Frees what was kept; nobody may be asking. */
void skr_cells_done(skr_cells *cells);

/*
 * Adds to tallies[cell] the numbers of an allele of the tallier's batch in one slot, as
 * skr_tally_slot has them, with AN, of those whom it counts (SKR_TALLY_COHORT). Errors: as a scan.
 */
SKR_MUST_USE int skr_cells_tally(skr_cells *cells, skr_tallier *tallier, const skr_key_view *view,
                                 uint32_t slot, skr_cell_tally *tallies, skr_err *err);

#endif
