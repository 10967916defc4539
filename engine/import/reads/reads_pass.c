/*
 * reads_pass.c - one pass over a contig: depth by rule 10, and what is to be judged and written.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/reads/reads_int.h"
#include "storage/base/array.h"

/* Bases that one read may reach over, with all its gaps: places in memory depend on it. */
#define SPAN_MAX (1u << 24)

int skr_reads_pass_new(const skr_reads_pass *like, skr_reads_pass **ret_pass, skr_err *err)
{
    skr_reads_pass *pass = calloc(1, sizeof *pass);
    if (pass == NULL)
        return skr_fail_nomem(err, "a contig of reads");
    *pass = (skr_reads_pass){.plan = like->plan,
                             .context = like->context,
                             .limits = like->limits,
                             .text = like->text,
                             .contig = like->contig,
                             .bases = like->bases,
                             .owned = like->owned,
                             .facts = like->facts};
    int status = skr_reads_mates_new(&pass->mates, err);
    if (status == SKR_OK && pass->plan->has_calls)
        status = skr_reads_calling_new(&pass->calling, err);
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
    skr_reads_forget(pass, true);
    skr_reads_mates_free(pass->mates);
    skr_reads_calling_free(pass->calling);
    free(pass->depth);
    free(pass->differ);
    free(pass->marks);
    free(pass->runs);
    free(pass->kept);
    free(pass->indels);
    free(pass->inserted);
    free(pass);
}

/* ------------------------------------------------------------------ settling and writing */

static int close_run(skr_reads_pass *pass, skr_err *err)
{
    skr_reads_run run = pass->open_run;
    unsigned kind = pass->open_kind;
    pass->open_kind = 0;
    run.start0 = run.start0 > pass->owned.start0 ? run.start0 : pass->owned.start0;
    run.end0 = run.end0 < pass->owned.end0 ? run.end0 : pass->owned.end0;
    if (kind == 0 || run.start0 >= run.end0)
        return SKR_OK;
    if (kind == 2)
        pass->facts->n_undecided += run.end0 - run.start0;
    return skr_reads_text_run(pass->text, pass, run, kind == 1, err);
}

/* Writes what lies before end0, but for the run that may go on there. */
static int write_runs(skr_reads_pass *pass, uint32_t end0, skr_err *err)
{
    uint32_t place0 = pass->written0;
    while (place0 < end0) {
        int64_t min_depth = skr_reads_min_depth(pass, place0);
        uint32_t stop0 = end0 < pass->copies.end0 ? end0 : pass->copies.end0;
        for (; place0 < stop0; place0++) {
            uint32_t i = place0 - pass->first0;
            unsigned kind =
                pass->depth[i] < min_depth ? 0u : 1u + (pass->marks[i] & SKR_READS_UNDECIDED);
            if (kind == pass->open_kind)
                continue;
            pass->open_run.end0 = place0;
            SKR_TRY(close_run(pass, err));
            pass->open_run.start0 = place0;
            pass->open_kind = kind;
        }
    }
    pass->written0 = end0;
    return SKR_OK;
}

/* Settles, judges and writes up to where the front allows. is_last: there is no front any more. */
static int advance(skr_reads_pass *pass, uint32_t front0, bool is_last, skr_err *err)
{
    if (front0 > pass->settled0)
        skr_reads_places_settle(pass, front0);
    uint32_t judged0 = is_last || pass->calling == NULL ? front0 : front0 - SKR_READS_LAG;
    if (pass->calling != NULL && judged0 >= pass->judged0) {
        SKR_TRY(skr_reads_judge(pass, judged0, is_last, err));
    }
    pass->judged0 = judged0;
    uint32_t lag = is_last || pass->calling == NULL ? 0 : SKR_READS_WRITE_LAG;
    if (judged0 >= lag && judged0 - lag > pass->written0) {
        SKR_TRY(write_runs(pass, judged0 - lag, err));
    }
    if (pass->calling != NULL)
        skr_reads_forget(pass, false);
    uint32_t keep0 = pass->written0 > SKR_READS_LAG ? pass->written0 - SKR_READS_LAG : 0;
    if (keep0 > pass->first0)
        skr_reads_places_slide(pass, keep0);
    return SKR_OK;
}

