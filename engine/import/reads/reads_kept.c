/*
 * reads_kept.c - the reads that calls are made from, as long as chunks may want them.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/import/reads/reads_chunk_int.h"
#include "storage/base/array.h"

/* Where more reads than this begin at one place, or this much lies over it, further reads count for
 * depth alone: what they could add to a call has long been said. */
#define SAME_START_MAX 256u
#define KEPT_BYTES_MAX ((size_t)64 << 20)

static char *bases_of(skr_reads_kept_read *read)
{
    return (char *)(read->cigar + read->n_cigar);
}

/* A read that says nothing of its qualities is as good as the least that counts. */
static void copy_qualities(uint8_t *to, const bam1_t *record, uint32_t n, int call_bq)
{
    const uint8_t *qualities = bam_get_qual(record);
    if (n == 0 || qualities[0] == 0xff)
        memset(to, call_bq, n);
    else
        memcpy(to, qualities, n);
}

static void copy_bases(char *letters, const uint8_t *packed, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        letters[i] = seq_nt16_str[bam_seqi(packed, i)];
}

/* Memory of at least n bytes; *n becomes how many there are. Most reads are of one size. */
static skr_reads_kept_read *take_memory(skr_reads_kept *kept, size_t *n)
{
    skr_reads_kept_read *read = kept->spare;
    if (read == NULL || read->n_bytes < *n) {
        *n += *n / 8; /* room for a longer CIGAR */
        return malloc(*n);
    }
    kept->spare = read->next_spare;
    *n = read->n_bytes;
    return read;
}

static int read_new(skr_reads_pass *pass, const bam1_t *record, uint32_t end0,
                    skr_reads_kept_read **ret_read, skr_err *err)
{
    uint32_t n_bases = (uint32_t)record->core.l_qseq;
    uint32_t n_cigar = record->core.n_cigar;
    size_t n_bytes = sizeof(skr_reads_kept_read) + n_cigar * sizeof(uint32_t) + 2 * (size_t)n_bases;
    skr_reads_kept_read *read = take_memory(pass->kept, &n_bytes);
    if (read == NULL)
        return skr_fail_nomem(err, "reads");
    *read = (skr_reads_kept_read){.number = pass->facts->n_reads,
                                  .n_owners = 1,
                                  .start0 = (uint32_t)record->core.pos,
                                  .end0 = end0,
                                  .n_bases = n_bases,
                                  .n_cigar = n_cigar,
                                  .mapq = record->core.qual,
                                  .is_reverse = bam_is_rev(record),
                                  .n_bytes = n_bytes};
    memcpy(read->cigar, bam_get_cigar(record), n_cigar * sizeof *read->cigar);
    copy_bases(bases_of(read), bam_get_seq(record), n_bases);
    copy_qualities((uint8_t *)bases_of(read) + n_bases, record, n_bases,
                   pass->contig.limits->call_bq);
    *ret_read = read;
    return SKR_OK;
}

/* What lies over the place where a read begins, and little before it. It depends on the reads
 * alone, not on which of them chunks have let go. */
static size_t count_bytes(const skr_reads_kept *kept, uint32_t start0)
{
    size_t n = 0;
    for (uint32_t i = 0; i < kept->n; i++)
        n += kept->list[i]->end0 + SKR_READS_MARGIN > start0
                 ? sizeof **kept->list + 2 * (size_t)kept->list[i]->n_bases
                 : 0;
    return n;
}

/* Lie too many here already? The bytes are counted only when they may be too many, and then not for
 * every read. */
static bool is_crowded(skr_reads_kept *kept, uint32_t start0)
{
    bool is_same = kept->has_start && kept->start0 == start0;
    kept->n_same_start = is_same ? kept->n_same_start + 1 : 1;
    if (!is_same)
        kept->is_full =
            kept->n_bytes > KEPT_BYTES_MAX && count_bytes(kept, start0) > KEPT_BYTES_MAX;
    kept->has_start = true;
    kept->start0 = start0;
    return kept->n_same_start > SAME_START_MAX || kept->is_full;
}

int skr_reads_keep(skr_reads_pass *pass, const bam1_t *record, uint32_t end0, uint64_t *ret_number,
                   skr_err *err)
{
    skr_reads_kept *kept = pass->kept;
    skr_reads_kept_read *read = NULL;
    *ret_number = 0;
    if (record->core.l_qseq <= 0)
        return SKR_OK; /* no bases are given */
    if (is_crowded(kept, (uint32_t)record->core.pos)) {
        pass->facts->n_thinned++;
        return SKR_OK;
    }
    SKR_TRY(SKR_ARRAY_RESERVE(&kept->list, &kept->n_max, kept->n + 1, "reads", err));
    SKR_TRY(read_new(pass, record, end0, &read, err));
    kept->list[kept->n++] = read;
    kept->n_bytes += read->n_bytes;
    *ret_number = read->number;
    return SKR_OK;
}

void skr_reads_kept_pair(skr_reads_kept *kept, uint64_t mate)
{
    kept->list[kept->n - 1]->mate = mate;
}

void skr_reads_kept_release(skr_reads_kept *kept, skr_reads_kept_read *read)
{
    if (--read->n_owners > 0)
        return;
    read->next_spare = kept->spare;
    kept->spare = read;
}

void skr_reads_kept_forget(skr_reads_kept *kept, uint32_t end0)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < kept->n; i++) {
        skr_reads_kept_read *read = kept->list[i];
        if (read->end0 > end0) {
            kept->list[n++] = read;
            continue;
        }
        kept->n_bytes -= read->n_bytes;
        skr_reads_kept_release(kept, read);
    }
    kept->n = n;
}

void skr_reads_kept_done(skr_reads_kept *kept)
{
    skr_reads_kept_forget(kept, UINT32_MAX);
    for (skr_reads_kept_read *next; kept->spare != NULL; kept->spare = next) {
        next = kept->spare->next_spare;
        free(kept->spare);
    }
    free(kept->list);
}
