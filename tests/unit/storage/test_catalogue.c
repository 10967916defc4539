/*
 * A catalogue answers what its members together answer: rows, totals, carriers, calls and marks, of
 * everybody and of drawn sets of samples; also a catalogue that was made of catalogues.
 */
#include "storage/block/open_files.h"
#include "storage/carriers/bits.h"
#include "storage/segment/catalogue_int.h"
#include "storage/segment/segment_marks.h"
#include "tests/support/segment_written.h"

TestSuite(catalogue, .init = set_up);

#define N_MEMBERS 7u
#define N_ALLELES 90u
#define N_BASES 9000u

/* Alleles that members share, ascending; the ploidy of each is a matter of its place. */
static model_row pool[N_ALLELES];
static uint32_t n_pool;
static model models[N_MEMBERS];
static skr_file_id ids[N_MEMBERS];
static skr_segment *segments[N_MEMBERS];
static uint32_t firsts[N_MEMBERS + 1];
static const skr_segment *seen_segment; /* the catalogue that is looked at */
static size_t n_orders;                 /* of all catalogues that were looked at */

static void draw_pool(void)
{
    model m = {.rows = pool, .n_rows = N_ALLELES};
    memset(pool, 0, sizeof pool);
    for (uint32_t i = 0; i < N_ALLELES; i++)
        pool[i].allele = draw_allele(N_BASES, &pool[i].text);
    sort_rows(&m);
    n_pool = m.n_rows;
}

static model draw_member(uint32_t n_samples, uint32_t first_individual)
{
    model m = model_new(n_samples, 0, draw(2) == 0 ? 0 : (uint32_t)draw(20), N_BASES);
    uint64_t one_in = 1 + draw(4);
    free(m.rows);
    m.rows = calloc(N_ALLELES + 1, sizeof *m.rows);
    for (uint32_t s = 0; s < n_samples; s++)
        m.samples[s].individual = first_individual + s;
    for (uint32_t i = 0; i < n_pool; i++) {
        if (draw(one_in) != 0)
            continue;
        model_row *row = &m.rows[m.n_rows++];
        const skr_allele *allele = &pool[i].allele;
        size_t n_text = allele->n_ref + allele->n_alt;
        row->allele = *allele;
        row->text = malloc(n_text + 1);
        memcpy(row->text, pool[i].text, n_text);
        row->allele.ref = row->text;
        row->allele.alt = row->text + allele->n_ref;
        row->calls = draw_calls(n_samples);
        row->filter_failed = draw(3) == 0;
        draw_carriers(&m, row, draw(2) == 0 ? 2 : 15);
    }
    return m;
}

static void make_members(void)
{
    uint32_t individual = 3;
    draw_pool();
    for (uint32_t i = 0; i < N_MEMBERS; i++) {
        char name[32];
        uint32_t n = 1 + (uint32_t)draw(draw(2) == 0 ? 5 : 200);
        models[i] = draw_member(n, individual);
        individual += n + (uint32_t)draw(3);
        firsts[i + 1] = firsts[i] + n;
        ids[i] = write_model(&models[i], MIXED, 4 * N_BASES);
        snprintf(name, sizeof name, "segment-%u.skr", i);
        (void)unlink(name);
        cr_assert(zero(int, rename("x.skr", name)));
        snprintf(ids[i].name, sizeof ids[i].name, "%s", name);
        cr_assert(zero(int, skr_segment_open(folder, &ids[i], &segments[i], &err)));
    }
}

static void free_members(void)
{
    for (uint32_t i = 0; i < N_MEMBERS; i++) {
        skr_segment_close(segments[i]);
        model_free(&models[i]);
        (void)unlink(ids[i].name);
    }
    for (uint32_t i = 0; i < n_pool; i++)
        row_done(&pool[i]);
}

/* The row of an allele in a member, or NULL. */
static const model_row *find_row(const model *m, const skr_allele *key)
{
    for (uint32_t i = 0; i < m->n_rows; i++)
        if (skr_segment_allele_compare(&m->rows[i].allele, key) == 0)
            return &m->rows[i];
    return NULL;
}

/* ------------------------------------------------------------------ a question */

/* The samples of one member of a set over all. */
static void cut(const uint64_t *who, uint32_t member, uint64_t *ret_bits)
{
    for (uint32_t s = 0; s < models[member].n_samples; s++)
        if (skr_bits_has(who, firsts[member] + s))
            skr_bits_set(ret_bits, s);
}

