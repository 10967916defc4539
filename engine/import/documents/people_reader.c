/*
 * people_reader.c - what the formats of people say, record by record.
 */
#include "engine/import/documents/people_reader.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "index/people/sex.h"
#include "index/terms/curie.h"
#include "storage/base/array.h"
#include "storage/base/limits.h"
#include "storage/gone.h"

/* ------------------------------------------------------------------ telling */

#define WARNINGS_MAX 5

static void place(const skr_people_reader *reader, char *text, size_t n_max)
{
    int n = snprintf(text, n_max, "%.300s, line %" PRIu64, skr_archive_name(reader->archive),
                     reader->line);
    if (reader->id != NULL && n > 0 && (size_t)n < n_max)
        (void)snprintf(text + n, n_max - (size_t)n, ", individual %.100s", reader->id);
}

int skr_people_reader_fail(skr_people_reader *reader, const char *format, ...)
{
    char where[512];
    char text[400];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    place(reader, where, sizeof where);
    return skr_fail(reader->err, SKR_ERR_INPUT, "%s: %s", where, text);
}

void skr_people_reader_skip(skr_people_reader *reader, const char *format, ...)
{
    const skr_watch *watch = &reader->request->watch;
    reader->result.n_skipped++;
    if (watch->on_warning == NULL || reader->n_warnings++ >= WARNINGS_MAX)
        return;
    char where[512];
    char text[200];
    skr_err line;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    place(reader, where, sizeof where);
    (void)skr_fail(&line, SKR_ERR_INPUT, "%s: left out: %s%s", where, text,
                   reader->n_warnings == WARNINGS_MAX ? " (more such are only counted)" : "");
    watch->on_warning(watch->context, line.message);
}

void skr_people_reader_warn(skr_people_reader *reader, const char *format, ...)
{
    const skr_watch *watch = &reader->request->watch;
    skr_load_result *result = &reader->result;
    if (result->n_warnings >= SKR_LOAD_WARNINGS_MAX)
        return;
    char *text = result->warnings[result->n_warnings++];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, SKR_LOAD_WARNING_MAX, format, args);
    va_end(args);
    if (watch->on_warning != NULL)
        watch->on_warning(watch->context, text);
}

bool skr_people_reader_is_missing(const char *text)
{
    return text[0] == '\0' || strcmp(text, ".") == 0 || strcmp(text, "-") == 0 ||
           strcasecmp(text, "NA") == 0;
}

int skr_people_reader_sex(skr_people_reader *reader, const char *text, const char *label)
{
    char curie[SKR_CURIE_MAX];
    skr_sex_meaning meaning = {SKR_SEX_UNKNOWN, NULL};
    bool is_understood =
        skr_sex_read(text, &meaning) || (label != NULL && skr_sex_read(label, &meaning));
    if (skr_people_reader_is_missing(text))
        return SKR_OK;
    /* A term that says more goes when another sex is said. */
    skr_people_edit_says(reader->edit, SKR_SAID(SKR_SAID_SEX) | SKR_SAID(SKR_TERM_OTHER));
    skr_fact fact = {.kind = SKR_TERM_OTHER, .curie = meaning.term, .onset = SKR_AGE_NONE};
    if (is_understood)
        skr_people_edit_sex(reader->edit, meaning.sex);
    else
        skr_people_reader_skip(reader, "sex \"%.40s\" is none of female, male, other, unknown",
                               text);
    /* A code of its own can be asked for by itself. */
    if (!is_understood && skr_curie_read(text, curie)) {
        fact.curie = curie;
        fact.label = label;
    }
    return fact.curie == NULL ? SKR_OK : skr_people_reader_fact(reader, &fact);
}

int skr_people_reader_fact(skr_people_reader *reader, const skr_fact *fact)
{
    int status = skr_people_edit_fact(reader->edit, fact, reader->err);
    return status == SKR_ERR_INPUT ? skr_people_reader_fail(reader, "%s", reader->err->message)
                                   : status;
}

/* ------------------------------------------------------------------ records */

/* The place for what is known of a record of this delivery. */
static int find_delivered(skr_people_reader *reader, skr_record_kind kind, const char *record,
                          skr_delivered **ret_delivered)
{
    char name[SKR_NAME_MAX + 2];
    uint32_t number;
    (void)snprintf(name, sizeof name, "%c%s", kind == SKR_RECORD_INDIVIDUAL ? 'i' : 'b', record);
    SKR_TRY(skr_names_add(reader->record_names, name, &number, reader->err));
    SKR_TRY(SKR_ARRAY_RESERVE(&reader->delivered, &reader->n_delivered_max, number + 1u,
                              "records of people", reader->err));
    if (number == reader->n_delivered)
        reader->delivered[reader->n_delivered++] = (skr_delivered){.document = SKR_NONE};
    reader->record = number;
    *ret_delivered = &reader->delivered[number];
    return SKR_OK;
}

