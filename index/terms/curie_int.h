/*
 * curie_int.h - the prefixes of CURIEs that are known, and the addresses that registries give them.
 */
#ifndef SKR_INDEX_TERMS_CURIE_INT_H
#define SKR_INDEX_TERMS_CURIE_INT_H

#include <stdbool.h>
#include <stddef.h>

typedef struct skr_prefix {
    const char *usual; /* as it is told */
    enum skr_id_form {
        SKR_ID_ANY,
        SKR_ID_DIGITS,  /* nothing but digits */
        SKR_ID_CODE,    /* capital letters or none, then digits and points: C16576, PS163950 */
        SKR_ID_CAPITAL, /* letters are capitals */
    } form;
} skr_prefix;

/* What is known of a prefix of n bytes in any case, also of other names of it; NULL: nothing. */
const skr_prefix *skr_curie_prefix_find(const char *text, size_t n);

/* Does a host name ids by what stands before them in its addresses (identifiers.org/omim/154700)?
 * *ret_usual is the prefix of all ids of a host that has one kind only, else NULL. */
bool skr_curie_host_find(const char *host, size_t n, const char **ret_usual);

#endif
