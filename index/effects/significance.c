/*
 * significance.c - the words of ClinVar for what an allele means.
 */
#include "index/effects/significance.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char *const words[] = {
    "affects",
    "association",
    "association_not_found",
    "benign",
    "confers_sensitivity",
    "conflicting_classifications_of_pathogenicity",
    "drug_response",
    "established_risk_allele",
    "histocompatibility",
    "likely_benign",
    "likely_pathogenic",
    "likely_risk_allele",
    "low_penetrance",
    "no_classification_for_the_single_variant",
    "no_classifications_from_unflagged_records",
    "not_provided",
    "other",
    "pathogenic",
    "protective",
    "risk_factor",
    "uncertain_risk_allele",
    "uncertain_significance",
};
#define N_WORDS (sizeof words / sizeof *words)

/* The numbers of releases before 2017, and words that were replaced. */
static const struct {
    const char *former;
    const char *word;
} formers[] = {
    {"0", "uncertain_significance"},
    {"1", "not_provided"},
    {"2", "benign"},
    {"3", "likely_benign"},
    {"4", "likely_pathogenic"},
    {"5", "pathogenic"},
    {"6", "drug_response"},
    {"7", "histocompatibility"},
    {"255", "other"},
    {"conflicting_interpretations_of_pathogenicity",
     "conflicting_classifications_of_pathogenicity"},
    {"no_interpretation_for_the_single_variant", "no_classification_for_the_single_variant"},
    {"vus", "uncertain_significance"},
};

bool skr_significance_read(const char *text, size_t n, char *ret)
{
    size_t n_put = 0;
    while (n > 0 && (*text == '_' || *text == ' ')) {
        text++;
        n--;
    }
    while (n > 0 && (text[n - 1] == '_' || text[n - 1] == ' '))
        n--;
    if (n == 0 || n >= SKR_SIGNIFICANCE_MAX || (n == 1 && *text == '.'))
        return false;
    for (size_t i = 0; i < n; i++) {
        bool is_gap = text[i] == ' ' || text[i] == '-' || text[i] == '_';
        ret[n_put++] = is_gap ? '_' : (char)tolower((unsigned char)text[i]);
    }
    ret[n_put] = '\0';
    for (size_t i = 0; i < sizeof formers / sizeof *formers; i++)
        if (strcmp(ret, formers[i].former) == 0)
            memcpy(ret, formers[i].word, strlen(formers[i].word) + 1);
    return true;
}

bool skr_significance_is_known(const char *word)
{
    for (size_t i = 0; i < N_WORDS; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

void skr_significance_offer(skr_suggest *suggest)
{
    for (size_t i = 0; i < N_WORDS; i++)
        skr_suggest_offer(suggest, words[i]);
}
