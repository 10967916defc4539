/*
 * Where the system refuses io_uring, or gives a ring that refuses every read, blocks are read by
 * pread, and the reader says why.
 *
 * The function of liburing that makes a ring is taken over here, by the linker's --wrap.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <liburing.h>

#include "storage/block/block_file.h"
#include "tests/support/temp_folder.h"

static unsigned ring_flags;
static int refusal; /* 0: a ring with these flags */

int __wrap_io_uring_queue_init(unsigned n_entries, struct io_uring *ring, unsigned flags)
{
    struct io_uring_params params = {.flags = flags | ring_flags};
    return refusal != 0 ? refusal : io_uring_queue_init_params(n_entries, ring, &params);
}

static void check_pread_instead(const char *why)
{
    skr_err err = {0};
    skr_block_reader *reader = NULL;
    cr_assert(eq(int, skr_block_reader_new(SKR_IO_URING, &reader, &err), SKR_ERR_IO));
    cr_assert(ne(ptr, strstr(err.message, "io_uring is refused"), NULL), "%s", err.message);
    cr_assert(eq(ptr, reader, NULL));

    cr_assert(zero(int, skr_block_reader_new(SKR_IO_AUTO, &reader, &err)));
    const char *name = skr_block_reader_io_name(reader);
    cr_assert(zero(int, strncmp(name, "pread (io_uring is refused", 26)), "%s", name);
    cr_assert(ne(ptr, strstr(name, why), NULL), "%s", name);

    test_folder folder = test_folder_make();
    skr_block_writer *writer = NULL;
    skr_block_file *file = NULL;
    skr_block_ref ref;
    skr_file_id id;
    skr_buffer raw = {0};
    cr_assert(
        zero(int, skr_block_writer_new(folder.path, "g-1.skr", SKR_FILE_GENES, &writer, &err)));
    cr_assert(zero(int, skr_block_writer_put(writer, "ACGT", 4, SKR_CODEC_PLAIN, &ref, &err)));
    cr_assert(zero(int, skr_block_writer_finish(writer, "", 0, &id, &err)));
    skr_block_writer_free(writer);
    cr_assert(zero(int, skr_block_file_open(folder.path, &id, SKR_FILE_GENES, &file, &err)));
    skr_block_wish wish = {file, ref, &raw};
    cr_assert(zero(int, skr_block_reader_get(reader, &wish, 1, &err)));
    cr_assert(raw.n == 4 && memcmp(raw.bytes, "ACGT", 4) == 0);
    skr_buffer_done(&raw);
    skr_block_file_close(file);
    skr_block_reader_free(reader);
    test_folder_remove(&folder);
}

Test(io_refused, a_system_that_refuses_rings)
{
    refusal = -EPERM;
    check_pread_instead("not permitted");
    refusal = -ENOSYS;
    check_pread_instead("not implemented");
}

Test(io_refused, a_ring_that_refuses_reads)
{
    ring_flags = IORING_SETUP_IOPOLL;
    struct io_uring ring;
    if (io_uring_queue_init(1, &ring, 0) < 0)
        cr_skip_test("no io_uring here");
    io_uring_queue_exit(&ring);
    check_pread_instead("not supported");
}
