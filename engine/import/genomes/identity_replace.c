/*
 * identity_replace.c - what a delivery takes the place of: samples that are replaced, contig by
 * contig, and what an older BED said.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/import/genomes/buried.h"
#include "engine/import/genomes/identity_int.h"
#include "engine/import/genomes/import_parts.h"
#include "index/contigs/contig.h"
#include "storage/manifest_parts.h"

/* A sample of an older segment that is replaced on a contig. */
typedef struct burial {
    uint32_t segment;
    uint32_t contig;
    uint32_t sample;
} burial;

typedef struct burials {
    burial *list;
    size_t n;
    size_t n_max;
    bool *is_replaced; /* by sample of the delivery */
} burials;

static int add_burial(burials *all, burial one, skr_err *err)
{
    SKR_TRY(
        SKR_ARRAY_RESERVE(&all->list, &all->n_max, all->n + 1, "samples that are replaced", err));
    all->list[all->n++] = one;
    return SKR_OK;
}

/* Buries an old sample on a contig that a new file has, if it lives there. */
static int supersede_on(skr_import *import, const skr_old_sample *old, uint32_t contig,
                        burials *all, bool *is_replaced, skr_err *err)
{
    if (skr_identity_source_on(import, old, contig, false) == NULL)
        return SKR_OK;
    *is_replaced = true;
    return add_burial(all, (burial){old->segment, contig, old->local}, err);
}

/* A new file replaces, of each of its samples, the contigs that it has, by records or silence. */
static int supersede_for(skr_import *import, const skr_import_file *file, burials *all,
                         skr_err *err)
{
    const skr_identity *identity = import->identity;
    int status = SKR_OK;
    for (uint32_t i = 0; i < file->columns.n && status == SKR_OK; i++) {
        const char *name = import->samples.names.texts[file->local[i]];
        bool *is_replaced = &all->is_replaced[file->local[i]];
        for (uint32_t j = skr_identity_first(identity, name); j != SKR_NONE;
             j = identity->old[j].next) {
            const skr_old_sample *old = &identity->old[j];
            for (uint32_t c = 0; c < file->n_used && status == SKR_OK; c++)
                status = supersede_on(import, old, import->contigs.list[file->used[c]].index, all,
                                      is_replaced, err);
            for (uint32_t c = 0; c < file->n_silent && status == SKR_OK; c++)
                status = supersede_on(import, old, file->silent[c], all, is_replaced, err);
        }
    }
    return status;
}

/*
 * What an older BED says of a contig ends where the contig comes by records, or by another BED:
 * only one of them may count.
 */
static int bury_covered(const skr_import *import, uint32_t sample, uint32_t contig, burials *all,
                        skr_err *err)
{
    const skr_identity *identity = import->identity;
    const char *name = import->samples.names.texts[sample];
    for (uint32_t j = skr_identity_first(identity, name); j != SKR_NONE;
         j = identity->old[j].next) {
        const skr_old_sample *old = &identity->old[j];
        const skr_segment_entry *entry = &import->manifest->segments[old->segment];
        if (entry->assembly == import->assembly && contig < identity->n_covers[old->segment] &&
            identity->covers[old->segment][contig] != 0 &&
            skr_identity_source_on(import, old, contig, false) == NULL &&
            !skr_manifest_is_superseded(entry, contig, old->local))
            SKR_TRY(add_burial(all, (burial){old->segment, contig, old->local}, err));
    }
    return SKR_OK;
}

/* The same for all contigs that a delivery speaks of. */
static int bury_all_covered(const skr_import *import, burials *all, skr_err *err)
{
    for (uint32_t f = 0; f < import->n_files && import->identity->has_coverage; f++) {
        const skr_import_file *file = &import->files[f];
        for (uint32_t i = 0; i < file->columns.n && !file->is_skipped; i++) {
            for (uint32_t c = 0; c < file->n_used; c++)
                SKR_TRY(bury_covered(import, file->local[i],
                                     import->contigs.list[file->used[c]].index, all, err));
            for (uint32_t c = 0; c < file->n_silent; c++)
                SKR_TRY(bury_covered(import, file->local[i], file->silent[c], all, err));
            for (uint32_t c = 0; c < import->callable.n_contigs; c++)
                SKR_TRY(
                    bury_covered(import, file->local[i], import->callable.contigs[c], all, err));
        }
    }
    return SKR_OK;
}

bool skr_identity_may_cover(const skr_import *import, uint32_t sample, uint32_t contig)
{
    const skr_identity *identity = import->identity;
    const char *name = import->samples.names.texts[sample];
    for (uint32_t f = 0; f < import->n_files && import->request->is_replacing; f++) {
        const skr_import_file *file = &import->files[f];
        for (uint32_t i = 0; i < file->columns.n && !file->is_skipped; i++)
            if (file->local[i] == sample &&
                (skr_import_parts_uses(import, file, contig) ||
                 skr_import_holds(file->silent, file->n_silent, contig)))
                return true; /* what there is of it is replaced */
    }
    for (uint32_t j = skr_identity_first(identity, name); j != SKR_NONE; j = identity->old[j].next)
        if (skr_identity_source_on(import, &identity->old[j], contig, false) != NULL)
            return false;
    return true;
}

static int compare_burials(const void *a, const void *b)
{
    const burial *left = a;
    const burial *right = b;
    if (left->segment != right->segment)
        return left->segment < right->segment ? -1 : 1;
    if (left->contig != right->contig)
        return left->contig < right->contig ? -1 : 1;
    return left->sample < right->sample ? -1 : left->sample > right->sample;
}

