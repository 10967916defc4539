/*
 * bench_htslib.c - a plain read of a VCF or BCF file: every record, nothing unpacked.
 *
 * Usage: bench_htslib FILE. What an import has to pay before it looks at a genotype.
 */
#include <htslib/vcf.h>
#include <inttypes.h>
#include <stdio.h>

int main(int n_args, char **args)
{
    htsFile *file = n_args == 2 ? hts_open(args[1], "r") : NULL;
    bcf_hdr_t *header = file == NULL ? NULL : bcf_hdr_read(file);
    bcf1_t *record = header == NULL ? NULL : bcf_init();
    uint64_t n = 0;
    int status = -2;
    while (record != NULL && (status = bcf_read(file, header, record)) == 0)
        n++;
    (void)printf("%" PRIu64 "\n", n);
    if (record != NULL)
        bcf_destroy(record);
    if (header != NULL)
        bcf_hdr_destroy(header);
    if (file != NULL && hts_close(file) != 0)
        status = -2;
    return status != -1;
}
