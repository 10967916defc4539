/*
 * curie.h - ids of terms as people and files write them, as CURIEs: the one reader for imports,
 * questions and filters.
 *
 * A CURIE is told in one form: PREFIX:ID, the prefix in its usual form (HP, Orphanet, NCBITaxon;
 * one that is not known in capitals), so that two spellings of one term have equal bytes.
 *
 * Threads: no state.
 */
#ifndef SKR_INDEX_TERMS_CURIE_H
#define SKR_INDEX_TERMS_CURIE_H

#include <stdbool.h>
#include <stddef.h>

#include "storage/base/limits.h"

/*
 * Writes the CURIE that a text means: PREFIX:ID in any case of the prefix, PREFIX_ID, the addresses
 * of the usual registries (http://purl.obolibrary.org/obo/HP_0000118, identifiers.org/omim/154700),
 * "obo:HP_0000118"; with blanks around it or beside its colon, in quotes, with %XX. False when it
 * is not one CURIE. curie has room for SKR_CURIE_MAX bytes.
 */
bool skr_curie_read(const char *text, char *curie);

/*
 * The same for a text that may hold several, separated by commas, semicolons, bars, slashes or
 * blanks: writes them one after the other, a NUL after each, and returns how many they are. 0 when
 * any part of the text is no CURIE: a word beside an id may take it back ("HP:0001250 absent").
 * curies has room for SKR_CURIES_MAX bytes.
 */
size_t skr_curies_read(const char *text, char *curies);

/*
 * Takes a text out of its wrapping: what %XX, blanks of Unicode and quotes of all kinds stand for,
 * blanks and quotes around it dropped. False: a control character, or too long. plain has room for
 * n_max bytes.
 */
bool skr_curie_text_plain(const char *text, char *plain, size_t n_max);

/* The number of bytes before the colon of a CURIE. */
size_t skr_curie_prefix_length(const char *curie);

#endif
