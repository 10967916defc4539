/* cmd_fields.c - skerry fields: what a question may ask about, and the values that people have. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "storage/base/suggest.h"
#include "tools/skerry/command.h"
#include "tools/skerry/gene_list.h"
#include "tools/skerry/interrupt.h"
#include "tools/skerry/term_values.h"

/* What is written after a condition's word; conditions.h has the words. One that lacks a line here
 * is listed without. */
static const char *const values_of[SKR_N_EXPR_OPS] = {
    [SKR_A_VARIANT] = "an allele: 22-16050075-A-G, and any usual spelling",
    [SKR_A_REGION] = "a place: 22:16050075-16060000, counted from 1",
    [SKR_A_GENE] = "a symbol or an id: skerry fields gene",
    [SKR_A_EFFECT] = "a term of the Sequence Ontology: missense_variant",
    [SKR_A_IMPACT] = "high, moderate, low, modifier",
    [SKR_A_PROTEIN] = "a change of a protein: V600E",
    [SKR_A_SIGNIFICANCE] = "a word of ClinVar: pathogenic, likely_benign",
    [SKR_A_TYPE] = "snv, mnv, ins, del, delins, indel, dup, inv, cnv, bnd, str, me ...",
    [SKR_A_FILTER] = "a FILTER: PASS",
    [SKR_A_COPIES] = "1 or 2: copies that the carrier has",
    [SKR_A_AF] = "a number from 0 to 1: frequency in the dataset",
    [SKR_A_AC] = "a whole number: count in the dataset",
    [SKR_A_LENGTH] = "a whole number: bases of the longer allele; |SVLEN|",
    [SKR_A_START] = "a place in which it begins",
    [SKR_A_END] = "a place in which it ends",
    [SKR_A_ALT] = "bases, N for any, - for none",
    [SKR_A_SEQUENCE] = "an allele with N for any base: 22-16050075-A-N",
    [SKR_E_SEX] = "female, male, other, unknown: skerry fields sex",
    [SKR_E_KARYOTYPE] = "XX, XY, XXY, XO ... unknown: skerry fields karyotype",
    [SKR_E_COUNTRY] = "a CURIE or a label: skerry fields country",
    [SKR_E_ANCESTRY] = "a CURIE or a label: skerry fields ancestry",
    [SKR_E_DATASET] = "an id: skerry fields dataset",
    [SKR_E_SAMPLE] = "the name of a sample in the files",
    [SKR_E_ID] = "the id of an individual",
    [SKR_E_AGE] = "years, or a duration like P18Y6M",
    [SKR_E_CARRIES] = "(conditions on alleles)",
    [SKR_E_ABSENT] = "(variant=...): called there, and without it",
    [SKR_E_UNASSESSED] = "(variant=...): has a genome, and was not called there",
    [SKR_E_HAS] = "(genome)",
    [SKR_E_EXCLUDED] = "(TERM): found not to have it, or one above it",
    [SKR_E_ONLY] = "(TERM): that class alone",
    [SKR_E_ONSET] = "(TERM) or none, then an age",
    [SKR_E_TERM] = "a term like HP:0000118: skerry terms",
};

static int write_word(skr_value_writer *writer, const char *about, skr_expr_op op, skr_err *err)
{
    const char *word = skr_query_expr_word(op);
    const char *of = values_of[op] == NULL ? "" : values_of[op];
    if (word[0] == '\0')
        return SKR_OK;
    if (writer->common->is_json || writer->is_tsv) {
        const skr_value value = {.id = word, .label = of};
        return skr_value_put(writer, &value, err);
    }
    printf("%-8s  %-13s %s\n", about, word, of);
    return SKR_OK;
}

/* Every word that takes a value, of people and of alleles. */
static int write_words(skr_value_writer *writer, skr_err *err)
{
#define PEOPLE(op, word, syntax, judge, beacon) SKR_TRY(write_word(writer, "people", op, err));
    SKR_PEOPLE_CONDITIONS(PEOPLE)
#undef PEOPLE
#define ALLELES(op, word, syntax, judge, beacon) SKR_TRY(write_word(writer, "alleles", op, err));
    SKR_ALLELE_CONDITIONS(ALLELES)
#undef ALLELES
    if (writer->common->is_json || writer->is_tsv)
        skr_value_end(writer, 0);
    return SKR_OK;
}

/* ------------------------------------------------------------------ the values of one */

