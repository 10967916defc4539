/*
 * genomes_fuzz.c - any bytes as genomes: taken or refused, and the store is sound.
 */
#include <string.h>

#include <htslib/hts_log.h>

#include "engine/import/face/import.h"
#include "tests/fuzz/fuzz_store.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    const char *file = skr_fuzz_file("vcf", bytes, n_bytes);
    skr_import_request request = {
        .store = skr_fuzz_store(),
        .dataset = "d",
        .assembly = "GRCh38",
        .gate = skr_gate_adj(),
        .files = &file,
        .n_files = 1,
        .n_threads = 1,
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
