/*
 * catalogue.c - a catalogue as it is opened: a segment whose methods ask its members.
 */
#include "storage/segment/catalogue.h"

#include <stdlib.h>
#include <string.h>

#include "storage/base/limits.h"
#include "storage/segment/catalogue_int.h"

static int fail_corrupt(const skr_segment *catalogue, const char *what, skr_err *err)
{
    return skr_fail(err, SKR_ERR_CORRUPT, "%s: directory: %s", skr_block_file_name(catalogue->file),
                    what);
}

/* ------------------------------------------------------------------ the directory */

/* No path, and nothing that is not ours. */
static bool name_is_sound(const char *name, size_t n)
{
    bool is_sound = n > 0 && name[0] != '.' && name[0] != '-' && name[0] != '_';
    for (size_t i = 0; i < n; i++)
        is_sound =
            is_sound && ((name[i] >= 'a' && name[i] <= 'z') || (name[i] >= 'A' && name[i] <= 'Z') ||
                         (name[i] >= '0' && name[i] <= '9') || name[i] == '-' || name[i] == '_' ||
                         name[i] == '.');
    return is_sound;
}

static bool take_file(skr_cursor *cursor, skr_file_id *file)
{
    size_t n = (size_t)skr_cursor_varint_max(cursor, SKR_FILE_NAME_MAX - 1);
    const uint8_t *name = skr_cursor_bytes(cursor, n);
    *file = (skr_file_id){.name = ""};
    if (cursor->is_bad || n == 0)
        return false;
    memcpy(file->name, name, n);
    file->n_bytes = skr_cursor_varint(cursor);
    file->directory_crc = skr_cursor_u32(cursor);
    return !cursor->is_bad && name_is_sound(file->name, n);
}

static bool take_member(skr_cursor *cursor, skr_catalogue_member *member)
{
    if (!take_file(cursor, &member->file))
        return false;
    member->n_samples = (uint32_t)skr_cursor_varint_max(cursor, SKR_SAMPLES_MAX);
    member->n_rows = skr_cursor_varint(cursor);
    unsigned has_spans = (unsigned)skr_cursor_varint_max(cursor, 1);
    member->has_spans = has_spans != 0;
    return !cursor->is_bad && member->n_samples > 0;
}

static int take_members(skr_segment *segment, skr_cursor *cursor, skr_err *err)
{
    skr_catalogue *catalogue = segment->catalogue;
    size_t n_left = (size_t)(cursor->end - cursor->at);
    uint32_t n = (uint32_t)skr_cursor_varint_max(
        cursor, n_left < SKR_CATALOGUE_MEMBERS_MAX ? n_left : SKR_CATALOGUE_MEMBERS_MAX);
    catalogue->n_spent = skr_cursor_varint(cursor);
    if (cursor->is_bad || n == 0)
        return fail_corrupt(segment, "its members are malformed", err);
    catalogue->members = calloc(n, sizeof *catalogue->members);
    catalogue->opened = calloc(n, sizeof *catalogue->opened);
    catalogue->first_samples = calloc((size_t)n + 1, sizeof *catalogue->first_samples);
    if (catalogue->members == NULL || catalogue->opened == NULL || catalogue->first_samples == NULL)
        return skr_fail_nomem(err, "a catalogue");
    catalogue->n = n;
    uint64_t n_samples = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (!take_member(cursor, &catalogue->members[i]))
            return fail_corrupt(segment, "a member is malformed", err);
        n_samples += catalogue->members[i].n_samples;
        if (n_samples > segment->directory.n_samples)
            break;
        catalogue->first_samples[i + 1] = (uint32_t)n_samples;
        segment->has_spans |= catalogue->members[i].has_spans;
    }
    if (n_samples != segment->directory.n_samples || !skr_cursor_is_done(cursor))
        return fail_corrupt(segment, "its members have not the samples", err);
    return SKR_OK;
}

static const skr_catalogue_methods by_members = {
    .close = skr_catalogue_close,
    .view_new = skr_catalogue_view_new,
    .view_free = skr_catalogue_view_free,
    .tally = skr_catalogue_view_tally,
    .n_called = skr_catalogue_view_n_called,
    .phase = skr_catalogue_view_phase,
    .calls = skr_catalogue_view_calls,
    .called = skr_catalogue_view_called,
    .hear = skr_catalogue_view_hear,
    .says = skr_catalogue_view_says,
};

int skr_catalogue_open(struct skr_open_files *files, const char *folder, const skr_file_id *id,
                       skr_segment **ret_catalogue, skr_err *err)
{
    skr_segment *segment = calloc(1, sizeof *segment);
    skr_catalogue *catalogue = calloc(1, sizeof *catalogue);
    if (segment == NULL || catalogue == NULL || pthread_mutex_init(&catalogue->lock, NULL) != 0) {
        free(segment);
        free(catalogue);
        return skr_fail_nomem(err, "a catalogue");
    }
    segment->catalogue = catalogue;
    segment->methods = &by_members;
    catalogue->files = files;
    atomic_init(&segment->n_users, 1);
    skr_cursor cursor = {0};
    int status = SKR_OK;
    catalogue->folder = strdup(folder);
    if (catalogue->folder == NULL)
        status = skr_fail_nomem(err, "a catalogue");
    if (status == SKR_OK)
        status =
            skr_block_file_open_among(files, folder, id, SKR_FILE_CATALOGUE, &segment->file, err);
    if (status == SKR_OK)
        status = skr_segment_directory_take(segment->file, &segment->directory, &cursor, err);
    if (status == SKR_OK)
        status = take_members(segment, &cursor, err);
    if (status == SKR_OK)
        segment->shapes = skr_gap_list_short_shapes_of(segment->directory.n_samples);
    if (status != SKR_OK) {
        skr_segment_close(segment);
        return status;
    }
    *ret_catalogue = segment;
    return SKR_OK;
}
