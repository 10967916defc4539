/*
 * import_merge.c - groups the fragments of a row by the key that names it, takes the least within a
 * group, and lays the groups over each other.
 *
 * Several structural records of one key are never set against each other: each is a group.
 */
#include "engine/import/genomes/import_merge.h"

#include <stdlib.h>
#include <string.h>

#include "engine/import/genomes/import_body.h"
#include "engine/import/genomes/import_qc.h"
#include "engine/import/genomes/record_haplotypes.h"
#include "engine/import/genomes/record_keys.h"
#include "engine/import/genomes/record_phase.h"

/* A fragment, and what its body ends with. */
typedef struct part {
    const skr_fragment *fragment;
    skr_spelling spelling; /* all 0: none */
    uint64_t record;       /* where other fragments are of the same record, else 0 */
    uint32_t number;       /* of the fragment */
    uint32_t group;
} part;

struct skr_import_merge {
    const skr_import *import;
    skr_call_set calls; /* of one fragment */
    skr_carriers carriers;
    uint8_t *file_calls;   /* by sample of the file */
    uint8_t *has_phase;    /* by sample of the file */
    skr_spoken *file_said; /* by sample of the file */
    skr_spoken *said;      /* by sample of the segment: of one group */
    skr_spellings *all;    /* by sample of the segment */
    uint8_t *n_records;    /* by sample of the segment: 0, 1, 2 for more */
    part *parts;
    size_t n_parts_max;
    bool has_shared;     /* of the row: records with several keys */
    uint8_t *group_this; /* by group and sample of the segment, where records have several keys */
    size_t n_group_this_max;
    uint8_t *record_this; /* by sample of the segment: over the keys of one record */
    uint8_t *record_raw;
    uint8_t *record_called;
};

void skr_import_merge_free(skr_import_merge *merge)
{
    if (merge == NULL)
        return;
    skr_call_set_done(&merge->calls);
    skr_carriers_done(&merge->carriers);
    free(merge->file_calls);
    free(merge->has_phase);
    free(merge->file_said);
    free(merge->said);
    free(merge->all);
    free(merge->n_records);
    free(merge->parts);
    free(merge->group_this);
    free(merge->record_this);
    free(merge->record_raw);
    free(merge->record_called);
    free(merge);
}

int skr_import_merge_new(const skr_import *import, skr_import_merge **ret_merge, skr_err *err)
{
    size_t n = skr_import_qc_n_read(import) + 1u;
    skr_import_merge *merge = calloc(1, sizeof *merge);
    if (merge == NULL)
        return skr_fail_nomem(err, "records of one allele");
    merge->import = import;
    merge->file_calls = malloc(n);
    merge->has_phase = malloc(n);
    merge->file_said = malloc(n * sizeof *merge->file_said);
    merge->said = malloc(n * sizeof *merge->said);
    merge->all = malloc(n * sizeof *merge->all);
    merge->n_records = malloc(n);
    if (merge->file_calls == NULL || merge->has_phase == NULL || merge->file_said == NULL ||
        merge->said == NULL || merge->all == NULL || merge->n_records == NULL) {
        skr_import_merge_free(merge);
        return skr_fail_nomem(err, "records of one allele");
    }
    *ret_merge = merge;
    return SKR_OK;
}

/* ------------------------------------------------------------------ parts and groups */

/* Reads what the body ends with. */
static part part_of(const skr_fragment *fragment, size_t number)
{
    part one = {.fragment = fragment, .number = (uint32_t)number};
    const uint8_t *end = fragment->body + fragment->n_body;
    if ((fragment->claim & SKR_CLAIM_ATOM) != 0) {
        end -= sizeof one.spelling;
        memcpy(&one.spelling, end, sizeof one.spelling);
    }
    if ((fragment->claim & SKR_CLAIM_SHARED) != 0) {
        skr_cursor cursor = skr_cursor_of(end - 8, 8);
        one.record = skr_cursor_u64(&cursor);
    }
    return one;
}

static int compare_parts(const void *a, const void *b)
{
    const part *left = a;
    const part *right = b;
    int order = memcmp(&left->spelling, &right->spelling, sizeof left->spelling);
    return order != 0 ? order : left->number < right->number ? -1 : left->number > right->number;
}

