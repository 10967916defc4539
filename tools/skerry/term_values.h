/* term_values.h - the terms of a store as values of a field: for skerry terms and fields. */
#ifndef SKR_TOOLS_TERM_VALUES_H
#define SKR_TOOLS_TERM_VALUES_H

#include "engine/face/engine.h"
#include "tools/skerry/value_writer.h"

/*
 * Writes the terms that would be told, those whose id or label has the word in it, in any case, or
 * all with NULL; with how many people a count of each would tell. Errors: QUERY (no term has the
 * word; the nearest labels), those of a count, IO.
 */
SKR_MUST_USE int skr_term_values_write(skr_engine *engine, const skr_access *access,
                                       const char *word, skr_value_writer *writer, skr_err *err);

#endif
