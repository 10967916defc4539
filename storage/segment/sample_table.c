/*
 * sample_table.c - the samples of an open segment.
 *
 * What is read first by several threads at once is read by one of them, under the table's lock;
 * afterwards nobody takes it.
 */
#include "storage/segment/sample_table.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/base/name_list.h"
#include "storage/carriers/kernel.h"
#include "storage/segment/sample_table_int.h"

/* Planes are used where they lie. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "stored numbers are little-endian");

static int corrupt(const skr_sample_table *table, const char *what, skr_err *err)
{
    return skr_fail(err, SKR_ERR_CORRUPT, "%s: samples: %s", skr_block_file_name(table->file),
                    what);
}

/* ------------------------------------------------------------------ the directory */

static bool karyotype_is_sound(skr_karyotype karyotype)
{
    if (karyotype.n_x == SKR_KARYOTYPE_UNKNOWN || karyotype.n_y == SKR_KARYOTYPE_UNKNOWN)
        return karyotype.n_x == karyotype.n_y;
    return karyotype.n_x <= SKR_PLOIDY_MAX && karyotype.n_y <= SKR_PLOIDY_MAX;
}

static bool take_karyotypes(skr_sample_table *table, skr_cursor *directory)
{
    uint64_t n_samples = 0;
    bool is_sound = true;
    table->n_karyotypes = (uint32_t)skr_cursor_varint_max(directory, SKR_KARYOTYPES_MAX);
    for (uint32_t i = 0; i < table->n_karyotypes; i++) {
        skr_karyotype *at = &table->karyotypes[i];
        at->n_x = skr_cursor_u8(directory);
        at->n_y = skr_cursor_u8(directory);
        table->n_with[i] = (uint32_t)skr_cursor_varint_max(directory, table->n_samples);
        n_samples += table->n_with[i];
        is_sound = is_sound && karyotype_is_sound(*at) && table->n_with[i] > 0;
        if (i > 0)
            is_sound = is_sound &&
                       (at[-1].n_x < at->n_x || (at[-1].n_x == at->n_x && at[-1].n_y < at->n_y));
    }
    return is_sound && n_samples == table->n_samples;
}

static int take_refs(skr_sample_table *table, skr_cursor *directory, uint32_t n_a_block,
                     skr_block_ref **ret_refs, skr_err *err)
{
    uint32_t n = (table->n_samples - 1) / n_a_block + 1;
    if ((size_t)(directory->end - directory->at) / 24 < n)
        return corrupt(table, "the directory is cut short", err);
    skr_block_ref *refs = calloc(n, sizeof *refs);
    if (refs == NULL)
        return skr_fail_nomem(err, "segment");
    *ret_refs = refs;
    for (uint32_t i = 0; i < n; i++) {
        refs[i] = skr_block_ref_take(directory);
        SKR_TRY(skr_block_file_check_ref(table->file, &refs[i], err));
        if (refs[i].n_raw == 0)
            return corrupt(table, "a block of no bytes", err);
    }
    return SKR_OK;
}

static int take_table(skr_sample_table *table, skr_cursor *directory, skr_err *err)
{
    table->first = (uint32_t)skr_cursor_varint_max(directory, SKR_INDIVIDUALS_MAX - 1);
    table->last = (uint32_t)skr_cursor_varint_max(directory, SKR_INDIVIDUALS_MAX - 1);
    table->parts = (unsigned)skr_cursor_varint_max(directory, SKR_SAMPLES_PARTS);
    bool is_sound = take_karyotypes(table, directory);
    bool is_identity = (table->parts & SKR_SAMPLES_INDIVIDUALS) == 0;
    bool has_repeats = (table->parts & SKR_SAMPLES_REPEAT) != 0;
    if (directory->is_bad || !is_sound || table->first > table->last)
        return corrupt(table, "the head of their table is malformed", err);
    if (is_identity && (has_repeats || table->last - table->first != table->n_samples - 1))
        return corrupt(table, "as many individuals as samples were expected", err);
    if (!is_identity)
        SKR_TRY(take_refs(table, directory, SKR_SAMPLES_A_BLOCK, &table->individual_refs, err));
    if (table->n_karyotypes > 1)
        SKR_TRY(take_refs(table, directory, SKR_SAMPLES_A_BLOCK, &table->karyotype_refs, err));
    if ((table->parts & SKR_SAMPLES_NAMES) != 0)
        SKR_TRY(take_refs(table, directory, SKR_NAMES_A_BLOCK, &table->name_refs, err));
    if ((table->parts & SKR_SAMPLES_FACTS) != 0)
        SKR_TRY(take_refs(table, directory, SKR_FACTS_A_BLOCK, &table->fact_refs, err));
    return SKR_OK;
}

