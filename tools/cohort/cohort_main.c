/*
 * cohort_main.c - skerry-cohort: made-up people with realistic genotypes, from a seed.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cohort/cohort_cram.h"
#include "tools/cohort/cohort_gvcf.h"

typedef struct options {
    cohort_request request;
    const char *store;
    const char *vcf;
    const char *bcf;
    const char *gvcf;
    const char *gvcf_bcf;
    const char *cram;
    const char *samples_tsv;
    const char *people_tsv;
} options;

static const struct option known[] = {
    {"people", required_argument, NULL, 'n'},
    {"bases", required_argument, NULL, 'b'},
    {"seed", required_argument, NULL, 's'},
    {"start", required_argument, NULL, 'p'},
    {"contig", required_argument, NULL, 'c'},
    {"missing", required_argument, NULL, 'm'},
    {"indels", required_argument, NULL, 'i'},
    {"only", required_argument, NULL, 'y'},
    {"all-alleles", no_argument, NULL, 'e'},
    {"region", required_argument, NULL, 'r'},
    {"unphased", no_argument, NULL, 'u'},
    {"prefix", required_argument, NULL, 'x'},
    {"dataset", required_argument, NULL, 'd'},
    {"assembly", required_argument, NULL, 'a'},
    {"store", required_argument, NULL, 'o'},
    {"vcf", required_argument, NULL, 'v'},
    {"bcf", required_argument, NULL, 'f'},
    {"level", required_argument, NULL, 'l'},
    {"gvcf", required_argument, NULL, 'g'},
    {"gvcf-bcf", required_argument, NULL, 'G'},
    {"cram", required_argument, NULL, 'C'},
    {"depth", required_argument, NULL, 'D'},
    {"clean", no_argument, NULL, 'q'},
    {"people-tsv", required_argument, NULL, 't'},
    {"samples-tsv", required_argument, NULL, 'S'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static void print_help(FILE *out)
{
    (void)fprintf(
        out,
        "skerry-cohort: made-up people with realistic genotypes, from a seed\n\n"
        "  skerry-cohort [OPTION]... OUTPUT...\n\n"
        "  --people N        people (1000)\n"
        "  --bases N         length of the stretch (100000)\n"
        "  --seed N          another seed, other people (1)\n"
        "  --start POS       first base, from 1 (20000001)\n"
        "  --contig NAME     an autosome (22); of gVCFs and reads also X, Y, MT, whose copies\n"
        "                    follow everybody's sex\n"
        "  --missing SHARE   of the genotypes without a call (0)\n"
        "  --indels SHARE    of the mutations that are insertions and deletions (0.06)\n"
        "  --unphased        0/1 for every heterozygote (VCF, BCF); phased otherwise\n"
        "  --only A-B        write only the people of these numbers, from 0: datasets of people\n"
        "                    with the same ancestors, one run each\n"
        "  --all-alleles     with --only: also the alleles that none of these people carries\n"
        "  --region A-B      write only the sites from base A to base B of the stretch\n"
        "  --prefix WORD     before everybody's number (S)\n"
        "  --dataset ID      (cohort)\n"
        "  --assembly NAME   (GRCh38)\n"
        "  --depth N         of gVCFs and reads, in the mean (30)\n"
        "  --clean           gVCFs and reads without what is hard: every base passes the usual "
        "gate\n"
        "  --level N         of the compression of BCF and gVCF, 0 to 9 (1)\n\n"
        "  --store STORE     adds the cohort and its people to a store\n"
        "  --vcf FILE        writes VCF; - is standard output\n"
        "  --bcf FILE        writes BCF; - is standard output\n"
        "  --gvcf FOLDER     writes a gVCF of each person, NAME.g.vcf.gz\n"
        "  --gvcf-bcf FOLDER the same as BCF, NAME.g.bcf\n"
        "  --cram FOLDER     writes reads of each person, NAME.cram, and reference.fa\n"
        "  --people-tsv FILE writes what `skerry people` reads; - is standard output\n"
        "  --samples-tsv FILE writes what `skerry import --samples` reads; - is standard output\n\n"
        "The same options give the same bytes.\n");
}

static int read_number(const char *text, uint64_t max, uint64_t *ret, skr_err *err)
{
    char *end;
    errno = 0;
    unsigned long long n = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 || n > max)
        return skr_fail(err, SKR_ERR_USAGE, "'%.40s' is no number up to %llu", text,
                        (unsigned long long)max);
    *ret = n;
    return SKR_OK;
}

static int read_share(const char *text, double *ret, skr_err *err)
{
    char *end;
    *ret = strtod(text, &end);
    if (end == text || *end != '\0')
        return skr_fail(err, SKR_ERR_USAGE, "'%.40s' is no share", text);
    return SKR_OK;
}

/* Two numbers, both included; *ret_end is one more than the second. */
static int read_range(const char *text, uint32_t *ret_start, uint32_t *ret_end, skr_err *err)
{
    unsigned a;
    unsigned b;
    char c;
    if (sscanf(text, "%9u-%9u%c", &a, &b, &c) != 2 || a > b)
        return skr_fail(err, SKR_ERR_USAGE, "'%.40s' are no numbers A-B", text);
    *ret_start = a;
    *ret_end = b + 1;
    return SKR_OK;
}

