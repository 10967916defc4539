/*
 * beacon_record_said.c - what annotations say of an allele, in its record: names, genes, effects,
 * changes of proteins, what it means for health.
 */
#include <string.h>
#include <strings.h>

#include "api/beacon/beacon_record_text.h"
#include "engine/face/words.h"

#define PUT(text, literal, err) SKR_TRY(skr_buffer_put((text), (literal), sizeof(literal) - 1, err))

/* ------------------------------------------------------------------ names */

/* Whose name it is, by how it begins; the address where it is explained, or NULL. */
typedef struct name_source {
    const char *begins;
    const char *prefix;
    const char *address;
} name_source;

static const name_source *source_of(const char *name)
{
    static const name_source sources[] = {
        {"rs", "dbSNP", "https://www.ncbi.nlm.nih.gov/snp/"},
        {"ss", "dbSNP", NULL},
        {"nsv", "dbVar", "https://www.ncbi.nlm.nih.gov/dbvar/variants/"},
        {"esv", "dbVar", "https://www.ncbi.nlm.nih.gov/dbvar/variants/"},
        {"VCV", "ClinVar", "https://www.ncbi.nlm.nih.gov/clinvar/variation/"},
        {"RCV", "ClinVar", "https://www.ncbi.nlm.nih.gov/clinvar/"},
        {"COS", "COSMIC", NULL},
        {"CA", "ClinGen", NULL},
        {"", "local", NULL},
    };
    size_t i = 0;
    while (strncasecmp(name, sources[i].begins, strlen(sources[i].begins)) != 0)
        i++;
    return &sources[i];
}

static int put_name(const char *name, skr_buffer *text, skr_err *err)
{
    const name_source *source = source_of(name);
    PUT(text, "{\"id\":\"", err);
    SKR_TRY(skr_buffer_put(text, source->prefix, strlen(source->prefix), err));
    PUT(text, ":", err);
    SKR_TRY(skr_beacon_record_bare(name, strlen(name), text, err));
    PUT(text, "\"", err);
    if (source->address != NULL) {
        PUT(text, ",\"reference\":\"", err);
        SKR_TRY(skr_buffer_put(text, source->address, strlen(source->address), err));
        SKR_TRY(skr_beacon_record_bare(name, strlen(name), text, err));
        PUT(text, "\"", err);
    }
    PUT(text, "}", err);
    return SKR_OK;
}

/* ------------------------------------------------------------------ lists */

static int put_word(const char *word, skr_buffer *text, skr_err *err)
{
    return skr_beacon_record_quote(word, strlen(word), text, err);
}

/* A term of the Sequence Ontology; an effect that is none has its name alone. */
static int put_effect(const char *effect, skr_buffer *text, skr_err *err)
{
    char curie[SKR_CURIE_MAX];
    bool is_term = skr_words_effect(effect, curie);
    PUT(text, "{\"id\":\"", err);
    if (!is_term) {
        PUT(text, "local:", err);
        SKR_TRY(skr_beacon_record_bare(effect, strlen(effect), text, err));
    } else {
        SKR_TRY(skr_buffer_put(text, curie, strlen(curie), err));
    }
    PUT(text, "\",\"label\":", err);
    SKR_TRY(put_word(effect, text, err));
    PUT(text, "}", err);
    return SKR_OK;
}

/* A member that is a list, if anything is in it. */
static int put_list(const char *name, const skr_allele_words *words,
                    int (*put)(const char *word, skr_buffer *text, skr_err *err), bool *is_more,
                    skr_buffer *text, skr_err *err)
{
    const char *word = words->text;
    if (words->n == 0)
        return SKR_OK;
    if (*is_more)
        PUT(text, ",", err);
    *is_more = true;
    SKR_TRY(put_word(name, text, err));
    PUT(text, ":[", err);
    for (uint32_t i = 0; i < words->n; i++) {
        if (i > 0)
            PUT(text, ",", err);
        SKR_TRY(put(word, text, err));
        word += strlen(word) + 1;
    }
    PUT(text, "]", err);
    return SKR_OK;
}

/* ------------------------------------------------------------------ what it means for health */

/* Beacon has five words for it, with blanks; others stand in info. NULL: none of the five. */
static const char *relevance_of(const char *word)
{
    static const char *const words[][2] = {{"benign", "benign"},
                                           {"likely_benign", "likely benign"},
                                           {"uncertain_significance", "uncertain significance"},
                                           {"likely_pathogenic", "likely pathogenic"},
                                           {"pathogenic", "pathogenic"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i][0], word) == 0)
            return words[i][1];
    return NULL;
}

/* Of which condition is not kept: so it is said of disease as such. */
static int put_interpretations(const skr_allele_words *words, skr_buffer *text, skr_err *err)
{
    const char *word = words->text;
    bool is_more = false;
    for (uint32_t i = 0; i < words->n; i++, word += strlen(word) + 1) {
        const char *relevance = relevance_of(word);
        if (relevance == NULL)
            continue;
        if (is_more)
            PUT(text, ",", err);
        else
            PUT(text, ",\"variantLevelData\":{\"clinicalInterpretations\":[", err);
        is_more = true;
        PUT(text, "{\"clinicalRelevance\":\"", err);
        SKR_TRY(skr_buffer_put(text, relevance, strlen(relevance), err));
        PUT(text,
            "\",\"conditionId\":\"unspecified\",\"effect\":{\"id\":\"MONDO:0000001\",\"label\":"
            "\"disease\"}}",
            err);
    }
    if (is_more)
        PUT(text, "]}", err);
    return SKR_OK;
}

int skr_beacon_record_said(const skr_allele_row *row, skr_buffer *text, skr_err *err)
{
    const skr_allele_said *said = &row->said;
    bool is_more = false;
    if (!row->is_annotated)
        return SKR_OK;
    if (said->genes.n + said->effects.n + said->proteins.n > 0) {
        PUT(text, ",\"molecularAttributes\":{", err);
        SKR_TRY(put_list("geneIds", &said->genes, put_word, &is_more, text, err));
        SKR_TRY(put_list("molecularEffects", &said->effects, put_effect, &is_more, text, err));
        SKR_TRY(put_list("aminoacidChanges", &said->proteins, put_word, &is_more, text, err));
        PUT(text, "}", err);
    }
    SKR_TRY(put_interpretations(&said->significances, text, err));
    if (said->significances.n + said->impacts.n == 0)
        return SKR_OK;
    is_more = false;
    PUT(text, ",\"info\":{", err);
    SKR_TRY(put_list("impacts", &said->impacts, put_word, &is_more, text, err));
    SKR_TRY(put_list("clinicalSignificances", &said->significances, put_word, &is_more, text, err));
    PUT(text, "}", err);
    return SKR_OK;
}

int skr_beacon_record_names(const skr_allele_row *row, bool *is_more, skr_buffer *text,
                            skr_err *err)
{
    return row->is_annotated
               ? put_list("variantAlternativeIds", &row->said.names, put_name, is_more, text, err)
               : SKR_OK;
}
