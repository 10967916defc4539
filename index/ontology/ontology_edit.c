/*
 * ontology_edit.c - releases as they are delivered, and their stored form.
 */
#include <stdlib.h>
#include <string.h>

#include "index/ontology/ontology_int.h"
#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"

static void release_done(skr_release_draft *release)
{
    for (uint32_t i = 0; i < release->n_flags_max; i++)
        free(release->labels[i]);
    free(release->labels);
    free(release->flags);
    free(release->name);
    free(release->version);
    for (int kind = 0; kind < SKR_N_PAIR_KINDS; kind++)
        free(release->pairs[kind].pairs);
    skr_names_free(release->names);
}

static int add_release(skr_ontology_edit *edit, const char *name, const char *version,
                       skr_release_draft **ret_release, skr_err *err)
{
    SKR_TRY(SKR_ARRAY_RESERVE(&edit->releases, &edit->n_releases_max, edit->n_releases + 1,
                              "ontology", err));
    skr_release_draft *release = &edit->releases[edit->n_releases++];
    memset(release, 0, sizeof *release);
    release->name = strdup(name);
    release->version = strdup(version);
    if (release->name == NULL || release->version == NULL)
        return skr_fail_nomem(err, "ontology");
    *ret_release = release;
    return skr_names_new(&release->names, err);
}

/* ------------------------------------------------------------------ what a file says */

static int grow_flags(skr_release_draft *release, uint32_t number, skr_err *err)
{
    if (number < release->n_flags_max)
        return SKR_OK;
    uint32_t n = release->n_flags_max;
    uint32_t n_max = n; /* the two lists have the same room */
    SKR_TRY(SKR_ARRAY_RESERVE(&release->labels, &n_max, number + 1, "ontology", err));
    for (uint32_t i = n; i < n_max; i++)
        release->labels[i] = NULL;
    SKR_TRY(SKR_ARRAY_RESERVE(&release->flags, &release->n_flags_max, number + 1, "ontology", err));
    memset(release->flags + n, 0, release->n_flags_max - n);
    return SKR_OK;
}

void skr_ontology_edit_count(const skr_ontology_edit *edit, uint64_t *ret_n_terms,
                             uint64_t *ret_n_obsolete)
{
    *ret_n_terms = 0;
    *ret_n_obsolete = 0;
    for (uint32_t i = 0; i < edit->n_releases; i++) {
        const skr_release_draft *release = &edit->releases[i];
        if (!release->is_delivered)
            continue;
        *ret_n_terms += release->n_active;
        for (uint32_t name = 0; name < release->n_flags_max; name++)
            *ret_n_obsolete += release->flags[name] == SKR_NAME_OBSOLETE;
    }
}

static bool is_printable(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return false;
    return true;
}

static int number_of(skr_release_draft *release, const char *curie, uint32_t *ret_number,
                     skr_err *err)
{
    size_t n = strlen(curie);
    size_t n_prefix = skr_ontology_curie_prefix(curie);
    if (n > SKR_NAME_MAX || n_prefix == 0 || n_prefix + 1 == n || n_prefix > SKR_PREFIX_MAX ||
        !is_printable(curie))
        return skr_fail(err, SKR_ERR_INPUT, "\"%.60s\" is no term id (PREFIX:ID)", curie);
    SKR_TRY(skr_names_add(release->names, curie, ret_number, err));
    return grow_flags(release, *ret_number, err);
}

int skr_ontology_edit_release(skr_ontology_edit *edit, const char *name, const char *version,
                              skr_err *err)
{
    SKR_TRY(skr_ontology_edit_close(edit, err));
    skr_release_draft *release;
    int status = add_release(edit, is_printable(name) ? name : "",
                             is_printable(version) ? version : "", &release, err);
    edit->is_open = status == SKR_OK;
    if (edit->is_open)
        release->is_delivered = true;
    return status;
}

static skr_release_draft *open_release(skr_ontology_edit *edit)
{
    SKR_CHECK(edit->is_open);
    return &edit->releases[edit->n_releases - 1];
}

static int declare(skr_release_draft *release, uint32_t number, const char *label, bool is_obsolete,
                   skr_err *err)
{
    uint8_t *flags = &release->flags[number];
    if (is_obsolete) {
        *flags |= (*flags & SKR_NAME_ACTIVE) != 0 ? 0 : SKR_NAME_OBSOLETE;
    } else {
        release->n_active += (*flags & SKR_NAME_ACTIVE) == 0;
        *flags = SKR_NAME_ACTIVE;
    }
    if (label == NULL || label[0] == '\0' || release->labels[number] != NULL ||
        !is_printable(label))
        return SKR_OK;
    release->labels[number] = strdup(label);
    return release->labels[number] == NULL ? skr_fail_nomem(err, "ontology") : SKR_OK;
}

int skr_ontology_edit_term(skr_ontology_edit *edit, const char *curie, const char *label,
                           bool is_obsolete, skr_err *err)
{
    skr_release_draft *release = open_release(edit);
    uint32_t number;
    SKR_TRY(number_of(release, curie, &number, err));
    return declare(release, number, label, is_obsolete, err);
}

