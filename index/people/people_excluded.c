/*
 * people_excluded.c - who was found not to have something.
 *
 * No sets of it are stored: the first who asks reads the records of the dataset, and what they
 * exclude stays with the table, eight bytes each.
 */
#include <stdlib.h>

#include "index/people/people_int.h"

/* Somebody of whom a term is excluded: a buffer holds one after the other. */
typedef struct exclusion {
    uint32_t place;
    uint32_t individual;
} exclusion;

static int add_record(const skr_people *people, const skr_people_dataset *of,
                      skr_people_record *record, const uint32_t *places, skr_buffer *exclusions,
                      skr_err *err)
{
    skr_stored_fact fact;
    while (skr_people_fact_next(&record->facts, &fact)) {
        if (fact.term >= of->n_terms || record->individual >= people->n)
            return skr_fail(err, SKR_ERR_CORRUPT,
                            "%s: a record of somebody and something known "
                            "was expected",
                            skr_block_file_name(people->file));
        if (!fact.is_excluded)
            continue;
        const exclusion one = {places[fact.term], record->individual};
        SKR_TRY(skr_buffer_put(exclusions, &one, sizeof one, err));
    }
    return SKR_OK;
}

static int read_all(const skr_people *people, const skr_people_dataset *of,
                    skr_block_reader *reader, skr_buffer *exclusions, skr_err *err)
{
    skr_buffer records = {0};
    uint32_t *places = calloc((size_t)of->n_terms + 1, sizeof *places);
    int status = places == NULL ? skr_fail_nomem(err, "exclusions") : SKR_OK;
    if (status == SKR_OK)
        status = skr_people_order_read(people, of, reader, places, err);
    if (status == SKR_OK)
        status = skr_blob_read(reader, people->file, &of->blobs[SKR_PART_RECORDS], &records, err);
    skr_cursor cursor = skr_cursor_of(records.bytes, records.n);
    skr_people_record record;
    while (status == SKR_OK && skr_people_record_next(&cursor, &record)) {
        status = add_record(people, of, &record, places, exclusions, err);
        if (status == SKR_OK && record.facts.is_bad)
            cursor.is_bad = true;
    }
    if (status == SKR_OK && !skr_cursor_is_done(&cursor))
        status = skr_fail(err, SKR_ERR_CORRUPT, "%s: a damaged record",
                          skr_block_file_name(people->file));
    skr_buffer_done(&records);
    free(places);
    return status;
}

/* What the records of a dataset exclude; whoever asks first finds it for all. */
static int need_exclusions(const skr_people *people, skr_people_dataset *of,
                           const skr_buffer **ret_exclusions, skr_err *err)
{
    skr_buffer *kept = atomic_load_explicit(&of->exclusions, memory_order_acquire);
    skr_block_reader *reader = NULL;
    if (kept != NULL) {
        *ret_exclusions = kept;
        return SKR_OK;
    }
    skr_buffer *fresh = calloc(1, sizeof *fresh);
    int status = fresh == NULL ? skr_fail_nomem(err, "exclusions") : SKR_OK;
    if (status == SKR_OK)
        status = skr_block_reader_new(SKR_IO_PREAD, &reader, err);
    if (status == SKR_OK)
        status = read_all(people, of, reader, fresh, err);
    skr_block_reader_free(reader);
    bool is_kept =
        status == SKR_OK && atomic_compare_exchange_strong(&of->exclusions, &kept, fresh);
    if (status == SKR_OK)
        *ret_exclusions = is_kept ? fresh : kept; /* another may have been faster */
    if (!is_kept && fresh != NULL)
        skr_buffer_done(fresh);
    if (!is_kept)
        free(fresh);
    return status;
}

int skr_people_mark_excluded(const skr_people *people, uint32_t dataset, const uint64_t *places,
                             uint64_t *bitmap, skr_err *err)
{
    const skr_buffer *exclusions = NULL;
    if (dataset >= people->n_datasets)
        return SKR_OK;
    skr_people_dataset *of = &people->datasets[dataset];
    SKR_TRY(skr_people_need_terms(people, of, err));
    if (of->n_terms == 0)
        return SKR_OK;
    SKR_TRY(need_exclusions(people, of, &exclusions, err));
    const exclusion *all = (const exclusion *)exclusions->bytes;
    for (size_t i = 0; i < exclusions->n / sizeof *all; i++) {
        const exclusion *at = &all[i];
        if ((places[at->place / 64] >> at->place % 64 & 1) != 0)
            bitmap[at->individual / 64] |= UINT64_C(1) << at->individual % 64;
    }
    return SKR_OK;
}
