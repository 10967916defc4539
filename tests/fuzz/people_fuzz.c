/*
 * people_fuzz.c - any bytes as people: taken or refused, and the store is sound.
 */
#include <string.h>

#include "engine/import/face/import.h"
#include "tests/fuzz/fuzz_store.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    const char *file = skr_fuzz_file("json", bytes, n_bytes);
    skr_load_request request = {
        .store = skr_fuzz_store(),
        .dataset = "d",
        .files = &file,
        .n_files = 1,
        .ids_are_subjects = n_bytes % 2 == 1,
        .is_replacing = n_bytes % 8 == 0,
    };
    skr_load_result result;
    skr_err err = {0};
    int status = skr_import_people(&request, &result, &err);
    skr_fuzz_judge(status, &err);
    return 0;
}