/* Nothing reaches from here to the next read: what lies between need not be gone through. */
static int jump(skr_reads_pass *pass, uint32_t start0, skr_err *err)
{
    uint32_t target0 = start0 > 2 * SKR_READS_LAG ? start0 - 2 * SKR_READS_LAG : 0;
    uint32_t quiet0 = pass->reached0 + 2 * SKR_READS_LAG;
    if (target0 <= quiet0 || target0 <= pass->settled0)
        return SKR_OK;
    if (pass->reached0 > 0) {
        SKR_TRY(skr_reads_places_reserve(pass, quiet0, err));
        SKR_TRY(advance(pass, quiet0, false, err));
        SKR_TRY(close_run(pass, err));
    }
    skr_reads_places_slide(pass, target0);
    pass->settled0 = pass->snvs0 = pass->judged0 = pass->written0 = target0;
    pass->open_kind = 0;
    return SKR_OK;
}

/* The front has come to start0: does enough lie after it to be judged? */
static int move_front(skr_reads_pass *pass, uint32_t start0, skr_err *err)
{
    if (start0 < pass->front0)
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s: reads of contig %s are not in order of their places: sort the file by "
                        "coordinate",
                        pass->plan->name, pass->contig);
    pass->front0 = start0;
    SKR_TRY(jump(pass, start0, err));
    uint32_t n_after = start0 - pass->judged0;
    if (n_after < SKR_READS_LAG + SKR_READS_BATCH &&
        !(pass->n_kept_bytes > (size_t)16 << 20 && n_after > SKR_READS_LAG + 64))
        return SKR_OK;
    return advance(pass, start0, false, err);
}

int skr_reads_pass_finish(skr_reads_pass *pass, skr_err *err)
{
    uint32_t end0 = pass->reached0;
    if (end0 > 0) {
        SKR_TRY(skr_reads_places_reserve(pass, end0 + SKR_READS_LAG, err));
        SKR_TRY(advance(pass, end0, true, err));
    }
    pass->open_run.end0 = end0;
    return close_run(pass, err);
}

/* ------------------------------------------------------------------ reads */

static int add_run(skr_reads_pass *pass, uint32_t start0, uint32_t end0, skr_err *err)
{
    end0 = end0 < pass->bases.n ? end0 : pass->bases.n;
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
    unsigned least = (unsigned)pass->limits->min_bq;
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
    bool is_tested = pass->limits->min_bq > 0 && record->core.l_qseq > 0 && qualities[0] != 0xff;
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
                        pass->plan->name, bam_get_qname(record), pass->contig, record->core.l_qseq,
                        (int64_t)n_bases);
    if (record->core.pos < 0 || record->core.pos >= (hts_pos_t)pass->bases.n)
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s: read %s lies beyond the end of contig %s, which has %u bases",
                        pass->plan->name, bam_get_qname(record), pass->contig, pass->bases.n);
    if (end0 - record->core.pos > SPAN_MAX)
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s: read %s of contig %s reaches over more than %u bases",
                        pass->plan->name, bam_get_qname(record), pass->contig, SPAN_MAX);
    return SKR_OK;
}

int skr_reads_pass_add(skr_reads_pass *pass, const bam1_t *record, skr_err *err)
{
    hts_pos_t end = bam_endpos(record);
    skr_reads_mate mate = {NULL, 0, NULL};
    skr_read *read = NULL;
    pass->facts->n_reads++;
    SKR_TRY(check_read(pass, record, end, err));
    SKR_TRY(move_front(pass, (uint32_t)record->core.pos, err));
    if (!passes(pass->limits, record))
        return SKR_OK;
    /* What hangs over the end of the contig does not count, nor does such a read speak in calls. */
    bool is_whole = end <= (hts_pos_t)pass->bases.n;
    uint32_t end0 = is_whole ? (uint32_t)end : pass->bases.n;
    pass->facts->n_counted++;
    pass->facts->n_clipped += !is_whole;
    SKR_TRY(skr_reads_places_reserve(pass, end0, err));
    pass->reached0 = end0 > pass->reached0 ? end0 : pass->reached0;
    SKR_TRY(find_runs(pass, record, err));
    if (pass->calling != NULL && is_whole) {
        SKR_TRY(skr_reads_keep(pass, record, end0, &read, err));
    }
    if (skr_reads_mates_take(pass->mates, record, &mate)) {
        count_runs(pass, &mate);
        if (read != NULL && mate.read != NULL) {
            read->mate = mate.read;
            mate.read->mate = read;
            read->is_second = true;
        }
        return SKR_OK;
    }
    const skr_reads_mate none = {NULL, 0, NULL};
    count_runs(pass, &none);
    if (!skr_reads_mates_may_come(record, end0))
        return SKR_OK;
    mate = (skr_reads_mate){pass->runs, pass->n_runs, read};
    return skr_reads_mates_add(pass->mates, record, end0, &mate, err);
}
