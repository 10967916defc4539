/*
 * number_text.h - numbers as decimal text, faster than printf. None of these ends its text with 0.
 */
#ifndef SKR_STORAGE_BASE_NUMBER_TEXT_H
#define SKR_STORAGE_BASE_NUMBER_TEXT_H

#include <stddef.h>
#include <stdint.h>

#define SKR_NUMBER_TEXT_MAX 20u
#define SKR_REAL_TEXT_MAX 40u

/* As printf's %u. Returns the length. text has room for SKR_NUMBER_TEXT_MAX bytes. */
size_t skr_number_text(uint64_t number, char *text);

/*
 * The first of printf's %.1g, %.2g ... %.17g that reads back as the same number. Returns the
 * length. text has room for SKR_REAL_TEXT_MAX bytes. Fast between 1e-10 and 1.
 */
size_t skr_number_text_real(double number, char *text);

/* As printf's %.6g. Otherwise as skr_number_text_real. */
size_t skr_number_text_six(double number, char *text);

#endif
