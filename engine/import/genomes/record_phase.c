/*
 * record_phase.c - reading phase from whole columns, and the short form of it in a fragment.
 *
 * What the form is: record_phase_int.h.
 */
#include "engine/import/genomes/record_phase_int.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/genotypes/genotype_scan.h"
#include "storage/base/array.h"
#include "storage/base/check.h"

/* ------------------------------------------------------------------ collecting */

void skr_phase_clear(skr_phase *phase)
{
    phase->is_read = false;
    phase->is_kept = false;
    phase->n_flips = 0;
    phase->n_odds = 0;
    phase->n_copies = 0;
}

void skr_phase_done(skr_phase *phase)
{
    free(phase->flips);
    free(phase->odds);
    free(phase->copies);
    *phase = (skr_phase){0};
}

int skr_phase_add(skr_phase *phase, uint32_t sample, const skr_genotype *genotype, uint8_t expected,
                  skr_err *err)
{
    bool is_plain = genotype->n == genotype->n_called &&
                    (genotype->n == 1 || (genotype->n == 2 && expected == 2));
    if (is_plain && !genotype->is_mixture)
        return SKR_OK;
    SKR_TRY(SKR_ARRAY_RESERVE(&phase->odds, &phase->n_odds_max, phase->n_odds + 1,
                              "phase of a record", err));
    SKR_TRY(SKR_ARRAY_RESERVE(&phase->copies, &phase->n_copies_max, phase->n_copies + genotype->n,
                              "phase of a record", err));
    uint32_t n = genotype->is_mixture ? 1 : genotype->n; /* alleles of a mixture share a copy */
    phase->odds[phase->n_odds++] =
        (skr_odd){sample, phase->n_copies, (uint8_t)n, genotype->is_mixture};
    memcpy(phase->copies + phase->n_copies, genotype->alleles, n * sizeof *phase->copies);
    phase->n_copies += n;
    return SKR_OK;
}

static int add_flip(skr_phase *phase, uint32_t sample, skr_err *err)
{
    SKR_TRY(SKR_ARRAY_RESERVE(&phase->flips, &phase->n_flips_max, phase->n_flips + 1,
                              "phase of a record", err));
    phase->flips[phase->n_flips++] = sample;
    return SKR_OK;
}

/* Does it matter how a pair is written: has it two copies, and is one known? */
static bool is_pair(const skr_vcf_record *record, uint32_t sample)
{
    uint64_t pair = 0;
    unsigned width = record->gt_width;
    memcpy(&pair, (const uint8_t *)record->gt + (size_t)sample * 2 * width, 2 * (size_t)width);
    uint64_t second = pair >> 8 * width;
    bool is_short = (second >> (8 * width - 1)) != 0;
    uint64_t known = width == 1 ? 0xfefe : width == 2 ? 0xfffefffe : UINT64_C(0xfffffffefffffffe);
    return !is_short && (pair & known) != 0;
}

/* Marks the pairs of [from, from + n) that are not written as is_phased says. */
static bool mark_flips(const skr_vcf_record *record, uint32_t from, uint32_t n, bool is_phased,
                       uint64_t *marks)
{
    static const uint64_t bits[] = {0, UINT64_C(0x0100010001000100), UINT64_C(0x0001000000010000),
                                    0, UINT64_C(0x0000000100000000)};
    unsigned n_bytes = 2 * record->gt_width;
    uint64_t bit = bits[record->gt_width];
    return skr_genotype_scan_chosen()->mark_unlike((const uint8_t *)record->gt +
                                                       (size_t)from * n_bytes,
                                                   n, n_bytes, bit, is_phased ? bit : 0, marks);
}

/* Are most pairs of the first samples written the other way, as the marks say? */
static bool is_guess_wrong(const skr_vcf_record *record, uint32_t n, const uint64_t *marks)
{
    uint32_t n_pairs = 0;
    uint32_t n_flips = 0;
    for (uint32_t i = 0; i < n; i++) {
        bool counts = is_pair(record, i);
        n_pairs += counts;
        n_flips += counts && (marks[i / 64] >> i % 64 & 1) != 0;
    }
    return 2 * n_flips > n_pairs;
}

