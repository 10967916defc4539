/*
 * client_queue_int.h - questions that wait for a worker, by whom they are from.
 *
 * Clients take turns, one question each, so that who asks much waits and not who asks little. Of
 * one client the question goes first whose connection was served longest ago: round by round, and a
 * new connection before those that have just been served.
 *
 * Threads: none of its own; the server's mutex is held.
 */
#ifndef SKR_API_HTTP_CLIENT_QUEUE_INT_H
#define SKR_API_HTTP_CLIENT_QUEUE_INT_H

#include "api/http/server_int.h"

/* Puts an exchange at the end of its client's. */
void skr_client_queue_put(skr_client_queue *queue, skr_exchange *exchange);

/* Takes out the exchange whose turn it is; NULL: none waits. */
skr_exchange *skr_client_queue_take(skr_client_queue *queue);

/* Takes out, of the client that has the most waiting, the one that has the least claim. One waits.
 */
skr_exchange *skr_client_queue_take_least(skr_client_queue *queue);

/* Takes out all that began at before_ns or earlier, linked by next; NULL: none did. */
skr_exchange *skr_client_queue_take_old(skr_client_queue *queue, uint64_t before_ns);

/* When the one that has waited longest began; UINT64_MAX: none waits. */
uint64_t skr_client_queue_oldest(const skr_client_queue *queue);

#endif
