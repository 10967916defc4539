/*
 * people_term_label.c - terms that a question names by their labels.
 *
 * Labels are not in order: all are looked at, which takes about a millisecond for the largest
 * ontologies, and is done for questions that have one.
 */
#include "engine/people/people_term_label.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "engine/people/people_condition.h"

/* More are counted, not named. */
#define NAMED_MAX 4u

typedef struct search {
    const char *label;
    const skr_ontology *ontology;
    const char *curies[NAMED_MAX]; /* distinct */
    size_t n;
    skr_suggest suggest;
} search;

/* What a CURIE means today; itself where no ontology knows it. */
static const char *meaning_of(const skr_ontology *ontology, const char *curie)
{
    uint32_t term = skr_ontology_resolve(ontology, curie);
    return term == SKR_NONE ? curie : skr_ontology_curie(ontology, term);
}

static void look_at(search *find, const char *curie, const char *label)
{
    size_t i = 0;
    if (strcasecmp(label, find->label) != 0) {
        skr_suggest_offer(&find->suggest, label);
        return;
    }
    const char *meaning = meaning_of(find->ontology, curie);
    while (i < find->n && i < NAMED_MAX && strcmp(find->curies[i], meaning) != 0)
        i++;
    if (i < find->n)
        return;
    if (find->n < NAMED_MAX)
        find->curies[find->n] = meaning;
    find->n++;
}

/* What records say, in their own words; a country may be a word alone, which is its id. */
static int look_at_stated(const skr_question *question, search *find, skr_err *err)
{
    for (uint32_t slot = 0; slot < question->n_slots; slot++) {
        uint32_t n = 0;
        const skr_stated_term *terms = NULL;
        SKR_TRY(skr_people_terms(question->snapshot->people, question->slots[slot].dataset, &terms,
                                 &n, err));
        for (uint32_t i = 0; i < n; i++) {
            look_at(find, terms[i].curie, terms[i].label);
            if (strchr(terms[i].curie, ':') == NULL)
                look_at(find, terms[i].curie, terms[i].curie);
        }
    }
    return SKR_OK;
}

static int fail_label(const search *find, const skr_expr *node, skr_err *err)
{
    char named[256] = "";
    char nearest[SKR_SUGGEST_TEXT_MAX];
    size_t n = 0;
    for (size_t i = 0; i < find->n && i < NAMED_MAX; i++) {
        int n_more =
            snprintf(named + n, sizeof named - n, "%s%.48s", i == 0 ? "" : ", ", find->curies[i]);
        n += n_more > 0 ? (size_t)n_more : 0;
    }
    if (find->n == 0)
        skr_fail(err, SKR_ERR_QUERY, "no term has the label '%.100s'%s", node->text,
                 skr_suggest_text(&find->suggest, nearest));
    else
        skr_fail(err, SKR_ERR_QUERY, "'%.100s' is the label of %zu terms: write one of %s%s",
                 node->text, find->n, named, find->n > NAMED_MAX ? ", ..." : "");
    return skr_people_point(node, SKR_ERR_QUERY, err);
}

int skr_people_term_of(const skr_question *question, const skr_expr *node, skr_expr *ret_node,
                       skr_err *err)
{
    const skr_ontology *ontology = question->snapshot->ontology;
    *ret_node = *node;
    if (node->text == NULL || strchr(node->text, ':') != NULL || question->access->is_remote)
        return SKR_OK;
    search find = {.label = node->text, .ontology = ontology};
    skr_suggest_init(&find.suggest, node->text);
    SKR_TRY(skr_ontology_load(ontology, err));
    SKR_TRY(skr_ontology_load_texts(ontology, err));
    uint32_t n_terms = skr_ontology_n_terms(ontology);
    for (uint32_t i = 0; i < n_terms; i++)
        look_at(&find, skr_ontology_curie(ontology, i), skr_ontology_label(ontology, i));
    if (question->access->policy.is_exact)
        SKR_TRY(look_at_stated(question, &find, err));
    if (find.n != 1)
        return fail_label(&find, node, err);
    ret_node->text = find.curies[0];
    return SKR_OK;
}

int skr_people_suggest_terms(const skr_question *question, const skr_suggest *suggest, char *text,
                             size_t n_text, skr_err *err)
{
    const skr_ontology *ontology = question->snapshot->ontology;
    size_t n = 0;
    text[0] = '\0';
    SKR_TRY(skr_ontology_load_texts(ontology, err));
    for (size_t i = 0; i < suggest->n && n < n_text; i++) {
        uint32_t term = skr_ontology_resolve(ontology, suggest->names[i]);
        const char *label = term == SKR_NONE ? "" : skr_ontology_label(ontology, term);
        int n_more = snprintf(text + n, n_text - n, "%s%s%s%.80s%s", i == 0 ? "; nearest: " : ", ",
                              suggest->names[i], label[0] == '\0' ? "" : " (", label,
                              label[0] == '\0' ? "" : ")");
        n += n_more > 0 ? (size_t)n_more : 0;
    }
    return SKR_OK;
}
