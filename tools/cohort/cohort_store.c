/*
 * cohort_store.c - a cohort straight into a store: one segment, its people, one generation.
 *
 * What is written is what `skerry import` makes of the cohort's VCF: a complete row for every
 * allele and a span for every site.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "index/contigs/contig.h"
#include "storage/base/limits.h"
#include "storage/block/digest.h"
#include "storage/segment/segment.h"
#include "storage/store.h"
#include "tools/cohort/cohort_feed.h"
#include "tools/cohort/cohort_out.h"

typedef struct store_out {
    const cohort_request *request;
    skr_txn *txn;
    skr_manifest *manifest;
    skr_sample *samples;
    uint32_t dataset;
    uint32_t assembly;
    uint32_t contig;
    skr_segment_writer *writer;
    skr_carriers carriers;
    bool has_indels;
} store_out;

static int make_places(store_out *s, skr_err *err)
{
    const cohort_request *request = s->request;
    char name[SKR_NAME_MAX + 1];
    const skr_build *build = skr_assembly_build_find(request->assembly);
    uint32_t end0 = request->plan.start0 + request->plan.n_bases;
    int status = skr_contig_canonical(build, request->contig, name, sizeof name, err);
    if (status < 0)
        return status;
    if (skr_contig_ploidy(build, name, request->plan.start0) != SKR_PLOIDY_DIPLOID ||
        skr_contig_ploidy_end0(build, name, request->plan.start0) < end0)
        return skr_fail(err, SKR_ERR_USAGE, "contig %s: only autosomes are generated", name);
    status = skr_manifest_add_dataset(s->manifest, request->dataset, &s->dataset, err);
    if (status == SKR_OK)
        status = skr_assembly_add(s->manifest, request->assembly, &s->assembly, err);
    return status < 0 ? status
                      : skr_manifest_add_contig(&s->manifest->assemblies[s->assembly], name, end0,
                                                &s->contig, err);
}

/* ------------------------------------------------------------------ people */

static int add_person(store_out *s, skr_people_edit *edit, uint32_t person, skr_err *err)
{
    char name[COHORT_NAME_ROOM];
    bool is_new = false;
    skr_sample *sample = &s->samples[person];
    cohort_name(s->request, person, name);
    int status = skr_people_edit_individual(edit, name, &sample->individual, &is_new, err);
    if (status == SKR_OK && !is_new)
        status =
            skr_fail(err, SKR_ERR_INPUT,
                     "'%s' is in the store already: another --prefix makes other people", name);
    if (status < 0)
        return status;
    sample->name = strdup(name);
    if (sample->name == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "cohort: out of memory");
    bool is_male = cohort_person_of(s->request, person).sex == SKR_SEX_MALE;
    sample->karyotype = is_male ? (skr_karyotype){1, 1} : (skr_karyotype){2, 0};
    status = skr_people_edit_sample(edit, s->dataset, sample->individual, sample->karyotype, err);
    return status < 0
               ? status
               : cohort_say_person(s->request, person, edit, s->dataset, sample->individual, err);
}

static int write_people(store_out *s, skr_err *err)
{
    skr_people *people = NULL;
    skr_people_edit *edit = NULL;
    char name[SKR_FILE_NAME_MAX];
    int status = skr_people_open(skr_txn_folder(s->txn), &s->manifest->people, &people, err);
    if (status == SKR_OK)
        status = skr_people_edit_new(people, &edit, err);
    for (uint32_t i = 0; i < cohort_n_wanted(s->request) && status == SKR_OK; i++)
        status = add_person(s, edit, i, err);
    skr_txn_file_name(s->txn, "people", name);
    if (status == SKR_OK)
        status =
            skr_people_edit_write(edit, skr_txn_folder(s->txn), name, &s->manifest->people, err);
    skr_people_edit_free(edit);
    skr_people_close(people);
    return status;
}

