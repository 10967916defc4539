/*
 * curie.h - ids of terms as files write them, as CURIEs.
 *
 * Threads: no state.
 */
#ifndef SKR_ENGINE_CURIE_H
#define SKR_ENGINE_CURIE_H

#include <stdbool.h>
#include <stddef.h>

#define SKR_CURIE_MAX 1024 /* bytes, NUL included */

/*
 * Writes the CURIE that an id means: http://purl.obolibrary.org/obo/HP_0000118, and any other
 * address that ends in PREFIX_ID, becomes HP:0000118, and so does HP_0000118; PREFIX:ID stays as it
 * is, spaces around it dropped. False when the id is no CURIE: no colon, nothing on a side of it, a
 * control character, or too long. curie has room for SKR_CURIE_MAX bytes.
 */
bool skr_curie_read(const char *id, char *curie);

#endif
