/*
 * merge_coverage.c - the coverage layers of several segments beside each other, stretch by stretch.
 *
 * A stretch ends where a chunk of any segment ends, so that of each no more than a chunk is at
 * hand. Runs that touch and say the same, which chunks have cut, become one.
 */
#include <stdlib.h>

#include "engine/import/compact/merge_int.h"
#include "index/contigs/contig.h"
#include "storage/base/array.h"
#include "storage/base/limits.h"

typedef struct stretching {
    skr_merge *merge;
    const skr_merge_input *input; /* whose runs are being taken */
    skr_ploidy ploidy;
    skr_cover_run *sorted; /* by sample */
    uint32_t n_sorted_max;
    uint32_t *first; /* of each sample in it, and the end */
} stretching;

/* ------------------------------------------------------------------ taking */

static int take_run(void *context, uint32_t sample, const skr_cover_run *run, skr_err *err)
{
    const stretching *s = context;
    skr_merge *merge = s->merge;
    const skr_merge_input *input = s->input;
    uint32_t number = input->live[input->places[sample]];
    SKR_TRY(SKR_ARRAY_RESERVE(&merge->runs, &merge->n_runs_max, merge->n_runs + 1,
                              "who was called where", err));
    SKR_TRY(SKR_ARRAY_RESERVE(&merge->owners, &merge->n_owners_max, merge->n_runs + 1,
                              "who was called where", err));
    merge->runs[merge->n_runs] = *run;
    merge->owners[merge->n_runs++] = number;
    return SKR_OK;
}

static int take_all(stretching *s, uint32_t start0, uint32_t end0, skr_err *err)
{
    skr_merge *merge = s->merge;
    const skr_walk_visitor visitor = {take_run, s};
    merge->n_runs = 0;
    for (uint32_t i = 0; i < merge->n_inputs; i++) {
        s->input = &merge->inputs[i];
        const skr_cover_walk asked = {merge->contig, start0, end0, s->input->places};
        if (s->input->is_there)
            SKR_TRY(skr_segment_view_cover_all(s->input->view, &asked, &visitor, err));
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ sorting */

static int compare_runs(const void *a, const void *b)
{
    uint32_t left = ((const skr_cover_run *)a)->start0;
    uint32_t right = ((const skr_cover_run *)b)->start0;
    return left < right ? -1 : left > right;
}

/* Sorts the runs of a sample and joins those that are one, at to. Returns how many there are, or
 * UINT32_MAX: two lie over each other. */
static uint32_t join(const skr_merge *merge, skr_cover_run *runs, uint32_t n, skr_cover_run *to)
{
    uint32_t n_joined = 0;
    if (merge->is_shared && n > 1)
        qsort(runs, n, sizeof *runs, compare_runs);
    for (uint32_t i = 0; i < n; i++) {
        skr_cover_run run = runs[i];
        skr_cover_run *last = n_joined > 0 ? &to[n_joined - 1] : NULL;
        if (last != NULL && run.start0 < last->end0)
            return UINT32_MAX;
        if (last != NULL && last->end0 == run.start0 && last->call == run.call)
            last->end0 = run.end0;
        else
            to[n_joined++] = run;
    }
    return n_joined;
}

/* Brings the runs that were taken into the order of samples. */
static int sort(stretching *s, skr_err *err)
{
    skr_merge *merge = s->merge;
    uint32_t *first = s->first;
    SKR_TRY(SKR_ARRAY_RESERVE(&s->sorted, &s->n_sorted_max, merge->n_runs, "who was called where",
                              err));
    for (uint32_t i = 0; i <= merge->n_samples; i++)
        first[i] = 0;
    for (uint32_t i = 0; i < merge->n_runs; i++)
        first[merge->owners[i] + 1]++;
    for (uint32_t i = 0; i < merge->n_samples; i++)
        first[i + 1] += first[i];
    for (uint32_t i = 0; i < merge->n_runs; i++)
        s->sorted[first[merge->owners[i]]++] = merge->runs[i];
    /* first[i] is the end of sample i now */
    uint32_t n = 0;
    uint32_t from = 0;
    for (uint32_t i = 0; i < merge->n_samples; i++) {
        uint32_t to = first[i];
        uint32_t n_joined = join(merge, s->sorted + from, to - from, s->sorted + n);
        if (n_joined == UINT32_MAX)
            return skr_merge_fail_twice(merge, i, err);
        first[i] = n;
        n += n_joined;
        from = to;
    }
    first[merge->n_samples] = n;
    return SKR_OK;
}

/* ------------------------------------------------------------------ stretches */

/* The first base from at0 on of which any segment has coverage, or UINT32_MAX; *end0: the first end
 * of a chunk behind it. */
static uint32_t find_stretch(const skr_merge *merge, uint32_t at0, uint32_t *end0)
{
    uint32_t start0 = UINT32_MAX;
    for (uint32_t i = 0; i < merge->n_inputs; i++) {
        uint32_t chunk_end0 = 0;
        if (!merge->inputs[i].is_there)
            continue;
        uint32_t next0 =
            skr_segment_next_cover(merge->inputs[i].segment, merge->contig, at0, &chunk_end0);
        start0 = next0 < start0 ? next0 : start0;
        if (next0 != UINT32_MAX && chunk_end0 < *end0)
            *end0 = chunk_end0;
    }
    return start0;
}

/* After the last base of which anything is said. */
static uint32_t last_base(const skr_merge *merge)
{
    uint32_t last0 = 0;
    for (uint32_t i = 0; i < merge->n_runs; i++)
        last0 = merge->runs[i].end0 > last0 ? merge->runs[i].end0 : last0;
    return last0;
}

static int write_contig(stretching *s, skr_err *err)
{
    skr_merge *merge = s->merge;
    const skr_merge_request *request = merge->request;
    const skr_assembly *assembly = &request->manifest->assemblies[merge->inputs[0].entry->assembly];
    const skr_build *build = skr_assembly_build_find(assembly->name);
    const char *name = assembly->contigs[merge->contig].name;
    uint32_t n_bases = SKR_STRETCH_BASES_FIRST;
    for (uint32_t at0 = 0;;) {
        uint32_t end0 = SKR_CONTIG_LENGTH_MAX;
        uint32_t start0 = find_stretch(merge, at0, &end0);
        if (start0 == UINT32_MAX)
            return SKR_OK;
        uint32_t zone_end0 = skr_contig_ploidy_end0(build, name, start0);
        end0 = zone_end0 < end0 ? zone_end0 : end0;
        end0 = end0 - start0 > n_bases ? start0 + n_bases : end0;
        s->ploidy = skr_contig_ploidy(build, name, start0);
        SKR_TRY(take_all(s, start0, end0, err));
        const skr_cover_place place = {start0, last_base(merge), merge->n_samples};
        if (merge->n_runs > 0) {
            SKR_TRY(sort(s, err));
            SKR_TRY(skr_segment_writer_add_stretch(merge->writer, merge->contig, s->ploidy, &place,
                                                   s->sorted, s->first, err));
        }
        SKR_TRY(skr_merge_step(merge, err));
        n_bases = skr_segment_stretch_next(merge->n_samples, merge->n_runs, end0 - start0);
        at0 = end0;
    }
}

int skr_merge_coverage_write(skr_merge *merge, skr_err *err)
{
    stretching s = {.merge = merge};
    s.first = malloc((merge->n_samples + 1u) * sizeof *s.first);
    int status =
        s.first == NULL ? skr_fail_nomem(err, "who was called where") : write_contig(&s, err);
    free(s.first);
    free(s.sorted);
    return status;
}
