/*
 * utf8.h - is this text UTF-8?
 */
#ifndef SKR_STORAGE_BASE_UTF8_H
#define SKR_STORAGE_BASE_UTF8_H

#include <stddef.h>

/*
 * The length in bytes, 1 to 4, of the UTF-8 sequence that the n bytes at text begin with; 0 when
 * they begin with none (overlong forms and surrogates are none) or n is 0.
 */
size_t skr_utf8_length(const char *text, size_t n);

/*
 * Makes one line for terminals and logs of a text, in place: control characters, those of Unicode
 * too, and bytes that are not UTF-8 become '?'.
 */
void skr_utf8_make_printable(char *text);

#endif
