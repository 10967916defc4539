/*
 * import_coverage.c - collecting runs, packing them into layers, and reading layers back.
 */
#include "engine/import/genomes/import_coverage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/import/genomes/import_coverage_int.h"
#include "storage/coverage/coverage.h"

/* Bytes of a run in a layer at most: two varints, ploidy and call. */
#define RUN_BYTES_MAX 12u

void skr_import_coverage_free(skr_import_coverage *coverage)
{
    if (coverage == NULL)
        return;
    if (coverage->fd >= 0)
        (void)close(coverage->fd);
    free(coverage->open);
    free(coverage->claims);
    free(coverage->layers);
    free(coverage->path);
    skr_buffer_done(&coverage->bytes);
    free(coverage);
}

static int make(skr_import *import, skr_err *err)
{
    size_t n_bytes = skr_import_memory_coverage(import->n_memory);
    skr_import_coverage *coverage = calloc(1, sizeof *coverage);
    if (coverage == NULL)
        return skr_fail_nomem(err, "who was called where");
    import->coverage = coverage;
    coverage->fd = -1;
    coverage->n_samples = import->samples.names.n;
    coverage->n_claims_limit = n_bytes / sizeof *coverage->claims;
    coverage->n_bytes_limit = n_bytes;
    coverage->open = malloc((coverage->n_samples + 1u) * sizeof *coverage->open);
    if (coverage->open == NULL)
        return skr_fail_nomem(err, "who was called where");
    for (uint32_t i = 0; i < coverage->n_samples; i++)
        coverage->open[i].call = SKR_CALL_NO_STATEMENT;
    return SKR_OK;
}

/* ------------------------------------------------------------------ collecting */

int skr_import_coverage_keep(skr_import_coverage *coverage, const skr_cover_claim *claim,
                             skr_err *err)
{
    SKR_TRY(SKR_ARRAY_RESERVE(&coverage->claims, &coverage->n_claims_max, coverage->n_claims + 1,
                              "who was called where", err));
    coverage->claims[coverage->n_claims++] = *claim;
    return SKR_OK;
}

int skr_import_coverage_add(skr_import *import, const skr_cover_claim *claim, skr_err *err)
{
    if (claim->call == SKR_CALL_NO_STATEMENT || claim->start0 >= claim->end0)
        return SKR_OK;
    if (import->coverage == NULL)
        SKR_TRY(make(import, err));
    skr_import_coverage *coverage = import->coverage;
    skr_cover_claim *open = &coverage->open[claim->sample];
    if (open->call == claim->call && open->contig == claim->contig &&
        open->ploidy == claim->ploidy && open->start0 <= claim->start0 &&
        claim->start0 <= open->end0) {
        open->end0 = claim->end0 > open->end0 ? claim->end0 : open->end0;
        return SKR_OK;
    }
    if (open->call != SKR_CALL_NO_STATEMENT)
        SKR_TRY(skr_import_coverage_keep(coverage, open, err));
    *open = *claim;
    return coverage->n_claims < coverage->n_claims_limit ? SKR_OK
                                                         : skr_import_coverage_pack(import, err);
}

/* ------------------------------------------------------------------ the scratch file */

static int open_file(skr_import *import, skr_err *err)
{
    skr_import_coverage *coverage = import->coverage;
    if (coverage->path == NULL)
        SKR_TRY(skr_txn_scratch_path(import->txn, &coverage->path, err));
    coverage->fd = open(coverage->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    return coverage->fd >= 0 ? SKR_OK
                             : skr_fail(err, SKR_ERR_IO, "%s: cannot be made: %s", coverage->path,
                                        strerror(errno));
}

/* Moves the bytes of layers into the file. */
static int spill(skr_import *import, skr_err *err)
{
    skr_import_coverage *coverage = import->coverage;
    if (coverage->fd < 0)
        SKR_TRY(open_file(import, err));
    for (size_t at = 0; at < coverage->bytes.n;) {
        ssize_t done = pwrite(coverage->fd, coverage->bytes.bytes + at, coverage->bytes.n - at,
                              (off_t)(coverage->n_spilled + at));
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return skr_fail(err, SKR_ERR_IO, "%s: cannot be written: %s", coverage->path,
                            done < 0 ? strerror(errno) : "no room");
        at += (size_t)done;
    }
    coverage->n_spilled += coverage->bytes.n;
    coverage->bytes.n = 0;
    return SKR_OK;
}

/* ------------------------------------------------------------------ packing */

static int compare_claims(const void *a, const void *b)
{
    const skr_cover_claim *left = a;
    const skr_cover_claim *right = b;
    if (left->sample != right->sample)
        return left->sample < right->sample ? -1 : 1;
    if (left->contig != right->contig)
        return left->contig < right->contig ? -1 : 1;
    return left->start0 < right->start0 ? -1 : left->start0 > right->start0;
}

/* Most files are in order. */
static void sort(skr_cover_claim *claims, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (compare_claims(&claims[i - 1], &claims[i]) > 0) {
            qsort(claims, n, sizeof *claims, compare_claims);
            return;
        }
    }
}

