/*
 * What is said of alleles comes back, each line once, by allele and by chunk; damage is refused.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "index/annotations/annotation_table.h"

static char folder[64];
static skr_err err;
static skr_file_id id;
static skr_annotation_draft *draft;
static skr_annotation_table *table;
static skr_annotation_chunk chunk;

static void set_up(void)
{
    snprintf(folder, sizeof folder, "/tmp/skerry-notes-XXXXXX");
    cr_assert(ne(ptr, mkdtemp(folder), NULL));
    memset(&id, 0, sizeof id);
    cr_assert(eq(int, skr_annotation_draft_new(&draft, &err), SKR_OK));
}

static void tear_down(void)
{
    char command[128];
    skr_annotation_chunk_done(&chunk);
    skr_annotation_draft_free(draft);
    skr_annotation_table_close(table);
    snprintf(command, sizeof command, "rm -r %s", folder);
    cr_assert(eq(int, system(command), 0));
}

TestSuite(annotation_table, .init = set_up, .fini = tear_down);

static skr_allele snv(uint32_t contig, uint32_t start0, const char *ref, const char *alt)
{
    return (skr_allele){.contig = contig,
                        .start0 = start0,
                        .end0 = start0 + 1,
                        .kind = SKR_ALLELE_SNV,
                        .n_ref = 1,
                        .n_alt = 1,
                        .ref = ref,
                        .alt = alt};
}

static void say(const char *symbol, const char *gene, const char *effects, const char *protein)
{
    const skr_annotation_said said = {.symbol = symbol,
                                      .n_symbol = strlen(symbol),
                                      .id = gene,
                                      .n_id = strlen(gene),
                                      .effects = effects,
                                      .n_effects = strlen(effects),
                                      .protein = protein};
    cr_assert(eq(int, skr_annotation_draft_line(draft, &said, &err), SKR_OK));
}

static void of(const skr_allele *allele)
{
    cr_assert(eq(int, skr_annotation_draft_allele(draft, allele, &err), SKR_OK));
}

static void write_and_open(uint64_t n_expected)
{
    uint64_t n = 0;
    cr_assert(eq(int, skr_annotation_draft_write(draft, "VEP v1", folder, "a-1.skr", &id, &n, &err),
                 SKR_OK),
              "%s", err.message);
    cr_assert(eq(u64, n, n_expected));
    cr_assert(eq(int, skr_annotation_table_open(folder, &id, 3, &table, &err), SKR_OK), "%s",
              err.message);
    cr_assert(eq(u64, skr_annotation_table_count(table), n_expected));
}

/* "GENE effect,effect impact protein; " of each line, then the words of significance. */
static void expect(const skr_allele *allele, const char *wanted)
{
    char text[512] = "";
    const skr_annotated *found = NULL;
    const skr_annotation_gene *genes = NULL;
    uint32_t n = 0;
    const char *const *effects = skr_annotation_table_effects(table, &n);
    const char *const *words = skr_annotation_table_significances(table, &n);
    cr_assert(eq(int, skr_annotation_table_genes(table, &genes, &n, &err), SKR_OK));
    cr_assert(eq(int, skr_annotation_table_find(table, allele, &chunk, &found, &err), SKR_OK));
    for (uint32_t i = 0; found != NULL && i < found->n_lines; i++) {
        const skr_annotation_line *line = &chunk.lines[found->first_line + i];
        size_t at = strlen(text);
        snprintf(text + at, sizeof text - at, "%s ",
                 line->gene == UINT32_MAX ? "-" : genes[line->gene].symbol);
        for (uint32_t e = 0; e < line->n_effects; e++) {
            at = strlen(text);
            snprintf(text + at, sizeof text - at, "%s%s", e > 0 ? "," : "",
                     effects[chunk.numbers[line->first_effect + e]]);
        }
        at = strlen(text);
        snprintf(text + at, sizeof text - at, " %s %.*s; ", skr_effect_impact_name(line->impact),
                 (int)line->n_protein, line->protein);
    }
    for (uint32_t i = 0; found != NULL && i < found->n_significances; i++) {
        size_t at = strlen(text);
        snprintf(text + at, sizeof text - at, "%s ",
                 words[chunk.numbers[found->first_significance + i]]);
    }
    cr_assert(eq(str, found == NULL ? (char *)"(none)" : text, (char *)wanted));
}

