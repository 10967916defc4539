/*
 * Genes from exons alone: on each contig and strand a transcript is one place, from its first base
 * to its last, however the lines are ordered; what has lines of its own is not made again.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/documents/genes_exons.h"
#include "tests/support/random.h"

#define N_EXONS_MAX 30u
#define N_NAMES 3u

static test_random draw;
static skr_err err;

static uint32_t below(uint32_t n)
{
    return test_random_below(&draw, n);
}

static void begin(skr_genes_reader *reader)
{
    static const char *const file = "/dev/null"; /* the document that messages name */
    const skr_archive_options options = {.files = &file, .n_files = 1};
    bool is_there = false;
    *reader = (skr_genes_reader){.err = &err};
    cr_assert(eq(int, skr_archive_new(&options, &reader->archive, &err), SKR_OK));
    cr_assert(eq(int, skr_archive_next(reader->archive, &is_there, &err), SKR_OK), "%s",
              err.message);
    reader->lines.archive = reader->archive;
    cr_assert(eq(int, skr_names_new(&reader->texts, &err), SKR_OK));
    cr_assert(eq(int, skr_genes_exons_begin(reader), SKR_OK));
}

static void done(skr_genes_reader *reader)
{
    skr_archive_free(reader->archive);
    skr_names_free(reader->texts);
    skr_names_free(reader->wholes);
    skr_names_free(reader->proven);
    free(reader->exons);
    free(reader->genes);
}

/* ------------------------------------------------------------------ drawn lines */

typedef struct exon {
    char gene[4];
    char transcript[4];
    const char *contig;
    char strand;
    uint32_t start0;
    uint32_t end0;
} exon;

static exon exons[N_EXONS_MAX];
static uint32_t n_exons;
static bool is_whole_gene[N_NAMES];
static bool is_whole_transcript[N_NAMES][N_NAMES];

static void draw_exons(void)
{
    static const char *const contigs[] = {"1", "2", "X"};
    n_exons = below(N_EXONS_MAX + 1);
    for (uint32_t i = 0; i < n_exons; i++) {
        exon *one = &exons[i];
        uint32_t gene = below(N_NAMES);
        uint32_t transcript = below(N_NAMES);
        (void)snprintf(one->gene, sizeof one->gene, "G%u", gene);
        (void)snprintf(one->transcript, sizeof one->transcript, "T%u%u", gene, transcript);
        one->contig = contigs[below(3)];
        one->strand = below(2) == 0 ? '+' : '-';
        one->start0 = below(1000);
        one->end0 = one->start0 + 1 + below(50);
    }
    for (uint32_t g = 0; g < N_NAMES; g++) {
        is_whole_gene[g] = below(5) == 0;
        for (uint32_t t = 0; t < N_NAMES; t++)
            is_whole_transcript[g][t] = below(5) == 0;
    }
}

static bool is_spoken_for(const exon *one)
{
    uint32_t gene = (uint32_t)(one->gene[1] - '0');
    return is_whole_gene[gene] || is_whole_transcript[gene][one->transcript[2] - '0'];
}

static void add_exon(skr_genes_reader *reader, const exon *one)
{
    char start[16];
    char end[16];
    (void)snprintf(start, sizeof start, "%u", one->start0 + 1);
    (void)snprintf(end, sizeof end, "%u", one->end0);
    const skr_genes_line line = {.name = "",
                                 .id = one->gene,
                                 .transcript = one->transcript,
                                 .exon_number = "",
                                 .contig = one->contig,
                                 .start = start,
                                 .end = end,
                                 .strand = one->strand};
    cr_assert(eq(int, skr_genes_exons_add(reader, &line), SKR_OK), "%s", err.message);
}

static void add_wholes(skr_genes_reader *reader)
{
    for (uint32_t g = 0; g < N_NAMES; g++) {
        char gene[4];
        (void)snprintf(gene, sizeof gene, "G%u", g);
        if (is_whole_gene[g])
            cr_assert(eq(int, skr_genes_exons_add_whole(reader, "", gene, ""), SKR_OK));
        for (uint32_t t = 0; t < N_NAMES; t++) {
            char transcript[4];
            (void)snprintf(transcript, sizeof transcript, "T%u%u", g, t);
            if (is_whole_transcript[g][t])
                cr_assert(eq(int, skr_genes_exons_add_whole(reader, "", gene, transcript), SKR_OK));
        }
    }
}

/* ------------------------------------------------------------------ slowly */

static bool is_same_place(const exon *a, const exon *b)
{
    return strcmp(a->transcript, b->transcript) == 0 && strcmp(a->contig, b->contig) == 0 &&
           a->strand == b->strand;
}

