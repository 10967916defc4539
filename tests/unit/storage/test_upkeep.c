/*
 * Who keeps a store up makes files that no writer removes while the work goes on, that are gone
 * when it ends, whichever way, and that stay if a transaction takes them in.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/upkeep.h"
#include "tests/support/small_store.h"
#include "tests/support/temp_folder.h"

static test_folder parent;
static char folder[SKR_TEST_PATH_MAX + 16];
static skr_err err;

static void set_up(void)
{
    parent = test_folder_make();
    snprintf(folder, sizeof folder, "%s/store", parent.path);
    cr_assert(zero(int, small_store_advance(folder, &err)), "%s", err.message);
}

static void tear_down(void)
{
    test_folder store;
    memcpy(store.path, folder, strlen(folder) + 1);
    test_folder_remove(&store);
    test_folder_remove(&parent);
}

TestSuite(upkeep, .init = set_up, .fini = tear_down);

static bool has_file(const char *name)
{
    char path[sizeof folder + 80];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

/* A file of kind PEOPLE that says `value`. */
static skr_file_id make_file(skr_upkeep *upkeep, uint64_t value)
{
    skr_file_id id;
    skr_block_ref ref;
    skr_buffer directory = {0};
    skr_block_writer *writer = NULL;
    char name[SKR_FILE_NAME_MAX];
    skr_upkeep_file_name(upkeep, name);
    cr_assert(zero(int, skr_block_writer_new(folder, name, SKR_FILE_PEOPLE, &writer, &err)));
    cr_assert(
        zero(int, skr_block_writer_put(writer, &value, sizeof value, SKR_CODEC_PLAIN, &ref, &err)));
    cr_assert(zero(int, skr_block_ref_put(&directory, &ref, &err)));
    cr_assert(zero(int, skr_block_writer_finish(writer, directory.bytes, directory.n, &id, &err)));
    skr_block_writer_free(writer);
    skr_buffer_done(&directory);
    return id;
}

Test(upkeep, makes_files_beside_writers)
{
    skr_upkeep *upkeep = NULL;
    cr_assert(zero(int, skr_upkeep_begin(folder, &upkeep, &err)), "%s", err.message);
    skr_file_id id = make_file(upkeep, 7);
    cr_assert(zero(int, small_store_advance(folder, &err)), "a writer is not kept out");
    cr_assert(has_file(id.name), "and removes nothing");
    skr_upkeep_end(upkeep);
    cr_assert(not(has_file(id.name)));
    skr_upkeep_end(NULL);
}

Test(upkeep, is_done_by_one_at_a_time)
{
    skr_upkeep *upkeep = NULL;
    skr_upkeep *other = NULL;
    cr_assert(zero(int, skr_upkeep_begin(folder, &upkeep, &err)));
    cr_assert(eq(int, skr_upkeep_begin(folder, &other, &err), SKR_ERR_LOCKED));
    skr_upkeep_end(upkeep);
    cr_assert(zero(int, skr_upkeep_begin(folder, &other, &err)));
    skr_upkeep_end(other);
    cr_assert(eq(int, skr_upkeep_begin("/nowhere/at/all", &other, &err), SKR_ERR_MISSING));
}

Test(upkeep, gives_a_file_to_a_transaction)
{
    skr_upkeep *upkeep = NULL;
    skr_txn *txn = NULL;
    uint64_t generation = 0;
    cr_assert(zero(int, skr_upkeep_begin(folder, &upkeep, &err)));
    for (int is_committed = 0; is_committed < 2; is_committed++) {
        skr_file_id id = make_file(upkeep, 2);
        char part[SKR_FILE_NAME_MAX];
        memcpy(part, id.name, sizeof part);
        cr_assert(zero(int, skr_txn_begin(folder, &txn, &err)));
        cr_assert(zero(int, skr_upkeep_take_in(upkeep, txn, "people", &id, &err)));
        cr_assert(not(has_file(part)));
        cr_assert(has_file(id.name));
        if (is_committed == 0) {
            skr_txn_abort(txn);
            cr_assert(not(has_file(id.name)));
            continue;
        }
        skr_txn_manifest(txn)->people = id;
        cr_assert(zero(int, skr_txn_commit(txn, &generation, &err)), "%s", err.message);
        skr_upkeep_end(upkeep);
        cr_assert(has_file(id.name));
    }
    cr_assert(eq(u64, generation, 2));
}

/* A process that is killed at it leaves a file, which the next one removes, or the next writer. */
static void leave_behind(void)
{
    pid_t child = fork();
    if (child == 0) {
        skr_upkeep *upkeep = NULL;
        if (skr_upkeep_begin(folder, &upkeep, &err) == SKR_OK)
            (void)make_file(upkeep, 1);
        raise(SIGKILL);
    }
    cr_assert(eq(int, waitpid(child, NULL, 0), child));
    cr_assert(has_file("upkeep-1.part"));
}

Test(upkeep, leaves_nothing_for_long)
{
    skr_upkeep *upkeep = NULL;
    leave_behind();
    cr_assert(zero(int, skr_upkeep_begin(folder, &upkeep, &err)));
    cr_assert(not(has_file("upkeep-1.part")));
    skr_upkeep_end(upkeep);
    leave_behind();
    cr_assert(zero(int, small_store_advance(folder, &err)));
    cr_assert(not(has_file("upkeep-1.part")));
}
