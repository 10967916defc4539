/*
 * import_coverage_write.c - from layers to the chunks of the coverage layer.
 *
 * Of each contig the layers of all samples are read side by side, stretch by stretch.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/import/genomes/import_coverage_int.h"
#include "engine/import/genomes/import_facts.h"
#include "engine/import/genomes/import_qc.h"
#include "engine/import/genomes/import_watch.h"
#include "index/contigs/contig.h"
#include "storage/segment/segment_coverage.h"

/* A window on a layer: the least, the most. */
#define WINDOW_MIN 256u
#define WINDOW_MAX (256u << 10)

/* A sample on the contig at hand. */
typedef struct column {
    skr_import_coverage_reader reader;
    skr_cover_claim next; /* what was not used yet */
    bool is_end;
    uint32_t sample;
} column;

typedef struct writing {
    skr_import *import;
    skr_segment_writer *writer;
    uint32_t contig;
    column *columns; /* ascending by sample */
    size_t n_columns;
    size_t n_columns_max;
    skr_cover_run *runs; /* of the stretch at hand, sample by sample */
    uint32_t n_runs;
    uint32_t n_runs_max;
    uint32_t *first;  /* n_samples + 1 */
    uint32_t n_bases; /* of the next stretch */
} writing;

/* ------------------------------------------------------------------ layers */

static int compare_layers(const void *a, const void *b)
{
    const skr_import_coverage_layer *left = a;
    const skr_import_coverage_layer *right = b;
    if (left->contig != right->contig)
        return left->contig < right->contig ? -1 : 1;
    if (left->sample != right->sample)
        return left->sample < right->sample ? -1 : 1;
    return left->at < right->at ? -1 : left->at > right->at;
}

static bool is_same(const skr_import_coverage_layer *a, const skr_import_coverage_layer *b)
{
    return a->contig == b->contig && a->sample == b->sample;
}

/* Reads the runs of a layer as claims again. */
static int unpack(skr_import *import, const skr_import_coverage_layer *layer, skr_err *err)
{
    uint8_t window[4096];
    skr_import_coverage_reader reader = {.coverage = import->coverage,
                                         .at = layer->at,
                                         .end = layer->at + layer->n,
                                         .window = window,
                                         .n_window_max = sizeof window};
    skr_cover_claim claim = {.sample = layer->sample, .contig = layer->contig};
    int status = SKR_OK;
    for (bool is_end = false; status == SKR_OK;) {
        status = skr_import_coverage_next(&reader, &claim, &is_end, err);
        if (is_end)
            break;
        if (status == SKR_OK)
            status = skr_import_coverage_keep(import->coverage, &claim, err);
    }
    return status;
}

/* Of a sample that has several layers on a contig one is made, after the others. */
static int join_layers(skr_import *import, skr_err *err)
{
    skr_import_coverage *coverage = import->coverage;
    size_t n = coverage->n_layers;
    size_t n_kept = 0;
    int status = SKR_OK;
    qsort(coverage->layers, n, sizeof *coverage->layers, compare_layers);
    for (size_t from = 0, to; from < n && status == SKR_OK; from = to) {
        for (to = from + 1; to < n && is_same(&coverage->layers[from], &coverage->layers[to]);)
            to++;
        if (to == from + 1) {
            coverage->layers[n_kept++] = coverage->layers[from];
            continue;
        }
        for (size_t i = from; i < to && status == SKR_OK; i++)
            status = unpack(import, &coverage->layers[i], err);
        if (status == SKR_OK)
            status = skr_import_coverage_pack(import, err);
        /* The joined one was put after all others. */
        if (status == SKR_OK)
            coverage->layers[n_kept++] = coverage->layers[--coverage->n_layers];
    }
    coverage->n_layers = n_kept;
    return status != SKR_OK ? status : skr_import_coverage_settle(import, err);
}

/* ------------------------------------------------------------------ chunks */

/* Adds a run of a column to the stretch at hand. */
static int put_run(writing *w, const skr_cover_claim *claim, uint32_t end0, skr_err *err)
{
    SKR_TRY(
        SKR_ARRAY_RESERVE(&w->runs, &w->n_runs_max, w->n_runs + 1, "who was called where", err));
    w->runs[w->n_runs++] = (skr_cover_run){claim->start0, end0, claim->call};
    return SKR_OK;
}

/* Takes the runs of a column up to end0. */
static int take_column(writing *w, column *from, uint32_t end0, skr_err *err)
{
    while (!from->is_end && from->next.start0 < end0) {
        skr_cover_claim *next = &from->next;
        if (next->end0 > end0) {
            SKR_TRY(put_run(w, next, end0, err));
            next->start0 = end0;
            return SKR_OK;
        }
        SKR_TRY(put_run(w, next, next->end0, err));
        SKR_TRY(skr_import_coverage_next(&from->reader, next, &from->is_end, err));
    }
    return SKR_OK;
}

/* Takes the runs of all samples up to end0. */
static int take_stretch(writing *w, uint32_t end0, skr_err *err)
{
    size_t at = 0;
    w->n_runs = 0;
    for (uint32_t sample = 0; sample < w->import->coverage->n_samples; sample++) {
        w->first[sample] = w->n_runs;
        if (at < w->n_columns && w->columns[at].sample == sample)
            SKR_TRY(take_column(w, &w->columns[at++], end0, err));
    }
    w->first[w->import->coverage->n_samples] = w->n_runs;
    return SKR_OK;
}

