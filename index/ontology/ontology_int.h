/*
 * ontology_int.h - what the files of the ontology share: the graph in memory, releases as they were
 * delivered, and the image that follows from them.
 *
 * docs/format.md, "Ontology", says every byte. Opening reads the directory; what a count needs, and
 * texts and parents, are read, and proved, when they are first asked for, and then stay. A release
 * keeps all that its file declared. Where several releases declare one term, the release whose own
 * prefix the term has speaks alone: a file that mentions a few foreign terms takes nothing away
 * from their own ontology, in either order.
 */
#ifndef SKR_INDEX_ONTOLOGY_ONTOLOGY_INT_H
#define SKR_INDEX_ONTOLOGY_ONTOLOGY_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include "index/blob.h"
#include "index/ontology/ontology.h"
#include "storage/base/limits.h"
#include "storage/base/names.h"

#define SKR_ONTOLOGY_FORMAT 3u

/* A pair of names of a release: child and parent, other id and term. */
typedef struct skr_name_pair {
    uint32_t from;
    uint32_t to;
} skr_name_pair;

typedef struct skr_pair_list {
    skr_name_pair *pairs;
    uint32_t n;
    uint32_t n_max;
} skr_pair_list;

enum skr_pair_kind {
    SKR_PAIR_PARENT,      /* child, parent */
    SKR_PAIR_ALTERNATIVE, /* alternative, term */
    SKR_PAIR_REPLACEMENT, /* obsolete, term */
    SKR_N_PAIR_KINDS,
};

#define SKR_NAME_ACTIVE 1u   /* declared as a term in force */
#define SKR_NAME_OBSOLETE 2u /* declared as obsolete, and never as a term in force */

typedef struct skr_release_draft {
    char prefix[SKR_PREFIX_MAX + 1]; /* that most of its terms have; known when it is closed */
    char *name;
    char *version;
    skr_names *names; /* CURIEs, declared or only mentioned */
    uint8_t *flags;   /* per name */
    char **labels;    /* per name, or NULL */
    uint32_t n_flags_max;
    uint32_t n_active;
    bool is_delivered; /* begun by this edit, not read from the store */
    skr_pair_list pairs[SKR_N_PAIR_KINDS];
} skr_release_draft;

struct skr_ontology_edit {
    skr_release_draft *releases;
    uint32_t n_releases;
    uint32_t n_releases_max;
    bool is_open; /* the last one takes terms */
};

/* The graph that follows from the releases. */
enum skr_ontology_part {
    SKR_ONT_TERMS,    /* a list of CURIEs */
    SKR_ONT_LABELS,   /* per term: label NUL */
    SKR_ONT_PARENTS,  /* n_terms + 1 offsets into the list after them, u32 each */
    SKR_ONT_CHILDREN, /* the same */
    SKR_ONT_ALIASES,  /* other ids: a list of CURIEs */
    SKR_ONT_MEANINGS, /* per alias its term or SKR_NONE, u32 */
    SKR_N_ONT_PARTS,
};

typedef struct skr_ontology_image {
    uint32_t n_terms;
    uint32_t n_aliases;
    skr_buffer parts[SKR_N_ONT_PARTS];
} skr_ontology_image;

/* The caller frees with done. Errors: INPUT (a cycle), NOMEM. */
SKR_MUST_USE int skr_ontology_image_make(const skr_ontology_edit *edit, skr_ontology_image *image,
                                         skr_err *err);
void skr_ontology_image_done(skr_ontology_image *image);

/* A release as it is stored. */
typedef struct skr_stored_release {
    skr_ontology_release shown;
    char *texts[3]; /* prefix, name, version */
    uint32_t n_names;
    skr_blob names; /* per name: curie NUL label NUL */
    skr_blob table; /* flags and pairs */
} skr_stored_release;

struct skr_ontology {
    skr_block_file *file; /* NULL: the empty one */
    skr_stored_release *stored;
    skr_ontology_release *releases;
    uint32_t n_releases;
    uint32_t n_terms;
    uint32_t n_aliases;
    skr_blob blobs[SKR_N_ONT_PARTS];

    pthread_mutex_t lock;     /* of what follows, which is read when it is first asked for */
    atomic_bool is_loaded;    /* terms, children, other ids */
    atomic_bool has_texts;    /* texts, labels, parents */
    skr_reader_totals totals; /* of what was read */
    skr_buffer parts[SKR_N_ONT_PARTS]; /* but of the lists of CURIEs */
    skr_curie_list terms;
    skr_curie_list aliases;
    const char **curies; /* texts, per term */
    const char **labels;
};

/* The stored parts of a release. Errors: NOMEM. */
SKR_MUST_USE int skr_ontology_release_encode(const skr_release_draft *release, skr_buffer *names,
                                             skr_buffer *table, skr_err *err);

/* Adds a stored release to the edit. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_ontology_release_load(skr_ontology_edit *edit, const skr_ontology *ontology,
                                           const skr_stored_release *stored,
                                           skr_block_reader *reader, skr_err *err);

/* Ends the release begun last: finds its prefix, and drops the one that it replaces.
 * Errors: INPUT when it has no term. */
SKR_MUST_USE int skr_ontology_edit_close(skr_ontology_edit *edit, skr_err *err);

/* The number of bytes before the colon of a CURIE; 0 when it has none. */
size_t skr_ontology_curie_prefix(const char *curie);

#endif