int skr_phase_read_pairs(skr_phase *phase, const skr_vcf_record *record, uint32_t from, uint32_t n,
                         unsigned written, skr_err *err)
{
    uint64_t marks[SKR_PHASE_PAIRS_MAX / 64];
    int status = SKR_OK;
    SKR_CHECK(n <= SKR_PHASE_PAIRS_MAX && record->n_ploidy == 2);
    phase->is_read = true;
    phase->is_kept = !record->has_psl;
    if (!phase->is_kept || written == (phase->is_phased ? SKR_WRITTEN_BAR : SKR_WRITTEN_SLASH) ||
        !mark_flips(record, from, n, phase->is_phased, marks))
        return SKR_OK;
    if (from == 0 && is_guess_wrong(record, n, marks)) {
        phase->is_phased = !phase->is_phased;
        (void)mark_flips(record, from, n, phase->is_phased, marks);
    }
    for (uint32_t i = 0; i < n && status == SKR_OK; i += 64)
        for (uint64_t left = marks[i / 64]; left != 0 && status == SKR_OK; left &= left - 1) {
            uint32_t sample = from + i + (uint32_t)__builtin_ctzll(left);
            if (is_pair(record, sample))
                status = add_flip(phase, sample, err);
        }
    return status;
}

/* Of the first samples; a guess is enough. */
static bool is_mostly_phased(const skr_vcf *vcf, const uint32_t *column, uint32_t n)
{
    uint32_t n_phased = 0;
    n = n < 64 ? n : 64;
    for (uint32_t i = 0; i < n; i++)
        n_phased += skr_vcf_is_phased(vcf, column != NULL ? column[i] : i);
    return 2 * n_phased > n;
}

int skr_phase_read(skr_phase *phase, const skr_vcf *vcf, const skr_vcf_record *record,
                   const uint32_t *column, uint32_t n, skr_err *err)
{
    phase->is_read = true;
    phase->is_kept = record->gt != NULL && !record->has_psl;
    if (!phase->is_kept)
        return SKR_OK;
    int status = SKR_OK;
    if (record->n_ploidy == 2 && column == NULL) {
        for (uint32_t from = 0; from < n && status == SKR_OK; from += SKR_PHASE_PAIRS_MAX)
            status = skr_phase_read_pairs(phase, record, from,
                                          n - from < SKR_PHASE_PAIRS_MAX ? n - from
                                                                         : SKR_PHASE_PAIRS_MAX,
                                          SKR_WRITTEN_SLASH | SKR_WRITTEN_BAR, err);
        return status;
    }
    phase->is_phased = is_mostly_phased(vcf, column, n);
    for (uint32_t i = 0; i < n && record->n_ploidy > 1 && status == SKR_OK; i++)
        if (skr_vcf_is_phased(vcf, column != NULL ? column[i] : i) != phase->is_phased)
            status = add_flip(phase, i, err);
    return status;
}

/* ------------------------------------------------------------------ encoding */

static int put_gaps(skr_buffer *bytes, const uint32_t *samples, uint32_t n, skr_err *err)
{
    uint32_t before = 0;
    int status = skr_buffer_put_varint(bytes, n, err);
    for (uint32_t i = 0; i < n && status == SKR_OK; i++) {
        status = skr_buffer_put_varint(bytes, samples[i] - before, err);
        before = samples[i];
    }
    return status;
}

static int put_map(skr_buffer *bytes, const uint32_t *samples, uint32_t n, uint32_t n_samples,
                   skr_err *err)
{
    size_t n_map = (n_samples + 7u) / 8;
    SKR_TRY(skr_buffer_reserve(bytes, n_map, err));
    uint8_t *map = bytes->bytes + bytes->n;
    memset(map, 0, n_map);
    for (uint32_t i = 0; i < n; i++)
        map[samples[i] / 8] |= (uint8_t)(1u << samples[i] % 8);
    bytes->n += n_map;
    return SKR_OK;
}

/* Does a copy of the allele count for the key? */
static bool is_of_key(const skr_named *named, uint32_t allele, uint32_t key)
{
    if (allele == 0 || allele > named->n_alts)
        return false;
    for (uint32_t i = named->first_key[allele]; i < named->first_key[allele + 1]; i++)
        if (named->keys[i] == key)
            return true;
    return false;
}

/* The allele of the first copy that a sample has. */
static uint32_t first_allele(const skr_vcf_record *record, uint32_t column)
{
    uint32_t value = 0;
    size_t n_bytes = (size_t)record->n_ploidy * record->gt_width;
    memcpy(&value, (const uint8_t *)record->gt + column * n_bytes, record->gt_width);
    return value < 2 ? 0 : (value >> 1) - 1;
}

