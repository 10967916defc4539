/*
 * identity.c - who the samples are, and what the store has of them already (rule 9).
 *
 * A sample is (dataset, name). What it has is told by the sources of the deliveries: each names its
 * contigs and, where they are not all of the segment's, its samples.
 */
#include "engine/import/genomes/identity.h"

#include <stdlib.h>
#include <string.h>

#include "engine/import/genomes/identity_int.h"
#include "index/contigs/contig.h"
#include "storage/manifest_parts.h"
#include "storage/segment/segment_coverage.h"

/* ------------------------------------------------------------------ what there is */

static int add_old(skr_identity *identity, const char *name, skr_old_sample sample, skr_err *err)
{
    uint32_t number;
    bool is_new;
    SKR_TRY(skr_names_add_n(&identity->names, name, strlen(name), &number, &is_new, err));
    SKR_TRY(SKR_ARRAY_RESERVE(&identity->first, &identity->n_first_max, number + 1u,
                              "samples of the store", err));
    SKR_TRY(SKR_ARRAY_RESERVE(&identity->old, &identity->n_old_max, identity->n_old + 1,
                              "samples of the store", err));
    sample.next = is_new ? SKR_NONE : identity->first[number];
    identity->first[number] = identity->n_old;
    identity->old[identity->n_old++] = sample;
    return SKR_OK;
}

/* The samples of a segment that are live in any part. */
static int add_segment(const skr_import *import, skr_identity *identity, uint32_t number,
                       const skr_segment *segment, skr_err *err)
{
    const skr_sample_table *table = skr_segment_samples(segment);
    bool names_are_ids = skr_sample_table_names_are_ids(table);
    skr_sample_names names = {0};
    skr_individuals individuals;
    uint32_t n = skr_segment_n_samples(segment);
    uint8_t *is_alive = malloc(n + 1u);
    skr_karyotype *karyotypes = malloc((n + 1u) * sizeof *karyotypes);
    int status = is_alive == NULL || karyotypes == NULL
                     ? skr_fail_nomem(err, "samples of the store")
                     : skr_sample_table_individuals(table, &individuals, err);
    if (status == SKR_OK)
        status = skr_sample_table_karyotypes(table, karyotypes, err);
    if (status == SKR_OK)
        skr_manifest_part_mark_alive(import->manifest, &import->manifest->segments[number],
                                     is_alive);
    if (status == SKR_OK && !names_are_ids)
        status = skr_sample_table_names(table, &names, err);
    for (uint32_t i = 0; i < n && status == SKR_OK; i++) {
        uint32_t individual = skr_individual_of(&individuals, i);
        if (is_alive[i] == 0)
            continue;
        if (individual >= skr_people_count(import->people)) {
            status = skr_fail(err, SKR_ERR_CORRUPT, "a sample belongs to nobody");
            break;
        }
        const char *name = names_are_ids ? skr_people_id(import->people, individual)
                                         : (const char *)names.text.bytes + names.offsets[i];
        status = add_old(identity, name,
                         (skr_old_sample){number, i, individual, karyotypes[i], SKR_NONE}, err);
    }
    skr_sample_names_done(&names);
    free(karyotypes);
    free(is_alive);
    return status;
}

/* Notes on which contigs the coverage layer of a segment says anything. */
static int note_coverage(const skr_import *import, skr_identity *identity, uint32_t number,
                         const skr_segment *segment, skr_err *err)
{
    uint32_t n =
        import->manifest->assemblies[import->manifest->segments[number].assembly].n_contigs;
    uint8_t *covers = calloc(n + 1u, 1);
    if (covers == NULL)
        return skr_fail_nomem(err, "samples of the store");
    identity->covers[number] = covers;
    identity->n_covers[number] = n;
    for (uint32_t contig = 0; contig < n; contig++) {
        covers[contig] = skr_segment_covers(segment, contig);
        identity->has_coverage = identity->has_coverage || covers[contig] != 0;
    }
    return SKR_OK;
}

