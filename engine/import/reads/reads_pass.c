/*
 * reads_pass.c - one pass over a contig: depth by rule 10, and what is to be judged and written.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/reads/reads_chunk_int.h"
#include "storage/base/array.h"

/* Bases that one read may reach over, with all its gaps: places in memory depend on it. */
#define SPAN_MAX (1u << 24)

/* More than this is given to a chunk only where it cannot be cut: so many places, bytes of reads.
 */
#define CHUNK_PLACES (512u << 10)
#define CHUNK_BYTES ((size_t)8 << 20)
#define CHUNK_PLACES_MIN 512u

int skr_reads_pass_new(const skr_reads_pass *like, skr_reads_pass **ret_pass, skr_err *err)
{
    skr_reads_pass *pass = calloc(1, sizeof *pass);
    if (pass == NULL)
        return skr_fail_nomem(err, "a contig of reads");
    *pass = (skr_reads_pass){.plan = like->plan,
                             .context = like->context,
                             .name = like->name,
                             .contig = like->contig,
                             .text = like->text,
                             .queue = like->queue,
                             .kept = like->kept,
                             .facts = like->facts};
    pass->contig.stretches = (skr_reads_stretches){0};
    pass->kept->has_start = false;
    int status = skr_reads_mates_new(&pass->mates, err);
    if (status == SKR_OK)
        status = skr_reads_stretches_fill(pass, err);
    if (status == SKR_OK)
        status = skr_reads_text_begin(pass->text, pass->name, &pass->contig.bases, err);
    if (status != SKR_OK)
        skr_reads_pass_free(pass);
    else
        *ret_pass = pass;
    return status;
}

void skr_reads_pass_free(skr_reads_pass *pass)
{
    if (pass == NULL)
        return;
    skr_reads_kept_forget(pass->kept, UINT32_MAX);
    skr_reads_mates_free(pass->mates);
    free(pass->contig.stretches.list);
    free(pass->depth);
    free(pass->gone);
    free(pass->runs);
    free(pass);
}

/* ------------------------------------------------------------------ settling and writing */

/* Writes the runs before end0, where depth alone is asked for. */
static int write_runs(skr_reads_pass *pass, uint32_t end0, skr_err *err)
{
    uint32_t place0 = pass->done0;
    uint32_t hint = 0;
    while (place0 < end0) {
        uint32_t stop0;
        int64_t least = skr_reads_min_depth(&pass->contig.stretches, place0, &hint, &stop0);
        stop0 = stop0 < end0 ? stop0 : end0;
        while (place0 < stop0) {
            while (place0 < stop0 && pass->depth[place0 - pass->first0] < least)
                place0++;
            uint32_t start0 = place0;
            while (place0 < stop0 && pass->depth[place0 - pass->first0] >= least)
                place0++;
            if (place0 > start0)
                SKR_TRY(skr_reads_text_run(pass->text, (skr_reads_run){start0, place0}, true, err));
        }
    }
    return SKR_OK;
}

/* What lies before end0 is written, or becomes a chunk. */
static int finish_up_to(skr_reads_pass *pass, uint32_t end0, skr_err *err)
{
    if (end0 <= pass->done0)
        return SKR_OK;
    if (pass->queue == NULL) {
        SKR_TRY(write_runs(pass, end0, err));
    } else {
        skr_reads_chunk *chunk = NULL;
        SKR_TRY(skr_reads_chunk_new(pass, end0, &chunk, err));
        SKR_TRY(skr_reads_queue_add(pass->queue, chunk, err));
    }
    pass->done0 = end0;
    uint32_t margin = pass->queue != NULL ? SKR_READS_MARGIN : 0;
    uint32_t keep0 = end0 > margin ? end0 - margin : 0;
    skr_reads_kept_forget(pass->kept, keep0);
    if (keep0 > pass->first0)
        skr_reads_places_slide(pass, keep0);
    return SKR_OK;
}

/* Nothing reaches from here to the next read: what lies between need not be gone through. */
static int jump(skr_reads_pass *pass, uint32_t start0, skr_err *err)
{
    uint32_t target0 = start0 > 2 * SKR_READS_MARGIN ? start0 - 2 * SKR_READS_MARGIN : 0;
    if (target0 <= pass->reached0 + 2 * SKR_READS_MARGIN)
        return SKR_OK;
    if (pass->reached0 > 0) {
        SKR_TRY(skr_reads_places_reserve(pass, pass->reached0, err));
        skr_reads_places_settle(pass, pass->reached0);
        SKR_TRY(finish_up_to(pass, pass->reached0, err));
    }
    skr_reads_kept_forget(pass->kept, target0);
    skr_reads_places_slide(pass, target0);
    pass->settled0 = pass->done0 = target0;
    pass->last_depth = pass->last_gone = 0;
    return SKR_OK;
}

/* Does a chunk end here? What reaches to within a margin of it is known by now. */
static bool is_chunk(const skr_reads_pass *pass, uint32_t end0)
{
    uint32_t n_most = pass->plan->n_chunk > 0 ? pass->plan->n_chunk : CHUNK_PLACES;
    if (end0 <= pass->done0)
        return false;
    uint32_t n = end0 - pass->done0;
    return n >= n_most || (n >= CHUNK_PLACES_MIN && pass->kept->n_bytes > CHUNK_BYTES);
}

