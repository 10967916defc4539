/*
 * record_keys.c - the keys of a record: every ALT split, trimmed, left-aligned, with its atoms.
 */
#include "engine/import/genomes/record_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/genomes/import_reference.h"
#include "index/contigs/contig.h"
#include "index/keys/variant_structural.h"

void skr_record_keys_free(skr_record_keys *keys)
{
    if (keys == NULL)
        return;
    free(keys->entries);
    free(keys->keys);
    free(keys->sorted);
    free(keys->of_key);
    free(keys->is_shared);
    skr_digest_free(keys->digest);
    free(keys->first_key);
    free(keys->is_unknown);
    free(keys->pieces);
    skr_buffer_done(&keys->texts);
    skr_buffer_done(&keys->scratch);
    free(keys);
}

/* ------------------------------------------------------------------ room */

static int too_many(const skr_place *at, uint32_t n_max, skr_err *err)
{
    char where[32];
    skr_vcf_place(at->vcf, where);
    return skr_fail(err, SKR_ERR_INPUT,
                    "%s, %s: names more than %u alleles and bases of long ones, what --memory %zu "
                    "leaves room for; if the file is sound, allow more",
                    at->import->files[at->file].name, where, n_max, at->import->n_memory >> 20);
}

static int room_entries(const skr_place *at, skr_err *err)
{
    skr_record_keys *keys = at->import->record.keys;
    if (keys->n_entries < keys->n_entries_max)
        return SKR_OK;
    uint32_t n_limit = skr_import_memory_entries(at->import->n_memory);
    if (keys->n_entries >= n_limit)
        return too_many(at, n_limit, err);
    uint32_t n_max = keys->n_entries_max * 2 + 16;
    n_max = n_max < n_limit ? n_max : n_limit;
    skr_key_entry *entries = realloc(keys->entries, n_max * sizeof *entries);
    if (entries != NULL)
        keys->entries = entries;
    uint32_t *key_list = realloc(keys->keys, n_max * sizeof *key_list);
    if (key_list != NULL)
        keys->keys = key_list;
    uint32_t *sorted = realloc(keys->sorted, n_max * sizeof *sorted);
    if (sorted != NULL)
        keys->sorted = sorted;
    uint32_t *of_key = realloc(keys->of_key, (n_max + 1u) * sizeof *of_key);
    if (of_key != NULL)
        keys->of_key = of_key;
    uint8_t *is_shared = realloc(keys->is_shared, n_max);
    if (is_shared != NULL)
        keys->is_shared = is_shared;
    if (entries == NULL || key_list == NULL || sorted == NULL || of_key == NULL ||
        is_shared == NULL)
        return skr_fail_nomem(err, "the alleles of a record");
    keys->n_entries_max = n_max;
    return SKR_OK;
}

static int clear(skr_import *import, uint32_t n_alts, skr_err *err)
{
    if (import->record.keys == NULL &&
        (import->record.keys = calloc(1, sizeof *import->record.keys)) == NULL)
        return skr_fail_nomem(err, "the alleles of a record");
    skr_record_keys *keys = import->record.keys;
    if (keys->first_key == NULL || n_alts > keys->n_alts_max) {
        uint32_t n_max = n_alts * 2 + 16;
        uint32_t *first_key = realloc(keys->first_key, (n_max + 2) * sizeof *first_key);
        if (first_key != NULL)
            keys->first_key = first_key;
        uint8_t *is_unknown = realloc(keys->is_unknown, n_max + 2);
        if (is_unknown != NULL)
            keys->is_unknown = is_unknown;
        if (first_key == NULL || is_unknown == NULL)
            return skr_fail_nomem(err, "the alleles of a record");
        keys->n_alts_max = n_max;
    }
    keys->n_entries = 0;
    keys->n_keys = 0;
    keys->n_pieces = 0;
    keys->texts.n = 0;
    keys->has_small = false;
    keys->has_sv = false;
    keys->first_key[0] = 0;
    keys->is_unknown[0] = 0;
    return SKR_OK;
}

int skr_record_keys_of_block(const skr_place *place, skr_err *err)
{
    const skr_vcf_record *record = place->record;
    SKR_TRY(clear(place->import, record->n_alts, err));
    skr_record_keys *keys = place->import->record.keys;
    for (uint32_t i = 0; i < record->n_alts; i++) {
        keys->first_key[i + 1] = 0;
        keys->is_unknown[i + 1] =
            skr_variant_alt_classify(record->ref, record->alts[i]) == SKR_ALT_NON_REF;
    }
    keys->first_key[record->n_alts + 1] = 0;
    return SKR_OK;
}

