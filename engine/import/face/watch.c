/* watch.c - what all deliveries tell whoever watches them. */
#include "engine/import/face/import.h"

void skr_watch_waiting(void *watch)
{
    const skr_watch *told = watch;
    const skr_progress waiting = {.step = "waiting for another writer"};
    if (told->on_progress != NULL)
        told->on_progress(told->context, &waiting);
}
