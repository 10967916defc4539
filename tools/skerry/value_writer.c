/* value_writer.c - the values of a field as columns, TSV or JSON. */
#include "tools/skerry/value_writer.h"

#include <errno.h>
#include <stdio.h>

static void begin(skr_value_writer *writer, const skr_value *first)
{
    if (writer->has_begun)
        return;
    writer->has_begun = true;
    if (writer->common->is_json) {
        writer->json.out = stdout;
        skr_out_open(&writer->json, '{');
        skr_out_member_text(&writer->json, "field", writer->field);
        skr_out_key(&writer->json, "values");
        skr_out_open(&writer->json, '[');
    } else if (writer->is_tsv) {
        printf("%s\tlabel", writer->field);
        if (first == NULL || first->people != NULL)
            printf("\tcount");
        if (first != NULL && first->has_values != NULL)
            printf("\tmeasured");
        printf("\n");
    }
}

static void put_json(skr_out *json, const skr_value *value)
{
    skr_out_open(json, '{');
    skr_out_member_text(json, "id", value->id);
    skr_out_member_text(json, "label", value->label[0] == '\0' ? NULL : value->label);
    if (value->people != NULL) {
        skr_out_key(json, "count");
        skr_out_told(json, value->people);
    }
    if (value->has_values != NULL)
        skr_out_member_boolean(json, "measured", *value->has_values);
    skr_out_close(json, '}');
}

static void put_tsv(const skr_value *value)
{
    char told[40];
    printf("%s\t%s", value->id, value->label);
    if (value->people != NULL) {
        skr_told_text(value->people, told);
        printf("\t%s", told);
    }
    if (value->has_values != NULL)
        printf("\t%s", *value->has_values ? "yes" : "no");
    printf("\n");
}

static void put_columns(const skr_value *value)
{
    char told[40];
    bool is_measured = value->has_values != NULL && *value->has_values;
    if (value->people != NULL) {
        skr_told_text(value->people, told);
        printf("%10s  ", told);
    }
    if (value->label[0] == '\0' && !is_measured)
        printf("%s\n", value->id);
    else
        printf("%-16s %s%s\n", value->id, value->label, is_measured ? " (measured)" : "");
}

int skr_value_put(skr_value_writer *writer, const skr_value *value, skr_err *err)
{
    begin(writer, value);
    if (writer->common->is_json)
        put_json(&writer->json, value);
    else if (writer->is_tsv)
        put_tsv(value);
    else
        put_columns(value);
    return ferror(stdout) != 0 ? skr_output_fail(errno, err) : SKR_OK;
}

void skr_value_end(skr_value_writer *writer, uint64_t generation)
{
    begin(writer, NULL);
    if (!writer->common->is_json)
        return;
    skr_out_close(&writer->json, ']');
    if (generation > 0)
        skr_out_member_number(&writer->json, "generation", generation);
    skr_out_close(&writer->json, '}');
    skr_out_end(&writer->json);
}
