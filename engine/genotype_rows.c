/*
 * genotype_rows.c - the genotypes of people: who has a column, then allele by allele.
 */
#include "engine/face/genotype_rows.h"

#include <stdlib.h>
#include <string.h>

#include "engine/alleles/genotypes.h"
#include "engine/engine_int.h"
#include "storage/carriers/bits.h"

/* ------------------------------------------------------------------ who has a column */

static int compare_ids(const void *a, const void *b, void *context)
{
    const skr_people *people = context;
    return strcmp(skr_people_id(people, *(const uint32_t *)a),
                  skr_people_id(people, *(const uint32_t *)b));
}

/* Sets the bits of a slot's people who have a genome in the assembly and are asked for. */
static int mark_slot(const skr_question *question, const skr_plan *plan, uint32_t slot,
                     uint64_t *people, skr_err *err)
{
    const skr_snapshot *snapshot = question->snapshot;
    for (uint32_t i = 0; i < snapshot->n_segments; i++)
        if (snapshot->entries[i]->dataset == question->slots[slot].dataset &&
            snapshot->entries[i]->assembly == plan->assembly)
            SKR_TRY(skr_snapshot_mark_genomes(snapshot, i, people, err));
    if (question->slots[slot].cohort != NULL)
        skr_bits_and(people, question->slots[slot].cohort, skr_bits_words(snapshot->n_people));
    return SKR_OK;
}

/* Gives the people of one dataset columns; nobody has two. */
static int add_columns(const skr_question *question, const skr_plan *plan, uint32_t slot,
                       uint64_t *marks, skr_genotype_columns *columns, skr_err *err)
{
    const skr_snapshot *snapshot = question->snapshot;
    memset(marks, 0, skr_bits_words(snapshot->n_people) * sizeof *marks);
    SKR_TRY(mark_slot(question, plan, slot, marks, err));
    for (uint32_t i = 0; i < snapshot->n_people; i++) {
        if (!skr_bits_has(marks, i))
            continue;
        if (columns->of[i] != SKR_NONE)
            return skr_fail(err, SKR_ERR_QUERY,
                            "%s has genomes in two of the datasets asked, of which one is %s: name "
                            "one, with dataset=ID",
                            skr_people_id(snapshot->people, i),
                            snapshot->manifest->datasets[question->slots[slot].dataset].id);
        columns->of[i] = 0;
        columns->people[columns->n++] = i;
    }
    return SKR_OK;
}

static int find_columns(const skr_question *question, const skr_plan *plan,
                        skr_genotype_columns *columns, skr_err *err)
{
    const skr_snapshot *snapshot = question->snapshot;
    uint64_t *marks = NULL;
    columns->of = malloc(((size_t)snapshot->n_people + 1) * sizeof *columns->of);
    columns->people = malloc(((size_t)snapshot->n_people + 1) * sizeof *columns->people);
    int status = columns->of == NULL || columns->people == NULL
                     ? skr_fail_nomem(err, "genotypes")
                     : skr_bits_new(snapshot->n_people, &marks, err);
    if (status == SKR_OK)
        status = skr_people_load_ids(snapshot->people, err);
    for (uint32_t i = 0; status == SKR_OK && i < snapshot->n_people; i++)
        columns->of[i] = SKR_NONE;
    for (uint32_t i = 0; status == SKR_OK && i < question->n_slots; i++)
        status = add_columns(question, plan, i, marks, columns, err);
    free(marks);
    if (status < 0)
        return status;
    if (columns->n > 0)
        qsort_r(columns->people, columns->n, sizeof *columns->people, compare_ids,
                snapshot->people);
    for (size_t i = 0; i < columns->n; i++)
        columns->of[columns->people[i]] = (uint32_t)i;
    return SKR_OK;
}

/* ------------------------------------------------------------------ the head */

static int tell_head(const skr_question *question, const skr_plan *plan,
                     const skr_genotype_columns *columns, const skr_genotype_sink *sink,
                     skr_err *err)
{
    const skr_manifest *manifest = question->snapshot->manifest;
    const skr_assembly *assembly = &manifest->assemblies[plan->assembly];
    const char **people = calloc(columns->n + 1, sizeof *people);
    const char **contigs = calloc((size_t)assembly->n_contigs + 1, sizeof *contigs);
    uint32_t *lengths = calloc((size_t)assembly->n_contigs + 1, sizeof *lengths);
    int status = people == NULL || contigs == NULL || lengths == NULL
                     ? skr_fail_nomem(err, "genotypes")
                     : SKR_OK;
    for (size_t i = 0; status == SKR_OK && i < columns->n; i++)
        people[i] = skr_people_id(question->snapshot->people, columns->people[i]);
    for (uint32_t i = 0; status == SKR_OK && i < assembly->n_contigs; i++) {
        contigs[i] = assembly->contigs[i].name;
        lengths[i] = assembly->contigs[i].length;
    }
    const skr_genotype_head head = {manifest->generation, assembly->name, people,
                                    columns->n,           contigs,        lengths,
                                    assembly->n_contigs};
    if (status == SKR_OK)
        status = sink->on_head(sink->context, &head, err);
    free((void *)people);
    free((void *)contigs);
    free(lengths);
    return status;
}

/* ------------------------------------------------------------------ the question */

static int list_genotypes(const skr_question *question, const skr_expr *alleles,
                          const skr_genotype_sink *sink, skr_err *err)
{
    skr_plan *plan = NULL;
    skr_genotype_columns columns = {0};
    SKR_TRY(skr_question_plan(question, alleles, &plan, err));
    int status = plan->assembly == SKR_NONE
                     ? skr_fail(err, SKR_ERR_QUERY, "no dataset that is shown has genomes")
                     : find_columns(question, plan, &columns, err);
    if (status == SKR_OK)
        status = tell_head(question, plan, &columns, sink, err);
    if (status == SKR_OK)
        status = skr_genotypes_list(question, plan, &columns, sink, err);
    free(columns.of);
    free(columns.people);
    skr_plan_free(plan);
    return status;
}

int skr_engine_genotypes(skr_engine *engine, const skr_expr *alleles, const skr_expr *within,
                         const skr_access *access, const skr_genotype_sink *sink,
                         skr_warnings *warnings, skr_err *err)
{
    skr_question question;
    skr_people_answer people = {0};
    if (!access->policy.is_exact)
        return skr_fail(err, SKR_ERR_POLICY,
                        "genotypes are told one by one under an exact policy alone");
    SKR_TRY(skr_engine_begin(engine, access, &question, err));
    question.warnings = warnings;
    int status = skr_question_warn_hidden(&question, err);
    if (status == SKR_OK)
        status = skr_engine_find_cohort(&question, within, &people, err);
    if (status == SKR_OK)
        status = list_genotypes(&question, alleles, sink, err);
    skr_people_answer_done(&people);
    skr_engine_end(&question);
    return status;
}
