/*
 * reads_mates.c - the first reads of pairs whose second one may lie over them.
 *
 * What both cover is one observation of one template. Names are compared whole, so that two
 * templates never meet.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/import/reads/reads_int.h"
#include "storage/base/names.h"

#define BUCKETS_MIN 1024u

typedef struct entry {
    struct entry *next;
    uint64_t hash;
    uint32_t end0; /* the read's, of no use when the front has passed it */
    uint16_t side; /* first or second of its pair: the flags */
    uint32_t n_name;
    uint64_t number; /* if it is kept for calls, or 0 */
    uint32_t n_runs;
    skr_reads_run runs[]; /* and the name after them */
} entry;

struct skr_reads_mates {
    entry **buckets;
    uint32_t n_buckets; /* a power of two */
    uint32_t n;
    entry *taken; /* of the last call of take */
};

#define SIDES (BAM_FREAD1 | BAM_FREAD2)

int skr_reads_mates_new(skr_reads_mates **ret_mates, skr_err *err)
{
    skr_reads_mates *mates = calloc(1, sizeof *mates);
    if (mates != NULL)
        mates->buckets = calloc(BUCKETS_MIN, sizeof *mates->buckets);
    if (mates == NULL || mates->buckets == NULL) {
        free(mates);
        return skr_fail_nomem(err, "pairs of reads");
    }
    mates->n_buckets = BUCKETS_MIN;
    *ret_mates = mates;
    return SKR_OK;
}

void skr_reads_mates_free(skr_reads_mates *mates)
{
    if (mates == NULL)
        return;
    for (uint32_t i = 0; i < mates->n_buckets; i++)
        while (mates->buckets[i] != NULL) {
            entry *next = mates->buckets[i]->next;
            free(mates->buckets[i]);
            mates->buckets[i] = next;
        }
    free(mates->buckets);
    free(mates->taken);
    free(mates);
}

static const char *name_of(const entry *one)
{
    return (const char *)(one->runs + one->n_runs);
}

/* Only the flags make a pair: two reads of one name that say nothing of mates are two templates. */
static bool is_paired(const bam1_t *record)
{
    unsigned side = record->core.flag & SIDES;
    return (record->core.flag & BAM_FPAIRED) != 0 && (record->core.flag & BAM_FMUNMAP) == 0 &&
           (side == BAM_FREAD1 || side == BAM_FREAD2);
}

bool skr_reads_mates_may_come(const bam1_t *record, uint32_t end0)
{
    if (!is_paired(record))
        return false;
    /* Where the mate lies may not be said; then it may lie here. */
    return record->core.mtid < 0 || record->core.mpos < 0 ||
           (record->core.mtid == record->core.tid && record->core.mpos >= record->core.pos &&
            record->core.mpos < (hts_pos_t)end0);
}

/* Makes room: reads that the front has passed are of no use, and go first. */
static int grow(skr_reads_mates *mates, uint32_t front0, skr_err *err)
{
    for (uint32_t i = 0; i < mates->n_buckets; i++)
        for (entry **at = &mates->buckets[i]; *at != NULL;) {
            entry *one = *at;
            if (one->end0 > front0) {
                at = &one->next;
                continue;
            }
            *at = one->next;
            free(one);
            mates->n--;
        }
    if (mates->n < mates->n_buckets / 2)
        return SKR_OK;
    uint32_t n_buckets = mates->n_buckets * 2;
    entry **buckets = calloc(n_buckets, sizeof *buckets);
    if (buckets == NULL)
        return skr_fail_nomem(err, "pairs of reads");
    for (uint32_t i = 0; i < mates->n_buckets; i++)
        while (mates->buckets[i] != NULL) {
            entry *one = mates->buckets[i];
            mates->buckets[i] = one->next;
            one->next = buckets[one->hash & (n_buckets - 1)];
            buckets[one->hash & (n_buckets - 1)] = one;
        }
    free(mates->buckets);
    mates->buckets = buckets;
    mates->n_buckets = n_buckets;
    return SKR_OK;
}

int skr_reads_mates_add(skr_reads_mates *mates, const bam1_t *record, uint32_t end0,
                        const skr_reads_mate *mate, skr_err *err)
{
    if (mates->n >= mates->n_buckets) {
        SKR_TRY(grow(mates, (uint32_t)record->core.pos, err));
    }
    const char *name = bam_get_qname(record);
    size_t n_name = strlen(name);
    size_t n_runs = mate->n_runs * sizeof *mate->runs;
    entry *one = malloc(sizeof *one + n_runs + n_name);
    if (one == NULL)
        return skr_fail_nomem(err, "pairs of reads");
    *one = (entry){.hash = skr_names_hash(name, n_name),
                   .end0 = end0,
                   .side = record->core.flag & SIDES,
                   .n_name = (uint32_t)n_name,
                   .number = mate->number,
                   .n_runs = mate->n_runs};
    if (n_runs > 0)
        memcpy(one->runs, mate->runs, n_runs);
    memcpy((char *)one->runs + n_runs, name, n_name);
    entry **bucket = &mates->buckets[one->hash & (mates->n_buckets - 1)];
    one->next = *bucket;
    *bucket = one;
    mates->n++;
    return SKR_OK;
}

bool skr_reads_mates_take(skr_reads_mates *mates, const bam1_t *record, skr_reads_mate *ret_mate)
{
    if (mates->n == 0 || !is_paired(record))
        return false;
    const char *name = bam_get_qname(record);
    size_t n_name = strlen(name);
    uint64_t hash = skr_names_hash(name, n_name);
    entry **at = &mates->buckets[hash & (mates->n_buckets - 1)];
    for (; *at != NULL; at = &(*at)->next)
        if ((*at)->hash == hash && (*at)->n_name == n_name &&
            ((*at)->side ^ (record->core.flag & SIDES)) == SIDES &&
            memcmp(name_of(*at), name, n_name) == 0)
            break;
    if (*at == NULL)
        return false;
    entry *one = *at;
    *at = one->next;
    mates->n--;
    free(mates->taken);
    mates->taken = one;
    *ret_mate = (skr_reads_mate){one->runs, one->n_runs, one->number};
    return one->end0 > (uint32_t)record->core.pos;
}
