/*
 * gate_fields.h - the one list of the numbers that rule 3 of docs/counting.md compares.
 *
 * A genotype has to reach, in the field of FORMAT that a row names, the number that its key sets.
 * Everything that knows the fields is made of this list: the keys of --gate and their text, what
 * the readers of VCF and BCF keep, what is scanned 64 samples at a time, the test itself. So a row
 * is all that one more field takes.
 */
#ifndef SKR_ENGINE_IMPORT_FACE_GATE_FIELDS_H
#define SKR_ENGINE_IMPORT_FACE_GATE_FIELDS_H

/* X(key, FORMAT tag, number of the gate adj) */
#define SKR_GATE_LEASTS(X) X(min_gq, GQ, 20)

/* Depth is not of this kind: MIN_DP counts before DP, one copy needs less, and an ALT of a
 * heterozygote needs a part of it. X(key, number of the gate adj) */
#define SKR_GATE_DEPTHS(X)                                                                         \
    X(min_dp, 10)                                                                                  \
    X(min_dp_haploid, 5)                                                                           \
    X(min_ab, 0.2)

/* What reads have to reach, and their bases, to count (rule 10), and the bits of SAM that none of
 * them may have. X(key, number of the gate adj) */
#define SKR_GATE_READS(X)                                                                          \
    X(min_mq, 20)                                                                                  \
    X(min_bq, 10)                                                                                  \
    X(exclude_flags, 3844)

/* The fields of FORMAT whose numbers a gate needs. */
typedef enum skr_gate_tag {
#define SKR_GATE_TAG(key, tag, adj) SKR_GATE_##tag,
    SKR_GATE_LEASTS(SKR_GATE_TAG)
#undef SKR_GATE_TAG
    SKR_GATE_DP,
    SKR_GATE_MIN_DP,
    SKR_N_GATE_TAGS,
} skr_gate_tag;

#endif
