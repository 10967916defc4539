/*
 * A store is of one generation, whole, whatever fails or dies while another is being made.
 *
 * The system calls that change the disk are taken over here, so that each of them can fail, or be
 * the last thing that the program does.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "tests/support/small_store.h"
#include "tests/support/temp_folder.h"

static test_folder parent;
static char folder[SKR_TEST_PATH_MAX + 16];
static skr_err err;

/* ------------------------------------------------------------------ calls taken over */

static int calls_left = -1; /* until the one that goes wrong; -1: none does */
static bool dies;           /* instead of failing */

static bool goes_wrong(void)
{
    if (calls_left < 0 || calls_left-- > 0)
        return false;
    if (dies)
        _exit(42);
    errno = EIO;
    return true;
}

int fsync(int fd)
{
    return goes_wrong() ? -1 : (int)syscall(SYS_fsync, fd);
}

ssize_t write(int fd, const void *bytes, size_t n)
{
    /* half of it first: a cut file is what a crash leaves */
    if (calls_left == 0 && n > 1)
        (void)!syscall(SYS_write, fd, bytes, n / 2);
    return goes_wrong() ? -1 : syscall(SYS_write, fd, bytes, n);
}

int renameat(int from_fd, const char *from, int to_fd, const char *to)
{
    return goes_wrong() ? -1 : (int)syscall(SYS_renameat2, from_fd, from, to_fd, to, 0);
}

int unlinkat(int fd, const char *name, int flags)
{
    return goes_wrong() ? -1 : (int)syscall(SYS_unlinkat, fd, name, flags);
}

