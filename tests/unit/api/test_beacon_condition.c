/*
 * Every condition that a question can have has a row that says how Beacon says it, both ways, or
 * that it does not.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "api/beacon/beacon_condition.h"

static const skr_expr_op of_alleles[] = {
#define OP(op, word, syntax, judge, beacon) op,
    SKR_ALLELE_CONDITIONS(OP)};
static const skr_expr_op of_people[] = {SKR_PEOPLE_CONDITIONS(OP)};
#define N_OF_ALLELES (sizeof of_alleles / sizeof *of_alleles)
#define N_OF_PEOPLE (sizeof of_people / sizeof *of_people)

/* Why a request is refused, or "". */
static const char *refusal(const char *body)
{
    static skr_err err;
    skr_beacon_request request;
    err = (skr_err){0};
    int status = skr_beacon_request_read(body, strlen(body), &request, &err);
    skr_beacon_request_done(&request);
    return status == SKR_OK ? "" : err.message;
}

Test(beacon_condition, each_condition_is_said_or_it_says_that_it_is_not)
{
    size_t n_rows = 0;
    for (unsigned op = 0; op < SKR_N_EXPR_OPS; op++)
        n_rows += skr_beacon_condition_of((skr_expr_op)op) != NULL;
    cr_assert(eq(sz, n_rows, N_OF_ALLELES + N_OF_PEOPLE));
    for (size_t i = 0; i < n_rows; i++) {
        bool is_people = i >= N_OF_ALLELES;
        skr_expr_op op = is_people ? of_people[i - N_OF_ALLELES] : of_alleles[i];
        const skr_beacon_condition *row = skr_beacon_condition_of(op);
        cr_assert(ne(ptr, (void *)row, NULL), "op %u", op);
        cr_assert(eq(int, row->write == NULL, row->none != NULL), "op %u is written or is not", op);
        bool is_read =
            op == SKR_E_CARRIES || row->read_filter != NULL || (!is_people && row->read != NULL);
        cr_assert(eq(int, is_read, row->none == NULL), "op %u is read if it is written", op);
        cr_assert(eq(int, row->parameters[0] != NULL, row->read != NULL), "op %u", op);
        cr_assert(eq(int, is_people && row->read != NULL, 0), "op %u", op);
        cr_assert(eq(int, !is_people && row->read_filter != NULL && row->fields[0] == NULL, 0),
                  "op %u", op);
    }
}

Test(beacon_condition, connectives_are_none)
{
    cr_assert(eq(ptr, (void *)skr_beacon_condition_of(SKR_E_AND), NULL));
    cr_assert(eq(ptr, (void *)skr_beacon_condition_of(SKR_E_OR), NULL));
    cr_assert(eq(ptr, (void *)skr_beacon_condition_of(SKR_E_NOT), NULL));
    cr_assert(eq(ptr, (void *)skr_beacon_condition_of(SKR_E_ALL), NULL));
}

Test(beacon_condition, no_node_is_no_condition, .signal = SIGABRT)
{
    (void)skr_beacon_condition_of(SKR_N_EXPR_OPS);
}

/* A parameter of a row that no reader knew would be written and then refused. */
Test(beacon_condition, the_parameters_of_a_row_are_read)
{
    for (size_t i = 0; i < N_OF_ALLELES; i++) {
        const skr_beacon_condition *row = skr_beacon_condition_of(of_alleles[i]);
        for (size_t k = 0; row->parameters[k] != NULL; k++) {
            char body[200];
            (void)snprintf(body, sizeof body, "{\"query\":{\"requestParameters\":{\"%s\":{}}}}",
                           row->parameters[k]);
            cr_expect(eq(ptr, strstr(refusal(body), "is unknown"), NULL), "%s", body);
            cr_expect(ne(str, (char *)refusal(body), ""), "%s", body);
        }
    }
}

/* Each field leads to its own row, in any case and below "individual"; and who writes a wrong one
 * is told of it. */
Test(beacon_condition, the_fields_of_a_row_are_found)
{
    const char *unknown = refusal("{\"query\":{\"filters\":[\"colour>1\"]}}");
    char told[1024];
    cr_assert(ne(ptr, strstr(unknown, "'colour' is unknown"), NULL), "%s", unknown);
    (void)snprintf(told, sizeof told, "%s", unknown);
    for (size_t i = 0; i < N_OF_PEOPLE; i++) {
        const skr_beacon_condition *row = skr_beacon_condition_of(of_people[i]);
        for (size_t k = 0; row->fields[k] != NULL; k++) {
            skr_expr_op op = SKR_E_ALL;
            char id[100];
            cr_expect(skr_beacon_condition_find(row->fields[k], &op) && op == of_people[i], "%s",
                      row->fields[k]);
            (void)snprintf(id, sizeof id, "INDIVIDUALS.%s", row->fields[k]);
            op = SKR_E_ALL;
            cr_expect(skr_beacon_condition_find(id, &op) && op == of_people[i], "%s", id);
        }
        cr_expect(row->fields[0] == NULL || strstr(told, row->fields[0]) != NULL, "%s: %s",
                  row->fields[0], told);
    }
    skr_expr_op op = SKR_E_ALL;
    cr_expect(not(skr_beacon_condition_find("colour", &op)));
    cr_expect(not(skr_beacon_condition_find("runs.sex", &op)));
    cr_expect(eq(u32, op, SKR_E_ALL));
}
