/*
 * model_truth.c - the rules of counting, as plainly as they can be written.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/model/model.h"

/* ------------------------------------------------------------------ rule 1: keys */

/* Trims the common end, then the common beginning, leaving a base on each side. */
static void trim(uint32_t *pos1, char *ref, char *alt)
{
    while (strlen(ref) > 1 && strlen(alt) > 1 && ref[strlen(ref) - 1] == alt[strlen(alt) - 1]) {
        ref[strlen(ref) - 1] = '\0';
        alt[strlen(alt) - 1] = '\0';
    }
    while (strlen(ref) > 1 && strlen(alt) > 1 && ref[0] == alt[0]) {
        memmove(ref, ref + 1, strlen(ref));
        memmove(alt, alt + 1, strlen(alt));
        ++*pos1;
    }
}

bool model_key_of(const model_record *record, int alt, model_key *ret_key)
{
    const char *text = record->alts[alt - 1];
    uint32_t pos1 = record->pos1;
    memset(ret_key, 0, sizeof *ret_key);
    ret_key->contig = record->contig;
    if (strcmp(text, "*") == 0)
        return false;
    if (text[0] == '<') {
        ret_key->is_structural = true;
        ret_key->start0 = pos1 - 1;
        ret_key->end0 = record->end1;
        (void)snprintf(ret_key->alt, MODEL_TEXT, "%.*s", (int)strlen(text) - 2, text + 1);
        return true;
    }
    (void)snprintf(ret_key->ref, MODEL_TEXT, "%s", record->ref);
    (void)snprintf(ret_key->alt, MODEL_TEXT, "%s", text);
    trim(&pos1, ret_key->ref, ret_key->alt);
    ret_key->start0 = pos1 - 1;
    ret_key->end0 = ret_key->start0 + (uint32_t)strlen(ret_key->ref);
    return true;
}

bool model_is_mnv(const model_key *key)
{
    return !key->is_structural && strlen(key->ref) > 1 && strlen(key->ref) == strlen(key->alt);
}

/* Atom number i of a replacement; false when the base there does not differ. */
static bool atom_of(const model_key *mnv, size_t i, model_key *ret_atom)
{
    *ret_atom = *mnv;
    ret_atom->start0 = mnv->start0 + (uint32_t)i;
    ret_atom->end0 = ret_atom->start0 + 1;
    (void)snprintf(ret_atom->ref, MODEL_TEXT, "%c", mnv->ref[i]);
    (void)snprintf(ret_atom->alt, MODEL_TEXT, "%c", mnv->alt[i]);
    return mnv->ref[i] != mnv->alt[i];
}

int model_key_compare(const model_key *a, const model_key *b)
{
    if (a->contig != b->contig)
        return a->contig - b->contig;
    if (a->start0 != b->start0)
        return a->start0 < b->start0 ? -1 : 1;
    if (a->end0 != b->end0)
        return a->end0 < b->end0 ? -1 : 1;
    if (a->is_structural != b->is_structural)
        return a->is_structural ? 1 : -1;
    int order = strcmp(a->ref, b->ref);
    return order != 0 ? order : strcmp(a->alt, b->alt);
}

/* Does a copy of this ALT count for the key: itself, or one of its atoms? */
static bool alt_names(const model_record *record, int alt, const model_key *key)
{
    model_key own;
    model_key atom;
    if (!model_key_of(record, alt, &own))
        return false;
    if (model_key_compare(&own, key) == 0)
        return true;
    for (size_t i = 0; model_is_mnv(&own) && i < strlen(own.ref); i++)
        if (atom_of(&own, i, &atom) && model_key_compare(&atom, key) == 0)
            return true;
    return false;
}

static bool record_names(const model_record *record, const model_key *key)
{
    for (int alt = 1; alt <= record->n_alts; alt++)
        if (alt_names(record, alt, key))
            return true;
    return false;
}

/* ------------------------------------------------------------------ rules 2, 3, 6: copies */

/* A bag of copies: -1 unknown. */
typedef struct bag {
    int n;
    int of[3];
    bool is_mixture;
    bool has_no_copy;
    bool is_phased;
    int set;
} bag;

