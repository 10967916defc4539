/*
 * What an id means, what lies below a term, and how releases of several ontologies live together.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "index/ontology/ontology.h"
#include "storage/manifest.h"

static char folder[64];
static skr_err err;
static skr_file_id id;
static skr_ontology *ontology;
static skr_ontology_edit *edit;
static int n_files;

static void set_up(void)
{
    snprintf(folder, sizeof folder, "/tmp/skerry-ontology-XXXXXX");
    cr_assert(ne(ptr, mkdtemp(folder), NULL));
    memset(&id, 0, sizeof id);
}

static void tear_down(void)
{
    char command[128];
    skr_ontology_close(ontology);
    snprintf(command, sizeof command, "rm -r %s", folder);
    cr_assert(eq(int, system(command), 0));
}

TestSuite(ontology, .init = set_up, .fini = tear_down);

static void begin(const char *name, const char *version)
{
    if (ontology == NULL)
        cr_assert(eq(int, skr_ontology_open(folder, &id, &ontology, &err), SKR_OK));
    if (edit == NULL)
        cr_assert(eq(int, skr_ontology_edit_new(ontology, &edit, &err), SKR_OK));
    cr_assert(eq(int, skr_ontology_edit_release(edit, name, version, &err), SKR_OK));
}

/* "B < A" is a parent, "~B" obsolete, "B = A" an alternative, "B > A" a replacement, "B" a term. */
static void say(const char *lines[])
{
    for (; *lines != NULL; lines++) {
        char a[32];
        char b[32];
        char sign;
        int n = sscanf(*lines, "%31s %c %31s", a, &sign, b);
        int status = SKR_OK;
        if (n == 1)
            status =
                skr_ontology_edit_term(edit, a[0] == '~' ? a + 1 : a, "label", a[0] == '~', &err);
        else if (sign == '<')
            status = skr_ontology_edit_parent(edit, a, b, &err);
        else if (sign == '=')
            status = skr_ontology_edit_alternative(edit, a, b, &err);
        else
            status = skr_ontology_edit_replacement(edit, a, b, &err);
        cr_assert(eq(int, status, SKR_OK), "%s", *lines);
    }
}

static int finish(void)
{
    char name[32];
    snprintf(name, sizeof name, "ontology-%d.skr", ++n_files);
    int status = skr_ontology_edit_write(edit, folder, name, &id, &err);
    skr_ontology_edit_free(edit);
    skr_ontology_close(ontology);
    edit = NULL;
    ontology = NULL;
    if (status == SKR_OK)
        cr_assert(eq(int, skr_ontology_open(folder, &id, &ontology, &err), SKR_OK), "%s",
                  err.message);
    if (status == SKR_OK)
        cr_assert(eq(int, skr_ontology_load_texts(ontology, &err), SKR_OK), "%s", err.message);
    return status;
}

static int append(void *context, uint32_t term, skr_err *unused)
{
    (void)unused;
    const char *curie = skr_ontology_curie(ontology, term);
    char *end = (char *)context + strlen(context);
    size_t n = strlen(curie);
    memcpy(end, curie, n);
    memcpy(end + n, " ", 2);
    return SKR_OK;
}

/* How many terms are below a term, itself among them; "A B " of the first ones in found. */
static int n_below(const char *curie, char *found)
{
    uint32_t n_terms = skr_ontology_n_terms(ontology);
    uint64_t *terms = calloc(n_terms / 64 + 1, sizeof *terms);
    uint32_t term = skr_ontology_resolve(ontology, curie);
    int n = 0;
    cr_assert(ne(u32, term, SKR_NONE), "%s", curie);
    cr_assert(eq(int, skr_ontology_mark_below(ontology, term, terms, &err), SKR_OK));
    for (uint32_t i = 0; i < n_terms; i++) {
        if ((terms[i / 64] >> i % 64 & 1) == 0)
            continue;
        if (n++ < 10)
            (void)append(found, i, NULL);
    }
    free(terms);
    return n;
}

static void expect_below(const char *curie, const char *expected)
{
    char found[512] = "";
    (void)n_below(curie, found);
    cr_assert(eq(str, found, (char *)expected));
}

static void expect_meaning(const char *curie, const char *expected)
{
    uint32_t term = skr_ontology_resolve(ontology, curie);
    const char *found = term == SKR_NONE ? "" : skr_ontology_curie(ontology, term);
    cr_assert(eq(str, (char *)found, (char *)expected), "%s", curie);
}

