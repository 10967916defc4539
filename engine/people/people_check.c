/*
 * people_check.c - does everything that a question about people names exist?
 *
 * Over HTTP a CURIE whose prefix is known counts 0 where it is not: whether it is, is not told.
 */
#include <string.h>
#include <strings.h>

#include "engine/people/people_eval.h"
#include "engine/plan/access_check.h"
#include "index/people/sex.h"
#include "storage/base/suggest.h"

static int point(const skr_expr *node, int code, skr_err *err)
{
    skr_query_point(err, node->source, node->at, node->n_at);
    return code;
}

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

static int check_term(const skr_question *question, const skr_expr *node, skr_err *err)
{
    const skr_snapshot *snapshot = question->snapshot;
    skr_suggest suggest;
    char text[SKR_SUGGEST_TEXT_MAX];
    bool is_known = false;
    skr_sex sex;
    if (node->text == NULL || skr_sex_of_term(node->text, &sex))
        return SKR_OK;
    if (question->access->is_remote)
        return skr_people_check_prefix(question, node, err);
    int status = skr_ontology_load(snapshot->ontology, err);
    if (status == SKR_OK && skr_ontology_knows(snapshot->ontology, node->text))
        return SKR_OK;
    if (status == SKR_OK)
        status = skr_people_knows_term(snapshot->people, node->text, &is_known, err);
    if (status < 0 || is_known)
        return status;
    skr_suggest_init(&suggest, node->text);
    status = offer_stated(question, &suggest, false, err);
    if (status < 0)
        return status;
    uint32_t n = skr_ontology_n_terms(snapshot->ontology);
    for (uint32_t i = 0; i < n; i++)
        skr_suggest_offer(&suggest, skr_ontology_curie(snapshot->ontology, i));
    bool is_loaded = skr_ontology_has_prefix(snapshot->ontology, node->text);
    skr_fail(err, SKR_ERR_QUERY, "no term %s: %s%s", node->text,
             is_loaded ? "its ontology does not know it"
                       : "its ontology is not loaded, and nobody has it",
             skr_suggest_text(&suggest, text));
    return point(node, SKR_ERR_QUERY, err);
}

static int check_value(const skr_question *question, const skr_expr *node, skr_err *err)
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
    return point(node, SKR_ERR_QUERY, err);
}

static int check_dataset(const skr_question *question, const skr_expr *node, skr_err *err)
{
    const skr_manifest *manifest = question->snapshot->manifest;
    skr_suggest suggest;
    char text[SKR_SUGGEST_TEXT_MAX];
    skr_suggest_init(&suggest, node->text);
    for (uint32_t i = 0; i < question->n_slots; i++) {
        const char *id = manifest->datasets[question->slots[i].dataset];
        if (strcmp(id, node->text) == 0)
            return SKR_OK;
        skr_suggest_offer(&suggest, id);
    }
    skr_fail(err, SKR_ERR_QUERY, "no dataset '%s'%s", node->text, skr_suggest_text(&suggest, text));
    return point(node, SKR_ERR_QUERY, err);
}

static int check_origin(const skr_question *question, const skr_expr *node, skr_err *err)
{
    skr_term_kind kind = node->op == SKR_E_COUNTRY ? SKR_TERM_COUNTRY : SKR_TERM_ANCESTRY;
    skr_suggest suggest;
    char text[SKR_SUGGEST_TEXT_MAX];
    if (question->access->is_remote)
        return skr_people_check_prefix(question, node, err);
    skr_suggest_init(&suggest, node->text);
    for (uint32_t slot = 0; slot < question->n_slots; slot++) {
        uint32_t n = 0;
        const skr_stated_term *terms = NULL;
        int status = skr_people_terms(question->snapshot->people, question->slots[slot].dataset,
                                      &terms, &n, err);
        if (status < 0)
            return status;
        for (uint32_t i = 0; i < n; i++) {
            if (terms[i].kind != kind)
                continue;
            if (strcasecmp(terms[i].curie, node->text) == 0 ||
                strcasecmp(terms[i].label, node->text) == 0)
                return SKR_OK;
            skr_suggest_offer(&suggest, terms[i].label);
            skr_suggest_offer(&suggest, terms[i].curie);
        }
    }
    skr_fail(err, SKR_ERR_QUERY, "nobody has the %s '%s'%s",
             kind == SKR_TERM_COUNTRY ? "country" : "ancestry", node->text,
             skr_suggest_text(&suggest, text));
    return point(node, SKR_ERR_QUERY, err);
}

int skr_people_check(const skr_question *question, const skr_expr *node, skr_err *err)
{
    switch (node->op) {
    case SKR_E_TERM:
    case SKR_E_ONLY:
    case SKR_E_ONSET:
        return check_term(question, node, err);
    case SKR_E_VALUE:
        return check_value(question, node, err);
    case SKR_E_DATASET:
        return check_dataset(question, node, err);
    case SKR_E_COUNTRY:
    case SKR_E_ANCESTRY:
        return check_origin(question, node, err);
    case SKR_E_BIALLELIC:
        skr_fail(err, SKR_ERR_NOT_YET, "biallelic(...) is not built yet");
        return point(node, SKR_ERR_NOT_YET, err);
    case SKR_E_SIMILAR:
        skr_fail(err, SKR_ERR_NOT_YET, "similar(...) is not built yet");
        return point(node, SKR_ERR_NOT_YET, err);
    default:
        return SKR_OK;
    }
}

int skr_people_check_all(const skr_question *question, const skr_expr *expr, skr_err *err)
{
    SKR_TRY(skr_access_check(question->access, err));
    SKR_TRY(skr_people_check(question, expr, err));
    if (expr->op == SKR_E_AND || expr->op == SKR_E_OR || expr->op == SKR_E_NOT)
        SKR_TRY(skr_people_check_all(question, expr->left, err));
    return expr->op == SKR_E_AND || expr->op == SKR_E_OR
               ? skr_people_check_all(question, expr->right, err)
               : SKR_OK;
}
