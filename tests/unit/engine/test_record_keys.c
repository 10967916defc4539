/*
 * The keys of a record are its ALTs, trimmed and split as trimming them letter by letter says, each
 * once and in order; ALTs of which nobody knows what they are have none and are counted.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#include "engine/import/genomes/record_keys.h"
#include "tests/support/random.h"
#include "tests/support/vcf_file.h"

#define N_ALTS_MAX 5u
#define HEAD "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1\n"

static skr_err err;
static vcf_file file;
static test_random draw;
static skr_import_file files[1] = {{.name = "a.vcf"}};
static skr_import_contig contig = {.index = 4, .name = "7"};
static skr_import import;

static uint32_t below(uint32_t n)
{
    return test_random_below(&draw, n);
}

static void set_up(void)
{
    vcf_file_init(&file);
    import = (skr_import){.files = files, .n_files = 1, .n_memory = 64 << 20};
}

static void tear_down(void)
{
    skr_record_keys_free(import.record.keys);
    vcf_file_done(&file);
}

TestSuite(record_keys, .init = set_up, .fini = tear_down);

/* Reads the keys of one record: on contig 7, without a reference. */
static int read_keys(uint32_t pos1, const char *ref, const char *alts, const char *info)
{
    char text[4096];
    const skr_vcf_record *record = NULL;
    (void)snprintf(text, sizeof text, HEAD "7\t%u\t.\t%s\t%s\t.\tPASS\t%s\tGT\t0/0\n", pos1, ref,
                   alts, info);
    cr_assert(eq(int, vcf_file_open(&file, text, &err), SKR_OK), "%s", err.message);
    cr_assert(eq(int, skr_vcf_next(file.vcf, &record, &err), SKR_OK), "%s", err.message);
    skr_place place = {.import = &import,
                       .contig = &contig,
                       .vcf = file.vcf,
                       .record = record,
                       .start0 = pos1 - 1,
                       .n_ref = (uint32_t)strlen(ref)};
    return skr_record_keys_read(&place, &err);
}

/* ------------------------------------------------------------------ slowly */

/* An allele by its bases alone, without the letters that REF and ALT share at their ends. */
typedef struct bare {
    uint32_t start0;
    char ref[16];
    char alt[16];
} bare;

static bare trim(uint32_t start0, const char *ref, const char *alt)
{
    bare it = {.start0 = start0};
    size_t n_ref = strlen(ref);
    size_t n_alt = strlen(alt);
    while (n_ref > 0 && n_alt > 0 && ref[n_ref - 1] == alt[n_alt - 1]) {
        n_ref--;
        n_alt--;
    }
    while (n_ref > 0 && n_alt > 0 && *ref == *alt) {
        it.start0++;
        ref++;
        alt++;
        n_ref--;
        n_alt--;
    }
    memcpy(it.ref, ref, n_ref);
    memcpy(it.alt, alt, n_alt);
    return it;
}

static bare bare_of(const skr_allele *allele)
{
    char ref[16] = {0};
    char alt[16] = {0};
    memcpy(ref, allele->ref, allele->n_ref);
    memcpy(alt, allele->alt, allele->n_alt);
    return trim(allele->start0, ref, alt);
}

static bool is_same(const bare *a, const bare *b)
{
    return a->start0 == b->start0 && strcmp(a->ref, b->ref) == 0 && strcmp(a->alt, b->alt) == 0;
}

static void draw_bases(char *text, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        text[i] = "AC"[below(2)];
    text[n] = '\0';
}

/* The entries of an ALT: the allele itself, and of a replacement a base each that differs. */
static void compare_alt(uint32_t number, const char *ref, const char *alt, uint32_t pos1)
{
    const skr_record_keys *keys = import.record.keys;
    bare want = trim(pos1 - 1, ref, alt);
    bool is_mnv = strlen(want.ref) == strlen(want.alt) && strlen(want.ref) > 1;
    uint32_t n_atoms = 0;
    for (size_t i = 0; is_mnv && want.ref[i] != '\0'; i++)
        n_atoms += want.ref[i] != want.alt[i];
    uint32_t from = keys->first_key[number];
    uint32_t n = keys->first_key[number + 1] - from;
    cr_assert(eq(u32, n, strcmp(ref, alt) == 0 ? 0 : 1 + n_atoms), "seed %llu: %s>%s",
              (unsigned long long)draw.seed, ref, alt);
    for (uint32_t i = 0; i < n; i++) {
        const skr_key_entry *entry = &keys->entries[from + i];
        bare got = bare_of(&entry->allele);
        cr_assert(entry->alt == number && entry->allele.contig == 4 && entry->is_atom == (i > 0));
        if (i == 0)
            cr_assert(is_same(&got, &want), "seed %llu: %s>%s is %u %s>%s",
                      (unsigned long long)draw.seed, ref, alt, got.start0, got.ref, got.alt);
        else
            cr_assert(strlen(got.ref) == 1 && strlen(got.alt) == 1 &&
                      got.ref[0] == want.ref[got.start0 - want.start0] &&
                      got.alt[0] == want.alt[got.start0 - want.start0]);
    }
}

