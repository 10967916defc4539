/*
 * people_terms.c - who has a term, or one below it, under any id that it has had.
 *
 * Not every class below is looked for among the terms of a dataset: a root has tens of thousands.
 * The classes that are meant become bits, and each term that the dataset states is looked at once:
 * what it means in the ontology is found by the first question, and kept with the generation. No
 * text is made for it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/people/people_condition.h"
#include "engine/people/people_sex.h"
#include "engine/people/people_term_label.h"
#include "engine/plan/access_check.h"
#include "index/ontology/similarity.h"
#include "index/people/sex.h"
#include "storage/base/check.h"
#include "storage/base/suggest.h"
#include "storage/carriers/bits.h"

#define SIMILAR_SHOWN 20u /* terms that a warning names */
#define SEX_CODES_MAX 32u /* more than there are */

/* What a term of a question means. */
typedef struct term_class {
    const char *curie;            /* as it was asked for: always meant as stated */
    uint64_t *terms;              /* bits of the ontology's terms; NULL: it knows no such term */
    const skr_curie_list *stated; /* the terms of the dataset; NULL: none */
    uint32_t n_stated;
    uint32_t place;           /* of curie among them, or SKR_NONE */
    const uint32_t *meanings; /* of each of them in the ontology; belongs to the snapshot */
} term_class;

static bool is_below(const term_class *of, uint32_t meaning)
{
    return of->terms != NULL && meaning != SKR_NONE &&
           (of->terms[meaning / 64] >> meaning % 64 & 1) != 0;
}

static bool is_meant(const term_class *of, uint32_t place)
{
    return place == of->place || is_below(of, of->meanings[place]);
}

/* ------------------------------------------------------------------ what is stated, and means */

static int resolve_stated(const skr_ontology *ontology, const term_class *of,
                          uint32_t **ret_meanings, skr_err *err)
{
    uint32_t *meanings = malloc((of->n_stated + 1u) * sizeof *meanings);
    if (meanings == NULL)
        return skr_fail_nomem(err, "terms");
    int status =
        of->stated == NULL ? SKR_OK : skr_ontology_resolve_all(ontology, of->stated, meanings, err);
    if (status < 0)
        free(meanings);
    else
        *ret_meanings = meanings;
    return status;
}

/* The terms of the dataset and what they mean; whoever asks first finds it for all. */
static int read_stated(const skr_question *question, uint32_t dataset, term_class *of, skr_err *err)
{
    const skr_snapshot *snapshot = question->snapshot;
    _Atomic(uint32_t *) *kept = &snapshot->meanings[dataset];
    int status = skr_people_curies(snapshot->people, dataset, &of->stated, err);
    if (status < 0)
        return status;
    of->n_stated = of->stated == NULL ? 0 : of->stated->n;
    of->place = of->n_stated == 0 ? SKR_NONE : skr_curie_list_find(of->stated, of->curie);
    uint32_t *meanings = atomic_load_explicit(kept, memory_order_acquire);
    uint32_t *fresh = NULL;
    if (meanings == NULL) {
        status = resolve_stated(snapshot->ontology, of, &fresh, err);
        if (status < 0)
            return status;
        if (atomic_compare_exchange_strong(kept, &meanings, fresh))
            meanings = fresh;
        else
            free(fresh); /* another was faster: meanings is theirs */
    }
    of->meanings = meanings;
    return SKR_OK;
}

/* Does an ontology have a code that means female or male? */
static bool knows_sexes(const skr_ontology *ontology)
{
    const char *code = NULL;
    skr_sex sex;
    bool is_known = false;
    for (size_t i = 0; !is_known && (code = skr_sex_code_at(i, &sex)) != NULL; i++)
        is_known = skr_ontology_resolve(ontology, code) != SKR_NONE;
    return is_known;
}

/* Old ids mean what became of them; a term of an ontology that is not loaded, or retired, is meant
 * as stated. */