/* ------------------------------------------------------------------ rows */

/* Carriers of an allele: haplotypes in pairs, those without a call left out. */
static int read_carriers(store_out *s, const cohort_site *site, const cohort_alt *alt, skr_err *err)
{
    uint32_t at_missing = 0;
    int status = SKR_OK;
    skr_carriers_clear(&s->carriers);
    const uint32_t *haplotypes = alt->haplotypes.items;
    uint32_t n = alt->haplotypes.n;
    const cohort_list *missing = &site->missing;
    for (uint32_t i = 0; i < n && status == SKR_OK;) {
        uint32_t person = haplotypes[i] / 2;
        uint8_t dosage = i + 1 < n && haplotypes[i + 1] / 2 == person ? 2 : 1;
        i += dosage;
        while (at_missing < missing->n && missing->items[at_missing] < person)
            at_missing++;
        if (at_missing == missing->n || missing->items[at_missing] != person)
            status = skr_carriers_add(&s->carriers, person, dosage, err);
    }
    return status;
}

/* A row an allele, and a span for every footprint: those of a site lie one after the other. */
static int write_site(store_out *s, const cohort_site *site, skr_err *err)
{
    skr_call_set calls = {.base = SKR_CALL_DEFAULT,
                          .flip = SKR_CALL_NO_CALL,
                          .flips = site->missing.items,
                          .n_flips = site->missing.n};
    uint32_t n_ref = 0;
    int status = SKR_OK;
    for (uint32_t i = 0; i < site->n_alts && status == SKR_OK; i++) {
        const cohort_alt *alt = &site->alts[i];
        skr_allele allele = {.contig = s->contig,
                             .start0 = site->pos0,
                             .end0 = site->pos0 + alt->n_ref,
                             .kind = alt->n_ref > 1   ? SKR_ALLELE_DEL
                                     : alt->n_alt > 1 ? SKR_ALLELE_INS
                                                      : SKR_ALLELE_SNV,
                             .ploidy = SKR_PLOIDY_DIPLOID,
                             .n_ref = alt->n_ref,
                             .n_alt = alt->n_alt,
                             .ref = alt->ref,
                             .alt = alt->alt};
        s->has_indels |= allele.kind != SKR_ALLELE_SNV;
        status = read_carriers(s, site, alt, err);
        if (status == SKR_OK)
            status =
                skr_segment_writer_add_row(s->writer, &allele, &s->carriers, &calls, false, err);
        if (status == SKR_OK && alt->n_ref != n_ref)
            status = skr_segment_writer_add_span(s->writer, s->contig, allele.start0, allele.end0,
                                                 SKR_PLOIDY_DIPLOID, &calls, err);
        n_ref = alt->n_ref;
    }
    return status;
}

static int write_segment(store_out *s, skr_file_id *ret_id, uint64_t *ret_n_rows, skr_err *err)
{
    char name[SKR_FILE_NAME_MAX];
    cohort_feed *feed = NULL;
    int status = cohort_feed_new(&s->request->plan, &feed, err);
    if (status < 0)
        return status;
    skr_segment_plan plan = {
        .samples = s->samples,
        .n_samples = cohort_n_wanted(s->request),
        .n_contigs = s->manifest->assemblies[s->assembly].n_contigs,
        .n_rows_expected = cohort_feed_n_alleles(feed),
        .n_bases_expected = s->request->plan.region_end0 - s->request->plan.region_start0,
        .names_are_ids = true,
    };
    skr_txn_file_name(s->txn, "segment", name);
    status = skr_segment_writer_new(skr_txn_folder(s->txn), name, &plan, &s->writer, err);
    while (status == SKR_OK) {
        const cohort_site *site = NULL;
        status = cohort_feed_next(feed, &site, err);
        if (status < 0 || site == NULL)
            break;
        status = write_site(s, site, err);
    }
    if (status == SKR_OK)
        status = skr_segment_writer_finish(s->writer, ret_id, ret_n_rows, err);
    skr_segment_writer_free(s->writer);
    skr_carriers_done(&s->carriers);
    cohort_feed_free(feed);
    return status;
}

