/*
 * curie.c - ids of terms as CURIEs.
 */
#include "engine/curie.h"

#include <ctype.h>
#include <string.h>

static bool is_word(const char *from, const char *end, int (*is_letter)(int))
{
    for (const char *at = from; at < end; at++)
        if (!is_letter((unsigned char)*at))
            return false;
    return from < end;
}

/* PREFIX_ID, also behind / or #; the prefix of letters, the id of letters and digits. */
static bool read_address(const char *id, size_t n, char *curie)
{
    const char *end = id + n;
    const char *from = end;
    while (from > id && from[-1] != '/' && from[-1] != '#')
        from--;
    const char *line = memchr(from, '_', (size_t)(end - from));
    if (line == NULL || !is_word(from, line, isalpha) || !is_word(line + 1, end, isalnum))
        return false;
    memcpy(curie, from, (size_t)(end - from));
    curie[line - from] = ':';
    curie[end - from] = '\0';
    return true;
}

bool skr_curie_read(const char *id, char *curie)
{
    while (*id == ' ')
        id++;
    size_t n = strlen(id);
    while (n > 0 && id[n - 1] == ' ')
        n--;
    if (n == 0 || n >= SKR_CURIE_MAX)
        return false;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)id[i] < 0x20 || id[i] == 0x7f)
            return false;
    if (strncmp(id, "http://", 7) == 0 || strncmp(id, "https://", 8) == 0)
        return read_address(id, n, curie);
    const char *colon = memchr(id, ':', n);
    if (colon == NULL)
        return read_address(id, n, curie);
    if (colon == id || colon == id + n - 1)
        return false;
    memcpy(curie, id, n);
    curie[n] = '\0';
    return true;
}
