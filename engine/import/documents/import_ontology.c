/*
 * import_ontology.c - a delivery of ontologies: documents in, one generation out; and the OBO
 * format.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "engine/import/documents/import_ontology_int.h"
#include "engine/import/documents/text_lines.h"
#include "storage/store.h"

#define WARNINGS_MAX 5

static const char *const endings[] = {".obo", ".json", ".owl", ".tsv", NULL};

/* ------------------------------------------------------------------ saying */

void skr_ontology_version(const char *said, char *version)
{
    const char *release = strstr(said, "releases/");
    const char *from = release == NULL ? said : release + strlen("releases/");
    size_t n = release == NULL ? strlen(from) : strcspn(from, "/");
    if (n >= SKR_VERSION_MAX)
        n = SKR_VERSION_MAX - 1;
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

int skr_reader_term(skr_ontology_reader *reader, const char *id, const char *label,
                    bool is_obsolete)
{
    char curie[SKR_CURIE_MAX];
    if (!skr_curie_read(id, curie)) {
        skip(reader, id);
        return SKR_OK;
    }
    int status = skr_ontology_edit_term(reader->edit, curie, label, is_obsolete, reader->err);
    reader->result.n_records += status == SKR_OK;
    return skip_unusable(reader, id, status);
}

int skr_reader_pair(skr_ontology_reader *reader, skr_pair_fn say, const char *from, const char *to)
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

skr_id_property skr_property_read(const char *name)
{
    static const struct {
        const char *name;
        skr_id_property property;
    } names[] = {
        {"replaced_by", SKR_PROPERTY_REPLACED_BY}, {"term_replaced_by", SKR_PROPERTY_REPLACED_BY},
        {"replacedBy", SKR_PROPERTY_REPLACED_BY},  {"isReplacedBy", SKR_PROPERTY_REPLACED_BY},
        {"alt_id", SKR_PROPERTY_ALTERNATIVE},      {"hasAlternativeId", SKR_PROPERTY_ALTERNATIVE}};
    char plain[SKR_CURIE_MAX];
    char curie[SKR_CURIE_MAX];
    if (!skr_text_plain(name, plain, sizeof plain))
        return SKR_PROPERTY_NONE;
    if (skr_curie_read(plain, curie) && strcmp(curie, "IAO:0100001") == 0)
        return SKR_PROPERTY_REPLACED_BY;
    const char *last = plain + strlen(plain); /* behind the address or prefix */
    while (last > plain && strchr("/#:", last[-1]) == NULL)
        last--;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcasecmp(last, names[i].name) == 0)
            return names[i].property;
    return SKR_PROPERTY_NONE;
}

int skr_reader_property(skr_ontology_reader *reader, skr_id_property property, const char *id,
                        const char *value)
{
    if (property == SKR_PROPERTY_ALTERNATIVE)
        return skr_reader_pair(reader, skr_ontology_edit_alternative, value, id);
    if (property == SKR_PROPERTY_REPLACED_BY)
        return skr_reader_pair(reader, skr_ontology_edit_replacement, id, value);
    return SKR_OK;
}

/* ------------------------------------------------------------------ OBO */

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
    char name[SKR_VERSION_MAX];
    char version[SKR_VERSION_MAX];
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
    return skr_reader_term(o->reader, o->stanza.id, o->stanza.name, o->stanza.is_obsolete);
}

/* An id, without what may stand behind it: "X:1 {source="Y"} ! a name". Blanks within it stay. */
static char *bare_id(char *value)
{
    char curie[SKR_CURIE_MAX];
    value[strcspn(value, "{!")] = '\0';
    if (!skr_curie_read(value, curie))
        value[strcspn(value, " \t")] = '\0';
    return value;
}

/* Cuts the first word, or the text in quotes, from what stands behind it; \" is a quote. */
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
    skr_id_property property = skr_property_read(cut_word(value, &rest));
    if (property == SKR_PROPERTY_NONE)
        return SKR_OK;
    char *id = *rest == '"' ? cut_word(rest, &rest) : bare_id(rest);
    return skr_reader_property(o->reader, property, o->stanza.id, id);
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
    skr_id_property property = skr_property_read(tag);
    if (!is_parent && !is_property && property == SKR_PROPERTY_NONE)
        return SKR_OK;
    if (s->id[0] == '\0')
        return skr_lines_fail(&o->lines, o->reader->err, "%s before the id of its [Term]", tag);
    if (is_parent)
        return skr_reader_pair(o->reader, skr_ontology_edit_parent, s->id, bare_id(value));
    if (is_property)
        return read_property_value(o, value);
    return skr_reader_property(o->reader, property, s->id, bare_id(value));
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
            skr_ontology_version(value, o->version);
        else if (strcmp(line, "ontology") == 0)
            copy(o->name, sizeof o->name, value);
        return SKR_OK;
    }
    return o->stanza.is_term ? read_term_tag(o, line, value) : SKR_OK;
}

