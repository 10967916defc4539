/*
 * ontology_write.c - an ontology as a new file, and its verify.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "index/ontology/ontology_int.h"

static int put_text(skr_buffer *directory, const char *text, skr_err *err)
{
    return skr_buffer_put_text(directory, text, strlen(text), err);
}

static int put_release(const skr_release_draft *release, skr_block_writer *writer,
                       skr_buffer *directory, skr_err *err)
{
    skr_buffer names = {0};
    skr_buffer table = {0};
    int status = put_text(directory, release->prefix, err);
    if (status == SKR_OK)
        status = put_text(directory, release->name, err);
    if (status == SKR_OK)
        status = put_text(directory, release->version, err);
    if (status == SKR_OK)
        status = skr_buffer_put_varint(directory, skr_names_count(release->names), err);
    if (status == SKR_OK)
        status = skr_buffer_put_varint(directory, release->n_active, err);
    if (status == SKR_OK)
        status = skr_ontology_release_encode(release, &names, &table, err);
    if (status == SKR_OK)
        status = skr_blob_put(writer, names.bytes, names.n, SKR_CODEC_ZSTD, directory, err);
    if (status == SKR_OK)
        status = skr_blob_put(writer, table.bytes, table.n, SKR_CODEC_ZSTD, directory, err);
    skr_buffer_done(&names);
    skr_buffer_done(&table);
    return status;
}

/* What a count reads is plain: to unpack it takes longer than to read it. */
static int put_image(const skr_ontology_image *image, skr_block_writer *writer,
                     skr_buffer *directory, skr_err *err)
{
    SKR_TRY(skr_buffer_put_varint(directory, image->n_terms, err));
    SKR_TRY(skr_buffer_put_varint(directory, image->n_aliases, err));
    for (int part = 0; part < SKR_N_ONT_PARTS; part++) {
        bool is_for_texts = part == SKR_ONT_LABELS || part == SKR_ONT_PARENTS;
        SKR_TRY(skr_blob_put(writer, image->parts[part].bytes, image->parts[part].n,
                             is_for_texts ? SKR_CODEC_ZSTD : SKR_CODEC_PLAIN, directory, err));
    }
    return SKR_OK;
}

int skr_ontology_edit_write(skr_ontology_edit *edit, const char *folder, const char *name,
                            skr_file_id *ret_id, skr_err *err)
{
    skr_block_writer *writer = NULL;
    skr_buffer directory = {0};
    skr_ontology_image image = {0};
    int status = skr_ontology_edit_close(edit, err);
    if (status == SKR_OK)
        status = skr_ontology_image_make(edit, &image, err);
    if (status == SKR_OK)
        status = skr_block_writer_new(folder, name, SKR_FILE_ONTOLOGY, &writer, err);
    if (status == SKR_OK)
        status = skr_buffer_put_varint(&directory, SKR_ONTOLOGY_FORMAT, err);
    if (status == SKR_OK)
        status = skr_buffer_put_varint(&directory, edit->n_releases, err);
    for (uint32_t i = 0; status == SKR_OK && i < edit->n_releases; i++)
        status = put_release(&edit->releases[i], writer, &directory, err);
    if (status == SKR_OK)
        status = put_image(&image, writer, &directory, err);
    if (status == SKR_OK)
        status = skr_block_writer_finish(writer, directory.bytes, directory.n, ret_id, err);
    skr_ontology_image_done(&image);
    skr_buffer_done(&directory);
    skr_block_writer_free(writer);
    return status;
}

/* ------------------------------------------------------------------ verify */

static int list_refs(const skr_ontology *ontology, skr_ref_list *refs, skr_err *err)
{
    for (uint32_t i = 0; i < ontology->n_releases; i++) {
        SKR_TRY(skr_blob_list(&ontology->stored[i].names, refs, err));
        SKR_TRY(skr_blob_list(&ontology->stored[i].table, refs, err));
    }
    for (int part = 0; part < SKR_N_ONT_PARTS; part++)
        SKR_TRY(skr_blob_list(&ontology->blobs[part], refs, err));
    return SKR_OK;
}

/* Makes the graph again from the releases. */
static int check_image(const skr_ontology *ontology, const char *name, skr_fault_fn on_fault,
                       void *context, skr_err *err)
{
    skr_ontology_edit *edit = NULL;
    skr_ontology_image image = {0};
    bool is_same = true;
    int status = skr_ontology_edit_new(ontology, &edit, err);
    if (status == SKR_OK)
        status = skr_ontology_image_make(edit, &image, err);
    for (int part = 0; status == SKR_OK && part < SKR_N_ONT_PARTS; part++) {
        const skr_buffer *stored = part == SKR_ONT_TERMS     ? &ontology->terms.bytes
                                   : part == SKR_ONT_ALIASES ? &ontology->aliases.bytes
                                                             : &ontology->parts[part];
        const skr_buffer *made = &image.parts[part];
        is_same = is_same && stored->n == made->n &&
                  (made->n == 0 || memcmp(stored->bytes, made->bytes, made->n) == 0);
    }
    if (status == SKR_OK && !is_same) {
        char line[256];
        (void)snprintf(line, sizeof line, "%s: the graph differs from what the releases say", name);
        on_fault(context, line);
    }
    skr_ontology_image_done(&image);
    skr_ontology_edit_free(edit);
    return status;
}

int skr_ontology_verify(const char *folder, const skr_file_id *id, skr_fault_fn on_fault,
                        void *context, skr_err *err)
{
    skr_ontology *ontology = NULL;
    skr_ref_list refs = {0};
    skr_err found = {0};
    int status = skr_ontology_open(folder, id, &ontology, &found);
    if (status == SKR_OK)
        status = skr_ontology_load_texts(ontology, &found);
    if (status == SKR_OK && id->name[0] == '\0')
        goto out;
    if (status == SKR_OK) {
        status = list_refs(ontology, &refs, err);
        if (status == SKR_OK)
            status = skr_block_file_verify(folder, id, SKR_FILE_ONTOLOGY, refs.refs, refs.n,
                                           on_fault, context, err);
        if (status != SKR_OK)
            goto out;
        status = check_image(ontology, id->name, on_fault, context, &found);
    }
    if (status <= SKR_ERR_CORRUPT) {
        on_fault(context, found.message);
        status = SKR_OK;
    } else if (status != SKR_OK) {
        status = skr_fail(err, status, "%s", found.message);
    }
out:
    free(refs.refs);
    skr_ontology_close(ontology);
    return status;
}
