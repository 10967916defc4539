/*
 * What a delivery says of people is what the store says of them afterwards; what is malformed is
 * refused with its place, and the store stays as it was.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <unistd.h>

#include "tests/support/load_store.h"
#include "tests/support/people_ask.h"

static load_store s;

static void set_up(void)
{
    load_store_init(&s);
}

static void tear_down(void)
{
    load_store_done(&s);
}

TestSuite(import_people, .init = set_up, .fini = tear_down);

static void say(const char *name, const char *text)
{
    cr_assert(eq(int, load_text(&s, skr_import_people, "d", name, text), SKR_OK), "%s",
              s.err.message);
    load_store_open(&s);
}

static void expect_refused(const char *text, const char *words)
{
    int status = load_text(&s, skr_import_people, "d", "x.json", text);
    cr_assert(eq(int, status, SKR_ERR_INPUT), "%s", text);
    cr_assert(ne(ptr, strstr(s.err.message, "x.json"), NULL), "%s", s.err.message);
    cr_assert(ne(ptr, strstr(s.err.message, words), NULL), "%s", s.err.message);
    cr_assert(eq(ptr, strchr(s.err.message, '\n'), NULL));
}

static uint32_t count(const skr_people_set *set)
{
    return set == NULL ? 0 : skr_people_set_count(set);
}

static uint32_t n_with(const char *term)
{
    return n_asked(ask_of_term(s.people, 0, term));
}

static uint32_t n_compared(skr_column column, const char *term, skr_compare compare, double value)
{
    uint64_t bitmap[100] = {0};
    uint32_t n = 0;
    cr_assert(lt(u32, skr_people_count(s.people), 6400));
    ask_compare(s.people, 0, column, term, compare, value, bitmap);
    for (int i = 0; i < 100; i++)
        n += (uint32_t)__builtin_popcountll(bitmap[i]);
    return n;
}

/* ------------------------------------------------------------------ real data */

/* Who has a term of an ontology's number, or with is_below one below it, under any id. */
static uint64_t people_of(const char *curie, bool is_below)
{
    static uint64_t terms[1000];
    const skr_stated_term *stated = NULL;
    uint32_t n = 0;
    uint64_t bitmap = 0;
    uint32_t term = skr_ontology_resolve(s.ontology, curie);
    memset(terms, 0, sizeof terms);
    cr_assert(lt(u32, skr_ontology_n_terms(s.ontology), 64000));
    if (term != SKR_NONE && is_below)
        cr_assert(eq(int, skr_ontology_mark_below(s.ontology, term, terms, &s.err), SKR_OK));
    else if (term != SKR_NONE)
        terms[term / 64] |= UINT64_C(1) << term % 64;
    cr_assert(eq(int, skr_people_terms(s.people, 0, &stated, &n, &s.err), SKR_OK));
    for (uint32_t i = 0; i < n; i++) {
        uint32_t meant = skr_ontology_resolve(s.ontology, stated[i].curie);
        if (strcmp(stated[i].curie, curie) == 0 ||
            (meant != SKR_NONE && (terms[meant / 64] >> meant % 64 & 1) != 0))
            bitmap |= ask_of_term(s.people, 0, stated[i].curie).bits[0];
    }
    return bitmap;
}

static uint64_t bits_of_sex(skr_sex sex)
{
    uint64_t bitmap = 0;
    skr_people_set_mark(ask_of_sex(s.people, 0, sex), &bitmap, skr_people_count(s.people));
    return bitmap;
}

