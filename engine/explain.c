/*
 * explain.c - what a question means here: the tree, what its names became, where it would look.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine_int.h"
#include "engine/people/people_term_label.h"
#include "index/keys/variant_key.h"
#include "storage/base/clock.h"

static int put(skr_buffer *text, skr_err *err, const char *format, ...) SKR_PRINTF(3, 4);
static int put(skr_buffer *text, skr_err *err, const char *format, ...)
{
    va_list arguments;
    char line[2048];
    va_start(arguments, format);
    int n = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (n < 0)
        return skr_fail_nomem(err, "an explanation");
    return skr_buffer_put(text, line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1, err);
}

static int put_intervals(const skr_plan *plan, const skr_interval *reach, skr_buffer *text,
                         skr_err *err)
{
    const skr_assembly *assembly = &plan->snapshot->manifest->assemblies[plan->assembly];
    return put(text, err, "    %s:%" PRIu32 "-%" PRIu32 " (from 0: [%" PRIu32 ", %" PRIu32 "))%s\n",
               assembly->contigs[reach->contig].name, reach->from0 + 1, reach->to0, reach->from0,
               reach->to0, reach->is_start ? ", by start" : "");
}

/* One node below the connectives: what its name became. */
static int put_node(const skr_plan *plan, const skr_plan_node *node, skr_buffer *text, skr_err *err)
{
    int status = SKR_OK;
    if (node->is_named) {
        skr_buffer variant = {0};
        status = skr_variant_print(node->contig, &node->key, &variant, err);
        if (status == SKR_OK)
            status = put(text, err, "  allele %s (from 0: [%" PRIu32 ", %" PRIu32 "))%s\n",
                         (const char *)variant.bytes, node->key.start0, node->key.end0,
                         node->is_nowhere ? ": its contig is not in the store" : "");
        skr_buffer_done(&variant);
        return status;
    }
    if (node->op == SKR_A_GENE)
        status = put(text, err, "  gene %s: %zu range%s\n", node->source->text, node->n_ranges,
                     node->n_ranges == 1 ? "" : "s");
    else if (node->op == SKR_A_REGION || node->op == SKR_A_START || node->op == SKR_A_END)
        status = put(text, err, "  region on %s%s\n", node->contig,
                     node->is_nowhere ? ": not in the store" : "");
    for (size_t i = 0; status == SKR_OK && i < node->n_ranges; i++)
        status = put_intervals(plan, &node->ranges[i], text, err);
    return status;
}

typedef struct allele_explainer {
    const skr_expr *alleles;
    skr_buffer *text;
} allele_explainer;

static int explain_in_assembly(void *context, const skr_question *question, skr_err *err)
{
    const allele_explainer *explain = context;
    skr_buffer *text = explain->text;
    skr_plan *plan = NULL;
    int status = skr_plan_new(question->snapshot, question->access, explain->alleles,
                              question->warnings, &plan, err);
    if (status < 0)
        return status;
    const skr_manifest *manifest = question->snapshot->manifest;
    skr_scan scan = {
        .scope = {.plan = plan, .slots = question->slots, .n_slots = question->n_slots}};
    status = put(text, err, "alleles of %s\n",
                 plan->assembly == SKR_NONE ? "no assembly: the store has no genomes"
                                            : manifest->assemblies[plan->assembly].name);
    for (const skr_plan_node *node = plan->nodes; status == SKR_OK && node != NULL;
         node = node->next)
        status = put_node(plan, node, text, err);
    if (status == SKR_OK)
        status = skr_scan_cut(&scan, err);
    if (status == SKR_OK)
        status = put(text, err, "  looks %s: %zu window%s of %" PRIu32 " bases\n",
                     plan->reach.is_everywhere ? "everywhere" : "there", scan.n_morsels,
                     scan.n_morsels == 1 ? "" : "s", UINT32_C(1) << scan.window_shift);
    free(scan.morsels);
    skr_plan_free(plan);
    return status;
}

static int explain_alleles(const skr_question *question, const skr_expr *alleles, skr_buffer *text,
                           skr_err *err)
{
    allele_explainer explain = {.alleles = alleles, .text = text};
    return skr_question_each_assembly(question, alleles, explain_in_assembly, &explain, err);
}

static int explain_term(const skr_question *question, const skr_expr *node, skr_buffer *text,
                        skr_err *err)
{
    const skr_ontology *ontology = question->snapshot->ontology;
    int status = skr_ontology_load_texts(ontology, err);
    if (status < 0)
        return status;
    skr_expr named;
    SKR_TRY(skr_people_term_of(question, node, &named, err));
    uint32_t term = skr_ontology_resolve(ontology, named.text);
    if (term == SKR_NONE)
        return put(text, err, "term %s: as stated, its ontology is not loaded\n", node->text);
    return put(text, err, "term %s: %s (%s)%s\n", node->text, skr_ontology_curie(ontology, term),
               skr_ontology_label(ontology, term),
               node->op == SKR_E_ONLY       ? ", that class alone"
               : node->op == SKR_E_SIMILAR  ? ", and terms that are similar"
               : node->op == SKR_E_EXCLUDED ? ", found not to have it or one above it"
                                            : ", descendants included");
}

