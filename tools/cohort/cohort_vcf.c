/*
 * cohort_vcf.c - a cohort as VCF text, a record an allele.
 */
#include <stdlib.h>
#include <string.h>

#include "tools/cohort/cohort_out.h"

/* A row of cells is kept and changed where somebody carries or is missing, and changed back. */
typedef struct vcf_out {
    const cohort_request *request;
    FILE *out;
    char *cells; /* four bytes a person: tab, allele, separator, allele */
} vcf_out;

static void put_header(const vcf_out *v)
{
    const cohort_plan *plan = &v->request->plan;
    (void)fprintf(v->out,
                  "##fileformat=VCFv4.2\n##FILTER=<ID=PASS,Description=\"All filters passed\">\n"
                  "##contig=<ID=%s,length=%u>\n"
                  "##INFO=<ID=AC,Number=A,Type=Integer,Description=\"Allele count\">\n"
                  "##INFO=<ID=AN,Number=1,Type=Integer,Description=\"Allele number\">\n"
                  "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n"
                  "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT",
                  v->request->contig, plan->start0 + plan->n_bases);
    for (uint32_t i = 0; i < plan->n_people; i++) {
        char name[COHORT_NAME_ROOM];
        cohort_name(v->request, i, name);
        (void)fprintf(v->out, "\t%s", name);
    }
    (void)fputc('\n', v->out);
}

static void put_record(vcf_out *v, const cohort_site *site, const cohort_alt *alt)
{
    uint32_t n_people = v->request->plan.n_people;
    uint32_t ac = alt->n;
    for (uint32_t i = 0; i < alt->n; i++) {
        char *cell = &v->cells[4u * (alt->haplotypes[i] / 2)];
        if (!v->request->is_unphased)
            cell[1 + 2 * (alt->haplotypes[i] % 2)] = '1';
        else
            cell[cell[3] == '1' ? 1 : 3] = '1';
    }
    for (uint32_t i = 0; i < site->n_missing; i++) {
        char *cell = &v->cells[4u * site->missing[i]];
        ac -= (uint32_t)(cell[1] == '1') + (uint32_t)(cell[3] == '1');
        cell[1] = cell[3] = '.';
    }
    (void)fprintf(v->out, "%s\t%u\t.\t%c\t%c\t.\tPASS\tAC=%u;AN=%u\tGT", v->request->contig,
                  site->pos0 + 1, site->ref, alt->base, ac, 2 * (n_people - site->n_missing));
    (void)fwrite(v->cells, 4, n_people, v->out);
    (void)fputc('\n', v->out);
    for (uint32_t i = 0; i < alt->n; i++)
        v->cells[4u * (alt->haplotypes[i] / 2) + 1] = v->cells[4u * (alt->haplotypes[i] / 2) + 3] =
            '0';
    for (uint32_t i = 0; i < site->n_missing; i++)
        v->cells[4u * site->missing[i] + 1] = v->cells[4u * site->missing[i] + 3] = '0';
}

int cohort_write_vcf(const cohort_request *request, FILE *out, skr_err *err)
{
    vcf_out v = {.request = request, .out = out};
    cohort_model *model = NULL;
    const cohort_site *site = NULL;
    int status = cohort_model_new(&request->plan, &model, err);
    if (status < 0)
        return status;
    v.cells = malloc(4u * (size_t)request->plan.n_people);
    if (v.cells == NULL) {
        status = skr_fail(err, SKR_ERR_NOMEM, "cohort: out of memory");
        goto out;
    }
    for (uint32_t i = 0; i < request->plan.n_people; i++)
        memcpy(&v.cells[4u * i], request->is_unphased ? "\t0/0" : "\t0|0", 4);
    put_header(&v);
    for (;;) {
        status = cohort_model_next(model, &site, err);
        if (status < 0 || site == NULL || ferror(out))
            break;
        for (uint32_t i = 0; i < site->n_alts; i++)
            put_record(&v, site, &site->alts[i]);
    }
    if (status == SKR_OK && (fflush(out) != 0 || ferror(out)))
        status = skr_fail(err, SKR_ERR_IO, "VCF: cannot be written");
out:
    free(v.cells);
    cohort_model_free(model);
    return status;
}
