/*
 * conditions.h - the one list of the conditions that a question is made of.
 *
 * A row is: the name of its node, its word in the language ("" when
 * it has none), how it is written (engine/query: skr_syntax_...), what judges it: of alleles
 * engine/plan's skr_alleles_..., of people engine/people's skr_people_by_..., and how Beacon says
 * it (api/beacon: skr_beacon_alleles_..., skr_beacon_people_...; none: Beacon has no words for it).
 * Every table that has a row for each condition is made of this list, so none can lack one; what an
 * entry leaves out has a meaning that is right for all ("everywhere", "row by row", "names
 * nothing"). What is not there yet names the entry that says so.
 */
#ifndef SKR_ENGINE_FACE_CONDITIONS_H
#define SKR_ENGINE_FACE_CONDITIONS_H

/* X(node, word, syntax, judge, beacon), in the order in which messages name them */
#define SKR_ALLELE_CONDITIONS(X)                                                                   \
    X(SKR_A_VARIANT, "variant", variant, name, variant)                                            \
    X(SKR_A_REGION, "region", region, region, region)                                              \
    X(SKR_A_GENE, "gene", text, gene, gene)                                                        \
    X(SKR_A_EFFECT, "effect", effect, effect, effect)                                              \
    X(SKR_A_IMPACT, "impact", impact, impact, impact)                                              \
    X(SKR_A_PROTEIN, "protein", protein, protein, protein)                                         \
    X(SKR_A_SIGNIFICANCE, "significance", significance, significance, significance)                \
    X(SKR_A_NAME, "name", known_as, known_as, known_as)                                            \
    X(SKR_A_TYPE, "type", type, type, type)                                                        \
    X(SKR_A_FILTER, "filter", text, filter, none)                                                  \
    X(SKR_A_COPIES, "copies", copies, copies, none)                                                \
    X(SKR_A_AF, "af", fraction, af, none)                                                          \
    X(SKR_A_AC, "ac", whole, ac, none)                                                             \
    X(SKR_A_LENGTH, "length", whole, length, length)                                               \
    X(SKR_A_START, "start", start, start, start)                                                   \
    X(SKR_A_END, "end", end, end, end)                                                             \
    X(SKR_A_ALT, "alt", alt, alt, alt)                                                             \
    X(SKR_A_SEQUENCE, "pattern", pattern, name, sequence)

#define SKR_PEOPLE_CONDITIONS(X)                                                                   \
    X(SKR_E_SEX, "sex", sex, sex, sex)                                                             \
    X(SKR_E_KARYOTYPE, "karyotype", karyotype, karyotype, karyotype)                               \
    X(SKR_E_COUNTRY, "country", origin, country, country)                                          \
    X(SKR_E_ANCESTRY, "ancestry", origin, ancestry, ancestry)                                      \
    X(SKR_E_DATASET, "dataset", text, dataset, none)                                               \
    X(SKR_E_SAMPLE, "sample", text, sample, none)                                                  \
    X(SKR_E_ID, "id", id, id, none)                                                                \
    X(SKR_E_AGE, "age", age, age, age)                                                             \
    X(SKR_E_CARRIES, "carries", carries, carries, carries)                                         \
    X(SKR_E_ABSENT, "absent", absent, absent, absent)                                              \
    X(SKR_E_UNASSESSED, "unassessed", absent, unassessed, none)                                    \
    X(SKR_E_HAS, "has", has, has, none)                                                            \
    X(SKR_E_EXCLUDED, "excluded", only, excluded, none)                                            \
    X(SKR_E_ONLY, "only", only, term, only)                                                        \
    X(SKR_E_ONSET, "onset", onset, onset, onset)                                                   \
    X(SKR_E_BIALLELIC, "biallelic", not_yet, not_yet, none)                                        \
    X(SKR_E_SIMILAR, "similar", similar, similar, similar)                                         \
    X(SKR_E_TRANS, "trans", trans, trans, none)                                                    \
    X(SKR_E_TERM, "term", term, term, term)                                                        \
    X(SKR_E_VALUE, "", measure, value, value)                                                      \
    X(SKR_E_ID_FILE, "", id_file, id_file, none)

#endif