int skr_read_obo(skr_ontology_reader *reader)
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

/* ------------------------------------------------------------------ documents */

static int not_yet(const skr_ontology_reader *reader, const char *what)
{
    return skr_fail(reader->err, SKR_ERR_NOT_YET,
                    "%s: %s is not read yet; take the OBO or the OBO graphs JSON of the same "
                    "release",
                    skr_archive_name(reader->archive), what);
}

static int read_document(skr_ontology_reader *reader)
{
    const uint8_t *bytes;
    size_t n;
    int status = skr_archive_peek(reader->archive, &bytes, &n, reader->err);
    if (status < 0)
        return status;
    size_t at = n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (at < n && isspace(bytes[at]))
        at++;
    if (at == n)
        return skr_fail(reader->err, SKR_ERR_INPUT, "%s: an empty file",
                        skr_archive_name(reader->archive));
    if (bytes[at] == '<')
        return not_yet(reader, "OWL (RDF/XML)");
    if (bytes[at] == '{')
        return skr_read_obo_graphs(reader);
    const uint8_t *newline = memchr(bytes, '\n', n);
    size_t n_line = newline == NULL ? n : (size_t)(newline - bytes);
    if (memchr(bytes, '\t', n_line) != NULL)
        return not_yet(reader, "a table of edges");
    return skr_read_obo(reader);
}

static int read_documents(skr_ontology_reader *reader)
{
    for (;;) {
        bool is_there;
        int status = skr_archive_next(reader->archive, &is_there, reader->err);
        if (status < 0 || !is_there)
            return status;
        uint64_t n_before = reader->result.n_records;
        reader->line = 0;
        status = read_document(reader);
        if (status < 0)
            return status;
        if (reader->result.n_records == n_before)
            return skr_fail(reader->err, SKR_ERR_INPUT, "%s: no terms in this file",
                            skr_archive_name(reader->archive));
        skr_archive_count(reader->archive, reader->result.n_records - n_before);
    }
}

/* ------------------------------------------------------------------ the delivery */

static int write_ontology(skr_ontology_reader *reader, skr_txn *txn, const char *file)
{
    char name[SKR_FILE_NAME_MAX];
    skr_txn_file_name(txn, "ontology", name);
    int status = skr_ontology_edit_write(reader->edit, skr_txn_folder(txn), name,
                                         &skr_txn_manifest(txn)->ontology, reader->err);
    /* Several files may have made the circle together: the last one named stands for them. */
    return status == SKR_ERR_INPUT ? skr_fail_in(reader->err, status, "%s", file) : status;
}

int skr_import_ontology(const skr_load_request *request, skr_load_result *ret_result, skr_err *err)
{
    skr_err own_err;
    skr_ontology_reader reader = {.watch = &request->watch, .err = err == NULL ? &own_err : err};
    skr_archive_options options = {.files = request->files,
                                   .n_files = request->n_files,
                                   .endings = endings,
                                   .watch = &request->watch};
    skr_txn *txn = NULL;
    skr_ontology *ontology = NULL;
    if (request->n_files == 0)
        return skr_fail(reader.err, SKR_ERR_USAGE, "no file to read");
    int status = skr_txn_begin(request->store, &txn, reader.err);
    if (status < 0)
        return status;
    status = skr_ontology_open(skr_txn_folder(txn), &skr_txn_manifest(txn)->ontology, &ontology,
                               reader.err);
    if (status == SKR_OK)
        status = skr_ontology_edit_new(ontology, &reader.edit, reader.err);
    if (status == SKR_OK)
        status = skr_archive_new(&options, &reader.archive, reader.err);
    if (status == SKR_OK)
        status = read_documents(&reader);
    if (status == SKR_OK)
        status = write_ontology(&reader, txn, request->files[request->n_files - 1]);
    if (status == SKR_OK) {
        status = skr_txn_commit(txn, &reader.result.generation, reader.err);
        txn = NULL;
    }
    if (status == SKR_OK)
        *ret_result = reader.result;
    skr_archive_free(reader.archive);
    skr_ontology_edit_free(reader.edit);
    skr_ontology_close(ontology);
    skr_txn_abort(txn);
    return status;
}
