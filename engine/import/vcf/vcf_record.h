/*
 * vcf_record.h - what the readers of text and of BCF share: messages with a place, and room.
 */
#ifndef SKR_ENGINE_IMPORT_VCF_VCF_RECORD_H
#define SKR_ENGINE_IMPORT_VCF_VCF_RECORD_H

#include "engine/import/vcf/vcf_int.h"

/* Fails with INPUT, naming file and place. */
int skr_vcf_fail(const skr_vcf *vcf, skr_err *err, const char *format, ...) SKR_PRINTF(3, 4);

/* Fails with INPUT: a header, line or record, which `what` names, has more bytes than it may. */
int skr_vcf_fail_size(const skr_vcf *vcf, const char *what, size_t n_max, skr_err *err);

/* Sets the contig of the present record. Errors: INPUT when that is no name of a contig; NOMEM. */
SKR_MUST_USE int skr_vcf_record_contig(skr_vcf *vcf, const char *name, size_t n, skr_err *err);

/* Room for n ALTs, n lengths, n_bytes of genotypes. Errors: INPUT, too many; NOMEM. */
SKR_MUST_USE int skr_vcf_room_alts(skr_vcf *vcf, uint32_t n, skr_err *err);
SKR_MUST_USE int skr_vcf_room_svlens(skr_vcf *vcf, uint32_t n, skr_err *err);
SKR_MUST_USE int skr_vcf_room_gt(skr_vcf *vcf, size_t n_bytes, skr_err *err);

/* Room for what the gate asks of every sample, and for phase sets. Errors: NOMEM. */
SKR_MUST_USE int skr_vcf_room_facts(skr_vcf *vcf, skr_err *err);
SKR_MUST_USE int skr_vcf_room_ps(skr_vcf *vcf, skr_err *err);

/* Room for what blocks and local alleles say of every sample. Errors: NOMEM. */
SKR_MUST_USE int skr_vcf_room_blocks(skr_vcf *vcf, skr_err *err);
SKR_MUST_USE int skr_vcf_room_local(skr_vcf *vcf, skr_err *err);

/* Number i of a sample's whole numbers; `missing` where it is that, or there are fewer. */
int64_t skr_vcf_int_at(const skr_values *values, uint32_t sample, uint32_t i, int64_t missing);

/* Frees the room. */
void skr_vcf_room_done(skr_vcf_room *room);

#endif
