/*
 * who.c - the user's name, from /etc/passwd alone: the library's other ways to users open sockets,
 * and an import opens none.
 */
#include "tools/skerry/who.h"

#include <ctype.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The name of a user. */
static void find_name(uid_t user, char name[SKR_WHO_MAX])
{
    char buffer[4096];
    struct passwd entry;
    struct passwd *found = NULL;
    FILE *file = fopen("/etc/passwd", "re");
    (void)snprintf(name, SKR_WHO_MAX, "uid:%lu", (unsigned long)user);
    while (file != NULL && fgetpwent_r(file, &entry, buffer, sizeof buffer, &found) == 0)
        if (found->pw_uid == user) {
            (void)snprintf(name, SKR_WHO_MAX, "%s", found->pw_name);
            break;
        }
    if (file != NULL)
        (void)fclose(file);
}

const char *skr_who(char *text)
{
    const char *before = getenv("SUDO_USER");
    char name[SKR_WHO_MAX];
    find_name(geteuid(), name);
    if (before != NULL && *before != '\0' && strcmp(before, name) != 0)
        (void)snprintf(text, SKR_WHO_MAX, "%.30s/%.30s", before, name);
    else
        (void)snprintf(text, SKR_WHO_MAX, "%s", name);
    for (char *c = text; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && strchr("-_.$/:", *c) == NULL)
            *c = '_';
    return text;
}
