/*
 * kept_leaves.c - a list of leaves, the last that was used first.
 *
 * It is looked through from the first: there are as many leaves as bitmaps of people fit into the
 * memory that is given, and to compare a key costs far less than to look at a bitmap.
 */
#include "engine/people/kept_leaves.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct skr_kept_leaves {
    pthread_mutex_t lock;
    const skr_snapshot *snapshot; /* whose leaves these are */
    skr_kept_leaf *first;
    size_t n_bytes;
    size_t n_bytes_max;
};

void skr_kept_leaf_free(skr_kept_leaf *leaf)
{
    if (leaf == NULL)
        return;
    skr_people_sets_done(&leaf->people);
    skr_people_sets_done(&leaf->assessed);
    skr_warnings_done(&leaf->warnings);
    free(leaf->key);
    free(leaf);
}

int skr_kept_leaves_new(size_t n_bytes_max, skr_kept_leaves **ret_kept, skr_err *err)
{
    skr_kept_leaves *kept = calloc(1, sizeof *kept);
    if (kept == NULL || pthread_mutex_init(&kept->lock, NULL) != 0) {
        free(kept);
        return skr_fail_nomem(err, "an engine");
    }
    kept->n_bytes_max = n_bytes_max;
    *ret_kept = kept;
    return SKR_OK;
}

/* Takes the leaf at a place out of the list; whoever uses it frees it. */
static void drop(skr_kept_leaves *kept, skr_kept_leaf **place)
{
    skr_kept_leaf *leaf = *place;
    *place = leaf->next;
    leaf->next = NULL;
    kept->n_bytes -= leaf->n_bytes;
    leaf->n_bytes = 0; /* it is in no list */
    if (leaf->n_users == 0)
        skr_kept_leaf_free(leaf);
}

void skr_kept_leaves_free(skr_kept_leaves *kept)
{
    if (kept == NULL)
        return;
    while (kept->first != NULL)
        drop(kept, &kept->first);
    (void)pthread_mutex_destroy(&kept->lock);
    free(kept);
}

void skr_kept_leaves_turn(skr_kept_leaves *kept, const skr_snapshot *snapshot)
{
    (void)pthread_mutex_lock(&kept->lock);
    while (kept->first != NULL)
        drop(kept, &kept->first);
    kept->snapshot = snapshot;
    (void)pthread_mutex_unlock(&kept->lock);
}

skr_kept_leaf *skr_kept_leaves_take(skr_kept_leaves *kept, const skr_snapshot *snapshot,
                                    const void *key, size_t n_key)
{
    skr_kept_leaf *found = NULL;
    (void)pthread_mutex_lock(&kept->lock);
    for (skr_kept_leaf **at = &kept->first; kept->snapshot == snapshot && *at != NULL;
         at = &(*at)->next)
        if ((*at)->n_key == n_key && memcmp((*at)->key, key, n_key) == 0) {
            found = *at;
            *at = found->next;
            found->next = kept->first;
            kept->first = found;
            found->n_users++;
            break;
        }
    (void)pthread_mutex_unlock(&kept->lock);
    return found;
}

/* Makes room: the least recently used ones are the last. */
static void make_room(skr_kept_leaves *kept, size_t n_bytes)
{
    while (kept->first != NULL && kept->n_bytes + n_bytes > kept->n_bytes_max) {
        skr_kept_leaf **last = &kept->first;
        while ((*last)->next != NULL)
            last = &(*last)->next;
        drop(kept, last);
    }
}

void skr_kept_leaves_add(skr_kept_leaves *kept, const skr_snapshot *snapshot, skr_kept_leaf *leaf)
{
    (void)pthread_mutex_lock(&kept->lock);
    leaf->n_users = 1;
    if (kept->snapshot == snapshot) {
        make_room(kept, leaf->n_bytes);
        kept->n_bytes += leaf->n_bytes;
        leaf->next = kept->first;
        kept->first = leaf;
    } else {
        leaf->n_bytes = 0;
    }
    (void)pthread_mutex_unlock(&kept->lock);
}

void skr_kept_leaves_give(skr_kept_leaves *kept, skr_kept_leaf *leaf)
{
    (void)pthread_mutex_lock(&kept->lock);
    leaf->n_users--;
    bool is_last = leaf->n_users == 0 && leaf->n_bytes == 0;
    (void)pthread_mutex_unlock(&kept->lock);
    if (is_last)
        skr_kept_leaf_free(leaf);
}

size_t skr_kept_leaves_leaf_max(const skr_kept_leaves *kept)
{
    return kept->n_bytes_max / 16;
}
