/* gene_rows.c - the genes that a question may name, one by one. */
#include "engine/face/gene_rows.h"

#include "engine/engine_int.h"
#include "storage/base/suggest.h"

typedef struct teller {
    const char *assembly;
    skr_gene_row_fn on_gene;
    void *context;
    int status; /* of on_gene */
    skr_err *err;
} teller;

static void tell_gene(void *context, const skr_gene *gene)
{
    teller *tell = context;
    const skr_gene_row row = {gene->name,   gene->id,     tell->assembly,
                              gene->contig, gene->start0, gene->end0};
    if (tell->status == SKR_OK)
        tell->status = tell->on_gene(tell->context, &row, tell->err);
}

static int fail_assembly(const skr_manifest *manifest, const char *name, skr_err *err)
{
    skr_suggest suggest;
    char nearest[SKR_SUGGEST_TEXT_MAX];
    skr_suggest_init(&suggest, name);
    for (uint32_t i = 0; i < manifest->n_assemblies; i++)
        skr_suggest_offer(&suggest, manifest->assemblies[i].name);
    return skr_fail(err, SKR_ERR_QUERY, "no assembly '%.60s' in the store%s", name,
                    skr_suggest_text(&suggest, nearest));
}

static int tell_all(const skr_snapshot *snapshot, const char *assembly, teller *tell, skr_err *err)
{
    const skr_manifest *manifest = snapshot->manifest;
    bool is_known = assembly == NULL;
    for (uint32_t i = 0; i < manifest->n_assemblies; i++) {
        tell->assembly = manifest->assemblies[i].name;
        if (assembly != NULL && !skr_words_same_assembly(assembly, tell->assembly))
            continue;
        is_known = true;
        SKR_TRY(skr_gene_table_visit(snapshot->genes[i], tell_gene, tell, err));
        SKR_TRY(tell->status);
    }
    return is_known ? SKR_OK : fail_assembly(manifest, assembly, err);
}

int skr_engine_genes(skr_engine *engine, const skr_access *access, skr_gene_row_fn on_gene,
                     void *context, uint64_t *ret_generation, skr_err *err)
{
    skr_question question;
    skr_access anywhere = *access;
    anywhere.assembly = NULL;
    SKR_TRY(skr_engine_begin(engine, &anywhere, &question, err));
    teller tell = {.on_gene = on_gene, .context = context, .err = err};
    int status = tell_all(question.snapshot, access->assembly, &tell, err);
    if (status == SKR_OK)
        *ret_generation = question.snapshot->manifest->generation;
    skr_engine_end(&question);
    return status;
}