/* The front has come to start0: does enough lie before it? */
static int move_front(skr_reads_pass *pass, uint32_t start0, skr_err *err)
{
    if (start0 < pass->front0)
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s: reads of contig %s are not in order of their places: sort the file by "
                        "coordinate",
                        pass->plan->name, pass->name);
    pass->front0 = start0;
    SKR_TRY(jump(pass, start0, err));
    uint32_t end0 = start0 > SKR_READS_MARGIN ? start0 - SKR_READS_MARGIN : 0;
    bool is_now =
        pass->queue == NULL ? start0 - pass->done0 >= SKR_READS_BATCH : is_chunk(pass, end0);
    if (!is_now || start0 <= pass->settled0)
        return SKR_OK;
    SKR_TRY(skr_reads_places_reserve(pass, start0, err));
    skr_reads_places_settle(pass, start0);
    return finish_up_to(pass, pass->queue == NULL ? start0 : end0, err);
}

int skr_reads_pass_finish(skr_reads_pass *pass, skr_err *err)
{
    uint32_t end0 = pass->reached0;
    if (end0 > pass->settled0) {
        SKR_TRY(skr_reads_places_reserve(pass, end0, err));
        skr_reads_places_settle(pass, end0);
    }
    SKR_TRY(finish_up_to(pass, end0, err));
    if (pass->queue != NULL)
        SKR_TRY(skr_reads_queue_drain(pass->queue, err));
    return skr_reads_text_end(pass->text, err);
}

/* ------------------------------------------------------------------ reads */

static int add_run(skr_reads_pass *pass, uint32_t start0, uint32_t end0, skr_err *err)
{
    end0 = end0 < pass->contig.bases.n ? end0 : pass->contig.bases.n;
    if (start0 >= end0)
        return SKR_OK;
    skr_reads_run *last = pass->n_runs > 0 ? &pass->runs[pass->n_runs - 1] : NULL;
    if (last != NULL && last->end0 == start0) {
        last->end0 = end0;
        return SKR_OK;
    }
    SKR_TRY(
        SKR_ARRAY_RESERVE(&pass->runs, &pass->n_runs_max, pass->n_runs + 1, "runs of reads", err));
    pass->runs[pass->n_runs++] = (skr_reads_run){start0, end0};
    return SKR_OK;
}

/* How many bases from the first on are good enough: eight at a time, because nearly all are. A
 * quality is below 128, so that taking `least` from it with its highest bit set clears that bit
 * only where it is too low. */
static uint32_t count_good(const uint8_t *qualities, uint32_t n, unsigned least)
{
    const uint64_t high = 0x8080808080808080u;
    const uint64_t limits = 0x0101010101010101u * least;
    uint32_t i = 0;
    for (uint64_t eight; least < 128 && i + 8 <= n; i += 8) {
        memcpy(&eight, qualities + i, 8);
        if ((((eight | high) - limits) & high) != high)
            break;
    }
    while (i < n && qualities[i] >= least)
        i++;
    return i;
}

/* The aligned bases of a stretch that are good enough. */
static int add_good(skr_reads_pass *pass, uint32_t at0, const uint8_t *qualities, uint32_t n,
                    skr_err *err)
{
    unsigned least = (unsigned)pass->contig.limits->min_bq;
    for (uint32_t i = 0; i < n;) {
        uint32_t from = i;
        i += count_good(qualities + i, n - i, least);
        if (i > from) {
            SKR_TRY(add_run(pass, at0 + from, at0 + i, err));
        }
        while (i < n && qualities[i] < least)
            i++;
    }
    return SKR_OK;
}

/* Fills the runs of the present read. */
static int find_runs(skr_reads_pass *pass, const bam1_t *record, skr_err *err)
{
    const uint32_t *cigar = bam_get_cigar(record);
    const uint8_t *qualities = bam_get_qual(record);
    uint32_t at0 = (uint32_t)record->core.pos;
    uint32_t query = 0;
    bool is_tested =
        pass->contig.limits->min_bq > 0 && record->core.l_qseq > 0 && qualities[0] != 0xff;
    pass->n_runs = 0;
    for (uint32_t i = 0; i < record->core.n_cigar; i++) {
        uint32_t n = bam_cigar_oplen(cigar[i]);
        int type = bam_cigar_type(bam_cigar_op(cigar[i]));
        if (type == 3 && n > 0) {
            SKR_TRY(is_tested ? add_good(pass, at0, qualities + query, n, err)
                              : add_run(pass, at0, at0 + n, err));
        }
        at0 += (type & 2) != 0 ? n : 0;
        query += (type & 1) != 0 ? n : 0;
    }
    return SKR_OK;
}

static void count_run(skr_reads_pass *pass, uint32_t start0, uint32_t end0)
{
    if (start0 >= end0)
        return;
    pass->depth[start0 - pass->first0]++;
    pass->depth[end0 - pass->first0]--;
}

