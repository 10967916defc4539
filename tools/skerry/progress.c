/* progress.c - progress lines and kept warnings. */
#include "tools/skerry/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage/base/clock.h"
#include "tools/skerry/interrupt.h"
#include "tools/skerry/output.h"

#define SECOND_NS 1000000000ull

/* How much is done, from 0 to 1, files taken as equally long; negative: it cannot be told. */
static double done_share(const skr_progress *progress)
{
    if (progress->n_files == 0 || progress->n_bytes == 0)
        return -1;
    double of_file = (double)progress->n_bytes_done / (double)progress->n_bytes;
    if (of_file > 1)
        of_file = 1;
    double n_before = progress->file_number > 0 ? (double)(progress->file_number - 1) : 0;
    return (n_before + of_file) / (double)progress->n_files;
}

static uint64_t eta_seconds(const skr_progress_line *line, double share, uint64_t now)
{
    double elapsed = (double)(now - line->step_ns) / (double)SECOND_NS;
    return (uint64_t)(elapsed / share * (1 - share) + 0.5);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static void say_text(const skr_progress_line *line, const skr_progress *progress, uint64_t now,
                     FILE *out)
{
    double share = done_share(progress);
    bool is_reading = progress->file != NULL;
    (void)fprintf(out, "[progress] %s ", line->verb);
    if (is_reading)
        (void)fprintf(out, "%zu/%zu %.60s", progress->file_number, progress->n_files,
                      base_name(progress->file));
    else
        (void)fputs(progress->step, out);
    if (share >= 0)
        (void)fprintf(out, " %.1f%%", share * 100);
    if (progress->contig != NULL)
        (void)fprintf(out, " %.30s", progress->contig);
    if (is_reading || progress->n_records > 0)
        (void)fprintf(out, " %" PRIu64 " %s", progress->n_records,
                      is_reading ? "records" : "pieces of alleles");
    if (is_reading && progress->step != NULL && strcmp(progress->step, "reading") != 0)
        (void)fprintf(out, " %s", progress->step);
    if (share > 0) {
        uint64_t eta = eta_seconds(line, share, now);
        (void)fprintf(out, " eta %02" PRIu64 ":%02" PRIu64 ":%02" PRIu64, eta / 3600, eta / 60 % 60,
                      eta % 60);
    }
}

static void say_json(const skr_progress_line *line, const skr_progress *progress, uint64_t now)
{
    skr_out json = {.out = stderr};
    double share = done_share(progress);
    skr_out_open(&json, '{');
    skr_out_member_text(&json, "progress", line->verb);
    skr_out_member_text(&json, "file", progress->file);
    skr_out_member_number(&json, "number", progress->file_number);
    skr_out_member_number(&json, "files", progress->n_files);
    skr_out_key(&json, "share");
    if (share >= 0)
        skr_out_real(&json, (double)(uint64_t)(share * 1000 + 0.5) / 1000);
    else
        skr_out_null(&json);
    skr_out_member_text(&json, "contig", progress->contig);
    skr_out_member_number(&json, "records", progress->n_records);
    skr_out_member_text(&json, "step", progress->step);
    skr_out_key(&json, "eta_s");
    if (share > 0)
        skr_out_number(&json, eta_seconds(line, share, now));
    else
        skr_out_null(&json);
    skr_out_close(&json, '}');
    skr_out_end(&json);
}

/* When to speak first, and how often then. */
static bool is_time(const skr_progress_line *line, uint64_t now)
{
    uint64_t first = 10 * SECOND_NS;
    uint64_t wait = 10 * SECOND_NS;
    if (line->choice == SKR_PROGRESS_JSON) {
        first = SECOND_NS;
        wait = SECOND_NS;
    } else if (line->is_terminal) {
        first = 2 * SECOND_NS;
        wait = SECOND_NS / 5;
    }
    if (line->choice == SKR_PROGRESS_ALWAYS) {
        first = 0;
        wait = wait > SECOND_NS ? SECOND_NS : wait;
    }
    return now - line->start_ns >= first && (line->last_ns == 0 || now - line->last_ns >= wait);
}

static void on_progress(void *context, const skr_progress *progress)
{
    skr_progress_line *line = context;
    uint64_t now = skr_clock_ns();
    if (line->step == NULL || strcmp(line->step, progress->step) != 0) {
        line->step = progress->step;
        line->step_ns = now;
    }
    if (!is_time(line, now))
        return;
    line->last_ns = now;
    if (line->choice == SKR_PROGRESS_JSON) {
        say_json(line, progress, now);
    } else if (line->is_terminal) {
        (void)fputs("\r\033[K", stderr);
        say_text(line, progress, now, stderr);
        line->is_shown = true;
    } else {
        say_text(line, progress, now, stderr);
        (void)fputc('\n', stderr);
    }
    (void)fflush(stderr);
}

static void on_warning(void *context, const char *text)
{
    skr_progress_line *line = context;
    char *copy = line->n_warnings < SKR_WARNINGS_MAX ? strdup(text) : NULL;
    if (copy == NULL)
        line->n_warnings_more++;
    else
        line->warnings[line->n_warnings++] = copy;
}

void skr_progress_init(skr_progress_line *line, const char *verb, const skr_common *common)
{
    *line = (skr_progress_line){.verb = verb,
                                .choice = (skr_progress_choice)common->progress,
                                .is_terminal = isatty(STDERR_FILENO) == 1,
                                .start_ns = skr_clock_ns()};
    if (common->is_quiet)
        line->choice = SKR_PROGRESS_NEVER;
}

skr_watch skr_progress_watch(skr_progress_line *line)
{
    return (skr_watch){.on_progress = line->choice == SKR_PROGRESS_NEVER ? NULL : on_progress,
                       .on_warning = on_warning,
                       .context = line,
                       .stop = skr_interrupt_flag()};
}

void skr_progress_end(skr_progress_line *line, bool are_warnings_wanted)
{
    if (line->is_shown)
        (void)fputs("\r\033[K", stderr);
    line->is_shown = false;
    for (size_t i = 0; i < line->n_warnings && are_warnings_wanted; i++)
        (void)fprintf(stderr, "skerry: warning: %s\n", line->warnings[i]);
    if (are_warnings_wanted && line->n_warnings_more > 0)
        (void)fprintf(stderr, "skerry: warning: and %zu more warnings\n", line->n_warnings_more);
}

void skr_progress_put_warnings(const skr_progress_line *line, skr_out *json)
{
    skr_out_key(json, "warnings");
    skr_out_open(json, '[');
    for (size_t i = 0; i < line->n_warnings; i++)
        skr_out_text(json, line->warnings[i]);
    skr_out_close(json, ']');
}

void skr_progress_done(skr_progress_line *line)
{
    for (size_t i = 0; i < line->n_warnings; i++)
        free(line->warnings[i]);
    line->n_warnings = 0;
    line->n_warnings_more = 0;
}
