/*
 * Ids are found, alone and many at once, as a plain list finds them: whatever they look like, in
 * whatever order they are asked for and belong to individuals.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "index/people/people_edit.h"
#include "storage/base/limits.h"
#include "tests/support/people_ask.h"
#include "tests/support/temp_folder.h"

#define N_MAX 20000u

static uint64_t state;
static skr_err err;
static char ids[N_MAX][24];
static test_folder folder;

static uint32_t draw(uint32_t below)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)((state >> 33) % below);
}

/* Ids of a kind, none twice: every number is in its id. */
static void draw_id(unsigned kind, uint32_t number, char *id)
{
    static const char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZ";
    uint32_t mixed = number * 2654435761u;
    switch (kind) {
    case 0:
        snprintf(id, 24, "S%07u", number);
        break;
    case 1: /* not of one width: 9 is after 10 */
        snprintf(id, 24, "P%u", number);
        break;
    case 2: /* holes */
        snprintf(id, 24, "HG%06u", number * 3 / 2 * 2 + number % 2);
        break;
    default:
        for (int i = 0; i < 7; i++, mixed /= 24)
            id[i] = letters[mixed % 24];
        snprintf(id + 7, 17, "%x", number);
    }
}

static skr_people *make_people(unsigned kind, uint32_t n, uint32_t n_edits, bool is_shuffled)
{
    skr_file_id id = {.name = ""};
    skr_people *people = NULL;
    for (uint32_t i = 0; i < n; i++)
        draw_id(kind, i, ids[i]);
    for (uint32_t i = n; is_shuffled && i > 1; i--) {
        char swap[24];
        uint32_t k = draw(i);
        memcpy(swap, ids[k], 24);
        memcpy(ids[k], ids[i - 1], 24);
        memcpy(ids[i - 1], swap, 24);
    }
    for (uint32_t e = 0; e < n_edits; e++) {
        skr_people_edit *edit = NULL;
        char name[32];
        snprintf(name, sizeof name, "people-%u.skr", e);
        (void)unlink(test_folder_file(&folder, name));
        cr_assert(zero(int, skr_people_open(folder.path, &id, &people, &err)), "%s", err.message);
        cr_assert(zero(int, skr_people_edit_new(people, &edit, &err)), "%s", err.message);
        for (uint32_t i = n / n_edits * e; i < (e + 1 == n_edits ? n : n / n_edits * (e + 1));
             i++) {
            uint32_t individual = SKR_NONE;
            cr_assert(zero(int, skr_people_edit_individual(edit, ids[i], &individual, NULL, &err)));
            cr_assert(eq(u32, individual, i));
            cr_assert(zero(int, skr_people_edit_sample(edit, 0, i, (skr_karyotype){2, 0}, &err)));
        }
        cr_assert(zero(int, skr_people_edit_write(edit, folder.path, name, &id, &err)));
        skr_people_edit_free(edit);
        skr_people_close(people);
    }
    cr_assert(zero(int, skr_people_open(folder.path, &id, &people, &err)));
    return people;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(((const skr_id_text *)a)->text, ((const skr_id_text *)b)->text);
}

/* Asks for some that are there and some that are not. line: who it should be, or SKR_NONE. */
static void ask_many(const skr_people *people, uint32_t n, uint32_t n_asked, bool is_sorted)
{
    static char missing[64][24];
    skr_id_text *texts = malloc(n_asked * sizeof *texts);
    uint32_t *found = malloc(n_asked * sizeof *found);
    for (uint32_t i = 0; i < n_asked; i++) {
        uint32_t who = draw(n);
        texts[i] = (skr_id_text){ids[who], (uint32_t)strlen(ids[who]), who};
        if (draw(8) == 0) {
            char *id = missing[draw(64)];
            snprintf(id, 24, "%.20s%s", ids[who], draw(2) == 0 ? "!" : "~");
            if (draw(3) == 0)
                id[draw((uint32_t)strlen(id))] = '?';
            texts[i] = (skr_id_text){id, (uint32_t)strlen(id), SKR_NONE};
        }
    }
    for (uint32_t i = 0; i < n_asked; i++) /* a missing one may have been drawn over */
        texts[i].n = (uint32_t)strlen(texts[i].text);
    if (is_sorted)
        qsort(texts, n_asked, sizeof *texts, compare_texts);
    cr_assert(zero(int, skr_people_find_all(people, texts, n_asked, found, &err)));
    for (uint32_t i = 0; i < n_asked; i++)
        cr_assert(eq(u32, found[i], texts[i].line), "%s", texts[i].text);
    free(texts);
    free(found);
}

Test(people_ids, are_found)
{
    folder = test_folder_make();
    for (unsigned round = 0; round < 32; round++) {
        state = round + 1;
        unsigned kind = round % 4;
        uint32_t n = round < 4 ? 1 + draw(3) : round < 24 ? 1 + draw(3000) : N_MAX;
        skr_people *people = make_people(kind, n, 1 + round % 3, round / 4 % 2 == 1);
        cr_assert(eq(u32, skr_people_count(people), n));
        for (uint32_t i = 0; i < 60; i++) {
            uint32_t who = draw(n);
            cr_assert(eq(u32, ask_find(people, ids[who]), who));
        }
        cr_assert(eq(u32, ask_find(people, ""), SKR_NONE));
        cr_assert(eq(u32, ask_find(people, "~"), SKR_NONE));
        ask_many(people, n, 1 + draw(n), false);
        ask_many(people, n, 1 + draw(n), true);
        ask_many(people, n, 2, true);
        cr_assert(zero(int, skr_people_load_ids(people, &err)));
        for (uint32_t i = 0; i < n; i++)
            cr_assert(eq(str, (char *)skr_people_id(people, i), ids[i]));
        skr_people_close(people);
    }
    test_folder_remove(&folder);
}