/* Counts the runs of the present read, but for what its mate has counted. */
static void count_runs(skr_reads_pass *pass, const skr_reads_mate *mate)
{
    uint32_t k = 0;
    for (uint32_t i = 0; i < pass->n_runs; i++) {
        uint32_t at0 = pass->runs[i].start0;
        uint32_t end0 = pass->runs[i].end0;
        while (k < mate->n_runs && mate->runs[k].end0 <= at0)
            k++;
        for (uint32_t j = k; j < mate->n_runs && mate->runs[j].start0 < end0; j++) {
            count_run(pass, at0, mate->runs[j].start0);
            at0 = mate->runs[j].end0;
        }
        count_run(pass, at0, end0);
    }
}

/* Counts the places that are deleted with very many others: such deletions are not judged. */
static int count_gone(skr_reads_pass *pass, const bam1_t *record, uint32_t most0, skr_err *err)
{
    const uint32_t *cigar = bam_get_cigar(record);
    uint32_t at0 = (uint32_t)record->core.pos;
    for (uint32_t i = 0; i < record->core.n_cigar; i++) {
        uint32_t n = bam_cigar_oplen(cigar[i]);
        if (bam_cigar_op(cigar[i]) == BAM_CDEL && n > SKR_READS_LENGTH_MAX && at0 < most0 &&
            at0 > (uint32_t)record->core.pos) {
            SKR_TRY(skr_reads_places_begin_gone(pass, err));
            uint32_t end0 = at0 + n < most0 ? at0 + n : most0;
            pass->gone[at0 - 1 - pass->first0]++; /* the base before it, as VCF has it */
            pass->gone[end0 - pass->first0]--;
        }
        at0 += (bam_cigar_type(bam_cigar_op(cigar[i])) & 2) != 0 ? n : 0;
    }
    return SKR_OK;
}

/* Does the read count at all? */
static bool passes(const skr_reads_limits *limits, const bam1_t *record)
{
    return (record->core.flag & (BAM_FUNMAP | limits->exclude_flags)) == 0 &&
           record->core.qual >= limits->min_mq && record->core.n_cigar > 0;
}

static int check_read(const skr_reads_pass *pass, const bam1_t *record, hts_pos_t end0,
                      skr_err *err)
{
    hts_pos_t n_bases = bam_cigar2qlen((int)record->core.n_cigar, bam_get_cigar(record));
    if (record->core.l_qseq > 0 && record->core.n_cigar > 0 && n_bases != record->core.l_qseq)
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s: read %s of contig %s has %d bases, and a CIGAR of %" PRId64,
                        pass->plan->name, bam_get_qname(record), pass->name, record->core.l_qseq,
                        (int64_t)n_bases);
    if (record->core.pos < 0 || record->core.pos >= (hts_pos_t)pass->contig.bases.n)
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s: read %s lies beyond the end of contig %s, which has %u bases",
                        pass->plan->name, bam_get_qname(record), pass->name, pass->contig.bases.n);
    if (end0 - record->core.pos > SPAN_MAX)
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s: read %s of contig %s reaches over more than %u bases",
                        pass->plan->name, bam_get_qname(record), pass->name, SPAN_MAX);
    return SKR_OK;
}

int skr_reads_pass_add(skr_reads_pass *pass, const bam1_t *record, skr_err *err)
{
    hts_pos_t end = bam_endpos(record);
    skr_reads_mate mate = {NULL, 0, 0};
    uint64_t number = 0;
    pass->facts->n_reads++;
    SKR_TRY(check_read(pass, record, end, err));
    SKR_TRY(move_front(pass, (uint32_t)record->core.pos, err));
    if (!passes(pass->contig.limits, record))
        return SKR_OK;
    /* What hangs over the end of the contig does not count, nor does such a read speak in calls. */
    bool is_whole = end <= (hts_pos_t)pass->contig.bases.n;
    uint32_t end0 = is_whole ? (uint32_t)end : pass->contig.bases.n;
    pass->facts->n_counted++;
    pass->facts->n_clipped += !is_whole;
    SKR_TRY(skr_reads_places_reserve(pass, end0, err));
    pass->reached0 = end0 > pass->reached0 ? end0 : pass->reached0;
    SKR_TRY(find_runs(pass, record, err));
    if (pass->queue != NULL)
        SKR_TRY(count_gone(pass, record, end0, err));
    if (pass->queue != NULL && is_whole)
        SKR_TRY(skr_reads_keep(pass, record, end0, &number, err));
    if (skr_reads_mates_take(pass->mates, record, &mate)) {
        count_runs(pass, &mate);
        if (number > 0 && mate.number > 0)
            skr_reads_kept_pair(pass->kept, mate.number);
        return SKR_OK;
    }
    const skr_reads_mate none = {NULL, 0, 0};
    count_runs(pass, &none);
    if (!skr_reads_mates_may_come(record, end0))
        return SKR_OK;
    mate = (skr_reads_mate){pass->runs, pass->n_runs, number};
    return skr_reads_mates_add(pass->mates, record, end0, &mate, err);
}
