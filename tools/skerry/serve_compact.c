/*
 * serve_compact.c - a child that runs `skerry compact`: a fault in it takes no server down, and it
 * gives way to whoever answers.
 */
#include "tools/skerry/serve_compact.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NICENESS 19
#define IO_CLASS_IDLE (3 << 13) /* of ioprio_set(2), for a process */
#define FIRST_S 60u             /* after the server began, at most */

skr_serve_compact_settings skr_serve_compact_default(void)
{
    return (skr_serve_compact_settings){
        .is_auto = "off", .hours = "0-24", .bandwidth_mib = 64, .every_s = 3600};
}

bool skr_serve_compact_is_hour(unsigned from, unsigned to, unsigned hour)
{
    return from < to ? hour >= from && hour < to : hour >= from || hour < to;
}

/* Seconds that never go backwards. */
static int64_t now_s(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec;
}

int skr_serve_compact_init(skr_serve_compact *compact, const skr_serve_compact_settings *settings,
                           const char *store, skr_err *err)
{
    int n = 0;
    uint32_t wait_s = settings->every_s < FIRST_S ? settings->every_s : FIRST_S;
    *compact = (skr_serve_compact){
        .settings = *settings, .store = store, .next_s = now_s() + (int64_t)wait_s};
    if (sscanf(settings->hours, "%2u-%2u%n", &compact->from_hour, &compact->to_hour, &n) != 2 ||
        settings->hours[n] != '\0' || compact->from_hour > 23 || compact->to_hour > 24 ||
        compact->from_hour == compact->to_hour)
        return skr_fail(err, SKR_ERR_USAGE,
                        "compact_hours is two hours of the day, such as 22-6, not '%.60s'",
                        settings->hours);
    return SKR_OK;
}

bool skr_serve_compact_is_on(const skr_serve_compact *compact)
{
    return strcmp(compact->settings.is_auto, "auto") == 0;
}

static bool is_time(const skr_serve_compact *compact)
{
    time_t now = time(NULL);
    struct tm local = {0};
    return localtime_r(&now, &local) != NULL &&
           skr_serve_compact_is_hour(compact->from_hour, compact->to_hour, (unsigned)local.tm_hour);
}

/* ------------------------------------------------------------------ the child */

/* In the child: becomes the program. Only calls that are safe after a fork of many threads. */
static _Noreturn void become(char *const *arguments, pid_t parent)
{
    sigset_t none;
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)prctl(PR_SET_PDEATHSIG, SIGINT);
    if (getppid() != parent)
        _exit(130);
    (void)setpriority(PRIO_PROCESS, 0, NICENESS);
    (void)syscall(SYS_ioprio_set, 1, 0, IO_CLASS_IDLE);
    (void)execv("/proc/self/exe", arguments);
    _exit(70);
}

static void begin(skr_serve_compact *compact)
{
    char bandwidth[16];
    char *words[] = {"skerry", "compact", "-d", (char *)compact->store, "-q", "--withdrawn", "due",
                     NULL,     NULL,      NULL};
    pid_t parent = getpid();
    (void)snprintf(bandwidth, sizeof bandwidth, "%" PRIu32, compact->settings.bandwidth_mib);
    if (compact->settings.bandwidth_mib > 0) {
        words[7] = "--bandwidth";
        words[8] = bandwidth;
    }
    pid_t child = fork();
    if (child == 0)
        become(words, parent);
    compact->child = child > 0 ? child : 0;
}

skr_serve_compact_news skr_serve_compact_look(skr_serve_compact *compact)
{
    int status = 0;
    if (compact->child == 0) {
        if (now_s() < compact->next_s || !is_time(compact))
            return SKR_SERVE_COMPACT_NONE;
        compact->next_s = now_s() + (int64_t)compact->settings.every_s;
        begin(compact);
        return compact->child == 0 ? SKR_SERVE_COMPACT_FAILED : SKR_SERVE_COMPACT_BEGUN;
    }
    if (!is_time(compact))
        (void)kill(compact->child, SIGINT);
    if (waitpid(compact->child, &status, WNOHANG) != compact->child)
        return SKR_SERVE_COMPACT_NONE;
    compact->child = 0;
    compact->next_s = now_s() + (int64_t)compact->settings.every_s;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return SKR_SERVE_COMPACT_DONE;
    return WIFEXITED(status) && WEXITSTATUS(status) == 130 ? SKR_SERVE_COMPACT_STOPPED
                                                           : SKR_SERVE_COMPACT_FAILED;
}

void skr_serve_compact_end(skr_serve_compact *compact)
{
    if (compact->child == 0)
        return;
    (void)kill(compact->child, SIGINT);
    while (waitpid(compact->child, NULL, 0) < 0 && errno == EINTR)
        continue;
    compact->child = 0;
}
