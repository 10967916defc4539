/*
 * fasta.c - reads a FASTA forward, remembering where each contig began.
 *
 * A contig after the place that was reached is found by reading on; one before it by going back to
 * where it began, if the file can be sought in, or by reading it once more from its start.
 */
#include "engine/import/genomes/fasta.h"

#include "engine/import/sealed/input.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <htslib/bgzf.h>
#include <htslib/hfile.h>
#include <htslib/hts.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "index/contigs/contig.h"
#include "storage/base/array.h"
#include "storage/base/limits.h"
#include "storage/base/names.h"
#include "storage/block/digest.h"

/* Bases kept in memory; the longest human chromosome has 2.5e8. */
#define KEPT_MAX (1u << 30)

typedef struct kept {
    uint32_t contig; /* in names; UINT32_MAX: free */
    uint64_t used;   /* when, for throwing the oldest away */
    char *bases;
    skr_sequence sequence;
} kept;

struct skr_fasta {
    char *path;
    BGZF *bgzf;
    const skr_build *build;
    skr_names names; /* keys, in the order of the file as far as it was read */
    int64_t *places; /* after the header line of each */
    uint32_t n_places_max;
    bool is_known_whole; /* the end was reached once: names is all there is */
    kept *kept;
    uint32_t n_kept;
    uint64_t n_kept_bases;
    uint64_t clock;
};

/* errno was zeroed before the library was called: it says no more than that something failed. */
static int damaged(const skr_fasta *fasta, skr_err *err)
{
    if (errno == ENOMEM)
        return skr_fail_nomem(err, fasta->path);
    return skr_fail(err, SKR_ERR_INPUT, "%s: damaged or cut short; fetch the file again",
                    fasta->path);
}

static int reopen(skr_fasta *fasta, skr_err *err)
{
    if (fasta->bgzf != NULL)
        (void)bgzf_close(fasta->bgzf);
    fasta->bgzf = NULL;
    hts_set_log_level(HTS_LOG_OFF);
    int fd = open(fasta->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return skr_input_fail_open(fasta->path, errno, err);
    if (skr_input_fd_is_sealed(fd)) {
        (void)close(fd);
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s: sealed with Crypt4GH; a reference is read plain or bgzipped",
                        fasta->path);
    }
    errno = 0;
    fasta->bgzf = bgzf_dopen(fd, "r");
    if (fasta->bgzf == NULL) {
        bool is_full = errno == ENOMEM;
        (void)close(fd);
        if (is_full)
            return skr_fail_nomem(err, fasta->path);
        return skr_fail(err, SKR_ERR_INPUT, "%s: cannot be unpacked", fasta->path);
    }
    return SKR_OK;
}

/* Notes the contig of a header line; where it begins is where the file stands now. */
static int note_contig(skr_fasta *fasta, const char *line, uint32_t *ret_contig, skr_err *err)
{
    char name[SKR_NAME_MAX + 1];
    char canonical[SKR_NAME_MAX + 1];
    size_t n = strcspn(line, " \t\r\n");
    if (n > SKR_NAME_MAX)
        return skr_fail(err, SKR_ERR_INPUT, "%s: a contig's name is longer than %u bytes",
                        fasta->path, SKR_NAME_MAX);
    memcpy(name, line, n);
    name[n] = '\0';
    int status = skr_contig_canonical(fasta->build, name, canonical, sizeof canonical, err);
    if (status != SKR_OK)
        return skr_fail_in(err, status, "%s", fasta->path);
    skr_contig_key(fasta->build, canonical, name);
    bool is_new;
    SKR_TRY(skr_names_add_n(&fasta->names, name, strlen(name), ret_contig, &is_new, err));
    int64_t place = bgzf_tell(fasta->bgzf);
    if (!is_new && fasta->places[*ret_contig] != place)
        return skr_fail(err, SKR_ERR_INPUT, "%s: contig %s is there twice", fasta->path, name);
    if (!is_new)
        return SKR_OK;
    SKR_TRY(SKR_ARRAY_RESERVE(&fasta->places, &fasta->n_places_max, *ret_contig + 1u,
                              "contigs of a reference", err));
    fasta->places[*ret_contig] = place;
    return SKR_OK;
}