Test(import_people, counts_phenopackets_like_a_naive_reader)
{
    cr_assert(eq(int,
                 load_path(&s, skr_import_people, "d", load_data_path("people/phenopackets.jsonl")),
                 SKR_OK),
              "%s", s.err.message);
    cr_assert(eq(int,
                 load_path(&s, skr_import_ontology, "d", load_data_path("people/hp_extract.json")),
                 SKR_OK),
              "%s", s.err.message);
    load_store_open(&s);
    cr_assert(eq(u32, skr_people_count(s.people), 30));
    FILE *file = fopen(load_data_path("people/people_of_terms.tsv"), "r");
    char line[200];
    char term[100];
    uint32_t exact, below, female, male;
    int n = 0;
    cr_assert(ne(ptr, fgets(line, sizeof line, file), NULL));
    while (fscanf(file, "%99s %u %u %u %u", term, &exact, &below, &female, &male) == 5) {
        uint64_t all = people_of(term, true);
        uint64_t stated = people_of(term, false);
        cr_assert(eq(int, __builtin_popcountll(stated), (int)exact), "%s", term);
        cr_assert(eq(int, __builtin_popcountll(all), (int)below), "%s", term);
        cr_assert(eq(int, __builtin_popcountll(all & bits_of_sex(SKR_SEX_FEMALE)), (int)female));
        cr_assert(eq(int, __builtin_popcountll(all & bits_of_sex(SKR_SEX_MALE)), (int)male));
        n++;
    }
    fclose(file);
    cr_assert(gt(int, n, 600));
}

Test(import_people, counts_beacon_individuals_like_a_naive_reader)
{
    static const char *const signs[] = {"=", "!=", "<", "<=", ">", ">="};
    cr_assert(eq(int,
                 load_path(&s, skr_import_people, "d", load_data_path("people/biosamples.json")),
                 SKR_OK));
    cr_assert(eq(int, (int)s.result.n_new, 10));
    cr_assert(eq(int,
                 load_path(&s, skr_import_people, "d", load_data_path("people/individuals.json")),
                 SKR_OK));
    cr_assert(eq(int, (int)s.result.n_new, 30));
    load_store_open(&s);
    cr_assert(eq(u32, n_with("UBERON:0000178"), 10)); /* of the biosamples, still there */
    FILE *file = fopen(load_data_path("people/people_of_individuals.tsv"), "r");
    char line[200];
    char term[100];
    char sign[4];
    double value;
    uint32_t n_people;
    int n = 0;
    cr_assert(ne(ptr, fgets(line, sizeof line, file), NULL));
    while (fscanf(file, "%99s %3s %lf %u", term, sign, &value, &n_people) == 4) {
        uint32_t found = n_with(term);
        for (int k = 0; k < 6; k++)
            if (strcmp(sign, signs[k]) == 0)
                found = n_compared(SKR_COLUMN_VALUE, term, (skr_compare)k, value);
        cr_assert(eq(u32, found, n_people), "%s %s %g", term, sign, value);
        n++;
    }
    fclose(file);
    cr_assert(gt(int, n, 80));
}

/* ------------------------------------------------------------------ phenopackets */

