/*
 * A gene is found by its name in any case and by its id without a version, with all its ranges.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "index/gene_table.h"

static char folder[64];
static skr_err err;
static skr_file_id id;
static skr_gene_table *table;

static void set_up(void)
{
    snprintf(folder, sizeof folder, "/tmp/skerry-genes-XXXXXX");
    cr_assert(ne(ptr, mkdtemp(folder), NULL));
    memset(&id, 0, sizeof id);
}

static void tear_down(void)
{
    char command[128];
    skr_gene_table_close(table);
    snprintf(command, sizeof command, "rm -r %s", folder);
    cr_assert(eq(int, system(command), 0));
}

TestSuite(gene_table, .init = set_up, .fini = tear_down);

/* "contig:start-end contig:start-end " of what is found. */
static void expect_found(const char *name, const char *expected)
{
    uint32_t from = 0;
    uint32_t to = 0;
    uint32_t n;
    char found[256] = "";
    const skr_gene *genes = skr_gene_table_all(table, &n);
    skr_gene_table_find(table, name, &from, &to);
    cr_assert(le(u32, to, n));
    for (; from < to; from++) {
        size_t at = strlen(found);
        snprintf(found + at, sizeof found - at, "%s:%u-%u ", genes[from].contig, genes[from].start0,
                 genes[from].end0);
    }
    cr_assert(eq(str, found, (char *)expected), "%s", name);
}

static void fail_on_fault(void *context, const char *text)
{
    cr_assert(eq(str, (char *)text, (char *)context));
}

Test(gene_table, finds_genes)
{
    skr_gene genes[] = {
        {"RYR1", "ENSG1", "19", 100, 200}, {"TP53", "", "17", 10, 20},
        {"ryr1", "ENSG1", "19", 150, 300}, {"RYR1", "ENSG1", "19", 300, 310},
        {"RYR1", "ENSG1", "19", 400, 410}, {"SHOX", "ENSG2", "X", 5, 9},
        {"SHOX", "ENSG2", "Y", 5, 9},      {"Y_RNA", "ENSG3", "1", 5, 9},
        {"Y_RNA", "ENSG4", "1", 5, 9},     {"Y_RNA", "ENSG3", "2", 5, 9},
        {"ENSG9", "ENSG9", "3", 1, 2},
    };
    cr_assert(eq(
        int,
        skr_gene_table_write(genes, sizeof genes / sizeof *genes, folder, "genes-1.skr", &id, &err),
        SKR_OK));
    cr_assert(eq(int, skr_gene_table_open(folder, &id, &table, &err), SKR_OK), "%s", err.message);
    expect_found("RYR1", "19:100-310 19:400-410 ");
    expect_found("Ryr1", "19:100-310 19:400-410 ");
    expect_found("ENSG1", "19:100-310 19:400-410 ");
    expect_found("ENSG1.17", "19:100-310 19:400-410 ");
    expect_found("SHOX", "X:5-9 Y:5-9 ");
    expect_found("ENSG3", "1:5-9 2:5-9 ");
    expect_found("ENSG4.1", "1:5-9 ");
    expect_found("ENSG9", "3:1-2 ");
    expect_found("y_rna", "1:5-9 2:5-9 1:5-9 ");
    expect_found("ENSG", "");
    expect_found("ENSG10", "");
    expect_found("RYR", "");
    expect_found("", "");
    cr_assert(eq(int, skr_gene_table_verify(folder, &id, fail_on_fault, "", &err), SKR_OK));
}

Test(gene_table, drops_versions_and_nothing_else)
{
    static const struct {
        const char *id;
        size_t n;
    } cases[] = {{"ENSG01.12", 6}, {"ENSG01", 6}, {"ENSG01.1_PAR_Y", 6}, {"A.b", 3}, {".1", 2},
                 {"X.1_OTHER", 9}, {"", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert(eq(sz, skr_gene_id_length(cases[i].id), cases[i].n), "%s", cases[i].id);
}

Test(gene_table, is_empty_when_there_is_none)
{
    cr_assert(eq(int, skr_gene_table_open(folder, &id, &table, &err), SKR_OK));
    expect_found("RYR1", "");
}
