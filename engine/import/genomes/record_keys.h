/*
 * record_keys.h - the alleles that one record names, and the bases that it speaks of.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_RECORD_KEYS_H
#define SKR_ENGINE_IMPORT_GENOMES_RECORD_KEYS_H

#include "engine/import/genomes/import_int.h"

/* A longer replacement that holds an allele, by its digest; all 0: the allele itself. */
typedef struct skr_spelling {
    uint8_t digest[SKR_SPELLING_SIZE];
} skr_spelling;

/* A key as one ALT names it. Texts lie in skr_record_keys.texts. */
typedef struct skr_key_entry {
    skr_allele allele;     /* its texts are set when all entries are there */
    uint32_t alt;          /* from 1 */
    bool is_atom;          /* a base of the ALT, which is a longer replacement */
    skr_spelling spelling; /* that replacement */
    size_t ref_at;
    size_t alt_at;
} skr_key_entry;

/* A stretch of bases that the record speaks of. */
typedef struct skr_piece {
    uint32_t start0;
    uint32_t end0;
} skr_piece;

/*
 * What a record names. A key here is an allele as one spelling names it: CA>TA,TG has two keys for
 * C>T, the base itself and a base of CA>TG. One for the whole import: its lists only grow.
 */
typedef struct skr_record_keys {
    skr_key_entry *entries;
    uint32_t n_entries;
    uint32_t n_entries_max;
    uint32_t *keys;     /* by entry: which key it is */
    uint32_t *sorted;   /* entries in the order of alleles */
    uint32_t *of_key;   /* by key: where its entries begin in sorted, and after the last */
    uint8_t *is_shared; /* by key: another key has the same allele */
    uint32_t n_keys;
    uint32_t *first_key; /* by ALT */
    uint8_t *is_unknown; /* by ALT */
    skr_piece *pieces;
    uint32_t n_alts_max;
    uint32_t n_pieces;
    uint32_t n_pieces_max;
    skr_buffer texts;
    skr_buffer scratch;
    skr_digest *digest; /* made when it is needed */
    bool has_small;
    bool has_sv;
} skr_record_keys;

/* Where a record is read: passed along. */
typedef struct skr_place {
    skr_import *import;
    uint32_t file;
    skr_import_contig *contig;
    const skr_build *build; /* of the assembly; NULL: it is not known */
    const skr_vcf *vcf;
    const skr_vcf_record *record;
    uint32_t start0;
    uint32_t n_ref;
    bool has_ref; /* the reference has REF letter for letter */
} skr_place;

/*
 * Names what every ALT of the record is: fills place->import->record.keys and counts the ALTs that
 * have no key. Errors: INPUT, NOMEM, those of the reference.
 */
SKR_MUST_USE int skr_record_keys_read(skr_place *place, skr_err *err);

/* The same of a reference block: it names nothing, and which ALT may be anything. Errors: NOMEM. */
SKR_MUST_USE int skr_record_keys_of_block(const skr_place *place, skr_err *err);

/* Adds the bases [start0, end0) to what the record speaks of. Errors: NOMEM. */
SKR_MUST_USE int skr_record_keys_add_piece(skr_record_keys *keys, uint32_t start0, uint32_t end0,
                                           skr_err *err);

/* Joins pieces that touch, in ascending order. */
void skr_record_keys_join_pieces(skr_record_keys *keys);

/* How the ALTs of a key spell its allele. */
static inline const skr_spelling *skr_record_keys_spelling(const skr_record_keys *keys,
                                                           uint32_t key)
{
    return &keys->entries[keys->sorted[keys->of_key[key]]].spelling;
}

/* The allele of a key. */
static inline const skr_allele *skr_record_keys_allele(const skr_record_keys *keys, uint32_t key)
{
    return &keys->entries[keys->sorted[keys->of_key[key]]].allele;
}

/* Frees. NULL is allowed. */
void skr_record_keys_free(struct skr_record_keys *keys);

#endif
