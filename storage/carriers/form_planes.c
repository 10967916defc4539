/*
 * form_planes.c - a bit for every sample: is it a plain carrier? And as many again, if somebody has
 * two copies: has it two?
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/check.h"
#include "storage/carriers/bits.h"
#include "storage/carriers/form_int.h"

static size_t plane_size(uint32_t n_samples)
{
    return sizeof(uint64_t) * (size_t)skr_plane_words(n_samples);
}

static uint64_t cost(const skr_form_source *source)
{
    return plane_size(source->n_samples) * (source->n_two_copies > 0 ? 2 : 1);
}

static int encode(const skr_form_source *source, skr_buffer *bytes, uint8_t *head, skr_err *err)
{
    const skr_carriers *carriers = source->carriers;
    size_t n_words = skr_plane_words(source->n_samples);
    size_t n_planes = source->n_two_copies > 0 ? 2 : 1;
    uint64_t *words = calloc(n_planes * n_words, sizeof *words);
    if (words == NULL)
        return skr_fail_nomem(err, "carriers");
    for (uint32_t i = 0; i < carriers->n; i++)
        skr_bits_set(words, carriers->samples[i]);
    for (uint32_t i = 0; i < source->n_two_copies; i++)
        skr_bits_set(words + n_words, carriers->samples[source->twos[i]]);
    for (size_t i = 0; i < n_planes * n_words; i++)
        words[i] = htole64(words[i]);
    int status = skr_buffer_put(bytes, words, n_planes * n_words * sizeof *words, err);
    free(words);
    if (n_planes == 2)
        *head |= SKR_HEAD_HAS_SECOND;
    return status;
}

static void find(skr_cursor *cursor, uint8_t head, skr_form_part *part)
{
    size_t n_bytes = plane_size(part->n_samples);
    part->first.at = skr_cursor_bytes(cursor, n_bytes);
    if ((head & SKR_HEAD_HAS_SECOND) != 0)
        part->second.at = skr_cursor_bytes(cursor, n_bytes);
}

static uint64_t word_at(const uint8_t *plane, uint32_t word)
{
    uint64_t bits;
    memcpy(&bits, plane + sizeof bits * word, sizeof bits);
    return le64toh(bits);
}

/* Does no bit of the plane of carriers lie past the last sample? */
static bool ends_clean(const skr_form_part *part)
{
    uint32_t n_last = part->n_samples % 64;
    return n_last == 0 ||
           word_at(part->first.at, skr_plane_words(part->n_samples) - 1) >> n_last == 0;
}

/* No bit lies past the last sample, and who has two copies is a carrier. */
static bool are_sound(const skr_form_part *part)
{
    return ends_clean(part) && (part->second.at == NULL ||
                                skr_kernels_chosen()->is_within(part->second.at, part->first.at,
                                                                skr_plane_words(part->n_samples)));
}

static int decode(skr_form_part *part, skr_carriers *carriers, skr_err *err)
{
    uint32_t n_words = skr_plane_words(part->n_samples);
    if (!are_sound(part))
        return skr_form_fail(err);
    for (uint32_t word = 0; word < n_words; word++) {
        uint64_t twos = part->second.at == NULL ? 0 : word_at(part->second.at, word);
        SKR_TRY(
            skr_carriers_add_word(carriers, word * 64, word_at(part->first.at, word), twos, err));
    }
    return SKR_OK;
}

static int mark(skr_form_part *part, uint64_t *bitmap, skr_err *err)
{
    if (!are_sound(part))
        return skr_form_fail(err);
    skr_kernels_chosen()->or_into(bitmap, part->first.at, skr_plane_words(part->n_samples));
    return SKR_OK;
}

/* Carriers of one copy who are counted and of whom one copy is expected. */
static uint32_t count_hemi(const skr_form_part *part, const skr_form_question *question)
{
    uint32_t n_hemi = 0;
    uint32_t n_words = skr_plane_words(part->n_samples);
    for (uint32_t word = 0; word < n_words; word++) {
        uint64_t once = word_at(part->first.at, word);
        if (question->cohort != NULL)
            once &= question->cohort[word];
        if (part->second.at != NULL)
            once &= ~word_at(part->second.at, word);
        for (; once != 0; once &= once - 1)
            n_hemi += skr_form_is_hemi(question, word * 64 + (unsigned)__builtin_ctzll(once));
    }
    return n_hemi;
}

static int tally(skr_form_part *part, const skr_form_question *question, skr_carrier_tally *tally,
                 skr_err *err)
{
    const skr_kernels *kernels = skr_kernels_chosen();
    const void *who = question->cohort == NULL ? (const void *)part->first.at : question->cohort;
    uint32_t n_words = skr_plane_words(part->n_samples);
    skr_plane_counts counts = {0};
    if (!ends_clean(part))
        return skr_form_fail(err);
    if (part->second.at == NULL)
        counts.n_first = kernels->count_and(part->first.at, who, n_words);
    else if (!kernels->count_and_pair(part->first.at, part->second.at, who, n_words, &counts))
        return skr_form_fail(err);
    SKR_CHECK(counts.n_second <= counts.n_first && counts.n_first <= part->n_samples);
    tally->n_carriers = (uint32_t)counts.n_first;
    tally->n_hom = (uint32_t)counts.n_second;
    if (question->copies_expected != NULL)
        tally->n_hemi = count_hemi(part, question);
    return SKR_OK;
}

const skr_form skr_form_planes = {
    .number = SKR_CARRIERS_PLANES,
    .cost = cost,
    .encode = encode,
    .find = find,
    .decode = decode,
    .mark = mark,
    .tally = tally,
};
