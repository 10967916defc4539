/*
 * spellings_main.c - haplotypes are drawn first, then written as a joint VCF in drawn spellings:
 * split, joined, atomised, padded, as replacements, more than once, with and without phase and
 * phase sets, records in any order. What the engine counts must be certain from the genotypes as
 * they are written, and equal to the haplotypes where phase tells all.
 *
 * usage: model_spellings FILES. SKERRY_SEED brings a run back. Nothing of the engine's rules is
 * used: what is certain is what holds in every way to lay the written copies over haplotypes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/import.h"
#include "engine/query.h"
#include "tests/model/model_import.h"

#define PLACES 5     /* bases that differ */
#define PAD 3        /* bases on each side that do not */
#define FIRST1 1000u /* POS of the first base of the window */
#define WINDOW (PLACES + 2 * PAD)
#define SAMPLES 4
#define COPIES 3
#define UNITS 32
#define RECORDS 48
#define WORLDS_MAX 20000

/* A stretch of the window as a record may write it, trimmed. */
typedef struct unit {
    int from;
    int to;
    char alt[PLACES + 4];
} unit;

typedef struct cell {
    int of[COPIES];  /* -1 '.', 0 REF, number of the ALT; as written */
    int hap[COPIES]; /* the haplotype that each copy is, which nobody writes */
    bool is_phased;
    int set; /* 0: none */
} cell;

typedef struct record {
    int from; /* with padding */
    int to;
    int n_units;
    int units[3];
    bool has_sets;
    cell cells[SAMPLES];
} record;

typedef struct joint {
    test_random random;
    char ref[WINDOW + 1];
    int n_samples;
    int n_copies[SAMPLES];
    char haps[SAMPLES][COPIES][WINDOW + 1];
    uint32_t has_unit[SAMPLES][COPIES]; /* a bit a unit */
    bool has_insert[SAMPLES][COPIES];
    int n_units;
    unit units[UNITS];
    int n_records;
    record records[RECORDS];
} joint;

typedef struct key {
    int from;
    char ref[PLACES + 4];
    char alt[PLACES + 4];
} key;

typedef struct numbers {
    uint64_t ac;
    uint64_t an;
    uint64_t n_carriers;
} numbers;

static unsigned n_wrong;
static unsigned n_checked;
static unsigned n_exact;

static uint32_t below(joint *it, uint32_t n)
{
    return test_random_below(&it->random, n);
}

static bool chance(joint *it, uint32_t percent)
{
    return below(it, 100) < percent;
}

/* ------------------------------------------------------------------ haplotypes */

static char other_base(joint *it, char base)
{
    char c = base;
    while (c == base)
        c = "ACGT"[below(it, 4)];
    return c;
}

/* A few haplotypes, which people share. */
static void draw_haplotypes(joint *it)
{
    char pool[4][WINDOW + 1];
    for (int i = 0; i < WINDOW; i++)
        it->ref[i] = "ACGT"[below(it, 4)];
    it->ref[WINDOW] = '\0';
    for (int h = 0; h < 4; h++) {
        memcpy(pool[h], h > 1 && chance(it, 50) ? pool[1] : it->ref, sizeof it->ref);
        for (int i = PAD; h > 0 && i < PAD + PLACES; i++)
            if (chance(it, 40))
                pool[h][i] = other_base(it, it->ref[i]);
    }
    it->n_samples = 1 + (int)below(it, SAMPLES);
    for (int s = 0; s < it->n_samples; s++) {
        it->n_copies[s] = chance(it, 88) ? 2 : 1 + 2 * (int)below(it, 2);
        for (int h = 0; h < it->n_copies[s]; h++) {
            memcpy(it->haps[s][h], pool[below(it, 4)], sizeof it->ref);
            it->has_insert[s][h] = chance(it, 20);
        }
    }
}

