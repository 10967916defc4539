/*
 * phase_fuzz.c - any bytes as the phase of a row: refused, or something sound that is the same
 * after it was stored again.
 *
 * The first byte says how many carriers there are, a bit of the second whether the first of them
 * are on the first haplotype by a row of the orders; others of its bits who has two copies, and who
 * is no plain carrier.
 */
#include <stdlib.h>
#include <string.h>

#include "storage/carriers/haplotypes.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

static void need(int is_so)
{
    if (!is_so)
        abort();
}

/* Carriers that hang on two bytes alone, and which of them an order may have. */
static void make_carriers(const uint8_t *bytes, skr_carriers *carriers, skr_carriers *firsts)
{
    skr_err err;
    uint32_t step = 1 + (bytes[1] >> 5);
    uint32_t one_in_two = 1 + (bytes[1] >> 1 & 3);
    uint32_t one_in_bag = 1 + (bytes[1] >> 3 & 3);
    for (uint32_t i = 0; i < bytes[0]; i++) {
        uint8_t n_this = (uint8_t)(1 + (i % (one_in_two + 1) == one_in_two));
        if (i % (2 * one_in_bag) == 1)
            need(skr_carriers_add_bag(carriers, (skr_bag){i * step, n_this, SKR_PARTIAL}, &err) ==
                 SKR_OK);
        else
            need(skr_carriers_add(carriers, i * step, n_this, &err) == SKR_OK);
        if (n_this == 2 ? i % (2 * one_in_bag) != 1 : i % 3 == 0)
            need(skr_carriers_add(firsts, i * step, 1, &err) == SKR_OK);
    }
}

/* Phase that was read is written again, and read again as the same. */
static void try_again(const skr_haplotypes *phased, const skr_carriers *carriers, uint32_t start0)
{
    skr_err err;
    skr_buffer again = {0};
    skr_haplotypes back = {0};
    const skr_haplotype_place place = {.start0 = start0};
    need(skr_haplotypes_encode(phased, carriers, &place, &again, &err) == SKR_OK);
    need(skr_haplotypes_decode(again.bytes, again.n, carriers, start0, NULL, &back, &err) ==
         SKR_OK);
    need(back.n == phased->n);
    for (uint32_t i = 0; i < back.n; i++) {
        const skr_haplotype *a = &phased->list[i];
        const skr_haplotype *b = &back.list[i];
        need(a->sample == b->sample && a->is_second == b->is_second &&
             skr_haplotype_is_of_set(a, b) && (i == 0 || b->sample > b[-1].sample));
        need(skr_haplotypes_find(&back, a->sample) == b);
    }
    skr_haplotypes_done(&back);
    skr_buffer_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    skr_err err;
    skr_carriers carriers = {0};
    skr_carriers firsts = {0};
    skr_haplotypes phased = {0};
    uint64_t order_row = 0;
    if (n_bytes < 3)
        return 0;
    make_carriers(bytes, &carriers, &firsts);
    uint32_t start0 = bytes[1] * 1000003u;
    bool is_ordered = skr_haplotypes_is_ordered(bytes + 2, n_bytes - 2, &order_row);
    int status = skr_haplotypes_decode(bytes + 2, n_bytes - 2, &carriers, start0,
                                       is_ordered ? &firsts : NULL, &phased, &err);
    need(status == SKR_OK || status == SKR_ERR_CORRUPT);
    if (status == SKR_OK)
        try_again(&phased, &carriers, start0);
    skr_haplotypes_done(&phased);
    skr_carriers_done(&carriers);
    skr_carriers_done(&firsts);
    return 0;
}
