/*
 * people_threads.c - threads that ask one open table of people for sets that nobody asked for
 * before: each set is decoded once or more, and everybody sees the same.
 *
 * A plain program, for the thread sanitizer.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "index/people/people_edit.h"
#include "tests/support/people_ask.h"
#include "tests/support/temp_folder.h"

#define N_THREADS 4
#define N_PEOPLE 2000u
#define N_TERMS 60u

static skr_people *people;
static asked_people seen[N_THREADS][N_TERMS];

static void term_name(uint32_t term, char *name, size_t n)
{
    (void)snprintf(name, n, "X:%u", term);
}

static void write_people(const test_folder *folder, skr_file_id *id)
{
    static const skr_karyotype female = {2, 0};
    skr_people *empty = NULL;
    skr_people_edit *edit = NULL;
    skr_err err;
    SKR_CHECK(skr_people_open(folder->path, &(skr_file_id){.name = ""}, &empty, &err) == SKR_OK);
    SKR_CHECK(skr_people_edit_new(empty, &edit, &err) == SKR_OK);
    for (uint32_t i = 0; i < N_PEOPLE; i++) {
        char name[20];
        uint32_t who;
        (void)snprintf(name, sizeof name, "P%u", i);
        SKR_CHECK(skr_people_edit_individual(edit, name, &who, NULL, &err) == SKR_OK);
        SKR_CHECK(skr_people_edit_sample(edit, 0, who, female, &err) == SKR_OK);
        SKR_CHECK(skr_people_edit_record(edit, 0, who, SKR_RECORD_INDIVIDUAL, name, &err) ==
                  SKR_OK);
        for (uint32_t term = 0; term < N_TERMS; term++) {
            skr_fact fact = {.curie = name, .has_value = true, .value = i, .onset = skr_age_at(i)};
            term_name(term, name, sizeof name);
            if (i % (term + 2) == 0)
                SKR_CHECK(skr_people_edit_fact(edit, &fact, &err) == SKR_OK);
        }
    }
    SKR_CHECK(skr_people_edit_write(edit, folder->path, "people-1.skr", id, &err) == SKR_OK);
    skr_people_edit_free(edit);
    skr_people_close(empty);
}

static void *ask(void *context)
{
    asked_people *mine = context;
    uint64_t bitmap[N_PEOPLE / 64 + 1];
    for (uint32_t term = 0; term < N_TERMS; term++) {
        char name[20];
        term_name(term, name, sizeof name);
        mine[term] = ask_of_term(people, 0, name);
        SKR_CHECK(n_asked(mine[term]) == (N_PEOPLE + term + 1) / (term + 2));
        memset(bitmap, 0, sizeof bitmap);
        ask_compare(people, 0, SKR_COLUMN_VALUE, name, SKR_GE, 0, bitmap);
        SKR_CHECK((bitmap[0] & 1) == 1);
    }
    SKR_CHECK(ask_karyotype(people, 0, 7).n_x == 2);
    SKR_CHECK(ask_find(people, "P11") == 11 && ask_find(people, "Q") == SKR_NONE);
    SKR_CHECK(skr_people_load_ids(people, NULL) == SKR_OK);
    SKR_CHECK(strcmp(skr_people_id(people, 12), "P12") == 0);
    SKR_CHECK(skr_people_set_count(ask_of_dataset(people, 0)) == N_PEOPLE);
    return NULL;
}

int main(void)
{
    test_folder folder = test_folder_make();
    skr_file_id id;
    skr_err err;
    write_people(&folder, &id);
    for (int round = 0; round < 20; round++) {
        pthread_t threads[N_THREADS];
        SKR_CHECK(skr_people_open(folder.path, &id, &people, &err) == SKR_OK);
        for (int i = 0; i < N_THREADS; i++)
            SKR_CHECK(pthread_create(&threads[i], NULL, ask, seen[i]) == 0);
        for (int i = 0; i < N_THREADS; i++)
            SKR_CHECK(pthread_join(threads[i], NULL) == 0);
        for (int i = 1; i < N_THREADS; i++)
            SKR_CHECK(memcmp(seen[i], seen[0], sizeof seen[0]) == 0);
        skr_people_close(people);
    }
    test_folder_remove(&folder);
    return 0;
}
