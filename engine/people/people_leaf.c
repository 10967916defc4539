/*
 * people_leaf.c - what a dataset says of its people: terms, sex, ages, measured values.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/people/people_eval.h"
#include "engine/people/people_sex.h"
#include "engine/plan/access_check.h"
#include "index/contigs/contig.h"
#include "index/people/sex.h"
#include "storage/base/suggest.h"
#include "storage/carriers/bits.h"

/* Sets the complement within the n_people bits. */
static void complement(const skr_question *question, uint64_t *bits)
{
    size_t n_words = skr_bits_words(question->snapshot->n_people);
    for (size_t i = 0; i < n_words; i++)
        bits[i] = ~bits[i];
}

/* ------------------------------------------------------------------ sex and karyotype */

static int leaf_sex(const skr_question *question, const skr_expr *node, uint32_t dataset,
                    uint64_t *bits, skr_err *err)
{
    int status = SKR_OK;
    for (unsigned sex = 0; status == SKR_OK && sex < SKR_N_SEXES; sex++) {
        bool is_it = strcasecmp(node->text, skr_sex_name((skr_sex)sex)) == 0;
        /* Whose sex is not known differs from nothing. */
        bool is_wanted = node->compare == SKR_NE ? !is_it && sex != SKR_SEX_UNKNOWN : is_it;
        if (is_wanted)
            status = skr_people_mark_sex(question, dataset, (skr_sex)sex, bits, err);
    }
    return status;
}

static bool is_the_same(skr_karyotype karyotype, const void *context)
{
    const skr_karyotype *asked = context;
    return skr_people_is_karyotype(karyotype, asked->n_x, asked->n_y);
}

/* A known one that differs. */
static bool is_another(skr_karyotype karyotype, const void *context)
{
    return karyotype.n_x != SKR_KARYOTYPE_UNKNOWN && !is_the_same(karyotype, context);
}

static int leaf_karyotype(const skr_question *question, const skr_expr *node, uint32_t dataset,
                          uint64_t *bits, skr_err *err)
{
    skr_karyotype asked;
    int status = skr_karyotype_parse(node->text, &asked, err);
    if (status < 0) {
        if (err != NULL)
            err->code = SKR_ERR_QUERY;
        skr_query_point(err, node->source, node->at, node->n_at);
        return status == SKR_ERR_INPUT ? SKR_ERR_QUERY : status;
    }
    if (node->compare == SKR_NE)
        return skr_people_mark_karyotypes(question, dataset, is_another, &asked, bits, err);
    if (asked.n_x != SKR_KARYOTYPE_UNKNOWN)
        return skr_people_mark_karyotypes(question, dataset, is_the_same, &asked, bits, err);
    /* unknown: nobody said which, also of those without a sample; the caller keeps members only */
    status = skr_people_mark_karyotypes(question, dataset, is_another, &asked, bits, err);
    complement(question, bits);
    return status;
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
    const skr_stated_term *terms = NULL;
    int status = skr_people_terms(snapshot->people, dataset, &terms, &n, err);
    if (status == SKR_OK)
        status = skr_bits_new(snapshot->n_people, &named, err);
    for (uint32_t i = 0; status == SKR_OK && i < n; i++) {
        const skr_people_set *set = NULL;
        if (!is_stated_as(&terms[i], node))
            continue;
        status = skr_access_check_often(question->access, i, err);
        if (status == SKR_OK)
            status = skr_people_of_term(snapshot->people, dataset, terms[i].curie, &set, err);
        if (set != NULL)
            skr_people_set_mark(set, has_name(&terms[i], node->text) ? named : bits,
                                snapshot->n_people);
    }
    size_t n_words = skr_bits_words(snapshot->n_people);
    if (status == SKR_OK && node->compare == SKR_NE)
        skr_bits_and_not(bits, named, n_words);
    else if (status == SKR_OK)
        memcpy(bits, named, n_words * sizeof *bits);
    free(named);
    return status;
}

/* ------------------------------------------------------------------ leaves */

static int leaf_term(const skr_question *question, const skr_expr *node, uint32_t dataset,
                     uint64_t *bits, skr_err *err)
{
    skr_sex sex;
    if (skr_sex_of_term(node->text, &sex))
        return skr_people_mark_sex(question, dataset, sex, bits, err);
    return skr_people_mark_term(question, node, dataset, NULL, bits, err);
}

static int leaf_compare(const skr_question *question, const skr_expr *node, uint32_t dataset,
                        skr_column column, uint64_t *bits, skr_err *err)
{
    const skr_people_comparison comparison = {column, NULL, node->compare, node->number};
    if (column == SKR_COLUMN_AGE || column == SKR_COLUMN_ANY_ONSET)
        return skr_people_compare(question->snapshot->people, dataset, &comparison, bits, err);
    return skr_people_mark_term(question, node, dataset, &comparison, bits, err);
}

static int fail_unknown(const skr_question *question, const skr_expr *node,
                        const skr_id_text *unknown, size_t n_more, skr_err *err)
{
    char more[64] = "";
    char nearest[SKR_SUGGEST_TEXT_MAX];
    skr_suggest suggest;
    const skr_people *people = question->snapshot->people;
    int status = skr_people_load_ids(people, err);
    if (status < 0)
        return status;
    skr_suggest_init(&suggest, unknown->text);
    for (uint32_t i = 0; i < skr_people_count(people); i++)
        skr_suggest_offer(&suggest, skr_people_id(people, i));
    if (n_more > 0)
        (void)snprintf(more, sizeof more, "; %zu more of its ids are not there", n_more);
    if (node->op == SKR_E_ID_FILE)
        (void)skr_fail(err, SKR_ERR_QUERY, "%s:%u: no individual '%s'%s%s", node->text,
                       unknown->line, unknown->text, skr_suggest_text(&suggest, nearest), more);
    else
        (void)skr_fail(err, SKR_ERR_QUERY, "no individual '%s'%s", unknown->text,
                       skr_suggest_text(&suggest, nearest));
    skr_query_point(err, node->source, node->at, node->n_at);
    return SKR_ERR_QUERY;
}

int skr_people_find_ids(const skr_question *question, const skr_expr *node, uint64_t *people,
                        skr_err *err)
{
    const skr_id_text one = {node->text, (uint32_t)strlen(node->text), 0};
    const skr_id_text *ids = node->op == SKR_E_ID_FILE ? node->ids : &one;
    size_t n = node->op == SKR_E_ID_FILE ? node->n_ids : 1;
    size_t n_unknown = 0;
    size_t first_unknown = 0;
    uint32_t *individuals = malloc((n + 1) * sizeof *individuals);
    if (individuals == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "no memory for a question");
    int status = skr_people_find_all(question->snapshot->people, ids, n, individuals, err);
    for (size_t i = 0; i < n && status == SKR_OK; i++) {
        if (individuals[i] != SKR_NONE)
            skr_bits_set(people, individuals[i]);
        else if (n_unknown++ == 0)
            first_unknown = i;
    }
    free(individuals);
    /* over HTTP an id that is not there counts 0: whether it is, is not told */
    if (status == SKR_OK && n_unknown > 0 && !question->access->is_remote)
        status = fail_unknown(question, node, &ids[first_unknown], n_unknown - 1, err);
    return status;
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
    case SKR_E_ID: {
        int status = skr_people_find_ids(question, node, people, err);
        if (status < 0)
            return status;
        break;
    }
    default:
        return skr_fail(err, SKR_ERR_NOT_YET, "this part of the language is not built yet");
    }
    if (node->compare == SKR_NE)
        complement(question, people);
    return SKR_OK;
}
