/* beacon_model.c - the fixed documents: info, service-info, configuration, map, entry types. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "api/beacon/beacon_access.h"
#include "api/beacon/beacon_json.h"
#include "api/beacon/beacon_response_int.h"

#define SCHEMAS                                                                                    \
    "https://raw.githubusercontent.com/ga4gh-beacon/beacon-v2/v2.2.0/models/json/"                 \
    "beacon-v2-default-model/"
#define FRAMEWORK "https://raw.githubusercontent.com/ga4gh-beacon/beacon-v2/v2.2.0/framework/json/"

/* Framework documents take no words that would change them; requestedSchema is allowed. */
static int refuse_words(const skr_http_request *request, skr_err *err)
{
    const char *words = request->words;
    if (words == NULL || words[0] == '\0' || strncmp(words, "requestedSchema", 15) == 0)
        return SKR_OK;
    return skr_fail(err, SKR_ERR_QUERY, "this document has no parameter '%.*s'",
                    (int)strcspn(words, "=&"), words);
}

static int finish(json_t *json, skr_http_response *response, skr_err *err)
{
    int status = skr_json_print(json, &response->body, &response->n_body, err);
    if (status == SKR_OK)
        response->status = 200;
    return status;
}

/* Of each dataset what a list of them shows: the rest is in /datasets. */
static int put_datasets(const skr_info *info, json_t *store, skr_err *err)
{
    static const char *const shown[] = {"id", "name", "description", "externalUrl"};
    json_t *datasets = json_array();
    skr_json_set(store, "datasets", datasets);
    for (size_t i = 0; i < info->n_datasets; i++) {
        json_t *about = NULL;
        json_t *one = json_object();
        skr_json_append(datasets, one);
        SKR_TRY(skr_beacon_about(&info->datasets[i], &about, err));
        for (size_t k = 0; k < sizeof shown / sizeof *shown; k++)
            if (json_object_get(about, shown[k]) != NULL)
                skr_json_set(one, shown[k], json_incref(json_object_get(about, shown[k])));
        json_decref(about);
    }
    return SKR_OK;
}

static json_t *about_annotations(const skr_info *info)
{
    json_t *releases = json_array();
    for (size_t i = 0; i < info->n_annotations; i++) {
        const skr_annotation_info *one = &info->annotations[i];
        skr_json_append(releases,
                        json_pack("{s:o, s:o, s:o}", "assembly", skr_json_text(one->assembly),
                                  "source", skr_json_text(one->source), "release",
                                  skr_json_text(one->release)));
    }
    return releases;
}

static json_t *about_store(const skr_service *service, const skr_info *info)
{
    json_t *assemblies = json_array();
    for (size_t i = 0; i < info->n_assemblies; i++)
        skr_json_append(assemblies, skr_json_text(info->assemblies[i].name));
    return json_pack("{s:s, s:I, s:o, s:o, s:s}", "policy", service->policy_text, "generation",
                     (json_int_t)info->generation, "assemblies", assemblies, "annotations",
                     about_annotations(info), "software", "Skerry " SKR_VERSION);
}

/* A member for what the operator said; without a word of it there is none. */
static void set_said(json_t *object, const char *name, const char *text)
{
    if (text != NULL && text[0] != '\0')
        skr_json_set(object, name, skr_json_text(text));
}

/* The network's list of members reads logoUrl and alternativeUrl without looking whether they are
 * there: without them it loses the member, and others with it. */
static json_t *organization(const skr_beacon_texts *texts)
{
    const char *logo = texts->organization_logo_url == NULL ? "" : texts->organization_logo_url;
    json_t *json =
        json_pack("{s:o, s:o, s:o}", "id", skr_json_text(texts->organization_id), "name",
                  skr_json_text(texts->organization_name), "logoUrl", skr_json_text(logo));
    set_said(json, "description", texts->organization_description);
    set_said(json, "address", texts->organization_address);
    set_said(json, "welcomeUrl", texts->organization_url);
    set_said(json, "contactUrl", texts->organization_contact_url);
    return json;
}