static int add_unit(joint *it, const unit *wanted)
{
    for (int u = 0; u < it->n_units; u++)
        if (it->units[u].from == wanted->from && it->units[u].to == wanted->to &&
            strcmp(it->units[u].alt, wanted->alt) == 0)
            return u;
    if (it->n_units == UNITS)
        return -1;
    it->units[it->n_units] = *wanted;
    return it->n_units++;
}

/* Writes a haplotype as a drawn partition of its differences; false when there are too many. */
static bool spell(joint *it, int s, int h)
{
    const char *hap = it->haps[s][h];
    for (int from = 0; from < WINDOW;) {
        int to = from;
        if (hap[from] == it->ref[from]) {
            from++;
            continue;
        }
        for (int i = from; i < WINDOW && (i == from || chance(it, 65)); i++)
            if (hap[i] != it->ref[i])
                to = i + 1;
        unit one = {.from = from, .to = to};
        memcpy(one.alt, hap + from, (size_t)(to - from));
        int u = add_unit(it, &one);
        if (u < 0)
            return false;
        it->has_unit[s][h] |= 1u << u;
        from = to;
    }
    unit insert = {.from = WINDOW - 1, .to = WINDOW};
    (void)snprintf(insert.alt, sizeof insert.alt, "%c%c", it->ref[WINDOW - 1],
                   other_base(it, it->ref[WINDOW - 1]));
    insert.alt[1] = it->ref[WINDOW - 1] == 'A' ? 'C' : 'A';
    int u = it->has_insert[s][h] ? add_unit(it, &insert) : -1;
    if (u >= 0)
        it->has_unit[s][h] |= 1u << u;
    return !it->has_insert[s][h] || u >= 0;
}

static bool spell_all(joint *it)
{
    it->n_units = 0;
    memset(it->has_unit, 0, sizeof it->has_unit);
    for (int s = 0; s < it->n_samples; s++)
        for (int h = 0; h < it->n_copies[s]; h++)
            if (!spell(it, s, h) || (chance(it, 20) && !spell(it, s, h)))
                return false;
    return it->n_units > 0;
}

/* ------------------------------------------------------------------ records */

/* May one record have both as ALTs: does no haplotype hold both? */
static bool can_join(const joint *it, const record *r, int u)
{
    uint32_t joined = 1u << u;
    for (int i = 0; i < r->n_units; i++) {
        if (r->units[i] == u)
            return false;
        joined |= 1u << r->units[i];
    }
    for (int s = 0; s < it->n_samples; s++)
        for (int h = 0; h < it->n_copies[s]; h++)
            if (__builtin_popcount(it->has_unit[s][h] & joined) > 1)
                return false;
    return true;
}

static void shuffle(joint *it, int *list, int n)
{
    for (int i = n - 1; i > 0; i--) {
        int j = (int)below(it, (uint32_t)i + 1);
        int kept = list[i];
        list[i] = list[j];
        list[j] = kept;
    }
}

/* orders: of the haplotypes of the sample in each phase set, as all records of the file have it. */
static void draw_cell(joint *it, record *r, int s, int orders[3][COPIES], uint32_t phased,
                      uint32_t unknown)
{
    cell *c = &r->cells[s];
    c->is_phased = chance(it, phased);
    c->set = r->has_sets && chance(it, 70) ? 1 + (int)below(it, 2) : 0;
    memcpy(c->hap, orders[c->set], sizeof c->hap);
    if (!c->is_phased)
        shuffle(it, c->hap, it->n_copies[s]);
    for (int i = 0; i < it->n_copies[s]; i++) {
        c->of[i] = 0;
        for (int k = 0; k < r->n_units; k++)
            if ((it->has_unit[s][c->hap[i]] >> r->units[k] & 1) != 0)
                c->of[i] = k + 1;
        if (chance(it, unknown))
            c->of[i] = -1;
    }
}

