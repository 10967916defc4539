/*
 * bench_htslib.c - a plain read of a VCF or BCF file: every record, nothing unpacked.
 *
 * Usage: bench_htslib FILE [fields]. What an import has to pay before it looks at a genotype; with
 * "fields" what it has to pay to see GT, GQ, DP, MIN_DP and END of every record.
 */
#include <htslib/vcf.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where the library puts what it gets. */
typedef struct values {
    int32_t *numbers;
    int n_max;
    uint64_t sum; /* so that nothing is left out */
} values;

static void add(values *to, int n)
{
    for (int i = 0; i < n; i++)
        to->sum += (uint32_t)to->numbers[i];
}

static void get_fields(const bcf_hdr_t *header, bcf1_t *record, values *to)
{
    static const char *const tags[] = {"GQ", "DP", "MIN_DP"};
    (void)bcf_unpack(record, BCF_UN_ALL);
    add(to, bcf_get_genotypes(header, record, &to->numbers, &to->n_max));
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        add(to, bcf_get_format_int32(header, record, tags[i], &to->numbers, &to->n_max));
    add(to, bcf_get_info_int32(header, record, "END", &to->numbers, &to->n_max));
}

int main(int n_args, char **args)
{
    bool has_fields = n_args == 3 && strcmp(args[2], "fields") == 0;
    htsFile *file = n_args == 2 || has_fields ? hts_open(args[1], "r") : NULL;
    bcf_hdr_t *header = file == NULL ? NULL : bcf_hdr_read(file);
    bcf1_t *record = header == NULL ? NULL : bcf_init();
    values found = {0};
    uint64_t n = 0;
    int status = -2;
    while (record != NULL && (status = bcf_read(file, header, record)) == 0) {
        n++;
        if (has_fields)
            get_fields(header, record, &found);
    }
    (void)printf("%" PRIu64 " %" PRIu64 "\n", n, found.sum);
    free(found.numbers);
    if (record != NULL)
        bcf_destroy(record);
    if (header != NULL)
        bcf_hdr_destroy(header);
    if (file != NULL && hts_close(file) != 0)
        status = -2;
    return status != -1;
}
