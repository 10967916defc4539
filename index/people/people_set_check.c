/*
 * people_set_check.c - the proof that stored bytes are a set of individuals in roaring's portable
 * form, before the library sees them.
 *
 * The library bounds its reads but believes what it reads: containers out of order, or a count that
 * is not the number of bits, give wrong answers or a crash later. So every container is walked.
 */
#include "index/people/people_set_int.h"

#define COOKIE_RUNS 12347u
#define COOKIE_PLAIN 12346u
#define NO_OFFSETS_BELOW 4u /* with runs, fewer containers than this have no offsets */
#define ARRAY_MAX 4096u
#define CHUNK 65536u

/* What the header says of the containers, and where we are. */
typedef struct walk {
    const uint8_t *bytes;
    size_t n_bytes;
    size_t at; /* the next container's bytes */
    uint32_t n_containers;
    const uint8_t *run_flags;    /* one bit a container, or NULL */
    const uint8_t *descriptions; /* key and count - 1, 16 bits each */
    const uint8_t *offsets;      /* 32 bits each, or NULL */
} walk;

static uint32_t load16(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8;
}

static uint32_t load32(const uint8_t *at)
{
    return load16(at) | load16(at + 2) << 16;
}

static int damaged(skr_err *err, const char *rule)
{
    return skr_fail(err, SKR_ERR_CORRUPT, "people set: %s", rule);
}

static const uint8_t *take(walk *w, size_t n)
{
    if (n > w->n_bytes - w->at)
        return NULL;
    const uint8_t *at = w->bytes + w->at;
    w->at += n;
    return at;
}

static int read_header(walk *w, skr_err *err)
{
    const uint8_t *at = take(w, 4);
    if (at == NULL)
        return damaged(err, "cut short in its header");
    uint32_t cookie = load32(at);
    if ((cookie & 0xffff) == COOKIE_RUNS) {
        w->n_containers = (cookie >> 16) + 1;
        size_t n_flags = (w->n_containers + 7) / 8;
        w->run_flags = take(w, n_flags);
        if (w->run_flags == NULL)
            return damaged(err, "cut short in its run flags");
        if (w->n_containers % 8 != 0 && w->run_flags[n_flags - 1] >> w->n_containers % 8 != 0)
            return damaged(err, "run flags past the last container");
    } else if (cookie == COOKIE_PLAIN) {
        at = take(w, 4);
        if (at == NULL)
            return damaged(err, "cut short in its header");
        w->n_containers = load32(at);
        if (w->n_containers > CHUNK)
            return damaged(err, "more containers than there are keys");
    } else {
        return damaged(err, "unknown first bytes");
    }
    w->descriptions = take(w, 4 * (size_t)w->n_containers);
    if (w->descriptions == NULL)
        return damaged(err, "cut short in its list of containers");
    if (w->run_flags == NULL || w->n_containers >= NO_OFFSETS_BELOW) {
        w->offsets = take(w, 4 * (size_t)w->n_containers);
        if (w->offsets == NULL)
            return damaged(err, "cut short in its offsets");
    }
    return SKR_OK;
}

/* Each check gives the largest value of the container through *ret_last. */
static int check_array(walk *w, uint32_t n, uint32_t *ret_last, skr_err *err)
{
    const uint8_t *values = take(w, 2 * (size_t)n);
    if (values == NULL)
        return damaged(err, "cut short in a list");
    uint32_t last = load16(values);
    for (uint32_t i = 1; i < n; i++) {
        uint32_t value = load16(values + 2 * (size_t)i);
        if (value <= last)
            return damaged(err, "a list that does not ascend");
        last = value;
    }
    *ret_last = last;
    return SKR_OK;
}

static int check_bitset(walk *w, uint32_t n, uint32_t *ret_last, skr_err *err)
{
    const uint8_t *words = take(w, CHUNK / 8);
    if (words == NULL)
        return damaged(err, "cut short in a bitmap");
    uint32_t n_found = 0;
    for (size_t i = 0; i < CHUNK / 64; i++) {
        uint64_t word = load32(words + 8 * i) | (uint64_t)load32(words + 8 * i + 4) << 32;
        n_found += (uint32_t)__builtin_popcountll(word);
        if (word != 0)
            *ret_last = (uint32_t)(64 * i) + 63 - (uint32_t)__builtin_clzll(word);
    }
    if (n_found != n)
        return damaged(err, "a bitmap whose count is not its number of bits");
    return SKR_OK;
}

static int check_runs(walk *w, uint32_t n, uint32_t *ret_last, skr_err *err)
{
    const uint8_t *at = take(w, 2);
    if (at == NULL)
        return damaged(err, "cut short in its runs");
    uint32_t n_runs = load16(at);
    const uint8_t *runs = take(w, 4 * (size_t)n_runs);
    if (runs == NULL)
        return damaged(err, "cut short in its runs");
    uint32_t n_found = 0;
    uint32_t free_from = 0; /* a run must not touch the one before it */
    for (uint32_t i = 0; i < n_runs; i++) {
        uint32_t from = load16(runs + 4 * (size_t)i);
        uint32_t last = from + load16(runs + 4 * (size_t)i + 2);
        if (from < free_from || last >= CHUNK)
            return damaged(err, "runs that overlap, touch or leave their range");
        n_found += last - from + 1;
        free_from = last + 2;
        *ret_last = last;
    }
    if (n_found != n)
        return damaged(err, "runs whose count is not their length");
    return SKR_OK;
}

int skr_people_set_check(const uint8_t *bytes, size_t n_bytes, uint32_t n_people,
                         uint32_t *ret_n_members, skr_err *err)
{
    walk w = {.bytes = bytes, .n_bytes = n_bytes};
    SKR_TRY(read_header(&w, err));
    uint32_t n_members = 0;
    uint32_t free_key = 0;
    for (uint32_t i = 0; i < w.n_containers; i++) {
        uint32_t key = load16(w.descriptions + 4 * (size_t)i);
        uint32_t n = load16(w.descriptions + 4 * (size_t)i + 2) + 1;
        uint32_t last = 0;
        if (key < free_key)
            return damaged(err, "containers that do not ascend");
        free_key = key + 1;
        if (w.offsets != NULL && load32(w.offsets + 4 * (size_t)i) != w.at)
            return damaged(err, "an offset that is not where its container lies");
        if (w.run_flags != NULL && (w.run_flags[i / 8] >> i % 8 & 1) != 0)
            SKR_TRY(check_runs(&w, n, &last, err));
        else if (n <= ARRAY_MAX)
            SKR_TRY(check_array(&w, n, &last, err));
        else
            SKR_TRY(check_bitset(&w, n, &last, err));
        if ((key << 16 | last) >= n_people)
            return damaged(err, "somebody who does not exist");
        n_members += n;
    }
    if (w.at != n_bytes)
        return damaged(err, "bytes behind its end");
    *ret_n_members = n_members;
    return SKR_OK;
}
