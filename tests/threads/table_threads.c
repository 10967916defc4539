/*
 * table_threads.c - threads that are the first to ask for genes, terms and what may be told of
 * them, all at once: everybody finds the same, and what may be told is found once.
 *
 * A plain program, for the thread sanitizer.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "engine/face/engine.h"
#include "engine/people/told_terms.h"
#include "tests/support/load_store.h"

#define N_THREADS 6
#define N_ROUNDS 15
#define N_TERMS 3000u
#define N_GENES 4000u
#define N_PEOPLE 40u

/* What one thread found. */
typedef struct found {
    uint32_t n_genes;
    uint32_t n_of_gene;
    uint32_t meaning;
    uint32_t n_below;
    uint32_t n_ancestors;
    uint64_t n_people;
    uint32_t n_told;
} found;

static load_store s;
static skr_engine *engine;
static skr_query *query;
static const skr_expr *root;
static pthread_barrier_t together;
static atomic_uint n_judged;

int __real_skr_told_terms_judge(const skr_question *question, uint32_t slot,
                                skr_told_terms **ret_told, skr_err *err);
int __wrap_skr_told_terms_judge(const skr_question *question, uint32_t slot,
                                skr_told_terms **ret_told, skr_err *err);

int __wrap_skr_told_terms_judge(const skr_question *question, uint32_t slot,
                                skr_told_terms **ret_told, skr_err *err)
{
    atomic_fetch_add(&n_judged, 1);
    return __real_skr_told_terms_judge(question, slot, ret_told, err);
}

static void must(int status, const skr_err *err)
{
    if (status < 0)
        (void)fprintf(stderr, "%s\n", err->message);
    SKR_CHECK(status == SKR_OK);
}

/* A tree of terms, genes side by side, and people with some of the terms. */
static void make_store(void)
{
    skr_buffer text = {0};
    char line[200];
    skr_err err;
    load_store_init(&s);
    for (uint32_t i = 0; i < N_TERMS; i++) {
        int n = snprintf(line, sizeof line, "[Term]\nid: X:%07u\nname: t%u\nalt_id: X:%07u\n", i, i,
                         i + 5000000);
        if (i > 0)
            n += snprintf(line + n, sizeof line - (size_t)n, "is_a: X:%07u\n", (i - 1) / 3);
        must(skr_buffer_put(&text, line, (size_t)n, &err), &err);
    }
    must(skr_buffer_put_u8(&text, 0, &err), &err);
    must(load_text(&s, skr_import_ontology, "d", "x.obo", (const char *)text.bytes), &s.err);
    text.n = 0;
    for (uint32_t i = 0; i < N_GENES; i++) {
        int n = snprintf(line, sizeof line, "chr1\t%u\t%u\tGENE%u\n", 100 * i, 100 * i + 50, i);
        must(skr_buffer_put(&text, line, (size_t)n, &err), &err);
    }
    must(skr_buffer_put_u8(&text, 0, &err), &err);
    must(load_text(&s, skr_import_genes, "GRCh38", "g.bed", (const char *)text.bytes), &s.err);
    text.n = 0;
    must(skr_buffer_put(&text, "individual\tphenotypes\n", 22, &err), &err);
    for (uint32_t i = 0; i < N_PEOPLE; i++) {
        int n = snprintf(line, sizeof line, "P%u\tX:%07u|X:%07u\n", i, i * 70, 5000000 + i * 31);
        must(skr_buffer_put(&text, line, (size_t)n, &err), &err);
    }
    must(skr_buffer_put_u8(&text, 0, &err), &err);
    must(load_text(&s, skr_import_people, "d", "p.tsv", (const char *)text.bytes), &s.err);
    skr_buffer_done(&text);
    must(skr_query_new(&query, &err), &err);
    must(skr_query_parse(query, "X:0000001", true, &root, &err), &err);
}

static void count_gene(void *context, const skr_gene *gene)
{
    (void)gene;
    ++*(uint32_t *)context;
}

static int count_ancestor(void *context, uint32_t term, skr_err *err)
{
    (void)err;
    SKR_CHECK(term < N_TERMS);
    ++*(uint32_t *)context;
    return SKR_OK;
}

static int count_told(void *context, const skr_term_info *term, skr_err *err)
{
    (void)err;
    SKR_CHECK(term->label[0] == 't');
    ++*(uint32_t *)context;
    return SKR_OK;
}

