/*
 * import_people_int.h - what the readers of people share: where facts go, and what was delivered
 * already.
 */
#ifndef SKR_ENGINE_IMPORT_PEOPLE_INT_H
#define SKR_ENGINE_IMPORT_PEOPLE_INT_H

#include "engine/archive.h"
#include "engine/import.h"
#include "index/names.h"
#include "index/people.h"

/* Where a record of this delivery stood. */
typedef struct skr_delivered {
    uint64_t digest; /* of its text */
    uint32_t document;
    uint64_t line;
} skr_delivered;

typedef struct skr_people_reader {
    const skr_load_request *request;
    skr_archive *archive;
    skr_people_edit *edit;
    uint32_t dataset;
    skr_load_result result;
    skr_names *record_names; /* of this delivery: kind and id */
    skr_delivered *delivered;
    uint32_t n_delivered_max;
    skr_names *documents;
    uint64_t line;       /* of the record being read */
    uint64_t digest;     /* of its text */
    const char *id;      /* of its individual, or NULL */
    uint64_t n_warnings; /* told; the rest is only counted */
    skr_err *err;
} skr_people_reader;

/* Writes "FILE, line N, individual ID: " and the message. Returns SKR_ERR_INPUT. */
int skr_reader_fail(skr_people_reader *reader, const char *format, ...) SKR_PRINTF(2, 3);

/* Counts something that cannot be used, and tells of the first few. */
void skr_reader_skip(skr_people_reader *reader, const char *format, ...) SKR_PRINTF(2, 3);

/*
 * Begins a record of an individual. *ret_is_repeat: the same record with the same text stood in
 * this delivery before, and nothing is to be said again. Errors: INPUT (said twice and differently;
 * a person of another dataset), NOMEM.
 */
SKR_MUST_USE int skr_reader_begin(skr_people_reader *reader, const char *individual,
                                  skr_record_kind kind, const char *record, bool *ret_is_repeat);

/* What a word for a sex means: female, male, other, unknown, their codes. False for anything else.
 */
bool skr_sex_read(const char *text, skr_sex *ret_sex);

/* One JSON value, which is read and said. Errors: INPUT, NOMEM. */
SKR_MUST_USE int skr_read_people_json(skr_people_reader *reader, const char *text, size_t n);

/* A whole document of lines. Errors: INPUT, NOMEM. */
SKR_MUST_USE int skr_read_people_tsv(skr_people_reader *reader);

#endif