/* A bit for each plain carrier with one copy: is the first of its copies the allele? */
static uint32_t map_any(const skr_phase_place *place, uint32_t key, const skr_carriers *carriers,
                        uint8_t *map)
{
    uint32_t n = 0;
    memset(map, 0, (carriers->n + 7u) / 8);
    for (uint32_t i = 0; i < carriers->n; i++) {
        if (carriers->dosages[i] != 1)
            continue;
        uint32_t sample = carriers->samples[i];
        uint32_t column = place->column != NULL ? place->column[sample] : sample;
        bool is_first = is_of_key(place->named, first_allele(place->record, column), key);
        map[n / 8] |= (uint8_t)(is_first << n % 8);
        n++;
    }
    return n;
}

/* The same for pairs of bytes that name the first ALT. Returns how many bits there are. */
static uint32_t map_pairs(const uint8_t *pairs, const skr_carriers *carriers, uint8_t *map)
{
    uint64_t word = 0;
    uint32_t n = 0;
    for (uint32_t i = 0; i < carriers->n; i++) {
        /* who has one copy and who has two comes in no order: no branch hangs on it */
        unsigned is_single = carriers->dosages[i] == 1;
        unsigned is_first = pairs[2 * (size_t)carriers->samples[i]] >> 1 == 2;
        word |= (uint64_t)(is_single & is_first) << n % 64;
        n += is_single;
        if ((is_single != 0) & (n % 64 == 0)) {
            word = htole64(word);
            memcpy(map + n / 8 - 8, &word, 8);
            word = 0;
        }
    }
    word = htole64(word);
    memcpy(map + n / 64 * 8, &word, (n % 64 + 7) / 8);
    return n;
}

static int put_firsts(const skr_phase_place *place, uint32_t key, const skr_carriers *carriers,
                      skr_buffer *bytes, skr_err *err)
{
    const skr_vcf_record *record = place->record;
    SKR_TRY(skr_buffer_reserve(bytes, (carriers->n + 7u) / 8, err));
    uint8_t *map = bytes->bytes + bytes->n;
    bool is_short = place->named->n_alts == 1 && place->column == NULL && record->gt_width == 1 &&
                    record->n_ploidy == 2;
    uint32_t n =
        is_short ? map_pairs(record->gt, carriers, map) : map_any(place, key, carriers, map);
    bytes->n += (n + 7u) / 8;
    return SKR_OK;
}

static uint32_t ways_of(const skr_phase *phase, const skr_odd *odd, const skr_named *named,
                        uint32_t key)
{
    uint32_t ways = 0;
    for (uint32_t i = 0; i < odd->n; i++) {
        uint16_t allele = phase->copies[odd->from + i];
        uint32_t way = allele == SKR_COPY_UNKNOWN      ? SKR_WAY_UNKNOWN
                       : is_of_key(named, allele, key) ? SKR_WAY_THIS
                                                       : SKR_WAY_OTHER;
        ways |= way << 2 * i;
    }
    return ways;
}

static int put_odds(const skr_phase *phase, const skr_named *named, uint32_t key, skr_buffer *bytes,
                    skr_err *err)
{
    uint32_t before = 0;
    int status = skr_buffer_put_varint(bytes, phase->n_odds, err);
    for (uint32_t i = 0; i < phase->n_odds && status == SKR_OK; i++) {
        const skr_odd *odd = &phase->odds[i];
        bool has_ways = phase->is_kept && odd->n <= SKR_WAYS_MAX;
        unsigned flags =
            (odd->is_mixture ? SKR_PHASE_ODD_MIXTURE : 0u) | (has_ways ? SKR_PHASE_ODD_WAYS : 0u);
        status = skr_buffer_put_varint(bytes, odd->sample - before, err);
        if (status == SKR_OK)
            status = skr_buffer_put_u8(bytes, odd->n, err);
        if (status == SKR_OK)
            status = skr_buffer_put_u8(bytes, (uint8_t)flags, err);
        if (status == SKR_OK && has_ways)
            status = skr_buffer_put_varint(bytes, ways_of(phase, odd, named, key), err);
        before = odd->sample;
    }
    return status;
}