int skr_identity_new(skr_import *import, skr_identity **ret_identity, skr_err *err)
{
    skr_identity *identity = calloc(1, sizeof *identity);
    int status = identity == NULL ? skr_fail_nomem(err, "samples of the store") : SKR_OK;
    if (status == SKR_OK) {
        identity->n_segments = import->manifest->n_segments;
        identity->covers = calloc(identity->n_segments + 1u, sizeof *identity->covers);
        identity->n_covers = calloc(identity->n_segments + 1u, sizeof *identity->n_covers);
        status = identity->covers == NULL || identity->n_covers == NULL
                     ? skr_fail_nomem(err, "samples of the store")
                     : SKR_OK;
    }
    for (uint32_t i = 0; i < import->manifest->n_segments && status == SKR_OK; i++) {
        const skr_segment_entry *entry = &import->manifest->segments[i];
        skr_segment *segment = NULL;
        if (entry->dataset != import->dataset)
            continue;
        status = skr_segment_open(skr_txn_folder(import->txn), &entry->file, &segment, err);
        if (status != SKR_OK)
            break;
        status = add_segment(import, identity, i, segment, err);
        if (status == SKR_OK)
            status = note_coverage(import, identity, i, segment, err);
        skr_segment_close(segment);
    }
    if (status != SKR_OK)
        skr_identity_free(identity);
    else
        *ret_identity = identity;
    return status;
}

void skr_identity_free(skr_identity *identity)
{
    if (identity == NULL)
        return;
    skr_names_done(&identity->names);
    for (uint32_t i = 0; identity->covers != NULL && i < identity->n_segments; i++)
        free(identity->covers[i]);
    free(identity->covers);
    free(identity->n_covers);
    free(identity->first);
    free(identity->old);
    free(identity);
}

/*
 * Does a source count in full? One that is replaced in part must be read again to come back. Those
 * of it who have withdrawn are not missed, unless they are to be readmitted.
 */
static bool is_source_whole(const skr_manifest *manifest, uint32_t delivery,
                            const skr_source *source, bool is_readmitting)
{
    if (!source->is_live)
        return false;
    for (uint32_t i = 0; i < manifest->n_segments; i++) {
        const skr_segment_entry *entry = &manifest->segments[i];
        for (uint32_t p = 0; p < entry->n_parts; p++)
            if (entry->parts[p].delivery == delivery &&
                !skr_manifest_part_is_source_whole(manifest, entry, &entry->parts[p], source,
                                                   is_readmitting))
                return false;
    }
    return true;
}

/*
 * The last delivery that brought these bytes decides: a file without records is never replaced, so
 * that an earlier delivery of it, under other options, seems to count still.
 */
const skr_source *skr_identity_find_file(const skr_import *import, const skr_import_file *file)
{
    for (uint32_t i = import->manifest->n_deliveries; i-- > 0;) {
        const skr_delivery *delivery = &import->manifest->deliveries[i];
        const skr_source *last = NULL;
        if (delivery->dataset != import->dataset || delivery->assembly != import->assembly)
            continue;
        for (uint32_t j = 0; j < delivery->n_sources; j++) {
            const skr_source *source = &delivery->sources[j];
            if (memcmp(source->digest, file->digest, sizeof file->digest) != 0 ||
                !is_source_whole(import->manifest, i, source, import->request->is_readmitting))
                continue;
            last = source;
            if (memcmp(source->options, file->options, sizeof file->options) == 0)
                return source;
        }
        if (last != NULL)
            return NULL;
    }
    return NULL;
}

/* The samples of a name that are live, in chain order; SKR_NONE: none. */
uint32_t skr_identity_first(const skr_identity *identity, const char *name)
{
    uint32_t number = skr_names_find(&identity->names, name);
    return number == UINT32_MAX ? SKR_NONE : identity->first[number];
}

/* ------------------------------------------------------------------ individuals */

/* Which sample of the dataset counts for an individual: a number in import->samples.names, or in
 * identity->names with OLD added. */
#define OLD 0x80000000u