static bool is_in_par(const model_record *record)
{
    return record->contig == 2 && record->pos1 <= 2781479;
}

/* One copy is expected: those called that are equal are one, those that differ are nothing. */
static void make_single(bag *copies)
{
    int called = -1;
    bool differ = false;
    for (int i = 0; i < copies->n; i++) {
        if (copies->of[i] < 0)
            continue;
        differ = differ || (called >= 0 && called != copies->of[i]);
        called = copies->of[i];
    }
    copies->of[0] = differ ? -1 : called;
    copies->n = 1;
}

static void make_mitochondrial(bag *copies)
{
    bool has_ref = false;
    bool is_seen[4] = {false};
    bag made = {0};
    for (int i = 0; i < copies->n; i++) {
        has_ref = has_ref || copies->of[i] == 0;
        if (copies->of[i] > 0)
            is_seen[copies->of[i]] = true;
    }
    for (int alt = 1; alt < 4; alt++)
        if (is_seen[alt])
            made.of[made.n++] = alt;
    made.is_mixture = made.n > 1 || (made.n == 1 && has_ref);
    if (made.n == 0) {
        made.n = 1;
        made.of[0] = has_ref ? 0 : -1;
    }
    *copies = made;
}

static bag bag_of(const model_record *record, int column, model_sex sex)
{
    const model_genotype *genotype = &record->genotypes[column];
    bag copies = {.n = genotype->n, .is_phased = genotype->is_phased, .set = genotype->set};
    bool is_out = record->is_failed || genotype->is_weak;
    for (int i = 0; i < genotype->n; i++)
        copies.of[i] = is_out ? -1 : genotype->of[i];
    if (record->contig == 4) {
        make_mitochondrial(&copies);
    } else if (record->contig == 3 && sex == MODEL_XX) {
        copies.n = 0;
        copies.has_no_copy = true;
    } else if ((record->contig == 2 && !is_in_par(record)) || record->contig == 3) {
        copies.is_phased = copies.is_phased && sex != MODEL_UNKNOWN;
        if (sex == MODEL_XY)
            make_single(&copies);
        else if (sex == MODEL_UNKNOWN && copies.n == 2 && copies.of[0] == copies.of[1])
            copies.of[1] = -1; /* two equal copies prove one */
    }
    return copies;
}

static int n_called(const model_record *record, const bag *copies)
{
    int n = 0;
    for (int i = 0; i < copies->n; i++)
        n += copies->of[i] >= 0;
    return record->contig == 4 && n > 1 ? 1 : n;
}

static int n_this(const model_record *record, const bag *copies, int alt)
{
    int n = 0;
    for (int i = 0; i < copies->n; i++)
        n += copies->of[i] == alt;
    return record->contig == 4 && n > 1 ? 1 : n;
}

/* ------------------------------------------------------------------ rule 4: direct claims */

static int column_of(const model_delivery *delivery, int person)
{
    for (int s = 0; s < delivery->n_samples; s++)
        if (delivery->people[s] == person)
            return s;
    return -1;
}

/* What one record says of the key through its ALTs of one spelling, or the least of several. */
typedef struct claim {
    bool is_made;
    int n_this;
    int n_other;
    int n; /* copies, with unknown ones */
    bool is_mixture;
    bool is_phased;
    int set;
    char ways[4]; /* by haplotype: 't'his, 'o'ther, '.' */
} claim;

/* How the key is spelled: by which ALT, and of a structural one by which record. */
typedef struct spelling {
    model_key own;
    int record;
} spelling;

#define SPELLINGS (3 * MODEL_RECORDS)

static bool is_spelled(const model_record *record, int number, int alt, const model_key *key,
                       const spelling *as)
{
    model_key own;
    return alt_names(record, alt, key) && model_key_of(record, alt, &own) &&
           model_key_compare(&own, &as->own) == 0 && (as->record < 0 || as->record == number);
}