/* The phase sets of those who have one, with their number in front. */
static int put_sets(const skr_phase_place *place, skr_buffer *bytes, uint32_t *ret_n, skr_err *err)
{
    uint32_t before = 0;
    int64_t set_before = 0;
    int status = SKR_OK;
    *ret_n = 0;
    for (uint32_t i = 0; i < place->n_samples && status == SKR_OK; i++) {
        int64_t set = skr_vcf_phase_set(place->vcf, place->column != NULL ? place->column[i] : i);
        if (set == SKR_PHASE_SET_NONE)
            continue;
        set = set == SKR_PHASE_SET_UNKNOWN ? SKR_PHASE_NO_SET : set;
        int64_t step = set - set_before;
        status = skr_buffer_put_varint(bytes, (uint64_t)(i - before) + 1, err);
        if (status == SKR_OK)
            status =
                skr_buffer_put_varint(bytes, (uint64_t)step << 1 ^ (uint64_t)(step >> 63), err);
        before = i;
        set_before = set;
        ++*ret_n;
    }
    return status != SKR_OK ? status : skr_buffer_put_varint(bytes, 0, err);
}

int skr_phase_encode(const skr_phase *phase, const skr_phase_place *place, uint32_t key,
                     const skr_carriers *carriers, skr_buffer *bytes, skr_err *err)
{
    bool is_any_phased = phase->is_kept && (phase->is_phased || phase->n_flips > 0);
    bool has_map = phase->n_flips > place->n_samples / 8;
    size_t head_at = bytes->n;
    unsigned head = 0;
    int status = skr_buffer_put_u8(bytes, 0, err);
    if (is_any_phased)
        head = (phase->is_phased ? SKR_PHASE_HEAD_PHASED : 0u) | SKR_PHASE_HEAD_FIRSTS |
               (has_map              ? SKR_PHASE_HEAD_FLIP_MAP
                : phase->n_flips > 0 ? SKR_PHASE_HEAD_FLIPS
                                     : 0u);
    if (status == SKR_OK && (head & SKR_PHASE_HEAD_FLIPS) != 0)
        status = put_gaps(bytes, phase->flips, phase->n_flips, err);
    if (status == SKR_OK && (head & SKR_PHASE_HEAD_FLIP_MAP) != 0)
        status = put_map(bytes, phase->flips, phase->n_flips, place->n_samples, err);
    if (status == SKR_OK && (head & SKR_PHASE_HEAD_FIRSTS) != 0)
        status = put_firsts(place, key, carriers, bytes, err);
    if (status == SKR_OK && phase->n_odds > 0) {
        head |= SKR_PHASE_HEAD_ODDS;
        status = put_odds(phase, place->named, key, bytes, err);
    }
    if (status == SKR_OK && is_any_phased && place->record->has_ps) {
        uint32_t n = 0;
        size_t sets_at = bytes->n;
        status = put_sets(place, bytes, &n, err);
        head |= n > 0 ? SKR_PHASE_HEAD_SETS : 0u;
        bytes->n = n > 0 ? bytes->n : sets_at;
    }
    if (status == SKR_OK)
        bytes->bytes[head_at] = (uint8_t)head;
    return status;
}

/* ------------------------------------------------------------------ decoding */

/* Copies that are the allele, or copies called otherwise, on every haplotype. */
static uint32_t all_ways(uint32_t n, uint32_t way)
{
    uint32_t each = n >= SKR_WAYS_MAX ? UINT32_MAX : (1u << 2 * n) - 1;
    return (way == SKR_WAY_THIS ? 0xaaaaaaaau : 0x55555555u) & each;
}

/* Flips the samples that are written the other way. */
static void take_flips(skr_cursor *cursor, unsigned head, uint32_t n_samples, skr_spoken *said)
{
    uint64_t sample = 0;
    uint64_t n = (head & SKR_PHASE_HEAD_FLIPS) != 0 ? skr_cursor_varint_max(cursor, n_samples) : 0;
    for (uint64_t i = 0; i < n && !cursor->is_bad; i++) {
        sample += skr_cursor_varint_max(cursor, n_samples);
        if (sample < n_samples)
            said[sample].is_phased = !said[sample].is_phased;
        else
            cursor->is_bad = true;
    }
    if ((head & SKR_PHASE_HEAD_FLIP_MAP) == 0)
        return;
    const uint8_t *map = skr_cursor_bytes(cursor, (n_samples + 7u) / 8);
    for (uint32_t i = 0; map != NULL && i < n_samples; i++)
        said[i].is_phased ^= (map[i / 8] >> i % 8 & 1) != 0;
}

