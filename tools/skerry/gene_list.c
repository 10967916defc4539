/* gene_list.c - the genes of a store as columns, TSV or JSON. */
#include "tools/skerry/gene_list.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "storage/base/suggest.h"
#include "tools/skerry/output.h"

typedef struct lister {
    const char *word; /* or NULL */
    bool is_json;
    bool is_tsv;
    bool has_begun;
    skr_out json;
    skr_suggest suggest;
} lister;

static void begin(lister *list)
{
    if (list->has_begun)
        return;
    list->has_begun = true;
    if (list->is_json) {
        skr_out_open(&list->json, '{');
        skr_out_key(&list->json, "genes");
        skr_out_open(&list->json, '[');
    } else if (list->is_tsv) {
        printf("gene\tid\tassembly\tcontig\tstart1\tend1\n");
    }
}

static void put_json(skr_out *json, const skr_gene_row *row)
{
    skr_out_open(json, '{');
    skr_out_member_text(json, "gene", row->symbol);
    skr_out_member_text(json, "id", row->id[0] == '\0' ? NULL : row->id);
    skr_out_member_text(json, "assembly", row->assembly);
    skr_out_member_text(json, "contig", row->contig);
    skr_out_member_number(json, "start1", row->start0 + UINT64_C(1));
    skr_out_member_number(json, "end1", row->end0);
    skr_out_close(json, '}');
}

static int put_gene(void *context, const skr_gene_row *row, skr_err *err)
{
    lister *list = context;
    uint64_t start1 = row->start0 + UINT64_C(1);
    if (list->word != NULL && strcasestr(row->symbol, list->word) == NULL &&
        strcasestr(row->id, list->word) == NULL) {
        skr_suggest_offer(&list->suggest, row->symbol);
        return SKR_OK;
    }
    begin(list);
    if (list->is_json)
        put_json(&list->json, row);
    else if (list->is_tsv)
        printf("%s\t%s\t%s\t%s\t%" PRIu64 "\t%" PRIu32 "\n", row->symbol, row->id, row->assembly,
               row->contig, start1, row->end0);
    else
        printf("%-16s %-18s %s %s:%" PRIu64 "-%" PRIu32 "\n", row->symbol, row->id, row->assembly,
               row->contig, start1, row->end0);
    return ferror(stdout) != 0 ? skr_output_fail(errno, err) : SKR_OK;
}

int skr_gene_list_write(skr_engine *engine, const skr_access *access, const char *word,
                        const skr_common *common, bool is_tsv, skr_err *err)
{
    char nearest[SKR_SUGGEST_TEXT_MAX];
    uint64_t generation = 0;
    lister list = {
        .word = word, .is_json = common->is_json, .is_tsv = is_tsv, .json = {.out = stdout}};
    skr_suggest_init(&list.suggest, word == NULL ? "" : word);
    SKR_TRY(skr_engine_genes(engine, access, put_gene, &list, &generation, err));
    if (!list.has_begun && word == NULL)
        return skr_fail(err, SKR_ERR_QUERY, "no genes are loaded: skerry genes FILE");
    if (!list.has_begun)
        return skr_fail(err, SKR_ERR_QUERY, "no gene has '%.60s' in its symbol or its id%s", word,
                        skr_suggest_text(&list.suggest, nearest));
    if (!list.is_json)
        return SKR_OK;
    skr_out_close(&list.json, ']');
    skr_out_member_number(&list.json, "generation", generation);
    skr_out_close(&list.json, '}');
    skr_out_end(&list.json);
    return SKR_OK;
}
