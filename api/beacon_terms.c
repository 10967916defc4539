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

#include "api/beacon_access_int.h"
#include "api/beacon_json_int.h"
#include "api/beacon_response_int.h"
#include "engine/sex.h"

static const char *scope_of(skr_term_kind kind)
{
    return kind == SKR_TERM_SAMPLE ? "biosample" : "individual";
}

static void add_term(json_t *terms, const char *type, const char *id, const char *label,
                     const char *scope)
{
    json_t *term =
        json_pack("{s:s, s:o, s:[s]}", "type", type, "id", skr_json_text(id), "scopes", scope);
    if (label != NULL && label[0] != '\0')
        skr_json_set(term, "label", skr_json_text(label));
    skr_json_append(terms, term);
}

static int on_term(void *context, const skr_term_info *term, skr_err *err)
{
    skr_sex sex;
    if (skr_sex_of_term(term->curie, &sex)) /* they stand at the head of the list */
        return SKR_OK;
    const char *type = term->has_values ? "alphanumeric" : "ontology";
    add_term(context, type, term->curie, term->label, scope_of(term->kind));
    return skr_json_check(err);
}

/* Fields that can always be asked for, whatever the store holds. */
static json_t *fields(void)
{
    json_t *terms = json_array();
    add_term(terms, "ontology", skr_sex_code(SKR_SEX_FEMALE), "Female", "individual");
    add_term(terms, "ontology", skr_sex_code(SKR_SEX_MALE), "Male", "individual");
    add_term(terms, "alphanumeric", "age", "Age at the last encounter, ISO 8601 or years",
             "individual");
    add_term(terms, "alphanumeric", "diseases.ageOfOnset.iso8601duration",
             "Age at the onset of any disease, ISO 8601 or years", "individual");
    return terms;
}

static json_t *resource(const skr_ontology_release *release)
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

static json_t *page_of(json_t *terms, skr_beacon_request *request)
{
    size_t from = 0;
    size_t to = 0;
    if (!request->has_limit && request->n_skip == 0)
        request->n_limit = 0;
    skr_beacon_page(request, json_array_size(terms), &from, &to);
    json_t *page = json_array();
    for (size_t i = from; i < to; i++)
        skr_json_append(page, json_incref(json_array_get(terms, i)));
    return page;
}

int skr_beacon_filtering_terms(const skr_service *service, const skr_http_question *question,
                               const char *id, skr_http_answer *answer, skr_err *err)
{
    skr_beacon_case one = {0};
    skr_info info = {0};
    bool has_info = false;
    json_t *terms = fields();
    int status = skr_beacon_case_read(service, question, id, &one, answer, err);
    if (status == SKR_OK && (one.request.people != NULL || one.request.alleles != NULL))
        status = skr_fail(err, SKR_ERR_QUERY, "filtering_terms takes skip, limit and datasetIds");
    if (status == SKR_OK)
        status = skr_engine_terms(service->engine, &one.access, on_term, terms, err);
    if (status == SKR_OK)
        status = skr_engine_info(service->engine, &one.access, &info, err);
    if (status < 0)
        goto out;
    has_info = true;
    json_t *json = json_pack(
        "{s:o, s:{s:o, s:o}}", "meta",
        skr_beacon_meta_info(service, "filteringTerm", "beacon-filtering-terms-v2.2.0"), "response",
        "filteringTerms", page_of(terms, &one.request), "resources", resources(&info));
    status = skr_json_print(json, &answer->body, &answer->n_body, err);
    if (status == SKR_OK)
        answer->status = 200;
out:
    if (has_info)
        skr_info_done(&info);
    skr_beacon_case_done(&one);
    json_decref(terms);
    return status;
}
