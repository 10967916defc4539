/*
 * import_parts.c - files of one delivery that name the same sample: parts of one person's genome,
 * contig by contig, or two people whose files say the same name.
 *
 * Files that share samples form rings. Two files of a ring that share a sample must not both have
 * records on one contig.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/import_int.h"

void skr_import_join_parts(skr_import *import, uint32_t one, uint32_t other)
{
    skr_import_file *files = import->files;
    for (uint32_t i = files[one].next_part; i != one; i = files[i].next_part)
        if (i == other)
            return;
    uint32_t next = files[one].next_part;
    files[one].next_part = files[other].next_part;
    files[other].next_part = next;
}

bool skr_import_file_uses(const skr_import *import, const skr_import_file *file, uint32_t contig)
{
    for (uint32_t i = 0; i < file->n_used; i++)
        if (import->contigs[file->used[i]].index == contig)
            return true;
    return false;
}

/* How many samples of a file another one has too, and one of them. */
static int count_common(const skr_import *import, const skr_import_file *file,
                        const skr_import_file *other, uint32_t *ret_n, uint32_t *ret_sample,
                        skr_err *err)
{
    *ret_n = 0;
    uint8_t *is_there = calloc(import->names.n + 1u, 1);
    if (is_there == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "import: out of memory");
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
        if (!skr_import_file_uses(import, &files[i], contig))
            continue;
        int status = count_common(import, file, &files[i], &n, &sample, err);
        if (status < 0)
            return status;
        *ret_have = n == file->columns.n;
    }
    return SKR_OK;
}

int skr_import_check_parts(const skr_import *import, const skr_import_file *file, uint32_t contig,
                           skr_err *err)
{
    const skr_import_file *files = import->files;
    uint32_t number = (uint32_t)(file - files);
    uint32_t n = 0;
    uint32_t sample = 0;
    for (uint32_t i = file->next_part; i != number; i = files[i].next_part) {
        if (!skr_import_file_uses(import, &files[i], contig))
            continue;
        int status = count_common(import, file, &files[i], &n, &sample, err);
        if (status < 0)
            return status;
        if (n > 0)
            return skr_fail(
                err, SKR_ERR_INPUT,
                "sample '%s' is in %s and in %s, both with records on contig %s: if they are two "
                "people, tell them apart in --samples by the columns file and individual; if they "
                "are one, join the files",
                import->names.names[sample], files[i].given, file->given,
                import->manifest->assemblies[import->assembly].contigs[contig].name);
    }
    return SKR_OK;
}

void skr_import_warn_parts(const skr_import *import)
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
        skr_import_warn(import,
                        "%s%s no record, and a sample of another file's name: taken to be the "
                        "same person; if not, tell them apart in --samples by the columns file and "
                        "individual",
                        first->given, n_more > 0 ? " and other files have" : " has");
}
