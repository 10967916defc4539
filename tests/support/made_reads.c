/*
 * made_reads.c - draws a reference, a genome that differs from it, and reads of that genome.
 *
 * usage: made_reads PREFIX cram|bam SEED BASES DEPTH
 * Writes PREFIX.fa, PREFIX.cram or PREFIX.bam with its index, and PREFIX.truth.tsv: contig, start
 * (from 0), REF, ALT, copies. Reads are 2 x 150 bases with errors that their qualities tell of.
 * Some indels near the end of a read are aligned as mismatches, as aligners do.
 */
#include <htslib/sam.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define READ 150u
#define END_MISALIGNED 7u /* an indel this near to the end of a read is aligned as mismatches */
#define BETWEEN_MEAN 950u

typedef struct variant {
    uint32_t start0; /* the anchor of an indel */
    int32_t length;  /* 0: one base */
    char text[32];   /* the other base, or what is inserted */
    uint8_t copies;  /* bits: on which haplotypes */
} variant;

typedef struct world {
    uint64_t state;
    uint32_t n;
    char *bases;
    variant *variants;
    uint32_t n_variants;
} world;

/* splitmix64 */
static uint64_t draw(world *w)
{
    uint64_t z = (w->state += 0x9e3779b97f4a7c15u);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static uint32_t below(world *w, uint32_t n)
{
    return (uint32_t)(draw(w) % n);
}

static char other_base(world *w, char base)
{
    char c;
    do
        c = "ACGT"[below(w, 4)];
    while (c == base);
    return c;
}

static void check(bool is_good, const char *what)
{
    if (is_good)
        return;
    (void)fprintf(stderr, "made_reads: %s\n", what);
    exit(1);
}

/* Bases with runs of one base and short repeats, as genomes have them. */
static void make_bases(world *w)
{
    w->bases = malloc(w->n + 1);
    check(w->bases != NULL, "no memory");
    for (uint32_t i = 0; i < w->n;) {
        uint32_t kind = below(w, 200);
        uint32_t unit = kind == 0 ? 1 : kind == 1 ? 2 + below(w, 3) : 0;
        uint32_t n = unit > 0 ? unit * (4 + below(w, 8)) : 1;
        for (uint32_t k = 0; k < n && i < w->n; k++, i++)
            w->bases[i] = unit > 0 && k >= unit ? w->bases[i - unit] : "ACGT"[below(w, 4)];
    }
    w->bases[w->n] = '\0';
}

/* Moves an indel to the left. */
static void normalise(const world *w, variant *v)
{
    uint32_t n = (uint32_t)abs(v->length);
    if (v->length < 0)
        while (v->start0 > 0 && w->bases[v->start0] == w->bases[v->start0 + n])
            v->start0--;
    while (v->length > 0 && v->start0 > 0 && w->bases[v->start0] == v->text[n - 1]) {
        memmove(v->text + 1, v->text, n - 1);
        v->text[0] = w->bases[v->start0--];
    }
}

static void make_variants(world *w)
{
    uint32_t n_max = w->n / 200 + 16;
    uint32_t last0 = 0;
    w->variants = calloc(n_max, sizeof *w->variants);
    check(w->variants != NULL, "no memory");
    for (uint32_t at0 = 200; at0 + 400 < w->n && w->n_variants < n_max;
         at0 += 1 + below(w, 2 * BETWEEN_MEAN)) {
        variant v = {.start0 = at0, .copies = (uint8_t)(1 + below(w, 3))};
        if (below(w, 100) < 8) {
            uint32_t n = 1 + below(w, below(w, 3) == 0 ? 15 : 3);
            v.length = below(w, 2) == 0 ? (int32_t)n : -(int32_t)n;
            for (uint32_t k = 0; v.length > 0 && k < n; k++)
                v.text[k] = below(w, 2) == 0 ? w->bases[at0 + 1 + k] : "ACGT"[below(w, 4)];
            normalise(w, &v);
        } else {
            v.text[0] = other_base(w, w->bases[at0]);
        }
        if (v.start0 <= last0 + 2)
            continue;
        last0 = v.start0 + (v.length < 0 ? (uint32_t)-v.length : 0);
        w->variants[w->n_variants++] = v;
    }
}

static uint32_t first_variant(const world *w, uint32_t start0)
{
    uint32_t low = 0;
    uint32_t high = w->n_variants;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (w->variants[middle].start0 < start0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A read of a haplotype from start0 on: its bases, and how they lie on the reference. */
typedef struct made {
    char bases[READ];
    char qualities[READ];
    uint32_t cigar[64];
    uint32_t n_cigar;
    uint32_t start0;
    uint32_t end0;
} made;

static void add_op(made *m, uint32_t n, uint32_t op)
{
    if (n > 0 && m->n_cigar > 0 && bam_cigar_op(m->cigar[m->n_cigar - 1]) == op)
        m->cigar[m->n_cigar - 1] += n << BAM_CIGAR_SHIFT;
    else if (n > 0)
        m->cigar[m->n_cigar++] = bam_cigar_gen(n, op);
}

/* The indel of a haplotype that the first bases of a read lie before, if there is one. */
static const variant *hidden_at_start(const world *w, uint32_t start0, unsigned haplotype)
{
    for (uint32_t i = first_variant(w, start0 > 40 ? start0 - 40 : 0);
         i < w->n_variants && w->variants[i].start0 < start0 + END_MISALIGNED; i++) {
        const variant *v = &w->variants[i];
        uint32_t last0 = v->start0 + (v->length < 0 ? (uint32_t)-v->length : 0);
        if (v->length != 0 && (v->copies & 1u << haplotype) != 0 && last0 >= start0)
            return v;
    }
    return NULL;
}

/* The bases before an indel, as they lie where those after it are aligned without a gap. */
static uint32_t start_hidden(const world *w, const variant *v, made *m, uint32_t *k)
{
    uint32_t n = (uint32_t)abs(v->length);
    uint32_t last0 = v->start0 + (v->length < 0 ? n : 0);
    if (last0 - m->start0 >= END_MISALIGNED) /* an aligner would not let it begin here */
        m->start0 = last0 - END_MISALIGNED + 1;
    for (uint32_t at0 = m->start0; at0 <= last0; at0++) {
        uint32_t back = last0 - at0;
        if (v->length < 0)
            m->bases[*k] = w->bases[at0 - n];
        else
            m->bases[*k] = back < n ? v->text[n - 1 - back] : w->bases[at0 + n];
        ++*k;
        add_op(m, 1, BAM_CMATCH);
    }
    return last0 + 1;
}

static void make_read(world *w, uint32_t start0, unsigned haplotype, made *m)
{
    uint32_t at0 = start0;
    uint32_t k = 0;
    *m = (made){.start0 = start0};
    const variant *hidden = hidden_at_start(w, start0, haplotype);
    if (hidden != NULL)
        at0 = start_hidden(w, hidden, m, &k);
    for (uint32_t next = first_variant(w, at0); k < READ && at0 < w->n;) {
        while (next < w->n_variants && (w->variants[next].start0 < at0 ||
                                        (w->variants[next].copies & 1u << haplotype) == 0))
            next++;
        const variant *v =
            next < w->n_variants && w->variants[next].start0 == at0 ? &w->variants[next] : NULL;
        m->bases[k++] = v != NULL && v->length == 0 ? v->text[0] : w->bases[at0];
        add_op(m, 1, BAM_CMATCH);
        at0++;
        if (v == NULL || v->length == 0 || k == READ)
            continue;
        next++;
        bool is_hidden = READ - k <= END_MISALIGNED + (v->length > 0 ? (uint32_t)v->length : 0);
        if (v->length < 0 && !is_hidden)
            add_op(m, (uint32_t)-v->length, BAM_CDEL);
        for (int32_t i = 0; i < v->length && k < READ; i++) {
            m->bases[k++] = v->text[i];
            add_op(m, 1, is_hidden ? BAM_CMATCH : BAM_CINS);
        }
        at0 += v->length < 0 ? (uint32_t)-v->length : 0;
    }
    check(k == READ, "a read runs out of the reference");
    m->end0 = m->start0 + (uint32_t)bam_cigar2rlen((int)m->n_cigar, m->cigar);
}

/* Errors, as often as the qualities say. */
static void spoil(world *w, made *m)
{
    for (uint32_t k = 0; k < READ; k++) {
        uint32_t quality = below(w, 20) == 0 ? 8 + below(w, 15) : 30 + below(w, 11);
        m->qualities[k] = (char)quality;
        if ((double)below(w, 1u << 30) < (double)(1u << 30) * pow(10, -(double)quality / 10))
            m->bases[k] = other_base(w, m->bases[k]);
    }
}

static void write_read(samFile *file, sam_hdr_t *header, bam1_t *record, const made *m,
                       const made *mate, const char *name, uint16_t flag)
{
    check(bam_set1(record, strlen(name), name, flag, 0, m->start0, 60, m->n_cigar, m->cigar, 0,
                   mate->start0, 0, READ, m->bases, m->qualities, 0) >= 0 &&
              sam_write1(file, header, record) >= 0,
          "a read cannot be written");
}

/* Pairs are drawn in the order of their first reads; the second ones wait in a heap of places. */
typedef struct waiting {
    made mine;
    made mate;
    char name[64];
    uint16_t flag;
} waiting;

static int compare_waiting(const void *a, const void *b)
{
    const waiting *left = *(waiting *const *)a;
    const waiting *right = *(waiting *const *)b;
    return left->mine.start0 < right->mine.start0 ? -1 : left->mine.start0 > right->mine.start0;
}

static void write_reads(world *w, samFile *file, sam_hdr_t *header, double depth)
{
    uint64_t n_pairs = (uint64_t)(depth * w->n / (2 * READ));
    uint64_t n = 0;
    waiting **all = calloc(2 * n_pairs + 1, sizeof(waiting *));
    bam1_t *record = bam_init1();
    waiting *both = calloc(2 * n_pairs + 1, sizeof *both);
    check(all != NULL && record != NULL && both != NULL, "no memory");
    for (uint64_t i = 0; i < n_pairs; i++) {
        uint32_t insert = 330 + below(w, 120) + below(w, 120) - (below(w, 8) == 0 ? 150 : 0);
        uint32_t start0 = below(w, w->n - insert - 200);
        unsigned haplotype = below(w, 2);
        waiting *one = both + 2 * i;
        make_read(w, start0, haplotype, &one[0].mine);
        make_read(w, start0 + insert - READ, haplotype, &one[1].mine);
        spoil(w, &one[0].mine);
        spoil(w, &one[1].mine);
        one[0].mate = one[1].mine;
        one[1].mate = one[0].mine;
        bool is_first = below(w, 2) == 0;
        one[0].flag = (uint16_t)(0x1 | 0x2 | 0x20 | (is_first ? 0x40 : 0x80));
        one[1].flag = (uint16_t)(0x1 | 0x2 | 0x10 | (is_first ? 0x80 : 0x40));
        (void)snprintf(one[0].name, sizeof one[0].name, "M0%u:7:MADE:%" PRIu64 ":%u",
                       1 + below(w, 4), 1000 + i, below(w, 30000));
        memcpy(one[1].name, one[0].name, sizeof one[0].name);
        all[n++] = &one[0];
        all[n++] = &one[1];
    }
    qsort(all, n, sizeof *all, compare_waiting);
    for (uint64_t i = 0; i < n; i++)
        write_read(file, header, record, &all[i]->mine, &all[i]->mate, all[i]->name, all[i]->flag);
    free(both);
    free(all);
    bam_destroy1(record);
}

static void write_reference(const world *w, const char *path)
{
    FILE *file = fopen(path, "w");
    check(file != NULL, path);
    (void)fputs(">chr1\n", file);
    for (uint32_t i = 0; i < w->n; i += 60)
        (void)fprintf(file, "%.60s\n", w->bases + i);
    check(fclose(file) == 0, path);
}

static void write_truth(const world *w, const char *path)
{
    FILE *file = fopen(path, "w");
    check(file != NULL, path);
    for (uint32_t i = 0; i < w->n_variants; i++) {
        const variant *v = &w->variants[i];
        uint32_t n_ref = 1 + (v->length < 0 ? (uint32_t)-v->length : 0);
        (void)fprintf(file, "chr1\t%u\t%.*s\t", v->start0, (int)n_ref, w->bases + v->start0);
        if (v->length == 0)
            (void)fprintf(file, "%c", v->text[0]);
        else
            (void)fprintf(file, "%c%s", w->bases[v->start0], v->length > 0 ? v->text : "");
        (void)fprintf(file, "\t%d\n", v->copies == 3 ? 2 : 1);
    }
    check(fclose(file) == 0, path);
}

int main(int argc, char **argv)
{
    char path[4096];
    check(argc == 6, "usage: made_reads PREFIX cram|bam SEED BASES DEPTH");
    world w = {.state = strtoull(argv[3], NULL, 10), .n = (uint32_t)strtoul(argv[4], NULL, 10)};
    bool is_cram = strcmp(argv[2], "cram") == 0;
    check(w.n >= 2000, "at least 2000 bases");
    make_bases(&w);
    make_variants(&w);
    (void)snprintf(path, sizeof path, "%s.truth.tsv", argv[1]);
    write_truth(&w, path);
    (void)snprintf(path, sizeof path, "%s.fa", argv[1]);
    write_reference(&w, path);
    sam_hdr_t *header = sam_hdr_init();
    char text[200];
    (void)snprintf(text, sizeof text,
                   "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:%u\n@RG\tID:1\tSM:MADE\n", w.n);
    check(header != NULL && sam_hdr_add_lines(header, text, 0) == 0, "no header");
    char out[4096];
    (void)snprintf(out, sizeof out, "%s.%s", argv[1], argv[2]);
    samFile *file = sam_open(out, is_cram ? "wc" : "wb");
    check(file != NULL && (!is_cram || hts_set_fai_filename(file, path) == 0), out);
    check(sam_hdr_write(file, header) == 0, out);
    write_reads(&w, file, header, strtod(argv[5], NULL));
    check(sam_close(file) == 0, out);
    check(sam_index_build(out, 0) == 0, out);
    sam_hdr_destroy(header);
    free(w.bases);
    free(w.variants);
    return 0;
}
