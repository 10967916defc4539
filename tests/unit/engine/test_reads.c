/*
 * Reads become the runs that rule 10 says, and the genotypes that they show; what is no sorted,
 * whole file of one sample on the given reference is refused in one line.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "storage/base/buffer.h"
#include "tests/support/made_bam.h"
#include "tests/support/random.h"

#define N_BASES 3000u
#define N_READS_MAX 400u

static test_folder folder;
static char bases[2][N_BASES + 1];
static made_world world;
static skr_gate gate;
static char text[512];
static skr_err err;
static char *out;
static skr_reads_facts facts;

static void set_up(void)
{
    folder = test_folder_make();
    test_random random = test_random_seeded(7);
    for (unsigned k = 0; k < 2; k++)
        for (uint32_t i = 0; i < N_BASES; i++)
            bases[k][i] = "ACGT"[test_random_below(&random, 4)];
    world = (made_world){.names = {"chr1", "chr2"}, .bases = {bases[0], bases[1]}};
    gate = skr_gate_adj();
    (void)snprintf(text, sizeof text,
                   "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:%u\n@SQ\tSN:chr2\tLN:%u\n"
                   "@RG\tID:1\tSM:S1\n@RG\tID:2\tSM:S1\n",
                   N_BASES, N_BASES);
}

static void tear_down(void)
{
    free(out);
    out = NULL;
    test_folder_remove(&folder);
}

TestSuite(reads, .init = set_up, .fini = tear_down);

static const char *path_of(const char *name)
{
    static char path[2 * SKR_TEST_PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/%s", folder.path, name);
    return path;
}

/* Writes and reads; the status of the reader. */
static int take(const made_read *reads, size_t n, bool is_cram, bool has_calls)
{
    const made_file file = {.path = path_of("x"), .header = text, .is_cram = is_cram};
    made_bam_write(&file, reads, n);
    free(out);
    out = NULL;
    return made_bam_read(&folder, path_of("x"), &world,
                         (skr_reads_plan){.gate = &gate, .has_calls = has_calls}, &out, &facts,
                         &err);
}

/* The records of a gVCF, without those of its header. */
static const char *records(void)
{
    const char *at = strstr(out, "\n#CHROM");
    return strchr(at + 1, '\n') + 1;
}

/* ------------------------------------------------------------------ drawn reads */

typedef struct drawn {
    char name[16];
    char cigar[64];
    char letters[128];
    char qualities[128];
} drawn;

static made_read reads[N_READS_MAX];
static drawn room[N_READS_MAX];

/* Draws a CIGAR and as many bases. */
static void draw_shape(test_random *random, drawn *one)
{
    uint32_t n_bases = 0;
    one->cigar[0] = '\0';
    for (unsigned k = 0, n = 1 + 2 * test_random_below(random, 3); k < n; k++) {
        char op =
            k % 2 == 0 ? "M=X"[test_random_below(random, 3)] : "IDNP"[test_random_below(random, 4)];
        uint32_t length = 1 + test_random_below(random, k % 2 == 0 ? 20 : 12);
        size_t used = strlen(one->cigar);
        (void)snprintf(one->cigar + used, sizeof one->cigar - used, "%u%c", length, op);
        n_bases += op == 'D' || op == 'N' || op == 'P' ? 0 : length;
    }
    for (uint32_t i = 0; i < n_bases; i++) {
        one->letters[i] = "ACGT"[test_random_below(random, 4)];
        one->qualities[i] =
            (char)(test_random_below(random, 5) == 0 ? test_random_below(random, 10)
                                                     : 10 + test_random_below(random, 30));
    }
    one->letters[n_bases] = '\0';
}

static int compare_places(const void *a, const void *b)
{
    const made_read *left = a;
    const made_read *right = b;
    if (left->contig != right->contig)
        return left->contig < right->contig ? -1 : 1;
    return left->start0 < right->start0 ? -1 : left->start0 > right->start0;
}