static int supersede_all(skr_import *import, burials *all, skr_err *err)
{
    int status = SKR_OK;
    if (all->n == 0)
        return SKR_OK;
    qsort(all->list, all->n, sizeof *all->list, compare_burials);
    uint32_t *samples = malloc(all->n * sizeof *samples);
    if (samples == NULL)
        return skr_fail_nomem(err, "samples of the store");
    for (size_t from = 0; from < all->n && status == SKR_OK;) {
        const burial *first = &all->list[from];
        uint32_t n = 0;
        size_t at = from;
        for (; at < all->n && all->list[at].segment == first->segment &&
               all->list[at].contig == first->contig;
             at++)
            if (n == 0 || samples[n - 1] != all->list[at].sample)
                samples[n++] = all->list[at].sample;
        status = skr_manifest_supersede(&import->manifest->segments[first->segment], first->contig,
                                        samples, n, err);
        from = at;
    }
    free(samples);
    return status;
}

/* A contig of an old sample that still counts, or SKR_NONE. */
static uint32_t find_rest(const skr_import *import, const skr_old_sample *old)
{
    const skr_segment_entry *entry = &import->manifest->segments[old->segment];
    uint32_t n = import->manifest->assemblies[entry->assembly].n_contigs;
    for (uint32_t contig = 0; contig < n; contig++)
        if (skr_manifest_part_source_on(import->manifest, entry, old->local, contig, NULL, NULL,
                                        NULL) != NULL)
            return contig;
    return SKR_NONE;
}

static bool is_of_karyotype(skr_karyotype one, skr_karyotype other)
{
    return one.n_x == other.n_x && one.n_y == other.n_y;
}

/* What is left of an old sample must not be of another karyotype than this delivery says; where
 * only one of the two is known, it is told. */
static int check_karyotype(skr_import *import, uint32_t sample, const skr_old_sample *old,
                           skr_err *err)
{
    skr_karyotype karyotype = import->samples.list[sample].karyotype;
    uint32_t assembly = import->manifest->segments[old->segment].assembly;
    if (assembly != import->assembly || is_of_karyotype(karyotype, old->karyotype))
        return SKR_OK;
    uint32_t contig = find_rest(import, old);
    if (contig == SKR_NONE)
        return SKR_OK;
    if (!skr_identity_contradicts(karyotype, old->karyotype)) {
        if (import->found.n_half_known == 0)
            import->found.first_half_known = sample;
        else if (import->found.last_half_known == sample) /* it came in several deliveries */
            return SKR_OK;
        import->found.last_half_known = sample;
        import->found.n_half_known++;
        return SKR_OK;
    }
    char texts[2][16];
    skr_contig_karyotype_text(karyotype, texts[0]);
    skr_contig_karyotype_text(old->karyotype, texts[1]);
    return skr_fail(err, SKR_ERR_INPUT,
                    "sample '%s' is %s in --samples, and contig %s of it, which this delivery does "
                    "not have, came as %s: one of the two is wrong; correct --samples, or deliver "
                    "all contigs at once",
                    import->samples.names.texts[sample], texts[0],
                    import->manifest->assemblies[assembly].contigs[contig].name, texts[1]);
}

/* What is left of old samples must be of the same individuals as what is new. */
static int check_rest(skr_import *import, skr_err *err)
{
    const skr_identity *identity = import->identity;
    for (uint32_t i = 0; i < import->samples.names.n; i++) {
        const char *name = import->samples.names.texts[i];
        for (uint32_t j = skr_identity_first(identity, name); j != SKR_NONE;
             j = identity->old[j].next) {
            const skr_old_sample *old = &identity->old[j];
            if (old->individual == import->samples.list[i].individual) {
                SKR_TRY(check_karyotype(import, i, old, err));
                continue;
            }
            uint32_t assembly = import->manifest->segments[old->segment].assembly;
            uint32_t contig = find_rest(import, old);
            if (contig != SKR_NONE)
                return skr_fail(err, SKR_ERR_INPUT,
                                "sample '%s' would be of two individuals: contig %s of it, which "
                                "this delivery does not have, is there already for '%s'; name that "
                                "one in --samples, or deliver all contigs",
                                name, import->manifest->assemblies[assembly].contigs[contig].name,
                                skr_people_id(import->people, old->individual));
        }
    }
    return SKR_OK;
}

static int bury(skr_import *import, skr_err *err)
{
    burials all = {0};
    int status = SKR_OK;
    all.is_replaced = calloc(import->samples.names.n + 1u, sizeof *all.is_replaced);
    if (all.is_replaced == NULL)
        return skr_fail_nomem(err, "samples of the store");
    for (uint32_t i = 0; i < import->n_files && status == SKR_OK; i++)
        if (import->request->is_replacing && !import->files[i].is_skipped)
            status = supersede_for(import, &import->files[i], &all, err);
    if (status == SKR_OK)
        status = bury_all_covered(import, &all, err);
    if (status == SKR_OK)
        status = supersede_all(import, &all, err);
    for (uint32_t i = 0; i < import->samples.names.n; i++)
        import->counts[SKR_COUNT_REPLACED] += all.is_replaced[i];
    free(all.is_replaced);
    free(all.list);
    return status;
}

int skr_identity_supersede(skr_import *import, skr_err *err)
{
    bool is_burying = import->request->is_replacing || import->identity->has_coverage;
    if (import->identity->n_old == 0)
        return SKR_OK;
    if (is_burying)
        SKR_TRY(bury(import, err));
    SKR_TRY(check_rest(import, err));
    if (is_burying)
        skr_buried_drop_dead(import->manifest);
    return SKR_OK;
}
