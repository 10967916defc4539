/*
 * form_int.h - a form in which the plain carriers of a row are stored, as a table of functions.
 *
 * A form is one file, form_<name>.c, and a row of the table in carriers_form.c, which does what is
 * the same for all: it reads the head, finds the bags, asks the form for the plain carriers and
 * adds the bags. Runs (order_runs.c) are no row of it: they are said of classes and not of samples,
 * and only order_view.c, which has the classes, can ask them.
 */
#ifndef SKR_STORAGE_CARRIERS_FORM_INT_H
#define SKR_STORAGE_CARRIERS_FORM_INT_H

#include "storage/carriers/carriers_form.h"

/* What is written: the plain carriers, and who of them has two copies. */
typedef struct skr_form_source {
    const skr_carriers *carriers;
    uint32_t n_samples;
    const uint32_t *twos; /* places among the carriers of those with two copies, ascending */
    uint32_t n_two_copies;
    uint64_t order_row; /* for the form ordered alone: of the segment's orders */
} skr_form_source;

/* Where the plain carriers lie: what find tells the functions that follow. */
typedef struct skr_form_part {
    uint32_t n_samples;
    uint32_t n;            /* lists: carriers */
    uint32_t n_two_copies; /* lists: those with two copies */
    uint64_t twos;         /* short: a bit for each carrier, set for two copies */
    skr_cursor first;      /* at the carriers */
    skr_cursor second;     /* at those with two copies; planes: all zero where there are none */
} skr_form_part;

/* Who is counted, as skr_carriers_tally has it. */
typedef struct skr_form_question {
    const uint64_t *cohort;
    const uint8_t *copies_expected;
} skr_form_question;

/* The form cannot say these carriers. */
#define SKR_FORM_CANNOT UINT64_MAX

typedef struct skr_form {
    enum skr_form_number number; /* in a long head */

    /* What choosing it costs: the row gets the form that costs least. NULL: never chosen so. */
    uint64_t (*cost)(const skr_form_source *source);

    /* Appends the bytes, and completes the head, which has the form and the flag of bags. */
    int (*encode)(const skr_form_source *source, skr_buffer *bytes, uint8_t *head, skr_err *err);

    /* Finds the parts; the cursor moves after them, or says that they are not there. */
    void (*find)(skr_cursor *cursor, uint8_t head, skr_form_part *part);

    /*
     * What skr_carriers_decode, _mark and _tally do, of the plain carriers: appends them to
     * carriers, sets their bits, sets all of the tally but ac. They may move the cursors of the
     * part. Errors: CORRUPT, NOMEM.
     */
    int (*decode)(skr_form_part *part, skr_carriers *carriers, skr_err *err);
    int (*mark)(skr_form_part *part, uint64_t *bitmap, skr_err *err);
    int (*tally)(skr_form_part *part, const skr_form_question *question, skr_carrier_tally *tally,
                 skr_err *err);
} skr_form;

extern const skr_form skr_form_short;
extern const skr_form skr_form_gaps;
extern const skr_form skr_form_planes;
extern const skr_form skr_form_ordered;

/* The message that all forms have for bytes that cannot be. */
static inline int skr_form_fail(skr_err *err)
{
    return skr_fail(err, SKR_ERR_CORRUPT, "carriers: malformed, or a sample out of range");
}

/* ------------------------------------------------------------------ for the forms' tallies */

/* Is the sample one of those who are counted? */
static inline bool skr_form_counts(const skr_form_question *question, uint32_t sample)
{
    return question->cohort == NULL || (question->cohort[sample / 64] >> sample % 64 & 1) != 0;
}

/* Is a plain carrier of one copy hemi in this sample? */
static inline bool skr_form_is_hemi(const skr_form_question *question, uint32_t sample)
{
    return question->copies_expected != NULL &&
           skr_carriers_zygosity(1, question->copies_expected[sample]) == SKR_HEMI;
}

/* Adds those of a list of carriers that are counted, and of those among them with two copies. */
void skr_form_tally_lists(const skr_form_question *question, const uint32_t *samples, uint32_t n,
                          const uint32_t *twos, uint32_t n_two_copies, skr_carrier_tally *tally);

#endif
