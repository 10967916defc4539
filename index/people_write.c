/*
 * people_write.c - the people table as a new file, what contradicts itself in it, and its verify.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "index/people_int.h"

/* ------------------------------------------------------------------ writing */

typedef struct sort_id {
    const char *id;
    uint32_t ordinal;
} sort_id;

static int compare_ids(const void *a, const void *b)
{
    return strcmp(((const sort_id *)a)->id, ((const sort_id *)b)->id);
}

static int put_ids(const skr_people_edit *edit, skr_block_writer *writer, skr_buffer *directory,
                   skr_err *err)
{
    const skr_people *base = edit->base;
    skr_buffer ids = {0};
    int status = SKR_OK;
    if (base->ids.n > 0)
        status = skr_buffer_put(&ids, base->ids.bytes, base->ids.n, err);
    uint32_t n_new = skr_names_count(edit->new_ids);
    for (uint32_t i = 0; status == SKR_OK && i < n_new; i++) {
        const char *id = skr_names_at(edit->new_ids, i);
        status = skr_buffer_put(&ids, id, strlen(id) + 1, err);
    }
    if (status == SKR_OK)
        status = skr_blob_put(writer, ids.bytes, ids.n, SKR_CODEC_ZSTD, directory, err);
    skr_buffer_done(&ids);
    return status;
}

/* Merges the sorted new ids into the order that the table has. */
static int merge_order(const skr_people *base, const sort_id *news, uint32_t n_new,
                       skr_buffer *sorted, skr_err *err)
{
    const uint32_t *olds = (const uint32_t *)(const void *)base->sorted.bytes;
    uint32_t old = 0;
    uint32_t new = 0;
    int status = skr_buffer_reserve(sorted, 4 * ((size_t)base->n + n_new), err);
    while (status == SKR_OK && (old < base->n || new < n_new)) {
        bool is_old = new == n_new ||
                      (old < base->n && strcmp(skr_people_id(base, olds[old]), news[new].id) < 0);
        status = skr_buffer_put_u32(sorted, is_old ? olds[old] : news[new].ordinal, err);
        old += is_old;
        new += !is_old;
    }
    return status;
}

static int put_order(const skr_people_edit *edit, skr_block_writer *writer, skr_buffer *directory,
                     skr_err *err)
{
    uint32_t n_new = skr_names_count(edit->new_ids);
    skr_buffer sorted = {0};
    sort_id *news = calloc(n_new + 1u, sizeof *news);
    if (news == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "people: out of memory");
    for (uint32_t i = 0; i < n_new; i++)
        news[i] = (sort_id){skr_names_at(edit->new_ids, i), edit->base->n + i};
    qsort(news, n_new, sizeof *news, compare_ids);
    int status = merge_order(edit->base, news, n_new, &sorted, err);
    if (status == SKR_OK)
        status = skr_blob_put(writer, sorted.bytes, sorted.n, SKR_CODEC_PLAIN, directory, err);
    skr_buffer_done(&sorted);
    free(news);
    return status;
}

/* Sets and columns are kept plain: an open reads all of them, and they hardly shrink. */
static skr_codec codec_of(int part)
{
    bool is_plain = part == SKR_PART_SETS || part == SKR_PART_VALUES || part == SKR_PART_OWNERS;
    return is_plain ? SKR_CODEC_PLAIN : SKR_CODEC_ZSTD;
}

static int put_dataset(const skr_people_edit *edit, const skr_people_draft *draft,
                       skr_block_writer *writer, skr_buffer *directory, skr_err *err)
{
    skr_people_image image = {0};
    int status = skr_people_image_make(edit, draft, &image, err);
    if (status == SKR_OK)
        status = skr_buffer_put_varint(directory, image.n_terms, err);
    for (int part = 0; status == SKR_OK && part < SKR_N_PARTS; part++)
        status = skr_blob_put(writer, image.parts[part].bytes, image.parts[part].n, codec_of(part),
                              directory, err);
    skr_people_image_done(&image);
    return status;
}

int skr_people_edit_write(skr_people_edit *edit, const char *folder, const char *name,
                          skr_file_id *ret_id, skr_err *err)
{
    skr_block_writer *writer = NULL;
    skr_buffer directory = {0};
    int status = skr_block_writer_new(folder, name, SKR_FILE_PEOPLE, &writer, err);
    if (status == SKR_OK)
        status = skr_buffer_put_varint(&directory, SKR_PEOPLE_FORMAT, err);
    if (status == SKR_OK)
        status = skr_buffer_put_varint(&directory, skr_people_edit_count(edit), err);
    if (status == SKR_OK)
        status = put_ids(edit, writer, &directory, err);
    if (status == SKR_OK)
        status = put_order(edit, writer, &directory, err);
    if (status == SKR_OK)
        status = skr_buffer_put_varint(&directory, edit->n_drafts, err);
    for (uint32_t i = 0; status == SKR_OK && i < edit->n_drafts; i++)
        status = put_dataset(edit, &edit->drafts[i], writer, &directory, err);
    if (status == SKR_OK)
        status = skr_block_writer_finish(writer, directory.bytes, directory.n, ret_id, err);
    skr_buffer_done(&directory);
    skr_block_writer_free(writer);
    return status;
}

/* ------------------------------------------------------------------ contradictions */

/* A woman with a Y, or a man without one. */
static bool contradicts(skr_sex sex, uint8_t n_y)
{
    if (n_y == SKR_KARYOTYPE_UNKNOWN)
        return false;
    return (sex == SKR_SEX_FEMALE && n_y > 0) || (sex == SKR_SEX_MALE && n_y == 0);
}