int skr_record_keys_add_piece(skr_record_keys *keys, uint32_t start0, uint32_t end0, skr_err *err)
{
    SKR_TRY(SKR_ARRAY_RESERVE(&keys->pieces, &keys->n_pieces_max, keys->n_pieces + 1,
                              "the bases of a record", err));
    keys->pieces[keys->n_pieces++] = (skr_piece){start0, end0};
    return SKR_OK;
}

/* Adds an entry. */
static int add_entry(const skr_place *at, const skr_key_entry *entry, skr_err *err)
{
    skr_record_keys *keys = at->import->record.keys;
    int status = room_entries(at, err);
    if (status == SKR_OK)
        keys->entries[keys->n_entries++] = *entry;
    return status;
}

/* ------------------------------------------------------------------ keys */

static int get_bases(void *context, uint32_t start0, uint32_t n, char *bases, skr_err *err)
{
    const skr_place *at = context;
    uint32_t n_got = 0;
    SKR_TRY(skr_import_reference_bases(at->import, at->contig, start0, n, bases, &n_got, err));
    return (int)n_got;
}

/* What tells a replacement from all others of its contig. */
static int spelling_of(skr_record_keys *keys, const skr_allele *allele, skr_spelling *ret_spelling,
                       skr_err *err)
{
    uint8_t digest[SKR_DIGEST_SIZE];
    const uint32_t place[] = {allele->start0, allele->n_ref};
    SKR_TRY(keys->digest == NULL ? skr_digest_new(SKR_DIGEST_SHA256, &keys->digest, err)
                                 : skr_digest_restart(keys->digest, err));
    skr_digest_update(keys->digest, place, sizeof place);
    skr_digest_update(keys->digest, allele->ref, allele->n_ref);
    skr_digest_update(keys->digest, allele->alt, allele->n_alt);
    skr_digest_final(keys->digest, digest);
    memcpy(ret_spelling->digest, digest, sizeof ret_spelling->digest);
    return SKR_OK;
}

/* The keys of an ALT of bases: the allele, and the atoms of a replacement of equal length. */
static int name_bases(skr_place *at, uint32_t number, skr_err *err)
{
    const char *alt = at->record->alts[number - 1];
    skr_record_keys *keys = at->import->record.keys;
    skr_base_source source = {get_bases, at, at->has_ref};
    skr_allele allele = {.contig = at->contig->index};
    int status = skr_variant_allele_normalise(
        at->start0, at->record->ref, at->n_ref, alt, strlen(alt),
        at->contig->has_reference ? &source : NULL, &keys->scratch, &allele, err);
    if (status != SKR_OK ||
        allele.n_ref + allele.n_alt == 0) /* nothing differs from the reference */
        return status;
    size_t ref_at = keys->texts.n;
    size_t alt_at = ref_at + allele.n_ref;
    status = skr_buffer_put(&keys->texts, allele.ref, allele.n_ref, err);
    if (status == SKR_OK)
        status = skr_buffer_put(&keys->texts, allele.alt, allele.n_alt, err);
    if (status == SKR_OK)
        status = add_entry(at, &(skr_key_entry){allele, number, false, {{0}}, ref_at, alt_at}, err);
    if (status == SKR_OK)
        status = skr_record_keys_add_piece(keys, allele.start0, allele.end0, err);
    if (!at->contig->has_reference && allele.kind != SKR_ALLELE_SNV &&
        allele.kind != SKR_ALLELE_MNV)
        at->import->found.has_raw_indels = true;
    if (status != SKR_OK || allele.kind != SKR_ALLELE_MNV)
        return status;
    skr_spelling spelling = {0};
    status = spelling_of(keys, &allele, &spelling, err);
    for (uint32_t i = 0; i < allele.n_ref && status == SKR_OK; i++) {
        if (allele.ref[i] == allele.alt[i])
            continue;
        skr_allele atom = allele;
        atom.kind = SKR_ALLELE_SNV;
        atom.start0 = allele.start0 + i;
        atom.end0 = atom.start0 + 1;
        atom.n_ref = 1;
        atom.n_alt = 1;
        status = add_entry(
            at, &(skr_key_entry){atom, number, true, spelling, ref_at + i, alt_at + i}, err);
    }
    return status;
}

