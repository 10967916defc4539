/*
 * callable.c - where one sample was called.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/coverage/track.h"
#include "engine/engine_int.h"
#include "engine/face/called.h"
#include "storage/base/array.h"
#include "storage/base/limits.h"

/* ------------------------------------------------------------------ who it is */

/* The samples of the name that was asked for: of one that came by several deliveries there may be
 * several, in one segment too. */
typedef struct search {
    const skr_question *question;
    const char *name;
    uint32_t individual; /* of that id; SKR_NONE: nobody */
    skr_track_sample *samples;
    uint32_t n_samples;
    uint32_t n_samples_max;
    uint32_t dataset;  /* that has them; SKR_NONE: none so far */
    uint32_t assembly; /* the question's */
} search;

/* One that was found, unless it was withdrawn. */
static int add_sample(search *asked, uint32_t number, uint32_t sample, skr_err *err)
{
    const skr_segment_entry *entry = &asked->question->snapshot->manifest->segments[number];
    if (skr_manifest_is_superseded(entry, SKR_NONE, sample))
        return SKR_OK;
    SKR_TRY(SKR_ARRAY_RESERVE(&asked->samples, &asked->n_samples_max, asked->n_samples + 1u,
                              "the samples", err));
    asked->samples[asked->n_samples++] = (skr_track_sample){number, sample};
    return SKR_OK;
}

static int find_by_name(search *asked, uint32_t number, const skr_sample_table *table,
                        bool *ret_is_any, skr_err *err)
{
    uint32_t n_samples = asked->question->snapshot->manifest->segments[number].n_samples;
    skr_sample_names names = {0};
    SKR_TRY(skr_sample_table_names(table, &names, err));
    int status = SKR_OK;
    for (uint32_t s = 0; s < n_samples && status == SKR_OK; s++) {
        if (strcmp((const char *)names.text.bytes + names.offsets[s], asked->name) != 0)
            continue;
        *ret_is_any = true;
        status = add_sample(asked, number, s, err);
    }
    skr_sample_names_done(&names);
    return status;
}

/* The samples of a segment: by their name, else as the individual's. */
static int find_in_segment(search *asked, uint32_t number, skr_err *err)
{
    const skr_snapshot *snapshot = asked->question->snapshot;
    const skr_segment *segment = NULL;
    SKR_TRY(skr_snapshot_segment(snapshot, number, &segment, err));
    const skr_sample_table *table = skr_segment_samples(segment);
    uint32_t n_samples = snapshot->manifest->segments[number].n_samples;
    skr_individuals individuals;
    bool is_any = false;
    if (!skr_sample_table_names_are_ids(table))
        SKR_TRY(find_by_name(asked, number, table, &is_any, err));
    if (is_any || asked->individual == SKR_NONE)
        return SKR_OK;
    SKR_TRY(skr_sample_table_individuals(table, &individuals, err));
    for (uint32_t s = 0; s < n_samples; s++)
        if (skr_individual_of(&individuals, s) == asked->individual)
            SKR_TRY(add_sample(asked, number, s, err));
    return SKR_OK;
}

static bool is_asked(const skr_question *question, const skr_segment_entry *entry,
                     uint32_t assembly)
{
    bool is_permitted = false;
    for (uint32_t i = 0; i < question->n_slots; i++)
        is_permitted = is_permitted || question->slots[i].dataset == entry->dataset;
    return is_permitted && entry->assembly == assembly && entry->n_samples > 0;
}

