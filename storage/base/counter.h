/* counter.h - something that was counted, by its name. */
#ifndef SKR_STORAGE_BASE_COUNTER_H
#define SKR_STORAGE_BASE_COUNTER_H

#include <stdint.h>

typedef struct skr_counter {
    char *name; /* docs/counting.md: failed_gate, bad_alt ... */
    uint64_t value;
} skr_counter;

#endif
