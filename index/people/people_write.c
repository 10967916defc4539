/*
 * people_write.c - the people table as a new file, what contradicts itself in it, and its verify.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "index/people/people_int.h"

/* ------------------------------------------------------------------ writing */

static int compare_ids(const void *a, const void *b)
{
    return strcmp(((const skr_id_entry *)a)->id, ((const skr_id_entry *)b)->id);
}

/* Merges the sorted new ids into the order that the table has; all[0, n_new) holds them. */
static int put_ids(const skr_people_edit *edit, skr_block_writer *writer, skr_buffer *directory,
                   skr_err *err)
{
    const skr_people *base = edit->base;
    uint32_t n = skr_people_edit_count(edit);
    uint32_t n_new = n - base->n;
    uint32_t n_old = base->ids == NULL ? 0 : skr_people_ids_count(base->ids);
    uint32_t n_all = 0;
    skr_id_entry *all = calloc(n + 1u, sizeof *all);
    skr_id_entry *news = calloc(n_new + 1u, sizeof *news);
    int status = SKR_OK;
    if (all == NULL || news == NULL) {
        status = skr_fail_nomem(err, "people");
        goto out;
    }
    for (uint32_t i = 0; i < n_new; i++)
        news[i] = (skr_id_entry){skr_names_at(edit->ids, base->n + i), base->n + i};
    qsort(news, n_new, sizeof *news, compare_ids);
    for (uint32_t old = 0, new = 0; old < n_old || new < n_new;) {
        skr_id_entry entry = {0};
        if (old < n_old) {
            entry.individual = skr_people_ids_sorted(base->ids, old);
            entry.id = skr_people_id(base, entry.individual);
        }
        bool is_old = new == n_new || (old < n_old && strcmp(entry.id, news[new].id) < 0);
        if (!is_old || skr_people_edit_has_id(edit, entry.individual))
            all[n_all++] = is_old ? entry : news[new];
        old += is_old;
        new += !is_old;
    }
    status = skr_people_ids_write(writer, all, n_all, directory, err);
out:
    free(all);
    free(news);
    return status;
}

/* Blobs of which a question needs a part are cut small. Sets and owners hardly shrink; to unpack
 * what every question for a term reads takes longer than to read it. */
static int put_part(skr_block_writer *writer, int part, const skr_buffer *bytes,
                    skr_buffer *directory, skr_err *err)
{
    bool is_plain = part == SKR_PART_PEOPLE || part == SKR_PART_CURIES || part == SKR_PART_TABLE ||
                    part == SKR_PART_SETS || part == SKR_PART_OWNERS;
    bool is_whole = part != SKR_PART_PEOPLE && part != SKR_PART_SETS && part != SKR_PART_VALUES &&
                    part != SKR_PART_OWNERS;
    return skr_blob_put_in(writer, bytes->bytes, bytes->n,
                           is_whole ? SKR_BLOB_WHOLE : SKR_BLOB_PARTS,
                           is_plain ? SKR_CODEC_PLAIN : SKR_CODEC_ZSTD, directory, err);
}

static int put_dataset(const skr_people_edit *edit, const skr_people_draft *draft,
                       skr_block_writer *writer, skr_buffer *directory, skr_err *err)
{
    skr_people_image image = {0};
    int status = skr_people_image_make(edit, draft, &image, err);
    uint32_t n_terms = draft->has_facts ? image.n_terms : draft->base->n_terms;
    if (status == SKR_OK)
        status = put_part(writer, SKR_PART_PEOPLE, &image.parts[SKR_PART_PEOPLE], directory, err);
    if (status == SKR_OK)
        status = skr_buffer_put(directory, image.head.bytes, image.head.n, err);
    if (status == SKR_OK)
        status = skr_buffer_put_varint(directory, n_terms, err);
    for (int part = SKR_PART_CURIES; status == SKR_OK && part < SKR_N_PARTS; part++)
        status = draft->has_facts ? put_part(writer, part, &image.parts[part], directory, err)
                                  : skr_blob_copy(writer, edit->base->file,
                                                  &draft->base->blobs[part], directory, err);
    skr_people_image_done(&image);
    return status;
}

