/*
 * storage_memory.c - a writer, a reader and a reference, once for each allocation that they make,
 * with that one refused, and with all from that one on refused: an error, never a crash, and the
 * store is whole.
 *
 * The allocator is taken over here, so under the sanitizers, which do that too, this is a skip.
 */
#include <stdbool.h>
#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
#define IS_SANITIZED 1
#endif
#endif

#ifdef IS_SANITIZED
#include <stdio.h>

int main(void)
{
    printf("skipped: the sanitizer has the allocator\n");
    return 77;
}
#else
#include "storage/reference/reference.h"
#include "tests/support/small_store.h"
#include "tests/support/temp_folder.h"

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t n);

static long n_left = -1; /* allocations until one is refused; -1: none is */
static bool refuses_all; /* those after it too */
static bool has_refused;

static bool refuses(void)
{
    if (n_left < 0)
        return false;
    if (n_left > 0) {
        n_left--;
        return false;
    }
    has_refused = true;
    if (!refuses_all)
        n_left = -1;
    return true;
}

void *malloc(size_t n)
{
    return refuses() ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
    return refuses() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t n)
{
    return refuses() ? NULL : __libc_realloc(old, n);
}

static bool is_refusal(int status)
{
    return status == SKR_OK || status == SKR_ERR_NOMEM || status == SKR_ERR_IO;
}

static int advance(const char *folder)
{
    return small_store_advance(folder, NULL);
}

static int read_it(const char *folder)
{
    uint64_t value = 0;
    return small_store_read(folder, &value, NULL);
}

/* The reference lies beside the store, in its parent folder. */
static int make_reference(const char *folder)
{
    static const char md5[] = "00112233445566778899aabbccddeeff";
    skr_reference_writer *writer = NULL;
    skr_reference *reference = NULL;
    skr_file_id id;
    char bases[8];
    uint32_t n = 0;
    char path[SKR_TEST_PATH_MAX];
    (void)snprintf(path, sizeof path, "%.*s", (int)(strrchr(folder, '/') - folder), folder);
    int status = skr_reference_writer_new(path, "reference-1.skr", NULL, &writer, NULL);
    if (status == SKR_OK)
        status = skr_reference_writer_add(writer, "20", "ACGTNACG", 8, md5, NULL);
    if (status == SKR_OK)
        status = skr_reference_writer_finish(writer, &id, NULL);
    if (status == SKR_OK)
        status = skr_reference_open(path, &id, &reference, NULL);
    if (status == SKR_OK)
        status = skr_reference_bases(reference, 0, 2, 4, bases, &n, NULL);
    SKR_CHECK(status < 0 || (n == 4 && memcmp(bases, "GTNA", 4) == 0));
    skr_reference_close(reference);
    skr_reference_writer_free(writer);
    (void)snprintf(path + strlen(path), sizeof path - strlen(path), "/reference-1.skr");
    (void)unlink(path);
    return status;
}

/* Returns how many allocations were refused in turn. */
static long refuse_each(int (*run)(const char *folder), const char *folder)
{
    for (long i = 0;; i++) {
        uint64_t before = 0;
        uint64_t after = 0;
        SKR_CHECK(small_store_read(folder, &before, NULL) == SKR_OK);
        has_refused = false;
        n_left = i;
        int status = run(folder);
        n_left = -1;
        SKR_CHECK(is_refusal(status));
        SKR_CHECK(small_store_read(folder, &after, NULL) == SKR_OK);
        SKR_CHECK(after == before || (run == advance && after == before + 1));
        SKR_CHECK(status < 0 || run != advance || after == before + 1);
        SKR_CHECK(small_store_advance(folder, NULL) == SKR_OK);
        if (!has_refused)
            return i;
    }
}

int main(void)
{
    test_folder parent = test_folder_make();
    test_folder store;
    (void)snprintf(store.path, sizeof store.path, "%.400s/store", parent.path);
    for (int all = 0; all < 2; all++) {
        refuses_all = all == 1;
        long n_write = refuse_each(advance, store.path);
        long n_read = refuse_each(read_it, store.path);
        long n_reference = refuse_each(make_reference, store.path);
        printf("%s refused: writer %ld times, reader %ld, reference %ld\n",
               refuses_all ? "all from one on" : "one", n_write, n_read, n_reference);
        SKR_CHECK(n_write > 10 && n_read > 5 && n_reference > 10);
        test_folder_remove(&store);
    }
    test_folder_remove(&parent);
    return 0;
}
#endif
