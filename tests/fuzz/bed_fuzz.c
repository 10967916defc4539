/*
 * bed_fuzz.c - any bytes as the BED of --callable, beside a sound VCF: taken or refused, and the
 * store is sound.
 */
#include <stdio.h>
#include <string.h>

#include <htslib/hts_log.h>

#include "engine/import/face/import.h"
#include "tests/fuzz/fuzz_store.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

static const char vcf[] = "##fileformat=VCFv4.2\n##contig=<ID=chr1,length=10000>\n"
                          "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS\n"
                          "chr1\t100\t.\tA\tG\t.\tPASS\t.\tGT\t0/1\n";

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    char bed[4096];
    (void)snprintf(bed, sizeof bed, "%s", skr_fuzz_file("bed", bytes, n_bytes));
    const char *file = skr_fuzz_file("vcf", (const uint8_t *)vcf, sizeof vcf - 1);
    skr_import_request request = {
        .store = skr_fuzz_store(),
        .dataset = "d",
        .assembly = "GRCh38",
        .callable = bed,
        .gate = skr_gate_adj(),
        .files = &file,
        .n_files = 1,
        .n_threads = 1,
        .is_replacing = true,
    };
    skr_import_result result = {0};
    skr_err err = {0};
    hts_set_log_level(HTS_LOG_OFF);
    int status = skr_import_genomes(&request, &result, &err);
    if (status == SKR_OK)
        skr_import_result_done(&result);
    skr_gate_done(&request.gate);
    skr_fuzz_judge(status, &err);
    return 0;
}
