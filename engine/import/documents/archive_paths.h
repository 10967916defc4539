/*
 * archive_paths.h - what a word that names documents stands for: a file, or those of a folder.
 */
#ifndef SKR_ENGINE_IMPORT_DOCUMENTS_ARCHIVE_PATHS_H
#define SKR_ENGINE_IMPORT_DOCUMENTS_ARCHIVE_PATHS_H

#include <stdbool.h>
#include <stddef.h>

#include "storage/base/err.h"

/* Zero-initialise, end with skr_path_list_done. */
typedef struct skr_path_list {
    char **paths;
    size_t n;
    size_t n_max;
} skr_path_list;

/* Does a name end so, .gz and .c4gh left aside and in any case of letters? */
bool skr_path_ends(const char *name, const char *ending);

/* Of what lies in folders and .zip: has it one of the endings, a list ended by NULL, and is it not
 * what systems leave after (.DS_Store, __MACOSX)? */
bool skr_path_is_wanted(const char *const *endings, const char *path);

/* Puts into the list, in the place of what was there, the files that a word stands for: itself, or
 * those wanted in a folder and its folders, by name, and every .zip. Errors: INPUT, IO, NOMEM. */
SKR_MUST_USE int skr_path_list_expand(skr_path_list *list, const char *const *endings,
                                      const char *word, skr_err *err);

/* Frees. */
void skr_path_list_done(skr_path_list *list);

#endif