/*
 * |SVLEN| of an ALT, 0 when it is not said. From VCF 4.4 on it has a value an ALT; before, one
 * value may stand for several.
 */
static uint64_t length_of(const skr_place *at, uint32_t alt)
{
    const skr_vcf_record *record = at->record;
    if (record->n_svlens == 0 || (alt >= record->n_svlens && skr_vcf_version(at->vcf) >= 404))
        return 0;
    int64_t svlen = record->svlens[alt < record->n_svlens ? alt : record->n_svlens - 1];
    return svlen < 0 ? (uint64_t)0 - (uint64_t)svlen : (uint64_t)svlen;
}

/* The contig that CHR2 names; that of the record if it is no name that a contig could have. */
static int name_mate(const skr_place *at, const char *written, char *mate, skr_err *err)
{
    const skr_import *import = at->import;
    uint32_t contig;
    if (skr_contig_canonical(NULL, written, mate, SKR_NAME_MAX + 1, NULL) < 0) {
        (void)snprintf(mate, SKR_NAME_MAX + 1, "%s", at->contig->name);
        return SKR_OK;
    }
    int status = skr_contig_find(import->build, &import->manifest->assemblies[import->assembly],
                                 written, &contig, mate, err);
    if (status != SKR_OK)
        return skr_fail_in(err, status, "%s, CHR2", import->files[at->file].name);
    const char *meaning = skr_contig_numbered(import->build, mate);
    if (meaning != NULL)
        (void)snprintf(mate, SKR_NAME_MAX + 1, "%s", meaning);
    return SKR_OK;
}

/*
 * Where the other end of a structural allele lies, if it lies elsewhere: CHR2 is another contig,
 * and INFO/END then a place on it, or END2 is told beside END. mate has room for SKR_NAME_MAX + 1.
 */
static int find_mate(const skr_place *at, char *mate, skr_structural *said, skr_err *err)
{
    const skr_vcf_record *record = at->record;
    char written[SKR_NAME_MAX + 1];
    (void)snprintf(mate, SKR_NAME_MAX + 1, "%s", at->contig->name);
    if (record->chr2 != NULL) {
        memcpy(written, record->chr2, record->n_chr2);
        written[record->n_chr2] = '\0';
        SKR_TRY(name_mate(at, written, mate, err));
    }
    said->is_end_elsewhere = strcmp(mate, at->contig->name) != 0;
    uint64_t pos1 = record->end2_pos1;
    if (pos1 == 0 && said->is_end_elsewhere)
        pos1 = said->end1;
    bool is_elsewhere =
        said->is_end_elsewhere || (pos1 > 0 && pos1 != said->end1 && pos1 != said->pos1);
    if (is_elsewhere) {
        said->mate = mate;
        said->n_mate = strlen(mate);
        said->mate_pos1 = pos1;
    }
    return SKR_OK;
}

static int name_structural(skr_place *at, uint32_t alt, skr_err *err)
{
    skr_record_keys *keys = at->import->record.keys;
    const skr_vcf_record *record = at->record;
    char text[SKR_STRUCTURAL_TEXT_MAX];
    char mate[SKR_NAME_MAX + 1];
    skr_allele allele = {0};
    skr_structural said = {.pos1 = record->pos1,
                           .end1 = record->has_end ? record->end1 : 0,
                           .length = length_of(at, alt),
                           .is_length_first = skr_vcf_version(at->vcf) >= 404,
                           .symbol = record->alts[alt] + 1,
                           .n_symbol = strlen(record->alts[alt]) - 2};
    SKR_TRY(find_mate(at, mate, &said, err));
    if (!skr_structural_key(&said, text, &allele)) {
        at->import->counts[SKR_COUNT_BAD_END]++;
        return SKR_OK;
    }
    allele.contig = at->contig->index;
    size_t text_at = keys->texts.n;
    SKR_TRY(skr_buffer_put(&keys->texts, allele.alt, allele.n_alt, err));
    return add_entry(at, &(skr_key_entry){allele, alt + 1, false, {{0}}, text_at, text_at}, err);
}

