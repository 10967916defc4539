/*
 * output.h - what the commands share on their way out: JSON, numbers, errors, standard output.
 */
#ifndef SKR_TOOLS_OUTPUT_H
#define SKR_TOOLS_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "engine/face/policy.h"
#include "engine/face/warnings.h"
#include "storage/base/err.h"

/* Writes one JSON document or line after the other; commas are its own affair. */
typedef struct skr_out {
    FILE *out;
    bool has_before; /* a value stands before on this level */
} skr_out;

void skr_out_open(skr_out *json, char bracket);  /* '{' or '[' */
void skr_out_close(skr_out *json, char bracket); /* '}' or ']' */
void skr_out_key(skr_out *json, const char *key);
void skr_out_text(skr_out *json, const char *text); /* NULL: null; what is not UTF-8: U+FFFD */
void skr_out_number(skr_out *json, uint64_t number);
void skr_out_real(skr_out *json, double number); /* shortest form; not finite: null */
void skr_out_boolean(skr_out *json, bool value);
void skr_out_null(skr_out *json);
void skr_out_end(skr_out *json); /* a newline */

/* A key and its value. */
void skr_out_member_text(skr_out *json, const char *key, const char *text);
void skr_out_member_number(skr_out *json, const char *key, uint64_t number);
void skr_out_member_boolean(skr_out *json, const char *key, bool value);

/* A count that may be hidden: then null. */
void skr_out_told(skr_out *json, const skr_told_count *told);

/* Writes the first character of n > 0 bytes of text as it stands within quotes in JSON; a byte that
 * is not UTF-8 becomes U+FFFD. Returns how many bytes of text it took. */
#define SKR_JSON_CHARACTER_MAX 6u
size_t skr_json_character(const char *text, size_t n, char *ret_escaped, size_t *ret_n_escaped);

/* The member "warnings": a list of objects; nothing where there are none. */
void skr_out_warnings(skr_out *json, const skr_warnings *warnings);

/* "skerry: warning: TEXT" on standard error, a line each. */
void skr_report_warnings(const skr_warnings *warnings);

/* "12", or "hidden". text has room for 40 bytes. */
void skr_told_text(const skr_told_count *told, char *text);

/* Writes "skerry: MESSAGE" on standard error. Returns the exit status of err's code. */
int skr_report(const skr_err *err);

/*
 * As skr_report; with is_json also an object on standard output, `status` "error", `code`,
 * `message`, so that a program that reads answers finds one. Nothing is printed where standard
 * output is what failed.
 */
int skr_report_as(bool is_json, const skr_err *err);

/* As skr_report, of a command that writes: says what became of the store if it was interrupted. */
int skr_report_writing(bool is_json, const skr_err *err);

/* Fails as writing to standard output did with this errno (0: unknown): IO, with an empty message
 * when the reader of a pipe went away. */
int skr_output_fail(int number, skr_err *err);

/*
 * Makes sure that standard output has taken everything. Errors: IO, with an empty message when the
 * reader of a pipe went away: that is no news to anybody.
 */
SKR_MUST_USE int skr_output_check(skr_err *err);

/* The day of a time in seconds since 1970, UTC, as 2026-11-30; of 0: "unknown". */
#define SKR_OUTPUT_DAY_MAX 16
void skr_output_day(uint64_t time_s, char ret_text[SKR_OUTPUT_DAY_MAX]);

#endif
