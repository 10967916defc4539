/*
 * fuzz_store.c - a scratch store for fuzz targets that import a file.
 *
 * It lies in memory where the machine has such a folder, because every import syncs.
 */
#include "tests/fuzz/fuzz_store.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/face/engine.h"

static char folder[64];
static char path[128];
static char store[128];

static int remove_one(const char *name, const struct stat *about, int kind, struct FTW *walk)
{
    (void)about, (void)kind, (void)walk;
    return remove(name);
}

static void remove_folder(void)
{
    (void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void need_folder(void)
{
    if (folder[0] != '\0')
        return;
    snprintf(folder, sizeof folder, "%s/skerry-fuzz-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (mkdtemp(folder) == NULL)
        _exit(6);
    snprintf(store, sizeof store, "%s/store", folder);
    atexit(remove_folder);
}

const char *skr_fuzz_file(const char *ending, const uint8_t *bytes, size_t n_bytes)
{
    need_folder();
    snprintf(path, sizeof path, "%s/input.%s", folder, ending);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, n_bytes, file) != n_bytes || fclose(file) != 0)
        _exit(6);
    return path;
}

const char *skr_fuzz_store(void)
{
    need_folder();
    (void)nftw(store, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return store;
}

static void on_fault(void *context, const char *text)
{
    (void)context;
    fprintf(stderr, "%s\n", text);
}

void skr_fuzz_judge(int status, const skr_err *err)
{
    /* USAGE: what looks like a CRAM needs --reference, which is not given here. */
    if (status != SKR_OK && status != SKR_ERR_INPUT && status != SKR_ERR_NOT_YET &&
        status != SKR_ERR_LIMIT && status != SKR_ERR_USAGE) {
        fprintf(stderr, "%s: %s\n", skr_err_name(status), err->message);
        abort();
    }
    uint64_t n_faults = 0;
    skr_err found;
    int verified = skr_engine_verify(store, false, on_fault, NULL, &n_faults, &found);
    if (n_faults > 0 || (verified < 0 && verified != SKR_ERR_MISSING)) {
        fprintf(stderr, "verify: %s\n", verified < 0 ? found.message : "faults");
        abort();
    }
}
