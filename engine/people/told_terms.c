/*
 * told_terms.c - which terms of a dataset would be told.
 *
 * A term is told when the number of people whom a question for it finds would be: those who state
 * it, another id that means it today, or one below it. Nothing else about it is told but what is a
 * number of people above the threshold as well: that it has values, when those who have one would
 * be told. Its label is the ontology's, which everybody knows; what a record calls it may be the
 * words of one person, and is told under `exact` only. Ids that a term had before are not listed:
 * whether somebody used one follows from no count.
 *
 * The terms that are stated are judged first; whatever is above one that is told is told too. For
 * the other classes of the ontology few people are left, who are added up class by class.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/people/people_eval.h"
#include "engine/people/told_terms.h"
#include "engine/plan/access_check.h"
#include "engine/tell/disclose.h"
#include "index/people/sex.h"
#include "storage/carriers/bits.h"

/* A term as a dataset states it. */
typedef struct stated {
    const skr_stated_term *term;
    uint32_t class_of; /* what it means in the ontology, or SKR_NONE: it stands for itself */
} stated;

/* Some terms, by number, that are counted together; or the people of a sex, which is asked for by a
 * class of an ontology but stated as such. */
typedef struct run {
    uint32_t class_of;
    uint32_t from; /* of the sorted terms */
    uint32_t n;    /* 0: a sex */
    uint64_t n_people;
} run;

/* More classes of ontologies that mean a sex than there are. */
#define SEX_CLASSES_MAX 64u

/* A run that is below, or at, a class. */
typedef struct below {
    uint32_t class_of;
    uint32_t run;
} below;

typedef struct judge {
    const skr_question *question;
    const skr_snapshot *snapshot;
    uint32_t slot;
    uint32_t dataset;
    uint64_t *bits; /* of people, for adding up */
    size_t n_words;
    stated *terms; /* by class_of */
    uint32_t n_terms;
    run *runs;
    uint32_t n_runs;
    uint8_t *is_told; /* of each class of the ontology */
    uint8_t *has_values;
    const char **labels; /* of a class without one, under `exact`; or NULL */
    below *belows;
    size_t n_belows;
    size_t n_belows_max;
    uint32_t run_now; /* whose ancestors are visited */
} judge;

static bool may_tell(const judge *of, uint64_t n_people)
{
    skr_told_count told = skr_disclose(&of->question->access->policy, n_people);
    return !told.is_hidden && told.exists;
}

/* ------------------------------------------------------------------ the terms that are stated */

static int compare_stated(const void *a, const void *b)
{
    const stated *x = a;
    const stated *y = b;
    if (x->class_of != y->class_of)
        return x->class_of < y->class_of ? -1 : 1;
    return strcmp(x->term->curie, y->term->curie);
}

/* Women and men are found by their sex, whatever terms say of them. */
static bool is_by_sex(const char *curie)
{
    skr_sex sex;
    return skr_sex_of_term(curie, &sex) && (sex == SKR_SEX_FEMALE || sex == SKR_SEX_MALE);
}

static int list_stated(judge *of, skr_err *err)
{
    const skr_ontology *ontology = of->snapshot->ontology;
    const skr_stated_term *terms = NULL;
    uint32_t n = 0;
    int status = skr_people_terms(of->snapshot->people, of->dataset, &terms, &n, err);
    if (status < 0)
        return status;
    of->terms = calloc((size_t)n + 1, sizeof *of->terms);
    of->runs = calloc((size_t)n + SEX_CLASSES_MAX, sizeof *of->runs);
    if (of->terms == NULL || of->runs == NULL)
        return skr_fail_nomem(err, "terms");
    for (uint32_t i = 0; i < n; i++)
        if (!is_by_sex(terms[i].curie))
            of->terms[of->n_terms++] =
                (stated){&terms[i], skr_ontology_resolve(ontology, terms[i].curie)};
    if (of->n_terms > 0)
        qsort(of->terms, of->n_terms, sizeof *of->terms, compare_stated);
    for (uint32_t i = 0; i < of->n_terms; i++) {
        run *last = of->n_runs == 0 ? NULL : &of->runs[of->n_runs - 1];
        uint32_t class_of = of->terms[i].class_of;
        if (last != NULL && class_of != SKR_NONE && last->class_of == class_of)
            last->n++;
        else
            of->runs[of->n_runs++] = (run){.class_of = class_of, .from = i, .n = 1};
    }
    return SKR_OK;
}

static void list_sexes(judge *of)
{
    const skr_ontology *ontology = of->snapshot->ontology;
    uint32_t n_classes = skr_ontology_n_terms(ontology);
    uint32_t n = 0;
    for (uint32_t i = 0; i < n_classes && n < SEX_CLASSES_MAX; i++) {
        const char *curie = skr_ontology_curie(ontology, i);
        if (!is_by_sex(curie) || skr_ontology_resolve(ontology, curie) != i)
            continue;
        of->runs[of->n_runs++] = (run){.class_of = i};
        n++;
    }
}

