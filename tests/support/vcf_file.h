/*
 * vcf_file.h - VCF text of a test's own, opened: a folder with one file, written anew each time.
 */
#ifndef SKR_TESTS_VCF_FILE_H
#define SKR_TESTS_VCF_FILE_H

#include <string.h>

#include "engine/import/vcf/vcf.h"
#include "tests/support/temp_folder.h"

typedef struct vcf_file {
    test_folder folder;
    char path[2 * SKR_TEST_PATH_MAX];
    skr_gate gate;
    skr_vcf *vcf;
} vcf_file;

static inline void vcf_file_init(vcf_file *file)
{
    *file = (vcf_file){.folder = test_folder_make(), .gate = skr_gate_adj()};
    (void)snprintf(file->path, sizeof file->path, "%s", test_folder_file(&file->folder, "a.vcf"));
}

static inline void vcf_file_close(vcf_file *file)
{
    skr_vcf_close(file->vcf);
    file->vcf = NULL;
}

static inline void vcf_file_done(vcf_file *file)
{
    vcf_file_close(file);
    test_folder_remove(&file->folder);
}

/* Opens n bytes of text; what was open before is closed. */
static inline int vcf_file_open_n(vcf_file *file, const char *text, size_t n, skr_err *err)
{
    const skr_vcf_plan plan = {
        .path = file->path, .name = "a.vcf", .gate = &file->gate, .n_threads = 1};
    vcf_file_close(file);
    test_file_write(file->path, text, n);
    return skr_vcf_open(&plan, &file->vcf, err);
}

static inline int vcf_file_open(vcf_file *file, const char *text, skr_err *err)
{
    return vcf_file_open_n(file, text, strlen(text), err);
}

#endif