/* Writes the stretch at hand, which lies in one ploidy. */
static int write_stretch(writing *w, uint32_t start0, uint32_t end0, skr_err *err)
{
    const char *name = w->import->manifest->assemblies[w->import->assembly].contigs[w->contig].name;
    const skr_cover_place place = {start0, end0, w->import->coverage->n_samples};
    return skr_segment_writer_add_stretch(w->writer, w->contig,
                                          skr_contig_ploidy(w->import->build, name, start0), &place,
                                          w->runs, w->first, err);
}

/* The first base that any column has yet, or UINT32_MAX. */
static uint32_t first_base(const writing *w)
{
    uint32_t least = UINT32_MAX;
    for (size_t i = 0; i < w->n_columns; i++)
        if (!w->columns[i].is_end && w->columns[i].next.start0 < least)
            least = w->columns[i].next.start0;
    return least;
}

/* After the last base of the stretch at hand of which anything is said. */
static uint32_t last_base(const writing *w)
{
    uint32_t last = 0;
    for (uint32_t i = 0; i < w->n_runs; i++)
        last = w->runs[i].end0 > last ? w->runs[i].end0 : last;
    return last;
}

static int write_contig(writing *w, skr_err *err)
{
    const skr_import *import = w->import;
    const char *name = import->manifest->assemblies[import->assembly].contigs[w->contig].name;
    w->n_bases = SKR_STRETCH_BASES_FIRST;
    for (;;) {
        uint32_t start0 = first_base(w);
        if (start0 == UINT32_MAX)
            return SKR_OK;
        uint32_t zone_end0 = skr_contig_ploidy_end0(import->build, name, start0);
        uint32_t end0 = SKR_CONTIG_LENGTH_MAX - start0 > w->n_bases ? start0 + w->n_bases
                                                                    : SKR_CONTIG_LENGTH_MAX;
        end0 = end0 < zone_end0 ? end0 : zone_end0;
        SKR_TRY(take_stretch(w, end0, err));
        skr_import_facts_cover(w->import, w->runs, w->first);
        SKR_TRY(write_stretch(w, start0, last_base(w), err));
        SKR_TRY(skr_import_watch_stop(import, err));
        w->n_bases =
            skr_segment_stretch_next(import->coverage->n_samples, w->n_runs, end0 - start0);
    }
}

/* ------------------------------------------------------------------ contigs */

/* Begins to read the layers of one contig. */
static int open_columns(writing *w, const skr_import_coverage_layer *layers, size_t n, skr_err *err)
{
    skr_import_coverage *coverage = w->import->coverage;
    size_t n_window = skr_import_memory_coverage(w->import->n_memory) / n;
    n_window = n_window < WINDOW_MIN ? WINDOW_MIN : n_window > WINDOW_MAX ? WINDOW_MAX : n_window;
    SKR_TRY(SKR_ARRAY_RESERVE(&w->columns, &w->n_columns_max, n, "who was called where", err));
    memset(w->columns, 0, n * sizeof *w->columns);
    w->n_columns = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t sample = skr_import_qc_number(w->import, layers[i].sample);
        if (sample == SKR_NONE)
            continue; /* set aside */
        column *one = &w->columns[w->n_columns++];
        one->sample = sample;
        one->reader = (skr_import_coverage_reader){.coverage = coverage,
                                                   .at = layers[i].at,
                                                   .end = layers[i].at + layers[i].n,
                                                   .window = malloc(n_window),
                                                   .n_window_max = n_window};
        if (one->reader.window == NULL)
            return skr_fail_nomem(err, "who was called where");
        SKR_TRY(skr_import_coverage_next(&one->reader, &one->next, &one->is_end, err));
    }
    return SKR_OK;
}

static void close_columns(writing *w)
{
    for (size_t i = 0; i < w->n_columns; i++)
        free(w->columns[i].reader.window);
    w->n_columns = 0;
}

static int write_all(writing *w, skr_err *err)
{
    skr_import_coverage *coverage = w->import->coverage;
    int status = SKR_OK;
    for (size_t from = 0, to; from < coverage->n_layers && status == SKR_OK; from = to) {
        w->contig = coverage->layers[from].contig;
        for (to = from + 1; to < coverage->n_layers && coverage->layers[to].contig == w->contig;)
            to++;
        status = skr_import_facts_contig(w->import, w->contig, err);
        if (status == SKR_OK)
            status = open_columns(w, coverage->layers + from, to - from, err);
        if (status == SKR_OK)
            status = write_contig(w, err);
        close_columns(w);
    }
    return status;
}

int skr_import_coverage_write(skr_import *import, skr_segment_writer *writer, skr_err *err)
{
    skr_import_coverage *coverage = import->coverage;
    writing w = {.import = import, .writer = writer};
    if (coverage == NULL)
        return SKR_OK;
    w.first = malloc((coverage->n_samples + 1u) * sizeof *w.first);
    int status = w.first == NULL ? skr_fail_nomem(err, "who was called where")
                                 : skr_import_coverage_close(import, err);
    if (status == SKR_OK)
        status = join_layers(import, err);
    if (status == SKR_OK)
        status = write_all(&w, err);
    free(w.columns);
    free(w.runs);
    free(w.first);
    return status;
}
