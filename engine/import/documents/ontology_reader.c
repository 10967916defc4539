/*
 * ontology_reader.c - what the formats of ontologies say, term by term.
 */
#include "engine/import/documents/ontology_reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define WARNINGS_MAX 5

void skr_ontology_reader_version(const char *said, char *version)
{
    const char *release = strstr(said, "releases/");
    const char *from = release == NULL ? said : release + strlen("releases/");
    size_t n = release == NULL ? strlen(from) : strcspn(from, "/");
    if (n >= SKR_ONTOLOGY_VERSION_MAX)
        n = SKR_ONTOLOGY_VERSION_MAX - 1;
    memcpy(version, from, n);
    version[n] = '\0';
}

/* Counts an id that cannot be used, and tells of the first few. */
static void skip(skr_ontology_reader *reader, const char *id)
{
    char place[32] = "";
    skr_err line;
    reader->result.n_skipped++;
    if (reader->watch->on_warning == NULL || reader->n_warnings++ >= WARNINGS_MAX)
        return;
    if (reader->line > 0)
        (void)snprintf(place, sizeof place, ", line %" PRIu64, reader->line);
    (void)skr_fail(&line, SKR_ERR_INPUT,
                   "%.300s%s: left out: \"%.40s\" is no term id (PREFIX:ID)%s",
                   skr_archive_name(reader->archive), place, id,
                   reader->n_warnings == WARNINGS_MAX ? " (more such are only counted)" : "");
    reader->watch->on_warning(reader->watch->context, line.message);
}

/* An id that the ontology does not take is left out like one that is no CURIE. */
static int skip_unusable(skr_ontology_reader *reader, const char *id, int status)
{
    if (status != SKR_ERR_INPUT)
        return status;
    skip(reader, id);
    return SKR_OK;
}

int skr_ontology_reader_term(skr_ontology_reader *reader, const char *id, const char *label,
                             bool is_obsolete)
{
    char curie[SKR_CURIE_MAX];
    if (!skr_curie_read(id, curie)) {
        skip(reader, id);
        return SKR_OK;
    }
    int status = skr_ontology_edit_term(reader->edit, curie, label, is_obsolete, reader->err);
    reader->n_terms += status == SKR_OK;
    return skip_unusable(reader, id, status);
}

int skr_ontology_reader_pair(skr_ontology_reader *reader, skr_ontology_pair_fn say,
                             const char *from, const char *to)
{
    char from_curie[SKR_CURIE_MAX];
    char to_curie[SKR_CURIE_MAX];
    bool is_from = skr_curie_read(from, from_curie);
    if (!is_from || !skr_curie_read(to, to_curie)) {
        skip(reader, is_from ? to : from);
        return SKR_OK;
    }
    return skip_unusable(reader, to, say(reader->edit, from_curie, to_curie, reader->err));
}

skr_ontology_property skr_ontology_reader_property_of(const char *name)
{
    static const struct {
        const char *name;
        skr_ontology_property property;
    } names[] = {
        {"replaced_by", SKR_PROPERTY_REPLACED_BY}, {"term_replaced_by", SKR_PROPERTY_REPLACED_BY},
        {"replacedBy", SKR_PROPERTY_REPLACED_BY},  {"isReplacedBy", SKR_PROPERTY_REPLACED_BY},
        {"alt_id", SKR_PROPERTY_ALTERNATIVE},      {"hasAlternativeId", SKR_PROPERTY_ALTERNATIVE}};
    char plain[SKR_CURIE_MAX];
    char curie[SKR_CURIE_MAX];
    if (!skr_curie_text_plain(name, plain, sizeof plain))
        return SKR_PROPERTY_NONE;
    if (skr_curie_read(plain, curie) && strcmp(curie, "IAO:0100001") == 0)
        return SKR_PROPERTY_REPLACED_BY;
    const char *last = plain + strlen(plain); /* after the address or prefix */
    while (last > plain && strchr("/#:", last[-1]) == NULL)
        last--;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcasecmp(last, names[i].name) == 0)
            return names[i].property;
    return SKR_PROPERTY_NONE;
}

int skr_ontology_reader_property(skr_ontology_reader *reader, skr_ontology_property property,
                                 const char *id, const char *value)
{
    if (property == SKR_PROPERTY_ALTERNATIVE)
        return skr_ontology_reader_pair(reader, skr_ontology_edit_alternative, value, id);
    if (property == SKR_PROPERTY_REPLACED_BY)
        return skr_ontology_reader_pair(reader, skr_ontology_edit_replacement, id, value);
    return SKR_OK;
}
