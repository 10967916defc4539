/*
 * OBO and OBO graphs JSON give terms, parents and the meaning of retired ids; what is malformed is
 * refused with its place.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/load_store.h"

static load_store s;

static void set_up(void)
{
    load_store_init(&s);
}

static void tear_down(void)
{
    load_store_done(&s);
}

TestSuite(import_ontology, .init = set_up, .fini = tear_down);

static const char obo[] = "format-version: 1.2\n"
                          "data-version: x/releases/2024-04-26\n"
                          "ontology: x\n"
                          "\n"
                          "[Term]\n"
                          "id: X:1\n"
                          "name: one ! not a comment in a name\n"
                          "\n"
                          "[Typedef]\n"
                          "id: part_of\n"
                          "is_a: nothing\n"
                          "[Term]\r\n"
                          "id: X:2 ! a comment\r\n"
                          "name: two\r\n"
                          "alt_id: X:20\r\n"
                          "is_a: X:1 {source=\"Y\"} ! one\r\n"
                          "relationship: part_of X:1\r\n"
                          "! a comment\n"
                          "[Term]\n"
                          "id: X:3\n"
                          "is_obsolete: true\n"
                          "replaced_by: X:20\n"
                          "[Instance]\n"
                          "id: X:9\n";

static void load(const char *name, const char *text)
{
    cr_assert(eq(int, load_text(&s, skr_import_ontology, "d", name, text), SKR_OK), "%s",
              s.err.message);
    load_store_open(&s);
}

static const char *meaning(const char *curie)
{
    uint32_t term = skr_ontology_resolve(s.ontology, curie);
    return term == SKR_NONE ? "" : skr_ontology_curie(s.ontology, term);
}

static int n_below(const char *curie)
{
    uint64_t terms = 0; /* the ontologies here have no more */
    uint32_t term = skr_ontology_resolve(s.ontology, curie);
    cr_assert(le(u32, skr_ontology_n_terms(s.ontology), 64));
    cr_assert(eq(int, skr_ontology_mark_below(s.ontology, term, &terms, &s.err), SKR_OK));
    return __builtin_popcountll(terms);
}

Test(import_ontology, reads_obo)
{
    load("x.obo", obo);
    uint32_t n;
    const skr_ontology_release *releases = skr_ontology_releases(s.ontology, &n);
    cr_assert(eq(u32, n, 1));
    cr_assert(eq(str, (char *)releases[0].prefix, "X"));
    cr_assert(eq(str, (char *)releases[0].name, "x"));
    cr_assert(eq(str, (char *)releases[0].version, "2024-04-26"));
    cr_assert(eq(u32, releases[0].n_terms, 2));
    cr_assert(eq(str, (char *)meaning("X:3"), "X:2"));
    cr_assert(eq(str, (char *)meaning("X:20"), "X:2"));
    cr_assert(eq(str, (char *)meaning("X:9"), ""));
    cr_assert(eq(int, n_below("X:1"), 2));
    cr_assert(eq(str,
                 (char *)skr_ontology_label(s.ontology, skr_ontology_resolve(s.ontology, "X:1")),
                 "one ! not a comment in a name"));
}

Test(import_ontology, reads_graphs)
{
    load(
        "x.json",
        "{\"graphs\": [{\"id\": \"http://purl.obolibrary.org/obo/x.json\", \"meta\": {\"version\": "
        "\"v1\"}, \"nodes\": ["
        "{\"id\": \"http://purl.obolibrary.org/obo/X_1\", \"type\": \"CLASS\", \"lbl\": \"one\"},"
        "{\"id\": \"http://purl.obolibrary.org/obo/X_2\", \"type\": \"CLASS\", \"lbl\": \"two\", "
        "\"meta\": {\"basicPropertyValues\": [{\"pred\": "
        "\"http://www.geneontology.org/formats/oboInOwl#hasAlternativeId\", \"val\": "
        "\"X:20\"}]}},"
        "{\"id\": \"http://purl.obolibrary.org/obo/X_3\", \"type\": \"CLASS\", \"meta\": "
        "{\"deprecated\": true, \"basicPropertyValues\": [{\"pred\": "
        "\"http://purl.obolibrary.org/obo/IAO_0100001\", \"val\": "
        "\"http://purl.obolibrary.org/obo/X_2\"}]}},"
        "{\"id\": \"http://purl.obolibrary.org/obo/X_4\", \"type\": \"CLASS\"},"
        "{\"id\": \"http://purl.obolibrary.org/obo/RO_1\", \"lbl\": \"part of\"},"
        "{\"id\": \"http://purl.obolibrary.org/obo/BFO_1\", \"type\": \"PROPERTY\", \"lbl\": "
        "\"in\"}],"
        "\"edges\": [{\"sub\": \"http://purl.obolibrary.org/obo/X_2\", \"pred\": \"is_a\", "
        "\"obj\": \"http://purl.obolibrary.org/obo/X_1\"}, {\"sub\": "
        "\"http://purl.obolibrary.org/obo/X_1\", \"pred\": "
        "\"http://purl.obolibrary.org/obo/BFO_1\", "
        "\"obj\": \"http://purl.obolibrary.org/obo/X_2\"}]}]}");
    uint32_t n;
    const skr_ontology_release *releases = skr_ontology_releases(s.ontology, &n);
    cr_assert(eq(str, (char *)releases[0].name, "x"));
    cr_assert(eq(str, (char *)releases[0].version, "v1"));
    cr_assert(eq(u32, skr_ontology_n_terms(s.ontology), 2));
    cr_assert(eq(str, (char *)meaning("X:3"), "X:2"));
    cr_assert(eq(str, (char *)meaning("X:20"), "X:2"));
    cr_assert(eq(int, n_below("X:1"), 2));
    load("x.obo", obo); /* a newer release of the same prefix */
    cr_assert(eq(str, (char *)skr_ontology_releases(s.ontology, &n)[0].version, "2024-04-26"));
    cr_assert(eq(u32, n, 1));
}

