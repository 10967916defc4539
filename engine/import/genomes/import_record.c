/*
 * import_record.c - from a record to fragments: its keys, its footprint, its claims.
 */
#include "engine/import/genomes/import_record.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/genomes/identity.h"
#include "engine/import/genomes/import_block.h"
#include "engine/import/genomes/import_body.h"
#include "engine/import/genomes/import_evidence.h"
#include "engine/import/genomes/import_facts.h"
#include "engine/import/genomes/import_parts.h"
#include "engine/import/genomes/import_reference.h"
#include "engine/import/genomes/record_keys.h"
#include "engine/import/genomes/record_phase.h"
#include "index/contigs/contig.h"

/* ------------------------------------------------------------------ fragments */

int skr_import_record_spans(const skr_place *at, uint32_t start0, uint32_t end0, skr_ploidy ploidy,
                            skr_err *err)
{
    skr_import *import = at->import;
    int status = SKR_OK;
    while (start0 < end0 && status == SKR_OK) {
        uint32_t stop0 = skr_contig_ploidy_end0(at->build, at->contig->name, start0);
        stop0 = stop0 < end0 ? stop0 : end0;
        if (skr_contig_ploidy(at->build, at->contig->name, start0) == ploidy) {
            skr_fragment span = {.allele = {.contig = at->contig->index,
                                            .start0 = start0,
                                            .end0 = stop0,
                                            .ploidy = ploidy},
                                 .is_span = true,
                                 .file = at->file,
                                 .body = import->record.body.bytes,
                                 .n_body = import->record.body.n};
            status = skr_site_batch_add(import->batch, &span, err);
        }
        start0 = stop0;
    }
    return status;
}

/* Adds what the record says of a key as a fragment. */
static int add_row(const skr_place *at, uint32_t key, const skr_phase_place *phase, skr_err *err)
{
    skr_import *import = at->import;
    const skr_claims *claims = &import->record.claims;
    const skr_record_keys *keys = import->record.keys;
    const skr_spelling *spelling = skr_record_keys_spelling(keys, key);
    bool is_atom = keys->entries[keys->sorted[keys->of_key[key]]].is_atom;
    unsigned form =
        (is_atom ? SKR_CLAIM_ATOM : 0u) | (keys->is_shared[key] ? SKR_CLAIM_SHARED : 0u);
    import->record.body.n = 0;
    int status =
        skr_import_body_encode(&claims->calls, &claims->carriers[key], &import->record.body, err);
    if (status == SKR_OK)
        status = skr_phase_encode(&claims->phase, phase, key, &claims->carriers[key],
                                  &import->record.body, err);
    if (status == SKR_OK && (form & SKR_CLAIM_SHARED) != 0)
        status = skr_buffer_put_u64(&import->record.body, import->n_records, err);
    if (status == SKR_OK && is_atom)
        status = skr_buffer_put(&import->record.body, spelling, sizeof *spelling, err);
    skr_fragment row = {.allele = *skr_record_keys_allele(keys, key),
                        .filter_failed = at->record->filter != SKR_FILTER_PASS,
                        .claim = (uint8_t)form,
                        .file = at->file,
                        .body = import->record.body.bytes,
                        .n_body = import->record.body.n};
    return status != SKR_OK ? status : skr_site_batch_add(import->batch, &row, err);
}

/* The rows of the keys that lie in a ploidy. */
static int add_rows(const skr_place *at, const skr_named *named, skr_ploidy ploidy, skr_err *err)
{
    const skr_record_keys *keys = at->import->record.keys;
    const skr_columns *columns = &at->import->files[at->file].columns;
    const skr_phase_place phase = {at->vcf, at->record, columns->column, columns->n, named};
    int status = SKR_OK;
    for (uint32_t k = 0; k < keys->n_keys && status == SKR_OK; k++)
        if (skr_record_keys_allele(keys, k)->ploidy == ploidy)
            status = add_row(at, k, &phase, err);
    return status;
}