static const char packet[] =
    "{\"id\": \"P1\", \"unknown\": [1, {}],\n"
    " \"subject\": {\"id\": \"II:2\", \"sex\": \"FEMALE\", \"karyotypicSex\": \"XY\",\n"
    "  \"timeAtLastEncounter\": {\"age\": {\"iso8601duration\": \"P12Y6M\"}}},\n"
    " \"phenotypicFeatures\": [{\"type\": {\"id\": \"HP:1\", \"label\": \"one\"},\n"
    "   \"onset\": {\"age\": {\"iso8601duration\": \"P3Y\"}}},\n"
    "  {\"type\": {\"id\": \"HP:2\"}, \"excluded\": true}, {\"type\": {\"id\": \"HP:3\"}},\n"
    "  {\"type\": {\"id\": \"HP:3\"}, \"excluded\": true},\n"
    "  {\"type\": {\"id\": \"HP:4\"}, \"severity\": {\"id\": \"HP:5\"}, \"negated\": true}],\n"
    " \"diseases\": [{\"term\": {\"id\": \"OMIM:1\"}, \"onset\": {\"ontologyClass\": {\"id\": "
    "\"HP:6\"}}},\n"
    "  {\"term\": {\"id\": \"OMIM:2\"}, \"onset\": {\"age\": {\"iso8601duration\": \"P2Y\"}}},\n"
    "  {\"term\": {\"id\": \"OMIM:3\"}, \"excluded\": true}],\n"
    " \"measurements\": [{\"assay\": {\"id\": \"LOINC:1\"}, \"value\": {\"quantity\": {\"value\": "
    "7.5}}},\n"
    "  {\"assay\": {\"id\": \"LOINC:2\"}, \"value\": {\"ontologyClass\": {\"id\": \"X:1\"}}},\n"
    "  {\"assay\": {\"id\": \"LOINC:3\"}, \"complexValue\": null, \"value\": {\"complexValue\": "
    "{\"typedQuantities\": [{\"type\": {\"id\": \"LOINC:4\"}, \"quantity\": {\"value\": "
    "80}}]}}}],\n"
    " \"medicalActions\": [{\"procedure\": {\"code\": {\"id\": \"NCIT:1\"}}},\n"
    "  {\"treatment\": {\"agent\": {\"id\": \"DrugCentral:1\"}}}],\n"
    " \"interpretations\": [{\"id\": \"i\", \"progressStatus\": \"SOLVED\", \"diagnosis\": "
    "{\"disease\": {\"id\": \"OMIM:4\"}}},\n"
    "  {\"id\": \"j\", \"progressStatus\": \"IN_PROGRESS\", \"diagnosis\": {\"disease\": {\"id\": "
    "\"OMIM:5\"}}},\n"
    "  {\"id\": \"k\", \"progressStatus\": \"SOLVED\", \"diagnosis\": {\"disease\": {\"id\": "
    "\"OMIM:3\"}}}],\n"
    " \"biosamples\": [{\"id\": \"B1\", \"sampledTissue\": {\"id\": \"UBERON:1\"}, "
    "\"diagnosticMarkers\": [{\"id\": \"NCIT:2\"}], \"procedure\": {\"code\": {\"id\": "
    "\"NCIT:3\"}}}],\n"
    " \"metaData\": {}}";

Test(import_people, reads_all_of_a_phenopacket)
{
    static const char *const there[] = {"HP:1",    "HP:3",    "OMIM:1",   "OMIM:2",       "OMIM:4",
                                        "LOINC:1", "LOINC:2", "LOINC:3",  "LOINC:4",      "NCIT:1",
                                        "NCIT:2",  "NCIT:3",  "UBERON:1", "DrugCentral:1"};
    static const char *const absent[] = {"HP:2", "HP:4", "HP:5", "HP:6", "OMIM:3", "OMIM:5", "X:1"};
    say("p.json", packet);
    cr_assert(eq(u32, ask_find(s.people, "P1"), 0));
    cr_assert(eq(u32, ask_find(s.people, "II:2"), SKR_NONE));
    for (size_t i = 0; i < sizeof there / sizeof *there; i++)
        cr_assert(eq(u32, n_with(there[i]), 1), "%s", there[i]);
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        cr_assert(eq(u32, n_with(absent[i]), 0), "%s", absent[i]);
    cr_assert(ask_knows_term(s.people, "HP:2"));
    cr_assert(eq(u32, count(ask_of_sex(s.people, 0, SKR_SEX_FEMALE)), 1));
    cr_assert(eq(int, ask_karyotype(s.people, 0, 0).n_x, SKR_KARYOTYPE_UNKNOWN));
    cr_assert(eq(u32, n_compared(SKR_COLUMN_AGE, NULL, SKR_EQ, 12.5), 1));
    cr_assert(eq(u32, n_compared(SKR_COLUMN_ONSET, "HP:1", SKR_EQ, 3), 1));
    cr_assert(eq(u32, n_compared(SKR_COLUMN_ANY_ONSET, NULL, SKR_LT, 2.5), 1));
    cr_assert(eq(u32, n_compared(SKR_COLUMN_ANY_ONSET, NULL, SKR_GE, 3), 0));
    cr_assert(eq(u32, n_compared(SKR_COLUMN_VALUE, "LOINC:1", SKR_EQ, 7.5), 1));
    cr_assert(eq(u32, n_compared(SKR_COLUMN_VALUE, "LOINC:4", SKR_EQ, 80), 1));
    cr_assert(not(ask_has_values(s.people, "LOINC:2")));
}