int skr_people_edit_write(skr_people_edit *edit, const char *folder, const char *name,
                          skr_file_id *ret_id, skr_err *err)
{
    skr_block_writer *writer = NULL;
    skr_buffer directory = {0};
    skr_people_replaced replaced;
    int status = skr_people_edit_settle(edit, false, &replaced, err);
    if (status == SKR_OK)
        status = skr_block_writer_new(folder, name, SKR_FILE_PEOPLE, &writer, err);
    if (status == SKR_OK)
        status = skr_buffer_put_varint(&directory, SKR_PEOPLE_FORMAT, err);
    if (status == SKR_OK)
        status = skr_buffer_put_varint(&directory, skr_people_edit_count(edit), err);
    if (status == SKR_OK)
        status = put_ids(edit, writer, &directory, err);
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

/* Sets the bits of those who contradict themselves in a dataset whose records were not read. */
static int mark_conflicts(const skr_people_edit *edit, const skr_people_draft *draft,
                          uint64_t *conflicts, uint64_t *scratch, skr_err *err)
{
    static const skr_sex said[] = {SKR_SEX_FEMALE, SKR_SEX_MALE};
    uint32_t n = edit->base->n;
    for (unsigned k = 0; k < 2; k++) {
        memset(scratch, 0, n / 64 * 8 + 8);
        SKR_TRY(skr_people_draft_mark(edit, draft, &draft->base->sexes[said[k]], scratch, n, err));
        for (uint32_t i = 0; i < n; i++)
            if ((scratch[i / 64] >> i % 64 & 1) != 0 && draft->karyotypes[i] != SKR_NO_SAMPLE &&
                contradicts(said[k], (uint8_t)draft->karyotypes[i]))
                conflicts[i / 64] |= UINT64_C(1) << i % 64;
    }
    return SKR_OK;
}

int skr_people_edit_sex_conflicts(const skr_people_edit *edit, uint32_t *ret_n, skr_err *err)
{
    uint32_t n_people = skr_people_edit_count(edit);
    uint64_t *conflicts = calloc(n_people / 64 + 1u, sizeof *conflicts);
    uint64_t *scratch = calloc(n_people / 64 + 1u, sizeof *scratch);
    uint32_t n = 0;
    int status = conflicts == NULL || scratch == NULL ? skr_fail_nomem(err, "people") : SKR_OK;
    for (uint32_t d = 0; d < edit->n_drafts && status == SKR_OK; d++) {
        const skr_people_draft *draft = &edit->drafts[d];
        if (!draft->has_facts)
            status = mark_conflicts(edit, draft, conflicts, scratch, err);
        for (uint32_t i = 0; draft->has_facts && i < n_people; i++)
            if (is_conflict(draft, i))
                conflicts[i / 64] |= UINT64_C(1) << i % 64;
    }
    for (uint32_t w = 0; status == SKR_OK && w < n_people / 64 + 1; w++)
        n += (uint32_t)__builtin_popcountll(conflicts[w]);
    free(conflicts);
    free(scratch);
    if (status == SKR_OK)
        *ret_n = n;
    return status;
}

int skr_people_sex_conflicts(const skr_people *people, uint32_t dataset, uint32_t *ret_n,
                             skr_err *err)
{
    static const skr_sex said[] = {SKR_SEX_FEMALE, SKR_SEX_MALE};
    uint32_t n = 0;
    int status = SKR_OK;
    for (uint32_t k = 0; status == SKR_OK && k < skr_people_n_karyotypes(people, dataset); k++) {
        skr_karyotype karyotype;
        const skr_people_set *group = NULL;
        status = skr_people_of_karyotype(people, dataset, k, &karyotype, &group, err);
        for (unsigned i = 0; status == SKR_OK && i < 2; i++) {
            const skr_people_set *set = NULL;
            status = skr_people_of_sex(people, dataset, said[i], &set, err);
            if (group != NULL && set != NULL && contradicts(said[i], karyotype.n_y))
                n += skr_people_set_count_both(group, set);
        }
    }
    *ret_n = n;
    return status;
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

/* What the directory says of the sets of people must be what the image says. */
static bool has_head(const skr_people_dataset *dataset, const skr_buffer *head)
{
    skr_cursor at = skr_cursor_of(head->bytes, head->n);
    bool is_same = skr_cursor_varint(&at) == dataset->members.n_bytes;
    for (uint32_t i = 0; i < SKR_N_SEXES; i++)
        is_same = is_same && skr_cursor_varint(&at) == dataset->sexes[i].n_bytes;
    is_same = is_same && skr_cursor_varint(&at) == dataset->n_karyotypes;
    for (uint32_t i = 0; i < dataset->n_karyotypes && is_same; i++) {
        const skr_karyotype_group *group = &dataset->karyotypes[i];
        is_same = skr_cursor_u8(&at) == group->karyotype.n_x &&
                  skr_cursor_u8(&at) == group->karyotype.n_y &&
                  skr_cursor_varint(&at) == group->set.n_bytes;
    }
    return is_same && skr_cursor_is_done(&at);
}

static int compare_part(const check *c, skr_block_reader *reader, uint32_t number, int part,
                        const skr_buffer *made, skr_err *err)
{
    static const char *const names[SKR_N_PARTS] = {"people", "CURIEs", "labels", "order",  "table",
                                                   "sets",   "values", "owners", "records"};
    skr_buffer stored = {0};
    int status = skr_blob_read(reader, c->people->file, &c->people->datasets[number].blobs[part],
                               &stored, err);
    if (status == SKR_OK &&
        (stored.n != made->n || (made->n > 0 && memcmp(stored.bytes, made->bytes, made->n) != 0))) {
        char text[128];
        (void)snprintf(text, sizeof text, "dataset %u: %s differ from what the records say", number,
                       names[part]);
        fault(c, text);
    }
    skr_buffer_done(&stored);
    return status;
}

/* An id may be missing only of people who are in no dataset. */
static void check_ids(const check *c, const skr_people_draft *draft)
{
    for (uint32_t i = 0; i < c->people->n; i++)
        if (skr_people_id(c->people, i)[0] == '\0' && skr_people_set_contains(draft->members, i)) {
            fault(c, "somebody in a dataset has no id");
            return;
        }
}

/* Makes every image again from the records. */
static int check_images(const check *c, skr_people_edit *edit, skr_err *err)
{
    skr_block_reader *reader = NULL;
    int status = skr_block_reader_new(SKR_IO_PREAD, &reader, err);
    for (uint32_t i = 0; i < edit->n_drafts && status == SKR_OK; i++) {
        skr_people_image image = {0};
        check_ids(c, &edit->drafts[i]);
        status = skr_people_draft_need_facts(edit, &edit->drafts[i], err);
        if (status == SKR_OK)
            status = skr_people_image_make(edit, &edit->drafts[i], &image, err);
        if (status == SKR_OK && !has_head(&c->people->datasets[i], &image.head))
            fault(c, "the directory has other sets of people than the records make");
        for (int part = 0; status == SKR_OK && part < SKR_PART_RECORDS; part++)
            status = compare_part(c, reader, i, part, &image.parts[part], err);
        skr_people_image_done(&image);
    }
    skr_block_reader_free(reader);
    return status;
}

static int list_refs(const skr_people *people, skr_ref_list *refs, skr_err *err)
{
    int status = skr_people_ids_list(people->ids, refs, err);
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
        status = list_refs(people, &refs, err);
        if (status == SKR_OK)
            status = skr_block_file_verify(folder, id, SKR_FILE_PEOPLE, refs.refs, refs.n, on_fault,
                                           context, err);
        if (status != SKR_OK)
            goto out;
        status = skr_people_edit_new(people, &edit, &found);
    }
    if (status == SKR_OK)
        status = check_images(&c, edit, &found);
    if (status <= SKR_ERR_CORRUPT) {
        on_fault(context, found.message);
        status = SKR_OK;
    } else if (status != SKR_OK) {
        status = skr_fail(err, status, "%s", found.message);
    }
out:
    free(refs.refs);
    skr_people_edit_free(edit);
    skr_people_close(people);
    return status;
}
