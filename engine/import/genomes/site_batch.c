/*
 * site_batch.c - collects, sorts, spills and merges fragments.
 *
 * In memory a fragment is a header, the texts of its allele and its body, one after the other at a
 * multiple of 8 bytes. A run on disk is the same bytes in order, so merging copies nothing but the
 * window of each run that is being read.
 */
#include "engine/import/genomes/site_batch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage/base/array.h"
#include "storage/base/check.h"

#define WINDOW_MIN (256u << 10)

/* A fragment as it lies in memory and on disk; texts and body follow. */
typedef struct packed {
    uint32_t n_bytes; /* with this header, a multiple of 8 */
    uint32_t contig;
    uint32_t start0;
    uint32_t end0;
    uint32_t n_ref;
    uint32_t n_alt;
    uint32_t n_body;
    uint32_t file;
    uint8_t kind;
    uint8_t ploidy;
    uint8_t is_span;
    uint8_t filter_failed;
    uint8_t claim;
    uint8_t spare[3];
} packed;

/* A sorted run in the scratch file, and the window of it that is in memory. */
typedef struct run {
    off_t start;
    off_t at;  /* of the next byte to read */
    off_t end; /* after its last byte */
    uint8_t *window;
    size_t n_window_max;
    size_t n_window;
    size_t window_at;
} run;

struct skr_site_batch {
    char *scratch_path;
    int fd; /* of the scratch file, -1 before it is needed */
    off_t n_spilled;
    size_t n_bytes_max;
    uint8_t *bytes;
    size_t n;
    size_t n_max;
    uint64_t *offsets; /* of the fragments in bytes */
    size_t n_offsets;
    size_t n_offsets_max;
    size_t next; /* of the fragments in memory, while reading */
    run *runs;
    size_t n_runs;
    run *last; /* the run that gave the fragment before, or NULL */
    uint64_t n_rows;
    uint64_t n_added;
};

int skr_site_batch_compare(const skr_fragment *a, const skr_fragment *b)
{
    if (a->allele.contig != b->allele.contig)
        return a->allele.contig < b->allele.contig ? -1 : 1;
    if (a->allele.start0 != b->allele.start0)
        return a->allele.start0 < b->allele.start0 ? -1 : 1;
    if (a->is_span != b->is_span)
        return a->is_span ? 1 : -1;
    if (!a->is_span)
        return skr_segment_allele_compare(&a->allele, &b->allele);
    if (a->allele.end0 != b->allele.end0)
        return a->allele.end0 < b->allele.end0 ? -1 : 1;
    return (int)a->allele.ploidy - (int)b->allele.ploidy;
}

static skr_fragment unpack(const uint8_t *bytes)
{
    const packed *p = (const packed *)(const void *)bytes;
    const char *texts = (const char *)(bytes + sizeof *p);
    return (skr_fragment){
        .allele = {.contig = p->contig,
                   .start0 = p->start0,
                   .end0 = p->end0,
                   .kind = (skr_allele_kind)p->kind,
                   .ploidy = (skr_ploidy)p->ploidy,
                   .n_ref = p->n_ref,
                   .n_alt = p->n_alt,
                   .ref = texts,
                   .alt = texts + p->n_ref},
        .is_span = p->is_span != 0,
        .filter_failed = p->filter_failed != 0,
        .claim = p->claim,
        .file = p->file,
        .body = (const uint8_t *)texts + p->n_ref + p->n_alt,
        .n_body = p->n_body,
    };
}

/* Equal fragments stand in the order of their files, so that an import can be repeated. */
static int compare_packed(const uint8_t *a, const uint8_t *b)
{
    skr_fragment left = unpack(a);
    skr_fragment right = unpack(b);
    int order = skr_site_batch_compare(&left, &right);
    if (order == 0 && left.file != right.file)
        order = left.file < right.file ? -1 : 1;
    return order;
}

static int compare_offsets(const void *a, const void *b, void *bytes)
{
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;
    int order = compare_packed((const uint8_t *)bytes + left, (const uint8_t *)bytes + right);
    return order != 0 ? order : left < right ? -1 : left > right;
}

/* ------------------------------------------------------------------ adding */

int skr_site_batch_new(const char *scratch_path, size_t n_bytes_max, skr_site_batch **ret_batch,
                       skr_err *err)
{
    skr_site_batch *batch = calloc(1, sizeof *batch);
    if (batch != NULL) {
        batch->fd = -1;
        batch->n_bytes_max = n_bytes_max;
        batch->scratch_path = strdup(scratch_path);
    }
    if (batch == NULL || batch->scratch_path == NULL) {
        skr_site_batch_free(batch);
        return skr_fail_nomem(err, "fragments");
    }
    *ret_batch = batch;
    return SKR_OK;
}