/* What was said of the base at hand: each call that was, and how far it holds. */
typedef struct said {
    uint8_t calls[SKR_PLOIDY_MAX + 3];
    uint32_t end0[SKR_PLOIDY_MAX + 3];
    unsigned n;
} said;

static void say(said *all, const skr_cover_claim *claim)
{
    for (unsigned i = 0; i < all->n; i++) {
        if (all->calls[i] != claim->call)
            continue;
        all->end0[i] = all->end0[i] > claim->end0 ? all->end0[i] : claim->end0;
        return;
    }
    all->calls[all->n] = claim->call;
    all->end0[all->n++] = claim->end0;
}

/* Forgets what does not reach beyond at0; *ret_end0: up to where the rest holds unchanged. */
static void pass(said *all, uint32_t at0, uint32_t *ret_end0)
{
    unsigned n = 0;
    for (unsigned i = 0; i < all->n; i++) {
        if (all->end0[i] <= at0)
            continue;
        *ret_end0 = all->end0[i] < *ret_end0 ? all->end0[i] : *ret_end0;
        all->calls[n] = all->calls[i];
        all->end0[n++] = all->end0[i];
    }
    all->n = n;
}

/* The least of it: undecided wins, then fewer copies. */
static uint8_t least(const said *all, uint8_t expected)
{
    uint8_t best = all->calls[0];
    for (unsigned i = 1; i < all->n; i++) {
        uint8_t one = all->calls[i];
        uint8_t n_best = best == SKR_CALL_DEFAULT ? expected : best;
        uint8_t n_one = one == SKR_CALL_DEFAULT ? expected : one;
        if (skr_call_least(n_best, n_one) != n_best)
            best = one;
    }
    return best;
}

/* The run that is being put together, and where the one before ended. */
typedef struct packing {
    skr_import *import;
    skr_cover_claim run;
    uint32_t last_end0;
} packing;

static int put_run(packing *p, skr_err *err)
{
    skr_buffer *bytes = &p->import->coverage->bytes;
    if (p->run.call == SKR_CALL_NO_STATEMENT)
        return SKR_OK;
    SKR_TRY(skr_buffer_reserve(bytes, RUN_BYTES_MAX, err));
    SKR_TRY(skr_buffer_put_varint(bytes, p->run.start0 - p->last_end0, err));
    SKR_TRY(skr_buffer_put_varint(bytes, p->run.end0 - p->run.start0 - 1, err));
    SKR_TRY(skr_buffer_put_u8(bytes, p->run.ploidy, err));
    p->last_end0 = p->run.end0;
    return skr_buffer_put_u8(bytes, p->run.call, err);
}

/* Adds bases after those before. */
static int put_bases(packing *p, const skr_cover_claim *bases, skr_err *err)
{
    if (p->run.call == bases->call && p->run.ploidy == bases->ploidy &&
        p->run.end0 == bases->start0) {
        p->run.end0 = bases->end0;
        return SKR_OK;
    }
    SKR_TRY(put_run(p, err));
    p->run = *bases;
    return SKR_OK;
}

/* Packs n claims of one sample on one contig, in order of their starts, as one layer. */
static int pack_layer(skr_import *import, const skr_cover_claim *claims, size_t n, skr_err *err)
{
    skr_import_coverage *coverage = import->coverage;
    packing p = {.import = import, .run = {.call = SKR_CALL_NO_STATEMENT}};
    said all = {.n = 0};
    skr_import_coverage_layer layer = {.sample = claims->sample,
                                       .contig = claims->contig,
                                       .at = coverage->n_spilled + coverage->bytes.n};
    skr_karyotype karyotype = import->samples.list[claims->sample].karyotype;
    uint32_t at0 = claims->start0;
    for (size_t i = 0; i < n || all.n > 0;) {
        if (all.n == 0)
            at0 = claims[i].start0;
        for (; i < n && claims[i].start0 <= at0; i++)
            say(&all, &claims[i]);
        uint32_t end0 = i < n ? claims[i].start0 : UINT32_MAX;
        pass(&all, at0, &end0);
        skr_cover_claim bases = {
            .start0 = at0, .end0 = end0, .ploidy = claims[i > 0 ? i - 1 : 0].ploidy};
        bases.call = least(&all, skr_copies_expected((skr_ploidy)bases.ploidy, karyotype));
        SKR_TRY(put_bases(&p, &bases, err));
        at0 = end0;
        end0 = UINT32_MAX;
        pass(&all, at0, &end0);
    }
    SKR_TRY(put_run(&p, err));
    layer.n = coverage->n_spilled + coverage->bytes.n - layer.at;
    SKR_TRY(SKR_ARRAY_RESERVE(&coverage->layers, &coverage->n_layers_max, coverage->n_layers + 1,
                              "who was called where", err));
    coverage->layers[coverage->n_layers++] = layer;
    return coverage->bytes.n > coverage->n_bytes_limit ? spill(import, err) : SKR_OK;
}

