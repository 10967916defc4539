/*
 * import_parts.c - files of one delivery that name the same sample: parts of one person's genome,
 * contig by contig, or two people whose files say the same name.
 *
 * Files that share samples form rings. Two files of a ring that share a sample must not both have
 * records on one contig, with one exception: a joint file is often cut into stretches of a contig.
 * Files that name the same samples in the same order, two or more, are taken for such stretches if
 * no place lies in two of them. Reads that say no more than where a genome is deep enough stand
 * beside the calls of another file. One name alone proves nothing: callers that know no better
 * write "default" or "SAMPLE" into everybody's file.
 */
#include "engine/import/genomes/import_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/genomes/import_watch.h"

void skr_import_parts_join(skr_import *import, uint32_t one, uint32_t other)
{
    skr_import_file *files = import->files;
    for (uint32_t i = files[one].next_part; i != one; i = files[i].next_part)
        if (i == other)
            return;
    uint32_t next = files[one].next_part;
    files[one].next_part = files[other].next_part;
    files[other].next_part = next;
}

bool skr_import_parts_uses(const skr_import *import, const skr_import_file *file, uint32_t contig)
{
    for (uint32_t i = 0; i < file->n_used; i++)
        if (import->contigs.list[file->used[i]].index == contig)
            return true;
    return false;
}

/* How many samples of a file another one has too, and one of them. */
static int count_common(const skr_import *import, const skr_import_file *file,
                        const skr_import_file *other, uint32_t *ret_n, uint32_t *ret_sample,
                        skr_err *err)
{
    *ret_n = 0;
    uint8_t *is_there = calloc(import->samples.names.n + 1u, 1);
    if (is_there == NULL)
        return skr_fail_nomem(err, "files of a delivery");
    for (uint32_t i = 0; i < other->columns.n; i++)
        is_there[other->local[i]] = 1;
    for (uint32_t i = 0; i < file->columns.n; i++) {
        if (!is_there[file->local[i]])
            continue;
        if ((*ret_n)++ == 0)
            *ret_sample = file->local[i];
    }
    free(is_there);
    return SKR_OK;
}

int skr_import_parts_have(const skr_import *import, const skr_import_file *file, uint32_t contig,
                          bool *ret_have, skr_err *err)
{
    const skr_import_file *files = import->files;
    uint32_t number = (uint32_t)(file - files);
    uint32_t n = 0;
    uint32_t sample;
    *ret_have = false;
    for (uint32_t i = file->next_part; i != number && !*ret_have; i = files[i].next_part) {
        if (!skr_import_parts_uses(import, &files[i], contig))
            continue;
        SKR_TRY(count_common(import, file, &files[i], &n, &sample, err));
        *ret_have = n == file->columns.n;
    }
    return SKR_OK;
}

/* Do two files name the same samples, in the same order, and more than one? */
static bool is_same_cohort(const skr_import_file *file, const skr_import_file *other)
{
    return file->columns.n == other->columns.n && file->columns.n >= 2 &&
           ((file->is_identity && other->is_identity) ||
            memcmp(file->local, other->local, file->columns.n * sizeof *file->local) == 0);
}

int skr_import_parts_check(const skr_import *import, const skr_import_file *file, uint32_t contig,
                           skr_err *err)
{
    const skr_import_file *files = import->files;
    uint32_t number = (uint32_t)(file - files);
    uint32_t n = 0;
    uint32_t sample = 0;
    for (uint32_t i = file->next_part; i != number; i = files[i].next_part) {
        if (!skr_import_parts_uses(import, &files[i], contig) || is_same_cohort(file, &files[i]) ||
            file->is_mask != files[i].is_mask)
            continue;
        SKR_TRY(count_common(import, file, &files[i], &n, &sample, err));
        if (n > 0)
            return skr_fail(
                err, SKR_ERR_INPUT,
                "sample '%s' is in %s and in %s, both with records on contig %s: if they are two "
                "people, tell them apart in --samples by the columns file and individual; if they "
                "are one, join the files",
                import->samples.names.texts[sample], files[i].given, file->given,
                import->manifest->assemblies[import->assembly].contigs[contig].name);
    }
    return SKR_OK;
}

/* Where a file has records on a contig. */
typedef struct stretch {
    uint32_t contig;    /* in skr_import.contigs.list */
    uint32_t n_samples; /* and one of them: files of other samples on one contig differ in these */
    uint32_t sample;
    uint32_t first0;
    uint32_t last0;
    uint32_t file;
} stretch;

/* Are two stretches on one contig, of the same samples? */
static bool is_beside(const stretch *a, const stretch *b)
{
    return a->contig == b->contig && a->n_samples == b->n_samples && a->sample == b->sample;
}

