/*
 * archive_paths.c - folders to the files in them.
 */
#include "engine/import/documents/archive_paths.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "storage/base/array.h"
#include "storage/base/limits.h"

bool skr_path_ends(const char *name, const char *ending)
{
    size_t n = strlen(name);
    size_t n_ending = strlen(ending);
    if (n >= 5 && strcasecmp(name + n - 5, ".c4gh") == 0)
        n -= 5;
    if (n >= 3 && strncasecmp(name + n - 3, ".gz", 3) == 0)
        n -= 3;
    return n >= n_ending && strncasecmp(name + n - n_ending, ending, n_ending) == 0;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

bool skr_path_is_wanted(const char *const *endings, const char *path)
{
    if (base_name(path)[0] == '.' || strncmp(path, "__MACOSX/", 9) == 0)
        return false;
    for (const char *const *ending = endings; *ending != NULL; ending++)
        if (skr_path_ends(path, *ending))
            return true;
    return false;
}

/* Takes the path. */
static int add_path(skr_path_list *list, char *path, skr_err *err)
{
    int status = SKR_ARRAY_RESERVE(&list->paths, &list->n_max, list->n + 1, "names of files", err);
    if (status == SKR_OK)
        list->paths[list->n++] = path;
    else
        free(path);
    return status;
}

/* A walk through a folder. */
typedef struct walk {
    skr_path_list *list;
    const char *const *endings;
    const char *root; /* as the user named it */
} walk;

static int add_folder(walk *w, const char *folder, int depth, skr_err *err);

/* A link may lead in a circle, and to what nobody meant to deliver: one to a folder is not
 * followed, and one to a wanted file is refused when that lies outside. */
static int check_link(const walk *w, const char *path, skr_err *err)
{
    char *root = realpath(w->root, NULL);
    char *real = realpath(path, NULL);
    size_t n = root == NULL ? 0 : strlen(root);
    bool is_inside = root != NULL && real != NULL && strncmp(real, root, n) == 0 &&
                     (real[n] == '/' || strcmp(root, "/") == 0);
    free(real);
    free(root);
    return is_inside
               ? SKR_OK
               : skr_fail(err, SKR_ERR_INPUT,
                          "%s: a link that leads out of the folder; deliver the file itself", path);
}

static int add_entry(walk *w, const char *folder, const char *entry, int depth, skr_err *err)
{
    char *path = NULL;
    struct stat state;
    if (asprintf(&path, "%s/%s", folder, entry) < 0)
        return skr_fail_nomem(err, "documents");
    bool is_there = lstat(path, &state) == 0;
    bool is_link = is_there && S_ISLNK(state.st_mode);
    if (is_there && S_ISDIR(state.st_mode)) {
        int status = add_folder(w, path, depth + 1, err);
        free(path);
        return status;
    }
    bool is_file = stat(path, &state) == 0 && S_ISREG(state.st_mode);
    if (!is_file || (!skr_path_is_wanted(w->endings, path) && !skr_path_ends(path, ".zip"))) {
        free(path);
        return SKR_OK;
    }
    int status = is_link ? check_link(w, path, err) : SKR_OK;
    if (status == SKR_OK)
        return add_path(w->list, path, err);
    free(path);
    return status;
}

static int add_folder(walk *w, const char *folder, int depth, skr_err *err)
{
    struct dirent **entries = NULL;
    if (depth > SKR_ARCHIVE_DEPTH_MAX)
        return skr_fail(err, SKR_ERR_INPUT, "%s: more than %d folders one within the other", folder,
                        SKR_ARCHIVE_DEPTH_MAX);
    int n = scandir(folder, &entries, NULL, alphasort);
    if (n < 0)
        return skr_fail(err, skr_err_of_input(errno), "%s: %s", folder, strerror(errno));
    int status = SKR_OK;
    for (int i = 0; i < n; i++) {
        if (status == SKR_OK && entries[i]->d_name[0] != '.')
            status = add_entry(w, folder, entries[i]->d_name, depth, err);
        free(entries[i]);
    }
    free(entries);
    return status;
}

int skr_path_list_expand(skr_path_list *list, const char *const *endings, const char *word,
                         skr_err *err)
{
    struct stat state;
    for (size_t i = 0; i < list->n; i++)
        free(list->paths[i]);
    list->n = 0;
    bool is_folder = strcmp(word, "-") != 0 && stat(word, &state) == 0 && S_ISDIR(state.st_mode);
    if (!is_folder) {
        char *path = strdup(word);
        return path == NULL ? skr_fail_nomem(err, "documents") : add_path(list, path, err);
    }
    walk w = {list, endings, word};
    SKR_TRY(add_folder(&w, word, 1, err));
    if (list->n > 0)
        return SKR_OK;
    return skr_fail(err, SKR_ERR_INPUT, "%s: no file in this folder ends in %s%s", word, endings[0],
                    endings[1] != NULL ? " or another known ending" : "");
}

void skr_path_list_done(skr_path_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        free(list->paths[i]);
    free(list->paths);
    *list = (skr_path_list){0};
}