static size_t draw_reads(test_random *random)
{
    static const unsigned odd_flags[] = {0x100, 0x200, 0x400, 0x800, 0x4};
    size_t n = 2 * (1 + test_random_below(random, N_READS_MAX / 2));
    uint32_t around = 1 + test_random_below(random, 400); /* how much they crowd */
    for (size_t i = 0; i < n; i++) {
        made_read *one = &reads[i];
        draw_shape(random, &room[i]);
        *one =
            (made_read){.name = room[i].name,
                        .contig = (int)test_random_below(random, 2),
                        .start0 = test_random_below(random, around),
                        .mapq = test_random_below(random, 6) == 0 ? 19 : 20,
                        .cigar = room[i].cigar,
                        .bases = room[i].letters,
                        .qualities = test_random_below(random, 9) == 0 ? NULL : room[i].qualities,
                        .mate_contig = -1};
        /* Every third pair is none: two reads of one name that say nothing of mates. */
        (void)snprintf(room[i].name, sizeof room[i].name, "q%zu", i / 2);
        if (test_random_below(random, 9) == 0)
            one->flag |= odd_flags[test_random_below(random, 5)];
        if (i % 2 == 0 || i / 2 % 3 == 0)
            continue;
        made_read *mate = &reads[i - 1];
        one->flag |= 0x1 | 0x80;
        mate->flag |= 0x1 | 0x40;
        one->contig = test_random_below(random, 5) == 0 ? one->contig : mate->contig;
        one->mate_contig = mate->contig;
        one->mate0 = mate->start0;
        mate->mate_contig = one->contig;
        mate->mate0 = one->start0;
    }
    qsort(reads, n, sizeof *reads, compare_places);
    return n;
}

/* ------------------------------------------------------------------ rule 10, slowly */

static uint32_t depths[2][N_BASES + 64];

static bool is_pair(const made_read *a, const made_read *b)
{
    return a->contig == b->contig && strcmp(a->name, b->name) == 0 && (a->flag & 1) != 0 &&
           (b->flag & 1) != 0 && (a->flag & 0xc0) != (b->flag & 0xc0);
}

static bool counts(const made_read *one)
{
    return (one->flag & 3844) == 0 && one->mapq >= 20;
}

/* The places that a read covers well enough. */
static void cover(const made_read *one, uint8_t *covered)
{
    uint32_t at0 = one->start0;
    uint32_t query = 0;
    for (const char *at = one->cigar; *at != '\0'; at++) {
        uint32_t n = (uint32_t)strtoul(at, (char **)&at, 10);
        for (uint32_t i = 0; i < n; i++) {
            bool is_base = strchr("M=X", *at) != NULL;
            if (is_base && (one->qualities == NULL || one->qualities[query] >= gate.min_bq))
                covered[at0] = 1;
            query += is_base || *at == 'I';
            at0 += is_base || *at == 'D' || *at == 'N';
        }
    }
}

static void count_slowly(size_t n)
{
    memset(depths, 0, sizeof depths);
    for (size_t i = 0; i < n; i++) {
        uint8_t covered[N_BASES + 64] = {0};
        bool is_first = true;
        if (!counts(&reads[i]))
            continue;
        cover(&reads[i], covered);
        for (size_t j = 0; j < n; j++) {
            if (j == i || !is_pair(&reads[i], &reads[j]) || !counts(&reads[j]))
                continue;
            is_first = is_first && i < j;
            cover(&reads[j], covered);
        }
        for (uint32_t k = 0; k < N_BASES && is_first; k++)
            depths[reads[i].contig][k] += covered[k];
    }
}

static void print_runs(skr_buffer *runs)
{
    for (int contig = 0; contig < 2; contig++)
        for (uint32_t i = 0; i < N_BASES; i++) {
            uint32_t start0 = i;
            char line[96];
            while (i < N_BASES && depths[contig][i] >= gate.min_dp)
                i++;
            int n = snprintf(line, sizeof line, "chr%d\t%u\t.\t%c\t<*>\t.\t.\tEND=%u\tGT\t0/0\n",
                             contig + 1, start0 + 1, bases[contig][start0], i);
            if (i > start0)
                cr_assert(eq(int, skr_buffer_put(runs, line, (size_t)n, NULL), 0));
        }
    cr_assert(eq(int, skr_buffer_put(runs, "", 1, NULL), 0));
}

/*
 * A read counts once with its mate, whether or not an aligner calls the pair proper
 * (samtools/bcftools#1504), and with no other read of its name.
 */
Test(reads, runs_are_those_of_rule_10, .timeout = 100)
{
    test_random random = test_random_drawn("reads");
    for (unsigned round = 0; round < 150; round++) {
        skr_buffer runs = {0};
        gate.min_dp = 1 + test_random_below(&random, 6);
        gate.min_bq = test_random_below(&random, 3) == 0 ? 0 : 10;
        size_t n = draw_reads(&random);
        count_slowly(n);
        print_runs(&runs);
        cr_assert(eq(int, take(reads, n, test_random_below(&random, 2) == 0, false), SKR_OK), "%s",
                  err.message);
        cr_assert(eq(str, (char *)records(), (char *)runs.bytes), "SKERRY_SEED=%llu round %u",
                  (unsigned long long)random.seed, round);
        cr_assert(eq(u64, facts.n_reads, n));
        skr_buffer_done(&runs);
    }
}