static int compare_stretches(const void *a, const void *b)
{
    const stretch *left = a;
    const stretch *right = b;
    if (left->contig != right->contig)
        return left->contig < right->contig ? -1 : 1;
    if (left->n_samples != right->n_samples)
        return left->n_samples < right->n_samples ? -1 : 1;
    if (left->sample != right->sample)
        return left->sample < right->sample ? -1 : 1;
    if (left->first0 != right->first0)
        return left->first0 < right->first0 ? -1 : 1;
    return left->file < right->file ? -1 : left->file > right->file;
}

/* The stretches of the files of a ring; the caller frees the list. */
static int list_stretches(const skr_import *import, uint32_t first, stretch **ret_list,
                          size_t *ret_n, skr_err *err)
{
    const skr_import_file *files = import->files;
    size_t n_max = 0;
    uint32_t i = first;
    do {
        n_max += files[i].n_contigs;
        i = files[i].next_part;
    } while (i != first);
    stretch *list = malloc((n_max + 1) * sizeof *list);
    if (list == NULL)
        return skr_fail_nomem(err, "files of a delivery");
    *ret_n = 0;
    do {
        for (uint32_t k = 0; k < files[i].n_contigs; k++) {
            const skr_file_contig *met = &files[i].contigs[k];
            if (met->contig != SKR_NONE && !met->is_rejected && files[i].columns.n > 0)
                list[(*ret_n)++] = (stretch){met->contig, files[i].columns.n, files[i].local[0],
                                             met->first0, met->last0,         i};
        }
        i = files[i].next_part;
    } while (i != first);
    *ret_list = list;
    return SKR_OK;
}

/* In order of their first places, every stretch has to begin after the last place before it. */
static int check_ring(const skr_import *import, uint32_t first, skr_err *err)
{
    stretch *list = NULL;
    size_t n = 0;
    SKR_TRY(list_stretches(import, first, &list, &n, err));
    int status = SKR_OK;
    qsort(list, n, sizeof *list, compare_stretches);
    const stretch *reaching = n > 0 ? &list[0] : NULL; /* it ends last of those seen */
    for (size_t i = 1; i < n && status == SKR_OK; i++) {
        const stretch *now = &list[i];
        const skr_import_file *file = &import->files[now->file];
        const skr_import_file *other = &import->files[reaching->file];
        bool is_overlap = is_beside(now, reaching) && now->file != reaching->file &&
                          now->first0 <= reaching->last0;
        if (is_overlap && is_same_cohort(file, other))
            status = skr_fail(err, SKR_ERR_INPUT,
                              "%s and %s have the same samples, and both have records on contig %s "
                              "from %" PRIu32 " to %" PRIu32
                              ": stretches of one joint file do not overlap; if they are "
                              "different people, tell them apart in --samples by the columns file "
                              "and individual",
                              other->given, file->given, import->contigs.list[now->contig].name,
                              now->first0 + 1,
                              (now->last0 < reaching->last0 ? now->last0 : reaching->last0) + 1);
        if (!is_beside(now, reaching) || now->last0 > reaching->last0)
            reaching = now;
    }
    free(list);
    return status;
}

int skr_import_parts_check_stretches(const skr_import *import, skr_err *err)
{
    bool *is_seen = calloc(import->n_files + 1u, sizeof *is_seen);
    if (is_seen == NULL)
        return skr_fail_nomem(err, "files of a delivery");
    int status = SKR_OK;
    for (uint32_t i = 0; i < import->n_files && status == SKR_OK; i++) {
        if (is_seen[i] || import->files[i].next_part == i)
            continue;
        for (uint32_t j = import->files[i].next_part; j != i; j = import->files[j].next_part)
            is_seen[j] = true;
        status = check_ring(import, i, err);
    }
    free(is_seen);
    return status;
}

/* Have two files records on one contig? */
static bool has_common_contig(const skr_import_file *file, const skr_import_file *other)
{
    for (uint32_t i = 0; i < file->n_used; i++)
        for (uint32_t k = 0; k < other->n_used; k++)
            if (file->used[i] == other->used[k])
                return true;
    return false;
}

void skr_import_parts_number(skr_import *import)
{
    skr_import_file *files = import->files;
    for (uint32_t i = 0; i < import->n_files; i++) {
        files[i].part = 0;
        for (uint32_t k = files[i].next_part; k != i; k = files[k].next_part)
            files[i].part += k < i && is_same_cohort(&files[i], &files[k]) &&
                             has_common_contig(&files[i], &files[k]);
    }
}

void skr_import_parts_warn(const skr_import *import)
{
    const skr_import_file *first = NULL;
    uint32_t n_more = 0;
    for (uint32_t i = 0; i < import->n_files; i++) {
        const skr_import_file *file = &import->files[i];
        if (file->is_skipped || file->n_records > 0 || file->next_part == i)
            continue;
        n_more += first != NULL;
        first = first == NULL ? file : first;
    }
    if (first != NULL)
        skr_import_watch_warn(
            import,
            "%s%s no record, and a sample of another file's name: taken to be the "
            "same person; if not, tell them apart in --samples by the columns file and "
            "individual",
            first->given, n_more > 0 ? " and other files have" : " has");
}