/* Layers of the claims at hand, which are in order. */
static int pack_claims(skr_import *import, const skr_cover_claim *claims, size_t n, skr_err *err)
{
    int status = SKR_OK;
    for (size_t from = 0, to; from < n && status == SKR_OK; from = to) {
        for (to = from + 1; to < n && claims[to].sample == claims[from].sample &&
                            claims[to].contig == claims[from].contig;)
            to++;
        status = pack_layer(import, claims + from, to - from, err);
    }
    return status;
}

int skr_import_coverage_pack(skr_import *import, skr_err *err)
{
    skr_import_coverage *coverage = import->coverage;
    sort(coverage->claims, coverage->n_claims);
    int status = pack_claims(import, coverage->claims, coverage->n_claims, err);
    coverage->n_claims = 0;
    return status;
}

int skr_import_coverage_settle(skr_import *import, skr_err *err)
{
    return import->coverage->fd >= 0 ? spill(import, err) : SKR_OK;
}

int skr_import_coverage_close(skr_import *import, skr_err *err)
{
    skr_import_coverage *coverage = import->coverage;
    for (uint32_t i = 0; i < coverage->n_samples; i++) {
        if (coverage->open[i].call == SKR_CALL_NO_STATEMENT)
            continue;
        SKR_TRY(skr_import_coverage_keep(coverage, &coverage->open[i], err));
        coverage->open[i].call = SKR_CALL_NO_STATEMENT;
    }
    return skr_import_coverage_pack(import, err);
}

/* ------------------------------------------------------------------ reading back */

static int does_not_read_back(const skr_import_coverage_reader *reader, const char *why,
                              skr_err *err)
{
    return skr_fail(err, SKR_ERR_IO, "%s: cannot be read back: %s",
                    reader->coverage->path != NULL ? reader->coverage->path : "import", why);
}

/* Fills the window with the bytes that come next. */
static int fill(skr_import_coverage_reader *reader, skr_err *err)
{
    memmove(reader->window, reader->window + reader->window_at,
            reader->n_window - reader->window_at);
    reader->n_window -= reader->window_at;
    reader->window_at = 0;
    while (reader->n_window < reader->n_window_max && reader->at < reader->end) {
        size_t n = reader->n_window_max - reader->n_window;
        n = n < reader->end - reader->at ? n : (size_t)(reader->end - reader->at);
        ssize_t got = (ssize_t)n;
        if (reader->coverage->fd < 0)
            memcpy(reader->window + reader->n_window, reader->coverage->bytes.bytes + reader->at,
                   n);
        else
            got = pread(reader->coverage->fd, reader->window + reader->n_window, n,
                        (off_t)reader->at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return does_not_read_back(reader, got < 0 ? strerror(errno) : "it is too short", err);
        reader->n_window += (size_t)got;
        reader->at += (uint64_t)got;
    }
    return SKR_OK;
}

int skr_import_coverage_next(skr_import_coverage_reader *reader, skr_cover_claim *ret_claim,
                             bool *ret_is_end, skr_err *err)
{
    if (reader->n_window - reader->window_at < RUN_BYTES_MAX && reader->at < reader->end)
        SKR_TRY(fill(reader, err));
    size_t n = reader->n_window - reader->window_at;
    *ret_is_end = n == 0;
    if (n == 0)
        return SKR_OK;
    skr_cursor cursor = skr_cursor_of(reader->window + reader->window_at, n);
    uint64_t start0 = reader->last_end0 + skr_cursor_varint_max(&cursor, SKR_CONTIG_LENGTH_MAX);
    uint64_t end0 = start0 + skr_cursor_varint_max(&cursor, SKR_CONTIG_LENGTH_MAX) + 1;
    ret_claim->ploidy = skr_cursor_u8(&cursor);
    ret_claim->call = skr_cursor_u8(&cursor);
    if (cursor.is_bad || end0 > SKR_CONTIG_LENGTH_MAX || ret_claim->ploidy >= SKR_N_PLOIDIES)
        return does_not_read_back(reader, "it is damaged", err);
    ret_claim->start0 = (uint32_t)start0;
    ret_claim->end0 = (uint32_t)end0;
    reader->last_end0 = (uint32_t)end0;
    reader->window_at = (size_t)(cursor.at - reader->window);
    return SKR_OK;
}