/* Sorts the parts, gives each its group, and says how many groups there are. */
static int group_parts(skr_import_merge *merge, const skr_fragment *fragments, size_t n,
                       uint32_t *ret_n_groups, skr_err *err)
{
    bool is_structural = fragments[0].allele.kind == SKR_ALLELE_SV;
    SKR_TRY(SKR_ARRAY_RESERVE(&merge->parts, &merge->n_parts_max, n, "records of one allele", err));
    part *parts = merge->parts;
    for (size_t i = 0; i < n; i++)
        parts[i] = part_of(&fragments[i], i);
    qsort(parts, n, sizeof *parts, compare_parts);
    *ret_n_groups = 0;
    for (size_t i = 0; i < n; i++) {
        bool is_new = i == 0 || is_structural ||
                      memcmp(&parts[i].spelling, &parts[i - 1].spelling, sizeof(skr_spelling)) != 0;
        *ret_n_groups += is_new;
        parts[i].group = *ret_n_groups - 1;
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ one fragment */

/* What calls and carriers tell of every sample of the file. */
static void say_copies(skr_import_merge *merge, const skr_fragment *fragment)
{
    const skr_columns *columns = &merge->import->files[fragment->file].columns;
    const uint32_t *local = merge->import->files[fragment->file].local;
    const uint8_t *expected = columns->expected[fragment->allele.ploidy];
    const skr_carriers *carriers = &merge->carriers;
    skr_spoken *said = merge->file_said;
    skr_call_set_to_calls(&merge->calls, columns->n, merge->file_calls);
    for (uint32_t i = 0; i < columns->n; i++) {
        uint8_t call = merge->file_calls[i];
        bool is_said = call != SKR_CALL_NO_STATEMENT && local[i] != SKR_NONE;
        call = call == SKR_CALL_DEFAULT ? expected[i] : call > SKR_PLOIDY_MAX ? 0 : call;
        said[i] = (skr_spoken){
            .n_other = call, .n_copies = call, .is_said = is_said, .file = fragment->file};
        merge->has_phase[i] =
            skr_record_haplotypes_are_known(fragment->allele.ploidy, columns->karyotype[i]);
    }
    for (uint32_t i = 0; i < carriers->n; i++) {
        skr_spoken *one = &said[carriers->samples[i]];
        one->n_this = carriers->dosages[i];
        one->n_other = (uint8_t)(one->n_other - one->n_this);
    }
    for (uint32_t i = 0; i < carriers->n_bags; i++) {
        skr_spoken *one = &said[carriers->bags[i].sample];
        one->n_this = carriers->bags[i].n_this;
        one->n_other = (uint8_t)(one->n_other - one->n_this);
    }
}

/* Reads a fragment into merge->file_said. */
static int read_said(skr_import_merge *merge, const skr_fragment *fragment, skr_err *err)
{
    uint32_t n = merge->import->files[fragment->file].columns.n;
    skr_cursor cursor = skr_cursor_of(fragment->body, fragment->n_body);
    SKR_TRY(skr_import_body_take(&cursor, n, &merge->calls, &merge->carriers, err));
    say_copies(merge, fragment);
    skr_phase_decode(&cursor, n, merge->has_phase, &merge->carriers, merge->file_said);
    if (cursor.is_bad)
        return skr_fail(err, SKR_ERR_IO, "import: the scratch file does not read back");
    return SKR_OK;
}

/* ------------------------------------------------------------------ groups */

/* Are parts of an earlier group of the same record? */
static bool is_known_record(const skr_import_merge *merge, size_t number)
{
    const part *one = &merge->parts[number];
    for (size_t i = 0; one->record != 0 && i < number; i++)
        if (merge->parts[i].record == one->record)
            return true;
    return false;
}

/* Takes the least of the parts [from, to), which are one group, and adds it to all. */
static int add_group(skr_import_merge *merge, size_t from, size_t to, skr_err *err)
{
    uint32_t n = merge->import->samples.names.n;
    memset(merge->said, 0, n * sizeof *merge->said);
    for (size_t i = from; i < to; i++) {
        const skr_fragment *fragment = merge->parts[i].fragment;
        const skr_import_file *file = &merge->import->files[fragment->file];
        bool is_known = is_known_record(merge, i);
        SKR_TRY(read_said(merge, fragment, err));
        for (uint32_t j = 0; j < file->columns.n; j++) {
            uint32_t sample = file->local[j];
            if (!merge->file_said[j].is_said)
                continue;
            skr_spellings_add_spoken(&merge->said[sample], &merge->file_said[j]);
            if (!is_known && merge->n_records[sample] < 2)
                merge->n_records[sample]++;
        }
    }
    for (uint32_t i = 0; i < n; i++)
        skr_spellings_add(&merge->all[i], &merge->said[i]);
    if (merge->has_shared) {
        uint8_t *kept = merge->group_this + (size_t)merge->parts[from].group * n;
        for (uint32_t i = 0; i < n; i++)
            kept[i] = merge->said[i].n_this;
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ records of several keys */

static int make_record_room(skr_import_merge *merge, uint32_t n_groups, skr_err *err)
{
    size_t n = skr_import_qc_n_read(merge->import) + 1u;
    if (merge->record_this == NULL) {
        merge->record_this = malloc(n);
        merge->record_raw = malloc(n);
        merge->record_called = malloc(n);
        if (merge->record_this == NULL || merge->record_raw == NULL || merge->record_called == NULL)
            return skr_fail_nomem(err, "records of one allele");
    }
    if (n * n_groups > merge->n_group_this_max || merge->group_this == NULL) {
        uint8_t *kept = realloc(merge->group_this, n * n_groups);
        if (kept == NULL)
            return skr_fail_nomem(err, "records of one allele");
        merge->group_this = kept;
        merge->n_group_this_max = n * n_groups;
    }
    return SKR_OK;
}

/* The copies of a record's keys are different copies: adds them up, and says what that tells. */
static int add_record(skr_import_merge *merge, size_t first, size_t n_parts, skr_err *err)
{
    const part *parts = merge->parts;
    const skr_import_file *file = &merge->import->files[parts[first].fragment->file];
    uint32_t n = merge->import->samples.names.n;
    uint32_t n_columns = file->columns.n;
    memset(merge->record_this, 0, n_columns);
    memset(merge->record_raw, 0, n_columns);
    for (size_t i = first; i < n_parts; i++) {
        if (parts[i].record != parts[first].record)
            continue;
        SKR_TRY(read_said(merge, parts[i].fragment, err));
        const uint8_t *kept = merge->group_this + (size_t)parts[i].group * n;
        for (uint32_t j = 0; j < n_columns; j++) {
            const skr_spoken *one = &merge->file_said[j];
            if (file->local[j] == SKR_NONE)
                continue; /* set aside */
            merge->record_this[j] = (uint8_t)(merge->record_this[j] + kept[file->local[j]]);
            merge->record_raw[j] = (uint8_t)(merge->record_raw[j] + one->n_this);
            merge->record_called[j] = (uint8_t)(one->n_this + one->n_other);
        }
    }
    for (uint32_t j = 0; j < n_columns; j++) {
        uint8_t called = file->local[j] == SKR_NONE ? 0 : merge->record_called[j];
        uint8_t raw = merge->record_raw[j] < called ? merge->record_raw[j] : called;
        if (called > 0)
            skr_spellings_add_record(&merge->all[file->local[j]], merge->record_this[j],
                                     (uint32_t)(called - raw));
    }
    return SKR_OK;
}

static int add_records(skr_import_merge *merge, size_t n, skr_err *err)
{
    int status = SKR_OK;
    for (size_t i = 0; i < n && status == SKR_OK; i++)
        if (merge->parts[i].record != 0 && !is_known_record(merge, i))
            status = add_record(merge, i, n, err);
    return status;
}

/* ------------------------------------------------------------------ a row */

int skr_import_merge_row(skr_import_merge *merge, const skr_fragment *fragments, size_t n,
                         const skr_spellings **ret_all, bool *ret_has_several, skr_err *err)
{
    uint32_t n_samples = merge->import->samples.names.n;
    uint32_t n_groups = 0;
    int status = group_parts(merge, fragments, n, &n_groups, err);
    merge->has_shared = false;
    for (size_t i = 0; i < n; i++)
        merge->has_shared |= (fragments[i].claim & SKR_CLAIM_SHARED) != 0;
    if (status == SKR_OK && merge->has_shared)
        status = make_record_room(merge, n_groups, err);
    memset(merge->all, 0, n_samples * sizeof *merge->all);
    memset(merge->n_records, 0, n_samples);
    for (size_t from = 0, to; from < n && status == SKR_OK; from = to) {
        for (to = from + 1; to < n && merge->parts[to].group == merge->parts[from].group;)
            to++;
        status = add_group(merge, from, to, err);
    }
    if (status == SKR_OK && merge->has_shared)
        status = add_records(merge, n, err);
    if (status != SKR_OK)
        return status;
    *ret_all = merge->all;
    *ret_has_several = memchr(merge->n_records, 2, n_samples) != NULL;
    return SKR_OK;
}