/* All spellings of the key in the delivery, each once. */
static int list_spellings(const model_delivery *delivery, const model_key *key, spelling *list)
{
    int n = 0;
    for (int r = 0; r < delivery->n_records; r++)
        for (int alt = 1; alt <= delivery->records[r].n_alts; alt++) {
            spelling one = {.record = key->is_structural ? r : -1};
            bool is_new = alt_names(&delivery->records[r], alt, key) &&
                          model_key_of(&delivery->records[r], alt, &one.own);
            for (int i = 0; i < n && is_new; i++)
                is_new =
                    model_key_compare(&list[i].own, &one.own) != 0 || list[i].record != one.record;
            if (is_new)
                list[n++] = one;
        }
    return n;
}

static claim claim_of(const model_record *record, int number, const bag *copies,
                      const model_key *key, const spelling *as)
{
    claim made = {.is_mixture = copies->is_mixture,
                  .is_phased = copies->is_phased && copies->n > 1,
                  .set = copies->set};
    bool is_this[4] = {false};
    for (int alt = 1; alt <= record->n_alts; alt++) {
        if (!is_spelled(record, number, alt, key, as))
            continue;
        made.is_made = is_this[alt] = true;
        made.n_this += n_this(record, copies, alt);
    }
    made.n_this = record->contig == 4 && made.n_this > 1 ? 1 : made.n_this;
    made.n_other = n_called(record, copies) - made.n_this;
    made.n = record->contig == 4 ? 1 : copies->n;
    for (int i = 0; i < copies->n && i < 3; i++)
        made.ways[i] = copies->of[i] < 0 ? '.' : is_this[copies->of[i]] ? 't' : 'o';
    return made;
}

/* Records of one spelling: the least, and phase where they agree. */
static claim least_of(claim a, claim b)
{
    if (!a.is_made || !b.is_made)
        return a.is_made ? a : b;
    claim least = a;
    least.n_this = b.n_this < a.n_this ? b.n_this : a.n_this;
    least.n_other = b.n_other < a.n_other ? b.n_other : a.n_other;
    least.n = b.n > a.n ? b.n : a.n;
    least.is_mixture = a.is_mixture || b.is_mixture;
    least.is_phased = a.is_phased && b.is_phased && a.set == b.set && a.n == b.n &&
                      strncmp(a.ways, b.ways, 4) == 0;
    return least;
}

/* Spellings that are phased in one set, haplotype by haplotype; false where they are not. */
static bool by_haplotype(const claim *claims, int n, int *ret_this, int *ret_other)
{
    const claim *first = NULL;
    *ret_this = *ret_other = 0;
    for (int k = 0; k < n; k++) {
        if (claims[k].n_this + claims[k].n_other == 0)
            continue;
        first = first == NULL ? &claims[k] : first;
        if (!claims[k].is_phased || claims[k].n != first->n || claims[k].set != first->set)
            return false;
    }
    for (int i = 0; first != NULL && i < first->n; i++) {
        bool is_this = false;
        bool is_other = false;
        for (int k = 0; k < n; k++) {
            is_this = is_this || claims[k].ways[i] == 't';
            is_other = is_other || claims[k].ways[i] == 'o';
        }
        *ret_this += is_this;
        *ret_other += is_other && !is_this;
    }
    return first != NULL;
}

/*
 * The least copies that all records together leave sure: as many as a record has over its
 * spellings, and of others no more than a spelling or a record says, nor than is left.
 */
static void by_number(const model_delivery *delivery, const model_key *key, const spelling *list,
                      const claim *claims, int n, const bag *bags, int *ret_this, int *ret_other)
{
    int most = 0;
    int other = 1000;
    int sum = 0;
    int copies = 0;
    int called = 0;
    for (int k = 0; k < n; k++) {
        if (claims[k].n_this + claims[k].n_other == 0)
            continue;
        other = claims[k].n_other < other ? claims[k].n_other : other;
        sum += claims[k].n_this;
        copies = claims[k].n > copies ? claims[k].n : copies;
        called = claims[k].n_this + claims[k].n_other > called
                     ? claims[k].n_this + claims[k].n_other
                     : called;
    }
    for (int r = 0; r < delivery->n_records; r++) {
        const model_record *record = &delivery->records[r];
        int record_this = 0;
        int record_raw = 0;
        int n_spelled = 0;
        for (int k = 0; k < n; k++) {
            claim one = claim_of(record, r, &bags[r], key, &list[k]);
            n_spelled += one.is_made;
            record_this += one.is_made ? claims[k].n_this : 0;
            record_raw += one.is_made ? one.n_this : 0;
        }
        int written = n_called(record, &bags[r]);
        int left = written > record_raw ? written - record_raw : 0;
        most = record_this > most ? record_this : most;
        if (n_spelled > 1 && written > 0 && left < other)
            other = left;
    }
    *ret_this = most < copies ? most : copies;
    other = other == 1000 ? 0 : other;
    *ret_other = other < called - sum ? other : called > sum ? called - sum : 0;
}

