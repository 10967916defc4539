/*
 * beacon_get.c - the words of a GET, turned into the body of the POST that asks the same, so that
 * one reader judges both.
 *
 * A list is a comma list or the same word again. Which words a query may have says the reader of
 * the body: whatever is not its own here is a request parameter there.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "api/beacon/beacon_json.h"
#include "api/beacon/beacon_request_int.h"
#include "storage/base/limits.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes n bytes of %XX and '+' into text, which has room for n + 1. */
static int decode(const char *coded, size_t n, char *text, skr_err *err)
{
    size_t n_text = 0;
    for (size_t i = 0; i < n; i++) {
        char c = coded[i] == '+' ? ' ' : coded[i];
        if (c == '%') {
            bool is_whole = i + 3 <= n;
            int high = is_whole ? hex_digit(coded[i + 1]) : -1;
            int low = is_whole ? hex_digit(coded[i + 2]) : -1;
            if (high < 0 || low < 0 || high + low == 0)
                return skr_fail(err, SKR_ERR_QUERY, "'%%' is not followed by the code of a byte");
            c = (char)(high * 16 + low);
            i += 2;
        }
        text[n_text++] = c;
    }
    text[n_text] = '\0';
    return SKR_OK;
}

static int check_utf8(const char *text, skr_err *err)
{
    return skr_json_is_utf8(text)
               ? SKR_OK
               : skr_fail(err, SKR_ERR_QUERY, "a word of the query is not UTF-8");
}

/* Appends the parts of a comma list to an array. */
static int append_list(json_t *array, char *text)
{
    for (char *part = text; part != NULL;) {
        char *comma = strchr(part, ',');
        if (comma != NULL)
            *comma++ = '\0';
        skr_json_append(array, json_string(part));
        part = comma;
    }
    return SKR_OK;
}

static json_t *child(json_t *parent, const char *name, json_t *(*make)(void))
{
    json_t *there = json_object_get(parent, name);
    if (there != NULL)
        return there;
    skr_json_set(parent, name, make());
    return json_object_get(parent, name);
}

static int set_once(json_t *object, const char *name, const char *text, skr_err *err)
{
    if (json_object_get(object, name) != NULL)
        return skr_fail(err, SKR_ERR_QUERY, "%s is given twice", name);
    skr_json_set(object, name, json_string(text));
    return SKR_OK;
}

static int add_schema(json_t *body, const char *text)
{
    json_t *schema = json_object();
    skr_json_set(schema, "schema", skr_json_text(text));
    json_t *meta = child(body, "meta", json_object);
    skr_json_append(child(meta, "requestedSchemas", json_array), schema);
    return SKR_OK;
}

static int add_word(json_t *body, const char *name, char *text, skr_err *err)
{
    json_t *query = child(body, "query", json_object);
    json_t *parameters = child(query, "requestParameters", json_object);
    if (strcmp(name, "filters") == 0)
        return append_list(child(query, "filters", json_array), text);
    if (strcmp(name, "datasetIds") == 0 || strcmp(name, "datasets") == 0)
        return append_list(child(parameters, "datasetIds", json_array), text);
    if (strcmp(name, "start") == 0 || strcmp(name, "end") == 0)
        return append_list(child(parameters, name, json_array), text);
    if (strcmp(name, "skip") == 0 || strcmp(name, "limit") == 0)
        return set_once(child(query, "pagination", json_object), name, text, err);
    if (strcmp(name, "requestedSchema") == 0)
        return add_schema(body, text);
    if (strcmp(name, "apiVersion") == 0)
        return set_once(child(body, "meta", json_object), name, text, err);
    if (strcmp(name, "includeResultsetResponses") == 0 || strcmp(name, "aggregators") == 0 ||
        strcmp(name, "requestedGranularity") == 0 || strcmp(name, "testMode") == 0)
        return set_once(query, name, text, err);
    /* A parameter that takes an object in a body cannot be said in a word. */
    return set_once(parameters, name, text, err);
}

static int add_pair(json_t *body, const char *pair, size_t n, skr_err *err)
{
    const char *equals = memchr(pair, '=', n);
    size_t n_name = equals == NULL ? n : (size_t)(equals - pair);
    size_t n_value = equals == NULL ? 0 : n - n_name - 1;
    char *name = malloc(n_name + 1);
    char *value = malloc(n_value + 1);
    int status = SKR_OK;
    if (name == NULL || value == NULL) {
        status = skr_fail_nomem(err, "the words of a request");
        goto out;
    }
    status = decode(pair, n_name, name, err);
    if (status == SKR_OK)
        status = decode(equals == NULL ? "" : equals + 1, n_value, value, err);
    if (status == SKR_OK)
        status = check_utf8(name, err);
    if (status == SKR_OK)
        status = check_utf8(value, err);
    if (status == SKR_OK && equals == NULL)
        status = skr_fail(err, SKR_ERR_QUERY, "%s has no value", name);
    if (status == SKR_OK)
        status = add_word(body, name, value, err);
out:
    free(value);
    free(name);
    return status;
}

int skr_beacon_get_to_body(const char *words, json_t **ret_body, skr_err *err)
{
    json_t *body = json_object();
    int status = body == NULL ? skr_fail_nomem(err, "the words of a request") : SKR_OK;
    unsigned n_words = 0;
    while (status == SKR_OK && *words != '\0') {
        size_t n = strcspn(words, "&");
        if (n_words++ == SKR_URI_WORDS_MAX)
            status =
                skr_fail(err, SKR_ERR_QUERY, "more than %u words in the query", SKR_URI_WORDS_MAX);
        else if (n > 0)
            status = add_pair(body, words, n, err);
        words += n + (words[n] == '&');
    }
    if (status < 0) {
        json_decref(body);
        return status;
    }
    *ret_body = body;
    return SKR_OK;
}
