/*
 * people_leaf.c - what a dataset says of its people: terms, sex, ages, measured values.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/bits_int.h"
#include "engine/people_eval_int.h"
#include "engine/suggest.h"
#include "index/contig.h"

/* What a visit to terms needs. */
typedef struct term_visit {
    const skr_people *people;
    const skr_ontology *ontology;
    uint32_t dataset;
    uint32_t n_people;
    uint64_t *bits;
    const skr_expr *node; /* of a comparison; NULL: whoever has the term */
    skr_column column;
} term_visit;

static void mark_term(const term_visit *visit, const char *curie)
{
    if (visit->node != NULL) {
        skr_people_compare(visit->people, visit->dataset, visit->column, curie,
                           visit->node->compare, visit->node->number, visit->bits);
        return;
    }
    const skr_people_set *set = skr_people_of_term(visit->people, visit->dataset, curie);
    if (set != NULL)
        skr_people_set_mark(set, visit->bits, visit->n_people);
}

static int on_synonym(void *context, const char *curie, skr_err *err)
{
    (void)err;
    mark_term(context, curie);
    return SKR_OK;
}

static int on_descendant(void *context, const char *curie, skr_err *err)
{
    term_visit *visit = context;
    mark_term(visit, curie);
    uint32_t term = skr_ontology_resolve(visit->ontology, curie);
    if (term == SKR_NONE)
        return SKR_OK;
    return skr_ontology_synonyms(visit->ontology, term, on_synonym, visit, err);
}

/* A term, with its descendants or alone; old ids mean what became of them. */
static int mark_class(term_visit *visit, const char *curie, bool has_descendants, skr_err *err)
{
    mark_term(visit, curie);
    uint32_t term = skr_ontology_resolve(visit->ontology, curie);
    if (term == SKR_NONE)
        return SKR_OK; /* of an ontology that is not loaded, or retired: as stated */
    if (has_descendants)
        return skr_ontology_descendants(visit->ontology, term, on_descendant, visit, err);
    return on_descendant(visit, skr_ontology_curie(visit->ontology, term), err);
}

/* ------------------------------------------------------------------ sex and karyotype */

/* The sex that a term means even where NCIT is not loaded. */
static bool sex_of_term(const char *curie, skr_sex *ret_sex)
{
    static const struct {
        const char *curie;
        skr_sex sex;
    } terms[] = {{"NCIT:C16576", SKR_SEX_FEMALE},
                 {"NCIT:C20197", SKR_SEX_MALE},
                 {"NCIT:C17998", SKR_SEX_UNKNOWN}};
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++)
        if (strcasecmp(curie, terms[i].curie) == 0) {
            *ret_sex = terms[i].sex;
            return true;
        }
    return false;
}

static bool is_karyotype(skr_karyotype karyotype, uint8_t n_x, uint8_t n_y)
{
    return karyotype.n_x == n_x && karyotype.n_y == n_y;
}

/* As people said; of those who said nothing, XX is female and XY male. */
static int mark_sex(const skr_question *question, uint32_t dataset, skr_sex sex, uint64_t *bits,
                    skr_err *err)
{
    const skr_snapshot *snapshot = question->snapshot;
    const skr_people_set *said = skr_people_of_sex(snapshot->people, dataset, sex);
    const skr_people_set *silent = skr_people_of_sex(snapshot->people, dataset, SKR_SEX_UNKNOWN);
    uint64_t *unknown = NULL;
    if (said != NULL && sex != SKR_SEX_UNKNOWN)
        skr_people_set_mark(said, bits, snapshot->n_people);
    if (silent == NULL || sex == SKR_SEX_OTHER)
        return SKR_OK;
    int status = skr_bits_new(snapshot->n_people, &unknown, err);
    if (status < 0)
        return status;
    skr_people_set_mark(silent, unknown, snapshot->n_people);
    for (uint32_t i = 0; i < snapshot->n_people; i++) {
        if (!skr_bits_has(unknown, i))
            continue;
        skr_karyotype karyotype = skr_people_karyotype(snapshot->people, dataset, i);
        skr_sex by_karyotype = is_karyotype(karyotype, 2, 0)   ? SKR_SEX_FEMALE
                               : is_karyotype(karyotype, 1, 1) ? SKR_SEX_MALE
                                                               : SKR_SEX_UNKNOWN;
        if (by_karyotype == sex)
            skr_bits_set(bits, i);
    }
    free(unknown);
    return SKR_OK;
}

