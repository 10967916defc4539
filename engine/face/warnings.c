/*
 * warnings.c - the list of warnings of an answer.
 */
#include "engine/face/warnings.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *skr_warnings_name(skr_warning_code code)
{
    static const char *const names[SKR_N_WARNING_CODES] = {
        [SKR_WARN_LOW_AN] = "low-an",
        [SKR_WARN_NEVER_TRUE] = "never-true",
        [SKR_WARN_NOT_ASSESSED] = "not-assessed",
        [SKR_WARN_NO_VALUES] = "no-values",
        [SKR_WARN_BREAKENDS] = "breakends",
        [SKR_WARN_HIDDEN] = "hidden-dataset",
        [SKR_WARN_ASSEMBLY] = "assembly-left-out",
        [SKR_WARN_NO_FREQUENCIES] = "no-frequencies",
        [SKR_WARN_SIMILAR] = "similar",
        [SKR_WARN_UNPHASED] = "unphased",
        [SKR_WARN_MORE] = "more-warnings",
    };
    return names[code];
}

static char *copy_text(const char *text, skr_err *err)
{
    char *copy = strdup(text);
    if (copy == NULL)
        skr_fail_nomem(err, "a warning");
    return copy;
}

/* The list is full: its last place counts those that are not kept. */
static int count_one_more(skr_warnings *warnings, skr_err *err)
{
    char text[80];
    skr_warning *last = &warnings->items[SKR_ANSWER_WARNINGS_MAX - 1];
    uint64_t n_more = last->figures[0].value + 1;
    (void)snprintf(text, sizeof text, "%" PRIu64 " more warning%s", n_more, n_more == 1 ? "" : "s");
    char *copy = copy_text(text, err);
    if (copy == NULL)
        return SKR_ERR_NOMEM;
    free(last->text);
    *last = (skr_warning){
        .code = SKR_WARN_MORE, .text = copy, .figures = {{"warnings", n_more}}, .n_figures = 1};
    warnings->n = SKR_ANSWER_WARNINGS_MAX;
    return SKR_OK;
}

int skr_warnings_add(skr_warnings *warnings, skr_warning_code code, const skr_figure *figures,
                     size_t n_figures, skr_err *err, const char *format, ...)
{
    char text[SKR_ERR_MESSAGE_MAX];
    va_list arguments;
    if (warnings == NULL)
        return SKR_OK;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (size_t i = 0; i < warnings->n; i++)
        if (strcmp(warnings->items[i].text, text) == 0)
            return SKR_OK;
    if (warnings->items == NULL)
        warnings->items = calloc(SKR_ANSWER_WARNINGS_MAX, sizeof *warnings->items);
    if (warnings->items == NULL)
        return skr_fail_nomem(err, "a warning");
    if (warnings->n + 1 >= SKR_ANSWER_WARNINGS_MAX)
        return count_one_more(warnings, err);
    char *copy = copy_text(text, err);
    if (copy == NULL)
        return SKR_ERR_NOMEM;
    skr_warning *warning = &warnings->items[warnings->n++];
    *warning = (skr_warning){.code = code, .text = copy};
    for (; warning->n_figures < n_figures && warning->n_figures < SKR_WARNING_FIGURES_MAX;
         warning->n_figures++)
        warning->figures[warning->n_figures] = figures[warning->n_figures];
    return SKR_OK;
}

void skr_warnings_done(skr_warnings *warnings)
{
    for (size_t i = 0; i < warnings->n; i++)
        free(warnings->items[i].text);
    free(warnings->items);
    *warnings = (skr_warnings){0};
}
