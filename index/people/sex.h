/*
 * sex.h - the words and codes for a sex: the one table for imports, questions, filters and answers.
 *
 * Threads: no state.
 */
#ifndef SKR_INDEX_PEOPLE_SEX_H
#define SKR_INDEX_PEOPLE_SEX_H

#include <stdbool.h>
#include <stddef.h>

#include "index/people/people.h"

/* What a word or code means. */
typedef struct skr_sex_meaning {
    skr_sex sex;
    const char *term; /* it says more than "other": the term that says it (intersex); or NULL */
} skr_sex_meaning;

/*
 * Reads a word (female, FEMALE, woman), a letter (F, m), or a code in any form that a CURIE may
 * have (NCIT:C16576, PATO_0000383, SNOMED:248152002), regardless of case. False: none of these.
 * Numbers are none: what 1 means depends on the column (docs/people-formats.md).
 */
bool skr_sex_read(const char *text, skr_sex_meaning *ret_meaning);

/* Does a CURIE in its usual form mean one of the four sexes as such? NCIT:C16576 does, that of
 * intersex does not: it is a term like others. */
bool skr_sex_of_term(const char *curie, skr_sex *ret_sex);

/* The CURIEs that mean female or male, one after the other; NULL after the last. */
const char *skr_sex_code_at(size_t i, skr_sex *ret_sex);

/* "female", "male", "other", "unknown". */
const char *skr_sex_name(skr_sex sex);

/* The code that answers tell: NCIT:C16576 ... */
const char *skr_sex_code(skr_sex sex);

#endif
