/*
 * catalogue_members.c - the members of an open catalogue, opened when they are first needed.
 */
#include <stdlib.h>

#include "storage/base/check.h"
#include "storage/segment/catalogue_int.h"

bool skr_segment_is_catalogue(const skr_segment *segment)
{
    return segment->catalogue != NULL;
}

const skr_catalogue_member *skr_catalogue_members(const skr_segment *segment, uint32_t *ret_n)
{
    *ret_n = segment->catalogue == NULL ? 0 : segment->catalogue->n;
    return segment->catalogue == NULL ? NULL : segment->catalogue->members;
}

uint64_t skr_catalogue_spent(const skr_segment *catalogue)
{
    return catalogue->catalogue->n_spent;
}

/* Is a segment what the catalogue says of a member? */
static int check_member(const skr_segment *of, const skr_catalogue_member *member,
                        const skr_segment *segment, skr_err *err)
{
    if (segment->directory.n_samples == member->n_samples &&
        segment->directory.n_rows == member->n_rows && segment->has_spans == member->has_spans &&
        !skr_segment_reaches(segment, of->directory.n_contigs))
        return SKR_OK;
    return skr_fail(err, SKR_ERR_CORRUPT, "%s: not the segment that %s describes",
                    member->file.name, skr_block_file_name(of->file));
}

int skr_catalogue_member_open(const skr_segment *of, uint32_t number,
                              const skr_segment **ret_member, skr_err *err)
{
    skr_catalogue *catalogue = of->catalogue;
    SKR_CHECK(catalogue != NULL && number < catalogue->n);
    skr_segment *segment = atomic_load(&catalogue->opened[number]);
    if (segment != NULL) {
        *ret_member = segment;
        return SKR_OK;
    }
    const skr_catalogue_member *member = &catalogue->members[number];
    int status = SKR_OK;
    (void)pthread_mutex_lock(&catalogue->lock);
    segment = atomic_load(&catalogue->opened[number]);
    if (segment == NULL) {
        status = skr_segment_open_among(catalogue->files, catalogue->folder, &member->file,
                                        &segment, err);
        if (status == SKR_OK)
            status = check_member(of, member, segment, err);
        if (status == SKR_OK)
            atomic_store(&catalogue->opened[number], segment);
        else
            skr_segment_close(segment);
    }
    (void)pthread_mutex_unlock(&catalogue->lock);
    if (status == SKR_OK)
        *ret_member = segment;
    return status;
}

void skr_catalogue_close(skr_catalogue *catalogue)
{
    for (uint32_t i = 0; i < catalogue->n; i++)
        skr_segment_close(atomic_load(&catalogue->opened[i]));
    free(catalogue->opened);
    free(catalogue->members);
    free(catalogue->first_samples);
    free(catalogue->folder);
    (void)pthread_mutex_destroy(&catalogue->lock);
    free(catalogue);
}
