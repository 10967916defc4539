/*
 * annotations_fuzz.c - any bytes as files of annotations: taken or refused, and the store is sound.
 *
 * CSQ, ANN, BCSQ and the fields of ClinVar are read from whatever INFO holds, and names from the ID
 * column.
 */
#include <string.h>

#include <htslib/hts_log.h>

#include "engine/import/face/import.h"
#include "tests/fuzz/fuzz_store.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    const char *file = skr_fuzz_file("vcf", bytes, n_bytes);
    const skr_annotate_request request = {
        .store = skr_fuzz_store(),
        .assembly = "GRCh38",
        .has_names = true,
        .files = &file,
        .n_files = 1,
        .n_threads = 1,
    };
    skr_annotate_result result = {0};
    skr_err err = {0};
    hts_set_log_level(HTS_LOG_OFF);
    int status = skr_import_annotations(&request, &result, &err);
    if (status == SKR_OK)
        skr_import_annotations_done(&result);
    skr_fuzz_judge(status, &err);
    return 0;
}
