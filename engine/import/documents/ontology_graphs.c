/*
 * ontology_graphs.c - ontologies from OBO graphs JSON.
 *
 * Nodes of type CLASS are terms; properties are none. A class without a label is only mentioned.
 */
#include "engine/import/documents/ontology_graphs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/import/documents/json_split.h"
#include "engine/import/documents/json_value.h"
#include "storage/base/limits.h"

static int malformed(const skr_ontology_reader *reader, const char *what)
{
    return skr_fail(reader->err, SKR_ERR_INPUT, "%s: %s", skr_archive_name(reader->archive), what);
}

static const char *text_of(const skr_json_value *object, const char *name)
{
    return skr_json_value_text(skr_json_value_member(object, name));
}

/* Alternative ids, and what replaced a retired term. */
static int say_properties(skr_ontology_reader *reader, const char *id, const skr_json_value *meta)
{
    const skr_json_value *properties = skr_json_value_member(meta, "basicPropertyValues");
    for (size_t i = 0; i < skr_json_value_n_items(properties); i++) {
        const skr_json_value *property = skr_json_value_item(properties, i);
        const char *name = text_of(property, "pred");
        const char *value = text_of(property, "val");
        if (name == NULL || value == NULL)
            continue;
        SKR_TRY(
            skr_ontology_reader_property(reader, skr_ontology_reader_property_of(name), id, value));
    }
    return SKR_OK;
}

static int say_node(skr_ontology_reader *reader, const skr_json_value *node, bool has_types)
{
    const char *id = text_of(node, "id");
    const char *type = text_of(node, "type");
    const char *label = text_of(node, "lbl");
    const skr_json_value *meta = skr_json_value_member(node, "meta");
    if (id == NULL)
        return malformed(reader, "a node without an id");
    bool is_obsolete = skr_json_value_is_true(skr_json_value_member(meta, "deprecated"));
    /* Retired classes often have no type left. */
    if (type == NULL ? has_types && !is_obsolete : strcmp(type, "CLASS") != 0)
        return SKR_OK;
    if (label == NULL && !is_obsolete)
        return SKR_OK;
    SKR_TRY(skr_ontology_reader_term(reader, id, label, is_obsolete));
    return say_properties(reader, id, meta);
}

static bool is_subclass(const char *name)
{
    return strcmp(name, "is_a") == 0 || strcmp(name, "subClassOf") == 0 ||
           strcmp(name, "http://www.w3.org/2000/01/rdf-schema#subClassOf") == 0;
}

static int say_edge(skr_ontology_reader *reader, const skr_json_value *edge)
{
    const char *child = text_of(edge, "sub");
    const char *parent = text_of(edge, "obj");
    const char *name = text_of(edge, "pred");
    if (child == NULL || parent == NULL || name == NULL)
        return malformed(reader, "an edge without sub, pred and obj");
    if (!is_subclass(name)) /* what replaced a term may be said as an edge */
        return skr_ontology_reader_property(reader, skr_ontology_reader_property_of(name), child,
                                            parent);
    return skr_ontology_reader_pair(reader, skr_ontology_edit_parent, child, parent);
}

/* Of ".../obo/hp.json" hp. */
static void short_name(const char *id, char *name, size_t n_name)
{
    const char *slash = strrchr(id, '/');
    const char *from = slash == NULL ? id : slash + 1;
    int n = (int)strcspn(from, ".");
    (void)snprintf(name, n_name, "%.*s", n, from);
}

static int begin_release(skr_ontology_reader *reader, const skr_json_value *graph)
{
    char name[SKR_ONTOLOGY_VERSION_MAX] = "";
    char version[SKR_ONTOLOGY_VERSION_MAX] = "";
    const char *id = text_of(graph, "id");
    const char *said = text_of(skr_json_value_member(graph, "meta"), "version");
    if (id != NULL)
        short_name(id, name, sizeof name);
    if (said != NULL)
        skr_ontology_reader_version(said, version);
    int status = skr_ontology_edit_release(reader->edit, name, version, reader->err);
    return status == SKR_ERR_INPUT
               ? skr_fail_in(reader->err, status, "%s", skr_archive_name(reader->archive))
               : status;
}

static int say_graph(skr_ontology_reader *reader, const skr_json_value *graph)
{
    const skr_json_value *nodes = skr_json_value_member(graph, "nodes");
    const skr_json_value *edges = skr_json_value_member(graph, "edges");
    bool has_types = false;
    if (!skr_json_value_is_object(graph) || (nodes != NULL && !skr_json_value_is_array(nodes)) ||
        (edges != NULL && !skr_json_value_is_array(edges)))
        return malformed(reader, "a graph must have lists of nodes and edges");
    int status = SKR_OK;
    for (size_t i = 0; i < skr_json_value_n_items(nodes); i++)
        has_types = has_types || text_of(skr_json_value_item(nodes, i), "type") != NULL;
    for (size_t i = 0; i < skr_json_value_n_items(nodes) && status == SKR_OK; i++)
        status = say_node(reader, skr_json_value_item(nodes, i), has_types);
    for (size_t i = 0; i < skr_json_value_n_items(edges) && status == SKR_OK; i++)
        status = say_edge(reader, skr_json_value_item(edges, i));
    return status;
}

/* All graphs of a file are one release. */
static int say_graphs(skr_ontology_reader *reader, const skr_json_value *document)
{
    const skr_json_value *graphs = skr_json_value_member(document, "graphs");
    size_t n = skr_json_value_n_items(graphs);
    if (n == 0)
        return malformed(reader, "no \"graphs\": this is no OBO graphs JSON");
    int status = begin_release(reader, skr_json_value_item(graphs, 0));
    for (size_t i = 0; i < n && status == SKR_OK; i++)
        status = say_graph(reader, skr_json_value_item(graphs, i));
    return status;
}

static int say_document(skr_ontology_reader *reader, const char *text, size_t n, uint64_t line)
{
    skr_json_value *document = NULL;
    uint64_t n_lines;
    int status = skr_json_value_parse(text, n, &document, &n_lines, reader->err);
    if (status == SKR_ERR_INPUT)
        return skr_fail_in(reader->err, status, "%s, line %" PRIu64,
                           skr_archive_name(reader->archive), line + n_lines);
    if (status == SKR_OK)
        status = say_graphs(reader, document);
    skr_json_value_free(document);
    return status;
}

int skr_ontology_graphs_read(skr_ontology_reader *reader)
{
    skr_json_split split = {
        .archive = reader->archive, .n_max = SKR_DOCUMENT_MAX, .is_whole = true};
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
