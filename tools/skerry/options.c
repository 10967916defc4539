/* options.c - reads a command line by its table. */
#include "tools/skerry/options.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/check.h"
#include "storage/base/suggest.h"

#define N_COMMON 9
#define SECONDS_MAX 1e6

/* The options of every command, with the places of common as their targets. */
static void common_options(skr_common *common, bool *help, bool *version,
                           skr_option options[N_COMMON])
{
    const skr_option all[N_COMMON] = {
        {"store", SKR_OPTION_TEXT, &common->store, "STORE",
         "the store's folder (default: SKERRY_STORE)", 'd'},
        {"json", SKR_OPTION_FLAG, &common->is_json, NULL, "answer in JSON", 0},
        {"threads", SKR_OPTION_NUMBER, &common->n_threads, "N",
         "threads (default: as many as processors)", 0},
        {"progress", SKR_OPTION_CHOICE, &common->progress, "auto|always|never|json",
         "progress on standard error (default: auto)", 0},
        {"io", SKR_OPTION_CHOICE, &common->io, "auto|pread|io_uring",
         "how the store is read (default: auto)", 0},
        {"quiet", SKR_OPTION_FLAG, &common->is_quiet, NULL, "say nothing but errors and answers",
         'q'},
        {"verbose", SKR_OPTION_FLAG, &common->is_verbose, NULL, "say more on standard error", 'v'},
        {"help", SKR_OPTION_FLAG, help, NULL, "this text", 'h'},
        {"version", SKR_OPTION_FLAG, version, NULL, "the version of the program", 0},
    };
    memcpy(options, all, sizeof all);
}

/* ------------------------------------------------------------------ help */

#define HELP_COLUMN 34

static void help_option(const skr_option *option)
{
    char head[128];
    int n;
    if (option->letter != '\0')
        n = snprintf(head, sizeof head, "  -%c, --%s", option->letter, option->name);
    else
        n = snprintf(head, sizeof head, "  --%s", option->name);
    if (option->argument != NULL && n > 0 && (size_t)n < sizeof head)
        n += snprintf(head + n, sizeof head - (size_t)n, " %s", option->argument);
    if (n < HELP_COLUMN)
        printf("%-*s%s\n", HELP_COLUMN, head, option->help);
    else
        printf("%s\n%*s%s\n", head, HELP_COLUMN, "", option->help);
}

void skr_arguments_help(const skr_arguments *arguments)
{
    const skr_command *command = arguments->command;
    skr_common common;
    bool unused[2];
    skr_option options[N_COMMON];
    common_options(&common, &unused[0], &unused[1], options);

    printf("skerry %s -d STORE %s\n\n%s\n", command->name, command->operands, command->summary);
    if (command->details != NULL)
        printf("\n%s\n", command->details);
    printf("\n");
    for (size_t i = 0; i < arguments->n_options; i++)
        help_option(&arguments->options[i]);
    for (size_t i = 0; i < N_COMMON; i++)
        help_option(&options[i]);
}

/* ------------------------------------------------------------------ reading */

typedef struct reader {
    skr_arguments *arguments;
    skr_option common[N_COMMON];
    int argc;
    char **argv;
    int at;             /* the word being read */
    uint64_t has_value; /* options that have got a value, a bit each */
} reader;

static_assert(N_COMMON <= 32, "an option of every command has a bit of its own");

int skr_arguments_fail(const skr_arguments *arguments, skr_err *err, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return skr_fail(err, SKR_ERR_USAGE, "%s (see skerry %s --help)", text,
                    arguments->command->name);
}

static const skr_option *option_number(const reader *in, size_t i)
{
    size_t n_own = in->arguments->n_options;
    if (i < n_own)
        return &in->arguments->options[i];
    return i - n_own < N_COMMON ? &in->common[i - n_own] : NULL;
}

/* The option of this name or letter, or NULL. */
static const skr_option *find_option(const reader *in, const char *name, size_t n_name, char letter)
{
    const skr_option *option;
    for (size_t i = 0; (option = option_number(in, i)) != NULL; i++) {
        if (name == NULL && option->letter == letter)
            return option;
        if (name != NULL && strlen(option->name) == n_name &&
            memcmp(option->name, name, n_name) == 0)
            return option;
    }
    return NULL;
}

