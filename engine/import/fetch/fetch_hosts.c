/* fetch_hosts.c - the lines of the file of hosts. */
#include "engine/import/fetch/fetch_hosts.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HOSTS_MAX 1024u
#define PORT_USUAL 443u

/* Where a word is read. */
typedef struct line_place {
    const char *path;
    unsigned number;
} line_place;

static int bad_line(const line_place *at, const char *what, const char *word, skr_err *err)
{
    return skr_fail(err, SKR_ERR_INPUT, "%s, line %u: %s: '%.60s'", at->path, at->number, what,
                    word);
}

/* HOST or HOST:PORT; of an IPv6 address [ADDRESS] or [ADDRESS]:PORT. */
static int read_name(const line_place *at, const char *word, skr_fetch_host *host, skr_err *err)
{
    size_t n = *word == '[' ? strcspn(word, "]") + 1 : strcspn(word, ":");
    const char *rest = strlen(word) >= n ? word + n : "";
    char *end = NULL;
    host->port = PORT_USUAL;
    if (n == 0 || n > SKR_FETCH_HOST_MAX || strlen(word) < n || strpbrk(word, "/@?#*") != NULL)
        return bad_line(at, "no name of a host", word, err);
    if (*rest == ':') {
        unsigned long port = isdigit((unsigned char)rest[1]) ? strtoul(rest + 1, &end, 10) : 0;
        if (port == 0 || port > 65535 || *end != '\0')
            return bad_line(at, "no port", word, err);
        host->port = (unsigned)port;
    } else if (*rest != '\0') {
        return bad_line(at, "no name of a host", word, err);
    }
    for (size_t i = 0; i < n; i++)
        host->name[i] = (char)tolower((unsigned char)word[i]);
    return SKR_OK;
}

/* Keeps what stands behind "token=" or "ca=". */
static int keep_path(char **path, const char *text, skr_err *err)
{
    free(*path);
    *path = strdup(text);
    return *path != NULL ? SKR_OK : skr_fail_nomem(err, "hosts");
}

static int read_word(const line_place *at, const char *word, skr_fetch_host *host, skr_err *err)
{
    if (strcmp(word, "http") == 0)
        host->is_plain = true;
    else if (strcmp(word, "private") == 0)
        host->is_private = true;
    else if (strcmp(word, "unsummed") == 0)
        host->is_unsummed = true;
    else if (strncmp(word, "token=", 6) == 0 && word[6] != '\0')
        return keep_path(&host->token, word + 6, err);
    else if (strncmp(word, "ca=", 3) == 0 && word[3] != '\0')
        return keep_path(&host->ca, word + 3, err);
    else
        return bad_line(at, "not one of http, private, unsummed, token=FILE, ca=FILE", word, err);
    return SKR_OK;
}

static int read_line(const line_place *at, char *text, skr_fetch_hosts *hosts, skr_err *err)
{
    static const char blanks[] = " \t\r\n";
    char *rest = NULL;
    text[strcspn(text, "#")] = '\0';
    char *word = strtok_r(text, blanks, &rest);
    if (word == NULL)
        return SKR_OK;
    if (hosts->n == HOSTS_MAX)
        return bad_line(at, "more than 1024 hosts", word, err);
    skr_fetch_host *host = &hosts->list[hosts->n++];
    SKR_TRY(read_name(at, word, host, err));
    while ((word = strtok_r(NULL, blanks, &rest)) != NULL)
        SKR_TRY(read_word(at, word, host, err));
    return SKR_OK;
}

int skr_fetch_hosts_read(const char *path, skr_fetch_hosts *ret_hosts, skr_err *err)
{
    char text[4096];
    line_place at = {path, 0};
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return skr_fail(err, skr_err_of_input(errno), "%s: cannot be opened: %s", path,
                        strerror(errno));
    int status = SKR_OK;
    ret_hosts->path = path;
    ret_hosts->list = calloc(HOSTS_MAX, sizeof *ret_hosts->list);
    if (ret_hosts->list == NULL)
        status = skr_fail_nomem(err, "hosts");
    while (status == SKR_OK && fgets(text, sizeof text, file) != NULL) {
        at.number++;
        status = strlen(text) + 1 == sizeof text
                     ? bad_line(&at, "longer than any line of hosts", text, err)
                     : read_line(&at, text, ret_hosts, err);
    }
    if (status == SKR_OK && ferror(file) != 0)
        status =
            skr_fail(err, skr_err_of_input(errno), "%s: cannot be read: %s", path, strerror(errno));
    (void)fclose(file);
    if (status != SKR_OK)
        skr_fetch_hosts_done(ret_hosts);
    return status;
}

const skr_fetch_host *skr_fetch_hosts_find(const skr_fetch_hosts *hosts, const char *name,
                                           unsigned port)
{
    for (size_t i = 0; i < hosts->n; i++)
        if (hosts->list[i].port == port && strcasecmp(hosts->list[i].name, name) == 0)
            return &hosts->list[i];
    return NULL;
}

void skr_fetch_hosts_done(skr_fetch_hosts *hosts)
{
    for (size_t i = 0; i < hosts->n; i++) {
        free(hosts->list[i].token);
        free(hosts->list[i].ca);
    }
    free(hosts->list);
    *hosts = (skr_fetch_hosts){0};
}