/* ------------------------------------------------------------------ genotypes */

#define READ 100u

/* Reads of one haplotype: the reference from a place on, with a change in it. */
typedef struct change {
    uint32_t at0;
    int32_t length; /* of an insertion or, below 0, a deletion; 0: one base */
    const char *letters;
} change;

static void make_read(size_t i, uint32_t start0, const change *what)
{
    drawn *one = &room[i];
    const char *from = bases[0] + start0;
    uint32_t n_before = what == NULL ? READ : what->at0 - start0;
    memcpy(one->letters, from, READ);
    (void)snprintf(one->cigar, sizeof one->cigar, "%uM", READ);
    if (what != NULL && what->length == 0) {
        one->letters[n_before] = what->letters[0];
    } else if (what != NULL && what->length < 0) {
        memcpy(one->letters + n_before, from + n_before - what->length, READ - n_before);
        (void)snprintf(one->cigar, sizeof one->cigar, "%uM%dD%uM", n_before, -what->length,
                       READ - n_before);
    } else if (what != NULL) {
        uint32_t n = (uint32_t)what->length;
        memcpy(one->letters + n_before, what->letters, n);
        memcpy(one->letters + n_before + n, from + n_before, READ - n_before - n);
        (void)snprintf(one->cigar, sizeof one->cigar, "%uM%uI%uM", n_before, n,
                       READ - n_before - n);
    }
    one->letters[READ] = '\0';
    memset(one->qualities, 35, READ);
    (void)snprintf(one->name, sizeof one->name, "r%zu", i);
    reads[i] = (made_read){.name = one->name,
                           .flag = i % 2 == 0 ? 0 : 0x10,
                           .start0 = start0,
                           .mapq = 60,
                           .cigar = one->cigar,
                           .bases = one->letters,
                           .qualities = one->qualities,
                           .mate_contig = -1};
}

/* 30 reads over a place, of two haplotypes in turn. */
static int take_pile(const change *one, const change *other, uint32_t around0, bool is_cram)
{
    for (size_t i = 0; i < 30; i++)
        make_read(i, around0 - 80 + 2 * (uint32_t)i, i % 4 < 2 ? one : other);
    return take(reads, 30, is_cram, true);
}

static char other_base(char base)
{
    return base == 'A' ? 'C' : 'A';
}

Test(reads, one_base_differs)
{
    char letter[2] = {other_base(bases[0][1000]), '\0'};
    char third[2] = {letter[0] == 'C' ? 'G' : bases[0][1000] == 'C' ? 'T' : 'C', '\0'};
    char call[64];
    (void)snprintf(call, sizeof call, "chr1\t1001\t.\t%c\t%s\t", bases[0][1000], letter);
    const change one = {1000, 0, letter};
    const change two = {1000, 0, third};
    cr_assert(eq(int, take_pile(&one, NULL, 1000, true), SKR_OK), "%s", err.message);
    cr_assert(ne(ptr, strstr(out, call), NULL), "%s", records());
    cr_assert(ne(ptr, strstr(out, "\t0/1:"), NULL), "%s", records());
    cr_assert(eq(int, take_pile(&one, &one, 1000, false), SKR_OK), "%s", err.message);
    cr_assert(ne(ptr, strstr(out, "\t1/1:"), NULL), "%s", records());
    cr_assert(eq(int, take_pile(&one, &two, 1000, false), SKR_OK), "%s", err.message);
    cr_assert(ne(ptr, strstr(out, "\t1/2:"), NULL), "%s", records());
    cr_assert(eq(int, take_pile(NULL, NULL, 1000, false), SKR_OK), "%s", err.message);
    cr_assert(eq(ptr, strstr(out, ":AD\t"), NULL), "%s", records());
}

/* Deletions as long as samtools/bcftools#1348 tells of, and insertions, are found and moved left.
 */