static skr_row_totals right_sums(const skr_allele *key, const uint64_t *who)
{
    skr_row_totals sums = {0};
    for (uint32_t m = 0; m < N_MEMBERS; m++) {
        uint64_t bits[16] = {0};
        const model_row *row = find_row(&models[m], key);
        if (row == NULL)
            continue;
        if (who != NULL)
            cut(who, m, bits);
        skr_row_totals own = model_sums(&models[m], row, who == NULL ? NULL : bits);
        sums.ac += own.ac;
        sums.an += own.an;
        sums.n_carriers += own.n_carriers;
        sums.n_hom += own.n_hom;
        sums.n_hemi += own.n_hemi;
        sums.n_partial += own.n_partial;
    }
    return sums;
}

static void check_sums(const skr_row_totals *right, const skr_carrier_tally *got, uint64_t an)
{
    cr_assert(eq(u64, got->ac, right->ac));
    cr_assert(eq(u32, got->n_carriers, right->n_carriers));
    cr_assert(eq(u32, got->n_hom, right->n_hom));
    cr_assert(eq(u32, got->n_hemi, right->n_hemi));
    cr_assert(eq(u32, got->n_partial, right->n_partial));
    cr_assert(eq(u64, an, right->an));
}

static skr_sample_set draw_who(const skr_segment *catalogue, uint64_t *bits, uint64_t serial)
{
    skr_sample_set who = {.bits = bits, .serial = serial};
    uint32_t n = skr_segment_n_samples(catalogue);
    uint64_t mix = draw(4);
    memset(bits, 0, skr_bits_words(n) * sizeof *bits);
    for (uint32_t m = 0; m < N_MEMBERS; m++) {
        uint64_t of_member = mix == 0 ? draw(3) : mix == 1 ? 2 : mix == 2 ? 1 : draw(2);
        for (uint32_t s = firsts[m]; s < firsts[m + 1]; s++)
            if (of_member == 2 ? mix != 1 || draw(40) > 0 : of_member == 1 && draw(3) == 0)
                skr_bits_set(bits, s);
    }
    for (unsigned ploidy = 0; ploidy < SKR_N_PLOIDIES; ploidy++) {
        cr_assert(zero(int, skr_segment_need_copies(catalogue, (skr_ploidy)ploidy, &err)));
        const uint8_t *copies = skr_segment_copies_expected(catalogue, (skr_ploidy)ploidy);
        for (uint32_t s = 0; s < n; s++)
            who.n_copies[ploidy] += skr_bits_has(bits, s) ? copies[s] : 0;
    }
    for (uint32_t s = 0; s < n; s++)
        who.n += skr_bits_has(bits, s);
    return who;
}

/* Drawn rows of a tile, ascending. Returns how many. */
static uint32_t draw_rows(uint32_t n_rows, uint32_t *rows)
{
    uint32_t n = 0;
    uint64_t one_in = 1 + draw(3);
    for (uint32_t r = 0; r < n_rows; r++)
        if (draw(one_in) == 0)
            rows[n++] = r;
    return n;
}

static void check_who(const skr_segment *catalogue, skr_segment_view *view, size_t tile,
                      const skr_sample_set *who)
{
    uint32_t rows[N_ALLELES];
    skr_carrier_tally tallies[N_ALLELES];
    uint64_t ans[N_ALLELES];
    const skr_tile_rows *columns = NULL;
    (void)catalogue;
    cr_assert(zero(int, skr_segment_view_rows(view, tile, &columns, &err)), "%s", err.message);
    uint32_t n = draw_rows(columns->n, rows);
    cr_assert(zero(int, skr_segment_view_tally(view, tile, rows, n, who, tallies, &err)), "%s",
              err.message);
    cr_assert(zero(int, skr_segment_view_n_called(view, tile, rows, n, who, ans, &err)), "%s",
              err.message);
    for (uint32_t i = 0; i < n; i++) {
        const skr_allele key = skr_segment_tile_rows_allele(columns, rows[i]);
        const skr_row_totals right = right_sums(&key, who->bits);
        check_sums(&right, &tallies[i], ans[i]);
    }
}

/* Carriers and calls of one row, sample by sample. */
static void check_row(skr_segment_view *view, size_t tile, uint32_t row, const skr_allele *key)
{
    static uint8_t calls[4096];
    skr_carriers carriers = {0};
    const skr_call_set *set = NULL;
    uint32_t at = 0;
    uint32_t at_bag = 0;
    cr_assert(zero(int, skr_segment_view_decode(view, tile, row, &carriers, &err)), "%s",
              err.message);
    cr_assert(zero(int, skr_segment_view_calls(view, tile, row, &set, &err)), "%s", err.message);
    skr_call_set_to_calls(set, firsts[N_MEMBERS], calls);
    for (uint32_t m = 0; m < N_MEMBERS; m++) {
        const model_row *own = find_row(&models[m], key);
        for (uint32_t s = 0; s < models[m].n_samples; s++)
            cr_assert(eq(u8, calls[firsts[m] + s],
                         own == NULL ? (uint8_t)SKR_CALL_NO_STATEMENT : own->calls[s]));
        for (uint32_t i = 0; own != NULL && i < own->carriers.n; i++, at++) {
            cr_assert(eq(u32, carriers.samples[at], firsts[m] + own->carriers.samples[i]));
            cr_assert(eq(u8, carriers.dosages[at], own->carriers.dosages[i]));
        }
        for (uint32_t i = 0; own != NULL && i < own->carriers.n_bags; i++, at_bag++)
            cr_assert(
                eq(u32, carriers.bags[at_bag].sample, firsts[m] + own->carriers.bags[i].sample));
    }
    cr_assert(eq(u32, at, carriers.n));
    cr_assert(eq(u32, at_bag, carriers.n_bags));
    skr_carriers_done(&carriers);
}

