/*
 * related.h - the file of --related: pairs of people who are related, or a list of people who are
 * not.
 */
#ifndef SKR_TOOLS_RELATED_H
#define SKR_TOOLS_RELATED_H

#include "engine/face/query.h"
#include "storage/base/err.h"

/*
 * Reads a file and makes the condition that holds for the unrelated. Of pairs as few people as the
 * rule of docs/command-line.md finds are left out, so that no pair is left. The nodes live in the
 * query; asking it fails on an id that nobody has, naming its line. Errors: INPUT, naming the line;
 * IO; NOMEM.
 */
SKR_MUST_USE int skr_related_read(skr_query *query, const char *path, const skr_expr **ret_expr,
                                  skr_err *err);

#endif
