/*
 * verify_beside_writer.c - a store that is verified while a writer commits to it has no faults: the
 * files that the writer removes are not missing.
 *
 * Usage: verify_beside_writer [N_COMMITS].
 */
#include <sys/wait.h>

#include "engine/face/engine.h"
#include "engine/import/face/import.h"
#include "tests/support/temp_folder.h"

static const char genes[] = "NM_1\tchr6\t900\t2000\tGENE1\nNM_2\tchr6\t5000\t9000\tGENE2\n";

/* The genes of an assembly anew: a new file takes the place of the last. */
static void load(const char *store, const char *file)
{
    skr_load_request request = {.store = store, .assembly = "GRCh38", .files = &file, .n_files = 1};
    skr_load_result result;
    skr_err err = {0};
    if (skr_import_genes(&request, &result, &err) < 0) {
        fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
}

static void tell(void *context, const char *text)
{
    (void)context;
    fprintf(stderr, "%s\n", text);
}

int main(int argc, char **argv)
{
    unsigned long n_commits = argc > 1 ? strtoul(argv[1], NULL, 10) : 60;
    test_folder parent = test_folder_make();
    test_folder store;
    (void)snprintf(store.path, sizeof store.path, "%.400s/store", parent.path);
    char file[SKR_TEST_PATH_MAX];
    (void)snprintf(file, sizeof file, "%.400s/genes.txt", parent.path);
    test_file_write(file, genes, sizeof genes - 1);
    load(store.path, file);

    pid_t child = fork();
    SKR_CHECK(child >= 0);
    if (child == 0) {
        for (unsigned long i = 0; i < n_commits; i++)
            load(store.path, file);
        _exit(0);
    }
    unsigned long n_verifies = 0;
    int status = 0;
    while (waitpid(child, &status, WNOHANG) == 0) {
        uint64_t n_faults = 0;
        skr_err err = {0};
        SKR_CHECK(skr_engine_verify(store.path, false, tell, NULL, &n_faults, &err) == SKR_OK);
        SKR_CHECK(n_faults == 0);
        n_verifies++;
    }
    SKR_CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    printf("verified %lu times beside %lu commits\n", n_verifies, n_commits);
    test_folder_remove(&store);
    test_folder_remove(&parent);
    return 0;
}
