/*
 * protein.h - a change of a protein in its one spelling: V600E, R31*, R97Pfs*23, G12=, K5dup.
 *
 * Letters of one amino acid, `*` for a stop, as HGVS has it without "p." and parentheses. Programs
 * of annotation and people write the same change in many ways; all of them become this text.
 */
#ifndef SKR_INDEX_EFFECTS_PROTEIN_H
#define SKR_INDEX_EFFECTS_PROTEIN_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of a change, its NUL among them; longer ones (of long insertions) are not kept. */
#define SKR_PROTEIN_MAX 1024

/*
 * Reads what HGVS says of a protein: with or without a sequence in front of ':', "p." and
 * parentheses, in one or three letters, Ter, X or * for a stop, "%3D" for '='. ret has room for
 * SKR_PROTEIN_MAX. False: it is none, or says only that nothing is known ("p.?") or nothing changes
 * anywhere ("p.=").
 */
bool skr_protein_read(const char *text, size_t n, char *ret);

/* Reads an amino acid change of bcftools csq: "600V>600E", "14G", "90SL*>90*"; a frameshift is told
 * by what the consequence says. False: it says no change, or it was cut short. */
bool skr_protein_read_csq(const char *text, size_t n, bool is_frameshift, char *ret);

/* Puts together what VEP tells apart: Amino_acids "V/E" at Protein_position "600" or "600/766".
 * False: more than one amino acid is in it. */
bool skr_protein_join(const char *acids, size_t n_acids, const char *position, size_t n_position,
                      char *ret);

/*
 * Is the change that is stored what was asked for? Of a frameshift the first amino acid and its
 * place are enough in the question: R97fs is R97Pfs*23 too.
 */
bool skr_protein_is(const char *stored, size_t n_stored, const char *asked);

#endif