static int no_second_sample(const skr_import *import, const char *individual, uint32_t owner,
                            const char *name, skr_err *err)
{
    const char *other = (owner & OLD) != 0 ? import->identity->names.texts[owner & ~OLD]
                                           : import->samples.names.texts[owner];
    return skr_fail(err, SKR_ERR_INPUT,
                    "samples '%s' and '%s' both belong to individual '%s': mark one of them "
                    "primary=no in --samples",
                    other, name, individual);
}

/* Fills owners with the old samples that count. */
static void own_old(const skr_identity *identity, uint32_t *owners, uint32_t n_owners)
{
    for (uint32_t name = 0; name < identity->names.n; name++)
        for (uint32_t i = identity->first[name]; i != SKR_NONE; i = identity->old[i].next)
            if (identity->old[i].individual < n_owners)
                owners[identity->old[i].individual] = name | OLD;
}

/* What --samples calls the individual of a sample; without a word of it, the sample's name. */
static const char *individual_id(const skr_import *import, uint32_t sample)
{
    const skr_sample_line *line = import->samples.origins[sample].line;
    return line != NULL && *line->individual != '\0' ? line->individual
                                                     : import->samples.names.texts[sample];
}

bool skr_identity_contradicts(skr_karyotype one, skr_karyotype other)
{
    return one.n_x != SKR_KARYOTYPE_UNKNOWN && other.n_x != SKR_KARYOTYPE_UNKNOWN &&
           (one.n_x != other.n_x || one.n_y != other.n_y);
}

/* A sample that the store has already, of which this delivery brings more. */
static int check_old(const skr_import *import, uint32_t sample, const skr_old_sample *old,
                     skr_err *err)
{
    const char *name = import->samples.names.texts[sample];
    skr_karyotype karyotype = import->samples.list[sample].karyotype;
    char texts[2][16];
    if (import->manifest->segments[old->segment].assembly != import->assembly ||
        !skr_identity_contradicts(karyotype, old->karyotype))
        return SKR_OK;
    skr_contig_karyotype_text(karyotype, texts[0]);
    skr_contig_karyotype_text(old->karyotype, texts[1]);
    return skr_fail(err, SKR_ERR_INPUT,
                    "sample '%s' is %s in --samples, and was %s when the store got other contigs "
                    "of it: one of the two is wrong; correct --samples, or --replace all its "
                    "contigs at once",
                    name, texts[0], texts[1]);
}

/* The individual of one sample. */
static int find_individual(skr_import *import, uint32_t sample, uint32_t *ret_individual,
                           skr_err *err)
{
    const char *name = import->samples.names.texts[sample];
    const char *id = individual_id(import, sample);
    bool is_new;
    int status = skr_people_edit_individual(import->edit, id, ret_individual, &is_new, err);
    if (status != SKR_OK)
        return skr_fail_in(err, status, "sample '%s'", name);
    if (!import->request->allow_shared_people && !is_new &&
        skr_people_edit_is_elsewhere(import->edit, *ret_individual, import->dataset))
        return skr_fail(err, SKR_ERR_INPUT,
                        "individual '%s' belongs to another dataset: rename it with --samples, or "
                        "say --shared-people if it is the same person",
                        id);
    for (uint32_t i = skr_identity_first(import->identity, name);
         i != SKR_NONE && !import->request->is_replacing; i = import->identity->old[i].next) {
        if (import->identity->old[i].individual != *ret_individual)
            return skr_fail(err, SKR_ERR_INPUT,
                            "sample '%s' is there already, for another individual than '%s': "
                            "--replace it, or name it as before",
                            name, id);
        SKR_TRY(check_old(import, sample, &import->identity->old[i], err));
    }
    return SKR_OK;
}

