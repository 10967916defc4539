/*
 * cohort_vcf.c - a cohort as VCF text, a record an allele.
 */
#include <stdlib.h>
#include <string.h>

#include "tools/cohort/cohort_feed.h"
#include "tools/cohort/cohort_out.h"

/* A row of cells is kept and changed where somebody carries or is missing, and changed back. */
typedef struct vcf_out {
    const cohort_request *request;
    FILE *out;
    char *cells; /* four bytes a person: tab, allele, separator, allele */
} vcf_out;

void cohort_put_header(const cohort_request *request, FILE *out)
{
    (void)fprintf(out,
                  "##fileformat=VCFv4.2\n##FILTER=<ID=PASS,Description=\"All filters passed\">\n"
                  "##contig=<ID=%s,length=%u>\n"
                  "##INFO=<ID=AC,Number=A,Type=Integer,Description=\"Allele count\">\n"
                  "##INFO=<ID=AN,Number=1,Type=Integer,Description=\"Allele number\">\n"
                  "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n"
                  "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT",
                  request->contig, request->plan.start0 + request->plan.n_bases);
    for (uint32_t i = 0; i < cohort_n_wanted(request); i++) {
        char name[COHORT_NAME_ROOM];
        cohort_name(request, i, name);
        (void)fprintf(out, "\t%s", name);
    }
    (void)fputc('\n', out);
}

static void put_record(vcf_out *v, const cohort_site *site, const cohort_alt *alt)
{
    uint32_t n_people = cohort_n_wanted(v->request);
    const uint32_t *haplotypes = alt->haplotypes.items;
    uint32_t n = alt->haplotypes.n;
    uint32_t ac = n;
    for (uint32_t i = 0; i < n; i++) {
        char *cell = &v->cells[4u * (haplotypes[i] / 2)];
        if (!v->request->is_unphased)
            cell[1 + 2 * (haplotypes[i] % 2)] = '1';
        else
            cell[cell[3] == '1' ? 1 : 3] = '1';
    }
    for (uint32_t i = 0; i < site->missing.n; i++) {
        char *cell = &v->cells[4u * site->missing.items[i]];
        ac -= (uint32_t)(cell[1] == '1') + (uint32_t)(cell[3] == '1');
        cell[1] = cell[3] = '.';
    }
    (void)fprintf(v->out, "%s\t%u\t.\t%.*s\t%.*s\t.\tPASS\tAC=%u;AN=%u\tGT", v->request->contig,
                  site->pos0 + 1, (int)alt->n_ref, alt->ref, (int)alt->n_alt, alt->alt, ac,
                  2 * (n_people - site->missing.n));
    (void)fwrite(v->cells, 4, n_people, v->out);
    (void)fputc('\n', v->out);
    for (uint32_t i = 0; i < n; i++)
        v->cells[4u * (haplotypes[i] / 2) + 1] = v->cells[4u * (haplotypes[i] / 2) + 3] = '0';
    for (uint32_t i = 0; i < site->missing.n; i++)
        v->cells[4u * site->missing.items[i] + 1] = v->cells[4u * site->missing.items[i] + 3] = '0';
}

int cohort_write_vcf(const cohort_request *request, FILE *out, skr_err *err)
{
    vcf_out v = {.request = request, .out = out};
    cohort_feed *feed = NULL;
    const cohort_site *site = NULL;
    int status = cohort_feed_new(&request->plan, &feed, err);
    if (status < 0)
        return status;
    v.cells = malloc(4u * (size_t)cohort_n_wanted(request));
    if (v.cells == NULL) {
        status = skr_fail(err, SKR_ERR_NOMEM, "cohort: out of memory");
        goto out;
    }
    for (uint32_t i = 0; i < cohort_n_wanted(request); i++)
        memcpy(&v.cells[4u * i], request->is_unphased ? "\t0/0" : "\t0|0", 4);
    cohort_put_header(request, out);
    for (;;) {
        status = cohort_feed_next(feed, &site, err);
        if (status < 0 || site == NULL || ferror(out))
            break;
        for (uint32_t i = 0; i < site->n_alts; i++)
            put_record(&v, site, &site->alts[i]);
    }
    if (status == SKR_OK && (fflush(out) != 0 || ferror(out)))
        status = skr_fail(err, SKR_ERR_IO, "VCF: cannot be written");
out:
    free(v.cells);
    cohort_feed_free(feed);
    return status;
}