/* Makes the individual, and refuses one of another dataset unless that is meant. */
static int begin_individual(skr_people_reader *reader, const char *id, uint32_t *ret_individual)
{
    bool is_new = false;
    int status = skr_people_edit_individual(reader->edit, id, ret_individual, &is_new, reader->err);
    if (status == SKR_ERR_INPUT)
        return skr_people_reader_fail(reader, "%s", reader->err->message);
    if (status != SKR_OK)
        return status;
    reader->result.n_new += is_new;
    if (is_new || reader->request->allow_shared_people)
        return SKR_OK;
    uint32_t other = skr_people_edit_other_dataset(reader->edit, *ret_individual, reader->dataset);
    if (other != SKR_NONE)
        return skr_people_reader_fail(
            reader,
            "dataset '%.60s' has an individual of this id: name it with "
            "--dataset if these are its people; if the same person is in both, "
            "say so with --shared-people",
            reader->manifest->datasets[other].id);
    return SKR_OK;
}

/* Has the individual withdrawn? Who is readmitted has not any more. */
static int ask_withdrawn(skr_people_reader *reader, const char *id, bool *ret_is_gone)
{
    skr_keyed_digest digest;
    SKR_TRY(skr_gone_holds(reader->gone, reader->dataset, SKR_GONE_INDIVIDUAL, id, ret_is_gone,
                           reader->err));
    if (!*ret_is_gone || !reader->request->is_readmitting)
        return SKR_OK;
    *ret_is_gone = false;
    SKR_TRY(skr_gone_digest(reader->gone, SKR_GONE_INDIVIDUAL, id, &digest, reader->err));
    skr_gone_drop(reader->manifest, reader->dataset, &digest);
    return SKR_OK;
}

/* Counts a record of somebody who has withdrawn, and names the first. */
static void leave_out(skr_people_reader *reader, const char *id)
{
    if (reader->result.n_withdrawn++ == 0)
        skr_people_reader_warn(reader,
                               "left out, because they have withdrawn: records of '%.100s', and "
                               "perhaps others (--readmit takes them back)",
                               id);
}

int skr_people_reader_begin(skr_people_reader *reader, const char *individual, skr_record_kind kind,
                            const char *record, bool is_subject)
{
    skr_delivered *delivered;
    uint32_t ordinal;
    reader->id = individual;
    if (strlen(record) > SKR_NAME_MAX)
        return skr_people_reader_fail(reader, "an id of more than %u bytes", SKR_NAME_MAX);
    SKR_TRY(ask_withdrawn(reader, individual, &reader->is_left_out));
    if (reader->is_left_out) {
        leave_out(reader, individual);
        return SKR_OK;
    }
    int status = find_delivered(reader, kind, record, &delivered);
    if (status == SKR_OK && delivered->document == SKR_NONE) {
        delivered->line = reader->line;
        delivered->is_subject = is_subject;
        status = skr_names_add(reader->documents, skr_archive_name(reader->archive),
                               &delivered->document, reader->err);
        reader->result.n_records++;
        skr_archive_count(reader->archive, 1);
    }
    if (status == SKR_OK)
        status = begin_individual(reader, individual, &ordinal);
    if (status != SKR_OK)
        return status;
    delivered->is_subject = delivered->is_subject && is_subject;
    status =
        skr_people_edit_record(reader->edit, reader->dataset, ordinal, kind, record, reader->err);
    return status == SKR_ERR_INPUT ? skr_people_reader_fail(reader, "%s", reader->err->message)
                                   : status;
}

int skr_people_reader_end(skr_people_reader *reader)
{
    if (reader->is_left_out)
        return SKR_OK;
    const skr_delivered *delivered = &reader->delivered[reader->record];
    skr_people_again again;
    int status = skr_people_edit_end(reader->edit, delivered->is_subject, &again, reader->err);
    if (status == SKR_ERR_INPUT)
        return skr_people_reader_fail(reader, "%s: %.200s, line %" PRIu64, reader->err->message,
                                      skr_names_at(reader->documents, delivered->document),
                                      delivered->line);
    if (status == SKR_OK && delivered->is_subject)
        reader->result.n_united += again.is_again && again.adds;
    return status;
}