/* The cells of everybody by the field. */
static int write_cells(skr_engine *engine, const skr_access *access, skr_field_kind kind,
                       skr_value_writer *writer, skr_err *err)
{
    const skr_expr all = {.op = SKR_E_ALL};
    const skr_field field = {.kind = kind, .bounds = skr_fields_age_bounds()};
    skr_cells_answer answer = {0};
    SKR_TRY(skr_engine_count_by(engine, &all, &field, 1, access, &answer, err));
    int status = SKR_OK;
    for (size_t i = 0; status == SKR_OK && i < answer.n; i++) {
        const skr_cell *cell = &answer.cells[i];
        const skr_value value = {cell->values[0], cell->labels[0], &cell->told, NULL};
        status = skr_value_put(writer, &value, err);
    }
    if (status == SKR_OK)
        skr_value_end(writer, answer.count.generation);
    skr_engine_cells_done(&answer);
    return status;
}

/* Whose values are listed one by one. */
static const skr_field_kind counted[] = {SKR_FIELD_SEX,     SKR_FIELD_AGE,
                                         SKR_FIELD_COUNTRY, SKR_FIELD_ANCESTRY,
                                         SKR_FIELD_DATASET, SKR_FIELD_KARYOTYPE};
#define N_COUNTED (sizeof counted / sizeof *counted)

static int fail_field(const char *word, skr_err *err)
{
    skr_suggest suggest;
    char nearest[SKR_SUGGEST_TEXT_MAX];
    skr_suggest_init(&suggest, word);
    for (size_t i = 0; i < N_COUNTED; i++)
        skr_suggest_offer(&suggest, skr_fields_word(counted[i]));
    skr_suggest_offer(&suggest, "term");
    skr_suggest_offer(&suggest, "gene");
    return skr_fail(err, SKR_ERR_QUERY,
                    "no field '%.60s' whose values are listed; there are sex, age, country, "
                    "ancestry, dataset, karyotype, term, gene%s",
                    word, skr_suggest_text(&suggest, nearest));
}

static int write_values(const skr_arguments *arguments, const skr_asking *asking,
                        skr_value_writer *writer, skr_err *err)
{
    const char *word = arguments->operands[0];
    skr_engine *engine = NULL;
    skr_access access;
    size_t i = 0;
    bool is_term = strcasecmp(word, "term") == 0;
    bool is_gene = strcasecmp(word, "gene") == 0;
    while (i < N_COUNTED && strcasecmp(skr_fields_word(counted[i]), word) != 0)
        i++;
    if (i == N_COUNTED && !is_term && !is_gene)
        return fail_field(word, err);
    writer->field = is_term ? "term" : is_gene ? "gene" : skr_fields_word(counted[i]);
    SKR_TRY(skr_asking_access(asking, &access, err));
    SKR_TRY(skr_open_engine(&arguments->common, SKR_CACHE_BYTES, false, &engine, err));
    int status =
        is_term   ? skr_term_values_write(engine, &access, NULL, writer, err)
        : is_gene ? skr_gene_list_write(engine, &access, NULL, writer->common, writer->is_tsv, err)
                  : write_cells(engine, &access, counted[i], writer, err);
    skr_engine_close(engine);
    return status;
}

int skr_cmd_fields(const skr_command *command, int argc, char **argv)
{
    skr_asking asking = {0};
    bool is_tsv = false;
    const skr_option options[] = {
        SKR_ASKING_OPTIONS(&asking),
        {"tsv", SKR_OPTION_FLAG, &is_tsv, NULL, "with a header", 0},
    };
    skr_err err = {.message = ""};
    skr_arguments arguments = {
        .command = command, .options = options, .n_options = sizeof options / sizeof *options};
    int status = skr_arguments_read(&arguments, argc, argv, &err);
    if (status > 0)
        return 0;
    skr_value_writer writer = {.field = "field", .common = &arguments.common, .is_tsv = is_tsv};
    skr_interrupt_catch();
    if (status == SKR_OK && arguments.n_operands > 0)
        status = skr_arguments_check(&arguments, 1, 1, "one field", &err);
    if (status == SKR_OK)
        status = arguments.n_operands > 0 ? write_values(&arguments, &asking, &writer, &err)
                                          : write_words(&writer, &err);
    return status < 0 ? skr_report_as(arguments.common.is_json, &err) : 0;
}
