/*
 * spellings_draw.c - drawing haplotypes, spelling them, and writing them down.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/check.h"
#include "tests/model/drawn_spellings.h"

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

void spellings_write(joint *it, const char *path)
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

void spellings_draw(joint *it, uint64_t seed)
{
    memset(it, 0, sizeof *it);
    it->random = test_random_seeded(seed);
    do
        draw_haplotypes(it);
    while (!spell_all(it));
    draw_records(it);
}