static bool direct_claim(const model_cohort *cohort, const model_delivery *delivery, int person,
                         const model_key *key, model_state *ret_state)
{
    static spelling list[SPELLINGS];
    static claim claims[SPELLINGS];
    static bag bags[MODEL_RECORDS];
    int column = column_of(delivery, person);
    int n = list_spellings(delivery, key, list);
    int n_spoken = 0;
    int copies = 0;
    bool is_mixture = false;
    if (n == 0)
        return false;
    memset(claims, 0, sizeof claims);
    for (int r = 0; r < delivery->n_records; r++)
        bags[r] = bag_of(&delivery->records[r], column, cohort->sexes[person]);
    for (int k = 0; k < n; k++) {
        for (int r = 0; r < delivery->n_records; r++)
            claims[k] =
                least_of(claims[k], claim_of(&delivery->records[r], r, &bags[r], key, &list[k]));
        if (claims[k].n_this + claims[k].n_other == 0)
            continue;
        /* who is of unknown sex has as many copies as are called, where the allele is not */
        bool is_sure = key->contig < 2 || cohort->sexes[person] != MODEL_UNKNOWN;
        int proven = is_sure || claims[k].n_this > 0 || claims[k].n_other > 1 ? claims[k].n : 1;
        n_spoken++;
        copies = proven > copies ? proven : copies;
        is_mixture = is_mixture || claims[k].is_mixture;
    }
    int this_copies;
    int other;
    if (n_spoken < 2 || !by_haplotype(claims, n, &this_copies, &other))
        by_number(delivery, key, list, claims, n, bags, &this_copies, &other);
    *ret_state = (model_state){.n_this = this_copies, .n_called = this_copies + other};
    ret_state->is_known = ret_state->n_called > 0;
    if (key->contig == 4)
        ret_state->zygosity = is_mixture ? MODEL_HET : MODEL_HEMI;
    else if (copies == 1)
        ret_state->zygosity = MODEL_HEMI;
    else if (this_copies + other < copies)
        ret_state->zygosity = MODEL_PARTIAL;
    else
        ret_state->zygosity = other > 0 ? MODEL_HET : MODEL_HOM;
    return true;
}

/* ------------------------------------------------------------------ rule 5: indirect claims */

static model_state indirect_claim(const model_cohort *cohort, const model_delivery *delivery,
                                  int person, const model_key *key)
{
    model_state unknown = {0};
    int column = column_of(delivery, person);
    int least = 1000;
    for (uint32_t base0 = key->start0; base0 < key->end0; base0++) {
        bool is_covered = false;
        for (int r = 0; r < delivery->n_records; r++) {
            const model_record *record = &delivery->records[r];
            uint32_t from0 = record->pos1 - 1;
            if (record->contig != key->contig || record->end1 > 0 || base0 < from0 ||
                base0 >= from0 + strlen(record->ref))
                continue;
            bag copies = bag_of(record, column, cohort->sexes[person]);
            int called = n_called(record, &copies);
            if (called == 0 && !copies.has_no_copy)
                return unknown; /* looked at, undecided */
            is_covered = true;
            least = called < least ? called : least;
        }
        if (!is_covered)
            return unknown;
    }
    return (model_state){.is_known = least > 0, .n_called = least};
}

static model_state state_in(const model_cohort *cohort, const model_delivery *delivery, int person,
                            const model_key *key);

