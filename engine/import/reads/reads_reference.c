/*
 * reads_reference.c - bases for CRAM, from the caller and from nowhere else.
 *
 * htslib 1.16 looks for a contig's bases by its M5 in REF_CACHE, then in REF_PATH, without which it
 * asks a server, then at the UR of the header. Here both variables name one folder of scratch
 * files, UR is dropped, and every contig that has reads gets an M5 and a file of that name.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <htslib/cram.h>
#include <htslib/kstring.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "engine/import/reads/reads_file_int.h"

#define NAME_MAX_BYTES 64u
#define AHEAD 256u      /* containers whose bases are ready before they are unpacked */
#define THREADS_MAX 64u /* each holds two containers at most, so AHEAD is enough */

/* Has every contig with containers of its own an M5? Then nothing writes the header while threads
 * read it. */
static bool has_all_m5(skr_reads *reads)
{
    kstring_t value = {0};
    bool has_all = true;
    for (int i = 0; i < sam_hdr_nref(reads->header) && has_all; i++)
        has_all = reads->n_containers[i] == 0 ||
                  sam_hdr_find_tag_id(reads->header, "SQ", "SN", sam_hdr_tid2name(reads->header, i),
                                      "M5", &value) == 0;
    free(value.s);
    return has_all;
}

int skr_reads_reference_threads(skr_reads *reads, skr_err *err)
{
    unsigned n = reads->plan.n_threads < THREADS_MAX ? reads->plan.n_threads : THREADS_MAX;
    if (n < 2)
        return SKR_OK;
    reads->pool = hts_tpool_init((int)n);
    htsThreadPool shared = {.pool = reads->pool};
    bool may = !reads->is_cram || (!reads->is_mixed && has_all_m5(reads));
    if (reads->pool == NULL || (may && hts_set_thread_pool(reads->file, &shared) != 0))
        return skr_fail_nomem(err, "reads");
    return SKR_OK;
}

/* The files end as all scratch files of a store do, so that the next writer removes what a killed
 * import left. Names are short, so that no path of the store's can be taken for a pattern of
 * htslib's. */
static int set_places(const skr_reads *reads, skr_err *err)
{
    char place[64];
    (void)snprintf(place, sizeof place, "/proc/self/fd/%d/scratch-m5-%%s.tmp", reads->folder);
    if (setenv("REF_PATH", place, 1) != 0 || setenv("REF_CACHE", place, 1) != 0)
        return skr_fail_nomem(err, "reads");
    return SKR_OK;
}

int skr_reads_reference_open(skr_reads *reads, skr_err *err)
{
    int n = sam_hdr_nref(reads->header);
    if (!reads->is_cram)
        return SKR_OK;
    reads->n_containers = calloc((size_t)n + 1, sizeof *reads->n_containers);
    reads->is_ready = calloc((size_t)n + 1, sizeof *reads->is_ready);
    if (reads->n_containers == NULL || reads->is_ready == NULL)
        return skr_fail_nomem(err, "reads");
    reads->folder = open(reads->plan.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (reads->folder < 0)
        return skr_fail(err, SKR_ERR_IO, "%s: cannot be opened: %s", reads->plan.folder,
                        strerror(errno));
    sam_hdr_t *header = cram_fd_get_header(reads->file->fp.cram);
    for (int i = 0; i < n; i++)
        if (sam_hdr_remove_tag_id(header, "SQ", "SN", sam_hdr_tid2name(header, i), "UR") < 0)
            return skr_fail_nomem(err, "reads");
    return set_places(reads, err);
}

/* The M5 of a contig in the header; "" where it has none. text has NAME_MAX_BYTES. */
static int find_m5(skr_reads *reads, int contig, char *text, skr_err *err)
{
    kstring_t value = {0};
    const char *name = sam_hdr_tid2name(reads->header, contig);
    int found = sam_hdr_find_tag_id(reads->header, "SQ", "SN", name, "M5", &value);
    int status = SKR_OK;
    text[0] = '\0';
    if (found < -1)
        status = skr_fail_nomem(err, "reads");
    else if (found == 0 && value.l >= NAME_MAX_BYTES)
        status = skr_fail(err, SKR_ERR_INPUT, "%s: the M5 of contig %s is no MD5", reads->plan.name,
                          name);
    else if (found == 0)
        memcpy(text, value.s, value.l + 1);
    for (char *at = text; *at != '\0' && status == SKR_OK; at++)
        if (!isxdigit((unsigned char)*at))
            status = skr_fail(err, SKR_ERR_INPUT, "%s: the M5 of contig %s is no MD5",
                              reads->plan.name, name);
    free(value.s);
    return status;
}

int skr_reads_reference_find(skr_reads *reads, int contig, skr_reads_bases *ret_bases, skr_err *err)
{
    const skr_reads_plan *plan = &reads->plan;
    const char *name = sam_hdr_tid2name(reads->header, contig);
    int64_t length = sam_hdr_tid2len(reads->header, contig);
    char m5[NAME_MAX_BYTES];
    bool is_found;
    SKR_TRY(find_m5(reads, contig, m5, err));
    SKR_TRY(plan->find_bases(reads->context, name, ret_bases, &is_found, err));
    if (!is_found)
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s: %s has no contig %s, which has reads: give the reference that they "
                        "were aligned to",
                        plan->name, plan->reference, name);
    if (m5[0] != '\0' && strcasecmp(m5, ret_bases->md5) != 0)
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s: contig %s has the M5 %s, and %s for it %s: give the reference that "
                        "the reads were aligned to",
                        plan->name, name, m5, plan->reference, ret_bases->md5);
    if (length != (int64_t)ret_bases->n)
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s: contig %s is %" PRId64 " long, and in %s %" PRIu32
                        ": give the reference that the reads were aligned to",
                        plan->name, name, length, plan->reference, ret_bases->n);
    return SKR_OK;
}

