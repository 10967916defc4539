/*
 * engine_knobs_int.h - what only tests turn: an engine made to meet its rare cases with few
 * alleles.
 */
#ifndef SKR_ENGINE_ENGINE_KNOBS_INT_H
#define SKR_ENGINE_ENGINE_KNOBS_INT_H

#include "engine/face/engine.h"

/* No more alleles in a batch than these, and threads also for few of them; 0: as many as are good.
 * Before the first question. */
void skr_engine_knobs_batch_max(skr_engine *engine, uint32_t n_batch_max);

#endif
