/* beacon_row.c - one object of JSON lines to the texts of its members. */
#include "api/beacon/beacon_row.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "api/beacon/beacon_json.h"

void skr_beacon_row_done(skr_beacon_row *row)
{
    for (size_t i = 0; i < row->n; i++) {
        free(row->names[i]);
        free(row->texts[i]);
    }
    free(row->names);
    free(row->texts);
    *row = (skr_beacon_row){0};
}

/* The text of a value; NULL: no memory. */
static char *text_of(const json_t *value)
{
    if (json_is_string(value))
        return strdup(json_string_value(value));
    if (json_is_null(value))
        return strdup("");
    const size_t flags = JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15);
    size_t n = json_dumpb(value, NULL, 0, flags);
    char *text = n == 0 ? NULL : malloc(n + 1);
    if (text == NULL)
        return NULL;
    text[json_dumpb(value, text, n, flags)] = '\0';
    return text;
}

static int add_member(skr_beacon_row *row, const char *name, const json_t *value, skr_err *err)
{
    char *texts[] = {strdup(name), text_of(value)};
    if (texts[0] == NULL || texts[1] == NULL) {
        free(texts[0]);
        free(texts[1]);
        return skr_fail_nomem(err, "a row");
    }
    row->names[row->n] = texts[0];
    row->texts[row->n++] = texts[1];
    return SKR_OK;
}

int skr_beacon_row_read(const char *line, size_t n, skr_beacon_row *ret_row, skr_err *err)
{
    skr_beacon_row row = {0};
    json_t *json = NULL;
    const char *name;
    json_t *value;
    skr_json_begin();
    int status = skr_json_parse(line, n, &json, err);
    if (status == SKR_OK && !json_is_object(json))
        status = skr_fail(err, SKR_ERR_QUERY, "expected an object with the members id and query");
    size_t n_members = status == SKR_OK ? json_object_size(json) : 0;
    if (status == SKR_OK) {
        row.names = calloc(n_members + 1, sizeof *row.names);
        row.texts = calloc(n_members + 1, sizeof *row.texts);
        if (row.names == NULL || row.texts == NULL)
            status = skr_fail_nomem(err, "a row");
    }
    if (status == SKR_OK)
        json_object_foreach(json, name, value)
        {
            if (status == SKR_OK)
                status = add_member(&row, name, value, err);
        }
    json_decref(json);
    if (status < 0)
        skr_beacon_row_done(&row);
    else
        *ret_row = row;
    return status;
}
