/*
 * segment_tiles_int.h - the tiles of a directory: where each is and what it holds in short.
 *
 * A segment of few tiles has them in its directory. One of many has them in groups, blocks of their
 * own, of which the directory says where they begin and end; a group is read when something first
 * asks for one of its tiles, so that opening costs the same however many there are. Entries of
 * groups that were not read are zero: skr_segment_find_tiles and skr_segment_need_tiles read them,
 * and nobody looks at a tile that neither of the two gave.
 *
 * Threads: an open segment's may be asked for by any number of threads.
 */
#ifndef SKR_STORAGE_SEGMENT_SEGMENT_TILES_INT_H
#define SKR_STORAGE_SEGMENT_SEGMENT_TILES_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include "storage/base/buffer.h"
#include "storage/block/block_file.h"
#include "storage/segment/segment_tiles.h"

/* A tile's blocks. A reference of no raw bytes is all zero: there is no such block. */
enum skr_tile_block {
    SKR_TILE_SITES = 0,    /* where the rows are and what they say */
    SKR_TILE_COUNTS = 1,   /* their totals */
    SKR_TILE_CALLS = 2,    /* the call sets, and which row has which */
    SKR_TILE_SPANS = 3,    /* the spans, and which has which call set */
    SKR_TILE_CARRIERS = 4, /* where the carriers of each row are */
    SKR_N_TILE_BLOCKS = 5,
};

typedef struct skr_tile_refs {
    skr_block_ref of[SKR_N_TILE_BLOCKS];
    skr_block_ref phase; /* where the phase of each row is; all zero: nobody was phased */
} skr_tile_refs;

/* Tiles of a group, and the most that a file may have. So many are decoded in 9 us, which is also
 * what the first place in a group costs; a genome of a million people has 9,000 groups, each 60 ns
 * of opening it. */
#define SKR_TILES_A_GROUP 80u
#define SKR_TILES_A_GROUP_MAX 4096u

/* Where a tile is. */
typedef struct skr_tile_place {
    uint32_t contig;
    uint32_t number;
} skr_tile_place;

typedef struct skr_tile_group {
    skr_tile_place first; /* its first tile, and its last */
    skr_tile_place last;
    uint64_t n_rows;
    uint64_t n_spans;
    uint32_t n_with_rows; /* tiles that have rows */
    uint64_t first_row;
    skr_block_ref ref;
} skr_tile_group;

typedef struct skr_tile_list {
    skr_tile *list;
    skr_tile_refs *refs; /* one for each tile */
    size_t n;
    uint32_t n_a_group; /* 0: there are no groups */
    skr_tile_group *groups;
    size_t n_groups;
    const skr_block_file *file; /* that they are read from; NULL of those to be written */
    bool is_catalogue;
    bool has_phase;        /* somebody was phased in some tile: each has a reference to its phase */
    pthread_mutex_t *lock; /* held while a group is read; NULL: there is none to read */
    atomic_bool *is_read;  /* of each group */
} skr_tile_list;

struct skr_segment_directory;

/* Frees the lists and zeroes them. */
void skr_segment_tiles_done(skr_tile_list *tiles);

/* Takes a reference: one that is wanted is sound, one that is not all zero. Errors: CORRUPT. */
SKR_MUST_USE int skr_segment_take_ref(const skr_block_file *file, skr_cursor *cursor,
                                      bool is_wanted, skr_block_ref *ref, skr_err *err);

/* Do wide rows lie in tiles [from, to), as the directory says? Errors: CORRUPT. */
SKR_MUST_USE int skr_segment_tiles_check_wide(const struct skr_segment_directory *directory,
                                              size_t from, size_t to, skr_err *err);

/* Writes the tiles in groups of n_a_group, if they are more than that. Errors: IO, NOMEM, LIMIT. */
SKR_MUST_USE int skr_segment_tiles_group(skr_tile_list *tiles, uint32_t n_a_group,
                                         skr_block_writer *writer, skr_err *err);

/* Appends what the directory has of them: the groups, or the tiles. Errors: NOMEM. */
SKR_MUST_USE int skr_segment_tiles_encode(const skr_tile_list *tiles, skr_buffer *bytes,
                                          skr_err *err);

/*
 * The same, read and checked: tiles has the number of them, file and is_catalogue. Errors: CORRUPT,
 * NOMEM.
 */
SKR_MUST_USE int skr_segment_tiles_take(struct skr_segment_directory *directory, bool is_grouped,
                                        skr_cursor *cursor, skr_err *err);

/* Was the tile read? Without groups all were. */
bool skr_segment_tiles_have(const skr_tile_list *tiles, size_t tile);

/* Rows of all tiles; is there any on a contig from `contig` on; has any of them spans? */
uint64_t skr_segment_tiles_n_rows(const skr_tile_list *tiles);
bool skr_segment_tiles_reach(const skr_tile_list *tiles, uint32_t contig);
bool skr_segment_tiles_span(const skr_tile_list *tiles);

/* The tile that has row `row` of all, which is below their number. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_segment_find_row(const skr_segment *segment, uint64_t row, size_t *ret_tile,
                                      skr_err *err);

#endif
