/*
 * country.h - the names and codes of countries: the one table from what people say to ISO 3166.
 *
 * Threads: no state.
 */
#ifndef SKR_INDEX_PEOPLE_COUNTRY_H
#define SKR_INDEX_PEOPLE_COUNTRY_H

#include <stdbool.h>

/*
 * The alpha-2 code of a country by a term of GAZ (GAZ:00002937, of the United Kingdom's countries
 * too), a code of two or three letters, also as a CURIE (ISO3166:FI, iso3166-1:FIN), or a name of
 * the table, regardless of the case of A to Z. A constant; NULL: the text means none of them. A
 * code that the table does not have is none; XK (Kosovo) is in it.
 */
const char *skr_country_code(const char *text);

/* The code of what somebody stated as a country, by its CURIE or word, else by its label; NULL: it
 * has none. Filters, counts by country and frequencies by population all tell countries by it. */
const char *skr_country_of_stated(const char *curie, const char *label);

/*
 * Does a text ask for somebody of whom that country is stated? One that means a whole country holds
 * whatever means it (Finland, FI, GAZ:00002937), its parts too; England is none, and holds England
 * alone, by whatever is written there. False: also where the text means no country.
 */
bool skr_country_holds(const char *text, const char *curie, const char *label);

/* Is a text a code of two letters in capitals as skr_country_code gives it? */
bool skr_country_is_code(const char *text);

#endif