static void check_marks(skr_segment_view *view, size_t tile)
{
    uint32_t rows[N_ALLELES];
    uint64_t right[64] = {0};
    skr_segment_marks *marks = NULL;
    const skr_tile_rows *columns = NULL;
    cr_assert(zero(int, skr_segment_view_rows(view, tile, &columns, &err)));
    cr_assert(zero(int, skr_segment_marks_new(view, &marks, &err)));
    for (int round = 0; round < 2; round++) {
        uint32_t n = draw_rows(columns->n, rows);
        cr_assert(zero(int, skr_segment_marks_add(marks, tile, rows, n, &err)), "%s", err.message);
        for (uint32_t i = 0; i < n; i++) {
            const skr_allele key = skr_segment_tile_rows_allele(columns, rows[i]);
            for (uint32_t m = 0; m < N_MEMBERS; m++) {
                const model_row *own = find_row(&models[m], &key);
                for (uint32_t c = 0; own != NULL && c < own->carriers.n; c++)
                    skr_bits_set(right, firsts[m] + own->carriers.samples[c]);
                for (uint32_t c = 0; own != NULL && c < own->carriers.n_bags; c++)
                    skr_bits_set(right, firsts[m] + own->carriers.bags[c].sample);
            }
        }
    }
    const uint64_t *got = skr_segment_marks_finish(marks);
    cr_assert(zero(int, memcmp(got, right, skr_bits_words(firsts[N_MEMBERS]) * sizeof *got)));
    skr_segment_marks_free(marks);
}

/* Spans and coverage of every member, as each says by itself. */
static void check_called(skr_segment_view *view, skr_block_reader *reader)
{
    static uint8_t got[4096];
    static uint8_t own[4096];
    for (int round = 0; round < 20; round++) {
        uint32_t contig = 2 * (uint32_t)draw(3);
        uint32_t start0 = (uint32_t)draw(N_BASES);
        uint32_t end0 = start0 + 1 + (uint32_t)draw(30);
        bool says = false;
        bool right = false;
        cr_assert(zero(int, skr_segment_view_called(view, contig, start0, end0, got, &err)));
        cr_assert(
            zero(int, skr_segment_says(seen_segment, view, contig, start0, end0, &says, &err)));
        for (uint32_t m = 0; m < N_MEMBERS; m++) {
            skr_segment_view *member = NULL;
            bool own_says = false;
            cr_assert(zero(int, skr_segment_view_new(segments[m], reader, &member, &err)));
            cr_assert(zero(int, skr_segment_view_called(member, contig, start0, end0, own, &err)));
            cr_assert(zero(int, memcmp(own, got + firsts[m], models[m].n_samples)));
            cr_assert(zero(
                int, skr_segment_says(segments[m], member, contig, start0, end0, &own_says, &err)));
            right |= own_says;
            skr_segment_view_free(member);
        }
        cr_assert(says == right);
    }
}

