/*
 * vcf.c - opening VCF and BCF, and what both have in common.
 *
 * Files are opened by their descriptor, never by a name that the library could take for an address.
 */
#include "engine/import/vcf/vcf.h"

#include <htslib/hfile.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/vcf/vcf_bcf.h"
#include "engine/import/vcf/vcf_cells.h"
#include "engine/import/vcf/vcf_local.h"
#include "engine/import/vcf/vcf_record.h"
#include "engine/import/vcf/vcf_text.h"

/* ------------------------------------------------------------------ samples and contigs */

uint32_t skr_vcf_contig_length(const skr_vcf *vcf, const char *name)
{
    uint32_t number = skr_names_find(&vcf->header.contigs, name);
    return number == UINT32_MAX ? 0 : vcf->header.lengths[number];
}

const skr_names *skr_vcf_samples(const skr_vcf *vcf)
{
    return &vcf->samples;
}

const skr_names *skr_vcf_contigs(const skr_vcf *vcf)
{
    return &vcf->contigs;
}

const skr_names *skr_vcf_header_contigs(const skr_vcf *vcf)
{
    return &vcf->header.contigs;
}

const skr_names *skr_vcf_hints(const skr_vcf *vcf)
{
    return &vcf->header.hints;
}

const char *skr_vcf_producer(const skr_vcf *vcf)
{
    return vcf->header.producer;
}

const char *skr_vcf_description(const skr_vcf *vcf, skr_vcf_note note)
{
    return vcf->header.notes[note] != NULL ? vcf->header.notes[note] : "";
}

const char *skr_vcf_tools(const skr_vcf *vcf)
{
    return vcf->header.tools;
}

bool skr_vcf_is_gvcf(const skr_vcf *vcf)
{
    return vcf->is_gvcf;
}

unsigned skr_vcf_version(const skr_vcf *vcf)
{
    return vcf->header.version;
}

uint64_t skr_vcf_position(const skr_vcf *vcf)
{
    return skr_vcf_bytes_position(&vcf->bytes);
}

/* ------------------------------------------------------------------ opening */

int skr_vcf_check_start(const char *name, const char *bytes, size_t n, bool *ret_is_bcf,
                        skr_err *err)
{
    *ret_is_bcf = n >= 3 && memcmp(bytes, "BCF", 3) == 0;
    if (*ret_is_bcf)
        return SKR_OK;
    if ((n >= 4 && memcmp(bytes, "CRAM", 4) == 0) || (n >= 4 && memcmp(bytes, "BAM\1", 4) == 0) ||
        (n >= 3 && memcmp(bytes, "@HD", 3) == 0) || (n >= 3 && memcmp(bytes, "@SQ", 3) == 0))
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s: this is CRAM, BAM or SAM: reads are taken as CRAM or BAM, from a pipe "
                        "with --format cram or bam",
                        name);
    const char *at = n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? bytes + 3 : bytes;
    size_t n_left = n - (size_t)(at - bytes);
    if (n_left >= 16 && strncasecmp(at, "##fileformat=VCF", 16) == 0)
        return SKR_OK;
    if (n == 0)
        return skr_fail(err, SKR_ERR_INPUT, "%s: the file is empty", name);
    return skr_fail(err, SKR_ERR_INPUT,
                    "%s: neither VCF nor BCF: it does not begin with ##fileformat=VCF", name);
}

static int open_file(skr_vcf *vcf, const skr_vcf_plan *plan, skr_err *err)
{
    uint8_t *start;
    size_t n;
    const skr_input_plan input = {plan->path, vcf->where.name, plan->keys};
    SKR_TRY(skr_vcf_bytes_open(&vcf->bytes, &vcf->where, &input, plan->n_threads, err));
    SKR_TRY(skr_vcf_bytes_need(&vcf->bytes, 32, &start, &n, err));
    return skr_vcf_check_start(vcf->where.name, (const char *)start, n, &vcf->where.is_bcf, err);
}