Test(import_ontology, knows_the_retired_ids_of_real_data)
{
    cr_assert(eq(int,
                 load_path(&s, skr_import_ontology, "d", load_data_path("people/hp_extract.json")),
                 SKR_OK));
    load_store_open(&s);
    FILE *file = fopen(load_data_path("people/retired_ids.tsv"), "r");
    char line[100];
    char old[50];
    char new[50];
    int n = 0;
    cr_assert(ne(ptr, fgets(line, sizeof line, file), NULL));
    for (; fscanf(file, "%49s %49s", old, new) == 2; n++)
        cr_assert(eq(str, (char *)meaning(old), strcmp(new, ".") == 0 ? "" : new), "%s", old);
    fclose(file);
    cr_assert(gt(int, n, 600));
    cr_assert(eq(u32, skr_ontology_n_terms(s.ontology), 647));
    cr_assert(not(skr_ontology_has_prefix(s.ontology, "RO:0002503")));
}

Test(import_ontology, refuses_what_is_malformed)
{
    static const struct {
        const char *text;
        int status;
        const char *words;
    } cases[] = {
        {"", SKR_ERR_INPUT, "empty"},
        {"ontology: x\n", SKR_ERR_INPUT, "no [Term]"},
        {"[Term]\nname: x\n\n[Term]\nid: X:1\n", SKR_ERR_INPUT, "line 4: the [Term] before"},
        {"[Term]\nid: X:1\nid: X:2\n", SKR_ERR_INPUT, "line 3: a second id"},
        {"[Term]\nis_a: X:1\nid: X:2\n", SKR_ERR_INPUT, "is_a before the id"},
        {"[Term]\nid: X:1\nnonsense\n", SKR_ERR_INPUT, "line 3: \"nonsense\""},
        {"[Term]\nid: X1\n", SKR_ERR_INPUT, "no terms"},
        {"[Term]\nid: X:1\nis_a: X:2\n[Term]\nid: X:2\nis_a: X:1\n", SKR_ERR_INPUT, "circle"},
        {"[Term]\nid: X:1\nis_obsolete: true\n", SKR_ERR_INPUT, "no terms"},
        {"{}", SKR_ERR_INPUT, "no \"graphs\""},
        {"{\"graphs\": []}", SKR_ERR_INPUT, "no \"graphs\""},
        {"{\"graphs\": [{}]}", SKR_ERR_INPUT, "no terms"},
        {"{\"graphs\": [1]}", SKR_ERR_INPUT, "a graph must have"},
        {"{\"graphs\": [{\"nodes\": {}}]}", SKR_ERR_INPUT, "a graph must have"},
        {"{\"graphs\": [{\"nodes\": [{}]}]}", SKR_ERR_INPUT, "node without an id"},
        {"{\"graphs\": [{\"nodes\": [], \"edges\": [1]}]}", SKR_ERR_INPUT, "edge without"},
        {"{\"graphs\": [{\"nodes\": []}]}", SKR_ERR_INPUT, "no terms"},
        {"{\"graphs\": [", SKR_ERR_INPUT, "ends in the middle"},
        {"{\"graphs\": x}", SKR_ERR_INPUT, "malformed JSON"},
        {"<?xml version=\"1.0\"?><rdf:RDF/>", SKR_ERR_NOT_YET, "OWL"},
        {"id\tsubject\tpredicate\tobject\n", SKR_ERR_NOT_YET, "edges"},
    };
    load("x.obo", obo);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int status = load_text(&s, skr_import_ontology, "d", "y.dat", cases[i].text);
        cr_assert(eq(int, status, cases[i].status), "%s: %s", cases[i].text, s.err.message);
        cr_assert(ne(ptr, strstr(s.err.message, cases[i].words), NULL), "%s", s.err.message);
        cr_assert(ne(ptr, strstr(s.err.message, "y.dat"), NULL), "%s", s.err.message);
    }
    load_store_open(&s);
    cr_assert(eq(int, (int)skr_store_manifest(s.store)->generation, 1));
}

Test(import_ontology, survives_any_damage)
{
    char damaged[sizeof obo];
    for (size_t at = 0; at + 1 < sizeof obo; at += 3) {
        memcpy(damaged, obo, sizeof damaged);
        damaged[at] = "[]:! \nX\t{~"[at % 10];
        int status = load_text(&s, skr_import_ontology, "d", "x.obo", damaged);
        cr_assert(status == SKR_OK || status == SKR_ERR_INPUT || status == SKR_ERR_NOT_YET,
                  "%zu: %s", at, s.err.message);
    }
}