static void check_catalogue(const skr_file_id *id, skr_open_files *files)
{
    skr_segment *catalogue = NULL;
    skr_block_reader *reader = NULL;
    skr_segment_view *view = NULL;
    static uint64_t bits[64];
    uint32_t n_rows = 0;
    size_t n_tiles = 0;
    uint64_t serial = 0;
    cr_assert(zero(int, skr_catalogue_open(files, folder, id, &catalogue, &err)), "%s",
              err.message);
    cr_assert(zero(int, skr_block_reader_new(SKR_IO_AUTO, &reader, &err)));
    cr_assert(zero(int, skr_segment_view_new(catalogue, reader, &view, &err)));
    cr_assert(eq(u32, skr_segment_n_samples(catalogue), firsts[N_MEMBERS]));
    seen_segment = catalogue;
    n_orders += catalogue->directory.n_orders;
    const skr_tile *tiles = skr_segment_tiles(catalogue, &n_tiles);
    for (size_t t = 0; t < n_tiles; t++) {
        const skr_sample_set all = {.n = firsts[N_MEMBERS]};
        check_who(catalogue, view, t, &all);
        for (int round = 0; round < 6; round++) {
            skr_sample_set who = draw_who(catalogue, bits, ++serial);
            check_who(catalogue, view, t, &who);
        }
        for (uint32_t r = 0; r < tiles[t].n_rows; r++) {
            const skr_tile_rows *rows = NULL;
            cr_assert(zero(int, skr_segment_view_rows(view, t, &rows, &err)));
            const skr_allele key = skr_segment_tile_rows_allele(rows, r);
            check_row(view, t, r, &key);
        }
        check_marks(view, t);
        n_rows += tiles[t].n_rows;
    }
    check_called(view, reader);
    for (uint32_t i = 0; i < n_pool; i++) {
        bool is_there = false;
        for (uint32_t m = 0; m < N_MEMBERS; m++)
            is_there |= find_row(&models[m], &pool[i].allele) != NULL;
        n_rows -= is_there;
    }
    cr_assert(zero(u32, n_rows), "each allele once");
    skr_segment_view_free(view);
    skr_block_reader_free(reader);
    skr_segment_close(catalogue);
}

static unsigned verify_catalogue(const skr_file_id *id)
{
    n_faults = 0;
    cr_assert(zero(int, skr_catalogue_verify(folder, id, count_fault, NULL, &err)), "%s",
              err.message);
    return n_faults;
}

static void write_catalogue(const char *name, skr_segment *const *sources, uint32_t n,
                            skr_file_id *ret_id)
{
    (void)unlink(name);
    cr_assert(zero(int, skr_catalogue_write(folder, name, sources, n, ret_id, &err)), "%s",
              err.message);
}

Test(catalogue, answers_what_its_members_answer)
{
    for (uint64_t seed = 1; seed <= 12; seed++) {
        skr_open_files *files = NULL;
        skr_file_id one;
        skr_file_id parts[2];
        skr_segment *of_parts[3] = {0};
        state = seed * UINT64_C(0x9e3779b97f4a7c15);
        make_members();
        cr_assert(zero(int, skr_open_files_new(2, &files, &err)));
        write_catalogue("catalogue-1.skr", segments, N_MEMBERS, &one);
        check_catalogue(&one, files);
        cr_assert(eq(u32, verify_catalogue(&one), 0), "seed %llu", (unsigned long long)seed);
        /* catalogues of catalogues */
        write_catalogue("catalogue-2.skr", segments, 3, &parts[0]);
        write_catalogue("catalogue-3.skr", segments + 3, N_MEMBERS - 4, &parts[1]);
        for (int i = 0; i < 2; i++)
            cr_assert(zero(int, skr_catalogue_open(files, folder, &parts[i], &of_parts[i], &err)));
        of_parts[2] = segments[N_MEMBERS - 1];
        write_catalogue("catalogue-4.skr", of_parts, 3, &one);
        cr_assert(eq(u64, skr_catalogue_spent(of_parts[0]) > 0, true));
        for (int i = 0; i < 2; i++)
            skr_segment_close(of_parts[i]);
        check_catalogue(&one, files);
        cr_assert(eq(u32, verify_catalogue(&one), 0));
        skr_open_files_free(files);
        free_members();
    }
    cr_assert(n_orders > 0, "common rows were among them");
    for (int i = 1; i <= 4; i++) {
        char name[32];
        snprintf(name, sizeof name, "catalogue-%d.skr", i);
        (void)unlink(name);
    }
}

/* Another segment under a member's name, and one byte of the catalogue. */
Test(catalogue, what_is_not_so_is_found)
{
    skr_file_id id;
    state = 77;
    make_members();
    write_catalogue("catalogue-1.skr", segments, N_MEMBERS, &id);
    FILE *file = fopen("catalogue-1.skr", "r+b");
    static char before[1 << 20];
    size_t n = fread(before, 1, sizeof before, file);
    unsigned n_found = 0;
    for (int round = 0; round < 60; round++) {
        size_t at = draw(n);
        char changed = (char)(before[at] ^ (1 << draw(8)));
        fseek(file, (long)at, SEEK_SET);
        fwrite(&changed, 1, 1, file);
        fflush(file);
        n_found += verify_catalogue(&id) > 0;
        fseek(file, (long)at, SEEK_SET);
        fwrite(&before[at], 1, 1, file);
        fflush(file);
    }
    cr_assert(eq(u32, n_found, 60));
    fclose(file);
    cr_assert(zero(int, unlink(ids[2].name)));
    cr_assert(verify_catalogue(&id) > 0, "a member is gone");
    (void)unlink("catalogue-1.skr");
    free_members();
}
