/*
 * interrupt.h - Ctrl-C and SIGTERM: the first asks the work to stop, the second ends the program.
 */
#ifndef SKR_TOOLS_INTERRUPT_H
#define SKR_TOOLS_INTERRUPT_H

#include <stdatomic.h>
#include <stdbool.h>

/* Catches both signals from now on. */
void skr_interrupt_catch(void);

/* Becomes true when one of them came. */
const atomic_bool *skr_interrupt_flag(void);

#endif