static int read_region(const char *text, cohort_plan *plan, skr_err *err)
{
    uint32_t start = 0;
    uint32_t end = 0;
    int status = read_range(text, &start, &end, err);
    if (status < 0)
        return status;
    if (start == 0)
        return skr_fail(err, SKR_ERR_USAGE, "--region counts from 1");
    plan->region_start0 = start - 1;
    plan->region_end0 = end - 1;
    return SKR_OK;
}

/* A number that an option wants. */
static int take_number(options *o, int option, skr_err *err)
{
    cohort_plan *plan = &o->request.plan;
    uint64_t n = 0;
    double *share = option == 'm'   ? &plan->missing
                    : option == 'i' ? &plan->indels
                    : option == 'D' ? &o->request.depth
                                    : NULL;
    if (share != NULL)
        return read_share(optarg, share, err);
    if (option == 'y')
        return read_range(optarg, &plan->first_person, &plan->end_person, err);
    if (option == 'r')
        return read_region(optarg, plan, err);
    uint64_t max = option == 's' ? UINT64_MAX : option == 'l' ? 9 : UINT32_MAX;
    int status = read_number(optarg, max, &n, err);
    if (status < 0)
        return status;
    if (option == 'p' && n == 0)
        return skr_fail(err, SKR_ERR_USAGE, "--start counts from 1");
    if (option == 'n')
        plan->n_people = (uint32_t)n;
    else if (option == 'b')
        plan->n_bases = (uint32_t)n;
    else if (option == 'p')
        plan->start0 = (uint32_t)n - 1;
    else if (option == 'l')
        o->request.level = (int)n;
    else
        plan->seed = n;
    return SKR_OK;
}

static int take_option(options *o, int option, skr_err *err)
{
    const char **texts[] = {
        ['c'] = &o->request.contig,
        ['x'] = &o->request.prefix,
        ['d'] = &o->request.dataset,
        ['a'] = &o->request.assembly,
        ['o'] = &o->store,
        ['v'] = &o->vcf,
        ['t'] = &o->people_tsv,
        ['f'] = &o->bcf,
        ['g'] = &o->gvcf,
        ['G'] = &o->gvcf_bcf,
        ['C'] = &o->cram,
        ['S'] = &o->samples_tsv,
        ['z'] = NULL,
    };
    if (option == 'u')
        o->request.is_unphased = true;
    else if (option == 'e')
        o->request.plan.has_all_alleles = true;
    else if (option == 'q')
        o->request.is_clean = true;
    else if (option == '?')
        return skr_fail(err, SKR_ERR_USAGE, "see skerry-cohort --help");
    else if (texts[option] != NULL)
        *texts[option] = optarg;
    else
        return take_number(o, option, err);
    return SKR_OK;
}

typedef int (*write_fn)(const cohort_request *request, FILE *out, skr_err *err);