/* Where plain carriers have the allele. */
static void take_firsts(skr_cursor *cursor, const skr_carriers *carriers, skr_spoken *said)
{
    uint32_t n_single = 0;
    uint32_t n = 0;
    for (uint32_t i = 0; i < carriers->n; i++)
        n_single += carriers->dosages[i] == 1;
    const uint8_t *map = skr_cursor_bytes(cursor, (n_single + 7u) / 8);
    if (map == NULL)
        return;
    for (uint32_t i = 0; i < carriers->n; i++) {
        skr_spoken *one = &said[carriers->samples[i]];
        if (carriers->dosages[i] != 1) {
            one->ways = all_ways(2, SKR_WAY_THIS);
            continue;
        }
        bool is_first = (map[n / 8] >> n % 8 & 1) != 0;
        n++;
        one->ways =
            is_first ? SKR_WAY_THIS | SKR_WAY_OTHER << 2 : SKR_WAY_OTHER | SKR_WAY_THIS << 2;
    }
}

static void take_odds(skr_cursor *cursor, uint32_t n_samples, skr_spoken *said)
{
    uint64_t sample = 0;
    uint64_t n = skr_cursor_varint_max(cursor, n_samples);
    for (uint64_t i = 0; i < n && !cursor->is_bad; i++) {
        sample += skr_cursor_varint_max(cursor, n_samples);
        uint8_t n_copies = skr_cursor_u8(cursor);
        uint8_t flags = skr_cursor_u8(cursor);
        uint32_t ways = (flags & SKR_PHASE_ODD_WAYS) != 0
                            ? (uint32_t)skr_cursor_varint_max(cursor, UINT32_MAX)
                            : 0;
        if (sample >= n_samples) {
            cursor->is_bad = true;
            return;
        }
        said[sample].n_copies = n_copies;
        said[sample].is_mixture = (flags & SKR_PHASE_ODD_MIXTURE) != 0;
        said[sample].ways = ways;
        said[sample].is_phased = said[sample].is_phased && (flags & SKR_PHASE_ODD_WAYS) != 0;
    }
}

static void take_sets(skr_cursor *cursor, uint32_t n_samples, skr_spoken *said)
{
    uint64_t sample = 0;
    int64_t set = 0;
    for (uint64_t gap; (gap = skr_cursor_varint(cursor)) != 0 && !cursor->is_bad;) {
        uint64_t step = skr_cursor_varint(cursor);
        sample += gap - 1;
        set += (int64_t)(step >> 1) ^ -(int64_t)(step & 1);
        if (sample >= n_samples) {
            cursor->is_bad = true;
            return;
        }
        said[sample].set = set;
        said[sample].is_phased = said[sample].is_phased && set != SKR_PHASE_NO_SET;
    }
}

void skr_phase_decode(skr_cursor *cursor, uint32_t n_samples, const uint8_t *has_phase,
                      const skr_carriers *carriers, skr_spoken *said)
{
    unsigned head = skr_cursor_u8(cursor);
    for (uint32_t i = 0; i < n_samples; i++) {
        said[i].is_phased = (head & SKR_PHASE_HEAD_PHASED) != 0;
        said[i].ways = all_ways(said[i].n_copies, SKR_WAY_OTHER);
        said[i].set = SKR_PHASE_SET_NONE;
    }
    take_flips(cursor, head, n_samples, said);
    if ((head & SKR_PHASE_HEAD_FIRSTS) != 0)
        take_firsts(cursor, carriers, said);
    if ((head & SKR_PHASE_HEAD_ODDS) != 0)
        take_odds(cursor, n_samples, said);
    if ((head & SKR_PHASE_HEAD_SETS) != 0)
        take_sets(cursor, n_samples, said);
    for (uint32_t i = 0; i < n_samples; i++) {
        skr_spoken *one = &said[i];
        /* 0/0 of somebody whose karyotype nobody knows proves one copy, as 0 does */
        if (has_phase[i] == 0 && one->n_this == 0 && one->n_other == 1)
            one->n_copies = 1;
        one->is_phased = one->is_phased && has_phase[i] != 0 && one->n_copies > 1;
    }
}