static void fail_on_fault(void *context, const char *text)
{
    (void)context;
    cr_assert(eq(str, (char *)text, ""));
}

static void count_fault(void *context, const char *text)
{
    (void)text;
    ++*(unsigned *)context;
}

Test(annotation_table, what_is_said_comes_back_once)
{
    skr_allele one = snv(0, 99, "A", "G");
    skr_allele two = snv(0, 99, "A", "T");
    skr_allele other = snv(2, 10, "C", "T");
    skr_allele nobody = snv(1, 99, "A", "G");
    say("G1", "ENSG1", "missense", "V600E");
    say("G2", "", "intron_variant&NMD_transcript_variant", "");
    of(&two);
    say("G1", "ENSG1", "missense_variant", "V600E");
    of(&two);
    say("", "", "stop_gained", "R31*");
    cr_assert(eq(int, skr_annotation_draft_significance(draft, "pathogenic", 10, &err), SKR_OK));
    of(&other);
    say("G3", "", "intron", "");
    of(NULL);
    cr_assert(eq(int, skr_annotation_draft_significance(draft, "benign", 6, &err), SKR_OK));
    of(&one);
    write_and_open(3);
    expect(&two, "G1 missense_variant moderate V600E; "
                 "G2 intron_variant,NMD_transcript_variant modifier ; ");
    expect(&one, "benign ");
    expect(&other, "- stop_gained high R31*; pathogenic ");
    expect(&nobody, "(none)");
    cr_assert(eq(str, (char *)skr_annotation_table_tool(table), "VEP v1"));
    cr_assert(zero(int, skr_annotation_table_verify(folder, &id, fail_on_fault, NULL, &err)));
}

Test(annotation_table, many_alleles_in_any_order)
{
    enum {
        N = 5000
    };
    for (uint32_t i = 0; i < N; i++) {
        char symbol[16];
        uint32_t k = (uint32_t)((uint64_t)i * 7919 % N);
        skr_allele allele = snv(k % 3, 10 * k, "A", "G");
        snprintf(symbol, sizeof symbol, "G%u", k / 100);
        say(symbol, "", k % 2 == 0 ? "missense" : "synonymous", k % 2 == 0 ? "V600E" : "");
        of(&allele);
    }
    write_and_open(N);
    const skr_annotation_map *maps = NULL;
    uint32_t n_maps = 0;
    cr_assert(zero(int, skr_annotation_table_maps(table, &maps, &n_maps, &err)));
    cr_assert(n_maps >= 3);
    for (uint32_t k = 0; k < N; k += 37) {
        char wanted[64];
        skr_allele allele = snv(k % 3, 10 * k, "A", "G");
        snprintf(wanted, sizeof wanted, "G%u %s; ", k / 100,
                 k % 2 == 0 ? "missense_variant moderate V600E" : "synonymous_variant low ");
        expect(&allele, wanted);
    }
    cr_assert(zero(int, skr_annotation_table_verify(folder, &id, fail_on_fault, NULL, &err)));
}

static void call(const char *name)
{
    cr_assert(eq(int, skr_annotation_draft_name(draft, name, strlen(name), &err), SKR_OK));
}

/* The alleles of a name, by the place of each: "10 20 ", chunk by chunk. */
static void expect_named(const char *name, const char *wanted)
{
    char text[256] = "";
    uint32_t *chunks = NULL;
    uint32_t n = 0;
    cr_assert(eq(int, skr_annotation_table_find_name(table, name, &chunks, &n, &err), SKR_OK));
    for (uint32_t c = 0; c < n; c++) {
        cr_assert(zero(int, skr_annotation_table_read(table, chunks[c], &chunk, &err)));
        for (uint32_t i = 0; i < chunk.n; i++) {
            size_t at = strlen(text);
            if (skr_annotation_is_named(&chunk, &chunk.alleles[i], name))
                snprintf(text + at, sizeof text - at, "%u ", chunk.alleles[i].allele.start0);
        }
    }
    free(chunks);
    cr_assert(eq(str, text, (char *)wanted), "of %s", name);
}

