/*
 * question_assembly.c - one question about alleles, asked of each dataset in its own assemblies.
 *
 * A gene or a type means the same in every assembly; a place does not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/people/question.h"
#include "engine/plan/access_check.h"

/* Does anything in it name a place, so that it means one assembly? A whole contig is none. */
static bool has_place(const skr_expr *node)
{
    switch (node->op) {
    case SKR_E_AND:
    case SKR_E_OR:
        return has_place(node->left) || has_place(node->right);
    case SKR_E_NOT:
        return has_place(node->left);
    case SKR_A_REGION:
        return node->start0 > 0 || node->end0 != UINT32_MAX;
    case SKR_A_VARIANT:
    case SKR_A_SEQUENCE:
    case SKR_A_START:
    case SKR_A_END:
        return true;
    default:
        return false;
    }
}

/* The ids of the question's datasets that have genomes of an assembly, as far as they fit. */
static void name_datasets(const skr_question *question, uint32_t assembly, char *text,
                          size_t n_text)
{
    const skr_manifest *manifest = question->snapshot->manifest;
    size_t n = 0;
    text[0] = '\0';
    for (uint32_t slot = 0; slot < question->n_slots && n < n_text; slot++) {
        uint32_t dataset = question->slots[slot].dataset;
        bool has_genomes = false;
        for (uint32_t i = 0; i < manifest->n_segments; i++)
            has_genomes |= manifest->segments[i].assembly == assembly &&
                           manifest->segments[i].dataset == dataset;
        if (has_genomes)
            n += (size_t)snprintf(text + n, n_text - n, "%s%s", n == 0 ? "" : ", ",
                                  manifest->datasets[dataset].id);
    }
}

/* Says which datasets were not asked, and why. */
static int warn_left_out(const skr_question *question, uint32_t assembly, const skr_err *why,
                         skr_err *err)
{
    char names[256];
    name_datasets(question, assembly, names, sizeof names);
    return skr_warnings_add(question->warnings, SKR_WARN_ASSEMBLY, NULL, 0, err,
                            "not asked in %s, of which are genomes of %s: %.*s",
                            question->snapshot->manifest->assemblies[assembly].name, names,
                            (int)strcspn(why->message, "\n"), why->message);
}

/* Asks in each; what one of them refuses becomes a warning as soon as another answers. */
static int ask_each(const skr_question *question, const uint32_t *list, uint32_t n,
                    skr_question_fn ask, void *context, skr_err *err)
{
    uint32_t n_refused = 0;
    int status = SKR_OK;
    skr_err *refusals = calloc(n, sizeof *refusals);
    if (refusals == NULL)
        return skr_fail_nomem(err, "a question");
    for (uint32_t i = 0; i < n && status == SKR_OK; i++) {
        skr_access access = *question->access;
        access.assembly = question->snapshot->manifest->assemblies[list[i]].name;
        skr_question one = *question;
        one.access = &access;
        status = ask(context, &one, &refusals[i]);
        if (status == SKR_ERR_QUERY) {
            n_refused++;
            status = SKR_OK;
        } else if (status < 0) {
            *err = refusals[i];
        } else {
            refusals[i].code = SKR_OK;
        }
    }
    if (status == SKR_OK && n_refused == n) {
        *err = refusals[0];
        status = SKR_ERR_QUERY;
    }
    for (uint32_t i = 0; i < n && status == SKR_OK; i++)
        if (refusals[i].code == SKR_ERR_QUERY)
            status = warn_left_out(question, list[i], &refusals[i], err);
    free(refusals);
    return status;
}

int skr_question_each_assembly(const skr_question *question, const skr_expr *alleles,
                               skr_question_fn ask, void *context, skr_err *err)
{
    uint32_t *list = NULL;
    uint32_t n = 0;
    SKR_TRY(skr_plan_assemblies(question->snapshot, question->access, &list, &n, err));
    int status = n < 2 || has_place(alleles) ? ask(context, question, err)
                                             : ask_each(question, list, n, ask, context, err);
    free(list);
    return status;
}