/* What the individual's own record says, which is where sexes are said. */
static bool is_conflict(const skr_people_draft *draft, uint32_t individual)
{
    if (individual >= draft->n_people_max || draft->record_at[individual] == 0 ||
        draft->karyotypes[individual] == SKR_NO_SAMPLE)
        return false;
    size_t record = draft->record_at[individual] - 1;
    skr_sex sex = (skr_sex)draft->records.bytes[record + SKR_RECORD_SEX_AT];
    return contradicts(sex, (uint8_t)draft->karyotypes[individual]);
}

uint32_t skr_people_edit_sex_conflicts(const skr_people_edit *edit)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < skr_people_edit_count(edit); i++) {
        bool is_any = false;
        for (uint32_t d = 0; d < edit->n_drafts && !is_any; d++)
            is_any = is_conflict(&edit->drafts[d], i);
        n += is_any;
    }
    return n;
}

uint32_t skr_people_sex_conflicts(const skr_people *people, uint32_t dataset)
{
    static const skr_sex said[] = {SKR_SEX_FEMALE, SKR_SEX_MALE};
    uint32_t n = 0;
    for (uint32_t k = 0; k < skr_people_n_karyotypes(people, dataset); k++) {
        skr_karyotype karyotype;
        const skr_people_set *group = skr_people_of_karyotype(people, dataset, k, &karyotype);
        for (unsigned i = 0; i < 2; i++) {
            const skr_people_set *set = skr_people_of_sex(people, dataset, said[i]);
            if (group != NULL && set != NULL && contradicts(said[i], karyotype.n_y))
                n += skr_people_set_count_both(group, set);
        }
    }
    return n;
}

/* ------------------------------------------------------------------ verify */

typedef struct check {
    const skr_people *people;
    const char *name;
    skr_fault_fn on_fault;
    void *context;
} check;

static void fault(const check *c, const char *text)
{
    char line[256 + SKR_FILE_NAME_MAX];
    (void)snprintf(line, sizeof line, "%s: %s", c->name, text);
    c->on_fault(c->context, line);
}

static void check_order(const check *c)
{
    const uint32_t *sorted = (const uint32_t *)(const void *)c->people->sorted.bytes;
    for (uint32_t i = 1; i < c->people->n; i++) {
        if (strcmp(skr_people_id(c->people, sorted[i - 1]), skr_people_id(c->people, sorted[i])) >=
            0) {
            fault(c, "ids out of order, or an id that stands twice");
            return;
        }
    }
}

/* Makes every image again from the records. */
static int check_images(const check *c, const skr_people_edit *edit, skr_err *err)
{
    static const char *const part_names[SKR_N_PARTS] = {"names",  "order",  "table",  "sets",
                                                        "values", "owners", "records"};
    for (uint32_t i = 0; i < edit->n_drafts; i++) {
        skr_people_image image = {0};
        int status = skr_people_image_make(edit, &edit->drafts[i], &image, err);
        const skr_people_dataset *dataset = &c->people->datasets[i];
        for (int part = 0; status == SKR_OK && part < SKR_PART_RECORDS; part++) {
            const skr_buffer *stored = &dataset->parts[part];
            const skr_buffer *made = &image.parts[part];
            char text[128];
            (void)snprintf(text, sizeof text, "dataset %u: %s differ from what the records say", i,
                           part_names[part]);
            if (stored->n != made->n ||
                (made->n > 0 && memcmp(stored->bytes, made->bytes, made->n) != 0))
                fault(c, text);
        }
        skr_people_image_done(&image);
        if (status < 0)
            return status;
    }
    return SKR_OK;
}

static int list_refs(const skr_people *people, skr_ref_list *refs, skr_err *err)
{
    int status = skr_blob_list(&people->id_blob, refs, err);
    if (status == SKR_OK)
        status = skr_blob_list(&people->sorted_blob, refs, err);
    for (uint32_t i = 0; i < people->n_datasets; i++)
        for (int part = 0; status == SKR_OK && part < SKR_N_PARTS; part++)
            status = skr_blob_list(&people->datasets[i].blobs[part], refs, err);
    return status;
}

int skr_people_verify(const char *folder, const skr_file_id *id, skr_fault_fn on_fault,
                      void *context, skr_err *err)
{
    skr_people *people = NULL;
    skr_people_edit *edit = NULL;
    skr_ref_list refs = {0};
    check c = {.name = id->name, .on_fault = on_fault, .context = context};
    skr_err found = {0};

    int status = skr_people_open(folder, id, &people, &found);
    if (status == SKR_OK && id->name[0] == '\0')
        goto out;
    if (status == SKR_OK) {
        c.people = people;
        check_order(&c);
        status = list_refs(people, &refs, err);
        if (status == SKR_OK)
            status = skr_block_file_verify(folder, id, SKR_FILE_PEOPLE, refs.refs, refs.n, on_fault,
                                           context, err);
        if (status < 0)
            goto out;
        status = skr_people_edit_new(people, &edit, &found);
    }
    if (status == SKR_OK) {
        status = check_images(&c, edit, err);
    } else if (status <= SKR_ERR_CORRUPT) {
        on_fault(context, found.message);
        status = SKR_OK;
    } else {
        status = skr_fail(err, status, "%s", found.message);
    }
out:
    free(refs.refs);
    skr_people_edit_free(edit);
    skr_people_close(people);
    return status;
}