static int find_class(const skr_question *question, const skr_expr *node, bool has_descendants,
                      term_class *of, skr_err *err)
{
    const skr_ontology *ontology = question->snapshot->ontology;
    if (of->n_stated == 0 && !knows_sexes(ontology))
        return SKR_OK; /* of nobody: a dataset that states nothing costs nothing */
    uint32_t term = skr_ontology_resolve(ontology, node->text);
    if (term == SKR_NONE)
        return SKR_OK;
    int status = skr_bits_new(skr_ontology_n_terms(ontology), &of->terms, err);
    uint32_t n = 0;
    if (status == SKR_OK && node->op == SKR_E_SIMILAR)
        return skr_similarity_mark(ontology, term, (skr_similarity)node->number, of->terms, &n,
                                   err);
    if (status == SKR_OK && has_descendants)
        return skr_ontology_mark_below(ontology, term, of->terms, err);
    if (status == SKR_OK)
        skr_bits_set(of->terms, term);
    return status;
}

/* ------------------------------------------------------------------ marking */

/* Sexes are stated as such, not as terms: women are found under PATO:0000383, and under what that
 * is a kind of. Somebody whose sex is not known is found under no class above it. */
static int mark_sexes(const skr_question *question, uint32_t dataset, const term_class *of,
                      uint64_t *bits, bool *ret_has, skr_err *err)
{
    const skr_ontology *ontology = question->snapshot->ontology;
    bool is_marked[SKR_N_SEXES] = {false};
    skr_sex sex;
    const char *code = NULL;
    int status = SKR_OK;
    for (size_t i = 0; status == SKR_OK && (code = skr_sex_code_at(i, &sex)) != NULL; i++) {
        bool is_it = strcmp(code, of->curie) == 0;
        if (is_marked[sex] || (!is_it && !is_below(of, skr_ontology_resolve(ontology, code))))
            continue;
        is_marked[sex] = true;
        *ret_has = true;
        status = skr_people_mark_sex(question, dataset, sex, bits, err);
    }
    return status;
}

/* Which terms of the dataset are codes of sexes. */
static uint32_t find_sexes(const term_class *of, uint32_t places[SEX_CODES_MAX])
{
    skr_sex sex;
    uint32_t n = 0;
    const char *code = NULL;
    for (size_t i = 0; of->n_stated > 0 && (code = skr_sex_code_at(i, &sex)) != NULL; i++) {
        SKR_CHECK(i < SEX_CODES_MAX);
        places[n++] = skr_curie_list_find(of->stated, code);
    }
    return n;
}

static bool is_one_of(uint32_t place, const uint32_t *places, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (places[i] == place)
            return true;
    return false;
}

static int mark_stated(const skr_question *question, uint32_t dataset, const term_class *of,
                       uint64_t *bits, skr_err *err)
{
    const skr_people *people = question->snapshot->people;
    uint32_t sexes[SEX_CODES_MAX];
    uint32_t n_sexes = 0;
    bool has_sexes = false;
    int status = mark_sexes(question, dataset, of, bits, &has_sexes, err);
    if (has_sexes)
        n_sexes = find_sexes(of, sexes);
    for (uint32_t i = 0; status == SKR_OK && i < of->n_stated; i++) {
        status = skr_access_check_often(question->access, i, err);
        if (status == SKR_OK && is_meant(of, i) && !is_one_of(i, sexes, n_sexes))
            status = skr_people_mark_at(people, dataset, i, bits, err);
    }
    return status;
}

static int mark_compared(const skr_question *question, uint32_t dataset, const term_class *of,
                         const skr_people_comparison *comparison, uint64_t *bits, skr_err *err)
{
    const skr_people *people = question->snapshot->people;
    int status = SKR_OK;
    for (uint32_t i = 0; status == SKR_OK && i < of->n_stated; i++) {
        status = skr_access_check_often(question->access, i, err);
        if (status == SKR_OK && is_meant(of, i))
            status = skr_people_compare_at(people, dataset, i, comparison, bits, err);
    }
    return status;
}

