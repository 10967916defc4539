/*
 * beacon_terms.c - /filtering_terms: what may be asked for, and of which releases of ontologies.
 *
 * Unlike other lists this one is whole unless a limit is given: a client that reads it once must
 * not believe that ten terms are all.
 */
#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/beacon/beacon_access.h"
#include "api/beacon/beacon_json.h"
#include "api/beacon/beacon_response_int.h"
#include "engine/face/words.h"
#include "storage/base/buffer.h"

/* The list as it is written: it may have tens of thousands of entries, so not as a document. */
typedef struct term_writer {
    skr_buffer text;
    size_t n; /* terms so far, of all pages */
    size_t from;
    size_t to;
} term_writer;

/* Can it stand between quotes as it is? */
static bool is_simple(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] < 0x20 || (unsigned char)text[i] >= 0x7f || text[i] == '"' ||
            text[i] == '\\')
            return false;
    return true;
}

/* A text in quotes. What is not ASCII stays when all of it is UTF-8, and becomes '?' otherwise. */
static int put_quoted(skr_buffer *to, const char *text, skr_err *err)
{
    size_t n = strlen(text);
    size_t n_as_is = is_simple(text, n) ? n : 0;
    bool is_utf8 = n_as_is == n || skr_json_is_utf8(text);
    int status = skr_buffer_put_u8(to, '"', err);
    if (status == SKR_OK)
        status = skr_buffer_put(to, text, n_as_is, err);
    for (size_t i = n_as_is; i < n && status == SKR_OK; i++) {
        unsigned char c = (unsigned char)text[i];
        char code[8];
        if (c < 0x20 || c == '"' || c == '\\')
            status =
                skr_buffer_put(to, code, (size_t)snprintf(code, sizeof code, "\\u%04x", c), err);
        else
            status = skr_buffer_put_u8(to, c >= 0x80 && !is_utf8 ? '?' : c, err);
    }
    return status < 0 ? status : skr_buffer_put_u8(to, '"', err);
}

static int put_plain(skr_buffer *to, const char *text, skr_err *err)
{
    return skr_buffer_put(to, text, strlen(text), err);
}

/* Whose facts they are is not asked: all belong to a person. */
static int add_term(term_writer *writer, bool has_values, const char *id, const char *label,
                    skr_err *err)
{
    skr_buffer *to = &writer->text;
    size_t n = writer->n++;
    if (n < writer->from || n >= writer->to)
        return SKR_OK;
    int status = put_plain(to, n > writer->from ? ",{\"type\":\"" : "{\"type\":\"", err);
    if (status == SKR_OK)
        status = put_plain(to, has_values ? "alphanumeric\",\"id\":" : "ontology\",\"id\":", err);
    if (status == SKR_OK)
        status = put_quoted(to, id, err);
    if (status == SKR_OK)
        status = put_plain(to, ",\"scopes\":[\"individual\"]", err);
    if (status == SKR_OK && label[0] != '\0')
        status = put_plain(to, ",\"label\":", err);
    if (status == SKR_OK && label[0] != '\0')
        status = put_quoted(to, label, err);
    return status < 0 ? status : skr_buffer_put_u8(to, '}', err);
}

static int on_term(void *context, const skr_term_info *term, skr_err *err)
{
    if (skr_words_sex_of_term(term->curie) != NULL) /* they stand at the head of the list */
        return SKR_OK;
    return add_term(context, term->has_values, term->curie, term->label, err);
}

/* Fields that can always be asked for, whatever the store holds. */
static int add_fields(term_writer *writer, skr_err *err)
{
    int status = add_term(writer, false, skr_words_sex_code("female"), "Female", err);
    if (status == SKR_OK)
        status = add_term(writer, false, skr_words_sex_code("male"), "Male", err);
    if (status == SKR_OK)
        status = add_term(writer, true, "age", "Age at the last encounter, ISO 8601 or years", err);
    if (status == SKR_OK)
        status = add_term(writer, true, "diseases.ageOfOnset.iso8601duration",
                          "Age at the onset of any disease, ISO 8601 or years", err);
    return status;
}

static json_t *resource(const skr_ontology_info *release)
{
    char id[40];
    (void)snprintf(id, sizeof id, "%s", release->prefix);
    for (char *at = id; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "id", skr_json_text(id), "name",
                     skr_json_text(release->name), "version", skr_json_text(release->version),
                     "nameSpacePrefix", skr_json_text(release->prefix), "url",
                     json_sprintf("http://purl.obolibrary.org/obo/%s.owl", id), "iriPrefix",
                     json_sprintf("http://purl.obolibrary.org/obo/%s_", release->prefix));
}

static json_t *resources(const skr_info *info)
{
    json_t *all = json_array();
    for (size_t i = 0; i < info->n_ontologies; i++)
        skr_json_append(all, resource(&info->ontologies[i]));
    return all;
}

/* Which entries the request wants, of a list that ends somewhere before LIST_MAX. */
#define LIST_MAX ((size_t)1 << 32)

static void choose_page(skr_beacon_request *request, term_writer *writer)
{
    if (!request->has_limit && request->n_skip == 0)
        request->n_limit = 0;
    skr_beacon_page(request, LIST_MAX, &writer->from, &writer->to);
}

/* Appends a document, which is taken. */
static int put_json(skr_buffer *to, json_t *json, skr_err *err)
{
    char *text = NULL;
    size_t n = 0;
    int status = skr_json_print(json, &text, &n, err);
    if (status == SKR_OK)
        status = skr_buffer_put(to, text, n, err);
    free(text);
    return status;
}

static int write_document(const skr_service *service, skr_beacon_case *one, term_writer *writer,
                          const skr_info *info, skr_err *err)
{
    skr_buffer *to = &writer->text;
    int status = put_plain(to, "{\"meta\":", err);
    if (status == SKR_OK)
        status = put_json(
            to, skr_beacon_meta_info(service, "filteringTerm", "beacon-filtering-terms-v2.2.0"),
            err);
    if (status == SKR_OK)
        status = put_plain(to, ",\"response\":{\"filteringTerms\":[", err);
    if (status == SKR_OK)
        status = add_fields(writer, err);
    if (status == SKR_OK)
        status = skr_engine_terms(service->engine, &one->access, on_term, writer, err);
    if (status == SKR_OK)
        status = put_plain(to, "],\"resources\":", err);
    if (status == SKR_OK)
        status = put_json(to, resources(info), err);
    return status < 0 ? status : put_plain(to, "}}", err);
}

int skr_beacon_filtering_terms(const skr_service *service, const skr_http_request *request,
                               const skr_beacon_path *path, skr_http_response *response,
                               skr_err *err)
{
    skr_beacon_case one = {0};
    skr_info info = {0};
    term_writer writer = {0};
    int status = skr_beacon_case_read(service, request, path, &one, response, err);
    if (status == SKR_OK && (one.request.people != NULL || one.request.alleles != NULL))
        status = skr_fail(err, SKR_ERR_QUERY, "filtering_terms takes skip, limit and datasetIds");
    if (status == SKR_OK)
        status = skr_engine_info(service->engine, &one.access, &info, err);
    if (status < 0)
        goto out;
    choose_page(&one.request, &writer);
    status = write_document(service, &one, &writer, &info, err);
    if (status < 0)
        goto out;
    response->status = 200;
    response->body = (char *)writer.text.bytes;
    response->n_body = writer.text.n;
    writer.text = (skr_buffer){0};
out:
    skr_buffer_done(&writer.text);
    skr_info_done(&info);
    skr_beacon_case_done(&one);
    return status;
}