int skr_sample_table_take(const skr_block_file *file, skr_cursor *directory, uint32_t n_samples,
                          skr_sample_table **ret_table, skr_err *err)
{
    SKR_CHECK(n_samples > 0);
    skr_sample_table *table = calloc(1, sizeof *table);
    if (table == NULL || pthread_mutex_init(&table->lock, NULL) != 0) {
        free(table);
        return skr_fail_nomem(err, "segment");
    }
    table->file = file;
    table->n_samples = n_samples;
    int status = take_table(table, directory, err);
    if (status != SKR_OK)
        skr_sample_table_free(table);
    else
        *ret_table = table;
    return status;
}

void skr_sample_table_free(skr_sample_table *table)
{
    if (table == NULL)
        return;
    free(atomic_load(&table->individuals));
    free(atomic_load(&table->planes));
    for (unsigned ploidy = 0; ploidy < SKR_N_PLOIDIES; ploidy++)
        free(atomic_load(&table->copies[ploidy]));
    free(atomic_load(&table->classes));
    free(table->individual_refs);
    free(table->karyotype_refs);
    free(table->name_refs);
    free(table->fact_refs);
    (void)pthread_mutex_destroy(&table->lock);
    free(table);
}

int skr_sample_table_refs(const skr_sample_table *table, skr_ref_fn on_ref, void *context,
                          skr_err *err)
{
    const struct {
        const skr_block_ref *refs;
        uint32_t n_a_block;
    } parts[] = {{table->individual_refs, SKR_SAMPLES_A_BLOCK},
                 {table->karyotype_refs, SKR_SAMPLES_A_BLOCK},
                 {table->name_refs, SKR_NAMES_A_BLOCK},
                 {table->fact_refs, SKR_FACTS_A_BLOCK}};
    int status = SKR_OK;
    for (unsigned p = 0; p < sizeof parts / sizeof *parts; p++)
        for (uint32_t i = 0; status == SKR_OK && parts[p].refs != NULL &&
                             i <= (table->n_samples - 1) / parts[p].n_a_block;
             i++)
            status = on_ref(context, &parts[p].refs[i], err);
    return status;
}

/* ------------------------------------------------------------------ reading the blocks */

typedef int (*take_fn)(const skr_sample_table *table, skr_cursor *bytes, uint32_t from, uint32_t to,
                       void *into, skr_err *err);

/* Reads the blocks of a part, one after the other. */
static int read_part(const skr_sample_table *table, const skr_block_ref *refs, uint32_t n_a_block,
                     take_fn take, void *into, skr_err *err)
{
    skr_block_reader *reader = NULL;
    skr_buffer raw = {0};
    int status = skr_block_reader_new(SKR_IO_PREAD, &reader, err);
    for (uint32_t from = 0; from < table->n_samples && status == SKR_OK; from += n_a_block) {
        uint32_t n = table->n_samples - from < n_a_block ? table->n_samples - from : n_a_block;
        skr_block_wish wish = {table->file, refs[from / n_a_block], &raw};
        status = skr_block_reader_get(reader, &wish, 1, err);
        if (status != SKR_OK)
            break;
        skr_cursor bytes = skr_cursor_of(raw.bytes, raw.n);
        status = take(table, &bytes, from, from + n, into, err);
        if (status == SKR_OK && !skr_cursor_is_done(&bytes))
            status = corrupt(table, "a block that is not as long as its samples", err);
    }
    skr_buffer_done(&raw);
    skr_block_reader_free(reader);
    return status;
}