static int mark_run(const judge *of, const run *terms, skr_err *err)
{
    int status = SKR_OK;
    if (terms->n == 0) {
        const skr_expr sex = {.op = SKR_E_ONLY,
                              .text = skr_ontology_curie(of->snapshot->ontology, terms->class_of)};
        return skr_people_mark(of->question, &sex, of->slot, of->bits, err);
    }
    for (uint32_t i = 0; i < terms->n && status == SKR_OK; i++)
        status = skr_people_mark_stated(of->snapshot->people, of->dataset,
                                        of->terms[terms->from + i].term->curie, of->bits, err);
    return status;
}

static int count_run(const judge *of, const run *terms, uint64_t *ret_n, skr_err *err)
{
    memset(of->bits, 0, of->n_words * sizeof *of->bits);
    int status = mark_run(of, terms, err);
    *ret_n = skr_bits_count(of->bits, of->n_words);
    return status;
}

/* Would the number of people be told who have a measured value of it? */
static int judge_values(const judge *of, const run *terms, bool *ret_has, skr_err *err)
{
    int status = SKR_OK;
    bool is_measured = false;
    memset(of->bits, 0, of->n_words * sizeof *of->bits);
    for (uint32_t i = 0; i < terms->n && status == SKR_OK; i++) {
        const skr_stated_term *term = of->terms[terms->from + i].term;
        const skr_people_comparison any = {SKR_COLUMN_VALUE, term->curie, SKR_GE, -INFINITY};
        if (!term->has_values)
            continue;
        is_measured = true;
        status = skr_people_compare(of->snapshot->people, of->dataset, &any, of->bits, err);
    }
    *ret_has = is_measured && may_tell(of, skr_bits_count(of->bits, of->n_words));
    return status;
}

static const char *label_of(const judge *of, const run *terms)
{
    const char *label = "";
    for (uint32_t i = 0; i < terms->n && of->question->access->policy.is_exact; i++)
        if (label[0] == '\0')
            label = of->terms[terms->from + i].term->label;
    return label;
}

/* ------------------------------------------------------------------ the classes above them */

static int tell_ancestor(void *context, uint32_t class_of, skr_err *err)
{
    (void)err;
    ((judge *)context)->is_told[class_of] = 1;
    return SKR_OK;
}

/* Notes that the run is below a class of which it is not yet known whether it is told. */
static int note_ancestor(void *context, uint32_t class_of, skr_err *err)
{
    judge *of = context;
    if (of->is_told[class_of])
        return SKR_OK;
    if (of->n_belows == of->n_belows_max) {
        size_t n_max = of->n_belows_max == 0 ? 1024 : 2 * of->n_belows_max;
        below *belows = realloc(of->belows, n_max * sizeof *belows);
        if (belows == NULL)
            return skr_fail_nomem(err, "terms");
        of->belows = belows;
        of->n_belows_max = n_max;
    }
    of->belows[of->n_belows++] = (below){class_of, of->run_now};
    return SKR_OK;
}

/* What the dataset states, each term by itself. */
static int judge_runs(judge *of, skr_told_terms *told, skr_err *err)
{
    const skr_ontology *ontology = of->snapshot->ontology;
    int status = SKR_OK;
    for (uint32_t i = 0; i < of->n_runs && status == SKR_OK; i++) {
        run *terms = &of->runs[i];
        bool has_values = false;
        status = skr_access_check(of->question->access, err);
        if (status == SKR_OK)
            status = count_run(of, terms, &terms->n_people, err);
        uint64_t n = terms->n_people;
        if (status == SKR_OK && may_tell(of, n))
            status = judge_values(of, terms, &has_values, err);
        if (status < 0)
            return status;
        if (terms->class_of != SKR_NONE) {
            of->has_values[terms->class_of] = has_values;
            of->labels[terms->class_of] = label_of(of, terms);
            if (may_tell(of, n) && !of->is_told[terms->class_of])
                status = skr_ontology_ancestors(ontology, terms->class_of, tell_ancestor, of, err);
        } else if (may_tell(of, n)) {
            const skr_told_term term = {of->terms[terms->from].term->curie, label_of(of, terms),
                                        has_values};
            status = skr_told_terms_add(told, &term, err);
        }
    }
    return status;
}

static int compare_below(const void *a, const void *b)
{
    const below *x = a;
    const below *y = b;
    if (x->class_of != y->class_of)
        return x->class_of < y->class_of ? -1 : 1;
    return (x->run > y->run) - (x->run < y->run);
}

/* Adds up the people of n runs that are below a class. */
static int judge_class(judge *of, const below *belows, size_t n, skr_err *err)
{
    uint64_t n_most = 0;
    int status = skr_access_check(of->question->access, err);
    for (size_t i = 0; i < n; i++)
        n_most += of->runs[belows[i].run].n_people;
    if (status < 0 || !may_tell(of, n_most))
        return status;
    memset(of->bits, 0, of->n_words * sizeof *of->bits);
    for (size_t i = 0; i < n && status == SKR_OK; i++)
        status = mark_run(of, &of->runs[belows[i].run], err);
    if (status == SKR_OK)
        of->is_told[belows->class_of] = may_tell(of, skr_bits_count(of->bits, of->n_words));
    return status;
}

