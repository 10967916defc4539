/*
 * import_ontology_json.c - ontologies from OBO graphs JSON. A door to jansson.
 *
 * Nodes of type CLASS are terms; properties are none. A class without a label is only mentioned.
 */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "engine/import/documents/import_ontology_int.h"
#include "engine/import/documents/json_split.h"

#define DOCUMENT_MAX (UINT64_C(2) << 30) /* the largest ontologies have about 1 GB of JSON */

static int malformed(const skr_ontology_reader *reader, const char *what)
{
    return skr_fail(reader->err, SKR_ERR_INPUT, "%s: %s", skr_archive_name(reader->archive), what);
}

static json_t *member_of(const json_t *object, const char *name)
{
    json_t *member = json_object_get(object, name);
    return json_is_null(member) ? NULL : member;
}

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(member_of(object, name));
}

/* Alternative ids, and what replaced a retired term. */
static int say_properties(skr_ontology_reader *reader, const char *id, const json_t *meta)
{
    json_t *property;
    size_t i;
    json_array_foreach(member_of(meta, "basicPropertyValues"), i, property)
    {
        const char *name = text_of(property, "pred");
        const char *value = text_of(property, "val");
        if (name == NULL || value == NULL)
            continue;
        int status = skr_reader_property(reader, skr_property_read(name), id, value);
        if (status < 0)
            return status;
    }
    return SKR_OK;
}

static int say_node(skr_ontology_reader *reader, const json_t *node, bool has_types)
{
    const char *id = text_of(node, "id");
    const char *type = text_of(node, "type");
    const char *label = text_of(node, "lbl");
    json_t *meta = member_of(node, "meta");
    if (id == NULL)
        return malformed(reader, "a node without an id");
    bool is_obsolete = json_is_true(member_of(meta, "deprecated"));
    /* Retired classes often have no type left. */
    if (type == NULL ? has_types && !is_obsolete : strcmp(type, "CLASS") != 0)
        return SKR_OK;
    if (label == NULL && !is_obsolete)
        return SKR_OK;
    int status = skr_reader_term(reader, id, label, is_obsolete);
    return status < 0 ? status : say_properties(reader, id, meta);
}

static bool is_subclass(const char *name)
{
    return strcmp(name, "is_a") == 0 || strcmp(name, "subClassOf") == 0 ||
           strcmp(name, "http://www.w3.org/2000/01/rdf-schema#subClassOf") == 0;
}

static int say_edge(skr_ontology_reader *reader, const json_t *edge)
{
    const char *child = text_of(edge, "sub");
    const char *parent = text_of(edge, "obj");
    const char *name = text_of(edge, "pred");
    if (child == NULL || parent == NULL || name == NULL)
        return malformed(reader, "an edge without sub, pred and obj");
    if (!is_subclass(name)) /* what replaced a term may be said as an edge */
        return skr_reader_property(reader, skr_property_read(name), child, parent);
    return skr_reader_pair(reader, skr_ontology_edit_parent, child, parent);
}

/* Of ".../obo/hp.json" hp. */
static void short_name(const char *id, char *name, size_t n_name)
{
    const char *slash = strrchr(id, '/');
    const char *from = slash == NULL ? id : slash + 1;
    int n = (int)strcspn(from, ".");
    (void)snprintf(name, n_name, "%.*s", n, from);
}

static int begin_release(skr_ontology_reader *reader, const json_t *graph)
{
    char name[SKR_VERSION_MAX] = "";
    char version[SKR_VERSION_MAX] = "";
    const char *id = text_of(graph, "id");
    const char *said = text_of(member_of(graph, "meta"), "version");
    if (id != NULL)
        short_name(id, name, sizeof name);
    if (said != NULL)
        skr_ontology_version(said, version);
    int status = skr_ontology_edit_release(reader->edit, name, version, reader->err);
    return status == SKR_ERR_INPUT
               ? skr_fail_in(reader->err, status, "%s", skr_archive_name(reader->archive))
               : status;
}

static int say_graph(skr_ontology_reader *reader, const json_t *graph)
{
    json_t *nodes = member_of(graph, "nodes");
    json_t *edges = member_of(graph, "edges");
    json_t *item;
    size_t i;
    bool has_types = false;
    if (!json_is_object(graph) || (nodes != NULL && !json_is_array(nodes)) ||
        (edges != NULL && !json_is_array(edges)))
        return malformed(reader, "a graph must have lists of nodes and edges");
    int status = SKR_OK;
    json_array_foreach(nodes, i, item) has_types = has_types || text_of(item, "type") != NULL;
    json_array_foreach(nodes, i, item)
    {
        if (status == SKR_OK)
            status = say_node(reader, item, has_types);
    }
    json_array_foreach(edges, i, item)
    {
        if (status == SKR_OK)
            status = say_edge(reader, item);
    }
    return status;
}

static int say_document(skr_ontology_reader *reader, const char *text, size_t n, uint64_t line)
{
    json_error_t why;
    errno = 0;
    json_t *document = json_loadb(text, n, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &why);
    json_t *graph;
    size_t i;
    if (document == NULL && errno == ENOMEM) /* the library may call it a syntax error */
        return skr_fail(reader->err, SKR_ERR_NOMEM, "ontology: out of memory");
    if (document == NULL)
        return skr_fail(reader->err, SKR_ERR_INPUT, "%s, line %" PRIu64 ": malformed JSON: %s",
                        skr_archive_name(reader->archive),
                        line + (why.line > 1 ? (uint64_t)why.line - 1 : 0), why.text);
    json_t *graphs = member_of(document, "graphs");
    int status = json_array_size(graphs) > 0
                     ? SKR_OK
                     : malformed(reader, "no \"graphs\": this is no OBO graphs JSON");
    /* All graphs of a file are one release. */
    if (status == SKR_OK)
        status = begin_release(reader, json_array_get(graphs, 0));
    json_array_foreach(graphs, i, graph)
    {
        if (status == SKR_OK)
            status = say_graph(reader, graph);
    }
    json_decref(document);
    return status;
}

int skr_read_obo_graphs(skr_ontology_reader *reader)
{
    skr_json_split split = {.archive = reader->archive, .n_max = DOCUMENT_MAX, .is_whole = true};
    const char *text;
    size_t n;
    bool is_there = false;
    int status = skr_json_split_next(&split, &text, &n, &is_there, reader->err);
    if (status == SKR_OK && is_there)
        status = say_document(reader, text, n, split.line);
    if (status == SKR_OK)
        status = skr_json_split_next(&split, &text, &n, &is_there, reader->err);
    if (status == SKR_OK && is_there)
        status = malformed(reader, "something behind the end of the JSON");
    skr_json_split_done(&split);
    return status;
}