/* Of how many records another fact of the kind was there before. */
static uint64_t n_replaced(unsigned kind)
{
    for (uint32_t i = 0; i < s.result.n_replaced; i++)
        if (strcmp(s.result.replaced[i].kind, skr_people_said_name(kind)) == 0)
            return s.result.replaced[i].n;
    return 0;
}

Test(import_people, replaces_the_kinds_that_come_and_nothing_else)
{
    say("p.json", packet);
    say("q.json", "[{\"id\": \"P2\", \"phenotypicFeatures\": [{\"featureType\": {\"id\": "
                  "\"HP:1\"}}]},\n{\"id\": \"P1\", \"sex\": {\"id\": \"NCIT:C20197\"}, "
                  "\"diseases\": [{\"diseaseCode\": {\"id\": \"OMIM:9\"}, \"ageOfOnset\": "
                  "{\"iso8601duration\": \"P1Y\"}}]}]");
    cr_assert(eq(u32, skr_people_count(s.people), 2));
    cr_assert(eq(u64, n_replaced(SKR_TERM_DISEASE), 1));
    cr_assert(eq(u64, n_replaced(SKR_SAID_SEX), 1));
    cr_assert(eq(u64, n_replaced(SKR_TERM_PHENOTYPE), 0));
    cr_assert(eq(u32, n_with("HP:1"), 2));
    cr_assert(eq(u32, n_with("HP:3"), 1));
    cr_assert(eq(u32, n_with("OMIM:9"), 1));
    cr_assert(eq(u32, n_with("OMIM:2"), 0));
    cr_assert(eq(u32, n_with("OMIM:4"), 0)); /* of an interpretation */
    cr_assert(eq(u32, n_with("UBERON:1"), 1));
    cr_assert(ask_knows_term(s.people, "HP:2"));
    cr_assert(eq(u32, count(ask_of_sex(s.people, 0, SKR_SEX_FEMALE)), 0));
    cr_assert(eq(u32, count(ask_of_sex(s.people, 0, SKR_SEX_MALE)), 1));
    cr_assert(eq(u32, count(ask_of_sex(s.people, 0, SKR_SEX_UNKNOWN)), 1));
    cr_assert(eq(u32, n_compared(SKR_COLUMN_ANY_ONSET, NULL, SKR_GT, 0), 1));
    cr_assert(eq(u32, n_compared(SKR_COLUMN_AGE, NULL, SKR_EQ, 12.5), 1));
    /* an empty list says that there is nothing; null says nothing */
    say("e.json", "{\"id\": \"P1\", \"phenotypicFeatures\": [], \"diseases\": null}");
    cr_assert(eq(u32, n_with("HP:3"), 0));
    cr_assert(not(ask_knows_term(s.people, "HP:2")));
    cr_assert(eq(u32, n_with("OMIM:9"), 1));
    /* a biosample that moves from one individual to another */
    say("b.json", "[{\"id\": \"B\", \"individualId\": \"P1\", \"biosampleStatus\": {\"id\": "
                  "\"EFO:1\"}}]");
    cr_assert(is_asked(ask_of_term(s.people, 0, "EFO:1"), 0));
    say("b.json", "[{\"id\": \"B\", \"individualId\": \"P2\", \"biosampleStatus\": {\"id\": "
                  "\"EFO:1\"}}]");
    cr_assert(eq(u32, n_with("EFO:1"), 1));
    cr_assert(is_asked(ask_of_term(s.people, 0, "EFO:1"), 1));
}