/* ------------------------------------------------------------------ individuals */

static int take_individuals(const skr_sample_table *table, skr_cursor *bytes, uint32_t from,
                            uint32_t to, void *into, skr_err *err)
{
    uint32_t *individuals = into;
    uint64_t n_runs = skr_cursor_varint_max(bytes, to - from);
    int64_t next = 0;
    uint32_t at = from;
    for (uint64_t i = 0; i < n_runs; i++) {
        int64_t first =
            next + skr_unzigzag(skr_cursor_varint_max(bytes, 2 * (uint64_t)SKR_INDIVIDUALS_MAX));
        uint64_t n = skr_cursor_varint_max(bytes, SKR_SAMPLES_MAX) + 1;
        if (bytes->is_bad || n > to - at || first < (int64_t)table->first ||
            first + (int64_t)n - 1 > (int64_t)table->last)
            return corrupt(table, "an individual that is out of range", err);
        for (uint64_t k = 0; k < n; k++)
            individuals[at++] = (uint32_t)first + (uint32_t)k;
        next = first + (int64_t)n;
    }
    return at == to ? SKR_OK : corrupt(table, "fewer individuals than samples", err);
}

/* Is what the head says of them true? */
static int check_individuals(const skr_sample_table *table, const uint32_t *individuals,
                             skr_err *err)
{
    size_t n = (table->last - table->first) / 64u + 1;
    uint64_t *seen = calloc(n, sizeof *seen);
    bool has_repeats = false;
    if (seen == NULL)
        return skr_fail_nomem(err, "segment");
    for (uint32_t i = 0; i < table->n_samples; i++) {
        uint32_t at = individuals[i] - table->first;
        has_repeats |= (seen[at / 64] >> at % 64 & 1) != 0;
        seen[at / 64] |= UINT64_C(1) << at % 64;
    }
    uint32_t last = table->last - table->first;
    bool has_ends = (seen[0] & 1) != 0 && (seen[last / 64] >> last % 64 & 1) != 0;
    free(seen);
    if (!has_ends || has_repeats != ((table->parts & SKR_SAMPLES_REPEAT) != 0))
        return corrupt(table, "their individuals are not those that the head tells of", err);
    return SKR_OK;
}

static int load_individuals(skr_sample_table *table, skr_err *err)
{
    uint32_t *individuals = malloc(table->n_samples * sizeof *individuals);
    int status = individuals == NULL ? skr_fail_nomem(err, "segment") : SKR_OK;
    if (status == SKR_OK)
        status = read_part(table, table->individual_refs, SKR_SAMPLES_A_BLOCK, take_individuals,
                           individuals, err);
    if (status == SKR_OK)
        status = check_individuals(table, individuals, err);
    if (status != SKR_OK)
        free(individuals);
    else
        atomic_store_explicit(&table->individuals, individuals, memory_order_release);
    return status;
}

int skr_sample_table_individuals(const skr_sample_table *table, skr_individuals *ret_individuals,
                                 skr_err *err)
{
    skr_sample_table *mine = (skr_sample_table *)table;
    *ret_individuals = (skr_individuals){.first = table->first};
    if (table->individual_refs == NULL)
        return SKR_OK;
    if (atomic_load_explicit(&mine->individuals, memory_order_acquire) == NULL) {
        SKR_TRY(skr_block_reader_may_read(err));
        (void)pthread_mutex_lock(&mine->lock);
        int status = atomic_load(&mine->individuals) != NULL ? SKR_OK : load_individuals(mine, err);
        (void)pthread_mutex_unlock(&mine->lock);
        if (status != SKR_OK)
            return status;
    }
    ret_individuals->of = atomic_load_explicit(&mine->individuals, memory_order_acquire);
    return SKR_OK;
}

void skr_sample_table_range(const skr_sample_table *table, uint32_t *ret_first, uint32_t *ret_last)
{
    *ret_first = table->first;
    *ret_last = table->last;
}

bool skr_sample_table_has_repeats(const skr_sample_table *table)
{
    return (table->parts & SKR_SAMPLES_REPEAT) != 0;
}

/* ------------------------------------------------------------------ karyotypes */