static int explain_node(const skr_question *question, const skr_expr *node, skr_buffer *text,
                        skr_err *err)
{
    int status = skr_people_check(question, node, err);
    if (status < 0)
        return status;
    switch (node->op) {
    case SKR_E_AND:
    case SKR_E_OR:
        status = explain_node(question, node->left, text, err);
        return status < 0 ? status : explain_node(question, node->right, text, err);
    case SKR_E_NOT:
        return explain_node(question, node->left, text, err);
    case SKR_E_CARRIES:
    case SKR_E_TRANS:
        return explain_alleles(question, node->alleles, text, err);
    case SKR_E_ABSENT:
    case SKR_E_UNASSESSED: {
        skr_expr variant = {.op = SKR_A_VARIANT,
                            .text = node->text,
                            .source = node->source,
                            .at = node->at,
                            .n_at = node->n_at};
        return explain_alleles(question, &variant, text, err);
    }
    case SKR_E_TERM:
    case SKR_E_ONLY:
    case SKR_E_SIMILAR:
    case SKR_E_EXCLUDED:
        return explain_term(question, node, text, err);
    default:
        return SKR_OK;
    }
}

int skr_engine_explain(skr_engine *engine, const skr_expr *expr, const skr_access *access,
                       skr_buffer *text, skr_warnings *ret_warnings, skr_err *err)
{
    skr_question question;
    int status = skr_engine_begin(engine, access, &question, err);
    if (status < 0)
        return status;
    skr_warnings warnings = {0};
    question.warnings = &warnings;
    status = put(text, err, "question: ");
    if (status == SKR_OK)
        status = skr_query_expr_print(expr, text, err);
    if (status == SKR_OK)
        status = put(text, err, "\ngeneration %" PRIu64 ", %" PRIu32 " dataset%s\n",
                     question.snapshot->manifest->generation, question.n_slots,
                     question.n_slots == 1 ? "" : "s");
    if (status == SKR_OK)
        status = explain_node(&question, expr, text, err);
    for (size_t i = 0; status == SKR_OK && i < warnings.n; i++)
        status = put(text, err, "warning: %s\n", warnings.items[i].text);
    if (status == SKR_OK && ret_warnings != NULL)
        *ret_warnings = warnings;
    else
        skr_warnings_done(&warnings);
    skr_engine_end(&question);
    return status;
}

/* What has been read of the tables of a generation. */
typedef struct table_totals {
    skr_reader_totals genes;
    skr_reader_totals terms;
    skr_reader_totals people;
} table_totals;

static table_totals look_at_tables(const skr_snapshot *snapshot)
{
    table_totals totals = {.terms = skr_ontology_totals(snapshot->ontology),
                           .people = skr_people_totals(snapshot->people)};
    for (uint32_t i = 0; i < snapshot->manifest->n_assemblies; i++) {
        skr_reader_totals more = skr_gene_table_totals(snapshot->genes[i]);
        skr_reader_totals_add(&totals.genes, &more);
    }
    return totals;
}

/* What was read of one table between two looks, and as long as reading it took. */
static skr_table_work work_between(skr_analysis *all, const skr_reader_totals *before,
                                   const skr_reader_totals *now)
{
    all->n_file_reads += now->n_reads - before->n_reads;
    all->n_bytes += now->n_bytes - before->n_bytes;
    all->n_blocks += now->n_blocks - before->n_blocks;
    all->n_bytes_raw += now->n_raw - before->n_raw;
    return (skr_table_work){.n_blocks = now->n_blocks - before->n_blocks,
                            .n_bytes = now->n_bytes - before->n_bytes,
                            .ns = now->read_ns - before->read_ns + now->unpack_ns -
                                  before->unpack_ns + now->decode_ns - before->decode_ns};
}

/* Genes are looked up in plans; whatever time is left after scans and terms went to people. */
static void add_tables(skr_analysis *all, const table_totals *before, const table_totals *now,
                       uint64_t eval_ns)
{
    all->genes = work_between(all, &before->genes, &now->genes);
    all->terms = work_between(all, &before->terms, &now->terms);
    all->people = work_between(all, &before->people, &now->people);
    uint64_t other_ns = all->scan_ns + all->terms.ns;
    all->people.ns = eval_ns > other_ns ? eval_ns - other_ns : 0;
}

int skr_engine_analyze(skr_engine *engine, const skr_expr *expr, const skr_access *access,
                       skr_analysis *ret_analysis, skr_err *err)
{
    skr_question question;
    skr_people_answer people = {0};
    skr_analysis analysis = {0};
    uint64_t began_ns = skr_clock_ns();
    int status = skr_engine_begin(engine, access, &question, err);
    if (status < 0)
        return status;
    table_totals before = look_at_tables(question.snapshot);
    uint64_t eval_began_ns = skr_clock_ns();
    question.tools.analysis = &analysis;
    status = skr_people_check_all(&question, expr, err);
    if (status == SKR_OK)
        status = skr_people_eval(&question, expr, NULL, &people, err);
    skr_people_answer_done(&people);
    uint64_t eval_ns = skr_clock_ns() - eval_began_ns;
    table_totals now = look_at_tables(question.snapshot);
    add_tables(&analysis, &before, &now, eval_ns);
    skr_engine_end(&question);
    if (status < 0)
        return status;
    analysis.total_ns = skr_clock_ns() - began_ns;
    *ret_analysis = analysis;
    return SKR_OK;
}
