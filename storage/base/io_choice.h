/* io_choice.h - how the blocks of a store are read. */
#ifndef SKR_STORAGE_BASE_IO_CHOICE_H
#define SKR_STORAGE_BASE_IO_CHOICE_H

typedef enum skr_io_choice {
    SKR_IO_AUTO = 0,  /* io_uring, or pread where the system refuses it */
    SKR_IO_PREAD = 1, /* pread always */
    SKR_IO_URING = 2, /* io_uring or failure: for tests */
} skr_io_choice;

#endif