static int fail_unknown(const reader *in, const char *name, size_t n_name, skr_err *err)
{
    char word[80];
    char nearest[SKR_SUGGEST_TEXT_MAX];
    char option_name[80];
    skr_suggest suggest;
    const skr_option *option;
    (void)snprintf(word, sizeof word, "--%.*s", (int)(n_name > 60 ? 60 : n_name), name);
    skr_suggest_init(&suggest, word);
    for (size_t i = 0; (option = option_number(in, i)) != NULL; i++) {
        (void)snprintf(option_name, sizeof option_name, "--%s", option->name);
        skr_suggest_offer(&suggest, option_name);
    }
    return skr_arguments_fail(in->arguments, err, "unknown option '%s'%s", word,
                              skr_suggest_text(&suggest, nearest));
}

static int set_choice(const reader *in, const skr_option *option, const char *value, skr_err *err)
{
    size_t n_value = strlen(value);
    const char *word = option->argument;
    for (int number = 0;; number++) {
        size_t n_word = strcspn(word, "|");
        if (n_word == n_value && memcmp(word, value, n_word) == 0) {
            *(int *)option->target = number;
            return SKR_OK;
        }
        if (word[n_word] == '\0')
            break;
        word += n_word + 1;
    }
    return skr_arguments_fail(in->arguments, err, "--%s takes %s, not '%.60s'", option->name,
                              option->argument, value);
}

static int set_number(const reader *in, const skr_option *option, const char *value, skr_err *err)
{
    char *end;
    unsigned long number = strtoul(value, &end, 10);
    if (value[0] < '0' || value[0] > '9' || *end != '\0' || number < 1 || number > 65535)
        return skr_arguments_fail(in->arguments, err,
                                  "--%s takes a number from 1 to 65535, not '%.60s'", option->name,
                                  value);
    *(uint32_t *)option->target = (uint32_t)number;
    return SKR_OK;
}

/* "5", "0.5", "5s" */
static bool read_seconds(const char *value, double *ret_seconds)
{
    char *end;
    *ret_seconds = strtod(value, &end);
    if (strcmp(end, "s") == 0)
        end++;
    return strspn(value, "0123456789.s") == strlen(value) && end > value && *end == '\0';
}

static int set_seconds(const reader *in, const skr_option *option, const char *value, skr_err *err)
{
    double seconds = 0;
    bool is_number = read_seconds(value, &seconds);
    if (!is_number || !(seconds > 0) || seconds > SECONDS_MAX)
        return skr_arguments_fail(in->arguments, err, "--%s takes seconds, not '%.60s'",
                                  option->name, value);
    *(double *)option->target = seconds;
    return SKR_OK;
}

static int add_text(const reader *in, const skr_option *option, const char *value, skr_err *err)
{
    skr_texts *texts = option->target;
    if (value[0] == '\0')
        return skr_arguments_fail(in->arguments, err, "--%s has an empty value", option->name);
    if (texts->n == SKR_TEXTS_MAX)
        return skr_arguments_fail(in->arguments, err, "--%s is given more than %u times",
                                  option->name, SKR_TEXTS_MAX);
    texts->texts[texts->n++] = value;
    return SKR_OK;
}

static int set_option(const reader *in, const skr_option *option, const char *value, skr_err *err)
{
    switch (option->kind) {
    case SKR_OPTION_TEXT:
        if (value[0] == '\0')
            return skr_arguments_fail(in->arguments, err, "--%s has an empty value", option->name);
        *(const char **)option->target = value;
        return SKR_OK;
    case SKR_OPTION_TEXTS:
        return add_text(in, option, value, err);
    case SKR_OPTION_CHOICE:
        return set_choice(in, option, value, err);
    case SKR_OPTION_NUMBER:
        return set_number(in, option, value, err);
    case SKR_OPTION_SECONDS:
    case SKR_OPTION_WAIT:
        return set_seconds(in, option, value, err);
    default:
        *(bool *)option->target = true;
        return SKR_OK;
    }
}

/*
 * Notes that an option has got a value. A second one is refused: the first would be dropped without
 * a word, and --in twice does not mean both.
 */
static int note_value(reader *in, const skr_option *option, const char *shown, skr_err *err)
{
    size_t n_own = in->arguments->n_options;
    bool is_own = option >= in->arguments->options && option < in->arguments->options + n_own;
    size_t number = is_own ? (size_t)(option - in->arguments->options) + N_COMMON
                           : (size_t)(option - in->common);
    SKR_CHECK(number < 64);
    if (option->kind == SKR_OPTION_TEXTS)
        return SKR_OK;
    if ((in->has_value & UINT64_C(1) << number) != 0)
        return skr_arguments_fail(in->arguments, err, "%s is given twice", shown);
    in->has_value |= UINT64_C(1) << number;
    return SKR_OK;
}

