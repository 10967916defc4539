/*
 * progress.h - what an import says while it runs: on standard error, and never too often.
 *
 * On a terminal one line that is rewritten, from the second second on; elsewhere a line every ten
 * seconds (--progress always: at once, and every second); with json an object a second. Warnings
 * are kept until the outcome is known: a refusal is one line, and what was odd about refused files
 * interests nobody.
 */
#ifndef SKR_TOOLS_PROGRESS_H
#define SKR_TOOLS_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/import/face/import.h"
#include "tools/skerry/options.h"
#include "tools/skerry/output.h"

#define SKR_WARNINGS_MAX 100

typedef struct skr_progress_line {
    const char *verb; /* "import" */
    skr_progress_choice choice;
    bool is_terminal;
    bool is_shown; /* a line stands on the terminal */
    uint64_t start_ns;
    const char *step; /* that is under way, and since when; NULL: none yet */
    uint64_t step_ns;
    uint64_t last_ns; /* of what was said last; 0: nothing */
    char *warnings[SKR_WARNINGS_MAX];
    size_t n_warnings;
    size_t n_warnings_more; /* that were not kept */
} skr_progress_line;

/* Begins. Free with skr_progress_done, after skr_progress_end. */
void skr_progress_init(skr_progress_line *line, const char *verb, const skr_common *common);

/* The watch that an import takes; it lives as long as line. */
skr_watch skr_progress_watch(skr_progress_line *line);

/* Takes the line off the terminal and, if the warnings are wanted, prints them. */
void skr_progress_end(skr_progress_line *line, bool are_warnings_wanted);

/* The member "warnings" of an object: those that were kept. */
void skr_progress_put_warnings(const skr_progress_line *line, skr_out *json);

/* Frees the warnings. */
void skr_progress_done(skr_progress_line *line);

#endif
