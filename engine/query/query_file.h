/*
 * query_file.h - the lines of a file that a question names: FIELD in @FILE.
 */
#ifndef SKR_ENGINE_QUERY_QUERY_FILE_H
#define SKR_ENGINE_QUERY_QUERY_FILE_H

#include "engine/query/query_int.h"

typedef struct skr_query_file {
    const char *path; /* "standard input" of @- */
    char *bytes;      /* they and path live as long as the query */
    size_t n;
    size_t at;       /* of the next line */
    uint32_t number; /* of the line at hand, from 1 */
} skr_query_file;

/* Reads the file that the token @FILE names; @- is standard input, once. Errors: QUERY: where files
 * are not read; INPUT, IO, NOMEM; all point at the token. */
SKR_MUST_USE int skr_query_file_read(const skr_parser *parser, const skr_token *token,
                                     skr_query_file *ret_file, skr_err *err);

/* Is there another line? Cuts it off where it stands, its end left out. */
bool skr_query_file_next(skr_query_file *file, char **ret_line, size_t *ret_n);

/* Is it plain text: UTF-8 without control characters? */
bool skr_query_file_is_text(const char *line, size_t n);

/* The region that a line of BED means: the bases from its second column, counted from 0, to its
 * third. Errors: QUERY, NOMEM. */
SKR_MUST_USE int skr_query_file_bed(const skr_parser *parser, const char *line,
                                    const char **ret_text, skr_err *err);

#endif
