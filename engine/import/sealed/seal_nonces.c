/*
 * seal_nonces.c - a set with open places.
 *
 * Only nonces of blocks that proved authentic come here, so who writes the file chooses them, and
 * who does not cannot make them fall on one place.
 */
#include "engine/import/sealed/seal_nonces.h"

#include <stdlib.h>
#include <string.h>

#define PLACES_MIN 1024u

static size_t place_of(const skr_seal_nonces *nonces, const skr_seal_nonce *one)
{
    uint64_t low;
    uint32_t high;
    memcpy(&low, one->nonce, sizeof low);
    memcpy(&high, one->nonce + sizeof low, sizeof high);
    uint64_t mixed = (low ^ (uint64_t)high << 29 ^ one->key1) * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(mixed >> 20) & (nonces->n_places - 1);
}

/* The place that has a nonce, or the empty one where it belongs. */
static skr_seal_nonce *find(const skr_seal_nonces *nonces, const skr_seal_nonce *one)
{
    size_t at = place_of(nonces, one);
    while (nonces->places[at].key1 != 0 && memcmp(&nonces->places[at], one, sizeof *one) != 0)
        at = (at + 1) & (nonces->n_places - 1);
    return &nonces->places[at];
}

static int grow(skr_seal_nonces *nonces, skr_err *err)
{
    skr_seal_nonces larger = {.n_places =
                                  nonces->n_places == 0 ? PLACES_MIN : nonces->n_places * 2};
    larger.places = calloc(larger.n_places, sizeof *larger.places);
    if (larger.places == NULL)
        return skr_fail_nomem(err, "the blocks of a sealed file");
    for (size_t i = 0; i < nonces->n_places; i++)
        if (nonces->places[i].key1 != 0)
            *find(&larger, &nonces->places[i]) = nonces->places[i];
    larger.n = nonces->n;
    free(nonces->places);
    *nonces = larger;
    return SKR_OK;
}

int skr_seal_nonces_add(skr_seal_nonces *nonces, uint32_t key, const uint8_t *nonce,
                        bool *ret_is_new, skr_err *err)
{
    skr_seal_nonce one = {.key1 = key + 1};
    memcpy(one.nonce, nonce, SKR_SEAL_NONCE);
    if (nonces->n >= nonces->n_places / 2)
        SKR_TRY(grow(nonces, err));
    skr_seal_nonce *place = find(nonces, &one);
    *ret_is_new = place->key1 == 0;
    if (*ret_is_new) {
        *place = one;
        nonces->n++;
    }
    return SKR_OK;
}

void skr_seal_nonces_done(skr_seal_nonces *nonces)
{
    free(nonces->places);
    *nonces = (skr_seal_nonces){0};
}