/* Adds what the import's claims say of stretches: as spans, or where it has blocks as coverage. */
static int add_pieces(const skr_place *at, const skr_piece *pieces, uint32_t n, skr_ploidy ploidy,
                      skr_err *err)
{
    skr_import *import = at->import;
    const skr_call_set *calls = &import->record.claims.calls;
    const skr_import_file *file = &import->files[at->file];
    /* Of reads the coverage layer is to be the depth: bases that a deletion takes away have none.
     */
    bool is_gvcf = file->is_gvcf && !(file->is_reads && at->n_ref > 1);
    import->record.body.n = 0;
    int status =
        n == 0 || is_gvcf ? SKR_OK : skr_import_body_encode(calls, NULL, &import->record.body, err);
    for (uint32_t i = 0; i < n && status == SKR_OK; i++)
        status = is_gvcf
                     ? skr_import_block_cover(at, (uint32_t[]){pieces[i].start0, pieces[i].end0},
                                              ploidy, calls, err)
                     : skr_import_record_spans(at, pieces[i].start0, pieces[i].end0, ploidy, err);
    return status;
}

/* Everything that the record says in one ploidy. */
static int add_ploidy(const skr_place *at, skr_ploidy ploidy, bool is_counting, skr_err *err)
{
    skr_import *import = at->import;
    const skr_import_file *file = &import->files[at->file];
    skr_record_keys *keys = import->record.keys;
    skr_named named = {.n_keys = keys->n_keys,
                       .n_alts = at->record->n_alts,
                       .is_unknown = keys->is_unknown,
                       .first_key = keys->first_key,
                       .keys = keys->keys,
                       .keeps_phase = keys->n_keys > 0};
    skr_claims *claims = &import->record.claims;
    SKR_TRY(skr_claims_read(claims, at->vcf, at->record, &import->request->gate, &file->columns,
                            &named, ploidy, err));
    if (is_counting) {
        import->counts[SKR_COUNT_FAILED_GATE] += claims->n_failed_gate;
        import->counts[SKR_COUNT_HET_ON_HAPLOID] += claims->n_het_on_haploid;
        import->counts[SKR_COUNT_NO_COPY] += claims->n_no_copy;
        skr_import_facts_sex(at, ploidy);
    }
    SKR_TRY(add_rows(at, &named, ploidy, err));
    SKR_TRY(add_pieces(at, keys->pieces, keys->n_pieces, ploidy, err));
    return keys->has_small || !keys->has_sv
               ? skr_import_block_tails(at, ploidy, &claims->calls, err)
               : SKR_OK;
}

/* The ploidies that the record's keys and pieces lie in, a bit each. */
static unsigned ploidies_of(const skr_place *at)
{
    const skr_record_keys *keys = at->import->record.keys;
    unsigned ploidies = 0;
    for (uint32_t k = 0; k < keys->n_keys; k++)
        ploidies |= 1u << skr_record_keys_allele(keys, k)->ploidy;
    for (uint32_t i = 0; i < keys->n_pieces; i++)
        for (uint32_t at0 = keys->pieces[i].start0; at0 < keys->pieces[i].end0;
             at0 = skr_contig_ploidy_end0(at->build, at->contig->name, at0))
            ploidies |= 1u << skr_contig_ploidy(at->build, at->contig->name, at0);
    return ploidies;
}

/* ------------------------------------------------------------------ the record */

/* A record that is refused: nobody knows anything of its bases. */
static int add_unknown(const skr_place *at, skr_err *err)
{
    const skr_piece whole = {at->start0, at->start0 + at->n_ref};
    int status = SKR_OK;
    skr_claims_unknown(&at->import->record.claims);
    for (unsigned ploidy = 0; ploidy < SKR_N_PLOIDIES && status == SKR_OK; ploidy++)
        status = add_pieces(at, &whole, 1, (skr_ploidy)ploidy, err);
    return status;
}

