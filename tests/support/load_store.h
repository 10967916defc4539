/*
 * load_store.h - a store in a folder of a test's own, loaded through the engine and opened again.
 */
#ifndef SKR_TESTS_LOAD_STORE_H
#define SKR_TESTS_LOAD_STORE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/face/import.h"
#include "index/genes/gene_table.h"
#include "index/ontology/ontology.h"
#include "index/people/people.h"
#include "storage/store.h"
#include "tests/support/temp_folder.h"

typedef struct load_store {
    test_folder folder; /* of the store */
    test_folder files;
    skr_store *store;
    skr_people *people;
    skr_ontology *ontology;
    skr_gene_table *genes; /* of the first assembly */
    skr_load_result result;
    skr_err err;
} load_store;

static inline void load_store_close(load_store *s)
{
    skr_people_close(s->people);
    skr_ontology_close(s->ontology);
    skr_gene_table_close(s->genes);
    skr_store_close(s->store);
    s->people = NULL;
    s->ontology = NULL;
    s->genes = NULL;
    s->store = NULL;
}

static inline void load_store_init(load_store *s)
{
    memset(s, 0, sizeof *s);
    s->folder = test_folder_make();
    s->files = test_folder_make();
}

static inline void load_store_done(load_store *s)
{
    load_store_close(s);
    test_folder_remove(&s->folder);
    test_folder_remove(&s->files);
}

/* Opens what the store holds now, and reads no terms. */
static inline void load_store_open_unread(load_store *s)
{
    static const skr_file_id none = {.name = ""};
    load_store_close(s);
    SKR_CHECK(skr_store_open(s->folder.path, &s->store, &s->err) == SKR_OK);
    const skr_manifest *manifest = skr_store_manifest(s->store);
    const skr_file_id *genes = manifest->n_assemblies > 0 ? &manifest->assemblies[0].genes : &none;
    SKR_CHECK(skr_people_open(s->folder.path, &manifest->people, &s->people, &s->err) == SKR_OK);
    SKR_CHECK(skr_ontology_open(s->folder.path, &manifest->ontology, &s->ontology, &s->err) ==
              SKR_OK);
    SKR_CHECK(skr_gene_table_open(s->folder.path, genes, &s->genes, &s->err) == SKR_OK);
}

/* Opens what the store holds now. */
static inline void load_store_open(load_store *s)
{
    load_store_open_unread(s);
    SKR_CHECK(skr_ontology_load_texts(s->ontology, &s->err) == SKR_OK);
}

typedef int (*load_fn)(const skr_load_request *request, skr_load_result *ret_result, skr_err *err);

/* Loads a file, its name as it is, for dataset and assembly "d" unless said otherwise. */
static inline int load_path(load_store *s, load_fn load, const char *dataset, const char *path)
{
    skr_load_request request = {.store = s->folder.path,
                                .dataset = dataset,
                                .assembly = dataset,
                                .files = &path,
                                .n_files = 1};
    return load(&request, &s->result, &s->err);
}

#define LOAD_PATH_MAX (2 * SKR_TEST_PATH_MAX)

/* Writes text into a file of this name; its path has room for LOAD_PATH_MAX bytes. */
static inline void load_write(load_store *s, const char *name, const char *text, char *path)
{
    (void)snprintf(path, LOAD_PATH_MAX, "%s", test_folder_file(&s->files, name));
    FILE *file = fopen(path, "wb");
    SKR_CHECK(file != NULL && fwrite(text, 1, strlen(text), file) == strlen(text));
    SKR_CHECK(fclose(file) == 0);
}

/* Writes text into a file of this name and loads it. */
static inline int load_text(load_store *s, load_fn load, const char *dataset, const char *name,
                            const char *text)
{
    char path[LOAD_PATH_MAX];
    load_write(s, name, text, path);
    return load_path(s, load, dataset, path);
}

/* A file of tests/data. */
static inline const char *load_data_path(const char *name)
{
    static char path[SKR_TEST_PATH_MAX];
    const char *source = getenv("SKERRY_SOURCE");
    (void)snprintf(path, sizeof path, "%s/tests/data/%s", source == NULL ? "." : source, name);
    return path;
}

#endif
