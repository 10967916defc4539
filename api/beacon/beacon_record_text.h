/*
 * beacon_record_text.h - records of alleles as JSON text: an answer may hold thousands of them with
 * dozens of populations each, and no tree of it is made.
 *
 * Threads: a buffer has one owner.
 */
#ifndef SKR_API_BEACON_BEACON_RECORD_TEXT_H
#define SKR_API_BEACON_BEACON_RECORD_TEXT_H

#include "api/beacon/beacon_service.h"
#include "storage/base/buffer.h"

/*
 * Appends the record of an allele in one dataset, as genomicVariations of the default model, with
 * the frequencies of the part. Errors: NOMEM.
 */
SKR_MUST_USE int skr_beacon_record_text_put(const skr_service *service, const skr_allele_row *row,
                                            const skr_allele_part *part, skr_buffer *text,
                                            skr_err *err);

/* Appends a text in quotes, as JSON has it; what is not UTF-8 becomes '?'. Errors: NOMEM. */
SKR_MUST_USE int skr_beacon_record_quote(const char *value, size_t n, skr_buffer *text,
                                         skr_err *err);

/* Appends a text without its quotes. Errors: NOMEM. */
SKR_MUST_USE int skr_beacon_record_bare(const char *value, size_t n, skr_buffer *text,
                                        skr_err *err);

/* Appends what annotations say of the allele, each member behind a comma. Errors: NOMEM. */
SKR_MUST_USE int skr_beacon_record_said(const skr_allele_row *row, skr_buffer *text, skr_err *err);

/* Appends the member with its names, if it has any; *is_more: behind a comma. Errors: NOMEM. */
SKR_MUST_USE int skr_beacon_record_names(const skr_allele_row *row, bool *is_more, skr_buffer *text,
                                         skr_err *err);

#endif