static void ask_genes(found *mine)
{
    skr_err err;
    skr_gene_list genes = {0};
    must(skr_gene_table_find(s.genes, "gene1234", &genes, &err), &err);
    mine->n_of_gene = genes.n;
    skr_gene_list_done(&genes);
    must(skr_gene_table_visit(s.genes, count_gene, &mine->n_genes, &err), &err);
}

static void ask_terms(found *mine)
{
    uint64_t below[N_TERMS / 64 + 1] = {0};
    skr_err err;
    must(skr_ontology_load(s.ontology, &err), &err);
    mine->meaning = skr_ontology_resolve(s.ontology, "X:5000040");
    must(skr_ontology_mark_below(s.ontology, 1, below, &err), &err);
    for (uint32_t i = 0; i < N_TERMS / 64 + 1; i++)
        mine->n_below += (uint32_t)__builtin_popcountll(below[i]);
    must(skr_ontology_load_texts(s.ontology, &err), &err);
    SKR_CHECK(strcmp(skr_ontology_curie(s.ontology, 17), "X:0000017") == 0);
    SKR_CHECK(strcmp(skr_ontology_label(s.ontology, 17), "t17") == 0);
    must(skr_ontology_ancestors(s.ontology, N_TERMS - 1, count_ancestor, &mine->n_ancestors, &err),
         &err);
}

static void ask_engine(found *mine, bool is_told_first)
{
    const skr_access access = {.policy = skr_policy_exact()};
    skr_count_answer answer = {0};
    skr_err err;
    if (is_told_first)
        must(skr_engine_terms(engine, &access, count_told, &mine->n_told, &err), &err);
    must(skr_engine_count(engine, root, &access, &answer, &err), &err);
    mine->n_people = answer.total.count;
    skr_engine_count_done(&answer);
    if (!is_told_first)
        must(skr_engine_terms(engine, &access, count_told, &mine->n_told, &err), &err);
}

/* Not all begin with the same. */
static void *ask(void *context)
{
    static atomic_uint n_begun;
    unsigned order = atomic_fetch_add(&n_begun, 1) % 4;
    found *mine = context;
    (void)pthread_barrier_wait(&together);
    if (order < 2)
        ask_engine(mine, order == 0);
    if (order == 3)
        ask_genes(mine);
    ask_terms(mine);
    if (order != 3)
        ask_genes(mine);
    if (order >= 2)
        ask_engine(mine, true);
    return NULL;
}

/* Opens the tables anew, none of them read, and lets all threads ask. */
static void ask_at_once(found all[N_THREADS])
{
    const skr_engine_options options = {.n_threads = 1};
    pthread_t threads[N_THREADS];
    skr_err err;
    memset(all, 0, N_THREADS * sizeof *all);
    load_store_open_unread(&s);
    must(skr_engine_open(s.folder.path, &options, &engine, &err), &err);
    atomic_store(&n_judged, 0);
    for (int i = 0; i < N_THREADS; i++)
        SKR_CHECK(pthread_create(&threads[i], NULL, ask, &all[i]) == 0);
    for (int i = 0; i < N_THREADS; i++)
        SKR_CHECK(pthread_join(threads[i], NULL) == 0);
    SKR_CHECK(atomic_load(&n_judged) == 1);
    skr_engine_close(engine);
}

int main(void)
{
    found all[N_THREADS];
    make_store();
    SKR_CHECK(pthread_barrier_init(&together, NULL, N_THREADS) == 0);
    for (int round = 0; round < N_ROUNDS; round++) {
        ask_at_once(all);
        SKR_CHECK(all[0].n_genes == N_GENES && all[0].n_of_gene == 1 && all[0].meaning == 40);
        SKR_CHECK(all[0].n_below > N_TERMS / 4 && all[0].n_ancestors > 3);
        SKR_CHECK(all[0].n_people > 0 && all[0].n_people < N_PEOPLE);
        SKR_CHECK(all[0].n_told >= N_PEOPLE / 2);
        for (int i = 1; i < N_THREADS; i++)
            SKR_CHECK(memcmp(&all[i], &all[0], sizeof all[0]) == 0);
    }
    (void)pthread_barrier_destroy(&together);
    skr_query_free(query);
    load_store_done(&s);
    return 0;
}