static int add_pair(skr_pair_list *list, uint32_t from, uint32_t to, skr_err *err)
{
    SKR_TRY(SKR_ARRAY_RESERVE(&list->pairs, &list->n_max, list->n + 1, "ontology", err));
    list->pairs[list->n++] = (skr_name_pair){from, to};
    return SKR_OK;
}

static int add_named_pair(skr_ontology_edit *edit, enum skr_pair_kind kind, const char *from,
                          const char *to, skr_err *err)
{
    skr_release_draft *release = open_release(edit);
    uint32_t from_number;
    uint32_t to_number;
    SKR_TRY(number_of(release, from, &from_number, err));
    SKR_TRY(number_of(release, to, &to_number, err));
    return add_pair(&release->pairs[kind], from_number, to_number, err);
}

int skr_ontology_edit_parent(skr_ontology_edit *edit, const char *child, const char *parent,
                             skr_err *err)
{
    return add_named_pair(edit, SKR_PAIR_PARENT, child, parent, err);
}

int skr_ontology_edit_alternative(skr_ontology_edit *edit, const char *alternative,
                                  const char *term, skr_err *err)
{
    return add_named_pair(edit, SKR_PAIR_ALTERNATIVE, alternative, term, err);
}

int skr_ontology_edit_replacement(skr_ontology_edit *edit, const char *obsolete, const char *term,
                                  skr_err *err)
{
    return add_named_pair(edit, SKR_PAIR_REPLACEMENT, obsolete, term, err);
}

/* ------------------------------------------------------------------ closing a release */

/* The prefix that most of its terms have; of equals the one that came first. */
static int find_prefix(skr_release_draft *release, skr_err *err)
{
    skr_names *prefixes = NULL;
    uint32_t *counts = calloc(release->n_active + 1u, sizeof *counts);
    int status = counts == NULL ? skr_fail_nomem(err, "ontology") : skr_names_new(&prefixes, err);
    uint32_t best = 0;
    for (uint32_t i = 0; status == SKR_OK && i < skr_names_count(release->names); i++) {
        if ((release->flags[i] & SKR_NAME_ACTIVE) == 0)
            continue;
        const char *curie = skr_names_at(release->names, i);
        char prefix[SKR_PREFIX_MAX + 1];
        size_t n = skr_ontology_curie_prefix(curie);
        memcpy(prefix, curie, n);
        prefix[n] = '\0';
        uint32_t number;
        status = skr_names_add(prefixes, prefix, &number, err);
        if (status == SKR_OK && ++counts[number] > counts[best])
            best = number;
    }
    if (status == SKR_OK) {
        const char *found = skr_names_at(prefixes, best);
        memcpy(release->prefix, found, strlen(found) + 1);
    }
    skr_names_free(prefixes);
    free(counts);
    return status;
}

