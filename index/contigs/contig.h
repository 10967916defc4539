/*
 * contig.h - the names of contigs and the parts of a genome whose copies follow the karyotype.
 */
#ifndef SKR_INDEX_CONTIGS_CONTIG_H
#define SKR_INDEX_CONTIGS_CONTIG_H

#include <stddef.h>
#include <stdint.h>

#include "index/contigs/assembly.h"
#include "storage/base/err.h"
#include "storage/carriers/copies.h"
#include "storage/manifest.h"

/*
 * Writes the canonical spelling of a contig's name. "chr" in any case is a prefix before a number,
 * W, X, Y, Z, M and MT, and is dropped there; before anything else it is part of the name. M is MT,
 * and XY, PAR1 and PAR2 of a known assembly are X. A RefSeq or GenBank accession of a chromosome of
 * the build (also after "refseq:") becomes the chromosome's name. Any other name stays as it is.
 * build: the assembly that the name is to belong to, or NULL when it is not known; then accessions
 * stay as they are. A canonical name is its own canonical name. n_canonical is the room,
 * SKR_NAME_MAX + 1 is always enough. Errors: INPUT when name is empty, too long, or holds control
 * characters, and for an accession that belongs to another assembly than build.
 */
SKR_MUST_USE int skr_contig_canonical(const skr_build *build, const char *name, char *canonical,
                                      size_t n_canonical, skr_err *err);

/*
 * What a number after the last autosome means in other programs: of man 23 is X, 24 Y, 25 the PAR
 * of X, 26 MT; of the mouse 20 to 23. NULL: this canonical name is no such number.
 */
const char *skr_contig_numbered(const skr_build *build, const char *canonical);

/*
 * Looks for the contig of a store's assembly that a name means: by its canonical name; a scaffold
 * of a known assembly also by its accession (chr1_KI270706v1_random is KI270706.1); any but a known
 * chromosome also with "chr" before it or without. *ret_contig: SKR_NONE when there is none.
 * build is that of the assembly's name, or NULL. canonical (SKR_NAME_MAX + 1 bytes): the name that
 * the store has, or would have. Errors: as above.
 */
SKR_MUST_USE int skr_contig_find(const skr_build *build, const skr_assembly *assembly,
                                 const char *name, uint32_t *ret_contig, char *canonical,
                                 skr_err *err);

/*
 * Writes the text under which spellings of one contig meet: the canonical name, or the accession in
 * the name of a scaffold of a known assembly. key has SKR_NAME_MAX + 1 bytes.
 */
void skr_contig_key(const skr_build *build, const char *canonical, char *key);

/*
 * The ploidy of the base at pos0 of a contig (canonical name). build: NULL, or one without PAR
 * borders: X and Y are X and Y throughout. Rule 6 of docs/counting.md.
 */
skr_ploidy skr_contig_ploidy(const skr_build *build, const char *canonical_name, uint32_t pos0);

/*
 * The first place after pos0 at which the ploidy of this contig changes, or UINT32_MAX: spans are
 * cut there.
 */
uint32_t skr_contig_ploidy_end0(const skr_build *build, const char *canonical_name, uint32_t pos0);

/*
 * Reads a karyotype: XX, XY, XXY, XO, X0, X, XYY ... in any case counts its letters; "unknown", "",
 * "." and "NA" are unknown. Errors: INPUT for anything else.
 */
SKR_MUST_USE int skr_contig_karyotype_parse(const char *text, skr_karyotype *ret_karyotype,
                                            skr_err *err);

/* The text of a karyotype: "XX", "XO", "unknown". text has room for 16 bytes. */
void skr_contig_karyotype_text(skr_karyotype karyotype, char *text);

#endif