int skr_people_mark_term(const skr_question *question, const skr_expr *node, uint32_t dataset,
                         const skr_people_comparison *comparison, uint64_t *bits, skr_err *err)
{
    skr_expr named;
    bool has_descendants =
        comparison == NULL ? node->op == SKR_E_TERM : comparison->column == SKR_COLUMN_ONSET;
    const skr_ontology *ontology = question->snapshot->ontology;
    SKR_TRY(skr_people_term_of(question, node, &named, err));
    term_class of = {.curie = named.text};
    int status = node->op == SKR_E_SIMILAR ? skr_ontology_load_texts(ontology, err)
                                           : skr_ontology_load(ontology, err);
    if (status == SKR_OK)
        status = read_stated(question, dataset, &of, err);
    if (status == SKR_OK)
        status = find_class(question, &named, has_descendants, &of, err);
    if (status == SKR_OK && comparison == NULL)
        status = mark_stated(question, dataset, &of, bits, err);
    else if (status == SKR_OK)
        status = mark_compared(question, dataset, &of, comparison, bits, err);
    free(of.terms);
    return status;
}

static int mark_term(const skr_question *question, const skr_expr *node,
                     const skr_people_found *found, uint32_t slot, uint64_t *bits, skr_err *err)
{
    uint32_t dataset = question->slots[slot].dataset;
    skr_expr named;
    (void)found;
    skr_sex sex;
    SKR_TRY(skr_people_term_of(question, node, &named, err));
    if (skr_sex_of_term(named.text, &sex))
        return skr_people_mark_sex(question, dataset, sex, bits, err);
    return skr_people_mark_term(question, &named, dataset, NULL, bits, err);
}

/* ------------------------------------------------------------------ does it exist? */

static int offer_stated(const skr_question *question, skr_suggest *suggest, bool needs_values,
                        skr_err *err)
{
    for (uint32_t slot = 0; slot < question->n_slots; slot++) {
        uint32_t n = 0;
        const skr_stated_term *terms = NULL;
        int status = skr_people_terms(question->snapshot->people, question->slots[slot].dataset,
                                      &terms, &n, err);
        if (status < 0)
            return status;
        for (uint32_t i = 0; i < n; i++)
            if (!needs_values || terms[i].has_values)
                skr_suggest_offer(suggest, terms[i].curie);
    }
    return SKR_OK;
}

int skr_people_check_term(const skr_question *question, const skr_expr *node, skr_err *err)
{
    const skr_snapshot *snapshot = question->snapshot;
    skr_suggest suggest;
    skr_expr named;
    char text[2 * SKR_SUGGEST_TEXT_MAX];
    bool is_known = false;
    skr_sex sex;
    SKR_TRY(skr_people_term_of(question, node, &named, err));
    if (named.text == NULL || skr_sex_of_term(named.text, &sex))
        return SKR_OK;
    if (question->access->is_remote)
        return skr_people_check_prefix(question, node, err);
    int status = skr_ontology_load(snapshot->ontology, err);
    if (status == SKR_OK && skr_ontology_knows(snapshot->ontology, named.text))
        return SKR_OK;
    if (status == SKR_OK)
        status = skr_people_knows_term(snapshot->people, named.text, &is_known, err);
    if (status < 0 || is_known)
        return status;
    skr_suggest_init(&suggest, node->text);
    status = offer_stated(question, &suggest, false, err);
    if (status == SKR_OK)
        status = skr_ontology_load_texts(snapshot->ontology, err);
    if (status < 0)
        return status;
    uint32_t n = skr_ontology_n_terms(snapshot->ontology);
    for (uint32_t i = 0; i < n; i++)
        skr_suggest_offer(&suggest, skr_ontology_curie(snapshot->ontology, i));
    bool is_loaded = skr_ontology_has_prefix(snapshot->ontology, node->text);
    SKR_TRY(skr_people_suggest_terms(question, &suggest, text, sizeof text, err));
    skr_fail(err, SKR_ERR_QUERY, "no term %s: %s%s", node->text,
             is_loaded ? "its ontology does not know it"
                       : "its ontology is not loaded, and nobody has it",
             text);
    return skr_people_point(node, SKR_ERR_QUERY, err);
}

