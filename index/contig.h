/*
 * contig.h - the names of contigs and the parts of a genome whose copies follow the karyotype.
 */
#ifndef SKR_INDEX_CONTIG_H
#define SKR_INDEX_CONTIG_H

#include <stddef.h>
#include <stdint.h>

#include "storage/base/err.h"
#include "storage/copies.h"

/*
 * Writes the canonical spelling of a contig's name: "chr" in any case is dropped, M is MT, and
 * RefSeq accessions of human chromosomes (NC_000001.10 .. NC_000024.11, NC_012920.1, also after
 * "refseq:") become their numbers. Any other name stays as it is. n_canonical is the room,
 * SKR_NAME_MAX + 1 is always enough. Errors: INPUT when name is empty, too long, or holds control
 * characters.
 */
SKR_MUST_USE int skr_contig_canonical(const char *name, char *canonical, size_t n_canonical,
                                      skr_err *err);

/*
 * The zone of the base at pos0 of a contig (canonical name). assembly: any name; those that begin
 * with GRCh38, hg38, GRCh37, hg19, b37 or hs37 have PAR borders, others none: X and Y then are X
 * and Y throughout. Rule 6 of docs/counting.md.
 */
skr_zone skr_contig_zone(const char *assembly, const char *canonical_name, uint32_t pos0);

/*
 * The first place after pos0 at which the zone of this contig changes, or UINT32_MAX: spans are cut
 * there.
 */
uint32_t skr_contig_zone_end0(const char *assembly, const char *canonical_name, uint32_t pos0);

/*
 * Reads a karyotype: XX, XY, XXY, XO, X0, X, XYY ... in any case counts its letters; "unknown", "",
 * "." and "NA" are unknown. Errors: INPUT for anything else.
 */
SKR_MUST_USE int skr_karyotype_parse(const char *text, skr_karyotype *ret_karyotype, skr_err *err);

/* The text of a karyotype: "XX", "XO", "unknown". text has room for 16 bytes. */
void skr_karyotype_text(skr_karyotype karyotype, char *text);

#endif
