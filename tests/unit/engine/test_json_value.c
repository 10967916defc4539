/*
 * A JSON text is read as values that say what they are; what is not there is NULL, and NULL may be
 * asked everything.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "engine/import/documents/json_value.h"

static skr_json_value *parsed(const char *text)
{
    skr_json_value *value = NULL;
    uint64_t n_lines;
    skr_err err;
    cr_assert_eq(skr_json_value_parse(text, strlen(text), &value, &n_lines, &err), SKR_OK, "%s",
                 text);
    cr_assert_eq(n_lines, 0);
    return value;
}

Test(json_value, each_type_is_told_from_the_others)
{
    skr_json_value *value = parsed("{\"o\": {\"x\": 1}, \"a\": [1, 2, 3], \"t\": \"text\", "
                                   "\"b\": true, \"f\": false, \"n\": -2.5, \"z\": null}");
    cr_assert(skr_json_value_is_object(value));
    cr_assert_eq(skr_json_value_n_members(value), 7);
    cr_assert_eq(skr_json_value_n_items(value), 0, "an object has no items");
    const skr_json_value *array = skr_json_value_member(value, "a");
    cr_assert(skr_json_value_is_array(array));
    cr_assert_eq(skr_json_value_n_items(array), 3);
    cr_assert_eq(skr_json_value_n_members(array), 0);
    cr_assert_float_eq(skr_json_value_number(skr_json_value_item(array, 2)), 3, 0);
    cr_assert_null(skr_json_value_item(array, 3));
    cr_assert_str_eq(skr_json_value_text(skr_json_value_member(value, "t")), "text");
    cr_assert(skr_json_value_is_true(skr_json_value_member(value, "b")));
    cr_assert(skr_json_value_is_bool(skr_json_value_member(value, "f")));
    cr_assert_not(skr_json_value_is_true(skr_json_value_member(value, "f")));
    cr_assert(skr_json_value_is_number(skr_json_value_member(value, "n")));
    cr_assert_not(skr_json_value_is_number(skr_json_value_member(value, "t")));
    cr_assert_null(skr_json_value_text(skr_json_value_member(value, "n")));
    cr_assert_null(skr_json_value_member(value, "z"), "null is not there");
    cr_assert_null(skr_json_value_member(value, "other"));
    skr_json_value_free(value);
}

Test(json_value, a_member_is_found_in_either_spelling)
{
    skr_json_value *value = parsed("{\"phenotypic_features\": [], \"timeAtLast\": 1, "
                                   "\"time_at_last\": 2, \"metaData\": null, \"meta_data\": 3}");
    cr_assert_not_null(skr_json_value_find(value, "phenotypicFeatures"));
    cr_assert_null(skr_json_value_member(value, "phenotypicFeatures"));
    cr_assert_float_eq(skr_json_value_number(skr_json_value_find(value, "timeAtLast")), 1, 0);
    cr_assert_null(skr_json_value_find(value, "metaData"),
                   "the first spelling says that it is not");
    cr_assert_null(skr_json_value_find(value, NULL));
    skr_json_value_free(value);
}

Test(json_value, no_value_has_nothing_in_it)
{
    cr_assert_null(skr_json_value_find(NULL, "a"));
    cr_assert_null(skr_json_value_member(NULL, "a"));
    cr_assert_null(skr_json_value_item(NULL, 0));
    cr_assert_null(skr_json_value_text(NULL));
    cr_assert_eq(skr_json_value_n_items(NULL), 0);
    cr_assert_eq(skr_json_value_n_members(NULL), 0);
    cr_assert_not(skr_json_value_is_object(NULL) || skr_json_value_is_array(NULL) ||
                  skr_json_value_is_bool(NULL) || skr_json_value_is_true(NULL) ||
                  skr_json_value_is_number(NULL));
    skr_json_value_free(NULL);
}

Test(json_value, a_malformed_text_is_refused_with_its_line)
{
    static const struct {
        const char *text;
        uint64_t n_lines;
    } cases[] = {{"{\"a\": }", 0}, {"{\n\"a\": 1,\n\"a\": 2}", 2}, {"[1,\n2", 1}, {"{} {}", 0},
                 {"", 0},          {"{\"a\": 1e999}", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        skr_json_value *value = NULL;
        uint64_t n_lines = 99;
        skr_err err;
        int status =
            skr_json_value_parse(cases[i].text, strlen(cases[i].text), &value, &n_lines, &err);
        cr_assert_eq(status, SKR_ERR_INPUT, "%s", cases[i].text);
        cr_assert_eq(n_lines, cases[i].n_lines, "%s: %lu", cases[i].text, (unsigned long)n_lines);
        cr_assert_eq(strncmp(err.message, "malformed JSON: ", 16), 0, "%s", err.message);
        cr_assert_null(value);
    }
}