/* Notes what is asked of every record: how long the contig is, and whether it has one ploidy. */
static void note_place(const skr_import *import, skr_import_contig *contig)
{
    const skr_chromosome *known = skr_assembly_build_chromosome(import->build, contig->name);
    contig->length_max = contig->length > 0 ? contig->length : known != NULL ? known->length : 0;
    contig->is_one_zone = skr_contig_ploidy(import->build, contig->name, 0) == SKR_PLOIDY_DIPLOID &&
                          skr_contig_ploidy_end0(import->build, contig->name, 0) == UINT32_MAX;
    contig->is_autosome = skr_import_facts_is_autosome(import, contig->name);
}

/* A contig is met for the first time in this file. */
static int meet_contig(skr_place *at, skr_file_contig *spelled, skr_err *err)
{
    skr_import *import = at->import;
    skr_import_file *file = &import->files[at->file];
    char canonical[SKR_NAME_MAX + 1];
    const char *written = skr_vcf_contigs(at->vcf)->texts[at->record->contig];
    uint32_t length = skr_vcf_contig_length(at->vcf, written);
    uint32_t number;
    bool is_new;
    SKR_TRY(skr_import_evidence_contig(import, file, at->vcf, written, canonical,
                                       &spelled->is_rejected, err));
    if (spelled->is_rejected) {
        spelled->contig = 0;
        import->found.has_old_mitochondrion = true;
        return SKR_OK;
    }
    SKR_TRY(skr_names_add_n(&import->contigs.names, canonical, strlen(canonical), &number, &is_new,
                            err));
    int status = SKR_OK;
    SKR_TRY(SKR_ARRAY_RESERVE(&import->contigs.list, &import->contigs.n_max, number + 1u, "contigs",
                              err));
    skr_import_contig *contig = &import->contigs.list[number];
    if (is_new) {
        *contig = (skr_import_contig){.name = import->contigs.names.texts[number],
                                      .old_reference = SKR_NONE,
                                      .min_start0 = UINT32_MAX};
        status = skr_import_reference_contig(import, contig, err);
    }
    if (status == SKR_OK && contig->has_reference && length != 0 && length != contig->length &&
        skr_assembly_build_chromosome(import->build, contig->name) == NULL)
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s: contig %s is %u long here, and %u in the reference: it belongs to "
                        "another assembly",
                        file->name, contig->name, length, contig->length);
    if (contig->length < length && !contig->has_reference)
        contig->length = length;
    note_place(import, contig);
    if (status == SKR_OK)
        status = skr_manifest_add_contig(&import->manifest->assemblies[import->assembly],
                                         contig->name, contig->length, &contig->index, err);
    if (status != SKR_OK)
        return status;
    spelled->contig = number;
    for (uint32_t i = 0; i < file->n_used; i++)
        if (file->used[i] == number)
            return SKR_OK;
    SKR_TRY(SKR_ARRAY_RESERVE(&file->used, &file->n_used_max, file->n_used + 1, "contigs", err));
    file->used[file->n_used++] = number;
    SKR_TRY(skr_import_parts_check(import, file, contig->index, err));
    return skr_identity_check_contig(import, file, contig->index, err);
}

/* Finds the contig; *ret_is_rejected: the record does not count. */
static int find_contig(skr_place *at, bool *ret_is_rejected, skr_err *err)
{
    skr_import_file *file = &at->import->files[at->file];
    uint32_t number = at->record->contig;
    SKR_TRY(SKR_ARRAY_RESERVE(&file->contigs, &file->n_contigs_max, number + 1u, "contigs", err));
    while (file->n_contigs <= number)
        file->contigs[file->n_contigs++] =
            (skr_file_contig){.contig = SKR_NONE, .first0 = UINT32_MAX};
    skr_file_contig *spelled = &file->contigs[number];
    if (spelled->contig == SKR_NONE) {
        SKR_TRY(meet_contig(at, spelled, err));
    }
    if (at->start0 < spelled->first0)
        spelled->first0 = at->start0;
    if (at->start0 > spelled->last0)
        spelled->last0 = at->start0;
    *ret_is_rejected = spelled->is_rejected;
    if (!spelled->is_rejected)
        at->contig = &at->import->contigs.list[spelled->contig];
    return SKR_OK;
}