int skr_identity_individuals(skr_import *import, skr_err *err)
{
    uint32_t n_owners = skr_people_count(import->people) + import->samples.names.n;
    uint32_t *owners = malloc((n_owners + 1u) * sizeof *owners);
    SKR_TRY(owners == NULL ? skr_fail_nomem(err, "samples of the store") : SKR_OK);
    int status = SKR_OK;
    memset(owners, 0xff, n_owners * sizeof *owners);
    import->samples.names_are_ids = true;
    own_old(import->identity, owners, n_owners);
    for (uint32_t i = 0; i < import->samples.names.n && status == SKR_OK; i++) {
        uint32_t individual = 0;
        const char *name = import->samples.names.texts[i];
        status = find_individual(import, i, &individual, err);
        if (status != SKR_OK)
            break;
        if (strcmp(individual_id(import, i), name) != 0)
            import->samples.names_are_ids = false;
        uint32_t same = skr_names_find(&import->identity->names, name);
        if (individual < n_owners) {
            uint32_t owner = owners[individual];
            if (owner != SKR_NONE && (same == UINT32_MAX || owner != (same | OLD)))
                status = no_second_sample(import, individual_id(import, i), owner, name, err);
            owners[individual] = i;
        }
        import->samples.list[i].individual = individual;
        if (status == SKR_OK)
            status = skr_people_edit_sample(import->edit, import->dataset, individual,
                                            import->samples.list[i].karyotype, err);
    }
    free(owners);
    return status;
}

/* ------------------------------------------------------------------ contigs */

/* Is a source one of the files of this delivery? */
static bool is_delivered_again(const void *context, const skr_source *source)
{
    const skr_import *import = context;
    for (uint32_t i = 0; i < import->n_files; i++)
        if (import->files[i].known == source)
            return true;
    return false;
}

/* A live source that gives an old sample its data on a contig, or NULL. There may be several; with
 * is_again one that is a file of this delivery. */
const skr_source *skr_identity_source_on(const skr_import *import, const skr_old_sample *old,
                                         uint32_t contig, bool is_again)
{
    const skr_segment_entry *entry = &import->manifest->segments[old->segment];
    if (entry->assembly != import->assembly)
        return NULL;
    return skr_manifest_part_source_on(import->manifest, entry, old->local, contig,
                                       is_again ? is_delivered_again : NULL, import, NULL);
}

/* How a sample has a contig that a file brings again. */
static int has_contig(const skr_import *import, const skr_import_file *file, const char *name,
                      uint32_t contig, const skr_source *source, skr_err *err)
{
    const char *contig_name = import->manifest->assemblies[import->assembly].contigs[contig].name;
    const char *silence = skr_import_holds(source->silent, source->n_silent, contig)
                              ? ", which has no record there and was taken for reference,"
                              : "";
    if (import->request->is_replacing)
        return skr_fail(err, SKR_ERR_INPUT,
                        "sample '%s' is in %s and in %s, both with contig %s: deliver them apart, "
                        "or tell them apart in --samples by the columns file and individual",
                        name, source->name, file->given, contig_name);
    if (skr_import_holds(file->silent, file->n_silent, contig))
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s: sample '%s' has contig %s already, from %s%s; here its silence would "
                        "be reference there: deliver it apart from files with contig %s, or "
                        "--replace what there is",
                        file->name, name, contig_name, source->name, silence, contig_name);
    return skr_fail(err, SKR_ERR_INPUT,
                    "%s: sample '%s' has contig %s already, from %s%s with other bytes or other "
                    "options; --replace takes the new file instead",
                    file->name, name, contig_name, source->name, silence);
}

int skr_identity_check_contig(skr_import *import, const skr_import_file *file, uint32_t contig,
                              skr_err *err)
{
    const skr_identity *identity = import->identity;
    if (identity->n_old == 0)
        return SKR_OK;
    for (uint32_t i = 0; i < file->columns.n; i++) {
        const char *name = import->samples.names.texts[file->local[i]];
        for (uint32_t j = skr_identity_first(identity, name); j != SKR_NONE;
             j = identity->old[j].next) {
            const skr_source *source = skr_identity_source_on(import, &identity->old[j], contig,
                                                              import->request->is_replacing);
            if (source != NULL)
                return has_contig(import, file, name, contig, source, err);
        }
    }
    return SKR_OK;
}