/* Sorts what is in memory. Most files are in order already. */
static void sort(skr_site_batch *batch)
{
    for (size_t i = 1; i < batch->n_offsets; i++) {
        if (compare_packed(batch->bytes + batch->offsets[i - 1], batch->bytes + batch->offsets[i]) >
            0) {
            qsort_r(batch->offsets, batch->n_offsets, sizeof *batch->offsets, compare_offsets,
                    batch->bytes);
            return;
        }
    }
}

static int write_all(skr_site_batch *batch, const uint8_t *bytes, size_t n, skr_err *err)
{
    while (n > 0) {
        ssize_t done = write(batch->fd, bytes, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return skr_fail(err, SKR_ERR_IO, "%s: cannot be written: %s", batch->scratch_path,
                            done < 0 ? strerror(errno) : "no room");
        bytes += done;
        n -= (size_t)done;
        batch->n_spilled += done;
    }
    return SKR_OK;
}

/* Writes what is in memory as one more run, in its order, through a buffer of its own. */
static int spill(skr_site_batch *batch, skr_err *err)
{
    uint8_t *buffer = NULL;
    size_t n = 0;
    int status = SKR_OK;
    run *runs = realloc(batch->runs, (batch->n_runs + 1) * sizeof *runs);
    if (runs != NULL)
        batch->runs = runs;
    buffer = malloc(WINDOW_MIN);
    if (runs == NULL || buffer == NULL) {
        status = skr_fail_nomem(err, "fragments");
        goto out;
    }
    if (batch->fd < 0)
        batch->fd = open(batch->scratch_path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (batch->fd < 0) {
        status = skr_fail(err, SKR_ERR_IO, "%s: cannot be made: %s", batch->scratch_path,
                          strerror(errno));
        goto out;
    }
    run *now = &runs[batch->n_runs];
    *now = (run){.start = batch->n_spilled, .at = batch->n_spilled};
    sort(batch);
    for (size_t i = 0; i < batch->n_offsets && status == SKR_OK; i++) {
        const uint8_t *fragment = batch->bytes + batch->offsets[i];
        uint32_t n_fragment = ((const packed *)(const void *)fragment)->n_bytes;
        if (n_fragment > WINDOW_MIN - n) {
            status = write_all(batch, buffer, n, err);
            n = 0;
        }
        if (status == SKR_OK && n_fragment > WINDOW_MIN) {
            status = write_all(batch, fragment, n_fragment, err);
        } else if (status == SKR_OK) {
            memcpy(buffer + n, fragment, n_fragment);
            n += n_fragment;
        }
    }
    if (status == SKR_OK)
        status = write_all(batch, buffer, n, err);
    if (status != SKR_OK)
        goto out;
    now->end = batch->n_spilled;
    batch->n_runs++;
    batch->n = 0;
    batch->n_offsets = 0;
out:
    free(buffer);
    return status;
}

/* Room for n more bytes and one more fragment. */
static int make_room(skr_site_batch *batch, size_t n, skr_err *err)
{
    SKR_TRY(SKR_ARRAY_RESERVE(&batch->bytes, &batch->n_max, batch->n + n, "fragments", err));
    SKR_TRY(SKR_ARRAY_RESERVE(&batch->offsets, &batch->n_offsets_max, batch->n_offsets + 1,
                              "fragments", err));
    return SKR_OK;
}

uint64_t skr_site_batch_count(const skr_site_batch *batch)
{
    return batch->n_added;
}

int skr_site_batch_add(skr_site_batch *batch, const skr_fragment *fragment, skr_err *err)
{
    const skr_allele *allele = &fragment->allele;
    uint32_t n_ref = fragment->is_span ? 0 : allele->n_ref;
    uint32_t n_alt = fragment->is_span ? 0 : allele->n_alt;
    size_t n = sizeof(packed) + n_ref + n_alt + fragment->n_body;
    n = (n + 7) & ~(size_t)7;
    if (n > UINT32_MAX)
        return skr_fail(err, SKR_ERR_LIMIT, "import: one allele has too many carriers");
    int status = SKR_OK;
    if (batch->n_offsets > 0 &&
        batch->n + n + (batch->n_offsets + 1) * sizeof *batch->offsets > batch->n_bytes_max)
        status = spill(batch, err);
    if (status == SKR_OK)
        status = make_room(batch, n, err);
    if (status != SKR_OK)
        return status;

    batch->n_added++;
    uint8_t *to = batch->bytes + batch->n;
    packed header = {.n_bytes = (uint32_t)n,
                     .contig = allele->contig,
                     .start0 = allele->start0,
                     .end0 = allele->end0,
                     .n_ref = n_ref,
                     .n_alt = n_alt,
                     .n_body = (uint32_t)fragment->n_body,
                     .file = fragment->file,
                     .kind = (uint8_t)allele->kind,
                     .ploidy = (uint8_t)allele->ploidy,
                     .is_span = fragment->is_span,
                     .filter_failed = fragment->filter_failed,
                     .claim = fragment->claim};
    memset(to + n - 8, 0, 8);
    memcpy(to, &header, sizeof header);
    to += sizeof header;
    if (n_ref > 0)
        memcpy(to, allele->ref, n_ref);
    if (n_alt > 0)
        memcpy(to + n_ref, allele->alt, n_alt);
    if (fragment->n_body > 0)
        memcpy(to + n_ref + n_alt, fragment->body, fragment->n_body);
    batch->offsets[batch->n_offsets++] = batch->n;
    batch->n += n;
    batch->n_rows += !fragment->is_span;
    return SKR_OK;
}

uint64_t skr_site_batch_n_rows(const skr_site_batch *batch)
{
    return batch->n_rows;
}

int skr_site_batch_finish(skr_site_batch *batch, skr_err *err)
{
    if (batch->n_runs == 0) {
        sort(batch);
        return SKR_OK;
    }
    int status = batch->n_offsets > 0 ? spill(batch, err) : SKR_OK;
    free(batch->bytes);
    batch->bytes = NULL;
    batch->n_max = 0;
    return status;
}

/* ------------------------------------------------------------------ reading */

/* Reads on until the window holds n bytes from window_at, if the run has them. */
static int fill(skr_site_batch *batch, run *from, size_t n, skr_err *err)
{
    if (from->n_window - from->window_at >= n)
        return SKR_OK;
    if (from->window_at > 0) {
        memmove(from->window, from->window + from->window_at, from->n_window - from->window_at);
        from->n_window -= from->window_at;
        from->window_at = 0;
    }
    if (n > from->n_window_max) {
        size_t n_max = n > WINDOW_MIN ? n : WINDOW_MIN;
        uint8_t *window = realloc(from->window, n_max);
        if (window == NULL)
            return skr_fail_nomem(err, "fragments");
        from->window = window;
        from->n_window_max = n_max;
    }
    while (from->n_window < from->n_window_max && from->at < from->end) {
        size_t n_want = from->n_window_max - from->n_window;
        if ((off_t)n_want > from->end - from->at)
            n_want = (size_t)(from->end - from->at);
        ssize_t got = pread(batch->fd, from->window + from->n_window, n_want, from->at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return skr_fail(err, SKR_ERR_IO, "%s: cannot be read back: %s", batch->scratch_path,
                            got < 0 ? strerror(errno) : "it is too short");
        from->n_window += (size_t)got;
        from->at += got;
    }
    return SKR_OK;
}

/* The fragment that a run would give next; *ret_bytes NULL at its end. */
static int peek(skr_site_batch *batch, run *from, const uint8_t **ret_bytes, skr_err *err)
{
    SKR_TRY(fill(batch, from, sizeof(packed), err));
    *ret_bytes = NULL;
    if (from->n_window - from->window_at < sizeof(packed))
        return SKR_OK;
    uint32_t n = ((const packed *)(const void *)(from->window + from->window_at))->n_bytes;
    int status = fill(batch, from, n, err);
    SKR_CHECK(status != SKR_OK || from->n_window - from->window_at >= n);
    *ret_bytes = from->window + from->window_at;
    return status;
}

static int next_merged(skr_site_batch *batch, skr_fragment *ret_fragment, bool *ret_is_end,
                       skr_err *err)
{
    const uint8_t *least = NULL;
    if (batch->last != NULL)
        batch->last->window_at +=
            ((const packed *)(const void *)(batch->last->window + batch->last->window_at))->n_bytes;
    batch->last = NULL;
    for (size_t i = 0; i < batch->n_runs; i++) {
        const uint8_t *here;
        SKR_TRY(peek(batch, &batch->runs[i], &here, err));
        if (here != NULL && (least == NULL || compare_packed(here, least) < 0)) {
            least = here;
            batch->last = &batch->runs[i];
        }
    }
    *ret_is_end = least == NULL;
    if (least != NULL)
        *ret_fragment = unpack(least);
    return SKR_OK;
}

int skr_site_batch_next(skr_site_batch *batch, skr_fragment *ret_fragment, bool *ret_is_end,
                        skr_err *err)
{
    if (batch->n_runs > 0)
        return next_merged(batch, ret_fragment, ret_is_end, err);
    *ret_is_end = batch->next == batch->n_offsets;
    if (!*ret_is_end)
        *ret_fragment = unpack(batch->bytes + batch->offsets[batch->next++]);
    return SKR_OK;
}

void skr_site_batch_rewind(skr_site_batch *batch)
{
    batch->next = 0;
    batch->last = NULL;
    for (size_t i = 0; i < batch->n_runs; i++) {
        batch->runs[i].at = batch->runs[i].start;
        batch->runs[i].n_window = 0;
        batch->runs[i].window_at = 0;
    }
}

void skr_site_batch_free(skr_site_batch *batch)
{
    if (batch == NULL)
        return;
    if (batch->fd >= 0)
        (void)close(batch->fd);
    for (size_t i = 0; i < batch->n_runs; i++)
        free(batch->runs[i].window);
    free(batch->runs);
    free(batch->bytes);
    free(batch->offsets);
    free(batch->scratch_path);
    free(batch);
}