static void draw_record(joint *it, int u)
{
    record *r = &it->records[it->n_records++];
    *r = (record){.from = it->units[u].from, .to = it->units[u].to, .n_units = 1, .units = {u}};
    for (int v = 0; v < it->n_units && r->n_units < 3; v++) {
        if (!chance(it, 25) || !can_join(it, r, v))
            continue;
        r->units[r->n_units++] = v;
        r->from = it->units[v].from < r->from ? it->units[v].from : r->from;
        r->to = it->units[v].to > r->to ? it->units[v].to : r->to;
    }
    for (int n = (int)below(it, 3); chance(it, 40) && n > 0 && r->from > 0; n--)
        r->from--;
    for (int n = (int)below(it, 3); chance(it, 40) && n > 0 && r->to < WINDOW; n--)
        r->to++;
}

static void draw_records(joint *it)
{
    static const uint32_t percents[] = {0, 50, 100, 100};
    uint32_t phased = percents[below(it, 4)];
    uint32_t unknown = chance(it, 50) ? 0 : 15;
    uint32_t sets = chance(it, 30) ? 60 : 0;
    int orders[SAMPLES][3][COPIES];
    it->n_records = 0;
    for (int u = 0; u < it->n_units; u++)
        draw_record(it, u);
    while (it->n_records < RECORDS && chance(it, 30))
        draw_record(it, (int)below(it, (uint32_t)it->n_units));
    for (int s = 0; s < it->n_samples; s++)
        for (int set = 0; set < 3; set++) {
            for (int i = 0; i < COPIES; i++)
                orders[s][set][i] = i;
            shuffle(it, orders[s][set], it->n_copies[s]);
        }
    for (int r = 0; r < it->n_records; r++) {
        it->records[r].has_sets = chance(it, sets);
        for (int s = 0; s < it->n_samples; s++)
            draw_cell(it, &it->records[r], s, orders[s], phased, unknown);
    }
}

/* ------------------------------------------------------------------ writing */

static void write_cell(FILE *file, const record *r, const cell *c, int n)
{
    fputc('\t', file);
    for (int i = 0; i < n; i++) {
        if (i > 0)
            fputc(c->is_phased ? '|' : '/', file);
        if (c->of[i] < 0)
            fputc('.', file);
        else
            fprintf(file, "%d", c->of[i]);
    }
    if (r->has_sets && c->set > 0)
        fprintf(file, ":%d", c->set);
    else if (r->has_sets)
        fputs(":.", file);
}

static void write_record(FILE *file, const joint *it, const record *r)
{
    fprintf(file, "1\t%u\t.\t%.*s\t", FIRST1 + r->from, r->to - r->from, it->ref + r->from);
    for (int k = 0; k < r->n_units; k++) {
        const unit *u = &it->units[r->units[k]];
        fprintf(file, "%s%.*s%s%.*s", k > 0 ? "," : "", u->from - r->from, it->ref + r->from,
                u->alt, r->to - u->to, it->ref + u->to);
    }
    fputs(r->has_sets ? "\t.\tPASS\t.\tGT:PS" : "\t.\tPASS\t.\tGT", file);
    for (int s = 0; s < it->n_samples; s++)
        write_cell(file, r, &r->cells[s], it->n_copies[s]);
    fputc('\n', file);
}

static void write_file(joint *it, const char *path)
{
    int order[RECORDS];
    FILE *file = fopen(path, "w");
    SKR_CHECK(file != NULL);
    fputs("##fileformat=VCFv4.2\n##contig=<ID=1,length=248956422>\n"
          "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"genotype\">\n"
          "##FORMAT=<ID=PS,Number=1,Type=Integer,Description=\"phase set\">\n"
          "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT",
          file);
    for (int s = 0; s < it->n_samples; s++)
        fprintf(file, "\ts%d", s);
    fputc('\n', file);
    for (int r = 0; r < it->n_records; r++)
        order[r] = r;
    shuffle(it, order, it->n_records);
    for (int r = 0; r < it->n_records; r++)
        write_record(file, it, &it->records[order[r]]);
    SKR_CHECK(fclose(file) == 0);
}

