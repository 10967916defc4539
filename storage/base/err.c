/* err.c - status codes and messages. */
#include "storage/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "storage/base/utf8.h"

int skr_fail(skr_err *err, int code, const char *format, ...)
{
    if (err == NULL)
        return code;
    va_list args;
    va_start(args, format);
    /* one line for the terminal: what an input brings in must not change that */
    (void)vsnprintf(err->message, sizeof err->message, format, args);
    va_end(args);
    skr_utf8_make_printable(err->message);
    err->code = code;
    return code;
}

int skr_fail_nomem(skr_err *err, const char *what)
{
    return skr_fail(err, SKR_ERR_NOMEM, "out of memory: %s", what);
}

int skr_fail_in(skr_err *err, int code, const char *format, ...)
{
    if (err == NULL)
        return code;
    char old[SKR_ERR_MESSAGE_MAX];
    memcpy(old, err->message, sizeof old);
    va_list args;
    va_start(args, format);
    int n = vsnprintf(err->message, sizeof err->message, format, args);
    va_end(args);
    skr_utf8_make_printable(err->message);
    /* What does not fit is cut off: the place, which stands first, tells more than the end. */
    size_t n_place = strlen(err->message);
    size_t n_left = sizeof err->message - n_place;
    if (n >= 0 && n_left > sizeof ": ") {
        memcpy(err->message + n_place, ": ", 2);
        n_left -= 2;
        size_t n_old = strnlen(old, n_left - 1);
        memcpy(err->message + n_place + 2, old, n_old);
        err->message[n_place + 2 + n_old] = '\0';
    }
    err->code = code;
    return code;
}

int skr_err_of_input(int number)
{
    bool is_world = number == EIO || number == EMFILE || number == ENFILE || number == ENOMEM ||
                    number == ENOBUFS || number == ESTALE || number == ETIMEDOUT;
    return is_world ? SKR_ERR_IO : SKR_ERR_INPUT;
}

const char *skr_err_name(int code)
{
    switch (code) {
    case SKR_OK:
        return "OK";
    case SKR_ERR_NOMEM:
        return "NOMEM";
    case SKR_ERR_IO:
        return "IO";
    case SKR_ERR_LIMIT:
        return "LIMIT";
    case SKR_ERR_DEADLINE:
        return "DEADLINE";
    case SKR_ERR_LOCKED:
        return "LOCKED";
    case SKR_ERR_INTERRUPTED:
        return "INTERRUPTED";
    case SKR_ERR_NOT_HELD:
        return "NOT_HELD";
    case SKR_ERR_CORRUPT:
        return "CORRUPT";
    case SKR_ERR_MISSING:
        return "MISSING";
    case SKR_ERR_VERSION:
        return "VERSION";
    case SKR_ERR_INPUT:
        return "INPUT";
    case SKR_ERR_QUERY:
        return "QUERY";
    case SKR_ERR_USAGE:
        return "USAGE";
    case SKR_ERR_NOT_YET:
        return "NOT_YET";
    case SKR_ERR_POLICY:
        return "POLICY";
    default:
        return "UNKNOWN";
    }
}

int skr_err_exit_status(int code)
{
    if (code == SKR_ERR_DEADLINE)
        return 4;
    if (code == SKR_ERR_POLICY)
        return 5;
    if (code == SKR_ERR_INTERRUPTED)
        return 130;
    if (code >= 0)
        return 0;
    if (code > -100)
        return 6;
    if (code > -200)
        return 3;
    return code > -400 ? 2 : 70;
}