static json_t *about_beacon(const skr_service *service, const skr_info *info)
{
    const skr_beacon_texts *texts = service->texts;
    const char *other = texts->alternative_url == NULL ? service->base_url : texts->alternative_url;
    json_t *json = json_pack(
        "{s:o, s:o, s:s, s:o, s:o, s:o, s:s, s:o, s:o}", "id", skr_json_text(texts->beacon_id),
        "name", skr_json_text(texts->name), "apiVersion", SKR_BEACON_VERSION, "environment",
        skr_json_text(texts->environment), "organization", organization(texts), "description",
        skr_json_text(texts->description), "version", SKR_VERSION, "alternativeUrl",
        skr_json_text(other), "info", about_store(service, info));
    set_said(json, "welcomeUrl", texts->welcome_url);
    set_said(json, "createDateTime", texts->create_date);
    return json;
}

int skr_beacon_info(const skr_service *service, const skr_http_request *request,
                    const skr_beacon_path *path, skr_http_response *response, skr_err *err)
{
    (void)path;
    skr_access access = skr_beacon_access(service, request);
    skr_info info = {0};
    int status = refuse_words(request, err);
    if (status == SKR_OK)
        status = skr_engine_info(service->engine, &access, &info, err);
    if (status < 0)
        return status;
    json_t *body = about_beacon(service, &info);
    status = put_datasets(&info, json_object_get(body, "info"), err);
    skr_info_done(&info);
    if (status < 0) {
        json_decref(body);
        return status;
    }
    return finish(json_pack("{s:o, s:o}", "meta",
                            skr_beacon_meta_info(service, "info", "beacon-info-v2.2.0"), "response",
                            body),
                  response, err);
}

int skr_beacon_service_info(const skr_service *service, const skr_http_request *request,
                            const skr_beacon_path *path, skr_http_response *response, skr_err *err)
{
    (void)path;
    const skr_beacon_texts *texts = service->texts;
    int status = refuse_words(request, err);
    if (status < 0)
        return status;
    return finish(json_pack("{s:o, s:o, s:{s:s, s:s, s:s}, s:o, s:{s:o, s:o}, s:o, s:s}", "id",
                            skr_json_text(texts->beacon_id), "name", skr_json_text(texts->name),
                            "type", "group", "org.ga4gh", "artifact", "beacon", "version",
                            SKR_BEACON_VERSION, "description", skr_json_text(texts->description),
                            "organization", "name", skr_json_text(texts->organization_name), "url",
                            skr_json_text(texts->organization_url), "environment",
                            skr_json_text(texts->environment), "version", SKR_VERSION),
                  response, err);
}

/* ------------------------------------------------------------------ entry types */

static json_t *entry_type(skr_entity entity)
{
    const skr_entry_type *type = skr_beacon_entry_type(entity);
    json_t *schema =
        json_pack("{s:s, s:s++, s:s++, s:s}", "id", type->schema, "name", "Default schema for ",
                  type->path, "", "referenceToSchemaDefinition", SCHEMAS, type->schema_file,
                  "/defaultSchema.json", "schemaVersion", "v2.0.0");
    json_t *json = json_pack("{s:s, s:s, s:s, s:s, s:{s:s, s:s}, s:o, s:b}", "id", type->id, "name",
                             type->name, "description", type->description, "partOfSpecification",
                             "Beacon " SKR_BEACON_VERSION, "ontologyTermForThisType", "id",
                             type->term, "label", type->term_label, "defaultSchema", schema,
                             "nonFilteredQueriesAllowed", 1);
    if (entity == SKR_ENTITY_DATASET || entity == SKR_ENTITY_COHORT)
        skr_json_set(json, "aCollectionOf",
                     json_pack("[{s:s, s:s}, {s:s, s:s}]", "id", "individual", "name", "Individual",
                               "id", "genomicVariant", "name", "Genomic Variants"));
    return json;
}

static json_t *entry_types(const skr_service *service)
{
    json_t *types = json_object();
    for (skr_entity entity = SKR_ENTITY_DATASET; entity < SKR_N_ENTITIES; entity++)
        if (skr_beacon_offers(service, entity))
            skr_json_set(types, skr_beacon_entry_type(entity)->id, entry_type(entity));
    return types;
}

