/*
 * allele_notes.h - what annotations say of the alleles of rows, as words.
 *
 * Threads: notes have one owner; tables are shared.
 */
#ifndef SKR_ENGINE_ALLELES_ALLELE_NOTES_H
#define SKR_ENGINE_ALLELES_ALLELE_NOTES_H

#include "engine/face/allele_rows.h"
#include "index/annotations/annotation_table.h"
#include "storage/base/buffer.h"

/* A word that is said. */
typedef struct skr_note_word {
    const char *text;
    size_t n;
} skr_note_word;

/* Where words are gathered; tables and n_tables are set, the rest is zero. */
typedef struct skr_allele_notes {
    skr_annotation_table *const *tables;
    uint32_t n_tables;
    skr_annotation_chunk *chunks; /* the last that was read of each table */
    skr_note_word *words;
    uint32_t n_words_max;
} skr_allele_notes;

/* Appends what is said of an allele: for each list of skr_allele_said its words, each with a NUL,
 * and an empty one behind them. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_allele_notes_put(skr_allele_notes *notes, const skr_allele *key,
                                      skr_buffer *texts, skr_err *err);

/* The lists that were put at `text`; returns what stands behind them. */
const char *skr_allele_notes_take(const char *text, skr_allele_said *ret_said);

/* Frees what was read and gathered. */
void skr_allele_notes_done(skr_allele_notes *notes);

#endif