static int find_all(search *asked, skr_err *err)
{
    const skr_manifest *manifest = asked->question->snapshot->manifest;
    for (uint32_t i = 0; i < manifest->n_segments; i++) {
        const skr_segment_entry *entry = &manifest->segments[i];
        uint32_t n_before = asked->n_samples;
        if (!is_asked(asked->question, entry, asked->assembly))
            continue;
        SKR_TRY(find_in_segment(asked, i, err));
        if (asked->n_samples == n_before)
            continue;
        if (asked->dataset != SKR_NONE && asked->dataset != entry->dataset)
            return skr_fail(err, SKR_ERR_QUERY,
                            "'%s' is a sample of the datasets %s and %s: which one is meant?",
                            asked->name, manifest->datasets[asked->dataset].id,
                            manifest->datasets[entry->dataset].id);
        asked->dataset = entry->dataset;
    }
    if (asked->dataset == SKR_NONE)
        return skr_fail(err, SKR_ERR_QUERY, "no dataset has a sample '%s'", asked->name);
    return SKR_OK;
}

/* ------------------------------------------------------------------ stretches */

typedef struct teller {
    skr_callable_stretch pending; /* of no copies: nothing waits */
    skr_callable_fn on_stretch;
    void *context;
} teller;

static int flush(teller *to, skr_err *err)
{
    skr_callable_stretch told = to->pending;
    to->pending.n_copies = 0;
    return told.n_copies > 0 ? to->on_stretch(to->context, &told, err) : SKR_OK;
}

static int on_states(void *context, uint32_t start0, uint32_t end0, const skr_track_state *states,
                     skr_err *err)
{
    teller *to = context;
    uint64_t n_all = 0;
    for (unsigned c = 0; c < SKR_TRACK_CLASSES; c++)
        n_all += states[0].n_copies[c];
    uint32_t n_copies = (uint32_t)n_all;
    if (to->pending.end0 == start0 && to->pending.n_copies == n_copies) {
        to->pending.end0 = end0;
        return SKR_OK;
    }
    SKR_TRY(flush(to, err));
    to->pending.start0 = start0;
    to->pending.end0 = end0;
    to->pending.n_copies = n_copies;
    return SKR_OK;
}

static int tell_contigs(const search *asked, teller *to, skr_err *err)
{
    const skr_assembly *assembly =
        &asked->question->snapshot->manifest->assemblies[asked->assembly];
    const skr_track_options options = {.question = asked->question,
                                       .assembly = asked->assembly,
                                       .only = asked->samples,
                                       .n_only = asked->n_samples};
    skr_track *track = NULL;
    SKR_TRY(skr_track_new(&options, &track, err));
    int status = SKR_OK;
    for (uint32_t c = 0; status == SKR_OK && c < assembly->n_contigs; c++) {
        to->pending = (skr_callable_stretch){.contig = assembly->contigs[c].name};
        uint32_t end0 = 0;
        status = skr_track_enter(track, c, err);
        if (status == SKR_OK)
            status = skr_track_said_end0(track, &end0, err);
        if (status == SKR_OK)
            status = skr_track_sweep(track, 0, end0, on_states, to, err);
        if (status == SKR_OK)
            status = flush(to, err);
    }
    skr_track_free(track);
    return status;
}

/* ------------------------------------------------------------------ the face */

static int find_and_tell(search *asked, teller *to, skr_err *err)
{
    const skr_snapshot *snapshot = asked->question->snapshot;
    SKR_TRY(skr_plan_assembly(snapshot, asked->question->access, &asked->assembly, err));
    SKR_TRY(skr_people_find(snapshot->people, asked->name, &asked->individual, err));
    SKR_TRY(find_all(asked, err));
    return tell_contigs(asked, to, err);
}

int skr_engine_callable(skr_engine *engine, const char *sample, const skr_access *access,
                        skr_callable_fn on_stretch, void *context, skr_err *err)
{
    skr_question question;
    if (!access->policy.is_exact)
        return skr_fail(err, SKR_ERR_POLICY,
                        "where one person was called is told under an exact policy alone");
    SKR_TRY(skr_engine_begin(engine, access, &question, err));
    search asked = {.question = &question, .name = sample, .dataset = SKR_NONE};
    teller to = {.on_stretch = on_stretch, .context = context};
    int status = find_and_tell(&asked, &to, err);
    free(asked.samples);
    skr_engine_end(&question);
    return status;
}
