/* count_print.c - what skerry count prints: a number, cells by field, steps of an attrition. */
#include "tools/skerry/count_print.h"

#include <inttypes.h>
#include <stdio.h>

#include "tools/skerry/output.h"

static void put_told(skr_out *json, const char *key, const skr_told_count *told)
{
    skr_out_key(json, key);
    skr_out_told(json, told);
}

static void report_policy(const skr_policy *policy)
{
    char text[96];
    if (policy->is_exact)
        return;
    skr_policy_text(policy, text);
    (void)fprintf(stderr, "skerry: policy: %s\n", text);
}

/* ------------------------------------------------------------------ a number */

static void put_datasets(skr_out *json, const skr_count_answer *answer)
{
    skr_out_key(json, "datasets");
    skr_out_open(json, '[');
    for (size_t i = 0; i < answer->n_datasets; i++) {
        skr_out_open(json, '{');
        skr_out_member_text(json, "id", answer->datasets[i].id);
        skr_out_member_number(json, "version", answer->datasets[i].version);
        put_told(json, "count", &answer->datasets[i].told);
        skr_out_close(json, '}');
    }
    skr_out_close(json, ']');
}

/* Opens the object of an answer, with what stands before its rows. */
static void open_answer(skr_out *json, const skr_count_answer *answer)
{
    skr_out_open(json, '{');
    put_told(json, "count", &answer->total);
    skr_out_member_boolean(json, "exists", answer->total.exists);
    put_datasets(json, answer);
    if (answer->total.precision != SKR_PRECISION_EXACT) {
        skr_out_key(json, "precision");
        skr_out_text(json,
                     answer->total.precision == SKR_PRECISION_ROUNDED ? "rounded" : "imprecise");
    }
    if (answer->has_unassessed)
        put_told(json, "unassessed", &answer->unassessed);
}

/* Ends it with what stands behind them. */
static void close_answer(skr_out *json, const skr_count_answer *answer)
{
    skr_out_warnings(json, &answer->warnings);
    skr_out_member_number(json, "generation", answer->generation);
    skr_out_key(json, "ms");
    skr_out_real(json, (double)(answer->n_ns / 1000) / 1000);
    skr_out_close(json, '}');
    skr_out_end(json);
}

static void print_json(const skr_count_answer *answer)
{
    skr_out json = {.out = stdout};
    open_answer(&json, answer);
    close_answer(&json, answer);
}

static void print_tsv(const skr_count_answer *answer)
{
    char text[40];
    printf("dataset\tcount\n");
    for (size_t i = 0; i < answer->n_datasets; i++) {
        skr_told_text(&answer->datasets[i].told, text);
        printf("%s\t%s\n", answer->datasets[i].id, text);
    }
    skr_told_text(&answer->total, text);
    printf("*\t%s\n", text);
}

/* The number alone, so that a script can take it; the rest goes to standard error. */
static void print_text(const skr_count_answer *answer, const skr_common *common,
                       const skr_policy *policy)
{
    char text[96];
    skr_told_text(&answer->total, text);
    printf("%s\n", text);
    if (common->is_quiet)
        return;
    if (answer->has_unassessed && (answer->unassessed.is_hidden || answer->unassessed.count > 0)) {
        skr_told_text(&answer->unassessed, text);
        (void)fprintf(stderr, "skerry: %s of them were never assessed there\n", text);
    }
    report_policy(policy);
    if (answer->n_datasets > 1 || common->is_verbose) {
        for (size_t i = 0; i < answer->n_datasets; i++) {
            skr_told_text(&answer->datasets[i].told, text);
            (void)fprintf(stderr, "skerry: dataset %s: %s\n", answer->datasets[i].id, text);
        }
    }
    if (common->is_verbose)
        (void)fprintf(stderr, "skerry: generation %" PRIu64 ", %.3f ms\n", answer->generation,
                      (double)answer->n_ns / 1e6);
}