Test(import_people, reads_names_in_snake_case)
{
    say("p.json", "{\"id\": \"P\", \"phenotypic_features\": [{\"type\": {\"id\": \"HP:1\"}}], "
                  "\"medical_actions\": [{\"treatment\": {\"agent\": {\"id\": \"D:1\"}}}], "
                  "\"subject\": {\"time_at_last_encounter\": {\"age\": {\"iso8601duration\": "
                  "\"P3Y\"}}}}");
    cr_assert(eq(u32, n_with("HP:1"), 1));
    cr_assert(eq(u32, n_with("D:1"), 1));
    cr_assert(eq(u32, n_compared(SKR_COLUMN_AGE, NULL, SKR_EQ, 3), 1));
}

Test(import_people, reads_families_and_lines)
{
    say("f.json", "{\"id\": \"F\", \"proband\": {\"id\": \"A\", \"subject\": {\"sex\": \"MALE\"}}, "
                  "\"relatives\": [{\"id\": \"B\", \"subject\": {\"sex\": \"FEMALE\"}}]}");
    cr_assert(eq(u32, skr_people_count(s.people), 2));
    say("c.jsonl", "{\"id\": \"C\", \"subject\": {}}\n\n{\"id\": \"D\", \"subject\": {\"sex\": "
                   "\"OTHER_SEX\"}}\n{\"id\": \"D\", \"subject\": {\"sex\": \"OTHER_SEX\"}}");
    cr_assert(eq(u32, skr_people_count(s.people), 4));
    cr_assert(eq(u32, count(ask_of_sex(s.people, 0, SKR_SEX_OTHER)), 1));
}

Test(import_people, counts_what_cannot_be_used)
{
    say("p.json", "{\"id\": \"P\", \"phenotypicFeatures\": [{\"type\": {\"id\": \"HP1\"}}, "
                  "{\"type\": {\"id\": null}}, {}, {\"type\": {\"id\": \"HP:1\"}, \"onset\": "
                  "{\"age\": {\"iso8601duration\": \"about 3\"}}}, {\"type\": {\"id\": "
                  "\"http://purl.obolibrary.org/obo/HP_0000002\"}}]}");
    cr_assert(eq(int, (int)s.result.n_skipped, 4));
    cr_assert(eq(u32, n_with("HP:1"), 1));
    cr_assert(eq(u32, n_with("HP:0000002"), 1));
}

Test(import_people, refuses_what_is_malformed)
{
    static const struct {
        const char *text;
        const char *words;
    } cases[] = {
        {"", "no people"},
        {"[]", "no people"},
        {"null", "must be a JSON object"},
        {"[1]", "must be a JSON object"},
        {"{\"phenotypicFeatures\": []}", "no \"id\""},
        {"{\"id\": 5, \"subject\": {}}", "id must be a text"},
        {"{\"id\": \"\", \"subject\": {}}", "empty"},
        {"{\"id\": \"a\\tb\", \"subject\": {}}", "control"},
        {"{\"id\": \"P\", \"subject\": []}", "subject must be an object"},
        {"{\"id\": \"P\", \"subject\": {\"sex\": 1}}", "sex must be a text"},
        {"{\"id\": \"P\", \"phenotypicFeatures\": {}}", "must be an array"},
        {"{\"id\": \"P\", \"phenotypicFeatures\": [1]}", "phenotypicFeatures[0] must be an object"},
        {"{\"id\": \"P\", \"phenotypicFeatures\": [{\"type\": \"HP:1\"}]}", "term must be"},
        {"{\"id\": \"P\", \"phenotypicFeatures\": [{\"type\": {\"id\": \"HP:1\"}, \"excluded\": "
         "\"no\"}]}",
         "true or false"},
        {"{\"id\": \"P\", \"measures\": [{\"assayCode\": {\"id\": \"L:1\"}, "
         "\"measurementValue\": {\"value\": \"5\"}}]}",
         "value must be a number"},
        {"{\"id\": \"P\", \"sex\": {\"id\": \"NCIT:C16576\"}}\n{\"id\": \"P\", \"subject\": "
         "{\"sex\": "
         "\"MALE\"}}",
         "line 2, individual P: sex: said before in this delivery, and differently: "},
        {"{\"id\": \"P\", \"id\": \"Q\"}", "duplicate"},
        {"{\"id\": \"D\", \"name\": \"a dataset\"}", "neither a phenopacket"},
        {"{\"id\": \"R\", \"individualId\": \"P\", \"libraryLayout\": \"PAIRED\"}", "neither"},
        {"\x01\x02\xff", "malformed"},
        {"{\"id\": \"P\",\n\n\"x\": nul}", "line 3"},
    };
    say("p.json", packet);
    uint64_t generation = skr_store_manifest(s.store)->generation;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_refused(cases[i].text, cases[i].words);
    load_store_open(&s);
    cr_assert(eq(int, (int)skr_store_manifest(s.store)->generation, (int)generation));
    cr_assert(eq(u32, skr_people_count(s.people), 1));
}