int skr_ontology_edit_close(skr_ontology_edit *edit, skr_err *err)
{
    if (!edit->is_open)
        return SKR_OK;
    edit->is_open = false;
    uint32_t last = edit->n_releases - 1;
    skr_release_draft *release = &edit->releases[last];
    if (release->n_active == 0)
        return skr_fail(err, SKR_ERR_INPUT, "no terms in this ontology");
    SKR_TRY(find_prefix(release, err));
    for (uint32_t i = 0; i < last; i++) {
        if (strcmp(edit->releases[i].prefix, release->prefix) != 0)
            continue;
        release_done(&edit->releases[i]);
        memmove(&edit->releases[i], &edit->releases[i + 1], (last - i) * sizeof *release);
        edit->n_releases--;
        break; /* no two have the same prefix */
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ stored form */

static int put_text(skr_buffer *names, const char *text, skr_err *err)
{
    return skr_buffer_put(names, text, strlen(text) + 1, err);
}

int skr_ontology_release_encode(const skr_release_draft *release, skr_buffer *names,
                                skr_buffer *table, skr_err *err)
{
    int status = SKR_OK;
    for (uint32_t i = 0; status == SKR_OK && i < skr_names_count(release->names); i++) {
        const char *label = release->labels[i];
        status = put_text(names, skr_names_at(release->names, i), err);
        if (status == SKR_OK)
            status = put_text(names, label == NULL ? "" : label, err);
        if (status == SKR_OK)
            status = skr_buffer_put_u8(table, release->flags[i], err);
    }
    for (int kind = 0; kind < SKR_N_PAIR_KINDS; kind++) {
        const skr_pair_list *list = &release->pairs[kind];
        if (status == SKR_OK)
            status = skr_buffer_put_varint(table, list->n, err);
        for (uint32_t i = 0; status == SKR_OK && i < list->n; i++) {
            status = skr_buffer_put_varint(table, list->pairs[i].from, err);
            if (status == SKR_OK)
                status = skr_buffer_put_varint(table, list->pairs[i].to, err);
        }
    }
    return status;
}

static int corrupt(const skr_ontology *ontology, const char *what, skr_err *err)
{
    return skr_fail(err, SKR_ERR_CORRUPT, "%s: %s", skr_block_file_name(ontology->file), what);
}

/* The names of a stored release and what they are declared as. */
static int load_names(skr_release_draft *release, const skr_ontology *ontology, uint32_t n_names,
                      const skr_buffer *names, skr_cursor *table, skr_err *err)
{
    const char *at = (const char *)names->bytes;
    size_t n_left = names->n;
    for (uint32_t i = 0; i < n_names; i++) {
        const char *curie = at;
        const char *label = n_left == 0 ? NULL : memchr(at, 0, n_left);
        const char *end = NULL;
        if (label != NULL) {
            label++;
            end = memchr(label, 0, n_left - (size_t)(label - at));
        }
        if (end == NULL)
            return corrupt(ontology, "the names of a release are cut short", err);
        uint8_t flags = skr_cursor_u8(table);
        uint32_t number;
        int status = number_of(release, curie, &number, err);
        if (status <= SKR_ERR_CORRUPT || (status == SKR_OK && (number != i || flags > 2)))
            return corrupt(ontology, "a name of a release is damaged", err);
        if (status == SKR_OK && flags != 0)
            status = declare(release, number, label, flags == SKR_NAME_OBSOLETE, err);
        if (status != SKR_OK)
            return status;
        n_left -= (size_t)(end + 1 - at);
        at = end + 1;
    }
    return n_left == 0 ? SKR_OK : corrupt(ontology, "names behind the last of a release", err);
}

static int load_pairs(skr_release_draft *release, const skr_ontology *ontology, skr_cursor *table,
                      skr_err *err)
{
    uint32_t n_names = skr_names_count(release->names);
    for (int kind = 0; kind < SKR_N_PAIR_KINDS; kind++) {
        uint32_t n = (uint32_t)skr_cursor_varint_max(table, (uint64_t)(table->end - table->at));
        for (uint32_t i = 0; i < n; i++) {
            uint32_t from = (uint32_t)skr_cursor_varint_max(table, n_names - 1u);
            uint32_t to = (uint32_t)skr_cursor_varint_max(table, n_names - 1u);
            if (table->is_bad)
                break;
            SKR_TRY(add_pair(&release->pairs[kind], from, to, err));
        }
    }
    return skr_cursor_is_done(table) ? SKR_OK : corrupt(ontology, "a damaged release", err);
}

int skr_ontology_release_load(skr_ontology_edit *edit, const skr_ontology *ontology,
                              const skr_stored_release *stored, skr_block_reader *reader,
                              skr_err *err)
{
    skr_buffer names = {0};
    skr_buffer bytes = {0};
    skr_cursor table = {0};
    skr_release_draft *release;
    int status = add_release(edit, stored->shown.name, stored->shown.version, &release, err);
    if (status == SKR_OK)
        status = skr_blob_read(reader, ontology->file, &stored->names, &names, err);
    if (status == SKR_OK)
        status = skr_blob_read(reader, ontology->file, &stored->table, &bytes, err);
    if (status != SKR_OK)
        goto out;
    table = skr_cursor_of(bytes.bytes, bytes.n);
    status = load_names(release, ontology, stored->n_names, &names, &table, err);
    if (status == SKR_OK)
        status = load_pairs(release, ontology, &table, err);
    if (status != SKR_OK)
        goto out;
    if (release->n_active == 0 || release->n_active != stored->shown.n_terms) {
        status = corrupt(ontology, "a release without the terms that it states", err);
        goto out;
    }
    edit->is_open = true;
    status = skr_ontology_edit_close(edit, err);
    release = &edit->releases[edit->n_releases - 1];
    if (status == SKR_OK && strcmp(release->prefix, stored->shown.prefix) != 0)
        status = corrupt(ontology, "a release with another prefix than stated", err);
out:
    skr_buffer_done(&names);
    skr_buffer_done(&bytes);
    return status;
}

/* ------------------------------------------------------------------ */

int skr_ontology_edit_new(const skr_ontology *ontology, skr_ontology_edit **ret_edit, skr_err *err)
{
    skr_block_reader *reader = NULL;
    skr_ontology_edit *edit = calloc(1, sizeof *edit);
    if (edit == NULL)
        return skr_fail_nomem(err, "ontology");
    int status = skr_block_reader_new(SKR_IO_PREAD, &reader, err);
    for (uint32_t i = 0; status == SKR_OK && i < ontology->n_releases; i++)
        status = skr_ontology_release_load(edit, ontology, &ontology->stored[i], reader, err);
    skr_block_reader_free(reader);
    if (status != SKR_OK) {
        skr_ontology_edit_free(edit);
        return status;
    }
    *ret_edit = edit;
    return SKR_OK;
}

void skr_ontology_edit_free(skr_ontology_edit *edit)
{
    if (edit == NULL)
        return;
    for (uint32_t i = 0; i < edit->n_releases; i++)
        release_done(&edit->releases[i]);
    free(edit->releases);
    free(edit);
}