/* ------------------------------------------------------------------ what is certain */

/* Does a unit name the key: is it, or is the key one of its bases? */
static bool names(const joint *it, int u, const key *k)
{
    const unit *one = &it->units[u];
    size_t n = strlen(k->ref);
    if (one->from == k->from && (size_t)(one->to - one->from) == n && strcmp(one->alt, k->alt) == 0)
        return true;
    return n == 1 && strlen(k->alt) == 1 && (int)strlen(one->alt) == one->to - one->from &&
           one->from <= k->from && k->from < one->to && one->alt[k->from - one->from] == k->alt[0];
}

static bool record_names(const joint *it, const record *r, const key *k)
{
    for (int i = 0; i < r->n_units; i++)
        if (names(it, r->units[i], k))
            return true;
    return false;
}

/* The written copies of the records that name a key, and how they may lie over haplotypes. */
typedef struct puzzle {
    const joint *it;
    const key *k;
    int sample;
    int n_copies;
    int n;
    const record *records[RECORDS];
    int group[RECORDS]; /* records that move together; -1: they do not move */
    int n_groups;
    int order[RECORDS][COPIES]; /* of each group: where its copies lie */
    long n_worlds;
    int least_this;
    int least_other;
} puzzle;

/* 1: has the unit, 0: called and has it not, -1: unknown. */
static int says(const puzzle *p, int r, int hap, int u)
{
    static const int as_written[COPIES] = {0, 1, 2};
    const record *one = p->records[r];
    const int *order = p->group[r] < 0 ? as_written : p->order[p->group[r]];
    for (int i = 0; i < p->n_copies; i++) {
        if (order[i] != hap)
            continue;
        int copy = one->cells[p->sample].of[i];
        if (copy < 0)
            return -1;
        return copy > 0 && one->units[copy - 1] == u;
    }
    return -1;
}

/* Do records of one key say the same of every haplotype? */
static bool is_consistent(const puzzle *p)
{
    for (int u = 0; u < p->it->n_units; u++)
        for (int hap = 0; hap < p->n_copies && names(p->it, u, p->k); hap++) {
            bool is_there = false;
            bool is_away = false;
            for (int r = 0; r < p->n; r++)
                for (int i = 0; i < p->records[r]->n_units; i++) {
                    if (p->records[r]->units[i] != u)
                        continue;
                    int said = says(p, r, hap, u);
                    is_there = is_there || said == 1;
                    is_away = is_away || said == 0;
                }
            if (is_there && is_away)
                return false;
        }
    return true;
}

static void judge_world(puzzle *p)
{
    int n_this = 0;
    int n_other = 0;
    if (!is_consistent(p))
        return;
    for (int hap = 0; hap < p->n_copies; hap++) {
        bool is_this = false;
        bool is_called = false;
        for (int r = 0; r < p->n; r++)
            for (int i = 0; i < p->records[r]->n_units; i++) {
                int said = says(p, r, hap, p->records[r]->units[i]);
                is_called = is_called || said >= 0;
                is_this = is_this || (said == 1 && names(p->it, p->records[r]->units[i], p->k));
            }
        n_this += is_this;
        n_other += is_called && !is_this;
    }
    p->n_worlds++;
    p->least_this = n_this < p->least_this ? n_this : p->least_this;
    p->least_other = n_other < p->least_other ? n_other : p->least_other;
}

