/*
 * reads_threads.c - chunks of reads are judged by several threads while another one reads on: what
 * is written is what one thread writes.
 */
#include "tests/support/made_bam.h"
#include "tests/support/random.h"

#define N_BASES 20000u
#define N_READS 4000u
#define READ 100u

static char bases[N_BASES + 1];
static char letters[N_READS][READ + 1];
static char qualities[N_READS][READ + 1];
static char names[N_READS][12];
static made_read reads[N_READS];

static int compare_places(const void *a, const void *b)
{
    const made_read *left = a;
    const made_read *right = b;
    return left->start0 < right->start0 ? -1 : left->start0 > right->start0;
}

/* Reads of two haplotypes, the second of which differs at every 200th place. */
static void draw(test_random *random)
{
    for (uint32_t i = 0; i < N_BASES; i++)
        bases[i] = "ACGT"[test_random_below(random, 4)];
    for (uint32_t i = 0; i < N_READS; i++) {
        uint32_t start0 = test_random_below(random, N_BASES - 2 * READ);
        memcpy(letters[i], bases + start0, READ);
        memset(qualities[i], 30, READ);
        for (uint32_t k = 0; i % 2 == 0 && k < READ; k++)
            if ((start0 + k) % 200 == 7)
                letters[i][k] = letters[i][k] == 'A' ? 'C' : 'A';
        (void)snprintf(names[i], sizeof names[i], "r%u", i);
        reads[i] = (made_read){.name = names[i],
                               .start0 = start0,
                               .mapq = 60,
                               .cigar = i % 9 == 0 ? "50M2D50M" : "100M",
                               .bases = letters[i],
                               .qualities = qualities[i],
                               .mate_contig = -1};
    }
    qsort(reads, N_READS, sizeof *reads, compare_places);
}

int main(void)
{
    test_random random = test_random_drawn("reads_threads");
    test_folder folder = test_folder_make();
    char path[2 * SKR_TEST_PATH_MAX];
    char header[128];
    skr_gate gate = skr_gate_adj();
    made_world world = {.names = {"chr1"}, .bases = {bases}};
    char *alone = NULL;
    skr_reads_facts facts;
    skr_err err = {.message = ""};
    (void)snprintf(path, sizeof path, "%s/x", folder.path);
    (void)snprintf(header, sizeof header, "@SQ\tSN:chr1\tLN:%u\n@RG\tID:1\tSM:S1\n", N_BASES);
    draw(&random);
    for (unsigned is_cram = 0; is_cram < 2; is_cram++) {
        const made_file file = {.path = path, .header = header, .is_cram = is_cram != 0};
        made_bam_write(&file, reads, N_READS);
        skr_reads_plan plan = {.gate = &gate, .has_calls = true, .n_threads = 1};
        free(alone);
        SKR_CHECK(made_bam_read(&folder, path, &world, plan, &alone, &facts, &err) == SKR_OK);
        SKR_CHECK(facts.n_calls > 50);
        for (unsigned k = 0; k < 4; k++) {
            char *many = NULL;
            plan.n_threads = 2 + k;
            plan.n_chunk = 600 + 400 * k;
            SKR_CHECK(made_bam_read(&folder, path, &world, plan, &many, &facts, &err) == SKR_OK);
            SKR_CHECK(strcmp(alone, many) == 0);
            free(many);
        }
    }
    free(alone);
    skr_gate_done(&gate);
    test_folder_remove(&folder);
    return 0;
}
