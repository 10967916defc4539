/*
 * A FASTA gives the same sequences in any order of asking, plain, gzipped and bgzipped.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <htslib/bgzf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "engine/import/genomes/fasta.h"

static char path[64];
static skr_err err;

static const char text[] =
    ">chr1 first\nacgtn\nACGRT\n>2\r\nTTTT\r\nTT\r\n>empty\n>NC_000003.12\nG\n";

static void write_file(int form)
{
    (void)snprintf(path, sizeof path, "/tmp/skr-fasta-%d", (int)getpid());
    if (form == 0) {
        FILE *file = fopen(path, "w");
        fputs(text, file);
        fclose(file);
    } else if (form == 1) {
        gzFile file = gzopen(path, "w");
        cr_assert(gt(int, gzputs(file, text), 0));
        gzclose(file);
    } else {
        BGZF *file = bgzf_open(path, "w");
        for (size_t i = 0; i < sizeof text - 1; i++) { /* a block a byte */
            cr_assert(eq(i64, bgzf_write(file, text + i, 1), 1));
            cr_assert(eq(int, bgzf_flush(file), 0));
        }
        cr_assert(eq(int, bgzf_close(file), 0));
    }
}

static void expect(skr_fasta *fasta, const char *name, const char *bases, const char *md5)
{
    skr_sequence sequence;
    bool is_found = false;
    cr_assert(eq(int, skr_fasta_find(fasta, name, &sequence, &is_found, &err), 0), "%s",
              err.message);
    cr_assert(eq(int, is_found, bases != NULL), "%s", name);
    if (bases == NULL)
        return;
    cr_assert(eq(u32, sequence.n, (uint32_t)strlen(bases)), "%s", name);
    if (sequence.n > 0)
        cr_assert(zero(int, memcmp(sequence.bases, bases, sequence.n)));
    if (md5 != NULL)
        cr_assert(eq(str, sequence.md5, (char *)md5));
}

Test(fasta, gives_contigs_in_any_order)
{
    static const char *const names[] = {"1", "2", "empty", "3", "4"};
    static const char *const bases[] = {"ACGTNACGRT", "TTTTTT", "", "G", NULL};
    for (int form = 0; form < 3; form++) {
        write_file(form);
        for (int order = 0; order < 120; order++) {
            skr_fasta *fasta = NULL;
            cr_assert(
                eq(int, skr_fasta_open(path, skr_assembly_build_find("GRCh38"), &fasta, &err), 0),
                "%s", err.message);
            int left[5] = {0, 1, 2, 3, 4};
            for (int n = 5, code = order; n > 0; code /= n, n--) {
                int at = code % n;
                expect(fasta, names[left[at]], bases[left[at]], NULL);
                left[at] = left[n - 1];
            }
            skr_fasta_close(fasta);
        }
        (void)unlink(path);
    }
}

Test(fasta, digests_upper_case_bases)
{
    write_file(0);
    skr_fasta *fasta = NULL;
    cr_assert(eq(int, skr_fasta_open(path, skr_assembly_build_find("GRCh38"), &fasta, &err), 0));
    expect(fasta, "3", "G", "dfcf28d0734569a6a693bc8194de62bf");
    skr_fasta_close(fasta);
    (void)unlink(path);
}

Test(fasta, refuses_what_is_none)
{
    static const char *const bad[] = {"", "ACGT\n", ">1\nAC1\n", ">1\nA\n>chr1\nC\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        (void)snprintf(path, sizeof path, "/tmp/skr-fasta-%d", (int)getpid());
        FILE *file = fopen(path, "w");
        fputs(bad[i], file);
        fclose(file);
        skr_fasta *fasta = NULL;
        skr_sequence sequence;
        bool is_found;
        int status = skr_fasta_open(path, skr_assembly_build_find("GRCh38"), &fasta, &err);
        if (status == 0)
            status = skr_fasta_find(fasta, "7", &sequence, &is_found, &err);
        if (status == 0)
            status = skr_fasta_find(fasta, "1", &sequence, &is_found, &err);
        cr_assert(eq(int, status, SKR_ERR_INPUT), "%zu", i);
        cr_assert(ne(ptr, strstr(err.message, path), NULL), "%s", err.message);
        skr_fasta_close(fasta);
        (void)unlink(path);
    }
}
