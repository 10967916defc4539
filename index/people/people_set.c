/*
 * people_set.c - the one door to CRoaring: sets of individuals, made only of operations that were
 * found right in release 0.2.66 (adding and removing one, union, intersection counts, run
 * optimisation, the portable form).
 *
 * Reading out into a flat bitmap walks the library's containers, whose layout is public: a bitset
 * container is copied 64 people at a time.
 */
#include "index/people/people_set.h"

#include <roaring/roaring.h>
#include <stdlib.h>
#include <string.h>

#include "index/people/people_set_int.h"
#include "storage/base/check.h"
#include "storage/carriers/kernel.h"

/* People of a container. */
#define SET_PEOPLE 65536u

struct skr_people_set {
    roaring_bitmap_t *bitmap;
};

int skr_people_set_new(skr_people_set **ret_set, skr_err *err)
{
    skr_people_set *set = calloc(1, sizeof *set);
    if (set != NULL)
        set->bitmap = roaring_bitmap_create();
    if (set == NULL || set->bitmap == NULL) {
        skr_people_set_free(set);
        return skr_fail_nomem(err, "people set");
    }
    *ret_set = set;
    return SKR_OK;
}

void skr_people_set_add(skr_people_set *set, uint32_t individual)
{
    roaring_bitmap_add(set->bitmap, individual);
}

void skr_people_set_remove(skr_people_set *set, uint32_t individual)
{
    roaring_bitmap_remove(set->bitmap, individual);
}

void skr_people_set_add_all(skr_people_set *set, const skr_people_set *other)
{
    /* The library's union in place does not take a set with itself. */
    if (set != other)
        roaring_bitmap_or_inplace(set->bitmap, other->bitmap);
}

bool skr_people_set_contains(const skr_people_set *set, uint32_t individual)
{
    return roaring_bitmap_contains(set->bitmap, individual);
}

uint32_t skr_people_set_count(const skr_people_set *set)
{
    return (uint32_t)roaring_bitmap_get_cardinality(set->bitmap);
}

uint32_t skr_people_set_count_both(const skr_people_set *a, const skr_people_set *b)
{
    return (uint32_t)roaring_bitmap_and_cardinality(a->bitmap, b->bitmap);
}

static void mark_one(uint64_t *bitmap, uint32_t n_people, uint32_t individual)
{
    if (individual < n_people)
        bitmap[individual / 64] |= UINT64_C(1) << individual % 64;
}

/* words: those of a bitset container whose first individual is base. */
static void mark_words(uint64_t *bitmap, uint32_t n_people, uint32_t base, const uint64_t *words)
{
    if (base < n_people && n_people - base >= SET_PEOPLE) {
        skr_kernels_chosen()->or_into(bitmap + base / 64, words, SET_PEOPLE / 64);
        return;
    }
    for (uint32_t i = 0; i < SET_PEOPLE / 64; i++) {
        uint32_t first = base + 64 * i;
        if (first >= n_people)
            return;
        uint64_t word = words[i];
        if (n_people - first < 64)
            word &= (UINT64_C(1) << (n_people - first)) - 1;
        bitmap[first / 64] |= word;
    }
}

static void mark_runs(uint64_t *bitmap, uint32_t n_people, uint32_t base,
                      const run_container_t *runs)
{
    for (int32_t r = 0; r < runs->n_runs; r++) {
        uint64_t from = (uint64_t)base + runs->runs[r].value;
        uint64_t to = from + runs->runs[r].length + 1;
        to = to < n_people ? to : n_people;
        if (from % 64 == 0 && from < to) { /* whole words first */
            memset(bitmap + from / 64, 0xff, (to - from) / 64 * sizeof *bitmap);
            from += (to - from) / 64 * 64;
        }
        while (from < to) { /* as many as are left of a word, or of the run */
            uint64_t n = 64 - from % 64 < to - from ? 64 - from % 64 : to - from;
            bitmap[from / 64] |= (n == 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1) << from % 64;
            from += n;
        }
    }
}

void skr_people_set_mark(const skr_people_set *set, uint64_t *bitmap, uint32_t n_people)
{
    const roaring_array_t *array = &set->bitmap->high_low_container;
    for (int32_t i = 0; i < array->size; i++) {
        uint32_t base = (uint32_t)array->keys[i] << 16;
        const void *container = array->containers[i];
        if (array->typecodes[i] == BITSET_CONTAINER_TYPE_CODE) {
            mark_words(bitmap, n_people, base, ((const bitset_container_t *)container)->array);
        } else if (array->typecodes[i] == RUN_CONTAINER_TYPE_CODE) {
            mark_runs(bitmap, n_people, base, container);
        } else {
            /* Copy-on-write is never switched on: containers are never shared. */
            SKR_CHECK(array->typecodes[i] == ARRAY_CONTAINER_TYPE_CODE);
            const array_container_t *few = container;
            for (int32_t k = 0; k < few->cardinality; k++)
                mark_one(bitmap, n_people, base + few->array[k]);
        }
    }
}

/*
 * Makes the set anew from its members: where a list of runs is as long as a plain list, the library
 * keeps what the set has been, and equal sets would have different bytes.
 */
static int renew(skr_people_set *set, skr_err *err)
{
    uint64_t n = roaring_bitmap_get_cardinality(set->bitmap);
    uint32_t *members = malloc((n + 1) * sizeof *members);
    if (members == NULL)
        return skr_fail_nomem(err, "people set");
    roaring_bitmap_to_uint32_array(set->bitmap, members);
    roaring_bitmap_t *bitmap = roaring_bitmap_of_ptr(n, members);
    free(members);
    /* Without memory the library says so, ends the program, or leaves members out. */
    bool is_whole = bitmap != NULL && roaring_bitmap_get_cardinality(bitmap) == n;
    if (!is_whole && bitmap != NULL)
        roaring_bitmap_free(bitmap);
    if (!is_whole)
        return skr_fail_nomem(err, "people set");
    roaring_bitmap_free(set->bitmap);
    set->bitmap = bitmap;
    (void)roaring_bitmap_run_optimize(bitmap);
    return SKR_OK;
}

int skr_people_set_encode(skr_people_set *set, skr_buffer *bytes, skr_err *err)
{
    SKR_TRY(renew(set, err));
    size_t n_bytes = roaring_bitmap_portable_size_in_bytes(set->bitmap);
    SKR_TRY(skr_buffer_reserve(bytes, n_bytes, err));
    size_t n_written =
        roaring_bitmap_portable_serialize(set->bitmap, (char *)(bytes->bytes + bytes->n));
    SKR_CHECK(n_written == n_bytes);
    bytes->n += n_bytes;
    return SKR_OK;
}

int skr_people_set_decode(const uint8_t *bytes, size_t n_bytes, uint32_t n_people,
                          skr_people_set **ret_set, skr_err *err)
{
    uint32_t n_members;
    SKR_TRY(skr_people_set_check(bytes, n_bytes, n_people, &n_members, err));
    skr_people_set *set = calloc(1, sizeof *set);
    if (set != NULL)
        set->bitmap = roaring_bitmap_portable_deserialize_safe((const char *)bytes, n_bytes);
    if (set == NULL || set->bitmap == NULL) {
        skr_people_set_free(set);
        return skr_fail_nomem(err, "people set");
    }
    SKR_CHECK(skr_people_set_count(set) == n_members);
    *ret_set = set;
    return SKR_OK;
}

void skr_people_set_free(skr_people_set *set)
{
    if (set == NULL)
        return;
    if (set->bitmap != NULL)
        roaring_bitmap_free(set->bitmap);
    free(set);
}