Test(annotation_table, a_name_is_of_several_alleles_and_an_allele_has_several)
{
    skr_allele one = snv(0, 10, "A", "G");
    skr_allele two = snv(0, 20, "A", "G");
    skr_allele three = snv(2, 30, "A", "G");
    call("rs1");
    call("COSV7");
    of(&one);
    call("RS1");
    say("G1", "", "missense", "");
    of(&two);
    call("rs1");
    call("rs1");
    of(&three);
    call("rs10");
    of(NULL);
    write_and_open(3);
    expect(&two, "G1 missense_variant moderate ; ");
    cr_assert(eq(u64, skr_annotation_table_n_names(table), 2));
    expect_named("rs1", "10 20 30 ");
    expect_named("Rs1", "10 20 30 ");
    expect_named("cosv7", "10 ");
    expect_named("rs10", "");
    expect_named("a", "");
    expect_named("z", "");
    cr_assert(zero(int, skr_annotation_table_verify(folder, &id, fail_on_fault, NULL, &err)));
}

/* More names than a block holds; each is found, and what lies between two is not. */
Test(annotation_table, many_names)
{
    enum {
        N = 12000
    };
    char name[32];
    char wanted[32];
    for (uint32_t i = 0; i < N; i++) {
        uint32_t k = (uint32_t)((uint64_t)i * 7919 % N);
        skr_allele allele = snv(0, 10 * k, "A", "G");
        snprintf(name, sizeof name, "rs%u", 2 * k);
        call(name);
        of(&allele);
    }
    write_and_open(N);
    cr_assert(eq(u64, skr_annotation_table_n_names(table), N));
    for (uint32_t k = 0; k < N; k += 101) {
        snprintf(name, sizeof name, "rs%u", 2 * k);
        snprintf(wanted, sizeof wanted, "%u ", 10 * k);
        expect_named(name, wanted);
        snprintf(name, sizeof name, "rs%u", 2 * k + 1);
        expect_named(name, "");
    }
    cr_assert(zero(int, skr_annotation_table_verify(folder, &id, fail_on_fault, NULL, &err)));
}

Test(annotation_table, an_empty_one)
{
    skr_allele one = snv(0, 99, "A", "G");
    write_and_open(0);
    expect(&one, "(none)");
    cr_assert(zero(int, skr_annotation_table_verify(folder, &id, fail_on_fault, NULL, &err)));
}

Test(annotation_table, effects_that_are_no_terms_are_kept_and_told)
{
    const char *first = NULL;
    skr_allele one = snv(0, 99, "A", "G");
    say("G1", "", "missense&my_own_effect", "");
    of(&one);
    cr_assert(eq(u64, skr_annotation_draft_unknown(draft, &first), 1));
    cr_assert(eq(str, (char *)first, "my_own_effect"));
    write_and_open(1);
    expect(&one, "G1 missense_variant,my_own_effect moderate ; ");
}

/* Every byte is covered by a checksum, or must be zero. */
Test(annotation_table, any_changed_byte_is_found)
{
    char path[128];
    unsigned char byte = 0;
    skr_allele one = snv(0, 99, "A", "G");
    say("G1", "ENSG1", "missense", "V600E");
    call("rs1");
    of(&one);
    write_and_open(1);
    snprintf(path, sizeof path, "%s/a-1.skr", folder);
    int fd = open(path, O_RDWR);
    for (off_t at = 0; at < (off_t)id.n_bytes; at += 3) {
        unsigned n_faults = 0;
        cr_assert(eq(int, (int)pread(fd, &byte, 1, at), 1));
        byte ^= 0x10;
        cr_assert(eq(int, (int)pwrite(fd, &byte, 1, at), 1));
        int status = skr_annotation_table_verify(folder, &id, count_fault, &n_faults, &err);
        cr_assert(status != SKR_OK || n_faults > 0, "byte %ld", (long)at);
        byte ^= 0x10;
        cr_assert(eq(int, (int)pwrite(fd, &byte, 1, at), 1));
    }
    close(fd);
}

Test(annotation_table, a_contig_that_the_assembly_lacks_is_refused)
{
    skr_annotation_table *few = NULL;
    const skr_annotation_map *maps = NULL;
    uint32_t n = 0;
    skr_allele one = snv(2, 99, "A", "G");
    say("G1", "", "missense", "");
    of(&one);
    write_and_open(1);
    cr_assert(eq(int, skr_annotation_table_open(folder, &id, 2, &few, &err), SKR_OK));
    cr_assert(eq(int, skr_annotation_table_maps(few, &maps, &n, &err), SKR_ERR_CORRUPT));
    skr_annotation_table_close(few);
}
