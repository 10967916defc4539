/*
 * import_record.c - from a record to fragments: its keys, its footprint, its claims.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import_body.h"
#include "engine/import_int.h"
#include "index/contig.h"

/* Alleles and atoms of one record: 60 replacements of 18,000 bases occur in real data. */
#define ENTRIES_MAX (4u << 20)

/* A key as one ALT names it. Texts lie in skr_record_keys.texts. */
typedef struct entry {
    skr_allele allele; /* its texts are set when all entries are there */
    uint32_t alt;      /* from 1 */
    size_t ref_at;
    size_t alt_at;
} entry;

/* A stretch of bases that the record speaks of. */
typedef struct piece {
    uint32_t start0;
    uint32_t end0;
} piece;

/* What a record names. One for the whole import: its lists only grow. */
typedef struct skr_record_keys {
    entry *entries;
    uint32_t n_entries;
    uint32_t n_entries_max;
    uint32_t *keys;     /* by entry: which key it is */
    uint32_t *sorted;   /* entries in the order of alleles */
    uint32_t *of_key;   /* by key: where its entries begin in sorted, and behind the last */
    uint8_t *is_shared; /* by key: several ALTs name it */
    uint32_t *sharing;  /* the ALTs of such a key */
    uint32_t n_keys;
    uint32_t *first_key; /* by ALT */
    uint8_t *is_unknown; /* by ALT */
    piece *pieces;
    uint32_t n_alts_max;
    uint32_t n_pieces;
    uint32_t n_pieces_max;
    skr_buffer texts;
    skr_buffer scratch;
    bool has_small;
    bool has_sv;
} skr_record_keys;

/* Where a record is read: passed along. */
typedef struct place {
    skr_import *import;
    uint32_t file;
    skr_import_contig *contig;
    const char *assembly;
    const skr_vcf *vcf;
    const skr_vcf_record *record;
    uint32_t start0;
    uint32_t n_ref;
} place;

void skr_record_keys_free(struct skr_record_keys *keys)
{
    if (keys == NULL)
        return;
    free(keys->entries);
    free(keys->keys);
    free(keys->sorted);
    free(keys->of_key);
    free(keys->is_shared);
    free(keys->sharing);
    free(keys->first_key);
    free(keys->is_unknown);
    free(keys->pieces);
    skr_buffer_done(&keys->texts);
    skr_buffer_done(&keys->scratch);
    free(keys);
}

static int no_memory(skr_err *err)
{
    return skr_fail(err, SKR_ERR_NOMEM, "import: out of memory");
}

/* ------------------------------------------------------------------ room */

static int room_entries(skr_record_keys *keys, skr_err *err)
{
    if (keys->n_entries < keys->n_entries_max)
        return SKR_OK;
    if (keys->n_entries >= ENTRIES_MAX)
        return skr_fail(err, SKR_ERR_INPUT, "one record names more than %u alleles", ENTRIES_MAX);
    uint32_t n_max = keys->n_entries_max * 2 + 16;
    entry *entries = realloc(keys->entries, n_max * sizeof *entries);
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
    uint32_t *sharing = realloc(keys->sharing, n_max * sizeof *sharing);
    if (sharing != NULL)
        keys->sharing = sharing;
    if (entries == NULL || key_list == NULL || sorted == NULL || of_key == NULL ||
        is_shared == NULL || sharing == NULL)
        return no_memory(err);
    keys->n_entries_max = n_max;
    return SKR_OK;
}