Test(ontology, closes_over_a_graph)
{
    begin("x", "1");
    say((const char *[]){"X:1", "X:2", "X:3", "X:4", "X:5", "X:2 < X:1", "X:3 < X:1", "X:4 < X:2",
                         "X:4 < X:3", "X:4 < X:3", "X:5 < X:5", "X:5 < X:77", NULL});
    cr_assert(eq(int, finish(), SKR_OK));
    expect_below("X:1", "X:1 X:2 X:3 X:4 ");
    expect_below("X:4", "X:4 ");
    expect_below("X:5", "X:5 ");
    char found[64] = "";
    cr_assert(eq(int,
                 skr_ontology_ancestors(ontology, skr_ontology_resolve(ontology, "X:4"), append,
                                        found, &err),
                 SKR_OK));
    cr_assert(eq(str, found, "X:4 X:2 X:3 X:1 "));
    cr_assert(not(skr_ontology_knows(ontology, "X:77")));
    cr_assert(eq(u32, skr_ontology_n_terms(ontology), 5));
}

Test(ontology, follows_retired_ids)
{
    begin("x", "1");
    say((const char *[]){"X:1", "X:2", "X:9 = X:1", "~X:10", "X:10 > X:9", "~X:11", "X:11 > X:10",
                         "~X:12", "~X:13", "X:13 > X:1", "X:13 > X:2", "~X:14", "X:14 > X:15",
                         "~X:15", "X:15 > X:14", "X:2 = X:1", "X:16 = X:1", "X:16 = X:2", NULL});
    cr_assert(eq(int, finish(), SKR_OK));
    expect_meaning("X:9", "X:1");
    expect_meaning("X:10", "X:1");
    expect_meaning("X:11", "X:1");
    expect_meaning("X:2", "X:2"); /* a term in force means itself */
    expect_meaning("X:12", "");   /* nothing replaced it */
    expect_meaning("X:13", "");   /* two did */
    expect_meaning("X:14", "");   /* a circle */
    expect_meaning("X:16", "");   /* two terms claim it */
    cr_assert(skr_ontology_knows(ontology, "X:12"));
    /* all of a list at once, though not all are there */
    static const char *const asked[] = {"A:1", "X:2", "X:9", "X:10", "X:11", "X:110", "Y:1"};
    static const uint32_t meant[] = {SKR_NONE, 1, 0, 0, 0, SKR_NONE, SKR_NONE};
    uint32_t meanings[sizeof asked / sizeof *asked];
    skr_curie_list list = {0};
    cr_assert(eq(int, skr_curie_list_encode(asked, 7, &list.bytes, &err), SKR_OK));
    cr_assert(eq(int, skr_curie_list_read(&list, 7, &err), SKR_OK));
    cr_assert(eq(int, skr_ontology_resolve_all(ontology, &list, meanings, &err), SKR_OK));
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        cr_assert(eq(u32, meanings[i], meant[i]), "%s", asked[i]);
    skr_curie_list_done(&list);
}

Test(ontology, refuses_a_circle_and_names_a_term_of_it)
{
    begin("x", "1");
    say((const char *[]){"X:1", "X:2", "X:3", "X:4", "X:5", "X:1 < X:3", "X:2 < X:1", "X:3 < X:2",
                         "X:4 < X:3", "X:1 < X:5", NULL});
    cr_assert(eq(int, finish(), SKR_ERR_INPUT));
    cr_assert(ne(ptr, strpbrk(err.message, "123"), NULL));
    cr_assert(eq(ptr, strstr(err.message, "X:4"), NULL));
    cr_assert(eq(ptr, strstr(err.message, "X:5"), NULL));
    cr_assert(eq(chr, id.name[0], '\0'));
}

Test(ontology, replaces_an_older_release_and_no_other)
{
    begin("x", "1");
    say((const char *[]){"X:1", "X:2", "X:2 < X:1", "Y:5", "Y:5 < X:1", NULL});
    begin("y", "1");
    say((const char *[]){"Y:1", "Y:2", "Y:5", "Y:2 < Y:1", "Y:5 < Y:1", "X:2 < Y:1", NULL});
    cr_assert(eq(int, finish(), SKR_OK));
    expect_below("X:1", "X:1 X:2 ");     /* Y speaks for Y:5 */
    expect_below("Y:1", "Y:1 Y:2 Y:5 "); /* and not for X:2 */
    begin("x", "2");
    say((const char *[]){"X:1", "X:3", "X:4", "X:3 < X:1", "X:2 = X:3", NULL});
    cr_assert(eq(int, finish(), SKR_OK));
    expect_below("X:1", "X:1 X:3 ");
    expect_meaning("X:2", "X:3");
    uint32_t n;
    const skr_ontology_release *releases = skr_ontology_releases(ontology, &n);
    cr_assert(eq(u32, n, 2));
    cr_assert(eq(str, (char *)releases[0].prefix, "Y"));
    cr_assert(eq(str, (char *)releases[1].version, "2"));
    cr_assert(skr_ontology_has_prefix(ontology, "X:0815"));
    cr_assert(not(skr_ontology_has_prefix(ontology, "XY:1")));
    cr_assert(not(skr_ontology_has_prefix(ontology, "X")));
}