/* Names what every ALT is, and counts those that have no key. */
static int name_alts(skr_place *at, skr_err *err)
{
    const skr_vcf_record *record = at->record;
    skr_record_keys *keys = at->import->record.keys;
    int status = SKR_OK;
    for (uint32_t i = 0; i < record->n_alts && status == SKR_OK; i++) {
        skr_alt_class class = skr_variant_alt_classify(record->ref, record->alts[i]);
        keys->first_key[i + 1] = keys->n_entries;
        keys->is_unknown[i + 1] = class == SKR_ALT_NON_REF || class == SKR_ALT_BAD;
        switch (class) {
        case SKR_ALT_BASES:
            keys->has_small = true;
            status = name_bases(at, i + 1, err);
            break;
        case SKR_ALT_SV:
            keys->has_sv = true;
            status = name_structural(at, i, err);
            break;
        case SKR_ALT_BND:
            keys->has_sv = true;
            at->import->counts[SKR_COUNT_BND]++;
            break;
        case SKR_ALT_BAD:
            at->import->counts[SKR_COUNT_BAD_ALT]++;
            break;
        case SKR_ALT_STAR:
        case SKR_ALT_NON_REF:
        case SKR_ALT_SAME:
        case SKR_ALT_NONE:
            break;
        }
    }
    keys->first_key[record->n_alts + 1] = keys->n_entries;
    return status;
}

/* By allele, then by spelling. */
static int compare_two(const skr_key_entry *a, const skr_key_entry *b)
{
    int order = skr_segment_allele_compare(&a->allele, &b->allele);
    return order != 0 ? order : memcmp(&a->spelling, &b->spelling, sizeof a->spelling);
}

static int compare_entries(const void *a, const void *b, void *entries)
{
    const skr_key_entry *list = entries;
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;
    int order = compare_two(&list[left], &list[right]);
    return order != 0 ? order : left < right ? -1 : left > right;
}

/* Sets texts and ploidies, and finds the ALTs that name the same allele in the same spelling. */
static void number_keys(const skr_place *at)
{
    skr_record_keys *keys = at->import->record.keys;
    for (uint32_t i = 0; i < keys->n_entries; i++) {
        skr_allele *allele = &keys->entries[i].allele;
        allele->ref = (const char *)keys->texts.bytes + keys->entries[i].ref_at;
        allele->alt = (const char *)keys->texts.bytes + keys->entries[i].alt_at;
        allele->ploidy = skr_contig_ploidy(at->build, at->contig->name, allele->start0);
        keys->sorted[i] = i;
    }
    if (keys->n_entries > 1)
        qsort_r(keys->sorted, keys->n_entries, sizeof *keys->sorted, compare_entries,
                keys->entries);
    for (uint32_t i = 0; i < keys->n_entries; i++) {
        uint32_t now = keys->sorted[i];
        const skr_key_entry *before = i == 0 ? NULL : &keys->entries[keys->sorted[i - 1]];
        bool has_same_allele =
            before != NULL &&
            skr_segment_allele_compare(&before->allele, &keys->entries[now].allele) == 0;
        if (!has_same_allele || compare_two(before, &keys->entries[now]) != 0) {
            keys->is_shared[keys->n_keys] = has_same_allele;
            if (has_same_allele)
                keys->is_shared[keys->n_keys - 1] = 1;
            keys->of_key[keys->n_keys++] = i;
        }
        keys->keys[now] = keys->n_keys - 1;
    }
    if (keys->n_keys > 0)
        keys->of_key[keys->n_keys] = keys->n_entries;
}

int skr_record_keys_read(skr_place *at, skr_err *err)
{
    int status = clear(at->import, at->record->n_alts, err);
    if (status == SKR_OK)
        status = name_alts(at, err);
    if (status == SKR_OK)
        number_keys(at);
    return status;
}

/* ------------------------------------------------------------------ pieces */

static int compare_pieces(const void *a, const void *b)
{
    const skr_piece *left = a;
    const skr_piece *right = b;
    return left->start0 < right->start0 ? -1 : left->start0 > right->start0;
}

/* Joins pieces that touch. */
void skr_record_keys_join_pieces(skr_record_keys *keys)
{
    uint32_t n = 0;
    if (keys->n_pieces > 1)
        qsort(keys->pieces, keys->n_pieces, sizeof *keys->pieces, compare_pieces);
    for (uint32_t i = 0; i < keys->n_pieces; i++) {
        skr_piece *last = n > 0 ? &keys->pieces[n - 1] : NULL;
        if (last != NULL && keys->pieces[i].start0 <= last->end0)
            last->end0 = keys->pieces[i].end0 > last->end0 ? keys->pieces[i].end0 : last->end0;
        else
            keys->pieces[n++] = keys->pieces[i];
    }
    keys->n_pieces = n;
}