/* Throws the sequences away that were not used for longest, until n more fit. */
static void make_room(skr_fasta *fasta, uint64_t n)
{
    while (fasta->n_kept > 0 && fasta->n_kept_bases + n > KEPT_MAX) {
        uint32_t oldest = 0;
        for (uint32_t i = 1; i < fasta->n_kept; i++)
            if (fasta->kept[i].used < fasta->kept[oldest].used)
                oldest = i;
        fasta->n_kept_bases -= fasta->kept[oldest].sequence.n;
        free(fasta->kept[oldest].bases);
        fasta->kept[oldest] = fasta->kept[--fasta->n_kept];
    }
}

/* Appends the bases of a line, upper case. */
static int add_bases(const skr_fasta *fasta, const kstring_t *line, char **bases, size_t *n,
                     size_t *n_max, skr_err *err)
{
    if (*n + line->l > SKR_CONTIG_LENGTH_MAX)
        return skr_fail(err, SKR_ERR_INPUT, "%s: a contig is longer than %u bases", fasta->path,
                        SKR_CONTIG_LENGTH_MAX);
    SKR_TRY(SKR_ARRAY_RESERVE(bases, n_max, *n + line->l, "bases of a reference", err));
    for (size_t i = 0; i < line->l; i++) {
        unsigned char c = (unsigned char)line->s[i];
        if (c == '\r' || c == ' ' || c == '\t')
            continue;
        if (!isalpha(c) && c != '*' && c != '-')
            return skr_fail(err, SKR_ERR_INPUT, "%s: a contig holds '%c', which is no base",
                            fasta->path, isprint(c) ? c : '?');
        (*bases)[(*n)++] = (char)toupper(c);
    }
    return SKR_OK;
}

static int digest(const char *bases, size_t n, char *text, skr_err *err)
{
    uint8_t bytes[SKR_DIGEST_MD5_SIZE];
    skr_digest *md5 = NULL;
    SKR_TRY(skr_digest_new(SKR_DIGEST_MD5, &md5, err));
    skr_digest_update(md5, bases, n);
    skr_digest_final(md5, bytes);
    skr_digest_free(md5);
    skr_digest_hex(bytes, sizeof bytes, text);
    return SKR_OK;
}

/* Keeps the bases read from the file's place up to the next header line. Takes bases. */
static int keep(skr_fasta *fasta, uint32_t contig, char *bases, size_t n, skr_err *err)
{
    make_room(fasta, n);
    kept *grown = realloc(fasta->kept, (fasta->n_kept + 1) * sizeof *grown);
    if (grown == NULL) {
        free(bases);
        return skr_fail_nomem(err, fasta->path);
    }
    fasta->kept = grown;
    kept *one = &grown[fasta->n_kept];
    *one = (kept){.contig = contig, .bases = bases};
    one->sequence.bases = bases;
    one->sequence.n = (uint32_t)n;
    int status = digest(bases, n, one->sequence.md5, err);
    if (status != SKR_OK) {
        free(bases);
        return status;
    }
    fasta->n_kept++;
    fasta->n_kept_bases += n;
    return SKR_OK;
}

/*
 * Reads on. Bases are kept while the contig is `wanted` (UINT32_MAX: none yet); stops after it, or
 * at the end. With a name, the contig of that name becomes the wanted one when it is met.
 */
static int read_on(skr_fasta *fasta, uint32_t wanted, const char *name, skr_err *err)
{
    kstring_t line = {0};
    char *bases = NULL;
    size_t n = 0;
    size_t n_max = 0;
    int status = SKR_OK;
    for (;;) {
        errno = 0;
        int got = bgzf_getline(fasta->bgzf, '\n', &line);
        if (got < -1 || fasta->bgzf->errcode != 0) {
            status = damaged(fasta, err);
            goto out;
        }
        bool is_header = got >= 0 && line.l > 0 && line.s[0] == '>';
        if (got < 0 || is_header) {
            uint32_t contig = UINT32_MAX;
            if (is_header)
                status = note_contig(fasta, line.s + 1, &contig, err);
            else
                fasta->is_known_whole = true;
            if (status != SKR_OK)
                goto out;
            if (wanted != UINT32_MAX) {
                status = keep(fasta, wanted, bases, n, err);
                bases = NULL;
                goto out;
            }
            if (got < 0)
                goto out;
            if (name != NULL && strcmp(fasta->names.texts[contig], name) == 0)
                wanted = contig;
            continue;
        }
        if (fasta->names.n == 0 && line.l > 0) {
            status = skr_fail(err, SKR_ERR_INPUT, "%s: no FASTA: it does not begin with '>'",
                              fasta->path);
            goto out;
        }
        if (wanted != UINT32_MAX) {
            status = add_bases(fasta, &line, &bases, &n, &n_max, err);
            if (status != SKR_OK)
                goto out;
        }
    }
out:
    free(line.s);
    free(bases);
    return status;
}