Test(ontology, refuses_what_is_no_id)
{
    begin("x", "1");
    static const char *const bad[] = {"", "X", ":1", "X:", "X:\n1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert(eq(int, skr_ontology_edit_term(edit, bad[i], NULL, false, &err), SKR_ERR_INPUT));
    cr_assert(eq(int, finish(), SKR_ERR_INPUT)); /* no terms */
}

Test(ontology, closes_over_a_long_chain)
{
    begin("x", "1");
    for (int i = 0; i < 50000; i++) {
        char child[32];
        char parent[32];
        snprintf(child, sizeof child, "X:%d", i);
        snprintf(parent, sizeof parent, "X:%d", i - 1);
        cr_assert(eq(int, skr_ontology_edit_term(edit, child, NULL, false, &err), SKR_OK));
        if (i > 0)
            cr_assert(eq(int, skr_ontology_edit_parent(edit, child, parent, &err), SKR_OK));
    }
    cr_assert(eq(int, finish(), SKR_OK));
    char found[512] = "";
    int n = n_below("X:0", found);
    cr_assert(eq(int, n, 50000));
}

static void count_fault(void *context, const char *text)
{
    cr_assert(ne(ptr, (void *)text, NULL));
    (*(int *)context)++;
}

Test(ontology, is_not_read_from_a_damaged_file)
{
    begin("x", "1");
    say((const char *[]){"X:1", "X:2", "X:2 < X:1", "X:9 = X:1", "~X:10", "X:10 > X:9", NULL});
    cr_assert(eq(int, finish(), SKR_OK));
    char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, id.name);
    int n_faults = 0;
    cr_assert(eq(int, skr_ontology_verify(folder, &id, count_fault, &n_faults, &err), SKR_OK));
    cr_assert(eq(int, n_faults, 0));
    for (uint64_t at = 0; at < id.n_bytes; at++) {
        int fd = open(path, O_RDWR);
        char byte;
        cr_assert(eq(int, (int)pread(fd, &byte, 1, (off_t)at), 1));
        char damaged = (char)(byte ^ (1 << at % 8));
        cr_assert(eq(int, (int)pwrite(fd, &damaged, 1, (off_t)at), 1));
        n_faults = 0;
        cr_assert(eq(int, skr_ontology_verify(folder, &id, count_fault, &n_faults, &err), SKR_OK));
        cr_assert(gt(int, n_faults, 0), "byte %lu", at);
        cr_assert(eq(int, (int)pwrite(fd, &byte, 1, (off_t)at), 1));
        close(fd);
    }
}

/* The terms are read by who asks for them; who fails leaves the ontology as it was. */
Test(ontology, is_loaded_when_asked_for)
{
    begin("x", "1");
    say((const char *[]){"X:1", "X:2", "X:2 < X:1", NULL});
    cr_assert(eq(int, finish(), SKR_OK));
    skr_ontology_close(ontology);
    ontology = NULL;
    cr_assert(eq(int, skr_ontology_open(folder, &id, &ontology, &err), SKR_OK));
    cr_assert(eq(u64, skr_ontology_totals(ontology).n_blocks, 0));
    cr_assert(skr_ontology_has_prefix(ontology, "X:9"));
    cr_assert(eq(u32, skr_ontology_n_terms(ontology), 2));
    char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, id.name);
    /* blocks: names and table of the release, then the CURIEs */
    int fd = open(path, O_RDWR);
    char byte;
    cr_assert(eq(int, (int)pread(fd, &byte, 1, 64 * 3), 1));
    char damaged = (char)(byte ^ 1);
    cr_assert(eq(int, (int)pwrite(fd, &damaged, 1, 64 * 3), 1));
    for (int i = 0; i < 2; i++)
        cr_assert(eq(int, skr_ontology_load(ontology, &err), SKR_ERR_CORRUPT));
    cr_assert(eq(int, (int)pwrite(fd, &byte, 1, 64 * 3), 1));
    close(fd);
    cr_assert(eq(int, skr_ontology_load(ontology, &err), SKR_OK), "%s", err.message);
    uint64_t below = 0;
    cr_assert(eq(int, skr_ontology_mark_below(ontology, 0, &below, &err), SKR_OK));
    cr_assert(eq(u64, below, 3));
    uint64_t n_blocks = skr_ontology_totals(ontology).n_blocks;
    cr_assert(eq(int, skr_ontology_load(ontology, &err), SKR_OK));
    cr_assert(eq(u64, skr_ontology_totals(ontology).n_blocks, n_blocks));
    cr_assert(eq(int, skr_ontology_load_texts(ontology, &err), SKR_OK));
    cr_assert(eq(str, (char *)skr_ontology_label(ontology, 1), "label"));
    expect_below("X:1", "X:1 X:2 ");
}