int skr_beacon_entry_types(const skr_service *service, const skr_http_request *request,
                           const skr_beacon_path *path, skr_http_response *response, skr_err *err)
{
    (void)path;
    int status = refuse_words(request, err);
    if (status < 0)
        return status;
    return finish(json_pack("{s:o, s:{s:o}}", "meta",
                            skr_beacon_meta_info(service, "entryType", "beacon-entry-types-v2.2.0"),
                            "response", "entryTypes", entry_types(service)),
                  response, err);
}

int skr_beacon_configuration(const skr_service *service, const skr_http_request *request,
                             const skr_beacon_path *path, skr_http_response *response, skr_err *err)
{
    (void)path;
    int status = refuse_words(request, err);
    if (status < 0)
        return status;
    const char *environment = service->texts->environment;
    bool is_boolean = skr_beacon_granularity_max(service) == SKR_GRANULARITY_BOOLEAN;
    const char *granularity = is_boolean ? "boolean" : "count";
    const char *maturity = strcmp(environment, "prod") == 0  ? "PROD"
                           : strcmp(environment, "dev") == 0 ? "DEV"
                                                             : "TEST";
    return finish(
        json_pack("{s:o, s:{s:s, s:{s:s}, s:{s:s, s:[s]}, s:o}}", "meta",
                  skr_beacon_meta_info(service, "configuration", "beacon-configuration-v2.2.0"),
                  "response", "$schema", FRAMEWORK "configuration/beaconConfigurationSchema.json",
                  "maturityAttributes", "productionStatus", maturity, "securityAttributes",
                  "defaultGranularity", granularity, "securityLevels", "PUBLIC", "entryTypes",
                  entry_types(service)),
        response, err);
}

/* ------------------------------------------------------------------ map */

static json_t *url(const skr_service *service, const char *path, const char *below)
{
    return json_sprintf("%s/%s%s", service->base_url, path, below);
}

static json_t *endpoint_set(const skr_service *service, skr_entity entity)
{
    const skr_entry_type *type = skr_beacon_entry_type(entity);
    return json_pack("{s:s, s:o, s:o, s:{}}", "entryType", type->id, "rootUrl",
                     url(service, type->path, ""), "openAPIEndpointsDefinition",
                     url(service, "openapi.json", ""), "endpoints");
}

/* Only what is answered stands in the map: clients call what they find there. */
static json_t *entry_set(const skr_service *service, skr_entity entity)
{
    const skr_entry_type *type = skr_beacon_entry_type(entity);
    json_t *set = endpoint_set(service, entity);
    json_t *endpoints = json_object_get(set, "endpoints");
    char below[64];
    skr_json_set(set, "singleEntryUrl", url(service, type->path, "/{id}"));
    for (skr_entity other = SKR_ENTITY_DATASET; other < SKR_N_ENTITIES; other++) {
        const skr_entry_type *returned = skr_beacon_entry_type(other);
        if (!skr_beacon_is_below(entity, other) || !skr_beacon_offers(service, other))
            continue;
        (void)snprintf(below, sizeof below, "/{id}/%s", returned->path);
        skr_json_set(endpoints, returned->id,
                     json_pack("{s:s, s:o}", "returnedEntryType", returned->id, "url",
                               url(service, type->path, below)));
    }
    if (entity == SKR_ENTITY_DATASET)
        skr_json_set(set, "filteringTermsUrl", url(service, type->path, "/{id}/filtering_terms"));
    if (entity == SKR_ENTITY_INDIVIDUAL)
        skr_json_set(set, "filteringTermsUrl", url(service, type->path, "/filtering_terms"));
    return set;
}

int skr_beacon_map(const skr_service *service, const skr_http_request *request,
                   const skr_beacon_path *path, skr_http_response *response, skr_err *err)
{
    (void)path;
    SKR_TRY(refuse_words(request, err));
    json_t *sets = json_object();
    for (skr_entity entity = SKR_ENTITY_DATASET; entity < SKR_N_ENTITIES; entity++)
        if (skr_beacon_offers(service, entity))
            skr_json_set(sets, skr_beacon_entry_type(entity)->id, entry_set(service, entity));
    return finish(json_pack("{s:o, s:{s:s, s:o}}", "meta",
                            skr_beacon_meta_info(service, "map", "beacon-map-v2.2.0"), "response",
                            "$schema", FRAMEWORK "configuration/beaconMapSchema.json",
                            "endpointSets", sets),
                  response, err);
}
