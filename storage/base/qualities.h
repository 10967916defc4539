/*
 * qualities.h - the words for how good a sample's genotypes are: columns of `skerry info --samples`
 * and keys of `skerry import --qc`. docs/counting.md, "Sample QC", says what each is.
 */
#ifndef SKR_STORAGE_BASE_QUALITIES_H
#define SKR_STORAGE_BASE_QUALITIES_H

/* X(word, tag, is a limit the most that may be; else the least) */
#define SKR_QUALITIES(X)                                                                           \
    X(coverage, COVERAGE, 0)                                                                       \
    X(callable, CALLABLE, 0)                                                                       \
    X(call_rate, CALL_RATE, 0)                                                                     \
    X(het_hom, HET_HOM, 1)                                                                         \
    X(singletons, SINGLETONS, 1)                                                                   \
    X(ti_tv, TI_TV, 0)

typedef enum skr_quality {
#define SKR_QUALITY_TAG(word, tag, is_most) SKR_QUALITY_##tag,
    SKR_QUALITIES(SKR_QUALITY_TAG)
#undef SKR_QUALITY_TAG
    SKR_N_QUALITIES,
} skr_quality;

/* The word of a quality; a constant. */
static inline const char *skr_quality_word(skr_quality quality)
{
#define SKR_QUALITY_WORD(word, tag, is_most) #word,
    static const char *const words[] = {SKR_QUALITIES(SKR_QUALITY_WORD)};
#undef SKR_QUALITY_WORD
    return words[quality];
}

#endif
