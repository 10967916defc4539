/*
 * people_genomes.c - how the people of a delivery and the genomes of their dataset go
 * together, and why they may not.
 *
 * Numbers of people who match grow nothing but bitmaps. Only where nobody matches is the reason
 * looked for: another id of the same people, another dataset, another case, or something put in
 * front of an id or after it.
 */
#include "engine/import/documents/people_genomes.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/limits.h"
#include "storage/carriers/bits.h"
#include "storage/genomes.h"

#define LOOKED_AT_MAX 10000 /* ids that are taken apart to find a genome's in them */

/* ------------------------------------------------------------------ who has a genome */

static int mark_segment(const skr_people_reader *r, const skr_segment_entry *entry,
                        uint64_t *people)
{
    skr_segment *segment = NULL;
    uint32_t first = 0;
    uint32_t last = 0;
    SKR_TRY(skr_segment_open(r->folder, &entry->file, &segment, r->err));
    int status = SKR_OK;
    skr_sample_table_range(skr_segment_samples(segment), &first, &last);
    if (last >= r->n_base || skr_segment_n_samples(segment) != entry->n_samples)
        status = skr_fail(r->err, SKR_ERR_CORRUPT, "%s: samples that the store does not have",
                          entry->file.name);
    else
        status = skr_genomes_mark(entry, segment, people, r->err);
    skr_segment_close(segment);
    return status;
}

/* The bitmap has a bit for everybody who was there before. */
static int mark_dataset(const skr_people_reader *r, uint32_t dataset, uint64_t *people)
{
    int status = SKR_OK;
    for (uint32_t i = 0; status == SKR_OK && i < r->manifest->n_segments; i++)
        if (r->manifest->segments[i].dataset == dataset)
            status = mark_segment(r, &r->manifest->segments[i], people);
    return status;
}

int skr_people_genomes_find(skr_people_reader *r)
{
    r->n_base = skr_people_edit_count(r->edit);
    int status = skr_bits_new(r->n_base, &r->genomes, r->err);
    for (int which = 0; status == SKR_OK && which < SKR_N_OTHER_IDS; which++)
        status = skr_bits_new(r->n_base, &r->others[which], r->err);
    return status == SKR_OK ? mark_dataset(r, r->dataset, r->genomes) : status;
}

static bool is_genome(const skr_people_reader *r, const char *id, uint32_t *ret_individual)
{
    *ret_individual = skr_people_edit_find(r->edit, id);
    return *ret_individual < r->n_base && skr_bits_has(r->genomes, *ret_individual);
}

void skr_people_genomes_note_id(skr_people_reader *r, skr_other_id which, const char *id)
{
    uint32_t individual;
    if (id != NULL && is_genome(r, id, &individual))
        skr_bits_set(r->others[which], individual);
}

/* ------------------------------------------------------------------ the likely reason */

/* An id of the delivery and one of a genome. */
typedef struct example {
    const char *person;
    const char *genome;
} example;

static uint32_t first_of(const uint64_t *bits, uint32_t n)
{
    uint32_t i = 0;
    while (i < n && !skr_bits_has(bits, i))
        i++;
    return i;
}

/* Of those who are in the bitmap, who has a genome in another dataset? */
static int find_elsewhere(const skr_people_reader *r, const uint64_t *people, char *text, size_t n)
{
    size_t n_words = skr_bits_words(r->n_base);
    for (uint32_t d = 0; d < r->manifest->n_datasets; d++) {
        uint64_t *genomes = NULL;
        if (d == r->dataset)
            continue;
        int status = skr_bits_new(r->n_base, &genomes, r->err);
        if (status == SKR_OK)
            status = mark_dataset(r, d, genomes);
        if (status == SKR_OK)
            skr_bits_and(genomes, people, n_words);
        uint64_t n_found = status == SKR_OK ? skr_bits_count(genomes, n_words) : 0;
        free(genomes);
        if (n_found > 0)
            (void)snprintf(text, n, "dataset '%.60s' has genomes of %" PRIu64 " of them",
                           r->manifest->datasets[d].id, n_found);
        if (status != SKR_OK || n_found > 0)
            return status;
    }
    return SKR_OK;
}

