/*
 * suggest.h - the nearest names, for messages about a name that does not exist.
 *
 * Offer every name there is; the few that are nearest by edit distance are kept. Nothing is kept
 * that differs in more than a third of its letters: a far-fetched guess helps nobody.
 *
 * Threads: one owner.
 */
#ifndef SKR_STORAGE_BASE_SUGGEST_H
#define SKR_STORAGE_BASE_SUGGEST_H

#include <stddef.h>

#define SKR_SUGGEST_MAX 3
#define SKR_SUGGEST_NAME_MAX 64 /* longer words and names are not compared */
#define SKR_SUGGEST_TEXT_MAX (SKR_SUGGEST_MAX * (SKR_SUGGEST_NAME_MAX + 2) + 16)

typedef struct skr_suggest {
    char word[SKR_SUGGEST_NAME_MAX + 1];
    size_t n_word;
    char names[SKR_SUGGEST_MAX][SKR_SUGGEST_NAME_MAX + 1]; /* nearest first */
    unsigned distances[SKR_SUGGEST_MAX];
    size_t n;
} skr_suggest;

/* Begins with the word that does not exist. */
void skr_suggest_init(skr_suggest *suggest, const char *word);

/* Offers a name, which is copied if it is near. Case makes no difference.
 */
void skr_suggest_offer(skr_suggest *suggest, const char *name);

/*
 * The end of a message: "; nearest: RYR1, RYR2", or "" when nothing is near. text has room for
 * SKR_SUGGEST_TEXT_MAX bytes. Returns text.
 */
const char *skr_suggest_text(const skr_suggest *suggest, char *text);

#endif
