/*
 * options.h - the command line of one command: read and explained from one table.
 *
 * Options may stand before, between and after operands, as --name VALUE, --name=VALUE, -x VALUE or
 * -xVALUE; "--" ends them. An unknown one is refused with the nearest, and one that takes a value
 * may stand once, unless it is of several.
 */
#ifndef SKR_TOOLS_OPTIONS_H
#define SKR_TOOLS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/err.h"

typedef enum skr_option_kind {
    SKR_OPTION_FLAG,    /* target: bool */
    SKR_OPTION_TEXT,    /* target: const char * */
    SKR_OPTION_TEXTS,   /* target: skr_texts; may stand several times */
    SKR_OPTION_NUMBER,  /* target: uint32_t, 1 to 65535 */
    SKR_OPTION_SECONDS, /* target: double, above 0 */
    SKR_OPTION_WAIT,    /* target: double; the number may be left out: HUGE_VAL */
    SKR_OPTION_CHOICE,  /* target: int, the place of the word in argument, "a|b|c" */
} skr_option_kind;

/* The values of an option that may stand several times. */
#define SKR_TEXTS_MAX 64u
typedef struct skr_texts {
    const char *texts[SKR_TEXTS_MAX];
    size_t n;
} skr_texts;

typedef struct skr_option {
    const char *name; /* without the dashes */
    skr_option_kind kind;
    void *target;
    const char *argument; /* what stands after it, or NULL */
    const char *help;
    char letter; /* or '\0' */
} skr_option;

/* Of commands that write. target: double, 0 if it is not said. */
#define SKR_WAIT_OPTION(seconds)                                                                   \
    {                                                                                              \
        "wait", SKR_OPTION_WAIT, (seconds), "[SECONDS]",                                           \
            "wait for another writer, this long or as long as it takes", 0                         \
    }

/* What the main help and the command's own say of a command. */
typedef struct skr_command {
    const char *name;
    const char *operands; /* "--dataset ID FILE..." */
    const char *summary;  /* one line, lower case, no full stop */
    const char *details;  /* further lines, or NULL */
    /* argv[0] is the command's name. Returns the exit status. NULL: not built yet. */
    int (*run)(const struct skr_command *command, int argc, char **argv);
} skr_command;

typedef enum skr_progress_choice {
    SKR_PROGRESS_AUTO,
    SKR_PROGRESS_ALWAYS,
    SKR_PROGRESS_NEVER,
    SKR_PROGRESS_JSON,
} skr_progress_choice;

/* What every command takes. */
typedef struct skr_common {
    const char *store; /* -d, else SKERRY_STORE; NULL: neither */
    bool is_json;
    bool is_quiet;
    bool is_verbose;
    uint32_t n_threads; /* 0: as many as processors */
    int progress;       /* skr_progress_choice */
    int io;             /* skr_io_choice */
} skr_common;

/* A command line that was read. */
typedef struct skr_arguments {
    const skr_command *command;
    const skr_option *options; /* the command's own */
    size_t n_options;
    skr_common common;
    char **operands;
    size_t n_operands;
} skr_arguments;

/*
 * Reads argv[1] .. of the command; operands are moved to the front of argv. Returns SKR_OK;
 * a positive number when --help or --version was answered and nothing is left to do; or a negative
 * status. Errors: USAGE.
 */
int skr_arguments_read(skr_arguments *arguments, int argc, char **argv, skr_err *err);

/* Fails with USAGE, the message ending with where help is. */
int skr_arguments_fail(const skr_arguments *arguments, skr_err *err, const char *format, ...)
    SKR_PRINTF(3, 4);

/* Errors: USAGE when there is no store named, or too few or too many operands. */
SKR_MUST_USE int skr_arguments_check(const skr_arguments *arguments, size_t n_min, size_t n_max,
                                     const char *what, skr_err *err);

/* The help of a command, on standard output. */
void skr_arguments_help(const skr_arguments *arguments);

#endif