/* ------------------------------------------------------------------ the generation */

/* There is no file whose bytes could be digested: what was asked for stands for it. */
static int digest_request(const cohort_request *request, skr_source *source, skr_err *err)
{
    char text[512];
    const cohort_plan *plan = &request->plan;
    skr_digest *digest = NULL;
    int n =
        snprintf(text, sizeof text,
                 "cohort people=%u only=%u-%u start=%u bases=%u region=%u-%u seed=%llu missing=%a "
                 "indels=%a all=%d %s",
                 plan->n_people, plan->first_person, plan->end_person, plan->start0, plan->n_bases,
                 plan->region_start0, plan->region_end0, (unsigned long long)plan->seed,
                 plan->missing, plan->indels, plan->has_all_alleles, request->prefix);
    int status = skr_digest_new(SKR_DIGEST_SHA256, &digest, err);
    if (status < 0)
        return status;
    skr_digest_update(digest, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
    skr_digest_final(digest, source->digest);
    skr_digest_free(digest);
    return SKR_OK;
}

static int add_delivery(store_out *s, const skr_file_id *id, uint64_t n_rows, skr_err *err)
{
    char name[] = "skerry-cohort";
    char options[] = "format=vcf gate=adj absent-is=no-call";
    skr_source source = {.name = name, .contigs = &s->contig, .n_contigs = 1, .is_live = true};
    skr_delivery delivery = {
        .generation = s->manifest->generation + 1,
        .time_s = 0, /* made data has no date: the same seed makes the same bytes */
        .dataset = s->dataset,
        .assembly = s->assembly,
        .options = options,
        .sources = &source,
        .n_sources = 1,
        .n_samples = cohort_n_wanted(s->request),
        .n_alleles = n_rows,
    };
    skr_segment_entry entry = {
        .file = *id,
        .dataset = s->dataset,
        .assembly = s->assembly,
        .n_samples = cohort_n_wanted(s->request),
        .n_rows = n_rows,
        .has_raw_indels = s->has_indels,
    };
    int status = digest_request(s->request, &source, err);
    uint32_t number = 0;
    skr_sample_run run;
    skr_segment_part part;
    if (status == SKR_OK)
        status = skr_manifest_add_delivery(s->manifest, &delivery, &number, err);
    skr_manifest_whole_part(number, entry.n_samples, &run, &part);
    entry.parts = &part;
    entry.n_parts = 1;
    return status < 0 ? status : skr_manifest_add_segment(s->manifest, &entry, NULL, err);
}

int cohort_write_store(const cohort_request *request, const char *folder, skr_err *err)
{
    store_out s = {.request = request};
    skr_file_id id = {0};
    uint64_t n_rows = 0;
    int status = skr_txn_begin(folder, &s.txn, err);
    if (status < 0)
        return status;
    s.manifest = skr_txn_manifest(s.txn);
    s.samples = calloc(cohort_n_wanted(request) + 1u, sizeof *s.samples);
    status = s.samples == NULL ? skr_fail(err, SKR_ERR_NOMEM, "cohort: out of memory")
                               : make_places(&s, err);
    if (status == SKR_OK)
        status = write_people(&s, err);
    if (status == SKR_OK)
        status = write_segment(&s, &id, &n_rows, err);
    if (status == SKR_OK)
        status = add_delivery(&s, &id, n_rows, err);
    if (status == SKR_OK)
        status = skr_txn_commit(s.txn, NULL, err);
    else
        skr_txn_abort(s.txn);
    for (uint32_t i = 0; s.samples != NULL && i < cohort_n_wanted(request); i++)
        free((char *)s.samples[i].name);
    free(s.samples);
    return status;
}