int skr_people_check_value(const skr_question *question, const skr_expr *node, skr_err *err)
{
    skr_suggest suggest;
    char text[SKR_SUGGEST_TEXT_MAX];
    bool is_known = false;
    if (question->access->is_remote)
        return skr_people_check_prefix(question, node, err);
    int status = skr_people_has_values(question->snapshot->people, node->text, &is_known, err);
    if (status < 0 || is_known)
        return status;
    skr_suggest_init(&suggest, node->text);
    status = offer_stated(question, &suggest, true, err);
    if (status < 0)
        return status;
    skr_fail(err, SKR_ERR_QUERY, "nobody has a value of %s%s", node->text,
             skr_suggest_text(&suggest, text));
    return skr_people_point(node, SKR_ERR_QUERY, err);
}

/* ------------------------------------------------------------------ similarity */

/* The first terms of a level, and how many more there are; text has n bytes. */
static void name_terms(const skr_ontology *ontology, const uint64_t *terms, uint32_t n_all,
                       char *text, size_t n_text)
{
    uint32_t n_shown = 0;
    size_t n = 0;
    for (uint32_t i = 0; i < skr_ontology_n_terms(ontology) && n_shown < SIMILAR_SHOWN; i++)
        if ((terms[i / 64] >> i % 64 & 1) != 0 && n < n_text)
            n += (size_t)snprintf(text + n, n_text - n, "%s%s", n_shown++ == 0 ? "" : ", ",
                                  skr_ontology_curie(ontology, i));
    if (n_all > n_shown && n < n_text)
        (void)snprintf(text + n, n_text - n, " and %" PRIu32 " more", n_all - n_shown);
}

/* Says which terms are taken: they are those of the ontology, whoever has them. */
static int check_similar(const skr_question *question, const skr_expr *node, skr_err *err)
{
    const skr_ontology *ontology = question->snapshot->ontology;
    skr_similarity level = (skr_similarity)node->number;
    char names[SIMILAR_SHOWN * (SKR_CURIE_MAX + 2)] = "";
    uint64_t *terms = NULL;
    uint32_t n = 0;
    SKR_TRY(skr_people_check_term(question, node, err));
    SKR_TRY(skr_ontology_load_texts(ontology, err));
    uint32_t term = skr_ontology_resolve(ontology, node->text);
    if (term == SKR_NONE)
        return skr_warnings_add(question->warnings, SKR_WARN_SIMILAR, NULL, 0, err,
                                "%s is a term of no loaded ontology: nothing is similar to it, and "
                                "it is taken as stated",
                                node->text);
    SKR_TRY(skr_bits_new(skr_ontology_n_terms(ontology), &terms, err));
    int status = skr_similarity_mark(ontology, term, level, terms, &n, err);
    const skr_figure figures[] = {
        {"terms", n},
        {"least_percent", (uint64_t)(100 * skr_similarity_least(level) + 0.5)},
        {"measure_version", SKR_SIMILARITY_VERSION}};
    if (status == SKR_OK) {
        name_terms(ontology, terms, n, names, sizeof names);
        status = skr_warnings_add(question->warnings, SKR_WARN_SIMILAR, figures, 3, err,
                                  "similar to %s, %s, are %" PRIu32 " terms: %s", node->text,
                                  skr_similarity_name(level), n, names);
    }
    free(terms);
    return status;
}

const skr_people_condition skr_people_by_similar = {.check = check_similar, .mark = mark_term};
const skr_people_condition skr_people_by_term = {.check = skr_people_check_term, .mark = mark_term};
