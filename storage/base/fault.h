/* fault.h - what a check of files finds. */
#ifndef SKR_STORAGE_BASE_FAULT_H
#define SKR_STORAGE_BASE_FAULT_H

/* Is told each fault that a verify finds; text is one line. */
typedef void (*skr_fault_fn)(void *context, const char *text);

#endif
