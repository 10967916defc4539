/*
 * Similar terms are those that a naive evaluator of Lin's measure finds, on drawn graphs.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "index/ontology/similarity.h"
#include "tests/support/random.h"
#include "tests/support/temp_folder.h"

#define N_TERMS 40u

static skr_err err;
static skr_ontology *ontology;
static bool is_below[N_TERMS][N_TERMS]; /* [a][b]: b is a, or below it */

/* A graph in which a term has up to three parents of smaller numbers; term 0 is the root. */
static void draw(const char *folder, test_random *random)
{
    skr_ontology_edit *edit = NULL;
    skr_file_id id = {.name = ""};
    char child[16];
    char parent[16];
    memset(is_below, 0, sizeof is_below);
    cr_assert(zero(int, skr_ontology_open(folder, &id, &ontology, &err)));
    cr_assert(zero(int, skr_ontology_edit_new(ontology, &edit, &err)));
    skr_ontology_close(ontology);
    cr_assert(zero(int, skr_ontology_edit_release(edit, "t", "1", &err)));
    for (uint32_t i = 0; i < N_TERMS; i++) {
        snprintf(child, sizeof child, "T:%02u", i);
        cr_assert(zero(int, skr_ontology_edit_term(edit, child, "", false, &err)));
        is_below[i][i] = true;
        for (uint32_t k = test_random_below(random, 3) + 1; i > 0 && k > 0; k--) {
            uint32_t above = test_random_below(random, i);
            snprintf(parent, sizeof parent, "T:%02u", above);
            cr_assert(zero(int, skr_ontology_edit_parent(edit, child, parent, &err)));
            for (uint32_t a = 0; a < N_TERMS; a++)
                is_below[a][i] = is_below[a][i] || is_below[a][above];
        }
    }
    cr_assert(zero(int, skr_ontology_edit_write(edit, folder, "ontology-1.skr", &id, &err)));
    skr_ontology_edit_free(edit);
    cr_assert(zero(int, skr_ontology_open(folder, &id, &ontology, &err)));
    cr_assert(zero(int, skr_ontology_load_texts(ontology, &err)));
}

static double content(uint32_t term)
{
    double n = 0;
    for (uint32_t i = 0; i < N_TERMS; i++)
        n += is_below[term][i];
    double value = 1 - log(n) / log((double)N_TERMS);
    return value < 0 ? 0 : value;
}

static double alike(uint32_t a, uint32_t b)
{
    double best = 0;
    for (uint32_t m = 0; m < N_TERMS; m++)
        if (is_below[m][a] && is_below[m][b] && content(m) > best)
            best = content(m);
    return best <= 0 ? 0 : 2 * best / (content(a) + content(b));
}

static void check_term(uint32_t term)
{
    uint64_t before = 0;
    for (int level = 0; level < SKR_N_SIMILARITIES; level++) {
        uint64_t terms = 0;
        uint32_t n = 0;
        cr_assert(zero(
            int, skr_similarity_mark(ontology, term, (skr_similarity)level, &terms, &n, &err)));
        for (uint32_t i = 0; i < N_TERMS; i++) {
            double value = alike(term, i);
            double least = skr_similarity_least((skr_similarity)level);
            bool is_wanted = is_below[term][i] || value >= least;
            if (is_below[term][i] || fabs(value - least) > 1e-9)
                cr_assert(eq(int, (int)(terms >> i & 1), is_wanted), "T:%02u and T:%02u, %s: %f",
                          term, i, skr_similarity_name((skr_similarity)level), value);
        }
        cr_assert(eq(u64, before & ~terms, 0), "levels are not nested");
        cr_assert(eq(int, (int)n, __builtin_popcountll(terms)));
        before = terms;
    }
}

Test(similarity, as_a_naive_evaluator_says)
{
    test_random random = test_random_drawn("similarity");
    test_folder folder = test_folder_make();
    for (int round = 0; round < 5; round++) {
        draw(folder.path, &random);
        for (uint32_t i = 0; i < N_TERMS; i++) {
            char curie[16];
            snprintf(curie, sizeof curie, "T:%02u", i);
            uint32_t number = skr_ontology_resolve(ontology, curie);
            cr_assert(eq(int, (int)number, (int)i));
            check_term(i);
        }
        skr_ontology_close(ontology);
        cr_assert(zero(int, unlink(test_folder_file(&folder, "ontology-1.skr"))));
    }
    test_folder_remove(&folder);
}
