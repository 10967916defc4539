/*
 * json_value.h - a JSON text as values: the only door of imports to jansson.
 *
 * A value belongs to the text that it was parsed from. NULL is no value, which every function
 * allows; a member that is null is not there. Names that stand twice in one object are refused,
 * and every number is a double.
 *
 * Threads: a text and its values have one owner.
 */
#ifndef SKR_ENGINE_IMPORT_DOCUMENTS_JSON_VALUE_H
#define SKR_ENGINE_IMPORT_DOCUMENTS_JSON_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/err.h"

typedef struct skr_json_value skr_json_value;

/*
 * Parses one value of any type. The caller frees *ret_value with skr_json_value_free. Errors:
 * INPUT, the message says what is wrong, and *ret_n_lines how many lines of the text are in front
 * of it; NOMEM.
 */
SKR_MUST_USE int skr_json_value_parse(const char *text, size_t n, skr_json_value **ret_value,
                                      uint64_t *ret_n_lines, skr_err *err);

/* Frees what was parsed, and with it all its values. */
void skr_json_value_free(skr_json_value *value);

/* Of which type a value is; NULL is of none. */
bool skr_json_value_is_object(const skr_json_value *value);
bool skr_json_value_is_array(const skr_json_value *value);
bool skr_json_value_is_bool(const skr_json_value *value);
bool skr_json_value_is_true(const skr_json_value *value);
bool skr_json_value_is_number(const skr_json_value *value);

/* 0 when it is no number. */
double skr_json_value_number(const skr_json_value *value);

/* Belongs to the value; NULL when that is no text. */
const char *skr_json_value_text(const skr_json_value *value);

/* How many members an object has; 0 of anything else. */
size_t skr_json_value_n_members(const skr_json_value *object);

/* The name of the i-th member of an object, of fewer than it has. Belongs to the value. */
const char *skr_json_value_member_name(const skr_json_value *object, size_t i);

/* The member of an object, or NULL. name may be NULL. */
const skr_json_value *skr_json_value_member(const skr_json_value *object, const char *name);

/* The same, also when its name is written in snake_case: protobuf's JSON may be written either way.
 */
const skr_json_value *skr_json_value_find(const skr_json_value *object, const char *name);

/* How many values an array has; 0 of anything else. */
size_t skr_json_value_n_items(const skr_json_value *array);
const skr_json_value *skr_json_value_item(const skr_json_value *array, size_t i);

#endif
