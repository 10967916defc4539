/*
 * import_watch.c - what an import says while it runs, and whether it shall stop.
 */
#include "engine/import/genomes/import_watch.h"

#include <stdarg.h>
#include <stdio.h>

int skr_import_watch_stop(const skr_import *import, skr_err *err)
{
    const atomic_bool *stop = import->request->watch.stop;
    if (stop != NULL && atomic_load_explicit(stop, memory_order_relaxed))
        return skr_fail(err, SKR_ERR_INTERRUPTED, "import: stopped; the store is as it was");
    return SKR_OK;
}

void skr_import_watch_report(const skr_import *import, const skr_import_file *file, uint64_t n_done,
                             const char *contig, const char *step)
{
    const skr_watch *watch = &import->request->watch;
    if (watch->on_progress == NULL)
        return;
    skr_progress progress = {
        .file = file != NULL ? file->name : NULL,
        .file_number = file != NULL ? (size_t)(file - import->files) + 1 : 1,
        .n_files = file != NULL ? import->n_files : 1,
        .n_bytes_done = n_done,
        .n_bytes = file != NULL ? file->n_bytes : skr_site_batch_count(import->batch),
        .n_records = file != NULL ? import->n_records : n_done,
        .contig = contig,
        .step = step,
    };
    watch->on_progress(watch->context, &progress);
}

void skr_import_watch_warn(const skr_import *import, const char *format, ...)
{
    const skr_watch *watch = &import->request->watch;
    char text[1024];
    va_list args;
    if (watch->on_warning == NULL)
        return;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    watch->on_warning(watch->context, text);
}
