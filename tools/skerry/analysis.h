/* analysis.h - what a question did, as text and as JSON. */
#ifndef SKR_TOOLS_ANALYSIS_H
#define SKR_TOOLS_ANALYSIS_H

#include "engine/face/engine.h"
#include "tools/skerry/output.h"

/* Writes lines to standard output. */
void skr_analysis_print(const skr_analysis *analysis);

/* Writes one object, in which every member of the struct has its name. */
void skr_analysis_json(skr_out *json, const skr_analysis *analysis);

#endif
