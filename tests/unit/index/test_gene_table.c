/*
 * A gene is found by its name in any case and by its id without a version, with all its ranges.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "index/genes/gene_table.h"

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
    char found[256] = "";
    skr_gene_list list = {0};
    cr_assert(eq(int, skr_gene_table_find(table, name, &list, &err), SKR_OK), "%s", err.message);
    for (uint32_t i = 0; i < list.n; i++) {
        size_t at = strlen(found);
        snprintf(found + at, sizeof found - at, "%s:%u-%u ", list.genes[i].contig,
                 list.genes[i].start0, list.genes[i].end0);
    }
    skr_gene_list_done(&list);
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

/* Names and ids of some hundred blocks: one in every case, ranges of one name over the border of
 * blocks, an id that two names have. */
#define N_MANY 20000u

static char many_names[N_MANY][16];
static char many_ids[N_MANY][24];
static skr_gene many[N_MANY];

static void write_many(void)
{
    for (uint32_t i = 0; i < N_MANY; i++) {
        uint32_t number = i >= 9000 && i < 13000 ? 9000 : i;
        snprintf(many_names[i], sizeof many_names[i], "%s%05u", i % 2 == 0 ? "Gene" : "GENE",
                 number);
        snprintf(many_ids[i], sizeof many_ids[i], "ENSG%011u", i == 19000 ? 7 : number);
        many[i] =
            (skr_gene){many_names[i], i % 10 == 3 ? "" : many_ids[i], "1", 10 * i, 10 * i + 5};
    }
    cr_assert(eq(int, skr_gene_table_write(many, N_MANY, folder, "genes-1.skr", &id, &err), SKR_OK),
              "%s", err.message);
}

static uint32_t n_found(const char *name)
{
    skr_gene_list list = {0};
    cr_assert(eq(int, skr_gene_table_find(table, name, &list, &err), SKR_OK), "%s", err.message);
    uint32_t n = list.n;
    skr_gene_list_done(&list);
    return n;
}

static void count_gene(void *context, const skr_gene *gene)
{
    (void)gene;
    (*(uint32_t *)context)++;
}

Test(gene_table, reads_the_blocks_that_a_gene_lies_in)
{
    write_many();
    cr_assert(eq(int, skr_gene_table_open(folder, &id, &table, &err), SKR_OK), "%s", err.message);
    cr_assert(eq(u64, skr_gene_table_totals(table).n_blocks, 0));
    expect_found("gene00012", "1:120-125 ");
    cr_assert(eq(u64, skr_gene_table_totals(table).n_blocks, 1));
    expect_found("GENE00012", "1:120-125 ");
    cr_assert(eq(u64, skr_gene_table_totals(table).n_blocks, 1));
    expect_found("ENSG00000015000.3", "1:150000-150005 ");
    cr_assert(le(u64, skr_gene_table_totals(table).n_blocks, 5));
    cr_assert(eq(u32, n_found("gene09000"), 4000));
    cr_assert(eq(u32, n_found("ENSG00000009000"), 3600)); /* those of the name that have the id */
    expect_found("ENSG00000000007", "1:70-75 1:190000-190005 ");
    expect_found("gene99999", "");
    expect_found("", "");
    uint32_t n = 0;
    cr_assert(eq(int, skr_gene_table_visit(table, count_gene, &n, &err), SKR_OK), "%s",
              err.message);
    cr_assert(eq(u32, n, N_MANY));
    cr_assert(eq(u32, n, skr_gene_table_count(table)));
    for (uint32_t i = 0; i < N_MANY; i += 97) {
        uint32_t expected = i >= 9000 && i < 13000 ? 4000 : 1;
        char name[16];
        snprintf(name, sizeof name, "gEnE%05u", expected == 1 ? i : 9000);
        cr_assert(eq(u32, n_found(name), expected), "%s", name);
    }
    cr_assert(eq(int, skr_gene_table_verify(folder, &id, fail_on_fault, "", &err), SKR_OK));
}

static void flip(uint64_t at)
{
    char path[200];
    char byte;
    snprintf(path, sizeof path, "%s/%s", folder, id.name);
    int fd = open(path, O_RDWR);
    cr_assert(eq(int, (int)pread(fd, &byte, 1, (off_t)at), 1));
    byte = (char)(byte ^ 1 << at % 8);
    cr_assert(eq(int, (int)pwrite(fd, &byte, 1, (off_t)at), 1));
    close(fd);
}

/* The first block is damaged: who asks for its genes learns so each time, until it is mended. */
Test(gene_table, tells_damage_to_those_whom_it_concerns)
{
    skr_gene_list list = {0};
    write_many();
    flip(100);
    cr_assert(eq(int, skr_gene_table_open(folder, &id, &table, &err), SKR_OK), "%s", err.message);
    expect_found("gene19999", "1:199990-199995 ");
    for (int i = 0; i < 2; i++)
        cr_assert(eq(int, skr_gene_table_find(table, "gene00000", &list, &err), SKR_ERR_CORRUPT));
    cr_assert(eq(u32, list.n, 0));
    cr_assert(eq(int, skr_gene_table_visit(table, NULL, NULL, &err), SKR_ERR_CORRUPT));
    flip(100);
    expect_found("gene00000", "1:0-5 ");
    cr_assert(eq(int, skr_gene_table_visit(table, NULL, NULL, &err), SKR_OK));
}

static void count_fault(void *context, const char *text)
{
    cr_assert(ne(ptr, (void *)text, NULL));
    (*(int *)context)++;
}

Test(gene_table, verifies_every_bit)
{
    skr_gene genes[] = {{"A", "E1", "1", 1, 2}, {"B", "", "1", 5, 9}, {"B", "E2", "X", 5, 9}};
    cr_assert(eq(int, skr_gene_table_write(genes, 3, folder, "genes-1.skr", &id, &err), SKR_OK));
    for (uint64_t at = 0; at < id.n_bytes; at++) {
        int n_faults = 0;
        flip(at);
        cr_assert(
            eq(int, skr_gene_table_verify(folder, &id, count_fault, &n_faults, &err), SKR_OK));
        cr_assert(gt(int, n_faults, 0), "byte %lu", at);
        flip(at);
    }
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