int mkdir(const char *path, mode_t mode)
{
    return goes_wrong() ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

/* ------------------------------------------------------------------ help */

static void set_up(void)
{
    parent = test_folder_make();
    snprintf(folder, sizeof folder, "%s/store", parent.path);
}

static void remove_store(void)
{
    test_folder store;
    memcpy(store.path, folder, strlen(folder) + 1);
    test_folder_remove(&store);
}

static void tear_down(void)
{
    remove_store();
    test_folder_remove(&parent);
}

TestSuite(store, .init = set_up, .fini = tear_down);

static bool has_file(const char *name)
{
    char path[sizeof folder + 64];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

static void touch(const char *name)
{
    char path[sizeof folder + 64];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    test_file_write(path, "x", 1);
}

static int n_files(void)
{
    int n = 0;
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;)
        n += entry->d_name[0] != '.';
    if (dir != NULL)
        closedir(dir);
    return n;
}

static uint64_t generation(void)
{
    uint64_t value = 99;
    cr_assert(zero(int, small_store_read(folder, &value, &err)), "%s", err.message);
    return value;
}

/* ------------------------------------------------------------------ tests */

Test(store, goes_from_generation_to_generation)
{
    cr_assert(zero(u64, generation()));
    for (uint64_t g = 1; g <= 5; g++) {
        cr_assert(zero(int, small_store_advance(folder, &err)), "%s", err.message);
        cr_assert(eq(u64, generation(), g));
        cr_assert(eq(int, n_files(), 3), "MANIFEST, LOCK and the file of this generation");
        uint64_t now = 0;
        cr_assert(zero(int, skr_store_generation_now(folder, &now, &err)));
        cr_assert(eq(u64, now, g));
    }
}

Test(store, an_abort_leaves_what_was_there)
{
    skr_txn *txn = NULL;
    skr_file_id id;
    cr_assert(zero(int, skr_txn_begin(folder, &txn, &err)), "%s", err.message);
    cr_assert(zero(int, small_store_write_file(txn, 1, &id, &err)));
    cr_assert(zero(u64, generation()), "not yet published");
    skr_txn_abort(txn);
    cr_assert(ne(int, access(folder, F_OK), 0), "the folder is gone");

    cr_assert(zero(int, mkdir(folder, 0700)));
    cr_assert(zero(int, skr_txn_begin(folder, &txn, &err)));
    skr_txn_abort(txn);
    cr_assert(zero(int, access(folder, F_OK)), "a folder that was there stays");
    cr_assert(zero(int, n_files()));

    cr_assert(zero(int, small_store_advance(folder, &err)));
    cr_assert(zero(int, skr_txn_begin(folder, &txn, &err)));
    cr_assert(zero(int, small_store_write_file(txn, 2, &id, &err)));
    cr_assert(eq(int, n_files(), 4));
    skr_txn_abort(txn);
    cr_assert(eq(u64, generation(), 1));
    cr_assert(eq(int, n_files(), 3));
    skr_txn_abort(NULL);
}

/* Opens a file of the store, reads its block, and closes it. */
static int read_people(const skr_file_id *id, uint8_t *ret_byte)
{
    skr_block_file *file = NULL;
    skr_block_reader *reader = NULL;
    skr_buffer raw = {0};
    size_t n = 0;
    int status = skr_block_file_open(folder, id, SKR_FILE_PEOPLE, &file, &err);
    if (status != SKR_OK)
        return status;
    const uint8_t *directory = skr_block_file_directory(file, &n);
    skr_cursor cursor = skr_cursor_of(directory, n);
    skr_block_wish wish = {file, skr_block_ref_take(&cursor), &raw};
    cr_assert(zero(int, skr_block_reader_new(SKR_IO_AUTO, &reader, &err)));
    cr_assert(zero(int, skr_block_reader_get(reader, &wish, 1, &err)));
    *ret_byte = raw.bytes[0];
    skr_buffer_done(&raw);
    skr_block_reader_free(reader);
    skr_block_file_close(file);
    return SKR_OK;
}

Test(store, a_reader_keeps_its_generation)
{
    skr_store *stores[2] = {0};
    skr_file_id ids[2];
    uint8_t byte = 0;
    for (int i = 0; i < 2; i++) {
        cr_assert(zero(int, small_store_advance(folder, &err)));
        cr_assert(zero(int, skr_store_open(folder, &stores[i], &err)));
        cr_assert(skr_store_is_held(stores[i]));
        ids[i] = skr_store_manifest(stores[i])->people;
    }
    for (int i = 0; i < 3; i++)
        cr_assert(zero(int, small_store_advance(folder, &err)));
    for (int i = 0; i < 2; i++) {
        cr_assert(zero(int, read_people(&ids[i], &byte)), "held: %s", err.message);
        cr_assert(eq(u8, byte, (uint8_t)(i + 1)));
        cr_assert(eq(u64, skr_store_manifest(stores[i])->generation, (uint64_t)i + 1));
    }
    cr_assert(has_file("MANIFEST.1"));
    cr_assert(has_file("MANIFEST.2"));
    cr_assert(not(has_file("MANIFEST.3")));

    skr_store_close(stores[0]);
    cr_assert(zero(int, small_store_advance(folder, &err)));
    cr_assert(eq(int, read_people(&ids[0], &byte), SKR_ERR_MISSING), "nobody holds it any more");
    cr_assert(not(has_file("MANIFEST.1")));
    cr_assert(zero(int, read_people(&ids[1], &byte)), "somebody does: %s", err.message);

    /* a reader that was killed, and a name that a killed writer left */
    skr_store_close(stores[1]);
    touch("MANIFEST.2");
    touch("MANIFEST.17");
    cr_assert(zero(int, small_store_advance(folder, &err)));
    cr_assert(eq(int, read_people(&ids[1], &byte), SKR_ERR_MISSING));
    cr_assert(eq(int, n_files(), 3), "MANIFEST, LOCK and one file");
    uint64_t now = 0;
    cr_assert(zero(int, skr_store_generation_now(folder, &now, &err)));
    cr_assert(eq(u64, now, 7));
    skr_store_close(NULL);
}

Test(store, who_reads_a_manifest_that_is_damaged_keeps_every_file)
{
    skr_store *store = NULL;
    uint8_t byte = 0;
    cr_assert(zero(int, small_store_advance(folder, &err)));
    cr_assert(zero(int, skr_store_open(folder, &store, &err)));
    skr_file_id id = skr_store_manifest(store)->people;
    cr_assert(zero(int, small_store_advance(folder, &err)));
    char path[sizeof folder + 64];
    snprintf(path, sizeof path, "%s/MANIFEST.1", folder);
    cr_assert(zero(int, truncate(path, 40)));
    cr_assert(zero(int, small_store_advance(folder, &err)));
    cr_assert(zero(int, read_people(&id, &byte)), "%s", err.message);
    skr_store_close(store);
    cr_assert(zero(int, small_store_advance(folder, &err)));
    cr_assert(eq(int, read_people(&id, &byte), SKR_ERR_MISSING));
}

Test(store, a_second_writer_is_told_who_holds_the_lock)
{
    int ready[2];
    cr_assert(zero(int, pipe(ready)));
    pid_t child = fork();
    if (child == 0) {
        skr_txn *held = NULL;
        char byte = (char)skr_txn_begin(folder, &held, NULL);
        (void)!write(ready[1], &byte, 1);
        for (;;)
            pause();
    }
    char byte = 1;
    cr_assert(eq(int, (int)read(ready[0], &byte, 1), 1));
    cr_assert(zero(chr, byte));
    skr_txn *txn = NULL;
    cr_assert(eq(int, skr_txn_begin(folder, &txn, &err), SKR_ERR_LOCKED));
    char pid[32];
    snprintf(pid, sizeof pid, "process %d", (int)child);
    cr_assert(ne(ptr, strstr(err.message, pid), NULL), "%s", err.message);
    cr_assert(zero(u64, generation()), "no store yet, and no error");
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    cr_assert(zero(int, small_store_advance(folder, &err)), "the lock died with it: %s",
              err.message);
    cr_assert(eq(u64, generation(), 1));
}

Test(store, refuses_folders_that_are_none_of_its_own)
{
    skr_txn *txn = NULL;
    skr_store *store = NULL;
    cr_assert(zero(int, mkdir(folder, 0700)));
    touch("thesis.doc");
    cr_assert(eq(int, skr_txn_begin(folder, &txn, &err), SKR_ERR_USAGE));
    cr_assert(eq(int, skr_store_open(folder, &store, &err), SKR_ERR_MISSING));
    cr_assert(eq(int, n_files(), 1), "nothing was made");
    remove_store();

    cr_assert(zero(int, small_store_advance(folder, &err)));
    touch("people-99.skr");
    touch("scratch-7.tmp");
    touch("MANIFEST.new");
    touch("notes.txt");
    cr_assert(zero(int, small_store_advance(folder, &err)));
    cr_assert(eq(int, n_files(), 4), "orphans go, what is not ours stays");
    cr_assert(has_file("notes.txt"));

    char path[sizeof folder + 64];
    snprintf(path, sizeof path, "%s/MANIFEST", folder);
    cr_assert(zero(int, unlink(path)));
    cr_assert(eq(int, skr_txn_begin(folder, &txn, &err), SKR_ERR_MISSING));
    cr_assert(ne(ptr, strstr(err.message, "MANIFEST is gone"), NULL), "%s", err.message);
    cr_assert(eq(int, skr_store_open(folder, &store, &err), SKR_ERR_MISSING));
    cr_assert(has_file("people-2.skr"), "nothing is tidied away");

    touch("MANIFEST");
    cr_assert(eq(int, skr_txn_begin(folder, &txn, &err), SKR_ERR_CORRUPT));
    cr_assert(eq(int, skr_store_open(folder, &store, &err), SKR_ERR_CORRUPT));
    cr_assert(has_file("people-2.skr"));
    cr_assert(eq(int, skr_txn_begin(path, &txn, &err), SKR_ERR_USAGE), "a file, not a folder");
    snprintf(path, sizeof path, "%s/no/store", folder);
    cr_assert(eq(int, skr_txn_begin(path, &txn, &err), SKR_ERR_IO));
}

/* Advances from generation `from` with call number `call` going wrong. False: there is none. */
static bool advance_with_fault(int call, uint64_t from)
{
    for (uint64_t g = 0; g < from; g++)
        cr_assert(zero(int, small_store_advance(folder, &err)));
    int status = 0;
    if (dies) {
        pid_t child = fork();
        if (child == 0) {
            calls_left = call;
            (void)!small_store_advance(folder, NULL);
            _exit(calls_left < 0 ? 43 : 44);
        }
        cr_assert(eq(int, waitpid(child, &status, 0), child));
        int has_exited = WIFEXITED(status);
        cr_assert(has_exited);
        status = WEXITSTATUS(status) == 42 ? -1 : WEXITSTATUS(status) == 44 ? 0 : 1;
        cr_assert(le(int, status, 0), "the child ended in another way");
    } else {
        calls_left = call;
        status = small_store_advance(folder, &err);
        if (status == SKR_OK)
            err.code = SKR_OK; /* of what it came over on the way */
        bool is_over = calls_left >= 0;
        calls_left = -1;
        if (!is_over && status == SKR_OK)
            status = -1; /* a fault that does no harm: a file that the next writer removes */
    }
    return status < 0;
}

static void check_every_fault(uint64_t from)
{
    int n_old = 0;
    int n_new = 0;
    int call = 0;
    for (; advance_with_fault(call, from); call++) {
        const skr_err said = err;
        uint64_t now = generation();
        if (!dies && said.code < 0)
            cr_assert(eq(int, strstr(said.message, "is published") != NULL, now == from + 1),
                      "call %d: %s", call, said.message);
        cr_assert(now == from || now == from + 1, "call %d", call);
        n_old += now == from;
        n_new += now == from + 1;
        cr_assert(zero(int, small_store_advance(folder, &err)), "call %d: %s", call, err.message);
        cr_assert(eq(u64, generation(), now + 1));
        cr_assert(eq(int, n_files(), 3), "call %d: nothing is left behind", call);
        remove_store();
    }
    cr_assert(eq(u64, generation(), from + 1), "and without a fault it goes through");
    cr_assert(ge(int, n_old, 5), "%d calls", call);
    cr_assert(ge(int, n_new, 1), "%d calls", call);
    remove_store();
}

Test(store, is_whole_after_any_call_that_fails)
{
    check_every_fault(0);
    check_every_fault(2);
}

Test(store, is_whole_after_a_death_at_any_call)
{
    dies = true;
    check_every_fault(0);
    check_every_fault(2);
}
