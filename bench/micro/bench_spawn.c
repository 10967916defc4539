/*
 * bench_spawn.c - runs a command several times and says what each run cost.
 *
 * Usage: bench_spawn N OUT COMMAND [ARGUMENT]... The standard output of each run replaces the file
 * OUT. One line a run: CPU (user and system) and wall time in microseconds, peak memory in KiB.
 * Small itself, so that the peak of a child, which begins in its parent's memory, can be told.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static double now_us(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec * 1e6 + (double)at.tv_nsec / 1e3;
}

static double us_of(struct timeval time)
{
    return (double)time.tv_sec * 1e6 + (double)time.tv_usec;
}

static int run(const posix_spawn_file_actions_t *actions, char **command)
{
    struct rusage use;
    pid_t child;
    int status = 0;
    double start = now_us();
    int number = posix_spawnp(&child, command[0], actions, NULL, command, environ);
    if (number != 0) {
        (void)fprintf(stderr, "bench_spawn: %s: %s\n", command[0], strerror(number));
        return 1;
    }
    while (wait4(child, &status, 0, &use) < 0)
        if (errno != EINTR)
            return 1;
    double wall = now_us() - start;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        (void)fprintf(stderr, "bench_spawn: %s ended with status %d\n", command[0],
                      WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
        return 1;
    }
    (void)printf("%.0f %.0f %ld\n", us_of(use.ru_utime) + us_of(use.ru_stime), wall, use.ru_maxrss);
    return 0;
}

int main(int n_args, char **args)
{
    posix_spawn_file_actions_t actions;
    if (n_args < 4) {
        (void)fprintf(stderr, "usage: bench_spawn N OUT COMMAND [ARGUMENT]...\n");
        return 2;
    }
    if (posix_spawn_file_actions_init(&actions) != 0 ||
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0) != 0 ||
        posix_spawn_file_actions_addopen(&actions, 1, args[2], O_WRONLY | O_CREAT | O_TRUNC,
                                         0666) != 0)
        return 1;
    int status = 0;
    for (unsigned long i = strtoul(args[1], NULL, 10); i > 0 && status == 0; i--)
        status = run(&actions, args + 3);
    (void)posix_spawn_file_actions_destroy(&actions);
    return status;
}