/* Every order of the copies of the groups from `group` on. */
static void try_worlds(puzzle *p, int group)
{
    static const int orders[6][COPIES] = {{0, 1, 2}, {1, 0, 2}, {0, 2, 1},
                                          {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    static const int n_orders[] = {0, 1, 2, 6};
    if (group == p->n_groups) {
        judge_world(p);
        return;
    }
    for (int i = 0; i < n_orders[p->n_copies]; i++) {
        memcpy(p->order[group], orders[i], sizeof p->order[group]);
        try_worlds(p, group + 1);
    }
}

/* Finds the records that name the key; the copies of phase set `fixed` stay where they are. */
static void make_puzzle(puzzle *p, const joint *it, const key *k, int sample)
{
    int of_set[3] = {-2, -2, -2};
    bool has_fixed = false;
    *p = (puzzle){.it = it,
                  .k = k,
                  .sample = sample,
                  .n_copies = it->n_copies[sample],
                  .least_this = COPIES,
                  .least_other = COPIES};
    for (int r = 0; r < it->n_records; r++) {
        const cell *c = &it->records[r].cells[sample];
        if (!record_names(it, &it->records[r], k))
            continue;
        int *group = &p->group[p->n];
        p->records[p->n++] = &it->records[r];
        if (!c->is_phased)
            *group = p->n_groups++;
        else if (of_set[c->set] != -2)
            *group = of_set[c->set];
        else
            *group = of_set[c->set] = has_fixed ? p->n_groups++ : -1;
        has_fixed = has_fixed || (c->is_phased && *group == -1);
    }
}

static bool has_unknown_cell(const puzzle *p, int r)
{
    for (int i = 0; i < p->n_copies; i++)
        if (p->records[r]->cells[p->sample].of[i] < 0)
            return true;
    return false;
}

/* Has a record that names the key a '.' for the sample? */
static bool has_unknown(const puzzle *p)
{
    for (int r = 0; r < p->n; r++)
        if (has_unknown_cell(p, r))
            return true;
    return false;
}

/*
 * Do two records of one spelling leave different copies unknown? The least of them counts, and a
 * copy that only one of them has is set against the allele, although it may have it.
 */
static bool has_least(const puzzle *p)
{
    for (int u = 0; u < p->it->n_units; u++) {
        int n = 0;
        bool is_unknown = false;
        for (int r = 0; r < p->n; r++)
            for (int i = 0; i < p->records[r]->n_units && names(p->it, u, p->k); i++) {
                n += p->records[r]->units[i] == u;
                is_unknown = is_unknown || (p->records[r]->units[i] == u && has_unknown_cell(p, r));
            }
        if (n > 1 && is_unknown)
            return true;
    }
    return false;
}

static int true_copies(const puzzle *p)
{
    int n = 0;
    for (int hap = 0; hap < p->n_copies; hap++) {
        bool is_this = false;
        for (int u = 0; u < p->it->n_units; u++)
            is_this = is_this ||
                      ((p->it->has_unit[p->sample][hap] >> u & 1) != 0 && names(p->it, u, p->k));
        n += is_this;
    }
    return n;
}

/* Bounds over all samples; whether they are what must come out. */
typedef struct bounds {
    numbers most;
    uint64_t n_other; /* most copies called otherwise */
    bool is_exact;
    bool knows_carriers;
} bounds;

static bool find_bounds(const joint *it, const key *k, bounds *ret)
{
    *ret = (bounds){.is_exact = true, .knows_carriers = true};
    for (int s = 0; s < it->n_samples; s++) {
        static puzzle p;
        make_puzzle(&p, it, k, s);
        double n_worlds = 1;
        for (int g = 0; g < p.n_groups; g++)
            n_worlds *= p.n_copies == 3 ? 6 : p.n_copies;
        if (n_worlds > WORLDS_MAX)
            return false;
        try_worlds(&p, 0);
        SKR_CHECK(p.n_worlds > 0);
        bool is_full = !has_unknown(&p);
        ret->is_exact =
            ret->is_exact && is_full && (p.n_groups == 0 || p.n == 1 || p.n_copies == 1);
        ret->knows_carriers = ret->knows_carriers && is_full;
        if (is_full && p.n_groups == 0)
            SKR_CHECK(p.least_this == true_copies(&p));
        ret->most.ac += (uint64_t)p.least_this;
        ret->most.an += (uint64_t)(has_least(&p) ? p.n_copies : p.least_this + p.least_other);
        ret->n_other += (uint64_t)(has_least(&p) ? p.n_copies : p.least_other);
        ret->most.n_carriers += p.least_this > 0;
    }
    return true;
}

/* ------------------------------------------------------------------ asking */

/* All keys that units name. */
static int list_keys(const joint *it, key *keys)
{
    int n = 0;
    for (int u = 0; u < it->n_units; u++) {
        const unit *one = &it->units[u];
        int n_ref = one->to - one->from;
        bool is_whole = n_ref == (int)strlen(one->alt);
        for (int i = -1; i < (is_whole && n_ref > 1 ? n_ref : 0); i++) {
            key k = {.from = i < 0 ? one->from : one->from + i};
            (void)snprintf(k.ref, sizeof k.ref, "%.*s", i < 0 ? n_ref : 1, it->ref + k.from);
            (void)snprintf(k.alt, sizeof k.alt, "%.*s", i < 0 ? PLACES + 3 : 1,
                           i < 0 ? one->alt : one->alt + i);
            bool is_new = strcmp(k.ref, k.alt) != 0;
            for (int j = 0; j < n && is_new; j++)
                is_new = keys[j].from != k.from || strcmp(keys[j].ref, k.ref) != 0 ||
                         strcmp(keys[j].alt, k.alt) != 0;
            if (is_new)
                keys[n++] = k;
        }
    }
    return n;
}

static const skr_access access_all = {.policy = {.is_exact = true, .threshold = 1, .step = 1}};

static int on_row(void *context, const skr_allele_row *row, skr_err *err)
{
    (void)err;
    *(numbers *)context = (numbers){row->ac, row->an, row->n_carriers};
    return SKR_OK;
}

/* The numbers of a key; people who carry it must be as many. */
static numbers ask(skr_engine *engine, const key *k)
{
    char text[128];
    numbers got = {0};
    uint64_t n_rows = 0;
    skr_err err = {0};
    skr_query *query = NULL;
    const skr_expr *expr = NULL;
    skr_alleles_request request = {0};
    skr_count_answer answer = {0};
    (void)snprintf(text, sizeof text, "variant=1-%u-%s-%s", FIRST1 + k->from, k->ref, k->alt);
    model_must(skr_query_new(&query, &err), &err, "query");
    model_must(skr_query_parse_alleles(query, text, &request.alleles, &err), &err, text);
    model_must(skr_engine_alleles(engine, &request, &access_all, on_row, &got, &n_rows, NULL, &err),
               &err, text);
    (void)snprintf(text, sizeof text, "carries(variant=1-%u-%s-%s)", FIRST1 + k->from, k->ref,
                   k->alt);
    model_must(skr_query_parse(query, text, false, &expr, &err), &err, text);
    model_must(skr_engine_count(engine, expr, &access_all, &answer, &err), &err, text);
    if (n_rows != 1 || answer.total.count != got.n_carriers) {
        fprintf(stderr, "WRONG %s: %" PRIu64 " rows, %" PRIu64 " people, %" PRIu64 " carriers\n",
                text, n_rows, answer.total.count, got.n_carriers);
        n_wrong++;
    }
    skr_count_answer_done(&answer);
    skr_query_free(query);
    return got;
}

static void compare(const joint *it, const key *k, numbers got)
{
    bounds all;
    if (!find_bounds(it, k, &all))
        return;
    bool is_right = got.ac <= all.most.ac && got.an - got.ac <= all.n_other &&
                    got.n_carriers <= all.most.n_carriers;
    if (all.is_exact)
        is_right = is_right && got.ac == all.most.ac && got.an == all.most.an;
    if (all.knows_carriers)
        is_right = is_right && got.n_carriers == all.most.n_carriers;
    n_checked++;
    n_exact += all.is_exact;
    if (is_right)
        return;
    n_wrong++;
    fprintf(stderr,
            "WRONG 1-%u-%s-%s: ac %" PRIu64 " an %" PRIu64 " carriers %" PRIu64 ", %s %" PRIu64
            " %" PRIu64 " %" PRIu64 "\n",
            FIRST1 + k->from, k->ref, k->alt, got.ac, got.an, got.n_carriers,
            all.is_exact ? "truth" : "certain", all.most.ac, all.most.an, all.most.n_carriers);
}

/* Writes and imports the records in a new order, and asks for every key. */
static void count_all(joint *it, const key *keys, int n_keys, numbers *ret)
{
    skr_err err = {0};
    test_folder folder = test_folder_make();
    test_folder store = {0};
    char vcf[2 * SKR_TEST_PATH_MAX];
    (void)snprintf(vcf, sizeof vcf, "%s/joint.vcf", folder.path);
    (void)snprintf(store.path, sizeof store.path, "%.500s/store", folder.path);
    write_file(it, vcf);
    const char *files[] = {vcf};
    skr_import_request request = {.store = store.path,
                                  .dataset = "d",
                                  .assembly = "GRCh38",
                                  .format = SKR_FORMAT_VCF,
                                  .gate = skr_gate_adj(),
                                  .files = files,
                                  .n_files = 1,
                                  .n_threads = 1};
    const skr_engine_options options = {.n_threads = 1, .io = SKR_IO_PREAD};
    skr_import_result result = {0};
    skr_engine *engine = NULL;
    model_must(skr_import_genomes(&request, &result, &err), &err, "import");
    skr_import_result_done(&result);
    model_must(skr_engine_open(store.path, &options, &engine, &err), &err, "open");
    for (int k = 0; k < n_keys; k++)
        ret[k] = ask(engine, &keys[k]);
    skr_engine_close(engine);
    if (getenv("SKERRY_KEEP") != NULL)
        fprintf(stderr, "kept: %s\n", vcf);
    else
        test_folder_remove(&store), test_folder_remove(&folder);
}

static void run(uint64_t seed, bool asks_twice)
{
    static joint it;
    static key keys[UNITS * (PLACES + 1)];
    static numbers first[UNITS * (PLACES + 1)];
    static numbers again[UNITS * (PLACES + 1)];
    memset(&it, 0, sizeof it);
    it.random = test_random_seeded(seed);
    do
        draw_haplotypes(&it);
    while (!spell_all(&it));
    draw_records(&it);
    int n_keys = list_keys(&it, keys);
    unsigned n_before = n_wrong;
    count_all(&it, keys, n_keys, first);
    for (int k = 0; k < n_keys; k++)
        compare(&it, &keys[k], first[k]);
    if (asks_twice)
        count_all(&it, keys, n_keys, again);
    for (int k = 0; k < n_keys && asks_twice; k++)
        if (memcmp(&first[k], &again[k], sizeof first[k]) != 0) {
            fprintf(stderr, "WRONG 1-%u-%s-%s: another answer in another order of records\n",
                    FIRST1 + keys[k].from, keys[k].ref, keys[k].alt);
            n_wrong++;
        }
    if (n_wrong > n_before)
        fprintf(stderr, "repeat with SKERRY_SEED=%" PRIu64 " model_spellings 1\n", seed);
}

int main(int argc, char **argv)
{
    unsigned n_files = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 100;
    test_random first = test_random_drawn("model_spellings");
    unsigned n = 0;
    for (; n < n_files && n_wrong < 20; n++)
        run(first.seed + n, n % 4 == 0);
    printf("%u files, %u alleles, %u of them told in full by phase, %u wrong\n", n, n_checked,
           n_exact, n_wrong);
    return n_wrong == 0 ? 0 : 1;
}
