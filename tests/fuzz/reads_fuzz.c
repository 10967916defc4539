/*
 * reads_fuzz.c - any bytes as CRAM or BAM of one known contig: taken or refused, and the store is
 * sound.
 */
#include <htslib/hts_log.h>
#include <stdio.h>
#include <string.h>

#include "engine/import/face/import.h"
#include "tests/fuzz/fuzz_store.h"

#define N_BASES 2000u

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

/* The contig that the files of the corpus were made with: drawn bases, and runs of A and of CAG. */
static size_t make_reference(char *text)
{
    uint64_t state = 88172645463325252u;
    static const char name[] = ">chr1\n";
    size_t n = sizeof name - 1;
    memcpy(text, name, n);
    for (unsigned i = 0; i < N_BASES; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        text[n++] = i % 400 < 12                     ? 'A'
                    : i % 400 > 300 && i % 400 < 330 ? "CAG"[i % 3]
                                                     : "ACGT"[state >> 33 & 3];
    }
    text[n++] = '\n';
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    static char reference[4096];
    static char text[N_BASES + 16];
    if (reference[0] == '\0')
        (void)snprintf(reference, sizeof reference, "%s",
                       skr_fuzz_file("fa", (const uint8_t *)text, make_reference(text)));
    const char *file = skr_fuzz_file("cram", bytes, n_bytes);
    skr_import_request request = {
        .store = skr_fuzz_store(),
        .dataset = "d",
        .assembly = "GRCh38",
        .reference = reference,
        .format = SKR_FORMAT_CRAM,
        .gate = skr_gate_adj(),
        .files = &file,
        .n_files = 1,
        .n_threads = 1,
    };
    request.gate.min_dp = 2;
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