static void lower_case(const char *id, char *lower)
{
    size_t n = strlen(id);
    for (size_t i = 0; i <= n; i++)
        lower[i] = (char)tolower((unsigned char)id[i]);
}

/* How many of the people would have a genome if case were ignored? */
static int find_case(const skr_people_reader *r, const uint64_t *people, uint64_t *ret_n,
                     example *ret_example)
{
    char lower[SKR_NAME_MAX + 1];
    skr_names *names = NULL;
    uint32_t *genomes = calloc((size_t)r->n_base + 1, sizeof *genomes);
    uint32_t n = skr_people_edit_count(r->edit);
    uint32_t number = 0;
    int status = genomes == NULL ? skr_fail_nomem(r->err, "people") : skr_names_new(&names, r->err);
    for (uint32_t i = 0; status == SKR_OK && i < r->n_base; i++) {
        if (!skr_bits_has(r->genomes, i))
            continue;
        lower_case(skr_people_edit_id(r->edit, i), lower);
        status = skr_names_add(names, lower, &number, r->err);
        genomes[number] = i;
    }
    for (uint32_t i = 0; status == SKR_OK && i < n; i++) {
        if (!skr_bits_has(people, i))
            continue;
        lower_case(skr_people_edit_id(r->edit, i), lower);
        number = skr_names_find(names, lower);
        if (number == SKR_NONE)
            continue;
        if (++*ret_n == 1)
            *ret_example = (example){skr_people_edit_id(r->edit, i),
                                     skr_people_edit_id(r->edit, genomes[number])};
    }
    free(genomes);
    skr_names_free(names);
    return status;
}

/* Is a part of the id, cut at a sign that is no letter or digit, the id of one in the bitmap? */
static uint32_t find_part(const skr_people_reader *r, const char *id, const uint64_t *among)
{
    char part[SKR_NAME_MAX + 1];
    for (size_t i = 1; id[0] != '\0' && id[i] != '\0'; i++) {
        if (isalnum((unsigned char)id[i]) || (unsigned char)id[i] >= 0x80)
            continue;
        memcpy(part, id, i);
        part[i] = '\0';
        uint32_t found = skr_people_edit_find(r->edit, id + i + 1);
        if (found == SKR_NONE || !skr_bits_has(among, found))
            found = skr_people_edit_find(r->edit, part);
        if (found != SKR_NONE && skr_bits_has(among, found))
            return found;
    }
    return SKR_NONE;
}

/* A person whose id holds a genome's, or the other way round; genomes has a bit for everybody. */
static void find_related(const skr_people_reader *r, const uint64_t *people,
                         const uint64_t *genomes, example *ret_example)
{
    uint32_t n = skr_people_edit_count(r->edit);
    uint32_t n_looked_at = 0;
    for (uint32_t i = 0; i < n && n_looked_at < LOOKED_AT_MAX; i++) {
        bool is_person = skr_bits_has(people, i);
        bool is_one = skr_bits_has(genomes, i);
        if (!is_person && !is_one)
            continue;
        n_looked_at++;
        const char *id = skr_people_edit_id(r->edit, i);
        uint32_t other = find_part(r, id, is_person ? genomes : people);
        if (other == SKR_NONE)
            continue;
        const char *part = skr_people_edit_id(r->edit, other);
        *ret_example = is_person ? (example){id, part} : (example){part, id};
        return;
    }
}