static int judge_ancestors(judge *of, skr_err *err)
{
    const skr_ontology *ontology = of->snapshot->ontology;
    int status = SKR_OK;
    for (uint32_t i = 0; i < of->n_runs && status == SKR_OK; i++) {
        const run *terms = &of->runs[i];
        of->run_now = i;
        if (terms->class_of != SKR_NONE && !of->is_told[terms->class_of])
            status = skr_ontology_ancestors(ontology, terms->class_of, note_ancestor, of, err);
    }
    /* a run that is told has told its ancestors: those that are left are above none */
    if (of->n_belows > 0)
        qsort(of->belows, of->n_belows, sizeof *of->belows, compare_below);
    for (size_t from = 0, to; from < of->n_belows && status == SKR_OK; from = to) {
        for (to = from; to < of->n_belows; to++)
            if (of->belows[to].class_of != of->belows[from].class_of)
                break;
        status = judge_class(of, &of->belows[from], to - from, err);
    }
    return status;
}

static int list_classes(const judge *of, skr_told_terms *told, skr_err *err)
{
    const skr_ontology *ontology = of->snapshot->ontology;
    uint32_t n = skr_ontology_n_terms(ontology);
    int status = SKR_OK;
    for (uint32_t i = 0; i < n && status == SKR_OK; i++) {
        if (!of->is_told[i])
            continue;
        const char *label = skr_ontology_label(ontology, i);
        if (label[0] == '\0' && of->labels[i] != NULL)
            label = of->labels[i];
        const skr_told_term term = {skr_ontology_curie(ontology, i), label, of->has_values[i]};
        status = skr_told_terms_add(told, &term, err);
    }
    return status;
}

/* ------------------------------------------------------------------ the whole */

static int compare_told(const void *a, const void *b)
{
    return strcmp(((const skr_told_term *)a)->curie, ((const skr_told_term *)b)->curie);
}

int skr_told_terms_add(skr_told_terms *told, const skr_told_term *term, skr_err *err)
{
    if (told->n == told->n_max) {
        size_t n_max = told->n_max == 0 ? 256 : 2 * told->n_max;
        skr_told_term *terms = realloc(told->terms, n_max * sizeof *terms);
        if (terms == NULL)
            return skr_fail_nomem(err, "terms");
        told->terms = terms;
        told->n_max = n_max;
    }
    told->terms[told->n++] = *term;
    return SKR_OK;
}

void skr_told_terms_acquire(skr_told_terms *told)
{
    atomic_fetch_add(&told->n_users, 1);
}

void skr_told_terms_release(skr_told_terms *told)
{
    if (told == NULL || atomic_fetch_sub(&told->n_users, 1) > 1)
        return;
    free(told->terms);
    free(told);
}

static int judge_all(judge *of, skr_told_terms *told, skr_err *err)
{
    size_t n = (size_t)skr_ontology_n_terms(of->snapshot->ontology) + 1;
    int status = skr_bits_new(of->snapshot->n_people, &of->bits, err);
    of->is_told = calloc(n, sizeof *of->is_told);
    of->has_values = calloc(n, sizeof *of->has_values);
    of->labels = calloc(n, sizeof *of->labels);
    if (status == SKR_OK && (of->is_told == NULL || of->has_values == NULL || of->labels == NULL))
        status = skr_fail_nomem(err, "terms");
    if (status == SKR_OK)
        status = skr_ontology_load_texts(of->snapshot->ontology, err);
    if (status == SKR_OK)
        status = list_stated(of, err);
    if (status == SKR_OK)
        list_sexes(of);
    if (status == SKR_OK)
        status = judge_runs(of, told, err);
    if (status == SKR_OK)
        status = judge_ancestors(of, err);
    if (status == SKR_OK)
        status = list_classes(of, told, err);
    if (status == SKR_OK && told->n > 0)
        qsort(told->terms, told->n, sizeof *told->terms, compare_told);
    return status;
}

int skr_told_terms_judge(const skr_question *question, uint32_t slot, skr_told_terms **ret_told,
                         skr_err *err)
{
    judge of = {.question = question,
                .snapshot = question->snapshot,
                .slot = slot,
                .dataset = question->slots[slot].dataset,
                .n_words = skr_bits_words(question->snapshot->n_people)};
    skr_told_terms *told = calloc(1, sizeof *told);
    int status = told == NULL ? skr_fail_nomem(err, "terms") : SKR_OK;
    if (status == SKR_OK) {
        atomic_init(&told->n_users, 1);
        told->policy = question->access->policy;
        status = judge_all(&of, told, err);
    }
    free(of.bits);
    free(of.terms);
    free(of.runs);
    free(of.is_told);
    free(of.has_values);
    free(of.labels);
    free(of.belows);
    if (status < 0)
        skr_told_terms_release(told);
    else
        *ret_told = told;
    return status;
}