/* The name of the scratch file of a contig, beside the folder's descriptor. */
static int scratch_name(skr_reads *reads, int contig, char text[2 * NAME_MAX_BYTES], skr_err *err)
{
    char m5[NAME_MAX_BYTES];
    SKR_TRY(find_m5(reads, contig, m5, err));
    (void)snprintf(text, 2 * NAME_MAX_BYTES, "scratch-m5-%s.tmp", m5);
    return SKR_OK;
}

static int write_bases(skr_reads *reads, const char *name, const skr_reads_bases *bases,
                       skr_err *err)
{
    int fd = openat(reads->folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    uint32_t done = 0;
    while (fd >= 0 && done < bases->n) {
        ssize_t n = write(fd, bases->bases + done, bases->n - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        done += (uint32_t)n;
    }
    bool is_failed = fd < 0 || done < bases->n;
    int number = errno;
    if (fd >= 0)
        (void)close(fd);
    return !is_failed ? SKR_OK
                      : skr_fail(err, SKR_ERR_IO, "%s: bases of the reference cannot be kept: %s",
                                 reads->plan.folder, strerror(number));
}

/* Makes the bases of one contig ready. */
static int make_ready(skr_reads *reads, int contig, skr_err *err)
{
    skr_reads_bases bases;
    char file[2 * NAME_MAX_BYTES];
    char m5[NAME_MAX_BYTES];
    sam_hdr_t *header = cram_fd_get_header(reads->file->fp.cram);
    const char *name = sam_hdr_tid2name(reads->header, contig);
    if (reads->is_ready[contig])
        return SKR_OK;
    SKR_TRY(skr_reads_reference_find(reads, contig, &bases, err));
    SKR_TRY(find_m5(reads, contig, m5, err));
    if (m5[0] == '\0' &&
        (sam_hdr_update_line(header, "SQ", "SN", name, "M5", bases.md5, NULL) < 0 ||
         sam_hdr_update_line(reads->header, "SQ", "SN", name, "M5", bases.md5, NULL) < 0))
        return skr_fail_nomem(err, "reads");
    SKR_TRY(scratch_name(reads, contig, file, err));
    SKR_TRY(write_bases(reads, file, &bases, err));
    reads->is_ready[contig] = true;
    return SKR_OK;
}

int skr_reads_reference_prepare(skr_reads *reads, int contig, skr_err *err)
{
    int n = sam_hdr_nref(reads->header);
    uint64_t n_ahead = 0;
    for (int i = 0; i < n && reads->is_cram && n_ahead < AHEAD; i++)
        if (reads->n_containers[i] > 0 && (i >= contig || !reads->is_ready[i])) {
            SKR_TRY(make_ready(reads, i, err));
            n_ahead += i > contig ? reads->n_containers[i] : 0;
        }
    if (!reads->is_cram || !reads->is_mixed || contig >= 0)
        return SKR_OK;
    /* Of containers of several contigs nothing says which: all that can be are made ready. What
     * does not agree is refused when it turns out to have reads. */
    for (int i = 0; i < n; i++) {
        skr_err ignored;
        int status = reads->is_ready[i] ? SKR_OK : make_ready(reads, i, &ignored);
        if (status != SKR_OK && status != SKR_ERR_INPUT) {
            if (err != NULL)
                *err = ignored;
            return status;
        }
    }
    return SKR_OK;
}

static void forget(skr_reads *reads, int contig)
{
    char file[2 * NAME_MAX_BYTES];
    if (reads->is_ready[contig] && scratch_name(reads, contig, file, NULL) == SKR_OK)
        (void)unlinkat(reads->folder, file, 0);
}

void skr_reads_reference_forget(skr_reads *reads, int contig)
{
    for (int i = 0; reads->is_cram && !reads->is_mixed && i < contig; i++)
        forget(reads, i);
}

void skr_reads_reference_close(skr_reads *reads)
{
    int n = reads->header != NULL ? sam_hdr_nref(reads->header) : 0;
    for (int i = 0; reads->is_ready != NULL && i < n; i++)
        forget(reads, i);
    if (reads->folder >= 0)
        (void)close(reads->folder);
    free(reads->n_containers);
    free(reads->is_ready);
}
