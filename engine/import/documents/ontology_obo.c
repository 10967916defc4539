/*
 * ontology_obo.c - ontologies in the OBO format.
 */
#include "engine/import/documents/ontology_obo.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "engine/import/documents/text_lines.h"

/* A stanza [Term] as it is read. */
typedef struct stanza {
    bool is_term;
    bool is_obsolete;
    char id[SKR_CURIE_MAX];
    char name[SKR_CURIE_MAX];
} stanza;

typedef struct obo {
    skr_ontology_reader *reader;
    skr_lines lines;
    stanza stanza;
    bool has_release;
    char name[SKR_ONTOLOGY_VERSION_MAX];
    char version[SKR_ONTOLOGY_VERSION_MAX];
} obo;

static int begin_release(obo *o)
{
    if (o->has_release)
        return SKR_OK;
    o->has_release = true;
    int status = skr_ontology_edit_release(o->reader->edit, o->name, o->version, o->reader->err);
    return status == SKR_ERR_INPUT
               ? skr_lines_fail(&o->lines, o->reader->err, "%s", o->reader->err->message)
               : status;
}

static int end_stanza(obo *o)
{
    if (!o->stanza.is_term)
        return SKR_OK;
    o->stanza.is_term = false;
    if (o->stanza.id[0] == '\0')
        return skr_lines_fail(&o->lines, o->reader->err, "the [Term] before has no id");
    return skr_ontology_reader_term(o->reader, o->stanza.id, o->stanza.name, o->stanza.is_obsolete);
}

/* An id, without what may stand after it: "X:1 {source="Y"} ! a name". Blanks within it stay. */
static char *bare_id(char *value)
{
    char curie[SKR_CURIE_MAX];
    value[strcspn(value, "{!")] = '\0';
    if (!skr_curie_read(value, curie))
        value[strcspn(value, " \t")] = '\0';
    return value;
}

/* Cuts the first word, or the text in quotes, from what stands after it; \" is a quote. */
static char *cut_word(char *text, char **ret_rest)
{
    bool is_quoted = *text == '"';
    char *from = text + is_quoted;
    char *end = from;
    while (*end != '\0' && (is_quoted ? *end != '"' : *end != ' ' && *end != '\t'))
        end += end[0] == '\\' && end[1] != '\0' ? 2 : 1;
    char *rest = end + (*end != '\0');
    *end = '\0';
    while (*rest == ' ' || *rest == '\t')
        rest++;
    *ret_rest = rest;
    return from;
}

/* property_value: PROPERTY ID, or PROPERTY "ID" TYPE; what says nothing of ids is passed over. */
static int read_property_value(obo *o, char *value)
{
    char *rest;
    skr_ontology_property property = skr_ontology_reader_property_of(cut_word(value, &rest));
    if (property == SKR_PROPERTY_NONE)
        return SKR_OK;
    char *id = *rest == '"' ? cut_word(rest, &rest) : bare_id(rest);
    return skr_ontology_reader_property(o->reader, property, o->stanza.id, id);
}

static void copy(char *to, size_t n_to, const char *from)
{
    (void)snprintf(to, n_to, "%s", from);
}

static int read_term_tag(obo *o, const char *tag, char *value)
{
    stanza *s = &o->stanza;
    if (strcmp(tag, "id") == 0) {
        if (s->id[0] != '\0')
            return skr_lines_fail(&o->lines, o->reader->err, "a second id in one [Term]");
        copy(s->id, sizeof s->id, bare_id(value));
        return SKR_OK;
    }
    if (strcmp(tag, "name") == 0) {
        copy(s->name, sizeof s->name, value);
        return SKR_OK;
    }
    if (strcmp(tag, "is_obsolete") == 0) {
        s->is_obsolete = strncmp(value, "true", 4) == 0;
        return SKR_OK;
    }
    bool is_parent = strcmp(tag, "is_a") == 0;
    bool is_property = strcmp(tag, "property_value") == 0;
    skr_ontology_property property = skr_ontology_reader_property_of(tag);
    if (!is_parent && !is_property && property == SKR_PROPERTY_NONE)
        return SKR_OK;
    if (s->id[0] == '\0')
        return skr_lines_fail(&o->lines, o->reader->err, "%s before the id of its [Term]", tag);
    if (is_parent)
        return skr_ontology_reader_pair(o->reader, skr_ontology_edit_parent, s->id, bare_id(value));
    if (is_property)
        return read_property_value(o, value);
    return skr_ontology_reader_property(o->reader, property, s->id, bare_id(value));
}

static int read_obo_line(obo *o, char *line)
{
    size_t n = strlen(line);
    while (n > 0 && isspace((unsigned char)line[n - 1]))
        line[--n] = '\0';
    while (isspace((unsigned char)*line))
        line++;
    if (line[0] == '\0' || line[0] == '!')
        return SKR_OK;
    if (line[0] == '[') {
        int status = end_stanza(o);
        if (status == SKR_OK)
            status = begin_release(o);
        o->stanza = (stanza){.is_term = strcmp(line, "[Term]") == 0};
        return status;
    }
    char *colon = strchr(line, ':');
    if (colon == NULL)
        return skr_lines_fail(&o->lines, o->reader->err, "\"%.40s\" is no line of an OBO file",
                              line);
    *colon = '\0';
    char *value = colon + 1;
    while (*value == ' ' || *value == '\t')
        value++;
    if (!o->has_release) {
        if (strcmp(line, "data-version") == 0)
            skr_ontology_reader_version(value, o->version);
        else if (strcmp(line, "ontology") == 0)
            copy(o->name, sizeof o->name, value);
        return SKR_OK;
    }
    return o->stanza.is_term ? read_term_tag(o, line, value) : SKR_OK;
}

int skr_ontology_obo_read(skr_ontology_reader *reader)
{
    obo o = {.reader = reader, .lines = {.archive = reader->archive}};
    bool is_there = true;
    int status = SKR_OK;
    while (status == SKR_OK && is_there) {
        char *line;
        status = skr_lines_next(&o.lines, &line, &is_there, reader->err);
        reader->line = o.lines.number;
        if (status == SKR_OK && is_there)
            status = read_obo_line(&o, line);
    }
    if (status == SKR_OK)
        status = end_stanza(&o);
    if (status == SKR_OK && !o.has_release)
        status = skr_fail(reader->err, SKR_ERR_INPUT, "%s: no [Term] in this file",
                          skr_archive_name(reader->archive));
    skr_lines_done(&o.lines);
    return status;
}
