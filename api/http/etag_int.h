/*
 * etag_int.h - the name of an answer's bytes, by which a client asks whether they are still the
 * same.
 *
 * It is made of the bytes alone. All that an answer depends on (generation, policy, configuration,
 * who asks) shows in it exactly as far as it shows in the answer: an old copy of a store put in
 * place cannot bring an old name back for other bytes, and what is hidden and what is nothing have
 * one name, as they have the same bytes.
 *
 * Threads: no state.
 */
#ifndef SKR_API_HTTP_ETAG_INT_H
#define SKR_API_HTTP_ETAG_INT_H

#include <stdbool.h>
#include <stddef.h>

#define SKR_ETAG_MAX 40u /* with its quotes and a NUL */

/* Writes the strong tag of a body. tag has SKR_ETAG_MAX bytes. */
void skr_etag_make(const char *body, size_t n, char *tag);

/* Does an If-None-Match (NULL: there is none) name a tag, or any? */
bool skr_etag_matches(const char *if_none_match, const char *tag);

#endif
