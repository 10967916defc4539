/*
 * beacon_json.h - reading and making JSON with jansson, for the files that know Beacon's words.
 *
 * jansson takes 2,000 levels of nesting and makes 80 bytes of one, so a text is scanned before it
 * is parsed. What goes out is always valid UTF-8, whatever a client or a file brought in.
 *
 * jansson says that memory ran out by giving NULL, and takes NULL for a member that is left out: a
 * request would lose a filter and an answer a count. So nothing that fails here can be forgotten:
 * jansson's memory comes from this file, and what is put into an object or array goes through it;
 * each notes a failure for the thread, and skr_json_check and skr_json_print give NOMEM from then
 * on until skr_json_begin. tools/check/banned.py refuses jansson's own functions for putting in.
 */
#ifndef SKR_API_BEACON_BEACON_JSON_H
#define SKR_API_BEACON_BEACON_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/buffer.h"

struct json_t;

/* jansson's memory comes from here on from this file; once, before anything of it is used. */
void skr_json_init(void);

/* A request or a document begins: what failed before in this thread is forgotten. */
void skr_json_begin(void);

/* Has everything been made since skr_json_begin? Errors: NOMEM. */
SKR_MUST_USE int skr_json_check(skr_err *err);

/* Puts a value, which is taken, into an object, or at the end of an array. */
void skr_json_set(struct json_t *object, const char *name, struct json_t *value);
void skr_json_append(struct json_t *array, struct json_t *value);

/* Parses an object or array. The caller owns *ret_json. Errors: QUERY
 * saying where; NOMEM. */
SKR_MUST_USE int skr_json_parse(const char *text, size_t n, struct json_t **ret_json, skr_err *err);

/* Is all of a text UTF-8? */
bool skr_json_is_utf8(const char *text);

/* A JSON text of a text that may hold anything: what is not UTF-8 becomes '?'. NULL: no memory,
 * which is noted. */
struct json_t *skr_json_text(const char *text);

/* Reads a whole number from 0 to max: a number, or a text of digits. Errors: QUERY naming what. */
SKR_MUST_USE int skr_json_whole(const struct json_t *json, const char *what, uint64_t max,
                                uint64_t *ret_value, skr_err *err);

/* Reads true or false, also as a text. Errors: QUERY naming what. */
SKR_MUST_USE int skr_json_bool(const struct json_t *json, const char *what, bool *ret_value,
                               skr_err *err);

/* The place of a text among n words, any case. Errors: QUERY naming what and the words. */
SKR_MUST_USE int skr_json_word(const struct json_t *json, const char *what,
                               const char *const *words, size_t n, size_t *ret_at, skr_err *err);

/* How a value is shown in a message: quoted, at most 60 bytes. shown has room for 80. */
const char *skr_json_shown(const struct json_t *json, char *shown);

/* Appends the compact text of a value. Errors: NOMEM. */
SKR_MUST_USE int skr_json_put(struct json_t *json, skr_buffer *bytes, skr_err *err);

/* The compact text of a document, which is taken. The caller frees *ret_text. Errors: NOMEM, also
 * when anything failed since skr_json_begin. */
SKR_MUST_USE int skr_json_print(struct json_t *json, char **ret_text, size_t *ret_n, skr_err *err);

#endif
