/*
 * import_watch.h - what an import says while it runs, and whether it shall stop.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_IMPORT_WATCH_H
#define SKR_ENGINE_IMPORT_GENOMES_IMPORT_WATCH_H

#include "engine/import/genomes/import_int.h"

/* INTERRUPTED when the stop flag is set. */
SKR_MUST_USE int skr_import_watch_stop(const skr_import *import, skr_err *err);

/* Tells how far the import is. file NULL: it is past its files, and n_done counts records; else
 * bytes of it. */
void skr_import_watch_report(const skr_import *import, const skr_import_file *file, uint64_t n_done,
                             const char *contig, const char *step);

/* Tells people one line, which may be as long as a message. */
void skr_import_watch_warn(const skr_import *import, const char *format, ...) SKR_PRINTF(2, 3);

#endif