static int take_planes(const skr_sample_table *table, skr_cursor *bytes, uint32_t from, uint32_t to,
                       void *into, skr_err *err)
{
    uint64_t *planes = into;
    size_t n = (to - from + 63u) / 64;
    unsigned n_planes = skr_karyotype_planes(table->n_karyotypes);
    for (unsigned p = 0; p < n_planes; p++) {
        const uint8_t *words = skr_cursor_bytes(bytes, n * 8);
        if (words == NULL)
            return corrupt(table, "fewer karyotypes than samples", err);
        memcpy(planes + p * skr_sample_table_n_words(table) + from / 64, words, n * 8);
    }
    return SKR_OK;
}

/* Word w of the samples that have karyotype number k. */
uint64_t skr_sample_table_word(const skr_sample_table *table, const uint64_t *planes, uint32_t k,
                               size_t w)
{
    size_t n = skr_sample_table_n_words(table);
    uint64_t word = w + 1 < n || table->n_samples % 64 == 0
                        ? UINT64_MAX
                        : (UINT64_C(1) << table->n_samples % 64) - 1;
    for (unsigned p = 0; p < skr_karyotype_planes(table->n_karyotypes); p++)
        word &= (k >> p & 1) != 0 ? planes[p * n + w] : ~planes[p * n + w];
    return word;
}

/* As many samples with each as the head says, so that none has a number above them. */
static int check_planes(const skr_sample_table *table, const uint64_t *planes, skr_err *err)
{
    for (uint32_t k = 0; k < table->n_karyotypes; k++) {
        uint64_t n = 0;
        for (size_t w = 0; w < skr_sample_table_n_words(table); w++)
            n += (uint64_t)__builtin_popcountll(skr_sample_table_word(table, planes, k, w));
        if (n != table->n_with[k])
            return corrupt(table, "their karyotypes are not those that the head tells of", err);
    }
    return SKR_OK;
}

static int load_planes(skr_sample_table *table, skr_err *err)
{
    uint64_t *planes = malloc(skr_sample_table_n_words(table) *
                              skr_karyotype_planes(table->n_karyotypes) * sizeof *planes);
    int status = planes == NULL ? skr_fail_nomem(err, "segment") : SKR_OK;
    if (status == SKR_OK)
        status =
            read_part(table, table->karyotype_refs, SKR_SAMPLES_A_BLOCK, take_planes, planes, err);
    if (status == SKR_OK)
        status = check_planes(table, planes, err);
    if (status != SKR_OK)
        free(planes);
    else
        atomic_store_explicit(&table->planes, planes, memory_order_release);
    return status;
}

/* Reads the planes if nobody did; the lock is held. */
int skr_sample_table_need_planes(skr_sample_table *table, skr_err *err)
{
    if (table->karyotype_refs == NULL || atomic_load(&table->planes) != NULL)
        return SKR_OK;
    return load_planes(table, err);
}

/* ------------------------------------------------------------------ names */

bool skr_sample_table_names_are_ids(const skr_sample_table *table)
{
    return (table->parts & SKR_SAMPLES_NAMES) == 0;
}

static int take_names(const skr_sample_table *table, skr_cursor *bytes, uint32_t from, uint32_t to,
                      void *into, skr_err *err)
{
    skr_sample_names *names = into;
    skr_name_reader reader;
    uint32_t at = from;
    if (!skr_name_reader_open(&reader, bytes))
        return corrupt(table, "their names are malformed", err);
    while (skr_name_reader_next(&reader)) {
        char name[SKR_NAME_MAX + 1];
        if (reader.n_run > to - at)
            return corrupt(table, "more names than samples", err);
        memcpy(name, reader.name, reader.n + 1);
        for (uint32_t i = 0; i < reader.n_run; i++) {
            skr_name_reader_write(&reader, i, name);
            names->offsets[at++] = names->text.n;
            SKR_TRY(skr_buffer_put(&names->text, name, reader.n + 1, err));
        }
    }
    if (reader.is_bad || at != to)
        return corrupt(table, "their names are malformed", err);
    return SKR_OK;
}

