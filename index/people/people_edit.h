/*
 * people_edit.h - a change of the people table: one delivery, said record by record, then put into
 * force and written as a new file.
 *
 * Threads: an edit has one owner.
 */
#ifndef SKR_INDEX_PEOPLE_PEOPLE_EDIT_H
#define SKR_INDEX_PEOPLE_PEOPLE_EDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "index/people/people.h"

/*
 * The kinds of things that can be said: those of terms by their own numbers, then two that are no
 * terms. A delivery that says one kind of a record leaves the others as they were.
 */
typedef enum skr_said {
    SKR_SAID_SEX = SKR_N_TERM_KINDS,
    SKR_SAID_AGE,
    SKR_N_SAID,
} skr_said;

/* What people call a kind, a number below SKR_N_SAID: "country", "measures". */
const char *skr_people_said_name(unsigned kind);

/* A kind as one bit of a set of them. */
#define SKR_SAID(kind) (1u << (unsigned)(kind))
/* Instead of all measures: those alone whose terms the record states. */
#define SKR_SAID_SOME_MEASURES SKR_SAID(SKR_N_SAID)

typedef struct skr_people_edit skr_people_edit;

/* Starts from an open table, which must outlive the edit. The caller owns *ret_edit. Errors:
 * CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_people_edit_new(const skr_people *people, skr_people_edit **ret_edit,
                                     skr_err *err);

/* The ordinal of an id, made when it is new. Errors: INPUT (empty, too long, control), LIMIT,
 * NOMEM. */
SKR_MUST_USE int skr_people_edit_individual(skr_people_edit *edit, const char *id,
                                            uint32_t *ret_individual, bool *ret_is_new,
                                            skr_err *err);

/* Another dataset than this one of which the individual is a member, or SKR_NONE; and whether there
 * is one. (--shared-people) */
uint32_t skr_people_edit_other_dataset(const skr_people_edit *edit, uint32_t individual,
                                       uint32_t dataset);
bool skr_people_edit_is_elsewhere(const skr_people_edit *edit, uint32_t individual,
                                  uint32_t dataset);

/* Says that a dataset has a sample of the individual, of this karyotype; the one said last counts,
 * but an unknown one never takes back a known one. Errors: NOMEM. */
SKR_MUST_USE int skr_people_edit_sample(skr_people_edit *edit, uint32_t dataset,
                                        uint32_t individual, skr_karyotype karyotype, skr_err *err);

/*
 * Begins what a record says; the one begun before ends. An edit is one delivery: what an earlier
 * one said of this kind and id, of this individual or another, stays in force until
 * skr_people_edit_settle. For individuals record_id is the individual's id. Errors: INPUT, NOMEM,
 * and those of skr_people_edit_end.
 */
SKR_MUST_USE int skr_people_edit_record(skr_people_edit *edit, uint32_t dataset,
                                        uint32_t individual, skr_record_kind kind,
                                        const char *record_id, skr_err *err);

/* Within the record begun last. Texts are copied; the label said first stays. Each says its kind.
 * Errors: INPUT, NOMEM. */
SKR_MUST_USE int skr_people_edit_fact(skr_people_edit *edit, const skr_fact *fact, skr_err *err);
void skr_people_edit_sex(skr_people_edit *edit, skr_sex sex);
void skr_people_edit_age(skr_people_edit *edit, skr_age age);

/* The record begun last says these kinds (SKR_SAID), also where no fact of them follows. */
void skr_people_edit_says(skr_people_edit *edit, uint32_t kinds);

/* From here on, facts of the record begun last are of a biosample in it, and of the kind
 * SKR_TERM_SAMPLE whatever they are; until false is said, or another record begins. */
void skr_people_edit_within_biosample(skr_people_edit *edit, bool is_within);

/* How a record goes together with one of the same kind and id in the same edit. */
typedef struct skr_people_again {
    bool is_again; /* there was one */
    bool adds;     /* this one says what that one did not */
} skr_people_again;

/*
 * Ends the record begun last, if it did not end yet. One that says again what an earlier one of
 * this edit said is united with it. Where both say a kind they must say the same of it, an unknown
 * sex apart; is_uniting takes the facts of both, and the greater age, and refuses two sexes alone.
 * ret_again may be NULL. Errors: INPUT naming what contradicts (then the edit is of no use any
 * more), NOMEM.
 */
SKR_MUST_USE int skr_people_edit_end(skr_people_edit *edit, bool is_uniting,
                                     skr_people_again *ret_again, skr_err *err);

/* Of how many records a kind was other before: its facts are gone or others now. Facts of
 * biosamples are all of the kind SKR_TERM_SAMPLE here. */
typedef struct skr_people_replaced {
    uint64_t n[SKR_N_SAID];
} skr_people_replaced;

/*
 * Puts what the records of this edit said into force: of a record that was there before, the kinds
 * that this edit did not say are kept. is_replacing keeps none, and forgets all other records of
 * these individuals in the dataset. Nothing can be said afterwards. Errors: NOMEM, and those of
 * skr_people_edit_end.
 */
SKR_MUST_USE int skr_people_edit_settle(skr_people_edit *edit, bool is_replacing,
                                        skr_people_replaced *ret_replaced, skr_err *err);

/*
 * Takes people (a bit for each of skr_people_count of the table that the edit began with) out of a
 * dataset: their records, karyotypes and membership, the terms that nobody else states, and the ids
 * of those who are in no dataset then; their numbers stay. Nothing can be said in this edit.
 * Errors: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_people_edit_withdraw(skr_people_edit *edit, uint32_t dataset,
                                          const uint64_t *people, skr_err *err);
bool skr_people_edit_is_member(const skr_people_edit *edit, uint32_t dataset, uint32_t individual);

/* The individual of an id, or SKR_NONE; new ones too. */
uint32_t skr_people_edit_find(const skr_people_edit *edit, const char *id);
const char *skr_people_edit_id(const skr_people_edit *edit, uint32_t individual);
uint32_t skr_people_edit_count(const skr_people_edit *edit);

/* Sets the bits of everybody of whom a record of the dataset is in force; of those alone, if
 * is_delivered, whose record this edit brought. The bitmap has a bit for each of
 * skr_people_edit_count. */
void skr_people_edit_mark_said(const skr_people_edit *edit, uint32_t dataset, bool is_delivered,
                               uint64_t *bitmap);

/* How many individuals have a sex, by their own record, that contradicts their karyotype in a
 * dataset. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_people_edit_sex_conflicts(const skr_people_edit *edit, uint32_t *ret_n,
                                               skr_err *err);

/* Settles what is not settled yet, and writes the table as a new file; datasets of which nobody
 * said anything go over as they are stored. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_people_edit_write(skr_people_edit *edit, const char *folder, const char *name,
                                       skr_file_id *ret_id, skr_err *err);

/* Frees. NULL is allowed. */
void skr_people_edit_free(skr_people_edit *edit);

#endif