/* Does a number of seconds stand after the word that is read? */
static bool is_number_next(const reader *in)
{
    double seconds = 0;
    return in->at + 1 < in->argc && read_seconds(in->argv[in->at + 1], &seconds);
}

/* Of an option that was found; value: what stands in the same word, or NULL. */
static int take_option(reader *in, const skr_option *option, const char *value, const char *shown,
                       skr_err *err)
{
    if (option->kind == SKR_OPTION_FLAG) {
        if (value != NULL)
            return skr_arguments_fail(in->arguments, err, "%s takes no value", shown);
        return set_option(in, option, NULL, err);
    }
    if (value == NULL && option->kind == SKR_OPTION_WAIT && !is_number_next(in)) {
        *(double *)option->target = HUGE_VAL;
        return note_value(in, option, shown, err);
    }
    if (value == NULL && in->at + 1 < in->argc)
        value = in->argv[++in->at];
    if (value == NULL)
        return skr_arguments_fail(in->arguments, err, "%s needs a value: %s", shown,
                                  option->argument);
    int status = note_value(in, option, shown, err);
    return status < 0 ? status : set_option(in, option, value, err);
}

static int take_long(reader *in, const char *word, skr_err *err)
{
    char shown[80];
    size_t n_name = strcspn(word, "=");
    const skr_option *option = find_option(in, word, n_name, 0);
    if (option == NULL)
        return fail_unknown(in, word, n_name, err);
    (void)snprintf(shown, sizeof shown, "--%s", option->name);
    return take_option(in, option, word[n_name] == '=' ? word + n_name + 1 : NULL, shown, err);
}

/* -q, -qv, -d STORE, -dSTORE */
static int take_letters(reader *in, const char *word, skr_err *err)
{
    for (const char *at = word; *at != '\0'; at++) {
        char shown[3] = {'-', *at, '\0'};
        const skr_option *option = find_option(in, NULL, 0, *at);
        if (option == NULL)
            return skr_arguments_fail(in->arguments, err, "unknown option '%s'", shown);
        if (option->kind != SKR_OPTION_FLAG)
            return take_option(in, option, at[1] == '\0' ? NULL : at + 1, shown, err);
        int status = take_option(in, option, NULL, shown, err);
        if (status < 0)
            return status;
    }
    return SKR_OK;
}

static int read_words(reader *in, skr_err *err)
{
    skr_arguments *arguments = in->arguments;
    bool are_options_over = false;
    for (in->at = 1; in->at < in->argc; in->at++) {
        char *word = in->argv[in->at];
        int status = SKR_OK;
        if (are_options_over || word[0] != '-' || word[1] == '\0')
            in->argv[arguments->n_operands++] = word;
        else if (strcmp(word, "--") == 0)
            are_options_over = true;
        else if (word[1] == '-')
            status = take_long(in, word + 2, err);
        else
            status = take_letters(in, word + 1, err);
        if (status < 0)
            return status;
    }
    return SKR_OK;
}

int skr_arguments_read(skr_arguments *arguments, int argc, char **argv, skr_err *err)
{
    bool is_help = false;
    bool is_version = false;
    reader in = {.arguments = arguments, .argc = argc, .argv = argv};
    common_options(&arguments->common, &is_help, &is_version, in.common);
    arguments->operands = argv;
    arguments->n_operands = 0;
    int status = read_words(&in, err);
    /* Whoever asks for help gets it, also beside a mistake. */
    if (is_help) {
        skr_arguments_help(arguments);
        return 1;
    }
    if (status < 0)
        return status;
    if (is_version) {
        printf("skerry %s\n", SKR_VERSION);
        return 1;
    }
    if (arguments->common.store == NULL) {
        const char *store = getenv("SKERRY_STORE");
        arguments->common.store = store != NULL && store[0] != '\0' ? store : NULL;
    }
    return SKR_OK;
}

int skr_arguments_check(const skr_arguments *arguments, size_t n_min, size_t n_max,
                        const char *what, skr_err *err)
{
    if (arguments->common.store == NULL)
        return skr_arguments_fail(arguments, err, "no store is named: -d STORE or SKERRY_STORE");
    if (arguments->n_operands < n_min)
        return skr_arguments_fail(arguments, err, "%s is missing", what);
    if (arguments->n_operands > n_max)
        return skr_arguments_fail(arguments, err, "expected %s, and found '%.60s' besides", what,
                                  arguments->operands[n_max]);
    return SKR_OK;
}
