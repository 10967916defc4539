/*
 * exec_admin.c - the commands that skerry itself does not hold: it becomes skerry-admin.
 *
 * Import and serve need two dozen libraries, and loading those takes longer than most questions.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/skerry/command.h"
#include "tools/skerry/output.h"

#define ADMIN "skerry-admin"
#define PATH_SIZE 4096

/* The program of that name beside this one. Errors: IO. */
static int find_admin(char path[PATH_SIZE], skr_err *err)
{
    ssize_t n = readlink("/proc/self/exe", path, PATH_SIZE - sizeof ADMIN);
    if (n <= 0)
        return skr_fail(err, SKR_ERR_IO, "cannot tell where this program lies: %s",
                        n < 0 ? strerror(errno) : "no path");
    path[n] = '\0';
    char *slash = strrchr(path, '/');
    char *name = slash == NULL ? path : slash + 1;
    memcpy(name, ADMIN, sizeof ADMIN);
    return SKR_OK;
}

/* Runs the command in the other program. Returns only when that failed. */
static int become_admin(const skr_command *command, int argc, char **argv)
{
    skr_err err;
    char path[PATH_SIZE];
    char program[] = "skerry";
    char **arguments = calloc((size_t)argc + 2, sizeof *arguments);
    int status = arguments == NULL ? skr_fail_nomem(&err, "arguments") : find_admin(path, &err);
    if (status == SKR_OK) {
        arguments[0] = program;
        arguments[1] = strdup(command->name);
        for (int i = 1; i < argc; i++)
            arguments[i + 1] = argv[i];
        (void)execv(path, arguments);
        (void)skr_fail(&err, SKR_ERR_IO, "%s: %s (it belongs beside skerry)", path,
                       strerror(errno));
        free(arguments[1]);
    }
    free(arguments);
    return skr_report(&err);
}

int skr_cmd_import(const skr_command *command, int argc, char **argv)
{
    return become_admin(command, argc, argv);
}

int skr_cmd_export(const skr_command *command, int argc, char **argv)
{
    return become_admin(command, argc, argv);
}

int skr_cmd_people(const skr_command *command, int argc, char **argv)
{
    return become_admin(command, argc, argv);
}

int skr_cmd_ontology(const skr_command *command, int argc, char **argv)
{
    return become_admin(command, argc, argv);
}

int skr_cmd_genes(const skr_command *command, int argc, char **argv)
{
    return become_admin(command, argc, argv);
}

int skr_cmd_annotate(const skr_command *command, int argc, char **argv)
{
    return become_admin(command, argc, argv);
}

int skr_cmd_doctor(const skr_command *command, int argc, char **argv)
{
    return become_admin(command, argc, argv);
}

int skr_cmd_serve(const skr_command *command, int argc, char **argv)
{
    return become_admin(command, argc, argv);
}

int skr_cmd_verify(const skr_command *command, int argc, char **argv)
{
    return become_admin(command, argc, argv);
}

int skr_cmd_copy(const skr_command *command, int argc, char **argv)
{
    return become_admin(command, argc, argv);
}

int skr_cmd_compact(const skr_command *command, int argc, char **argv)
{
    return become_admin(command, argc, argv);
}

int skr_cmd_withdraw(const skr_command *command, int argc, char **argv)
{
    return become_admin(command, argc, argv);
}

int skr_cmd_dataset(const skr_command *command, int argc, char **argv)
{
    return become_admin(command, argc, argv);
}
