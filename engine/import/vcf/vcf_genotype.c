/*
 * vcf_genotype.c - the copies of one sample, from the values of the present record.
 */
#include "engine/import/vcf/vcf_record.h"

/* Genotype value number i: 0 for missing, bcf_int32_vector_end after the last copy. */
static int32_t gt_value(const skr_vcf_record *record, size_t i)
{
    int16_t two;
    int32_t four;
    switch (record->gt_width) {
    case 1: {
        int8_t one = ((const int8_t *)record->gt)[i];
        return one == bcf_int8_vector_end ? bcf_int32_vector_end
               : one == bcf_int8_missing  ? 0
                                          : one;
    }
    case 2:
        memcpy(&two, (const char *)record->gt + 2 * i, 2);
        return two == bcf_int16_vector_end ? bcf_int32_vector_end
               : two == bcf_int16_missing  ? 0
                                           : two;
    default:
        memcpy(&four, (const char *)record->gt + 4 * i, 4);
        return four == bcf_int32_missing ? 0 : four;
    }
}

int skr_vcf_genotype(const skr_vcf *vcf, uint32_t sample, skr_genotype *ret_genotype, skr_err *err)
{
    const skr_vcf_record *record = &vcf->record;
    skr_genotype *genotype = ret_genotype;
    genotype->n = 0;
    if (record->gt == NULL) {
        genotype->alleles[genotype->n++] = SKR_COPY_UNKNOWN;
        return SKR_OK;
    }
    for (uint32_t i = 0; i < record->n_ploidy; i++) {
        int32_t value = gt_value(record, (size_t)sample * record->n_ploidy + i);
        if (value == bcf_int32_vector_end)
            break;
        int32_t allele = value < 0 ? value : (value >> 1) - 1;
        if (allele == -1 && value >= 0)
            genotype->alleles[genotype->n++] = SKR_COPY_UNKNOWN;
        else if (allele < 0 || (uint32_t)allele > record->n_alts)
            return skr_vcf_fail(vcf, err,
                                "the genotype of sample %s names ALT %d, but the record has %u",
                                vcf->samples.texts[sample], allele, record->n_alts);
        else
            genotype->alleles[genotype->n++] = (uint16_t)allele;
    }
    if (genotype->n == 0)
        genotype->alleles[genotype->n++] = SKR_COPY_UNKNOWN;
    return SKR_OK;
}

bool skr_vcf_is_phased(const skr_vcf *vcf, uint32_t sample)
{
    const skr_vcf_record *record = &vcf->record;
    uint32_t n = 0;
    if (record->gt == NULL)
        return false;
    for (; n < record->n_ploidy; n++) {
        int32_t value = gt_value(record, (size_t)sample * record->n_ploidy + n);
        if (value == bcf_int32_vector_end)
            break;
        if (n > 0 && (value & 1) == 0)
            return false;
    }
    return n > 1;
}
