/*
 * people_reader.h - what the formats of people say, record by record: where facts go, and what was
 * delivered already.
 *
 * Threads: one owner.
 */
#ifndef SKR_ENGINE_IMPORT_DOCUMENTS_PEOPLE_READER_H
#define SKR_ENGINE_IMPORT_DOCUMENTS_PEOPLE_READER_H

#include "engine/import/documents/archive.h"
#include "engine/import/face/import.h"
#include "index/people/people_edit.h"
#include "storage/base/names.h"

/* Where a record of this delivery stood first. */
typedef struct skr_delivered {
    uint32_t document; /* SKR_NONE: nowhere yet */
    bool is_subject;   /* all that said it are phenopackets named by subject.id */
    uint64_t line;
} skr_delivered;

/* Ids that stand beside the one by which a person is known. */
typedef enum skr_other_id {
    SKR_OTHER_PACKET,    /* the packet's own, or its subject.id: the one that was not chosen */
    SKR_OTHER_BIOSAMPLE, /* of a biosample */
    SKR_N_OTHER_IDS,
} skr_other_id;

typedef struct skr_people_reader {
    const skr_load_request *request;
    skr_archive *archive;
    skr_people_edit *edit;
    uint32_t dataset;
    skr_load_result result;
    skr_names *record_names; /* of this delivery: kind and id */
    skr_delivered *delivered;
    uint32_t n_delivered;
    uint32_t n_delivered_max;
    skr_names *documents;
    uint32_t record;       /* the one begun last, in record_names */
    bool has_packets;      /* any phenopacket was read */
    uint64_t line;         /* of the record being read */
    const char *id;        /* of its individual, or NULL */
    bool is_left_out;      /* the record begun last: its individual has withdrawn */
    struct skr_gone *gone; /* who has withdrawn */
    const char *birth;     /* the day on which he was born, or NULL; belongs to the record */
    uint64_t n_warnings;   /* told; the rest is only counted */
    skr_manifest *manifest;
    const char *folder;
    uint32_t n_base;                   /* individuals before this delivery */
    uint64_t *genomes;                 /* those of them with a genome in the dataset */
    uint64_t *others[SKR_N_OTHER_IDS]; /* those of them whom such an id names */
    skr_err *err;
} skr_people_reader;

/* Writes "FILE, line N, individual ID: " and the message. Returns SKR_ERR_INPUT. */
int skr_people_reader_fail(skr_people_reader *reader, const char *format, ...) SKR_PRINTF(2, 3);

/* Counts something that cannot be used, and tells of the first few. */
void skr_people_reader_skip(skr_people_reader *reader, const char *format, ...) SKR_PRINTF(2, 3);

/* Counts and tells something that the whole delivery should make somebody think about. */
void skr_people_reader_warn(skr_people_reader *reader, const char *format, ...) SKR_PRINTF(2, 3);

/*
 * Begins a record of an individual, and ends it. One of somebody who has withdrawn is counted and
 * left out: reader->is_left_out is true, and nothing may be said within it. is_subject: it is one
 * of perhaps several packets of an individual, which are united. Errors: INPUT (a kind said twice
 * and differently; a person of another dataset), NOMEM.
 */
SKR_MUST_USE int skr_people_reader_begin(skr_people_reader *reader, const char *individual,
                                         skr_record_kind kind, const char *record, bool is_subject);
SKR_MUST_USE int skr_people_reader_end(skr_people_reader *reader);

/* Does a text say that nothing is said? Empty, a point, a hyphen, NA. */
bool skr_people_reader_is_missing(const char *text);

/* Says a fact within the record begun last. Errors: INPUT, NOMEM. */
SKR_MUST_USE int skr_people_reader_fact(skr_people_reader *reader, const skr_fact *fact);

/*
 * Says a sex by a word or code, or by the label of a code that is not known (or NULL). What nobody
 * understands is counted as skipped, and the sex is not known. Errors: INPUT, NOMEM.
 */
SKR_MUST_USE int skr_people_reader_sex(skr_people_reader *reader, const char *text,
                                       const char *label);

#endif
