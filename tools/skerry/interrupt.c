/* interrupt.c - the one variable of the program that a signal may touch. */
#include "tools/skerry/interrupt.h"

#include <signal.h>
#include <stddef.h>

static atomic_bool is_stopped;

static void on_signal(int number)
{
    (void)number;
    atomic_store(&is_stopped, true);
}

void skr_interrupt_catch(void)
{
    /* Once only: whoever presses Ctrl-C again does not want to wait, and the store is safe. */
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

const atomic_bool *skr_interrupt_flag(void)
{
    return &is_stopped;
}