/* Why does nobody match? The reason, without a full stop. */
static int find_reason(const skr_people_reader *r, const uint64_t *people, const uint64_t *genomes,
                       example *ids, char *text, size_t n)
{
    size_t n_words = skr_bits_words(r->n_base);
    uint64_t n_packet = skr_bits_count(r->others[SKR_OTHER_PACKET], n_words);
    uint64_t n_biosample = skr_bits_count(r->others[SKR_OTHER_BIOSAMPLE], n_words);
    uint64_t n_case = 0;
    if (n_packet > 0) {
        (void)snprintf(text, n,
                       r->request->ids_are_subjects
                           ? "the packets' own ids would match %" PRIu64 ": leave out --id subject"
                           : "subject.id would match %" PRIu64 ": use --id subject",
                       n_packet);
        return SKR_OK;
    }
    if (n_biosample > 0) {
        (void)snprintf(text, n,
                       "ids of their biosamples would match %" PRIu64 ": import the genomes with "
                       "--samples that names the individual of each sample",
                       n_biosample);
        return SKR_OK;
    }
    int status = find_elsewhere(r, people, text, n);
    if (status != SKR_OK || text[0] != '\0')
        return status;
    if (r->result.n_genomes == 0) {
        (void)snprintf(text, n, "the dataset has no genomes yet");
        return SKR_OK;
    }
    status = find_case(r, people, &n_case, ids);
    if (n_case > 0)
        (void)snprintf(text, n, "%" PRIu64 " would match if case were ignored", n_case);
    else if (status == SKR_OK)
        find_related(r, people, genomes, ids);
    return status;
}

static int warn_of_none(skr_people_reader *r, const uint64_t *people)
{
    char reason[256] = "";
    char alike[300] = "";
    uint32_t n = skr_people_edit_count(r->edit);
    uint32_t person = first_of(people, n);
    uint32_t genome = first_of(r->genomes, r->n_base);
    example ids = {person < n ? skr_people_edit_id(r->edit, person) : NULL,
                   genome < r->n_base ? skr_people_edit_id(r->edit, genome) : NULL};
    uint64_t *genomes = NULL;
    SKR_TRY(skr_bits_new(n, &genomes, r->err));
    memcpy(genomes, r->genomes, skr_bits_words(r->n_base) * sizeof *genomes);
    int status = find_reason(r, people, genomes, &ids, reason, sizeof reason);
    free(genomes);
    if (status != SKR_OK)
        return status;
    if (ids.person != NULL && ids.genome != NULL)
        (void)snprintf(alike, sizeof alike, ": ids look like '%.100s' and '%.100s'", ids.person,
                       ids.genome);
    skr_people_reader_warn(r,
                           "none of these %" PRIu64 " people has a genome in dataset '%.60s'%s%s%s",
                           r->result.n_people, r->request->dataset, alike,
                           reason[0] == '\0'  ? ""
                           : alike[0] == '\0' ? ": "
                                              : "; ",
                           reason);
    return SKR_OK;
}

/* ------------------------------------------------------------------ */

int skr_people_genomes_match(skr_people_reader *r)
{
    skr_load_result *result = &r->result;
    uint32_t n = skr_people_edit_count(r->edit);
    size_t n_words = skr_bits_words(r->n_base);
    uint64_t *people = NULL;
    uint64_t *said = NULL;
    int status = skr_bits_new(n, &people, r->err);
    if (status == SKR_OK)
        status = skr_bits_new(n, &said, r->err);
    if (status != SKR_OK)
        goto out;
    skr_people_edit_mark_said(r->edit, r->dataset, true, people);
    skr_people_edit_mark_said(r->edit, r->dataset, false, said);
    result->n_people = skr_bits_count(people, skr_bits_words(n));
    result->n_genomes = skr_bits_count(r->genomes, n_words);
    skr_bits_and(said, r->genomes, n_words);
    result->n_genomes_with_people = skr_bits_count(said, n_words);
    memcpy(said, people, n_words * sizeof *said);
    skr_bits_and(said, r->genomes, n_words);
    result->n_with_genomes = skr_bits_count(said, n_words);
    if (result->n_with_genomes == 0)
        status = warn_of_none(r, people);
    if (result->n_united > 0)
        skr_people_reader_warn(
            r,
            "%" PRIu64 " packets were put beside others of the same subject.id: if "
            "it is the number of a patient within a family or a paper, these are "
            "different people, and their packets' own ids tell them apart",
            result->n_united);
    if (r->request->ids_are_subjects && !r->has_packets)
        skr_people_reader_warn(r, "--id subject changes nothing: there are no phenopackets in this "
                                  "delivery; other people have one id");
out:
    free(people);
    free(said);
    return status;
}