/* Keys ascend, each entry is of the key whose allele and spelling it has, and no two are alike. */
static void compare_keys(void)
{
    const skr_record_keys *keys = import.record.keys;
    for (uint32_t i = 0; i < keys->n_entries; i++) {
        const skr_allele *of_key = skr_record_keys_allele(keys, keys->keys[i]);
        cr_assert(skr_segment_allele_compare(of_key, &keys->entries[i].allele) == 0);
        cr_assert(memcmp(skr_record_keys_spelling(keys, keys->keys[i]), &keys->entries[i].spelling,
                         sizeof(skr_spelling)) == 0);
    }
    for (uint32_t k = 0; k + 1 < keys->n_keys; k++) {
        int order = skr_segment_allele_compare(skr_record_keys_allele(keys, k),
                                               skr_record_keys_allele(keys, k + 1));
        cr_assert(order <= 0);
        if (order == 0) {
            cr_assert(keys->is_shared[k] && keys->is_shared[k + 1]);
            cr_assert(memcmp(skr_record_keys_spelling(keys, k),
                             skr_record_keys_spelling(keys, k + 1), sizeof(skr_spelling)) != 0);
        }
    }
}

Test(record_keys, are_the_alts_trimmed_and_split)
{
    draw = test_random_drawn("record_keys");
    for (unsigned turn = 0; turn < 1500; turn++) {
        char ref[16];
        char alts[N_ALTS_MAX][16];
        char joined[128] = "";
        uint32_t n_alts = 1 + below(N_ALTS_MAX);
        uint32_t pos1 = 1 + below(1000000);
        draw_bases(ref, 1 + below(6));
        for (uint32_t i = 0; i < n_alts; i++) {
            draw_bases(alts[i], 1 + below(6));
            (void)snprintf(joined + strlen(joined), sizeof joined - strlen(joined), "%s%s",
                           i == 0 ? "" : ",", alts[i]);
        }
        cr_assert(eq(int, read_keys(pos1, ref, joined, "."), SKR_OK), "%s", err.message);
        for (uint32_t i = 0; i < n_alts; i++)
            compare_alt(i + 1, ref, alts[i], pos1);
        compare_keys();
    }
}

/* ------------------------------------------------------------------ what has no key */

Test(record_keys, alts_of_which_nobody_knows_what_they_are_have_none)
{
    static const struct {
        const char *alt;
        uint32_t n_keys;
        bool is_unknown;
        skr_import_count count; /* SKR_N_COUNTS: none */
    } cases[] = {
        {"*", 0, false, SKR_N_COUNTS},      {"<NON_REF>", 0, true, SKR_N_COUNTS},
        {"<*>", 0, true, SKR_N_COUNTS},     {"A[2:5[", 0, false, SKR_COUNT_BND},
        {"A!", 0, true, SKR_COUNT_BAD_ALT}, {"<DEL>", 1, false, SKR_N_COUNTS},
        {"A", 0, false, SKR_N_COUNTS},      {"<>", 0, true, SKR_COUNT_BAD_ALT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        memset(import.counts, 0, sizeof import.counts);
        cr_assert(eq(int, read_keys(100, "A", cases[i].alt, "END=150"), SKR_OK), "%s", err.message);
        const skr_record_keys *keys = import.record.keys;
        cr_assert(eq(u32, keys->n_keys, cases[i].n_keys), "%s", cases[i].alt);
        cr_assert(eq(int, keys->is_unknown[1], cases[i].is_unknown), "%s", cases[i].alt);
        for (unsigned c = 0; c < SKR_N_COUNTS; c++)
            cr_assert(eq(u64, import.counts[c], c == cases[i].count), "%s", cases[i].alt);
    }
}

Test(record_keys, a_record_names_no_more_than_there_is_memory_for)
{
    char alts[4000] = "C";
    import.n_memory = 1 << 20;
    while (skr_import_memory_entries(import.n_memory) >= 1500)
        import.n_memory /= 2;
    uint32_t n_max = skr_import_memory_entries(import.n_memory);
    cr_assert(n_max > 0 && n_max < 1500, "%u", n_max);
    for (uint32_t i = 0; i < 1900; i++)
        memcpy(alts + 1 + 2 * (size_t)i, i % 2 == 0 ? ",G" : ",T", 3);
    cr_assert(eq(int, read_keys(100, "A", alts, "."), SKR_ERR_INPUT));
    cr_assert(strstr(err.message, "a.vcf, line 3: names more than") != NULL, "%s", err.message);
    cr_assert(eq(int, read_keys(100, "A", "C", "."), SKR_OK)); /* the next one is read */
    cr_assert(eq(u32, import.record.keys->n_keys, 1));
}

Test(record_keys, pieces_that_touch_are_one)
{
    draw = test_random_drawn("record_keys");
    for (unsigned turn = 0; turn < 500; turn++) {
        skr_record_keys keys = {0};
        bool is_covered[100] = {false};
        for (uint32_t i = below(10); i > 0; i--) {
            uint32_t start0 = below(80);
            uint32_t end0 = start0 + 1 + below(19);
            cr_assert(eq(int, skr_record_keys_add_piece(&keys, start0, end0, &err), SKR_OK));
            memset(is_covered + start0, true, end0 - start0);
        }
        skr_record_keys_join_pieces(&keys);
        uint32_t n = 0;
        for (uint32_t at = 0; at < 100; at++) {
            bool begins = is_covered[at] && (at == 0 || !is_covered[at - 1]);
            if (begins)
                cr_assert(n < keys.n_pieces && keys.pieces[n].start0 == at, "seed %llu",
                          (unsigned long long)draw.seed);
            if (is_covered[at] && (at == 99 || !is_covered[at + 1]))
                cr_assert(eq(u32, keys.pieces[n++].end0, at + 1), "seed %llu",
                          (unsigned long long)draw.seed);
        }
        cr_assert(eq(u32, keys.n_pieces, n));
        free(keys.pieces);
    }
}
