/*
 * import_qc.c - judges the samples by the limits of --qc, and takes those beyond them out.
 */
#include "engine/import/genomes/import_qc.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/genomes/identity.h"
#include "engine/import/genomes/import_coverage_int.h"
#include "engine/import/genomes/import_facts.h"
#include "engine/import/genomes/import_watch.h"

/* So many samples are named in a warning. */
#define NAMED_MAX 5u

#define IS_MOST(word, tag, is_most) is_most,
static const bool is_most[] = {SKR_QUALITIES(IS_MOST)};

/* ------------------------------------------------------------------ limits */

static bool has_limits(const skr_qc *qc)
{
    bool is_any = false;
    for (unsigned i = 0; i < SKR_N_QUALITIES; i++)
        is_any = is_any || qc->limits[i].is_set;
    return is_any;
}

int skr_import_qc_print(const skr_qc *qc, skr_buffer *text, skr_err *err)
{
    const char *before = " qc=";
    for (unsigned i = 0; i < SKR_N_QUALITIES; i++) {
        char item[64];
        if (!qc->limits[i].is_set)
            continue;
        int n = snprintf(item, sizeof item, "%s%s=%.15g", before, skr_quality_word((skr_quality)i),
                         qc->limits[i].limit);
        SKR_TRY(skr_buffer_put(text, item, (size_t)n, err));
        before = ",";
    }
    return SKR_OK;
}

/* The first limit that a sample is beyond, SKR_N_QUALITIES: none. *ret_is_unknown: one could not be
 * compared. */
static skr_quality first_beyond(const skr_import *import, uint32_t sample, double *ret_value,
                                bool *ret_is_unknown)
{
    uint64_t facts[SKR_N_SAMPLE_FACTS];
    skr_quality found = SKR_N_QUALITIES;
    *ret_is_unknown = false;
    for (unsigned i = 0; i < SKR_N_SAMPLE_FACTS; i++)
        facts[i] = skr_import_facts_of(import, sample, (skr_sample_fact)i);
    for (unsigned i = 0; i < SKR_N_QUALITIES; i++) {
        const skr_qc_limit *limit = &import->request->qc.limits[i];
        double value = skr_sample_quality(facts, (skr_quality)i);
        if (!limit->is_set)
            continue;
        *ret_is_unknown = *ret_is_unknown || isnan(value);
        if (found == SKR_N_QUALITIES &&
            (is_most[i] ? value > limit->limit : value < limit->limit)) {
            found = (skr_quality)i;
            *ret_value = value;
        }
    }
    return found;
}

/* "S1 (coverage 9.1, at least 15 is wanted)" */
static int tell(skr_import *import, uint32_t sample, skr_quality quality, double value,
                skr_err *err)
{
    char why[128];
    skr_buffer *told = &import->qc.told;
    const char *name = import->samples.names.texts[sample];
    int n = snprintf(why, sizeof why, " (%s %.6g, at %s %.6g is wanted)", skr_quality_word(quality),
                     value, is_most[quality] ? "most" : "least",
                     import->request->qc.limits[quality].limit);
    SKR_TRY(skr_buffer_put(told, ", ", told->n == 0 ? 0 : 2, err));
    SKR_TRY(skr_buffer_put(told, name, strlen(name), err));
    return skr_buffer_put(told, why, (size_t)n, err);
}

/* Marks who is beyond a limit, and counts. */
static int find_aside(skr_import *import, bool *is_aside, skr_err *err)
{
    for (uint32_t i = 0; i < import->samples.names.n; i++) {
        double value = 0;
        bool is_unknown;
        skr_quality beyond = first_beyond(import, i, &value, &is_unknown);
        is_aside[i] = beyond != SKR_N_QUALITIES;
        import->counts[SKR_COUNT_QC_UNKNOWN] += is_unknown && !is_aside[i];
        if (is_aside[i] && import->qc.n_aside++ < NAMED_MAX)
            SKR_TRY(tell(import, i, beyond, value, err));
    }
    return skr_buffer_put_u8(&import->qc.told, 0, err);
}

static const char *more_of(const skr_import *import, char text[48])
{
    text[0] = '\0';
    if (import->qc.n_aside > NAMED_MAX)
        (void)snprintf(text, 48, " and %" PRIu32 " more", import->qc.n_aside - NAMED_MAX);
    return text;
}

/* ------------------------------------------------------------------ without them */

/* Samples are numbered anew; *ret_old_of: which each was. */
static int number_anew(skr_import *import, const bool *is_aside, uint32_t *old_of, skr_err *err)
{
    skr_import_samples *samples = &import->samples;
    skr_names names = {0};
    int status = SKR_OK;
    for (uint32_t i = 0; i < samples->names.n && status == SKR_OK; i++) {
        uint32_t number = SKR_NONE;
        bool is_new;
        if (!is_aside[i]) {
            const char *name = samples->names.texts[i];
            status = skr_names_add_n(&names, name, strlen(name), &number, &is_new, err);
        }
        import->qc.new_of[i] = number;
        if (number == SKR_NONE)
            continue;
        old_of[number] = i;
        samples->list[number] = samples->list[i];
        samples->origins[number] = samples->origins[i];
    }
    if (status != SKR_OK) {
        skr_names_done(&names);
        return status;
    }
    skr_names_done(&samples->names);
    samples->names = names;
    for (uint32_t i = 0; i < names.n; i++)
        samples->list[i].name = names.texts[i];
    return SKR_OK;
}

