/*
 * people_set_check.c - the proof that stored bytes are a set of individuals in roaring's portable
 * form, before the library sees them, and the marking of such bytes without it.
 *
 * The library bounds its reads but believes what it reads: containers out of order, or a count that
 * is not the number of bits, give wrong answers or a crash later. So every container is walked.
 */
#include "index/people/people_set_int.h"

#include "index/people/people_set.h"
#include "storage/carriers/kernel.h"

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

/* A container whose bytes were taken. */
typedef struct container {
    const uint8_t *values; /* 16 bits each; runs: first and length - 1; words of a bitmap */
    uint32_t n_values;     /* or runs, or words of 64 bits */
    uint32_t last;         /* its largest value */
} container;

static int take_values(walk *w, uint32_t n, size_t n_each, const char *rule, container *of,
                       skr_err *err)
{
    of->values = take(w, n_each * (size_t)n);
    of->n_values = n;
    return of->values == NULL ? damaged(err, rule) : SKR_OK;
}

static int check_array(walk *w, uint32_t n, container *of, skr_err *err)
{
    int status = take_values(w, n, 2, "cut short in a list", of, err);
    if (status != SKR_OK)
        return status;
    bool ascends = true;
    for (uint32_t i = 1; i < n; i++)
        ascends &= load16(of->values + 2 * (size_t)i) > load16(of->values + 2 * (size_t)i - 2);
    if (!ascends)
        return damaged(err, "a list that does not ascend");
    of->last = load16(of->values + 2 * (size_t)n - 2);
    return SKR_OK;
}

static uint64_t load_word(const uint8_t *at)
{
    return load32(at) | (uint64_t)load32(at + 4) << 32;
}

static int check_bitset(walk *w, uint32_t n, container *of, skr_err *err)
{
    int status = take_values(w, CHUNK / 64, 8, "cut short in a bitmap", of, err);
    if (status != SKR_OK)
        return status;
    if (skr_kernels_chosen()->count_and(of->values, of->values, CHUNK / 64) != n)
        return damaged(err, "a bitmap whose count is not its number of bits");
    uint32_t at = CHUNK / 64 - 1; /* its last word that is not 0: n is at least 1 */
    while (load_word(of->values + 8 * (size_t)at) == 0)
        at--;
    of->last = 64 * at + 63 - (uint32_t)__builtin_clzll(load_word(of->values + 8 * (size_t)at));
    return SKR_OK;
}

static int check_runs(walk *w, uint32_t n, container *of, skr_err *err)
{
    const uint8_t *at = take(w, 2);
    if (at == NULL)
        return damaged(err, "cut short in its runs");
    int status = take_values(w, load16(at), 4, "cut short in its runs", of, err);
    uint32_t n_found = 0;
    uint32_t free_from = 0; /* a run must not touch the one before it */
    for (uint32_t i = 0; status == SKR_OK && i < of->n_values; i++) {
        uint32_t from = load16(of->values + 4 * (size_t)i);
        uint32_t last = from + load16(of->values + 4 * (size_t)i + 2);
        if (from < free_from || last >= CHUNK)
            return damaged(err, "runs that overlap, touch or leave their range");
        n_found += last - from + 1;
        free_from = last + 2;
        of->last = last;
    }
    if (status == SKR_OK && n_found != n)
        return damaged(err, "runs whose count is not their length");
    return status;
}

/* ------------------------------------------------------------------ marking what was proved */

/* bits: those of the container; none after the word of its last value is touched. */
static void mark_array(const container *of, uint64_t *bits)
{
    for (uint32_t i = 0; i < of->n_values; i++) {
        uint32_t value = load16(of->values + 2 * (size_t)i);
        bits[value / 64] |= UINT64_C(1) << value % 64;
    }
}

static void mark_bitset(const container *of, uint64_t *bits)
{
    skr_kernels_chosen()->or_into(bits, of->values, of->last / 64 + 1);
}

static void mark_runs(const container *of, uint64_t *bits)
{
    for (uint32_t i = 0; i < of->n_values; i++) {
        uint32_t from = load16(of->values + 4 * (size_t)i);
        uint32_t to = from + load16(of->values + 4 * (size_t)i + 2) + 1;
        while (from < to) { /* as many as are left of a word, or of the run */
            uint32_t n = 64 - from % 64 < to - from ? 64 - from % 64 : to - from;
            bits[from / 64] |= (n == 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1) << from % 64;
            from += n;
        }
    }
}

typedef struct container_kind {
    int (*check)(walk *w, uint32_t n, container *of, skr_err *err);
    void (*mark)(const container *of, uint64_t *bits);
} container_kind;

/* Container i of n members, whose key says where its values begin. */
static int walk_one(walk *w, uint32_t i, uint32_t n, uint32_t key, uint32_t n_people,
                    uint64_t *bitmap, skr_err *err)
{
    static const container_kind runs = {check_runs, mark_runs};
    static const container_kind few = {check_array, mark_array};
    static const container_kind many = {check_bitset, mark_bitset};
    bool has_runs = w->run_flags != NULL && (w->run_flags[i / 8] >> i % 8 & 1) != 0;
    const container_kind *kind = has_runs ? &runs : n <= ARRAY_MAX ? &few : &many;
    container of = {0};
    int status = kind->check(w, n, &of, err);
    if (status != SKR_OK)
        return status;
    if ((key << 16 | of.last) >= n_people)
        return damaged(err, "somebody who does not exist");
    if (bitmap != NULL)
        kind->mark(&of, bitmap + (size_t)key * (CHUNK / 64));
    return SKR_OK;
}

int skr_people_set_mark_stored(const uint8_t *bytes, size_t n_bytes, uint32_t n_people,
                               uint64_t *bitmap, uint32_t *ret_n_members, skr_err *err)
{
    walk w = {.bytes = bytes, .n_bytes = n_bytes};
    SKR_TRY(read_header(&w, err));
    uint32_t n_members = 0;
    uint32_t free_key = 0;
    for (uint32_t i = 0; i < w.n_containers; i++) {
        uint32_t key = load16(w.descriptions + 4 * (size_t)i);
        uint32_t n = load16(w.descriptions + 4 * (size_t)i + 2) + 1;
        if (key < free_key)
            return damaged(err, "containers that do not ascend");
        free_key = key + 1;
        if (w.offsets != NULL && load32(w.offsets + 4 * (size_t)i) != w.at)
            return damaged(err, "an offset that is not where its container lies");
        SKR_TRY(walk_one(&w, i, n, key, n_people, bitmap, err));
        n_members += n;
    }
    if (w.at != n_bytes)
        return damaged(err, "bytes behind its end");
    *ret_n_members = n_members;
    return SKR_OK;
}

int skr_people_set_check(const uint8_t *bytes, size_t n_bytes, uint32_t n_people,
                         uint32_t *ret_n_members, skr_err *err)
{
    return skr_people_set_mark_stored(bytes, n_bytes, n_people, NULL, ret_n_members, err);
}