/* The places: of each transcript, contig and strand the first base and the last. */
static uint32_t find_places(exon *places)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < n_exons; i++) {
        uint32_t k = 0;
        if (is_spoken_for(&exons[i]))
            continue;
        while (k < n && !is_same_place(&places[k], &exons[i]))
            k++;
        if (k == n)
            places[n++] = exons[i];
        places[k].start0 = exons[i].start0 < places[k].start0 ? exons[i].start0 : places[k].start0;
        places[k].end0 = exons[i].end0 > places[k].end0 ? exons[i].end0 : places[k].end0;
    }
    return n;
}

static void compare(const skr_genes_reader *reader)
{
    exon places[N_EXONS_MAX];
    uint32_t n = find_places(places);
    cr_assert(eq(u32, reader->n_genes, n), "seed %llu", (unsigned long long)draw.seed);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t n_found = 0;
        uint32_t n_alike = 0;
        for (uint32_t k = 0; k < n; k++) {
            const skr_gene *gene = &reader->genes[k];
            n_found += gene->start0 == places[i].start0 && gene->end0 == places[i].end0 &&
                       strcmp(gene->contig, places[i].contig) == 0 &&
                       strcmp(gene->id, places[i].gene) == 0;
            n_alike += places[k].start0 == places[i].start0 && places[k].end0 == places[i].end0 &&
                       strcmp(places[k].contig, places[i].contig) == 0 &&
                       strcmp(places[k].gene, places[i].gene) == 0;
        }
        cr_assert(eq(u32, n_found, n_alike), "seed %llu, %s %s:%u-%u",
                  (unsigned long long)draw.seed, places[i].transcript, places[i].contig,
                  places[i].start0, places[i].end0);
    }
}

Test(genes_exons, a_transcript_is_a_place_on_each_contig_and_strand)
{
    draw = test_random_drawn("genes_exons");
    for (unsigned turn = 0; turn < 500; turn++) {
        skr_genes_reader reader;
        bool are_wholes_first = below(2) == 0;
        draw_exons();
        begin(&reader);
        if (are_wholes_first)
            add_wholes(&reader);
        for (uint32_t i = 0; i < n_exons; i++)
            add_exon(&reader, &exons[i]);
        if (!are_wholes_first)
            add_wholes(&reader);
        cr_assert(eq(int, skr_genes_exons_end(&reader), SKR_OK), "%s", err.message);
        compare(&reader);
        done(&reader);
    }
}

/* ------------------------------------------------------------------ numbers */

static void add_numbered(skr_genes_reader *reader, const char *start, const char *end,
                         const char *number)
{
    const skr_genes_line line = {"A", "", "T", number, "1", start, end, '+'};
    cr_assert(eq(int, skr_genes_exons_add(reader, &line), SKR_OK), "%s", err.message);
}

Test(genes_exons, a_number_that_comes_again_begins_another_place)
{
    skr_genes_reader reader;
    begin(&reader);
    add_numbered(&reader, "1011", "1020", "1");
    add_numbered(&reader, "11", "20", "1");
    add_numbered(&reader, "31", "40", "2");
    add_numbered(&reader, "15", "25", "1");         /* overlaps: no other place */
    add_numbered(&reader, "1031", "1040", "70000"); /* as good as none */
    add_numbered(&reader, "2031", "2040", "70000");
    cr_assert(eq(int, skr_genes_exons_end(&reader), SKR_OK));
    cr_assert(eq(u32, reader.n_genes, 2));
    cr_assert(reader.genes[0].start0 == 10 && reader.genes[0].end0 == 40);
    cr_assert(reader.genes[1].start0 == 1010 && reader.genes[1].end0 == 2040);
    done(&reader);
}

Test(genes_exons, what_is_no_range_is_refused_and_the_rest_stays)
{
    static const char *const bad[][2] = {{"0", "5"},  {"9", "8"},  {"", "5"},
                                         {"5", ""},   {"x", "5"},  {"5", "99999999999"},
                                         {"-3", "5"}, {"5", "5.0"}};
    skr_genes_reader reader;
    begin(&reader);
    add_numbered(&reader, "11", "20", "1");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const skr_genes_line line = {"A", "", "T", "", "1", bad[i][0], bad[i][1], '+'};
        cr_assert(eq(int, skr_genes_exons_add(&reader, &line), SKR_ERR_INPUT), "%zu", i);
        cr_assert(strstr(err.message, "is no range") != NULL &&
                      strstr(err.message, "/dev/null") != NULL,
                  "%s", err.message);
    }
    cr_assert(eq(int, skr_genes_exons_end(&reader), SKR_OK));
    cr_assert(reader.n_genes == 1 && reader.genes[0].end0 == 20);
    cr_assert(eq(int, skr_genes_exons_begin(&reader), SKR_OK)); /* another document */
    reader.n_genes = 0;
    cr_assert(eq(int, skr_genes_exons_end(&reader), SKR_OK));
    cr_assert(eq(u32, reader.n_genes, 0));
    done(&reader);
}
