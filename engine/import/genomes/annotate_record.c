/*
 * annotate_record.c - what a record says of its alleles: its items, each with the allele it means.
 */
#include "engine/import/genomes/annotate_int.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/import/genomes/import_reference.h"
#include "index/effects/significance.h"
#include "storage/base/limits.h"
#include "storage/base/utf8.h"

/* A field of a record, and how its items are read. */
typedef struct note_text {
    skr_vcf_note note;
    const char *text;
    const char *end;
} note_text;

/* ------------------------------------------------------------------ items */

/* Is the field written by VEP? ANN is, where its header says so. */
static bool is_of_vep(const skr_annotate *annotate, skr_vcf_note note)
{
    return note == SKR_VCF_NOTE_CSQ || note == SKR_VCF_NOTE_VEP ||
           (note == SKR_VCF_NOTE_ANN && annotate->has_columns[1]);
}

/* Reads an item; false: it says nothing. */
static bool read_item(skr_annotate *annotate, skr_vcf_note note, const char *text, size_t n)
{
    skr_annotation_item *item = &annotate->item;
    if (is_of_vep(annotate, note))
        return skr_annotation_item_vep(&annotate->columns[note == SKR_VCF_NOTE_ANN], text, n, item);
    return note == SKR_VCF_NOTE_ANN ? skr_annotation_item_snpeff(text, n, item)
                                    : skr_annotation_item_csq(text, n, item);
}

static bool is_change_of(const skr_place *at, uint32_t alt, const skr_annotation_change *change)
{
    const char *ref = at->record->ref;
    const char *written = at->record->alts[alt];
    return change->pos1 == at->record->pos1 && strlen(ref) == change->n_ref &&
           strlen(written) == change->n_alt && strncasecmp(ref, change->ref, change->n_ref) == 0 &&
           strncasecmp(written, change->alt, change->n_alt) == 0;
}

/* Of bcftools csq: what names no change of bases is said of the place, so of every ALT there. */
static bool match_csq(const skr_place *at, const skr_annotation_item *item, uint32_t alt)
{
    skr_annotation_change change;
    const char *from = item->dna;
    if (item->dna == NULL)
        return true;
    while (skr_annotation_match_change(&from, item->dna + item->n_dna, &change))
        if (is_change_of(at, alt, &change))
            return true;
    return false;
}

static bool matches(const skr_annotate *annotate, const skr_place *at,
                    const skr_annotation_alleles *alleles, skr_vcf_note note, uint32_t alt)
{
    const skr_annotation_item *item = &annotate->item;
    if (item->is_wrong || item->is_pointer)
        return false;
    if (is_of_vep(annotate, note))
        return skr_annotation_match_vep(alleles, item, alt);
    return note == SKR_VCF_NOTE_ANN ? skr_annotation_match_snpeff(alleles, item, alt)
                                    : match_csq(at, item, alt);
}

/* Adds the items of a field that speak of an ALT (from 0). */
static int add_items(skr_annotate *annotate, const skr_place *at,
                     const skr_annotation_alleles *alleles, const note_text *field, uint32_t alt,
                     skr_err *err)
{
    const char *from = field->text;
    const char *text;
    size_t n;
    while (skr_annotation_item_next(&from, field->end, &text, &n))
        if (read_item(annotate, field->note, text, n) &&
            matches(annotate, at, alleles, field->note, alt))
            SKR_TRY(skr_annotation_draft_line(annotate->draft, &annotate->item.said, err));
    return SKR_OK;
}

/* Notes a place of the record's contig. */
static int note_place(const skr_place *at, skr_names *places, uint64_t pos1, skr_err *err)
{
    char text[SKR_NAME_MAX + 32];
    uint32_t number;
    int n = snprintf(text, sizeof text, "%s:%" PRIu64, at->contig->name, pos1);
    return skr_names_add_n(places, text, (size_t)n, &number, NULL, err);
}