int skr_sample_table_names(const skr_sample_table *table, skr_sample_names *ret_names, skr_err *err)
{
    SKR_CHECK(!skr_sample_table_names_are_ids(table));
    skr_sample_names names = {.offsets = malloc(table->n_samples * sizeof *names.offsets)};
    int status = names.offsets == NULL ? skr_fail_nomem(err, "segment") : SKR_OK;
    if (status == SKR_OK)
        status = read_part(table, table->name_refs, SKR_NAMES_A_BLOCK, take_names, &names, err);
    if (status != SKR_OK)
        skr_sample_names_done(&names);
    else
        *ret_names = names;
    return status;
}

void skr_sample_names_done(skr_sample_names *names)
{
    skr_buffer_done(&names->text);
    free(names->offsets);
    names->offsets = NULL;
}

/* ------------------------------------------------------------------ facts */

bool skr_sample_table_has_facts(const skr_sample_table *table)
{
    return table->fact_refs != NULL;
}

/* Who is told the facts, and room for those of one block, fact by fact. */
typedef struct facts_told {
    skr_facts_fn on_facts;
    void *context;
    uint64_t *room;
} facts_told;

/* No part is more than the whole, and the sex is one that there is. */
static bool facts_are_sound(const uint64_t *facts)
{
    return facts[SKR_FACT_CALLED] <= facts[SKR_FACT_SAID] &&
           facts[SKR_FACT_CALLABLE] <= facts[SKR_FACT_CALLABLE_OF] &&
           facts[SKR_FACT_SEX] < SKR_N_SAMPLE_SEXES && facts[SKR_FACT_TOGETHER] > 0;
}

static int take_facts(const skr_sample_table *table, skr_cursor *bytes, uint32_t from, uint32_t to,
                      void *into, skr_err *err)
{
    const facts_told *told = into;
    uint32_t n = to - from;
    for (size_t i = 0; i < (size_t)SKR_N_SAMPLE_FACTS * n; i++)
        told->room[i] = skr_cursor_varint(bytes);
    if (bytes->is_bad)
        return corrupt(table, "fewer facts than samples", err);
    for (uint32_t i = 0; i < n; i++) {
        uint64_t facts[SKR_N_SAMPLE_FACTS];
        for (unsigned fact = 0; fact < SKR_N_SAMPLE_FACTS; fact++)
            facts[fact] = told->room[(size_t)fact * n + i];
        if (!facts_are_sound(facts))
            return corrupt(table, "facts that contradict each other", err);
        if (told->on_facts != NULL)
            SKR_TRY(told->on_facts(told->context, from + i, facts, err));
    }
    return SKR_OK;
}

int skr_sample_table_facts(const skr_sample_table *table, skr_facts_fn on_facts, void *context,
                           skr_err *err)
{
    if (table->fact_refs == NULL)
        return SKR_OK;
    uint32_t n = table->n_samples < SKR_FACTS_A_BLOCK ? table->n_samples : SKR_FACTS_A_BLOCK;
    facts_told told = {.on_facts = on_facts,
                       .context = context,
                       .room = malloc((size_t)SKR_N_SAMPLE_FACTS * n * sizeof *told.room)};
    int status = told.room == NULL ? skr_fail_nomem(err, "segment")
                                   : read_part(table, table->fact_refs, SKR_FACTS_A_BLOCK,
                                               take_facts, &told, err);
    free(told.room);
    return status;
}

int skr_sample_table_check(const skr_sample_table *table, skr_err *err)
{
    skr_sample_table *mine = (skr_sample_table *)table;
    skr_individuals individuals;
    skr_sample_names names = {0};
    int status = skr_sample_table_individuals(table, &individuals, err);
    (void)pthread_mutex_lock(&mine->lock);
    if (status == SKR_OK)
        status = skr_sample_table_need_planes(mine, err);
    (void)pthread_mutex_unlock(&mine->lock);
    if (status == SKR_OK && !skr_sample_table_names_are_ids(table))
        status = skr_sample_table_names(table, &names, err);
    skr_sample_names_done(&names);
    return status != SKR_OK ? status : skr_sample_table_facts(table, NULL, NULL, err);
}