Test(reads, indels_are_moved_left)
{
    memcpy(bases[0] + 1000, "TCAAAAAAAAGT", 12);
    const change right = {1009, -1, NULL};
    const change left = {1002, -1, NULL};
    cr_assert(eq(int, take_pile(&left, &right, 1005, true), SKR_OK), "%s", err.message);
    cr_assert(ne(ptr, strstr(out, "chr1\t1002\t.\tCA\tC\t"), NULL), "%s", records());
    cr_assert(ne(ptr, strstr(out, "\t1/1:"), NULL), "%s", records());
    const change longer = {1006, 2, "AA"};
    cr_assert(eq(int, take_pile(&longer, NULL, 1005, false), SKR_OK), "%s", err.message);
    cr_assert(ne(ptr, strstr(out, "chr1\t1002\t.\tC\tCAA\t"), NULL), "%s", records());
    cr_assert(ne(ptr, strstr(out, "\t0/1:"), NULL), "%s", records());
    memcpy(bases[0] + 1499, "GC", 2);
    bases[0][1569] = 'T';
    const change long_one = {1500, -69, NULL};
    cr_assert(eq(int, take_pile(&long_one, NULL, 1510, false), SKR_OK), "%s", err.message);
    cr_assert(ne(ptr, strstr(out, "chr1\t1500\t.\tGC"), NULL), "%s", records());
    cr_assert(ne(ptr, strstr(out, "\t0/1:"), NULL), "%s", records());
}

/* Errors beside an indel move it in some reads: it is not called twice (lh3/samtools#17). */
Test(reads, an_indel_has_no_echo)
{
    memcpy(bases[0] + 1000, "GGATTATCCG", 10);
    const change here = {1002, -2, NULL};
    const change echo = {1003, -2, NULL};
    for (size_t i = 0; i < 30; i++)
        make_read(i, 920 + 2 * (uint32_t)i, i % 10 == 0 ? &echo : &here);
    cr_assert(eq(int, take(reads, 30, false, true), SKR_OK), "%s", err.message);
    const char *first = strstr(out, ":AD\t");
    cr_assert(ne(ptr, (char *)first, NULL), "%s", records());
    cr_assert(eq(ptr, strstr(first + 1, ":AD\t"), NULL), "%s", records());
}

Test(reads, few_reads_that_differ_leave_a_place_undecided)
{
    char letter[2] = {other_base(bases[0][1000]), '\0'};
    const change one = {1000, 0, letter};
    for (size_t i = 0; i < 15; i++)
        make_read(i, 920 + 4 * (uint32_t)i, i % 8 == 0 ? &one : NULL);
    cr_assert(eq(int, take(reads, 15, false, true), SKR_OK), "%s", err.message);
    cr_assert(ne(ptr, strstr(out, "chr1\t1001\t.\t"), NULL), "%s", records());
    cr_assert(ne(ptr, strstr(out, "END=1001\tGT\t./.\n"), NULL), "%s", records());
    cr_assert(eq(u64, facts.n_undecided, 1));
}

Test(reads, one_copy_needs_fewer_reads)
{
    for (size_t i = 0; i < 6; i++)
        make_read(i, 1000, NULL);
    cr_assert(eq(int, take(reads, 6, false, true), SKR_OK), "%s", err.message);
    cr_assert(eq(str, (char *)records(), ""));
    world.haploid = "chr1";
    cr_assert(eq(int, take(reads, 6, false, true), SKR_OK), "%s", err.message);
    cr_assert(ne(ptr, strstr(out, "chr1\t1001\t"), NULL), "%s", records());
}

/* What an ambiguous base of the reference stands for is said by the reads. */
Test(reads, an_ambiguous_reference_is_called)
{
    bases[0][1000] = 'R';
    const change one = {1000, 0, "G"};
    cr_assert(eq(int, take_pile(&one, &one, 1000, false), SKR_OK), "%s", err.message);
    cr_assert(ne(ptr, strstr(out, "chr1\t1001\t.\tR\tG\t"), NULL), "%s", records());
    cr_assert(ne(ptr, strstr(out, "\t1/1:"), NULL), "%s", records());
}

Test(reads, very_many_reads_say_what_many_say)
{
    char letter[2] = {other_base(bases[0][1050]), '\0'};
    const change one = {1050, 0, letter};
    for (size_t i = 0; i < N_READS_MAX; i++)
        make_read(i, 1000, i % 4 < 2 ? &one : NULL);
    cr_assert(eq(int, take(reads, N_READS_MAX, false, true), SKR_OK), "%s", err.message);
    cr_assert(ne(ptr, strstr(out, "\t0/1:"), NULL), "%s", records());
    cr_assert(eq(u64, facts.n_thinned, N_READS_MAX - 256));
}

