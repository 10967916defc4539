/*
 * people_named.c - conditions that name people: by their ids, or by the dataset that they are in.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/people/people_condition.h"
#include "storage/base/suggest.h"
#include "storage/carriers/bits.h"

/* ------------------------------------------------------------------ datasets */

static int check_dataset(const skr_question *question, const skr_expr *node, skr_err *err)
{
    const skr_manifest *manifest = question->snapshot->manifest;
    skr_suggest suggest;
    char text[SKR_SUGGEST_TEXT_MAX];
    skr_suggest_init(&suggest, node->text);
    for (uint32_t i = 0; i < question->n_slots; i++) {
        const char *id = manifest->datasets[question->slots[i].dataset].id;
        if (strcmp(id, node->text) == 0)
            return SKR_OK;
        skr_suggest_offer(&suggest, id);
    }
    skr_fail(err, SKR_ERR_QUERY, "no dataset '%s'%s", node->text, skr_suggest_text(&suggest, text));
    return skr_people_point(node, SKR_ERR_QUERY, err);
}

static int mark_dataset(const skr_question *question, const skr_expr *node,
                        const skr_people_found *found, uint32_t slot, uint64_t *bits, skr_err *err)
{
    (void)found;
    (void)err;
    const char *dataset = question->snapshot->manifest->datasets[question->slots[slot].dataset].id;
    if ((strcmp(dataset, node->text) == 0) != (node->compare == SKR_NE))
        skr_people_complement(question, bits);
    return SKR_OK;
}

const skr_people_condition skr_people_by_dataset = {.check = check_dataset, .mark = mark_dataset};

/* ------------------------------------------------------------------ ids */

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
    return skr_people_point(node, SKR_ERR_QUERY, err);
}

/* Sets the bits of the individuals that a node names. On the command line one that is not there
 * fails, with the nearest. */
static int find_ids(const skr_question *question, const skr_expr *node, uint64_t *people,
                    skr_err *err)
{
    const skr_id_text one = {node->text, (uint32_t)strlen(node->text), 0};
    const skr_id_text *ids = node->op == SKR_E_ID_FILE ? node->ids : &one;
    size_t n = node->op == SKR_E_ID_FILE ? node->n_ids : 1;
    size_t n_unknown = 0;
    size_t first_unknown = 0;
    uint32_t *individuals = malloc((n + 1) * sizeof *individuals);
    if (individuals == NULL)
        return skr_fail_nomem(err, "a question");
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

static int mark_id(const skr_question *question, const skr_expr *node,
                   const skr_people_found *found, uint32_t slot, uint64_t *bits, skr_err *err)
{
    (void)found;
    (void)slot;
    int status = find_ids(question, node, bits, err);
    if (status == SKR_OK && node->compare == SKR_NE)
        skr_people_complement(question, bits);
    return status;
}

/* The ids of a file are the same in every dataset. */
static int find_file(const skr_question *question, const skr_expr *node, bool is_negated,
                     skr_people_found *found, skr_err *err)
{
    (void)is_negated;
    int status = skr_bits_new(question->snapshot->n_people, &found->named, err);
    return status < 0 ? status : find_ids(question, node, found->named, err);
}

static int mark_file(const skr_question *question, const skr_expr *node,
                     const skr_people_found *found, uint32_t slot, uint64_t *bits, skr_err *err)
{
    (void)node;
    (void)slot;
    (void)err;
    skr_bits_or(bits, found->named, skr_bits_words(question->snapshot->n_people));
    return SKR_OK;
}

const skr_people_condition skr_people_by_id = {.mark = mark_id};
const skr_people_condition skr_people_by_id_file = {.find = find_file, .mark = mark_file};
