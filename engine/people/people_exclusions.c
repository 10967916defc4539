/*
 * people_exclusions.c - excluded(TERM): who was found not to have it.
 *
 * Whoever has not what stands above a term has not the term: an exclusion of it, or of anything
 * above it, counts. One of something below says nothing of the term.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/people/people_condition.h"
#include "engine/people/people_term_label.h"
#include "engine/plan/access_check.h"
#include "storage/carriers/bits.h"

static int add_above(void *context, uint32_t term, skr_err *err)
{
    (void)err;
    skr_bits_set(context, term);
    return SKR_OK;
}

/* Sets the bits of those of a dataset's terms that are the term or one above it. */
static int find_places(const skr_question *question, const char *curie,
                       const skr_curie_list *stated, uint64_t *places, skr_err *err)
{
    const skr_ontology *ontology = question->snapshot->ontology;
    uint64_t *above = NULL;
    uint32_t *meanings = malloc((stated->n + 1u) * sizeof *meanings);
    uint32_t place = skr_curie_list_find(stated, curie);
    int status = meanings == NULL ? skr_fail_nomem(err, "terms")
                                  : skr_bits_new(skr_ontology_n_terms(ontology), &above, err);
    if (status == SKR_OK)
        status = skr_ontology_load_texts(ontology, err);
    uint32_t term = status == SKR_OK ? skr_ontology_resolve(ontology, curie) : SKR_NONE;
    if (term != SKR_NONE)
        status = skr_ontology_ancestors(ontology, term, add_above, above, err);
    if (status == SKR_OK)
        status = skr_ontology_resolve_all(ontology, stated, meanings, err);
    for (uint32_t i = 0; status == SKR_OK && i < stated->n; i++)
        if (i == place || (meanings[i] != SKR_NONE && skr_bits_has(above, meanings[i])))
            skr_bits_set(places, i);
    free(above);
    free(meanings);
    return status;
}

static int mark_excluded(const skr_question *question, const skr_expr *node,
                         const skr_people_found *found, uint32_t slot, uint64_t *bits, skr_err *err)
{
    const skr_people *people = question->snapshot->people;
    uint32_t dataset = question->slots[slot].dataset;
    const skr_curie_list *stated = NULL;
    uint64_t *places = NULL;
    skr_expr named;
    (void)found;
    SKR_TRY(skr_access_check(question->access, err));
    SKR_TRY(skr_people_term_of(question, node, &named, err));
    SKR_TRY(skr_people_curies(people, dataset, &stated, err));
    if (stated == NULL || stated->n == 0)
        return SKR_OK;
    SKR_TRY(skr_bits_new(stated->n, &places, err));
    int status = find_places(question, named.text, stated, places, err);
    if (status == SKR_OK)
        status = skr_people_mark_excluded(people, dataset, places, bits, err);
    free(places);
    return status;
}

const skr_people_condition skr_people_by_excluded = {.check = skr_people_check_term,
                                                     .mark = mark_excluded};