/* A replacement without a record of the whole: carried if every atom is hom, absent if one is. */
static model_state state_by_atoms(const model_cohort *cohort, const model_delivery *delivery,
                                  int person, const model_key *key)
{
    model_state least = {.n_this = 1000};
    int absent = 1000;
    bool are_hom = true;
    for (size_t i = 0; i < strlen(key->ref); i++) {
        model_key atom;
        if (!atom_of(key, i, &atom))
            continue;
        model_state state = state_in(cohort, delivery, person, &atom);
        bool is_hom = state.is_known && state.n_this == state.n_called &&
                      (state.zygosity == MODEL_HOM || state.zygosity == MODEL_HEMI);
        are_hom = are_hom && is_hom;
        if (is_hom && state.n_this < least.n_this)
            least = state;
        if (state.is_known && state.n_this == 0 && state.n_called < absent)
            absent = state.n_called;
    }
    if (are_hom)
        return least;
    if (absent < 1000)
        return (model_state){.is_known = true, .n_called = absent};
    return (model_state){0};
}

static model_state state_in(const model_cohort *cohort, const model_delivery *delivery, int person,
                            const model_key *key)
{
    model_state state = {0};
    if (direct_claim(cohort, delivery, person, key, &state))
        return state;
    if (key->is_structural)
        return (model_state){0};
    if (model_is_mnv(key))
        return state_by_atoms(cohort, delivery, person, key);
    return indirect_claim(cohort, delivery, person, key);
}

/* ------------------------------------------------------------------ rule 9: who counts */

/* Of each of its samples a later delivery replaces the contigs that it has, and no others. */
const model_delivery *model_live(const model_cohort *cohort, int dataset, int person, int contig)
{
    for (int d = cohort->n_deliveries - 1; d >= 0; d--) {
        const model_delivery *delivery = &cohort->deliveries[d];
        if (delivery->dataset == dataset && delivery->has_contig[contig] &&
            column_of(delivery, person) >= 0)
            return delivery;
    }
    return NULL;
}

model_state model_state_of(const model_cohort *cohort, int dataset, int person,
                           const model_key *key)
{
    const model_delivery *live = model_live(cohort, dataset, person, key->contig);
    return live == NULL ? (model_state){0} : state_in(cohort, live, person, key);
}

bool model_has_row(const model_cohort *cohort, int dataset, const model_key *key)
{
    for (int person = 0; person < cohort->n_people; person++) {
        const model_delivery *live = model_live(cohort, dataset, person, key->contig);
        for (int r = 0; live != NULL && r < live->n_records; r++)
            if (record_names(&live->records[r], key))
                return true;
    }
    return false;
}

bool model_has_passed(const model_cohort *cohort, int dataset, const model_key *key)
{
    for (int person = 0; person < cohort->n_people; person++) {
        const model_delivery *live = model_live(cohort, dataset, person, key->contig);
        for (int r = 0; live != NULL && r < live->n_records; r++)
            if (record_names(&live->records[r], key) && !live->records[r].is_failed)
                return true;
    }
    return false;
}

bool model_is_member(const model_cohort *cohort, int dataset, int person)
{
    for (int d = 0; d < cohort->n_deliveries; d++)
        if (cohort->deliveries[d].dataset == dataset &&
            column_of(&cohort->deliveries[d], person) >= 0)
            return true;
    return false;
}

static int compare_keys(const void *a, const void *b)
{
    return model_key_compare(a, b);
}

int model_list_keys(const model_cohort *cohort, model_key *keys)
{
    int n = 0;
    for (int d = 0; d < cohort->n_deliveries; d++)
        for (int r = 0; r < cohort->deliveries[d].n_records; r++) {
            const model_record *record = &cohort->deliveries[d].records[r];
            for (int alt = 1; alt <= record->n_alts; alt++) {
                model_key key;
                if (!model_key_of(record, alt, &key) || n + MODEL_TEXT >= MODEL_KEYS)
                    continue;
                keys[n++] = key;
                for (size_t i = 0; model_is_mnv(&key) && i < strlen(key.ref); i++)
                    if (atom_of(&key, i, &keys[n]))
                        n++;
            }
        }
    qsort(keys, (size_t)n, sizeof *keys, compare_keys);
    int n_kept = 0;
    for (int i = 0; i < n; i++)
        if (n_kept == 0 || model_key_compare(&keys[n_kept - 1], &keys[i]) != 0)
            keys[n_kept++] = keys[i];
    return n_kept;
}