static void number_columns_anew(skr_import *import)
{
    for (uint32_t f = 0; f < import->n_files; f++) {
        skr_import_file *file = &import->files[f];
        bool is_identity = file->columns.n == import->samples.names.n;
        uint32_t n_kept = 0;
        for (uint32_t i = 0; i < file->columns.n; i++) {
            file->local[i] = import->qc.new_of[file->local[i]];
            n_kept += file->local[i] != SKR_NONE;
            is_identity = is_identity && file->local[i] == i;
        }
        file->is_identity = is_identity;
        file->is_aside = file->columns.n > 0 && n_kept == 0;
    }
    if (import->coverage != NULL)
        import->coverage->n_samples = import->samples.names.n;
}

/* Individuals are found anew, so that nobody is added who has no sample. */
static int identify_anew(skr_import *import, skr_err *err)
{
    skr_people_edit_free(import->edit);
    import->edit = NULL;
    SKR_TRY(skr_people_edit_new(import->people, &import->edit, err));
    return skr_identity_individuals(import, err);
}

static int set_aside(skr_import *import, const bool *is_aside, skr_err *err)
{
    uint32_t n = import->samples.names.n;
    uint32_t *old_of = malloc(n * sizeof *old_of);
    import->qc.new_of = malloc(n * sizeof *import->qc.new_of);
    int status = old_of == NULL || import->qc.new_of == NULL
                     ? skr_fail_nomem(err, "samples of a delivery")
                     : number_anew(import, is_aside, old_of, err);
    if (status != SKR_OK) {
        free(old_of);
        return status;
    }
    import->qc.n_read = n;
    import->counts[SKR_COUNT_SET_ASIDE] = import->qc.n_aside;
    skr_import_facts_settle(import->facts, old_of);
    number_columns_anew(import);
    return identify_anew(import, err);
}

/* ------------------------------------------------------------------ the face */

int skr_import_qc_judge(skr_import *import, bool *ret_again, skr_err *err)
{
    char more[48];
    uint32_t n = import->samples.names.n;
    if (import->qc.is_judged || !has_limits(&import->request->qc))
        return SKR_OK;
    import->qc.is_judged = true;
    bool *is_aside = calloc(n, sizeof *is_aside);
    int status = is_aside == NULL ? skr_fail_nomem(err, "samples of a delivery")
                                  : find_aside(import, is_aside, err);
    if (status == SKR_OK && import->qc.n_aside > 0) {
        const char *told = (const char *)import->qc.told.bytes;
        if (import->request->qc.is_refusing)
            status = skr_fail(err, SKR_ERR_INPUT,
                              "--qc refuses the delivery for %s%s: take these samples out, or set "
                              "them aside with --qc-fail set-aside",
                              told, more_of(import, more));
        else if (import->qc.n_aside == n)
            status = skr_fail(err, SKR_ERR_INPUT,
                              "--qc would set aside every sample of the delivery: %s%s", told,
                              more_of(import, more));
        else
            status = set_aside(import, is_aside, err);
        *ret_again = status == SKR_OK;
    }
    free(is_aside);
    return status;
}

uint32_t skr_import_qc_number(const skr_import *import, uint32_t sample)
{
    return import->qc.new_of == NULL ? sample : import->qc.new_of[sample];
}

uint32_t skr_import_qc_n_read(const skr_import *import)
{
    return import->qc.new_of == NULL ? import->samples.names.n : import->qc.n_read;
}

void skr_import_qc_forget(skr_import *import)
{
    for (uint32_t f = 0; f < import->n_files && import->qc.new_of != NULL; f++) {
        skr_import_file *file = &import->files[f];
        uint32_t n = 0;
        for (uint32_t i = 0; i < file->columns.n; i++)
            if (file->local[i] != SKR_NONE)
                file->local[n++] = file->local[i];
        file->columns.n = n;
    }
}

void skr_import_qc_warn(const skr_import *import)
{
    char more[48];
    uint64_t n_unknown = import->counts[SKR_COUNT_QC_UNKNOWN];
    if (import->qc.n_aside > 0)
        skr_import_watch_warn(import, "set aside by --qc, and not in the store: %s%s",
                              (const char *)import->qc.told.bytes, more_of(import, more));
    if (n_unknown > 0)
        skr_import_watch_warn(import,
                              "of %" PRIu64 " samples a limit of --qc could not be compared, "
                              "because their files do not tell it; they are in the store: `skerry "
                              "info --samples` shows them",
                              n_unknown);
}

void skr_import_qc_done(skr_import *import)
{
    free(import->qc.new_of);
    skr_buffer_done(&import->qc.told);
}
