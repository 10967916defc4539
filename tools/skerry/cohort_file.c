/* cohort_file.c - from lines of a file to cohorts. */
#include "tools/skerry/cohort_file.h"

#include <stdlib.h>
#include <string.h>

#include "engine/face/query.h"

static skr_beacon_cohort *find(const skr_cohort_file *file, const char *id, size_t n_id)
{
    for (size_t i = 0; i < file->n_cohorts; i++)
        if (strncmp(file->cohorts[i].id, id, n_id) == 0 && file->cohorts[i].id[n_id] == '\0')
            return &file->cohorts[i];
    return NULL;
}

/* Is it a question at all? */
static int check_question(const skr_cohort_file *file, const skr_config_line *line, skr_err *err)
{
    skr_query *query = NULL;
    const skr_expr *expr = NULL;
    skr_err why = {0};
    SKR_TRY(skr_query_new(&query, err));
    int status = skr_query_parse(query, line->value, false, &expr, &why);
    skr_query_free(query);
    if (status < 0)
        return skr_config_fail(&file->file, line, err, "%.*s", (int)strcspn(why.message, "\n"),
                               why.message);
    return SKR_OK;
}

/* "ID name" and "ID description" are of a cohort that stands before them. */
static int describe(skr_cohort_file *file, const skr_config_line *line, size_t n_id, skr_err *err)
{
    skr_beacon_cohort *cohort = find(file, line->key, n_id);
    const char *word = line->key + n_id + strspn(line->key + n_id, " \t");
    if (cohort == NULL)
        return skr_config_fail(&file->file, line, err, "no cohort '%.*s' stands before it",
                               (int)n_id, line->key);
    if (strcmp(word, "name") == 0)
        cohort->name = line->value;
    else if (strcmp(word, "description") == 0)
        cohort->description = line->value;
    else
        return skr_config_fail(&file->file, line, err,
                               "'%.60s' is neither name nor description of a cohort", word);
    return SKR_OK;
}

static int read_line(skr_cohort_file *file, const skr_config_line *line, skr_err *err)
{
    size_t n_id = strcspn(line->key, " \t");
    if (line->key[n_id] != '\0')
        return describe(file, line, n_id, err);
    SKR_TRY(check_question(file, line, err));
    file->cohorts[file->n_cohorts++] =
        (skr_beacon_cohort){.id = line->key, .question = line->value};
    return SKR_OK;
}

int skr_cohort_file_read(const char *path, skr_cohort_file *ret_file, skr_err *err)
{
    skr_cohort_file file = {0};
    int status = skr_config_read(path, &file.file, err);
    if (status < 0)
        return status;
    file.cohorts = calloc(file.file.n_lines + 1, sizeof *file.cohorts);
    if (file.cohorts == NULL)
        status = skr_fail_nomem(err, "the cohorts");
    for (size_t i = 0; i < file.file.n_lines && status == SKR_OK; i++)
        status = read_line(&file, &file.file.lines[i], err);
    if (status < 0)
        skr_cohort_file_done(&file);
    else
        *ret_file = file;
    return status;
}

void skr_cohort_file_done(skr_cohort_file *file)
{
    free(file->cohorts);
    skr_config_done(&file->file);
    *file = (skr_cohort_file){0};
}
