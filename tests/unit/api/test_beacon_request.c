/*
 * A Beacon request means the question in the second column, whichever of its spellings is used, and
 * what cannot be answered is refused by name.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <jansson.h>
#include <string.h>

#include "api/beacon/beacon_request.h"
#include "storage/base/buffer.h"

#define PARAMETERS                                                                                 \
    "assemblyId, referenceName, referenceBases, alternateBases, variantType, geneId, "             \
    "aminoacidChange, genomicAlleleShortForm, mateName, start, end, variantMinLength, "            \
    "variantMaxLength, datasetIds"

/* The question as text; "error: ..." when the request is refused. */
static const char *asked(const char *body, bool is_get)
{
    static char text[2000];
    skr_beacon_request request;
    skr_err err = {0};
    skr_buffer printed = {0};
    const skr_expr *people = NULL;
    int status = is_get ? skr_beacon_request_read_get(body, &request, &err)
                        : skr_beacon_request_read(body, strlen(body), &request, &err);
    if (status == SKR_OK)
        status = skr_beacon_request_people(&request, &people, &err);
    if (status == SKR_OK)
        status = skr_query_expr_print(people, &printed, &err);
    if (status == SKR_OK)
        (void)snprintf(text, sizeof text, "%.*s%s%s", (int)printed.n, (char *)printed.bytes,
                       request.assembly == NULL ? "" : " @",
                       request.assembly == NULL ? "" : request.assembly);
    else
        (void)snprintf(text, sizeof text, "error: %s", err.message);
    skr_buffer_done(&printed);
    skr_beacon_request_done(&request);
    return text;
}

#define TYPES                                                                                      \
    "snv, ins, del, mnv, delins, indel, substitution, complex, dup, dup:tandem, invdup, inv, "     \
    "cnv, gain, loss, bnd, str, me, alu, line1, sva, herv, del:me, cpx, other spellings and "      \
    "terms for them, and symbols of VCF (INS:ME:ALU)"

static void expect_parameters(const char *parameters, const char *want)
{
    char body[1000];
    (void)snprintf(body, sizeof body,
                   "{\"meta\":{\"apiVersion\":\"2.0\"},\"query\":{\"requestParameters\":%s}}",
                   parameters);
    cr_expect(eq(str, (char *)asked(body, false), (char *)want), "%s", parameters);
}

static void expect_filters(const char *filters, const char *want)
{
    char body[1000];
    (void)snprintf(body, sizeof body, "{\"query\":{\"filters\":%s}}", filters);
    cr_expect(eq(str, (char *)asked(body, false), (char *)want), "%s", filters);
}