static int leaf_sex(const skr_question *question, const skr_expr *node, uint32_t dataset,
                    uint64_t *bits, skr_err *err)
{
    static const char *const names[SKR_N_SEXES] = {"unknown", "female", "male", "other"};
    int status = SKR_OK;
    for (unsigned sex = 0; status == SKR_OK && sex < SKR_N_SEXES; sex++) {
        bool is_it = strcasecmp(node->text, names[sex]) == 0;
        /* Whose sex is not known differs from nothing. */
        bool is_wanted = node->compare == SKR_NE ? !is_it && sex != SKR_SEX_UNKNOWN : is_it;
        if (is_wanted)
            status = mark_sex(question, dataset, (skr_sex)sex, bits, err);
    }
    return status;
}

static int leaf_karyotype(const skr_question *question, const skr_expr *node, uint32_t dataset,
                          uint64_t *bits, skr_err *err)
{
    const skr_snapshot *snapshot = question->snapshot;
    skr_karyotype asked;
    int status = skr_karyotype_parse(node->text, &asked, err);
    if (status < 0) {
        if (err != NULL)
            err->code = SKR_ERR_QUERY;
        skr_query_point(err, node->source, node->at, node->n_at);
        return status == SKR_ERR_INPUT ? SKR_ERR_QUERY : status;
    }
    uint64_t *members = NULL;
    const skr_people_set *all = skr_people_of_dataset(snapshot->people, dataset);
    if (all == NULL)
        return SKR_OK;
    status = skr_bits_new(snapshot->n_people, &members, err);
    if (status < 0)
        return status;
    skr_people_set_mark(all, members, snapshot->n_people);
    for (uint32_t i = 0; i < snapshot->n_people; i++) {
        if (!skr_bits_has(members, i))
            continue;
        skr_karyotype karyotype = skr_people_karyotype(snapshot->people, dataset, i);
        bool is_it = is_karyotype(karyotype, asked.n_x, asked.n_y);
        bool is_known = karyotype.n_x != SKR_KARYOTYPE_UNKNOWN;
        if (node->compare == SKR_NE ? is_known && !is_it : is_it)
            skr_bits_set(bits, i);
    }
    free(members);
    return SKR_OK;
}

/* ------------------------------------------------------------------ country and ancestry */

static bool is_stated_as(const skr_stated_term *term, const skr_expr *node)
{
    skr_term_kind kind = node->op == SKR_E_COUNTRY ? SKR_TERM_COUNTRY : SKR_TERM_ANCESTRY;
    return term->kind == kind;
}

static bool has_name(const skr_stated_term *term, const char *name)
{
    return strcasecmp(term->curie, name) == 0 || strcasecmp(term->label, name) == 0;
}

/* By curie or label; != means another one that is known. */
static int leaf_origin(const skr_question *question, const skr_expr *node, uint32_t dataset,
                       uint64_t *bits, skr_err *err)
{
    const skr_snapshot *snapshot = question->snapshot;
    uint32_t n = 0;
    uint64_t *named = NULL;
    const skr_stated_term *terms = skr_people_terms(snapshot->people, dataset, &n);
    int status = skr_bits_new(snapshot->n_people, &named, err);
    if (status < 0)
        return status;
    for (uint32_t i = 0; i < n; i++) {
        if (!is_stated_as(&terms[i], node))
            continue;
        const skr_people_set *set = skr_people_of_term(snapshot->people, dataset, terms[i].curie);
        if (set != NULL)
            skr_people_set_mark(set, has_name(&terms[i], node->text) ? named : bits,
                                snapshot->n_people);
    }
    size_t n_words = skr_bits_words(snapshot->n_people);
    if (node->compare == SKR_NE)
        skr_bits_and_not(bits, named, n_words);
    else
        memcpy(bits, named, n_words * sizeof *bits);
    free(named);
    return SKR_OK;
}