static int clear(skr_import *import, uint32_t n_alts, skr_err *err)
{
    if (import->keys == NULL && (import->keys = calloc(1, sizeof *import->keys)) == NULL)
        return no_memory(err);
    skr_record_keys *keys = import->keys;
    if (keys->first_key == NULL || n_alts > keys->n_alts_max) {
        uint32_t n_max = n_alts * 2 + 16;
        uint32_t *first_key = realloc(keys->first_key, (n_max + 2) * sizeof *first_key);
        if (first_key != NULL)
            keys->first_key = first_key;
        uint8_t *is_unknown = realloc(keys->is_unknown, n_max + 2);
        if (is_unknown != NULL)
            keys->is_unknown = is_unknown;
        if (first_key == NULL || is_unknown == NULL)
            return no_memory(err);
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

static int add_piece(skr_record_keys *keys, uint32_t start0, uint32_t end0, skr_err *err)
{
    if (keys->n_pieces == keys->n_pieces_max) {
        uint32_t n_max = keys->n_pieces_max * 2 + 16;
        piece *pieces = realloc(keys->pieces, n_max * sizeof *pieces);
        if (pieces == NULL)
            return no_memory(err);
        keys->pieces = pieces;
        keys->n_pieces_max = n_max;
    }
    keys->pieces[keys->n_pieces++] = (piece){start0, end0};
    return SKR_OK;
}

/* Adds an allele whose texts are copied; ret_at gives where. */
static int add_entry(skr_record_keys *keys, const skr_allele *allele, uint32_t alt, size_t ref_at,
                     size_t alt_at, skr_err *err)
{
    int status = room_entries(keys, err);
    if (status == SKR_OK)
        keys->entries[keys->n_entries++] =
            (entry){.allele = *allele, .alt = alt, .ref_at = ref_at, .alt_at = alt_at};
    return status;
}

/* ------------------------------------------------------------------ keys */

static int get_bases(void *context, uint32_t start0, uint32_t n, char *bases, skr_err *err)
{
    const place *at = context;
    uint32_t n_got = 0;
    int status = skr_import_reference_bases(at->import, at->contig, start0, n, bases, &n_got, err);
    return status < 0 ? status : (int)n_got;
}

/* The keys of an ALT of bases: the allele, and the atoms of a replacement of equal length. */
static int name_bases(place *at, uint32_t number, skr_err *err)
{
    const char *alt = at->record->alts[number - 1];
    skr_record_keys *keys = at->import->keys;
    skr_base_source source = {get_bases, at};
    skr_allele allele = {.contig = at->contig->index};
    int status = skr_allele_normalise(at->start0, at->record->ref, at->n_ref, alt, strlen(alt),
                                      at->contig->has_reference ? &source : NULL, &keys->scratch,
                                      &allele, err);
    if (status < 0)
        return status;
    size_t ref_at = keys->texts.n;
    size_t alt_at = ref_at + allele.n_ref;
    status = skr_buffer_put(&keys->texts, allele.ref, allele.n_ref, err);
    if (status == SKR_OK)
        status = skr_buffer_put(&keys->texts, allele.alt, allele.n_alt, err);
    if (status == SKR_OK)
        status = add_entry(keys, &allele, number, ref_at, alt_at, err);
    if (status == SKR_OK)
        status = add_piece(keys, allele.start0, allele.end0, err);
    if (!at->contig->has_reference && allele.kind != SKR_ALLELE_SNV &&
        allele.kind != SKR_ALLELE_MNV)
        at->import->has_raw_indels = true;
    if (allele.kind != SKR_ALLELE_MNV)
        return status;
    for (uint32_t i = 0; i < allele.n_ref && status == SKR_OK; i++) {
        if (allele.ref[i] == allele.alt[i])
            continue;
        skr_allele atom = allele;
        atom.kind = SKR_ALLELE_SNV;
        atom.start0 = allele.start0 + i;
        atom.end0 = atom.start0 + 1;
        atom.n_ref = 1;
        atom.n_alt = 1;
        status = add_entry(keys, &atom, number, ref_at + i, alt_at + i, err);
    }
    return status;
}

static int name_structural(place *at, uint32_t alt, skr_err *err)
{
    skr_record_keys *keys = at->import->keys;
    const skr_vcf_record *record = at->record;
    char type[SKR_NAME_MAX + 1];
    skr_allele allele = {0};
    int64_t svlen = 0;
    if (record->n_svlens > 0)
        svlen = record->svlens[alt < record->n_svlens ? alt : record->n_svlens - 1];
    if (!skr_allele_structural(record->pos1, record->has_end ? record->end1 : 0, svlen,
                               record->alts[alt], type, &allele)) {
        at->import->counts[SKR_COUNT_BAD_END]++;
        return SKR_OK;
    }
    allele.contig = at->contig->index;
    size_t text_at = keys->texts.n;
    int status = skr_buffer_put(&keys->texts, allele.alt, allele.n_alt, err);
    return status < 0 ? status : add_entry(keys, &allele, alt + 1, text_at, text_at, err);
}

/* Names what every ALT is, and counts those that have no key. */
static int name_alts(place *at, skr_err *err)
{
    const skr_vcf_record *record = at->record;
    skr_record_keys *keys = at->import->keys;
    int status = SKR_OK;
    for (uint32_t i = 0; i < record->n_alts && status == SKR_OK; i++) {
        skr_alt_class class = skr_alt_classify(record->ref, record->alts[i]);
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

static int compare_entries(const void *a, const void *b, void *entries)
{
    const entry *list = entries;
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;
    int order = skr_allele_compare(&list[left].allele, &list[right].allele);
    return order != 0 ? order : left < right ? -1 : left > right;
}

/* Sets texts and zones, and finds the ALTs that name the same key. */
static void number_keys(const place *at)
{
    skr_record_keys *keys = at->import->keys;
    for (uint32_t i = 0; i < keys->n_entries; i++) {
        skr_allele *allele = &keys->entries[i].allele;
        allele->ref = (const char *)keys->texts.bytes + keys->entries[i].ref_at;
        allele->alt = (const char *)keys->texts.bytes + keys->entries[i].alt_at;
        allele->zone = skr_contig_zone(at->assembly, at->contig->name, allele->start0);
        keys->sorted[i] = i;
    }
    if (keys->n_entries > 1)
        qsort_r(keys->sorted, keys->n_entries, sizeof *keys->sorted, compare_entries,
                keys->entries);
    for (uint32_t i = 0; i < keys->n_entries; i++) {
        uint32_t now = keys->sorted[i];
        bool is_new = i == 0 || skr_allele_compare(&keys->entries[keys->sorted[i - 1]].allele,
                                                   &keys->entries[now].allele) != 0;
        if (is_new) {
            keys->is_shared[keys->n_keys] = 0;
            keys->of_key[keys->n_keys++] = i;
        } else {
            keys->is_shared[keys->n_keys - 1] = 1;
        }
        keys->keys[now] = keys->n_keys - 1;
    }
    if (keys->n_keys > 0)
        keys->of_key[keys->n_keys] = keys->n_entries;
}

/* The allele of a key. */
static const skr_allele *allele_of(const skr_record_keys *keys, uint32_t key)
{
    return &keys->entries[keys->sorted[keys->of_key[key]]].allele;
}

/* ------------------------------------------------------------------ fragments */

static int compare_pieces(const void *a, const void *b)
{
    const piece *left = a;
    const piece *right = b;
    return left->start0 < right->start0 ? -1 : left->start0 > right->start0;
}

/* Joins pieces that touch. */
static void join_pieces(skr_record_keys *keys)
{
    uint32_t n = 0;
    qsort(keys->pieces, keys->n_pieces, sizeof *keys->pieces, compare_pieces);
    for (uint32_t i = 0; i < keys->n_pieces; i++) {
        piece *last = n > 0 ? &keys->pieces[n - 1] : NULL;
        if (last != NULL && keys->pieces[i].start0 <= last->end0)
            last->end0 = keys->pieces[i].end0 > last->end0 ? keys->pieces[i].end0 : last->end0;
        else
            keys->pieces[n++] = keys->pieces[i];
    }
    keys->n_pieces = n;
}

/* Adds the part of [start0, end0) that lies in a zone, with the calls in import->body. */
static int add_spans(const place *at, uint32_t start0, uint32_t end0, skr_zone zone, skr_err *err)
{
    skr_import *import = at->import;
    int status = SKR_OK;
    while (start0 < end0 && status == SKR_OK) {
        uint32_t stop0 = skr_contig_zone_end0(at->assembly, at->contig->name, start0);
        stop0 = stop0 < end0 ? stop0 : end0;
        if (skr_contig_zone(at->assembly, at->contig->name, start0) == zone) {
            skr_fragment span = {.allele = {.contig = at->contig->index,
                                            .start0 = start0,
                                            .end0 = stop0,
                                            .zone = zone},
                                 .is_span = true,
                                 .file = at->file,
                                 .body = import->body.bytes,
                                 .n_body = import->body.n};
            status = skr_site_batch_add(import->batch, &span, err);
        }
        start0 = stop0;
    }
    return status;
}

/* The claims about a key that several ALTs name. */
static int read_shared(const place *at, const skr_named *named, uint32_t key, skr_zone zone,
                       skr_err *err)
{
    skr_import *import = at->import;
    skr_record_keys *keys = import->keys;
    uint32_t n = 0;
    for (uint32_t i = keys->of_key[key]; i < keys->of_key[key + 1]; i++)
        keys->sharing[n++] = keys->entries[keys->sorted[i]].alt;
    return skr_claims_read_shared(&import->shared_claims, at->vcf, at->record,
                                  &import->request->gate, &import->files[at->file].columns, named,
                                  zone, keys->sharing, n, err);
}

/* The rows of the keys that lie in a zone. */
static int add_rows(const place *at, const skr_named *named, skr_zone zone, skr_err *err)
{
    skr_import *import = at->import;
    const skr_record_keys *keys = import->keys;
    int status = SKR_OK;
    for (uint32_t k = 0; k < keys->n_keys && status == SKR_OK; k++) {
        const skr_allele *allele = allele_of(keys, k);
        const skr_claims *claims = &import->claims;
        if (allele->zone != zone)
            continue;
        if (keys->is_shared[k]) {
            status = read_shared(at, named, k, zone, err);
            claims = &import->shared_claims;
        }
        import->body.n = 0;
        if (status == SKR_OK)
            status = skr_body_encode(&claims->calls, &claims->carriers[keys->is_shared[k] ? 0 : k],
                                     &import->body, err);
        skr_fragment row = {.allele = *allele,
                            .filter_failed = at->record->filter != SKR_FILTER_PASS,
                            .file = at->file,
                            .body = import->body.bytes,
                            .n_body = import->body.n};
        if (status == SKR_OK)
            status = skr_site_batch_add(import->batch, &row, err);
    }
    return status;
}

/* Everything that the record says in one zone. */
static int add_zone(const place *at, skr_zone zone, bool is_counting, skr_err *err)
{
    skr_import *import = at->import;
    const skr_import_file *file = &import->files[at->file];
    skr_record_keys *keys = import->keys;
    skr_named named = {.n_keys = keys->n_keys,
                       .n_alts = at->record->n_alts,
                       .is_unknown = keys->is_unknown,
                       .first_key = keys->first_key,
                       .keys = keys->keys,
                       .is_shared = keys->is_shared};
    skr_claims *claims = &import->claims;
    int status = skr_claims_read(claims, at->vcf, at->record, &import->request->gate,
                                 &file->columns, &named, zone, err);
    if (status < 0)
        return status;
    if (is_counting) {
        import->counts[SKR_COUNT_FAILED_GATE] += claims->n_failed_gate;
        import->counts[SKR_COUNT_HET_ON_HAPLOID] += claims->n_het_on_haploid;
        import->counts[SKR_COUNT_NO_COPY] += claims->n_no_copy;
    }
    status = add_rows(at, &named, zone, err);
    import->body.n = 0;
    if (status == SKR_OK && keys->n_pieces > 0)
        status = skr_body_encode(&claims->calls, NULL, &import->body, err);
    for (uint32_t i = 0; i < keys->n_pieces && status == SKR_OK; i++)
        status = add_spans(at, keys->pieces[i].start0, keys->pieces[i].end0, zone, err);
    return status;
}

/* The zones that the record's keys and pieces lie in, a bit each. */
static unsigned zones_of(const place *at)
{
    const skr_record_keys *keys = at->import->keys;
    unsigned zones = 0;
    for (uint32_t k = 0; k < keys->n_keys; k++)
        zones |= 1u << allele_of(keys, k)->zone;
    for (uint32_t i = 0; i < keys->n_pieces; i++)
        for (uint32_t at0 = keys->pieces[i].start0; at0 < keys->pieces[i].end0;
             at0 = skr_contig_zone_end0(at->assembly, at->contig->name, at0))
            zones |= 1u << skr_contig_zone(at->assembly, at->contig->name, at0);
    return zones;
}

/* ------------------------------------------------------------------ the record */

/* Compares REF with the reference; letters that are not A, C, G, T agree with all. */
static int check_ref(place *at, bool *ret_agrees, skr_err *err)
{
    char bases[512];
    *ret_agrees = true;
    for (uint32_t done = 0; done < at->n_ref && *ret_agrees;) {
        uint32_t n_want = at->n_ref - done < sizeof bases ? at->n_ref - done : sizeof bases;
        uint32_t n_got = 0;
        int status = skr_import_reference_bases(at->import, at->contig, at->start0 + done, n_want,
                                                bases, &n_got, err);
        if (status < 0)
            return status;
        *ret_agrees = n_got == n_want;
        for (uint32_t i = 0; i < n_got && *ret_agrees; i++) {
            char base = (char)toupper((unsigned char)at->record->ref[done + i]);
            *ret_agrees = base == bases[i] || bases[i] == 'N' || strchr("ACGT", base) == NULL;
        }
        done += n_want;
    }
    return SKR_OK;
}

/* A record that is refused: nobody knows anything of its bases. */
static int add_unknown(place *at, skr_err *err)
{
    skr_import *import = at->import;
    skr_claims_unknown(&import->claims);
    import->body.n = 0;
    int status = skr_body_encode(&import->claims.calls, NULL, &import->body, err);
    for (unsigned zone = 0; zone < SKR_N_ZONES && status == SKR_OK; zone++)
        status = add_spans(at, at->start0, at->start0 + at->n_ref, (skr_zone)zone, err);
    return status;
}

/* Is the record a stretch of reference, and nothing else? Blocks are not taken yet. */
static bool is_block(const place *at)
{
    const skr_vcf_record *record = at->record;
    for (uint32_t i = 0; i < record->n_alts; i++)
        if (skr_alt_classify(record->ref, record->alts[i]) != SKR_ALT_NON_REF)
            return false;
    return record->n_alts > 0 || record->has_len ||
           (record->has_end && record->end1 != (uint64_t)at->start0 + at->n_ref);
}

static void leave_block_out(place *at)
{
    skr_import *import = at->import;
    skr_import_file *file = &import->files[at->file];
    const skr_vcf_record *record = at->record;
    if (record->has_end && !record->has_len && record->end1 < record->pos1) {
        import->counts[SKR_COUNT_BAD_END]++;
        return;
    }
    if (record->has_end && at->contig->length > 0 && record->end1 > at->contig->length)
        import->counts[SKR_COUNT_CLIPPED]++;
    import->counts[SKR_COUNT_BLOCKS_LEFT_OUT]++;
    file->n_blocks++;
}

/* A contig is met for the first time in this file. */
static int meet_contig(place *at, skr_file_contig *spelled, skr_err *err)
{
    skr_import *import = at->import;
    skr_import_file *file = &import->files[at->file];
    char canonical[SKR_NAME_MAX + 1];
    const char *written = skr_vcf_contigs(at->vcf)->names[at->record->contig];
    uint32_t length = skr_vcf_contig_length(at->vcf, written);
    uint32_t number;
    bool is_new;
    int status = skr_contig_canonical(written, canonical, sizeof canonical, err);
    if (status < 0)
        return skr_fail_in(err, status, "%s", file->name);
    spelled->is_rejected = strcmp(canonical, "MT") == 0 && length != 0 && length != 16569;
    if (spelled->is_rejected) {
        spelled->contig = 0;
        import->has_old_mitochondrion = true;
        return SKR_OK;
    }
    status = skr_name_map_add(&import->contig_names, canonical, strlen(canonical), &number, &is_new,
                              err);
    if (status < 0)
        return status;
    if (number >= import->n_contigs_max) {
        uint32_t n_max = number * 2 + 64;
        skr_import_contig *contigs = realloc(import->contigs, n_max * sizeof *contigs);
        if (contigs == NULL)
            return no_memory(err);
        import->contigs = contigs;
        import->n_contigs_max = n_max;
    }
    skr_import_contig *contig = &import->contigs[number];
    if (is_new) {
        *contig = (skr_import_contig){.name = import->contig_names.names[number],
                                      .old_reference = SKR_NONE,
                                      .min_start0 = UINT32_MAX};
        status = skr_import_reference_contig(import, contig, err);
    }
    if (contig->length < length && !contig->has_reference)
        contig->length = length;
    if (status == SKR_OK)
        status = skr_assembly_add_contig(&import->manifest->assemblies[import->assembly],
                                         contig->name, contig->length, &contig->index, err);
    if (status < 0)
        return status;
    spelled->contig = number;
    for (uint32_t i = 0; i < file->n_used; i++)
        if (file->used[i] == number)
            return SKR_OK;
    uint32_t *used = realloc(file->used, (file->n_used + 1) * sizeof *used);
    if (used == NULL)
        return no_memory(err);
    file->used = used;
    used[file->n_used++] = number;
    return skr_identity_check_contig(import, file, contig->index, err);
}

/* Finds the contig; *ret_is_rejected: the record does not count. */
static int find_contig(place *at, bool *ret_is_rejected, skr_err *err)
{
    skr_import_file *file = &at->import->files[at->file];
    uint32_t number = at->record->contig;
    if (number >= file->n_contigs) {
        uint32_t n = number + 1 > file->n_contigs * 2 ? number + 1 : file->n_contigs * 2;
        skr_file_contig *contigs = realloc(file->contigs, n * sizeof *contigs);
        if (contigs == NULL)
            return no_memory(err);
        for (uint32_t i = file->n_contigs; i < n; i++)
            contigs[i] = (skr_file_contig){.contig = SKR_NONE};
        file->contigs = contigs;
        file->n_contigs = n;
    }
    skr_file_contig *spelled = &file->contigs[number];
    if (spelled->contig == SKR_NONE) {
        int status = meet_contig(at, spelled, err);
        if (status < 0)
            return status;
    }
    *ret_is_rejected = spelled->is_rejected;
    if (!spelled->is_rejected)
        at->contig = &at->import->contigs[spelled->contig];
    return SKR_OK;
}

/* The record lies on a contig that counts, at a base that there is. */
static int take_record(place *at, skr_err *err)
{
    skr_import *import = at->import;
    bool agrees = true;
    int status = SKR_OK;
    skr_zone zone = skr_contig_zone(at->assembly, at->contig->name, at->start0);
    if (zone == SKR_ZONE_Y_PAR) {
        import->counts[SKR_COUNT_Y_PAR] += skr_vcf_samples(at->vcf)->n;
        return SKR_OK;
    }
    if (is_block(at)) {
        leave_block_out(at);
        return SKR_OK;
    }
    if (at->start0 < at->contig->min_start0)
        at->contig->min_start0 = at->start0;
    if (at->start0 > at->contig->max_start0)
        at->contig->max_start0 = at->start0;
    if (at->contig->has_reference)
        status = check_ref(at, &agrees, err);
    if (status < 0)
        return status;
    if (!agrees) {
        import->counts[SKR_COUNT_REF_MISMATCH]++;
        import->files[at->file].n_ref_mismatches++;
        return add_unknown(at, err);
    }
    status = clear(import, at->record->n_alts, err);
    if (status == SKR_OK)
        status = name_alts(at, err);
    if (status < 0)
        return status;
    number_keys(at);
    if (import->keys->has_small || !import->keys->has_sv)
        status = add_piece(import->keys, at->start0, at->start0 + at->n_ref, err);
    else
        import->keys->n_pieces = 0;
    join_pieces(import->keys);
    unsigned zones = zones_of(at) | 1u << zone;
    for (unsigned one = 0; one < SKR_N_ZONES && status == SKR_OK; one++)
        if ((zones & 1u << one) != 0)
            status = add_zone(at, (skr_zone)one, one == (unsigned)zone, err);
    return status;
}

int skr_import_record(skr_import *import, uint32_t file, const skr_vcf *vcf,
                      const skr_vcf_record *record, skr_err *err)
{
    place at = {.import = import,
                .file = file,
                .assembly = import->manifest->assemblies[import->assembly].name,
                .vcf = vcf,
                .record = record,
                .n_ref = (uint32_t)strlen(record->ref)};
    bool is_rejected = false;
    import->n_records++;
    import->files[file].n_records++;
    if (record->pos1 == 0) {
        import->counts[SKR_COUNT_TELOMERE]++;
        return SKR_OK;
    }
    at.start0 = record->pos1 - 1;
    if (at.n_ref > SKR_CONTIG_LENGTH_MAX - at.start0) {
        char where[32];
        skr_vcf_place(vcf, where);
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s, %s: REF ends beyond %u, the largest place there is",
                        import->files[file].name, where, SKR_CONTIG_LENGTH_MAX);
    }
    int status = find_contig(&at, &is_rejected, err);
    if (status < 0)
        return status;
    if (is_rejected) {
        import->counts[SKR_COUNT_REJECTED_CONTIG]++;
        return SKR_OK;
    }
    return take_record(&at, err);
}

int skr_import_claim_contigs(skr_import *import, uint32_t file, skr_err *err)
{
    place at = {.import = import,
                .file = file,
                .assembly = import->manifest->assemblies[import->assembly].name};
    skr_call_set everybody = {.base = SKR_CALL_DEFAULT, .flip = SKR_CALL_NO_CALL};
    import->body.n = 0;
    int status = skr_body_encode(&everybody, NULL, &import->body, err);
    for (uint32_t i = 0; i < import->files[file].n_used && status == SKR_OK; i++) {
        at.contig = &import->contigs[import->files[file].used[i]];
        uint32_t end0 = at.contig->length > 0 ? at.contig->length : SKR_CONTIG_LENGTH_MAX;
        for (unsigned zone = 0; zone < SKR_N_ZONES && status == SKR_OK; zone++)
            status = add_spans(&at, 0, end0, (skr_zone)zone, err);
    }
    return status;
}
