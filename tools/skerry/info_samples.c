/* info_samples.c - skerry info --samples: a row for each sample. */
#include "tools/skerry/info_samples.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>

#include "engine/face/samples.h"
#include "tools/skerry/output.h"

/* The columns that are whole numbers, as they are called. */
#define COUNTS(X) X(het) X(hom) X(transitions) X(transversions) X(x_het) X(x_hom) X(y_alt)

/* ------------------------------------------------------------------ TSV */

static void put_header(void)
{
    printf("dataset\tsample\tindividual\tassembly\tgeneration\tsex\tlooks_like");
    for (unsigned i = 0; i < SKR_N_QUALITIES; i++)
        printf("\t%s", skr_quality_word((skr_quality)i));
#define HEADER(name) printf("\t" #name);
    COUNTS(HEADER)
#undef HEADER
    printf("\treplaced_in_part\n");
}

/* Six digits, or all of a whole number; '.' where nothing is known. */
static void put_real(double number)
{
    if (isnan(number))
        printf("\t.");
    else if (number == floor(number) && number < 1e15)
        printf("\t%.0f", number);
    else
        printf("\t%.6g", number);
}

static int put_tsv(void *context, const skr_sample_row *row, skr_err *err)
{
    (void)context;
    printf("%s\t%s\t%s\t%s\t%" PRIu64 "\t%s\t%s", row->dataset, row->sample, row->individual,
           row->assembly, row->generation, row->sex,
           row->looks_like == NULL ? "." : row->looks_like);
    for (unsigned i = 0; i < SKR_N_QUALITIES; i++)
        put_real(row->has_facts ? row->qualities[i] : NAN);
#define NUMBER(name) put_real(row->has_facts ? (double)row->n_##name : NAN);
    COUNTS(NUMBER)
#undef NUMBER
    printf("\t%s\n", row->is_replaced_in_part ? "yes" : "no");
    return ferror(stdout) != 0 ? skr_output_fail(errno, err) : SKR_OK;
}

/* ------------------------------------------------------------------ JSON */

static int put_json(void *context, const skr_sample_row *row, skr_err *err)
{
    (void)context;
    skr_out json = {.out = stdout};
    skr_out_open(&json, '{');
    const struct {
        const char *key;
        const char *text;
    } texts[] = {
        {"dataset", row->dataset},   {"sample", row->sample}, {"individual", row->individual},
        {"assembly", row->assembly}, {"sex", row->sex},       {"looks_like", row->looks_like}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        skr_out_member_text(&json, texts[i].key, texts[i].text);
    }
    skr_out_member_number(&json, "generation", row->generation);
    for (unsigned i = 0; i < SKR_N_QUALITIES; i++) {
        skr_out_key(&json, skr_quality_word((skr_quality)i));
        skr_out_real(&json, row->has_facts ? row->qualities[i] : NAN);
    }
#define MEMBER(name)                                                                               \
    skr_out_key(&json, #name);                                                                     \
    if (row->has_facts)                                                                            \
        skr_out_number(&json, row->n_##name);                                                      \
    else                                                                                           \
        skr_out_null(&json);
    COUNTS(MEMBER)
#undef MEMBER
    skr_out_member_boolean(&json, "replaced_in_part", row->is_replaced_in_part);
    skr_out_close(&json, '}');
    skr_out_end(&json);
    return ferror(stdout) != 0 ? skr_output_fail(errno, err) : SKR_OK;
}

int skr_info_samples(skr_engine *engine, const skr_access *access, bool is_json, skr_err *err)
{
    if (!is_json && access->policy.is_exact)
        put_header();
    return skr_engine_samples(engine, access, is_json ? put_json : put_tsv, NULL, err);
}