void skr_count_print_answer(const skr_count_print *how, const skr_count_answer *answer)
{
    if (!how->common->is_quiet)
        skr_report_warnings(&answer->warnings);
    if (how->common->is_json)
        print_json(answer);
    else if (how->is_tsv)
        print_tsv(answer);
    else if (!how->is_exists)
        print_text(answer, how->common, how->policy);
}

/* ------------------------------------------------------------------ rows */

/* A text as a field of a row: it holds no tab and no line break. */
static void print_field(const char *text)
{
    for (; *text != '\0'; text++)
        (void)putchar((unsigned char)*text < ' ' ? ' ' : *text);
    (void)putchar('\t');
}

static void report(const skr_count_print *how, const skr_count_answer *answer)
{
    if (how->common->is_quiet)
        return;
    skr_report_warnings(&answer->warnings);
    report_policy(how->policy);
}

static void print_cells_json(const skr_fields *fields, const skr_cells_answer *answer)
{
    skr_out json = {.out = stdout};
    open_answer(&json, &answer->count);
    skr_out_key(&json, "cells");
    skr_out_open(&json, '[');
    for (size_t i = 0; i < answer->n; i++) {
        skr_out_open(&json, '{');
        for (size_t f = 0; f < fields->n; f++)
            skr_out_member_text(&json, skr_fields_word(fields->items[f].kind),
                                answer->cells[i].values[f]);
        put_told(&json, "count", &answer->cells[i].told);
        skr_out_close(&json, '}');
    }
    skr_out_close(&json, ']');
    close_answer(&json, &answer->count);
}

void skr_count_print_cells(const skr_count_print *how, const skr_fields *fields,
                           const skr_cells_answer *answer)
{
    char text[40];
    report(how, &answer->count);
    if (how->common->is_json) {
        print_cells_json(fields, answer);
        return;
    }
    for (size_t f = 0; f < fields->n; f++)
        print_field(skr_fields_word(fields->items[f].kind));
    printf("count\n");
    for (size_t i = 0; i < answer->n; i++) {
        for (size_t f = 0; f < fields->n; f++)
            print_field(answer->cells[i].values[f]);
        skr_told_text(&answer->cells[i].told, text);
        printf("%s\n", text);
    }
}

static void print_steps_json(const skr_attrition_answer *answer)
{
    skr_out json = {.out = stdout};
    open_answer(&json, &answer->count);
    skr_out_key(&json, "steps");
    skr_out_open(&json, '[');
    for (size_t i = 0; i < answer->n; i++) {
        const skr_attrition_step *step = &answer->steps[i];
        skr_out_open(&json, '{');
        skr_out_member_text(&json, "criterion", step->criterion);
        put_told(&json, "alone", &step->alone);
        put_told(&json, "remaining", &step->remaining);
        put_told(&json, "lost", &step->lost);
        if (step->has_unassessed)
            put_told(&json, "unassessed", &step->unassessed);
        skr_out_close(&json, '}');
    }
    skr_out_close(&json, ']');
    close_answer(&json, &answer->count);
}

void skr_count_print_steps(const skr_count_print *how, const skr_attrition_answer *answer)
{
    char alone[40];
    char remaining[40];
    char lost[40];
    char unassessed[40];
    report(how, &answer->count);
    if (how->common->is_json) {
        print_steps_json(answer);
        return;
    }
    printf("step\tcriterion\talone\tremaining\tlost\tunassessed\n");
    for (size_t i = 0; i < answer->n; i++) {
        const skr_attrition_step *step = &answer->steps[i];
        skr_told_text(&step->alone, alone);
        skr_told_text(&step->remaining, remaining);
        skr_told_text(&step->lost, lost);
        skr_told_text(&step->unassessed, unassessed);
        printf("%zu\t", i);
        print_field(step->criterion);
        printf("%s\t%s\t%s\t%s\n", alone, remaining, lost, step->has_unassessed ? unassessed : "-");
    }
}
