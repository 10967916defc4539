/*
 * cohort_genomes.c - the sites of the model, sorted by who has their alleles.
 */
#include "tools/cohort/cohort_genomes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "index/contigs/contig.h"
#include "tools/cohort/cohort_feed.h"

#define ALLELES_MAX (1u << 30)

static int add_allele(cohort_genomes *g, uint32_t pos0, const cohort_alt *alt, skr_err *err)
{
    if (g->n_alleles == g->n_alleles_max) {
        uint32_t n = g->n_alleles_max * 2 + 1024;
        cohort_allele *alleles =
            n > ALLELES_MAX ? NULL : realloc(g->alleles, n * sizeof *g->alleles);
        if (alleles == NULL)
            return skr_fail(err, SKR_ERR_NOMEM, "cohort: out of memory");
        g->alleles = alleles;
        g->n_alleles_max = n;
    }
    cohort_allele *allele = &g->alleles[g->n_alleles++];
    *allele = (cohort_allele){.pos0 = pos0};
    allele->n_ref = (uint8_t)alt->n_ref;
    allele->n_alt = (uint8_t)alt->n_alt;
    memcpy(allele->ref, alt->ref, alt->n_ref);
    memcpy(allele->alt, alt->alt, alt->n_alt);
    return SKR_OK;
}

static int add_number(cohort_list *list, uint32_t number, skr_err *err)
{
    int status = cohort_list_reserve(list, list->n + 1, err);
    if (status == SKR_OK)
        list->items[list->n++] = number;
    return status;
}

/* The allele is carried by those; both haplotypes of a person are one entry. */
static int add_carriers(cohort_genomes *g, const cohort_list *haplotypes, skr_err *err)
{
    uint32_t allele = g->n_alleles - 1;
    int status = SKR_OK;
    for (uint32_t i = 0; i < haplotypes->n && status == SKR_OK; i++) {
        uint32_t person = haplotypes->items[i] / 2;
        uint32_t bit = 1u << haplotypes->items[i] % 2;
        cohort_list *carried = &g->carried[person];
        if (carried->n > 0 && carried->items[carried->n - 1] >> 2 == allele)
            carried->items[carried->n - 1] |= bit;
        else
            status = add_number(carried, allele << 2 | bit, err);
    }
    return status;
}

static int add_site(cohort_genomes *g, const cohort_site *site, skr_err *err)
{
    int status = SKR_OK;
    for (uint32_t i = 0; i < site->n_alts && status == SKR_OK; i++) {
        status = add_allele(g, site->pos0, &site->alts[i], err);
        if (status == SKR_OK)
            status = add_carriers(g, &site->alts[i].haplotypes, err);
    }
    for (uint32_t i = 0; i < site->missing.n && status == SKR_OK; i++)
        status = add_number(&g->missing[site->missing.items[i]], site->pos0, err);
    return status;
}

static int add_sites(cohort_genomes *g, skr_err *err)
{
    cohort_feed *feed = NULL;
    const cohort_site *site = NULL;
    int status = cohort_feed_new(&g->request->plan, &feed, err);
    while (status == SKR_OK) {
        status = cohort_feed_next(feed, &site, err);
        if (status < 0 || site == NULL)
            break;
        status = add_site(g, site, err);
    }
    cohort_feed_free(feed);
    return status;
}

int cohort_genomes_new(const cohort_request *request, cohort_genomes **ret_genomes, skr_err *err)
{
    cohort_genomes *g = calloc(1, sizeof *g);
    if (g == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "cohort: out of memory");
    g->request = request;
    g->build = skr_assembly_build_find(request->assembly);
    int status = skr_contig_canonical(g->build, request->contig, g->contig, sizeof g->contig, err);
    if (request->plan.end_person > request->plan.first_person)
        g->n_people = cohort_n_wanted(request);
    g->carried = calloc(g->n_people + 1u, sizeof *g->carried);
    g->missing = calloc(g->n_people + 1u, sizeof *g->missing);
    if (status == SKR_OK && (g->carried == NULL || g->missing == NULL))
        status = skr_fail(err, SKR_ERR_NOMEM, "cohort: out of memory");
    if (status == SKR_OK)
        status = add_sites(g, err);
    if (status == SKR_OK)
        *ret_genomes = g;
    else
        cohort_genomes_free(g);
    return status;
}

unsigned cohort_genomes_copies(const cohort_genomes *genomes, uint32_t person, uint32_t pos0,
                               uint32_t *ret_end0)
{
    skr_ploidy ploidy = skr_contig_ploidy(genomes->build, genomes->contig, pos0);
    bool is_man = cohort_person_of(genomes->request, person).sex == SKR_SEX_MALE;
    skr_karyotype karyotype = {is_man ? 1 : 2, is_man ? 1 : 0};
    *ret_end0 = skr_contig_ploidy_end0(genomes->build, genomes->contig, pos0);
    return ploidy == SKR_PLOIDY_Y_PAR ? 0 : skr_copies_expected(ploidy, karyotype);
}

int cohort_genomes_make_folder(const char *folder, skr_err *err)
{
    if (mkdir(folder, 0777) == 0 || errno == EEXIST)
        return SKR_OK;
    return skr_fail(err, SKR_ERR_IO, "%s: cannot be made: %s", folder, strerror(errno));
}

void cohort_genomes_free(cohort_genomes *genomes)
{
    if (genomes == NULL)
        return;
    for (uint32_t i = 0; i < genomes->n_people; i++) {
        if (genomes->carried != NULL)
            free(genomes->carried[i].items);
        if (genomes->missing != NULL)
            free(genomes->missing[i].items);
    }
    free(genomes->carried);
    free(genomes->missing);
    free(genomes->alleles);
    free(genomes);
}
