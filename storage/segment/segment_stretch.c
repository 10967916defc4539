/*
 * segment_stretch.c - how much coverage goes into a chunk.
 *
 * How many bases hold as many runs as a chunk should is guessed from the stretch before; one that
 * came out too large is cut.
 */
#include <stdlib.h>

#include "storage/segment/segment_coverage.h"

#define RUNS_A_CHUNK 16384u
#define BASES_MIN 64u
#define BASES_MAX (1u << 27)

uint32_t skr_segment_stretch_next(uint32_t n_samples, uint64_t n_runs, uint32_t n_bases)
{
    double n_wanted = (double)RUNS_A_CHUNK + n_samples;
    double factor = n_runs == 0 ? 4.0 : n_wanted / (double)n_runs;
    factor = factor > 4.0 ? 4.0 : factor < 0.25 ? 0.25 : factor;
    double wanted = factor * (double)n_bases;
    return wanted > BASES_MAX ? BASES_MAX : wanted < BASES_MIN ? BASES_MIN : (uint32_t)wanted;
}

/* The runs that lie in a part of the stretch, cut off at its ends. */
static void take_part(const skr_cover_place *part, const skr_cover_run *runs, const uint32_t *first,
                      skr_cover_run *part_runs, uint32_t *part_first)
{
    uint32_t n = 0;
    for (uint32_t sample = 0; sample < part->n_samples; sample++) {
        part_first[sample] = n;
        for (uint32_t i = first[sample]; i < first[sample + 1]; i++) {
            skr_cover_run run = runs[i];
            run.start0 = run.start0 > part->start0 ? run.start0 : part->start0;
            run.end0 = run.end0 < part->end0 ? run.end0 : part->end0;
            if (run.start0 < run.end0)
                part_runs[n++] = run;
        }
    }
    part_first[part->n_samples] = n;
}

int skr_segment_writer_add_stretch(skr_segment_writer *writer, uint32_t contig, skr_ploidy ploidy,
                                   const skr_cover_place *place, const skr_cover_run *runs,
                                   const uint32_t *first, skr_err *err)
{
    uint32_t n_runs = first[place->n_samples];
    uint32_t n_bases = place->end0 - place->start0;
    uint64_t n_parts = n_runs / (2 * ((uint64_t)RUNS_A_CHUNK + place->n_samples)) + 1;
    skr_cover_run *part_runs = NULL;
    uint32_t *part_first = NULL;
    int status = SKR_OK;
    n_parts = n_parts < n_bases ? n_parts : n_bases;
    if (n_runs == 0)
        return SKR_OK;
    if (n_parts == 1)
        return skr_segment_writer_add_coverage(writer, contig, ploidy, place, runs, first, err);
    part_runs = malloc(n_runs * sizeof *part_runs);
    part_first = malloc((place->n_samples + 1u) * sizeof *part_first);
    if (part_runs == NULL || part_first == NULL)
        status = skr_fail_nomem(err, "who was called where");
    for (uint64_t i = 0; i < n_parts && status == SKR_OK; i++) {
        const skr_cover_place part = {(uint32_t)(place->start0 + n_bases * i / n_parts),
                                      (uint32_t)(place->start0 + n_bases * (i + 1) / n_parts),
                                      place->n_samples};
        take_part(&part, runs, first, part_runs, part_first);
        if (part_first[part.n_samples] > 0)
            status = skr_segment_writer_add_coverage(writer, contig, ploidy, &part, part_runs,
                                                     part_first, err);
    }
    free(part_runs);
    free(part_first);
    return status;
}
