/* beacon_offer.c - what a Beacon offers: of which entry types it speaks, and how much it tells. */
#include <string.h>

#include "api/beacon/beacon_response_int.h"
#include "storage/base/suggest.h"

/* Calls a function with each word of "a, b"; stops at the first that it refuses. */
static int each_word(const char *list,
                     int (*take)(void *context, const char *word, size_t n, skr_err *err),
                     void *context, skr_err *err)
{
    static const char between[] = ", \t";
    for (const char *at = list + strspn(list, between); *at != '\0'; at += strspn(at, between)) {
        size_t n = strcspn(at, between);
        SKR_TRY(take(context, at, n, err));
        at += n;
    }
    return SKR_OK;
}

/* Refused is what was looked for, which ends the search. */
static int differs(void *context, const char *word, size_t n, skr_err *err)
{
    const char *id = context;
    (void)err;
    return strlen(id) == n && memcmp(id, word, n) == 0 ? SKR_ERR_USAGE : SKR_OK;
}

bool skr_beacon_offers(const skr_service *service, skr_entity entity)
{
    const char *list = service->texts->entry_types;
    if (list == NULL || entity == SKR_ENTITY_NONE)
        return true;
    return each_word(list, differs, (void *)(uintptr_t)skr_beacon_entry_type(entity)->id, NULL) !=
           SKR_OK;
}

static int is_entry_type(void *context, const char *word, size_t n, skr_err *err)
{
    bool *has_one = context;
    skr_suggest near;
    char given[64];
    char text[SKR_SUGGEST_TEXT_MAX];
    size_t n_given = n < sizeof given - 1 ? n : sizeof given - 1;
    memcpy(given, word, n_given);
    given[n_given] = '\0';
    skr_suggest_init(&near, given);
    for (skr_entity entity = SKR_ENTITY_DATASET; entity < SKR_N_ENTITIES; entity++) {
        const char *id = skr_beacon_entry_type(entity)->id;
        if (strcmp(id, given) == 0) {
            *has_one = true;
            return SKR_OK;
        }
        skr_suggest_offer(&near, id);
    }
    return skr_fail(err, SKR_ERR_USAGE, "entry_types: no entry type '%s'%s", given,
                    skr_suggest_text(&near, text));
}

skr_entity skr_beacon_list_of(const char *path)
{
    for (skr_entity entity = SKR_ENTITY_DATASET; entity < SKR_N_ENTITIES; entity++) {
        const char *list = skr_beacon_entry_type(entity)->path;
        size_t n = strlen(list);
        if (strncmp(path, list, n) == 0 && (path[n] == '\0' || path[n] == '/'))
            return entity;
    }
    return SKR_ENTITY_NONE;
}

int skr_beacon_offer_check(const skr_beacon_texts *texts, skr_err *err)
{
    bool has_one = texts->entry_types == NULL;
    if (texts->entry_types != NULL)
        SKR_TRY(each_word(texts->entry_types, is_entry_type, &has_one, err));
    if (!has_one)
        return skr_fail(err, SKR_ERR_USAGE, "entry_types is empty");
    return SKR_OK;
}

skr_granularity skr_beacon_granularity_max(const skr_service *service)
{
    const char *word = service->texts->granularity;
    if (word == NULL || strcmp(word, "record") == 0)
        return SKR_GRANULARITY_RECORD;
    return strcmp(word, "count") == 0 ? SKR_GRANULARITY_COUNT : SKR_GRANULARITY_BOOLEAN;
}