/* Every prefix, and every byte changed: refused or read, never a crash. */
Test(import_people, survives_any_damage)
{
    char damaged[sizeof packet];
    size_t n = strlen(packet);
    for (size_t at = 0; at < n; at += 13) {
        memcpy(damaged, packet, sizeof damaged);
        damaged[at] = '\0';
        int status = load_text(&s, skr_import_people, "d", "x.json", damaged);
        cr_assert(eq(int, status, SKR_ERR_INPUT), "%zu", at);
        memcpy(damaged, packet, sizeof damaged);
        damaged[at] = "{}[]\",:0x\\"[at % 10];
        status = load_text(&s, skr_import_people, "d", "x.json", damaged);
        cr_assert(status == SKR_OK || status == SKR_ERR_INPUT, "%zu", at);
    }
}

/* ------------------------------------------------------------------ tables */

Test(import_people, reads_tables)
{
    say("t.tsv", "#individual\tSex\tage\tcountry\tancestry\tterms\tdiseases\tLOINC:1\r\n"
                 "A\tfemale\t40\tSpain\tNCIT:C42331\tHP:1; HP:2|!HP:3\tOMIM:1\t2.5\r\n"
                 "B\tM\tP5Y\t.\t\t-HP:1\tNA\t-1e3\n"
                 "\n"
                 "C\tunknown\t.\tSpain\t\t\t\t\n");
    cr_assert(eq(u32, skr_people_count(s.people), 3));
    cr_assert(eq(u32, n_with("HP:1"), 1));
    cr_assert(eq(u32, n_with("HP:2"), 1));
    cr_assert(eq(u32, n_with("HP:3"), 0));
    cr_assert(eq(u32, n_with("Spain"), 2));
    cr_assert(eq(u32, n_with("NCIT:C42331"), 1));
    cr_assert(eq(u32, count(ask_of_sex(s.people, 0, SKR_SEX_UNKNOWN)), 1));
    cr_assert(eq(u32, n_compared(SKR_COLUMN_AGE, NULL, SKR_GE, 5), 2));
    cr_assert(eq(u32, n_compared(SKR_COLUMN_VALUE, "LOINC:1", SKR_LT, 0), 1));
}