Test(beacon_request, reads_variants_in_every_spelling)
{
    static const char *const cases[][2] = {
        {"{}", "all"},
        {"{\"start\":[10],\"referenceName\":\"22\",\"referenceBases\":\"A\",\"alternateBases\":"
         "\"T\"}",
         "carries(variant=22-11-A-T)"},
        {"{\"start\":10,\"referenceName\":22,\"referenceBases\":\"a\",\"alternateBases\":\"u\"}",
         "carries(variant=22-11-A-T)"},
        {"{\"g_variant\":{\"start\":[\"10\"],\"referenceName\":\"chr22\",\"referenceBases\":\"A\","
         "\"alternateBases\":\"T\",\"end\":null}}",
         "carries(variant=22-11-A-T)"},
        {"{\"start\":[10],\"end\":[11],\"referenceName\":\"22\",\"referenceBases\":\"A\","
         "\"alternateBases\":\"T\"}",
         "carries(variant=22-11-A-T)"},
        {"{\"start\":[10],\"end\":[20],\"referenceName\":\"22\",\"assemblyId\":\"hg19\"}",
         "carries(region=22:11-20) @hg19"},
        {"{\"start\":\"10\",\"end\":\"20\",\"referenceName\":\"refseq:NC_000022.10\"}",
         "carries(region=22:11-20) @GRCh37"},
        {"{\"start\":\"10\",\"end\":\"20\",\"referenceName\":\"NC_0000017.11\"}",
         "carries(region=17:11-20) @GRCh38"},
        {"{\"geneid\":\"RYR1\",\"variantType\":\"SNP\",\"variantMinLength\":\"1\"}",
         "carries(gene=RYR1 and length>=1 and type=snv)"},
        {"{\"geneId\":\"TP53\",\"variantType\":\"EFO:0030067\"}",
         "carries(gene=TP53 and type=loss)"},
        {"{\"allele\":\"NC_000019.10:g.45411941T>C\"}", "carries(variant=19-45411941-T-C) @GRCh38"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_parameters(cases[i][0], cases[i][1]);
}

Test(beacon_request, reads_ranges_brackets_and_whole_contigs)
{
    static const char *const cases[][2] = {
        {"{\"start\":[1,5],\"end\":[\"8\",9],\"referenceName\":\"chrX\",\"variantType\":\"DUP:"
         "TANDEM\"}",
         "carries(end=X:8-8 and start=X:2-5 and type=dup:tandem)"},
        {"{\"referenceName\":\"chrX\",\"variantType\":\"CPX\"}", "carries(region=X and type=cpx)"},
        {"{\"referenceName\":\"X\",\"start\":[4],\"alternateBases\":\"T\"}",
         "carries(alt=T and start=X:5-5)"},
        {"{\"referenceName\":\"X\",\"start\":[4],\"end\":[9],\"alternateBases\":\"N\"}",
         "carries(alt=N and region=X:5-9)"},
        {"{\"referenceName\":\"X\",\"start\":[4],\"referenceBases\":\"\",\"alternateBases\":\"T\"}",
         "carries(variant=X-5--T)"},
        {"{\"referenceName\":\"X\",\"start\":[4],\"end\":[9999999999]}",
         "carries(region=X:5-2147483646)"},
        {"{\"allele\":\"19:g.10_11insA\"}", "carries(variant=19-11--A)"},
        {"{\"allele\":\"19:g.10_12delACG\"}", "carries(variant=19-10-ACG-)"},
        {"{\"allele\":\"19:g.10_12delACGinsT\"}", "carries(variant=19-10-ACG-T)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_parameters(cases[i][0], cases[i][1]);
}

Test(beacon_request, refuses_variants_that_it_would_have_to_guess)
{
    static const char *const cases[][2] = {
        {"{\"foo\":1}", "error: parameter 'foo' is unknown; there are " PARAMETERS},
        {"{\"g_variant\":{\"g_variant\":{}}}",
         "error: parameter 'g_variant' is unknown; there are " PARAMETERS},
        {"{\"filterLogic\":\"OR\"}",
         "error: parameter 'filterLogic' is unknown; there are " PARAMETERS},
        {"{\"start\":[1]}", "error: start and end need a referenceName"},
        {"{\"start\":[-1],\"referenceName\":\"1\"}", "error: start: -1 is not a whole number"},
        {"{\"start\":[\"1x\"],\"referenceName\":\"1\"}",
         "error: start: '1x' is not a whole number"},
        {"{\"start\":[1.5],\"referenceName\":\"1\"}", "error: start: 1.5 is not a whole number"},
        {"{\"start\":[1,2,3],\"referenceName\":\"1\"}", "error: start has more than two values"},
        {"{\"start\":[5],\"end\":[5],\"referenceName\":\"1\"}",
         "error: end is not after start; positions count from 0 and end is not included"},
        {"{\"start\":[5],\"referenceName\":\"1\"}",
         "error: start without end asks for one allele: alternateBases is missing"},
        {"{\"start\":[5,6],\"end\":[7],\"referenceName\":\"1\"}",
         "error: start and end: want one start, one of each, or two of each"},
        {"{\"end\":[7],\"referenceName\":\"1\"}",
         "error: start and end: want one start, one of each, or two of each"},
        {"{\"start\":[5],\"referenceName\":\"1\",\"referenceBases\":\"R\",\"alternateBases\":"
         "\"T\"}",
         "error: referenceBases: 'R' is not supported; use A, C, G, T, and N for any base"},
        {"{\"referenceName\":\"refseq:NC_000017.12\"}",
         "error: referenceName refseq:NC_000017.12 is no chromosome of a known assembly with its "
         "version"},
        {"{\"referenceName\":\"NC_000017.11\",\"assemblyId\":\"GRCh37\"}",
         "error: assemblyId GRCh37: the reference named belongs to GRCh38"},
        {"{\"geneId\":\"A\",\"geneid\":\"B\"}", "error: geneId is given twice"},
        {"{\"geneId\":[\"A\"]}", "error: geneId: an array is not a text"},
        {"{\"geneId\":\"A\",\"variantType\":\"EFO:0030069\"}",
         "error: variantType 'EFO:0030069' is a level of gain or loss, which no VCF tells; ask for "
         "EFO:0030067 (copy number loss)"},
        {"{\"geneId\":\"A\",\"variantType\":\"efo_0030072\"}",
         "error: variantType 'efo_0030072' is a level of gain or loss, which no VCF tells; ask for "
         "EFO:0030070 (copy number gain)"},
        {"{\"geneId\":\"A\",\"variantType\":\"SO:0001059\"}", "carries(gene=A)"},
        {"{\"geneId\":\"A\",\"variantType\":\"sequence_alteration\"}", "carries(gene=A)"},
        {"{\"variantType\":\"SO_0001059\"}", "carries(all)"},
        {"{\"geneId\":\"A\",\"variantType\":\"deletoin\"}",
         "error: variantType 'deletoin' is no type of allele; nearest: deletion, deletions; "
         "there are " TYPES},
        {"{\"mateName\":\"1\"}", "error: mateName is not supported"},
        {"{\"allele\":\"19:g.10_12del\"}", "carries(variant=19:g.10_12del)"},
        {"{\"allele\":\"19:g.10_12delA\"}",
         "error: genomicAlleleShortForm: '19:g.10_12delA': the bases are not as many as the "
         "places; "
         "taken are 123A>G, 123_125del, 123_124insT, 123_125delinsT, 123dup and 123_125inv"},
        {"{\"datasets\":{\"datasetIds\":[1]}}", "error: datasetIds: want texts that are not empty"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_parameters(cases[i][0], cases[i][1]);
}

Test(beacon_request, reads_filters)
{
    static const char *const cases[][2] = {
        {"[]", "all"},
        {"[{\"id\":\"HP:0001250\",\"scope\":\"individuals\",\"similarity\":\"exact\"}]",
         "HP:0001250"},
        {"[\"HP:0001250\",{\"id\":\"HP:1\",\"includeDescendantTerms\":false}]",
         "HP:0001250 and only(HP:1)"},
        {"[[\"HP:1\",{\"id\":\"NCIT:C16576\",\"scope\":null}],\"NCIT:C20197\"]",
         "(HP:1 or sex=female) and sex=male"},
        {"[{\"id\":\"age\",\"operator\":\">=\",\"value\":\"P41Y\"}]", "age>=41"},
        {"[{\"id\":\"diseases.ageOfOnset.iso8601duration\",\"operator\":\"<\",\"value\":41}]",
         "onset<41"},
        {"[{\"id\":\"LOINC:3141-9\",\"operator\":\">\",\"value\":75.3297,\"scope\":\"individual\"}"
         "]",
         "LOINC:3141-9>75.3297"},
        {"[{\"id\":\"LOINC:3141-9\",\"operator\":\"!\",\"value\":\"75\"}]", "LOINC:3141-9!=75"},
        {"[{\"id\":\"sex\",\"operator\":\"=\",\"value\":\"NCIT:C17998\"}]", "sex=unknown"},
        {"[{\"id\":\"HP:1\",\"similarity\":\"HIGH\"},{\"id\":\"HP:2\",\"similarity\":\"low\"}]",
         "similar(HP:1, high) and similar(HP:2, low)"},
        {"[{\"id\":\"HP:1\",\"similarity\":\"some\"}]",
         "error: similarity 'some' is none of exact, high, medium, low"},
        {"[{\"id\":\"HP:1\",\"similarity\":\"high\",\"includeDescendantTerms\":false}]",
         "error: filter HP:1: similarity is of a term with its descendants, and stands beside no "
         "operator"},
        {"[{\"id\":\"banana\"}]",
         "error: filter 'banana' is not a CURIE; custom filters are not supported"},
        {"[{\"id\":\"HP:1\",\"scope\":\"runs\",\"type\":\"ontology\",\"label\":\"x\"}]", "HP:1"},
        {"[{\"id\":\"HP:1\",\"scopes\":[\"individual\",\"genomicVariations\"]}]", "HP:1"},
        {"[\"!HP:1\",{\"id\":\"!NCIT:C16576\"}]", "not HP:1 and not sex=female"},
        {"[[\"! HP:1\",\"HP:2\"]]", "HP:2 or not HP:1"},
        {"[\"!!HP:1\"]", "error: filter '!!HP:1' has no id"},
        {"[\"!\"]", "error: filter '!' has no id"},
        {"[\"!age:>=40\"]", "error: filter '!age:>=40': ! stands before a term alone"},
        {"[{\"id\":\"HP:1\",\"scope\":\"moon\"}]",
         "error: scope 'moon' is no entry type; there are individual, biosample, "
         "genomicVariation, run, analysis, dataset, cohort"},
        {"[{\"id\":\"age\",\"operator\":\"~\",\"value\":\"4\"}]",
         "error: operator '~' is none of = < > ! >= <="},
        {"[{\"id\":\"age\",\"operator\":\"<\"}]", "error: filter age: operator without a value"},
        {"[{\"id\":\"age\",\"operator\":\"<\",\"value\":\"old\"}]",
         "error: filter age: 'old' is neither years nor a duration like P40Y"},
        {"[{\"id\":\"LOINC:1\",\"operator\":\"<\",\"value\":\"nan\"}]",
         "error: filter LOINC:1: 'nan' is not a number"},
        {"[{\"scope\":\"individual\"}]", "error: filters: a filter has no id"},
        {"[{\"id\":\"HP:1\",\"colour\":1}]", "error: filters: member 'colour' is unknown"},
        {"[[]]", "error: filters: an empty group matches nobody"},
        {"{}", "error: query.filters is not an array"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_filters(cases[i][0], cases[i][1]);
}

Test(beacon_request, reads_the_words_of_a_get_like_the_body_of_a_post)
{
    static const char *const cases[][2] = {
        {"", "all"},
        {"filters=HP:0001250,age:%3E=P41Y&filters=NCIT:C16576",
         "HP:0001250 and age>=41 and sex=female"},
        {"filters=LOINC:3141-9:<5,age>P1Y&requestedGranularity=count&limit=0&skip=1",
         "LOINC:3141-9<5 and age>1"},
        {"start=1,5&end=8,9&referenceName=X&assemblyId=b37",
         "carries(end=X:8-8 and start=X:2-5) @b37"},
        {"start=4&referenceName=X&referenceBases=&alternateBases=T", "carries(variant=X-5--T)"},
        {"foo=1", "error: parameter 'foo' is unknown; there are " PARAMETERS},
        {"includeHandovers=true&filters=!HP:1&filterLogic=AND", "not HP:1"},
        {"geneId=A&geneId=B", "error: geneId is given twice"},
        {"geneId", "error: geneId has no value"},
        {"geneId=%4", "error: '%' is not followed by the code of a byte"},
        {"geneId=%00", "error: '%' is not followed by the code of a byte"},
        {"geneId=%ff", "error: a word of the query is not UTF-8"},
        {"requestedGranularity=all",
         "error: requestedGranularity: 'all' is none of boolean, count, record, aggregated"},
        {"limit=ten", "error: limit: 'ten' is not a whole number"},
        {"testMode=perhaps", "error: testMode: 'perhaps' is neither true nor false"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_expect(eq(str, (char *)asked(cases[i][0], true), (char *)cases[i][1]), "%s",
                  cases[i][0]);
}

Test(beacon_request, refuses_bodies_that_are_no_requests)
{
    static const char *const cases[][2] = {
        {"[1]", "error: the body is not an object"},
        {"{\"query\":{\"query\":{}}}",
         "error: query.query is unknown; there are requestParameters, filters, pagination, "
         "includeResultsetResponses, requestedGranularity, testMode"},
        {"{\"filters\":[],\"query\":{\"filters\":[\"HP:1\"]}}",
         "error: filters stands in query and beside it"},
        {"{\"banana\":[]}", "error: banana is unknown; the body has meta and query"},
        {"{\"meta\":1}", "error: meta is not an object"},
        {"{\"a\":1,\"a\":2}",
         "error: the body is not JSON: line 1, column 10: duplicate object key "
         "near '\"a\"'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_expect(eq(str, (char *)asked(cases[i][0], false), (char *)cases[i][1]), "%s",
                  cases[i][0]);
    char many[4096] = "";
    char body[4200];
    for (unsigned i = 1, n = 0; i < 256; i++)
        n += (unsigned)snprintf(many + n, sizeof many - n,
                                i % 90 == 0 ? "],[\"HP:1\"" : ",\"HP:1\"");
    (void)snprintf(body, sizeof body, "{\"query\":{\"filters\":[[\"HP:1\"%s]]}}", many);
    cr_expect(eq(str, (char *)asked(body, false), "HP:1"));
    (void)snprintf(body, sizeof body, "{\"query\":{\"filters\":[[\"HP:1\"%s],\"age:>1\"]}}", many);
    cr_expect(eq(str, (char *)asked(body, false),
                 "error: 257 filters, those in groups counted; at most 256"));
    char deep[200];
    memset(deep, '[', sizeof deep - 1);
    deep[sizeof deep - 1] = '\0';
    cr_expect(eq(str, (char *)asked(deep, false), "error: the body nests deeper than 16 levels"));
}

/* The warnings of a request, by their code and text. */
static void expect_warnings(const char *body, const char *want)
{
    skr_beacon_request request;
    skr_err err;
    char text[1024] = "";
    size_t n = 0;
    size_t at;
    json_t *warning;
    cr_assert(eq(int, skr_beacon_request_read(body, strlen(body), &request, &err), SKR_OK),
              "%s: %s", body, err.message);
    json_array_foreach(request.warnings, at, warning) n +=
        (size_t)snprintf(text + n, sizeof text - n, "%s%s: %s", at == 0 ? "" : "; ",
                         json_string_value(json_object_get(warning, "code")),
                         json_string_value(json_object_get(warning, "text")));
    cr_expect(eq(str, text, (char *)want), "%s", body);
    skr_beacon_request_done(&request);
}

/* The forms of portals and pages send such; EGA-archive/beacon2-ri-api#200: an answer to half of a
 * question does not look like one. */
Test(beacon_request, takes_what_changes_no_count_and_says_so)
{
    static const char *const cases[][2] = {
        {"{\"query\":{\"requestParameters\":[]}}",
         "misplaced: query.requestParameters is a list, and empty"},
        {"{\"query\":{},\"requestedGranularity\":\"count\"}",
         "misplaced: requestedGranularity belongs inside of query"},
        {"{\"pagination\":{\"skip\":1}}", "misplaced: pagination belongs inside of query"},
        {"{\"query\":{},\"context\":{}}", "ignored: context was left out"},
        {"{\"query\":{\"includeHandovers\":true}}", "ignored: query.includeHandovers was left out"},
        {"{\"query\":{\"requestedGranularity\":\"aggregated\",\"aggregators\":[]}}", ""},
        {"{\"query\":{\"requestParameters\":{\"geneId\":\"A\",\"variantType\":\"\",\"end\":[\"\"],"
         "\"output\":\"x\",\"filterLogic\":\"and\"}}}",
         "ignored: variantType is empty and was left out; ignored: end is empty and was left out; "
         "ignored: output was left out"},
        {"{\"query\":{\"requestParameters\":null,\"filters\":null}}", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_warnings(cases[i][0], cases[i][1]);
}

Test(beacon_request, says_what_it_understood)
{
    const char *body =
        "{\"meta\":{\"apiVersion\":\"2.0\",\"requestedSchemas\":[{\"entityType\":"
        "\"individual\",\"schema\":\"x\"}]},\"query\":{\"requestParameters\":{"
        "\"start\":\"5\",\"end\":[9],\"referenceName\":\"1\",\"datasetIds\":[\"d\"]},"
        "\"filters\":[{\"id\":\"HP:1\"},[\"HP:2\",{\"id\":\"age\",\"operator\":"
        "\"<\",\"value\":5}]],\"pagination\":{\"skip\":2,\"limit\":\"3\"},"
        "\"requestedGranularity\":\"record\",\"includeResultsetResponses\":\"all\"}}";
    skr_beacon_request request;
    skr_err err;
    cr_assert(eq(int, skr_beacon_request_read(body, strlen(body), &request, &err), SKR_OK));
    char *text = json_dumps(request.summary, JSON_COMPACT | JSON_SORT_KEYS);
    cr_expect(eq(str, text,
                 "{\"apiVersion\":\"2.0\",\"filters\":[\"HP:1\",\"HP:2 or age:<5\"],"
                 "\"includeResultsetResponses\":\"ALL\",\"pagination\":{\"limit\":3,\"skip\":2},"
                 "\"requestParameters\":{\"datasets\":{\"datasetIds\":[\"d\"]},\"g_variant\":{"
                 "\"end\":[9],\"referenceName\":\"1\",\"start\":[5]}},\"requestedGranularity\":"
                 "\"record\",\"requestedSchemas\":[{\"entityType\":\"individual\",\"schema\":"
                 "\"x\"}],\"testMode\":false}"));
    free(text);
    cr_expect(eq(sz, request.n_datasets, 1));
    cr_expect(eq(u64, request.n_limit, 3));
    skr_beacon_request_done(&request);
}