/* ------------------------------------------------------------------ refusals */

static void refused(int status, const char *what)
{
    cr_assert(eq(int, status, SKR_ERR_INPUT));
    cr_assert(ne(ptr, strstr(err.message, "x.cram"), NULL), "%s", err.message);
    cr_assert(ne(ptr, strstr(err.message, what), NULL), "%s", err.message);
}

Test(reads, other_samples_and_orders_are_refused)
{
    make_read(0, 1000, NULL);
    make_read(1, 900, NULL);
    refused(take(reads, 2, false, true), "not in order");
    reads[0].contig = 1;
    refused(take(reads, 2, false, true), "order of its header");
    char *second = strstr(text, "SM:S1\n@RG\tID:2\tSM:S1");
    memcpy(second, "SM:S1\n@RG\tID:2\tSM:S2", 21);
    refused(take(reads, 1, false, true), "two samples, 'S1' and 'S2'");
    memcpy(strstr(text, "SO:coordinate"), "SO:queryname ", 13);
    refused(take(reads, 1, false, true), "queryname");
    (void)snprintf(text, sizeof text, "@HD\tVN:1.6\n@SQ\tSN:chr1\tLN:%u\n", N_BASES);
    refused(take(reads, 1, false, true), "no sample");
}

/* No server, no path of the header: HKU-BAL/Clair3#180, samtools/htslib#1881. */
Test(reads, another_reference_is_refused)
{
    make_read(0, 1000, NULL);
    reads[0].start0 = 1000;
    for (unsigned is_cram = 0; is_cram < 2; is_cram++) {
        (void)snprintf(text, sizeof text,
                       "@SQ\tSN:chr1\tLN:%u\tM5:0123456789abcdef0123456789abcdef\tUR:/x\n"
                       "@RG\tID:1\tSM:S1\n",
                       N_BASES);
        refused(take(reads, 1, is_cram, true), "M5");
        (void)snprintf(text, sizeof text, "@SQ\tSN:chr1\tLN:%u\n@RG\tID:1\tSM:S1\n", N_BASES + 1);
        refused(take(reads, 1, is_cram, true), "long");
        (void)snprintf(text, sizeof text, "@SQ\tSN:chr9\tLN:%u\n@RG\tID:1\tSM:S1\n", N_BASES);
        refused(take(reads, 1, is_cram, true), "no contig chr9");
    }
    /* A contig without reads may be any. */
    (void)snprintf(text, sizeof text,
                   "@SQ\tSN:chr1\tLN:%u\n@SQ\tSN:chr2\tLN:5\tM5:00\n@RG\tID:1\tSM:S1\n", N_BASES);
    cr_assert(eq(int, take(reads, 1, true, true), SKR_OK), "%s", err.message);
}

Test(reads, a_file_that_is_cut_is_refused)
{
    for (size_t i = 0; i < 200; i++)
        make_read(i, 100 + 5 * (uint32_t)i, NULL);
    for (unsigned is_cram = 0; is_cram < 2; is_cram++) {
        cr_assert(eq(int, take(reads, 200, is_cram, true), SKR_OK), "%s", err.message);
        size_t n;
        uint8_t *bytes = test_file_read(path_of("x"), &n);
        for (size_t i = 0; i < 40; i++) {
            test_file_write(path_of("x"), bytes, n * i / 40);
            cr_assert(ne(int,
                         made_bam_read(&folder, path_of("x"), &world,
                                       (skr_reads_plan){.gate = &gate, .has_calls = true}, &out,
                                       &facts, &err),
                         SKR_OK));
        }
        free(bytes);
    }
}

Test(reads, a_read_over_the_end_counts_up_to_it)
{
    for (size_t i = 0; i < 12; i++) {
        make_read(i, N_BASES - READ, NULL);
        reads[i].start0 += 10;
    }
    cr_assert(eq(int, take(reads, 12, false, true), SKR_OK), "%s", err.message);
    cr_assert(ne(ptr, strstr(out, "END=3000\tGT\t0/0"), NULL), "%s", records());
    cr_assert(eq(u64, facts.n_clipped, 12));
    reads[0].start0 = N_BASES + 5;
    refused(take(reads, 1, false, true), "beyond the end");
    reads[0].start0 = 0;
    reads[0].cigar = "50M20000000N50M";
    refused(take(reads, 1, false, true), "reaches over more");
}
