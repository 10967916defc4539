/*
 * disclose.h - from a raw count to one that may be told: the only way out.
 *
 * A policy is an argument of every count. Everything that is told derives from the told count:
 * hidden gives exists false and no number, for 0 and for 1 to threshold - 1 alike. With more than
 * one dataset the total is the sum of the told parts, marked imprecise; under `exact` it is the
 * union. docs/http-api.md, "What is withheld".
 *
 * Threads: no state.
 */
#ifndef SKR_ENGINE_TELL_DISCLOSE_H
#define SKR_ENGINE_TELL_DISCLOSE_H

#include <stddef.h>
#include <stdint.h>

#include "engine/face/policy.h"

/* What may be told of one raw count of people. */
skr_told_count skr_disclose(const skr_policy *policy, uint64_t raw);

/* The number that may be told; 0 where none may. */
uint64_t skr_disclose_number(const skr_policy *policy, uint64_t raw);

/* What may be told of n datasets together: their told parts added up; under `exact` the size of the
 * union instead. */
skr_told_count skr_disclose_total(const skr_policy *policy, const skr_told_count *parts, size_t n,
                                  uint64_t n_union);

/* What may be told of a number of alleles, not of people: those counted are told, so the number may
 * be too. Where some are withheld it is not all of them. */
skr_told_count skr_disclose_alleles(const skr_policy *policy, uint64_t n);

#endif