static int write_file(const options *o, const char *path, write_fn write, skr_err *err)
{
    if (strcmp(path, "-") == 0)
        return write(&o->request, stdout, err);
    FILE *out = fopen(path, "we");
    if (out == NULL)
        return skr_fail(err, SKR_ERR_IO, "%s: cannot be made: %s", path, strerror(errno));
    int status = write(&o->request, out, err);
    if (fclose(out) != 0 && status == SKR_OK)
        status = skr_fail(err, SKR_ERR_IO, "%s: cannot be written: %s", path, strerror(errno));
    return status;
}

/* What is written of each person. */
static int write_genomes(const options *o, skr_err *err)
{
    cohort_genomes *genomes = NULL;
    if (!(o->request.depth >= 1 && o->request.depth <= 1000))
        return skr_fail(err, SKR_ERR_USAGE, "depth: 1 to 1000");
    int status = cohort_genomes_new(&o->request, &genomes, err);
    if (status == SKR_OK && o->gvcf != NULL)
        status = cohort_gvcf_write(genomes, o->gvcf, false, err);
    if (status == SKR_OK && o->gvcf_bcf != NULL)
        status = cohort_gvcf_write(genomes, o->gvcf_bcf, true, err);
    if (status == SKR_OK && o->cram != NULL)
        status = cohort_cram_write(genomes, o->cram, err);
    cohort_genomes_free(genomes);
    return status;
}

static int run(const options *o, skr_err *err)
{
    int status = SKR_OK;
    bool has_genomes = o->gvcf != NULL || o->gvcf_bcf != NULL || o->cram != NULL;
    if (o->store == NULL && o->vcf == NULL && o->bcf == NULL && o->people_tsv == NULL &&
        o->samples_tsv == NULL && !has_genomes)
        return skr_fail(err, SKR_ERR_USAGE,
                        "one of --store, --vcf, --bcf, --gvcf, --gvcf-bcf, --cram, --people-tsv "
                        "and --samples-tsv is needed");
    if (o->people_tsv != NULL)
        status = write_file(o, o->people_tsv, cohort_write_people, err);
    if (status == SKR_OK && o->samples_tsv != NULL)
        status = write_file(o, o->samples_tsv, cohort_write_samples, err);
    if (status == SKR_OK && has_genomes)
        status = write_genomes(o, err);
    if (status == SKR_OK && o->vcf != NULL)
        status = write_file(o, o->vcf, cohort_write_vcf, err);
    if (status == SKR_OK && o->bcf != NULL)
        status = write_file(o, o->bcf, cohort_write_bcf, err);
    if (status == SKR_OK && o->store != NULL)
        status = cohort_write_store(&o->request, o->store, err);
    return status;
}

int main(int argc, char **argv)
{
    options o = {.request = {.plan = {.n_people = 1000,
                                      .start0 = 20000000,
                                      .n_bases = 100000,
                                      .seed = 1,
                                      .indels = 0.06},
                             .contig = "22",
                             .dataset = "cohort",
                             .assembly = "GRCh38",
                             .prefix = "S",
                             .level = 1,
                             .depth = 30}};
    skr_err err = {.message = ""};
    int status = SKR_OK;
    int option;
    while (status == SKR_OK && (option = getopt_long(argc, argv, "h", known, NULL)) != -1) {
        if (option == 'h') {
            print_help(stdout);
            return 0;
        }
        status = take_option(&o, option, &err);
    }
    if (status == SKR_OK && optind < argc)
        status = skr_fail(&err, SKR_ERR_USAGE, "'%.60s' is no option", argv[optind]);
    cohort_plan *plan = &o.request.plan;
    if (plan->end_person == 0)
        plan->end_person = plan->n_people;
    if (plan->region_end0 == 0) {
        plan->region_start0 = plan->start0;
        plan->region_end0 = plan->start0 + plan->n_bases;
    }
    if (status == SKR_OK)
        status = run(&o, &err);
    if (status == SKR_OK)
        return 0;
    (void)fprintf(stderr, "skerry-cohort: %s\n", err.message);
    return skr_err_exit_status(status);
}
