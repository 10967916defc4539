/*
 * deliveries.h - what info says of deliveries.
 */
#ifndef SKR_TOOLS_DELIVERIES_H
#define SKR_TOOLS_DELIVERIES_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/face/info.h"
#include "tools/skerry/output.h"

#define SKR_SIZE_TEXT_MAX 32

/* "1.4 MB". ret_text has room for SKR_SIZE_TEXT_MAX bytes. */
const char *skr_size_text(uint64_t n_bytes, char *ret_text);

/* The member "deliveries". */
void skr_deliveries_put_json(skr_out *json, const skr_info *info);

/* A line for each of the last ones, and how many came before; all, and more of each, when verbose.
 */
void skr_deliveries_print(const skr_info *info, bool is_verbose);

/* Every file that was delivered, a row each, with the columns' names before: tabs, or JSON lines.
 */
void skr_deliveries_list(const skr_info *info, bool is_json);

#endif