int skr_vcf_open(const skr_vcf_plan *plan, skr_vcf **ret_vcf, skr_err *err)
{
    skr_vcf *vcf = calloc(1, sizeof *vcf);
    if (vcf == NULL)
        return skr_fail_nomem(err, plan->name);
    vcf->gate = plan->gate;
    vcf->n_memory = plan->n_memory > 0 ? plan->n_memory : (size_t)SKR_IMPORT_MEMORY_MIB << 20;
    vcf->last_contig = UINT32_MAX;
    vcf->uses_len = plan->uses_len;
    vcf->is_for_notes = plan->is_for_notes;
    vcf->where.name = strdup(plan->name);
    hts_set_log_level(HTS_LOG_OFF);

    int status = vcf->where.name == NULL ? skr_fail_nomem(err, plan->name) : SKR_OK;
    if (status == SKR_OK)
        status = open_file(vcf, plan, err);
    if (status == SKR_OK)
        status = vcf->where.is_bcf ? skr_vcf_bcf_header(vcf, err) : skr_vcf_text_header(vcf, err);
    if (status == SKR_OK && vcf->samples.n == 0 && !vcf->is_for_notes)
        status = skr_fail(err, SKR_ERR_INPUT,
                          "%s: no sample column, so there is nothing to count; sites with "
                          "annotations go to skerry annotate",
                          vcf->where.name);
    const skr_vcf_record *first;
    if (status == SKR_OK)
        status = skr_vcf_next(vcf, &first, err);
    if (status != SKR_OK) {
        skr_vcf_close(vcf);
        return status;
    }
    vcf->has_pushed = true;
    /* What several samples share lies in few spans; blocks of one have ALT "." and an end too. */
    if (first != NULL && first->n_alts == 0 && (first->has_end || first->has_len))
        vcf->is_gvcf = true;
    for (uint32_t i = 0; first != NULL && i < first->n_alts; i++)
        if (strcmp(first->alts[i], "<NON_REF>") == 0 || strcmp(first->alts[i], "<*>") == 0)
            vcf->is_gvcf = true;
    *ret_vcf = vcf;
    return SKR_OK;
}

void skr_vcf_close(skr_vcf *vcf)
{
    if (vcf == NULL)
        return;
    skr_vcf_bytes_done(&vcf->bytes);
    bcf_hdr_destroy(vcf->bcf.header);
    skr_buffer_done(&vcf->bcf.alleles);
    free(vcf->bcf.tags);
    skr_names_done(&vcf->samples);
    skr_names_done(&vcf->contigs);
    skr_names_done(&vcf->header.contigs);
    skr_names_done(&vcf->header.hints);
    skr_names_done(&vcf->header.numeric_tags);
    for (int i = 0; i < SKR_VCF_N_NOTES; i++)
        free(vcf->header.notes[i]);
    free(vcf->format.text);
    free(vcf->header.lengths);
    skr_vcf_room_done(&vcf->room);
    free(vcf->where.name);
    free(vcf);
}

/* ------------------------------------------------------------------ records */

int skr_vcf_next(skr_vcf *vcf, const skr_vcf_record **ret_record, skr_err *err)
{
    if (vcf->has_pushed) {
        vcf->has_pushed = false;
        *ret_record = vcf->is_at_end ? NULL : &vcf->record;
        return SKR_OK;
    }
    bool is_end = vcf->is_at_end;
    vcf->where.n_records++;
    vcf->record = (skr_vcf_record){.number = vcf->where.n_records, .info_depth = NAN};
    vcf->info_dp = NAN;
    vcf->info_min_dp = NAN;
    SKR_TRY(is_end              ? SKR_OK
            : vcf->where.is_bcf ? skr_vcf_bcf_record(vcf, &is_end, err)
                                : skr_vcf_text_record(vcf, &is_end, err));
    vcf->is_at_end = is_end;
    if (vcf->samples.n == 1)
        vcf->record.info_depth = isnan(vcf->info_min_dp) ? vcf->info_dp : vcf->info_min_dp;
    *ret_record = is_end ? NULL : &vcf->record;
    return SKR_OK;
}

bool skr_vcf_declares_len(const skr_vcf *vcf)
{
    return vcf->declares_len;
}

int skr_vcf_find_len(skr_vcf *vcf, bool *ret_uses_len, skr_err *err)
{
    const skr_vcf_record *record = NULL;
    *ret_uses_len = false;
    do {
        SKR_TRY(skr_vcf_next(vcf, &record, err));
        *ret_uses_len = record != NULL && record->has_len;
    } while (vcf->declares_len && record != NULL && !*ret_uses_len);
    return SKR_OK;
}

int64_t skr_vcf_phase_set(const skr_vcf *vcf, uint32_t sample)
{
    if (!vcf->record.has_ps)
        return SKR_PHASE_SET_NONE;
    return vcf->where.is_bcf ? skr_vcf_bcf_phase_set(vcf, sample) : vcf->room.ps[sample];
}

int64_t skr_vcf_block_length(const skr_vcf *vcf, uint32_t sample)
{
    if (!vcf->record.has_len)
        return SKR_VCF_NO_LENGTH;
    return vcf->where.is_bcf ? skr_vcf_bcf_length(vcf, sample) : vcf->room.len[sample];
}

bool skr_vcf_is_entry_missing(const skr_vcf *vcf, uint32_t sample)
{
    return vcf->record.uses_len && vcf->room.missing[sample] != 0;
}

/* AD is read only where a heterozygote has to be judged. */
float skr_vcf_ad(const skr_vcf *vcf, uint32_t sample, uint32_t allele)
{
    if (!vcf->record.has_ad)
        return NAN;
    if (vcf->is_ad_local)
        return skr_vcf_local_ad(vcf, sample, allele);
    return vcf->where.is_bcf ? skr_vcf_bcf_ad(vcf, sample, allele)
                             : skr_vcf_cells_ad(vcf, sample, allele);
}