Test(import_people, refuses_malformed_tables)
{
    static const struct {
        const char *text;
        const char *words;
    } cases[] = {
        {"", "no header"},
        {"sex\tage\n", "must be \"individual\""},
        {"individual\tid\n", "must be \"individual\""},
        {"individual\tsex\tsex\n", "two columns"},
        {"individual\tLOINC:1\tloinc:1\n", "two columns"},
        {"individual\tweight\n", "\"weight\" is not known"},
        {"individual\tsex\nA\n", "1 columns where the header has 2"},
        {"individual\tLOINC:1\nA\t5 kg\n", "no number"},
        {"individual\tLOINC:1\nA\tinf\n", "no number"},
        {"individual\tsex\nA\tmale\nA\tfemale\n", "line 3, individual A: sex: said before"},
        {"individual\n\t\n", "columns"},
        {"individual\n\n", "no people"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int status = load_text(&s, skr_import_people, "d", "x.tsv", cases[i].text);
        cr_assert(eq(int, status, SKR_ERR_INPUT), "%s", cases[i].text);
        cr_assert(ne(ptr, strstr(s.err.message, cases[i].words), NULL), "%s", s.err.message);
    }
}

/* A table of one column (the newcomer's), measures column by column, a cell that says nothing. */
Test(import_people, keeps_what_a_table_has_no_column_for)
{
    say("p.json", packet);
    say("c.tsv", "individual\tcountry\nP1\tFinland\n");
    cr_assert(eq(u32, n_with("HP:3"), 1));
    cr_assert(eq(u32, n_with("Finland"), 1));
    say("c.tsv", "individual\tcountry\tLOINC:1\tphenotypes\nP1\t.\t8\t!HP:7\n");
    cr_assert(eq(u32, n_with("HP:3"), 0));
    cr_assert(eq(u32, n_with("Finland"), 1));
    cr_assert(eq(u32, n_with("UBERON:1"), 1));
    cr_assert(eq(u32, n_compared(SKR_COLUMN_VALUE, "LOINC:1", SKR_EQ, 8), 1));
    cr_assert(eq(u32, n_compared(SKR_COLUMN_VALUE, "LOINC:4", SKR_EQ, 80), 1));
    cr_assert(eq(u64, n_replaced(SKR_TERM_MEASURE), 1));
    cr_assert(eq(u64, n_replaced(SKR_TERM_PHENOTYPE), 1));
    cr_assert(eq(u64, n_replaced(SKR_TERM_COUNTRY), 0));
}

/* The same line under another header is not the same thing said twice. */
Test(import_people, tells_equal_lines_of_two_tables_apart)
{
    char first[LOAD_PATH_MAX];
    char second[LOAD_PATH_MAX];
    const char *both[] = {first, second};
    load_write(&s, "a.tsv", "individual\tage\nA\t5\n", first);
    load_write(&s, "b.tsv", "individual\tLOINC:1\nA\t5\n", second);
    skr_load_request request = {
        .store = s.folder.path, .dataset = "d", .files = both, .n_files = 2};
    cr_assert(eq(int, skr_import_people(&request, &s.result, &s.err), SKR_OK), "%s", s.err.message);
    cr_assert(eq(u64, s.result.n_records, 1));
    load_store_open(&s);
    cr_assert(eq(u32, n_compared(SKR_COLUMN_AGE, NULL, SKR_EQ, 5), 1));
    cr_assert(eq(u32, n_compared(SKR_COLUMN_VALUE, "LOINC:1", SKR_EQ, 5), 1));
}

/* ------------------------------------------------------------------ subjects */

static int say_of_subjects(const char *name, const char *text)
{
    char path[LOAD_PATH_MAX];
    const char *files[] = {path};
    load_write(&s, name, text, path);
    skr_load_request request = {.store = s.folder.path,
                                .dataset = "d",
                                .files = files,
                                .n_files = 1,
                                .ids_are_subjects = true};
    int status = skr_import_people(&request, &s.result, &s.err);
    if (status == SKR_OK)
        load_store_open(&s);
    return status;
}

/* Two packets of one patient, one of which lacks the age: monarch-initiative/phenopacket-store#86.
 */
Test(import_people, unites_packets_of_one_subject)
{
    static const char two[] =
        "{\"id\": \"paper_35\", \"subject\": {\"id\": \"35\", \"sex\": \"FEMALE\"}, "
        "\"phenotypicFeatures\": [{\"type\": {\"id\": \"HP:1\"}}]}\n"
        "{\"id\": \"paper_Individual35\", \"subject\": {\"id\": \"35\", "
        "\"timeAtLastEncounter\": {\"age\": {\"iso8601duration\": \"P20Y\"}}}, "
        "\"phenotypicFeatures\": [{\"type\": {\"id\": \"HP:1\"}}, {\"type\": {\"id\": "
        "\"HP:2\"}}]}";
    cr_assert(eq(int, say_of_subjects("p.json", two), SKR_OK), "%s", s.err.message);
    cr_assert(eq(u64, s.result.n_records, 1));
    cr_assert(eq(u64, s.result.n_united, 1));
    cr_assert(ne(ptr, strstr(s.result.warnings[1], "different people"), NULL));
    cr_assert(eq(u32, ask_find(s.people, "35"), 0));
    cr_assert(eq(u32, skr_people_count(s.people), 1));
    cr_assert(eq(u32, n_with("HP:1"), 1));
    cr_assert(eq(u32, n_with("HP:2"), 1));
    cr_assert(eq(u32, n_compared(SKR_COLUMN_AGE, NULL, SKR_EQ, 20), 1));
    /* whoever has one id is known by it */
    cr_assert(eq(int,
                 say_of_subjects("b.json", "{\"id\": \"B\", \"sex\": {\"id\": "
                                           "\"NCIT:C20197\"}}"),
                 SKR_OK));
    cr_assert(eq(u32, ask_find(s.people, "B"), 1));
    cr_assert(eq(u32, s.result.n_warnings, 2));
    cr_assert(ne(ptr, strstr(s.result.warnings[1], "--id subject"), NULL));
}

Test(import_people, refuses_subjects_that_cannot_be_one)
{
    static const char sexes[] =
        "{\"id\": \"a\", \"subject\": {\"id\": \"S\", \"sex\": \"MALE\"}}\n"
        "{\"id\": \"b\", \"subject\": {\"id\": \"S\", \"sex\": \"FEMALE\"}}";
    cr_assert(eq(int, say_of_subjects("p.json", sexes), SKR_ERR_INPUT));
    cr_assert(ne(ptr, strstr(s.err.message, "p.json, line 2, individual S: sex: said"), NULL), "%s",
              s.err.message);
    cr_assert(
        eq(int, say_of_subjects("p.json", "{\"id\": \"a\", \"subject\": {}}"), SKR_ERR_INPUT));
    cr_assert(ne(ptr, strstr(s.err.message, "no subject.id"), NULL), "%s", s.err.message);
    cr_assert(
        eq(int, say_of_subjects("p.json", "{\"id\": \"a\", \"metaData\": {}}"), SKR_ERR_INPUT));
}

/* One id in two collections, a feature present in one and excluded in the other:
 * monarch-initiative/phenopacket-store#122. */
Test(import_people, refuses_two_packets_of_one_id)
{
    expect_refused("{\"id\": \"BM5\", \"phenotypicFeatures\": [{\"type\": {\"id\": \"HP:1\"}}]}\n"
                   "{\"id\": \"BM5\", \"phenotypicFeatures\": [{\"type\": {\"id\": \"HP:1\"}, "
                   "\"excluded\": true}]}",
                   "line 2, individual BM5: phenotypes: said before in this delivery");
}

/* ------------------------------------------------------------------ datasets */

Test(import_people, share_ids_only_when_that_is_meant)
{
    say("a.json", "{\"id\": \"A\", \"subject\": {}}");
    cr_assert(eq(
        int,
        load_text(&s, skr_import_people, "other", "x.json", "[{\"id\": \"B\"}, {\"id\": \"A\"}]"),
        SKR_ERR_INPUT));
    cr_assert(ne(ptr, strstr(s.err.message, "--shared-people"), NULL));
    load_store_open(&s);
    cr_assert(eq(u32, skr_people_count(s.people), 1));
    cr_assert(eq(u32, skr_store_manifest(s.store)->n_datasets, 1));
    const char *path = test_folder_file(&s.files, "x.json");
    skr_load_request request = {.store = s.folder.path,
                                .dataset = "other",
                                .files = &path,
                                .n_files = 1,
                                .allow_shared_people = true};
    cr_assert(eq(int, skr_import_people(&request, &s.result, &s.err), SKR_OK));
    cr_assert(eq(int, (int)s.result.n_new, 1));
    load_store_open(&s);
    cr_assert(eq(u32, skr_people_count(s.people), 2));
    cr_assert(eq(u32, count(ask_of_dataset(s.people, 1)), 2));
    request.dataset = NULL;
    cr_assert(eq(int, skr_import_people(&request, &s.result, &s.err), SKR_ERR_USAGE));
}