int skr_fasta_open(const char *path, const skr_build *build, skr_fasta **ret_fasta, skr_err *err)
{
    char first;
    skr_fasta *fasta = calloc(1, sizeof *fasta);
    if (fasta == NULL || (fasta->path = strdup(path)) == NULL) {
        free(fasta);
        return skr_fail_nomem(err, path);
    }
    fasta->build = build;
    int status = reopen(fasta, err);
    errno = 0;
    if (status == SKR_OK && bgzf_read(fasta->bgzf, &first, 1) != 1)
        status = errno == ENOMEM ? damaged(fasta, err)
                                 : skr_fail(err, SKR_ERR_INPUT, "%s: empty, or damaged", path);
    if (status == SKR_OK && first != '>')
        status = skr_fail(err, SKR_ERR_INPUT, "%s: no FASTA: it does not begin with '>'", path);
    if (status == SKR_OK)
        status = reopen(fasta, err);
    if (status != SKR_OK) {
        skr_fasta_close(fasta);
        return status;
    }
    *ret_fasta = fasta;
    return SKR_OK;
}

static kept *find_kept(skr_fasta *fasta, uint32_t contig)
{
    for (uint32_t i = 0; i < fasta->n_kept; i++)
        if (fasta->kept[i].contig == contig)
            return &fasta->kept[i];
    return NULL;
}

/* Puts the file after the header line of a contig that was met before. */
static int go_to(skr_fasta *fasta, uint32_t contig, skr_err *err)
{
    kstring_t line = {0};
    if (bgzf_tell(fasta->bgzf) == fasta->places[contig] ||
        bgzf_seek(fasta->bgzf, fasta->places[contig], SEEK_SET) == 0)
        return SKR_OK;
    int status = reopen(fasta, err); /* plain gzip cannot be sought in */
    errno = 0;
    while (status == SKR_OK && bgzf_tell(fasta->bgzf) != fasta->places[contig])
        if (bgzf_getline(fasta->bgzf, '\n', &line) < 0)
            status = damaged(fasta, err);
    free(line.s);
    return status;
}

int skr_fasta_find(skr_fasta *fasta, const char *canonical_name, skr_sequence *ret_sequence,
                   bool *ret_found, skr_err *err)
{
    char key[SKR_NAME_MAX + 1];
    skr_contig_key(fasta->build, canonical_name, key);
    uint32_t contig = skr_names_find(&fasta->names, key);
    int status = SKR_OK;
    if (contig == UINT32_MAX && !fasta->is_known_whole) {
        if (fasta->names.n > 0)
            status = go_to(fasta, fasta->names.n - 1, err);
        if (status == SKR_OK)
            status = read_on(fasta, UINT32_MAX, key, err);
        contig = skr_names_find(&fasta->names, key);
    } else if (contig != UINT32_MAX && find_kept(fasta, contig) == NULL) {
        status = go_to(fasta, contig, err);
        if (status == SKR_OK)
            status = read_on(fasta, contig, NULL, err);
    }
    if (status != SKR_OK)
        return status;
    kept *one = contig == UINT32_MAX ? NULL : find_kept(fasta, contig);
    *ret_found = one != NULL;
    if (one != NULL) {
        one->used = ++fasta->clock;
        *ret_sequence = one->sequence;
    }
    return SKR_OK;
}

void skr_fasta_close(skr_fasta *fasta)
{
    if (fasta == NULL)
        return;
    if (fasta->bgzf != NULL)
        (void)bgzf_close(fasta->bgzf);
    for (uint32_t i = 0; i < fasta->n_kept; i++)
        free(fasta->kept[i].bases);
    free(fasta->kept);
    skr_names_done(&fasta->names);
    free(fasta->places);
    free(fasta->path);
    free(fasta);
}