/* Does the record say two things at once: a REF that is not there, genotypes that differ? */
static int check_record(skr_place *at, bool *ret_agrees, skr_err *err)
{
    skr_import *import = at->import;
    *ret_agrees = true;
    if (at->contig->has_reference)
        SKR_TRY(skr_import_reference_agrees(at, ret_agrees, err));
    if (!*ret_agrees) {
        import->counts[SKR_COUNT_REF_MISMATCH]++;
        import->files[at->file].n_ref_mismatches++;
    } else if (at->record->has_conflict) {
        import->counts[SKR_COUNT_GT_CONFLICT]++;
        *ret_agrees = false;
    }
    return SKR_OK;
}

/* The alleles of a record, and the bases that it speaks of. */
static int take_alleles(skr_place *at, skr_ploidy ploidy, skr_err *err)
{
    skr_record_keys *keys;
    SKR_TRY(skr_record_keys_read(at, err));
    keys = at->import->record.keys;
    if (keys->has_small || !keys->has_sv)
        SKR_TRY(skr_record_keys_add_piece(keys, at->start0, at->start0 + at->n_ref, err));
    else
        keys->n_pieces = 0;
    skr_record_keys_join_pieces(keys);
    unsigned ploidies = ploidies_of(at) | 1u << ploidy;
    for (unsigned one = 0; one < SKR_N_PLOIDIES; one++)
        if ((ploidies & 1u << one) != 0)
            SKR_TRY(add_ploidy(at, (skr_ploidy)one, one == (unsigned)ploidy, err));
    return SKR_OK;
}

/* The record lies on a contig that counts, at a base that there is. */
static int take_record(skr_place *at, skr_err *err)
{
    skr_import *import = at->import;
    bool agrees = true;
    skr_ploidy ploidy = at->contig->is_one_zone
                            ? SKR_PLOIDY_DIPLOID
                            : skr_contig_ploidy(at->build, at->contig->name, at->start0);
    bool is_block = skr_import_is_block(at);
    if (ploidy == SKR_PLOIDY_Y_PAR) {
        import->counts[SKR_COUNT_Y_PAR] += skr_vcf_samples(at->vcf)->n;
        if (!is_block) /* what of a block lies after the border counts */
            return SKR_OK;
    }
    if (!is_block && at->start0 < at->contig->min_start0)
        at->contig->min_start0 = at->start0;
    if (!is_block && at->start0 > at->contig->max_start0)
        at->contig->max_start0 = at->start0;
    SKR_TRY(check_record(at, &agrees, err));
    if (is_block)
        return skr_import_block(at, agrees, err);
    if (!agrees)
        return add_unknown(at, err);
    SKR_TRY(skr_import_facts_depths(at, err));
    return take_alleles(at, ploidy, err);
}

int skr_import_record(skr_import *import, uint32_t file, const skr_vcf *vcf,
                      const skr_vcf_record *record, skr_err *err)
{
    skr_place at = {.import = import,
                    .file = file,
                    .build = import->build,
                    .vcf = vcf,
                    .record = record,
                    .n_ref = (uint32_t)strlen(record->ref)};
    bool is_rejected = false;
    import->n_records++;
    import->files[file].n_records++;
    if (record->pos1 == 0) {
        import->counts[SKR_COUNT_TELOMERE]++;
        return SKR_OK;
    }
    at.start0 = record->pos1 - 1;
    if (at.n_ref > SKR_CONTIG_LENGTH_MAX - at.start0) {
        char where[32];
        skr_vcf_place(vcf, where);
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s, %s: REF ends beyond %u, the largest place there is",
                        import->files[file].name, where, SKR_CONTIG_LENGTH_MAX);
    }
    SKR_TRY(find_contig(&at, &is_rejected, err));
    if (is_rejected) {
        import->counts[SKR_COUNT_REJECTED_CONTIG]++;
        return SKR_OK;
    }
    return take_record(&at, err);
}
