/*
 * store_crash.c - a writer killed at drawn moments, again and again; the store is always of one
 * generation, whole, and no older than before.
 *
 * Usage: store_crash [N_ROUNDS]. SKERRY_SEED sets the seed, which is printed. While a writer is at
 * work, this program reads as the engine does: a file that is gone counts as damage only if the
 * generation is still the one whose manifest named it.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/support/random.h"
#include "tests/support/small_store.h"
#include "tests/support/temp_folder.h"

#define ROUND_NS_MAX 30000000u

static uint64_t now_ns(void)
{
    struct timespec time;
    SKR_CHECK(clock_gettime(CLOCK_MONOTONIC, &time) == 0);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static _Noreturn void write_until_killed(const char *folder)
{
    skr_err err = {0};
    while (small_store_advance(folder, &err) == SKR_OK)
        ;
    fprintf(stderr, "the writer could not go on: %s\n", err.message);
    _exit(1);
}

/* Reads beside a writer. Returns the generation; 0: no store yet. */
static uint64_t read_beside(const char *folder, uint64_t *n_retries)
{
    for (;;) {
        skr_err err = {0};
        skr_store *store = NULL;
        uint64_t value = 0;
        int status = skr_store_open(folder, &store, &err);
        if (status == SKR_ERR_MISSING)
            return 0;
        if (status == SKR_OK)
            status = small_store_read_file(store, &value, &err);
        uint64_t generation = status == SKR_OK || status == SKR_ERR_MISSING
                                  ? skr_store_manifest(store)->generation
                                  : 0;
        skr_store_close(store);
        if (status == SKR_OK) {
            SKR_CHECK(value == generation);
            return generation;
        }
        uint64_t now = 0;
        bool is_newer = status == SKR_ERR_MISSING &&
                        skr_store_generation_now(folder, &now, NULL) == SKR_OK && now > generation;
        if (!is_newer) {
            fprintf(stderr, "generation %" PRIu64 ": %s\n", generation, err.message);
            exit(1);
        }
        ++*n_retries;
    }
}

/* One writer, killed after some time. Returns the generation that it left. */
static uint64_t run_round(const char *folder, uint64_t before, uint64_t wait_ns,
                          uint64_t *n_retries)
{
    pid_t child = fork();
    SKR_CHECK(child >= 0);
    if (child == 0)
        write_until_killed(folder);
    uint64_t until = now_ns() + wait_ns;
    uint64_t last = before;
    while (now_ns() < until) {
        uint64_t seen = read_beside(folder, n_retries);
        SKR_CHECK(seen >= last);
        last = seen;
    }
    int status = 0;
    SKR_CHECK(kill(child, SIGKILL) == 0);
    SKR_CHECK(waitpid(child, &status, 0) == child);
    SKR_CHECK(WIFSIGNALED(status));
    skr_err err = {0};
    uint64_t after = 0;
    if (small_store_read(folder, &after, &err) < 0) {
        fprintf(stderr, "after a kill: %s\n", err.message);
        exit(1);
    }
    SKR_CHECK(after >= last);
    return after;
}

int main(int argc, char **argv)
{
    unsigned long n_rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 60;
    test_random random = test_random_drawn("store_crash");
    test_folder parent = test_folder_make();
    test_folder store;
    (void)snprintf(store.path, sizeof store.path, "%.400s/store", parent.path);
    uint64_t generation = 0;
    uint64_t n_retries = 0;
    for (unsigned long i = 0; i < n_rounds; i++) {
        uint64_t wait_ns = test_random_below(&random, ROUND_NS_MAX);
        generation = run_round(store.path, generation, wait_ns, &n_retries);
    }
    skr_err err = {0};
    SKR_CHECK(small_store_advance(store.path, &err) == SKR_OK);
    size_t n_files = 0;
    DIR *dir = opendir(store.path);
    SKR_CHECK(dir != NULL);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        n_files += entry->d_name[0] != '.';
    (void)closedir(dir);
    SKR_CHECK(n_files == 3); /* MANIFEST, LOCK, and the file of this generation */
    printf("%lu writers killed, generation %" PRIu64 ", %" PRIu64 " reads begun anew\n", n_rounds,
           generation + 1, n_retries);
    test_folder_remove(&store);
    test_folder_remove(&parent);
    return 0;
}