/* Counts what of a field was left out, and notes where pointers lead. */
static int count_items(skr_annotate *annotate, const skr_place *at,
                       const skr_annotation_alleles *alleles, const note_text *field, skr_err *err)
{
    const skr_annotation_item *item = &annotate->item;
    const char *from = field->text;
    const char *text;
    size_t n;
    while (skr_annotation_item_next(&from, field->end, &text, &n)) {
        if (!read_item(annotate, field->note, text, n))
            continue;
        if (item->is_pointer) {
            SKR_TRY(note_place(at, &annotate->pointers, strtoull(text + 1, NULL, 10), err));
            continue;
        }
        bool is_of_one = false;
        for (uint32_t i = 0; i < alleles->n_alts && !is_of_one; i++)
            is_of_one = matches(annotate, at, alleles, field->note, i);
        annotate->counts[SKR_ANNOTATE_WRONG] += item->is_wrong;
        annotate->counts[SKR_ANNOTATE_UNMATCHED] += !item->is_wrong && !is_of_one;
        annotate->counts[SKR_ANNOTATE_PROTEINS] += is_of_one && item->has_lost_protein;
        annotate->counts[SKR_ANNOTATE_STOPS] += is_of_one && item->is_behind_stop;
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ haplotypes */

/* The line at hand is also of an allele of another record. */
static int add_elsewhere(skr_annotate *annotate, const skr_place *at,
                         const skr_annotation_change *change, skr_err *err)
{
    char *ref = strndup(change->ref, change->n_ref);
    char *alt = strndup(change->alt, change->n_alt);
    const char *alts[] = {alt};
    skr_vcf_record record = {.pos1 = change->pos1, .ref = ref, .alts = alts, .n_alts = 1};
    skr_place place = *at;
    bool agrees = true;
    int status = ref == NULL || alt == NULL ? skr_fail_nomem(err, "annotations") : SKR_OK;
    place.record = &record;
    place.start0 = change->pos1 - 1;
    place.n_ref = (uint32_t)change->n_ref;
    if (status == SKR_OK && place.contig->has_reference)
        status = skr_import_reference_agrees(&place, &agrees, err);
    if (status == SKR_OK && agrees)
        status = skr_record_keys_read(&place, err);
    const skr_record_keys *keys = annotate->import.record.keys;
    for (uint32_t i = 0; status == SKR_OK && agrees && i < keys->n_entries; i++) {
        if (keys->entries[i].is_atom)
            continue;
        status = skr_annotation_draft_line(annotate->draft, &annotate->item.said, err);
        if (status == SKR_OK)
            status = skr_annotation_draft_allele(annotate->draft, &keys->entries[i].allele, err);
    }
    free(ref);
    free(alt);
    return status;
}

/* A consequence of several records of a haplotype stands at one of them, and is of all of them. */
static int add_haplotypes(skr_annotate *annotate, const skr_place *at, const note_text *field,
                          skr_err *err)
{
    const skr_annotation_item *item = &annotate->item;
    const char *from = field->text;
    const char *text;
    size_t n;
    while (skr_annotation_item_next(&from, field->end, &text, &n)) {
        skr_annotation_change change;
        if (!read_item(annotate, field->note, text, n) || item->dna == NULL ||
            memchr(item->dna, '+', item->n_dna) == NULL)
            continue;
        SKR_TRY(note_place(at, &annotate->pointed, at->record->pos1, err));
        const char *dna = item->dna;
        while (skr_annotation_match_change(&dna, item->dna + item->n_dna, &change))
            if (change.pos1 != at->record->pos1)
                SKR_TRY(add_elsewhere(annotate, at, &change, err));
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ ClinVar */

static bool has_note(const skr_vcf_record *record, skr_vcf_note note)
{
    return record->notes[note] != NULL && record->n_notes[note] > 0 &&
           !(record->n_notes[note] == 1 && record->notes[note][0] == '.');
}

/* The words of CLNSIG, joined by '/', '|', ',' or '&'. */
static int add_significances(skr_annotate *annotate, const skr_vcf_record *record, skr_err *err)
{
    char word[SKR_SIGNIFICANCE_MAX];
    const char *at = record->notes[SKR_VCF_NOTE_CLNSIG];
    const char *end = at + record->n_notes[SKR_VCF_NOTE_CLNSIG];
    while (at < end) {
        size_t n = 0;
        while (at + n < end && strchr("/|,&", at[n]) == NULL)
            n++;
        if (skr_significance_read(at, n, word))
            SKR_TRY(skr_annotation_draft_significance(annotate->draft, word, strlen(word), err));
        at += n + 1;
    }
    return SKR_OK;
}

/* "SO:0001583|missense_variant,SO:...": the ids, joined by '&'. */
static size_t join_consequences(const skr_vcf_record *record, char *to, size_t n_to)
{
    size_t n_all = 0;
    const char *text;
    size_t n;
    if (!has_note(record, SKR_VCF_NOTE_MC))
        return 0;
    const char *from = record->notes[SKR_VCF_NOTE_MC];
    const char *end = from + record->n_notes[SKR_VCF_NOTE_MC];
    while (skr_annotation_item_next(&from, end, &text, &n)) {
        const char *bar = memchr(text, '|', n);
        size_t n_id = bar != NULL ? (size_t)(bar - text) : n;
        if (n_all + n_id + 1 > n_to)
            break;
        if (n_all > 0)
            to[n_all++] = '&';
        memcpy(to + n_all, text, n_id);
        n_all += n_id;
    }
    return n_all;
}

/* "BRCA1:672|NBR2:10230". Which of several genes a consequence is of is not said. */
static int add_genes(skr_annotate *annotate, const skr_vcf_record *record, skr_err *err)
{
    char effects[1024];
    skr_annotation_said said = {.symbol = "", .id = "", .effects = effects, .protein = ""};
    size_t n_effects = join_consequences(record, effects, sizeof effects);
    bool has_genes = has_note(record, SKR_VCF_NOTE_GENEINFO);
    const char *at = has_genes ? record->notes[SKR_VCF_NOTE_GENEINFO] : "";
    const char *end = at + (has_genes ? record->n_notes[SKR_VCF_NOTE_GENEINFO] : 0);
    bool is_one = memchr(at, '|', (size_t)(end - at)) == NULL;
    if (n_effects > 0 && !(has_genes && is_one)) {
        said.n_effects = n_effects;
        SKR_TRY(skr_annotation_draft_line(annotate->draft, &said, err));
    }
    said.n_effects = is_one ? n_effects : 0;
    while (at < end) {
        const char *bar = memchr(at, '|', (size_t)(end - at));
        size_t n = (size_t)((bar != NULL ? bar : end) - at);
        const char *colon = memchr(at, ':', n);
        said.symbol = at;
        said.n_symbol = colon != NULL ? (size_t)(colon - at) : n;
        if (said.n_symbol > 0 && said.n_symbol <= SKR_NAME_MAX)
            SKR_TRY(skr_annotation_draft_line(annotate->draft, &said, err));
        at += n + 1;
    }
    return SKR_OK;
}

/* Does the record have a field of ClinVar? */
static bool has_clinical(const skr_vcf_record *record)
{
    return has_note(record, SKR_VCF_NOTE_CLNSIG) || has_note(record, SKR_VCF_NOTE_MC) ||
           has_note(record, SKR_VCF_NOTE_GENEINFO);
}

/* What ClinVar says is of the record, which has one ALT there. */
static int add_clinical(skr_annotate *annotate, const skr_vcf_record *record, skr_err *err)
{
    if (!has_clinical(record))
        return SKR_OK;
    if (record->n_alts != 1) {
        annotate->counts[SKR_ANNOTATE_CLINICAL]++;
        return SKR_OK;
    }
    if (has_note(record, SKR_VCF_NOTE_CLNSIG))
        SKR_TRY(add_significances(annotate, record, err));
    return add_genes(annotate, record, err);
}

/* ------------------------------------------------------------------ names */

/* Does the ID column hold anything that is wanted? */
static bool has_names(const skr_annotate *annotate, const skr_vcf_record *record)
{
    return annotate->request->has_names && record->n_id > 0 &&
           !(record->n_id == 1 && record->id[0] == '.');
}

static bool is_name(const char *text, size_t n)
{
    if (n > SKR_NAME_MAX || memchr(text, 0, n) != NULL)
        return false;
    for (size_t i = 0, n_this; i < n; i += n_this) {
        n_this = skr_utf8_length(text + i, n - i);
        if (n_this == 0 || (unsigned char)text[i] <= ' ')
            return false;
    }
    return true;
}

/* "rs1801133;rs17367504": which of several ALTs a name is of is not said, so it is of each. */
static int add_names(skr_annotate *annotate, const skr_vcf_record *record, bool is_first,
                     skr_err *err)
{
    const char *at = record->id;
    const char *end = at + record->n_id;
    while (has_names(annotate, record) && at < end) {
        const char *stop = memchr(at, ';', (size_t)(end - at));
        size_t n = (size_t)((stop != NULL ? stop : end) - at);
        if (n > 0 && is_name(at, n))
            SKR_TRY(skr_annotation_draft_name(annotate->draft, at, n, err));
        else
            annotate->counts[SKR_ANNOTATE_NAMES] += n > 0 && is_first;
        at += n + 1;
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ the record */

/* The fields of items that the record has. */
static size_t find_fields(const skr_vcf_record *record, note_text *fields)
{
    static const skr_vcf_note notes[] = {SKR_VCF_NOTE_CSQ, SKR_VCF_NOTE_VEP, SKR_VCF_NOTE_ANN,
                                         SKR_VCF_NOTE_BCSQ};
    size_t n = 0;
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++) {
        const char *text = record->notes[notes[i]];
        if (has_note(record, notes[i]))
            fields[n++] = (note_text){notes[i], text, text + record->n_notes[notes[i]]};
    }
    return n;
}

/* The allele that an ALT (from 1) is; NULL: it has no key. */
static const skr_allele *allele_of(const skr_annotate *annotate, uint32_t alt)
{
    const skr_record_keys *keys = annotate->import.record.keys;
    for (uint32_t i = 0; i < keys->n_entries; i++)
        if (keys->entries[i].alt == alt && !keys->entries[i].is_atom)
            return &keys->entries[i].allele;
    return NULL;
}

int skr_annotate_record(skr_annotate *annotate, skr_place *place, skr_err *err)
{
    note_text fields[4];
    const skr_vcf_record *record = place->record;
    size_t n_fields = find_fields(record, fields);
    const skr_annotation_alleles alleles =
        skr_annotation_match_begin(record->ref, record->alts, record->n_alts);
    if (n_fields == 0 && !has_clinical(record) && !has_names(annotate, record)) {
        annotate->counts[SKR_ANNOTATE_SILENT]++;
        return SKR_OK;
    }
    SKR_TRY(skr_record_keys_read(place, err));
    for (size_t f = 0; f < n_fields; f++)
        SKR_TRY(count_items(annotate, place, &alleles, &fields[f], err));
    for (uint32_t alt = 0; alt < record->n_alts; alt++) {
        for (size_t f = 0; f < n_fields; f++)
            SKR_TRY(add_items(annotate, place, &alleles, &fields[f], alt, err));
        if (alt == 0)
            SKR_TRY(add_clinical(annotate, record, err));
        SKR_TRY(add_names(annotate, record, alt == 0, err));
        SKR_TRY(skr_annotation_draft_allele(annotate->draft, allele_of(annotate, alt + 1), err));
    }
    for (size_t f = 0; f < n_fields; f++)
        if (fields[f].note == SKR_VCF_NOTE_BCSQ)
            SKR_TRY(add_haplotypes(annotate, place, &fields[f], err));
    return SKR_OK;
}
