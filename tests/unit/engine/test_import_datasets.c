/*
 * What is told of datasets is kept as it was said, replaced as a whole, and refused with file and
 * line when it is not what Beacon's model has.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/load_store.h"

static load_store s;

static void set_up(void)
{
    load_store_init(&s);
    static const char people[] = "id\tsex\nA\tfemale\n";
    cr_assert(eq(int, load_text(&s, skr_import_people, "d", "d.tsv", people), SKR_OK));
    static const char others[] = "id\tsex\nB\tmale\n";
    cr_assert(eq(int, load_text(&s, skr_import_people, "other", "o.tsv", others), SKR_OK));
}

static void tear_down(void)
{
    load_store_done(&s);
}

TestSuite(import_datasets, .init = set_up, .fini = tear_down);

/* What the store tells of a dataset. */
static const char *about(uint32_t dataset)
{
    load_store_open(&s);
    const char *text = skr_store_manifest(s.store)->datasets[dataset].about;
    return text == NULL ? "" : text;
}

static void load(const char *text)
{
    cr_assert(eq(int, load_text(&s, skr_import_datasets, "d", "x.json", text), SKR_OK), "%s",
              s.err.message);
}

#define FULL                                                                                       \
    "{\"id\": \"d\", \"name\": \"D \\u00e9\", \"description\": \"of D\", \"version\": "            \
    "\"2026-1\",\n"                                                                                \
    " \"externalUrl\": \"https://d.example.org/1\", \"createDateTime\": "                          \
    "\"2026-01-31T12:00:00Z\",\n"                                                                  \
    " \"updateDateTime\": \"2026-02-01T00:00:00.5+01:00\", \"contacts\": [{\"email\": "            \
    "\"a@b\"}],\n"                                                                                 \
    " \"dataUseConditions\": {\"duoDataUse\": [{\"id\": \"DUO:0000007\", \"label\": \"x\",\n"      \
    "   \"version\": \"2021-02-23\", \"modifiers\": [{\"id\": \"EFO:0001645\"}]}]},\n"             \
    " \"info\": {\"year\": 2026}}"

Test(import_datasets, keeps_what_was_said)
{
    load("[" FULL ", {\"id\": \"other\", \"name\": \"O\"}]");
    cr_assert(eq(u64, s.result.n_records, 2));
    cr_assert(eq(u64, s.result.n_new, 2));
    cr_assert(eq(u64, s.result.generation, 3));
    cr_assert(eq(str, (char *)about(0), FULL));
    cr_assert(eq(str, (char *)about(1), "{\"id\": \"other\", \"name\": \"O\"}"));
}

Test(import_datasets, says_it_once)
{
    load(FULL);
    load(FULL);
    cr_assert(eq(u64, s.result.n_new, 0));
    cr_assert(eq(u64, s.result.generation, 3));
    load("{\"id\": \"d\", \"name\": \"new\"}");
    cr_assert(eq(str, (char *)about(0), "{\"id\": \"d\", \"name\": \"new\"}"));
    load("{\"id\": \"d\"}");
    cr_assert(eq(str, (char *)about(0), ""));
    cr_assert(eq(str, (char *)about(1), ""));
    cr_assert(eq(u64, s.result.generation, 5));
}

Test(import_datasets, refuses_what_is_no_dataset)
{
    static const struct {
        const char *text;
        const char *words;
    } cases[] = {
        {"", "no dataset in this file"},
        {"[]", "no dataset in this file"},
        {"3", "x.json:1: not a dataset"},
        {"[{\"id\": \"d\"},\n 3]", "x.json:2: not a dataset"},
        {"{\"name\": \"d\"}", "without an 'id'"},
        {"{\"id\": 1}", "without an 'id'"},
        {"{\"id\": \"othr\"}", "no dataset 'othr'; nearest: other"},
        {"[{\"id\": \"d\"},\n{\"id\": \"d\"}]", "x.json:2: dataset 'd' stands twice"},
        {"{\"id\": \"d\", \"nam\": \"x\"}", "no member 'nam'; nearest: name"},
        {"{\"id\": \"d\", \"name\": 1}", "'name' is a text"},
        {"{\"id\": \"d\", \"externalUrl\": \"d.org\"}", "'externalUrl' is an address"},
        {"{\"id\": \"d\", \"createDateTime\": \"2026-01-31\"}", "'createDateTime' is a time"},
        {"{\"id\": \"d\", \"updateDateTime\": \"2026-01-31T12:00:00\"}", "is a time"},
        {"{\"id\": \"d\", \"updateDateTime\": \"2026-01-31T12:00:00+1\"}", "is a time"},
        {"{\"id\": \"d\", \"dataUseConditions\": {}}", "'dataUseConditions' is {"},
        {"{\"id\": \"d\", \"dataUseConditions\": {\"duoDataUse\": []}}",
         "'dataUseConditions' is {"},
        {"{\"id\": \"d\", \"dataUseConditions\": {\"duoDataUse\": [{\"id\": \"DUO:1\"}]}}",
         "a DUO term and its version"},
        {"{\"id\": \"d\", \"dataUseConditions\": {\"duoDataUse\": "
         "[{\"id\": \"HP:1\", \"version\": \"1\"}]}}",
         "a DUO term and its version"},
        {"{\"id\": \"d\", \"contacts\": [1]}", "'contacts' is a list"},
        {"{\"id\": \"d\", \"info\": []}", "'info' is an object"},
        {"{\"id\": \"d\", \"info\": {\"a\": [[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}}",
         "too many levels"},
        {"{\"id\": \"d\",\n \"name\": }", "x.json:2: malformed JSON"},
        {"{\"id\": \"d\", \"id\": \"d\"}", "malformed JSON"},
        {"{\"id\": \"d\"", "x.json"},
    };
    load(FULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int status = load_text(&s, skr_import_datasets, "d", "x.json", cases[i].text);
        cr_assert(eq(int, status, SKR_ERR_INPUT), "%s: %s", cases[i].text, s.err.message);
        cr_assert(ne(ptr, strstr(s.err.message, cases[i].words), NULL), "%s", s.err.message);
        cr_assert(eq(ptr, strchr(s.err.message, '\n'), NULL));
    }
    cr_assert(eq(str, (char *)about(0), FULL));
    cr_assert(eq(int, (int)skr_store_manifest(s.store)->generation, 3));
}

Test(import_datasets, refuses_what_is_too_long)
{
    static const char begin[] = "{\"id\": \"d\", \"name\": \"";
    char *text = malloc(SKR_ABOUT_MAX + sizeof begin + 2);
    cr_assert(ne(ptr, text, NULL));
    memset(text, 'x', SKR_ABOUT_MAX + sizeof begin);
    memcpy(text, begin, sizeof begin - 1);
    memcpy(text + SKR_ABOUT_MAX + sizeof begin - 1, "\"}", 3);
    int status = load_text(&s, skr_import_datasets, "d", "x.json", text);
    free(text);
    cr_assert(eq(int, status, SKR_ERR_INPUT));
    cr_assert(ne(ptr, strstr(s.err.message, "too long"), NULL), "%s", s.err.message);
}
