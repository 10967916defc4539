/* import_gone.c - samples whose people have withdrawn, asked for by keyed digests. */
#include "engine/import/genomes/import_gone.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/genomes/import_watch.h"
#include "storage/gone.h"

#define NAMED_MAX 3

struct skr_import_gone {
    skr_gone *gone;
    char named[NAMED_MAX][64];
    unsigned n_named;
};

/* Is an id or name among those who are gone? One that is readmitted is not any more. */
static int ask(skr_import *import, skr_gone_kind kind, const char *text, bool *is_gone,
               skr_err *err)
{
    skr_keyed_digest digest;
    bool is_here = false;
    SKR_TRY(skr_gone_holds(import->gone->gone, import->dataset, kind, text, &is_here, err));
    if (!is_here)
        return SKR_OK;
    if (!import->request->is_readmitting) {
        *is_gone = true;
        return SKR_OK;
    }
    SKR_TRY(skr_gone_digest(import->gone->gone, kind, text, &digest, err));
    skr_gone_drop(import->manifest, import->dataset, &digest);
    return SKR_OK;
}

static int begin(skr_import *import, skr_err *err)
{
    import->gone = calloc(1, sizeof *import->gone);
    if (import->gone == NULL)
        return skr_fail_nomem(err, "who has withdrawn");
    return skr_gone_new(import->manifest, &import->gone->gone, err);
}

int skr_import_gone_ask(skr_import *import, const char *name, const skr_sample_line *line,
                        bool *ret_is_gone, skr_err *err)
{
    bool is_gone = false;
    *ret_is_gone = false;
    if (import->manifest->datasets[import->dataset].n_gone == 0)
        return SKR_OK;
    if (import->gone == NULL)
        SKR_TRY(begin(import, err));
    const char *individual = line != NULL && *line->individual != '\0' ? line->individual : name;
    SKR_TRY(ask(import, SKR_GONE_SAMPLE, name, &is_gone, err));
    SKR_TRY(ask(import, SKR_GONE_INDIVIDUAL, individual, &is_gone, err));
    *ret_is_gone = is_gone;
    if (!is_gone)
        return SKR_OK;
    import->counts[SKR_COUNT_WITHDRAWN]++;
    if (import->gone->n_named < NAMED_MAX)
        (void)snprintf(import->gone->named[import->gone->n_named++], sizeof import->gone->named[0],
                       "%s", name);
    return SKR_OK;
}

void skr_import_gone_warn(const skr_import *import)
{
    const skr_import_gone *gone = import->gone;
    uint64_t n = import->counts[SKR_COUNT_WITHDRAWN];
    char names[NAMED_MAX * 70] = "";
    char more[48] = "";
    size_t at = 0;
    if (n == 0)
        return;
    for (unsigned i = 0; i < gone->n_named; i++)
        at += (size_t)snprintf(names + at, sizeof names - at, "%s'%s'", i > 0 ? ", " : "",
                               gone->named[i]);
    if (n > gone->n_named)
        (void)snprintf(more, sizeof more, " and %" PRIu64 " more", n - gone->n_named);
    skr_import_watch_warn(import,
                          "left out, because they have withdrawn: %s%s (--readmit takes them back)",
                          names, more);
}

void skr_import_gone_free(skr_import_gone *gone)
{
    if (gone == NULL)
        return;
    skr_gone_free(gone->gone);
    free(gone);
}
