/* etag.c - tags of answers, and lists of them in a request. */
#include "api/http/etag_int.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "api/http/keyed_hash_int.h"

void skr_etag_make(const char *body, size_t n, char *tag)
{
    /* Tags outlive the process, so there is no secret: whoever could make two answers collide would
     * have to be able to write one. */
    static const uint64_t first[2] = {UINT64_C(0x736b657272792d65), UINT64_C(0x7461672d66697273)};
    static const uint64_t second[2] = {UINT64_C(0x736b657272792d73), UINT64_C(0x65636f6e642d7461)};
    (void)snprintf(tag, SKR_ETAG_MAX, "\"%016llx%016llx\"",
                   (unsigned long long)skr_keyed_hash(first, body, n),
                   (unsigned long long)skr_keyed_hash(second, body, n));
}

/* A tag of the list may begin with W/, which is all the same for this header. */
bool skr_etag_matches(const char *if_none_match, const char *tag)
{
    static const char between[] = ", \t";
    size_t n_tag = strlen(tag);
    if (if_none_match == NULL || n_tag == 0)
        return false;
    const char *at = if_none_match + strspn(if_none_match, between);
    if (strncmp(at, "*", 1) == 0)
        return at[1 + strspn(at + 1, " \t")] == '\0';
    while (*at != '\0') {
        at += strncmp(at, "W/", 2) == 0 ? 2 : 0;
        const char *end = at[0] == '"' ? strchr(at + 1, '"') : NULL;
        if (end == NULL)
            return false; /* no list of tags */
        if ((size_t)(end + 1 - at) == n_tag && memcmp(at, tag, n_tag) == 0)
            return true;
        at = end + 1;
        at += strspn(at, between);
    }
    return false;
}