/* ------------------------------------------------------------------ leaves */

static int leaf_term(const skr_question *question, const skr_expr *node, uint32_t dataset,
                     uint64_t *bits, skr_err *err)
{
    skr_sex sex;
    if (sex_of_term(node->text, &sex))
        return mark_sex(question, dataset, sex, bits, err);
    term_visit visit = {.people = question->snapshot->people,
                        .ontology = question->snapshot->ontology,
                        .dataset = dataset,
                        .n_people = question->snapshot->n_people,
                        .bits = bits};
    return mark_class(&visit, node->text, node->op == SKR_E_TERM, err);
}

static int leaf_compare(const skr_question *question, const skr_expr *node, uint32_t dataset,
                        skr_column column, uint64_t *bits, skr_err *err)
{
    if (column == SKR_COLUMN_AGE || column == SKR_COLUMN_ANY_ONSET) {
        skr_people_compare(question->snapshot->people, dataset, column, NULL, node->compare,
                           node->number, bits);
        return SKR_OK;
    }
    term_visit visit = {.people = question->snapshot->people,
                        .ontology = question->snapshot->ontology,
                        .dataset = dataset,
                        .n_people = question->snapshot->n_people,
                        .bits = bits,
                        .node = node,
                        .column = column};
    return mark_class(&visit, node->text, column == SKR_COLUMN_ONSET, err);
}

static void mark_id(const skr_question *question, const char *id, uint64_t *bits)
{
    uint32_t individual = skr_people_find(question->snapshot->people, id);
    if (individual != SKR_NONE)
        skr_bits_set(bits, individual);
}

/* Sets the complement within the n_people bits. */
static void complement(const skr_question *question, uint64_t *bits)
{
    size_t n_words = skr_bits_words(question->snapshot->n_people);
    for (size_t i = 0; i < n_words; i++)
        bits[i] = ~bits[i];
}

int skr_people_leaf(const skr_question *question, const skr_expr *node, uint32_t slot,
                    uint64_t *people, skr_err *err)
{
    uint32_t dataset = question->slots[slot].dataset;
    const skr_manifest *manifest = question->snapshot->manifest;
    switch (node->op) {
    case SKR_E_ALL:
        complement(question, people);
        return SKR_OK;
    case SKR_E_TERM:
    case SKR_E_ONLY:
        return leaf_term(question, node, dataset, people, err);
    case SKR_E_SEX:
        return leaf_sex(question, node, dataset, people, err);
    case SKR_E_KARYOTYPE:
        return leaf_karyotype(question, node, dataset, people, err);
    case SKR_E_COUNTRY:
    case SKR_E_ANCESTRY:
        return leaf_origin(question, node, dataset, people, err);
    case SKR_E_DATASET:
        if (strcmp(manifest->datasets[dataset], node->text) == 0)
            complement(question, people);
        break;
    case SKR_E_AGE:
        return leaf_compare(question, node, dataset, SKR_COLUMN_AGE, people, err);
    case SKR_E_ONSET:
        return leaf_compare(question, node, dataset,
                            node->text == NULL ? SKR_COLUMN_ANY_ONSET : SKR_COLUMN_ONSET, people,
                            err);
    case SKR_E_VALUE:
        return leaf_compare(question, node, dataset, SKR_COLUMN_VALUE, people, err);
    case SKR_E_ID:
        mark_id(question, node->text, people);
        break;
    case SKR_E_ID_FILE:
        for (size_t i = 0; i < node->n_ids; i++)
            mark_id(question, node->ids[i], people);
        break;
    default:
        return skr_fail(err, SKR_ERR_NOT_YET, "this part of the language is not built yet");
    }
    bool is_not = node->compare == SKR_NE && (node->op == SKR_E_DATASET || node->op == SKR_E_ID);
    if (is_not)
        complement(question, people);
    return SKR_OK;
}
