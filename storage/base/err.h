/*
 * err.h - status codes and the message that goes with them.
 *
 * A function that can fail returns int: SKR_OK or one of the codes below. The function that finds
 * the fault writes the message with skr_fail; those above pass both on. Library floors never print.
 *
 * The sign and range say whose fault it is, and tools/ turns the range into the exit status:
 * -1..-99 the world (6), -100..-199 the store (3), -200..-299 the files to import (2),
 * -300..-399 the asker (2).
 */
#ifndef SKR_STORAGE_BASE_ERR_H
#define SKR_STORAGE_BASE_ERR_H

#define SKR_MUST_USE __attribute__((warn_unused_result))
#define SKR_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

enum skr_status {
    SKR_OK = 0,

    SKR_ERR_NOMEM = -1,       /* memory ran out */
    SKR_ERR_IO = -2,          /* the system refused a file operation */
    SKR_ERR_LIMIT = -3,       /* a limit of limits.h was reached */
    SKR_ERR_DEADLINE = -4,    /* the deadline passed (exit 4) */
    SKR_ERR_LOCKED = -5,      /* another writer holds the store */
    SKR_ERR_INTERRUPTED = -6, /* the user stopped it (exit 130) */
    SKR_ERR_NOT_HELD = -7,    /* who may not wait for a disk would have to; asked again elsewhere */

    SKR_ERR_CORRUPT = -100, /* bytes of the store are damaged */
    SKR_ERR_MISSING = -101, /* no store here, or one of its files is gone */
    SKR_ERR_VERSION = -102, /* written by another version of Skerry */

    SKR_ERR_INPUT = -200, /* a file given to a command is malformed or contradicts the store */

    SKR_ERR_QUERY = -300,   /* the question is wrong: syntax, or a name that does not exist */
    SKR_ERR_USAGE = -301,   /* the command line is wrong */
    SKR_ERR_NOT_YET = -302, /* part of the design that is not built yet */
    SKR_ERR_POLICY = -303,  /* refused by policy (exit 5) */
};

#define SKR_ERR_MESSAGE_MAX 1024

/* Calls what may fail, and returns its code if it did. For functions that hold nothing: one that
 * holds something goes to its label `out`. */
#define SKR_TRY(call)                                                                              \
    do {                                                                                           \
        int skr_try_status = (call);                                                               \
        if (skr_try_status != SKR_OK)                                                              \
            return skr_try_status;                                                                 \
    } while (0)

/* What went wrong, in one line without a newline at its end. */
typedef struct skr_err {
    int code;
    char message[SKR_ERR_MESSAGE_MAX];
} skr_err;

/*
 * Writes the code and the formatted message into err, which may be NULL, and returns the code.
 * Control characters and bytes that are not UTF-8, which arguments bring in, are shown as "?": a
 * message stays one line of text.
 */
int skr_fail(skr_err *err, int code, const char *format, ...) SKR_PRINTF(3, 4);

/* Says that memory ran out, and for what, such as "the names of the samples". Returns NOMEM. */
int skr_fail_nomem(skr_err *err, const char *what);

/* Puts a formatted text and ": " before the message of err, which may be NULL. Returns err's code.
 */
int skr_fail_in(skr_err *err, int code, const char *format, ...) SKR_PRINTF(3, 4);

/* The code of an errno that an input file gave: IO when it is the machine's fault and the same file
 * may be read the next time, INPUT otherwise. */
int skr_err_of_input(int number);

/* The short name of a code, such as "CORRUPT". Never NULL. */
const char *skr_err_name(int code);

/* The exit status of the program for a code, as docs/operations.md lists them. */
int skr_err_exit_status(int code);

#endif
